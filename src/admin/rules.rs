//! The rules between one record and another, and between a change and its precondition.

use super::command::{FieldError, Precondition, Refusal, UpstreamInput};
use super::configuration::Configuration;
use super::presets;
use super::record::{ApplicationRecord, DomainRecord, Versioned};
use crate::eid::Eid;
use crate::model::Environment;
use crate::model::application::{ClientAuthMethod, ResponseType};
use crate::model::domain::{CprWay, DomainKind};
use crate::rows::{Rows, StoreFault};

/// RFC 9110 §13.1.1 and §13.1.2; without a precondition nothing that exists is changed (RFC 6585 §3).
///
/// # Errors
/// When it is missing or does not hold.
pub fn check_precondition(precondition: &Precondition, old: Option<&Versioned>) -> Result<(), Refusal> {
    match (precondition, old) {
        (Precondition::None | Precondition::Absent, None) | (Precondition::Present, Some(_)) => Ok(()),
        (Precondition::None, Some(_)) => Err(Refusal::PreconditionRequired),
        (Precondition::Version(version), Some(old)) if *version == old.version => Ok(()),
        _ => Err(Refusal::PreconditionFailed),
    }
}

/// What a domain is can't change: tokens, keys and object names were made under it.
pub fn check_fixed(old: &DomainRecord, wanted: &DomainRecord, errors: &mut Vec<FieldError>) {
    if old.environment != wanted.environment {
        errors.push(field("environment", "fixed when the domain was created"));
    }
    if old.kind != wanted.kind {
        errors.push(field("kind", "fixed when the domain was created"));
    }
}

/// The other half of a pair: the same tenant's, in the same environment, of the other kind. A MitID
/// domain may fall back only on a domain that leads to it, so that every pair has two sides.
///
/// # Errors
/// When the store fails.
pub fn check_peer<R: Rows>(
    stored: &Configuration<'_, R>,
    wanted: &DomainRecord,
    errors: &mut Vec<FieldError>,
) -> Result<(), StoreFault> {
    let Some(host) = &wanted.peer else { return Ok(()) };
    let peer = stored.domain(host)?.filter(|peer| peer.environment == wanted.environment);
    let fits = match (&peer, wanted.kind) {
        (None, _) => false,
        (Some(peer), DomainKind::Ordinary) => peer.kind == DomainKind::Mitid,
        (Some(peer), DomainKind::Mitid) => {
            peer.kind == DomainKind::Ordinary && peer.peer.as_ref() == Some(&wanted.host)
        }
    };
    if !fits {
        errors.push(match wanted.kind {
            DomainKind::Ordinary => {
                field("mitid_domain", "a MitID domain of the same tenant and environment")
            }
            DomainKind::Mitid => {
                field("nemid_domain", "an ordinary domain of this tenant whose mitid_domain is this one")
            }
        });
    }
    Ok(())
}

/// An ordinary domain can't leave a MitID domain that still falls back on it.
///
/// # Errors
/// When the store fails.
pub fn check_peer_lets_go<R: Rows>(
    stored: &Configuration<'_, R>,
    old: &DomainRecord,
    wanted: &DomainRecord,
    errors: &mut Vec<FieldError>,
) -> Result<(), StoreFault> {
    if old.kind != DomainKind::Ordinary || old.peer == wanted.peer {
        return Ok(());
    }
    let Some(left) = &old.peer else { return Ok(()) };
    if stored.domain(left)?.is_some_and(|left| left.peer.as_ref() == Some(&old.host)) {
        errors
            .push(field("mitid_domain", "the MitID domain's nemid_domain is still this one; clear it first"));
    }
    Ok(())
}

/// Which upstream a domain may have. A PRODUCTION domain sends real people there and fetches from
/// it, so its name must be public, and no simulator's.
pub fn check_upstream(domain: &DomainRecord, input: &UpstreamInput, errors: &mut Vec<FieldError>) {
    if domain.kind == DomainKind::Mitid && input.eid != Eid::Mitid {
        errors.push(field("eid", "a MitID domain runs MitID only"));
    }
    if domain.environment != Environment::Production {
        return;
    }
    if !input.settings.issuer.is_public() {
        errors.push(field("issuer", "in PRODUCTION an https URL on port 443 with a public host name"));
    }
    if input.settings.issuer.as_str().contains("/simulator") {
        errors.push(field("issuer", "in PRODUCTION no simulator"));
    }
    if presets::is_for_tests(&input.settings.issuer) {
        errors.push(field(
            "issuer",
            "in PRODUCTION no test environment of a broker: anybody can be anybody there",
        ));
    }
    // It is told somebody's CPR number, and the upstream's access token.
    if let CprWay::Match(url) = &input.settings.cpr
        && (!url.is_public() || url.as_str().contains("/simulator"))
    {
        errors.push(field("cpr_match_url", "in PRODUCTION an https URL on port 443 with a public host name"));
    }
}

/// Over http a code can be read on the way, except where it never leaves the machine: a native
/// app's loopback callback (RFC 8252 §7.3), and native apps are public clients (§8.4).
pub fn application_faults(domain: &DomainRecord, application: &ApplicationRecord) -> Vec<FieldError> {
    if domain.environment != Environment::Production {
        return Vec::new();
    }
    let is_public = application.token_endpoint_auth_methods.contains(&ClientAuthMethod::None);
    let mut errors = Vec::new();
    let lists = [
        ("redirect_uris", &application.redirect_uris),
        ("post_logout_redirect_uris", &application.protocol.post_logout_redirect_uris),
    ];
    for (name, uris) in lists {
        for (index, uri) in uris.iter().enumerate() {
            if uri.as_str().starts_with("http:") && !is_public {
                let name = format!("{name}[{index}]");
                errors
                    .push(field(&name, "in PRODUCTION http on loopback is for public (native) applications"));
            }
        }
    }
    let protocol = &application.protocol;
    let urls = [
        ("initiate_login_uri", &application.initiate_login_uri),
        ("jwks_uri", &protocol.jwks_uri),
        ("backchannel_logout_uri", &protocol.backchannel_logout_uri),
        ("frontchannel_logout_uri", &protocol.frontchannel_logout_uri),
    ];
    for (name, url) in urls {
        if url.as_ref().is_some_and(|url| !url.is_public()) {
            errors.push(field(name, "in PRODUCTION an https URL on port 443 with a public host name"));
        }
    }
    for (index, url) in protocol.resume_urls.iter().enumerate() {
        if !url.is_public() {
            let name = format!("resume_urls[{index}]");
            errors.push(field(&name, "in PRODUCTION an https URL on port 443 with a public host name"));
        }
    }
    for (index, origin) in protocol.allowed_origins.iter().enumerate() {
        if !origin.is_public() {
            let name = format!("allowed_origins[{index}]");
            errors.push(field(&name, "in PRODUCTION an https origin on port 443 with a public host name"));
        }
    }
    errors
}

/// What an authorization answer may bring where nothing else was said: the ID token itself only in
/// TEST, since RFC 9700 §2.1.2 advises against it.
pub fn default_response_types(environment: Environment) -> Vec<ResponseType> {
    match environment {
        Environment::Test => vec![ResponseType::Code, ResponseType::IdToken],
        Environment::Production => vec![ResponseType::Code],
    }
}

/// # Errors
/// When there is any.
pub fn refuse_if_any(errors: Vec<FieldError>) -> Result<(), Refusal> {
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

/// A field and what is allowed in it.
pub fn field(name: &str, detail: &str) -> FieldError {
    FieldError { field: name.to_owned(), detail: detail.to_owned() }
}
