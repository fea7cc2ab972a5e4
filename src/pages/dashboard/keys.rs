//! Signing keys: the timetable with its timeline, and the pages of orders.

use super::frame::{self, Frame, Notice, Page, moment};
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, keys as texts};
use maud::{Markup, html};

/// Width of a timeline, in units of its own.
pub const TIMELINE_WIDTH: u32 = 1_000;
/// Height of a key's lane in it.
const LANE: usize = 36;
/// Nearer to the left edge than this, the word for now begins at its line, units of the drawing.
const NOW_ROOM: u32 = 30;

/// A key.
pub struct Key<'a> {
    /// Names it.
    pub kid: &'a str,
    /// Its state's word.
    pub state: &'a str,
    /// Since when it has it.
    pub since: &'a str,
    /// What comes next, and when.
    pub next: Option<(&'a str, Option<&'a str>)>,
    /// Who was seen with it; `None` where that is not known.
    pub seen_by: Option<String>,
    /// Its bar in the timeline, from and to.
    pub bar: (u32, u32),
}

/// The keys of one eID and algorithm.
pub struct Ring<'a> {
    /// The eID's word.
    pub eid: &'a str,
    /// The algorithm.
    pub alg: &'a str,
    /// Its keys, announced ones first.
    pub keys: Vec<Key<'a>>,
    /// When the next one signs by itself.
    pub rotates_at: Option<&'a str>,
    /// From when on it may.
    pub may_rotate_from: Option<&'a str>,
    /// Until when somebody put it off, and why.
    pub postponed: Option<(&'a str, &'a str)>,
    /// Who was not seen with the next key.
    pub not_seen_by: String,
    /// Where now is in the timeline.
    pub now: u32,
}

/// The page.
pub struct Keys<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The rings.
    pub rings: &'a [Ring<'a>],
    /// Hosts that don't have the keys as they are now.
    pub not_published_by: String,
    /// Where orders begin.
    pub base: &'a str,
    /// Whether the reader may give orders.
    pub may_change: bool,
    /// Whether keys may be rotated for exercise.
    pub is_test: bool,
    /// The form of how often they rotate.
    pub every: Markup,
}

/// What a state is called.
fn state_name(word: &str) -> &'static Text {
    match word {
        "standby" => &texts::STANDBY,
        "active" => &texts::ACTIVE,
        "retiring" => &texts::RETIRING,
        "compromised" => &texts::COMPROMISED,
        _ => &texts::REMOVED,
    }
}

/// A moment that may hang on a publication.
fn at(lang: Lang, moment: Option<&str>) -> String {
    moment.map_or_else(|| texts::UNKNOWN_TIME.say(lang).to_owned(), frame::moment)
}

fn step_name(word: &str) -> &'static Text {
    match word {
        "signs" => &texts::SIGNS,
        "retires" => &texts::RETIRES,
        _ => &texts::GOES,
    }
}

/// Renders it.
pub fn page(view: &Keys<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::KEYS.say(lang),
        section: "keys",
        notice: view.notice,
        content: html! {
            p { (texts::ABOUT.say(lang)) }
            @if !view.not_published_by.is_empty() {
                p.bad { (texts::NOT_PUBLISHED.say(lang)) " " (view.not_published_by) }
            }
            @if view.rings.is_empty() { p { (texts::NONE.say(lang)) } }
            @for one in view.rings { (ring(view, one)) }
            @if view.is_test && view.may_change && !view.rings.is_empty() {
                p.actions { a.quiet href={ (view.base) "/rehearse" } { (texts::REHEARSE.say(lang)) } }
            }
            section.panel { (view.every) }
        },
    })
}

fn ring(view: &Keys<'_>, ring: &Ring<'_>) -> Markup {
    let lang = view.frame.lang;
    let name = texts::ring(ring.eid, ring.alg);
    let of = format!("?eid={}&alg={}", ring.eid, ring.alg);
    html! {
        section.panel {
            h2 { (name.say(lang)) }
            div.scroll tabindex="0" role="region" aria-label={ (texts::TIMELINE.say(lang)) ", " (name.say(lang)) } { (timeline(lang, ring)) }
            dl.facts {
                dt { (texts::ROTATES.say(lang)) }
                dd { (at(lang, ring.rotates_at)) }
                dt { (texts::MAY.say(lang)) }
                dd { (at(lang, ring.may_rotate_from)) }
                @if let Some((until, reason)) = ring.postponed {
                    dt { (texts::POSTPONED.say(lang)) }
                    dd { (moment(until)) " – " span dir="auto" { (reason) } }
                }
                @if !ring.not_seen_by.is_empty() {
                    dt { (texts::NOT_SEEN.say(lang)) }
                    dd { (ring.not_seen_by) p.help { (texts::NOT_SEEN_HELP.say(lang)) } }
                }
            }
            (table(view, ring, name.say(lang)))
            @if view.may_change {
                p.actions {
                    a.quiet href={ (view.base) "/rotate" (of) } { (texts::ROTATE.say(lang)) }
                    a.quiet href={ (view.base) "/postpone" (of) } { (texts::POSTPONE.say(lang)) }
                }
            }
        }
    }
}

fn table(view: &Keys<'_>, ring: &Ring<'_>, name: &str) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(name) {
            table.table {
                caption { (name) }
                thead { tr {
                    @for head in [&texts::KEY, &texts::STATE, &texts::SINCE, &texts::NEXT, &texts::SEEN] {
                        th scope="col" { (head.say(lang)) }
                    }
                } }
                tbody {
                    @for key in &ring.keys {
                        tr data-kid=(key.kid) data-state=(key.state) {
                            th scope="row" { code { (key.kid) } }
                            td { (state_name(key.state).say(lang)) }
                            td { (moment(key.since)) }
                            td {
                                @if let Some((step, at)) = &key.next {
                                    (step_name(step).say(lang)) " " (self::at(lang, *at))
                                }
                                @if view.may_change && matches!(key.state, "active" | "standby" | "retiring") {
                                    p { a.bad href={ (view.base) "/compromise?kid=" (key.kid) }
                                        aria-label={ (texts::COMPROMISE.say(lang)) ": " (key.kid) } {
                                        (texts::COMPROMISE.say(lang))
                                    } }
                                }
                            }
                            td { (key.seen_by.as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }
        }
    }
}

/// The keys as bars over time. The table says the same.
fn timeline(lang: Lang, ring: &Ring<'_>) -> Markup {
    let shown: Vec<&Key<'_>> =
        ring.keys.iter().filter(|key| matches!(key.state, "active" | "standby" | "retiring")).collect();
    let height = shown.len() * LANE + 24;
    html! {
        svg.timeline role="img" aria-label=(texts::TIMELINE.say(lang)) viewBox={ "0 0 " (TIMELINE_WIDTH) " " (height) } {
            @for (at, key) in shown.iter().enumerate() {
                @let y = at * LANE;
                rect.{ "bar-" (key.state) } x=(key.bar.0) y=(y + 4) height="26" rx="4"
                    width=(key.bar.1.saturating_sub(key.bar.0).max(6)) {}
                text x=(key.bar.0 + 10) y=(y + 22) {
                    (key.kid.chars().take(8).collect::<String>())
                    " " (state_name(key.state).say(lang))
                }
            }
            line.now x1=(ring.now) x2=(ring.now) y1="0" y2=(height - 20) {}
            text.now x=(ring.now) y=(height - 4) text-anchor=(if ring.now < NOW_ROOM { "start" } else { "middle" }) { (texts::NOW.say(lang)) }
        }
    }
}

/// The page of an order: what it will do, before anybody does it.
pub struct Order<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What it is called.
    pub title: &'a Text,
    /// What it will do.
    pub will: &'a Text,
    /// What it is about: a ring or a key.
    pub about: &'a str,
    /// Where it is sent.
    pub action: &'a str,
    /// Back.
    pub back: &'a str,
    /// What it asks for besides a reason: a day, and whether to force it.
    pub until: Option<&'a str>,
    /// Label and help of the box that forces it.
    pub force: Option<(&'a Text, &'a Text)>,
    /// The reason, as typed; `None` where none is asked.
    pub reason: Option<&'a str>,
    /// Why it was not done, in English, and from when on it would be.
    pub problem: Option<(&'a str, Option<&'a str>)>,
    /// Whether it cannot be undone.
    pub is_dangerous: bool,
}

/// Renders it.
pub fn order(view: &Order<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: view.title.say(lang),
        section: "keys",
        notice: None,
        content: html! {
            @if let Some((problem, from)) = view.problem {
                div.summary tabindex="-1" autofocus { div role="alert" {
                    h2 { (common::NOT_SAVED.say(lang)) }
                    p lang="en" { (problem) }
                    @if let Some(from) = from { p { (texts::TOO_EARLY.say(lang)) " " (moment(from)) } }
                } }
            }
            p { strong { (view.about) } }
            p { (view.will.say(lang)) }
            form.settings method="post" action=(view.action) {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                @if let Some(until) = view.until {
                    div.field {
                        label for="until" { (texts::UNTIL.say(lang)) }
                        input #until name="until" value=(until) placeholder="2027-01-31T12:00:00Z" autocomplete="off" aria-describedby="until-help";
                        p.help #until-help { (texts::UNTIL_HELP.say(lang)) }
                    }
                }
                @if let Some((label, help)) = view.force {
                    div.field.switch {
                        div.choice {
                            input #force type="checkbox" name="force" value="on" aria-describedby="force-help";
                            label for="force" { (label.say(lang)) }
                        }
                        p.help #force-help { (help.say(lang)) }
                    }
                }
                @if let Some(reason) = view.reason {
                    div.field {
                        label for="reason" { (texts::REASON.say(lang)) }
                        input #reason name="reason" value=(reason) dir="auto" autocomplete="off" aria-describedby="reason-help";
                        p.help #reason-help { (texts::REASON_HELP.say(lang)) }
                    }
                }
                p.actions {
                    button.button .danger[view.is_dangerous] type="submit" { (texts::DO_IT.say(lang)) }
                    a.quiet href=(view.back) { (texts::BACK.say(lang)) }
                }
            }
        },
    })
}

/// What an order did, and when everybody knows.
pub struct Outcome<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What it is called.
    pub title: &'a Text,
    /// When every isolate has it.
    pub everywhere_at: Option<&'a str>,
    /// When no cache has what was before.
    pub forgotten_at: Option<&'a str>,
    /// Back.
    pub back: &'a str,
}

/// Renders it.
pub fn outcome(view: &Outcome<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: view.title.say(lang),
        section: "keys",
        notice: None,
        content: html! {
            div.notice role="status" {
                p { (texts::DONE.say(lang)) }
                dl.facts {
                    @if let Some(at) = view.everywhere_at {
                        dt { (texts::EVERYWHERE.say(lang)) } dd { (moment(at)) }
                    }
                    @if let Some(at) = view.forgotten_at {
                        dt { (texts::FORGOTTEN.say(lang)) } dd { (moment(at)) }
                    }
                }
            }
            p.actions { a.button href=(view.back) { (texts::BACK.say(lang)) } }
        },
    })
}
