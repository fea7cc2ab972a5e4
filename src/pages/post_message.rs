//! The carrier of `response_mode=post_message`: a script that tells the answer to the window which
//! opened this one, or which frames it.
//!
//! Without script the link leads to the callback, as a redirect would have.

use maud::{Markup, html};

use super::Frame;
use super::layout::{Document, document};
use super::texts::common;

/// The carrier.
#[derive(Clone, Copy, Debug)]
pub struct PostMessage<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The callback with the answer in its query: what is told, as one text.
    pub answer: &'a str,
    /// Who may hear it.
    pub origin: &'a str,
}

/// Renders the page.
pub fn page(view: &PostMessage<'_>) -> Markup {
    let lang = view.frame.lang;
    let headline = common::switching_to(view.frame.sp());
    document(Document {
        frame: &view.frame,
        kind: "post-message",
        eid: None,
        headline: &headline,
        title_prefix: None,
        description: &[&common::SWITCH_BY_LINK],
        head: Some(html! { script src="/assets/post_message.js" defer {} }),
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            p.ways-out { a #answer .button href=(view.answer) data-origin=(view.origin) { (common::CONTINUE.say(lang)) } }
        },
    })
}
