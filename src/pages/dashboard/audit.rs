//! The log of changes.

use super::frame::{self, Frame, Page, moment};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{applied, audit as texts, common};
use maud::{Markup, html};

/// An entry.
pub struct Entry<'a> {
    /// When.
    pub at: String,
    /// Who.
    pub actor: &'a str,
    /// What he is called, where he still belongs here.
    pub name: Option<&'a str>,
    /// What was done.
    pub action: &'a str,
    /// To what.
    pub target: &'a str,
    /// Members that changed: name, before, after.
    pub changes: Vec<(String, String, String)>,
    /// Why.
    pub reason: &'a str,
}

/// The page.
pub struct Audit<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where it is.
    pub base: &'a str,
    /// Whether it shows the team's log instead of the configuration's.
    pub is_team: bool,
    /// Its entries.
    pub entries: &'a [Entry<'a>],
    /// Where the next page begins.
    pub next: Option<&'a str>,
    /// What is filtered for.
    pub filter: &'a str,
    /// Whether the reader may export and delete what is known of somebody.
    pub is_owner: bool,
    /// What became of that.
    pub told: Option<&'a Text>,
}

/// Renders it.
pub fn page(view: &Audit<'_>) -> Markup {
    let lang = view.frame.lang;
    let team = format!("{}/team", view.base);
    let here = if view.is_team { &team } else { view.base };
    frame::page(&Page {
        frame: view.frame,
        title: common::AUDIT.say(lang),
        section: "audit",
        notice: None,
        content: html! {
            @if let Some(told) = view.told { div.notice role="status" { p { (told.say(lang)) } } }
            p { (texts::ABOUT.say(lang)) }
            nav.tabs aria-label=(common::AUDIT.say(lang)) {
                a href=(view.base) aria-current=[(!view.is_team).then_some("page")] { (texts::CONFIGURATION.say(lang)) }
                a href=(team) aria-current=[view.is_team.then_some("page")] { (texts::TEAM.say(lang)) }
                a href={ (view.base) "/file" } { (applied::TITLE.say(lang)) }
            }
            form.search method="get" action=(here) {
                div.field {
                    label for="filter" { (texts::FILTER.say(lang)) }
                    input #filter type="search" name="filter" value=(view.filter) dir="auto" autocomplete="off" aria-describedby="filter-help";
                    p.help #filter-help { (texts::FILTER_HELP.say(lang)) }
                }
                p.actions {
                    button.quiet type="submit" { (texts::APPLY.say(lang)) }
                    a.quiet href={ (here) "/csv" } { (texts::EXPORT.say(lang)) }
                }
            }
            @if view.entries.is_empty() { p { (texts::NONE.say(lang)) } } @else { (table(view)) }
            @if let Some(next) = view.next {
                p { a href={ (here) "?after=" (next) } { (common::NEXT_PAGE.say(lang)) } }
            }
            @if view.is_owner && view.is_team { (person(view)) }
        },
    })
}

fn table(view: &Audit<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(common::AUDIT.say(lang)) {
            table.table {
                caption { (common::AUDIT.say(lang)) }
                thead { tr {
                    @for head in [&texts::AT, &texts::ACTOR, &texts::ACTION, &texts::TARGET, &texts::CHANGE] {
                        th scope="col" { (head.say(lang)) }
                    }
                } }
                tbody {
                    @for entry in view.entries {
                        tr {
                            td { (moment(&entry.at)) }
                            td dir="auto" { @if let Some(name) = entry.name { (name) br; } code { (entry.actor) } }
                            td { (entry.action) }
                            td dir="auto" { (entry.target) }
                            td.breaks {
                                @if !entry.reason.is_empty() {
                                    p dir="auto" { (texts::REASON.say(lang)) ": " (entry.reason) }
                                }
                                @if !entry.changes.is_empty() {
                                    ul role="list" {
                                        @for (name, before, after) in &entry.changes {
                                            li {
                                                @if !name.is_empty() { code { (name) } ": " }
                                                (value(view, before)) " → " (value(view, after))
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
    }
}

fn value(view: &Audit<'_>, text: &str) -> Markup {
    html! {
        @if text.is_empty() { em { (texts::NOTHING.say(view.frame.lang)) } } @else { bdi { (text) } }
    }
}

fn person(view: &Audit<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        section.panel {
            h2 { (texts::PERSON.say(lang)) }
            form.settings method="post" action={ (view.base) "/person" } {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                div.field {
                    label for="person" { (texts::PSEUDONYM.say(lang)) }
                    input #person name="person" autocomplete="off" aria-describedby="person-help";
                    p.help #person-help { (texts::PERSON_HELP.say(lang)) }
                }
                p.actions {
                    button.quiet type="submit" name="act" value="export" { (texts::DOWNLOAD.say(lang)) }
                    button.button.danger type="submit" name="act" value="delete" { (texts::DELETE.say(lang)) }
                }
            }
        }
    }
}
