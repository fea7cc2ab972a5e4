//! `login_hint`: what existing clients send in it, one token after the other, divided by a space.
//!
//! OIDC Core §3.1.2.1 leaves the content to the provider. A token that we do not know is ignored,
//! as a mail address of a generic client is, and shown in a recording. A token that we know but
//! can't obey is refused: a user must not approve a text that was cut.

use super::Error;
use crate::vault::from_any_base64;
use std::fmt;

/// Longest `login_hint`, bytes.
pub const LOGIN_HINT_MAX_BYTES: usize = 2_000;
/// Longest reference text, characters before base64: MitID's own limit.
pub const MESSAGE_MAX_CHARACTERS: usize = 130;

/// Digits of a CVR number.
const CVR_DIGITS: usize = 8;

/// What the user is asked to do, in the words of MitID's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Log on; what a request without a word means.
    Login,
    /// Confirm.
    Confirm,
    /// Accept.
    Accept,
    /// Approve.
    Approve,
    /// Sign.
    Sign,
}

json_enum!(Action {
    Login = "login", Confirm = "confirm", Accept = "accept", Approve = "approve", Sign = "sign",
});

impl Action {
    const ALL: [Self; 5] = [Self::Login, Self::Confirm, Self::Accept, Self::Approve, Self::Sign];

    /// The word of the token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Confirm => "confirm",
            Self::Accept => "accept",
            Self::Approve => "approve",
            Self::Sign => "sign",
        }
    }
}

/// The system that an app of the service runs on, and so the way MitID's app is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppSwitch {
    /// `appswitch:ios`
    Ios,
    /// `appswitch:android`
    Android,
}

json_enum!(AppSwitch { Ios = "ios", Android = "android" });

/// What the eID is told. It travels in the pending request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `action:`
    pub action: Option<Action>,
    /// `message:`, decoded: the text that the user sees in MitID's app.
    pub message: Option<String>,
    /// `uuid:`, the MitID UUID of somebody who logs in again.
    pub uuid: Option<String>,
    /// `appswitch:ios` or `appswitch:android`
    pub app_switch: Option<AppSwitch>,
    /// `appswitch:resumeUrl:`, one that the application has registered: where MitID's app leads back.
    pub resume_url: Option<String>,
    /// `business_optional`: whoever is asked as a person may answer as an employee.
    pub may_be_employee: bool,
    /// `vatid:DK…`, the CVR number of the one company whose employees may log in.
    pub cvr: Option<String>,
}

json_struct!(Wishes {
    action: "a", message: "m", uuid: "u", app_switch: "s", resume_url: "r", may_be_employee: "b" unless false,
    cvr: "v",
});

impl Wishes {
    /// Whether the eID is asked for more than to tell who somebody is: to show a text, to have
    /// something approved, to see one person again. No session can stand for that.
    pub fn need_the_eid(&self) -> bool {
        let approves = self.action.is_some_and(|action| action != Action::Login);
        approves || self.message.is_some() || self.uuid.is_some() || self.cvr.is_some()
    }

    /// As tokens again, for an upstream that speaks this dialect.
    pub fn tokens(&self) -> String {
        let mut tokens = Vec::new();
        if let Some(action) = self.action {
            tokens.push(format!("action:{}", action.as_str()));
        }
        if let Some(message) = &self.message {
            tokens.push(format!("message:{}", crate::vault::base64url(message.as_bytes())));
        }
        if let Some(uuid) = &self.uuid {
            tokens.push(format!("uuid:{uuid}"));
        }
        match self.app_switch {
            Some(AppSwitch::Ios) => tokens.push("appswitch:ios".to_owned()),
            Some(AppSwitch::Android) => tokens.push("appswitch:android".to_owned()),
            None => {}
        }
        if let Some(url) = &self.resume_url {
            tokens.push(format!("appswitch:resumeUrl:{url}"));
        }
        if self.may_be_employee {
            tokens.push("business_optional".to_owned());
        }
        if let Some(cvr) = &self.cvr {
            tokens.push(format!("vatid:DK{cvr}"));
        }
        tokens.join(" ")
    }
}

/// A CPR number as a client sent it, unchecked. Shown to nobody: `Debug` hides it, and it goes
/// neither into the pending request nor into a recording.
#[derive(Clone, PartialEq, Eq)]
pub struct CprHint(String);

impl CprHint {
    /// The text, for the page that asks for the number.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CprHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CprHint(…)")
    }
}

/// A read `login_hint`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginHint {
    /// `acr_values:`, all of them, joined as the parameter would have them.
    pub acr_values: Option<String>,
    /// `scope:`, likewise.
    pub scope: Option<String>,
    /// What the eID is told.
    pub wishes: Wishes,
    /// `sub:`, a number to fill in beforehand.
    pub cpr: Option<CprHint>,
    /// `appswitch:resumeUrl:`, unchecked; `disable` reads as none.
    pub resume_url: Option<String>,
    /// `business`: employees only.
    pub business: bool,
    /// `css_path:`, path and query of a style sheet.
    pub css_path: Option<String>,
    /// How many tokens nobody here knows.
    pub ignored: usize,
}

impl LoginHint {
    /// Reads the parameter; without it nothing is hinted.
    ///
    /// # Errors
    /// `invalid_request` for one that is too long, a reference text that MitID would not take, and
    /// an `action:`, `uuid:` or `vatid:` of another form.
    pub fn parse(raw: Option<&str>) -> Result<Self, Error> {
        let raw = raw.unwrap_or_default();
        if raw.len() > LOGIN_HINT_MAX_BYTES {
            return Err(Error::invalid_request("login_hint is too long"));
        }
        let mut hint = Self::default();
        for token in raw.split(' ').filter(|token| !token.is_empty()) {
            hint.take(token)?;
        }
        Ok(hint)
    }

    fn take(&mut self, token: &str) -> Result<(), Error> {
        let Some((name, value)) = token.split_once(':') else {
            match token {
                "business" => self.business = true,
                "business_optional" => self.wishes.may_be_employee = true,
                _ => self.ignored += 1,
            }
            return Ok(());
        };
        match name {
            "acr_values" => append(&mut self.acr_values, value),
            "scope" => append(&mut self.scope, value),
            "action" => {
                let action = Action::ALL.into_iter().find(|action| action.as_str() == value);
                self.wishes.action =
                    Some(action.ok_or(Error::invalid_request("login_hint has an unknown action"))?);
            }
            "message" => self.wishes.message = Some(message(value)?),
            "uuid" => self.wishes.uuid = Some(uuid(value)?),
            "vatid" => self.wishes.cvr = Some(cvr(value)?),
            "sub" => self.cpr = Some(CprHint(value.to_owned())),
            "css_path" => self.css_path = Some(value.to_owned()),
            "appswitch" => self.take_app_switch(value),
            _ => self.ignored += 1,
        }
        Ok(())
    }

    fn take_app_switch(&mut self, value: &str) {
        match value {
            "ios" => self.wishes.app_switch = Some(AppSwitch::Ios),
            "android" => self.wishes.app_switch = Some(AppSwitch::Android),
            "resumeUrl:disable" => self.resume_url = None,
            _ => match value.strip_prefix("resumeUrl:") {
                Some(url) => self.resume_url = Some(url.to_owned()),
                None => self.ignored += 1,
            },
        }
    }
}

fn append(list: &mut Option<String>, value: &str) {
    match list {
        Some(list) => {
            list.push(' ');
            list.push_str(value);
        }
        None => *list = Some(value.to_owned()),
    }
}

/// Clients encode it by either alphabet, padded or not.
fn message(raw: &str) -> Result<String, Error> {
    let text = from_any_base64(raw).and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(Error::invalid_request("login_hint has a message that is not base64 of UTF-8"))?;
    if text.chars().count() > MESSAGE_MAX_CHARACTERS {
        return Err(Error::invalid_request("login_hint has a message of more than 130 characters"));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid_request("login_hint has a message with a control character"));
    }
    Ok(text)
}

/// The 36 characters of RFC 9562 §4, in lower case as upstreams send them.
fn uuid(raw: &str) -> Result<String, Error> {
    let fits = raw.len() == 36
        && raw.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if fits {
        Ok(raw.to_ascii_lowercase())
    } else {
        Err(Error::invalid_request("login_hint has a uuid of another form"))
    }
}

/// A Danish VAT number: DK and the eight digits of a CVR number.
fn cvr(raw: &str) -> Result<String, Error> {
    let digits = raw.strip_prefix("DK").or_else(|| raw.strip_prefix("dk")).unwrap_or_default();
    if digits.len() == CVR_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits.to_owned())
    } else {
        Err(Error::invalid_request("login_hint has a vatid that is not DK and eight digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{base64, base64url};

    fn read(raw: &str) -> LoginHint {
        LoginHint::parse(Some(raw)).unwrap()
    }

    #[test]
    fn every_token_of_existing_clients_is_read() {
        let hint = read(
            "acr_values:urn:grn:authn:dk:mitid:low sub:2101270087 action:approve message:SGVq \
             uuid:74FFCD31-fbaf-4c33-bdac-169f25c1e416 appswitch:ios appswitch:resumeUrl:https://a.example/x \
             css_path:/a/b?x=y scope:ssn scope:address someone@example.com business business_optional \
             vatid:DK13585628 businesslike future:thing",
        );
        assert_eq!(hint.acr_values.as_deref(), Some("urn:grn:authn:dk:mitid:low"));
        assert_eq!(hint.scope.as_deref(), Some("ssn address"));
        assert_eq!(hint.cpr.as_ref().map(CprHint::text), Some("2101270087"));
        assert_eq!(hint.resume_url.as_deref(), Some("https://a.example/x"));
        assert_eq!(hint.css_path.as_deref(), Some("/a/b?x=y"));
        assert_eq!(hint.ignored, 3);
        let wishes = Wishes {
            action: Some(Action::Approve),
            message: Some("Hej".to_owned()),
            uuid: Some("74ffcd31-fbaf-4c33-bdac-169f25c1e416".to_owned()),
            app_switch: Some(AppSwitch::Ios),
            resume_url: None,
            may_be_employee: true,
            cvr: Some("13585628".to_owned()),
        };
        assert!(hint.business);
        assert_eq!(hint.wishes, wishes);
        assert_eq!(read(&wishes.tokens()).wishes, wishes, "tokens read back as they were");
        let switched = Wishes { resume_url: hint.resume_url, ..Wishes::default() };
        assert_eq!(read(&switched.tokens()).resume_url, switched.resume_url);
        assert!(
            read("").wishes == Wishes::default() && LoginHint::parse(None).unwrap() == LoginHint::default()
        );
    }

    #[test]
    fn a_message_may_be_of_either_alphabet_and_has_at_most_130_characters() {
        let longest = "ø?>".chars().cycle().take(MESSAGE_MAX_CHARACTERS).collect::<String>();
        for encoded in [base64(longest.as_bytes()), base64url(longest.as_bytes())] {
            assert_eq!(read(&format!("message:{encoded}")).wishes.message.as_deref(), Some(longest.as_str()));
        }
        for refused in [format!("{longest}x"), "a\nb".to_owned(), "\u{7f}".to_owned()] {
            assert!(LoginHint::parse(Some(&format!("message:{}", base64(refused.as_bytes())))).is_err());
        }
        for raw in [
            "message:!",
            "message:/w==",
            "action:dance",
            "uuid:7",
            "vatid:13585628",
            "vatid:DK1358562",
            "vatid:SE13585628",
            "uuid:74ffcd31-fbaf-4c33-bdac_169f25c1e416",
        ] {
            assert!(LoginHint::parse(Some(raw)).is_err(), "{raw}");
        }
        assert!(LoginHint::parse(Some(&"x".repeat(LOGIN_HINT_MAX_BYTES))).is_ok());
        assert!(LoginHint::parse(Some(&"x".repeat(LOGIN_HINT_MAX_BYTES + 1))).is_err());
    }

    #[test]
    fn an_app_names_its_system_and_may_do_without_a_resume_url() {
        assert_eq!(read("appswitch:android").wishes.app_switch, Some(AppSwitch::Android));
        assert_eq!(read("appswitch:ios").wishes.app_switch, Some(AppSwitch::Ios));
        let disabled = read("appswitch:resumeUrl:https://a.example/x appswitch:resumeUrl:disable");
        assert_eq!((disabled.resume_url, disabled.ignored), (None, 0));
        assert_eq!(read("appswitch:windows").ignored, 1);
    }

    #[test]
    fn a_cpr_number_shows_in_no_debug_text() {
        assert!(!format!("{:?}", read("sub:2101270087")).contains("2101270087"));
    }
}
