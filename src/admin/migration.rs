//! `…/environments/{environment}/migration`: how far the applications of an environment are on their way
//! from NemID to MitID.
//!
//! What is counted is what objects have been told (see [`super::login_tally`]): a login counts half an hour
//! after it, and an object that fails for a day loses what it is not told. Configuration is the tenant's
//! object's, so whether a shadow is alike is exact.

use super::call::{Answer, Call, refusal};
use super::command::{TenantAnswer, TenantCommand};
use super::domains::environment_of;
use super::environments::show_rehearsal;
use super::input;
use super::login_tally::DAYS_MAX;
use super::problem::{Failure, Problem};
use super::shadow::{Beside, Original};
use crate::eid::Eid;
use crate::json::Json;
use crate::model::domain::{Rehearsal, environment_label};
use crate::model::key_ring::KeyState;
use crate::model::login_count::{DAY_SECONDS, Day, Logins, SHARDS, Sketch, day_of, object_name};
use crate::model::sighting::{Sighting, Who};
use crate::model::{ClientId, Environment, Host, TenantId, UnixTime};
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Value, json};

/// An application without a login by NemID for so long does without it, days.
pub const QUIET_DAYS: u64 = 30;

/// Why an application is not ready to be cut over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Its domain leads to no MitID domain.
    NoMitidDomain,
    /// It has no shadow there.
    ShadowMissing,
    /// Its shadow is not alike.
    ShadowDiffers,
    /// It was not seen with the key that signs for MitID, nor has it had a login by MitID.
    KeysNotSeen,
    /// Somebody has used NemID within [`QUIET_DAYS`].
    NemidInUse,
}

json_enum!(Reason {
    NoMitidDomain = "no-mitid-domain",
    ShadowMissing = "shadow-missing",
    ShadowDiffers = "shadow-differs",
    KeysNotSeen = "keys-not-seen",
    NemidInUse = "nemid-in-use",
});

/// What the applications of a page are judged by.
struct Board {
    /// Keys that sign for MitID.
    kids: Vec<String>,
    seen: Vec<Sighting>,
    /// Logins of the page's applications.
    logins: Vec<Logins>,
    /// Logins of all, those of other pages and of removed applications among them.
    days: Vec<Day>,
    people: Sketch,
    rehearsal: Option<Rehearsal>,
    now: UnixTime,
}

/// `GET …/migration?limit=&after=`: what is read hangs on the page, and on how many applications an object
/// counts at most, never on how many there are.
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
    let page = input::page(call.request)?;
    let at = call.now;
    let command = TenantCommand::Originals { environment, after: page.after, limit: page.limit, at };
    let (originals, next) = match call.ports.tenant(&tenant, &command).await? {
        TenantAnswer::Originals { items, next } => (items, next),
        other => return Err(refusal(other)),
    };
    let of = originals.iter().map(|it| (it.host.clone(), it.client_id.clone())).collect::<Vec<_>>();
    let board = Board::of(call, &tenant, environment, &of).await?;
    let applications: Vec<Value> = originals.iter().map(|original| board.shown(original)).collect();
    let body = json!({
        "environment": environment.write(),
        "quiet_days": QUIET_DAYS,
        "days_kept": DAYS_MAX,
        "people_seen_with_mitid": board.people.estimate(),
        "rehearsal": show_rehearsal(board.rehearsal, call.now),
        "days": days(&board.days),
        "applications": applications,
        "next": next,
    });
    Ok(Response::json(200, &body))
}

impl Board {
    async fn of<P: Management>(
        call: &Call<'_, P>,
        tenant: &TenantId,
        environment: Environment,
        of: &[(Host, ClientId)],
    ) -> Result<Self, Failure> {
        let report = match call.ports.tenant(tenant, &TenantCommand::Keys(environment)).await? {
            TenantAnswer::Keys(report) => report,
            other => return Err(refusal(other)),
        };
        let keys =
            report.record.keys.iter().filter(|key| key.eid == Eid::Mitid && key.state == KeyState::Active);
        let kids = keys.map(|key| key.kid.clone()).collect();
        let label = environment_label(tenant, environment);
        let seen = call.ports.sightings(&label).await?;
        let mut board = Self {
            rehearsal: report.record.rehearsal,
            kids,
            seen,
            logins: Vec::new(),
            days: Vec::new(),
            people: Sketch::default(),
            now: call.now,
        };
        for shard in 0..SHARDS {
            let counted = call.ports.counted(&object_name(&label, shard), of).await?;
            counted.applications.into_iter().for_each(|logins| board.add(logins));
            add(&mut board.days, &counted.days);
            if let Some(people) = &counted.people {
                board.people.merge(people);
            }
        }
        Ok(board)
    }

    fn add(&mut self, logins: Logins) {
        let same = |known: &&mut Logins| known.host == logins.host && known.client_id == logins.client_id;
        match self.logins.iter_mut().find(same) {
            Some(known) => add(&mut known.days, &logins.days),
            None => self.logins.push(logins),
        }
    }

    /// One application of an ordinary domain.
    fn shown(&self, original: &Original) -> Value {
        let Original { host, client_id, beside, nemid_closed_at } = original;
        let logins = self.logins.iter().find(|it| it.host == *host && it.client_id == *client_id);
        let logins = logins.map_or(&[][..], |logins| &logins.days);
        let last = |by: fn(&Day) -> u64| logins.iter().rev().find(|day| by(day) > 0).map(|day| day.day);
        let (nemid, mitid) = (last(|day| day.nemid), last(|day| day.mitid));
        let mut reasons = Vec::new();
        reasons.extend(match beside {
            Beside::Nothing => Some(Reason::NoMitidDomain),
            Beside::Missing => Some(Reason::ShadowMissing),
            Beside::Differing => Some(Reason::ShadowDiffers),
            Beside::Alike => None,
        });
        if mitid.is_none() && !self.has_keys(client_id) {
            reasons.push(Reason::KeysNotSeen);
        }
        if nemid.is_some_and(|day| day + QUIET_DAYS > self.now.0 / DAY_SECONDS) {
            reasons.push(Reason::NemidInUse);
        }
        json!({
            "host": host.as_str(),
            "client_id": client_id.as_str(),
            "days": days(logins),
            "ready": reasons.is_empty(),
            "reasons": reasons.write(),
            "last_nemid_login": nemid.map(date),
            "last_mitid_login": mitid.map(date),
            "nemid_closed_at": nemid_closed_at.map(UnixTime::iso8601),
        })
    }

    fn has_keys(&self, client_id: &ClientId) -> bool {
        let mut of_it = self.seen.iter().filter(|one| one.who == Who::Application(client_id.clone()));
        of_it.any(|one| one.kids.iter().any(|(kid, _)| self.kids.contains(kid)))
    }
}

fn add(sums: &mut Vec<Day>, days: &[Day]) {
    days.iter().for_each(|day| day_of(sums, day.day).add(day));
}

fn days(days: &[Day]) -> Value {
    let day = |day: &Day| {
        json!({
            "date": date(day.day),
            "nemid": day.nemid,
            "mitid": day.mitid,
            "rehearsed": day.rehearsed,
            "finished": day.finished,
        })
    };
    days.iter().map(day).collect()
}

/// `2026-11-23`
fn date(day: u64) -> String {
    let mut text = UnixTime(day * DAY_SECONDS).iso8601();
    text.truncate("2026-11-23".len());
    text
}
