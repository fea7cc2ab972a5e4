//! The eIDs: their names, levels and claims, and the connector that reaches their upstreams.
//!
//! The pair NemID → MitID is data ([`Acr::side_by_side`], [`Acr::predecessor`]), so that the next pair needs no new
//! machinery. A file here knows its upstream only: not the client, not the code, not the session.

pub mod acr;
pub mod claims;
pub mod client_auth;
pub mod cpr;
pub mod dialect;
pub mod identity;
pub mod oidc;
pub mod provider;

pub use acr::{Acr, Level, TooLow};
pub use cpr::Cpr;

/// A Danish electronic identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Eid {
    /// The old one, closed on 31 October 2023.
    Nemid,
    /// Its successor.
    Mitid,
}

json_enum!(Eid { Nemid = "nemid", Mitid = "mitid" });

impl Eid {
    /// Every eID, old before new: the order of the tabs.
    pub const ALL: [Self; 2] = [Self::Nemid, Self::Mitid];

    /// Name in URLs, settings and element attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nemid => "nemid",
            Self::Mitid => "mitid",
        }
    }

    /// Claim `identityscheme`, by which applications tell the two apart.
    pub fn identityscheme(self) -> &'static str {
        match self {
            Self::Nemid => "dknemid",
            Self::Mitid => "dkmitid",
        }
    }

    /// The eID of this name.
    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|eid| eid.as_str() == raw)
    }
}
