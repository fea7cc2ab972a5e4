//! The first page of a tenant.

use super::frame::{self, Frame, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, overview as texts};
use maud::{Markup, html};

/// Something that needs attention.
pub struct Need {
    /// What.
    pub text: Text,
    /// More, in English.
    pub detail: String,
    /// Where it is mended.
    pub href: String,
}

/// The page.
pub struct Overview<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What needs attention.
    pub needs: &'a [Need],
    /// The environment's domains.
    pub hosts: &'a [&'a str],
    /// Where they are listed.
    pub domains_href: &'a str,
}

/// Renders it.
pub fn page(view: &Overview<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::OVERVIEW.say(lang),
        section: "",
        notice: None,
        content: html! {
            section.state {
                @if view.hosts.is_empty() {
                    p { (texts::NOTHING_YET.say(lang)) }
                    p.actions { a.button href=(view.domains_href) { (common::DOMAINS.say(lang)) } }
                } @else if view.needs.is_empty() {
                    p.well { (texts::WELL.say(lang)) }
                } @else {
                    h2 { (texts::NEEDS.say(lang)) }
                    ul.needs {
                        @for need in view.needs {
                            li {
                                a href=(need.href) { (need.text.say(lang)) }
                                @if !need.detail.is_empty() { p.help lang="en" { (need.detail) } }
                            }
                        }
                    }
                }
            }
        },
    })
}
