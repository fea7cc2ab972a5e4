//! What a backup of a tenant is sealed and signed with: the operator's recovery key.
//!
//! A backup must outlive the master key, so an environment's data key and `sub` key travel in it under
//! keys of their own, derived for each export from the recovery key and a random salt. We keep neither
//! the recovery key nor anything that gives it away.

use super::{EnvironmentKeys, base64url, equal, from_base64url, hkdf_sha256, hmac_sha256};
use super::{open_text, seal_text};
use crate::model::domain::environment_label;
use crate::model::{Environment, Sealed, TenantId};
use crate::ports::{Crypto, CryptoError, Random};

/// Bytes of an export's salt.
pub const SALT_BYTES: usize = 32;
/// Bytes of a fingerprint; eight characters of base64url.
const FINGERPRINT_BYTES: usize = 6;
const FINGERPRINT_OF: &[u8] = b"edge-eid recovery key v1";

/// What a recovery key is called in a backup, so that the right one is found again.
pub fn fingerprint(recovery_key: &[u8; 32]) -> String {
    base64url(&hmac_sha256(recovery_key, &[FINGERPRINT_OF])[..FINGERPRINT_BYTES])
}

/// The keys of one export.
pub struct BackupKeys {
    seal: [u8; 32],
    mac: [u8; 32],
}

impl BackupKeys {
    /// Derives them: the same recovery key and salt give the same keys.
    pub fn derive(recovery_key: &[u8; 32], salt: &[u8]) -> Self {
        Self {
            seal: hkdf_sha256(recovery_key, salt, b"edge-eid backup seal v1"),
            mac: hkdf_sha256(recovery_key, salt, b"edge-eid backup mac v1"),
        }
    }

    /// What proves that a text was exported by somebody who had the recovery key.
    pub fn mac(&self, text: &str) -> String {
        base64url(&hmac_sha256(&self.mac, &[text.as_bytes()]))
    }

    /// Whether a text is as it was exported.
    pub fn verifies(&self, text: &str, mac: &str) -> bool {
        let expected = hmac_sha256(&self.mac, &[text.as_bytes()]);
        from_base64url(mac).is_some_and(|mac| equal(&mac, &expected))
    }
}

impl EnvironmentKeys {
    /// The data key and the `sub` key, sealed for a backup.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn to_backup(
        &self,
        ports: &(impl Crypto + Random),
        keys: &BackupKeys,
    ) -> Result<(Sealed, Sealed), CryptoError> {
        let data_key = seal_text(ports, &keys.seal, &associated(&self.label, "data"), &self.data).await?;
        let sub_key = seal_text(ports, &keys.seal, &associated(&self.label, "sub"), &self.sub).await?;
        Ok((data_key, sub_key))
    }

    /// Opens what [`EnvironmentKeys::to_backup`] sealed.
    ///
    /// # Errors
    /// Another recovery key, another environment, or altered.
    pub async fn of_backup(
        ports: &impl Crypto,
        keys: &BackupKeys,
        tenant: &TenantId,
        environment: Environment,
        data_key: &Sealed,
        sub_key: &Sealed,
    ) -> Result<Self, CryptoError> {
        let label = environment_label(tenant, environment);
        let data = open_text(ports, &keys.seal, &associated(&label, "data"), &data_key.0).await?;
        let sub = open_text(ports, &keys.seal, &associated(&label, "sub"), &sub_key.0).await?;
        let key = |bytes: Vec<u8>| bytes.try_into().map_err(|_| CryptoError);
        Ok(Self { data: key(data)?, sub: key(sub)?, label, restored_at: None })
    }
}

fn associated(label: &str, name: &str) -> Vec<u8> {
    format!("backup|{label}|{name}").into_bytes()
}
