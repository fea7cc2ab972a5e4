//! WebCrypto: sealing, signing, verifying, and keys that stay in this isolate.

use crate::model::PublicKey;
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;
use crate::ports::{CryptoError, NewKey};
use crate::table::Table;
use crate::vault::turns::Turns;
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::cell::RefCell;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto, WorkerGlobalScope};
use worker::Delay;

/// Most keys of each kind that one isolate remembers.
const REMEMBERED_MAX: usize = 1_000;

thread_local! {
    /// Private keys by label and `kid`, non-extractable, with the parameters that they sign by.
    static SIGNING: RefCell<Table<String, (CryptoKey, Object)>> = const { RefCell::new(Table::new()) };
    /// Unwrapped environment keys by their wrapped text.
    static UNWRAPPED: RefCell<Table<String, [u8; 32]>> = const { RefCell::new(Table::new()) };
}

fn crypto() -> Result<web_sys::Crypto, CryptoError> {
    js_sys::global().unchecked_into::<WorkerGlobalScope>().crypto().map_err(|_| CryptoError)
}

fn subtle() -> Result<SubtleCrypto, CryptoError> {
    Ok(crypto()?.subtle())
}

/// Fills `bytes` with the platform's randomness. A Worker without it can't go on: nothing it would
/// make could be trusted.
pub fn fill(bytes: &mut [u8]) {
    crypto()
        .ok()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(bytes).ok())
        .expect("the platform has randomness");
}

/// Trace ids drawn at once.
const TRACES: usize = 64;

thread_local! {
    /// Random bytes for trace ids, and how many are left. Trace ids are no secrets, so they may be
    /// drawn ahead: one call out of wasm for many requests.
    static TRACE_POOL: RefCell<(Vec<u8>, usize)> = const { RefCell::new((Vec::new(), 0)) };
}

/// The bytes of a new trace id.
pub fn trace_bytes() -> [u8; 16] {
    TRACE_POOL.with_borrow_mut(|(pool, left)| {
        if *left == 0 {
            pool.resize(16 * TRACES, 0);
            fill(pool);
            *left = TRACES;
        }
        *left -= 1;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&pool[16 * *left..][..16]);
        bytes
    })
}

fn object(pairs: &[(&str, JsValue)]) -> Result<Object, CryptoError> {
    let object = Object::new();
    for (name, value) in pairs {
        Reflect::set(&object, &JsValue::from_str(name), value).map_err(|_| CryptoError)?;
    }
    Ok(object)
}

fn usages(list: &[&str]) -> JsValue {
    list.iter().map(|usage| JsValue::from_str(usage)).collect::<Array>().into()
}

async fn wait(promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, CryptoError> {
    JsFuture::from(promise.map_err(|_| CryptoError)?).await.map_err(|_| CryptoError)
}

fn bytes_of(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}

async fn aes(key: &[u8; 32], usage: &str) -> Result<CryptoKey, CryptoError> {
    let data: Object = Uint8Array::from(key.as_slice()).into();
    let promise = subtle()?.import_key_with_str("raw", &data, "AES-GCM", false, &usages(&[usage]));
    Ok(wait(promise).await?.unchecked_into())
}

fn aes_gcm(iv: &[u8; 12], aad: &[u8]) -> Result<Object, CryptoError> {
    object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(iv.as_slice()).into()),
        ("additionalData", Uint8Array::from(aad).into()),
    ])
}

/// AES-256-GCM.
pub async fn seal(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let key = aes(key, "encrypt").await?;
    let promise = subtle()?.encrypt_with_object_and_u8_array(&aes_gcm(iv, aad)?, &key, plain);
    Ok(bytes_of(&wait(promise).await?))
}

/// AES-256-GCM.
pub async fn open(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], cipher: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let key = aes(key, "decrypt").await?;
    let promise = subtle()?.decrypt_with_object_and_u8_array(&aes_gcm(iv, aad)?, &key, cipher);
    Ok(bytes_of(&wait(promise).await?))
}

/// WebCrypto's parameters of an algorithm, for importing, signing and verifying alike: each reads
/// the members that it knows.
fn parameters(alg: SignatureAlgorithm) -> Result<Object, CryptoError> {
    let name = match alg {
        SignatureAlgorithm::Rs256 => "RSASSA-PKCS1-v1_5",
        SignatureAlgorithm::Ps256 => "RSA-PSS",
        SignatureAlgorithm::Es256 => "ECDSA",
        SignatureAlgorithm::EdDsa => "Ed25519",
    };
    object(&[
        ("name", name.into()),
        ("hash", "SHA-256".into()),
        ("namedCurve", "P-256".into()),
        ("saltLength", 32.into()),
    ])
}

/// A new key; of RSA with 2048 bits, the size that every client library accepts.
pub async fn generate(alg: Algorithm) -> Result<NewKey, CryptoError> {
    let parameters = parameters(alg.verified_by())?;
    let set =
        |name: &str, value: JsValue| Reflect::set(&parameters, &name.into(), &value).map_err(|_| CryptoError);
    set("modulusLength", 2048.into())?;
    set("publicExponent", Uint8Array::from([1u8, 0, 1].as_slice()).into())?;
    let promise = subtle()?.generate_key_with_object(&parameters, true, &usages(&["sign", "verify"]));
    let pair: CryptoKeyPair = wait(promise).await?.unchecked_into();
    let jwk = wait(subtle()?.export_key("jwk", &pair.get_public_key())).await?;
    let pkcs8 = bytes_of(&wait(subtle()?.export_key("pkcs8", &pair.get_private_key())).await?);
    let number = |name: &str| {
        Reflect::get(&jwk, &name.into()).ok().and_then(|value| value.as_string()).ok_or(CryptoError)
    };
    let public = match alg {
        Algorithm::Rs256 => PublicKey::Rsa { n: number("n")?, e: number("e")? },
        Algorithm::Es256 => PublicKey::EcP256 { x: number("x")?, y: number("y")? },
    };
    Ok(NewKey { public, pkcs8 })
}

/// Whether this isolate holds the private key.
pub fn holds(name: &str) -> bool {
    SIGNING.with_borrow(|keys| keys.get(name).is_some())
}

/// Imports a private key that can't be exported again.
pub async fn import(name: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError> {
    let data: Object = Uint8Array::from(pkcs8).into();
    let parameters = parameters(alg.verified_by())?;
    let promise = subtle()?.import_key_with_object("pkcs8", &data, &parameters, false, &usages(&["sign"]));
    let key: CryptoKey = wait(promise).await?.unchecked_into();
    SIGNING.with_borrow_mut(|keys| {
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(name.to_owned(), (key, parameters));
    });
    Ok(())
}

/// Signs with an imported key.
pub async fn sign(name: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (key, parameters) = SIGNING.with_borrow(|keys| keys.get(name).cloned()).ok_or(CryptoError)?;
    let promise = subtle()?.sign_with_object_and_u8_array(&parameters, &key, input);
    Ok(bytes_of(&wait(promise).await?))
}

/// Verifies a signature under a public key of an upstream or an application.
pub async fn verify(
    alg: SignatureAlgorithm,
    public: &PublicKey,
    input: &[u8],
    signature: &[u8],
) -> Result<bool, CryptoError> {
    if !alg.fits(public) {
        return Err(CryptoError);
    }
    let parameters = parameters(alg)?;
    let jwk = Object::new();
    for (name, value) in public.jwk() {
        let value = value.as_str().unwrap_or_default().into();
        Reflect::set(&jwk, &name.into(), &value).map_err(|_| CryptoError)?;
    }
    let promise = subtle()?.import_key_with_object("jwk", &jwk, &parameters, false, &usages(&["verify"]));
    let key: CryptoKey = wait(promise).await?.unchecked_into();
    let promise = subtle()?.verify_with_object_and_u8_array_and_u8_array(&parameters, &key, signature, input);
    Ok(wait(promise).await?.is_truthy())
}

/// An environment key this isolate has unwrapped before.
pub fn remembered(wrapped: &str) -> Option<[u8; 32]> {
    UNWRAPPED.with_borrow(|keys| keys.get(wrapped).copied())
}

/// Remembers an unwrapped environment key.
pub fn remember(wrapped: &str, key: [u8; 32]) {
    UNWRAPPED.with_borrow_mut(|keys| {
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(wrapped.to_owned(), key);
    });
}

/// How long a request waits before it looks again whether a turn has ended, milliseconds.
const TURN_STEP_MILLISECONDS: u64 = 5;

thread_local! {
    static TURNS: RefCell<Turns> = const { RefCell::new(Turns::NONE) };
}

/// See [`crate::ports::Crypto::turn`]. Each request waits by timers of its own: the runtime does not
/// let one request go on with what another one has begun.
pub async fn turn(name: &str) {
    while !TURNS.with_borrow_mut(|turns| turns.take(name, js_sys::Date::now() as u64)) {
        Delay::from(Duration::from_millis(TURN_STEP_MILLISECONDS)).await;
    }
}

/// See [`crate::ports::Crypto::turn`].
pub fn pass(name: &str) {
    TURNS.with_borrow_mut(|turns| turns.pass(name));
}
