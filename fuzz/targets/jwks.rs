//! Key sets of upstreams and applications. The first line is the `kid` that is looked for, the rest
//! the set; a `kid` of `-` stands for none.

#![no_main]

use edge_eid::model::PublicKey;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::oauth::jwks::{find, thumbprint};
use edge_eid::vault::from_base64url;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Some((kid, set)) = text.split_once('\n') else { return };
    let kid = Some(kid).filter(|kid| *kid != "-");
    for alg in SignatureAlgorithm::ALL {
        let Some(key) = find(set, kid, alg) else { continue };
        assert!(alg.fits(&key));
        check_strength(&key);
        assert_eq!(PublicKey::of_jwk(&key.jwk()).as_ref(), Some(&key));
        assert_eq!(thumbprint(&key).len(), 43);
        // An independent reader finds it in the set, under this name, and for verifying.
        let set: Value = serde_json::from_str(set).expect("JSON");
        let of_set = set["keys"].as_array().expect("keys").iter().filter(|jwk| {
            key.jwk().iter().all(|(name, value)| jwk.get(name) == Some(value)) && jwk.get("d").is_none()
        });
        let may = |jwk: &&Value| {
            jwk.get("use").is_none_or(|purpose| purpose == "sig")
                && kid.is_none_or(|kid| jwk["kid"] == kid)
                && jwk.get("alg").is_none_or(|name| {
                    name == alg.as_str() || (name == "Ed25519" && alg == SignatureAlgorithm::EdDsa)
                })
        };
        let fitting = of_set.filter(may).count();
        assert!(fitting >= 1 && (kid.is_some() || fitting == 1));
    }
});

/// Counted another way than the code does: by the number's own digits.
fn check_strength(key: &PublicKey) {
    let bytes = |text: &str| from_base64url(text).expect("base64url");
    match key {
        PublicKey::Rsa { n, e } => {
            let digits: String = bytes(n).iter().map(|byte| format!("{byte:08b}")).collect();
            assert!((2048..=4096).contains(&digits.trim_start_matches('0').len()));
            let exponent = bytes(e).iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            assert!(exponent >= 3 && exponent % 2 == 1 && exponent <= u64::from(u32::MAX));
        }
        PublicKey::EcP256 { x, y } => assert!(bytes(x).len() == 32 && bytes(y).len() == 32),
        PublicKey::Ed25519 { x } => assert_eq!(bytes(x).len(), 32),
    }
}
