//! Proofs of possession: the text is read as a proof; and where it has two lines, as the header and
//! the claims of one.

#![no_main]

use edge_eid::model::{PublicKey, UnixTime};
use edge_eid::oauth::dpop::{For, Unproved};
use edge_eid::oauth::jwks::thumbprint;
use edge_eid::vault::base64url;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const NOW: UnixTime = UnixTime(1_700_000_000);
const URL: &str = "https://acme.example/oauth2/token";

fuzz_target!(|text: &str| {
    check(text);
    if let Some((header, claims)) = text.split_once('\n') {
        check(&format!("{}.{}.c2ln", base64url(header.as_bytes()), base64url(claims.as_bytes())));
    }
});

fn check(raw: &str) {
    let Ok(proof) = Unproved::parse(raw) else { return };
    check_key(&proof);
    let jkt = thumbprint(proof.key());
    let issued = proof.token().claims().get("iat").and_then(Value::as_u64);
    for access_token in [None, Some("token")] {
        let request = For { method: "POST", url: URL, access_token };
        assert!(read(raw).proved(false, &request, NOW).is_err());
        let Ok(proved) = read(raw).proved(true, &request, NOW) else { continue };
        assert_eq!(proved.jkt, jkt);
        assert_eq!(proof.token().claim("htm"), Some("POST"));
        let htu = url::Url::parse(proof.token().claim("htu").expect("htu")).expect("a URL");
        assert_eq!(htu[..url::Position::AfterPath], *URL);
        assert!(htu.username().is_empty() && htu.password().is_none());
        assert!(access_token.is_none() || proof.token().claim("ath").is_some_and(|ath| ath.len() == 43));
        let issued = issued.expect("iat");
        assert!(issued > NOW.0 - 60 && issued <= NOW.0 + 10 && proved.used.ends == UnixTime(issued + 60));
        assert!(proved.id().starts_with(&jkt) && (1..=200).contains(&proved.used.jti.len()));
        // For another method, place or time it proves nothing.
        for (method, url, now) in
            [("GET", URL, NOW), ("POST", "https://acme.example/oauth2/par", NOW), ("POST", URL, NOW.plus(71))]
        {
            assert!(read(raw).proved(true, &For { method, url, access_token }, now).is_err());
        }
    }
}

fn read(raw: &str) -> Unproved<'_> {
    Unproved::parse(raw).expect("it was read before")
}

/// The key is public, of a kind we use, fits the algorithm, and is the one in the header.
fn check_key(proof: &Unproved<'_>) {
    let key = proof.key();
    assert!(proof.token().alg().fits(key));
    assert_eq!(PublicKey::of_jwk(&key.jwk()).as_ref(), Some(key));
    let jwk: &Map<String, Value> = proof.token().header_object("jwk").expect("jwk");
    assert!(!jwk.contains_key("d"));
    assert!(key.jwk().iter().all(|(name, value)| jwk.get(name) == Some(value)));
}
