//! `/api/v1/tenants/{tenant}/audit`: every change that was made, newest first.

use super::call::{Answer, Call, list_json, refusal};
use super::command::{AuditEntry, TenantAnswer, TenantCommand};
use super::input;
use super::problem::Problem;
use super::rules::field;
use crate::ports::Management;
use serde_json::{Value, json};

/// `GET …/audit`; `after` is the sequence number the page before ended with.
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let page = input::page(call.request)?;
    let before = page.after.map(|after| after.parse::<u64>()).transpose();
    let before = before.map_err(|_| Problem::invalid(vec![field("after", "a sequence number")]))?;
    match call.ports.tenant(&tenant, &TenantCommand::Audit { before, limit: page.limit }).await? {
        TenantAnswer::Audit { entries, next } => {
            Ok(list_json(entries.iter().map(show).collect(), next.map(|next| next.to_string())))
        }
        other => Err(refusal(other)),
    }
}

fn show(entry: &AuditEntry) -> Value {
    json!({
        "sequence": entry.sequence,
        "at": entry.at.iso8601(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
    })
}
