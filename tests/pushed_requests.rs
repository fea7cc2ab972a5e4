//! Pushed authorization requests (RFC 9126).

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::oauth::authorize::STATE_MAX_BYTES;
use edge_eid::web::{Response, encode_pairs, percent_encode};
use serde_json::Value;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

/// Pushes the query of an authorize URL, with the client's own authentication.
fn push(broker: &Broker, app: &RelyingParty, asked: &Asked) -> Response {
    let form = asked.url.split_once('?').unwrap().1;
    let basic = app.basic();
    let headers = [("authorization", basic.as_str())];
    let headers: &[(&str, &str)] = if app.secret.is_some() { &headers } else { &[] };
    broker.post(&format!("{}/oauth2/par", app.issuer), headers, form)
}

/// The authorize URL of a pushed request.
fn pushed(broker: &Broker, app: &RelyingParty, asked: &Asked) -> String {
    let response = push(broker, app, asked);
    assert_eq!(response.status, 201, "{}", response.body);
    let answer: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(answer["expires_in"], 120);
    authorize(app, &app.client_id, answer["request_uri"].as_str().unwrap())
}

fn authorize(app: &RelyingParty, client_id: &str, request_uri: &str) -> String {
    let query = encode_pairs([("client_id", client_id), ("request_uri", request_uri)]);
    format!("{}/oauth2/authorize?{query}", app.issuer)
}

#[test]
fn a_pushed_request_logs_in_as_if_the_browser_had_brought_it() {
    let broker = World::demo();
    for (app, eid) in [(RelyingParty::web(), Eid::Nemid), (RelyingParty::spa(), Eid::Mitid)] {
        let asked = app.ask(POCES);
        let url = pushed(&broker, &app, &asked);
        let person = if eid == Eid::Nemid { Person::terne() } else { Person::ditlev() };
        let answer = Browser::new(&broker).log_in(&url, eid, &person);
        app.redeem(&broker, &asked, &answer);
    }
}

#[test]
fn pushing_stores_nothing_and_opening_costs_one_look_at_an_object() {
    let broker = World::demo();
    let app = RelyingParty::web();
    broker.ports.take_counts();
    let url = pushed(&broker, &app, &app.ask(POCES));
    assert_eq!(broker.ports.take_counts().login_requests, 0);
    Browser::new(&broker).visit(&url).page();
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.login_writes), (1, 0));
}

#[test]
fn a_reload_works_until_the_login_is_finished_and_then_no_more() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let url = pushed(&broker, &app, &asked);
    browser.visit(&url).page();
    let page = browser.visit(&url).page();
    assert!(page.has_tab(Eid::Mitid));
    let upstream = browser.choose(&page, Eid::Nemid).upstream();
    let answer = browser.approve(&upstream, &Person::terne()).application();
    app.redeem(&broker, &asked, &answer);
    let page = browser.visit(&url).page();
    assert_eq!(page.status, 400);
    assert!(broker.has_logged("refused", "used before"));
}

#[test]
fn two_browsers_may_begin_with_one_pushed_request_and_one_of_them_finishes() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let url = pushed(&broker, &app, &asked);
    let (one, other) = (Browser::new(&broker), Browser::new(&broker));
    let (first, second) = (one.start(&url, Eid::Nemid), other.start(&url, Eid::Nemid));
    let answer = one.approve(&first, &Person::terne()).application();
    assert_eq!(other.approve(&second, &Person::terne()).page().status, 400);
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["identityscheme"], "dknemid");
}

/// The attempt of the browser that began later ends later, too.
#[test]
fn the_second_browser_can_not_finish_when_the_first_ones_attempt_is_over_either() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let url = pushed(&broker, &app, &app.ask(POCES));
    let (one, other) = (Browser::new(&broker), Browser::new(&broker));
    let first = one.start(&url, Eid::Nemid);
    broker.wait(119);
    let second = other.start(&url, Eid::Nemid);
    broker.wait(30 * 60 - 119 - 90);
    one.approve(&first, &Person::terne()).application().code();
    broker.wait(150);
    assert_eq!(other.approve(&second, &Person::terne()).page().status, 400, "one attempt, one code");
}

#[test]
fn past_its_end_it_opens_only_in_the_browser_that_has_begun_with_it() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let url = pushed(&broker, &app, &app.ask(POCES));
    browser.visit(&url).page();
    broker.wait(121);
    assert!(browser.visit(&url).page().has_tab(Eid::Nemid));
    assert_eq!(Browser::new(&broker).visit(&url).page().status, 400);
    broker.wait(30 * 60);
    assert_eq!(browser.visit(&url).page().status, 400);
}

#[test]
fn it_is_bound_to_its_client_and_its_domain() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let url = pushed(&broker, &app, &app.ask(POCES));
    let stolen = url.replace(&percent_encode("urn:acme:web"), &percent_encode("urn:acme:spa"));
    assert_ne!(stolen, url);
    assert_eq!(Browser::new(&broker).visit(&stolen).page().status, 400);
    // The shadow has the same client id, and its domain is not the one that was pushed to.
    let elsewhere = url.replace("https://acme.example/", "https://acme.mitid.example/");
    assert_eq!(Browser::new(&broker).visit(&elsewhere).page().status, 400);
    let (head, tail) = url.split_at(url.len() - 10);
    let altered = format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    assert_eq!(Browser::new(&broker).visit(&altered).page().status, 400);
}

#[test]
fn parameters_beside_a_request_uri_change_nothing() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let more = "redirect_uri=https%3A%2F%2Fevil.example&state=evil&scope=evil&prompt=none";
    let url = format!("{}&{more}", pushed(&broker, &app, &asked));
    let answer = Browser::new(&broker).log_in(&url, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_second_request_beside_a_request_uri_is_refused() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let url = pushed(&broker, &app, &app.ask(POCES));
    for more in ["request_uri=x", "request_uri=", "request=x"] {
        let page = Browser::new(&broker).visit(&format!("{url}&{more}")).page();
        assert!(page.status == 400 && !page.has_tab(Eid::Nemid), "{more}");
    }
    assert!(Browser::new(&broker).visit(&url).page().has_tab(Eid::Nemid));
}

#[test]
fn every_fault_is_told_to_the_client_that_pushes_it() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let long = "s".repeat(STATE_MAX_BYTES + 1);
    for (changes, word) in [
        (vec![("redirect_uri", "https://evil.example/callback")], "invalid_request"),
        (vec![("redirect_uri", "https://app.example/callback/../x")], "invalid_request"),
        (vec![("redirect_uri", "")], "invalid_request"),
        (vec![("client_id", "urn:acme:spa")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("scope", "profile")], "invalid_scope"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("acr_values", "urn:nobody")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("state", &long)], "invalid_request"),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (vec![("request", "x.y.z")], "request_not_supported"),
    ] {
        let response = push(&broker, &app, &app.ask_with(&changes));
        assert_eq!((response.status, error_of(&response).as_str()), (400, word), "{changes:?}");
        assert!(!response.body.contains("evil"), "nothing is repeated");
    }
    let wrong = RelyingParty { secret: Some("wrong".to_owned()), ..app.clone() };
    let response = push(&broker, &wrong, &app.ask(POCES));
    assert_eq!((response.status, error_of(&response).as_str()), (401, "invalid_client"));
    let repeated = Asked { url: format!("{}&scope=openid", app.ask(POCES).url), ..app.ask(POCES) };
    assert_eq!(error_of(&push(&broker, &app, &repeated)), "invalid_request");
    assert_eq!(broker.get("https://acme.example/oauth2/par").status, 405);
}

#[test]
fn a_client_that_must_push_is_refused_at_the_front_door() {
    let broker = World::demo();
    let app = RelyingParty::web();
    broker.change_application(ACME, "urn:acme:web", |app| {
        app.protocol.require_pushed_authorization_requests = true;
    });
    let answer = Browser::new(&broker).visit(&app.ask(POCES).url).application();
    assert_eq!(answer.error(), "invalid_request");
    let asked = app.ask(POCES);
    let url = pushed(&broker, &app, &asked);
    let answer = Browser::new(&broker).log_in(&url, Eid::Nemid, &Person::terne());
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_client_disabled_since_it_pushed_is_out_of_service() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let url = pushed(&broker, &app, &app.ask(POCES));
    broker.change_application(ACME, "urn:acme:web", |app| app.enabled = false);
    assert_eq!(Browser::new(&broker).visit(&url).page().status, 400);
    assert_eq!(push(&broker, &app, &app.ask(POCES)).status, 401);
}

#[test]
fn prompt_none_survives_being_pushed() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("prompt", "none")]);
    let answer = Browser::new(&broker).visit(&pushed(&broker, &app, &asked)).application();
    assert_eq!(answer.error(), "login_required");
    assert_eq!(answer.get("state"), Some(asked.state.as_str()));
}

#[test]
fn a_session_stands_for_a_pushed_login_unless_it_asks_for_a_fresh_one() {
    let broker = World::demo();
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    browser.log_in(&app.ask(POCES).url, Eid::Nemid, &Person::terne()).code();
    let by_session = pushed(&broker, &app, &app.ask(POCES));
    browser.visit(&by_session).application().code();
    for prompt in ["login", "consent", "consent_revoke"] {
        let anew = pushed(&broker, &app, &app.ask_with(&[("acr_values", POCES), ("prompt", prompt)]));
        assert!(browser.visit(&anew).page().has_tab(Eid::Nemid), "{prompt}");
    }
}

#[test]
fn the_trace_id_is_told_to_a_client_that_prefers_it() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let form = app.ask(POCES).url.split_once('?').unwrap().1.to_owned();
    let basic = app.basic();
    let headers = [("authorization", basic.as_str()), ("prefer", "return-trace-id")];
    let response = broker.post("https://acme.example/oauth2/par", &headers, &form);
    assert_eq!(response.header("trace-id").map(str::len), Some(32));
    assert_eq!(push(&broker, &app, &app.ask(POCES)).header("trace-id"), None);
}
