//! Where what is live is no longer what the applied file said.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::json;
use support::admin::{application_path, path};
use support::dashboard::World;

const OVERVIEW: &str = "/t/acme/test";
const FILE: &str = "/t/acme/test/audit/file";

fn apply(world: &World) {
    let body = json!({ "fingerprint": "0123456789abcdef".repeat(4) });
    world.operator.put(&path(&["tenants", "acme", "applied-file"]), &body);
}

#[test]
fn where_no_file_was_ever_applied_nothing_is_said_of_one() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    assert!(!viewer.get(OVERVIEW).expect(200).says("the file was applied"));
    let page = viewer.get(FILE).expect(200);
    assert!(page.says("No file has been applied yet."));
    assert!(page.says("npm run export -- acme acme.json --at"), "{}", page.body);
}

#[test]
fn what_was_changed_since_the_file_was_applied_is_named_until_it_is_applied_again() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    apply(&world);
    assert!(viewer.get(FILE).expect(200).says("Nothing was changed since the file was applied."));
    assert!(!viewer.get(OVERVIEW).expect(200).says("Changed since the file was applied"));
    let application = application_path("acme", "acme.example", "urn:acme:web");
    let secret = world.operator.post(&format!("{application}/secrets"), &json!({})).expect(201);
    let mut settings = world.operator.get(&application).expect(200).body;
    settings["recording_until"] = json!(world.now().plus(60).iso8601());
    world.operator.replace(&application, "*", &settings).expect(200);
    assert!(viewer.get(FILE).expect(200).says("Nothing was changed"), "neither stands in a file");
    settings["name"] = json!("Shop");
    world.operator.replace(&application, "*", &settings).expect(200);
    settings["name"] = json!("Shop 2");
    world.operator.replace(&application, "*", &settings).expect(200);
    let overview = viewer.get(OVERVIEW).expect(200);
    assert!(overview.says("Changed since the file was applied on") && overview.body.contains(FILE));
    assert!(overview.says("application acme.example urn:acme:web"));
    let page = viewer.get(FILE).expect(200);
    assert_eq!(page.body.matches("application acme.example urn:acme:web").count(), 1, "{}", page.body);
    assert!(!page.body.contains(secret.body["secret"].as_str().unwrap()));
    assert!(!page.says("environment TEST") && page.says("0123456789abcdef"));
    world.later(1);
    apply(&world);
    assert!(viewer.get(FILE).expect(200).says("Nothing was changed since the file was applied."));
    let elsewhere = world.reader("globex", Role::Viewer);
    assert!(elsewhere.get("/t/globex/test/audit/file").expect(200).says("No file has been applied yet."));
    elsewhere.get(FILE).expect(404);
}

#[test]
fn a_fingerprint_is_one_and_the_mark_is_in_the_log_under_its_makers_name() {
    let world = World::new();
    let mark = path(&["tenants", "acme", "applied-file"]);
    world.operator.get(&mark).expect(404);
    let long = "0".repeat(65);
    for wrong in [json!({}), json!({ "fingerprint": "0A" }), json!({ "fingerprint": long })] {
        world.operator.put(&mark, &wrong).expect(422);
    }
    apply(&world);
    let kept = world.operator.get(&mark).expect(200).body;
    assert_eq!(kept["applied_by"], "operator");
    let log = world.operator.get(&path(&["tenants", "acme", "audit"])).expect(200).body;
    assert_eq!(log["items"][0]["action"], "applied.created");
    assert_eq!(log["items"][0]["after"], kept);
}
