//! `…/tokens`: tokens of a tenant for this API, for release pipelines and the like.
//!
//! A token is shown once, when it is made; stored is its digest only.

use super::call::{Answer, Call, item_json, path, written_json};
use super::caller::{Caller, TOKEN_PREFIX, digest};
use super::command::{Action, Precondition};
use super::input::{Fields, display_name, parsed, time};
use super::permission::Permission;
use super::problem::Failure;
use super::record::{Record, Scope, Target, TokenRecord};
use crate::json::Json;
use crate::model::names::InvalidName;
use crate::model::{TenantId, UnixTime};
use crate::ports::Management;
use crate::vault::{base64url, random};
use serde_json::{Value, json};

/// Random bytes of a token's secret.
const SECRET_BYTES: usize = 32;
/// Random bytes of a token's id.
const ID_BYTES: usize = 12;
/// How long a token counts when nobody says otherwise, seconds: 90 days.
const LIFETIME_SECONDS: u64 = 90 * 86_400;
/// How long it may count, seconds: a year and a day.
const LIFETIME_MAX_SECONDS: u64 = 366 * 86_400;

/// `GET …/tokens`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    call.list(&call.tenant_id(tenant)?, Scope::Tokens, show).await
}

/// `GET …/tokens/{id}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, id: &str) -> Answer {
    let item = call.get(&call.tenant_id(tenant)?, Target::Token { id: id.to_owned() }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/tokens/{id}`: it counts no more from here on.
pub async fn delete<P: Management>(call: &Call<'_, P>, tenant: &str, id: &str) -> Answer {
    call.remove(&call.tenant_id(tenant)?, Target::Token { id: id.to_owned() }).await
}

/// `POST …/tokens`
pub async fn post<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (record, token) = make(call, &tenant)?;
    let at = path(&["tenants", tenant.as_str(), "tokens", &record.id]);
    let done = call.write(&tenant, call.change(Precondition::None, Action::AddToken(record))).await?;
    Ok(written_json(&done, &at, |record| {
        let mut body = show(record);
        if let Value::Object(fields) = &mut body {
            fields.insert("token".to_owned(), json!(token));
        }
        body
    }))
}

fn make<P: Management>(call: &Call<'_, P>, tenant: &TenantId) -> Result<(TokenRecord, String), Failure> {
    let mut fields = Fields::of(call.request)?;
    let name = fields.required("name", parsed(display_name));
    let scopes = fields.list("scopes", Permission::ALL.len(), permission).unwrap_or_default();
    let expires_at = fields.optional("expires_at", parsed(time));
    let usual = call.now.plus(LIFETIME_SECONDS);
    let expires_at = expires_at.unwrap_or(match &call.caller {
        Caller::Token { expires_at, .. } => usual.min(*expires_at),
        Caller::Operator | Caller::Person { .. } => usual,
    });
    if expires_at.is_over(call.now) || expires_at.seconds_after(call.now) > LIFETIME_MAX_SECONDS {
        fields.refuse("expires_at", "a time to come, within 366 days");
    }
    // Whoever may make tokens gets no further by them than he is, and no longer.
    if let Caller::Token { permissions, expires_at: own_end, .. } = &call.caller {
        let are_own = scopes.iter().all(|scope| permissions.contains(scope));
        fields.demand("scopes", are_own, "at most those of the token that makes it");
        fields.demand("expires_at", expires_at <= *own_end, "at most the end of the token that makes it");
    }
    let Some(name) = name else { return Err(fields.refusal().into()) };
    let is_asked_for = |it: &Permission| *it == Permission::Read || scopes.contains(it);
    let permissions = Permission::ALL.into_iter().filter(is_asked_for).collect();
    fields.finish()?;
    let (id, secret) =
        (base64url(&random::<ID_BYTES>(call.ports)), base64url(&random::<SECRET_BYTES>(call.ports)));
    let token = format!("{TOKEN_PREFIX}.{tenant}.{id}.{secret}");
    let record = TokenRecord {
        id,
        name,
        digest: digest(&secret),
        permissions,
        created_by: call.caller.name(),
        created_at: call.now,
        expires_at,
        last_used_at: None,
    };
    Ok((record, token))
}

fn permission(value: &Value) -> Result<Permission, InvalidName> {
    Permission::read(value).ok_or(InvalidName("read, applications, configuration, keys or access"))
}

/// A token as the API shows it: never itself, nor its digest.
pub fn show(record: &Record) -> Value {
    let Record::Token(token) = record else { return Value::Null };
    json!({
        "id": token.id,
        "name": token.name,
        "scopes": token.permissions.write(),
        "created_by": token.created_by,
        "created_at": token.created_at.iso8601(),
        "expires_at": token.expires_at.iso8601(),
        "last_used_at": token.last_used_at.map(UnixTime::iso8601),
    })
}
