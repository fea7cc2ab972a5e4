//! Fields of forms: a table says what a resource has, and all of them look and behave alike.

use super::settings::{Said, Wrong};
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use crate::pages::texts::dashboard::complaints::in_danish;
use maud::{Markup, html};

/// A field: the name of a member of the API, which may lead into others (`colours.text`), what it is called,
/// and what it does. The help says what follows from it before anybody saves.
#[derive(Debug)]
pub struct Field {
    /// Name of the member.
    pub name: &'static str,
    /// What it is called.
    pub label: Text,
    /// What follows from it.
    pub help: Text,
    /// How it is typed.
    pub kind: Kind,
}

/// A word of the API, and what it is called.
pub type Choice = (&'static str, Text);

/// How a value is typed.
#[derive(Debug)]
pub enum Kind {
    /// One line; empty is null.
    Line,
    /// Many lines, one text.
    Text,
    /// A list, an entry a line.
    Lines,
    /// A whole number; empty is null.
    Number,
    /// On or off.
    Switch,
    /// One of these; empty is null.
    One(&'static [Choice]),
    /// Any of these.
    Many(&'static [Choice]),
    /// A time, RFC 3339 in UTC; empty is null.
    Time,
    /// JSON; empty is null.
    Json,
    /// Never shown; left empty, it stays.
    Secret,
    /// Only shown.
    Shown,
}

/// One field with its value and what is wrong with it.
pub(super) fn field(
    lang: Lang,
    field: &Field,
    value: &str,
    wrong: &[&Wrong<'_>],
    may_change: bool,
) -> Markup {
    let id = format!("f-{}", field.name.replace('.', "-"));
    let help = format!("{id}-help");
    let error = format!("{id}-error");
    let described = if wrong.is_empty() { help.clone() } else { format!("{error} {help}") };
    let invalid = (!wrong.is_empty()).then_some("true");
    let is_group = matches!(field.kind, Kind::Many(_));
    html! {
        div.field .wrong[!wrong.is_empty()] .switch[matches!(field.kind, Kind::Switch)] {
            @if is_group {
                fieldset id=(id) aria-describedby=(described) disabled[!may_change] {
                    legend { (field.label.say(lang)) }
                    (told(lang, wrong, &error))
                    p.help id=(help) { (field.help.say(lang)) }
                    @if let Kind::Many(choices) = field.kind {
                        @for (word, label) in choices {
                            @let one = format!("{id}-{word}");
                            div.choice {
                                input type="checkbox" id=(one) name={ (field.name) ":" (word) } value="on"
                                    checked[value.lines().any(|line| line == *word)];
                                label for=(one) { (label.say(lang)) }
                            }
                        }
                    }
                }
            } @else {
                @if !matches!(field.kind, Kind::Switch) { label for=(id) { (field.label.say(lang)) } }
                (told(lang, wrong, &error))
                @match &field.kind {
                    Kind::Switch => {
                        div.choice {
                            input type="checkbox" id=(id) name=(field.name) value="on" checked[!value.is_empty()]
                                aria-describedby=(described) aria-invalid=[invalid] disabled[!may_change];
                            label for=(id) { (field.label.say(lang)) }
                        }
                    }
                    Kind::Lines | Kind::Text | Kind::Json => {
                        textarea id=(id) name=(field.name) rows=(rows(value)) dir="auto" spellcheck="false"
                            aria-describedby=(described) aria-invalid=[invalid] readonly[!may_change] {
                            // The first line feed of a textarea is not part of its text.
                            "\n" (value)
                        }
                    }
                    Kind::One(choices) => {
                        select id=(id) name=(field.name) aria-describedby=(described) aria-invalid=[invalid]
                            disabled[!may_change] {
                            @for (word, label) in *choices {
                                option value=(word) selected[value == *word] { (label.say(lang)) }
                            }
                            @if !choices.iter().any(|(word, _)| *word == value) {
                                option value=(value) selected { (value) }
                            }
                        }
                    }
                    Kind::Shown => { p.shown id=(id) { (value) } }
                    kind => {
                        input type=(input_type(kind)) id=(id) name=(field.name) value=(value) dir="auto"
                            inputmode=[matches!(kind, Kind::Number).then_some("numeric")]
                            placeholder=[matches!(kind, Kind::Time).then_some("2027-01-31T12:00:00Z")]
                            autocomplete="off" spellcheck="false"
                            aria-describedby=(described) aria-invalid=[invalid] readonly[!may_change];
                    }
                }
                p.help id=(help) { (field.help.say(lang)) }
            }
        }
    }
}

fn input_type(kind: &Kind) -> &'static str {
    if matches!(kind, Kind::Secret) { "password" } else { "text" }
}

/// Room for what is there and one line more.
fn rows(value: &str) -> usize {
    (value.lines().count() + 1).clamp(3, 16)
}

/// What is wrong, before the value.
fn told(lang: Lang, wrong: &[&Wrong<'_>], id: &str) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.error id=(id) { @for wrong in wrong { p { (said(lang, &wrong.text)) } } }
        }
    }
}

/// A complaint; the API speaks English, and most of what it says is known in Danish.
pub(super) fn said(lang: Lang, text: &Said<'_>) -> Markup {
    html! {
        @match text {
            Said::Ours(text) => { (text.say(lang)) }
            Said::Api(text) => {
                (texts::API_SAYS.say(lang)) " "
                @match (lang != Lang::En).then(|| in_danish(text)).flatten() {
                    Some(danish) => span dir="auto" { (danish) },
                    None => span lang="en" dir="auto" { (text) },
                }
            }
        }
    }
}
