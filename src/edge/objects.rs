//! What the objects share: a JSON command in, a JSON answer out.

use crate::json::{self, Json};
use crate::rows::StoreFault;
use serde_json::json;
use worker::{Request, Response, Result, console_log};

/// Reads the command of a request to an object; `None` when it has another shape.
///
/// # Errors
/// When the body can't be read.
pub async fn command<C: Json>(request: &mut Request) -> Result<Option<C>> {
    Ok(json::read(&request.text().await?).ok())
}

/// The answer to a command: 200 with JSON, 400 when there was none, 500 when the store failed.
///
/// # Errors
/// When the runtime refuses to make a response.
pub fn answer<A: Json>(answer: Option<std::result::Result<A, StoreFault>>) -> Result<Response> {
    match answer {
        Some(Ok(answer)) => Response::ok(json::write(&answer)),
        Some(Err(StoreFault(cause))) => {
            log("store_failed", &cause);
            Response::error("the store failed", 500)
        }
        None => Response::error("not a command", 400),
    }
}

/// A log line of an object, which has no request of its own to name.
pub fn log(event: &str, cause: &str) {
    console_log!("{}", json::text(&json!({"event": event, "cause": cause})));
}
