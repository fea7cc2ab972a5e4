//! The admin API, as its operators meet it. Every answer here is also held against the OpenAPI
//! document (`support::admin`).

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::backup_file::PART_MAX_BYTES;
use edge_eid::admin::body_max_bytes;
use edge_eid::model::UnixTime;
use edge_eid::web::{BODY_MAX_BYTES, Method};
use serde_json::{Value, json};
use support::admin::{Operator, TOKEN, application_path, domain_path, path};
use support::broker::request;
use support::ports::TRACE_ID;

const HOST: &str = "acme.example";
const MITID: &str = "mitid.acme.example";

/// A tenant with one ordinary domain and one application.
fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", HOST, &json!({}));
    operator.application("acme", HOST, "urn:acme:web");
    operator
}

fn production_domain() -> Value {
    json!({"environment": "PRODUCTION", "kind": "ordinary", "display_name": "Acme Bank"})
}

#[test]
fn nothing_is_told_without_the_operators_token() {
    let operator = acme();
    let tenants = path(&["tenants"]);
    let wrong = format!("Bearer {TOKEN}x");
    let basic = format!("Basic {TOKEN}");
    for authorization in ["", "Bearer", "Bearer ", &wrong, &basic, TOKEN] {
        let reply = operator.send("get", &tenants, &[("authorization", authorization)], b"");
        assert_eq!((reply.status, reply.problem()), (401, "unauthorized"), "{authorization:?}");
        assert!(reply.response.header("www-authenticate").unwrap().starts_with("Bearer"));
    }
    assert_eq!(operator.send("get", "/api/v1/nothing", &[], b"").status, 401);
    assert_eq!(operator.send("get", "/", &[], b"").status, 404);
}

#[test]
fn what_was_read_can_be_sent_back_changed_and_only_once() {
    let operator = acme();
    let at = domain_path("acme", HOST);
    let read = operator.get(&at).expect(200);
    let mut wanted = read.body.clone();
    wanted["display_name"] = json!("Ærø Bank");
    let replaced = operator.replace(&at, &read.etag, &wanted).expect(200);
    assert_eq!(replaced.body["display_name"], "Ærø Bank");
    assert_ne!(replaced.etag, read.etag);
    let stale = operator.replace(&at, &read.etag, &wanted);
    assert_eq!((stale.status, stale.problem()), (412, "precondition-failed"));
    assert_eq!(operator.get(&at).expect(200).etag, replaced.etag);
}

#[test]
fn a_thing_that_exists_is_never_changed_blindly() {
    let operator = acme();
    let at = application_path("acme", HOST, "urn:acme:web");
    let body = operator.get(&at).expect(200).body;
    assert_eq!(operator.put(&at, &body).problem(), "precondition-required");
    assert_eq!(operator.put_with(&at, &[("if-none-match", "*")], &body).status, 412);
    for tag in ["\"999\"", "W/\"3\"", "3", "\"\"", "\"-1\""] {
        assert_eq!(operator.replace(&at, tag, &body).status, 412, "{tag}");
    }
    let both = [("if-none-match", "*"), ("if-match", "*")];
    for headers in [&both[..], &[("if-match", "\"1\", \"2\"")], &[("if-none-match", "\"1\"")]] {
        assert_eq!(operator.put_with(&at, headers, &body).problem(), "malformed");
    }
    assert_eq!(operator.method("delete", &at).status, 428);
    assert_eq!(operator.delete(&at, "\"999\"").status, 412);
    operator.replace(&at, "*", &body).expect(200);
}

#[test]
fn a_tag_of_a_removed_thing_does_not_fit_the_one_made_in_its_place() {
    let operator = acme();
    let at = application_path("acme", HOST, "urn:acme:web");
    let first = operator.get(&at).expect(200);
    operator.delete(&at, &first.etag).expect(200);
    assert_eq!(operator.get(&at).status, 404);
    operator.application("acme", HOST, "urn:acme:web");
    assert_eq!(operator.replace(&at, &first.etag, &first.body).status, 412);
}

#[test]
fn writing_what_already_is_so_changes_nothing() {
    let operator = acme();
    let at = domain_path("acme", HOST);
    let read = operator.get(&at).expect(200);
    let before = operator.get(&path(&["tenants", "acme", "audit"])).body;
    let again = operator.replace(&at, &read.etag, &read.body).expect(200);
    assert_eq!(again.etag, read.etag);
    assert_eq!(again.body["published"], true);
    assert_eq!(operator.get(&path(&["tenants", "acme", "audit"])).body, before);
}

#[test]
fn every_wrong_and_every_unknown_field_is_named_at_once() {
    let operator = acme();
    let body = json!({
        "name": "", "enabled": "yes", "redirect_uris": ["https://ok.example/", "http://evil.example/", 7],
        "token_endpoint_auth_methods": ["none", "client_secret_post"], "initiate_login_uri": "javascript:alert(1)",
        "redirect_uri": "https://misspelt.example/",
    });
    let mut reply = operator.put(&application_path("acme", HOST, "urn:acme:new"), &body).expect(422);
    let errors = reply.body["errors"].take();
    assert!(!errors.to_string().contains("evil"), "what was sent is not repeated");
    reply.body["errors"] = errors;
    let mut wrong = reply.wrong_fields();
    wrong.sort_unstable();
    let expected = [
        "enabled",
        "initiate_login_uri",
        "name",
        "redirect_uri",
        "redirect_uris[1]",
        "redirect_uris[2]",
        "token_endpoint_auth_methods",
    ];
    assert_eq!(wrong, expected);
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    let operator = acme();
    let at = path(&["tenants", "new"]);
    let bearer = format!("Bearer {TOKEN}");
    let send = |content_type: &str, body: &[u8]| {
        operator.send("put", &at, &[("authorization", &bearer), ("content-type", content_type)], body)
    };
    for body in [&b"["[..], b"[]", b"\"x\"", b"", b"\xff", &b"[".repeat(10_000)] {
        assert_eq!(send("application/json", body).problem(), "malformed");
    }
    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        assert_eq!(send(content_type, b"{\"name\":\"x\"}").status, 415, "{content_type}");
    }
    assert_eq!(send("application/json", &[b' '; 64 * 1024 + 1]).status, 413);
    assert_eq!(send("Application/JSON; charset=utf-8", b"{\"name\":\"x\"}").status, 201);
}

#[test]
fn nobody_makes_us_read_a_body_who_may_not_send_it() {
    let operator = acme();
    let limit = |path: &str, authorization: &str| {
        let url = format!("https://manage.example{path}");
        let head = request(Method::Put, &url, &[("authorization", authorization)], "");
        body_max_bytes(&operator.ports, &head, operator.now.get())
    };
    let bearer = format!("Bearer {TOKEN}");
    for path in ["/api/v1/tenants/acme", "/api/v1/tenants/acme/import", "/elsewhere"] {
        for stranger in ["", "Bearer", &format!("{bearer}x"), &format!("Basic {TOKEN}")] {
            assert_eq!(limit(path, stranger), None, "{path} {stranger:?}");
        }
    }
    assert_eq!(limit("/api/v1/tenants/acme", &bearer), Some(BODY_MAX_BYTES));
    assert_eq!(limit("/api/v1/tenants/acme/import", &bearer), Some(PART_MAX_BYTES));
}

#[test]
fn names_in_a_path_follow_their_rules() {
    let operator = acme();
    for (at, field) in [
        (path(&["tenants", "Not OK"]), "tenant"),
        (domain_path("acme", "user@acme.example"), "host"),
        (application_path("acme", HOST, "with space"), "client_id"),
    ] {
        let reply = operator.put(&at, &json!({"name": "x"}));
        assert_eq!((reply.status, reply.wrong_fields()), (422, vec![field]));
        let absent = operator.get(&at).expect(404);
        assert!(
            absent.body["detail"].as_str().is_some_and(|detail| detail.contains("a name in the address"))
        );
    }
    assert_eq!(operator.get("/api/v1/tenants/%FF").status, 404);
    assert_eq!(operator.get("/api/v1/tenants/").status, 404);
    assert_eq!(operator.get(&domain_path("acme", "ACME.example")).status, 200, "hosts know no case");
}

#[test]
fn long_lists_come_in_pages() {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", HOST, &json!({}));
    for number in 0..5 {
        operator.application("acme", HOST, &format!("urn:acme:{number}"));
    }
    let list = format!("{}/applications", domain_path("acme", HOST));
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let reply = operator.get(&format!("{list}?limit=2{after}")).expect(200);
        found.extend(reply.body["items"].as_array().unwrap().iter().map(|it| it["client_id"].clone()));
        let Some(next) = reply.body["next"].as_str() else { break };
        after = format!("&after={}", edge_eid::web::percent_encode(next));
    }
    assert_eq!(found, ["urn:acme:0", "urn:acme:1", "urn:acme:2", "urn:acme:3", "urn:acme:4"]);
    for query in ["limit=0", "limit=101", "limit=x", "page=2"] {
        assert_eq!(operator.get(&format!("{list}?{query}")).status, 422, "{query}");
    }
}

#[test]
fn the_audit_log_tells_who_changed_what_from_what_to_what() {
    let operator = acme();
    let at = domain_path("acme", HOST);
    let read = operator.get(&at).expect(200);
    operator.now.set(UnixTime(1_800_000_060));
    let mut wanted = read.body.clone();
    wanted["enabled"] = json!(false);
    operator.replace(&at, &read.etag, &wanted).expect(200);
    let log = operator.get(&format!("{}?limit=1", path(&["tenants", "acme", "audit"]))).expect(200).body;
    let entry = &log["items"][0];
    assert_eq!(entry["actor"], "operator");
    assert_eq!(entry["action"], "domain.replaced");
    assert_eq!(entry["target"], "domain acme.example");
    assert_eq!(entry["at"], "2027-01-15T08:01:00.000Z");
    assert_eq!((&entry["before"]["enabled"], &entry["after"]["enabled"]), (&json!(true), &json!(false)));
    assert_eq!(entry["sequence"].to_string(), log["next"].as_str().unwrap());
    let older = operator.get(&format!("{}?after=2", path(&["tenants", "acme", "audit"]))).expect(200).body;
    assert_eq!(older["items"][0]["action"], "tenant.created");
}

#[test]
fn no_answer_and_no_log_line_ever_holds_a_secret_or_a_private_key() {
    let operator = acme();
    operator.upstream("acme", HOST, "nemid");
    let secrets = format!("{}/secrets", application_path("acme", HOST, "urn:acme:web"));
    operator.post(&secrets, &json!({"secret": "imported-secret"})).expect(201);
    let made = operator.post(&secrets, &json!({})).expect(201);
    let known =
        ["imported-secret", "upstream-secret", made.body["secret"].as_str().unwrap(), "hash", "private"];
    for at in [
        path(&["tenants", "acme", "audit"]),
        secrets.clone(),
        format!("{}/upstreams/nemid", domain_path("acme", HOST)),
        path(&["tenants", "acme", "environments", "TEST", "keys"]),
    ] {
        let body = operator.get(&at).expect(200).response.body;
        for text in known {
            assert!(!body.contains(text), "{text} in {at}");
        }
    }
    let stored = format!("{:?}", operator.ports.management.tenants.borrow());
    for text in &known[..3] {
        assert!(!stored.contains(text), "only sealed or hashed at rest");
    }
}

#[test]
fn tenants_do_not_see_one_another() {
    let operator = acme();
    operator.tenant("globex");
    assert_eq!(operator.get(&domain_path("globex", HOST)).status, 404);
    assert_eq!(operator.get(&application_path("globex", HOST, "urn:acme:web")).status, 404);
    let reply = operator.put(&domain_path("globex", HOST), &production_domain());
    assert_eq!((reply.status, reply.problem()), (409, "host-taken"));
    assert!(!reply.response.body.contains("acme"));
    let pair = json!({"environment": "TEST", "kind": "ordinary", "display_name": "x", "mitid_domain": HOST});
    assert_eq!(
        operator.put(&domain_path("globex", "globex.example"), &pair).wrong_fields(),
        ["mitid_domain"]
    );
    assert_eq!(operator.get(&path(&["tenants", "globex", "domains"])).body["items"], json!([]));
}

#[test]
fn a_host_stays_with_its_environment_and_the_management_host_is_nobodys() {
    let operator = acme();
    operator.delete(&application_path("acme", HOST, "urn:acme:web"), "*").expect(200);
    operator.delete(&domain_path("acme", HOST), "*").expect(200);
    assert_eq!(operator.put(&domain_path("acme", HOST), &production_domain()).problem(), "host-taken");
    operator.domain("acme", HOST, &json!({}));
    assert_eq!(
        operator.put(&domain_path("acme", "manage.example"), &production_domain()).problem(),
        "host-taken"
    );
}

#[test]
fn a_refused_domain_claims_no_host() {
    let operator = acme();
    let missing_peer = json!({"environment": "TEST", "kind": "ordinary", "display_name": "x", "mitid_domain": "none.example"});
    assert_eq!(operator.put(&domain_path("acme", "free.example"), &missing_peer).status, 422);
    assert_eq!(operator.put(&domain_path("nobody", "free.example"), &production_domain()).status, 404);
    operator.tenant("globex");
    operator.domain("globex", "free.example", &json!({}));
}

#[test]
fn a_domain_keeps_its_environment_and_kind() {
    let operator = acme();
    let at = domain_path("acme", HOST);
    let body = json!({"environment": "PRODUCTION", "kind": "mitid", "display_name": "x"});
    let reply = operator.replace(&at, "*", &body);
    assert_eq!((reply.status, reply.wrong_fields()), (422, vec!["environment", "kind"]));
}

#[test]
fn a_pair_has_two_sides_in_one_environment() {
    let operator = acme();
    let at = domain_path("acme", HOST);
    operator.domain("acme", MITID, &json!({"kind": "mitid"}));
    operator.put(&domain_path("acme", "prod.example"), &production_domain()).expect(201);

    let ordinary = |mitid: Value| json!({"environment": "TEST", "kind": "ordinary", "display_name": "x", "mitid_domain": mitid});
    let mitid = |nemid: Value| json!({"environment": "TEST", "kind": "mitid", "display_name": "x", "nemid_domain": nemid});
    for wrong in [HOST, "prod.example", "none.example"] {
        assert_eq!(
            operator.replace(&at, "*", &ordinary(json!(wrong))).wrong_fields(),
            ["mitid_domain"],
            "{wrong}"
        );
    }
    let back = operator.replace(&domain_path("acme", MITID), "*", &mitid(json!(HOST)));
    assert_eq!(back.wrong_fields(), ["nemid_domain"], "the ordinary domain does not lead there yet");

    operator.replace(&at, "*", &ordinary(json!(MITID))).expect(200);
    operator.replace(&domain_path("acme", MITID), "*", &mitid(json!(HOST))).expect(200);
    let leaving = operator.replace(&at, "*", &ordinary(Value::Null));
    assert_eq!(leaving.wrong_fields(), ["mitid_domain"], "the MitID domain still falls back on it");
    assert_eq!(operator.delete(&domain_path("acme", MITID), "*").problem(), "in-use");

    let sideways =
        json!({"environment": "TEST", "kind": "ordinary", "display_name": "x", "nemid_domain": HOST});
    assert_eq!(
        operator.put(&domain_path("acme", "third.example"), &sideways).wrong_fields(),
        ["nemid_domain"]
    );
}

#[test]
fn a_domain_with_applications_is_not_removed() {
    let operator = acme();
    assert_eq!(operator.delete(&domain_path("acme", HOST), "*").problem(), "in-use");
    operator.delete(&application_path("acme", HOST, "urn:acme:web"), "*").expect(200);
    operator.upstream("acme", HOST, "nemid");
    operator.delete(&domain_path("acme", HOST), "*").expect(200);
    operator.domain("acme", HOST, &json!({}));
    assert_eq!(operator.get(&format!("{}/upstreams/nemid", domain_path("acme", HOST))).status, 404);
}

#[test]
fn a_store_that_is_silent_is_told_by_reference_and_logged_once() {
    let operator = acme();
    operator.ports.management.objects_fail.set(true);
    for at in [path(&["tenants"]), path(&["tenants", "acme"]), domain_path("acme", HOST)] {
        operator.ports.log.borrow_mut().clear();
        let reply = operator.get(&at);
        assert_eq!((reply.status, reply.problem()), (503, "unavailable"));
        assert_eq!(reply.body["reference"], TRACE_ID);
        assert_eq!(operator.ports.log.borrow().len(), 1);
    }
}
