//! The ID token (OIDC Core §2): made when a code is redeemed, or at once for clients of the implicit
//! years. Signed with the key of the eID that was really used.

use super::Context;
use super::attempt::AttemptId;
use super::cpr::is_released;
use super::issue::identity_label;
use super::state::Grant;
use crate::eid::claims::{claims_of, release};
use crate::error::Fault;
use crate::model::key_ring::{Algorithm, AnnouncedKey, KeyState, signing_key_label, signing_key_name};
use crate::model::{Application, Identity, Sealed};
use crate::oauth::jwt;
use crate::ports::Ports;
use crate::vault::{base64url, sha256};
use serde_json::{Map, Value};

/// Opens the identity that was sealed for an attempt.
///
/// # Errors
/// When it was sealed for another, or is malformed.
pub async fn open_identity<P: Ports>(
    ctx: &Context<'_, P>,
    grant: &Grant,
    attempt: AttemptId,
) -> Result<Identity, Fault> {
    open_sealed(ctx, &grant.identity, attempt).await
}

/// As [`open_identity`], of the sealed text alone.
///
/// # Errors
/// Likewise.
pub async fn open_sealed<P: Ports>(
    ctx: &Context<'_, P>,
    identity: &Sealed,
    attempt: AttemptId,
) -> Result<Identity, Fault> {
    let plain = ctx.keys.open(ctx.ports, &identity_label(attempt), identity).await?;
    crate::json::read_bytes(&plain).map_err(|_| Fault::lasting("identity", "can't be read"))
}

/// What an application may read of a person, as claims of an ID token and of userinfo.
pub fn released<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    grant: &Grant,
    identity: &Identity,
    attempt: AttemptId,
) -> Map<String, Value> {
    let mut claims = claims_of(identity, &ctx.keys, &attempt.0, ctx.now);
    let (strategy, scope) = (application.protocol.scope_strategy, &grant.request.scope);
    let cpr = is_released(application, scope, ctx.domain.cpr);
    release(&mut claims, strategy, scope, cpr, identity, ctx.now);
    claims
}

/// The signed ID token of a grant, as of now. `access_token` is the one it comes with, if it does.
///
/// # Errors
/// Our own faults.
pub async fn issue<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    grant: &Grant,
    attempt: AttemptId,
    access_token: Option<&str>,
) -> Result<String, Fault> {
    let identity = open_identity(ctx, grant, attempt).await?;
    let mut claims = released(ctx, application, grant, &identity, attempt);
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", ctx.domain.issuer.clone().into());
    set("aud", grant.request.client_id.as_str().into());
    set("iat", ctx.now.0.into());
    set("nbf", ctx.now.0.into());
    set("exp", ctx.now.plus(ctx.ports.settings().serving.token).0.into());
    set("auth_time", identity.auth_time.0.into());
    set("acr", grant.acr.urn().into());
    if let Some(nonce) = &grant.request.nonce {
        set("nonce", nonce.as_str().into());
    }
    if let Some(sid) = &grant.request.sid {
        set("sid", sid.as_str().into());
    }
    if let Some(access_token) = access_token {
        set("at_hash", half_hash(access_token).into());
    }
    signed(ctx, application, &identity, "JWT", &claims).await
}

/// OIDC Core §3.1.3.6: the left half of the hash that the signature uses too.
fn half_hash(token: &str) -> String {
    let hash = sha256(token.as_bytes());
    base64url(&hash[..hash.len() / 2])
}

/// Claims as a JWT of ours of this `typ`, signed with the key of the identity's eID.
///
/// # Errors
/// Our own faults.
pub async fn signed<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    identity: &Identity,
    typ: &str,
    claims: &Map<String, Value>,
) -> Result<String, Fault> {
    let key = signing_key(ctx, identity, application)?;
    ctx.ports.note("signed_by", &key.kid);
    let input = jwt::signing_input(key.alg, typ, &key.kid, claims);
    let signature = sign(ctx, key, input.as_bytes()).await?;
    Ok(format!("{input}.{}", base64url(&signature)))
}

/// The active key of the eID that was really used, whichever domain issues the token, for the
/// algorithm that the application has chosen. Its first ES256 key may be published a little later than
/// its wish for one: until then the application gets what it got before, unless its profile forbids
/// RS256 (FAPI 2.0 Security Profile §5.4.1).
fn signing_key<'a, P: Ports>(
    ctx: &'a Context<'_, P>,
    identity: &Identity,
    application: &Application,
) -> Result<&'a AnnouncedKey, Fault> {
    let protocol = &application.protocol;
    let signs = |alg| {
        let of_eid = ctx.domain.keys.iter().filter(|key| key.eid == identity.acr.eid());
        of_eid.filter(move |key| key.alg == alg).find(|key| key.state == KeyState::Active)
    };
    let before = || signs(Algorithm::Rs256).filter(|_| !protocol.fapi2);
    signs(protocol.id_token_signed_response_alg)
        .or_else(before)
        .ok_or(Fault::lasting("key ring", "no active key"))
}

/// Signs; the first request of an isolate that needs the key unwraps it, and others wait for that.
async fn sign<P: Ports>(ctx: &Context<'_, P>, key: &AnnouncedKey, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let name = signing_key_name(ctx.keys.label(), &key.kid);
    if !ctx.ports.holds(&name) {
        ctx.ports.turn(&name).await;
        let unwrapped = if ctx.ports.holds(&name) { Ok(()) } else { unwrap(ctx, key, &name).await };
        ctx.ports.pass(&name);
        unwrapped?;
    }
    Ok(ctx.ports.sign(&name, input).await?)
}

async fn unwrap<P: Ports>(ctx: &Context<'_, P>, key: &AnnouncedKey, name: &str) -> Result<(), Fault> {
    let sealed =
        key.private.as_ref().ok_or(Fault::lasting("key ring", "an active key without private half"))?;
    let pkcs8 = ctx.keys.open(ctx.ports, &signing_key_label(&key.kid), sealed).await?;
    Ok(ctx.ports.import(name, key.alg, &pkcs8).await?)
}
