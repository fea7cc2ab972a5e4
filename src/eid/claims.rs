//! The claims that applications read: names and types that existing clients depend on. Every leaf
//! is a string, booleans and ages too.

use super::{Acr, Eid};
use crate::model::application::ScopeStrategy;
use crate::model::{Identity, UnixTime};
use crate::oauth::scope::Scope;
use crate::vault::{EnvironmentKeys, sha256};
use serde_json::{Map, Value};

/// What clients of the years before read beside `authenticationtype`. No SAML class names these eIDs.
const AUTHENTICATION_METHOD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";

/// The claims about a person for one tenant and environment. `attempt` names the login.
pub fn claims_of(
    identity: &Identity,
    keys: &EnvironmentKeys,
    attempt: &[u8],
    now: UnixTime,
) -> Map<String, Value> {
    let id = subject(identity, keys);
    let mut claims = Map::new();
    let mut set = |name: &str, value: String| {
        claims.insert(name.to_owned(), Value::String(value));
    };
    set("sub", format!("{{{id}}}"));
    set("nameidentifier", id.replace('-', ""));
    set("identityscheme", identity.acr.eid().identityscheme().to_owned());
    set("authenticationtype", identity.acr.urn().to_owned());
    set("authenticationmethod", AUTHENTICATION_METHOD.to_owned());
    set("authenticationinstant", identity.auth_time.iso8601());
    set("sessionindex", uuid(&sha256(attempt)));
    set("country", "DK".to_owned());
    if let Some(name) = &identity.name {
        set("name", name.clone());
    }
    if let Some(cpr) = identity.cpr.as_ref().filter(|_| !identity.acr.is_employee()) {
        set("cprNumberIdentifier", cpr.digits().to_owned());
    }
    match identity.acr.eid() {
        Eid::Mitid => set("uuid", identity.eid_id.clone()),
        Eid::Nemid => set_nemid(identity, &mut set),
    }
    if let (Some(birthdate), Eid::Mitid) = (&identity.birthdate, identity.acr.eid()) {
        set("birthdate", birthdate.clone());
        if let Some(age) = age(birthdate, now) {
            set("age", age.to_string());
        }
    }
    claims
}

/// Takes away what was not asked for, where asking decides, and adds the answers to "is over …",
/// which only asking brings. `cpr`: whether the application may be told the CPR number.
pub fn release(
    claims: &mut Map<String, Value>,
    strategy: ScopeStrategy,
    scope: &Scope,
    cpr: bool,
    identity: &Identity,
    now: UnixTime,
) {
    if !cpr {
        claims.remove("cprNumberIdentifier");
    }
    if strategy == ScopeStrategy::Dynamic {
        for (name, value) in std::mem::take(claims) {
            let is_asked = match name.as_str() {
                "address" | "address_details" | "streetaddress" => scope.has("address"),
                _ => true,
            };
            if is_asked {
                claims.insert(name, value);
            }
        }
    }
    let years = identity.birthdate.as_deref().and_then(|birthdate| age(birthdate, now));
    for (name, limit) in [("is_over_15", 15), ("is_over_16", 16), ("is_over_18", 18), ("is_over_21", 21)] {
        if let (true, Some(years)) = (scope.has(name), years) {
            claims.insert(name.to_owned(), Value::String((years >= limit).to_string()));
        }
    }
}

/// What a NemID certificate said of a person (POCES) or an employee (MOCES).
fn set_nemid(identity: &Identity, set: &mut impl FnMut(&str, String)) {
    set("companySignatory", "false".to_owned());
    match (&identity.company, identity.acr) {
        (Some(company), Acr::NemidMoces | Acr::NemidMocesCodefile) => {
            let rid = company.rid.as_deref().unwrap_or_default();
            set("cvrNumberIdentifier", company.cvr.clone());
            set("ridNumberIdentifier", rid.to_owned());
            set("2.5.4.5.1", format!("CVR:{}-RID:{rid}", company.cvr));
            if let Some(name) = &company.name {
                set("2.5.4.10", format!("{name} // CVR:{}", company.cvr));
            }
        }
        _ => {
            set("pidNumberIdentifier", identity.eid_id.clone());
            set("isYouthCert", "false".to_owned());
            set("2.5.4.5.1", format!("PID:{}", identity.eid_id));
        }
    }
}

/// The claim `sub` of a person.
pub fn sub(identity: &Identity, keys: &EnvironmentKeys) -> String {
    format!("{{{}}}", subject(identity, keys))
}

/// The pseudonym of a person at one tenant and environment, the same on all its domains: a UUID
/// (RFC 9562 version 8) from HMAC over scheme and eID number. No table, and no way back.
fn subject(identity: &Identity, keys: &EnvironmentKeys) -> String {
    let scheme = identity.acr.eid().identityscheme();
    uuid(&keys.sub_hmac(format!("{scheme}:{}", identity.eid_id).as_bytes()))
}

/// The first 16 bytes as a UUID of version 8 and the RFC's variant.
fn uuid(bytes: &[u8; 32]) -> String {
    let mut hex = String::with_capacity(36);
    for (at, byte) in bytes.iter().take(16).enumerate() {
        let byte = match at {
            6 => 0x80 | (byte & 0x0f),
            8 => 0x80 | (byte & 0x3f),
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        hex.push_str(&format!("{byte:02x}"));
    }
    hex
}

/// Whole years from `YYYY-MM-DD` until the date of `now`.
fn age(birthdate: &str, now: UnixTime) -> Option<u64> {
    let mut parts = birthdate.split('-').map(|part| part.parse::<u64>().ok());
    let born = (parts.next()??, parts.next()??, parts.next()??);
    let today = now.date();
    let before_birthday = (today.1, today.2) < (born.1, born.2);
    today.0.checked_sub(born.0)?.checked_sub(u64::from(before_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_has_the_form_of_a_version_8_uuid() {
        assert_eq!(uuid(&[0xff; 32]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_request_decides_where_the_strategy_is_dynamic_and_settings_decide_where_it_is_static() {
        use ScopeStrategy::{Dynamic, Static};
        let scope = |raw: &str| Scope::parse(Some(raw), None, &[]).unwrap();
        let born = |birthdate: &str| Identity {
            acr: Acr::MitidSubstantial,
            eid_id: String::new(),
            level: crate::eid::Level::Substantial,
            auth_time: UnixTime(0),
            name: None,
            given_name: None,
            family_name: None,
            name_protected: false,
            birthdate: Some(birthdate.to_owned()),
            age: None,
            cpr: None,
            lacks_cpr: false,
            company: None,
            transaction_id: None,
            ial: None,
            aal: None,
            amr: Vec::new(),
        };
        let left = |strategy, raw: &str, birthdate: &str| {
            let names = ["name", "cprNumberIdentifier", "address", "address_details"];
            let mut claims = names.map(|name| (name.to_owned(), Value::from("x"))).into_iter().collect();
            let scope = scope(raw);
            let cpr = strategy == Static || scope.has("ssn");
            release(&mut claims, strategy, &scope, cpr, &born(birthdate), UnixTime(18_648 * 86_400));
            claims
                .into_iter()
                .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(left(Dynamic, "openid", "1927-01-21"), ["name=x"]);
        assert_eq!(left(Dynamic, "openid ssn", "1927-01-21"), ["cprNumberIdentifier=x", "name=x"]);
        assert_eq!(left(Dynamic, "openid address", "1927-01-21").len(), 3);
        assert_eq!(left(Static, "openid", "1927-01-21").len(), 4);
        // 2021-01-21 is the eighteenth birthday.
        assert_eq!(
            left(Dynamic, "openid is_over_18 is_over_21", "2003-01-21"),
            ["is_over_18=true", "is_over_21=false", "name=x"]
        );
        assert_eq!(left(Dynamic, "openid is_over_18", "2003-01-22"), ["is_over_18=false", "name=x"]);
        assert_eq!(left(Dynamic, "openid is_over_18", "unknown"), ["name=x"]);
    }

    #[test]
    fn age_counts_whole_years_and_turns_on_the_birthday() {
        let at = |days: u64| UnixTime(days * 86_400);
        // 2021-01-20 and the day after.
        assert_eq!(age("1927-01-21", at(18_647)), Some(93));
        assert_eq!(age("1927-01-21", at(18_648)), Some(94));
        assert_eq!(age("2999-01-01", at(18_648)), None);
        assert_eq!(age("yesterday", at(0)), None);
    }
}
