//! `id_token_hint`: an ID token of this domain, shown again by the application that got it (OIDC Core
//! §3.1.2.1, RP-Initiated Logout §2). It tells who is meant and who asks; it lets nobody in.

use super::Context;
use crate::model::ClientId;
use crate::oauth::jwt::Unverified;
use crate::ports::Ports;

/// A genuine ID token, perhaps long expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whose token it is.
    pub client_id: ClientId,
    /// Who.
    pub sub: String,
    /// Which session, if it was issued in one.
    pub sid: Option<String>,
}

/// Reads a hint: signed by a key that this domain announces or has removed lately, never by one that
/// is compromised, and issued by it. How old it is does not matter.
pub async fn read<P: Ports>(ctx: &Context<'_, P>, raw: &str) -> Option<Hint> {
    let algorithms = ctx.domain.keys.iter().map(|key| key.alg.verified_by()).collect::<Vec<_>>();
    let token = Unverified::parse(raw, &algorithms).ok()?;
    // A logout token has a type of its own; a signed answer of the userinfo endpoint never ends.
    let is_id_token = token.header("typ") == Some("JWT") && token.claims().contains_key("exp");
    if !is_id_token || token.claim("iss") != Some(ctx.domain.issuer.as_str()) {
        return None;
    }
    let key = ctx.domain.keys.iter().find(|key| token.kid() == Some(&key.kid))?;
    let fits = key.alg.verified_by() == token.alg();
    if !fits || !ctx.ports.verify(token.alg(), &key.public, token.input(), token.signature()).await {
        return None;
    }
    Some(Hint {
        client_id: ClientId::parse(token.claim("aud")?).ok()?,
        sub: token.claim("sub")?.to_owned(),
        sid: token.claim("sid").map(str::to_owned),
    })
}
