//! `GET /.well-known/…`: what applications fetch about a domain. The same for everybody, so nothing
//! of the request is looked at, no key is opened and, warm, no storage is read. Only who names its
//! client gets the document of that client.

use super::offer::Facts;
use super::{Context, request};
use crate::eid::{Acr, Eid};
use crate::error::Fault;
use crate::json;
use crate::model::key_ring::Algorithm;
use crate::model::{Application, ClientId, DomainSnapshot, Serving};
use crate::oauth::discovery::{self, Offered};
use crate::oauth::jwks;
use crate::ports::Ports;
use crate::web::Response;
use serde_json::json;
use std::rc::Rc;

/// How long clients may keep metadata and keys, seconds. A part of the keys' guard times.
pub const METADATA_MAX_AGE_SECONDS: u64 = Serving::DEFAULT.max_age;

/// `GET /.well-known/openid-configuration` and, the same by RFC 8414's name,
/// `/.well-known/oauth-authorization-server`. Below a `segment` that names an eID, the authorization
/// endpoint carries it too; the issuer is the domain's all the same.
pub fn discovery_document(domain: &DomainSnapshot, facts: Facts, segment: Option<&str>) -> Response {
    let acrs = available(facts);
    let write = || discovery::document(&domain.issuer, segment, &offered(domain, facts));
    if segment.is_some() {
        return public(write());
    }
    let (announced, text) = domain.written.discovery.get_or_init(|| (acrs.clone(), write()));
    public(if *announced == acrs { text.clone() } else { write() })
}

fn available(facts: Facts) -> Vec<Acr> {
    let reachable = |acr: &Acr| match acr.eid() {
        Eid::Nemid => facts.nemid_reachable && facts.nemid_is_open,
        Eid::Mitid => facts.mitid_reachable,
    };
    Acr::ALL.into_iter().filter(reachable).collect()
}

fn offered(domain: &DomainSnapshot, facts: Facts) -> Offered {
    let mut algorithms = vec![Algorithm::Rs256];
    if domain.keys.iter().any(|key| key.alg == Algorithm::Es256) {
        algorithms.push(Algorithm::Es256);
    }
    Offered { sessions: domain.sessions.sso, ..Offered::to_all(available(facts), algorithms) }
}

/// `GET /.well-known/openid-configuration?client_id=`: as the newer clients ask. An unknown client
/// sees what everybody sees.
///
/// # Errors
/// When the catalog does not answer.
pub async fn discovery_of_client<P: Ports>(
    ctx: &Context<'_, P>,
    segment: Option<&str>,
) -> Result<Response, Fault> {
    let facts = request::facts(ctx);
    let Some(application) = client(ctx).await? else {
        return Ok(discovery_document(&ctx.domain, facts, segment));
    };
    let methods = &application.token_endpoint_auth_methods;
    let offered = offered(&ctx.domain, facts).to_client(&application.protocol, methods);
    Ok(public(discovery::document(&ctx.domain.issuer, segment, &offered)))
}

/// `GET /.well-known/criipto-configuration?client_id=`: existing clients ask whether they are known.
/// The QR flow that it could announce is not offered.
///
/// # Errors
/// When the catalog does not answer.
pub async fn client_configuration<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, Fault> {
    let Some(application) = client(ctx).await? else { return Ok(Response::text(404, "Not found")) };
    let client =
        json!({ "client_id": application.client_id.as_str(), "qr_enabled": false, "qr_branding": "" });
    Ok(public(json::text(&json!({ "clients": [client] }))))
}

async fn client<P: Ports>(ctx: &Context<'_, P>) -> Result<Option<Rc<Application>>, Fault> {
    let parameters = ctx.request.query_parameters().unwrap_or_default();
    match parameters.get("client_id").map(ClientId::parse) {
        Some(Ok(client_id)) => ctx.unrecorded(ctx.host(), &client_id).await,
        _ => Ok(None),
    }
}

/// `GET /.well-known/jwks`
pub fn key_set(domain: &DomainSnapshot) -> Response {
    let write = || json::text(&jwks::document(&domain.keys));
    public(domain.written.key_set.get_or_init(write).clone())
}

/// Public documents: readable by scripts of any origin, kept for a while.
fn public(document: String) -> Response {
    Response::json_text(200, document)
        .with("cache-control", format!("public, max-age={METADATA_MAX_AGE_SECONDS}"))
        .with("access-control-allow-origin", "*")
}
