//! Signing keys at the dashboard: what an order will do is said before, and who may not give it does not.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::json;
use support::admin::domain_path;
use support::dashboard::{Reader, World};

const KEYS: &str = "/t/acme/test/keys";

/// The kid of the key that signs for NemID.
fn signing(reader: &Reader<'_>) -> String {
    let page = reader.get(KEYS).expect(200).body;
    let row = page.split("<tr data-kid=\"").find(|row| row.contains("data-state=\"active\"")).unwrap();
    row.split('"').next().unwrap().to_owned()
}

#[test]
fn the_timetable_shows_every_ring_with_its_timeline() {
    let world = World::new();
    let page = world.reader("acme", Role::Viewer).get(KEYS).expect(200);
    assert!(page.says("NemID, RS256") && page.says("MitID, RS256"));
    assert_eq!(page.body.matches("<svg").count(), 2);
    assert!(!page.body.contains("/keys/compromise"));
    world.reader("acme", Role::Viewer).get("/t/acme/production/keys").expect(200);
}

#[test]
fn a_viewer_gives_no_order() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    for order in ["rotate", "postpone", "rehearse", "compromise"] {
        viewer.get(&format!("{KEYS}/{order}")).expect(403);
        viewer.post(&format!("{KEYS}/{order}"), &[]).expect(403);
    }
    viewer.post(KEYS, &[("key_rotation_days", "7")]).expect(403);
}

#[test]
fn an_order_is_given_after_its_consequences_were_said_and_who_it_is_was_asked() {
    let world = World::new();
    let mut administrator = world.reader("acme", Role::Administrator);
    let stolen = signing(&administrator);
    let order = format!("{KEYS}/compromise?kid={stolen}");
    world.later(601);
    administrator.session.as_mut().unwrap().written_at = world.now();
    administrator.get(&order).expect(401);
    administrator.session.as_mut().unwrap().asked_at = world.now();
    assert!(administrator.get(&order).expect(200).says("Cannot be undone"));
    administrator.post(&order, &[]).expect(422);
    assert!(administrator.post(&order, &[("reason", "found in a log")]).expect(200).says("Done."));
    assert_ne!(signing(&administrator), stolen);
    let log = world.reader("acme", Role::Viewer).get("/t/acme/test/audit").expect(200);
    assert!(log.says("found in a log") && log.says("person administrator-of-acme"));
}

#[test]
fn what_is_too_early_says_from_when_on_it_can_be_done_and_keeps_what_was_typed() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let rotate = format!("{KEYS}/rotate?eid=nemid&alg=RS256");
    administrator.post(&rotate, &[]).expect(200);
    let early = administrator.post(&rotate, &[("reason", "in a hurry")]).expect(422);
    assert!(early.says("It can be done from"));
    assert_eq!(early.input("reason"), Some("in a hurry"));
    let before = signing(&administrator);
    administrator.post(&rotate, &[("reason", "in a hurry"), ("force", "on")]).expect(200);
    assert_ne!(signing(&administrator), before);
    // The ring of the other eID, which has a key of its own to name.
    let other = format!("{KEYS}/rotate?eid=mitid&alg=RS256");
    administrator.post(&other, &[("reason", "in a hurry"), ("force", "on")]).expect(200);
    // Nobody knows the next key yet, and the stolen one goes only by force.
    let stolen = format!("{KEYS}/compromise?kid={}", signing(&administrator));
    administrator.post(&stolen, &[("reason", "stolen")]).expect(422);
    administrator.post(&stolen, &[("reason", "stolen"), ("force", "on")]).expect(200);
}

#[test]
fn keys_of_production_are_rotated_for_no_exercise() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    owner.get("/t/acme/production/keys/rehearse").expect(404);
    owner.post("/t/acme/production/keys/rehearse", &[]).expect(404);
    owner.post(&format!("{KEYS}/rehearse"), &[]).expect(200);
}

#[test]
fn how_often_keys_change_is_saved_unless_somebody_was_faster() {
    let world = World::new();
    let first = world.reader("acme", Role::Administrator);
    let second = world.reader("acme", Role::Owner);
    let page = second.get(KEYS).expect(200);
    let (version, base) =
        (page.input("version").unwrap().replace("&quot;", "\""), page.input("base").unwrap());
    let base = base.replace("&quot;", "\"");
    let form = |days| [("key_rotation_days", days), ("version", version.as_str()), ("base", base.as_str())];
    assert_eq!(first.post(KEYS, &form("30")).expect(303).location, format!("{KEYS}?saved=yes"));
    let late = second.post(KEYS, &form("60")).expect(422);
    assert_eq!(late.input("key_rotation_days"), Some("60"));
    assert!(late.says("Changed by somebody else") && late.says("30"));
    let again = late.input("version").unwrap().replace("&quot;", "\"");
    second.post(KEYS, &[("key_rotation_days", "60"), ("version", &again)]).expect(303);
    let wrong = second.get(KEYS).expect(200).input("version").unwrap().replace("&quot;", "\"");
    for days in ["6", "366", "seven", "-1", "7.5"] {
        let told = second.post(KEYS, &[("key_rotation_days", days), ("version", &wrong)]).expect(422);
        assert_eq!(told.input("key_rotation_days"), Some(days));
        assert!(told.body.contains("aria-invalid=\"true\""), "{days}");
    }
}

#[test]
fn each_order_asks_for_what_it_needs_and_is_offered_where_it_can_be_given() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let of = "eid=nemid&alg=RS256";
    for (order, has) in [
        (format!("rotate?{of}"), [false, true, true]),
        (format!("postpone?{of}"), [true, false, true]),
        ("rehearse".to_owned(), [false, false, false]),
        (format!("compromise?kid={}", signing(&administrator)), [false, true, true]),
    ] {
        let page = administrator.get(&format!("{KEYS}/{order}")).expect(200);
        let asked = ["until", "force", "reason"].map(|name| page.input(name).is_some());
        assert_eq!(asked, has, "{order}: a day, force, a reason");
        assert_eq!(page.body.contains("danger"), order.starts_with("compromise"), "{order}");
        let about = order.strip_prefix("compromise?kid=").unwrap_or(match order.as_str() {
            "rehearse" => "TEST",
            _ => "NemID, RS256",
        });
        assert!(page.body.contains(&format!("<strong>{about}</strong>")), "{order}: {}", page.body);
    }
    assert!(administrator.get(KEYS).expect(200).body.contains("/keys/rehearse"));
    let live = json!({"environment": "PRODUCTION", "kind": "ordinary", "display_name": "Acme"});
    world.operator.put(&domain_path("acme", "login.acme.example"), &live).expect(201);
    let production = administrator.get("/t/acme/production/keys").expect(200);
    assert!(production.says("NemID, RS256") && !production.body.contains("/keys/rehearse"));
}

#[test]
fn a_change_is_put_off_until_a_day_with_a_reason_that_the_timetable_shows() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let postpone = format!("{KEYS}/postpone?eid=nemid&alg=RS256");
    let wrong = [("until", "some day"), ("reason", "a holiday")];
    assert_eq!(administrator.post(&postpone, &wrong).expect(422).input("until"), Some("some day"));
    let until = world.now().plus(120 * 24 * 60 * 60).iso8601();
    administrator.post(&postpone, &[("until", &until), ("reason", "a holiday")]).expect(200);
    assert!(administrator.get(KEYS).expect(200).says("a holiday"));
}
