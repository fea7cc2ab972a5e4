//! The OpenAPI document against the real answers: nothing undocumented is answered (that is checked
//! at every answer, in `support::openapi`), and everything documented is.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::change::APPLICATIONS_MAX;
use edge_eid::admin::configuration::{delete_record, put_record, target_of};
use edge_eid::admin::record::{ApplicationRecord, Record};
use edge_eid::model::test_person::TEST_PEOPLE_MAX;
use edge_eid::model::{ClientId, Host, Serving, TenantId, UnixTime};
use edge_eid::rows::Rows;
use serde_json::{Value, json};
use support::admin::{MANAGEMENT_HOST, Operator, Reply, TOKEN, application_path, domain_path, path};

const TEST: &str = "test.acme.example";
const WEB: &str = "urn:acme:web";

#[test]
fn every_path_does_what_is_documented_and_names_its_methods_otherwise() {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", TEST, &json!({}));
    let operations = operator.description().operations();
    for template in operations.iter().map(|(path, ..)| path) {
        let mut allowed: Vec<String> = Vec::new();
        allowed.extend(
            operations.iter().filter(|(path, ..)| path == template).map(|(_, it, _)| it.to_uppercase()),
        );
        let concrete = template
            .replace("{tenant}", "acme")
            .replace("{host}", TEST)
            .replace("{client_id}", "urn%3Aacme%3Aweb")
            .replace("{environment}", "TEST")
            .replace("{eid}", "nemid")
            .replace("{kid}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{token_id}", "AAAAAAAAAAAAAAAA");
        for method in ["get", "put", "post", "delete", "patch", "trace"] {
            let reply = operator.method(method, &concrete);
            if allowed.contains(&method.to_uppercase()) {
                assert_ne!(reply.status, 405, "{method} {concrete}");
                continue;
            }
            assert_eq!(reply.status, 405, "{method} {concrete}");
            let mut named: Vec<_> =
                reply.response.header("allow").unwrap().split(", ").map(str::to_owned).collect();
            named.sort();
            allowed.sort();
            assert_eq!(named, allowed, "{concrete}");
        }
    }
}

/// Gets every status of every operation, but 500, which means a mistake of ours.
#[test]
fn every_documented_answer_is_given() {
    let operator = Operator::new();
    operator.now.set(UnixTime(1_800_000_000));
    operator.tenant("acme");
    operator.domain("acme", TEST, &json!({}));
    operator.domain("acme", "in-use.example", &json!({}));
    operator.application("acme", "in-use.example", WEB);
    let documented = operator.description().operations();
    let values = [
        ("{tenant}", "acme"),
        ("{host}", TEST),
        ("{client_id}", "urn%3Aacme%3Aweb"),
        ("{eid}", "nemid"),
        ("{environment}", "TEST"),
        ("{trace_id}", TRACE),
        ("{user}", "frida"),
    ];
    let step = edge_eid::login::trace::step(operator.now.get(), "authorize", 200, &[]);
    operator.ports.traces.borrow_mut().insert(format!("acme/TEST/{TRACE}"), json!([step]));
    let mut ordered: Vec<_> = documented.iter().map(|(path, method, _)| (path, method)).collect();
    // What belongs to a thing is made after it and removed before it; a thing is made before it is read.
    ordered.sort_by_key(|(path, method)| match method.as_str() {
        "delete" => (1, usize::MAX - path.len(), false),
        method => (0, path.len(), method == "get"),
    });
    let (mut secret_id, mut token_id) = (String::new(), String::new());
    let reader = operator.post(&path(&["tenants", "acme", "tokens"]), &json!({"name": "Reader"})).expect(201);
    let reader = reader.body["token"].as_str().unwrap().to_owned();
    for (template, method) in &ordered {
        let mut at = values.iter().fold((*template).clone(), |path, (name, value)| path.replace(name, value));
        at = at.replace("{id}", &secret_id).replace("{kid}", &standby(&operator));
        at = at.replace("{token_id}", &token_id);
        let reads = [("authorization", format!("Bearer {reader}"))];
        let reads = [(reads[0].0, reads[0].1.as_str())];
        operator.send(method, &at, &reads, b"");
        operator.send(method, &at.replace("/acme", "/nobody"), &reads, b"");
        let body = match template.rsplit('/').next().unwrap() {
            "{tenant}" => json!({"name": "Acme"}),
            "{host}" => json!({"environment": "TEST", "kind": "ordinary", "display_name": "Acme"}),
            "{eid}" => {
                json!({"issuer": "https://broker.example/op", "client_id": "edge-eid", "client_secret": "x"})
            }
            "secrets" | "{environment}" => json!({}),
            "rotate" => {
                json!({"eid": "mitid", "kid": active(&operator, "mitid"), "force": true, "reason": "shown"})
            }
            "rehearsal" => json!({"ends_at": null}),
            "{user}" => json!({"name": "Frida Testperson", "birthdate": "1985-05-06"}),
            "applied-file" => json!({"fingerprint": "0".repeat(64)}),
            "check-secret" => json!({"secret": "correct-horse-battery"}),
            "shadow" => json!({}),
            "tokens" => json!({"name": "Pipeline", "scopes": ["applications"]}),
            "rehearse" | "style" | "publish" | "roll-back" | "fetch" | "preview" => json!({}),
            "postpone" => json!({"eid": "mitid", "until": "2027-03-01T00:00:00Z", "reason": "shown"}),
            "compromise" => json!({"reason": "shown"}),
            _ => json!({"name": "Web", "redirect_uris": ["https://app.example/callback"]}),
        };
        if template.ends_with("/export") || template.ends_with("/import") {
            continue;
        }
        if template.ends_with("/roll-back") {
            // So that there is something to take back.
            let style = at.replace("/roll-back", "");
            operator.replace(&style, "*", &json!({"stylesheet": "p{color:red}"})).expect(200);
            operator.post(&format!("{style}/publish"), &json!({})).expect(200);
        }
        let made = provoke(&operator, method, &at, &body);
        match made {
            Some(id) if template.ends_with("/secrets") => secret_id = id,
            Some(id) if template.ends_with("/tokens") => token_id = id,
            _ => {}
        }
    }
    provoke_shadow(&operator);
    provoke_backup(&operator);
    let mut expected: Vec<(String, String, u16)> = Vec::new();
    for (path, method, statuses) in documented {
        expected.extend(
            statuses.into_iter().filter(|it| *it != 500).map(|it| (path.clone(), method.clone(), it)),
        );
    }
    let seen = operator.seen.borrow();
    let missing: Vec<_> = expected.into_iter().filter(|it| !seen.contains(it)).collect();
    assert!(missing.is_empty(), "documented and never answered: {missing:#?}");
}

/// The trace id of a recorded login.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Makes an operation answer with everything it can; says the id of what it made last.
fn provoke(operator: &Operator, method: &str, at: &str, body: &Value) -> Option<String> {
    let bearer = format!("Bearer {TOKEN}");
    let send = |path: &str, more: &[(&str, &str)], body: &[u8]| {
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(more);
        operator.send(method, path, &headers, body)
    };
    operator.send(method, at, &[], b"");
    operator.ports.management.objects_fail.set(true);
    let text = body.to_string();
    let json_type = ("content-type", "application/json");
    send(at, &[json_type], text.as_bytes());
    operator.ports.management.objects_fail.set(false);
    let nowhere = at.replace("/acme", "/nobody").replace("/TEST/", "/NONE/");
    if method == "get" || at.ends_with("/rewrap") {
        send(&format!("{at}?limit=0"), &[], b"");
        send(&format!("{at}?a=%FF"), &[], b"");
        send(&nowhere, &[], b"");
        send(at, &[], b"");
        return None;
    }
    if method == "delete" {
        send(&nowhere, &[("if-match", "*")], b"");
        send(at, &[("if-match", "\"1\", \"2\"")], b"");
        send(at, &[("if-match", "\"999\"")], b"");
        send(at, &[], b"");
        send(&domain_path("acme", "in-use.example"), &[("if-match", "*")], b"");
        assert_eq!(send(at, &[("if-match", "*")], b"").status, 200);
        return None;
    }
    let is_within =
        ["/domains/", "/environments/", "/tokens", "/applied-file"].iter().any(|it| at.contains(it));
    if is_within {
        send(&nowhere, &[json_type], text.as_bytes());
    }
    send(at, &[json_type], b"[]");
    send(at, &[json_type], &[b' '; 64 * 1024 + 1]);
    send(at, &[], text.as_bytes());
    send(at, &[json_type], b"{\"unknown\":1}");
    if at.contains("/keys/") {
        provoke_keys(operator, at, &send, body);
        return None;
    }
    let made = send(at, &[json_type], text.as_bytes());
    send(at, &[json_type], text.as_bytes());
    send(at, &[json_type, ("if-match", "\"999\"")], text.as_bytes());
    send(at, &[json_type, ("if-match", "*")], text.as_bytes());
    conflict(operator, method, at, &send, body);
    made.body["id"].as_str().map(str::to_owned)
}

/// Makes a shadow and compares it, where there is a pair of domains.
fn provoke_shadow(operator: &Operator) {
    operator.domain("acme", "mitid.example", &json!({"kind": "mitid"}));
    operator.domain("acme", "pair.example", &json!({"mitid_domain": "mitid.example"}));
    operator.application("acme", "pair.example", WEB);
    for status in [201, 200] {
        let at = format!("{}/shadow", application_path("acme", "pair.example", WEB));
        operator.post(&at, &json!({})).expect(status);
    }
    operator.get(&format!("{}/shadow-drift", domain_path("acme", "pair.example"))).expect(200);
}

/// Makes exporting and importing answer with everything they can, and meets a tenant of which a part
/// is missing.
fn provoke_backup(operator: &Operator) {
    let key = ("recovery-key", "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=");
    let (export, import) = (path(&["tenants", "large", "export"]), path(&["tenants", "large", "import"]));
    operator.tenant("large");
    operator.ports.crypto.hand_out_again();
    operator.domain("large", "large.example", &json!({}));
    fill_with_applications(operator, "large", "large.example", true);
    let part = operator.post_with(&export, &[key]).body;
    let after = format!("{export}?after={}", part["next"].as_str().unwrap());
    operator.replace(&path(&["tenants", "large"]), "*", &json!({"name": "Larger"})).expect(200);
    for (at, headers) in [
        (after.as_str(), &[key][..]),
        (&export, &[]),
        (&format!("{export}?after=x"), &[key]),
        (&path(&["tenants", "nobody", "export"]), &[key]),
    ] {
        operator.post_with(at, headers);
    }
    operator.send("post", &export, &[], b"");
    operator.send("put", &import, &[], b"");
    operator.put_with(&import, &[key], &json!({}));
    operator.put_with(&import, &[key], &part);
    operator.put_with(&path(&["tenants", "Not OK", "import"]), &[key], &part);
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), key];
    operator.send("put", &import, &headers, b"{}");
    operator.send("put", &import, &headers, &[b' '; 2 * 1024 * 1024 + 1]);
    operator.ports.management.objects_fail.set(true);
    operator.post_with(&export, &[key]);
    operator.put_with(&import, &[key], &part);
    operator.ports.management.objects_fail.set(false);
    operator.ports.management.tenants.borrow_mut().remove(&TenantId::parse("large").unwrap());
    operator.put_with(&import, &[key], &part).expect(200);
    operator.put(&path(&["tenants", "large"]), &json!({"name": "Large"})).expect(409);
}

/// The standby of the ring that signs for MitID; no name of a key before there is one.
fn standby(operator: &Operator) -> String {
    let keys = operator.get("/api/v1/tenants/acme/environments/TEST/keys");
    let mitid = |ring: &&Value| ring["eid"] == "mitid";
    let ring = keys.body["rings"].as_array().and_then(|rings| rings.iter().find(mitid));
    ring.map_or_else(String::new, |ring| ring["standby"].as_str().unwrap().to_owned())
}

/// What orders of keys answer: too early, and when it is time.
fn provoke_keys(operator: &Operator, at: &str, send: &Send<'_>, body: &Value) {
    let json_type = ("content-type", "application/json");
    let late = operator.now.get().plus(Serving::DEFAULT.guard());
    // Twice: the first standby of a ring waits for nothing.
    let too_early = |at: &str, body: &[u8]| {
        send(at, &[json_type], body);
        send(at, &[json_type], body);
    };
    if at.ends_with("/rehearse") {
        too_early(at, b"{}");
        operator.now.set(late);
    } else if at.ends_with("/rotate") {
        too_early(at, b"{\"eid\":\"nemid\"}");
    } else if let Some((keys, _)) = at.strip_suffix("/compromise").and_then(|at| at.rsplit_once('/')) {
        too_early(&format!("{keys}/rotate"), b"{\"eid\":\"nemid\"}");
        let signs = format!("{keys}/{}/compromise", active(operator, "nemid"));
        send(&signs, &[json_type], body.to_string().as_bytes());
    }
    assert_eq!(send(at, &[json_type], body.to_string().as_bytes()).status, 200, "{at}");
}

/// The key that signs for an eID.
fn active(operator: &Operator, eid: &str) -> String {
    let keys = operator.get("/api/v1/tenants/acme/environments/TEST/keys").body;
    let signs = |key: &&Value| key["eid"] == eid && key["state"] == "active";
    keys["items"].as_array().unwrap().iter().find(signs).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// Sends a path, headers and a body.
type Send<'a> = dyn Fn(&str, &[(&str, &str)], &[u8]) -> Reply + 'a;

/// What 409 there is.
fn conflict(operator: &Operator, method: &str, at: &str, send: &Send<'_>, body: &Value) {
    let json_type = ("content-type", "application/json");
    if at.ends_with("/tokens") {
        while send(at, &[json_type], body.to_string().as_bytes()).status == 201 {}
    } else if method == "post" {
        let secret = json!({"secret": "the-same-secret"}).to_string();
        send(at, &[json_type], secret.as_bytes());
        send(at, &[json_type], secret.as_bytes());
    } else if let Some(people) = at.strip_suffix("frida") {
        for number in 0..TEST_PEOPLE_MAX {
            send(&format!("{people}{number}"), &[json_type], body.to_string().as_bytes());
        }
    } else if at.ends_with(TEST) {
        send(&domain_path("acme", MANAGEMENT_HOST), &[json_type], body.to_string().as_bytes());
    } else if at.contains("/applications/") {
        fill_with_applications(operator, "acme", TEST, true);
        send(&application_path("acme", TEST, "urn:acme:one-more"), &[json_type], body.to_string().as_bytes());
        fill_with_applications(operator, "acme", TEST, false);
    }
}

/// Puts as many applications into the store as a domain may have, or takes them out.
fn fill_with_applications(operator: &Operator, tenant: &str, host: &str, there: bool) {
    let mut tenants = operator.ports.management.tenants.borrow_mut();
    let rows = tenants.get_mut(&TenantId::parse(tenant).unwrap()).unwrap();
    let writes = (0..APPLICATIONS_MAX).map(|number| {
        let record = Record::Application(ApplicationRecord {
            host: Host::parse(host).unwrap(),
            client_id: ClientId::parse(&number.to_string()).unwrap(),
            name: "Web".to_owned(),
            enabled: true,
            redirect_uris: Vec::new(),
            token_endpoint_auth_methods: Vec::new(),
            initiate_login_uri: None,
            protocol: Default::default(),
            created_at: UnixTime(0),
        });
        if there { put_record(1, &record) } else { delete_record(&target_of(&record)) }
    });
    rows.commit(writes.collect()).unwrap();
}
