//! The object of one tenant: the truth of its configuration. Pure; the shell is
//! `edge::management::tenant_object`.
//!
//! A change is decided (`admin::change`) before anything is written; then the thing, its line in
//! the audit log, the new version and what is now due for publication are written in one step.

use super::audit_log::redacted;
use super::backup_object;
use super::change::{KeyChange, Plan, Stop, decide};
use super::command::TenantCommand;
use super::command::{Action, AuditEntry, Change, Conflict, Done, Due, KeyOrder, Outcome};
use super::command::{Refusal, TenantAnswer};
use super::configuration::{
    Configuration, delete_record, put_audit, put_due, put_record, put_version, target_of,
};
use super::key_change::KeyEvent;
use super::record::{Record, Target, TokenRecord, Versioned};
use super::{key_schedule, shadow};
use crate::model::{Serving, UnixTime};
use crate::rows::{Rows, StoreFault, Write};
use crate::vault::equal;
use serde_json::Value;

/// How exactly the last use of an API token is kept, seconds.
const LAST_USE_STEP_SECONDS: u64 = 3_600;

/// Applies a command.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(
    rows: &mut impl Rows,
    command: &TenantCommand,
    times: &Serving,
) -> Result<TenantAnswer, StoreFault> {
    let stored = Configuration(&*rows);
    if stored.restore()?.is_some() {
        return while_restored(rows, command);
    }
    match command {
        TenantCommand::Import(part) => backup_object::import(rows, part),
        TenantCommand::Restoring(export) => backup_object::restoring(&stored, export),
        TenantCommand::Change(change) => match decide(&stored, change, times) {
            Ok(plan) => store(rows, change, plan),
            Err(stop) => answer(stop),
        },
        TenantCommand::Check(change) => match decide(&stored, change, times) {
            Ok(_) => Ok(TenantAnswer::Acceptable),
            Err(stop) => answer(stop),
        },
        _ if stored.tenant()?.is_none() => Ok(TenantAnswer::Absent),
        TenantCommand::Get(target) => {
            Ok(stored.get(target)?.map_or(TenantAnswer::Absent, TenantAnswer::Item))
        }
        TenantCommand::List { scope, after, limit } => match scope.owner() {
            Some(owner) if stored.get(&owner)?.is_none() => Ok(TenantAnswer::Absent),
            _ => {
                let (items, next) = stored.list(scope, after.as_deref(), *limit)?;
                Ok(TenantAnswer::List { items, next })
            }
        },
        TenantCommand::Audit { before, limit } => {
            let mut entries = stored.audit(*before, limit.saturating_add(1))?;
            let more = entries.len() > *limit;
            entries.truncate(*limit);
            let next = entries.last().filter(|_| more).map(|entry| entry.sequence);
            Ok(TenantAnswer::Audit { entries, next })
        }
        TenantCommand::ShadowDrift { host, at } => {
            let Some(domain) = stored.domain(host)? else { return Ok(TenantAnswer::Absent) };
            Ok(match shadow::drift(&stored, &domain, *at)? {
                Some(drift) => TenantAnswer::Drift(Box::new(drift)),
                None => TenantAnswer::Refused(Refusal::Conflict(Conflict::NoMitidDomain)),
            })
        }
        TenantCommand::Originals { environment, after, limit, at } => {
            let (items, next) = shadow::originals(&stored, *environment, after.as_deref(), *limit, *at)?;
            Ok(TenantAnswer::Originals { items, next })
        }
        TenantCommand::Admit { id, digest, at } => admit(rows, id, digest, *at),
        TenantCommand::Keys(environment) => {
            Ok(key_schedule::report(&stored, *environment)?.map_or(TenantAnswer::Absent, TenantAnswer::Keys))
        }
        TenantCommand::Publication => {
            let mut due = stored.due()?;
            due.retain(|due| !due.is_published());
            Ok(TenantAnswer::Publication { version: stored.version()?, due })
        }
        TenantCommand::Export(page) => backup_object::export(rows, page),
    }
}

/// Lets the holder of a token in, and notes that he came: at most once an hour, so that reading the
/// API writes next to nothing. The token keeps its version, for nobody changed it.
fn admit(rows: &mut impl Rows, id: &str, digest: &str, at: UnixTime) -> Result<TenantAnswer, StoreFault> {
    let Some((version, token)) = Configuration(&*rows).token(id)? else { return Ok(TenantAnswer::Absent) };
    if !equal(token.digest.as_bytes(), digest.as_bytes()) || token.expires_at.is_over(at) {
        return Ok(TenantAnswer::Absent);
    }
    let (permissions, expires_at) = (token.permissions.clone(), token.expires_at);
    if token.last_used_at.is_none_or(|last| at.seconds_after(last) >= LAST_USE_STEP_SECONDS) {
        let seen = TokenRecord { last_used_at: Some(at), ..token };
        rows.commit(vec![put_record(version, &Record::Token(seen))])?;
    }
    Ok(TenantAnswer::Admitted { permissions, expires_at })
}

/// Until the last part of a backup is stored there is no tenant but for who imports it.
fn while_restored(rows: &mut impl Rows, command: &TenantCommand) -> Result<TenantAnswer, StoreFault> {
    match command {
        TenantCommand::Import(part) => backup_object::import(rows, part),
        TenantCommand::Restoring(export) => backup_object::restoring(&Configuration(&*rows), export),
        TenantCommand::Change(change) if matches!(change.action, Action::PutTenant(_)) => {
            Ok(TenantAnswer::Refused(Refusal::Conflict(Conflict::BeingRestored)))
        }
        _ => Ok(TenantAnswer::Absent),
    }
}

fn answer(stop: Stop) -> Result<TenantAnswer, StoreFault> {
    match stop {
        Stop::Absent => Ok(TenantAnswer::Absent),
        Stop::Refused(refusal) => Ok(TenantAnswer::Refused(refusal)),
        Stop::Unchanged(item) => {
            Ok(TenantAnswer::Done(Done { outcome: Outcome::Unchanged, item: Some(*item), published: false }))
        }
        Stop::Fault(fault) => Err(fault),
    }
}

/// One commit, so that a change is there with its log entry and its publication, or not at all.
fn store(rows: &mut impl Rows, change: &Change, plan: Plan) -> Result<TenantAnswer, StoreFault> {
    let stored = Configuration(&*rows);
    let version = stored.version()? + 1;
    let mut log = Log { next: stored.audit(None, 1)?.first().map_or(1, |last| last.sequence + 1), change };
    let mut writes = vec![put_version(version)];
    if let Some(KeyChange { before, after }) = plan.keys {
        let (before, after) = (before.map(Record::Environment), Record::Environment(after));
        let outcome = if before.is_some() { Outcome::Replaced } else { Outcome::Created };
        writes.push(put_record(version, &after));
        writes.push(log.entry(version, outcome, before.as_ref(), Some(&after)));
    }
    match &plan.after {
        Some(after) => writes.push(put_record(version, after)),
        None => writes.push(delete_record(&plan.target)),
    }
    if plan.events.is_empty() {
        writes.push(log.entry(version, plan.outcome, plan.before.as_ref(), plan.after.as_ref()));
    }
    for event in plan.events {
        writes.push(log.event(version, event));
    }
    for record in &plan.also_put {
        let before = stored.get(&target_of(record))?.map(|item| item.record);
        let outcome = if before.is_some() { Outcome::Replaced } else { Outcome::Created };
        writes.push(put_record(version, record));
        writes.push(log.entry(version, outcome, before.as_ref(), Some(record)));
    }
    for target in &plan.also_removed {
        let gone = stored.get(target)?.map(|item| item.record);
        writes.push(delete_record(target));
        writes.push(log.entry(version, Outcome::Removed, gone.as_ref(), None));
    }
    let due = stored.due()?;
    let urgent = matches!(&change.action, Action::Keys { order: KeyOrder::Compromise { .. }, .. });
    for item in plan.touched {
        writes.push(put_due(&Due::touched(&due, item, version, change.at, urgent)));
    }
    rows.commit(writes)?;
    let item = plan.after.map(|record| Versioned { version, record });
    Ok(TenantAnswer::Done(Done { outcome: plan.outcome, item, published: false }))
}

/// Numbers the entries of one step.
struct Log<'a> {
    next: u64,
    change: &'a Change,
}

impl Log<'_> {
    fn entry(
        &mut self,
        version: u64,
        outcome: Outcome,
        before: Option<&Record>,
        after: Option<&Record>,
    ) -> Write {
        let target = after.or(before).map(target_of).unwrap_or(Target::Tenant);
        let verb = match outcome {
            Outcome::Created => "created",
            Outcome::Replaced | Outcome::Unchanged => "replaced",
            Outcome::Removed => "removed",
        };
        let entry = AuditEntry {
            sequence: self.next,
            at: self.change.at,
            actor: self.change.actor.clone(),
            action: format!("{}.{verb}", target.row().0.as_str()),
            target: target.to_string(),
            before: before.map_or(Value::Null, redacted),
            after: after.map_or(Value::Null, redacted),
            reason: None,
        };
        self.next += 1;
        put_audit(version, &entry)
    }

    fn event(&mut self, version: u64, event: KeyEvent) -> Write {
        let KeyEvent { action, target, before, after, reason } = event;
        let Change { at, actor, .. } = self.change;
        let (sequence, action) = (self.next, action.to_owned());
        self.next += 1;
        let entry =
            AuditEntry { sequence, at: *at, actor: actor.clone(), action, target, before, after, reason };
        put_audit(version, &entry)
    }
}
