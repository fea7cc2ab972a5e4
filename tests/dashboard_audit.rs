//! The log of changes at the dashboard, and what is known of one person.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use support::dashboard::World;

const AUDIT: &str = "/t/acme/test/audit";

#[test]
fn the_log_says_who_changed_what_and_is_filtered() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let all = viewer.get(AUDIT).expect(200);
    assert!(all.says("domain.created") && all.says("application.created"));
    let some = viewer.get(&format!("{AUDIT}?filter=Application")).expect(200);
    assert!(!some.says("domain.created") && some.says("application.created"));
}

#[test]
fn the_log_is_exported_and_holds_no_formula() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    owner
        .post("/t/acme/test/people", &[("act", "invite"), ("role", "viewer"), ("label", "=HYPERLINK(1)")])
        .expect(200);
    let file = owner.get(&format!("{AUDIT}/team/csv")).expect(200);
    assert_eq!(file.response.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.body.contains("\"'=HYPERLINK(1)\""), "{}", file.body);
    assert!(owner.get(&format!("{AUDIT}/csv")).expect(200).body.contains("domain.created"));
}

#[test]
fn an_owner_exports_what_is_known_of_a_person_and_deletes_it() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let viewer = world.reader("acme", Role::Viewer);
    viewer.get("/t/acme/test").expect(200);
    let person = format!("{AUDIT}/person");
    let of = |act| [("person", "viewer-of-acme"), ("act", act)];
    viewer.post(&person, &of("export")).expect(403);
    let data = owner.post(&person, &of("export")).expect(200).body;
    assert!(data.contains("\"role\":\"viewer\"") && data.contains("\"joined\""), "{data}");
    owner.post(&person, &of("delete")).expect(200);
    viewer.get("/t/acme/test").expect(401);
    let left = owner.post(&person, &of("export")).expect(200).body;
    assert!(left.contains("\"member\":null"), "{left}");
    assert!(
        owner.post(&person, &[("person", "owner-of-acme"), ("act", "delete")]).expect(200).says("last owner")
    );
    assert!(
        owner.post(&person, &[("person", "nobody"), ("act", "export")]).expect(200).says("nobody of that")
    );
}

#[test]
fn nobody_s_data_is_neither_shown_nor_said_to_be_deleted() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    // An entry of the log that is about nothing by name.
    let hook = [("act", "set"), ("url", "https://hook.example/")];
    owner.post("/t/acme/test/order/webhook", &hook);
    for act in ["export", "delete"] {
        let told = owner.post(&format!("{AUDIT}/person"), &[("person", " "), ("act", act)]).expect(200);
        assert!(told.says("nobody of that"), "{act}: {}", told.body);
    }
}

#[test]
fn a_rehearsal_stands_in_the_log_and_on_the_first_page() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    assert!(!administrator.get("/t/acme/test").expect(200).says("being rehearsed"));
    let ends = world.now().plus(24 * 60 * 60).iso8601();
    let rehearsal = [("percent", "20"), ("ends_at", ends.as_str())];
    administrator.post("/t/acme/test/migration", &rehearsal).expect(303);
    assert!(administrator.get("/t/acme/test").expect(200).says("being rehearsed until"));
    let log = administrator.get(&format!("{AUDIT}?filter=environment")).expect(200);
    assert!(log.says("rehearsal") && log.body.contains("&quot;percent&quot;:20"), "{}", log.body);
}
