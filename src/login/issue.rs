//! The end of a login: a code or an error, to the application or first to the domain it called.

use super::cpr::Matching;
use super::handles::{Handle, Kind};
use super::pending::{Pending, clear_cookie};
use super::refusal::Refusal;
use super::return_to::ReturnTo;
use super::session_cookie::Proof;
use super::single_sign_on::{self, Used};
use super::state::{Answer, Bound, Event, Grant, GrantRequest, Refusal as Refused, Way};
use super::{Context, Next, Reason, count, cpr, cross, level, refusal};
use crate::error::Fault;
use crate::json;
use crate::model::application::ResponseType;
use crate::model::domain::ApplicationKey;
use crate::model::{Application, Identity, Sealed};
use crate::oauth::{Error, ErrorCode};
use crate::pages::error::ErrorKind;
use crate::ports::Ports;
use crate::vault::{base64url, random, sha256};
use crate::web::Response;
use std::rc::Rc;

/// What an identity is sealed for at rest: its attempt.
pub fn identity_label(attempt: super::attempt::AttemptId) -> String {
    format!("identity {}", attempt.text())
}

/// Gives birth to the `Login` object of somebody just identified, by an eID or by the session `used`.
///
/// # Errors
/// The attempt has already been completed, or a store fails.
pub async fn identified<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    identity: &Identity,
    matching: Option<Matching>,
    used: Option<Used>,
) -> Result<Next, Refusal> {
    if let Some(reason) = single_sign_on::unfit(ctx, &pending, identity) {
        return Ok(Next::Failed { pending, reason });
    }
    let recalled = cpr::recalled(ctx, pending.cpr, identity, matching.as_ref()).await?;
    let identity = recalled.as_ref().unwrap_or(identity);
    let ask = cpr::ask_of(ctx, &pending, identity, matching).await?;
    if ask.is_none() && cpr::is_missed(ctx, pending.cpr, identity) {
        return Ok(Next::Failed { pending, reason: Reason::NoCpr });
    }
    let proof = Proof::of(identity, &ctx.keys);
    let plain = json::write(identity);
    let sealed = ctx.keys.seal(ctx.ports, &identity_label(pending.attempt), plain.as_bytes()).await?;
    if let (Some(ask), true) = (&ask, pending.origin == *ctx.host()) {
        let way = Way::Asked { host: ctx.host().clone(), ask: ask.clone() };
        born(ctx, &pending, identity, sealed, way).await?;
        return Ok(Next::Answer(cpr::ask(ctx, pending, identity.acr).await?));
    }
    if pending.origin == *ctx.host() {
        let Some(planned) = plan_code(ctx, &pending, Some(proof), used).await? else {
            return Ok(Next::Failed { pending, reason: Reason::NotAllowed });
        };
        let Bound { code_hash, request } = planned.bound();
        let way = Way::Here { code_hash, request };
        match born(ctx, &pending, identity, sealed, way).await? {
            Answer::Direct { grant } => Ok(Next::Answer(planned.respond_with(ctx, grant).await?)),
            Answer::CodeIssued { identity, .. } => Ok(Next::Answer(planned.respond(ctx, identity).await)),
            _ => Err(Fault::lasting("login object", "an answer that does not fit a birth").into()),
        }
    } else {
        let secret = base64url(&random::<16>(ctx.ports));
        let ticket_hash = base64url(&sha256(secret.as_bytes()));
        let way = Way::Home { ticket_hash, origin: pending.origin.clone(), ask };
        born(ctx, &pending, identity, sealed, way).await?;
        Ok(Next::Answer(cross::ticket_home(ctx, &pending, &secret, proof).await?))
    }
}

async fn born<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    identity: &Identity,
    sealed: Sealed,
    way: Way,
) -> Result<Answer, Refusal> {
    let count = Some(count::of(ctx, pending, identity));
    let event = Event::Identified { acr: identity.acr, identity: sealed, ends: pending.ends, way, count };
    match ctx.ports.advance(&ctx.login_name(pending.attempt), &event, ctx.now).await? {
        Answer::Refused { why } => {
            let application =
                ApplicationKey { host: pending.origin.clone(), client_id: pending.client_id.clone() };
            Err(not_completed(why, application))
        }
        issued => Ok(issued),
    }
}

/// What the browser is told when the object says no.
pub fn not_completed(why: Refused, application: ApplicationKey) -> Refusal {
    let (kind, why) = match why {
        Refused::AlreadyCompleted | Refused::Replayed => {
            (ErrorKind::AlreadyDone, "the attempt was completed before")
        }
        Refused::NotBound => (ErrorKind::Cookie, "a ticket came without its attempt's cookie"),
        _ => (ErrorKind::Expired, "the attempt is over"),
    };
    Refusal::Show { kind, why, code: ErrorCode::InvalidRequest, application: Some(application) }
}

/// A code that will be sent once its object has taken it.
pub struct PlannedCode {
    application: Rc<Application>,
    return_to: ReturnTo,
    /// The code and its hash; none where the answer brings the ID token itself.
    code: Option<(String, String)>,
    request: GrantRequest,
    /// The session that the login will belong to.
    session: Option<single_sign_on::Plan>,
    ui_locales: Option<String>,
    attempt: super::attempt::AttemptId,
}

impl PlannedCode {
    /// What the object is told.
    pub fn bound(&self) -> Bound {
        let code_hash = self.code.as_ref().map(|(_, hash)| hash.clone());
        Bound { code_hash, request: self.request.clone() }
    }

    /// The redirect that brings the code; it ends the attempt in this browser, and begins its session
    /// with the sealed identity.
    pub async fn respond<P: Ports>(mut self, ctx: &Context<'_, P>, identity: Sealed) -> Response {
        let (code, _) = self.code.take().unwrap_or_default();
        self.bring(ctx, ("code", &code), identity).await
    }

    /// The redirect that brings the ID token itself.
    ///
    /// # Errors
    /// Our own faults.
    pub async fn respond_with<P: Ports>(
        self,
        ctx: &Context<'_, P>,
        grant: Grant,
    ) -> Result<Response, Refusal> {
        let token = super::id_token::issue(ctx, &self.application, &grant, self.attempt, None).await?;
        Ok(self.bring(ctx, ("id_token", &token), grant.identity).await)
    }

    async fn bring<P: Ports>(self, ctx: &Context<'_, P>, what: (&str, &str), identity: Sealed) -> Response {
        let frame = refusal::frame(ctx, self.ui_locales.as_deref(), None);
        let response = self.return_to.bring(what, &frame).with_cookie(clear_cookie(self.attempt));
        let Some(session) = self.session else { return response };
        match session.open(ctx, &self.application, self.attempt, identity).await {
            Some(cookie) => response.with_cookie(cookie),
            None => response,
        }
    }
}

/// Draws a code for a request of this domain, if the application may still have one, and plans the
/// session that goes with it: the one `used`, or one for what the login proved.
///
/// # Errors
/// When the catalog does not answer.
pub async fn plan_code<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    proof: Option<Proof>,
    used: Option<Used>,
) -> Result<Option<PlannedCode>, Refusal> {
    let Some((application, return_to)) = return_to(ctx, pending).await? else { return Ok(None) };
    let return_to = if used.as_ref().is_some_and(Used::is_silent) { return_to.framed() } else { return_to };
    let session = single_sign_on::plan(ctx, &application, proof, used).await;
    let code = (pending.response_type == ResponseType::Code).then(|| {
        let handle = Handle::draw(ctx.ports, pending.attempt);
        (handle.text(&ctx.keys, Kind::Code, ctx.host()), handle.hash())
    });
    let sid = session.as_ref().map(|session| session.sid(ctx, &application));
    Ok(Some(PlannedCode {
        application,
        return_to,
        code,
        request: GrantRequest {
            host: ctx.host().clone(),
            client_id: pending.client_id.clone(),
            redirect_uri: pending.redirect_uri.clone(),
            scope: pending.scope.clone(),
            nonce: pending.nonce.clone(),
            code_challenge: pending.code_challenge.clone(),
            dpop_jkt: pending.dpop_jkt.clone(),
            sid,
        },
        session,
        ui_locales: pending.ui_locales.clone(),
        attempt: pending.attempt,
    }))
}

/// The application and the callback of a pending request, looked up again: an application disabled,
/// or a callback removed, since authorize counts.
async fn return_to<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
) -> Result<Option<(Rc<Application>, ReturnTo)>, Refusal> {
    let Some(application) = ctx.application(&pending.client_id).await? else { return Ok(None) };
    let checked =
        ReturnTo::checked(&application, &pending.redirect_uri, pending.state.as_deref(), &ctx.domain.issuer);
    Ok(checked.map(|to| (application, to.by(pending.response_mode))))
}

/// Ends a login without an identity: at the application, by way of the domain it called.
///
/// # Errors
/// Always: the refusal is the answer. `Ok` only for the hop home.
pub async fn failed<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    reason: Reason,
) -> Result<Next, Refusal> {
    if pending.origin != *ctx.host() {
        return Ok(Next::Answer(cross::outcome_home(ctx, &pending, reason).await?));
    }
    if reason == Reason::NoCpr && ctx.request.is_top_level() {
        return Ok(Next::Answer(cpr::ended(ctx, pending, reason).await?));
    }
    if let (Reason::LevelTooLow(_), true) = (reason, ctx.request.is_top_level()) {
        return Ok(Next::Answer(level::show(ctx, pending, reason).await?));
    }
    returned(ctx, &pending, reason).await
}

/// Tells the application, at its callback, that the login has ended without an identity.
///
/// # Errors
/// Always: the refusal is the answer.
pub async fn returned<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    reason: Reason,
) -> Result<Next, Refusal> {
    match return_to(ctx, pending).await? {
        Some((_, to)) => Err(Refusal::Return {
            to: Box::new(to),
            error: told(reason),
            cookie: Some(clear_cookie(pending.attempt)),
        }),
        None => Err(Refusal::show(ErrorKind::Client, "the application is no longer in service")),
    }
}

fn told(reason: Reason) -> Error {
    match reason {
        Reason::Cancelled => Error::new(ErrorCode::AccessDenied, "the user cancelled"),
        Reason::LevelTooLow(_) => {
            Error::new(ErrorCode::AccessDenied, "the level of assurance reached is lower than asked for")
        }
        Reason::UpstreamFailed => Error::new(ErrorCode::ServerError, "the eID could not complete the login"),
        Reason::NotAllowed => Error::new(
            ErrorCode::UnauthorizedClient,
            "the application is not in service on the domain of this eID",
        ),
        Reason::TooOld => {
            Error::new(ErrorCode::LoginRequired, "the login at the eID is older than prompt or max_age allow")
        }
        Reason::NoCpr | Reason::CprTries | Reason::CprTooLate => {
            Error::new(ErrorCode::AccessDenied, "no CPR number of the user was confirmed")
        }
        Reason::NotNamed => {
            Error::new(ErrorCode::AccessDenied, "somebody else logged in than the one named by login_hint")
        }
        Reason::AnotherPerson => {
            Error::new(ErrorCode::LoginRequired, "somebody else logged in than the one asked for")
        }
    }
}
