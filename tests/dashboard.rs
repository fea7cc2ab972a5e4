//! Who may open what of the dashboard, and what its people may do.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::dashboard::person_object::PersonCommand;
use edge_eid::dashboard::ports::People;
use edge_eid::dashboard::team_object::{OPERATORS, TeamAnswer, TeamCommand};
use edge_eid::model::Role;
use support::block_on;
use support::dashboard::World;

const TENANTS_PAGES: [&str; 3] = ["/t/acme/test", "/t/acme/production", "/t/acme/test/people"];

#[test]
fn who_is_not_signed_in_is_asked_to_sign_in_and_comes_back_to_his_page() {
    let world = World::new();
    for page in TENANTS_PAGES {
        let asked = world.nobody().get(page).expect(401);
        let back = page.replace('/', "%2F");
        assert!(asked.body.contains(&format!("/sign-in?back={back}")), "{}", asked.body);
    }
    world.nobody().post("/t/acme/test/people", &[("act", "invite")]).expect(401);
}

#[test]
fn a_tenant_is_not_there_for_the_people_of_another() {
    let world = World::new();
    let stranger = world.reader("globex", Role::Owner);
    for page in TENANTS_PAGES {
        stranger.get(page).expect(404);
        stranger.get(&page.replace("acme", "nobody-knows")).expect(404);
    }
    stranger
        .post("/t/acme/test/people", &[("act", "invite"), ("role", "owner"), ("label", "me")])
        .expect(404);
    stranger.get("/tenants/new").expect(404);
    stranger.get("/operators").expect(404);
}

#[test]
fn only_owners_say_who_belongs_to_a_tenant() {
    let world = World::new();
    for role in [Role::Viewer, Role::Administrator] {
        let reader = world.reader("acme", role);
        reader.get("/t/acme/test").expect(200);
        reader.get("/t/acme/test/people").expect(403);
        reader
            .post("/t/acme/test/people", &[("act", "invite"), ("role", "owner"), ("label", "me")])
            .expect(403);
    }
}

#[test]
fn a_form_without_the_token_of_its_session_changes_nothing() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let act = [("act", "invite"), ("role", "owner"), ("label", "me")];
    owner.post_exactly("/t/acme/test/people", &[], &act).expect(403);
    let another = world.reader("globex", Role::Owner);
    let token = another.session.as_ref().unwrap().form_token(&world.operator.ports);
    let forged = [act.as_slice(), &[("form_token", token.as_str())]].concat();
    owner.post_exactly("/t/acme/test/people", &[], &forged).expect(403);
    let own = owner.session.as_ref().unwrap().form_token(&world.operator.ports);
    let framed = [act.as_slice(), &[("form_token", own.as_str())]].concat();
    owner.post_exactly("/t/acme/test/people", &[("origin", "https://evil.example")], &framed).expect(403);
    let TeamAnswer::Team { invitations, .. } = world.team("acme", TeamCommand::List) else { panic!() };
    assert_eq!(invitations, []);
}

#[test]
fn an_invitation_makes_a_member_once() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let made = owner.post("/t/acme/test/people", &[("act", "invite"), ("role", "viewer"), ("label", "her")]);
    let made = made.expect(200);
    let link = made.body.split("<code id=\"link\">").nth(1).unwrap().split('<').next().unwrap();
    let path = link.strip_prefix("https://manage.example").unwrap().to_owned();

    let guest = world.stranger("guest");
    guest.get("/t/acme/test").expect(404);
    assert!(guest.get(&path).expect(200).says("Viewer"));
    assert_eq!(guest.post(&path, &[]).expect(303).location, "/t/acme/test");
    guest.get("/t/acme/test").expect(200);
    world.stranger("another").post(&path, &[]).expect(404);
    world.stranger("another").get(&path).expect(404);
}

#[test]
fn who_is_removed_is_out_at_once_and_the_last_owner_stays() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let viewer = world.reader("acme", Role::Viewer);
    let remove = |person: &str| owner.post("/t/acme/test/people", &[("act", "remove"), ("person", person)]);
    viewer.get("/t/acme/test").expect(200);
    remove("viewer-of-acme").expect(303);
    viewer.get("/t/acme/test").expect(404);
    assert!(remove("owner-of-acme").expect(409).says("at least one owner"));
    owner.get("/t/acme/test").expect(200);
}

#[test]
fn signing_out_everywhere_ends_every_session() {
    let world = World::new();
    let here = world.reader("acme", Role::Owner);
    let elsewhere = world.stranger("owner-of-acme");
    elsewhere.get("/t/acme/test").expect(200);
    here.post("/sign-out", &[("everywhere", "yes")]).expect(303);
    here.get("/t/acme/test").expect(401);
    elsewhere.get("/t/acme/test").expect(401);
}

#[test]
fn a_session_ends_when_nothing_was_asked_for_an_hour_and_after_eight_whatever_was_asked() {
    let world = World::new();
    let mut reader = world.reader("acme", Role::Viewer);
    world.later(3_599);
    reader.get("/t/acme/test").expect(200);
    world.later(1);
    reader.get("/t/acme/test").expect(401);
    for _ in 0..8 {
        reader.session.as_mut().unwrap().written_at = world.now();
        world.later(3_599);
    }
    reader.session.as_mut().unwrap().written_at = world.now();
    reader.get("/t/acme/test").expect(401);
}

#[test]
fn who_says_who_belongs_to_a_tenant_is_asked_who_he_is_a_moment_before() {
    let world = World::new();
    let mut owner = world.reader("acme", Role::Owner);
    world.later(601);
    assert!(owner.get("/t/acme/test/people").expect(401).body.contains("afresh=1"));
    owner.post("/t/acme/test/people", &[("act", "remove"), ("person", "x")]).expect(401);
    owner.session.as_mut().unwrap().asked_at = world.now();
    owner.get("/t/acme/test/people").expect(200);
}

#[test]
fn an_operator_makes_a_tenant_and_the_link_for_its_owner() {
    let world = World::new();
    let operator = world.reader("", Role::Operator);
    operator.post("/tenants/new", &[("id", "-"), ("name", "x")]).expect(422);
    let taken = operator.post("/tenants/new", &[("id", "acme"), ("name", "Acme again")]).expect(422);
    assert_eq!(taken.input("name"), Some("Acme again"));
    let made = operator.post("/tenants/new", &[("id", "initech"), ("name", "Initech")]).expect(201);
    let link = made.body.split("<code id=\"link\">").nth(1).unwrap().split('<').next().unwrap();
    let path = link.strip_prefix("https://manage.example").unwrap();
    let owner = world.stranger("peter");
    owner.post(path, &[]).expect(303);
    owner.get("/t/initech/test/people").expect(200);
    assert!(operator.get("/tenants?q=ini").expect(200).says("Initech"));
    assert!(!operator.get("/tenants?q=ini").expect(200).says("globex"));
}

#[test]
fn who_runs_the_installation_acts_in_every_tenant_and_stands_in_its_log_by_pseudonym() {
    let world = World::new();
    let operator = world.reader("", Role::Operator);
    operator.get("/t/acme/production").expect(200);
    let team = world.team(OPERATORS, TeamCommand::Role { person: "operator-of--".to_owned() });
    assert_eq!(team, TeamAnswer::Role { role: Some(Role::Operator) });
}

#[test]
fn what_people_are_called_is_shown_as_text() {
    let world = World::new();
    let mut owner = world.reader("acme", Role::Owner);
    owner.session.as_mut().unwrap().name = "<script>alert(1)</script>".to_owned();
    let page = owner.get("/t/acme/test").expect(200);
    assert!(!page.body.contains("<script>"));
    assert!(page.body.contains("&lt;script&gt;"));
}

#[test]
fn the_pages_of_another_host_are_not_served() {
    let world = World::new();
    let looked = block_on(world.operator.ports.person("nobody", &PersonCommand::Look, world.now()));
    assert_eq!(looked.unwrap().generation, 0);
    world.reader("acme", Role::Viewer).get("/t/acme/elsewhere").expect(404);
}

#[test]
fn who_is_not_signed_in_is_led_to_the_guides() {
    let world = World::new();
    let welcome = world.nobody().get("/").expect(401);
    assert!(welcome.body.contains("href=\"/guides/\""));
    assert!(!world.reader("acme", Role::Viewer).get("/t/acme/test").expect(200).body.contains("/guides/"));
}
