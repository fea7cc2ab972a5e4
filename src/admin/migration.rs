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
use super::input::PAGE_MAX;
use super::login_tally::DAYS_MAX;
use super::problem::{Failure, Problem};
use super::record::{DomainRecord, Record, Scope};
use super::shadow::{Drift, mitid_domain};
use crate::eid::Eid;
use crate::json::Json;
use crate::model::domain::{DomainKind, Rehearsal, environment_label};
use crate::model::key_ring::KeyState;
use crate::model::login_count::{DAY_SECONDS, Day, Logins, SHARDS, Sketch, object_name};
use crate::model::sighting::{Sighting, Who};
use crate::model::{ClientId, Environment, TenantId, UnixTime};
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

/// What all applications are judged by.
struct Board {
    /// Keys that sign for MitID.
    kids: Vec<String>,
    seen: Vec<Sighting>,
    logins: Vec<Logins>,
    people: Sketch,
    rehearsal: Option<Rehearsal>,
    now: UnixTime,
}

/// `GET …/migration`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
    let mut board = Board::of(call, &tenant, environment).await?;
    let mut originals = Vec::new();
    for record in all(call, &tenant, Scope::Domains).await? {
        let Record::Domain(domain) = record else { continue };
        if domain.environment != environment || domain.kind != DomainKind::Ordinary {
            continue;
        }
        let drift = match mitid_domain(&domain) {
            Some(_) => drift(call, &tenant, &domain).await?,
            None => None,
        };
        for record in all(call, &tenant, Scope::Applications { host: domain.host.clone() }).await? {
            let Record::Application(application) = record else { continue };
            originals.push(board.original(&domain, &application.client_id, drift.as_ref()));
        }
    }
    let others: Vec<Value> = board.logins.iter().map(shown).collect();
    let body = json!({
        "environment": environment.write(),
        "quiet_days": QUIET_DAYS,
        "days_kept": DAYS_MAX,
        "people_seen_with_mitid": board.people.estimate(),
        "rehearsal": show_rehearsal(board.rehearsal, call.now),
        "applications": originals,
        "others": others,
    });
    Ok(Response::json(200, &body))
}

impl Board {
    async fn of<P: Management>(
        call: &Call<'_, P>,
        tenant: &TenantId,
        environment: Environment,
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
            people: Sketch::default(),
            now: call.now,
        };
        for shard in 0..SHARDS {
            let counted = call.ports.counted(&object_name(&label, shard)).await?;
            counted.applications.into_iter().for_each(|logins| board.add(logins));
            if let Some(people) = &counted.people {
                board.people.merge(people);
            }
        }
        Ok(board)
    }

    fn add(&mut self, logins: Logins) {
        let same = |known: &&mut Logins| known.host == logins.host && known.client_id == logins.client_id;
        match self.logins.iter_mut().find(same) {
            Some(known) => logins.days.iter().for_each(|day| known.day(day.day).add(day)),
            None => self.logins.push(logins),
        }
    }

    /// One application of an ordinary domain; its logins are taken out.
    fn original(&mut self, domain: &DomainRecord, client_id: &ClientId, drift: Option<&Drift>) -> Value {
        let place = self.logins.iter().position(|it| it.host == domain.host && it.client_id == *client_id);
        let logins = match place {
            Some(place) => self.logins.swap_remove(place),
            None => Logins { host: domain.host.clone(), client_id: client_id.clone(), days: Vec::new() },
        };
        let last = |by: fn(&Day) -> u64| logins.days.iter().rev().find(|day| by(day) > 0).map(|day| day.day);
        let (nemid, mitid) = (last(|day| day.nemid), last(|day| day.mitid));
        let mut reasons = Vec::new();
        match drift {
            None => reasons.push(Reason::NoMitidDomain),
            Some(drift) if drift.missing.contains(client_id) => reasons.push(Reason::ShadowMissing),
            Some(drift) if drift.differing.iter().any(|one| one.client_id == *client_id) => {
                reasons.push(Reason::ShadowDiffers);
            }
            Some(_) => {}
        }
        if mitid.is_none() && !self.has_keys(client_id) {
            reasons.push(Reason::KeysNotSeen);
        }
        if nemid.is_some_and(|day| day + QUIET_DAYS > self.now.0 / DAY_SECONDS) {
            reasons.push(Reason::NemidInUse);
        }
        let mut shown = shown(&logins);
        if let Value::Object(members) = &mut shown {
            members.insert("ready".to_owned(), reasons.is_empty().into());
            members.insert("reasons".to_owned(), reasons.write());
            members.insert("last_nemid_login".to_owned(), nemid.map(date).into());
            members.insert("last_mitid_login".to_owned(), mitid.map(date).into());
        }
        shown
    }

    fn has_keys(&self, client_id: &ClientId) -> bool {
        let mut of_it = self.seen.iter().filter(|one| one.who == Who::Application(client_id.clone()));
        of_it.any(|one| one.kids.iter().any(|(kid, _)| self.kids.contains(kid)))
    }
}

fn shown(logins: &Logins) -> Value {
    let day = |day: &Day| {
        json!({
            "date": date(day.day),
            "nemid": day.nemid,
            "mitid": day.mitid,
            "rehearsed": day.rehearsed,
            "finished": day.finished,
        })
    };
    let days: Vec<Value> = logins.days.iter().map(day).collect();
    json!({ "host": logins.host.as_str(), "client_id": logins.client_id.as_str(), "days": days })
}

/// `2026-11-23`
fn date(day: u64) -> String {
    let mut text = UnixTime(day * DAY_SECONDS).iso8601();
    text.truncate("2026-11-23".len());
    text
}

async fn drift<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    domain: &DomainRecord,
) -> Result<Option<Drift>, Failure> {
    let command = TenantCommand::ShadowDrift { host: domain.host.clone(), at: call.now };
    match call.ports.tenant(tenant, &command).await? {
        TenantAnswer::Drift(drift) => Ok(Some(*drift)),
        other => Err(refusal(other)),
    }
}

/// Everything of a list, page by page.
async fn all<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    scope: Scope,
) -> Result<Vec<Record>, Failure> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let command = TenantCommand::List { scope: scope.clone(), after, limit: PAGE_MAX };
        match call.ports.tenant(tenant, &command).await? {
            TenantAnswer::List { items, next } => {
                found.extend(items.into_iter().map(|item| item.record));
                if next.is_none() {
                    return Ok(found);
                }
                after = next;
            }
            other => return Err(refusal(other)),
        }
    }
}
