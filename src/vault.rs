//! The keys of one tenant and environment, and everything that is sealed under them.
//!
//! `KEY_ENCRYPTION_KEY` wraps two keys per environment and nothing else: the data key, from which
//! every other key is derived by HKDF with its purpose as `info`, and the `sub` key, which never
//! rotates. Associated data always begins with a purpose and the environment's label, so that a
//! ciphertext taken from one place opens in no other.

use crate::model::domain::environment_label;
use crate::model::{DomainSnapshot, Environment, Sealed, TenantId};
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
            Self::AtRest => b"edge-eid at rest v1",
        }
    }
}

impl EnvironmentKeys {
    /// Opens the keys that a snapshot carries; an isolate unwraps each once.
    ///
    /// # Errors
    /// When `KEY_ENCRYPTION_KEY` is not the one they were wrapped with.
    pub async fn of(ports: &impl Crypto, domain: &DomainSnapshot) -> Result<Self, CryptoError> {
        Self::unwrap(ports, &domain.tenant, domain.environment, &domain.data_key, &domain.sub_key).await
    }

    /// See [`EnvironmentKeys::of`].
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
        let data = unwrap_one(ports, &label, "data", data_key).await?;
        let sub = unwrap_one(ports, &label, "sub", sub_key).await?;
        Ok(Self { label, data, sub })
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
        let (data, sub) = (random(ports), random(ports));
        let data_key = wrap_one(ports, &label, "data", &data).await?;
        let sub_key = wrap_one(ports, &label, "sub", &sub).await?;
        Ok(NewEnvironmentKeys { data_key, sub_key, keys: Self { label, data, sub } })
    }

    /// `tenant/ENVIRONMENT`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The key of a purpose; `salt` makes one per attempt where the purpose has many.
    pub fn derive(&self, purpose: Purpose, salt: &[u8]) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(salt), &self.data)
            .expand(purpose.info(), &mut key)
            .expect("32 bytes are less than HKDF-SHA256's limit of 8,160");
        key
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
        open_text(ports, &key, format!("{}|{what}", self.label).as_bytes(), sealed).await
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

async fn wrap_one(
    ports: &(impl Crypto + Random),
    label: &str,
    name: &str,
    key: &[u8; 32],
) -> Result<Sealed, CryptoError> {
    seal_text(ports, ports.master_key(), format!("wrap|{label}|{name}").as_bytes(), key).await
}

async fn unwrap_one(
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
    let plain =
        open_text(ports, ports.master_key(), format!("wrap|{label}|{name}").as_bytes(), wrapped).await?;
    let key = plain.try_into().map_err(|_| CryptoError)?;
    ports.remember(&remembered, key);
    Ok(key)
}

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
    sealed: &Sealed,
) -> Result<Vec<u8>, CryptoError> {
    let bytes = Base64UrlUnpadded::decode_vec(&sealed.0).map_err(|_| CryptoError)?;
    let (iv, cipher) = bytes.split_first_chunk::<IV_BYTES>().ok_or(CryptoError)?;
    ports.open(key, iv, aad, cipher).await
}

/// `N` random bytes.
pub fn random<const N: usize>(ports: &impl Random) -> [u8; N] {
    let mut bytes = [0; N];
    ports.fill(&mut bytes);
    bytes
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
