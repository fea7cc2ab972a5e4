//! What is known of the certified brokers, so that an operator need not type it: the values that fill in
//! what a setting leaves out. They are resolved when a setting is saved. What is stored and published
//! names no preset's rule, only values; a later version of this file changes no stored upstream.

use crate::eid::Level;
use crate::model::Environment;
use crate::model::domain::Dialect;
use crate::model::url::WebUrl;

/// A kind of upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// An OpenID provider of which nothing is known.
    #[default]
    Generic,
    /// Signaturgruppen Broker, formerly Nets eID Broker.
    Neb,
    /// Signicat.
    Signicat,
    /// Idura Verify, formerly Criipto Verify: it speaks our dialect.
    Idura,
}

json_enum!(Preset { Generic = "generic", Neb = "neb", Signicat = "signicat", Idura = "idura" });

/// The presets by name.
pub const PRESETS: &[(&str, Preset)] = &[
    ("generic", Preset::Generic),
    ("neb", Preset::Neb),
    ("signicat", Preset::Signicat),
    ("idura", Preset::Idura),
];

/// What a preset fills in.
pub struct Values {
    /// Its issuer in TEST and in PRODUCTION, where all customers share one.
    pub issuers: Option<(&'static str, &'static str)>,
    /// See [`crate::model::domain::Upstream::scopes`].
    pub scopes: &'static [&'static str],
    /// See [`crate::model::domain::Upstream::employee_scopes`].
    pub employee_scopes: &'static [&'static str],
    /// See [`crate::model::domain::Upstream::dialect`].
    pub dialect: Dialect,
    /// See [`crate::model::domain::Upstream::claim_map`].
    pub claim_map: &'static [(&'static str, &'static str)],
    /// See [`crate::model::domain::Upstream::level_map`].
    pub level_map: &'static [(&'static str, Level)],
    /// The scope that brings the CPR number, where the broker asks for it itself.
    pub cpr_scope: Option<&'static str>,
}

const GENERIC: Values = Values {
    issuers: None,
    scopes: &["openid"],
    employee_scopes: &[],
    dialect: Dialect::Tokens,
    claim_map: &[],
    level_map: &[],
    cpr_scope: None,
};

/// An employee is identified by his professional id; the MitID that he used is his own affair.
const NEB: Values = Values {
    issuers: Some(("https://pp.netseidbroker.dk/op", "https://netseidbroker.dk/op")),
    scopes: &["openid", "mitid"],
    employee_scopes: &["nemlogin"],
    dialect: Dialect::Neb,
    claim_map: &[
        ("age", "mitid.age"),
        ("birthdate", "mitid.date_of_birth nemlogin.date_of_birth"),
        ("cpr", "dk.cpr"),
        ("cvr", "nemlogin.cvr nemid.cvr"),
        ("eid_id", "nemlogin.persistent_professional_id mitid.uuid nemid.pid nemid.ssn"),
        ("family_name", "nemlogin.family_name"),
        ("given_name", "nemlogin.given_name"),
        ("has_cpr", "mitid.has_cpr"),
        ("name", "nemlogin.name mitid.identity_name nemid.common_name"),
        ("name_protected", "nemlogin.alias"),
        ("org_name", "nemlogin.org_name nemid.company_name"),
        ("p_number", "nemlogin.p_number"),
        ("rid", "nemlogin.nemid.rid nemid.rid"),
        ("se_number", "nemlogin.se_number"),
        ("signatory", "nemlogin.auth_to_repr"),
        ("transaction_id", "transaction_id mitid.transaction_id"),
    ],
    level_map: &[],
    cpr_scope: Some("ssn"),
};

const SIGNICAT: Values = Values {
    issuers: None,
    scopes: &["openid", "profile", "idp-id", "mitid-extra"],
    employee_scopes: &[],
    dialect: Dialect::Signicat,
    claim_map: &[
        ("aal", "mitid_aal"),
        ("cpr", "nin"),
        ("eid_id", "mitid_uuid idp_id"),
        ("has_cpr", "mitid_has_cpr"),
        ("ial", "mitid_ial"),
        ("loa", "mitid_loa"),
        ("name_protected", "mitid_name_and_address_protection"),
        ("transaction_id", "mitid_transaction_id"),
    ],
    level_map: &[],
    cpr_scope: Some("nin"),
};

/// Idura names what was used, not the level it reached; a level of its own counts first. What MitID Erhverv
/// reached is said by neither: low, until whoever has it in his agreement says more in his `level_map`.
const IDURA: Values = Values {
    issuers: None,
    scopes: &["openid"],
    employee_scopes: &[],
    dialect: Dialect::Tokens,
    claim_map: &[
        ("certificate_issuer", "2.5.29.29"),
        ("certificate_serial", "2.5.4.5"),
        ("cpr", "cprNumberIdentifier"),
        ("cvr", "cvrNumberIdentifier"),
        ("eid_id", "uuid pidNumberIdentifier 2.5.4.5.1"),
        ("loa", "loa authenticationtype"),
        ("org_name", "2.5.4.10"),
        ("p_number", "productionUnit"),
        ("rid", "ridNumberIdentifier"),
        ("se_number", "seNumber"),
        ("signatory", "companySignatory"),
        ("youth", "isYouthCert"),
    ],
    level_map: &[
        ("urn:grn:authn:dk:mitid:business", Level::Low),
        ("urn:grn:authn:dk:mitid:high", Level::High),
        ("urn:grn:authn:dk:mitid:low", Level::Low),
        ("urn:grn:authn:dk:mitid:substantial", Level::Substantial),
        ("urn:grn:authn:dk:nemid:moces", Level::Substantial),
        ("urn:grn:authn:dk:nemid:moces:codefile", Level::Substantial),
        ("urn:grn:authn:dk:nemid:poces", Level::Substantial),
    ],
    cpr_scope: Some("ssn"),
};

impl Preset {
    /// What it fills in.
    pub fn values(self) -> &'static Values {
        match self {
            Self::Generic => &GENERIC,
            Self::Neb => &NEB,
            Self::Signicat => &SIGNICAT,
            Self::Idura => &IDURA,
        }
    }
}

impl Values {
    /// The issuer of an environment, where all customers share one.
    pub fn issuer(&self, environment: Environment) -> Option<WebUrl> {
        let (test, production) = self.issuers?;
        let issuer = if environment == Environment::Test { test } else { production };
        WebUrl::parse(issuer).ok()
    }
}

/// Where brokers run their test environments: names, and ends of names.
const TEST_HOSTS: [&str; 6] = [
    "pp.netseidbroker.dk",
    ".sandbox.signicat.com",
    ".sandbox.signicat.dev",
    ".sandbox.signicat.dk",
    ".test.idura.broker",
    ".pp.mitid.dk",
];

/// Whether an issuer is a broker's test environment: test users are made there by whoever likes.
pub fn is_for_tests(issuer: &WebUrl) -> bool {
    let host = issuer.host();
    TEST_HOSTS.iter().any(|known| if known.starts_with('.') { host.ends_with(known) } else { host == *known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_preset_fills_in_is_what_a_setting_may_hold() {
        for (name, preset) in PRESETS {
            let values = preset.values();
            assert_eq!(values.scopes.first(), Some(&"openid"), "{name}");
            for (field, claims) in values.claim_map {
                assert!(super::super::upstreams::CLAIM_FIELDS.contains(field), "{name} {field}");
                assert!(super::super::upstreams::claims_of(claims).is_ok(), "{name} {field}");
            }
            if values.issuers.is_some() {
                let test = values.issuer(Environment::Test).unwrap();
                let production = values.issuer(Environment::Production).unwrap();
                assert!(
                    is_for_tests(&test) && !is_for_tests(&production) && production.is_public(),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn the_test_environments_of_brokers_are_known_by_their_hosts() {
        for (issuer, known) in [
            ("https://acme.test.idura.broker", true),
            ("https://acme.idura.broker", false),
            ("https://acme.sandbox.signicat.com/auth/open", true),
            ("https://acme.app.signicat.com/auth/open", false),
            ("https://acme.pp.mitid.dk", true),
            ("https://acme.mitid.dk", false),
            ("https://pp.netseidbroker.dk.evil.example/op", false),
        ] {
            assert_eq!(is_for_tests(&WebUrl::parse(issuer).unwrap()), known, "{issuer}");
        }
    }
}
