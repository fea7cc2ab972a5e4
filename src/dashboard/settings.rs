//! A page that changes one resource of the admin API: shows it in fields, saves it, and tells what is wrong
//! or was changed meanwhile without losing what was typed.

use super::api::{Condition, Done, Found, Refused};
use super::form::{self, Complaint, Typed, Wrong};
use super::ports::Dashboard;
use super::stop::Stop;
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::field::Field;
use crate::pages::dashboard::settings::{self as view, Changed};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use crate::web::{Method, Parameters, Response, with_query};
use maud::Markup;
use serde_json::{Map, Value};

/// What a form shows.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// What stands in the fields.
    pub typed: Typed,
    /// What is wrong with it.
    pub wrong: Wrong,
    /// What somebody else changed since the form was opened: name, before, now.
    pub changed: Vec<(&'static str, String, String)>,
    /// The version that a save counts for.
    pub version: String,
    /// The resource as the form was opened with it, to tell later what changed.
    pub base: String,
}

/// What became of a save.
pub enum Saved {
    /// It is stored.
    Done(Done),
    /// It is not; the form again.
    Again(Shown),
}

/// A form of a resource as it is.
pub fn opened(fields: &'static [Field], found: &Found) -> Shown {
    Shown {
        typed: form::typed_of(fields, &found.body),
        version: found.etag.clone(),
        base: base_of(fields, &found.body),
        ..Shown::default()
    }
}

/// An empty form of something that is to be made.
pub fn empty(fields: &'static [Field], usual: &Value) -> Shown {
    Shown { typed: form::typed_of(fields, usual), ..Shown::default() }
}

/// A resource as a form keeps it, to tell later what changed.
pub(super) fn base_of(fields: &'static [Field], body: &Value) -> String {
    let typed = form::typed_of(fields, body);
    let mut members = Map::new();
    members.extend(typed.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text))));
    crate::json::text(&Value::Object(members))
}

/// Where a resource is sent otherwise than it is read.
pub struct Shape<'a> {
    /// The part of the resource that the fields show.
    pub shown: fn(&Value) -> Value,
    /// What becomes of the body before it is sent.
    pub sent: &'a dyn Fn(&mut Map<String, Value>),
}

/// Saves what was typed into the resource at `path` of the API. `more` is put into it as well.
///
/// # Errors
/// [`Stop`].
pub async fn save<P: Dashboard>(
    within: &Within<'_, P>,
    path: &str,
    fields: &'static [Field],
    form: &Parameters,
    more: &[(&str, Value)],
) -> Result<Saved, Stop> {
    let sent = |body: &mut Map<String, Value>| {
        for (name, value) in more {
            form::set_member(body, name, value.clone());
        }
    };
    save_shaped(within, path, fields, form, &Shape { shown: Value::clone, sent: &sent }).await
}

/// As [`save`], of a resource that is sent otherwise than it is read.
///
/// # Errors
/// [`Stop`].
pub async fn save_shaped<P: Dashboard>(
    within: &Within<'_, P>,
    path: &str,
    fields: &'static [Field],
    form: &Parameters,
    shape: &Shape<'_>,
) -> Result<Saved, Stop> {
    let api = within.api();
    let typed = form::typed_in(fields, form);
    let version = form.get("version").unwrap_or_default().to_owned();
    let found = match version.is_empty() {
        true => None,
        false => Some(api.get(path).await?),
    };
    let current = found.as_ref().map_or(Value::Null, |found| (shape.shown)(&found.body));
    let mut body = current.as_object().cloned().unwrap_or_default();
    let base = form.get("base").unwrap_or_default().to_owned();
    let again = |wrong: Wrong| Shown {
        typed: typed.clone(),
        wrong,
        version: version.clone(),
        base: base.clone(),
        changed: Vec::new(),
    };
    if let Err(wrong) = form::fill(&mut body, fields, &typed) {
        return Ok(Saved::Again(again(wrong)));
    }
    (shape.sent)(&mut body);
    let condition = if version.is_empty() { Condition::New } else { Condition::Unchanged(&version) };
    match api.change(Method::Put, path, condition, Some(&Value::Object(body))).await? {
        Ok(done) => Ok(Saved::Done(done)),
        Err(refused) if refused.status == 412 => Ok(Saved::Again(match found {
            Some(found) => {
                let changed = changes(fields, &base, &current);
                let wrong = vec![(String::new(), Complaint::Ours(&texts::CHANGED_MEANWHILE))];
                Shown { typed, wrong, changed, version: found.etag.clone(), base: base_of(fields, &current) }
            }
            None => again(vec![(String::new(), Complaint::Ours(&texts::EXISTS_ALREADY))]),
        })),
        Err(refused) => Ok(Saved::Again(again(wrong_of(fields, &refused)))),
    }
}

/// What a refusal says, by field.
pub fn wrong_of(fields: &'static [Field], refused: &Refused) -> Wrong {
    let mut wrong = form::complaints(fields, &refused.errors);
    if wrong.is_empty() {
        wrong.push((String::new(), Complaint::Api(refused.text.clone())));
    }
    wrong
}

/// What differs between the resource as a form was opened with it and as it is now. `base` came by the
/// browser; it decides nothing.
pub(super) fn changes(
    fields: &'static [Field],
    base: &str,
    now: &Value,
) -> Vec<(&'static str, String, String)> {
    let base: Value = crate::json::read(base).unwrap_or(Value::Null);
    let now = form::typed_of(fields, now);
    let pairs = now.into_iter().filter_map(|(name, now)| {
        let before = base[name].as_str().unwrap_or_default();
        (before != now).then(|| (name, before.to_owned(), now.clone()))
    });
    pairs.collect()
}

/// The form as markup, to be put into a page.
pub fn markup<P: Dashboard>(
    within: &Within<'_, P>,
    fields: &'static [Field],
    shown: &Shown,
    action: &str,
    submit: &Text,
) -> Markup {
    let changed: Vec<Changed<'_>> = shown
        .changed
        .iter()
        .filter_map(|(name, before, now)| {
            let field = fields.iter().find(|field| field.name == *name)?;
            Some(Changed { label: &field.label, before, now })
        })
        .collect();
    let wrong: Vec<view::Wrong<'_>> = shown
        .wrong
        .iter()
        .map(|(name, complaint)| view::Wrong {
            field: name,
            text: match complaint {
                Complaint::Ours(text) => view::Said::Ours(text),
                Complaint::Api(text) => view::Said::Api(text),
            },
        })
        .collect();
    view::form(&view::Form {
        lang: within.visit.lang,
        action,
        form_token: &within.visit.session.form_token(within.visit.ports),
        fields,
        typed: &shown.typed,
        wrong: &wrong,
        changed: &changed,
        version: &shown.version,
        base: &shown.base,
        may_change: within.may_change(),
        asks_again: within.role >= Role::Administrator,
        submit,
    })
}

/// Back to a page after something was stored, which it then says.
pub fn saved(href: &str, published: bool) -> Response {
    let how = if published { "saved=yes" } else { "saved=publishing" };
    Response::see_other(&with_query(href, how))
}

/// As [`saved`], of what is not published: drafts, orders, tokens.
pub fn kept(href: &str) -> Response {
    Response::see_other(&with_query(href, "saved=kept"))
}

/// The status of a page with a form: whether something is wrong in it.
pub fn status(shown: &Shown) -> u16 {
    if shown.wrong.is_empty() { 200 } else { 422 }
}
