//! `/api/v1/tenants/{tenant}/environments/{environment}`: what all domains of an environment have in
//! common. It is made with its first domain.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::Action;
use super::domains::environment_of;
use super::input::{self, Fields};
use super::problem::{Failure, Problem};
use super::record::{Record, Target};
use crate::json::Json;
use crate::model::Environment;
use crate::model::domain::CprSettings;
use crate::ports::Management;
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
