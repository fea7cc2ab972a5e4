//! Where a request may name the eID it wants, and that each place leads to the same.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::web::Method;
use serde_json::Value;
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
