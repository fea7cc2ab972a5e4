//! `GET /.well-known/…`: what applications fetch about a domain.

use super::Context;
use super::start::facts;
use crate::eid::{Acr, Eid};
use crate::oauth::{discovery, jwks};
use crate::ports::Ports;
use crate::web::Response;

/// How long clients may keep metadata and keys, seconds. A part of the keys' guard times.
pub const METADATA_MAX_AGE_SECONDS: u64 = 300;

/// `GET /.well-known/openid-configuration`. Below a `segment` that names an eID, the authorization
/// endpoint carries it too; the issuer is the domain's all the same.
pub fn discovery_document<P: Ports>(ctx: &Context<'_, P>, segment: Option<&str>) -> Response {
    let facts = facts(ctx);
    let acrs: Vec<Acr> = Acr::ALL
        .into_iter()
        .filter(|acr| match acr.eid() {
            Eid::Nemid => facts.nemid_reachable && facts.nemid_is_open,
            Eid::Mitid => facts.mitid_reachable,
        })
        .collect();
    let write = || discovery::document(&ctx.domain.issuer, segment, &acrs).to_string();
    if segment.is_some() {
        return public(write());
    }
    let (announced, text) = ctx.domain.written.discovery.get_or_init(|| (acrs.clone(), write()));
    public(if *announced == acrs { text.clone() } else { write() })
}

/// `GET /.well-known/jwks`
pub fn key_set<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let write = || jwks::document(&ctx.domain.keys).to_string();
    public(ctx.domain.written.key_set.get_or_init(write).clone())
}

/// Public documents: readable by scripts of any origin, kept for a while.
fn public(document: String) -> Response {
    Response::json_text(200, document)
        .with("cache-control", format!("public, max-age={METADATA_MAX_AGE_SECONDS}"))
        .with("access-control-allow-origin", "*")
}
