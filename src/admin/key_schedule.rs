//! When the next step of a signing key comes, and what is done then. Pure; the shell of a tenant's
//! object asks by its alarm and before each request.

use super::command::{Action, Change, DueItem, KeyOrder, KeyReport, Precondition, TenantCommand};
use super::configuration::{Configuration, put_record};
use super::record::{EnvironmentRecord, Record, Target, TenantRecord};
use crate::eid::Eid;
use crate::model::key_ring::{Algorithm, Ring, SigningKey, rings};
use crate::model::{Environment, Host, Serving, TenantId, UnixTime};
use crate::rows::{Rows, StoreFault};

/// Who acts when nobody does.
pub const SCHEDULE: &str = "schedule";

/// The rings of an environment.
///
/// # Errors
/// When its keys are none: then somebody has written what no step of ours writes.
pub fn rings_of(record: &EnvironmentRecord) -> Result<Vec<Ring>, StoreFault> {
    rings(&record.keys).map_err(|_| StoreFault("keys that are no ring".to_owned()))
}

/// When a ring is planned to rotate: as somebody has put it, else when its key has signed for the
/// tenant's number of days.
pub fn planned(record: &EnvironmentRecord, ring: &Ring, days: u64, times: &Serving) -> UnixTime {
    let postponed = record.postponed.iter().find(|it| (it.eid, it.alg) == (ring.eid(), ring.alg()));
    postponed.map_or(by_itself(ring, days, times), |it| it.until)
}

/// When a ring rotates where nobody has put it to another day.
pub fn by_itself(ring: &Ring, days: u64, times: &Serving) -> UnixTime {
    ring.active().since.plus(days.saturating_mul(times.day))
}

/// When the next step of an environment's keys comes; `None` while that depends on a publication.
///
/// # Errors
/// See [`rings_of`].
pub fn due_at(
    record: &EnvironmentRecord,
    days: u64,
    times: &Serving,
) -> Result<Option<UnixTime>, StoreFault> {
    let rings = rings_of(record)?;
    Ok(rings.iter().filter_map(|ring| ring.due_at(planned(record, ring, days, times), times)).min())
}

/// The tenant, unless parts of its backup are still missing: until then its keys are nobody's.
fn living<R: Rows>(stored: &Configuration<'_, R>) -> Result<Option<TenantRecord>, StoreFault> {
    if stored.restore()?.is_some() { Ok(None) } else { stored.tenant() }
}

/// When the next step of any environment's keys comes.
///
/// # Errors
/// When the store fails.
pub fn next_step<R: Rows>(
    stored: &Configuration<'_, R>,
    times: &Serving,
) -> Result<Option<UnixTime>, StoreFault> {
    let Some(tenant) = living(stored)? else { return Ok(None) };
    let mut next = None;
    for environment in Environment::ALL {
        if let Some(record) = stored.environment(environment)? {
            let at = due_at(&record, tenant.key_rotation_days, times)?;
            next = [next, at].into_iter().flatten().min();
        }
    }
    Ok(next)
}

/// Whether steps whose time has come are done before a command. Orders come first: in an emergency
/// nobody waits for a key to be made, and a rotation now would leave a standby that nobody knows.
pub fn comes_after_steps(command: &TenantCommand) -> bool {
    let is_order = |change: &Change| matches!(change.action, Action::Keys { .. });
    !matches!(command, TenantCommand::Change(change) | TenantCommand::Check(change) if is_order(change))
}

/// Steps of one environment whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The tenant.
    pub tenant: TenantId,
    /// The environment and its keys.
    pub record: EnvironmentRecord,
    /// The rings that rotate: each needs a fresh key.
    pub rotations: Vec<(Eid, Algorithm)>,
}

/// The environments with steps whose time has come.
///
/// # Errors
/// When the store fails.
pub fn overdue<R: Rows>(
    stored: &Configuration<'_, R>,
    now: UnixTime,
    times: &Serving,
) -> Result<Vec<Overdue>, StoreFault> {
    let Some(tenant) = living(stored)? else { return Ok(Vec::new()) };
    let days = tenant.key_rotation_days;
    let mut all = Vec::new();
    for environment in Environment::ALL {
        let Some(record) = stored.environment(environment)? else { continue };
        if due_at(&record, days, times)?.is_none_or(|at| !at.is_over(now)) {
            continue;
        }
        let rotates = |ring: &Ring| {
            let at = ring.rotates_at(planned(&record, ring, days, times), times);
            at.is_some_and(|at| at.is_over(now))
        };
        let rings = rings_of(&record)?;
        let rotations = rings.iter().filter(|ring| rotates(ring)).map(|ring| (ring.eid(), ring.alg()));
        let rotations = rotations.collect();
        all.push(Overdue { tenant: tenant.id.clone(), record, rotations });
    }
    Ok(all)
}

/// The change that does the steps whose time has come. Done twice it changes nothing.
pub fn due_change(environment: Environment, keys: Vec<SigningKey>, now: UnixTime) -> Box<Change> {
    Box::new(Change {
        actor: SCHEDULE.to_owned(),
        at: now,
        precondition: Precondition::None,
        action: Action::Keys { environment, order: KeyOrder::Due },
        keys,
    })
}

/// Notes which environments' keys have been published by every domain: from then on their guard times
/// count. To be called after each publication.
///
/// # Errors
/// When the store fails.
pub fn note_published(rows: &mut impl Rows, now: UnixTime) -> Result<(), StoreFault> {
    if living(&Configuration(&*rows))?.is_none() {
        return Ok(());
    }
    for environment in Environment::ALL {
        let stored = Configuration(&*rows);
        let Some(item) = stored.get(&Target::Environment { environment })? else { continue };
        let Record::Environment(record) = item.record else { continue };
        let rings = rings_of(&record)?;
        if rings.iter().all(Ring::is_published) || !unpublished(&stored, environment)?.is_empty() {
            continue;
        }
        let keys = rings.into_iter().flat_map(|ring| ring.published(now).into_keys()).collect();
        let record = EnvironmentRecord { keys, ..record };
        // Nothing that anybody has changed: the version stays.
        rows.commit(vec![put_record(item.version, &Record::Environment(record))])?;
    }
    Ok(())
}

/// Hosts of an environment that may still serve its keys as they were before. One that was removed
/// does not say of which environment it was.
fn unpublished<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
) -> Result<Vec<Host>, StoreFault> {
    let mut hosts = Vec::new();
    for due in stored.due()? {
        if !due.is_published()
            && let DueItem::Domain { host } = due.item
            && stored.domain(&host)?.is_none_or(|domain| domain.environment == environment)
        {
            let at = hosts.iter().position(|known| *known > host).unwrap_or(hosts.len());
            hosts.insert(at, host);
        }
    }
    Ok(hosts)
}

/// What the tenant's object knows of an environment's keys; `None` without any.
///
/// # Errors
/// When the store fails.
pub fn report<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
) -> Result<Option<Box<KeyReport>>, StoreFault> {
    let (Some(tenant), Some(record)) = (stored.tenant()?, stored.environment(environment)?) else {
        return Ok(None);
    };
    let late = unpublished(stored, environment)?;
    let hosts = stored.domains()?.into_iter().filter(|domain| domain.environment == environment);
    let domains = hosts.map(|domain| (domain.host.clone(), !late.contains(&domain.host))).collect();
    Ok(Some(Box::new(KeyReport { record, rotation_days: tenant.key_rotation_days, domains, late })))
}
