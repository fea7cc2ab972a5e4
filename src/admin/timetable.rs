//! The keys of an environment as a timetable: each key, its state and since when, its next step and
//! when that comes, which domains announce it, and who was seen with it.

use super::command::KeyReport;
use super::key_schedule::{planned, rings_of};
use super::problem::Failure;
use super::record::EnvironmentRecord;
use crate::error::Fault;
use crate::json::Json;
use crate::model::key_ring::{KeyState, Ring, SigningKey};
use crate::model::sighting::{Sighting, Who};
use crate::model::{Host, Serving, UnixTime};
use serde_json::{Map, Value, json};

/// The whole timetable. `seen` is who was seen by us, if that is known: who was not may know a key all
/// the same.
///
/// # Errors
/// When the keys are no rings.
pub fn of(report: &KeyReport, times: &Serving, seen: Option<&[Sighting]>) -> Result<Value, Failure> {
    let rings = rings(&report.record)?;
    let mut items = Vec::new();
    for ring in &rings {
        let rotates_at = rotates_at(report, ring, times);
        items.extend(ring.keys().map(|key| item(report, key, rotates_at, times, seen)));
    }
    Ok(json!({
        "items": items,
        "next": Value::Null,
        "rings": with_unseen(rings_json(&rings, report, times), &rings, seen),
        "times": times_json(report, times),
        "not_published_by": late(report),
    }))
}

/// What came of an order: which keys changed, how the rings are now, and when the last isolate
/// (`everywhere_at`) and the last cache (`forgotten_at`) has forgotten the key set before. Both are
/// `null` while a domain has yet to publish it.
///
/// # Errors
/// When the keys are no rings.
pub fn outcome(
    before: &EnvironmentRecord,
    after: &KeyReport,
    published: bool,
    about: Option<&str>,
    times: &Serving,
) -> Result<Value, Failure> {
    let mut changes = Vec::new();
    let mut moments: Vec<Option<UnixTime>> = Vec::new();
    for key in &after.record.keys {
        let old = before.keys.iter().find(|old| old.kid == key.kid).map(|old| old.state);
        if old != Some(key.state) {
            let mut change = show(key);
            change.insert("from".to_owned(), old.write());
            changes.push(Value::Object(change));
        }
        if old != Some(key.state) || about == Some(key.kid.as_str()) {
            moments.push(key.published);
        }
    }
    let last = moments.into_iter().collect::<Option<Vec<UnixTime>>>().and_then(|all| all.into_iter().max());
    Ok(json!({
        "changes": changes,
        "rings": rings_json(&rings(&after.record)?, after, times),
        "published": published,
        "not_published_by": late(after),
        "everywhere_at": moment(last.map(|last| last.plus(times.everywhere()))),
        "forgotten_at": moment(last.map(|last| last.plus(times.forgotten()))),
    }))
}

/// Where it is not confirmed that anybody gets the keys as they are.
fn late(report: &KeyReport) -> Value {
    report.late.iter().map(Host::as_str).collect()
}

/// A key as the API shows it: never its private half.
pub fn show(key: &SigningKey) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("kid".to_owned(), json!(key.kid));
    shown.insert("eid".to_owned(), key.eid.write());
    shown.insert("alg".to_owned(), key.alg.write());
    shown.insert("state".to_owned(), key.state.write());
    shown.insert("since".to_owned(), json!(key.since.iso8601()));
    shown
}

fn item(
    report: &KeyReport,
    key: &SigningKey,
    rotates_at: Option<UnixTime>,
    times: &Serving,
    seen: Option<&[Sighting]>,
) -> Value {
    let (step, at) = match key.state {
        KeyState::Standby => (Some("signs"), rotates_at),
        KeyState::Active => (Some("retires"), rotates_at),
        KeyState::Retiring => (Some("goes"), Ring::removed_at(key, times)),
        KeyState::Removed | KeyState::Compromised => (None, None),
    };
    // A domain that has yet to publish the keys still announces what went, and not yet what came.
    let is_new = key.published.is_none() && key.state == KeyState::Standby;
    let announces = |published: bool| match key.state.is_announced() {
        true => published || !is_new,
        false => !published && key.published.is_none(),
    };
    let announced_by = report.domains.iter().filter(|(_, published)| announces(*published));
    let announced_by: Vec<&str> = announced_by.map(|(host, _)| host.as_str()).collect();
    let mut shown = show(key);
    shown.insert("published_at".to_owned(), moment(key.published));
    shown.insert("next_step".to_owned(), json!(step));
    shown.insert("next_step_at".to_owned(), moment(at));
    shown.insert("announced_by".to_owned(), json!(announced_by));
    shown.insert("seen_by".to_owned(), seen.map_or(Value::Null, |seen| seen_by(&key.kid, seen)));
    Value::Object(shown)
}

/// Who was seen with a key, and since when.
fn seen_by(kid: &str, seen: &[Sighting]) -> Value {
    let with_it = seen.iter().filter_map(|one| {
        let (_, first) = one.kids.iter().find(|(of, _)| of == kid)?;
        Some(who(&one.who, "first_seen", *first))
    });
    with_it.collect()
}

/// Adds to each ring who was seen, and never with its standby.
fn with_unseen(mut shown: Vec<Value>, rings: &[Ring], seen: Option<&[Sighting]>) -> Vec<Value> {
    for (shown, ring) in shown.iter_mut().zip(rings) {
        let lacks = |one: &&Sighting| one.kids.iter().all(|(kid, _)| *kid != ring.standby().kid);
        let unseen = |seen: &[Sighting]| -> Value {
            seen.iter().filter(lacks).map(|one| who(&one.who, "last_seen", one.last)).collect()
        };
        if let Value::Object(fields) = shown {
            fields.insert("not_seen_by".to_owned(), seen.map_or(Value::Null, unseen));
        }
    }
    shown
}

fn who(who: &Who, moment: &str, at: UnixTime) -> Value {
    let (kind, name) = match who {
        Who::Application(client_id) => ("client_id", client_id.as_str()),
        Who::Family(word) => ("family", word.as_str()),
    };
    json!({kind: name, moment: at.iso8601()})
}

fn rings_json(rings: &[Ring], report: &KeyReport, times: &Serving) -> Vec<Value> {
    let shown = |ring: &Ring| {
        let postponed =
            report.record.postponed.iter().find(|it| (it.eid, it.alg) == (ring.eid(), ring.alg()));
        json!({
            "eid": ring.eid().write(),
            "alg": ring.alg().write(),
            "signs": ring.active().kid,
            "standby": ring.standby().kid,
            "rotates_at": moment(rotates_at(report, ring, times)),
            "may_rotate_from": moment(ring.may_rotate_from(times)),
            "postponed_until": moment(postponed.map(|it| it.until)),
            "postponed_reason": postponed.map(|it| it.reason.as_str()),
        })
    };
    rings.iter().map(shown).collect()
}

fn times_json(report: &KeyReport, times: &Serving) -> Value {
    json!({
        "rotation_days": report.rotation_days,
        "max_age": times.max_age,
        "stale_while_revalidate": times.stale_while_revalidate,
        "stale_if_error": times.stale_if_error,
        "token": times.token,
        "everywhere": times.everywhere(),
        "forgotten": times.forgotten(),
        "guard": times.guard(),
        "retirement": times.retirement(),
    })
}

fn rotates_at(report: &KeyReport, ring: &Ring, times: &Serving) -> Option<UnixTime> {
    ring.rotates_at(planned(&report.record, ring, report.rotation_days, times), times)
}

fn rings(record: &EnvironmentRecord) -> Result<Vec<Ring>, Failure> {
    rings_of(record).map_err(|_| Fault::lasting("keys", "keys that are no ring").into())
}

fn moment(at: Option<UnixTime>) -> Value {
    at.map_or(Value::Null, |at| json!(at.iso8601()))
}
