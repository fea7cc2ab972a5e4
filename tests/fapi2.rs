//! An application with `fapi2: true`: what the FAPI 2.0 Security Profile (final) demands of an
//! authorization server, in the order and by the numbers of its §5.3.2, §5.3.4 and §5.4.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::application::{ClientAuthMethod, Protocol, ResponseType};
use edge_eid::model::key_ring::{Algorithm, KeyState, SigningKey, signing_key_label};
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::url::WebUrl;
use edge_eid::model::{Application, UnixTime};
use edge_eid::oauth::jwks::thumbprint;
use edge_eid::ports::Crypto;
use edge_eid::web::{Method, Parameters, Response, encode_pairs};
use serde_json::{Value, json};
use support::broker::request;
use support::client_key::presenting;
use support::relying_party::{decode, error_of, key_of, signature_holds};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const ISSUER: &str = "https://acme.example";
const WEB: &str = "urn:acme:web";

/// The application, its key, and the key that its access tokens are bound to.
struct Fapi {
    broker: Broker,
    app: RelyingParty,
    key: ClientKey,
    holder: ClientKey,
}

/// A key for ES256 for each eID, as an environment gets them with its first such application.
fn add_es256_keys(broker: &Broker) {
    let keys = &broker.keys[ACME];
    let ring = Eid::ALL.map(|eid| {
        let new = block_on(broker.ports.generate(Algorithm::Es256)).unwrap();
        let kid = thumbprint(&new.public);
        let private = block_on(keys.seal(&broker.ports, &signing_key_label(&kid), &new.pkcs8)).unwrap();
        let (alg, state, since) = (Algorithm::Es256, KeyState::Active, UnixTime(0));
        let (published, private) = (Some(since), Some(private));
        SigningKey { kid, eid, alg, state, since, published, public: new.public, private }
            .announced()
            .unwrap()
    });
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.keys.extend(ring.clone()));
    }
}

impl Fapi {
    fn new() -> Self {
        Self::by(ClientKey::of(SignatureAlgorithm::Es256))
    }

    fn by(key: ClientKey) -> Self {
        let broker = World::demo();
        add_es256_keys(&broker);
        for host in [ACME, ACME_MITID] {
            broker.change_application(host, WEB, |app| {
                app.token_endpoint_auth_methods = vec![ClientAuthMethod::PrivateKeyJwt];
                app.protocol = Protocol {
                    response_types: vec![ResponseType::Code],
                    jwks: Some(key.set()),
                    require_pushed_authorization_requests: true,
                    id_token_signed_response_alg: Algorithm::Es256,
                    dpop_bound_access_tokens: true,
                    fapi2: true,
                    ..Protocol::default()
                };
            });
        }
        Self { broker, app: RelyingParty::web(), key, holder: ClientKey::of(SignatureAlgorithm::Es256) }
    }

    fn change(&self, change: impl FnOnce(&mut Application)) {
        self.broker.change_application(ACME, WEB, change);
    }

    fn assertion(&self, changes: Value) -> String {
        self.key.assertion(&self.broker, ISSUER, WEB, json!({}), changes)
    }

    /// A request of the application's server, authenticated by this assertion.
    fn call(&self, path: &str, assertion: &str, proof: Option<&str>, form: &str) -> Response {
        let headers: Vec<(&str, &str)> = proof.iter().map(|proof| ("dpop", *proof)).collect();
        let form = format!("{form}&{}", presenting(assertion));
        self.broker.post(&format!("{ISSUER}/oauth2/{path}"), &headers, &form)
    }

    fn push(&self, asked: &Asked) -> Response {
        self.call("par", &self.assertion(json!({})), None, asked.url.split_once('?').unwrap().1)
    }

    /// Pushes with a changed assertion: whether the client was believed.
    fn is_believed(&self, changes: Value) -> bool {
        let asked = self.app.ask(POCES);
        let form = asked.url.split_once('?').unwrap().1;
        let response = self.call("par", &self.assertion(changes), None, form);
        let told = (response.status, error_of(&response));
        assert!(told.0 == 201 || told == (401, "invalid_client".to_owned()), "{}", response.body);
        told.0 == 201
    }

    /// What is told of a request with changes that is pushed.
    fn refused(&self, changes: &[(&str, &str)]) -> String {
        let response = self.push(&self.app.ask_with(changes));
        assert_eq!(response.status, 400, "{changes:?}");
        error_of(&response)
    }

    /// Where the browser is sent with a pushed request.
    fn authorize_url(&self, pushed: &Response) -> String {
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let body: Value = serde_json::from_str(&pushed.body).unwrap();
        let request_uri = body["request_uri"].as_str().unwrap();
        format!(
            "{ISSUER}/oauth2/authorize?{}",
            encode_pairs([("client_id", WEB), ("request_uri", request_uri)])
        )
    }

    /// A login up to its code.
    fn log_in(&self, eid: Eid, changes: &[(&str, &str)]) -> (Asked, Answer) {
        let asked = self.app.ask_with(&[&[("acr_values", POCES)], changes].concat());
        let person = if eid == Eid::Nemid { Person::terne() } else { Person::ditlev() };
        let url = self.authorize_url(&self.push(&asked));
        let answer = Browser::new(&self.broker).log_in(&url, eid, &person);
        (asked, answer)
    }

    fn token_proof(&self, key: &ClientKey, changes: Value) -> String {
        key.proof(&self.broker, "POST", &format!("{ISSUER}/oauth2/token"), changes)
    }

    fn redeem_by(&self, proof: Option<&str>, asked: &Asked, answer: &Answer) -> Response {
        let form = self.app.form(answer.code(), &asked.verifier);
        self.call("token", &self.assertion(json!({})), proof, &form)
    }

    fn redeem(&self, asked: &Asked, answer: &Answer) -> Response {
        self.redeem_by(Some(&self.token_proof(&self.holder, json!({}))), asked, answer)
    }

    fn userinfo(&self, access_token: &str) -> Response {
        let url = format!("{ISSUER}/oauth2/userinfo");
        let proof = self.holder.proof_with(&self.broker, "GET", &url, access_token);
        let authorization = format!("DPoP {access_token}");
        let headers = [("authorization", authorization.as_str()), ("dpop", proof.as_str())];
        self.broker.send(&request(Method::Get, &url, &headers, ""))
    }

    fn document(&self, path: &str) -> Value {
        let url = format!("{ISSUER}/.well-known/{path}?{}", encode_pairs([("client_id", WEB)]));
        serde_json::from_str(&self.broker.get(&url).body).unwrap()
    }
}

fn body_of(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{}", response.body);
    serde_json::from_str(&response.body).unwrap()
}

fn invalid_grant(response: &Response) -> bool {
    (response.status, error_of(response)) == (400, "invalid_grant".to_owned())
}

#[test]
fn an_application_of_the_profile_logs_somebody_in_by_either_eid() {
    for eid in Eid::ALL {
        let fapi = Fapi::new();
        let (asked, answer) = fapi.log_in(eid, &[]);
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        let body = body_of(&fapi.redeem(&asked, &answer));
        let id_token = body["id_token"].as_str().unwrap();
        let (header, claims) = decode(id_token);
        let key = key_of(&fapi.broker, ISSUER, header["kid"].as_str().unwrap()).unwrap();
        assert!(header["alg"] == "ES256" && signature_holds(id_token, &key));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(WEB)));
        assert_eq!(claims["nonce"], asked.nonce.as_str());
        let userinfo = body_of(&fapi.userinfo(body["access_token"].as_str().unwrap()));
        assert_eq!(userinfo["sub"], claims["sub"]);
    }
}

// ---- §5.3.2.1: in general ----

#[test]
fn fapi2_5_3_2_1_1_metadata_is_published() {
    let fapi = Fapi::new();
    let document = fapi.document("openid-configuration");
    assert_eq!(document, fapi.document("oauth-authorization-server"), "RFC 8414 §3");
    assert_eq!(document["require_pushed_authorization_requests"], true);
    assert_eq!(document["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
    for what in ["token_endpoint_auth", "dpop", "request_object"] {
        let name = format!("{what}_signing_alg_values_supported");
        assert_eq!(document[&name], json!(["PS256", "ES256", "EdDSA"]), "{name}");
    }
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256"]));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["grant_types_supported"], json!(["authorization_code"]));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}

#[test]
fn fapi2_5_3_2_1_2_a_password_is_no_grant() {
    let fapi = Fapi::new();
    let form = "grant_type=password&username=x&password=x";
    let response = fapi.call("token", &fapi.assertion(json!({})), None, form);
    assert_eq!(error_of(&response), "unsupported_grant_type");
}

#[test]
fn fapi2_5_3_2_1_3_there_are_no_public_clients() {
    let fapi = Fapi::new();
    fapi.change(|app| app.token_endpoint_auth_methods = vec![ClientAuthMethod::None]);
    let form = fapi.app.ask(POCES).url.split_once('?').unwrap().1.to_owned();
    for path in ["par", "token"] {
        let response = fapi.broker.post(&format!("{ISSUER}/oauth2/{path}"), &[], &form);
        assert_eq!((response.status, error_of(&response)), (401, "invalid_client".to_owned()), "{path}");
    }
}

#[test]
fn fapi2_5_3_2_1_4_access_tokens_are_bound_to_a_key() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    assert_eq!(error_of(&fapi.redeem_by(None, &asked, &answer)), "invalid_request");
    let body = body_of(&fapi.redeem(&asked, &answer));
    assert_eq!(body["token_type"], "DPoP", "and that refusal burnt no code");
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(fapi.app.userinfo(&fapi.broker, token).status, 401, "no bearer token");
    assert_eq!(fapi.userinfo(token).status, 200);
}

/// Whatever the settings say: the switch alone decides.
#[test]
fn fapi2_5_3_2_1_5_the_method_is_dpop() {
    let fapi = Fapi::new();
    fapi.change(|app| app.protocol.dpop_bound_access_tokens = false);
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    assert_eq!(error_of(&fapi.redeem_by(None, &asked, &answer)), "invalid_request");
    let body = body_of(&fapi.redeem(&asked, &answer));
    let form = encode_pairs([("token", body["access_token"].as_str().unwrap())]);
    let facts = body_of(&fapi.call("introspect", &fapi.assertion(json!({})), None, &form));
    assert_eq!(facts["cnf"]["jkt"], fapi.holder.jkt());
}

#[test]
fn fapi2_5_3_2_1_6_clients_authenticate_by_private_key_jwt() {
    use ClientAuthMethod::{ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
    let fapi = Fapi::new();
    fapi.change(|app| {
        app.token_endpoint_auth_methods = vec![PrivateKeyJwt, ClientSecretBasic, ClientSecretPost];
    });
    assert!(fapi.is_believed(json!({})));
    let secret = fapi.app.secret.as_deref().unwrap();
    let in_form = encode_pairs([("client_id", WEB), ("client_secret", secret)]);
    let basic = fapi.app.basic();
    for path in ["par", "token", "revoke", "introspect"] {
        let url = format!("{ISSUER}/oauth2/{path}");
        let by_header = fapi.broker.post(&url, &[("authorization", &basic)], "token=x");
        let by_form = fapi.broker.post(&url, &[], &in_form);
        for response in [by_header, by_form] {
            assert_eq!((response.status, error_of(&response)), (401, "invalid_client".to_owned()), "{path}");
        }
    }
}

#[test]
fn fapi2_5_3_2_1_7_there_is_no_open_redirector() {
    let fapi = Fapi::new();
    assert_eq!(fapi.refused(&[("redirect_uri", "https://evil.example/")]), "invalid_request");
    let evil = fapi.app.ask_with(&[("redirect_uri", "https://evil.example/")]);
    assert_eq!(Browser::new(&fapi.broker).visit(&evil.url).page().status, 400);
    // What stands beside a request_uri is nothing.
    let url = fapi.authorize_url(&fapi.push(&fapi.app.ask_with(&[("prompt", "none")])));
    let beside = encode_pairs([("redirect_uri", "https://evil.example/"), ("prompt", "login")]);
    let answer = Browser::new(&fapi.broker).visit(&format!("{url}&{beside}")).application();
    assert!(answer.url.starts_with(&format!("{CALLBACK}?")) && answer.error() == "login_required");
}

#[test]
fn fapi2_5_3_2_1_8_an_assertion_names_the_issuer_as_a_text() {
    let fapi = Fapi::new();
    // A switch for old libraries that the profile overrules.
    fapi.change(|app| app.protocol.endpoint_audience = true);
    assert!(fapi.is_believed(json!({ "aud": ISSUER })));
    for aud in [
        json!([ISSUER]),
        json!([ISSUER, "https://evil.example"]),
        json!(format!("{ISSUER}/oauth2/par")),
        json!(format!("{ISSUER}/oauth2/token")),
        json!([format!("{ISSUER}/oauth2/par")]),
        json!(format!("{ISSUER}/")),
        Value::Null,
    ] {
        assert!(!fapi.is_believed(json!({ "aud": aud })), "{aud}");
    }
}

#[test]
fn fapi2_5_3_2_1_9_there_are_no_refresh_tokens_to_rotate() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[("scope", "openid offline_access")]);
    assert!(body_of(&fapi.redeem(&asked, &answer)).get("refresh_token").is_none());
}

#[test]
fn fapi2_5_3_2_1_11_a_code_lives_for_sixty_seconds() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let (later_asked, later) = fapi.log_in(Eid::Nemid, &[]);
    fapi.broker.wait(59);
    assert_eq!(fapi.redeem(&asked, &answer).status, 200);
    fapi.broker.wait(1);
    assert!(invalid_grant(&fapi.redeem(&later_asked, &later)));
}

#[test]
fn fapi2_5_3_2_1_12_a_code_may_be_bound_to_a_key() {
    let fapi = Fapi::new();
    let other = ClientKey::of(SignatureAlgorithm::Es256);
    // By dpop_jkt in the pushed request.
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[("dpop_jkt", &fapi.holder.jkt())]);
    let foreign = fapi.token_proof(&other, json!({}));
    assert!(invalid_grant(&fapi.redeem_by(Some(&foreign), &asked, &answer)));
    assert_eq!(fapi.redeem(&asked, &answer).status, 200);
    // By a proof beside it; and not by both if they differ.
    let par = format!("{ISSUER}/oauth2/par");
    let push = |asked: &Asked| {
        let proof = fapi.holder.proof(&fapi.broker, "POST", &par, json!({}));
        let form = asked.url.split_once('?').unwrap().1;
        fapi.call("par", &fapi.assertion(json!({})), Some(&proof), form)
    };
    let asked = fapi.app.ask(POCES);
    let url = fapi.authorize_url(&push(&asked));
    let answer = Browser::new(&fapi.broker).log_in(&url, Eid::Nemid, &Person::terne());
    let foreign = fapi.token_proof(&other, json!({}));
    assert!(invalid_grant(&fapi.redeem_by(Some(&foreign), &asked, &answer)));
    assert_eq!(fapi.redeem(&asked, &answer).status, 200);
    let differing = push(&fapi.app.ask_with(&[("acr_values", POCES), ("dpop_jkt", &other.jkt())]));
    assert_eq!(error_of(&differing), "invalid_dpop_proof");
}

#[test]
fn fapi2_5_3_2_1_13_clocks_may_be_ten_seconds_ahead_and_not_sixty() {
    let fapi = Fapi::new();
    let now = fapi.broker.now().0;
    for (ahead, good) in [(0, true), (8, true), (10, true), (60, false), (61, false)] {
        let time = now + ahead;
        for claims in [json!({ "iat": time }), json!({ "nbf": time }), json!({ "iat": time, "nbf": time })] {
            assert_eq!(fapi.is_believed(claims.clone()), good, "{claims}");
        }
    }
    assert!(!fapi.is_believed(json!({ "iat": now - 360, "exp": now - 300 })), "past for five minutes");
    for (iat, good) in [(now + 8, true), (now + 10, true), (now - 10, true), (now + 61, false)] {
        let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
        let proof = fapi.token_proof(&fapi.holder, json!({ "iat": iat }));
        let response = fapi.redeem_by(Some(&proof), &asked, &answer);
        assert_eq!(response.status == 200, good, "{iat} {}", response.body);
    }
}

#[test]
fn fapi2_5_3_2_1_14_an_access_token_is_for_userinfo_of_its_own_domain_only() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let body = body_of(&fapi.redeem(&asked, &answer));
    assert_eq!(body["scope"], "openid");
    let token = body["access_token"].as_str().unwrap();
    let url = format!("https://{ACME_MITID}/oauth2/userinfo");
    let proof = fapi.holder.proof_with(&fapi.broker, "GET", &url, token);
    let authorization = format!("DPoP {token}");
    let headers = [("authorization", authorization.as_str()), ("dpop", proof.as_str())];
    assert_eq!(fapi.broker.send(&request(Method::Get, &url, &headers, "")).status, 401);
}

// ---- §5.3.2.2: flows by the authorization endpoint ----

#[test]
fn fapi2_5_3_2_2_1_the_response_type_is_code() {
    let fapi = Fapi::new();
    for kind in ["token", "code id_token", "code token", "none"] {
        assert_eq!(fapi.refused(&[("response_type", kind)]), "unsupported_response_type", "{kind}");
    }
    fapi.change(|app| app.protocol.response_types = vec![ResponseType::Code, ResponseType::IdToken]);
    assert_eq!(fapi.refused(&[("response_type", "id_token")]), "unauthorized_client");
    assert_eq!(fapi.refused(&[("response_type", "")]), "invalid_request");
}

#[test]
fn fapi2_5_3_2_2_2_requests_are_pushed_by_clients_that_authenticate() {
    let fapi = Fapi::new();
    let asked = fapi.app.ask(POCES);
    let response = fapi.push(&asked);
    assert_eq!(response.status, 201);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert!(body["request_uri"].as_str().unwrap().starts_with("urn:ietf:params:oauth:request_uri:"));
    // RFC 9126 §2.1: nothing is pushed by reference, nor otherwise than by POST.
    assert_eq!(fapi.refused(&[("request_uri", body["request_uri"].as_str().unwrap())]), "invalid_request");
    let get = format!("{ISSUER}/oauth2/par?{}", asked.url.split_once('?').unwrap().1);
    assert_eq!(fapi.broker.get(&get).status, 405);
    // Bound to its client.
    let request_uri = body["request_uri"].as_str().unwrap();
    let foreign = encode_pairs([("client_id", "urn:acme:spa"), ("request_uri", request_uri)]);
    let url = format!("{ISSUER}/oauth2/authorize?{foreign}");
    assert_eq!(Browser::new(&fapi.broker).visit(&url).page().status, 400);
}

#[test]
fn fapi2_5_3_2_2_3_a_request_that_was_not_pushed_is_refused() {
    let fapi = Fapi::new();
    fapi.change(|app| app.protocol.require_pushed_authorization_requests = false);
    let asked = fapi.app.ask(POCES);
    let browser = Browser::new(&fapi.broker);
    assert_eq!(browser.visit(&asked.url).application().error(), "invalid_request");
    let (endpoint, form) = asked.url.split_once('?').unwrap();
    assert_eq!(browser.submit(endpoint, form).application().error(), "invalid_request");
    // Signed, but carried by the browser.
    let parameters = Parameters::parse(form.as_bytes()).unwrap();
    let mut claims: serde_json::Map<String, Value> =
        parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    claims.extend([("iss".to_owned(), json!(WEB)), ("aud".to_owned(), json!(ISSUER))]);
    let object = fapi.key.sign(json!({}), Value::Object(claims));
    let query = encode_pairs([("client_id", WEB), ("request", &object)]);
    let answer = browser.visit(&format!("{endpoint}?{query}")).application();
    assert_eq!(answer.error(), "invalid_request");
}

#[test]
fn fapi2_5_3_2_2_4_nothing_is_pushed_without_authentication() {
    let fapi = Fapi::new();
    let form = fapi.app.ask(POCES).url.split_once('?').unwrap().1.to_owned();
    let response = fapi.broker.post(&format!("{ISSUER}/oauth2/par"), &[], &form);
    assert_eq!((response.status, error_of(&response)), (401, "invalid_client".to_owned()));
    let stranger = ClientKey::of(SignatureAlgorithm::Es256);
    let forged = stranger.assertion(&fapi.broker, ISSUER, WEB, json!({}), json!({}));
    assert_eq!(fapi.call("par", &forged, None, &form).status, 401);
    assert!(!fapi.is_believed(json!({ "sub": null })));
}

#[test]
fn fapi2_5_3_2_2_5_pkce_by_s256_is_required() {
    let fapi = Fapi::new();
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(fapi.refused(&none), "invalid_request");
    assert_eq!(fapi.refused(&[("code_challenge_method", "plain")]), "invalid_request");
    assert_eq!(fapi.refused(&[("code_challenge_method", "")]), "invalid_request");
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let proof = || fapi.token_proof(&fapi.holder, json!({}));
    let without = [("grant_type", "authorization_code"), ("code", answer.code()), ("redirect_uri", CALLBACK)];
    let assertion = fapi.assertion(json!({}));
    assert!(invalid_grant(&fapi.call("token", &assertion, Some(&proof()), &encode_pairs(without))));
    let wrong = Asked { verifier: fapi.app.ask(POCES).verifier, ..asked.clone() };
    assert!(invalid_grant(&fapi.redeem(&wrong, &answer)));
    assert_eq!(fapi.redeem(&asked, &answer).status, 200);
}

#[test]
fn fapi2_5_3_2_2_6_a_pushed_request_has_a_redirect_uri() {
    let fapi = Fapi::new();
    fapi.change(|app| app.redirect_uris.truncate(1));
    assert_eq!(fapi.refused(&[("redirect_uri", "")]), "invalid_request", "though only one is registered");
}

#[test]
fn fapi2_5_3_2_2_7_answers_name_their_issuer() {
    let fapi = Fapi::new();
    let (_, answer) = fapi.log_in(Eid::Mitid, &[]);
    assert_eq!(answer.get("iss"), Some(ISSUER));
    let url = fapi.authorize_url(&fapi.push(&fapi.app.ask_with(&[("prompt", "none")])));
    let answer = Browser::new(&fapi.broker).visit(&url).application();
    assert_eq!((answer.error(), answer.get("iss")), ("login_required", Some(ISSUER)));
}

#[test]
fn fapi2_5_3_2_2_9_a_code_counts_once() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let body = body_of(&fapi.redeem(&asked, &answer));
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(fapi.userinfo(token).status, 200);
    fapi.broker.wait(1);
    assert!(invalid_grant(&fapi.redeem(&asked, &answer)));
    assert_eq!(fapi.userinfo(token).status, 401, "and what it brought is revoked");
}

/// The browser of these tests refuses every redirect but 303.
#[test]
fn fapi2_5_3_2_2_10_and_11_redirects_are_303() {
    let fapi = Fapi::new();
    let url = fapi.authorize_url(&fapi.push(&fapi.app.ask_with(&[("prompt", "none")])));
    let (endpoint, form) = url.split_once('?').unwrap();
    assert_eq!(fapi.broker.get(&url).status, 303);
    assert_eq!(fapi.broker.post(endpoint, &[], form).status, 303);
    fapi.log_in(Eid::Mitid, &[]);
}

#[test]
fn fapi2_5_3_2_2_12_a_request_uri_lives_for_less_than_600_seconds() {
    let fapi = Fapi::new();
    let response = fapi.push(&fapi.app.ask(POCES));
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let seconds = body["expires_in"].as_u64().unwrap();
    assert!(seconds < 600);
    let url = fapi.authorize_url(&response);
    fapi.broker.wait(seconds);
    assert_eq!(Browser::new(&fapi.broker).visit(&url).page().status, 400);
    // Once the login is done, it is used up; before, it may be loaded again (Note 3).
    let url = fapi.authorize_url(&fapi.push(&fapi.app.ask(POCES)));
    let browser = Browser::new(&fapi.broker);
    browser.visit(&url).page();
    browser.log_in(&url, Eid::Nemid, &Person::terne());
    assert_eq!(browser.visit(&url).page().status, 400);
}

#[test]
fn fapi2_5_3_2_2_14_a_nonce_may_have_64_characters() {
    let fapi = Fapi::new();
    let nonce = "n".repeat(64);
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[("nonce", &nonce), ("state", &"s".repeat(1_000))]);
    let body = body_of(&fapi.redeem(&asked, &answer));
    assert_eq!(decode(body["id_token"].as_str().unwrap()).1["nonce"], nonce);
    assert_eq!(answer.get("state").map(str::len), Some(1_000), "Note 4");
}

// ---- §5.3.4: the resource server, which is userinfo ----

#[test]
fn fapi2_5_3_4_tokens_are_taken_from_the_header_alone_and_verified_each_time() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let body = body_of(&fapi.redeem(&asked, &answer));
    let token = body["access_token"].as_str().unwrap();
    let in_query = format!("{ISSUER}/oauth2/userinfo?{}", encode_pairs([("access_token", token)]));
    assert_eq!(fapi.broker.get(&in_query).status, 401);
    assert_eq!(fapi.userinfo(token).status, 200);
    let form = encode_pairs([("token", token)]);
    assert_eq!(fapi.call("revoke", &fapi.assertion(json!({})), None, &form).status, 200);
    let response = fapi.userinfo(token);
    assert_eq!((response.status, error_of(&response)), (401, "invalid_token".to_owned()));
}

// ---- §5.4: cryptography ----

#[test]
fn fapi2_5_4_1_no_token_is_made_or_taken_by_rs256_or_without_a_signature() {
    for alg in SignatureAlgorithm::ALL {
        let fapi = Fapi::by(ClientKey::of(alg));
        let good = alg != SignatureAlgorithm::Rs256;
        assert_eq!(fapi.is_believed(json!({})), good, "an assertion by {alg:?}");
        if good {
            let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
            let weak = ClientKey::of(SignatureAlgorithm::Rs256);
            let proof = fapi.token_proof(&weak, json!({}));
            let response = fapi.redeem_by(Some(&proof), &asked, &answer);
            assert_eq!(error_of(&response), "invalid_dpop_proof");
            let body = body_of(&fapi.redeem(&asked, &answer));
            assert_eq!(decode(body["id_token"].as_str().unwrap()).0["alg"], "ES256");
        }
    }
    let fapi = Fapi::new();
    let unsigned = fapi.key.assertion(&fapi.broker, ISSUER, WEB, json!({ "alg": "none" }), json!({}));
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    assert_eq!(fapi.call("par", &unsigned, None, "").status, 401);
}

#[test]
fn fapi2_5_4_1_no_request_object_is_taken_by_rs256() {
    for alg in SignatureAlgorithm::ALL {
        let (fapi, signer) = (Fapi::new(), ClientKey::of(alg));
        let both = json!({ "keys": [fapi.key.jwk(), signer.jwk()] }).to_string();
        fapi.change(|app| app.protocol.jwks = Some(both));
        let url = fapi.app.ask(POCES).url;
        let parameters = Parameters::parse(url.split_once('?').unwrap().1.as_bytes()).unwrap();
        let mut claims = json!({ "iss": WEB, "aud": ISSUER, "exp": fapi.broker.now().0 + 60 });
        for (name, value) in parameters.iter() {
            claims[name] = value.into();
        }
        let object = signer.sign(json!({}), claims);
        let form = encode_pairs([("client_id", WEB), ("redirect_uri", CALLBACK), ("request", &object)]);
        let response = fapi.call("par", &fapi.assertion(json!({})), None, &form);
        let expected =
            if alg == SignatureAlgorithm::Rs256 { (400, "invalid_request_object") } else { (201, "") };
        assert_eq!((response.status, error_of(&response).as_str()), expected, "{alg:?}");
    }
}

#[test]
fn fapi2_5_4_1_an_id_token_is_never_signed_by_rs256_even_before_there_is_another_key() {
    let fapi = Fapi::new();
    for host in [ACME, ACME_MITID] {
        fapi.broker.change_domain(host, |domain| domain.keys.retain(|key| key.alg == Algorithm::Rs256));
    }
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let response = fapi.redeem(&asked, &answer);
    assert_eq!((response.status, error_of(&response)), (503, "temporarily_unavailable".to_owned()));
}

#[test]
fn fapi2_5_4_1_codes_and_tokens_have_128_bits() {
    let fapi = Fapi::new();
    let (asked, answer) = fapi.log_in(Eid::Nemid, &[]);
    let token = body_of(&fapi.redeem(&asked, &answer))["access_token"].clone();
    let (other_asked, other) = fapi.log_in(Eid::Nemid, &[]);
    let other_token = body_of(&fapi.redeem(&other_asked, &other))["access_token"].clone();
    let pairs = [(answer.code(), other.code()), (token.as_str().unwrap(), other_token.as_str().unwrap())];
    for (one, another) in pairs {
        let different = one.bytes().zip(another.bytes()).filter(|(a, b)| a != b).count();
        // Two random texts of 22 characters of base64url have 128 bits, and few characters in common.
        assert!(one.len() >= 22 && different >= 22, "{different} of {}", one.len());
    }
}

#[test]
fn fapi2_5_4_3_of_keys_with_one_name_the_one_that_fits_is_taken() {
    let fapi = Fapi::new();
    let keys_at = "https://app.example/keys";
    let mut same_name = ClientKey::of(SignatureAlgorithm::Rs256).jwk();
    same_name["kid"] = fapi.key.kid.as_str().into();
    let set = json!({ "keys": [same_name, fapi.key.jwk()] }).to_string();
    fapi.broker.ports.upstreams.documents.borrow_mut().insert(keys_at.to_owned(), set);
    fapi.change(|app| {
        app.protocol.jwks = None;
        app.protocol.jwks_uri = Some(WebUrl::parse(keys_at).unwrap());
    });
    assert!(fapi.is_believed(json!({})));
}
