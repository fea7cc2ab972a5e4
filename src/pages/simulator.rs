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
    /// Whether `user` was sent and is nobody.
    pub unknown_user: bool,
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
        title_prefix: view.unknown_user.then_some(&texts::TITLE_ERROR_PREFIX),
        description: &[&texts::ABOUT],
        head: None,
        banner: Some(banner),
        summary: view.unknown_user.then(|| error_summary(lang, USER_FIELD, &texts::UNKNOWN_USER)),
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
    let described_by = if view.unknown_user { "user-hint user-error" } else { "user-hint" };
    html! {
        div.field.field-error[view.unknown_user] {
            label for=(USER_FIELD) { (texts::USER_LABEL.say(lang)) }
            p #user-hint .hint { (texts::USER_HINT.say(lang)) }
            @if view.unknown_user {
                p #user-error .problem { (texts::UNKNOWN_USER.say(lang)) }
            }
            input #(USER_FIELD) name=(USER_FIELD) type="text" value=(view.user) list="people"
                autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby=(described_by) aria-invalid=[view.unknown_user.then_some("true")];
            datalist #people {
                @for (name, what) in view.people { option value=(name) { (what) } }
            }
        }
    }
}
