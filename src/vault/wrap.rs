//! Keys wrapped by the installation's master key, `KEY_ENCRYPTION_KEY`.
//!
//! ```text
//! <fingerprint of the master key>.<base64url of IV and ciphertext>
//! ```
//! The current master key wraps; what it wraps opens, and so does what the previous one,
//! `KEY_ENCRYPTION_KEY_PREVIOUS`, has wrapped. The fingerprint says which of them it takes, and how
//! far a rotation has come. Texts of before there were fingerprints have none: both keys are tried.

use super::{base64url, hmac_sha256, open_text, seal_text};
use crate::model::Sealed;
use crate::ports::{Crypto, CryptoError, Random};

/// Bytes of a fingerprint; eight characters of base64url.
const FINGERPRINT_BYTES: usize = 6;
const FINGERPRINT_OF: &[u8] = b"edge-eid master key v1";

/// What a master key is called: tells keys apart and says nothing about them.
pub fn fingerprint(master_key: &[u8; 32]) -> String {
    base64url(&hmac_sha256(master_key, &[FINGERPRINT_OF])[..FINGERPRINT_BYTES])
}

/// The fingerprint of the master key that wrapped a key; `None` for a text of before there were any.
pub fn wrapped_by(wrapped: &Sealed) -> Option<&str> {
    wrapped.0.split_once('.').map(|(fingerprint, _)| fingerprint)
}

/// Wraps a key with the current master key. `label` is the environment, `name` which key of it.
///
/// # Errors
/// When the platform's cryptography fails.
pub(super) async fn wrap(
    ports: &(impl Crypto + Random),
    label: &str,
    name: &str,
    key: &[u8; 32],
) -> Result<Sealed, CryptoError> {
    let master_key = ports.master_key();
    let sealed = seal_text(ports, master_key, &associated(label, name), key).await?;
    Ok(Sealed(format!("{}.{}", fingerprint(master_key), sealed.0)))
}

/// Opens what [`wrap`] wrapped, with the current master key or the previous one.
///
/// # Errors
/// It was wrapped with another, or for another environment, or altered.
pub(super) async fn unwrap(
    ports: &impl Crypto,
    label: &str,
    name: &str,
    wrapped: &Sealed,
) -> Result<[u8; 32], CryptoError> {
    // Remembered for this environment only: the label is what an opened key was bound to.
    let remembered = format!("{label}|{name}|{}", wrapped.0);
    if let Some(key) = ports.remembered(&remembered) {
        return Ok(key);
    }
    ports.turn(&remembered).await;
    let key = match ports.remembered(&remembered) {
        Some(key) => Ok(key),
        None => open(ports, label, name, wrapped).await.inspect(|key| ports.remember(&remembered, *key)),
    };
    ports.pass(&remembered);
    key
}

async fn open(
    ports: &impl Crypto,
    label: &str,
    name: &str,
    wrapped: &Sealed,
) -> Result<[u8; 32], CryptoError> {
    let (by, sealed) = match wrapped.0.split_once('.') {
        Some((by, sealed)) => (Some(by), sealed),
        None => (None, wrapped.0.as_str()),
    };
    let mut opened = Err(CryptoError);
    for master_key in [Some(ports.master_key()), ports.previous_master_key()].into_iter().flatten() {
        if opened.is_err() && by.is_none_or(|by| by == fingerprint(master_key)) {
            opened = open_text(ports, master_key, &associated(label, name), sealed).await;
        }
    }
    opened?.try_into().map_err(|_| CryptoError)
}

fn associated(label: &str, name: &str) -> Vec<u8> {
    format!("wrap|{label}|{name}").into_bytes()
}
