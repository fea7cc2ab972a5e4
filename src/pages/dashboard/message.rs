//! A page that says one thing: nobody is signed in, there is nothing here, something failed.

use super::frame::head;
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use maud::{DOCTYPE, Markup, html};

/// The page.
pub struct Message<'a> {
    /// The language.
    pub lang: Lang,
    /// Its headline.
    pub title: &'a Text,
    /// What it says.
    pub text: &'a Text,
    /// Names the request in the log, where something failed. Else nobody is signed in: the guides are offered,
    /// which anybody may read.
    pub reference: Option<&'a str>,
    /// The way on.
    pub button: Option<(&'a Text, &'a str)>,
    /// The installation's name.
    pub broker: &'a str,
}

/// Renders it.
pub fn page(view: &Message<'_>) -> Markup {
    let lang = view.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            (head(view.title.say(lang), view.broker))
            body.desk.message {
                main #main {
                    p.brand { (view.broker) }
                    h1 { (view.title.say(lang)) }
                    p { (view.text.say(lang)) }
                    @if let Some((label, href)) = view.button {
                        p.actions { a.button href=(href) { (label.say(lang)) } }
                    }
                    @if let Some(reference) = view.reference {
                        p.help { (texts::REFERENCE.say(lang)) " " code #reference { (reference) } }
                    } @else {
                        p { a href="/guides/" { (texts::DOCS.say(lang)) } }
                    }
                }
            }
        }
    }
}
