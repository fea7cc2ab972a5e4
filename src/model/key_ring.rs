//! Signing keys of one tenant, environment and eID, and the ring that they go round in.
//!
//! ```text
//!  standby ──▶ active ──▶ retiring ──▶ removed
//!     └──────────┴────────────┴───────────┴──▶ compromised
//! ```
//! A ring always announces at least two keys: the one that signs and a standby that clients have
//! already fetched when it is needed. A key signs only after it has been announced for its guard
//! time, and goes only when the last token it signed is over ([`Serving`]). There are three
//! exceptions: a compromised key goes at once, the first key of a new ring signs at once, as the one
//! that was born with it may, and a step can be forced.
//!
//! Only public halves leave this Worker; private halves are sealed, only of keys that sign are they
//! published to the login path, and a key that signs no more has none.

use super::public_key::{PublicKey, SignatureAlgorithm};
use super::sealed::Sealed;
use super::serving::Serving;
use super::time::UnixTime;
use crate::eid::Eid;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Announced, not yet signing.
    Standby,
    /// Signs.
    Active,
    /// Signs no more; announced while a token it signed may live.
    Retiring,
    /// Gone from the metadata.
    Removed,
    /// Gone at once, after a disaster.
    Compromised,
}

json_enum!(KeyState {
    Standby = "standby", Active = "active", Retiring = "retiring", Removed = "removed",
    Compromised = "compromised",
});

impl KeyState {
    /// Whether the key stands in JWKS.
    pub fn is_announced(self) -> bool {
        matches!(self, Self::Standby | Self::Active | Self::Retiring)
    }
}

/// JWS algorithm of a key of ours (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; the one every client library must support.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

json_enum!(Algorithm { Rs256 = "RS256", Es256 = "ES256" });

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// What signs by it, verifies by this.
    pub fn verified_by(self) -> SignatureAlgorithm {
        match self {
            Self::Rs256 => SignatureAlgorithm::Rs256,
            Self::Es256 => SignatureAlgorithm::Es256,
        }
    }

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        self.verified_by().as_str()
    }
}

/// A key as the tenant's object keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// RFC 7638 thumbprint, so that no two keys can share one.
    pub kid: String,
    /// Whose tokens it signs.
    pub eid: Eid,
    /// JWS algorithm.
    pub alg: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it entered that state.
    pub since: UnixTime,
    /// When every domain of the environment had published it in that state; `None` until then.
    pub published: Option<UnixTime>,
    /// The public half.
    pub public: PublicKey,
    /// PKCS #8, sealed under the environment's data key with the `kid` as associated data. A key
    /// that signs no more has none.
    pub private: Option<Sealed>,
}

json_struct!(SigningKey { kid, eid, alg, state, since, published, public, private });

/// A key as published with a domain: the private half only where it signs. One that was removed is
/// published too, and announced by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncedKey {
    /// See [`SigningKey::kid`].
    pub kid: String,
    /// Whose tokens it signs.
    pub eid: Eid,
    /// JWS algorithm.
    pub alg: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// The public half.
    pub public: PublicKey,
    /// The sealed private half of an active key.
    pub private: Option<Sealed>,
}

json_struct!(AnnouncedKey { kid, eid, alg, state, public, private });

/// Removed keys of a ring that its domains still get, the last ones first. They are announced to nobody;
/// but an old ID token may be shown to us again, at a logout after a long session.
pub const REMEMBERED_MAX: usize = 2;

/// What the domains of a tenant and environment get of its keys: those that they announce, and of each
/// ring the last ones that were removed. Never a compromised one: no token of it is believed by anybody.
pub fn published_keys(keys: &[SigningKey]) -> Vec<AnnouncedKey> {
    let remembered = |at: usize, key: &SigningKey| {
        let later = keys.iter().skip(at + 1);
        let of_ring = later.filter(|it| (it.eid, it.alg, it.state) == (key.eid, key.alg, key.state));
        key.state == KeyState::Removed && of_ring.count() < REMEMBERED_MAX
    };
    let is_published = |(at, key): &(usize, &SigningKey)| key.state.is_announced() || remembered(*at, key);
    keys.iter().enumerate().filter(is_published).map(|(_, key)| key.published_form()).collect()
}

impl SigningKey {
    /// What the domains of this tenant and environment say of the key; `None` once it is gone.
    pub fn announced(&self) -> Option<AnnouncedKey> {
        self.state.is_announced().then(|| self.published_form())
    }

    fn published_form(&self) -> AnnouncedKey {
        AnnouncedKey {
            kid: self.kid.clone(),
            eid: self.eid,
            alg: self.alg,
            state: self.state,
            public: self.public.clone(),
            private: self.private.clone().filter(|_| self.state == KeyState::Active),
        }
    }

    /// The same key where a backup was restored, to be published anew: its guard time has not begun. What
    /// clients know is not known here, so a standby stands by only from now on.
    pub fn restored(self, now: UnixTime) -> Self {
        let since = if self.state == KeyState::Standby { now } else { self.since };
        Self { published: None, since, ..self }
    }

    /// The same key in its next state: not published in it yet, and without its private half where
    /// it signs no more.
    fn enter(self, state: KeyState, now: UnixTime) -> Self {
        let private = self.private.filter(|_| matches!(state, KeyState::Standby | KeyState::Active));
        Self { state, since: now, published: None, private, ..self }
    }
}

/// What a private key is sealed for: see [`crate::vault::EnvironmentKeys::seal`].
pub fn signing_key_label(kid: &str) -> String {
    format!("signing key {kid}")
}

/// What an isolate holds an imported private key under: see [`crate::ports::Crypto::import`]. `label` is
/// the environment's.
pub fn signing_key_name(label: &str, kid: &str) -> String {
    format!("{label} {kid}")
}

/// Most keys that are gone and still remembered, a ring; the oldest is forgotten first. The log of
/// changes knows them all.
pub const GONE_MAX: usize = 20;

/// The keys of one eID and algorithm: exactly one that signs and one that stands by, whatever
/// happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    active: SigningKey,
    standby: SigningKey,
    retiring: Vec<SigningKey>,
    gone: Vec<SigningKey>,
}

/// Stored keys that are no ring: not exactly one active and one standby key, with private halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// Whether a step waits for guard times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// It waits: no client with a valid key set will notice.
    Guarded,
    /// It does not: clients may have to fetch the key set again before they can verify.
    Forced,
}

/// Why a step can't be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cannot {
    /// The standby has not been announced for its guard time. It will have been at this moment;
    /// `None` while not even every domain has published it.
    TooEarly(Option<UnixTime>),
    /// The ring has no such key.
    Unknown,
    /// The key is compromised already.
    Already,
    /// The fresh key is none: of another ring, known already, or without its private half.
    Misfit,
}

/// Every ring among an environment's keys.
///
/// # Errors
/// When keys of one eID and algorithm are no ring.
pub fn rings(keys: &[SigningKey]) -> Result<Vec<Ring>, Broken> {
    let mut rings = Vec::new();
    for alg in Algorithm::ALL {
        for eid in Eid::ALL {
            rings.extend(Ring::of(keys, eid, alg)?);
        }
    }
    Ok(rings)
}

impl Ring {
    /// A new ring. Its first key signs at once: no client was ever told of tokens by this ring.
    ///
    /// # Errors
    /// [`Cannot::Misfit`] when the two are not of one ring.
    pub fn first(active: SigningKey, standby: SigningKey, now: UnixTime) -> Result<Self, Cannot> {
        let fits = |key: &SigningKey| (key.eid, key.alg) == (active.eid, active.alg) && key.private.is_some();
        if active.kid == standby.kid || !fits(&active) || !fits(&standby) {
            return Err(Cannot::Misfit);
        }
        Ok(Self {
            active: active.enter(KeyState::Active, now),
            standby: standby.enter(KeyState::Standby, now),
            retiring: Vec::new(),
            gone: Vec::new(),
        })
    }

    /// The ring among an environment's keys; `None` where there is no key of it.
    ///
    /// # Errors
    /// When the keys are no ring.
    pub fn of(keys: &[SigningKey], eid: Eid, alg: Algorithm) -> Result<Option<Self>, Broken> {
        let (mut active, mut standby) = (Vec::new(), Vec::new());
        let (mut retiring, mut gone) = (Vec::new(), Vec::new());
        for key in keys.iter().filter(|key| (key.eid, key.alg) == (eid, alg)).cloned() {
            match key.state {
                KeyState::Active => active.push(key),
                KeyState::Standby => standby.push(key),
                KeyState::Retiring => retiring.push(key),
                KeyState::Removed | KeyState::Compromised => gone.push(key),
            }
        }
        if active.is_empty() && standby.is_empty() && retiring.is_empty() && gone.is_empty() {
            return Ok(None);
        }
        let only = |keys: Vec<SigningKey>| match <[SigningKey; 1]>::try_from(keys) {
            Ok([key]) if key.private.is_some() => Ok(key),
            _ => Err(Broken),
        };
        Ok(Some(Self { active: only(active)?, standby: only(standby)?, retiring, gone }))
    }

    /// The keys as they are stored: the one that signs, its standby, and the others by age.
    pub fn into_keys(self) -> Vec<SigningKey> {
        let mut keys = vec![self.active, self.standby];
        keys.extend(self.retiring);
        keys.extend(self.gone);
        keys
    }

    /// Every key, in the order of [`Ring::into_keys`].
    pub fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        [&self.active, &self.standby].into_iter().chain(&self.retiring).chain(&self.gone)
    }

    /// Whose tokens it signs.
    pub fn eid(&self) -> Eid {
        self.active.eid
    }

    /// By which algorithm.
    pub fn alg(&self) -> Algorithm {
        self.active.alg
    }

    /// The key that signs.
    pub fn active(&self) -> &SigningKey {
        &self.active
    }

    /// The key that signs next.
    pub fn standby(&self) -> &SigningKey {
        &self.standby
    }

    /// Whether nothing has happened to the ring since it was made. Then no key set ever held its first key
    /// and not this standby, so no client can know the one and miss the other.
    pub fn is_as_born(&self) -> bool {
        self.retiring.is_empty() && self.gone.is_empty() && self.standby.since <= self.active.since
    }

    /// From when on the standby may sign: when its guard time is over, or at once where it was born with
    /// the first key. `None` while not every domain has published it.
    pub fn may_rotate_from(&self, times: &Serving) -> Option<UnixTime> {
        if self.is_as_born() {
            return Some(self.standby.since);
        }
        self.standby.published.map(|published| published.plus(times.guard()))
    }

    /// When a rotation that is planned for a moment can be done; `None` as above.
    pub fn rotates_at(&self, planned: UnixTime, times: &Serving) -> Option<UnixTime> {
        self.may_rotate_from(times).map(|allowed| allowed.max(planned))
    }

    /// When a key goes that signs no more; `None` for other keys, and until every domain has
    /// published that it signs no more.
    pub fn removed_at(key: &SigningKey, times: &Serving) -> Option<UnixTime> {
        let published = key.published.filter(|_| key.state == KeyState::Retiring);
        published.map(|published| published.plus(times.retirement()))
    }

    /// When the next step comes by itself: a key goes, or the rotation that is planned.
    pub fn due_at(&self, planned: UnixTime, times: &Serving) -> Option<UnixTime> {
        let removals = self.retiring.iter().filter_map(|key| Self::removed_at(key, times));
        removals.chain(self.rotates_at(planned, times)).min()
    }

    /// The standby signs, the active key retires, and a fresh key stands by.
    ///
    /// # Errors
    /// [`Cannot::TooEarly`] unless forced, [`Cannot::Misfit`].
    pub fn rotate(
        self,
        fresh: SigningKey,
        now: UnixTime,
        haste: Haste,
        times: &Serving,
    ) -> Result<Self, Cannot> {
        self.check_may_sign(now, haste, times)?;
        let (mut ring, retired) = self.advance(fresh, now)?;
        ring.retiring.push(retired.enter(KeyState::Retiring, now));
        Ok(ring)
    }

    /// Takes a key out at once, whatever its state; tokens that it signed count no more. Where it
    /// signed or stood by, a fresh key stands by afterwards; where it signed, the standby signs.
    ///
    /// # Errors
    /// [`Cannot::Unknown`], [`Cannot::Already`], [`Cannot::TooEarly`] unless forced, when the key
    /// signs and its standby is not ready, and [`Cannot::Misfit`] also where a fresh key is needed
    /// and there is none.
    pub fn compromise(
        mut self,
        kid: &str,
        fresh: Option<SigningKey>,
        now: UnixTime,
        haste: Haste,
        times: &Serving,
    ) -> Result<Self, Cannot> {
        let state = self.keys().find(|key| key.kid == kid).ok_or(Cannot::Unknown)?.state;
        let (mut ring, bad) = match state {
            KeyState::Compromised => return Err(Cannot::Already),
            KeyState::Active => {
                self.check_may_sign(now, haste, times)?;
                self.advance(fresh.ok_or(Cannot::Misfit)?, now)?
            }
            KeyState::Standby => {
                let fresh = self.check_fresh(fresh.ok_or(Cannot::Misfit)?)?.enter(KeyState::Standby, now);
                let bad = std::mem::replace(&mut self.standby, fresh);
                (self, bad)
            }
            KeyState::Retiring => Self::take(self, kid, |ring| &mut ring.retiring)?,
            KeyState::Removed => Self::take(self, kid, |ring| &mut ring.gone)?,
        };
        ring.bury(bad.enter(KeyState::Compromised, now));
        Ok(ring)
    }

    /// Lets those keys go whose last token is over.
    pub fn remove_retired(mut self, now: UnixTime, times: &Serving) -> Self {
        let is_over = |key: &SigningKey| Self::removed_at(key, times).is_some_and(|end| end.is_over(now));
        let (over, retiring) = self.retiring.into_iter().partition(is_over);
        self.retiring = retiring;
        let over: Vec<SigningKey> = over;
        for key in over {
            self.bury(key.enter(KeyState::Removed, now));
        }
        self
    }

    /// Whether every domain of the environment has published the ring as it is.
    pub fn is_published(&self) -> bool {
        self.keys().all(|key| key.published.is_some())
    }

    /// Every domain of the environment has published the ring as it is.
    pub fn published(mut self, now: UnixTime) -> Self {
        let all = [&mut self.active, &mut self.standby].into_iter();
        for key in all.chain(&mut self.retiring).chain(&mut self.gone) {
            key.published = key.published.or(Some(now));
        }
        self
    }

    /// Whether the standby may sign.
    ///
    /// # Errors
    /// [`Cannot::TooEarly`] unless forced.
    pub fn check_may_sign(&self, now: UnixTime, haste: Haste, times: &Serving) -> Result<(), Cannot> {
        let from = self.may_rotate_from(times);
        let ready = haste == Haste::Forced || from.is_some_and(|from| from.is_over(now));
        if ready { Ok(()) } else { Err(Cannot::TooEarly(from)) }
    }

    fn check_fresh(&self, fresh: SigningKey) -> Result<SigningKey, Cannot> {
        let fits = (fresh.eid, fresh.alg) == (self.eid(), self.alg())
            && fresh.private.is_some()
            && self.keys().all(|key| key.kid != fresh.kid);
        if fits { Ok(fresh) } else { Err(Cannot::Misfit) }
    }

    /// The ring with the standby signing and a fresh standby, and the key that signed before.
    fn advance(self, fresh: SigningKey, now: UnixTime) -> Result<(Self, SigningKey), Cannot> {
        let standby = self.check_fresh(fresh)?.enter(KeyState::Standby, now);
        let active = self.standby.enter(KeyState::Active, now);
        Ok((Self { active, standby, ..self }, self.active))
    }

    fn take(
        mut self,
        kid: &str,
        of: fn(&mut Self) -> &mut Vec<SigningKey>,
    ) -> Result<(Self, SigningKey), Cannot> {
        let keys = of(&mut self);
        let at = keys.iter().position(|key| key.kid == kid).ok_or(Cannot::Unknown)?;
        let key = keys.remove(at);
        Ok((self, key))
    }

    fn bury(&mut self, key: SigningKey) {
        self.gone.push(key);
        let too_many = self.gone.len().saturating_sub(GONE_MAX);
        self.gone.drain(..too_many);
    }
}
