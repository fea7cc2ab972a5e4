//! `…/applied-file`: the mark that `npm run apply` leaves, so that people see when what is live is no longer
//! what the file said. It says who applied, when, and the fingerprint of the configuration that came of it.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::{Action, Precondition};
use super::input::{Fields, parsed};
use super::record::{AppliedRecord, Record, Target};
use crate::model::names::InvalidName;
use crate::ports::Management;
use serde_json::{Value, json};

/// Characters of a SHA-256 in hexadecimal.
const FINGERPRINT_CHARACTERS: usize = 64;

/// `GET …/applied-file`: 404 where no file was ever applied.
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let item = call.get(&call.tenant_id(tenant)?, Target::Applied).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `PUT …/applied-file`: a file has been applied at this moment by whoever calls.
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let mut fields = Fields::of(call.request)?;
    let fingerprint = fields.required("fingerprint", parsed(fingerprint));
    let Some(fingerprint) = fingerprint else { return Err(fields.refusal().into()) };
    fields.finish()?;
    let record = AppliedRecord { fingerprint, applied_at: call.now, applied_by: call.caller.name() };
    let done = call.write(&tenant, call.change(Precondition::None, Action::PutApplied(record))).await?;
    Ok(written_json(&done, &path(&["tenants", tenant.as_str(), "applied-file"]), show))
}

fn fingerprint(raw: &str) -> Result<String, InvalidName> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = raw.len() == FINGERPRINT_CHARACTERS && raw.bytes().all(is_hex);
    if fits { Ok(raw.to_owned()) } else { Err(InvalidName("a SHA-256 in 64 hexadecimal digits")) }
}

/// The mark as the API shows it.
pub fn show(record: &Record) -> Value {
    let Record::Applied(mark) = record else { return Value::Null };
    json!({
        "fingerprint": mark.fingerprint,
        "applied_at": mark.applied_at.iso8601(),
        "applied_by": mark.applied_by,
    })
}
