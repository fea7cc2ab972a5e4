//! The first page of a tenant: is all well, or what needs attention.

use super::applied;
use super::domains::is_mitid;
use super::order_calls;
use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::admin::rfc3339;
use crate::pages::dashboard::frame::moment;
use crate::pages::dashboard::overview as view;
use crate::pages::texts::dashboard::applied as file_texts;
use crate::pages::texts::dashboard::keys as key_texts;
use crate::pages::texts::dashboard::overview as texts;
use crate::web::{Response, with_query};
use serde_json::Value;

/// Most domains whose shadows and upstreams are looked at.
const DOMAINS_MAX: usize = 20;

/// Most changes since a file that are named.
const NAMED_MAX: usize = 5;

/// A change of keys is told of so long before, seconds.
const KEYS_AHEAD_SECONDS: u64 = 14 * 24 * 60 * 60;

/// Keys that change soon, and who has not fetched the one that signs next.
async fn keys<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<view::Need>, Stop> {
    let path = within.resource(&["environments", within.environment.as_str(), "keys"]);
    let body = within.api().find(&path).await?.map_or(Value::Null, |found| found.body);
    let mut needs = Vec::new();
    let need = |text| view::Need { text, detail: String::new(), href: within.href(&["keys"]) };
    for ring in body["rings"].as_array().into_iter().flatten() {
        let word = |name: &str| ring[name].as_str().unwrap_or_default();
        let name = key_texts::ring(word("eid"), word("alg"));
        let name = name.say(within.visit.lang);
        let soon = within.visit.now.plus(KEYS_AHEAD_SECONDS);
        if rfc3339::parse(word("rotates_at")).is_some_and(|at| at <= soon) {
            needs.push(need(texts::key_changes(name, &moment(word("rotates_at")))));
            let who = super::keys::seen(&ring["not_seen_by"]).unwrap_or_default();
            if !who.is_empty() {
                needs.push(need(texts::not_seen(name, &who)));
            }
        }
    }
    Ok(needs)
}

/// Domains in service where nobody can log in: the eID of their kind has no upstream.
async fn upstreams<P: Dashboard>(
    within: &Within<'_, P>,
    domains: &[&Value],
) -> Result<Vec<view::Need>, Stop> {
    let mut needs = Vec::new();
    for domain in domains.iter().filter(|domain| domain["enabled"] == true).take(DOMAINS_MAX) {
        let host = domain["host"].as_str().unwrap_or_default();
        let (eid, name) = if is_mitid(domain) { ("mitid", "MitID") } else { ("nemid", "NemID") };
        if within.api().find(&within.resource(&["domains", host, "upstreams", eid])).await?.is_none() {
            let href = within.href(&["eids", eid, host]);
            needs.push(view::Need { text: texts::no_upstream(host, name), detail: String::new(), href });
        }
    }
    Ok(needs)
}

/// NemID's closing, while it is rehearsed.
async fn rehearsal<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<view::Need>, Stop> {
    let board = within.resource(&["environments", within.environment.as_str(), "migration"]);
    let body =
        within.api().find(&with_query(&board, "limit=1")).await?.map_or(Value::Null, |found| found.body);
    Ok(body["rehearsal"]["ends_at"].as_str().map(|ends| view::Need {
        text: texts::rehearsed(&moment(ends)),
        detail: String::new(),
        href: within.href(&["migration"]),
    }))
}

/// An order of MitID that somebody has to go on with.
async fn waiting_order<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<view::Need>, Stop> {
    let order = order_calls::look(within.visit, &within.tenant, within.environment).await?;
    let Some(order) = order.filter(|order| !matches!(order.state.word(), "completed" | "withdrawn")) else {
        return Ok(None);
    };
    let text = texts::order(crate::pages::dashboard::order::state_name(order.state.word()));
    Ok(Some(view::Need { text, detail: String::new(), href: within.href(&["order"]) }))
}

/// That the configuration is no longer what the applied file said.
async fn changed_since_the_file<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<view::Need>, Stop> {
    let Some(applied) = applied::look(within).await? else { return Ok(None) };
    if applied.changes.is_empty() && !applied.more {
        return Ok(None);
    }
    let text = file_texts::changed_since(&moment(&applied.at), applied.changes.len(), applied.more);
    let named: Vec<&str> = applied.changes.iter().take(NAMED_MAX).map(|it| it.what.as_str()).collect();
    Ok(Some(view::Need { text, detail: named.join("; "), href: within.href(&["audit", "file"]) }))
}

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
    needs.extend(upstreams(within, &domains.iter().filter(here).collect::<Vec<_>>()).await?);
    needs.extend(rehearsal(within).await?);
    needs.extend(keys(within).await?);
    needs.extend(waiting_order(within).await?);
    needs.extend(changed_since_the_file(within).await?);
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
