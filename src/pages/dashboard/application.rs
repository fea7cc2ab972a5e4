//! One application: its tabs, what its shadow lacks, and the pages that remove and copy it.

use super::applications::state;
use super::field::said;
use super::frame::{self, Frame, Notice, Page};
use super::settings::Said;
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{applications as texts, common};
use maud::{Markup, html};

/// What stands above every tab of an application.
pub struct Head<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What it is called.
    pub name: &'a str,
    /// `client_id`
    pub client_id: &'a str,
    /// Whether it may be used.
    pub enabled: bool,
    /// Its domain, and where that one's applications are.
    pub host: (&'a str, &'a str),
    /// The tabs: segment and address.
    pub tabs: &'a [(&'static str, String)],
    /// The segment of this one.
    pub tab: &'a str,
    /// What was done before.
    pub notice: Option<Notice>,
    /// What is wrong.
    pub problem: Option<Said<'a>>,
}

fn tab_name(segment: &str) -> &'static Text {
    match segment {
        "eids" => &texts::EIDS,
        "openid" => &texts::OPENID,
        "pages" => &texts::PAGES,
        "advanced" => &texts::ADVANCED,
        "secrets" => &texts::SECRETS,
        "code" => &texts::CODE,
        _ => &texts::GENERAL,
    }
}

/// The whole page of a tab.
pub fn page(head: &Head<'_>, content: &Markup) -> Markup {
    let lang = head.frame.lang;
    frame::page(&Page {
        frame: head.frame,
        title: head.name,
        section: "applications",
        notice: head.notice,
        content: html! {
            (problem(lang, head.problem.as_ref()))
            p {
                code { (head.client_id) } " · "
                a href=(head.host.1) dir="auto" { (head.host.0) } " · "
                (state(lang, head.enabled))
            }
            nav.tabs aria-label=(texts::TABS.say(lang)) {
                @for (segment, href) in head.tabs {
                    a href=(href) aria-current=[(*segment == head.tab).then_some("page")] {
                        (tab_name(segment).say(lang))
                    }
                }
            }
            (content)
        },
    })
}

/// What was not done, and why.
pub(super) fn problem(lang: Lang, problem: Option<&Said<'_>>) -> Markup {
    html! {
        @if let Some(problem) = problem {
            div.summary tabindex="-1" autofocus { div role="alert" {
                h2 { (common::NOT_SAVED.say(lang)) }
                p { (said(lang, problem)) }
            } }
        }
    }
}

/// How the shadow of an application stands.
pub enum Shadow<'a> {
    /// There is none.
    Missing,
    /// It differs, in these settings.
    Differs(Vec<Name<'a>>),
    /// It is alike.
    Alike,
}

/// What a setting is called; some have no name but the API's.
pub enum Name<'a> {
    /// In both languages.
    Ours(&'a Text),
    /// In the API.
    Api(&'a str),
}

/// The names, one after another.
pub fn names(lang: Lang, names: &[Name<'_>]) -> Markup {
    html! {
        @for (index, name) in names.iter().enumerate() {
            @if index > 0 { ", " }
            @match name {
                Name::Ours(text) => { (text.say(lang)) }
                Name::Api(name) => { code { (name) } }
            }
        }
    }
}

/// What is said of the shadow on the application's own page; `action` makes it alike, for whoever may.
pub fn shadow(frame: &Frame<'_>, shadow: &Shadow<'_>, action: Option<&str>) -> Markup {
    let lang = frame.lang;
    let (text, button) = match shadow {
        Shadow::Alike => return html! { p.well { (texts::SHADOW_ALIKE.say(lang)) } },
        Shadow::Missing => (&texts::SHADOW_MISSING, &texts::MAKE_SHADOW),
        Shadow::Differs(_) => (&texts::SHADOW_DIFFERS, &texts::MAKE_ALIKE),
    };
    html! {
        section.panel aria-label=(common::SHADOWS.say(lang)) {
            p { (text.say(lang)) @if let Shadow::Differs(fields) = shadow { " " (names(lang, fields)) } }
            @if let Some(action) = action {
                form method="post" action=(action) {
                    input type="hidden" name="form_token" value=(frame.form_token);
                    p.actions { button.button type="submit" { (button.say(lang)) } }
                }
            }
        }
    }
}

/// What else may be done with it.
pub fn acts(lang: Lang, copy: Option<&str>, remove: &str) -> Markup {
    html! {
        p.actions {
            @if let Some(copy) = copy { a.quiet href=(copy) { (texts::COPY.say(lang)) } }
            a.quiet href=(remove) { (texts::REMOVE.say(lang)) }
        }
    }
}

/// A page that asks whether something is really to be removed.
pub struct Confirm<'a> {
    /// What the page is called.
    pub title: &'a Text,
    /// What follows from it.
    pub texts: &'a [&'a Text],
    /// What is removed.
    pub what: &'a str,
    /// Where it is sent.
    pub action: &'a str,
    /// The version that is removed.
    pub version: &'a str,
    /// The way back.
    pub back: &'a str,
}

/// Renders it, below the tabs.
pub fn confirm(head: &Head<'_>, view: &Confirm<'_>) -> Markup {
    page(head, &confirmation(head.frame, view))
}

/// The question itself.
pub(super) fn confirmation(frame: &Frame<'_>, view: &Confirm<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (view.title.say(lang)) }
        section.panel {
            p { code dir="auto" { (view.what) } }
            @for text in view.texts { p { (text.say(lang)) } }
            form method="post" action=(view.action) {
                input type="hidden" name="form_token" value=(frame.form_token);
                input type="hidden" name="version" value=(view.version);
                p.actions {
                    button.button.danger type="submit" { (view.title.say(lang)) }
                    a.quiet href=(view.back) { (texts::CANCEL.say(lang)) }
                }
            }
        }
    }
}
