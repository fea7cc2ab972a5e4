//! Who an eID says somebody is, in one normal form that every upstream is mapped to.

use super::time::UnixTime;
use crate::eid::{Acr, Cpr, Level};
use std::fmt;

/// An identified person or employee. Sealed wherever it is stored; `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The acr that was asked of the eID, and met: claim `authenticationtype`.
    pub acr: Acr,
    /// The eID's own id of the person: MitID UUID, NemID PID or RID. Source of `sub`.
    pub eid_id: String,
    /// Level of assurance as the upstream stated it; never raised.
    pub level: Level,
    /// When the person authenticated at the upstream.
    pub auth_time: UnixTime,
    /// Display name, or the text that stands for a protected one. Never used for matching.
    pub name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birthdate: Option<String>,
    /// CPR number, where a login was to bring it. Never of employees.
    pub cpr: Option<Cpr>,
    /// Whether the upstream has said, or shown by its answer, that there is no CPR number.
    pub lacks_cpr: bool,
    /// Organisation, for employees and signatories.
    pub company: Option<Company>,
    /// The upstream's reference of this login, kept as evidence.
    pub transaction_id: Option<String>,
}

json_struct!(Identity {
    acr, eid_id, level, auth_time, name, birthdate, cpr, lacks_cpr unless false, company, transaction_id,
});

/// The organisation somebody acts for (`domain` words of the Danish business register).
#[derive(Clone, PartialEq, Eq)]
pub struct Company {
    /// CVR number, 8 digits; not validated when it comes from an upstream.
    pub cvr: String,
    /// RID, the employee's number within the company.
    pub rid: Option<String>,
    /// Organisation name.
    pub name: Option<String>,
}

json_struct!(Company { cvr, rid, name });

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, …)", self.acr.urn())
    }
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Company(…)")
    }
}
