//! How an eID is reached from a domain: a page of the identity services.

use super::api::{Condition, Found};
use super::domains::{is_mitid, notice, one};
use super::ports::Dashboard;
use super::settings::{self, Saved, Shape, Shown};
use super::stop::{Opening, Page, Stop};
use super::upstream_check;
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::confirm::{self, Confirm};
use crate::pages::dashboard::findings::Finding;
use crate::pages::dashboard::upstreams as view;
use crate::pages::texts::dashboard::common;
use crate::pages::texts::dashboard::upstream_fields::UPSTREAM;
use crate::pages::texts::dashboard::upstreams as texts;
use crate::web::{Method, Response};
use serde_json::{Map, Value, json};

/// The pages of an upstream; `path` is what follows the eID and the host.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, eid: &str, host: &str, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let place = Place::of(within, eid, host).await?;
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, []) => Box::pin(async {
            let found = place.find(within).await?;
            let shown = opened(found.as_ref());
            page(within, &place, found.as_ref(), &shown, None)
        }),
        (Post, []) => Box::pin(save(within, &place)),
        (Get, ["test"]) => return Ok(Response::see_other(&place.href(within, &[]))),
        (Post, ["test"]) => Box::pin(test(within, &place)),
        (Get | Post, ["remove"]) => Box::pin(remove(within, &place)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// Where it is.
struct Place<'a> {
    eid: &'a str,
    host: &'a str,
    domain: Value,
}

impl<'a> Place<'a> {
    async fn of<P: Dashboard>(within: &Within<'_, P>, eid: &'a str, host: &'a str) -> Result<Self, Stop> {
        let domain = one(within, host).await?.body;
        Ok(Self { eid, host, domain })
    }

    fn resource<P: Dashboard>(&self, within: &Within<'_, P>) -> String {
        within.resource(&["domains", self.host, "upstreams", self.eid])
    }

    fn href<P: Dashboard>(&self, within: &Within<'_, P>, more: &[&str]) -> String {
        within.href(&[&["eids", self.eid, self.host], more].concat())
    }

    async fn find<P: Dashboard>(&self, within: &Within<'_, P>) -> Result<Option<Found>, Stop> {
        within.api().find(&self.resource(within)).await
    }

    /// A MitID domain runs MitID only.
    fn may_run(&self) -> bool {
        self.eid == "mitid" || !is_mitid(&self.domain)
    }
}

fn opened(found: Option<&Found>) -> Shown {
    match found {
        Some(found) => settings::opened(UPSTREAM, found),
        None => {
            settings::empty(UPSTREAM, &json!({"preset": "generic", "client_auth": "client_secret_basic"}))
        }
    }
}

async fn save<P: Dashboard>(within: &Within<'_, P>, place: &Place<'_>) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let is_new = form.get("version").is_none_or(str::is_empty);
    let sent = |body: &mut Map<String, Value>| left_out(body, is_new);
    let shape = Shape { shown: Value::clone, sent: &sent };
    match settings::save_shaped(within, &place.resource(within), UPSTREAM, &form, &shape).await? {
        Saved::Done(done) => Ok(settings::saved(&place.href(within, &[]), done.published)),
        Saved::Again(shown) => {
            let found = place.find(within).await?;
            page(within, place, found.as_ref(), &shown, None)
        }
    }
}

/// What the preset is to fill in is left out, for an empty list would count.
fn left_out(body: &mut Map<String, Value>, is_new: bool) {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    for (name, only_new) in [("scopes", false), ("employee_scopes", true)] {
        if body.get(name).is_some_and(is_empty) && (is_new || !only_new) {
            body.remove(name);
        }
    }
    // It stays in its field when somebody goes back to a secret, which has no use for it.
    if body.get("client_auth").is_none_or(|auth| auth != "private_key_jwt") {
        body.remove("assertion_audience");
    }
}

async fn test<P: Dashboard>(within: &Within<'_, P>, place: &Place<'_>) -> Page {
    within.visit.form()?;
    within.check_role(Role::Administrator)?;
    let found = place.find(within).await?.ok_or(Stop::NotFound)?;
    let ports = within.visit.ports;
    let findings = upstream_check::check(ports, &found.body, ports.desk().simulators).await;
    page(within, place, Some(&found), &opened(Some(&found)), Some(&findings))
}

fn page<P: Dashboard>(
    within: &Within<'_, P>,
    place: &Place<'_>,
    found: Option<&Found>,
    shown: &Shown,
    findings: Option<&[Finding]>,
) -> Page {
    let key = found.map(|found| &found.body["client_key"]).filter(|key| key.is_object());
    let key = key.map(crate::json::pretty);
    let view = view::Upstream {
        frame: &within.frame(),
        notice: notice(within)?,
        is_mitid: place.eid == "mitid",
        host: place.host,
        domain_href: &within.href(&["domains", place.host]),
        eid_href: &within.href(&["eids", place.eid]),
        issuer: place.domain["issuer"].as_str().unwrap_or_default(),
        is_set: found.is_some(),
        may_run: place.may_run(),
        client_key: key.as_deref(),
        findings,
        form: settings::markup(within, UPSTREAM, shown, &place.href(within, &[]), &common::SAVE),
        may_change: within.may_change(),
        test_href: &place.href(within, &["test"]),
        remove_href: &place.href(within, &["remove"]),
    };
    Ok(Response::page(settings::status(shown), view::upstream(&view)))
}

async fn remove<P: Dashboard>(within: &Within<'_, P>, place: &Place<'_>) -> Page {
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let mut version = place.find(within).await?.ok_or(Stop::NotFound)?.etag;
    let mut problem = None;
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        form.get("version").unwrap_or_default().clone_into(&mut version);
        let condition = Condition::Unchanged(&version);
        match within.api().change(Method::Delete, &place.resource(within), condition, None).await? {
            Ok(done) => return Ok(settings::saved(&within.href(&["eids", place.eid]), done.published)),
            Err(refused) => problem = Some(refused.text),
        }
    }
    let name = format!("{} / {}", place.host, place.eid);
    let page = Confirm {
        frame: &within.frame(),
        section: "eids",
        title: texts::REMOVE.say(within.visit.lang),
        name: &name,
        text: &texts::REMOVE_TEXT,
        button: &texts::REMOVE,
        action: &place.href(within, &["remove"]),
        version: &version,
        back: (&place.href(within, &[]), &texts::BACK),
        problem: problem.as_deref(),
    };
    let status = if problem.is_some() { 409 } else { 200 };
    Ok(Response::page(status, confirm::confirm(&page)))
}
