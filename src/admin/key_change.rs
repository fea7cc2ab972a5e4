//! Decides what is ordered of signing keys: rotations, rehearsals, postponements, emergencies, and the
//! steps whose time has come. Pure; the ring itself says what may be done (`model::key_ring`).

use super::change::{Plan, Stop, put, touched_by_keys};
use super::command::{Change, Conflict, KeyOrder, Refusal};
use super::configuration::Configuration;
use super::key_schedule::{by_itself, planned, rings_of};
use super::record::{EnvironmentRecord, Postponement, Record, Target};
use super::rules::field;
use crate::eid::Eid;
use crate::json::Json;
use crate::model::key_ring::{Algorithm, Cannot, Haste, KeyState, Ring, SigningKey};
use crate::model::{Environment, Serving, UnixTime};
use crate::rows::Rows;
use serde_json::{Value, json};

/// Most days from now that a rotation may be put to.
pub const POSTPONE_DAYS_MAX: u64 = 365;

/// What happened to a key or a ring, for the log of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEvent {
    /// `ring.rotated`, `key.compromised` …
    pub action: &'static str,
    /// `ring TEST mitid RS256`, `key …`
    pub target: String,
    /// As it was.
    pub before: Value,
    /// As it is.
    pub after: Value,
    /// Why.
    pub reason: Option<String>,
}

/// Decides an order.
///
/// # Errors
/// See [`Stop`].
pub fn decide<R: Rows>(
    stored: &Configuration<'_, R>,
    change: &Change,
    environment: Environment,
    order: &KeyOrder,
    times: &Serving,
) -> Result<Plan, Stop> {
    let tenant = stored.tenant()?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Environment { environment })?.ok_or(Stop::Absent)?;
    let Record::Environment(record) = &old.record else { return Err(Stop::Absent) };
    let mut steps = Steps {
        rings: rings_of(record)?,
        postponed: record.postponed.clone(),
        record,
        fresh: &change.keys,
        now: change.at,
        days: tenant.key_rotation_days,
        times,
        events: Vec::new(),
    };
    steps.remove_retired();
    match order {
        KeyOrder::Due => steps.rotate_due()?,
        KeyOrder::Rotate { eid, alg, kid, force, reason } => {
            steps.check_signs(*eid, *alg, kid.as_deref())?;
            steps.rotate(*eid, *alg, haste(*force), Some(reason))?;
        }
        KeyOrder::Rehearse if environment == Environment::Production => {
            return Err(Conflict::Production.into());
        }
        KeyOrder::Rehearse => steps.rehearse()?,
        KeyOrder::Postpone { eid, alg, until, reason } => steps.postpone(*eid, *alg, *until, reason)?,
        KeyOrder::Compromise { kid, force, reason } => steps.compromise(kid, haste(*force), reason)?,
    }
    let Steps { rings, postponed, events, .. } = steps;
    // Whatever happens is told.
    if events.is_empty() {
        return Err(Stop::Unchanged(Box::new(old)));
    }
    let keys: Vec<SigningKey> = rings.into_iter().flat_map(Ring::into_keys).collect();
    // A plan that is put off is nothing that clients read.
    let touched = if keys == record.keys { Vec::new() } else { touched_by_keys(stored, environment)? };
    let after = EnvironmentRecord { keys, postponed, ..record.clone() };
    Ok(Plan { events, ..put(Some(old.clone()), Record::Environment(after), touched)? })
}

fn haste(force: bool) -> Haste {
    if force { Haste::Forced } else { Haste::Guarded }
}

/// The rings of an environment on their way from one record to the next.
struct Steps<'a> {
    rings: Vec<Ring>,
    postponed: Vec<Postponement>,
    record: &'a EnvironmentRecord,
    fresh: &'a [SigningKey],
    now: UnixTime,
    days: u64,
    times: &'a Serving,
    events: Vec<KeyEvent>,
}

impl Steps<'_> {
    /// Keys whose last token is over go with every order.
    fn remove_retired(&mut self) {
        let rings = std::mem::take(&mut self.rings);
        for ring in rings {
            let before: Vec<SigningKey> = ring.keys().cloned().collect();
            let ring = ring.remove_retired(self.now, self.times);
            for key in ring.keys().filter(|key| key.state == KeyState::Removed) {
                if let Some(old) = before.iter().find(|old| old.kid == key.kid && old.state != key.state) {
                    self.events.push(key_event("key.removed", old, key, None));
                }
            }
            self.rings.push(ring);
        }
    }

    /// Where no fresh key is there, a ring stays as it is, and its other steps are done all the same.
    fn rotate_due(&mut self) -> Result<(), Stop> {
        let due: Vec<(Eid, Algorithm)> = self
            .rings
            .iter()
            .filter(|ring| {
                let at = ring.rotates_at(planned(self.record, ring, self.days, self.times), self.times);
                at.is_some_and(|at| at.is_over(self.now))
            })
            .map(|ring| (ring.eid(), ring.alg()))
            .collect();
        for (eid, alg) in due {
            if self.fresh_of(eid, alg).is_some() {
                self.rotate(eid, alg, Haste::Guarded, None)?;
            }
        }
        Ok(())
    }

    fn rehearse(&mut self) -> Result<(), Stop> {
        let all: Vec<(Eid, Algorithm)> = self.rings.iter().map(|ring| (ring.eid(), ring.alg())).collect();
        // All or none: what is told is the moment at which all of them may.
        let from: Vec<Option<UnixTime>> =
            self.rings.iter().map(|ring| ring.may_rotate_from(self.times)).collect();
        if from.iter().any(|from| from.is_none_or(|from| !from.is_over(self.now))) {
            let from = if from.contains(&None) { None } else { from.into_iter().max().flatten() };
            return Err(Refusal::TooEarly { from }.into());
        }
        for (eid, alg) in all {
            self.rotate(eid, alg, Haste::Guarded, Some("rehearsal"))?;
        }
        Ok(())
    }

    /// An order whose answer was lost is sent again: what was meant then has been done.
    fn check_signs(&self, eid: Eid, alg: Algorithm, kid: Option<&str>) -> Result<(), Stop> {
        let ring = self.rings.iter().find(|ring| (ring.eid(), ring.alg()) == (eid, alg));
        match (ring, kid) {
            (Some(ring), Some(kid)) if ring.active().kid != kid => Err(Conflict::AnotherSigns.into()),
            _ => Ok(()),
        }
    }

    fn rotate(&mut self, eid: Eid, alg: Algorithm, haste: Haste, reason: Option<&str>) -> Result<(), Stop> {
        let (at, ring) = self.take(|ring| (ring.eid(), ring.alg()) == (eid, alg))?;
        // A fresh key is asked for only where it will be used.
        ring.check_may_sign(self.now, haste, self.times).map_err(refused)?;
        let fresh = self.fresh_of(eid, alg).ok_or(Refusal::NeedsMaterial)?;
        let before = shown(&ring);
        let forced = haste == Haste::Forced;
        let ring = ring.rotate(fresh, self.now, haste, self.times).map_err(refused)?;
        let action = if forced { "ring.rotated_by_force" } else { "ring.rotated" };
        self.note_ring(action, &ring, before, shown(&ring), reason);
        self.postponed.retain(|it| (it.eid, it.alg) != (eid, alg));
        self.rings.insert(at, ring);
        Ok(())
    }

    /// Puts a rotation to another day, or back to its own; what was not put off needs no way back.
    fn postpone(
        &mut self,
        eid: Eid,
        alg: Algorithm,
        until: Option<UnixTime>,
        reason: &str,
    ) -> Result<(), Stop> {
        let (at, ring) = self.take(|ring| (ring.eid(), ring.alg()) == (eid, alg))?;
        if let Some(until) = until {
            self.check_day(&ring, until)?;
        }
        let action = if until.is_some() { "rotation.postponed" } else { "rotation.postponement_withdrawn" };
        let before = planned(self.record, &ring, self.days, self.times);
        let after = until.unwrap_or_else(|| by_itself(&ring, self.days, self.times));
        let is_other = |it: &Postponement| (it.eid, it.alg) != (eid, alg);
        if until.is_some() || !self.postponed.iter().all(is_other) {
            let (before, after) = (json!({"until": before.iso8601()}), json!({"until": after.iso8601()}));
            self.note_ring(action, &ring, before, after, Some(reason));
        }
        self.postponed.retain(is_other);
        let reason = reason.to_owned();
        self.postponed.extend(until.map(|until| Postponement { eid, alg, until, reason }));
        self.rings.insert(at, ring);
        Ok(())
    }

    /// A day that would come to nothing is refused: nobody should count on it.
    fn check_day(&self, ring: &Ring, until: UnixTime) -> Result<(), Refusal> {
        let latest = self.now.plus(POSTPONE_DAYS_MAX * self.times.day);
        let unpublished = self.now.plus(self.times.guard());
        let earliest = ring.may_rotate_from(self.times).unwrap_or(unpublished);
        if until <= self.now || until > latest {
            let rule = "a moment to come, at most 365 days from now; or null";
            Err(Refusal::Invalid(vec![field("until", rule)]))
        } else if until < earliest {
            let rule =
                format!("not before {}: until then clients may not know the standby", earliest.iso8601());
            Err(Refusal::Invalid(vec![field("until", &rule)]))
        } else {
            Ok(())
        }
    }

    fn compromise(&mut self, kid: &str, haste: Haste, reason: &str) -> Result<(), Stop> {
        let (at, ring) = self.take(|ring| ring.keys().any(|key| key.kid == kid))?;
        let (eid, alg) = (ring.eid(), ring.alg());
        let Some(bad) = ring.keys().find(|key| key.kid == kid).cloned() else { return Err(Stop::Absent) };
        let before = shown(&ring);
        let fresh = self.fresh_of(eid, alg);
        let ring = match ring.clone().compromise(kid, fresh, self.now, haste, self.times) {
            Ok(ring) => ring,
            // Told again, it says what is.
            Err(Cannot::Already) => ring,
            Err(cannot) => return Err(refused(cannot)),
        };
        if bad.state != KeyState::Compromised {
            let gone = SigningKey { state: KeyState::Compromised, since: self.now, ..bad.clone() };
            self.events.push(key_event("key.compromised", &bad, &gone, Some(reason)));
        }
        if bad.state == KeyState::Active {
            let action = match haste {
                Haste::Guarded => "ring.rotated_in_emergency",
                Haste::Forced => "ring.rotated_by_force",
            };
            self.note_ring(action, &ring, before, shown(&ring), Some(reason));
            // What was put off was the rotation of the key that is gone.
            self.postponed.retain(|it| (it.eid, it.alg) != (eid, alg));
        }
        self.rings.insert(at, ring);
        Ok(())
    }

    /// A ring, and its place among the others: where it did not change, the keys did not either.
    fn take(&mut self, is_it: impl Fn(&Ring) -> bool) -> Result<(usize, Ring), Stop> {
        let at = self.rings.iter().position(is_it).ok_or(Stop::Absent)?;
        Ok((at, self.rings.remove(at)))
    }

    fn fresh_of(&self, eid: Eid, alg: Algorithm) -> Option<SigningKey> {
        self.fresh.iter().find(|key| (key.eid, key.alg) == (eid, alg)).cloned()
    }

    fn note_ring(
        &mut self,
        action: &'static str,
        ring: &Ring,
        before: Value,
        after: Value,
        reason: Option<&str>,
    ) {
        let environment = self.record.environment.as_str();
        let target = format!("ring {environment} {} {}", ring.eid().as_str(), ring.alg().as_str());
        let reason = reason.map(str::to_owned);
        self.events.push(KeyEvent { action, target, before, after, reason });
    }
}

fn refused(cannot: Cannot) -> Stop {
    match cannot {
        Cannot::TooEarly(from) => Refusal::TooEarly { from }.into(),
        Cannot::Misfit => Refusal::NeedsMaterial.into(),
        Cannot::Unknown | Cannot::Already => Stop::Absent,
    }
}

fn shown(ring: &Ring) -> Value {
    json!({"signs": ring.active().kid, "standby": ring.standby().kid})
}

fn key_event(
    action: &'static str,
    before: &SigningKey,
    after: &SigningKey,
    reason: Option<&str>,
) -> KeyEvent {
    let state = |key: &SigningKey| json!({"state": key.state.write(), "since": key.since.iso8601()});
    KeyEvent {
        action,
        target: format!("key {}", before.kid),
        before: state(before),
        after: state(after),
        reason: reason.map(str::to_owned),
    }
}
