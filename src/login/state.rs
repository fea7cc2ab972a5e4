//! One login from identification to its end, as a state machine.
//!
//! ```text
//!  (nothing) ── identified here ──────────────▶ CodeIssued ── redeemed ──▶ Redeemed
//!      │                                            ▲              second use │ revoked
//!      ├── identified on the other domain ▶ Returning ── ticket, bound        ▼
//!      │                                       │    │                      Closed
//!      │                                       │    └── ticket, not bound ────▲
//!      │            ticket, a number is wanted ▼                              │
//!      └── identified here, likewise ─▶ AwaitingCpr ── too late ──────────────┘
//!                                        │    ▲ │
//!                     settled: a code ◀──┘    └─┘ tried, at most three times
//! ```
//! The Durable Object and the in-memory store of the tests run this same [`advance`]. It checks
//! everything, then answers with at most one new state to be written: a refusal writes nothing,
//! except where the refusal itself must be remembered (a spent ticket, a code used twice).

use super::pushed::REOPENED_SECONDS;
use crate::eid::Acr;
use crate::model::{ClientId, Host, Sealed, UnixTime};
use crate::vault::equal;

pub use super::events::{Answer, Ask, Bound, Event, Refusal, Way};
pub use super::grant::{Grant, GrantRequest};

/// An authorization code lives this long, seconds (RFC 6749 §4.1.2 allows ten minutes at most).
pub const CODE_SECONDS: u64 = 60;
/// A return ticket lives this long, seconds.
pub const TICKET_SECONDS: u64 = 120;
/// A CPR number may be confirmed this long after the login at the eID, seconds: MitID's own limit.
pub const CPR_SECONDS: u64 = 15 * 60;
/// How often somebody may try to give his CPR number: MitID's own limit.
pub const CPR_TRIES: u32 = 3;

/// A login that has identified somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Identified on the other domain; waits for the browser to come home.
    Returning {
        /// Hash of the ticket's secret.
        ticket_hash: String,
        /// The domain that may take it.
        origin: Host,
        /// End of the ticket.
        ticket_ends: UnixTime,
        /// The acr reached.
        acr: Acr,
        /// The identity.
        identity: Sealed,
        /// Whether the CPR number is asked for at home.
        ask: Option<Ask>,
        /// End of the attempt.
        ends: UnixTime,
    },
    /// Identified, and asked for the CPR number on the domain that the application called.
    AwaitingCpr {
        /// That domain.
        host: Host,
        /// The acr reached.
        acr: Acr,
        /// The identity, without a number.
        identity: Sealed,
        /// What is asked, and until when.
        ask: Ask,
        /// Tries that are left. None left, only the last of them may still be settled.
        tries_left: u32,
        /// End of the attempt.
        ends: UnixTime,
    },
    /// A code is on its way to the application.
    CodeIssued {
        /// Hash of the code's secret.
        code_hash: String,
        /// End of the code.
        code_ends: UnixTime,
        /// What it is worth.
        grant: Grant,
        /// End of the attempt.
        ends: UnixTime,
    },
    /// The code was redeemed; the access token lives.
    Redeemed {
        /// Hash of the code's secret, to know it again.
        code_hash: String,
        /// Hash of the access token's secret.
        access_hash: String,
        /// End of the access token.
        access_ends: UnixTime,
        /// Thumbprint of the key that the access token is bound to (RFC 9449 §6).
        jkt: Option<String>,
        /// What it is worth.
        grant: Grant,
        /// End of the attempt.
        ends: UnixTime,
    },
    /// Over; remembered until the attempt's end, so that it can't begin again.
    Closed {
        /// End of the attempt.
        ends: UnixTime,
        /// Whether the application had got its token.
        done: bool,
    },
}

json_enum!(Login {
    Returning { ticket_hash, origin, ticket_ends, acr, identity, ask, ends } = "returning",
    AwaitingCpr { host, acr, identity, ask, tries_left, ends } = "awaiting_cpr",
    CodeIssued { code_hash, code_ends, grant, ends } = "code_issued",
    Redeemed { code_hash, access_hash, access_ends, jkt, grant, ends } = "redeemed",
    Closed { ends, done or false } = "closed",
});

/// The result of an event: the state to store if it changed, and the answer.
pub struct Step {
    /// To be written before the answer is given.
    pub next: Option<Login>,
    /// To be answered.
    pub answer: Answer,
}

impl Step {
    fn refuse(why: Refusal) -> Self {
        Self { next: None, answer: Answer::Refused { why } }
    }

    fn close(ends: UnixTime, why: Refusal) -> Self {
        Self { next: Some(Login::Closed { ends, done: false }), answer: Answer::Refused { why } }
    }
}

impl Login {
    /// When everything of it is over and the object may delete itself.
    pub fn forgotten_at(&self) -> UnixTime {
        let (ends, also) = match *self {
            Self::Returning { ticket_ends, ends, .. } => (ends, ticket_ends),
            Self::CodeIssued { code_ends, ends, .. } => (ends, code_ends),
            Self::Redeemed { access_ends, ends, .. } => (ends, access_ends),
            Self::AwaitingCpr { ends, .. } | Self::Closed { ends, .. } => (ends, ends),
        };
        ends.plus(REOPENED_SECONDS).max(also)
    }
}

impl Login {
    /// Whether its application has got a token: such a login counts.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Redeemed { .. } | Self::Closed { done: true, .. })
    }

    /// What is left of one that is over and has yet to be counted: nothing of whom it was.
    #[must_use]
    pub fn uncounted(&self) -> Self {
        Self::Closed { ends: self.forgotten_at(), done: true }
    }
}

/// Applies an event to a login, in one step.
pub fn advance(login: Option<Login>, event: Event, now: UnixTime) -> Step {
    match event {
        Event::Identified { acr, identity, ends, way, count: _ } => match login {
            // One attempt yields at most one code, whatever tabs and back buttons do.
            Some(_) => Step::refuse(Refusal::AlreadyCompleted),
            None if ends.is_over(now) => Step::refuse(Refusal::Expired),
            None => identified(acr, identity, ends, way, now),
        },
        Event::TicketPresented { ticket_hash, host, bound } => {
            ticket_presented(login, &ticket_hash, &host, bound, now)
        }
        Event::CprTried { host } => cpr_tried(login, &host, now),
        Event::CprSettled { host, identity, bound } => cpr_settled(login, &host, identity, bound, now),
        Event::Redeem {
            host,
            client_id,
            redirect_uri,
            code_verifier,
            code_hash,
            access_hash,
            jkt,
            token_seconds,
        } => {
            let presented = Presented { host, client_id, redirect_uri, code_verifier, code_hash, jkt };
            redeem(login, &presented, access_hash, token_seconds, now)
        }
        Event::Look => {
            Step::refuse(if login.is_some() { Refusal::AlreadyCompleted } else { Refusal::Unknown })
        }
        Event::Userinfo { host, access_hash } => userinfo(login, &host, &access_hash, now),
        Event::Revoke { host, client_id, access_hash } => revoke(login, &host, &client_id, &access_hash),
    }
}

fn identified(acr: Acr, identity: Sealed, ends: UnixTime, way: Way, now: UnixTime) -> Step {
    match way {
        Way::Here { code_hash, request } => issued(code_hash, Grant { request, acr, identity }, ends, now),
        Way::Asked { host, ask } => awaiting(host, acr, identity, ask, ends),
        Way::Home { ticket_hash, origin, ask } => Step {
            next: Some(Login::Returning {
                ticket_hash,
                origin,
                ticket_ends: now.plus(TICKET_SECONDS),
                acr,
                identity,
                ask,
                ends,
            }),
            answer: Answer::TicketIssued,
        },
    }
}

fn awaiting(host: Host, acr: Acr, identity: Sealed, ask: Ask, ends: UnixTime) -> Step {
    Step {
        next: Some(Login::AwaitingCpr { host, acr, identity, ask, tries_left: CPR_TRIES, ends }),
        answer: Answer::CprAwaited { acr },
    }
}

/// What the application is worth: a code, or at once the ID token, after which nothing is left.
fn issued(code_hash: Option<String>, grant: Grant, ends: UnixTime, now: UnixTime) -> Step {
    let Some(code_hash) = code_hash else {
        return Step { next: Some(Login::Closed { ends, done: true }), answer: Answer::Direct { grant } };
    };
    let answer = Answer::CodeIssued { acr: grant.acr, identity: grant.identity.clone() };
    Step {
        next: Some(Login::CodeIssued { code_hash, code_ends: now.plus(CODE_SECONDS), grant, ends }),
        answer,
    }
}

/// A ticket is spent by its first presentation: whoever lures somebody into identifying himself in
/// an attempt of the lurer's must not get a second try at bringing the ticket home.
fn ticket_presented(
    login: Option<Login>,
    presented: &str,
    host: &Host,
    bound: Option<Bound>,
    now: UnixTime,
) -> Step {
    match login {
        None => Step::refuse(Refusal::Unknown),
        Some(Login::Returning { ticket_hash, origin, ticket_ends, acr, identity, ask, ends }) => {
            if !same(&ticket_hash, presented) || origin != *host {
                return Step::refuse(Refusal::Mismatch);
            }
            match bound {
                None => Step::close(ends, Refusal::NotBound),
                Some(_) if ticket_ends.is_over(now) || ends.is_over(now) => {
                    Step::close(ends, Refusal::Expired)
                }
                Some(Bound { code_hash, request }) => match ask {
                    Some(ask) => awaiting(origin, acr, identity, ask, ends),
                    None => issued(code_hash, Grant { request, acr, identity }, ends, now),
                },
            }
        }
        Some(_) => Step::refuse(Refusal::AlreadyCompleted),
    }
}

/// Counted before anybody is asked whether the number is right: of tries at once, each is one.
fn cpr_tried(login: Option<Login>, presented_at: &Host, now: UnixTime) -> Step {
    match login {
        Some(Login::AwaitingCpr { host, acr, identity, ask, tries_left, ends }) if host == *presented_at => {
            if ask.ends.is_over(now) || ends.is_over(now) {
                return Step::close(ends, Refusal::Expired);
            }
            let Some(tries_left) = tries_left.checked_sub(1) else { return Step::refuse(Refusal::NoTries) };
            let (shown, matching) = (identity.clone(), ask.matching.clone());
            Step {
                next: Some(Login::AwaitingCpr { host, acr, identity, ask, tries_left, ends }),
                answer: Answer::CprTry { identity: shown, matching, tries_left },
            }
        }
        Some(Login::AwaitingCpr { .. } | Login::Returning { .. }) => Step::refuse(Refusal::Mismatch),
        None => Step::refuse(Refusal::Unknown),
        Some(_) => Step::refuse(Refusal::AlreadyCompleted),
    }
}

/// Only what was tried can be settled; the asking itself may have taken the time beyond its end.
fn cpr_settled(
    login: Option<Login>,
    presented_at: &Host,
    identity: Sealed,
    bound: Bound,
    now: UnixTime,
) -> Step {
    match login {
        Some(Login::AwaitingCpr { host, acr, tries_left, ends, .. })
            if host == *presented_at && tries_left < CPR_TRIES =>
        {
            if ends.is_over(now) {
                return Step::close(ends, Refusal::Expired);
            }
            let Bound { code_hash, request } = bound;
            issued(code_hash, Grant { request, acr, identity }, ends, now)
        }
        Some(Login::AwaitingCpr { .. } | Login::Returning { .. }) => Step::refuse(Refusal::Mismatch),
        None => Step::refuse(Refusal::Unknown),
        Some(_) => Step::refuse(Refusal::AlreadyCompleted),
    }
}

struct Presented {
    host: Host,
    client_id: ClientId,
    redirect_uri: String,
    code_verifier: Option<String>,
    code_hash: String,
    jkt: Option<String>,
}

impl Presented {
    /// RFC 6749 §4.1.3, RFC 7636 §4.6 and RFC 9449 §10: the code, its client, its callback, its
    /// verifier, its key.
    fn fits(&self, code_hash: &str, request: &GrantRequest) -> bool {
        self.is_code_of(code_hash, request)
            && self.redirect_uri == request.redirect_uri
            && self.meets_challenge(request)
            && (request.dpop_jkt.is_none() || request.dpop_jkt == self.jkt)
    }

    fn is_code_of(&self, code_hash: &str, request: &GrantRequest) -> bool {
        same(code_hash, &self.code_hash) && self.host == request.host && self.client_id == request.client_id
    }

    /// A verifier where no challenge was sent is a mismatch too: somebody stripped the challenge
    /// from the authorization request (RFC 9700 §4.8.2, PKCE downgrade).
    fn meets_challenge(&self, request: &GrantRequest) -> bool {
        match (&request.code_challenge, &self.code_verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            _ => false,
        }
    }
}

/// A wrong guess changes nothing, so that it does not burn the rightful client's code. The right
/// code a second time closes the login (RFC 6749 §4.1.2: revoke what the first use obtained).
fn redeem(
    login: Option<Login>,
    presented: &Presented,
    access_hash: String,
    token_seconds: u64,
    now: UnixTime,
) -> Step {
    match login {
        None => Step::refuse(Refusal::Unknown),
        Some(Login::CodeIssued { code_hash, code_ends, grant, ends }) => {
            if !presented.fits(&code_hash, &grant.request) {
                return Step::refuse(Refusal::Mismatch);
            }
            if code_ends.is_over(now) {
                return Step::refuse(Refusal::Expired);
            }
            let answer = Answer::Redeemed { grant: grant.clone() };
            let access_ends = now.plus(token_seconds);
            let jkt = presented.jkt.clone();
            let next = Login::Redeemed { code_hash, access_hash, access_ends, jkt, grant, ends };
            Step { next: Some(next), answer }
        }
        Some(Login::Redeemed { code_hash, access_ends, grant, ends, .. }) => {
            if presented.is_code_of(&code_hash, &grant.request) {
                let next = Login::Closed { ends: ends.max(access_ends), done: true };
                Step { next: Some(next), ..Step::refuse(Refusal::Replayed) }
            } else {
                Step::refuse(Refusal::Mismatch)
            }
        }
        Some(Login::Returning { .. } | Login::AwaitingCpr { .. } | Login::Closed { .. }) => {
            Step::refuse(Refusal::Mismatch)
        }
    }
}

fn userinfo(login: Option<Login>, host: &Host, presented: &str, now: UnixTime) -> Step {
    match login {
        Some(Login::Redeemed { access_hash, access_ends, jkt, grant, .. })
            if same(&access_hash, presented) && grant.request.host == *host =>
        {
            if access_ends.is_over(now) {
                Step::refuse(Refusal::Expired)
            } else {
                Step { next: None, answer: Answer::Userinfo { grant, ends: access_ends, jkt } }
            }
        }
        None => Step::refuse(Refusal::Unknown),
        Some(_) => Step::refuse(Refusal::Mismatch),
    }
}

/// RFC 7009 §2.1: only the client that a token was issued to may give it back.
fn revoke(login: Option<Login>, host: &Host, client_id: &ClientId, presented: &str) -> Step {
    match login {
        Some(Login::Redeemed { access_hash, access_ends, grant, ends, .. })
            if same(&access_hash, presented)
                && grant.request.host == *host
                && grant.request.client_id == *client_id =>
        {
            let next = Login::Closed { ends: ends.max(access_ends), done: true };
            Step { next: Some(next), answer: Answer::Revoked }
        }
        None => Step::refuse(Refusal::Unknown),
        Some(_) => Step::refuse(Refusal::Mismatch),
    }
}

fn same(stored: &str, presented: &str) -> bool {
    equal(stored.as_bytes(), presented.as_bytes())
}
