//! Identity services: the switches of an environment, and how each eID is reached.

use super::domains::{here, is_mitid, next_page, notice, one};
use super::ports::Dashboard;
use super::settings::{self, Saved, Shown};
use super::stop::{Opening, Page, Stop};
use super::upstreams;
use super::visit::Within;
use crate::pages::dashboard::eids as view;
use crate::pages::texts::dashboard::common;
use crate::pages::texts::dashboard::domain_fields::SIDE_BY_SIDE;
use crate::pages::texts::dashboard::eids::CPR;
use crate::web::{Method, Response};
use maud::Markup;
use serde_json::Value;

/// Most domains whose upstreams one page looks at.
const UPSTREAMS_MAX: usize = 20;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, [] | ["mitid"]) => Box::pin(mitid(within, None, None)),
        (Post, ["mitid"]) => Box::pin(save_cpr(within)),
        (Post, ["mitid", host, "side-by-side"]) => Box::pin(save_pair(within, host)),
        (Get, ["mitid", _, "side-by-side"]) => {
            return Ok(Response::see_other(&within.href(&["eids", "mitid"])));
        }
        (Get, ["nemid"]) => Box::pin(nemid(within)),
        (_, [eid @ ("mitid" | "nemid"), host, rest @ ..]) => {
            Box::pin(upstreams::route(within, eid, host, rest))
        }
        _ => return Err(Stop::NotFound),
    };
    page.await
}

fn environment<P: Dashboard>(within: &Within<'_, P>) -> String {
    within.resource(&["environments", within.environment.as_str()])
}

async fn save_cpr<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    match settings::save(within, &environment(within), CPR, &form, &[]).await? {
        Saved::Done(done) => Ok(settings::saved(&within.href(&["eids", "mitid"]), done.published)),
        Saved::Again(shown) => mitid(within, Some(shown), None).await,
    }
}

async fn save_pair<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    if !is_mitid(&one(within, host).await?.body) {
        return Err(Stop::NotFound);
    }
    let path = within.resource(&["domains", host]);
    match settings::save(within, &path, SIDE_BY_SIDE, &form, &[]).await? {
        Saved::Done(done) => {
            let query = format!("domain={}", crate::web::percent_encode(host));
            let href = crate::web::with_query(&within.href(&["eids", "mitid"]), &query);
            Ok(settings::saved(&href, done.published))
        }
        Saved::Again(shown) => mitid(within, None, Some((host, shown))).await,
    }
}

/// DK MitID: its switches, and its upstreams.
async fn mitid<P: Dashboard>(
    within: &Within<'_, P>,
    cpr: Option<Shown>,
    pair: Option<(&str, Shown)>,
) -> Page {
    let (domains, next) = here(within).await?;
    let wrong = [cpr.as_ref(), pair.as_ref().map(|(_, shown)| shown)];
    let status = wrong.into_iter().flatten().map(settings::status).max().unwrap_or(200);
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let mitid_hosts: Vec<&str> = domains
        .iter()
        .filter(|domain| is_mitid(domain))
        .filter_map(|domain| domain["host"].as_str())
        .collect();
    let chosen = pair.as_ref().map(|(host, _)| *host).or(query.get("domain"));
    let chosen = chosen.filter(|host| mitid_hosts.contains(host)).or(mitid_hosts.first().copied());
    let cpr_form = cpr_form(within, cpr).await?;
    let pair_form = match chosen {
        Some(host) => Some(pair_form(within, host, pair.map(|(_, shown)| shown)).await?),
        None => None,
    };
    let ordinary = domains.iter().filter(|domain| !is_mitid(domain));
    let (leading, others): (Vec<&Value>, Vec<&Value>) =
        ordinary.partition(|domain| chosen.is_some_and(|host| domain["mitid_domain"] == host));
    let link = |domain: &&Value| {
        let host = domain["host"].as_str().unwrap_or_default();
        (host.to_owned(), within.href(&["domains", host]))
    };
    let page = view::Mitid {
        place: view::Place { frame: &within.frame(), notice: notice(within)?, hrefs: hrefs(within) },
        cpr_form,
        hosts: &mitid_hosts,
        chosen,
        pair_form,
        leading: &leading.iter().map(link).collect::<Vec<_>>(),
        others: &others.iter().map(link).collect::<Vec<_>>(),
        order_href: &within.href(&["order"]),
        upstreams: &reached(within, &domains, "mitid").await?,
        next: next_page(within, next),
    };
    Ok(Response::page(status, view::mitid(&page)))
}

/// DK NemID: its upstreams.
async fn nemid<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let (mut domains, next) = here(within).await?;
    domains.retain(|domain| !is_mitid(domain));
    let page = view::Nemid {
        place: view::Place { frame: &within.frame(), notice: notice(within)?, hrefs: hrefs(within) },
        upstreams: &reached(within, &domains, "nemid").await?,
        next: next_page(within, next),
    };
    Ok(Response::page(200, view::nemid(&page)))
}

fn hrefs<P: Dashboard>(within: &Within<'_, P>) -> [String; 2] {
    [within.href(&["eids", "nemid"]), within.href(&["eids", "mitid"])]
}

/// The CPR switches; `None` before the environment's first domain.
async fn cpr_form<P: Dashboard>(
    within: &Within<'_, P>,
    shown: Option<Shown>,
) -> Result<Option<Markup>, Stop> {
    let shown = match shown {
        Some(shown) => shown,
        None => match within.api().find(&environment(within)).await? {
            Some(found) => settings::opened(CPR, &found),
            None => return Ok(None),
        },
    };
    Ok(Some(settings::markup(within, CPR, &shown, &within.href(&["eids", "mitid"]), &common::SAVE)))
}

async fn pair_form<P: Dashboard>(
    within: &Within<'_, P>,
    host: &str,
    shown: Option<Shown>,
) -> Result<Markup, Stop> {
    let shown = match shown {
        Some(shown) => shown,
        None => settings::opened(SIDE_BY_SIDE, &one(within, host).await?),
    };
    let action = within.href(&["eids", "mitid", host, "side-by-side"]);
    Ok(settings::markup(within, SIDE_BY_SIDE, &shown, &action, &common::SAVE))
}

/// How an eID is reached from each of these domains.
async fn reached<P: Dashboard>(
    within: &Within<'_, P>,
    domains: &[Value],
    eid: &str,
) -> Result<Vec<view::Reached>, Stop> {
    let mut rows = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        let host = domain["host"].as_str().unwrap_or_default();
        let issuer = if index < UPSTREAMS_MAX {
            let path = within.resource(&["domains", host, "upstreams", eid]);
            let found = within.api().find(&path).await?;
            Some(found.and_then(|found| found.body["issuer"].as_str().map(str::to_owned)))
        } else {
            None
        };
        rows.push(view::Reached { host: host.to_owned(), href: within.href(&["eids", eid, host]), issuer });
    }
    Ok(rows)
}
