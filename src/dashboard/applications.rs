//! Applications: the relying parties of an environment, by domain.

use super::api::Found;
use super::form::Complaint;
use super::ports::Dashboard;
use super::settings::{self, Saved, Shown};
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use super::{application, form};
use crate::model::{ClientId, Role};
use crate::pages::dashboard::application_fields::NEW;
use crate::pages::dashboard::applications as view;
use crate::pages::dashboard::frame::Notice;
use crate::pages::texts::dashboard::applications as texts;
use crate::web::{Method, Response, encode_pairs, with_query};
use serde_json::{Value, json};

/// Most domains of a page whose applications are read for it.
const DOMAINS_MAX: usize = 10;
/// Applications of a domain that the page of all domains shows.
const FIRST_APPLICATIONS: usize = 10;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, []) => Box::pin(overview(within)),
        (Get | Post, ["new", host]) => Box::pin(add(within, host)),
        (Get, [host]) => Box::pin(of_domain(within, host)),
        (Get | Post, [host, client_id, rest @ ..]) => {
            Box::pin(application::route(within, host, client_id, rest))
        }
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// A domain of this environment.
///
/// # Errors
/// [`Stop::NotFound`] for one of the other as well: its pages are there.
pub(super) async fn domain_here<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Result<Found, Stop> {
    let found = within.api().get(&within.resource(&["domains", host])).await?;
    match is_here(within, &found.body) {
        true => Ok(found),
        false => Err(Stop::NotFound),
    }
}

/// Whether a domain is of this environment.
pub(super) fn is_here<P: Dashboard>(within: &Within<'_, P>, domain: &Value) -> bool {
    domain["environment"] == within.environment.as_str()
}

/// The address of the next page of a list.
pub(super) fn next_href(href: &str, next: Option<&str>) -> Option<String> {
    next.map(|after| with_query(href, &encode_pairs([("after", after)])))
}

/// An application as a row of a list.
pub(super) fn row<P: Dashboard>(within: &Within<'_, P>, host: &str, item: &Value) -> view::Row {
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    view::Row {
        href: within.href(&["applications", host, text("client_id")]),
        name: text("name").to_owned(),
        client_id: text("client_id").to_owned(),
        enabled: item["enabled"] == Value::Bool(true),
    }
}

async fn overview<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let api = within.api();
    let (domains, next) = api.page(&within.resource(&["domains"]), query.get("after")).await?;
    let mut groups = Vec::new();
    for domain in domains.iter().filter(|domain| is_here(within, domain)) {
        let host = domain["host"].as_str().unwrap_or_default();
        let mut rows = None;
        if groups.len() < DOMAINS_MAX {
            let path = within.resource(&["domains", host, "applications"]);
            let body = api.get(&format!("{path}?limit={FIRST_APPLICATIONS}")).await?.body;
            let items = body["items"].as_array().into_iter().flatten();
            rows = Some(items.map(|item| row(within, host, item)).collect());
        }
        groups.push(view::Group {
            host: host.to_owned(),
            href: within.href(&["applications", host]),
            add: within.may_change().then(|| within.href(&["applications", "new", host])),
            rows,
        });
    }
    let next = next_href(&within.href(&["applications"]), next.as_deref());
    let page = view::Overview {
        frame: &within.frame(),
        groups: &groups,
        next: next.as_deref(),
        domains_href: &within.href(&["domains"]),
    };
    Ok(Response::page(200, view::overview(&page)))
}

async fn of_domain<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    domain_here(within, host).await?;
    let path = within.resource(&["domains", host, "applications"]);
    let (items, next) = within.api().page(&path, query.get("after")).await?;
    let rows: Vec<view::Row> = items.iter().map(|item| row(within, host, item)).collect();
    let add = within.may_change().then(|| within.href(&["applications", "new", host]));
    let next = next_href(&within.href(&["applications", host]), next.as_deref());
    let page = view::OfDomain {
        frame: &within.frame(),
        host,
        rows: &rows,
        next: next.as_deref(),
        add: add.as_deref(),
        notice: Notice::of(query.get("saved")),
    };
    Ok(Response::page(200, view::of_domain(&page)))
}

/// Makes an application. Its secret is made next, on its own page.
async fn add<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let mut shown = settings::empty(NEW, &json!({}));
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        within.check_change()?;
        domain_here(within, host).await?;
        let client_id = form.get("client_id").unwrap_or_default().trim();
        if let Err(rule) = ClientId::parse(client_id) {
            let wrong = vec![("client_id".to_owned(), Complaint::Api(rule.0.to_owned()))];
            shown = Shown { typed: form::typed_in(NEW, &form), wrong, ..Shown::default() };
        } else {
            let path = within.resource(&["domains", host, "applications", client_id]);
            match settings::save(within, &path, NEW, &form, &[]).await? {
                Saved::Done(done) => {
                    let href = within.href(&["applications", host, client_id, "secrets"]);
                    return Ok(settings::saved(&href, done.published));
                }
                Saved::Again(again) => shown = again,
            }
        }
    } else {
        within.check_role(Role::Administrator)?;
        domain_here(within, host).await?;
    }
    let action = within.href(&["applications", "new", host]);
    let form = settings::markup(within, NEW, &shown, &action, &texts::ADD);
    Ok(Response::page(settings::status(&shown), view::add(&within.frame(), host, &form)))
}
