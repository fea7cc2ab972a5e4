//! Whether an upstream is what its setting says: its metadata and keys, read as logins read them.
//!
//! `npm run check-upstream` looks at the same, and tries the secret and the callback besides: the secret is
//! the management Worker's, and this one does not follow where a browser would be sent.

use super::probe::{self, look, shown};
use crate::model::url::WebUrl;
use crate::pages::dashboard::findings::Finding;
use crate::pages::texts::dashboard::findings as common;
use crate::pages::texts::dashboard::upstreams as texts;
use crate::ports::Upstreams;
use serde_json::Value;

/// Signatures that logins verify, by name.
const ALGORITHMS: [&str; 3] = ["RS256", "PS256", "ES256"];
/// How we sign assertions.
const OURS: &str = "RS256";
/// Claims without which no login of a preset succeeds, each by one of several names.
const CLAIMS: [(&str, &[&[&str]]); 3] = [
    ("neb", &[&["mitid.uuid", "nemid.pid"], &["loa"]]),
    ("signicat", &[&["mitid_uuid", "idp_id"], &["mitid_loa"]]),
    ("idura", &[&["uuid", "pidNumberIdentifier"], &["authenticationtype"]]),
];

/// Checks an upstream as the API shows it.
pub async fn check(ports: &impl Upstreams, upstream: &Value, simulators: bool) -> Vec<Finding> {
    let issuer = match WebUrl::parse(upstream["issuer"].as_str().unwrap_or_default()) {
        Ok(issuer) if probe::may_look(&issuer, simulators) => issuer,
        _ => return vec![Finding::doubt(texts::NOT_PUBLIC.clone())],
    };
    let url = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let metadata = match look(ports, &url).await {
        Ok(metadata) => metadata,
        Err(trouble) => return vec![Finding::bad(common::at(&url, &trouble.text()))],
    };
    let stated = metadata["issuer"].as_str().unwrap_or_default();
    if stated != issuer.as_str() {
        let only_slash = stated.trim_end_matches('/') == issuer.as_str().trim_end_matches('/');
        return vec![Finding::bad(texts::other_issuer(&shown(stated), only_slash))];
    }
    let mut findings = vec![Finding::good(texts::metadata(stated))];
    let wrong = wrong_endpoints(&metadata, &issuer, simulators);
    findings.extend(wrong.iter().map(|name| Finding::bad(texts::endpoint(name))));
    findings.extend(offers(&metadata, upstream));
    if !wrong.contains(&"jwks_uri") {
        findings.push(keys(ports, metadata["jwks_uri"].as_str().unwrap_or_default()).await);
    }
    findings.push(Finding::doubt(texts::NOT_TRIED.clone()));
    findings
}

/// The endpoints that no login would use. A public provider may not name one inside (SSRF).
fn wrong_endpoints(metadata: &Value, issuer: &WebUrl, simulators: bool) -> Vec<&'static str> {
    let fits = |value: &Value| {
        let url = value.as_str().and_then(|url| WebUrl::parse(url).ok());
        url.is_some_and(
            |url| if issuer.is_public() { url.is_public() } else { probe::may_look(&url, simulators) },
        )
    };
    let needed = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
    let may_be = ["userinfo_endpoint", "end_session_endpoint"];
    let needed = needed.into_iter().filter(|name| !fits(&metadata[*name]));
    let may_be = may_be.into_iter().filter(|name| !metadata[*name].is_null() && !fits(&metadata[*name]));
    needed.chain(may_be).collect()
}

/// The texts of a list; `usual` where there is none (OIDC Discovery §3).
fn list<'a>(metadata: &'a Value, name: &str, usual: &[&'a str]) -> Vec<&'a str> {
    match metadata[name].as_array() {
        Some(items) => items.iter().filter_map(Value::as_str).collect(),
        None => usual.to_vec(),
    }
}

/// What the metadata says that it can do.
fn offers(metadata: &Value, upstream: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    if !list(metadata, "response_types_supported", &["code"]).contains(&"code") {
        found.push(Finding::bad(texts::NO_CODE.clone()));
    }
    let challenges = list(metadata, "code_challenge_methods_supported", &[]);
    if metadata["code_challenge_methods_supported"].is_null() {
        found.push(Finding::doubt(texts::NO_PKCE.clone()));
    } else if !challenges.contains(&"S256") {
        found.push(Finding::bad(texts::NO_S256.clone()));
    }
    let algorithms = list(metadata, "id_token_signing_alg_values_supported", &[OURS]);
    if !algorithms.iter().any(|name| ALGORITHMS.contains(name)) {
        found.push(Finding::bad(texts::algorithms(&shown(&algorithms.join(", ")))));
    }
    let auth = upstream["client_auth"].as_str().unwrap_or_default();
    let methods = list(metadata, "token_endpoint_auth_methods_supported", &["client_secret_basic"]);
    if !methods.contains(&auth) {
        found.push(Finding::bad(texts::methods(&shown(&methods.join(", ")), auth)));
    }
    let signed = list(metadata, "token_endpoint_auth_signing_alg_values_supported", &[OURS]);
    if auth == "private_key_jwt" && !signed.contains(&OURS) {
        found.push(Finding::bad(texts::NO_RS256.clone()));
    }
    found.extend(claims(metadata, upstream));
    let known = list(metadata, "scopes_supported", &[]);
    let asked = ["scopes", "employee_scopes"].into_iter().flat_map(|name| list(upstream, name, &[]));
    let missing: Vec<&str> =
        asked.chain(upstream["cpr_scope"].as_str()).filter(|scope| !known.contains(scope)).collect();
    if !known.is_empty() && !missing.is_empty() {
        found.push(Finding::doubt(texts::scopes(&missing.join(", "))));
    }
    if metadata["authorization_response_iss_parameter_supported"] != Value::Bool(true) {
        found.push(Finding::doubt(texts::NO_ISS.clone()));
    }
    found
}

/// Claims that logins of the preset need and the metadata does not list.
fn claims(metadata: &Value, upstream: &Value) -> Vec<Finding> {
    let listed = list(metadata, "claims_supported", &[]);
    let needed =
        CLAIMS.iter().find(|(preset, _)| upstream["preset"] == *preset).map_or(&[][..], |(_, it)| it);
    let is_missing = |names: &&&[&str]| !listed.is_empty() && !names.iter().any(|name| listed.contains(name));
    needed.iter().filter(is_missing).map(|names| Finding::doubt(texts::claim(&names.join(" / ")))).collect()
}

/// The keys, as far as a login could be verified with them.
async fn keys(ports: &impl Upstreams, url: &str) -> Finding {
    let set = match look(ports, url).await {
        Ok(set) => set,
        Err(trouble) => return Finding::bad(common::at(&shown(url), &trouble.text())),
    };
    let fits = |key: &&Value| {
        let is_kind = key["kty"] == "RSA" || (key["kty"] == "EC" && key["crv"] == "P-256");
        is_kind && (key["use"].is_null() || key["use"] == "sig")
    };
    let fitting: Vec<&Value> = set["keys"].as_array().into_iter().flatten().filter(fits).collect();
    let nameless = fitting.iter().any(|key| !key["kid"].is_string());
    match fitting.len() {
        0 => Finding::bad(texts::NO_KEY.clone()),
        count if count > 1 && nameless => Finding::bad(texts::NO_KID.clone()),
        count => Finding::good(texts::keys(count)),
    }
}
