//! The error page: for whoever can't be sent back to the application.
//!
//! It repeats nothing of the request. A page that shows what it was sent lets a stranger put
//! words into the service's mouth, and may show a CPR number that somebody mistyped into a URL.
//! The reference leads to the log, where the cause is.

use maud::{Markup, html};

use super::Frame;
use super::components::both;
use super::layout::{Document, document};
use super::texts::{Text, common, cpr, errors};

/// The error page.
#[derive(Clone, Copy, Debug)]
pub struct ErrorPage<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// What the user is told.
    pub kind: ErrorKind,
    /// Names this event in the log.
    pub reference: &'a str,
    /// The application's registered address for starting a login. Where something of ours does not
    /// answer: an empty one, which leads to the very address that was asked for, without repeating it.
    pub start_again_href: Option<&'a str>,
    /// The way back to the service.
    pub back_href: Option<&'a str>,
}

/// What a user can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The client or its callback is not registered here.
    Client,
    /// The cookie that binds the attempt to this browser is missing.
    Cookie,
    /// The attempt, hand-over or ticket is too old.
    Expired,
    /// The attempt has given its code already.
    AlreadyDone,
    /// NemID is closed.
    NemIdClosed,
    /// The application has no twin on the MitID domain, and nothing else is on offer.
    NoShadow,
    /// Everything else.
    Generic,
    /// The eID's own client failed.
    TryAgain,
    /// No such page.
    NotFound,
    /// More came in than is taken.
    TooLarge,
    /// A session was used too often in a short while.
    TooMany,
    /// Something of ours does not answer.
    Unavailable,
    /// The user has no CPR number, and the service needs one.
    NoCpr,
    /// Every try at giving the CPR number was used.
    CprTries,
    /// The CPR number was given too long after the login.
    CprTooLate,
}

impl ErrorKind {
    fn headline(self) -> &'static Text {
        match self {
            Self::AlreadyDone => &errors::ALREADY_DONE_TITLE,
            Self::NotFound => &errors::NOT_FOUND_TITLE,
            Self::TooLarge => &errors::TOO_LARGE_TITLE,
            Self::TooMany => &errors::TOO_MANY_TITLE,
            Self::Unavailable => &errors::UNAVAILABLE_TITLE,
            Self::NoCpr => &cpr::ERR_TITLE,
            Self::CprTries | Self::CprTooLate => &cpr::ERR_UNCONFIRMED,
            _ => &errors::TITLE,
        }
    }

    fn message(self, sp: &str) -> Text {
        match self {
            Self::Client => errors::CLIENT.clone(),
            Self::Cookie => errors::COOKIE.clone(),
            Self::Expired => errors::EXPIRED.clone(),
            Self::AlreadyDone => errors::ALREADY_DONE.clone(),
            Self::NemIdClosed => errors::NEMID_CLOSED.clone(),
            Self::NoShadow => errors::no_shadow_alone(sp),
            Self::Generic | Self::TryAgain => errors::GENERIC.clone(),
            Self::NotFound => errors::NOT_FOUND.clone(),
            Self::TooLarge => errors::TOO_LARGE.clone(),
            Self::TooMany => errors::TOO_MANY.clone(),
            Self::Unavailable => errors::UNAVAILABLE.clone(),
            Self::NoCpr => cpr::none(sp),
            Self::CprTries => cpr::ERR_LOCKED.clone(),
            Self::CprTooLate => cpr::ERR_TIMEOUT.clone(),
        }
    }
}

/// Renders the page.
pub fn page(view: &ErrorPage<'_>) -> Markup {
    let lang = view.frame.lang;
    let message = view.kind.message(view.frame.sp());
    document(Document {
        frame: &view.frame,
        kind: "error",
        eid: None,
        headline: view.kind.headline(),
        title_prefix: None,
        description: &[&message],
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            (ways_out(view))
            div.reference-box {
                p { (errors::REFERENCE_LABEL.say(lang)) " " code #reference { (view.reference) } }
                p.hint { (both(&errors::REFERENCE_HELP, lang)) }
            }
        },
    })
}

fn ways_out(view: &ErrorPage<'_>) -> Markup {
    let lang = view.frame.lang;
    let again = match view.kind {
        ErrorKind::Unavailable | ErrorKind::TryAgain => &errors::TRY_AGAIN,
        _ => &errors::START_AGAIN,
    };
    let alone = view.start_again_href.is_none();
    html! {
        @if view.start_again_href.is_some() || view.back_href.is_some() {
            p.ways-out {
                @if let Some(href) = view.start_again_href {
                    a #start-again .button href=(href) { (again.say(lang)) }
                }
                @if let Some(href) = view.back_href {
                    // The only way out is no lesser one.
                    a #back .button[alone] .quiet[!alone] href=(href) { (common::back(view.frame.sp()).say(lang)) }
                }
            }
        }
    }
}
