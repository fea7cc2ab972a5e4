//! The CPR step: whether a login is to bring a CPR number, and what happens where it does not.
//!
//! Asking decides where an application's scopes are dynamic (`ssn`), the environment's switch where
//! they are static. An employee's login never brings one.

use super::attempt::AttemptId;
use super::choose::chosen_language;
use super::consent::{self, Place};
use super::id_token::open_sealed;
use super::issue::{identity_label, not_completed, plan_code};
use super::pending::{Pending, kept};
use super::refusal::{Refusal, frame, start_again, status};
use super::session_cookie::Proof;
use super::state::{Answer, Ask, CPR_SECONDS, Event, Refusal as Refused};
use super::{Context, Next, Reason};
use crate::eid::cpr::Misread;
use crate::eid::{Acr, Cpr, Eid, oidc};
use crate::error::Fault;
use crate::json;
use crate::model::application::ScopeStrategy;
use crate::model::domain::{ApplicationKey, CprSettings, CprWay, Upstream};
use crate::model::url::WebUrl;
use crate::model::{Application, Identity, Sealed};
use crate::oauth::prompt::Prompt;
use crate::oauth::scope::Scope;
use crate::pages;
use crate::pages::cpr::{CprPage, Problem};
use crate::pages::error::{ErrorKind, ErrorPage};
use crate::pages::moving_on::{Destination, MovingOn};
use crate::ports::{LogEvent, Ports};
use crate::web::{Parameters, Response};

/// What a request wants with somebody's CPR number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// To be told it.
    Number,
    /// To be told it, and that it is asked for though it may be known: `prompt=consent`.
    Anew,
    /// That it is forgotten: `prompt=consent_revoke`.
    Revoke,
}

json_enum!(Wish { Nothing = "nothing", Number = "number", Anew = "anew", Revoke = "revoke" });

impl Wish {
    /// What a request of this application, for these scopes, wants.
    pub fn of(application: &Application, scope: &Scope, settings: CprSettings, prompt: Prompt) -> Self {
        match (is_needed(application, scope, settings), prompt) {
            (_, Prompt { consent_revoke: true, .. }) => Self::Revoke,
            (false, _) => Self::Nothing,
            (true, Prompt { consent: true, .. }) => Self::Anew,
            (true, _) => Self::Number,
        }
    }

    /// Whether a number is to come of this login.
    pub fn is_for_number(self) -> bool {
        matches!(self, Self::Number | Self::Anew)
    }
}

/// Whether a number is to come of a login for these scopes: to be told, or since an address is looked up
/// by it.
fn is_needed(application: &Application, scope: &Scope, settings: CprSettings) -> bool {
    let by_address = application.protocol.scope_strategy == ScopeStrategy::Dynamic && scope.has("address");
    by_address || is_released(application, scope, settings)
}

/// Whether the application may be told the CPR number of a person who logs in for these scopes.
pub fn is_released(application: &Application, scope: &Scope, settings: CprSettings) -> bool {
    match application.protocol.scope_strategy {
        ScopeStrategy::Dynamic => scope.has("ssn"),
        ScopeStrategy::Static => settings.add_for_personal_logins,
    }
}

/// Whether a login ends here since it has no number that the application can't do without.
pub fn is_missed<P: Ports>(ctx: &Context<'_, P>, wish: Wish, identity: &Identity) -> bool {
    wants_of(wish, identity) && !ctx.domain.cpr.optional
}

/// The identity that a session answers a request with; `None` where it can't, since it has no number,
/// none is remembered, and nobody has said that its person has none.
///
/// # Errors
/// When a store or cryptography fails.
pub async fn of_session<P: Ports>(
    ctx: &Context<'_, P>,
    wish: Wish,
    identity: Box<Identity>,
) -> Result<Option<Box<Identity>>, Fault> {
    let lacks = identity.lacks_cpr && ctx.domain.cpr.optional;
    if lacks || !wants_of(wish, &identity) {
        return Ok(Some(identity));
    }
    let cpr = recall(ctx, &Place::of(&identity, &ctx.keys)).await?;
    Ok(cpr.map(|cpr| Box::new(Identity { cpr: Some(cpr), ..*identity })))
}

/// The identity with the number that its person has agreed to have remembered. An upstream that confirms
/// numbers confirms it once more: if it says no, the number is forgotten there; if it says nothing, the number
/// is asked for as if none were remembered. A request that revokes has it forgotten, at every upstream.
///
/// # Errors
/// When a store or cryptography fails.
pub async fn recalled<P: Ports>(
    ctx: &Context<'_, P>,
    wish: Wish,
    identity: &Identity,
    matching: Option<&Matching>,
) -> Result<Option<Identity>, Fault> {
    let recalls = wish == Wish::Number && wants_of(wish, identity) && !identity.lacks_cpr;
    let revokes = wish == Wish::Revoke && !identity.acr.is_employee();
    if !recalls && !revokes {
        return Ok(None);
    }
    let place = Place::of(identity, &ctx.keys);
    if revokes {
        forget(ctx, &place.object, place.person).await?;
        return Ok(None);
    }
    let Some(cpr) = recall(ctx, &place).await? else { return Ok(None) };
    if let Some(matching) = matching {
        match oidc::is_number_of(ctx.ports, &matching.url, &matching.access_token, &cpr).await {
            Ok(true) => {}
            Ok(false) => {
                forget(ctx, &place.object, place.key).await?;
                return Ok(None);
            }
            Err(why) => {
                ctx.ports.record(LogEvent { event: "cpr_match_failed", facts: vec![("why", why)] });
                return Ok(None);
            }
        }
    }
    ctx.ports.note("cpr", "remembered");
    Ok(Some(Identity { cpr: Some(cpr), ..identity.clone() }))
}

async fn recall<P: Ports>(ctx: &Context<'_, P>, place: &Place) -> Result<Option<Cpr>, Fault> {
    let event = consent::Event::Recall { key: place.key.clone() };
    let consent::Answer::Remembered { cpr } = ctx.ports.consent(&place.object, &event, ctx.now).await? else {
        return Ok(None);
    };
    let plain = ctx.keys.open(ctx.ports, &place.label(), &cpr).await?;
    Ok(json::read_bytes(&plain).ok())
}

/// Forgets a person at one upstream or at all, as the key says.
async fn forget<P: Ports>(ctx: &Context<'_, P>, object: &str, key: String) -> Result<(), Fault> {
    ctx.ports.consent(object, &consent::Event::Forget { key }, ctx.now).await?;
    Ok(())
}

/// Remembers a number that its owner has given and wants remembered. A login does not fail for it.
async fn remember<P: Ports>(ctx: &Context<'_, P>, identity: &Identity, cpr: &Cpr) {
    let place = Place::of(identity, &ctx.keys);
    let kept = async {
        let plain = json::write(cpr);
        let cpr = ctx.keys.seal(ctx.ports, &place.label(), plain.as_bytes()).await?;
        let (key, pseudonym) = (place.key.clone(), place.pseudonym.clone());
        let event = consent::Event::Remember { key, pseudonym, cpr };
        ctx.ports.consent(&place.object, &event, ctx.now).await.map_err(Fault::from)
    };
    if let Err(fault) = kept.await {
        fault.log(ctx.ports);
    }
}

/// Whoever is asked anew, since `prompt=consent` wants that, and answers without ticking the box, has
/// withdrawn: what was remembered of him is forgotten, at every upstream. Other logins ask no object for it.
async fn unticked<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    identity: &Identity,
) -> Result<(), Fault> {
    if pending.cpr == Wish::Anew {
        let place = Place::of(identity, &ctx.keys);
        forget(ctx, &place.object, place.person).await?;
    }
    Ok(())
}

fn wants_of(wish: Wish, identity: &Identity) -> bool {
    wish.is_for_number() && identity.cpr.is_none() && !identity.acr.is_employee()
}

/// What confirms that a number is somebody's: his upstream, asked with its own access token.
pub struct Matching {
    url: WebUrl,
    access_token: String,
}

json_struct!(Matching { url, access_token });

impl Matching {
    /// What an upstream offers to somebody that it has just identified.
    pub fn of(upstream: &Upstream, access_token: String) -> Option<Self> {
        match &upstream.cpr {
            CprWay::Match(url) => Some(Self { url: url.clone(), access_token }),
            CprWay::None | CprWay::Scope(_) => None,
        }
    }
}

/// What it is sealed for: its attempt.
fn matching_label(attempt: AttemptId) -> String {
    format!("cpr match {}", attempt.text())
}

/// What somebody just identified is asked: nothing, where no number is wanted or there is none to ask
/// for.
///
/// # Errors
/// When cryptography fails.
pub async fn ask_of<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    identity: &Identity,
    matching: Option<Matching>,
) -> Result<Option<Ask>, Fault> {
    let wanted = wants_of(pending.cpr, identity) && !identity.lacks_cpr;
    let Some(matching) = matching.filter(|_| wanted) else { return Ok(None) };
    let plain = json::write(&matching);
    let matching = ctx.keys.seal(ctx.ports, &matching_label(pending.attempt), plain.as_bytes()).await?;
    let ends = identity.auth_time.plus(CPR_SECONDS).min(pending.ends);
    Ok(Some(Ask { matching, ends }))
}

/// Sends the browser to the page that asks, which can be loaded again.
///
/// # Errors
/// When cryptography fails.
pub async fn ask<P: Ports>(ctx: &Context<'_, P>, pending: Pending, acr: Acr) -> Result<Response, Fault> {
    let pending = Pending { asking: Some(acr), ended: None, leg: None, ..pending };
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    ctx.ports.note("cpr", "asked for on our page");
    let response = Response::see_other(&format!("{}{}", ctx.domain.issuer, path(&pending, "cpr")));
    Ok(kept(response, ctx.request, pending.attempt, cookie))
}

fn path(pending: &Pending, page: &str) -> String {
    format!("/login/{}/{page}", pending.attempt.text())
}

/// The request of an attempt of this very browser.
async fn loaded<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId) -> Result<Pending, Refusal> {
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(
            ErrorKind::Cookie,
            "a CPR page was asked for inside a frame or by a script",
        ));
    }
    let loaded = Pending::load(ctx.ports, &ctx.keys, ctx.host(), ctx.request, attempt, ctx.now).await?;
    let pending =
        loaded.ok_or(Refusal::show(ErrorKind::Cookie, "the browser does not have this attempt's cookie"))?;
    ctx.adopt(attempt);
    ctx.dress.of(&pending);
    Ok(pending)
}

/// What somebody is being asked for, on the domain that was called.
fn asking<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Result<Acr, Refusal> {
    let asking = pending.asking.filter(|_| pending.origin == *ctx.host());
    asking.ok_or(Refusal::show(ErrorKind::Expired, "a CPR page of a login that asks for no number"))
}

/// `GET /login/{attempt}/cpr`: the page, or the one that tells why there is no number. It asks no object.
///
/// # Errors
/// This browser is not asked.
pub async fn page<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId) -> Result<Next, Refusal> {
    let mut pending = loaded(ctx, attempt).await?;
    if let Some(lang) = chosen_language(ctx.request) {
        pending.ui_locales = Some(lang.tag().to_owned());
    }
    if let Some(reason @ (Reason::NoCpr | Reason::CprTries | Reason::CprTooLate)) = pending.ended {
        return Ok(Next::Answer(ended(ctx, pending, reason).await?));
    }
    let acr = asking(ctx, &pending)?;
    if ctx.request.query_parameters().is_ok_and(|query| query.get("other").is_some()) {
        pending.cpr_hint = None;
    }
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    let response = shown(ctx, &pending, acr, None);
    Ok(Next::Answer(kept(response, ctx.request, pending.attempt, cookie)))
}

/// The page in the other language.
fn language_href<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> String {
    let other = ctx.lang(pending.ui_locales.as_deref()).other();
    format!("{}?lang={}", path(pending, "cpr"), other.tag())
}

fn shown<P: Ports>(ctx: &Context<'_, P>, pending: &Pending, acr: Acr, problem: Option<Problem>) -> Response {
    ctx.dress.of(pending);
    let action = path(pending, "cpr");
    let (language_href, other_href) = (language_href(ctx, pending), format!("{action}?other=yes"));
    // A number that was wrong is not offered again.
    let masked = pending.cpr_hint.as_ref().filter(|_| problem.is_none()).map(Cpr::masked);
    let view = CprPage {
        frame: frame(ctx, pending.ui_locales.as_deref(), Some(&language_href)),
        eid: match acr.eid() {
            Eid::Nemid => pages::Eid::NemId,
            Eid::Mitid => pages::Eid::MitId,
        },
        action: &action,
        hinted: masked.as_deref().map(|masked| (masked, other_href.as_str())),
        optional: ctx.domain.cpr.optional,
        problem,
        cancel_href: &path(pending, "cancel"),
    };
    Response::page(if problem.is_some() { 422 } else { 200 }, pages::cpr::page(&view))
}

/// What somebody answers on the page.
enum Answered {
    Number(Cpr),
    Without,
}

fn read<P: Ports>(ctx: &Context<'_, P>, form: &Parameters, pending: &Pending) -> Result<Answered, Problem> {
    if form.get("answer") == Some("without") && ctx.domain.cpr.optional {
        return Ok(Answered::Without);
    }
    if let (Some(_), Some(hint)) = (form.get("hinted"), &pending.cpr_hint) {
        return Ok(Answered::Number(hint.clone()));
    }
    let typed = form.get("cpr").unwrap_or_default();
    let read = Cpr::parse(typed, ctx.domain.environment, ctx.now).map(Answered::Number);
    read.map_err(|misread| match misread {
        Misread::Form => Problem::Form,
        Misread::Date => Problem::Date,
    })
}

/// `POST /login/{attempt}/cpr`. What is no number asks no object, and is no try.
///
/// # Errors
/// This browser is not asked, or the attempt is over.
pub async fn submitted<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId) -> Result<Next, Refusal> {
    let pending = loaded(ctx, attempt).await?;
    let acr = asking(ctx, &pending)?;
    let form = ctx.request.form_parameters();
    let form = form.map_err(|_| Refusal::show(ErrorKind::Expired, "a CPR page's form can't be read"))?;
    let answered = match read(ctx, &form, &pending) {
        Ok(answered) => answered,
        Err(problem) => return Ok(Next::Answer(shown(ctx, &pending, acr, Some(problem)))),
    };
    let event = Event::CprTried { host: ctx.host().clone() };
    let (sealed, matching, left) = match ctx.ports.advance(&ctx.login_name(attempt), &event, ctx.now).await? {
        Answer::CprTry { identity, matching, tries_left } => (identity, matching, tries_left),
        Answer::Refused { why: Refused::NoTries } => return gone(ctx, pending, Reason::CprTries).await,
        Answer::Refused { why: Refused::Expired } => return gone(ctx, pending, Reason::CprTooLate).await,
        Answer::Refused { why } => return Err(not_completed(why, application_of(&pending))),
        _ => return Err(unfit()),
    };
    let mut identity = open_sealed(ctx, &sealed, attempt).await?;
    let Answered::Number(cpr) = answered else {
        unticked(ctx, &pending, &identity).await?;
        return settle(ctx, pending, &identity, sealed).await;
    };
    let mistyped = !cpr.meets_modulus_11();
    let problem = match is_theirs(ctx, attempt, &matching, &cpr).await {
        Ok(true) => {
            if form.get("remember").is_some() {
                remember(ctx, &identity, &cpr).await;
            } else {
                unticked(ctx, &pending, &identity).await?;
            }
            identity.cpr = Some(cpr);
            let plain = json::write(&identity);
            let sealed = ctx.keys.seal(ctx.ports, &identity_label(attempt), plain.as_bytes()).await?;
            return settle(ctx, pending, &identity, sealed).await;
        }
        Ok(false) if mistyped => Problem::Mistyped(left),
        Ok(false) => Problem::Mismatch(left),
        Err(why) => {
            ctx.ports.record(LogEvent { event: "cpr_match_failed", facts: vec![("why", why)] });
            Problem::Unavailable
        }
    };
    if left == 0 {
        return gone(ctx, pending, Reason::CprTries).await;
    }
    Ok(Next::Answer(shown(ctx, &pending, acr, Some(problem))))
}

async fn gone<P: Ports>(ctx: &Context<'_, P>, pending: Pending, reason: Reason) -> Result<Next, Refusal> {
    Ok(Next::Answer(ended(ctx, pending, reason).await?))
}

fn application_of(pending: &Pending) -> ApplicationKey {
    ApplicationKey { host: pending.origin.clone(), client_id: pending.client_id.clone() }
}

fn unfit() -> Refusal {
    Fault::lasting("login object", "an answer that does not fit a CPR number").into()
}

/// Asks the upstream whether a number is this person's.
async fn is_theirs<P: Ports>(
    ctx: &Context<'_, P>,
    attempt: AttemptId,
    matching: &Sealed,
    cpr: &Cpr,
) -> Result<bool, String> {
    let unreadable = || "what confirms a number can't be read".to_owned();
    let plain = ctx.keys.open(ctx.ports, &matching_label(attempt), matching).await;
    let matching: Matching =
        plain.ok().and_then(|plain| json::read_bytes(&plain).ok()).ok_or_else(unreadable)?;
    oidc::is_number_of(ctx.ports, &matching.url, &matching.access_token, cpr).await
}

/// The login goes on, with a number or without.
async fn settle<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    identity: &Identity,
    sealed: Sealed,
) -> Result<Next, Refusal> {
    let proof = Proof::of(identity, &ctx.keys);
    let Some(planned) = plan_code(ctx, &pending, Some(proof), None).await? else {
        return Ok(Next::Failed { pending, reason: Reason::NotAllowed });
    };
    let event = Event::CprSettled { host: ctx.host().clone(), identity: sealed, bound: planned.bound() };
    match ctx.ports.advance(&ctx.login_name(pending.attempt), &event, ctx.now).await? {
        Answer::CodeIssued { identity, .. } => Ok(Next::Answer(planned.respond(ctx, identity).await)),
        Answer::Direct { grant } => Ok(Next::Answer(planned.respond_with(ctx, grant).await?)),
        Answer::Refused { why } => Err(not_completed(why, application_of(&pending))),
        _ => Err(unfit()),
    }
}

/// The page that tells why there is no number, before the application is told. Its ways lead there, or
/// to a new login. It can be loaded again at [`page`], in the other language.
///
/// # Errors
/// When cryptography fails.
pub async fn ended<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    reason: Reason,
) -> Result<Response, Fault> {
    let kind = match reason {
        Reason::CprTries => ErrorKind::CprTries,
        Reason::CprTooLate => ErrorKind::CprTooLate,
        _ => ErrorKind::NoCpr,
    };
    ctx.dress.of(&pending);
    let start_again = start_again(ctx, Some(application_of(&pending))).await;
    let language_href = language_href(ctx, &pending);
    let view = ErrorPage {
        frame: frame(ctx, pending.ui_locales.as_deref(), Some(&language_href)),
        kind,
        reference: ctx.ports.trace_id(),
        start_again_href: start_again.as_deref(),
        back_href: Some(&path(&pending, "back")),
    };
    let response = Response::page(status(kind), pages::error::page(&view));
    let pending = Pending { asking: None, ended: Some(reason), leg: None, cpr_hint: None, ..pending };
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    Ok(kept(response, ctx.request, pending.attempt, cookie))
}

/// The answer to a submit: a page that moves on, where it would be a redirect.
pub fn moving_on<P: Ports>(ctx: &Context<'_, P>, answer: Response) -> Response {
    let Some(url) = answer.redirect() else { return answer };
    let view = MovingOn { frame: frame(ctx, None, None), url, to: Destination::Service };
    let page = Response::page(200, pages::moving_on::page(&view));
    let cookies = answer.headers.iter().filter(|(name, _)| *name == "set-cookie");
    cookies.fold(page, |page, (_, cookie)| page.with_cookie(cookie.clone()))
}
