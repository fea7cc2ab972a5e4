//! Signed request objects by value (RFC 9101).

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::vault::{base64url, hmac_sha256};
use edge_eid::web::{Parameters, encode_pairs};
use serde_json::{Map, Value, json};
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const WEB: &str = "urn:acme:web";
const ISSUER: &str = "https://acme.example";

/// The demo's world in which `urn:acme:web` has a key.
fn with_key(key: &ClientKey) -> Broker {
    let broker = World::demo();
    broker.change_application(ACME, WEB, |app| app.protocol.jwks = Some(key.set()));
    broker
}

/// The parameters of an authorize URL as claims, with changes; null leaves one out.
fn object(broker: &Broker, key: &ClientKey, asked: &Asked, header: Value, changes: Value) -> String {
    let query = asked.url.split_once('?').unwrap().1;
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let mut claims: Map<String, Value> =
        parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let now = broker.now().0;
    claims
        .extend(json!({"iss": WEB, "aud": ISSUER, "iat": now, "exp": now + 60}).as_object().unwrap().clone());
    claims.extend(changes.as_object().unwrap().clone());
    key.sign(header, Value::Object(claims))
}

/// An authorize URL that carries an object, and the callback beside it.
fn carrying(object: &str, more: &str) -> String {
    let query = encode_pairs([
        ("client_id", WEB),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", CALLBACK),
        ("request", object),
    ]);
    format!("{ISSUER}/oauth2/authorize?{query}{more}")
}

#[test]
fn a_signed_request_logs_in_by_any_of_four_algorithms_and_of_either_type() {
    for alg in SignatureAlgorithm::ALL {
        let key = ClientKey::of(alg);
        let broker = with_key(&key);
        for typ in [Value::Null, json!("oauth-authz-req+jwt"), json!("JWT")] {
            let app = RelyingParty::web();
            let asked = app.ask(POCES);
            let url = carrying(&object(&broker, &key, &asked, json!({ "typ": typ }), json!({})), "");
            let answer = Browser::new(&broker).log_in(&url, Eid::Nemid, &Person::terne());
            app.redeem(&broker, &asked, &answer);
        }
    }
}

#[test]
fn what_stands_beside_the_object_counts_for_nothing() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let url = carrying(
        &object(&broker, &key, &asked, json!({}), json!({})),
        "&state=evil&nonce=evil&prompt=none&code_challenge=evil",
    )
    .replace(&encode_pairs([("redirect_uri", CALLBACK)]), "redirect_uri=https%3A%2F%2Fevil.example");
    let answer = Browser::new(&broker).log_in(&url, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn numbers_and_objects_are_read_as_a_query_would_carry_them() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let app = RelyingParty::web();
    let asked = app.ask("");
    let changes = json!({
        "max_age": 600,
        "claims": {"id_token": {"acr": {"essential": true, "value": "urn:grn:authn:dk:nemid:moces"}}},
    });
    let url = carrying(&object(&broker, &key, &asked, json!({}), changes), "");
    let page = Browser::new(&broker).visit(&url).page();
    assert!(!page.has_tab(Eid::Mitid), "NemID for employees has no tabs");
}

#[test]
fn an_object_that_breaks_a_rule_is_told_at_the_callback_beside_it() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let asked = RelyingParty::web().ask(POCES);
    let now = broker.now().0;
    let of = |header: Value, changes: Value| object(&broker, &key, &asked, header, changes);
    let stranger = ClientKey::of(SignatureAlgorithm::Es256);
    let good = of(json!({}), json!({}));
    let (input, _) = good.rsplit_once('.').unwrap();
    let unsigned = |alg: &str| {
        let header = base64url(json!({ "alg": alg }).to_string().as_bytes());
        format!("{header}.{}", input.split_once('.').unwrap().1)
    };
    let by_public_key = unsigned("HS256");
    let mac = hmac_sha256(key.set().as_bytes(), &[by_public_key.as_bytes()]);
    for (what, object) in [
        ("not signed, OIDC Core 6.1", format!("{}.", unsigned("none"))),
        ("alg confusion, CVE-2015-9235", format!("{by_public_key}.{}", base64url(&mac))),
        ("signed by a stranger", object(&broker, &stranger, &asked, json!({ "kid": key.kid }), json!({}))),
        ("altered", format!("{input}.{}", base64url(&[7; 64]))),
        ("another issuer", of(json!({}), json!({"iss": "urn:acme:spa"}))),
        ("without issuer", of(json!({}), json!({"iss": null}))),
        ("for another client", of(json!({}), json!({"client_id": "urn:acme:spa"}))),
        ("for the MitID domain", of(json!({}), json!({"aud": "https://acme.mitid.example"}))),
        ("for two", of(json!({}), json!({"aud": [ISSUER, "https://evil.example"]}))),
        ("without audience", of(json!({}), json!({"aud": null}))),
        ("a client assertion", of(json!({}), json!({"sub": WEB}))),
        ("of another type", of(json!({"typ": "client-authentication+jwt"}), json!({}))),
        ("over", of(json!({}), json!({"exp": now - 60}))),
        ("of the future", of(json!({}), json!({"nbf": now + 60}))),
        ("with an object in it", of(json!({}), json!({"request": "x"}))),
        ("with a reference in it", of(json!({}), json!({"request_uri": "https://evil.example"}))),
        ("with crit", of(json!({"crit": ["exp"]}), json!({}))),
        ("no token", "x".to_owned()),
    ] {
        let answer = Browser::new(&broker).visit(&carrying(&object, "&state=s")).application();
        assert_eq!((answer.error(), answer.get("state")), ("invalid_request_object", Some("s")), "{what}");
    }
    let twice = carrying(&good, "&request=x");
    assert_eq!(Browser::new(&broker).visit(&twice).application().error(), "invalid_request_object");
    let elsewhere = carrying("x", "").replace("app.example", "evil.example");
    assert_eq!(Browser::new(&broker).visit(&elsewhere).page().status, 400);
}

#[test]
fn a_callback_in_the_object_must_be_registered_too() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let asked = RelyingParty::web().ask(POCES);
    let url = carrying(
        &object(&broker, &key, &asked, json!({}), json!({"redirect_uri": "https://evil.example"})),
        "",
    );
    assert_eq!(Browser::new(&broker).visit(&url).page().status, 400);
}

#[test]
fn an_object_can_be_pushed() {
    let key = ClientKey::of(SignatureAlgorithm::Ps256);
    let broker = with_key(&key);
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let form =
        encode_pairs([("client_id", WEB), ("request", &object(&broker, &key, &asked, json!({}), json!({})))]);
    let basic = app.basic();
    let response = broker.post(&format!("{ISSUER}/oauth2/par"), &[("authorization", basic.as_str())], &form);
    assert_eq!(response.status, 201, "{}", response.body);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let query = encode_pairs([("client_id", WEB), ("request_uri", body["request_uri"].as_str().unwrap())]);
    let url = format!("{ISSUER}/oauth2/authorize?{query}");
    let answer = Browser::new(&broker).log_in(&url, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_pushed_object_that_breaks_a_rule_is_an_invalid_request_object_with_and_without_a_callback_beside_it() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let basic = RelyingParty::web().basic();
    for beside in [&[("redirect_uri", CALLBACK)][..], &[]] {
        let form = encode_pairs([("client_id", WEB), ("request", "x")].iter().chain(beside).copied());
        let response =
            broker.post(&format!("{ISSUER}/oauth2/par"), &[("authorization", basic.as_str())], &form);
        assert_eq!(
            (response.status, error_of(&response).as_str()),
            (400, "invalid_request_object"),
            "{beside:?}"
        );
    }
}

#[test]
fn a_client_without_keys_can_send_none() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = World::demo();
    let asked = RelyingParty::web().ask(POCES);
    let url = carrying(&object(&broker, &key, &asked, json!({}), json!({})), "");
    assert_eq!(Browser::new(&broker).visit(&url).application().error(), "request_not_supported");
}

#[test]
fn clocks_may_differ_by_ten_seconds() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = with_key(&key);
    let asked = RelyingParty::web().ask(POCES);
    let now = broker.now().0;
    let accepted = |name: &str, time: u64| {
        let object = object(&broker, &key, &asked, json!({}), json!({ name: time }));
        matches!(Browser::new(&broker).visit(&carrying(&object, "")), Stop::Page(page) if page.status == 200)
    };
    for name in ["iat", "nbf"] {
        assert!(accepted(name, now + 10), "{name}");
        assert!(!accepted(name, now + 11), "{name}");
    }
    assert!(accepted("exp", now - 9));
    assert!(!accepted("exp", now - 10));
}
