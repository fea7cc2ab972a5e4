//! The page of a login whose level was too low: what was asked for, what was reached, what helps.

use maud::{Markup, html};

use super::components::both;
use super::layout::{Document, document};
use super::texts::{Text, choose, common, errors, level as texts};
use super::{Eid, Frame};

/// The page.
#[derive(Clone, Copy, Debug)]
pub struct LevelPage<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The eID that somebody has logged in by.
    pub eid: Eid,
    /// What the service asks for.
    pub asked: Assurance,
    /// What was reached.
    pub used: Assurance,
    /// Names this login in the log.
    pub reference: &'a str,
    /// Starts the eID again, within the same login.
    pub again_href: &'a str,
    /// Ends the login, and tells the service.
    pub back_href: &'a str,
}

/// A level of assurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assurance {
    /// lav
    Low,
    /// betydelig
    Substantial,
    /// høj
    High,
}

impl Assurance {
    fn name(self) -> &'static Text {
        match self {
            Self::Low => &texts::LOW,
            Self::Substantial => &texts::SUBSTANTIAL,
            Self::High => &texts::HIGH,
        }
    }
}

/// Renders the page.
pub fn page(view: &LevelPage<'_>) -> Markup {
    let lang = view.frame.lang;
    let advice = match (view.eid, view.asked) {
        (Eid::NemId, _) => None,
        (Eid::MitId, Assurance::High) => Some(&texts::USE_HIGH),
        (Eid::MitId, _) => Some(&texts::USE_SUBSTANTIAL),
    };
    document(Document {
        frame: &view.frame,
        kind: "level",
        eid: Some(view.eid),
        headline: &texts::TITLE,
        title_prefix: None,
        description: &[&errors::LEVEL],
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            div.panel {
                dl {
                    dt { (texts::asked(view.frame.sp()).say(lang)) }
                    dd #level-asked { (view.asked.name().say(lang)) }
                    dt { (texts::USED.say(lang)) }
                    dd #level-used { (view.used.name().say(lang)) }
                }
                @if let Some(advice) = advice { p { (both(advice, lang)) } }
            }
            p.ways-out {
                (again(view))
                a #back .quiet href=(view.back_href) { (common::back(view.frame.sp()).say(lang)) }
            }
            div.reference-box {
                p { (errors::REFERENCE_LABEL.say(lang)) " " code #reference { (view.reference) } }
            }
        },
    })
}

/// The button has the eID's official text: MitID allows no "again" in it.
fn again(view: &LevelPage<'_>) -> Markup {
    let text = match view.eid {
        Eid::NemId => &choose::NEMID_START,
        Eid::MitId => &choose::CTA_LOGIN,
    };
    let is_mitid = view.eid == Eid::MitId;
    html! {
        a #again .button .mitid-button[is_mitid] href=(view.again_href) data-start=(view.eid.key()) {
            (text.say(view.frame.lang))
        }
    }
}
