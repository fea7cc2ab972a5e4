//! Public keys: the form in which they stand in JSON Web Keys (RFC 7517; RFC 7518 §6.2 and §6.3;
//! RFC 8037 §2), and the algorithms that verify by them.

use crate::json::{self, Json};
use crate::vault::from_base64url;
use serde_json::{Map, Value};

/// Smallest RSA modulus, bits (RFC 7518 §3.3).
pub const RSA_MIN_BITS: usize = 2048;
/// Largest RSA modulus, bits: a hostile key must not cost a second of computing.
pub const RSA_MAX_BITS: usize = 4096;
/// Longest exponent, bytes; nearly everyone has 65537.
const EXPONENT_MAX_BYTES: usize = 4;
/// Length of an Ed25519 key and of a coordinate of P-256, bytes.
const COORDINATE_BYTES: usize = 32;

/// A public key of a kind and strength that we use. Its numbers are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA of 2048 to 4096 bits.
    Rsa {
        /// Modulus.
        n: String,
        /// Exponent.
        e: String,
    },
    /// A point of the curve P-256; the platform checks that it is one.
    EcP256 {
        /// First coordinate.
        x: String,
        /// Second coordinate.
        y: String,
    },
    /// Ed25519: of applications only, for few clients verify by it.
    Ed25519 {
        /// The key.
        x: String,
    },
}

impl PublicKey {
    /// Reads a JSON Web Key. `None` for one of another kind, too weak, malformed, symmetric, or with
    /// its private half: whoever publishes that has lost it.
    pub fn of_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        let is_public = jwk.contains_key("kty") && !jwk.contains_key("d");
        Self::of_members(jwk).filter(|key| is_public && key.is_sound())
    }

    fn of_members(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let owned = |name: &str| text(name).map(str::to_owned);
        // Keys that were stored when there was one kind only have no `kty`.
        Some(match (text("kty").unwrap_or("RSA"), text("crv")) {
            ("RSA", _) => Self::Rsa { n: owned("n")?, e: owned("e")? },
            ("EC", Some("P-256")) => Self::EcP256 { x: owned("x")?, y: owned("y")? },
            ("OKP", Some("Ed25519")) => Self::Ed25519 { x: owned("x")? },
            _ => return None,
        })
    }

    fn is_sound(&self) -> bool {
        let fits = |text: &str| from_base64url(text).is_some_and(|bytes| bytes.len() == COORDINATE_BYTES);
        match self {
            Self::Rsa { n, e } => is_strong(n, e),
            Self::EcP256 { x, y } => fits(x) && fits(y),
            Self::Ed25519 { x } => fits(x),
        }
    }

    /// The required members of its JSON Web Key, which are those that a thumbprint is made of
    /// (RFC 7638 §3.2, RFC 8037 §2), in lexical order.
    pub fn jwk(&self) -> Map<String, Value> {
        let members: &[(&str, &str)] = match self {
            Self::Rsa { n, e } => &[("kty", "RSA"), ("n", n), ("e", e)],
            Self::EcP256 { x, y } => &[("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)],
            Self::Ed25519 { x } => &[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)],
        };
        json::texts(members)
    }
}

fn is_strong(n: &str, e: &str) -> bool {
    let (Some(n), Some(e)) = (number(n), number(e)) else { return false };
    let top = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = n.len() * 8 - top;
    let odd = e.last().is_some_and(|last| last % 2 == 1);
    (RSA_MIN_BITS..=RSA_MAX_BITS).contains(&bits) && e.len() <= EXPONENT_MAX_BYTES && odd && e != [1]
}

/// Without leading zeros, which would pass a weak modulus off as a strong one and an exponent of 1,
/// by which everybody can sign, off as another.
fn number(text: &str) -> Option<Vec<u8>> {
    Some(from_base64url(text)?.into_iter().skip_while(|&byte| byte == 0).collect())
}

impl Json for PublicKey {
    fn write(&self) -> Value {
        Value::Object(self.jwk())
    }

    /// What we stored ourselves, so only its form is looked at.
    fn read(value: &Value) -> Option<Self> {
        Self::of_members(value.as_object()?)
    }
}

/// An algorithm of JWS whose signatures we verify (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none`
/// and nothing symmetric to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 64 bytes.
    Es256,
    /// EdDSA on Ed25519.
    EdDsa,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Those that the FAPI 2.0 Security Profile allows (§5.4).
    pub const FAPI2: [Self; 3] = [Self::Ps256, Self::Es256, Self::EdDsa];

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name. `Ed25519` is the newer name of what `EdDSA` is with such a key (RFC 9864 §2.2).
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::ALL.into_iter().find(|alg| alg.as_str() == name)
    }

    /// Whether a key is of the kind that this algorithm is for.
    pub fn fits(self, key: &PublicKey) -> bool {
        match key {
            PublicKey::Rsa { .. } => matches!(self, Self::Rs256 | Self::Ps256),
            PublicKey::EcP256 { .. } => self == Self::Es256,
            PublicKey::Ed25519 { .. } => self == Self::EdDsa,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::base64url;
    use serde_json::json;

    fn read(jwk: Value) -> Option<PublicKey> {
        PublicKey::of_jwk(jwk.as_object().unwrap())
    }

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
        read(json!({"kty": "RSA", "n": base64url(modulus), "e": base64url(exponent)}))
    }

    #[test]
    fn an_rsa_key_has_between_2048_and_4096_bits_and_leading_zeros_do_not_count() {
        const E: &[u8] = &[1, 0, 1];
        assert!(rsa(&[0x80; 256], E).is_some());
        assert!(rsa(&[0xff; 512], E).is_some());
        assert!(rsa(&[&[0][..], &[0x80; 256]].concat(), E).is_some());
        assert!(rsa(&[0x7f; 256], E).is_none(), "2047 bits");
        assert!(rsa(&[&[1][..], &[0xff; 512]].concat(), E).is_none(), "4097 bits");
        assert!(rsa(&[&[0; 128][..], &[0xff; 128]].concat(), E).is_none(), "1024 bits behind zeros");
        assert!(rsa(&[0; 256], E).is_none());
        assert!(rsa(&[], E).is_none());
    }

    #[test]
    fn an_exponent_that_protects_nothing_or_costs_much_is_refused() {
        for exponent in [&[][..], &[0], &[1], &[0, 0, 1], &[2], &[1, 0, 0], &[1; 5]] {
            assert!(rsa(&[0x80; 256], exponent).is_none(), "{exponent:?}");
        }
        assert!(rsa(&[0x80; 256], &[3]).is_some());
        assert!(rsa(&[0x80; 256], &[0, 1, 0, 1]).is_some(), "older libraries write 65537 in four bytes");
    }

    #[test]
    fn keys_of_curves_have_coordinates_of_32_bytes() {
        let (good, short) = (base64url(&[7; 32]), base64url(&[7; 31]));
        assert!(read(json!({"kty": "EC", "crv": "P-256", "x": good, "y": good})).is_some());
        assert!(read(json!({"kty": "OKP", "crv": "Ed25519", "x": good})).is_some());
        for jwk in [
            json!({"kty": "EC", "crv": "P-256", "x": good, "y": short}),
            json!({"kty": "EC", "crv": "P-256", "x": good}),
            json!({"kty": "EC", "crv": "P-384", "x": good, "y": good}),
            json!({"kty": "EC", "x": good, "y": good}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": short}),
            json!({"kty": "OKP", "crv": "X25519", "x": good}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": format!("{good}=")}),
        ] {
            assert!(read(jwk.clone()).is_none(), "{jwk}");
        }
    }

    #[test]
    fn a_symmetric_key_and_one_with_its_private_half_are_no_public_keys() {
        let good = base64url(&[7; 32]);
        assert!(read(json!({"kty": "oct", "k": good})).is_none());
        assert!(read(json!({"kty": "OKP", "crv": "Ed25519", "x": good, "d": good})).is_none());
        assert!(read(json!({"k": good})).is_none());
    }

    #[test]
    fn a_key_is_stored_as_its_jwk_and_one_without_kty_reads_as_rsa() {
        let key = rsa(&[0x80; 256], &[1, 0, 1]).unwrap();
        let text = crate::json::write(&key);
        assert!(text.contains(r#""kty":"RSA""#));
        assert_eq!(crate::json::read(&text), Ok(key.clone()));
        assert_eq!(
            crate::json::read(&text.replace(r#","kty":"RSA""#, "").replace(r#""kty":"RSA","#, "")),
            Ok(key)
        );
        assert!(crate::json::read::<PublicKey>("{}").is_err());
    }

    #[test]
    fn each_algorithm_fits_keys_of_its_kind_only() {
        let good = base64url(&[7; 32]);
        let ec = PublicKey::EcP256 { x: good.clone(), y: good.clone() };
        let okp = PublicKey::Ed25519 { x: good };
        let rsa = rsa(&[0x80; 256], &[3]).unwrap();
        let fitting = |key| SignatureAlgorithm::ALL.map(|alg| alg.fits(key));
        assert_eq!(fitting(&rsa), [true, true, false, false]);
        assert_eq!(fitting(&ec), [false, false, true, false]);
        assert_eq!(fitting(&okp), [false, false, false, true]);
        assert_eq!(SignatureAlgorithm::parse("Ed25519"), Some(SignatureAlgorithm::EdDsa));
        for name in ["none", "HS256", "rs256", "", "RS384"] {
            assert_eq!(SignatureAlgorithm::parse(name), None);
        }
    }
}
