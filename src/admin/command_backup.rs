//! The wire between the Worker and a tenant's object where a tenant is exported or imported.

use super::record::Record;
use crate::model::UnixTime;

/// Asks for the next part of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPage {
    /// Who, for the audit log.
    pub actor: String,
    /// When.
    pub at: UnixTime,
    /// Fingerprint of the recovery key, for the audit log.
    pub recovery_key: String,
    /// Where the part before ended; `None` for the first.
    pub after: Option<Place>,
}

json_struct!(ExportPage { actor, at, recovery_key, after });

/// A place in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Version of the tenant's configuration that is being exported.
    pub version: u64,
    /// Kind of the last row that was exported, see [`super::record::Kind::as_str`].
    pub kind: String,
    /// Its id.
    pub id: String,
}

json_struct!(Place { version, kind, id });

/// A part of a backup to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPart {
    /// Who, for the audit log.
    pub actor: String,
    /// When.
    pub at: UnixTime,
    /// Which export it belongs to: its salt.
    pub export: String,
    /// When that was.
    pub exported_at: UnixTime,
    /// Version of the tenant's configuration that was exported.
    pub version: u64,
    /// Counts the parts from 0.
    pub number: u64,
    /// Whether no other follows.
    pub last: bool,
    /// What it holds: keys of environments wrapped by the master key here. The first part holds the
    /// tenant, its environments and all its domains, and no other part does.
    pub records: Vec<Record>,
}

json_struct!(ImportPart { actor, at, export, exported_at, version, number, last, records });
