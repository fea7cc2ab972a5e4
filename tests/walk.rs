//! Whole logins, as a user and an application see them.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

#[test]
fn a_nemid_login_stays_on_the_ordinary_domain() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["identityscheme"], "dknemid");
    assert!(!browser.history.borrow().iter().any(|url| url.contains(ACME_MITID)));
}

#[test]
fn a_mitid_login_crosses_and_comes_back() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["identityscheme"], "dkmitid");
}
