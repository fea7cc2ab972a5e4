//! `/api/v1/master-key`: which master key has wrapped how many environments, and the way to the
//! current one.
//!
//! Rotating the master key takes three steps (README): both keys are given to the Workers, every
//! environment's keys are wrapped by the new one here, the old one is withdrawn. Only the tenants'
//! objects know the truth, so that is where each environment is read and written; the directory's
//! entries follow once every domain has been published.

use super::call::{Answer, Call};
use super::command::{Action, DirectoryAnswer, DirectoryCommand, DirectoryEntry, Precondition};
use super::command::{TenantAnswer, TenantCommand, WrappedBy, WrappedCount};
use super::input;
use super::problem::{Failure, Problem};
use super::record::{EnvironmentRecord, Record, Target};
use super::rules::field;
use crate::error::Fault;
use crate::json::Json;
use crate::model::{Environment, TenantId};
use crate::ports::Management;
use crate::vault::EnvironmentKeys;
use crate::vault::wrap::fingerprint;
use crate::web::Response;
use serde_json::{Value, json};

/// `GET /master-key`
pub async fn get<P: Management>(call: &Call<'_, P>) -> Answer {
    let counts: Vec<Value> = counts(call).await?.iter().map(show).collect();
    let body = json!({
        "current": fingerprint(call.ports.master_key()),
        "previous": call.ports.previous_master_key().map(fingerprint),
        "environments": counts,
    });
    Ok(Response::json(200, &body))
}

/// `POST /master-key/rewrap`: wraps the keys of a page of tenants by the current master key. Doing it
/// again changes nothing.
pub async fn rewrap<P: Management>(call: &Call<'_, P>) -> Answer {
    let page = input::page(call.request)?;
    let after = page.after.map(|after| TenantId::parse(&after)).transpose();
    let after = after.map_err(|rule| Problem::invalid(vec![field("after", rule.0)]))?;
    let list = DirectoryCommand::List { after, limit: page.limit };
    let DirectoryAnswer::List { entries, next } = call.ports.directory(&list).await? else {
        return Err(another_question().into());
    };
    let current = WrappedBy(Some(fingerprint(call.ports.master_key())));
    let mut rewrapped: u64 = 0;
    let mut failed = Vec::new();
    for entry in entries.iter().filter(|entry| !is_done(entry, &current)) {
        for environment in Environment::ALL {
            match rewrap_one(call, &entry.tenant.id, environment, &current).await? {
                Step::Rewrapped => rewrapped += 1,
                Step::NothingToDo => {}
                Step::Unopened => failed.push(json!({
                    "tenant": entry.tenant.id.as_str(), "environment": environment.as_str(),
                })),
            }
        }
    }
    let others = counts(call).await?.into_iter().filter(|count| count.by != current);
    let remaining: u64 = others.map(|count| count.environments).sum();
    let next = next.map(|id| id.to_string());
    let body = json!({"rewrapped": rewrapped, "remaining": remaining, "failed": failed, "next": next});
    Ok(Response::json(200, &body))
}

/// What came of one environment.
enum Step {
    Rewrapped,
    NothingToDo,
    /// Neither master key opens it.
    Unopened,
}

async fn rewrap_one<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    current: &WrappedBy,
) -> Result<Step, Failure> {
    let Some(record) = environment_of(call, tenant, environment).await? else {
        return Ok(Step::NothingToDo);
    };
    let (data_key, sub_key) = (&record.data_key, &record.sub_key);
    if WrappedBy::of(data_key) == *current && WrappedBy::of(sub_key) == *current {
        return Ok(Step::NothingToDo);
    }
    let opened = EnvironmentKeys::unwrap(call.ports, tenant, environment, data_key, sub_key).await;
    let Ok(keys) = opened else { return Ok(Step::Unopened) };
    let (data_key, sub_key) = keys.wrap(call.ports).await?;
    let action = Action::Rewrap { environment, data_key, sub_key };
    call.write(tenant, call.change(Precondition::None, action)).await?;
    Ok(Step::Rewrapped)
}

async fn environment_of<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    environment: Environment,
) -> Result<Option<EnvironmentRecord>, Failure> {
    let get = TenantCommand::Get(Target::Environment { environment });
    match call.ports.tenant(tenant, &get).await? {
        TenantAnswer::Item(item) => match item.record {
            Record::Environment(record) => Ok(Some(record)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// Whether the directory says that there is nothing to do for a tenant.
fn is_done(entry: &DirectoryEntry, current: &WrappedBy) -> bool {
    entry.wrapped_by.iter().all(|by| by == current)
}

async fn counts<P: Management>(call: &Call<'_, P>) -> Result<Vec<WrappedCount>, Failure> {
    match call.ports.directory(&DirectoryCommand::Wrapped).await? {
        DirectoryAnswer::Wrapped { counts } => Ok(counts),
        _ => Err(another_question().into()),
    }
}

fn show(count: &WrappedCount) -> Value {
    json!({"wrapped_by": count.by.write(), "count": count.environments})
}

fn another_question() -> Fault {
    Fault::lasting("directory", "an answer to another question")
}
