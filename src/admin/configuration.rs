//! A tenant's configuration as its object reads it: rows with their types back on.

use super::backup_object::Restore;
use super::command::{AuditEntry, Due, DueItem};
use super::record::TokenRecord;
use super::record::{ApplicationRecord, DomainRecord, EnvironmentRecord, Kind, Record, SecretRecord};
use super::record::{Scope, Target, TenantRecord, UpstreamRecord, Versioned};
use super::style_record::StyleRecord;
use crate::eid::Eid;
use crate::json::{self, Json};
use crate::model::{ClientId, Environment, Host};
use crate::rows::{Row, Rows, StoreFault, Write};
use serde_json::Value;

/// Kind of the one row that counts the versions.
const VERSION: &str = "version";
/// Kind of the rows of the audit log; ids are sequence numbers of [`AUDIT_DIGITS`] digits.
const AUDIT: &str = "audit";
/// Kind of the rows that say what has to be published.
const DUE: &str = "due";
/// Kind of the row that says how far an import of a backup has come.
const RESTORE: &str = "restore";
/// Digits of an audit id: the order of texts is the order of numbers up to 10^16.
const AUDIT_DIGITS: usize = 16;

/// Reads a tenant's rows.
pub struct Configuration<'a, R>(pub &'a R);

impl<R: Rows> Configuration<'_, R> {
    /// The version of the last change; zero before the first.
    ///
    /// # Errors
    /// When the store fails, as everywhere here.
    pub fn version(&self) -> Result<u64, StoreFault> {
        Ok(self.0.get(VERSION, VERSION)?.map_or(0, |row| row.version))
    }

    /// One thing.
    ///
    /// # Errors
    /// When the store fails.
    pub fn get(&self, target: &Target) -> Result<Option<Versioned>, StoreFault> {
        let (kind, id) = target.row();
        self.0.get(kind.as_str(), &id)?.map(|row| versioned(&row)).transpose()
    }

    /// Things of one list, and the id to go on after when there is more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn list(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Versioned>, Option<String>), StoreFault> {
        let (kind, prefix) = scope.rows();
        let mut rows = self.0.list(kind.as_str(), &prefix, after, limit.saturating_add(1))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().and_then(|row| row.id.strip_prefix(&prefix)).map(str::to_owned);
        let items = rows.iter().map(versioned).collect::<Result<_, _>>()?;
        Ok((items, last.filter(|_| more)))
    }

    /// How many things a list has, counted up to `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&self, scope: &Scope, limit: usize) -> Result<usize, StoreFault> {
        let (kind, prefix) = scope.rows();
        Ok(self.0.list(kind.as_str(), &prefix, None, limit)?.len())
    }

    /// Every thing of a list.
    ///
    /// # Errors
    /// When the store fails.
    pub fn all(&self, scope: &Scope) -> Result<Vec<Record>, StoreFault> {
        Ok(self.list(scope, None, usize::MAX)?.0.into_iter().map(|item| item.record).collect())
    }

    /// The tenant, if it was made.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tenant(&self) -> Result<Option<TenantRecord>, StoreFault> {
        Ok(self.get(&Target::Tenant)?.and_then(|item| match item.record {
            Record::Tenant(tenant) => Some(tenant),
            _ => None,
        }))
    }

    /// An environment's keys, if it has a domain.
    ///
    /// # Errors
    /// When the store fails.
    pub fn environment(&self, environment: Environment) -> Result<Option<EnvironmentRecord>, StoreFault> {
        Ok(self.get(&Target::Environment { environment })?.and_then(|item| match item.record {
            Record::Environment(record) => Some(record),
            _ => None,
        }))
    }

    /// A domain.
    ///
    /// # Errors
    /// When the store fails.
    pub fn domain(&self, host: &Host) -> Result<Option<DomainRecord>, StoreFault> {
        Ok(self.get(&Target::Domain { host: host.clone() })?.and_then(|item| match item.record {
            Record::Domain(domain) => Some(domain),
            _ => None,
        }))
    }

    /// Every domain.
    ///
    /// # Errors
    /// When the store fails.
    pub fn domains(&self) -> Result<Vec<DomainRecord>, StoreFault> {
        let domain = |record| if let Record::Domain(domain) = record { Some(domain) } else { None };
        Ok(self.all(&Scope::Domains)?.into_iter().filter_map(domain).collect())
    }

    /// The domains whose other half is `host`: their snapshots contain its facts.
    ///
    /// # Errors
    /// When the store fails.
    pub fn domains_paired_with(&self, host: &Host) -> Result<Vec<DomainRecord>, StoreFault> {
        let mut domains = self.domains()?;
        domains.retain(|domain| domain.peer.as_ref() == Some(host));
        Ok(domains)
    }

    /// An upstream.
    ///
    /// # Errors
    /// When the store fails.
    pub fn upstream(&self, host: &Host, eid: Eid) -> Result<Option<UpstreamRecord>, StoreFault> {
        Ok(self.get(&Target::Upstream { host: host.clone(), eid })?.and_then(|item| match item.record {
            Record::Upstream(upstream) => Some(upstream),
            _ => None,
        }))
    }

    /// The styles of a domain.
    ///
    /// # Errors
    /// When the store fails.
    pub fn style(&self, host: &Host) -> Result<Option<Box<StyleRecord>>, StoreFault> {
        Ok(self.get(&Target::Style { host: host.clone() })?.and_then(|item| match item.record {
            Record::Style(style) => Some(style),
            _ => None,
        }))
    }

    /// An application.
    ///
    /// # Errors
    /// When the store fails.
    pub fn application(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<ApplicationRecord>, StoreFault> {
        let target = Target::Application { host: host.clone(), client_id: client_id.clone() };
        Ok(self.get(&target)?.and_then(|item| match item.record {
            Record::Application(application) => Some(application),
            _ => None,
        }))
    }

    /// A token for the admin API.
    ///
    /// # Errors
    /// When the store fails.
    pub fn token(&self, id: &str) -> Result<Option<(u64, TokenRecord)>, StoreFault> {
        Ok(self.get(&Target::Token { id: id.to_owned() })?.and_then(|item| match item.record {
            Record::Token(token) => Some((item.version, token)),
            _ => None,
        }))
    }

    /// Every token for the admin API.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tokens(&self) -> Result<Vec<TokenRecord>, StoreFault> {
        let it = |record| if let Record::Token(it) = record { Some(it) } else { None };
        Ok(self.all(&Scope::Tokens)?.into_iter().filter_map(it).collect())
    }

    /// Every application of a domain.
    ///
    /// # Errors
    /// When the store fails.
    pub fn applications(&self, host: &Host) -> Result<Vec<ApplicationRecord>, StoreFault> {
        let it = |record| if let Record::Application(it) = record { Some(it) } else { None };
        let scope = Scope::Applications { host: host.clone() };
        Ok(self.all(&scope)?.into_iter().filter_map(it).collect())
    }

    /// Every secret of an application.
    ///
    /// # Errors
    /// When the store fails.
    pub fn secrets(&self, host: &Host, client_id: &ClientId) -> Result<Vec<SecretRecord>, StoreFault> {
        let secret = |record| if let Record::Secret(secret) = record { Some(secret) } else { None };
        let scope = Scope::Secrets { host: host.clone(), client_id: client_id.clone() };
        Ok(self.all(&scope)?.into_iter().filter_map(secret).collect())
    }

    /// Things of a kind with their ids and the length of their rows, those with an id after `after`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of_kind(
        &self,
        kind: Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, usize, Record)>, StoreFault> {
        let rows = self.0.list(kind.as_str(), "", after, limit)?;
        rows.iter().map(|row| Ok((row.id.clone(), row.value.len(), parse(row)?))).collect()
    }

    /// How far an import has come; `None` where nothing is being imported.
    ///
    /// # Errors
    /// When the store fails.
    pub fn restore(&self) -> Result<Option<Restore>, StoreFault> {
        self.0.get(RESTORE, RESTORE)?.map(|row| parse(&row)).transpose()
    }

    /// The audit log, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn audit(&self, before: Option<u64>, limit: usize) -> Result<Vec<AuditEntry>, StoreFault> {
        let below = before.map_or_else(|| "~".to_owned(), audit_id);
        self.0.last_below(AUDIT, &below, limit)?.iter().map(parse).collect()
    }

    /// What has to be published, oldest change first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn due(&self) -> Result<Vec<Due>, StoreFault> {
        let mut due = Vec::new();
        for row in self.0.list(DUE, "", None, usize::MAX)? {
            let next = Due { version: row.version, ..parse(&row)? };
            let at = due.iter().position(|known: &Due| known.order() > next.order()).unwrap_or(due.len());
            due.insert(at, next);
        }
        Ok(due)
    }
}

/// Where a record stands.
pub fn target_of(record: &Record) -> Target {
    match record {
        Record::Tenant(_) => Target::Tenant,
        Record::Environment(it) => Target::Environment { environment: it.environment },
        Record::Domain(it) => Target::Domain { host: it.host.clone() },
        Record::Upstream(it) => Target::Upstream { host: it.host.clone(), eid: it.eid },
        Record::Application(it) => {
            Target::Application { host: it.host.clone(), client_id: it.client_id.clone() }
        }
        Record::Secret(it) => Target::Secret {
            host: it.host.clone(),
            client_id: it.client_id.clone(),
            id: it.secret.id.clone(),
        },
        Record::Style(it) => Target::Style { host: it.host.clone() },
        Record::Token(it) => Target::Token { id: it.id.clone() },
        Record::TestPerson(it) => Target::TestPerson { user: it.user.clone() },
        Record::Applied(_) => Target::Applied,
    }
}

/// Writes a record.
pub fn put_record(version: u64, record: &Record) -> Write {
    let (kind, id) = target_of(record).row();
    put(kind.as_str(), id, version, record)
}

/// Removes a record.
pub fn delete_record(target: &Target) -> Write {
    let (kind, id) = target.row();
    Write::Delete { kind: kind.as_str(), id }
}

/// Counts a change.
pub fn put_version(version: u64) -> Write {
    put(VERSION, VERSION.to_owned(), version, &Value::Null)
}

/// Notes how far an import has come.
pub fn put_restore(version: u64, restore: &Restore) -> Write {
    put(RESTORE, RESTORE.to_owned(), version, restore)
}

/// Ends an import.
pub fn delete_restore() -> Write {
    Write::Delete { kind: RESTORE, id: RESTORE.to_owned() }
}

/// Adds to the audit log.
pub fn put_audit(version: u64, entry: &AuditEntry) -> Write {
    put(AUDIT, audit_id(entry.sequence), version, entry)
}

/// Marks something as due, or puts it off.
pub fn put_due(due: &Due) -> Write {
    put(DUE, due_id(&due.item), due.version, due)
}

/// Takes something off the list of what is due.
pub fn delete_due(item: &DueItem) -> Write {
    Write::Delete { kind: DUE, id: due_id(item) }
}

fn due_id(item: &DueItem) -> String {
    match item {
        DueItem::Directory => "directory".to_owned(),
        DueItem::Domain { host } => format!("{} {host}", Kind::Domain.as_str()),
        DueItem::Style { host, digest } => format!("{} {host} {digest}", Kind::Style.as_str()),
        DueItem::Application { host, client_id } => {
            format!("{} {host} {client_id}", Kind::Application.as_str())
        }
        // However far it has come: begun again, it begins at the beginning.
        DueItem::Applications { host, .. } => format!("applications {host}"),
        DueItem::Leftovers { host, .. } => format!("leftovers {host}"),
    }
}

fn audit_id(sequence: u64) -> String {
    format!("{sequence:0AUDIT_DIGITS$}")
}

fn put(kind: &'static str, id: String, version: u64, value: &dyn Json) -> Write {
    let value = json::write(value);
    Write::Put { kind, row: Row { id, version, value } }
}

fn versioned(row: &Row) -> Result<Versioned, StoreFault> {
    Ok(Versioned { version: row.version, record: parse(row)? })
}

/// A row that does not parse was written by another build; its id may stand in a log, its value not.
fn parse<T: Json>(row: &Row) -> Result<T, StoreFault> {
    json::read(&row.value).map_err(|_| StoreFault(format!("unreadable row {}", row.id)))
}
