//! Requests to upstreams: redirects refused, limits on time and size.

use crate::documents::Documents;
use crate::edge::call::within;
use crate::edge::crypto;
use crate::edge::platform::{self, Unread};
use crate::edge::shell::{self, Shell};
use crate::model::UnixTime;
use crate::ports::{
    FETCH_MAX_BYTES, FETCH_TIMEOUT_SECONDS, FetchRequest, FetchResponse, Unavailable, Upstreams,
};
use crate::vault::turns::TURN_MAX_MILLISECONDS;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static DOCUMENTS: RefCell<Documents> = const { RefCell::new(Documents::NONE) };
}

fn failed(cause: impl Into<String>) -> Unavailable {
    Unavailable { what: "upstream", cause: cause.into() }
}

/// Sends one request.
pub async fn send(request: FetchRequest) -> Result<FetchResponse, Unavailable> {
    let limit = u64::from(FETCH_TIMEOUT_SECONDS) * 1_000;
    within(limit, exchange(request)).await.ok_or_else(|| failed("no answer in time"))?
}

async fn exchange(request: FetchRequest) -> Result<FetchResponse, Unavailable> {
    let mut headers = vec![("accept", "application/json")];
    if let Some(authorization) = &request.authorization {
        headers.push(("authorization", authorization));
    }
    if request.form.is_some() {
        headers.push(("content-type", "application/x-www-form-urlencoded"));
    } else if request.json.is_some() {
        headers.push(("content-type", "application/json"));
    }
    let body = request.form.as_deref().or(request.json.as_deref());
    let response = fetch(&request.url, body, &headers).await.map_err(failed)?;
    let status = response.status();
    if (300..400).contains(&status) {
        return Err(failed("a redirect, which is refused"));
    }
    let bytes = platform::read_limited(response.body(), FETCH_MAX_BYTES).await.map_err(|unread| {
        failed(match unread {
            Unread::TooLong => "an answer that is too long",
            Unread::Broken => "an answer that broke off",
        })
    })?;
    let body = String::from_utf8(bytes).map_err(|_| failed("an answer that is no text"))?;
    Ok(FetchResponse { status, body })
}

/// GETs a document, from memory while it is young enough. Of requests that want it at once, one asks
/// and the others wait for that: not for longer than a turn lasts, so that a slow upstream holds up each
/// of them once. Where it has just failed, it is not asked for.
pub async fn document(url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
    if let Some(known) = known(url, max_age_seconds, now) {
        return known;
    }
    let has_turn = within(TURN_MAX_MILLISECONDS, crypto::turn(url)).await.is_some();
    // Waiting took time; the moment of a failure is that of its end.
    let text = match known(url, max_age_seconds, shell::now()) {
        Some(known) => known,
        None => {
            let text = fetched(url).await;
            let found = text.as_ref().ok().cloned();
            DOCUMENTS.with_borrow_mut(|documents| documents.fetched(url, found, shell::now()));
            text
        }
    };
    if has_turn {
        crypto::pass(url);
    }
    text
}

fn known(url: &str, max_age_seconds: u64, now: UnixTime) -> Option<Result<Rc<str>, Unavailable>> {
    let known = DOCUMENTS.with_borrow(|documents| documents.known(url, max_age_seconds, now))?;
    Some(known.ok_or_else(|| failed("it failed a moment ago")))
}

async fn fetched(url: &str) -> Result<Rc<str>, Unavailable> {
    let answer =
        send(FetchRequest { url: url.to_owned(), form: None, json: None, authorization: None }).await?;
    if answer.status != 200 {
        return Err(failed(format!("a metadata document answered {}", answer.status)));
    }
    Ok(answer.body.into())
}

/// Sends a request to the outside.
///
/// # Errors
/// The platform's reason.
async fn fetch(url: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Result<web_sys::Response, String> {
    let request = platform::request(url, body, headers)?;
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(scope.fetch_with_request(&request)).await.map_err(platform::reason)?;
    Ok(response.unchecked_into())
}

impl Upstreams for Shell {
    async fn send(&self, request: FetchRequest) -> Result<FetchResponse, Unavailable> {
        send(request).await
    }
    async fn document(&self, url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
        document(url, max_age_seconds, now).await
    }
}
