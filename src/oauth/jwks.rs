//! JSON Web Keys (RFC 7517, RFC 7518 §6.3): what we publish, and what we read from an upstream.

use crate::model::key_ring::{Algorithm, AnnouncedKey, RsaPublic};
use crate::vault::{base64url, sha256};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most keys of an upstream's set that are looked at.
pub const UPSTREAM_KEYS_MAX: usize = 50;

/// The key set of a domain: every announced key of its tenant and environment, so that a token
/// verifies against whichever domain's set a client fetched.
pub fn document(keys: &[AnnouncedKey]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({
                "kty": "RSA", "use": "sig", "alg": "RS256",
                "kid": key.kid, "n": key.public.n, "e": key.public.e,
            })
        })
        .collect();
    json!({ "keys": keys })
}

/// RFC 7638 thumbprint of an RSA key: members in lexical order, no white space.
pub fn thumbprint(public: &RsaPublic) -> String {
    base64url(&sha256(format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, public.e, public.n).as_bytes()))
}

#[derive(Deserialize)]
struct UpstreamSet {
    keys: Vec<UpstreamKey>,
}

#[derive(Deserialize)]
struct UpstreamKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// Finds the signing key of this `kid` and algorithm in an upstream's key set. Without a `kid` in
/// the token the set must hold exactly one fitting key (OIDC Core §10.1).
pub fn find(set: &str, kid: Option<&str>, alg: Algorithm) -> Option<RsaPublic> {
    let Algorithm::Rs256 = alg;
    let set: UpstreamSet = crate::json::read(set).ok()?;
    let mut fitting = set.keys.into_iter().take(UPSTREAM_KEYS_MAX).filter(|key| {
        key.kty == "RSA"
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
    });
    let key = fitting.next()?;
    if kid.is_none() && fitting.next().is_some() {
        return None;
    }
    Some(RsaPublic { n: key.n?, e: key.e? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_rfc_7638_section_3_1_is_reproduced() {
        let public = RsaPublic {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(thumbprint(&public), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn an_upstream_key_is_found_by_kid_and_only_if_it_may_sign() {
        let set = r#"{"keys":[{"kty":"RSA","kid":"a","use":"enc","n":"x","e":"AQAB"},
            {"kty":"RSA","kid":"b","n":"y","e":"AQAB"},{"kty":"EC","kid":"c"}]}"#;
        assert_eq!(find(set, Some("b"), Algorithm::Rs256).unwrap().n, "y");
        assert_eq!(find(set, None, Algorithm::Rs256).unwrap().n, "y");
        for kid in ["a", "c", "d"] {
            assert!(find(set, Some(kid), Algorithm::Rs256).is_none(), "{kid}");
        }
        assert!(find("not json", Some("b"), Algorithm::Rs256).is_none());
    }
}
