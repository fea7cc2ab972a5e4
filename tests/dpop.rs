//! Access tokens that are bound to a key (RFC 9449): at the token endpoint, at userinfo, and codes
//! that are bound before.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::web::{Method, Response, encode_pairs};
use serde_json::{Value, json};
use support::broker::request;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

fn url(path: &str) -> String {
    format!("https://{ACME}/oauth2/{path}")
}

fn key() -> ClientKey {
    ClientKey::of(SignatureAlgorithm::Es256)
}

/// A login of an application: its code and verifier.
fn code_of(broker: &Broker, app: &RelyingParty, more: &[(&str, &str)]) -> (Asked, Answer) {
    let asked = app.ask_with(&[&[("acr_values", POCES)], more].concat());
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    (asked, answer)
}

/// Redeems a code of the public application with these proofs.
fn redeem(broker: &Broker, asked: &Asked, answer: &Answer, proofs: &[&str]) -> Response {
    let app = RelyingParty::spa();
    let id = encode_pairs([("client_id", app.client_id.as_str())]);
    let form = format!("{}&{id}", app.form(answer.code(), &asked.verifier));
    let headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    broker.post(&url("token"), &headers, &form)
}

/// A bound access token of the public application.
fn bound(broker: &Broker, key: &ClientKey) -> String {
    let (asked, answer) = code_of(broker, &RelyingParty::spa(), &[]);
    let proof = key.proof(broker, "POST", &url("token"), json!({}));
    let response = redeem(broker, &asked, &answer, &[&proof]);
    let body = body_of(&response);
    assert_eq!((response.status, &body["token_type"]), (200, &json!("DPoP")));
    body["access_token"].as_str().unwrap().to_owned()
}

fn body_of(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

fn userinfo(broker: &Broker, scheme: &str, access_token: &str, proofs: &[&str]) -> Response {
    let authorization = format!("{scheme} {access_token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    broker.send(&request(Method::Get, &url("userinfo"), &headers, ""))
}

fn invalid_proof(response: &Response, status: u16) -> bool {
    (response.status, error_of(response)) == (status, "invalid_dpop_proof".to_owned())
}

#[test]
fn a_token_is_bound_to_a_key_of_any_kind_and_counts_with_a_proof_of_it() {
    for alg in SignatureAlgorithm::ALL {
        let broker = World::demo();
        let key = ClientKey::of(alg);
        broker.ports.take_counts();
        let token = bound(&broker, &key);
        let counts = broker.ports.take_counts();
        assert_eq!((counts.login_requests, counts.once_requests), (2, 1), "one object request more");
        let proof = key.proof_with(&broker, "GET", &url("userinfo"), &token);
        let response = userinfo(&broker, "DPoP", &token, &[&proof]);
        assert_eq!(response.status, 200, "{alg:?} {}", response.body);
        assert!(body_of(&response)["sub"].is_string());
        let counts = broker.ports.take_counts();
        assert_eq!((counts.login_requests, counts.once_requests), (1, 1));
    }
}

#[test]
fn a_bound_token_is_no_bearer_token_and_the_other_way_round_rfc_9449_7_2() {
    let broker = World::demo();
    let key = key();
    let token = bound(&broker, &key);
    let response = userinfo(&broker, "Bearer", &token, &[]);
    assert_eq!((response.status, error_of(&response)), (401, "invalid_token".to_owned()));
    assert!(response.header("www-authenticate").unwrap().contains("DPoP algs=\"RS256 PS256 ES256 EdDSA\""));
    let proof = key.proof_with(&broker, "GET", &url("userinfo"), &token);
    assert_eq!(userinfo(&broker, "Bearer", &token, &[&proof]).status, 401, "whatever comes beside");

    let app = RelyingParty::web();
    let (asked, answer) = code_of(&broker, &app, &[]);
    let plain = app.redeem(&broker, &asked, &answer).access_token;
    let proof = key.proof_with(&broker, "GET", &url("userinfo"), &plain);
    let response = userinfo(&broker, "DPoP", &plain, &[&proof]);
    assert_eq!((response.status, error_of(&response)), (401, "invalid_token".to_owned()));
    assert_eq!(userinfo(&broker, "Bearer", &plain, &[]).status, 200);
}

#[test]
fn a_token_counts_with_a_fresh_proof_of_its_own_key_for_this_request_only() {
    let broker = World::demo();
    let (key, other) = (key(), key());
    let token = bound(&broker, &key);
    let another = bound(&broker, &key);
    let target = url("userinfo");
    let told = |proofs: &[&str]| {
        let response = userinfo(&broker, "dpop", &token, proofs);
        let challenge = response.header("www-authenticate").unwrap_or_default();
        assert!(response.status == 200 || challenge.starts_with("DPoP error=\""), "RFC 9449 §7.1");
        (response.status, error_of(&response))
    };
    let invalid = (401, "invalid_dpop_proof".to_owned());
    assert_eq!(told(&[]), invalid);
    for proof in [
        key.proof(&broker, "GET", &target, json!({})),
        key.proof_with(&broker, "GET", &target, &another),
        key.proof_with(&broker, "POST", &target, &token),
        key.proof_with(&broker, "GET", &url("token"), &token),
        key.proof_with(&broker, "GET", &target.replace(ACME, ACME_MITID), &token),
    ] {
        assert_eq!(told(&[&proof]), invalid);
    }
    let others = other.proof_with(&broker, "GET", &target, &token);
    assert_eq!(told(&[&others]), (401, "invalid_token".to_owned()));
    let proof = key.proof_with(&broker, "GET", &target, &token);
    let second = key.proof_with(&broker, "GET", &target, &token);
    assert_eq!(told(&[&proof, &second]), invalid, "several headers");
    assert_eq!(told(&[&format!("{proof}, {second}")]), invalid, "as the platform joins them");
    assert_eq!(told(&[&proof]).0, 200);
    assert_eq!(told(&[&proof]), invalid, "replayed");
    broker.wait(61);
    assert_eq!(told(&[&second]), invalid, "too old");
}

#[test]
fn a_proof_that_breaks_a_rule_redeems_nothing_and_burns_no_code() {
    let broker = World::demo();
    let key = key();
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    let token_url = url("token");
    let good = |changes: Value| key.proof(&broker, "POST", &token_url, changes);
    let now = broker.now().0;
    let private = {
        let mut jwk = Value::Object(key.public().jwk());
        jwk["d"] = json!("AAAA");
        let claims = json!({ "htm": "POST", "htu": token_url, "iat": now, "jti": "private" });
        key.sign(json!({ "typ": "dpop+jwt", "jwk": jwk }), claims)
    };
    let foreign = {
        let jwk = Value::Object(ClientKey::of(SignatureAlgorithm::Es256).public().jwk());
        let claims = json!({ "htm": "POST", "htu": token_url, "iat": now, "jti": "foreign" });
        key.sign(json!({ "typ": "dpop+jwt", "jwk": jwk }), claims)
    };
    broker.ports.take_counts();
    for (why, proof) in [
        ("empty", String::new()),
        ("no token", "x".to_owned()),
        ("an assertion", key.assertion(&broker, &token_url, "urn:acme:spa", json!({}), json!({}))),
        ("with a private key", private),
        ("signed by another key", foreign),
        ("htm", good(json!({ "htm": "GET" }))),
        ("no htm", good(json!({ "htm": null }))),
        ("htu", good(json!({ "htu": url("userinfo") }))),
        ("no htu", good(json!({ "htu": null }))),
        ("60 s ahead", good(json!({ "iat": now + 60 }))),
        ("60 s old", good(json!({ "iat": now - 60 }))),
        ("no iat", good(json!({ "iat": null }))),
        ("no jti", good(json!({ "jti": null }))),
        ("long jti", good(json!({ "jti": "x".repeat(201) }))),
    ] {
        let response = redeem(&broker, &asked, &answer, &[&proof]);
        assert!(invalid_proof(&response, 400), "{why}: {}", response.body);
    }
    let (one, two) = (good(json!({})), good(json!({})));
    assert!(invalid_proof(&redeem(&broker, &asked, &answer, &[&one, &two]), 400));
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.once_requests), (0, 0), "nothing was asked or stored");
    let ahead = good(json!({ "iat": now + 8, "htu": format!("{token_url}?a=b#c") }));
    assert_eq!(redeem(&broker, &asked, &answer, &[&ahead]).status, 200);
}

#[test]
fn a_proof_counts_once_and_a_stranger_with_the_same_id_takes_nothing_away() {
    let broker = World::demo();
    let (key, other) = (key(), key());
    let named = |key: &ClientKey| key.proof(&broker, "POST", &url("token"), json!({ "jti": "the-same" }));
    let proof = named(&key);
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    assert_eq!(redeem(&broker, &asked, &answer, &[&named(&other)]).status, 200);
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    assert_eq!(redeem(&broker, &asked, &answer, &[&proof]).status, 200);
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    assert!(invalid_proof(&redeem(&broker, &asked, &answer, &[&proof]), 400));
    assert_eq!(redeem(&broker, &asked, &answer, &[]).status, 200, "the code is still good");
}

#[test]
fn made_up_codes_leave_nothing_in_the_store() {
    let broker = World::demo();
    let proof = key().proof(&broker, "POST", &url("token"), json!({}));
    let form = "grant_type=authorization_code&code=made-up&redirect_uri=x&client_id=urn%3Aacme%3Aspa";
    let response = broker.post(&url("token"), &[("dpop", &proof)], form);
    assert_eq!(error_of(&response), "invalid_grant");
    assert_eq!(broker.ports.take_counts().once_requests, 0);
}

#[test]
fn an_application_that_binds_its_tokens_gets_none_without_a_proof() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:spa", |app| app.protocol.dpop_bound_access_tokens = true);
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    let response = redeem(&broker, &asked, &answer, &[]);
    assert_eq!((response.status, error_of(&response)), (400, "invalid_request".to_owned()));
    let proof = key().proof(&broker, "POST", &url("token"), json!({}));
    assert_eq!(body_of(&redeem(&broker, &asked, &answer, &[&proof]))["token_type"], "DPoP");
}

#[test]
fn a_code_asked_for_with_dpop_jkt_is_redeemed_with_that_key_only_rfc_9449_10() {
    let broker = World::demo();
    let (key, other) = (key(), key());
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[("dpop_jkt", &key.jkt())]);
    let proof = |key: &ClientKey| key.proof(&broker, "POST", &url("token"), json!({}));
    for proofs in [vec![], vec![proof(&other)]] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let response = redeem(&broker, &asked, &answer, &proofs);
        assert_eq!((response.status, error_of(&response)), (400, "invalid_grant".to_owned()));
    }
    assert_eq!(redeem(&broker, &asked, &answer, &[&proof(&key)]).status, 200);
}

#[test]
fn a_pushed_request_binds_its_code_by_the_proof_beside_it_rfc_9449_10_1() {
    let broker = World::demo();
    let (key, other) = (key(), key());
    let app = RelyingParty::spa();
    let push = |more: &[(&str, &str)], proof: &str| {
        let asked = app.ask_with(&[&[("acr_values", POCES)], more].concat());
        let form = asked.url.split_once('?').unwrap().1.to_owned();
        (asked, broker.post(&url("par"), &[("dpop", proof)], &form))
    };
    let at_par = |key: &ClientKey| key.proof(&broker, "POST", &url("par"), json!({}));
    let (_, response) = push(&[("dpop_jkt", &other.jkt())], &at_par(&key));
    assert!(invalid_proof(&response, 400));
    let (_, response) = push(&[], &key.proof(&broker, "POST", &url("token"), json!({})));
    assert!(invalid_proof(&response, 400));

    let (asked, response) = push(&[], &at_par(&key));
    assert_eq!(response.status, 201, "{}", response.body);
    let request_uri = body_of(&response)["request_uri"].as_str().unwrap().to_owned();
    let query = encode_pairs([("client_id", app.client_id.as_str()), ("request_uri", &request_uri)]);
    let answer =
        Browser::new(&broker).log_in(&format!("{}?{query}", url("authorize")), Eid::Nemid, &Person::terne());
    let proof = |key: &ClientKey| key.proof(&broker, "POST", &url("token"), json!({}));
    assert_eq!(error_of(&redeem(&broker, &asked, &answer, &[&proof(&other)])), "invalid_grant");
    assert_eq!(error_of(&redeem(&broker, &asked, &answer, &[])), "invalid_grant");
    assert_eq!(redeem(&broker, &asked, &answer, &[&proof(&key)]).status, 200);
}

#[test]
fn a_confidential_application_binds_its_tokens_too() {
    let broker = World::demo();
    let (key, app) = (key(), RelyingParty::web());
    let (asked, answer) = code_of(&broker, &app, &[]);
    let proof = key.proof(&broker, "POST", &url("token"), json!({}));
    let form = app.form(answer.code(), &asked.verifier);
    let response = broker.post(&url("token"), &[("authorization", &app.basic()), ("dpop", &proof)], &form);
    assert_eq!(body_of(&response)["token_type"], "DPoP");
}

#[test]
fn a_code_used_twice_revokes_a_bound_token_too() {
    let broker = World::demo();
    let key = key();
    let (asked, answer) = code_of(&broker, &RelyingParty::spa(), &[]);
    let at_token = || key.proof(&broker, "POST", &url("token"), json!({}));
    let first = redeem(&broker, &asked, &answer, &[&at_token()]);
    let token = body_of(&first)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(error_of(&redeem(&broker, &asked, &answer, &[&at_token()])), "invalid_grant");
    let proof = key.proof_with(&broker, "GET", &url("userinfo"), &token);
    assert_eq!(error_of(&userinfo(&broker, "DPoP", &token, &[&proof])), "invalid_token");
}

#[test]
fn fapi2_wants_a_proof_and_none_by_rs256() {
    let broker = World::demo();
    let client = ClientKey::of(SignatureAlgorithm::Es256);
    let app = RelyingParty::web();
    let (asked, answer) = code_of(&broker, &app, &[]);
    broker.change_application(ACME, "urn:acme:web", |app| {
        app.token_endpoint_auth_methods = vec![edge_eid::model::application::ClientAuthMethod::PrivateKeyJwt];
        app.protocol.jwks = Some(client.set());
        app.protocol.fapi2 = true;
    });
    let present = |headers: &[(&str, &str)]| {
        let assertion =
            client.assertion(&broker, &format!("https://{ACME}"), "urn:acme:web", json!({}), json!({}));
        let form = format!(
            "{}&{}",
            app.form(answer.code(), &asked.verifier),
            support::client_key::presenting(&assertion)
        );
        broker.post(&url("token"), headers, &form)
    };
    assert_eq!(error_of(&present(&[])), "invalid_request");
    let weak = ClientKey::of(SignatureAlgorithm::Rs256).proof(&broker, "POST", &url("token"), json!({}));
    assert!(invalid_proof(&present(&[("dpop", &weak)]), 400));
    let strong = ClientKey::of(SignatureAlgorithm::Ps256).proof(&broker, "POST", &url("token"), json!({}));
    assert_eq!(body_of(&present(&[("dpop", &strong)]))["token_type"], "DPoP");
}
