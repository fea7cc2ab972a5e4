//! Levels of assurance: what is asked for is reached, or the user is told how to before the application
//! is told that it was not.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::web::Method;
use support::broker::Broker;
use support::browser::{Browser, Page};
use support::relying_party::RelyingParty;
use support::upstream::Person;
use support::world::{ACME, ACME_MITID, World};

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const HIGH: &str = "urn:grn:authn:dk:mitid:high";

fn ditlev(level: &str) -> Person {
    let mut person = Person::ditlev();
    person.claims["loa"] = level.into();
    person
}

/// A login that reaches level low, as far as the page that says so.
fn too_low(broker: &Broker, browser: &Browser<'_>, url: &str) -> Page {
    let stored = || broker.ports.logins.borrow().len();
    let (before, upstream) = (stored(), browser.start(url, Eid::Mitid));
    let page = browser.approve(&upstream, &ditlev("low")).page();
    assert_eq!(page.status, 403);
    assert_eq!(stored(), before, "nothing is stored of it");
    page
}

#[test]
fn a_level_too_low_is_told_with_what_was_asked_for_and_what_was_used() {
    let broker = World::demo();
    for (asked, name, advice) in [
        (SUBSTANTIAL, "Substantial", "MitID code display"),
        (HIGH, "High", "MitID chip"),
        (POCES, "Substantial", "MitID app"),
    ] {
        let browser = Browser::new(&broker);
        let page = too_low(&broker, &browser, &RelyingParty::web().ask(asked).url);
        assert!(page.url.starts_with(&format!("https://{ACME}/login/")) && page.url.ends_with("/level"));
        assert!(page.body.contains(&format!("id=\"level-asked\">{name}<")), "{asked}");
        assert!(page.body.contains("id=\"level-used\">Low<") && page.body.contains(advice), "{asked}");
        let danish = browser.visit(&format!("{}?lang=da", page.url)).page();
        assert!(danish.body.contains("id=\"level-used\">Lav<"));
        let again = browser.visit(&page.url).page();
        assert!(
            again.body.contains("id=\"level-used\">Lav<"),
            "it can be loaded again, and keeps the language"
        );
    }
}

#[test]
fn a_stronger_login_from_the_page_completes_the_same_attempt() {
    let broker = World::demo();
    for app in [RelyingParty::web(), RelyingParty::shadow()] {
        let browser = Browser::new(&broker);
        let asked = app.ask(SUBSTANTIAL);
        let page = too_low(&broker, &browser, &asked.url);
        let upstream = browser.choose(&page, Eid::Mitid).upstream();
        assert!(upstream.contains("&prompt=login"), "the eID's own session would only repeat the level");
        broker.wait(1);
        let answer = browser.approve(&upstream, &ditlev("substantial")).application();
        assert_eq!(app.redeem(&broker, &asked, &answer).claims["acr"], SUBSTANTIAL);
    }
}

#[test]
fn the_way_back_tells_the_application() {
    let broker = World::demo();
    for app in [RelyingParty::web(), RelyingParty::shadow()] {
        let browser = Browser::new(&broker);
        let asked = app.ask(SUBSTANTIAL);
        let page = too_low(&broker, &browser, &asked.url);
        let answer = browser.click(&page, "id=\"back\"").application();
        assert_eq!(answer.error(), "access_denied");
        assert!(answer.get("error_description").unwrap().contains("level of assurance"));
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        assert!(browser.attempts(ACME).is_empty() && browser.attempts(ACME_MITID).is_empty());
    }
}

#[test]
fn an_answer_of_the_eid_that_was_too_low_is_spent() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let url = format!("{}&ui_locales=da", RelyingParty::shadow().ask(SUBSTANTIAL).url);
    let upstream = browser.start(&url, Eid::Mitid);
    assert!(browser.approve(&upstream, &ditlev("low")).page().url.ends_with("/level"));
    let replayed = browser.approve(&upstream, &ditlev("substantial")).page();
    assert_eq!(replayed.status, 400, "whoever answers later has to be asked anew: {}", replayed.url);
    assert!(replayed.body.contains("<html lang=\"da\">"), "the login's own language");
}

#[test]
fn a_second_login_that_is_too_low_shows_the_page_again() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = too_low(&broker, &browser, &RelyingParty::web().ask(POCES).url);
    let upstream = browser.choose(&page, Eid::Mitid).upstream();
    let page = browser.approve(&upstream, &ditlev("low")).page();
    assert_eq!(page.status, 403);
    let upstream = browser.choose(&page, Eid::Mitid).upstream();
    assert_eq!(browser.cancel(&upstream).application().error(), "access_denied");
}

#[test]
fn the_page_belongs_to_a_login_that_was_too_low_in_this_very_browser() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = too_low(&broker, &browser, &RelyingParty::web().ask(POCES).url);
    assert_eq!(Browser::new(&broker).visit(&page.url).page().status, 400);
    let fresh = Browser::new(&broker);
    let choice = fresh.visit(&RelyingParty::web().ask(POCES).url).page();
    let cancel = choice.href("id=\"cancel\"");
    assert_eq!(fresh.visit(&cancel.replace("/cancel", "/level")).page().status, 404);
    let (refused, _) = browser.load(Method::Post, &page.url, "");
    assert_eq!(refused.status, 405);
}

#[test]
fn case_13_a_session_that_is_too_low_is_stepped_up_at_the_eid() {
    let broker = World::demo();
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.sessions.sso = true);
    }
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let (browser, app) = (Browser::new(&broker), RelyingParty::shadow());
    browser.log_in(&app.ask("urn:grn:authn:dk:mitid:low").url, Eid::Mitid, &ditlev("low"));
    broker.wait(60);
    let asked = app.ask(SUBSTANTIAL);
    let upstream = browser.visit(&asked.url).upstream();
    assert!(upstream.contains("mitid%3Asubstantial"), "the eID is asked for the higher level");
    let answer = browser.approve(&upstream, &ditlev("substantial")).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["acr"], SUBSTANTIAL);
    broker.wait(60);
    assert!(
        browser.visit(&app.ask(SUBSTANTIAL).url).application().get("code").is_some(),
        "from now on it does"
    );
}
