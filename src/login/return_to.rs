//! The only thing that can answer an application: nothing redirects without a [`ReturnTo`].

use crate::model::Application;
use crate::oauth;
use crate::oauth::response_mode::ResponseMode;
use crate::pages::Frame;
use crate::pages::form_post::{self, FormPost};
use crate::web::{Response, encode_pairs};

/// A checked callback. It can only be made from an application's record and a `redirect_uri` that
/// equals one of its registered callbacks byte for byte, so no other code can build an unchecked
/// redirect (open redirectors: RFC 9700 §4.11).
#[derive(Clone, Debug)]
pub struct ReturnTo {
    redirect_uri: String,
    origin: String,
    state: Option<String>,
    issuer: String,
    mode: ResponseMode,
}

impl ReturnTo {
    /// The callback `redirect_uri` of an enabled application, answering as `issuer` by query.
    pub fn checked(
        application: &Application,
        redirect_uri: &str,
        state: Option<&str>,
        issuer: &str,
    ) -> Option<Self> {
        let registered = application.redirect_uri(redirect_uri).filter(|_| application.enabled)?;
        Some(Self {
            redirect_uri: registered.as_str().to_owned(),
            origin: registered.origin().to_owned(),
            state: state.map(str::to_owned),
            issuer: issuer.to_owned(),
            mode: ResponseMode::default(),
        })
    }

    /// The same callback, answering by another mode.
    pub fn by(self, mode: ResponseMode) -> Self {
        Self { mode, ..self }
    }

    /// The answer that brings a code (RFC 6749 §4.1.2, RFC 9207). `frame` is for the page that a
    /// posted answer travels in.
    pub fn code(&self, code: &str, frame: &Frame<'_>) -> Response {
        self.go(vec![("code", code)], frame)
    }

    /// The answer that brings an error; the reference lets its developer find our log line.
    pub fn error(&self, error: oauth::Error, reference: &str, frame: &Frame<'_>) -> Response {
        let description = format!("{} (reference {reference})", error.description);
        self.go(vec![("error", error.code.as_str()), ("error_description", &description)], frame)
    }

    fn go<'a>(&'a self, mut pairs: Vec<(&'a str, &'a str)>, frame: &Frame<'_>) -> Response {
        if let Some(state) = &self.state {
            pairs.push(("state", state));
        }
        pairs.push(("iss", &self.issuer));
        let joint = match self.mode {
            ResponseMode::FormPost => return self.post(&pairs, frame),
            ResponseMode::Fragment => '#',
            // A registered callback may have a query of its own (RFC 6749 §3.1.2).
            ResponseMode::Query if self.redirect_uri.contains('?') => '&',
            ResponseMode::Query => '?',
        };
        Response::see_other(&format!("{}{joint}{}", self.redirect_uri, encode_pairs(pairs)))
    }

    /// The one page whose form may leave our origin, and the one that runs a script of ours: it
    /// presses the button. Browsers apply `form-action` to the redirects that follow too, so it
    /// names the callback's whole origin.
    fn post(&self, pairs: &[(&str, &str)], frame: &Frame<'_>) -> Response {
        let view = FormPost { frame: *frame, action: &self.redirect_uri, fields: pairs };
        Response::page(200, form_post::page(&view)).with(
            "content-security-policy",
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action {}; \
                 base-uri 'none'; frame-ancestors 'none'",
                self.origin
            ),
        )
    }
}
