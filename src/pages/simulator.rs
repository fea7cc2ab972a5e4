//! The page of the simulated eIDs.
//!
//! It stands where MitID's or NemID's own page would, so it must not be taken for one: a striped
//! banner that says so, no logo, no password field.

use maud::{Markup, html};

use super::components::{error_summary, table};
use super::layout::{Document, document};
use super::texts::{Text, common, simulator as texts};
use super::{Eid, Frame};

/// The field for the test person; also its id, which the error summary links to.
const USER_FIELD: &str = "user";

/// The simulator's page.
#[derive(Clone, Copy, Debug)]
pub struct Simulator<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// Which eID is simulated.
    pub eid: Eid,
    /// Where the form is posted: a path of this origin.
    pub action: &'a str,
    /// Carried in the form as it is.
    pub request: &'a str,
    /// The test people, as (name, description).
    pub people: &'a [(&'a str, &'a str)],
    /// What the application wants approved, in its own words.
    pub message: Option<&'a str>,
    /// What the field already holds.
    pub user: &'a str,
    /// Why `user`, which was sent, can't log on.
    pub problem: Option<Problem>,
}

/// Why a test person can't log on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is none of this name.
    Unknown,
    /// This one has another identity than is asked for: no employee's, say.
    LacksIdentity,
}

impl Problem {
    fn text(self) -> &'static Text {
        match self {
            Self::Unknown => &texts::UNKNOWN_USER,
            Self::LacksIdentity => &texts::LACKS_IDENTITY,
        }
    }
}

/// Renders the page.
pub fn page(view: &Simulator<'_>) -> Markup {
    let lang = view.frame.lang;
    let banner = match view.eid {
        Eid::MitId => &texts::BANNER_MITID,
        Eid::NemId => &texts::BANNER_NEMID,
    };
    document(Document {
        frame: &view.frame,
        kind: "simulator",
        eid: Some(view.eid),
        headline: &texts::TITLE,
        title_prefix: view.problem.map(|_| &texts::TITLE_ERROR_PREFIX),
        description: &[&texts::ABOUT],
        head: None,
        banner: Some(banner),
        summary: view.problem.map(|problem| error_summary(lang, USER_FIELD, problem.text())),
        powered_by: true,
        content: html! {
            @if let Some(message) = view.message {
                p #reference-text { (texts::MESSAGE.say(lang)) ": " strong { (message) } }
            }
            (form(view))
            (table(
                texts::PEOPLE.say(lang),
                [texts::PEOPLE_NAME.say(lang), texts::PEOPLE_WHAT.say(lang)],
                view.people,
                "person",
            ))
        },
    })
}

/// "Approve" comes first: the first submit button is the one that Enter presses.
fn form(view: &Simulator<'_>) -> Markup {
    let say = |text: &'static Text| text.say(view.frame.lang);
    html! {
        form.panel method="post" action=(view.action) {
            input type="hidden" name="request" value=(view.request);
            (user_field(view))
            p.ways-out {
                button.button name="answer" value="approve" { (say(&texts::APPROVE)) }
                button.quiet name="answer" value="cancel" { (say(&common::CANCEL)) }
            }
        }
    }
}

fn user_field(view: &Simulator<'_>) -> Markup {
    let lang = view.frame.lang;
    let described_by = if view.problem.is_some() { "user-hint user-error" } else { "user-hint" };
    html! {
        div.field.field-error[view.problem.is_some()] {
            label for=(USER_FIELD) { (texts::USER_LABEL.say(lang)) }
            p #user-hint .hint { (texts::USER_HINT.say(lang)) }
            @if let Some(problem) = view.problem {
                p #user-error .problem { (problem.text().say(lang)) }
            }
            input #(USER_FIELD) name=(USER_FIELD) type="text" value=(view.user) list="people"
                autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby=(described_by) aria-invalid=[view.problem.map(|_| "true")];
            datalist #people {
                @for (name, what) in view.people { option value=(name) { (what) } }
            }
        }
    }
}
