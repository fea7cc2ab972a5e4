//! Every route of the dashboard, and who gets in by it: another tenant's people, readers, nobody, and forms
//! of other sites get nowhere, and change nothing.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::dashboard::person_object::PersonCommand;
use edge_eid::dashboard::ports::People;
use edge_eid::model::{Role, TenantId};
use edge_eid::rows::MemoryRows;
use edge_eid::web::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::admin::path;
use support::block_on;
use support::dashboard::{Got, Reader, World};

/// Who gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// Without a session too.
    Anybody,
    /// With any session.
    SignedIn,
    /// From this role of the tenant on; operators have every role.
    Viewer,
    Administrator,
    Owner,
    /// Who runs the installation.
    Operator,
}

use Who::{Administrator, Anybody, Operator, Owner, SignedIn, Viewer};

/// An address, and who gets in by GET and by POST; `None` where there is nothing.
type Try = (&'static str, Option<Who>, Option<Who>);
/// An arm of a route function as it stands in its file, and addresses that lead into it.
type Route = (&'static str, &'static str, &'static [Try]);

const fn read(url: &'static str) -> Try {
    (url, Some(Viewer), None)
}

/// An arm that another file's routes follow.
const ON: &[Try] = &[];

/// `{web}` is the application's page, `{secret}` and `{token}` are ids, `{invitation}` is a link's path.
const ROUTES: &[Route] = &[
    ("audit.rs", r#"(Method::Get, ["file"])"#, &[read("{acme}/audit/file")]),
    ("tools.rs", r#"(_, ["people", rest @ ..])"#, ON),
    ("test_people.rs", r#"(Get, [])"#, &[read("{acme}/tools/people")]),
    (
        "test_people.rs",
        r#"(Get | Post, ["new"])"#,
        &[("{acme}/tools/people/new", Some(Administrator), Some(Administrator))],
    ),
    (
        "test_people.rs",
        r#"(Get | Post, ["one", user])"#,
        &[("{acme}/tools/people/one/frida", Some(Viewer), Some(Administrator))],
    ),
    (
        "test_people.rs",
        r#"(Post, ["one", user, "remove"])"#,
        &[("{acme}/tools/people/one/frida/remove", None, Some(Administrator))],
    ),
    ("application.rs", r#"(Get, ["code"], _)"#, &[read("{web}/code")]),
    ("application.rs", r#"(_, ["secrets", rest @ ..], form)"#, ON),
    ("application.rs", r#"(_, ["copy"], form)"#, &[("{web}/copy", Some(Administrator), Some(Administrator))]),
    (
        "application.rs",
        r#"(Get, ["remove"], _)"#,
        &[("{web}/remove", Some(Administrator), Some(Administrator))],
    ),
    ("application.rs", r#"(Post, ["remove"], Some(form))"#, ON),
    ("application.rs", r#"(Post, ["shadow"], Some(_))"#, &[("{web}/shadow", None, Some(Administrator))]),
    ("application.rs", r#"(Get, [], _)"#, &[("{web}", Some(Viewer), Some(Administrator))]),
    (
        "application.rs",
        r#"(Get, [tab], _) if !tab.is_empty()"#,
        &[
            ("{web}/eids", Some(Viewer), Some(Administrator)),
            ("{web}/openid", Some(Viewer), Some(Administrator)),
            ("{web}/advanced", Some(Viewer), Some(Administrator)),
        ],
    ),
    ("application.rs", r#"(Post, [], Some(form))"#, ON),
    ("application.rs", r#"(Post, [tab], Some(form)) if !tab.is_empty()"#, ON),
    ("application_secrets.rs", r#"([], None)"#, &[read("{web}/secrets")]),
    (
        "application_secrets.rs",
        r#"(["check"], Some(form))"#,
        &[("{web}/secrets/check", None, Some(Administrator))],
    ),
    (
        "application_secrets.rs",
        r#"(["new"], form)"#,
        &[("{web}/secrets/new", Some(Administrator), Some(Administrator))],
    ),
    (
        "application_secrets.rs",
        r#"([id], form)"#,
        &[("{web}/secrets/{secret}", Some(Administrator), Some(Administrator))],
    ),
    ("applications.rs", r#"(Get, [])"#, &[read("{acme}/applications")]),
    (
        "applications.rs",
        r#"(Get | Post, ["new", host])"#,
        &[("{acme}/applications/new/acme.example", Some(Administrator), Some(Administrator))],
    ),
    ("applications.rs", r#"(Get, [host])"#, &[read("{acme}/applications/acme.example")]),
    ("applications.rs", r#"(Get | Post, [host, client_id, rest @ ..])"#, ON),
    ("audit.rs", r#"(Method::Get, [])"#, &[read("{acme}/audit")]),
    ("audit.rs", r#"(Method::Get, ["csv"])"#, &[read("{acme}/audit/csv")]),
    ("audit.rs", r#"(Method::Get, ["team"])"#, &[read("{acme}/audit/team")]),
    ("audit.rs", r#"(Method::Get, ["team", "csv"])"#, &[read("{acme}/audit/team/csv")]),
    ("audit.rs", r#"(Method::Post, ["person"])"#, &[("{acme}/audit/person", None, Some(Owner))]),
    ("docs.rs", r#"(Method::Get, [])"#, &[read("{acme}/docs")]),
    ("docs.rs", r#"(Method::Get, [name])"#, &[read("{acme}/docs/cut-over")]),
    ("domains.rs", r#"(Get, [])"#, &[read("{acme}/domains")]),
    // Others than operators are told how a domain comes about.
    ("domains.rs", r#"(Get | Post, ["new"])"#, &[("{acme}/domains/new", Some(Viewer), Some(Operator))]),
    ("domains.rs", r#"(Get, [host])"#, &[("{acme}/domains/acme.example", Some(Viewer), Some(Administrator))]),
    ("domains.rs", r#"(Post, [host])"#, ON),
    (
        "domains.rs",
        r#"(Get, [host, "check"])"#,
        &[("{acme}/domains/acme.example/check", Some(Viewer), Some(Administrator))],
    ),
    ("domains.rs", r#"(Post, [host, "check"])"#, ON),
    (
        "domains.rs",
        r#"(Get | Post, [host, "closing"])"#,
        &[("{acme}/domains/acme.example/closing", Some(Administrator), Some(Administrator))],
    ),
    (
        "domains.rs",
        r#"(Get | Post, [host, "remove"])"#,
        &[("{acme}/domains/acme.example/remove", Some(Administrator), Some(Administrator))],
    ),
    (
        "eids.rs",
        r#"(Get, [] | ["mitid"])"#,
        &[read("{acme}/eids"), ("{acme}/eids/mitid", Some(Viewer), Some(Administrator))],
    ),
    ("eids.rs", r#"(Post, ["mitid"])"#, ON),
    (
        "eids.rs",
        r#"(Post, ["mitid", host, "side-by-side"])"#,
        &[("{acme}/eids/mitid/mitid.example/side-by-side", Some(Viewer), Some(Administrator))],
    ),
    ("eids.rs", r#"(Get, ["mitid", _, "side-by-side"])"#, ON),
    ("eids.rs", r#"(Get, ["nemid"])"#, &[read("{acme}/eids/nemid")]),
    ("eids.rs", r#"(_, [eid @ ("mitid" | "nemid"), host, rest @ ..])"#, ON),
    ("keys.rs", "[]", &[("{acme}/keys", Some(Viewer), Some(Administrator))]),
    (
        "keys.rs",
        "[order]",
        &[
            ("{acme}/keys/rotate", Some(Administrator), Some(Administrator)),
            ("{acme}/keys/postpone", Some(Administrator), Some(Administrator)),
            ("{acme}/keys/compromise?kid={kid}", Some(Administrator), Some(Administrator)),
            ("{acme}/keys/rehearse", Some(Administrator), Some(Administrator)),
        ],
    ),
    ("migration.rs", r#"(Method::Get, [])"#, &[("{acme}/migration", Some(Viewer), Some(Administrator))]),
    ("migration.rs", r#"(Method::Post, [])"#, ON),
    (
        "migration.rs",
        r#"(Method::Get, ["change", host, client_id])"#,
        &[read("{acme}/migration/change/acme.example/urn%3Aacme%3Aweb")],
    ),
    (
        "migration.rs",
        r#"(Method::Get | Method::Post, ["sunset", host, client_id])"#,
        &[(
            "{acme}/migration/sunset/acme.example/urn%3Aacme%3Aweb",
            Some(Administrator),
            Some(Administrator),
        )],
    ),
    ("mod.rs", r#"(Post, ["set-up"])"#, &[("/set-up", None, Some(Anybody))]),
    ("mod.rs", r#"(Get, ["language", tag])"#, &[("/language/da", Some(Anybody), None)]),
    // The issuer is not there in this test.
    ("mod.rs", r#"(Get, ["sign-in"])"#, &[("/sign-in", Some(Anybody), None)]),
    ("mod.rs", r#"(Get, ["sign-in", "callback"])"#, &[("/sign-in/callback", Some(Anybody), None)]),
    ("mod.rs", r#"(Get, ["signed-out"])"#, &[("/signed-out", Some(Anybody), None)]),
    ("mod.rs", r#"(Get, [""])"#, &[("/", Some(SignedIn), None)]),
    ("mod.rs", r#"(Get, ["tenants"])"#, &[("/tenants", Some(SignedIn), None)]),
    ("mod.rs", r#"(Get | Post, ["tenants", "new"])"#, &[("/tenants/new", Some(Operator), Some(Operator))]),
    (
        "mod.rs",
        r#"(Get | Post, ["invitations", team, secret])"#,
        &[("{invitation}", Some(SignedIn), Some(SignedIn))],
    ),
    ("mod.rs", r#"(Get | Post, ["orders", rest @ ..])"#, ON),
    ("mod.rs", r#"(Get | Post, ["operators"])"#, &[("/operators", Some(Operator), Some(Operator))]),
    // There is nothing but for who has begun a test.
    ("mod.rs", r#"(Get, ["login-test"])"#, &[("/login-test", None, None)]),
    ("mod.rs", r#"(Post, ["sign-out"])"#, &[("/sign-out", None, Some(SignedIn))]),
    ("mod.rs", r#"(_, ["t", tenant, environment, rest @ ..])"#, ON),
    ("mod.rs", r#"(Get, [])"#, &[read("{acme}"), read("/t/acme/production")]),
    ("mod.rs", r#"(Get | Post, ["people"])"#, &[("{acme}/people", Some(Owner), Some(Owner))]),
    ("mod.rs", r#"(Get | Post, [section, rest @ ..])"#, ON),
    ("mod.rs", r#""applications""#, ON),
    ("mod.rs", r#""audit""#, ON),
    ("mod.rs", r#""docs""#, ON),
    ("mod.rs", r#""domains""#, ON),
    ("mod.rs", r#""eids""#, ON),
    ("mod.rs", r#""keys""#, ON),
    ("mod.rs", r#""migration""#, ON),
    ("mod.rs", r#""order""#, ON),
    ("mod.rs", r#""search""#, ON),
    ("mod.rs", r#""shadows""#, ON),
    ("mod.rs", r#""styles""#, ON),
    ("mod.rs", r#""tokens""#, ON),
    ("mod.rs", r#""tools""#, ON),
    ("order.rs", r#"(Method::Get, [])"#, &[("{acme}/order", Some(Viewer), Some(Administrator))]),
    ("order.rs", r#"(Method::Post, [])"#, ON),
    ("order.rs", r#"(Method::Get, ["edit"])"#, &[("{acme}/order/edit", Some(Viewer), Some(Administrator))]),
    ("order.rs", r#"(Method::Post, ["edit"])"#, ON),
    (
        "order.rs",
        r#"(Method::Get | Method::Post, ["webhook"])"#,
        &[("{acme}/order/webhook", Some(Viewer), Some(Administrator))],
    ),
    ("orders.rs", r#"(Method::Get, [])"#, &[("/orders", Some(Operator), None)]),
    (
        "orders.rs",
        r#"(Method::Get | Method::Post, [tenant, environment])"#,
        &[("/orders/acme/test", Some(Operator), Some(Operator))],
    ),
    ("search.rs", r#"(Method::Get, [])"#, &[read("{acme}/search?q=acme")]),
    ("shadows.rs", r#"(Method::Get, [])"#, &[read("{acme}/shadows")]),
    (
        "shadows.rs",
        r#"(Method::Get, [host])"#,
        &[("{acme}/shadows/acme.example", Some(Viewer), Some(Administrator))],
    ),
    ("shadows.rs", r#"(Method::Post, [host])"#, ON),
    ("styles.rs", "[] if method == Get", &[read("{acme}/styles")]),
    ("styles.rs", "[]", ON),
    ("styles.rs", "[host, rest @ ..]", ON),
    ("styles.rs", r#"(Get, [])"#, &[("{acme}/styles/acme.example", Some(Viewer), Some(Administrator))]),
    ("styles.rs", r#"(Post, [])"#, ON),
    (
        "styles.rs",
        r#"(Get, ["publish" | "roll-back" | "fetch" | "preview"])"#,
        &[
            ("{acme}/styles/acme.example/publish", Some(Viewer), Some(Administrator)),
            ("{acme}/styles/acme.example/roll-back", Some(Viewer), Some(Administrator)),
            ("{acme}/styles/acme.example/fetch", Some(Viewer), Some(Administrator)),
            ("{acme}/styles/acme.example/preview", Some(Viewer), Some(Administrator)),
        ],
    ),
    ("styles.rs", r#"(Post, [order @ ("publish" | "roll-back" | "fetch")])"#, ON),
    ("styles.rs", r#"(Post, ["preview"])"#, ON),
    (
        "styles.rs",
        r#"(Get | Post, ["remove"])"#,
        &[("{acme}/styles/acme.example/remove", Some(Administrator), Some(Administrator))],
    ),
    ("tokens.rs", r#"(Get, [])"#, &[("{acme}/tokens", Some(Owner), None)]),
    ("tokens.rs", r#"(Get | Post, ["new"])"#, &[("{acme}/tokens/new", Some(Owner), Some(Owner))]),
    ("tokens.rs", r#"(Get | Post, [id])"#, &[("{acme}/tokens/{token}", Some(Owner), Some(Owner))]),
    ("tools.rs", r#"(Method::Get, [])"#, &[read("{acme}/tools")]),
    // These build a link and change nothing.
    ("tools.rs", r#"(_, ["link"])"#, &[("{acme}/tools/link", Some(Viewer), Some(Viewer))]),
    ("tools.rs", r#"(Method::Get, ["metadata"])"#, &[read("{acme}/tools/metadata")]),
    ("tools.rs", r#"(Method::Get, ["explain"])"#, &[read("{acme}/tools/explain")]),
    ("tools.rs", r#"(_, ["login"])"#, &[("{acme}/tools/login", Some(Viewer), Some(Viewer))]),
    (
        "upstreams.rs",
        r#"(Get, [])"#,
        &[("{acme}/eids/nemid/acme.example", Some(Viewer), Some(Administrator))],
    ),
    ("upstreams.rs", r#"(Post, [])"#, ON),
    (
        "upstreams.rs",
        r#"(Get, ["test"])"#,
        &[("{acme}/eids/nemid/acme.example/test", Some(Viewer), Some(Administrator))],
    ),
    ("upstreams.rs", r#"(Post, ["test"])"#, ON),
    (
        "upstreams.rs",
        r#"(Get | Post, ["remove"])"#,
        &[("{acme}/eids/nemid/acme.example/remove", Some(Administrator), Some(Administrator))],
    ),
];

/// The arms of all functions that find a page by its path, from the source.
fn arms() -> Vec<(String, String)> {
    let mut arms = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard");
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // A function ends with the first brace that stands at the margin.
        for function in text.split("\n}\n").filter(|function| function.contains("path: &[&str]")) {
            let body = function.split("path: &[&str]").nth(1).unwrap();
            for line in body.lines() {
                let Some((arm, _)) = line.split_once(" =>") else { continue };
                if arm.contains('[') || arm.trim_start().starts_with('"') {
                    arms.push((name.clone(), arm.trim().to_owned()));
                }
            }
        }
    }
    arms.sort();
    arms
}

#[test]
fn every_route_of_the_dashboard_stands_in_the_table() {
    let mut table: Vec<(String, String)> =
        ROUTES.iter().map(|(file, arm, _)| ((*file).to_owned(), (*arm).to_owned())).collect();
    table.sort();
    let found = arms();
    let missing: Vec<_> = found.iter().filter(|arm| !table.contains(arm)).collect();
    let gone: Vec<_> = table.iter().filter(|arm| !found.contains(arm)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:#?}, not there: {gone:#?}");
    assert!(found.len() > 80, "{}", found.len());
}

/// A world in which every address of the table leads somewhere, and what stands in its place there.
fn furnished() -> (World, Vec<(&'static str, String)>) {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let operator = &world.operator;
    operator.upstream("acme", "acme.example", "nemid");
    let style = path(&["tenants", "acme", "domains", "acme.example", "style"]);
    operator.put(&style, &json!({ "stylesheet": "p { color: red }" })).expect(201);
    let frida = json!({ "name": "Frida", "birthdate": "1985-05-06", "reaches": "substantial" });
    operator
        .put(&path(&["tenants", "acme", "environments", "TEST", "test-people", "frida"]), &frida)
        .expect(201);
    let secrets =
        path(&["tenants", "acme", "domains", "acme.example", "applications", "urn:acme:web", "secrets"]);
    let secret = operator.post(&secrets, &json!({})).expect(201).body["id"].as_str().unwrap().to_owned();
    let tokens = path(&["tenants", "acme", "tokens"]);
    let token = operator.post(&tokens, &json!({ "name": "Pipeline", "scopes": [] })).expect(201).body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let keys = operator.get(&path(&["tenants", "acme", "environments", "TEST", "keys"])).expect(200).body;
    let kid = keys["items"][0]["kid"].as_str().unwrap().to_owned();
    let invite = [("act", "invite"), ("role", "viewer"), ("label", "her")];
    let invited = owner.post("/t/acme/test/people", &invite).expect(200);
    let link = invited.body.split("<code id=\"link\">").nth(1).unwrap().split('<').next().unwrap();
    let invitation = link.strip_prefix("https://manage.example").unwrap().to_owned();
    let filled = vec![
        ("{web}", "/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb".to_owned()),
        ("{acme}", "/t/acme/test".to_owned()),
        ("{secret}", secret),
        ("{token}", token),
        ("{kid}", kid),
        ("{invitation}", invitation),
    ];
    (world, filled)
}

fn addresses(filled: &[(&'static str, String)]) -> Vec<(String, Option<Who>, Option<Who>)> {
    let all = ROUTES.iter().flat_map(|(_, _, tries)| tries.iter());
    all.map(|(url, get, post)| {
        let put = |url: String, (name, value): &(&'static str, String)| url.replace(name, value);
        (filled.iter().fold((*url).to_owned(), put), *get, *post)
    })
    .collect()
}

/// Everything that is stored.
fn stored(world: &World) -> Vec<BTreeMap<String, MemoryRows>> {
    let ports = &world.operator.ports;
    // To look at somebody makes his rows in memory, with nothing in them.
    let of = |all: &BTreeMap<String, MemoryRows>| {
        let kept = all.iter().filter(|(_, rows)| **rows != MemoryRows::default());
        kept.map(|(name, rows)| (name.clone(), rows.clone())).collect()
    };
    let tenants = ports.management.tenants.borrow();
    let tenants = tenants.iter().map(|(tenant, rows)| (tenant.to_string(), rows.clone())).collect();
    vec![of(&ports.people.borrow()), of(&ports.teams.borrow()), of(&tenants)]
}

/// Knocks at an address by both methods, and by two that no page has; nothing may change.
fn knock(world: &World, who: &Reader<'_>, url: &str) -> (Got, Got) {
    let before = stored(world);
    let got = who.get(url);
    let posted = who.post(url, &[]);
    for method in [Method::Put, Method::Delete] {
        assert!(who.by(method, url).status < 500, "{method:?} {url}");
    }
    assert!(stored(world) == before, "{url} has changed something");
    (got, posted)
}

/// Whether somebody of the tenant who is below what is needed is kept out: 403; of what is not there, or is an
/// operator's, 404.
fn is_kept_out(got: &Got, needed: Option<Who>, url: &str) -> bool {
    match needed {
        // Pages of a tenant are there, whoever may send their forms.
        Some(Operator) if !url.starts_with("/t/") => got.status == 404,
        Some(_) => got.status == 403,
        None => matches!(got.status, 403 | 404),
    }
}

#[test]
fn a_tenant_is_not_there_for_any_role_of_another() {
    let (world, filled) = furnished();
    for role in [Role::Viewer, Role::Administrator, Role::Owner] {
        let stranger = world.reader("globex", role);
        for (url, get, post) in addresses(&filled) {
            if get.or(post).is_none_or(|needed| needed <= SignedIn) {
                continue;
            }
            let (got, posted) = knock(&world, &stranger, &url);
            assert_eq!((got.status, posted.status), (404, 404), "{role:?} {url}");
            // It looks as if there were no such tenant.
            let nowhere = stranger.get(&url.replace("/acme/", "/nobody/"));
            let less = |got: &Got| got.body.replace("nobody", "acme").len();
            assert!(less(&got).abs_diff(less(&nowhere)) < 8, "{url}: {} {}", got.body, nowhere.body);
        }
    }
}

#[test]
fn whoever_may_only_read_reads_everything_and_changes_nothing() {
    let (world, filled) = furnished();
    let viewer = world.reader("acme", Role::Viewer);
    for (url, get, post) in addresses(&filled) {
        if get.or(post).is_none_or(|needed| needed <= SignedIn) {
            continue;
        }
        let (got, posted) = knock(&world, &viewer, &url);
        match get {
            Some(Viewer) => assert!(matches!(got.status, 200 | 303), "{} {url}", got.status),
            needed => assert!(is_kept_out(&got, needed, &url), "{} {url}", got.status),
        }
        match post {
            Some(Viewer) => assert_eq!(posted.status, 200, "{url}"),
            needed => assert!(is_kept_out(&posted, needed, &url), "{} {url}", posted.status),
        }
    }
}

#[test]
fn an_administrator_does_not_what_is_for_owners() {
    let (world, filled) = furnished();
    let administrator = world.reader("acme", Role::Administrator);
    for (url, get, post) in addresses(&filled) {
        if get.or(post) != Some(Owner) {
            continue;
        }
        let (got, posted) = knock(&world, &administrator, &url);
        assert!(is_kept_out(&got, get, &url), "{} {url}", got.status);
        assert!(is_kept_out(&posted, post, &url), "{} {url}", posted.status);
    }
}

#[test]
fn without_a_session_nothing_is_open_and_pages_lead_to_the_sign_in() {
    let (world, filled) = furnished();
    let nobody = world.nobody();
    for (url, get, post) in addresses(&filled) {
        if get.or(post) == Some(Anybody) {
            continue;
        }
        let (got, posted) = knock(&world, &nobody, &url);
        assert_eq!((got.status, posted.status), (401, 401), "{url}");
        assert!(got.body.contains("/sign-in?back="), "{url}");
        assert!(!posted.body.contains("/sign-in?"), "a form is not sent again by itself: {url}");
    }
    // What makes operators asks for the installation's token.
    assert_eq!(nobody.post("/set-up", &[]).status, 401);
}

#[test]
fn no_form_counts_without_the_token_of_its_own_session() {
    let (world, filled) = furnished();
    let readers = [
        world.reader("acme", Role::Viewer),
        world.reader("acme", Role::Administrator),
        world.reader("acme", Role::Owner),
        world.reader("acme", Role::Operator),
    ];
    let another = world.stranger("another");
    let stolen = another.session.as_ref().unwrap().form_token(&world.operator.ports);
    for (url, _, post) in addresses(&filled) {
        let Some(needed) = post.filter(|needed| *needed > Anybody) else { continue };
        for reader in &readers {
            let is_operator = reader.session.as_ref().unwrap().person.starts_with("operator");
            let expected =
                if needed == Operator && !is_operator && !url.starts_with("/t/") { 404 } else { 403 };
            let before = stored(&world);
            for sent in [vec![], vec![("form_token", "")], vec![("form_token", stolen.as_str())]] {
                let got = reader.post_exactly(&url, &[], &sent);
                assert_eq!(got.status, expected, "{url}");
            }
            let own = reader.session.as_ref().unwrap().form_token(&world.operator.ports);
            let headers = [("origin", "https://evil.example")];
            assert_eq!(
                reader.post_exactly(&url, &headers, &[("form_token", &own)]).status,
                expected,
                "{url}"
            );
            assert!(stored(&world) == before, "{url} has changed something");
        }
    }
}

/// Or the walks above would prove nothing: the doors are there.
#[test]
fn whoever_may_gets_in_everywhere() {
    let (world, filled) = furnished();
    world.reader("acme", Role::Owner);
    world.reader("", Role::Operator);
    for (at, (url, get, post)) in addresses(&filled).into_iter().enumerate() {
        let needed = get.max(post);
        let person = if needed == Some(Operator) { "operator-of--" } else { "owner-of-acme" };
        let mut reader = world.stranger(person);
        // One of these signs out.
        reader.session.as_mut().unwrap().id = format!("session {at}");
        if get.is_some_and(|needed| needed > Anybody) {
            let got = reader.get(&url);
            assert!(matches!(got.status, 200 | 303), "{} {url}: {}", got.status, got.body);
        }
        if post.is_some_and(|needed| needed > Anybody) {
            let posted = reader.post(&url, &[]);
            let open = matches!(posted.status, 200 | 201 | 303 | 400 | 409 | 422);
            assert!(open, "{} {url}: {}", posted.status, posted.body);
        }
    }
}

/// The tenants that somebody finds are only for finding them: each says itself who belongs to it.
#[test]
fn whoever_has_a_tenant_in_his_list_does_not_belong_to_it_by_that() {
    let world = World::new();
    let stranger = world.reader("globex", Role::Owner);
    let (person, join) = ("owner-of-globex", PersonCommand::Join(TenantId::parse("acme").unwrap()));
    block_on(world.operator.ports.person(person, &join, world.now())).unwrap();
    stranger.get("/t/acme/test").expect(404);
}
