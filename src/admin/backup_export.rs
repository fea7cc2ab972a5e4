//! `POST /api/v1/tenants/{tenant}/export`: a tenant's configuration and sealed keys, a part at a time.
//!
//! What a tenant's objects know beside it is not exported: logins, sessions and ids that were used
//! (nothing of that counts after a restore), recordings, and the log of changes, which can be read and
//! kept by itself.

use super::backup_file::Cursor;
use super::call::{Answer, Call, refusal};
use super::command::{ExportPage, TenantAnswer, TenantCommand};
use super::problem::Problem;
use super::rules::field;
use crate::ports::Management;
use crate::vault::backup::fingerprint;
use crate::vault::from_any_base64;
use crate::web::{Request, Response};

/// Header of the operator's recovery key.
const RECOVERY_KEY: &str = "recovery-key";

/// `POST …/export`
pub async fn post<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let recovery_key = recovery_key(call.request)?;
    let cursor = match after(call.request)? {
        Some(raw) => Cursor::parse(&raw)
            .filter(|cursor| cursor.after.is_some())
            .ok_or_else(|| Problem::invalid(vec![field("after", "next of the part before")]))?,
        None => Cursor::begin(call.ports, call.now),
    };
    let page = ExportPage {
        actor: call.caller.name(),
        at: call.now,
        recovery_key: fingerprint(&recovery_key),
        after: cursor.after.clone(),
    };
    match call.ports.tenant(&tenant, &TenantCommand::Export(page)).await? {
        TenantAnswer::Exported { version, records, next } => {
            let part = cursor.part(call.ports, &tenant, &recovery_key, version, records, next).await?;
            Ok(Response::json(200, &part))
        }
        other => Err(refusal(other)),
    }
}

/// The operator's recovery key, which comes with each call: we keep it nowhere.
///
/// # Errors
/// 400 where it is missing or has another length.
pub fn recovery_key(request: &Request) -> Result<[u8; 32], Problem> {
    let header = request.header(RECOVERY_KEY).unwrap_or_default();
    from_any_base64(header.trim())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::malformed("Send the header recovery-key: 32 random bytes in base64."))
}

fn after(request: &Request) -> Result<Option<String>, Problem> {
    let query = request.query_parameters().map_err(|_| Problem::malformed("The query cannot be read."))?;
    if query.iter().any(|(name, _)| name != "after") {
        return Err(Problem::invalid(vec![field("query", "after is the only parameter")]));
    }
    Ok(query.get("after").map(str::to_owned))
}
