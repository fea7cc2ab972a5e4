//! A tenant's own test people.

use super::field::{Choice, Field, Kind};
use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, test_people as texts};
use maud::{Markup, html};

const fn field(name: &'static str, label: Text, help: Text, kind: Kind) -> Field {
    Field { name, label, help, kind }
}

static LEVELS: &[Choice] = &[("low", texts::LOW), ("substantial", texts::SUBSTANTIAL), ("high", texts::HIGH)];

const USER: Field = field("user", texts::USER, texts::USER_HELP, Kind::Line);
const NAME: Field = field("name", texts::NAME, texts::NAME_HELP, Kind::Line);
const BIRTHDATE: Field = field("birthdate", texts::BIRTHDATE, texts::BIRTHDATE_HELP, Kind::Line);
const CPR: Field = field("cpr", texts::CPR, texts::CPR_HELP, Kind::Line);
const REACHES: Field = field("reaches", texts::REACHES, texts::REACHES_HELP, Kind::One(LEVELS));
const CVR: Field = field("cvr", texts::CVR, texts::CVR_HELP, Kind::Line);
const ORGANISATION: Field = field("organisation", texts::ORGANISATION, texts::ORGANISATION_HELP, Kind::Line);

/// What is asked of one that is made.
pub static NEW: &[Field] = &[USER, NAME, BIRTHDATE, CPR, REACHES, CVR, ORGANISATION];
/// What can be changed of one.
pub static FIELDS: &[Field] = &[NAME, BIRTHDATE, CPR, REACHES, CVR, ORGANISATION];

/// A test person in the list.
pub struct Person<'a> {
    /// What is typed.
    pub user: &'a str,
    /// Name.
    pub name: &'a str,
    /// CPR number, or nothing.
    pub cpr: &'a str,
    /// Of an employee: the company.
    pub organisation: &'a str,
    /// Whether the number may be somebody's.
    pub may_be_real: bool,
    /// Its page.
    pub href: String,
}

/// The list.
pub struct People<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// A page of them.
    pub people: &'a [Person<'a>],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// The page that makes one, for whoever may.
    pub new: Option<&'a str>,
    /// Whether this deployment has the simulators.
    pub has_simulators: bool,
}

/// Renders it.
pub fn list(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::TITLE.say(lang),
        section: "tools",
        notice: view.notice,
        content: html! {
            @if !view.has_simulators { p #no-simulators .bad { (texts::NO_SIMULATORS.say(lang)) } }
            p { (texts::ABOUT.say(lang)) }
            @if let Some(new) = view.new { p.actions { a.button href=(new) { (texts::MAKE.say(lang)) } } }
            @if view.people.is_empty() { p { (texts::NONE.say(lang)) } } @else { (table(view)) }
            @if let Some(next) = view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        },
    })
}

fn table(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::TITLE.say(lang)) {
            table.table {
                thead { tr {
                    @for head in [&texts::USER, &texts::NAME, &texts::CPR, &texts::ORGANISATION] {
                        th scope="col" { (head.say(lang)) }
                    }
                } }
                tbody { @for person in view.people {
                    tr {
                        th scope="row" { a href=(person.href) { (person.user) } }
                        td dir="auto" { (person.name) }
                        td {
                            (person.cpr)
                            @if person.may_be_real { " " span.badge.bad { (texts::MAY_BE_REAL.say(lang)) } }
                        }
                        td dir="auto" { (person.organisation) }
                    }
                } }
            }
        }
    }
}

/// The page of one.
pub struct One<'a> {
    /// Its fields.
    pub form: &'a Markup,
    /// Whether its CPR number may be somebody's.
    pub warned: bool,
    /// Where it is removed, and the version of it.
    pub remove: Option<(&'a str, &'a str)>,
    /// Back.
    pub back: &'a str,
}

/// Renders it.
pub fn one(frame: &Frame<'_>, view: &One<'_>) -> Markup {
    let lang = frame.lang;
    frame::page(&Page {
        frame,
        title: texts::TITLE.say(lang),
        section: "tools",
        notice: None,
        content: html! {
            @if view.warned { p #warning .bad { (texts::WARNING.say(lang)) } }
            (view.form)
            @if let Some((action, version)) = view.remove {
                form method="post" action=(action) {
                    input type="hidden" name="form_token" value=(frame.form_token);
                    input type="hidden" name="version" value=(version);
                    p.actions { button.button.danger #remove type="submit" { (texts::REMOVE.say(lang)) } }
                }
            }
            p.actions { a.quiet href=(view.back) { (texts::TITLE.say(lang)) } }
        },
    })
}
