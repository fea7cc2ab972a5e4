//! Disabled means disabled at start, at callback, at code issue and at token (invariant 12): the
//! application, its shadow, the domain, and the other domain of the pair.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::web::Method;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const WEB: &str = "urn:acme:web";

fn disable(broker: &Broker, host: &str) {
    broker.change_application(host, WEB, |app| app.enabled = false);
}

type TakeOut = fn(&Broker);

/// Every way in which an application leaves service.
fn ways_out() -> [(&'static str, TakeOut); 4] {
    [
        ("disabled", |broker| disable(broker, ACME)),
        ("deleted", |broker| broker.remove_application(ACME, WEB)),
        ("its callback removed", |broker| {
            broker.change_application(ACME, WEB, |app| {
                app.redirect_uris.retain(|uri| uri.as_str() != CALLBACK)
            });
        }),
        ("moved to another tenant's record", |broker| {
            broker.change_application(ACME, WEB, |app| {
                app.tenant = edge_eid::model::TenantId::parse("globex").unwrap();
            });
        }),
    ]
}

#[test]
fn an_application_out_of_service_starts_no_login() {
    for (name, take_out) in ways_out() {
        let broker = World::demo();
        take_out(&broker);
        let page = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).page();
        assert_eq!(page.status, 400, "{name}");
    }
}

#[test]
fn an_application_taken_out_of_service_during_the_login_gets_no_code_at_callback() {
    for (name, take_out) in ways_out() {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
        take_out(&broker);
        let page = browser.approve(&upstream, &Person::terne()).page();
        assert_eq!(page.status, 400, "{name}: a page, never a redirect to a callback out of service");
        assert!(broker.ports.logins.borrow().is_empty(), "{name}");
        let fetched = broker.ports.upstreams.fetched.borrow();
        assert!(!fetched.iter().any(|url| url.ends_with("/token")), "{name}: nobody is identified for it");
    }
}

#[test]
fn an_application_taken_out_of_service_while_the_user_is_at_mitid_gets_no_code() {
    for (name, take_out) in ways_out() {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
        take_out(&broker);
        let page = browser.approve(&upstream, &Person::ditlev()).page();
        assert_eq!(page.status, 400, "{name}");
        assert!(!broker.ports.logins.borrow().values().any(|login| login.contains("code_hash")), "{name}");
    }
}

#[test]
fn an_application_taken_out_of_service_while_the_ticket_is_on_its_way_gets_no_code() {
    for (name, take_out) in ways_out() {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
        let answer = broker.ports.upstreams.approve(&upstream, &Person::ditlev());
        let ticket = browser.load(Method::Get, &answer, "").1.unwrap();
        take_out(&broker);
        assert_eq!(browser.visit(&ticket).page().status, 400, "{name}");
        assert!(!broker.ports.logins.borrow().values().any(|login| login.contains("code_hash")), "{name}");
    }
}

#[test]
fn a_shadow_or_mitid_domain_out_of_service_while_the_ticket_is_on_its_way_gets_no_code() {
    let ways: [(&str, TakeOut); 2] = [
        ("the shadow", |broker| disable(broker, ACME_MITID)),
        ("the MitID domain", |broker| {
            broker.change_domain(ACME_MITID, |domain| domain.enabled = false);
            broker.change_domain(ACME, |domain| domain.peer.as_mut().unwrap().enabled = false);
        }),
    ];
    for (name, take_out) in ways {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
        let answer = broker.ports.upstreams.approve(&upstream, &Person::ditlev());
        let ticket = browser.load(Method::Get, &answer, "").1.unwrap();
        take_out(&broker);
        assert!(
            !matches!(browser.visit(&ticket), Stop::Application(answer) if answer.get("code").is_some()),
            "{name}"
        );
        assert!(!broker.ports.logins.borrow().values().any(|login| login.contains("code_hash")), "{name}");
    }
}

#[test]
fn an_application_taken_out_of_service_redeems_no_code_and_its_tokens_end() {
    for (name, take_out) in ways_out() {
        if name == "its callback removed" {
            continue; // Who the client is, is not in doubt; the code was for a callback that was good.
        }
        let broker = World::demo();
        let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
        let asked = app.ask(POCES);
        let tokens = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Nemid, &Person::terne()));
        let asked = app.ask(POCES);
        let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
        take_out(&broker);
        let response = app.present(&broker, answer.code(), &asked.verifier);
        assert_eq!((response.status, error_of(&response).as_str()), (401, "invalid_client"), "{name}");
        assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 401, "{name}");
    }
}

#[test]
fn a_link_of_an_open_login_page_drives_nothing_for_an_application_out_of_service() {
    for (name, take_out) in ways_out() {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
        take_out(&broker);
        let cancelled = browser.click(&page, "id=\"cancel\"");
        assert_eq!(cancelled.page().status, 400, "{name}: no error is sent to it either");
    }
}

#[test]
fn a_shadow_disabled_before_the_hand_over_is_opened_ends_at_the_application() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let hand_over = browser.load(Method::Get, &page.href("data-eid=\"mitid\""), "").1.unwrap();
    disable(&broker, ACME_MITID);
    let answer = browser.visit(&hand_over).application();
    assert_eq!((answer.error(), answer.get("iss")), ("unauthorized_client", Some("https://acme.example")));
}

#[test]
fn a_shadow_disabled_while_the_user_is_at_mitid_ends_at_the_application() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    disable(&broker, ACME_MITID);
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    assert_eq!(answer.error(), "unauthorized_client");
    assert!(broker.ports.logins.borrow().is_empty());
}

#[test]
fn a_shadow_disabled_while_the_ticket_is_on_its_way_ends_at_the_application() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    let answer = broker.ports.upstreams.approve(&upstream, &Person::ditlev());
    let ticket = browser.load(Method::Get, &answer, "").1.unwrap();
    disable(&broker, ACME_MITID);
    let answer = browser.visit(&ticket).application();
    assert_eq!((answer.error(), answer.get("iss")), ("unauthorized_client", Some("https://acme.example")));
}

#[test]
fn a_disabled_domain_answers_like_one_that_nobody_has() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let browser = Browser::new(&broker);
    let asked = app.ask(POCES);
    let tokens = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Nemid, &Person::terne()));
    let asked = app.ask(POCES);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    let other = app.ask(POCES);
    let answer = browser.log_in(&other.url, Eid::Nemid, &Person::terne());
    broker.change_domain(ACME, |domain| domain.enabled = false);
    assert_eq!(browser.visit(&app.ask(POCES).url).page().status, 404);
    assert_eq!(browser.approve(&upstream, &Person::terne()).page().status, 404);
    assert_eq!(app.present(&broker, answer.code(), &other.verifier).status, 404);
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 404);
    assert_eq!(broker.get(&format!("https://{ACME}/.well-known/jwks")).status, 404);
}

#[test]
fn a_disabled_mitid_domain_takes_its_tab_away_and_stops_the_logins_there() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    broker.change_domain(ACME_MITID, |domain| domain.enabled = false);
    broker.change_domain(ACME, |domain| domain.peer.as_mut().unwrap().enabled = false);
    assert_eq!(browser.approve(&upstream, &Person::ditlev()).page().status, 404);
    assert_eq!(browser.choose(&page, Eid::Mitid).page().status, 404);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(!page.has_tab(Eid::Mitid));
    browser.choose(&page, Eid::Nemid).upstream();
}

#[test]
fn an_upstream_taken_away_during_the_login_completes_nothing() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    broker.change_domain(ACME_MITID, |domain| domain.upstreams.clear());
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    assert_eq!(answer.error(), "server_error");
    assert!(broker.ports.logins.borrow().is_empty());
}

#[test]
fn nemid_closing_during_the_login_does_not_stop_who_has_started_already() {
    let broker = World::without_simulators();
    broker.change_domain(ACME, |domain| domain.nemid_closed_at = broker.now().plus(60));
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    broker.wait(120);
    browser.approve(&upstream, &Person::terne()).application().code();
}
