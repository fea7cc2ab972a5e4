//! A relying party registered on one domain.

use super::names::{ClientId, Environment, TenantId};
use super::time::UnixTime;
use super::url::{RedirectUri, WebUrl};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most callback URLs of one application.
pub const REDIRECT_URIS_MAX: usize = 50;
/// Most secrets valid at once: the one in use and the ones it is being replaced by or with.
pub const SECRETS_MAX: usize = 4;

/// How an application proves who it is at the token endpoint (RFC 6749 §2.3, OIDC Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form.
    ClientSecretPost,
    /// A public client: nothing but PKCE.
    None,
}

/// A secret as it is stored: an HMAC under the environment's key, never the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSecret {
    /// Names the secret in the admin API: 22 characters.
    pub id: String,
    /// HMAC-SHA256 of the secret in base64url, see `vault::EnvironmentKeys::secret_hash`.
    pub hash: String,
    /// When it was made or imported.
    pub created_at: UnixTime,
    /// When it stops counting, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UnixTime>,
}

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredSecret({}, …)", self.id)
    }
}

/// An application as it is published for the login path: KV `app:<host>:<hash of client_id>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(default)]
    pub secrets: Vec<StoredSecret>,
    /// Where "start again" may lead (OIDC Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<WebUrl>,
}

impl Application {
    /// The registered callback that equals `raw` byte for byte.
    pub fn redirect_uri(&self, raw: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.as_str() == raw)
    }

    /// A public client has nothing but PKCE to prove itself with, so it must use it.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_methods.contains(&ClientAuthMethod::None)
    }
}
