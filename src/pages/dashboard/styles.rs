//! How a domain's pages look.

use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, domains, styles as texts};
use maud::{Markup, html};

/// The domains to style.
pub struct List<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Hosts and their pages.
    pub rows: &'a [(String, String)],
    /// The next page.
    pub next: Option<String>,
}

/// Renders the list.
pub fn list(view: &List<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::STYLES.say(lang),
        section: "styles",
        notice: view.notice,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            @if view.rows.is_empty() && view.next.is_none() { p { (texts::NO_DOMAIN.say(lang)) } }
            ul.list role="list" { @for (host, href) in view.rows { li { a href=(href) { (host) } } } }
            @if let Some(next) = &view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        },
    })
}

/// Something that the checker saw.
pub struct Line {
    /// The line of the sheet, from 1.
    pub line: u64,
    /// The rule.
    pub about: String,
    /// What of it.
    pub detail: String,
}

/// Where the pages can be looked at.
pub struct Preview {
    /// The address.
    pub url: String,
    /// When it ends.
    pub until: String,
}

/// The style of a domain.
pub struct Style<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The domain's host.
    pub host: &'a str,
    /// This page.
    pub href: &'a str,
    /// The domain's page.
    pub domain_href: &'a str,
    /// The version that orders count for.
    pub version: &'a str,
    /// When what is published was saved.
    pub live: Option<String>,
    /// When the draft was saved.
    pub draft: Option<String>,
    /// When those were saved that can be taken back, latest first.
    pub earlier: &'a [String],
    /// Whether there is a sheet to fetch again.
    pub can_fetch: bool,
    /// What the checker saw.
    pub report: Option<&'a [Line]>,
    /// Where it can be looked at.
    pub preview: Option<&'a Preview>,
    /// The form of the draft.
    pub form: Markup,
    /// Whether the reader may change it.
    pub may_change: bool,
}

/// Renders it.
pub fn style(view: &Style<'_>) -> Markup {
    let lang = view.frame.lang;
    let title = format!("{}: {}", common::STYLES.say(lang), view.host);
    frame::page(&Page {
        frame: view.frame,
        title: &title,
        section: "styles",
        notice: view.notice,
        content: html! {
            p { a href=(view.domain_href) { (domains::HOST.say(lang)) " " (view.host) } }
            @if let Some(preview) = view.preview { (previewed(view, preview)) }
            (state(view))
            @if view.may_change { (orders(view)) }
            @if let Some(report) = view.report { (checked(view, report)) }
            h2 { (texts::SETTINGS.say(lang)) }
            (view.form)
            @if view.may_change && !view.version.is_empty() {
                p.actions { a.quiet href={ (view.href) "/remove" } { (texts::REMOVE.say(lang)) } }
            }
        },
    })
}

fn previewed(view: &Style<'_>, preview: &Preview) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.notice role="status" tabindex="-1" autofocus {
            h2 { (texts::PREVIEW_TITLE.say(lang)) }
            p { a #preview href=(preview.url) target="_blank" rel="noreferrer noopener" {
                (texts::PREVIEW_OPEN.say(lang))
            } }
            p { (texts::PREVIEW_UNTIL.say(lang)) ": " (preview.until) }
        }
    }
}

fn state(view: &Style<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        dl.facts {
            dt { (texts::LIVE.say(lang)) }
            dd { @match &view.live { Some(since) => (since), None => (texts::NONE.say(lang)) } }
            dt { (texts::DRAFT.say(lang)) }
            dd { @match &view.draft { Some(since) => (since), None => (texts::NO_DRAFT.say(lang)) } }
            @if !view.earlier.is_empty() {
                dt { (texts::EARLIER.say(lang)) }
                dd { (view.earlier.join(", ")) }
            }
        }
    }
}

/// What can be done with the draft and what is published.
fn orders(view: &Style<'_>) -> Markup {
    html! {
        (order(view, "preview", &texts::PREVIEW, &texts::PREVIEW_ABOUT))
        @if view.draft.is_some() { (order(view, "publish", &texts::PUBLISH, &texts::PUBLISH_ABOUT)) }
        @if !view.earlier.is_empty() { (order(view, "roll-back", &texts::ROLL_BACK, &texts::ROLL_BACK_ABOUT)) }
        @if view.can_fetch { (order(view, "fetch", &texts::FETCH, &texts::FETCH_ABOUT)) }
    }
}

fn order(view: &Style<'_>, name: &str, label: &Text, about: &Text) -> Markup {
    let lang = view.frame.lang;
    let help = format!("{name}-help");
    html! {
        form method="post" action={ (view.href) "/" (name) } {
            input type="hidden" name="form_token" value=(view.frame.form_token);
            input type="hidden" name="version" value=(view.version);
            p { button.quiet type="submit" aria-describedby=(help) { (label.say(lang)) } }
            p.help id=(help) { (about.say(lang)) }
        }
    }
}

fn checked(view: &Style<'_>, report: &[Line]) -> Markup {
    let lang = view.frame.lang;
    html! {
        h2 { (texts::REPORT.say(lang)) }
        @if report.is_empty() {
            p { (texts::REPORT_EMPTY.say(lang)) }
        } @else {
            p { (texts::REPORT_ABOUT.say(lang)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::REPORT.say(lang)) {
                table.table {
                    thead { tr {
                        th scope="col" { (texts::LINE.say(lang)) }
                        th scope="col" { (texts::RULE.say(lang)) }
                        th scope="col" { (texts::DETAIL.say(lang)) }
                    } }
                    tbody {
                        @for line in report {
                            tr {
                                td { (line.line) }
                                th scope="row" { code dir="auto" { (line.about) } }
                                td lang="en" { (line.detail) }
                            }
                        }
                    }
                }
            }
        }
    }
}
