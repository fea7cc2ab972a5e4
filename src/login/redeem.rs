//! `POST /oauth2/token`: a code becomes an ID token and an access token.

use super::Context;
use super::handles::{Handle, Kind};
use super::issue::identity_label;
use super::state::{Answer, Event, Grant, Refusal, TOKEN_SECONDS};
use crate::eid::claims::claims_of;
use crate::error::Fault;
use crate::login::attempt::AttemptId;
use crate::model::application::ClientAuthMethod;
use crate::model::key_ring::{Algorithm, AnnouncedKey, KeyState, signing_key_label};
use crate::model::{Application, ClientId, Identity};
use crate::oauth::client_auth::Credentials;
use crate::oauth::token::{TokenRequest, error_response};
use crate::oauth::{Error, ErrorCode, jwt};
use crate::ports::{LogEvent, Ports};
use crate::vault::{base64url, equal};
use crate::web::{BadParameters, Response};
use serde_json::{Value, json};
use std::rc::Rc;

const INVALID_CLIENT: Error = Error::new(ErrorCode::InvalidClient, "client authentication failed");
const INVALID_GRANT: Error = Error::new(ErrorCode::InvalidGrant, "the code is not valid");

/// Why there is no token.
enum NoToken {
    Told(Error),
    Fault(Fault),
}

impl<F: Into<Fault>> From<F> for NoToken {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

/// Answers a token request. Nothing here is shown to a person.
pub async fn token<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let used_basic = ctx.request.header("authorization").is_some();
    match redeem(ctx).await {
        Ok(response) => response,
        Err(NoToken::Told(error)) => {
            ctx.ports.record(LogEvent {
                event: "token_refused",
                facts: vec![("error", error.code.as_str().to_owned()), ("why", error.description.to_owned())],
            });
            error_response(error, used_basic)
        }
        Err(NoToken::Fault(fault)) => {
            fault.log(ctx.ports);
            error_response(Error::new(ErrorCode::TemporarilyUnavailable, "try again later"), used_basic)
        }
    }
}

async fn redeem<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, NoToken> {
    let form = ctx.request.form_parameters().map_err(|bad| {
        NoToken::Told(Error::invalid_request(match bad {
            BadParameters::NotAForm => "the content type must be application/x-www-form-urlencoded",
            BadParameters::Duplicate => "a parameter is repeated",
            BadParameters::TooMany | BadParameters::NotUtf8 => "the form can't be read",
        }))
    })?;
    let credentials = Credentials::read(ctx.request.header("authorization"), &form).map_err(NoToken::Told)?;
    let application = authenticate(ctx, &credentials).await?;
    let asked = TokenRequest::read(&form).map_err(NoToken::Told)?;
    let code =
        Handle::parse(&ctx.keys, Kind::Code, ctx.host(), &asked.code).ok_or(NoToken::Told(INVALID_GRANT))?;
    let access = Handle::draw(ctx.ports, code.attempt);
    let event = Event::Redeem {
        host: ctx.host().clone(),
        client_id: application.client_id.clone(),
        redirect_uri: asked.redirect_uri,
        code_verifier: asked.code_verifier,
        code_hash: code.hash(),
        access_hash: access.hash(),
    };
    let grant = match ctx.ports.advance(&ctx.login_name(code.attempt), &event, ctx.now).await? {
        Answer::Redeemed { grant } => grant,
        Answer::Refused { why } => {
            log_refusal(ctx, why);
            return Err(NoToken::Told(INVALID_GRANT));
        }
        _ => return Err(Fault::lasting("login object", "an answer that does not fit a redemption").into()),
    };
    let alg = application.protocol.id_token_signed_response_alg;
    let id_token = id_token(ctx, &grant, code.attempt, alg).await?;
    Ok(Response::json(
        200,
        &json!({
            "access_token": access.text(&ctx.keys, Kind::AccessToken, ctx.host()),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": id_token,
            "scope": grant.request.scope.as_str(),
        }),
    )
    .with("pragma", "no-cache"))
}

fn log_refusal<P: Ports>(ctx: &Context<'_, P>, why: Refusal) {
    ctx.ports.record(LogEvent {
        event: if why == Refusal::Replayed { "code_replayed" } else { "code_refused" },
        facts: vec![("why", why.as_str().to_owned())],
    });
}

/// Finds the application whose id and secret fit, by a method that is registered for it. An unknown
/// id, a wrong secret and a wrong method are told alike.
async fn authenticate<P: Ports>(
    ctx: &Context<'_, P>,
    credentials: &Credentials,
) -> Result<Rc<Application>, NoToken> {
    for (id, secret) in &credentials.readings {
        let Ok(client_id) = ClientId::parse(id) else { continue };
        let Some(application) = ctx.application(&client_id).await? else { continue };
        let registered = application.token_endpoint_auth_methods.contains(&credentials.method);
        if registered
            && (credentials.method == ClientAuthMethod::None || secret_fits(ctx, &application, secret))
        {
            return Ok(application);
        }
    }
    Err(NoToken::Told(INVALID_CLIENT))
}

/// Compares with every stored secret, so that time does not tell which one fitted.
fn secret_fits<P: Ports>(ctx: &Context<'_, P>, application: &Application, secret: &str) -> bool {
    let hash = ctx.keys.secret_hash(secret);
    let mut fits = false;
    for stored in &application.secrets {
        let alive = stored.expires_at.is_none_or(|end| !end.is_over(ctx.now));
        fits |= alive & equal(stored.hash.as_bytes(), hash.as_bytes());
    }
    fits
}

/// Opens the identity that was sealed for an attempt.
///
/// # Errors
/// When it was sealed for another, or is malformed.
pub async fn open_identity<P: Ports>(
    ctx: &Context<'_, P>,
    grant: &Grant,
    attempt: AttemptId,
) -> Result<Identity, Fault> {
    let plain = ctx.keys.open(ctx.ports, &identity_label(attempt), &grant.identity).await?;
    crate::json::read_bytes(&plain).map_err(|_| Fault::lasting("identity", "can't be read"))
}

async fn id_token<P: Ports>(
    ctx: &Context<'_, P>,
    grant: &Grant,
    attempt: AttemptId,
    alg: Algorithm,
) -> Result<String, Fault> {
    let identity = open_identity(ctx, grant, attempt).await?;
    let mut claims = claims_of(&identity, &ctx.keys, &attempt.0, ctx.now);
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", ctx.domain.issuer.clone().into());
    set("aud", grant.request.client_id.as_str().into());
    set("iat", ctx.now.0.into());
    set("nbf", ctx.now.0.into());
    set("exp", ctx.now.plus(TOKEN_SECONDS).0.into());
    set("auth_time", identity.auth_time.0.into());
    set("acr", grant.acr.urn().into());
    if let Some(nonce) = &grant.request.nonce {
        set("nonce", nonce.as_str().into());
    }
    let key = signing_key(ctx, &identity, alg)?;
    let input = jwt::signing_input(key.alg, "JWT", &key.kid, &claims);
    let signature = sign(ctx, key, input.as_bytes()).await?;
    Ok(format!("{input}.{}", base64url(&signature)))
}

/// The active key of the eID that was really used, whichever domain issues the token, for the
/// algorithm that the application has chosen.
fn signing_key<'a, P: Ports>(
    ctx: &'a Context<'_, P>,
    identity: &Identity,
    alg: Algorithm,
) -> Result<&'a AnnouncedKey, Fault> {
    ctx.domain
        .keys
        .iter()
        .filter(|key| key.eid == identity.acr.eid() && key.alg == alg)
        .find(|key| key.state == KeyState::Active && key.private.is_some())
        .ok_or(Fault::lasting("key ring", "no active key"))
}

async fn sign<P: Ports>(ctx: &Context<'_, P>, key: &AnnouncedKey, input: &[u8]) -> Result<Vec<u8>, Fault> {
    if !ctx.ports.holds(&key.kid) {
        let sealed =
            key.private.as_ref().ok_or(Fault::lasting("key ring", "an active key without private half"))?;
        let pkcs8 = ctx.keys.open(ctx.ports, &signing_key_label(&key.kid), sealed).await?;
        ctx.ports.import(&key.kid, key.alg, &pkcs8).await?;
    }
    Ok(ctx.ports.sign(&key.kid, input).await?)
}
