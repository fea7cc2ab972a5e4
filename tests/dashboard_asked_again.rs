//! Who is asked again who he is, when, and what becomes of his session.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::dashboard::session::{ABSOLUTE_SECONDS, Employer};
use edge_eid::dashboard::team_object::{OPERATORS, TeamCommand};
use edge_eid::model::Role;
use serde_json::{Value, json};
use support::admin::{application_path, domain_path, path};
use support::dashboard::{Got, Reader, World};

/// The pages of PRODUCTION by which codes could be led astray, or who proves people could be altered.
const PAGES: [&str; 9] = [
    "/applications/login.acme.example/web",
    "/applications/login.acme.example/web/openid",
    "/applications/new/login.acme.example",
    "/domains/login.acme.example",
    "/eids/mitid",
    "/eids/mitid/login.acme.example",
    "/styles/login.acme.example",
    "/order/edit",
    "/keys",
];

/// The world with a domain and an application in PRODUCTION.
fn production() -> World {
    let world = World::new();
    let domain = json!({"environment": "PRODUCTION", "kind": "ordinary", "display_name": "Acme"});
    world.operator.put(&domain_path("acme", "login.acme.example"), &domain).expect(201);
    let application = json!({ "name": "Acme web", "redirect_uris": ["https://app.example/callback"] });
    world.operator.put(&application_path("acme", "login.acme.example", "web"), &application).expect(201);
    world
}

/// Somebody who signed in so long ago, and has asked for pages since.
fn asked_ago<'a>(world: &'a World, role: Role, seconds: u64) -> Reader<'a> {
    let mut reader = world.reader("acme", role);
    world.later(seconds);
    reader.session.as_mut().unwrap().written_at = world.now();
    reader
}

#[test]
fn in_production_who_signed_in_long_ago_sees_everything_and_is_asked_again_before_he_changes_it() {
    let world = production();
    let mut administrator = asked_ago(&world, Role::Administrator, 601);
    for page in PAGES {
        let url = format!("/t/acme/production{page}");
        let seen = administrator.get(&url).expect(200);
        let back = url.replace('/', "%2F");
        assert!(seen.body.contains(&format!("/sign-in?afresh=1&amp;back={back}")), "{url}");
        assert!(seen.says("Sign in again to change this"), "{url}");
        assert!(!seen.body.contains("class=\"button\" type=\"submit\""), "{url}: {}", seen.body);
        // In TEST nobody is.
        let test =
            url.replace("production", "test").replace("login.acme", "acme").replace("/web", "/urn:acme:web");
        assert!(!administrator.get(&test).expect(200).says("Sign in again"), "{test}");
    }
    // Nor is a reader, who can't change anything anyhow.
    let viewer = asked_ago(&world, Role::Viewer, 601);
    assert!(!viewer.get("/t/acme/production/domains/login.acme.example").expect(200).says("Sign in again"));

    administrator.session.as_mut().unwrap().asked_at = world.now();
    administrator.session.as_mut().unwrap().written_at = world.now();
    for page in PAGES {
        let seen = administrator.get(&format!("/t/acme/production{page}")).expect(200);
        assert!(!seen.says("Sign in again") && seen.body.contains("type=\"submit\""), "{page}");
    }
}

#[test]
fn a_form_of_production_counts_for_half_an_hour_after_its_sender_was_asked() {
    let world = production();
    let in_time = asked_ago(&world, Role::Administrator, 1_800 - 1);
    for page in PAGES {
        let sent = in_time.post(&format!("/t/acme/production{page}"), &[]);
        assert!(matches!(sent.status, 303 | 404 | 409 | 412 | 422), "{page}: {}", sent.status);
    }
    world.later(1);
    let more = ["/order", "/shadows/login.acme.example", "/styles/login.acme.example/publish", "/migration"];
    for page in PAGES.iter().chain(&more) {
        in_time.post(&format!("/t/acme/production{page}"), &[]).expect(401);
    }
    let saved = in_time.post("/t/acme/test/eids/mitid", &[("version", "\"x\"")]);
    assert_eq!(saved.status, 422, "a form of TEST counts as long as the session");
}

#[test]
fn what_is_copied_into_production_and_the_webhooks_secret_ask_again_in_test_too() {
    let world = production();
    let mut administrator = asked_ago(&world, Role::Administrator, 601);
    let copy = "/t/acme/test/applications/acme.example/urn:acme:web/copy";
    administrator.get(copy).expect(200);
    let to = format!("{copy}?to=login.acme.example");
    assert!(administrator.get(&to).expect(401).body.contains("afresh=1"));
    let webhook = "/t/acme/test/order/webhook";
    assert!(administrator.get(webhook).expect(401).body.contains("afresh=1"));
    administrator.post(webhook, &[("url", "https://hook.example/")]).expect(401);
    administrator.session.as_mut().unwrap().asked_at = world.now();
    administrator.get(&to).expect(200);
    administrator.get(webhook).expect(200);
    world.later(1_800);
    administrator.session.as_mut().unwrap().written_at = world.now();
    administrator.post(copy, &[("to", "login.acme.example")]).expect(401);
}

#[test]
fn who_signs_out_ends_every_copy_of_his_cookie_and_nothing_else() {
    let world = World::new();
    let here = world.reader("acme", Role::Viewer);
    let copied = world.stranger("viewer-of-acme");
    let mut elsewhere = world.stranger("viewer-of-acme");
    elsewhere.session.as_mut().unwrap().id = "on another machine".to_owned();
    copied.get("/t/acme/test").expect(200);
    let out = here.post("/sign-out", &[]).expect(303);
    assert!(out.response.headers.iter().any(|(_, value)| value.contains("Max-Age=0")));
    copied.get("/t/acme/test").expect(401);
    copied.post("/t/acme/test/tools/link", &[]).expect(401);
    elsewhere.get("/t/acme/test").expect(200);
    world.later(3_000);
    copied.get("/t/acme/test").expect(401);
}

fn tokens(world: &World) -> Vec<Value> {
    let found = world.operator.get(&path(&["tenants", "acme", "tokens"])).expect(200);
    found.body["items"].as_array().unwrap().clone()
}

#[test]
fn whoever_removes_a_person_says_what_becomes_of_his_tokens() {
    const PEOPLE: &str = "/t/acme/test/people";
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    for (person, choice, left) in [("keeper", "keep", 1), ("leaver", "end", 1)] {
        let maker = world.member("acme", Role::Owner, person);
        maker.post("/t/acme/test/tokens/new", &[("name", &format!("Of {person}"))]).expect(201);
        let remove = [("act", "remove"), ("person", person)];
        let asked = owner.post(PEOPLE, &remove).expect(409);
        assert!(asked.says(&format!("Of {person}")) && asked.says("end the tokens"), "{}", asked.body);
        maker.get("/t/acme/test").expect(200);
        let chosen = [remove.as_slice(), &[("tokens", choice)]].concat();
        owner.post(PEOPLE, &chosen).expect(303);
        maker.get("/t/acme/test").expect(404);
        assert_eq!(tokens(&world).len(), left, "{choice}");
    }
    assert_eq!(tokens(&world)[0]["name"], "Of keeper");
    // Who has none is removed at once; the last owner stays, and so do his tokens.
    world.member("acme", Role::Viewer, "her");
    owner.post(PEOPLE, &[("act", "remove"), ("person", "her")]).expect(303);
    owner.post("/t/acme/test/tokens/new", &[("name", "Mine")]).expect(201);
    let alone = [("act", "remove"), ("person", "owner-of-acme"), ("tokens", "end")];
    assert!(owner.post(PEOPLE, &alone).expect(409).says("at least one owner"));
    assert_eq!(tokens(&world).len(), 2);
}

#[test]
fn with_a_persons_data_his_tokens_end() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let leaver = world.member("acme", Role::Owner, "leaver");
    leaver.post("/t/acme/test/tokens/new", &[("name", "Of him")]).expect(201);
    owner.post("/t/acme/test/audit/person", &[("person", "leaver"), ("act", "delete")]).expect(200);
    assert_eq!(tokens(&world), [] as [Value; 0]);
}

#[test]
fn a_version_that_no_header_can_hold_is_an_old_one() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    for version in ["\u{0}", "\"1\"\r\nx-evil: 1", "\u{1b}[1m", "ø", " "] {
        let changed = [("version", version), ("display_name", "Mine")];
        let again = administrator.post("/t/acme/test/domains/acme.example", &changed).expect(422);
        assert!(again.says("Somebody else has changed this"), "{version:?}");
        assert_eq!(again.input("display_name"), Some("Mine"), "{version:?}");
    }
}

#[test]
fn an_invitation_ends_with_the_role_of_whoever_made_it_wherever_he_has_it() {
    let world = World::new();
    let operator = world.member(OPERATORS, Role::Operator, "leaving");
    let invite = [("act", "invite"), ("role", "owner"), ("label", "me, later")];
    let link = |page: Got| {
        let code =
            page.body.split("<code id=\"link\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        code.strip_prefix("https://manage.example").unwrap().to_owned()
    };
    let kept = link(operator.post("/t/acme/test/people", &invite).expect(200));
    let stranger = world.stranger("leaving-again");
    stranger.get(&kept).expect(200);
    let gone = TeamCommand::Set { person: "leaving".to_owned(), role: None, by: "other".to_owned() };
    world.member(OPERATORS, Role::Operator, "other");
    world.team(OPERATORS, gone);
    stranger.get(&kept).expect(404);
    stranger.post(&kept, &[]).expect(404);
    stranger.get("/t/acme/test").expect(404);
}

#[test]
fn how_often_keys_rotate_counts_in_production_and_is_asked_for_as_there() {
    let world = production();
    let administrator = asked_ago(&world, Role::Administrator, 1_801);
    administrator.post("/t/acme/test/keys", &[("key_rotation_days", "365")]).expect(401);
}

#[test]
fn an_employee_is_one_as_long_as_a_session_lasts() {
    let world = World::new();
    let mut session = world.reader("acme", Role::Owner).session.unwrap();
    session.employer = Some(Employer { cvr: "13585628".to_owned(), asked_at: world.now() });
    assert!(session.employed_by(world.now().plus(ABSOLUTE_SECONDS - 1)).is_some());
    assert!(session.employed_by(world.now().plus(ABSOLUTE_SECONDS)).is_none());
}
