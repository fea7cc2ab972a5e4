//! The token request's own parameters (RFC 6749 §4.1.3) and its answers (§5).

use super::{Error, ErrorCode, dpop};
use crate::web::{Parameters, Response};
use serde_json::json;

/// When to try again what did not answer (RFC 9110 §10.2.3), seconds.
pub const RETRY_AFTER_SECONDS: &str = "5";

/// What `grant_type=authorization_code` brings.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// `code`
    pub code: String,
    /// `redirect_uri`: required, since every authorization request here has one.
    pub redirect_uri: String,
    /// `code_verifier`
    pub code_verifier: Option<String>,
}

impl TokenRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `unsupported_grant_type`, or `invalid_request` for what is missing.
    pub fn read(form: &Parameters) -> Result<Self, Error> {
        match form.get("grant_type") {
            Some("authorization_code") => {}
            Some(_) => {
                return Err(Error::new(
                    ErrorCode::UnsupportedGrantType,
                    "grant_type must be authorization_code",
                ));
            }
            None => return Err(Error::invalid_request("grant_type is missing")),
        }
        let code = form.get("code").ok_or(Error::invalid_request("code is missing"))?;
        let redirect_uri =
            form.get("redirect_uri").ok_or(Error::invalid_request("redirect_uri is missing"))?;
        Ok(Self {
            code: code.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: form.get("code_verifier").map(str::to_owned),
        })
    }
}

/// The error answer of the token endpoint (RFC 6749 §5.2).
pub fn error_response(error: Error, used_basic: bool) -> Response {
    let status = match error.code {
        ErrorCode::InvalidClient => 401,
        ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable => 503,
        _ => 400,
    };
    let mut response = Response::json(
        status,
        &json!({ "error": error.code.as_str(), "error_description": error.description }),
    )
    .with("pragma", "no-cache");
    if status == 503 {
        response.set("retry-after", RETRY_AFTER_SECONDS.to_owned());
    }
    if status == 401 && used_basic {
        response.set("www-authenticate", "Basic realm=\"token\", charset=\"UTF-8\"".to_owned());
    }
    response
}

/// How an access token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it (RFC 6750).
    Bearer,
    /// With a proof of the key that it is bound to (RFC 9449).
    Dpop,
}

impl Scheme {
    /// Reads the scheme of an `Authorization` header.
    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop].into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(raw))
    }

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// The error answer of a resource that takes access tokens (RFC 6750 §3, RFC 9449 §7.1). Without a
/// token in the request there is only the challenge, which names both schemes.
pub fn resource_error(scheme: Scheme, error: Option<Error>) -> Response {
    let algorithms = format!("algs=\"{}\"", dpop::algorithms());
    let told = error.map(|error| {
        format!("error=\"{}\", error_description=\"{}\"", error.code.as_str(), error.description)
    });
    let challenge = match (scheme, told) {
        (_, None) => format!("Bearer, DPoP {algorithms}"),
        (Scheme::Bearer, Some(told)) => format!("Bearer {told}, DPoP {algorithms}"),
        (Scheme::Dpop, Some(told)) => format!("DPoP {told}, {algorithms}"),
    };
    let response = match error {
        None => Response::text(401, ""),
        Some(error) => Response::json(
            401,
            &json!({ "error": error.code.as_str(), "error_description": error.description }),
        ),
    };
    response.with("www-authenticate", challenge)
}
