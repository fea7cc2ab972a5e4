//! Style sheets of tenants: fetched when they are saved, within limits of time and size. The Worker's
//! `global_fetch_strictly_public` keeps it from reaching anything that is not public.

use crate::edge::call::within;
use crate::edge::platform::{self, Unread};
use crate::ports::FETCH_TIMEOUT_SECONDS;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// GETs a style sheet.
///
/// # Errors
/// Why there is none, for whoever saves it.
pub async fn fetch(url: &str, max_bytes: usize) -> Result<String, &'static str> {
    let limit = u64::from(FETCH_TIMEOUT_SECONDS) * 1_000;
    within(limit, exchange(url, max_bytes)).await.unwrap_or(Err("it did not answer within ten seconds"))
}

async fn exchange(url: &str, max_bytes: usize) -> Result<String, &'static str> {
    const UNREACHABLE: &str = "it can't be reached";
    let request = platform::request(url, None, &[("accept", "text/css")]).map_err(|_| UNREACHABLE)?;
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let answer = JsFuture::from(scope.fetch_with_request(&request)).await.map_err(|_| UNREACHABLE)?;
    let response: web_sys::Response = answer.unchecked_into();
    match response.status() {
        200 => {}
        300..400 => return Err("it answers with a redirect, which is not followed"),
        _ => return Err("it does not answer with status 200"),
    }
    let content_type = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("text/css") {
        return Err("it is not of the type text/css");
    }
    let bytes = platform::read_limited(response.body(), max_bytes).await.map_err(|unread| match unread {
        Unread::TooLong => "it is longer than 64 kB",
        Unread::Broken => "it broke off",
    })?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8")
}
