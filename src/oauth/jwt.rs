//! JSON Web Tokens: ours are built here, an upstream's are read here.
//!
//! `jwt-compact` does the format and the time claims; signatures are the platform's business
//! (`ports::Crypto`), so the algorithm below signs nothing and takes the platform's verdict.

use crate::model::UnixTime;
use crate::model::key_ring::Algorithm;
use chrono::{DateTime, Duration};
use jwt_compact::{
    Algorithm as Alg, AlgorithmExt, AlgorithmSignature, Claims, Header, TimeOptions, UntrustedToken,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Clock difference to an upstream that is forgiven, seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 60;
/// Longest token of an upstream that is read, bytes.
pub const UPSTREAM_TOKEN_MAX_BYTES: usize = 16 * 1024;

struct Rs256;
struct Signature(Vec<u8>);

impl AlgorithmSignature for Signature {
    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.to_vec()))
    }
    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

impl Alg for Rs256 {
    type SigningKey = ();
    /// The verdict of the platform over this very token.
    type VerifyingKey = bool;
    type Signature = Signature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("RS256")
    }
    fn sign(&self, (): &(), _message: &[u8]) -> Signature {
        Signature(Vec::new())
    }
    fn verify_signature(&self, _signature: &Signature, verdict: &bool, _message: &[u8]) -> bool {
        *verdict
    }
}

#[derive(Serialize)]
struct OurHeader<'a> {
    typ: &'a str,
    kid: &'a str,
}

/// `header.payload` of a token of ours, to be signed with the key `kid`. Every token carries its
/// `kid`, for a client must be able to tell which of the announced keys signed.
pub fn signing_input(alg: Algorithm, typ: &str, kid: &str, claims: &Map<String, Value>) -> Option<String> {
    let Algorithm::Rs256 = alg;
    let mut token = Rs256.token(&Header::new(OurHeader { typ, kid }), &Claims::new(claims), &()).ok()?;
    token.pop();
    Some(token)
}

/// A token of an upstream, split but not believed.
pub struct Unverified<'a> {
    raw: &'a str,
    token: UntrustedToken<'a, Value>,
}

/// What must hold of an upstream's ID token besides its signature (OIDC Core §3.1.3.7).
pub struct Expected<'a> {
    /// `iss`
    pub issuer: &'a str,
    /// `aud`: our client id there.
    pub audience: &'a str,
    /// `nonce`
    pub nonce: &'a str,
}

/// A rule of OIDC Core §3.1.3.7 that a token broke. A constant, for the log.
pub type Broken = &'static str;

impl<'a> Unverified<'a> {
    /// Splits a compact token.
    ///
    /// # Errors
    /// Too long, malformed, not RS256, or with `crit` (RFC 7515 §4.1.11: an extension we do not
    /// understand makes the token invalid; we understand none).
    pub fn parse(raw: &'a str) -> Result<Self, Broken> {
        if raw.len() > UPSTREAM_TOKEN_MAX_BYTES {
            return Err("too long");
        }
        let token = UntrustedToken::<Value>::try_from(raw).map_err(|_| "malformed")?;
        if token.algorithm() != "RS256" {
            return Err("alg is not RS256");
        }
        if token.header().other_fields.get("crit").is_some() {
            return Err("crit is not supported");
        }
        Ok(Self { raw, token })
    }

    /// `kid` of the header.
    pub fn kid(&self) -> Option<&str> {
        self.token.header().key_id.as_deref()
    }

    /// The signed bytes.
    pub fn input(&self) -> &'a [u8] {
        self.raw.rsplit_once('.').map_or(self.raw, |(input, _)| input).as_bytes()
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        self.token.signature_bytes()
    }

    /// Believes the token if the platform did and every rule holds.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn verified(
        self,
        signature_holds: bool,
        expected: &Expected<'_>,
        now: UnixTime,
    ) -> Result<Map<String, Value>, Broken> {
        let token = Rs256
            .validator::<Map<String, Value>>(&signature_holds)
            .validate(&self.token)
            .map_err(|_| "signature or claims malformed")?;
        let clock = move || {
            DateTime::from_timestamp(now.0.try_into().unwrap_or(i64::MAX), 0).unwrap_or(DateTime::UNIX_EPOCH)
        };
        let options = TimeOptions::new(Duration::seconds(CLOCK_SKEW_SECONDS), clock);
        token.claims().validate_expiration(&options).map_err(|_| "expired")?;
        let claims = &token.claims().custom;
        check_issued_at(token.claims().issued_at.map(|at| at.timestamp()), now)?;
        check_text(claims, "iss", expected.issuer, "iss differs")?;
        check_text(claims, "nonce", expected.nonce, "nonce differs")?;
        check_audience(claims, expected.audience)?;
        let mut claims = claims.clone();
        if let Some(at) = token.claims().issued_at {
            claims.insert("iat".to_owned(), at.timestamp().into());
        }
        Ok(claims)
    }
}

fn check_issued_at(issued_at: Option<i64>, now: UnixTime) -> Result<(), Broken> {
    let now = i64::try_from(now.0).unwrap_or(i64::MAX);
    match issued_at {
        None => Err("iat is missing"),
        Some(at) if at > now.saturating_add(CLOCK_SKEW_SECONDS) => Err("iat is in the future"),
        Some(_) => Ok(()),
    }
}

fn check_text(claims: &Map<String, Value>, name: &str, expected: &str, broken: Broken) -> Result<(), Broken> {
    if claims.get(name).and_then(Value::as_str) == Some(expected) { Ok(()) } else { Err(broken) }
}

/// `aud` is a string or a list; in a list of several, `azp` must be ours (§3.1.3.7 rules 3 to 5).
fn check_audience(claims: &Map<String, Value>, ours: &str) -> Result<(), Broken> {
    let several = match claims.get("aud") {
        Some(Value::String(one)) if one == ours => false,
        Some(Value::Array(list)) if list.iter().any(|one| one == ours) => list.len() > 1,
        _ => return Err("aud differs"),
    };
    match claims.get("azp") {
        Some(azp) if azp != ours => Err("azp differs"),
        None if several => Err("azp is missing"),
        _ => Ok(()),
    }
}
