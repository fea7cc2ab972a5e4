//! How an upstream is told what a login wishes: the eID and its level, the language, and what MitID's
//! client is to show. Every certified broker has its own words for it.

use super::{Acr, Eid, Level};
use crate::json;
use crate::json::Json;
use crate::model::domain::Dialect;
use crate::oauth::login_hint::{Action, AppSwitch, Wishes};
use crate::vault::base64;
use serde_json::{Map, Value};

/// The authorization parameters of a dialect; an empty value is not sent. `step_up`: the login before
/// was too low, and may be raised instead of done anew.
pub fn told(
    dialect: Dialect,
    acr: Acr,
    lang: &str,
    wishes: &Wishes,
    step_up: bool,
) -> Vec<(&'static str, String)> {
    match dialect {
        Dialect::Tokens => vec![
            ("acr_values", acr.urn().to_owned()),
            ("ui_locales", lang.to_owned()),
            ("login_hint", wishes.tokens()),
        ],
        Dialect::Neb => vec![
            ("idp_values", provider(acr, wishes).to_owned()),
            ("idp_params", parameters(acr, wishes, step_up)),
            ("language", lang.to_owned()),
        ],
        Dialect::Signicat => {
            vec![("acr_values", items(acr, wishes)), ("ui_locales", lang.to_owned())]
        }
    }
}

/// `idp_values` of Signaturgruppen Broker.
fn provider(acr: Acr, wishes: &Wishes) -> &'static str {
    match (acr.eid(), acr.is_employee() || wishes.may_be_employee) {
        (Eid::Mitid, false) => "mitid",
        (Eid::Mitid, true) => "mitid_erhverv",
        (Eid::Nemid, _) => "nemid",
    }
}

/// `idp_params` of Signaturgruppen Broker: JSON by provider. An employee authenticates by MitID too, so
/// what MitID is told stands under its name in any case.
fn parameters(acr: Acr, wishes: &Wishes, step_up: bool) -> String {
    if acr.eid() != Eid::Mitid {
        return String::new();
    }
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("loa_value", acr.level().write());
    if step_up {
        tell("enable_step_up", true.into());
    }
    if let Some(message) = &wishes.message {
        tell("reference_text", base64(message.as_bytes()).into());
    }
    if let Some(action) = wishes.action {
        tell("action_text", action_text(action).into());
    }
    if let Some(uuid) = &wishes.uuid {
        tell("uuid_hint", uuid.as_str().into());
    }
    if let Some(app_switch) = wishes.app_switch {
        tell("enable_app_switch", true.into());
        let system = match app_switch {
            AppSwitch::Ios => "ios",
            AppSwitch::Android => "android",
        };
        tell("app_switch_os", system.into());
        if let Some(url) = &wishes.resume_url {
            tell("app_switch_url", url.as_str().into());
        }
    }
    let mut parameters = Map::new();
    parameters.insert("mitid".to_owned(), told.into());
    if wishes.may_be_employee && !acr.is_employee() {
        let mut erhverv = Map::new();
        erhverv.insert("allow_private".to_owned(), true.into());
        parameters.insert("mitid_erhverv".to_owned(), erhverv.into());
    }
    json::text(&parameters.into())
}

/// MitID's own words.
fn action_text(action: Action) -> &'static str {
    match action {
        Action::Login => "LOG_ON",
        Action::Confirm => "CONFIRM",
        Action::Accept => "ACCEPT",
        Action::Approve => "APPROVE",
        Action::Sign => "SIGN",
    }
}

/// `acr_values` of Signicat: items of name and value, of which only the reference text is documented.
/// The level is a setting there; what it reached is judged by its answer.
fn items(acr: Acr, wishes: &Wishes) -> String {
    let mut items = format!("idp:{}", acr.eid().as_str());
    if let Some(message) = &wishes.message {
        items.push_str(" mitid_reference_text:");
        items.push_str(&base64(message.as_bytes()));
    }
    items
}

/// What an upstream calls a level, in the words of its setting or in the common ones.
pub fn level_of(words: &crate::table::Table<String, Level>, stated: &str) -> Option<Level> {
    words.get(stated).copied().or_else(|| Level::parse(stated))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes() -> Wishes {
        Wishes {
            action: Some(Action::Approve),
            message: Some("Overfør 100 kr?".to_owned()),
            uuid: Some("74ffcd31-fbaf-4c33-bdac-169f25c1e416".to_owned()),
            app_switch: Some(AppSwitch::Ios),
            resume_url: Some("https://app.example/resume".to_owned()),
            ..Wishes::default()
        }
    }

    fn value(told: &[(&str, String)], name: &str) -> String {
        told.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    #[test]
    fn signaturgruppen_is_told_by_provider_and_json() {
        let told = told(Dialect::Neb, Acr::MitidHigh, "en", &wishes(), false);
        assert_eq!(value(&told, "idp_values"), "mitid");
        assert_eq!(value(&told, "language"), "en");
        assert_eq!((value(&told, "acr_values"), value(&told, "ui_locales")), Default::default());
        let parameters: Value = serde_json::from_str(&value(&told, "idp_params")).unwrap();
        assert_eq!(
            parameters,
            serde_json::json!({"mitid": {
                "loa_value": "high", "reference_text": "T3ZlcmbDuHIgMTAwIGtyPw==", "action_text": "APPROVE",
                "uuid_hint": "74ffcd31-fbaf-4c33-bdac-169f25c1e416", "enable_app_switch": true,
                "app_switch_os": "ios", "app_switch_url": "https://app.example/resume",
            }})
        );
    }

    #[test]
    fn signaturgruppen_is_told_where_a_login_may_go_on_from_one_that_was_too_low() {
        let told = told(Dialect::Neb, Acr::MitidHigh, "en", &Wishes::default(), true);
        assert_eq!(value(&told, "idp_params"), r#"{"mitid":{"enable_step_up":true,"loa_value":"high"}}"#);
    }

    #[test]
    fn signaturgruppen_lets_whoever_may_choose_be_an_employee_or_a_person() {
        let wishes = Wishes { may_be_employee: true, ..Wishes::default() };
        let told = told(Dialect::Neb, Acr::MitidSubstantial, "da", &wishes, false);
        assert_eq!(value(&told, "idp_values"), "mitid_erhverv");
        assert!(value(&told, "idp_params").contains(r#""mitid_erhverv":{"allow_private":true}"#));
        let employee = super::told(Dialect::Neb, Acr::MitidBusiness, "da", &wishes, false);
        assert!(!value(&employee, "idp_params").contains("allow_private"));
    }

    #[test]
    fn signaturgruppen_is_told_no_mitid_parameters_of_nemid() {
        let told = told(Dialect::Neb, Acr::NemidPoces, "da", &Wishes::default(), false);
        assert_eq!((value(&told, "idp_values").as_str(), value(&told, "idp_params").as_str()), ("nemid", ""));
    }

    #[test]
    fn signicat_is_told_by_items_of_acr_values() {
        let told = told(Dialect::Signicat, Acr::MitidLow, "da", &wishes(), false);
        assert_eq!(value(&told, "acr_values"), "idp:mitid mitid_reference_text:T3ZlcmbDuHIgMTAwIGtyPw==");
        assert_eq!(value(&told, "ui_locales"), "da");
        let plain = super::told(Dialect::Signicat, Acr::MitidLow, "da", &Wishes::default(), false);
        assert_eq!(value(&plain, "acr_values"), "idp:mitid");
    }

    #[test]
    fn whoever_speaks_our_dialect_is_told_by_tokens() {
        let told = told(Dialect::Tokens, Acr::MitidSubstantial, "da", &wishes(), false);
        assert_eq!(value(&told, "acr_values"), "urn:grn:authn:dk:mitid:substantial");
        assert!(value(&told, "login_hint").starts_with("action:approve message:"));
    }
}
