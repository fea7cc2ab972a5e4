//! The key of an application, and the tokens that it signs by it.

use super::broker::Broker;
use super::crypto::{KEYS, Pair};
use edge_eid::model::PublicKey;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::oauth::client_assertion::ASSERTION_TYPE;
use edge_eid::oauth::jwks::thumbprint;
use edge_eid::vault::{base64url, sha256};
use edge_eid::web::encode_pairs;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

static DRAWN: AtomicU32 = AtomicU32::new(0);

/// A key pair with its name.
pub struct ClientKey {
    pub kid: String,
    pub alg: SignatureAlgorithm,
    pub pair: Pair,
}

impl ClientKey {
    /// A key for an algorithm.
    pub fn of(alg: SignatureAlgorithm) -> Self {
        let pair = match alg {
            // Of the committed keys one that no ring of the small worlds has reached.
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => Pair::rsa(KEYS[8]),
            SignatureAlgorithm::Es256 => Pair::ec(),
            SignatureAlgorithm::EdDsa => Pair::ed(),
        };
        Self { kid: format!("key-{}", DRAWN.fetch_add(1, Ordering::Relaxed)), alg, pair }
    }

    pub fn public(&self) -> PublicKey {
        self.pair.public()
    }

    /// Its public half as it stands in a set.
    pub fn jwk(&self) -> Value {
        let mut jwk = self.public().jwk();
        jwk.insert("kid".to_owned(), self.kid.clone().into());
        jwk.into()
    }

    /// A key set with this key alone.
    pub fn set(&self) -> String {
        json!({ "keys": [self.jwk()] }).to_string()
    }

    /// Signs a token; members of `header` and `claims` that are null are left out.
    pub fn sign(&self, header: Value, claims: Value) -> String {
        let mut whole = json!({ "alg": self.alg.as_str(), "kid": self.kid });
        whole.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        let input = format!("{}.{}", part(whole), part(claims));
        let alg = self.pair.usual();
        let alg = if self.alg.fits(&self.public()) { self.alg } else { alg };
        format!("{input}.{}", base64url(&self.pair.sign(alg, input.as_bytes())))
    }

    /// The claims of a good client assertion for an issuer.
    pub fn claims(&self, broker: &Broker, issuer: &str, client_id: &str) -> Value {
        let now = broker.now().0;
        json!({
            "iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60,
            "jti": format!("assertion-{}", DRAWN.fetch_add(1, Ordering::Relaxed)),
        })
    }

    /// A good client assertion with some members changed, null leaves one out.
    pub fn assertion(
        &self,
        broker: &Broker,
        issuer: &str,
        client_id: &str,
        header: Value,
        changes: Value,
    ) -> String {
        let mut claims = self.claims(broker, issuer, client_id);
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.sign(header, claims)
    }
}

impl ClientKey {
    /// A proof of this key for a request (RFC 9449 §4.2), with some members changed; null leaves one
    /// out.
    pub fn proof(&self, broker: &Broker, method: &str, url: &str, changes: Value) -> String {
        let mut claims = json!({
            "htm": method, "htu": url, "iat": broker.now().0,
            "jti": format!("proof-{}", DRAWN.fetch_add(1, Ordering::Relaxed)),
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let jwk = Value::Object(self.public().jwk());
        self.sign(json!({ "typ": "dpop+jwt", "jwk": jwk, "kid": null }), claims)
    }

    /// A proof that goes with an access token.
    pub fn proof_with(&self, broker: &Broker, method: &str, url: &str, access_token: &str) -> String {
        let ath = base64url(&sha256(access_token.as_bytes()));
        self.proof(broker, method, url, json!({ "ath": ath }))
    }

    /// Thumbprint of the key.
    pub fn jkt(&self) -> String {
        thumbprint(&self.public())
    }
}

/// The parameters that carry an assertion.
pub fn presenting(assertion: &str) -> String {
    encode_pairs([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)])
}

fn part(members: Value) -> String {
    let kept: Map<String, Value> =
        members.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
    base64url(Value::Object(kept).to_string().as_bytes())
}
