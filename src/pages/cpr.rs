//! The page that asks for the CPR number.
//!
//! It repeats nothing that was typed: a number in a page would be in a browser's history of pages. A
//! number that the service knows beforehand shows its date only.

use maud::{Markup, html};

use super::components::error_summary;
use super::layout::{Document, document};
use super::texts::{Text, common, cpr as texts, simulator};
use super::{Eid, Frame};

/// The field for the number; also its id, which the error summary links to.
const FIELD: &str = "cpr";

/// The page.
#[derive(Clone, Copy, Debug)]
pub struct CprPage<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The eID that somebody has logged in by.
    pub eid: Eid,
    /// Where the form is posted: a path of this origin.
    pub action: &'a str,
    /// The number that the service sent along, masked, and the page without it.
    pub hinted: Option<(&'a str, &'a str)>,
    /// Whether one may go on without a number.
    pub optional: bool,
    /// What was wrong with the last try.
    pub problem: Option<Problem>,
    /// Ends the login.
    pub cancel_href: &'a str,
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It has not ten digits.
    Form,
    /// Its date is none.
    Date,
    /// It is not this person's; so many tries are left.
    Mismatch(u32),
    /// Likewise, and its check digit does not fit, as after a typing error.
    Mistyped(u32),
    /// It could not be checked.
    Unavailable,
}

impl Problem {
    fn text(self, eid: &str) -> Text {
        match self {
            Self::Form => texts::ERR_FORMAT.clone(),
            Self::Date => texts::ERR_DATE.clone(),
            Self::Mismatch(left) => texts::err_match(eid, left),
            Self::Mistyped(left) => texts::err_mistyped(eid, left),
            Self::Unavailable => texts::ERR_UNAVAILABLE.clone(),
        }
    }
}

/// Renders the page.
pub fn page(view: &CprPage<'_>) -> Markup {
    let lang = view.frame.lang;
    let eid = match view.eid {
        Eid::NemId => "NemID",
        Eid::MitId => "MitID",
    };
    let problem = view.problem.map(|problem| problem.text(eid));
    document(Document {
        frame: &view.frame,
        kind: "cpr",
        eid: Some(view.eid),
        headline: &texts::TITLE,
        title_prefix: problem.is_some().then_some(&simulator::TITLE_ERROR_PREFIX),
        description: &[&texts::why(view.frame.sp(), eid)],
        head: None,
        banner: None,
        summary: problem.as_ref().map(|problem| error_summary(lang, FIELD, problem)),
        powered_by: true,
        content: form(view, problem.as_ref()),
    })
}

/// "Continue" comes first: the first submit button is the one that Enter presses.
fn form(view: &CprPage<'_>, problem: Option<&Text>) -> Markup {
    let say = |text: &'static Text| text.say(view.frame.lang);
    html! {
        form.panel method="post" action=(view.action) {
            @match view.hinted {
                Some((masked, other_href)) => {
                    (hinted(view, masked, other_href))
                }
                None => { (field(view, problem)) }
            }
            (remember(view))
            p.hint { (texts::consent(view.frame.sp()).say(view.frame.lang)) }
            p.ways-out {
                button #submit .button name="answer" value="number" { (say(&texts::SUBMIT)) }
                @if view.optional {
                    button #skip .quiet name="answer" value="without" { (say(&texts::SKIP)) }
                }
                a #cancel .quiet href=(view.cancel_href) { (say(&common::CANCEL)) }
            }
        }
    }
}

/// Off unless its owner ticks it.
fn remember(view: &CprPage<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.check {
            input #remember name="remember" type="checkbox" value="yes" aria-describedby="remember-help";
            label for="remember" { (texts::REMEMBER.say(lang)) }
        }
        p #remember-help .hint { (texts::remember_help(view.frame.sp()).say(lang)) }
    }
}

fn hinted(view: &CprPage<'_>, masked: &str, other_href: &str) -> Markup {
    let lang = view.frame.lang;
    html! {
        input type="hidden" name="hinted" value="yes";
        div.field {
            p { (texts::HINTED.say(lang)) ": " strong #hinted { (masked) } }
            p { a #not-you href=(other_href) { (texts::NOT_YOU.say(lang)) } }
        }
    }
}

fn field(view: &CprPage<'_>, problem: Option<&Text>) -> Markup {
    let lang = view.frame.lang;
    let described_by = if problem.is_some() { "cpr-hint cpr-error" } else { "cpr-hint" };
    html! {
        div.field.field-error[problem.is_some()] {
            label for=(FIELD) { (texts::LABEL.say(lang)) }
            p #cpr-hint .hint { (texts::HINT.say(lang)) }
            @if let Some(problem) = problem {
                p #cpr-error .problem { (problem.say(lang)) }
            }
            input #(FIELD) name=(FIELD) type="text" inputmode="numeric" autocomplete="off" spellcheck="false"
                aria-describedby=(described_by) aria-invalid=[problem.map(|_| "true")];
        }
    }
}
