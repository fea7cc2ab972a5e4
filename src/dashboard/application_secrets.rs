//! The secrets of an application: made and shown once, replaced with an overlap, removed.

use super::api::Condition;
use super::application::{Application, refusal_text};
use super::applications::next_href;
use super::form;
use super::ports::Dashboard;
use super::settings::{self, Shown};
use super::stop::{Page, Stop};
use crate::admin::rfc3339;
use crate::model::{Role, UnixTime};
use crate::pages::dashboard::application::{self, Confirm, Head};
use crate::pages::dashboard::application_fields::SECRET;
use crate::pages::dashboard::application_secrets as view;
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::settings::Said;
use crate::pages::texts::dashboard::applications as texts;
use crate::web::{Method, Parameters, Response};
use maud::html;
use serde_json::{Map, Value, json};

/// Seconds of a day.
const DAY_SECONDS: u64 = 86_400;

/// Its pages; `form` is what was sent, if anything was.
///
/// # Errors
/// [`Stop`].
pub(super) async fn route<P: Dashboard>(
    it: &Application<'_, P>,
    path: &[&str],
    form: Option<Parameters>,
) -> Page {
    match (path, form) {
        ([], None) => list(it, None, None).await,
        (["check"], Some(form)) => compare(it, &form).await,
        (["new"], form) => make(it, form.as_ref()).await,
        ([id], form) => remove(it, id, form.as_ref()).await,
        _ => Err(Stop::NotFound),
    }
}

/// The day of a time, and how many days ago it was.
pub(super) fn age(now: UnixTime, at: &str) -> (String, u64) {
    let day = at.get(..10).unwrap_or(at).to_owned();
    let days = rfc3339::parse(at).map_or(0, |at| now.seconds_after(at) / DAY_SECONDS);
    (day, days)
}

async fn list<P: Dashboard>(
    it: &Application<'_, P>,
    compared: Option<&view::Compared>,
    problem: Option<Said<'_>>,
) -> Page {
    let query = it.within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (items, next) = it.within.api().page(&it.resource(&["secrets"]), query.get("after")).await?;
    let now = it.within.visit.now;
    let secrets: Vec<view::Secret> = items
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            let (since, days) = age(now, text("created_at"));
            let ends = item["expires_at"].as_str();
            view::Secret {
                id: text("id").to_owned(),
                since,
                days,
                ends: ends.map(str::to_owned),
                is_over: ends.and_then(rfc3339::parse).is_some_and(|ends| ends.is_over(now)),
                href: it.href(&["secrets", text("id")]),
            }
        })
        .collect();
    let uses = |method: &&str| method.starts_with("client_secret");
    // A secret that the shadow lacks would be missed at the cut-over.
    let shadow = it.shadow_panel().await?;
    let list = view::secrets(&view::Secrets {
        frame: &it.within.frame(),
        secrets: &secrets,
        next: next_href(&it.href(&["secrets"]), next.as_deref()).as_deref(),
        are_used: it.list("token_endpoint_auth_methods").iter().any(uses),
        may_change: it.within.may_change(),
        new: &it.href(&["secrets", "new"]),
        check: &it.href(&["secrets", "check"]),
        compared,
    });
    let status = if problem.is_some() { 422 } else { 200 };
    let content = html! { (shadow) (list) };
    Ok(it.page(status, "secrets", Notice::of(query.get("saved")), problem, &content))
}

/// Whether a secret is one of the application's. It is not shown again.
async fn compare<P: Dashboard>(it: &Application<'_, P>, form: &Parameters) -> Page {
    let secret = form.get("secret").unwrap_or_default().trim();
    let body = json!({ "secret": secret });
    let path = it.resource(&["check-secret"]);
    match it.within.api().change(Method::Post, &path, Condition::None, Some(&body)).await? {
        Ok(done) => {
            let mut found = done.body["secrets"].as_array().into_iter().flatten();
            let compared = match found.next() {
                Some(secret) => view::Compared::Matches {
                    id: secret["id"].as_str().unwrap_or_default().to_owned(),
                    counts: secret["counts"] == Value::Bool(true),
                },
                None => view::Compared::MatchesNot,
            };
            list(it, Some(&compared), None).await
        }
        Err(refused) => list(it, None, Some(Said::Api(&refusal_text(&refused)))).await,
    }
}

async fn make<P: Dashboard>(it: &Application<'_, P>, form: Option<&Parameters>) -> Page {
    it.within.check_role(Role::Administrator)?;
    // Whoever has it can be the application.
    it.within.visit.check_fresh()?;
    let mut shown = settings::empty(SECRET, &json!({}));
    if let Some(form) = form {
        shown.typed = form::typed_in(SECRET, form);
        let mut body = Map::new();
        match form::fill(&mut body, SECRET, &shown.typed) {
            Err(wrong) => shown.wrong = wrong,
            Ok(()) => {
                let path = it.resource(&["secrets"]);
                let api = it.within.api();
                match api.change(Method::Post, &path, Condition::None, Some(&Value::Object(body))).await? {
                    Ok(done) => return Ok(made(it, &done.body, done.published)),
                    Err(refused) => shown.wrong = settings::wrong_of(SECRET, &refused),
                }
            }
        }
    }
    Ok(asked(it, &shown))
}

fn asked<P: Dashboard>(it: &Application<'_, P>, shown: &Shown) -> Response {
    let action = it.href(&["secrets", "new"]);
    let lang = it.within.visit.lang;
    let content = html! {
        h2 { (texts::SECRET_NEW.say(lang)) }
        (settings::markup(it.within, SECRET, shown, &action, &texts::SECRET_NEW))
    };
    it.page(settings::status(shown), "secrets", None, None, &content)
}

fn made<P: Dashboard>(it: &Application<'_, P>, body: &Value, published: bool) -> Response {
    let back = it.href(&["secrets"]);
    match body["secret"].as_str() {
        Some(secret) => {
            let frame = it.within.frame();
            let content = view::shown_once(&frame, &texts::SECRET_MADE, secret, (&texts::DONE, &back));
            let notice = if published { None } else { Some(Notice::Publishing) };
            it.page(201, "secrets", notice, None, &content)
        }
        None => settings::saved(&back, published),
    }
}

async fn remove<P: Dashboard>(it: &Application<'_, P>, id: &str, form: Option<&Parameters>) -> Page {
    it.within.check_role(Role::Administrator)?;
    it.within.visit.check_fresh()?;
    let path = it.resource(&["secrets", id]);
    let api = it.within.api();
    let found = api.get(&path).await?;
    let mut problem = None;
    if let Some(form) = form {
        let condition = Condition::Unchanged(form.get("version").unwrap_or_default());
        match api.change(Method::Delete, &path, condition, None).await? {
            Ok(done) => return Ok(settings::saved(&it.href(&["secrets"]), done.published)),
            Err(refused) => problem = Some(refusal_text(&refused)),
        }
    }
    let (items, _) = api.page(&it.resource(&["secrets"]), None).await?;
    let mut consequences = vec![&texts::SECRET_REMOVE_ABOUT];
    if items.len() == 1 {
        consequences.insert(0, &texts::SECRET_LAST);
    }
    let confirm = Confirm {
        title: &texts::SECRET_REMOVE_TITLE,
        texts: &consequences,
        what: id,
        action: &it.href(&["secrets", id]),
        version: &found.etag,
        back: &it.href(&["secrets"]),
    };
    let status = if problem.is_some() { 409 } else { 200 };
    let page = |head: &Head<'_>| Response::page(status, application::confirm(head, &confirm));
    Ok(it.with_head("secrets", problem.as_deref().map(Said::Api), page))
}
