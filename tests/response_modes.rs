//! How the answer travels: `response_mode` of OAuth 2.0 Multiple Response Type Encoding Practices
//! and of the Form Post Response Mode.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::web::{Method, Parameters};
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
