//! After a restore from a backup nobody knows which codes, tickets and ids were used: the objects that
//! knew are gone. So nothing of before counts that was good for once, or for a while; and everything
//! that people and applications keep stays as it was.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::attempt::AttemptId;
use edge_eid::login::envelope::{self, Label, Purpose, Unopened};
use edge_eid::model::application::ClientAuthMethod;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::{Host, UnixTime};
use edge_eid::web::{Method, encode_pairs};
use serde_json::{Value, json};
use support::broker::request;
use support::client_key::presenting;
use support::relying_party::key_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const NOSHADOW: &str = "urn:acme:noshadow";
/// From an item to the restore, and from there to its use, seconds: within the life of every item,
/// and long enough after the restore for clocks that are ahead.
const BEFORE: u64 = 2;
const AFTER: u64 = 15;

fn world() -> Broker {
    let broker = World::demo();
    broker.change_domain(ACME, |domain| {
        domain.sessions.sso = true;
        domain.sessions.confirm_logout = true;
    });
    broker
}

/// Restores acme's environment now. The objects are gone, if a disaster took them.
fn restore(broker: &Broker, objects_are_gone: bool) {
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.restored_at = Some(broker.now()));
    }
    if objects_are_gone {
        broker.ports.logins.borrow_mut().clear();
        broker.ports.sessions.borrow_mut().clear();
        broker.ports.used.borrow_mut().clear();
    }
}

/// Presents an item; whether it counted.
type Present<'a> = Box<dyn Fn() -> bool + 'a>;

/// A code, not yet redeemed, and its verifier.
fn fresh_code(broker: &Broker, app: &RelyingParty) -> (Asked, String) {
    let asked = app.ask(POCES);
    let code = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne()).code().to_owned();
    (asked, code)
}

fn code(broker: &Broker) -> Present<'_> {
    let app = RelyingParty::web();
    let (asked, code) = fresh_code(broker, &app);
    Box::new(move || app.present(broker, &code, &asked.verifier).status == 200)
}

fn access_token(broker: &Broker) -> Present<'_> {
    let app = RelyingParty::web();
    let (asked, code) = fresh_code(broker, &app);
    let body: Value = serde_json::from_str(&app.present(broker, &code, &asked.verifier).body).unwrap();
    let token = body["access_token"].as_str().unwrap().to_owned();
    Box::new(move || app.userinfo(broker, &token).status == 200)
}

fn request_uri(broker: &Broker) -> Present<'_> {
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    let (basic, form) = (app.basic(), asked.url.split_once('?').unwrap().1.to_owned());
    let pushed =
        broker.post(&format!("{}/oauth2/par", app.issuer), &[("authorization", basic.as_str())], &form);
    let body: Value = serde_json::from_str(&pushed.body).unwrap();
    let query = encode_pairs([
        ("client_id", app.client_id.as_str()),
        ("request_uri", body["request_uri"].as_str().unwrap()),
    ]);
    let url = format!("{}/oauth2/authorize?{query}", app.issuer);
    Box::new(move || Browser::new(broker).visit(&url).page().status == 200)
}

fn launch_link(broker: &Broker) -> Present<'_> {
    let asked = RelyingParty::spa().ask_with(&[("acr_values", POCES), ("response_mode", "json")]);
    let headers = [("sec-fetch-dest", "empty"), ("origin", "https://app.example")];
    let answer = broker.send(&request(Method::Get, &asked.url, &headers, ""));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let link = body["launchLinks"]["universalLink"].as_str().unwrap().to_owned();
    Box::new(move || Browser::new(broker).visit(&link).page().status == 200)
}

fn pending_cookie(broker: &Broker) -> Present<'_> {
    let browser = Browser::new(broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    Box::new(move || matches!(browser.choose(&page, Eid::Nemid), Stop::Upstream(_)))
}

fn answer_of_an_upstream(broker: &Broker) -> Present<'_> {
    let browser = Browser::new(broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    let back = broker.ports.upstreams.approve(&upstream, &Person::terne());
    Box::new(move || matches!(browser.visit(&back), Stop::Application(_)))
}

/// Follows the tab that leads to the other domain; gives the address of the hand-over.
fn to_the_other_domain(browser: &Browser<'_>) -> String {
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let tab = page.href(&format!("data-eid=\"{}\"", Eid::Mitid.as_str()));
    let url = browser.load(Method::Get, &tab, "").1.unwrap();
    assert!(url.contains("/continue?h="), "{url}");
    url
}

fn hand_over(broker: &Broker) -> Present<'_> {
    let url = to_the_other_domain(&Browser::new(broker));
    Box::new(move || matches!(Browser::new(broker).visit(&url), Stop::Upstream(_)))
}

/// The way home from the other domain, after `end` of what happens at its upstream.
fn way_home<'a>(broker: &'a Broker, end: impl Fn(&str) -> String) -> Present<'a> {
    let browser = Browser::new(broker);
    let upstream = browser.visit(&to_the_other_domain(&browser)).upstream();
    let home = browser.load(Method::Get, &end(&upstream), "").1.unwrap();
    Box::new(move || matches!(browser.visit(&home), Stop::Application(_)))
}

fn return_ticket(broker: &Broker) -> Present<'_> {
    way_home(broker, |upstream| broker.ports.upstreams.approve(upstream, &Person::ditlev()))
}

fn outcome(broker: &Broker) -> Present<'_> {
    way_home(broker, |upstream| broker.ports.upstreams.cancel(upstream))
}

fn session_cookie(broker: &Broker) -> Present<'_> {
    let browser = Browser::new(broker);
    let app = RelyingParty::web();
    let asked = app.ask(POCES);
    browser.log_in(&asked.url, Eid::Nemid, &Person::terne()).code();
    Box::new(move || {
        let asked = RelyingParty::web().ask_with(&[("prompt", "none"), ("acr_values", POCES)]);
        browser.visit(&asked.url).application().get("code").is_some()
    })
}

fn button_of_the_logout_page(broker: &Broker) -> Present<'_> {
    let browser = Browser::new(broker);
    let asked = RelyingParty::web().ask(POCES);
    browser.log_in(&asked.url, Eid::Nemid, &Person::terne()).code();
    let url = format!("https://{ACME}/oauth2/logout");
    let page = browser.visit(&url).page();
    let confirm = page.body.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = encode_pairs([("confirm", confirm)]);
    Box::new(move || browser.submit(&url, &form).page().body.contains("You have been logged out"))
}

fn assertion_with<'a>(broker: &'a Broker, changes: Value) -> Present<'a> {
    let key = ClientKey::of(SignatureAlgorithm::Es256);
    broker.change_application(ACME, NOSHADOW, |app| {
        app.token_endpoint_auth_methods = vec![ClientAuthMethod::PrivateKeyJwt];
        app.protocol.jwks = Some(key.set());
    });
    let app = RelyingParty::no_shadow();
    let assertion = key.assertion(broker, &app.issuer, NOSHADOW, json!({}), changes);
    Box::new(move || {
        let (asked, code) = fresh_code(broker, &app);
        let form = format!("{}&{}", app.form(&code, &asked.verifier), presenting(&assertion));
        broker.post(&format!("{}/oauth2/token", app.issuer), &[], &form).status == 200
    })
}

fn client_assertion(broker: &Broker) -> Present<'_> {
    assertion_with(broker, json!({}))
}

fn client_assertion_of_a_clock_that_is_ahead(broker: &Broker) -> Present<'_> {
    assertion_with(broker, json!({"iat": broker.now().0 + 8}))
}

fn client_assertion_without_a_date(broker: &Broker) -> Present<'_> {
    assertion_with(broker, json!({"iat": null}))
}

fn proof_with<'a>(broker: &'a Broker, changes: Value) -> Present<'a> {
    let app = RelyingParty::spa();
    let url = format!("{}/oauth2/token", app.issuer);
    let proof = ClientKey::of(SignatureAlgorithm::Es256).proof(broker, "POST", &url, changes);
    Box::new(move || {
        let (asked, code) = fresh_code(broker, &app);
        let id = encode_pairs([("client_id", app.client_id.as_str())]);
        let form = format!("{}&{id}", app.form(&code, &asked.verifier));
        broker.post(&url, &[("dpop", &proof)], &form).status == 200
    })
}

fn proof_of_a_key(broker: &Broker) -> Present<'_> {
    proof_with(broker, json!({}))
}

fn proof_of_a_key_by_a_clock_that_is_ahead(broker: &Broker) -> Present<'_> {
    proof_with(broker, json!({"iat": broker.now().0 + 8}))
}

/// Everything that counts once, or for a while.
type Item = (&'static str, for<'a> fn(&'a Broker) -> Present<'a>);
const ITEMS: [Item; 16] = [
    ("code", code),
    ("access token", access_token),
    ("request_uri", request_uri),
    ("launch link", launch_link),
    ("pending cookie", pending_cookie),
    ("answer of an upstream", answer_of_an_upstream),
    ("hand-over", hand_over),
    ("return ticket", return_ticket),
    ("outcome", outcome),
    ("session cookie", session_cookie),
    ("button of the logout page", button_of_the_logout_page),
    ("client assertion", client_assertion),
    ("client assertion of a clock that is ahead", client_assertion_of_a_clock_that_is_ahead),
    ("client assertion without a date", client_assertion_without_a_date),
    ("proof of a key", proof_of_a_key),
    ("proof of a key by a clock that is ahead", proof_of_a_key_by_a_clock_that_is_ahead),
];

#[test]
fn every_item_counts_as_long_as_nothing_is_restored() {
    for (name, take) in ITEMS {
        let broker = world();
        let present = take(&broker);
        broker.wait(BEFORE + AFTER);
        assert!(present(), "{name}");
    }
}

#[test]
fn no_item_of_before_a_restore_counts_after_it() {
    for objects_are_gone in [true, false] {
        for (name, take) in ITEMS {
            let broker = world();
            let present = take(&broker);
            broker.wait(BEFORE);
            restore(&broker, objects_are_gone);
            broker.wait(AFTER);
            assert!(!present(), "{name}, objects are gone: {objects_are_gone}");
        }
    }
}

#[test]
fn what_is_made_after_a_restore_counts() {
    for (name, take) in ITEMS {
        let broker = world();
        restore(&broker, true);
        broker.wait(AFTER);
        let counts = take(&broker)();
        assert_eq!(counts, name != "client assertion without a date", "{name}");
        // By then every assertion that could have been used before is over.
        broker.wait(60 * 60);
        assert!(take(&broker)(), "{name}");
    }
}

/// Whatever a browser may hold is sealed for one of these.
#[test]
fn no_envelope_of_before_a_restore_opens_after_it() {
    let broker = world();
    let before = &broker.keys[ACME];
    let after = before.clone().restored(Some(UnixTime(broker.now().0)));
    let again = before.clone().restored(Some(broker.now().plus(1)));
    let host = Host::parse(ACME).unwrap();
    let label = Label { attempt: AttemptId([7; 16]), ends: broker.now().plus(60), from: host.clone() };
    let open = |keys, purpose, sealed: &str| {
        let opened =
            block_on(envelope::open::<String>(&broker.ports, keys, purpose, &host, sealed, broker.now()));
        opened.map(|opened| opened.value)
    };
    for purpose in [
        Purpose::Pending,
        Purpose::HandOver,
        Purpose::Outcome,
        Purpose::Ticket,
        Purpose::State,
        Purpose::Session,
        Purpose::Logout,
        Purpose::Pushed,
        Purpose::Link,
    ] {
        for keys in [before, &after, &again] {
            let sealed =
                block_on(envelope::seal(&broker.ports, keys, purpose, &label, &host, &"content".to_owned()));
            let sealed = sealed.unwrap();
            for others in [before, &after, &again] {
                let expected = if std::ptr::eq(keys, others) {
                    Ok("content".to_owned())
                } else {
                    Err(Unopened::Invalid)
                };
                assert_eq!(open(others, purpose, &sealed), expected, "{purpose:?}");
            }
        }
    }
}

#[test]
fn people_keep_their_sub_applications_their_secrets_and_tokens_their_keys() {
    let broker = world();
    let app = RelyingParty::web();
    let log_in = || {
        let asked = app.ask(POCES);
        let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
        app.redeem(&broker, &asked, &answer)
    };
    let before = log_in();
    let key = key_of(&broker, &app.issuer, &before.kid);
    restore(&broker, true);
    broker.wait(AFTER);
    let after = log_in();
    assert_eq!(after.claims["sub"], before.claims["sub"]);
    assert_eq!((key_of(&broker, &app.issuer, &before.kid), &after.kid), (key, &before.kid));
}
