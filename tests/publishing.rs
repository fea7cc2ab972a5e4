//! How configuration reaches the login path: what a snapshot holds, in which order versions arrive,
//! and what happens while KV or a host's object is down.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::command::{HostAnswer, HostCommand, PublishedName};
use edge_eid::admin::publication::{application_key, parse_kept, parse_published};
use edge_eid::eid::Eid;
use edge_eid::model::domain::{DomainKind, NEMID_CLOSED_AT};
use edge_eid::model::key_ring::KeyState;
use edge_eid::model::{Application, ClientId, DomainSnapshot, Host, Serving, UnixTime};
use serde_json::{Value, json};
use support::admin::{Operator, Reply, application_path, domain_path, path};
use support::management::Management;

const HOST: &str = "acme.example";
const MITID: &str = "mitid.acme.example";
const SECOND: &str = "second.acme.example";
const WEB: &str = "urn:acme:web";
const TIMES: Serving = Serving::DEFAULT;

/// Two ordinary domains that lead to one MitID domain, which falls back on the first.
fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    operator.domain("acme", HOST, &json!({"mitid_domain": MITID}));
    operator.domain("acme", SECOND, &json!({"mitid_domain": MITID}));
    change(&operator, MITID, &json!({"nemid_domain": HOST}));
    operator
}

fn change(operator: &Operator, host: &str, settings: &Value) -> Value {
    let at = domain_path("acme", host);
    let read = operator.get(&at).expect(200);
    let mut body = read.body.clone();
    for (name, value) in settings.as_object().unwrap() {
        body[name] = value.clone();
    }
    operator.replace(&at, &read.etag, &body).expect(200).body
}

fn domain(operator: &Operator, host: &str) -> DomainSnapshot {
    operator.ports.management.published(&format!("domain:{host}")).unwrap().value.unwrap()
}

fn application(operator: &Operator, host: &str) -> Option<Application> {
    let key = application_key(&Host::parse(host).unwrap(), &ClientId::parse(WEB).unwrap());
    operator.ports.management.published(&key).unwrap().value
}

fn kept_by_host(operator: &Operator, host: &str, name: PublishedName) -> Option<String> {
    let host = Host::parse(host).unwrap();
    match operator.ports.management.host(&host, &HostCommand::Read(name)) {
        Ok(HostAnswer::Published { text }) => text,
        _ => panic!("the host's object answers"),
    }
}

fn publication(operator: &Operator) -> Value {
    operator.get(&path(&["tenants", "acme", "publication"])).expect(200).body
}

#[test]
fn a_snapshot_holds_everything_a_login_needs() {
    let operator = acme();
    operator.upstream("acme", HOST, "nemid");
    let snapshot = domain(&operator, HOST);
    assert_eq!(snapshot.tenant.as_str(), "acme");
    assert_eq!(snapshot.issuer, "https://acme.example");
    assert_eq!((snapshot.kind, snapshot.enabled), (DomainKind::Ordinary, true));
    assert_eq!(snapshot.nemid_closed_at, NEMID_CLOSED_AT);
    assert_eq!(snapshot.upstreams.iter().map(|(eid, _)| *eid).collect::<Vec<_>>(), [Eid::Nemid]);
    assert_eq!(snapshot.keys.len(), 4, "every announced key of both rings");
    for key in &snapshot.keys {
        assert_eq!(
            key.private.is_some(),
            key.state == KeyState::Active,
            "a standby's private half stays at home"
        );
    }
    assert_eq!(snapshot.keys, domain(&operator, MITID).keys, "each domain announces all of them");
}

#[test]
fn a_change_of_the_mitid_domain_reaches_every_domain_that_leads_there() {
    let operator = acme();
    assert!(!domain(&operator, HOST).peer.unwrap().ready);
    operator.upstream("acme", MITID, "mitid");
    change(&operator, MITID, &json!({"show_alongside_nemid_logins": false, "enabled": false}));
    for host in [HOST, SECOND] {
        let peer = domain(&operator, host).peer.unwrap();
        assert_eq!(peer.host.as_str(), MITID);
        assert!(peer.ready, "its upstream is set");
        assert!(!peer.enabled && !peer.show_alongside_nemid_logins);
    }
}

#[test]
fn the_mitid_domain_knows_the_one_it_falls_back_on() {
    let operator = acme();
    let peer = domain(&operator, MITID).peer.unwrap();
    assert_eq!((peer.host.as_str(), peer.ready), (HOST, false));
    operator.upstream("acme", HOST, "nemid");
    change(&operator, HOST, &json!({"enabled": false}));
    let peer = domain(&operator, MITID).peer.unwrap();
    assert!(peer.ready && !peer.enabled);
    assert!(peer.show_alongside_nemid_logins, "the MitID domain's own setting");
}

#[test]
fn an_application_is_published_with_the_hashes_of_its_secrets() {
    let operator = acme();
    operator.application("acme", HOST, WEB);
    let secrets = format!("{}/secrets", application_path("acme", HOST, WEB));
    let made = operator.post(&secrets, &json!({"secret": "acme-web-secret"})).expect(201);
    let published = application(&operator, HOST).unwrap();
    assert_eq!(published.secrets.len(), 1);
    assert_eq!(published.secrets[0].id, made.body["id"].as_str().unwrap());
    assert!(published.redirect_uri("https://app.example/callback").is_some());
    operator.delete(&format!("{secrets}/{}", published.secrets[0].id), "*").expect(200);
    assert!(application(&operator, HOST).unwrap().secrets.is_empty());
}

#[test]
fn a_removed_thing_leaves_its_version_behind() {
    let operator = acme();
    operator.application("acme", HOST, WEB);
    let before = application(&operator, HOST).unwrap().version;
    operator.delete(&application_path("acme", HOST, WEB), "*").expect(200);
    let key = application_key(&Host::parse(HOST).unwrap(), &ClientId::parse(WEB).unwrap());
    let gone = operator.ports.management.published::<Application>(&key).unwrap();
    assert!(gone.value.is_none() && gone.version > before);

    operator.delete(&domain_path("acme", SECOND), "*").expect(200);
    let gone = operator.ports.management.published::<DomainSnapshot>(&format!("domain:{SECOND}")).unwrap();
    assert!(gone.value.is_none());
    let kept = kept_by_host(&operator, SECOND, PublishedName::Domain).unwrap();
    let key = format!("domain:{SECOND}");
    assert!(parse_published::<DomainSnapshot>(&key, &kept).unwrap().value.is_none());
}

#[test]
fn the_hosts_object_keeps_what_kv_has() {
    let operator = acme();
    operator.application("acme", HOST, WEB);
    let management = &operator.ports.management;
    let name = PublishedName::Application { client_id: ClientId::parse(WEB).unwrap() };
    let key = application_key(&Host::parse(HOST).unwrap(), &ClientId::parse(WEB).unwrap());
    assert_eq!(kept_by_host(&operator, HOST, name), management.kv.borrow().get(&key).cloned());
    let key = format!("domain:{HOST}");
    assert_eq!(
        kept_by_host(&operator, HOST, PublishedName::Domain),
        management.kv.borrow().get(&key).cloned()
    );
}

#[test]
fn a_write_while_kv_is_down_is_kept_told_and_published_when_it_is_back() {
    let operator = acme();
    operator.ports.management.kv_fails.set(true);
    let answer = change(&operator, SECOND, &json!({"display_name": "While it was down"}));
    assert_eq!(answer["published"], false);
    let status = publication(&operator);
    assert_eq!((&status["published"], &status["due"][0]["attempts"]), (&json!(false), &json!(1)));
    assert_eq!(status["due"][0]["item"], "domain second.acme.example");
    let read = operator.get(&domain_path("acme", SECOND)).expect(200).body;
    assert_eq!(read["display_name"], "While it was down");

    operator.ports.management.kv_fails.set(false);
    let now = operator.now.get();
    assert_eq!(operator.ports.management.alarm("acme", now), Some(now.plus(2)), "not before its time");
    let over = now.plus(TIMES.late_write());
    assert_eq!(operator.ports.management.alarm("acme", now.plus(2)), Some(over), "a write may be under way");
    assert_eq!(domain(&operator, SECOND).display_name, "While it was down");
    assert_eq!(publication(&operator), json!({"version": status["version"], "published": true, "due": []}));
    assert_eq!(operator.ports.management.alarm("acme", over), None);
}

#[test]
fn attempts_that_fail_are_made_ever_more_rarely() {
    let operator = acme();
    operator.ports.management.kv_fails.set(true);
    change(&operator, SECOND, &json!({"display_name": "x"}));
    let mut now = operator.now.get();
    let mut waits = Vec::new();
    for _ in 0..10 {
        let status = publication(&operator);
        let next = edge_eid::admin::rfc3339::parse(status["due"][0]["next_at"].as_str().unwrap()).unwrap();
        waits.push(next.seconds_after(now));
        now = next;
        operator.ports.management.alarm("acme", now);
    }
    assert_eq!(waits, [2, 4, 8, 16, 30, 30, 30, 30, 30, 30], "a domain never waits for long");
}

#[test]
fn a_later_write_publishes_what_an_earlier_one_could_not() {
    let operator = acme();
    operator.ports.management.hosts_fail.set(true);
    change(&operator, HOST, &json!({"display_name": "first"}));
    operator.ports.management.hosts_fail.set(false);
    operator.now.set(operator.now.get().plus(5));
    let answer = change(&operator, SECOND, &json!({"display_name": "second"}));
    assert_eq!(answer["published"], true);
    assert_eq!(domain(&operator, HOST).display_name, "first");
}

#[test]
fn versions_of_a_value_only_rise() {
    let operator = acme();
    for round in 0..3 {
        operator.ports.management.kv_fails.set(round == 1);
        change(&operator, MITID, &json!({"display_name": format!("round {round}")}));
    }
    operator.ports.management.kv_fails.set(false);
    operator.ports.management.alarm("acme", operator.now.get().plus(10));
    let mut seen: Vec<(String, u64)> = Vec::new();
    for (key, text) in operator.ports.management.kv_writes.borrow().iter() {
        let (of, published) = parse_kept::<Value>(text).unwrap();
        assert_eq!(of, *key, "a text says of which key it is");
        let version = published.version;
        let last = seen.iter().rev().find(|(known, _)| known == key).map_or(0, |(_, version)| *version);
        assert!(version > last, "{key} went from {last} to {version}");
        seen.push((key.clone(), version));
    }
    assert_eq!(domain(&operator, HOST).peer.unwrap().host.as_str(), MITID);
    assert_eq!(domain(&operator, MITID).display_name, "round 2");
}

#[test]
fn a_store_that_fails_to_write_leaves_everything_as_it_was() {
    let operator = acme();
    let tenant = edge_eid::model::TenantId::parse("acme").unwrap();
    operator.ports.management.tenants.borrow_mut().get_mut(&tenant).unwrap().broken = true;
    let before = operator.ports.management.kv_writes.borrow().len();
    let at = domain_path("acme", HOST);
    let read = operator.get(&at).expect(200);
    let mut body = read.body.clone();
    body["display_name"] = json!("lost");
    assert_eq!(operator.replace(&at, &read.etag, &body).status, 503);
    assert_eq!(operator.get(&at).expect(200).body, read.body);
    assert_eq!(operator.ports.management.kv_writes.borrow().len(), before);
}

#[test]
fn the_directory_learns_of_tenants_and_their_names() {
    let operator = Operator::new();
    operator.tenant("globex");
    operator.tenant("acme");
    let at = path(&["tenants", "acme"]);
    operator.now.set(UnixTime(1_900_000_000));
    operator.replace(&at, "*", &json!({"name": "Acme A/S"})).expect(200);
    let first = operator.get(&format!("{}?limit=1", path(&["tenants"]))).expect(200).body;
    let expected = json!([{"id": "acme", "name": "Acme A/S", "created_at": "2027-01-15T08:00:00.000Z", "key_rotation_days": 90}]);
    assert_eq!((&first["items"], &first["next"]), (&expected, &json!("acme")));
    let second = operator.get(&format!("{}?limit=1&after=acme", path(&["tenants"]))).expect(200).body;
    assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!("globex"), &Value::Null));
}

#[test]
fn asking_objects_that_hold_nothing_writes_nothing() {
    let operator = Operator::new();
    for at in
        [path(&["tenants", "nobody"]), domain_path("nobody", HOST), path(&["tenants", "nobody", "audit"])]
    {
        operator.get(&at).expect(404);
    }
    let management = &operator.ports.management;
    assert_eq!(kept_by_host(&operator, HOST, PublishedName::Domain), None);
    assert!(management.tenants.borrow().is_empty() && management.hosts.borrow().is_empty());
    assert!(management.kv_writes.borrow().is_empty());
}

/// Invariants 3 and 12: a KV write that was given up, or under way when the object died, may still
/// arrive, after a newer one.
struct Late {
    operator: Operator,
    key: String,
}

impl Late {
    fn new() -> Self {
        let operator = acme();
        operator.application("acme", HOST, WEB);
        let key = application_key(&Host::parse(HOST).unwrap(), &ClientId::parse(WEB).unwrap());
        Self { operator, key }
    }

    fn management(&self) -> &Management {
        &self.operator.ports.management
    }

    fn set(&self, name: &str, enabled: bool) -> Reply {
        let at = application_path("acme", HOST, WEB);
        let read = self.operator.get(&at).expect(200);
        let mut body = read.body.clone();
        (body["name"], body["enabled"]) = (json!(name), json!(enabled));
        self.operator.replace(&at, &read.etag, &body)
    }

    /// Alarms ring until there is nothing to do, or until then.
    fn alarms(&self, seconds: u64) {
        let end = self.operator.now.get().plus(seconds);
        while let Some(next) = self.management().alarm("acme", self.operator.now.get()) {
            if next > end {
                break;
            }
            self.operator.now.set(next);
        }
    }

    fn is_published(&self) -> bool {
        publication(&self.operator)["published"] == true
    }

    /// An incident: the application is disabled, which is written; then the older write arrives.
    fn incident(&self) {
        assert_eq!(self.set("renamed", false).expect(200).body["published"], false, "an older one may come");
        assert!(!application(&self.operator, HOST).unwrap().enabled);
        self.management().late_writes_arrive();
        assert!(application(&self.operator, HOST).unwrap().enabled, "as every cold isolate reads it");
        self.alarms(2 * TIMES.late_write());
        let seen = self.management().published::<Application>(&self.key).unwrap().value.unwrap();
        assert!(!seen.enabled, "disabled and confirmed, yet every cold isolate lets it in, for ever");
        assert!(self.is_published());
        assert_eq!(self.management().alarm("acme", self.operator.now.get()), None, "nothing is left to do");
    }
}

#[test]
fn a_kv_write_that_was_given_up_and_arrives_late_does_not_undo_a_later_change() {
    let late = Late::new();
    late.management().kv_fails.set(true);
    late.set("renamed", true).expect(200);
    late.management().kv_fails.set(false);
    late.incident();
}

#[test]
fn nor_after_the_same_value_was_written_again_and_confirmed() {
    let late = Late::new();
    late.management().kv_fails.set(true);
    late.set("renamed", true).expect(200);
    late.management().kv_fails.set(false);
    late.alarms(2);
    late.alarms(2);
    assert!(late.is_published() && application(&late.operator, HOST).unwrap().name == "renamed");
    late.operator.now.set(late.operator.now.get().plus(60));
    late.incident();
}

#[test]
fn nor_what_was_under_way_when_the_object_died() {
    for confirmed_between in [false, true] {
        let late = Late::new();
        late.management().dies.set(true);
        assert_eq!(late.set("renamed", true).status, 503, "nobody answers");
        if confirmed_between {
            late.alarms(0);
            assert!(late.is_published() && application(&late.operator, HOST).unwrap().name == "renamed");
        }
        late.incident();
    }
}

#[test]
fn what_nobody_touches_is_written_no_more_than_it_must() {
    let late = Late::new();
    late.management().dies.set(true);
    late.set("renamed", true);
    late.alarms(0);
    let written = late.management().kv_writes.borrow().len();
    late.alarms(2 * TIMES.late_write());
    assert_eq!(late.management().kv_writes.borrow().len(), written);
}

#[test]
fn domains_are_published_before_applications_that_wait_for_longer_and_an_emergencys_before_all() {
    const LIVE: &str = "live.acme.example";
    let operator = acme();
    operator.domain("acme", LIVE, &json!({"environment": "PRODUCTION"}));
    operator.application("acme", HOST, WEB);
    let keys = path(&["tenants", "acme", "environments", "TEST", "keys"]);
    let signs = operator.get(&keys).expect(200).body["rings"][0]["signs"].as_str().unwrap().to_owned();
    // Each is stored, and waits for a life that goes on with it.
    let wait_with = |at: &str, change: &dyn Fn(&mut Value)| {
        let read = operator.get(at).expect(200);
        let mut body = read.body.clone();
        change(&mut body);
        operator.ports.management.dies.set(true);
        assert_eq!(operator.replace(at, &read.etag, &body).status, 503);
        operator.now.set(operator.now.get().plus(TIMES.guard()));
    };
    wait_with(&application_path("acme", HOST, WEB), &|body| body["name"] = json!("waits"));
    wait_with(&domain_path("acme", LIVE), &|body| body["display_name"] = json!("waits too"));
    operator.ports.management.dies.set(true);
    let stolen = json!({"reason": "a laptop was stolen"});
    assert_eq!(operator.post(&format!("{keys}/{signs}/compromise"), &stolen).status, 503);
    operator.ports.management.kv_writes.take();
    operator.ports.management.alarm("acme", operator.now.get());
    let written = operator.ports.management.kv_writes.take();
    let hosts: Vec<&str> = written.iter().filter_map(|(key, _)| key.strip_prefix("domain:")).collect();
    assert_eq!(hosts, [HOST, MITID, SECOND, LIVE], "the emergency's, though they are the newest");
    assert!(written.len() == 5 && written[4].0.starts_with("app:"), "and then the oldest");
}

#[test]
fn what_a_host_knows_in_a_newer_version_is_written_above_it() {
    let operator = acme();
    let newer = domain(&operator, SECOND).version + 1_000;
    let keep = HostCommand::Keep {
        tenant: edge_eid::model::TenantId::parse("acme").unwrap(),
        environment: None,
        value: PublishedName::Domain,
        version: newer,
        text: "of a tenant's object that was lost".to_owned(),
    };
    operator.ports.management.host(&Host::parse(SECOND).unwrap(), &keep).ok().unwrap();
    let answer = change(&operator, SECOND, &json!({"display_name": "The truth"}));
    assert_eq!(answer["published"], true);
    let published = domain(&operator, SECOND);
    assert_eq!(published.display_name, "The truth");
    assert!(published.version > newer);
    assert_eq!(
        kept_by_host(&operator, SECOND, PublishedName::Domain),
        operator.ports.management.kv.borrow().get(&format!("domain:{SECOND}")).cloned()
    );
    assert!(publication(&operator)["version"].as_u64().unwrap() > newer, "no version is given twice");
    change(&operator, HOST, &json!({"display_name": "Another"}));
}
