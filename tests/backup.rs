//! A tenant's backup: exported a part at a time under the operator's recovery key, and imported where
//! there is no such tenant, under another master key.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::backup_object::{IMPORT_DUE_MAX, PART_BYTES, VERSION_GAP};
use edge_eid::admin::configuration::put_record;
use edge_eid::admin::publication::application_key;
use edge_eid::admin::publishing::SWEEP_PAGE;
use edge_eid::admin::record::{ApplicationRecord, Record};
use edge_eid::eid::Eid;
use edge_eid::model::key_ring::{Algorithm, signing_key_label};
use edge_eid::model::url::RedirectUri;
use edge_eid::model::{Application, ClientId, DomainSnapshot, Host, Sealed, Serving, TenantId, UnixTime};
use edge_eid::rows::{MemoryRows, Rows};
use edge_eid::vault::EnvironmentKeys;
use edge_eid::vault::backup::BackupKeys;
use edge_eid::vault::wrap::{fingerprint, wrapped_by};
use edge_eid::vault::{base64, base64url, from_base64url};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::admin::{Operator, Reply, application_path, domain_path, path};
use support::block_on;

const HOST: &str = "acme.example";
const MITID: &str = "mitid.acme.example";
const PRODUCTION: &str = "login.acme.example";
const WEB: &str = "urn:acme:web";
const RECOVERY_KEY: [u8; 32] = [5; 32];
const NEW_MASTER_KEY: [u8; 32] = [6; 32];

/// A tenant with a pair of TEST domains, one of PRODUCTION, upstreams, and applications with secrets.
fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    operator.domain("acme", HOST, &json!({"mitid_domain": MITID, "sso": true}));
    operator.domain("acme", PRODUCTION, &json!({"environment": "PRODUCTION"}));
    operator.upstream("acme", HOST, "nemid");
    operator.upstream("acme", MITID, "mitid");
    for host in [HOST, MITID, PRODUCTION] {
        operator.application("acme", host, WEB);
        let secrets = format!("{}/secrets", application_path("acme", host, WEB));
        operator.post(&secrets, &json!({"secret": "acme-web-secret"})).expect(201);
    }
    operator
}

/// An empty deployment with a master key of its own, some time later.
fn empty() -> Operator {
    let mut operator = Operator::new();
    operator.ports.master_key = NEW_MASTER_KEY;
    operator.now.set(UnixTime(1_800_100_000));
    operator
}

fn header(key: [u8; 32]) -> String {
    base64(&key)
}

fn export_part(operator: &Operator, after: &str) -> Reply {
    let at = format!("{}{after}", path(&["tenants", "acme", "export"]));
    operator.post_with(&at, &[("recovery-key", &header(RECOVERY_KEY))])
}

/// Every part, in their order.
fn export(operator: &Operator) -> Vec<Value> {
    let (mut parts, mut after) = (Vec::<Value>::new(), String::new());
    loop {
        let part = export_part(operator, &after).expect(200).body;
        let next = part["next"].as_str().map(|next| format!("?after={next}"));
        parts.push(part);
        match next {
            Some(next) => after = next,
            None => return parts,
        }
    }
}

fn import_with(operator: &Operator, part: &Value, key: [u8; 32]) -> Reply {
    operator.put_with(&path(&["tenants", "acme", "import"]), &[("recovery-key", &header(key))], part)
}

fn import_part(operator: &Operator, part: &Value) -> Reply {
    import_with(operator, part, RECOVERY_KEY)
}

fn import(operator: &Operator, parts: &[Value]) {
    for part in parts {
        import_part(operator, part).expect(200);
    }
}

fn snapshot(operator: &Operator, host: &str) -> Option<DomainSnapshot> {
    operator.ports.management.published(&format!("domain:{host}")).and_then(|published| published.value)
}

fn rows_of(operator: &Operator) -> MemoryRows {
    operator
        .ports
        .management
        .tenants
        .borrow()
        .get(&TenantId::parse("acme").unwrap())
        .cloned()
        .unwrap_or_default()
}

/// Everything that is published, without what a restore changes.
fn published(operator: &Operator) -> BTreeMap<String, Value> {
    let kv = operator.ports.management.kv.borrow();
    let neutral = |text: &String| {
        let mut value: Value = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
        for changed in ["version", "data_key", "sub_key", "restored_at"] {
            value.as_object_mut().unwrap().remove(changed);
        }
        value
    };
    kv.iter().map(|(key, text)| (key.clone(), neutral(text))).collect()
}

/// Puts many applications into the store, each with so many long callbacks: a kilobyte each.
fn fill(operator: &Operator, count: usize, callbacks: usize) {
    let mut tenants = operator.ports.management.tenants.borrow_mut();
    let rows = tenants.get_mut(&TenantId::parse("acme").unwrap()).unwrap();
    let callback = |number: usize| {
        RedirectUri::parse(&format!("https://app.example/{number}/{}", "x".repeat(950))).unwrap()
    };
    let writes = (0..count).map(|number| {
        let record = Record::Application(ApplicationRecord {
            host: Host::parse(HOST).unwrap(),
            client_id: ClientId::parse(&format!("urn:filled:{number}")).unwrap(),
            name: "Filled".to_owned(),
            enabled: true,
            redirect_uris: (0..callbacks).map(callback).collect(),
            token_endpoint_auth_methods: Vec::new(),
            initiate_login_uri: None,
            protocol: Default::default(),
            created_at: UnixTime(0),
        });
        put_record(1, &record)
    });
    rows.commit(writes.collect()).unwrap();
}

#[test]
fn a_restored_tenant_is_as_it_was_under_the_master_key_of_its_new_home() {
    let old = acme();
    let parts = export(&old);
    assert_eq!(parts.len(), 1, "a small tenant is one part");
    let new = empty();
    let answer = import_part(&new, &parts[0]).expect(200).body;
    let restored_at = UnixTime(1_800_100_000);
    assert_eq!(answer, json!({"part": 0, "restored_at": restored_at.iso8601(), "published": true}));
    assert_eq!(published(&new), published(&old));
    for host in [HOST, MITID, PRODUCTION] {
        let (before, after) = (snapshot(&old, host).unwrap(), snapshot(&new, host).unwrap());
        assert_eq!((before.restored_at, after.restored_at), (None, Some(restored_at)));
        assert_eq!(wrapped_by(&after.data_key), Some(fingerprint(&NEW_MASTER_KEY).as_str()));
        let before = block_on(EnvironmentKeys::of(&old.ports, &before)).unwrap();
        let after = block_on(EnvironmentKeys::of(&new.ports, &after)).unwrap();
        assert_eq!(after.sub_hmac(b"somebody"), before.sub_hmac(b"somebody"), "{host}");
        assert_eq!(after.secret_hash("acme-web-secret"), before.secret_hash("acme-web-secret"));
    }
    for at in [domain_path("acme", HOST), application_path("acme", MITID, WEB), path(&["tenants", "acme"])] {
        assert_eq!(new.get(&at).expect(200).body, old.get(&at).expect(200).body);
    }
    let tenants = new.get(&path(&["tenants"])).expect(200).body;
    assert_eq!(tenants["items"][0]["id"], "acme");
}

#[test]
fn a_restored_tenant_can_be_changed_and_exported_again() {
    let old = acme();
    let new = empty();
    import(&new, &export(&old));
    let at = domain_path("acme", HOST);
    let read = new.get(&at).expect(200);
    let mut body = read.body.clone();
    body["display_name"] = json!("Another Bank");
    assert_eq!(new.replace(&at, &read.etag, &body).expect(200).body["published"], true);
    assert_eq!(snapshot(&new, HOST).unwrap().display_name, "Another Bank");
    let third = empty();
    third.now.set(UnixTime(1_800_200_000));
    import(&third, &export(&new));
    assert_eq!(snapshot(&third, HOST).unwrap().restored_at, Some(UnixTime(1_800_200_000)));
    assert_eq!(published(&third), published(&new));
}

#[test]
fn a_backup_shows_no_key_and_no_secret() {
    let old = acme();
    let text = json!(export(&old)).to_string();
    for secret in ["acme-web-secret", "upstream-secret", &header(RECOVERY_KEY)] {
        assert!(!text.contains(secret), "{secret}");
    }
    let snapshot = snapshot(&old, HOST).unwrap();
    assert!(!text.contains(&snapshot.data_key.0) && !text.contains(&snapshot.sub_key.0));
    let again = json!(export(&old)).to_string();
    assert_ne!(text, again, "each export draws a salt of its own");
}

#[test]
fn exporting_is_noted_in_the_log_of_changes_and_so_is_the_restore_which_begins_it_anew() {
    let old = acme();
    let parts = export(&old);
    let log = old.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
    assert_eq!(log["items"][0]["action"], "tenant.exported");
    assert_eq!(log["items"][0]["after"]["recovery_key"], parts[0]["recovery_key"]);
    let new = empty();
    import(&new, &parts);
    let log = new.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
    let actions: Vec<&Value> =
        log["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["tenant.restored"]);
    assert_eq!(log["items"][0]["after"]["version"], parts[0]["version"]);
}

#[test]
fn a_file_may_be_formatted_but_not_altered() {
    let parts = export(&acme());
    let part = &parts[0];
    let mut formatted = serde_json::to_string_pretty(part).unwrap();
    formatted = formatted.replacen("{\n", "{\n  \n", 1);
    let bearer = format!("Bearer {}", support::admin::TOKEN);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("recovery-key", &header(RECOVERY_KEY)),
    ];
    let at = path(&["tenants", "acme", "import"]);
    assert_eq!(empty().send("put", &at, &headers, formatted.as_bytes()).status, 200);

    let altered = |change: &dyn Fn(&mut Value)| {
        let mut part = part.clone();
        change(&mut part);
        let new = empty();
        let reply = import_part(&new, &part);
        assert!(rows_of(&new) == MemoryRows::default() && new.ports.management.hosts.borrow().is_empty());
        (reply.status, reply.problem().to_owned())
    };
    let told = |name: &str| (400, name.to_owned());
    let text = |part: &mut Value, from: &str, to: &str| {
        let changed = part.to_string().replace(from, to);
        assert_ne!(changed, part.to_string(), "{from}");
        *part = serde_json::from_str(&changed).unwrap();
    };
    assert_eq!(altered(&|part| text(part, "app.example", "evil.example")), told("altered-backup"));
    assert_eq!(altered(&|part| part["version"] = json!(1)), told("altered-backup"));
    assert_eq!(altered(&|part| part["next"] = json!("AAAA")), told("altered-backup"));
    assert_eq!(altered(&|part| part["salt"] = json!("AAAA")), told("altered-backup"));
    assert_eq!(altered(&|part| part["more"] = json!(1)), told("altered-backup"));
    assert_eq!(altered(&|part| part["mac"] = json!("")), told("altered-backup"));
    assert_eq!(altered(&|part| part["mac"] = Value::Null), told("altered-backup"));
    assert_eq!(altered(&|part| part["records"][1] = Value::Null), told("altered-backup"));
    assert_eq!(altered(&|part| part["format"] = json!(2)), told("unknown-format"));
    assert_eq!(altered(&|part| *part = json!({})), told("unknown-format"));
}

/// A part as somebody writes it himself who has the recovery key.
fn signed(mut part: Value) -> Value {
    part.as_object_mut().unwrap().remove("mac");
    let keys = BackupKeys::derive(&RECOVERY_KEY, part["salt"].as_str().unwrap().as_bytes());
    part["mac"] = json!(keys.mac(&edge_eid::json::text(&part)));
    part
}

#[test]
fn a_signing_key_of_a_backup_is_the_one_that_its_name_says_and_its_halves_fit() {
    let old = acme();
    let part = export(&old)[0].clone();
    let at =
        part["records"].as_array().unwrap().iter().position(|it| it["environment"]["environment"] == "TEST");
    let at = at.unwrap();
    let refused = |bend: &dyn Fn(&mut Vec<Value>)| {
        let mut part = part.clone();
        bend(part["records"][at]["environment"]["keys"].as_array_mut().unwrap());
        let new = empty();
        let reply = import_part(&new, &signed(part));
        assert!(reply.status == 200 || rows_of(&new) == MemoryRows::default());
        (reply.status, reply.problem().to_owned())
    };
    let unfit = (400, "unfit-key".to_owned());
    assert_eq!(refused(&|_| ()).0, 200, "whoever has the recovery key can sign");
    // A name that another tenant's key has.
    assert_eq!(refused(&|keys| keys[0]["kid"] = json!("somebody-elses")), unfit);
    assert_eq!(refused(&|keys| keys[0]["alg"] = json!("ES256")), unfit);
    assert_eq!(refused(&|keys| keys[0]["private"] = Value::Null), unfit, "one that signs");
    assert_eq!(refused(&|keys| keys[0]["private"] = keys[1]["private"].clone()), unfit, "sealed for another");
    // The private half of another key, sealed for this one.
    let environment = snapshot(&old, HOST).unwrap();
    let sealed_under = block_on(EnvironmentKeys::of(&old.ports, &environment)).unwrap();
    let reseal = |from: &Value, to: &Value| {
        let label = |key: &Value| signing_key_label(key["kid"].as_str().unwrap());
        let sealed = Sealed(from["private"].as_str().unwrap().to_owned());
        let pkcs8 = block_on(sealed_under.open(&old.ports, &label(from), &sealed)).unwrap();
        json!(block_on(sealed_under.seal(&old.ports, &label(to), &pkcs8)).unwrap().0)
    };
    assert_eq!(refused(&|keys| keys[0]["private"] = reseal(&keys[0], &keys[0])).0, 200);
    assert_eq!(refused(&|keys| keys[0]["private"] = reseal(&keys[1], &keys[0])), unfit);
}

#[test]
fn our_key_at_an_upstream_is_the_one_that_its_name_says_and_its_halves_fit() {
    let old = acme();
    let proved = json!({
        "issuer": "https://op.example", "client_id": "us", "client_auth": "private_key_jwt",
    });
    for host in [HOST, PRODUCTION] {
        let at = path(&["tenants", "acme", "domains", host, "upstreams", "mitid"]);
        old.put(&at, &proved).expect(201);
    }
    let part = export(&old)[0].clone();
    let all = part["records"].as_array().unwrap();
    let places: Vec<usize> =
        (0..all.len()).filter(|at| all[*at]["upstream"]["settings"]["client_key"].is_object()).collect();
    let [first, second] = *places.as_slice() else { panic!("two upstreams with keys") };
    let refused = |bend: &dyn Fn(&mut Value)| {
        let mut part = part.clone();
        bend(&mut part["records"]);
        let new = empty();
        let reply = import_part(&new, &signed(part));
        assert!(reply.status == 200 || rows_of(&new) == MemoryRows::default());
        (reply.status, reply.problem().to_owned())
    };
    let unfit = (400, "unfit-key".to_owned());
    let key = |at: usize| part["records"][at]["upstream"]["settings"]["client_key"].clone();
    let put = |of: &mut Value, name: &str, value: Value| {
        of[first]["upstream"]["settings"]["client_key"][name] = value;
    };
    assert_eq!(refused(&|_| ()).0, 200);
    assert_eq!(refused(&|all| put(all, "kid", key(second)["kid"].clone())), unfit);
    assert_eq!(refused(&|all| put(all, "private", key(second)["private"].clone())), unfit, "of another");
    assert_eq!(refused(&|all| put(all, "public", key(second)["public"].clone())), unfit);
    let both = |all: &mut Value| {
        put(all, "public", key(second)["public"].clone());
        put(all, "kid", key(second)["kid"].clone());
    };
    assert_eq!(refused(&both), unfit, "a name and a public half without the private one");
    // In a later part it is looked at with the environment's keys that the first one has brought.
    let mut first_part = part.clone();
    first_part["next"] = json!("AAAA");
    first_part["records"].as_array_mut().unwrap().remove(first);
    let later = |bend: &dyn Fn(&mut Value)| {
        let mut part = part.clone();
        bend(&mut part["records"]);
        part["records"] = json!([part["records"][first]]);
        part["number"] = json!(1);
        signed(part)
    };
    let refused = |bend: &dyn Fn(&mut Value)| {
        let new = empty();
        import_part(&new, &signed(first_part.clone())).expect(200);
        let before = rows_of(&new);
        let reply = import_part(&new, &later(bend));
        assert!(reply.status == 200 || rows_of(&new) == before);
        (reply.status, reply.problem().to_owned())
    };
    assert_eq!(refused(&|_| ()).0, 200);
    assert_eq!(refused(&both), unfit);
    assert_eq!(refused(&|all| put(all, "private", key(second)["private"].clone())), unfit);
    assert_eq!(refused(&|all| all[first]["upstream"]["host"] = json!("another.example")), unfit);
    // Nothing tells the keys of its environment: no first part, one of another export, and a tenant.
    let answer = |new: &Operator| {
        let reply = import_part(new, &later(&|_| ()));
        (reply.status, reply.problem().to_owned())
    };
    let new = empty();
    assert_eq!(answer(&new), (409, "out-of-order".to_owned()));
    let mut another = export(&old)[0].clone();
    another["next"] = json!("AAAA");
    import_part(&new, &signed(another)).expect(200);
    assert_eq!(answer(&new), (409, "out-of-order".to_owned()));
    assert_eq!(answer(&old), (409, "tenant-exists".to_owned()));
}

#[test]
fn upstreams_go_in_parts_that_can_be_taken_in_again_however_many_there_are() {
    const DOMAINS: usize = 60;
    let old = Operator::new();
    old.tenant("acme");
    // More of them than a part is to hold, the last with a key.
    let long: Value = (0..20).map(|number| (format!("more_{number}"), json!("x".repeat(300)))).collect();
    let settings = |auth: &str, secret: Value| {
        json!({
            "issuer": "https://op.example", "client_id": "us", "client_auth": auth, "client_secret": secret,
            "parameters": long,
        })
    };
    for number in 1..=DOMAINS {
        let host = format!("d{number:02}.example");
        old.domain("acme", &host, &json!({}));
        for eid in ["mitid", "nemid"] {
            let at = path(&["tenants", "acme", "domains", &host, "upstreams", eid]);
            let with_key = number == DOMAINS && eid == "nemid";
            let proved = if with_key {
                settings("private_key_jwt", Value::Null)
            } else {
                settings("client_secret_basic", json!("upstream-secret"))
            };
            old.put(&at, &proved).expect(201);
        }
    }
    let parts = export(&old);
    assert!(parts.len() > 2, "{}", parts.len());
    for part in &parts {
        assert!(part.to_string().len() < 2 * PART_BYTES, "{}", part.to_string().len());
    }
    let new = empty();
    import(&new, &parts);
    assert_eq!(published(&new), published(&old));
}

#[test]
fn only_the_recovery_key_of_the_export_opens_it() {
    let parts = export(&acme());
    let new = empty();
    let wrong = import_with(&new, &parts[0], [4; 32]);
    assert_eq!((wrong.status, wrong.problem()), (400, "wrong-recovery-key"));
    let at = path(&["tenants", "acme", "import"]);
    for bad in ["", "x", &base64(&[5; 31]), &base64(&[5; 33])] {
        let reply = new.put_with(&at, &[("recovery-key", bad)], &parts[0]);
        assert_eq!((reply.status, reply.problem()), (400, "malformed"), "{bad}");
    }
    let export = path(&["tenants", "acme", "export"]);
    assert_eq!(acme().post_with(&export, &[]).problem(), "malformed");
    import(&new, &parts);
}

#[test]
fn a_tenant_that_exists_is_not_overwritten_and_no_host_claimed_for_it() {
    let parts = export(&acme());
    let new = empty();
    new.tenant("acme");
    let before = rows_of(&new);
    let reply = import_part(&new, &parts[0]);
    assert_eq!((reply.status, reply.problem()), (409, "tenant-exists"));
    assert_eq!(rows_of(&new), before);
    assert!(new.ports.management.hosts.borrow().is_empty());
    // Nor is one that was restored from the same file.
    let new = empty();
    import(&new, &parts);
    assert_eq!(import_part(&new, &parts[0]).problem(), "tenant-exists");
}

#[test]
fn a_backup_is_of_one_tenant() {
    let parts = export(&acme());
    let new = empty();
    let at = path(&["tenants", "globex", "import"]);
    let reply = new.put_with(&at, &[("recovery-key", &header(RECOVERY_KEY))], &parts[0]);
    assert_eq!((reply.status, reply.problem()), (400, "another-tenant"));
}

#[test]
fn a_host_of_another_tenant_refuses_the_import_before_anything_is_claimed_or_stored() {
    let parts = export(&acme());
    let new = empty();
    new.tenant("globex");
    new.domain("globex", MITID, &json!({"kind": "mitid"}));
    let reply = import_part(&new, &parts[0]).expect(409);
    assert_eq!((reply.problem(), reply.wrong_fields()), ("host-taken", vec!["domain mitid.acme.example"]));
    assert_eq!(rows_of(&new), MemoryRows::default());
    let hosts: Vec<String> = new.ports.management.hosts.borrow().keys().map(Host::to_string).collect();
    assert_eq!(hosts, [MITID], "none was claimed");
    assert!(snapshot(&new, HOST).is_none());
}

#[test]
fn a_tenant_may_come_back_to_the_deployment_that_knows_its_hosts_and_newer_versions() {
    let old = acme();
    let parts = export(&old);
    let at = domain_path("acme", HOST);
    for name in ["Second", "Third"] {
        let read = old.get(&at).expect(200);
        let mut body = read.body.clone();
        body["display_name"] = json!(name);
        old.replace(&at, &read.etag, &body).expect(200);
    }
    // The object is lost, and with it what was changed since; KV and the hosts' objects are not.
    old.ports.management.tenants.borrow_mut().clear();
    import(&old, &parts);
    let restored = snapshot(&old, HOST).unwrap();
    assert_eq!(restored.display_name, "Acme Bank");
    assert!(restored.version > parts[0]["version"].as_u64().unwrap() + VERSION_GAP);
    // The same once more: what the first restore has published is older still.
    let read = old.get(&at).expect(200);
    let mut body = read.body.clone();
    body["display_name"] = json!("Between");
    old.replace(&at, &read.etag, &body).expect(200);
    old.ports.management.tenants.borrow_mut().clear();
    old.now.set(old.now.get().plus(60));
    import(&old, &parts);
    assert_eq!(snapshot(&old, HOST).unwrap().display_name, "Acme Bank");
}

#[test]
fn what_was_made_after_the_backup_is_withdrawn_where_hosts_and_kv_have_outlived_the_tenants_object() {
    const LATER: usize = 2 * SWEEP_PAGE + 5;
    let old = acme();
    let parts = export(&old);
    let key =
        |client_id: &str| application_key(&Host::parse(HOST).unwrap(), &ClientId::parse(client_id).unwrap());
    let later: Vec<String> = (0..LATER).map(|number| format!("urn:acme:later:{number:03}")).collect();
    for client_id in &later {
        old.application("acme", HOST, client_id);
    }
    old.ports.management.tenants.borrow_mut().clear();
    let answer = import_part(&old, &parts[0]).expect(200).body;
    assert_eq!(answer["published"], true);
    let value = |client_id: &str| {
        let published = old.ports.management.published::<Application>(&key(client_id)).unwrap();
        let kept = old.ports.management.host_text(HOST, client_id);
        assert_eq!(old.ports.management.kv.borrow()[&key(client_id)], kept);
        published.value
    };
    assert!(later.iter().all(|client_id| value(client_id).is_none()));
    assert!(value(WEB).is_some());
}

#[test]
fn a_restore_by_a_clock_that_was_set_back_is_published_all_the_same() {
    let old = acme();
    let parts = export(&old);
    import(&empty(), &parts);
    old.ports.management.tenants.borrow_mut().clear();
    import(&old, &parts);
    let at = domain_path("acme", HOST);
    let read = old.get(&at).expect(200);
    let mut body = read.body.clone();
    body["display_name"] = json!("Between");
    old.replace(&at, &read.etag, &body).expect(200);
    old.ports.management.tenants.borrow_mut().clear();
    old.now.set(UnixTime(old.now.get().0 - 3_600));
    assert_eq!(import_part(&old, &parts[0]).expect(200).body["published"], true);
    assert_eq!(snapshot(&old, HOST).unwrap().display_name, "Acme Bank");
}

#[test]
fn a_large_tenant_goes_in_parts_and_serves_nothing_until_the_last() {
    let old = acme();
    let count = 5 * PART_BYTES / 5_000;
    fill(&old, count, 5);
    let parts = export(&old);
    assert!((4..=8).contains(&parts.len()), "{}", parts.len());
    for part in &parts {
        assert!(part.to_string().len() < 2 * PART_BYTES);
    }
    let new = empty();
    let (last, before) = parts.split_last().unwrap();
    for (number, part) in before.iter().enumerate() {
        let answer = import_part(&new, part).expect(200).body;
        assert_eq!(answer, json!({"part": number, "restored_at": null, "published": true}));
        assert!(snapshot(&new, HOST).is_none() && snapshot(&new, MITID).is_none());
        assert_eq!(new.get(&path(&["tenants", "acme"])).status, 404);
        assert_eq!(new.get(&path(&["tenants"])).body["items"], json!([]));
        let put = new.put(&path(&["tenants", "acme"]), &json!({"name": "Another"}));
        assert_eq!((put.status, put.problem()), (409, "being-restored"));
    }
    assert!(import_part(&new, last).expect(200).body["restored_at"].is_string());
    let mut wanted = published(&old);
    for number in 0..count {
        let id = ClientId::parse(&format!("urn:filled:{number}")).unwrap();
        let key = edge_eid::admin::publication::application_key(&Host::parse(HOST).unwrap(), &id);
        // The old one was filled behind its object's back, and so published none of them.
        assert!(new.ports.management.published::<Application>(&key).unwrap().value.is_some());
        wanted.remove(&key);
    }
    let restored = published(&new);
    assert!(wanted.iter().all(|(key, value)| restored[key] == *value));
    assert_eq!(restored.len(), wanted.len() + count);
}

#[test]
fn parts_are_taken_in_their_order_and_again_without_harm() {
    let old = acme();
    fill(&old, 80, 5);
    let parts = export(&old);
    let others = export(&old);
    let new = empty();
    let refused = |part: &Value| {
        let reply = import_part(&new, part);
        (reply.status, reply.problem().to_owned())
    };
    let out_of_order = (409, "out-of-order".to_owned());
    assert_eq!(refused(&parts[1]), out_of_order, "not first");
    import_part(&new, &parts[0]).expect(200);
    import_part(&new, &parts[0]).expect(200);
    assert_eq!(refused(&parts[2]), out_of_order, "not next");
    assert_eq!(refused(&others[1]), out_of_order, "not of this export");
    for part in &parts[1..] {
        import_part(&new, part).expect(200);
        if !part["next"].is_null() {
            import_part(&new, part).expect(200);
        }
    }
    assert_eq!(refused(&parts[parts.len() - 1]), (409, "tenant-exists".to_owned()), "it was the last");
    assert_eq!(new.get(&path(&["tenants", "acme"])).status, 200);
}

#[test]
fn an_import_that_was_given_up_leaves_nothing_for_the_next_one() {
    let old = acme();
    fill(&old, 80, 5);
    let first = export(&old);
    let read = old.get(&application_path("acme", HOST, WEB)).expect(200);
    old.delete(&application_path("acme", HOST, WEB), &read.etag).expect(200);
    let second = export(&old);
    let new = empty();
    import(&new, &first[..first.len() - 1]);
    import(&new, &second);
    assert_eq!(new.get(&application_path("acme", HOST, WEB)).status, 404);
    assert_eq!(rows_of(&new).count("application"), rows_of(&old).count("application"));
    // It had been published, and is taken back.
    let mut now = new.now.get();
    while let Some(next) = new.ports.management.alarm("acme", now) {
        now = next;
    }
    let key = application_key(&Host::parse(HOST).unwrap(), &ClientId::parse(WEB).unwrap());
    let left = new.ports.management.published::<Application>(&key).expect("it was published once");
    assert!(left.value.is_none());
}

#[test]
fn keys_are_not_given_away_by_a_made_up_cursor_without_a_line_in_the_log() {
    let old = acme();
    fill(&old, 80, 5);
    let first = export_part(&old, "").expect(200).body;
    let text = String::from_utf8(from_base64url(first["next"].as_str().unwrap()).unwrap()).unwrap();
    let made_up = |kind: &str| {
        let mut cursor: Value = serde_json::from_str(&text).unwrap();
        cursor["after"]["kind"] = json!(kind);
        cursor["after"]["id"] = json!("");
        format!("?after={}", base64url(cursor.to_string().as_bytes()))
    };
    let exports = || {
        let log = old.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
        log["items"].as_array().unwrap().iter().filter(|it| it["action"] == "tenant.exported").count()
    };
    assert_eq!(exports(), 1);
    assert_eq!(export_part(&old, &made_up("nothing")).status, 409);
    assert_eq!(exports(), 1);
    export_part(&old, &made_up("tenant")).expect(200);
    assert_eq!(exports(), 2);
}

#[test]
fn what_was_imported_is_published_before_more_is_taken_in() {
    let old = acme();
    fill(&old, IMPORT_DUE_MAX + 300, 1);
    let parts = export(&old);
    let new = empty();
    new.ports.management.kv_fails.set(true);
    let refused = parts.iter().find_map(|part| {
        let reply = import_part(&new, part);
        (reply.status != 200).then(|| (reply.status, reply.problem().to_owned(), part.clone()))
    });
    let (status, problem, part) = refused.expect("the list of what is due has an end");
    assert_eq!((status, problem.as_str()), (503, "publishing"));
    let due = new.ports.management.tenants.borrow()[&TenantId::parse("acme").unwrap()].count("due");
    assert!(due > IMPORT_DUE_MAX && due < 2 * IMPORT_DUE_MAX, "{due}");
    new.ports.management.kv_fails.set(false);
    let mut now = UnixTime(new.now.get().0 + 600);
    while let Some(next) = new.ports.management.alarm("acme", now) {
        now = next;
    }
    let number = part["number"].as_u64().unwrap() as usize;
    import(&new, &parts[number..]);
    assert!(snapshot(&new, HOST).is_some());
}

#[test]
fn a_change_between_two_parts_begins_the_export_again() {
    let old = acme();
    fill(&old, 80, 5);
    let first = export_part(&old, "").expect(200).body;
    let after = format!("?after={}", first["next"].as_str().unwrap());
    export_part(&old, &after).expect(200);
    old.application("acme", PRODUCTION, "urn:acme:another");
    let reply = export_part(&old, &after);
    assert_eq!((reply.status, reply.problem()), (409, "changed-meanwhile"));
    for bad in ["?after=AAAA", "?limit=1"] {
        assert_eq!(export_part(&old, bad).status, 422, "{bad}");
    }
}

#[test]
fn an_export_costs_the_store_one_line_of_the_log_and_a_refused_one_nothing() {
    let old = acme();
    let before = rows_of(&old);
    let nobody = path(&["tenants", "nobody", "export"]);
    assert_eq!(old.post_with(&nobody, &[("recovery-key", &header(RECOVERY_KEY))]).status, 404);
    export(&old);
    let after = rows_of(&old);
    assert_eq!(after.count("audit"), before.count("audit") + 1);
    for kind in ["version", "environment", "domain", "application", "due"] {
        assert_eq!(after.count(kind), before.count(kind));
    }
}

#[test]
fn keys_go_on_in_their_timetable_after_a_restore_and_not_before() {
    let old = Operator::new();
    old.tenant("acme");
    old.domain("acme", HOST, &json!({}));
    fill(&old, 80, 5);
    let parts = export(&old);
    let signing = |operator: &Operator| {
        let keys = snapshot(operator, HOST).unwrap().keys;
        keys.into_iter().find(|key| key.eid == Eid::Mitid && key.private.is_some()).unwrap().kid
    };
    let mut known = snapshot(&old, HOST).unwrap().keys.into_iter();
    let standby = known.find(|key| key.eid == Eid::Mitid && key.private.is_none()).unwrap().kid;
    let new = empty();
    new.now.set(old.now.get().plus(100 * 86_400));
    // The committed keys that the old one has.
    for _ in 0..4 {
        new.ports.crypto.generate(Algorithm::Rs256).unwrap();
    }
    let tenant = TenantId::parse("acme").unwrap();
    let steps = |at| new.ports.management.do_steps(&new.ports, &tenant, at);
    import(&new, &parts[..parts.len() - 1]);
    assert_eq!(steps(new.now.get().plus(1)), None, "nobody's keys");
    import(&new, &parts[parts.len() - 1..]);
    // Long overdue, but what clients know of the standby has to be waited for.
    let due = new.now.get().plus(Serving::DEFAULT.guard());
    assert_eq!(steps(new.now.get().plus(1)), Some(due));
    assert_ne!(signing(&new), standby);
    steps(due);
    assert_eq!(signing(&new), standby);
}
