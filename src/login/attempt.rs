//! The name of one login attempt.

use crate::ports::Random;
use crate::vault::{base64url, from_base64url, random};

/// Bytes of an attempt id: 128 random bits.
pub const ATTEMPT_BYTES: usize = 16;

/// One login, from authorize to token. Unguessable, but no secret: the cookie is what binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttemptId(pub [u8; ATTEMPT_BYTES]);

json_text!(AttemptId, text, Self::parse);

impl AttemptId {
    /// Stands where the sealed text leaves the name out, until the label has said it.
    pub const NOBODY: Self = Self([0; ATTEMPT_BYTES]);

    /// A new name.
    pub fn draw(ports: &impl Random) -> Self {
        Self(random(ports))
    }

    /// Reads the 22 characters of base64url; anything else names no attempt.
    pub fn parse(raw: &str) -> Option<Self> {
        Some(Self(from_base64url(raw)?.try_into().ok()?))
    }

    /// 32 hex digits: the trace id of everything that happens in this login. It is no secret, as the
    /// attempt's name is none.
    pub fn trace_id(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// 22 characters of base64url.
    pub fn text(self) -> String {
        base64url(&self.0)
    }
}
