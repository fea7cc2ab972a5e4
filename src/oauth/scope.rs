//! `scope` (RFC 6749 §3.3, OIDC Core §3.1.2.1).

use super::{Error, ErrorCode};
use serde::{Deserialize, Serialize};

/// Longest `scope`, bytes.
pub const SCOPE_MAX_BYTES: usize = 500;
/// The scopes we act on; others are ignored, as OIDC Core asks.
pub const SUPPORTED: [&str; 1] = ["openid"];

/// The scopes of a request that we act on, in the order of [`SUPPORTED`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// Keeps what we support.
    ///
    /// # Errors
    /// `invalid_scope` without `openid`: there is nothing here to get without it.
    pub fn parse(raw: Option<&str>) -> Result<Self, Error> {
        let raw = raw.unwrap_or_default();
        if raw.len() > SCOPE_MAX_BYTES {
            return Err(Error::new(ErrorCode::InvalidScope, "scope is too long"));
        }
        if !raw.split(' ').any(|token| token == "openid") {
            return Err(Error::new(ErrorCode::InvalidScope, "scope must contain openid"));
        }
        let kept: Vec<&str> =
            SUPPORTED.into_iter().filter(|known| raw.split(' ').any(|t| t == *known)).collect();
        Ok(Self(kept.join(" ")))
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
        assert_eq!(Scope::parse(Some("profile openid email")).unwrap().as_str(), "openid");
        assert!(Scope::parse(Some("openidx")).is_err());
        assert!(Scope::parse(None).is_err());
    }
}
