//! `…/applications/{client_id}/secrets`: what a confidential application proves itself with.
//!
//! A secret is made here and shown once, or imported from another broker; stored is its HMAC only.

use super::call::{Answer, Call, item_json, path, refusal, written_json};
use super::command::{Action, Precondition, TenantAnswer, TenantCommand};
use super::input::{Fields, PAGE_MAX, parsed, time};
use super::record::{Record, Scope, SecretRecord, Target};
use crate::model::UnixTime;
use crate::model::application::StoredSecret;
use crate::model::names::InvalidName;
use crate::ports::Management;
use crate::vault::{base64url, equal, random};
use crate::web::Response;
use serde_json::{Value, json};

/// Random bytes of a secret that is made here.
const SECRET_BYTES: usize = 32;
/// Random bytes of a secret's id.
const ID_BYTES: usize = 16;
/// Shortest secret that may be imported, characters.
pub const SECRET_MIN_CHARACTERS: usize = 12;
/// Longest one.
pub const SECRET_MAX_CHARACTERS: usize = 200;

/// `GET …/secrets`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    call.list(&tenant, Scope::Secrets { host, client_id }, show).await
}

/// `GET …/secrets/{id}`
pub async fn get<P: Management>(
    call: &Call<'_, P>,
    tenant: &str,
    host: &str,
    client_id: &str,
    id: &str,
) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let item = call.get(&tenant, Target::Secret { host, client_id, id: id.to_owned() }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/secrets/{id}`
pub async fn delete<P: Management>(
    call: &Call<'_, P>,
    tenant: &str,
    host: &str,
    client_id: &str,
    id: &str,
) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    call.remove(&tenant, Target::Secret { host, client_id, id: id.to_owned() }).await
}

/// `POST …/secrets`: makes one, or imports the one given.
pub async fn post<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let mut fields = Fields::of_optional_body(call.request)?;
    let imported = fields.optional("secret", parsed(importable));
    let expires_at = fields.optional("expires_at", parsed(time));
    if expires_at.is_some_and(|end| end.is_over(call.now)) {
        fields.refuse("expires_at", "a time to come");
    }
    fields.finish()?;
    let (value, is_ours) = match imported {
        Some(value) => (value, false),
        None => (base64url(&random::<SECRET_BYTES>(call.ports)), true),
    };
    let keys = call.keys_of(&tenant, &host).await?;
    let secret = StoredSecret {
        id: base64url(&random::<ID_BYTES>(call.ports)),
        hash: keys.secret_hash(&value),
        created_at: call.now,
        expires_at,
    };
    let segments = [
        "tenants",
        tenant.as_str(),
        "domains",
        host.as_str(),
        "applications",
        client_id.as_str(),
        "secrets",
        &secret.id,
    ];
    let at = path(&segments);
    let record = SecretRecord { host: host.clone(), client_id: client_id.clone(), secret };
    let change = call.change(Precondition::None, Action::AddSecret(record));
    let done = call.write(&tenant, change).await?;
    Ok(written_json(&done, &at, |record| {
        let mut body = show(record);
        if let (true, Value::Object(fields)) = (is_ours, &mut body) {
            fields.insert("secret".to_owned(), json!(value));
        }
        body
    }))
}

/// `POST …/check-secret`: which of the application's secrets this one is. Nothing is stored, and nothing
/// of it is logged; whoever may ask this may replace the secret too.
pub async fn check<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let mut fields = Fields::of(call.request)?;
    let Some(secret) = fields.required("secret", parsed(importable)) else {
        return Err(fields.refusal().into());
    };
    fields.finish()?;
    let hash = call.keys_of(&tenant, &host).await?.secret_hash(&secret);
    let command =
        TenantCommand::List { scope: Scope::Secrets { host, client_id }, after: None, limit: PAGE_MAX };
    let items = match call.ports.tenant(&tenant, &command).await? {
        TenantAnswer::List { items, .. } => items,
        other => return Err(refusal(other)),
    };
    let mut found = Vec::new();
    for item in &items {
        let Record::Secret(SecretRecord { secret, .. }) = &item.record else { continue };
        if equal(secret.hash.as_bytes(), hash.as_bytes()) {
            let mut body = show(&item.record);
            if let Value::Object(fields) = &mut body {
                let counts = secret.expires_at.is_none_or(|end| !end.is_over(call.now));
                fields.insert("counts".to_owned(), json!(counts));
            }
            found.push(body);
        }
    }
    Ok(Response::json(200, &json!({ "matches": !found.is_empty(), "secrets": found })))
}

fn importable(raw: &str) -> Result<String, InvalidName> {
    let fits = (SECRET_MIN_CHARACTERS..=SECRET_MAX_CHARACTERS).contains(&raw.len())
        && raw.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(raw.to_owned()) } else { Err(InvalidName("12 to 200 visible ASCII characters")) }
}

/// A secret as the API shows it: never the secret, nor its hash.
pub fn show(record: &Record) -> Value {
    let Record::Secret(SecretRecord { secret, .. }) = record else { return Value::Null };
    json!({
        "id": secret.id,
        "created_at": secret.created_at.iso8601(),
        "expires_at": secret.expires_at.map(UnixTime::iso8601),
    })
}
