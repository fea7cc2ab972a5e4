//! Tokens of a tenant for the admin API: what owners give programs.

use super::api::Condition;
use super::application::refusal_text;
use super::applications::next_href;
use super::ports::Dashboard;
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use super::{form, settings};
use crate::admin::rfc3339;
use crate::model::Role;
use crate::pages::dashboard::application::Confirm;
use crate::pages::dashboard::application_secrets::shown_once;
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::settings::Said;
use crate::pages::dashboard::tokens::{self as view, FIELDS};
use crate::pages::texts::dashboard::tokens as texts;
use crate::web::{Method, Response};
use maud::html;
use serde_json::{Map, Value, json};

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop::Forbidden`] for who is no owner.
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    within.check_role(Role::Owner)?;
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Get, []) => Box::pin(list(within)),
        (Get | Post, ["new"]) => Box::pin(make(within)),
        (Get | Post, [id]) => Box::pin(remove(within, id)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// A time to the minute, as people read it.
fn minute(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

async fn list<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (items, next) = within.api().page(&within.resource(&["tokens"]), query.get("after")).await?;
    let now = within.visit.now;
    let tokens: Vec<view::Token> = items
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            let scopes = item["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
            view::Token {
                name: text("name").to_owned(),
                scopes: scopes.map(str::to_owned).collect(),
                ends: minute(text("expires_at")),
                is_over: rfc3339::parse(text("expires_at")).is_some_and(|ends| ends.is_over(now)),
                used: item["last_used_at"].as_str().map(minute),
                made_by: text("created_by").to_owned(),
                href: within.href(&["tokens", text("id")]),
            }
        })
        .collect();
    let next = next_href(&within.href(&["tokens"]), next.as_deref());
    let page = view::Tokens {
        frame: &within.frame(),
        tokens: &tokens,
        next: next.as_deref(),
        new: &within.href(&["tokens", "new"]),
        notice: Notice::of(query.get("saved")),
    };
    Ok(Response::page(200, view::tokens(&page)))
}

/// Makes one. Whoever has it can do what its scopes say, so it is asked again who wants it.
async fn make<P: Dashboard>(within: &Within<'_, P>) -> Page {
    within.visit.check_fresh()?;
    let mut shown = settings::empty(FIELDS, &json!({ "scopes": ["read"] }));
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        shown.typed = form::typed_in(FIELDS, &form);
        let mut body = Map::new();
        match form::fill(&mut body, FIELDS, &shown.typed) {
            Err(wrong) => shown.wrong = wrong,
            Ok(()) => {
                let (path, body) = (within.resource(&["tokens"]), Value::Object(body));
                match within.api().change(Method::Post, &path, Condition::None, Some(&body)).await? {
                    Ok(done) => return Ok(made(within, &done.body)),
                    Err(refused) => shown.wrong = settings::wrong_of(FIELDS, &refused),
                }
            }
        }
    }
    let action = within.href(&["tokens", "new"]);
    let frame = within.frame();
    let content = html! {
        h2 { (texts::NEW.say(frame.lang)) }
        (settings::markup(within, FIELDS, &shown, &action, &texts::NEW))
    };
    Ok(Response::page(settings::status(&shown), view::page(&frame, None, None, content)))
}

fn made<P: Dashboard>(within: &Within<'_, P>, body: &Value) -> Response {
    let token = body["token"].as_str().unwrap_or_default();
    let frame = within.frame();
    let back = within.href(&["tokens"]);
    let content = shown_once(&frame, &texts::MADE, token, (&texts::BACK, &back));
    Response::page(201, view::page(&frame, None, None, content))
}

async fn remove<P: Dashboard>(within: &Within<'_, P>, id: &str) -> Page {
    within.visit.check_fresh()?;
    let form = match within.visit.request.method {
        Method::Post => Some(within.visit.form()?),
        _ => None,
    };
    let (api, path) = (within.api(), within.resource(&["tokens", id]));
    let found = api.get(&path).await?;
    let mut problem = None;
    if let Some(form) = form {
        let condition = Condition::Unchanged(form.get("version").unwrap_or_default());
        match api.change(Method::Delete, &path, condition, None).await? {
            Ok(_) => return Ok(settings::kept(&within.href(&["tokens"]))),
            Err(refused) => problem = Some(refusal_text(&refused)),
        }
    }
    let asked = Confirm {
        title: &texts::REMOVE_TITLE,
        texts: &[&texts::REMOVE_ABOUT],
        what: found.body["name"].as_str().unwrap_or_default(),
        action: &within.href(&["tokens", id]),
        version: &found.etag,
        back: &within.href(&["tokens"]),
    };
    let said = problem.as_deref().map(Said::Api);
    let status = if said.is_some() { 409 } else { 200 };
    Ok(Response::page(status, view::removal(&within.frame(), said.as_ref(), &asked)))
}
