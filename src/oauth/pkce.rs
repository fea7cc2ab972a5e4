//! Proof Key for Code Exchange (RFC 7636), S256 only.
//!
//! `plain` is refused: RFC 9700 §2.1.1 wants a method that does not expose the verifier.

use super::Error;
use crate::vault::{base64url, from_base64url, sha256};
use subtle::ConstantTimeEq;

/// RFC 7636 §4.1.
pub const VERIFIER_MIN_BYTES: usize = 43;
/// RFC 7636 §4.1.
pub const VERIFIER_MAX_BYTES: usize = 128;
/// base64url of a SHA-256, without padding.
const CHALLENGE_BYTES: usize = 43;

/// `code_challenge` of method S256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

json_newtype!(CodeChallenge);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request` for another method (a missing one means `plain`, §4.3), for a method
    /// without a challenge, or for a value that is no SHA-256 in base64url.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Error> {
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Error::invalid_request("code_challenge_method without code_challenge")),
            (Some(value), Some("S256")) if is_sha256(value) => Ok(Some(Self(value.to_owned()))),
            (Some(_), Some("S256")) => {
                Err(Error::invalid_request("code_challenge is not a base64url SHA-256"))
            }
            (Some(_), _) => Err(Error::invalid_request("code_challenge_method must be S256")),
        }
    }

    /// The challenge of a verifier: what we send to an upstream.
    pub fn of(verifier: &str) -> Self {
        Self(base64url(&sha256(verifier.as_bytes())))
    }

    /// Whether `verifier` is the one (§4.6), compared in constant time.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        is_verifier(verifier) && Self::of(verifier).0.as_bytes().ct_eq(self.0.as_bytes()).into()
    }

    /// The challenge as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sha256(value: &str) -> bool {
    value.len() == CHALLENGE_BYTES && from_base64url(value).is_some()
}

fn is_verifier(value: &str) -> bool {
    (VERIFIER_MIN_BYTES..=VERIFIER_MAX_BYTES).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_vector_of_rfc_7636_appendix_b_is_met() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(CHALLENGE));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn plain_is_refused_also_where_it_is_only_implied() {
        assert!(CodeChallenge::parse(Some(CHALLENGE), Some("plain")).is_err());
        assert!(CodeChallenge::parse(Some(CHALLENGE), None).is_err());
        assert!(CodeChallenge::parse(None, Some("S256")).is_err());
    }

    #[test]
    fn a_challenge_that_is_no_hash_is_refused() {
        for value in ["x", &"A".repeat(44), &"=".repeat(43), &"é".repeat(21)] {
            assert!(CodeChallenge::parse(Some(value), Some("S256")).is_err(), "{value}");
        }
    }

    /// RFC 7636 §4.1: 43 to 128 characters of a small alphabet. A client that sends less has too little
    /// randomness, and its hash would fit all the same.
    #[test]
    fn a_verifier_of_another_form_is_refused_though_its_hash_fits() {
        let is_met = |verifier: &str| CodeChallenge::of(verifier).is_met_by(verifier);
        for good in [&"a".repeat(43), &"a".repeat(128), &"-._~Z9".repeat(8)] {
            assert!(is_met(good), "{good}");
        }
        for bad in [&"a".repeat(42), &"a".repeat(129), &format!("{VERIFIER} "), &format!("{VERIFIER}é"), "a"]
        {
            assert!(!is_met(bad), "{bad}");
        }
    }
}
