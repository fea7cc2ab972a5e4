//! Single sign-on: the numbered cases 11 to 17 of the side-by-side move that need a session, what a
//! session does and does not stand for, and what a forced login asks of the eID.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::single_sign_on::AUTH_TIME_SKEW_SECONDS;
use edge_eid::model::UnixTime;
use edge_eid::model::domain::SessionSettings;
use edge_eid::web::Parameters;
use serde_json::json;
use support::relying_party::decode;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const MOCES: &str = "urn:grn:authn:dk:nemid:moces";
const LOW: &str = "urn:grn:authn:dk:mitid:low";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const HIGH: &str = "urn:grn:authn:dk:mitid:high";
const NEMID_COOKIE: &str = "__Host-sso.nemid";
const MITID_COOKIE: &str = "__Host-sso.mitid";

/// The demo's world with single sign-on on both of acme's domains.
fn world() -> Broker {
    let broker = World::demo();
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.sessions.sso = true);
    }
    broker
}

fn set_sessions(broker: &Broker, change: impl Fn(&mut SessionSettings)) {
    broker.change_domain(ACME, |domain| change(&mut domain.sessions));
}

/// Logs in at an eID and redeems the code.
fn logged_in(browser: &Browser<'_>, broker: &Broker, app: &RelyingParty, acr: &str, eid: Eid) -> Tokens {
    let person = if eid == Eid::Nemid { Person::terne() } else { Person::ditlev() };
    let asked = app.ask(acr);
    let answer = browser.log_in(&asked.url, eid, &person);
    app.redeem(broker, &asked, &answer)
}

/// A login that nobody sees: no page, no upstream.
fn unseen(browser: &Browser<'_>, broker: &Broker, app: &RelyingParty, changes: &[(&str, &str)]) -> Tokens {
    let asked = app.ask_with(changes);
    let answer = browser.visit(&asked.url).application();
    app.redeem(broker, &asked, &answer)
}

/// The error that an application gets at once.
fn error_at_once(browser: &Browser<'_>, app: &RelyingParty, changes: &[(&str, &str)]) -> String {
    let answer = browser.visit(&app.ask_with(changes).url).application();
    answer.get("error").unwrap().to_owned()
}

fn shows_a_page(browser: &Browser<'_>, app: &RelyingParty, changes: &[(&str, &str)]) {
    let page = browser.visit(&app.ask_with(changes).url).page();
    assert_eq!(page.status, 200, "{changes:?}");
}

/// How long after the login before a session is used, so that no guard counts.
fn later(broker: &Broker) {
    broker.wait(600);
}

fn has_cookie(browser: &Browser<'_>, host: &str, name: &str) -> bool {
    browser.cookies(host).iter().any(|(known, _)| known == name)
}

fn query_of(url: &str) -> Parameters {
    Parameters::parse(url.split_once('?').unwrap().1.as_bytes()).unwrap()
}

// ---- the numbered cases ----

#[test]
fn case_11_a_session_for_the_requested_method_completes_without_a_page() {
    let broker = world();
    let browser = Browser::new(&broker);
    let first = logged_in(&browser, &broker, &RelyingParty::web(), POCES, Eid::Nemid);
    assert!(has_cookie(&browser, ACME, NEMID_COOKIE) && !has_cookie(&browser, ACME, MITID_COOKIE));
    later(&broker);
    let second = unseen(&browser, &broker, &RelyingParty::spa(), &[("acr_values", POCES)]);
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert_eq!(second.claims["auth_time"], first.claims["auth_time"], "that of the login");
    assert_eq!(second.claims["authenticationinstant"], first.claims["authenticationinstant"]);
    assert_ne!(second.claims["sessionindex"], first.claims["sessionindex"], "a login of its own");
    assert_eq!(second.claims["aud"], "urn:acme:spa");
    // Another method of the same eID is another one.
    later(&broker);
    shows_a_page(&browser, &RelyingParty::web(), &[("acr_values", MOCES)]);
    // Another browser has nothing.
    shows_a_page(&Browser::new(&broker), &RelyingParty::web(), &[("acr_values", POCES)]);
}

#[test]
fn case_12_a_session_made_by_mitid_through_the_tab_counts_for_a_nemid_request_while_the_option_is_on() {
    let broker = world();
    let browser = Browser::new(&broker);
    let web = RelyingParty::web();
    let first = logged_in(&browser, &broker, &web, POCES, Eid::Mitid);
    assert!(has_cookie(&browser, ACME, MITID_COOKIE), "it belongs to the domain that was called");
    assert!(!has_cookie(&browser, ACME_MITID, MITID_COOKIE), "and not to the one that ran the login");
    later(&broker);
    let second = unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    assert_eq!(second.claims["identityscheme"], "dkmitid");
    assert_eq!(second.claims["authenticationtype"], SUBSTANTIAL);
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert_eq!(second.kid, first.kid, "signed by the MitID key");
    later(&broker);
    broker.change_domain(ACME, |domain| {
        domain.peer.as_mut().unwrap().show_alongside_nemid_logins = false;
    });
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
}

#[test]
fn case_12_it_does_not_count_for_an_application_without_a_shadow() {
    let broker = world();
    let browser = Browser::new(&broker);
    logged_in(&browser, &broker, &RelyingParty::web(), POCES, Eid::Mitid);
    later(&broker);
    shows_a_page(&browser, &RelyingParty::no_shadow(), &[("acr_values", POCES)]);
    broker.change_application(ACME_MITID, "urn:acme:web", |application| application.enabled = false);
    shows_a_page(&browser, &RelyingParty::web(), &[("acr_values", POCES)]);
}

#[test]
fn case_13_a_session_at_a_lower_level_is_not_enough_and_one_at_a_higher_level_is() {
    let broker = world();
    let (browser, shadow) = (Browser::new(&broker), RelyingParty::shadow());
    let mut low = Person::ditlev();
    low.claims["loa"] = "low".into();
    let asked = shadow.ask(LOW);
    browser.log_in(&asked.url, Eid::Mitid, &low);
    later(&broker);
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let upstream = browser.visit(&shadow.ask(SUBSTANTIAL).url).upstream();
    browser.approve(&upstream, &Person::ditlev()).application();
    later(&broker);
    let tokens = unseen(&browser, &broker, &shadow, &[("acr_values", LOW)]);
    assert_eq!(tokens.claims["authenticationtype"], LOW, "what was asked for, and is met");
    later(&broker);
    browser.visit(&shadow.ask(HIGH).url).upstream();
}

#[test]
fn case_14_prompt_none_with_a_fitting_session_gets_a_code_at_once() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    unseen(&browser, &broker, &web, &[("acr_values", POCES), ("prompt", "none")]);
    later(&broker);
    unseen(&browser, &broker, &web, &[("prompt", "none")]);
}

#[test]
fn case_15_prompt_none_without_one_is_login_required_and_never_a_page_tab_or_hop() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    for acr in [POCES, SUBSTANTIAL, ""] {
        assert_eq!(
            error_at_once(&browser, &web, &[("acr_values", acr), ("prompt", "none")]),
            "login_required"
        );
    }
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let silent = |changes: &[(&str, &str)]| {
        let changes: Vec<_> = changes.iter().copied().chain([("prompt", "none")]).collect();
        let before = browser.history.borrow().len();
        let error = error_at_once(&browser, &web, &changes);
        assert_eq!(browser.history.borrow().len(), before + 1, "one request and its answer");
        error
    };
    assert_eq!(silent(&[("acr_values", SUBSTANTIAL)]), "login_required");
    assert_eq!(silent(&[("acr_values", POCES), ("max_age", "599")]), "login_required");
    assert!(browser.attempts(ACME).is_empty(), "nothing is pending");
}

#[test]
fn case_17_prompt_login_ignores_the_session_and_shows_the_tabs() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    for prompt in ["login", "consent", "select_account"] {
        shows_a_page(&browser, &web, &[("acr_values", POCES), ("prompt", prompt)]);
    }
}

// ---- what a session is ----

#[test]
fn there_is_none_unless_the_domain_wants_it() {
    let broker = World::demo();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let tokens = logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    assert!(!tokens.claims.contains_key("sid"));
    assert!(!has_cookie(&browser, ACME, NEMID_COOKIE));
    assert!(broker.ports.sessions.borrow().is_empty());
    // Switched off, what there is counts no more.
    let broker = world();
    let browser = Browser::new(&broker);
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    set_sessions(&broker, |sessions| sessions.sso = false);
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
}

#[test]
fn a_login_by_a_session_costs_one_more_object_request_and_opening_one_too() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    for eid in [Eid::Nemid, Eid::Mitid] {
        let browser = Browser::new(&broker);
        broker.ports.take_counts();
        logged_in(&browser, &broker, &web, POCES, eid);
        let counts = broker.ports.take_counts();
        let logins = if eid == Eid::Nemid { 2 } else { 3 };
        assert_eq!((counts.login_requests, counts.session_requests, counts.session_writes), (logins, 1, 1));
    }
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    broker.ports.take_counts();
    unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.session_requests, counts.session_writes), (2, 1, 1));
    // One that does not fit is not asked.
    shows_a_page(&browser, &web, &[("acr_values", MOCES)]);
    shows_a_page(&browser, &web, &[("acr_values", POCES), ("max_age", "1")]);
    assert_eq!(broker.ports.take_counts().session_requests, 0);
}

#[test]
fn the_token_names_the_session_the_same_for_one_application_and_another_for_the_next() {
    let broker = world();
    let (browser, web, spa) = (Browser::new(&broker), RelyingParty::web(), RelyingParty::spa());
    let first = logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let second = unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    later(&broker);
    let third = unseen(&browser, &broker, &spa, &[("acr_values", POCES)]);
    assert_eq!(first.claims["sid"], second.claims["sid"]);
    assert_ne!(first.claims["sid"], third.claims["sid"]);
    let crossed =
        logged_in(&browser, &broker, &web, POCES.replace("nemid:poces", "mitid:low").as_str(), Eid::Mitid);
    assert_ne!(crossed.claims["sid"], first.claims["sid"], "each eID has a session of its own");
}

#[test]
fn a_session_ends_when_it_is_idle_and_lives_on_with_each_use() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    set_sessions(&broker, |sessions| sessions.idle_seconds = 700);
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    for _ in 0..3 {
        broker.wait(699);
        unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    }
    broker.wait(700);
    assert!(!has_cookie(&browser, ACME, NEMID_COOKIE), "the cookie ends with it");
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
}

#[test]
fn a_session_ends_some_time_after_its_login_however_much_it_is_used() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    set_sessions(&broker, |sessions| sessions.absolute_seconds = 2_000);
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    for _ in 0..3 {
        later(&broker);
        unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    }
    broker.wait(200);
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
}

#[test]
fn too_many_uses_show_a_page_with_429_and_keep_the_session() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    for _ in 0..2 {
        unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    }
    let page = browser.visit(&web.ask(POCES).url).page();
    assert_eq!(page.status, 429);
    assert!(page.body.contains("Wait a little"), "{page:?}");
    let silent = error_at_once(&browser, &web, &[("acr_values", POCES), ("prompt", "none")]);
    assert_eq!(silent, "temporarily_unavailable", "never a page");
    broker.wait(5);
    unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
}

#[test]
fn an_altered_foreign_or_copied_cookie_is_no_session() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let (_, genuine) = browser.cookies(ACME).into_iter().find(|(name, _)| name == NEMID_COOKIE).unwrap();
    let refused = |host: &str, name: &str, value: &str| {
        let other = Browser::new(&broker);
        other.plant(host, name, value);
        broker.ports.take_counts();
        let app = RelyingParty { issuer: format!("https://{host}"), ..RelyingParty::web() };
        assert!(!matches!(other.visit(&app.ask("").url), Stop::Application(_)), "{host} {name}");
        assert_eq!(broker.ports.take_counts().session_requests, 0, "no object is woken");
    };
    let altered =
        format!("{}{}", &genuine[..genuine.len() - 1], if genuine.ends_with('A') { 'B' } else { 'A' });
    refused(ACME, NEMID_COOKIE, &altered);
    refused(ACME, NEMID_COOKIE, "");
    refused(ACME, NEMID_COOKIE, &"A".repeat(400));
    refused(ACME, MITID_COOKIE, &genuine);
    refused(ACME_MITID, NEMID_COOKIE, &genuine);
    refused(GLOBEX, NEMID_COOKIE, &genuine);
}

#[test]
fn what_the_object_knows_counts_and_not_what_an_older_cookie_says() {
    let broker = world();
    let (browser, shadow) = (Browser::new(&broker), RelyingParty::shadow());
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    logged_in(&browser, &broker, &shadow, SUBSTANTIAL, Eid::Mitid);
    let older = browser.cookies(ACME_MITID).into_iter().find(|(name, _)| name == MITID_COOKIE).unwrap();
    later(&broker);
    let mut low = Person::ditlev();
    low.claims["loa"] = "low".into();
    let asked = shadow.ask_with(&[("acr_values", LOW), ("prompt", "login")]);
    browser.log_in(&asked.url, Eid::Mitid, &low);
    assert_eq!(broker.ports.sessions.borrow().len(), 1, "one session, renewed");
    browser.plant(ACME_MITID, &older.0, &older.1);
    browser.visit(&shadow.ask(SUBSTANTIAL).url).upstream();
}

#[test]
fn a_session_that_its_object_has_forgotten_or_whose_store_fails_only_means_a_login() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    broker.ports.sessions_fail.set(true);
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
    assert_eq!(error_at_once(&browser, &web, &[("acr_values", POCES), ("prompt", "none")]), "login_required");
    let tokens = logged_in(&Browser::new(&broker), &broker, &web, POCES, Eid::Nemid);
    assert_eq!(tokens.claims["identityscheme"], "dknemid", "a login goes on without a session");
    broker.ports.sessions_fail.set(false);
    unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    broker.ports.sessions.borrow_mut().clear();
    later(&broker);
    shows_a_page(&browser, &web, &[("acr_values", POCES)]);
}

#[test]
fn a_disabled_application_gets_nothing_from_a_session() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    broker.change_application(ACME, "urn:acme:web", |application| application.enabled = false);
    assert_eq!(browser.visit(&web.ask(POCES).url).page().status, 400);
}

#[test]
fn an_implicit_client_gets_its_id_token_from_a_session() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    broker.change_application(ACME, "urn:acme:web", |application| {
        application.protocol.response_types.push(edge_eid::model::application::ResponseType::IdToken);
    });
    let first = logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let changes = [("response_type", "id_token"), ("response_mode", "query"), ("acr_values", POCES)];
    let answer = browser.visit(&web.ask_with(&changes).url).application();
    let (_, claims) = decode(answer.get("id_token").unwrap());
    assert_eq!((&claims["sub"], &claims["sid"]), (&first.claims["sub"], &first.claims["sid"]));
}

#[test]
fn a_request_that_needs_the_eid_is_not_answered_by_a_session() {
    let broker = world();
    let (browser, shadow) = (Browser::new(&broker), RelyingParty::shadow());
    logged_in(&browser, &broker, &shadow, SUBSTANTIAL, Eid::Mitid);
    later(&broker);
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let hints =
        ["action:approve", "message:SGVq", "uuid:3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01", "action:sign"];
    for hint in hints {
        browser.visit(&shadow.ask_with(&[("acr_values", SUBSTANTIAL), ("login_hint", hint)]).url).upstream();
    }
    unseen(&browser, &broker, &shadow, &[("acr_values", SUBSTANTIAL), ("login_hint", "action:login")]);
}

// ---- logging in anew ----

#[test]
fn a_login_anew_of_the_same_person_keeps_the_session_and_of_another_ends_it() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let first = logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let asked = web.ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
    let again = web.redeem(&broker, &asked, &answer);
    assert_eq!(again.claims["sid"], first.claims["sid"]);
    assert_eq!(again.claims["auth_time"], broker.now().0);
    assert_eq!(broker.ports.sessions.borrow().len(), 1);

    let mut other = Person::terne();
    other.claims["nemid.pid"] = "9208-2002-2-111111111111".into();
    let asked = web.ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    let answer = browser.log_in(&asked.url, Eid::Nemid, &other);
    let of_another = web.redeem(&broker, &asked, &answer);
    assert_ne!(of_another.claims["sid"], first.claims["sid"]);
    let sessions = broker.ports.sessions.borrow();
    let ended = sessions.values().filter(|text| text.contains("\"ended\":true")).count();
    assert_eq!((sessions.len(), ended), (2, 1), "the session of the first person has ended");
}

#[test]
fn a_login_anew_through_the_tab_keeps_the_session_too() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let first = logged_in(&browser, &broker, &web, POCES, Eid::Mitid);
    later(&broker);
    let asked = web.ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    assert_eq!(web.redeem(&broker, &asked, &answer).claims["sid"], first.claims["sid"]);
    assert_eq!(broker.ports.sessions.borrow().len(), 1);
}

#[test]
fn the_eid_is_asked_for_a_login_too_on_either_domain() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    for (eid, acr) in [(Eid::Nemid, POCES), (Eid::Mitid, POCES), (Eid::Mitid, SUBSTANTIAL)] {
        let plain = query_of(&browser.start(&web.ask(acr).url, eid));
        assert_eq!((plain.get("prompt"), plain.get("max_age")), (None, None));
        let changes = [("acr_values", acr), ("prompt", "login"), ("max_age", "300")];
        let forced = query_of(&browser.start(&web.ask_with(&changes).url, eid));
        assert_eq!((forced.get("prompt"), forced.get("max_age")), (Some("login"), Some("300")));
    }
}

#[test]
fn an_eid_that_does_not_log_in_anew_though_it_was_asked_to_is_not_believed() {
    let broker = world();
    let web = RelyingParty::web();
    let skew = AUTH_TIME_SKEW_SECONDS;
    let cases = [
        ("prompt", "login", skew, None),
        ("prompt", "login", skew + 1, Some("login_required")),
        ("max_age", "0", skew, None),
        ("max_age", "0", skew + 1, Some("login_required")),
        ("max_age", "300", 300 + skew, None),
        ("max_age", "300", 301 + skew, Some("login_required")),
        ("scope", "openid", 100_000, None),
    ];
    for (name, value, age, error) in cases {
        for eid in [Eid::Nemid, Eid::Mitid] {
            let browser = Browser::new(&broker);
            let mut person = if eid == Eid::Nemid { Person::terne() } else { Person::ditlev() };
            person.claims["auth_time"] = (broker.now().0 - age).into();
            let asked = web.ask_with(&[("acr_values", POCES), (name, value)]);
            let answer = browser.log_in(&asked.url, eid, &person);
            assert_eq!(answer.get("error"), error, "{name}={value} by {eid:?}, {age} s old");
        }
    }
}

#[test]
fn max_age_lets_a_session_stand_for_a_login_only_while_it_is_young() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    let UnixTime(began) = broker.now();
    // Zero asks for a login, however young the last one is.
    shows_a_page(&browser, &web, &[("acr_values", POCES), ("max_age", "0")]);
    later(&broker);
    let tokens = unseen(&browser, &broker, &web, &[("acr_values", POCES), ("max_age", "600")]);
    assert_eq!(tokens.claims["auth_time"], began);
    for age in ["599", "0"] {
        shows_a_page(&browser, &web, &[("acr_values", POCES), ("max_age", age)]);
    }
}

#[test]
fn max_age_counts_from_the_last_login_of_a_session_and_not_from_its_first() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let asked = web.ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
    broker.wait(60);
    unseen(&browser, &broker, &web, &[("acr_values", POCES), ("max_age", "100")]);
}

// ---- who is meant ----

#[test]
fn id_token_hint_is_met_by_the_same_person_only() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    set_sessions(&broker, |sessions| sessions.idle_seconds = 10_000);
    let mine = logged_in(&browser, &broker, &web, POCES, Eid::Nemid).id_token;
    let others = logged_in(&Browser::new(&broker), &broker, &web, POCES, Eid::Mitid).id_token;
    broker.wait(2_000); // Both tokens have expired; as hints they count.
    unseen(&browser, &broker, &web, &[("acr_values", POCES), ("id_token_hint", &mine)]);
    let of_another = [("acr_values", POCES), ("id_token_hint", others.as_str()), ("prompt", "none")];
    assert_eq!(error_at_once(&browser, &web, &of_another), "login_required");
    shows_a_page(&browser, &web, &of_another[..2]);
    // Whoever then logs in must be the one.
    let people =
        [(Eid::Nemid, Person::terne(), Some("login_required")), (Eid::Mitid, Person::ditlev(), None)];
    for (eid, person, error) in people {
        let answer = Browser::new(&broker).log_in(&web.ask_with(&of_another[..2]).url, eid, &person);
        assert_eq!(answer.get("error"), error, "{eid:?}");
    }
}

#[test]
fn an_id_token_hint_by_a_compromised_key_is_an_invalid_request() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let bad = logged_in(&browser, &broker, &web, POCES, Eid::Nemid).id_token;
    let kid = decode(&bad).0["kid"].as_str().unwrap().to_owned();
    let asked = [("acr_values", POCES), ("id_token_hint", bad.as_str()), ("prompt", "none")];
    broker.change_domain(ACME, |domain| domain.keys.retain(|key| key.kid != kid));
    assert_eq!(error_at_once(&browser, &web, &asked), "invalid_request");
}

#[test]
fn an_id_token_hint_that_is_no_token_of_this_client_and_domain_is_an_invalid_request() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let mine = logged_in(&browser, &broker, &web, POCES, Eid::Nemid).id_token;
    let shadows = logged_in(&browser, &broker, &RelyingParty::shadow(), SUBSTANTIAL, Eid::Mitid).id_token;
    let spas = unseen(&browser, &broker, &RelyingParty::spa(), &[("acr_values", POCES)]).id_token;
    let altered = mine.replace('.', ".e");
    let unsigned = format!("{}.", mine.rsplit_once('.').unwrap().0);
    for hint in [shadows.as_str(), &spas, &altered, &unsigned, "x", "a.b.c"] {
        let error = error_at_once(&browser, &web, &[("acr_values", POCES), ("id_token_hint", hint)]);
        assert_eq!(error, "invalid_request", "{hint}");
    }
}

#[test]
fn id_token_hint_and_claims_may_name_one_person_and_not_two() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    let mine = logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    let others = logged_in(&Browser::new(&broker), &broker, &web, POCES, Eid::Mitid);
    let claims =
        |tokens: &Tokens| json!({ "id_token": { "sub": { "value": tokens.claims["sub"] } } }).to_string();
    let hint = ("id_token_hint", mine.id_token.as_str());
    unseen(&browser, &broker, &web, &[("acr_values", POCES), hint, ("claims", &claims(&mine))]);
    let error = error_at_once(&browser, &web, &[("acr_values", POCES), hint, ("claims", &claims(&others))]);
    assert_eq!(error, "invalid_request");
}

// ---- frames ----

#[test]
fn a_silent_check_in_a_frame_needs_a_cookie_that_only_its_application_asks_for() {
    let broker = world();
    let web = RelyingParty::web();
    let browser = Browser::new(&broker);
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    assert_eq!(browser.same_site.borrow()[NEMID_COOKIE], "Lax");
    later(&broker);
    broker.change_application(ACME, "urn:acme:spa", |application| application.protocol.silent_check = true);
    unseen(&browser, &broker, &RelyingParty::spa(), &[("acr_values", POCES)]);
    assert_eq!(
        browser.same_site.borrow()[NEMID_COOKIE],
        "None",
        "an application of the session looks for it"
    );
    later(&broker);
    unseen(&browser, &broker, &web, &[("acr_values", POCES)]);
    assert_eq!(browser.same_site.borrow()[NEMID_COOKIE], "None", "and still does");
    let other = Browser::new(&broker);
    logged_in(&other, &broker, &RelyingParty::spa(), POCES, Eid::Nemid);
    assert_eq!(other.same_site.borrow()[NEMID_COOKIE], "None");
}

#[test]
fn a_frame_gets_a_silent_answer_and_nothing_else() {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    browser.headers.borrow_mut()[0].1 = "iframe".to_owned();
    unseen(&browser, &broker, &web, &[("acr_values", POCES), ("prompt", "none")]);
    broker.ports.take_counts();
    assert_eq!(browser.visit(&web.ask(POCES).url).page().status, 400, "a login does not run in a frame");
    assert_eq!(broker.ports.take_counts().session_requests, 0);
    assert!(browser.attempts(ACME).is_empty(), "no frame sets a pending cookie");
}

/// The cookie is one for all applications: that a frame gets it says only that one of them wants that.
#[test]
fn a_frame_of_another_site_gets_no_answer_for_an_application_that_does_not_look_from_frames() {
    let broker = world();
    broker.change_application(ACME, "urn:acme:spa", |application| application.protocol.silent_check = true);
    let (browser, web, spa) = (Browser::new(&broker), RelyingParty::web(), RelyingParty::spa());
    logged_in(&browser, &broker, &spa, POCES, Eid::Nemid);
    assert_eq!(browser.same_site.borrow()[NEMID_COOKIE], "None");
    later(&broker);
    let silent = [("acr_values", POCES), ("prompt", "none")];
    browser.headers.borrow_mut()[0].1 = "iframe".to_owned();
    browser.headers.borrow_mut().push(("sec-fetch-site".to_owned(), "cross-site".to_owned()));
    broker.ports.take_counts();
    assert_eq!(error_at_once(&browser, &web, &silent), "login_required");
    assert_eq!(broker.ports.take_counts().session_requests, 0);
    unseen(&browser, &broker, &spa, &silent);
    // A frame of the same site has the cookie in any case, and so has a whole page.
    browser.headers.borrow_mut()[2].1 = "same-site".to_owned();
    unseen(&browser, &broker, &web, &silent);
    later(&broker);
    *browser.headers.borrow_mut() = vec![
        ("sec-fetch-dest".to_owned(), "document".to_owned()),
        ("sec-fetch-site".to_owned(), "cross-site".to_owned()),
    ];
    unseen(&browser, &broker, &web, &silent);
}

/// What a session answers by `post_message`, asked with `changes` by a page or frame.
fn posted_by_a_session(changes: &[(&str, &str)], dest: &str) -> edge_eid::web::Response {
    let broker = world();
    let (browser, web) = (Browser::new(&broker), RelyingParty::web());
    logged_in(&browser, &broker, &web, POCES, Eid::Nemid);
    later(&broker);
    let cookies: Vec<String> =
        browser.cookies(ACME).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers = [("sec-fetch-dest", dest), ("cookie", &cookies.join("; "))];
    let changes = [&[("acr_values", POCES), ("response_mode", "post_message")], changes].concat();
    let url = web.ask_with(&changes).url;
    let request = support::broker::request(edge_eid::web::Method::Get, &url, &headers, "");
    let response = block_on(edge_eid::routes::handle(&broker.ports, &request, broker.now()));
    assert_eq!(response.status, 200);
    assert!(response.body.contains("code="), "the answer");
    response
}

#[test]
fn a_silent_answer_by_post_message_may_be_framed_by_the_callback_only() {
    let response = posted_by_a_session(&[("prompt", "none")], "iframe");
    let policy = response.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-ancestors https://app.example;")
            || policy.ends_with("frame-ancestors https://app.example")
    );
    assert_eq!(response.header("x-frame-options"), None);
}

#[test]
fn an_answer_by_a_session_that_was_not_asked_for_silently_may_not_be_framed() {
    let response = posted_by_a_session(&[], "document");
    assert!(response.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(response.header("x-frame-options"), Some("DENY"));
}
