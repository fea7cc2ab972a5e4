//! Who is signed in: sealed in one cookie, and held against the person's object at each request, so that
//! "sign out everywhere" ends them all.

use super::ports::Dashboard;
use super::seal::{self, Purpose};
use crate::model::UnixTime;
use crate::ports::CryptoError;
use crate::vault::{base64url, equal, hkdf_sha256, hmac_sha256};
use crate::web::Request;

/// The cookie.
pub const SESSION_COOKIE: &str = "__Host-manage";
/// A session ends when nothing was asked for so long, seconds.
pub const IDLE_SECONDS: u64 = 60 * 60;
/// A session ends, whatever was asked, after so long, seconds.
pub const ABSOLUTE_SECONDS: u64 = 8 * 60 * 60;
/// The cookie is written again when it is so old, seconds: not with every answer.
const AGAIN_SECONDS: u64 = 5 * 60;
/// A dangerous act asks who somebody is again when he was last asked longer ago, seconds.
pub const FRESH_SECONDS: u64 = 10 * 60;
/// How much longer a form of PRODUCTION may be filled in that was opened in time, seconds: nobody loses what
/// he typed for having taken his time.
pub const TYPING_SECONDS: u64 = 20 * 60;

/// Whose employee somebody has shown himself to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employer {
    /// The company's CVR number.
    pub cvr: String,
    /// When he was asked for that: a login of its own, which may be older than the session's.
    pub asked_at: UnixTime,
}

json_struct!(Employer { cvr, asked_at });

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// His pseudonym.
    pub person: String,
    /// What he is called.
    pub name: String,
    /// The company whose employee he has shown himself to be.
    pub employer: Option<Employer>,
    /// Which of his generations of sessions this is of.
    pub generation: u64,
    /// When he signed in first.
    pub began: UnixTime,
    /// When he was last asked who he is.
    pub asked_at: UnixTime,
    /// When the cookie was written.
    pub written_at: UnixTime,
    /// Names this session; its form tokens hang on it, and its end.
    pub id: String,
}

json_struct!(Session { person, name, employer, generation, began, asked_at, written_at, id });

impl Session {
    /// The session of a request, if it has one that is not over.
    pub async fn of(ports: &impl Dashboard, request: &Request, now: UnixTime) -> Option<Self> {
        let text = request.cookie(SESSION_COOKIE)?;
        let session: Self = seal::open(ports, Purpose::Session, text, now).await?;
        let over = session.began.plus(ABSOLUTE_SECONDS).is_over(now);
        (!over).then_some(session)
    }

    /// Whether the cookie is old enough to be written again.
    pub fn wants_writing(&self, now: UnixTime) -> bool {
        self.written_at.plus(AGAIN_SECONDS).is_over(now)
    }

    /// The cookie, from `now` on.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn cookie(&self, ports: &impl Dashboard, now: UnixTime) -> Result<String, CryptoError> {
        let written = Self { written_at: now, ..self.clone() };
        let text = seal::seal(ports, Purpose::Session, now.plus(IDLE_SECONDS), &written).await?;
        Ok(format!("{SESSION_COOKIE}={text}; Path=/; Secure; HttpOnly; SameSite=Lax"))
    }

    /// Whether he was asked who he is a moment ago.
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        !self.asked_at.plus(FRESH_SECONDS).is_over(now)
    }

    /// The company whose employee he is: what he has shown counts as long as a session may last, since nobody
    /// tells us when he leaves it.
    pub fn employed_by(&self, now: UnixTime) -> Option<&Employer> {
        self.employer.as_ref().filter(|it| !it.asked_at.plus(ABSOLUTE_SECONDS).is_over(now))
    }

    /// Whether a form counts that was opened while this was fresh.
    pub fn may_send(&self, now: UnixTime) -> bool {
        !self.asked_at.plus(FRESH_SECONDS + TYPING_SECONDS).is_over(now)
    }

    /// What forms of this session send along: another site can't know it.
    pub fn form_token(&self, ports: &impl Dashboard) -> String {
        base64url(&self.mac(ports))
    }

    /// Whether a form has it.
    pub fn is_form_token(&self, ports: &impl Dashboard, sent: &str) -> bool {
        crate::vault::from_base64url(sent).is_some_and(|sent| equal(&sent, &self.mac(ports)))
    }

    fn mac(&self, ports: &impl Dashboard) -> [u8; 32] {
        let key = hkdf_sha256(&ports.desk().key, b"", b"edge-eid dashboard form v1");
        hmac_sha256(&key, &[self.id.as_bytes()])
    }
}

/// The cookie that takes the session away.
pub fn no_cookie() -> String {
    format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}
