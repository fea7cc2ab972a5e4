//! The document around every page, and the hooks that tenants' style sheets hold on to.
//!
//! The ids `header`, `headline`, `description` and `footer`, the body's classes and the
//! `lang` spans are names that customers' existing style sheets select, so they stay.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Lang;
use super::components::both;
use super::texts::{Text, common};

/// What a page needs to know of where it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    /// The language shown first.
    pub lang: Lang,
    /// The service's alias; `None` where the service is not known or not trusted.
    pub service: Option<&'a str>,
    /// The installation's name, for "Powered by".
    pub broker: &'a str,
    /// The domain that answers, for the body's class `host-…`.
    pub host: &'a str,
    /// A class of the application's own for the body. Letters, digits and hyphens count.
    pub app_class: Option<&'a str>,
    /// The same page in the other language; `None` where it can't be shown again, as after a
    /// POST.
    pub language_href: Option<&'a str>,
    /// How the tenant wants it to look.
    pub look: Option<Look<'a>>,
}

/// A tenant's style, checked when it was saved.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Names it, and the folder of its files.
    pub digest: &'a str,
    /// The number of its style sheet.
    pub sheet: Option<usize>,
    /// Whether its folder has a logo.
    pub logo: bool,
    /// A logo elsewhere.
    pub logo_url: Option<&'a str>,
    /// HTML before and after the page's own part: it takes the place of our header and footer, and
    /// was compiled from a list of harmless elements.
    pub around: Option<(&'a str, &'a str)>,
}

impl Frame<'_> {
    /// The alias, or "the service" where there is none.
    pub(super) fn sp(&self) -> &str {
        self.service.unwrap_or_else(|| common::THE_SERVICE.say(self.lang))
    }
}

/// One of the pair that the side-by-side page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eid {
    /// NemID, the old eID.
    NemId,
    /// MitID, its successor.
    MitId,
}

impl Eid {
    /// The family name in `identityscheme`, which style sheets know as a class of the body.
    pub(super) const fn scheme(self) -> &'static str {
        match self {
            Self::NemId => "dknemid",
            Self::MitId => "dkmitid",
        }
    }

    /// The value of `data-eid` and `data-start`.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::NemId => "nemid",
            Self::MitId => "mitid",
        }
    }
}

/// A page's own parts, to be put into the document.
pub(super) struct Document<'a> {
    pub frame: &'a Frame<'a>,
    /// Names the page in the body's classes.
    pub kind: &'static str,
    pub eid: Option<Eid>,
    pub headline: &'a Text,
    pub title_prefix: Option<&'a Text>,
    /// At most five paragraphs under the headline.
    pub description: &'a [&'a Text],
    pub head: Option<Markup>,
    /// Says what kind of page this is, above everything else.
    pub banner: Option<&'a Text>,
    /// Goes before the headline: an error summary is to be met first.
    pub summary: Option<Markup>,
    pub content: Markup,
    /// Off where the MitID box says it, as MitID requires.
    pub powered_by: bool,
}

impl Document<'_> {
    fn has_box(&self) -> bool {
        !self.powered_by
    }
}

/// How the MitID box looks: loaded inside it, and outside for browsers that show it there.
pub(super) const BOX_STYLE: &str = "/assets/mitid.css";

/// The number of paragraphs in `#description`, which style sheets address by position.
const DESCRIPTION_PARAGRAPHS: usize = 5;

/// The whole document.
pub(super) fn document(page: Document<'_>) -> Markup {
    let lang = page.frame.lang;
    let around = page.frame.look.and_then(|look| look.around);
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            (head(&page))
            body class=(body_class(&page)) {
                a.skip href="#main" { (common::SKIP_LINK.say(lang)) }
                @if let Some(text) = page.banner {
                    section.banner aria-label="TEST" { (both(text, lang)) }
                }
                @match around {
                    Some((before, _)) => { (PreEscaped(before)) }
                    None => { (header(page.frame)) }
                }
                main #main tabindex="-1" {
                    @if around.is_some() { p.language-row { (language_switch(page.frame)) } }
                    @if let Some(summary) = &page.summary { (summary) }
                    h1 #headline .default-hidden.desktop-show.centered {
                        (both(page.headline, lang))
                    }
                    (description(page.description, lang))
                    (page.content)
                    @if around.is_some() { (powered_by(&page)) }
                }
                @match around {
                    Some((_, after)) => { (PreEscaped(after)) }
                    None => { (footer(&page)) }
                }
            }
        }
    }
}

fn head(page: &Document<'_>) -> Markup {
    let lang = page.frame.lang;
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title {
                @if let Some(prefix) = page.title_prefix { (prefix.say(lang)) }
                (page.headline.say(lang))
                " – " (page.frame.service.unwrap_or(page.frame.broker))
            }
            @if page.has_box() && page.frame.look.is_some() { link rel="stylesheet" href="/assets/lock.css"; }
            link rel="stylesheet" href="/assets/broker.css";
            @if page.has_box() { link rel="stylesheet" href=(BOX_STYLE); }
            @if let Some(Look { digest, sheet: Some(sheet), .. }) = page.frame.look {
                link rel="stylesheet" href={ "/style/" (digest) "/" (sheet) ".css" };
            }
            link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            @if let Some(more) = &page.head { (more) }
        }
    }
}

fn header(frame: &Frame<'_>) -> Markup {
    html! {
        header #header .default-hidden.desktop-show {
            div.inner {
                p.service { (service(frame)) }
                (language_switch(frame))
            }
        }
    }
}

/// The service's name, or its logo, which says the same.
fn service(frame: &Frame<'_>) -> Markup {
    let name = frame.service.unwrap_or(frame.broker);
    match frame.look {
        Some(Look { logo_url: Some(url), .. }) => html! { img.logo src=(url) alt=(name); },
        Some(Look { logo: true, digest, .. }) => {
            html! { img.logo src={ "/style/" (digest) "/logo.svg" } alt=(name); }
        }
        _ => html! { (name) },
    }
}

fn language_switch(frame: &Frame<'_>) -> Markup {
    let other = frame.lang.other().tag();
    html! {
        @if let Some(href) = frame.language_href {
            a.language href=(href) lang=(other) hreflang=(other) {
                (common::LANGUAGE_SWITCH.say(frame.lang))
            }
        }
    }
}

/// An `aside` by name only: it introduces the page and so may not be announced as
/// complementary to it, while style sheets may know it as `aside#description`.
fn description(paragraphs: &[&Text], lang: Lang) -> Markup {
    let empty = DESCRIPTION_PARAGRAPHS.saturating_sub(paragraphs.len());
    html! {
        aside #description .centered.default-hidden.desktop-show role="none" {
            @for text in paragraphs.iter().take(DESCRIPTION_PARAGRAPHS) {
                p { (both(text, lang)) }
            }
            @for _ in 0..empty { p.default-hidden {} }
        }
    }
}

fn footer(page: &Document<'_>) -> Markup {
    html! {
        footer #footer .default-hidden.desktop-show {
            div.inner.centered { (powered_by(page)) }
        }
    }
}

fn powered_by(page: &Document<'_>) -> Markup {
    html! {
        @if page.powered_by { p { (common::powered_by(page.frame.broker).say(page.frame.lang)) } }
    }
}

fn body_class(page: &Document<'_>) -> String {
    let mut class = String::new();
    if let Some(eid) = page.eid {
        class.push_str(eid.scheme());
        class.push(' ');
    }
    class.push_str("broker auth host-");
    class.push_str(&dashed(page.frame.host));
    if let Some(app) = page.frame.app_class {
        class.push(' ');
        class.push_str(&dashed(app));
    }
    class.push_str(" page-");
    class.push_str(page.kind);
    class
}

/// One class whatever comes in: a space would start another.
fn dashed(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::dashed;

    #[test]
    fn a_host_becomes_one_class() {
        assert_eq!(dashed("Acme.Example"), "acme-example");
        assert_eq!(dashed("localhost:8787"), "localhost-8787");
        assert_eq!(dashed("a b\"c"), "a-b-c");
    }
}
