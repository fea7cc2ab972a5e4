//! Identity services: the switches of an environment, and how each eID is reached.

use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, eids as texts};
use maud::{Markup, html};

/// What both pages have.
pub struct Place<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The pages of NemID and of MitID.
    pub hrefs: [String; 2],
}

/// How an eID is reached from a domain.
pub struct Reached {
    /// The domain's host.
    pub host: String,
    /// The upstream's page.
    pub href: String,
    /// The upstream's issuer, if there is one; the outer `None` where it was not looked for.
    pub issuer: Option<Option<String>>,
}

/// DK MitID.
pub struct Mitid<'a> {
    /// What both pages have.
    pub place: Place<'a>,
    /// The switches of the environment.
    pub cpr_form: Option<Markup>,
    /// The MitID domains.
    pub hosts: &'a [&'a str],
    /// The one whose switches are shown.
    pub chosen: Option<&'a str>,
    /// Its switches.
    pub pair_form: Option<Markup>,
    /// Ordinary domains that lead to it: hosts and pages.
    pub leading: &'a [(String, String)],
    /// Ordinary domains that do not.
    pub others: &'a [(String, String)],
    /// The page that orders MitID.
    pub order_href: &'a str,
    /// The upstreams.
    pub upstreams: &'a [Reached],
    /// The next page.
    pub next: Option<String>,
}

/// DK NemID.
pub struct Nemid<'a> {
    /// What both pages have.
    pub place: Place<'a>,
    /// The upstreams.
    pub upstreams: &'a [Reached],
    /// The next page.
    pub next: Option<String>,
}

/// Renders DK MitID.
pub fn mitid(view: &Mitid<'_>) -> Markup {
    let lang = view.place.frame.lang;
    page(
        &view.place,
        true,
        html! {
            p { (texts::ABOUT_MITID.say(lang)) }
            h2 { (texts::CPR_TITLE.say(lang)) }
            @match &view.cpr_form {
                Some(form) => (form),
                None => p { (texts::NO_ENVIRONMENT.say(lang)) },
            }
            h2 { (texts::PAIR_TITLE.say(lang)) }
            @match &view.pair_form {
                Some(form) => (pair(view, form)),
                None => {
                    p { (texts::NO_MITID_DOMAIN.say(lang)) }
                    p.actions { a.button href=(view.order_href) { (common::ORDER.say(lang)) } }
                }
            }
            (upstreams(&view.place, view.upstreams, view.next.as_deref()))
        },
    )
}

/// How a MitID domain stands beside NemID.
fn pair(view: &Mitid<'_>, form: &Markup) -> Markup {
    let lang = view.place.frame.lang;
    let chosen = view.chosen.unwrap_or_default();
    html! {
        @if view.hosts.len() > 1 {
            nav.tabs aria-label=(texts::PAIR_OF.say(lang)) {
                @for host in view.hosts {
                    a href={ (view.place.hrefs[1]) "?domain=" (host) }
                        aria-current=[(*host == chosen).then_some("true")] { (host) }
                }
            }
        }
        p { (texts::PAIR_OF.say(lang)) " " code { (chosen) } }
        @if view.leading.is_empty() {
            p { (texts::NONE_MAY_BE.say(lang)) }
            (hosts(view.others))
        } @else {
            p { (texts::MAY_BE.say(lang)) }
            (hosts(view.leading))
        }
        (form)
    }
}

fn hosts(hosts: &[(String, String)]) -> Markup {
    html! {
        @if !hosts.is_empty() { ul { @for (host, href) in hosts { li { a href=(href) { (host) } } } } }
    }
}

/// Renders DK NemID.
pub fn nemid(view: &Nemid<'_>) -> Markup {
    let lang = view.place.frame.lang;
    page(
        &view.place,
        false,
        html! {
            p { (texts::ABOUT_NEMID.say(lang)) }
            (upstreams(&view.place, view.upstreams, view.next.as_deref()))
        },
    )
}

fn page(place: &Place<'_>, is_mitid: bool, content: Markup) -> Markup {
    let lang = place.frame.lang;
    let title = if is_mitid { &texts::MITID } else { &texts::NEMID };
    let tabs: [(&String, &Text, bool); 2] =
        [(&place.hrefs[0], &texts::NEMID, !is_mitid), (&place.hrefs[1], &texts::MITID, is_mitid)];
    frame::page(&Page {
        frame: place.frame,
        title: title.say(lang),
        section: "eids",
        notice: place.notice,
        content: html! {
            nav.tabs aria-label=(texts::TABS.say(lang)) {
                @for (href, label, is_here) in tabs {
                    a href=(href) aria-current=[is_here.then_some("page")] { (label.say(lang)) }
                }
            }
            (content)
        },
    })
}

fn upstreams(place: &Place<'_>, rows: &[Reached], next: Option<&str>) -> Markup {
    let lang = place.frame.lang;
    html! {
        h2 { (texts::UPSTREAMS.say(lang)) }
        p { (texts::UPSTREAMS_ABOUT.say(lang)) }
        @if !rows.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(texts::UPSTREAMS.say(lang)) {
                table.table {
                    thead { tr {
                        th scope="col" { (texts::DOMAIN.say(lang)) }
                        th scope="col" { (texts::ISSUER.say(lang)) }
                    } }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" { a href=(row.href) { (row.host) } }
                                td {
                                    @match &row.issuer {
                                        Some(Some(issuer)) => (issuer),
                                        Some(None) => span.badge { (texts::NOT_SET.say(lang)) },
                                        None => {}
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if let Some(next) = next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
    }
}
