//! The dashboard's search.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use support::dashboard::World;

const SEARCH: &str = "/t/acme/test/search";

#[test]
fn domains_applications_and_pages_are_found_by_a_part_of_their_names() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let found = |q: &str| viewer.get(&format!("{SEARCH}?q={q}")).expect(200).body;
    let application = "href=\"/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb\"";
    assert!(found("ACME%3aW").contains(application));
    assert!(found("acme+we").contains(application));
    assert!(found("mitid.ex").contains("href=\"/t/acme/test/domains/mitid.example\""));
    let list = |body: &str| body.split("<main").nth(1).unwrap().to_owned();
    assert!(list(&found("shadow")).contains("href=\"/t/acme/test/shadows\""));
    assert!(list(&found("skygge")).contains("href=\"/t/acme/test/shadows\""));
    // Whoever may not open a page is not led there.
    assert!(!list(&found("tokens")).contains("/tokens\""));
    assert!(found("nothing-like-it").contains("Not found:"));
    assert!(!list(&found("")).contains("Not found:"));
}

#[test]
fn only_what_is_in_the_tenant_and_environment_is_found() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    assert!(viewer.get("/t/acme/production/search?q=acme").expect(200).says("Not found:"));
    let stranger = world.reader("globex", Role::Owner);
    stranger.get(&format!("{SEARCH}?q=acme")).expect(404);
    assert!(stranger.get("/t/globex/test/search?q=acme").expect(200).says("Not found:"));
    world.nobody().get(&format!("{SEARCH}?q=acme")).expect(401);
}

#[test]
fn a_search_reads_a_bounded_part_and_says_so() {
    let world = World::new();
    for number in 0..60 {
        world.operator.application("acme", "acme.example", &format!("app-{number:02}"));
    }
    let viewer = world.reader("acme", Role::Viewer);
    let found = viewer.get(&format!("{SEARCH}?q=app-")).expect(200);
    assert_eq!(found.body.matches("/applications/acme.example/app-").count(), 50);
    assert!(found.says("more applications than were looked at"), "{}", found.body);
    assert!(!viewer.get(&format!("{SEARCH}?q=app-59")).expect(200).says("more applications"));
    // Markup and long texts are texts.
    let odd = viewer.get(&format!("{SEARCH}?q=%3Cscript%3E")).expect(200);
    assert!(!odd.body.contains("<script>") && odd.says("Not found:"));
    viewer.get(&format!("{SEARCH}?q={}", "x".repeat(10_000))).expect(200);
}
