//! One session for single sign-on, from the login that opens it to its end, as a state machine.
//!
//! ```text
//!  (nothing) ── begin ──▶ living ── use, begin again ──▶ living
//!                           │
//!                           └── logout ──▶ ended ── delivered … ──▶ ended, forgotten
//! ```
//! The Durable Object and the in-memory store of the tests run this same [`advance`], as they do for
//! a login (`login::state`). A session that has ended stays as a tombstone until its absolute end, so
//! that no old cookie can open it again under the names that applications were told to forget. While
//! applications still have to be told, it knows which, how often that failed, and when to try again
//! (OIDC Back-Channel Logout §2.5).

use super::attempt::AttemptId;
use crate::model::domain::SessionSettings;
use crate::model::{ClientId, Host, Sealed, UnixTime};
use crate::vault::equal;

/// Most uses within so many seconds: an application that sends its user round in circles must not
/// keep a session busy, and a stolen cookie gives few codes.
pub const GUARDS: [(u64, usize); 2] = [(5, 2), (20 * 60, 6)];
/// Most applications that one session remembers; the first goes for the next.
pub const CLIENTS_MAX: usize = 50;
/// Wait after the first logout token that was not taken, seconds; it doubles with each further one.
pub const BACK_OFF_SECONDS: u64 = 5;
/// Most attempts to deliver one logout token. With the doubling waits that is 5 hours and 41 minutes.
pub const DELIVERIES_MAX: u32 = 13;

/// An application that used the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The application.
    pub client_id: ClientId,
    /// What the session is called in its ID tokens.
    pub sid: String,
    /// Attempts to tell it of the logout that failed.
    pub attempts: u32,
    /// When to tell it of the logout; nothing while the session lives.
    pub tell_at: Option<UnixTime>,
}

json_struct!(Client { client_id, sid, attempts or 0, tell_at });

impl Client {
    /// An application that has just used the session.
    pub fn new(client_id: ClientId, sid: String) -> Self {
        Self { client_id, sid, attempts: 0, tell_at: None }
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The domain it counts on.
    pub host: Host,
    /// Hash of the cookie's secret.
    pub secret_hash: String,
    /// The login that opened it, or the last one that renewed it.
    pub attempt: AttemptId,
    /// Who, sealed for that attempt.
    pub identity: Sealed,
    /// When that login was.
    pub made: UnixTime,
    /// When it was last used.
    pub last_use: UnixTime,
    /// Its lifetimes, as its domain had them when it was last used.
    pub settings: SessionSettings,
    /// The last uses that the guards look at.
    pub uses: Vec<UnixTime>,
    /// The applications that used it; once it has ended, those still to be told.
    pub clients: Vec<Client>,
    /// Whether somebody logged out.
    pub ended: bool,
}

json_struct!(Session {
    host,
    secret_hash,
    attempt,
    identity,
    made,
    last_use,
    settings,
    uses,
    clients,
    ended,
});

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody has logged in: opens the session, or renews it for the same person.
    Begin {
        /// The domain.
        host: Host,
        /// Hash of the cookie's secret.
        secret_hash: String,
        /// The login.
        attempt: AttemptId,
        /// Who, sealed for that attempt.
        identity: Sealed,
        /// For which application.
        client: Client,
        /// The domain's lifetimes.
        settings: SessionSettings,
    },
    /// An application asks for a login that the session fits.
    Use {
        /// The domain.
        host: Host,
        /// Hash of the cookie's secret.
        secret_hash: String,
        /// The application.
        client: Client,
        /// The domain's lifetimes.
        settings: SessionSettings,
    },
    /// The user logs out.
    Logout {
        /// The domain.
        host: Host,
        /// Hash of the cookie's secret.
        secret_hash: String,
    },
    /// A logout token was sent. From the object's own alarm only.
    Told {
        /// To which application.
        client_id: ClientId,
        /// Whether it took it.
        taken: bool,
    },
}

json_enum!(Event {
    Begin { host, secret_hash, attempt, identity, client, settings } = "begin",
    Use { host, secret_hash, client, settings } = "use",
    Logout { host, secret_hash } = "logout",
    Told { client_id, taken } = "told",
});

/// What an object answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The session lives.
    Living {
        /// Until when, unless it is used again.
        ends: UnixTime,
        /// The login that it stands for.
        attempt: AttemptId,
        /// Who, sealed for that attempt.
        identity: Sealed,
    },
    /// It has ended.
    Ended {
        /// The applications that used it.
        clients: Vec<Client>,
        /// The login that it stood for.
        attempt: AttemptId,
        /// Who, sealed for that attempt.
        identity: Sealed,
    },
    /// A delivery is noted.
    Noted {
        /// Whether it was the last attempt, and in vain.
        given_up: bool,
    },
    /// No.
    Refused {
        /// Why, for the log.
        why: Refusal,
    },
}

json_enum!(Answer {
    Living { ends, attempt, identity } = "living",
    Ended { clients, attempt, identity } = "ended",
    Noted { given_up } = "noted",
    Refused { why } = "refused",
});

/// Why an event was refused. A refusal writes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such session, or none any more.
    Unknown,
    /// Not its secret, or not its domain.
    Mismatch,
    /// Too many uses in a short while; the session lives on.
    TooMany,
}

json_enum!(Refusal { Unknown = "unknown", Mismatch = "mismatch", TooMany = "too_many" });

/// The result of an event: the state to store if it changed, and the answer.
pub struct Step {
    /// To be written before the answer is given.
    pub next: Option<Session>,
    /// To be answered.
    pub answer: Answer,
}

impl Step {
    fn refuse(why: Refusal) -> Self {
        Self { next: None, answer: Answer::Refused { why } }
    }

    fn living(session: Session) -> Self {
        let answer = Answer::Living {
            ends: session.ends(),
            attempt: session.attempt,
            identity: session.identity.clone(),
        };
        Self { next: Some(session), answer }
    }
}

impl Session {
    /// When it ends by itself: idle for too long, or too long after its login.
    pub fn ends(&self) -> UnixTime {
        ends(self.made, self.last_use, self.settings)
    }

    /// When everything of it is over and the object may delete itself: not while somebody has to be
    /// told, however late an alarm rings.
    pub fn forgotten_at(&self) -> UnixTime {
        match (self.ended, self.clients.is_empty()) {
            (false, _) => self.ends(),
            (true, true) => self.made.plus(self.settings.absolute_seconds),
            (true, false) => UnixTime(u64::MAX),
        }
    }

    /// When the object has something to do.
    pub fn alarm_at(&self) -> UnixTime {
        let next = self.clients.iter().filter_map(|client| client.tell_at).min();
        next.unwrap_or(self.forgotten_at())
    }

    /// The application to be told now, the one that waits longest first.
    pub fn due(&self, now: UnixTime) -> Option<&Client> {
        let waiting = self.clients.iter().filter_map(|client| Some((client.tell_at?, client)));
        waiting.filter(|(at, _)| *at <= now).min_by_key(|(at, _)| *at).map(|(_, client)| client)
    }

    /// Whether it counts at `now`, by its own lifetimes and by those the domain has by then: the
    /// stricter ones count.
    fn is_living(&self, settings: SessionSettings, now: UnixTime) -> bool {
        let strictest = self.ends().min(ends(self.made, self.last_use, settings));
        !self.ended && !strictest.is_over(now)
    }

    fn is_of(&self, host: &Host, secret_hash: &str) -> bool {
        self.host == *host && equal(self.secret_hash.as_bytes(), secret_hash.as_bytes())
    }

    /// Once no application has to be told of a person any more, nobody is kept.
    fn told_of(mut self) -> Self {
        if self.clients.is_empty() {
            self.identity = Sealed(String::new());
        }
        self
    }

    fn enter(&mut self, client: Client) {
        if self.clients.iter().any(|known| known.client_id == client.client_id) {
            return;
        }
        if self.clients.len() >= CLIENTS_MAX {
            self.clients.remove(0);
        }
        self.clients.push(client);
    }
}

fn ends(made: UnixTime, last_use: UnixTime, settings: SessionSettings) -> UnixTime {
    last_use.plus(settings.idle_seconds).min(made.plus(settings.absolute_seconds))
}

/// Applies an event to a session, in one step.
pub fn advance(session: Option<Session>, event: Event, now: UnixTime) -> Step {
    match event {
        Event::Begin { host, secret_hash, attempt, identity, client, settings } => {
            let fresh = Session {
                host,
                secret_hash,
                attempt,
                identity,
                made: now,
                last_use: now,
                settings,
                uses: Vec::new(),
                clients: Vec::new(),
                ended: false,
            };
            begin(session, fresh, client)
        }
        Event::Use { host, secret_hash, client, settings } => match session {
            None => Step::refuse(Refusal::Unknown),
            Some(session) if !session.is_of(&host, &secret_hash) => Step::refuse(Refusal::Mismatch),
            Some(session) if !session.is_living(settings, now) => Step::refuse(Refusal::Unknown),
            Some(session) => used(session, client, settings, now),
        },
        Event::Logout { host, secret_hash } => match session {
            None => Step::refuse(Refusal::Unknown),
            Some(session) if !session.is_of(&host, &secret_hash) => Step::refuse(Refusal::Mismatch),
            Some(session) if session.ended => Step::refuse(Refusal::Unknown),
            Some(session) => logout(session, now),
        },
        Event::Told { client_id, taken } => match session {
            Some(session) if session.ended => told(session, &client_id, taken, now),
            _ => Step::refuse(Refusal::Unknown),
        },
    }
}

/// A login anew of the same person keeps the session's name and applications, so that a logout later
/// reaches them all; that it is the same person, the caller has seen.
fn begin(session: Option<Session>, mut fresh: Session, client: Client) -> Step {
    if let Some(old) = session {
        if !old.is_of(&fresh.host, &fresh.secret_hash) {
            return Step::refuse(Refusal::Mismatch);
        }
        if old.ended {
            return Step::refuse(Refusal::Unknown);
        }
        fresh.clients = old.clients;
        fresh.uses = old.uses;
    }
    fresh.enter(client);
    Step::living(fresh)
}

fn used(mut session: Session, client: Client, settings: SessionSettings, now: UnixTime) -> Step {
    for (seconds, most) in GUARDS {
        let recent = session.uses.iter().filter(|at| !at.plus(seconds).is_over(now)).count();
        if recent >= most {
            return Step::refuse(Refusal::TooMany);
        }
    }
    let longest = GUARDS.iter().map(|(seconds, _)| *seconds).max().unwrap_or_default();
    session.uses.retain(|at| !at.plus(longest).is_over(now));
    session.uses.push(now);
    session.last_use = now;
    session.settings = settings;
    session.enter(client);
    Step::living(session)
}

/// Ends the session also where it has just ended by itself: its applications may still be logged in.
fn logout(mut session: Session, now: UnixTime) -> Step {
    session.ended = true;
    for client in &mut session.clients {
        client.tell_at = Some(now);
    }
    let clients = session.clients.clone();
    let (attempt, identity) = (session.attempt, session.identity.clone());
    Step { next: Some(session.told_of()), answer: Answer::Ended { clients, attempt, identity } }
}

fn told(mut session: Session, client_id: &ClientId, taken: bool, now: UnixTime) -> Step {
    let Some(client) = session.clients.iter_mut().find(|client| client.client_id == *client_id) else {
        return Step::refuse(Refusal::Unknown);
    };
    client.attempts += 1;
    let given_up = !taken && client.attempts >= DELIVERIES_MAX;
    if taken || given_up {
        session.clients.retain(|client| client.client_id != *client_id);
    } else {
        client.tell_at = Some(now.plus(BACK_OFF_SECONDS << (client.attempts - 1)));
    }
    Step { next: Some(session.told_of()), answer: Answer::Noted { given_up } }
}
