//! An upstream's claims in our normal form.
//!
//! Claim names are flat keys, even where they hold dots (`mitid.uuid`). An upstream is believed
//! about who somebody is, but not about sizes and types: wrong types, overlong texts and texts with
//! characters that nobody sees count as absent, and a required one that is absent fails the login.

use super::Eid;
use super::acr::{Acr, Level};
use super::cpr::Cpr;
use super::dialect::level_of;
use crate::model::identity::{Certificate, Company, Identity};
use crate::model::{Environment, UnixTime};
use crate::table::Table;
use serde_json::{Map, Value};

/// Longest text claim that is taken over, bytes.
pub const CLAIM_MAX_BYTES: usize = 300;
/// Most means of authentication that one answer names; a longer list counts as absent.
pub const AMR_MAX: usize = 10;
/// Longest name of a means of authentication, bytes.
pub const AMR_MAX_BYTES: usize = 40;
/// Nobody is older, years.
const AGE_MAX: u32 = 150;
/// What MitID's brokers write where a name would be, of people whose name and address are protected.
const PROTECTED_NAME: &str = "NAVNE & ADRESSEBESKYTTET";
/// What else says so in a claim of its own: names withheld in MitID Erhverv.
const PSEUDONYM: &str = "pseudonym";
/// Where an upstream that speaks our dialect says what was used.
const ACR_CLAIMS: [&str; 2] = ["acr", "authenticationtype"];
/// What an upstream that serves people and employees says of either.
const PROFESSIONAL: &str = "professional";
const PRIVATE: &str = "private";
/// What precedes the name of a means of authentication at some upstreams.
const AMR_PREFIX: &str = "mitid";

/// Reads the identity an upstream stated: `names` and `levels` are its claim map and its level map.
/// `cpr` is where CPR numbers are from, if this login is to bring one:
/// one that comes unasked is not taken over.
///
/// # Errors
/// A constant for the log: what is missing.
pub fn identity_from(
    claims: &Map<String, Value>,
    names: &Table<String, String>,
    levels: &Table<String, Level>,
    acr: Acr,
    cpr: Option<Environment>,
    now: UnixTime,
) -> Result<Identity, &'static str> {
    if names_another(claims, acr) {
        return Err("another eID was used than the one asked for");
    }
    let stated = Stated { claims, names, levels };
    let company = stated.company();
    if acr.is_employee() && !company.as_ref().is_some_and(|company| employs(company, acr, claims)) {
        return Err("an employee's login without CVR or RID");
    }
    let auth_time = claims.get("auth_time").or(claims.get("iat")).and_then(Value::as_u64).map(UnixTime);
    let cpr = cpr.filter(|_| !acr.is_employee());
    let name = stated.text("name", "name");
    Ok(Identity {
        acr,
        eid_id: stated.id("eid_id", "sub").ok_or("no id of the person")?,
        issuer: String::new(),
        level: stated.needed_level(acr)?,
        auth_time: auth_time.filter(|at| *at <= now.plus(60)).unwrap_or(now),
        name_protected: stated.is_protected() || name.is_some_and(|name| name.trim() == PROTECTED_NAME),
        name: name.map(str::to_owned),
        given_name: stated.owned("given_name", "given_name"),
        family_name: stated.owned("family_name", "family_name"),
        birthdate: stated.owned("birthdate", "birthdate").filter(|text| is_date(text)),
        age: stated.number("age", "age").filter(|years| *years <= AGE_MAX),
        youth: stated.flag("youth", "youth") == Some(true),
        certificate: stated.certificate(),
        cpr: cpr.and_then(|environment| Cpr::parse(stated.text("cpr", "cpr")?, environment, now).ok()),
        lacks_cpr: stated.flag("has_cpr", "has_cpr") == Some(false),
        company: company.filter(|company| acr.is_employee() || company.signatory),
        // It is logged, so no number of a person may pass for it.
        transaction_id: stated
            .id("transaction_id", "transaction_id")
            .filter(|id| Cpr::parse(id, Environment::Test, now).is_err()),
        ial: stated.level("ial", "ial"),
        aal: stated.level("aal", "aal"),
        amr: stated.amr(),
        upstream_session: None,
    })
}

/// What an upstream stated, by our names of it.
struct Stated<'a> {
    claims: &'a Map<String, Value>,
    names: &'a Table<String, String>,
    levels: &'a Table<String, Level>,
}

impl<'a> Stated<'a> {
    /// The claim of a field. Several names, divided by a space, mean the first of them that is there.
    fn value(&self, field: &str, default: &str) -> Option<&'a Value> {
        let names = self.names.get(field).map_or(default, String::as_str);
        names.split(' ').find_map(|name| self.claims.get(name).filter(|value| !value.is_null()))
    }

    fn text(&self, field: &str, default: &str) -> Option<&'a str> {
        let text = self.value(field, default)?.as_str()?;
        (!text.is_empty() && text.len() <= CLAIM_MAX_BYTES && !text.chars().any(is_unseen)).then_some(text)
    }

    fn owned(&self, field: &str, default: &str) -> Option<String> {
        self.text(field, default).map(str::to_owned)
    }

    /// A text that names something: visible ASCII.
    fn id(&self, field: &str, default: &str) -> Option<String> {
        let text = self.text(field, default)?;
        text.bytes().all(|byte| matches!(byte, b' '..=b'~')).then(|| text.to_owned())
    }

    /// A number, or its digits.
    fn number(&self, field: &str, default: &str) -> Option<u32> {
        match self.value(field, default)? {
            Value::String(digits) => digits.parse().ok(),
            value => value.as_u64()?.try_into().ok(),
        }
    }

    /// A boolean, or its name.
    fn flag(&self, field: &str, default: &str) -> Option<bool> {
        match self.value(field, default)? {
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            value => value.as_bool(),
        }
    }

    fn is_protected(&self) -> bool {
        let (field, default) = ("name_protected", "name_protected");
        let pseudonym = self.text(field, default).is_some_and(|text| text.eq_ignore_ascii_case(PSEUDONYM));
        pseudonym || self.flag(field, default) == Some(true)
    }

    fn level(&self, field: &str, default: &str) -> Option<Level> {
        level_of(self.levels, self.text(field, default)?)
    }

    /// The level is never assumed for MitID. NemID stated none: it counts as substantial.
    fn needed_level(&self, acr: Acr) -> Result<Level, &'static str> {
        match (self.value("loa", "loa"), acr.eid()) {
            (None, Eid::Nemid) => Ok(Level::Substantial),
            _ => self.level("loa", "loa").ok_or("no level of assurance, or an unknown one"),
        }
    }

    fn company(&self) -> Option<Company> {
        Some(Company {
            cvr: self.id("cvr", "cvr")?,
            rid: self.id("rid", "rid"),
            name: self.text("org_name", "org_name").map(without_cvr),
            se_number: self.id("se_number", "se_number"),
            p_number: self.id("p_number", "p_number"),
            signatory: self.flag("signatory", "signatory") == Some(true),
            employee: self.flag("employee", "employee") == Some(true),
        })
    }

    fn certificate(&self) -> Option<Certificate> {
        let serial = self.id("certificate_serial", "certificate_serial")?;
        Some(Certificate { serial, issuer: self.id("certificate_issuer", "certificate_issuer")? })
    }

    /// One means or a list of them, with or without a prefix.
    fn amr(&self) -> Vec<String> {
        let stated = match self.value("amr", "amr") {
            Some(Value::Array(list)) if list.len() <= AMR_MAX => list.as_slice(),
            Some(one @ Value::String(_)) => std::slice::from_ref(one),
            _ => return Vec::new(),
        };
        let mut means = Vec::new();
        for text in stated.iter().filter_map(Value::as_str) {
            let bare = text.strip_prefix(AMR_PREFIX).and_then(|rest| rest.strip_prefix(['.', ':']));
            let bare = bare.unwrap_or(text);
            if (1..=AMR_MAX_BYTES).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic()) {
                means.push(bare.to_owned());
            }
        }
        means
    }
}

/// Control characters, and marks that turn the direction of what is read: a name with them may read
/// as another one, on our pages and wherever it goes.
fn is_unseen(character: char) -> bool {
    let turns = matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    turns || character.is_control()
}

/// Whether somebody of this company is its employee. NemID's employees have a RID; those of MitID Erhverv
/// need not, and a private person who signs for a company has a CVR number too.
fn employs(company: &Company, acr: Acr, claims: &Map<String, Value>) -> bool {
    let stated = company.employee || is_employee(claims) == Some(true);
    company.rid.is_some() || (acr == Acr::MitidBusiness && stated)
}

/// Whether an upstream that serves people and employees says that it was an employee: by
/// `identity_type` or, in our URNs, by `acr` or `authenticationtype`.
fn is_employee(claims: &Map<String, Value>) -> Option<bool> {
    let stated = |name: &str| claims.get(name).and_then(Value::as_str);
    match stated("identity_type") {
        Some(PROFESSIONAL) => Some(true),
        Some(PRIVATE) => Some(false),
        _ => ACR_CLAIMS.into_iter().find_map(|name| stated(name).and_then(Acr::parse)).map(Acr::is_employee),
    }
}

/// Who of MitID it was, where a request leaves it to the user whether he logs in as an employee.
pub fn used_by(claims: &Map<String, Value>, asked: Acr, may_be_employee: bool) -> Acr {
    let professional = asked.eid() == Eid::Mitid && is_employee(claims) == Some(true);
    if may_be_employee && professional { Acr::MitidBusiness } else { asked }
}

/// An upstream that serves several eIDs says which one it was, in `idp` or, in our URNs, in `acr` or
/// `authenticationtype`; and one that serves people and employees, whom it was.
fn names_another(claims: &Map<String, Value>, asked: Acr) -> bool {
    let stated = |name: &str| claims.get(name).and_then(Value::as_str);
    let acrs = ACR_CLAIMS.map(|name| stated(name).and_then(Acr::parse).map(Acr::eid));
    let used = acrs.into_iter().chain([stated("idp").and_then(Eid::parse)]).flatten();
    let another_kind = is_employee(claims).is_some_and(|employee| employee != asked.is_employee());
    used.into_iter().any(|used| used != asked.eid()) || another_kind
}

/// NemID's certificates name a company as `NAME // CVR:…`; we add that ourselves.
fn without_cvr(name: &str) -> String {
    name.split_once(" // CVR:").map_or(name, |(name, _)| name).to_owned()
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
        identity_from(claims.as_object().unwrap(), &Table::new(), &Table::new(), acr, None, UnixTime(1_000))
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
    fn texts_with_characters_that_nobody_sees_count_as_absent() {
        let marks =
            ['\0', '\n', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}', '\u{feff}'];
        for mark in marks {
            let text = format!("Ditlev{mark}Testesen");
            let identity = read(json!({"sub": "x", "name": text, "loa": "low"}), Acr::MitidLow).unwrap();
            assert_eq!(identity.name, None, "{mark:?}");
            assert!(read(json!({"sub": text, "loa": "low"}), Acr::MitidLow).is_err(), "{mark:?}");
        }
        let named =
            |name: &str| read(json!({"sub": "x", "name": name, "loa": "low"}), Acr::MitidLow).unwrap().name;
        for name in ["Åse Ørsted-Æbelø", "<b>Ditlev</b>", "Nuka Møller 'Nuk'"] {
            assert_eq!(named(name).as_deref(), Some(name));
        }
        assert!(read(json!({"sub": "grønland", "loa": "low"}), Acr::MitidLow).is_err(), "an id is ASCII");
    }

    #[test]
    fn every_field_of_the_normal_form_is_read_in_the_types_that_upstreams_use() {
        let identity = read(
            json!({
                "sub": "x", "loa": "https://data.gov.dk/concept/core/nsis/Substantial", "ial": "HIGH",
                "aal": "https://data.gov.dk/concept/core/nsis/loa/substantial", "given_name": "Ditlev",
                "family_name": "Testesen", "age": "93", "amr": ["mitid.code_app", "mitid:password", "u2f_token", 7],
                "transaction_id": "tx", "name_protected": false,
            }),
            Acr::MitidLow,
        )
        .unwrap();
        assert_eq!((identity.ial, identity.aal), (Some(Level::High), Some(Level::Substantial)));
        assert_eq!(identity.given_name.as_deref(), Some("Ditlev"));
        assert_eq!(identity.family_name.as_deref(), Some("Testesen"));
        assert_eq!(identity.amr, ["code_app", "password", "u2f_token"]);
        assert_eq!(identity.transaction_id.as_deref(), Some("tx"));
        assert!(!identity.name_protected);
        for (stated, years) in [
            (json!(93), Some(93)),
            (json!("93"), Some(93)),
            (json!(151), None),
            (json!(-1), None),
            (json!([93]), None),
        ] {
            let identity = read(json!({"sub": "x", "loa": "low", "age": stated}), Acr::MitidLow).unwrap();
            assert_eq!(identity.age, years, "{stated}");
        }
        for (stated, means) in [
            (json!("mitid.password"), vec!["password"]),
            (json!(vec!["password"; AMR_MAX]), vec!["password"; AMR_MAX]),
            (json!(vec!["password"; 10_000]), vec![]),
            (json!([["password"], {"a": 1}, "a b", "", "x".repeat(AMR_MAX_BYTES + 1)]), vec![]),
            (json!({"0": "password"}), vec![]),
        ] {
            let identity = read(json!({"sub": "x", "loa": "low", "amr": stated}), Acr::MitidLow).unwrap();
            assert_eq!(identity.amr, means);
        }
    }

    #[test]
    fn a_protected_name_is_known_by_its_text_or_by_a_claim() {
        for (claim, value, protected) in [
            ("name", json!("NAVNE & ADRESSEBESKYTTET"), true),
            ("name", json!("Ditlev"), false),
            ("name_protected", json!(true), true),
            ("name_protected", json!("TRUE"), true),
            ("name_protected", json!("Pseudonym"), true),
            ("name_protected", json!("false"), false),
            ("name_protected", json!(1), false),
        ] {
            let identity = read(json!({"sub": "x", "loa": "low", claim: value}), Acr::MitidLow).unwrap();
            assert_eq!(identity.name_protected, protected, "{claim}");
        }
    }

    #[test]
    fn what_an_absent_field_says_costs_no_byte_at_rest() {
        let written = crate::json::write(&read(json!({"sub": "x", "loa": "low"}), Acr::MitidLow).unwrap());
        for name in ["given_name", "amr", "ial", "name_protected", "age", "lacks_cpr"] {
            assert!(!written.contains(name), "{written}");
        }
        let full = json!({
            "sub": "x", "cvr": "13585628", "rid": "7", "se_number": "1", "p_number": "2", "signatory": "true",
            "employee": true, "amr": "password", "age": 7, "ial": "low", "name_protected": true, "loa": "high",
        });
        let identity = read(full, Acr::NemidMoces).unwrap();
        let back: Identity = crate::json::read(&crate::json::write(&identity)).unwrap();
        assert!(back == identity, "reads back as it was");
        let company = identity.company.unwrap();
        assert!(company.signatory && company.employee);
        assert_eq!((company.se_number.as_deref(), company.p_number.as_deref()), (Some("1"), Some("2")));
    }

    #[test]
    fn somebody_who_signs_for_a_company_shows_it_as_a_person_too() {
        let person = |signatory| json!({"sub": "x", "cvr": "13585628", "signatory": signatory});
        assert!(read(person("true"), Acr::NemidPoces).unwrap().company.is_some());
        assert!(read(person("false"), Acr::NemidPoces).unwrap().company.is_none());
    }

    #[test]
    fn a_professional_identity_does_not_pass_for_a_private_one() {
        let stated = |kind: &str| json!({"sub": "x", "loa": "low", "identity_type": kind});
        assert!(read(stated("professional"), Acr::MitidLow).is_err());
        assert!(read(stated("private"), Acr::MitidLow).is_ok());
    }

    #[test]
    fn of_several_claims_the_first_that_is_there_is_read() {
        let names = Table::from([("name".to_owned(), "nemlogin.name mitid.identity_name".to_owned())]);
        for (claims, name) in [
            (json!({"sub": "x", "loa": "low", "mitid.identity_name": "a"}), Some("a")),
            (json!({"sub": "x", "loa": "low", "mitid.identity_name": "a", "nemlogin.name": "b"}), Some("b")),
            (json!({"sub": "x", "loa": "low", "mitid.identity_name": "a", "nemlogin.name": null}), Some("a")),
            (json!({"sub": "x", "loa": "low", "name": "a"}), None),
        ] {
            let claims = claims.as_object().unwrap();
            let identity =
                identity_from(claims, &names, &Table::new(), Acr::MitidLow, None, UnixTime(0)).unwrap();
            assert_eq!(identity.name.as_deref(), name);
        }
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
            let identity = identity_from(
                claims.as_object().unwrap(),
                &Table::new(),
                &Table::new(),
                acr,
                cpr,
                UnixTime(1_700_000_000),
            );
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
        let identity = identity_from(
            claims.as_object().unwrap(),
            &names,
            &Table::new(),
            Acr::MitidLow,
            None,
            UnixTime(0),
        )
        .unwrap();
        assert_eq!(identity.eid_id, "u");
    }
}
