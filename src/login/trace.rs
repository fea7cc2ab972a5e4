//! "Explain this login": what is noted of a login while its application's recording is on.
//!
//! A login has one trace id, and each of its requests adds one step to the `Trace` object of that
//! name. What is noted are constants and names of configuration: never a token, a code, a secret, or
//! anything about a person.

use crate::model::UnixTime;
use serde_json::{Value, json};

/// A recording is kept for this long, seconds: 7 days.
pub const TRACE_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Most steps of one recording: a login has four to eight requests.
pub const STEPS_MAX: usize = 50;
/// Most facts of one step.
pub const FACTS_MAX: usize = 40;
/// Longest value of a fact, characters.
pub const FACT_MAX_CHARACTERS: usize = 300;

/// The name of a trace's object: tenant and environment first.
pub fn name(label: &str, trace_id: &str) -> String {
    format!("{label}/{trace_id}")
}

/// Whether a text is a trace id: 32 hex digits in lower case.
pub fn is_id(raw: &str) -> bool {
    raw.len() == 32 && raw.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// One request's step: when, which route, and what was noted in that order.
pub fn step(now: UnixTime, route: &str, status: u16, facts: &[(&str, String)]) -> Value {
    let facts: Vec<Value> = facts
        .iter()
        .take(FACTS_MAX)
        .map(|(name, value)| {
            let value: String = value.chars().take(FACT_MAX_CHARACTERS).collect();
            json!([name, value])
        })
        .collect();
    json!({ "at": now.iso8601(), "route": route, "status": status, "facts": facts })
}

/// The recording with one step more; `None` when it is full.
pub fn with(recorded: Option<Value>, step: Value) -> Option<Value> {
    let mut steps = match recorded {
        Some(Value::Array(steps)) => steps,
        _ => Vec::new(),
    };
    if steps.len() >= STEPS_MAX {
        return None;
    }
    steps.push(step);
    Some(Value::Array(steps))
}

/// The ids of a caller's `traceparent` (W3C Trace Context §3.2), which is only noted: a stranger must
/// not choose the name of a recording.
pub fn parent(header: &str) -> Option<&str> {
    let mut parts = header.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = version == "00" && is_id(trace) && span.len() == 16 && is_hex(span) && flags.len() == 2;
    (fits && is_hex(flags) && parts.next().is_none()).then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_grows_step_by_step_and_not_for_ever() {
        let one = step(UnixTime(0), "authorize", 200, &[("eid", "x".repeat(999))]);
        assert_eq!(one["facts"][0][1].as_str().map(str::len), Some(FACT_MAX_CHARACTERS));
        let mut recorded = None;
        for _ in 0..STEPS_MAX {
            recorded = with(recorded, one.clone());
        }
        assert_eq!(recorded.as_ref().and_then(Value::as_array).map(Vec::len), Some(STEPS_MAX));
        assert_eq!(with(recorded, one), None);
    }

    #[test]
    fn a_recording_is_kept_for_seven_days() {
        assert_eq!(UnixTime(0).plus(TRACE_SECONDS).iso8601(), "1970-01-08T00:00:00.000Z");
    }

    #[test]
    fn a_traceparent_is_noted_only_in_its_own_form() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(parent(good), Some(good));
        for bad in [
            "",
            "00",
            &good[1..],
            &format!("{good}-x"),
            &good.replace("00-", "01-"),
            &good.replace("0a", "<>"),
        ] {
            assert_eq!(parent(bad), None, "{bad}");
        }
    }
}
