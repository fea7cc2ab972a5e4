//! `/api/v1/tenants/{tenant}/publication`: whether the login path has what was configured.

use super::call::{Answer, Call, refusal};
use super::command::{Due, DueItem, TenantAnswer, TenantCommand};
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Value, json};

/// `GET …/publication`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    match call.ports.tenant(&tenant, &TenantCommand::Publication).await? {
        TenantAnswer::Publication { version, due } => {
            let items: Vec<Value> = due.iter().map(show).collect();
            let body = json!({"version": version, "published": due.is_empty(), "due": items});
            Ok(Response::json(200, &body))
        }
        other => Err(refusal(other)),
    }
}

fn show(due: &Due) -> Value {
    let item = match &due.item {
        DueItem::Style { host, digest } => format!("style {host} {digest}"),
        DueItem::Directory => "directory".to_owned(),
        DueItem::Domain { host } => format!("domain {host}"),
        DueItem::Applications { host, .. } => format!("applications {host}"),
        DueItem::Leftovers { host, .. } => format!("leftovers {host}"),
        DueItem::Application { host, client_id } => format!("application {host} {client_id}"),
    };
    json!({
        "item": item,
        "version": due.version,
        "attempts": due.attempts,
        "next_at": due.next_at.iso8601(),
    })
}
