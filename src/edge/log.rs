//! Structured log lines: JSON on the console, for the deployer's sink. One line a request, one for
//! each event. Neither holds a path, query, cookie or body.

use super::platform;
use super::shell::Shell;
use crate::model::Host;
use crate::ports::{Log, LogEvent};
use crate::web::Response;
use serde_json::{Map, Value};

/// The line of a request.
pub fn request(shell: &Shell, host: &str, answer: &Response) {
    // An unknown host is the caller's text: it may say anything, so it is not repeated.
    let domain = if answer.route == "unknown_host" || Host::parse(host).is_err() { "" } else { host };
    let number = |count: u32| count.to_string();
    // Written by hand: it is written for every request, and none of its values needs escaping. A
    // domain is a parsed host name, a trace id is hexadecimal, a route is a constant.
    let line = [
        r#"{"event":"request","trace":""#,
        shell.trace_id(),
        r#"","domain":""#,
        domain,
        r#"","route":""#,
        answer.route,
        r#"","status":"#,
        &number(answer.status.into()),
        r#","kv":"#,
        &number(shell.counts.kv()),
        r#","do":"#,
        &number(shell.counts.objects()),
        "}",
    ]
    .concat();
    platform::log(&line);
}

/// The line of an event.
pub fn event(trace_id: &str, event: LogEvent) {
    let mut line = Map::new();
    line.insert("event".to_owned(), event.event.into());
    line.insert("trace".to_owned(), trace_id.into());
    for (name, value) in event.facts {
        line.insert(name.to_owned(), value.into());
    }
    platform::log(&crate::json::text(&Value::Object(line)));
}
