//! A tenant's own test people at the simulators, which only builds that have them offer.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::{Cpr, Level};
use edge_eid::json;
use edge_eid::model::test_person::TestPerson;
use edge_eid::model::{Environment, UnixTime};
use edge_eid::routes;
use edge_eid::web::{Method, encode_pairs};
use serde_json::{Value, json};
use support::block_on;
use support::broker::request;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BUSINESS: &str = "urn:grn:authn:dk:mitid:business";

/// The demo's world, whose domains know these as well.
fn demo(people: &[TestPerson]) -> Broker {
    let broker = World::demo();
    for host in [ACME, ACME_MITID] {
        broker.change_domain(host, |domain| domain.test_people = Some(json::write(&people.to_vec())));
    }
    broker
}

fn person(user: &str) -> TestPerson {
    TestPerson {
        user: user.to_owned(),
        name: "Frida Prøve".to_owned(),
        birthdate: "1985-05-06".to_owned(),
        cpr: Cpr::parse("6605850008", Environment::Test, UnixTime(1_800_000_000)).ok(),
        reaches: Level::Substantial,
        cvr: None,
        organisation: None,
    }
}

/// The parameters of a request to a simulator for somebody, and who is offered there.
fn opened(broker: &Broker, eid: &str, acr: &str, host: &str) -> (String, String) {
    let query = encode_pairs([
        ("client_id", "edge-eid"),
        ("redirect_uri", &format!("https://{ACME}/callback")),
        ("response_type", "code"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "openid ssn"),
        ("acr_values", acr),
    ]);
    let page = sent(broker, Method::Get, &format!("https://{host}/simulator/{eid}/authorize?{query}"), None);
    let request = page.split("name=\"request\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let request = request.to_owned();
    (request, page)
}

/// What the simulator tells the broker of somebody: userinfo, or the page that sends him away.
fn told(broker: &Broker, eid: &str, acr: &str, user: &str) -> Result<Value, String> {
    let (sealed, _) = opened(broker, eid, acr, ACME);
    let at = |path: &str| format!("https://{ACME}/simulator/{eid}/{path}");
    let form = encode_pairs([("request", sealed.as_str()), ("user", user), ("answer", "approve")]);
    let page = sent(broker, Method::Post, &at("authorize"), Some(&form));
    let Some(code) = page.split("callback?code=").nth(1) else { return Err(page) };
    let code = code.split("&amp;").next().unwrap();
    let form = encode_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &format!("https://{ACME}/callback")),
        ("code_verifier", VERIFIER),
        ("client_id", "edge-eid"),
        ("client_secret", "simulator-secret"),
    ]);
    let tokens: Value = serde_json::from_str(&sent(broker, Method::Post, &at("token"), Some(&form))).unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let asked = request(Method::Get, &at("userinfo"), &[("authorization", &bearer)], "");
    let userinfo = block_on(routes::handle(&broker.ports, &asked, broker.now()));
    Ok(serde_json::from_str(&userinfo.body).unwrap())
}

/// Past the watch over pages, for a simulator's page shows the numbers of its people.
fn sent(broker: &Broker, method: Method, url: &str, form: Option<&str>) -> String {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let headers = if form.is_some() { &headers[..] } else { &[] };
    let asked = request(method, url, headers, form.unwrap_or_default());
    block_on(routes::handle(&broker.ports, &asked, broker.now())).body
}

#[test]
fn a_person_of_the_tenants_own_is_offered_and_logs_in_as_the_same_each_time() {
    let broker = demo(&[person("frida")]);
    let (_, page) = opened(&broker, "mitid", SUBSTANTIAL, ACME);
    assert!(page.contains("value=\"frida\"") && page.contains("Frida Prøve, CPR 660585-0008"), "{page}");
    assert!(page.contains("value=\"ditlev\""), "beside those that everybody has");
    let first = told(&broker, "mitid", SUBSTANTIAL, " FRIDA ").unwrap();
    assert_eq!((&first["name"], &first["cpr"]), (&json!("Frida Prøve"), &json!("6605850008")));
    let uuid = first["sub"].as_str().unwrap();
    assert!(uuid.len() == 36 && uuid.as_bytes()[14] == b'8', "{uuid}");
    assert_eq!(told(&broker, "mitid", SUBSTANTIAL, "frida").unwrap()["sub"], uuid);
    let nemid = told(&broker, "nemid", POCES, "frida").unwrap();
    assert!(nemid["sub"].as_str().unwrap().starts_with("9208-2002-2-"));
    let other = demo(&[person("frida"), person("freja")]);
    assert_ne!(told(&other, "mitid", SUBSTANTIAL, "freja").unwrap()["sub"], uuid);
}

#[test]
fn a_person_is_an_employee_where_a_company_stands_with_him_and_nobody_where_he_is_removed() {
    let employee = TestPerson {
        cvr: Some("12345678".to_owned()),
        organisation: Some("Prøve ApS".to_owned()),
        ..person("erik")
    };
    let broker = demo(&[person("frida"), employee]);
    let erik = told(&broker, "mitid", BUSINESS, "erik").unwrap();
    assert_eq!((&erik["cvr"], &erik["org_name"]), (&json!("12345678"), &json!("Prøve ApS")));
    assert!(told(&broker, "mitid", BUSINESS, "frida").is_err(), "she is no employee");
    let gone = World::demo();
    assert!(told(&gone, "mitid", SUBSTANTIAL, "frida").is_err());
}

#[test]
fn a_person_named_as_a_built_in_one_takes_that_ones_place() {
    let broker = demo(&[person("ditlev")]);
    let (_, page) = opened(&broker, "mitid", SUBSTANTIAL, ACME);
    assert_eq!(page.matches("<option value=\"ditlev\"").count(), 1);
    assert_eq!(told(&broker, "mitid", SUBSTANTIAL, "ditlev").unwrap()["name"], "Frida Prøve");
}
