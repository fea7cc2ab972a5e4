//! Structured log lines: JSON on the console, for the deployer's sink. One line a request, one for
//! each event. Neither holds a path, query, cookie or body.

use super::shell::Shell;
use crate::ports::{Log, LogEvent};
use crate::web::Response;
use serde_json::{Map, Value, json};

/// The line of a request.
pub fn request(shell: &Shell, host: &str, answer: &Response) {
    // An unknown host is the caller's text: it may say anything, so it is not repeated.
    let domain = if answer.route == "unknown_host" { "" } else { host };
    worker::console_log!(
        "{}",
        json!({
            "event": "request",
            "trace": shell.trace_id(),
            "domain": domain,
            "route": answer.route,
            "status": answer.status,
            "kv": shell.counts.kv(),
            "do": shell.counts.objects(),
        })
    );
}

/// The line of an event.
pub fn event(trace_id: &str, event: LogEvent) {
    let mut line = Map::new();
    line.insert("event".to_owned(), event.event.into());
    line.insert("trace".to_owned(), trace_id.into());
    for (name, value) in event.facts {
        line.insert(name.to_owned(), value.into());
    }
    worker::console_log!("{}", Value::Object(line));
}
