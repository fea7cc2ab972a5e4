//! Previews: every page of a domain as it would be sent, under an address that management signs.
//!
//! The address names the style, the host and when it ends; no upstream is asked, nothing is stored, no
//! cookie is set, and no link of a previewed page leads anywhere.

use crate::model::style::DIGEST_CHARACTERS;
use crate::model::{Host, UnixTime};
use crate::vault::{EnvironmentKeys, Purpose, base64url, equal, hmac_sha256};

/// Path before the token.
pub const PATH: &str = "/preview/";
/// How long an address leads to previews, seconds: a day, to show it around.
pub const PREVIEW_SECONDS: u64 = 24 * 60 * 60;

/// What an address shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The style; none for pages without one.
    pub digest: Option<String>,
    /// When it ends.
    pub until: UnixTime,
}

/// `<end>.<digest>.<MAC>`, for this host only.
pub fn token(keys: &EnvironmentKeys, host: &Host, digest: Option<&str>, until: UnixTime) -> String {
    let digest = digest.unwrap_or_default();
    format!("{}.{digest}.{}", until.0, base64url(&mac(keys, host, digest, until)))
}

/// Reads a token; `None` for one that is made up, of another host, or over.
pub fn open(keys: &EnvironmentKeys, host: &Host, token: &str, now: UnixTime) -> Option<Preview> {
    let mut parts = token.splitn(3, '.');
    let (until, digest, given) = (parts.next()?, parts.next()?, parts.next()?);
    let until = UnixTime(until.parse().ok()?);
    let expected = base64url(&mac(keys, host, digest, until));
    if digest.len() > DIGEST_CHARACTERS || !equal(given.as_bytes(), expected.as_bytes()) || until.is_over(now)
    {
        return None;
    }
    Some(Preview { digest: (!digest.is_empty()).then(|| digest.to_owned()), until })
}

fn mac(keys: &EnvironmentKeys, host: &Host, digest: &str, until: UnixTime) -> [u8; 32] {
    let key = keys.derive(Purpose::Preview, b"");
    let end = until.0.to_string();
    hmac_sha256(&key, &[host.as_str().as_bytes(), b"|", end.as_bytes(), b"|", digest.as_bytes()])
}
