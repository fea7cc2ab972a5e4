//! One list of commands that the objects of the management side must answer alike: in memory here,
//! and the real objects in `tests/e2e/configuration_contract.test.mjs`, which reads the same file.
//!
//! `tests/contract/configuration.json`: a list of `{binding, name, command, answer}`, all against
//! one installation, in order; commands and answers are the JSON forms of `admin::command`.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::{Host, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use support::management::{Management, Silent};

#[derive(Deserialize)]
struct Step {
    binding: String,
    name: String,
    command: Value,
    answer: Value,
}

#[test]
fn the_objects_in_memory_keep_the_contract() {
    let steps: Vec<Step> = serde_json::from_str(include_str!("contract/configuration.json")).unwrap();
    let management = Management::default();
    for (number, step) in steps.iter().enumerate() {
        assert_eq!(send(&management, step), step.answer, "step {number}");
    }
    assert!(steps.len() > 30);
}

fn send(management: &Management, step: &Step) -> Value {
    let command = &step.command;
    match step.binding.as_str() {
        "TENANT" => json(
            management
                .tenant(&TenantId::parse(&step.name).unwrap(), &Deserialize::deserialize(command).unwrap()),
        ),
        "HOST" => json(
            management.host(&Host::parse(&step.name).unwrap(), &Deserialize::deserialize(command).unwrap()),
        ),
        _ => json(management.directory(&Deserialize::deserialize(command).unwrap())),
    }
}

fn json<T: Serialize>(answer: Result<T, Silent>) -> Value {
    serde_json::to_value(answer.ok().unwrap()).unwrap()
}
