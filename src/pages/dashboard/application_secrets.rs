//! The secrets of an application: how old they are, a new one shown once, and whether one matches.

use super::frame::Frame;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{applications as texts, common};
use maud::{Markup, html};

/// What is known of a secret.
pub struct Secret {
    /// Names it.
    pub id: String,
    /// The day it was made.
    pub since: String,
    /// How many days ago.
    pub days: u64,
    /// When it stops counting; `None` is never.
    pub ends: Option<String>,
    /// Whether that time has come.
    pub is_over: bool,
    /// The page that removes it.
    pub href: String,
}

/// What became of a comparison.
pub enum Compared {
    /// It is one of them.
    Matches {
        /// Which.
        id: String,
        /// Whether that one has not ended.
        counts: bool,
    },
    /// It is none.
    MatchesNot,
}

/// The list.
pub struct Secrets<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The secrets.
    pub secrets: &'a [Secret],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// Whether the application's settings use any.
    pub are_used: bool,
    /// Whether the reader may change them.
    pub may_change: bool,
    /// The page that makes one.
    pub new: &'a str,
    /// Where one is compared.
    pub check: &'a str,
    /// What became of a comparison.
    pub compared: Option<&'a Compared>,
}

/// Renders it.
pub fn secrets(view: &Secrets<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if let Some(compared) = view.compared {
            div.notice role="status" {
                @match compared {
                    Compared::Matches { id, counts } => p .good[*counts] .bad[!*counts] {
                        (texts::SECRET_MATCHES.say(lang)) " " code { (id) }
                        @if !*counts { " (" (texts::SECRET_OVER.say(lang)) ")" }
                    },
                    Compared::MatchesNot => p.bad { (texts::SECRET_MATCHES_NOT.say(lang)) },
                }
            }
        }
        @if !view.are_used { p { (texts::SECRETS_UNUSED.say(lang)) } }
        p { (texts::SECRETS_ABOUT.say(lang)) }
        @if view.may_change {
            p.actions { a.button href=(view.new) { (texts::SECRET_NEW.say(lang)) } }
        }
        @if view.secrets.is_empty() { p { (texts::SECRETS_NONE.say(lang)) } } @else { (table(view)) }
        @if let Some(next) = view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        @if view.may_change { (comparison(view.frame, view.check)) }
    }
}

fn table(view: &Secrets<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::SECRETS.say(lang)) {
            table.table {
                thead { tr {
                    th scope="col" { (texts::SECRET_ID.say(lang)) }
                    th scope="col" { (texts::SECRET_SINCE.say(lang)) }
                    th scope="col" { (texts::SECRET_AGE.say(lang)) }
                    th scope="col" { (texts::SECRET_ENDS.say(lang)) }
                    @if view.may_change { th scope="col" { (texts::SECRET_REMOVE.say(lang)) } }
                } }
                tbody {
                    @for secret in view.secrets {
                        tr {
                            th scope="row" { code { (secret.id) } }
                            td { (secret.since) }
                            td { (texts::days(secret.days).say(lang)) }
                            td {
                                @match &secret.ends {
                                    None => (texts::SECRET_FOREVER.say(lang)),
                                    Some(ends) => {
                                        (ends)
                                        @if secret.is_over { " " span.badge.bad { (texts::SECRET_OVER.say(lang)) } }
                                    }
                                }
                            }
                            @if view.may_change {
                                td {
                                    a.quiet href=(secret.href) aria-label={ (texts::SECRET_REMOVE.say(lang)) ": " (secret.id) } {
                                        (texts::SECRET_REMOVE.say(lang))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn comparison(frame: &Frame<'_>, action: &str) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (texts::SECRET_CHECK.say(lang)) }
        form method="post" action=(action) {
            input type="hidden" name="form_token" value=(frame.form_token);
            div.field {
                label for="compared" { (texts::SECRET_ONE.say(lang)) }
                input #compared type="password" name="secret" autocomplete="off" aria-describedby="compared-help";
                p.help #compared-help { (texts::SECRET_CHECK_HELP.say(lang)) }
            }
            p.actions { button.quiet type="submit" { (texts::SECRET_CHECK_DO.say(lang)) } }
        }
    }
}

/// Something shown this once, and the way on.
pub fn shown_once(frame: &Frame<'_>, about: &Text, value: &str, next: (&Text, &str)) -> Markup {
    let lang = frame.lang;
    html! {
        div.notice role="status" {
            p { (about.say(lang)) }
            pre { code #once { (value) } }
        }
        p.actions { a.button href=(next.1) { (next.0.say(lang)) } }
    }
}
