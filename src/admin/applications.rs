//! `…/domains/{host}/applications`: the relying parties of a domain.

use super::application_protocol;
use super::call::{Answer, Call, item_json, path, refusal, written_json};
use super::command::{Action, Refusal, TenantAnswer, TenantCommand};
use super::input::{self, Fields, display_name, parsed, word};
use super::key_material;
use super::problem::Problem;
use super::record::{ApplicationRecord, Record, Scope, Target};
use crate::json::Json;
use crate::model::application::{ClientAuthMethod, REDIRECT_URIS_MAX};
use crate::model::url::{RedirectUri, WebUrl};
use crate::model::{ClientId, Host, UnixTime};
use crate::ports::Management;
use serde_json::{Value, json};

const METHODS: &str = "token_endpoint_auth_methods";
/// The methods there are (RFC 7591 §2).
const METHOD_WORDS: [(&str, ClientAuthMethod); 4] = [
    ("client_secret_basic", ClientAuthMethod::ClientSecretBasic),
    ("client_secret_post", ClientAuthMethod::ClientSecretPost),
    ("private_key_jwt", ClientAuthMethod::PrivateKeyJwt),
    ("none", ClientAuthMethod::None),
];
const METHOD_RULE: &str = "client_secret_basic, client_secret_post, private_key_jwt or none";
/// Most that an application can have: all but `none`, which stands alone.
const METHODS_MAX: usize = 3;

/// `GET …/applications`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    call.list(&tenant, Scope::Applications { host }, show).await
}

/// `GET …/applications/{client_id}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let item = call.get(&tenant, Target::Application { host, client_id }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/applications/{client_id}`: its secrets go with it.
pub async fn delete<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    call.remove(&tenant, Target::Application { host, client_id }).await
}

/// `PUT …/applications/{client_id}`: its secrets stay as they are.
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, client_id: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let (host, client_id) = (call.host(host)?, call.client_id(client_id)?);
    let precondition = input::precondition(call.request)?;
    let application = read(Fields::of(call.request)?, &host, &client_id, call.now)?;
    let alg = application.protocol.id_token_signed_response_alg;
    let change = call.change(precondition, Action::PutApplication(application));
    let mut command = TenantCommand::Change(change);
    let mut answer = call.ports.tenant(&tenant, &command).await?;
    if matches!(answer, TenantAnswer::Refused(Refusal::NeedsMaterial)) {
        let keys = key_material::make_more(call, &tenant, &host, alg).await?;
        if let TenantCommand::Change(change) = &mut command {
            change.keys = keys;
        }
        answer = call.ports.tenant(&tenant, &command).await?;
    }
    let TenantAnswer::Done(done) = answer else { return Err(refusal(answer)) };
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
    let enabled = fields.switch("enabled", true);
    let redirect_uris = fields.list("redirect_uris", REDIRECT_URIS_MAX, parsed(RedirectUri::parse));
    let redirect_uris = redirect_uris.unwrap_or_default();
    fields.demand("redirect_uris", !redirect_uris.is_empty(), "at least one callback URL");
    let protocol = application_protocol::read(&mut fields, now);
    let methods = fields.list(METHODS, METHODS_MAX, word(&METHOD_WORDS, METHOD_RULE));
    let methods = methods.unwrap_or_else(|| default_methods(protocol.fapi2));
    let is_mixed = methods.contains(&ClientAuthMethod::None) && methods.len() > 1;
    fields.demand(METHODS, !methods.is_empty() && !is_mixed, "at least one method, and none only by itself");
    let initiate_login_uri = fields.optional("initiate_login_uri", parsed(WebUrl::parse));
    application_protocol::check(&mut fields, &methods, &redirect_uris, &protocol);
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
        protocol: Box::new(protocol),
        created_at: now,
    })
}

fn default_methods(fapi2: bool) -> Vec<ClientAuthMethod> {
    if fapi2 {
        vec![ClientAuthMethod::PrivateKeyJwt]
    } else {
        vec![ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost]
    }
}

/// An application as the API shows it.
pub fn show(record: &Record) -> Value {
    let Record::Application(application) = record else { return Value::Null };
    let mut shown = json!({
        "client_id": application.client_id.as_str(),
        "name": application.name,
        "enabled": application.enabled,
        "redirect_uris": application.redirect_uris.write(),
        "token_endpoint_auth_methods": application.token_endpoint_auth_methods.write(),
        "initiate_login_uri": application.initiate_login_uri.write(),
        "created_at": application.created_at.iso8601(),
    });
    if let Value::Object(fields) = &mut shown {
        application_protocol::show(&application.protocol, fields);
    }
    shown
}
