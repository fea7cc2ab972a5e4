//! Codes and access tokens: short handles that find their `Login` object without an index.
//!
//! A handle is attempt id, secret and MAC. The MAC names what it is and for which host, and is
//! checked before any object is called: made-up handles wake nothing, and a handle of one domain
//! counts on no other, though by rule the same client exists on both. The object keeps only the
//! secret's hash.

use super::attempt::{ATTEMPT_BYTES, AttemptId};
use crate::model::Host;
use crate::ports::Random;
use crate::vault::{self, EnvironmentKeys, base64url, equal, from_base64url, hmac_sha256, random, sha256};
use std::fmt;

const SECRET_BYTES: usize = 16;
const MAC_BYTES: usize = 16;

/// What a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An authorization code.
    Code,
    /// An access token.
    AccessToken,
}

impl Kind {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Code => b"code|",
            Self::AccessToken => b"access token|",
        }
    }
}

/// A genuine handle. `Debug` shows no secret.
pub struct Handle {
    /// Whose login.
    pub attempt: AttemptId,
    secret: [u8; SECRET_BYTES],
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(…)")
    }
}

impl Handle {
    /// A new handle of an attempt.
    pub fn draw(ports: &impl Random, attempt: AttemptId) -> Self {
        Self { attempt, secret: random(ports) }
    }

    /// 64 characters of base64url: 16 bytes attempt, 16 secret, 16 MAC.
    pub fn text(&self, keys: &EnvironmentKeys, kind: Kind, host: &Host) -> String {
        let mac = self.mac(keys, kind, host);
        base64url(&[&self.attempt.0[..], &self.secret, &mac].concat())
    }

    /// Reads a handle of this kind and host; `None` for anything else.
    pub fn parse(keys: &EnvironmentKeys, kind: Kind, host: &Host, text: &str) -> Option<Self> {
        let bytes = from_base64url(text)?;
        let (attempt, rest) = bytes.split_first_chunk::<ATTEMPT_BYTES>()?;
        let (secret, mac) = rest.split_first_chunk::<SECRET_BYTES>()?;
        let handle = Self { attempt: AttemptId(*attempt), secret: *secret };
        equal(&handle.mac(keys, kind, host), mac).then_some(handle)
    }

    /// What the object keeps of it.
    pub fn hash(&self) -> String {
        base64url(&sha256(&self.secret))
    }

    fn mac(&self, keys: &EnvironmentKeys, kind: Kind, host: &Host) -> [u8; MAC_BYTES] {
        let key = keys.derive(vault::Purpose::Token, b"");
        let full =
            hmac_sha256(&key, &[kind.word(), host.as_str().as_bytes(), b"|", &self.attempt.0, &self.secret]);
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(&full[..MAC_BYTES]);
        mac
    }
}
