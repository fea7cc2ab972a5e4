//! The keys of one tenant and environment, and everything that is sealed under them.
//!
//! The master key wraps two keys per environment and nothing else ([`wrap`]): the data key, from
//! which every other key is derived by HKDF with its purpose as `info`, and the `sub` key, which
//! never rotates. Associated data always begins with a purpose and the environment's label, so that a
//! ciphertext taken from one place opens in no other.

pub mod backup;
pub mod turns;
pub mod wrap;

use crate::model::domain::environment_label;
use crate::model::{DomainSnapshot, Environment, Sealed, TenantId, UnixTime};
use crate::ports::{Crypto, CryptoError, Random};
use base64ct::{Base64UrlUnpadded, Encoding};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// AES-GCM's IV, bytes (NIST SP 800-38D §5.2.1.1).
pub const IV_BYTES: usize = 12;

/// The unwrapped keys of one tenant and environment. `Debug` shows nothing.
#[derive(Clone)]
pub struct EnvironmentKeys {
    label: String,
    data: [u8; 32],
    sub: [u8; 32],
    restored_at: Option<UnixTime>,
}

impl fmt::Debug for EnvironmentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvironmentKeys({}, …)", self.label)
    }
}

/// The two wrapped keys of a new environment, and what they unwrap to.
pub struct NewEnvironmentKeys {
    /// To be stored and published.
    pub data_key: Sealed,
    /// To be stored and published.
    pub sub_key: Sealed,
    /// To seal the first signing keys with.
    pub keys: EnvironmentKeys,
}

/// What a derived key is for: HKDF's `info`. One purpose, one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Everything that travels through a browser (`login::envelope`), per attempt.
    Envelope,
    /// MAC of codes and access tokens.
    Token,
    /// HMAC of application secrets.
    ClientSecret,
    /// What sessions are called in ID tokens.
    SessionName,
    /// HMAC of people whose CPR number is remembered.
    Consent,
    /// HMAC of people who are counted.
    People,
    /// MAC of the addresses of previews.
    Preview,
    /// Sealing at rest: signing keys, upstream secrets, identities.
    AtRest,
}

impl Purpose {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Envelope => b"edge-eid envelope v1",
            Self::Token => b"edge-eid token v1",
            Self::ClientSecret => b"edge-eid client secret v1",
            Self::SessionName => b"edge-eid session name v1",
            Self::Consent => b"edge-eid consent v1",
            Self::People => b"edge-eid people v1",
            Self::Preview => b"edge-eid preview v1",
            Self::AtRest => b"edge-eid at rest v1",
        }
    }

    /// Whether what is made with the key counts once, or for a while: none of it outlives a restore,
    /// since the objects that knew which were used are gone.
    fn ends_with_a_restore(self) -> bool {
        matches!(self, Self::Envelope | Self::Token)
    }
}

impl EnvironmentKeys {
    /// Opens the keys that a snapshot carries; an isolate unwraps each once.
    ///
    /// # Errors
    /// When they were wrapped with neither of the two master keys.
    pub async fn of(ports: &impl Crypto, domain: &DomainSnapshot) -> Result<Self, CryptoError> {
        let (data_key, sub_key) = (&domain.data_key, &domain.sub_key);
        let keys = Self::unwrap(ports, &domain.tenant, domain.environment, data_key, sub_key).await?;
        Ok(keys.restored(domain.restored_at))
    }

    /// See [`EnvironmentKeys::of`]; of an environment that was never restored.
    ///
    /// # Errors
    /// Likewise.
    pub async fn unwrap(
        ports: &impl Crypto,
        tenant: &TenantId,
        environment: Environment,
        data_key: &Sealed,
        sub_key: &Sealed,
    ) -> Result<Self, CryptoError> {
        let label = environment_label(tenant, environment);
        let data = wrap::unwrap(ports, &label, "data", data_key).await?;
        let sub = wrap::unwrap(ports, &label, "sub", sub_key).await?;
        Ok(Self { label, data, sub, restored_at: None })
    }

    /// The same keys of an environment that was restored from a backup at this moment: codes, tokens
    /// and everything that travels through browsers get other keys than they had before.
    #[must_use]
    pub fn restored(self, restored_at: Option<UnixTime>) -> Self {
        Self { restored_at, ..self }
    }

    /// Makes and wraps the keys of a new environment.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn create(
        ports: &(impl Crypto + Random),
        tenant: &TenantId,
        environment: Environment,
    ) -> Result<NewEnvironmentKeys, CryptoError> {
        let label = environment_label(tenant, environment);
        let keys = Self { label, data: random(ports), sub: random(ports), restored_at: None };
        let (data_key, sub_key) = keys.wrap(ports).await?;
        Ok(NewEnvironmentKeys { data_key, sub_key, keys })
    }

    /// The data key and the `sub` key, wrapped by the current master key.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn wrap(&self, ports: &(impl Crypto + Random)) -> Result<(Sealed, Sealed), CryptoError> {
        let data_key = wrap::wrap(ports, &self.label, "data", &self.data).await?;
        let sub_key = wrap::wrap(ports, &self.label, "sub", &self.sub).await?;
        Ok((data_key, sub_key))
    }

    /// `tenant/ENVIRONMENT`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The key of a purpose; `salt` makes one per attempt where the purpose has many.
    pub fn derive(&self, purpose: Purpose, salt: &[u8]) -> [u8; 32] {
        let restored_at = self.restored_at.filter(|_| purpose.ends_with_a_restore());
        let restored = restored_at.map_or_else(String::new, |at| format!(" restored {}", at.0));
        hkdf_sha256(&self.data, salt, &[purpose.info(), restored.as_bytes()].concat())
    }

    /// Seals something for storage. `what` names it (`signing key <kid>`): opening needs the same.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn seal(
        &self,
        ports: &(impl Crypto + Random),
        what: &str,
        plain: &[u8],
    ) -> Result<Sealed, CryptoError> {
        let key = self.derive(Purpose::AtRest, b"");
        seal_text(ports, &key, format!("{}|{what}", self.label).as_bytes(), plain).await
    }

    /// Opens what [`EnvironmentKeys::seal`] sealed.
    ///
    /// # Errors
    /// When it was sealed for something else, or altered.
    pub async fn open(
        &self,
        ports: &impl Crypto,
        what: &str,
        sealed: &Sealed,
    ) -> Result<Vec<u8>, CryptoError> {
        let key = self.derive(Purpose::AtRest, b"");
        open_text(ports, &key, format!("{}|{what}", self.label).as_bytes(), &sealed.0).await
    }

    /// The hash under which an application's secret is stored. Keyed, so that a copy of the store
    /// without `KEY_ENCRYPTION_KEY` gives no way to try secrets.
    pub fn secret_hash(&self, secret: &str) -> String {
        let key = self.derive(Purpose::ClientSecret, b"");
        Base64UrlUnpadded::encode_string(&hmac_sha256(&key, &[secret.as_bytes()]))
    }

    /// HMAC-SHA256 under the `sub` key: the source of `sub` values.
    pub fn sub_hmac(&self, input: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.sub, &[input])
    }
}

/// Seals under a key: base64url of IV and ciphertext.
async fn seal_text(
    ports: &(impl Crypto + Random),
    key: &[u8; 32],
    aad: &[u8],
    plain: &[u8],
) -> Result<Sealed, CryptoError> {
    let iv: [u8; IV_BYTES] = random(ports);
    let mut bytes = iv.to_vec();
    bytes.extend(ports.seal(key, &iv, aad, plain).await?);
    Ok(Sealed(Base64UrlUnpadded::encode_string(&bytes)))
}

async fn open_text(
    ports: &impl Crypto,
    key: &[u8; 32],
    aad: &[u8],
    sealed: &str,
) -> Result<Vec<u8>, CryptoError> {
    let bytes = Base64UrlUnpadded::decode_vec(sealed).map_err(|_| CryptoError)?;
    let (iv, cipher) = bytes.split_first_chunk::<IV_BYTES>().ok_or(CryptoError)?;
    ports.open(key, iv, aad, cipher).await
}

/// `N` random bytes.
pub fn random<const N: usize>(ports: &impl Random) -> [u8; N] {
    let mut bytes = [0; N];
    ports.fill(&mut bytes);
    bytes
}

/// 32 bytes by HKDF-SHA256 (RFC 5869).
pub fn hkdf_sha256(key: &[u8; 32], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(info, &mut derived)
        .expect("32 bytes are less than HKDF-SHA256's limit of 8,160");
    derived
}

/// HMAC-SHA256 over the parts one after another.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256.
pub fn sha256(input: &[u8]) -> [u8; 32] {
    Sha256::digest(input).into()
}

/// Compares without telling by time where two values differ.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// base64url without padding (RFC 7515 §2).
pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Reads [`base64url`]; refuses padding and stray bits.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// base64 with padding (RFC 4648 §4), for HTTP Basic. By way of [`base64url`], as each alphabet
/// would be compiled once more.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = base64url(bytes).replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Reads base64 of either alphabet, padded or not: people and older clients write all four.
pub fn from_any_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    from_base64url(&text.replace('+', "-").replace('/', "_"))
}
