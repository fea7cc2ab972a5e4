//! Where a request may name the eID it wants, and that each place leads to the same.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::{Acr, Eid};
use edge_eid::web::{Method, Parameters, encode_pairs};
use serde_json::{Value, json};
use support::broker::request;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const MOCES_SEGMENT: &str = "dXJuOmdybjphdXRobjpkazpuZW1pZDptb2Nlcw==";

#[test]
fn parameter_hint_header_and_path_lead_to_the_same_page() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let tabs = |page: &Page| (page.has_tab(Eid::Nemid), page.has_tab(Eid::Mitid));
    let shown = |url: &str, headers: &[(&str, &str)]| {
        let response = broker.send(&request(Method::Get, url, headers, ""));
        tabs(&Page { url: url.to_owned(), status: response.status, body: response.body })
    };
    // NemID for employees has no twin, so its page has no tabs: told apart from no acr at all.
    let moces = "urn:grn:authn:dk:nemid:moces";
    let plain = app.ask_with(&[("acr_values", "")]).url;
    assert_eq!(shown(&plain, &[]), (true, true));
    assert_eq!(shown(&app.ask(moces).url, &[]), (false, false));
    let hinted =
        app.ask_with(&[("acr_values", ""), ("login_hint", &format!("sub:x acr_values:{moces}"))]).url;
    assert_eq!(shown(&hinted, &[]), (false, false));
    assert_eq!(shown(&plain, &[("acr_values", moces)]), (false, false));
    let below = plain.replace("/oauth2/authorize", &format!("/{MOCES_SEGMENT}/oauth2/authorize"));
    assert_eq!(shown(&below, &[]), (false, false));
    // The parameter comes before all others.
    let both = app.ask(POCES).url.replace("/oauth2/authorize", &format!("/{MOCES_SEGMENT}/oauth2/authorize"));
    assert_eq!(shown(&both, &[("acr_values", moces)]), (true, true));
}

#[test]
fn metadata_below_a_segment_keeps_the_issuer_and_carries_the_segment() {
    let broker = World::demo();
    for segment in [MOCES_SEGMENT.to_owned(), MOCES_SEGMENT.replace('=', "%3D")] {
        let url = format!("https://acme.example/{segment}/.well-known/openid-configuration");
        let document: Value = serde_json::from_str(&broker.get(&url).body).unwrap();
        assert_eq!(document["issuer"], "https://acme.example");
        let expected = format!("https://acme.example/{segment}/oauth2/authorize");
        assert_eq!(document["authorization_endpoint"], expected.as_str());
        assert_eq!(document["token_endpoint"], "https://acme.example/oauth2/token");
    }
}

#[test]
fn a_segment_that_names_no_eid_is_no_path_of_ours() {
    let broker = World::demo();
    for segment in ["x", "dXJu", "login", "..", "%2e%2e"] {
        for path in ["oauth2/authorize", ".well-known/openid-configuration"] {
            let url = format!("https://acme.example/{segment}/{path}");
            assert_eq!(broker.get(&url).status, 404, "{url}");
        }
    }
}

#[test]
fn an_unknown_eid_in_a_hint_or_header_is_an_error_at_the_callback() {
    let broker = World::demo();
    let app = RelyingParty::web();
    let browser = Browser::new(&broker);
    let hinted = app.ask_with(&[("acr_values", ""), ("login_hint", "acr_values:urn:x")]);
    assert_eq!(browser.visit(&hinted.url).application().error(), "invalid_request");
    browser.headers.borrow_mut().push(("acr_values".to_owned(), "urn:x".to_owned()));
    let plain = app.ask_with(&[("acr_values", "")]);
    assert_eq!(browser.visit(&plain.url).application().error(), "invalid_request");
}

/// What an application with these allowed eIDs is shown, or the error it gets.
fn shown_to(allowed: &[Acr], acr_values: &str) -> String {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.acr_values = allowed.to_vec());
    let asked = RelyingParty::web().ask(acr_values);
    match Browser::new(&broker).visit(&asked.url) {
        Stop::Page(page) => {
            let tabs = [(Eid::Nemid, "nemid"), (Eid::Mitid, "mitid")];
            let shown: Vec<&str> =
                tabs.into_iter().filter(|(eid, _)| page.has_tab(*eid)).map(|(_, name)| name).collect();
            if shown.is_empty() { "one eid".to_owned() } else { shown.join(" ") }
        }
        Stop::Application(answer) => answer.error().to_owned(),
        Stop::Upstream(_) => "at once".to_owned(),
    }
}

#[test]
fn an_application_is_offered_only_the_eids_it_may_use() {
    use Acr::{MitidHigh, MitidSubstantial, NemidPoces};
    let (mitid, high) = ("urn:grn:authn:dk:mitid:substantial", "urn:grn:authn:dk:mitid:high");
    assert_eq!(shown_to(&[], POCES), "nemid mitid");
    assert_eq!(shown_to(&[NemidPoces, MitidSubstantial], POCES), "nemid mitid");
    assert_eq!(shown_to(&[NemidPoces, MitidSubstantial], ""), "nemid mitid");
    // The tab would log in at a level that the application may not use.
    assert_eq!(shown_to(&[NemidPoces, MitidHigh], POCES), "one eid");
    assert_eq!(shown_to(&[NemidPoces], POCES), "one eid");
    assert_eq!(shown_to(&[NemidPoces], ""), "one eid");
    assert_eq!(shown_to(&[MitidHigh], ""), "at once");
    assert_eq!(shown_to(&[MitidHigh], high), "at once");
    assert_eq!(shown_to(&[MitidHigh], mitid), "invalid_request");
    assert_eq!(shown_to(&[MitidHigh], POCES), "invalid_request");
    assert_eq!(shown_to(&[NemidPoces], mitid), "invalid_request");
}

#[test]
fn whoever_names_several_kinds_of_an_eid_gets_the_others_below_the_pair() {
    const MOCES: &str = "urn:grn:authn:dk:nemid:moces";
    const FILE: &str = "urn:grn:authn:dk:nemid:moces:codefile";
    const BUSINESS: &str = "urn:grn:authn:dk:mitid:business";
    const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
    let further = |broker: &Broker, asked: &[&str]| {
        let asked = RelyingParty::web().ask(&asked.join(" "));
        let page = Browser::new(broker).visit(&asked.url).page();
        let links = page.body.split("class=\"choice\"").skip(1);
        links
            .map(|rest| rest.split("data-start=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let broker = World::demo();
    assert_eq!(further(&broker, &[POCES, SUBSTANTIAL]), Vec::<String>::new());
    assert_eq!(further(&broker, &[POCES, MOCES, FILE, SUBSTANTIAL, BUSINESS]), [MOCES, BUSINESS]);
    assert_eq!(further(&broker, &[MOCES, POCES]), [POCES]);
    // MitID alone would start at once; here there is something to choose.
    assert_eq!(further(&broker, &[SUBSTANTIAL, BUSINESS]), [BUSINESS]);
    broker.change_domain(ACME, |domain| domain.peer = None);
    assert_eq!(further(&broker, &[POCES, MOCES, SUBSTANTIAL, BUSINESS]), [MOCES], "MitID can't be reached");
}

#[test]
fn a_further_eid_logs_in_and_only_one_that_is_offered() {
    let broker = World::demo();
    let (browser, app) = (Browser::new(&broker), RelyingParty::web());
    let moces = "urn:grn:authn:dk:nemid:moces";
    let asked = app.ask(&format!("{POCES} {moces}"));
    let page = browser.visit(&asked.url).page();
    let link = page.href(&format!("data-start=\"{moces}\""));
    let answer = browser.approve(&browser.visit(&link).upstream(), &Person::employee()).application();
    assert_eq!(app.redeem(&broker, &asked, &answer).claims["acr"], moces);
    let page = browser
        .visit(
            &app.ask(&format!("{POCES} urn:grn:authn:dk:mitid:substantial urn:grn:authn:dk:mitid:business"))
                .url,
        )
        .page();
    let across = browser.click(&page, "data-start=\"urn:grn:authn:dk:mitid:business\"").upstream();
    assert!(across.contains(ACME_MITID), "MitID Erhverv runs on the MitID domain");
    browser.visit(&app.ask(POCES).url).page();
    let attempt = browser.attempts(ACME)[0].0.rsplit('.').next().unwrap().to_owned();
    let by_hand = browser.visit(&format!("https://{ACME}/login/{attempt}/{moces}")).page();
    assert_eq!(by_hand.status, 404);
}

#[test]
fn nemid_stands_beside_mitid_only_for_an_application_that_may_use_it() {
    let broker = World::demo();
    let asked = RelyingParty::shadow().ask("urn:grn:authn:dk:mitid:substantial");
    assert!(Browser::new(&broker).visit(&asked.url).page().has_tab(Eid::Nemid));
    broker.change_application(ACME_MITID, "urn:acme:web", |app| {
        app.protocol.acr_values = vec![Acr::MitidSubstantial];
    });
    assert!(Browser::new(&broker).visit(&asked.url).upstream().contains(ACME_MITID));
}

#[test]
fn a_start_block_shows_no_nemid_where_it_can_not_be_reached() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| {
        domain.peer = None;
        domain.show_start_block = true;
    });
    let browser = Browser::new(&broker);
    let asked = RelyingParty::shadow().ask("urn:grn:authn:dk:mitid:substantial");
    let page = browser.visit(&asked.url).page();
    assert!(!page.has_tab(Eid::Nemid) && !page.has_tab(Eid::Mitid));
    let by_hand = page.href("data-start=\"mitid\"").replace("/mitid", "/nemid");
    assert_eq!(browser.visit(&by_hand).page().status, 404);
    browser.click(&page, "data-start=\"mitid\"").upstream();
}

#[test]
fn the_link_of_a_tab_that_is_not_offered_leads_nowhere() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.acr_values = vec![Acr::NemidPoces]);
    let browser = Browser::new(&broker);
    browser.visit(&RelyingParty::web().ask(POCES).url).page();
    let attempt = browser.attempts(ACME)[0].0.rsplit('.').next().unwrap().to_owned();
    let page = browser.visit(&format!("https://acme.example/login/{attempt}/mitid")).page();
    assert_eq!(page.status, 404);
}

#[test]
fn a_client_that_names_itself_gets_metadata_of_its_own_and_an_unknown_one_that_of_everybody() {
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:spa", |app| app.protocol.acr_values = vec![Acr::MitidHigh]);
    let read = |path: &str| -> Value {
        let response = broker.get(&format!("https://acme.example/{path}"));
        assert_eq!(
            (response.status, response.header("access-control-allow-origin")),
            (200, Some("*")),
            "{path}"
        );
        serde_json::from_str(&response.body).unwrap()
    };
    let everybody = read(".well-known/openid-configuration");
    assert_eq!(read(".well-known/oauth-authorization-server"), everybody);
    assert_eq!(read(".well-known/openid-configuration?client_id=urn%3Anobody"), everybody);
    let own = read(".well-known/openid-configuration?client_id=urn%3Aacme%3Aspa");
    assert_eq!(own["acr_values_supported"], serde_json::json!(["urn:grn:authn:dk:mitid:high"]));
    assert_eq!(own["token_endpoint_auth_methods_supported"], serde_json::json!(["none"]));
    assert_eq!(own["issuer"], everybody["issuer"]);
    let below = read(&format!("{MOCES_SEGMENT}/.well-known/openid-configuration?client_id=urn%3Aacme%3Aspa"));
    assert!(below["authorization_endpoint"].as_str().unwrap().contains(MOCES_SEGMENT));
}

#[test]
fn an_existing_client_learns_whether_it_is_known_and_that_there_is_no_qr() {
    let broker = World::demo();
    let url = |id: &str| format!("https://acme.example/.well-known/criipto-configuration?client_id={id}");
    let known: Value = serde_json::from_str(&broker.get(&url("urn%3Aacme%3Aspa")).body).unwrap();
    assert_eq!(known["clients"][0]["client_id"], "urn:acme:spa");
    assert_eq!(known["clients"][0]["qr_enabled"], false);
    assert_eq!(broker.get(&url("urn%3Anobody")).status, 404);
    assert_eq!(broker.get("https://acme.example/.well-known/criipto-configuration").status, 404);
}

#[test]
fn query_form_pushed_signed_and_hinted_requests_lead_to_the_same_choice() {
    let key = ClientKey::of(edge_eid::model::public_key::SignatureAlgorithm::Es256);
    let broker = World::demo();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.jwks = Some(key.set()));
    let app = RelyingParty::web();
    let basic = app.basic();
    for (acr, tabs) in [(POCES, true), ("urn:grn:authn:dk:nemid:moces", false), ("", true)] {
        let query =
            |changes: &[(&str, &str)]| app.ask_with(changes).url.split_once('?').unwrap().1.to_owned();
        let plain = query(&[("acr_values", acr)]);
        let authorize = |query: &str| format!("https://acme.example/oauth2/authorize?{query}");
        let push = |form: &str| {
            let headers = [("authorization", basic.as_str())];
            let response = broker.post("https://acme.example/oauth2/par", &headers, form);
            let body: Value = serde_json::from_str(&response.body).unwrap();
            let request_uri = body["request_uri"].as_str().unwrap().to_owned();
            authorize(&encode_pairs([("client_id", "urn:acme:web"), ("request_uri", &request_uri)]))
        };
        let mut claims: serde_json::Map<String, Value> = Parameters::parse(plain.as_bytes())
            .unwrap()
            .iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        claims.insert("iss".to_owned(), "urn:acme:web".into());
        claims.insert("aud".to_owned(), "https://acme.example".into());
        let object = key.sign(serde_json::json!({}), Value::Object(claims));
        let signed = encode_pairs([("client_id", "urn:acme:web"), ("request", &object)]);
        let hinted = query(&[("acr_values", ""), ("login_hint", &format!("acr_values:{acr}"))]);
        let mut pages = vec![
            Browser::new(&broker).visit(&authorize(&plain)).page(),
            Browser::new(&broker).submit("https://acme.example/oauth2/authorize", &plain).page(),
            Browser::new(&broker).visit(&push(&plain)).page(),
            Browser::new(&broker).visit(&authorize(&signed)).page(),
            Browser::new(&broker).visit(&push(&signed)).page(),
        ];
        if !acr.is_empty() {
            pages.push(Browser::new(&broker).visit(&authorize(&hinted)).page());
        }
        for page in pages {
            assert_eq!((page.has_tab(Eid::Nemid), page.has_tab(Eid::Mitid)), (tabs, tabs), "{acr}");
        }
    }
}

#[test]
fn an_essential_acr_is_met_or_the_login_fails_oidc_core_5_5_1_1() {
    let claims = |essential: bool| {
        json!({ "id_token": { "acr": { "essential": essential, "values": [POCES] } } }).to_string()
    };
    let asked = |claims: &str| RelyingParty::web().ask_with(&[("acr_values", ""), ("claims", claims)]);
    let broker = World::demo();
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    // A wish may be met by the eID that took over; what is essential may not.
    let page = Browser::new(&broker).visit(&asked(&claims(false)).url).page();
    assert!(page.has_tab(Eid::Nemid) && page.has_tab(Eid::Mitid));
    let (browser, essential) = (Browser::new(&broker), asked(&claims(true)));
    let mitid = browser.log_in(&RelyingParty::web().ask(POCES).url, Eid::Mitid, &Person::ditlev());
    assert!(mitid.get("code").is_some(), "there is a session by MitID");
    let page = browser.visit(&essential.url).page();
    assert!(!page.has_tab(Eid::Mitid));
    let nemid = page.href("data-start=\"nemid\"");
    assert_eq!(browser.visit(&nemid.replace("/nemid", "/mitid")).page().status, 404);
    let answer = browser.log_in(&essential.url, Eid::Nemid, &Person::terne());
    let tokens = RelyingParty::web().redeem(&broker, &essential, &answer);
    assert_eq!(tokens.claims["acr"], POCES);
    // NemID has closed.
    let closed = World::without_simulators();
    let told = |claims: &str| {
        let stop = Browser::new(&closed).visit(&asked(claims).url);
        if let Stop::Application(answer) = stop { answer.error().to_owned() } else { String::new() }
    };
    assert_eq!((told(&claims(false)).as_str(), told(&claims(true)).as_str()), ("", "invalid_request"));
}
