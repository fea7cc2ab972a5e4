//! What is particular to MitID: what it is told about a login, people who log in again, employees, and
//! the claims of each.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::{Acr, Eid};
use edge_eid::model::application::ScopeStrategy;
use edge_eid::model::url::WebUrl;
use edge_eid::vault::base64url;
use serde_json::{Map, Value, json};
use support::broker::Broker;
use support::browser::{Answer, Browser};
use support::relying_party::{Asked, RelyingParty, Tokens};
use support::upstream::Person;
use support::world::{ACME, ACME_MITID, World};

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const LOW: &str = "urn:grn:authn:dk:mitid:low";
const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";
const BUSINESS: &str = "urn:grn:authn:dk:mitid:business";
const DITLEV: &str = "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01";
const RESUME: &str = "https://app.example/resume?a=1";

/// An employee by MitID Erhverv.
fn employee() -> Person {
    Person {
        sub: "mitid-sub-of-employee",
        claims: json!({
            "mitid.uuid": "9a6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a02", "name": "Ditlev Testesen",
            "birthdate": "1927-01-21", "age": 93, "loa": "substantial", "identity_type": "professional",
            "cvr": "13585628", "rid": "42", "org_name": "Acme A/S", "se_number": "25313763",
            "p_number": "1003388394", "dk.cpr": "2101270087",
        }),
    }
}

/// The hint as the upstream is told it, token by token.
fn told(upstream: &str) -> Vec<String> {
    let query = upstream.split_once('?').unwrap().1;
    let parameters = edge_eid::web::Parameters::parse(query.as_bytes()).unwrap();
    parameters.get("login_hint").unwrap_or_default().split(' ').map(str::to_owned).collect()
}

fn ask(app: &RelyingParty, acr: &str, hint: &str) -> Asked {
    app.ask_with(&[("acr_values", acr), ("login_hint", hint)])
}

/// As far as MitID.
fn started(broker: &Broker, acr: &str, hint: &str) -> String {
    Browser::new(broker).start(&ask(&RelyingParty::web(), acr, hint).url, Eid::Mitid)
}

fn log_in(broker: &Broker, acr: &str, hint: &str, person: &Person) -> (Asked, Answer) {
    let asked = ask(&RelyingParty::web(), acr, hint);
    let answer = Browser::new(broker).log_in(&asked.url, Eid::Mitid, person);
    (asked, answer)
}

fn tokens(broker: &Broker, acr: &str, hint: &str, person: &Person) -> Tokens {
    let (asked, answer) = log_in(broker, acr, hint, person);
    RelyingParty::web().redeem(broker, &asked, &answer)
}

fn claims(broker: &Broker, acr: &str, person: &Person) -> Map<String, Value> {
    tokens(broker, acr, "", person).claims
}

fn changed(person: &Person, name: &str, value: Value) -> Person {
    let mut person = person.clone();
    person.claims[name] = value;
    person
}

// ---- what MitID is told ----

#[test]
fn action_and_text_reach_mitid_and_its_button_says_the_action() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| domain.show_start_block = true);
    let message = base64url("Godkend køb på 100 kr.".as_bytes());
    for (action, button) in [
        ("login", "Log on with MitID"),
        ("approve", "Approve with MitID"),
        ("confirm", "Confirm with MitID"),
        ("accept", "Accept with MitID"),
        ("sign", "Sign with MitID"),
    ] {
        let browser = Browser::new(&broker);
        let hint = format!("action:{action} message:{message}");
        let page = browser.visit(&ask(&RelyingParty::web(), SUBSTANTIAL, &hint).url).page();
        assert!(page.body.contains(&format!("{button}</a>")), "{action}");
        let upstream = browser.choose(&page, Eid::Mitid).upstream();
        assert_eq!(told(&upstream), [format!("action:{action}"), format!("message:{message}")]);
    }
}

#[test]
fn mitids_app_leads_back_only_to_where_the_application_has_registered() {
    let broker = World::demo();
    let url = WebUrl::parse(RESUME).unwrap();
    broker.change_application(ACME, "urn:acme:web", |app| app.protocol.resume_urls = vec![url.clone()]);
    let hint = format!("appswitch:ios appswitch:resumeUrl:{RESUME}");
    let registered = started(&broker, SUBSTANTIAL, &hint);
    assert_eq!(told(&registered), ["appswitch:ios", &format!("appswitch:resumeUrl:{RESUME}")]);
    for other in [
        "https://evil.example/",
        "https://app.example/resume",
        "https://app.example/resume?a=1&b=2",
        "javascript:alert(1)",
        "com.example.app:/resume",
    ] {
        let hint = format!("appswitch:android appswitch:resumeUrl:{other}");
        assert_eq!(told(&started(&broker, SUBSTANTIAL, &hint)), ["appswitch:android"], "{other}");
    }
    assert_eq!(told(&started(&broker, POCES, &hint)).len(), 2, "through the tab, across the domains");
}

#[test]
fn services_without_an_app_have_a_page_to_come_back_to_that_starts_nothing() {
    let broker = World::demo();
    let ours = format!("https://{ACME}/resume");
    let browser = Browser::new(&broker);
    let asked = ask(&RelyingParty::web(), POCES, &format!("appswitch:resumeUrl:{ours}"));
    let upstream = browser.start(&asked.url, Eid::Mitid);
    assert_eq!(told(&upstream), [format!("appswitch:resumeUrl:{ours}")]);
    for elsewhere in ["https://acme.mitid.example/resume", "https://acme.example/resume/x"] {
        let hint = format!("appswitch:resumeUrl:{elsewhere}");
        assert_eq!(told(&started(&broker, POCES, &hint)), [""], "{elsewhere}");
    }
    let before = browser.cookies(ACME);
    let page = browser.visit(&ours).page();
    assert!(page.status == 200 && page.body.contains("in which you are logging on"));
    assert!(browser.visit(&format!("{ours}?lang=da")).page().body.contains("<html lang=\"da\">"));
    assert_eq!(browser.cookies(ACME), before);
    let answer = browser.approve(&upstream, &Person::ditlev()).application();
    RelyingParty::web().redeem(&broker, &asked, &answer);
}

#[test]
fn a_tab_survives_idling_and_coming_back_to_it() {
    let broker = World::demo();
    let browser = Browser::new(&broker);
    let asked = ask(&RelyingParty::web(), POCES, "appswitch:ios");
    let page = browser.visit(&asked.url).page();
    let attempt = page.href("id=\"cancel\"").replace("/cancel", "");
    let upstream = browser.choose(&page, Eid::Mitid).upstream();
    // The user is in MitID's app. Then the browser, which has thrown the tab away, loads it again.
    broker.wait(28 * 60);
    assert_eq!(browser.visit(&attempt).page().status, 200);
    let mut fresh = Person::ditlev();
    fresh.claims["auth_time"] = json!(broker.now().0);
    let answer = browser.approve(&upstream, &fresh).application();
    RelyingParty::web().redeem(&broker, &asked, &answer);
}

// ---- logging in again ----

#[test]
fn somebody_named_by_uuid_and_nobody_else_may_log_in() {
    let broker = World::demo();
    let hint = format!("uuid:{}", DITLEV.to_uppercase());
    for acr in [SUBSTANTIAL, POCES, ""] {
        let upstream = started(&broker, acr, &hint);
        assert_eq!(told(&upstream), [format!("uuid:{DITLEV}")]);
        let claims = tokens(&broker, acr, &hint, &Person::ditlev()).claims;
        assert_eq!(claims["uuid"], DITLEV);
        let other = changed(&Person::ditlev(), "mitid.uuid", json!("3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0aff"));
        let before = broker.ports.logins.borrow().len();
        let (_, answer) = log_in(&broker, acr, &hint, &other);
        assert_eq!(answer.error(), "access_denied");
        assert_eq!(broker.ports.logins.borrow().len(), before, "nothing is stored of somebody else");
    }
}

#[test]
fn somebody_named_by_uuid_is_not_offered_nemid() {
    let broker = World::demo();
    let asked = ask(&RelyingParty::web(), POCES, &format!("uuid:{DITLEV}"));
    Browser::new(&broker).visit(&asked.url).upstream();
    let beside = ask(&RelyingParty::shadow(), SUBSTANTIAL, &format!("uuid:{DITLEV}"));
    Browser::new(&broker).visit(&beside.url).upstream();
}

// ---- people ----

#[test]
fn a_person_has_the_claims_that_clients_know_and_every_one_is_a_text() {
    let broker = World::demo();
    let claims = claims(&broker, SUBSTANTIAL, &Person::ditlev());
    for (name, value) in [
        ("identityscheme", "dkmitid"),
        ("authenticationtype", SUBSTANTIAL),
        ("uuid", DITLEV),
        ("birthdate", "1927-01-21"),
        ("age", "99"),
        ("name", "Ditlev Testesen"),
        ("country", "DK"),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    for name in ["cprNumberIdentifier", "employee", "companySignatory", "cvrNumberIdentifier", "isYouthCert"]
    {
        assert!(!claims.contains_key(name), "{name}");
    }
}

#[test]
fn the_age_is_counted_or_else_as_the_upstream_says() {
    let broker = World::demo();
    let ditlev = Person::ditlev();
    assert_eq!(claims(&broker, LOW, &changed(&ditlev, "age", json!(17)))["age"], "99", "counted");
    let unborn = changed(&changed(&ditlev, "birthdate", Value::Null), "age", json!("17"));
    let stated = claims(&broker, LOW, &unborn);
    assert_eq!(stated["age"], "17");
    assert!(!stated.contains_key("birthdate"));
    broker.change_application(ACME, "urn:acme:web", |app| {
        app.protocol.scope_strategy = ScopeStrategy::Dynamic;
    });
    let web = RelyingParty::web();
    let asked = web.ask_with(&[("acr_values", LOW), ("scope", "openid is_over_16 is_over_18")]);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Mitid, &unborn);
    let claims = web.redeem(&broker, &asked, &answer).claims;
    assert_eq!((&claims["is_over_16"], &claims["is_over_18"]), (&json!("true"), &json!("false")));
}

#[test]
fn a_protected_name_is_passed_on_as_the_eid_says_it() {
    let broker = World::demo();
    let hidden = changed(&Person::ditlev(), "name", json!("NAVNE & ADRESSEBESKYTTET"));
    assert_eq!(claims(&broker, LOW, &hidden)["name"], "NAVNE & ADRESSEBESKYTTET");
    let nameless = changed(&Person::ditlev(), "name", Value::Null);
    assert!(!claims(&broker, LOW, &nameless).contains_key("name"));
}

#[test]
fn the_means_are_told_as_a_class_that_older_clients_read() {
    let broker = World::demo();
    for (amr, class) in [
        (json!(["code_app"]), "MobileTwoFactorContract"),
        (json!(["mitid.password", "mitid.code_app_enchanced"]), "MobileTwoFactorContract"),
        (json!(["password", "code_token"]), "TimeSyncToken"),
        (json!("password"), "PasswordProtectedTransport"),
        (json!(["password", "u2f_token"]), "unspecified"),
        (Value::Null, "unspecified"),
    ] {
        let claims = claims(&broker, LOW, &changed(&Person::ditlev(), "amr", amr));
        let expected = format!("urn:oasis:names:tc:SAML:2.0:ac:classes:{class}");
        assert_eq!(claims["authenticationmethod"], expected);
    }
}

#[test]
fn somebody_who_signs_for_a_company_stays_a_person() {
    let broker = World::demo();
    let mut person = Person::ditlev();
    for (name, value) in
        [("cvr", json!("88146328")), ("org_name", json!("Firma")), ("signatory", json!(true))]
    {
        person.claims[name] = value;
    }
    let claims = claims(&broker, SUBSTANTIAL, &person);
    assert_eq!(
        (&claims["companySignatory"], &claims["cvrNumberIdentifier"]),
        (&json!("true"), &json!("88146328"))
    );
    assert_eq!((&claims["2.5.4.10"], &claims["uuid"]), (&json!("Firma"), &json!(DITLEV)));
    assert!(claims.contains_key("birthdate") && !claims.contains_key("employee"));
}

// ---- employees ----

#[test]
fn an_employee_has_claims_of_a_company_and_none_of_the_person() {
    let broker = World::demo();
    let claims = claims(&broker, BUSINESS, &employee());
    for (name, value) in [
        ("identityscheme", "dkmitid"),
        ("authenticationtype", BUSINESS),
        ("employee", "true"),
        ("cvrNumberIdentifier", "13585628"),
        ("2.5.4.10", "Acme A/S"),
        ("ridNumberIdentifier", "42"),
        ("seNumber", "25313763"),
        ("productionUnit", "1003388394"),
        ("name", "Ditlev Testesen"),
        ("uuid", "9a6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a02"),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    for name in ["cprNumberIdentifier", "birthdate", "age", "companySignatory"] {
        assert!(!claims.contains_key(name), "{name}");
    }
}

#[test]
fn an_employee_is_never_taken_for_the_person_even_by_the_same_id() {
    let broker = World::demo();
    let same = changed(&employee(), "mitid.uuid", json!(DITLEV));
    let sub = |acr, person: &Person| claims(&broker, acr, person)["sub"].clone();
    assert_ne!(sub(BUSINESS, &same), sub(SUBSTANTIAL, &Person::ditlev()));
    for (acr, person) in [(SUBSTANTIAL, employee()), (BUSINESS, Person::ditlev())] {
        assert_eq!(log_in(&broker, acr, "", &person).1.error(), "server_error", "{acr}");
    }
    for stated in ["acr", "authenticationtype"] {
        let by_acr = changed(&changed(&employee(), "identity_type", Value::Null), stated, json!(BUSINESS));
        assert_eq!(log_in(&broker, SUBSTANTIAL, "", &by_acr).1.error(), "server_error", "{stated}");
        assert_eq!(claims(&broker, BUSINESS, &by_acr)["employee"], "true");
    }
    let private = changed(&employee(), "identity_type", json!("private"));
    assert_eq!(log_in(&broker, BUSINESS, "", &private).1.error(), "server_error");
    // Who signs for a company is not its employee.
    let mut signatory = changed(&employee(), "rid", Value::Null);
    signatory.claims["identity_type"] = Value::Null;
    signatory.claims["signatory"] = json!(true);
    assert_eq!(log_in(&broker, BUSINESS, "", &signatory).1.error(), "server_error");
    let without_rid = changed(&employee(), "rid", Value::Null);
    assert!(!claims(&broker, BUSINESS, &without_rid).contains_key("ridNumberIdentifier"));
}

#[test]
fn an_employees_session_answers_no_request_for_a_person_nor_the_reverse() {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| {
        domain.sessions.sso = true;
        domain.peer = None;
    });
    let app = RelyingParty::shadow();
    for (first, person, second) in [(BUSINESS, employee(), SUBSTANTIAL), (LOW, Person::ditlev(), BUSINESS)] {
        let browser = Browser::new(&broker);
        browser.log_in(&app.ask(first).url, Eid::Mitid, &person);
        broker.wait(60);
        browser.visit(&app.ask(second).url).upstream();
        assert!(browser.visit(&app.ask(first).url).application().get("code").is_some());
    }
}

#[test]
fn hints_ask_for_an_employee_whatever_level_stands_beside_them() {
    let broker = World::demo();
    for acr in [LOW, SUBSTANTIAL, BUSINESS, ""] {
        let claims = tokens(&broker, acr, "business", &employee()).claims;
        assert_eq!(claims["authenticationtype"], BUSINESS, "{acr}");
    }
    assert_eq!(log_in(&broker, SUBSTANTIAL, "business", &Person::ditlev()).1.error(), "server_error");
    let both = ask(&RelyingParty::web(), &format!("{POCES} {LOW} {SUBSTANTIAL}"), "business");
    assert!(Browser::new(&broker).visit(&both.url).page().has_tab(Eid::Nemid), "NemID stays beside it");
}

#[test]
fn whoever_may_choose_logs_in_as_a_person_or_as_an_employee() {
    let broker = World::demo();
    assert_eq!(told(&started(&broker, SUBSTANTIAL, "business_optional")), ["business_optional"]);
    let acr = |person: &Person| {
        tokens(&broker, SUBSTANTIAL, "business_optional", person).claims["authenticationtype"].clone()
    };
    assert_eq!((acr(&employee()), acr(&Person::ditlev())), (json!(BUSINESS), json!(SUBSTANTIAL)));
    let weak = changed(&employee(), "loa", json!("low"));
    let upstream = started(&broker, SUBSTANTIAL, "business_optional");
    assert_eq!(Browser::new(&broker).approve(&upstream, &weak).page().status, 400, "another browser");
    broker.change_application(ACME, "urn:acme:web", |app| {
        app.protocol.acr_values = vec![Acr::MitidSubstantial];
    });
    assert_eq!(told(&started(&broker, SUBSTANTIAL, "business_optional")), [""]);
    assert_eq!(log_in(&broker, SUBSTANTIAL, "business_optional", &employee()).1.error(), "server_error");
}

#[test]
fn only_employees_of_the_company_that_is_named_may_log_in() {
    let broker = World::demo();
    let named = |cvr: &str| log_in(&broker, BUSINESS, &format!("vatid:DK{cvr}"), &employee()).1;
    assert!(named("13585628").get("code").is_some());
    assert_eq!(named("88146328").error(), "access_denied");
    assert_eq!(told(&started(&broker, BUSINESS, "vatid:DK13585628")), ["vatid:DK13585628"]);
    // Who may log in as a person too is still of that company, or does not pass.
    let either =
        |person: &Person| log_in(&broker, SUBSTANTIAL, "business_optional vatid:DK13585628", person).1;
    assert!(either(&employee()).get("code").is_some());
    assert_eq!(either(&Person::ditlev()).error(), "access_denied");
    let signs = |cvr: &str| {
        let person = changed(&Person::ditlev(), "signatory", json!(true));
        either(&changed(&person, "cvr", json!(cvr)))
    };
    assert!(signs("13585628").get("code").is_some());
    assert_eq!(signs("88146328").error(), "access_denied");
    let refused = ask(&RelyingParty::web(), BUSINESS, "vatid:DE136695976");
    assert_eq!(Browser::new(&broker).visit(&refused.url).application().error(), "invalid_request");
}
