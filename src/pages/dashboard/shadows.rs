//! Shadow applications: how the twins on the MitID domains stand, and making them.

use super::application::{Name, names};
use super::frame::{self, Frame, Notice, Page};
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, shadows as texts};
use maud::{Markup, html};

/// Most applications of a kind that a page shows.
const SHOWN_MAX: usize = 100;

/// How many applications of a domain stand how.
pub struct Counts {
    /// Their shadow is alike.
    pub alike: u64,
    /// They have none.
    pub missing: usize,
    /// It differs.
    pub differing: usize,
    /// There, and nobody's shadow.
    pub extra: usize,
}

/// An ordinary domain.
pub struct Domain {
    /// Its host.
    pub host: String,
    /// Its own page.
    pub href: String,
    /// Where its shadows are.
    pub mitid_domain: String,
    /// How they stand; `None` where it was not asked.
    pub counts: Option<Counts>,
}

/// The domains of an environment.
pub struct Overview<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The domains that lead to a MitID domain.
    pub domains: &'a [Domain],
    /// Where the next page is.
    pub next: Option<&'a str>,
    /// Where domains are changed.
    pub domains_href: &'a str,
}

/// Renders it.
pub fn overview(view: &Overview<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::SHADOWS.say(lang),
        section: "shadows",
        notice: None,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            @if view.domains.is_empty() {
                p { (texts::NO_DOMAINS.say(lang)) }
                p.actions { a.quiet href=(view.domains_href) { (common::DOMAINS.say(lang)) } }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(common::SHADOWS.say(lang)) {
                    table.table {
                        thead { tr {
                            th scope="col" { (texts::DOMAIN.say(lang)) }
                            th scope="col" { (texts::MITID_DOMAIN.say(lang)) }
                            th scope="col" { (texts::ALIKE.say(lang)) }
                            th scope="col" { (texts::MISSING.say(lang)) }
                            th scope="col" { (texts::DIFFERING.say(lang)) }
                            th scope="col" { (texts::EXTRA.say(lang)) }
                        } }
                        tbody { @for domain in view.domains { (row(lang, domain)) } }
                    }
                }
            }
            @if let Some(next) = view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        },
    })
}

fn row(lang: Lang, domain: &Domain) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(domain.href) dir="auto" { (domain.host) } }
            td dir="auto" { (domain.mitid_domain) }
            @match &domain.counts {
                None => td colspan="4" { (texts::NOT_READ.say(lang)) },
                Some(counts) => {
                    td { (counts.alike) }
                    td .bad[counts.missing > 0] { (counts.missing) }
                    td .bad[counts.differing > 0] { (counts.differing) }
                    td { (counts.extra) }
                }
            }
        }
    }
}

/// An application, and where its shadow differs.
pub struct Differing<'a> {
    /// `client_id`
    pub client_id: &'a str,
    /// What differs.
    pub fields: Vec<Name<'a>>,
}

/// Why a shadow was not made.
pub struct Refusal {
    /// Whose.
    pub client_id: String,
    /// Why, in English.
    pub why: String,
}

/// The applications of a domain beside their shadows.
pub struct OfDomain<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The domain.
    pub host: &'a str,
    /// Where its shadows are.
    pub mitid_domain: &'a str,
    /// How many are alike.
    pub alike: u64,
    /// Without a shadow.
    pub missing: &'a [&'a str],
    /// Whose shadow differs.
    pub differing: &'a [Differing<'a>],
    /// Nobody's shadow.
    pub extra: &'a [&'a str],
    /// The page of an application of the domain.
    pub original: &'a dyn Fn(&str) -> String,
    /// The page of one of the MitID domain.
    pub twin: &'a dyn Fn(&str) -> String,
    /// Where its forms are sent; `None` for whoever may not.
    pub action: Option<&'a str>,
    /// A call that tells a release pipeline.
    pub call: &'a str,
    /// Where tokens are made; `None` for whoever may not.
    pub tokens_href: Option<&'a str>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// What was not done.
    pub refusals: &'a [Refusal],
    /// How many were left for another time.
    pub remain: usize,
}

/// Renders it.
pub fn of_domain(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    let title = format!("{}: {}", common::SHADOWS.say(lang), view.host);
    let is_alike = view.missing.is_empty() && view.differing.is_empty();
    frame::page(&Page {
        frame: view.frame,
        title: &title,
        section: "shadows",
        notice: view.notice,
        content: html! {
            (undone(view))
            dl.facts {
                dt { (texts::MITID_DOMAIN.say(lang)) } dd dir="auto" { (view.mitid_domain) }
                dt { (texts::ALIKE.say(lang)) } dd { (view.alike) }
            }
            @if is_alike { p.well { (texts::ALL_ALIKE.say(lang)) } } @else { (all(view)) }
            (missing(view))
            (differing(view))
            @if !view.extra.is_empty() {
                h2 { (texts::EXTRA_TITLE.say(lang)) }
                p { (texts::EXTRA_ABOUT.say(lang)) }
                ul.list role="list" {
                    @for client_id in view.extra.iter().take(SHOWN_MAX) {
                        li { a href=((view.twin)(client_id)) { code { (client_id) } } }
                    }
                }
                (more(lang, view.extra.len()))
            }
            (pipeline(view))
        },
    })
}

fn undone(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if !view.refusals.is_empty() {
            div.summary tabindex="-1" autofocus { div role="alert" {
                h2 { (common::NOT_SAVED.say(lang)) }
                ul {
                    @for refusal in view.refusals {
                        li {
                            (texts::refused(&refusal.client_id).say(lang)) " "
                            span lang="en" dir="auto" { (refusal.why) }
                        }
                    }
                }
            } }
        }
        @if view.remain > 0 { p.notice role="status" { (texts::remain(view.remain).say(lang)) } }
    }
}

fn all(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if let Some(action) = view.action {
            form method="post" action=(action) {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                input type="hidden" name="act" value="all";
                p { (texts::MAKE_ALL_ABOUT.say(lang)) }
                p.actions { button.button type="submit" { (texts::MAKE_ALL.say(lang)) } }
            }
        }
    }
}

fn one(view: &OfDomain<'_>, client_id: &str, label: &Text) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if let Some(action) = view.action {
            td {
                form.inline method="post" action=(action) {
                    input type="hidden" name="form_token" value=(view.frame.form_token);
                    input type="hidden" name="act" value="one";
                    input type="hidden" name="client_id" value=(client_id);
                    button.quiet type="submit" aria-label={ (label.say(lang)) ": " (client_id) } {
                        (label.say(lang))
                    }
                }
            }
        }
    }
}

fn missing(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if !view.missing.is_empty() {
            h2 { (texts::MISSING_TITLE.say(lang)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::MISSING_TITLE.say(lang)) {
                table.table {
                    thead { tr {
                        th scope="col" { (texts::APPLICATION.say(lang)) }
                        @if view.action.is_some() { th scope="col" { (texts::ACT.say(lang)) } }
                    } }
                    tbody {
                        @for client_id in view.missing.iter().take(SHOWN_MAX) {
                            tr {
                                th scope="row" { a href=((view.original)(client_id)) { code { (client_id) } } }
                                (one(view, client_id, &texts::MAKE))
                            }
                        }
                    }
                }
            }
            (more(lang, view.missing.len()))
        }
    }
}

fn differing(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if !view.differing.is_empty() {
            h2 { (texts::DIFFERING_TITLE.say(lang)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::DIFFERING_TITLE.say(lang)) {
                table.table {
                    thead { tr {
                        th scope="col" { (texts::APPLICATION.say(lang)) }
                        th scope="col" { (texts::DIFFERS_IN.say(lang)) }
                        @if view.action.is_some() { th scope="col" { (texts::ACT.say(lang)) } }
                    } }
                    tbody {
                        @for it in view.differing.iter().take(SHOWN_MAX) {
                            tr {
                                th scope="row" { a href=((view.original)(it.client_id)) { code { (it.client_id) } } }
                                td { (names(lang, &it.fields)) }
                                (one(view, it.client_id, &texts::MAKE_ALIKE))
                            }
                        }
                    }
                }
            }
            (more(lang, view.differing.len()))
        }
    }
}

fn more(lang: Lang, count: usize) -> Markup {
    let rest = count.saturating_sub(SHOWN_MAX);
    html! { @if rest > 0 { p { (texts::more(rest).say(lang)) } } }
}

fn pipeline(view: &OfDomain<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        h2 { (texts::PIPELINE.say(lang)) }
        p { (texts::PIPELINE_ABOUT.say(lang)) }
        pre { code { (view.call) } }
        p.actions {
            @if let Some(tokens) = view.tokens_href { a.quiet href=(tokens) { (common::TOKENS.say(lang)) } }
            a.quiet href="/api/openapi.json" { (texts::DESCRIPTION.say(lang)) }
        }
    }
}
