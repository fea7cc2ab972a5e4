//! Rotating the master key: two are accepted for a while, every environment's keys are wrapped anew,
//! and the one before is withdrawn.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::publication::{application_key, check_genuine};
use edge_eid::admin::publishing::SWEEP_PAGE;
use edge_eid::model::{ClientId, DomainSnapshot, Host, TenantId};
use edge_eid::rows::Rows;
use edge_eid::vault::wrap::{fingerprint, wrapped_by};
use edge_eid::vault::{EnvironmentKeys, Purpose};
use serde_json::{Value, json};
use support::admin::{Operator, path};
use support::block_on;

const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];
const TENANTS: usize = 5;

/// Tenants with an environment or two under the old key, one of them without any; then both keys.
fn rotating() -> Operator {
    let mut operator = Operator::new();
    operator.ports.master_key = OLD;
    for number in 0..TENANTS {
        let tenant = format!("t{number}");
        operator.tenant(&tenant);
        operator.ports.crypto.hand_out_again();
        operator.domain(&tenant, &format!("{tenant}.example"), &json!({}));
    }
    operator.tenant("empty");
    operator.ports.crypto.hand_out_again();
    operator.domain("t1", "t1.production.example", &json!({"environment": "PRODUCTION"}));
    operator.domain("t1", "t1.second.example", &json!({}));
    operator.ports.master_key = NEW;
    operator.ports.previous_master_key = Some(OLD);
    operator
}

fn status(operator: &Operator) -> Value {
    operator.get("/api/v1/master-key").expect(200).body
}

fn rewrap(operator: &Operator, query: &str) -> Value {
    operator.method("post", &format!("/api/v1/master-key/rewrap{query}")).expect(200).body
}

/// Pages until there are no more; how many environments were wrapped.
fn rewrap_all(operator: &Operator) -> u64 {
    let (mut rewrapped, mut after) = (0, String::new());
    loop {
        let page = rewrap(operator, &format!("?limit=2{after}"));
        rewrapped += page["rewrapped"].as_u64().unwrap();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return rewrapped,
        }
    }
}

fn count(operator: &Operator, by: &str) -> u64 {
    let status = status(operator);
    let counts = status["environments"].as_array().unwrap();
    counts.iter().find(|count| count["wrapped_by"] == by).map_or(0, |count| count["count"].as_u64().unwrap())
}

fn snapshot(operator: &Operator, host: &str) -> DomainSnapshot {
    operator.ports.management.published(&format!("domain:{host}")).unwrap().value.unwrap()
}

#[test]
fn every_environment_is_wrapped_by_the_new_key_a_page_of_tenants_at_a_time() {
    let operator = rotating();
    let (old, new) = (fingerprint(&OLD), fingerprint(&NEW));
    let expected = json!({
        "current": new, "previous": old, "environments": [{"wrapped_by": old, "count": TENANTS + 1}],
    });
    assert_eq!(status(&operator), expected);
    let first = rewrap(&operator, "?limit=2");
    assert_eq!(first, json!({"rewrapped": 1, "remaining": TENANTS, "failed": [], "next": "t0"}));
    assert_eq!((count(&operator, &old), count(&operator, &new)), (TENANTS as u64, 1));
    assert_eq!(rewrap_all(&operator), TENANTS as u64, "what is done is passed over");
    assert_eq!((count(&operator, &old), count(&operator, &new)), (0, TENANTS as u64 + 1));
    assert_eq!(rewrap(&operator, ""), json!({"rewrapped": 0, "remaining": 0, "failed": [], "next": null}));
}

#[test]
fn the_keys_stay_the_same_and_reach_every_domain() {
    let mut operator = rotating();
    let host = "t1.second.example";
    let before = block_on(EnvironmentKeys::of(&operator.ports, &snapshot(&operator, host))).unwrap();
    rewrap_all(&operator);
    operator.ports.previous_master_key = None;
    operator.ports.crypto.forget();
    for host in ["t1.example", host, "t1.production.example", "t4.example"] {
        let snapshot = snapshot(&operator, host);
        for wrapped in [&snapshot.data_key, &snapshot.sub_key] {
            assert_eq!(wrapped_by(wrapped), Some(fingerprint(&NEW).as_str()), "{host}");
        }
        let after = block_on(EnvironmentKeys::of(&operator.ports, &snapshot)).unwrap();
        if after.label() == before.label() {
            assert_eq!(
                after.derive(Purpose::Token, b""),
                before.derive(Purpose::Token, b""),
                "{host}: what was handed out goes on counting"
            );
            assert_eq!(after.sub_hmac(b"person"), before.sub_hmac(b"person"));
        }
    }
}

#[test]
fn with_both_keys_everything_opens_and_without_the_old_one_only_what_was_rewrapped() {
    let mut operator = rotating();
    rewrap(&operator, "?limit=2");
    let opens = |operator: &Operator, tenant: &str| {
        operator.ports.crypto.forget();
        let snapshot = snapshot(operator, &format!("{tenant}.example"));
        block_on(EnvironmentKeys::of(&operator.ports, &snapshot)).is_ok()
    };
    assert!(opens(&operator, "t0") && opens(&operator, "t3"));
    operator.ports.previous_master_key = None;
    assert!(opens(&operator, "t0") && !opens(&operator, "t3"));
    // A worker that does not have the new one yet opens the others.
    operator.ports.master_key = OLD;
    assert!(!opens(&operator, "t0") && opens(&operator, "t3"));
}

#[test]
fn an_environment_that_neither_key_opens_is_named_and_holds_up_no_other() {
    let mut operator = rotating();
    operator.ports.previous_master_key = Some([3; 32]);
    operator.ports.crypto.forget();
    operator.ports.master_key = NEW;
    operator.tenant("zz");
    let page = rewrap(&operator, "");
    assert_eq!((&page["rewrapped"], &page["remaining"]), (&json!(0), &json!(TENANTS + 1)));
    assert_eq!(page["failed"].as_array().unwrap().len(), TENANTS + 1);
    assert_eq!(page["failed"][0], json!({"tenant": "t0", "environment": "TEST"}));
}

#[test]
fn an_environment_counts_as_wrapped_only_once_its_domains_are_published() {
    let operator = rotating();
    operator.ports.management.kv_fails.set(true);
    let page = rewrap(&operator, "");
    assert_eq!((&page["rewrapped"], &page["remaining"]), (&json!(TENANTS + 1), &json!(TENANTS + 1)));
    assert_eq!(count(&operator, &fingerprint(&NEW)), 0);
    let later = edge_eid::model::UnixTime(operator.now.get().0 + 2);
    operator.ports.management.alarm("t0", later);
    operator.ports.management.alarm("t0", later);
    assert_eq!(count(&operator, &fingerprint(&NEW)), 0, "its entry waits for its domains");
    operator.ports.management.kv_fails.set(false);
    for number in 0..TENANTS {
        let mut now = operator.now.get();
        while let Some(next) = operator.ports.management.alarm(&format!("t{number}"), now) {
            now = next;
        }
    }
    assert_eq!(count(&operator, &fingerprint(&NEW)), TENANTS as u64 + 1);
    assert_eq!(rewrap(&operator, "")["remaining"], 0);
}

#[test]
fn everything_that_is_published_is_vouched_for_by_the_new_key_before_the_old_one_is_not_needed() {
    const APPLICATIONS: usize = 2 * SWEEP_PAGE + 5;
    let mut operator = rotating();
    (operator.ports.master_key, operator.ports.previous_master_key) = (OLD, None);
    for number in 0..APPLICATIONS {
        operator.application("t0", "t0.example", &format!("urn:t0:{number}"));
    }
    (operator.ports.master_key, operator.ports.previous_master_key) = (NEW, Some(OLD));
    let management = &operator.ports.management;
    let forged = |host: &str| {
        let kv = management.kv.borrow();
        let of_host = kv.iter().filter(|(key, _)| key.contains(host));
        of_host.filter(|(_, text)| check_genuine(text, [&NEW]).is_err()).count()
    };
    assert_eq!(forged("t0.example"), 1 + APPLICATIONS);
    // One of them can't be written just now: nobody may think that all are.
    let one = ClientId::parse("urn:t0:77").unwrap();
    let one = application_key(&Host::parse("t0.example").unwrap(), &one);
    management.refuses.borrow_mut().push(one);
    rewrap_all(&operator);
    assert_eq!(forged("t1.second.example") + forged("t1.production.example"), 0);
    assert!((1..=APPLICATIONS).contains(&forged("t0.example")));
    assert_eq!(count(&operator, &fingerprint(&OLD)), 1, "t0 is not done");
    management.refuses.take();
    let mut now = operator.now.get();
    while let Some(next) = management.alarm("t0", now) {
        now = next;
    }
    assert_eq!(forged("t0.example"), 0);
    assert_eq!(count(&operator, &fingerprint(&OLD)), 0);
}

#[test]
fn styles_are_vouched_for_by_the_new_key_too_drafts_among_them() {
    let mut operator = rotating();
    (operator.ports.master_key, operator.ports.previous_master_key) = (OLD, None);
    let style = path(&["tenants", "t0", "domains", "t0.example", "style"]);
    operator.put(&style, &json!({"colours": {"button": "#00503c"}})).expect(201);
    operator.post(&format!("{style}/publish"), &json!({})).expect(200);
    operator.replace(&style, "*", &json!({"colours": {"button": "#123456"}})).expect(200);
    (operator.ports.master_key, operator.ports.previous_master_key) = (NEW, Some(OLD));
    let forged = || {
        let kv = operator.ports.management.kv.borrow();
        let styles = kv.iter().filter(|(key, _)| key.starts_with("style:t0.example:"));
        styles.map(|(_, text)| check_genuine(text, [&NEW]).is_err()).collect::<Vec<_>>()
    };
    assert_eq!(forged(), [true, true]);
    rewrap_all(&operator);
    assert_eq!(forged(), [false, false]);
}

#[test]
fn the_log_of_changes_tells_by_which_key_and_no_key() {
    let operator = rotating();
    rewrap_all(&operator);
    let log = operator.get(&path(&["tenants", "t0", "audit"])).expect(200).body;
    let entry = &log["items"][0];
    assert_eq!(entry["action"], "environment.replaced");
    assert_eq!(entry["before"]["wrapped_by"], fingerprint(&OLD));
    assert_eq!(entry["after"]["wrapped_by"], fingerprint(&NEW));
    let rows = &operator.ports.management.tenants.borrow()[&TenantId::parse("t0").unwrap()];
    let sealed = rows.get("environment", "TEST").unwrap().unwrap().value;
    let sealed: Value = serde_json::from_str(&sealed).unwrap();
    let data_key = sealed["environment"]["data_key"].as_str().unwrap();
    assert!(data_key.len() > 60 && !log.to_string().contains(data_key));
}

#[test]
fn keys_that_do_not_say_what_has_wrapped_them_are_counted_and_wrapped_too() {
    let mut operator = rotating();
    for rows in operator.ports.management.tenants.borrow_mut().values_mut() {
        for environment in ["TEST", "PRODUCTION"] {
            let Some(mut row) = rows.get("environment", environment).unwrap() else { continue };
            row.value = row.value.replace(&format!("{}.", fingerprint(&OLD)), "");
            rows.commit(vec![edge_eid::rows::Write::Put { kind: "environment", row }]).unwrap();
        }
    }
    // Their entries follow with the next change.
    for number in 0..TENANTS {
        let body = json!({"name": format!("Tenant {number}")});
        operator.replace(&path(&["tenants", &format!("t{number}")]), "*", &body).expect(200);
    }
    operator.ports.crypto.forget();
    let unnamed = json!([{"wrapped_by": null, "count": TENANTS + 1}]);
    assert_eq!(status(&operator)["environments"], unnamed);
    assert_eq!(rewrap(&operator, "?limit=1")["remaining"], TENANTS + 1, "the first tenant has none");
    assert_eq!(rewrap_all(&operator), TENANTS as u64 + 1);
    operator.ports.previous_master_key = None;
    operator.ports.crypto.forget();
    let expected = json!([{"wrapped_by": fingerprint(&NEW), "count": TENANTS + 1}]);
    assert_eq!(status(&operator)["environments"], expected);
    block_on(EnvironmentKeys::of(&operator.ports, &snapshot(&operator, "t1.example"))).unwrap();
}
