//! Pushed authorization requests (RFC 9126), without a store.
//!
//! `POST /oauth2/par` checks the request as the authorize endpoint would and answers with a
//! `request_uri` that is the request, sealed: nobody can read or alter it, and nothing is kept for
//! somebody who has not been identified. It is used once, since the attempt it names can be
//! completed once; until then the authorize URL may be loaded again.

use super::cross::CROSSING_SECONDS;
use super::envelope::{self, Label, Opened, Purpose, Unopened};
use super::offer::{Offer, offer};
use super::pending::Pending;
use super::refusal::Refusal;
use super::request::{self, Checked, Door, facts_for};
use super::return_to::ReturnTo;
use super::state::{Answer, Event, Refusal as Refused};
use super::{Context, start};
use crate::model::Application;
use crate::oauth::prompt::Prompt;
use crate::pages::error::ErrorKind;
use crate::ports::Ports;
use crate::web::Parameters;
use std::rc::Rc;

/// A pushed request may be opened for this long, seconds (RFC 9126 §2.2: 5 to 600).
pub const PUSHED_SECONDS: u64 = 120;
/// A pushed request and the link of `response_mode=json` may be opened in several browsers, and the
/// last one's attempt ends this much after the first one's: so much longer must a login be remembered,
/// seconds.
pub const REOPENED_SECONDS: u64 =
    if PUSHED_SECONDS > CROSSING_SECONDS { PUSHED_SECONDS } else { CROSSING_SECONDS };
/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
pub const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What a `request_uri` holds.
#[derive(Debug)]
struct Pushed {
    pending: Pending,
    /// `prompt=none`
    none: bool,
    /// A session must not stand for the login.
    login: bool,
}

json_struct!(Pushed { pending: "p", none: "n" or false, login: "l" or false });

/// The `request_uri` of a checked request.
///
/// # Errors
/// When cryptography fails.
pub async fn seal<P: Ports>(ctx: &Context<'_, P>, checked: &Checked) -> Result<String, Refusal> {
    let label = Label {
        attempt: checked.pending.attempt,
        ends: ctx.now.plus(PUSHED_SECONDS),
        from: ctx.host().clone(),
    };
    let pushed = Pushed {
        pending: checked.pending.clone(),
        none: checked.prompt.none,
        login: !checked.prompt.allows_session(),
    };
    let sealed = envelope::seal(ctx.ports, &ctx.keys, Purpose::Pushed, &label, ctx.host(), &pushed).await?;
    Ok(format!("{REQUEST_URI_PREFIX}{sealed}"))
}

/// The request that a `request_uri` of ours stands for; `sealed` is what follows its prefix. Of the
/// other parameters only `client_id` counts (RFC 9126 §4), and it must be the one that pushed.
///
/// # Errors
/// Shown, since only the pushed request knows a callback: another client's, over, or used.
pub async fn open<P: Ports>(
    ctx: &Context<'_, P>,
    parameters: &Parameters,
    repeated: &[String],
    sealed: &str,
) -> Result<Checked, Refusal> {
    let application = request::application_of(ctx, parameters, repeated).await?;
    let invalid = |why| Refusal::show(ErrorKind::Expired, why);
    if repeated.iter().any(|name| name == "request_uri") || parameters.get("request").is_some() {
        return Err(Refusal::show(ErrorKind::Client, "request_uri is repeated or beside request"));
    }
    let pushed = match opened(ctx, sealed).await {
        Ok(pushed) => pushed,
        Err(Unopened::Expired) => return Err(invalid("a pushed request is past its end")),
        Err(Unopened::Invalid) => {
            return Err(invalid("a pushed request was altered or is not this domain's"));
        }
    };
    let pending = pushed.pending;
    if pending.client_id != application.client_id {
        return Err(Refusal::show(ErrorKind::Client, "a pushed request of another client"));
    }
    match ctx.ports.advance(&ctx.login_name(pending.attempt), &Event::Look, ctx.now).await? {
        Answer::Refused { why: Refused::Unknown } => {}
        _ => return Err(Refusal::show(ErrorKind::AlreadyDone, "a pushed request was used before")),
    }
    let (return_to, offered) = look_again(ctx, &pending).await?;
    let prompt = Prompt { none: pushed.none, login: pushed.login, ..Prompt::default() };
    Ok(Checked { application, return_to, pending, offered, prompt })
}

/// Past its end a pushed request still opens in the browser that has begun with it.
async fn opened<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Pushed, Unopened> {
    let result = envelope::open::<Pushed>(ctx.ports, &ctx.keys, Purpose::Pushed, ctx.host(), sealed, ctx.now);
    match result.await {
        Ok(Opened { label, value }) => {
            let pending = start::resumed(ctx, Opened { label, value: value.pending });
            Ok(Pushed { pending, ..value })
        }
        Err(Unopened::Expired) => {
            let label = envelope::peek(sealed).ok_or(Unopened::Invalid)?;
            let host = ctx.host();
            let kept = Pending::load(ctx.ports, &ctx.keys, host, ctx.request, label.attempt, ctx.now).await?;
            let pending = kept.ok_or(Unopened::Expired)?;
            Ok(Pushed { pending, none: false, login: true })
        }
        Err(Unopened::Invalid) => Err(Unopened::Invalid),
    }
}

/// The callback and the offer of a request that was checked before, as they are now.
///
/// # Errors
/// The application, its callback or its eID is gone.
pub async fn look_again<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
) -> Result<(ReturnTo, Offer), Refusal> {
    let gone = || Refusal::show(ErrorKind::Client, "the application is no longer in service");
    let application: Rc<Application> = ctx.application(&pending.client_id).await?.ok_or_else(gone)?;
    let state = pending.state.as_deref();
    let return_to = ReturnTo::checked(&application, &pending.redirect_uri, state, &ctx.domain.issuer)
        .ok_or_else(gone)?
        .by(pending.response_mode);
    match offer(&pending.acr_values, facts_for(ctx, pending)) {
        Ok(offered) => Ok((return_to, offered)),
        Err(error) => Err(Refusal::back(return_to, error)),
    }
}

/// Reads a pushed form: `request_uri` must not be in it (RFC 9126 §2.1).
///
/// # Errors
/// As [`request::check`].
pub async fn check<P: Ports>(ctx: &Context<'_, P>, form: &Parameters) -> Result<Checked, Refusal> {
    if form.get("request_uri").is_some() {
        return Err(Refusal::show(ErrorKind::Client, "request_uri must not be pushed"));
    }
    request::check(ctx, form, &[], None, Door::Pushed).await
}
