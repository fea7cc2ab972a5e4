//! JSON Web Key sets (RFC 7517 §5): what we publish, and what we read of an upstream or of an
//! application.

use crate::json;
use crate::model::PublicKey;
use crate::model::key_ring::{Algorithm, AnnouncedKey};
use crate::model::public_key::SignatureAlgorithm;
use crate::vault::{base64url, sha256};
use serde_json::{Map, Value, json};

/// Most keys of somebody's set that are looked at.
pub const KEYS_MAX: usize = 50;

/// The key set of a domain: every announced key of its tenant and environment, so that a token
/// verifies against whichever domain's set a client fetched.
pub fn document(keys: &[AnnouncedKey]) -> Value {
    let announced = keys.iter().filter(|key| key.state.is_announced());
    let keys: Vec<Value> = announced.map(|key| signing_jwk(&key.kid, key.alg, &key.public)).collect();
    json!({ "keys": keys })
}

/// A key in a set, with its name and what it is for.
pub fn signing_jwk(kid: &str, alg: Algorithm, public: &PublicKey) -> Value {
    let mut jwk = public.jwk();
    for (name, value) in [("kid", kid), ("alg", alg.as_str()), ("use", "sig")] {
        jwk.insert(name.to_owned(), value.into());
    }
    jwk.into()
}

/// RFC 7638 thumbprint: the required members in lexical order, as maps are written here, without
/// white space.
pub fn thumbprint(public: &PublicKey) -> String {
    base64url(&sha256(json::write(public).as_bytes()))
}

/// Finds the key of this `kid` and algorithm in somebody's key set. Without a `kid` in the token the
/// set must hold exactly one fitting key (OIDC Core §10.1). A key that is not for verifying
/// signatures, or for another algorithm, is not that key; nor is a symmetric one, so that no token
/// can be verified with a public key as its secret.
pub fn find(set: &str, kid: Option<&str>, alg: SignatureAlgorithm) -> Option<PublicKey> {
    let set = json::read_object(set.as_bytes()).ok()?;
    let keys = set.get("keys")?.as_array()?.iter().take(KEYS_MAX).filter_map(Value::as_object);
    let mut fitting = keys
        .filter(|jwk| may_verify(jwk, alg))
        .filter(|jwk| kid.is_none_or(|kid| jwk.get("kid").is_some_and(|known| known == kid)))
        .filter_map(PublicKey::of_jwk)
        .filter(|key| alg.fits(key));
    let key = fitting.next()?;
    if kid.is_none() && fitting.next().is_some() { None } else { Some(key) }
}

/// What a key says of its use (RFC 7517 §4.2 to §4.4): each member may be missing.
fn may_verify(jwk: &Map<String, Value>, alg: SignatureAlgorithm) -> bool {
    jwk.get("use").is_none_or(|purpose| purpose == "sig")
        && jwk.get("alg").is_none_or(|name| name.as_str().and_then(SignatureAlgorithm::parse) == Some(alg))
        && jwk.get("key_ops").is_none_or(|ops| {
            ops.as_array().is_some_and(|ops| ops.iter().any(|operation| operation == "verify"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use SignatureAlgorithm::{EdDsa, Es256, Ps256, Rs256};

    const N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn rsa() -> PublicKey {
        PublicKey::Rsa { n: N.to_owned(), e: "AQAB".to_owned() }
    }

    /// A set with one RSA key that has these members besides.
    fn set(more: Value) -> String {
        let mut key = rsa().jwk();
        key.extend(more.as_object().unwrap().clone());
        json!({ "keys": [key] }).to_string()
    }

    #[test]
    fn the_thumbprints_of_rfc_7638_section_3_1_and_rfc_8037_appendix_a_3_are_reproduced() {
        assert_eq!(thumbprint(&rsa()), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ed25519 = PublicKey::Ed25519 { x: X.to_owned() };
        assert_eq!(thumbprint(&ed25519), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    /// The key of RFC 9449 §5, whose `cnf` §6.1 shows.
    #[test]
    fn the_thumbprint_of_rfc_9449_section_6_1_is_reproduced() {
        let public = PublicKey::EcP256 {
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".to_owned(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".to_owned(),
        };
        assert_eq!(thumbprint(&public), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_key_is_found_by_kid_and_only_if_it_verifies_by_the_algorithm() {
        assert_eq!(find(&set(json!({"kid": "a"})), Some("a"), Rs256), Some(rsa()));
        assert_eq!(find(&set(json!({"kid": "a"})), None, Ps256), Some(rsa()));
        assert_eq!(find(&set(json!({})), Some("a"), Rs256), None);
        for alg in [Es256, EdDsa] {
            assert_eq!(find(&set(json!({"kid": "a"})), Some("a"), alg), None);
        }
        for good in [
            json!({"use": "sig"}),
            json!({"alg": "RS256"}),
            json!({"key_ops": ["sign", "verify"]}),
            json!({"use": "sig", "alg": "RS256", "key_ops": ["verify"]}),
        ] {
            assert_eq!(find(&set(good.clone()), None, Rs256), Some(rsa()), "{good}");
        }
        for bad in [
            json!({"use": "enc"}),
            json!({"use": null}),
            json!({"alg": "PS256"}),
            json!({"alg": "HS256"}),
            json!({"alg": ["RS256"]}),
            json!({"key_ops": ["sign"]}),
            json!({"key_ops": "verify"}),
            json!({"d": "AQAB"}),
            json!({"kty": "oct", "k": N}),
            json!({"n": "AQAB"}),
        ] {
            assert_eq!(find(&set(bad.clone()), None, Rs256), None, "{bad}");
        }
    }

    #[test]
    fn without_a_kid_one_key_must_fit_and_no_other() {
        let twice = json!({ "keys": [rsa().jwk(), rsa().jwk()] }).to_string();
        assert_eq!(find(&twice, None, Rs256), None);
        let kinds = json!({ "keys": [
            rsa().jwk(), PublicKey::Ed25519 { x: X.to_owned() }.jwk(), "no key", {"kty": "EC"},
        ]});
        assert_eq!(find(&kinds.to_string(), None, Rs256), Some(rsa()));
        assert!(find(&kinds.to_string(), None, EdDsa).is_some());
    }

    #[test]
    fn what_is_no_key_set_holds_no_key() {
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[[]]}"#, "not json"] {
            assert_eq!(find(text, None, Rs256), None, "{text}");
        }
        let mut many = vec![json!({"kty": "oct"}); KEYS_MAX];
        many.push(Value::Object(rsa().jwk()));
        assert_eq!(find(&json!({ "keys": many }).to_string(), None, Rs256), None);
    }
}
