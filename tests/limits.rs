//! Everything that comes from outside has a limit: what is over it is refused with 4xx, never 5xx.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::login::pending::{ATTEMPTS_MAX, COOKIES_MAX_BYTES, LEG_RESERVE_BYTES, SEALED_MAX_BYTES};
use edge_eid::oauth::authorize::{HINT_MAX_BYTES, NONCE_MAX_BYTES, STATE_MAX_BYTES};
use edge_eid::web::{BODY_MAX_BYTES, Method, PARAMETERS_MAX, QUERY_MAX_BYTES};
use support::broker::request;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";

fn error_with(name: &str, value: &str) -> String {
    let broker = World::demo();
    let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), (name, value)]);
    Browser::new(&broker).visit(&asked.url).application().error().to_owned()
}

#[test]
fn a_state_of_two_thousand_bytes_goes_all_the_way_and_comes_back_unchanged() {
    let broker = World::demo();
    for eid in Eid::ALL {
        let state: String = (0..STATE_MAX_BYTES).map(|at| char::from(b'!' + (at % 90) as u8)).collect();
        let state: String = state.replace(['"', '\\'], "x");
        let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
        let asked = app.ask_with(&[("acr_values", POCES), ("state", &state)]);
        let person = if eid == Eid::Mitid { Person::ditlev() } else { Person::terne() };
        let answer = browser.log_in(&asked.url, eid, &person);
        assert_eq!(answer.get("state"), Some(state.as_str()));
        app.redeem(&broker, &Asked { state, ..asked }, &answer);
    }
}

#[test]
fn parameters_over_their_limit_are_an_invalid_request() {
    assert_eq!(error_with("state", &"s".repeat(STATE_MAX_BYTES + 1)), "invalid_request");
    assert_eq!(error_with("nonce", &"n".repeat(NONCE_MAX_BYTES + 1)), "invalid_request");
    assert_eq!(error_with("ui_locales", &"d".repeat(HINT_MAX_BYTES + 1)), "invalid_request");
    assert_eq!(error_with("login_hint", &"h".repeat(HINT_MAX_BYTES + 1)), "invalid_request");
    assert_eq!(error_with("scope", &format!("openid {}", "s".repeat(500))), "invalid_scope");
    let many = format!("{POCES} ").repeat(80);
    let broker = World::demo();
    let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(&many).url).application();
    assert_eq!(answer.error(), "invalid_request");
}

#[test]
fn a_request_too_long_for_a_cookie_is_told_what_to_shorten() {
    let broker = World::demo();
    // Each is within its own limit; in JSON the control characters of the state take six bytes each.
    for changes in [
        vec![("state", "s".repeat(STATE_MAX_BYTES)), ("ui_locales", "d".repeat(1_000))],
        vec![("state", "\u{1}".repeat(STATE_MAX_BYTES))],
        vec![("state", "\"".repeat(STATE_MAX_BYTES))],
    ] {
        let mut parameters: Vec<(&str, &str)> = vec![("acr_values", POCES)];
        parameters.extend(changes.iter().map(|(name, value)| (*name, value.as_str())));
        let answer =
            Browser::new(&broker).visit(&RelyingParty::web().ask_with(&parameters).url).application();
        assert_eq!(answer.error(), "invalid_request");
        assert!(answer.get("error_description").unwrap().contains("shorter state"));
    }
}

#[test]
fn the_longest_request_that_is_taken_fits_its_cookie_after_every_step() {
    // The browser of these tests refuses cookies over 4,096 bytes. Find the longest state that is
    // taken together with other long parameters, and walk it through both domains.
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.show_start_block = true);
    let ask = |locales: usize| {
        let (state, locales) = ("s".repeat(STATE_MAX_BYTES), "d".repeat(locales));
        RelyingParty::web().ask_with(&[("acr_values", POCES), ("state", &state), ("ui_locales", &locales)])
    };
    let taken = |locales: &usize| matches!(Browser::new(&broker).visit(&ask(*locales).url), Stop::Page(_));
    let (mut longest, mut too_long) = (1, 1_000);
    while too_long - longest > 1 {
        let middle = usize::midpoint(longest, too_long);
        if taken(&middle) { longest = middle } else { too_long = middle }
    }
    assert!(longest > 50 && taken(&longest) && !taken(&too_long));
    for eid in Eid::ALL {
        let browser = Browser::new(&broker);
        let mut page = browser.visit(&ask(longest).url).page();
        assert_eq!(browser.attempts(ACME)[0].1.len(), SEALED_MAX_BYTES - LEG_RESERVE_BYTES);
        if eid == Eid::Mitid {
            page = browser.choose(&page, eid).page();
        }
        let upstream = browser.choose(&page, eid).upstream();
        for host in [ACME, ACME_MITID] {
            for (_, value) in browser.attempts(host) {
                assert!(value.len() <= SEALED_MAX_BYTES, "{} at {host}", value.len());
            }
        }
        let person = if eid == Eid::Mitid { Person::ditlev() } else { Person::terne() };
        browser.approve(&upstream, &person).application().code();
    }
}

#[test]
fn long_callbacks_client_ids_queries_and_floods_get_a_page() {
    let broker = World::demo();
    let visit = |name: &str, value: &str| {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), (name, value)]);
        Browser::new(&broker).visit(&asked.url).page().status
    };
    assert_eq!(visit("redirect_uri", &format!("https://app.example/{}", "c".repeat(2_000))), 400);
    assert_eq!(visit("client_id", &"c".repeat(201)), 400);
    assert_eq!(visit("unknown", &"u".repeat(QUERY_MAX_BYTES)), 413);
    let flood: String = (0..=PARAMETERS_MAX).map(|at| format!("&p{at}=1")).collect();
    let url = format!("{}{flood}", RelyingParty::web().ask(POCES).url);
    assert_eq!(Browser::new(&broker).visit(&url).page().status, 413);
}

#[test]
fn floods_elsewhere_are_refused_too() {
    let broker = World::demo();
    let long = "x".repeat(QUERY_MAX_BYTES + 1);
    let flood: String = (0..=PARAMETERS_MAX).map(|at| format!("p{at}=1&")).collect();
    for path in ["continue?h=", "continue?t=", "continue?o=", "callback?state="] {
        for value in [long.as_str(), &"x".repeat(9_000), &flood] {
            let status = broker.get(&format!("https://{ACME}/{path}{value}")).status;
            assert_eq!(status, 400, "{path}");
        }
    }
    let token = format!("https://{ACME}/oauth2/token");
    let basic = RelyingParty::web().basic();
    for form in [flood.clone(), format!("grant_type=authorization_code&redirect_uri=x&code={long}")] {
        assert_eq!(broker.post(&token, &[("authorization", &basic)], &form).status, 400);
    }
    let long_basic = format!("Basic {}", "A".repeat(100_000));
    assert_eq!(broker.post(&token, &[("authorization", &long_basic)], "code=x").status, 401);
    let long_bearer = format!("Bearer {}", "A".repeat(100_000));
    let userinfo = request(
        Method::Get,
        &format!("https://{ACME}/oauth2/userinfo"),
        &[("authorization", &long_bearer)],
        "",
    );
    assert_eq!(broker.send(&userinfo).status, 401);
    assert_eq!(broker.get(&format!("https://{ACME}/{}", "a/".repeat(10_000))).status, 404);
    assert_eq!(broker.get(&format!("https://{ACME}/login/{long}/nemid")).status, 404);
}

#[test]
fn the_longest_body_that_the_shell_lets_in_is_refused_politely() {
    let broker = World::demo();
    let body = format!("a={}", "x".repeat(BODY_MAX_BYTES - 2));
    let response = RelyingParty::web().token_request(&broker, &body);
    assert_eq!((response.status, error_of(&response).as_str()), (400, "invalid_request"));
    let page = Browser::new(&broker).submit(&format!("https://{ACME}/oauth2/authorize"), &body).page();
    assert_eq!(page.status, 400);
}

#[test]
fn a_browser_keeps_at_most_three_attempts_and_the_oldest_goes_first() {
    let broker = World::demo();
    // By the page, by an upstream at once, by crossing at once.
    broker.change_domain(ACME, |domain| domain.display_name = "Acme".to_owned());
    for acr in [POCES, SUBSTANTIAL] {
        let browser = Browser::new(&broker);
        let mut names = Vec::new();
        for number in 1..=ATTEMPTS_MAX + 3 {
            let before = browser.attempts(ACME);
            browser.visit(&RelyingParty::web().ask(acr).url);
            let after = browser.attempts(ACME);
            assert_eq!(after.len(), number.min(ATTEMPTS_MAX), "{acr}: no more goes than must");
            let new = after.iter().find(|cookie| !before.contains(cookie)).unwrap();
            names.push(new.0.clone());
            broker.wait(1);
        }
        let mut kept: Vec<String> = browser.attempts(ACME).into_iter().map(|(name, _)| name).collect();
        let mut newest = names.split_off(names.len() - ATTEMPTS_MAX);
        kept.sort();
        newest.sort();
        assert_eq!(kept, newest, "{acr}");
    }
}

#[test]
fn the_mitid_domain_keeps_at_most_three_attempts_too() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    for _ in 0..ATTEMPTS_MAX + 2 {
        browser.visit(&RelyingParty::web().ask(SUBSTANTIAL).url).upstream();
        assert!(browser.attempts(ACME_MITID).len() <= ATTEMPTS_MAX);
        broker.wait(1);
    }
}

#[test]
fn pending_cookies_take_at_most_eight_kilobytes_together() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let state = "s".repeat(1_900);
    for number in 1..=4 {
        let asked = RelyingParty::web().ask_with(&[("acr_values", POCES), ("state", &state)]);
        let page = browser.visit(&asked.url).page();
        let bytes =
            |cookies: &[(String, String)]| cookies.iter().map(|(a, b)| a.len() + b.len()).sum::<usize>();
        assert!(bytes(&browser.attempts(ACME)) <= COOKIES_MAX_BYTES);
        browser.choose(&page, Eid::Nemid).upstream();
        assert!(bytes(&browser.attempts(ACME)) <= COOKIES_MAX_BYTES);
        assert_eq!(browser.attempts(ACME).len(), number.min(2), "two fit, and the older one stays");
        broker.wait(1);
    }
}

#[test]
fn unreadable_cookies_go_before_living_attempts() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    for junk in ["a", "b", "c"] {
        browser.plant(ACME, &format!("__Host-login.{junk}"), junk);
    }
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    browser.visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(browser.attempts(ACME).len() <= ATTEMPTS_MAX);
    browser.choose(&page, Eid::Nemid).upstream();
}

#[test]
fn as_many_cookies_go_as_the_new_one_needs_room() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    browser.plant(ACME, "__Host-login.a", "small");
    browser.plant(ACME, "__Host-login.b", &"b".repeat(6_000));
    let state = "s".repeat(1_900);
    browser.visit(&RelyingParty::web().ask_with(&[("acr_values", POCES), ("state", &state)]).url).page();
    let names: Vec<String> = browser.attempts(ACME).into_iter().map(|(name, _)| name).collect();
    assert!(names.len() == 1 && names[0].len() == "__Host-login.".len() + 22, "{names:?}");
}

#[test]
fn a_stranger_who_opens_the_login_page_often_causes_no_write() {
    let broker = World::demo();
    for _ in 0..50 {
        let browser = Browser::new(&broker);
        let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
        browser.choose(&page, Eid::Nemid).upstream();
        browser.choose(&page, Eid::Mitid).upstream();
    }
    let counts = broker.ports.take_counts();
    assert_eq!((counts.login_requests, counts.login_writes), (0, 0));
}

#[test]
fn made_up_codes_and_tokens_wake_no_object() {
    let broker = World::demo();
    for code in ["x", &"A".repeat(64), &"A".repeat(200), &"A".repeat(201), "%00", "ø"] {
        let response = RelyingParty::web().present(&broker, code, &"v".repeat(43));
        assert_eq!(error_of(&response), "invalid_grant");
        assert_eq!(RelyingParty::web().userinfo(&broker, code).status, 401);
    }
    assert_eq!(broker.ports.take_counts().login_requests, 0);
}
