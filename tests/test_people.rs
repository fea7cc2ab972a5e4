//! A tenant's own test people: made by the API, and logged in as at the simulators.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::UnixTime;
use edge_eid::model::test_person::TEST_PEOPLE_MAX;
use serde_json::{Value, json};
use support::admin::{Operator, path};

const HOST: &str = "test.acme.example";

fn at(user: &str) -> String {
    path(&["tenants", "acme", "environments", "TEST", "test-people", user])
}

fn acme() -> Operator {
    let operator = Operator::new();
    operator.now.set(UnixTime(1_800_000_000));
    operator.tenant("acme");
    operator.domain("acme", HOST, &json!({}));
    operator
}

fn frida() -> Value {
    json!({
        "name": "Frida Prøve", "birthdate": "1985-05-06", "cpr": "660585-0008", "reaches": "substantial",
        "cvr": null, "organisation": null,
    })
}

#[test]
fn a_person_is_made_listed_changed_and_removed_and_published_with_the_domains() {
    let operator = acme();
    let made = operator.put(&at("frida"), &frida()).expect(201);
    assert_eq!(made.body["cpr"], "6605850008");
    assert_eq!(made.body["warnings"], json!([]));
    assert_eq!(made.body["published"], true);
    let snapshot =
        operator.ports.management.kv.borrow().iter().find(|(key, _)| key.contains(HOST)).unwrap().1.clone();
    assert!(snapshot.contains("frida") && snapshot.contains("Frida Prøve"), "{snapshot}");
    let listed = operator.get(&path(&["tenants", "acme", "environments", "TEST", "test-people"])).expect(200);
    assert_eq!(listed.body["items"][0]["user"], "frida");
    let mut settings = operator.get(&at("frida")).expect(200);
    settings.body["name"] = json!("Frida Test");
    operator.replace(&at("frida"), &settings.etag, &settings.body).expect(200);
    assert_eq!(operator.replace(&at("frida"), &settings.etag, &settings.body).status, 412);
    operator.delete(&at("frida"), "*").expect(200);
    operator.get(&at("frida")).expect(404);
    let log = operator.get(&path(&["tenants", "acme", "audit"])).expect(200).body.to_string();
    assert!(log.contains("test_person frida") && log.contains("660585-****"));
    assert!(!log.contains("6605850008"), "no CPR number in the log");
}

#[test]
fn a_number_that_may_be_somebodys_is_refused() {
    let operator = acme();
    for (cpr, may_be_real) in [
        (json!("2101270087"), true),
        (json!("8101270087"), false),
        (json!("3103587009"), false),
        (json!("1508005000"), false),
        (json!("0101658001"), false),
        (json!("0101005000"), true),
        (json!(null), false),
    ] {
        let mut person = frida();
        person["cpr"] = cpr.clone();
        let answer = operator.put(&at("frida"), &person);
        assert_eq!(answer.status, if may_be_real { 422 } else { 201 }, "{cpr}");
        if !may_be_real {
            operator.delete(&at("frida"), "*").expect(200);
        }
    }
}

#[test]
fn what_is_no_person_is_refused_beside_its_field() {
    let operator = acme();
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("a\u{202e}b")),
        ("birthdate", json!("1985-02-30")),
        ("birthdate", json!("2100-01-01")),
        ("birthdate", json!("yesterday")),
        ("cpr", json!("1234")),
        ("cpr", json!("3102700000")),
        ("reaches", json!("higher")),
        ("cvr", json!("1234567")),
        ("organisation", json!("Alone ApS")),
        ("youth", json!(true)),
    ] {
        let mut person = frida();
        person[field] = value.clone();
        let refused = operator.put(&at("frida"), &person).expect(422);
        assert_eq!(refused.body["errors"][0]["field"], field, "{value}");
    }
    for user in ["Frida", "a b", "frida%2F", &"f".repeat(33)] {
        operator.put(&at(user), &frida()).expect(422);
    }
    let born_before = json!({ "name": "Gammel", "birthdate": "1858-03-31" });
    operator.put(&at("gammel"), &born_before).expect(201);
    operator
        .put(&path(&["tenants", "acme", "environments", "PRODUCTION", "test-people", "frida"]), &frida())
        .expect(404);
    operator.get(&path(&["tenants", "acme", "environments", "PRODUCTION", "test-people"])).expect(404);
}

#[test]
fn there_are_no_more_than_a_snapshot_should_carry() {
    let operator = acme();
    for number in 0..TEST_PEOPLE_MAX {
        operator.put(&at(&format!("p{number}")), &frida()).expect(201);
    }
    assert_eq!(operator.put(&at("one.more"), &frida()).problem(), "limit-reached");
    operator.replace(&at("p0"), "*", &frida()).expect(200);
}
