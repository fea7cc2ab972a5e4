//! `GET /.well-known/…`: what applications fetch about a domain. The same for everybody, so nothing
//! of the request is looked at, no key is opened and, warm, no storage is read.

use super::offer::Facts;
use crate::eid::{Acr, Eid};
use crate::model::DomainSnapshot;
use crate::oauth::{discovery, jwks};
use crate::web::Response;

/// How long clients may keep metadata and keys, seconds. A part of the keys' guard times.
pub const METADATA_MAX_AGE_SECONDS: u64 = 300;

/// `GET /.well-known/openid-configuration`. Below a `segment` that names an eID, the authorization
/// endpoint carries it too; the issuer is the domain's all the same.
pub fn discovery_document(domain: &DomainSnapshot, facts: Facts, segment: Option<&str>) -> Response {
    let acrs: Vec<Acr> = Acr::ALL
        .into_iter()
        .filter(|acr| match acr.eid() {
            Eid::Nemid => facts.nemid_reachable && facts.nemid_is_open,
            Eid::Mitid => facts.mitid_reachable,
        })
        .collect();
    let write = || discovery::document(&domain.issuer, segment, &acrs);
    if segment.is_some() {
        return public(write());
    }
    let (announced, text) = domain.written.discovery.get_or_init(|| (acrs.clone(), write()));
    public(if *announced == acrs { text.clone() } else { write() })
}

/// `GET /.well-known/jwks`
pub fn key_set(domain: &DomainSnapshot) -> Response {
    let write = || jwks::document(&domain.keys).to_string();
    public(domain.written.key_set.get_or_init(write).clone())
}

/// Public documents: readable by scripts of any origin, kept for a while.
fn public(document: String) -> Response {
    Response::json_text(200, document)
        .with("cache-control", format!("public, max-age={METADATA_MAX_AGE_SECONDS}"))
        .with("access-control-allow-origin", "*")
}
