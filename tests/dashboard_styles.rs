//! Styling in the dashboard: a draft, its check, publishing and going back, and the previews.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::{Value, json};
use support::admin::domain_path;
use support::dashboard::{Got, Reader, World};

const PAGE: &str = "/t/acme/test/styles/acme.example";
const SHEET: &str = "https://cdn.example/login.css";

fn style(world: &World) -> Value {
    world.operator.get(&format!("{}/style", domain_path("acme", "acme.example"))).body
}

/// The version that the page's forms count for.
fn version(page: &Got) -> String {
    let mark = "name=\"version\" value=\"";
    let start = page.body.find(mark).unwrap() + mark.len();
    let end = start + page.body[start..].find("\">").unwrap();
    page.body[start..end].replace("&quot;", "\"")
}

/// Saves a draft as a browser would, whose other fields are empty.
fn draft(admin: &Reader<'_>, more: &[(&str, &str)]) -> Got {
    let version = version(&admin.get(PAGE).expect(200));
    let mut pairs = vec![("version", version.as_str())];
    for name in ["stylesheet_url", "css_paths", "stylesheet", "allowed_origins", "logo", "logo_url", "html"] {
        pairs.push((name, ""));
    }
    for name in ["colours.text", "colours.ground", "colours_dark.text"] {
        pairs.push((name, ""));
    }
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend(more);
    admin.post(PAGE, &pairs)
}

fn order(admin: &Reader<'_>, name: &str) -> Got {
    let version = version(&admin.get(PAGE).expect(200));
    admin.post(&format!("{PAGE}/{name}"), &[("version", &version)])
}

#[test]
fn what_is_saved_is_a_draft_until_it_is_published_and_can_be_taken_back() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    assert!(admin.get("/t/acme/test/styles").expect(200).says("acme.example"));
    let new = admin.get(PAGE).expect(200);
    assert!(new.says("the pages look as ours do") && !new.body.contains(&format!("{PAGE}/publish")));

    let first = draft(&admin, &[("colours.text", "#000000"), ("colours.ground", "#ffffff")]).expect(303);
    assert_eq!(first.location, format!("{PAGE}?saved=kept"));
    let saved = style(&world);
    assert_eq!(saved["draft"]["colours"], json!({"text": "#000000", "ground": "#ffffff"}));
    assert_eq!(saved["live"], Value::Null);
    assert_eq!(admin.get(PAGE).expect(200).input("colours.text"), Some("#000000"));

    order(&admin, "publish").expect(303);
    draft(&admin, &[("colours.text", ""), ("stylesheet", "body{color:#111}")]).expect(303);
    assert_eq!(style(&world)["draft"].get("colours"), None, "emptied colours are no colours");
    order(&admin, "publish").expect(303);
    assert_eq!(style(&world)["live"]["stylesheet"], "body{color:#111}");
    order(&admin, "roll-back").expect(303);
    let back = style(&world);
    assert_eq!(back["live"]["colours"]["text"], "#000000");
    assert_eq!(back["draft"]["stylesheet"], "body{color:#111}");
}

#[test]
fn the_checkers_report_is_shown_and_what_it_refuses_stands_beside_its_field() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    draft(&admin, &[("stylesheet", "\n\nbody{display:none}")]).expect(303);
    let page = admin.get(PAGE).expect(200);
    assert!(page.says("The checker's report") || page.body.contains("checker&#39;s report"));
    assert!(page.says("body") && page.says("may hide"));
    let told = |name: &'static str, value: &str| {
        let page = draft(&admin, &[(name, value)]).expect(422);
        let field = format!("id=\"f-{}-error\"", name.replace('.', "-"));
        assert!(page.body.contains(&field), "{name}: {}", page.body);
        assert!(!page.body.contains("<script>"), "{name}");
        page
    };
    let refused = told("stylesheet", "a{behavior:url(x)}");
    assert!(refused.says("line 1 column") && refused.says("a{behavior:url(x)}"), "{}", refused.body);
    told("html", "<script>alert(1)</script>");
    told("html", &"æ".repeat(10_000));
    told("logo", "<svg><script></script></svg>");
    told("logo_url", "https://elsewhere.example/logo.png");
    told("stylesheet_url", "http://10.0.0.1/x.css");
    told("stylesheet_url", "https://cdn.example/not-there.css");
    told("allowed_origins", "https://cdn.example\r\n\u{202e}evil");
    told("css_paths", "b.css");
    let pale = draft(&admin, &[("colours.text", "#fefefe"), ("colours.ground", "#ffffff")]).expect(422);
    assert_eq!(
        (pale.input("colours.text"), pale.input("colours.ground")),
        (Some("#fefefe"), Some("#ffffff"))
    );
    assert!(pale.body.contains("id=\"f-colours-"), "{}", pale.body);
}

#[test]
fn a_sheet_is_copied_when_it_is_saved_and_fetched_again_by_order() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let sheets = &world.operator.ports.sheets;
    sheets.borrow_mut().insert(SHEET.to_owned(), "body{color:#111}".to_owned());
    draft(&admin, &[("stylesheet_url", SHEET), ("allowed_origins", "https://cdn.example")]).expect(303);
    let before = style(&world)["draft"]["digest"].clone();
    sheets.borrow_mut().insert(SHEET.to_owned(), "body{color:#222}".to_owned());
    order(&admin, "fetch").expect(303);
    assert_ne!(style(&world)["draft"]["digest"], before);
    sheets.borrow_mut().clear();
    assert!(order(&admin, "fetch").expect(422).body.contains("id=\"f-stylesheet_url-error\""));
}

#[test]
fn the_previews_are_linked_by_an_address_that_counts_for_a_day() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let page = admin.post(&format!("{PAGE}/preview"), &[]).expect(200);
    assert!(page.body.contains("href=\"https://acme.example/preview/"), "{}", page.body);
    assert!(page.says("Works until (UTC)"));
    draft(&admin, &[("stylesheet", "body{color:#111}")]).expect(303);
    let digest = style(&world)["draft"]["digest"].as_str().unwrap().to_owned();
    assert!(admin.post(&format!("{PAGE}/preview"), &[]).expect(200).body.contains(&digest));
    assert_eq!(admin.get(&format!("{PAGE}/preview")).expect(303).location, PAGE);
}

#[test]
fn who_publishes_what_somebody_else_has_changed_is_told() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    draft(&admin, &[("stylesheet", "body{color:#111}")]).expect(303);
    let seen = version(&admin.get(PAGE).expect(200));
    draft(&admin, &[("stylesheet", "body{color:#222}")]).expect(303);
    let told = admin.post(&format!("{PAGE}/publish"), &[("version", &seen)]).expect(422);
    assert!(told.says("Somebody else has changed this"));
    let over = [("version", seen.as_str()), ("stylesheet", "body{color:#333}")];
    let told = admin.post(PAGE, &over).expect(422);
    assert!(told.says("body{color:#333}") && told.says("body{color:#222}"));
    assert_eq!(
        (&style(&world)["live"], &style(&world)["draft"]["stylesheet"]),
        (&Value::Null, &json!("body{color:#222}"))
    );
}

#[test]
fn who_only_reads_and_who_belongs_elsewhere_changes_no_style() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    draft(&admin, &[("stylesheet", "body{color:#111}")]).expect(303);
    let before = style(&world);
    let seen = version(&admin.get(PAGE).expect(200));
    let viewer = world.reader("acme", Role::Viewer);
    let stranger = world.reader("globex", Role::Owner);
    let shown = viewer.get(PAGE).expect(200);
    assert!(shown.says("body{color:#111}") && !shown.body.contains("/publish\""));
    stranger.get(PAGE).expect(404);
    for more in ["", "/publish", "/roll-back", "/fetch", "/preview", "/remove"] {
        let url = format!("{PAGE}{more}");
        viewer.post(&url, &[("version", &seen)]).expect(403);
        stranger.post(&url, &[("version", &seen)]).expect(404);
        stranger.post(&url.replace("acme/", "globex/"), &[("version", &seen)]).expect(404);
        world.nobody().post(&url, &[]).expect(401);
        admin.post_exactly(&url, &[], &[("version", &seen)]).expect(403);
    }
    admin.get("/t/acme/production/styles/acme.example").expect(404);
    assert_eq!(style(&world), before);
}

#[test]
fn a_style_is_removed_after_its_page_said_what_follows() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let url = format!("{PAGE}/remove");
    admin.get(&url).expect(404);
    draft(&admin, &[("stylesheet", "body{color:#111}")]).expect(303);
    let page = admin.get(&url).expect(200);
    assert!(page.says("the pages look as ours do at once"));
    admin.post(&url, &[("version", &version(&page))]).expect(303);
    assert!(admin.get(PAGE).expect(200).says("the pages look as ours do"));
}
