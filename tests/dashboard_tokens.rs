//! The dashboard's pages of API tokens.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use edge_eid::pages::dashboard::field::Kind;
use edge_eid::pages::dashboard::tokens::FIELDS;
use serde_json::{Value, json};
use support::admin::path;
use support::dashboard::World;

const SECTION: &str = "/t/acme/test/tokens";
const NEW: &str = "/t/acme/test/tokens/new";

fn tokens(world: &World) -> Vec<Value> {
    world.operator.get(&path(&["tenants", "acme", "tokens"])).expect(200).body["items"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_token_is_made_shown_once_used_and_removed() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    assert!(owner.get(SECTION).expect(200).says("No API tokens"));
    owner.get(NEW).expect(200);
    let made = owner.post(NEW, &[("name", "Releases"), ("scopes:applications", "on")]).expect(201);
    let token = made.body.split("id=\"once\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.starts_with("eeid.acme."), "{token}");
    let list = owner.get(SECTION).expect(200);
    for said in ["Releases", "read", "applications", "never"] {
        assert!(list.says(said), "{said}");
    }
    assert!(!list.body.contains(&token));
    assert_eq!(tokens(&world)[0]["scopes"], json!(["read", "applications"]));

    // It counts, and its use is seen.
    let bearer = format!("Bearer {token}");
    let resource = path(&["tenants", "acme", "domains"]);
    world.operator.send("get", &resource, &[("authorization", &bearer)], b"").expect(200);
    assert!(!owner.get(SECTION).expect(200).says("never"));

    let id = tokens(&world)[0]["id"].as_str().unwrap().to_owned();
    let page = format!("{SECTION}/{id}");
    let asked = owner.get(&page).expect(200);
    assert!(asked.says("Releases") && asked.says("stop counting at once"));
    let version = asked.input("version").unwrap().replace("&quot;", "\"");
    owner.post(&page, &[]).expect(409);
    assert_eq!(
        owner.post(&page, &[("version", &version)]).expect(303).location,
        format!("{SECTION}?saved=kept")
    );
    world.operator.send("get", &resource, &[("authorization", &bearer)], b"").expect(401);
    owner.get(&page).expect(404);
}

#[test]
fn what_cannot_be_made_keeps_what_was_typed() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let long = "x".repeat(10_000);
    for (name, ends) in [
        ("", ""),
        ("a\u{202e}b", ""),
        ("Releases", "tomorrow"),
        ("Releases", "2020-01-01T00:00:00Z"),
        (&long, ""),
    ] {
        let got = owner.post(NEW, &[("name", name), ("expires_at", ends), ("scopes:keys", "on")]).expect(422);
        assert_eq!((got.input("name"), got.input("expires_at")), (Some(name), Some(ends)));
        assert!(got.body.contains("name=\"scopes:keys\" value=\"on\" checked"), "{}", got.body);
    }
    assert_eq!(tokens(&world), Vec::<Value>::new());
}

#[test]
fn only_owners_who_were_asked_a_moment_ago_give_tokens_out() {
    let world = World::new();
    let stranger = world.reader("globex", Role::Owner);
    let owner = world.reader("acme", Role::Owner);
    for page in [SECTION, NEW] {
        for role in [Role::Viewer, Role::Administrator] {
            let reader = world.reader("acme", role);
            reader.get(page).expect(403);
            reader.post(NEW, &[("name", "x")]).expect(403);
        }
        stranger.get(page).expect(404);
        world.nobody().get(page).expect(401);
    }
    stranger.post(NEW, &[("name", "x")]).expect(404);
    owner.post_exactly(NEW, &[], &[("name", "x")]).expect(403);
    world.later(1_200);
    owner.get(SECTION).expect(200);
    owner.get(NEW).expect(401);
    owner.post(NEW, &[("name", "x")]).expect(401);
    assert_eq!(tokens(&world), Vec::<Value>::new());
}

#[test]
fn every_scope_of_the_api_can_be_given() {
    let api: Value = serde_json::from_str(include_str!("../static/api/openapi.json")).unwrap();
    let wanted = api["components"]["schemas"]["TokenScopes"]["items"]["enum"].as_array().unwrap().clone();
    let field = FIELDS.iter().find(|field| field.name == "scopes").unwrap();
    let Kind::Many(choices) = field.kind else { panic!("scopes are chosen among words") };
    let offered: Vec<Value> = choices.iter().map(|(word, _)| json!(word)).collect();
    assert_eq!(offered, wanted);
}
