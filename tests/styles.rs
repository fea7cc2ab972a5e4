//! How a tenant's style gets from the admin API onto the pages, and what does not.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::{DomainSnapshot, Host};
use edge_eid::routes;
use edge_eid::web::{Method, Request, Response};
use serde_json::{Value, json};
use std::rc::Rc;
use support::admin::{Operator, domain_path};
use support::block_on;

const HOST: &str = "test.acme.example";
const SHEET: &str = "https://cdn.acme.example/login.css";
const CDN: &str = "https://cdn.acme.example";

/// A domain that NemID and MitID can be used at, with an application.
fn acme() -> Operator {
    let operator = Operator::new();
    operator.tenant("acme");
    operator.domain("acme", HOST, &json!({}));
    operator.upstream("acme", HOST, "nemid");
    operator.upstream("acme", HOST, "mitid");
    operator.application("acme", HOST, "urn:acme:web");
    serve(SHEET, "#header{background:url(bg.png)}", &operator);
    operator
}

fn serve(url: &str, text: &str, operator: &Operator) {
    operator.ports.sheets.borrow_mut().insert(url.to_owned(), text.to_owned());
}

fn style() -> String {
    format!("{}/style", domain_path("acme", HOST))
}

fn branded() -> Value {
    json!({"stylesheet_url": SHEET, "allowed_origins": [CDN], "css_paths": []})
}

fn publish(operator: &Operator) -> Value {
    operator.post(&format!("{}/publish", style()), &json!({})).expect(200).body
}

/// Lets the login path see what is published.
fn take_in(operator: &Operator) {
    let host = Host::parse(HOST).unwrap();
    let published = operator.ports.management.published::<DomainSnapshot>(&format!("domain:{HOST}"));
    operator.ports.domains.borrow_mut().insert(host.clone(), Rc::new(published.unwrap().value.unwrap()));
    for (key, _) in operator.ports.management.kv.borrow().iter().filter(|(key, _)| key.starts_with("app:")) {
        let published = operator.ports.management.published::<edge_eid::model::Application>(key).unwrap();
        let application = published.value.unwrap();
        let key = (host.clone(), application.client_id.clone());
        operator.ports.applications.borrow_mut().insert(key, Rc::new(application));
    }
}

fn get(operator: &Operator, path: &str) -> Response {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method: Method::Get,
        host: HOST.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: [("sec-fetch-dest", "document"), ("accept-language", "en")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        body: Vec::new(),
    };
    block_on(routes::handle(&operator.ports, &request, operator.now.get()))
}

const AUTHORIZE: &str = "/oauth2/authorize?client_id=urn%3Aacme%3Aweb&response_type=code&scope=openid&nonce=n\
    &redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&acr_values=urn%3Agrn%3Aauthn%3Adk%3Anemid%3Apoces";

fn login_page(operator: &Operator, more: &str) -> Response {
    take_in(operator);
    get(operator, &format!("{AUTHORIZE}{more}"))
}

/// The address of the tenant's sheet in a page.
fn sheet_of(page: &Response) -> Option<String> {
    let (_, rest) = page.body.split_once("href=\"/style/")?;
    Some(format!("/style/{}", rest.split_once('"')?.0))
}

#[test]
fn a_draft_changes_nothing_until_it_is_published_and_can_be_taken_back() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    assert_eq!(sheet_of(&login_page(&operator, "")), None);
    let written = publish(&operator);
    assert_eq!((&written["draft"], &written["published"]), (&Value::Null, &json!(true)));
    let first = sheet_of(&login_page(&operator, "")).unwrap();

    serve(SHEET, "#header{color:green}", &operator);
    assert_eq!(sheet_of(&login_page(&operator, "")), Some(first.clone()), "nobody is asked at a login");
    operator.post(&format!("{}/fetch", style()), &json!({})).expect(200);
    publish(&operator);
    let second = sheet_of(&login_page(&operator, "")).unwrap();
    assert_ne!(first, second);
    assert_eq!(get(&operator, &second).body, "#header{color:green;}");
    assert_eq!(get(&operator, &first).status, 200, "a page that was opened before still finds its sheet");

    operator.post(&format!("{}/roll-back", style()), &json!({})).expect(200);
    assert_eq!(sheet_of(&login_page(&operator, "")), Some(first));
    operator.delete(&style(), "*").expect(200);
    assert_eq!(sheet_of(&login_page(&operator, "")), None);
    assert_eq!(get(&operator, &second).status, 404);
}

#[test]
fn what_is_served_is_our_copy_for_ever_and_the_policy_names_the_allowed_origins() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    publish(&operator);
    let page = login_page(&operator, "");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(
        "img-src 'self' data: https://cdn.acme.example; font-src 'self' data: https://cdn.acme.example;"
    ));
    assert!(policy.contains("style-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let sheet = get(&operator, &sheet_of(&page).unwrap());
    assert_eq!(sheet.body, "#header{background:url(https://cdn.acme.example/bg.png);}");
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(sheet.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(sheet.header("x-content-type-options"), Some("nosniff"));
    for path in ["/style/x/0.css", "/style//0.css", "/style/x/../0.css"] {
        assert_eq!(get(&operator, path).status, 404, "{path}");
    }
    // KV refuses a name of more than 512 bytes, and a refusal would count as a failure of KV.
    operator.ports.styles_fail.set(true);
    for digest in ["x".repeat(600), "x".repeat(21), "x".repeat(23), format!("{}%", "x".repeat(21))] {
        assert_eq!(get(&operator, &format!("/style/{digest}/0.css")).status, 404, "{digest}");
    }
    assert_eq!(get(&operator, &format!("/style/{}/0.css", "x".repeat(22))).status, 503, "this one asks");
    operator.ports.styles_fail.set(false);
    let beside = sheet_of(&page).unwrap().replace("0.css", "7.css");
    assert_eq!(get(&operator, &beside).status, 404);
}

#[test]
fn css_path_chooses_a_sheet_that_was_saved_and_is_ignored_otherwise() {
    let operator = acme();
    serve("https://cdn.acme.example/b.css?x=1", "#header{color:blue}", &operator);
    let mut settings = branded();
    settings["css_paths"] = json!(["/b.css?x=1"]);
    operator.put(&style(), &settings).expect(201);
    publish(&operator);
    let hinted =
        |hint: &str| sheet_of(&login_page(&operator, &format!("&login_hint=css_path:{hint}"))).unwrap();
    let is_told = |what: &str| operator.ports.noted.take().contains(&("hint_css_path", what.to_owned()));
    assert!(hinted("%2Fb.css%3Fx%3D1").ends_with("/1.css"));
    assert!(is_told("chooses a style sheet"));
    for ignored in
        ["%2Fc.css", "%2F%2Fevil.example%2Fb.css", "https%3A%2F%2Fevil.example%2F", "%22%3E%3Cscript%3E"]
    {
        assert!(hinted(ignored).ends_with("/0.css"), "{ignored}");
        assert!(is_told("ignored: no style sheet was saved under this path"), "{ignored}");
    }
    let long = format!("%2F{}", "a".repeat(300));
    assert!(hinted(&long).ends_with("/0.css"));
    let kept = |more: &str| login_page(&operator, more).header("set-cookie").unwrap().len();
    assert_eq!(kept(&format!("&login_hint=css_path:{long}")), kept(""), "no browser carries it about");
    assert!(kept("&login_hint=css_path:%2Fc.css") > kept(""));
}

#[test]
fn a_sheet_that_is_not_to_be_served_is_refused_with_its_place() {
    let operator = acme();
    serve(SHEET, "p{color:red}\n@import url(https://evil.example/x.css);", &operator);
    let reply = operator.put(&style(), &branded()).expect(422);
    let told = reply.body.to_string();
    assert!(told.contains("stylesheet_url line 2 column 1") && told.contains("evil.example"), "{told}");
    for (field, value) in [
        ("stylesheet_url", json!("https://gone.example/x.css")),
        ("stylesheet_url", json!("https://10.0.0.1/x.css")),
        ("stylesheet_url", json!("https://intranet/x.css")),
        ("stylesheet_url", json!("https://cdn.acme.example:8443/x.css")),
        ("stylesheet", json!("x".repeat(70_000))),
        ("allowed_origins", json!(["https://cdn.acme.example/path"])),
        ("allowed_origins", json!(["*"])),
        ("css_paths", json!(["/b.css"])),
        ("logo", json!("<svg><script>alert(1)</script></svg>")),
        ("logo_url", json!("https://evil.example/l.png")),
        ("colours", json!({"button": "red"})),
        ("colours", json!({"text": "#ffffff"})),
        ("html", json!("<script>alert(1)</script><verify/>")),
        ("unheard_of", json!(1)),
    ] {
        let reply = operator.put(&style(), &json!({field: value}));
        assert!(reply.status == 422 || reply.status == 413, "{field}: {}", reply.body);
    }
    assert_eq!(operator.get(&style()).status, 404, "nothing was saved");
}

#[test]
fn the_example_of_the_readme_is_taken() {
    let operator = acme();
    let readme = include_str!("../README.md").split_once("### Styling").unwrap().1;
    let example = readme.split_once("```json").unwrap().1.split_once("```").unwrap().0;
    let mut example: Value = serde_json::from_str(example).unwrap();
    // There is no such sheet to be fetched.
    for name in ["stylesheet_url", "css_paths"] {
        assert!(example.as_object_mut().unwrap().remove(name).is_some());
    }
    let saved = operator.put(&style(), &example).expect(201);
    assert_eq!(saved.body["draft"]["report"], json!([]));
    // The other way, and both at once.
    let html = readme.split_once("`\"html\": ").unwrap().1.split_once('`').unwrap().0;
    example["html"] = serde_json::from_str(html).unwrap();
    let told = |settings: &Value| {
        let etag = operator.get(&style()).expect(200).etag;
        let report = operator.replace(&style(), &etag, settings).expect(200).body["draft"]["report"].clone();
        report.as_array().unwrap().iter().map(|finding| finding["about"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(told(&example), ["logo"]);
    example.as_object_mut().unwrap().remove("logo");
    assert_eq!(told(&example), [] as [&str; 0]);
}

#[test]
fn logo_and_colours_need_no_style_sheet() {
    let operator = acme();
    let settings = json!({
        "logo": "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"9\" height=\"9\"/></svg>",
        "colours": {"button": "#00503c"},
    });
    operator.put(&style(), &settings).expect(201);
    publish(&operator);
    let page = login_page(&operator, "");
    let sheet = sheet_of(&page).unwrap();
    assert!(get(&operator, &sheet).body.contains("--strong:#00503c;"));
    assert!(page.body.contains("alt=\"Acme Bank\""), "{}", page.body);
    let logo = get(&operator, &sheet.replace("0.css", "logo.svg"));
    assert_eq!(logo.header("content-type"), Some("image/svg+xml"));
    assert!(logo.header("content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(get(&operator, &sheet.replace("0.css", "other.svg")).status, 404);
}

#[test]
fn html_takes_the_place_of_header_and_footer_and_the_login_stands_in_it() {
    let operator = acme();
    let html =
        "<div class=\"hero\"><p><i18n da=\"Hej\" en=\"Welcome\"/></p><verify/></div><footer>Acme</footer>";
    operator.put(&style(), &json!({"html": html})).expect(201);
    publish(&operator);
    let page = login_page(&operator, "").body;
    assert!(
        page.contains("<div class=\"hero\"><p><span class=\"lang lang-da\" lang=\"da\" hidden>"),
        "{page}"
    );
    assert!(page.contains("</main></div><footer>Acme</footer></body>"), "{page}");
    assert!(!page.contains("id=\"header\"") && !page.contains("id=\"footer\""));
    assert!(
        page.contains("class=\"language\"") && page.contains("Powered by"),
        "what our pages must say stays"
    );
}

#[test]
fn the_body_names_the_application() {
    let operator = acme();
    assert!(login_page(&operator, "").body.contains(" host-test-acme-example urn-acme-web page-choose"));
}

#[test]
fn a_style_that_can_not_be_read_is_left_out_and_logged() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    publish(&operator);
    operator.ports.styles_fail.set(true);
    let page = login_page(&operator, "");
    assert_eq!((page.status, sheet_of(&page)), (200, None));
    assert!(operator.ports.log.borrow().iter().any(|line| line.event == "fault"));
}

#[test]
fn styles_are_of_one_host_and_its_tenants_log_tells_their_digests() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    let digest = publish(&operator)["live"]["digest"].as_str().unwrap().to_owned();
    operator.domain("acme", "other.acme.example", &json!({}));
    let elsewhere = block_on(edge_eid::ports::Catalog::style(
        &operator.ports,
        &Host::parse("other.acme.example").unwrap(),
        &digest,
    ));
    assert_eq!(elsewhere.unwrap(), None);
    let audit = operator.get("/api/v1/tenants/acme/audit").body.to_string();
    assert!(audit.contains(&digest) && !audit.contains("bg.png"), "{audit}");
}

/// The path of a fresh preview.
fn preview(operator: &Operator) -> String {
    let made = operator.post(&format!("{}/preview", style()), &json!({})).expect(200);
    let url = made.body["url"].as_str().unwrap().to_owned();
    url.strip_prefix(&format!("https://{HOST}")).unwrap().to_owned()
}

#[test]
fn every_page_can_be_looked_at_before_it_is_published_and_nothing_happens() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    take_in(&operator);
    let at = preview(&operator);
    let list = get(&operator, &at);
    assert_eq!((list.status, sheet_of(&list)), (200, None), "a sheet that hides everything hides no list");
    let links: Vec<String> = list
        .body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.starts_with(&at))
        .map(str::to_owned)
        .collect();
    assert_eq!(links.len(), 68);
    for link in &links {
        let page = get(&operator, link);
        assert!([200, 400, 403, 404, 413, 429].contains(&page.status), "{link}: {}", page.status);
        assert!(sheet_of(&page).is_some(), "{link} wears the draft");
        assert!(page.headers.iter().all(|(name, _)| *name != "set-cookie"), "{link}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("img-src 'self' data: https://cdn.acme.example;"), "{link}: {policy}");
        assert!(
            policy.starts_with(&format!("script-src https://{HOST}/assets/preview.js; default-src 'none';"))
        );
        assert_eq!(page.body.matches("<script").count(), 1, "{link}");
    }
    assert_eq!(sheet_of(&login_page(&operator, "")), None, "the draft is no more than that");
}

#[test]
fn a_preview_ends_and_can_be_made_by_nobody_else() {
    let operator = acme();
    operator.put(&style(), &branded()).expect(201);
    take_in(&operator);
    let at = preview(&operator);
    operator.domain("acme", "other.acme.example", &json!({}));
    for altered in [
        at.replacen("/preview/1", "/preview/2", 1),
        at[..at.len() - 1].to_owned(),
        format!("{at}x"),
        "/preview/1.2.3".to_owned(),
    ] {
        assert_eq!(get(&operator, &altered).status, 404, "{altered}");
    }
    let page = get(&operator, &format!("{at}/mitid?lang=da"));
    assert_eq!(page.status, 200);
    assert!(page.body.contains(" preview page-"), "the body's class: {}", page.body);
    assert_eq!(get(&operator, &format!("{at}/no-such-page")).status, 404);
    operator.now.set(operator.now.get().plus(24 * 60 * 60 - 1));
    assert_eq!(get(&operator, &at).status, 200);
    operator.now.set(operator.now.get().plus(1));
    assert_eq!(get(&operator, &at).status, 404);
}

#[test]
fn pages_without_a_style_can_be_looked_at_too() {
    let operator = acme();
    take_in(&operator);
    let at = preview(&operator);
    let page = get(&operator, &format!("{at}/mitid"));
    assert_eq!((page.status, sheet_of(&page)), (200, None));
    let several = get(&operator, &format!("{at}/several-eids")).body;
    assert_eq!(several.matches("class=\"choice\"").count(), 2, "below the pair: {several}");
}

#[test]
fn the_applications_language_wins_on_error_pages_too_and_two_languages_are_answered_in_danish() {
    let operator = acme();
    take_in(&operator);
    for (asked, lang) in
        [("da", "da"), ("kl", "da"), ("fo", "da"), ("da-DK%20en", "da"), ("en", "en"), ("de", "en")]
    {
        let refused = AUTHORIZE.replace("urn%3Aacme%3Aweb", "urn%3Aunknown");
        for path in [format!("{refused}&ui_locales={asked}"), format!("{AUTHORIZE}&ui_locales={asked}")] {
            let page = get(&operator, &path);
            assert!(page.body.contains(&format!("<html lang=\"{lang}\">")), "{asked}: {}", page.body);
        }
    }
}
