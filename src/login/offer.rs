//! Which eIDs a request may be answered with: the cases of the side-by-side move, as one function.
//!
//! The inputs are plain facts of the domain, so that the whole table can be tested. Whether the
//! other domain really has the application's twin is asked later, when somebody goes there.

use crate::eid::{Acr, Eid};
use crate::model::domain::{DomainKind, DomainSnapshot, NEMID_CLOSED_AT};
use crate::model::{Environment, UnixTime};
use crate::oauth::Error;

/// What a domain can do about an eID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// NemID may start a login at this moment.
    pub nemid_is_open: bool,
    /// NemID can be reached: it runs here, or the other domain of the pair runs it.
    pub nemid_reachable: bool,
    /// MitID can be reached, likewise.
    pub mitid_reachable: bool,
    /// `Show alongside NemID logins` is on in this pair.
    pub side_by_side: bool,
    /// This is the MitID domain of the pair: a request here is about MitID, and only here does
    /// NemID stand beside a request for it.
    pub on_mitid_domain: bool,
}

impl Facts {
    /// The facts of a domain at `now`. In a build with `simulators` TEST keeps NemID open, unless a day was
    /// set there: so its closing can be rehearsed.
    pub fn of(domain: &DomainSnapshot, simulators: bool, now: UnixTime) -> Self {
        let peer = domain.working_peer();
        let on_mitid_domain = domain.kind == DomainKind::Mitid;
        let peer_runs = if on_mitid_domain { Eid::Nemid } else { Eid::Mitid };
        let reachable = |eid| domain.upstreams.get(&eid).is_some() || (peer.is_some() && eid == peer_runs);
        let simulated = simulators
            && domain.environment == Environment::Test
            && domain.nemid_closed_at == NEMID_CLOSED_AT;
        Self {
            nemid_is_open: simulated || domain.nemid_is_open(now),
            nemid_reachable: reachable(Eid::Nemid),
            mitid_reachable: reachable(Eid::Mitid),
            side_by_side: peer
                .map_or(domain.show_alongside_nemid_logins, |peer| peer.show_alongside_nemid_logins),
            on_mitid_domain,
        }
    }
}

impl Facts {
    /// The facts for an application that may have `only` this eID of the pair.
    pub fn restricted(self, only: Option<Eid>) -> Self {
        Self {
            nemid_reachable: self.nemid_reachable && only != Some(Eid::Mitid),
            mitid_reachable: self.mitid_reachable && only != Some(Eid::Nemid),
            ..self
        }
    }
}

impl Facts {
    /// The facts for a request for which NemID is closed although its domain keeps it open: as a
    /// rehearsal, or by its application's own day.
    pub fn closed(self, is_closed: bool) -> Self {
        Self { nemid_is_open: self.nemid_is_open && !is_closed, ..self }
    }
}

/// What the user is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Both eIDs, as tabs; `first` is active unless this browser last used the other.
    Both {
        /// What NemID is asked for.
        nemid: Acr,
        /// What MitID is asked for.
        mitid: Acr,
        /// The one the request is about.
        first: Eid,
    },
    /// One eID: a page with its block, or at once.
    One {
        /// What it is asked for.
        acr: Acr,
        /// Start without a page of ours.
        at_once: bool,
    },
}

const NOT_HERE: Error =
    Error::invalid_request("acr_values names an eID that is not available on this domain");
const NOT_ALLOWED: Error = Error::invalid_request("acr_values names an eID that this client may not use");
const NEMID_CLOSED: Error =
    Error::invalid_request("NemID has closed; ask for MitID (urn:grn:authn:dk:mitid:substantial)");
const NEMID_CLOSED_FOR_EMPLOYEES: Error =
    Error::invalid_request("NemID has closed; ask for MitID Erhverv (urn:grn:authn:dk:mitid:business)");

/// Decides the offer for the `acr_values` of a request (empty: the user chooses).
///
/// # Errors
/// For the application: nothing that it asked for can be had here.
pub fn offer(acr_values: &[Acr], facts: Facts) -> Result<Offer, Error> {
    match of_pair(acr_values, facts)? {
        Offer::One { acr, at_once: true } if !further(acr_values, facts).is_empty() => {
            Ok(Offer::One { acr, at_once: false })
        }
        offered => Ok(offered),
    }
}

/// What a request that names several eIDs may be answered with besides its [`Offer`]: employees' eIDs
/// beside people's, or people's beside employees', of each the first that it names.
pub fn further(acr_values: &[Acr], facts: Facts) -> Vec<Acr> {
    let (shown, mut found) = (of_pair(acr_values, facts), Vec::new());
    let is_like = |acr: Acr, other: Acr| acr.eid() == other.eid() && acr.is_employee() == other.is_employee();
    for acr in acr_values.iter().copied() {
        let is_shown = match shown {
            Ok(Offer::Both { nemid, mitid, .. }) => is_like(acr, nemid) || is_like(acr, mitid),
            Ok(Offer::One { acr: other, .. }) => is_like(acr, other),
            Err(_) => true,
        };
        let is_usable = match acr.eid() {
            Eid::Nemid => facts.nemid_reachable && facts.nemid_is_open,
            Eid::Mitid => facts.mitid_reachable,
        };
        if is_usable && !is_shown && !found.iter().any(|other| is_like(acr, *other)) {
            found.push(acr);
        }
    }
    found
}

/// What of the pair of NemID and MitID is offered.
fn of_pair(acr_values: &[Acr], facts: Facts) -> Result<Offer, Error> {
    let nemid = acr_values.iter().copied().find(|acr| acr.eid() == Eid::Nemid);
    let mitid = acr_values.iter().copied().find(|acr| acr.eid() == Eid::Mitid);
    match (nemid, mitid) {
        (None, None) => offer_anything(facts),
        (Some(nemid), None) => offer_nemid(nemid, facts),
        (None, Some(mitid)) => offer_mitid(mitid, facts),
        (Some(nemid), Some(mitid)) => {
            if !facts.nemid_reachable || !facts.nemid_is_open {
                offer_mitid(mitid, facts)
            } else if !facts.mitid_reachable {
                Ok(Offer::One { acr: nemid, at_once: false })
            } else {
                Ok(Offer::Both { nemid, mitid, first: acr_values[0].eid() })
            }
        }
    }
}

/// Decides the offer for an application that may ask for `allowed` eIDs only (empty: for all), and
/// says which one of the pair is left where only one is.
///
/// # Errors
/// As [`offer`]; also for an eID that is not among them.
pub fn offer_to(asked: &[Acr], allowed: &[Acr], facts: Facts) -> Result<(Offer, Option<Eid>), Error> {
    if allowed.is_empty() {
        return Ok((offer(asked, facts)?, None));
    }
    if asked.iter().any(|acr| !allowed.contains(acr)) {
        return Err(NOT_ALLOWED);
    }
    // Who asks for nothing gets what is allowed.
    let asked = if asked.is_empty() { allowed } else { asked };
    let only = match offer(asked, facts)? {
        Offer::Both { nemid, .. } if !allowed.contains(&nemid) => Some(Eid::Mitid),
        Offer::Both { mitid, .. } if !allowed.contains(&mitid) => Some(Eid::Nemid),
        Offer::One { acr, .. } if !allowed.contains(&acr) => return Err(NOT_ALLOWED),
        offered => return Ok((offered, None)),
    };
    Ok((offer(asked, facts.restricted(only))?, only))
}

/// No acr at all: the pair shows its two tabs, a single eID starts at once. Which of them this
/// domain is about decides where the option is off.
fn offer_anything(facts: Facts) -> Result<Offer, Error> {
    let nemid = facts.nemid_reachable && facts.nemid_is_open;
    let first = if facts.on_mitid_domain { Eid::Mitid } else { Eid::Nemid };
    match (nemid, facts.mitid_reachable) {
        (true, true) if facts.side_by_side => {
            Ok(Offer::Both { nemid: Acr::NemidPoces, mitid: Acr::MitidSubstantial, first })
        }
        (true, true) if first == Eid::Mitid => Ok(Offer::One { acr: Acr::MitidSubstantial, at_once: true }),
        (true, _) => Ok(Offer::One { acr: Acr::NemidPoces, at_once: true }),
        (false, true) => Ok(Offer::One { acr: Acr::MitidSubstantial, at_once: true }),
        (false, false) => Err(Error::invalid_request("no eID is available on this domain")),
    }
}

fn offer_nemid(nemid: Acr, facts: Facts) -> Result<Offer, Error> {
    let twin = nemid.side_by_side().filter(|_| facts.side_by_side && facts.mitid_reachable);
    if !facts.nemid_reachable {
        return Err(NOT_HERE);
    }
    match (facts.nemid_is_open, twin) {
        (true, Some(mitid)) => Ok(Offer::Both { nemid, mitid, first: Eid::Nemid }),
        (true, None) => Ok(Offer::One { acr: nemid, at_once: false }),
        // After the closure the application need not have changed: its users get MitID.
        (false, Some(mitid)) => Ok(Offer::One { acr: mitid, at_once: true }),
        (false, None) if nemid.is_employee() => Err(NEMID_CLOSED_FOR_EMPLOYEES),
        (false, None) => Err(NEMID_CLOSED),
    }
}

/// A request for MitID shows MitID; NemID stands beside it only on the MitID domain, where its tab
/// leads to the fallback domain.
fn offer_mitid(mitid: Acr, facts: Facts) -> Result<Offer, Error> {
    if !facts.mitid_reachable {
        return Err(NOT_HERE);
    }
    let beside = facts.on_mitid_domain && facts.side_by_side && facts.nemid_reachable && facts.nemid_is_open;
    match mitid.predecessor().filter(|_| beside) {
        Some(nemid) => Ok(Offer::Both { nemid, mitid, first: Eid::Mitid }),
        None => Ok(Offer::One { acr: mitid, at_once: true }),
    }
}
