//! Why there is no page, and the one place that tells it.

use super::ports::Dashboard;
use super::visit;
use crate::error::Fault;
use crate::pages::Lang;
use crate::pages::dashboard::message::{Message, page};
use crate::pages::texts::dashboard::common as texts;
use crate::ports::{CryptoError, Unavailable};
use crate::web::{Method, Request, Response, encode_pairs, with_query};
use std::pin::Pin;

/// A page, or why there is none.
pub type Page = Result<Response, Stop>;

/// A page in the making, on the heap. The pages that a section chooses from would else become one large
/// function, each page's variables far within the others'.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Page> + 'a>>;

/// Why there is no page.
#[derive(Debug)]
pub enum Stop {
    /// Nobody is signed in, or has to say again who he is.
    SignIn {
        /// Whether he is to be asked even where the issuer knows him.
        afresh: bool,
    },
    /// The sign-in failed; why is in the log.
    SignInFailed(String),
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// He may see it, not change it.
    Forbidden,
    /// A form without the token of its session: another site's, or of a session that is over.
    Forged,
    /// A form that can't be read.
    Malformed,
    /// Our fault.
    Fault(Box<Fault>),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl From<Unavailable> for Stop {
    fn from(unavailable: Unavailable) -> Self {
        Fault::from(unavailable).into()
    }
}

impl From<CryptoError> for Stop {
    fn from(error: CryptoError) -> Self {
        Fault::from(error).into()
    }
}

/// The page to come back to after signing in: what was asked for, where asking again changes nothing.
fn back(request: &Request) -> String {
    // A sign-in is no page to come back to.
    if request.path.starts_with("/sign-in") {
        return "/".to_owned();
    }
    match (request.method, request.query.is_empty()) {
        (Method::Get, true) => request.path.clone(),
        (Method::Get, false) => with_query(&request.path, &request.query),
        _ => "/".to_owned(),
    }
}

impl Stop {
    /// The answer.
    pub fn respond<P: Dashboard>(self, ports: &P, request: &Request, lang: Lang) -> Response {
        let (status, message) = match self {
            Self::SignIn { afresh } if request.method == Method::Get => {
                let afresh = if afresh { "1" } else { "" };
                let back = back(request);
                let pairs = [("back", back.as_str()), ("afresh", afresh)];
                let query = encode_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
                return self::welcome(ports, lang, &with_query("/sign-in", &query), !afresh.is_empty());
            }
            // What was sent counts for nothing. Its page can be asked for again, once he has signed in.
            Self::SignIn { afresh: true } => {
                let pairs = [("back", request.path.as_str()), ("afresh", "1")];
                let sign_in = with_query("/sign-in", &encode_pairs(pairs));
                let view = Message {
                    lang,
                    title: &texts::ASK_AGAIN_TITLE,
                    text: &texts::ASK_AGAIN_LATE,
                    reference: None,
                    button: Some((&texts::SIGN_IN, &sign_in)),
                    broker: &ports.desk().broker_name,
                };
                return Response::page(401, page(&view)).with("vary", visit::VARY);
            }
            Self::SignIn { .. } => (401, (&texts::SESSION_OVER_TITLE, &texts::SESSION_OVER)),
            Self::SignInFailed(cause) => {
                Fault::lasting("sign-in", cause).log(ports);
                (502, (&texts::SIGN_IN_FAILED_TITLE, &texts::SIGN_IN_FAILED))
            }
            Self::NotFound => (404, (&texts::NOT_FOUND_TITLE, &texts::NOT_FOUND)),
            Self::Forbidden => (403, (&texts::FORBIDDEN_TITLE, &texts::FORBIDDEN)),
            Self::Forged => (403, (&texts::FORGED_TITLE, &texts::FORGED)),
            Self::Malformed => (400, (&texts::MALFORMED_TITLE, &texts::MALFORMED)),
            Self::Fault(fault) => {
                fault.log(ports);
                let told = if fault.passing {
                    (&texts::UNAVAILABLE_TITLE, &texts::UNAVAILABLE)
                } else {
                    (&texts::FAULT_TITLE, &texts::FAULT)
                };
                (fault.status(), told)
            }
        };
        let (title, text) = message;
        let reference = Some(ports.trace_id());
        let view = Message {
            lang,
            title,
            text,
            reference,
            button: Some((&texts::TO_START, "/")),
            broker: &ports.desk().broker_name,
        };
        Response::page(status, page(&view))
    }
}

/// The page of who is not signed in.
fn welcome<P: Dashboard>(ports: &P, lang: Lang, sign_in: &str, again: bool) -> Response {
    let (title, text) = if again {
        (&texts::ASK_AGAIN_TITLE, &texts::ASK_AGAIN)
    } else {
        (&texts::WELCOME_TITLE, &texts::WELCOME)
    };
    let broker = &ports.desk().broker_name;
    let view =
        Message { lang, title, text, reference: None, button: Some((&texts::SIGN_IN, sign_in)), broker };
    Response::page(401, page(&view)).with("vary", visit::VARY)
}
