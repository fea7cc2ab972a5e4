//! Ciphertext at rest: AES-256-GCM under a key that only a Worker secret opens.

use std::fmt;

/// Sealed bytes: base64url of a 12-byte IV and the ciphertext with its tag. What it was sealed
/// for (tenant, environment, purpose) is associated data and stands nowhere in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub String);

json_newtype!(Sealed);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}
