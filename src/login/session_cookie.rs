//! What a browser holds of a session: its name and secret, and what it proves, sealed for this host.
//!
//! The cookie says what the session proves, so that a request which the session does not fit asks no
//! object, and a made-up cookie wakes none. That the session still lives, only its object knows.

use super::attempt::AttemptId;
use super::envelope::{self, Label, Purpose};
use super::{Context, envelope::Opened};
use crate::eid::{Acr, Eid, Level};
use crate::model::{ClientId, Identity, UnixTime};
use crate::ports::{CryptoError, Ports};
use crate::vault::{self, EnvironmentKeys, base64url, hmac_sha256, random, sha256};

const COOKIE_PREFIX: &str = "__Host-sso.";

/// What a login proved: enough to tell which requests it may stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The acr that was asked for, and met.
    pub acr: Acr,
    /// The level reached; it may be above the one asked for.
    pub level: Level,
    /// When the person authenticated.
    pub auth_time: UnixTime,
    /// A hash of the person's `sub`: tells the same person again, and nothing else.
    pub person: String,
}

json_struct!(Proof { acr: "a", level: "l", auth_time: "t", person: "p" });

impl Proof {
    /// What an identity proves.
    pub fn of(identity: &Identity, keys: &EnvironmentKeys) -> Self {
        Self {
            acr: identity.acr,
            level: identity.level,
            auth_time: identity.auth_time,
            person: person(&crate::eid::claims::sub(identity, keys)),
        }
    }
}

/// See [`Proof::person`].
pub fn person(sub: &str) -> String {
    base64url(&sha256(sub.as_bytes())[..12])
}

/// A session as its browser knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    /// Its name: drawn like an attempt's. Not in the sealed text: the label has it.
    pub id: AttemptId,
    /// Proves that the browser is the one that logged in.
    pub secret: String,
    /// What it proves.
    pub proof: Proof,
    /// Whether an application looks for it from a hidden frame.
    pub cross_site: bool,
}

json_struct!(SessionCookie { id unwritten AttemptId::NOBODY, secret: "s", proof: "f", cross_site: "x" });

impl SessionCookie {
    /// A new session.
    pub fn draw<P: Ports>(ctx: &Context<'_, P>, proof: Proof) -> Self {
        let secret = base64url(&random::<16>(ctx.ports));
        Self { id: AttemptId::draw(ctx.ports), secret, proof, cross_site: false }
    }

    /// What this browser has of an eID on this domain; nothing for an altered cookie or one of
    /// another host.
    pub async fn load<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Option<Self> {
        let sealed = ctx.request.cookie(&name(eid))?;
        let opened: Opened<Self> =
            envelope::open(ctx.ports, &ctx.keys, Purpose::Session, ctx.host(), sealed, ctx.now).await.ok()?;
        let cookie = Self { id: opened.label.attempt, ..opened.value };
        (cookie.proof.acr.eid() == eid).then_some(cookie)
    }

    /// The `Set-Cookie` that keeps it until its session ends.
    ///
    /// # Errors
    /// When the platform's cryptography fails.
    pub async fn set<P: Ports>(&self, ctx: &Context<'_, P>, ends: UnixTime) -> Result<String, CryptoError> {
        let label = Label { attempt: self.id, ends, from: ctx.host().clone() };
        let sealed = envelope::seal(ctx.ports, &ctx.keys, Purpose::Session, &label, ctx.host(), self).await?;
        let seconds = ends.seconds_after(ctx.now);
        // Without `None` no browser sends it from a frame of another site.
        let same_site = if self.cross_site { "None" } else { "Lax" };
        let name = name(self.proof.acr.eid());
        Ok(format!("{name}={sealed}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}"))
    }

    /// The name of its `Session` object: tenant and environment first.
    pub fn object<P: Ports>(&self, ctx: &Context<'_, P>) -> String {
        ctx.login_name(self.id)
    }

    /// What its object keeps of the secret.
    pub fn secret_hash(&self) -> String {
        base64url(&sha256(self.secret.as_bytes()))
    }

    /// What the session is called in the ID tokens of an application: the same as long as it lives,
    /// and another for each application.
    pub fn sid(&self, keys: &EnvironmentKeys, client_id: &ClientId) -> String {
        let key = keys.derive(vault::Purpose::SessionName, b"");
        base64url(&hmac_sha256(&key, &[&self.id.0, client_id.as_str().as_bytes()])[..16])
    }
}

fn name(eid: Eid) -> String {
    format!("{COOKIE_PREFIX}{}", eid.as_str())
}

/// The `Set-Cookie` that ends an eID's session in this browser, whichever `SameSite` it had.
pub fn clear(eid: Eid) -> String {
    format!("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax", name(eid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_object_keeps_of_the_secret_is_its_sha_256() {
        let proof = Proof {
            acr: Acr::NemidPoces,
            level: Level::Substantial,
            auth_time: UnixTime(0),
            person: String::new(),
        };
        let cookie =
            SessionCookie { id: AttemptId::NOBODY, secret: "abc".to_owned(), proof, cross_site: false };
        // FIPS 180-4's example for "abc", in base64url.
        assert_eq!(cookie.secret_hash(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
