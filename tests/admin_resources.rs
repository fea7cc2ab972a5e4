//! The admin API's rules for upstreams, applications, secrets and keys.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::login::consent::{Event, SHARDS, object_name};
use edge_eid::model::domain::upstream_secret_label;
use edge_eid::model::key_ring::signing_key_label;
use edge_eid::model::{DomainSnapshot, Host, Sealed};
use edge_eid::ports::Consents;
use edge_eid::vault::EnvironmentKeys;
use serde_json::{Value, json};
use support::admin::{Operator, application_path, domain_path, path};
use support::block_on;

const TEST: &str = "test.acme.example";
const PRODUCTION: &str = "acme.example";
const MITID: &str = "mitid.acme.example";
const WEB: &str = "urn:acme:web";

fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", TEST, &json!({}));
    operator.domain("acme", PRODUCTION, &json!({"environment": "PRODUCTION"}));
    operator
}

fn upstream_path(host: &str, eid: &str) -> String {
    format!("{}/upstreams/{eid}", domain_path("acme", host))
}

fn secrets_path(client_id: &str) -> String {
    format!("{}/secrets", application_path("acme", TEST, client_id))
}

fn upstream(issuer: &str) -> Value {
    json!({"issuer": issuer, "client_id": "edge-eid", "client_secret": "upstream-secret"})
}

fn snapshot(operator: &Operator, host: &str) -> DomainSnapshot {
    operator.ports.management.published(&format!("domain:{host}")).unwrap().value.unwrap()
}

#[test]
fn a_production_domain_sends_nobody_to_a_simulator_or_an_inner_host() {
    let operator = acme();
    for issuer in [
        "http://localhost:8787/simulator/nemid",
        "https://acme.example/simulator/nemid",
        "https://10.0.0.1/op",
        "https://intranet/op",
        "https://broker.example:8443/op",
        "https://broker.local/op",
    ] {
        let reply = operator.put(&upstream_path(PRODUCTION, "nemid"), &upstream(issuer));
        assert_eq!((reply.status, reply.wrong_fields()[0]), (422, "issuer"), "{issuer}");
    }
    operator.put(&upstream_path(PRODUCTION, "nemid"), &upstream("https://broker.example/op")).expect(201);
    let local = upstream("http://localhost:8787/simulator/nemid");
    operator.put(&upstream_path(TEST, "nemid"), &local).expect(201);
}

#[test]
fn an_upstreams_fields_follow_their_rules() {
    let operator = acme();
    let at = upstream_path(TEST, "nemid");
    let mut wrong = upstream("https://broker.example/op/");
    wrong["scopes"] = json!(["email", "openid"]);
    wrong["claim_map"] = json!({"ssn": "x"});
    let reply = operator.put(&at, &wrong).expect(422);
    assert_eq!(reply.wrong_fields(), ["issuer", "scopes", "claim_map"]);
    assert_eq!(
        operator.put(&upstream_path(TEST, "bankid"), &upstream("https://broker.example/op")).status,
        404
    );
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    let nemid = operator.put(&upstream_path(MITID, "nemid"), &upstream("https://broker.example/op"));
    assert_eq!(nemid.wrong_fields(), ["eid"], "a MitID domain runs MitID only");
}

#[test]
fn an_upstreams_secret_stays_unless_replaced_and_goes_to_no_other_issuer() {
    let operator = acme();
    let at = upstream_path(TEST, "nemid");
    let without_secret = json!({"issuer": "https://broker.example/op", "client_id": "edge-eid"});
    assert_eq!(operator.put(&at, &without_secret).wrong_fields(), ["client_secret"]);
    operator.put(&at, &upstream("https://broker.example/op")).expect(201);
    let first = snapshot(&operator, TEST).upstreams.iter().next().unwrap().1.clone();

    let renamed = json!({"issuer": "https://broker.example/op", "client_id": "other"});
    operator.replace(&at, "*", &renamed).expect(200);
    let second = snapshot(&operator, TEST).upstreams.iter().next().unwrap().1.clone();
    assert_eq!((second.client_id.as_str(), &second.client_secret), ("other", &first.client_secret));

    let elsewhere = json!({"issuer": "https://evil.example/op", "client_id": "other"});
    assert_eq!(operator.replace(&at, "*", &elsewhere).wrong_fields(), ["client_secret"]);
}

#[test]
fn what_is_published_opens_with_the_environments_keys_and_with_no_other() {
    let operator = acme();
    operator.put(&upstream_path(TEST, "nemid"), &upstream("https://broker.example/op")).expect(201);
    let (test, production) = (snapshot(&operator, TEST), snapshot(&operator, PRODUCTION));
    let keys = block_on(EnvironmentKeys::of(&operator.ports, &test)).unwrap();
    let others = block_on(EnvironmentKeys::of(&operator.ports, &production)).unwrap();
    let (eid, upstream) = test.upstreams.iter().next().unwrap();
    let label = upstream_secret_label(&Host::parse(TEST).unwrap(), *eid);
    let open = |keys: &EnvironmentKeys, label: &str| {
        block_on(keys.open(&operator.ports, label, &upstream.client_secret))
    };
    assert_eq!(open(&keys, &label).unwrap(), b"upstream-secret");
    assert!(open(&others, &label).is_err());
    assert!(open(&keys, &upstream_secret_label(&Host::parse(PRODUCTION).unwrap(), *eid)).is_err());
    for key in test.keys.iter().filter(|key| key.private.is_some()) {
        let sealed = key.private.as_ref().unwrap();
        assert!(block_on(keys.open(&operator.ports, &signing_key_label(&key.kid), sealed)).is_ok());
    }
}

#[test]
fn each_environment_gets_a_signing_and_a_standby_key_for_each_eid_and_keeps_them() {
    let operator = acme();
    let keys_of = |environment: &str| {
        operator.get(&path(&["tenants", "acme", "environments", environment, "keys"])).expect(200).body
    };
    let test = keys_of("TEST");
    let states: Vec<_> =
        test["items"].as_array().unwrap().iter().map(|key| (&key["eid"], &key["state"])).collect();
    let (nemid, mitid, active, standby) = (json!("nemid"), json!("mitid"), json!("active"), json!("standby"));
    assert_eq!(states, [(&nemid, &active), (&nemid, &standby), (&mitid, &active), (&mitid, &standby)]);
    for key in test["items"].as_array().unwrap() {
        assert!(!keys_of("PRODUCTION").to_string().contains(key["kid"].as_str().unwrap()));
    }
    operator.domain("acme", "second.example", &json!({}));
    assert_eq!(keys_of("TEST")["rings"], test["rings"], "a second domain shares them");
    assert_eq!(keys_of("TEST")["items"][0]["announced_by"], json!(["second.example", TEST]));
    assert_eq!(snapshot(&operator, "second.example").keys, snapshot(&operator, TEST).keys);
    assert_eq!(operator.get(&path(&["tenants", "acme", "environments", "LIVE", "keys"])).status, 404);
    operator.tenant("globex");
    assert_eq!(operator.get(&path(&["tenants", "globex", "environments", "TEST", "keys"])).status, 404);
}

#[test]
fn in_production_only_native_applications_have_callbacks_without_tls() {
    let operator = acme();
    let mut body =
        json!({"name": "App", "redirect_uris": ["https://app.example/cb", "http://127.0.0.1:5000/cb"]});
    let at = application_path("acme", PRODUCTION, WEB);
    assert_eq!(operator.put(&at, &body).wrong_fields(), ["redirect_uris[1]"]);
    body["token_endpoint_auth_methods"] = json!(["none"]);
    body["initiate_login_uri"] = json!("http://localhost:3000/login");
    assert_eq!(operator.put(&at, &body).wrong_fields(), ["initiate_login_uri"]);
    body["initiate_login_uri"] = Value::Null;
    operator.put(&at, &body).expect(201);
    operator
        .put(
            &application_path("acme", TEST, WEB),
            &json!({
                "name": "App", "redirect_uris": ["http://localhost:3000/callback"],
            }),
        )
        .expect(201);
}

#[test]
fn a_callback_or_method_that_stands_there_twice_is_refused() {
    let operator = acme();
    let body = json!({
        "name": "App", "redirect_uris": ["https://app.example/cb", "https://app.example/cb"],
        "token_endpoint_auth_methods": ["client_secret_post", "client_secret_post"],
    });
    let reply = operator.put(&application_path("acme", TEST, WEB), &body);
    assert_eq!(reply.wrong_fields(), ["redirect_uris[1]", "token_endpoint_auth_methods[1]"]);
    let none = json!({"name": "App", "redirect_uris": [], "token_endpoint_auth_methods": []});
    let reply = operator.put(&application_path("acme", TEST, WEB), &none);
    assert_eq!(reply.wrong_fields(), ["redirect_uris", "token_endpoint_auth_methods"]);
}

#[test]
fn a_secret_is_shown_once_or_imported_and_there_are_four_at_most() {
    let operator = acme();
    operator.application("acme", TEST, WEB);
    let made = operator.post(&secrets_path(WEB), &json!({})).expect(201);
    assert_eq!(made.body["secret"].as_str().unwrap().len(), 43, "32 random bytes");
    let imported = operator.post(&secrets_path(WEB), &json!({"secret": "acme-web-secret"})).expect(201);
    assert!(imported.body.get("secret").is_none());
    let twin = operator.post(&secrets_path(WEB), &json!({"secret": "acme-web-secret"}));
    assert_eq!((twin.status, twin.problem()), (409, "secret-exists"));

    operator.post(&secrets_path(WEB), &json!({"expires_at": "2027-01-16T00:00:00+01:00"})).expect(201);
    operator.post(&secrets_path(WEB), &json!({})).expect(201);
    assert_eq!(operator.post(&secrets_path(WEB), &json!({})).problem(), "limit-reached");
    let list = operator.get(&secrets_path(WEB)).expect(200).body;
    assert_eq!(list["items"].as_array().unwrap().len(), 4);

    let at = format!("{}/{}", secrets_path(WEB), made.body["id"].as_str().unwrap());
    let read = operator.get(&at).expect(200);
    assert_eq!(made.response.header("location"), Some(at.as_str()));
    operator.delete(&at, &read.etag).expect(200);
    assert_eq!(operator.get(&at).status, 404);
    operator.post(&secrets_path(WEB), &json!({})).expect(201);
}

#[test]
fn a_secret_too_short_or_over_already_is_refused() {
    let operator = acme();
    operator.application("acme", TEST, WEB);
    for secret in
        [json!("short"), json!("with a space in it"), json!("æøåæøåæøåæøå"), json!("x".repeat(201)), json!(7)]
    {
        assert_eq!(operator.post(&secrets_path(WEB), &json!({"secret": secret})).wrong_fields(), ["secret"]);
    }
    for end in ["2027-01-15T08:00:00Z", "1999-01-01T00:00:00Z", "tomorrow"] {
        assert_eq!(
            operator.post(&secrets_path(WEB), &json!({"expires_at": end})).wrong_fields(),
            ["expires_at"]
        );
    }
}

#[test]
fn a_public_application_has_no_secrets() {
    let operator = acme();
    let body = json!({
        "name": "App", "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_methods": ["none"],
    });
    operator.put(&application_path("acme", TEST, WEB), &body).expect(201);
    assert_eq!(operator.post(&secrets_path(WEB), &json!({})).problem(), "public-application");
    assert_eq!(operator.post(&secrets_path("urn:acme:none"), &json!({})).status, 404);
}

#[test]
fn a_removed_applications_secrets_do_not_come_back() {
    let operator = acme();
    operator.application("acme", TEST, WEB);
    operator.post(&secrets_path(WEB), &json!({"secret": "acme-web-secret"})).expect(201);
    operator.delete(&application_path("acme", TEST, WEB), "*").expect(200);
    let log = operator.get(&format!("{}?limit=2", path(&["tenants", "acme", "audit"]))).expect(200).body;
    let actions: Vec<_> = log["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["secret.removed", "application.removed"]);
    operator.application("acme", TEST, WEB);
    assert_eq!(operator.get(&secrets_path(WEB)).expect(200).body["items"], json!([]));
}

#[test]
fn the_switches_about_cpr_numbers_are_an_environments_and_reach_its_domains() {
    let operator = acme();
    let at = |environment: &str| path(&["tenants", "acme", "environments", environment]);
    let read = operator.get(&at("TEST")).expect(200);
    let off = json!({"environment": "TEST", "add_cpr_for_personal_logins": false, "cpr_optional": true});
    assert_eq!(read.body, off);
    let on = json!({"add_cpr_for_personal_logins": true, "cpr_optional": false});
    operator.replace(&at("TEST"), &read.etag, &on).expect(200);
    operator.replace(&at("TEST"), &read.etag, &on).expect(412);
    assert!(snapshot(&operator, TEST).cpr.add_for_personal_logins);
    assert!(!snapshot(&operator, TEST).cpr.optional);
    let other = snapshot(&operator, PRODUCTION).cpr;
    assert!(!other.add_for_personal_logins && other.optional, "environments share nothing");
    // Settings change, keys do not.
    let keys = operator.get(&format!("{}/keys", at("TEST"))).expect(200);
    assert_eq!(keys.body["items"].as_array().unwrap().len(), 4);
    operator.tenant("globex");
    operator.get(&path(&["tenants", "globex", "environments", "TEST"])).expect(404);
}

#[test]
fn an_upstream_says_how_a_cpr_number_is_had_of_it() {
    let operator = acme();
    let with = |more: &Value| {
        let mut body = upstream("https://broker.example/op");
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        operator.put_with(&upstream_path(PRODUCTION, "nemid"), &[("if-none-match", "*")], &body)
    };
    for (more, wrong) in [
        (json!({"cpr": "guess"}), "cpr"),
        (json!({"cpr": "match"}), "cpr_match_url"),
        (json!({"cpr": "scope", "cpr_match_url": "https://broker.example/match"}), "cpr_match_url"),
        (json!({"cpr_scope": "ssn"}), "cpr_scope"),
        (json!({"cpr": "scope", "cpr_scope": "a\"b"}), "cpr_scope"),
        (json!({"cpr": "match", "cpr_match_url": "https://10.0.0.1/match"}), "cpr_match_url"),
        (
            json!({"cpr": "match", "cpr_match_url": "https://acme.example/simulator/mitid/match"}),
            "cpr_match_url",
        ),
    ] {
        let reply = with(&more);
        assert_eq!((reply.status, reply.wrong_fields()), (422, vec![wrong]), "{more}");
    }
    let plain = with(&json!({})).expect(201);
    assert_eq!((&plain.body["cpr"], &plain.body["cpr_scope"]), (&json!("none"), &Value::Null));
    let change = |etag: &str, more: &Value| {
        let mut body = upstream("https://broker.example/op");
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        operator.replace(&upstream_path(PRODUCTION, "nemid"), etag, &body).expect(200)
    };
    let asks = change(&plain.etag, &json!({"cpr": "scope"}));
    assert_eq!(asks.body["cpr_scope"], "ssn");
    let url = "https://broker.example/match";
    let matches = change(&asks.etag, &json!({"cpr": "match", "cpr_match_url": url}));
    assert_eq!((&matches.body["cpr"], &matches.body["cpr_match_url"]), (&json!("match"), &json!(url)));
    // What was read can be sent back.
    let mut read = operator.get(&upstream_path(PRODUCTION, "nemid")).expect(200);
    read.body["client_secret"] = json!("another");
    operator.replace(&upstream_path(PRODUCTION, "nemid"), &read.etag, &read.body).expect(200);
}

#[test]
fn the_ledger_of_consents_tells_who_and_when_over_all_shards_and_of_one_environment() {
    let operator = acme();
    let at = |environment: &str| path(&["tenants", "acme", "environments", environment, "consents"]);
    assert_eq!(operator.get(&at("TEST")).expect(200).body, json!({"items": [], "next": null}));
    let now = operator.now.get();
    for number in 0..40_u8 {
        let name = object_name("acme/TEST", number % SHARDS);
        let (key, pseudonym) = (format!("key-{number}"), format!("{{{number}}}"));
        let event = Event::Remember { key, pseudonym, cpr: Sealed("sealed-canary".to_owned()) };
        block_on(operator.ports.consent(&name, &event, now)).unwrap();
    }
    let gone = Event::Forget { key: "key-7".to_owned() };
    block_on(operator.ports.consent(&object_name("acme/TEST", 7), &gone, now.plus(60))).unwrap();
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = operator.get(&format!("{}?limit=7{after}", at("TEST"))).expect(200).body;
        assert!(!page.to_string().contains("canary"));
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", edge_eid::web::percent_encode(next)),
            None => break,
        }
    }
    let mut names: Vec<&str> = seen.iter().map(|item| item["pseudonym"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((seen.len(), names.len()), (40, 40), "each once");
    let of_seven = seen.iter().find(|item| item["pseudonym"] == "{7}").unwrap();
    assert_eq!(of_seven["deleted_at"], now.plus(60).iso8601());
    assert_eq!(of_seven["until"], now.plus(365 * 86_400).iso8601());
    assert_eq!(seen.iter().filter(|item| item["deleted_at"].is_null()).count(), 39);
    assert_eq!(operator.get(&at("PRODUCTION")).expect(200).body["items"], json!([]));
    operator.get(&format!("{}?after=99:x", at("TEST"))).expect(422);
    operator.get(&format!("{}?after=x", at("TEST"))).expect(422);
}
