//! A tenant's own test people at the dashboard.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use support::dashboard::World;

const PEOPLE: &str = "/t/acme/test/tools/people";

#[test]
fn a_test_person_is_made_changed_and_deleted_and_a_wrong_one_keeps_what_was_typed() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    assert!(viewer.get("/t/acme/test/tools").expect(200).says("Test people"));
    assert!(viewer.get(PEOPLE).expect(200).says("You have no test people of your own yet."));
    let new = format!("{PEOPLE}/new");
    viewer.get(&new).expect(403);
    viewer.post(&new, &[("user", "frida")]).expect(403);
    let administrator = world.reader("acme", Role::Administrator);
    administrator.get(&new).expect(200);
    let typed = [("user", "frida"), ("name", "Frida"), ("birthdate", "1985-05-06"), ("reaches", "low")];
    let wrong = administrator.post(&new, &[&typed[..], &[("cpr", "12")]].concat()).expect(422);
    assert!(wrong.says("ten digits that begin with a date") && wrong.input("user") == Some("frida"));
    administrator.post(&new, &[("name", "Frida"), ("birthdate", "1985-05-06")]).expect(422);
    let somebodys = administrator.post(&new, &[&typed[..], &[("cpr", "2101270087")]].concat()).expect(422);
    assert!(somebodys.says("a number of nobody") && somebodys.input("cpr") == Some("2101270087"));
    administrator.post(&new, &typed).expect(303);
    assert!(administrator.post(&new, &typed).expect(422).says("It exists already."));
    let listed = viewer.get(PEOPLE).expect(200);
    assert!(listed.says("frida"), "{}", listed.body);
    let one = format!("{PEOPLE}/one/frida");
    let page = administrator.get(&one).expect(200);
    let version = page.input("version").unwrap().replace("&quot;", "\"");
    let better = [
        ("version", version.as_str()),
        ("name", "Frida"),
        ("birthdate", "1985-05-06"),
        ("cpr", "8101270087"),
    ];
    viewer.post(&one, &better).expect(403);
    administrator.post(&one, &better).expect(303);
    assert!(viewer.get(PEOPLE).expect(200).says("8101270087"));
    let page = viewer.get(&one).expect(200);
    assert!(!page.body.contains("/remove"));
    let remove = format!("{one}/remove");
    viewer.post(&remove, &[("version", &version)]).expect(403);
    assert!(
        administrator.post(&remove, &[("version", &version)]).expect(303).location.ends_with("/one/frida")
    );
    let now = administrator.get(&one).expect(200).input("version").unwrap().replace("&quot;", "\"");
    administrator.post(&remove, &[("version", &now)]).expect(303);
    administrator.get(&one).expect(404);
}

#[test]
fn there_are_none_in_production_and_none_of_another_tenants() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    owner.get("/t/acme/production/tools/people").expect(404);
    assert!(!owner.get("/t/acme/production/tools").expect(200).says("Test people"));
    world.reader("globex", Role::Owner).get(PEOPLE).expect(404);
}

#[test]
fn a_deployment_without_simulators_says_that_nobody_can_log_in_as_them() {
    let mut world = World::new();
    let has = world.reader("acme", Role::Viewer).get(PEOPLE).expect(200).says("has no simulators");
    world.operator.ports.desk.simulators = !world.operator.ports.desk.simulators;
    let has_then = world.reader("acme", Role::Viewer).get(PEOPLE).expect(200).says("has no simulators");
    assert_eq!(
        (has, has_then),
        (world.operator.ports.desk.simulators, !world.operator.ports.desk.simulators)
    );
}
