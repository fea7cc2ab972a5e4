//! Requests to upstreams: redirects refused, limits on time and size.

use crate::edge::call::within;
use crate::edge::crypto;
use crate::edge::platform::{self, Unread};
use crate::model::UnixTime;
use crate::ports::{FETCH_MAX_BYTES, FETCH_TIMEOUT_SECONDS, FetchRequest, FetchResponse, Unavailable};
use crate::table::Table;
use crate::vault::turns::TURN_MAX_MILLISECONDS;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Most metadata documents one isolate remembers.
const DOCUMENTS_MAX: usize = 500;

thread_local! {
    static DOCUMENTS: RefCell<Table<String, (Rc<str>, UnixTime)>> = const { RefCell::new(Table::new()) };
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
/// of them once.
pub async fn document(url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
    if let Some(text) = known(url, max_age_seconds, now) {
        return Ok(text);
    }
    let has_turn = within(TURN_MAX_MILLISECONDS, crypto::turn(url)).await.is_some();
    let text = match known(url, max_age_seconds, now) {
        Some(text) => Ok(text),
        None => fetched(url, now).await,
    };
    if has_turn {
        crypto::pass(url);
    }
    text
}

fn known(url: &str, max_age_seconds: u64, now: UnixTime) -> Option<Rc<str>> {
    DOCUMENTS.with_borrow(|documents| {
        let young = documents.get(url).filter(|(_, read_at)| !read_at.plus(max_age_seconds).is_over(now));
        young.map(|(text, _)| text.clone())
    })
}

async fn fetched(url: &str, now: UnixTime) -> Result<Rc<str>, Unavailable> {
    let answer =
        send(FetchRequest { url: url.to_owned(), form: None, json: None, authorization: None }).await?;
    if answer.status != 200 {
        return Err(failed(format!("a metadata document answered {}", answer.status)));
    }
    let text: Rc<str> = answer.body.into();
    DOCUMENTS.with_borrow_mut(|documents| {
        if documents.len() >= DOCUMENTS_MAX {
            documents.clear();
        }
        documents.insert(url.to_owned(), (text.clone(), now));
    });
    Ok(text)
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
