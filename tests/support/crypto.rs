//! The platform's cryptography by `ring`: real AES-256-GCM and signatures; RSA keys from `keys/`.

use edge_eid::model::PublicKey;
use edge_eid::model::key_ring::Algorithm;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::ports::{CryptoError, NewKey};
use edge_eid::vault::turns::Turns;
use edge_eid::vault::{base64url, from_base64url};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256,
    UnparsedPublicKey,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The committed test keys, in the order in which `generate` hands them out.
pub const KEYS: [&[u8]; 18] = [
    include_bytes!("keys/01.pk8"),
    include_bytes!("keys/02.pk8"),
    include_bytes!("keys/03.pk8"),
    include_bytes!("keys/04.pk8"),
    include_bytes!("keys/05.pk8"),
    include_bytes!("keys/06.pk8"),
    include_bytes!("keys/07.pk8"),
    include_bytes!("keys/08.pk8"),
    include_bytes!("keys/09.pk8"),
    include_bytes!("keys/13.pk8"),
    include_bytes!("keys/14.pk8"),
    include_bytes!("keys/15.pk8"),
    include_bytes!("keys/16.pk8"),
    include_bytes!("keys/17.pk8"),
    include_bytes!("keys/18.pk8"),
    include_bytes!("keys/10.pk8"),
    include_bytes!("keys/11.pk8"),
    include_bytes!("keys/12.pk8"),
];
/// The last three belong to the upstreams; `generate` does not reach them.
pub const UPSTREAM_KEYS: [&[u8]; 3] = [KEYS[15], KEYS[16], KEYS[17]];

/// Signing keys that were imported, and how many were handed out.
#[derive(Default)]
pub struct RingCrypto {
    imported: RefCell<BTreeMap<String, Pair>>,
    unwrapped: RefCell<BTreeMap<String, [u8; 32]>>,
    handed_out: Cell<usize>,
    /// What was opened, by its associated data.
    pub opened: RefCell<Vec<String>>,
    /// Keys that were imported, as often as they were.
    pub imports: RefCell<Vec<String>>,
    /// Keys that somebody unwraps at this moment.
    pub turns: RefCell<Turns>,
}

fn aes(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

/// A key pair of some kind.
pub enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Pair {
    /// One of the committed RSA keys.
    pub fn rsa(pkcs8: &[u8]) -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(pkcs8).unwrap())
    }

    /// A fresh key on P-256.
    pub fn ec() -> Self {
        Self::ec_of(&new_ec()).unwrap()
    }

    /// A fresh Ed25519 key.
    pub fn ed() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn ec_of(pkcs8: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random).ok().map(Self::Ec)
    }

    fn of(alg: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            Algorithm::Es256 => Self::ec_of(pkcs8),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Rsa(pair) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                PublicKey::Rsa { n: base64url(&parts.n), e: base64url(&parts.e) }
            }
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                PublicKey::EcP256 { x: base64url(&point[1..33]), y: base64url(&point[33..]) }
            }
            Self::Ed(pair) => PublicKey::Ed25519 { x: base64url(pair.public_key().as_ref()) },
        }
    }

    /// The algorithm that a client would take for this kind of key.
    pub fn usual(&self) -> SignatureAlgorithm {
        match self {
            Self::Rsa(_) => SignatureAlgorithm::Rs256,
            Self::Ec(_) => SignatureAlgorithm::Es256,
            Self::Ed(_) => SignatureAlgorithm::EdDsa,
        }
    }

    /// Signs; RSA by either of its algorithms.
    pub fn sign(&self, alg: SignatureAlgorithm, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let pss = alg == SignatureAlgorithm::Ps256;
                let padding: &dyn ring::signature::RsaEncoding =
                    if pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, input, &mut signature).unwrap();
                signature
            }
            Self::Ec(pair) => pair.sign(&random, input).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(input).as_ref().to_vec(),
        }
    }
}

fn new_ec() -> Vec<u8> {
    let random = SystemRandom::new();
    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap().as_ref().to_vec()
}

/// Whether a signature holds.
pub fn holds_under(alg: SignatureAlgorithm, public: &PublicKey, input: &[u8], signature: &[u8]) -> bool {
    if !alg.fits(public) {
        return false;
    }
    let bytes = |text: &str| from_base64url(text).unwrap_or_default();
    match public {
        PublicKey::Rsa { n, e } => {
            let pss = alg == SignatureAlgorithm::Ps256;
            let padding = if pss { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
            PublicKeyComponents { n: bytes(n), e: bytes(e) }.verify(padding, input, signature).is_ok()
        }
        PublicKey::EcP256 { x, y } => {
            let point = [&[4][..], &bytes(x), &bytes(y)].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, signature).is_ok()
        }
        PublicKey::Ed25519 { x } => {
            UnparsedPublicKey::new(&ED25519, bytes(x)).verify(input, signature).is_ok()
        }
    }
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
        self.opened.borrow_mut().push(String::from_utf8_lossy(aad).into_owned());
        let mut bytes = cipher.to_vec();
        let nonce = Nonce::assume_unique_for_key(*iv);
        let plain = aes(key).open_in_place(nonce, Aad::from(aad), &mut bytes).map_err(|_| CryptoError)?;
        Ok(plain.to_vec())
    }

    /// Hands out the next committed RSA key, or a fresh one on P-256.
    pub fn generate(&self, alg: Algorithm) -> Result<NewKey, CryptoError> {
        let pkcs8 = match alg {
            Algorithm::Rs256 => {
                let at = self.handed_out.get();
                self.handed_out.set(at + 1);
                KEYS[..KEYS.len() - UPSTREAM_KEYS.len()].get(at).ok_or(CryptoError)?.to_vec()
            }
            Algorithm::Es256 => new_ec(),
        };
        let public = Pair::of(alg, &pkcs8).ok_or(CryptoError)?.public();
        Ok(NewKey { public, pkcs8 })
    }

    pub fn holds(&self, kid: &str) -> bool {
        self.imported.borrow().contains_key(kid)
    }

    pub fn import(&self, kid: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError> {
        let pair = Pair::of(alg, pkcs8).ok_or(CryptoError)?;
        self.imports.borrow_mut().push(kid.to_owned());
        self.imported.borrow_mut().insert(kid.to_owned(), pair);
        Ok(())
    }

    pub fn sign(&self, kid: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.imported.borrow().get(kid).map(|pair| pair.sign(pair.usual(), input)).ok_or(CryptoError)
    }

    /// The next key is the first again: for tests with more tenants than committed keys.
    pub fn hand_out_again(&self) {
        self.handed_out.set(0);
    }

    /// As another isolate would: no unwrapped key is remembered.
    pub fn forget(&self) {
        self.unwrapped.borrow_mut().clear();
        self.imported.borrow_mut().clear();
    }

    pub fn remembered(&self, wrapped: &str) -> Option<[u8; 32]> {
        self.unwrapped.borrow().get(wrapped).copied()
    }

    pub fn remember(&self, wrapped: &str, key: [u8; 32]) {
        self.unwrapped.borrow_mut().insert(wrapped.to_owned(), key);
    }
}
