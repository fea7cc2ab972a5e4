//! Shadow applications: made by one call, alike in all that applications rely on, and compared.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::admin::{Operator, Reply, application_path, domain_path, path};

const ACME: &str = "test.acme.example";
const SECOND: &str = "shop.acme.example";
const MITID: &str = "mitid.acme.example";
const WEB: &str = "urn:acme:web";

fn world() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    for host in [ACME, SECOND] {
        operator.domain("acme", host, &json!({"mitid_domain": MITID}));
    }
    operator.application("acme", ACME, WEB);
    operator
}

fn make(operator: &Operator, host: &str, client_id: &str) -> Reply {
    operator.post(&format!("{}/shadow", application_path("acme", host, client_id)), &json!({}))
}

fn drift(operator: &Operator, host: &str) -> Value {
    operator.get(&format!("{}/shadow-drift", domain_path("acme", host))).expect(200).body
}

fn differing(operator: &Operator) -> Value {
    drift(operator, ACME)["differing"].clone()
}

fn change(operator: &Operator, host: &str, field: &str, value: Value) {
    let at = application_path("acme", host, WEB);
    let mut body = operator.get(&at).expect(200).body;
    body[field] = value;
    operator.replace(&at, "*", &body).expect(200);
}

fn secrets(operator: &Operator, host: &str) -> Vec<Value> {
    let list = operator.get(&format!("{}/secrets", application_path("acme", host, WEB))).expect(200);
    list.body["items"].as_array().unwrap().clone()
}

#[test]
fn one_call_makes_the_shadow_with_every_setting_and_credential() {
    let operator = world();
    operator.post(&format!("{}/secrets", application_path("acme", ACME, WEB)), &json!({})).expect(201);
    change(&operator, ACME, "userinfo_response", json!("signed_jwt"));
    assert_eq!(drift(&operator, ACME)["missing"], json!([WEB]));
    let made = make(&operator, ACME, WEB).expect(201);
    assert_eq!(made.response.header("location"), Some(application_path("acme", MITID, WEB).as_str()));
    assert_eq!(made.body["userinfo_response"], "signed_jwt");
    assert_eq!(secrets(&operator, MITID), secrets(&operator, ACME));
    assert_eq!(
        drift(&operator, ACME),
        json!({"mitid_domain": MITID, "is_alike": true, "alike": 1, "missing": [], "differing": [], "extra": []})
    );
    // A secret of the ordinary domain is good at the MitID domain's token endpoint too.
    let published = |host: &str| {
        let kv = operator.ports.management.kv.borrow();
        let value = kv.iter().find(|(key, _)| key.starts_with(&format!("app:{host}:"))).unwrap().1.clone();
        let at = value.find("\"hash\":\"").unwrap() + 8;
        value[at..at + 43].to_owned()
    };
    assert_eq!(published(MITID), published(ACME));
}

#[test]
fn a_change_of_the_original_shows_as_drift_until_the_shadow_is_made_alike() {
    let operator = world();
    make(&operator, ACME, WEB).expect(201);
    change(&operator, ACME, "redirect_uris", json!(["https://app.example/new"]));
    change(&operator, MITID, "name", json!("Other"));
    assert_eq!(differing(&operator), json!([{"client_id": WEB, "fields": ["name", "redirect_uris"]}]));
    assert_eq!(drift(&operator, ACME)["is_alike"], false);
    make(&operator, ACME, WEB).expect(200);
    assert_eq!(drift(&operator, ACME)["is_alike"], true);
}

#[test]
fn credentials_are_kept_alike_too() {
    let operator = world();
    let at = format!("{}/secrets", application_path("acme", ACME, WEB));
    let first = operator.post(&at, &json!({})).expect(201).body["id"].as_str().unwrap().to_owned();
    make(&operator, ACME, WEB).expect(201);
    operator.post(&at, &json!({})).expect(201);
    operator.delete(&format!("{at}/{first}"), "*").expect(200);
    assert_eq!(differing(&operator), json!([{"client_id": WEB, "fields": ["secrets"]}]));
    make(&operator, ACME, WEB).expect(200);
    assert_eq!(differing(&operator), json!([]));
    assert_eq!(secrets(&operator, MITID), secrets(&operator, ACME), "the one of before counts no more");
    let log = operator.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
    let actions: Vec<&str> =
        log["items"].as_array().unwrap().iter().take(3).map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["secret.removed", "secret.created", "application.replaced"]);
}

#[test]
fn making_what_is_alike_writes_nothing() {
    let operator = world();
    make(&operator, ACME, WEB).expect(201);
    let log = || operator.get(&path(&["tenants", "acme", "audit"])).body["items"].as_array().unwrap().len();
    let before = log();
    make(&operator, ACME, WEB).expect(200);
    assert_eq!(log(), before);
}

#[test]
fn a_shadow_names_mitids_levels_only() {
    let operator = world();
    let both = json!(["urn:grn:authn:dk:nemid:poces", "urn:grn:authn:dk:mitid:substantial"]);
    change(&operator, ACME, "acr_values", both);
    let made = make(&operator, ACME, WEB).expect(201);
    assert_eq!(made.body["acr_values"], json!(["urn:grn:authn:dk:mitid:substantial"]));
    // An empty list would allow everything: what takes NemID's place stands there instead.
    for (nemid, mitid) in [("nemid:poces", "mitid:substantial"), ("nemid:moces", "mitid:business")] {
        change(&operator, ACME, "acr_values", json!([format!("urn:grn:authn:dk:{nemid}")]));
        let made = make(&operator, ACME, WEB).expect(200).body;
        assert_eq!(made["acr_values"], json!([format!("urn:grn:authn:dk:{mitid}")]));
    }
    assert_eq!(drift(&operator, ACME)["is_alike"], true);
}

#[test]
fn one_shadow_stands_for_the_same_client_of_two_ordinary_domains() {
    let operator = world();
    let body = json!({"name": "Web", "redirect_uris": ["https://shop.example/callback", "https://app.example/callback"]});
    operator.put(&application_path("acme", SECOND, WEB), &body).expect(201);
    let made = make(&operator, ACME, WEB).expect(201);
    assert_eq!(
        made.body["redirect_uris"],
        json!(["https://app.example/callback", "https://shop.example/callback"])
    );
    assert_eq!(drift(&operator, ACME)["is_alike"], true);
    assert_eq!(drift(&operator, ACME)["extra"], json!([]));
}

#[test]
fn callbacks_of_a_disabled_namesake_do_not_come_alive() {
    let operator = world();
    let body = json!({"name": "Web", "enabled": false, "redirect_uris": ["https://lost.example/callback"]});
    operator.put(&application_path("acme", SECOND, WEB), &body).expect(201);
    let made = make(&operator, ACME, WEB).expect(201);
    assert_eq!(made.body["redirect_uris"], json!(["https://app.example/callback"]));
    change(&operator, SECOND, "enabled", json!(true));
    assert_eq!(drift(&operator, ACME)["is_alike"], false);
    let at = domain_path("acme", SECOND);
    let mut domain = operator.get(&at).expect(200).body;
    domain["enabled"] = json!(false);
    operator.replace(&at, "*", &domain).expect(200);
    assert_eq!(drift(&operator, ACME)["is_alike"], true, "nor those of a disabled domain");
}

#[test]
fn a_shadow_is_held_to_the_rules_of_every_application() {
    let operator = Operator::new();
    operator.tenant("acme");
    let production = |more: Value| {
        let mut settings = json!({"environment": "PRODUCTION"});
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        settings
    };
    operator.domain("acme", MITID, &production(json!({"kind": "mitid"})));
    for host in [ACME, SECOND] {
        operator.domain("acme", host, &production(json!({"mitid_domain": MITID})));
    }
    operator.application("acme", ACME, WEB);
    let native = json!({
        "name": "App", "redirect_uris": ["http://127.0.0.1:9/callback"], "token_endpoint_auth_methods": ["none"],
    });
    operator.put(&application_path("acme", SECOND, WEB), &native).expect(201);
    assert_eq!(make(&operator, ACME, WEB).expect(422).wrong_fields(), ["redirect_uris[1]"]);
    let many: Vec<String> = (0..50).map(|number| format!("https://app.example/{number}")).collect();
    change(&operator, SECOND, "redirect_uris", json!(many));
    assert_eq!(make(&operator, ACME, WEB).expect(422).wrong_fields(), ["redirect_uris"]);
}

#[test]
fn what_stands_on_the_mitid_domain_alone_is_told_and_is_no_fault() {
    let operator = world();
    make(&operator, ACME, WEB).expect(201);
    operator.application("acme", MITID, "urn:acme:new");
    operator.application("acme", SECOND, "urn:acme:shop");
    operator.application("acme", MITID, "urn:acme:shop");
    let found = drift(&operator, ACME);
    assert_eq!((&found["extra"], &found["is_alike"]), (&json!(["urn:acme:new"]), &json!(true)));
}

#[test]
fn the_shadows_own_recording_is_left_alone() {
    let operator = world();
    make(&operator, ACME, WEB).expect(201);
    change(&operator, MITID, "recording_until", json!("2027-01-15T12:00:00Z"));
    assert_eq!(differing(&operator), json!([]));
}

#[test]
fn the_day_that_closes_nemid_for_an_application_is_its_shadows_too() {
    let operator = world();
    make(&operator, ACME, WEB).expect(201);
    change(&operator, ACME, "nemid_closed_at", json!("2027-02-01T00:00:00Z"));
    assert_eq!(differing(&operator), json!([{ "client_id": WEB, "fields": ["nemid_closed_at"] }]));
    make(&operator, ACME, WEB).expect(200);
    assert_eq!(differing(&operator), json!([]));
}

#[test]
fn only_an_ordinary_domain_that_leads_to_a_mitid_domain_has_shadows() {
    let operator = world();
    operator.domain("acme", "alone.acme.example", &json!({}));
    for host in [MITID, "alone.acme.example"] {
        operator.application("acme", host, "urn:acme:own");
        assert_eq!(make(&operator, host, "urn:acme:own").problem(), "no-mitid-domain");
        let told = operator.get(&format!("{}/shadow-drift", domain_path("acme", host)));
        assert_eq!(told.problem(), "no-mitid-domain");
    }
    make(&operator, ACME, "urn:acme:unknown").expect(404);
    operator.get(&format!("{}/shadow-drift", domain_path("acme", "unknown.example"))).expect(404);
}
