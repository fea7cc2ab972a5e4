//! The modules of the OpenID Foundation's certification plans for providers: "Basic OP" and "Form Post
//! OP", which are the same list with another response mode, and "Config OP". Each test has the name of
//! its module and asks what the module asks. The plan "RP-Initiated OP" stands in `logout.rs`.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::{Acr, Eid};
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::vault::{base64url, sha256};
use edge_eid::web::{Method, Parameters, Response, encode_pairs};
use serde_json::{Map, Value, json};
use support::broker::request;
use support::relying_party::{decode, error_of, key_of, userinfo_at};
use support::*;

/// How a plan wants its answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Query,
    FormPost,
}

macro_rules! plans {
    ($($module:ident)*) => {
        mod basic {
            $(#[test] fn $module() { super::$module(super::Mode::Query) })*
        }
        mod form_post {
            $(#[test] fn $module() { super::$module(super::Mode::FormPost) })*
        }
    };
}

plans! {
    oidcc_server
    oidcc_response_type_missing
    oidcc_idtoken_signature
    oidcc_idtoken_unsigned
    oidcc_userinfo_get
    oidcc_userinfo_post_header
    oidcc_userinfo_post_body
    oidcc_ensure_request_without_nonce_succeeds_for_code_flow
    oidcc_scope_profile
    oidcc_scope_email
    oidcc_scope_address
    oidcc_scope_phone
    oidcc_scope_all
    oidcc_alternate_happy_flow
    oidcc_display_page
    oidcc_display_popup
    oidcc_prompt_login
    oidcc_prompt_none_not_logged_in
    oidcc_prompt_none_logged_in
    oidcc_max_age_1
    oidcc_max_age_10000
    oidcc_ensure_request_with_unknown_parameter_succeeds
    oidcc_id_token_hint
    oidcc_login_hint
    oidcc_ui_locales
    oidcc_claims_locales
    oidcc_ensure_request_with_acr_values_succeeds
    oidcc_codereuse
    oidcc_codereuse_30seconds
    oidcc_ensure_registered_redirect_uri
    oidcc_ensure_post_request_succeeds
    oidcc_server_client_secret_post
    oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported
    oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported
    oidcc_claims_essential
    oidcc_ensure_request_object_with_redirect_uri
    oidcc_refresh_token
    oidcc_ensure_request_with_valid_pkce_succeeds
}

/// The suite: a confidential client without PKCE, at a domain with single sign-on.
struct Suite {
    broker: Broker,
    app: RelyingParty,
    mode: Mode,
}

/// What the token endpoint gave, verified.
struct Redeemed {
    tokens: Tokens,
    body: Value,
}

impl Suite {
    fn new(mode: Mode) -> Self {
        let broker = World::demo();
        broker.change_domain(ACME, |domain| domain.sessions.sso = true);
        Self { broker, app: RelyingParty::web(), mode }
    }

    /// A request as the suite sends it, with more or other parameters; an empty one is left out.
    fn ask(&self, changes: &[(&str, &str)]) -> Asked {
        self.ask_with_pkce(&[&[("code_challenge", ""), ("code_challenge_method", "")], changes].concat())
    }

    fn ask_with_pkce(&self, changes: &[(&str, &str)]) -> Asked {
        let mode = if self.mode == Mode::FormPost { "form_post" } else { "" };
        self.app.ask_with(&[&[("response_mode", mode)], changes].concat())
    }

    /// What the client's callback was called with.
    fn callback(&self, stop: Stop) -> Answer {
        let answer = match self.mode {
            Mode::Query => stop.application(),
            Mode::FormPost => posted(&stop.page()),
        };
        let known = ["code", "state", "iss", "error", "error_description"];
        assert!(answer.parameters.iter().all(|(name, _)| known.contains(&name)), "{}", answer.url);
        answer
    }

    fn log_in(&self, browser: &Browser<'_>, asked: &Asked) -> Answer {
        self.log_in_from(browser, browser.visit(&asked.url))
    }

    /// From our page on: MitID by its tab.
    fn log_in_from(&self, browser: &Browser<'_>, shown: Stop) -> Answer {
        let upstream = browser.choose(&shown.page(), Eid::Mitid).upstream();
        self.callback(browser.approve(&upstream, &Person::ditlev()))
    }

    /// A whole login by a fresh browser.
    fn logged_in(&self, changes: &[(&str, &str)]) -> Redeemed {
        let asked = self.ask(changes);
        let answer = self.log_in(&Browser::new(&self.broker), &asked);
        self.redeem(&asked, &answer)
    }

    /// An error at the callback, in good form (OIDC Core §3.1.2.6).
    fn error(&self, asked: &Asked) -> String {
        let answer = self.callback(Browser::new(&self.broker).visit(&asked.url));
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        assert_eq!(answer.get("iss"), Some(self.app.issuer.as_str()));
        assert_eq!(answer.get("code"), None);
        answer.error().to_owned()
    }

    fn present(&self, code: &str) -> Response {
        let form = encode_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.app.redirect_uri),
        ]);
        self.app.token_request(&self.broker, &form)
    }

    fn redeem(&self, asked: &Asked, answer: &Answer) -> Redeemed {
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        self.verify(&self.present(answer.code()), Some(&asked.nonce))
    }

    /// The suite's standard checks of a token response and its ID token.
    fn verify(&self, response: &Response, nonce: Option<&str>) -> Redeemed {
        assert_eq!(response.status, 200, "{}", response.body);
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["expires_in"].is_u64());
        let id_token = body["id_token"].as_str().unwrap().to_owned();
        let (kid, claims) = self.app.verify(&self.broker, &id_token, nonce);
        standard_claims(&claims);
        let access_token = body["access_token"].as_str().unwrap().to_owned();
        Redeemed { tokens: Tokens { id_token, access_token, kid, claims }, body }
    }

    fn claims_of(&self, response: &Response) -> Map<String, Value> {
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        let claims = serde_json::from_str(&response.body).unwrap();
        standard_claims(&claims);
        claims
    }

    fn userinfo(&self, redeemed: &Redeemed) -> Map<String, Value> {
        let claims = self.claims_of(&self.app.userinfo(&self.broker, &redeemed.tokens.access_token));
        assert_eq!(claims["sub"], redeemed.tokens.claims["sub"], "OIDC Core §5.3.2");
        claims
    }

    fn discovery(&self) -> Value {
        let response = self.broker.get(&format!("{}/.well-known/openid-configuration", self.app.issuer));
        serde_json::from_str(&response.body).unwrap()
    }

    /// A login, and a second one that nobody sees.
    fn twice(&self, first: &[(&str, &str)], second: impl Fn(&Redeemed) -> Asked) {
        let browser = Browser::new(&self.broker);
        let asked = self.ask(first);
        let first = self.redeem(&asked, &self.log_in(&browser, &asked));
        self.broker.wait(10);
        let asked = second(&first);
        let second = self.redeem(&asked, &self.callback(browser.visit(&asked.url)));
        for same in ["sub", "auth_time"] {
            assert!(first.tokens.claims.contains_key(same));
            assert_eq!(second.tokens.claims[same], first.tokens.claims[same], "{same}");
        }
    }

    /// A login, and a second one for which the user has to log in again.
    fn anew(&self, changes: &[(&str, &str)]) {
        let browser = Browser::new(&self.broker);
        let asked = self.ask(&[]);
        let first = self.redeem(&asked, &self.log_in(&browser, &asked));
        self.broker.wait(2);
        let asked = self.ask(changes);
        let shown = browser.visit(&asked.url);
        let second = self.redeem(&asked, &self.log_in_from(&browser, shown));
        let time = |of: &Redeemed| of.tokens.claims["auth_time"].as_u64().unwrap();
        assert!(time(&second) > time(&first));
        assert_eq!(second.tokens.claims["sub"], first.tokens.claims["sub"]);
    }

    /// A login with something that must at least not fail.
    fn tolerates(&self, changes: &[(&str, &str)]) {
        self.logged_in(changes);
    }

    /// A login for a scope: what userinfo says.
    fn scoped(&self, scope: &str) -> Map<String, Value> {
        let redeemed = self.logged_in(&[("scope", scope)]);
        let granted = redeemed.body["scope"].as_str().unwrap();
        assert!(scope.split(' ').all(|one| granted.split(' ').any(|known| known == one)), "{granted}");
        let supported = self.discovery()["scopes_supported"].to_string();
        assert!(scope.split(' ').all(|one| supported.contains(&format!("\"{one}\""))));
        self.userinfo(&redeemed)
    }
}

/// The form of a page that posts itself (Form Post Response Mode §2).
fn posted(page: &Page) -> Answer {
    let tags: Vec<&str> = page.body.split('<').filter_map(|tag| tag.split('>').next()).collect();
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
    };
    let form = tags.iter().find(|tag| tag.starts_with("form ")).unwrap_or_else(|| panic!("{page:?}"));
    assert_eq!(attribute(form, "method").as_deref(), Some("post"));
    let url = attribute(form, "action").unwrap();
    assert_eq!(url, CALLBACK, "nothing may stand in the query");
    let fields = tags.iter().filter(|tag| tag.contains("type=\"hidden\""));
    let pairs =
        fields.map(|tag| (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()));
    Answer { url, parameters: Parameters::of(pairs) }
}

/// The types of OIDC Core §5.1, where such a claim is sent at all.
fn standard_claims(claims: &Map<String, Value>) {
    for (name, value) in claims {
        let fits = match name.as_str() {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" | "auth_time" | "iat" | "nbf" | "exp" => value.is_u64(),
            "address" => value.is_object(),
            "birthdate" => value.as_str().is_some_and(|text| {
                text.len() == 10
                    && text.bytes().enumerate().all(|(at, byte)| {
                        if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
                    })
            }),
            _ => value.as_str().is_some_and(|text| !text.trim().is_empty() && text != "null"),
        };
        assert!(fits, "{name}: {value}");
    }
}

// ---- the plans "Basic OP" and "Form Post OP" ----

fn oidcc_server(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    assert!(answer.code().len() * 6 >= 128, "entropy of a code: RFC 6749 §10.10");
    let redeemed = suite.redeem(&asked, &answer);
    let hash = sha256(redeemed.tokens.access_token.as_bytes());
    assert_eq!(redeemed.tokens.claims["at_hash"], base64url(&hash[..16]), "OIDC Core §3.1.3.6");
    suite.userinfo(&redeemed);
}

fn oidcc_response_type_missing(mode: Mode) {
    let suite = Suite::new(mode);
    assert_eq!(suite.error(&suite.ask(&[("response_type", "")])), "invalid_request");
}

/// The suite runs it with dynamic registration only; what it asks holds for every client.
fn oidcc_idtoken_signature(mode: Mode) {
    let suite = Suite::new(mode);
    let redeemed = suite.logged_in(&[]);
    let (header, _) = decode(&redeemed.tokens.id_token);
    assert_eq!(header["alg"], "RS256");
    assert!(key_of(&suite.broker, &suite.app.issuer, header["kid"].as_str().unwrap()).is_some());
}

/// Not applicable: no client can get an ID token without a signature, and none is announced.
fn oidcc_idtoken_unsigned(mode: Mode) {
    let suite = Suite::new(mode);
    assert!(!suite.discovery()["id_token_signing_alg_values_supported"].to_string().contains("none"));
    let redeemed = suite.logged_in(&[("id_token_signed_response_alg", "none")]);
    assert!(!redeemed.tokens.id_token.ends_with('.'));
}

fn oidcc_userinfo_get(mode: Mode) {
    let suite = Suite::new(mode);
    let redeemed = suite.logged_in(&[]);
    suite.userinfo(&redeemed);
}

fn oidcc_userinfo_post_header(mode: Mode) {
    let suite = Suite::new(mode);
    let redeemed = suite.logged_in(&[]);
    let header = format!("Bearer {}", redeemed.tokens.access_token);
    let url = format!("{}/oauth2/userinfo", suite.app.issuer);
    let claims = suite.claims_of(&suite.broker.post(&url, &[("authorization", &header)], ""));
    assert_eq!(claims["sub"], redeemed.tokens.claims["sub"]);
}

/// The standard leaves it open; we refuse, for a form is logged more easily than a header.
fn oidcc_userinfo_post_body(mode: Mode) {
    let suite = Suite::new(mode);
    let redeemed = suite.logged_in(&[]);
    let form = encode_pairs([("access_token", redeemed.tokens.access_token.as_str())]);
    let response = suite.broker.post(&format!("{}/oauth2/userinfo", suite.app.issuer), &[], &form);
    assert_eq!(response.status, 401);
}

fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[("nonce", "")]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    suite.verify(&suite.present(answer.code()), None);
}

fn oidcc_scope_profile(mode: Mode) {
    let claims = Suite::new(mode).scoped("openid profile");
    assert!(claims.contains_key("name") && claims.contains_key("birthdate"));
}

/// An eID vouches for no mail address: the scope is known and brings nothing.
fn oidcc_scope_email(mode: Mode) {
    assert!(!Suite::new(mode).scoped("openid email").contains_key("email"));
}

/// No address register is asked yet: the scope is known and brings nothing.
fn oidcc_scope_address(mode: Mode) {
    assert!(!Suite::new(mode).scoped("openid address").contains_key("address"));
}

/// An eID vouches for no phone number: the scope is known and brings nothing.
fn oidcc_scope_phone(mode: Mode) {
    assert!(!Suite::new(mode).scoped("openid phone").contains_key("phone_number"));
}

fn oidcc_scope_all(mode: Mode) {
    let claims = Suite::new(mode).scoped("openid email phone address profile");
    assert!(claims.contains_key("name"));
}

fn oidcc_alternate_happy_flow(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[("scope", "email openid")]);
    let (endpoint, query) = asked.url.split_once('?').unwrap();
    let reversed: Vec<&str> = query.rsplit('&').collect();
    let asked = Asked { url: format!("{endpoint}?{}", reversed.join("&")), ..asked };
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    suite.redeem(&asked, &answer);
}

fn oidcc_display_page(mode: Mode) {
    Suite::new(mode).tolerates(&[("display", "page")]);
}

fn oidcc_display_popup(mode: Mode) {
    Suite::new(mode).tolerates(&[("display", "popup")]);
}

fn oidcc_prompt_login(mode: Mode) {
    Suite::new(mode).anew(&[("prompt", "login")]);
}

fn oidcc_prompt_none_not_logged_in(mode: Mode) {
    let suite = Suite::new(mode);
    let state = "s".repeat(128);
    let asked = suite.ask(&[("prompt", "none"), ("state", &state)]);
    assert_eq!(suite.error(&Asked { state, ..asked }), "login_required");
}

fn oidcc_prompt_none_logged_in(mode: Mode) {
    let suite = Suite::new(mode);
    suite.twice(&[], |_| suite.ask(&[("prompt", "none")]));
}

fn oidcc_max_age_1(mode: Mode) {
    Suite::new(mode).anew(&[("max_age", "1")]);
}

fn oidcc_max_age_10000(mode: Mode) {
    let suite = Suite::new(mode);
    suite.twice(&[("max_age", "15000")], |_| suite.ask(&[("max_age", "10000")]));
}

fn oidcc_ensure_request_with_unknown_parameter_succeeds(mode: Mode) {
    Suite::new(mode).tolerates(&[("extra", "foobar")]);
}

fn oidcc_id_token_hint(mode: Mode) {
    let suite = Suite::new(mode);
    suite.twice(&[], |first| suite.ask(&[("prompt", "none"), ("id_token_hint", &first.tokens.id_token)]));
}

fn oidcc_login_hint(mode: Mode) {
    Suite::new(mode).tolerates(&[("login_hint", "buffy@acme.example")]);
}

fn oidcc_ui_locales(mode: Mode) {
    let suite = Suite::new(mode);
    suite.tolerates(&[("ui_locales", "se")]);
    let asked = suite.ask(&[("ui_locales", "da")]);
    let page = Browser::new(&suite.broker).visit(&asked.url).page();
    assert!(page.body.contains("<html lang=\"da\""));
}

fn oidcc_claims_locales(mode: Mode) {
    Suite::new(mode).tolerates(&[("claims_locales", "se")]);
}

fn oidcc_ensure_request_with_acr_values_succeeds(mode: Mode) {
    let suite = Suite::new(mode);
    let supported = suite.discovery()["acr_values_supported"].clone();
    let all: Vec<&str> = supported.as_array().unwrap().iter().map(|acr| acr.as_str().unwrap()).collect();
    assert_eq!(all.len(), Acr::ALL.len());
    let redeemed = suite.logged_in(&[("acr_values", &all.join(" "))]);
    assert!(all.contains(&redeemed.tokens.claims["acr"].as_str().unwrap()));
}

fn oidcc_codereuse(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    suite.redeem(&asked, &answer);
    let again = suite.present(answer.code());
    assert_eq!((again.status, error_of(&again)), (400, "invalid_grant".to_owned()));
}

fn oidcc_codereuse_30seconds(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    let redeemed = suite.redeem(&asked, &answer);
    suite.broker.wait(30);
    suite.userinfo(&redeemed);
    let again = suite.present(answer.code());
    assert_eq!((again.status, error_of(&again)), (400, "invalid_grant".to_owned()));
    let response = suite.app.userinfo(&suite.broker, &redeemed.tokens.access_token);
    assert_eq!(response.status, 401, "revoked: RFC 6749 §4.1.2");
}

fn oidcc_ensure_registered_redirect_uri(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[("redirect_uri", "https://app.example/callback/x9fJq0")]);
    let page = Browser::new(&suite.broker).visit(&asked.url).page();
    assert_eq!(page.status, 400);
    assert!(!page.body.contains("app.example"), "neither a redirect nor a form");
}

fn oidcc_ensure_post_request_succeeds(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[]);
    let (endpoint, form) = asked.url.split_once('?').unwrap();
    let browser = Browser::new(&suite.broker);
    let answer = suite.log_in_from(&browser, browser.submit(endpoint, form));
    suite.redeem(&asked, &answer);
}

fn oidcc_server_client_secret_post(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask(&[]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    let form = encode_pairs([
        ("grant_type", "authorization_code"),
        ("code", answer.code()),
        ("redirect_uri", &suite.app.redirect_uri),
        ("client_id", &suite.app.client_id),
        ("client_secret", suite.app.secret.as_deref().unwrap()),
    ]);
    let response = suite.broker.post(&format!("{}/oauth2/token", suite.app.issuer), &[], &form);
    suite.verify(&response, Some(&asked.nonce));
}

/// Not supported, and said so: we fetch nothing for whoever opens an address.
fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let suite = Suite::new(mode);
    assert_eq!(suite.discovery()["request_uri_parameter_supported"], false);
    let asked = suite.ask(&[("request_uri", "https://app.example/request.jwt")]);
    assert_eq!(suite.error(&asked), "request_uri_not_supported");
    assert!(suite.broker.ports.upstreams.fetched.borrow().is_empty());
}

/// A request as an unsigned token.
fn unsigned(asked: &Asked) -> String {
    let query = asked.url.split_once('?').unwrap().1;
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let claims: Map<String, Value> =
        parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let header = json!({ "alg": "none" }).to_string();
    format!("{}.{}.", base64url(header.as_bytes()), base64url(Value::Object(claims).to_string().as_bytes()))
}

/// Refused by name, never ignored: `none` is not announced.
fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let suite = Suite::new(mode);
    assert!(!suite.discovery()["request_object_signing_alg_values_supported"].to_string().contains("none"));
    let object = unsigned(&suite.ask(&[]));
    assert_eq!(suite.error(&suite.ask(&[("request", &object)])), "request_not_supported");
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    suite.broker.change_application(ACME, &suite.app.client_id, |app| app.protocol.jwks = Some(key.set()));
    assert_eq!(suite.error(&suite.ask(&[("request", &object)])), "invalid_request_object");
}

fn oidcc_claims_essential(mode: Mode) {
    let suite = Suite::new(mode);
    assert_eq!(suite.discovery()["claims_parameter_supported"], true);
    let claims = json!({ "userinfo": { "name": { "essential": true } } }).to_string();
    let redeemed = suite.logged_in(&[("claims", &claims)]);
    assert!(suite.userinfo(&redeemed).contains_key("name"));
}

fn oidcc_ensure_request_object_with_redirect_uri(mode: Mode) {
    let suite = Suite::new(mode);
    let elsewhere = ("redirect_uri", "https://app.example/elsewhere");
    let asked = suite.ask(&[]);
    // Unsigned: the callback beside it is not registered, so that nobody is told.
    let beside = suite.ask(&[("request", &unsigned(&asked)), elsewhere]);
    assert_eq!(Browser::new(&suite.broker).visit(&beside.url).page().status, 400);
    // Signed: the one in the object counts.
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    suite.broker.change_application(ACME, &suite.app.client_id, |app| app.protocol.jwks = Some(key.set()));
    let (_, mut claims) = decode(&unsigned(&asked));
    claims.insert("iss".to_owned(), suite.app.client_id.as_str().into());
    claims.insert("aud".to_owned(), suite.app.issuer.as_str().into());
    let beside = suite.ask(&[("request", &key.sign(json!({}), Value::Object(claims))), elsewhere]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &beside);
    suite.redeem(&asked, &answer);
}

/// Not applicable: there are none, whatever is asked for, and none is announced.
fn oidcc_refresh_token(mode: Mode) {
    let suite = Suite::new(mode);
    let document = suite.discovery();
    assert!(!document["grant_types_supported"].to_string().contains("refresh_token"));
    assert!(!document["scopes_supported"].to_string().contains("offline_access"));
    let redeemed = suite.logged_in(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    assert!(redeemed.body.get("refresh_token").is_none());
    let form = "grant_type=refresh_token&refresh_token=x";
    assert_eq!(error_of(&suite.app.token_request(&suite.broker, form)), "unsupported_grant_type");
}

fn oidcc_ensure_request_with_valid_pkce_succeeds(mode: Mode) {
    let suite = Suite::new(mode);
    let asked = suite.ask_with_pkce(&[]);
    let answer = suite.log_in(&Browser::new(&suite.broker), &asked);
    suite.app.redeem(&suite.broker, &asked, &answer);
}

// ---- the plan "Config OP" ----

/// What OIDC Discovery §3 requires, as one of us announces it.
#[test]
fn oidcc_discovery_endpoint_verification() {
    let broker = World::demo();
    for host in [ACME, ACME_MITID, ACME_PRODUCTION, GLOBEX] {
        let issuer = format!("https://{host}");
        let response = broker.get(&format!("{issuer}/.well-known/openid-configuration"));
        assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
        let document: Map<String, Value> = serde_json::from_str(&response.body).unwrap();
        assert_eq!(document["issuer"], issuer, "Discovery §4.3");
        for (name, value) in &document {
            let is_url = name.ends_with("_endpoint") || name == "jwks_uri";
            let fits = match value {
                Value::String(text) if is_url => text.starts_with(&format!("{issuer}/")),
                Value::String(text) => name == "issuer" && *text == issuer,
                Value::Array(list) => !list.is_empty() && list.iter().all(Value::is_string),
                Value::Bool(_) => name.ends_with("_supported") || name.starts_with("require_"),
                _ => false,
            };
            assert!(fits, "{name}: {value}");
        }
        for required in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
            assert!(document.contains_key(required), "{required}");
        }
        let holds = |name: &str, word: &str| document[name].as_array().unwrap().contains(&json!(word));
        assert!(holds("response_types_supported", "code"));
        assert!(holds("subject_types_supported", "public"));
        assert!(holds("id_token_signing_alg_values_supported", "RS256"));
        assert!(holds("request_object_signing_alg_values_supported", "RS256"));
        assert!(holds("scopes_supported", "openid"));
        assert!(holds("claims_supported", "sub"));
        assert!(holds("grant_types_supported", "authorization_code"));
        assert!(holds("code_challenge_methods_supported", "S256"));
        let set: Value =
            serde_json::from_str(&broker.get(document["jwks_uri"].as_str().unwrap()).body).unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert!(keys.iter().all(|key| key["use"] == "sig" && key["kid"].is_string() && key["d"].is_null()));
        let mut names: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), keys.len(), "each key has a name of its own");
    }
    // Nothing that needs the suite's other endpoint: a strange path below is not found.
    let strange = request(Method::Get, &format!("https://{ACME}/.well-known/webfinger"), &[], "");
    assert_eq!(broker.send(&strange).status, 404);
    assert_eq!(userinfo_at(&broker, &format!("https://{ACME}"), "x").status, 401);
}

/// Every claim that is announced can be had, and every claim that is sent is announced.
#[test]
fn claims_supported_are_those_that_are_sent() {
    let suite = Suite::new(Mode::Query);
    let announced = suite.discovery()["claims_supported"].clone();
    let announced: Vec<&str> = announced.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let scope = "openid is_over_15 is_over_16 is_over_18 is_over_21";
    let mut sent: Vec<String> = suite.logged_in(&[("scope", scope)]).tokens.claims.keys().cloned().collect();
    for (acr, person) in [(Acr::NemidPoces, Person::terne()), (Acr::NemidMoces, Person::employee())] {
        let asked = suite.ask(&[("acr_values", acr.urn())]);
        let answer = Browser::new(&suite.broker).log_in(&asked.url, Eid::Nemid, &person);
        sent.extend(suite.redeem(&asked, &answer).tokens.claims.keys().cloned());
    }
    for claim in &sent {
        assert!(announced.contains(&claim.as_str()), "{claim} is sent");
    }
    for claim in announced {
        assert!(sent.iter().any(|name| name == claim), "{claim} is announced");
    }
}
