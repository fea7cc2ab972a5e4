//! `…/domains/{host}/applications`: the relying parties of a domain.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::Action;
use super::input::{self, Fields, boolean, display_name, parsed};
use super::problem::Problem;
use super::record::{ApplicationRecord, Record, Scope, Target};
use crate::model::application::{ClientAuthMethod, Protocol, REDIRECT_URIS_MAX};
use crate::model::names::InvalidName;
use crate::model::url::{RedirectUri, WebUrl};
use crate::model::{ClientId, Host, UnixTime};
use crate::ports::Ports;
use serde_json::{Value, json};

/// Methods there are, and so the most an application can have.
const METHODS_MAX: usize = 3;

/// `GET …/applications`
pub async fn list<P: Ports>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    call.list(&tenant, Scope::Applications { host }, show).await
}

/// `GET …/applications/{client_id}`
pub async fn get<P: Ports>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let item = call.get(&tenant, Target::Application { host, client_id }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/applications/{client_id}`: its secrets go with it.
pub async fn delete<P: Ports>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    call.remove(&tenant, Target::Application { host, client_id }).await
}

/// `PUT …/applications/{client_id}`: its secrets stay as they are.
pub async fn put<P: Ports>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let precondition = input::precondition(call.request)?;
    let application = read(Fields::of(call.request)?, &host, &client_id, call.now)?;
    let done = call.write(&tenant, call.change(precondition, Action::PutApplication(application))).await?;
    let segments = ["tenants", tenant.as_str(), "domains", host.as_str(), "applications", client_id.as_str()];
    Ok(written_json(&done, &path(&segments), show))
}

fn read(
    mut fields: Fields,
    host: &Host,
    client_id: &ClientId,
    now: UnixTime,
) -> Result<ApplicationRecord, Problem> {
    fields.ignore(&["client_id", "created_at", "published"]);
    let name = fields.required("name", parsed(display_name));
    let enabled = fields.optional("enabled", boolean).unwrap_or(true);
    let redirect_uris = fields.list("redirect_uris", REDIRECT_URIS_MAX, parsed(RedirectUri::parse));
    let has_errors = fields.has_error("redirect_uris");
    let redirect_uris = redirect_uris.unwrap_or_default();
    if redirect_uris.is_empty() && !has_errors {
        fields.refuse("redirect_uris", "at least one callback URL");
    }
    refuse_twins(&mut fields, "redirect_uris", &redirect_uris);
    let methods = fields.list("token_endpoint_auth_methods", METHODS_MAX, parsed(method_of));
    let methods = methods
        .unwrap_or_else(|| vec![ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost]);
    if methods.is_empty() || (methods.contains(&ClientAuthMethod::None) && methods.len() > 1) {
        fields.refuse("token_endpoint_auth_methods", "at least one method, and none only by itself");
    }
    refuse_twins(&mut fields, "token_endpoint_auth_methods", &methods);
    let initiate_login_uri = fields.optional("initiate_login_uri", parsed(WebUrl::parse));
    let Some(name) = name else { return Err(fields.refusal()) };
    fields.finish()?;
    Ok(ApplicationRecord {
        host: host.clone(),
        client_id: client_id.clone(),
        name,
        enabled,
        redirect_uris,
        token_endpoint_auth_methods: methods,
        initiate_login_uri,
        protocol: Protocol::default(),
        created_at: now,
    })
}

fn refuse_twins<T: PartialEq>(fields: &mut Fields, name: &str, list: &[T]) {
    for (index, item) in list.iter().enumerate() {
        if list.iter().take(index).any(|earlier| earlier == item) {
            fields.refuse(&format!("{name}[{index}]"), "stands there twice");
        }
    }
}

fn method_of(raw: &str) -> Result<ClientAuthMethod, InvalidName> {
    match raw {
        "client_secret_basic" => Ok(ClientAuthMethod::ClientSecretBasic),
        "client_secret_post" => Ok(ClientAuthMethod::ClientSecretPost),
        "private_key_jwt" => Ok(ClientAuthMethod::PrivateKeyJwt),
        "none" => Ok(ClientAuthMethod::None),
        _ => Err(InvalidName("client_secret_basic, client_secret_post or none")),
    }
}

/// An application as the API shows it.
pub fn show(record: &Record) -> Value {
    let Record::Application(application) = record else { return Value::Null };
    json!({
        "client_id": application.client_id,
        "name": application.name,
        "enabled": application.enabled,
        "redirect_uris": application.redirect_uris,
        "token_endpoint_auth_methods": application.token_endpoint_auth_methods,
        "initiate_login_uri": application.initiate_login_uri,
        "created_at": application.created_at.iso8601(),
    })
}
