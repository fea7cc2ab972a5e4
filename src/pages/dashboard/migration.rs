//! The migration board.

use super::applications::next_page;
use super::field::said;
use super::frame::{self, Frame, Notice, Page};
use super::settings::Said;
use crate::pages::Lang;
use crate::pages::texts::dashboard::{common, migration as texts, sunset};
use maud::{Markup, html};

/// Width of a day in the chart, in units of its own.
const DAY: usize = 32;
/// Height of its bars.
const HEIGHT: u64 = 160;

/// Logins of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, UTC.
    pub date: String,
    /// By NemID.
    pub nemid: u64,
    /// By MitID.
    pub mitid: u64,
}

/// An application on its way.
pub struct Application<'a> {
    /// Its domain.
    pub host: &'a str,
    /// Its id.
    pub client_id: &'a str,
    /// Logins by NemID and MitID, all days together.
    pub logins: (u64, u64),
    /// The day of the last one by NemID.
    pub last_nemid: &'a str,
    /// The day of the last one by MitID.
    pub last_mitid: &'a str,
    /// What stands against cutting it over.
    pub reasons: Vec<&'a str>,
    /// Where the exact change stands.
    pub href: String,
    /// When NemID closes for it, if it has a day of its own.
    pub closes: Option<&'a str>,
    /// Where that day is set, for whoever may.
    pub sunset: Option<String>,
}

/// A rehearsal that is under way.
pub struct Rehearsal<'a> {
    /// Until when.
    pub ends_at: &'a str,
    /// For how many logins in a hundred.
    pub percent: String,
}

/// The page.
pub struct Board<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Days in their order.
    pub days: &'a [Day],
    /// About how many people were seen with MitID.
    pub people: String,
    /// The applications of ordinary domains.
    pub applications: &'a [Application<'a>],
    /// Where the next page of them is.
    pub next: Option<&'a str>,
    /// What is rehearsed.
    pub rehearsal: Option<Rehearsal<'a>>,
    /// How many logins were rehearsed, and how many of them were finished.
    pub rehearsed: (u64, u64),
    /// Links that make a browser rehearse.
    pub links: &'a [String],
    /// Where the form is sent.
    pub action: &'a str,
    /// Percentage and end, as typed.
    pub typed: (&'a str, &'a str),
    /// What is wrong with them, in English.
    pub problem: Option<&'a str>,
    /// Whether the reader may rehearse.
    pub may_change: bool,
}

/// Renders it.
pub fn page(view: &Board<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::MIGRATION.say(lang),
        section: "migration",
        notice: view.notice,
        content: html! {
            @if let Some(problem) = view.problem {
                div.summary tabindex="-1" autofocus { div role="alert" {
                    h2 { (common::NOT_SAVED.say(lang)) }
                    p { (said(lang, &Said::Api(problem))) }
                } }
            }
            p { (texts::ABOUT.say(lang)) }
            section.panel {
                h2 { (texts::CHART.say(lang)) }
                @if view.days.is_empty() { p { (texts::NONE.say(lang)) } } @else { (chart(view)) (days(view)) }
                dl.facts { dt { (texts::PEOPLE.say(lang)) } dd #people { (view.people) } }
            }
            (applications(view))
            (rehearsal(view))
        },
    })
}

/// The days as stacked bars. The table says the same.
fn chart(view: &Board<'_>) -> Markup {
    let lang = view.frame.lang;
    let most = view.days.iter().map(|day| day.nemid + day.mitid).max().unwrap_or(0).max(1);
    let width = view.days.len() * DAY;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::CHART.say(lang)) {
            svg.chart role="img" aria-label=(texts::CHART.say(lang)) width=(width) height=(HEIGHT + 4)
                viewBox={ "0 0 " (width) " " (HEIGHT + 4) } {
                @for (at, day) in view.days.iter().enumerate() {
                    @let mitid = day.mitid * HEIGHT / most;
                    @let nemid = day.nemid * HEIGHT / most;
                    rect.bar-mitid x=(at * DAY + 4) y=(HEIGHT - mitid) width=(DAY - 8) height=(mitid) {}
                    rect.bar-nemid x=(at * DAY + 4) y=(HEIGHT - mitid - nemid) width=(DAY - 8) height=(nemid) {}
                }
            }
        }
        p.help { span.key-mitid { "■" } " " (texts::MITID.say(lang)) " " span.key-nemid { "□" } " " (texts::NEMID.say(lang)) }
    }
}

fn days(view: &Board<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::DAY.say(lang)) {
            table.table {
                caption { (texts::CHART.say(lang)) }
                thead { tr {
                    @for head in [&texts::DAY, &texts::NEMID, &texts::MITID, &texts::SHARE] { th scope="col" { (head.say(lang)) } }
                } }
                tbody {
                    @for day in view.days {
                        tr {
                            th scope="row" { (day.date) }
                            td { (day.nemid) }
                            td { (day.mitid) }
                            td { (share(day.nemid, day.mitid)) }
                        }
                    }
                }
            }
        }
    }
}

fn share(nemid: u64, mitid: u64) -> String {
    match nemid + mitid {
        0 => "–".to_owned(),
        all => format!("{} %", mitid * 100 / all),
    }
}

fn applications(view: &Board<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if !view.applications.is_empty() {
            section.panel {
                h2 { (texts::APPLICATIONS.say(lang)) }
                div.scroll tabindex="0" role="region" aria-label=(texts::APPLICATIONS.say(lang)) {
                    table.table {
                        caption { (texts::APPLICATIONS.say(lang)) }
                        thead { tr {
                            @for head in [&texts::APPLICATION, &texts::SHARE, &texts::LAST_NEMID, &texts::LAST_MITID, &texts::STATE] {
                                th scope="col" { (head.say(lang)) }
                            }
                        } }
                        tbody { @for one in view.applications { (application(lang, one)) } }
                    }
                }
                (next_page(lang, view.next))
            }
        }
    }
}

fn application(lang: Lang, one: &Application<'_>) -> Markup {
    let day = |day: &str| if day.is_empty() { "–".to_owned() } else { day.to_owned() };
    html! {
        tr {
            th scope="row" { code { (one.client_id) } br; (one.host) }
            td { (share(one.logins.0, one.logins.1)) }
            td { (day(one.last_nemid)) }
            td { (day(one.last_mitid)) }
            td {
                @if one.reasons.is_empty() { span.badge.good { (texts::READY.say(lang)) } } @else {
                    ul { @for reason in &one.reasons { li { (texts::reason(reason).say(lang)) } } }
                }
                @if let Some(closes) = one.closes { p { (sunset::CLOSES.say(lang)) ": " (frame::moment(closes)) } }
                @if let Some(href) = &one.sunset {
                    p { a href=(href) aria-label={ (sunset::SET.say(lang)) ": " (one.client_id) } { (sunset::SET.say(lang)) } }
                }
                p { a href=(one.href) aria-label={ (texts::CHANGE.say(lang)) ": " (one.client_id) } { (texts::CHANGE.say(lang)) } }
            }
        }
    }
}

fn rehearsal(view: &Board<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        section.panel {
            h2 { (texts::REHEARSAL.say(lang)) }
            p { (texts::REHEARSAL_ABOUT.say(lang)) }
            @if let Some(running) = &view.rehearsal {
                p.bad { (texts::RUNNING.say(lang)) " " (frame::moment(running.ends_at)) " (" (running.percent) " %)" }
                p { (texts::LINK.say(lang)) ":" }
                ul { @for link in view.links { li { a href=(link) rel="noreferrer" { (link) } } } }
            }
            dl.facts {
                dt { (texts::REPORT.say(lang)) } dd #rehearsed { (view.rehearsed.0) }
                dt { (texts::FINISHED.say(lang)) } dd #finished { (view.rehearsed.1) }
            }
            @if view.may_change {
                form.settings method="post" action=(view.action) {
                    input type="hidden" name="form_token" value=(view.frame.form_token);
                    div.field {
                        label for="percent" { (texts::PERCENT.say(lang)) }
                        input #percent name="percent" inputmode="numeric" value=(view.typed.0) autocomplete="off" aria-describedby="percent-help";
                        p.help #percent-help { (texts::PERCENT_HELP.say(lang)) }
                    }
                    div.field {
                        label for="ends_at" { (texts::ENDS.say(lang)) }
                        input #ends_at name="ends_at" value=(view.typed.1) placeholder="2027-01-31T12:00:00Z" autocomplete="off" aria-describedby="ends-help";
                        p.help #ends-help { (texts::ENDS_HELP.say(lang)) }
                    }
                    p.actions { button.button type="submit" { (common::SAVE.say(lang)) } }
                }
            }
            p.help { (texts::SUNSET.say(lang)) }
        }
    }
}

/// The exact change of one application.
pub struct Change<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The text to send.
    pub text: &'a str,
    /// Back.
    pub back: &'a str,
}

/// Renders it.
pub fn change(view: &Change<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::CHANGE.say(lang),
        section: "migration",
        notice: None,
        content: html! {
            p { (texts::CHANGE_ABOUT.say(lang)) }
            pre #change lang="en" { code { (view.text) } }
            p.actions { a.quiet href=(view.back) { (common::MIGRATION.say(lang)) } }
        },
    })
}
