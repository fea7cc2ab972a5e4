//! `GET /.well-known/…`: what applications fetch about a domain. The same for everybody, so of the
//! request only the version that its sender has is looked at, no key is opened and, warm, no storage
//! is read. Only who names its client gets the document of that client.

use super::offer::Facts;
use super::{Context, request};
use crate::eid::{Acr, Eid};
use crate::error::Fault;
use crate::json;
use crate::model::domain::Document;
use crate::model::key_ring::Algorithm;
use crate::model::sighting::Who;
use crate::model::{Application, ClientId, DomainSnapshot, Serving};
use crate::oauth::discovery::{self, Offered};
use crate::oauth::jwks;
use crate::ports::Ports;
use crate::vault::{base64url, sha256};
use crate::web::{Request, Response};
use serde_json::json;
use std::rc::Rc;

/// How much of a document's hash its validator shows, bytes: two documents share it never.
const ETAG_BYTES: usize = 16;

/// Who asks for a document, and how long he may keep it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The request.
    pub request: &'a Request,
    /// Our times.
    pub serving: Serving,
}

impl<'a> Asked<'a> {
    /// A request to this Worker.
    pub fn of(ports: &impl Ports, request: &'a Request) -> Self {
        Self { request, serving: ports.settings().serving }
    }
}

/// `GET /.well-known/openid-configuration` and, the same by RFC 8414's name,
/// `/.well-known/oauth-authorization-server`. Below a `segment` that names an eID, the authorization
/// endpoint carries it too; the issuer is the domain's all the same.
pub fn discovery_document(
    asked: Asked<'_>,
    domain: &DomainSnapshot,
    facts: Facts,
    segment: Option<&str>,
) -> Response {
    let acrs = available(facts);
    let write = || document(asked, discovery::document(&domain.issuer, segment, &offered(domain, facts)));
    if segment.is_some() {
        return public(asked, &write());
    }
    let (announced, written) = domain.written.discovery.get_or_init(|| (acrs.clone(), write()));
    if *announced == acrs { public(asked, written) } else { public(asked, &write()) }
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
        return Ok(discovery_document(Asked::of(ctx.ports, ctx.request), &ctx.domain, facts, segment));
    };
    let methods = &application.token_endpoint_auth_methods;
    let offered = offered(&ctx.domain, facts).to_client(&application.protocol, methods);
    let asked = Asked::of(ctx.ports, ctx.request);
    Ok(public(asked, &document(asked, discovery::document(&ctx.domain.issuer, segment, &offered))))
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
    let asked = Asked::of(ctx.ports, ctx.request);
    Ok(public(asked, &document(asked, json::text(&json!({ "clients": [client] })))))
}

async fn client<P: Ports>(ctx: &Context<'_, P>) -> Result<Option<Rc<Application>>, Fault> {
    let parameters = ctx.request.query_parameters().unwrap_or_default();
    match parameters.get("client_id").map(ClientId::parse) {
        Some(Ok(client_id)) => ctx.unrecorded(ctx.host(), &client_id).await,
        _ => Ok(None),
    }
}

/// `GET /.well-known/jwks`
pub fn key_set(asked: Asked<'_>, domain: &DomainSnapshot) -> Response {
    let write = || document(asked, json::text(&jwks::document(&domain.keys)));
    public(asked, domain.written.key_set.get_or_init(write))
}

/// `GET /.well-known/jwks?client_id=`: the same set for everybody, but we learn who has it.
///
/// # Errors
/// When the catalog does not answer.
pub async fn key_set_of_client<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, Fault> {
    let who = match client(ctx).await? {
        Some(application) => Who::Application(application.client_id.clone()),
        None => Who::of_user_agent(ctx.request.header("user-agent")),
    };
    ctx.ports.saw(&ctx.domain, who);
    Ok(key_set(Asked::of(ctx.ports, ctx.request), &ctx.domain))
}

/// A document may be kept for a while, and for longer while we don't answer (RFC 5861).
fn document(asked: Asked<'_>, text: String) -> Document {
    let hash = sha256(text.as_bytes());
    let etag = ["\"", &base64url(&hash[..ETAG_BYTES]), "\""].concat();
    let Serving { max_age, stale_while_revalidate, stale_if_error, .. } = asked.serving;
    let kept = format!(
        "public, max-age={max_age}, stale-while-revalidate={stale_while_revalidate}, \
         stale-if-error={stale_if_error}"
    );
    Document { text, etag, kept }
}

/// Public documents: readable by scripts of any origin.
fn public(asked: Asked<'_>, document: &Document) -> Response {
    let answer = |text| {
        Response::json_text(200, text)
            .with("cache-control", document.kept.as_str())
            .with("etag", document.etag.as_str())
            .with("access-control-allow-origin", "*")
    };
    if asked.request.has_version(&document.etag) {
        return answer(String::new()).not_modified();
    }
    answer(document.text.clone())
}
