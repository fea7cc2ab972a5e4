//! `GET|POST /oauth2/authorize`, also below a segment that names an eID: where a login begins.

use super::envelope::{self, Label, Opened, Purpose};
use super::offer::Offer;
use super::pending::Pending;
use super::refusal::Refusal;
use super::request::{self, Checked, Door};
use super::single_sign_on::{self, Found, Wanted};
use super::{Context, Next, cpr, cross, pushed};
use crate::eid::Eid;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::{Error, ErrorCode};
use crate::pages::error::ErrorKind;
use crate::ports::Ports;
use crate::web::{BadParameters, Method, Parameters, Response};
use serde_json::json;

const CPR_NEEDED: Error =
    Error::new(ErrorCode::InteractionRequired, "the user has to be asked for the CPR number");
const TOO_MANY: Error =
    Error::new(ErrorCode::TemporarilyUnavailable, "the session was used too often in a short while");

/// Starts a login; `segment` is what stood in the path before `/oauth2/authorize`.
///
/// # Errors
/// Shown until the callback is proved, returned to it from then on.
pub async fn start<P: Ports>(ctx: &Context<'_, P>, segment: Option<&str>) -> Result<Next, Refusal> {
    let (parameters, repeated) = read_parameters(ctx)?;
    let of_ours = |uri: &str| uri.strip_prefix(pushed::REQUEST_URI_PREFIX).map(str::to_owned);
    let checked = match parameters.get("request_uri").and_then(of_ours) {
        Some(sealed) => pushed::open(ctx, &parameters, &repeated, &sealed).await?,
        None => request::check(ctx, &parameters, &repeated, segment, Door::Front).await?,
    };
    go_on(ctx, checked).await
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

async fn go_on<P: Ports>(ctx: &Context<'_, P>, checked: Checked) -> Result<Next, Refusal> {
    let found = look_for_session(ctx, &checked).await?;
    let Checked { return_to, pending, offered, prompt, .. } = checked;
    match found {
        Found::Session { identity, used } => {
            if let Some(identity) = cpr::of_session(ctx, pending.cpr, identity).await? {
                return Ok(Next::Identified { pending, identity, matching: None, used: Some(used) });
            }
            // It stands for a login, but a CPR number takes a page, and an eID to ask.
            if prompt.none {
                return Err(Refusal::back(return_to.framed(), CPR_NEEDED));
            }
        }
        // OIDC Core §3.1.2.6: no page, tab or crossing for prompt=none.
        Found::TooMany if prompt.none => {
            return Err(Refusal::back(return_to.framed(), TOO_MANY));
        }
        Found::TooMany => {
            return Err(Refusal::show(ErrorKind::TooMany, "a session was used too often in a short while"));
        }
        Found::Nothing if prompt.none => {
            let error = Error::new(ErrorCode::LoginRequired, "nobody is logged in");
            return Err(Refusal::back(return_to.framed(), error));
        }
        Found::Nothing => {}
    }
    if pending.response_mode == ResponseMode::Json {
        let link = link_to_open(ctx, pending).await?;
        let body = json!({ "launchLinks": { "universalLink": link } });
        return Ok(Next::Answer(return_to.readable(Response::json(200, &body))));
    }
    Ok(first_step(ctx, pending, offered))
}

/// The session that may stand for this login. A script that asks for a link has no browser to log in.
async fn look_for_session<P: Ports>(ctx: &Context<'_, P>, checked: &Checked) -> Result<Found, Refusal> {
    let Checked { application, pending, offered, prompt, .. } = checked;
    let must_ask = !prompt.allows_session() || pending.fresh || pending.wishes.need_the_eid();
    if must_ask || pending.response_mode == ResponseMode::Json {
        return Ok(Found::Nothing);
    }
    let wanted = Wanted {
        application,
        redirect_uri: &pending.redirect_uri,
        offered: *offered,
        silent: prompt.none,
        max_age: pending.max_age,
        subject: pending.subject.as_deref(),
    };
    Ok(single_sign_on::try_session(ctx, &wanted).await?)
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

/// `response_mode=json`: a script asked, which can't be sent on by a redirect. It gets a link that
/// starts the login wherever it is opened, and the answer then goes by query. The script's own
/// cookies mean nothing to the browser that opens the link, so the link carries the sealed request.
async fn link_to_open<P: Ports>(ctx: &Context<'_, P>, pending: Pending) -> Result<String, Refusal> {
    let pending = Pending { response_mode: ResponseMode::Query, ..pending };
    let label = Label {
        attempt: pending.attempt,
        ends: ctx.now.plus(cross::CROSSING_SECONDS),
        from: ctx.host().clone(),
    };
    let sealed = envelope::seal(ctx.ports, &ctx.keys, Purpose::Link, &label, ctx.host(), &pending).await?;
    Ok(format!("{}{}?l={sealed}", ctx.domain.issuer, cross::CONTINUE_PATH))
}

/// A link of `response_mode=json` is opened: the login begins in this browser.
///
/// # Errors
/// Altered, too old, or no longer on offer.
pub async fn link_opened<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Next, Refusal> {
    let opened: Opened<Pending> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::Link, ctx.host(), sealed, ctx.now).await?;
    let pending = resumed(ctx, opened);
    let (_, offered) = pushed::look_again(ctx, &pending).await?;
    Ok(first_step(ctx, pending, offered))
}

/// A request that was sealed for later: from now on it has the time that any request has.
pub fn resumed<P: Ports>(ctx: &Context<'_, P>, opened: Opened<Pending>) -> Pending {
    ctx.adopt(opened.label.attempt);
    let label = Label { ends: ctx.now.plus(super::pending::PENDING_SECONDS), ..opened.label };
    opened.value.of(&label)
}
