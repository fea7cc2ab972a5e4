//! The dashboard's pages of applications: by whom and how they are made, changed, copied and removed.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use edge_eid::pages::dashboard::application_fields::TABS;
use edge_eid::pages::dashboard::field::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::admin::{application_path, domain_path};
use support::dashboard::{Got, World};

const SECTION: &str = "/t/acme/test/applications";
const WEB: &str = "/t/acme/test/applications/acme.example/urn:acme:web";

/// The path of a tab of the world's application.
fn tab(segment: &str) -> String {
    format!("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb{segment}")
}

fn web(world: &World) -> Value {
    world.operator.get(&application_path("acme", "acme.example", "urn:acme:web")).expect(200).body
}

/// Everything that stands in a page's form, with one field changed.
fn typed(page: &Got, changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let hidden = ["version", "base"].map(|name| {
        let value = page.input(name).unwrap();
        (name.to_owned(), value.replace("&quot;", "\"").replace("&amp;", "&"))
    });
    let changed = changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    hidden.into_iter().chain(changed).collect()
}

fn pairs(typed: &[(String, String)]) -> Vec<(&str, &str)> {
    typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn every_setting_of_the_api_stands_once_on_a_tab_with_all_its_words() {
    let api: Value = serde_json::from_str(include_str!("../static/api/openapi.json")).unwrap();
    let schemas = &api["components"]["schemas"];
    let settings = schemas["ApplicationInput"]["properties"].as_object().unwrap();
    let wanted: BTreeSet<&str> = settings
        .iter()
        .filter(|(_, schema)| schema["readOnly"] != json!(true))
        .map(|(name, _)| name.as_str())
        .collect();
    let fields: Vec<_> = TABS.iter().flat_map(|(_, fields)| fields.iter()).collect();
    let offered: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
    assert_eq!(offered, wanted);
    assert_eq!(fields.len(), offered.len(), "a setting stands twice");
    for field in fields {
        let schema = &settings[field.name];
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let schema = name.map_or(schema, |name| &schemas[name]);
        let words = |of: &Value| {
            of.as_array().map(|it| it.iter().map(|it| it.as_str().unwrap().to_owned()).collect())
        };
        let expected: Option<BTreeSet<String>> =
            words(&schema["enum"]).or_else(|| words(&schema["items"]["enum"]));
        let given = match &field.kind {
            Kind::One(choices) | Kind::Many(choices) => {
                Some(choices.iter().map(|(word, _)| (*word).to_owned()).collect())
            }
            _ => None,
        };
        assert_eq!(given, expected, "{}", field.name);
        let is_switch = schema["type"] == "boolean";
        assert_eq!(matches!(field.kind, Kind::Switch), is_switch, "{}", field.name);
    }
}

#[test]
fn applications_are_listed_by_the_domains_of_their_environment() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let page = viewer.get(SECTION).expect(200);
    for said in ["acme.example", "mitid.example", "Acme web", "urn:acme:web"] {
        assert!(page.says(said), "{said}: {}", page.body);
    }
    assert!(viewer.get(&format!("{SECTION}/acme.example")).expect(200).says("Acme web"));
    assert!(!viewer.get("/t/acme/production/applications").expect(200).says("acme.example"));
    // A domain of TEST has no pages in PRODUCTION.
    viewer.get("/t/acme/production/applications/acme.example").expect(404);
    viewer.get(&WEB.replace("test", "production")).expect(404);
}

#[test]
fn a_long_list_goes_on_on_another_page() {
    let world = World::new();
    for number in 0..60 {
        world.operator.application("acme", "acme.example", &format!("app-{number:02}"));
    }
    let viewer = world.reader("acme", Role::Viewer);
    let list = format!("{SECTION}/acme.example");
    let first = viewer.get(&list).expect(200);
    assert!(first.says("app-00") && !first.says("app-59"));
    let next = first.body.split("?after=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let second = viewer.get(&format!("{list}?after={next}")).expect(200);
    assert!(second.says("app-59") && !second.says("app-00"));
    // Of every domain only the first are shown where all are.
    let all = viewer.get(SECTION).expect(200);
    assert!(all.says("app-00") && !all.says("app-30"));
}

#[test]
fn an_application_is_made_and_leads_on_to_its_first_secret() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let page = format!("{SECTION}/new/acme.example");
    admin.get(&page).expect(200);
    let made = admin.post(
        &page,
        &[
            ("client_id", "shop"),
            ("name", "Shop"),
            ("redirect_uris", "https://shop.example/callback\r\nhttp://localhost:3000/callback"),
            ("acr_values:urn:grn:authn:dk:mitid:low", "on"),
        ],
    );
    assert_eq!(made.expect(303).location, format!("{SECTION}/acme.example/shop/secrets?saved=yes"));
    let shop = world.operator.get(&application_path("acme", "acme.example", "shop")).expect(200).body;
    assert_eq!(
        shop["redirect_uris"],
        json!(["https://shop.example/callback", "http://localhost:3000/callback"])
    );
    assert_eq!(shop["acr_values"], json!(["urn:grn:authn:dk:mitid:low"]));
    // The same once more is told, and what was typed stays.
    let again =
        admin.post(&page, &[("client_id", "shop"), ("name", "Sh&op"), ("redirect_uris", "https://a")]);
    let again = again.expect(422);
    assert!(again.says("exists already") && again.body.contains("value=\"Sh&amp;op\""), "{}", again.body);
}

#[test]
fn what_cannot_be_made_keeps_what_was_typed() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let page = format!("{SECTION}/new/acme.example");
    let long = "x".repeat(10_000);
    for (client_id, name, uris) in [
        ("", "Shop", "https://shop.example/callback"),
        ("has a space", "Shop", "https://shop.example/callback"),
        ("shop", "", "https://shop.example/callback"),
        ("shop", "\u{202e}pohs", "https://shop.example/callback"),
        ("shop", "<script>", "javascript:alert(1)"),
        ("shop", "Shop", ""),
        (&long, &long, &long),
    ] {
        let got = admin.post(&page, &[("client_id", client_id), ("name", name), ("redirect_uris", uris)]);
        let got = got.expect(422);
        assert_eq!(got.input("client_id"), Some(client_id));
        assert!(got.says("The change was not saved") && !got.body.contains("<script>"));
    }
    world.operator.get(&application_path("acme", "acme.example", "shop")).expect(404);
}

#[test]
fn each_tab_saves_its_settings_and_leaves_those_of_the_others() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let before = web(&world);
    let page = admin.get(&tab("/advanced")).expect(200);
    let sent = typed(&page, &[("allowed_origins", "https://spa.example"), ("silent_check", "on")]);
    assert_eq!(admin.post(&tab("/advanced"), &pairs(&sent)).expect(303).location, tab("/advanced?saved=yes"));
    let mut expected = before;
    expected["allowed_origins"] = json!(["https://spa.example"]);
    expected["silent_check"] = json!(true);
    assert_eq!(web(&world), expected);
    assert!(admin.get(&tab("/advanced?saved=yes")).expect(200).says("Saved and published"));
    for segment in ["", "/eids", "/openid", "/pages"] {
        admin.get(&tab(segment)).expect(200);
    }
    admin.get(&tab("/no-such-tab")).expect(404);
}

#[test]
fn a_setting_that_contradicts_another_is_told_beside_its_field_and_keeps_the_rest() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let page = admin.get(&tab("/openid")).expect(200);
    let sent = typed(
        &page,
        &[
            ("fapi2", "on"),
            ("token_endpoint_auth_methods:private_key_jwt", "on"),
            ("jwks_uri", "https://app.example/keys"),
            ("response_types:id_token", "on"),
            ("scope_strategy", "dynamic"),
            ("id_token_signed_response_alg", "ES256"),
            ("userinfo_response", "plain_json"),
            ("jwks", "{ not json"),
        ],
    );
    let refused = admin.post(&tab("/openid"), &pairs(&sent)).expect(422);
    assert!(refused.says("not valid JSON") && refused.body.contains("{ not json"), "{}", refused.body);
    let sent: Vec<_> = sent.into_iter().filter(|(name, _)| name != "jwks").collect();
    let refused = admin.post(&tab("/openid"), &pairs(&sent)).expect(422);
    assert!(refused.says("fapi2 takes code only"), "{}", refused.body);
    assert!(refused.body.contains("https://app.example/keys"));
    assert_eq!(web(&world)["fapi2"], json!(false));
}

#[test]
fn who_saves_second_is_told_what_the_first_changed_and_loses_nothing_typed() {
    let world = World::new();
    let (one, other) = (world.reader("acme", Role::Administrator), world.reader("acme", Role::Owner));
    let opened = one.get(&tab("")).expect(200);
    let uris = "https://app.example/callback";
    let first = [("name", "Web of one"), ("enabled", "on"), ("redirect_uris", uris)];
    let second = [("name", "Web of another"), ("enabled", "on"), ("redirect_uris", uris)];
    one.post(&tab(""), &pairs(&typed(&opened, &first))).expect(303);
    let told = other.post(&tab(""), &pairs(&typed(&opened, &second))).expect(422);
    assert!(told.says("Changed by somebody else") && told.says("Acme web") && told.says("Web of one"));
    assert_eq!(told.input("name"), Some("Web of another"));
    other.post(&tab(""), &pairs(&typed(&told, &second))).expect(303);
    assert_eq!(web(&world)["name"], "Web of another");
}

#[test]
fn viewers_see_and_do_not_change_and_others_find_nothing() {
    let world = World::new();
    let (viewer, stranger) = (world.reader("acme", Role::Viewer), world.reader("globex", Role::Owner));
    let admin = world.reader("acme", Role::Administrator);
    let pages = ["", "/eids", "/openid", "/pages", "/advanced", "/secrets", "/code"];
    for page in pages {
        let seen = viewer.get(&tab(page)).expect(200);
        assert!(!seen.body.contains("class=\"button\""), "{page}: {}", seen.body);
        stranger.get(&tab(page)).expect(404);
    }
    for page in ["", "/openid", "/secrets/new", "/secrets/some", "/remove", "/copy", "/shadow"] {
        viewer.post(&tab(page), &[]).expect(403);
        stranger.post(&tab(page), &[]).expect(404);
        world.nobody().post(&tab(page), &[]).expect(401);
        admin.post_exactly(&tab(page), &[], &[("name", "x")]).expect(403);
    }
    let new = format!("{SECTION}/new/acme.example");
    viewer.get(&new).expect(403);
    viewer.post(&new, &[("client_id", "x")]).expect(403);
    stranger.get(&new).expect(404);
    admin.post_exactly(&new, &[], &[("client_id", "x")]).expect(403);
    for page in ["/secrets/new", "/remove", "/copy"] {
        viewer.get(&tab(page)).expect(403);
    }
}

#[test]
fn a_secret_is_shown_once_and_replaced_with_an_overlap() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    admin.get(&tab("/secrets/new")).expect(200);
    let made = admin.post(&tab("/secrets/new"), &[]).expect(201);
    let secret = made.body.split("id=\"once\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(secret.len(), 43, "{secret}");
    let list = admin.get(&tab("/secrets")).expect(200);
    assert!(!list.body.contains(&secret) && list.says("0 days") && list.says("does not end"));

    // An old secret may be brought along; then both count.
    let bad = admin.post(&tab("/secrets/new"), &[("secret", "short"), ("expires_at", "soon")]).expect(422);
    assert!(bad.says("12 to 200 visible ASCII characters"));
    assert_eq!(bad.input("expires_at"), Some("soon"));
    admin.post(&tab("/secrets/new"), &[("secret", "brought-along-1")]).expect(303);
    let api = format!("{}/secrets", application_path("acme", "acme.example", "urn:acme:web"));
    let secrets = || world.operator.get(&api).expect(200).body["items"].as_array().unwrap().clone();
    assert_eq!(secrets().len(), 2);

    let id = secrets()[0]["id"].as_str().unwrap().to_owned();
    let asked = admin.get(&tab(&format!("/secrets/{id}"))).expect(200);
    assert!(asked.says(&id) && !asked.says("only secret"));
    admin.post(&tab(&format!("/secrets/{id}")), &[("version", "\"stale\"")]).expect(409);
    let sent = [("version", asked.input("version").unwrap().replace("&quot;", "\""))];
    let sent = sent.each_ref().map(|(name, value)| (*name, value.as_str()));
    admin.post(&tab(&format!("/secrets/{id}")), &sent).expect(303);
    assert_eq!(secrets().len(), 1);
    let last = secrets()[0]["id"].as_str().unwrap().to_owned();
    assert!(admin.get(&tab(&format!("/secrets/{last}"))).expect(200).says("only secret"));
}

#[test]
fn whether_a_secret_matches_is_told_without_showing_it_again() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let compare = |secret: &str| admin.post(&tab("/secrets/check"), &[("secret", secret)]);
    assert!(compare("brought-along-1").expect(200).says("matches none"));
    let ends = world.now().plus(60).iso8601();
    let brought = [("secret", "brought-along-1"), ("expires_at", ends.as_str())];
    admin.post(&tab("/secrets/new"), &brought).expect(303);
    let matched = compare(" brought-along-1 ").expect(200);
    assert!(matched.says("It matches") && !matched.says("is over"), "{}", matched.body);
    assert!(!matched.body.contains("brought-along"));
    world.later(61);
    assert!(compare("brought-along-1").expect(200).says("(is over)"));
    let short = compare("short").expect(422);
    assert!(short.says("12 to 200 visible ASCII characters"), "{}", short.body);
    // It is no way for viewers to guess.
    let viewer = world.reader("acme", Role::Viewer);
    viewer.post(&tab("/secrets/check"), &[("secret", "brought-along-1")]).expect(403);
    assert!(!viewer.get(&tab("/secrets")).expect(200).says("Does this secret match"));
}

#[test]
fn a_dangerous_act_asks_again_who_it_is() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    world.later(1_800);
    admin.get(&tab("")).expect(200);
    for page in ["/secrets/new", "/secrets/some", "/remove"] {
        assert!(admin.get(&tab(page)).expect(401).body.contains("afresh=1"), "{page}");
        admin.post(&tab(page), &[]).expect(401);
    }
    world.operator.get(&application_path("acme", "acme.example", "urn:acme:web")).expect(200);
}

#[test]
fn an_application_is_removed_as_it_was_seen() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    let asked = admin.get(&tab("/remove")).expect(200);
    assert!(asked.says("urn:acme:web") && asked.says("Remove it there"));
    let version = asked.input("version").unwrap().replace("&quot;", "\"");
    admin.post(&tab("/remove"), &[("version", "\"stale\"")]).expect(409);
    admin.post(&tab("/remove"), &[]).expect(409);
    let gone = admin.post(&tab("/remove"), &[("version", &version)]).expect(303);
    assert_eq!(gone.location, format!("{SECTION}/acme.example?saved=yes"));
    world.operator.get(&application_path("acme", "acme.example", "urn:acme:web")).expect(404);
    admin.get(&tab("")).expect(404);
}

#[test]
fn a_change_is_offered_to_the_shadow_and_made_there_at_once() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    assert!(admin.get(&tab("")).expect(200).says("Make the shadow"));
    admin.post(&tab("/shadow"), &[]).expect(303);
    let shadow = application_path("acme", "mitid.example", "urn:acme:web");
    world.operator.get(&shadow).expect(200);
    assert!(admin.get(&tab("")).expect(200).says("The shadow application is alike"));

    let page = admin.get(&tab("")).expect(200);
    let uris = "https://app.example/callback";
    let sent = typed(&page, &[("name", "Renamed"), ("enabled", "on"), ("redirect_uris", uris)]);
    let saved = admin.post(&tab(""), &pairs(&sent)).expect(303);
    let offered = admin.get(&saved.location).expect(200);
    assert!(offered.says("differs in: Name") && offered.says("Make the same change to the shadow"));
    admin.post(&tab("/shadow"), &[]).expect(303);
    assert_eq!(world.operator.get(&shadow).expect(200).body["name"], "Renamed");
    // A new secret is for both.
    admin.post(&tab("/secrets/new"), &[]).expect(201);
    assert!(admin.get(&tab("/secrets")).expect(200).says("differs in: Secrets"));
    admin.post(&tab("/shadow"), &[]).expect(303);
    assert!(admin.get(&tab("/secrets")).expect(200).says("The shadow application is alike"));
}

#[test]
fn a_copy_to_production_shows_what_it_does_and_leaves_out_what_is_refused_there() {
    let world = World::new();
    let admin = world.reader("acme", Role::Administrator);
    assert!(admin.get(&tab("/copy")).expect(200).says("no domain in PRODUCTION"));
    world
        .operator
        .put(
            &domain_path("acme", "login.acme.dk"),
            &json!({"environment": "PRODUCTION", "kind": "ordinary", "display_name": "Acme"}),
        )
        .expect(201);
    let original = application_path("acme", "acme.example", "urn:acme:web");
    let etag = world.operator.get(&original).etag;
    let body = json!({
        "name": "Acme web",
        "redirect_uris": ["https://app.example/callback", "http://localhost:3000/callback"],
        "initiate_login_uri": "https://localhost:3000/start",
    });
    world.operator.replace(&original, &etag, &body).expect(200);

    let preview = admin.get(&tab("/copy?to=login.acme.dk")).expect(200);
    for said in [
        "will be made like this",
        "https://app.example/callback",
        "is not copied",
        "http://localhost:3000/callback",
        "https://localhost:3000/start",
    ] {
        assert!(preview.says(said), "{said}: {}", preview.body);
    }
    let send = |page: &Got| {
        let hidden = ["original", "version"]
            .map(|name| (name, page.input(name).unwrap_or_default().replace("&quot;", "\"")));
        let mut sent: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sent.push(("to", "login.acme.dk"));
        admin.post(&tab("/copy"), &sent)
    };
    let copied = send(&preview).expect(303);
    assert_eq!(
        copied.location,
        "/t/acme/production/applications/login.acme.dk/urn%3Aacme%3Aweb/secrets?saved=yes"
    );
    admin.get(&copied.location).expect(200);
    let there = application_path("acme", "login.acme.dk", "urn:acme:web");
    let copy = world.operator.get(&there).expect(200).body;
    assert_eq!(copy["redirect_uris"], json!(["https://app.example/callback"]));
    assert_eq!(copy["initiate_login_uri"], Value::Null);

    // What was looked at is what is done: a change of either one is shown first.
    assert!(admin.get(&tab("/copy?to=login.acme.dk")).expect(200).says("nothing to change"));
    assert!(send(&preview).expect(409).says("was changed since"));
    let etag = world.operator.get(&original).etag;
    world
        .operator
        .replace(
            &original,
            &etag,
            &json!({"name": "New name", "redirect_uris": ["https://app.example/callback"]}),
        )
        .expect(200);
    let preview = admin.get(&tab("/copy?to=login.acme.dk")).expect(200);
    assert!(preview.says("This will be changed") && preview.says("New name"));
    send(&preview).expect(303);
    assert_eq!(world.operator.get(&there).expect(200).body["name"], "New name");
    // Of PRODUCTION nothing is copied.
    admin.get("/t/acme/production/applications/login.acme.dk/urn%3Aacme%3Aweb/copy").expect(404);
    admin.get("/t/acme/production/applications/login.acme.dk/urn%3Aacme%3Aweb").expect(200);
}

#[test]
fn code_for_common_clients_has_the_applications_values_and_no_secret() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let page = viewer.get(&tab("/code")).expect(200);
    for said in [
        "openid-client",
        "ASP.NET Core",
        "Spring Security",
        "Keycloak",
        "Auth0",
        "Okta",
        "Microsoft Entra",
        "https://acme.example",
        "urn:acme:web",
        "https://app.example/callback",
        "urn:grn:authn:dk:nemid:poces",
    ] {
        assert!(page.says(said), "{said}");
    }
}
