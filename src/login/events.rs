//! The wire between the broker and the object of a login: events and answers (`login::state`).

use super::grant::{Grant, GrantRequest};
use crate::eid::Acr;
use crate::model::login_count::LoginCount;
use crate::model::{ClientId, Host, Sealed, Serving, UnixTime};

/// A CPR number is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What confirms a number, sealed.
    pub matching: Sealed,
    /// Until when one may be given.
    pub ends: UnixTime,
}

json_struct!(Ask { matching, ends });

/// How the browser gets its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Identified on the originating domain: the code at once.
    Here {
        /// Hash of the code's secret; none where the answer brings the ID token itself.
        code_hash: Option<String>,
        /// What was asked for.
        request: GrantRequest,
    },
    /// Identified on the other domain: a ticket home.
    Home {
        /// Hash of the ticket's secret.
        ticket_hash: String,
        /// The originating domain.
        origin: Host,
        /// Whether the CPR number is asked for there.
        ask: Option<Ask>,
    },
    /// Identified on the originating domain, which asks for the CPR number first.
    Asked {
        /// That domain.
        host: Host,
        /// What is asked.
        ask: Ask,
    },
}

json_enum!(Way {
    Here { code_hash, request } = "here",
    Home { ticket_hash, origin, ask } = "home",
    Asked { host, ask } = "asked",
});

/// What the cookie of the originating domain adds to a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Hash of the code's secret; none where the answer brings the ID token itself.
    pub code_hash: Option<String>,
    /// What was asked for.
    pub request: GrantRequest,
}

json_struct!(Bound { code_hash, request });

/// What happens to a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An eID has identified somebody: the login's birth.
    Identified {
        /// The acr reached.
        acr: Acr,
        /// The identity, sealed.
        identity: Sealed,
        /// End of the attempt.
        ends: UnixTime,
        /// How it goes on.
        way: Way,
        /// How it is counted once it is over.
        count: Option<LoginCount>,
    },
    /// A browser presents a return ticket; `bound` if it has the attempt's cookie.
    TicketPresented {
        /// Hash of the ticket's secret.
        ticket_hash: String,
        /// The host it was presented at.
        host: Host,
        /// From the cookie.
        bound: Option<Bound>,
    },
    /// Somebody has given a CPR number, or goes on without: it counts as a try, whatever comes of it.
    CprTried {
        /// The host it was given at.
        host: Host,
    },
    /// What was tried last has been confirmed.
    CprSettled {
        /// The host it was given at.
        host: Host,
        /// The identity, with its number if there is one.
        identity: Sealed,
        /// From the cookie.
        bound: Bound,
    },
    /// An authenticated application presents a code.
    Redeem {
        /// The host it was presented at.
        host: Host,
        /// Who presents it.
        client_id: ClientId,
        /// `redirect_uri` of the token request.
        redirect_uri: String,
        /// `code_verifier`
        code_verifier: Option<String>,
        /// Hash of the code's secret.
        code_hash: String,
        /// Hash of the access token to be.
        access_hash: String,
        /// Thumbprint of the key that the application has proved to have.
        jkt: Option<String>,
        /// How long the access token will live, seconds.
        token_seconds: u64,
    },
    /// Somebody comes with a pushed request of this attempt: has it been completed?
    /// [`Refusal::Unknown`] means that it has not.
    Look,
    /// Somebody presents an access token.
    Userinfo {
        /// The host it was presented at.
        host: Host,
        /// Hash of the access token's secret.
        access_hash: String,
    },
    /// An authenticated application gives an access token back.
    Revoke {
        /// The host it was presented at.
        host: Host,
        /// Who presents it.
        client_id: ClientId,
        /// Hash of the access token's secret.
        access_hash: String,
    },
}

json_enum!(Event {
    Identified { acr, identity, ends, way, count } = "identified",
    TicketPresented { ticket_hash, host, bound } = "ticket_presented",
    CprTried { host } = "cpr_tried",
    CprSettled { host, identity, bound } = "cpr_settled",
    Redeem { host, client_id, redirect_uri, code_verifier, code_hash, access_hash, jkt, token_seconds or Serving::DEFAULT.token } = "redeem",
    Look = "look",
    Userinfo { host, access_hash } = "userinfo",
    Revoke { host, client_id, access_hash } = "revoke",
});

/// What an object answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A code has been issued, for this acr.
    CodeIssued {
        /// The acr reached.
        acr: Acr,
        /// Who, sealed for the attempt: a session may begin with it.
        identity: Sealed,
    },
    /// The ID token may be issued, this once: the grant is its content.
    Direct {
        /// The grant.
        grant: Grant,
    },
    /// A ticket has been issued.
    TicketIssued,
    /// The CPR number is to be asked for.
    CprAwaited {
        /// The acr reached.
        acr: Acr,
    },
    /// A try may be made.
    CprTry {
        /// Who, sealed for the attempt.
        identity: Sealed,
        /// What confirms a number, sealed.
        matching: Sealed,
        /// Tries that are left after this one.
        tries_left: u32,
    },
    /// The code was worth this.
    Redeemed {
        /// The grant.
        grant: Grant,
    },
    /// The access token is worth this.
    Userinfo {
        /// The grant.
        grant: Grant,
        /// End of the access token.
        ends: UnixTime,
        /// Thumbprint of the key that it is bound to.
        jkt: Option<String>,
    },
    /// The access token counts no more.
    Revoked,
    /// No.
    Refused {
        /// Why, for the log; clients are told one and the same.
        why: Refusal,
    },
}

json_enum!(Answer {
    CodeIssued { acr, identity } = "code_issued",
    Direct { grant } = "direct",
    TicketIssued = "ticket_issued",
    CprAwaited { acr } = "cpr_awaited",
    CprTry { identity, matching, tries_left } = "cpr_try",
    Redeemed { grant } = "redeemed",
    Userinfo { grant, ends, jkt } = "userinfo",
    Revoked = "revoked",
    Refused { why } = "refused",
});

/// Why an event was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has been identified under this name.
    Unknown,
    /// This attempt has already been completed.
    AlreadyCompleted,
    /// Past its end.
    Expired,
    /// Not the handle, client, callback or verifier it was issued for; nothing was spent.
    Mismatch,
    /// The ticket came without its attempt's cookie: ticket and login are dead.
    NotBound,
    /// A code used twice: the first use's access token is revoked.
    Replayed,
    /// Every try at a CPR number was used.
    NoTries,
}

json_enum!(Refusal {
    Unknown = "unknown", AlreadyCompleted = "already_completed", Expired = "expired", Mismatch = "mismatch",
    NotBound = "not_bound", Replayed = "replayed", NoTries = "no_tries",
});

impl Refusal {
    /// For the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::AlreadyCompleted => "already completed",
            Self::Expired => "expired",
            Self::Mismatch => "mismatch",
            Self::NotBound => "not bound",
            Self::Replayed => "replayed",
            Self::NoTries => "no tries left",
        }
    }
}
