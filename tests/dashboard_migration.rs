//! The migration board.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::login_count::{LoginCount, object_name};
use edge_eid::model::{ClientId, Host, Role};
use serde_json::json;
use support::admin::{application_path, domain_path};
use support::dashboard::World;

const BOARD: &str = "/t/acme/test/migration";

#[test]
fn the_board_says_what_stands_against_cutting_an_application_over() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let board = viewer.get(BOARD).expect(200);
    assert!(board.says("urn:acme:web") && board.says("The shadow application is missing."));
    assert!(!board.body.contains("name=\"percent\""));
    viewer.post(BOARD, &[("percent", "0"), ("ends_at", "2027-01-20T00:00:00Z")]).expect(403);
    viewer.get("/t/acme/production/migration").expect(200);
}

#[test]
fn the_exact_change_names_both_issuers_and_says_whether_credentials_differ() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let change = viewer.get(&format!("{BOARD}/change/acme.example/urn%3Aacme%3Aweb")).expect(200);
    assert!(change.says("https://acme.example\n          -&gt;  https://mitid.example"), "{}", change.body);
    assert!(change.says("the shadow application is not made yet"));
    viewer.get("/t/acme/production/migration/change/acme.example/urn%3Aacme%3Aweb").expect(404);
}

#[test]
fn a_rehearsal_is_begun_and_ended_and_a_wrong_one_keeps_what_was_typed() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let wrong = administrator.post(BOARD, &[("percent", "1000"), ("ends_at", "tomorrow")]).expect(422);
    assert_eq!((wrong.input("percent"), wrong.input("ends_at")), (Some("1000"), Some("tomorrow")));
    administrator.post(BOARD, &[("percent", "5"), ("ends_at", "2027-01-20T00:00:00Z")]).expect(303);
    let running = administrator.get(BOARD).expect(200);
    assert!(running.says("The rehearsal lasts until 2027-01-20 00:00 UTC (5 %)"));
    assert!(running.body.contains("https://acme.example/rehearse"));
    assert!(!running.body.contains("https://mitid.example/rehearse"), "nobody begins there");
    assert_eq!(
        (running.input("percent"), running.input("ends_at")),
        (Some("5"), Some("2027-01-20T00:00:00.000Z"))
    );
    administrator.post(BOARD, &[]).expect(303);
    let over = administrator.get(BOARD).expect(200);
    assert!(!over.says("The rehearsal lasts until"));
    assert_eq!((over.input("percent"), over.input("ends_at")), (Some("0"), Some("")));
}

#[test]
fn the_change_says_of_a_shadow_whether_its_credentials_are_the_same() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let change = || viewer.get(&format!("{BOARD}/change/acme.example/urn%3Aacme%3Aweb")).expect(200);
    let at = |host: &str| application_path("acme", host, "urn:acme:web");
    world.operator.post(&format!("{}/shadow", at("acme.example")), &json!({})).expect(201);
    assert!(change().says("credentials  unchanged"));
    let mut settings = world.operator.get(&at("mitid.example")).expect(200).body;
    settings["name"] = json!("Another name");
    world.operator.replace(&at("mitid.example"), "*", &settings).expect(200);
    assert!(change().says("credentials  unchanged"), "another name is no other credential");
    world.operator.post(&format!("{}/secrets", at("acme.example")), &json!({})).expect(201);
    assert!(change().says("credentials  differ"));
}

#[test]
fn applications_come_a_page_at_a_time() {
    let world = World::new();
    for number in 0..60 {
        world.operator.application("acme", "acme.example", &format!("app-{number:02}"));
    }
    let viewer = world.reader("acme", Role::Viewer);
    let shown = |url: &str| {
        let page = viewer.get(url).expect(200).body;
        let next = page.split("href=\"").find(|part| part.starts_with("/t/acme/test/migration?after="));
        (
            page.matches("/migration/change/").count(),
            next.map(|part| part.split('"').next().unwrap().to_owned()),
        )
    };
    let (first, next) = shown(BOARD);
    let (second, last) = shown(&next.unwrap());
    assert_eq!((first, second, last), (50, 11, None));
}

#[test]
fn nemid_is_closed_for_one_application_by_a_date_which_says_what_it_will_do() {
    let world = World::new();
    let sunset = format!("{BOARD}/sunset/acme.example/urn%3Aacme%3Aweb");
    let viewer = world.reader("acme", Role::Viewer);
    viewer.get(&sunset).expect(403);
    viewer.post(&sunset, &[]).expect(403);
    assert!(!viewer.get(BOARD).expect(200).says("Close NemID by a date"));
    let administrator = world.reader("acme", Role::Administrator);
    assert!(administrator.get(BOARD).expect(200).body.contains(&sunset));
    let asked = administrator.get(&sunset).expect(200);
    assert!(asked.says("The application gets the error invalid_request"), "{}", asked.body);
    let version = asked.input("version").unwrap().replace("&quot;", "\"");
    let set = |day: &str| administrator.post(&sunset, &[("version", &version), ("nemid_closed_at", day)]);
    let wrong = set("next year").expect(422);
    assert_eq!(wrong.input("nemid_closed_at"), Some("next year"));
    set("2027-02-01T00:00:00Z").expect(303);
    assert!(viewer.get(BOARD).expect(200).says("NemID closes here: 2027-02-01 00:00 UTC"));
    set("2027-03-01T00:00:00Z").expect(422);
    let eids = viewer.get("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/eids").expect(200);
    assert!(eids.says("2027-02-01"), "{}", eids.body);
    let version = administrator.get(&sunset).expect(200).input("version").unwrap().replace("&quot;", "\"");
    administrator.post(&sunset, &[("version", &version), ("nemid_closed_at", "")]).expect(303);
    assert!(!viewer.get(BOARD).expect(200).says("NemID closes here"));
    administrator.get("/t/acme/production/migration/sunset/acme.example/urn%3Aacme%3Aweb").expect(404);
    administrator.get(&format!("{BOARD}/sunset/mitid.example/urn%3Aacme%3Aweb")).expect(404);
    world.later(20 * 60);
    administrator.get(BOARD).expect(200);
    // Who sets it is asked again who he is.
    administrator.get(&sunset).expect(401);
    administrator.post(&sunset, &[("version", &version), ("nemid_closed_at", "")]).expect(401);
}

#[test]
fn the_closing_days_effect_hangs_on_what_stands_beside_nemid() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let sunset = format!("{BOARD}/sunset/acme.example/urn%3Aacme%3Aweb");
    let mitid = domain_path("acme", "mitid.example");
    world.operator.upstream("acme", "mitid.example", "mitid");
    assert!(administrator.get(&sunset).expect(200).says("the shadow application is missing or disabled"));
    world.operator.application("acme", "mitid.example", "urn:acme:web");
    assert!(administrator.get(&sunset).expect(200).says("goes straight to MitID, without tabs"));
    let mut settings = world.operator.get(&mitid).expect(200).body;
    settings["show_alongside_nemid_logins"] = json!(false);
    world.operator.replace(&mitid, "*", &settings).expect(200);
    assert!(administrator.get(&sunset).expect(200).says("The application gets the error invalid_request"));
}

#[test]
fn the_board_tells_who_logs_in_by_what_and_how_many_finished_a_rehearsal() {
    let world = World::new();
    for (eid, rehearsed) in [(Eid::Nemid, false), (Eid::Mitid, false), (Eid::Mitid, true), (Eid::Mitid, true)]
    {
        world.operator.ports.count_login(LoginCount {
            object: object_name("acme/TEST", 0),
            host: Host::parse("acme.example").unwrap(),
            client_id: ClientId::parse("urn:acme:web").unwrap(),
            eid,
            person: None,
            rehearsed,
            at: world.now(),
        });
    }
    let board = world.reader("acme", Role::Viewer).get(BOARD).expect(200);
    assert!(board.body.contains("<td>75 %</td>"), "three of four by MitID: {}", board.body);
    assert!(board.body.contains("<dd id=\"finished\">2</dd>"), "{}", board.body);
}
