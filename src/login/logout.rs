//! `GET|POST /oauth2/logout` (OIDC RP-Initiated Logout 1.0, Front-Channel Logout 1.0): ends this
//! browser's sessions on the domain.
//!
//! Existing clients send an address and nothing else, and expect to be back at once; the specification
//! wants the user to be asked unless an ID token says who asks. Both are here: `confirm_logout` of the
//! domain decides. A request that names what is not registered never leaves our page, and ends
//! nothing unless the user says so there.

use super::after_logout::AfterLogout;
use super::attempt::AttemptId;
use super::envelope::{self, Label, Opened, Purpose};
use super::hint::{self, Hint};
use super::refusal::{self, Refusal};
use super::session::Client;
use super::session_cookie::{self, SessionCookie, person};
use super::{Context, single_sign_on};
use crate::eid::Eid;
use crate::error::Fault;
use crate::model::identity::UpstreamSession;
use crate::model::{Application, ClientId};
use crate::oauth::authorize::STATE_MAX_BYTES;
use crate::pages::logout::{AskLogout, LoggedOut, Problem, ask, done};
use crate::ports::{LogEvent, Ports};
use crate::web::{Method, Parameters, Response, encode_pairs, with_query};
use std::rc::Rc;

/// The path, and where the button of our own page posts.
pub const LOGOUT_PATH: &str = "/oauth2/logout";
/// Where an upstream's logout leads back to.
pub const LOGGED_OUT_PATH: &str = "/oauth2/logout/done";
/// How long the question, or an upstream's logout, may take, seconds.
const CONFIRMATION_SECONDS: u64 = 10 * 60;
/// The parameters that are read; `logout_hint` is not needed, and others mean nothing here.
const PARAMETERS: [&str; 5] =
    ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// What a request asks for, checked.
#[derive(Default)]
struct Asked {
    hint: Option<Hint>,
    after: Option<AfterLogout>,
    ui_locales: Option<String>,
}

/// What the button of our page sends back, sealed for one of the browser's own sessions: nobody else
/// can make the browser send it.
#[derive(Debug)]
struct Confirmation {
    after: Option<AfterLogout>,
    ui_locales: Option<String>,
}

json_struct!(Confirmation { after: "a", ui_locales: "l" });

/// Answers a logout request.
pub async fn logout<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let answer = match ctx.request.method {
        Method::Post => posted(ctx).await,
        _ => asked(ctx).await,
    };
    match answer {
        Ok(response) => response,
        Err(fault) => refusal::respond(ctx, Refusal::Fault(fault)).await,
    }
}

/// A form of an application comes from another site, without our cookies: the browser asks once more
/// by itself, and then sends them. The form of our own page has a confirmation.
async fn posted<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, Fault> {
    let Ok(form) = ctx.request.form_parameters() else {
        return refused(ctx, Problem::Request, None).await;
    };
    if let Some(sealed) = form.get("confirm") {
        return confirmed(ctx, sealed).await;
    }
    let pairs = PARAMETERS.iter().filter_map(|name| Some((*name, form.get(name)?)));
    Ok(Response::see_other(&format!("{}{LOGOUT_PATH}?{}", ctx.domain.issuer, encode_pairs(pairs))))
}

async fn asked<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, Fault> {
    let Ok(parameters) = ctx.request.query_parameters() else {
        return refused(ctx, Problem::Request, None).await;
    };
    let asked = match read(ctx, &parameters).await? {
        Ok(asked) => asked,
        Err(problem) => return refused(ctx, problem, parameters.get("ui_locales")).await,
    };
    let sessions = sessions(ctx).await;
    let known = asked.hint.as_ref().is_some_and(|hint| is_of(ctx, hint, &sessions));
    // Nothing that a page of another site may load by itself ends a session unasked.
    let must_ask = ctx.domain.sessions.confirm_logout || !ctx.request.is_top_level();
    match sessions.first() {
        Some(session) if must_ask && !known => {
            question(ctx, session, asked.after, asked.ui_locales.as_deref(), None).await
        }
        _ => end(ctx, &sessions, asked.after, asked.ui_locales.as_deref(), true).await,
    }
}

/// What a request says, judged: first who asks, then where it wants to go.
async fn read<P: Ports>(
    ctx: &Context<'_, P>,
    parameters: &Parameters,
) -> Result<Result<Asked, Problem>, Fault> {
    let hint = match parameters.get("id_token_hint") {
        Some(raw) => match hint::read(ctx, raw).await {
            Some(hint) => Some(hint),
            None => return Ok(Err(Problem::Request)),
        },
        None => None,
    };
    let named = match parameters.get("client_id").map(ClientId::parse) {
        Some(Err(_)) => return Ok(Err(Problem::Request)),
        Some(Ok(client_id)) => Some(client_id),
        None => None,
    };
    let client_id = match (named, hint.as_ref().map(|hint| &hint.client_id)) {
        (Some(named), Some(of_hint)) if named != *of_hint => return Ok(Err(Problem::Request)),
        (Some(named), _) => Some(named),
        (None, of_hint) => of_hint.cloned(),
    };
    let application = match &client_id {
        Some(client_id) => match ctx.application(client_id).await? {
            Some(application) => Some(application),
            None => return Ok(Err(Problem::Request)),
        },
        None => None,
    };
    let state = parameters.get("state");
    if state.is_some_and(|state| state.len() > STATE_MAX_BYTES) {
        return Ok(Err(Problem::Request));
    }
    let after = match parameters.get("post_logout_redirect_uri") {
        Some(uri) => match after(ctx, application, uri, state).await? {
            Some(after) => Some(after),
            None => return Ok(Err(Problem::Address)),
        },
        None => None,
    };
    Ok(Ok(Asked { hint, after, ui_locales: parameters.get("ui_locales").map(str::to_owned) }))
}

/// Where an application is known, its own record decides.
async fn after<P: Ports>(
    ctx: &Context<'_, P>,
    application: Option<Rc<Application>>,
    uri: &str,
    state: Option<&str>,
) -> Result<Option<AfterLogout>, Fault> {
    match application {
        Some(application) => Ok(AfterLogout::of_application(&application, uri, state)),
        None => AfterLogout::of_domain(ctx, uri, state).await,
    }
}

/// Every session of this browser on this domain.
async fn sessions<P: Ports>(ctx: &Context<'_, P>) -> Vec<SessionCookie> {
    let mut sessions = Vec::new();
    for eid in Eid::ALL {
        sessions.extend(SessionCookie::load(ctx, eid).await);
    }
    sessions
}

/// Whether a hint is of one of this browser's sessions, or at least of the same person.
fn is_of<P: Ports>(ctx: &Context<'_, P>, hint: &Hint, sessions: &[SessionCookie]) -> bool {
    sessions.iter().any(|session| match &hint.sid {
        Some(sid) => *sid == session.sid(&ctx.keys, &hint.client_id),
        None => person(&hint.sub) == session.proof.person,
    })
}

/// A request that can't be followed. Nothing is ended, but the user may.
async fn refused<P: Ports>(
    ctx: &Context<'_, P>,
    problem: Problem,
    ui_locales: Option<&str>,
) -> Result<Response, Fault> {
    let why = match problem {
        Problem::Request => "the request names no ID token or client of this domain",
        Problem::Address => "post_logout_redirect_uri is not registered",
    };
    ctx.ports.record(LogEvent { event: "logout_refused", facts: vec![("why", why.to_owned())] });
    match sessions(ctx).await.first() {
        Some(session) => question(ctx, session, None, ui_locales, Some(problem)).await,
        None => Ok(page(ctx, None, ui_locales, Some(problem))),
    }
}

async fn question<P: Ports>(
    ctx: &Context<'_, P>,
    session: &SessionCookie,
    after: Option<AfterLogout>,
    ui_locales: Option<&str>,
    problem: Option<Problem>,
) -> Result<Response, Fault> {
    let ends = ctx.now.plus(CONFIRMATION_SECONDS);
    let label = Label { attempt: session.id, ends, from: ctx.host().clone() };
    let content = Confirmation { after, ui_locales: ui_locales.map(str::to_owned) };
    let sealed = envelope::seal(ctx.ports, &ctx.keys, Purpose::Logout, &label, ctx.host(), &content).await?;
    Ok(page(ctx, Some(&sealed), ui_locales, problem))
}

fn page<P: Ports>(
    ctx: &Context<'_, P>,
    confirmation: Option<&str>,
    ui_locales: Option<&str>,
    problem: Option<Problem>,
) -> Response {
    let view = AskLogout {
        frame: refusal::frame(ctx, ui_locales, None),
        problem,
        confirmation,
        reference: ctx.ports.trace_id(),
    };
    Response::page(if problem.is_some() { 400 } else { 200 }, ask(&view))
}

/// The user has pressed the button.
async fn confirmed<P: Ports>(ctx: &Context<'_, P>, sealed: &str) -> Result<Response, Fault> {
    let sessions = sessions(ctx).await;
    let opened: Result<Opened<Confirmation>, _> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::Logout, ctx.host(), sealed, ctx.now).await;
    let is_own = |id: AttemptId| sessions.iter().any(|session| session.id == id);
    match opened {
        // Whoever is logged out already has what he asked for.
        Ok(Opened { label, value }) if sessions.is_empty() || is_own(label.attempt) => {
            end(ctx, &sessions, value.after, value.ui_locales.as_deref(), false).await
        }
        _ => refused(ctx, Problem::Request, None).await,
    }
}

/// Ends the sessions, has the applications told, and goes on. A redirect must not follow a form
/// (`may_redirect`): browsers hold it against `form-action`.
async fn end<P: Ports>(
    ctx: &Context<'_, P>,
    sessions: &[SessionCookie],
    after: Option<AfterLogout>,
    ui_locales: Option<&str>,
    may_redirect: bool,
) -> Result<Response, Fault> {
    let mut frames = Vec::new();
    let mut through = None;
    for session in sessions {
        let ended = single_sign_on::end(ctx, session).await?;
        for client in ended.clients {
            frames.extend(frame_of(ctx, &client).await?);
        }
        through = through.or(ended.upstream.map(|upstream| (session.id, upstream)));
    }
    let after = match through {
        Some((id, upstream)) => Some(through_upstream(ctx, id, &upstream, after, ui_locales).await?),
        None => after,
    };
    let response = match &after {
        Some(after) if may_redirect && frames.is_empty() => after.redirect(),
        _ => logged_out(ctx, &frames, after.as_ref(), ui_locales),
    };
    // Only what came along is taken away: a form of another site comes without the browser's cookies,
    // but what its answer sets would be kept.
    let gone = sessions.iter().map(|session| session_cookie::clear(session.proof.acr.eid()));
    Ok(gone.fold(response, Response::with_cookie))
}

/// The way that leads through an upstream's own logout and comes back to us.
async fn through_upstream<P: Ports>(
    ctx: &Context<'_, P>,
    id: AttemptId,
    upstream: &UpstreamSession,
    after: Option<AfterLogout>,
    ui_locales: Option<&str>,
) -> Result<AfterLogout, Fault> {
    let label = Label { attempt: id, ends: ctx.now.plus(CONFIRMATION_SECONDS), from: ctx.host().clone() };
    let content = Confirmation { after, ui_locales: ui_locales.map(str::to_owned) };
    let state =
        envelope::seal(ctx.ports, &ctx.keys, Purpose::LoggedOut, &label, ctx.host(), &content).await?;
    Ok(AfterLogout::at_upstream(upstream, &format!("{}{LOGGED_OUT_PATH}", ctx.domain.issuer), &state))
}

/// `GET /oauth2/logout/done`: an upstream has logged somebody out. Nothing is ended here any more, so
/// that an altered or old address leads to our own page and nowhere else.
pub async fn returned<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let parameters = ctx.request.query_parameters().ok();
    let state = parameters.as_ref().and_then(|parameters| parameters.get("state")).unwrap_or_default();
    let opened: Result<Opened<Confirmation>, _> =
        envelope::open(ctx.ports, &ctx.keys, Purpose::LoggedOut, ctx.host(), state, ctx.now).await;
    match opened.map(|opened| opened.value) {
        Ok(Confirmation { after: Some(after), .. }) => after.redirect(),
        Ok(Confirmation { ui_locales, .. }) => logged_out(ctx, &[], None, ui_locales.as_deref()),
        Err(_) => logged_out(ctx, &[], None, None),
    }
}

/// What an application wants to have loaded when somebody logs out (Front-Channel Logout §2), and the
/// origin it is at.
async fn frame_of<P: Ports>(
    ctx: &Context<'_, P>,
    client: &Client,
) -> Result<Option<(String, String)>, Fault> {
    let Some(application) = ctx.application(&client.client_id).await? else { return Ok(None) };
    let Some(uri) = &application.protocol.frontchannel_logout_uri else { return Ok(None) };
    let pairs = encode_pairs([("iss", ctx.domain.issuer.as_str()), ("sid", &client.sid)]);
    Ok(Some((with_query(uri.as_str(), &pairs), uri.origin().to_owned())))
}

fn logged_out<P: Ports>(
    ctx: &Context<'_, P>,
    frames: &[(String, String)],
    after: Option<&AfterLogout>,
    ui_locales: Option<&str>,
) -> Response {
    let urls: Vec<String> = frames.iter().map(|(url, _)| url.clone()).collect();
    let view = LoggedOut {
        frame: refusal::frame(ctx, ui_locales, None),
        frames: &urls,
        next: after.map(AfterLogout::url),
    };
    let response = Response::page(200, done(&view));
    if frames.is_empty() {
        return response;
    }
    let mut origins: Vec<&str> = Vec::new();
    for (_, origin) in frames {
        if !origins.contains(&origin.as_str()) {
            origins.push(origin);
        }
    }
    response.with(
        "content-security-policy",
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; frame-src {}; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
            origins.join(" ")
        ),
    )
}
