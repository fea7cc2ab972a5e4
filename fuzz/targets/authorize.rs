//! The authorization request, from the raw bytes of a query, under every combination of rules. The
//! first line is the query, the second the header `acr_values`, the third the path segment.

#![no_main]

use edge_eid::model::application::ResponseType;
use edge_eid::oauth::acr_values::Outside;
use edge_eid::oauth::authorize::{Addressee, AuthorizationRequest, Rules, mode_of_errors};
use edge_eid::oauth::response_mode::ResponseMode;
use edge_eid::oauth::scope::{SUPPORTED, Scope};
use edge_eid::web::{Parameters, encode_pairs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|&byte| byte == b'\n');
    let query = lines.next().unwrap_or_default();
    let mut text = || lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let outside = Outside { header: text(), segment: text() };
    let Ok((parameters, repeated)) = Parameters::parse_lenient(query) else { return };
    check_encoding(&parameters, &repeated);
    check_addressee(&parameters, &repeated);
    for bits in 0..8 {
        let rules = Rules { pkce: bits & 1 > 0, id_token: bits & 2 > 0, token_in_query: bits & 4 > 0 };
        if let Ok(request) = AuthorizationRequest::read(&parameters, &repeated, rules, outside) {
            check_request(&request, &parameters, rules);
            assert!(repeated.is_empty());
            // What strict rules let pass, all rules do, and read alike.
            let lax = Rules { pkce: false, id_token: true, token_in_query: true };
            assert_eq!(AuthorizationRequest::read(&parameters, &repeated, lax, outside), Ok(request));
        }
    }
});

/// What was read is written and read again: the same.
fn check_encoding(parameters: &Parameters, repeated: &[String]) {
    let again = Parameters::parse_lenient(encode_pairs(parameters.iter()).as_bytes());
    let (again, none) = again.expect("what we encode, we read");
    assert!(again.iter().eq(parameters.iter()) && none.is_empty());
    assert!(parameters.iter().all(|(_, value)| !value.is_empty()));
    assert!(repeated.len() < 1_000);
}

fn check_addressee(parameters: &Parameters, repeated: &[String]) {
    if let Some(addressee) = Addressee::read(parameters, repeated) {
        assert_eq!(parameters.get("client_id"), Some(addressee.client_id));
        assert_eq!(parameters.get("redirect_uri"), Some(addressee.redirect_uri));
        assert!(!repeated.iter().any(|name| name == "client_id" || name == "redirect_uri"));
    }
}

fn check_request(request: &AuthorizationRequest, parameters: &Parameters, rules: Rules) {
    for name in ["request", "request_uri", "registration"] {
        assert_eq!(parameters.get(name), None);
    }
    match request.response_type {
        ResponseType::Code => assert!(!rules.pkce || request.code_challenge.is_some()),
        ResponseType::IdToken => {
            assert!(rules.id_token && request.nonce.is_some());
            match request.response_mode {
                ResponseMode::Fragment | ResponseMode::FormPost => {}
                ResponseMode::Query => assert!(rules.token_in_query),
                _ => panic!("an ID token by {}", request.response_mode.as_str()),
            }
        }
    }
    assert_eq!(mode_of_errors(parameters), request.response_mode);
    let challenge = request.code_challenge.as_ref();
    assert!(challenge.is_none_or(|challenge| is_sha256(challenge.as_str())));
    assert!(request.dpop_jkt.as_deref().is_none_or(is_sha256));
    let scope = request.scope.as_str();
    assert!(request.scope.has("openid") && scope.split(' ').all(|word| SUPPORTED.contains(&word)));
    assert_eq!(Scope::parse(Some(scope), None, &[]).ok().as_ref(), Some(&request.scope));
    let prompt = request.prompt;
    assert!(!(prompt.none && (prompt.login || prompt.consent || prompt.consent_revoke)));
    for (at, acr) in request.acr_values.iter().enumerate() {
        assert!(!request.acr_values[..at].contains(acr));
    }
    for (name, max) in [("state", 2_000), ("nonce", 500), ("ui_locales", 2_000), ("login_hint", 2_000)] {
        assert!(parameters.get(name).is_none_or(|value| value.len() <= max), "{name}");
    }
    assert_eq!(request.nonce.as_deref(), parameters.get("nonce"));
}

fn is_sha256(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
