//! The admin API's rules for upstreams, applications, secrets and keys.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::domains::WARNED_BEFORE_SECONDS;
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
        block_on(keys.open(&operator.ports, label, upstream.client_secret.as_ref().unwrap()))
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

#[test]
fn a_preset_fills_in_what_is_not_given_and_what_is_given_counts() {
    let operator = acme();
    let at = |host: &str| upstream_path(host, "mitid");
    let neb = |host: &str, more: Value| {
        let mut body = json!({"preset": "neb", "client_id": "edge-eid", "client_secret": "upstream-secret"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.put_with(&at(host), &[("if-none-match", "*")], &body)
    };
    let made = neb(TEST, json!({})).expect(201).body;
    assert_eq!(made["issuer"], "https://pp.netseidbroker.dk/op");
    assert_eq!(made["scopes"], json!(["openid", "mitid"]));
    assert_eq!(made["dialect"], "neb");
    assert_eq!(made["employee_scopes"], json!(["nemlogin"]));
    assert_eq!((&made["cpr"], &made["cpr_scope"]), (&json!("scope"), &json!("ssn")));
    assert_eq!(made["claim_map"]["cpr"], "dk.cpr");
    // Resolved: what is published names values only.
    let published = &snapshot(&operator, TEST).upstreams;
    let text = edge_eid::json::write(published);
    assert!(!text.contains("preset") && text.contains("mitid.identity_name"), "{text}");
    let production = neb(
        PRODUCTION,
        json!({
            "scopes": ["openid", "mitid", "nemid.pid"], "cpr": "none", "claim_map": {"name": "x", "aal": "y"},
            "level_map": {"gold": "high"}, "employee_scopes": [], "parameters": {"language": "kl"},
        }),
    );
    let production = production.expect(201);
    assert_eq!(production.body["issuer"], "https://netseidbroker.dk/op");
    assert_eq!(production.body["scopes"], json!(["openid", "mitid", "nemid.pid"]));
    assert_eq!((&production.body["cpr"], &production.body["cpr_scope"]), (&json!("none"), &Value::Null));
    let map = &production.body["claim_map"];
    assert_eq!((&map["name"], &map["aal"], &map["cpr"]), (&json!("x"), &json!("y"), &json!("dk.cpr")));
    assert_eq!(production.body["level_map"], json!({"gold": "high"}));
    // What is shown may be put back, and then nothing changes.
    let shown = operator.get(&at(PRODUCTION)).expect(200);
    let again = operator.replace(&at(PRODUCTION), &shown.etag, &shown.body).expect(200);
    assert_eq!(again.etag, shown.etag);
}

#[test]
fn presets_of_customers_own_domains_need_an_issuer_and_a_test_environment_serves_no_production() {
    let operator = acme();
    let at = upstream_path(PRODUCTION, "mitid");
    for (preset, test, production) in [
        (
            "signicat",
            "https://acme.sandbox.signicat.com/auth/open",
            "https://acme.app.signicat.com/auth/open",
        ),
        ("idura", "https://acme.test.idura.broker", "https://acme.idura.broker"),
        ("neb", "https://pp.netseidbroker.dk/op", "https://netseidbroker.dk/op"),
        ("generic", "https://acme.pp.mitid.dk", "https://acme.mitid.dk"),
    ] {
        let body = |issuer| json!({"preset": preset, "issuer": issuer, "client_id": "edge-eid", "client_secret": "upstream-secret"});
        if preset != "neb" {
            assert_eq!(
                put_any(&operator, &at, &body(Value::Null)).expect(422).wrong_fields(),
                ["issuer"],
                "{preset}"
            );
        }
        assert_eq!(
            put_any(&operator, &at, &body(json!(test))).expect(422).wrong_fields(),
            ["issuer"],
            "{preset}"
        );
        assert!([200, 201].contains(&put_any(&operator, &at, &body(json!(production))).status), "{preset}");
        put_any(&operator, &upstream_path(TEST, "mitid"), &body(json!(test)));
    }
}

fn put_any(operator: &Operator, at: &str, body: &Value) -> support::admin::Reply {
    let known = operator.get(at);
    if known.status == 404 { operator.put(at, body) } else { operator.replace(at, &known.etag, body) }
}

#[test]
fn a_setting_says_nothing_that_a_login_itself_says_at_an_upstream() {
    let operator = acme();
    let mut body = upstream("https://broker.example/op");
    let long = "x".repeat(301);
    for (name, value) in [
        ("state", "x"),
        ("redirect_uri", "https://evil.example"),
        ("code_challenge_method", "plain"),
        ("prompt", "none"),
        ("a b", "x"),
        ("a", "x\ny"),
        ("a", &long),
    ] {
        body["parameters"] = json!({ name: value });
        let reply = operator.put(&upstream_path(TEST, "mitid"), &body).expect(422);
        assert_eq!(reply.wrong_fields(), ["parameters"], "{name}");
    }
    for (field, value) in [
        ("preset", json!("criipto")),
        ("dialect", json!("x")),
        ("level_map", json!({"gold": "platinum"})),
        ("level_map", json!({"a b": "low"})),
        ("claim_map", json!({"name": "a  b"})),
        ("claim_map", json!([])),
        ("employee_scopes", json!("nemlogin")),
        ("client_auth", json!("client_secret_post")),
        ("assertion_audience", json!("issuer")),
        ("renew_client_key", json!(true)),
    ] {
        let mut body = upstream("https://broker.example/op");
        body[field] = value.clone();
        let reply = operator.put(&upstream_path(TEST, "mitid"), &body).expect(422);
        assert_eq!(reply.wrong_fields(), [field], "{value}");
    }
}

#[test]
fn a_key_at_an_upstream_is_made_here_shown_by_its_public_half_and_kept() {
    let operator = acme();
    let at = upstream_path(TEST, "mitid");
    let by_key = |issuer: &str, more: Value| {
        let mut body = json!({"issuer": issuer, "client_id": "edge-eid", "client_auth": "private_key_jwt"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let first = operator.put(&at, &by_key("https://broker.example/op", json!({}))).expect(201).body;
    let key = &first["client_key"];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert!(key.get("d").is_none() && key["n"].as_str().unwrap().len() > 300);
    let put = |body: &Value| put_any(&operator, &at, body).expect(200).body;
    let kept = put(&by_key("https://broker.example/op", json!({"assertion_audience": "token_endpoint"})));
    assert_eq!(&kept["client_key"], key, "the upstream knows it already");
    assert_eq!(kept["assertion_audience"], "token_endpoint");
    let renewed = put(&by_key("https://broker.example/op", json!({"renew_client_key": true})));
    assert_ne!(renewed["client_key"]["kid"], key["kid"]);
    let elsewhere = put(&by_key("https://other.example/op", json!({})));
    assert_ne!(elsewhere["client_key"]["kid"], renewed["client_key"]["kid"], "another upstream, another key");
    let secret = put(&upstream("https://other.example/op"));
    assert_eq!(
        (&secret["client_auth"], &secret["client_key"]),
        (&json!("client_secret_basic"), &Value::Null)
    );
    let none = operator.replace(
        &at,
        &operator.get(&at).etag,
        &by_key("https://other.example/op", json!({"client_secret": "x"})),
    );
    assert_eq!(none.expect(422).wrong_fields(), ["client_secret"]);
}

#[test]
fn case_24_an_administrator_is_warned_before_nemid_closes_and_once_it_has() {
    let operator = acme();
    let warned = |host: &str, at: Option<u64>| {
        let closed_at = at.map(|seconds| edge_eid::model::UnixTime(seconds).iso8601());
        operator.domain("acme", host, &json!({"nemid_closed_at": closed_at}));
        let domain = operator.get(&domain_path("acme", host)).expect(200).body;
        let codes = domain["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].clone());
        codes.map(|code| code.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let now = operator.now.get().0;
    for (number, (at, expected)) in [
        (Some(now + WARNED_BEFORE_SECONDS + 1), None),
        (Some(now + WARNED_BEFORE_SECONDS), Some("nemid_closes")),
        (Some(now + 1), Some("nemid_closes")),
        (Some(now), Some("nemid_closed")),
        // A build with the simulators keeps NemID open in TEST until a day is set.
        (None, None),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(
            warned(&format!("case24-{number}.example"), at),
            expected.into_iter().collect::<Vec<_>>(),
            "{at:?}"
        );
    }
    // A MitID domain runs no NemID.
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    let mitid = operator.get(&domain_path("acme", MITID)).expect(200).body;
    assert_eq!(mitid["warnings"], json!([]));
}
