//! How the answer travels: `response_mode` of OAuth 2.0 Multiple Response Type Encoding Practices
//! and of the Form Post Response Mode.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::application::ResponseType;
use edge_eid::model::url::RedirectUri;
use edge_eid::web::{Method, Parameters};
use serde_json::Value;
use support::broker::request;
use support::relying_party::{decode, key_of, signature_holds};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

/// What stands behind the `#` of a callback.
fn fragment(url: &str) -> Parameters {
    let (callback, fragment) = url.split_once('#').unwrap();
    assert!(!callback.contains('?'), "nothing may stand in the query: {url}");
    Parameters::parse(fragment.as_bytes()).unwrap()
}

/// Action and hidden fields of the carrier's form.
fn posted(page: &Page) -> (String, Vec<(String, String)>) {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
    };
    let tags: Vec<&str> = page.body.split('<').filter_map(|tag| tag.split('>').next()).collect();
    let form = tags.iter().find(|tag| tag.starts_with("form ")).unwrap();
    let fields = tags
        .iter()
        .filter(|tag| tag.contains("type=\"hidden\""))
        .map(|tag| (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()))
        .collect();
    (attribute(form, "action").unwrap(), fields)
}

fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1.clone()
}

#[test]
fn a_fragment_brings_code_state_and_issuer_behind_the_hash() {
    let broker = World::demo();
    let (browser, app) = (Browser::new(&broker), RelyingParty::spa());
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "fragment")]);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    let url = browser.approve(&upstream, &Person::terne()).application().url;
    let answer = fragment(&url);
    assert_eq!(answer.get("state"), Some(asked.state.as_str()));
    assert_eq!(answer.get("iss"), Some("https://acme.example"));
    assert_eq!(app.present(&broker, answer.get("code").unwrap(), &asked.verifier).status, 200);
}

#[test]
fn a_form_post_brings_the_answer_in_a_form_to_the_callback_alone() {
    let broker = World::demo();
    let (browser, app) = (Browser::new(&broker), RelyingParty::web());
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "form_post")]);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    let page = browser.approve(&upstream, &Person::terne()).page();
    let (action, fields) = posted(&page);
    assert_eq!(action, "https://app.example/callback");
    assert_eq!(field(&fields, "state"), asked.state);
    assert_eq!(field(&fields, "iss"), "https://acme.example");
    assert_eq!(app.present(&broker, &field(&fields, "code"), &asked.verifier).status, 200);
    assert!(page.body.contains("<button"), "without script the user presses the button");
}

#[test]
fn the_carrier_may_post_to_the_callbacks_origin_and_run_our_script_only() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("prompt", "none"), ("response_mode", "form_post")]);
    let response = broker.get(&asked.url);
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
             form-action https://app.example; base-uri 'none'; frame-ancestors 'none'"
        )
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
}

#[test]
fn the_mode_survives_the_crossing() {
    let broker = World::demo();
    let (browser, app) = (Browser::new(&broker), RelyingParty::web());
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "form_post")]);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    let (action, fields) = posted(&browser.approve(&upstream, &Person::ditlev()).page());
    assert_eq!(action, "https://app.example/callback");
    assert_eq!(app.present(&broker, &field(&fields, "code"), &asked.verifier).status, 200);
}

#[test]
fn errors_travel_by_the_mode_that_was_asked_for() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("prompt", "none"), ("response_mode", "fragment")]);
    let url = browser.visit(&asked.url).application().url;
    assert_eq!(fragment(&url).get("error"), Some("login_required"));
    assert_eq!(fragment(&url).get("state"), Some(asked.state.as_str()));

    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "form_post")]);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    let (_, fields) = posted(&browser.cancel(&upstream).page());
    assert_eq!(field(&fields, "error"), "access_denied");
}

#[test]
fn a_mode_that_is_none_is_refused_by_query() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("response_mode", "carrier_pigeon")]);
    let answer = Browser::new(&broker).visit(&asked.url).application();
    assert_eq!(answer.error(), "invalid_request");
}

#[test]
fn a_hostile_state_stays_a_value_of_the_form() {
    let broker = World::demo();
    let hostile = "\"><script>alert(1)</script>&amp;";
    let asked = RelyingParty::web().ask_with(&[
        ("state", hostile),
        ("prompt", "none"),
        ("response_mode", "form_post"),
    ]);
    let (page, _) = Browser::new(&broker).load(Method::Get, &asked.url, "");
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert_eq!(field(&posted(&page).1, "state"), hostile);
}

fn wants_id_token(broker: &Broker) {
    for host in [ACME, ACME_MITID] {
        broker.change_application(host, "urn:acme:web", |app| {
            app.protocol.response_types = vec![ResponseType::Code, ResponseType::IdToken];
        });
    }
}

#[test]
fn an_id_token_comes_behind_the_hash_once_and_leaves_nothing_to_redeem() {
    for (eid, person) in [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev())] {
        let broker = World::demo();
        wants_id_token(&broker);
        let (browser, app) = (Browser::new(&broker), RelyingParty::web());
        let asked = app.ask_with(&[("acr_values", POCES), ("response_type", "id_token")]);
        let upstream = browser.start(&asked.url, eid);
        let url = browser.approve(&upstream, &person).application().url;
        let answer = fragment(&url);
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        assert_eq!((answer.get("code"), answer.get("access_token")), (None, None));
        let (header, claims) = decode(answer.get("id_token").unwrap());
        let key = key_of(&broker, "https://acme.example", header["kid"].as_str().unwrap()).unwrap();
        assert!(signature_holds(answer.get("id_token").unwrap(), &key));
        assert_eq!(claims["nonce"], asked.nonce.as_str());
        assert_eq!(claims["aud"], "urn:acme:web");
        assert_eq!(claims["identityscheme"], if eid == Eid::Mitid { "dkmitid" } else { "dknemid" });
        // One attempt yields one token.
        let again = browser.visit(&upstream_answer(&broker, &upstream, &person)).page();
        assert_eq!(again.status, 400);
    }
}

/// The upstream's answer a second time.
fn upstream_answer(broker: &Broker, upstream: &str, person: &Person) -> String {
    broker.ports.upstreams.approve(upstream, person)
}

#[test]
fn an_id_token_may_come_in_a_form_but_in_production_never_in_a_query() {
    let broker = World::demo();
    wants_id_token(&broker);
    let app = RelyingParty::web();
    let ask =
        |mode| app.ask_with(&[("acr_values", POCES), ("response_type", "id_token"), ("response_mode", mode)]);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&ask("form_post").url, Eid::Nemid);
    let (_, fields) = posted(&browser.approve(&upstream, &Person::terne()).page());
    assert!(field(&fields, "id_token").split('.').count() == 3);
    let answer = browser.log_in(&ask("query").url, Eid::Nemid, &Person::terne());
    assert!(answer.get("id_token").is_some(), "a TEST domain may");
    let live = "urn:acme:live";
    broker.change_application(ACME_PRODUCTION, live, |app| {
        app.protocol.response_types = vec![ResponseType::IdToken];
    });
    let app = RelyingParty::new(ACME_PRODUCTION, live, Some("acme-live-secret"));
    let asked = app.ask_with(&[("response_type", "id_token"), ("response_mode", "query")]);
    let answer = browser.visit(&asked.url).application();
    assert_eq!((answer.error(), answer.get("id_token")), ("invalid_request", None));
}

#[test]
fn an_id_token_needs_the_switch_of_its_application_and_a_nonce() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("response_type", "id_token")]);
    let answer = fragment(&Browser::new(&broker).visit(&asked.url).application().url);
    assert_eq!(
        answer.get("error"),
        Some("unauthorized_client"),
        "errors travel by the default of their type"
    );
    wants_id_token(&broker);
    let asked = app.ask_with(&[("response_type", "id_token"), ("nonce", "")]);
    let answer = fragment(&Browser::new(&broker).visit(&asked.url).application().url);
    assert_eq!(answer.get("error"), Some("invalid_request"));
}

/// What the page's script tells, and to whom.
fn told(page: &Page) -> (String, String) {
    let tag = page.body.split('<').find(|tag| tag.contains("id=\"answer\"")).unwrap();
    let attribute = |name: &str| tag.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    (attribute("href").replace("&amp;", "&"), attribute("data-origin").to_owned())
}

#[test]
fn a_message_brings_the_whole_callback_to_its_origin_alone() {
    let broker = World::demo();
    let (browser, app) = (Browser::new(&broker), RelyingParty::spa());
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "post_message")]);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    let (answer, origin) = told(&browser.approve(&upstream, &Person::ditlev()).page());
    assert_eq!(origin, "https://app.example");
    let query = answer.strip_prefix("https://app.example/callback?").unwrap();
    let answer = Parameters::parse(query.as_bytes()).unwrap();
    assert_eq!(answer.get("state"), Some(asked.state.as_str()));
    assert_eq!(app.present(&broker, answer.get("code").unwrap(), &asked.verifier).status, 200);
}

#[test]
fn only_the_answer_to_a_silent_request_may_stand_in_a_frame_and_only_of_the_callbacks_origin() {
    let broker = World::demo();
    let app = RelyingParty::spa();
    let silent = app.ask_with(&[("prompt", "none"), ("response_mode", "post_message")]);
    let response = broker.get(&silent.url);
    let policy = response.header("content-security-policy").unwrap();
    assert!(policy.ends_with("frame-ancestors https://app.example"), "{policy}");
    assert_eq!(response.header("x-frame-options"), None);
    let loud = app.ask_with(&[("acr_values", "urn:x"), ("response_mode", "post_message")]);
    let response = broker.get(&loud.url);
    assert!(response.header("content-security-policy").unwrap().ends_with("frame-ancestors 'none'"));
    assert_eq!(response.header("x-frame-options"), Some("DENY"));
    for answer in [&silent.url, &loud.url] {
        let opener = broker.get(answer).header("cross-origin-opener-policy").map(str::to_owned);
        assert_eq!(opener, None, "the window that opened ours must stay reachable");
    }
}

#[test]
fn a_callback_without_origin_is_told_by_query_that_no_script_can_be_answered_there() {
    let broker = World::demo();
    let callback = "com.example.app:/callback";
    broker.change_application(ACME, "urn:acme:spa", |application| {
        application.redirect_uris = vec![RedirectUri::parse(callback).unwrap()];
    });
    let app = RelyingParty { redirect_uri: callback.to_owned(), ..RelyingParty::spa() };
    for mode in ["post_message", "json"] {
        for more in [("prompt", ""), ("acr_values", "urn:x")] {
            let asked = app.ask_with(&[("response_mode", mode), more]);
            let answer = Browser::new(&broker).visit(&asked.url).application();
            assert!(answer.url.starts_with("com.example.app:/callback?error=invalid_request"));
            assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        }
    }
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "query")]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_script_gets_one_link_to_open_and_the_login_goes_on_in_the_browser_that_opens_it() {
    let broker = World::demo();
    let app = RelyingParty::spa();
    let asked = app.ask_with(&[("acr_values", POCES), ("response_mode", "json")]);
    let headers = [("sec-fetch-dest", "empty"), ("origin", "https://app.example")];
    let response = broker.send(&request(Method::Get, &asked.url, &headers, ""));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(response.header("set-cookie"), None);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let link = body["launchLinks"]["universalLink"].as_str().unwrap();
    let answer = Browser::new(&broker).log_in(link, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
    broker.wait(121);
    assert_eq!(Browser::new(&broker).visit(link).page().status, 400);
}

#[test]
fn a_script_is_told_errors_as_json() {
    let broker = World::demo();
    let asked = RelyingParty::spa().ask_with(&[("prompt", "none"), ("response_mode", "json")]);
    let response = broker.get(&asked.url);
    assert_eq!(response.status, 400);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!((&body["error"], &body["state"]), (&"login_required".into(), &asked.state.into()));
    assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example"));
}

#[test]
fn a_fault_that_does_not_pass_by_itself_shows_a_page_of_ours_and_says_that_it_is_ours() {
    let broker = World::demo();
    wants_id_token(&broker);
    let browser = Browser::new(&broker);
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("response_type", "id_token")]);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    broker.change_domain(ACME, |domain| domain.keys.clear());
    let page = browser.approve(&upstream, &Person::terne()).page();
    assert_eq!(page.status, 500);
    assert!(page.body.contains(support::ports::TRACE_ID) && broker.has_logged("fault", "no active key"));
}
