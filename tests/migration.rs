//! What is counted of logins, and what the migration board says of applications.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::login_tally::Counted;
use edge_eid::admin::migration::QUIET_DAYS;
use edge_eid::eid::Eid;
use edge_eid::model::domain::Rehearsal;
use edge_eid::model::login_count::{DAY_SECONDS, Day, LoginCount, SHARDS, Sketch, Trace, object_name};
use edge_eid::model::sighting::Who;
use edge_eid::model::{ClientId, Host, UnixTime};
use edge_eid::ports::{LoginTallies, Logins as _};
use edge_eid::web::{Method, percent_encode};
use serde_json::{Value, json};
use support::admin::{Operator, application_path};
use support::broker::request;
use support::world::NOW;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";

// ---- what is counted ----

/// Everything that the environment's objects have counted, once every login is over.
fn counted(broker: &Broker) -> (Vec<(String, String, Day)>, u64) {
    broker.ports.end_logins();
    let (mut days, mut people) = (Vec::new(), Sketch::default());
    let of = [ACME, ACME_MITID]
        .map(|host| (Host::parse(host).unwrap(), ClientId::parse(&RelyingParty::web().client_id).unwrap()));
    for shard in 0..SHARDS {
        let Counted { applications, days: sums, people: seen } =
            block_on(broker.ports.counted(&object_name("acme/TEST", shard), &of)).unwrap();
        let asked_for = applications.iter().flat_map(|logins| &logins.days).map(|day| day.nemid + day.mitid);
        let in_all = sums.iter().map(|day| day.nemid + day.mitid);
        assert_eq!(in_all.sum::<u64>(), asked_for.sum::<u64>(), "of no other application");
        for logins in applications {
            let (host, client_id) = (logins.host.to_string(), logins.client_id.to_string());
            days.extend(logins.days.iter().map(|day| (host.clone(), client_id.clone(), *day)));
        }
        if let Some(seen) = seen {
            people.merge(&seen);
        }
    }
    (days, people.estimate())
}

fn summed(days: &[(String, String, Day)]) -> Day {
    days.iter().fold(today(), |mut sum, (.., day)| {
        sum.add(day);
        sum
    })
}

fn today() -> Day {
    Day::empty(NOW.0 / DAY_SECONDS)
}

fn finish(broker: &Broker, eid: Eid, person: &Person) {
    let (browser, app) = (Browser::new(broker), RelyingParty::web());
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, eid, person);
    app.redeem(broker, &asked, &answer);
}

#[test]
fn a_finished_login_counts_for_the_application_on_the_domain_that_it_called() {
    let broker = World::demo();
    finish(&broker, Eid::Mitid, &Person::ditlev());
    let (days, people) = counted(&broker);
    let id = RelyingParty::web().client_id;
    assert_eq!(days, [(ACME.to_owned(), id, Day { mitid: 1, ..today() })], "not on the MitID domain");
    assert_eq!(people, 1);
}

#[test]
fn people_count_once_with_mitid_and_never_with_nemid() {
    let broker = World::demo();
    for (eid, person) in
        [(Eid::Nemid, Person::terne()), (Eid::Mitid, Person::ditlev()), (Eid::Mitid, Person::ditlev())]
    {
        finish(&broker, eid, &person);
    }
    let (days, people) = counted(&broker);
    assert_eq!(summed(&days), Day { nemid: 1, mitid: 2, ..today() });
    assert_eq!(people, 1);
}

#[test]
fn a_login_without_a_token_does_not_count() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev()).code();
    assert_eq!(counted(&broker), (Vec::new(), 0));
}

#[test]
fn a_login_whose_token_was_given_back_counts() {
    let broker = World::demo();
    finish(&broker, Eid::Nemid, &Person::terne());
    let name = broker.ports.login_counts.borrow().keys().next().unwrap().clone();
    let login = broker.ports.logins.borrow()[&name].clone();
    let edge_eid::login::state::Login::Redeemed { access_hash, grant, .. } =
        edge_eid::json::read(&login).unwrap()
    else {
        panic!("redeemed")
    };
    let event = edge_eid::login::state::Event::Revoke {
        host: grant.request.host,
        client_id: grant.request.client_id,
        access_hash,
    };
    block_on(broker.ports.advance(&name, &event, NOW)).unwrap();
    assert_eq!(counted(&broker).0.len(), 1);
}

#[test]
fn what_is_counted_says_nothing_of_the_person() {
    let broker = World::demo();
    finish(&broker, Eid::Mitid, &Person::ditlev());
    let text = edge_eid::json::write(broker.ports.login_counts.borrow().values().next().unwrap());
    let Value::Object(members) = serde_json::from_str(&text).unwrap() else { panic!("an object") };
    let mut names: Vec<_> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["at", "client_id", "eid", "host", "object", "person"]);
    assert!(members["person"]["r"].as_u64().unwrap() < 4096);
    assert!(members["person"]["k"].as_u64().unwrap() <= 52);
}

// ---- the board ----

const TEST: &str = "test.acme.example";
const MITID: &str = "mitid.acme.example";
const WEB: &str = "urn:acme:web";
const TODAY: UnixTime = UnixTime(20_000 * DAY_SECONDS);

fn board(operator: &Operator) -> Value {
    operator.get("/api/v1/tenants/acme/environments/TEST/migration").expect(200).body
}

fn application(operator: &Operator) -> Value {
    board(operator)["applications"][0].clone()
}

fn world() -> Operator {
    let operator = Operator::new();
    operator.now.set(TODAY);
    operator.ports.upstreams.now.set(TODAY);
    operator.tenant("acme");
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    operator.domain("acme", TEST, &json!({"mitid_domain": MITID}));
    operator.application("acme", TEST, WEB);
    operator
}

fn make_shadow(operator: &Operator) {
    operator.post(&format!("{}/shadow", application_path("acme", TEST, WEB)), &json!({})).expect(201);
}

fn login(operator: &Operator, shard: u8, host: &str, eid: Eid, days_ago: u64) {
    login_at(operator, shard, host, WEB, eid, days_ago);
}

fn login_at(operator: &Operator, shard: u8, host: &str, client_id: &str, eid: Eid, days_ago: u64) {
    operator.ports.count_login(LoginCount {
        object: object_name("acme/TEST", shard),
        host: Host::parse(host).unwrap(),
        client_id: ClientId::parse(client_id).unwrap(),
        eid,
        person: (eid == Eid::Mitid).then_some(Trace { register: shard.into(), rank: 1 }),
        rehearsed: false,
        at: UnixTime(TODAY.0 - days_ago * DAY_SECONDS),
    });
}

#[test]
fn an_application_is_ready_when_nothing_stands_against_it() {
    let operator = world();
    let reasons = |operator: &Operator| application(operator)["reasons"].clone();
    assert_eq!(reasons(&operator), json!(["shadow-missing", "keys-not-seen"]));
    make_shadow(&operator);
    assert_eq!(reasons(&operator), json!(["keys-not-seen"]));
    login(&operator, 0, TEST, Eid::Nemid, QUIET_DAYS - 1);
    login(&operator, 1, TEST, Eid::Mitid, 1);
    assert_eq!(reasons(&operator), json!(["nemid-in-use"]));
    let later = TODAY.plus(DAY_SECONDS);
    operator.now.set(later);
    assert_eq!(reasons(&operator), json!([]));
    let application = application(&operator);
    assert_eq!(application["ready"], true);
    assert_eq!(application["last_nemid_login"], "2024-09-05");
    assert_eq!(application["last_mitid_login"], "2024-10-03");
}

#[test]
fn a_shadow_that_differs_and_a_domain_without_one_are_told_apart() {
    let operator = world();
    make_shadow(&operator);
    let at = application_path("acme", TEST, WEB);
    let mut body = operator.get(&at).expect(200).body;
    body["userinfo_response"] = json!("signed_jwt");
    operator.replace(&at, "*", &body).expect(200);
    operator.domain("acme", "alone.acme.example", &json!({}));
    operator.application("acme", "alone.acme.example", WEB);
    let board = board(&operator);
    let reasons: Vec<_> =
        board["applications"].as_array().unwrap().iter().map(|it| &it["reasons"][0]).collect();
    assert_eq!(reasons, ["no-mitid-domain", "shadow-differs"]);
}

#[test]
fn who_was_seen_with_the_key_of_mitid_has_it() {
    let operator = world();
    make_shadow(&operator);
    let keys = operator.get("/api/v1/tenants/acme/environments/TEST/keys").expect(200).body;
    let kid = |eid: &str| {
        let keys = keys["items"].as_array().unwrap();
        let key = keys.iter().find(|key| key["eid"] == eid && key["state"] == "active").unwrap();
        key["kid"].as_str().unwrap().to_owned()
    };
    let who = Who::Application(ClientId::parse(WEB).unwrap());
    operator.ports.sighted("acme/TEST", who.clone(), vec![kid("nemid")]);
    assert_eq!(application(&operator)["reasons"], json!(["keys-not-seen"]));
    operator.ports.sighted("acme/TEST", who, vec![kid("mitid")]);
    assert_eq!(application(&operator)["ready"], true);
}

#[test]
fn what_the_parts_have_counted_is_one_sum_in_which_other_applications_are() {
    let operator = world();
    for shard in 0..SHARDS {
        login(&operator, shard, TEST, Eid::Nemid, 0);
        login(&operator, shard, MITID, Eid::Mitid, 2);
    }
    let board = board(&operator);
    let day = |date: &str, nemid: u64, mitid: u64| json!([{"date": date, "nemid": nemid, "mitid": mitid, "rehearsed": 0, "finished": 0}]);
    assert_eq!(board["applications"][0]["days"], day("2024-10-04", 4, 0));
    let mut all = day("2024-10-02", 0, 4);
    all.as_array_mut().unwrap().extend(day("2024-10-04", 4, 0).as_array().cloned().unwrap());
    assert_eq!(board["days"], all, "that of the MitID domain, too");
    assert_eq!(board["people_seen_with_mitid"], 4);
}

#[test]
fn each_application_of_a_domain_has_its_own_logins() {
    let operator = world();
    operator.application("acme", TEST, "urn:acme:other");
    login_at(&operator, 0, TEST, "urn:acme:other", Eid::Nemid, 0);
    login_at(&operator, 1, TEST, WEB, Eid::Mitid, 0);
    let board = board(&operator);
    let days: Vec<_> = board["applications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["client_id"], &one["days"][0]["nemid"], &one["days"][0]["mitid"]))
        .collect();
    let (other, web) = (json!("urn:acme:other"), json!(WEB));
    assert_eq!(days, [(&other, &json!(1), &json!(0)), (&web, &json!(0), &json!(1))]);
}

#[test]
fn a_board_is_read_a_page_at_a_time_and_its_sums_are_of_all() {
    let operator = world();
    operator.domain("acme", "alone.acme.example", &json!({}));
    for host in [TEST, "alone.acme.example"] {
        for number in 0..4 {
            operator.application("acme", host, &format!("urn:acme:{number}"));
        }
    }
    make_shadow(&operator);
    login(&operator, 0, TEST, Eid::Mitid, 1);
    let at = "/api/v1/tenants/acme/environments/TEST/migration";
    let (mut pages, mut next) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("{at}?limit=2{next}")).expect(200).body;
        assert_eq!(page["days"][0]["mitid"], 1, "on each page");
        let items = page["applications"].as_array().cloned().unwrap();
        assert!(items.len() <= 2);
        pages.extend(items);
        match page["next"].as_str() {
            Some(after) => next = format!("&after={}", percent_encode(after)),
            None => break,
        }
    }
    let whole = board(&operator);
    assert_eq!((json!(pages), &whole["next"]), (whole["applications"].clone(), &Value::Null));
    let names: Vec<_> = pages.iter().map(|it| (it["host"].as_str(), it["client_id"].as_str())).collect();
    assert_eq!(names.len(), 9);
    assert!(names.is_sorted());
    // A cursor is a place, also where nothing is any more.
    let after =
        |after: &str| operator.get(&format!("{at}?after={after}")).expect(200).body["applications"].clone();
    assert_eq!(after("b.example%20x").as_array().unwrap().len(), 5);
    assert_eq!(after("zz"), json!([]));
    operator.get(&format!("{at}?limit=0")).expect(422);
}

#[test]
fn another_environment_has_a_board_of_its_own() {
    let operator = world();
    operator.get("/api/v1/tenants/acme/environments/PRODUCTION/migration").expect(404);
    operator.domain("acme", "login.acme.example", &json!({"environment": "PRODUCTION"}));
    login(&operator, 0, TEST, Eid::Nemid, 0);
    let board = operator.get("/api/v1/tenants/acme/environments/PRODUCTION/migration").expect(200).body;
    assert_eq!((&board["applications"], &board["days"]), (&json!([]), &json!([])));
}

// ---- NemID's closing, rehearsed ----

fn rehearsed_by(percent: u64) -> Broker {
    let broker = World::demo();
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| {
            domain.rehearsal = Some(Rehearsal { ends: NOW.plus(DAY_SECONDS), percent });
        });
    }
    broker
}

/// Whether a login page, or what is left of it, offers NemID.
fn offers_nemid(browser: &Browser) -> bool {
    match browser.visit(&RelyingParty::web().ask(POCES).url) {
        Stop::Page(page) => page.has_tab(Eid::Nemid),
        _ => false,
    }
}

#[test]
fn a_browser_that_rehearses_meets_nemid_closed_and_no_other_does() {
    let broker = rehearsed_by(0);
    let (browser, other) = (Browser::new(&broker), Browser::new(&broker));
    let closed = browser.visit(&format!("https://{ACME}/rehearse")).page();
    assert!(closed.body.contains("NemID er lukket i denne browser"));
    assert!(closed.body.contains("href=\"/rehearse?off\""));
    assert!(!offers_nemid(&browser));
    assert!(offers_nemid(&other));
    let open = browser.visit(&format!("https://{ACME}/rehearse?off")).page();
    assert!(open.body.contains("NemID er åben i denne browser"));
    assert!(offers_nemid(&browser));
}

#[test]
fn no_frame_or_script_puts_a_browser_into_the_rehearsal() {
    let broker = rehearsed_by(0);
    for header in [("sec-fetch-dest", "iframe"), ("sec-fetch-dest", "image"), ("sec-purpose", "prefetch")] {
        let asked = request(Method::Get, &format!("https://{ACME}/rehearse"), &[header], "");
        let response = broker.send(&asked);
        assert_eq!(response.status, 403, "{header:?}");
        assert_eq!(response.header("set-cookie"), None);
    }
}

#[test]
fn a_rehearsal_ends_by_itself_and_without_one_there_is_nothing_to_rehearse() {
    let broker = rehearsed_by(100);
    let browser = Browser::new(&broker);
    assert!(!offers_nemid(&browser));
    broker.set_now(NOW.plus(DAY_SECONDS));
    assert!(offers_nemid(&browser));
    assert_eq!(browser.visit(&format!("https://{ACME}/rehearse")).page().status, 404);
}

#[test]
fn a_percentage_of_logins_is_rehearsed() {
    let broker = rehearsed_by(50);
    let open = (0..200).filter(|_| offers_nemid(&Browser::new(&broker))).count();
    assert!((50..150).contains(&open), "{open}");
}

#[test]
fn a_report_tells_how_many_were_rehearsed_and_how_many_finished_by_mitid() {
    let broker = rehearsed_by(100);
    offers_nemid(&Browser::new(&broker));
    let (browser, app) = (Browser::new(&broker), RelyingParty::web());
    let asked = app.ask(POCES);
    let upstream = match browser.visit(&asked.url) {
        Stop::Page(page) => browser.choose(&page, Eid::Mitid).upstream(),
        other => other.upstream(),
    };
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    app.redeem(&broker, &asked, &answer);
    assert_eq!(summed(&counted(&broker).0), Day { mitid: 1, rehearsed: 2, finished: 1, ..today() });
}

#[test]
fn who_asks_for_mitid_rehearses_nothing() {
    let broker = rehearsed_by(100);
    Browser::new(&broker).visit(&RelyingParty::web().ask("urn:grn:authn:dk:mitid:substantial").url);
    assert_eq!(counted(&broker).0, []);
}

#[test]
fn a_rehearsal_is_ordered_for_an_environment_and_shown_on_its_board() {
    let operator = world();
    let at = "/api/v1/tenants/acme/environments/TEST/rehearsal";
    let ends_at = TODAY.plus(DAY_SECONDS).iso8601();
    let put = |body: Value| operator.put_with(at, &[], &body);
    let wanted = json!({"ends_at": ends_at, "percent": 5});
    assert_eq!(put(wanted.clone()).expect(200).body["rehearsal"], wanted);
    assert_eq!(board(&operator)["rehearsal"], wanted);
    for end in [TODAY, TODAY.plus(32 * DAY_SECONDS)] {
        assert_eq!(put(json!({"ends_at": end.iso8601()})).expect(422).wrong_fields(), ["ends_at"]);
    }
    assert_eq!(put(json!({"ends_at": ends_at, "percent": 101})).expect(422).wrong_fields(), ["percent"]);
    assert_eq!(put(json!({"ends_at": null})).expect(200).body["rehearsal"], Value::Null);
    assert_eq!(board(&operator)["rehearsal"], Value::Null);
}

// ---- does this secret match? ----

#[test]
fn a_secret_is_told_to_be_the_current_one_the_one_before_or_none() {
    let operator = world();
    let at = application_path("acme", TEST, WEB);
    let make = |body: Value| operator.post(&format!("{at}/secrets"), &body).expect(201).body;
    let check = |secret: &str| {
        operator.post(&format!("{at}/check-secret"), &json!({ "secret": secret })).expect(200).body
    };
    let before =
        make(json!({"secret": "the-one-before-it", "expires_at": TODAY.plus(DAY_SECONDS).iso8601()}));
    let current = make(json!({}));
    let text = current["secret"].as_str().unwrap();
    assert_eq!(check(text)["secrets"][0]["id"], current["id"]);
    assert_eq!(check("the-one-before-it")["secrets"][0]["id"], before["id"]);
    assert_eq!(check("the-one-before-it")["secrets"][0]["counts"], true);
    assert_eq!(check("the-one-before-its"), json!({"matches": false, "secrets": []}));
    operator.now.set(TODAY.plus(DAY_SECONDS));
    let over = check("the-one-before-it");
    assert_eq!((&over["matches"], &over["secrets"][0]["counts"]), (&json!(true), &json!(false)));
}

#[test]
fn a_secret_of_another_application_does_not_match() {
    let operator = world();
    operator.application("acme", TEST, "urn:acme:other");
    let other = application_path("acme", TEST, "urn:acme:other");
    operator.post(&format!("{other}/secrets"), &json!({"secret": "of-the-other-one"})).expect(201);
    let at = format!("{}/check-secret", application_path("acme", TEST, WEB));
    let answer = operator.post(&at, &json!({"secret": "of-the-other-one"})).expect(200);
    assert_eq!(answer.body["matches"], false);
}
