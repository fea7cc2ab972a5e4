//! `GET|POST /oauth2/authorize`, also below a segment that names an eID: a stranger's request becomes a checked, pending one.

use super::attempt::AttemptId;
use super::offer::{Facts, Offer, offer};
use super::pending::{LEG_RESERVE_BYTES, PENDING_SECONDS, Pending, SEALED_MAX_BYTES};
use super::refusal::Refusal;
use super::return_to::ReturnTo;
use super::{Context, Next};
use crate::eid::Eid;
use crate::login::envelope::Purpose;
use crate::model::{Application, ClientId};
use crate::oauth::acr_values::Outside;
use crate::oauth::authorize::{Addressee, AuthorizationRequest};
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::{Error, ErrorCode};
use crate::pages::error::ErrorKind;
use crate::ports::Ports;
use crate::web::{BadParameters, Method, Parameters};
use std::rc::Rc;

/// Checks an authorization request (`segment`: what stood in the path before it) in the order of the RFC: first who asks and where an answer
/// would go, both without any redirect, then everything else, answered at the callback.
///
/// # Errors
/// Shown until the callback is proved, returned to it from then on.
pub async fn start<P: Ports>(ctx: &Context<'_, P>, segment: Option<&str>) -> Result<Next, Refusal> {
    let (parameters, repeated) = read_parameters(ctx)?;
    let addressee = Addressee::read(&parameters, &repeated)
        .ok_or(Refusal::show(ErrorKind::Client, "client_id or redirect_uri is missing or repeated"))?;
    let application = find_application(ctx, &addressee).await?;
    let return_to =
        ReturnTo::checked(&application, addressee.redirect_uri, parameters.get("state"), &ctx.domain.issuer)
            .ok_or(Refusal::show(ErrorKind::Client, "redirect_uri is not registered"))?;
    // Errors travel by the mode that was asked for, if it is one.
    let return_to = return_to.by(ResponseMode::parse(parameters.get("response_mode")).unwrap_or_default());

    let asked = {
        let outside = Outside { header: ctx.request.header("acr_values"), segment };
        AuthorizationRequest::read(&parameters, &repeated, application.is_public(), outside)
    };
    let checked = match asked {
        Ok(asked) => check_rest(ctx, &application, &addressee, &parameters, asked).await?,
        Err(error) => Err(error),
    };
    match checked {
        Ok(next) => Ok(next),
        Err(error) => Err(Refusal::back(return_to, error)),
    }
}

fn read_parameters<P: Ports>(ctx: &Context<'_, P>) -> Result<(Parameters, Vec<String>), Refusal> {
    let read = match ctx.request.method {
        // OIDC Core §3.1.2.1: both methods, parameters in the query or in the form.
        Method::Post => ctx.request.form_parameters_lenient(),
        _ => ctx.request.query_parameters_lenient(),
    };
    read.map_err(|bad| match bad {
        BadParameters::TooMany => Refusal::show(ErrorKind::TooLarge, "too many or too long parameters"),
        _ => Refusal::show(ErrorKind::Client, "parameters can't be read"),
    })
}

async fn find_application<P: Ports>(
    ctx: &Context<'_, P>,
    addressee: &Addressee<'_>,
) -> Result<Rc<Application>, Refusal> {
    let unknown = || Refusal::show(ErrorKind::Client, "client_id is not registered on this domain");
    let client_id = ClientId::parse(addressee.client_id).map_err(|_| unknown())?;
    ctx.application(&client_id).await?.ok_or_else(unknown)
}

/// Everything whose fault can be told at the callback. The outer result is for our own faults.
async fn check_rest<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    addressee: &Addressee<'_>,
    parameters: &Parameters,
    asked: AuthorizationRequest,
) -> Result<Result<Next, Error>, Refusal> {
    // OIDC Core §3.1.2.6: no page, tab or crossing for prompt=none, and nobody is logged in.
    if asked.silent {
        return Ok(Err(Error::new(ErrorCode::LoginRequired, "nobody is logged in")));
    }
    let offered = match offer(&asked.acr_values, facts(ctx)) {
        Ok(offered) => offered,
        Err(error) => return Ok(Err(error)),
    };
    let pending = Pending {
        attempt: AttemptId::draw(ctx.ports),
        ends: ctx.now.plus(PENDING_SECONDS),
        origin: ctx.host().clone(),
        client_id: application.client_id.clone(),
        redirect_uri: addressee.redirect_uri.to_owned(),
        scope: asked.scope,
        state: parameters.get("state").map(str::to_owned),
        nonce: asked.nonce,
        code_challenge: asked.code_challenge,
        response_mode: asked.response_mode,
        acr_values: asked.acr_values,
        ui_locales: asked.ui_locales,
        leg: None,
    };
    let sealed = pending.seal(ctx.ports, &ctx.keys, Purpose::Pending, ctx.host(), ctx.host()).await?;
    if sealed.len() + LEG_RESERVE_BYTES > SEALED_MAX_BYTES {
        return Ok(Err(Error::invalid_request("the request is too long for a browser's cookie; use PAR")));
    }
    Ok(Ok(first_step(ctx, pending, offered)))
}

fn first_step<P: Ports>(ctx: &Context<'_, P>, pending: Pending, offered: Offer) -> Next {
    match offered {
        Offer::One { acr, at_once: true } if !shows_block(ctx, acr.eid()) => Next::Begin { pending, acr },
        Offer::One { acr, .. } => Next::Choose { pending, active: acr.eid(), obstacle: None },
        Offer::Both { first, .. } => Next::Choose {
            pending,
            active: super::choose::last_used(ctx.request).unwrap_or(first),
            obstacle: None,
        },
    }
}

fn shows_block<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> bool {
    eid == Eid::Mitid && ctx.domain.show_start_block
}

/// The facts that decide the offer at this domain.
pub fn facts<P: Ports>(ctx: &Context<'_, P>) -> Facts {
    Facts::of(&ctx.domain, ctx.ports.settings().simulators, ctx.now)
}
