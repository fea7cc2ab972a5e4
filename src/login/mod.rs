//! One login as a state machine, and the steps around it.
//!
//! ```text
//!  application ─▶ start ─▶ choose ─▶ begin ─▶ upstream ─▶ callback ─▶ issue ─▶ application
//!                             ▲        │                      │          │
//!                             │        ▼ eID lives on the     │          ▼ redeem, userinfo
//!                             │       cross ─▶ other domain ──┘
//!                             └────────┴── outcome or ticket back
//! ```
//! Steps never call one another: each returns [`Next`], and [`run`] decides from that and the
//! pending request alone. Until somebody has been identified the request lives sealed in the
//! browser ([`pending`]); from then on in the `Login` object ([`state`]).

pub mod access;
pub mod after_logout;
pub mod attempt;
pub mod backchannel;
pub mod begin;
pub mod callback;
pub mod choose;
pub mod client;
pub mod client_keys;
pub mod consent;
pub mod cors;
pub mod count;
pub mod cpr;
pub mod cross;
pub mod dpop;
pub mod envelope;
pub mod events;
pub mod grant;
pub mod handles;
pub mod hint;
pub mod id_token;
pub mod introspect;
pub mod issue;
pub mod level;
pub mod logout;
pub mod metadata;
pub mod offer;
pub mod once;
pub mod par;
pub mod pending;
pub mod preview;
pub mod pushed;
pub mod redeem;
pub mod refusal;
pub mod rehearsal;
pub mod request;
pub mod resume;
pub mod return_to;
pub mod revoke;
pub mod session;
pub mod session_cookie;
pub mod single_sign_on;
pub mod start;
pub mod state;
pub mod style;
pub mod trace;
pub mod userinfo;

use crate::eid::{Acr, Eid, TooLow};
use crate::error::Fault;
use crate::model::{Application, ClientId, DomainSnapshot, Host, Identity, UnixTime};
use crate::pages::Lang;
use crate::ports::Ports;
use crate::vault::EnvironmentKeys;
use crate::web::{Request, Response};
use attempt::AttemptId;
use pending::Pending;
use refusal::Refusal;
use std::rc::Rc;

/// Everything a step may look at: one request to one domain.
pub struct Context<'a, P> {
    /// The outside.
    pub ports: &'a P,
    /// The request.
    pub request: &'a Request,
    /// The moment of the request.
    pub now: UnixTime,
    /// The domain it was sent to.
    pub domain: Rc<DomainSnapshot>,
    /// The keys of that domain's environment.
    pub keys: EnvironmentKeys,
    /// How its pages look.
    pub dress: style::Dress,
}

impl<'a, P: Ports> Context<'a, P> {
    /// Opens the environment's keys for a request to a domain.
    ///
    /// # Errors
    /// When `KEY_ENCRYPTION_KEY` does not fit.
    pub async fn new(
        ports: &'a P,
        request: &'a Request,
        now: UnixTime,
        domain: Rc<DomainSnapshot>,
    ) -> Result<Self, Fault> {
        let keys = EnvironmentKeys::of(ports, &domain).await?;
        Ok(Self { ports, request, now, domain, keys, dress: style::Dress::default() })
    }

    /// The host of this domain.
    pub fn host(&self) -> &Host {
        &self.domain.host
    }

    /// The language of a page: what the request or the user asked for, else the browser's.
    pub fn lang(&self, ui_locales: Option<&str>) -> Lang {
        Lang::choose(ui_locales, self.request.header("accept-language"))
    }

    /// An enabled application of this very domain and environment.
    ///
    /// # Errors
    /// When the catalog does not answer.
    pub async fn application(&self, client_id: &ClientId) -> Result<Option<Rc<Application>>, Fault> {
        self.application_at(self.host(), client_id).await
    }

    /// An enabled application at a host of the same tenant and environment.
    ///
    /// # Errors
    /// When the catalog does not answer.
    pub async fn application_at(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Fault> {
        let found = self.unrecorded(host, client_id).await?;
        let until = found.as_ref().and_then(|app| app.protocol.recording_until);
        if until.is_some_and(|until| !until.is_over(self.now)) {
            self.ports.record_trace(self.domain.label());
        }
        Ok(found)
    }

    /// As [`Context::application_at`], for requests that are part of no login: nothing is recorded of
    /// them, since anybody may send as many as he likes.
    ///
    /// # Errors
    /// Likewise.
    pub async fn unrecorded(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Fault> {
        let found = self.ports.application(host, client_id).await?;
        Ok(found.filter(|app| {
            app.enabled && app.tenant == self.domain.tenant && app.environment == self.domain.environment
        }))
    }

    /// The attempt that this request belongs to: its log lines and its reference are the login's.
    pub fn adopt(&self, attempt: AttemptId) {
        self.ports.adopt(attempt.trace_id());
    }

    /// The name of an attempt's `Login` object: tenant and environment first.
    pub fn login_name(&self, attempt: AttemptId) -> String {
        format!("{}/{}", self.domain.label(), attempt.text())
    }
}

/// Why a login ended without an identity. Travels sealed between the domains of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user cancelled.
    Cancelled,
    /// The upstream reached a lower level than asked for.
    LevelTooLow(TooLow),
    /// The upstream failed; the log has the details under the reference.
    UpstreamFailed,
    /// The application was taken out of service on the way.
    NotAllowed,
    /// The eID's login is older than the request allows.
    TooOld,
    /// Somebody else logged in than the one asked for.
    AnotherPerson,
    /// Somebody else, or of another company, than `login_hint` names.
    NotNamed,
    /// There is no CPR number, and the application can't do without one.
    NoCpr,
    /// Every try at giving it was used.
    CprTries,
    /// It was given too long after the login.
    CprTooLate,
}

json_enum!(Reason {
    Cancelled = "cancelled", LevelTooLow(low) = "level_too_low", UpstreamFailed = "upstream_failed",
    NotAllowed = "not_allowed", TooOld = "too_old", AnotherPerson = "another_person",
    NoCpr = "no_cpr", CprTries = "cpr_tries", CprTooLate = "cpr_too_late", NotNamed = "not_named",
});

/// What comes next in a login.
pub enum Next {
    /// Show the choice of eIDs.
    Choose {
        /// The request.
        pending: Pending,
        /// The tab to show as active.
        active: Eid,
        /// Why the other domain can't be used, if that has just been found out.
        obstacle: Option<choose::Obstacle>,
    },
    /// Start an eID, here or on the other domain.
    Begin {
        /// The request.
        pending: Pending,
        /// What to ask of it.
        acr: Acr,
    },
    /// Somebody has been identified.
    Identified {
        /// The request.
        pending: Pending,
        /// Who.
        identity: Box<Identity>,
        /// What confirms a CPR number of his, where one is wanted and not known.
        matching: Option<cpr::Matching>,
        /// The session that stood for the eID, if one did.
        used: Option<single_sign_on::Used>,
    },
    /// It ended without an identity.
    Failed {
        /// The request.
        pending: Pending,
        /// Why.
        reason: Reason,
    },
    /// The browser gets its answer.
    Answer(Response),
}

/// Runs steps until there is an answer for the browser.
///
/// # Errors
/// What the browser or the application is told instead.
pub async fn run<P: Ports>(ctx: &Context<'_, P>, mut next: Next) -> Result<Response, Refusal> {
    loop {
        next = match next {
            Next::Choose { pending, active, obstacle } => {
                choose::show(ctx, pending, active, obstacle).await?
            }
            Next::Begin { pending, acr } => begin::begin(ctx, pending, acr).await?,
            Next::Identified { pending, identity, matching, used } => {
                issue::identified(ctx, pending, &identity, matching, used).await?
            }
            Next::Failed { pending, reason } => issue::failed(ctx, pending, reason).await?,
            Next::Answer(response) => return Ok(response),
        };
    }
}
