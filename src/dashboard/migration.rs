//! The move from the old eID to its successor, as a board: who logs in by what, which applications are ready,
//! what exactly changes for each, and a rehearsal of the old one's closing.

use super::api::Condition;
use super::applications::{is_here, next_href};
use super::ports::Dashboard;
use super::settings;
use super::stop::{Opening, Page, Stop};
use super::tools::origin_of;
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::migration as view;
use crate::web::{Method, Response};
use serde_json::{Value, json};

/// Days that the chart shows.
const DAYS_SHOWN: usize = 30;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Method::Get, []) => Box::pin(board(within, None)),
        (Method::Post, []) => Box::pin(rehearse(within)),
        (Method::Get, ["change", host, client_id]) => Box::pin(change(within, host, client_id)),
        (Method::Get | Method::Post, ["sunset", host, client_id]) => {
            Box::pin(super::sunset::route(within, host, client_id))
        }
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// What was typed, and what is wrong with it.
struct Typed {
    percent: String,
    ends_at: String,
    problem: String,
}

async fn board<P: Dashboard>(within: &Within<'_, P>, typed: Option<Typed>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let path = within.resource(&["environments", within.environment.as_str(), "migration"]);
    let path = next_href(&path, query.get("after")).unwrap_or(path);
    let body = within.api().find(&path).await?.map_or(Value::Null, |found| found.body);
    let applications = body["applications"].as_array().into_iter().flatten();
    let applications: Vec<view::Application<'_>> = applications.map(|one| shown(within, one)).collect();
    let running = &body["rehearsal"];
    let links = if running.is_object() { links(within).await? } else { Vec::new() };
    let percent = crate::json::text(&running["percent"]);
    let kept = match &typed {
        Some(typed) => (typed.percent.as_str(), typed.ends_at.as_str()),
        None if running.is_object() => (percent.as_str(), running["ends_at"].as_str().unwrap_or_default()),
        None => ("0", ""),
    };
    let next = next_href(&within.href(&["migration"]), body["next"].as_str());
    let page = view::Board {
        frame: &within.frame(),
        notice: Notice::of(query.get("saved")),
        days: &days(&body),
        people: body["people_seen_with_mitid"].as_u64().unwrap_or(0).to_string(),
        applications: &applications,
        next: next.as_deref(),
        rehearsal: running["ends_at"]
            .as_str()
            .map(|ends_at| view::Rehearsal { ends_at, percent: percent.clone() }),
        rehearsed: (total(&body, "rehearsed"), total(&body, "finished")),
        links: &links,
        action: &within.href(&["migration"]),
        typed: kept,
        problem: typed.as_ref().map(|typed| typed.problem.as_str()),
        may_change: within.may_change(),
    };
    Ok(Response::page(if typed.is_some() { 422 } else { 200 }, view::page(&page)))
}

/// Links that make a browser rehearse.
async fn links<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<String>, Stop> {
    let (domains, _) = within.api().list(&within.resource(&["domains"])).await?;
    let ordinary = domains.iter().filter(|domain| is_here(within, domain) && domain["kind"] == "ordinary");
    let hosts = ordinary.filter_map(|domain| domain["host"].as_str());
    Ok(hosts.map(|host| format!("{}/rehearse", origin_of(host))).collect())
}

fn total(counted: &Value, name: &str) -> u64 {
    counted["days"].as_array().into_iter().flatten().filter_map(|day| day[name].as_u64()).sum()
}

/// The last days of all applications together.
fn days(counted: &Value) -> Vec<view::Day> {
    let day = |day: &Value| view::Day {
        date: day["date"].as_str().unwrap_or_default().to_owned(),
        nemid: day["nemid"].as_u64().unwrap_or(0),
        mitid: day["mitid"].as_u64().unwrap_or(0),
    };
    let mut all: Vec<_> = counted["days"].as_array().into_iter().flatten().map(day).collect();
    all.split_off(all.len().saturating_sub(DAYS_SHOWN))
}

fn shown<'a, P: Dashboard>(within: &Within<'_, P>, one: &'a Value) -> view::Application<'a> {
    let text = |name: &str| one[name].as_str().unwrap_or_default();
    view::Application {
        host: text("host"),
        client_id: text("client_id"),
        logins: (total(one, "nemid"), total(one, "mitid")),
        last_nemid: text("last_nemid_login"),
        last_mitid: text("last_mitid_login"),
        reasons: one["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        href: within.href(&["migration", "change", text("host"), text("client_id")]),
        closes: one["nemid_closed_at"].as_str(),
        sunset: within
            .may_change()
            .then(|| within.href(&["migration", "sunset", text("host"), text("client_id")])),
    }
}

/// Begins, changes or ends a rehearsal. It takes something away from real users, so who does it is asked.
async fn rehearse<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let form = within.visit.form()?;
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let typed = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let (percent, ends_at) = (typed("percent"), typed("ends_at"));
    // Whatever else was typed, the API says what is allowed.
    let number = percent.parse::<u64>().map_or_else(|_| Value::from(percent.as_str()), Value::from);
    let mut body = json!({ "ends_at": null });
    if !ends_at.is_empty() {
        body = json!({ "ends_at": ends_at, "percent": if percent.is_empty() { Value::from(0) } else { number } });
    }
    let path = within.resource(&["environments", within.environment.as_str(), "rehearsal"]);
    match within.api().change(Method::Put, &path, Condition::None, Some(&body)).await? {
        Ok(done) => Ok(settings::saved(&within.href(&["migration"]), done.published)),
        Err(refused) => {
            let said = refused.errors.iter().map(|(field, detail)| format!("{field}: {detail}"));
            let said = said.collect::<Vec<_>>().join(". ");
            let problem = if said.is_empty() { refused.text } else { said };
            board(within, Some(Typed { percent, ends_at, problem })).await
        }
    }
}

/// What changes for one application when it is cut over, as a text to send.
async fn change<P: Dashboard>(within: &Within<'_, P>, host: &str, client_id: &str) -> Page {
    let api = within.api();
    let domain = api.get(&within.resource(&["domains", host])).await?.body;
    let application = api.get(&within.resource(&["domains", host, "applications", client_id])).await?.body;
    if domain["environment"] != within.environment.as_str() {
        return Err(Stop::NotFound);
    }
    let Some(mitid) = domain["mitid_domain"].as_str() else { return Err(Stop::NotFound) };
    let (from, to) = (origin_of(host), origin_of(mitid));
    let shadow = api.find(&within.resource(&["domains", mitid, "applications", client_id])).await?;
    let drift = api.get(&within.resource(&["domains", host, "shadow-drift"])).await?.body;
    let differs = drift["differing"].as_array().into_iter().flatten().any(|one| {
        one["client_id"] == client_id
            && one["fields"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|field| field == "secrets" || field == "jwks")
    });
    let credentials = match (shadow.is_some(), differs) {
        (false, _) => "credentials  the shadow application is not made yet",
        (true, true) => "credentials  differ: a new secret or key is needed",
        (true, false) => "credentials  unchanged",
    };
    let name = application["name"].as_str().unwrap_or_default();
    let text = format!(
        "{name} ({client_id}), {}\n\n\
         issuer       {from}\n          ->  {to}\n\
         authority    {from}/oauth2/authorize\n          ->  {to}/oauth2/authorize\n\
         metadata     {from}/.well-known/openid-configuration\n          ->  {to}/.well-known/openid-configuration\n\
         acr_values   urn:grn:authn:dk:nemid:poces\n          ->  urn:grn:authn:dk:mitid:substantial\n\
         client_id    unchanged\n\
         callbacks    unchanged\n\
         {credentials}\n",
        within.environment.as_str()
    );
    let page = view::Change { frame: &within.frame(), text: &text, back: &within.href(&["migration"]) };
    Ok(Response::page(200, view::change(&page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_days_are_shown() {
        let day = |at: u64| json!({ "date": format!("2026-10-{at}"), "nemid": at, "mitid": 1 });
        let last = days(&json!({ "days": (10..50).map(day).collect::<Vec<_>>() }));
        assert_eq!(last.len(), DAYS_SHOWN);
        assert_eq!(last[0], view::Day { date: "2026-10-20".to_owned(), nemid: 20, mitid: 1 });
    }
}
