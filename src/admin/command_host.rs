//! The wire between the Worker, or a tenant's object, and the objects `Host` and `Directory`.

use super::record::TenantRecord;
use crate::model::{ClientId, Environment, TenantId};
use serde::{Deserialize, Serialize};

/// What is asked of the object of one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// One of the values published for a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishedName {
    /// The domain's snapshot.
    Domain,
    /// One application.
    Application {
        /// Its id.
        client_id: ClientId,
    },
}

/// What the object of a host says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What is asked of the installation's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What the directory says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
