//! The step between a POST here and an address elsewhere.
//!
//! A browser applies `form-action 'self'` to the redirects that follow a submit, so such a POST
//! answers with this page of our own origin, which moves on by itself. A refresh of zero seconds
//! is no surprise to the user (WCAG 2.2.1, technique H76), and the link serves where it is off.

use std::fmt::Write;

use maud::{Markup, html};

use super::Frame;
use super::layout::{Document, document};
use super::texts::common;

/// The page that moves on.
#[derive(Clone, Copy, Debug)]
pub struct MovingOn<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// Where it goes: an absolute URL that has been checked.
    pub url: &'a str,
    /// What the user is told of it.
    pub to: Destination<'a>,
}

/// Where the user is taken, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To MitID.
    MitId,
    /// To the service that asked for the login.
    Service,
    /// To a place by this name.
    Named(&'a str),
}

/// Renders the page.
pub fn page(view: &MovingOn<'_>) -> Markup {
    let lang = view.frame.lang;
    let headline = match view.to {
        Destination::MitId => common::SWITCHING.clone(),
        Destination::Service => common::switching_to(view.frame.sp()),
        Destination::Named(place) => common::switching_to(place),
    };
    document(Document {
        frame: &view.frame,
        kind: "moving-on",
        eid: None,
        headline: &headline,
        title_prefix: None,
        description: &[&common::SWITCH_BY_LINK],
        head: Some(html! {
            meta http-equiv="refresh" content={ "0; url=" (refresh_url(view.url)) };
        }),
        banner: None,
        summary: None,
        powered_by: true,
        content: html! {
            p.ways-out {
                a #continue .button href=(view.url) { (common::CONTINUE.say(lang)) }
            }
        },
    })
}

/// The URL as it can stand in a refresh.
///
/// The refresh's own syntax lies inside the attribute, where HTML escaping does not reach: a
/// quote at the wrong place ends the URL, and parsers have differed over `;` and spaces. So
/// these, and everything that is not printable ASCII, are percent-encoded. A server decodes
/// them to the same; the visible link has the URL byte for byte.
pub(super) fn refresh_url(url: &str) -> String {
    let mut safe = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() && !b"\"';<>`\\".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::refresh_url;

    #[test]
    fn an_ordinary_url_is_left_alone() {
        let url = "https://acme.example:8443/cb?code=a_b-c.d~e&state=%7B%22x%22%3A1%7D#f";
        assert_eq!(refresh_url(url), url);
    }

    #[test]
    fn nothing_can_end_the_url_early() {
        assert_eq!(
            refresh_url("https://a/b;c?d='e'&f=\"g h\"\n<å>\\"),
            "https://a/b%3Bc?d=%27e%27&f=%22g%20h%22%0A%3C%C3%A5%3E%5C",
        );
    }
}
