//! Domains: the hosts that are issuers of a tenant.

use super::findings::{self, Finding};
use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, domains as texts};
use maud::{Markup, html};

/// A domain in the list.
pub struct Row {
    /// Its host.
    pub host: String,
    /// Its page.
    pub href: String,
    /// What users read.
    pub name: String,
    /// Whether it is a MitID domain.
    pub is_mitid: bool,
    /// The other of its pair.
    pub peer: String,
    /// Whether it is in service.
    pub is_enabled: bool,
    /// Whether somebody should look at it.
    pub has_warnings: bool,
}

/// The list.
pub struct List<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The domains.
    pub rows: &'a [Row],
    /// The next page.
    pub next: Option<String>,
    /// The page that adds one.
    pub add_href: &'a str,
    /// The page that orders MitID.
    pub order_href: &'a str,
    /// Whether somebody is asked who adds domains.
    pub is_operator: bool,
}

/// What a kind is called.
fn kind_name(is_mitid: bool) -> &'static Text {
    if is_mitid { &texts::MITID } else { &texts::ORDINARY }
}

/// Renders the list.
pub fn list(view: &List<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::DOMAINS.say(lang),
        section: "domains",
        notice: view.notice,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            p.actions {
                @if view.is_operator {
                    a.button href=(view.add_href) { (texts::ADD.say(lang)) }
                } @else {
                    a.button href=(view.order_href) { (common::ORDER.say(lang)) }
                    a href=(view.add_href) { (texts::ADD.say(lang)) }
                }
            }
            @if view.rows.is_empty() && view.next.is_none() { p { (texts::NONE.say(lang)) } }
            @if !view.rows.is_empty() {
                div.scroll tabindex="0" role="region" aria-label=(common::DOMAINS.say(lang)) {
                    table.table {
                        thead { tr {
                            th scope="col" { (texts::HOST.say(lang)) }
                            th scope="col" { (texts::NAME.say(lang)) }
                            th scope="col" { (texts::KIND.say(lang)) }
                            th scope="col" { (texts::PEER.say(lang)) }
                            th scope="col" { (texts::STATE.say(lang)) }
                        } }
                        tbody { @for row in view.rows { (line(view, row)) } }
                    }
                }
            }
            @if let Some(next) = &view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        },
    })
}

fn line(view: &List<'_>, row: &Row) -> Markup {
    let lang = view.frame.lang;
    html! {
        tr {
            th scope="row" { a href=(row.href) { (row.host) } }
            td dir="auto" { (row.name) }
            td { (kind_name(row.is_mitid).say(lang)) }
            td { (row.peer) }
            td {
                @if row.is_enabled {
                    span.badge.good { (texts::ON.say(lang)) }
                } @else {
                    span.badge { (texts::OFF.say(lang)) }
                }
                @if row.has_warnings { " " span.badge.bad { (texts::SEE.say(lang)) } }
            }
        }
    }
}

/// The page of who may not add one.
pub fn only_operator(frame: &Frame<'_>, order_href: &str) -> Markup {
    let lang = frame.lang;
    frame::page(&Page {
        frame,
        title: texts::ONLY_OPERATOR_TITLE.say(lang),
        section: "domains",
        notice: None,
        content: html! {
            p { (texts::ONLY_OPERATOR.say(lang)) }
            p { (texts::ORDER_INSTEAD.say(lang)) }
            p.actions { a.button href=(order_href) { (texts::ORDER.say(lang)) } }
        },
    })
}

/// The page that adds one.
pub fn make(frame: &Frame<'_>, form: &Markup) -> Markup {
    frame::page(&Page {
        frame,
        title: texts::ADD.say(frame.lang),
        section: "domains",
        notice: None,
        content: html! { (form) },
    })
}

/// A domain.
pub struct Details<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Its host.
    pub host: &'a str,
    /// Whether it is a MitID domain.
    pub is_mitid: bool,
    /// Whether the name points to the reader's own machine.
    pub is_local: bool,
    /// `iss` of its tokens.
    pub issuer: &'a str,
    /// The day it was made.
    pub created: &'a str,
    /// When NemID closes there, where somebody has said so.
    pub nemid_closed_at: &'a str,
    /// What its administrators should know.
    pub warnings: &'a [&'a Text],
    /// What a check found.
    pub findings: Option<&'a [Finding]>,
    /// The form of its settings.
    pub form: Markup,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Pages about it elsewhere.
    pub links: &'a [(&'a Text, String)],
    /// Where a check is asked for.
    pub check_href: &'a str,
    /// The page that moves the day NemID closes there.
    pub closing_href: &'a str,
    /// The page that removes it.
    pub remove_href: &'a str,
}

/// Renders it.
pub fn details(view: &Details<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: view.host,
        section: "domains",
        notice: view.notice,
        content: html! {
            @if let Some(found) = view.findings { (findings::panel(lang, &texts::CHECKED, found)) }
            @if !view.warnings.is_empty() {
                section.state {
                    h2 { (texts::WARNINGS.say(lang)) }
                    ul.needs { @for warning in view.warnings { li { (warning.say(lang)) } } }
                }
            }
            (facts(view))
            h2 { (texts::MORE.say(lang)) }
            ul.list role="list" {
                @for (label, href) in view.links { li { a href=(href) { (label.say(lang)) } } }
            }
            (reach(view))
            h2 { (texts::SETTINGS.say(lang)) }
            (view.form)
            @if view.may_change {
                p.actions {
                    @if !view.is_mitid { a.quiet href=(view.closing_href) { (texts::CLOSING.say(lang)) } }
                    a.quiet href=(view.remove_href) { (texts::REMOVE.say(lang)) }
                }
            }
        },
    })
}

/// The day NemID closes on a domain.
pub struct Closing<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The domain.
    pub host: &'a str,
    /// Its page.
    pub href: &'a str,
    /// The form of the day.
    pub form: Markup,
}

/// Renders the page that moves it.
pub fn closing(view: &Closing<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::CLOSING.say(lang),
        section: "domains",
        notice: None,
        content: html! {
            p { a href=(view.href) { (view.host) } }
            p { (texts::CLOSING_ABOUT.say(lang)) }
            (view.form)
        },
    })
}

fn facts(view: &Details<'_>) -> Markup {
    let lang = view.frame.lang;
    let metadata = format!("{}/.well-known/openid-configuration", view.issuer);
    let keys = format!("{}/.well-known/jwks", view.issuer);
    html! {
        dl.facts {
            dt { (texts::ISSUER.say(lang)) }
            dd { code { (view.issuer) } }
            dt { (texts::KIND.say(lang)) }
            dd { (kind_name(view.is_mitid).say(lang)) }
            dt { (texts::METADATA.say(lang)) }
            dd { a href=(metadata) rel="noreferrer" { (metadata) } }
            dt { (texts::KEY_SET.say(lang)) }
            dd { a href=(keys) rel="noreferrer" { (keys) } }
            dt { (texts::CALLBACK.say(lang)) }
            dd { code { (view.issuer) "/callback" } }
            @if !view.nemid_closed_at.is_empty() {
                dt { (texts::CLOSES.say(lang)) }
                dd { (frame::moment(view.nemid_closed_at)) }
            }
            dt { (texts::CREATED.say(lang)) }
            dd { (view.created) }
        }
    }
}

/// How the name leads here, and the check that it does.
fn reach(view: &Details<'_>) -> Markup {
    let lang = view.frame.lang;
    let host = view.host;
    html! {
        h2 { (texts::REACH.say(lang)) }
        @if view.is_local {
            p { (texts::LOCAL.say(lang)) }
        } @else {
            p { (texts::DNS_OWN.say(lang)) }
            pre { "routes = [{ pattern = \"" (host) "\", custom_domain = true }]" }
            p { (texts::DNS_CUSTOMER.say(lang)) }
            pre { (host) ". CNAME " (texts::TARGET.say(lang)) }
            p { (texts::DNS_ROUTE.say(lang)) }
            pre { "routes = [{ pattern = \"" (host) "/*\", zone_name = \"" (texts::ZONE.say(lang)) "\" }]" }
        }
        p { (texts::THEN_CHECK.say(lang)) }
        @if view.may_change {
            form method="post" action=(view.check_href) {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                p.actions { button.button type="submit" { (texts::CHECK.say(lang)) } }
            }
        }
    }
}
