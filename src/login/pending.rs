//! The pending request: what an application asked for, sealed in its user's own browser.
//!
//! Nothing is stored for somebody who has not been identified: whoever knows a client id may open
//! the authorize page as often as he likes, and it costs no write.

use super::Reason;
use super::attempt::AttemptId;
use super::cpr::Wish;
use super::envelope::{self, Label, Purpose, Unopened};
use crate::eid::{Acr, Cpr, Eid};
use crate::model::application::ResponseType;
use crate::model::{ClientId, Host, UnixTime};
use crate::oauth::login_hint::Wishes;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::scope::Scope;
use crate::ports::{Crypto, CryptoError, Random};
use crate::vault::EnvironmentKeys;
use crate::web::{Request, Response};

/// A pending request ends this long after authorize, seconds; sealing it again does not prolong it.
pub const PENDING_SECONDS: u64 = 30 * 60;
/// Longest sealed request, characters: browsers drop a cookie of more than 4,096 bytes silently.
pub const SEALED_MAX_BYTES: usize = 3_800;
/// Room that the upstream leg will take in the sealed form, characters.
pub const LEG_RESERVE_BYTES: usize = 420;
/// Most attempts of one browser on one domain.
pub const ATTEMPTS_MAX: usize = 3;
/// Most bytes of pending cookies of one browser on one domain.
pub const COOKIES_MAX_BYTES: usize = 8 * 1024;
const COOKIE_PREFIX: &str = "__Host-login.";

/// A checked authorization request, from authorize until its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The attempt it belongs to. Not in the sealed text: its label has it.
    pub attempt: AttemptId,
    /// When the attempt ends, absolutely. Likewise.
    pub ends: UnixTime,
    /// The domain the application called: the issuer, and the only one that answers it.
    pub origin: Host,
    /// The application.
    pub client_id: ClientId,
    /// Its callback, as checked at authorize; looked up again in the record before it is used.
    pub redirect_uri: String,
    /// `scope`
    pub scope: Scope,
    /// `state`
    pub state: Option<String>,
    /// `nonce`
    pub nonce: Option<String>,
    /// `code_challenge`
    pub code_challenge: Option<CodeChallenge>,
    /// `response_mode`
    pub response_mode: ResponseMode,
    /// `response_type`
    pub response_type: ResponseType,
    /// Where the application may have only one eID of the pair: that one.
    pub only: Option<Eid>,
    /// Whether NemID is closed for it as a rehearsal.
    pub rehearsed: bool,
    /// The application's own day of NemID's closing.
    pub nemid_closed_at: Option<UnixTime>,
    /// `acr_values`
    pub acr_values: Vec<Acr>,
    /// `ui_locales`, or the language chosen on a page.
    pub ui_locales: Option<String>,
    /// What the eID is told.
    pub wishes: Wishes,
    /// Whether the upstream must authenticate anew, whatever session it has: `prompt=login`.
    pub fresh: bool,
    /// `max_age`, seconds.
    pub max_age: Option<u64>,
    /// `sub` of the one person who may log in.
    pub subject: Option<String>,
    /// `dpop_jkt`
    pub dpop_jkt: Option<String>,
    /// What it wants with the CPR number, as the domain that was called decides.
    pub cpr: Wish,
    /// The style sheet that it chose by `login_hint`.
    pub css_path: Option<String>,
    /// The number to fill in beforehand. It never leaves the domain that was called.
    pub cpr_hint: Option<Cpr>,
    /// The acr that somebody has been identified by, who is now asked for the CPR number.
    pub asking: Option<Acr>,
    /// Why the login has ended, which a page tells before the application is told.
    pub ended: Option<Reason>,
    /// The way to an upstream that has been started last.
    pub leg: Option<Leg>,
}

json_struct!(Pending {
    attempt unwritten AttemptId::NOBODY, ends unwritten UnixTime(0), origin: "o", client_id: "c",
    redirect_uri: "r", scope: "s", state: "t", nonce: "n", code_challenge: "p",
    response_mode: "m" unless ResponseMode::Query, response_type: "b" unless ResponseType::Code, only: "k",
    rehearsed: "g" unless false, nemid_closed_at: "v",
    acr_values: "a" unless Vec::new(), ui_locales: "l", wishes: "h" unless Wishes::default(),
    fresh: "f" unless false, max_age: "x", subject: "e", dpop_jkt: "j", cpr: "w" unless Wish::Nothing, css_path: "y", cpr_hint: "z",
    asking: "q", ended: "d", leg: "u",
});

/// One start of an upstream: drawn fresh on the domain that starts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// What was asked of it.
    pub acr: Acr,
    /// The secret inside `state`, base64url.
    pub secret: String,
    /// `nonce`
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: String,
    /// The upstream it was started at (`begin::upstream_hash`); an answer is judged by the settings
    /// of the same one or refused (mix-up, RFC 9700 §4.4).
    pub upstream: String,
}

json_struct!(Leg { acr: "a", secret: "s", nonce: "n", verifier: "v", upstream: "i" });

impl Pending {
    /// Seals the request at `from` for `to`; `ends` may be sooner than the attempt's own end.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn seal(
        &self,
        ports: &(impl Crypto + Random),
        keys: &EnvironmentKeys,
        purpose: Purpose,
        from: &Host,
        to: &Host,
    ) -> Result<String, CryptoError> {
        let label = Label { attempt: self.attempt, ends: self.ends, from: from.clone() };
        envelope::seal(ports, keys, purpose, &label, to, self).await
    }

    /// The `Set-Cookie` that keeps the request in this browser, on this domain only.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn cookie(
        &self,
        ports: &(impl Crypto + Random),
        keys: &EnvironmentKeys,
        host: &Host,
        now: UnixTime,
    ) -> Result<String, CryptoError> {
        let sealed = self.seal(ports, keys, Purpose::Pending, host, host).await?;
        Ok(set_cookie(self.attempt, &sealed, self.ends.seconds_after(now)))
    }

    /// The request of this attempt, if this browser has it.
    ///
    /// # Errors
    /// The cookie is there but altered, of another domain, or past its end.
    pub async fn load(
        ports: &impl Crypto,
        keys: &EnvironmentKeys,
        host: &Host,
        request: &Request,
        attempt: AttemptId,
        now: UnixTime,
    ) -> Result<Option<Self>, Unopened> {
        let Some(sealed) = request.cookie(&cookie_name(attempt)) else { return Ok(None) };
        let opened = envelope::open::<Self>(ports, keys, Purpose::Pending, host, sealed, now).await?;
        // A cookie renamed to another attempt opens with its own key, but it is not that attempt.
        if opened.label.attempt != attempt || opened.label.from != *host {
            return Err(Unopened::Invalid);
        }
        Ok(Some(opened.value.of(&opened.label)))
    }

    /// The request with the attempt and end that its envelope's label states.
    pub fn of(self, label: &Label) -> Self {
        Self { attempt: label.attempt, ends: label.ends, ..self }
    }
}

fn cookie_name(attempt: AttemptId) -> String {
    format!("{COOKIE_PREFIX}{}", attempt.text())
}

fn set_cookie(attempt: AttemptId, value: &str, max_age_seconds: u64) -> String {
    format!(
        "{}={value}; Path=/; Max-Age={max_age_seconds}; Secure; HttpOnly; SameSite=Lax",
        cookie_name(attempt)
    )
}

/// The `Set-Cookie` that ends an attempt in this browser.
pub fn clear_cookie(attempt: AttemptId) -> String {
    set_cookie(attempt, "", 0)
}

/// The answer with the cookie of an attempt, and without those that must go for it.
pub fn kept(response: Response, request: &Request, attempt: AttemptId, cookie: String) -> Response {
    let gone = evicted(request, attempt, cookie.len());
    gone.into_iter().fold(response.with_cookie(cookie), Response::with_cookie)
}

/// The cookies that must go so that one more of `new_bytes` fits: unreadable ones first, then the
/// ones that end soonest.
fn evicted(request: &Request, keep: AttemptId, new_bytes: usize) -> Vec<String> {
    let mut others: Vec<(Option<UnixTime>, &str, usize)> = Vec::new();
    for (name, value) in request.cookies() {
        if name.starts_with(COOKIE_PREFIX) && name != cookie_name(keep) {
            let ends = envelope::peek(value).map(|label| label.ends);
            let other = (ends, name, name.len() + value.len());
            let at = others.iter().position(|known| *known > other).unwrap_or(others.len());
            others.insert(at, other);
        }
    }
    let mut bytes = new_bytes + others.iter().map(|(_, _, size)| size).sum::<usize>();
    let mut count = 1 + others.len();
    let mut gone = Vec::new();
    for (_, name, size) in others {
        if count <= ATTEMPTS_MAX && bytes <= COOKIES_MAX_BYTES {
            break;
        }
        count -= 1;
        bytes -= size;
        gone.push(format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"));
    }
    gone
}
