//! `…/environments/{environment}/traces/{trace_id}`: a recorded login, explained.

use super::call::{Answer, Call};
use super::domains::environment_of;
use super::problem::Problem;
use super::record::Target;
use crate::login::trace;
use crate::model::domain::environment_label;
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Value, json};

/// `GET …/traces/{trace_id}`: the steps of one login in their order, while it is kept. A trace id that
/// was not recorded is not found, and so is another tenant's.
pub async fn get<P: Management>(
    call: &Call<'_, P>,
    tenant: &str,
    environment: &str,
    trace_id: &str,
) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
    // Says whether the tenant and its environment exist.
    call.get(&tenant, Target::Environment { environment }).await?;
    if !trace::is_id(trace_id) {
        return Err(Problem::not_found().into());
    }
    let name = trace::name(&environment_label(&tenant, environment), trace_id);
    let steps = call.ports.recorded(&name).await?;
    match &steps {
        Value::Array(list) if !list.is_empty() => {
            Ok(Response::json(200, &json!({ "trace_id": trace_id, "steps": steps })))
        }
        _ => Err(Problem::not_found().into()),
    }
}
