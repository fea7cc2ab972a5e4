//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2), its errors (§4.1.2.1), and the
//! documents that lead to it.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::key_ring::{Algorithm, AnnouncedKey};
use edge_eid::web::Method;
use serde_json::Value;
use support::broker::request;
use support::world::NOW;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const AUTHORIZE: &str = "https://acme.example/oauth2/authorize";

/// The answer to a request with one change.
fn answer_to(changes: &[(&str, &str)]) -> Answer {
    let broker = World::demo();
    let mut all = vec![("acr_values", POCES)];
    all.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    all.extend(changes);
    let asked = RelyingParty::web().ask_with(&all);
    let answer = Browser::new(&broker).visit(&asked.url).application();
    assert!(answer.url.starts_with(&format!("{CALLBACK}?")));
    assert_eq!(answer.get("iss"), Some("https://acme.example"), "RFC 9207 §2, errors too");
    if !changes.iter().any(|(name, _)| *name == "state") {
        assert_eq!(answer.get("state"), Some(asked.state.as_str()), "RFC 6749 §4.1.2.1");
    }
    assert_eq!(answer.get("code"), None);
    assert!(broker.has_logged("returned_error", answer.error()));
    answer
}

#[test]
fn each_fault_of_a_known_client_goes_back_to_its_callback_in_its_own_word() {
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for (changes, word) in [
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("response_type", "CODE")], "unsupported_response_type"),
        (vec![("response_mode", "web_message")], "invalid_request"),
        (vec![("response_mode", "jwt")], "invalid_request"),
        (vec![("scope", "")], "invalid_scope"),
        (vec![("scope", "profile")], "invalid_scope"),
        (vec![("scope", "openid2")], "invalid_scope"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "s256")], "invalid_request"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("code_challenge", &challenge[1..])], "invalid_request"),
        (vec![("acr_values", "urn:grn:authn:se:bankid")], "invalid_request"),
        (vec![("acr_values", "urn:grn:authn:dk:nemid:poces urn:nobody")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "dance")], "invalid_request"),
        (vec![("prompt", "none")], "login_required"),
        (vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
        (vec![("request_uri", "https://app.example/request")], "request_uri_not_supported"),
        (vec![("registration", "{}")], "registration_not_supported"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("claims", "[]")], "invalid_request"),
        (vec![("dpop_jkt", "short")], "invalid_request"),
        (vec![("login_hint", "message:AAA!")], "invalid_request"),
        (vec![("login_hint", "action:dance")], "invalid_request"),
    ] {
        assert_eq!(answer_to(&changes).error(), word, "{changes:?}");
    }
}

#[test]
fn an_error_text_is_plain_ascii_and_repeats_nothing_of_the_request() {
    let answer = answer_to(&[("acr_values", "urn:canary:<script>")]);
    let description = answer.get("error_description").unwrap();
    assert!(!description.contains("canary") && !description.contains('<'));
    assert!(
        description.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\'),
        "RFC 6749 §4.1.2.1"
    );
}

#[test]
fn a_repeated_parameter_is_an_invalid_request_rfc_6749_3_1() {
    let broker = World::demo();
    for more in ["state=other", "scope=openid", "nonce=", "unknown=1&unknown=2", "%73tate=other"] {
        let url = format!("{}&{more}", RelyingParty::web().ask(POCES).url);
        let answer = Browser::new(&broker).visit(&url).application();
        assert_eq!(answer.error(), "invalid_request", "{more}");
    }
}

#[test]
fn a_repeated_client_or_callback_leaves_nobody_to_answer_to() {
    let broker = World::demo();
    for more in [
        "client_id=urn%3Aacme%3Aweb",
        "redirect_uri=https%3A%2F%2Fevil.example",
        "redirect_uri=",
        "client%5Fid=x",
    ] {
        for url in [
            format!("{}&{more}", RelyingParty::web().ask(POCES).url),
            RelyingParty::web().ask(POCES).url.replace("authorize?", &format!("authorize?{more}&")),
        ] {
            let page = Browser::new(&broker).visit(&url).page();
            assert_eq!(page.status, 400, "{more}");
            assert!(!page.body.contains("evil"));
        }
    }
}

#[test]
fn a_redirect_uri_counts_only_byte_for_byte_rfc_9700_4_1_3() {
    let broker = World::demo();
    for trick in [
        "https://app.example/callback/",
        "https://app.example/callback?",
        "https://app.example/callback#",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://app.example/Callback",
        "https://APP.example/callback",
        "HTTPS://app.example/callback",
        "http://app.example/callback",
        "https://app.example:443/callback",
        "https://app.example:8443/callback",
        "https://app.example./callback",
        "https://app.example//callback",
        "https://app.example/./callback",
        "https://app.example/x/../callback",
        "https://app.example/callback/..",
        "https://app.example/%63allback",
        "https://app.example/callback%00",
        "https://app.example/callback%20",
        "https://app.example/callback ",
        " https://app.example/callback",
        "https://app.example/callback\n",
        "https://app.example/callback\t",
        "https://app.example\\callback",
        "https://app.example@evil.example/callback",
        "https://user@app.example/callback",
        "https://evil.example/https://app.example/callback",
        "https://app.example.evil.example/callback",
        "https://evilapp.example/callback",
        "https://evil.example#https://app.example/callback",
        "https://evil.example?https://app.example/callback",
        "//app.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example/ca\u{200b}llback",
        "https://аpp.example/callback",
        "https://app.example/callbаck",
        "https://xn--pp-8cd.example/callback",
        "https://app.example/callback;x",
        "https://app.example/callback%2F..%2Fevil",
        "https://app.example/other",
        "https://app.example/other?tenant=2",
        "https://app.example/other?tenant=1&x=1",
        "https://app.example/other?TENANT=1",
        "https://app.example/other?tenant=1#",
        "*",
        "https://*.example/callback",
    ] {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("redirect_uri", trick)]);
        let page = Browser::new(&broker).visit(&asked.url).page();
        assert_eq!(page.status, 400, "{trick}");
        assert!(!page.body.contains("evil"), "{trick}");
    }
    assert_eq!(broker.logged("returned_error").len(), 0, "nothing was sent anywhere");
}

#[test]
fn a_callback_with_a_query_of_its_own_keeps_it() {
    let broker = World::demo();
    let mut app = RelyingParty::web();
    app.redirect_uri = "https://app.example/other?tenant=1".to_owned();
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    assert!(answer.url.starts_with("https://app.example/other?tenant=1&code="));
    app.redeem(&broker, &asked, &answer);
}

#[test]
fn what_is_missing_or_unreadable_at_the_front_gets_a_page() {
    let broker = World::demo();
    for query in [
        "",
        "?",
        "?client_id=urn%3Aacme%3Aweb",
        "?redirect_uri=https%3A%2F%2Fapp.example%2Fcallback",
        "?client_id=%FF&redirect_uri=x",
        "?client_id=%00&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback",
        "?client_id=%3Cscript%3Ealert(1)%3C%2Fscript%3E&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback",
    ] {
        let page = Browser::new(&broker).visit(&format!("{AUTHORIZE}{query}")).page();
        assert_eq!(page.status, 400, "{query}");
        assert!(page.body.contains(support::ports::TRACE_ID) && !page.body.contains("alert(1)"));
    }
}

#[test]
fn a_post_means_the_same_as_a_get_oidc_core_3_1_2_1() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let asked = app.ask(POCES);
    let (url, form) = asked.url.split_once('?').unwrap();
    let page = browser.submit(url, form).page();
    let upstream = browser.choose(&page, Eid::Nemid).upstream();
    let answer = browser.approve(&upstream, &Person::terne()).application();
    app.redeem(&broker, &asked, &answer);
    // In a POST the query is not read, and another content type is no form.
    assert_eq!(browser.submit(&asked.url, "").page().status, 400);
    let json = request(Method::Post, url, &[("content-type", "application/json")], "{}");
    assert_eq!(broker.send(&json).status, 400);
}

#[test]
fn a_state_comes_back_byte_for_byte_and_none_comes_back_as_none() {
    let broker = World::demo();
    for state in ["a b+c&d=e%20#f", "æøå 🦆", "<script>\"'`\\", "\u{0}\r\nset-cookie: a=b", "="] {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("state", state)]);
        let answer = Browser::new(&broker).log_in(&asked.url, Eid::Mitid, &Person::ditlev());
        assert_eq!(answer.get("state"), Some(state));
    }
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("state", "")]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    assert_eq!(answer.get("state"), None);
}

#[test]
fn a_public_client_must_use_pkce_rfc_9700_2_1_1() {
    let broker = World::demo();
    let without = [("acr_values", POCES), ("code_challenge", ""), ("code_challenge_method", "")];
    let answer = Browser::new(&broker).visit(&RelyingParty::spa().ask_with(&without).url).application();
    assert_eq!(answer.error(), "invalid_request");
}

#[test]
fn unknown_parameters_and_scopes_are_ignored() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[
        ("acr_values", POCES),
        ("scope", "openid profile email offline_access"),
        ("utm_source", "x"),
        ("display", "page"),
        ("max_age", "0"),
        ("claims", "{}"),
        ("returnUrl", "https://evil.example"),
        ("prompt", "login consent select_account"),
    ]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    RelyingParty::web().redeem(&broker, &asked, &answer);
}

#[test]
fn the_language_is_what_the_application_asks_for_else_the_browsers() {
    let broker = World::demo();
    for (locales, expected) in
        [("da", "da"), ("en", "en"), ("fr da", "da"), ("", "en"), ("fr", "en"), ("da-DK", "da")]
    {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("ui_locales", locales)]);
        let page = Browser::new(&broker).visit(&asked.url).page();
        assert!(page.body.contains(&format!("<html lang=\"{expected}\"")), "{locales}");
    }
}

#[test]
fn an_error_page_offers_the_other_language_where_its_path_alone_shows_it_again() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let shown = browser.visit(&format!("https://{ACME}/login/AAAAAAAAAAAAAAAAAAAAAA/mitid")).page();
    assert!(shown.status >= 400 && shown.body.contains("lang=\"en\""), "{shown:?}");
    let danish = browser.click(&shown, "hreflang=\"da\"").page();
    assert_eq!((danish.status, danish.url.as_str()), (shown.status, &*format!("{}?lang=da", shown.url)));
    assert!(danish.body.contains("<html lang=\"da\""), "{danish:?}");
    // A query may hold anything: no link repeats it, nor leads to a page without it.
    let asked =
        browser.visit(&format!("https://{ACME}/oauth2/authorize?client_id=x&login_hint=sub:2101270087"));
    let page = asked.page();
    assert!(page.status == 400 && !page.body.contains("hreflang"), "{page:?}");
}

#[test]
fn the_language_chosen_on_the_page_stays_until_another_is_chosen() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let mitid = RelyingParty::shadow().ask("urn:grn:authn:dk:mitid:substantial");
    let first = browser.visit(&mitid.url).page();
    let base = first.href("?lang=da").replace("?lang=da", "");
    let (english, danish) = ("/en-gb/legal/privacy-notice/", "/juridisk/privatlivspolitik/");
    for (chosen, shown, privacy) in [
        ("", "en", english),
        ("?lang=da", "da", danish),
        ("?lang=fr", "da", danish),
        ("", "da", danish),
        ("?lang=en", "en", english),
        ("", "en", english),
    ] {
        let page = browser.visit(&format!("{base}{chosen}")).page();
        assert!(page.body.contains(&format!("<html lang=\"{shown}\"")), "{chosen}");
        assert!(page.body.contains(privacy), "MitID's own text in the same language");
    }
}

#[test]
fn two_attempts_in_one_browser_do_not_disturb_each_other() {
    let broker = World::demo();
    let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
    let (first, second) = (app.ask(POCES), app.ask(POCES));
    let (one, two) = (browser.start(&first.url, Eid::Nemid), browser.start(&second.url, Eid::Mitid));
    let answer = browser.approve(&two, &Person::ditlev()).application();
    app.redeem(&broker, &second, &answer);
    let answer = browser.approve(&one, &Person::terne()).application();
    app.redeem(&broker, &first, &answer);
}

#[test]
fn an_upstream_is_told_nothing_of_the_application() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("login_hint", "sub:210127-0087")]);
    for eid in Eid::ALL {
        let upstream = Browser::new(&broker).start(&asked.url, eid);
        for secret in [asked.state.as_str(), &asked.nonce, "app.example", "urn%3Aacme", "210127"] {
            assert!(!upstream.contains(secret), "{secret}");
        }
    }
}

#[test]
fn what_the_user_is_to_approve_is_told_to_mitid_and_not_to_nemid() {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("login_hint", "action:sign")]);
    for (eid, told) in [(Eid::Nemid, false), (Eid::Mitid, true)] {
        let upstream = Browser::new(&broker).start(&asked.url, eid);
        assert_eq!(upstream.contains("login_hint=action%3Asign"), told, "{upstream}");
        assert_eq!(upstream.contains("login_hint"), told);
    }
}

#[test]
fn a_catalog_that_does_not_answer_is_told_with_a_reference_and_no_cause() {
    let broker = World::demo();
    broker.ports.catalog_fails.set(true);
    let response = broker.get(&RelyingParty::web().ask(POCES).url);
    assert_eq!((response.status, response.header("retry-after")), (503, Some("5")));
    assert!(response.body.contains(support::ports::TRACE_ID) && !response.body.contains("demand"));
    assert!(broker.has_logged("fault", "failing on demand"));
}

#[test]
fn a_login_object_that_does_not_answer_shows_a_page_with_a_reference() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(POCES).url, Eid::Nemid);
    broker.ports.logins_fail.set(true);
    let page = browser.approve(&upstream, &Person::terne()).page();
    assert_eq!(page.status, 503);
    assert!(page.body.contains(support::ports::TRACE_ID) && !page.body.contains("demand"));
}

// ---- documents ----

#[test]
fn discovery_says_what_works_and_nothing_else() {
    let broker = World::demo();
    for host in [ACME, ACME_MITID] {
        let response = broker.get(&format!("https://{host}/.well-known/openid-configuration"));
        let document: Value = serde_json::from_str(&response.body).unwrap();
        let issuer = format!("https://{host}");
        assert_eq!(document["issuer"], issuer);
        for endpoint in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
            assert!(document[endpoint].as_str().unwrap().starts_with(&format!("{issuer}/")), "{endpoint}");
        }
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert!(document["acr_values_supported"].as_array().unwrap().iter().any(|acr| acr == POCES));
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        assert!(response.header("cache-control").unwrap().starts_with("public, max-age="));
        assert_eq!(response.headers.iter().filter(|(name, _)| *name == "set-cookie").count(), 0);
    }
}

#[test]
fn discovery_names_only_eids_that_can_be_had() {
    let broker = World::without_simulators();
    let acrs = |host: &str| {
        let body = broker.get(&format!("https://{host}/.well-known/openid-configuration")).body;
        let document: Value = serde_json::from_str(&body).unwrap();
        document["acr_values_supported"].to_string()
    };
    assert!(!acrs(ACME).contains("nemid") && acrs(ACME).contains("mitid"), "NemID has closed");
    broker.change_domain(ACME, |domain| domain.peer = None);
    assert_eq!(acrs(ACME), "[]");
}

#[test]
fn discovery_that_was_written_before_nemid_closed_is_not_given_after_it() {
    let broker = World::without_simulators();
    broker.change_domain(ACME, |domain| domain.nemid_closed_at = NOW.plus(10));
    let document = || broker.get(&format!("https://{ACME}/.well-known/openid-configuration")).body;
    assert!(document().contains(POCES));
    broker.wait(10);
    assert!(!document().contains(POCES), "NemID has closed");
}

#[test]
fn discovery_names_the_algorithms_that_there_are_keys_for() {
    let announced = |broker: &Broker| -> Value {
        let body = broker.get(&format!("https://{ACME}/.well-known/openid-configuration")).body;
        serde_json::from_str::<Value>(&body).unwrap()["id_token_signing_alg_values_supported"].take()
    };
    assert_eq!(announced(&World::demo()), serde_json::json!(["RS256"]));
    let broker = World::demo();
    broker.change_domain(ACME, |domain| {
        let other = AnnouncedKey { alg: Algorithm::Es256, ..domain.keys[0].clone() };
        domain.keys.push(other);
    });
    assert_eq!(announced(&broker), serde_json::json!(["RS256", "ES256"]));
}

#[test]
fn metadata_is_read_without_any_object() {
    let broker = World::demo();
    broker.get(&format!("https://{ACME}/.well-known/openid-configuration"));
    broker.get(&format!("https://{ACME}/.well-known/jwks"));
    let counts = broker.ports.take_counts();
    assert_eq!((counts.catalog_reads, counts.login_requests), (2, 0));
}

#[test]
fn known_paths_tell_the_methods_they_take_and_unknown_ones_are_not_found() {
    let broker = World::demo();
    for (method, path, allow) in [
        (Method::Get, "/oauth2/token", "POST"),
        (Method::Put, "/oauth2/authorize", "GET, POST"),
        (Method::Delete, "/oauth2/userinfo", "GET, POST"),
        (Method::Post, "/.well-known/jwks", "GET"),
        (Method::Post, "/continue", "GET"),
        (Method::Post, "/callback", "GET"),
    ] {
        let response = broker.send(&request(method, &format!("https://{ACME}{path}"), &[], ""));
        assert_eq!(response.status, 405, "{path}");
        assert!(response.header("allow").unwrap().starts_with(allow), "{path}");
    }
    for path in [
        "/oauth2",
        "/oauth2/",
        "/oauth2/token/",
        "/oauth2//token",
        "//oauth2/token",
        "/Oauth2/token",
        "/.env",
        "/login",
        "/login/a/b/c",
        "/oauth2/%74oken",
        "/../oauth2/token",
        "/oauth2/authorize/x",
    ] {
        assert_eq!(broker.get(&format!("https://{ACME}{path}")).status, 404, "{path}");
    }
}
