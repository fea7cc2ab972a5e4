//! Userinfo (OIDC Core §5.3) and its bearer tokens (RFC 6750).

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::json;
use edge_eid::login::state::Login;
use edge_eid::model::Sealed;
use edge_eid::model::application::UserinfoResponse;
use edge_eid::vault::{base64url, from_base64url};
use edge_eid::web::Method;
use serde_json::Value;
use support::broker::request;
use support::relying_party::{decode, key_of, signature_holds};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const USERINFO: &str = "https://acme.example/oauth2/userinfo";

fn logged_in(broker: &Broker, eid: Eid) -> Tokens {
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let person = if eid == Eid::Mitid { Person::ditlev() } else { Person::terne() };
    app.redeem(broker, &asked, &Browser::new(broker).log_in(&asked.url, eid, &person))
}

#[test]
fn userinfo_says_what_the_id_token_said() {
    let broker = World::demo();
    for eid in Eid::ALL {
        let tokens = logged_in(&broker, eid);
        broker.wait(60);
        let response = RelyingParty::web().userinfo(&broker, &tokens.access_token);
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        let claims: Value = serde_json::from_str(&response.body).unwrap();
        for (name, value) in claims.as_object().unwrap() {
            assert_eq!(tokens.claims.get(name), Some(value), "{name}");
        }
        assert!(claims["sub"].is_string() && claims["name"].is_string(), "OIDC Core §5.3.2");
        assert!(claims.get("aud").is_none());
    }
}

#[test]
fn a_post_with_the_header_works_and_a_token_elsewhere_is_not_looked_at() {
    let broker = World::demo();
    let token = logged_in(&broker, Eid::Nemid).access_token;
    let header = format!("bEaReR {token}");
    assert_eq!(broker.post(USERINFO, &[("authorization", &header)], "").status, 200);
    // RFC 6750 §2.3: a token in a query ends up in logs.
    assert_eq!(broker.get(&format!("{USERINFO}?access_token={token}")).status, 401);
    assert_eq!(broker.post(USERINFO, &[], &format!("access_token={token}")).status, 401);
    let basic = format!("Basic {token}");
    assert_eq!(broker.post(USERINFO, &[("authorization", &basic)], "").status, 401);
}

#[test]
fn a_request_without_a_token_gets_the_bare_challenge_and_a_bad_one_the_error_rfc_6750_3() {
    let broker = World::demo();
    let bare = broker.get(USERINFO);
    let challenge = Some("Bearer, DPoP algs=\"RS256 PS256 ES256 EdDSA\"");
    assert_eq!((bare.status, bare.header("www-authenticate"), bare.body.as_str()), (401, challenge, ""));
    for token in ["x", "", "a b", &"A".repeat(64), "ø", "eyJhbGciOiJub25lIn0.e30."] {
        let response = RelyingParty::web().userinfo(&broker, token);
        assert_eq!(response.status, 401, "{token}");
        assert!(response.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0, "made-up tokens wake no object");
}

#[test]
fn an_access_token_lives_for_twenty_minutes() {
    let broker = World::demo();
    let tokens = logged_in(&broker, Eid::Mitid);
    let status = || RelyingParty::web().userinfo(&broker, &tokens.access_token).status;
    broker.wait(1_199);
    assert_eq!(status(), 200);
    broker.wait(1);
    assert_eq!(status(), 401);
    broker.wait(3_600);
    assert_eq!(status(), 401, "the object has deleted itself");
}

#[test]
fn one_altered_bit_of_an_access_token_makes_it_invalid() {
    let broker = World::demo();
    let tokens = logged_in(&broker, Eid::Nemid);
    broker.ports.take_counts();
    let bytes = from_base64url(&tokens.access_token).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(RelyingParty::web().userinfo(&broker, &base64url(&altered)).status, 401, "bit {bit}");
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0);
    assert_eq!(RelyingParty::web().userinfo(&broker, &format!(" {}", tokens.access_token)).status, 200);
}

#[test]
fn an_id_token_is_no_access_token() {
    let broker = World::demo();
    let tokens = logged_in(&broker, Eid::Nemid);
    assert_eq!(RelyingParty::web().userinfo(&broker, &tokens.id_token).status, 401);
}

#[test]
fn a_store_that_is_down_is_no_invalid_token() {
    let broker = World::demo();
    let tokens = logged_in(&broker, Eid::Nemid);
    broker.ports.logins_fail.set(true);
    let response = RelyingParty::web().userinfo(&broker, &tokens.access_token);
    assert_eq!((response.status, response.header("retry-after")), (503, Some("5")));
    assert!(response.body.contains("temporarily_unavailable") && !response.body.contains("demand"));
}

#[test]
fn userinfo_writes_nothing() {
    let broker = World::demo();
    let tokens = logged_in(&broker, Eid::Nemid);
    broker.ports.take_counts();
    RelyingParty::web().userinfo(&broker, &tokens.access_token);
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.login_writes), (1, 0));
}

#[test]
fn a_login_is_stored_sealed() {
    let broker = World::demo();
    logged_in(&broker, Eid::Mitid);
    for (name, text) in broker.ports.logins.borrow().iter() {
        assert!(name.starts_with("acme/TEST/"), "tenant and environment first");
        for secret in [support::upstream::NAME, support::upstream::CPR, "1927-01-21", "3e6c6b1a", "tx-ditlev"]
        {
            assert!(!text.contains(secret), "{secret} in clear");
        }
    }
    let head = request(Method::Get, USERINFO, &[], "");
    assert_eq!(broker.send(&head).status, 401);
}

#[test]
fn an_identity_that_was_put_into_another_login_opens_for_nobody() {
    let broker = World::demo();
    let (of_ditlev, of_terne) = (logged_in(&broker, Eid::Mitid), logged_in(&broker, Eid::Nemid));
    let stored: Vec<String> = broker.ports.logins.borrow().keys().cloned().collect();
    let identity_in = |name: &str| -> Sealed {
        match json::read(&broker.ports.logins.borrow()[name]).unwrap() {
            Login::Redeemed { grant, .. } => grant.identity,
            other => panic!("not redeemed: {other:?}"),
        }
    };
    let identities = [identity_in(&stored[0]), identity_in(&stored[1])];
    for (name, identity) in stored.iter().zip(identities.into_iter().rev()) {
        let mut login: Login = json::read(&broker.ports.logins.borrow()[name]).unwrap();
        if let Login::Redeemed { grant, .. } = &mut login {
            grant.identity = identity;
        }
        broker.ports.logins.borrow_mut().insert(name.clone(), json::write(&login));
    }
    for tokens in [of_ditlev, of_terne] {
        let response = RelyingParty::web().userinfo(&broker, &tokens.access_token);
        assert_eq!((response.status, response.body.as_str()), (500, ""));
    }
}

fn tokens_of(broker: &Broker, change: impl Fn(&mut edge_eid::model::application::Protocol)) -> Tokens {
    broker.change_application(ACME, "urn:acme:web", |app| change(&mut app.protocol));
    let app = RelyingParty::web();
    let asked = app.ask("urn:grn:authn:dk:nemid:poces");
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    app.redeem(broker, &asked, &answer)
}

#[test]
fn a_signed_answer_names_its_issuer_and_its_reader_and_verifies_by_the_key_set() {
    let broker = World::demo();
    let tokens = tokens_of(&broker, |protocol| protocol.userinfo_response = UserinfoResponse::SignedJwt);
    let response = RelyingParty::web().userinfo(&broker, &tokens.access_token);
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/jwt")));
    let (header, claims) = decode(&response.body);
    let key = key_of(&broker, "https://acme.example", header["kid"].as_str().unwrap()).unwrap();
    assert!(signature_holds(&response.body, &key));
    assert_eq!((&claims["iss"], &claims["aud"]), (&"https://acme.example".into(), &"urn:acme:web".into()));
    assert_eq!(claims["sub"], tokens.claims["sub"]);
}

#[test]
fn a_client_that_reads_the_id_token_only_gets_no_userinfo() {
    let broker = World::demo();
    let tokens =
        tokens_of(&broker, |protocol| protocol.userinfo_response = UserinfoResponse::FromTokenEndpoint);
    assert_eq!(tokens.claims["name"], support::upstream::NAME);
    let response = RelyingParty::web().userinfo(&broker, &tokens.access_token);
    assert_eq!(response.status, 401);
    assert!(response.body.contains("Unknown Access Code"));
}

#[test]
fn the_id_token_is_bound_to_the_access_token_by_at_hash_oidc_core_3_1_3_6() {
    let broker = World::demo();
    let tokens = tokens_of(&broker, |_| ());
    let hash = edge_eid::vault::sha256(tokens.access_token.as_bytes());
    assert_eq!(tokens.claims["at_hash"], edge_eid::vault::base64url(&hash[..16]).as_str());
}
