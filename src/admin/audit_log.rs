//! What the log of changes says of a thing: everything but its secrets.

use super::record::Record;
use crate::vault::{base64url, sha256};
use serde_json::{Value, json};

/// A record for the audit log. Hashes and keys are left out; of a sealed secret a few characters of
/// its ciphertext's hash stay, so that the log shows that it was replaced.
pub fn redacted(record: &Record) -> Value {
    match record {
        Record::Tenant(tenant) => json!(tenant),
        Record::Domain(domain) => json!(domain),
        Record::Application(application) => json!(application),
        Record::Environment(environment) => {
            let keys: Vec<Value> = environment
                .keys
                .iter()
                .map(|key| json!({"kid": key.kid, "eid": key.eid, "alg": key.alg, "state": key.state}))
                .collect();
            json!({"environment": environment.environment, "keys": keys})
        }
        Record::Upstream(upstream) => {
            let settings = &upstream.settings;
            let digest = base64url(&sha256(settings.client_secret.0.as_bytes()));
            json!({
                "host": upstream.host,
                "eid": upstream.eid,
                "issuer": settings.issuer,
                "client_id": settings.client_id,
                "client_secret": format!("sealed {}", digest.get(..8).unwrap_or_default()),
                "scopes": settings.scopes,
                "claim_map": settings.claim_map,
            })
        }
        Record::Secret(it) => json!({
            "host": it.host,
            "client_id": it.client_id,
            "id": it.secret.id,
            "created_at": it.secret.created_at,
            "expires_at": it.secret.expires_at,
        }),
    }
}
