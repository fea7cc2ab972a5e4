//! How we prove at an upstream's token endpoint that we are its client: by a secret, or by an assertion
//! that we sign (RFC 7523 §2.2, OIDC Core §9 `private_key_jwt`).

use super::Eid;
use crate::json;
use crate::model::domain::{
    Audience, ClientKey, Upstream, upstream_key_label, upstream_key_name, upstream_secret_label,
};
use crate::model::key_ring::Algorithm;
use crate::model::{Host, UnixTime};
use crate::oauth::client_assertion::ASSERTION_TYPE;
use crate::oauth::jwt::signing_input;
use crate::ports::{Crypto, CryptoError, Random};
use crate::vault::{EnvironmentKeys, base64, base64url, random};
use crate::web::percent_encode;
use serde_json::Value;

/// How our keys at upstreams sign: every OpenID provider that takes assertions takes it.
pub const ALGORITHM: Algorithm = Algorithm::Rs256;
/// An assertion lives this long, seconds.
pub const ASSERTION_SECONDS: u64 = 60;

/// What a token request carries.
pub struct Proof {
    /// Value of `Authorization`.
    pub authorization: Option<String>,
    /// Members of the form.
    pub form: Vec<(&'static str, String)>,
}

/// Proves us to the upstream of an eID at a host's domain; `token_endpoint` is where the proof goes.
///
/// # Errors
/// When there is nothing to prove us by, or it does not open.
pub async fn prove(
    ports: &(impl Crypto + Random),
    keys: &EnvironmentKeys,
    (host, eid): (&Host, Eid),
    upstream: &Upstream,
    token_endpoint: &str,
    now: UnixTime,
) -> Result<Proof, CryptoError> {
    if let Some(key) = &upstream.client_key {
        let assertion = assertion(ports, keys, (host, eid), key, upstream, token_endpoint, now).await?;
        let form = vec![
            ("client_id", upstream.client_id.clone()),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", assertion),
        ];
        return Ok(Proof { authorization: None, form });
    }
    let sealed = upstream.client_secret.as_ref().ok_or(CryptoError)?;
    let secret = keys.open(ports, &upstream_secret_label(host, eid), sealed).await?;
    let secret = String::from_utf8(secret).map_err(|_| CryptoError)?;
    // RFC 6749 §2.3.1: both halves form-encoded before they are joined.
    let pair = format!("{}:{}", percent_encode(&upstream.client_id), percent_encode(&secret));
    Ok(Proof { authorization: Some(format!("Basic {}", base64(pair.as_bytes()))), form: Vec::new() })
}

async fn assertion(
    ports: &(impl Crypto + Random),
    keys: &EnvironmentKeys,
    (host, eid): (&Host, Eid),
    key: &ClientKey,
    upstream: &Upstream,
    token_endpoint: &str,
    now: UnixTime,
) -> Result<String, CryptoError> {
    let audience = match key.audience {
        Audience::Issuer => upstream.issuer.as_str(),
        Audience::TokenEndpoint => token_endpoint,
    };
    let jti = base64url(&random::<16>(ports));
    let client_id = upstream.client_id.as_str();
    let mut claims = json::texts(&[("iss", client_id), ("sub", client_id), ("aud", audience), ("jti", &jti)]);
    claims.insert("iat".to_owned(), Value::from(now.0));
    claims.insert("exp".to_owned(), Value::from(now.plus(ASSERTION_SECONDS).0));
    let input = signing_input(ALGORITHM, "JWT", &key.kid, &claims);
    let name = upstream_key_name(host, eid, &key.kid);
    if !ports.holds(&name) {
        let pkcs8 = keys.open(ports, &upstream_key_label(host, eid), &key.private).await?;
        ports.import(&name, ALGORITHM, &pkcs8).await?;
    }
    let signature = ports.sign(&name, input.as_bytes()).await?;
    Ok(format!("{input}.{}", base64url(&signature)))
}
