//! The page that MitID's app leads back to: go on in the tab where you began.

use maud::{Markup, html};

use super::layout::{Document, document};
use super::texts::level as texts;
use super::{Eid, Frame};

/// Renders the page.
pub fn page(frame: Frame<'_>) -> Markup {
    document(Document {
        frame: &frame,
        kind: "resume",
        eid: Some(Eid::MitId),
        headline: &texts::RESUME_TITLE,
        title_prefix: None,
        description: &[&texts::RESUME],
        head: None,
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {},
    })
}
