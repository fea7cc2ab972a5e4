//! What a tenant's object does for a backup: gives its records away a part at a time, and takes them in
//! where there is no tenant yet. Pure; what a part looks like outside is `admin::backup_file`.
//!
//! While parts are still missing the tenant does not exist for anybody else, and no domain of it is
//! published, so it serves nothing. Its applications are published meanwhile: nobody reads them
//! without their domain, and the last part then takes no longer than the others.

use super::command::{AuditEntry, Conflict, Done, Due, DueItem, ExportPage, ImportPart, Outcome};
use super::command::{Place, Refusal, TenantAnswer};
use super::configuration::{Configuration, delete_due, delete_record, put_audit, put_due, put_record};
use super::configuration::{delete_restore, put_restore, put_version, target_of};
use super::record::{EnvironmentRecord, Kind, Record, Target, Versioned};
use crate::json::Json;
use crate::model::key_ring::rings;
use crate::model::{Environment, Host, UnixTime};
use crate::rows::{Rows, StoreFault, Write};
use serde_json::{Value, json};

/// A part is closed when the records in it are so long, bytes. The first one holds every domain
/// whatever that takes, and a longer record is a part of its own.
pub const PART_BYTES: usize = 192 * 1024;
/// Rows that are read at once.
const ROWS: usize = 50;
/// Most publications that may be due when a further part is taken in.
pub const IMPORT_DUE_MAX: usize = 400;
/// A restored tenant's versions begin so far above the exported one, and this many for each second of
/// the clock: what the deployment before may have published since the export, or after a restore of the
/// same export, must not seem newer (`Host` objects and isolates compare).
pub const VERSION_GAP: u64 = 1 << 20;

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The export whose parts are taken in.
    pub export: String,
    /// The part that comes next.
    pub next: u64,
}

json_struct!(Restore { export, next });

/// Gives the next part of the records.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn export(rows: &mut impl Rows, page: &ExportPage) -> Result<TenantAnswer, StoreFault> {
    let stored = Configuration(&*rows);
    let version = stored.version()?;
    let is_place = |after: &Place| Kind::OF_BACKUPS.iter().any(|kind| kind.as_str() == after.kind);
    if page.after.as_ref().is_some_and(|after| after.version != version || !is_place(after)) {
        return Ok(TenantAnswer::Refused(Refusal::Conflict(Conflict::ChangedMeanwhile)));
    }
    let (records, next) = records_after(&stored, version, page.after.as_ref())?;
    // Whoever writes a cursor himself is told of too: what counts is that keys were given away.
    if page.after.is_none() || records.iter().any(|record| matches!(record, Record::Environment(_))) {
        let facts = json!({"version": version, "recovery_key": page.recovery_key});
        let entry = entry(&stored, page.at, &page.actor, "tenant.exported", facts)?;
        rows.commit(vec![put_audit(version, &entry)])?;
    }
    Ok(TenantAnswer::Exported { version, records, next })
}

fn records_after<R: Rows>(
    stored: &Configuration<'_, R>,
    version: u64,
    after: Option<&Place>,
) -> Result<(Vec<Record>, Option<Place>), StoreFault> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    let mut last = after.cloned();
    let begin = after.and_then(|after| Kind::OF_BACKUPS.iter().position(|kind| kind.as_str() == after.kind));
    for kind in Kind::OF_BACKUPS.into_iter().skip(begin.unwrap_or(0)) {
        let is_of_the_first_part = matches!(kind, Kind::Tenant | Kind::Environment | Kind::Domain);
        loop {
            let from = last.as_ref().filter(|last| last.kind == kind.as_str()).map(|last| last.id.as_str());
            let page = stored.of_kind(kind, from, ROWS)?;
            let is_all = page.len() < ROWS;
            for (id, length, record) in page {
                if !records.is_empty() && !is_of_the_first_part && bytes + length > PART_BYTES {
                    return Ok((records, last));
                }
                bytes += length;
                records.push(record);
                last = Some(Place { version, kind: kind.as_str().to_owned(), id });
            }
            if is_all {
                break;
            }
        }
    }
    Ok((records, None))
}

/// What the first part of an import that is under way has brought: by the keys of its environments those of
/// later parts are looked at.
///
/// # Errors
/// When the store fails.
pub fn restoring<R: Rows>(stored: &Configuration<'_, R>, export: &str) -> Result<TenantAnswer, StoreFault> {
    let conflict = match stored.restore()? {
        Some(restore) if restore.export == export => {
            let (mut records, all) = (Vec::new(), usize::MAX);
            for kind in [Kind::Environment, Kind::Domain] {
                records.extend(stored.of_kind(kind, None, all)?.into_iter().map(|(_, _, record)| record));
            }
            return Ok(TenantAnswer::Exported { version: stored.version()?, records, next: None });
        }
        None if stored.tenant()?.is_some() => Conflict::TenantExists,
        _ => Conflict::OutOfOrder,
    };
    Ok(TenantAnswer::Refused(Refusal::Conflict(conflict)))
}

/// Takes a part in. The last one ends the import: from then on there is the tenant.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn import(rows: &mut impl Rows, part: &ImportPart) -> Result<TenantAnswer, StoreFault> {
    let stored = Configuration(&*rows);
    let restore = stored.restore()?;
    let refused = |conflict| Ok(TenantAnswer::Refused(Refusal::Conflict(conflict)));
    let mut given_up = Vec::new();
    let mut writes = match restore {
        None if stored.tenant()?.is_some() => return refused(Conflict::TenantExists),
        Some(restore) if restore.export == part.export && part.number < restore.next => {
            // Its answer was lost.
            let done = Done { outcome: Outcome::Unchanged, item: None, published: false };
            return Ok(TenantAnswer::Done(done));
        }
        Some(restore) if restore.export == part.export && part.number == restore.next => Vec::new(),
        _ if part.number == 0 => {
            given_up = applications_of(&stored)?;
            forget(&stored)?
        }
        _ => return refused(Conflict::OutOfOrder),
    };
    let waiting = stored.due()?.iter().filter(|due| !due.is_published()).count();
    if part.number > 0 && waiting > IMPORT_DUE_MAX {
        return refused(Conflict::StillPublishing);
    }
    if !fits(&stored, part)? {
        return refused(Conflict::OutOfOrder);
    }
    let version = match part.number {
        0 => {
            let after_export =
                part.version.saturating_add(VERSION_GAP).max(part.at.0.saturating_mul(VERSION_GAP));
            stored.version()?.max(after_export).saturating_add(1)
        }
        _ => stored.version()? + 1,
    };
    writes.push(put_version(version));
    writes.extend(part.records.iter().map(|record| put_record(version, record)));
    // What an import that was given up has published is taken back, unless it comes again.
    let mut touched = given_up;
    touched.extend(part.records.iter().filter_map(application));
    touched.extend(part.records.iter().flat_map(styles));
    let mut item = None;
    if part.last {
        for environment in environments(&stored, part)? {
            // Guard times count anew: what clients know of its keys is not known here.
            let keys = environment.keys.into_iter().map(|key| key.restored(part.at)).collect();
            let restored = EnvironmentRecord { restored_at: Some(part.at), keys, ..environment };
            writes.push(put_record(version, &Record::Environment(restored)));
        }
        let domains = domains(&stored, part)?;
        touched.extend(domains.iter().map(|host| DueItem::Domain { host: host.clone() }));
        // Where the hosts' objects outlived the tenant's, they may know applications that it does not.
        touched.extend(domains.into_iter().map(|host| DueItem::Leftovers { host, after: None }));
        touched.push(DueItem::Directory);
        item = tenant(&stored, part, version)?;
        let facts = json!({"exported_at": part.exported_at.write(), "version": part.version});
        let entry = entry(&stored, part.at, &part.actor, "tenant.restored", facts)?;
        writes.push(put_audit(version, &entry));
        writes.push(delete_restore());
    } else {
        let restore = Restore { export: part.export.clone(), next: part.number + 1 };
        writes.push(put_restore(version, &restore));
    }
    let due = stored.due()?;
    for item in touched {
        writes.push(put_due(&Due::touched(&due, item, version, part.at, false)));
    }
    rows.commit(writes)?;
    let outcome = if part.last { Outcome::Created } else { Outcome::Replaced };
    Ok(TenantAnswer::Done(Done { outcome, item, published: false }))
}

/// The applications that an import which was given up has published, or would have.
fn applications_of<R: Rows>(stored: &Configuration<'_, R>) -> Result<Vec<DueItem>, StoreFault> {
    let is_application = |item: &DueItem| matches!(item, DueItem::Application { .. });
    let mut items: Vec<DueItem> = stored.due()?.into_iter().map(|due| due.item).collect();
    items.retain(is_application);
    let all = stored.of_kind(Kind::Application, None, usize::MAX)?;
    items.extend(all.iter().filter_map(|(_, _, record)| application(record)));
    Ok(items)
}

/// Removes what an import that was given up has left.
fn forget<R: Rows>(stored: &Configuration<'_, R>) -> Result<Vec<Write>, StoreFault> {
    let mut writes: Vec<Write> = stored.due()?.iter().map(|due| delete_due(&due.item)).collect();
    for kind in Kind::OF_BACKUPS {
        let all = stored.of_kind(kind, None, usize::MAX)?;
        writes.extend(all.iter().map(|(_, _, record)| delete_record(&target_of(record))));
    }
    Ok(writes)
}

/// Whether everything in a part belongs to something that is there or stands before it, so that what
/// is stored can be published. A backup of ours is so; one that is not would make the object stumble.
fn fits<R: Rows>(stored: &Configuration<'_, R>, part: &ImportPart) -> Result<bool, StoreFault> {
    let mut known: Vec<Target> = Vec::new();
    for record in &part.records {
        let owner = match record {
            Record::Environment(it) if rings(&it.keys).is_err() => return Ok(false),
            Record::Tenant(_) | Record::Environment(_) => None,
            Record::Domain(it) => Some(Target::Environment { environment: it.environment }),
            Record::Upstream(it) => Some(Target::Domain { host: it.host.clone() }),
            Record::Style(it) => Some(Target::Domain { host: it.host.clone() }),
            Record::Secret(it) => Some(Target::Domain { host: it.host.clone() }),
            Record::Application(it) => Some(Target::Domain { host: it.host.clone() }),
            Record::TestPerson(_) => Some(Target::Environment { environment: Environment::Test }),
            // No backup of ours has one, and whoever makes one up gets nobody in by it.
            Record::Token(_) | Record::Applied(_) => return Ok(false),
        };
        if let Some(owner) = owner
            && !known.contains(&owner)
            && (part.number == 0 || stored.get(&owner)?.is_none())
        {
            return Ok(false);
        }
        known.push(target_of(record));
    }
    Ok(part.number > 0 || known.contains(&Target::Tenant))
}

fn application(record: &Record) -> Option<DueItem> {
    match record {
        Record::Application(it) => {
            Some(DueItem::Application { host: it.host.clone(), client_id: it.client_id.clone() })
        }
        _ => None,
    }
}

fn styles(record: &Record) -> Vec<DueItem> {
    match record {
        Record::Style(it) => super::style_record::all_of(it),
        _ => Vec::new(),
    }
}

/// Of what the first part holds: it is this one, or it is stored.
fn tenant<R: Rows>(
    stored: &Configuration<'_, R>,
    part: &ImportPart,
    version: u64,
) -> Result<Option<Versioned>, StoreFault> {
    match part.records.iter().find(|record| matches!(record, Record::Tenant(_))) {
        Some(tenant) => Ok(Some(Versioned { version, record: tenant.clone() })),
        None => stored.get(&Target::Tenant),
    }
}

fn environments<R: Rows>(
    stored: &Configuration<'_, R>,
    part: &ImportPart,
) -> Result<Vec<EnvironmentRecord>, StoreFault> {
    let mut all = Vec::new();
    for environment in Environment::ALL {
        let here = part.records.iter().find_map(|record| match record {
            Record::Environment(it) if it.environment == environment => Some(it.clone()),
            _ => None,
        });
        all.extend(match here {
            Some(here) => Some(here),
            None if part.number == 0 => None,
            None => stored.environment(environment)?,
        });
    }
    Ok(all)
}

fn domains<R: Rows>(stored: &Configuration<'_, R>, part: &ImportPart) -> Result<Vec<Host>, StoreFault> {
    let here = part.records.iter().filter_map(|record| match record {
        Record::Domain(it) => Some(it.host.clone()),
        _ => None,
    });
    let mut hosts: Vec<Host> = here.collect();
    if part.number > 0 {
        hosts.extend(stored.domains()?.into_iter().map(|domain| domain.host));
    }
    Ok(hosts)
}

/// A line of the log of changes about the tenant as a whole.
fn entry<R: Rows>(
    stored: &Configuration<'_, R>,
    at: UnixTime,
    actor: &str,
    action: &str,
    after: Value,
) -> Result<AuditEntry, StoreFault> {
    Ok(AuditEntry {
        sequence: stored.audit(None, 1)?.first().map_or(1, |last| last.sequence + 1),
        at,
        actor: actor.to_owned(),
        action: action.to_owned(),
        target: Target::Tenant.to_string(),
        before: Value::Null,
        after,
        reason: None,
    })
}
