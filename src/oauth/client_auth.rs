//! How an application says who it is where it calls us itself (RFC 6749 §2.3, RFC 7521 §4.2).

use super::client_assertion::ASSERTION_TYPE;
use super::{Error, ErrorCode};
use crate::model::application::ClientAuthMethod;
use crate::vault::from_any_base64;
use crate::web::{Parameters, percent_decode};
use std::fmt;

/// Longest secret we look at, bytes.
pub const SECRET_MAX_BYTES: usize = 500;

/// What a request shows of its client.
pub enum Credentials {
    /// A secret, or nothing but an id. Two readings of Basic are kept, since many clients forget to
    /// form-encode their id and secret before they join them.
    Secret {
        /// Method used.
        method: ClientAuthMethod,
        /// `client_id`, and the secret where the method has one; the preferred reading first.
        readings: Vec<(String, String)>,
    },
    /// A client assertion.
    Assertion {
        /// `client_assertion`, not looked at yet.
        jwt: String,
        /// `client_id` beside it.
        client_id: Option<String>,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

const FAILED: Error = Error::new(ErrorCode::InvalidClient, "client authentication failed");
const SEVERAL: Error = Error::invalid_request("more than one way of client authentication");

impl Credentials {
    /// Reads the `Authorization` header and the form.
    ///
    /// # Errors
    /// `invalid_request` where two methods are mixed (§2.3: a client must not use more than one),
    /// `invalid_client` where there is none or it can't be read.
    pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, Error> {
        let (client_id, secret) = (form.get("client_id"), form.get("client_secret"));
        match (form.get("client_assertion"), form.get("client_assertion_type")) {
            (None, None) => {}
            _ if authorization.is_some() || secret.is_some() => return Err(SEVERAL),
            (Some(jwt), Some(ASSERTION_TYPE)) => {
                return Ok(Self::Assertion { jwt: jwt.to_owned(), client_id: client_id.map(str::to_owned) });
            }
            _ => return Err(Error::new(ErrorCode::InvalidClient, "client_assertion_type is not supported")),
        }
        match (authorization, client_id, secret) {
            (Some(_), _, Some(_)) => Err(SEVERAL),
            (Some(header), also, None) => {
                let readings = read_basic(header)?;
                // A client_id beside Basic is allowed where it says the same.
                if also.is_some_and(|id| !readings.iter().any(|(known, _)| known == id)) {
                    return Err(Error::invalid_request("client_id differs from the authenticated client"));
                }
                Ok(Self::Secret { method: ClientAuthMethod::ClientSecretBasic, readings })
            }
            (None, Some(id), Some(secret)) => Self::one(ClientAuthMethod::ClientSecretPost, id, secret),
            (None, Some(id), None) => Self::one(ClientAuthMethod::None, id, ""),
            (None, None, _) => Err(FAILED),
        }
    }

    fn one(method: ClientAuthMethod, id: &str, secret: &str) -> Result<Self, Error> {
        if secret.len() > SECRET_MAX_BYTES {
            return Err(FAILED);
        }
        Ok(Self::Secret { method, readings: vec![(id.to_owned(), secret.to_owned())] })
    }
}

fn read_basic(header: &str) -> Result<Vec<(String, String)>, Error> {
    let (scheme, value) = header.split_once(' ').ok_or(FAILED)?;
    if !scheme.eq_ignore_ascii_case("basic") || value.len() > 4 * SECRET_MAX_BYTES {
        return Err(FAILED);
    }
    let bytes = from_any_base64(value.trim()).ok_or(FAILED)?;
    let text = String::from_utf8(bytes).map_err(|_| FAILED)?;
    let mut readings = Vec::new();
    if let Some((id, secret)) = text.split_once(':') {
        let form = |raw: &str| percent_decode(raw.replace('+', " ").as_bytes());
        if let (Some(id), Some(secret)) = (form(id), form(secret)) {
            readings.push((id, secret));
        }
    }
    // Unencoded ids such as urn:acme:web hold colons themselves: the secret is what follows the
    // last one. (A secret with a colon must be encoded, as the RFC says.)
    if let Some((id, secret)) = text.rsplit_once(':') {
        let plain = (id.to_owned(), secret.to_owned());
        if !readings.contains(&plain) {
            readings.push(plain);
        }
    }
    if readings.is_empty() { Err(FAILED) } else { Ok(readings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> String {
        format!("Basic {}", crate::vault::base64(text.as_bytes()))
    }

    fn form(raw: &str) -> Parameters {
        Parameters::parse(raw.as_bytes()).unwrap()
    }

    fn readings(text: &str) -> Vec<(String, String)> {
        match Credentials::read(Some(&basic(text)), &form("")) {
            Ok(Credentials::Secret { method: ClientAuthMethod::ClientSecretBasic, readings }) => readings,
            _ => panic!("no readings of Basic"),
        }
    }

    fn refused(header: Option<&str>, raw: &str) -> ErrorCode {
        Credentials::read(header, &form(raw)).unwrap_err().code
    }

    #[test]
    fn an_encoded_urn_in_basic_is_read_as_the_rfc_says() {
        assert_eq!(
            readings("urn%3Aacme%3Aweb:s%3Acret")[0],
            ("urn:acme:web".to_owned(), "s:cret".to_owned())
        );
    }

    #[test]
    fn an_unencoded_urn_in_basic_is_read_up_to_its_last_colon() {
        let plain = ("urn:acme:web".to_owned(), "secret".to_owned());
        assert!(readings("urn:acme:web:secret").contains(&plain));
    }

    #[test]
    fn a_secret_of_five_hundred_bytes_is_looked_at_and_a_longer_one_is_not() {
        let posted = |bytes: usize| format!("client_id=a&client_secret={}", "s".repeat(bytes));
        assert!(Credentials::read(None, &form(&posted(SECRET_MAX_BYTES))).is_ok());
        assert_eq!(refused(None, &posted(SECRET_MAX_BYTES + 1)), ErrorCode::InvalidClient);
        // In Basic it is encoded twice, and its client stands before it: four times as much.
        let basic = |characters: usize| basic(&format!("a:{}", "s".repeat(characters / 4 * 3 - 2)));
        assert!(Credentials::read(Some(&basic(4 * SECRET_MAX_BYTES)), &form("")).is_ok());
        assert_eq!(refused(Some(&basic(4 * SECRET_MAX_BYTES + 4)), ""), ErrorCode::InvalidClient);
    }

    #[test]
    fn two_ways_at_once_are_an_invalid_request() {
        let typed = "client_assertion=a.b.c&client_assertion_type=\
                     urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let header = basic("a:b");
        for (header, raw) in [
            (Some(&*header), "client_id=a&client_secret=b"),
            (Some(&*header), "client_id=c"),
            (Some(&*header), typed),
            (Some(&*header), "client_assertion=a.b.c"),
            (None, &*format!("{typed}&client_secret=b")),
        ] {
            assert_eq!(refused(header, raw), ErrorCode::InvalidRequest, "{raw}");
        }
        let read = Credentials::read(None, &form(&format!("{typed}&client_id=a"))).unwrap();
        let Credentials::Assertion { jwt, client_id } = read else { panic!("no assertion") };
        assert_eq!((jwt.as_str(), client_id.as_deref()), ("a.b.c", Some("a")));
    }

    #[test]
    fn an_assertion_of_another_or_no_type_is_an_invalid_client() {
        for raw in [
            "client_assertion=a.b.c",
            "client_id=a&client_assertion=a.b.c",
            "client_id=a&client_assertion_type=x",
            "client_id=a&client_assertion=a.b.c&client_assertion_type=\
             urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Asaml2-bearer",
        ] {
            assert_eq!(refused(None, raw), ErrorCode::InvalidClient, "{raw}");
        }
    }

    #[test]
    fn nothing_at_all_and_garbage_are_an_invalid_client() {
        for header in [None, Some("Bearer x"), Some("Basic !!!"), Some("Basic"), Some("Basic YQ==")] {
            assert_eq!(refused(header, ""), ErrorCode::InvalidClient, "{header:?}");
        }
    }
}
