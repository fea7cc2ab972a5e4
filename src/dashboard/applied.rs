//! Whether what is live is still what the last applied file said: the changes that the log tells of since the
//! mark that `npm run apply` left.

use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::tools::origin_of;
use super::visit::Within;
use crate::pages::dashboard::applied as view;
use crate::web::Response;
use serde_json::Value;

/// What a file holds: kinds of things, as the log names them.
const KINDS: [&str; 6] = ["tenant", "environment", "domain", "upstream", "style", "application"];
/// What stands in the log of a thing and in no file.
const IN_NO_FILE: [&str; 8] = [
    "keys",
    "wrapped_by",
    "recording_until",
    "client_secret",
    "client_key",
    "draft",
    "earlier",
    "created_at",
];

/// The last file that was applied, and what was changed since.
pub(super) struct Applied {
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// SHA-256 of the configuration that came of it.
    pub fingerprint: String,
    /// Changes since, the latest of each thing, newest first.
    pub changes: Vec<view::Change>,
    /// Whether there may be more of them, further back than is looked.
    pub more: bool,
}

/// Looks; `None` where no file was ever applied. Two calls, however long the log is.
///
/// # Errors
/// [`Stop`].
pub(super) async fn look<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<Applied>, Stop> {
    let api = within.api();
    let Some(mark) = api.find(&within.resource(&["applied-file"])).await? else { return Ok(None) };
    let (entries, next) = api.page(&within.resource(&["audit"]), None).await?;
    let is_mark = |entry: &&Value| text(entry, "action").starts_with("applied.");
    let more = next.is_some() && !entries.iter().any(|entry| is_mark(&entry));
    let mut changes: Vec<view::Change> = Vec::new();
    for entry in entries.iter().take_while(|entry| !is_mark(entry)).filter(|entry| is_of_a_file(entry)) {
        let target = text(entry, "target");
        if changes.iter().all(|known| known.what != target) {
            changes.push(view::Change {
                what: target.to_owned(),
                action: text(entry, "action").to_owned(),
                by: text(entry, "actor").to_owned(),
                at: text(entry, "at").to_owned(),
            });
        }
    }
    Ok(Some(Applied {
        at: text(&mark.body, "applied_at").to_owned(),
        by: text(&mark.body, "applied_by").to_owned(),
        fingerprint: text(&mark.body, "fingerprint").to_owned(),
        changes,
        more,
    }))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Whether an entry of the log changed something that stands in files: not a key, a secret or a recording.
fn is_of_a_file(entry: &Value) -> bool {
    let (kind, what) = text(entry, "action").split_once('.').unwrap_or_default();
    if !KINDS.contains(&kind) || !["created", "replaced", "removed"].contains(&what) {
        return false;
    }
    let (Some(before), Some(after)) = (entry["before"].as_object(), entry["after"].as_object()) else {
        return true;
    };
    let counts = |name: &String| !IN_NO_FILE.contains(&name.as_str());
    let names = before.keys().chain(after.keys());
    names.filter(|name| counts(name)).any(|name| before.get(name) != after.get(name))
}

/// The page, below the log.
///
/// # Errors
/// [`Stop`].
pub(super) async fn page<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let applied = look(within).await?;
    let tenant = within.tenant.as_str();
    let at = origin_of(within.visit.ports.desk().management_host.as_str());
    let (export, apply) = (
        format!("npm run export -- {tenant} {tenant}.json --at {at}"),
        format!("npm run apply -- {tenant}.json --at {at} --plan"),
    );
    let page = view::Applied {
        frame: &within.frame(),
        base: &within.href(&["audit"]),
        mark: applied.as_ref().map(|it| view::Mark {
            at: &it.at,
            by: &it.by,
            fingerprint: &it.fingerprint,
            changes: &it.changes,
            more: it.more,
        }),
        export: &export,
        apply: &apply,
    };
    Ok(Response::page(200, view::page(&page)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_stands_in_files_counts_as_a_change() {
        let entry = |action: &str, before: Value, after: Value| {
            is_of_a_file(&json!({ "action": action, "before": before, "after": after }))
        };
        assert!(entry("domain.created", Value::Null, json!({ "host": "a.example" })));
        assert!(entry("application.removed", json!({ "name": "Web" }), Value::Null));
        assert!(entry("application.replaced", json!({ "name": "Web" }), json!({ "name": "Shop" })));
        let recorded = json!({ "name": "Web", "recording_until": "2027-01-01T00:00:00.000Z" });
        assert!(!entry("application.replaced", json!({ "name": "Web", "recording_until": null }), recorded));
        assert!(!entry("environment.replaced", json!({ "keys": [1] }), json!({ "keys": [2] })));
        for action in ["secret.created", "token.removed", "key.rotated", "test_person.created", "applied"] {
            assert!(!entry(action, Value::Null, json!({})), "{action}");
        }
    }
}
