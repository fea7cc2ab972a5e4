//! Domains: the hosts that are issuers of a tenant.

use super::api::{Condition, Found};
use super::domain_check;
use super::form::{self, Complaint};
use super::ports::Dashboard;
use super::settings::{self, Saved, Shown};
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use crate::model::{Host, Role};
use crate::pages::dashboard::confirm::{self, Confirm};
use crate::pages::dashboard::domains as view;
use crate::pages::dashboard::findings::Finding;
use crate::pages::dashboard::frame::Notice;
use crate::pages::texts::dashboard::common;
use crate::pages::texts::dashboard::domain_fields::{CLOSING, MITID, NEW, ORDINARY};
use crate::pages::texts::dashboard::domains as texts;
use crate::web::{Method, Response, percent_encode, with_query};
use serde_json::{Map, Value, json};

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, []) => Box::pin(list(within)),
        (Get | Post, ["new"]) => Box::pin(make(within)),
        (Get, [host]) => Box::pin(async {
            let found = one(within, host).await?;
            let shown = settings::opened(fields(&found.body), &found);
            details(within, host, &found, &shown, None)
        }),
        (Post, [host]) => Box::pin(save(within, host)),
        (Get, [host, "check"]) => return Ok(Response::see_other(&within.href(&["domains", host]))),
        (Post, [host, "check"]) => Box::pin(check(within, host)),
        (Get | Post, [host, "closing"]) => Box::pin(closing(within, host)),
        (Get | Post, [host, "remove"]) => Box::pin(remove(within, host)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// The domains of this environment on one page of the API's list, and where the next begins.
///
/// # Errors
/// [`Stop`].
pub(super) async fn here<P: Dashboard>(within: &Within<'_, P>) -> Result<(Vec<Value>, Option<String>), Stop> {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (mut items, next) = within.api().page(&within.resource(&["domains"]), query.get("after")).await?;
    items.retain(|item| item["environment"] == within.environment.as_str());
    Ok((items, next))
}

/// The address of the next page of this one's list.
pub(super) fn next_page<P: Dashboard>(within: &Within<'_, P>, next: Option<String>) -> Option<String> {
    next.map(|after| with_query(&within.visit.request.path, &format!("after={}", percent_encode(&after))))
}

/// A domain of this environment.
///
/// # Errors
/// [`Stop::NotFound`] for another environment's too.
pub(super) async fn one<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Result<Found, Stop> {
    let found = within.api().get(&within.resource(&["domains", host])).await?;
    if found.body["environment"] == within.environment.as_str() { Ok(found) } else { Err(Stop::NotFound) }
}

/// Whether it is a MitID domain.
pub(super) fn is_mitid(domain: &Value) -> bool {
    domain["kind"] == "mitid"
}

fn fields(domain: &Value) -> &'static [crate::pages::dashboard::field::Field] {
    if is_mitid(domain) { MITID } else { ORDINARY }
}

pub(super) fn notice<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<Notice>, Stop> {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    Ok(Notice::of(query.get("saved")))
}

async fn list<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let (items, next) = here(within).await?;
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let rows: Vec<view::Row> = items
        .iter()
        .map(|item| view::Row {
            href: within.href(&["domains", &text(item, "host")]),
            host: text(item, "host"),
            name: text(item, "display_name"),
            is_mitid: is_mitid(item),
            peer: item["mitid_domain"]
                .as_str()
                .or(item["nemid_domain"].as_str())
                .unwrap_or_default()
                .to_owned(),
            is_enabled: item["enabled"] == Value::Bool(true),
            has_warnings: item["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty()),
        })
        .collect();
    let page = view::List {
        frame: &within.frame(),
        notice: notice(within)?,
        rows: &rows,
        next: next_page(within, next),
        add_href: &within.href(&["domains", "new"]),
        order_href: &within.href(&["order"]),
        is_operator: within.role == Role::Operator || within.visit.is_operator().await?,
    };
    Ok(Response::page(200, view::list(&page)))
}

async fn make<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let is_operator = within.role == Role::Operator || within.visit.is_operator().await?;
    let action = within.href(&["domains", "new"]);
    if !is_operator {
        if within.visit.request.method == Method::Post {
            within.visit.form()?;
            return Err(Stop::Forbidden);
        }
        let (frame, order) = (within.frame(), within.href(&["order"]));
        return Ok(Response::page(200, view::only_operator(&frame, &order)));
    }
    let shown = if within.visit.request.method == Method::Post {
        within.check_asked()?;
        match claim(within).await? {
            Ok(done) => return Ok(done),
            Err(shown) => shown,
        }
    } else {
        settings::empty(NEW, &json!({"kind": "ordinary"}))
    };
    let form = settings::markup(within, NEW, &shown, &action, &texts::ADD);
    Ok(Response::page(settings::status(&shown), view::make(&within.frame(), &form)))
}

/// Claims a host and makes its domain; else the form again.
async fn claim<P: Dashboard>(within: &Within<'_, P>) -> Result<Result<Response, Shown>, Stop> {
    let form = within.visit.form()?;
    let typed = form::typed_in(NEW, &form);
    let again = |wrong| Ok(Err(Shown { typed: typed.clone(), wrong, ..Shown::default() }));
    let at_host = |text| vec![("host".to_owned(), Complaint::Ours(text))];
    let Ok(host) = Host::parse(form::typed(&typed, "host").trim()) else {
        return again(at_host(&texts::NOT_A_HOST));
    };
    let mut body = Map::new();
    if let Err(wrong) = form::fill(&mut body, NEW, &typed) {
        return again(wrong);
    }
    body.insert("environment".to_owned(), within.environment.as_str().into());
    let path = within.resource(&["domains", host.as_str()]);
    let sent = Value::Object(body);
    match within.visit.operator_api().change(Method::Put, &path, Condition::New, Some(&sent)).await? {
        Ok(done) => Ok(Ok(settings::saved(&within.href(&["domains", host.as_str()]), done.published))),
        Err(refused) => again(match refused.status {
            409 => at_host(&texts::TAKEN),
            412 => at_host(&texts::EXISTS),
            _ => settings::wrong_of(NEW, &refused),
        }),
    }
}

async fn save<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let found = one(within, host).await?;
    let path = within.resource(&["domains", host]);
    match settings::save(within, &path, fields(&found.body), &form, &[]).await? {
        Saved::Done(done) => Ok(settings::saved(&within.href(&["domains", host]), done.published)),
        Saved::Again(shown) => details(within, host, &found, &shown, None),
    }
}

/// Moves the day NemID closes on an ordinary domain. It decides for everybody who can log in there, so who
/// moves it is asked who he is.
async fn closing<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let found = one(within, host).await?;
    if is_mitid(&found.body) {
        return Err(Stop::NotFound);
    }
    let href = within.href(&["domains", host]);
    let shown = if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        match settings::save(within, &within.resource(&["domains", host]), CLOSING, &form, &[]).await? {
            Saved::Done(done) => return Ok(settings::saved(&href, done.published)),
            Saved::Again(shown) => shown,
        }
    } else {
        settings::opened(CLOSING, &found)
    };
    let form =
        settings::markup(within, CLOSING, &shown, &within.href(&["domains", host, "closing"]), &common::SAVE);
    let page = view::Closing { frame: &within.frame(), host, href: &href, form };
    Ok(Response::page(settings::status(&shown), view::closing(&page)))
}

async fn check<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    within.visit.form()?;
    within.check_role(Role::Administrator)?;
    let found = one(within, host).await?;
    let host = Host::parse(host).map_err(|_| Stop::NotFound)?;
    let ports = within.visit.ports;
    let findings = domain_check::check(ports, &host, ports.desk().simulators).await;
    let shown = settings::opened(fields(&found.body), &found);
    details(within, host.as_str(), &found, &shown, Some(&findings))
}

fn details<P: Dashboard>(
    within: &Within<'_, P>,
    host: &str,
    found: &Found,
    shown: &Shown,
    findings: Option<&[Finding]>,
) -> Page {
    let domain = &found.body;
    let href = within.href(&["domains", host]);
    let text = |name: &str| domain[name].as_str().unwrap_or_default();
    let warnings = domain["warnings"].as_array().into_iter().flatten();
    let warnings = warnings.filter_map(|warning| match warning["code"].as_str() {
        Some("nemid_closes") => Some(&texts::NEMID_CLOSES),
        Some("nemid_closed") => Some(&texts::NEMID_CLOSED),
        _ => None,
    });
    let eid = if is_mitid(domain) { "mitid" } else { "nemid" };
    let page = view::Details {
        frame: &within.frame(),
        notice: notice(within)?,
        host,
        is_mitid: is_mitid(domain),
        is_local: Host::parse(host).is_ok_and(|host| host.is_loopback()),
        issuer: text("issuer"),
        created: text("created_at").get(..10).unwrap_or_default(),
        nemid_closed_at: text("nemid_closed_at"),
        warnings: &warnings.collect::<Vec<_>>(),
        findings,
        form: settings::markup(within, fields(domain), shown, &href, &common::SAVE),
        may_change: within.may_change(),
        links: &[
            (&common::APPLICATIONS, within.href(&["applications", host])),
            (&common::EIDS, within.href(&["eids", eid, host])),
            (&common::STYLES, within.href(&["styles", host])),
        ],
        check_href: &within.href(&["domains", host, "check"]),
        closing_href: &within.href(&["domains", host, "closing"]),
        remove_href: &within.href(&["domains", host, "remove"]),
    };
    Ok(Response::page(settings::status(shown), view::details(&page)))
}

async fn remove<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let mut version = one(within, host).await?.etag;
    let mut problem = None;
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        form.get("version").unwrap_or_default().clone_into(&mut version);
        let path = within.resource(&["domains", host]);
        let condition = Condition::Unchanged(&version);
        match within.api().change(Method::Delete, &path, condition, None).await? {
            Ok(done) => return Ok(settings::saved(&within.href(&["domains"]), done.published)),
            Err(refused) => problem = Some(refused.text),
        }
    }
    let page = Confirm {
        frame: &within.frame(),
        section: "domains",
        title: texts::REMOVE.say(within.visit.lang),
        name: host,
        text: &texts::REMOVE_TEXT,
        button: &texts::REMOVE,
        action: &within.href(&["domains", host, "remove"]),
        version: &version,
        back: (&within.href(&["domains", host]), &texts::BACK),
        problem: problem.as_deref(),
    };
    let status = if problem.is_some() { 409 } else { 200 };
    Ok(Response::page(status, confirm::confirm(&page)))
}
