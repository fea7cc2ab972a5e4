//! Every list of bad inputs, through every entry (query, form, pushed, signed, signed and pushed) and
//! every response mode: what one of them refuses, all refuse.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::vault::{base64, base64url};
use edge_eid::web::{Method, encode_pairs, percent_encode};
use serde_json::{Map, Value, json};
use support::broker::request;
use support::relying_party::error_of;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const WEB: &str = "urn:acme:web";
const ISSUER: &str = "https://acme.example";
const MODES: [&str; 5] = ["query", "fragment", "form_post", "post_message", "json"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    Query,
    Form,
    Pushed,
    Signed,
    SignedAndPushed,
}

/// Every entry with every response mode.
fn ways() -> impl Iterator<Item = (Entry, &'static str)> {
    ENTRIES.into_iter().flat_map(|entry| MODES.map(|mode| (entry, mode)))
}

const ENTRIES: [Entry; 5] = [Entry::Query, Entry::Form, Entry::Pushed, Entry::Signed, Entry::SignedAndPushed];

/// What came of a request.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// A page or an upstream: the login may go on.
    GoesOn,
    /// A page that refuses.
    Shown,
    /// The callback, or the client that pushed, is told this word.
    Told(String),
}

struct Front {
    broker: Broker,
    key: ClientKey,
}

impl Front {
    fn new() -> Self {
        let key = ClientKey::of(SignatureAlgorithm::Es256);
        let broker = World::demo();
        broker.change_application(ACME, WEB, |app| app.protocol.jwks = Some(key.set()));
        Self { broker, key }
    }

    fn claims(&self, pairs: &[(&str, &str)]) -> Map<String, Value> {
        let mut claims: Map<String, Value> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let now = self.broker.now().0;
        claims.extend(json!({"iss": WEB, "aud": ISSUER, "exp": now + 60}).as_object().unwrap().clone());
        claims
    }

    fn object(&self, pairs: &[(&str, &str)]) -> String {
        self.key.sign(json!({}), Value::Object(self.claims(pairs)))
    }

    /// A signed request in which one claim stands twice.
    fn doubled(&self, pairs: &[(&str, &str)], name: &str, value: &str) -> String {
        let object = self.object(pairs);
        let claims = Value::Object(self.claims(pairs)).to_string();
        let twice = format!("{{\"{name}\":\"{value}\",{}", &claims[1..]);
        let input = format!("{}.{}", object.split('.').next().unwrap(), base64url(twice.as_bytes()));
        format!("{input}.{}", base64url(&self.key.pair.sign(self.key.alg, input.as_bytes())))
    }

    /// Sends a request by an entry.
    fn send(&self, entry: Entry, pairs: &[(&str, &str)]) -> Outcome {
        let plain = encode_pairs(pairs.iter().copied());
        match entry {
            Entry::Query => self.browse(Method::Get, &plain),
            Entry::Form => self.browse(Method::Post, &plain),
            Entry::Signed => self.browse(Method::Get, &self.signed(pairs)),
            Entry::Pushed => self.push(&plain),
            Entry::SignedAndPushed => self.push(&self.signed(pairs)),
        }
    }

    fn signed(&self, pairs: &[(&str, &str)]) -> String {
        encode_pairs([("client_id", WEB), ("request", &self.object(pairs))])
    }

    fn push(&self, form: &str) -> Outcome {
        self.pushed(form).map_or_else(Outcome::Told, |query| self.browse(Method::Get, &query))
    }

    /// The query that stands for a pushed request, or the word of its refusal.
    fn pushed(&self, form: &str) -> Result<String, String> {
        let basic = RelyingParty::web().basic();
        let response =
            self.broker.post(&format!("{ISSUER}/oauth2/par"), &[("authorization", basic.as_str())], form);
        let body: Value = serde_json::from_str(&response.body).unwrap();
        if response.status != 201 {
            return Err(body["error"].as_str().unwrap().to_owned());
        }
        let request_uri = body["request_uri"].as_str().unwrap();
        Ok(encode_pairs([("client_id", WEB), ("request_uri", request_uri)]))
    }

    /// The answer to a login that began by an entry: the address or the page that brings it.
    fn answer(&self, entry: Entry, pairs: &[(&str, &str)]) -> String {
        let (browser, plain) = (Browser::new(&self.broker), encode_pairs(pairs.iter().copied()));
        let endpoint = format!("{ISSUER}/oauth2/authorize");
        let visit = |query: &str| browser.visit(&format!("{endpoint}?{query}"));
        let shown = match entry {
            Entry::Query => visit(&plain),
            Entry::Form => browser.submit(&endpoint, &plain),
            Entry::Signed => visit(&self.signed(pairs)),
            Entry::Pushed => visit(&self.pushed(&plain).unwrap()),
            Entry::SignedAndPushed => visit(&self.pushed(&self.signed(pairs)).unwrap()),
        };
        let mut page = shown.page();
        if let Ok(told) = serde_json::from_str::<Value>(&page.body) {
            page = browser.visit(told["launchLinks"]["universalLink"].as_str().unwrap()).page();
        }
        let upstream = browser.choose(&page, Eid::Nemid).upstream();
        match browser.approve(&upstream, &Person::terne()) {
            Stop::Page(page) => {
                assert!(!page.body.contains("<script>alert"), "{}", page.body);
                let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
                marks.iter().fold(page.body, |body, (mark, plain)| body.replace(mark, plain))
            }
            other => other.application().url,
        }
    }

    /// The code of such a login.
    fn code(&self, entry: Entry, pairs: &[(&str, &str)]) -> String {
        let answer = self.answer(entry, pairs);
        let found = answer.split("name=\"code\" value=\"").nth(1).or(answer.split("code=").nth(1));
        found.unwrap_or_else(|| panic!("no code in {answer}")).split(['&', '"']).next().unwrap().to_owned()
    }

    fn browse(&self, method: Method, parameters: &str) -> Outcome {
        let url = format!("{ISSUER}/oauth2/authorize");
        let response = match method {
            Method::Post => {
                let headers = [("content-type", "application/x-www-form-urlencoded")];
                self.broker.send(&request(method, &url, &headers, parameters))
            }
            _ => self.broker.get(&format!("{url}?{parameters}")),
        };
        let told = |text: &str| {
            let at = text.find("error=").or_else(|| text.find("\"error\":\""));
            at.map(|at| {
                let rest = text[at..].trim_start_matches("error=").trim_start_matches("\"error\":\"");
                rest.split(['&', '"']).next().unwrap().to_owned()
            })
        };
        if let Some(location) = response.header("location") {
            assert!(!location.contains("evil.example"), "an open redirector: {location}");
            let to_callback = location.starts_with(CALLBACK);
            return told(location).filter(|_| to_callback).map_or(Outcome::GoesOn, Outcome::Told);
        }
        let field = response.body.split("name=\"error\" value=\"").nth(1);
        match (response.status, field.and_then(|rest| rest.split('"').next())) {
            (_, Some(word)) => Outcome::Told(word.to_owned()),
            (200, None) if response.body.contains("id=\"answer\"") => {
                Outcome::Told(told(&response.body.replace("&amp;", "&")).unwrap())
            }
            (200, None) => Outcome::GoesOn,
            (400, None) if response.body.starts_with('{') => Outcome::Told(told(&response.body).unwrap()),
            _ => Outcome::Shown,
        }
    }
}

/// A good request with changes; an empty value leaves one out.
fn asked(changes: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let usual = [
        ("response_type", "code"),
        ("client_id", WEB),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "s"),
        ("nonce", "n"),
        ("acr_values", POCES),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let kept = kept.map(|(name, value)| (name, value.to_owned()));
    kept.chain(changes.iter().cloned()).filter(|(_, value)| !value.is_empty()).collect()
}

fn pairs<'a>(asked: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    asked.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn a_good_request_goes_on_by_every_entry() {
    let front = Front::new();
    for entry in ENTRIES {
        assert_eq!(front.send(entry, &pairs(&asked(&[]))), Outcome::GoesOn, "{entry:?}");
    }
}

#[test]
fn tricks_with_the_callback_lead_nowhere_rfc_9700_4_1() {
    let front = Front::new();
    let tricks = [
        "https://app.example/callback/",
        "https://app.example/Callback",
        "https://APP.example/callback",
        "HTTPS://app.example/callback",
        "http://app.example/callback",
        "https://app.example:443/callback",
        "https://app.example:444/callback",
        "https://app.example/callback#",
        "https://app.example/callback#x",
        "https://app.example/callback?",
        "https://app.example/callback?x=y",
        "https://app.example/callback/../callback",
        "https://app.example/./callback",
        "https://app.example/%63allback",
        "https://app.example//callback",
        "https://app.example\\@evil.example/callback",
        "https://app.example@evil.example/callback",
        "https://user@app.example/callback",
        "https://app.example.evil.example/callback",
        "https://evil.example/https://app.example/callback",
        "https://app.example%2f@evil.example/callback",
        "https://app.example\u{ff0f}callback",
        "https://app\u{3002}example/callback",
        "https://\u{430}pp.example/callback",
        "https://app.example/callback\r\nLocation: https://evil.example",
        "https://app.example/callback\0",
        " https://app.example/callback",
        "https://app.example/callback ",
        "//app.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example:/callback",
    ];
    for trick in tricks {
        for (entry, mode) in ways() {
            let changes = [("redirect_uri", trick.to_owned()), ("response_mode", mode.to_owned())];
            let outcome = front.send(entry, &pairs(&asked(&changes)));
            let refused = match entry {
                Entry::Pushed | Entry::SignedAndPushed => Outcome::Told("invalid_request".to_owned()),
                _ => Outcome::Shown,
            };
            assert_eq!(outcome, refused, "{trick:?} by {entry:?} and {mode}");
        }
    }
}

#[test]
fn every_other_fault_is_told_in_one_word_by_every_entry_and_mode() {
    let front = Front::new();
    let long = |length| "x".repeat(length);
    let faults: Vec<(&'static str, String, &str)> = vec![
        ("code_challenge_method", "plain".into(), "invalid_request"),
        ("code_challenge_method", String::new(), "invalid_request"),
        ("code_challenge", "short".into(), "invalid_request"),
        ("code_challenge", String::new(), "invalid_request"),
        ("response_type", "token".into(), "unsupported_response_type"),
        ("response_type", "code token".into(), "unsupported_response_type"),
        ("scope", "profile".into(), "invalid_scope"),
        ("scope", long(501), "invalid_scope"),
        ("acr_values", "urn:nobody".into(), "invalid_request"),
        ("state", long(2_001), "invalid_request"),
        ("nonce", long(501), "invalid_request"),
        ("prompt", "none login".into(), "invalid_request"),
        ("prompt", "none".into(), "login_required"),
        ("max_age", "-1".into(), "invalid_request"),
        ("claims", "[".into(), "invalid_request"),
        ("login_hint", "action:dance".into(), "invalid_request"),
        ("dpop_jkt", "x".into(), "invalid_request"),
        ("registration", "{}".into(), "registration_not_supported"),
    ];
    for (name, value, word) in faults {
        for (entry, mode) in ways() {
            let changes = [(name, value.clone()), ("response_mode", mode.to_owned())];
            let outcome = front.send(entry, &pairs(&asked(&changes)));
            assert_eq!(outcome, Outcome::Told(word.to_owned()), "{name} by {entry:?} and {mode}");
        }
    }
}

#[test]
fn a_hostile_state_comes_back_unchanged_by_every_entry_and_mode() {
    let states = [
        "\"><script>alert(1)</script>",
        "' onmouseover='x",
        "a=b&code=evil&iss=evil#x",
        "%00%0d%0a",
        "æøå 💥",
        "\r\nSet-Cookie: x=y",
        "{{7*7}}",
        "==",
        "+ +",
        "\\u0000",
    ];
    let front = Front::new();
    for state in states {
        let encoded = percent_encode(state);
        assert!(!encoded.contains(['+', '=']), "old clients decode no plus, and cut at an equals sign");
        for (entry, mode) in ways() {
            let changes = [("state", state.to_owned()), ("response_mode", mode.to_owned())];
            let answer = front.answer(entry, &pairs(&asked(&changes)));
            let found = match mode {
                "form_post" => answer.contains(&format!("name=\"state\" value=\"{state}\"")),
                _ => answer.contains(&format!("state={encoded}&")),
            };
            assert!(found, "{state:?} by {entry:?} and {mode}: {answer}");
            let silent = [changes.as_slice(), &[("prompt", "none".to_owned())]].concat();
            let told = front.send(entry, &pairs(&asked(&silent)));
            assert_eq!(told, Outcome::Told("login_required".to_owned()));
        }
    }
}

#[test]
fn a_parameter_that_stands_twice_is_refused_by_every_entry_and_mode() {
    let front = Front::new();
    for (name, value) in
        [("state", "other"), ("nonce", "other"), ("scope", "openid"), ("code_challenge", "other")]
    {
        for (entry, mode) in ways() {
            let plain = asked(&[("response_mode", mode.to_owned())]);
            let mut twice = pairs(&plain);
            twice.push((name, value));
            // In a token a doubled claim makes the whole token malformed (RFC 7515 §4); only a callback
            // beside it can be told.
            let object = front.doubled(&pairs(&plain), name, value);
            let beside = [("redirect_uri", CALLBACK), ("response_mode", mode), ("request", &object)];
            let carrying = encode_pairs([("client_id", WEB)].into_iter().chain(beside));
            let (outcome, word) = match entry {
                Entry::Signed => (front.browse(Method::Get, &carrying), "invalid_request_object"),
                Entry::SignedAndPushed => (front.push(&carrying), "invalid_request_object"),
                _ => (front.send(entry, &twice), "invalid_request"),
            };
            assert_eq!(outcome, Outcome::Told(word.to_owned()), "{name} by {entry:?} and {mode}");
        }
    }
}

/// The verifier of the challenge above (RFC 7636 appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[test]
fn a_code_counts_once_and_for_its_own_client_only_by_whatever_entry_and_mode_it_came() {
    let front = Front::new();
    let (broker, app) = (&front.broker, RelyingParty::web());
    let other = RelyingParty { redirect_uri: "https://app.example/other?tenant=1".to_owned(), ..app.clone() };
    for (entry, mode) in ways() {
        let code = front.code(entry, &pairs(&asked(&[("response_mode", mode.to_owned())])));
        let altered = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { "B" } else { "A" });
        let without = app.form(&code, "").replace("&code_verifier=", "");
        for refused in [
            RelyingParty::spa().present(broker, &code, VERIFIER),
            RelyingParty::no_shadow().present(broker, &code, VERIFIER),
            RelyingParty::shadow().present(broker, &code, VERIFIER),
            other.present(broker, &code, VERIFIER),
            app.present(broker, &code, &VERIFIER.replace('d', "e")),
            app.present(broker, &altered, VERIFIER),
            app.token_request(broker, &without),
        ] {
            assert_eq!((refused.status, error_of(&refused)), (400, "invalid_grant".to_owned()));
        }
        let redeemed = app.present(broker, &code, VERIFIER);
        assert_eq!(redeemed.status, 200, "{entry:?} by {mode}: {}", redeemed.body);
        let again = app.present(broker, &code, VERIFIER);
        assert_eq!((again.status, error_of(&again)), (400, "invalid_grant".to_owned()));
        let body: Value = serde_json::from_str(&redeemed.body).unwrap();
        assert_eq!(app.userinfo(broker, body["access_token"].as_str().unwrap()).status, 401);
    }
}

/// A script, as it is, in base64, and in base64 twice.
fn scripts() -> Vec<String> {
    let script = "\"><script>alert('canary')</script>";
    let once = base64(script.as_bytes());
    let twice = base64(once.as_bytes());
    vec![
        script.to_owned(),
        once,
        twice,
        format!("javascript:{script}"),
        "data:text/html,<script>1</script>".to_owned(),
    ]
}

/// The tokens that we know, and one that nobody does.
const HINTS: [&str; 15] = [
    "acr_values:",
    "scope:",
    "action:",
    "message:",
    "uuid:",
    "vatid:",
    "sub:",
    "css_path:",
    "appswitch:",
    "appswitch:resumeUrl:",
    "business",
    "business_optional",
    "BID:",
    "",
    "dk:mitid:ct",
];

#[test]
fn a_hostile_login_hint_runs_nothing_and_leaks_nothing_by_every_entry() {
    let front = Front::new();
    front.broker.never_log("canary");
    let controls = ["\0", "\r\nSet-Cookie:x=y", "\u{1b}[2J", "\u{202e}", "\u{7f}", "æ\u{301}💥"];
    let values: Vec<String> =
        scripts().into_iter().chain(controls.map(|mark| format!("canary{mark}canary"))).collect();
    let words = ["invalid_request", "invalid_scope"].map(|word| Outcome::Told(word.to_owned()));
    for (at, hint) in HINTS.iter().enumerate() {
        for value in &values {
            // Each hint by every entry, and by the mode whose turn it is.
            for (turn, entry) in ENTRIES.into_iter().enumerate() {
                let mode = MODES[(at + turn) % MODES.len()];
                let changes = [("login_hint", format!("{hint}{value}")), ("response_mode", mode.to_owned())];
                let outcome = front.send(entry, &pairs(&asked(&changes)));
                let fits = outcome == Outcome::GoesOn || words.contains(&outcome);
                assert!(fits, "{hint}{value:?} by {entry:?} and {mode}: {outcome:?}");
            }
        }
    }
    // What goes on shows it nowhere but where the user is to read it, and as text.
    let message = format!("message:{}", base64("<script>alert('canary')</script>".as_bytes()));
    for hint in HINTS
        .iter()
        .flat_map(|hint| values.iter().map(move |value| format!("{hint}{value}")))
        .chain([message])
    {
        let url = RelyingParty::web().ask_with(&[("acr_values", POCES), ("login_hint", &hint)]).url;
        if let Stop::Page(page) = Browser::new(&front.broker).visit(&url) {
            assert!(!page.body.contains("<script>alert"), "{hint:?}: {}", page.body);
            let shown = page.body.contains("canary") && !hint.starts_with("message:");
            assert!(!shown, "{hint:?} is repeated");
        }
    }
    front.broker.check_log();
    assert!(front.broker.ports.logins.borrow().is_empty(), "nothing is stored");
    for entry in ENTRIES {
        front.code(entry, &pairs(&asked(&[])));
    }
}

#[test]
fn ten_kilobytes_of_each_hint_are_refused_by_every_entry_and_the_login_can_be_started_again() {
    let front = Front::new();
    front.broker.never_log("canary");
    for hint in HINTS {
        let long = format!("{hint}{}", "canary".repeat(10 * 1024 / 6));
        for entry in ENTRIES {
            let outcome = front.send(entry, &pairs(&asked(&[("login_hint", long.clone())])));
            assert!(matches!(outcome, Outcome::Told(_) | Outcome::Shown), "{hint} by {entry:?}: {outcome:?}");
            assert_eq!(front.send(entry, &pairs(&asked(&[]))), Outcome::GoesOn);
        }
    }
    front.broker.check_log();
}
