//! The only thing that can answer an application: nothing redirects without a [`ReturnTo`].

use crate::json;
use crate::model::Application;
use crate::oauth;
use crate::oauth::response_mode::ResponseMode;
use crate::pages::Frame;
use crate::pages::form_post::{self, FormPost};
use crate::pages::post_message::{self, PostMessage};
use crate::web::{Response, encode_pairs, with_query};
use serde_json::Value;

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
    /// The answer may be shown inside a frame of the application: it asked for no page.
    framed: bool,
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
            framed: false,
        })
    }

    /// The same callback, answering by another mode; by query where it can't be answered so.
    pub fn by(self, mode: ResponseMode) -> Self {
        let mode = if self.can_answer_by(mode) { mode } else { ResponseMode::Query };
        Self { mode, ..self }
    }

    /// The same callback, for an answer that the application waits for in a hidden frame.
    pub fn framed(self) -> Self {
        Self { framed: true, ..self }
    }

    /// The callback.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// A script can be told only where the callback has an origin.
    pub fn can_answer_by(&self, mode: ResponseMode) -> bool {
        let web = self.redirect_uri.starts_with("https://") || self.redirect_uri.starts_with("http://");
        web || !matches!(mode, ResponseMode::PostMessage | ResponseMode::Json)
    }

    /// The answer that brings a code (RFC 6749 §4.1.2, RFC 9207) or an ID token, as name and value.
    /// `frame` is for the page that a posted answer travels in.
    pub fn bring(&self, what: (&str, &str), frame: &Frame<'_>) -> Response {
        self.go(vec![what], frame)
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
            ResponseMode::PostMessage => return self.tell(pairs, frame),
            ResponseMode::Json => {
                return self.readable(Response::json(400, &Value::Object(json::texts(&pairs))));
            }
            ResponseMode::Fragment => '#',
            ResponseMode::Query => return Response::see_other(&self.with_query(pairs)),
        };
        Response::see_other(&format!("{}{joint}{}", self.redirect_uri, encode_pairs(pairs)))
    }

    /// A registered callback may have a query of its own (RFC 6749 §3.1.2).
    fn with_query(&self, pairs: Vec<(&str, &str)>) -> String {
        with_query(&self.redirect_uri, &encode_pairs(pairs))
    }

    /// An answer that scripts of the callback's origin may read, and no others (Fetch standard, CORS).
    pub fn readable(&self, response: Response) -> Response {
        response.with("access-control-allow-origin", self.origin.clone()).with("vary", "Origin")
    }

    /// The page whose script tells the answer to the window that opened it or frames it, at the
    /// callback's origin only. Without script its link leads to the callback.
    fn tell(&self, pairs: Vec<(&str, &str)>, frame: &Frame<'_>) -> Response {
        let view = PostMessage { frame: *frame, answer: &self.with_query(pairs), origin: &self.origin };
        let ancestors = if self.framed { self.origin.as_str() } else { "'none'" };
        let mut response = Response::page(200, post_message::page(&view)).with(
            "content-security-policy",
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; \
                 base-uri 'none'; frame-ancestors {ancestors}"
            ),
        );
        if self.framed {
            // The older header knows no origins, and would forbid what the policy allows.
            response.remove("x-frame-options");
        }
        response
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
