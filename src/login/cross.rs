//! Crossing between the two domains of a pair, and coming back.
//!
//! Going over, the request travels sealed for the other host. It can be replayed within its two
//! minutes, harmlessly: one attempt yields one code. Coming back identified, a one-time ticket
//! names the `Login` object; coming back without identity, a sealed outcome does. Both count only
//! with this browser's cookie of the same attempt.

use super::attempt::AttemptId;
use super::choose::Obstacle;
use super::envelope::{self, Label, Opened, Purpose};
use super::issue::{self, PlannedCode};
use super::pending::{Pending, kept};
use super::refusal::Refusal;
use super::session_cookie::Proof;
use super::state::{Answer, Event, TICKET_SECONDS};
use super::{Context, Next, Reason, cpr};
use crate::eid::Acr;
use crate::json::Json;
use crate::model::domain::ApplicationKey;
use crate::model::{ClientId, Host};
use crate::pages::error::ErrorKind;
use crate::ports::{LogEvent, Ports};
use crate::vault::{base64url, sha256};
use crate::web::{Parameters, Response};

/// A hand-over or outcome is good for this long, seconds.
pub const CROSSING_SECONDS: u64 = 120;
/// Where crossings arrive, in both directions.
pub const CONTINUE_PATH: &str = "/continue";

/// A return ticket's content.
#[derive(Debug)]
pub struct Ticket {
    /// The application, for "start again".
    pub client_id: ClientId,
    /// The one-time secret.
    pub secret: String,
    /// What the login proved, for a session on the domain that was called.
    pub proof: Proof,
}

json_struct!(Ticket { client_id, secret, proof });

/// What comes back when nobody was identified.
#[derive(Debug)]
pub struct Outcome {
    /// Why.
    pub reason: Reason,
}

json_struct!(Outcome { reason });

/// Sends the browser to the other domain, if the application has its shadow there.
///
/// # Errors
/// Our own faults.
pub async fn go_over<P: Ports>(ctx: &Context<'_, P>, pending: Pending, acr: Acr) -> Result<Next, Refusal> {
    let Some(peer) = ctx.domain.working_peer() else {
        return Err(Refusal::show(ErrorKind::NoShadow, "there is no other domain that runs this eID"));
    };
    // A request that has come over never goes on to a third domain.
    if pending.origin != *ctx.host() {
        return Err(Refusal::show(ErrorKind::NotFound, "this domain does not run the eID it was asked for"));
    }
    if !has_shadow(ctx, &peer.host, &pending).await? {
        let obstacle = Obstacle {
            host: peer.host.clone(),
            client_id: pending.client_id.to_string(),
            redirect_uri: pending.redirect_uri.clone(),
        };
        ctx.ports.record(LogEvent {
            event: "shadow_missing",
            facts: vec![("client_id", obstacle.client_id.clone()), ("domain", obstacle.host.to_string())],
        });
        return Ok(Next::Choose { pending, active: acr.eid(), obstacle: Some(obstacle) });
    }
    ctx.ports.note("shadow_application_at", peer.host.as_str());
    let over = Pending { acr_values: vec![acr], leg: None, cpr_hint: None, ..pending.clone() };
    let label = Label {
        attempt: pending.attempt,
        ends: pending.ends.min(ctx.now.plus(CROSSING_SECONDS)),
        from: ctx.host().clone(),
    };
    let content = HandOver { ends: pending.ends.0, request: over };
    let sealed =
        envelope::seal(ctx.ports, &ctx.keys, Purpose::HandOver, &label, &peer.host, &content).await?;
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    let response = Response::see_other(&format!("{}{CONTINUE_PATH}?h={sealed}", peer.host.issuer()));
    let response = super::choose::remembering_tab(ctx, &pending, acr.eid(), response);
    Ok(Next::Answer(kept(response, ctx.request, pending.attempt, cookie)))
}

#[derive(Debug)]
struct HandOver {
    /// The attempt's own end, which outlives the hand-over's.
    ends: u64,
    request: Pending,
}

json_struct!(HandOver { ends, request });

/// The shadow's rule: same tenant and environment, same client id, enabled, and this very callback
/// registered there too.
async fn has_shadow<P: Ports>(ctx: &Context<'_, P>, host: &Host, pending: &Pending) -> Result<bool, Refusal> {
    let shadow = ctx.application_at(host, &pending.client_id).await?;
    Ok(shadow.is_some_and(|app| app.redirect_uri(&pending.redirect_uri).is_some()))
}

/// `GET /continue`: an arrival, told apart by its parameter.
///
/// # Errors
/// What arrived is altered, too old, already used, or this browser's cookie is gone.
pub async fn arrive<P: Ports>(ctx: &Context<'_, P>) -> Result<Next, Refusal> {
    let parameters = ctx
        .request
        .query_parameters()
        .map_err(|_| Refusal::show(ErrorKind::Expired, "parameters can't be read"))?;
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(ErrorKind::Cookie, "a crossing arrived inside a frame or by a script"));
    }
    match one_of(&parameters) {
        Some(Arrival::HandOver(sealed)) => handed_over(ctx, sealed).await,
        Some(Arrival::Ticket(sealed)) => came_home(ctx, sealed).await,
        Some(Arrival::Outcome(sealed)) => came_home_without(ctx, sealed).await,
        Some(Arrival::Link(sealed)) => super::start::link_opened(ctx, sealed).await,
        None => Err(Refusal::show(ErrorKind::Expired, "nothing to continue")),
    }
}

enum Arrival<'a> {
    HandOver(&'a str),
    Ticket(&'a str),
    Outcome(&'a str),
    Link(&'a str),
}

fn one_of(parameters: &Parameters) -> Option<Arrival<'_>> {
    let mut arrivals = parameters.iter().filter_map(|(name, sealed)| match name {
        "h" => Some(Arrival::HandOver(sealed)),
        "t" => Some(Arrival::Ticket(sealed)),
        "o" => Some(Arrival::Outcome(sealed)),
        "l" => Some(Arrival::Link(sealed)),
        _ => None,
    });
    let only = arrivals.next();
    if arrivals.next().is_some() { None } else { only }
}

async fn handed_over<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Next, Refusal> {
    let opened: Opened<HandOver> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::HandOver, ctx.host(), sealed, ctx.now).await?;
    let label = Label { ends: crate::model::UnixTime(opened.value.ends), ..opened.label };
    ctx.adopt(label.attempt);
    let pending = opened.value.request.of(&label);
    if pending.origin != label.from {
        return Err(Refusal::show(ErrorKind::Expired, "a hand-over from a domain that is not the origin"));
    }
    let Some(acr) = pending.acr_values.first().copied() else {
        return Err(Refusal::show(ErrorKind::Expired, "a hand-over without an eID"));
    };
    // The shadow may have been disabled since the origin looked.
    if !has_shadow(ctx, ctx.host(), &pending).await? {
        return Ok(Next::Failed { pending, reason: Reason::NotAllowed });
    }
    ctx.ports.note("application", "the shadow on this domain");
    if ctx.domain.show_start_block {
        Ok(Next::Choose { pending, active: acr.eid(), obstacle: None })
    } else {
        Ok(Next::Begin { pending, acr })
    }
}

/// A ticket, for the way home of somebody who was just identified.
///
/// # Errors
/// When cryptography fails.
pub async fn ticket_home<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    secret: &str,
    proof: Proof,
) -> Result<Response, Refusal> {
    let content = Ticket { client_id: pending.client_id.clone(), secret: secret.to_owned(), proof };
    way_home(ctx, pending, Purpose::Ticket, 't', TICKET_SECONDS, &content).await
}

/// An outcome, for the way home of somebody who was not.
///
/// # Errors
/// When cryptography fails.
pub async fn outcome_home<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    reason: Reason,
) -> Result<Response, Refusal> {
    way_home(ctx, pending, Purpose::Outcome, 'o', CROSSING_SECONDS, &Outcome { reason }).await
}

async fn way_home<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    purpose: Purpose,
    parameter: char,
    seconds: u64,
    content: &dyn Json,
) -> Result<Response, Refusal> {
    let label = Label {
        attempt: pending.attempt,
        ends: pending.ends.min(ctx.now.plus(seconds)),
        from: ctx.host().clone(),
    };
    let sealed = envelope::seal(ctx.ports, &ctx.keys, purpose, &label, &pending.origin, content).await?;
    Ok(Response::see_other(&format!("{}{CONTINUE_PATH}?{parameter}={sealed}", pending.origin.issuer()))
        .with_cookie(super::pending::clear_cookie(pending.attempt)))
}

/// Whether the other domain of this pair sent an arrival.
fn is_from_peer<P: Ports>(ctx: &Context<'_, P>, from: &Host) -> bool {
    ctx.domain.peer.as_ref().is_some_and(|peer| peer.enabled && peer.host == *from)
}

/// The cookie of the attempt, if this browser has it and the attempt began on this very domain.
async fn own_pending<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId) -> Option<Pending> {
    let loaded = Pending::load(ctx.ports, &ctx.keys, ctx.host(), ctx.request, attempt, ctx.now).await;
    loaded.ok().flatten().filter(|pending| pending.origin == *ctx.host())
}

/// The ticket's first presentation spends it, whatever comes of it: with the attempt's cookie it
/// becomes a code, without it ticket and login are dead.
async fn came_home<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Next, Refusal> {
    let opened: Opened<Ticket> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::Ticket, ctx.host(), sealed, ctx.now).await?;
    let attempt = opened.label.attempt;
    ctx.adopt(attempt);
    let ticket_hash = base64url(&sha256(opened.value.secret.as_bytes()));
    let pending = own_pending(ctx, attempt).await.filter(|_| is_from_peer(ctx, &opened.label.from));
    // The shadow, or its whole domain, may have been taken out of service on the way.
    let planned = match &pending {
        Some(pending) if has_shadow(ctx, &opened.label.from, pending).await? => {
            issue::plan_code(ctx, pending, Some(opened.value.proof), None).await?
        }
        _ => None,
    };
    let event = Event::TicketPresented {
        ticket_hash,
        host: ctx.host().clone(),
        bound: planned.as_ref().map(PlannedCode::bound),
    };
    let answer = ctx.ports.advance(&ctx.login_name(attempt), &event, ctx.now).await?;
    match (answer, planned, pending) {
        (Answer::CprAwaited { acr }, Some(_), Some(pending)) => {
            Ok(Next::Answer(cpr::ask(ctx, pending, acr).await?))
        }
        (Answer::CodeIssued { identity, .. }, Some(planned), _) => {
            Ok(Next::Answer(planned.respond(ctx, identity).await))
        }
        (Answer::Direct { grant }, Some(planned), _) => {
            Ok(Next::Answer(planned.respond_with(ctx, grant).await?))
        }
        (Answer::Refused { .. }, None, Some(pending)) => {
            Ok(Next::Failed { pending, reason: Reason::NotAllowed })
        }
        (Answer::Refused { why }, ..) => {
            let application = ApplicationKey { host: ctx.host().clone(), client_id: opened.value.client_id };
            Err(issue::not_completed(why, application))
        }
        _ => Err(crate::error::Fault::lasting("login object", "an answer that does not fit a ticket").into()),
    }
}

async fn came_home_without<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Next, Refusal> {
    let opened: Opened<Outcome> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::Outcome, ctx.host(), sealed, ctx.now).await?;
    if !is_from_peer(ctx, &opened.label.from) {
        return Err(Refusal::show(ErrorKind::Expired, "an outcome from a domain that is not the peer"));
    }
    ctx.adopt(opened.label.attempt);
    match own_pending(ctx, opened.label.attempt).await {
        Some(pending) => Ok(Next::Failed { pending, reason: opened.value.reason }),
        None => Err(Refusal::show(ErrorKind::Cookie, "an outcome without this attempt's cookie")),
    }
}
