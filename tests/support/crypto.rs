//! The platform's cryptography by `ring`: real AES-256-GCM and RS256, keys from `keys/`.

use edge_eid::model::key_ring::{Algorithm, RsaPublic};
use edge_eid::ports::{CryptoError, NewKey};
use edge_eid::vault::{base64url, from_base64url};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The committed test keys, in the order in which `generate` hands them out.
pub const KEYS: [&[u8]; 12] = [
    include_bytes!("keys/01.pk8"),
    include_bytes!("keys/02.pk8"),
    include_bytes!("keys/03.pk8"),
    include_bytes!("keys/04.pk8"),
    include_bytes!("keys/05.pk8"),
    include_bytes!("keys/06.pk8"),
    include_bytes!("keys/07.pk8"),
    include_bytes!("keys/08.pk8"),
    include_bytes!("keys/09.pk8"),
    include_bytes!("keys/10.pk8"),
    include_bytes!("keys/11.pk8"),
    include_bytes!("keys/12.pk8"),
];
/// The last three belong to the upstreams; `generate` does not reach them.
pub const UPSTREAM_KEYS: [&[u8]; 3] = [KEYS[9], KEYS[10], KEYS[11]];

/// Signing keys that were imported, and how many were handed out.
#[derive(Default)]
pub struct RingCrypto {
    imported: RefCell<BTreeMap<String, KeyPair>>,
    unwrapped: RefCell<BTreeMap<String, [u8; 32]>>,
    handed_out: Cell<usize>,
}

fn aes(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

/// The public half of a key pair as a JWK has it.
pub fn public_of(pair: &KeyPair) -> RsaPublic {
    let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    RsaPublic { n: base64url(&parts.n), e: base64url(&parts.e) }
}

/// Signs as RS256.
pub fn sign_with(pair: &KeyPair, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), input, &mut signature).unwrap();
    signature
}

/// Whether an RS256 signature holds.
pub fn holds_under(public: &RsaPublic, input: &[u8], signature: &[u8]) -> bool {
    let (Some(n), Some(e)) = (from_base64url(&public.n), from_base64url(&public.e)) else { return false };
    PublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, input, signature).is_ok()
}

impl RingCrypto {
    pub fn seal(&self, key: &[u8; 32], iv: &[u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut bytes = plain.to_vec();
        let nonce = Nonce::assume_unique_for_key(*iv);
        aes(key).seal_in_place_append_tag(nonce, Aad::from(aad), &mut bytes).unwrap();
        bytes
    }

    pub fn open(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        cipher: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let mut bytes = cipher.to_vec();
        let nonce = Nonce::assume_unique_for_key(*iv);
        let plain = aes(key).open_in_place(nonce, Aad::from(aad), &mut bytes).map_err(|_| CryptoError)?;
        Ok(plain.to_vec())
    }

    /// Hands out the next committed key.
    pub fn generate(&self, Algorithm::Rs256: Algorithm) -> Result<NewKey, CryptoError> {
        let at = self.handed_out.get();
        self.handed_out.set(at + 1);
        let pkcs8 = *KEYS[..KEYS.len() - UPSTREAM_KEYS.len()].get(at).ok_or(CryptoError)?;
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| CryptoError)?;
        Ok(NewKey { public: public_of(&pair), pkcs8: pkcs8.to_vec() })
    }

    pub fn holds(&self, kid: &str) -> bool {
        self.imported.borrow().contains_key(kid)
    }

    pub fn import(&self, kid: &str, pkcs8: &[u8]) -> Result<(), CryptoError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| CryptoError)?;
        self.imported.borrow_mut().insert(kid.to_owned(), pair);
        Ok(())
    }

    pub fn sign(&self, kid: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.imported.borrow().get(kid).map(|pair| sign_with(pair, input)).ok_or(CryptoError)
    }

    pub fn remembered(&self, wrapped: &str) -> Option<[u8; 32]> {
        self.unwrapped.borrow().get(wrapped).copied()
    }

    pub fn remember(&self, wrapped: &str, key: [u8; 32]) {
        self.unwrapped.borrow_mut().insert(wrapped.to_owned(), key);
    }
}
