//! Attacks on a login between its hosts: tickets, hand-overs, outcomes, cookies and handles that
//! are stolen, replayed, altered or brought to the wrong place.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::envelope::{self, Label, Purpose};
use edge_eid::login::state::Login;
use edge_eid::model::{Host, UnixTime};
use edge_eid::web::Method;
use serde_json::{Value, json};
use support::broker::request;
use support::relying_party::{error_of, userinfo_at};
use support::world::{ACME_PRODUCTION_MITID, INITIATE};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const BLOCKED: &str = "This login is not open in this browser";
const EXPIRED: &str = "The login has expired";
const FINISHED: &str = "This login is finished";

/// The address of a tab on a fresh login page.
fn tab(browser: &Browser, app: &RelyingParty, eid: Eid) -> String {
    let page = browser.visit(&app.ask(POCES).url).page();
    page.href(&format!("data-eid=\"{}\"", eid.as_str()))
}

/// Where the browser would go next from `url`.
fn next(browser: &Browser, url: &str) -> String {
    browser.load(Method::Get, url, "").1.expect("a redirect")
}

/// A hand-over on its way to the MitID domain.
fn hand_over(browser: &Browser) -> String {
    let url = next(browser, &tab(browser, &RelyingParty::web(), Eid::Mitid));
    assert!(url.starts_with(&format!("https://{ACME_MITID}/continue?h=")), "{url}");
    url
}

/// A ticket on its way home, with an identity behind it.
fn ticket(broker: &Broker, browser: &Browser) -> String {
    let upstream = browser.visit(&hand_over(browser)).upstream();
    let url = next(browser, &broker.ports.upstreams.approve(&upstream, &Person::ditlev()));
    assert!(url.starts_with(&format!("https://{ACME}/continue?t=")), "{url}");
    url
}

/// An outcome on its way home.
fn outcome(broker: &Broker, browser: &Browser) -> String {
    let upstream = browser.visit(&hand_over(browser)).upstream();
    let url = next(browser, &broker.ports.upstreams.cancel(&upstream));
    assert!(url.starts_with(&format!("https://{ACME}/continue?o=")), "{url}");
    url
}

fn login_state(broker: &Broker) -> Login {
    let logins = broker.ports.logins.borrow();
    edge_eid::json::read(logins.values().next().expect("a login")).unwrap()
}

fn envelope_of(url: &str) -> &str {
    url.rsplit_once('=').unwrap().1
}

// ---- tickets ----

#[test]
fn a_ticket_replayed_in_its_own_browser_yields_no_second_code() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let ticket = ticket(&broker, &browser);
    let cookies = browser.attempts(ACME);
    browser.visit(&ticket).application().code();
    assert!(browser.visit(&ticket).page().body.contains(FINISHED));
    // Not even with the cookie brought back from a backup of the jar.
    browser.plant(ACME, &cookies[0].0, &cookies[0].1);
    assert!(browser.visit(&ticket).page().body.contains(FINISHED));
    assert!(matches!(login_state(&broker), Login::CodeIssued { .. }));
}

#[test]
fn a_ticket_presented_in_another_browser_is_spent_and_its_login_is_dead() {
    let broker = World::demo();
    let (attacker, victim) = (Browser::new(&broker), Browser::new(&broker));
    // The attacker starts the attempt and lures the victim into identifying himself in it.
    let lure = hand_over(&attacker);
    let upstream = victim.visit(&lure).upstream();
    let ticket = next(&victim, &broker.ports.upstreams.approve(&upstream, &Person::ditlev()));
    let page = victim.visit(&ticket).page();
    assert_eq!(page.status, 400);
    assert!(page.body.contains(BLOCKED));
    assert!(matches!(login_state(&broker), Login::Closed { .. }));
    // The attacker has the cookie and now the ticket, too late.
    assert!(attacker.visit(&ticket).page().body.contains(FINISHED));
    assert!(matches!(login_state(&broker), Login::Closed { .. }));
}

#[test]
fn a_ticket_with_the_cookie_of_another_attempt_is_spent_too() {
    let broker = World::demo();
    let (browser, other) = (Browser::new(&broker), Browser::new(&broker));
    let ticket = ticket(&broker, &browser);
    other.visit(&RelyingParty::web().ask(POCES).url).page();
    let mine = other.attempts(ACME).remove(0);
    let named = browser.attempts(ACME).remove(0).0;
    other.plant(ACME, &named, &mine.1);
    assert!(other.visit(&ticket).page().body.contains(BLOCKED));
    assert!(matches!(login_state(&broker), Login::Closed { .. }));
}

#[test]
fn a_ticket_is_good_for_two_minutes() {
    let broker = World::demo();
    for (waited, good) in [(119, true), (120, false)] {
        let browser = Browser::new(&broker);
        let ticket = ticket(&broker, &browser);
        broker.wait(waited);
        match browser.visit(&ticket) {
            Stop::Application(answer) => assert!(good && answer.get("code").is_some()),
            stop => assert!(!good && stop.page().body.contains(EXPIRED)),
        }
    }
}

#[test]
fn a_ticket_from_a_domain_that_is_no_longer_the_peer_is_spent() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let ticket = ticket(&broker, &browser);
    broker.change_domain(ACME, |domain| domain.peer = None);
    browser.visit(&ticket).page();
    assert!(matches!(login_state(&broker), Login::Closed { .. }));
}

// ---- hand-overs ----

#[test]
fn an_altered_hand_over_opens_nothing() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let url = hand_over(&browser);
    let start = url.find("h=").unwrap() + 2;
    for at in [start, start + 10, start + 30, start + 60, url.len() - 5] {
        let mut bytes = url.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let page = browser.visit(&String::from_utf8(bytes).unwrap()).page();
        assert_eq!(page.status, 400);
        assert!(page.body.contains(EXPIRED));
    }
    assert!(browser.attempts(ACME_MITID).is_empty());
    // The unaltered one still works, and again: it is harmless.
    browser.visit(&url).upstream();
    browser.visit(&url).upstream();
}

#[test]
fn a_hand_over_carries_nothing_of_an_eid_that_was_started_before() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    browser.choose(&page, Eid::Nemid).upstream();
    let url = next(&browser, &page.href("data-eid=\"mitid\""));
    let to = Host::parse(ACME_MITID).unwrap();
    let (keys, now) = (&broker.keys[ACME], broker.now());
    let opened = envelope::open::<Value>(&broker.ports, keys, Purpose::HandOver, &to, envelope_of(&url), now);
    let request = block_on(opened).unwrap().value["request"].take();
    assert_eq!((&request["c"], &request["a"]), (&json!("urn:acme:web"), &json!([SUBSTANTIAL])));
    assert_eq!(request.get("u"), None, "state, nonce and verifier stay where they were drawn");
}

#[test]
fn a_hand_over_is_good_for_two_minutes() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let url = hand_over(&browser);
    broker.wait(119);
    browser.visit(&url).upstream();
    broker.wait(1);
    assert!(browser.visit(&url).page().body.contains(EXPIRED));
}

#[test]
fn a_hand_over_opens_at_no_other_host() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let url = hand_over(&browser);
    for host in [ACME, ACME_PRODUCTION, ACME_PRODUCTION_MITID, GLOBEX, GLOBEX_MITID] {
        let page = browser.visit(&url.replace(ACME_MITID, host)).page();
        assert!(page.body.contains(EXPIRED), "{host}");
        assert!(browser.attempts(host).len() <= 1);
    }
}

#[test]
fn a_hand_over_that_was_not_sealed_by_the_origin_is_refused() {
    let broker = World::demo();
    let ends = broker.now().plus(60);
    let forge = |from: &str| {
        let label = Label {
            attempt: edge_eid::login::attempt::AttemptId([7; 16]),
            ends,
            from: Host::parse(from).unwrap(),
        };
        let request =
            json!({ "o": ACME, "c": "urn:acme:web", "r": CALLBACK, "s": "openid", "a": [SUBSTANTIAL] });
        let content = json!({ "ends": ends.0, "request": request });
        let to = Host::parse(ACME_MITID).unwrap();
        let sealed = block_on(envelope::seal(
            &broker.ports,
            &broker.keys[ACME],
            Purpose::HandOver,
            &label,
            &to,
            &content,
        ));
        format!("https://{ACME_MITID}/continue?h={}", sealed.unwrap())
    };
    Browser::new(&broker).visit(&forge(ACME)).upstream();
    assert!(Browser::new(&broker).visit(&forge(ACME_MITID)).page().body.contains(EXPIRED));
}

// ---- outcomes ----

#[test]
fn an_outcome_counts_only_with_its_cookie() {
    let broker = World::demo();
    let (browser, other) = (Browser::new(&broker), Browser::new(&broker));
    let url = outcome(&broker, &browser);
    other.visit(&RelyingParty::web().ask(POCES).url).page();
    let page = other.visit(&url).page();
    assert!(page.status == 400 && page.body.contains(BLOCKED), "no error is sent to the application");
    assert_eq!(browser.visit(&url).application().error(), "access_denied");
    assert!(browser.visit(&url).page().body.contains(BLOCKED), "the attempt is over");
}

#[test]
fn an_outcome_is_good_for_two_minutes_and_only_from_the_peer() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let url = outcome(&broker, &browser);
    broker.change_domain(ACME, |domain| {
        domain.peer.as_mut().unwrap().host = Host::parse(GLOBEX_MITID).unwrap()
    });
    assert!(browser.visit(&url).page().body.contains(EXPIRED));
    broker
        .change_domain(ACME, |domain| domain.peer.as_mut().unwrap().host = Host::parse(ACME_MITID).unwrap());
    broker.wait(120);
    assert!(browser.visit(&url).page().body.contains(EXPIRED));
}

// ---- cookies ----

#[test]
fn a_cookie_renamed_to_another_attempt_is_not_that_attempt() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let first = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let first_cookie = browser.attempts(ACME).remove(0);
    let other = Browser::new(&broker);
    other.visit(&RelyingParty::spa().ask(POCES).url).page();
    let other_cookie = other.attempts(ACME).remove(0);
    browser.plant(ACME, &first_cookie.0, &other_cookie.1);
    let page = browser.choose(&first, Eid::Nemid).page();
    assert!(page.status == 400 && page.body.contains(EXPIRED));
}

#[test]
fn a_cookie_of_one_domain_does_not_count_at_the_other() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let tab = tab(&browser, &RelyingParty::web(), Eid::Mitid);
    let (name, value) = browser.attempts(ACME).remove(0);
    browser.plant(ACME_MITID, &name, &value);
    let page = browser.visit(&tab.replace(ACME, ACME_MITID)).page();
    assert!(page.status == 400 && page.body.contains(EXPIRED));
    // Nor the MitID domain's at the ordinary one.
    let browser = Browser::new(&broker);
    let handed = hand_over(&browser);
    browser.visit(&handed).upstream();
    let (name, value) = browser.attempts(ACME_MITID).remove(0);
    browser.plant(ACME, &name, &value);
    assert!(browser.visit(&tab).page().status == 400);
}

#[test]
fn links_of_a_login_drive_nothing_without_its_cookie() {
    let broker = World::demo();
    let (browser, other) = (Browser::new(&broker), Browser::new(&broker));
    let nemid = tab(&browser, &RelyingParty::web(), Eid::Nemid);
    let base = nemid.strip_suffix("/nemid").unwrap();
    for link in ["", "?lang=da", "/nemid", "/mitid", "/cancel"] {
        let page = other.visit(&format!("{base}{link}")).page();
        assert!(page.status == 400 && page.body.contains(BLOCKED), "{link}");
    }
    assert!(other.cookies(ACME).is_empty());
    browser.visit(&nemid).upstream();
}

#[test]
fn names_that_are_no_attempt_are_not_found() {
    let broker = World::demo();
    for name in [
        "",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAB",
        "..%2f..%2f",
        "AAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let page = Browser::new(&broker).visit(&format!("https://{ACME}/login/{name}/nemid")).page();
        assert_eq!(page.status, 404, "{name}");
    }
}

#[test]
fn a_pending_request_ends_thirty_minutes_after_authorize_however_often_it_is_sealed_again() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    broker.wait(29 * 60);
    let page = browser.click(&page, "?lang=da").page();
    let (name, value) = browser.attempts(ACME).remove(0);
    broker.wait(59);
    browser.choose(&page, Eid::Nemid).upstream();
    broker.wait(1);
    assert!(browser.attempts(ACME).is_empty(), "the cookie's own age was not prolonged");
    browser.plant(ACME, &name, &value);
    assert_eq!(browser.choose(&page, Eid::Nemid).page().status, 400);
}

#[test]
fn an_upstream_answer_without_the_cookie_is_never_sent_on_to_the_application() {
    let broker = World::demo();
    for acr in [POCES, SUBSTANTIAL] {
        let browser = Browser::new(&broker);
        let eid = if acr == POCES { Eid::Nemid } else { Eid::Mitid };
        let upstream = browser.start(&RelyingParty::web().ask(acr).url, eid);
        let other = Browser::new(&broker);
        let page = other.approve(&upstream, &Person::ditlev()).page();
        assert!(page.status == 400 && page.body.contains(BLOCKED));
        // "Start again" names the issuer that the application called, not the one that ran the login.
        assert_eq!(page.href("id=\"start-again\""), format!("{INITIATE}?iss=https%3A%2F%2Facme.example"));
    }
    assert!(!broker.ports.upstreams.fetched.borrow().iter().any(|url| url.ends_with("/token")));
}

// ---- envelopes ----

#[test]
fn an_envelope_of_one_purpose_never_passes_for_another_or_elsewhere() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let handed = hand_over(&browser);
    let upstream = browser.visit(&handed).upstream();
    let state = upstream.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let cookies = [browser.attempts(ACME).remove(0), browser.attempts(ACME_MITID).remove(0)];
    let ticket = next(&browser, &broker.ports.upstreams.approve(&upstream, &Person::ditlev()));
    let outcome = outcome(&broker, &Browser::new(&broker));
    let genuine = [
        ("pending", ACME, cookies[0].1.as_str()),
        ("pending", ACME_MITID, cookies[1].1.as_str()),
        ("h", ACME_MITID, envelope_of(&handed)),
        ("t", ACME, envelope_of(&ticket)),
        ("o", ACME, envelope_of(&outcome)),
        ("state", ACME_MITID, state.as_str()),
    ];
    let hosts = [ACME, ACME_MITID, ACME_PRODUCTION, ACME_PRODUCTION_MITID, GLOBEX, GLOBEX_MITID];
    let before = login_state(&broker);
    for (purpose, home, sealed) in genuine {
        for host in hosts {
            for (parameter, path) in [
                ("h", "continue?h="),
                ("t", "continue?t="),
                ("o", "continue?o="),
                ("state", "callback?code=x&state="),
            ] {
                if (parameter, host) == (purpose, home) {
                    continue;
                }
                // A browser that has every cookie of the attempt, wherever it goes.
                let thief = Browser::new(&broker);
                for of in hosts {
                    cookies.iter().for_each(|(name, value)| thief.plant(of, name, value));
                }
                let page = thief.visit(&format!("https://{host}/{path}{sealed}")).page();
                assert!(
                    page.status == 400 && page.body.contains(EXPIRED),
                    "{purpose} of {home} as {parameter} at {host}"
                );
            }
            if purpose != "pending" || home != host {
                let name = &cookies[0].0;
                let thief = Browser::new(&broker);
                thief.plant(host, name, sealed);
                let url =
                    format!("https://{host}/login/{}/cancel", name.strip_prefix("__Host-login.").unwrap());
                assert_eq!(thief.visit(&url).page().status, 400, "{purpose} of {home} as a cookie at {host}");
            }
        }
    }
    assert_eq!(login_state(&broker), before, "no object was moved");
    browser.visit(&ticket).application().code();
}

#[test]
fn an_arrival_is_one_thing_only() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let ticket = ticket(&broker, &browser);
    for url in [
        format!("{ticket}&o=x"),
        format!("{ticket}&h=x"),
        format!("{ticket}&t=x"),
        format!("https://{ACME}/continue"),
    ] {
        assert!(browser.visit(&url).page().body.contains(EXPIRED));
    }
    browser.visit(&ticket).application().code();
}

// ---- codes and tokens at the wrong place (invariant 5) ----

#[test]
fn a_code_of_the_ordinary_domain_is_nothing_at_the_mitid_domain_even_with_the_shadows_secret() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    for (eid, person) in [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev())] {
        let asked = app.ask(POCES);
        let answer = browser.log_in(&asked.url, eid, &person);
        broker.ports.take_counts();
        let response = RelyingParty::shadow().present(&broker, answer.code(), &asked.verifier);
        assert_eq!(broker.ports.take_counts().login_requests, 0, "no object is asked");
        assert_eq!((response.status, error_of(&response).as_str()), (400, "invalid_grant"));
        app.redeem(&broker, &asked, &answer);
    }
}

#[test]
fn an_access_token_of_the_ordinary_domain_is_nothing_at_the_mitid_domain() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let tokens = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev()));
    for host in [ACME_MITID, ACME_PRODUCTION, GLOBEX] {
        let response = userinfo_at(&broker, &format!("https://{host}"), &tokens.access_token);
        assert_eq!(response.status, 401, "{host}");
    }
    assert_eq!(app.userinfo(&broker, &tokens.access_token).status, 200);
}

#[test]
fn a_code_is_nothing_to_another_tenant_or_environment_whoever_has_the_same_client_id() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
    for other in [
        RelyingParty::new(GLOBEX, "urn:acme:web", Some("globex-own-secret-canary")),
        RelyingParty::new(ACME_PRODUCTION, "urn:acme:live", Some("acme-live-secret")),
    ] {
        assert_eq!(error_of(&other.present(&broker, answer.code(), &asked.verifier)), "invalid_grant");
    }
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn a_persons_pseudonym_differs_between_tenants_and_environments_and_is_the_same_on_a_pair() {
    let broker = World::demo();
    broker.change_domain(ACME_PRODUCTION, |domain| domain.nemid_closed_at = UnixTime(u64::MAX));
    let sub_at = |app: RelyingParty| {
        let (browser, asked) = (Browser::new(&broker), app.ask(POCES));
        let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
        app.redeem(&broker, &asked, &answer).claims["sub"].as_str().unwrap().to_owned()
    };
    let acme = sub_at(RelyingParty::web());
    assert_eq!(acme, sub_at(RelyingParty::spa()));
    assert_eq!(acme, sub_at(RelyingParty::shadow()), "by the fallback");
    assert_ne!(acme, sub_at(RelyingParty::new(GLOBEX, "urn:globex:web", Some("globex-web-secret-canary"))));
    assert_ne!(acme, sub_at(RelyingParty::new(ACME_PRODUCTION, "urn:acme:live", Some("acme-live-secret"))));
}

// ---- tabs and upstreams ----

#[test]
fn two_tabs_of_one_attempt_yield_one_code() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let mitid = browser.choose(&page, Eid::Mitid).upstream();
    let nemid = browser.choose(&page, Eid::Nemid).upstream();
    let cookies = browser.attempts(ACME);
    let ticket = next(&browser, &broker.ports.upstreams.approve(&mitid, &Person::ditlev()));
    // The other tab first, then the ticket.
    let page = browser.approve(&nemid, &Person::terne()).page();
    assert!(page.body.contains(FINISHED));
    browser.plant(ACME, &cookies[0].0, &cookies[0].1);
    browser.visit(&ticket).application().code();
    assert_eq!(broker.ports.logins.borrow().len(), 1);
}

#[test]
fn the_answer_to_a_start_that_was_superseded_is_refused() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let first = browser.choose(&page, Eid::Nemid).upstream();
    let second = browser.choose(&page, Eid::Nemid).upstream();
    assert!(browser.approve(&first, &Person::terne()).page().body.contains(EXPIRED));
    browser.approve(&second, &Person::terne()).application().code();
}

#[test]
fn the_state_of_another_attempt_does_not_pass_rfc_6749_10_12() {
    let broker = World::demo();
    let (attacker, victim) = (Browser::new(&broker), Browser::new(&broker));
    // Login CSRF: the attacker's answer is opened in the victim's browser, which has an attempt too.
    let theirs = attacker.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    victim.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    let answer = broker.ports.upstreams.approve(&theirs, &Person::terne());
    assert!(victim.visit(&answer).page().body.contains(BLOCKED));
    attacker.visit(&answer).application().code();
}

#[test]
fn a_code_of_another_attempt_is_refused_by_nonce_and_verifier_rfc_9700_4_5() {
    let broker = World::demo();
    let (attacker, victim) = (Browser::new(&broker), Browser::new(&broker));
    let theirs = attacker.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    let stolen = broker
        .ports
        .upstreams
        .approve(&victim.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid), &Person::terne());
    let own = broker.ports.upstreams.approve(&theirs, &Person::employee());
    let code = |url: &str| url.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let injected = own.replace(&code(&own), &code(&stolen));
    assert_eq!(attacker.visit(&injected).application().error(), "server_error");
    assert!(broker.ports.logins.borrow().is_empty());
}

#[test]
fn an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere_rfc_9207() {
    let broker = World::demo();
    for bend in [Bend::AnswerOfAnother, Bend::AnswerWithoutIss] {
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
        broker.ports.upstreams.bend.set(bend);
        assert_eq!(
            browser.approve(&upstream, &Person::terne()).application().error(),
            "server_error",
            "{bend:?}"
        );
        broker.ports.upstreams.bend.set(Bend::Straight);
    }
    assert!(!broker.ports.upstreams.fetched.borrow().iter().any(|url| url.ends_with("/token")));
    assert!(broker.has_logged("upstream_failed", "iss of the answer"));
}

#[test]
fn an_upstream_that_was_replaced_during_the_login_gets_no_code_of_the_old_one() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    broker.change_domain(ACME, |domain| {
        let setting = domain.upstreams.get_mut(&Eid::Nemid).unwrap();
        setting.issuer = edge_eid::model::url::WebUrl::parse(support::upstream::GLOBEX_UPSTREAM).unwrap();
    });
    assert_eq!(browser.approve(&upstream, &Person::terne()).application().error(), "server_error");
    let fetched = broker.ports.upstreams.fetched.borrow();
    assert!(!fetched.iter().any(|url| url.ends_with("/token")));
    assert!(
        !fetched.iter().any(|url| url.starts_with(support::upstream::GLOBEX_UPSTREAM)),
        "the new one is asked nothing, so that what it says of itself does not matter"
    );
}

// ---- frames, prefetching, forwarding ----

#[test]
fn nothing_of_a_login_moves_inside_a_frame_or_by_a_script() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let ticket = ticket(&broker, &browser);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let links = [
        RelyingParty::web().ask(POCES).url,
        RelyingParty::web().ask(SUBSTANTIAL).url,
        page.href("data-eid=\"nemid\""),
        page.href("data-eid=\"mitid\""),
        page.href("id=\"cancel\""),
        page.href("?lang=da"),
        ticket.clone(),
    ];
    let jar = browser.cookies(ACME);
    let headers = browser.headers.borrow().clone();
    for dest in ["iframe", "frame", "embed", "object", "image", "empty", "script"] {
        browser.headers.borrow_mut()[0].1 = dest.to_owned();
        for link in &links {
            let (shown, location) = browser.load(Method::Get, link, "");
            assert!(shown.status == 400 && location.is_none(), "{dest} {link}");
        }
    }
    assert_eq!(browser.cookies(ACME), jar, "no cookie was set or taken");
    *browser.headers.borrow_mut() = headers;
    browser.visit(&ticket).application().code();
}

#[test]
fn forwarded_headers_change_nothing() {
    let broker = World::demo();
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "8080"),
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=1.2.3.4;host=evil.example;proto=http"),
        ("x-original-url", "/oauth2/token"),
        ("x-rewrite-url", "/oauth2/token"),
        ("x-host", "evil.example"),
        ("x-http-method-override", "POST"),
    ];
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks", "/nowhere"] {
        let url = format!("https://{ACME}{path}");
        let plain = broker.get(&url);
        let sent = broker.send(&request(Method::Get, &url, &forged, ""));
        assert_eq!((plain.status, plain.headers, plain.body), (sent.status, sent.headers, sent.body));
    }
    let browser = Browser::new(&broker);
    browser.headers.borrow_mut().extend(forged.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let (app, asked) = (RelyingParty::web(), RelyingParty::web().ask(POCES));
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    app.redeem(&broker, &asked, &answer);
    assert!(!browser.history.borrow().iter().any(|url| url.contains("evil")));
}

#[test]
fn a_host_that_nobody_has_is_told_nothing() {
    let broker = World::demo();
    for host in [
        "evil.example",
        "ACME.example.evil.example",
        "acme.example:8443",
        "acme.example.",
        "user@acme.example",
        "",
    ] {
        let response = broker.get(&format!("https://{host}/.well-known/openid-configuration"));
        assert_eq!((response.status, response.body.as_str()), (404, "Not found"), "{host}");
    }
    assert_eq!(broker.get("https://ACME.EXAMPLE/.well-known/jwks").status, 200, "host names have no case");
}

/// Browsers that prefetch or prerender say so; such a request must not start, cancel or spend.
#[test]
fn a_prefetched_link_drives_nothing() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    browser.headers.borrow_mut().push(("sec-purpose".to_owned(), "prefetch;prerender".to_owned()));
    let stop = browser.visit(&page.href("id=\"cancel\""));
    assert!(matches!(stop, Stop::Page(_)), "a prerender cancelled the login: {stop:?}");
}
