//! Tokens of upstreams and clients. The text is read as a token; and where it has two lines, as the
//! header and the claims of one, so that the fuzzer need not learn base64 first.

#![no_main]

use edge_eid::model::UnixTime;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::oauth::jwt::{Expected, JWT_MAX_BYTES, Unverified};
use edge_eid::oauth::{client_assertion, request_object};
use edge_eid::vault::{base64url, from_base64url};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const NOW: UnixTime = UnixTime(1_700_000_000);
const ISSUER: &str = "https://acme.example";
const ENDPOINT: &str = "https://acme.example/oauth2/token";

fuzz_target!(|text: &str| {
    check(text);
    if let Some((header, claims)) = text.split_once('\n') {
        check(&format!("{}.{}.c2ln", base64url(header.as_bytes()), base64url(claims.as_bytes())));
    }
});

fn check(raw: &str) {
    let Ok(token) = Unverified::parse(raw, &SignatureAlgorithm::ALL) else { return };
    assert!(raw.len() <= JWT_MAX_BYTES);
    check_form(raw, &token);
    // An algorithm that is not allowed is never found.
    for alg in SignatureAlgorithm::ALL {
        assert_eq!(Unverified::parse(raw, &[alg]).is_ok(), alg == token.alg());
    }
    check_assertion(&token);
    check_request_object(&token);
    let expected = Expected { issuer: "i", audience: "a", nonce: "n" };
    if let Ok(claims) = parse(raw).verified(true, &expected, NOW) {
        assert_eq!((&claims["iss"], &claims["nonce"]), (&Value::from("i"), &Value::from("n")));
        assert!(claims["exp"].as_i64() > Some(1_700_000_000 - 60));
        assert!(claims["iat"].as_i64() <= Some(1_700_000_000 + 60));
    }
    assert!(parse(raw).verified(false, &expected, NOW).is_err());
}

fn parse(raw: &str) -> Unverified<'_> {
    Unverified::parse(raw, &SignatureAlgorithm::ALL).expect("it was read before")
}

/// The parts are what an independent reader finds, and written again they are the same bytes.
fn check_form(raw: &str, token: &Unverified<'_>) {
    let parts: Vec<&str> = raw.split('.').collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(token.input(), format!("{}.{}", parts[0], parts[1]).as_bytes());
    assert_eq!(base64url(token.signature()), parts[2]);
    let read = |part: &str| -> Map<String, Value> {
        let bytes = from_base64url(part).expect("base64url");
        assert_eq!(base64url(&bytes), part);
        serde_json::from_slice(&bytes).expect("an object")
    };
    let (header, claims) = (read(parts[0]), read(parts[1]));
    let alg = header["alg"].as_str().expect("alg");
    assert!(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"].contains(&alg), "{alg}");
    assert!(!header.contains_key("crit"));
    assert_eq!(token.kid(), header.get("kid").and_then(Value::as_str));
    assert!(claims.keys().eq(token.claims().keys()));
    for name in ["iss", "sub", "jti", "client_id"] {
        assert_eq!(token.claim(name), claims.get(name).and_then(Value::as_str));
    }
}

fn check_assertion(token: &Unverified<'_>) {
    if let Ok(client_id) = client_assertion::client_id(token) {
        assert_eq!((token.claim("iss"), token.claim("sub")), (Some(client_id), Some(client_id)));
        // Whoever may be a client can't be asking for a login with the same token.
        assert!(request_object::parameters(token, client_id, ISSUER, NOW).is_err());
    }
    let lists = [(&[ISSUER][..], true), (&[ISSUER], false), (&[ISSUER, ENDPOINT], false)];
    let judged = lists.map(|(audiences, text_only)| {
        let expected = client_assertion::Expected { audiences, text_only };
        client_assertion::judge(token.claims(), &expected, NOW)
    });
    for (used, (audiences, text_only)) in judged.iter().zip(lists) {
        let Ok(used) = used else { continue };
        let known = |value: &Value| value.as_str().is_some_and(|text| audiences.contains(&text));
        match &token.claims()["aud"] {
            Value::Array(list) => assert!(!text_only && !list.is_empty() && list.iter().all(known)),
            one => assert!(known(one)),
        }
        assert!((1..=200).contains(&used.jti.len()));
        assert!(used.ends > NOW && used.ends <= NOW.plus(3_600 + 10));
    }
    // Each list takes what the stricter one before it takes.
    assert!(judged.is_sorted_by_key(|used| used.is_ok()));
}

fn check_request_object(token: &Unverified<'_>) {
    let Some(client_id) = token.claim("iss") else { return };
    let Ok(parameters) = request_object::parameters(token, client_id, ISSUER, NOW) else { return };
    assert_eq!(parameters.get("client_id").unwrap_or_default(), client_id);
    for name in ["request", "request_uri", "iss", "aud", "exp", "nbf", "iat", "jti", "sub"] {
        assert_eq!(parameters.get(name), None, "{name}");
    }
    for (name, value) in parameters.iter() {
        let claim = &token.claims()[name];
        assert!(claim == value || (!claim.is_string() && !claim.is_null()));
    }
}
