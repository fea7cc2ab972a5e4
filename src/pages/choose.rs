//! The log-on page: NemID and MitID as two tabs, one of them alone, or other eIDs to pick from.
//!
//! The tabs are links in a `nav`, not ARIA tabs: each goes to another address (MitID runs on
//! another domain), and announcing them as tabs would promise a panel that opens in place. A GET
//! link also escapes the `form-action` policy that a browser applies to redirects after a submit.
//!
//! MitID's own input fields are never shown here, nor anything that looks like them: whoever got
//! used to typing on this page would do so on a forged one too.
//!
//! The MitID box is our block with MitID's start button and what MitID wants said below it. Nobody
//! may restyle it, so it stands in a closed shadow root, where no style sheet of the page reaches
//! and which needs no script. Browsers from before that (2023) show what stands beside it instead.

use maud::{Markup, html};

use super::components::both;
use super::layout::{BOX_STYLE, Document, document};
use super::texts::{Text, choose as texts, common, errors};
use super::{Eid, Frame};

/// The log-on page.
#[derive(Clone, Copy, Debug)]
pub struct Choose<'a> {
    /// Where the page is shown.
    pub frame: Frame<'a>,
    /// NemID and MitID, if either is offered.
    pub pair: Option<Pair<'a>>,
    /// Further eIDs, listed under the pair or by themselves.
    pub others: &'a [OtherEid<'a>],
    /// Which official text MitID's button carries.
    pub call: Call,
    /// MitID's support, linked from its block.
    pub support_href: &'a str,
    /// The privacy policy, linked from MitID's block.
    pub privacy_href: &'a str,
    /// Ends the attempt and tells the application.
    pub cancel_href: &'a str,
}

/// What is offered of the pair. Every link starts its eID at once.
#[derive(Clone, Copy, Debug)]
pub enum Pair<'a> {
    /// Both, as tabs.
    SideBySide {
        /// Starts NemID.
        nemid_href: &'a str,
        /// Starts MitID.
        mitid_href: &'a str,
        /// What the joined panel shows.
        panel: Panel<'a>,
    },
    /// NemID without a tab row.
    NemIdOnly {
        /// Starts NemID.
        href: &'a str,
    },
    /// MitID without a tab row.
    MitIdOnly {
        /// Starts MitID.
        href: &'a str,
    },
}

/// The panel under the tabs.
#[derive(Clone, Copy, Debug)]
pub enum Panel<'a> {
    /// NemID's tab is active.
    NemId,
    /// MitID's tab is active.
    MitId,
    /// MitID's tab is active and can't be used: the application has no twin on the MitID domain.
    NoShadow(NoShadow<'a>),
}

/// What the service's own people need to put a missing twin right. Nothing of it is secret: the
/// client id and the callback stood in the browser's address bar before.
#[derive(Clone, Copy, Debug)]
pub struct NoShadow<'a> {
    /// The client id to register.
    pub client_id: &'a str,
    /// The domain to register it on.
    pub mitid_domain: &'a str,
    /// What is to be registered there, one item a line.
    pub to_register: &'a [&'a str],
}

/// An eID outside the pair.
#[derive(Clone, Copy, Debug)]
pub struct OtherEid<'a> {
    /// Whose.
    pub eid: Eid,
    /// Its kind for employees, or the one for people.
    pub for_employees: bool,
    /// For `data-start`.
    pub key: &'a str,
    /// Starts it.
    pub href: &'a str,
}

/// The five calls to action that MitID allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Call {
    /// Log ind, Log on.
    #[default]
    LogOn,
    /// Godkend, Approve.
    Approve,
    /// Bekræft, Confirm.
    Confirm,
    /// Acceptér, Accept.
    Accept,
    /// Underskriv, Sign.
    Sign,
}

impl Call {
    fn text(self) -> &'static Text {
        match self {
            Self::LogOn => &texts::CTA_LOGIN,
            Self::Approve => &texts::CTA_APPROVE,
            Self::Confirm => &texts::CTA_CONFIRM,
            Self::Accept => &texts::CTA_ACCEPT,
            Self::Sign => &texts::CTA_SIGN,
        }
    }
}

/// Renders the page.
pub fn page(view: &Choose<'_>) -> Markup {
    let eid = shown(view.pair);
    let headline = headline(view, eid);
    let help: &[&Text] = match view.pair {
        Some(Pair::SideBySide { panel: Panel::NemId, .. }) => &[&texts::TABS_HELP],
        Some(Pair::SideBySide { .. }) => &[&texts::TABS_HELP_NEMID],
        _ => &[],
    };
    document(Document {
        frame: &view.frame,
        kind: "choose",
        eid,
        headline: &headline,
        title_prefix: None,
        description: help,
        head: None,
        banner: None,
        summary: None,
        powered_by: !has_mitid_block(view.pair),
        content: html! {
            @if let Some(pair) = view.pair { (offer(view, pair)) }
            @if !view.others.is_empty() { (others(view)) }
            p.ways-out {
                a #cancel .quiet href=(view.cancel_href) { (common::CANCEL.say(view.frame.lang)) }
            }
        },
    })
}

fn shown(pair: Option<Pair<'_>>) -> Option<Eid> {
    Some(match pair? {
        Pair::NemIdOnly { .. } | Pair::SideBySide { panel: Panel::NemId, .. } => Eid::NemId,
        Pair::MitIdOnly { .. } | Pair::SideBySide { .. } => Eid::MitId,
    })
}

fn has_mitid_block(pair: Option<Pair<'_>>) -> bool {
    matches!(pair, Some(Pair::MitIdOnly { .. } | Pair::SideBySide { panel: Panel::MitId, .. }))
}

fn headline(view: &Choose<'_>, eid: Option<Eid>) -> Text {
    let sp = view.frame.sp();
    match (view.pair, eid) {
        (Some(Pair::SideBySide { .. }), _) => texts::TITLE_BOTH.clone(),
        (_, Some(Eid::MitId)) => texts::title_mitid(sp),
        (_, Some(Eid::NemId)) => texts::title_nemid(sp),
        (_, None) => texts::title_other(sp),
    }
}

fn offer(view: &Choose<'_>, pair: Pair<'_>) -> Markup {
    match pair {
        Pair::NemIdOnly { href } => html! { div.panel { (nemid(view, href, true)) } },
        Pair::MitIdOnly { href } => html! { div.boxed { (mitid_box(view, href, true)) } },
        Pair::SideBySide { nemid_href, mitid_href, panel } => html! {
            (tabs(view, nemid_href, mitid_href))
            @match panel {
                Panel::NemId => { (panel_of(view, nemid(view, nemid_href, false))) }
                Panel::MitId => {
                    section.joined aria-label=(texts::title_mitid(view.frame.sp()).say(view.frame.lang)) {
                        (mitid_box(view, mitid_href, false))
                    }
                }
                Panel::NoShadow(missing) => { (panel_of(view, no_shadow(view, &missing))) }
            }
        },
    }
}

fn panel_of(view: &Choose<'_>, content: Markup) -> Markup {
    html! {
        section.panel.joined aria-labelledby="panel-title" {
            (panel_title(view))
            (content)
        }
    }
}

/// `role="list"` gives back the list that WebKit takes away with `list-style: none`.
fn tabs(view: &Choose<'_>, nemid_href: &str, mitid_href: &str) -> Markup {
    let lang = view.frame.lang;
    let active = shown(view.pair);
    let rows = [(Eid::NemId, nemid_href, &texts::TAB_NEMID), (Eid::MitId, mitid_href, &texts::TAB_MITID)];
    html! {
        nav.tabs aria-label=(texts::TABS_LABEL.say(lang)) {
            ul role="list" {
                @for (eid, href, name) in rows {
                    li {
                        a.tab href=(href) data-eid=(eid.key())
                            aria-current=[(active == Some(eid)).then_some("true")] {
                            (name.say(lang))
                        }
                    }
                }
            }
        }
    }
}

fn panel_title(view: &Choose<'_>) -> Markup {
    let sp = view.frame.sp();
    let title = match shown(view.pair) {
        Some(Eid::NemId) => texts::title_nemid(sp),
        _ => texts::title_mitid(sp),
    };
    html! { h2 #panel-title { (both(&title, view.frame.lang)) } }
}

/// `alone`: without a tab row, so the button itself is what starts the eID for whoever looks for
/// `data-eid`.
fn nemid(view: &Choose<'_>, href: &str, alone: bool) -> Markup {
    let lang = view.frame.lang;
    let key = Eid::NemId.key();
    html! {
        div.block {
            p { (both(&texts::NEMID_ABOUT, lang)) }
            a.button href=(href) data-start=(key) data-eid=[alone.then_some(key)] { (texts::NEMID_START.say(lang)) }
        }
    }
}

/// The MitID box. Whoever focuses it focuses the button.
fn mitid_box(view: &Choose<'_>, href: &str, alone: bool) -> Markup {
    let key = Eid::MitId.key();
    html! {
        div #mitid-box {
            template shadowrootmode="closed" shadowrootdelegatesfocus {
                link rel="stylesheet" href=(BOX_STYLE);
                (mitid(view, href, Some(key), alone.then_some(key)))
            }
            (mitid(view, href, None, None))
        }
    }
}

/// What the box says is MitID's terms: it stands in one language, without the spans by which style
/// sheets replace wording.
fn mitid(view: &Choose<'_>, href: &str, start: Option<&str>, eid: Option<&str>) -> Markup {
    let lang = view.frame.lang;
    let sp = view.frame.sp();
    html! {
        div.mitid lang=(lang.tag()) {
            p.mitid-head {
                span { (texts::mitid_at(view.call, sp).say(lang)) }
                span.mitid-mark aria-hidden="true" { "MitID" }
            }
            div.mitid-body {
                p { (texts::mitid_about(sp).say(lang)) }
                a.mitid-button href=(href) data-start=[start] data-eid=[eid] { (view.call.text().say(lang)) }
                p.mitid-caution { (texts::mitid_caution(sp).say(lang)) }
            }
            div.mitid-footer {
                p { (common::powered_by(view.frame.broker).say(lang)) }
                ul role="list" {
                    li { a href=(view.support_href) { (common::MITID_SUPPORT.say(lang)) } }
                    li { a href=(view.privacy_href) { (common::PRIVACY.say(lang)) } }
                }
            }
        }
    }
}

fn no_shadow(view: &Choose<'_>, missing: &NoShadow<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.block {
            p.message { (both(&errors::no_shadow(view.frame.sp()), lang)) }
            details {
                summary { (texts::DETAILS.say(lang)) }
                p { (texts::DETAILS_ABOUT.say(lang)) }
                dl {
                    dt { (texts::DETAILS_CLIENT.say(lang)) }
                    dd { code { (missing.client_id) } }
                    dt { (texts::DETAILS_DOMAIN.say(lang)) }
                    dd { code { (missing.mitid_domain) } }
                    dt { (texts::DETAILS_REGISTER.say(lang)) }
                    @for item in missing.to_register { dd { code { (item) } } }
                }
            }
        }
    }
}

fn name(other: &OtherEid<'_>) -> &'static Text {
    match (other.eid, other.for_employees) {
        (Eid::NemId, false) => &texts::TAB_NEMID,
        (Eid::NemId, true) => &texts::NEMID_EMPLOYEE,
        (Eid::MitId, false) => &texts::TAB_MITID,
        (Eid::MitId, true) => &texts::MITID_EMPLOYEE,
    }
}

fn others(view: &Choose<'_>) -> Markup {
    let beside_the_pair = view.pair.is_some();
    html! {
        section.others {
            @if beside_the_pair { h2 { (both(&texts::OTHER_EIDS, view.frame.lang)) } }
            ul role="list" {
                @for other in view.others {
                    li { a.choice href=(other.href) data-start=(other.key) { (both(name(other), view.frame.lang)) } }
                }
            }
        }
    }
}
