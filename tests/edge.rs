//! The platform's cryptography as the Worker uses it, in wasm under Node's WebCrypto.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use edge_eid::edge::crypto;
use edge_eid::model::key_ring::{Algorithm, RsaPublic};
use edge_eid::oauth::jwks;
use edge_eid::ports::CryptoError;
use edge_eid::vault::from_base64url;
use wasm_bindgen_test::wasm_bindgen_test;

const ALG: Algorithm = Algorithm::Rs256;
const KEY: [u8; 32] = [7; 32];
const IV: [u8; 12] = [9; 12];
const AAD: &[u8] = b"acme/TEST pending";
const PLAIN: &[u8] = b"a checked request";

/// What OpenSSL signed below, with RSASSA-PKCS1-v1_5 and SHA-256.
const SIGNED: &[u8] = b"signed by openssl";
/// A modulus of 2048 bits; the exponent is 65537.
const MODULUS_2048: &str = "hnDFJu0r6IoXbLV59654z9rz5K5EMQwak2V3D1Vi49q5cgPWRIJ4LW0mft6rememFmzYW-WK67TX65u0mG07oAbuzz\
    ZzPB6AZzgHZzj3Cob3anvSSYe0QmkgmHxAqKeXD_u2rYSqgYiIPGFa09yghLvSrFozRt-OJyo6uZXeKBuHyrr6tKaD\
    VpAD2t_ZEviCTPmXenUhtNJZhTjZrhfDXtysegz78EivHLjX6FSp5ExqWsXvhwVdDddm8XaghiHdNq0X7kbXQkP8zR\
    mEQJ2nnQ1b5TmJw3Na5hBP5WSMuxzBniLYAj7e5qobZX_7uBurA7UrRpIhsBh0SqLq97msPQ";
/// OpenSSL's signature under it.
const SIGNATURE_2048: &str = "C-cDY4VyHrXybAkI6eXvUy4iUdJJpcGJsG5Gx480vvFb_v9mpslah0SLyL66hz0yAVV9PDuYXowfS1e-dZUGiZASws\
    f6Q5VsME-O50RgFW7R3AWeztaPi3FQY7cRnrfvHpJuX4RkCiWZLMr4YQm7uvR1Z1RrAnOJn_0td0C8P1SDTPHf_-2k\
    RbVUKPylTnVNsEEP-GpM-dY9RIrMjTRTx8Ys-TLq0INtPHNLBTnv7hqe4uh9yoMvNpGSR6X9ppoAAKPuzfb7SAd_3P\
    -KHIdSL_095f9BhMABfmarGwzE1UDFcyovvousyy2Luhznj8Jb0_RL1fTdHRYXOHDeVeU0pw";
/// A modulus of 1024 bits.
const MODULUS_1024: &str = "wlxoqyElnBebXvTIdROt9hEs2axWChF2tu7WlNsXSFvWg6ntpaGD1j16Xx1yQEKhbTNpXX47TocazZYw1yZZ3Cmf3Q\
    EwzD4Hf3Rz6tjUPTEJYKKrij66yn1qLr1qE5GBc2Th9OdDtZufH6mnSNGO6HY1xNi3oo6w0UsQnRS3i1k";
/// OpenSSL's signature under it.
const SIGNATURE_1024: &str = "skGM5c0N0Uq3v1CqAH5S301gHmQk_UqETvq_LFZpj1V2w6MU6NoY7hc3dPZwFPQNeWREiS4kbJLasra3lAQhKObuQH\
    URjphZymTiLjk1JGqqbgNkoZTHSroheUsPlTPGmU950nU9Cv-eULFeokiZtmZKgiMBBPpSg9NRv91U6B4";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn public(modulus: &str) -> RsaPublic {
    RsaPublic { n: modulus.to_owned(), e: "AQAB".to_owned() }
}

async fn verify(modulus: &str, input: &[u8], signature: &str) -> Result<bool, CryptoError> {
    crypto::verify(ALG, &public(modulus), input, &from_base64url(signature).unwrap()).await
}

#[wasm_bindgen_test]
async fn what_is_sealed_opens_with_the_same_key_iv_and_associated_data() {
    let sealed = crypto::seal(&KEY, &IV, AAD, PLAIN).await.unwrap();
    assert_eq!(sealed.len(), PLAIN.len() + 16);
    assert_eq!(crypto::open(&KEY, &IV, AAD, &sealed).await.unwrap(), PLAIN);
}

#[wasm_bindgen_test]
async fn nothing_opens_with_another_key_iv_or_associated_data() {
    let sealed = crypto::seal(&KEY, &IV, AAD, PLAIN).await.unwrap();
    let mut key = KEY;
    key[31] ^= 1;
    let mut iv = IV;
    iv[0] ^= 1;
    assert_eq!(crypto::open(&key, &IV, AAD, &sealed).await, Err(CryptoError));
    assert_eq!(crypto::open(&KEY, &iv, AAD, &sealed).await, Err(CryptoError));
    assert_eq!(crypto::open(&KEY, &IV, b"acme/TEST outcome", &sealed).await, Err(CryptoError));
    assert_eq!(crypto::open(&KEY, &IV, b"", &sealed).await, Err(CryptoError));
}

#[wasm_bindgen_test]
async fn nothing_opens_that_was_altered_cut_or_lengthened() {
    let sealed = crypto::seal(&KEY, &IV, AAD, PLAIN).await.unwrap();
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 0x80;
        assert_eq!(crypto::open(&KEY, &IV, AAD, &altered).await, Err(CryptoError), "byte {at}");
    }
    for length in [0, 1, 15, 16, sealed.len() - 1] {
        assert_eq!(crypto::open(&KEY, &IV, AAD, &sealed[..length]).await, Err(CryptoError), "{length} bytes");
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(crypto::open(&KEY, &IV, AAD, &longer).await, Err(CryptoError));
}

/// Test case 16 of the GCM specification that NIST SP 800-38D adopted.
#[wasm_bindgen_test]
async fn sealing_is_aes_256_gcm_by_the_specification() {
    let key: [u8; 32] =
        hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").try_into().unwrap();
    let iv: [u8; 12] = hex("cafebabefacedbaddecaf888").try_into().unwrap();
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    let cipher_and_tag = hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
         8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
    assert_eq!(crypto::seal(&key, &iv, &aad, &plain).await.unwrap(), cipher_and_tag);
    assert_eq!(crypto::open(&key, &iv, &aad, &cipher_and_tag).await.unwrap(), plain);
}

#[wasm_bindgen_test]
async fn a_new_key_is_rsa_2048_with_the_usual_exponent_and_a_thumbprint_of_its_own() {
    let [one, two] = [crypto::generate(ALG).await.unwrap(), crypto::generate(ALG).await.unwrap()];
    for key in [&one, &two] {
        let modulus = from_base64url(&key.public.n).unwrap();
        assert_eq!(modulus.len(), 256);
        assert!(modulus[0] >= 0x80, "2048 bits, not fewer");
        assert_eq!(key.public.e, "AQAB");
        assert_eq!(from_base64url(&jwks::thumbprint(&key.public)).unwrap().len(), 32);
    }
    assert_ne!(jwks::thumbprint(&one.public), jwks::thumbprint(&two.public));
    assert_ne!(one.pkcs8, two.pkcs8);
}

#[wasm_bindgen_test]
async fn an_exported_key_signs_after_its_import_and_only_its_own_public_half_verifies() {
    let made = crypto::generate(ALG).await.unwrap();
    let kid = jwks::thumbprint(&made.public);
    assert!(!crypto::holds(&kid));
    assert_eq!(crypto::sign(&kid, PLAIN).await, Err(CryptoError));
    crypto::import(&kid, ALG, &made.pkcs8).await.unwrap();
    assert!(crypto::holds(&kid));
    let signature = crypto::sign(&kid, PLAIN).await.unwrap();
    assert_eq!(signature.len(), 256);
    assert_eq!(crypto::verify(ALG, &made.public, PLAIN, &signature).await, Ok(true));
    assert_eq!(crypto::verify(ALG, &made.public, b"another request", &signature).await, Ok(false));
    assert_eq!(crypto::verify(ALG, &public(MODULUS_2048), PLAIN, &signature).await, Ok(false));
}

#[wasm_bindgen_test]
async fn what_is_no_private_key_is_not_imported() {
    let made = crypto::generate(ALG).await.unwrap();
    for pkcs8 in [&b""[..], b"not a key", &made.pkcs8[..made.pkcs8.len() - 1]] {
        assert_eq!(crypto::import("no key", ALG, pkcs8).await, Err(CryptoError));
        assert!(!crypto::holds("no key"));
    }
}

#[wasm_bindgen_test]
async fn a_signature_made_elsewhere_verifies_and_an_altered_one_does_not() {
    assert_eq!(verify(MODULUS_2048, SIGNED, SIGNATURE_2048).await, Ok(true));
    assert_eq!(verify(MODULUS_2048, b"Signed by openssl", SIGNATURE_2048).await, Ok(false));
    assert_eq!(verify(MODULUS_2048, b"", SIGNATURE_2048).await, Ok(false));
    let mut signature = from_base64url(SIGNATURE_2048).unwrap();
    signature[100] ^= 1;
    assert_eq!(crypto::verify(ALG, &public(MODULUS_2048), SIGNED, &signature).await, Ok(false));
    assert_eq!(crypto::verify(ALG, &public(MODULUS_2048), SIGNED, &signature[..255]).await, Ok(false));
    assert_eq!(crypto::verify(ALG, &public(MODULUS_2048), SIGNED, b"").await, Ok(false));
}

#[wasm_bindgen_test]
async fn a_key_below_2048_bits_or_of_absurd_size_is_refused_though_its_signature_is_right() {
    assert_eq!(verify(MODULUS_1024, SIGNED, SIGNATURE_1024).await, Err(CryptoError));
    let huge = "A".repeat(40_000);
    assert_eq!(verify(&huge, SIGNED, SIGNATURE_2048).await, Err(CryptoError));
    for malformed in ["", "AQAB", "not base64url!"] {
        assert_eq!(verify(malformed, SIGNED, SIGNATURE_2048).await, Err(CryptoError));
    }
}

#[wasm_bindgen_test]
fn randomness_differs_each_time_and_fills_everything() {
    let mut drawn = vec![[0; 32]; 20];
    for bytes in &mut drawn {
        crypto::fill(bytes);
    }
    for (at, one) in drawn.iter().enumerate() {
        assert!(drawn[at + 1..].iter().all(|other| other != one));
    }
    // No byte position stays zero in all twenty, but for one chance in 10^46.
    assert!((0..32).all(|at| drawn.iter().any(|bytes| bytes[at] != 0)));
}

#[wasm_bindgen_test]
fn an_unwrapped_key_is_remembered_under_its_wrapped_text_only() {
    crypto::remember("wrapped", KEY);
    assert_eq!(crypto::remembered("wrapped"), Some(KEY));
    assert_eq!(crypto::remembered("another"), None);
}
