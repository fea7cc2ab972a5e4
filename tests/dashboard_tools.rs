//! Tools and guides at the dashboard.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use edge_eid::web::{Method, Request};
use serde_json::json;
use support::admin::application_path;
use support::block_on;
use support::dashboard::World;

const TOOLS: &str = "/t/acme/test/tools";

#[test]
fn a_link_is_built_of_an_application_of_this_tenant_only() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let link = format!("{TOOLS}/link");
    let typed = [("application", "acme.example urn:acme:web"), ("scope", "openid"), ("acr_values", "urn:x")];
    let built = viewer.post(&link, &typed).expect(200);
    assert!(built.body.contains(
        "https://acme.example/oauth2/authorize?response_type=code&amp;client_id=urn%3Aacme%3Aweb\
         &amp;redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&amp;scope=openid&amp;acr_values=urn%3Ax&amp;state=test"
    ), "{}", built.body);
    assert!(!built.body.contains("code_challenge="));
    let public = json!({ "name": "Page", "redirect_uris": ["https://app.example/callback"], "token_endpoint_auth_methods": ["none"] });
    world.operator.put(&application_path("acme", "acme.example", "page"), &public).expect(201);
    let built = viewer.post(&link, &[("application", "acme.example page")]).expect(200);
    assert!(built.body.contains("code_challenge_method=S256"), "a public client is refused without");
    let foreign = viewer.post(&link, &[("application", "evil.example x")]).expect(200);
    assert!(!foreign.body.contains("https://evil.example"));
}

#[test]
fn what_is_typed_into_a_tool_stays_text() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Administrator);
    let typed = viewer.post(&format!("{TOOLS}/link"), &[("login_hint", "\"><script>")]).expect(200);
    assert!(!typed.body.contains("<script"));
    for tool in ["explain?trace_id=", "metadata?host="] {
        let page = viewer.get(&format!("{TOOLS}/{tool}%22%3E%3Cscript%3E")).expect(200);
        assert!(!page.body.contains("<script"), "{tool}");
    }
}

#[test]
fn a_login_that_nobody_recorded_is_explained_as_such() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Administrator);
    let page = viewer.get(&format!("{TOOLS}/explain?trace_id=0123456789abcdef0123456789abcdef")).expect(200);
    assert!(page.says("There is no recording by that reference"));
}

#[test]
fn a_login_that_this_browser_did_not_begin_is_not_tried() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    viewer.get("/login-test?code=x&state=y").expect(404);
    let begun =
        viewer.post(&format!("{TOOLS}/login"), &[("application", "acme.example urn:acme:web")]).expect(200);
    assert!(begun.body.contains("redirect_uri=https%3A%2F%2Fmanage.example%2Flogin-test"));
    assert!(begun.response.headers.iter().any(|(_, value)| value.starts_with("__Host-manage-login-test=")));
}

#[test]
fn a_guide_holds_the_values_of_its_reader() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    let list = viewer.get("/t/acme/test/docs").expect(200);
    assert_eq!(list.body.matches("/t/acme/test/docs/").count(), 6);
    let guide = viewer.get("/t/acme/test/docs/metadata").expect(200);
    assert!(guide.says("https://acme.example/.well-known/openid-configuration"));
    assert!(guide.says("client_id=urn:acme:web"));
    let empty = viewer.get("/t/acme/production/docs/metadata").expect(200);
    assert!(empty.says("https://login.example.com/.well-known/openid-configuration"));
    assert!(!guide.says("login.example.com"));
    viewer.get("/t/acme/test/docs/secret").expect(404);
}

#[test]
fn a_recorded_login_is_shown_step_by_step_to_its_own_tenant() {
    let world = World::new();
    let id = "0123456789abcdef0123456789abcdef";
    let step = edge_eid::login::trace::step(world.now(), "token", 200, &[("signed_by", "a-key".to_owned())]);
    world.operator.ports.traces.borrow_mut().insert(format!("acme/TEST/{id}"), json!([step]));
    let viewer = world.reader("acme", Role::Administrator);
    let page = viewer.get(&format!("{TOOLS}/explain?trace_id=%20{id}")).expect(200);
    assert!(page.body.contains("<code>signed_by</code>: a-key") && page.says("token"), "{}", page.body);
    assert!(!viewer.get(&format!("{TOOLS}/explain")).expect(200).says("There is no recording"), "not asked");
}

#[test]
fn metadata_is_shown_of_a_domain_of_this_tenant_only() {
    let world = World::new();
    let viewer = world.reader("acme", Role::Viewer);
    assert!(viewer.get(TOOLS).expect(200).body.contains(&format!("{TOOLS}/metadata")));
    for host in ["acme.example", "evil.example"] {
        let url = format!("https://{host}/.well-known/openid-configuration");
        let document = json!({"issuer": format!("https://{host}")}).to_string();
        world.operator.ports.upstreams.documents.borrow_mut().insert(url, document);
    }
    let own = viewer.get(&format!("{TOOLS}/metadata?host=acme.example")).expect(200);
    assert!(own.body.contains("&quot;issuer&quot;: &quot;https://acme.example&quot;"), "{}", own.body);
    let foreign = viewer.get(&format!("{TOOLS}/metadata?host=evil.example")).expect(200);
    assert!(!foreign.body.contains("evil.example/.well-known"));
    assert!(!viewer.get(&format!("{TOOLS}/metadata")).expect(200).body.contains("<pre"), "none was chosen");
}

#[test]
fn a_login_that_was_begun_here_is_told_by_its_own_state_only() {
    let world = World::new();
    let typed = [("application", "acme.example urn:acme:web")];
    let viewer = world.reader("acme", Role::Viewer);
    let begun = viewer.post(&format!("{TOOLS}/login"), &typed).expect(200);
    let session = block_on(viewer.session.as_ref().unwrap().cookie(&world.operator.ports, world.now()));
    let session = session.unwrap().split(';').next().unwrap().to_owned();
    let mut cookies = begun.response.headers.iter().map(|(_, value)| value.split(';').next().unwrap());
    let cookie = cookies.find(|value| value.starts_with("__Host-manage-login-test=")).unwrap();
    let state = begun.body.split("state=").nth(1).unwrap().split("&amp;").next().unwrap();
    let answered = |state: &str| {
        let request = Request {
            method: Method::Get,
            host: "manage.example".to_owned(),
            path: "/login-test".to_owned(),
            query: format!("error=access_denied&state={state}"),
            headers: vec![("cookie".to_owned(), format!("{session}; {cookie}"))],
            body: Vec::new(),
        };
        block_on(edge_eid::dashboard::handle(&world.operator.ports, &request, world.now()))
    };
    assert_eq!(answered("another").status, 404);
    let page = answered(state);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("access_denied") && !page.body.contains(state), "{}", page.body);
}
