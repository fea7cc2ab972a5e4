//! What a login is worth: who logged in, and for what.

use crate::eid::Acr;
use crate::model::{ClientId, Host, Sealed};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::scope::Scope;

/// What the application asked for, as far as the token needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRequest {
    /// The issuing domain.
    pub host: Host,
    /// The application.
    pub client_id: ClientId,
    /// `redirect_uri` of the authorization request.
    pub redirect_uri: String,
    /// `scope`
    pub scope: Scope,
    /// `nonce`
    pub nonce: Option<String>,
    /// `code_challenge`
    pub code_challenge: Option<CodeChallenge>,
    /// Thumbprint of the key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// What the session of this login is called in the application's ID tokens, if there is one.
    pub sid: Option<String>,
}

json_struct!(GrantRequest { host, client_id, redirect_uri, scope, nonce, code_challenge, dpop_jkt, sid });

/// Who logged in for whom: what a redeemed code is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What was asked for.
    pub request: GrantRequest,
    /// The acr reached.
    pub acr: Acr,
    /// The identity, sealed under the environment's data key.
    pub identity: Sealed,
}

json_struct!(Grant { request, acr, identity });
