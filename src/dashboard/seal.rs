//! What the dashboard keeps in a browser: sealed by its own key, for one purpose, with an end.

use super::ports::Dashboard;
use crate::json::{self, Json};
use crate::model::UnixTime;
use crate::ports::CryptoError;
use crate::vault::{self, IV_BYTES, base64url, from_base64url, hkdf_sha256};

/// Longest sealed text that is looked at, characters.
const SEALED_MAX_BYTES: usize = 4 * 1024;

/// What something is sealed for. Part of the associated data: one never passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Who is signed in.
    Session,
    /// A sign-in that is under way.
    SignIn,
    /// A login that is tried.
    LoginTest,
}

impl Purpose {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Session => b"session",
            Self::SignIn => b"sign-in",
            Self::LoginTest => b"login test",
        }
    }
}

fn key(ports: &impl Dashboard) -> [u8; 32] {
    hkdf_sha256(&ports.desk().key, b"", b"edge-eid dashboard cookie v1")
}

/// Seals a value until `ends`.
///
/// # Errors
/// When the platform's cryptography fails.
pub async fn seal(
    ports: &impl Dashboard,
    purpose: Purpose,
    ends: UnixTime,
    value: &dyn Json,
) -> Result<String, CryptoError> {
    let iv: [u8; IV_BYTES] = vault::random(ports);
    let head = ends.0.to_be_bytes();
    let aad = [purpose.word(), b"|", &head].concat();
    let cipher = ports.seal(&key(ports), &iv, &aad, json::write(value).as_bytes()).await?;
    Ok(base64url(&[head.as_slice(), &iv, &cipher].concat()))
}

/// Opens what was sealed for this purpose and is not over.
pub async fn open<T: Json>(ports: &impl Dashboard, purpose: Purpose, text: &str, now: UnixTime) -> Option<T> {
    if text.len() > SEALED_MAX_BYTES {
        return None;
    }
    let bytes = from_base64url(text)?;
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let (iv, cipher) = rest.split_first_chunk::<IV_BYTES>()?;
    let aad = [purpose.word(), b"|", head].concat();
    let plain = ports.open(&key(ports), iv, &aad, cipher).await.ok()?;
    if UnixTime(u64::from_be_bytes(*head)).is_over(now) {
        return None;
    }
    json::read_bytes(&plain).ok()
}
