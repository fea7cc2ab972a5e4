//! The token endpoint: client authentication (RFC 6749 §2.3), the code (§4.1.3), PKCE (RFC 7636),
//! its answers (§5) and what the ID token says (OIDC Core §2).

#![allow(clippy::unwrap_used)]

mod support;

use base64ct::{Base64, Encoding};
use edge_eid::eid::Eid;
use edge_eid::login::handles::{Handle, Kind};
use edge_eid::model::key_ring::KeyState;
use edge_eid::model::{Host, UnixTime};
use edge_eid::web::{Method, Response, encode_pairs};
use serde_json::Value;
use support::broker::request;
use support::relying_party::{error_of, key_of, signature_holds};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

/// A fresh code of `app`.
fn code(broker: &Broker, app: &RelyingParty) -> (Asked, Answer) {
    let asked = app.ask(POCES);
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    (asked, answer)
}

fn token_url() -> String {
    format!("https://{ACME}/oauth2/token")
}

fn refused(response: &Response) -> (u16, String) {
    assert_eq!(response.header("cache-control"), Some("no-store"), "RFC 6749 §5.2");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert!(body["error_description"].is_string());
    (response.status, error_of(response))
}

fn invalid_grant(response: &Response) -> bool {
    refused(response) == (400, "invalid_grant".to_owned())
}

// ---- who presents it ----

#[test]
fn each_registered_way_of_client_authentication_works() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let posted = encode_pairs([("client_id", "urn:acme:web"), ("client_secret", "acme-web-secret")]);
    let unencoded = format!("Basic {}", Base64::encode_string(b"urn:acme:web:acme-web-secret"));
    for (header, more) in [
        (Some(app.basic()), String::new()),
        (Some(unencoded), String::new()),
        (Some(app.basic().replace("Basic", "bAsIc")), "client_id=urn%3Aacme%3Aweb".to_owned()),
        (None, posted),
    ] {
        let (asked, answer) = code(&broker, &app);
        let form = format!("{}&{more}", app.form(answer.code(), &asked.verifier));
        let headers: Vec<(&str, &str)> =
            header.iter().map(|value| ("authorization", value.as_str())).collect();
        assert_eq!(broker.post(&token_url(), &headers, &form).status, 200);
    }
    let (asked, answer) = code(&broker, &RelyingParty::spa());
    RelyingParty::spa().redeem(&broker, &asked, &answer);
}

#[test]
fn a_client_that_fails_to_authenticate_is_told_so_and_burns_nothing() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let form = app.form(answer.code(), &asked.verifier);
    let basic = |text: &str| format!("Basic {}", Base64::encode_string(text.as_bytes()));
    for header in [
        basic("urn%3Aacme%3Aweb:wrong"),
        basic("urn%3Aacme%3Aweb:"),
        basic("urn%3Aacme%3Aweb:ACME-WEB-SECRET"),
        basic("urn%3Aacme%3Anobody:acme-web-secret"),
        basic("urn%3Aacme%3Aspa:"),
        basic("urn%3Aacme%3Anoshadow:acme-web-secret"),
        basic("urn%3Aglobex%3Aweb:globex-web-secret-canary"),
        "Bearer x".to_owned(),
        "Basic".to_owned(),
        "Basic !".to_owned(),
    ] {
        let response = broker.post(&token_url(), &[("authorization", &header)], &form);
        assert_eq!(refused(&response), (401, "invalid_client".to_owned()), "{header}");
        assert!(response.header("www-authenticate").unwrap().starts_with("Basic"), "RFC 6749 §5.2");
    }
    for more in [
        "",
        "&client_id=urn%3Aacme%3Aweb",
        "&client_id=urn%3Aacme%3Aweb&client_secret=",
        "&client_id=urn%3Aacme%3Aweb&client_secret=wrong",
        "&client_id=urn%3Aacme%3Aspa&client_secret=acme-web-secret",
        "&client_id=urn%3Aacme%3Aweb&client_assertion=x&client_assertion_type=y",
        "&client_id=%00",
    ] {
        let response = broker.post(&token_url(), &[], &format!("{form}{more}"));
        assert_eq!(refused(&response), (401, "invalid_client".to_owned()), "{more}");
        assert_eq!(response.header("www-authenticate"), None);
    }
    assert_eq!(broker.ports.take_counts().login_requests, 1, "only the login itself");
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn an_unknown_client_and_a_wrong_secret_are_told_alike() {
    let broker = World::demo();
    let tell = |id: &str| {
        let form = encode_pairs([
            ("grant_type", "authorization_code"),
            ("client_id", id),
            ("client_secret", "wrong"),
        ]);
        broker.post(&token_url(), &[], &form).body
    };
    assert_eq!(tell("urn:acme:web"), tell("urn:acme:nobody"));
    assert_eq!(tell("urn:acme:web"), tell("urn:acme:spa"));
}

#[test]
fn two_ways_of_client_authentication_at_once_are_refused_rfc_6749_2_3() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let form = app.form(answer.code(), &asked.verifier);
    for more in ["client_id=urn%3Aacme%3Aweb&client_secret=acme-web-secret", "client_id=urn%3Aacme%3Aspa"] {
        let response = app.token_request(&broker, &format!("{form}&{more}"));
        assert_eq!(refused(&response), (400, "invalid_request".to_owned()), "{more}");
    }
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn old_and_new_secrets_work_side_by_side_until_the_old_one_expires() {
    let broker = World::demo();
    let keys = broker.keys[ACME].clone();
    broker.change_application(ACME, "urn:acme:web", |app| {
        let mut new = app.secrets[0].clone();
        new.hash = keys.secret_hash("the-new-secret");
        app.secrets[0].expires_at = Some(broker.now().plus(100));
        app.secrets.push(new);
    });
    let with = |secret: &str| RelyingParty::new(ACME, "urn:acme:web", Some(secret));
    for secret in ["acme-web-secret", "the-new-secret"] {
        let (asked, answer) = code(&broker, &with(secret));
        with(secret).redeem(&broker, &asked, &answer);
    }
    broker.wait(100);
    let (asked, answer) = code(&broker, &with("the-new-secret"));
    assert_eq!(with("acme-web-secret").present(&broker, answer.code(), &asked.verifier).status, 401);
    with("the-new-secret").redeem(&broker, &asked, &answer);
}

// ---- what is presented ----

#[test]
fn a_code_is_redeemed_once_and_its_second_use_revokes_the_first_rfc_6749_4_1_2() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 200);
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 401);
    assert!(broker.has_logged("code_replayed", "replayed"));
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
}

#[test]
fn wrong_guesses_are_invalid_grants_and_do_not_burn_the_code() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let other_verifier = "x".repeat(43);
    for form in [
        app.form(answer.code(), &other_verifier),
        app.form(answer.code(), ""),
        app.form(answer.code(), &asked.verifier).replace("callback", "callback%2F"),
        app.form(answer.code(), &asked.verifier).replace("callback", "other"),
        app.form(&answer.code().to_lowercase(), &asked.verifier),
        app.form(&format!("{}A", answer.code()), &asked.verifier),
        app.form(&answer.code()[..answer.code().len() - 1], &asked.verifier),
    ] {
        assert!(invalid_grant(&app.token_request(&broker, &form)), "{form}");
    }
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_code_of_another_client_is_an_invalid_grant_and_not_burnt() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    for thief in [RelyingParty::no_shadow(), RelyingParty::spa()] {
        assert!(invalid_grant(&thief.present(&broker, answer.code(), &asked.verifier)));
    }
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_code_lives_for_sixty_seconds() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    broker.wait(59);
    app.redeem(&broker, &asked, &answer);
    let (asked, answer) = code(&broker, &app);
    broker.wait(60);
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
}

#[test]
fn pkce_can_not_be_stripped_from_the_authorization_request_rfc_9700_4_8_2() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("acr_values", POCES), ("code_challenge", ""), ("code_challenge_method", "")]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    assert!(
        invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)),
        "a verifier without a challenge"
    );
    assert_eq!(
        app.present(&broker, answer.code(), "").status,
        200,
        "a confidential client may leave PKCE out"
    );
}

#[test]
fn one_altered_bit_of_a_code_makes_it_invalid_before_any_object_is_asked() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    broker.ports.take_counts();
    let bytes = edge_eid::vault::from_base64url(answer.code()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let text = edge_eid::vault::base64url(&altered);
        assert!(invalid_grant(&app.present(&broker, &text, &asked.verifier)));
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0);
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_code_is_no_access_token_and_an_access_token_no_code() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    assert_eq!(app.userinfo(&broker, answer.code()).status, 401);
    let tokens = app.redeem(&broker, &asked, &answer);
    assert!(invalid_grant(&app.present(&broker, &tokens.access_token, &asked.verifier)));
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 200);
}

/// Two tabs of one attempt draw a code each, and one of them is sent: the object knows which.
#[test]
fn a_code_or_token_that_was_drawn_for_a_login_and_never_issued_is_worth_nothing() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let (keys, host) = (&broker.keys[ACME], Host::parse(ACME).unwrap());
    let attempt = Handle::parse(keys, Kind::Code, &host, answer.code()).unwrap().attempt;
    let never_issued = |kind| Handle::draw(&broker.ports, attempt).text(keys, kind, &host);
    assert!(invalid_grant(&app.present(&broker, &never_issued(Kind::Code), &asked.verifier)));
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(app.userinfo(&broker, &never_issued(Kind::AccessToken)).status, 401);
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 200);
}

#[test]
fn malformed_token_requests_are_refused_by_their_own_words() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let long = "y".repeat(300);
    for (form, word) in [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("grant_type=refresh_token&refresh_token=a", "unsupported_grant_type"),
        ("grant_type=client_credentials", "unsupported_grant_type"),
        ("grant_type=authorization_code", "invalid_request"),
        ("grant_type=authorization_code&code=x", "invalid_request"),
        ("grant_type=authorization_code&redirect_uri=x", "invalid_request"),
        ("grant_type=authorization_code&code=x&redirect_uri=x", "invalid_grant"),
        (&format!("grant_type=authorization_code&code={long}&redirect_uri=x"), "invalid_grant"),
        (
            "grant_type=authorization_code&grant_type=authorization_code&code=x&redirect_uri=x",
            "invalid_request",
        ),
        ("grant_type=authorization_code&code=x&code=y&redirect_uri=x", "invalid_request"),
        ("grant_type=%FF", "invalid_request"),
    ] {
        let response = app.token_request(&broker, form);
        assert_eq!(refused(&response), (400, word.to_owned()), "{form}");
    }
    for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
        let headers = [("authorization", app.basic()), ("content-type", content_type.to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let sent = broker.send(&request(
            Method::Post,
            &token_url(),
            &headers,
            r#"{"grant_type":"authorization_code"}"#,
        ));
        assert_eq!(refused(&sent), (400, "invalid_request".to_owned()), "{content_type}");
    }
    let get = broker.get(&format!("{}?grant_type=authorization_code", token_url()));
    assert_eq!(get.status, 405);
    assert!(get.header("allow").unwrap().starts_with("POST"));
}

#[test]
fn a_code_in_the_query_of_a_token_request_is_not_read() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let url = format!("{}?{}", token_url(), app.form(answer.code(), &asked.verifier));
    assert_eq!(error_of(&broker.post(&url, &[("authorization", &app.basic())], "")), "invalid_request");
    app.redeem(&broker, &asked, &answer);
}

// ---- what comes of it ----

#[test]
fn the_id_token_says_who_logged_in_how_and_for_whom() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    let claims = app.redeem(&broker, &asked, &answer).claims;
    let mut names: Vec<&str> = claims.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "acr",
        "age",
        "at_hash",
        "aud",
        "auth_time",
        "authenticationinstant",
        "authenticationmethod",
        "authenticationtype",
        "birthdate",
        "country",
        "exp",
        "iat",
        "identityscheme",
        "iss",
        "name",
        "nameidentifier",
        "nbf",
        "nonce",
        "sessionindex",
        "sub",
        "uuid",
    ];
    assert_eq!(names, expected, "and nothing else: no CPR number, no transaction id");
    assert_eq!(claims["uuid"], "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01");
    assert_eq!(claims["country"], "DK");
    assert_eq!(claims["auth_time"], broker.now().0);
    let sub = claims["sub"].as_str().unwrap();
    assert!(sub.starts_with('{') && sub.ends_with('}') && sub.len() == 38);
    assert_eq!(claims["nameidentifier"], sub.trim_matches(['{', '}']).replace('-', ""));
    assert!(!sub.contains("3e6c6b1a"), "a pseudonym");
}

#[test]
fn a_request_without_nonce_gets_an_id_token_without_one() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("acr_values", POCES), ("nonce", "")]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    let response = app.present(&broker, answer.code(), &asked.verifier);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let (_, claims) = support::relying_party::decode(body["id_token"].as_str().unwrap());
    assert!(!claims.contains_key("nonce"));
}

#[test]
fn the_key_set_announces_active_and_standby_of_both_eids_and_nothing_private() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    let before = app.redeem(&broker, &asked, &answer);
    let snapshot = broker.ports.domains.borrow()[&Host::parse(ACME).unwrap()].clone();
    let nemid: Vec<_> = snapshot.keys.iter().filter(|key| key.eid == Eid::Nemid).collect();
    assert_eq!((nemid[0].state, nemid[1].state), (KeyState::Active, KeyState::Standby));
    assert!(nemid[0].private.is_some() && nemid[1].private.is_none(), "only what signs is published sealed");
    let key = key_of(&broker, &app.issuer, &before.kid).unwrap();
    assert!(signature_holds(&before.id_token, &key));
    let set: Value =
        serde_json::from_str(&broker.get(&format!("https://{ACME}/.well-known/jwks")).body).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4, "active and standby of both eIDs");
    let allowed = ["alg", "e", "kid", "kty", "n", "use"];
    assert!(
        keys.iter().all(|key| key.as_object().unwrap().keys().all(|name| allowed.contains(&name.as_str())))
    );
}

#[test]
fn the_active_key_of_the_eid_that_was_used_signs_wherever_it_stands_in_the_list() {
    let broker = World::demo();
    let (app, host) = (RelyingParty::web(), Host::parse(ACME).unwrap());
    for _ in 0..2 {
        for (eid, person) in [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev())] {
            let asked = app.ask(POCES);
            let answer = Browser::new(&broker).log_in(&asked.url, eid, &person);
            let kid = app.redeem(&broker, &asked, &answer).kid;
            let snapshot = broker.ports.domains.borrow()[&host].clone();
            let key = snapshot.keys.iter().find(|key| key.kid == kid).unwrap();
            assert_eq!((key.eid, key.state), (eid, KeyState::Active));
        }
        broker.change_domain(ACME, |domain| domain.keys.reverse());
    }
}

#[test]
fn a_store_that_is_down_is_no_fault_of_the_client_and_burns_nothing() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    broker.ports.logins_fail.set(true);
    let response = app.present(&broker, answer.code(), &asked.verifier);
    assert_eq!(refused(&response), (503, "temporarily_unavailable".to_owned()));
    assert!(!response.body.contains("demand"), "the cause stays in the log");
    assert!(broker.has_logged("fault", "what=login object"));
    broker.ports.logins_fail.set(false);
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn an_id_token_ends_with_its_access_token_and_times_are_whole_seconds_of_now() {
    let broker = World::demo();
    broker.set_now(UnixTime(1_800_000_123));
    let app = RelyingParty::web();
    let (asked, answer) = code(&broker, &app);
    broker.wait(7);
    let claims = app.redeem(&broker, &asked, &answer).claims;
    assert_eq!(claims["iat"], 1_800_000_130_u64);
    assert_eq!(claims["nbf"], 1_800_000_130_u64);
    assert_eq!(claims["auth_time"], 1_800_000_123_u64);
    assert_eq!(claims["authenticationinstant"], "2027-01-15T08:02:03.000Z");
}
