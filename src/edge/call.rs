//! Calls to Durable Objects: a JSON command in, a JSON answer out, within a time limit.
//!
//! An object that panics leaves its caller without an answer for a minute (tried), and an object's
//! `Err` reaches the caller with its text. So every call has a limit, and no text of an object is
//! shown to anybody.

use super::durable::ROWS_HEADER;
use super::platform::{self, ObjectNamespace, Thrown, reason};
use crate::json::{self, Json};
use crate::ports::Unavailable;
use serde_json::Value;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;
use worker::Delay;

/// Longest wait for an object, milliseconds.
pub const OBJECT_TIMEOUT_MILLISECONDS: u64 = 10_000;

/// Waits for `future`, but not longer than that.
pub async fn within<F: Future>(milliseconds: u64, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut limit = pin!(Delay::from(Duration::from_millis(milliseconds)));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// An object's answer and what it cost.
pub struct Called {
    what: &'static str,
    answer: Value,
    /// Rows SQLite wrote.
    pub rows_written: u32,
}

impl Called {
    /// The answer.
    ///
    /// # Errors
    /// One of another shape.
    pub fn answer<A: Json>(&self) -> Result<A, Unavailable> {
        A::read(&self.answer).ok_or_else(|| failed(self.what, "an answer of another shape"))
    }
}

fn failed(what: &'static str, cause: &str) -> Unavailable {
    Unavailable { what, cause: cause.to_owned() }
}

/// Sends a command to the object of this name. `what` names the kind of object for the log.
pub async fn object(
    what: &'static str,
    namespace: &ObjectNamespace,
    name: &str,
    command: &dyn Json,
    limit_milliseconds: u64,
) -> Result<Called, Unavailable> {
    let failed = |cause: &str| failed(what, cause);
    let body = json::write(command);
    let sent = within(limit_milliseconds, send(namespace, name, body)).await;
    let (status, text, rows_written) = sent
        .ok_or_else(|| failed("no answer in time"))?
        // The text of a platform error may quote SQL, never a value: values are bound.
        .map_err(|thrown| failed(&["the call failed: ", &reason(thrown)].concat()))?;
    if status != 200 {
        return Err(failed(&format!("status {status}")));
    }
    let answer = json::read(&text).map_err(|_| failed("an answer of another shape"))?;
    Ok(Called { what, answer, rows_written })
}

async fn send(namespace: &ObjectNamespace, name: &str, body: String) -> Thrown<(u16, String, u32)> {
    // The host of an object's URL means nothing; the name has chosen the object.
    let request = platform::request("https://object/", Some(&body), &[])?;
    let response = namespace.send(name, &request).await?;
    let rows = response.headers().get(ROWS_HEADER)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok((response.status(), text, rows))
}
