//! Guides: their list, and one of them.

use super::frame::{self, Frame, Page};
use crate::pages::texts::dashboard::{common, docs as texts};
use maud::{Markup, PreEscaped, html};

/// The list.
pub struct List<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where they are.
    pub base: &'a str,
    /// Segments and titles.
    pub guides: &'a [(&'a str, &'a str)],
}

/// Renders it.
pub fn list(view: &List<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::DOCS.say(lang),
        section: "docs",
        notice: None,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            ul.list role="list" lang="en" {
                @for (name, title) in view.guides { li { a href={ (view.base) "/" (name) } { (title) } } }
            }
        },
    })
}

/// One guide.
pub struct Guide<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where they all are.
    pub base: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its text: HTML of our own making, the reader's values escaped in it.
    pub html: String,
}

/// Renders it.
pub fn guide(view: Guide<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: view.title,
        section: "docs",
        notice: None,
        content: html! {
            article.guide lang="en" { (PreEscaped(view.html)) }
            p { a href=(view.base) { (texts::ALL.say(lang)) } }
        },
    })
}
