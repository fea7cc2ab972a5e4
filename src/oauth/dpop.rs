//! Proofs of possession of a key (RFC 9449): what a client's `DPoP` header says, and whether it may.

use super::client_assertion::{JTI_MAX_BYTES, Used};
use super::jwks::thumbprint;
use super::jwt::{Broken, Unverified, seconds};
use crate::model::public_key::SignatureAlgorithm;
use crate::model::{PublicKey, UnixTime};
use crate::vault::{base64url, sha256};

/// How far a client's clock may be ahead of ours, seconds.
pub const AHEAD_SECONDS: u64 = 10;
/// How old a proof may be, its way and clocks included, seconds: so long its `jti` is remembered.
pub const BEHIND_SECONDS: u64 = 60;

/// A proof, split but not believed.
pub struct Unproved<'a> {
    token: Unverified<'a>,
    key: PublicKey,
}

/// The request that a proof must be for (§4.2).
pub struct For<'a> {
    /// Method.
    pub method: &'a str,
    /// Our URL of the endpoint, without query.
    pub url: &'a str,
    /// The access token that comes along.
    pub access_token: Option<&'a str>,
}

/// A proof that holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Proof {
    /// Thumbprint of the key (RFC 7638).
    pub jkt: String,
    /// How it is signed.
    pub alg: SignatureAlgorithm,
    /// What makes it count once.
    pub used: Used,
}

impl<'a> Unproved<'a> {
    /// Splits a header (§4.3, points 2 to 5 and 7).
    ///
    /// # Errors
    /// Malformed, of another type, by another algorithm, or with a key that is none, too weak, or
    /// with its private half.
    pub fn parse(raw: &'a str) -> Result<Self, Broken> {
        let token = Unverified::parse(raw, &SignatureAlgorithm::ALL)?;
        if !token.header("typ").is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt")) {
            return Err("typ must be dpop+jwt");
        }
        let key = token
            .header_object("jwk")
            .and_then(PublicKey::of_jwk)
            .filter(|key| token.alg().fits(key))
            .ok_or("jwk is not a public key that fits alg")?;
        Ok(Self { token, key })
    }

    /// The key that must have signed it.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// What was signed.
    pub fn token(&self) -> &Unverified<'a> {
        &self.token
    }

    /// Believes the proof if the platform did and it is for this request (§4.3, points 3 and 8 to
    /// 12).
    ///
    /// # Errors
    /// The first broken rule.
    pub fn proved(self, signature_holds: bool, request: &For<'_>, now: UnixTime) -> Result<Proof, Broken> {
        if !signature_holds {
            return Err("signature is wrong");
        }
        if self.token.claim("htm") != Some(request.method) {
            return Err("htm differs");
        }
        if !self.token.claim("htu").is_some_and(|htu| is_same_target(htu, request.url)) {
            return Err("htu differs");
        }
        let ath = request.access_token.map(|access_token| base64url(&sha256(access_token.as_bytes())));
        if ath.is_some() && self.token.claim("ath") != ath.as_deref() {
            return Err("ath differs");
        }
        let ends = self.ends(now)?;
        match self.token.claim("jti") {
            Some(jti) if (1..=JTI_MAX_BYTES).contains(&jti.len()) => Ok(Proof {
                jkt: thumbprint(&self.key),
                alg: self.token.alg(),
                used: Used { jti: jti.to_owned(), ends },
            }),
            _ => Err("jti is missing or too long"),
        }
    }

    /// When the proof counts no more.
    fn ends(&self, now: UnixTime) -> Result<UnixTime, Broken> {
        let issued = seconds(self.token.claims(), "iat")?.ok_or("iat is missing")?;
        let issued = UnixTime(u64::try_from(issued).unwrap_or(0));
        if issued > now.plus(AHEAD_SECONDS) {
            return Err("iat is in the future");
        }
        let ends = issued.plus(BEHIND_SECONDS);
        if ends.is_over(now) { Err("iat is too old") } else { Ok(ends) }
    }
}

impl Proof {
    /// Whether it was made after this moment, by clocks that are as far ahead as we forgive: one of
    /// before a restore may have been used, and nobody knows any more.
    pub fn is_made_after(&self, restored_at: UnixTime) -> bool {
        self.used.ends >= restored_at.plus(AHEAD_SECONDS + BEHIND_SECONDS)
    }

    /// What is remembered of it: ids are a key's own, for a stranger may have drawn the same.
    pub fn id(&self) -> String {
        format!("{} {}", self.jkt, self.used.jti)
    }
}

/// Whether `htu` is our URL without query and fragment (§4.3 point 9), host and scheme in any case
/// and the scheme's own port or none (RFC 3986 §6.2.2 and §6.2.3).
fn is_same_target(htu: &str, url: &str) -> bool {
    let htu = &htu[..htu.find(['?', '#']).unwrap_or(htu.len())];
    let (Some(theirs), Some(ours)) = (parts(htu), parts(url)) else { return false };
    theirs == ours
}

/// Scheme, authority and path.
fn parts(url: &str) -> Option<(String, String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(port).unwrap_or(&authority).to_owned();
    Some((scheme, authority, path))
}

/// The algorithms, for a challenge (§5.1, §7.1).
pub fn algorithms() -> String {
    SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: UnixTime = UnixTime(1_562_262_616);
    const URL: &str = "https://server.example.com/token";
    const X: &str = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
    const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

    fn token(header: Value, claims: Value) -> String {
        let part = |value: Value| base64url(value.to_string().as_bytes());
        format!("{}.{}.c2ln", part(header), part(claims))
    }

    fn header(name: &str, value: Value) -> Value {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y});
        let mut header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        header[name] = value;
        header
    }

    fn judged(name: &str, value: Value, access_token: Option<&str>) -> Result<Proof, Broken> {
        let mut claims = json!({"jti": "j", "htm": "POST", "htu": URL, "iat": NOW.0});
        claims[name] = value;
        let token = token(header("typ", json!("dpop+jwt")), claims);
        let request = For { method: "POST", url: URL, access_token };
        Unproved::parse(&token).and_then(|proof| proof.proved(true, &request, NOW))
    }

    /// The proof of RFC 9449 §4.2, figure 2, whose thumbprint §6.1 shows.
    #[test]
    fn the_proof_of_the_rfc_is_read() {
        let raw = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let request = For { method: "POST", url: URL, access_token: None };
        let proof = Unproved::parse(raw).unwrap().proved(true, &request, NOW).unwrap();
        assert_eq!(proof.jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(proof.used, Used { jti: "-BwC3ESc6acc2lTc".to_owned(), ends: NOW.plus(60) });
        assert_eq!(Unproved::parse(raw).unwrap().proved(false, &request, NOW), Err("signature is wrong"));
    }

    #[test]
    fn a_proof_has_its_type_and_a_public_key_that_fits() {
        let parse = |name: &str, value: Value| Unproved::parse(&token(header(name, value), json!({}))).err();
        assert_eq!(parse("typ", json!("DPOP+jwt")), None);
        for typ in [json!("JWT"), json!(""), json!("client-authentication+jwt")] {
            assert_eq!(parse("typ", typ), Some("typ must be dpop+jwt"));
        }
        for alg in [json!("none"), json!("HS256"), json!("RS384")] {
            assert_eq!(parse("alg", alg), Some("alg is not allowed"));
        }
        for jwk in [
            json!(null),
            json!("x"),
            json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y, "d": X}),
            json!({"kty": "oct", "k": X}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": X}),
            json!({"kty": "EC", "crv": "P-256", "x": X}),
        ] {
            assert_eq!(parse("jwk", jwk), Some("jwk is not a public key that fits alg"));
        }
    }

    #[test]
    fn a_proof_is_for_one_request() {
        assert_eq!(judged("htm", json!("GET"), None), Err("htm differs"));
        assert_eq!(judged("htm", json!("post"), None), Err("htm differs"));
        for good in [
            URL,
            "https://server.example.com/token?a=b",
            "https://server.example.com/token#f",
            "HTTPS://Server.Example.com/token",
            "https://server.example.com:443/token",
        ] {
            assert!(judged("htu", json!(good), None).is_ok(), "{good}");
        }
        for bad in [
            json!("http://server.example.com/token"),
            json!("https://server.example.com:444/token"),
            json!("https://server.example.com/Token"),
            json!("https://server.example.com/token/"),
            json!("https://server.example.com/"),
            json!("https://server.example.com"),
            json!("https://user@server.example.com/token"),
            json!("/token"),
            json!(null),
            json!([URL]),
        ] {
            assert_eq!(judged("htu", bad.clone(), None), Err("htu differs"), "{bad}");
        }
    }

    #[test]
    fn a_proof_lives_for_a_minute_and_clocks_may_be_ten_seconds_ahead() {
        for (iat, verdict) in [
            (json!(NOW.0 + 10), None),
            (json!(NOW.0 + 11), Some("iat is in the future")),
            (json!(NOW.0 - 59), None),
            (json!(NOW.0 - 60), Some("iat is too old")),
            (json!(-1), Some("iat is too old")),
            (json!("1562262616"), Some("a time is malformed")),
        ] {
            assert_eq!(judged("iat", iat.clone(), None).err(), verdict, "{iat}");
        }
    }

    #[test]
    fn a_proof_names_the_access_token_beside_it() {
        // RFC 9449 §7.1, figure 12.
        let access_token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let ath = json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert!(judged("ath", ath.clone(), Some(access_token)).is_ok());
        assert_eq!(judged("ath", ath, Some("another")), Err("ath differs"));
        assert_eq!(judged("ath", json!(null), Some(access_token)), Err("ath differs"));
    }

    #[test]
    fn a_proof_has_an_id_of_at_most_200_bytes() {
        assert!(judged("jti", json!("x".repeat(200)), None).is_ok());
        for bad in [json!("x".repeat(201)), json!(""), json!(null), json!(1)] {
            assert_eq!(judged("jti", bad, None), Err("jti is missing or too long"));
        }
    }
}
