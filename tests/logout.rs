//! Logging out. The first tests are named after the modules of OpenID's certification plan for
//! RP-initiated logout, as are those of the plans for back-channel and front-channel logout; then what
//! existing clients do, and what must not happen.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::backchannel::LOGOUT_TOKEN_SECONDS;
use edge_eid::login::session::DELIVERIES_MAX;
use edge_eid::model::application::UserinfoResponse;
use edge_eid::model::key_ring::{Algorithm, KeyState};
use edge_eid::model::url::{RedirectUri, WebUrl};
use edge_eid::oauth::authorize::STATE_MAX_BYTES;
use edge_eid::web::{Method, Parameters, Response, encode_pairs};
use serde_json::{Map, Value};
use support::broker::request;
use support::relying_party::{decode, key_of, signature_holds};
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const AFTER: &str = "https://app.example/logged-out";
const ELSEWHERE: &str = "https://elsewhere.example/";
const BACK_CHANNEL: &str = "https://app.example/backchannel";
const FRONT_CHANNEL: &str = "https://app.example/frontchannel?from=acme";
const SPA_FRONT_CHANNEL: &str = "https://spa.example/frontchannel";

/// The demo's world with single sign-on on the ordinary domain, and an address to return to.
fn world() -> Broker {
    let broker = World::demo();
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    broker.change_application(ACME, "urn:acme:web", |application| {
        application.protocol.post_logout_redirect_uris = vec![RedirectUri::parse(AFTER).unwrap()];
    });
    broker.publish_to_host(ACME);
    broker
}

/// The same for the certification plan: the user is asked.
fn certified() -> Broker {
    let broker = world();
    broker.change_domain(ACME, |domain| domain.sessions.confirm_logout = true);
    broker
}

fn log_in(browser: &Browser<'_>, broker: &Broker, app: &RelyingParty, eid: Eid) -> Tokens {
    let person = if eid == Eid::Nemid { Person::terne() } else { Person::ditlev() };
    let asked = app.ask(POCES);
    let answer = browser.log_in(&asked.url, eid, &person);
    app.redeem(broker, &asked, &answer)
}

/// A further application logs in by the session that there is.
fn join(browser: &Browser<'_>, broker: &Broker, app: &RelyingParty) -> Tokens {
    let asked = app.ask(POCES);
    let answer = browser.visit(&asked.url).application();
    app.redeem(broker, &asked, &answer)
}

fn logout_url(parameters: &[(&str, &str)]) -> String {
    let query = encode_pairs(parameters.iter().copied());
    let joint = if query.is_empty() { "" } else { "?" };
    format!("https://{ACME}/oauth2/logout{joint}{query}")
}

fn is_logged_in(browser: &Browser<'_>) -> bool {
    let asked = RelyingParty::web().ask_with(&[("prompt", "none")]);
    let answer = browser.visit(&asked.url).application();
    answer.get("code").is_some()
}

/// The confirmation that the page's button would send.
fn confirmation(page: &Page) -> Option<String> {
    let value = page.body.split("name=\"confirm\" value=\"").nth(1)?.split('"').next()?;
    Some(value.to_owned())
}

/// Presses the button.
fn press(browser: &Browser<'_>, page: &Page) -> Page {
    let form = encode_pairs([("confirm", confirmation(page).expect("a button").as_str())]);
    browser.load(Method::Post, &logout_url(&[]), &form).0
}

fn asks(page: &Page) -> bool {
    page.body.contains("Do you want to log out?") && confirmation(page).is_some()
}

fn is_done(page: &Page) -> bool {
    page.status == 200 && page.body.contains("You have been logged out")
}

// ---- the plan "RP-initiated logout", with confirm_logout on ----

#[test]
fn oidcc_rp_initiated_logout() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let url = logout_url(&[
        ("id_token_hint", &tokens.id_token),
        ("post_logout_redirect_uri", AFTER),
        ("state", "a state, with = and +"),
    ]);
    let answer = browser.visit(&url).application();
    assert!(answer.url.starts_with(&format!("{AFTER}?state=a%20state")), "{}", answer.url);
    assert_eq!(answer.get("state"), Some("a state, with = and +"));
    assert!(!is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let read = |broker: &Broker| -> Value {
        let document = broker.get(&format!("https://{ACME}/.well-known/openid-configuration"));
        serde_json::from_str(&document.body).unwrap()
    };
    let document = read(&certified());
    assert_eq!(document["end_session_endpoint"], format!("https://{ACME}/oauth2/logout"));
    let channels = [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ];
    assert!(channels.iter().all(|member| document[member] == true));
    let document = read(&World::demo());
    assert!(
        channels.iter().all(|member| document[member] == false),
        "without sessions there is nothing to tell"
    );
}

#[test]
fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    // Signed by a key that is not ours, under a `kid` that is: another tenant's.
    let globex = RelyingParty::new(GLOBEX, "urn:globex:web", Some("globex-web-secret-canary"));
    let foreign = log_in(&Browser::new(&broker), &broker, &globex, Eid::Nemid).id_token;
    let claims = tokens.id_token.split('.').nth(1).unwrap();
    let header = tokens.id_token.split('.').next().unwrap();
    let signature = foreign.rsplit('.').next().unwrap();
    for hint in [foreign.clone(), format!("{header}.{claims}.{signature}"), "not a token".to_owned()] {
        let url = logout_url(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
        let page = browser.visit(&url).page();
        assert_eq!(page.status, 400);
        assert!(page.body.contains("which service asked") && asks(&page), "{page:?}");
        assert!(!page.body.contains(AFTER));
        assert!(is_logged_in(&browser), "nothing is ended");
        broker.wait(600);
    }
}

#[test]
fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let (input, signature) = tokens.id_token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let modified = format!("{input}.{other}{}", &signature[1..]);
    let url = logout_url(&[("id_token_hint", &modified), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!(browser.visit(&url).page().status, 400);
    assert!(is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let url = logout_url(&[("id_token_hint", &tokens.id_token), ("post_logout_redirect_uri", ELSEWHERE)]);
    let page = browser.visit(&url).page();
    assert_eq!(page.status, 400);
    assert!(page.body.contains("an address that is not registered") && !page.body.contains("elsewhere"));
    assert!(is_logged_in(&browser));
    // Whoever wants to log out all the same can.
    assert!(is_done(&press(&browser, &page)));
    assert!(!is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    for uri in [format!("{AFTER}?foo=bar"), format!("{AFTER}/"), AFTER.to_uppercase(), format!("{AFTER}#x")] {
        let url = logout_url(&[("id_token_hint", &tokens.id_token), ("post_logout_redirect_uri", &uri)]);
        assert_eq!(browser.visit(&url).page().status, 400, "{uri}");
    }
}

#[test]
fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let broker = certified();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[("post_logout_redirect_uri", AFTER), ("state", "s")])).page();
    assert_eq!(page.status, 200);
    assert!(asks(&page) && !page.body.contains(AFTER), "the user is asked, and not sent anywhere");
    assert!(is_logged_in(&browser));
    let done = press(&browser, &page);
    assert!(is_done(&done));
    assert!(done.href("continue").starts_with(&format!("{AFTER}?state=s")));
    assert!(done.body.contains(&format!("0; url={AFTER}?state=s")), "then it goes on by itself");
    assert!(!is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_no_params() {
    let broker = certified();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[])).page();
    assert!(asks(&page));
    let done = press(&browser, &page);
    assert!(is_done(&done) && !done.body.contains("http-equiv=\"refresh\""), "and stays on our page");
    assert!(!is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token), ("state", "s")])).page();
    assert!(is_done(&page) && !page.body.contains("http-equiv=\"refresh\""));
    assert!(!is_logged_in(&browser));
}

#[test]
fn oidcc_rp_initiated_logout_no_state() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let url = logout_url(&[("id_token_hint", &tokens.id_token), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!(browser.visit(&url).application().url, AFTER);
}

#[test]
fn oidcc_rp_initiated_logout_only_state() {
    let broker = certified();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[("state", "s")])).page();
    assert!(asks(&page));
    assert!(is_done(&press(&browser, &page)));
}

// ---- the plan "back-channel logout" ----

/// Header, claims and text of a logout token.
type LogoutToken = (Map<String, Value>, Map<String, Value>, String);

/// The logout tokens that were sent so far.
fn logout_tokens(broker: &Broker) -> Vec<LogoutToken> {
    let told = broker.ports.upstreams.told.borrow();
    told.iter()
        .map(|(url, form)| {
            assert_eq!(url, BACK_CHANNEL);
            assert_eq!(form.iter().count(), 1);
            let token = form.get("logout_token").unwrap().to_owned();
            let (header, claims) = decode(&token);
            (header, claims, token)
        })
        .collect()
}

fn back_channel(status: u16) -> Broker {
    let broker = world();
    for client_id in ["urn:acme:web", "urn:acme:spa"] {
        broker.change_application(ACME, client_id, |application| {
            application.protocol.backchannel_logout_uri = Some(WebUrl::parse(BACK_CHANNEL).unwrap());
        });
    }
    broker.ports.upstreams.applications.borrow_mut().insert(BACK_CHANNEL.to_owned(), status);
    broker
}

#[test]
fn oidcc_backchannel_rp_initiated_logout() {
    let broker = back_channel(200);
    let browser = Browser::new(&broker);
    let web = RelyingParty::web();
    let tokens = log_in(&browser, &broker, &web, Eid::Mitid);
    let spa = join(&browser, &broker, &RelyingParty::spa());
    browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token)]));
    assert!(logout_tokens(&broker).is_empty(), "the user does not wait for it");
    broker.ports.ring_alarms(broker.now());
    let sent = logout_tokens(&broker);
    assert_eq!(sent.len(), 2);
    for ((header, claims, token), of) in sent.iter().zip([&tokens, &spa]) {
        assert_eq!((&header["typ"], &header["alg"]), (&"logout+jwt".into(), &"RS256".into()));
        let kid = header["kid"].as_str().unwrap();
        assert_eq!(kid, tokens.kid, "the MitID key signs what is about MitID");
        assert!(signature_holds(token, &key_of(&broker, &web.issuer, kid).unwrap()));
        for name in ["iss", "aud", "sub", "sid"] {
            assert_eq!(claims[name], of.claims[name], "{name}");
        }
        let now = broker.now().0;
        assert_eq!((&claims["iat"], &claims["exp"]), (&now.into(), &(now + LOGOUT_TOKEN_SECONDS).into()));
        const { assert!(LOGOUT_TOKEN_SECONDS <= 120) };
        let event = "http://schemas.openid.net/event/backchannel-logout";
        assert_eq!(claims["events"], serde_json::json!({ event: {} }));
        assert!(claims["jti"].as_str().unwrap().len() >= 16);
        assert!(!claims.contains_key("nonce") && !claims.contains_key("name"));
        assert_eq!(claims.len(), 8);
    }
    assert_ne!(sent[0].1["jti"], sent[1].1["jti"]);
    broker.wait(3_600);
    broker.ports.ring_alarms(broker.now());
    assert_eq!(logout_tokens(&broker).len(), 2, "who has taken it is not told again");
}

#[test]
fn oidcc_backchannel_rp_initiated_logout_without_a_redirect_or_a_hint() {
    let broker = back_channel(204);
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    assert_eq!(browser.visit(&logout_url(&[("post_logout_redirect_uri", AFTER)])).application().url, AFTER);
    broker.ports.ring_alarms(broker.now());
    assert_eq!(logout_tokens(&broker).len(), 1);
}

#[test]
fn an_application_that_does_not_take_its_logout_token_gets_a_new_one_later_and_is_given_up_in_the_end() {
    for status in [500, 400, 302] {
        let broker = back_channel(status);
        let browser = Browser::new(&broker);
        let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
        browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token)]));
        broker.ports.ring_alarms(broker.now());
        broker.ports.ring_alarms(broker.now());
        assert_eq!(logout_tokens(&broker).len(), 1, "not at once");
        assert!(broker.has_logged("backchannel_logout_failed", &format!("why=status {status}")));
        broker.wait(5);
        broker.ports.ring_alarms(broker.now());
        let sent = logout_tokens(&broker);
        assert_eq!(sent.len(), 2);
        assert_ne!(sent[0].1["jti"], sent[1].1["jti"], "a token of its own");
        assert_eq!(sent[1].1["exp"], broker.now().0 + LOGOUT_TOKEN_SECONDS, "as fresh as the first was");
        for _ in 0..20 {
            broker.wait(3 * 3_600);
            broker.ports.ring_alarms(broker.now());
        }
        assert_eq!(logout_tokens(&broker).len(), DELIVERIES_MAX as usize);
    }
}

#[test]
fn an_application_that_is_disabled_or_lost_its_address_is_not_told() {
    let broker = back_channel(200);
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    join(&browser, &broker, &RelyingParty::spa());
    browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token)]));
    broker.change_application(ACME, "urn:acme:web", |application| application.enabled = false);
    broker.change_application(ACME, "urn:acme:spa", |application| {
        application.protocol.backchannel_logout_uri = None;
    });
    broker.ports.ring_alarms(broker.now());
    assert!(logout_tokens(&broker).is_empty() && broker.logged("backchannel_logout_failed").is_empty());
}

#[test]
fn a_logout_token_is_signed_by_the_algorithm_of_the_application_or_not_sent() {
    let broker = back_channel(200);
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token)]));
    // The world has no ring of ES256 keys, and the profile allows no RS256.
    broker.change_application(ACME, "urn:acme:web", |application| {
        application.protocol.id_token_signed_response_alg = Algorithm::Es256;
        application.protocol.fapi2 = true;
    });
    broker.ports.ring_alarms(broker.now());
    assert!(logout_tokens(&broker).is_empty());
    assert!(broker.has_logged("backchannel_logout_failed", "key ring"));
}

#[test]
fn whoever_logs_in_as_another_person_logs_the_first_one_out_everywhere() {
    let broker = back_channel(200);
    let browser = Browser::new(&broker);
    let first = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let mut other = Person::terne();
    other.claims["nemid.pid"] = "9208-2002-2-111111111111".into();
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    browser.log_in(&asked.url, Eid::Nemid, &other);
    broker.ports.ring_alarms(broker.now());
    let sent = logout_tokens(&broker);
    assert_eq!(sent.len(), 1);
    assert_eq!((&sent[0].1["sid"], &sent[0].1["sub"]), (&first.claims["sid"], &first.claims["sub"]));
}

// ---- the plan "front-channel logout" ----

fn front_channel(confirm: bool) -> Broker {
    let broker = world();
    for (client_id, uri) in [("urn:acme:web", FRONT_CHANNEL), ("urn:acme:spa", SPA_FRONT_CHANNEL)] {
        broker.change_application(ACME, client_id, |application| {
            application.protocol.frontchannel_logout_uri = Some(WebUrl::parse(uri).unwrap());
        });
    }
    broker.change_domain(ACME, |domain| domain.sessions.confirm_logout = confirm);
    broker
}

/// The addresses of a page's frames.
fn frames(body: &str) -> Vec<String> {
    let sources = body.split("<iframe ").skip(1);
    sources
        .map(|tag| tag.split("src=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&"))
        .collect()
}

#[test]
fn oidcc_frontchannel_rp_initiated_logout() {
    let broker = front_channel(false);
    let browser = Browser::new(&broker);
    let web = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let spa = join(&browser, &broker, &RelyingParty::spa());
    let url =
        logout_url(&[("id_token_hint", &web.id_token), ("post_logout_redirect_uri", AFTER), ("state", "s")]);
    let response = raw_get(&browser, &broker, &url);
    let named = |uri: &str, joint: &str, tokens: &Tokens| {
        let sid = tokens.claims["sid"].as_str().unwrap();
        format!("{uri}{joint}{}", encode_pairs([("iss", "https://acme.example"), ("sid", sid)]))
    };
    let expected = [named(FRONT_CHANNEL, "&", &web), named(SPA_FRONT_CHANNEL, "?", &spa)];
    assert_eq!(frames(&response.body), expected);
    let policy = response.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-src https://app.example https://spa.example;"), "{policy}");
    assert!(response.body.contains(&format!("3; url={AFTER}?state=s")), "then it goes on by itself");
    assert!(response.body.contains(&format!("href=\"{AFTER}?state=s\"")), "or by its link");
}

#[test]
fn oidcc_frontchannel_rp_initiated_logout_after_the_question() {
    let broker = front_channel(true);
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[])).page();
    assert!(frames(&page.body).is_empty(), "nobody is told before the user has said so");
    assert_eq!(frames(&press(&browser, &page).body).len(), 1);
}

/// The response itself, with this browser's cookies.
fn raw_get(browser: &Browser<'_>, broker: &Broker, url: &str) -> Response {
    let cookies: Vec<String> =
        browser.cookies(ACME).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookies = cookies.join("; ");
    let headers = [("sec-fetch-dest", "document"), ("accept-language", "en"), ("cookie", cookies.as_str())];
    broker.send(&request(Method::Get, url, &headers, ""))
}

// ---- existing clients ----

#[test]
fn an_address_alone_returns_at_once_if_any_application_of_the_domain_has_it_registered() {
    let broker = world();
    for uri in [CALLBACK, AFTER, "https://app.example/other?tenant=1"] {
        let browser = Browser::new(&broker);
        log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
        let url = logout_url(&[("post_logout_redirect_uri", uri), ("state", "s")]);
        let answer = browser.visit(&url).application();
        assert!(answer.url.starts_with(uri) && answer.get("state") == Some("s"), "{}", answer.url);
        assert!(!is_logged_in(&browser));
    }
    let browser = Browser::new(&broker);
    for uri in [ELSEWHERE, "https://app.example/", "javascript:alert(1)", "//app.example/callback", ""] {
        let page = browser.visit(&logout_url(&[("post_logout_redirect_uri", uri)])).page();
        assert!(page.status == 400 || uri.is_empty(), "{uri}");
    }
    // The domains of a tenant know only their own applications.
    let url = logout_url(&[("post_logout_redirect_uri", CALLBACK)]).replace(ACME, GLOBEX);
    assert_eq!(browser.visit(&url).page().status, 400);
}

#[test]
fn a_client_that_names_itself_is_judged_by_its_own_record() {
    let broker = world();
    let browser = Browser::new(&broker);
    let logout = |client_id: &str| {
        browser.visit(&logout_url(&[("client_id", client_id), ("post_logout_redirect_uri", AFTER)]))
    };
    broker.ports.take_counts();
    assert_eq!(logout("urn:acme:web").application().url, AFTER);
    for client_id in ["urn:acme:spa", "urn:acme:nobody", "urn:globex:web", " "] {
        assert_eq!(logout(client_id).page().status, 400, "{client_id}");
    }
    broker.change_application(ACME, "urn:acme:web", |application| application.enabled = false);
    assert_eq!(logout("urn:acme:web").page().status, 400);
}

#[test]
fn a_hint_of_one_client_does_not_speak_for_another() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let both = [("id_token_hint", tokens.id_token.as_str()), ("client_id", "urn:acme:spa")];
    assert_eq!(browser.visit(&logout_url(&both)).page().status, 400);
    let both = [("id_token_hint", tokens.id_token.as_str()), ("client_id", "urn:acme:web")];
    assert!(is_done(&browser.visit(&logout_url(&both)).page()));
}

#[test]
fn an_expired_hint_counts_and_one_of_another_browser_does_not_answer_the_question() {
    let broker = certified();
    broker.change_domain(ACME, |domain| domain.sessions.idle_seconds = 20_000);
    let browser = Browser::new(&broker);
    let mine = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let others = log_in(&Browser::new(&broker), &broker, &RelyingParty::web(), Eid::Nemid);
    broker.wait(10_000);
    let page = browser.visit(&logout_url(&[("id_token_hint", &others.id_token)])).page();
    assert!(asks(&page) && page.status == 200, "the same person, but not this session");
    assert!(is_done(&browser.visit(&logout_url(&[("id_token_hint", &mine.id_token)])).page()));
}

#[test]
fn a_hint_of_before_the_domain_had_sessions_speaks_for_its_person_only() {
    let broker = certified();
    broker.change_domain(ACME, |domain| domain.sessions.sso = false);
    let before = |eid| log_in(&Browser::new(&broker), &broker, &RelyingParty::web(), eid).id_token;
    let (same, another) = (before(Eid::Nemid), before(Eid::Mitid));
    broker.change_domain(ACME, |domain| domain.sessions.sso = true);
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    assert!(asks(&browser.visit(&logout_url(&[("id_token_hint", &another)])).page()));
    assert!(is_done(&browser.visit(&logout_url(&[("id_token_hint", &same)])).page()));
}

#[test]
fn a_form_of_an_application_asks_once_more_with_the_cookies() {
    let broker = world();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let form = encode_pairs([
        ("id_token_hint", tokens.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
        ("logout_hint", "ignored"),
    ]);
    let (page, next) = browser.load(Method::Post, &logout_url(&[]), &form);
    assert_eq!(page.status, 303);
    let next = next.unwrap();
    assert!(next.starts_with(&logout_url(&[])) && !next.contains("logout_hint"));
    assert_eq!(browser.visit(&next).application().get("state"), Some("s"));
    assert!(!is_logged_in(&browser));
}

#[test]
fn the_page_speaks_the_language_that_was_asked_for() {
    let broker = certified();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let page = browser.visit(&logout_url(&[("ui_locales", "da")])).page();
    assert!(page.body.contains("<html lang=\"da\""));
    assert!(press(&browser, &page).body.contains("<html lang=\"da\""), "on the next page too");
}

// ---- what a logout ends ----

#[test]
fn every_session_of_the_browser_on_the_domain_ends() {
    let broker = world();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("prompt", "login")]);
    browser.log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    let kept = browser.cookies(ACME);
    assert_eq!(kept.iter().filter(|(name, _)| name.starts_with("__Host-sso.")).count(), 2);
    browser.visit(&logout_url(&[]));
    assert!(!browser.cookies(ACME).iter().any(|(name, _)| name.starts_with("__Host-sso.")));
    // Nor do the old cookies count, wherever they were kept.
    for (name, value) in kept {
        browser.plant(ACME, &name, &value);
    }
    assert!(!is_logged_in(&browser));
}

#[test]
fn a_login_with_an_old_cookie_opens_no_session_that_has_ended() {
    let broker = world();
    let browser = Browser::new(&broker);
    let first = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let old = browser.cookies(ACME);
    browser.visit(&logout_url(&[]));
    for (name, value) in old {
        browser.plant(ACME, &name, &value);
    }
    let second = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert!(!is_logged_in(&browser), "the login goes on, without a session");
}

#[test]
fn without_a_session_there_is_nothing_to_ask() {
    let broker = certified();
    let browser = Browser::new(&broker);
    assert!(is_done(&browser.visit(&logout_url(&[])).page()));
    assert_eq!(browser.visit(&logout_url(&[("post_logout_redirect_uri", AFTER)])).application().url, AFTER);
    assert_eq!(broker.ports.take_counts().session_requests, 0);
}

#[test]
fn while_the_stores_fail_nobody_is_told_that_he_is_logged_out() {
    let broker = world();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    broker.ports.sessions_fail.set(true);
    assert_eq!(browser.visit(&logout_url(&[])).page().status, 503);
    broker.ports.sessions_fail.set(false);
    broker.ports.management.objects_fail.set(true);
    assert_eq!(browser.visit(&logout_url(&[("post_logout_redirect_uri", AFTER)])).page().status, 503);
    broker.ports.management.objects_fail.set(false);
    assert!(is_logged_in(&browser), "and the session is still there to be ended");
}

// ---- what must not happen ----

#[test]
fn nobody_else_can_press_the_button() {
    let broker = certified();
    let (victim, attacker) = (Browser::new(&broker), Browser::new(&broker));
    log_in(&victim, &broker, &RelyingParty::web(), Eid::Nemid);
    log_in(&attacker, &broker, &RelyingParty::web(), Eid::Nemid);
    let of_attacker = confirmation(&attacker.visit(&logout_url(&[])).page()).unwrap();
    let own = confirmation(&victim.visit(&logout_url(&[])).page()).unwrap();
    let altered = format!("{}A", &own[..own.len() - 1]);
    for confirm in [of_attacker.as_str(), "", "x", &altered, &own[1..]] {
        let form = encode_pairs([("confirm", confirm)]);
        let (page, _) = victim.load(Method::Post, &logout_url(&[]), &form);
        assert!(matches!(page.status, 303 | 400), "{confirm}");
        assert!(victim.cookies(ACME).iter().any(|(name, _)| name.starts_with("__Host-sso.")), "{confirm}");
    }
}

#[test]
fn the_question_whether_to_log_out_may_stay_open_for_ten_minutes() {
    for (waited, counts) in [(599, true), (600, false)] {
        let broker = certified();
        let browser = Browser::new(&broker);
        log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
        let page = browser.visit(&logout_url(&[])).page();
        broker.wait(waited);
        assert_eq!(is_done(&press(&browser, &page)), counts);
        assert_eq!(is_logged_in(&browser), !counts);
    }
}

/// The form comes from the attacker's page, so the browser sends it without its `Lax` cookies; what the
/// answer sets, it keeps all the same.
#[test]
fn a_form_of_another_site_with_its_own_confirmation_takes_nobodys_cookies() {
    let broker = certified();
    let attacker = Browser::new(&broker);
    log_in(&attacker, &broker, &RelyingParty::web(), Eid::Nemid);
    let confirm = confirmation(&attacker.visit(&logout_url(&[])).page()).unwrap();
    let form = encode_pairs([("confirm", confirm.as_str())]);
    let headers = [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-site", "cross-site"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let response = broker.send(&request(Method::Post, &logout_url(&[]), &headers, &form));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("set-cookie"), None);
}

#[test]
fn a_page_of_another_site_can_log_nobody_out_by_loading_ours_in_itself() {
    let broker = world();
    let browser = Browser::new(&broker);
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    for dest in ["iframe", "image", "empty"] {
        browser.headers.borrow_mut()[0].1 = dest.to_owned();
        assert!(asks(&browser.visit(&logout_url(&[])).page()), "{dest}");
    }
    // The application may: it has the token.
    browser.visit(&logout_url(&[("id_token_hint", &tokens.id_token)]));
    browser.headers.borrow_mut()[0].1 = "document".to_owned();
    assert!(!is_logged_in(&browser));
}

#[test]
fn a_request_that_can_not_be_read_ends_nothing() {
    let broker = world();
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let long = "s".repeat(2_001);
    let twice = format!("{}&state=2", logout_url(&[("state", "1")]));
    for url in [logout_url(&[("state", &long)]), twice, logout_url(&[("client_id", "\u{e6}")])] {
        let page = browser.visit(&url).page();
        assert_eq!(page.status, 400);
        assert!(asks(&page));
    }
    let (page, _) = browser.load(Method::Post, &logout_url(&[]), "state=1&state=2");
    assert_eq!(page.status, 400);
    assert!(is_logged_in(&browser));
}

/// The name of the key that signed a token.
fn kid_of(token: &str) -> String {
    decode(token).0["kid"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_by_a_compromised_key_is_no_id_token_hint() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let bad = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid).id_token;
    // What the domains get after the emergency: not a word of the key.
    broker.change_domain(ACME, |domain| domain.keys.retain(|key| key.kid != kid_of(&bad)));
    let url = logout_url(&[("id_token_hint", &bad), ("post_logout_redirect_uri", AFTER)]);
    let page = browser.visit(&url).page();
    assert!(page.status == 400 && !page.body.contains(AFTER), "{page:?}");
    assert!(is_logged_in(&browser), "nothing is ended");
}

#[test]
fn a_token_by_a_removed_key_is_an_id_token_hint_still() {
    let broker = certified();
    let browser = Browser::new(&broker);
    let old = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid).id_token;
    // The session goes on while keys rotate.
    broker.change_domain(ACME, |domain| {
        let key = domain.keys.iter_mut().find(|key| key.kid == kid_of(&old)).unwrap();
        (key.state, key.private) = (KeyState::Removed, None);
    });
    assert_eq!(key_of(&broker, &format!("https://{ACME}"), &kid_of(&old)), None, "announced to nobody");
    let url = logout_url(&[("id_token_hint", &old), ("post_logout_redirect_uri", AFTER)]);
    assert!(browser.visit(&url).application().url.starts_with(AFTER));
    assert!(!is_logged_in(&browser));
}

#[test]
fn a_logout_token_is_no_id_token_hint() {
    let broker = back_channel(200);
    let browser = Browser::new(&broker);
    log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    browser.visit(&logout_url(&[]));
    broker.ports.ring_alarms(broker.now());
    let (_, _, token) = logout_tokens(&broker).remove(0);
    assert_eq!(browser.visit(&logout_url(&[("id_token_hint", &token)])).page().status, 400);
}

#[test]
fn a_signed_answer_of_the_userinfo_endpoint_is_no_id_token_hint() {
    let broker = certified();
    let browser = Browser::new(&broker);
    broker.change_application(ACME, "urn:acme:web", |application| {
        application.protocol.userinfo_response = UserinfoResponse::SignedJwt;
    });
    let tokens = log_in(&browser, &broker, &RelyingParty::web(), Eid::Nemid);
    let signed = RelyingParty::web().userinfo(&broker, &tokens.access_token).body;
    assert_eq!(browser.visit(&logout_url(&[("id_token_hint", &signed)])).page().status, 400);
    assert!(is_logged_in(&browser));
}

#[test]
fn a_state_of_two_thousand_bytes_comes_back_and_a_longer_one_is_refused() {
    let broker = world();
    let url = |state: &str| logout_url(&[("post_logout_redirect_uri", AFTER), ("state", state)]);
    let longest = "s".repeat(STATE_MAX_BYTES);
    let answer = Browser::new(&broker).visit(&url(&longest)).application();
    assert_eq!(answer.get("state"), Some(longest.as_str()));
    assert_eq!(Browser::new(&broker).visit(&url(&format!("{longest}s"))).page().status, 400);
}

#[test]
fn the_state_can_not_break_out_of_the_address() {
    let broker = world();
    let browser = Browser::new(&broker);
    let hostile = "&code=1#x\r\nset-cookie: a=b\"><script>";
    let url = logout_url(&[("post_logout_redirect_uri", AFTER), ("state", hostile)]);
    let answer = browser.visit(&url).application();
    assert_eq!(answer.get("state"), Some(hostile));
    assert_eq!(answer.parameters, Parameters::parse(encode_pairs([("state", hostile)]).as_bytes()).unwrap());
}
