//! `GET /callback`: an upstream's answer becomes an identity.

use super::begin::{CALLBACK_PATH, UpstreamState, upstream_hash};
use super::cpr::Matching;
use super::envelope::{self, Opened, Purpose};
use super::pending::{Pending, kept};
use super::refusal::{Refusal, frame, status};
use super::{Context, Next, Reason};
use crate::eid::oidc::{self, Completed, Failure};
use crate::eid::{Acr, Level};
use crate::error::Fault;
use crate::json::Json;
use crate::model::Identity;
use crate::model::domain::Upstream;
use crate::oauth::ErrorCode;
use crate::pages;
use crate::pages::error::{ErrorKind, ErrorPage};
use crate::ports::{LogEvent, Ports};
use crate::vault::equal;
use crate::web::Response;

/// Takes an upstream's answer. Only with this browser's cookie of the attempt, and only for the
/// leg that was started last, does it count.
///
/// # Errors
/// A page where the browser does not have the attempt: never an error to the application, since
/// without the cookie nobody knows whose login this is.
pub async fn callback<P: Ports>(ctx: &Context<'_, P>) -> Result<Next, Refusal> {
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(ErrorKind::Cookie, "an upstream's answer arrived inside a frame"));
    }
    let parameters = ctx
        .request
        .query_parameters()
        .map_err(|_| Refusal::show(ErrorKind::Expired, "an upstream's answer can't be read"))?;
    let state =
        parameters.get("state").ok_or(Refusal::show(ErrorKind::Expired, "an answer without state"))?;
    let opened: Opened<UpstreamState> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::State, ctx.host(), state, ctx.now).await?;
    ctx.adopt(opened.label.attempt);
    let lost = |why| {
        let application = Some(opened.value.application());
        Refusal::Show { kind: ErrorKind::Cookie, why, code: ErrorCode::InvalidRequest, application }
    };
    let pending = Pending::load(ctx.ports, &ctx.keys, ctx.host(), ctx.request, opened.label.attempt, ctx.now)
        .await
        .unwrap_or_default()
        .ok_or_else(|| lost("an answer without this attempt's cookie"))?;
    ctx.dress.of(&pending);
    let leg = pending
        .leg
        .clone()
        .filter(|leg| equal(leg.secret.as_bytes(), opened.value.secret.as_bytes()))
        .ok_or(Refusal::show(ErrorKind::Expired, "an answer to a start that was superseded"))?;
    let Some(upstream) =
        ctx.domain.upstreams.get(&leg.acr.eid()).filter(|upstream| upstream_hash(upstream) == leg.upstream)
    else {
        return failed(ctx, pending, "the upstream was changed during the login".to_owned());
    };
    if !still_registered(ctx, &pending).await? {
        return Ok(Next::Failed { pending, reason: Reason::NotAllowed });
    }
    let redirect_uri = format!("{}{CALLBACK_PATH}", ctx.domain.issuer);
    let call = oidc::Call {
        keys: &ctx.keys,
        host: ctx.host(),
        upstream,
        leg: &leg,
        redirect_uri: &redirect_uri,
        cpr: pending.cpr.is_for_number().then_some(ctx.domain.environment),
        may_be_employee: pending.wishes.may_be_employee,
    };
    match oidc::complete(ctx.ports, &call, &parameters, ctx.now).await {
        Ok(Completed { identity, access_token }) => {
            ctx.ports.note("identified_by", identity.acr.urn());
            record_evidence(ctx, &pending, upstream, &identity);
            let matching = Matching::of(upstream, access_token);
            Ok(Next::Identified { pending, identity: Box::new(identity), matching, used: None })
        }
        Err(Failure::Cancelled) => Ok(Next::Failed { pending, reason: Reason::Cancelled }),
        Err(Failure::LevelTooLow(low)) => Ok(Next::Failed { pending, reason: Reason::LevelTooLow(low) }),
        Err(Failure::TryAgain) => Ok(Next::Answer(try_again(ctx, pending, leg.acr).await?)),
        Err(Failure::Broken(why)) => failed(ctx, pending, why),
    }
}

/// The eID's own client failed, which a second try may heal: the user is asked for it here, before the
/// application is told of anything.
async fn try_again<P: Ports>(ctx: &Context<'_, P>, pending: Pending, acr: Acr) -> Result<Response, Fault> {
    let facts = vec![("step", "callback".into()), ("why", "the eID's client failed".to_owned())];
    ctx.ports.record(LogEvent { event: "upstream_failed", facts });
    // No other language is offered: this address, with its code and state, can't be asked for again.
    let path = |page: &str| format!("/login/{}/{page}", pending.attempt.text());
    let view = ErrorPage {
        frame: frame(ctx, pending.ui_locales.as_deref(), None),
        kind: ErrorKind::TryAgain,
        reference: ctx.ports.trace_id(),
        start_again_href: Some(&path(acr.eid().as_str())),
        back_href: Some(&path("cancel")),
    };
    let response = Response::page(status(ErrorKind::TryAgain), pages::error::page(&view));
    let pending = Pending { leg: None, ..pending };
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    Ok(kept(response, ctx.request, pending.attempt, cookie))
}

/// What shows later that an eID was asked, and what it said: an installation that is no
/// certified broker only relays (NSIS). No name, no number of a person, no token.
fn record_evidence<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    upstream: &Upstream,
    identity: &Identity,
) {
    let word =
        |level: Option<Level>| level.map(|level| level.write().as_str().unwrap_or_default().to_owned());
    let facts = [
        ("client_id", Some(pending.client_id.to_string())),
        ("acr", Some(identity.acr.urn().to_owned())),
        ("issuer", Some(upstream.issuer.as_str().to_owned())),
        ("transaction_id", identity.transaction_id.clone()),
        ("loa", word(Some(identity.level))),
        ("ial", word(identity.ial)),
        ("aal", word(identity.aal)),
        ("auth_time", Some(identity.auth_time.iso8601())),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    ctx.ports.record(LogEvent { event: "identified", facts });
}

/// Disabled means disabled here too, on whichever domain of the pair this is.
async fn still_registered<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Result<bool, Refusal> {
    let application = ctx.application(&pending.client_id).await?;
    Ok(application.is_some_and(|app| app.redirect_uri(&pending.redirect_uri).is_some()))
}

fn failed<P: Ports>(ctx: &Context<'_, P>, pending: Pending, why: String) -> Result<Next, Refusal> {
    ctx.ports.record(LogEvent {
        event: "upstream_failed",
        facts: vec![("step", "callback".into()), ("why", why)],
    });
    Ok(Next::Failed { pending, reason: Reason::UpstreamFailed })
}
