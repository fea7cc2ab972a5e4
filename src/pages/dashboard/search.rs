//! What was found.

use super::applications::Row;
use super::frame::{self, Frame, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, search as texts};
use maud::{Markup, html};

/// The page.
pub struct Search<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where it is asked again.
    pub action: &'a str,
    /// What was searched for.
    pub searched: &'a str,
    /// Sections: their address and name.
    pub sections: &'a [(String, &'static Text)],
    /// Domains: their address and host.
    pub domains: &'a [(String, String)],
    /// Applications, with the host of each.
    pub applications: &'a [(String, Row)],
    /// Whether there are applications that were not looked at.
    pub is_partial: bool,
}

/// Renders it.
pub fn page(view: &Search<'_>) -> Markup {
    let lang = view.frame.lang;
    let is_empty = view.sections.is_empty() && view.domains.is_empty() && view.applications.is_empty();
    frame::page(&Page {
        frame: view.frame,
        title: common::SEARCH.say(lang),
        section: "search",
        notice: None,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            form.search method="get" action=(view.action) aria-label=(texts::WHAT.say(lang)) {
                label for="q" { (texts::WHAT.say(lang)) }
                input #q type="search" name="q" value=(view.searched) dir="auto" autocomplete="off" maxlength="200";
                p.actions { button.button type="submit" { (common::SEARCH.say(lang)) } }
            }
            @if !view.searched.is_empty() && is_empty {
                p role="status" { (texts::NOTHING.say(lang)) " " span dir="auto" { (view.searched) } }
            }
            @if !view.applications.is_empty() {
                h2 { (common::APPLICATIONS.say(lang)) }
                ul.list role="list" {
                    @for (host, row) in view.applications {
                        li {
                            a href=(row.href) dir="auto" { (row.name) } " " code { (row.client_id) }
                            " · " span dir="auto" { (host) }
                        }
                    }
                }
            }
            @if !view.domains.is_empty() {
                h2 { (common::DOMAINS.say(lang)) }
                ul.list role="list" {
                    @for (href, host) in view.domains { li { a href=(href) dir="auto" { (host) } } }
                }
            }
            @if !view.sections.is_empty() {
                h2 { (texts::PAGES.say(lang)) }
                ul.list role="list" {
                    @for (href, label) in view.sections { li { a href=(href) { (label.say(lang)) } } }
                }
            }
            @if view.is_partial { p { (texts::NOT_ALL.say(lang)) } }
        },
    })
}
