//! The pages of logging out: whether to, and that it is done.

use maud::{Markup, html};

use super::Frame;
use super::layout::{Document, document};
use super::moving_on::refresh_url;
use super::texts::{Text, common, errors, logout};

/// How long the page stays for the applications' frames to load, seconds.
const FRAMES_SECONDS: u8 = 3;

/// Why the request can't be followed as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Its ID token or client is not known here, or it can't be read.
    Request,
    /// Its address is not registered.
    Address,
}

/// The page that asks, and tells what is wrong with a request.
#[derive(Clone, Copy, Debug)]
pub struct AskLogout<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// The sealed confirmation that the button sends; none where nobody is logged on.
    pub confirmation: Option<&'a str>,
    /// Names this event in the log.
    pub reference: &'a str,
}

/// Renders the question.
pub fn ask(view: &AskLogout<'_>) -> Markup {
    let lang = view.frame.lang;
    let who = logout::ask(view.frame.sp());
    let mut description: Vec<&Text> = Vec::new();
    match view.problem {
        Some(Problem::Request) => description.push(&logout::UNKNOWN_REQUEST),
        Some(Problem::Address) => description.push(&logout::UNKNOWN_ADDRESS),
        None => {}
    }
    if view.confirmation.is_some() {
        description.extend([&who, &logout::ASK_HELP]);
    }
    document(Document {
        frame: &view.frame,
        kind: "logout",
        eid: None,
        headline: if view.confirmation.is_some() { &logout::ASK_TITLE } else { &errors::TITLE },
        title_prefix: None,
        description: &description,
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            @if let Some(confirmation) = view.confirmation {
                form method="post" action="/oauth2/logout" {
                    input type="hidden" name="confirm" value=(confirmation);
                    p.ways-out { button #log-out .button type="submit" { (logout::LOG_OUT.say(lang)) } }
                }
            }
            @if view.problem.is_some() {
                p { (errors::REFERENCE_LABEL.say(lang)) " " code #reference { (view.reference) } }
            }
        },
    })
}

/// The page that tells that somebody is logged out, and goes on if there is somewhere to go.
#[derive(Clone, Copy, Debug)]
pub struct LoggedOut<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// Where applications clear their own sessions: each is loaded in a hidden frame.
    pub frames: &'a [String],
    /// Where it goes: a URL that has been checked.
    pub next: Option<&'a str>,
}

/// Renders the end.
pub fn done(view: &LoggedOut<'_>) -> Markup {
    let lang = view.frame.lang;
    let seconds = if view.frames.is_empty() { 0 } else { FRAMES_SECONDS };
    document(Document {
        frame: &view.frame,
        kind: "logged-out",
        eid: None,
        headline: &logout::DONE_TITLE,
        title_prefix: None,
        description: &[&logout::DONE_HELP],
        head: view.next.map(|url| {
            html! {
                meta http-equiv="refresh" content={ (seconds) "; url=" (refresh_url(url)) };
            }
        }),
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            @if let Some(url) = view.next {
                p.ways-out { a #continue .button href=(url) { (common::CONTINUE.say(lang)) } }
            }
            @for url in view.frames {
                iframe hidden title="" src=(url) {}
            }
        },
    })
}
