//! A tenant's own test people of the simulators: made, changed and removed.

use super::api::Condition;
use super::applications::next_href;
use super::ports::Dashboard;
use super::settings::{self, Saved, Shown};
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use crate::model::{Environment, Role};
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::test_people::{self as view, FIELDS, NEW};
use crate::pages::texts::dashboard::{common, test_people as texts};
use crate::web::{Method, Response};
use serde_json::json;

/// The pages below Tools; `path` is what follows `people`.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    if within.environment != Environment::Test {
        return Err(Stop::NotFound);
    }
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, []) => Box::pin(list(within)),
        (Get | Post, ["new"]) => Box::pin(make(within)),
        (Get | Post, ["one", user]) => Box::pin(change(within, user)),
        (Post, ["one", user, "remove"]) => Box::pin(remove(within, user)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

fn resource<P: Dashboard>(within: &Within<'_, P>, more: &[&str]) -> String {
    let own = ["environments", within.environment.as_str(), "test-people"];
    within.resource(&[&own, more].concat())
}

async fn list<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (items, next) = within.api().page(&resource(within, &[]), query.get("after")).await?;
    let people: Vec<view::Person<'_>> = items
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            view::Person {
                user: text("user"),
                name: text("name"),
                cpr: text("cpr"),
                organisation: text("organisation"),
                may_be_real: item["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty()),
                href: within.href(&["tools", "people", "one", text("user")]),
            }
        })
        .collect();
    let next = next_href(&within.href(&["tools", "people"]), next.as_deref());
    let new = within.href(&["tools", "people", "new"]);
    let page = view::People {
        frame: &within.frame(),
        notice: Notice::of(query.get("saved")),
        people: &people,
        next: next.as_deref(),
        new: within.may_change().then_some(new.as_str()),
        has_simulators: within.visit.ports.desk().simulators,
    };
    Ok(Response::page(200, view::list(&page)))
}

async fn make<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let mut shown = settings::empty(NEW, &json!({ "reaches": "high" }));
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        within.check_role(Role::Administrator)?;
        // Where nothing was typed the API says what a name is.
        let user = form.get("user").map(str::trim).filter(|user| !user.is_empty()).unwrap_or(" ");
        match settings::save(within, &resource(within, &[user]), NEW, &form, &[]).await? {
            Saved::Done(done) => return Ok(saved(within, done.published)),
            Saved::Again(again) => shown = again,
        }
    } else {
        within.check_role(Role::Administrator)?;
    }
    let action = within.href(&["tools", "people", "new"]);
    let form = settings::markup(within, NEW, &shown, &action, &texts::MAKE);
    Ok(one(within, &shown, &view::One { form: &form, warned: false, remove: None, back: &back(within) }))
}

async fn change<P: Dashboard>(within: &Within<'_, P>, user: &str) -> Page {
    let (path, own) = (resource(within, &[user]), within.href(&["tools", "people", "one", user]));
    let found = within.api().get(&path).await?;
    let mut shown = settings::opened(FIELDS, &found);
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        within.check_role(Role::Administrator)?;
        match settings::save(within, &path, FIELDS, &form, &[]).await? {
            Saved::Done(done) => return Ok(saved(within, done.published)),
            Saved::Again(again) => shown = again,
        }
    }
    let form = settings::markup(within, FIELDS, &shown, &own, &common::SAVE);
    let remove = format!("{own}/remove");
    let remove = within.may_change().then_some((remove.as_str(), found.etag.as_str()));
    let warned = found.body["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
    Ok(one(within, &shown, &view::One { form: &form, warned, remove, back: &back(within) }))
}

async fn remove<P: Dashboard>(within: &Within<'_, P>, user: &str) -> Page {
    let form = within.visit.form()?;
    within.check_role(Role::Administrator)?;
    let condition = Condition::Unchanged(form.get("version").unwrap_or_default());
    match within.api().change(Method::Delete, &resource(within, &[user]), condition, None).await? {
        Ok(done) => Ok(saved(within, done.published)),
        // Somebody has changed it meanwhile: look again.
        Err(_) => Ok(Response::see_other(&within.href(&["tools", "people", "one", user]))),
    }
}

fn back<P: Dashboard>(within: &Within<'_, P>) -> String {
    within.href(&["tools", "people"])
}

fn saved<P: Dashboard>(within: &Within<'_, P>, published: bool) -> Response {
    settings::saved(&back(within), published)
}

fn one<P: Dashboard>(within: &Within<'_, P>, shown: &Shown, page: &view::One<'_>) -> Response {
    Response::page(settings::status(shown), view::one(&within.frame(), page))
}
