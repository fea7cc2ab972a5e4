//! The dashboard's pages of shadow applications.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::json;
use support::admin::application_path;
use support::dashboard::World;

const SECTION: &str = "/t/acme/test/shadows";
const DOMAIN: &str = "/t/acme/test/shadows/acme.example";

fn shadow(client_id: &str) -> String {
    application_path("acme", "mitid.example", client_id)
}

#[test]
fn what_is_missing_differs_or_is_extra_is_shown_with_its_settings() {
    let world = World::new();
    let body = json!({"name": "Web", "redirect_uris": ["https://app.example/callback"]});
    for client_id in ["differs", "alike"] {
        world.operator.put(&application_path("acme", "acme.example", client_id), &body).expect(201);
        world
            .operator
            .post(&format!("{}/shadow", application_path("acme", "acme.example", client_id)), &json!({}));
    }
    let resource = application_path("acme", "acme.example", "differs");
    let etag = world.operator.get(&resource).etag;
    let changed =
        json!({"name": "Other", "redirect_uris": ["https://app.example/callback"], "silent_check": true});
    world.operator.replace(&resource, &etag, &changed).expect(200);
    world.operator.put(&shadow("extra"), &body).expect(201);

    let viewer = world.reader("acme", Role::Viewer);
    let overview = viewer.get(SECTION).expect(200);
    assert!(overview.says("acme.example") && overview.says("mitid.example"), "{}", overview.body);
    assert!(viewer.get("/t/acme/production/shadows").expect(200).says("None of the domains"));
    let page = viewer.get(DOMAIN).expect(200);
    for said in [
        "Without a shadow",
        "urn:acme:web",
        "The shadow differs",
        "differs",
        "Name, Look for a session in a hidden frame",
        "On the MitID domain only",
        "extra",
        "/api/v1/tenants/acme/domains/acme.example/shadow-drift",
    ] {
        assert!(page.says(said), "{said}: {}", page.body);
    }
    assert!(
        !page.body.contains("<form method=\"post\" action=\"/t/acme/test/shadows"),
        "a viewer is offered a change"
    );
}

#[test]
fn one_click_makes_a_shadow_and_another_all_of_a_domain() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let one = [("act", "one"), ("client_id", "urn:acme:web")];
    assert_eq!(admin.post(DOMAIN, &one).expect(303).location, format!("{DOMAIN}?saved=yes"));
    world.operator.get(&shadow("urn:acme:web")).expect(200);
    assert!(admin.get(DOMAIN).expect(200).says("Every application has a shadow that is alike"));

    for number in 0..25 {
        world.operator.application("acme", "acme.example", &format!("app-{number:02}"));
    }
    let first = admin.post(DOMAIN, &[("act", "all")]).expect(200);
    assert!(first.says("5 remain"), "{}", first.body);
    admin.post(DOMAIN, &[("act", "all")]).expect(303);
    for number in 0..25 {
        world.operator.get(&shadow(&format!("app-{number:02}"))).expect(200);
    }
    // What is gone meanwhile needs no shadow.
    admin.post(DOMAIN, &[("act", "one"), ("client_id", "nobody")]).expect(303);
    admin.post(DOMAIN, &[]).expect(400);
}

#[test]
fn only_administrators_of_the_tenant_make_shadows() {
    let world = World::new();
    let (viewer, stranger) = (world.reader("acme", Role::Viewer), world.reader("globex", Role::Owner));
    let admin = world.reader("acme", Role::Administrator);
    for page in [SECTION, DOMAIN] {
        viewer.get(page).expect(200);
        stranger.get(page).expect(404);
        world.nobody().get(page).expect(401);
    }
    viewer.post(DOMAIN, &[("act", "all")]).expect(403);
    stranger.post(DOMAIN, &[("act", "all")]).expect(404);
    admin.post_exactly(DOMAIN, &[], &[("act", "all")]).expect(403);
    admin.get("/t/acme/test/shadows/mitid.example").expect(404);
    admin.get("/t/acme/production/shadows/acme.example").expect(404);
    world.operator.get(&shadow("urn:acme:web")).expect(404);
}
