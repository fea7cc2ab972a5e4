//! Who an eID says somebody is, in one normal form that every upstream is mapped to.

use super::time::UnixTime;
use super::url::WebUrl;
use crate::eid::{Acr, Cpr, Level};
use std::fmt;

/// An identified person or employee. Sealed wherever it is stored; `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The acr that was asked of the eID, and met: claim `authenticationtype`.
    pub acr: Acr,
    /// The eID's own id of the person: MitID UUID, NemID PID or RID. Source of `sub`.
    pub eid_id: String,
    /// The issuer of the upstream that identified him; ids of another mean somebody else.
    pub issuer: String,
    /// Level of assurance as the upstream stated it; never raised.
    pub level: Level,
    /// When the person authenticated at the upstream.
    pub auth_time: UnixTime,
    /// Display name, or the text that stands for a protected one. Never used for matching.
    pub name: Option<String>,
    /// Given names.
    pub given_name: Option<String>,
    /// Surname.
    pub family_name: Option<String>,
    /// Whether name and address are protected; `name` is then no name, or absent.
    pub name_protected: bool,
    /// `YYYY-MM-DD`.
    pub birthdate: Option<String>,
    /// Whole years, where the upstream states them itself.
    pub age: Option<u32>,
    /// Whether it is a young person's NemID, which signs for less.
    pub youth: bool,
    /// Serial number and issuer of a NemID certificate, hexadecimal and as a distinguished name.
    pub certificate: Option<Certificate>,
    /// CPR number, where a login was to bring it. Never of employees.
    pub cpr: Option<Cpr>,
    /// Whether the upstream has said, or shown by its answer, that there is no CPR number.
    pub lacks_cpr: bool,
    /// Organisation, for employees and signatories.
    pub company: Option<Company>,
    /// The upstream's reference of this login, kept as evidence.
    pub transaction_id: Option<String>,
    /// How well the identity was proved, where the upstream states it beside the level.
    pub ial: Option<Level>,
    /// How strong the means of authentication was, likewise.
    pub aal: Option<Level>,
    /// The means used, in the upstream's words without their prefix: `code_app`, `password` …
    pub amr: Vec<String>,
    /// How the upstream is told when this person logs out, where its setting wants that.
    pub upstream_session: Option<Box<UpstreamSession>>,
}

json_struct!(Identity {
    acr, eid_id, issuer unless String::new(), level, auth_time, name, given_name, family_name, name_protected unless false, birthdate,
    age, youth unless false, certificate, cpr, lacks_cpr unless false, company, transaction_id, ial, aal, amr unless Vec::<String>::new(), upstream_session,
});

/// What was printed on a NemID certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Distinguished name of its issuer.
    pub issuer: String,
}

json_struct!(Certificate { serial, issuer });

/// Somebody's session at an upstream, as its logout wants it named (RP-Initiated Logout 1.0 §2).
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamSession {
    /// Its `end_session_endpoint`.
    pub end: WebUrl,
    /// Our client id there.
    pub client_id: String,
    /// The ID token of the login: `id_token_hint`.
    pub id_token: String,
}

json_struct!(UpstreamSession { end, client_id, id_token });

/// The organisation somebody acts for (`domain` words of the Danish business register).
#[derive(Clone, PartialEq, Eq)]
pub struct Company {
    /// CVR number, 8 digits; not validated when it comes from an upstream.
    pub cvr: String,
    /// RID, the employee's number within the company.
    pub rid: Option<String>,
    /// Organisation name.
    pub name: Option<String>,
    /// SE number, where a part of the company has its own.
    pub se_number: Option<String>,
    /// P number: the production unit somebody works at.
    pub p_number: Option<String>,
    /// Whether it is somebody who may sign for the company alone.
    pub signatory: bool,
    /// Whether the upstream says that it is an employee.
    pub employee: bool,
}

json_struct!(Company {
    cvr, rid, name, se_number, p_number, signatory unless false, employee unless false,
});

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, …)", self.acr.urn())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(…)")
    }
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Company(…)")
    }
}
