//! Identity services in the dashboard: the switches by their names, upstreams, and the test of one.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::{Value, json};
use support::admin::{domain_path, path};
use support::dashboard::{Got, Reader, World};

const PAGE: &str = "/t/acme/test/eids/mitid";
const PAIR: &str = "/t/acme/test/eids/mitid/mitid.example/side-by-side";
const UPSTREAM: &str = "/t/acme/test/eids/mitid/mitid.example";
const ISSUER: &str = "https://broker.example/op";

fn upstream(world: &World) -> Value {
    let path = format!("{}/upstreams/mitid", domain_path("acme", "mitid.example"));
    world.operator.get(&path).body
}

fn environment(world: &World) -> Value {
    world.operator.get(&path(&["tenants", "acme", "environments", "TEST"])).body
}

/// The version that the form with this action counts for.
fn version(page: &Got, action: &str) -> String {
    let form = page.body.split(&format!("action=\"{action}\"")).nth(1).unwrap();
    unescaped(form)
}

fn unescaped(form: &str) -> String {
    let start = form.find("name=\"version\" value=\"").unwrap() + "name=\"version\" value=\"".len();
    let end = start + form[start..].find("\">").unwrap();
    form[start..end].replace("&quot;", "\"")
}

fn new_upstream(admin: &Reader<'_>, more: &[(&str, &str)]) -> Got {
    let mut pairs = vec![
        ("preset", "generic"),
        ("issuer", ISSUER),
        ("client_id", "edge-eid"),
        ("client_auth", "client_secret_basic"),
        ("client_secret", "s3cret-of-the-broker"),
        ("version", ""),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend(more);
    admin.post(UPSTREAM, &pairs)
}

#[test]
fn the_switches_bear_their_names_in_both_languages_and_say_what_follows() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let page = viewer.get(PAGE).expect(200);
    for label in [
        "Add CPR for personal logins",
        "CPR Optional",
        "Show alongside NemID logins",
        "NemID domain for side-by-side",
        "DK NemID",
        "DK MitID",
    ] {
        assert!(page.says(label), "{label}");
    }
    assert!(page.says("the login of who has no number fails"));
    // CPR Optional and Show alongside are on from the start.
    let ticked = |name: &str| page.body.contains(&format!("name=\"{name}\" value=\"on\" checked"));
    assert!(ticked("cpr_optional") && ticked("show_alongside_nemid_logins"));
    assert!(!ticked("add_cpr_for_personal_logins"));
    assert!(page.says("acme.example"), "the domain that may be chosen is named");
    assert!(viewer.get("/t/acme/production/eids").expect(200).says("Order MitID"));
    viewer.get("/t/acme/test/eids/nemid").expect(200);
}

#[test]
fn the_cpr_switches_of_an_environment_are_saved() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let version = version(&admin.get(PAGE).expect(200), PAGE);
    let done = admin.post(PAGE, &[("version", &version), ("add_cpr_for_personal_logins", "on")]).expect(303);
    assert_eq!(done.location, format!("{PAGE}?saved=yes"));
    let now = environment(&world);
    assert_eq!((&now["add_cpr_for_personal_logins"], &now["cpr_optional"]), (&json!(true), &json!(false)));
    let told = admin.post(PAGE, &[("version", &version), ("cpr_optional", "on")]).expect(422);
    assert!(told.says("Somebody else has changed this"));
    assert_eq!(environment(&world), now);
}

#[test]
fn mitid_is_put_beside_nemid_by_its_switch_and_the_domain_that_leads_to_it() {
    let world = World::new();
    world.operator.domain("acme", "third.example", &json!({}));
    let admin = world.reader("acme", Role::Administrator);
    let version = version(&admin.get(PAGE).expect(200), PAIR);
    let set = |host: &str| admin.post(PAIR, &[("version", &version), ("nemid_domain", host)]);
    let refused = set("third.example").expect(422);
    assert!(refused.body.contains("id=\"f-nemid_domain-error\""));
    assert_eq!(refused.input("nemid_domain"), Some("third.example"));
    let before = world.operator.get(&domain_path("acme", "mitid.example")).body;
    set("acme.example").expect(303);
    let domain = world.operator.get(&domain_path("acme", "mitid.example")).body;
    assert_eq!(domain["nemid_domain"], "acme.example");
    assert_eq!(domain["show_alongside_nemid_logins"], false);
    for name in ["display_name", "enabled", "sso", "sso_idle_seconds", "confirm_logout"] {
        assert_eq!(domain[name], before[name], "what the form does not show stays");
    }
    admin.post("/t/acme/test/eids/mitid/acme.example/side-by-side", &[("version", &version)]).expect(404);
}

#[test]
fn an_upstream_is_made_with_what_its_preset_fills_in_and_its_secret_is_never_shown() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let empty = admin.get(UPSTREAM).expect(200);
    assert!(empty.says("not set up on the domain yet") && empty.says("https://mitid.example/callback"));
    new_upstream(&admin, &[("preset", "neb"), ("issuer", "")]).expect(303);
    let made = upstream(&world);
    assert_eq!(made["issuer"], "https://pp.netseidbroker.dk/op");
    assert_eq!(
        (&made["scopes"], &made["employee_scopes"]),
        (&json!(["openid", "mitid"]), &json!(["nemlogin"]))
    );
    let page = admin.get(UPSTREAM).expect(200);
    assert!(!page.body.contains("s3cret") && page.says("Test this upstream"));
    assert_eq!(page.input("client_secret"), Some(""));
    assert!(admin.get(PAGE).expect(200).says("https://pp.netseidbroker.dk/op"));
}

#[test]
fn an_upstream_that_is_saved_again_keeps_its_secret_and_may_lose_its_scopes_for_employees() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    new_upstream(&admin, &[("preset", "neb"), ("issuer", "")]).expect(303);
    let page = admin.get(UPSTREAM).expect(200);
    let version = unescaped(&page.body);
    let again = [
        ("preset", "neb"),
        ("issuer", "https://pp.netseidbroker.dk/op"),
        ("client_id", "another"),
        ("client_auth", "client_secret_basic"),
        ("client_secret", ""),
        ("scopes", "openid\r\nmitid\r\nssn"),
        ("employee_scopes", ""),
        ("version", version.as_str()),
    ];
    admin.post(UPSTREAM, &again).expect(303);
    let now = upstream(&world);
    assert_eq!(now["client_id"], "another");
    assert_eq!((&now["scopes"], &now["employee_scopes"]), (&json!(["openid", "mitid", "ssn"]), &json!([])));
    // A key instead: its public half is shown, to be registered.
    let version = unescaped(&admin.get(UPSTREAM).body);
    let mut by_key = again.to_vec();
    by_key.retain(|(name, _)| !matches!(*name, "client_auth" | "version"));
    by_key.extend([("client_auth", "private_key_jwt"), ("version", version.as_str())]);
    admin.post(UPSTREAM, &by_key).expect(303);
    let page = admin.get(UPSTREAM).expect(200);
    assert!(
        page.body.contains("id=\"client-key\"")
            && page.says(upstream(&world)["client_key"]["kid"].as_str().unwrap())
    );
}

#[test]
fn what_is_wrong_with_an_upstream_is_told_beside_its_field_and_what_was_typed_stays() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let told = |name: &'static str, value: &str| {
        let page = new_upstream(&admin, &[(name, value)]).expect(422);
        assert!(page.body.contains(&format!("id=\"f-{name}-error\"")), "{name}: {}", page.body);
        assert!(!page.body.contains("<script>"));
        page
    };
    assert!(told("claim_map", "{").says("not valid JSON"));
    told("claim_map", "[1]");
    told("parameters", "{\"client_id\": \"x\"}");
    told("scopes", "mitid");
    told("cpr_match_url", "javascript:alert(1)");
    told("client_secret", "");
    for bad in ["https://broker.example/", "not a url", "\u{202e}", "<script>", &"x".repeat(10_000)] {
        told("issuer", bad);
    }
    assert_eq!(told("issuer", "http://broker.example").input("client_id"), Some("edge-eid"));
    world.operator.get(&format!("{}/upstreams/mitid", domain_path("acme", "mitid.example"))).expect(404);
}

#[test]
fn the_test_of_an_upstream_says_what_is_wrong() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let test = || admin.post(&format!("{UPSTREAM}/test"), &[]);
    test().expect(404);
    new_upstream(&admin, &[]).expect(303);
    let well = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://broker.example/authorize",
        "token_endpoint": "https://broker.example/token",
        "jwks_uri": "https://broker.example/keys",
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    let documents = &world.operator.ports.upstreams.documents;
    let with = |name: &str, value: Value| {
        let mut metadata = well.clone();
        metadata[name] = value;
        let url = format!("{ISSUER}/.well-known/openid-configuration");
        documents.borrow_mut().insert(url, metadata.to_string());
        test().expect(200)
    };
    assert!(test().expect(200).says("Nobody answers"));
    assert!(with("x", json!(1)).says("https://broker.example/keys: Nobody answers"));
    let keys = json!({"keys": [{"kty": "RSA", "kid": "a"}, {"kty": "oct"}]});
    documents.borrow_mut().insert("https://broker.example/keys".to_owned(), keys.to_string());
    let good = with("x", json!(1));
    assert!(good.says("No fault was found.") && good.says("it has 1 fitting key(s)"));
    for (name, value, told) in [
        ("issuer", json!("https://broker.example/op/"), "The slash at the end counts."),
        ("issuer", json!("https://<script>"), "The metadata is of the issuer"),
        ("token_endpoint", json!("https://10.0.0.1/token"), "token_endpoint is missing"),
        ("authorization_endpoint", json!("javascript:alert(1)"), "authorization_endpoint is missing"),
        ("jwks_uri", json!("http://localhost/keys"), "jwks_uri is missing"),
        ("response_types_supported", json!(["id_token"]), "no response_type code"),
        ("code_challenge_methods_supported", json!(["plain"]), "PKCE without S256"),
        ("id_token_signing_alg_values_supported", json!(["HS256"]), "It signs by HS256"),
        ("token_endpoint_auth_methods_supported", json!(["client_secret_post"]), "not client_secret_basic"),
    ] {
        let page = with(name, value);
        assert!(page.says(told) && page.says("something to put right"), "{name}: {}", page.body);
        assert!(!page.body.contains("<script>"));
    }
    assert!(with("scopes_supported", json!(["profile"])).says("does not list the scope openid"));
    assert!(!world.operator.ports.upstreams.fetched.borrow().iter().any(|url| url.contains("localhost")));
    let nameless = json!({"keys": [{"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "kid": "b"}]});
    documents.borrow_mut().insert("https://broker.example/keys".to_owned(), nameless.to_string());
    assert!(with("x", json!(1)).says("one without kid"));
}

#[test]
fn who_only_reads_and_who_belongs_elsewhere_changes_no_identity_service() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    new_upstream(&admin, &[]).expect(303);
    let before = (environment(&world), upstream(&world));
    let viewer = world.reader("acme", Role::Viewer);
    let stranger = world.reader("globex", Role::Owner);
    let (test, remove) = (format!("{UPSTREAM}/test"), format!("{UPSTREAM}/remove"));
    for url in [PAGE, PAIR, UPSTREAM, &test, &remove] {
        viewer.post(url, &[("version", "\"1\"")]).expect(403);
        stranger.post(url, &[("version", "\"1\"")]).expect(404);
        stranger.post(&url.replace("acme/", "globex/"), &[("version", "\"1\"")]).expect(404);
        world.nobody().post(url, &[]).expect(401);
        admin.post_exactly(url, &[], &[("version", "\"1\"")]).expect(403);
    }
    for url in [PAGE, UPSTREAM] {
        stranger.get(url).expect(404);
        assert!(viewer.get(url).expect(200).says("Your role can see this"));
    }
    assert_eq!((environment(&world), upstream(&world)), before);
    assert!(world.operator.ports.upstreams.fetched.borrow().is_empty());
}

#[test]
fn an_upstream_is_removed_after_its_page_said_what_follows() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let url = format!("{UPSTREAM}/remove");
    admin.get(&url).expect(404);
    new_upstream(&admin, &[]).expect(303);
    let page = admin.get(&url).expect(200);
    assert!(page.says("Nobody can log in with this eID on the domain"));
    admin.post(&url, &[("version", "\"99\"")]).expect(409);
    admin.post(&url, &[("version", &unescaped(&page.body))]).expect(303);
    assert!(admin.get(UPSTREAM).expect(200).says("not set up"));
}

#[test]
fn nemid_is_not_offered_on_a_mitid_domain() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let page = viewer.get("/t/acme/test/eids/nemid/mitid.example").expect(200);
    assert!(page.says("A MitID domain runs MitID only.") && !page.body.contains("name=\"client_id\""));
    viewer.get("/t/acme/test/eids/nemid/acme.example").expect(200);
    viewer.get("/t/acme/test/eids/other/acme.example").expect(404);
    viewer.get("/t/acme/production/eids/nemid/acme.example").expect(404);
}
