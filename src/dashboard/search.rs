//! The search within a tenant and environment: domains, applications, sections.

use super::applications::{is_here, row};
use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::pages::dashboard::applications::Row;
use crate::pages::dashboard::frame::sections_like;
use crate::pages::dashboard::search as view;
use crate::pages::letters::lower;
use crate::web::{Method, Response, percent_encode};
use serde_json::Value;

/// Most characters of a search that are looked at.
const SEARCH_MAX_CHARS: usize = 200;
/// Most pages of applications that a search reads, of a hundred each.
const PAGES_MAX: usize = 20;
/// Most applications that it shows.
const FOUND_MAX: usize = 50;

/// The page; it has no others below it.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    match (within.visit.request.method, path) {
        (Method::Get, []) => search(within).await,
        _ => Err(Stop::NotFound),
    }
}

async fn search<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let searched: String = query.get("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect();
    let wanted = lower(&searched);
    let mut found = Found::default();
    if !wanted.is_empty() {
        found = look(within, &wanted).await?;
    }
    let sections: Vec<_> = sections_like(&wanted, within.role.as_str())
        .map(|(segment, label)| match segment {
            "" => (within.href(&[]), label),
            _ => (within.href(&[segment]), label),
        })
        .collect();
    let page = view::Search {
        frame: &within.frame(),
        action: &within.href(&["search"]),
        searched: &searched,
        sections: &sections,
        domains: &found.domains,
        applications: &found.applications,
        is_partial: found.is_partial,
    };
    Ok(Response::page(200, view::page(&page)))
}

#[derive(Default)]
struct Found {
    domains: Vec<(String, String)>,
    applications: Vec<(String, Row)>,
    is_partial: bool,
}

async fn look<P: Dashboard>(within: &Within<'_, P>, wanted: &str) -> Result<Found, Stop> {
    let api = within.api();
    let (domains, is_partial) = api.list(&within.resource(&["domains"])).await?;
    let mut found = Found { is_partial, ..Found::default() };
    let mut pages = 0;
    for domain in domains.iter().filter(|domain| is_here(within, domain)) {
        let host = domain["host"].as_str().unwrap_or_default();
        if host.contains(wanted) {
            found.domains.push((within.href(&["domains", host]), host.to_owned()));
        }
        let path = within.resource(&["domains", host, "applications"]);
        let mut after = String::new();
        loop {
            if pages == PAGES_MAX || found.applications.len() >= FOUND_MAX {
                found.is_partial = true;
                break;
            }
            pages += 1;
            let body = api.get(&format!("{path}?limit=100{after}")).await?.body;
            let fits = |item: &&Value| {
                ["client_id", "name"]
                    .iter()
                    .any(|name| lower(item[*name].as_str().unwrap_or_default()).contains(wanted))
            };
            let items = body["items"].as_array().into_iter().flatten().filter(fits);
            found.applications.extend(items.map(|item| (host.to_owned(), row(within, host, item))));
            match body["next"].as_str() {
                Some(next) => after = format!("&after={}", percent_encode(next)),
                None => break,
            }
        }
    }
    found.is_partial |= found.applications.len() > FOUND_MAX;
    found.applications.truncate(FOUND_MAX);
    Ok(found)
}
