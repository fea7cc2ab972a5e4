//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1), in two steps.
//!
//! First [`Addressee::read`]: who asks, and where would an answer go? Until an application's record
//! has confirmed both, nothing may be redirected. Only then [`AuthorizationRequest::read`] looks at
//! the rest, and its errors travel to the callback.

use super::acr_values::{self, Outside};
use super::pkce::CodeChallenge;
use super::response_mode::ResponseMode;
use super::scope::Scope;
use super::{Error, ErrorCode};
use crate::eid::Acr;
use crate::web::Parameters;

/// Longest `state`, bytes. A state of 2,000 bytes fits the sealed cookie.
pub const STATE_MAX_BYTES: usize = 2_000;
/// Longest `nonce`, bytes.
pub const NONCE_MAX_BYTES: usize = 500;
/// Longest `ui_locales` or `login_hint`, bytes.
pub const HINT_MAX_BYTES: usize = 2_000;

/// Who asks and where the answer would go: still unchecked strings.
#[derive(Debug, PartialEq, Eq)]
pub struct Addressee<'a> {
    /// `client_id`
    pub client_id: &'a str,
    /// `redirect_uri`
    pub redirect_uri: &'a str,
}

impl<'a> Addressee<'a> {
    /// Both parameters, each exactly once. `None` means that there is nobody to answer to: an
    /// error page, no redirect (RFC 6749 §4.1.2.1).
    pub fn read(parameters: &'a Parameters, repeated: &[String]) -> Option<Self> {
        let doubted = |name: &str| repeated.iter().any(|repeated| repeated == name);
        if doubted("client_id") || doubted("redirect_uri") {
            return None;
        }
        Some(Self { client_id: parameters.get("client_id")?, redirect_uri: parameters.get("redirect_uri")? })
    }
}

/// What the application asks for, besides who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// `scope`, at least `openid`.
    pub scope: Scope,
    /// `nonce`, echoed in the ID token.
    pub nonce: Option<String>,
    /// `code_challenge` of S256.
    pub code_challenge: Option<CodeChallenge>,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// The eIDs asked for, in order; empty means that the user chooses.
    pub acr_values: Vec<Acr>,
    /// `ui_locales` as sent.
    pub ui_locales: Option<String>,
    /// `prompt=none`: answer without any page.
    pub silent: bool,
}

impl AuthorizationRequest {
    /// Reads and checks the rest of a request whose addressee is known. `public_client` says that
    /// the application has no secret, so that PKCE is not optional (RFC 9700 §2.1.1); `outside` is
    /// where else an eID may be named.
    ///
    /// # Errors
    /// The first fault in the order below, to be sent to the callback.
    pub fn read(
        parameters: &Parameters,
        repeated: &[String],
        public_client: bool,
        outside: Outside<'_>,
    ) -> Result<Self, Error> {
        check_not_repeated(repeated)?;
        check_supported(parameters)?;
        check_response_type(parameters.get("response_type"))?;
        let response_mode = ResponseMode::parse(parameters.get("response_mode"))?;
        let scope = Scope::parse(parameters.get("scope"))?;
        check_length(
            parameters.get("state"),
            STATE_MAX_BYTES,
            "state is longer than 2000 bytes; use a shorter one",
        )?;
        let nonce = check_length(parameters.get("nonce"), NONCE_MAX_BYTES, "nonce is longer than 500 bytes")?;
        let code_challenge =
            CodeChallenge::parse(parameters.get("code_challenge"), parameters.get("code_challenge_method"))?;
        if public_client && code_challenge.is_none() {
            return Err(Error::invalid_request("a public client must send a code_challenge"));
        }
        let acr_values = acr_values::read(parameters, outside)?;
        let ui_locales =
            check_length(parameters.get("ui_locales"), HINT_MAX_BYTES, "ui_locales is too long")?;
        check_length(parameters.get("login_hint"), HINT_MAX_BYTES, "login_hint is too long")?;
        let silent = read_prompt(parameters.get("prompt"))?;
        Ok(Self {
            scope,
            nonce: nonce.map(str::to_owned),
            code_challenge,
            response_mode,
            acr_values,
            ui_locales: ui_locales.map(str::to_owned),
            silent,
        })
    }
}

/// RFC 6749 §3.1: a parameter must not be included more than once.
fn check_not_repeated(repeated: &[String]) -> Result<(), Error> {
    if repeated.is_empty() { Ok(()) } else { Err(Error::invalid_request("a parameter is repeated")) }
}

/// OIDC Core §6 and §7.2.1: what is not supported is refused by name, never ignored, since the
/// client believes that it binds us.
fn check_supported(parameters: &Parameters) -> Result<(), Error> {
    if parameters.get("request").is_some() {
        return Err(Error::new(ErrorCode::RequestNotSupported, "request objects are not supported"));
    }
    if parameters.get("request_uri").is_some() {
        return Err(Error::new(ErrorCode::RequestUriNotSupported, "request_uri is not supported"));
    }
    if parameters.get("registration").is_some() {
        return Err(Error::new(ErrorCode::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}

fn check_response_type(raw: Option<&str>) -> Result<(), Error> {
    match raw {
        Some("code") => Ok(()),
        Some(_) => Err(Error::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
        None => Err(Error::invalid_request("response_type is missing")),
    }
}

fn check_length<'a>(
    value: Option<&'a str>,
    max: usize,
    fault: &'static str,
) -> Result<Option<&'a str>, Error> {
    match value {
        Some(text) if text.len() > max => Err(Error::invalid_request(fault)),
        other => Ok(other),
    }
}

/// OIDC Core §3.1.2.1: `none` stands alone. The others ask for what happens anyway.
fn read_prompt(raw: Option<&str>) -> Result<bool, Error> {
    let mut silent = false;
    let mut others = false;
    for word in raw.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => silent = true,
            "login" | "consent" | "select_account" => others = true,
            _ => return Err(Error::invalid_request("prompt has an unknown value")),
        }
    }
    if silent && others { Err(Error::invalid_request("prompt=none stands alone")) } else { Ok(silent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str =
        "response_type=code&scope=openid&client_id=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb";

    fn read(extra: &str, public: bool) -> Result<AuthorizationRequest, Error> {
        let raw = format!("{BASE}&{extra}");
        let (parameters, repeated) = Parameters::parse_lenient(raw.as_bytes()).unwrap();
        AuthorizationRequest::read(&parameters, &repeated, public, Outside::default())
    }

    #[test]
    fn a_plain_request_asks_for_openid_and_lets_the_user_choose() {
        let request = read("", false).unwrap();
        assert_eq!(request.scope.as_str(), "openid");
        assert!(request.acr_values.is_empty() && !request.silent);
    }

    #[test]
    fn a_repeated_client_id_or_callback_leaves_nobody_to_answer_to() {
        for extra in ["client_id=d", "redirect_uri=https%3A%2F%2Fevil.example", "client_id="] {
            let raw = format!("{BASE}&{extra}");
            let (parameters, repeated) = Parameters::parse_lenient(raw.as_bytes()).unwrap();
            assert_eq!(Addressee::read(&parameters, &repeated), None, "{extra}");
        }
    }

    #[test]
    fn any_other_repeated_parameter_is_an_invalid_request() {
        assert_eq!(read("state=a&state=b", false).unwrap_err().code, ErrorCode::InvalidRequest);
        assert_eq!(read("unknown=a&unknown=b", false).unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn what_is_not_supported_is_refused_by_its_own_word() {
        for (extra, code) in [
            ("request=eyJ", ErrorCode::RequestNotSupported),
            ("request_uri=urn%3Ax", ErrorCode::RequestUriNotSupported),
            ("registration=%7B%7D", ErrorCode::RegistrationNotSupported),
            ("response_mode=web_message", ErrorCode::InvalidRequest),
            ("prompt=none%20login", ErrorCode::InvalidRequest),
            ("prompt=dance", ErrorCode::InvalidRequest),
            ("acr_values=urn:grn:authn:se:bankid", ErrorCode::InvalidRequest),
            ("code_challenge=abc", ErrorCode::InvalidRequest),
        ] {
            assert_eq!(read(extra, false).unwrap_err().code, code, "{extra}");
        }
    }

    #[test]
    fn response_types_other_than_code_are_unsupported() {
        let (parameters, repeated) = Parameters::parse_lenient(b"response_type=token&scope=openid").unwrap();
        let error =
            AuthorizationRequest::read(&parameters, &repeated, false, Outside::default()).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedResponseType);
    }

    #[test]
    fn a_public_client_cannot_leave_pkce_out() {
        assert!(read("", true).is_err());
        let challenge =
            "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        assert!(read(challenge, true).is_ok());
    }

    #[test]
    fn a_state_of_two_thousand_bytes_fits_and_one_more_does_not() {
        assert!(read(&format!("state={}", "s".repeat(STATE_MAX_BYTES)), false).is_ok());
        assert!(read(&format!("state={}", "s".repeat(STATE_MAX_BYTES + 1)), false).is_err());
    }
}
