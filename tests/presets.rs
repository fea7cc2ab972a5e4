//! Certified brokers, each in its own words: what they are told, what they answer, and how they say that
//! something went wrong.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::admin::presets::{PRESETS, Preset};
use edge_eid::eid::{Acr, Eid, Level};
use edge_eid::model::domain::{CprWay, DomainSnapshot};
use edge_eid::table::Table;
use edge_eid::web::Parameters;
use serde_json::{Value, json};
use support::broker::Broker;
use support::browser::{Browser, Stop};
use support::relying_party::RelyingParty;
use support::upstream::{MITID, Person};
use support::world::{ACME_MITID, World};

const SUBSTANTIAL: &str = "urn:grn:authn:dk:mitid:substantial";

/// The world of the demo, its MitID upstream one of this preset.
fn world(preset: Preset) -> Broker {
    let broker = World::demo();
    broker.change_domain(ACME_MITID, |domain| resolve(domain, preset));
    broker
}

/// What the management Worker fills in.
fn resolve(domain: &mut DomainSnapshot, preset: Preset) {
    let values = preset.values();
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut upstream = domain.upstreams.get(&Eid::Mitid).unwrap().clone();
    upstream.scopes = owned(values.scopes);
    upstream.employee_scopes = owned(values.employee_scopes);
    upstream.dialect = values.dialect;
    upstream.claim_map = Table::new();
    for (field, claims) in values.claim_map {
        upstream.claim_map.insert((*field).to_owned(), (*claims).to_owned());
    }
    for (word, level) in values.level_map {
        upstream.level_map.insert((*word).to_owned(), *level);
    }
    upstream.cpr = values.cpr_scope.map_or(CprWay::None, |scope| CprWay::Scope(scope.to_owned()));
    domain.upstreams.insert(Eid::Mitid, upstream);
}

/// What `npm run check-upstream` knows of a preset: the text of its entry in the script.
fn entry_of_script(name: &str) -> String {
    let script = include_str!("../scripts/check_upstream.mjs");
    let table = script.split_once("export const PRESETS = {").unwrap().1.split_once("\n};").unwrap().0;
    let entry = table.split_once(&format!("\n  {name}: {{")).unwrap().1;
    entry
        .split_once("\n  ")
        .map_or(entry, |(first, _)| {
            // An entry of several lines ends with its own brace.
            if first.is_empty() { entry.split_once("\n  }").unwrap().0 } else { first }
        })
        .to_owned()
}

/// The quoted words after a mark, up to an end.
fn quoted<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let part = text.split_once(from).unwrap().1.split_once(to).unwrap().0;
    part.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_script_that_checks_upstreams_asks_for_what_the_presets_ask_for() {
    for (name, preset) in PRESETS {
        let (entry, values) = (entry_of_script(name), preset.values());
        assert_eq!(quoted(&entry, "scopes: [", "]"), values.scopes, "{name}");
        let also = entry.split_once("also: {").unwrap().1.split_once('}').unwrap().0;
        let also = also.split(',').filter_map(|it| it.split_once(':')).map(|(scope, _)| scope.trim());
        let known: Vec<&str> = values.cpr_scope.iter().chain(values.employee_scopes).copied().collect();
        assert_eq!(also.collect::<Vec<_>>(), known, "{name}");
        let claims = entry.split_once("claims:").unwrap().1;
        for claim in claims.split('"').skip(1).step_by(2) {
            let reads = |(_, claims): &(&str, &str)| claims.split(' ').any(|known| known == claim);
            let own = claim == "loa" && *preset == Preset::Neb;
            assert!(own || values.claim_map.iter().any(reads), "{name} reads no {claim}");
        }
    }
}

fn asked(broker: &Broker, hint: &str) -> Parameters {
    let changes = [("acr_values", SUBSTANTIAL), ("login_hint", hint), ("ui_locales", "en")];
    let url = RelyingParty::web().ask_with(&changes).url;
    let upstream = Browser::new(broker).start(&url, Eid::Mitid);
    Parameters::parse(upstream.split_once('?').unwrap().1.as_bytes()).unwrap()
}

const HINT: &str = "action:sign message:SGVq uuid:74ffcd31-fbaf-4c33-bdac-169f25c1e416 appswitch:android";

#[test]
fn signaturgruppen_is_told_by_idp_values_and_idp_params() {
    let asked = asked(&world(Preset::Neb), HINT);
    assert_eq!(asked.get("idp_values"), Some("mitid"));
    assert_eq!(asked.get("language"), Some("en"));
    assert_eq!(asked.get("scope"), Some("openid mitid"));
    for ours in ["acr_values", "ui_locales", "login_hint"] {
        assert_eq!(asked.get(ours), None, "{ours}");
    }
    let told: Value = serde_json::from_str(asked.get("idp_params").unwrap()).unwrap();
    assert_eq!(
        told["mitid"],
        json!({
            "loa_value": "substantial", "reference_text": "SGVq", "action_text": "SIGN",
            "uuid_hint": "74ffcd31-fbaf-4c33-bdac-169f25c1e416", "enable_app_switch": true,
            "app_switch_os": "android",
        })
    );
}

#[test]
fn signicat_is_told_by_items_and_idura_by_tokens() {
    let signicat = asked(&world(Preset::Signicat), HINT);
    assert_eq!(signicat.get("acr_values"), Some("idp:mitid mitid_reference_text:SGVq"));
    assert_eq!(signicat.get("scope"), Some("openid profile idp-id mitid-extra"));
    assert_eq!((signicat.get("ui_locales"), signicat.get("login_hint")), (Some("en"), None));
    let idura = asked(&world(Preset::Idura), HINT);
    assert_eq!(idura.get("acr_values"), Some(SUBSTANTIAL));
    assert_eq!(idura.get("login_hint"), Some(HINT));
}

#[test]
fn a_parameter_that_is_set_takes_the_place_of_what_the_dialect_says() {
    let broker = world(Preset::Neb);
    broker.change_domain(ACME_MITID, |domain| {
        let mut upstream = domain.upstreams.get(&Eid::Mitid).unwrap().clone();
        for (name, value) in [("language", "kl"), ("idp_params", ""), ("extra", "a b&c=d")] {
            upstream.parameters.insert(name.to_owned(), value.to_owned());
        }
        domain.upstreams.insert(Eid::Mitid, upstream);
    });
    let asked = asked(&broker, HINT);
    assert_eq!(asked.get("language"), Some("kl"));
    assert_eq!(asked.get("idp_params"), None, "an empty one leaves it out");
    assert_eq!(asked.get("extra"), Some("a b&c=d"));
    assert_eq!(asked.get("idp_values"), Some("mitid"));
}

/// Answers as the services give them.
fn answer_of(preset: Preset) -> Value {
    match preset {
        Preset::Neb => json!({
            "idp": "mitid", "identity_type": "private", "neb_sid": "x",
            "loa": "https://data.gov.dk/concept/core/nsis/Substantial",
            "ial": "https://data.gov.dk/concept/core/nsis/High",
            "aal": "https://data.gov.dk/concept/core/nsis/Substantial", "amr": ["code_app"],
            "mitid.uuid": "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01", "mitid.identity_name": "Ditlev Testesen",
            "mitid.date_of_birth": "1927-01-21", "mitid.age": "93", "mitid.has_cpr": "true",
            "mitid.transaction_id": "tx-ditlev", "transaction_id": "tx-neb", "dk.cpr": "2101270087",
        }),
        Preset::Signicat => json!({
            "idp_id": "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01", "mitid_uuid": "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01",
            "idp_issuer": "MitID", "name": "Ditlev Testesen", "given_name": "Ditlev", "family_name": "Testesen",
            "birthdate": "1927-01-21", "nin": "2101270087", "nin_type": "PERSON", "nin_issuing_country": "DK",
            "mitid_has_cpr": "true", "mitid_loa": "SUBSTANTIAL", "mitid_ial": "HIGH", "mitid_aal": "SUBSTANTIAL",
            "mitid_fal": "HIGH", "mitid_transaction_id": "tx-ditlev", "mitid_reference_text_body": " ",
            "mitid_cpr_source": "user",
        }),
        _ => json!({
            "identityscheme": "dkmitid", "authenticationtype": SUBSTANTIAL, "country": "DK",
            "uuid": "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01", "name": "Ditlev Testesen", "birthdate": "1927-01-21",
            "age": "93", "cprNumberIdentifier": "2101270087",
        }),
    }
}

#[test]
fn each_broker_s_answer_becomes_the_same_claims() {
    for preset in [Preset::Neb, Preset::Signicat, Preset::Idura] {
        let broker = world(preset);
        broker.change_domain(support::world::ACME, |domain| domain.cpr.add_for_personal_logins = true);
        let person = Person { sub: "sub-at-the-broker", claims: answer_of(preset) };
        let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
        let asked = app.ask(SUBSTANTIAL);
        let claims = app.redeem(&broker, &asked, &browser.log_in(&asked.url, Eid::Mitid, &person)).claims;
        for (name, value) in [
            ("uuid", "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01"),
            ("name", "Ditlev Testesen"),
            ("birthdate", "1927-01-21"),
            ("cprNumberIdentifier", "2101270087"),
            ("authenticationtype", SUBSTANTIAL),
            ("identityscheme", "dkmitid"),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
    }
}

#[test]
fn idura_s_level_is_the_acr_it_used_and_a_lower_one_is_too_low() {
    let broker = world(Preset::Idura);
    let mut claims = answer_of(Preset::Idura);
    claims["authenticationtype"] = json!(Acr::MitidLow.urn());
    let person = Person { sub: "sub-at-the-broker", claims };
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(SUBSTANTIAL).url, Eid::Mitid);
    assert_eq!(browser.approve(&upstream, &person).page().status, 403);
}

#[test]
fn idura_s_employees_count_as_low_unless_the_answer_or_the_setting_names_their_level() {
    const BUSINESS: &str = "urn:grn:authn:dk:mitid:business";
    let logged_in = |more: Value, setting: Option<Level>| {
        let broker = world(Preset::Idura);
        broker.change_domain(ACME_MITID, |domain| {
            let upstream = domain.upstreams.get_mut(&Eid::Mitid).unwrap();
            if let Some(level) = setting {
                upstream.level_map.insert(BUSINESS.to_owned(), level);
            }
        });
        let mut claims = answer_of(Preset::Idura);
        for (name, value) in [
            ("authenticationtype", json!(BUSINESS)),
            ("employee", json!("true")),
            ("cvrNumberIdentifier", json!("13585628")),
            ("loa", more),
        ] {
            claims[name] = value;
        }
        let person = Person { sub: "sub-at-the-broker", claims };
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(BUSINESS).url, Eid::Mitid);
        match browser.approve(&upstream, &person) {
            Stop::Page(page) => page.status,
            stop => stop.application().code().len().min(200) as u16,
        }
    };
    assert_eq!(logged_in(Value::Null, None), 403);
    assert_ne!(logged_in(json!("substantial"), None), 403, "the answer names one");
    assert_eq!(logged_in(json!("low"), Some(Level::Substantial)), 403, "which counts first");
    assert_ne!(logged_in(Value::Null, Some(Level::Substantial)), 403, "the setting does");
}

#[test]
fn signaturgruppen_may_raise_a_login_that_was_too_low_instead_of_doing_it_anew() {
    for app in [RelyingParty::web(), RelyingParty::shadow()] {
        let broker = world(Preset::Neb);
        let mut claims = answer_of(Preset::Neb);
        claims["loa"] = json!("low");
        let person = Person { sub: "sub-at-the-broker", claims };
        let browser = Browser::new(&broker);
        let upstream = browser.start(&app.ask(SUBSTANTIAL).url, Eid::Mitid);
        assert!(!upstream.contains("enable_step_up"));
        let page = browser.approve(&upstream, &person).page();
        let again = browser.choose(&page, Eid::Mitid).upstream();
        assert!(again.contains("enable_step_up") && again.contains("&prompt=login"), "{again}");
        // Another start is a login of its own again.
        let page =
            browser.approve(&again, &Person { claims: answer_of(Preset::Neb), ..person }).application();
        assert!(!page.code().is_empty());
        let fresh =
            browser.start(&app.ask_with(&[("acr_values", SUBSTANTIAL), ("prompt", "login")]).url, Eid::Mitid);
        assert!(!fresh.contains("enable_step_up") && fresh.contains("&prompt=login"), "{fresh}");
    }
}

#[test]
fn whoever_gives_up_at_the_broker_has_cancelled_whatever_the_error_is_called() {
    for (error, description) in [
        ("access_denied", "mitid_user_aborted"),
        ("access_denied", "anything"),
        ("login_failed", "user_aborted"),
        ("user_aborted", ""),
    ] {
        let broker = world(Preset::Neb);
        let browser = Browser::new(&broker);
        let upstream = browser.start(&RelyingParty::web().ask(SUBSTANTIAL).url, Eid::Mitid);
        let back = broker.ports.upstreams.fail(&upstream, error, description);
        assert_eq!(browser.visit(&back).application().error(), "access_denied", "{error} {description}");
    }
}

#[test]
fn an_error_of_mitid_s_own_client_is_told_here_with_another_try_that_completes_the_login() {
    for (error, description) in [
        ("access_denied", "mitid_core_client_error"),
        ("mitid_core_client_error", ""),
        ("server_error", "mitid_core_client_error"),
    ] {
        let broker = world(Preset::Neb);
        let (app, browser) = (RelyingParty::web(), Browser::new(&broker));
        let asked = app.ask(SUBSTANTIAL);
        let upstream = browser.start(&asked.url, Eid::Mitid);
        let page = browser.visit(&broker.ports.upstreams.fail(&upstream, error, description)).page();
        assert_eq!(page.status, 400);
        assert!(broker.has_logged("upstream_failed", "the eID's client failed"));
        let again = browser.click(&page, "id=\"start-again\"").upstream();
        assert!(again.starts_with(MITID) && again != upstream);
        let person = Person { sub: "sub-at-the-broker", claims: answer_of(Preset::Neb) };
        let answer = browser.approve(&again, &person).application();
        assert_eq!(app.redeem(&broker, &asked, &answer).claims["name"], "Ditlev Testesen");
        // Or gives up.
        let upstream = browser.start(&app.ask(SUBSTANTIAL).url, Eid::Mitid);
        let page = browser.visit(&broker.ports.upstreams.fail(&upstream, error, description)).page();
        assert_eq!(browser.click(&page, "id=\"back\"").application().error(), "access_denied");
    }
}

#[test]
fn whoever_was_told_of_an_error_of_mitid_s_own_client_has_to_ask_anew() {
    let broker = world(Preset::Neb);
    let browser = Browser::new(&broker);
    let upstream = browser.start(&RelyingParty::web().ask(SUBSTANTIAL).url, Eid::Mitid);
    browser.visit(&broker.ports.upstreams.fail(&upstream, "mitid_core_client_error", "")).page();
    let person = Person { sub: "sub-at-the-broker", claims: answer_of(Preset::Neb) };
    let late = browser.approve(&upstream, &person).page();
    assert_eq!(late.status, 400, "the start that failed is over: {}", late.url);
}
