//! The configuration as a file: what was applied, and what was changed since.

use super::frame::{self, Frame, Page, moment};
use crate::pages::texts::dashboard::{applied as texts, audit, common};
use maud::{Markup, html};

/// A thing that was changed.
pub struct Change {
    /// Its kind and name.
    pub what: String,
    /// What was done last.
    pub action: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: String,
}

/// The mark of the last file.
pub struct Mark<'a> {
    /// When it was applied.
    pub at: &'a str,
    /// By whom.
    pub by: &'a str,
    /// SHA-256 of the configuration that came of it.
    pub fingerprint: &'a str,
    /// What was changed since.
    pub changes: &'a [Change],
    /// Whether there may be more.
    pub more: bool,
}

/// The page.
pub struct Applied<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The log of changes.
    pub base: &'a str,
    /// The last file, if there was one.
    pub mark: Option<Mark<'a>>,
    /// The command that writes a file.
    pub export: &'a str,
    /// The command that compares it.
    pub apply: &'a str,
}

/// Renders it.
pub fn page(view: &Applied<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::TITLE.say(lang),
        section: "audit",
        notice: None,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            @match &view.mark {
                Some(mark) => (marked(view, mark)),
                None => p #never { (texts::NEVER.say(lang)) }
            }
            section.panel {
                h2 { (texts::COMMANDS.say(lang)) }
                p { (texts::EXPORT.say(lang)) }
                pre #export { code { (view.export) } }
                p { (texts::COMPARE.say(lang)) }
                pre #apply { code { (view.apply) } }
            }
            p.actions { a.quiet href=(view.base) { (common::AUDIT.say(lang)) } }
        },
    })
}

fn marked(view: &Applied<'_>, mark: &Mark<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        dl.facts {
            dt { (texts::AT.say(lang)) } dd { (moment(mark.at)) }
            dt { (texts::BY.say(lang)) } dd { code { (mark.by) } }
            dt { (texts::FINGERPRINT.say(lang)) } dd { code { (mark.fingerprint) } }
        }
        @if mark.changes.is_empty() && !mark.more { p.well { (texts::ALIKE.say(lang)) } } @else {
            h2 { (texts::CHANGED.say(lang)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::CHANGED.say(lang)) {
                table.table {
                    thead { tr {
                        @for head in [&audit::TARGET, &audit::ACTION, &audit::ACTOR, &audit::AT] {
                            th scope="col" { (head.say(lang)) }
                        }
                    } }
                    tbody { @for change in mark.changes {
                        tr {
                            th scope="row" dir="auto" { (change.what) }
                            td { code { (change.action) } }
                            td { code { (change.by) } }
                            td { (moment(&change.at)) }
                        }
                    } }
                }
            }
            @if mark.more { p { (texts::MORE.say(lang)) } }
        }
    }
}
