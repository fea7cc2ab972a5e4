//! What pages and publications cost, counted in requests to objects and rows that these read: with ten
//! thousand tenants as with few.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::command::{DirectoryCommand, DirectoryEntry};
use edge_eid::admin::record::{KEY_ROTATION_DAYS, TenantRecord};
use edge_eid::dashboard::order_object::{OpenOrder, OrderCommand};
use edge_eid::dashboard::team_object::{OPERATORS, TeamCommand};
use edge_eid::model::{Environment, Role, TenantId};
use edge_eid::rows::Rows;
use serde_json::json;
use support::admin::{application_path, domain_path, path};
use support::dashboard::{Reader, World};
use support::management::Asked;

/// More than a page of any list.
const FEW: usize = 150;
const MANY: usize = 10_000;
/// As many as a domain has.
const APPLICATIONS: usize = 1_000;

/// Most requests to objects that one page makes.
const REQUESTS_MAX: usize = 40;
/// Most rows that one page reads of lists that are shown in pages.
const ROWS_MAX: usize = 700;

/// So many tenants more than `acme` and `globex`, each with an order that waits.
fn world(tenants: usize) -> World {
    let world = World::new();
    for number in 0..tenants {
        let id = TenantId::parse(&format!("company-{number:05}")).unwrap();
        let tenant = TenantRecord {
            id: id.clone(),
            name: format!("Company {number}"),
            created_at: world.now(),
            key_rotation_days: KEY_ROTATION_DAYS,
        };
        let entry = DirectoryEntry { tenant, wrapped_by: Vec::new() };
        let management = &world.operator.ports.management;
        assert!(management.directory(&DirectoryCommand::Enter { entry, version: 1 }).is_ok());
        let row = OpenOrder {
            tenant: id,
            environment: Environment::Test,
            status: "submitted".to_owned(),
            company: format!("Company {number}"),
            queued_at: world.now(),
            at: world.now(),
            version: 1,
        };
        world.team(
            OPERATORS,
            TeamCommand::Order(OrderCommand::Mirror { row, is_open: true, keeps_prefix: true }),
        );
    }
    world
}

/// Gives `acme.example` more applications; it has one.
fn add_applications(world: &World, from: usize, to: usize) {
    for number in from..to {
        // What is published leaves the list of what is due.
        world.later(300);
        world.operator.application("acme", "acme.example", &format!("urn:acme:{number:04}"));
    }
}

fn cost(world: &World, reader: &Reader<'_>, url: &str) -> Asked {
    world.operator.ports.management.asked.set(Asked::default());
    reader.get(url).expect(200);
    world.operator.ports.management.asked.get()
}

/// Everything that may be opened.
const OF_THE_INSTALLATION: [&str; 5] =
    ["/tenants", "/tenants?q=company-00", "/tenants?after=company-00049", "/orders", "/operators"];
const OF_A_TENANT: [&str; 16] = [
    "",
    "/search?q=acme",
    "/search?q=nothing-like-it",
    "/domains",
    "/applications",
    "/applications/acme.example",
    "/applications/acme.example?after=urn:acme:0049",
    "/migration",
    "/shadows",
    "/shadows/acme.example",
    "/eids",
    "/keys",
    "/order",
    "/tokens",
    "/people",
    "/audit",
];
/// Of these, the ones that compare or look through the applications of a domain, of which there are a
/// thousand at most.
const WHOLE: [&str; 5] =
    ["", "/search?q=acme", "/search?q=nothing-like-it", "/shadows", "/shadows/acme.example"];

fn costs(world: &World) -> Vec<(String, Asked)> {
    let operator = world.reader("acme", Role::Operator);
    let owner = world.reader("acme", Role::Owner);
    let mut found: Vec<(String, Asked)> =
        OF_THE_INSTALLATION.map(|url| (url.to_owned(), cost(world, &operator, url))).into();
    found.extend(OF_A_TENANT.map(|url| {
        let url = format!("/t/acme/test{url}");
        let asked = cost(world, &owner, &url);
        (url, asked)
    }));
    found
}

#[test]
fn no_page_costs_more_with_ten_thousand_tenants_than_with_few() {
    let few = costs(&world(FEW));
    assert_eq!(costs(&world(MANY)), few);
    for (url, asked) in few {
        assert!(asked.requests <= REQUESTS_MAX && asked.rows <= ROWS_MAX, "{url}: {asked:?}");
    }
}

#[test]
fn the_next_page_of_a_search_is_of_the_same_search() {
    let world = world(FEW);
    let found = world.reader("acme", Role::Operator).get("/tenants?q=company-000").expect(200).body;
    assert_eq!(found.matches("<code>company-000").count(), 50, "{found}");
    assert!(found.contains("href=\"/tenants?q=company-000&amp;after=company-00049\""));
}

#[test]
fn pages_of_lists_cost_as_much_for_a_thousand_applications_as_for_a_hundred() {
    let world = world(0);
    add_applications(&world, 0, 100);
    let few = costs(&world);
    add_applications(&world, 100, APPLICATIONS - 1);
    for ((url, before), (_, after)) in few.into_iter().zip(costs(&world)) {
        if WHOLE.iter().any(|whole| url == format!("/t/acme/test{whole}")) {
            let rows_max = ROWS_MAX + 3 * APPLICATIONS;
            assert!(after.requests <= REQUESTS_MAX && after.rows <= rows_max, "{url}: {after:?}");
        } else {
            assert_eq!(after, before, "{url}");
        }
    }
}

/// What everybody but `acme` has: rows of tenants, of hosts, and KV.
fn of_others(world: &World) -> (Vec<String>, Vec<String>) {
    let management = &world.operator.ports.management;
    let is_other = |name: &str| !name.contains("acme") && !name.contains("mitid.example");
    let tenants = management.tenants.borrow();
    let mut stored: Vec<String> = tenants
        .iter()
        .filter(|(id, _)| is_other(id.as_str()))
        .map(|(id, rows)| format!("{id} {rows:?}"))
        .collect();
    let hosts = management.hosts.borrow();
    let hosts = hosts.iter().filter(|(host, _)| is_other(host.as_str()));
    stored.extend(hosts.map(|(host, rows)| format!("{host} {rows:?}")));
    let directory = management.directory.borrow().list("tenant", "", None, usize::MAX).unwrap();
    stored.extend(directory.iter().filter(|row| row.id != "acme").map(|row| format!("{row:?}")));
    let kv = management.kv.borrow();
    let kv = kv.iter().filter(|(key, _)| is_other(key)).map(|(key, text)| format!("{key} {text}"));
    (stored, kv.collect())
}

#[test]
fn publishing_one_tenant_touches_only_it() {
    let world = world(MANY);
    let operator = &world.operator;
    for number in 0..3 {
        let (id, host) = (format!("other-{number}"), format!("other-{number}.example"));
        operator.ports.crypto.hand_out_again();
        operator.tenant(&id);
        operator.domain(&id, &host, &json!({}));
        for number in 0..20 {
            operator.application(&id, &host, &format!("urn:other:{number}"));
        }
    }
    let before = of_others(&world);
    assert_eq!(before.1.len(), 3 * 21, "their domains and applications are published");
    world.later(300);
    operator.ports.management.kv_writes.borrow_mut().clear();
    operator.ports.management.asked.set(Asked::default());

    let change = |path: &str, name: &str, value: &str| {
        let found = operator.get(path).expect(200);
        let mut body = found.body;
        body[name] = json!(value);
        assert_eq!(operator.replace(path, &found.etag, &body).expect(200).body["published"], true);
    };
    change(&application_path("acme", "acme.example", "urn:acme:web"), "name", "Another");
    change(&domain_path("acme", "acme.example"), "display_name", "Another");
    change(&path(&["tenants", "acme"]), "name", "Another");

    let written = operator.ports.management.kv_writes.borrow();
    assert_eq!(written.len(), 2, "the application and the domain");
    for (key, _) in written.iter() {
        let host = key.split(':').nth(1).unwrap();
        assert!(["acme.example", "mitid.example"].contains(&host), "{key}");
    }
    assert_eq!(of_others(&world), before);
    let asked = operator.ports.management.asked.get();
    assert!(asked.requests <= REQUESTS_MAX && asked.rows <= ROWS_MAX, "{asked:?}");
}
