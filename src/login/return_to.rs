//! The only thing that can answer an application: nothing redirects without a [`ReturnTo`].

use crate::model::Application;
use crate::oauth;
use crate::web::{Response, encode_pairs};

/// A checked callback. It can only be made from an application's record and a `redirect_uri` that
/// equals one of its registered callbacks byte for byte, so no other code can build an unchecked
/// redirect (open redirectors: RFC 9700 §4.11).
#[derive(Clone, Debug)]
pub struct ReturnTo {
    redirect_uri: String,
    state: Option<String>,
    issuer: String,
}

impl ReturnTo {
    /// The callback `redirect_uri` of an enabled application, answering as `issuer`.
    pub fn checked(
        application: &Application,
        redirect_uri: &str,
        state: Option<&str>,
        issuer: &str,
    ) -> Option<Self> {
        let registered = application.redirect_uri(redirect_uri).filter(|_| application.enabled)?;
        Some(Self {
            redirect_uri: registered.as_str().to_owned(),
            state: state.map(str::to_owned),
            issuer: issuer.to_owned(),
        })
    }

    /// The answer that brings a code (RFC 6749 §4.1.2, RFC 9207).
    pub fn code(&self, code: &str) -> Response {
        self.go(vec![("code", code)])
    }

    /// The answer that brings an error; the reference lets its developer find our log line.
    pub fn error(&self, error: oauth::Error, reference: &str) -> Response {
        let description = format!("{} (reference {reference})", error.description);
        self.go(vec![("error", error.code.as_str()), ("error_description", &description)])
    }

    fn go<'a>(&'a self, mut pairs: Vec<(&'a str, &'a str)>) -> Response {
        if let Some(state) = &self.state {
            pairs.push(("state", state));
        }
        pairs.push(("iss", &self.issuer));
        // A registered callback may have a query of its own (RFC 6749 §3.1.2).
        let joint = if self.redirect_uri.contains('?') { '&' } else { '?' };
        Response::see_other(&format!("{}{joint}{}", self.redirect_uri, encode_pairs(pairs)))
    }
}
