//! The list of tenants, and the page that makes one.

use super::frame::{self, Frame, Page};
use crate::pages::texts::dashboard::{common, tenants as texts};
use maud::{Markup, html};

/// The list.
pub struct List<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Ids and names.
    pub rows: &'a [(String, String)],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// What was searched for.
    pub searched: &'a str,
    /// How many orders wait, and whether there may be more.
    pub waiting: (usize, bool),
}

/// Renders it.
pub fn list(view: &List<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::TENANTS.say(lang),
        section: "",
        notice: None,
        content: html! {
            @if view.waiting != (0, false) {
                @let (count, more) = view.waiting;
                p { a href="/orders" { (texts::waiting(count, more).say(lang)) } }
            }
            @if view.frame.is_operator {
                p.actions { a.button href="/tenants/new" { (texts::MAKE.say(lang)) } }
                form.search role="search" method="get" action="/tenants" {
                    label for="q" { (texts::SEARCH.say(lang)) }
                    input #q type="search" name="q" value=(view.searched) dir="auto" autocomplete="off";
                    button.quiet type="submit" { (common::SEARCH.say(lang)) }
                }
            }
            @if view.rows.is_empty() { p { (texts::NONE.say(lang)) } }
            ul.list role="list" {
                @for (id, name) in view.rows {
                    li { a href={ "/t/" (id) "/test" } { (name) } " " code { (id) } }
                }
            }
            @if let Some(next) = view.next {
                p { a href=(next) { (common::NEXT_PAGE.say(lang)) } }
            }
        },
    })
}

/// Why a tenant was not made.
pub enum Problem<'a> {
    /// Another has its id.
    Taken,
    /// What the API says, in English.
    Said(&'a str),
}

/// The page that makes one.
pub struct Make<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Its id, as typed.
    pub id: &'a str,
    /// Its name, as typed.
    pub name: &'a str,
    /// What is wrong.
    pub problem: Option<Problem<'a>>,
    /// The link for its owner, once it is made.
    pub link: Option<&'a str>,
}

/// Renders it.
pub fn make(view: &Make<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::MAKE.say(lang),
        section: "",
        notice: None,
        content: html! {
            @if let Some(link) = view.link {
                div.notice role="status" {
                    p { (texts::MADE.say(lang)) }
                    p { code #link { (link) } }
                }
                p.actions { a.button href={ "/t/" (view.id.trim()) "/test" } { (texts::OPEN.say(lang)) } }
            } @else {
                @if let Some(problem) = &view.problem {
                    div.summary tabindex="-1" autofocus { div role="alert" {
                        h2 { (common::NOT_SAVED.say(lang)) }
                        @match problem {
                            Problem::Taken => p { (texts::TAKEN.say(lang)) },
                            Problem::Said(told) => p lang="en" { (told) },
                        }
                    } }
                }
                form.settings method="post" action="/tenants/new" {
                    input type="hidden" name="form_token" value=(view.frame.form_token);
                    div.field {
                        label for="id" { (texts::ID.say(lang)) }
                        input #id name="id" value=(view.id) dir="auto" autocomplete="off" aria-describedby="id-help";
                        p.help #id-help { (texts::ID_HELP.say(lang)) }
                    }
                    div.field {
                        label for="name" { (texts::NAME.say(lang)) }
                        input #name name="name" value=(view.name) dir="auto" autocomplete="organization";
                    }
                    p.actions { button.button type="submit" { (texts::MAKE.say(lang)) } }
                }
            }
        },
    })
}
