//! `/api/v1/tenants/{tenant}/environments/{environment}`: what all domains of an environment have in
//! common. It is made with its first domain.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::{Action, Precondition};
use super::domains::environment_of;
use super::input::{self, Fields};
use super::problem::{Failure, Problem};
use super::record::{Record, Target};
use crate::json::Json;
use crate::model::domain::{CprSettings, Rehearsal};
use crate::model::{Environment, UnixTime};
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Value, json};

/// `GET …/environments/{environment}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let (tenant, environment) = (call.tenant_id(tenant)?, named(environment)?);
    let item = call.get(&tenant, Target::Environment { environment }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `PUT …/environments/{environment}`
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let (tenant, environment) = (call.tenant_id(tenant)?, named(environment)?);
    let precondition = input::precondition(call.request)?;
    let mut fields = Fields::of(call.request)?;
    fields.ignore(&["environment", "published"]);
    let default = CprSettings::default();
    let cpr = CprSettings {
        add_for_personal_logins: fields
            .switch("add_cpr_for_personal_logins", default.add_for_personal_logins),
        optional: fields.switch("cpr_optional", default.optional),
    };
    fields.finish()?;
    let action = Action::PutEnvironment { environment, cpr };
    let done = call.write(&tenant, call.change(precondition, action)).await?;
    Ok(written_json(&done, &path(&["tenants", tenant.as_str(), "environments", environment.as_str()]), show))
}

/// Longest rehearsal, seconds: 31 days.
const REHEARSAL_MAX_SECONDS: u64 = 31 * 24 * 60 * 60;

/// `PUT …/environments/{environment}/rehearsal`: begins, changes or (with `null` as its end) ends it.
pub async fn rehearse<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let (tenant, environment) = (call.tenant_id(tenant)?, named(environment)?);
    let mut fields = Fields::of(call.request)?;
    let end =
        |value: &Value| if value.is_null() { Ok(None) } else { input::parsed(input::time)(value).map(Some) };
    let ends = fields.required("ends_at", end);
    let percent = fields.optional("percent", input::number(0..=100, "0 to 100")).unwrap_or(0);
    let latest = call.now.plus(REHEARSAL_MAX_SECONDS);
    if ends.flatten().is_some_and(|end| end.is_over(call.now) || end > latest) {
        fields.refuse("ends_at", "a time to come, within 31 days");
    }
    let Some(ends) = ends else { return Err(fields.refusal().into()) };
    fields.finish()?;
    let rehearsal = ends.map(|ends| Rehearsal { ends, percent });
    let change = call.change(Precondition::None, Action::Rehearse { environment, rehearsal });
    let done = call.write(&tenant, change).await?;
    let body = json!({ "rehearsal": show_rehearsal(rehearsal, call.now), "published": done.published });
    Ok(Response::json(200, &body))
}

/// A rehearsal as the API shows it; null when there is none, or when it is over.
pub fn show_rehearsal(rehearsal: Option<Rehearsal>, now: UnixTime) -> Value {
    let rehearsal = rehearsal.filter(|rehearsal| !rehearsal.ends.is_over(now));
    rehearsal.map_or(Value::Null, |it| json!({ "ends_at": it.ends.iso8601(), "percent": it.percent }))
}

fn named(raw: &str) -> Result<Environment, Failure> {
    environment_of(raw).map_err(|_| Problem::not_found().into())
}

/// An environment as the API shows it: never its keys, which are a resource of their own.
pub fn show(record: &Record) -> Value {
    let Record::Environment(environment) = record else { return Value::Null };
    json!({
        "environment": environment.environment.write(),
        "add_cpr_for_personal_logins": environment.cpr.add_for_personal_logins,
        "cpr_optional": environment.cpr.optional,
    })
}
