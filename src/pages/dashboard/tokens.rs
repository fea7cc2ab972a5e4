//! API tokens of a tenant.

use super::application::{Confirm, confirmation, problem};
use super::field::{Choice, Field, Kind};
use super::frame::{self, Frame, Notice, Page};
use super::settings::Said;
use crate::pages::texts::dashboard::{common, tokens as texts};
use maud::{Markup, html};

static SCOPES: &[Choice] = &[
    ("read", texts::READ),
    ("applications", texts::APPLICATIONS),
    ("configuration", texts::CONFIGURATION),
    ("keys", texts::KEYS),
    ("access", texts::ACCESS),
];

/// A token that is to be made.
pub static FIELDS: &[Field] = &[
    Field { name: "name", label: texts::FIELD_NAME, help: texts::FIELD_NAME_HELP, kind: Kind::Line },
    Field {
        name: "scopes",
        label: texts::FIELD_SCOPES,
        help: texts::FIELD_SCOPES_HELP,
        kind: Kind::Many(SCOPES),
    },
    Field { name: "expires_at", label: texts::FIELD_ENDS, help: texts::FIELD_ENDS_HELP, kind: Kind::Time },
];

/// What is known of a token.
pub struct Token {
    /// What it is for.
    pub name: String,
    /// Words of its scopes.
    pub scopes: Vec<String>,
    /// When it ends.
    pub ends: String,
    /// Whether that time has come.
    pub is_over: bool,
    /// When it was last used.
    pub used: Option<String>,
    /// Who made it.
    pub made_by: String,
    /// The page that removes it.
    pub href: String,
}

/// The list.
pub struct Tokens<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// A page of them.
    pub tokens: &'a [Token],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// The page that makes one.
    pub new: &'a str,
    /// What was done before.
    pub notice: Option<Notice>,
}

/// Renders it.
pub fn tokens(view: &Tokens<'_>) -> Markup {
    let lang = view.frame.lang;
    let content = html! {
        p { (texts::ABOUT.say(lang)) }
        p.actions { a.button href=(view.new) { (texts::NEW.say(lang)) } }
        @if view.tokens.is_empty() { p { (texts::NONE.say(lang)) } } @else { (table(view)) }
        @if let Some(next) = view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
    };
    page(view.frame, view.notice, None, content)
}

fn table(view: &Tokens<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(common::TOKENS.say(lang)) {
            table.table {
                thead { tr {
                    th scope="col" { (texts::NAME.say(lang)) }
                    th scope="col" { (texts::SCOPES.say(lang)) }
                    th scope="col" { (texts::ENDS.say(lang)) }
                    th scope="col" { (texts::USED.say(lang)) }
                    th scope="col" { (texts::MADE_BY.say(lang)) }
                    th scope="col" { (texts::REMOVE.say(lang)) }
                } }
                tbody {
                    @for token in view.tokens {
                        tr {
                            th scope="row" dir="auto" { (token.name) }
                            td { @for scope in &token.scopes { code { (scope) } " " } }
                            td {
                                (token.ends)
                                @if token.is_over { " " span.badge.bad { (texts::OVER.say(lang)) } }
                            }
                            td {
                                @match &token.used {
                                    Some(used) => (used),
                                    None => (texts::NEVER.say(lang)),
                                }
                            }
                            td { code { (token.made_by) } }
                            td {
                                a.quiet href=(token.href) aria-label={ (texts::REMOVE.say(lang)) ": " (token.name) } {
                                    (texts::REMOVE.say(lang))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A page of this section.
pub fn page(frame: &Frame<'_>, notice: Option<Notice>, wrong: Option<&Said<'_>>, content: Markup) -> Markup {
    frame::page(&Page {
        frame,
        title: common::TOKENS.say(frame.lang),
        section: "tokens",
        notice,
        content: html! { (problem(frame.lang, wrong)) (content) },
    })
}

/// The page that asks whether one is to be removed.
pub fn removal(frame: &Frame<'_>, wrong: Option<&Said<'_>>, asked: &Confirm<'_>) -> Markup {
    page(frame, None, wrong, confirmation(frame, asked))
}
