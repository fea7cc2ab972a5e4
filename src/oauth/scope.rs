//! `scope` (RFC 6749 §3.3, OIDC Core §3.1.2.1).

use super::{Error, ErrorCode};

/// Longest `scope`, bytes.
pub const SCOPE_MAX_BYTES: usize = 500;
/// The scopes we act on; others are ignored, as OIDC Core asks.
pub const SUPPORTED: [&str; 11] = [
    "openid",
    "ssn",
    "address",
    "email",
    "phone",
    "birthdate",
    "profile",
    "is_over_15",
    "is_over_16",
    "is_over_18",
    "is_over_21",
];
/// Claims that somebody may ask for one by one, with the scope that brings each. All others come
/// with `openid`.
const BY_CLAIM: [(&str, &str); 7] = [
    ("cprNumberIdentifier", "ssn"),
    ("address", "address"),
    ("birthdate", "birthdate"),
    ("is_over_15", "is_over_15"),
    ("is_over_16", "is_over_16"),
    ("is_over_18", "is_over_18"),
    ("is_over_21", "is_over_21"),
];

/// The scopes of a request that we act on, in the order of [`SUPPORTED`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(String);

json_newtype!(Scope);

impl Scope {
    /// Keeps what we support of the parameter, of what a `login_hint` adds for intermediaries that
    /// drop scopes, and of single `claims` that were asked for.
    ///
    /// # Errors
    /// `invalid_scope` without `openid`: there is nothing here to get without it.
    pub fn parse(raw: Option<&str>, hinted: Option<&str>, claims: &[String]) -> Result<Self, Error> {
        let raw = raw.unwrap_or_default();
        if raw.len() > SCOPE_MAX_BYTES {
            return Err(Error::new(ErrorCode::InvalidScope, "scope is too long"));
        }
        if !raw.split(' ').any(|token| token == "openid") {
            return Err(Error::new(ErrorCode::InvalidScope, "scope must contain openid"));
        }
        let claimed = |known: &str| {
            BY_CLAIM.iter().any(|(claim, scope)| *scope == known && claims.iter().any(|name| name == claim))
        };
        let asked = |known: &str| {
            raw.split(' ').chain(hinted.unwrap_or_default().split(' ')).any(|token| token == known)
        };
        let kept: Vec<&str> = SUPPORTED.into_iter().filter(|known| asked(known) || claimed(known)).collect();
        Ok(Self(kept.join(" ")))
    }

    /// Whether a scope was asked for.
    pub fn has(&self, scope: &str) -> bool {
        self.0.split(' ').any(|token| token == scope)
    }

    /// As answered at the token endpoint.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_ignored_and_openid_is_needed() {
        let read = |raw| Scope::parse(raw, None, &[]);
        assert_eq!(read(Some("profile openid offline_access")).unwrap().as_str(), "openid profile");
        assert!(read(Some("openidx")).is_err());
        assert!(read(None).is_err());
    }

    #[test]
    fn five_hundred_bytes_are_read_and_no_more() {
        let of = |bytes: usize| format!("openid {}", "x".repeat(bytes - 7));
        assert!(Scope::parse(Some(&of(SCOPE_MAX_BYTES)), None, &[]).is_ok());
        assert!(Scope::parse(Some(&of(SCOPE_MAX_BYTES + 1)), None, &[]).is_err());
    }

    #[test]
    fn a_hint_or_a_single_claim_asks_as_a_scope_does() {
        let scope =
            Scope::parse(Some("openid"), Some("ssn offline_access"), &["address".to_owned()]).unwrap();
        assert_eq!(scope.as_str(), "openid ssn address");
        assert!(scope.has("ssn") && !scope.has("ss"));
    }
}
