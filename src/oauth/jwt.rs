//! JSON Web Tokens (RFC 7519) in compact form (RFC 7515 §7.1): ours are built here, those of upstreams
//! and applications are read here. Signatures are the platform's business (`ports::Crypto`).
//!
//! No library does this: `jwt-compact` brings a second JSON reader, a calendar and an error type
//! along, 23 kB of the Worker (gzipped), and leaves `crit`, `iss`, `aud`, `nbf` and doubled members to
//! its caller.

use crate::json;
use crate::model::UnixTime;
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;
use crate::vault::{base64url, from_base64url};
use serde_json::{Map, Value, json};

/// Clock difference to an upstream that is forgiven, seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 60;
/// Longest token that is read, bytes.
pub const JWT_MAX_BYTES: usize = 16 * 1024;

/// `header.payload` of a token of ours, to be signed with the key `kid`. Every token carries its
/// `kid`, for a client must be able to tell which of the announced keys signed.
pub fn signing_input(alg: Algorithm, typ: &str, kid: &str, claims: &Map<String, Value>) -> String {
    let header = json::text(&json!({ "alg": alg.as_str(), "typ": typ, "kid": kid }));
    let claims = json::text(&Value::Object(claims.clone()));
    format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()))
}

/// A token of somebody else, split but not believed.
pub struct Unverified<'a> {
    input: &'a str,
    alg: SignatureAlgorithm,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signature: Vec<u8>,
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
    /// Splits a compact token that may be signed by one of `allowed`.
    ///
    /// # Errors
    /// Too long, malformed, with a member twice (RFC 7515 §4, RFC 7519 §4), signed otherwise, or with
    /// `crit` (RFC 7515 §4.1.11: an extension we do not understand makes the token invalid; we
    /// understand none).
    pub fn parse(raw: &'a str, allowed: &[SignatureAlgorithm]) -> Result<Self, Broken> {
        if raw.len() > JWT_MAX_BYTES {
            return Err("too long");
        }
        // A fourth part would leave a dot in the header, which is no base64url.
        let parts = raw.rsplit_once('.').and_then(|(input, signature)| {
            let (header, claims) = input.split_once('.')?;
            Some((input, members(header)?, members(claims)?, from_base64url(signature)?))
        });
        let (input, header, claims, signature) = parts.ok_or("malformed")?;
        let alg = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(SignatureAlgorithm::parse)
            .filter(|alg| allowed.contains(alg))
            .ok_or("alg is not allowed")?;
        if header.contains_key("crit") {
            return Err("crit is not supported");
        }
        if ["kid", "typ"].iter().any(|name| header.get(*name).is_some_and(|value| !value.is_string())) {
            return Err("malformed");
        }
        Ok(Self { input, alg, header, claims, signature })
    }

    /// `kid` of the header.
    pub fn kid(&self) -> Option<&str> {
        self.header("kid")
    }

    /// A text of the header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// An object of the header.
    pub fn header_object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.header.get(name).and_then(Value::as_object)
    }

    /// The claims, worth nothing until the signature has been found to hold.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// A text of the claims, as [`Unverified::claims`].
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// The algorithm it says it is signed by; one of those allowed.
    pub fn alg(&self) -> SignatureAlgorithm {
        self.alg
    }

    /// The signed bytes.
    pub fn input(&self) -> &'a [u8] {
        self.input.as_bytes()
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Believes an upstream's ID token if the platform did and every rule holds.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn verified(
        self,
        signature_holds: bool,
        expected: &Expected<'_>,
        now: UnixTime,
    ) -> Result<Map<String, Value>, Broken> {
        if !signature_holds {
            return Err("signature is wrong");
        }
        let claims = self.claims;
        check_times(&claims, now)?;
        check_text(&claims, "iss", expected.issuer, "iss differs")?;
        check_text(&claims, "nonce", expected.nonce, "nonce differs")?;
        check_audience(&claims, expected.audience)?;
        Ok(claims)
    }
}

/// A part that is a JSON object.
fn members(part: &str) -> Option<Map<String, Value>> {
    json::read_object(&from_base64url(part)?).ok()
}

/// `exp` and `iat` must be there (OIDC Core §2), `nbf` may.
fn check_times(claims: &Map<String, Value>, now: UnixTime) -> Result<(), Broken> {
    let now = i64::try_from(now.0).unwrap_or(i64::MAX);
    let latest = now.saturating_add(CLOCK_SKEW_SECONDS);
    let expires = seconds(claims, "exp")?.ok_or("expired, for it has no exp")?;
    if expires.saturating_add(CLOCK_SKEW_SECONDS) <= now {
        return Err("expired");
    }
    if seconds(claims, "iat")?.ok_or("iat is missing")? > latest {
        return Err("iat is in the future");
    }
    if seconds(claims, "nbf")?.is_some_and(|begins| begins > latest) {
        return Err("not yet valid");
    }
    Ok(())
}

/// A NumericDate (RFC 7519 §2); whole seconds, as everyone sends them.
pub(super) fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, Broken> {
    claims.get(name).map(|value| value.as_i64().ok_or("a time is malformed")).transpose()
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

#[cfg(test)]
mod tests {
    use super::*;
    use SignatureAlgorithm::{Es256, Ps256, Rs256};

    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", base64url(header.as_bytes()), base64url(claims.as_bytes()))
    }

    fn good(now: u64) -> Map<String, Value> {
        let claims = json!({"iss": "i", "aud": "a", "nonce": "n", "iat": now, "exp": now + 300, "sub": "s"});
        claims.as_object().unwrap().clone()
    }

    fn judged(claims: &str) -> Result<Map<String, Value>, Broken> {
        let token = token(r#"{"alg":"RS256"}"#, claims);
        let expected = Expected { issuer: "i", audience: "a", nonce: "n" };
        Unverified::parse(&token, &[Rs256]).and_then(|token| token.verified(true, &expected, NOW))
    }

    #[test]
    fn our_token_says_its_algorithm_type_and_key_and_reads_back() {
        let input = signing_input(Algorithm::Rs256, "JWT", "k1", &good(NOW.0));
        let raw = format!("{input}.c2ln");
        let token = Unverified::parse(&raw, &[Rs256]).unwrap();
        assert_eq!(
            (token.kid(), token.input(), token.signature()),
            (Some("k1"), input.as_bytes(), &b"sig"[..])
        );
        let header = from_base64url(input.split('.').next().unwrap()).unwrap();
        assert_eq!(json::read_bytes(&header), Ok(json!({"alg": "RS256", "typ": "JWT", "kid": "k1"})));
        let other = signing_input(Algorithm::Es256, "JWT", "k1", &good(NOW.0));
        assert_eq!(Unverified::parse(&format!("{other}."), &[Es256]).map(|token| token.alg()), Ok(Es256));
        let expected = Expected { issuer: "i", audience: "a", nonce: "n" };
        assert_eq!(token.verified(true, &expected, NOW), Ok(good(NOW.0)));
        let again = Unverified::parse(&raw, &[Rs256]).unwrap();
        assert_eq!(again.verified(false, &expected, NOW), Err("signature is wrong"));
    }

    #[test]
    fn a_token_of_another_form_is_malformed() {
        let whole = token(r#"{"alg":"RS256"}"#, "{}");
        assert!(Unverified::parse(&whole, &[Rs256]).is_ok());
        for raw in [
            "",
            ".",
            "..",
            "a.b.c",
            &whole[1..],
            &format!("{whole}="),
            &format!("{whole}.x"),
            &format!("x.{whole}"),
        ] {
            assert_eq!(Unverified::parse(raw, &[Rs256]).err(), Some("malformed"), "{raw}");
        }
        for header in [r#"["RS256"]"#, r#"{"alg":"RS256","kid":7}"#, r#"{"alg":"none","alg":"RS256"}"#, "x"] {
            assert_eq!(
                Unverified::parse(&token(header, "{}"), &[Rs256]).err(),
                Some("malformed"),
                "{header}"
            );
        }
        for claims in ["[]", "", r#"{"iss":"i","iss":"i"}"#, "{} {}"] {
            assert_eq!(
                Unverified::parse(&token(r#"{"alg":"RS256"}"#, claims), &[Rs256]).err(),
                Some("malformed")
            );
        }
    }

    #[test]
    fn sixteen_kilobytes_are_read_and_no_more() {
        let whole = token(r#"{"alg":"RS256"}"#, "{}");
        let of = |bytes: usize| format!("{whole}{}", "A".repeat(bytes - whole.len()));
        assert!(Unverified::parse(&of(16_384), &[Rs256]).is_ok());
        assert_eq!(Unverified::parse(&of(16_385), &[Rs256]).err(), Some("too long"));
    }

    #[test]
    fn another_algorithm_and_any_crit_are_refused() {
        let alg = |value: &str| {
            let token = token(&format!(r#"{{"alg":{value}}}"#), "{}");
            Unverified::parse(&token, &[Ps256, Es256]).map(|token| token.alg())
        };
        assert_eq!(alg("\"PS256\"").ok(), Some(Ps256));
        assert_eq!(alg("\"ES256\"").ok(), Some(Es256));
        for other in ["null", "7", "[\"ES256\"]", "\"none\"", "\"HS256\"", "\"es256\"", "\"\"", "\"RS256\""] {
            assert_eq!(alg(other).err(), Some("alg is not allowed"), "{other}");
        }
        assert_eq!(Unverified::parse(&token("{}", "{}"), &[Rs256]).err(), Some("alg is not allowed"));
        for crit in ["[]", "null", "[\"exp\"]"] {
            let token = token(&format!(r#"{{"alg":"RS256","crit":{crit}}}"#), "{}");
            assert_eq!(Unverified::parse(&token, &[Rs256]).err(), Some("crit is not supported"), "{crit}");
        }
    }

    #[test]
    fn each_time_is_judged_with_a_minute_of_patience() {
        let (now, minute) = (NOW.0, CLOCK_SKEW_SECONDS as u64);
        let cases = [
            ("exp", json!(now - minute + 1), Ok(())),
            ("exp", json!(now - minute), Err("expired")),
            ("exp", Value::Null, Err("a time is malformed")),
            ("exp", json!(u64::MAX), Err("a time is malformed")),
            ("exp", json!(i64::MAX), Ok(())),
            ("exp", json!(i64::MIN), Err("expired")),
            ("exp", json!("1700000300"), Err("a time is malformed")),
            ("iat", json!(now + minute), Ok(())),
            ("iat", json!(now + minute + 1), Err("iat is in the future")),
            ("iat", json!([]), Err("a time is malformed")),
            ("nbf", json!(now + minute), Ok(())),
            ("nbf", json!(now + minute + 1), Err("not yet valid")),
            ("nbf", json!(true), Err("a time is malformed")),
        ];
        for (name, value, verdict) in cases {
            let mut claims = good(now);
            claims.insert(name.to_owned(), value.clone());
            assert_eq!(judged(&json!(claims).to_string()).map(drop), verdict, "{name} {value}");
        }
        for (name, why) in [("exp", "expired, for it has no exp"), ("iat", "iat is missing")] {
            let mut claims = good(now);
            claims.remove(name);
            assert_eq!(judged(&json!(claims).to_string()), Err(why));
        }
    }

    #[test]
    fn a_token_for_somebody_else_is_refused() {
        let cases = [
            ("iss", json!("i/"), "iss differs"),
            ("iss", json!(["i"]), "iss differs"),
            ("nonce", json!("m"), "nonce differs"),
            ("nonce", Value::Null, "nonce differs"),
            ("aud", json!("b"), "aud differs"),
            ("aud", json!([]), "aud differs"),
            ("aud", json!(["b"]), "aud differs"),
            ("aud", json!(["a", "b"]), "azp is missing"),
            ("azp", json!("b"), "azp differs"),
        ];
        for (name, value, why) in cases {
            let mut claims = good(NOW.0);
            claims.insert(name.to_owned(), value);
            assert_eq!(judged(&json!(claims).to_string()), Err(why), "{name}");
        }
        let mut claims = good(NOW.0);
        claims.insert("aud".to_owned(), json!(["a"]));
        assert!(judged(&json!(claims).to_string()).is_ok(), "a list of one is as good as a text");
        claims.insert("aud".to_owned(), json!(["b", "a"]));
        claims.insert("azp".to_owned(), json!("a"));
        assert!(judged(&json!(claims).to_string()).is_ok());
    }
}
