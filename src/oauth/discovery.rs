//! The provider metadata (OIDC Discovery §3, RFC 8414 §2). It advertises what works, nothing else.

use super::response_mode::ResponseMode;
use crate::eid::Acr;
use serde_json::{Value, json};

/// The document of a domain. `acrs` are the eIDs that can be asked for there; `segment` is the path
/// segment it was fetched under, as sent.
pub fn document(issuer: &str, segment: Option<&str>, acrs: &[Acr]) -> Value {
    let below = segment.map(|segment| format!("/{segment}")).unwrap_or_default();
    let modes = ResponseMode::ALL.map(ResponseMode::as_str);
    let acrs: Vec<&str> = acrs.iter().map(|acr| acr.urn()).collect();
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}{below}/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "userinfo_endpoint": format!("{issuer}/oauth2/userinfo"),
        "jwks_uri": format!("{issuer}/.well-known/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": modes,
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": super::scope::SUPPORTED,
        "acr_values_supported": acrs,
        "ui_locales_supported": ["da", "en"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    })
}
