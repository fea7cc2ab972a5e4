//! NemID's closing for one application.

use super::frame::{self, Frame, Page};
use crate::pages::texts::dashboard::{common, sunset as texts};
use maud::{Markup, html};

/// What becomes of somebody who is sent to NemID after its closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// He gets MitID.
    Mitid,
    /// He gets a page that says MitID is not ready.
    NotReady,
    /// The application gets an error.
    Error,
}

/// The page.
pub struct Sunset<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The application.
    pub client_id: &'a str,
    /// Its domain.
    pub host: &'a str,
    /// The domain's own day, if it has one.
    pub of_domain: Option<&'a str>,
    /// What the day will do.
    pub effect: Effect,
    /// The form.
    pub form: &'a Markup,
    /// Back.
    pub back: &'a str,
}

/// Renders it.
pub fn page(view: &Sunset<'_>) -> Markup {
    let lang = view.frame.lang;
    let effect = match view.effect {
        Effect::Mitid => &texts::EFFECT_MITID,
        Effect::NotReady => &texts::EFFECT_NOT_READY,
        Effect::Error => &texts::EFFECT_ERROR,
    };
    frame::page(&Page {
        frame: view.frame,
        title: texts::TITLE.say(lang),
        section: "migration",
        notice: None,
        content: html! {
            p { code { (view.client_id) } " " (view.host) }
            section.panel {
                h2 { (texts::WHAT_HAPPENS.say(lang)) }
                p #effect .bad[view.effect != Effect::Mitid] { (effect.say(lang)) }
                p { (texts::EMPLOYEES.say(lang)) }
                p { (texts::RUNNING.say(lang)) }
                p.help {
                    @match view.of_domain {
                        Some(day) => { (texts::OF_DOMAIN.say(lang)) " " (frame::moment(day)) ". " (texts::EARLIER.say(lang)) }
                        None => (texts::NO_DAY_OF_DOMAIN.say(lang))
                    }
                }
            }
            (view.form)
            p.help { (texts::SHADOW_TOO.say(lang)) }
            p.actions { a.quiet href=(view.back) { (common::MIGRATION.say(lang)) } }
        },
    })
}
