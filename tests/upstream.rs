//! Upstreams that lie, fail or fall silent: each ends with an error at the application, with the
//! reason in the log and nobody identified (OIDC Core §3.1.3.7, RFC 9700 §4.4, RFC 8725).

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::documents::FAILED_SECONDS;
use edge_eid::eid::Eid;
use edge_eid::eid::provider::KEYS_AGAIN_SECONDS;
use serde_json::json;
use support::upstream::{MITID, NEMID};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const HIGH: &str = "urn:grn:authn:dk:mitid:high";
const LOW: &str = "urn:grn:authn:dk:mitid:low";

fn person(eid: Eid) -> Person {
    if eid == Eid::Mitid { Person::ditlev() } else { Person::terne() }
}

/// Every way to fail after the user came back from the upstream, and what the log says of it.
const AT_CALLBACK: [(Bend, &str); 33] = [
    (Bend::WrongIss, "id_token: iss differs"),
    (Bend::WrongAud, "id_token: aud differs"),
    (Bend::WrongAzp, "id_token: azp differs"),
    (Bend::WrongNonce, "id_token: nonce differs"),
    (Bend::NoNonce, "id_token: nonce differs"),
    (Bend::AlgNone, "id_token: "),
    (Bend::AlgHs256, "id_token: alg is not allowed"),
    (Bend::ForgedSignature, "id_token: signature"),
    (Bend::AlteredClaims, "id_token: signature"),
    (Bend::Crit, "id_token: crit"),
    (Bend::Expired, "id_token: expired"),
    (Bend::NoExp, "id_token: expired"),
    (Bend::IssuedTomorrow, "id_token: iat is in the future"),
    (Bend::UnknownKid, "id_token: signed by no published key"),
    (Bend::NoKeys, "id_token: signed by no published key"),
    (Bend::LongIdToken, "id_token: too long"),
    (Bend::HugeIdToken, "token endpoint: more than 256 kB"),
    (Bend::KeysTimeout, "keys: no answer"),
    (Bend::OtherSub, "sub of userinfo differs"),
    (Bend::NoSub, "sub of userinfo differs"),
    (Bend::TokenError, "token endpoint answered 400"),
    (Bend::TokenInternal, "token endpoint answered 500"),
    (Bend::TokenNotJson, "token answer is malformed"),
    (Bend::TokenWithoutIdToken, "token answer is malformed"),
    (Bend::TokenTimeout, "token endpoint: no answer"),
    (Bend::UserinfoTimeout, "userinfo: no answer"),
    (Bend::UserinfoInternal, "userinfo answered 500"),
    (Bend::UserinfoNotAnObject, "userinfo is malformed"),
    (Bend::HugeUserinfo, "userinfo: more than 256 kB"),
    (Bend::AnswerWithoutIss, "iss of the answer"),
    (Bend::AnswerOfAnother, "iss of the answer"),
    (Bend::AnswerEmpty, "neither code nor error"),
    (Bend::AnswerError, "the upstream answered server_error"),
];

#[test]
fn each_bent_answer_ends_at_the_application_with_its_reason_in_the_log() {
    for eid in Eid::ALL {
        for (bend, why) in AT_CALLBACK {
            let broker = World::demo();
            let browser = Browser::new(&broker);
            let asked = RelyingParty::web().ask(POCES);
            let upstream = browser.start(&asked.url, eid);
            broker.ports.upstreams.bend.set(bend);
            let answer = browser.approve(&upstream, &person(eid)).application();
            assert_eq!(answer.error(), "server_error", "{bend:?}");
            assert_eq!(answer.get("state"), Some(asked.state.as_str()));
            assert_eq!(answer.get("iss"), Some("https://acme.example"));
            let description = answer.get("error_description").unwrap();
            assert!(description.contains(support::ports::TRACE_ID), "the reference leads to the log");
            assert!(!description.contains(why), "the reason stays with us");
            assert!(
                broker.has_logged("upstream_failed", why),
                "{bend:?}: {:?}",
                broker.logged("upstream_failed")
            );
            assert!(broker.ports.logins.borrow().is_empty(), "{bend:?}: nobody was identified");
            assert!(browser.attempts(ACME).is_empty() && browser.attempts(ACME_MITID).is_empty(), "{bend:?}");
        }
    }
}

#[test]
fn an_upstream_that_can_not_be_started_is_told_to_the_application() {
    for (bend, why) in [
        (Bend::DiscoveryTimeout, "no answer"),
        (Bend::DiscoveryNotJson, "metadata is malformed"),
        (Bend::DiscoveryOfAnother, "metadata is of another issuer"),
        (Bend::DiscoveryRunsCode, "metadata is malformed"),
        (Bend::DiscoverySplitsHeaders, "metadata is malformed"),
        (Bend::DiscoveryWithoutTls, "metadata is malformed"),
    ] {
        for eid in Eid::ALL {
            let broker = World::demo();
            let browser = Browser::new(&broker);
            broker.ports.upstreams.bend.set(bend);
            let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
            let answer = browser.choose(&page, eid).application();
            assert_eq!(answer.error(), "server_error", "{bend:?}");
            assert!(
                broker.has_logged("upstream_failed", why),
                "{bend:?}: {:?}",
                broker.logged("upstream_failed")
            );
        }
    }
}

#[test]
fn an_upstream_that_falls_silent_between_start_and_callback_is_an_error_too() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    broker.ports.upstreams.forget();
    broker.ports.upstreams.bend.set(Bend::DiscoveryTimeout);
    assert_eq!(browser.approve(&upstream, &Person::terne()).application().error(), "server_error");
}

#[test]
fn an_upstream_that_is_down_is_asked_once_in_a_while_and_not_by_each_login() {
    for (bend, path) in
        [(Bend::DiscoveryTimeout, "/.well-known/openid-configuration"), (Bend::KeysTimeout, "/keys")]
    {
        let broker = World::demo();
        let log_in = || {
            let browser = Browser::new(&broker);
            let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
            match browser.choose(&page, Eid::Nemid) {
                Stop::Upstream(upstream) => browser.approve(&upstream, &Person::terne()).application(),
                stop => stop.application(),
            }
        };
        let asked = || {
            let url = format!("{NEMID}{path}");
            broker.ports.upstreams.fetched.borrow().iter().filter(|fetched| **fetched == url).count()
        };
        broker.ports.upstreams.bend.set(bend);
        for _ in 0..3 {
            assert_eq!(log_in().error(), "server_error", "{bend:?}");
        }
        assert_eq!(asked(), 1, "{bend:?}");
        broker.ports.upstreams.bend.set(Bend::Straight);
        assert_eq!(log_in().error(), "server_error", "not asked again yet");
        broker.wait(FAILED_SECONDS);
        assert!(log_in().get("code").is_some());
        assert_eq!(asked(), 2, "{bend:?}");
    }
}

#[test]
fn a_key_that_was_rolled_over_is_fetched_once_more() {
    let broker = World::demo();
    let keys_fetched = || {
        let url = format!("{NEMID}/keys");
        broker.ports.upstreams.fetched.borrow().iter().filter(|fetched| **fetched == url).count()
    };
    let log_in = || {
        Browser::new(&broker)
            .log_in(&RelyingParty::web().ask(POCES).url, Eid::Nemid, &Person::terne())
            .code()
            .len()
    };
    log_in();
    log_in();
    assert_eq!(keys_fetched(), 1, "remembered");
    broker.ports.upstreams.roll_over(NEMID);
    broker.wait(KEYS_AGAIN_SECONDS);
    log_in();
    assert_eq!(keys_fetched(), 2);
    broker.wait(601);
    log_in();
    assert_eq!(keys_fetched(), 3, "too old by then");
}

#[test]
fn a_made_up_key_name_is_looked_for_once_in_a_while() {
    let broker = World::demo();
    broker.ports.upstreams.bend.set(Bend::UnknownKid);
    let keys_fetched = || {
        let url = format!("{NEMID}/keys");
        broker.ports.upstreams.fetched.borrow().iter().filter(|fetched| **fetched == url).count()
    };
    let log_in = || {
        let asked = RelyingParty::web().ask(POCES);
        assert_eq!(
            Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne()).error(),
            "server_error"
        );
    };
    for _ in 0..5 {
        log_in();
    }
    assert_eq!(keys_fetched(), 1);
    broker.wait(KEYS_AGAIN_SECONDS);
    log_in();
    log_in();
    assert_eq!(keys_fetched(), 2);
}

#[test]
fn a_level_below_the_one_asked_for_is_refused_and_never_raised() {
    let broker = World::demo();
    broker.ports.upstreams.bend.set(Bend::LevelLow);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Mitid);
    assert_eq!(browser.approve(&upstream, &Person::ditlev()).page().status, 403);
    broker.ports.upstreams.bend.set(Bend::Straight);
    let upstream = browser.start(&RelyingParty::web().ask(HIGH).url, Eid::Mitid);
    assert_eq!(browser.approve(&upstream, &Person::ditlev()).page().status, 403, "substantial is not high");
    assert!(broker.ports.logins.borrow().is_empty());
    broker.ports.upstreams.bend.set(Bend::LevelLow);
    let (app, asked) = (RelyingParty::web(), RelyingParty::web().ask(LOW));
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["acr"], LOW);
}

#[test]
fn a_mitid_answer_without_a_known_level_is_broken() {
    for bend in [Bend::NoLevel, Bend::StrangeLevel] {
        let broker = World::demo();
        broker.ports.upstreams.bend.set(bend);
        let browser = Browser::new(&broker);
        let answer = browser.log_in(&RelyingParty::web().ask(LOW).url, Eid::Mitid, &Person::ditlev());
        assert_eq!(answer.error(), "server_error", "{bend:?}");
        assert!(broker.has_logged("upstream_failed", "no level of assurance"));
    }
}

#[test]
fn an_upstreams_error_text_with_a_cpr_number_stays_out_of_the_log() {
    let broker = World::demo();
    broker.ports.upstreams.bend.set(Bend::AnswerErrorWithCpr);
    let browser = Browser::new(&broker);
    let answer = browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    assert_eq!(answer.error(), "server_error");
    assert!(!answer.url.contains(support::upstream::CPR));
    assert!(broker.has_logged("upstream_failed", "an unusual error"));
}

#[test]
fn an_employee_needs_a_company_and_a_person_shows_none() {
    let broker = World::demo();
    let moces = "urn:grn:authn:dk:nemid:moces";
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let answer = browser.log_in(&app.ask(moces).url, Eid::Nemid, &Person::terne());
    assert_eq!(answer.error(), "server_error");
    let asked = app.ask(moces);
    let tokens = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Nemid, &Person::employee()));
    assert_eq!(tokens.claims["cvrNumberIdentifier"], "13585628");
    let asked = app.ask(POCES);
    let tokens = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Nemid, &Person::employee()));
    assert!(tokens.claims.get("cvrNumberIdentifier").is_none());
}

#[test]
fn each_start_draws_its_state_nonce_and_verifier_afresh() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let starts: Vec<String> =
        [Eid::Nemid, Eid::Nemid, Eid::Mitid].map(|eid| browser.choose(&page, eid).upstream()).into();
    assert!(starts[0].starts_with(NEMID) && starts[2].starts_with(MITID));
    for name in ["state=", "nonce=", "code_challenge="] {
        let value = |url: &str| url.split(name).nth(1).unwrap().split('&').next().unwrap().to_owned();
        let values: Vec<String> = starts.iter().map(|url| value(url)).collect();
        assert!(values[0] != values[1] && values[1] != values[2] && values[0] != values[2], "{name}");
        assert!(
            !browser.history.borrow()[0].contains(&values[0]),
            "nothing of the application's request is reused"
        );
    }
}

/// "Signed with the key of the eID that was really used": an upstream that serves several eIDs says
/// which one it was, and we do not listen.
#[test]
fn an_answer_that_names_another_eid_is_no_identity_of_the_asked_one() {
    for claim in [json!({"idp": "mitid"}), json!({"acr": "urn:grn:authn:dk:mitid:low"})] {
        let broker = World::demo();
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
        let mut person = Person::terne();
        person.claims.as_object_mut().unwrap().extend(claim.as_object().unwrap().clone());
        let answer = browser.approve(&upstream, &person).application();
        assert!(answer.get("code").is_none(), "MitID at level low passed for NemID ({claim})");
    }
}

#[test]
fn the_evidence_of_a_login_stands_in_the_log_and_nobody_in_it() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let mut person = Person::ditlev();
    let more = json!({"ial": "HIGH", "aal": "SUBSTANTIAL", "auth_time": 1_794_999_990});
    person.claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    browser.log_in(&app.ask(POCES).url, Eid::Mitid, &person);
    let line = broker.logged("identified").pop().unwrap();
    let expected = format!(
        "client_id=urn:acme:web acr=urn:grn:authn:dk:mitid:substantial issuer={MITID} transaction_id=tx-ditlev \
         loa=substantial ial=high aal=substantial auth_time={}",
        edge_eid::model::UnixTime(1_794_999_990).iso8601(),
    );
    assert_eq!(line, expected);
    person.claims["transaction_id"] = json!(support::upstream::CPR);
    browser.log_in(&app.ask(POCES).url, Eid::Mitid, &person);
    assert!(
        !broker.logged("identified").pop().unwrap().contains("transaction_id"),
        "a CPR number is no reference"
    );
}
