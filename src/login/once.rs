//! What counts once: the ids of client assertions and of proofs of a key.
//!
//! An object for each application remembers the hash of an id until the token that carried it
//! counts no more. The object and the store of the tests decide by [`is_first`].

use crate::model::{ClientId, Host, UnixTime};
use crate::vault::{base64url, sha256};

/// Ids whose time is over are cleared away together, at most so often, seconds.
const CLEAN_SECONDS: u64 = 60;

/// An id that is being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What it is of, and its hash.
    pub key: String,
    /// Until when it must be remembered.
    pub ends: UnixTime,
}

json_struct!(Use { key, ends });

impl Use {
    /// `jti` of a client assertion.
    pub fn of_assertion(jti: &str, ends: UnixTime) -> Self {
        Self { key: format!("jti {}", base64url(&sha256(jti.as_bytes()))), ends }
    }

    /// The id of a proof of a key.
    pub fn of_proof(id: &str, ends: UnixTime) -> Self {
        Self { key: format!("dpop {}", base64url(&sha256(id.as_bytes()))), ends }
    }
}

/// The name of an application's object: tenant and environment first (`label`).
pub fn name(label: &str, host: &Host, client_id: &ClientId) -> String {
    format!("{label}/{host}/{client_id}")
}

/// Whether an id is used for the first time, where `remembered` is the end of an earlier use. What is
/// over when it gets here counts no more: an earlier use may have been cleared away since it was judged.
pub fn is_first(used: &Use, remembered: Option<UnixTime>, now: UnixTime) -> bool {
    !used.ends.is_over(now) && remembered.is_none_or(|ends| ends.is_over(now))
}

/// When to clear away, if `ends` is the earliest end.
pub fn clean_at(ends: UnixTime, now: UnixTime) -> UnixTime {
    ends.max(now.plus(CLEAN_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_again_when_its_token_could_not() {
        let now = UnixTime(100);
        let used = Use::of_assertion("jti", now.plus(1));
        assert!(is_first(&used, None, now));
        assert!(is_first(&used, Some(now), now));
        assert!(!is_first(&used, Some(now.plus(1)), now));
        assert!(!is_first(&used, None, now.plus(1)));
    }

    #[test]
    fn what_is_over_is_cleared_away_at_most_once_a_minute() {
        let now = UnixTime(100);
        assert_eq!(clean_at(now.plus(5), now), now.plus(60));
        assert_eq!(clean_at(now.plus(300), now), now.plus(300));
    }
}
