//! The admin API's rules for the protocol settings of applications and the sessions of domains.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::publication::application_key;
use edge_eid::eid::Eid;
use edge_eid::model::application::Protocol;
use edge_eid::model::key_ring::{Algorithm, KeyState, signing_key_label};
use edge_eid::model::{Application, ClientId, DomainSnapshot, Host, UnixTime};
use edge_eid::vault::{EnvironmentKeys, base64url};
use serde_json::{Value, json};
use support::admin::{Operator, Reply, application_path, domain_path, path};
use support::block_on;

const TEST: &str = "test.acme.example";
const PRODUCTION: &str = "acme.example";
const JWT: &str = "urn:acme:jwt";

fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", TEST, &json!({}));
    operator.domain("acme", PRODUCTION, &json!({"environment": "PRODUCTION"}));
    operator
}

/// An application with these settings beside the ones it must have.
fn with(settings: &Value) -> Value {
    let mut body = json!({"name": "App", "redirect_uris": ["https://app.example/callback"]});
    body.as_object_mut().unwrap().append(&mut settings.as_object().unwrap().clone());
    body
}

fn put(operator: &Operator, host: &str, settings: &Value) -> Reply {
    operator.put_with(&application_path("acme", host, JWT), &[], &with(settings))
}

/// The fields that are wrong with these settings on the TEST domain; none means that they were taken.
fn wrong(operator: &Operator, settings: &Value) -> Vec<String> {
    wrong_on(operator, TEST, settings)
}

fn wrong_on(operator: &Operator, host: &str, settings: &Value) -> Vec<String> {
    let at = application_path("acme", host, JWT);
    let reply = operator.put(&at, &with(settings));
    if reply.status == 201 {
        operator.delete(&at, "*").expect(200);
    } else {
        assert_eq!((reply.status, reply.problem()), (422, "invalid"), "{settings}");
    }
    reply.wrong_fields().into_iter().map(str::to_owned).collect()
}

/// What the login path reads.
fn published(operator: &Operator, host: &str) -> Protocol {
    let key = application_key(&Host::parse(host).unwrap(), &ClientId::parse(JWT).unwrap());
    let found = operator.ports.management.published::<Application>(&key).unwrap();
    found.value.unwrap().protocol
}

fn snapshot(operator: &Operator, host: &str) -> DomainSnapshot {
    operator.ports.management.published(&format!("domain:{host}")).unwrap().value.unwrap()
}

/// A public RSA key with a modulus of so many bits.
fn rsa(bits: usize) -> Value {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= modulus.len() * 8 - bits;
    json!({"kty": "RSA", "n": base64url(&modulus), "e": "AQAB"})
}

fn ec() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": base64url(&[1; 32]), "y": base64url(&[2; 32])})
}

fn okp() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&[3; 32])})
}

/// A key with more members, or others.
fn key(mut key: Value, members: &Value) -> Value {
    key.as_object_mut().unwrap().append(&mut members.as_object().unwrap().clone());
    key
}

fn jwks(keys: &[Value]) -> Value {
    json!({"jwks": {"keys": keys}})
}

#[test]
fn every_setting_is_stored_shown_and_published() {
    let operator = acme();
    operator.now.set(UnixTime(1_800_000_000));
    let settings = json!({
        "token_endpoint_auth_methods": ["private_key_jwt"],
        "response_types": ["id_token"],
        "acr_values": ["urn:grn:authn:dk:mitid:substantial"],
        "jwks": {"keys": [key(ec(), &json!({"use": "sig"}))]},
        "jwks_uri": null,
        "endpoint_audience": true,
        "require_pushed_authorization_requests": true,
        "post_logout_redirect_uris": ["https://app.example/bye"],
        "backchannel_logout_uri": "https://app.example/back",
        "frontchannel_logout_uri": "https://app.example/front",
        "allowed_origins": ["https://spa.example"],
        "resume_urls": ["https://app.example/resume"],
        "silent_check": true,
        "scope_strategy": "dynamic",
        "userinfo_response": "signed_jwt",
        "id_token_signed_response_alg": "RS256",
        "dpop_bound_access_tokens": true,
        "fapi2": false,
        "recording_until": "2027-01-16T08:00:00.000Z",
        "nemid_closed_at": "2027-02-01T00:00:00.000Z",
    });
    let made = put(&operator, TEST, &settings).expect(201);
    for (name, value) in settings.as_object().unwrap() {
        assert_eq!(&made.body[name], value, "{name}");
    }
    let stored = published(&operator, TEST);
    assert!(stored.endpoint_audience && stored.require_pushed_authorization_requests && stored.silent_check);
    assert_eq!(stored.acr_values.len(), 1);
    assert_eq!(stored.recording_until, Some(UnixTime(1_800_000_000 + 24 * 60 * 60)));
    assert_eq!(stored.nemid_closed_at, Some(UnixTime(1_801_440_000)));
    let read = operator.get(&application_path("acme", TEST, JWT)).expect(200);
    let again = operator.replace(&application_path("acme", TEST, JWT), &read.etag, &read.body).expect(200);
    assert_eq!(again.etag, read.etag, "what was read is what is stored");
}

#[test]
fn settings_left_out_are_as_an_application_of_the_first_days_has_them() {
    let operator = acme();
    put(&operator, PRODUCTION, &json!({})).expect(201);
    assert_eq!(published(&operator, PRODUCTION), Protocol::default());
}

#[test]
fn an_id_token_without_a_code_is_a_default_in_test_and_a_choice_in_production() {
    let operator = acme();
    let both = json!(["code", "id_token"]);
    assert_eq!(put(&operator, TEST, &json!({})).expect(201).body["response_types"], both);
    assert_eq!(put(&operator, PRODUCTION, &json!({})).expect(201).body["response_types"], json!(["code"]));
    let at = application_path("acme", PRODUCTION, JWT);
    let chosen = operator.replace(&at, "*", &with(&json!({"response_types": both}))).expect(200);
    assert_eq!(chosen.body["response_types"], both);
    for types in [json!([]), json!(["token"]), json!(["code", "code"]), json!("code"), json!(null)] {
        let field = &wrong(&acme(), &json!({"response_types": types}))[0];
        assert!(field.starts_with("response_types"), "{types}: {field}");
    }
}

#[test]
fn words_and_switches_are_what_they_may_be() {
    let operator = acme();
    for (name, value) in [
        ("scope_strategy", json!("Dynamic")),
        ("userinfo_response", json!("jwt")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("endpoint_audience", json!("true")),
        ("require_pushed_authorization_requests", json!(1)),
        ("silent_check", json!("no")),
        ("dpop_bound_access_tokens", json!([])),
        ("fapi2", json!("on")),
        ("jwks_uri", json!("http://app.example/jwks")),
        ("backchannel_logout_uri", json!("https://app.example/#f")),
        ("frontchannel_logout_uri", json!("javascript:alert(1)")),
        ("recording_until", json!("tomorrow")),
        ("nemid_closed_at", json!("2027-02-30")),
        ("acr_values", json!("urn:grn:authn:dk:mitid:low")),
    ] {
        assert_eq!(wrong(&operator, &json!({name: value})), [name], "{value}");
    }
    let acrs = json!({"acr_values": ["urn:grn:authn:dk:mitid:low", "urn:grn:authn:no:bankid", 1]});
    assert_eq!(wrong(&operator, &acrs), ["acr_values[1]", "acr_values[2]"]);
    assert_eq!(wrong(&operator, &json!({"jwk": {"keys": []}})), ["jwk"], "misspelt");
}

#[test]
fn lists_have_their_limits_and_hold_nothing_twice() {
    let operator = acme();
    let logouts = |number: usize| {
        let uris: Vec<_> = (0..number).map(|at| format!("https://app.example/bye/{at}")).collect();
        json!({"post_logout_redirect_uris": uris})
    };
    let origins = |number: usize| {
        let origins: Vec<_> = (0..number).map(|at| format!("https://spa{at}.example")).collect();
        json!({"allowed_origins": origins})
    };
    assert!(wrong(&operator, &logouts(50)).is_empty() && wrong(&operator, &origins(20)).is_empty());
    assert_eq!(wrong(&operator, &logouts(51)), ["post_logout_redirect_uris"]);
    assert_eq!(wrong(&operator, &origins(21)), ["allowed_origins"]);
    let resuming = |number: usize| {
        let urls: Vec<_> = (0..number).map(|at| format!("https://app.example/resume/{at}")).collect();
        json!({"resume_urls": urls})
    };
    assert!(wrong(&operator, &resuming(10)).is_empty());
    assert_eq!(wrong(&operator, &resuming(11)), ["resume_urls"]);
    assert_eq!(wrong(&operator, &json!({"resume_urls": ["com.example.app:/resume"]})), ["resume_urls[0]"]);
    let twice = json!({
        "post_logout_redirect_uris": ["https://app.example/", "https://app.example/"],
        "allowed_origins": ["https://a.example", "https://b.example", "https://a.example"],
    });
    assert_eq!(wrong(&operator, &twice), ["post_logout_redirect_uris[1]", "allowed_origins[2]"]);
    for origin in ["https://app.example/", "https://app.example:443", "*", "null", "http://app.example"] {
        assert_eq!(
            wrong(&operator, &json!({"allowed_origins": [origin]})),
            ["allowed_origins[0]"],
            "{origin}"
        );
    }
}

#[test]
fn in_production_every_url_and_origin_is_public() {
    let operator = acme();
    let inner = json!({
        "redirect_uris": ["https://app.example/callback", "https://localhost/x"],
        "jwks_uri": "https://10.0.0.1/jwks",
        "backchannel_logout_uri": "https://intranet/back",
        "frontchannel_logout_uri": "https://localhost/front",
        "initiate_login_uri": "https://app.example:8443/login",
        "post_logout_redirect_uris": ["https://app.example/bye", "http://localhost:3000/"],
        "allowed_origins": ["https://spa.example", "http://localhost:3000", "https://spa.local"],
        "resume_urls": ["https://app.example/resume", "http://localhost/resume"],
    });
    let mut found = wrong_on(&operator, PRODUCTION, &inner);
    found.sort_unstable();
    let expected = [
        "allowed_origins[1]",
        "allowed_origins[2]",
        "backchannel_logout_uri",
        "frontchannel_logout_uri",
        "initiate_login_uri",
        "jwks_uri",
        "post_logout_redirect_uris[1]",
        "resume_urls[1]",
    ];
    assert_eq!(found, expected);
    assert!(wrong(&operator, &inner).is_empty(), "a TEST domain's applications may be anywhere");
    let native = json!({
        "token_endpoint_auth_methods": ["none"],
        "post_logout_redirect_uris": ["http://127.0.0.1:5000/", "com.example.app:/bye"],
    });
    assert!(wrong_on(&operator, PRODUCTION, &native).is_empty(), "a native application on loopback");
}

#[test]
fn what_the_logout_page_frames_is_of_the_application() {
    let operator = acme();
    for uri in ["https://other.example/front", "http://localhost/front", "https://app.example:8443/front"] {
        let found = wrong(&operator, &json!({"frontchannel_logout_uri": uri}));
        assert_eq!(found, ["frontchannel_logout_uri"], "{uri}");
    }
    assert!(wrong(&operator, &json!({"frontchannel_logout_uri": "https://app.example/x?y"})).is_empty());
}

#[test]
fn keys_stand_in_one_place_and_private_key_jwt_needs_them() {
    let operator = acme();
    let method = json!({"token_endpoint_auth_methods": ["private_key_jwt", "client_secret_basic"]});
    assert_eq!(wrong(&operator, &method), ["jwks"]);
    let uri = json!({"jwks_uri": "https://app.example/jwks"});
    let set = jwks(&[rsa(2048)]);
    for keys in [&uri, &set] {
        assert!(wrong(&operator, &key(method.clone(), keys)).is_empty(), "{keys}");
    }
    assert_eq!(wrong(&operator, &key(uri, &set)), ["jwks_uri"]);
    let wrong_uri = json!({"jwks_uri": "nowhere"});
    assert_eq!(wrong(&operator, &key(method, &wrong_uri)), ["jwks_uri"], "said once");
}

#[test]
fn only_the_public_members_of_a_key_are_kept() {
    let operator = acme();
    let given = [
        key(rsa(2048), &json!({"kid": "one", "alg": "PS256", "x5c": ["MII"], "key_ops": ["verify"]})),
        key(ec(), &json!({"alg": "ES256", "use": "sig", "n": "AQAB"})),
        key(okp(), &json!({"alg": "Ed25519", "ext": true})),
    ];
    let shown = put(&operator, TEST, &jwks(&given)).expect(201).body["jwks"].take();
    let kept = [
        key(rsa(2048), &json!({"kid": "one", "alg": "PS256", "use": "sig"})),
        key(ec(), &json!({"alg": "ES256", "use": "sig"})),
        key(okp(), &json!({"alg": "EdDSA", "use": "sig"})),
    ];
    assert_eq!(shown, json!({"keys": kept}));
    assert_eq!(published(&operator, TEST).jwks, Some(shown.to_string()));
}

#[test]
fn a_private_key_is_refused_and_never_repeated() {
    let operator = acme();
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let private = key(rsa(2048), &json!({member: "a-private-number"}));
        let reply = put(&operator, TEST, &jwks(&[rsa(2048), private])).expect(422);
        assert_eq!(reply.wrong_fields(), ["jwks.keys[1]"], "{member}");
        let told = reply.body.to_string();
        assert!(told.contains("private") && !told.contains("a-private-number"), "{told}");
    }
    assert_eq!(wrong(&operator, &jwks(&[json!({"kty": "oct", "k": "c2VjcmV0"})])), ["jwks.keys[0]"]);
}

#[test]
fn a_key_is_one_that_can_verify() {
    let operator = acme();
    let short = base64url(&[1; 31]);
    for refused in [
        rsa(2047),
        rsa(1024),
        rsa(4097),
        key(rsa(2048), &json!({"n": "not base64!"})),
        key(rsa(2048), &json!({"n": 65537})),
        key(rsa(2048), &json!({"e": "AQ"})),
        key(rsa(2048), &json!({"e": "AQAA"})),
        key(rsa(2048), &json!({"e": ""})),
        key(rsa(2048), &json!({"e": base64url(&[3; 5])})),
        key(rsa(2048), &json!({"alg": "ES256"})),
        key(rsa(2048), &json!({"alg": "none"})),
        key(rsa(2048), &json!({"use": "enc"})),
        key(rsa(2048), &json!({"kid": ""})),
        key(rsa(2048), &json!({"kid": "k".repeat(201)})),
        key(rsa(2048), &json!({"kid": 7})),
        key(ec(), &json!({"crv": "P-384"})),
        key(ec(), &json!({"crv": "secp256k1"})),
        key(ec(), &json!({"x": short})),
        key(ec(), &json!({"y": null})),
        key(ec(), &json!({"alg": "RS256"})),
        key(okp(), &json!({"crv": "X25519"})),
        key(okp(), &json!({"x": short})),
        json!({"kty": "RSA"}),
        json!({}),
        json!("a key"),
    ] {
        assert_eq!(wrong(&operator, &jwks(std::slice::from_ref(&refused))), ["jwks.keys[0]"], "{refused}");
    }
    for taken in [rsa(2048), rsa(3072), rsa(4096), key(rsa(2048), &json!({"e": "Aw"})), ec(), okp()] {
        assert!(wrong(&operator, &jwks(std::slice::from_ref(&taken))).is_empty(), "{taken}");
    }
}

#[test]
fn a_key_set_has_up_to_twenty_keys_each_with_its_own_kid_or_none() {
    let operator = acme();
    for set in [json!([]), json!({}), json!({"keys": []}), json!({"keys": {}}), json!("{\"keys\":[]}")] {
        assert_eq!(wrong(&operator, &json!({"jwks": set})), ["jwks"], "{set}");
    }
    assert!(wrong(&operator, &jwks(&[ec(), ec()])).is_empty(), "without kid");
    assert_eq!(wrong(&operator, &jwks(&vec![ec(); 21])), ["jwks"]);
    let named = |kid: &str| key(ec(), &json!({"kid": kid}));
    assert_eq!(wrong(&operator, &jwks(&[named("a"), named("b"), named("a")])), ["jwks.keys[2]"]);
    let large = |at: usize| key(rsa(4096), &json!({"kid": at.to_string().repeat(100)}));
    let large: Vec<_> = (10..30).map(large).collect();
    assert_eq!(wrong(&operator, &jwks(&large)), ["jwks"], "more than 16 kB");
    assert!(wrong(&operator, &jwks(&large[..16])).is_empty());
}

#[test]
fn fapi2_brings_what_it_demands_and_refuses_what_contradicts_it() {
    let operator = acme();
    let enough = key(jwks(&[ec()]), &json!({"fapi2": true}));
    for host in [TEST, PRODUCTION] {
        let made = put(&operator, host, &enough).expect(201).body;
        assert_eq!(made["token_endpoint_auth_methods"], json!(["private_key_jwt"]));
        assert_eq!(made["response_types"], json!(["code"]));
        assert_eq!(made["id_token_signed_response_alg"], "ES256");
        assert_eq!(made["require_pushed_authorization_requests"], true);
        assert_eq!(made["dpop_bound_access_tokens"], true);
        operator.delete(&application_path("acme", host, JWT), "*").expect(200);
    }
    for (name, value) in [
        ("token_endpoint_auth_methods", json!(["private_key_jwt", "client_secret_basic"])),
        ("token_endpoint_auth_methods", json!(["none"])),
        ("response_types", json!(["code", "id_token"])),
        ("redirect_uris", json!(["https://app.example/callback", "http://localhost:3000/callback"])),
        ("redirect_uris", json!(["com.example.app:/callback"])),
        ("id_token_signed_response_alg", json!("RS256")),
        ("require_pushed_authorization_requests", json!(false)),
        ("dpop_bound_access_tokens", json!(false)),
        ("endpoint_audience", json!(true)),
        ("jwks", json!(null)),
    ] {
        assert_eq!(wrong(&operator, &key(enough.clone(), &json!({name: value}))), [name], "{value}");
    }
}

#[test]
fn the_first_application_that_wants_es256_gets_keys_for_its_environment() {
    let operator = acme();
    operator.domain("acme", "second.example", &json!({}));
    let es256 = json!({"id_token_signed_response_alg": "ES256"});
    let before = snapshot(&operator, PRODUCTION);
    operator.ports.management.kv_writes.borrow_mut().clear();
    put(&operator, TEST, &es256).expect(201);
    let written: Vec<_> =
        operator.ports.management.kv_writes.borrow().iter().map(|it| it.0.clone()).collect();
    assert_eq!(written[..2], ["domain:second.example".to_owned(), format!("domain:{TEST}")]);
    assert!(written.len() == 3 && written[2].starts_with("app:"), "the application last: {written:?}");
    let keys = snapshot(&operator, TEST).keys;
    let added: Vec<_> = keys.iter().filter(|key| key.alg == Algorithm::Es256).collect();
    let states: Vec<_> = added.iter().map(|key| (key.eid, key.state, key.private.is_some())).collect();
    let (active, standby) = ((KeyState::Active, true), (KeyState::Standby, false));
    let ring = |eid| [(eid, active.0, active.1), (eid, standby.0, standby.1)];
    assert_eq!(states, [ring(Eid::Nemid), ring(Eid::Mitid)].concat());
    assert_eq!(keys.len(), 8, "the others stay");
    assert_eq!(snapshot(&operator, "second.example").keys, keys, "every domain announces them");
    assert_eq!(snapshot(&operator, PRODUCTION), before, "environments share nothing");

    let test = snapshot(&operator, TEST);
    let opened = block_on(EnvironmentKeys::of(&operator.ports, &test)).unwrap();
    let sealed = added[0].private.as_ref().unwrap();
    assert!(block_on(opened.open(&operator.ports, &signing_key_label(&added[0].kid), sealed)).is_ok());
    let listed = operator.get(&path(&["tenants", "acme", "environments", "TEST", "keys"])).expect(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 8);
}

#[test]
fn keys_for_es256_are_made_once_and_with_the_change_that_needs_them() {
    let operator = acme();
    let es256 = json!({"id_token_signed_response_alg": "ES256"});
    let audit = || {
        let log = operator.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
        let actions =
            log["items"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap().to_owned());
        actions.collect::<Vec<_>>()
    };
    put(&operator, TEST, &json!({})).expect(201);
    let log = audit();
    let at = application_path("acme", TEST, JWT);
    operator.put(&at, &with(&es256)).expect(428);
    operator.replace(&at, "\"999\"", &with(&es256)).expect(412);
    operator.replace(&at, "*", &with(&key(es256.clone(), &json!({"name": ""})))).expect(422);
    let elsewhere = application_path("acme", "nobody.example", JWT);
    operator.put(&elsewhere, &with(&es256)).expect(404);
    assert_eq!(audit(), log, "nothing refused leaves keys behind");

    operator.replace(&at, "*", &with(&es256)).expect(200);
    assert_eq!(audit()[..2], ["application.replaced", "environment.replaced"]);
    let keys = snapshot(&operator, TEST).keys;
    operator.replace(&at, "*", &with(&json!({}))).expect(200);
    operator.replace(&at, "*", &with(&es256)).expect(200);
    operator.put(&application_path("acme", TEST, "urn:acme:other"), &with(&es256)).expect(201);
    assert_eq!(snapshot(&operator, TEST).keys, keys);
}

#[test]
fn a_recording_ends_within_a_day_and_one_that_is_over_is_none() {
    let operator = acme();
    operator.now.set(UnixTime(1_800_000_000));
    assert_eq!(wrong(&operator, &json!({"recording_until": "2027-01-16T08:00:01Z"})), ["recording_until"]);
    let at = application_path("acme", TEST, JWT);
    let on = put(&operator, TEST, &json!({"recording_until": "2027-01-16T08:00:00Z"})).expect(201);
    operator.now.set(UnixTime(1_800_000_000 + 2 * 24 * 60 * 60));
    assert_eq!(operator.get(&at).body["recording_until"], "2027-01-16T08:00:00.000Z");
    let kept = operator.replace(&at, &on.etag, &operator.get(&at).body).expect(200);
    assert_eq!(kept.body["recording_until"], Value::Null, "it was over when it was sent back");
    let off = operator.replace(&at, "*", &with(&json!({"recording_until": null}))).expect(200);
    assert_eq!(off.body["recording_until"], Value::Null);
}

#[test]
fn a_domains_sessions_are_off_until_they_are_wanted_and_have_bounds() {
    let operator = acme();
    let at = domain_path("acme", TEST);
    let shown = operator.get(&at).expect(200).body;
    assert_eq!((&shown["sso"], &shown["confirm_logout"]), (&json!(false), &json!(false)));
    assert_eq!((&shown["sso_idle_seconds"], &shown["sso_absolute_seconds"]), (&json!(1200), &json!(28_800)));
    let sent = |settings: &Value| operator.replace(&at, "*", &key(shown.clone(), settings));
    for (settings, field) in [
        (json!({"sso_idle_seconds": 59}), "sso_idle_seconds"),
        (json!({"sso_idle_seconds": 86_401, "sso_absolute_seconds": 604_800}), "sso_idle_seconds"),
        (json!({"sso_idle_seconds": 60.5}), "sso_idle_seconds"),
        (json!({"sso_idle_seconds": "600"}), "sso_idle_seconds"),
        (json!({"sso_idle_seconds": 60, "sso_absolute_seconds": 59}), "sso_absolute_seconds"),
        (json!({"sso_absolute_seconds": 604_801}), "sso_absolute_seconds"),
        (json!({"sso_idle_seconds": 601, "sso_absolute_seconds": 600}), "sso_absolute_seconds"),
        (json!({"sso_idle_seconds": 28_801, "sso_absolute_seconds": null}), "sso_absolute_seconds"),
        (json!({"sso": 1}), "sso"),
        (json!({"confirm_logout": "yes"}), "confirm_logout"),
    ] {
        assert_eq!(sent(&settings).expect(422).wrong_fields(), [field], "{settings}");
    }
    for (idle, absolute) in [(60, 60), (86_400, 604_800)] {
        sent(&json!({"sso_idle_seconds": idle, "sso_absolute_seconds": absolute})).expect(200);
    }
    let settings = json!({
        "sso": true, "sso_idle_seconds": 600, "sso_absolute_seconds": 3600, "confirm_logout": true,
    });
    let done = sent(&settings).expect(200);
    for (name, value) in settings.as_object().unwrap() {
        assert_eq!(&done.body[name], value, "{name}");
    }
    let stored = snapshot(&operator, TEST).sessions;
    assert!(stored.sso && stored.confirm_logout);
    assert_eq!((stored.idle_seconds, stored.absolute_seconds), (600, 3600));
}
