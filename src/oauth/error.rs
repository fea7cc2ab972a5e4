//! The error words that clients read.

/// Registered error codes we answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1 and §5.2: missing, repeated or malformed parameter.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed; status 401.
    InvalidClient,
    /// RFC 6749 §5.2: the code is invalid, expired, used, or of another client.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1: this client may not do that.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1.
    InvalidScope,
    /// RFC 6749 §4.1.2.1: the user or the eID said no.
    AccessDenied,
    /// RFC 6749 §4.1.2.1: an error of ours or of an upstream.
    ServerError,
    /// RFC 6749 §4.1.2.1: try again later.
    TemporarilyUnavailable,
    /// OIDC Core §3.1.2.6: `prompt=none` and nobody is logged in.
    LoginRequired,
    /// OIDC Core §3.1.2.6: `prompt=none`, and the user would have to be asked something.
    InteractionRequired,
    /// OIDC Core §6.1.
    RequestNotSupported,
    /// OIDC Core §6.2.
    RequestUriNotSupported,
    /// RFC 9101 §7: the request object is malformed, unsigned, or not this client's.
    InvalidRequestObject,
    /// RFC 9101 §7, RFC 9126 §2.2: the pushed request is unknown, over or another client's.
    InvalidRequestUri,
    /// OIDC Core §7.2.1.
    RegistrationNotSupported,
    /// RFC 6750 §3.1: the access token is unknown, expired or revoked; status 401.
    InvalidToken,
    /// RFC 9449 §5 and §7.1: the proof of a key is missing, invalid, or was used before.
    InvalidDpopProof,
}

impl ErrorCode {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InvalidDpopProof => "invalid_dpop_proof",
        }
    }
}

/// An error for a client: a registered code and a text of ours. The text is a constant, so that
/// nothing a caller sent can be echoed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The code.
    pub code: ErrorCode,
    /// What its developer should change. ASCII without `"` and `\` (RFC 6749 §5.2).
    pub description: &'static str,
}

impl Error {
    /// An error with its explanation.
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description }
    }

    /// Shorthand for the most frequent code.
    pub const fn invalid_request(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }
}
