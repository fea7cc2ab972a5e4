//! Single sign-on: a login that stands for another, on the domain that the application called.
//!
//! Each eID has a session of its own. A request is answered by one if the eID and its level fit one
//! of those that the request offers at this moment, if the login is young enough, and if it is the
//! person asked for ([`satisfies`]). It is answered by a code of its own, from a `Login` object of its
//! own, as any other.

use super::attempt::AttemptId;
use super::id_token::open_sealed;
use super::offer::Offer;
use super::pending::{PENDING_SECONDS, Pending};
use super::session::{Answer, Client, Event, Refusal as Refused};
use super::session_cookie::{Proof, SessionCookie, person};
use super::{Context, Reason};
use crate::eid::claims::sub as sub_of;
use crate::eid::{Acr, Eid};
use crate::error::Fault;
use crate::model::identity::UpstreamSession;
use crate::model::{Application, Identity, Sealed, UnixTime};
use crate::oauth::login_hint::Wishes;
use crate::ports::{LogEvent, Ports};

/// Clock difference to an upstream that is forgiven when it says when somebody logged in, seconds.
pub const AUTH_TIME_SKEW_SECONDS: u64 = 10;

/// What a request asks of a session.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The application.
    pub application: &'a Application,
    /// Its callback.
    pub redirect_uri: &'a str,
    /// What is offered to it at this moment.
    pub offered: Offer,
    /// `prompt=none`
    pub silent: bool,
    /// `max_age`, seconds.
    pub max_age: Option<u64>,
    /// `sub` of the one person who may log in.
    pub subject: Option<&'a str>,
}

/// What came of looking for a session.
pub enum Found {
    /// One that fits, and has been used.
    Session {
        /// Who, with the acr that was asked for and is met.
        identity: Box<Identity>,
        /// The session.
        used: Used,
    },
    /// None that fits.
    Nothing,
    /// One that fits, but has been used too often in a short while. It lives on.
    TooMany,
}

/// A session that stands for a login.
pub struct Used {
    cookie: SessionCookie,
    ends: UnixTime,
    silent: bool,
}

impl Used {
    /// Whether nobody must see a page: the answer may go into a frame of the application's.
    pub fn is_silent(&self) -> bool {
        self.silent
    }
}

/// Looks for a session that this request may be answered with, and uses it. At most one object is
/// asked, and none if no cookie fits.
///
/// # Errors
/// When the catalog or cryptography fails. A store of sessions that does not answer only means that
/// the user has to log in.
pub async fn try_session<P: Ports>(ctx: &Context<'_, P>, wanted: &Wanted<'_>) -> Result<Found, Fault> {
    if !ctx.domain.sessions.sso || !may_be_answered(ctx, wanted) {
        return Ok(Found::Nothing);
    }
    let Some((cookie, acr)) = fitting(ctx, wanted).await? else { return Ok(Found::Nothing) };
    let client_id = &wanted.application.client_id;
    let event = Event::Use {
        host: ctx.host().clone(),
        secret_hash: cookie.secret_hash(),
        client: Client::new(client_id.clone(), cookie.sid(&ctx.keys, client_id)),
        settings: ctx.domain.sessions,
    };
    let (ends, attempt, sealed) = match ctx.ports.session(&cookie.object(ctx), &event, ctx.now).await {
        Ok(Answer::Living { ends, attempt, identity }) => (ends, attempt, identity),
        Ok(Answer::Refused { why: Refused::TooMany }) => return Ok(Found::TooMany),
        Ok(_) => return Ok(Found::Nothing),
        Err(unavailable) => {
            Fault::from(unavailable).log(ctx.ports);
            return Ok(Found::Nothing);
        }
    };
    let identity = open_sealed(ctx, &sealed, attempt).await?;
    // What the object knows counts; the cookie only saved asking in vain.
    if satisfies(&Proof::of(&identity, &ctx.keys), wanted, ctx.now).is_none() {
        return Ok(Found::Nothing);
    }
    ctx.ports.record(LogEvent {
        event: "session_used",
        facts: vec![("client_id", client_id.to_string()), ("acr", acr.urn().to_owned())],
    });
    let cross_site = cookie.cross_site || wanted.application.protocol.silent_check;
    let used = Used { cookie: SessionCookie { cross_site, ..cookie }, ends, silent: wanted.silent };
    Ok(Found::Session { identity: Box::new(Identity { acr, ..identity }), used })
}

/// Only a login that may go on without a page can be answered inside a frame, and inside one of another
/// site only that of an application which looks from there: another application of the session may be
/// the reason why the cookie came along.
fn may_be_answered<P: Ports>(ctx: &Context<'_, P>, wanted: &Wanted<'_>) -> bool {
    let elsewhere = ctx.request.header("sec-fetch-site") == Some("cross-site");
    ctx.request.is_top_level() || (wanted.silent && (!elsewhere || wanted.application.protocol.silent_check))
}

/// The first of this browser's sessions that fits by its cookie, and the acr it meets.
async fn fitting<P: Ports>(
    ctx: &Context<'_, P>,
    wanted: &Wanted<'_>,
) -> Result<Option<(SessionCookie, Acr)>, Fault> {
    for acr in offered(&wanted.offered) {
        let Some(cookie) = SessionCookie::load(ctx, acr.eid()).await else { continue };
        let Some(met) = satisfies(&cookie.proof, wanted, ctx.now) else { continue };
        // An application that is not in service on the domain of the eID gets nobody from there.
        if ctx.domain.upstreams.get(&met.eid()).is_some() || has_shadow(ctx, wanted).await? {
            return Ok(Some((cookie, met)));
        }
    }
    Ok(None)
}

async fn has_shadow<P: Ports>(ctx: &Context<'_, P>, wanted: &Wanted<'_>) -> Result<bool, Fault> {
    let Some(peer) = &ctx.domain.peer else { return Ok(false) };
    let shadow = ctx.application_at(&peer.host, &wanted.application.client_id).await?;
    Ok(shadow.is_some_and(|app| app.redirect_uri(wanted.redirect_uri).is_some()))
}

/// What a request may be answered with, the eID it is about first.
fn offered(offer: &Offer) -> Vec<Acr> {
    match *offer {
        Offer::Both { nemid, mitid, first: Eid::Nemid } => vec![nemid, mitid],
        Offer::Both { nemid, mitid, first: Eid::Mitid } => vec![mitid, nemid],
        Offer::One { acr, .. } => vec![acr],
    }
}

/// The acr that a login meets for a request, if it may stand for one.
pub fn satisfies(proof: &Proof, wanted: &Wanted<'_>, now: UnixTime) -> Option<Acr> {
    // OIDC Core §3.1.2.1: an age of zero asks for a login, as prompt=login does.
    let is_young = wanted.max_age.is_none_or(|age| age > 0 && now <= proof.auth_time.plus(age));
    let is_asked_for = wanted.subject.is_none_or(|sub| person(sub) == proof.person);
    let fits = |acr: &Acr| is_same_method(*acr, proof.acr) && proof.level >= acr.level();
    offered(&wanted.offered).into_iter().find(fits).filter(|_| is_young && is_asked_for)
}

/// A person's MitID is one method at several levels. An employee's MitID, a person's NemID, an employee's
/// NemID, and one with a key file are methods of their own.
fn is_same_method(one: Acr, other: Acr) -> bool {
    let is_personal_mitid = |acr: Acr| acr.eid() == Eid::Mitid && !acr.is_employee();
    one == other || (is_personal_mitid(one) && is_personal_mitid(other))
}

/// Why somebody who was identified is not whom the request asks for. An eID may have let him in by a
/// session of its own, though it was asked for a login.
pub fn unfit<P: Ports>(ctx: &Context<'_, P>, pending: &Pending, identity: &Identity) -> Option<Reason> {
    let begun = UnixTime(pending.ends.0.saturating_sub(PENDING_SECONDS));
    let oldest = if pending.fresh { Some(0) } else { pending.max_age };
    let is_young =
        oldest.is_none_or(|age| begun <= identity.auth_time.plus(age).plus(AUTH_TIME_SKEW_SECONDS));
    let is_asked_for = pending.subject.as_ref().is_none_or(|sub| *sub == sub_of(identity, &ctx.keys));
    match (is_young, is_asked_for) {
        (false, _) => Some(Reason::TooOld),
        (true, false) => Some(Reason::AnotherPerson),
        (true, true) => (!is_named(&pending.wishes, identity)).then_some(Reason::NotNamed),
    }
}

/// Whether it is the person, and the company, that `login_hint` names. Whoever acts for no company is of
/// none.
fn is_named(wishes: &Wishes, identity: &Identity) -> bool {
    let is_person = wishes.uuid.as_ref().is_none_or(|uuid| identity.eid_id.eq_ignore_ascii_case(uuid));
    let is_of = |cvr: &String| identity.company.as_ref().is_some_and(|company| company.cvr == *cvr);
    is_person && wishes.cvr.as_ref().is_none_or(is_of)
}

/// The session that a login's code will belong to.
pub struct Plan {
    cookie: SessionCookie,
    /// Until when, where the login used the session that there was.
    used_until: Option<UnixTime>,
    /// The session of somebody else, which this login ends.
    replaced: Option<SessionCookie>,
}

/// Plans the session of a login on the domain that the application called; nothing where the domain
/// has no single sign-on. `used` is the session that stood for the login, `proof` what a login at an
/// eID proved.
pub async fn plan<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    proof: Option<Proof>,
    used: Option<Used>,
) -> Option<Plan> {
    if let Some(Used { cookie, ends, .. }) = used {
        return Some(Plan { cookie, used_until: Some(ends), replaced: None });
    }
    let proof = proof.filter(|_| ctx.domain.sessions.sso)?;
    let known = SessionCookie::load(ctx, proof.acr.eid()).await;
    let (same, replaced) = match known {
        Some(cookie) if cookie.proof.person == proof.person => (Some(cookie), None),
        other => (None, other),
    };
    let mut cookie = match same {
        Some(cookie) => SessionCookie { proof, ..cookie },
        None => SessionCookie::draw(ctx, proof),
    };
    cookie.cross_site |= application.protocol.silent_check;
    Some(Plan { cookie, used_until: None, replaced })
}

impl Plan {
    /// What the session is called in the ID token.
    pub fn sid<P: Ports>(&self, ctx: &Context<'_, P>, application: &Application) -> String {
        self.cookie.sid(&ctx.keys, &application.client_id)
    }

    /// Opens the session, once the login has its code, and gives the cookie to be set. A login goes on
    /// without a session where there is none to be had.
    pub async fn open<P: Ports>(
        self,
        ctx: &Context<'_, P>,
        application: &Application,
        attempt: AttemptId,
        identity: Sealed,
    ) -> Option<String> {
        if let Some(ends) = self.used_until {
            return self.cookie.set(ctx, ends).await.ok();
        }
        if let Some(replaced) = &self.replaced
            && let Err(fault) = end(ctx, replaced).await
        {
            fault.log(ctx.ports);
        }
        let client_id = application.client_id.clone();
        let event = Event::Begin {
            host: ctx.host().clone(),
            secret_hash: self.cookie.secret_hash(),
            attempt,
            identity,
            client: Client::new(client_id, self.sid(ctx, application)),
            settings: ctx.domain.sessions,
        };
        match ctx.ports.session(&self.cookie.object(ctx), &event, ctx.now).await {
            Ok(Answer::Living { ends, .. }) => self.cookie.set(ctx, ends).await.ok(),
            Ok(_) => None,
            Err(unavailable) => {
                Fault::from(unavailable).log(ctx.ports);
                None
            }
        }
    }
}

/// Ends a session, and gives the applications that used it.
///
/// # Errors
/// When its store does not answer; then it lives on.
pub async fn end<P: Ports>(ctx: &Context<'_, P>, cookie: &SessionCookie) -> Result<Ended, Fault> {
    let event = Event::Logout { host: ctx.host().clone(), secret_hash: cookie.secret_hash() };
    match ctx.ports.session(&cookie.object(ctx), &event, ctx.now).await? {
        Answer::Ended { clients, attempt, identity } => {
            // What does not open any more names no session elsewhere; the one here has ended.
            let identity = open_sealed(ctx, &identity, attempt).await.ok();
            Ok(Ended { clients, upstream: identity.and_then(|identity| identity.upstream_session) })
        }
        _ => Ok(Ended::default()),
    }
}

/// A session that has ended.
#[derive(Default)]
pub struct Ended {
    /// The applications that used it.
    pub clients: Vec<Client>,
    /// The session at the upstream, which is to end too.
    pub upstream: Option<Box<UpstreamSession>>,
}
