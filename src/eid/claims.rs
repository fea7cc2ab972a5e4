//! The claims that applications read: names and types that existing clients depend on. Every leaf
//! is a string, booleans and ages too.

use super::{Acr, Eid};
use crate::model::application::ScopeStrategy;
use crate::model::{Identity, UnixTime};
use crate::oauth::scope::Scope;
use crate::vault::{EnvironmentKeys, sha256};
use serde_json::{Map, Value};

/// What clients of the years before read beside `authenticationtype`: a class of SAML 2.0.
const AUTHENTICATION_METHOD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:";

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
    set("authenticationmethod", [AUTHENTICATION_METHOD, method(identity)].concat());
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
        Eid::Mitid => set_mitid(identity, &mut set, now),
        Eid::Nemid => set_nemid(identity, &mut set),
    }
    claims
}

/// The means of a login as a class of SAML 2.0 (Authentication Context §3.4), where one fits.
fn method(identity: &Identity) -> &'static str {
    let by = |means: &str| identity.amr.iter().any(|used| used.starts_with(means));
    match identity.acr {
        Acr::NemidMocesCodefile => "SoftwarePKI",
        _ if by("code_app") => "MobileTwoFactorContract",
        _ if by("code_") => "TimeSyncToken",
        _ if by("password") && identity.amr.len() == 1 => "PasswordProtectedTransport",
        _ => "unspecified",
    }
}

/// What MitID says of a person, or MitID Erhverv of an employee: of him as such, and not as a person.
fn set_mitid(identity: &Identity, set: &mut impl FnMut(&str, String), now: UnixTime) {
    set("uuid", identity.eid_id.clone());
    if let Some(company) = &identity.company {
        set("cvrNumberIdentifier", company.cvr.clone());
        let role = if identity.acr.is_employee() { "employee" } else { "companySignatory" };
        set(role, "true".to_owned());
        for (name, value) in [
            ("2.5.4.10", &company.name),
            ("ridNumberIdentifier", &company.rid),
            ("seNumber", &company.se_number),
            ("productionUnit", &company.p_number),
        ] {
            if let Some(value) = value {
                set(name, value.clone());
            }
        }
    }
    if identity.acr.is_employee() {
        return;
    }
    if let Some(birthdate) = &identity.birthdate {
        set("birthdate", birthdate.clone());
    }
    if let Some(years) = years_of(identity, now) {
        set("age", years.to_string());
    }
}

/// Whole years: by the date of birth, else as the upstream says.
fn years_of(identity: &Identity, now: UnixTime) -> Option<u64> {
    let counted = identity.birthdate.as_deref().and_then(|birthdate| age(birthdate, now));
    counted.or(identity.age.map(u64::from))
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
    let years = years_of(identity, now).filter(|_| !identity.acr.is_employee());
    for (name, limit) in [("is_over_15", 15), ("is_over_16", 16), ("is_over_18", 18), ("is_over_21", 21)] {
        if let (true, Some(years)) = (scope.has(name), years) {
            claims.insert(name.to_owned(), Value::String((years >= limit).to_string()));
        }
    }
}

/// What a NemID certificate said of a person (POCES) or an employee (MOCES).
fn set_nemid(identity: &Identity, set: &mut impl FnMut(&str, String)) {
    let is_employee = identity.acr.is_employee();
    set("companySignatory", (identity.company.is_some() && !is_employee).to_string());
    if let Some(company) = &identity.company {
        set("cvrNumberIdentifier", company.cvr.clone());
        if let Some(name) = &company.name {
            set("2.5.4.10", format!("{name} // CVR:{}", company.cvr));
        }
        if let (Some(rid), true) = (&company.rid, is_employee) {
            set("ridNumberIdentifier", rid.clone());
            set("2.5.4.5.1", format!("CVR:{}-RID:{rid}", company.cvr));
        }
    }
    if !is_employee {
        set("pidNumberIdentifier", identity.eid_id.clone());
        set("isYouthCert", identity.youth.to_string());
        set("2.5.4.5.1", format!("PID:{}", identity.eid_id));
    }
    if let Some(certificate) = &identity.certificate {
        set("2.5.4.5", certificate.serial.clone());
        set("2.5.29.29", certificate.issuer.clone());
    }
}

/// The claim `sub` of a person.
pub fn sub(identity: &Identity, keys: &EnvironmentKeys) -> String {
    format!("{{{}}}", subject(identity, keys))
}

/// The pseudonym of a person at one tenant and environment, the same on all its domains: a UUID
/// (RFC 9562 version 8) from HMAC over scheme and eID number. No table, and no way back. An employee of
/// MitID Erhverv is not the person, whatever id the upstream tells.
fn subject(identity: &Identity, keys: &EnvironmentKeys) -> String {
    let scheme = match identity.acr {
        Acr::MitidBusiness => "dkmitid:business",
        acr => acr.eid().identityscheme(),
    };
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
            issuer: String::new(),
            level: crate::eid::Level::Substantial,
            auth_time: UnixTime(0),
            name: None,
            given_name: None,
            family_name: None,
            name_protected: false,
            birthdate: Some(birthdate.to_owned()),
            age: None,
            youth: false,
            certificate: None,
            cpr: None,
            lacks_cpr: false,
            company: None,
            transaction_id: None,
            ial: None,
            aal: None,
            amr: Vec::new(),
            upstream_session: None,
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
