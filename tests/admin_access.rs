//! Who may do what through the admin API: the operator everything, a tenant's token what its scopes say,
//! and of other tenants nothing.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin;
use edge_eid::model::{TenantId, UnixTime};
use edge_eid::web::{BODY_MAX_BYTES, Method, Request};
use serde_json::{Value, json};
use support::admin::{MANAGEMENT_HOST, Operator, Reply, application_path, domain_path, path};

const DOMAIN: &str = "test.acme.example";

fn world() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.tenant("globex");
    operator.domain("acme", DOMAIN, &json!({}));
    operator.domain("globex", "test.globex.example", &json!({}));
    operator.application("acme", DOMAIN, "urn:acme:web");
    operator
}

fn tokens(tenant: &str) -> String {
    path(&["tenants", tenant, "tokens"])
}

fn token(operator: &Operator, scopes: &[&str]) -> String {
    let made = operator.post(&tokens("acme"), &json!({"name": "Pipeline", "scopes": scopes})).expect(201);
    made.body["token"].as_str().unwrap().to_owned()
}

fn send(operator: &Operator, token: &str, method: &str, path: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("if-match", "*")];
    let text = if *body == Value::Null { String::new() } else { body.to_string() };
    operator.send(method, path, &headers, text.as_bytes())
}

/// What a token is told by every operation of the description, on a request that changes nothing.
fn at_every_door(operator: &Operator, token: &str, tenant: &str, host: &str) -> Vec<(String, String, Reply)> {
    knock(operator, &[("authorization", &format!("Bearer {token}"))], tenant, host)
}

/// Likewise, whoever asks.
fn knock(
    operator: &Operator,
    headers: &[(&str, &str)],
    tenant: &str,
    host: &str,
) -> Vec<(String, String, Reply)> {
    let mut told = Vec::new();
    for (template, method, _) in operator.description().operations() {
        let at = template
            .replace("{tenant}", tenant)
            .replace("{host}", host)
            .replace("{client_id}", "urn%3Aacme%3Aweb")
            .replace("{environment}", "TEST")
            .replace("{eid}", "nemid");
        let reply = operator.send(&method, &at, headers, b"");
        told.push((method, template, reply));
    }
    told
}

/// The operations of its own tenant that a token gets to, whatever is said there.
fn open_doors(operator: &Operator, scopes: &[&str]) -> Vec<(String, String)> {
    let mut doors = at_every_door(operator, &token(operator, scopes), "acme", DOMAIN);
    doors.retain(|(_, path, reply)| path.contains("{tenant}") && reply.problem() != "forbidden");
    doors.into_iter().map(|(method, path, _)| (method, path)).collect()
}

fn changes(doors: &[(String, String)]) -> Vec<String> {
    let mut changes: Vec<String> = doors
        .iter()
        .filter(|(method, _)| method != "get")
        .map(|(method, path)| format!("{method} {}", path.replace("/api/v1/tenants/{tenant}", "")))
        .collect();
    changes.sort();
    changes
}

#[test]
fn a_token_opens_what_its_scopes_say() {
    let operator = world();
    let reader = open_doors(&operator, &[]);
    assert_eq!(changes(&reader), Vec::<String>::new());
    assert!(reader.iter().any(|(_, path)| path.ends_with("/audit")));
    let is_private = |path: &str| ["/tokens", "/consents", "/traces/"].iter().any(|it| path.contains(it));
    assert!(!reader.iter().any(|(_, path)| is_private(path)));
    assert_eq!(
        changes(&open_doors(&operator, &["applications"])),
        [
            "delete /domains/{host}/applications/{client_id}",
            "delete /domains/{host}/applications/{client_id}/secrets/{id}",
            "post /domains/{host}/applications/{client_id}/check-secret",
            "post /domains/{host}/applications/{client_id}/secrets",
            "post /domains/{host}/applications/{client_id}/shadow",
            "put /domains/{host}/applications/{client_id}",
        ]
    );
    assert_eq!(
        changes(&open_doors(&operator, &["configuration"])),
        [
            "delete /domains/{host}",
            "delete /domains/{host}/style",
            "delete /domains/{host}/upstreams/{eid}",
            "delete /environments/{environment}/test-people/{user}",
            "post /domains/{host}/style/fetch",
            "post /domains/{host}/style/preview",
            "post /domains/{host}/style/publish",
            "post /domains/{host}/style/roll-back",
            "put ",
            "put /applied-file",
            "put /domains/{host}",
            "put /domains/{host}/style",
            "put /domains/{host}/upstreams/{eid}",
            "put /environments/{environment}",
            "put /environments/{environment}/rehearsal",
            "put /environments/{environment}/test-people/{user}",
        ]
    );
    assert_eq!(
        changes(&open_doors(&operator, &["keys"])),
        [
            "post /environments/{environment}/keys/postpone",
            "post /environments/{environment}/keys/rehearse",
            "post /environments/{environment}/keys/rotate",
            "post /environments/{environment}/keys/{kid}/compromise",
        ]
    );
    assert_eq!(changes(&open_doors(&operator, &["access"])), ["delete /tokens/{token_id}", "post /tokens"]);
}

#[test]
fn whoever_may_only_read_changes_nothing() {
    let operator = world();
    let mut shut = at_every_door(&operator, &token(&operator, &[]), "acme", DOMAIN);
    shut.retain(|(method, path, _)| method != "get" && path.contains("{tenant}"));
    assert!(shut.len() > 20, "{} operations", shut.len());
    for (method, path, reply) in shut {
        assert!(reply.status == 403 && reply.problem() == "forbidden", "{method} {path}: {}", reply.status);
    }
}

#[test]
fn whoever_shows_no_token_learns_nothing_at_any_door() {
    let operator = world();
    let shown: [&[(&str, &str)]; 4] = [
        &[],
        &[("authorization", "Bearer")],
        &[("authorization", "Bearer eeid.acme.AAAAAAAAAAAAAAAA.made-up")],
        &[("authorization", "Basic b3BlcmF0b3I6b3BlcmF0b3I=")],
    ];
    for headers in shown {
        let told = ["acme", "globex", "nobody"].map(|tenant| knock(&operator, headers, tenant, DOMAIN));
        let first = told[0][0].2.body.clone();
        for (method, path, reply) in told.iter().flatten() {
            assert!(reply.status == 401 && reply.body == first, "{method} {path}: {}", reply.status);
        }
    }
}

#[test]
fn no_token_opens_anything_of_another_tenant_or_of_the_installation() {
    let operator = world();
    let all = token(&operator, &["read", "applications", "configuration", "keys", "access"]);
    for (method, path, reply) in at_every_door(&operator, &all, "globex", "test.globex.example") {
        assert!(reply.status == 404, "{method} {path}");
    }
    // Its own tenant's path does not lead to another one's domain either.
    send(&operator, &all, "get", &domain_path("acme", "test.globex.example"), &Value::Null).expect(404);
    let export = path(&["tenants", "acme", "export"]);
    send(&operator, &all, "post", &export, &Value::Null).expect(403);
    let refused =
        send(&operator, &token(&operator, &["keys"]), "get", &tokens("acme"), &Value::Null).expect(403);
    assert_eq!(refused.body["detail"], "This takes the scope access.");
    let settings = json!({"environment": "TEST", "kind": "ordinary", "display_name": "Acme"});
    let bearer = format!("Bearer {all}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let new = operator.send(
        "put",
        &domain_path("acme", "login.bank.example"),
        &headers,
        settings.to_string().as_bytes(),
    );
    new.expect(403);
    send(&operator, &all, "put", &domain_path("acme", DOMAIN), &settings).expect(200);
}

#[test]
fn a_token_is_shown_once_and_stored_as_a_digest() {
    let operator = world();
    let made = operator.post(&tokens("acme"), &json!({"name": "Pipeline", "scopes": ["keys"]})).expect(201);
    let text = made.body["token"].as_str().unwrap().to_owned();
    let secret = text.rsplit('.').next().unwrap();
    assert!(text.starts_with("eeid.acme.") && secret.len() == 43, "32 random bytes");
    let listed = operator.get(&tokens("acme")).expect(200);
    assert!(!listed.body.to_string().contains(secret));
    assert_eq!(listed.body["items"][0]["scopes"], json!(["read", "keys"]));
    let rows = operator.ports.management.tenants.borrow();
    let rows = &rows[&TenantId::parse("acme").unwrap()];
    assert!(!format!("{rows:?}").contains(secret), "neither in its row nor in the log of changes");
}

#[test]
fn a_token_counts_until_it_is_over_or_removed_and_its_use_is_seen() {
    let operator = world();
    let reader = token(&operator, &[]);
    let domains = path(&["tenants", "acme", "domains"]);
    let read = || send(&operator, &reader, "get", &domains, &Value::Null);
    let seen = || operator.get(&tokens("acme")).expect(200).body["items"][0]["last_used_at"].clone();
    assert_eq!(seen(), Value::Null);
    read().expect(200);
    let first = seen();
    assert!(first.is_string());
    operator.now.set(operator.now.get().plus(3_599));
    read().expect(200);
    assert_eq!(seen(), first, "to the hour: reading writes next to nothing");
    operator.now.set(operator.now.get().plus(1));
    read().expect(200);
    assert_ne!(seen(), first);
    let start = UnixTime(1_800_000_000);
    operator.now.set(start.plus(90 * 86_400 - 1));
    read().expect(200);
    operator.now.set(start.plus(90 * 86_400));
    read().expect(401);
    operator.now.set(start);
    let id = reader.split('.').nth(2).unwrap();
    operator.delete(&format!("{}/{id}", tokens("acme")), "*").expect(200);
    read().expect(401);
}

#[test]
fn made_up_tokens_get_nothing_and_learn_nothing() {
    let operator = world();
    let real = token(&operator, &["access"]);
    let (head, secret) = real.rsplit_once('.').unwrap();
    let other_secret = format!("{head}.{}", secret.chars().rev().collect::<String>());
    let other_tenant = real.replace(".acme.", ".globex.");
    let nobody = real.replace(".acme.", ".nobody.");
    let other_id = format!("eeid.acme.AAAAAAAAAAAAAAAA.{secret}");
    let long = format!("{real}{}", "A".repeat(200));
    let row = format!("eeid.acme.domain {DOMAIN}.{secret}");
    let made_up = [&other_secret, &other_tenant, &nobody, &other_id, &long, &row, &real.replace('.', " ")];
    for token in made_up {
        let answers: Vec<Reply> = ["acme", "globex", "nobody"]
            .map(|tenant| send(&operator, token, "get", &path(&["tenants", tenant]), &Value::Null))
            .into();
        assert!(answers.iter().all(|it| it.status == 401 && it.body == answers[0].body), "{token}");
    }
    assert!(!operator.ports.management.tenants.borrow().contains_key(&TenantId::parse("nobody").unwrap()));
}

#[test]
fn whoever_makes_tokens_gets_no_further_by_them() {
    let operator = world();
    let maker = token(&operator, &["access", "keys"]);
    let ask = |scopes: &[&str], more: Value| {
        let mut body = json!({"name": "Next", "scopes": scopes});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        send(&operator, &maker, "post", &tokens("acme"), &body)
    };
    assert_eq!(ask(&["applications"], json!({})).wrong_fields(), ["scopes"]);
    assert_eq!(ask(&["everything"], json!({})).wrong_fields(), ["scopes[0]"]);
    assert_eq!(ask(&["keys"], json!({"expires_at": "2020-01-01T00:00:00Z"})).wrong_fields(), ["expires_at"]);
    assert_eq!(ask(&["keys"], json!({"expires_at": "2099-01-01T00:00:00Z"})).wrong_fields(), ["expires_at"]);
    let next = ask(&["keys"], json!({})).expect(201);
    assert_eq!(next.body["created_by"], format!("token {}", maker.split('.').nth(2).unwrap()));
    assert_eq!(next.body["scopes"], json!(["read", "keys"]));
    let ends = |body: &Value| body["expires_at"].as_str().unwrap().to_owned();
    let own = operator.get(&format!("{}/{}", tokens("acme"), maker.split('.').nth(2).unwrap())).body;
    operator.now.set(operator.now.get().plus(86_400));
    assert_eq!(ends(&ask(&["keys"], json!({})).expect(201).body), ends(&own), "and no longer");
    assert_eq!(ask(&["keys"], json!({"expires_at": "2027-06-01T00:00:00Z"})).wrong_fields(), ["expires_at"]);
}

#[test]
fn what_a_token_has_made_goes_with_it() {
    let operator = world();
    let stolen = token(&operator, &["access"]);
    let body = json!({"name": "Next", "scopes": ["access"]});
    let child = send(&operator, &stolen, "post", &tokens("acme"), &body).expect(201).body;
    let child = child["token"].as_str().unwrap();
    let grandchild = send(&operator, child, "post", &tokens("acme"), &body).expect(201).body;
    let other = token(&operator, &["access"]);
    operator.delete(&format!("{}/{}", tokens("acme"), stolen.split('.').nth(2).unwrap()), "*").expect(200);
    for gone in [&stolen, child, grandchild["token"].as_str().unwrap()] {
        send(&operator, gone, "get", &tokens("acme"), &Value::Null).expect(401);
    }
    let left = send(&operator, &other, "get", &tokens("acme"), &Value::Null).expect(200);
    assert_eq!(left.body["items"].as_array().unwrap().len(), 1);
}

#[test]
fn tokens_that_are_over_take_no_room() {
    let operator = world();
    let ask = || operator.post(&tokens("acme"), &json!({"name": "Pipeline"}));
    (0..50).for_each(|_| drop(ask().expect(201)));
    assert_eq!(ask().problem(), "limit-reached");
    operator.now.set(operator.now.get().plus(90 * 86_400));
    ask().expect(201);
    assert_eq!(operator.get(&tokens("acme")).body["items"].as_array().unwrap().len(), 1);
}

#[test]
fn the_log_of_changes_names_the_token() {
    let operator = world();
    let pipeline = token(&operator, &["applications"]);
    let at = application_path("acme", DOMAIN, "urn:acme:web");
    let body = json!({"name": "Web 2", "redirect_uris": ["https://app.example/callback"]});
    send(&operator, &pipeline, "put", &at, &body).expect(200);
    let log = operator.get(&path(&["tenants", "acme", "audit"])).expect(200);
    let actors: Vec<&str> =
        log.body["items"].as_array().unwrap().iter().map(|it| it["actor"].as_str().unwrap()).collect();
    assert_eq!(actors[..2], [format!("token {}", pipeline.split('.').nth(2).unwrap()).as_str(), "operator"]);
}

#[test]
fn only_the_operators_import_is_read_at_length() {
    let operator = world();
    let token = token(&operator, &["access"]);
    let limit = |authorization: &str| {
        let head = Request {
            method: Method::Put,
            host: MANAGEMENT_HOST.to_owned(),
            path: path(&["tenants", "acme", "import"]),
            query: String::new(),
            headers: vec![("authorization".to_owned(), format!("Bearer {authorization}"))],
            body: Vec::new(),
        };
        admin::body_max_bytes(&operator.ports, &head, operator.now.get())
    };
    assert_eq!(limit(support::admin::TOKEN), Some(admin::backup_file::PART_MAX_BYTES));
    assert_eq!(limit(&token), Some(BODY_MAX_BYTES));
    assert_eq!(limit("made-up"), None);
}
