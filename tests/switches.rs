//! The four switches of an environment's MitID, in every combination, as their owner reads about them:
//!
//! | Switch | On | Off |
//! |---|---|---|
//! | `Add CPR for personal logins` | people are asked for their CPR number | nobody is |
//! | `CPR Optional` | who has or gives none passes without the claim | he does not pass |
//! | `Show alongside NemID logins` | a request for either eID shows both, where both can be reached | each by itself |
//! | NemID domain (set or not) | NemID can be reached from the MitID domain | it can't |

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::domain::CprWay;
use edge_eid::model::url::WebUrl;
use serde_json::json;
use support::broker::Broker;
use support::browser::{Browser, Page, Stop};
use support::relying_party::RelyingParty;
use support::upstream::{CPR, MITID, NEMID, Person};
use support::world::{ACME, ACME_MITID, World};

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";

#[derive(Clone, Copy, Debug)]
struct Switches {
    add_cpr: bool,
    optional: bool,
    alongside: bool,
    nemid_domain: bool,
}

/// What a request shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    /// Both tabs, this one active.
    Tabs(Eid),
    /// One eID, with a page or at once.
    Alone(Eid),
    /// An error at the callback.
    Refused,
}

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ended {
    WithNumber,
    Without,
    Denied,
}

fn every() -> impl Iterator<Item = Switches> {
    (0..16_u8).map(|bits| Switches {
        add_cpr: bits & 1 != 0,
        optional: bits & 2 != 0,
        alongside: bits & 4 != 0,
        nemid_domain: bits & 8 != 0,
    })
}

/// The demo's world with these switches, where numbers are typed on our page.
fn world(switches: Switches) -> Broker {
    let broker = World::demo();
    for (host, eid, issuer) in [(ACME, Eid::Nemid, NEMID), (ACME_MITID, Eid::Mitid, MITID)] {
        broker.change_domain(host, |domain| {
            let upstream = domain.upstreams.get_mut(&eid).unwrap();
            upstream.cpr = CprWay::Match(WebUrl::parse(&format!("{issuer}/cpr-match")).unwrap());
            upstream.claim_map.insert("has_cpr".to_owned(), "mitid.has_cpr".to_owned());
            domain.cpr.add_for_personal_logins = switches.add_cpr;
            domain.cpr.optional = switches.optional;
            domain.show_alongside_nemid_logins = switches.alongside;
            domain.peer.as_mut().unwrap().show_alongside_nemid_logins = switches.alongside;
            if eid == Eid::Mitid && !switches.nemid_domain {
                domain.peer = None;
            }
        });
    }
    broker
}

fn shown(broker: &Broker, app: &RelyingParty, acr: &str) -> Shown {
    match Browser::new(broker).visit(&app.ask(acr).url) {
        Stop::Application(answer) => {
            assert_eq!(answer.error(), "invalid_request");
            Shown::Refused
        }
        Stop::Upstream(url) => Shown::Alone(if url.starts_with(NEMID) { Eid::Nemid } else { Eid::Mitid }),
        Stop::Page(page) => match (page.has_tab(Eid::Nemid), page.is_active(Eid::Nemid)) {
            (true, true) => Shown::Tabs(Eid::Nemid),
            (true, false) => Shown::Tabs(Eid::Mitid),
            (false, _) => Shown::Alone(only(&page)),
        },
    }
}

fn only(page: &Page) -> Eid {
    let is_nemid = page.find_href("data-start=\"nemid\"").is_some();
    if is_nemid { Eid::Nemid } else { Eid::Mitid }
}

#[test]
fn what_is_shown_follows_the_switches_in_every_combination() {
    for switches in every() {
        let broker = world(switches);
        let (ordinary, mitid) = (RelyingParty::web(), RelyingParty::shadow());
        let Switches { alongside, nemid_domain, .. } = switches;
        let nemid_here = if alongside { Shown::Tabs(Eid::Nemid) } else { Shown::Alone(Eid::Nemid) };
        let there = |tabs| match (nemid_domain, alongside) {
            (false, _) => None,
            (true, true) => Some(Shown::Tabs(tabs)),
            (true, false) => Some(Shown::Alone(tabs)),
        };
        let rows = [
            ("NemID asked of the ordinary domain", &ordinary, POCES, nemid_here),
            ("MitID asked of the ordinary domain", &ordinary, SUBSTANTIAL, Shown::Alone(Eid::Mitid)),
            ("nothing asked of the ordinary domain", &ordinary, "", nemid_here),
            ("NemID asked of the MitID domain", &mitid, POCES, there(Eid::Nemid).unwrap_or(Shown::Refused)),
            (
                "MitID asked of the MitID domain",
                &mitid,
                SUBSTANTIAL,
                there(Eid::Mitid).unwrap_or(Shown::Alone(Eid::Mitid)),
            ),
            (
                "nothing asked of the MitID domain",
                &mitid,
                "",
                there(Eid::Mitid).unwrap_or(Shown::Alone(Eid::Mitid)),
            ),
        ];
        for (what, app, acr, expected) in rows {
            assert_eq!(shown(&broker, app, acr), expected, "{what} with {switches:?}");
        }
    }
}

/// A login by MitID of somebody who types his number if he is asked and has one.
fn ended(broker: &Broker, has_number: bool) -> Ended {
    let (app, browser) = (RelyingParty::web(), Browser::new(broker));
    let asked = app.ask(SUBSTANTIAL);
    let mut person = Person::ditlev();
    if !has_number {
        person.claims["mitid.has_cpr"] = json!(false);
    }
    let upstream = browser.visit(&asked.url).upstream();
    let answer = match browser.approve(&upstream, &person) {
        Stop::Page(page) if page.url.ends_with("/cpr") => {
            assert!(has_number, "somebody without a number is asked for it");
            let form = edge_eid::web::encode_pairs([("answer", "number"), ("cpr", CPR)]);
            let page = browser.submit(&page.url, &form).page();
            browser.click(&page, "id=\"continue\"").application()
        }
        Stop::Page(page) => browser.click(&page, "id=\"back\"").application(),
        other => other.application(),
    };
    if answer.get("error").is_some() {
        assert_eq!(answer.error(), "access_denied");
        return Ended::Denied;
    }
    let claims = app.redeem(broker, &asked, &answer).claims;
    if claims.contains_key("cprNumberIdentifier") { Ended::WithNumber } else { Ended::Without }
}

#[test]
fn who_passes_and_with_what_follows_the_switches_in_every_combination() {
    for switches in every() {
        let broker = world(switches);
        let expected = match (switches.add_cpr, switches.optional) {
            (false, _) => (Ended::Without, Ended::Without),
            (true, true) => (Ended::WithNumber, Ended::Without),
            (true, false) => (Ended::WithNumber, Ended::Denied),
        };
        assert_eq!((ended(&broker, true), ended(&broker, false)), expected, "{switches:?}");
    }
}

#[test]
fn the_page_lets_somebody_go_on_without_a_number_where_it_is_optional_only() {
    for switches in every().filter(|switches| switches.add_cpr) {
        let broker = world(switches);
        let browser = Browser::new(&broker);
        let upstream = browser.visit(&RelyingParty::web().ask(SUBSTANTIAL).url).upstream();
        let page = browser.approve(&upstream, &Person::ditlev()).page();
        assert_eq!(page.body.contains("id=\"skip\""), switches.optional, "{switches:?}");
    }
}
