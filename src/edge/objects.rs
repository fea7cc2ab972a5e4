//! What the objects share: a JSON command in, a JSON answer out.

use super::durable::Answer;
use super::platform;
use crate::json::{self, Json};
use crate::rows::StoreFault;
use serde_json::json;

/// The answer to a command: 200 with JSON, 400 when there was none, 500 when the store failed.
pub fn answer<A: Json>(answer: Option<Result<A, StoreFault>>) -> Answer {
    match answer {
        Some(Ok(answer)) => Answer { status: 200, text: json::write(&answer), rows_written: 0 },
        Some(Err(StoreFault(cause))) => {
            log("store_failed", &cause);
            Answer::refused(500, "the store failed")
        }
        None => Answer::refused(400, "not a command"),
    }
}

/// A log line of an object, which has no request of its own to name.
pub fn log(event: &str, cause: &str) {
    platform::log(&json::text(&json!({"event": event, "cause": cause})));
}
