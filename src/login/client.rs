//! Who calls the endpoints that applications call: the form, and the client that proves itself by a
//! method that is registered for it.

use super::Context;
use crate::error::Fault;
use crate::model::application::ClientAuthMethod;
use crate::model::{Application, ClientId};
use crate::oauth::client_auth::Credentials;
use crate::oauth::token::error_response;
use crate::oauth::{Error, ErrorCode};
use crate::ports::{LogEvent, Ports};
use crate::vault::equal;
use crate::web::{BadParameters, Parameters, Response};
use std::rc::Rc;

const INVALID_CLIENT: Error = Error::new(ErrorCode::InvalidClient, "client authentication failed");

/// Why a client does not get what it asks for.
pub enum NoClient {
    /// It is told.
    Told(Error),
    /// A fault of ours.
    Fault(Fault),
}

impl<F: Into<Fault>> From<F> for NoClient {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

/// The form of a request, each parameter once.
///
/// # Errors
/// `invalid_request`.
pub fn form<P: Ports>(ctx: &Context<'_, P>) -> Result<Parameters, NoClient> {
    ctx.request.form_parameters().map_err(|bad| {
        NoClient::Told(Error::invalid_request(match bad {
            BadParameters::NotAForm => "the content type must be application/x-www-form-urlencoded",
            BadParameters::Duplicate => "a parameter is repeated",
            BadParameters::TooMany | BadParameters::NotUtf8 => "the form can't be read",
        }))
    })
}

/// Finds the application whose id and proof fit, by a method that is registered for it. An unknown
/// id, a wrong secret and a wrong method are told alike.
///
/// # Errors
/// `invalid_client`, or `invalid_request` where two methods are mixed.
pub async fn authenticate<P: Ports>(
    ctx: &Context<'_, P>,
    form: &Parameters,
) -> Result<Rc<Application>, NoClient> {
    let credentials = Credentials::read(ctx.request.header("authorization"), form).map_err(NoClient::Told)?;
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
    Err(NoClient::Told(INVALID_CLIENT))
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

/// The answer to a client that does not get what it asks for; `event` is for the log.
pub fn refuse<P: Ports>(ctx: &Context<'_, P>, no: NoClient, event: &'static str) -> Response {
    let used_basic = ctx.request.header("authorization").is_some();
    match no {
        NoClient::Told(error) => {
            ctx.ports.record(LogEvent {
                event,
                facts: vec![("error", error.code.as_str().to_owned()), ("why", error.description.to_owned())],
            });
            error_response(error, used_basic)
        }
        NoClient::Fault(fault) => {
            fault.log(ctx.ports);
            error_response(Error::new(ErrorCode::TemporarilyUnavailable, "try again later"), used_basic)
        }
    }
}
