//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1), in two steps.
//!
//! First [`Addressee::read`]: who asks, and where would an answer go? Until an application's record
//! has confirmed both, nothing may be redirected. Only then [`AuthorizationRequest::read`] looks at
//! the rest, and its errors travel to the callback.

use super::acr_values::{self, Outside, Source};
use super::claims_request::ClaimsRequest;
use super::login_hint::LoginHint;
use super::pkce::CodeChallenge;
use super::prompt::{self, Prompt};
use super::response_mode::ResponseMode;
use super::scope::Scope;
use super::{Error, ErrorCode};
use crate::eid::Acr;
use crate::model::application::ResponseType;
use crate::web::Parameters;

/// Longest `state`, bytes. A state of 2,000 bytes fits the sealed cookie.
pub const STATE_MAX_BYTES: usize = 2_000;
/// Longest `nonce`, bytes.
pub const NONCE_MAX_BYTES: usize = 500;
/// Longest `ui_locales`, bytes.
pub const HINT_MAX_BYTES: usize = 2_000;
/// Longest `id_token_hint`, bytes.
pub const ID_TOKEN_HINT_MAX_BYTES: usize = 8 * 1024;
/// Length of `dpop_jkt`, characters: SHA-256 in base64url (RFC 9449 §10).
pub const DPOP_JKT_CHARACTERS: usize = 43;

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

/// What the settings of an application allow and demand of its requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// `code_challenge` is not optional: the client is public (RFC 9700 §2.1.1), or of FAPI 2.0.
    pub pkce: bool,
    /// `response_type=id_token` is answered.
    pub id_token: bool,
    /// An ID token may travel in a query: in TEST only.
    pub token_in_query: bool,
}

/// What the application asks for, besides who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// `response_type`
    pub response_type: ResponseType,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// `scope`, at least `openid`.
    pub scope: Scope,
    /// `nonce`, echoed in the ID token.
    pub nonce: Option<String>,
    /// `code_challenge` of S256.
    pub code_challenge: Option<CodeChallenge>,
    /// The eIDs asked for, in order; empty means that the user chooses.
    pub acr_values: Vec<Acr>,
    /// Which place named them.
    pub acr_source: Source,
    /// No other eID will do, not even one that stands for one of them (OIDC Core §5.5.1.1).
    pub acr_is_essential: bool,
    /// `ui_locales` as sent.
    pub ui_locales: Option<String>,
    /// `login_hint`
    pub login_hint: LoginHint,
    /// `prompt`
    pub prompt: Prompt,
    /// `max_age`, seconds.
    pub max_age: Option<u64>,
    /// `id_token_hint`, unread.
    pub id_token_hint: Option<String>,
    /// `sub` of the one person who may log in, from `claims`.
    pub subject: Option<String>,
    /// `dpop_jkt`: thumbprint of the key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
}

impl AuthorizationRequest {
    /// Reads and checks the rest of a request whose addressee is known. `rules` are of the
    /// application; `outside` is where else an eID may be named.
    ///
    /// # Errors
    /// The first fault in the order below, to be sent to the callback.
    pub fn read(
        parameters: &Parameters,
        repeated: &[String],
        rules: Rules,
        outside: Outside<'_>,
    ) -> Result<Self, Error> {
        check_not_repeated(repeated)?;
        check_supported(parameters)?;
        let response_type = read_response_type(parameters.get("response_type"), rules)?;
        let response_mode = read_response_mode(parameters.get("response_mode"), response_type, rules)?;
        let login_hint = LoginHint::parse(parameters.get("login_hint"))?;
        let claims = ClaimsRequest::parse(parameters.get("claims"))?;
        let scope = Scope::parse(parameters.get("scope"), login_hint.scope.as_deref(), &claims.names)?;
        let text = |name, max, fault| limited(parameters.get(name), max, fault);
        text("state", STATE_MAX_BYTES, "state is longer than 2000 bytes; use a shorter one")?;
        let nonce = text("nonce", NONCE_MAX_BYTES, "nonce is longer than 500 bytes")?;
        if response_type == ResponseType::IdToken && nonce.is_none() {
            return Err(Error::invalid_request("response_type=id_token needs a nonce"));
        }
        let code_challenge =
            CodeChallenge::parse(parameters.get("code_challenge"), parameters.get("code_challenge_method"))?;
        if rules.pkce && response_type == ResponseType::Code && code_challenge.is_none() {
            return Err(Error::invalid_request("this client must send a code_challenge"));
        }
        let (acr_values, acr_source) = acr_values::read(
            parameters,
            claims.acr_values.as_deref(),
            login_hint.acr_values.as_deref(),
            outside,
        )?;
        Ok(Self {
            response_type,
            response_mode,
            scope,
            nonce,
            code_challenge,
            acr_values,
            acr_source,
            acr_is_essential: claims.acr_is_essential && acr_source == Source::Claims,
            ui_locales: text("ui_locales", HINT_MAX_BYTES, "ui_locales is too long")?,
            login_hint,
            prompt: Prompt::parse(parameters.get("prompt"))?,
            max_age: prompt::max_age(parameters.get("max_age"))?,
            id_token_hint: text("id_token_hint", ID_TOKEN_HINT_MAX_BYTES, "id_token_hint is too long")?,
            subject: claims.subject,
            dpop_jkt: read_dpop_jkt(parameters.get("dpop_jkt"))?,
        })
    }
}

/// RFC 6749 §3.1: a parameter must not be included more than once.
fn check_not_repeated(repeated: &[String]) -> Result<(), Error> {
    if repeated.is_empty() { Ok(()) } else { Err(Error::invalid_request("a parameter is repeated")) }
}

/// OIDC Core §7.2.1: what is not supported is refused by name, never ignored, since the client
/// believes that it binds us. Request objects and pushed requests have been opened before; a
/// `request_uri` that we would have to fetch is none of ours (RFC 9700 §4.11, SSRF).
fn check_supported(parameters: &Parameters) -> Result<(), Error> {
    if parameters.get("request").is_some() {
        return Err(Error::new(
            ErrorCode::RequestNotSupported,
            "request objects need a client with registered keys",
        ));
    }
    if parameters.get("request_uri").is_some() {
        return Err(Error::new(ErrorCode::RequestUriNotSupported, "request_uri must be of a pushed request"));
    }
    if parameters.get("registration").is_some() {
        return Err(Error::new(ErrorCode::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}

fn read_response_type(raw: Option<&str>, rules: Rules) -> Result<ResponseType, Error> {
    match raw {
        Some("code") => Ok(ResponseType::Code),
        Some("id_token") if rules.id_token => Ok(ResponseType::IdToken),
        Some("id_token") => Err(Error::new(
            ErrorCode::UnauthorizedClient,
            "response_type id_token is switched off for this client",
        )),
        Some(_) => {
            Err(Error::new(ErrorCode::UnsupportedResponseType, "response_type must be code or id_token"))
        }
        None => Err(Error::invalid_request("response_type is missing")),
    }
}

/// An ID token in a query would end up in logs and referrers (OAuth 2.0 Multiple Response Types §5).
fn read_response_mode(raw: Option<&str>, of: ResponseType, rules: Rules) -> Result<ResponseMode, Error> {
    let asked = ResponseMode::parse(raw)?;
    match (of, asked) {
        (ResponseType::Code, asked) => Ok(asked.unwrap_or_default()),
        (ResponseType::IdToken, None) => Ok(ResponseMode::Fragment),
        (ResponseType::IdToken, Some(ResponseMode::Query)) if rules.token_in_query => Ok(ResponseMode::Query),
        (ResponseType::IdToken, Some(mode @ (ResponseMode::Fragment | ResponseMode::FormPost))) => Ok(mode),
        (ResponseType::IdToken, Some(_)) => {
            Err(Error::invalid_request("response_type=id_token is answered by fragment or form_post"))
        }
    }
}

/// By which mode an error of this request travels, whatever else is wrong with it.
pub fn mode_of_errors(parameters: &Parameters) -> ResponseMode {
    match ResponseMode::parse(parameters.get("response_mode")) {
        Ok(Some(mode)) => mode,
        _ if parameters.get("response_type") == Some("id_token") => ResponseMode::Fragment,
        _ => ResponseMode::Query,
    }
}

fn read_dpop_jkt(raw: Option<&str>) -> Result<Option<String>, Error> {
    let fits = |jkt: &str| {
        jkt.len() == DPOP_JKT_CHARACTERS
            && jkt.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match raw {
        Some(jkt) if !fits(jkt) => Err(Error::invalid_request("dpop_jkt is not a SHA-256 thumbprint")),
        other => Ok(other.map(str::to_owned)),
    }
}

fn limited(value: Option<&str>, max: usize, fault: &'static str) -> Result<Option<String>, Error> {
    match value {
        Some(text) if text.len() > max => Err(Error::invalid_request(fault)),
        other => Ok(other.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str =
        "response_type=code&scope=openid&client_id=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb";

    fn read(extra: &str, pkce: bool) -> Result<AuthorizationRequest, Error> {
        read_by(&format!("{BASE}&{extra}"), Rules { pkce, ..Rules::default() })
    }

    fn read_by(raw: &str, rules: Rules) -> Result<AuthorizationRequest, Error> {
        let (parameters, repeated) = Parameters::parse_lenient(raw.as_bytes()).unwrap();
        AuthorizationRequest::read(&parameters, &repeated, rules, Outside::default())
    }

    #[test]
    fn a_plain_request_asks_for_openid_and_lets_the_user_choose() {
        let request = read("", false).unwrap();
        assert_eq!(request.scope.as_str(), "openid");
        assert!(request.acr_values.is_empty() && !request.prompt.none);
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
            ("request_uri=https%3A%2F%2Fa.example%2Fr", ErrorCode::RequestUriNotSupported),
            ("registration=%7B%7D", ErrorCode::RegistrationNotSupported),
            ("response_mode=web_message", ErrorCode::InvalidRequest),
            ("prompt=none%20login", ErrorCode::InvalidRequest),
            ("prompt=dance", ErrorCode::InvalidRequest),
            ("acr_values=urn:grn:authn:se:bankid", ErrorCode::InvalidRequest),
            ("code_challenge=abc", ErrorCode::InvalidRequest),
            ("max_age=-1", ErrorCode::InvalidRequest),
            ("claims=7", ErrorCode::InvalidRequest),
            ("dpop_jkt=short", ErrorCode::InvalidRequest),
            ("login_hint=action%3Adance", ErrorCode::InvalidRequest),
        ] {
            assert_eq!(read(extra, false).unwrap_err().code, code, "{extra}");
        }
    }

    #[test]
    fn other_response_types_are_unsupported_and_id_token_needs_its_switch() {
        let code = |raw: &str| read_by(raw, Rules::default()).unwrap_err().code;
        for raw in ["token", "code%20id_token", "none", "id_token%20token"] {
            assert_eq!(
                code(&format!("scope=openid&response_type={raw}")),
                ErrorCode::UnsupportedResponseType
            );
        }
        assert_eq!(code("scope=openid&nonce=n&response_type=id_token"), ErrorCode::UnauthorizedClient);
    }

    #[test]
    fn an_id_token_travels_in_a_query_in_test_only_and_never_without_nonce() {
        let rules = |token_in_query| Rules { id_token: true, token_in_query, pkce: true };
        let mode = |extra: &str, token_in_query| {
            let raw = format!("response_type=id_token&scope=openid{extra}");
            read_by(&raw, rules(token_in_query)).map(|request| request.response_mode)
        };
        assert_eq!(mode("&nonce=n", false), Ok(ResponseMode::Fragment));
        assert_eq!(mode("&nonce=n&response_mode=form_post", false), Ok(ResponseMode::FormPost));
        assert_eq!(mode("&nonce=n&response_mode=query", true), Ok(ResponseMode::Query));
        for extra in ["", "&nonce=n&response_mode=query", "&nonce=n&response_mode=json"] {
            assert!(mode(extra, false).is_err(), "{extra}");
        }
        assert!(mode("&nonce=n&response_mode=post_message", true).is_err());
    }

    #[test]
    fn a_public_client_cannot_leave_pkce_out() {
        assert!(read("", true).is_err());
        let challenge =
            "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        assert!(read(challenge, true).is_ok());
    }

    #[test]
    fn each_text_fits_up_to_its_limit_and_not_one_byte_more() {
        for (name, most) in
            [("state", 2_000), ("nonce", 500), ("ui_locales", 2_000), ("id_token_hint", 8_192)]
        {
            assert!(read(&format!("{name}={}", "s".repeat(most)), false).is_ok(), "{name}");
            assert!(read(&format!("{name}={}", "s".repeat(most + 1)), false).is_err(), "{name}");
        }
    }

    #[test]
    fn a_thumbprint_has_43_characters_of_base64url() {
        let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4_";
        assert!(read(&format!("dpop_jkt={thumbprint}"), false).is_ok());
        for other in [&thumbprint[1..], &format!("{thumbprint}A"), &thumbprint.replace('_', ".")] {
            assert!(read(&format!("dpop_jkt={other}"), false).is_err(), "{other}");
        }
    }
}
