//! A small application on a TEST domain: log on in any way, and see what an application is told.
//!
//! Its ways to log on are links: a form's `form-action 'self'` would stop a login that crosses
//! to the MitID domain.

use maud::{Markup, html};

use super::Frame;
use super::components::table;
use super::layout::{Document, document};
use super::texts::{Text, choose, demo as texts};

/// The demo's first page.
#[derive(Clone, Copy, Debug)]
pub struct DemoHome<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The applications to log on to.
    pub clients: &'a [DemoPick<'a>],
    /// What the request may say by `prompt`; the first has no name and says nothing.
    pub prompts: &'a [DemoPick<'a>],
    /// The ways to log on, for the application that is current.
    pub methods: &'a [DemoMethod<'a>],
}

/// One of several, of which one is picked.
#[derive(Clone, Copy, Debug)]
pub struct DemoPick<'a> {
    /// A client id, or a `prompt`.
    pub name: &'a str,
    /// This page, with it picked.
    pub href: &'a str,
    /// Whether it is the one picked.
    pub current: bool,
}

/// A way to log on.
#[derive(Clone, Copy, Debug)]
pub struct DemoMethod<'a> {
    /// The acr asked for; `None` asks for none.
    pub acr: Option<&'a str>,
    /// Starts the login.
    pub href: &'a str,
}

/// What a login brought, as strings.
#[derive(Clone, Copy, Debug)]
pub struct DemoResult<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// The eID really used, as the token names it.
    pub eid_used: &'a str,
    /// The key that signed.
    pub kid: &'a str,
    /// The ID token's header, as (name, value).
    pub header: &'a [(&'a str, &'a str)],
    /// The ID token's claims, as (name, value).
    pub claims: &'a [(&'a str, &'a str)],
    /// The answer of the userinfo endpoint, as (name, value).
    pub userinfo: &'a [(&'a str, &'a str)],
    /// The ID token as it came.
    pub raw_token: &'a str,
    /// The demo's first page.
    pub again_href: &'a str,
    /// Ends the session, where there is one.
    pub logout_href: Option<&'a str>,
}

/// Renders the first page.
pub fn home(view: &DemoHome<'_>) -> Markup {
    let lang = view.frame.lang;
    let headline = texts::welcome(view.frame.sp());
    document(Document {
        content: html! {
            (picks("client", texts::CLIENTS.say(lang), "", view.clients))
            (picks("prompt", texts::PROMPT.say(lang), texts::PROMPT_NONE_SENT.say(lang), view.prompts))
            section.others {
                h2 { (texts::METHODS.say(lang)) }
                ul role="list" {
                    @for method in view.methods { li { (method_link(view, method)) } }
                }
            }
        },
        ..demo_document(&view.frame, &headline, &[&texts::ABOUT])
    })
}

/// Renders what a login brought.
pub fn result(view: &DemoResult<'_>) -> Markup {
    let lang = view.frame.lang;
    let columns = [texts::NAME.say(lang), texts::VALUE.say(lang)];
    let short = [(texts::EID_USED.say(lang), view.eid_used), (texts::KEY_ID.say(lang), view.kid)];
    document(Document {
        content: html! {
            p.ways-out {
                a #again .button href=(view.again_href) { (texts::AGAIN.say(lang)) }
                @if let Some(href) = view.logout_href {
                    a #log-out .quiet href=(href) { (texts::LOG_OUT.say(lang)) }
                }
            }
            (table(texts::SUMMARY.say(lang), columns, &short, "summary"))
            (table(texts::CLAIMS.say(lang), columns, view.claims, "claim"))
            (table(texts::HEADER.say(lang), columns, view.header, "header"))
            @if !view.userinfo.is_empty() {
                (table(texts::USERINFO.say(lang), columns, view.userinfo, "userinfo"))
            }
            details {
                summary { (texts::RAW_TOKEN.say(lang)) }
                p { code #id-token { (view.raw_token) } }
            }
        },
        ..demo_document(&view.frame, &texts::RESULT_TITLE, &[&texts::RESULT_ABOUT])
    })
}

/// What a login brought that ended without a code.
#[derive(Clone, Copy, Debug)]
pub struct DemoEnded<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// `error`, `error_description` and whatever else came.
    pub answer: &'a [(&'a str, &'a str)],
    /// The demo's first page.
    pub again_href: &'a str,
}

/// Renders a login that ended without a code.
pub fn ended(view: &DemoEnded<'_>) -> Markup {
    let lang = view.frame.lang;
    let columns = [texts::NAME.say(lang), texts::VALUE.say(lang)];
    document(Document {
        content: html! {
            p.ways-out { a #again .button href=(view.again_href) { (texts::AGAIN.say(lang)) } }
            (table(texts::SUMMARY.say(lang), columns, view.answer, "error"))
        },
        ..demo_document(&view.frame, &texts::ENDED_TITLE, &[&texts::ENDED_ABOUT])
    })
}

fn demo_document<'a>(frame: &'a Frame<'a>, headline: &'a Text, description: &'a [&'a Text]) -> Document<'a> {
    Document {
        frame,
        kind: "demo",
        eid: None,
        headline,
        title_prefix: None,
        description,
        head: None,
        banner: Some(&texts::BANNER),
        summary: None,
        powered_by: true,
        content: html! {},
    }
}

/// `unnamed` stands for the one that has no name.
fn picks(kind: &str, title: &str, unnamed: &str, of: &[DemoPick<'_>]) -> Markup {
    let id = format!("{kind}-title");
    html! {
        nav.clients aria-labelledby=(id) {
            h2 id=(id) { (title) }
            ul role="list" {
                @for pick in of {
                    li {
                        a.pick href=(pick.href) data-client=[(kind == "client").then_some(pick.name)]
                            data-prompt=[(kind == "prompt").then_some(pick.name)]
                            aria-current=[pick.current.then_some("true")] {
                            @if pick.name.is_empty() { (unnamed) } @else { (pick.name) }
                        }
                    }
                }
            }
        }
    }
}

fn method_link(view: &DemoHome<'_>, method: &DemoMethod<'_>) -> Markup {
    let lang = view.frame.lang;
    let acr = method.acr.unwrap_or_default();
    let detail = method.acr.unwrap_or(texts::ACR_NONE_DETAIL.say(lang));
    html! {
        a.choice href=(method.href) data-acr=(acr) {
            span { (method_name(method).map_or(acr, |name| name.say(lang))) }
            " " code { (detail) }
        }
    }
}

fn method_name(method: &DemoMethod<'_>) -> Option<&'static Text> {
    let Some(acr) = method.acr else {
        return Some(&texts::ACR_NONE);
    };
    let names = [
        (":nemid:poces", &texts::NEMID_POCES),
        (":nemid:moces:codefile", &texts::NEMID_CODEFILE),
        (":nemid:moces", &choose::NEMID_EMPLOYEE),
        (":mitid:low", &texts::MITID_LOW),
        (":mitid:substantial", &texts::MITID_SUBSTANTIAL),
        (":mitid:high", &texts::MITID_HIGH),
        (":mitid:business", &choose::MITID_EMPLOYEE),
    ];
    names.into_iter().find(|(end, _)| acr.ends_with(end)).map(|(_, name)| name)
}
