//! The document around every page of the dashboard.

use crate::pages::Lang;
use crate::pages::letters::lower;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use maud::{DOCTYPE, Markup, html};

/// What a page needs to know of where it is shown.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The language.
    pub lang: Lang,
    /// The installation's name.
    pub broker: &'a str,
    /// What the reader is called.
    pub name: &'a str,
    /// The session's token for forms.
    pub form_token: String,
    /// The path of this page.
    pub path: &'a str,
    /// The same, to stand in a query.
    pub back: String,
    /// The tenant it is about.
    pub place: Option<Place<'a>>,
    /// Whether the reader runs the installation.
    pub is_operator: bool,
    /// How many tenants the reader belongs to.
    pub tenants: usize,
}

/// A tenant and environment.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// `test` or `production`.
    pub environment: &'a str,
    /// Whether it is PRODUCTION.
    pub is_production: bool,
    /// The reader's role there.
    pub role: &'a str,
    /// Whether the reader has to sign in again before a change.
    pub asks_again: bool,
}

/// A moment of the API (RFC 3339) as people read it; whatever else it is, as it is.
pub fn moment(raw: &str) -> String {
    match (raw.get(..10), raw.get(11..16), raw.ends_with('Z')) {
        (Some(date), Some(time), true) => format!("{date} {time} UTC"),
        _ => raw.to_owned(),
    }
}

/// What was done by the request before: told at the top of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Stored and published.
    Saved,
    /// Stored, and nothing that is published.
    Kept,
    /// Stored, being published.
    Publishing,
}

impl Notice {
    /// Of the parameter `saved`.
    pub fn of(saved: Option<&str>) -> Option<Self> {
        match saved {
            Some("yes") => Some(Self::Saved),
            Some("kept") => Some(Self::Kept),
            Some("publishing") => Some(Self::Publishing),
            _ => None,
        }
    }

    fn text(self) -> &'static Text {
        match self {
            Self::Saved => &texts::SAVED,
            Self::Kept => &texts::KEPT,
            Self::Publishing => &texts::SAVED_PUBLISHING,
        }
    }
}

/// The sections of a tenant: their segment, and what they are called.
static SECTIONS: &[(&str, &Text)] = &[
    ("", &texts::OVERVIEW),
    ("domains", &texts::DOMAINS),
    ("applications", &texts::APPLICATIONS),
    ("shadows", &texts::SHADOWS),
    ("eids", &texts::EIDS),
    ("order", &texts::ORDER),
    ("styles", &texts::STYLES),
    ("keys", &texts::KEYS),
    ("migration", &texts::MIGRATION),
    ("tools", &texts::TOOLS),
    ("audit", &texts::AUDIT),
    ("people", &texts::PEOPLE),
    ("tokens", &texts::TOKENS),
    ("docs", &texts::DOCS),
];

/// Whether a section is for this role.
fn is_for(segment: &str, role: &str) -> bool {
    !matches!(segment, "people" | "tokens") || matches!(role, "owner" | "operator")
}

/// The sections whose name, in any language, holds what is searched for, which is lower case; none of an
/// empty search.
pub fn sections_like(wanted: &str, role: &str) -> impl Iterator<Item = (&'static str, &'static Text)> {
    let names = |text: &Text| [Lang::Da, Lang::En].map(|lang| lower(text.say(lang)));
    let fits = move |segment: &str, text: &Text| {
        !wanted.is_empty() && is_for(segment, role) && names(text).iter().any(|name| name.contains(wanted))
    };
    SECTIONS.iter().filter(move |(segment, text)| fits(segment, text)).copied()
}

/// A page.
pub struct Page<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Its headline.
    pub title: &'a str,
    /// The section it belongs to, as in the address.
    pub section: &'a str,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Its own part.
    pub content: Markup,
}

/// The whole document.
pub fn page(page: &Page<'_>) -> Markup {
    let frame = page.frame;
    let lang = frame.lang;
    let is_production = frame.place.is_some_and(|place| place.is_production);
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            (head(page.title, frame.broker))
            body.desk .production[is_production] {
                a.skip href="#main" { (texts::SKIP.say(lang)) }
                (header(frame))
                div.columns {
                    @if let Some(place) = frame.place { (sections(lang, &place, page.section)) }
                    main #main tabindex="-1" {
                        @if let Some(notice) = page.notice {
                            div.notice role="status" { p { (notice.text().say(lang)) } }
                        }
                        h1 dir="auto" { (page.title) }
                        @if frame.place.is_some_and(|place| place.asks_again) { (sign_in_again(frame)) }
                        (page.content)
                    }
                }
            }
        }
    }
}

/// Why a page can't be changed by its reader.
pub(super) fn only_seen(frame: &Frame<'_>) -> &'static Text {
    match frame.place.is_some_and(|place| place.asks_again) {
        true => &texts::ONLY_SEEN_UNTIL,
        false => &texts::ONLY_SEEN,
    }
}

/// How somebody who may change what he sees gets to do so.
fn sign_in_again(frame: &Frame<'_>) -> Markup {
    html! {
        div.notice {
            p { (texts::ASKED_FIRST.say(frame.lang)) }
            p { a.quiet href={ "/sign-in?afresh=1&back=" (frame.back) } { (texts::SIGN_IN_AGAIN.say(frame.lang)) } }
        }
    }
}

/// What is before the body.
pub(super) fn head(title: &str, broker: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title { (title) @if !broker.is_empty() { " – " (broker) } }
            link rel="stylesheet" href="/assets/dashboard.css";
            link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
        }
    }
}

fn header(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    let other = lang.other().tag();
    html! {
        header #header {
            p.brand { a href="/" { (frame.broker) } }
            @if let Some(place) = &frame.place { (switch(lang, place)) }
            nav.who aria-label=(texts::ACCOUNT.say(lang)) {
                @if frame.is_operator {
                    a href="/tenants" { (texts::TENANTS.say(lang)) }
                    a href="/orders" { (texts::DESK.say(lang)) }
                    a href="/operators" { (texts::OPERATORS.say(lang)) }
                } @else if frame.tenants > 1 {
                    a href="/tenants" { (texts::TENANTS.say(lang)) }
                }
                a href={ "/language/" (other) "?back=" (frame.back) } lang=(other) hreflang=(other) {
                    (texts::LANGUAGE_SWITCH.say(lang))
                }
                details {
                    summary dir="auto" { (frame.name) }
                    form method="post" action="/sign-out" {
                        input type="hidden" name="form_token" value=(frame.form_token);
                        button.plain type="submit" { (texts::SIGN_OUT.say(lang)) }
                        button.plain type="submit" name="everywhere" value="yes" {
                            (texts::SIGN_OUT_EVERYWHERE.say(lang))
                        }
                    }
                }
            }
        }
    }
}

/// The tenant, and the two environments.
fn switch(lang: Lang, place: &Place<'_>) -> Markup {
    html! {
        nav.environments aria-label=(texts::ENVIRONMENT.say(lang)) {
            strong.tenant { (place.tenant) }
            @for (word, label) in [("test", "TEST"), ("production", "PRODUCTION")] {
                a href={ "/t/" (place.tenant) "/" (word) }
                    aria-current=[(word == place.environment).then_some("true")] { (label) }
            }
        }
    }
}

fn sections(lang: Lang, place: &Place<'_>, current: &str) -> Markup {
    html! {
        nav.sections aria-label=(texts::SECTIONS.say(lang)) {
            // Closed on a phone; on a wide screen the style sheet shows what is in it, open or not.
            details.menu {
            summary { (texts::SECTIONS.say(lang)) }
            ul role="list" {
                @for (segment, label) in SECTIONS {
                    @if is_for(segment, place.role) {
                        li {
                            a href={ "/t/" (place.tenant) "/" (place.environment) @if !segment.is_empty() { "/" (segment) } }
                                aria-current=[(*segment == current).then_some("page")] {
                                (label.say(lang))
                            }
                        }
                    }
                }
            }
            }
            form.search role="search" method="get" action={ "/t/" (place.tenant) "/" (place.environment) "/search" } {
                label for="search" { (texts::SEARCH.say(lang)) }
                input #search type="search" name="q" autocomplete="off";
                button.quiet type="submit" { (texts::SEARCH.say(lang)) }
            }
        }
    }
}
