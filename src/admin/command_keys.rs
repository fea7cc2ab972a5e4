//! The wire between the Worker and a tenant's object about signing keys.

use super::record::EnvironmentRecord;
use crate::eid::Eid;
use crate::model::key_ring::Algorithm;
use crate::model::{Host, UnixTime};

/// What is to be done with signing keys. A reason is for the log of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOrder {
    /// Every step whose time has come; a rotation only where its fresh key is there.
    Due,
    /// A ring rotates now.
    Rotate {
        /// The ring's eID.
        eid: Eid,
        /// The ring's algorithm.
        alg: Algorithm,
        /// The key that signs now, as far as the caller knows: if another does, it has been done.
        kid: Option<String>,
        /// Whether it does not wait for guard times.
        force: bool,
        /// Why.
        reason: String,
    },
    /// Every ring rotates now as it will by plan: in TEST only.
    Rehearse,
    /// The next rotation of a ring is put to another day, or back to its own.
    Postpone {
        /// The ring's eID.
        eid: Eid,
        /// The ring's algorithm.
        alg: Algorithm,
        /// When it will be; `None` takes back what was put before.
        until: Option<UnixTime>,
        /// Why.
        reason: String,
    },
    /// A key is compromised: it goes at once.
    Compromise {
        /// Which.
        kid: String,
        /// Whether a standby signs that has not been announced for its guard time.
        force: bool,
        /// Why.
        reason: String,
    },
}

json_enum!(KeyOrder {
    Due = "due",
    Rotate { eid, alg, kid, force, reason } = "rotate",
    Rehearse = "rehearse",
    Postpone { eid, alg, until, reason } = "postpone",
    Compromise { kid, force, reason } = "compromise",
});

/// An environment's keys and who announces them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReport {
    /// The keys.
    pub record: EnvironmentRecord,
    /// See [`super::record::TenantRecord::key_rotation_days`].
    pub rotation_days: u64,
    /// The environment's domains, and whether each has published the keys as they are.
    pub domains: Vec<(Host, bool)>,
    /// Hosts that may still serve the keys as they were before: domains of the environment that have yet
    /// to publish them, and removed ones whose removal is not published.
    pub late: Vec<Host>,
}

json_struct!(KeyReport { record, rotation_days, domains, late });
