//! One list of commands that the objects of the management side must answer alike: in memory here,
//! and the real objects in `tests/e2e/configuration_contract.test.mjs`, which reads the same file.
//!
//! `tests/contract/configuration.json`: a list of `{binding, name, command, answer}`, all against
//! one installation, in order; commands and answers are the JSON forms of `admin::command`.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::json::{self, Json};
use edge_eid::json_struct;
use edge_eid::model::{Host, TenantId};
use serde_json::Value;
use support::management::{Management, Silent};

const MAC: &str = "\"mac\":\"";

struct Step {
    binding: String,
    name: String,
    command: Value,
    answer: Value,
}

json_struct!(Step { binding, name, command, answer });

#[test]
fn the_objects_in_memory_keep_the_contract() {
    let steps: Vec<Step> = json::read(include_str!("contract/configuration.json")).unwrap();
    let management = Management::default();
    for (number, step) in steps.iter().enumerate() {
        let mut answer = send(&management, step);
        forget_when_published(&mut answer);
        assert_eq!(answer, step.answer, "step {number}");
    }
    assert!(steps.len() > 30);
}

/// When a key was published is the object's own clock, which differs between here and the runtime.
fn forget_when_published(answer: &mut Value) {
    match answer {
        Value::Object(fields) if fields.contains_key("kid") => {
            if let Some(published) = fields.get_mut("published") {
                *published = 0.into();
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(forget_when_published),
        Value::Array(items) => items.iter_mut().for_each(forget_when_published),
        // Which master key vouches for a published text differs too.
        Value::String(text) if text.contains(MAC) => {
            let (before, rest) = text.split_once(MAC).unwrap();
            let (_, after) = rest.split_once("\",").unwrap();
            *text = format!("{before}{after}");
        }
        _ => {}
    }
}

fn send(management: &Management, step: &Step) -> Value {
    let command = &step.command;
    match step.binding.as_str() {
        "TENANT" => {
            answer(management.tenant(&TenantId::parse(&step.name).unwrap(), &Json::read(command).unwrap()))
        }
        "HOST" => answer(management.host(&Host::parse(&step.name).unwrap(), &Json::read(command).unwrap())),
        _ => answer(management.directory(&Json::read(command).unwrap())),
    }
}

fn answer<T: Json>(answer: Result<T, Silent>) -> Value {
    answer.ok().unwrap().write()
}
