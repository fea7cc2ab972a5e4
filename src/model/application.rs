//! A relying party registered on one domain.

use super::key_ring::Algorithm;
use super::names::{ClientId, Environment, TenantId};
use super::time::UnixTime;
use super::url::{Origin, RedirectUri, WebUrl};
use crate::eid::Acr;
use std::fmt;

/// Most callback URLs of one application.
pub const REDIRECT_URIS_MAX: usize = 50;
/// Most URLs that a logout may lead to.
pub const POST_LOGOUT_REDIRECT_URIS_MAX: usize = 50;
/// Most URLs by which MitID's app may lead back to an app of the application's.
pub const RESUME_URLS_MAX: usize = 10;
/// Most origins whose scripts may call us.
pub const ALLOWED_ORIGINS_MAX: usize = 20;
/// Longest recording of an application's logins, seconds.
pub const RECORDING_MAX_SECONDS: u64 = 24 * 60 * 60;
/// Most secrets valid at once: the one in use and the ones it is being replaced by or with.
pub const SECRETS_MAX: usize = 4;

/// How an application proves who it is at the token endpoint (RFC 6749 §2.3, OIDC Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form.
    ClientSecretPost,
    /// A JWT signed by the application's own key (RFC 7523, OIDC Core §9).
    PrivateKeyJwt,
    /// A public client: nothing but PKCE.
    None,
}

json_enum!(ClientAuthMethod {
    ClientSecretBasic = "client_secret_basic", ClientSecretPost = "client_secret_post",
    PrivateKeyJwt = "private_key_jwt", None = "none",
});

impl ClientAuthMethod {
    /// Every method, as discovery announces them.
    pub const ALL: [Self; 4] =
        [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The registered word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// What an authorization answer may bring (RFC 7591 §2 `response_types`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// A code for the token endpoint.
    Code,
    /// The ID token itself, for clients of the implicit years.
    IdToken,
}

json_enum!(ResponseType { Code = "code", IdToken = "id_token" });

impl ResponseType {
    /// The registered word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
        }
    }
}

/// Who says which claims an application gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScopeStrategy {
    /// The settings: every claim that they allow, whatever is asked for.
    #[default]
    Static,
    /// The request: scopes and the `claims` parameter.
    Dynamic,
}

json_enum!(ScopeStrategy { Static = "static", Dynamic = "dynamic" });

/// How the userinfo endpoint answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserinfoResponse {
    /// A JSON object.
    #[default]
    PlainJson,
    /// A JWT signed like the ID token (OIDC Core §5.3.2).
    SignedJwt,
    /// Not at all: the ID token of the token endpoint has everything.
    FromTokenEndpoint,
}

json_enum!(UserinfoResponse {
    PlainJson = "plain_json", SignedJwt = "signed_jwt", FromTokenEndpoint = "from_token_endpoint",
});

/// A secret as it is stored: an HMAC under the environment's key, never the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Names the secret in the admin API: 22 characters.
    pub id: String,
    /// HMAC-SHA256 of the secret in base64url, see `vault::EnvironmentKeys::secret_hash`.
    pub hash: String,
    /// When it was made or imported.
    pub created_at: UnixTime,
    /// When it stops counting, if ever.
    pub expires_at: Option<UnixTime>,
}

json_struct!(StoredSecret { id, hash, created_at, expires_at });

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredSecret({}, …)", self.id)
    }
}

/// An application as it is published for the login path: KV `app:<host>:<hash of client_id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Version of the tenant's configuration it was published from.
    pub version: u64,
    /// The owner.
    pub tenant: TenantId,
    /// The environment of the domain it is registered on.
    pub environment: Environment,
    /// `client_id`, unique on its domain.
    pub client_id: ClientId,
    /// Shown to administrators only; end users see the domain's display name.
    pub name: String,
    /// A disabled application is refused at start, callback, code issue and token.
    pub enabled: bool,
    /// Callback URLs; a request's `redirect_uri` equals one of them byte for byte.
    pub redirect_uris: Vec<RedirectUri>,
    /// The methods it may use at the token endpoint; others are refused.
    pub token_endpoint_auth_methods: Vec<ClientAuthMethod>,
    /// Hashes of its secrets.
    pub secrets: Vec<StoredSecret>,
    /// Where "start again" may lead (OIDC Core §4).
    pub initiate_login_uri: Option<WebUrl>,
    /// What it asks for and how it is answered.
    pub protocol: Protocol,
}

json_struct!(Application {
    version, tenant, environment, client_id, name, enabled, redirect_uris, token_endpoint_auth_methods,
    secrets or Vec::new(), initiate_login_uri, protocol or Protocol::default(),
});

/// The protocol settings of an application: the same in the record that administrators write and
/// in what is published. The default is what an application of the first days has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// What an authorization answer may bring.
    pub response_types: Vec<ResponseType>,
    /// The eIDs it may ask for and is offered; empty means every one of its domain.
    pub acr_values: Vec<Acr>,
    /// Its public keys, a JWK set as JSON text without private members: for `private_key_jwt` and
    /// signed requests. At most one of `jwks` and `jwks_uri`.
    pub jwks: Option<String>,
    /// Where its public keys are fetched.
    pub jwks_uri: Option<WebUrl>,
    /// Whether a client assertion may name an endpoint of ours as its audience, as older libraries
    /// do, instead of the issuer.
    pub endpoint_audience: bool,
    /// Whether only pushed requests are taken (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// Where a logout may lead besides its callbacks (OIDC RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where a logout token is posted (OIDC Back-Channel Logout §2.2).
    pub backchannel_logout_uri: Option<WebUrl>,
    /// What the logout page loads in a frame (OIDC Front-Channel Logout §2).
    pub frontchannel_logout_uri: Option<WebUrl>,
    /// Origins whose scripts may call us, besides those of its callbacks.
    pub allowed_origins: Vec<Origin>,
    /// Where MitID's app may lead back to after an app switch: universal links of its own apps.
    pub resume_urls: Vec<WebUrl>,
    /// Whether it looks for a session from a hidden frame (`prompt=none`), which needs a session
    /// cookie that browsers send across sites.
    pub silent_check: bool,
    /// Who says which claims it gets.
    pub scope_strategy: ScopeStrategy,
    /// How the userinfo endpoint answers it.
    pub userinfo_response: UserinfoResponse,
    /// The algorithm of its ID tokens.
    pub id_token_signed_response_alg: Algorithm,
    /// Whether its access tokens are bound to a key (RFC 9449 §5.2).
    pub dpop_bound_access_tokens: bool,
    /// Whether everything that the FAPI 2.0 Security Profile demands is demanded of it.
    pub fapi2: bool,
    /// Until when its logins are recorded for "explain this login".
    pub recording_until: Option<UnixTime>,
    /// From then on NemID starts no login for it, whatever its domain says. It never reopens one that
    /// its domain has closed.
    pub nemid_closed_at: Option<UnixTime>,
}

json_struct!(Protocol {
    response_types or vec![ResponseType::Code], acr_values or Vec::new(), jwks, jwks_uri, endpoint_audience or false,
    require_pushed_authorization_requests or false, post_logout_redirect_uris or Vec::new(),
    backchannel_logout_uri, frontchannel_logout_uri, allowed_origins or Vec::new(), resume_urls unless Vec::<WebUrl>::new(),
    silent_check or false,
    scope_strategy or ScopeStrategy::default(), userinfo_response or UserinfoResponse::default(),
    id_token_signed_response_alg or Algorithm::Rs256, dpop_bound_access_tokens or false,
    fapi2 or false, recording_until, nemid_closed_at,
});

impl Default for Protocol {
    fn default() -> Self {
        Self {
            response_types: vec![ResponseType::Code],
            acr_values: Vec::new(),
            jwks: None,
            jwks_uri: None,
            endpoint_audience: false,
            require_pushed_authorization_requests: false,
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            frontchannel_logout_uri: None,
            allowed_origins: Vec::new(),
            resume_urls: Vec::new(),
            silent_check: false,
            scope_strategy: ScopeStrategy::default(),
            userinfo_response: UserinfoResponse::default(),
            id_token_signed_response_alg: Algorithm::Rs256,
            dpop_bound_access_tokens: false,
            fapi2: false,
            recording_until: None,
            nemid_closed_at: None,
        }
    }
}

impl Application {
    /// The registered callback that equals `raw` byte for byte.
    pub fn redirect_uri(&self, raw: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.as_str() == raw)
    }

    /// Whether MitID's app may lead back to `raw`, byte for byte.
    pub fn may_resume_at(&self, raw: &str) -> bool {
        self.protocol.resume_urls.iter().any(|url| url.as_str() == raw)
    }

    /// A public client has nothing but PKCE to prove itself with, so it must use it.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_methods.contains(&ClientAuthMethod::None)
    }
}
