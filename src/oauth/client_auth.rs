//! How an application says who it is at the token endpoint (RFC 6749 §2.3.1).

use super::{Error, ErrorCode};
use crate::model::application::ClientAuthMethod;
use crate::vault::from_any_base64;
use crate::web::{Parameters, percent_decode};
use std::fmt;

/// Longest secret we look at, bytes.
pub const SECRET_MAX_BYTES: usize = 500;

/// What a token request shows of its client. Two readings of Basic are kept, since many clients
/// forget to form-encode their id and secret before they join them.
pub struct Credentials {
    /// Method used.
    pub method: ClientAuthMethod,
    /// `client_id`, and the secret where the method has one; the preferred reading first.
    pub readings: Vec<(String, String)>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?}, …)", self.method)
    }
}

const FAILED: Error = Error::new(ErrorCode::InvalidClient, "client authentication failed");

impl Credentials {
    /// Reads the `Authorization` header and the form.
    ///
    /// # Errors
    /// `invalid_request` where two methods are mixed (§2.3: a client must not use more than one),
    /// `invalid_client` where there is none or it can't be read.
    pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, Error> {
        let (client_id, secret) = (form.get("client_id"), form.get("client_secret"));
        if form.get("client_assertion").is_some() {
            return Err(Error::new(ErrorCode::InvalidClient, "client assertions are not supported"));
        }
        match (authorization, client_id, secret) {
            (Some(_), _, Some(_)) => {
                Err(Error::invalid_request("more than one way of client authentication"))
            }
            (Some(header), also, None) => {
                let credentials = read_basic(header)?;
                // A client_id beside Basic is allowed where it says the same.
                match also {
                    Some(id) if !credentials.readings.iter().any(|(known, _)| known == id) => {
                        Err(Error::invalid_request("client_id differs from the authenticated client"))
                    }
                    _ => Ok(credentials),
                }
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
        Ok(Self { method, readings: vec![(id.to_owned(), secret.to_owned())] })
    }
}

fn read_basic(header: &str) -> Result<Credentials, Error> {
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
    if readings.is_empty() {
        Err(FAILED)
    } else {
        Ok(Credentials { method: ClientAuthMethod::ClientSecretBasic, readings })
    }
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

    #[test]
    fn an_encoded_urn_in_basic_is_read_as_the_rfc_says() {
        let read = Credentials::read(Some(&basic("urn%3Aacme%3Aweb:s%3Acret")), &form("")).unwrap();
        assert_eq!(read.readings[0], ("urn:acme:web".to_owned(), "s:cret".to_owned()));
    }

    #[test]
    fn an_unencoded_urn_in_basic_is_read_up_to_its_last_colon() {
        let read = Credentials::read(Some(&basic("urn:acme:web:secret")), &form("")).unwrap();
        assert!(read.readings.contains(&("urn:acme:web".to_owned(), "secret".to_owned())));
    }

    #[test]
    fn two_ways_at_once_are_an_invalid_request() {
        let error = Credentials::read(Some(&basic("a:b")), &form("client_id=a&client_secret=b")).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        let error = Credentials::read(Some(&basic("a:b")), &form("client_id=c")).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn nothing_at_all_and_garbage_are_an_invalid_client() {
        for header in [None, Some("Bearer x"), Some("Basic !!!"), Some("Basic"), Some("Basic YQ==")] {
            assert_eq!(
                Credentials::read(header, &form("")).unwrap_err().code,
                ErrorCode::InvalidClient,
                "{header:?}"
            );
        }
    }
}
