//! `acr_values`: URNs that name an eID and a level or method, and the levels of NSIS.

use super::Eid;

/// Level of assurance of NSIS, the Danish profile of eIDAS. Ordered: a request for a level is met
/// by that level or a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// lav
    Low,
    /// betydelig
    Substantial,
    /// høj
    High,
}

json_enum!(Level { Low = "low", Substantial = "substantial", High = "high" });

impl Level {
    /// Reads an upstream's `loa`: a bare word or a URI whose last segment is the word
    /// (`https://data.gov.dk/concept/core/nsis/Substantial`), in any case.
    pub fn parse(raw: &str) -> Option<Self> {
        match raw.rsplit('/').next().unwrap_or(raw).to_ascii_lowercase().as_str() {
            "low" => Some(Self::Low),
            "substantial" => Some(Self::Substantial),
            "high" => Some(Self::High),
            _ => None,
        }
    }
}

/// What an eID asked for one acr reached instead: a lower level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLow {
    /// What it was asked for.
    pub asked: Acr,
    /// The level reached.
    pub reached: Level,
}

json_struct!(TooLow { asked: "a", reached: "r" });

/// One of the authentication contexts we offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acr {
    /// NemID, personal.
    NemidPoces,
    /// NemID, employee with code card or app.
    NemidMoces,
    /// NemID, employee with key file.
    NemidMocesCodefile,
    /// MitID at level low.
    MitidLow,
    /// MitID at level substantial.
    MitidSubstantial,
    /// MitID at level high.
    MitidHigh,
    /// MitID Erhverv: an employee of a company.
    MitidBusiness,
}

json_enum!(Acr {
    NemidPoces = "urn:grn:authn:dk:nemid:poces", NemidMoces = "urn:grn:authn:dk:nemid:moces",
    NemidMocesCodefile = "urn:grn:authn:dk:nemid:moces:codefile", MitidLow = "urn:grn:authn:dk:mitid:low",
    MitidSubstantial = "urn:grn:authn:dk:mitid:substantial", MitidHigh = "urn:grn:authn:dk:mitid:high",
    MitidBusiness = "urn:grn:authn:dk:mitid:business",
});

impl Acr {
    /// All that discovery announces.
    pub const ALL: [Self; 7] = [
        Self::NemidPoces,
        Self::NemidMoces,
        Self::NemidMocesCodefile,
        Self::MitidLow,
        Self::MitidSubstantial,
        Self::MitidHigh,
        Self::MitidBusiness,
    ];

    /// The URN as requests and tokens carry it.
    pub fn urn(self) -> &'static str {
        match self {
            Self::NemidPoces => "urn:grn:authn:dk:nemid:poces",
            Self::NemidMoces => "urn:grn:authn:dk:nemid:moces",
            Self::NemidMocesCodefile => "urn:grn:authn:dk:nemid:moces:codefile",
            Self::MitidLow => "urn:grn:authn:dk:mitid:low",
            Self::MitidSubstantial => "urn:grn:authn:dk:mitid:substantial",
            Self::MitidHigh => "urn:grn:authn:dk:mitid:high",
            Self::MitidBusiness => "urn:grn:authn:dk:mitid:business",
        }
    }

    /// The acr of this URN.
    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.urn() == raw)
    }

    /// Whose it is.
    pub fn eid(self) -> Eid {
        match self {
            Self::NemidPoces | Self::NemidMoces | Self::NemidMocesCodefile => Eid::Nemid,
            Self::MitidLow | Self::MitidSubstantial | Self::MitidHigh | Self::MitidBusiness => Eid::Mitid,
        }
    }

    /// The level a login must reach. NemID counts as substantial, and employees are asked for that.
    pub fn level(self) -> Level {
        match self {
            Self::MitidLow => Level::Low,
            Self::MitidHigh => Level::High,
            _ => Level::Substantial,
        }
    }

    /// Whether it identifies an employee rather than a person.
    pub fn is_employee(self) -> bool {
        matches!(self, Self::NemidMoces | Self::NemidMocesCodefile | Self::MitidBusiness)
    }

    /// The acr used when somebody takes the successor's tab from a request for this one: the level
    /// that equals NemID's, and only for people, since an employee's NemID had no such twin.
    pub fn side_by_side(self) -> Option<Self> {
        (self == Self::NemidPoces).then_some(Self::MitidSubstantial)
    }

    /// The reverse: the old eID's acr offered beside a request for the successor on its own domain.
    pub fn predecessor(self) -> Option<Self> {
        matches!(self, Self::MitidLow | Self::MitidSubstantial).then_some(Self::NemidPoces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    #[test]
    fn each_urn_reads_back_as_itself_and_nothing_else_does() {
        for acr in Acr::ALL {
            assert_eq!(Acr::parse(acr.urn()), Some(acr));
            assert_eq!(acr.write(), acr.urn());
        }
        for raw in [
            "",
            "urn:grn:authn:dk:mitid",
            "URN:GRN:AUTHN:DK:MITID:LOW",
            "urn:grn:authn:dk:mitid:low ",
            "urn:grn:authn:se:bankid",
        ] {
            assert_eq!(Acr::parse(raw), None);
        }
    }

    #[test]
    fn both_published_spellings_of_a_level_are_read() {
        assert_eq!(
            Level::parse("https://data.gov.dk/concept/core/nsis/Substantial"),
            Some(Level::Substantial)
        );
        assert_eq!(Level::parse("https://data.gov.dk/concept/core/nsis/loa/High"), Some(Level::High));
        assert_eq!(Level::parse("LOW"), Some(Level::Low));
        assert_eq!(Level::parse("https://data.gov.dk/concept/core/nsis/"), None);
    }

    #[test]
    fn a_higher_level_meets_a_lower_request() {
        assert!(Level::High > Level::Substantial && Level::Substantial > Level::Low);
    }
}
