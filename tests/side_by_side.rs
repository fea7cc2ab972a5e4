//! NemID and MitID side by side: the numbered cases, as a table over [`offer`] and as walks.
//!
//! Cases 11 to 15 and 17 stand in `tests/single_sign_on.rs`, 16 and 18 in `tests/cpr.rs`; CONFORMANCE.md
//! has all of them in one table.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::{Acr, Eid};
use edge_eid::login::offer::{Facts, Offer, offer};
use edge_eid::model::UnixTime;
use edge_eid::oauth::{Error, ErrorCode};
use support::world::{ACME_PRODUCTION_MITID, INITIATE, NOW};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const MOCES: &str = "urn:grn:authn:dk:nemid:moces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const NO_SHADOW: &str = "MitID is not ready at Acme Bank yet";

// ---- the table ----

/// The ordinary domain while NemID is open and everything is set up.
const ORDINARY: Facts = Facts {
    nemid_is_open: true,
    nemid_reachable: true,
    mitid_reachable: true,
    side_by_side: true,
    on_mitid_domain: false,
};
/// The MitID domain with its fallback.
const MITID_DOMAIN: Facts = Facts { on_mitid_domain: true, ..ORDINARY };

const fn both(nemid: Acr, mitid: Acr, first: Eid) -> Result<Offer, ErrorCode> {
    Ok(Offer::Both { nemid, mitid, first })
}

const fn one(acr: Acr, at_once: bool) -> Result<Offer, ErrorCode> {
    Ok(Offer::One { acr, at_once })
}

#[test]
fn each_case_offers_what_its_row_says() {
    use Acr::{MitidHigh, MitidLow, MitidSubstantial, NemidMoces, NemidMocesCodefile, NemidPoces};
    let off = Facts { side_by_side: false, ..ORDINARY };
    let no_order = Facts { mitid_reachable: false, ..ORDINARY };
    let alone = Facts { nemid_reachable: false, side_by_side: false, ..MITID_DOMAIN };
    let closed = Facts { nemid_is_open: false, ..ORDINARY };
    let refused = Err(ErrorCode::InvalidRequest);
    let rows = [
        ("1: nemid, option on", vec![NemidPoces], ORDINARY, both(NemidPoces, MitidSubstantial, Eid::Nemid)),
        ("2: nemid, option off", vec![NemidPoces], off, one(NemidPoces, false)),
        ("2: nemid, order not completed", vec![NemidPoces], no_order, one(NemidPoces, false)),
        ("2: an employee has no twin", vec![NemidMoces], ORDINARY, one(NemidMoces, false)),
        ("2: nor one with a key file", vec![NemidMocesCodefile], ORDINARY, one(NemidMocesCodefile, false)),
        ("3: mitid on the ordinary domain", vec![MitidSubstantial], ORDINARY, one(MitidSubstantial, true)),
        ("3: with the option off", vec![MitidLow], off, one(MitidLow, true)),
        ("3: without an order", vec![MitidLow], no_order, refused),
        ("4: mitid, no fallback", vec![MitidSubstantial], alone, one(MitidSubstantial, true)),
        ("5: mitid, fallback", vec![MitidLow], MITID_DOMAIN, both(NemidPoces, MitidLow, Eid::Mitid)),
        ("5: NemID is no high level", vec![MitidHigh], MITID_DOMAIN, one(MitidHigh, true)),
        (
            "6: nemid, fallback",
            vec![NemidPoces],
            MITID_DOMAIN,
            both(NemidPoces, MitidSubstantial, Eid::Nemid),
        ),
        (
            "6: nemid, fallback, option off",
            vec![NemidPoces],
            Facts { side_by_side: false, ..MITID_DOMAIN },
            one(NemidPoces, false),
        ),
        ("7: nemid, no fallback", vec![NemidPoces], alone, refused),
        ("23: no acr", vec![], ORDINARY, both(NemidPoces, MitidSubstantial, Eid::Nemid)),
        ("23: no acr, option off", vec![], off, one(NemidPoces, true)),
        ("23: no acr, MitID alone", vec![], alone, one(MitidSubstantial, true)),
        ("23: no acr, MitID domain", vec![], MITID_DOMAIN, both(NemidPoces, MitidSubstantial, Eid::Mitid)),
        (
            "23: no acr, MitID domain, option off",
            vec![],
            Facts { side_by_side: false, ..MITID_DOMAIN },
            one(MitidSubstantial, true),
        ),
        ("24: closed, option on", vec![NemidPoces], closed, one(MitidSubstantial, true)),
        ("24: closed, no acr", vec![], closed, one(MitidSubstantial, true)),
        ("25: closed, option off", vec![NemidPoces], Facts { side_by_side: false, ..closed }, refused),
        ("25: closed, employees", vec![NemidMoces], closed, refused),
        ("25: closed, key file", vec![NemidMocesCodefile], closed, refused),
        ("25: closed, no order", vec![NemidPoces], Facts { mitid_reachable: false, ..closed }, refused),
        (
            "both asked for, in the order asked",
            vec![MitidLow, NemidPoces],
            off,
            both(NemidPoces, MitidLow, Eid::Mitid),
        ),
        ("both asked for, NemID closed", vec![NemidPoces, MitidHigh], closed, one(MitidHigh, true)),
        ("both asked for, no order", vec![NemidPoces, MitidHigh], no_order, one(NemidPoces, false)),
    ];
    for (name, acrs, facts, expected) in rows {
        assert_eq!(offer(&acrs, facts).map_err(|error: Error| error.code), expected, "{name}");
    }
}

#[test]
fn whatever_is_offered_can_be_reached() {
    let bools = [false, true];
    let acrs: Vec<Vec<Acr>> =
        std::iter::once(Vec::new()).chain(Acr::ALL.map(|acr| vec![acr])).chain([Acr::ALL.to_vec()]).collect();
    for bits in 0..32_usize {
        let bit = |at: usize| bools[bits >> at & 1];
        let facts = Facts {
            nemid_is_open: bit(0),
            nemid_reachable: bit(1),
            mitid_reachable: bit(2),
            side_by_side: bit(3),
            on_mitid_domain: bit(4),
        };
        let nemid = facts.nemid_is_open && facts.nemid_reachable;
        for asked in &acrs {
            match offer(asked, facts) {
                Ok(Offer::Both { .. }) => assert!(nemid && facts.mitid_reachable, "{asked:?} {facts:?}"),
                Ok(Offer::One { acr, .. }) if acr.eid() == Eid::Nemid => {
                    assert!(nemid, "{asked:?} {facts:?}")
                }
                Ok(Offer::One { .. }) => assert!(facts.mitid_reachable, "{asked:?} {facts:?}"),
                Err(_) => {}
            }
        }
    }
}

// ---- the walks ----

#[test]
fn case_1_both_tabs_are_shown_and_nemid_is_active_first() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert_eq!(page.status, 200);
    assert!(page.has_tab(Eid::Nemid) && page.has_tab(Eid::Mitid));
    assert!(page.is_active(Eid::Nemid) && !page.is_active(Eid::Mitid));
}

#[test]
fn case_1_a_browser_that_last_used_mitid_finds_its_tab_active() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(page.is_active(Eid::Mitid) && page.has_tab(Eid::Nemid));
}

#[test]
fn the_tab_that_was_used_last_is_remembered_for_a_year() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    let year = 365 * 24 * 60 * 60;
    for (waited, active) in [(year - 1, Eid::Mitid), (1, Eid::Nemid)] {
        broker.wait(waited);
        assert!(browser.visit(&RelyingParty::web().ask(POCES).url).page().is_active(active));
    }
}

#[test]
fn a_tab_is_remembered_only_where_there_were_two_to_choose_from() {
    let broker = World::demo();
    let remembered =
        |browser: &Browser, host: &str| browser.cookies(host).iter().any(|(name, _)| name == "__Host-tab");
    let at_once = Browser::new(&broker);
    at_once.log_in(&RelyingParty::web().ask(SUBSTANTIAL).url, Eid::Mitid, &Person::ditlev());
    assert!(!remembered(&at_once, ACME) && !remembered(&at_once, ACME_MITID));
    // Who was sent over has chosen where he came from.
    let chose = Browser::new(&broker);
    chose.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    assert!(remembered(&chose, ACME) && !remembered(&chose, ACME_MITID));
}

#[test]
fn case_1_a_nemid_login_stays_on_the_ordinary_domain() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, Eid::Nemid, &Person::terne());
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["identityscheme"], "dknemid");
    assert_eq!(tokens.claims["authenticationtype"], POCES);
    assert_eq!(tokens.claims["acr"], POCES);
    assert_eq!(tokens.claims["pidNumberIdentifier"], "9208-2002-2-294247448400");
    assert!(!browser.history.borrow().iter().any(|url| url.contains(ACME_MITID)));
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.login_writes), (2, 2), "identified and code; redeem");
}

#[test]
fn case_1_a_mitid_login_crosses_over_and_the_application_notices_only_the_claims_and_the_key() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["iss"], format!("https://{ACME}"));
    assert_eq!(tokens.claims["identityscheme"], "dkmitid");
    assert_eq!(tokens.claims["authenticationtype"], SUBSTANTIAL);
    assert_eq!(tokens.claims["acr"], SUBSTANTIAL);
    assert!(browser.history.borrow().iter().any(|url| url.contains(ACME_MITID)));
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.login_writes), (3, 3), "identified; ticket and code; redeem");
    assert!(browser.attempts(ACME).is_empty() && browser.attempts(ACME_MITID).is_empty());
}

#[test]
fn case_2_without_the_option_or_the_order_there_is_no_tab_row() {
    for ready in [false, true] {
        let broker = World::demo();
        broker.change_domain(ACME, |domain| {
            let peer = domain.peer.as_mut().unwrap();
            peer.ready = ready;
            peer.show_alongside_nemid_logins = !ready;
        });
        let browser = Browser::new(&broker);
        let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
        assert!(!page.has_tab(Eid::Nemid) && !page.has_tab(Eid::Mitid), "ready {ready}");
        let upstream = browser.click(&page, "data-start=\"nemid\"").upstream();
        assert!(browser.approve(&upstream, &Person::terne()).application().get("code").is_some());
        // Nor does the address of the tab work by hand.
        let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
        let by_hand = page.href("data-start=\"nemid\"").replace("/nemid", "/mitid");
        assert_eq!(browser.visit(&by_hand).page().status, 404);
    }
}

#[test]
fn case_3_mitid_asked_on_the_ordinary_domain_starts_at_once() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(SUBSTANTIAL);
    let upstream = browser.visit(&asked.url).upstream();
    assert!(upstream.contains(ACME_MITID), "the MitID domain runs it");
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["identityscheme"], "dkmitid");
}

#[test]
fn case_4_mitid_on_its_own_domain_without_fallback_is_mitid_only() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let (app, browser) = (RelyingParty::shadow(), Browser::new(&broker));
    let asked = app.ask(SUBSTANTIAL);
    let upstream = browser.visit(&asked.url).upstream();
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["iss"], format!("https://{ACME_MITID}"));
}

#[test]
fn case_5_with_a_fallback_both_tabs_are_shown_and_nemid_goes_to_the_fallback_domain() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::shadow(), Browser::new(&broker));
    let asked = app.ask(SUBSTANTIAL);
    let page = browser.visit(&asked.url).page();
    assert!(page.is_active(Eid::Mitid) && page.has_tab(Eid::Nemid));
    let upstream = browser.choose(&page, Eid::Nemid).upstream();
    assert!(upstream.contains("acme-example") && !upstream.contains("mitid"));
    let answer = browser.approve(&upstream, &Person::terne()).application();
    let tokens = app.redeem(&broker, &asked, &answer);
    assert_eq!(tokens.claims["iss"], format!("https://{ACME_MITID}"));
    assert_eq!(tokens.claims["identityscheme"], "dknemid");
}

#[test]
fn case_5_the_shadow_rule_holds_in_reverse() {
    let broker = World::demo();
    broker.remove_application(ACME, "urn:acme:web");
    let (app, browser) = (RelyingParty::shadow(), Browser::new(&broker));
    let page = browser.visit(&app.ask(SUBSTANTIAL).url).page();
    let page = browser.choose(&page, Eid::Nemid).page();
    assert!(page.url.contains(ACME_MITID) && page.has_tab(Eid::Mitid));
    assert!(broker.has_logged("shadow_missing", &format!("domain={ACME}")));
}

#[test]
fn case_6_nemid_asked_on_the_mitid_domain_goes_by_the_fallback() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::shadow(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let page = browser.visit(&asked.url).page();
    assert!(page.is_active(Eid::Nemid) && page.has_tab(Eid::Mitid));
    let upstream = browser.choose(&page, Eid::Nemid).upstream();
    let answer = browser.approve(&upstream, &Person::terne()).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["identityscheme"], "dknemid");
}

#[test]
fn case_7_nemid_on_the_mitid_domain_without_fallback_is_an_invalid_request() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.peer = None);
    let answer = Browser::new(&broker).visit(&RelyingParty::shadow().ask(POCES).url).application();
    assert_eq!(answer.error(), "invalid_request");
}

#[test]
fn case_8_without_a_shadow_the_user_stays_and_nemid_still_works() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::no_shadow(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let page = browser.visit(&asked.url).page();
    let page = browser.choose(&page, Eid::Mitid).page();
    assert!(page.url.contains(&format!("//{ACME}/")), "not taken anywhere");
    assert!(page.body.contains(NO_SHADOW) && page.is_active(Eid::Mitid));
    for detail in ["urn:acme:noshadow", ACME_MITID, CALLBACK] {
        assert!(page.body.contains(detail), "what is to be registered: {detail}");
    }
    assert!(broker.has_logged("shadow_missing", "client_id=urn:acme:noshadow"));
    let upstream = browser.choose(&page, Eid::Nemid).upstream();
    let answer = browser.approve(&upstream, &Person::terne()).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["identityscheme"], "dknemid");
}

#[test]
fn case_8_mitid_asked_for_without_a_shadow_has_a_way_back() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::no_shadow(), Browser::new(&broker));
    let page = browser.visit(&app.ask(SUBSTANTIAL).url).page();
    assert!(page.body.contains(NO_SHADOW));
    assert_eq!(browser.click(&page, "id=\"back\"").application().error(), "access_denied");
}

#[test]
fn case_9_a_shadow_without_this_callback_counts_as_none() {
    let broker = World::demo();
    broker.change_application(ACME_MITID, "urn:acme:web", |app| {
        app.redirect_uris.retain(|uri| uri.as_str() != CALLBACK);
    });
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let page = browser.choose(&page, Eid::Mitid).page();
    assert!(page.body.contains(NO_SHADOW) && page.body.contains(CALLBACK));
}

#[test]
fn case_10_a_disabled_shadow_counts_as_none() {
    let broker = World::demo();
    broker.change_application(ACME_MITID, "urn:acme:web", |app| app.enabled = false);
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(browser.choose(&page, Eid::Mitid).page().body.contains(NO_SHADOW));
}

#[test]
fn case_15_prompt_none_never_shows_a_page_or_crosses() {
    let broker = World::demo();
    for (app, acr) in
        [(RelyingParty::web(), POCES), (RelyingParty::web(), SUBSTANTIAL), (RelyingParty::shadow(), "")]
    {
        let browser = Browser::new(&broker);
        let asked = app.ask_with(&[("acr_values", acr), ("prompt", "none")]);
        let answer = browser.visit(&asked.url).application();
        assert_eq!(answer.error(), "login_required");
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        assert_eq!(browser.history.borrow().len(), 1);
        assert!(browser.cookies(ACME).is_empty());
    }
}

#[test]
fn case_17_prompt_login_shows_the_tabs() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    let page = Browser::new(&broker).visit(&asked.url).page();
    assert!(page.has_tab(Eid::Nemid) && page.has_tab(Eid::Mitid));
}

#[test]
fn case_19_cancelling_ends_at_the_application_from_either_tab_and_from_the_page() {
    let broker = World::demo();
    let app = RelyingParty::web();
    for way in ["page", "nemid", "mitid"] {
        let browser = Browser::new(&broker);
        let asked = app.ask(POCES);
        let page = browser.visit(&asked.url).page();
        let answer = match Eid::parse(way) {
            None => browser.click(&page, "id=\"cancel\""),
            Some(eid) => browser.cancel(&browser.choose(&page, eid).upstream()),
        };
        let answer = answer.application();
        assert_eq!(answer.error(), "access_denied", "{way}");
        assert_eq!(answer.get("state"), Some(asked.state.as_str()));
        assert_eq!(answer.get("iss"), Some("https://acme.example"), "the originating domain answers");
        assert!(answer.get("error_description").unwrap().len() < 100);
        assert!(browser.attempts(ACME).is_empty() && browser.attempts(ACME_MITID).is_empty(), "{way}");
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0, "nobody was identified, nothing is stored");
}

#[test]
fn case_20_an_application_of_test_is_unknown_in_production_and_the_reverse() {
    let broker = World::demo();
    for (host, client_id) in [(ACME_PRODUCTION, "urn:acme:web"), (ACME, "urn:acme:live")] {
        let asked = RelyingParty::new(host, client_id, None).ask(POCES);
        let page = Browser::new(&broker).visit(&asked.url).page();
        assert_eq!(page.status, 400);
        assert!(page.body.contains("unknown service"));
    }
}

#[test]
fn case_20_a_record_of_the_other_environment_under_this_host_does_not_count() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| {
        app.environment = edge_eid::model::Environment::Production;
    });
    let page = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).page();
    assert_eq!(page.status, 400);
}

#[test]
fn case_21_a_shadow_in_the_other_environment_does_not_count() {
    let broker = World::demo();
    broker.change_domain(ACME_PRODUCTION, |domain| domain.nemid_closed_at = UnixTime(u64::MAX));
    broker.change_application(ACME_PRODUCTION_MITID, "urn:acme:live", |app| {
        app.environment = edge_eid::model::Environment::Test;
    });
    let browser = Browser::new(&broker);
    let asked = RelyingParty::new(ACME_PRODUCTION, "urn:acme:live", Some("acme-live-secret")).ask(POCES);
    let page = browser.visit(&asked.url).page();
    assert!(browser.choose(&page, Eid::Mitid).page().body.contains(NO_SHADOW));
}

#[test]
fn case_22_an_unknown_client_or_callback_gets_a_page_and_no_redirect() {
    let broker = World::demo();
    let unknown = RelyingParty::new(ACME, "urn:acme:nobody", None).ask(POCES);
    let stray = RelyingParty::web().ask_with(&[("redirect_uri", "https://evil.example/callback")]);
    for asked in [unknown, stray] {
        let page = Browser::new(&broker).visit(&asked.url).page();
        assert_eq!(page.status, 400);
        assert!(!page.body.contains("evil.example") && !page.body.contains("nobody"), "nothing is echoed");
    }
}

#[test]
fn case_23_without_an_acr_the_pair_shows_its_tabs_and_a_single_eid_starts_at_once() {
    let broker = World::demo();
    let page = Browser::new(&broker).visit(&RelyingParty::web().ask("").url).page();
    assert!(page.has_tab(Eid::Nemid) && page.has_tab(Eid::Mitid));
    broker.change_domain(ACME, |domain| domain.peer = None);
    let upstream = Browser::new(&broker).visit(&RelyingParty::web().ask("").url).upstream();
    assert!(upstream.contains("nemid"));
}

#[test]
fn case_24_after_the_closure_a_request_for_nemid_goes_to_mitid_directly() {
    let broker = World::without_simulators();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let upstream = browser.visit(&asked.url).upstream();
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["identityscheme"], "dkmitid");
    // TEST with the simulator on: as case 1 (all walks above run after the closure).
    assert!(NOW > edge_eid::model::domain::NEMID_CLOSED_AT);
}

#[test]
fn case_24_the_closure_takes_effect_at_its_very_second() {
    let broker = World::without_simulators();
    broker.change_domain(ACME, |domain| domain.nemid_closed_at = NOW.plus(10));
    let browser = Browser::new(&broker);
    assert!(browser.visit(&RelyingParty::web().ask(POCES).url).page().has_tab(Eid::Nemid));
    broker.wait(9);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(page.has_tab(Eid::Nemid));
    broker.wait(1);
    browser.visit(&RelyingParty::web().ask(POCES).url).upstream();
    // A page that was open already does not start NemID any more.
    let closed = browser.choose(&page, Eid::Nemid).page();
    assert!(closed.status == 400 && closed.body.contains("NemID has closed"), "{closed:?}");
}

#[test]
fn case_24_an_application_closes_nemid_for_itself_at_its_very_second() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.nemid_closed_at = Some(NOW.plus(10)));
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(page.has_tab(Eid::Nemid));
    broker.wait(10);
    let upstream = browser.visit(&RelyingParty::web().ask(POCES).url).upstream();
    assert!(upstream.contains("mitid"), "MitID in its place: {upstream}");
    let closed = browser.choose(&page, Eid::Nemid).page();
    assert!(closed.status == 400 && closed.body.contains("NemID has closed"), "{closed:?}");
    // Another application of the domain goes on.
    assert!(browser.visit(&RelyingParty::spa().ask(POCES).url).page().has_tab(Eid::Nemid));
}

#[test]
fn case_25_an_application_that_has_closed_nemid_is_told_so_where_nothing_stands_beside_it() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.nemid_closed_at = Some(NOW));
    let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(MOCES).url).application();
    assert_eq!(answer.error(), "invalid_request");
    assert!(answer.get("error_description").unwrap().contains("NemID has closed; ask for MitID Erhverv"));
    broker.change_domain(ACME, |domain| domain.peer.as_mut().unwrap().show_alongside_nemid_logins = false);
    let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).application();
    assert!(answer.get("error_description").unwrap().contains("NemID has closed"));
}

#[test]
fn case_25_after_the_closure_without_the_option_the_application_is_told() {
    let broker = World::without_simulators();
    let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(MOCES).url).application();
    assert_eq!(answer.error(), "invalid_request");
    assert!(answer.get("error_description").unwrap().contains("NemID has closed; ask for MitID"));
    broker.change_domain(ACME, |domain| domain.peer.as_mut().unwrap().show_alongside_nemid_logins = false);
    let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).application();
    assert!(answer.get("error_description").unwrap().contains("NemID has closed"));
}

#[test]
fn case_26_a_used_ticket_offers_to_start_again_where_the_application_registered_it() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    let ticket = browser.history.borrow().iter().find(|url| url.contains("continue?t=")).unwrap().clone();
    let page = browser.visit(&ticket).page();
    assert_eq!(page.status, 400);
    assert_eq!(page.href("id=\"start-again\""), format!("{INITIATE}?iss=https%3A%2F%2Facme.example"));
    broker.change_application(ACME, "urn:acme:web", |app| app.initiate_login_uri = None);
    let page = browser.visit(&ticket).page();
    assert_eq!(page.find_href("id=\"start-again\""), None);
}

#[test]
fn case_27_tabs_can_be_switched_until_a_code_is_made() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let page = browser.visit(&asked.url).page();
    browser.choose(&page, Eid::Nemid).upstream();
    browser.choose(&page, Eid::Mitid).upstream();
    browser.choose(&page, Eid::Nemid).upstream();
    let upstream = browser.choose(&page, Eid::Mitid).upstream();
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    app.redeem(&broker, &asked, &answer);
    // The back button, after the code: the attempt is gone from this browser.
    assert_eq!(browser.choose(&page, Eid::Nemid).page().status, 400);
}

#[test]
fn case_27_a_second_completion_is_refused() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let mitid = browser.choose(&page, Eid::Mitid).upstream();
    let nemid = browser.choose(&page, Eid::Nemid).upstream();
    browser.approve(&nemid, &Person::terne()).application().code();
    let page = browser.approve(&mitid, &Person::ditlev()).page();
    assert!(page.body.contains("This login is finished"));
    assert_eq!(page.href("id=\"start-again\""), format!("{INITIATE}?iss=https%3A%2F%2Facme.example"));
    assert_eq!(broker.ports.logins.borrow().len(), 1);
}

#[test]
fn the_start_block_is_shown_where_the_domain_asks_for_it() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.show_start_block = true);
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let page = browser.visit(&asked.url).page();
    let block = browser.choose(&page, Eid::Mitid).page();
    assert!(block.url.contains(ACME_MITID) && !block.has_tab(Eid::Nemid));
    let upstream = browser.click(&block, "data-start=\"mitid\"").upstream();
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn cancelling_at_the_start_block_ends_at_the_application() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.show_start_block = true);
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(SUBSTANTIAL).url).page();
    let answer = browser.click(&page, "id=\"cancel\"").application();
    assert_eq!((answer.error(), answer.get("iss")), ("access_denied", Some("https://acme.example")));
}

#[test]
fn changing_the_language_keeps_the_active_tab_and_goes_along_to_the_other_domain() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.show_start_block = true);
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::shadow().ask(SUBSTANTIAL).url).page();
    assert!(page.is_active(Eid::Mitid) && page.body.contains("lang=\"en\""));
    let page = browser.click(&page, "?lang=da").page();
    assert!(page.is_active(Eid::Mitid) && page.body.contains("lang=\"da\""));
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let page = browser.click(&page, "?lang=da").page();
    let block = browser.choose(&page, Eid::Mitid).page();
    assert!(block.url.contains(ACME_MITID) && block.body.contains("<html lang=\"da\""));
}

#[test]
fn both_kinds_of_token_verify_against_the_keys_of_either_domain() {
    let broker = World::demo();
    let mut kids = Vec::new();
    for (eid, person) in [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev())] {
        let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
        let asked = app.ask(POCES);
        let answer = browser.log_in(&asked.url, eid, &person);
        let tokens = app.redeem(&broker, &asked, &answer);
        for host in [ACME, ACME_MITID] {
            let key =
                support::relying_party::key_of(&broker, &format!("https://{host}"), &tokens.kid).unwrap();
            assert!(support::relying_party::signature_holds(&tokens.id_token, &key));
        }
        kids.push(tokens.kid);
    }
    assert_ne!(kids[0], kids[1], "MitID has its own key");
}
