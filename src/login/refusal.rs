//! A refusal at the front door: shown or returned, never both (RFC 6749 §4.1.2.1 as a type).

use super::Context;
use super::choose::chosen_language;
use super::envelope::Unopened;
use super::return_to::ReturnTo;
use crate::error::Fault;
use crate::model::domain::ApplicationKey;
use crate::oauth::token::{RETRY_AFTER_SECONDS, error_response};
use crate::oauth::{self, ErrorCode};
use crate::pages::Lang;
use crate::pages::error::{ErrorKind, ErrorPage};
use crate::pages::layout::Frame;
use crate::ports::{CryptoError, LogEvent, Ports, Unavailable};
use crate::web::{Method, Request, Response, encode_pairs, with_query};

/// How a login request is refused.
#[derive(Debug)]
pub enum Refusal {
    /// A page of ours: the application or its callback is not trusted, or this browser does not
    /// have the attempt.
    Show {
        /// What is told.
        kind: ErrorKind,
        /// Why, for the log: a constant.
        why: &'static str,
        /// What a client is told that pushes its request and so sees no page.
        code: ErrorCode,
        /// The application at the domain it called, where both are known for certain: only the
        /// `initiate_login_uri` registered there may offer to start again.
        application: Option<ApplicationKey>,
    },
    /// An error for the application.
    Return {
        /// Its checked callback.
        to: Box<ReturnTo>,
        /// What it is told.
        error: oauth::Error,
        /// Cookies to set on the way: an attempt that has ended leaves none behind.
        cookie: Option<String>,
    },
    /// A fault of ours: a page with a reference.
    Fault(Fault),
}

impl Refusal {
    /// A page for a browser of which no application is known.
    pub fn show(kind: ErrorKind, why: &'static str) -> Self {
        Self::Show { kind, why, code: ErrorCode::InvalidRequest, application: None }
    }

    /// An error for the application, leaving cookies as they are.
    pub fn back(to: ReturnTo, error: oauth::Error) -> Self {
        Self::Return { to: Box::new(to), error, cookie: None }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Unavailable> for Refusal {
    fn from(unavailable: Unavailable) -> Self {
        Self::Fault(unavailable.into())
    }
}

impl From<CryptoError> for Refusal {
    fn from(error: CryptoError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Unopened> for Refusal {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Invalid => {
                Self::show(ErrorKind::Expired, "an envelope was altered or is not for this place")
            }
            Unopened::Expired => Self::show(ErrorKind::Expired, "an envelope is past its end"),
        }
    }
}

/// The one exit of refusals.
pub async fn respond<P: Ports>(ctx: &Context<'_, P>, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Show { kind, why, application, .. } => {
            ctx.ports.record(LogEvent { event: "refused", facts: vec![("why", why.to_owned())] });
            let start_again = start_again(ctx, application).await;
            page(ctx, kind, start_again.as_deref())
        }
        Refusal::Return { to, error, cookie } => {
            ctx.ports.record(LogEvent {
                event: "returned_error",
                facts: vec![("error", error.code.as_str().to_owned()), ("why", error.description.to_owned())],
            });
            let response = to.error(error, ctx.ports.trace_id(), &frame(ctx, None, None));
            match cookie {
                Some(cookie) => response.with_cookie(cookie),
                None => response,
            }
        }
        Refusal::Fault(fault) => {
            fault.log(ctx.ports);
            if fault.passing {
                return try_again(&frame(ctx, None, None), ctx.request, ctx.ports.trace_id());
            }
            Response { status: fault.status(), ..page(ctx, ErrorKind::Generic, None) }
        }
    }
}

/// Something of ours did not answer, and the domain may not even be known. A browser that followed a
/// link may follow it again; whatever else is called tells its program to wait.
pub fn unavailable<P: Ports>(ports: &P, request: &Request, fault: Fault) -> Response {
    fault.log(ports);
    let segments = request.segments();
    let by_program = match segments.as_slice() {
        ["oauth2", step] => !matches!(*step, "authorize" | "logout"),
        [".well-known", ..] | [_, ".well-known", ..] => true,
        _ => false,
    };
    if by_program {
        return routed(error_response(TRY_AGAIN_LATER, false));
    }
    let frame = Frame {
        lang: Lang::choose(None, request.header("accept-language")),
        broker: &ports.settings().broker_name,
        host: &request.host,
        ..Frame::default()
    };
    routed(try_again(&frame, request, ports.trace_id()))
}

/// For the log: no route was reached.
fn routed(response: Response) -> Response {
    Response { route: "unavailable", ..response }
}

/// What a program is told when something of ours does not answer.
pub const TRY_AGAIN_LATER: oauth::Error =
    oauth::Error::new(oauth::ErrorCode::TemporarilyUnavailable, "try again later");

fn try_again(frame: &Frame<'_>, request: &Request, reference: &str) -> Response {
    let view = ErrorPage {
        frame: *frame,
        kind: ErrorKind::Unavailable,
        reference,
        // What was posted can't be sent again by a link.
        start_again_href: (request.method == Method::Get).then_some(""),
        back_href: None,
    };
    Response::page(503, crate::pages::error::page(&view)).with("retry-after", RETRY_AFTER_SECONDS)
}

/// "Start again" leads to the URI that the application registered for it, never to its callback. The
/// record that counts is the one of the domain that was called, also on a page of the other domain.
pub async fn start_again<P: Ports>(ctx: &Context<'_, P>, key: Option<ApplicationKey>) -> Option<String> {
    let key = key?;
    let application = ctx.application_at(&key.host, &key.client_id).await.ok()??;
    application.initiate_login_uri.as_ref().map(|uri| {
        // OIDC Core §4: the initiator names the issuer.
        with_query(uri.as_str(), &encode_pairs([("iss", key.host.issuer().as_str())]))
    })
}

fn page<P: Ports>(ctx: &Context<'_, P>, kind: ErrorKind, start_again_href: Option<&str>) -> Response {
    let chosen = chosen_language(ctx.request).map(Lang::tag);
    let frame = frame(ctx, chosen, None);
    let other = format!("?lang={}", frame.lang.other().tag());
    let language_href = shows_again(ctx.request).then_some(other.as_str());
    let view = ErrorPage {
        frame: Frame { language_href, ..frame },
        kind,
        reference: ctx.ports.trace_id(),
        start_again_href,
        back_href: None,
    };
    Response::page(status(kind), crate::pages::error::page(&view))
}

/// Whether a link to the same path, with a language and nothing else, shows the same page. What came by a
/// form or with a query can't be asked for again so, and no link of a page repeats it: it may hold a ticket,
/// or a CPR number.
fn shows_again(request: &Request) -> bool {
    request.method == Method::Get && matches!(request.query.as_str(), "" | "lang=da" | "lang=en")
}

/// The status that a page of this kind is sent with.
pub fn status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::NoCpr | ErrorKind::CprTries | ErrorKind::CprTooLate => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::TooLarge => 413,
        ErrorKind::TooMany => 429,
        _ => 400,
    }
}

/// The frame of a page of this domain.
pub fn frame<'a, P: Ports>(
    ctx: &'a Context<'_, P>,
    ui_locales: Option<&str>,
    language_href: Option<&'a str>,
) -> Frame<'a> {
    // The wish of an application wins, also where its request was refused before it was read.
    let query = ctx.request.query_parameters_lenient().ok();
    let asked = query.as_ref().and_then(|(query, _)| query.get("ui_locales"));
    let lang = ctx.lang(ui_locales.or(ctx.dress.ui_locales()).or(asked));
    Frame {
        lang,
        service: Some(&ctx.domain.display_name),
        broker: &ctx.ports.settings().broker_name,
        host: ctx.host().as_str(),
        app_class: ctx.dress.app_class(),
        language_href,
        look: ctx.dress.look(lang),
    }
}
