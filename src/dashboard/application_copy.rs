//! An application of TEST copied to PRODUCTION, with what that changes shown before.

use super::api::{Condition, Found};
use super::application::{Application, name_of, refusal_text};
use super::ports::Dashboard;
use super::settings;
use super::stop::{Page, Stop};
use crate::model::url::{Origin, WebUrl};
use crate::model::{Environment, Role};
use crate::pages::dashboard::application::Name;
use crate::pages::dashboard::application_copy::{self as view, Change, Preview, Refused};
use crate::pages::dashboard::settings::Said;
use crate::pages::texts::dashboard::applications as texts;
use crate::web::{Method, Parameters};
use serde_json::{Map, Value};

/// What is not copied: what each application has by itself.
const OWN: [&str; 5] = ["client_id", "created_at", "published", "recording_until", "nemid_closed_at"];

/// Its page; `form` is what was sent, if anything was.
///
/// # Errors
/// [`Stop`].
pub(super) async fn route<P: Dashboard>(it: &Application<'_, P>, form: Option<Parameters>) -> Page {
    if it.within.environment != Environment::Test {
        return Err(Stop::NotFound);
    }
    it.within.check_role(Role::Administrator)?;
    let there = it.within.in_environment(Environment::Production);
    let query = it.within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (domains, _) = there.api().list(&there.resource(&["domains"])).await?;
    let hosts: Vec<String> = domains
        .iter()
        .filter(|domain| super::applications::is_here(&there, domain))
        .filter_map(|domain| domain["host"].as_str().map(str::to_owned))
        .collect();
    let wanted = form.as_ref().map_or_else(|| query.get("to"), |form| form.get("to"));
    let to = hosts.iter().find(|host| wanted == Some(host.as_str()));
    let (Some(to), false) = (to, hosts.is_empty()) else {
        return Ok(shown(it, &hosts, "", None, None, 200));
    };
    // What is copied counts in PRODUCTION.
    match form {
        Some(_) => there.check_asked()?,
        None => there.visit.check_fresh()?,
    }
    let resource = there.resource(&["domains", to, "applications", it.client_id]);
    let target = there.api().find(&resource).await?;
    let plan = plan(&it.found, target.as_ref());
    let Some(form) = form else {
        return Ok(shown(it, &hosts, to, Some(&plan), None, 200));
    };
    let version = target.as_ref().map_or("", |target| target.etag.as_str());
    let is_as_shown = form.get("original") == Some(it.found.etag.as_str())
        && form.get("version").unwrap_or_default() == version;
    if !is_as_shown || plan.has_no_callback {
        let said = (!is_as_shown).then_some(Said::Ours(&texts::COPY_CHANGED));
        return Ok(shown(it, &hosts, to, Some(&plan), said, 409));
    }
    let condition = if target.is_some() { Condition::Unchanged(version) } else { Condition::New };
    let body = Value::Object(plan.body.clone());
    match there.api().change(Method::Put, &resource, condition, Some(&body)).await? {
        Ok(done) => {
            let href = there.href(&["applications", to, it.client_id, "secrets"]);
            Ok(settings::saved(&href, done.published))
        }
        Err(refused) if refused.status == 412 => {
            Ok(shown(it, &hosts, to, Some(&plan), Some(Said::Ours(&texts::COPY_CHANGED)), 409))
        }
        Err(refused) => {
            let text = refusal_text(&refused);
            Ok(shown(it, &hosts, to, Some(&plan), Some(Said::Api(&text)), 422))
        }
    }
}

/// What a copy would do.
struct Plan {
    body: Map<String, Value>,
    changes: Vec<(String, String, String)>,
    refused: Vec<(String, String)>,
    has_no_callback: bool,
    is_new: bool,
    versions: (String, String),
}

fn plan(original: &Found, target: Option<&Found>) -> Plan {
    let mut body = original.body.as_object().cloned().unwrap_or_default();
    body.retain(|name, _| !OWN.contains(&name.as_str()));
    let refused = leave_out_refused(&mut body);
    let has_no_callback = body["redirect_uris"].as_array().is_none_or(Vec::is_empty);
    let before = |name: &str| target.map_or(&Value::Null, |target| &target.body[name]);
    // What has nothing to say is not said where the application is new.
    let says = |value: &Value| target.is_some() || !text_of(value).is_empty();
    let changes = body
        .iter()
        .filter(|(name, value)| before(name) != *value && says(value))
        .map(|(name, value)| (name.clone(), text_of(before(name)), text_of(value)))
        .collect();
    if let Some(target) = target {
        // The recording stays its own, and so does NemID's closing: a day that was tried in TEST must not
        // take NemID away from real users.
        for name in ["recording_until", "nemid_closed_at"] {
            body.insert(name.to_owned(), target.body[name].clone());
        }
    }
    let etag = |found: &Found| found.etag.clone();
    let versions = (etag(original), target.map(etag).unwrap_or_default());
    Plan { body, changes, refused, has_no_callback, is_new: target.is_none(), versions }
}

/// A setting, and what PRODUCTION takes in it.
type Rule<'a> = (&'static str, &'a dyn Fn(&str) -> bool);

/// Takes away what no PRODUCTION domain accepts, so that the rest can be copied; the API judges again.
fn leave_out_refused(body: &mut Map<String, Value>) -> Vec<(String, String)> {
    let is_public =
        body["token_endpoint_auth_methods"].as_array().is_some_and(|it| it.iter().any(|it| it == "none"));
    let callback = |uri: &str| is_public || !uri.starts_with("http:");
    let url = |url: &str| WebUrl::parse(url).is_ok_and(|url| url.is_public());
    let origin = |origin: &str| Origin::parse(origin).is_ok_and(|origin| origin.is_public());
    let rules: [Rule<'_>; 8] = [
        ("redirect_uris", &callback),
        ("post_logout_redirect_uris", &callback),
        ("allowed_origins", &origin),
        ("resume_urls", &url),
        ("initiate_login_uri", &url),
        ("jwks_uri", &url),
        ("backchannel_logout_uri", &url),
        ("frontchannel_logout_uri", &url),
    ];
    let mut refused = Vec::new();
    for (name, fits) in rules {
        let mut refuse = |text: &str| refused.push((name.to_owned(), text.to_owned()));
        match body.get_mut(name) {
            Some(Value::Array(items)) => items.retain(|item| {
                let text = item.as_str().unwrap_or_default();
                let keeps = fits(text);
                if !keeps {
                    refuse(text);
                }
                keeps
            }),
            Some(value) => {
                if let Some(text) = value.as_str().filter(|text| !fits(text)) {
                    refuse(text);
                    *value = Value::Null;
                }
            }
            None => {}
        }
    }
    refused
}

/// A value for people to read, an entry a line.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(on) => if *on { "✓" } else { "" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        other => crate::json::text(other),
    }
}

fn shown<P: Dashboard>(
    it: &Application<'_, P>,
    hosts: &[String],
    to: &str,
    plan: Option<&Plan>,
    problem: Option<Said<'_>>,
    status: u16,
) -> crate::web::Response {
    let name = |name: &str| name_of(name).unwrap_or(Name::Ours(&texts::CLIENT_ID));
    let changes: Vec<Change<'_>> = plan
        .iter()
        .flat_map(|plan| &plan.changes)
        .map(|(setting, now, then)| Change { setting: name(setting), now: now.clone(), then: then.clone() })
        .collect();
    let refused: Vec<Refused<'_>> = plan
        .iter()
        .flat_map(|plan| &plan.refused)
        .map(|(setting, value)| Refused { setting: name(setting), value: value.clone() })
        .collect();
    let preview = plan.map(|plan| Preview {
        is_new: plan.is_new,
        changes: &changes,
        refused: &refused,
        obstacle: plan.has_no_callback.then_some(&texts::COPY_NO_CALLBACK),
        versions: (&plan.versions.0, &plan.versions.1),
    });
    let action = it.href(&["copy"]);
    let back = it.href(&[]);
    let view = view::Copy { action: &action, hosts, to, preview, back: &back };
    it.with_head("", problem, |head| crate::web::Response::page(status, view::copy(head, &view)))
}
