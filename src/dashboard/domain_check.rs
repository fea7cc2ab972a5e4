//! Whether a domain answers to the world as the issuer that it is.

use super::probe::{self, Trouble, look, shown};
use crate::model::Host;
use crate::model::url::WebUrl;
use crate::pages::dashboard::findings::Finding;
use crate::pages::texts::dashboard::domains as texts;
use crate::pages::texts::dashboard::findings as common;
use crate::ports::Upstreams;

/// Fetches the domain's own metadata and keys, as applications do.
pub async fn check(ports: &impl Upstreams, host: &Host, simulators: bool) -> Vec<Finding> {
    let issuer = host.issuer();
    match WebUrl::parse(&issuer) {
        Ok(url) if probe::may_look(&url, simulators) => {}
        _ => return vec![Finding::doubt(texts::NOT_PUBLIC.clone())],
    }
    let url = format!("{issuer}/.well-known/openid-configuration");
    let metadata = match look(ports, &url).await {
        Ok(metadata) => metadata,
        Err(trouble) => return vec![Finding::bad(common::at(&url, &trouble.text())), next_step(trouble)],
    };
    let stated = metadata["issuer"].as_str().unwrap_or_default();
    if stated != issuer {
        return vec![Finding::bad(texts::other_issuer(&issuer, &shown(stated)))];
    }
    let mut findings = vec![Finding::good(texts::answers(&issuer))];
    let jwks_uri = metadata["jwks_uri"].as_str().unwrap_or_default();
    // What a stranger's document names is not fetched.
    if !jwks_uri.strip_prefix(&issuer).is_some_and(|rest| rest.starts_with('/')) {
        findings.push(Finding::bad(texts::KEYS_ELSEWHERE.clone()));
        return findings;
    }
    findings.push(match look(ports, jwks_uri).await {
        Ok(set) => match set["keys"].as_array().map_or(0, Vec::len) {
            0 => Finding::bad(texts::NO_KEYS.clone()),
            count => Finding::good(texts::keys(count)),
        },
        Err(trouble) => Finding::bad(common::at(jwks_uri, &trouble.text())),
    });
    findings
}

/// What to look at.
fn next_step(trouble: Trouble) -> Finding {
    Finding::doubt(match trouble {
        Trouble::NotResolved | Trouble::Silent | Trouble::Tls => texts::LOOK_AT_DNS.clone(),
        _ => texts::LOOK_AT_ROUTE.clone(),
    })
}
