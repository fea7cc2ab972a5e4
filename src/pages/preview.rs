//! The list of previews: every page of a domain, in both languages.

use maud::{Markup, html};

use super::layout::{Document, document};
use super::texts::preview as texts;
use super::{Frame, Lang};

/// The list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Where it is shown.
    pub frame: Frame<'a>,
    /// The address of the list.
    pub base: &'a str,
    /// What each page is called below it.
    pub names: &'a [&'a str],
}

/// Renders the list.
pub fn page(view: &Listed<'_>) -> Markup {
    document(Document {
        frame: &view.frame,
        kind: "preview",
        eid: None,
        headline: &texts::TITLE,
        title_prefix: None,
        description: &[&texts::ABOUT],
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            ul.previews role="list" {
                @for name in view.names {
                    li {
                        (name)
                        @for lang in [Lang::Da, Lang::En] {
                            " " a href={ (view.base) "/" (name) "?lang=" (lang.tag()) }
                                aria-label={ (name) ", " (lang.tag()) } { (lang.tag()) }
                        }
                    }
                }
            }
        },
    })
}
