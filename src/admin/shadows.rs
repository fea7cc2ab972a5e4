//! `…/domains/{host}/shadow-drift` and `…/applications/{client_id}/shadow`: the twins of an ordinary
//! domain's applications, see [`super::shadow`].

use super::call::{Answer, Call, path, refusal, written_json};
use super::command::{Action, Precondition, TenantAnswer, TenantCommand};
use super::input::Fields;
use super::problem::Problem;
use super::{applications, record::Target};
use crate::json::Json;
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Value, json};

/// `GET …/shadow-drift`: one answer for all applications, so that a release pipeline can fail on
/// `is_alike`.
pub async fn drift<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    match call.ports.tenant(&tenant, &TenantCommand::ShadowDrift { host, at: call.now }).await? {
        TenantAnswer::Drift(drift) => {
            let is_alike = drift.missing.is_empty() && drift.differing.is_empty();
            let mut body = drift.write();
            if let Value::Object(fields) = &mut body {
                fields.insert("is_alike".to_owned(), json!(is_alike));
            }
            Ok(Response::json(200, &body))
        }
        other => Err(refusal(other)),
    }
}

/// `POST …/shadow`: makes it, or makes it alike again.
pub async fn post<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    Fields::of_optional_body(call.request)?.finish()?;
    let action = Action::MakeShadow { host, client_id: client_id.clone() };
    let done = call.write(&tenant, call.change(Precondition::None, action)).await?;
    let place = match done.record().map(super::configuration::target_of) {
        Some(Target::Application { host, .. }) => host,
        _ => return Err(Problem::not_found().into()),
    };
    let segments =
        ["tenants", tenant.as_str(), "domains", place.as_str(), "applications", client_id.as_str()];
    Ok(written_json(&done, &path(&segments), applications::show))
}
