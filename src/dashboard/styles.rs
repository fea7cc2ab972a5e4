//! How a domain's pages look.

use super::api::{Condition, Found, Refused};
use super::domains::{here, next_page, notice, one};
use super::form::{self, Complaint, Typed, Wrong};
use super::ports::Dashboard;
use super::settings::{self, Saved, Shape, Shown};
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::confirm::{self, Confirm};
use crate::pages::dashboard::styles as view;
use crate::pages::texts::dashboard::common;
use crate::pages::texts::dashboard::style_fields::STYLE;
use crate::pages::texts::dashboard::styles as texts;
use crate::web::{Method, Response};
use serde_json::{Map, Value, json};

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let method = within.visit.request.method;
    let (host, rest) = match path {
        [] if method == Get => return list(within).await,
        [] => return Err(Stop::NotFound),
        [host, rest @ ..] => (host, rest),
    };
    one(within, host).await?;
    let page: Opening<'_> = match (method, rest) {
        (Get, []) => Box::pin(async {
            let found = find(within, host).await?;
            page(within, host, found.as_ref(), None, None)
        }),
        (Post, []) => Box::pin(save(within, host)),
        (Get, ["publish" | "roll-back" | "fetch" | "preview"]) => {
            return Ok(Response::see_other(&within.href(&["styles", host])));
        }
        (Post, [order @ ("publish" | "roll-back" | "fetch")]) => Box::pin(carry_out(within, host, order)),
        (Post, ["preview"]) => Box::pin(preview(within, host)),
        (Get | Post, ["remove"]) => Box::pin(remove(within, host)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

async fn list<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let (domains, next) = here(within).await?;
    let hosts = domains.iter().filter_map(|domain| domain["host"].as_str());
    let rows: Vec<(String, String)> =
        hosts.map(|host| (host.to_owned(), within.href(&["styles", host]))).collect();
    let page = view::List {
        frame: &within.frame(),
        notice: notice(within)?,
        rows: &rows,
        next: next_page(within, next),
    };
    Ok(Response::page(200, view::list(&page)))
}

fn resource<P: Dashboard>(within: &Within<'_, P>, host: &str, more: &[&str]) -> String {
    within.resource(&[&["domains", host, "style"], more].concat())
}

async fn find<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Result<Option<Found>, Stop> {
    within.api().find(&resource(within, host, &[])).await
}

/// What a new draft begins with: the draft, or what is published.
fn latest(style: &Value) -> Value {
    if style["draft"].is_object() { style["draft"].clone() } else { style["live"].clone() }
}

/// A colour that is not given is left out.
fn without_gaps(body: &mut Map<String, Value>) {
    for name in ["colours", "colours_dark"] {
        let Some(Value::Object(colours)) = body.get_mut(name) else { continue };
        colours.retain(|_, colour| !colour.is_null());
        if colours.is_empty() {
            body.remove(name);
        }
    }
}

/// Complaints that name a place in a field stand beside that field; those about colours beside the colour.
fn placed(wrong: Wrong, typed: &Typed) -> Wrong {
    let place = |(name, complaint): (String, Complaint)| match &complaint {
        Complaint::Api(text) if name.is_empty() => {
            let end = text.find([' ', ':']).unwrap_or(text.len());
            let (start, rest) = text.split_at(end);
            let rest = rest.trim_start_matches([' ', ':']);
            match field_of(start, rest, typed) {
                Some(field) => (field.to_owned(), Complaint::Api(rest.to_owned())),
                None => (name, complaint),
            }
        }
        _ => (name, complaint),
    };
    wrong.into_iter().map(place).collect()
}

/// The field that a complaint about the member `name` belongs to. Of a group of colours it is the one that the
/// complaint begins with, or the first that is none.
fn field_of(name: &str, detail: &str, typed: &Typed) -> Option<&'static str> {
    let group: Vec<&'static str> = STYLE
        .iter()
        .map(|field| field.name)
        .filter(|field| *field == name || field.strip_prefix(name).is_some_and(|it| it.starts_with('.')))
        .collect();
    let first_word = detail.split(' ').next().unwrap_or_default();
    let named = format!("{name}.{first_word}");
    let is_none = |field: &&&str| {
        let colour = form::typed(typed, field).trim();
        let digits = colour.strip_prefix('#').unwrap_or_default();
        let is_colour = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        !colour.is_empty() && !is_colour
    };
    let one = group.iter().find(|field| **field == named).or_else(|| group.iter().find(is_none));
    one.or(group.first()).copied()
}

async fn save<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let shape = Shape { shown: latest, sent: &without_gaps };
    match settings::save_shaped(within, &resource(within, host, &[]), STYLE, &form, &shape).await? {
        Saved::Done(_) => Ok(settings::kept(&within.href(&["styles", host]))),
        Saved::Again(mut shown) => {
            shown.wrong = placed(shown.wrong, &shown.typed);
            let found = find(within, host).await?;
            page(within, host, found.as_ref(), Some(shown), None)
        }
    }
}

/// Publishes, takes back, or fetches again what was looked at.
async fn carry_out<P: Dashboard>(within: &Within<'_, P>, host: &str, order: &str) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let path = resource(within, host, &[order]);
    let condition = Condition::Unchanged(form.get("version").unwrap_or_default());
    match within.api().change(Method::Post, &path, condition, None).await? {
        Ok(done) => Ok(settings::saved(&within.href(&["styles", host]), done.published)),
        Err(refused) => {
            let found = find(within, host).await?;
            let mut shown = opened(found.as_ref());
            shown.wrong = told(&refused, &shown.typed);
            page(within, host, found.as_ref(), Some(shown), None)
        }
    }
}

fn told(refused: &Refused, typed: &Typed) -> Wrong {
    match refused.status {
        412 => vec![(String::new(), Complaint::Ours(&common::CHANGED_MEANWHILE))],
        _ => placed(settings::wrong_of(STYLE, refused), typed),
    }
}

async fn preview<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    within.visit.form()?;
    within.check_role(Role::Administrator)?;
    let path = resource(within, host, &["preview"]);
    let found = find(within, host).await?;
    match within.api().change(Method::Post, &path, Condition::None, None).await? {
        Ok(done) => {
            let text = |name: &str| done.body[name].as_str().unwrap_or_default().to_owned();
            let link = view::Preview { url: text("url"), until: text("expires_at") };
            page(within, host, found.as_ref(), None, Some(&link))
        }
        Err(refused) => {
            let mut shown = opened(found.as_ref());
            shown.wrong = told(&refused, &shown.typed);
            page(within, host, found.as_ref(), Some(shown), None)
        }
    }
}

fn opened(found: Option<&Found>) -> Shown {
    match found {
        Some(found) => {
            let seen = Found { body: latest(&found.body), etag: found.etag.clone() };
            settings::opened(STYLE, &seen)
        }
        None => settings::empty(STYLE, &json!({})),
    }
}

fn page<P: Dashboard>(
    within: &Within<'_, P>,
    host: &str,
    found: Option<&Found>,
    shown: Option<Shown>,
    preview: Option<&view::Preview>,
) -> Page {
    let shown = shown.unwrap_or_else(|| opened(found));
    let style = found.map_or(Value::Null, |found| found.body.clone());
    let latest = latest(&style);
    let since = |version: &Value| {
        version["saved_at"].as_str().map(|saved_at| saved_at.get(..16).unwrap_or_default().replace('T', " "))
    };
    let report: Vec<view::Line> = latest["report"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            let line = finding["line"].as_u64().unwrap_or_default();
            view::Line { line, about: text("about"), detail: text("detail") }
        })
        .collect();
    let earlier: Vec<String> = style["earlier"].as_array().into_iter().flatten().filter_map(since).collect();
    let href = within.href(&["styles", host]);
    let page = view::Style {
        frame: &within.frame(),
        notice: notice(within)?,
        host,
        href: &href,
        domain_href: &within.href(&["domains", host]),
        version: found.map_or("", |found| &found.etag),
        live: since(&style["live"]),
        draft: since(&style["draft"]),
        earlier: &earlier,
        can_fetch: latest["stylesheet_url"].is_string(),
        report: latest.is_object().then_some(&report[..]),
        preview,
        form: settings::markup(within, STYLE, &shown, &href, &texts::SAVE_DRAFT),
        may_change: within.may_change(),
    };
    Ok(Response::page(settings::status(&shown), view::style(&page)))
}

async fn remove<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    within.check_role(Role::Administrator)?;
    within.visit.check_fresh()?;
    let mut version = find(within, host).await?.ok_or(Stop::NotFound)?.etag;
    let mut problem = None;
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        form.get("version").unwrap_or_default().clone_into(&mut version);
        let condition = Condition::Unchanged(&version);
        match within.api().change(Method::Delete, &resource(within, host, &[]), condition, None).await? {
            Ok(done) => return Ok(settings::saved(&within.href(&["styles", host]), done.published)),
            Err(refused) => problem = Some(refused.text),
        }
    }
    let page = Confirm {
        frame: &within.frame(),
        section: "styles",
        title: texts::REMOVE.say(within.visit.lang),
        name: host,
        text: &texts::REMOVE_TEXT,
        button: &texts::REMOVE,
        action: &within.href(&["styles", host, "remove"]),
        version: &version,
        back: (&within.href(&["styles", host]), &texts::BACK),
        problem: problem.as_deref(),
    };
    let status = if problem.is_some() { 409 } else { 200 };
    Ok(Response::page(status, confirm::confirm(&page)))
}
