//! The public keys of an application, for tokens that it signs: client assertions and request
//! objects.

use super::Context;
use crate::error::Fault;
use crate::model::Application;
use crate::oauth::jwks;
use crate::oauth::jwt::Unverified;
use crate::ports::Ports;

/// Keys fetched from an application are kept this long in an isolate, seconds.
pub const KEYS_SECONDS: u64 = 600;
/// For a key that is not among them they are fetched again, at most so often, seconds: the
/// application may have rolled its key over, or a stranger may be making names up.
pub const KEYS_AGAIN_SECONDS: u64 = 60;

/// Whether a key of the application signed a token.
///
/// # Errors
/// When its keys can't be fetched.
pub async fn signed<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    token: &Unverified<'_>,
) -> Result<bool, Fault> {
    let find = |set: &str| jwks::find(set, token.kid(), token.alg());
    let protocol = &application.protocol;
    let mut key = protocol.jwks.as_deref().and_then(find);
    if let Some(uri) = &protocol.jwks_uri {
        for max_age in [KEYS_SECONDS, KEYS_AGAIN_SECONDS] {
            if key.is_none() {
                key = find(&ctx.ports.document(uri.as_str(), max_age, ctx.now).await?);
            }
        }
    }
    match key {
        Some(key) => Ok(ctx.ports.verify(token.alg(), &key, token.input(), token.signature()).await),
        None => Ok(false),
    }
}
