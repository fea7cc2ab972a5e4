//! `…/environments/{environment}/consents`: who has agreed that his CPR number is remembered.

use super::call::{Answer, Call, list_json};
use super::domains::environment_of;
use super::input;
use super::problem::Problem;
use super::record::Target;
use super::rules::field;
use crate::error::Fault;
use crate::login::consent::{Answer as Told, Entry, Event, SHARDS, object_name};
use crate::model::UnixTime;
use crate::model::domain::environment_label;
use crate::ports::Management;
use serde_json::{Value, json};

/// `GET …/consents`: a page over all shards, one after the other. People stand there by pseudonym.
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
    let page = input::page(call.request)?;
    // Says whether the tenant and its environment exist.
    call.get(&tenant, Target::Environment { environment }).await?;
    let label = environment_label(&tenant, environment);
    let cursor = page.after.as_deref().map(read_cursor);
    let cursor =
        cursor.map(|read| read.ok_or_else(|| Problem::invalid(vec![field("after", "of a page before")])));
    let (mut shard, mut after) = cursor.transpose()?.unwrap_or_default();
    let mut items: Vec<Value> = Vec::new();
    while shard < SHARDS {
        let limit = page.limit.saturating_sub(items.len());
        if limit == 0 {
            let next = format!("{shard}:{}", after.unwrap_or_default());
            return Ok(list_json(items, Some(next)));
        }
        let event = Event::List { after: after.take(), limit };
        match call.ports.consent(&object_name(&label, shard), &event, call.now).await? {
            Told::Ledger { entries, next } => {
                items.extend(entries.iter().map(show));
                after = next;
            }
            _ => return Err(Fault::lasting("consent object", "an answer that does not fit").into()),
        }
        if after.is_none() {
            shard += 1;
        }
    }
    Ok(list_json(items, None))
}

/// `shard:id`; without an id the shard begins.
fn read_cursor(raw: &str) -> Option<(u8, Option<String>)> {
    let (shard, id) = raw.split_once(':')?;
    let shard = shard.parse().ok().filter(|shard| *shard < SHARDS)?;
    Some((shard, Some(id.to_owned()).filter(|id| !id.is_empty())))
}

fn show(entry: &Entry) -> Value {
    json!({
        "pseudonym": entry.pseudonym,
        "since": entry.since.iso8601(),
        "until": entry.until.iso8601(),
        "deleted_at": entry.deleted_at.map(UnixTime::iso8601),
    })
}
