//! An upstream's claims in our normal form.
//!
//! Claim names are flat keys, even where they hold dots (`mitid.uuid`). An upstream is believed
//! about who somebody is, but not about sizes and types: wrong types and overlong texts count as
//! absent, and a required one that is absent fails the login.

use super::Eid;
use super::acr::{Acr, Level};
use super::cpr::Cpr;
use crate::model::identity::{Company, Identity};
use crate::model::{Environment, UnixTime};
use crate::table::Table;
use serde_json::{Map, Value};

/// Longest text claim that is taken over, bytes.
pub const CLAIM_MAX_BYTES: usize = 300;

/// Reads the identity an upstream stated. `names` maps our field names to the upstream's claims
/// where they differ from the default. `cpr` is where CPR numbers are from, if this login is to bring one:
/// one that comes unasked is not taken over.
///
/// # Errors
/// A constant for the log: what is missing.
pub fn identity_from(
    claims: &Map<String, Value>,
    names: &Table<String, String>,
    acr: Acr,
    cpr: Option<Environment>,
    now: UnixTime,
) -> Result<Identity, &'static str> {
    if names_another(claims, acr.eid()) {
        return Err("another eID was used than the one asked for");
    }
    let read = |field: &str, default: &str| {
        let name = names.get(field).map_or(default, String::as_str);
        claims
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty() && text.len() <= CLAIM_MAX_BYTES)
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let company = read("cvr", "cvr").map(|cvr| Company {
        cvr: cvr.to_owned(),
        rid: owned(read("rid", "rid")),
        name: owned(read("org_name", "org_name")),
    });
    if acr.is_employee() && company.as_ref().is_none_or(|company| company.rid.is_none()) {
        return Err("an employee's login without CVR or RID");
    }
    let auth_time = claims.get("auth_time").or(claims.get("iat")).and_then(Value::as_u64).map(UnixTime);
    let has_cpr = claims.get(names.get("has_cpr").map_or("has_cpr", String::as_str));
    let cpr = cpr.filter(|_| !acr.is_employee());
    Ok(Identity {
        acr,
        eid_id: read("eid_id", "sub").ok_or("no id of the person")?.to_owned(),
        level: level(read("loa", "loa"), acr)?,
        auth_time: auth_time.filter(|at| *at <= now.plus(60)).unwrap_or(now),
        name: owned(read("name", "name")),
        birthdate: owned(read("birthdate", "birthdate").filter(|text| is_date(text))),
        cpr: cpr.and_then(|environment| Cpr::parse(read("cpr", "cpr")?, environment, now).ok()),
        lacks_cpr: has_cpr.is_some_and(|has| *has == Value::Bool(false) || has.as_str() == Some("false")),
        company: company.filter(|_| acr.is_employee()),
        transaction_id: owned(read("transaction_id", "transaction_id")),
    })
}

/// An upstream that serves several eIDs says which one it was, in `idp` or, in our URNs, in `acr`.
fn names_another(claims: &Map<String, Value>, asked: Eid) -> bool {
    let stated = |name: &str| claims.get(name).and_then(Value::as_str);
    let used = [stated("idp").and_then(Eid::parse), stated("acr").and_then(Acr::parse).map(Acr::eid)];
    used.into_iter().flatten().any(|used| used != asked)
}

/// The level is never assumed for MitID. NemID stated none: it counts as substantial.
fn level(stated: Option<&str>, acr: Acr) -> Result<Level, &'static str> {
    match (stated.and_then(Level::parse), acr.eid()) {
        (Some(level), _) => Ok(level),
        (None, Eid::Nemid) if stated.is_none() => Ok(Level::Substantial),
        (None, _) => Err("no level of assurance, or an unknown one"),
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(claims: Value, acr: Acr) -> Result<Identity, &'static str> {
        identity_from(claims.as_object().unwrap(), &Table::new(), acr, None, UnixTime(1_000))
    }

    #[test]
    fn a_mitid_answer_without_a_level_is_refused_never_assumed() {
        assert!(read(json!({"sub": "x"}), Acr::MitidLow).is_err());
        assert!(read(json!({"sub": "x", "loa": "gold"}), Acr::MitidLow).is_err());
        assert_eq!(read(json!({"sub": "x", "loa": "low"}), Acr::MitidHigh).unwrap().level, Level::Low);
    }

    #[test]
    fn wrong_types_and_megabytes_count_as_absent() {
        let long = "x".repeat(CLAIM_MAX_BYTES + 1);
        let identity =
            read(json!({"sub": "x", "name": long, "birthdate": 7, "loa": "low"}), Acr::MitidLow).unwrap();
        assert_eq!((identity.name, identity.birthdate), (None, None));
        assert!(read(json!({"sub": 7, "loa": "low"}), Acr::MitidLow).is_err());
    }

    #[test]
    fn an_employee_needs_a_company_and_a_person_shows_none() {
        assert!(read(json!({"sub": "x", "cvr": "13585628"}), Acr::NemidMoces).is_err());
        let employee = read(json!({"sub": "x", "cvr": "13585628", "rid": "7"}), Acr::NemidMoces).unwrap();
        assert_eq!(employee.company.unwrap().cvr, "13585628");
        assert!(
            read(json!({"sub": "x", "cvr": "13585628", "rid": "7"}), Acr::NemidPoces)
                .unwrap()
                .company
                .is_none()
        );
    }

    #[test]
    fn a_cpr_number_is_taken_over_where_it_was_asked_for_and_never_of_an_employee() {
        let claims = json!({"sub": "x", "cpr": "210127-0087", "cvr": "13585628", "rid": "7"});
        let read = |acr, cpr| {
            let identity =
                identity_from(claims.as_object().unwrap(), &Table::new(), acr, cpr, UnixTime(1_700_000_000));
            identity.unwrap().cpr.map(|cpr| cpr.digits().to_owned())
        };
        let test = Some(Environment::Test);
        assert_eq!(read(Acr::NemidPoces, test).as_deref(), Some("2101270087"));
        assert_eq!(read(Acr::NemidPoces, None), None);
        assert_eq!(read(Acr::NemidMoces, test), None);
    }

    #[test]
    fn an_upstream_may_say_that_somebody_has_no_cpr_number() {
        for (stated, lacks) in
            [(json!(false), true), (json!("false"), true), (json!(true), false), (json!(7), false)]
        {
            let identity = read(json!({"sub": "x", "loa": "low", "has_cpr": stated}), Acr::MitidLow).unwrap();
            assert_eq!(identity.lacks_cpr, lacks);
        }
        assert!(!read(json!({"sub": "x", "loa": "low"}), Acr::MitidLow).unwrap().lacks_cpr);
    }

    #[test]
    fn a_claim_map_reads_flat_keys_with_dots() {
        let names = Table::from([("eid_id".to_owned(), "mitid.uuid".to_owned())]);
        let claims = json!({"mitid.uuid": "u", "loa": "low"});
        let identity =
            identity_from(claims.as_object().unwrap(), &names, Acr::MitidLow, None, UnixTime(0)).unwrap();
        assert_eq!(identity.eid_id, "u");
    }
}
