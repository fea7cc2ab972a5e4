//! "Explain this login": what a recording tells, and what it never tells.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::trace::is_id;
use edge_eid::model::UnixTime;
use edge_eid::model::url::WebUrl;
use edge_eid::web::Method;
use serde_json::Value;
use support::broker::request;
use support::upstream::{CPR, NAME};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const DAY: u64 = 24 * 60 * 60;

/// The demo's world with recording on for a day, on both domains of the pair or on one.
fn recording(hosts: &[&str]) -> Broker {
    let broker = World::demo();
    let until = broker.now().plus(DAY);
    for host in hosts {
        broker.change_application(host, "urn:acme:web", |app| app.protocol.recording_until = Some(until));
    }
    broker
}

/// All facts that were recorded, as `name=value`, of the one trace there is.
fn facts(broker: &Broker) -> Vec<String> {
    let traces = broker.ports.traces.borrow();
    assert_eq!(traces.len(), 1, "one login, one trace: {:?}", traces.keys());
    let steps = traces.values().next().unwrap().as_array().unwrap().clone();
    let of = |step: &Value| step["facts"].as_array().unwrap().clone();
    let text = |fact: &Value| format!("{}={}", fact[0].as_str().unwrap(), fact[1].as_str().unwrap());
    steps.iter().flat_map(of).map(|fact| text(&fact)).collect()
}

fn has(broker: &Broker, fact: &str) -> bool {
    facts(broker).iter().any(|noted| noted == fact)
}

#[test]
fn a_recorded_login_tells_where_the_eid_came_from_which_application_was_used_and_which_key_signed() {
    let broker = recording(&[ACME, ACME_MITID]);
    let app = RelyingParty::web();
    let asked = app.ask_with(&[
        ("acr_values", ""),
        ("login_hint", &format!("acr_values:{POCES} action:sign sub:{CPR} css_path:/x someone@example.com")),
    ]);
    let browser = Browser::new(&broker);
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    browser.headers.borrow_mut().push(("traceparent".to_owned(), traceparent.to_owned()));
    let answer = browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    let tokens = app.redeem(&broker, &asked, &answer);
    for fact in [
        "eid_named_by=login_hint",
        &format!("eid_asked_for={POCES}"),
        "hint_action=told to the eID",
        "hint_unknown=ignored",
        "shadow_application_at=acme.mitid.example",
        "application=the shadow on this domain",
        "eid_started=urn:grn:authn:dk:mitid:substantial",
        "identified_by=urn:grn:authn:dk:mitid:substantial",
        &format!("signed_by={}", tokens.kid),
        &format!("traceparent={traceparent}"),
    ] {
        assert!(has(&broker, fact), "{fact} in {:#?}", facts(&broker));
    }
    let all = serde_json::to_string(&facts(&broker)).unwrap();
    for secret in
        [CPR, NAME, answer.code(), &tokens.access_token, &asked.state, &asked.nonce, &asked.verifier]
    {
        assert!(!all.contains(secret), "a recording holds {secret}");
    }
}

#[test]
fn a_recording_tells_that_the_application_has_closed_nemid_for_itself() {
    let broker = recording(&[ACME]);
    let now = broker.now();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.nemid_closed_at = Some(now));
    Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url);
    assert!(has(&broker, "nemid_closed_by=nemid_closed_at of the application"), "{:#?}", facts(&broker));
    assert!(has(&broker, &format!("eid_asked_for={POCES}")));
    let is_blamed = |broker: &Broker, domain_closes: u64| {
        broker.change_domain(ACME, |domain| domain.nemid_closed_at = UnixTime(domain_closes));
        Browser::new(broker).visit(&RelyingParty::web().ask(POCES).url);
        facts(broker).iter().any(|fact| fact.starts_with("nemid_closed_by"))
    };
    let broker = recording(&[ACME]);
    assert!(!is_blamed(&broker, broker.now().0 + DAY), "nothing has closed it");
    let broker = recording(&[ACME]);
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.nemid_closed_at = Some(now));
    assert!(!is_blamed(&broker, now.0), "it is closed at the domain too");
}

#[test]
fn each_login_is_a_recording_of_its_own_under_a_trace_id() {
    let broker = recording(&[ACME, ACME_MITID]);
    let app = RelyingParty::web();
    for (eid, person) in [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev())] {
        let asked = app.ask(POCES);
        let answer = Browser::new(&broker).log_in(&asked.url, eid, &person);
        app.redeem(&broker, &asked, &answer);
    }
    let traces = broker.ports.traces.borrow();
    assert_eq!(traces.len(), 2);
    for name in traces.keys() {
        assert!(name.strip_prefix("acme/TEST/").is_some_and(is_id), "{name}");
    }
}

#[test]
fn a_recording_tells_which_way_a_request_came_and_names_no_hint_that_was_not_given() {
    let app = RelyingParty::web();
    let broker = recording(&[ACME]);
    Browser::new(&broker).visit(&app.ask(POCES).url).page();
    assert!(has(&broker, "way=by the browser"));
    assert!(!facts(&broker).iter().any(|fact| fact.starts_with("hint_")));
    let broker = recording(&[ACME]);
    let form = app.ask(POCES).url.split_once('?').unwrap().1.to_owned();
    let pushed =
        broker.post(&format!("https://{ACME}/oauth2/par"), &[("authorization", &app.basic())], &form);
    assert_eq!(pushed.status, 201);
    assert!(has(&broker, "way=pushed"));
}

#[test]
fn a_recording_tells_whether_mitids_app_is_led_back() {
    let registered = "https://app.example/resume";
    for (url, what) in
        [(registered, "told to the eID"), ("https://evil.example/", "ignored: it is not one of resume_urls")]
    {
        let broker = recording(&[ACME]);
        broker.change_application(ACME, "urn:acme:web", |app| {
            app.protocol.resume_urls = vec![WebUrl::parse(registered).unwrap()];
        });
        let hint = format!("appswitch:resumeUrl:{url}");
        Browser::new(&broker).visit(&RelyingParty::web().ask_with(&[("login_hint", &hint)]).url);
        assert!(has(&broker, &format!("hint_appswitch_resume_url={what}")), "{:#?}", facts(&broker));
    }
}

#[test]
fn where_a_login_failed_is_recorded() {
    let broker = recording(&[ACME]);
    let asked = RelyingParty::web().ask(POCES);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&asked.url, Eid::Nemid);
    browser.cancel(&upstream).application();
    assert!(has(&broker, "error=access_denied") && has(&broker, "event=returned_error"));
    let broker = recording(&[ACME]);
    let asked = RelyingParty::web().ask_with(&[("acr_values", "urn:x")]);
    Browser::new(&broker).visit(&asked.url).application();
    assert!(has(&broker, "error=invalid_request"));
}

#[test]
fn nothing_is_recorded_where_the_switch_is_off_or_its_day_is_over() {
    let log_in = |broker: &Broker| {
        let app = RelyingParty::web();
        let asked = app.ask(POCES);
        let answer = Browser::new(broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
        app.redeem(broker, &asked, &answer);
    };
    let broker = World::demo();
    log_in(&broker);
    assert!(broker.ports.traces.borrow().is_empty());
    let broker = recording(&[ACME]);
    broker.wait(DAY);
    log_in(&broker);
    assert!(broker.ports.traces.borrow().is_empty());
    let broker = recording(&[ACME]);
    broker.wait(DAY - 100);
    log_in(&broker);
    assert!(!broker.ports.traces.borrow().is_empty());
}

/// Each such request would be a recording of its own.
#[test]
fn whoever_reads_metadata_fills_no_store_with_recordings() {
    let broker = recording(&[ACME]);
    for document in ["openid-configuration", "oauth-authorization-server", "criipto-configuration"] {
        let url = format!("https://{ACME}/.well-known/{document}?client_id=urn:acme:web");
        assert_eq!(broker.send(&request(Method::Get, &url, &[], "")).status, 200);
    }
    assert!(broker.ports.traces.borrow().is_empty());
}

#[test]
fn a_caller_cannot_choose_the_name_of_a_recording() {
    let broker = recording(&[ACME]);
    let asked = RelyingParty::web().ask(POCES);
    let chosen = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{chosen}-b7ad6b7169203331-01");
    let headers = [("traceparent", parent.as_str()), ("trace-id", chosen), ("prefer", "return-trace-id")];
    let response = broker.send(&request(Method::Get, &asked.url, &headers, ""));
    assert!(response.header("trace-id").is_some_and(|id| id != chosen));
    assert!(!broker.ports.traces.borrow().keys().any(|name| name.contains(chosen)));
    assert!(broker.ports.traces.borrow().keys().all(|name| name.starts_with("acme/TEST/")));
}

#[test]
fn the_recording_is_read_by_trace_id_and_never_by_another_tenant_or_environment() {
    let operator = admin::Operator::new();
    operator.tenant("acme");
    operator.domain("acme", "acme.example", &serde_json::json!({}));
    operator.tenant("globex");
    operator.domain("globex", "globex.example", &serde_json::json!({}));
    let id = "0af7651916cd43dd8448eb211c80319c";
    let step =
        edge_eid::login::trace::step(operator.now.get(), "token", 200, &[("signed_by", "k".to_owned())]);
    operator.ports.traces.borrow_mut().insert(format!("acme/TEST/{id}"), serde_json::json!([step]));
    let read = |tenant: &str, environment: &str, id: &str| {
        operator.get(&admin::path(&["tenants", tenant, "environments", environment, "traces", id]))
    };
    let reply = read("acme", "TEST", id).expect(200);
    assert_eq!(reply.body["steps"][0]["facts"][0], serde_json::json!(["signed_by", "k"]));
    read("acme", "PRODUCTION", id).expect(404);
    read("globex", "TEST", id).expect(404);
    read("acme", "TEST", "0af7651916cd43dd8448eb211c80319d").expect(404);
    read("acme", "TEST", "TEST").expect(404);
    read("acme", "TEST", &id.to_uppercase()).expect(404);
}
