//! How an eID is reached from a domain.

use super::findings::{self, Finding};
use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::dashboard::{eids, upstreams as texts};
use maud::{Markup, html};

/// The page.
pub struct Upstream<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Whether it is MitID's; else NemID's.
    pub is_mitid: bool,
    /// The domain's host.
    pub host: &'a str,
    /// The domain's page.
    pub domain_href: &'a str,
    /// The eID's page.
    pub eid_href: &'a str,
    /// The domain's issuer.
    pub issuer: &'a str,
    /// Whether there is one.
    pub is_set: bool,
    /// Whether the domain may have one.
    pub may_run: bool,
    /// The public key that proves us there, as JSON.
    pub client_key: Option<&'a str>,
    /// What a test found.
    pub findings: Option<&'a [Finding]>,
    /// The form of its settings.
    pub form: Markup,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Where a test is asked for.
    pub test_href: &'a str,
    /// The page that removes it.
    pub remove_href: &'a str,
}

/// Renders it.
pub fn upstream(view: &Upstream<'_>) -> Markup {
    let lang = view.frame.lang;
    let eid = if view.is_mitid { &eids::MITID } else { &eids::NEMID };
    let title = format!("{}: {}", eid.say(lang), view.host);
    frame::page(&Page {
        frame: view.frame,
        title: &title,
        section: "eids",
        notice: view.notice,
        content: html! {
            p {
                a href=(view.eid_href) { (eid.say(lang)) } " · "
                a href=(view.domain_href) { (eids::DOMAIN.say(lang)) " " (view.host) }
            }
            @if let Some(found) = view.findings { (findings::panel(lang, &texts::TESTED, found)) }
            @if !view.may_run {
                p { (texts::NEMID_ELSEWHERE.say(lang)) }
            } @else {
                @if !view.is_set { p { (texts::NOT_YET.say(lang)) } }
                (to_register(view))
                @if view.is_set && view.may_change { (test(view)) }
                h2 { (texts::SETTINGS.say(lang)) }
                (view.form)
                @if view.is_set && view.may_change {
                    p.actions { a.quiet href=(view.remove_href) { (texts::REMOVE.say(lang)) } }
                }
            }
        },
    })
}

fn to_register(view: &Upstream<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        dl.facts {
            dt { (texts::CALLBACK.say(lang)) }
            dd { code #callback { (view.issuer) "/callback" } }
            dt { (texts::LOGOUT.say(lang)) }
            dd { code { (view.issuer) "/oauth2/logout/done" } }
        }
        @if let Some(key) = view.client_key {
            h2 { (texts::CLIENT_KEY.say(lang)) }
            pre #client-key { (key) }
        }
    }
}

fn test(view: &Upstream<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        h2 { (texts::TEST.say(lang)) }
        p { (texts::TEST_ABOUT.say(lang)) }
        form method="post" action=(view.test_href) {
            input type="hidden" name="form_token" value=(view.frame.form_token);
            p.actions { button.button type="submit" { (texts::TEST.say(lang)) } }
        }
    }
}
