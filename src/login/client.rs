//! Who calls: the applications' own requests (token, pushed requests, revocation, introspection),
//! authenticated by the methods that are registered for them, and refused in one way.

use super::once::{self, Use};
use super::refusal::TRY_AGAIN_LATER;
use super::{Context, client_keys};
use crate::error::Fault;
use crate::model::application::ClientAuthMethod;
use crate::model::public_key::SignatureAlgorithm;
use crate::model::{Application, ClientId};
use crate::oauth::client_assertion::{self, Expected, Used};
use crate::oauth::client_auth::Credentials;
use crate::oauth::jwt::Unverified;
use crate::oauth::token::error_response;
use crate::oauth::{Error, ErrorCode};
use crate::ports::{LogEvent, Ports};
use crate::vault::equal;
use crate::web::{BadParameters, Parameters, Response};
use std::rc::Rc;

const FAILED: Error = Error::new(ErrorCode::InvalidClient, "client authentication failed");

/// Why an application's request is not answered as it wished.
pub enum NoClient {
    /// What it is told: who it is was not proved, or another fault of the request.
    Told(Error),
    /// Something of ours failed.
    Fault(Fault),
}

impl<F: Into<Fault>> From<F> for NoClient {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

/// The parameters of an application's request.
///
/// # Errors
/// `invalid_request`
pub fn form<P: Ports>(ctx: &Context<'_, P>) -> Result<Parameters, NoClient> {
    ctx.request.form_parameters().map_err(|bad| {
        NoClient::Told(Error::invalid_request(match bad {
            BadParameters::NotAForm => "the content type must be application/x-www-form-urlencoded",
            BadParameters::Duplicate => "a parameter is repeated",
            BadParameters::TooMany | BadParameters::NotUtf8 => "the form can't be read",
        }))
    })
}

/// The one exit of refusals. `event` names the refused request in the log.
pub fn refuse<P: Ports>(ctx: &Context<'_, P>, refused: NoClient, event: &'static str) -> Response {
    let error = match refused {
        NoClient::Told(error) => {
            ctx.ports.record(LogEvent {
                event,
                facts: vec![("error", error.code.as_str().to_owned()), ("why", error.description.to_owned())],
            });
            error
        }
        NoClient::Fault(fault) => {
            fault.log(ctx.ports);
            TRY_AGAIN_LATER
        }
    };
    error_response(error, ctx.request.header("authorization").is_some())
}

/// The application that sent a request, proved by a method that is registered for it. An unknown
/// id, a wrong secret, a foreign signature and a wrong method are told alike.
///
/// # Errors
/// `invalid_client`, `invalid_request`, or a fault of ours.
pub async fn authenticate<P: Ports>(
    ctx: &Context<'_, P>,
    form: &Parameters,
) -> Result<Rc<Application>, NoClient> {
    match Credentials::read(ctx.request.header("authorization"), form).map_err(NoClient::Told)? {
        Credentials::Secret { method, readings } => by_secret(ctx, method, &readings).await,
        Credentials::Assertion { jwt, client_id } => by_assertion(ctx, &jwt, client_id.as_deref()).await,
    }
}

/// The application of an id, if it may authenticate by a method. With `fapi2` only a signature
/// counts.
async fn registered<P: Ports>(
    ctx: &Context<'_, P>,
    id: &str,
    method: ClientAuthMethod,
) -> Result<Option<Rc<Application>>, Fault> {
    let Ok(client_id) = ClientId::parse(id) else { return Ok(None) };
    let application = ctx.application(&client_id).await?;
    Ok(application.filter(|application| {
        application.token_endpoint_auth_methods.contains(&method)
            && (method == ClientAuthMethod::PrivateKeyJwt || !application.protocol.fapi2)
    }))
}

async fn by_secret<P: Ports>(
    ctx: &Context<'_, P>,
    method: ClientAuthMethod,
    readings: &[(String, String)],
) -> Result<Rc<Application>, NoClient> {
    for (id, secret) in readings {
        let Some(application) = registered(ctx, id, method).await? else { continue };
        if method == ClientAuthMethod::None || secret_fits(ctx, &application, secret) {
            return Ok(application);
        }
    }
    Err(NoClient::Told(FAILED))
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

/// Only what a signature of the application itself shows to be its own mistake is told in words.
async fn by_assertion<P: Ports>(
    ctx: &Context<'_, P>,
    jwt: &str,
    beside: Option<&str>,
) -> Result<Rc<Application>, NoClient> {
    let refused = |why: &'static str| {
        ctx.ports.record(LogEvent { event: "assertion_refused", facts: vec![("why", why.to_owned())] });
        NoClient::Told(FAILED)
    };
    let token = Unverified::parse(jwt, &SignatureAlgorithm::ALL).map_err(refused)?;
    let id = client_assertion::client_id(&token).map_err(refused)?;
    if beside.is_some_and(|beside| beside != id) {
        return Err(NoClient::Told(Error::invalid_request("client_id differs from the client assertion")));
    }
    let application = registered(ctx, id, ClientAuthMethod::PrivateKeyJwt)
        .await?
        .ok_or_else(|| refused("not an application that signs"))?;
    if !client_keys::signed(ctx, &application, &token).await? {
        return Err(refused("not signed by a key of the application"));
    }
    let told = |why| NoClient::Told(Error::new(ErrorCode::InvalidClient, why));
    if application.protocol.fapi2 && !SignatureAlgorithm::FAPI2.contains(&token.alg()) {
        return Err(told("client assertion: RS256 is not allowed by the FAPI 2.0 profile"));
    }
    let Used { jti, ends } = judge(ctx, &application, &token).map_err(told)?;
    let name = once::name(&ctx.domain.label(), ctx.host(), &application.client_id);
    if !ctx.ports.is_first(&name, &Use::of_assertion(&jti, ends), ctx.now).await? {
        return Err(told("client assertion: this jti was used before"));
    }
    Ok(application)
}

/// The issuer is the only audience, unless the application's setting lets it name an endpoint.
fn judge<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    token: &Unverified<'_>,
) -> Result<Used, &'static str> {
    let protocol = &application.protocol;
    let issuer = ctx.domain.issuer.as_str();
    let token_endpoint = format!("{issuer}/oauth2/token");
    let called = format!("{issuer}{}", ctx.request.path);
    let audiences = [issuer, &token_endpoint, &called];
    let count = if protocol.endpoint_audience && !protocol.fapi2 { audiences.len() } else { 1 };
    let expected = Expected { audiences: &audiences[..count], text_only: protocol.fapi2 };
    let used = client_assertion::judge(token.claims(), &expected, ctx.now)?;
    if let Some(restored_at) = ctx.domain.restored_at {
        client_assertion::judge_restored(token.claims(), &used, restored_at)?;
    }
    Ok(used)
}
