//! Domains in the dashboard: who adds one, what its page says, and the check that it answers.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::json;
use support::admin::{domain_path, path};
use support::dashboard::{Reader, World};

const LIST: &str = "/t/acme/test/domains";
const ACME: &str = "/t/acme/test/domains/acme.example";
const MITID: &str = "/t/acme/test/domains/mitid.example";

/// The fields of a MitID domain's form as a browser would send them, with one of them changed.
fn typed(reader: &Reader<'_>, name: &str, value: &str) -> Vec<(String, String)> {
    let page = reader.get(MITID).expect(200);
    let of = |name: &str| {
        let value = page.input(name).unwrap_or_default();
        (name.to_owned(), value.replace("&quot;", "\"").replace("&amp;", "&"))
    };
    let mut pairs: Vec<(String, String)> =
        ["version", "base", "display_name", "nemid_domain", "sso_idle_seconds", "sso_absolute_seconds"]
            .map(of)
            .to_vec();
    pairs.extend(["enabled", "show_alongside_nemid_logins"].map(|on| (on.to_owned(), "on".to_owned())));
    pairs.retain(|(known, _)| known != name);
    pairs.push((name.to_owned(), value.to_owned()));
    pairs
}

fn send(reader: &Reader<'_>, url: &str, pairs: &[(String, String)]) -> support::dashboard::Got {
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    reader.post(url, &pairs)
}

#[test]
fn the_list_shows_the_domains_of_its_environment() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let list = viewer.get(LIST).expect(200);
    assert!(list.says("acme.example") && list.says("mitid.example"));
    let production = viewer.get("/t/acme/production/domains").expect(200);
    assert!(!production.says("acme.example") && production.says("There is no domain here yet."));
    viewer.get("/t/acme/production/domains/acme.example").expect(404);
    viewer.get("/t/acme/test/domains/elsewhere.example").expect(404);
}

#[test]
fn a_domain_is_not_there_for_the_people_of_another_tenant() {
    let world = World::new();
    let stranger = world.reader("globex", Role::Owner);
    for page in [LIST, ACME, "/t/acme/test/domains/new"] {
        stranger.get(page).expect(404);
        stranger.post(page, &[("host", "x.example")]).expect(404);
    }
    stranger.get("/t/globex/test/domains/acme.example").expect(404);
    stranger.post("/t/globex/test/domains/acme.example", &[("version", "\"1\"")]).expect(404);
    stranger.post("/t/globex/test/domains/acme.example/check", &[]).expect(404);
}

#[test]
fn hosts_are_claimed_by_the_operator_alone_and_others_are_told_so() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let told = owner.get("/t/acme/test/domains/new").expect(200);
    assert!(told.says("only the operator of this installation adds new domains"));
    assert!(told.body.contains("/t/acme/test/order\""));
    let host = [("host", "new.example"), ("kind", "mitid"), ("display_name", "Acme")];
    owner.post("/t/acme/test/domains/new", &host).expect(403);
    owner.get("/t/acme/test/domains/new.example").expect(404);

    let operator = world.reader("", Role::Operator);
    let made = operator.post("/t/acme/test/domains/new", &host).expect(303);
    assert_eq!(made.location, "/t/acme/test/domains/new.example?saved=yes");
    let page = owner.get(&made.location).expect(200);
    assert!(page.says("Saved and published."));
    assert!(page.body.contains("pattern = &quot;new.example&quot;, custom_domain = true"), "{}", page.body);
}

#[test]
fn a_host_that_is_taken_or_none_is_told_beside_the_field_and_what_was_typed_stays() {
    let world = World::new();
    let operator = world.reader("", Role::Operator);
    let add = |tenant: &str, environment: &str, host: &str| {
        let pairs = [("host", host), ("kind", "ordinary"), ("display_name", "Æble & \"pære\"")];
        operator.post(&format!("/t/{tenant}/{environment}/domains/new"), &pairs).expect(422)
    };
    let taken = add("globex", "test", "acme.example");
    assert!(taken.says("The host is taken"));
    assert!(taken.body.contains("id=\"f-host-error\""));
    assert_eq!(taken.input("host"), Some("acme.example"));
    assert_eq!(taken.input("display_name"), Some("Æble &amp; &quot;pære&quot;"));
    assert!(add("acme", "test", "acme.example").says("has that domain already"));
    for host in ["", "https://x.example", "bl\u{e5}b\u{e6}r.dk", "a b", "\u{202e}x", &"x".repeat(10_000)] {
        let refused = add("acme", "test", host);
        assert!(refused.says("Write a host name"), "{host}");
    }
    assert!(add("acme", "production", "intranet").body.contains("a PRODUCTION domain has a public name"));
}

#[test]
fn what_is_changed_on_a_domain_is_stored_and_nothing_else() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let before = world.operator.get(&domain_path("acme", "mitid.example")).body;
    let done = send(&admin, MITID, &typed(&admin, "display_name", "Ny bank")).expect(303);
    assert_eq!(done.location, format!("{MITID}?saved=yes"));
    let mut after = world.operator.get(&domain_path("acme", "mitid.example")).body;
    assert_eq!(after["display_name"], "Ny bank");
    assert_eq!(after["sso"], false, "an unticked box is off");
    for name in ["display_name", "sso", "confirm_logout"] {
        after[name] = before[name].clone();
    }
    assert_eq!(after, before);
}

#[test]
fn a_setting_that_cannot_be_is_told_beside_its_field_and_what_was_typed_stays() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let seven = send(&admin, MITID, &typed(&admin, "sso_idle_seconds", "seven")).expect(422);
    assert!(seven.says("Write a whole number.") && seven.body.contains("id=\"f-sso_idle_seconds-error\""));
    assert_eq!(seven.input("sso_idle_seconds"), Some("seven"));
    // acme.example leads to mitid.example; another domain does not.
    world.operator.domain("acme", "third.example", &json!({}));
    let peer = send(&admin, MITID, &typed(&admin, "nemid_domain", "third.example")).expect(422);
    assert!(peer.body.contains("id=\"f-nemid_domain-error\""));
    for bad in ["\u{202e}\u{7}", "<script>", &"æ".repeat(5_000)] {
        let refused = send(&admin, MITID, &typed(&admin, "display_name", bad));
        assert!(!refused.body.contains("<script>"));
    }
}

#[test]
fn who_saves_over_somebody_elses_change_is_told_what_was_changed() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let mine = typed(&admin, "sso_idle_seconds", "120");
    let theirs = typed(&admin, "display_name", "Theirs");
    send(&admin, MITID, &theirs).expect(303);
    let told = send(&admin, MITID, &mine).expect(422);
    assert!(told.says("Somebody else has changed this") && told.says("Theirs"));
    assert_eq!(told.input("sso_idle_seconds"), Some("120"));
}

#[test]
fn who_only_reads_changes_nothing_and_asks_for_no_check() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let page = viewer.get(MITID).expect(200);
    assert!(page.says("Your role can see this") && !page.body.contains("/check\""));
    send(&viewer, MITID, &typed(&viewer, "display_name", "Mine")).expect(403);
    viewer.post(&format!("{MITID}/check"), &[]).expect(403);
    viewer.get(&format!("{MITID}/remove")).expect(403);
    viewer.post(&format!("{MITID}/remove"), &[]).expect(403);
    world.nobody().post(&format!("{MITID}/check"), &[]).expect(401);
    let admin = world.reader("acme", Role::Administrator);
    admin.post_exactly(&format!("{MITID}/check"), &[], &[]).expect(403);
    admin.post_exactly(MITID, &[], &[("display_name", "Forged")]).expect(403);
    assert!(world.operator.ports.upstreams.fetched.borrow().is_empty());
}

#[test]
fn the_check_says_whether_the_domain_answers_as_itself_and_what_is_wrong() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let check = || admin.post(&format!("{ACME}/check"), &[]).expect(200);
    let documents = &world.operator.ports.upstreams.documents;
    let metadata = "https://acme.example/.well-known/openid-configuration";
    let say = |url: &str, body: serde_json::Value| {
        documents.borrow_mut().insert(url.to_owned(), body.to_string());
    };

    let silent = check();
    assert!(silent.says("Nobody answers") && silent.says("Look at the DNS record"));

    documents.borrow_mut().insert(metadata.to_owned(), "<h1>Parked</h1>".to_owned());
    let parked = check();
    assert!(parked.says("no JSON object") && parked.says("the route to the Worker is missing"));

    say(metadata, json!({"issuer": "https://evil.example<script>", "jwks_uri": "https://evil.example/keys"}));
    let other = check();
    assert!(other.says("not of https://acme.example") && !other.body.contains("<script>"));

    say(
        metadata,
        json!({"issuer": "https://acme.example", "jwks_uri": "https://acme.example.evil.example/keys"}),
    );
    assert!(check().says("points to keys outside the domain"));
    assert!(!world.operator.ports.upstreams.fetched.borrow().iter().any(|url| url.contains("evil")));

    let keys = "https://acme.example/.well-known/jwks";
    say(metadata, json!({"issuer": "https://acme.example", "jwks_uri": keys}));
    say(keys, json!({"keys": []}));
    assert!(check().says("The key set is empty"));
    say(keys, json!({"keys": [{}]}));
    let well = check();
    assert!(well.says("No fault was found.") && well.says("answers with its own metadata"));
}

#[test]
fn a_name_that_is_not_public_is_not_looked_up_from_here() {
    let world = World::new();
    world.operator.domain("acme", "db.internal", &json!({}));
    let admin = world.reader("acme", Role::Administrator);
    let checked = admin.post("/t/acme/test/domains/db.internal/check", &[]).expect(200);
    assert!(checked.says("cannot be checked from here"));
    assert!(world.operator.ports.upstreams.fetched.borrow().is_empty());
}

#[test]
fn a_domain_is_removed_by_who_was_just_asked_who_he_is_and_only_without_applications() {
    let world = World::new();
    world.operator.domain("acme", "spare.example", &json!({}));
    let mut admin = world.reader("acme", Role::Administrator);
    let remove = |admin: &Reader<'_>, host: &str| {
        let url = format!("{LIST}/{host}/remove");
        let page = admin.get(&url).expect(200);
        let version = page.input("version").unwrap().replace("&quot;", "\"");
        admin.post(&url, &[("version", &version)])
    };
    assert!(remove(&admin, "acme.example").expect(409).says("The change was not saved"));
    remove(&admin, "spare.example").expect(303);
    admin.get(&format!("{LIST}/spare.example")).expect(404);
    world.later(601);
    admin.session.as_mut().unwrap().written_at = world.now();
    assert!(admin.get(&format!("{ACME}/remove")).expect(401).body.contains("afresh=1"));
}

#[test]
fn nemids_closing_is_moved_by_an_administrator_or_the_operator_who_was_just_asked_and_the_log_says_so() {
    let world = World::new();
    let closing = format!("{ACME}/closing");
    let day_of = |reader: &Reader<'_>, day: &str| {
        let page = reader.get(&closing).expect(200);
        let version = page.input("version").unwrap().replace("&quot;", "\"");
        reader.post(&closing, &[("version", &version), ("nemid_closed_at", day)])
    };
    let mut admin = world.reader("acme", Role::Administrator);
    let first = day_of(&admin, "2031-01-31T12:00:00Z").expect(303);
    assert_eq!(first.location, format!("{ACME}?saved=yes"));
    assert!(admin.get(ACME).expect(200).says("2031-01-31 12:00 UTC"));
    let operator = world.reader("", Role::Operator);
    day_of(&operator, "2032-02-29T12:00:00Z").expect(303);
    let refused = day_of(&operator, "tomorrow").expect(422);
    assert_eq!(refused.input("nemid_closed_at"), Some("tomorrow"));

    let log = world.operator.get(&path(&["tenants", "acme", "audit"])).body;
    let moved = |entry: &serde_json::Value| {
        let day = |when: &str| entry[when]["nemid_closed_at"].as_str().unwrap_or("-").to_owned();
        (day("before") != day("after"))
            .then(|| format!("{} {} {}", entry["actor"].as_str().unwrap(), day("before"), day("after")))
    };
    let moves: Vec<String> = log["items"].as_array().unwrap().iter().filter_map(moved).collect();
    assert_eq!(
        moves,
        [
            "operator operator-of-- 2031-01-31T12:00:00.000Z 2032-02-29T12:00:00.000Z",
            "person administrator-of-acme - 2031-01-31T12:00:00.000Z",
        ]
    );

    // The page of all settings does not move it, whoever sends what.
    let page = admin.get(ACME).expect(200);
    assert_eq!(page.input("nemid_closed_at"), None);
    let version = page.input("version").unwrap().replace("&quot;", "\"");
    let sent = [
        ("version", version.as_str()),
        ("display_name", "Acme"),
        ("nemid_closed_at", "2020-01-01T00:00:00Z"),
    ];
    admin.post(ACME, &sent).expect(303);
    assert_eq!(
        world.operator.get(&domain_path("acme", "acme.example")).body["nemid_closed_at"],
        "2032-02-29T12:00:00.000Z"
    );

    let viewer = world.reader("acme", Role::Viewer);
    viewer.get(&closing).expect(403);
    viewer.post(&closing, &[]).expect(403);
    admin.get(&format!("{MITID}/closing")).expect(404);
    admin.post_exactly(&closing, &[], &[("nemid_closed_at", "")]).expect(403);
    world.later(601);
    admin.session.as_mut().unwrap().written_at = world.now();
    assert!(admin.get(&closing).expect(401).body.contains("afresh=1"));
    admin.post(&closing, &[("nemid_closed_at", "")]).expect(401);
}

#[test]
fn the_first_page_names_a_domain_where_nobody_can_log_in() {
    let world = World::new();
    let domain = json!({"environment": "TEST", "kind": "ordinary", "display_name": "Bare"});
    world.operator.put(&domain_path("acme", "bare.example"), &domain).expect(201);
    let viewer = world.reader("acme", Role::Viewer);
    let said = "bare.example: nobody can log in until NemID is set up";
    assert!(viewer.get("/t/acme/test").expect(200).says(said));
    assert!(!viewer.get("/t/acme/production").expect(200).says(said));
}
