//! The tokens of `login_hint`.

#![no_main]

use edge_eid::oauth::login_hint::{CprHint, LOGIN_HINT_MAX_BYTES, LoginHint, MESSAGE_MAX_CHARACTERS, Wishes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    let whole = LoginHint::parse(Some(raw));
    if let Ok(hint) = &whole {
        check(hint, raw);
    }
    // Tokens are judged one by one: a hint holds as far as each of its halves does.
    if raw.len() <= LOGIN_HINT_MAX_BYTES {
        for (at, _) in raw.match_indices(' ').take(20) {
            let halves = (LoginHint::parse(Some(&raw[..at])), LoginHint::parse(Some(&raw[at..])));
            match (&whole, halves) {
                (Ok(whole), (Ok(left), Ok(right))) => {
                    assert_eq!(whole.ignored, left.ignored + right.ignored);
                    assert_eq!(whole.cpr, right.cpr.or(left.cpr));
                    assert_eq!(whole.wishes.message, right.wishes.message.or(left.wishes.message));
                }
                (whole, (left, right)) => assert!(whole.is_err() && (left.is_err() || right.is_err())),
            }
        }
    }
});

fn check(hint: &LoginHint, raw: &str) {
    assert!(raw.len() <= LOGIN_HINT_MAX_BYTES);
    let wishes = &hint.wishes;
    if let Some(message) = &wishes.message {
        assert!(message.chars().count() <= MESSAGE_MAX_CHARACTERS);
        assert!(!message.chars().any(char::is_control));
    }
    if let Some(uuid) = &wishes.uuid {
        assert_eq!(uuid.len(), 36);
        assert!(uuid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')));
    }
    // What an upstream is sent reads as what was asked for.
    let tokens = wishes.tokens();
    assert_eq!(LoginHint::parse(Some(&tokens)).map(|hint| hint.wishes).as_ref(), Ok(wishes));
    assert_eq!(tokens.is_empty(), *wishes == Wishes::default());
    for value in [hint.resume_url.as_deref(), hint.css_path.as_deref(), hint.cpr.as_ref().map(CprHint::text)]
    {
        assert!(value.is_none_or(|value| raw.contains(value) && !value.contains(' ')));
    }
    // No number is ever shown.
    if let Some(cpr) = &hint.cpr {
        assert_eq!(format!("{cpr:?}"), "CprHint(…)");
    }
}
