//! What the log of changes says of a thing: what the API shows of it, and so never a secret.

use super::command::WrappedBy;
use super::record::Record;
use super::style_record::{StyleRecord, StyleVersion};
use super::{api_tokens, applications, applied, domains, environments, secrets, tenants, test_people};
use super::{timetable, upstreams};
use crate::json::Json;
use crate::vault::{base64url, sha256};
use serde_json::{Value, json};

/// Characters of the digest that stands for a sealed secret.
const DIGEST_CHARACTERS: usize = 8;

/// A record for the audit log. Of an upstream's secret a few characters of the sealed text's digest
/// stay, so that the log shows that it was replaced; they say nothing about the secret.
pub fn redacted(record: &Record) -> Value {
    match record {
        Record::Tenant(_) => tenants::show(record),
        Record::Domain(_) => domains::show(record),
        Record::Application(_) => applications::show(record),
        Record::Secret(_) => secrets::show(record),
        Record::Token(_) => api_tokens::show(record),
        Record::TestPerson(_) => test_people::redacted(record),
        Record::Applied(_) => applied::show(record),
        Record::Style(it) => style(it),
        Record::Environment(it) => {
            let mut shown = environments::show(record);
            if let Value::Object(fields) = &mut shown {
                fields.insert(
                    "keys".to_owned(),
                    it.keys.iter().map(|key| Value::Object(timetable::show(key))).collect(),
                );
                if let Some(rehearsal) = &it.rehearsal {
                    fields.insert("rehearsal".to_owned(), rehearsal.write());
                }
                fields.insert("wrapped_by".to_owned(), WrappedBy::of(&it.data_key).write());
            }
            shown
        }
        Record::Upstream(it) => {
            let mut shown = upstreams::show(record);
            if let (Value::Object(fields), Some(secret)) = (&mut shown, &it.settings.client_secret) {
                let digest = base64url(&sha256(secret.0.as_bytes()));
                let start = digest.get(..DIGEST_CHARACTERS).unwrap_or_default();
                fields.insert("client_secret".to_owned(), json!(format!("sealed {start}")));
            }
            shown
        }
    }
}

/// Styles by their digests: what they were made of is long, and kept with them.
fn style(record: &StyleRecord) -> Value {
    let digest = |version: &StyleVersion| Value::from(version.digest.as_str());
    json!({
        "draft": record.draft.as_ref().map(digest),
        "published": record.published.as_ref().map(digest),
        "earlier": record.earlier.iter().map(digest).collect::<Vec<_>>(),
    })
}
