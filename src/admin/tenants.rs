//! `/api/v1/tenants`: the companies of this installation.

use super::call::{Answer, Call, item_json, list_json, path, written_json};
use super::command::{Action, DirectoryAnswer, DirectoryCommand};
use super::input::{self, Fields, display_name, number, parsed};
use super::problem::Problem;
use super::record::{KEY_ROTATION_DAYS, Record, Target, TenantRecord};
use super::rules::field;
use crate::error::Fault;
use crate::model::TenantId;
use crate::ports::Management;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// How long a signing key may sign, days: a week at least, so that a standby's guard time is long over,
/// and a year at most.
const ROTATION_DAYS: RangeInclusive<u64> = 7..=365;

/// `GET /tenants`: from the directory, which learns of a new tenant or name a moment later.
pub async fn list<P: Management>(call: &Call<'_, P>) -> Answer {
    let page = input::page(call.request)?;
    let after = page.after.map(|after| TenantId::parse(&after)).transpose();
    let after = after.map_err(|rule| Problem::invalid(vec![field("after", rule.0)]))?;
    match call.ports.directory(&DirectoryCommand::List { after, limit: page.limit }).await? {
        DirectoryAnswer::List { entries, next } => {
            let items = entries.iter().map(|entry| tenant_json(&entry.tenant)).collect();
            Ok(list_json(items, next.map(|id| id.to_string())))
        }
        _ => Err(Fault::lasting("directory", "an answer to another question").into()),
    }
}

/// `GET /tenants/{tenant}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let item = call.get(&tenant, Target::Tenant).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `PUT /tenants/{tenant}`
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let id = call.tenant_id(tenant)?;
    let precondition = input::precondition(call.request)?;
    let mut fields = Fields::of(call.request)?;
    fields.ignore(&["id", "created_at", "published"]);
    let days = fields.optional("key_rotation_days", number(ROTATION_DAYS, "7 to 365"));
    let Some(name) = fields.required("name", parsed(display_name)) else {
        return Err(fields.refusal().into());
    };
    fields.finish()?;
    let record = TenantRecord {
        id: id.clone(),
        name,
        created_at: call.now,
        key_rotation_days: days.unwrap_or(KEY_ROTATION_DAYS),
    };
    let done = call.write(&id, call.change(precondition, Action::PutTenant(record))).await?;
    Ok(written_json(&done, &path(&["tenants", id.as_str()]), show))
}

/// A tenant as the API shows it.
pub fn show(record: &Record) -> Value {
    if let Record::Tenant(tenant) = record { tenant_json(tenant) } else { Value::Null }
}

fn tenant_json(tenant: &TenantRecord) -> Value {
    json!({
        "id": tenant.id.as_str(),
        "name": tenant.name,
        "created_at": tenant.created_at.iso8601(),
        "key_rotation_days": tenant.key_rotation_days,
    })
}
