//! The platform's cryptography as the Worker uses it, in wasm under Node's WebCrypto.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use edge_eid::edge::crypto;
use edge_eid::model::PublicKey;
use edge_eid::model::key_ring::Algorithm;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::oauth::jwks;
use edge_eid::ports::CryptoError;
use edge_eid::vault::from_base64url;
use wasm_bindgen_test::wasm_bindgen_test;

const RS256: Algorithm = Algorithm::Rs256;
const ES256: Algorithm = Algorithm::Es256;
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

/// A modulus of 2048 bits for RSASSA-PSS.
const MODULUS_PSS: &str = "pWMjvv3qP4Qkte31ogDTwl1cM0N38yW7fkYj9jr-aV_KwyADZ60st8BGL_FwsHE4u9SjETJCMPkZjBmiP13iHsjhdR\
    lKJfgV_ibcD_TSbXpfiipdLcIuiOekKdb5ohL8MvWOqxFxw-E2Yt-\
    9s5d6ZsLC6hmyVBVC_QwK4r2UEoGJMRORM5HQ86mJaJrpJ1rN-\
    IsRnspbs10Fukv1c7URZBGtNTf4JhB_J73Lpt-8gBtgzifpqG6WV0k7TUnTdhUe-\
    HcflYXeMdrpdeTMEbypjkJXTorJLbC1FW09r7ScIGqn7Sc2f9fWJQ4JdeOv4KwPhT7AabNzSXqpQIb_xZJWew";
/// OpenSSL's signature under it, with SHA-256 and a salt of 32 bytes.
const SIGNATURE_PSS: &str = "MUHQ02C1e155bFTbZ6sLDEeqoDreAQZ8qgMbNZ_DItak8sHMeDQ9w4MJbCq4kJamYavNHo8BWCTBmDGuypJuB6y8gb\
    GkBdC3YG4jBBuOyyJr2AM0hErY4LQ_glC0wuDfxL4GGNwCJYVeNWG73AqESvu8ztR5pcCv8EZv7l0V3Fftr8MqB6j2\
    cbHXzaR7s2ru1VsRdt8vYN5hSqamwWdLozrPRHqgdoOfcO4OdjxhAUZk-Bx_92GDgdoeLdA6_uJcR2WKGSsCgt6Szx\
    rfBUxAJxH8n5hfPdB9_PGk2a6F5gfWUoeTWRJkwWIGZCsWA4qoV79tza2gLsN8C3gYNHWXTg";
/// OpenSSL's signature under the key on P-256 below, as r and s.
const SIGNATURE_P256: &str =
    "y_6PnyZ0YetTGpazAhyKBoPW_AS9SV2EL_c4_9eOZVdXWh4pASQP3EzNVtwq-CSE4TJjb-1LsO9aJPWYSyeBAg";
/// OpenSSL's signature under the Ed25519 key below.
const SIGNATURE_ED25519: &str =
    "zaUtHBbnmx8arNb8Wk-veQmNxG9B0LEinl4JUuI0qu-Rtgx109bzp6xdf_c572a6obIbTT_gUs1sde4uDCaVBA";

fn p256() -> PublicKey {
    PublicKey::EcP256 {
        x: "1JzbldXRm3mT9Iy80iG6hdMrqiPesf8vX3YsWNS_GPg".to_owned(),
        y: "JZJSMi4FLVLwSoZgHVRgMtHyB48cPJEpaysQt7Fypxo".to_owned(),
    }
}

fn ed25519() -> PublicKey {
    PublicKey::Ed25519 { x: "qqKoqjr1rz6_CBrvzTcJxf6MDV4V6TFWcaxG0MT-PZc".to_owned() }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn public(modulus: &str) -> PublicKey {
    PublicKey::Rsa { n: modulus.to_owned(), e: "AQAB".to_owned() }
}

fn bytes(text: &str) -> Vec<u8> {
    from_base64url(text).unwrap()
}

async fn verify(modulus: &str, input: &[u8], signature: &str) -> Result<bool, CryptoError> {
    crypto::verify(SignatureAlgorithm::Rs256, &public(modulus), input, &bytes(signature)).await
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
async fn a_new_key_is_rsa_2048_or_on_p_256_with_a_thumbprint_of_its_own() {
    for alg in [RS256, ES256] {
        let [one, two] = [crypto::generate(alg).await.unwrap(), crypto::generate(alg).await.unwrap()];
        for key in [&one, &two] {
            match &key.public {
                PublicKey::Rsa { n, e } => {
                    let modulus = bytes(n);
                    assert_eq!(modulus.len(), 256);
                    assert!(modulus[0] >= 0x80, "2048 bits, not fewer");
                    assert_eq!((alg, e.as_str()), (RS256, "AQAB"));
                }
                PublicKey::EcP256 { x, y } => {
                    assert_eq!((alg, bytes(x).len(), bytes(y).len()), (ES256, 32, 32))
                }
                PublicKey::Ed25519 { .. } => panic!("a kind that was not asked for"),
            }
            assert_eq!(bytes(&jwks::thumbprint(&key.public)).len(), 32);
        }
        assert_ne!(jwks::thumbprint(&one.public), jwks::thumbprint(&two.public));
        assert_ne!(one.pkcs8, two.pkcs8);
    }
}

#[wasm_bindgen_test]
async fn an_exported_key_signs_after_its_import_and_only_its_own_public_half_verifies() {
    for (alg, length, other) in [(RS256, 256, public(MODULUS_2048)), (ES256, 64, p256())] {
        let made = crypto::generate(alg).await.unwrap();
        let kid = jwks::thumbprint(&made.public);
        assert!(!crypto::holds(&kid));
        assert_eq!(crypto::sign(&kid, PLAIN).await, Err(CryptoError));
        crypto::import(&kid, alg, &made.pkcs8).await.unwrap();
        assert!(crypto::holds(&kid));
        let signature = crypto::sign(&kid, PLAIN).await.unwrap();
        assert_eq!(signature.len(), length);
        let alg = alg.verified_by();
        assert_eq!(crypto::verify(alg, &made.public, PLAIN, &signature).await, Ok(true));
        assert_eq!(crypto::verify(alg, &made.public, b"another request", &signature).await, Ok(false));
        assert_eq!(crypto::verify(alg, &other, PLAIN, &signature).await, Ok(false));
    }
}

/// The four kinds of signatures that applications send, each made by OpenSSL.
#[wasm_bindgen_test]
async fn a_signature_holds_by_its_own_algorithm_and_key_only() {
    use SignatureAlgorithm::{EdDsa, Es256, Ps256, Rs256};
    let made = [
        (Rs256, public(MODULUS_2048), SIGNATURE_2048),
        (Ps256, public(MODULUS_PSS), SIGNATURE_PSS),
        (Es256, p256(), SIGNATURE_P256),
        (EdDsa, ed25519(), SIGNATURE_ED25519),
    ];
    for (alg, key, signature) in &made {
        let signature = bytes(signature);
        assert_eq!(crypto::verify(*alg, key, SIGNED, &signature).await, Ok(true), "{alg:?}");
        assert_eq!(crypto::verify(*alg, key, b"Signed by openssl", &signature).await, Ok(false));
        let mut altered = signature.clone();
        altered[7] ^= 1;
        assert_eq!(crypto::verify(*alg, key, SIGNED, &altered).await, Ok(false));
        for other in SignatureAlgorithm::ALL.into_iter().filter(|other| other != alg) {
            let held = crypto::verify(other, key, SIGNED, &signature).await;
            assert_eq!(held, if other.fits(key) { Ok(false) } else { Err(CryptoError) }, "{alg:?} {other:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn what_is_no_private_key_is_not_imported() {
    let made = crypto::generate(RS256).await.unwrap();
    for pkcs8 in [&b""[..], b"not a key", &made.pkcs8[..made.pkcs8.len() - 1]] {
        assert_eq!(crypto::import("no key", RS256, pkcs8).await, Err(CryptoError));
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
    for signature in [&signature, &signature[..255], b""] {
        let held = crypto::verify(RS256.verified_by(), &public(MODULUS_2048), SIGNED, signature).await;
        assert_eq!(held, Ok(false));
    }
}

#[wasm_bindgen_test]
async fn a_malformed_key_verifies_nothing_and_one_below_2048_bits_is_no_key() {
    for malformed in ["", "AQAB", "not base64url!"] {
        assert!(verify(malformed, SIGNED, SIGNATURE_2048).await != Ok(true));
    }
    assert!(PublicKey::of_jwk(&public(MODULUS_1024).jwk()).is_none());
    assert_eq!(PublicKey::of_jwk(&public(MODULUS_2048).jwk()), Some(public(MODULUS_2048)));
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
