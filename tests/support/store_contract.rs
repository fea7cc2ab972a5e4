//! One list of steps that every store of logins must answer alike: memory here, and the real
//! object over HTTP in the end-to-end tests, which read the same file.
//!
//! `tests/contract/logins.json`: a list of `{name, steps: [{at, event, answer}]}`. Each case has a
//! login of its own; `at` is seconds after the case's beginning; `event` and `answer` are the JSON
//! forms of `login::state::Event` and `Answer`.

use edge_eid::{json, json_struct};
use serde_json::Value;

pub struct Case {
    pub name: String,
    pub steps: Vec<Step>,
}

json_struct!(Case { name, steps });

pub struct Step {
    pub at: u64,
    pub event: Value,
    pub answer: Value,
}

json_struct!(Step { at, event, answer });

/// The moment `at: 0` of the file.
pub const BEGINNING: u64 = 1_000_000;

/// The cases of the file.
pub fn cases() -> Vec<Case> {
    json::read(include_str!("../contract/logins.json")).unwrap()
}

/// Runs every case; `send` delivers (name of the login, event, now) to a store.
pub fn run(mut send: impl FnMut(&str, &Value, u64) -> Value) {
    for (number, case) in cases().iter().enumerate() {
        let name = format!("acme/TEST/contract-{number}");
        for (at, step) in case.steps.iter().enumerate() {
            let answer = send(&name, &step.event, BEGINNING + step.at);
            assert_eq!(answer, step.answer, "{}: step {at}", case.name);
        }
    }
}
