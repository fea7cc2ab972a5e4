//! An application copied to PRODUCTION: where to, and what that changes.

use super::application::{Head, Name, page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{applications as texts, common};
use maud::{Markup, html};

/// A setting that a copy changes.
pub struct Change<'a> {
    /// What it is called.
    pub setting: Name<'a>,
    /// What it is there; an entry a line.
    pub now: String,
    /// What it will be.
    pub then: String,
}

/// What cannot be copied.
pub struct Refused<'a> {
    /// What the setting is called.
    pub setting: Name<'a>,
    /// The value that PRODUCTION does not take.
    pub value: String,
}

/// What the copy would do.
pub struct Preview<'a> {
    /// Whether it makes the application.
    pub is_new: bool,
    /// What differs.
    pub changes: &'a [Change<'a>],
    /// What is left out.
    pub refused: &'a [Refused<'a>],
    /// Whether something stands in its way.
    pub obstacle: Option<&'a Text>,
    /// The versions of original and copy that this is about.
    pub versions: (&'a str, &'a str),
}

/// The page.
pub struct Copy<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// The domains to choose from.
    pub hosts: &'a [String],
    /// The chosen one.
    pub to: &'a str,
    /// What would be done there.
    pub preview: Option<Preview<'a>>,
    /// The way back.
    pub back: &'a str,
}

/// Renders it, below the tabs.
pub fn copy(head: &Head<'_>, view: &Copy<'_>) -> Markup {
    let lang = head.frame.lang;
    page(
        head,
        &html! {
            h2 { (texts::COPY.say(lang)) }
            p { (texts::COPY_ABOUT.say(lang)) }
            @if view.hosts.is_empty() {
                p { (texts::COPY_NO_DOMAIN.say(lang)) }
            } @else {
                form method="get" action=(view.action) {
                    div.field {
                        label for="to" { (texts::COPY_TO.say(lang)) }
                        select #to name="to" {
                            @for host in view.hosts { option value=(host) selected[host == view.to] { (host) } }
                        }
                    }
                    p.actions { button.quiet type="submit" { (texts::COPY_SHOW.say(lang)) } }
                }
            }
            @if let Some(preview) = &view.preview { (shown(head, view, preview)) }
        },
    )
}

fn shown(head: &Head<'_>, view: &Copy<'_>, preview: &Preview<'_>) -> Markup {
    let lang = head.frame.lang;
    let about = match (preview.is_new, preview.changes.is_empty()) {
        (true, _) => &texts::COPY_MADE,
        (false, true) => &texts::COPY_ALIKE,
        (false, false) => &texts::COPY_DIFFERS,
    };
    html! {
        h2 dir="auto" { "PRODUCTION: " (view.to) }
        p { (about.say(lang)) }
        @if !preview.changes.is_empty() { (table(head, preview)) }
        @if !preview.refused.is_empty() {
            div.panel {
                p { (texts::COPY_REFUSED.say(lang)) }
                ul {
                    @for refused in preview.refused {
                        li {
                            (super::application::names(lang, std::slice::from_ref(&refused.setting)))
                            ": " code { (refused.value) }
                        }
                    }
                }
            }
        }
        @if let Some(obstacle) = preview.obstacle {
            p.error { (obstacle.say(lang)) }
        } @else if !preview.changes.is_empty() {
            form method="post" action=(view.action) {
                input type="hidden" name="form_token" value=(head.frame.form_token);
                input type="hidden" name="to" value=(view.to);
                input type="hidden" name="original" value=(preview.versions.0);
                input type="hidden" name="version" value=(preview.versions.1);
                p.actions {
                    button.button type="submit" { (texts::COPY.say(lang)) }
                    a.quiet href=(view.back) { (texts::CANCEL.say(lang)) }
                }
            }
        }
    }
}

fn table(head: &Head<'_>, preview: &Preview<'_>) -> Markup {
    let lang = head.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::COPY.say(lang)) {
            table.table {
                thead { tr {
                    th scope="col" { (common::SETTING.say(lang)) }
                    @if !preview.is_new { th scope="col" { (texts::COPY_NOW.say(lang)) } }
                    th scope="col" { (texts::COPY_THEN.say(lang)) }
                } }
                tbody {
                    @for change in preview.changes {
                        tr {
                            th scope="row" {
                                (super::application::names(lang, std::slice::from_ref(&change.setting)))
                            }
                            @if !preview.is_new { td dir="auto" { (lines(&change.now)) } }
                            td dir="auto" { (lines(&change.then)) }
                        }
                    }
                }
            }
        }
    }
}

/// An entry a line; a dash where there is none.
fn lines(text: &str) -> Markup {
    html! {
        @if text.is_empty() { "–" }
        @for (index, line) in text.lines().enumerate() {
            @if index > 0 { br; }
            (line)
        }
    }
}
