//! Pieces that several pages share.

use maud::{Markup, html};

use super::Lang;
use super::texts::{Text, simulator};

/// A text in both languages, the other one hidden.
///
/// Style sheets replace wording by hiding `.lang-da .text` and adding their own after it, so both
/// languages are in the page. `hidden` keeps the other away from screen readers, and from eyes
/// where the style sheet has not arrived.
pub(super) fn both(text: &Text, shown: Lang) -> Markup {
    html! {
        @for lang in [Lang::Da, Lang::En] {
            span class={ "lang lang-" (lang.tag()) } lang=(lang.tag()) hidden[lang != shown] {
                span.text { (text.say(lang)) }
            }
        }
    }
}

/// A table of names and values, one row each.
pub(super) fn table(caption: &str, columns: [&str; 2], rows: &[(&str, &str)], mark: &str) -> Markup {
    html! {
        table.table {
            caption { (caption) }
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody {
                @for (name, value) in rows {
                    tr data-row=(mark) data-name=(name) {
                        th scope="row" { (name) }
                        td { (value) }
                    }
                }
            }
        }
    }
}

/// What is wrong with a form, at the top of the page, with a link to the field (WCAG 3.3.1).
///
/// It takes the focus, which `autofocus` does without script. `role="alert"` sits on a child,
/// because some screen readers stay silent when the element that takes the focus has it.
pub(super) fn error_summary(lang: Lang, field: &str, problem: &Text) -> Markup {
    html! {
        div.summary tabindex="-1" autofocus {
            div role="alert" {
                h2 { (simulator::SUMMARY_TITLE.say(lang)) }
                ul { li { a href={ "#" (field) } { (problem.say(lang)) } } }
            }
        }
    }
}
