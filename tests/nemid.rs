//! What is particular to NemID: the claims of its certificates, the key file, and its end.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use serde_json::{Map, Value, json};
use support::broker::Broker;
use support::browser::Browser;
use support::relying_party::RelyingParty;
use support::upstream::Person;
use support::world::{ACME, ACME_MITID, World};

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const MOCES: &str = "urn:grn:authn:dk:nemid:moces";
const CODEFILE: &str = "urn:grn:authn:dk:nemid:moces:codefile";
const PID: &str = "9208-2002-2-294247448400";

fn claims(broker: &Broker, acr: &str, person: &Person) -> Map<String, Value> {
    let (app, browser) = (RelyingParty::web(), Browser::new(broker));
    let asked = app.ask(acr);
    let answer = browser.log_in(&asked.url, Eid::Nemid, person);
    app.redeem(broker, &asked, &answer).claims
}

fn with(person: Person, more: &[(&str, Value)]) -> Person {
    let mut person = person;
    for (name, value) in more {
        person.claims[*name] = value.clone();
    }
    person
}

/// Exactly these claims beside the technical ones.
fn assert_claims(claims: &Map<String, Value>, expected: &[(&str, &str)]) {
    const TECHNICAL: [&str; 21] = [
        "iss",
        "aud",
        "iat",
        "nbf",
        "exp",
        "nonce",
        "sub",
        "acr",
        "auth_time",
        "at_hash",
        "c_hash",
        "s_hash",
        "amr",
        "azp",
        "sid",
        "identityscheme",
        "authenticationtype",
        "authenticationmethod",
        "authenticationinstant",
        "nameidentifier",
        "sessionindex",
    ];
    let mut found: Vec<(&str, &str)> = claims
        .iter()
        .filter(|(name, _)| !TECHNICAL.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_persons_certificate_has_the_claims_that_clients_know() {
    let broker = World::demo();
    let person = with(
        Person::terne(),
        &[("certificate_serial", json!("5ba8d1e3")), ("certificate_issuer", json!("CN=TRUST2408,C=DK"))],
    );
    let expected = [
        ("name", "Ditlev Testesen"),
        ("country", "DK"),
        ("pidNumberIdentifier", PID),
        ("2.5.4.5.1", "PID:9208-2002-2-294247448400"),
        ("companySignatory", "false"),
        ("isYouthCert", "false"),
    ];
    assert_claims(&claims(&broker, POCES, &Person::terne()), &expected);
    let certificate = [("2.5.4.5", "5ba8d1e3"), ("2.5.29.29", "CN=TRUST2408,C=DK")];
    assert_claims(&claims(&broker, POCES, &person), &[&expected[..], &certificate[..]].concat());
}

#[test]
fn a_young_persons_certificate_says_so() {
    let broker = World::demo();
    for (stated, youth) in [(json!(true), "true"), (json!("true"), "true"), (json!("yes"), "false")] {
        let person = with(Person::terne(), &[("youth", stated)]);
        assert_eq!(claims(&broker, POCES, &person)["isYouthCert"], youth);
    }
}

#[test]
fn somebody_who_signs_for_a_company_says_for_which() {
    let broker = World::demo();
    let person = with(
        Person::terne(),
        &[("cvr", json!("88146328")), ("org_name", json!("Firma")), ("signatory", json!("true"))],
    );
    assert_claims(
        &claims(&broker, POCES, &person),
        &[
            ("name", "Ditlev Testesen"),
            ("country", "DK"),
            ("pidNumberIdentifier", PID),
            ("2.5.4.5.1", "PID:9208-2002-2-294247448400"),
            ("companySignatory", "true"),
            ("isYouthCert", "false"),
            ("cvrNumberIdentifier", "88146328"),
            ("2.5.4.10", "Firma // CVR:88146328"),
        ],
    );
}

#[test]
fn an_employees_certificate_names_company_and_employee_and_never_a_person() {
    let broker = World::demo();
    for acr in [MOCES, CODEFILE] {
        let claims = claims(&broker, acr, &with(Person::employee(), &[("dk.cpr", json!("2101270087"))]));
        assert_eq!(claims["authenticationtype"], acr);
        assert_claims(
            &claims,
            &[
                ("name", "Ditlev Testesen"),
                ("country", "DK"),
                ("companySignatory", "false"),
                ("cvrNumberIdentifier", "13585628"),
                ("ridNumberIdentifier", "42"),
                ("2.5.4.10", "Acme A/S // CVR:13585628"),
                ("2.5.4.5.1", "CVR:13585628-RID:42"),
            ],
        );
    }
}

#[test]
fn the_key_file_speaks_danish_only() {
    let broker = World::demo();
    for (acr, lang) in [(CODEFILE, "da"), (MOCES, "en"), (POCES, "en")] {
        let asked = RelyingParty::web().ask_with(&[("acr_values", acr), ("ui_locales", "en")]);
        let upstream = Browser::new(&broker).start(&asked.url, Eid::Nemid);
        assert!(upstream.contains(&format!("&ui_locales={lang}")), "{acr}: {upstream}");
    }
    let asked = RelyingParty::web().ask(CODEFILE);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::employee());
    let claims = RelyingParty::web().redeem(&broker, &asked, &answer).claims;
    assert!(claims["authenticationmethod"].as_str().unwrap().ends_with(":SoftwarePKI"));
}

#[test]
fn case_25_the_application_is_told_what_to_ask_for_instead() {
    let broker = World::without_simulators();
    broker.change_domain(ACME_MITID, |domain| domain.show_alongside_nemid_logins = false);
    broker.change_domain(ACME, |domain| {
        domain.peer.as_mut().unwrap().show_alongside_nemid_logins = false;
    });
    for (acr, instead) in [
        (POCES, "MitID (urn:grn:authn:dk:mitid:substantial)"),
        (MOCES, "MitID Erhverv (urn:grn:authn:dk:mitid:business)"),
        (CODEFILE, "MitID Erhverv (urn:grn:authn:dk:mitid:business)"),
    ] {
        let answer = Browser::new(&broker).visit(&RelyingParty::web().ask(acr).url).application();
        assert_eq!(answer.error(), "invalid_request");
        assert!(answer.get("error_description").unwrap().contains(instead), "{acr}");
    }
}

#[test]
fn nemids_tab_that_was_open_when_it_closed_says_so() {
    let broker = World::without_simulators();
    let closes = broker.now().plus(60);
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.nemid_closed_at = closes);
    }
    let browser = Browser::new(&broker);
    let page = browser.visit(&RelyingParty::web().ask(POCES).url).page();
    broker.wait(61);
    let told = browser.visit(&page.href("data-eid=\"nemid\"")).page();
    assert!(told.body.contains("NemID has closed. Use MitID."), "{told:?}");
    assert!(browser.visit(&page.href("data-eid=\"mitid\"")).upstream().contains("mitid"));
}

#[test]
fn a_day_that_is_set_closes_nemid_on_test_with_simulators_too() {
    let broker = World::demo();
    let open = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).page();
    assert!(open.has_tab(Eid::Nemid), "without one NemID stays open there");
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.nemid_closed_at = broker.now());
    }
    let upstream = Browser::new(&broker).visit(&RelyingParty::web().ask(POCES).url).upstream();
    assert!(upstream.contains(ACME_MITID), "MitID in its place: {upstream}");
}
