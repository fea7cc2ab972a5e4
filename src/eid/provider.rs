//! What a client does with any OpenID provider: reads its metadata, and believes its ID tokens only
//! after signature, issuer, audience and nonce were checked.

use crate::model::UnixTime;
use crate::model::public_key::SignatureAlgorithm;
use crate::model::url::WebUrl;
use crate::oauth::jwks;
use crate::oauth::jwt::{Expected, Unverified};
use crate::ports::{Crypto, Upstreams};
use serde_json::{Map, Value};

/// How an upstream may sign; which it does hangs on the kind of key that it publishes.
const SIGNED_BY: [SignatureAlgorithm; 3] =
    [SignatureAlgorithm::Rs256, SignatureAlgorithm::Ps256, SignatureAlgorithm::Es256];
/// An upstream's metadata and keys are kept this long in an isolate, seconds.
pub const METADATA_SECONDS: u64 = 600;
/// For a key that is not among them they are fetched again, at most so often, seconds: it may have rolled
/// its key over, or somebody is making names up.
pub const KEYS_AGAIN_SECONDS: u64 = 10;

/// What of discovery we use. Endpoints are parsed as URLs of the kind that settings may hold, so
/// that no document can lead a browser to a script, or our secret to a place without TLS.
pub struct Metadata {
    /// `issuer`
    pub issuer: String,
    /// `authorization_endpoint`
    pub authorization_endpoint: WebUrl,
    /// `token_endpoint`
    pub token_endpoint: WebUrl,
    /// `userinfo_endpoint`
    pub userinfo_endpoint: Option<WebUrl>,
    /// `end_session_endpoint`
    pub end_session_endpoint: Option<WebUrl>,
    /// `jwks_uri`
    pub jwks_uri: WebUrl,
    /// RFC 9207 §3
    pub authorization_response_iss_parameter_supported: bool,
}

json_struct!(Metadata {
    issuer, authorization_endpoint, token_endpoint, userinfo_endpoint, end_session_endpoint, jwks_uri,
    authorization_response_iss_parameter_supported or false,
});

impl Metadata {
    fn endpoints(&self) -> impl Iterator<Item = &WebUrl> {
        [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri]
            .into_iter()
            .chain(&self.userinfo_endpoint)
            .chain(&self.end_session_endpoint)
    }
}

/// A public provider whose metadata points to a local place is broken or taken over (SSRF).
fn leads_inside(issuer: &WebUrl, metadata: &Metadata) -> bool {
    issuer.is_public() && !metadata.endpoints().all(WebUrl::is_public)
}

/// The metadata of an issuer.
///
/// # Errors
/// A text for the log.
pub async fn metadata(ports: &impl Upstreams, issuer: &WebUrl, now: UnixTime) -> Result<Metadata, String> {
    let url = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let text = ports.document(&url, METADATA_SECONDS, now).await.map_err(|failed| failed.cause)?;
    let metadata: Metadata = crate::json::read(&text).map_err(|_| "metadata is malformed".to_owned())?;
    // OIDC Discovery §4.3: it must be exactly the issuer that was configured.
    if metadata.issuer != issuer.as_str() {
        return Err("metadata is of another issuer".to_owned());
    }
    if leads_inside(issuer, &metadata) {
        return Err("metadata of a public issuer names an endpoint that is not public".to_owned());
    }
    Ok(metadata)
}

/// Verifies an ID token by its issuer's published keys. A `kid` that is not in the keys we remember is
/// looked up once more, for the issuer may have rolled its key over.
///
/// # Errors
/// A text for the log, which holds no claim.
pub async fn verify(
    ports: &(impl Upstreams + Crypto),
    metadata: &Metadata,
    expected: &Expected<'_>,
    id_token: &str,
    now: UnixTime,
) -> Result<Map<String, Value>, String> {
    let broken = |why: &str| format!("id_token: {why}");
    let token = Unverified::parse(id_token, &SIGNED_BY).map_err(broken)?;
    let mut key = None;
    for max_age in [METADATA_SECONDS, KEYS_AGAIN_SECONDS] {
        let set = ports
            .document(metadata.jwks_uri.as_str(), max_age, now)
            .await
            .map_err(|failed| format!("keys: {}", failed.cause))?;
        key = jwks::find(&set, token.kid(), token.alg());
        if key.is_some() {
            break;
        }
    }
    let key = key.ok_or(broken("signed by no published key"))?;
    let holds = ports.verify(token.alg(), &key, token.input(), token.signature()).await;
    token.verified(holds, expected, now).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    #[test]
    fn a_public_upstream_may_not_name_an_endpoint_inside() {
        let public = "https://eid.example/x";
        let read = |inside: usize, endpoint: &str| -> Metadata {
            let at = |index| if index == inside { endpoint } else { public };
            let document = serde_json::json!({
                "issuer": "https://eid.example",
                "authorization_endpoint": at(0),
                "token_endpoint": at(1),
                "userinfo_endpoint": at(2),
                "jwks_uri": at(3),
            });
            Metadata::read(&document).unwrap()
        };
        let issuer = WebUrl::parse("https://eid.example").unwrap();
        let local = WebUrl::parse("http://localhost:8787/simulator/mitid").unwrap();
        for endpoint in [
            "http://localhost/x",
            "https://10.0.0.1/x",
            "https://eid.example:8443/x",
            "https://db.internal/x",
        ] {
            for inside in 0..4 {
                assert!(leads_inside(&issuer, &read(inside, endpoint)), "{endpoint} at {inside}");
                assert!(!leads_inside(&local, &read(inside, endpoint)), "{endpoint} at {inside}");
            }
        }
        assert!(!leads_inside(&issuer, &read(0, public)));
    }
}
