//! The wire between the Worker, or a tenant's object, and the objects `Host` and `Directory`.

use super::record::TenantRecord;
use crate::model::{ClientId, Environment, TenantId};

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
    Keep { tenant, environment, value, version, text } = "keep",
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
}

json_enum!(PublishedName { Domain = "domain", Application { client_id } = "application" });

/// What the object of a host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostAnswer {
    /// It is the caller's.
    Claimed,
    /// It is somebody else's, or nobody's.
    Taken,
    /// The value is stored, or already was.
    Kept,
    /// A newer value is stored.
    Older,
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
    Taken = "taken",
    Kept = "kept",
    Older = "older",
    Published { text } = "published",
    Registered { known } = "registered",
});

/// What is asked of the installation's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryCommand {
    /// Enters a tenant or its new name; an older version changes nothing.
    Enter {
        /// The tenant.
        tenant: TenantRecord,
        /// Version of its configuration.
        version: u64,
    },
    /// Tenants in the order of their ids: [`DirectoryAnswer::List`].
    List {
        /// The last id of the page before.
        after: Option<TenantId>,
        /// Most tenants.
        limit: usize,
    },
}

json_enum!(DirectoryCommand { Enter { tenant, version } = "enter", List { after, limit } = "list" });

/// What the directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryAnswer {
    /// The tenant stands in the list.
    Entered,
    /// A page.
    List {
        /// In the order of their ids.
        tenants: Vec<TenantRecord>,
        /// Id to go on after, when there is more.
        next: Option<TenantId>,
    },
}

json_enum!(DirectoryAnswer { Entered = "entered", List { tenants, next } = "list" });
