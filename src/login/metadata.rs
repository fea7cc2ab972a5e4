//! `GET /.well-known/…`: what applications fetch about a domain.

use super::Context;
use super::start::facts;
use crate::eid::{Acr, Eid};
use crate::oauth::{discovery, jwks};
use crate::ports::Ports;
use crate::web::Response;
use serde_json::Value;

/// How long clients may keep metadata and keys, seconds. A part of the keys' guard times.
pub const METADATA_MAX_AGE_SECONDS: u64 = 300;

/// `GET /.well-known/openid-configuration`
pub fn discovery_document<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let facts = facts(ctx);
    let acrs: Vec<Acr> = Acr::ALL
        .into_iter()
        .filter(|acr| match acr.eid() {
            Eid::Nemid => facts.nemid_reachable && facts.nemid_is_open,
            Eid::Mitid => facts.mitid_reachable,
        })
        .collect();
    public(&discovery::document(&ctx.domain.issuer, &acrs))
}

/// `GET /.well-known/jwks`
pub fn key_set<P: Ports>(ctx: &Context<'_, P>) -> Response {
    public(&jwks::document(&ctx.domain.keys))
}

/// Public documents: readable by scripts of any origin, kept for a while.
fn public(document: &Value) -> Response {
    Response::json(200, document)
        .with("cache-control", format!("public, max-age={METADATA_MAX_AGE_SECONDS}"))
        .with("access-control-allow-origin", "*")
}
