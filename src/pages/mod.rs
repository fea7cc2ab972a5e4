//! The hosted pages: values in, [`maud::Markup`] out.
//!
//! Nothing here knows a store, a request or the broker's model, so a page can be rendered, read
//! and tested by itself. Whoever calls has already checked every link and address that goes in;
//! the pages only escape them. Every page is one plain HTML document that works without script,
//! under a content security policy without `unsafe-inline`.
//!
//! - [`choose`]: the log-on page, with NemID and MitID side by side, or other eIDs to pick from
//! - [`cpr`]: the CPR number, typed by its owner
//! - [`error`]: what went wrong, a reference to quote, and a way out
//! - [`level`]: the eID reached less than the service asks for
//! - [`moving_on`]: the step between a POST and another origin
//! - [`logout`]: whether to log out, and that somebody has
//! - [`form_post`]: the carrier of an answer by `response_mode=form_post`
//! - [`rehearsal`]: whether NemID is closed in this browser
//! - [`resume`]: back from MitID's app
//! - [`simulator`]: the stand-in for an eID, on TEST domains
//! - [`demo`]: a small application to try a TEST domain with
//! - [`preview`]: the list of all of these, for whoever styles them
//! - [`dashboard`]: what tenants' people and operators see
//! - [`lang`], [`texts`]: Danish and English
//! - [`layout`]: the document that they all share

pub mod choose;
mod components;
pub mod cpr;
pub mod dashboard;
pub mod demo;
pub mod error;
pub mod form_post;
pub mod lang;
pub mod layout;
pub mod letters;
pub mod level;
pub mod logout;
pub mod moving_on;
pub mod post_message;
pub mod preview;
pub mod rehearsal;
pub mod resume;
pub mod simulator;
#[cfg(test)]
mod tests;
pub mod texts;

pub use lang::Lang;
pub use layout::{Eid, Frame, Look};
