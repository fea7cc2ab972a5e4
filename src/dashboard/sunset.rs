//! NemID's closing for one application, by a day of its own: what that day will do, and the form that sets
//! it or takes it back.

use super::ports::Dashboard;
use super::settings::{self, Saved};
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::application_fields::SUNSET;
use crate::pages::dashboard::sunset::{self as view, Effect};
use crate::pages::texts::dashboard::common;
use crate::web::{Method, Response};
use serde_json::Value;

/// The page of an application of an ordinary domain. Its day takes something away from real users, so who
/// sets it is asked.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, host: &str, client_id: &str) -> Page {
    let form = match within.visit.request.method {
        Method::Post => Some(within.visit.form()?),
        _ => None,
    };
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let domain = within.api().get(&within.resource(&["domains", host])).await?.body;
    if domain["environment"] != within.environment.as_str() || domain["kind"] != "ordinary" {
        return Err(Stop::NotFound);
    }
    let path = within.resource(&["domains", host, "applications", client_id]);
    let shown = match form {
        Some(form) => match settings::save(within, &path, SUNSET, &form, &[]).await? {
            Saved::Done(done) => {
                return Ok(settings::saved(&within.href(&["migration"]), done.published));
            }
            Saved::Again(shown) => shown,
        },
        None => settings::opened(SUNSET, &within.api().get(&path).await?),
    };
    let action = within.href(&["migration", "sunset", host, client_id]);
    let form = settings::markup(within, SUNSET, &shown, &action, &common::SAVE);
    let page = view::Sunset {
        frame: &within.frame(),
        client_id,
        host,
        of_domain: domain["nemid_closed_at"].as_str(),
        effect: effect(within, &domain, client_id).await?,
        form: &form,
        back: &within.href(&["migration"]),
    };
    Ok(Response::page(settings::status(&shown), view::page(&page)))
}

/// What becomes of somebody whom the application sends to NemID after its closing, as things stand.
async fn effect<P: Dashboard>(
    within: &Within<'_, P>,
    domain: &Value,
    client_id: &str,
) -> Result<Effect, Stop> {
    let Some(mitid) = domain["mitid_domain"].as_str() else { return Ok(Effect::Error) };
    let api = within.api();
    let beside = api.find(&within.resource(&["domains", mitid])).await?;
    if beside.is_none_or(|found| found.body["show_alongside_nemid_logins"] != Value::Bool(true)) {
        return Ok(Effect::Error);
    }
    if api.find(&within.resource(&["domains", mitid, "upstreams", "mitid"])).await?.is_none() {
        return Ok(Effect::Error);
    }
    let shadow = api.find(&within.resource(&["domains", mitid, "applications", client_id])).await?;
    let stands = shadow.is_some_and(|found| found.body["enabled"] == Value::Bool(true));
    Ok(if stands { Effect::Mitid } else { Effect::NotReady })
}
