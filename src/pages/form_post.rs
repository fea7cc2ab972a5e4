//! The carrier of `response_mode=form_post`: a form that brings the answer to the application.
//!
//! The script of the page presses the button; without script the user does.

use maud::{Markup, html};

use super::Frame;
use super::layout::{Document, document};
use super::texts::common;

/// The carrier.
#[derive(Clone, Copy, Debug)]
pub struct FormPost<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The application's callback, checked.
    pub action: &'a str,
    /// What it is told.
    pub fields: &'a [(&'a str, &'a str)],
}

/// Renders the page.
pub fn page(view: &FormPost<'_>) -> Markup {
    let lang = view.frame.lang;
    let headline = common::switching_to(view.frame.sp());
    document(Document {
        frame: &view.frame,
        kind: "form-post",
        eid: None,
        headline: &headline,
        title_prefix: None,
        description: &[&common::SWITCH_BY_LINK],
        head: Some(html! { script src="/assets/form_post.js" defer {} }),
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            form #answer method="post" action=(view.action) {
                @for (name, value) in view.fields { input type="hidden" name=(name) value=(value); }
                p.ways-out { button #continue .button type="submit" { (common::CONTINUE.say(lang)) } }
            }
        },
    })
}
