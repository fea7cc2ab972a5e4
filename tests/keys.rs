//! The keys of an environment under their orders and their schedule: rotations, rehearsals, other days,
//! emergencies, and what the domains announce meanwhile.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::backup_object::Restore;
use edge_eid::admin::configuration::put_restore;
use edge_eid::admin::key_schedule::note_published;
use edge_eid::admin::record::{EnvironmentRecord, Record};
use edge_eid::admin::rfc3339;
use edge_eid::admin::tally_object::{self, TallyCommand};
use edge_eid::eid::Eid;
use edge_eid::json;
use edge_eid::model::key_ring::{KeyState, SigningKey};
use edge_eid::model::sighting::{Sight, Who};
use edge_eid::model::{ClientId, DomainSnapshot, Serving, TenantId, UnixTime};
use edge_eid::oauth::jwks;
use edge_eid::rows::Rows;
use serde_json::{Value, json};
use support::admin::{Operator, application_path, domain_path, path};
use support::ports::MemoryPorts;

const HOST: &str = "acme.example";
const MITID: &str = "mitid.acme.example";
const LIVE: &str = "live.acme.example";
const TIMES: Serving = Serving::DEFAULT;
const DAY: u64 = 86_400;

/// A tenant with two domains in TEST and one in PRODUCTION.
fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    operator.domain("acme", HOST, &json!({"mitid_domain": MITID}));
    operator.domain("acme", LIVE, &json!({"environment": "PRODUCTION"}));
    operator
}

/// The same with ES256 in TEST, for one of its applications.
fn acme_with_es256() -> Operator {
    let operator = acme();
    let body = json!({
        "name": "Web",
        "redirect_uris": ["https://app.example/callback"],
        "id_token_signed_response_alg": "ES256",
    });
    operator.put(&application_path("acme", HOST, "urn:acme:web"), &body).expect(201);
    operator
}

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn keys_path(more: &[&str]) -> String {
    path(&[&["tenants", "acme", "environments", "TEST", "keys"], more].concat())
}

fn timetable(operator: &Operator) -> Value {
    operator.get(&keys_path(&[])).expect(200).body
}

fn ring(timetable: &Value, eid: &str, alg: &str) -> Value {
    let rings = timetable["rings"].as_array().unwrap();
    rings.iter().find(|ring| (&ring["eid"], &ring["alg"]) == (&json!(eid), &json!(alg))).unwrap().clone()
}

fn kid(timetable: &Value, eid: &str, alg: &str, role: &str) -> String {
    ring(timetable, eid, alg)[role].as_str().unwrap().to_owned()
}

fn key(timetable: &Value, kid: &str) -> Value {
    timetable["items"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone()
}

/// What the outcome of an order says of each key that changed: its state before and after.
fn changes(outcome: &Value) -> Vec<(String, Value, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = outcome["changes"].as_array().unwrap().iter();
    changes.map(|it| (text(&it["kid"]), it["from"].clone(), text(&it["state"]))).collect()
}

fn moment(value: &Value) -> Option<UnixTime> {
    value.as_str().map(|text| rfc3339::parse(text).unwrap())
}

/// Time passes.
fn wait(operator: &Operator, seconds: u64) -> UnixTime {
    operator.now.set(operator.now.get().plus(seconds));
    operator.now.get()
}

/// What the object does by its alarm; says when the next step of keys comes.
fn alarm(operator: &Operator) -> Option<UnixTime> {
    let management = &operator.ports.management;
    management.alarm("acme", operator.now.get());
    management.do_steps(&operator.ports, &tenant(), operator.now.get())
}

fn snapshot(operator: &Operator, host: &str) -> DomainSnapshot {
    operator.ports.management.published(&format!("domain:{host}")).unwrap().value.unwrap()
}

/// What a domain announces: the names in its key set.
fn announced(operator: &Operator, host: &str) -> Vec<String> {
    let set = jwks::document(&snapshot(operator, host).keys);
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The key that a domain signs with.
fn signing(operator: &Operator, host: &str, eid: Eid, alg: &str) -> String {
    let keys = snapshot(operator, host).keys;
    let mut active = keys.iter().filter(|key| {
        key.state == KeyState::Active && key.eid == eid && key.alg.as_str() == alg && key.private.is_some()
    });
    let kid = active.next().unwrap().kid.clone();
    assert!(active.next().is_none(), "one key signs");
    kid
}

/// What the object stores of TEST.
fn stored(operator: &Operator) -> EnvironmentRecord {
    let tenants = operator.ports.management.tenants.borrow();
    let row = tenants[&tenant()].get("environment", "TEST").unwrap().unwrap();
    match json::read(&row.value).unwrap() {
        Record::Environment(record) => record,
        _ => panic!("an environment"),
    }
}

fn audit(operator: &Operator) -> Vec<Value> {
    operator.get(&path(&["tenants", "acme", "audit"])).expect(200).body["items"].as_array().unwrap().clone()
}

fn rotate(operator: &Operator, more: &Value) -> support::admin::Reply {
    let mut body = json!({"eid": "mitid"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    if body["force"] == true && body.get("kid").is_none() {
        body["kid"] = json!(kid(&timetable(operator), body["eid"].as_str().unwrap(), "RS256", "signs"));
    }
    operator.post(&keys_path(&["rotate"]), &body)
}

fn compromise(operator: &Operator, kid: &str, force: bool) -> support::admin::Reply {
    let body = json!({"reason": "a laptop was stolen", "force": force});
    operator.post(&keys_path(&[kid, "compromise"]), &body)
}

/// What a refusal says.
fn detail(refused: &support::admin::Reply) -> String {
    refused.body["detail"].as_str().unwrap().to_owned()
}

#[test]
fn the_keys_of_an_environment_read_like_a_timetable() {
    let operator = acme();
    let made = operator.now.get();
    let table = timetable(&operator);
    assert_eq!((table["items"].as_array().unwrap().len(), table["rings"].as_array().unwrap().len()), (4, 2));
    for eid in ["nemid", "mitid"] {
        let (signs, standby) = (kid(&table, eid, "RS256", "signs"), kid(&table, eid, "RS256", "standby"));
        let (signs, standby) = (key(&table, &signs), key(&table, &standby));
        assert_eq!((&signs["state"], &signs["next_step"]), (&json!("active"), &json!("retires")));
        assert_eq!((&standby["state"], &standby["next_step"]), (&json!("standby"), &json!("signs")));
        for key in [&signs, &standby] {
            assert_eq!(moment(&key["since"]), Some(made));
            assert_eq!(moment(&key["published_at"]), Some(made));
            assert_eq!(moment(&key["next_step_at"]), Some(made.plus(90 * DAY)));
            assert_eq!(key["announced_by"], json!([HOST, MITID]));
            assert!(key.get("private").is_none());
        }
        let ring = ring(&table, eid, "RS256");
        assert_eq!(moment(&ring["rotates_at"]), Some(made.plus(90 * DAY)));
        assert_eq!(moment(&ring["may_rotate_from"]), Some(made), "who knows the first key knows the second");
        assert_eq!((&ring["postponed_until"], &ring["postponed_reason"]), (&Value::Null, &Value::Null));
    }
    assert_eq!(table["times"]["guard"], TIMES.guard());
    assert_eq!((&table["times"]["everywhere"], &table["times"]["rotation_days"]), (&json!(90), &json!(90)));
}

#[test]
fn the_timetable_says_who_was_seen_with_a_key_and_who_was_not() {
    let operator = acme();
    let standby = kid(&timetable(&operator), "mitid", "RS256", "standby");
    let now = operator.now.get();
    let saw = |who: Who, kids: Vec<String>, at: UnixTime| {
        let mut tallies = operator.ports.tallies.borrow_mut();
        let rows = tallies.entry("acme/TEST".to_owned()).or_default();
        tally_object::apply(rows, TallyCommand::Saw(Sight { who, kids }), at).unwrap();
    };
    saw(Who::Family("openid-client".to_owned()), vec![standby.clone()], now);
    saw(
        Who::Application(ClientId::parse("urn:acme:web").unwrap()),
        vec!["an older key".to_owned()],
        now.plus(9),
    );
    let table = timetable(&operator);
    let at = now.iso8601();
    assert_eq!(key(&table, &standby)["seen_by"], json!([{"family": "openid-client", "first_seen": at}]));
    let at = now.plus(9).iso8601();
    let mitid = ring(&table, "mitid", "RS256");
    assert_eq!(mitid["not_seen_by"], json!([{"client_id": "urn:acme:web", "last_seen": at}]));
    assert_eq!(ring(&table, "nemid", "RS256")["not_seen_by"].as_array().unwrap().len(), 2);
}

#[test]
fn each_ring_rotates_by_itself_after_ninety_days_and_lets_the_old_key_go() {
    let operator = acme_with_es256();
    let before = timetable(&operator);
    let due = operator.now.get().plus(90 * DAY);
    assert_eq!(alarm(&operator), Some(due));
    wait(&operator, 90 * DAY - 1);
    assert_eq!(alarm(&operator), Some(due), "not a second before its time");
    assert_eq!(timetable(&operator)["rings"], before["rings"]);

    let now = wait(&operator, 1);
    assert_eq!(alarm(&operator), Some(now.plus(TIMES.retirement())));
    let after = timetable(&operator);
    for (eid, name) in [(Eid::Nemid, "nemid"), (Eid::Mitid, "mitid")] {
        for alg in ["RS256", "ES256"] {
            let was = |role| kid(&before, name, alg, role);
            let is = |role| kid(&after, name, alg, role);
            assert_eq!(is("signs"), was("standby"));
            assert!(!before.to_string().contains(&is("standby")), "a fresh key stands by");
            let old = key(&after, &was("signs"));
            assert_eq!((&old["state"], &old["next_step"]), (&json!("retiring"), &json!("goes")));
            assert_eq!(moment(&old["next_step_at"]), Some(now.plus(TIMES.retirement())));
            for host in [HOST, MITID] {
                assert_eq!(signing(&operator, host, eid, alg), is("signs"));
                for kid in [was("signs"), is("signs"), is("standby")] {
                    assert!(announced(&operator, host).contains(&kid), "{host} announces {kid}");
                }
            }
        }
    }
    assert_eq!(announced(&operator, HOST).len(), 12);

    wait(&operator, TIMES.retirement());
    let next = alarm(&operator);
    assert_eq!(next, Some(now.plus(90 * DAY)), "and round again");
    assert_eq!(announced(&operator, MITID).len(), 8);
    let table = timetable(&operator);
    let old = key(&table, &kid(&before, "mitid", "ES256", "signs"));
    assert_eq!(
        (&old["state"], &old["next_step"], &old["announced_by"]),
        (&json!("removed"), &Value::Null, &json!([]))
    );
}

#[test]
fn a_step_done_twice_changes_nothing_the_second_time() {
    let operator = acme();
    wait(&operator, 90 * DAY);
    alarm(&operator);
    let (table, log, writes) =
        (timetable(&operator), audit(&operator), operator.ports.management.kv_writes.borrow().len());
    for _ in 0..3 {
        alarm(&operator);
    }
    assert_eq!((timetable(&operator), audit(&operator)), (table, log));
    assert_eq!(operator.ports.management.kv_writes.borrow().len(), writes);
}

#[test]
fn an_overdue_step_is_done_with_the_next_change() {
    let operator = acme();
    let before = timetable(&operator);
    let now = wait(&operator, 200 * DAY);
    operator.replace(&domain_path("acme", HOST), "*", &json!({"environment": "TEST", "kind": "ordinary", "display_name": "Other", "mitid_domain": MITID})).expect(200);
    let after = timetable(&operator);
    assert_eq!(kid(&after, "mitid", "RS256", "signs"), kid(&before, "mitid", "RS256", "standby"));
    assert_eq!(moment(&ring(&after, "mitid", "RS256")["rotates_at"]), Some(now.plus(90 * DAY)));
    let log = audit(&operator);
    let done: Vec<_> = log.iter().filter(|entry| entry["actor"] == "schedule").collect();
    assert_eq!(done.len(), 4, "two rings of each environment");
    assert!(done.iter().all(|entry| entry["action"] == "ring.rotated" && entry["reason"] == Value::Null));
    assert!(done.iter().any(|entry| entry["target"] == "ring TEST mitid RS256"));
}

#[test]
fn without_a_fresh_key_a_rotation_waits_and_other_steps_are_done() {
    let operator = acme();
    wait(&operator, 90 * DAY);
    alarm(&operator);
    let before = timetable(&operator);
    // At the next rotation the keys that retired a moment ago would go, and nothing can be sealed.
    let mut blind = MemoryPorts::new(true);
    blind.master_key = *b"not the master key of the tests!";
    let now = wait(&operator, 90 * DAY);
    let management = &operator.ports.management;
    let next = management.do_steps(&blind, &tenant(), now);
    let after = timetable(&operator);
    assert_eq!(after["rings"], before["rings"], "nothing rotates");
    assert!(
        after["items"].as_array().unwrap().iter().all(|key| key["state"] != "retiring"),
        "what retired goes"
    );
    assert!(next.unwrap() <= now, "it is still due");
    alarm(&operator);
    let signs = kid(&timetable(&operator), "mitid", "RS256", "signs");
    assert_eq!(signs, kid(&before, "mitid", "RS256", "standby"), "and done once a key can be made");
}

#[test]
fn only_keys_that_may_sign_have_private_halves() {
    let operator = acme();
    let check = || {
        let keys: Vec<SigningKey> = stored(&operator).keys;
        for key in &keys {
            let may_sign = matches!(key.state, KeyState::Active | KeyState::Standby);
            assert_eq!(key.private.is_some(), may_sign);
        }
        keys.len()
    };
    assert_eq!(check(), 4);
    wait(&operator, TIMES.guard());
    rotate(&operator, &json!({})).expect(200);
    assert_eq!(check(), 5);
    let signs = kid(&timetable(&operator), "nemid", "RS256", "signs");
    compromise(&operator, &signs, false).expect(200);
    wait(&operator, TIMES.retirement());
    alarm(&operator);
    assert_eq!(check(), 6);
}

#[test]
fn a_rotation_waits_for_the_guard_time_unless_it_is_forced_with_a_reason() {
    let operator = acme();
    // The ring's first standby would wait for nothing.
    let first = kid(&timetable(&operator), "mitid", "RS256", "standby");
    compromise(&operator, &first, false).expect(200);
    let from = operator.now.get().plus(TIMES.guard());
    let before = timetable(&operator);
    wait(&operator, TIMES.guard() - 1);
    let early = rotate(&operator, &json!({})).expect(409);
    assert_eq!((early.problem(), moment(&early.body["allowed_from"])), ("too-early", Some(from)));
    assert!(detail(&early).contains("force with kid and reason"));
    assert_eq!(rotate(&operator, &json!({"force": true})).expect(422).wrong_fields(), ["reason"]);
    assert_eq!(
        rotate(&operator, &json!({"force": true, "reason": " "})).expect(422).wrong_fields(),
        ["reason"]
    );
    assert_eq!(timetable(&operator), before, "nothing refused changes anything");
    assert!(audit(&operator).iter().all(|entry| entry["action"] != "ring.rotated"));

    let forced = rotate(&operator, &json!({"force": true, "reason": "an auditor asked"})).expect(200).body;
    let (old, new) = (kid(&before, "mitid", "RS256", "signs"), kid(&before, "mitid", "RS256", "standby"));
    let fresh = kid(&forced, "mitid", "RS256", "standby");
    let text = |kid: &str, from: Value, to: &str| (kid.to_owned(), from, to.to_owned());
    let expected = [
        text(&new, json!("standby"), "active"),
        text(&fresh, Value::Null, "standby"),
        text(&old, json!("active"), "retiring"),
    ];
    assert_eq!(changes(&forced), expected);
    let other = |of: &Value| (kid(of, "nemid", "RS256", "signs"), kid(of, "nemid", "RS256", "standby"));
    assert_eq!(other(&forced), other(&before), "the other ring stays");
    let now = operator.now.get();
    assert_eq!(moment(&forced["everywhere_at"]), Some(now.plus(90)));
    assert_eq!(moment(&forced["forgotten_at"]), Some(now.plus(TIMES.forgotten())));
    let entry = &audit(&operator)[0];
    assert_eq!(
        (&entry["action"], &entry["reason"]),
        (&json!("ring.rotated_by_force"), &json!("an auditor asked"))
    );
    assert_eq!((&entry["actor"], &entry["target"]), (&json!("operator"), &json!("ring TEST mitid RS256")));
    assert_eq!((&entry["before"]["signs"], &entry["after"]["signs"]), (&json!(old), &json!(new)));

    wait(&operator, TIMES.guard());
    let ordinary = rotate(&operator, &json!({})).expect(200).body;
    assert_eq!(kid(&ordinary, "mitid", "RS256", "signs"), fresh);
    assert_eq!(audit(&operator)[0]["action"], "ring.rotated");
    assert_eq!(rotate(&operator, &json!({"alg": "ES256"})).status, 404, "there is no such ring");
}

#[test]
fn the_guard_time_begins_when_the_last_domain_has_published_the_standby() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    operator.ports.management.kv_fails.set(true);
    let outcome = rotate(&operator, &json!({})).expect(200).body;
    assert_eq!((&outcome["published"], &outcome["everywhere_at"]), (&json!(false), &Value::Null));
    let ring_now = ring(&outcome, "mitid", "RS256");
    assert_eq!((&ring_now["may_rotate_from"], &ring_now["rotates_at"]), (&Value::Null, &Value::Null));
    let standby = kid(&outcome, "mitid", "RS256", "standby");
    assert_eq!(key(&timetable(&operator), &standby)["announced_by"], json!([]));
    wait(&operator, TIMES.guard());
    let early = rotate(&operator, &json!({})).expect(409);
    assert_eq!((early.problem(), &early.body["allowed_from"]), ("too-early", &Value::Null));
    assert_eq!(alarm(&operator).map(|at| at > operator.now.get()), Some(true), "the other ring's day");

    operator.ports.management.kv_fails.set(false);
    let now = wait(&operator, 300);
    alarm(&operator);
    let table = timetable(&operator);
    assert_eq!(moment(&ring(&table, "mitid", "RS256")["may_rotate_from"]), Some(now.plus(TIMES.guard())));
    assert_eq!(key(&table, &standby)["announced_by"], json!([HOST, MITID]));
    let retiring = table["items"].as_array().unwrap().iter().find(|key| key["state"] == "retiring").unwrap();
    assert_eq!(moment(&retiring["next_step_at"]), Some(now.plus(TIMES.retirement())));
}

#[test]
fn a_forced_rotation_that_is_sent_twice_rotates_once() {
    let operator = acme();
    let signs = kid(&timetable(&operator), "mitid", "RS256", "signs");
    let unnamed = json!({"eid": "mitid", "force": true, "reason": "now"});
    let refused = operator.post(&keys_path(&["rotate"]), &unnamed).expect(422);
    assert_eq!(refused.wrong_fields(), ["kid"], "by force it says which key it means");
    let order = json!({"kid": signs, "force": true, "reason": "now"});
    rotate(&operator, &order).expect(200);
    let after = timetable(&operator);
    let again = rotate(&operator, &order).expect(409);
    assert_eq!((again.problem(), timetable(&operator)), ("another-signs", after));
    // Whoever names the key is held to it, forced or not.
    wait(&operator, TIMES.guard());
    assert_eq!(rotate(&operator, &json!({"kid": signs})).expect(409).problem(), "another-signs");
    let signs = kid(&timetable(&operator), "mitid", "RS256", "signs");
    rotate(&operator, &json!({"kid": signs})).expect(200);
}

#[test]
fn an_emergency_ends_the_postponement_of_the_key_that_is_gone_and_no_other() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    let day = operator.now.get().plus(200 * DAY);
    for eid in ["mitid", "nemid"] {
        let body = json!({"eid": eid, "until": day.iso8601(), "reason": "not before the audit"});
        operator.post(&keys_path(&["postpone"]), &body).expect(200);
    }
    let standby = kid(&timetable(&operator), "mitid", "RS256", "standby");
    compromise(&operator, &standby, false).expect(200);
    let postponed = |eid: &str| moment(&ring(&timetable(&operator), eid, "RS256")["postponed_until"]);
    assert_eq!(postponed("mitid"), Some(day), "the key that signs is still the one that was put off");
    let signs = kid(&timetable(&operator), "mitid", "RS256", "signs");
    wait(&operator, TIMES.guard());
    compromise(&operator, &signs, false).expect(200);
    assert_eq!((postponed("mitid"), postponed("nemid")), (None, Some(day)));
    let rotates_at = moment(&ring(&timetable(&operator), "mitid", "RS256")["rotates_at"]);
    assert_eq!(rotates_at, Some(operator.now.get().plus(90 * DAY)), "the new one signs for its own time");
}

#[test]
fn a_compromised_key_goes_from_every_domain_at_once_and_the_standby_signs() {
    let operator = acme_with_es256();
    wait(&operator, TIMES.guard());
    for alg in ["RS256", "ES256"] {
        let before = timetable(&operator);
        let (bad, standby) = (kid(&before, "mitid", alg, "signs"), kid(&before, "mitid", alg, "standby"));
        let outcome = compromise(&operator, &bad, false).expect(200).body;
        let now = operator.now.get();
        let fresh = kid(&outcome, "mitid", alg, "standby");
        let text = |kid: &str, from: Value, to: &str| (kid.to_owned(), from, to.to_owned());
        let expected = [
            text(&standby, json!("standby"), "active"),
            text(&fresh, Value::Null, "standby"),
            text(&bad, json!("active"), "compromised"),
        ];
        assert_eq!(changes(&outcome), expected);
        assert_eq!(
            (&outcome["published"], kid(&outcome, "mitid", alg, "signs")),
            (&json!(true), standby.clone())
        );
        assert_eq!(moment(&outcome["everywhere_at"]), Some(now.plus(90)), "KV and isolates");
        assert_eq!(moment(&outcome["forgotten_at"]), Some(now.plus(TIMES.forgotten())), "and every cache");
        for host in [HOST, MITID] {
            assert!(!announced(&operator, host).contains(&bad));
            assert!(snapshot(&operator, host).keys.iter().all(|key| key.kid != bad), "not even for hints");
            assert_eq!(signing(&operator, host, Eid::Mitid, alg), standby);
        }
        let actions: Vec<_> = audit(&operator)[..2].iter().map(|entry| entry["action"].clone()).collect();
        assert_eq!(actions, ["ring.rotated_in_emergency", "key.compromised"]);
        assert_eq!(audit(&operator)[1]["reason"], "a laptop was stolen");

        let again = compromise(&operator, &bad, false).expect(200).body;
        assert_eq!(
            (changes(&again).len(), &again["everywhere_at"]),
            (0, &outcome["everywhere_at"]),
            "as it is"
        );

        let second = compromise(&operator, &standby, false).expect(409);
        let from = now.plus(TIMES.guard());
        assert_eq!((second.problem(), moment(&second.body["allowed_from"])), ("too-early", Some(from)));
        let forced = compromise(&operator, &standby, true).expect(200).body;
        assert_eq!(kid(&forced, "mitid", alg, "signs"), fresh);
        assert_eq!(audit(&operator)[0]["action"], "ring.rotated_by_force");
    }
}

#[test]
fn an_emergency_of_a_new_tenant_needs_no_force_and_the_next_one_does() {
    for published in [true, false] {
        let operator = acme();
        if !published {
            operator.ports.management.kv_fails.set(true);
            operator.domain("acme", "third.example", &json!({}));
        }
        let before = timetable(&operator);
        let (bad, standby) =
            (kid(&before, "mitid", "RS256", "signs"), kid(&before, "mitid", "RS256", "standby"));
        let outcome = compromise(&operator, &bad, false).expect(200).body;
        assert_eq!(kid(&outcome, "mitid", "RS256", "signs"), standby);
        assert_eq!(audit(&operator)[0]["action"], "ring.rotated_in_emergency");
        let second = compromise(&operator, &standby, false).expect(409);
        assert_eq!(second.problem(), "too-early");
        assert!(detail(&second).contains("with force") && detail(&second).contains("forgotten_at"));
        compromise(&operator, &standby, true).expect(200);
    }
}

#[test]
fn an_emergency_after_a_standby_was_replaced_waits_though_no_key_has_retired() {
    let operator = acme();
    let before = timetable(&operator);
    compromise(&operator, &kid(&before, "mitid", "RS256", "standby"), false).expect(200);
    let signs = kid(&before, "mitid", "RS256", "signs");
    assert_eq!(compromise(&operator, &signs, false).expect(409).problem(), "too-early");
    let other = kid(&before, "nemid", "RS256", "signs");
    compromise(&operator, &other, false).expect(200);
}

#[test]
fn an_order_that_changes_nothing_leaves_nothing_in_the_log() {
    let operator = acme();
    // The first of the rings: what stands in the middle must not move.
    let bad = kid(&timetable(&operator), "nemid", "RS256", "signs");
    compromise(&operator, &bad, false).expect(200);
    let before = (timetable(&operator), audit(&operator));
    let written = operator.ports.management.kv_writes.borrow().len();
    assert_eq!(changes(&compromise(&operator, &bad, false).expect(200).body), []);
    assert_eq!((timetable(&operator), audit(&operator)), before);
    assert_eq!(operator.ports.management.kv_writes.borrow().len(), written);
}

#[test]
fn a_key_that_does_not_sign_is_replaced_without_anybody_noticing() {
    let operator = acme();
    let before = timetable(&operator);
    let standby = kid(&before, "nemid", "RS256", "standby");
    let outcome = compromise(&operator, &standby, false).expect(200).body;
    assert_eq!(kid(&outcome, "nemid", "RS256", "signs"), kid(&before, "nemid", "RS256", "signs"));
    assert_ne!(kid(&outcome, "nemid", "RS256", "standby"), standby);
    wait(&operator, TIMES.guard());
    let retired = kid(&before, "nemid", "RS256", "signs");
    rotate(&operator, &json!({"eid": "nemid"})).expect(200);
    let outcome = compromise(&operator, &retired, false).expect(200).body;
    assert_eq!(changes(&outcome), [(retired.clone(), json!("retiring"), "compromised".to_owned())]);
    assert!(!announced(&operator, HOST).contains(&retired));
    let told = || audit(&operator).iter().filter(|entry| entry["target"] == format!("key {retired}")).count();
    assert_eq!(told(), 1);
    // Said again, while another key goes by itself.
    wait(&operator, TIMES.guard());
    rotate(&operator, &json!({"eid": "nemid"})).expect(200);
    wait(&operator, TIMES.retirement());
    compromise(&operator, &retired, false).expect(200);
    assert_eq!(told(), 1);
    for nobody in ["nobody", &key_of_production(&operator)] {
        assert_eq!(compromise(&operator, nobody, false).status, 404);
    }
    assert_eq!(
        operator.post(&keys_path(&[&standby, "compromise"]), &json!({})).expect(422).wrong_fields(),
        ["reason"]
    );
}

fn key_of_production(operator: &Operator) -> String {
    let at = path(&["tenants", "acme", "environments", "PRODUCTION", "keys"]);
    operator.get(&at).expect(200).body["items"][0]["kid"].as_str().unwrap().to_owned()
}

#[test]
fn an_emergency_does_not_wait_for_steps_that_are_overdue() {
    let operator = acme();
    let before = timetable(&operator);
    let (signs, standby) =
        (kid(&before, "mitid", "RS256", "signs"), kid(&before, "mitid", "RS256", "standby"));
    wait(&operator, 100 * DAY);
    // A rotation before it would leave a standby that nobody knows.
    let outcome = compromise(&operator, &signs, false).expect(200).body;
    assert_eq!(kid(&outcome, "mitid", "RS256", "signs"), standby);
    assert_eq!(kid(&outcome, "nemid", "RS256", "signs"), kid(&before, "nemid", "RS256", "signs"));
    alarm(&operator);
    let after = timetable(&operator);
    assert_eq!(kid(&after, "mitid", "RS256", "signs"), standby, "it signs for its ninety days");
    assert_eq!(kid(&after, "nemid", "RS256", "signs"), kid(&before, "nemid", "RS256", "standby"));
}

#[test]
fn an_emergency_while_kv_is_down_is_kept_and_told_as_unpublished() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    let bad = kid(&timetable(&operator), "mitid", "RS256", "signs");
    operator.ports.management.kv_fails.set(true);
    let outcome = compromise(&operator, &bad, false).expect(200).body;
    assert_eq!((&outcome["published"], &outcome["forgotten_at"]), (&json!(false), &Value::Null));
    assert_eq!(outcome["not_published_by"], json!([HOST, MITID]), "there the bad key may still sign");
    assert_eq!(
        key(&timetable(&operator), &bad)["announced_by"],
        json!([HOST, MITID]),
        "as long as they must"
    );
    operator.ports.management.kv_fails.set(false);
    let now = wait(&operator, 60);
    alarm(&operator);
    assert_eq!(key(&timetable(&operator), &bad)["announced_by"], json!([]));
    let again = compromise(&operator, &bad, false).expect(200).body;
    assert_eq!((&again["published"], moment(&again["everywhere_at"])), (&json!(true), Some(now.plus(90))));
}

#[test]
fn a_rollover_is_rehearsed_in_test_only() {
    let operator = acme_with_es256();
    let at = keys_path(&["rehearse"]);
    assert_eq!(
        changes(&operator.post(&at, &json!({})).expect(200).body).len(),
        12,
        "of a new tenant at once"
    );
    let early = operator.post(&at, &json!({})).expect(409);
    let from = operator.now.get().plus(TIMES.guard());
    assert_eq!((early.problem(), moment(&early.body["allowed_from"])), ("too-early", Some(from)));
    assert!(!detail(&early).contains("force"), "there is none");
    wait(&operator, TIMES.guard());
    let before = timetable(&operator);
    let outcome = operator.post(&at, &json!({})).expect(200).body;
    assert_eq!(changes(&outcome).len(), 16, "three keys of each ring, and one that goes");
    for (eid, alg) in [("nemid", "RS256"), ("mitid", "RS256"), ("nemid", "ES256"), ("mitid", "ES256")] {
        assert_eq!(kid(&outcome, eid, alg, "signs"), kid(&before, eid, alg, "standby"));
    }
    assert_eq!(audit(&operator)[0]["reason"], "rehearsal");
    let live = path(&["tenants", "acme", "environments", "PRODUCTION", "keys", "rehearse"]);
    assert_eq!(operator.post(&live, &json!({})).expect(409).problem(), "production");
    assert_eq!(operator.post(&at, &json!({"eid": "mitid"})).expect(422).wrong_fields(), ["eid"]);

    wait(&operator, TIMES.guard());
    operator.ports.management.kv_fails.set(true);
    rotate(&operator, &json!({})).expect(200);
    let early = operator.post(&at, &json!({})).expect(409);
    assert_eq!(
        (early.problem(), &early.body["allowed_from"]),
        ("too-early", &Value::Null),
        "one is not published"
    );
}

#[test]
fn a_rotation_is_put_to_another_day_with_a_reason() {
    let operator = acme();
    let at = keys_path(&["postpone"]);
    let day = operator.now.get().plus(120 * DAY);
    let written = operator.ports.management.kv_writes.borrow().len();
    let body = json!({"eid": "mitid", "until": day.iso8601(), "reason": "not before the audit"});
    let outcome = operator.post(&at, &body).expect(200).body;
    assert_eq!((changes(&outcome).len(), &outcome["everywhere_at"]), (0, &Value::Null));
    assert_eq!(operator.ports.management.kv_writes.borrow().len(), written, "nothing that anybody reads");
    let mitid = ring(&timetable(&operator), "mitid", "RS256");
    assert_eq!((moment(&mitid["rotates_at"]), moment(&mitid["postponed_until"])), (Some(day), Some(day)));
    assert_eq!(mitid["postponed_reason"], "not before the audit");
    assert_eq!(audit(&operator)[0]["action"], "rotation.postponed");
    assert_eq!(audit(&operator)[0]["reason"], "not before the audit");

    let before = timetable(&operator);
    wait(&operator, 90 * DAY);
    alarm(&operator);
    let after = timetable(&operator);
    assert_eq!(kid(&after, "mitid", "RS256", "signs"), kid(&before, "mitid", "RS256", "signs"));
    assert_ne!(kid(&after, "nemid", "RS256", "signs"), kid(&before, "nemid", "RS256", "signs"));
    wait(&operator, 30 * DAY);
    alarm(&operator);
    let mitid = ring(&timetable(&operator), "mitid", "RS256");
    assert_eq!(mitid["signs"], json!(kid(&before, "mitid", "RS256", "standby")));
    assert_eq!(mitid["postponed_until"], Value::Null, "once");
    assert_eq!(moment(&mitid["rotates_at"]), Some(day.plus(90 * DAY)));
}

#[test]
fn a_day_that_a_rotation_is_put_to_lies_within_a_year() {
    let operator = acme();
    let now = operator.now.get();
    for day in [now, now.plus(365 * DAY + 1)] {
        let body = json!({"eid": "mitid", "until": day.iso8601(), "reason": "x"});
        let refused = operator.post(&keys_path(&["postpone"]), &body).expect(422);
        assert_eq!(refused.wrong_fields(), ["until"]);
    }
    let missing = operator.post(&keys_path(&["postpone"]), &json!({"eid": "mitid"})).expect(422);
    assert_eq!(missing.wrong_fields(), ["until", "reason"]);
    // Sooner than planned, but not sooner than clients can know the key.
    let put = |until: UnixTime| {
        let body = json!({"eid": "mitid", "until": until.iso8601(), "reason": "at once"});
        operator.post(&keys_path(&["postpone"]), &body)
    };
    let rotates_at = || moment(&ring(&timetable(&operator), "mitid", "RS256")["rotates_at"]);
    put(now.plus(60)).expect(200);
    assert_eq!(rotates_at(), Some(now.plus(60)), "the first standby waits for nothing");
    rotate(&operator, &json!({})).expect(200);
    let earliest = now.plus(TIMES.guard());
    let refused = put(UnixTime(earliest.0 - 1)).expect(422);
    assert!(refused.body["errors"][0]["detail"].as_str().unwrap().contains(&earliest.iso8601()));
    assert_eq!(rotates_at(), Some(now.plus(90 * DAY)), "as it was");
    put(earliest).expect(200);
    assert_eq!(rotates_at(), Some(earliest));
    // Nobody knows when a guard time ends that has not begun.
    wait(&operator, TIMES.guard());
    operator.ports.management.kv_fails.set(true);
    rotate(&operator, &json!({})).expect(200);
    let now = operator.now.get();
    put(now.plus(60)).expect(422);
    put(now.plus(DAY)).expect(200);
}

#[test]
fn a_day_that_a_rotation_was_put_to_is_taken_back() {
    let operator = acme();
    let made = operator.now.get();
    let at = keys_path(&["postpone"]);
    let put = |until: Value, reason: &str| json!({"eid": "nemid", "until": until, "reason": reason});
    let before = audit(&operator);
    operator.post(&at, &put(Value::Null, "there was none")).expect(200);
    assert_eq!(audit(&operator), before, "nothing changed");
    let day = made.plus(120 * DAY);
    operator.post(&at, &put(json!(day.iso8601()), "the audit")).expect(200);
    let outcome = operator.post(&at, &put(Value::Null, "no audit")).expect(200).body;
    let nemid = ring(&outcome, "nemid", "RS256");
    assert_eq!((&nemid["postponed_until"], &nemid["postponed_reason"]), (&Value::Null, &Value::Null));
    assert_eq!(moment(&nemid["rotates_at"]), Some(made.plus(90 * DAY)));
    let entry = &audit(&operator)[0];
    assert_eq!(
        (&entry["action"], &entry["reason"]),
        (&json!("rotation.postponement_withdrawn"), &json!("no audit"))
    );
    assert_eq!(moment(&entry["before"]["until"]), Some(day));
    assert_eq!(moment(&entry["after"]["until"]), Some(made.plus(90 * DAY)));
    assert_eq!(alarm(&operator), Some(made.plus(90 * DAY)));
}

#[test]
fn a_tenant_says_how_long_its_keys_sign() {
    let operator = acme();
    let at = path(&["tenants", "acme"]);
    assert_eq!(operator.get(&at).expect(200).body["key_rotation_days"], 90);
    for days in [json!(6), json!(366), json!("30")] {
        let refused =
            operator.replace(&at, "*", &json!({"name": "acme", "key_rotation_days": days})).expect(422);
        assert_eq!(refused.wrong_fields(), ["key_rotation_days"]);
    }
    let made = operator.now.get();
    operator.replace(&at, "*", &json!({"name": "acme", "key_rotation_days": 7})).expect(200);
    assert_eq!(alarm(&operator), Some(made.plus(7 * DAY)));
    let rotates_at = ring(&timetable(&operator), "nemid", "RS256")["rotates_at"].clone();
    assert_eq!(moment(&rotates_at), Some(made.plus(7 * DAY)));
}

#[test]
fn a_domain_that_is_removed_holds_no_rotation_up() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    rotate(&operator, &json!({})).expect(200);
    operator.delete(&domain_path("acme", HOST), "*").expect(200);
    let now = wait(&operator, TIMES.guard());
    rotate(&operator, &json!({})).expect(200);
    let table = timetable(&operator);
    assert_eq!(moment(&ring(&table, "mitid", "RS256")["may_rotate_from"]), Some(now.plus(TIMES.guard())));
    assert_eq!(announced(&operator, MITID).len(), 5, "two of each ring, and the one that retires");
}

#[test]
fn a_domain_whose_removal_is_not_published_holds_the_guard_time_and_is_named() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    operator.ports.management.kv_fails.set(true);
    operator.delete(&domain_path("acme", HOST), "*").expect(200);
    let late = |table: &Value| table["not_published_by"].clone();
    let outcome = rotate(&operator, &json!({})).expect(200).body;
    // Whoever asks it at KV still gets its last snapshot, without the fresh key.
    assert_eq!(late(&outcome), json!([HOST, MITID]));
    assert_eq!(late(&timetable(&operator)), json!([HOST, MITID]));
    // Only the one that is there gets through.
    let key = format!("domain:{HOST}");
    operator.ports.management.refuses.borrow_mut().push(key);
    operator.ports.management.kv_fails.set(false);
    wait(&operator, 600);
    // What can't be published is put off, and the alarm rings again for the rest.
    alarm(&operator);
    alarm(&operator);
    let table = timetable(&operator);
    assert_eq!(
        (late(&table), &ring(&table, "mitid", "RS256")["may_rotate_from"]),
        (json!([HOST]), &Value::Null)
    );
    operator.ports.management.refuses.take();
    let now = wait(&operator, 600);
    alarm(&operator);
    let table = timetable(&operator);
    let from = moment(&ring(&table, "mitid", "RS256")["may_rotate_from"]);
    assert_eq!((late(&table), from), (json!([]), Some(now.plus(TIMES.guard()))));
}

#[test]
fn a_tenant_that_is_being_restored_has_no_steps() {
    let operator = acme();
    wait(&operator, TIMES.guard());
    operator.ports.management.kv_fails.set(true);
    rotate(&operator, &json!({})).expect(200);
    wait(&operator, 100 * DAY);
    let management = &operator.ports.management;
    let part = Restore { export: "a backup".to_owned(), next: 1 };
    let mut rows = management.tenants.borrow()[&tenant()].clone();
    rows.commit(vec![put_restore(99, &part)]).unwrap();
    let before = rows.clone();
    note_published(&mut rows, operator.now.get()).unwrap();
    assert_eq!(rows, before);
    management.tenants.borrow_mut().insert(tenant(), rows);
    assert_eq!(management.do_steps(&operator.ports, &tenant(), operator.now.get()), None);
    assert_eq!(management.tenants.borrow()[&tenant()], before);
}

#[test]
fn no_key_is_made_for_an_order_that_is_refused() {
    let mut operator = acme();
    rotate(&operator, &json!({})).expect(200);
    operator.ports.crypto.forget();
    operator.ports.master_key = *b"not the master key of the tests!";
    let signs = kid(&timetable(&operator), "mitid", "RS256", "signs");
    assert_eq!(rotate(&operator, &json!({})).expect(409).problem(), "too-early");
    assert_eq!(compromise(&operator, &signs, false).expect(409).problem(), "too-early");
    assert_eq!(operator.post(&keys_path(&["rehearse"]), &json!({})).expect(409).problem(), "too-early");
    // Where one is needed, it can't be sealed.
    assert_eq!(rotate(&operator, &json!({"force": true, "reason": "now"})).status, 500);
}

#[test]
fn a_removed_key_is_remembered_for_hints_and_announced_to_nobody() {
    let operator = acme();
    let mut removed = Vec::new();
    for _ in 0..3 {
        wait(&operator, TIMES.guard());
        removed.push(kid(&timetable(&operator), "mitid", "RS256", "signs"));
        rotate(&operator, &json!({})).expect(200);
    }
    wait(&operator, TIMES.retirement());
    alarm(&operator);
    let keys = snapshot(&operator, HOST).keys;
    let remembered: Vec<_> = keys.iter().filter(|key| key.state == KeyState::Removed).collect();
    assert_eq!(
        remembered.iter().map(|key| key.kid.clone()).collect::<Vec<_>>(),
        removed[1..],
        "the last two"
    );
    assert!(remembered.iter().all(|key| key.private.is_none()));
    assert_eq!(announced(&operator, HOST).len(), 4);
    compromise(&operator, &removed[2], false).expect(200);
    assert!(snapshot(&operator, HOST).keys.iter().all(|key| key.kid != removed[2]));
}
