//! CPR numbers: when a login brings one, how it is had of an eID, and where it must never be seen.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::consent::Place;
use edge_eid::model::Host;
use edge_eid::model::application::{ResponseType, ScopeStrategy};
use edge_eid::model::domain::CprWay;
use edge_eid::model::url::WebUrl;
use edge_eid::ports::Catalog;
use edge_eid::vault::{EnvironmentKeys, from_base64url};
use edge_eid::web::Parameters;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::relying_party::decode;
use support::upstream::CPR;
use support::upstream::{MITID, NEMID};
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

/// Where numbers are typed on our page, and the upstreams say whether they are right.
fn by_match() -> Broker {
    let broker = World::demo();
    for (host, eid, issuer) in [(ACME, Eid::Nemid, NEMID), (ACME_MITID, Eid::Mitid, MITID)] {
        broker.change_domain(host, |domain| {
            let upstream = domain.upstreams.get_mut(&eid).unwrap();
            upstream.cpr = CprWay::Match(WebUrl::parse(&format!("{issuer}/cpr-match")).unwrap());
            upstream.claim_map.insert("has_cpr".to_owned(), "mitid.has_cpr".to_owned());
        });
    }
    switch(&broker, true, true);
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
            let browser = Browser::new(&broker);
            let upstream = browser.start(&asked.url, Eid::Mitid);
            let page = browser.approve(&upstream, &without_number()).page();
            assert_eq!(page.status, 403);
            assert_eq!(browser.click(&page, "id=\"back\"").application().error(), "access_denied");
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

// ---- upstreams that match only: our page ----

/// A login up to the page: by MitID through the tab, by NemID here.
fn at_the_page<'a>(broker: &'a Broker, eid: Eid, person: &Person) -> (Browser<'a>, Asked, Page) {
    at_the_page_with(broker, eid, person, &[])
}

fn at_the_page_with<'a>(
    broker: &'a Broker,
    eid: Eid,
    person: &Person,
    more: &[(&str, &str)],
) -> (Browser<'a>, Asked, Page) {
    let browser = Browser::new(broker);
    let mut parameters = vec![("acr_values", POCES)];
    parameters.extend(more);
    let asked = RelyingParty::web().ask_with(&parameters);
    let upstream = browser.start(&asked.url, eid);
    let page = browser.approve(&upstream, person).page();
    assert!(
        page.url.starts_with("https://acme.example/login/") && page.url.ends_with("/cpr"),
        "{}",
        page.url
    );
    (browser, asked, page)
}

fn give(browser: &Browser<'_>, page: &Page, number: &str) -> Page {
    let form = edge_eid::web::encode_pairs([("answer", "number"), ("cpr", number)]);
    browser.submit(&page.url, &form).page()
}

/// The page after a submit moves on to the application.
fn move_on(browser: &Browser<'_>, page: &Page) -> Answer {
    assert_eq!(page.status, 200, "{page:?}");
    browser.click(page, "id=\"continue\"").application()
}

fn tokens(broker: &Broker, asked: &Asked, answer: &Answer) -> Tokens {
    RelyingParty::web().redeem(broker, asked, answer)
}

#[test]
fn a_right_number_comes_in_the_token_and_costs_two_requests_more() {
    let broker = by_match();
    for (eid, person, number, crossing) in
        [(Eid::Mitid, Person::ditlev(), CPR, 1), (Eid::Nemid, Person::terne(), "0707490071", 0)]
    {
        broker.ports.take_counts();
        let (browser, asked, page) = at_the_page(&broker, eid, &person);
        assert_eq!(page.status, 200);
        let moved = give(&browser, &page, &format!("{}-{}", &number[..6], &number[6..]));
        let tokens = tokens(&broker, &asked, &move_on(&browser, &moved));
        assert_eq!(tokens.claims[CLAIM], number);
        let counts = broker.ports.take_counts();
        // Identified, tried, settled, redeemed; one more where the login comes home first.
        assert_eq!(counts.login_requests, 4 + crossing);
        assert_eq!(counts.login_writes, 4 + crossing);
        assert_eq!(counts.consent_requests, 1, "is it remembered");
        assert!(browser.attempts(ACME).is_empty(), "the attempt is over in this browser");
    }
}

#[test]
fn the_page_can_be_loaded_again_in_either_language_and_asks_no_object() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.take_counts();
    assert!(page.body.contains("Enter your CPR number"));
    let danish = browser.click(&page, "class=\"language\"").page();
    assert!(danish.body.contains("<html lang=\"da\">"));
    assert_eq!(browser.visit(&page.url).page().status, 200);
    assert_eq!(broker.ports.take_counts().login_requests, 0);
}

#[test]
fn what_is_no_number_is_told_and_is_no_try() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.take_counts();
    for (typed, told) in [
        ("", "must have 10 digits"),
        ("210127", "must have 10 digits"),
        ("<script>alert(1)</script>", "must have 10 digits"),
        ("3102701234", "not a valid date of birth"),
    ] {
        let shown = give(&browser, &page, typed);
        assert_eq!(shown.status, 422);
        assert!(shown.body.contains(told) && shown.body.contains("aria-invalid"), "{typed}: {shown:?}");
        assert!(!shown.body.contains("<script>"));
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0);
    let moved = give(&browser, &page, CPR);
    assert_eq!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims[CLAIM], CPR);
}

#[test]
fn somebody_elses_number_can_be_tried_three_times_and_then_nothing_helps() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.take_counts();
    for left in ["2 attempts", "1 attempt "] {
        let shown = give(&browser, &page, "2712589100");
        assert_eq!(shown.status, 422);
        assert!(shown.body.contains(left), "{shown:?}");
    }
    let locked = give(&browser, &page, "2712589100");
    assert_eq!(locked.status, 403);
    assert!(locked.body.contains("used all attempts"), "{locked:?}");
    assert_eq!(broker.ports.take_counts().login_requests, 3, "one a try");
    // Neither the right number nor going on without one is left.
    assert_eq!(give(&browser, &page, CPR).status, 400);
    let without = browser.submit(&page.url, "answer=without").page();
    assert_eq!(without.status, 400);
    assert!(locked.find_href("id=\"start-again\"").unwrap().starts_with("https://app.example/login"));
    let answer = browser.click(&locked, "id=\"back\"").application();
    assert_eq!(answer.error(), "access_denied");
}

/// The cookie of the only attempt, as a browser has it that restores its tabs.
fn cookie_of(browser: &Browser<'_>) -> (String, String) {
    browser.attempts(ACME).into_iter().next().unwrap()
}

#[test]
fn a_restored_cookie_gives_no_fourth_try_and_no_second_code() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    let (name, value) = cookie_of(&browser);
    for _ in 0..3 {
        give(&browser, &page, "2712589100");
    }
    browser.plant(ACME, &name, &value);
    let told = give(&browser, &page, CPR);
    assert!(told.status == 403 && told.body.contains("used all attempts"), "{told:?}");

    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    let (name, value) = cookie_of(&browser);
    move_on(&browser, &give(&browser, &page, CPR));
    browser.plant(ACME, &name, &value);
    let told = give(&browser, &page, CPR);
    assert!(told.status == 400 && told.body.contains("A login can be used only once"), "{told:?}");
    assert!(broker.logged("fault").is_empty());
}

#[test]
fn a_login_that_another_tab_has_ended_meanwhile_gives_nothing() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.upstreams.bend.set(Bend::MatchMeanwhileDone);
    let told = give(&browser, &page, CPR);
    assert!(told.status == 400 && told.body.contains("A login can be used only once"), "{told:?}");
    assert!(broker.logged("fault").is_empty());
}

#[test]
fn an_id_token_that_comes_at_once_brings_the_number_too() {
    let broker = by_match();
    for host in [ACME, ACME_MITID] {
        broker.change_application(host, "urn:acme:web", |app| {
            app.protocol.response_types = vec![ResponseType::IdToken];
        });
    }
    let (browser, _, page) =
        at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[("response_type", "id_token")]);
    let url = move_on(&browser, &give(&browser, &page, CPR)).url;
    let answer = Parameters::parse(url.split_once('#').unwrap().1.as_bytes()).unwrap();
    assert_eq!(decode(answer.get("id_token").unwrap()).1[CLAIM], CPR);
}

#[test]
fn what_confirms_a_number_opens_in_its_own_login_only() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    let mut another = Person::ditlev();
    another.claims["mitid.uuid"] = json!("0b0b6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a02");
    at_the_page(&broker, Eid::Mitid, &another);
    let stored = || -> Vec<(String, Value)> {
        let logins = broker.ports.logins.borrow();
        logins.iter().map(|(name, text)| (name.clone(), serde_json::from_str(text).unwrap())).collect()
    };
    let matching = |login: &Value| login["awaiting_cpr"]["ask"]["matching"].as_str().unwrap().to_owned();
    let before = stored();
    let [(one, of_one), (other, of_other)] = before.as_slice() else { panic!("{before:?}") };
    for (name, login, swapped) in [(one, of_one, of_other), (other, of_other, of_one)] {
        let text = login.to_string().replace(&matching(login), &matching(swapped));
        broker.ports.logins.borrow_mut().insert(name.clone(), text);
    }
    let told = give(&browser, &page, CPR);
    assert!(told.status == 422 && told.body.contains("could not be checked"), "{told:?}");
    for (name, login) in before {
        broker.ports.logins.borrow_mut().insert(name, login.to_string());
    }
    tokens(&broker, &asked, &move_on(&browser, &give(&browser, &page, CPR)));
}

#[test]
fn once_the_number_is_asked_for_a_level_that_was_too_low_is_forgotten() {
    let broker = by_match();
    let (browser, asked) = (Browser::new(&broker), RelyingParty::web().ask(POCES));
    let mut low = Person::ditlev();
    low.claims["loa"] = json!("low");
    let too_low = browser.approve(&browser.start(&asked.url, Eid::Mitid), &low).page();
    assert!(too_low.url.ends_with("/level"), "{too_low:?}");
    let again = browser.choose(&too_low, Eid::Mitid).upstream();
    let page = browser.approve(&again, &Person::ditlev()).page();
    assert!(page.url.ends_with("/cpr"), "{page:?}");
    assert_eq!(browser.visit(&too_low.url).page().status, 404, "the level has been reached");
    tokens(&broker, &asked, &move_on(&browser, &give(&browser, &page, CPR)));
}

#[test]
fn once_the_number_is_asked_for_the_other_eid_in_another_tab_is_asked_nothing() {
    let broker = by_match();
    let (browser, asked) = (Browser::new(&broker), RelyingParty::web().ask(POCES));
    let tabs = browser.visit(&asked.url).page();
    let nemid = browser.choose(&tabs, Eid::Nemid).upstream();
    let mitid = browser.choose(&tabs, Eid::Mitid).upstream();
    let page = browser.approve(&mitid, &Person::ditlev()).page();
    assert!(page.url.ends_with("/cpr"), "{page:?}");
    assert_eq!(browser.approve(&nemid, &Person::ditlev()).page().status, 400);
    assert!(broker.has_logged("refused", "an answer to a start that was superseded"));
    tokens(&broker, &asked, &move_on(&browser, &give(&browser, &page, CPR)));
}

#[test]
fn a_check_digit_that_does_not_fit_is_advice_after_a_wrong_try_and_never_a_refusal() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    for (number, advised) in [("2902004000", true), ("2712589100", false)] {
        let shown = give(&browser, &page, number);
        assert_eq!(shown.body.contains("check that every digit was typed correctly"), advised, "{number}");
    }
    tokens(&broker, &asked, &move_on(&browser, &give(&browser, &page, CPR)));
    // Numbers without it are valid: whoever has one is asked no second time.
    let mut person = Person::ditlev();
    person.claims["dk.cpr"] = json!("2902004000");
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &person);
    let answer = move_on(&browser, &give(&browser, &page, "2902004000"));
    assert_eq!(tokens(&broker, &asked, &answer).claims[CLAIM], "2902004000");
}

#[test]
fn an_address_is_a_reason_for_the_step_and_releases_no_number() {
    let broker = by_match();
    let (_, asked, answer) = {
        dynamic(&broker);
        let (browser, asked, page) =
            at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[("scope", "openid address")]);
        let answer = move_on(&browser, &give(&browser, &page, CPR));
        (browser, asked, answer)
    };
    let told = tokens(&broker, &asked, &answer);
    assert!(!told.claims.contains_key(CLAIM));
    assert!(!RelyingParty::web().userinfo(&broker, &told.access_token).body.contains(CPR));
}

#[test]
fn a_second_try_may_be_right() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    assert_eq!(give(&browser, &page, "2712589100").status, 422);
    let moved = give(&browser, &page, CPR);
    assert_eq!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims[CLAIM], CPR);
}

#[test]
fn a_number_counts_for_fifteen_minutes_after_the_login() {
    for (seconds, status) in [(899, 200), (900, 403)] {
        let broker = by_match();
        let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
        broker.wait(seconds);
        let answered = give(&browser, &page, CPR);
        assert_eq!(answered.status, status);
        assert_eq!(answered.body.contains("Too much time"), status == 403);
    }
}

#[test]
fn a_page_that_tells_why_there_is_no_number_can_be_read_in_either_language() {
    let broker = by_match();
    let used_up = || {
        let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
        let shown = (0..3).map(|_| give(&browser, &page, "2712589100")).last().unwrap();
        (browser, shown)
    };
    let too_late = || {
        let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
        broker.wait(900);
        let shown = give(&browser, &page, CPR);
        (browser, shown)
    };
    let none = || {
        switch(&broker, true, false);
        let browser = Browser::new(&broker);
        let mut person = without_number();
        person.claims["mitid.has_cpr"] = json!(false);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
        let shown = browser.approve(&upstream, &person).page();
        (browser, shown)
    };
    let unconfirmed = ["The CPR number was not confirmed", "CPR-nummeret blev ikke bekræftet"];
    let is_titled = |page: &Page, title: &str| page.body.contains(&format!("<title>{title} – "));
    for ((browser, shown), titles) in
        [(used_up(), unconfirmed), (too_late(), unconfirmed), (none(), ["No CPR number", "Intet CPR-nummer"])]
    {
        assert_eq!(shown.status, 403);
        assert!(is_titled(&shown, titles[0]), "{shown:?}");
        broker.ports.take_counts();
        let danish = browser.click(&shown, "hreflang=\"da\"").page();
        assert_eq!(danish.status, 403);
        assert!(is_titled(&danish, titles[1]), "{danish:?}");
        assert_eq!(broker.ports.take_counts().login_requests, 0);
        let english = browser.click(&danish, "hreflang=\"en\"").page();
        assert!(is_titled(&english, titles[0]), "{english:?}");
        assert_eq!(browser.click(&english, "id=\"back\"").application().error(), "access_denied");
    }
}

#[test]
fn going_on_without_is_allowed_where_the_number_is_optional() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    assert!(page.body.contains("id=\"skip\""));
    let moved = browser.submit(&page.url, "answer=without").page();
    assert!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims.get(CLAIM).is_none());
    switch(&broker, true, false);
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    assert!(!page.body.contains("id=\"skip\""));
    assert_eq!(browser.submit(&page.url, "answer=without").page().status, 422);
}

#[test]
fn somebody_known_to_have_no_number_is_not_asked() {
    let broker = by_match();
    let mut person = without_number();
    person.claims["mitid.has_cpr"] = json!(false);
    assert_eq!(number(&broker, POCES, "openid", Eid::Mitid, &person), None);
    switch(&broker, true, false);
    for acr in [POCES, SUBSTANTIAL] {
        let browser = Browser::new(&broker);
        let asked = RelyingParty::web().ask(acr);
        let upstream = browser.start(&asked.url, Eid::Mitid);
        let page = browser.approve(&upstream, &person).page();
        assert_eq!((page.status, page.url.starts_with("https://acme.example/")), (403, true));
        assert!(page.body.contains("Your MitID has no CPR number"), "{page:?}");
        assert_eq!(browser.click(&page, "id=\"back\"").application().error(), "access_denied");
    }
}

#[test]
fn an_answer_of_the_eid_is_spent_once_it_is_told_that_there_is_no_number() {
    let broker = by_match();
    switch(&broker, true, false);
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let mut person = without_number();
    person.claims["mitid.has_cpr"] = json!(false);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::shadow().ask(SUBSTANTIAL).url, Eid::Mitid);
    assert_eq!(browser.approve(&upstream, &person).page().status, 403);
    assert_eq!(browser.approve(&upstream, &Person::ditlev()).page().status, 400);
    assert!(broker.has_logged("refused", "an answer to a start that was superseded"));
}

#[test]
fn a_hinted_number_is_kept_no_longer_than_it_is_asked_for() {
    let broker = by_match();
    let kept = |more: &[(&str, &str)]| {
        let (browser, _, page) = at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), more);
        let asking = cookie_of(&browser).1.len();
        for _ in 0..3 {
            give(&browser, &page, "2712589100");
        }
        (asking, cookie_of(&browser).1.len())
    };
    let (without, hinted) = (kept(&[]), kept(&[("login_hint", "sub:2101270087")]));
    assert!(hinted.0 > without.0, "{hinted:?} {without:?}");
    assert_eq!(hinted.1, without.1, "nothing is left of it");
}

#[test]
fn an_employee_is_never_shown_the_page() {
    let broker = by_match();
    switch(&broker, true, false);
    assert_eq!(number(&broker, MOCES, "openid", Eid::Nemid, &Person::employee()), None);
}

#[test]
fn a_hinted_number_is_shown_masked_and_still_needs_the_match() {
    let broker = by_match();
    let hint = ("login_hint", "sub:2101270087");
    let (browser, asked, page) = at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[hint]);
    assert!(page.body.contains("210127-****") && !page.body.contains("id=\"cpr\""), "{page:?}");
    let moved = browser.submit(&page.url, "answer=number&hinted=yes").page();
    assert_eq!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims[CLAIM], CPR);
    // Of somebody else it is wrong, and the field stands there instead.
    let hint = ("login_hint", "sub:2712589100");
    let (browser, _, page) = at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[hint]);
    let shown = browser.submit(&page.url, "answer=number&hinted=yes").page();
    assert!(shown.status == 422 && shown.body.contains("id=\"cpr\""), "{shown:?}");
    // "Not you?" puts it away.
    let (browser, _, page) = at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[hint]);
    let other = browser.click(&page, "id=\"not-you\"").page();
    assert!(other.body.contains("id=\"cpr\"") && !other.body.contains("****"));
    assert!(!browser.visit(&page.url).page().body.contains("****"), "for good");
}

#[test]
fn a_hinted_number_does_not_cross_and_goes_to_no_upstream() {
    let broker = by_match();
    let browser = Browser::new(&broker);
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("login_hint", "sub:2101270087")]);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    assert!(!upstream.contains(CPR) && !upstream.contains("sub%3A"));
    let kept = |host: &str| browser.attempts(host).iter().map(|(_, value)| value.len()).max().unwrap();
    let without = Browser::new(&broker);
    without.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    let bare = |host: &str| without.attempts(host).iter().map(|(_, value)| value.len()).max().unwrap();
    assert_eq!(kept(ACME_MITID), bare(ACME_MITID), "nothing more was handed over");
    assert!(kept(ACME) > bare(ACME));
}

#[test]
fn where_nobody_can_confirm_a_number_the_user_is_told_and_the_log_says_why() {
    for bend in [Bend::MatchTimeout, Bend::MatchInternal, Bend::MatchStrange] {
        let broker = by_match();
        let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
        broker.ports.upstreams.bend.set(bend);
        let shown = give(&browser, &page, CPR);
        assert!(shown.status == 422 && shown.body.contains("could not be checked"), "{bend:?}: {shown:?}");
        assert_eq!(broker.logged("cpr_match_failed").len(), 1);
        broker.ports.upstreams.bend.set(Bend::Straight);
        let moved = give(&browser, &page, CPR);
        assert_eq!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims[CLAIM], CPR);
    }
}

#[test]
fn the_page_belongs_to_the_browser_that_logged_in() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    let stranger = Browser::new(&broker);
    assert_eq!(stranger.visit(&page.url).page().status, 400);
    assert_eq!(give(&stranger, &page, CPR).status, 400);
    // Nor is there a page before somebody has been identified, or on the other domain.
    let early = Browser::new(&broker);
    let tabs = early.visit(&RelyingParty::web().ask(POCES).url).page();
    let base = tabs.href("data-eid=\"nemid\"").replace("/nemid", "/cpr");
    assert_eq!(early.visit(&base).page().status, 400);
    assert_eq!(early.submit(&base, "answer=without").page().status, 400);
    // And it is over once it has been answered.
    let moved = give(&browser, &page, CPR);
    move_on(&browser, &moved);
    assert_eq!(give(&browser, &page, CPR).status, 400);
}

#[test]
fn the_form_is_answered_by_a_page_whatever_the_response_mode() {
    let broker = by_match();
    for (mode, sign) in [("form_post", "name=\"code\""), ("fragment", "#code="), ("query", "?code=")] {
        let (browser, _, page) =
            at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[("response_mode", mode)]);
        let answered = give(&browser, &page, CPR);
        assert!(answered.status == 200 && answered.body.contains(sign), "{mode}: {answered:?}");
    }
}

#[test]
fn a_session_begins_with_the_number_that_was_given() {
    let broker = by_match();
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    let moved = give(&browser, &page, CPR);
    tokens(&broker, &asked, &move_on(&browser, &moved));
    broker.wait(600);
    let asked = RelyingParty::web().ask_with(&[("acr_values", SUBSTANTIAL), ("prompt", "none")]);
    let answer = browser.visit(&asked.url).application();
    assert_eq!(tokens(&broker, &asked, &answer).claims[CLAIM], CPR);
}

#[test]
fn an_application_that_is_taken_out_of_service_gets_no_number() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.change_application(ACME, "urn:acme:web", |app| app.enabled = false);
    let shown = give(&browser, &page, CPR);
    assert_eq!(shown.status, 400);
}

// ---- remembered numbers ----

/// A login at whose page the number is given and remembered, or whatever else the form says.
fn give_and(broker: &Broker, eid: Eid, person: &Person, form: &str) -> Tokens {
    let (browser, asked, page) = at_the_page(broker, eid, person);
    let moved = browser.submit(&page.url, &format!("answer=number&{form}")).page();
    tokens(broker, &asked, &move_on(&browser, &moved))
}

fn remember(broker: &Broker) {
    give_and(broker, Eid::Mitid, &Person::ditlev(), &format!("cpr={CPR}&remember=yes"));
}

/// Whether a login of somebody gets to the application without the page, and what it brings.
fn unasked(broker: &Broker, person: &Person, more: &[(&str, &str)]) -> Option<Tokens> {
    let browser = Browser::new(broker);
    let mut parameters = vec![("acr_values", SUBSTANTIAL)];
    parameters.extend(more);
    let asked = RelyingParty::web().ask_with(&parameters);
    let upstream = browser.start(&asked.url, Eid::Mitid);
    match browser.approve(&upstream, person) {
        Stop::Application(answer) => Some(tokens(broker, &asked, &answer)),
        _ => None,
    }
}

#[test]
fn a_number_is_remembered_only_where_its_owner_wants_it() {
    let broker = by_match();
    give_and(&broker, Eid::Mitid, &Person::ditlev(), &format!("cpr={CPR}"));
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none());
    remember(&broker);
    broker.ports.take_counts();
    assert_eq!(unasked(&broker, &Person::ditlev(), &[]).unwrap().claims[CLAIM], CPR);
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.consent_requests), (3, 1), "one more than a crossed login");
    // Not that of somebody else, nor of the same person by another eID.
    let mut another = Person::ditlev();
    another.claims["mitid.uuid"] = json!("0b0b6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a02");
    assert!(unasked(&broker, &another, &[]).is_none());
}

#[test]
fn a_number_that_is_no_longer_his_is_forgotten_and_asked_for_again() {
    let broker = by_match();
    remember(&broker);
    let mut person = Person::ditlev();
    person.claims["dk.cpr"] = json!("2712589100");
    assert!(unasked(&broker, &person, &[]).is_none());
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "deleted");
}

#[test]
fn a_remembered_number_that_its_upstream_does_not_confirm_is_asked_for_and_told_to_nobody() {
    for bend in [Bend::MatchTimeout, Bend::MatchInternal, Bend::MatchStrange] {
        let broker = by_match();
        remember(&broker);
        broker.ports.upstreams.bend.set(bend);
        assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "{bend:?}");
        assert_eq!(broker.logged("cpr_match_failed").len(), 1);
        broker.ports.upstreams.bend.set(Bend::Straight);
        assert_eq!(unasked(&broker, &Person::ditlev(), &[]).unwrap().claims[CLAIM], CPR, "it was kept");
    }
}

/// The tenant's MitID goes to another upstream, which confirms numbers too, and has the same ids.
fn move_to(broker: &Broker, issuer: &str) {
    broker.change_domain(ACME_MITID, |domain| {
        let upstream = domain.upstreams.get_mut(&Eid::Mitid).unwrap();
        upstream.issuer = WebUrl::parse(issuer).unwrap();
        upstream.cpr = CprWay::Match(WebUrl::parse(&format!("{issuer}/cpr-match")).unwrap());
    });
}

#[test]
fn a_number_is_remembered_for_people_of_its_upstream_only() {
    let broker = by_match();
    remember(&broker);
    // The same id at another upstream, which would even confirm the number.
    move_to(&broker, NEMID);
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none());
    move_to(&broker, MITID);
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_some());
}

#[test]
fn whoever_withdraws_is_forgotten_at_the_upstreams_that_his_tenant_had_before_too() {
    let revoke = |broker: &Broker| {
        assert!(unasked(broker, &Person::ditlev(), &[("prompt", "consent_revoke")]).is_some());
    };
    let untick = |broker: &Broker| {
        let (browser, _, page) =
            at_the_page_with(broker, Eid::Mitid, &Person::ditlev(), &[("prompt", "consent")]);
        give(&browser, &page, CPR);
    };
    for withdraw in [&revoke as &dyn Fn(&Broker), &untick] {
        for agrees_again in [false, true] {
            let broker = by_match();
            remember(&broker);
            move_to(&broker, NEMID);
            if agrees_again {
                remember(&broker);
            }
            withdraw(&broker);
            assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "where he withdrew");
            move_to(&broker, MITID);
            assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "where he was before");
        }
    }
}

#[test]
fn an_upstream_that_says_no_has_the_number_forgotten_that_was_given_there_only() {
    let broker = by_match();
    remember(&broker);
    move_to(&broker, NEMID);
    remember(&broker);
    let mut person = Person::ditlev();
    person.claims["dk.cpr"] = json!("2712589100");
    assert!(unasked(&broker, &person, &[]).is_none());
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "deleted");
    move_to(&broker, MITID);
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_some());
}

#[test]
fn a_number_is_remembered_for_a_year() {
    let broker = by_match();
    remember(&broker);
    broker.wait(365 * 86_400 - 60);
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_some());
    broker.wait(60);
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none());
}

#[test]
fn prompt_consent_asks_though_the_number_is_remembered() {
    let broker = by_match();
    remember(&broker);
    assert!(unasked(&broker, &Person::ditlev(), &[("prompt", "consent")]).is_none());
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_some(), "which forgets nothing");
}

#[test]
fn whoever_is_asked_anew_and_leaves_the_box_unticked_is_forgotten() {
    let answered = |form: &str| {
        let broker = by_match();
        remember(&broker);
        let (browser, asked, page) =
            at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[("prompt", "consent")]);
        broker.ports.take_counts();
        let moved = browser.submit(&page.url, form).page();
        tokens(&broker, &asked, &move_on(&browser, &moved));
        let requests = broker.ports.take_counts().consent_requests;
        (requests, unasked(&broker, &Person::ditlev(), &[]).is_some())
    };
    let number = format!("answer=number&cpr={CPR}");
    assert_eq!(answered(&number), (1, false));
    assert_eq!(answered("answer=without"), (1, false));
    assert_eq!(answered(&format!("{number}&remember=yes")), (1, true));
    // A wrong number is no answer yet.
    let broker = by_match();
    remember(&broker);
    let (browser, _, page) =
        at_the_page_with(&broker, Eid::Mitid, &Person::ditlev(), &[("prompt", "consent")]);
    give(&browser, &page, "2712589100");
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_some());
}

#[test]
fn a_login_that_was_not_asked_anew_asks_no_store_for_an_unticked_box() {
    let broker = by_match();
    let (browser, _, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.take_counts();
    give(&browser, &page, CPR);
    assert_eq!(broker.ports.take_counts().consent_requests, 0);
}

#[test]
fn case_18_consent_revoke_logs_in_deletes_the_number_and_answers_without_it() {
    let broker = by_match();
    remember(&broker);
    let revoked = unasked(&broker, &Person::ditlev(), &[("prompt", "consent_revoke")]).unwrap();
    assert!(revoked.claims.get(CLAIM).is_none());
    assert!(unasked(&broker, &Person::ditlev(), &[]).is_none(), "it is gone");
    // Nothing to revoke is no fault.
    assert!(unasked(&broker, &Person::ditlev(), &[("prompt", "consent_revoke")]).is_some());
}

#[test]
fn case_16_a_silent_request_is_answered_with_a_remembered_number_only() {
    let broker = by_match();
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    let app = RelyingParty::web();
    let browser = Browser::new(&broker);
    let ask = |prompt: &str| app.ask_with(&[("acr_values", SUBSTANTIAL), ("prompt", prompt)]);
    // A session without a number: its owner went on without.
    let asked = ask("");
    let upstream = browser.start(&asked.url, Eid::Mitid);
    let page = browser.approve(&upstream, &Person::ditlev()).page();
    let moved = browser.submit(&page.url, "answer=without").page();
    tokens(&broker, &asked, &move_on(&browser, &moved));
    broker.wait(300);
    assert_eq!(browser.visit(&ask("none").url).application().error(), "interaction_required");
    remember(&broker);
    broker.wait(300);
    let asked = ask("none");
    broker.ports.take_counts();
    let answer = browser.visit(&asked.url).application();
    assert_eq!(broker.ports.take_counts().consent_requests, 1, "it is asked for once");
    assert_eq!(tokens(&broker, &asked, &answer).claims[CLAIM], CPR);
}

#[test]
fn tenants_and_environments_share_no_number() {
    let broker = by_match();
    remember(&broker);
    let names: Vec<String> = broker.ports.consents.borrow().keys().cloned().collect();
    assert!(names.len() == 1 && names[0].starts_with("acme/TEST/"), "{names:?}");
}

#[test]
fn everybody_has_a_place_and_a_seal_of_his_own_and_people_are_spread_over_all_objects() {
    let broker = by_match();
    let domain = block_on(broker.ports.domain(&Host::parse(ACME).unwrap())).unwrap().unwrap();
    let keys = block_on(EnvironmentKeys::of(&broker.ports, &domain)).unwrap();
    let place = |eid_id: String, issuer: &str| {
        let identity = json!({
            "acr": SUBSTANTIAL, "eid_id": eid_id, "issuer": issuer, "level": "substantial", "auth_time": 0,
        });
        Place::of(&edge_eid::json::read(&identity.to_string()).unwrap(), &keys)
    };
    let places: Vec<Place> = (0..1_000).map(|n| place(n.to_string(), MITID)).collect();
    let objects: BTreeSet<String> = places.iter().map(|place| place.object.clone()).collect();
    assert_eq!(objects, (0..16).map(|shard| format!("acme/TEST/{shard}")).collect());
    // What is stored is found by it.
    for place in &places {
        let first = from_base64url(&place.person).unwrap()[0];
        assert_eq!(place.object, format!("acme/TEST/{}", first % 16));
    }
    let (one, moved) = (&places[0], place("0".to_owned(), NEMID));
    for another in [&places[1], &moved] {
        assert!(one.key != another.key && one.label() != another.label(), "{another:?}");
    }
    assert_eq!((&one.object, &one.person), (&moved.object, &moved.person), "withdrawing reaches both");
}

#[test]
fn a_login_goes_on_where_a_number_can_not_be_remembered() {
    let broker = by_match();
    let (browser, asked, page) = at_the_page(&broker, Eid::Mitid, &Person::ditlev());
    broker.ports.management.objects_fail.set(true);
    let moved = browser.submit(&page.url, &format!("answer=number&cpr={CPR}&remember=yes")).page();
    broker.ports.management.objects_fail.set(false);
    assert_eq!(tokens(&broker, &asked, &move_on(&browser, &moved)).claims[CLAIM], CPR);
}
