//! Each attack of RFC 9700 (Best Current Practice for OAuth 2.0 Security) §4, tried on a broker, and on
//! the broker as a client of the eIDs behind it. Longer lists of inputs stand in the files of their
//! subjects; CONFORMANCE.md names them.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::application::ResponseType;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::url::RedirectUri;
use edge_eid::web::{Method, Response, encode_pairs};
use serde_json::{Value, json};
use support::broker::request;
use support::relying_party::{decode, error_of, userinfo_at};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const EVIL: &str = "https://evil.example/callback";
const ISSUER: &str = "https://acme.example";

fn logged_in(broker: &Broker, app: &RelyingParty, changes: &[(&str, &str)]) -> (Asked, Answer) {
    let asked = app.ask_with(&[&[("acr_values", POCES)], changes].concat());
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    (asked, answer)
}

fn invalid_grant(response: &Response) -> bool {
    (response.status, error_of(response)) == (400, "invalid_grant".to_owned())
}

fn userinfo(broker: &Broker, headers: &[(&str, &str)]) -> Response {
    broker.send(&request(Method::Get, &format!("{ISSUER}/oauth2/userinfo"), headers, ""))
}

/// Addresses that a page leads to or loads from, if they are not its own.
fn foreign_addresses(body: &str) -> Vec<String> {
    let attributes = ["src=\"", "href=\"", "action=\""];
    let values = attributes.iter().flat_map(|name| body.split(name).skip(1));
    let values = values.map(|rest| rest.split('"').next().unwrap().to_owned());
    values.filter(|value| value.contains("//") && !value.starts_with(ISSUER)).collect()
}

#[test]
fn rfc_9700_4_1_insufficient_redirect_uri_validation() {
    let broker = World::demo();
    for pattern in ["https://*.example/callback", "*", "https://app.example/callback#", "javascript:x"] {
        assert!(RedirectUri::parse(pattern).is_err(), "no pattern can be registered: {pattern}");
    }
    for trick in [
        EVIL,
        "https://sub.app.example/callback",
        "https://app.example/callback/../evil",
        "https://app.example/callback?next=https://evil.example",
        "https://app.example@evil.example/callback",
        "https://app.example.evil.example/callback",
        "http://app.example/callback",
    ] {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("redirect_uri", trick)]);
        let page = Browser::new(&broker).visit(&asked.url).page();
        assert!(page.status == 400 && !page.body.contains("evil"), "{trick}");
    }
    // §4.1.3: the code is bound to the one that was used, though another is registered too.
    let app = RelyingParty::web();
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let other = RelyingParty { redirect_uri: "https://app.example/other?tenant=1".to_owned(), ..app.clone() };
    assert!(invalid_grant(&other.present(&broker, answer.code(), &asked.verifier)));
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn rfc_9700_4_2_credential_leakage_via_referer_headers() {
    let broker = World::demo();
    let app = RelyingParty::web();
    for asked in [
        app.ask(POCES),
        app.ask_with(&[("redirect_uri", EVIL)]),
        app.ask_with(&[("prompt", "none"), ("response_mode", "form_post")]),
        app.ask_with(&[("prompt", "none")]),
    ] {
        let response = broker.get(&asked.url);
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "nothing of others is loaded: {policy}");
        let foreign = foreign_addresses(&response.body);
        assert!(foreign.iter().all(|url| url == CALLBACK), "{foreign:?}");
    }
    // What leaks all the same is worth nothing a second time, nor without its verifier.
    let (asked, answer) = logged_in(&broker, &app, &[]);
    assert!(invalid_grant(&app.present(
        &broker,
        answer.code(),
        "another-verifier-of-43-characters-at-least"
    )));
    app.redeem(&broker, &asked, &answer);
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
}

#[test]
fn rfc_9700_4_3_credential_leakage_via_browser_history() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // §4.3.1: a code that stays in the history is used up; by form_post it never gets there.
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let tokens = app.redeem(&broker, &asked, &answer);
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
    let browser = Browser::new(&broker);
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "form_post")]);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    let page = browser.approve(&upstream, &Person::terne()).page();
    let code = page.body.split("name=\"code\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(!browser.history.borrow().iter().any(|url| url.contains(code)));
    // §4.3.2: an access token is taken from no query.
    let url = format!("{ISSUER}/oauth2/userinfo?access_token={}", tokens.access_token);
    assert_eq!(broker.get(&url).status, 401);
    // Nor does a token travel in a query where real people are.
    let live = RelyingParty::new(ACME_PRODUCTION, "urn:acme:live", Some("acme-live-secret"));
    broker.change_application(ACME_PRODUCTION, "urn:acme:live", |app| {
        app.protocol.response_types = vec![ResponseType::IdToken];
    });
    let asked = live.ask_with(&[("response_type", "id_token"), ("response_mode", "query")]);
    assert_eq!(Browser::new(&broker).visit(&asked.url).application().error(), "invalid_request");
}

#[test]
fn rfc_9700_4_4_mix_up_attacks() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // Every answer says whose it is (RFC 9207), errors too.
    let (_, answer) = logged_in(&broker, &app, &[]);
    let refused = Browser::new(&broker).visit(&app.ask_with(&[("prompt", "none")]).url).application();
    for answer in [answer, refused] {
        assert_eq!(answer.get("iss"), Some(ISSUER));
    }
    let document = broker.get(&format!("{ISSUER}/.well-known/openid-configuration")).body;
    assert!(document.contains("\"authorization_response_iss_parameter_supported\":true"));
    // As a client: an answer of another provider never reaches a token endpoint.
    for bend in [Bend::AnswerOfAnother, Bend::AnswerWithoutIss] {
        broker.ports.upstreams.bend.set(bend);
        broker.ports.upstreams.fetched.borrow_mut().clear();
        let (_, answer) = logged_in(&broker, &app, &[]);
        assert_eq!(answer.get("code"), None);
        let fetched = broker.ports.upstreams.fetched.borrow();
        assert!(!fetched.iter().any(|url| url.ends_with("/token")), "{bend:?}");
    }
}

#[test]
fn rfc_9700_4_5_authorization_code_injection() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let (victims, stolen) = logged_in(&broker, &app, &[]);
    // Brought to the same client in the attacker's session: another verifier.
    let (attackers, _) = logged_in(&broker, &app, &[]);
    assert!(invalid_grant(&app.present(&broker, stolen.code(), &attackers.verifier)));
    // Brought to another client.
    assert!(invalid_grant(&RelyingParty::spa().present(&broker, stolen.code(), &victims.verifier)));
    // Brought to another domain of the tenant, where the client has the same id, callback and secret.
    assert!(invalid_grant(&RelyingParty::shadow().present(&broker, stolen.code(), &victims.verifier)));
    // None of this spends it, and its ID token has the nonce of the victim's request.
    let tokens = app.redeem(&broker, &victims, &stolen);
    assert_ne!(tokens.claims["nonce"], attackers.nonce.as_str());
    // As a client: a code of another login at the eID is refused by our verifier and nonce.
    let (one, other) = (Browser::new(&broker), Browser::new(&broker));
    let first = one.start(&app.ask(POCES).url, Eid::Nemid);
    let second = other.start(&app.ask(POCES).url, Eid::Nemid);
    let approved = broker.ports.upstreams.approve(&first, &Person::terne());
    let foreign = approved.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let mine = broker.ports.upstreams.approve(&second, &Person::terne());
    let own = mine.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let answer = other.visit(&mine.replace(own, foreign)).application();
    assert_eq!((answer.get("code"), answer.error()), (None, "server_error"));
}

#[test]
fn rfc_9700_4_6_access_token_injection() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // No access token ever comes by the front channel.
    for kind in ["token", "id_token token", "code token", "code id_token token"] {
        let asked = app.ask_with(&[("response_type", kind)]);
        let answer = Browser::new(&broker).visit(&asked.url).application();
        assert_eq!(answer.error(), "unsupported_response_type", "{kind}");
    }
    // Behind the code, at_hash binds it to the ID token.
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let first = app.redeem(&broker, &asked, &answer);
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let second = app.redeem(&broker, &asked, &answer);
    assert_ne!(first.claims["at_hash"], second.claims["at_hash"]);
    // As a client: userinfo about somebody else is refused.
    broker.ports.upstreams.bend.set(Bend::OtherSub);
    assert_eq!(logged_in(&broker, &app, &[]).1.get("code"), None);
}

#[test]
fn rfc_9700_4_7_cross_site_request_forgery() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // What the client needs comes back unchanged: its state, and the binding to its verifier.
    let (asked, answer) = logged_in(&broker, &app, &[]);
    assert_eq!(answer.get("state"), Some(asked.state.as_str()));
    assert!(invalid_grant(&app.present(&broker, answer.code(), &app.ask(POCES).verifier)));
    // An attacker's answer of the eID, opened by a victim, is nobody's login: with no attempt of his
    // own, and with one.
    let (attacker, victim) = (Browser::new(&broker), Browser::new(&broker));
    let upstream = attacker.start(&app.ask(POCES).url, Eid::Nemid);
    let url = broker.ports.upstreams.approve(&upstream, &Person::terne());
    assert_eq!(victim.visit(&url).page().status, 400);
    victim.start(&app.ask(POCES).url, Eid::Nemid);
    assert_eq!(victim.visit(&url).page().status, 400);
    // Nor do links of a page drive anything in another browser.
    let page = attacker.visit(&app.ask(POCES).url).page();
    assert_eq!(victim.visit(&page.href("data-eid=\"nemid\"")).page().status, 400);
}

#[test]
fn rfc_9700_4_8_pkce_downgrade_attack() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // The challenge was stripped on the way: the client's verifier tells.
    let (asked, answer) = logged_in(&broker, &app, &[("code_challenge", ""), ("code_challenge_method", "")]);
    assert!(invalid_grant(&app.present(&broker, answer.code(), &asked.verifier)));
    // The verifier left out, where there was a challenge.
    let (_, answer) = logged_in(&broker, &app, &[]);
    let form = encode_pairs([
        ("grant_type", "authorization_code"),
        ("code", answer.code()),
        ("redirect_uri", CALLBACK),
    ]);
    assert!(invalid_grant(&app.token_request(&broker, &form)));
    // No weaker method, named or by default; and for a public client no way around it.
    for method in ["plain", ""] {
        let asked = app.ask_with(&[("code_challenge_method", method)]);
        assert_eq!(Browser::new(&broker).visit(&asked.url).application().error(), "invalid_request");
    }
    let asked = RelyingParty::spa().ask_with(&[("code_challenge", ""), ("code_challenge_method", "")]);
    assert_eq!(Browser::new(&broker).visit(&asked.url).application().error(), "invalid_request");
}

/// An access token of `urn:acme:web` that is bound to a key.
fn bound(broker: &Broker, key: &ClientKey) -> String {
    let app = RelyingParty::web();
    let (asked, answer) = logged_in(broker, &app, &[]);
    let url = format!("{ISSUER}/oauth2/token");
    let proof = key.proof(broker, "POST", &url, json!({}));
    let form = app.form(answer.code(), &asked.verifier);
    let response = broker.post(&url, &[("authorization", &app.basic()), ("dpop", &proof)], &form);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn rfc_9700_4_9_access_token_leakage_at_the_resource_server() {
    let broker = World::demo();
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    // §4.9.1, §4.9.2: what a counterfeit or compromised server got with its proof is of no use to it.
    let token = bound(&broker, &key);
    let elsewhere = key.proof_with(&broker, "GET", "https://evil.example/api", &token);
    let dpop = format!("DPoP {token}");
    assert_eq!(userinfo(&broker, &[("authorization", &format!("Bearer {token}"))]).status, 401);
    assert_eq!(userinfo(&broker, &[("authorization", &dpop), ("dpop", &elsewhere)]).status, 401);
    let own = key.proof_with(&broker, "GET", &format!("{ISSUER}/oauth2/userinfo"), &token);
    assert_eq!(userinfo(&broker, &[("authorization", &dpop), ("dpop", &own)]).status, 200);
    // The token says nothing of anybody, and a token goes to userinfo of its own domain only.
    assert!(!token.contains('.') || token.split('.').count() != 3, "no JSON web token");
    let app = RelyingParty::web();
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let plain = app.redeem(&broker, &asked, &answer).access_token;
    assert_eq!(userinfo_at(&broker, "https://acme.mitid.example", &plain).status, 401);
    assert_eq!(userinfo_at(&broker, ISSUER, &plain).status, 200);
}

#[test]
fn rfc_9700_4_10_misuse_of_stolen_access_tokens() {
    let broker = World::demo();
    let (key, thief) = (ClientKey::of(SignatureAlgorithm::Es256), ClientKey::of(SignatureAlgorithm::Es256));
    let url = format!("{ISSUER}/oauth2/userinfo");
    // §4.10.1: bound to a key, by DPoP.
    let token = bound(&broker, &key);
    let call = |proof: &str| {
        userinfo(&broker, &[("authorization", &format!("DPoP {token}")), ("dpop", proof)]).status
    };
    assert_eq!(call(&thief.proof_with(&broker, "GET", &url, &token)), 401);
    let proof = key.proof_with(&broker, "GET", &url, &token);
    assert_eq!((call(&proof), call(&proof)), (200, 401), "a proof that was seen counts no more");
    // §4.10.2: for one audience, and not for long.
    let app = RelyingParty::web();
    let (asked, answer) = logged_in(&broker, &app, &[]);
    let plain = app.redeem(&broker, &asked, &answer).access_token;
    assert_eq!(userinfo_at(&broker, &format!("https://{GLOBEX}"), &plain).status, 401);
    let twenty_minutes = 20 * 60;
    broker.wait(twenty_minutes - 1);
    assert_eq!(userinfo_at(&broker, ISSUER, &plain).status, 200);
    broker.wait(1);
    assert_eq!(userinfo_at(&broker, ISSUER, &plain).status, 401);
}

#[test]
fn rfc_9700_4_11_open_redirection() {
    let broker = World::demo();
    broker.publish_to_host(ACME);
    let app = RelyingParty::web();
    // §4.11.2: no fault, and no silent request, leads to an address that is not registered.
    for (name, value) in [
        ("prompt", "none"),
        ("scope", "nothing"),
        ("response_type", "token"),
        ("request_uri", EVIL),
        ("request", "x.y.z"),
        ("response_mode", "form_post"),
        ("response_mode", "post_message"),
    ] {
        let response = broker.get(&app.ask_with(&[(name, value), ("redirect_uri", EVIL)]).url);
        assert_eq!((response.status, response.header("location")), (400, None), "{name}");
        assert!(!response.body.contains("evil"), "{name}");
    }
    // Nor do parameters that other endpoints know, or a logout.
    for query in [
        encode_pairs([("post_logout_redirect_uri", EVIL)]),
        encode_pairs([("post_logout_redirect_uri", EVIL), ("client_id", &app.client_id)]),
        encode_pairs([("redirect_uri", EVIL), ("returnTo", EVIL)]),
    ] {
        let response = broker.get(&format!("{ISSUER}/oauth2/logout?{query}"));
        assert!(response.header("location").is_none() && !response.body.contains("evil"), "{query}");
    }
    for path in ["continue", "callback", "login/x"] {
        let url = format!("{ISSUER}/{path}?{}", encode_pairs([("redirect_uri", EVIL), ("h", EVIL)]));
        let response = broker.get(&url);
        assert!(response.header("location").is_none() && !response.body.contains("evil"), "{path}");
    }
    // An unknown client has no address at all.
    let nobody = RelyingParty { client_id: "urn:acme:nobody".to_owned(), ..app };
    assert_eq!(broker.get(&nobody.ask(POCES).url).header("location"), None);
}

#[test]
fn rfc_9700_4_12_307_redirect() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // A form that is answered by a redirect is not sent on. (The browser of these tests refuses every
    // redirect but 303 in every login.)
    let form = |changes: &[(&str, &str)]| {
        let asked = app.ask_with(changes);
        let (endpoint, query) = asked.url.split_once('?').unwrap();
        broker.post(endpoint, &[], query)
    };
    let mitid = ("acr_values", "urn:grn:authn:dk:mitid:substantial");
    for response in [form(&[("prompt", "none")]), form(&[("scope", "x")]), form(&[mitid])] {
        assert_eq!(response.status, 303);
    }
    let logout = broker.post(&format!("{ISSUER}/oauth2/logout"), &[], "state=x");
    assert_eq!(logout.status, 303);
    let (asked, answer) = logged_in(&broker, &app, &[]);
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn rfc_9700_4_13_tls_terminating_reverse_proxies() {
    let broker = World::demo();
    let url = RelyingParty::web().ask_with(&[("prompt", "none")]).url;
    let forged = [
        ("x-forwarded-host", GLOBEX),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-port", "8080"),
        ("x-original-url", "/api/v1/tenants"),
        ("x-rewrite-url", "/api/v1/tenants"),
        ("forwarded", "host=globex.example;proto=http"),
        ("x-ssl-client-cert", "MII"),
        ("client-cert", ":MII:"),
        ("x-client-id", "urn:acme:spa"),
    ];
    for url in
        [url, format!("{ISSUER}/.well-known/openid-configuration"), format!("{ISSUER}/oauth2/userinfo")]
    {
        let plain = broker.get(&url);
        for header in forged {
            let response = broker.send(&request(Method::Get, &url, &[header], ""));
            assert_eq!((response.status, &response.body), (plain.status, &plain.body), "{}", header.0);
            assert_eq!(response.header("location"), plain.header("location"), "{}", header.0);
        }
    }
    // Nobody authenticates by a header that a proxy might have set.
    let response = broker.post(
        &format!("{ISSUER}/oauth2/token"),
        &[("x-ssl-client-cert", "MII"), ("x-client-id", "urn:acme:web")],
        "grant_type=authorization_code&code=x&redirect_uri=x&client_id=urn%3Aacme%3Aweb",
    );
    assert_eq!(error_of(&response), "invalid_client");
}

#[test]
fn rfc_9700_4_14_refresh_token_protection() {
    let broker = World::demo();
    for app in [RelyingParty::web(), RelyingParty::spa()] {
        let (asked, answer) = logged_in(&broker, &app, &[("scope", "openid offline_access")]);
        let response = app.present(&broker, answer.code(), &asked.verifier);
        assert!(response.status == 200 && !response.body.contains("refresh_token"), "there are none");
        let form = "grant_type=refresh_token&refresh_token=x";
        assert_eq!(error_of(&app.token_request(&broker, form)), "unsupported_grant_type");
    }
}

#[test]
fn rfc_9700_4_15_client_impersonating_resource_owner() {
    let broker = World::demo();
    let app = RelyingParty::web();
    // A client gets no token in its own name that could pass for a person's.
    for grant in ["client_credentials", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
        let form = encode_pairs([("grant_type", grant), ("username", "x"), ("password", "x")]);
        assert_eq!(error_of(&app.token_request(&broker, &form)), "unsupported_grant_type");
    }
    // And has no say in who somebody is: the `sub` is ours alone.
    let (asked, answer) = logged_in(&broker, &app, &[("sub", "urn:acme:web"), ("login_hint", "sub:x")]);
    let tokens = app.redeem(&broker, &asked, &answer);
    let sub = tokens.claims["sub"].as_str().unwrap();
    assert!(sub.len() == 38 && sub.starts_with('{') && sub.ends_with('}'), "{sub}");
    assert_eq!(decode(&tokens.id_token).1["sub"], sub);
}

#[test]
fn rfc_9700_4_16_clickjacking() {
    let broker = World::demo();
    broker.publish_to_host(ACME);
    let app = RelyingParty::web();
    for url in [
        app.ask(POCES).url,
        app.ask_with(&[("redirect_uri", EVIL)]).url,
        app.ask_with(&[("prompt", "none"), ("response_mode", "form_post")]).url,
        format!("{ISSUER}/oauth2/logout"),
        format!("{ISSUER}/callback"),
    ] {
        let response = broker.get(&url);
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.ends_with("frame-ancestors 'none'"), "{url}: {policy}");
        if response.header("content-type").unwrap().starts_with("text/html") {
            assert_eq!(response.header("x-frame-options"), Some("DENY"), "{url}");
        }
    }
    // And a browser that says that it is in a frame is shown nothing to click on.
    let browser = Browser::new(&broker);
    browser.headers.borrow_mut()[0].1 = "iframe".to_owned();
    let page = browser.visit(&app.ask(POCES).url).page();
    assert!(page.find_href("data-eid").is_none(), "{page:?}");
    assert!(browser.cookies(ACME).is_empty());
}

#[test]
fn rfc_9700_4_17_attacks_on_in_browser_communication_flows() {
    let broker = World::demo();
    let app = RelyingParty::spa();
    // §4.17.2: to the callback's own origin, never to any.
    let asked = app.ask_with(&[("prompt", "none"), ("response_mode", "post_message")]);
    let body = broker.get(&asked.url).body;
    let origins: Vec<&str> =
        body.split("data-origin=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(origins, ["https://app.example"]);
    let told = body.split("href=\"https://app.example/callback?").nth(1).unwrap().split('"').next().unwrap();
    assert!(told.contains("iss=https%3A%2F%2Facme.example") && told.contains(&asked.state), "{told}");
    // The origin comes of the callback that was checked, not of the request's headers.
    let headers = [("origin", "https://evil.example"), ("referer", "https://evil.example/")];
    let response = broker.send(&request(Method::Get, &asked.url, &headers, ""));
    assert!(!response.body.contains("evil"));
    assert_eq!(response.header("access-control-allow-origin"), None);
    let other = app.ask_with(&[("response_mode", "post_message"), ("redirect_uri", EVIL)]);
    assert_eq!(broker.get(&other.url).status, 400);
    // The script tells one window, names the origin, and listens to nobody.
    let script = include_str!("../static/assets/post_message.js");
    assert_eq!(script.matches("postMessage(").count(), 1);
    assert!(!script.contains("\"*\"") && !script.contains("'*'") && !script.contains("addEventListener"));
}
