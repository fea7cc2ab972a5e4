//! Between the platform's requests and responses and ours.

use super::log;
use super::platform::{self, Names, Thrown, Unread};
use super::shell::Shell;
use crate::web;
use std::cell::RefCell;
use web_sys::{Headers, Request, Response};

/// Longest request URL, bytes.
const URL_MAX_BYTES: usize = 32 * 1024;

/// A request that is not looked at further.
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// Plain text.
    pub text: &'static str,
}

const TOO_LARGE: Refused = Refused { status: 413, text: "Content too large" };
const UNREADABLE: Refused = Refused { status: 400, text: "Bad request" };

/// A request that was read.
pub struct Read {
    /// As the core sees it.
    pub request: web::Request,
    /// Whether only the head of the answer is wanted.
    pub is_head: bool,
}

/// Reads a request with limits on URL and body; how long a body may be, and whether it is read, its head
/// says.
pub async fn request(
    from: Request,
    body_max_bytes: &dyn Fn(&web::Request) -> Option<usize>,
) -> Result<Read, Refused> {
    let url = from.url();
    if url.len() > URL_MAX_BYTES {
        return Err(Refused { status: 414, text: "URI too long" });
    }
    let (host, path, query) = split(&url).ok_or(UNREADABLE)?;
    let (host, path, query) = (host.to_owned(), path.to_owned(), query.to_owned());
    let word = from.method();
    let method = method(&word, &path);
    // Metadata is the same for everybody, and fetched often.
    let headers = if path.starts_with("/.well-known/") {
        OF_METADATA.with(|names| names.of(&from))
    } else {
        platform::headers_of(&from)
    };
    let mut request = web::Request { method, host, path, query, headers, body: Vec::new() };
    if method != web::Method::Get
        && let Some(max_bytes) = body_max_bytes(&request)
    {
        request.body = body(&from, max_bytes).await?;
    }
    Ok(Read { request, is_head: word == "HEAD" })
}

thread_local! {
    /// What is looked at of a request for metadata: what its sender has, and who he is.
    static OF_METADATA: Names = Names::new(["if-none-match", "user-agent"]);
}

/// Methods by their exact word: the platform's own enum folds unknown ones into GET. HEAD is GET
/// without a body, but not on the steps of a login, which it must not take: a link checker's HEAD
/// would spend a return ticket.
fn method(word: &str, path: &str) -> web::Method {
    let is_step =
        ["/continue", "/callback", "/login/", "/oauth2/logout"].iter().any(|step| path.starts_with(step));
    match word {
        "GET" => web::Method::Get,
        "HEAD" if !is_step => web::Method::Get,
        "POST" => web::Method::Post,
        "PUT" => web::Method::Put,
        "PATCH" => web::Method::Patch,
        "DELETE" => web::Method::Delete,
        "OPTIONS" => web::Method::Options,
        _ => web::Method::Other,
    }
}

/// Host, path and query of an absolute URL as the runtime writes it.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let rest = &url[url.find("://")? + 3..];
    let (host, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Some((host, path, query))
}

/// Reads the body chunk by chunk, so that a longer one is never held.
async fn body(request: &Request, max_bytes: usize) -> Result<Vec<u8>, Refused> {
    let declared = request.headers().get("content-length").ok().flatten();
    if declared.and_then(|text| text.parse::<usize>().ok()).is_some_and(|length| length > max_bytes) {
        return Err(TOO_LARGE);
    }
    platform::read_limited(request.body(), max_bytes).await.map_err(|unread| match unread {
        Unread::TooLong => TOO_LARGE,
        Unread::Broken => UNREADABLE,
    })
}

/// Writes our response. Builds with the simulators tell what the request used.
pub fn response(shell: &Shell, answer: web::Response, is_head: bool) -> Thrown<Response> {
    let mut headers = headers(&answer.headers)?;
    if cfg!(feature = "simulator") {
        headers = Headers::new_with_headers(&headers)?;
        headers.set("server-timing", &shell.counts.server_timing())?;
    }
    // The platform refuses even an empty body with 304.
    let bodiless = is_head || answer.status == 304;
    platform::response(answer.status, &headers, (!bodiless).then(|| answer.body.into_bytes()))
}

/// Headers of ours, and the platform's object that holds them.
struct Written {
    list: Vec<(&'static str, String)>,
    headers: Headers,
}

thread_local! {
    /// The headers written last. Each is a call out of wasm, and the documents that are fetched most
    /// always have the same.
    static LAST: RefCell<Option<Written>> = const { RefCell::new(None) };
}

/// The platform's object for a list of headers. It may be shared with other responses, so nothing
/// may be set on it; a response copies it.
fn headers(list: &[(&'static str, String)]) -> Thrown<Headers> {
    let known = LAST.with_borrow(|last| {
        let same = last.as_ref().filter(|written| written.list == list)?;
        Some(same.headers.clone())
    });
    if let Some(headers) = known {
        return Ok(headers);
    }
    let headers = Headers::new()?;
    for (name, value) in list {
        headers.append(name, value)?;
    }
    headers.set("strict-transport-security", "max-age=63072000")?;
    // What belongs to one browser is not kept.
    if list.iter().all(|(name, _)| *name != "set-cookie" && *name != "location") {
        LAST.set(Some(Written { list: list.to_vec(), headers: headers.clone() }));
    }
    Ok(headers)
}

/// The answer to a request that is not looked at further.
pub fn refused(shell: &Shell, refused: Refused) -> Thrown<Response> {
    let answer = web::Response::text(refused.status, refused.text);
    log::request(shell, "", &answer);
    response(shell, answer, false)
}

/// The answer of a Worker with a missing binding.
pub fn misconfigured(missing: &str) -> Thrown<Response> {
    let event = serde_json::json!({ "event": "misconfigured", "missing": missing });
    platform::log_error(&crate::json::text(&event));
    let text = "This installation is not configured; its log says what is missing.";
    platform::response(500, &Headers::new()?, Some(text.into()))
}
