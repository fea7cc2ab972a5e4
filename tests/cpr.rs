//! CPR numbers: when a login brings one, how it is had of an eID, and where it must never be seen.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::application::ScopeStrategy;
use edge_eid::model::domain::CprWay;
use edge_eid::web::Parameters;
use serde_json::{Value, json};
use support::upstream::CPR;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const MOCES: &str = "urn:grn:authn:dk:nemid:moces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const CLAIM: &str = "cprNumberIdentifier";

/// The demo's world, where every upstream has CPR numbers in this way.
fn world(way: &CprWay) -> Broker {
    let broker = World::demo();
    for (host, eid) in [(ACME, Eid::Nemid), (ACME_MITID, Eid::Mitid)] {
        broker.change_domain(host, |domain| {
            let upstream = domain.upstreams.get_mut(&eid).unwrap();
            upstream.cpr = way.clone();
            upstream.claim_map.insert("cpr".to_owned(), "dk.cpr".to_owned());
            upstream.claim_map.insert("has_cpr".to_owned(), "mitid.has_cpr".to_owned());
        });
    }
    broker
}

fn by_scope() -> Broker {
    world(&CprWay::Scope("ssn".to_owned()))
}

fn switch(broker: &Broker, add: bool, optional: bool) {
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| {
            domain.cpr.add_for_personal_logins = add;
            domain.cpr.optional = optional;
        });
    }
}

/// `urn:acme:web` with scopes that decide, on both domains of the pair.
fn dynamic(broker: &Broker) {
    for host in [ACME, ACME_MITID] {
        broker.change_application(host, "urn:acme:web", |app| {
            app.protocol.scope_strategy = ScopeStrategy::Dynamic;
        });
    }
}

fn without_number() -> Person {
    let mut person = Person::ditlev();
    person.claims.as_object_mut().unwrap().remove("dk.cpr");
    person
}

/// The scopes that an upstream is asked for.
fn scopes(upstream: &str) -> String {
    let parameters = Parameters::parse(upstream.split_once('?').unwrap().1.as_bytes()).unwrap();
    parameters.get("scope").unwrap().to_owned()
}

/// A whole login of this acr and scope: the number in the ID token, which userinfo repeats.
fn number(broker: &Broker, acr: &str, scope: &str, eid: Eid, person: &Person) -> Option<String> {
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("acr_values", acr), ("scope", scope)]);
    let answer = Browser::new(broker).log_in(&asked.url, eid, person);
    let tokens = app.redeem(broker, &asked, &answer);
    let told: Value = serde_json::from_str(&app.userinfo(broker, &tokens.access_token).body).unwrap();
    assert_eq!(told.get(CLAIM), tokens.claims.get(CLAIM));
    tokens.claims.get(CLAIM).map(|number| number.as_str().unwrap().to_owned())
}

// ---- upstreams that ask themselves ----

#[test]
fn where_scopes_are_static_the_switch_decides_and_where_they_are_dynamic_the_scope_does() {
    let broker = by_scope();
    let has = |scope| number(&broker, SUBSTANTIAL, scope, Eid::Mitid, &Person::ditlev()).is_some();
    assert!(!has("openid") && !has("openid ssn"), "static, switched off");
    switch(&broker, true, true);
    assert!(has("openid") && has("openid ssn"), "static, switched on");
    dynamic(&broker);
    assert!(!has("openid") && has("openid ssn"), "dynamic, switched on");
    switch(&broker, false, true);
    assert!(!has("openid") && has("openid ssn"), "dynamic, switched off");
}

#[test]
fn the_number_comes_of_a_login_here_and_of_one_on_the_other_domain() {
    let broker = by_scope();
    switch(&broker, true, true);
    assert_eq!(number(&broker, POCES, "openid", Eid::Mitid, &Person::ditlev()).as_deref(), Some(CPR));
    let here = number(&broker, POCES, "openid", Eid::Nemid, &Person::terne());
    assert_eq!(here.as_deref(), Some("0707490071"));
}

#[test]
fn an_upstream_is_asked_for_the_number_only_where_it_is_wanted() {
    let broker = by_scope();
    let asked = |scope: &str| {
        let asked = RelyingParty::web().ask_with(&[("acr_values", SUBSTANTIAL), ("scope", scope)]);
        scopes(&Browser::new(&broker).start(&asked.url, Eid::Mitid))
    };
    assert_eq!(asked("openid ssn"), "openid profile");
    dynamic(&broker);
    assert_eq!(asked("openid ssn"), "openid profile ssn");
    assert_eq!(asked("openid"), "openid profile");
}

#[test]
fn an_employee_is_never_asked_and_never_brings_one() {
    let broker = by_scope();
    switch(&broker, true, false);
    let asked = RelyingParty::web().ask(MOCES);
    assert_eq!(scopes(&Browser::new(&broker).start(&asked.url, Eid::Nemid)), "openid profile");
    let mut employee = Person::employee();
    employee.claims["dk.cpr"] = json!(CPR);
    assert_eq!(number(&broker, MOCES, "openid", Eid::Nemid, &employee), None);
}

#[test]
fn a_number_that_comes_unasked_is_not_taken_over() {
    let broker = world(&CprWay::None);
    switch(&broker, true, true);
    assert_eq!(number(&broker, SUBSTANTIAL, "openid", Eid::Mitid, &Person::ditlev()), None);
}

#[test]
fn somebody_without_a_number_passes_where_it_is_optional_and_is_denied_where_it_is_not() {
    let broker = by_scope();
    for (add, scope, is_dynamic) in [(true, "openid", false), (false, "openid ssn", true)] {
        if is_dynamic {
            dynamic(&broker);
        }
        switch(&broker, add, true);
        assert_eq!(number(&broker, POCES, scope, Eid::Mitid, &without_number()), None);
        switch(&broker, add, false);
        for acr in [POCES, SUBSTANTIAL] {
            let asked = RelyingParty::web().ask_with(&[("acr_values", acr), ("scope", scope)]);
            let answer = Browser::new(&broker).log_in(&asked.url, Eid::Mitid, &without_number());
            assert_eq!(answer.error(), "access_denied");
        }
    }
}

#[test]
fn what_an_upstream_states_must_be_a_number() {
    let broker = by_scope();
    switch(&broker, true, true);
    for stated in
        [json!("3102701234"), json!("x"), json!(2_101_270_087_u64), json!(["2101270087"]), Value::Null]
    {
        let mut person = Person::ditlev();
        person.claims["dk.cpr"] = stated.clone();
        assert_eq!(number(&broker, SUBSTANTIAL, "openid", Eid::Mitid, &person), None, "{stated}");
    }
}

#[test]
fn revoking_the_consent_logs_in_without_a_number() {
    let broker = by_scope();
    switch(&broker, true, false);
    let app = RelyingParty::web();
    let asked = app.ask_with(&[("acr_values", SUBSTANTIAL), ("prompt", "consent_revoke")]);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    assert_eq!(scopes(&upstream), "openid profile");
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    assert!(app.redeem(&broker, &asked, &answer).claims.get(CLAIM).is_none());
}

// ---- sessions ----

#[test]
fn case_16_a_silent_request_for_a_number_that_the_session_lacks_needs_interaction() {
    let broker = by_scope();
    dynamic(&broker);
    broker.change_domain(ACME_MITID, |domain| domain.sessions.sso = true);
    let app = RelyingParty::shadow();
    let browser = Browser::new(&broker);
    let ask = |scope: &str, prompt: &str| {
        app.ask_with(&[("acr_values", SUBSTANTIAL), ("scope", scope), ("prompt", prompt)])
    };
    let asked = ask("openid", "");
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    app.redeem(&broker, &asked, &answer);
    broker.wait(600);
    let silent = browser.visit(&ask("openid ssn", "none").url).application();
    assert_eq!(silent.error(), "interaction_required");
    assert_eq!(browser.visit(&ask("openid", "none").url).application().code().len(), 64);
    // Whoever may be asked is sent to the eID, and the session has the number from then on.
    broker.wait(600);
    let asked = ask("openid ssn", "");
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    assert_eq!(app.redeem(&broker, &asked, &answer).claims[CLAIM], CPR);
    broker.wait(600);
    let asked = ask("openid ssn", "none");
    let answer = browser.visit(&asked.url).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims[CLAIM], CPR);
    // And it tells nobody who did not ask.
    broker.wait(600);
    let asked = ask("openid", "none");
    let answer = browser.visit(&asked.url).application();
    assert!(app.redeem(&broker, &asked, &answer).claims.get(CLAIM).is_none());
}

#[test]
fn a_session_of_somebody_without_a_number_answers_where_it_is_optional() {
    let broker = by_scope();
    switch(&broker, true, true);
    broker.change_domain(ACME_MITID, |domain| domain.sessions.sso = true);
    let app = RelyingParty::shadow();
    let browser = Browser::new(&broker);
    let asked = app.ask(SUBSTANTIAL);
    let answer = browser.log_in(&asked.url, Eid::Mitid, &without_number());
    app.redeem(&broker, &asked, &answer);
    broker.wait(600);
    let ask = || app.ask_with(&[("acr_values", SUBSTANTIAL), ("prompt", "none")]).url;
    assert_eq!(browser.visit(&ask()).application().code().len(), 64);
    switch(&broker, true, false);
    broker.wait(600);
    assert_eq!(browser.visit(&ask()).application().error(), "interaction_required");
}
