//! The start of an eID: at its upstream from here, or by crossing to the domain that runs it.

use super::envelope::{self, Label, Purpose};
use super::pending::{Leg, Pending, kept};
use super::refusal::Refusal;
use super::{Context, Next, Reason, choose, cross};
use crate::eid::{Acr, Eid, oidc};
use crate::model::domain::{ApplicationKey, Upstream};
use crate::model::{ClientId, Host};
use crate::oauth::login_hint::Wishes;
use crate::pages::Lang;
use crate::pages::error::ErrorKind;
use crate::ports::{LogEvent, Ports};
use crate::vault::{base64url, random, sha256};
use crate::web::Response;

/// Where every upstream answers. One path per connector; the sealed request names the issuer.
pub const CALLBACK_PATH: &str = "/callback";

/// What `state` at an upstream holds, sealed: enough to say "start again" when the cookie is gone.
#[derive(Debug)]
pub struct UpstreamState {
    /// The application.
    pub client_id: ClientId,
    /// The domain it called.
    pub origin: Host,
    /// Proves that the answer belongs to the leg in the cookie.
    pub secret: String,
}

json_struct!(UpstreamState { client_id, origin, secret });

impl UpstreamState {
    /// The application at the domain it called.
    pub fn application(&self) -> ApplicationKey {
        ApplicationKey { host: self.origin.clone(), client_id: self.client_id.clone() }
    }
}

/// Starts an eID for a pending request.
///
/// # Errors
/// When it can't be started here nor on the other domain.
pub async fn begin<P: Ports>(ctx: &Context<'_, P>, pending: Pending, acr: Acr) -> Result<Next, Refusal> {
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(ErrorKind::Cookie, "a login was started inside a frame or by a script"));
    }
    match ctx.domain.upstreams.get(&acr.eid()) {
        Some(upstream) => at_upstream(ctx, pending, acr, upstream).await,
        None => cross::go_over(ctx, pending, acr).await,
    }
}

/// Names an upstream in a sealed request, whatever the length of its issuer.
pub fn upstream_hash(upstream: &Upstream) -> String {
    base64url(&sha256(upstream.issuer.as_str().as_bytes()))
}

/// The key file's client speaks Danish only.
fn lang_for<P: Ports>(ctx: &Context<'_, P>, pending: &Pending, acr: Acr) -> Lang {
    if acr == Acr::NemidMocesCodefile { Lang::Da } else { ctx.lang(pending.ui_locales.as_deref()) }
}

async fn at_upstream<P: Ports>(
    ctx: &Context<'_, P>,
    mut pending: Pending,
    acr: Acr,
    upstream: &Upstream,
) -> Result<Next, Refusal> {
    ctx.ports.note("eid_started", acr.urn());
    ctx.ports.note("upstream", upstream.issuer.as_str());
    let leg = Leg {
        acr,
        secret: base64url(&random::<16>(ctx.ports)),
        nonce: base64url(&random::<16>(ctx.ports)),
        verifier: base64url(&random::<32>(ctx.ports)),
        upstream: upstream_hash(upstream),
    };
    let label = Label { attempt: pending.attempt, ends: pending.ends, from: ctx.host().clone() };
    let inner = UpstreamState {
        client_id: pending.client_id.clone(),
        origin: pending.origin.clone(),
        secret: leg.secret.clone(),
    };
    let state = envelope::seal(ctx.ports, &ctx.keys, Purpose::State, &label, ctx.host(), &inner).await?;
    // NemID's client shows no text of ours and knows no MitID UUID.
    let nothing = Wishes::default();
    let wishes = if acr.eid() == Eid::Mitid { &pending.wishes } else { &nothing };
    let start = oidc::Start {
        state: &state,
        nonce: &leg.nonce,
        verifier: &leg.verifier,
        redirect_uri: &format!("{}{CALLBACK_PATH}", ctx.domain.issuer),
        acr,
        lang: lang_for(ctx, &pending, acr).tag(),
        wishes,
        fresh: pending.fresh,
        step_up: matches!(pending.ended.take(), Some(Reason::LevelTooLow(_))),
        max_age: pending.max_age,
        cpr: pending.cpr.is_for_number(),
    };
    let url = match oidc::authorize_url(ctx.ports, upstream, &start, ctx.now).await {
        Ok(url) => url,
        Err(broken) => {
            ctx.ports.record(LogEvent {
                event: "upstream_failed",
                facts: vec![("step", "start".into()), ("why", broken)],
            });
            return Ok(Next::Failed { pending, reason: Reason::UpstreamFailed });
        }
    };
    pending.leg = Some(leg);
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    let response = choose::remembering_tab(ctx, &pending, acr.eid(), Response::see_other(&url));
    Ok(Next::Answer(kept(response, ctx.request, pending.attempt, cookie)))
}
