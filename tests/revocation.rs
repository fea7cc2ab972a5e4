//! Access tokens given back (RFC 7009) and asked about (RFC 7662).

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

fn tokens(broker: &Broker, app: &RelyingParty) -> Tokens {
    let asked = app.ask(POCES);
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    app.redeem(broker, &asked, &answer)
}

/// Posts a token to an endpoint, authenticated as the application can.
fn post(broker: &Broker, app: &RelyingParty, path: &str, pairs: &[(&str, &str)]) -> Response {
    let form = encode_pairs(pairs.iter().copied());
    match app.secret {
        Some(_) => broker.post(&url(path), &[("authorization", &app.basic())], &form),
        None => {
            let id = encode_pairs([("client_id", app.client_id.as_str())]);
            broker.post(&url(path), &[], &format!("{form}&{id}"))
        }
    }
}

fn introspect(broker: &Broker, app: &RelyingParty, token: &str) -> Value {
    let response = post(broker, app, "introspect", &[("token", token)]);
    assert_eq!((response.status, response.header("cache-control")), (200, Some("no-store")));
    serde_json::from_str(&response.body).unwrap()
}

#[test]
fn an_application_gives_its_token_back_and_it_is_worth_nothing_from_then_on() {
    let broker = World::demo();
    for app in [RelyingParty::web(), RelyingParty::spa()] {
        let token = tokens(&broker, &app).access_token;
        assert_eq!(app.userinfo(&broker, &token).status, 200);
        let response =
            post(&broker, &app, "revoke", &[("token", &token), ("token_type_hint", "access_token")]);
        assert_eq!((response.status, response.body.as_str()), (200, ""));
        assert_eq!(app.userinfo(&broker, &token).status, 401);
        assert_eq!(post(&broker, &app, "revoke", &[("token", &token)]).status, 200, "once more is no error");
    }
}

#[test]
fn a_token_that_means_nothing_is_given_back_like_any_other_rfc_7009_2_2() {
    let broker = World::demo();
    let app = RelyingParty::web();
    broker.ports.take_counts();
    for token in ["made-up", &"x".repeat(64), &"A".repeat(4_000)] {
        let response =
            post(&broker, &app, "revoke", &[("token", token), ("token_type_hint", "refresh_token")]);
        assert_eq!(response.status, 200);
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0, "nothing was woken");
}

#[test]
fn nobody_gives_back_what_is_not_his() {
    let broker = World::demo();
    let (app, other) = (RelyingParty::web(), RelyingParty::spa());
    let token = tokens(&broker, &app).access_token;
    assert_eq!(post(&broker, &other, "revoke", &[("token", &token)]).status, 200);
    // The shadow has the same id and secret, on another domain.
    let elsewhere = format!("https://{ACME_MITID}/oauth2/revoke");
    let form = encode_pairs([("token", token.as_str())]);
    assert_eq!(broker.post(&elsewhere, &[("authorization", &app.basic())], &form).status, 200);
    assert_eq!(app.userinfo(&broker, &token).status, 200, "it still counts");
}

#[test]
fn who_revokes_or_introspects_says_who_he_is_and_what_he_means() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let token = tokens(&broker, &app).access_token;
    for path in ["revoke", "introspect"] {
        let form = encode_pairs([("token", token.as_str()), ("client_id", "urn:acme:web")]);
        let nobody = broker.post(&url(path), &[], &form);
        assert_eq!((nobody.status, error_of(&nobody)), (401, "invalid_client".to_owned()), "{path}");
        let nothing = post(&broker, &app, path, &[("token_type_hint", "access_token")]);
        assert_eq!((nothing.status, error_of(&nothing)), (400, "invalid_request".to_owned()), "{path}");
        let get = broker.send(&request(Method::Get, &format!("{}?token={token}", url(path)), &[], ""));
        assert_eq!(get.status, 405);
    }
    assert_eq!(app.userinfo(&broker, &token).status, 200);
}

#[test]
fn introspection_tells_an_application_of_its_own_token() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let issued = broker.now().0;
    let tokens = tokens(&broker, &app);
    broker.wait(100);
    assert_eq!(
        introspect(&broker, &app, &tokens.access_token),
        json!({
            "active": true, "client_id": "urn:acme:web", "sub": tokens.claims["sub"],
            "iss": format!("https://{ACME}"), "aud": format!("https://{ACME}"), "scope": "openid",
            "iat": issued, "exp": issued + 1200, "token_type": "Bearer",
        })
    );
}

#[test]
fn introspection_tells_which_key_a_token_is_bound_to() {
    let broker = World::demo();
    let (app, key) = (RelyingParty::web(), ClientKey::of(SignatureAlgorithm::EdDsa));
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    let proof = key.proof(&broker, "POST", &url("token"), json!({}));
    let headers = [("authorization", app.basic()), ("dpop", proof)];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let response = broker.post(&url("token"), &headers, &app.form(answer.code(), &asked.verifier));
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let facts = introspect(&broker, &app, body["access_token"].as_str().unwrap());
    assert_eq!((&facts["token_type"], &facts["cnf"]), (&json!("DPoP"), &json!({ "jkt": key.jkt() })));
}

#[test]
fn what_is_not_a_living_token_of_the_caller_is_not_active_and_nothing_else_is_told() {
    let broker = World::demo();
    let (app, other) = (RelyingParty::web(), RelyingParty::no_shadow());
    let inactive = json!({ "active": false });
    let token = tokens(&broker, &app).access_token;
    let (over, revoked) = (tokens(&broker, &app).access_token, tokens(&broker, &app).access_token);
    post(&broker, &app, "revoke", &[("token", &revoked)]);
    assert_eq!(introspect(&broker, &app, &token)["active"], true);
    assert_eq!(introspect(&broker, &other, &token), inactive, "another application's");
    assert_eq!(introspect(&broker, &app, &revoked), inactive);
    assert_eq!(introspect(&broker, &app, "made-up"), inactive);
    let at_shadow = broker.post(
        &format!("https://{ACME_MITID}/oauth2/introspect"),
        &[("authorization", &app.basic())],
        &encode_pairs([("token", token.as_str())]),
    );
    assert_eq!(at_shadow.body, inactive.to_string(), "another domain's");
    broker.wait(1200);
    assert_eq!(introspect(&broker, &app, &over), inactive, "past its end");
}

#[test]
fn a_public_application_may_not_ask_about_tokens() {
    let broker = World::demo();
    let app = RelyingParty::spa();
    let token = tokens(&broker, &app).access_token;
    let response = post(&broker, &app, "introspect", &[("token", &token)]);
    assert_eq!((response.status, error_of(&response)), (401, "invalid_client".to_owned()));
}
