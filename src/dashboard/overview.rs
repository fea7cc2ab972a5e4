//! The first page of a tenant: is all well, or what needs attention.

use super::ports::Dashboard;
use super::stop::Page;
use super::visit::Within;
use crate::pages::dashboard::overview as view;
use crate::pages::texts::dashboard::overview as texts;
use crate::web::Response;
use serde_json::Value;

/// Most ordinary domains whose shadows are looked at.
const DOMAINS_MAX: usize = 20;

/// The page.
///
/// # Errors
/// [`super::stop::Stop`].
pub async fn page<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let api = within.api();
    let (domains, _) = api.list(&within.resource(&["domains"])).await?;
    let here = |domain: &&Value| domain["environment"] == within.environment.as_str();
    let mut needs: Vec<view::Need> = Vec::new();
    for domain in domains.iter().filter(here) {
        let host = domain["host"].as_str().unwrap_or_default();
        for warning in domain["warnings"].as_array().into_iter().flatten() {
            let detail = warning.as_str().or(warning["detail"].as_str()).unwrap_or_default().to_owned();
            needs.push(view::Need {
                text: texts::warning(host),
                detail,
                href: within.href(&["domains", host]),
            });
        }
    }
    let leads_over = |domain: &&Value| domain["mitid_domain"].is_string();
    for domain in domains.iter().filter(here).filter(leads_over).take(DOMAINS_MAX) {
        let host = domain["host"].as_str().unwrap_or_default();
        let drift = api.get(&within.resource(&["domains", host, "shadow-drift"])).await?.body;
        let count = |name: &str| drift[name].as_array().map_or(0, Vec::len);
        if drift["is_alike"] != Value::Bool(true) {
            let text = texts::shadows(host, count("missing"), count("differing"));
            needs.push(view::Need { text, detail: String::new(), href: within.href(&["shadows", host]) });
        }
    }
    let publication = api.get(&within.resource(&["publication"])).await?.body;
    if publication["published"] != Value::Bool(true) {
        let text = texts::PUBLISHING.clone();
        needs.push(view::Need { text, detail: String::new(), href: within.href(&["audit"]) });
    }
    let hosts = domains.iter().filter(here).filter_map(|domain| domain["host"].as_str()).collect::<Vec<_>>();
    let page = view::Overview {
        frame: &within.frame(),
        needs: &needs,
        hosts: &hosts,
        domains_href: &within.href(&["domains"]),
    };
    Ok(Response::page(200, view::page(&page)))
}
