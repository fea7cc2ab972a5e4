//! The page before something is removed: what follows from it, and the button.

use super::frame::{self, Frame, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common;
use maud::{Markup, html};

/// The page.
pub struct Confirm<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The section it belongs to.
    pub section: &'a str,
    /// Its headline.
    pub title: &'a str,
    /// What it is about, by name.
    pub name: &'a str,
    /// What follows.
    pub text: &'a Text,
    /// What the button says.
    pub button: &'a Text,
    /// Where it is sent.
    pub action: &'a str,
    /// The version that was looked at.
    pub version: &'a str,
    /// Back.
    pub back: (&'a str, &'a Text),
    /// Why it was not done, in English.
    pub problem: Option<&'a str>,
}

/// Renders it.
pub fn confirm(view: &Confirm<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: view.title,
        section: view.section,
        notice: None,
        content: html! {
            @if let Some(problem) = view.problem {
                div.summary tabindex="-1" autofocus { div role="alert" {
                    h2 { (common::NOT_SAVED.say(lang)) }
                    p lang="en" { (problem) }
                } }
            }
            p { code dir="auto" { (view.name) } }
            p { (view.text.say(lang)) }
            form method="post" action=(view.action) {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                input type="hidden" name="version" value=(view.version);
                p.actions {
                    button.button.danger type="submit" { (view.button.say(lang)) }
                    a.quiet href=(view.back.0) { (view.back.1.say(lang)) }
                }
            }
        },
    })
}
