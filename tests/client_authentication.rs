//! `private_key_jwt`: an application proves who it is by a token of its own (RFC 7521, RFC 7523,
//! OIDC Core §9, FAPI 2.0 Security Profile §5.3.2.1).

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::once::Use;
use edge_eid::model::application::{Application, ClientAuthMethod};
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::url::WebUrl;
use edge_eid::ports::Once;
use edge_eid::vault::{base64url, hmac_sha256};
use edge_eid::web::Response;
use serde_json::{Value, json};
use support::client_key::presenting;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const WEB: &str = "urn:acme:web";
const KEYS_AT: &str = "https://app.example/keys";

/// The demo's world in which `urn:acme:web` signs by a key, as `change` says.
fn signing(key: &ClientKey, change: impl FnOnce(&mut Application)) -> Broker {
    let broker = World::demo();
    broker.change_application(ACME, WEB, |app| {
        app.token_endpoint_auth_methods = vec![ClientAuthMethod::PrivateKeyJwt];
        app.protocol.jwks = Some(key.set());
        change(app);
    });
    broker
}

fn issuer() -> String {
    format!("https://{ACME}")
}

/// Presents an assertion, and whatever else, with a fresh code.
fn present_with(broker: &Broker, assertion: &str, more: &str) -> Response {
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    let form = format!("{}&{}{more}", app.form(answer.code(), &asked.verifier), presenting(assertion));
    broker.post(&format!("{}/oauth2/token", issuer()), &[], &form)
}

fn present(broker: &Broker, assertion: &str) -> Response {
    present_with(broker, assertion, "")
}

fn good(key: &ClientKey, broker: &Broker) -> String {
    key.assertion(broker, &issuer(), WEB, json!({}), json!({}))
}

fn refused(response: &Response) -> bool {
    assert_eq!(response.header("www-authenticate"), None, "no method of HTTP was tried");
    (response.status, error_of(response)) == (401, "invalid_client".to_owned())
}

#[test]
fn an_application_signs_by_any_of_four_algorithms() {
    for alg in SignatureAlgorithm::ALL {
        let key = ClientKey::of(alg);
        let broker = signing(&key, |_| {});
        broker.ports.take_counts();
        let response = present(&broker, &good(&key, &broker));
        assert_eq!(response.status, 200, "{alg:?} {}", response.body);
        let counts = broker.ports.take_counts();
        assert_eq!((counts.login_requests, counts.once_requests), (2, 1), "one object request more");
    }
}

#[test]
fn the_types_that_libraries_write_are_known_and_others_are_refused() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    let typed = |typ: Value| key.assertion(&broker, &issuer(), WEB, json!({ "typ": typ }), json!({}));
    for typ in [Value::Null, json!("JWT"), json!("jwt"), json!("client-authentication+jwt")] {
        assert_eq!(present(&broker, &typed(typ)).status, 200);
    }
    for typ in [json!("dpop+jwt"), json!("oauth-authz-req+jwt"), json!("logout+jwt"), json!(""), json!(7)] {
        assert!(refused(&present(&broker, &typed(typ.clone()))), "{typ}");
    }
}

#[test]
fn a_clock_that_is_8_seconds_ahead_is_accepted_and_60_refused() {
    let key = ClientKey::of(SignatureAlgorithm::Ps256);
    let broker = signing(&key, |_| {});
    let now = broker.now().0;
    let with = |changes: Value| present(&broker, &key.assertion(&broker, &issuer(), WEB, json!({}), changes));
    for changes in [
        json!({ "iat": now + 8 }),
        json!({ "nbf": now + 8 }),
        json!({ "iat": now + 8, "nbf": now + 8, "exp": now + 308 }),
        json!({ "iat": null }),
        json!({ "exp": now + 3600 }),
    ] {
        assert_eq!(with(changes.clone()).status, 200, "{changes}");
    }
    for changes in [
        json!({ "iat": now + 60 }),
        json!({ "nbf": now + 60 }),
        json!({ "iat": now - 120, "exp": now - 60 }),
        json!({ "exp": null }),
        json!({ "exp": now + 86_400 }),
    ] {
        assert!(refused(&with(changes.clone())), "{changes}");
    }
}

#[test]
fn an_assertion_counts_once_and_is_remembered_for_its_application_only() {
    let key = ClientKey::of(SignatureAlgorithm::EdDsa);
    let broker = signing(&key, |_| {});
    let assertion = good(&key, &broker);
    assert_eq!(present(&broker, &assertion).status, 200);
    let again = present(&broker, &assertion);
    assert!(refused(&again));
    assert!(again.body.contains("used before"), "the developer is told");
    // Past its end plus the forgiven skew it is forgotten, but counts no more anyway.
    broker.wait(71);
    assert!(refused(&present(&broker, &assertion)));

    // Another application may have drawn the same id.
    let claims = key.claims(&broker, &issuer(), WEB);
    assert_eq!(present(&broker, &key.sign(json!({}), claims.clone())).status, 200);
    broker.change_application(ACME, "urn:acme:noshadow", |app| {
        app.token_endpoint_auth_methods = vec![ClientAuthMethod::PrivateKeyJwt];
        app.protocol.jwks = Some(key.set());
    });
    let mut others = claims;
    others["iss"] = json!("urn:acme:noshadow");
    others["sub"] = json!("urn:acme:noshadow");
    let app = RelyingParty::no_shadow();
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    let form =
        format!("{}&{}", app.form(answer.code(), &asked.verifier), presenting(&key.sign(json!({}), others)));
    assert_eq!(broker.post(&format!("{}/oauth2/token", issuer()), &[], &form).status, 200);
}

/// Between judging a token and remembering its id, the keys of the application may have been fetched. An
/// object that has cleared its use away by then must not take the token for a new one.
#[test]
fn a_token_that_reaches_its_object_when_it_is_over_counts_no_more() {
    let broker = World::demo();
    let now = broker.now();
    let counts =
        |ends| block_on(broker.ports.is_first("name", &Use::of_assertion("jti", ends), now)).unwrap();
    assert!(!counts(now));
    assert!(counts(now.plus(1)));
    assert!(!counts(now.plus(1)));
}

#[test]
fn an_assertion_without_a_jti_or_with_a_very_long_one_is_refused() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    for jti in [Value::Null, json!(""), json!("x".repeat(201)), json!(1)] {
        let assertion = key.assertion(&broker, &issuer(), WEB, json!({}), json!({ "jti": jti }));
        assert!(refused(&present(&broker, &assertion)));
    }
    assert_eq!(broker.ports.take_counts().once_requests, 0, "nothing was remembered");
}

#[test]
fn an_assertion_for_anybody_else_is_refused() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    let token_endpoint = format!("{}/oauth2/token", issuer());
    let aud = |aud: Value| {
        present(&broker, &key.assertion(&broker, &issuer(), WEB, json!({}), json!({ "aud": aud })))
    };
    assert_eq!(aud(json!([issuer()])).status, 200);
    for other in [
        Value::Null,
        json!("https://evil.example"),
        json!(format!("https://{ACME_MITID}")),
        json!(token_endpoint),
        json!([issuer(), token_endpoint]),
        json!([issuer(), "https://evil.example"]),
        json!(format!("{}/", issuer())),
        json!([]),
    ] {
        let response = aud(other.clone());
        assert!(refused(&response), "{other}");
        assert!(response.body.contains("aud must be the issuer"), "{}", response.body);
    }
}

#[test]
fn the_legacy_switch_lets_an_application_name_the_token_endpoint() {
    let key = ClientKey::of(SignatureAlgorithm::Rs256);
    let broker = signing(&key, |app| app.protocol.endpoint_audience = true);
    let token_endpoint = format!("{}/oauth2/token", issuer());
    let aud = |aud: Value| {
        present(&broker, &key.assertion(&broker, &issuer(), WEB, json!({}), json!({ "aud": aud })))
    };
    for good in
        [json!(token_endpoint), json!([token_endpoint]), json!([issuer(), token_endpoint]), json!(issuer())]
    {
        assert_eq!(aud(good.clone()).status, 200, "{good}");
    }
    for bad in
        [json!([token_endpoint, "https://evil.example"]), json!(format!("https://{GLOBEX}/oauth2/token"))]
    {
        assert!(refused(&aud(bad.clone())), "{bad}");
    }
}

#[test]
fn nobody_signs_for_another_application() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    for changes in [
        json!({ "iss": "urn:acme:noshadow", "sub": "urn:acme:noshadow" }),
        json!({ "sub": "urn:acme:noshadow" }),
        json!({ "iss": "urn:acme:noshadow" }),
        json!({ "iss": issuer() }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "iss": "urn:acme:nobody", "sub": "urn:acme:nobody" }),
        json!({ "iss": "urn:globex:web", "sub": "urn:globex:web" }),
        json!({ "iss": [WEB], "sub": [WEB] }),
    ] {
        let assertion = key.assertion(&broker, &issuer(), WEB, json!({}), changes.clone());
        assert!(refused(&present(&broker, &assertion)), "{changes}");
    }
}

#[test]
fn a_client_id_beside_the_assertion_must_be_the_same() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    assert_eq!(present_with(&broker, &good(&key, &broker), "&client_id=urn%3Aacme%3Aweb").status, 200);
    let response = present_with(&broker, &good(&key, &broker), "&client_id=urn%3Aacme%3Anoshadow");
    assert_eq!((response.status, error_of(&response)), (400, "invalid_request".to_owned()));
}

#[test]
fn an_assertion_beside_a_secret_is_refused_rfc_6749_2_3() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker =
        signing(&key, |app| app.token_endpoint_auth_methods.push(ClientAuthMethod::ClientSecretBasic));
    let assertion = good(&key, &broker);
    let response =
        present_with(&broker, &assertion, "&client_id=urn%3Aacme%3Aweb&client_secret=acme-web-secret");
    assert_eq!((response.status, error_of(&response)), (400, "invalid_request".to_owned()));
    let basic = RelyingParty::web().basic();
    let url = format!("{}/oauth2/token", issuer());
    let response = broker.post(&url, &[("authorization", &basic)], &presenting(&assertion));
    assert_eq!((response.status, error_of(&response)), (400, "invalid_request".to_owned()));
}

#[test]
fn only_the_registered_method_is_accepted() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    // Registered for a signature: no secret counts, though it has one.
    let broker = signing(&key, |_| {});
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    assert_eq!(app.present(&broker, answer.code(), &asked.verifier).status, 401);
    // Registered for a secret: no signature counts, though it has a key.
    broker.change_application(ACME, WEB, |app| {
        app.token_endpoint_auth_methods = vec![ClientAuthMethod::ClientSecretBasic];
    });
    assert!(refused(&present(&broker, &good(&key, &broker))));
    app.redeem(&broker, &asked, &answer);
}

/// CVE-2015-9235 and its relatives: the token says how it is to be verified, and is not asked.
#[test]
fn no_algorithm_of_the_attackers_choice_verifies() {
    for alg in SignatureAlgorithm::ALL {
        let key = ClientKey::of(alg);
        let broker = signing(&key, |_| {});
        let claims = key.claims(&broker, &issuer(), WEB);
        let encode = |header: Value| {
            format!(
                "{}.{}",
                base64url(header.to_string().as_bytes()),
                base64url(claims.to_string().as_bytes())
            )
        };
        for name in ["none", "None", "NONE", ""] {
            let input = encode(json!({ "alg": name, "kid": key.kid }));
            assert!(refused(&present(&broker, &format!("{input}."))), "{name}");
        }
        // HS256 with what is public of the key as the secret, in each form that libraries have taken.
        let jwk = key.public().jwk();
        let number = jwk.get("n").or(jwk.get("x")).unwrap().as_str().unwrap().to_owned();
        for secret in [number, key.set(), key.jwk().to_string(), Value::Object(jwk).to_string()] {
            let input = encode(json!({ "alg": "HS256", "kid": key.kid }));
            let mac = base64url(&hmac_sha256(secret.as_bytes(), &[input.as_bytes()]));
            assert!(refused(&present(&broker, &format!("{input}.{mac}"))));
        }
        // A key that the token brings along.
        let own = ClientKey::of(SignatureAlgorithm::Es256);
        for header in [
            json!({ "jwk": own.jwk() }),
            json!({ "jwk": own.jwk(), "kid": key.kid }),
            json!({ "jku": KEYS_AT }),
            json!({ "kid": key.kid }),
        ] {
            assert!(refused(&present(&broker, &own.sign(header.clone(), claims.clone()))), "{header}");
        }
        assert!(broker.ports.upstreams.fetched.borrow().iter().all(|url| url != KEYS_AT));
        assert_eq!(present(&broker, &key.sign(json!({}), claims)).status, 200);
    }
}

#[test]
fn a_key_that_is_not_for_signatures_or_another_algorithm_verifies_nothing() {
    let key = ClientKey::of(SignatureAlgorithm::Rs256);
    for member in [
        json!({ "use": "enc" }),
        json!({ "alg": "PS256" }),
        json!({ "key_ops": ["encrypt"] }),
        json!({ "d": "AQAB" }),
        json!({ "kid": "another" }),
    ] {
        let mut jwk = key.jwk();
        jwk.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        let broker = signing(&key, |app| app.protocol.jwks = Some(json!({ "keys": [jwk] }).to_string()));
        assert!(refused(&present(&broker, &good(&key, &broker))), "{member}");
    }
}

#[test]
fn a_signature_over_other_claims_or_a_cut_one_is_refused() {
    let key = ClientKey::of(SignatureAlgorithm::EdDsa);
    let broker = signing(&key, |_| {});
    let (one, two) = (good(&key, &broker), good(&key, &broker));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (one, two) = (parts(&one), parts(&two));
    for token in [
        format!("{}.{}.{}", one[0], one[1], two[2]),
        format!("{}.{}.", one[0], one[1]),
        format!("{}.{}", one[0], one[1]),
        format!("{}.{}.{}", one[0], one[1], &one[2][..80]),
        format!("{}.{}.{}.{}", one[0], one[1], one[2], one[2]),
        "x".repeat(40_000),
    ] {
        assert!(refused(&present(&broker, &token)));
    }
    assert_eq!(present(&broker, &one.join(".")).status, 200, "nothing of that burned it");
}

#[test]
fn keys_are_fetched_from_the_application_and_an_unknown_key_asks_again_once_a_minute() {
    let (old, new) = (ClientKey::of(SignatureAlgorithm::Es256), ClientKey::of(SignatureAlgorithm::EdDsa));
    let broker = signing(&old, |app| {
        app.protocol.jwks = None;
        app.protocol.jwks_uri = Some(WebUrl::parse(KEYS_AT).unwrap());
    });
    let publish = |key: &ClientKey| {
        broker.ports.upstreams.documents.borrow_mut().insert(KEYS_AT.to_owned(), key.set());
    };
    let fetches = || broker.ports.upstreams.fetched.borrow().iter().filter(|url| *url == KEYS_AT).count();
    publish(&old);
    for _ in 0..3 {
        assert_eq!(present(&broker, &good(&old, &broker)).status, 200);
    }
    assert_eq!(fetches(), 1, "remembered");
    // The application rolls its key over at once.
    publish(&new);
    assert!(refused(&present(&broker, &good(&new, &broker))), "fetched a moment ago");
    assert_eq!(fetches(), 1);
    broker.wait(60);
    assert_eq!(present(&broker, &good(&new, &broker)).status, 200);
    assert_eq!(fetches(), 2);
    // Made-up names ask no more often.
    for _ in 0..5 {
        assert!(refused(&present(&broker, &good(&ClientKey::of(SignatureAlgorithm::Es256), &broker))));
    }
    assert_eq!(fetches(), 2);
}

#[test]
fn keys_that_do_not_arrive_are_no_fault_of_the_application_and_burn_nothing() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |app| {
        app.protocol.jwks = None;
        app.protocol.jwks_uri = Some(WebUrl::parse(KEYS_AT).unwrap());
    });
    let assertion = good(&key, &broker);
    let response = present(&broker, &assertion);
    assert_eq!((response.status, error_of(&response)), (503, "temporarily_unavailable".to_owned()));
    broker.wait(edge_eid::documents::FAILED_SECONDS);
    broker.ports.upstreams.documents.borrow_mut().insert(KEYS_AT.to_owned(), key.set());
    assert_eq!(present(&broker, &assertion).status, 200);
}

#[test]
fn an_application_without_keys_signs_nothing() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    for set in [None, Some("{\"keys\":[]}"), Some("nonsense")] {
        let broker = signing(&key, |app| app.protocol.jwks = set.map(str::to_owned));
        assert!(refused(&present(&broker, &good(&key, &broker))));
    }
}

#[test]
fn what_a_stranger_sends_is_remembered_nowhere_and_told_nothing() {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    let broker = signing(&key, |_| {});
    let stranger = ClientKey::of(SignatureAlgorithm::Es256);
    let forged = ClientKey { kid: key.kid.clone(), ..stranger };
    let unknown = key.assertion(&broker, &issuer(), "urn:acme:nobody", json!({}), json!({}));
    let told = [good(&forged, &broker), unknown, "x".to_owned()].map(|token| present(&broker, &token).body);
    assert!(told.iter().all(|body| *body == told[0]), "told alike");
    assert_eq!(broker.ports.take_counts().once_requests, 0);
    assert!(broker.has_logged("assertion_refused", "not signed by a key of the application"));
}

#[test]
fn fapi2_takes_a_signature_only_without_rs256_and_with_the_issuer_as_text() {
    use ClientAuthMethod::{ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
    for (alg, good_one) in SignatureAlgorithm::ALL.into_iter().zip([false, true, true, true]) {
        let key = ClientKey::of(alg);
        let broker = signing(&key, |app| {
            app.protocol.fapi2 = true;
            app.protocol.endpoint_audience = true;
            app.token_endpoint_auth_methods = vec![PrivateKeyJwt, ClientSecretBasic, ClientSecretPost];
        });
        let aud = |aud: Value| {
            let assertion = key.assertion(&broker, &issuer(), WEB, json!({}), json!({ "aud": aud }));
            let form =
                format!("grant_type=authorization_code&code=x&redirect_uri=x&{}", presenting(&assertion));
            let response = broker.post(&format!("{}/oauth2/token", issuer()), &[], &form);
            // The code is made up: what is refused after the client is known is not the client.
            !refused(&response)
        };
        assert_eq!(aud(json!(issuer())), good_one, "{alg:?}");
        assert!(!aud(json!([issuer()])));
        assert!(!aud(json!(format!("{}/oauth2/token", issuer()))));
        let response = RelyingParty::web().token_request(&broker, "grant_type=authorization_code&code=x");
        assert_eq!((response.status, error_of(&response)), (401, "invalid_client".to_owned()));
    }
}
