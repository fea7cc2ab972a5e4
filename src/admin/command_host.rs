//! The wire between the Worker, or a tenant's object, and the objects `Host` and `Directory`.

use super::record::TenantRecord;
use crate::model::{ClientId, Environment, Sealed, TenantId};
use crate::vault::wrap::wrapped_by;

/// What is asked of the object of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostCommand {
    /// Claims the host for ever: [`HostAnswer::Claimed`] (again and again for the same owner) or
    /// [`HostAnswer::Taken`].
    Claim {
        /// The tenant.
        tenant: TenantId,
        /// Its environment.
        environment: Environment,
    },
    /// Whether the owner may claim the host, which nothing is written for: [`HostAnswer::Claimed`] if it
    /// is his already, [`HostAnswer::Free`] or [`HostAnswer::Taken`].
    Claimable {
        /// The tenant.
        tenant: TenantId,
        /// Its environment.
        environment: Environment,
    },
    /// Keeps a published value: [`HostAnswer::Kept`], [`HostAnswer::Older`] when it holds a newer
    /// one, [`HostAnswer::Taken`] for anyone but the owner.
    Keep {
        /// The tenant.
        tenant: TenantId,
        /// Its environment; `None` for a removed value, which names none.
        environment: Option<Environment>,
        /// Which value.
        value: PublishedName,
        /// Its version.
        version: u64,
        /// The published text, as in KV.
        text: String,
    },
    /// The applications of which a value is kept, some at a time: [`HostAnswer::Applications`].
    Applications {
        /// The last one of the page before.
        after: Option<ClientId>,
        /// How many values are looked at.
        limit: usize,
    },
    /// Reads a kept value, when KV fails: [`HostAnswer::Published`].
    Read(PublishedName),
    /// Whether a logout may lead to this URI, whichever enabled application of the host has it
    /// registered: [`HostAnswer::Registered`].
    Registers {
        /// The URI.
        uri: String,
    },
}

json_enum!(HostCommand {
    Claim { tenant, environment } = "claim",
    Claimable { tenant, environment } = "claimable",
    Keep { tenant, environment, value, version, text } = "keep",
    Applications { after, limit } = "applications",
    Read(it) = "read",
    Registers { uri } = "registers",
});

/// One of the values published for a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishedName {
    /// The domain's snapshot.
    Domain,
    /// One application.
    Application {
        /// Its id.
        client_id: ClientId,
    },
    /// One style.
    Style {
        /// Its digest.
        digest: String,
    },
}

json_enum!(PublishedName {
    Domain = "domain", Application { client_id } = "application", Style { digest } = "style",
});

/// What the object of a host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostAnswer {
    /// It is the caller's.
    Claimed,
    /// It is nobody's.
    Free,
    /// It is somebody else's; for a value to be kept, also nobody's.
    Taken,
    /// The value is stored, or already was.
    Kept,
    /// A newer value is stored.
    Older {
        /// Its version.
        version: u64,
    },
    /// Applications that were published and not removed since.
    Applications {
        /// In the order of their ids.
        client_ids: Vec<ClientId>,
        /// The last one that was looked at, when there are more.
        next: Option<ClientId>,
    },
    /// The value as published (see `admin::publication::parse_published`), if there is one.
    Published {
        /// The text.
        text: Option<String>,
    },
    /// Whether a URI is registered.
    Registered {
        /// Whether it is.
        known: bool,
    },
}

json_enum!(HostAnswer {
    Claimed = "claimed",
    Free = "free",
    Taken = "taken",
    Kept = "kept",
    Older { version } = "older",
    Applications { client_ids, next } = "applications",
    Published { text } = "published",
    Registered { known } = "registered",
});

/// What is asked of the installation's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryCommand {
    /// Enters a tenant, its new name, or another wrapping; an older version changes nothing.
    Enter {
        /// What to enter.
        entry: DirectoryEntry,
        /// Version of its configuration.
        version: u64,
    },
    /// How many environments are wrapped by which master key: [`DirectoryAnswer::Wrapped`].
    Wrapped,
    /// Tenants in the order of their ids: [`DirectoryAnswer::List`].
    List {
        /// The last id of the page before.
        after: Option<TenantId>,
        /// Most tenants.
        limit: usize,
    },
}

json_enum!(DirectoryCommand {
    Enter { entry, version } = "enter", Wrapped = "wrapped", List { after, limit } = "list",
});

/// A tenant as the directory knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The tenant.
    pub tenant: TenantRecord,
    /// Which master key has wrapped the keys of each of its environments, as far as all of its domains
    /// have been published with them.
    pub wrapped_by: Vec<WrappedBy>,
}

json_struct!(DirectoryEntry { tenant, wrapped_by });

/// The fingerprint of a master key, or none where a wrapped key does not say which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedBy(pub Option<String>);

json_newtype!(WrappedBy);

impl WrappedBy {
    /// Of a wrapped key.
    pub fn of(wrapped: &Sealed) -> Self {
        Self(wrapped_by(wrapped).map(str::to_owned))
    }
}

/// How many environments a master key has wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedCount {
    /// Which.
    pub by: WrappedBy,
    /// How many.
    pub environments: u64,
}

json_struct!(WrappedCount { by, environments });

/// What the directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryAnswer {
    /// The tenant stands in the list.
    Entered,
    /// How many environments each master key has wrapped.
    Wrapped {
        /// Every one that has wrapped any.
        counts: Vec<WrappedCount>,
    },
    /// A page.
    List {
        /// In the order of their ids.
        entries: Vec<DirectoryEntry>,
        /// Id to go on after, when there is more.
        next: Option<TenantId>,
    },
}

json_enum!(DirectoryAnswer {
    Entered = "entered", Wrapped { counts } = "wrapped", List { entries, next } = "list",
});
