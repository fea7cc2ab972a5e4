//! Signing keys: the timetable, and orders about it. What an order will do is said before it is given.

use super::api::{Condition, Done, Refused};
use super::ports::Dashboard;
use super::settings::{self, Saved};
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::admin::rfc3339;
use crate::model::{Environment, Role};
use crate::pages::dashboard::field::{Field, Kind};
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::keys as view;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, keys as texts};
use crate::web::{Method, Parameters, Response};
use serde_json::{Map, Value};

/// How often keys rotate: a setting of the tenant.
static EVERY: &[Field] = &[Field {
    name: "key_rotation_days",
    label: Text::fixed("Så mange dage signerer en nøgle", "For so many days a key signs"),
    help: Text::fixed(
        "7 til 365 dage. Gælder hele virksomheden. En kortere tid flytter de næste skift frem, aldrig før klienterne kan kende den nye nøgle.",
        "7 to 365 days. Counts for the whole tenant. A shorter time brings the next changes forward, never before clients can know the new key.",
    ),
    kind: Kind::Number,
}];

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    match path {
        [] => table(within).await,
        [order] => {
            let order = Order::parse(order).ok_or(Stop::NotFound)?;
            within.check_role(Role::Administrator)?;
            if order == Order::Rehearse && within.environment != Environment::Test {
                return Err(Stop::NotFound);
            }
            // Keys are what everything hangs on.
            within.visit.check_fresh()?;
            ordered(within, order).await
        }
        _ => Err(Stop::NotFound),
    }
}

async fn table<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let tenant = within.resource(&[]);
    let mut shown = None;
    if within.visit.request.method == Method::Post {
        let form = within.visit.form()?;
        // It counts in both environments, so it is asked for as in PRODUCTION.
        within.in_environment(Environment::Production).check_change()?;
        match settings::save(within, &tenant, EVERY, &form, &[]).await? {
            Saved::Done(done) => return Ok(settings::saved(&within.href(&["keys"]), done.published)),
            Saved::Again(again) => shown = Some(again),
        }
    }
    let shown = match shown {
        Some(again) => again,
        None => settings::opened(EVERY, &within.api().get(&tenant).await?),
    };
    let listed =
        within.api().find(&within.resource(&["environments", within.environment.as_str(), "keys"])).await?;
    let body = listed.map_or(Value::Null, |found| found.body);
    let now = within.visit.now.0;
    let rings: Vec<view::Ring<'_>> = array(&body, "rings").map(|ring| shown_ring(&body, ring, now)).collect();
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let page = view::Keys {
        frame: &within.frame(),
        notice: Notice::of(query.get("saved")),
        rings: &rings,
        not_published_by: array(&body, "not_published_by")
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        base: &within.href(&["keys"]),
        may_change: within.may_change(),
        is_test: within.environment == Environment::Test,
        every: settings::markup(within, EVERY, &shown, &within.href(&["keys"]), &common::SAVE),
    };
    Ok(Response::page(settings::status(&shown), view::page(&page)))
}

fn array<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Those who were seen, in a line.
pub fn seen(list: &Value) -> Option<String> {
    let list = list.as_array()?;
    let who = list.iter().filter_map(|seen| seen["client_id"].as_str().or(seen["family"].as_str()));
    Some(who.collect::<Vec<_>>().join(", "))
}

fn seconds(text: Option<&str>) -> Option<u64> {
    text.and_then(rfc3339::parse).map(|at| at.0)
}

fn shown_ring<'a>(body: &'a Value, ring: &'a Value, now: u64) -> view::Ring<'a> {
    let (eid, alg) = (text(ring, "eid"), text(ring, "alg"));
    let keys: Vec<&Value> =
        array(body, "items").filter(|key| text(key, "eid") == eid && text(key, "alg") == alg).collect();
    let span = |key: &&Value| {
        let from = seconds(key["since"].as_str()).unwrap_or(now);
        (from, seconds(key["next_step_at"].as_str()).unwrap_or(now).max(now))
    };
    let is_shown = |key: &&&Value| matches!(text(key, "state"), "active" | "standby" | "retiring");
    let spans: Vec<(u64, u64)> = keys.iter().filter(is_shown).map(span).collect();
    let first = spans.iter().map(|(from, _)| *from).min().unwrap_or(now);
    let last = spans.iter().map(|(_, to)| *to).max().unwrap_or(now).max(first + 1);
    let place = |at: u64| {
        let width = u64::from(view::TIMELINE_WIDTH);
        u32::try_from(at.clamp(first, last).saturating_sub(first) * width / (last - first)).unwrap_or(0)
    };
    let keys = keys
        .iter()
        .map(|key| {
            let (from, to) = span(key);
            view::Key {
                kid: text(key, "kid"),
                state: text(key, "state"),
                since: text(key, "since"),
                next: key["next_step"].as_str().map(|step| (step, key["next_step_at"].as_str())),
                seen_by: seen(&key["seen_by"]),
                bar: (place(from), place(to)),
            }
        })
        .collect();
    view::Ring {
        eid,
        alg,
        keys,
        rotates_at: ring["rotates_at"].as_str(),
        may_rotate_from: ring["may_rotate_from"].as_str(),
        postponed: ring["postponed_until"].as_str().map(|until| (until, text(ring, "postponed_reason"))),
        not_seen_by: seen(&ring["not_seen_by"]).unwrap_or_default(),
        now: place(now),
    }
}

/// An order about keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Rotate,
    Postpone,
    Rehearse,
    Compromise,
}

impl Order {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "rotate" => Self::Rotate,
            "postpone" => Self::Postpone,
            "rehearse" => Self::Rehearse,
            "compromise" => Self::Compromise,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Postpone => "postpone",
            Self::Rehearse => "rehearse",
            Self::Compromise => "compromise",
        }
    }

    fn texts(self) -> (&'static Text, &'static Text) {
        match self {
            Self::Rotate => (&texts::ROTATE, &texts::ROTATE_WILL),
            Self::Postpone => (&texts::POSTPONE, &texts::POSTPONE_WILL),
            Self::Rehearse => (&texts::REHEARSE, &texts::REHEARSE_WILL),
            Self::Compromise => (&texts::COMPROMISE, &texts::COMPROMISE_WILL),
        }
    }

    fn force(self) -> Option<(&'static Text, &'static Text)> {
        match self {
            Self::Rotate => Some((&texts::ROTATE_FORCE, &texts::ROTATE_FORCE_HELP)),
            Self::Compromise => Some((&texts::COMPROMISE_FORCE, &texts::COMPROMISE_FORCE_HELP)),
            Self::Postpone | Self::Rehearse => None,
        }
    }
}

async fn ordered<P: Dashboard>(within: &Within<'_, P>, order: Order) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let of = |name: &str| query.get(name).unwrap_or_default();
    let (title, will) = order.texts();
    let about = match order {
        Order::Rehearse => "TEST".to_owned(),
        Order::Compromise => of("kid").to_owned(),
        _ => texts::ring(of("eid"), of("alg")).say(within.visit.lang).to_owned(),
    };
    let action = format!("{}?{}", within.href(&["keys", order.word()]), within.visit.request.query);
    let back = within.href(&["keys"]);
    let frame = within.frame();
    let mut page = view::Order {
        frame: &frame,
        title,
        will,
        about: &about,
        action: &action,
        back: &back,
        until: (order == Order::Postpone).then_some(""),
        force: order.force(),
        reason: (order != Order::Rehearse).then_some(""),
        problem: None,
        is_dangerous: order == Order::Compromise,
    };
    if within.visit.request.method == Method::Get {
        return Ok(Response::page(200, view::order(&page)));
    }
    let form = within.visit.form()?;
    match give(within, order, &query, &form).await? {
        Ok(done) => {
            let outcome = view::Outcome {
                frame: &frame,
                title,
                everywhere_at: done.body["everywhere_at"].as_str(),
                forgotten_at: done.body["forgotten_at"].as_str(),
                back: &back,
            };
            Ok(Response::page(200, view::outcome(&outcome)))
        }
        Err(refused) => {
            let told = refused.errors.first().map_or(&refused.text, |(_, detail)| detail);
            page.problem = Some((told, refused.allowed_from.as_deref()));
            page.until = page.until.map(|_| form.get("until").unwrap_or_default());
            page.reason = page.reason.map(|_| form.get("reason").unwrap_or_default());
            Ok(Response::page(422, view::order(&page)))
        }
    }
}

async fn give<P: Dashboard>(
    within: &Within<'_, P>,
    order: Order,
    query: &Parameters,
    form: &Parameters,
) -> Result<Result<Done, Refused>, Stop> {
    let environment = within.environment.as_str();
    let of_ring =
        ["eid", "alg"].iter().filter_map(|name| Some(((*name).to_owned(), Value::from(query.get(name)?))));
    let reason = form.get("reason").map(str::trim).filter(|reason| !reason.is_empty());
    let forced = form.get("force").is_some();
    let mut body: Map<String, Value> = Map::new();
    if matches!(order, Order::Rotate | Order::Postpone) {
        body.extend(of_ring);
    }
    if let Some(reason) = reason.filter(|_| order != Order::Rotate || forced) {
        body.insert("reason".to_owned(), reason.into());
    }
    match order {
        Order::Postpone => {
            body.insert(
                "until".to_owned(),
                form.get("until").map(str::trim).map_or(Value::Null, Value::from),
            );
        }
        Order::Rotate if forced => {
            body.insert("force".to_owned(), true.into());
            body.insert("kid".to_owned(), signing(within, query).await?.into());
        }
        Order::Compromise if forced => {
            body.insert("force".to_owned(), true.into());
        }
        _ => {}
    }
    let kid = query.get("kid").unwrap_or_default();
    let path = match order {
        Order::Compromise => within.resource(&["environments", environment, "keys", kid, "compromise"]),
        _ => within.resource(&["environments", environment, "keys", order.word()]),
    };
    within.api().change(Method::Post, &path, Condition::None, Some(&Value::Object(body))).await
}

/// The key that signs: an order by force names it, so that it can't be given twice.
async fn signing<P: Dashboard>(within: &Within<'_, P>, query: &Parameters) -> Result<String, Stop> {
    let path = within.resource(&["environments", within.environment.as_str(), "keys"]);
    let body = within.api().get(&path).await?.body;
    let is_it = |ring: &&Value| {
        Some(text(ring, "eid")) == query.get("eid") && Some(text(ring, "alg")) == query.get("alg")
    };
    Ok(array(&body, "rings").find(is_it).map(|ring| text(ring, "signs").to_owned()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A key that has its state since a second of 1970, until another.
    fn key(kid: &str, state: &str, since: u64, next: u64) -> Value {
        let at = |second: u64| format!("1970-01-01T00:{:02}:{:02}Z", second / 60, second % 60);
        json!({
            "kid": kid, "eid": "nemid", "alg": "RS256", "state": state, "since": at(since),
            "next_step": "retires", "next_step_at": at(next), "seen_by": null,
        })
    }

    #[test]
    fn bars_lie_in_time_as_the_keys_do_and_now_among_them() {
        let mut other = key("other-ring", "active", 1, 3_000);
        other["alg"] = "ES256".into();
        let body = json!({"items": [
            key("signs", "active", 100, 200), key("stands-by", "standby", 150, 300),
            key("gone", "removed", 10, 20), other,
        ]});
        let ring =
            json!({"eid": "nemid", "alg": "RS256", "not_seen_by": [{"client_id": "x"}, {"family": "jose"}]});
        let shown = shown_ring(&body, &ring, 140);
        let bars: Vec<_> = shown.keys.iter().map(|key| (key.kid, key.bar)).collect();
        assert_eq!(bars, [("signs", (0, 500)), ("stands-by", (250, 1_000)), ("gone", (0, 200))]);
        assert_eq!((shown.now, shown.not_seen_by.as_str()), (200, "x, jose"));
        assert_eq!(shown.keys[0].seen_by, None, "not known");
    }

    #[test]
    fn a_ring_without_keys_has_a_timeline_all_the_same() {
        let ring = json!({"eid": "nemid", "alg": "RS256"});
        let shown = shown_ring(&Value::Null, &ring, 140);
        assert_eq!((shown.keys.len(), shown.now), (0, 0));
    }
}
