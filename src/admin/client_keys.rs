//! The public keys that an application registers: `jwks`, a JWK set (RFC 7517 §5).
//!
//! Only what verifies a signature is kept, so that what is stored, shown and published never holds
//! more than somebody meant to register.

use super::input::Fields;
use crate::json;
use crate::model::PublicKey;
use crate::model::names::InvalidName;
use crate::model::public_key::SignatureAlgorithm;
use serde_json::{Value, json};

/// Most keys of one application.
pub const KEYS_MAX: usize = 20;
/// Largest key set as it is stored, bytes.
pub const KEY_SET_MAX_BYTES: usize = 16 * 1024;
/// Longest `kid`, bytes.
pub const KID_MAX_BYTES: usize = 200;
/// Members of private and of symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Takes `jwks`: a key set as JSON text, its keys reduced to their public members. What is wrong
/// with a key is noted under its place, `jwks.keys[1]`.
pub fn read(fields: &mut Fields) -> Option<String> {
    let given = fields.optional("jwks", |value| match value.get("keys") {
        Some(Value::Array(keys)) if (1..=KEYS_MAX).contains(&keys.len()) => Ok(keys.clone()),
        _ => Err(InvalidName("a JWK set of 1 to 20 keys")),
    })?;
    let mut keys: Vec<Value> = Vec::new();
    for (index, key) in given.iter().enumerate() {
        let public = public_half(key).and_then(|key| {
            let kid = key.get("kid");
            let is_twin = kid.is_some() && keys.iter().any(|earlier| earlier.get("kid") == kid);
            if is_twin { Err("another key has this kid") } else { Ok(key) }
        });
        match public {
            Ok(key) => keys.push(key),
            Err(rule) => fields.refuse(&format!("jwks.keys[{index}]"), rule),
        }
    }
    let set = json::text(&json!({ "keys": keys }));
    fields.demand("jwks", set.len() <= KEY_SET_MAX_BYTES, "at most 16 kB");
    Some(set)
}

/// The members that say what a key is and how it verifies, or the rule that it breaks.
fn public_half(key: &Value) -> Result<Value, &'static str> {
    let Value::Object(given) = key else { return Err("a JSON object") };
    if PRIVATE_MEMBERS.iter().any(|name| given.contains_key(*name)) {
        return Err("a private or secret key; replace it, and register the public half only");
    }
    let public = PublicKey::of_jwk(given);
    let public = public.ok_or("an RSA key of 2048 to 4096 bits, or one on P-256 or Ed25519")?;
    let mut kept = public.jwk();
    if let Some(kid) = given.get("kid") {
        let kid = kid.as_str().filter(|kid| (1..=KID_MAX_BYTES).contains(&kid.len()));
        kept.insert("kid".to_owned(), Value::from(kid.ok_or("a kid is a text of 1 to 200 bytes")?));
    }
    if let Some(alg) = given.get("alg") {
        let alg = alg.as_str().and_then(SignatureAlgorithm::parse).filter(|alg| alg.fits(&public));
        let alg = alg.ok_or("alg is RS256 or PS256 of an RSA key, ES256 of P-256, EdDSA of Ed25519")?;
        kept.insert("alg".to_owned(), Value::from(alg.as_str()));
    }
    if given.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err("a key for signatures: use is sig, or left out");
    }
    kept.insert("use".to_owned(), Value::from("sig"));
    Ok(Value::Object(kept))
}
