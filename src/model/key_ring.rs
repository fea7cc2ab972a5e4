//! Signing keys of one tenant, environment and eID.
//!
//! A ring always announces at least two keys: the one that signs and a standby that clients have
//! already fetched when it is needed. Only public halves leave this Worker; private halves are
//! sealed, and only of keys that sign are they published to the login path.

use super::public_key::{PublicKey, SignatureAlgorithm};
use super::sealed::Sealed;
use super::time::UnixTime;
use crate::eid::Eid;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Announced, not yet signing.
    Standby,
    /// Signs.
    Active,
    /// Signs no more; announced while a token it signed may live.
    Retiring,
    /// Gone from the metadata.
    Removed,
    /// Gone at once, after a disaster.
    Compromised,
}

json_enum!(KeyState {
    Standby = "standby", Active = "active", Retiring = "retiring", Removed = "removed",
    Compromised = "compromised",
});

impl KeyState {
    /// Whether the key stands in JWKS.
    pub fn is_announced(self) -> bool {
        matches!(self, Self::Standby | Self::Active | Self::Retiring)
    }
}

/// JWS algorithm of a key of ours (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; the one every client library must support.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

json_enum!(Algorithm { Rs256 = "RS256", Es256 = "ES256" });

impl Algorithm {
    /// What signs by it, verifies by this.
    pub fn verified_by(self) -> SignatureAlgorithm {
        match self {
            Self::Rs256 => SignatureAlgorithm::Rs256,
            Self::Es256 => SignatureAlgorithm::Es256,
        }
    }

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        self.verified_by().as_str()
    }
}

/// A key as the tenant's object keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// RFC 7638 thumbprint, so that no two keys can share one.
    pub kid: String,
    /// Whose tokens it signs.
    pub eid: Eid,
    /// JWS algorithm.
    pub alg: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it entered that state.
    pub since: UnixTime,
    /// The public half.
    pub public: PublicKey,
    /// PKCS #8, sealed under the environment's data key with the `kid` as associated data.
    pub private: Sealed,
}

json_struct!(SigningKey { kid, eid, alg, state, since, public, private });

/// A key as published with a domain: the private half only where it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncedKey {
    /// See [`SigningKey::kid`].
    pub kid: String,
    /// Whose tokens it signs.
    pub eid: Eid,
    /// JWS algorithm.
    pub alg: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// The public half.
    pub public: PublicKey,
    /// The sealed private half of an active key.
    pub private: Option<Sealed>,
}

json_struct!(AnnouncedKey { kid, eid, alg, state, public, private });

impl SigningKey {
    /// What the domains of this tenant and environment say of the key; `None` once it is gone.
    pub fn announced(&self) -> Option<AnnouncedKey> {
        self.state.is_announced().then(|| AnnouncedKey {
            kid: self.kid.clone(),
            eid: self.eid,
            alg: self.alg,
            state: self.state,
            public: self.public.clone(),
            private: (self.state == KeyState::Active).then(|| self.private.clone()),
        })
    }
}

/// What a private key is sealed for: see [`crate::vault::EnvironmentKeys::seal`].
pub fn signing_key_label(kid: &str) -> String {
    format!("signing key {kid}")
}
