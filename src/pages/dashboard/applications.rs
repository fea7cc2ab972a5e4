//! Lists of applications, and the page that makes one.

use super::frame::{self, Frame, Notice, Page};
use crate::pages::Lang;
use crate::pages::texts::dashboard::{applications as texts, common};
use maud::{Markup, html};

/// An application in a list.
pub struct Row {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// `client_id`
    pub client_id: String,
    /// Whether it may be used.
    pub enabled: bool,
}

/// A domain and the first of its applications.
pub struct Group {
    /// Its host.
    pub host: String,
    /// The list of all its applications.
    pub href: String,
    /// The page that adds one; `None` for whoever may not.
    pub add: Option<String>,
    /// The first applications; `None` where they were not read.
    pub rows: Option<Vec<Row>>,
}

/// The applications of an environment, by domain.
pub struct Overview<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The domains.
    pub groups: &'a [Group],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// Where domains are added.
    pub domains_href: &'a str,
}

/// Renders it.
pub fn overview(view: &Overview<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::APPLICATIONS.say(lang),
        section: "applications",
        notice: None,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            @if view.groups.is_empty() {
                p { (texts::NO_DOMAINS.say(lang)) }
                p.actions { a.quiet href=(view.domains_href) { (common::DOMAINS.say(lang)) } }
            }
            @for group in view.groups {
                section {
                    h2 dir="auto" { (group.host) }
                    @if let Some(rows) = &group.rows { (table(lang, &group.host, rows)) }
                    p.actions {
                        a.quiet href=(group.href) aria-label={ (texts::ALL_OF_DOMAIN.say(lang)) ": " (group.host) } {
                            (texts::ALL_OF_DOMAIN.say(lang))
                        }
                        @if let Some(add) = &group.add {
                            a.quiet href=(add) aria-label={ (texts::ADD.say(lang)) ": " (group.host) } {
                                (texts::ADD.say(lang))
                            }
                        }
                    }
                }
            }
            (next_page(lang, view.next))
        },
    })
}

/// The applications of a domain.
pub struct OfDomain<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The domain.
    pub host: &'a str,
    /// A page of them.
    pub rows: &'a [Row],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// The page that adds one; `None` for whoever may not.
    pub add: Option<&'a str>,
    /// What was done before.
    pub notice: Option<Notice>,
}

/// Renders it.
pub fn of_domain(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    let title = format!("{}: {}", common::APPLICATIONS.say(lang), view.host);
    frame::page(&Page {
        frame: view.frame,
        title: &title,
        section: "applications",
        notice: view.notice,
        content: html! {
            @if let Some(add) = view.add {
                p.actions { a.button href=(add) { (texts::ADD.say(lang)) } }
            }
            (table(lang, view.host, view.rows))
            (next_page(lang, view.next))
        },
    })
}

fn table(lang: Lang, host: &str, rows: &[Row]) -> Markup {
    html! {
        @if rows.is_empty() {
            p { (texts::NONE.say(lang)) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label={ (common::APPLICATIONS.say(lang)) ": " (host) } {
                table.table {
                    thead { tr {
                        th scope="col" { (texts::NAME.say(lang)) }
                        th scope="col" { (texts::CLIENT_ID.say(lang)) }
                        th scope="col" { (texts::STATE.say(lang)) }
                    } }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" { a href=(row.href) dir="auto" { (row.name) } }
                                td { code { (row.client_id) } }
                                td { (state(lang, row.enabled)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether something may be used.
pub(super) fn state(lang: Lang, enabled: bool) -> Markup {
    html! {
        @if enabled { span.good { (texts::ENABLED.say(lang)) } }
        @else { span.badge.bad { (texts::DISABLED.say(lang)) } }
    }
}

pub(super) fn next_page(lang: Lang, next: Option<&str>) -> Markup {
    html! { @if let Some(next) = next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } } }
}

/// The page that makes one; `form` is its form.
pub fn add(frame: &Frame<'_>, host: &str, form: &Markup) -> Markup {
    let lang = frame.lang;
    frame::page(&Page {
        frame,
        title: texts::ADD.say(lang),
        section: "applications",
        notice: None,
        content: html! {
            dl.facts { dt { (texts::DOMAIN.say(lang)) } dd dir="auto" { (host) } }
            (form)
        },
    })
}
