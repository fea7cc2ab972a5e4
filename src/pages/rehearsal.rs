//! The page of a browser that rehearses NemID's closing, or no longer does.

use maud::{Markup, html};

use super::Frame;
use super::layout::{Document, document};
use super::texts::rehearsal;

/// What a browser is told that was put into the rehearsal or taken out of it.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// Whether NemID is closed in this browser now.
    pub is_closed: bool,
    /// Where the other can be had.
    pub other_href: &'a str,
}

/// Renders it.
pub fn page(view: &Rehearsal<'_>) -> Markup {
    let lang = view.frame.lang;
    let (headline, help, other) = if view.is_closed {
        (&rehearsal::CLOSED_TITLE, &rehearsal::CLOSED_HELP, &rehearsal::OPEN)
    } else {
        (&rehearsal::OPEN_TITLE, &rehearsal::OPEN_HELP, &rehearsal::CLOSE)
    };
    document(Document {
        frame: &view.frame,
        kind: "rehearsal",
        eid: None,
        headline,
        title_prefix: None,
        description: &[help],
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            p.ways-out { a #other .button href=(view.other_href) { (other.say(lang)) } }
        },
    })
}
