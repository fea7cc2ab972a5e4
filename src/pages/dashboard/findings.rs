//! What a check found: whether something works, and what is wrong with it.

use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::findings as texts;
use maud::{Markup, html};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It works.
    Good,
    /// It may be a fault, or could not be looked at.
    Doubt,
    /// It fails.
    Bad,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What.
    pub text: Text,
}

impl Finding {
    /// It works.
    pub fn good(text: Text) -> Self {
        Self { level: Level::Good, text }
    }

    /// It may be a fault.
    pub fn doubt(text: Text) -> Self {
        Self { level: Level::Doubt, text }
    }

    /// It fails.
    pub fn bad(text: Text) -> Self {
        Self { level: Level::Bad, text }
    }
}

/// The panel that tells them. What an upstream said of itself stands in it as text.
pub fn panel(lang: Lang, title: &Text, findings: &[Finding]) -> Markup {
    let fails = findings.iter().any(|finding| finding.level == Level::Bad);
    let outcome = if fails { &texts::FAILS } else { &texts::HOLDS };
    html! {
        section.panel #findings tabindex="-1" autofocus {
            h2 { (title.say(lang)) }
            p role="status" { strong { (outcome.say(lang)) } }
            ul.list role="list" {
                @for finding in findings {
                    @let (class, word) = match finding.level {
                        Level::Good => ("badge good", &texts::GOOD),
                        Level::Doubt => ("badge", &texts::DOUBT),
                        Level::Bad => ("badge bad", &texts::BAD),
                    };
                    li { span class=(class) { (word.say(lang)) } " " span dir="auto" { (finding.text.say(lang)) } }
                }
            }
        }
    }
}
