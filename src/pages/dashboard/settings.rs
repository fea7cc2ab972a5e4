//! The form that changes one resource.

use super::field::{Field, field, said};
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use maud::{Markup, html};

/// What is wrong with a field; of no name, with the whole.
#[derive(Debug)]
pub struct Wrong<'a> {
    /// Name of the field.
    pub field: &'a str,
    /// What.
    pub text: Said<'a>,
}

/// A complaint.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// In both languages.
    Ours(&'a Text),
    /// In English.
    Api(&'a str),
}

/// A field that somebody else changed since the form was opened.
#[derive(Debug)]
pub struct Changed<'a> {
    /// What it is called.
    pub label: &'a Text,
    /// What it was.
    pub before: &'a str,
    /// What it is.
    pub now: &'a str,
}

/// The form.
pub struct Form<'a> {
    /// The language.
    pub lang: Lang,
    /// Where it is sent.
    pub action: &'a str,
    /// The session's.
    pub form_token: &'a str,
    /// Its fields.
    pub fields: &'static [Field],
    /// What stands in them.
    pub typed: &'a [(&'static str, String)],
    /// What is wrong.
    pub wrong: &'a [Wrong<'a>],
    /// What somebody else changed.
    pub changed: &'a [Changed<'a>],
    /// The version that it changes; empty where it makes something.
    pub version: &'a str,
    /// The resource as the form was opened with it.
    pub base: &'a str,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Whether he may once he has signed in again.
    pub asks_again: bool,
    /// What its button says.
    pub submit: &'a Text,
}

/// The form as markup.
pub fn form(view: &Form<'_>) -> Markup {
    let lang = view.lang;
    html! {
        (summary(view))
        form.settings method="post" action=(view.action) novalidate {
            input type="hidden" name="form_token" value=(view.form_token);
            input type="hidden" name="version" value=(view.version);
            input type="hidden" name="base" value=(view.base);
            @for one in view.fields {
                @let value = view.typed.iter().find(|(name, _)| *name == one.name).map_or("", |(_, text)| text);
                @let wrong: Vec<&Wrong<'_>> = view.wrong.iter().filter(|wrong| wrong.field == one.name).collect();
                (field(lang, one, value, &wrong, view.may_change))
            }
            @if view.may_change {
                p.actions { button.button type="submit" { (view.submit.say(lang)) } }
            } @else if view.asks_again {
                p.help { (texts::ONLY_SEEN_UNTIL.say(lang)) }
            } @else {
                p.help { (texts::ONLY_SEEN.say(lang)) }
            }
        }
    }
}

/// What is wrong, before the form, with links to the fields (WCAG 3.3.1).
fn summary(view: &Form<'_>) -> Markup {
    let lang = view.lang;
    html! {
        @if !view.wrong.is_empty() {
            div.summary tabindex="-1" autofocus {
                div role="alert" {
                    h2 { (texts::NOT_SAVED.say(lang)) }
                    ul {
                        @for wrong in view.wrong {
                            @let known = view.fields.iter().find(|field| field.name == wrong.field);
                            li {
                                @match known {
                                    Some(known) => {
                                        a href={ "#f-" (known.name.replace('.', "-")) } { (known.label.say(lang)) }
                                        ": " (said(lang, &wrong.text))
                                    }
                                    None => { (said(lang, &wrong.text)) }
                                }
                            }
                        }
                    }
                }
                @if !view.changed.is_empty() {
                    table.table {
                        caption { (texts::CHANGED_TABLE.say(lang)) }
                        thead { tr {
                            th scope="col" { (texts::SETTING.say(lang)) }
                            th scope="col" { (texts::BEFORE.say(lang)) }
                            th scope="col" { (texts::NOW.say(lang)) }
                        } }
                        tbody {
                            @for change in view.changed {
                                tr {
                                    th scope="row" { (change.label.say(lang)) }
                                    td dir="auto" { (change.before) }
                                    td dir="auto" { (change.now) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
