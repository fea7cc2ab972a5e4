//! Ordering MitID: the tenant's pages, and the operator's desk.

use super::field::{Choice, Field, Kind};
use super::frame::{self, Frame, Notice, Page};
use crate::pages::Lang;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, order as texts};
use crate::pages::texts::order as states;
use maud::{Markup, html};

/// What is typed into an order.
pub static FIELDS: &[Field] = &[
    Field { name: "company", label: texts::COMPANY, help: texts::COMPANY_HELP, kind: Kind::Line },
    Field { name: "alias", label: texts::ALIAS, help: texts::ALIAS_HELP, kind: Kind::Line },
    Field { name: "prefix", label: texts::PREFIX, help: texts::PREFIX_HELP, kind: Kind::Line },
    Field {
        name: "country",
        label: texts::COUNTRY,
        help: texts::COUNTRY_HELP,
        kind: Kind::One(&texts::COUNTRIES),
    },
    Field { name: "vat", label: texts::VAT, help: texts::VAT_HELP, kind: Kind::Line },
    Field { name: "entity", label: texts::ENTITY, help: texts::ENTITY_HELP, kind: Kind::One(ENTITIES) },
    Field {
        name: "contact_name",
        label: texts::CONTACT_NAME,
        help: texts::CONTACT_NAME_HELP,
        kind: Kind::Line,
    },
    Field {
        name: "contact_email",
        label: texts::CONTACT_EMAIL,
        help: texts::CONTACT_EMAIL_HELP,
        kind: Kind::Line,
    },
    Field {
        name: "contact_phone",
        label: texts::CONTACT_PHONE,
        help: texts::CONTACT_PHONE_HELP,
        kind: Kind::Line,
    },
];

static ENTITIES: &[Choice] =
    &[("", texts::ENTITY_NONE), ("private", texts::ENTITY_PRIVATE), ("public", texts::ENTITY_PUBLIC)];

/// What a field is called.
pub fn label(name: &str) -> &'static Text {
    FIELDS.iter().find(|field| field.name == name).map_or(&texts::DOMAIN, |field| &field.label)
}

/// What a kind of company is called; nothing of none.
pub fn entity(word: &str) -> Option<&'static Text> {
    ENTITIES.iter().find(|(known, _)| !word.is_empty() && *known == word).map(|(_, name)| name)
}

/// Something that an order says.
pub struct Fact {
    /// What it is called.
    pub label: &'static Text,
    /// What is said.
    pub value: String,
}

/// The states on the way, in their order.
static STEPS: [(&str, &Text); 6] = [
    ("draft", &states::DRAFT),
    ("submitted", &states::SUBMITTED),
    ("verifying", &states::VERIFYING),
    ("at_operator", &states::WITH_OPERATOR),
    ("domain_ready", &states::DOMAIN_READY),
    ("completed", &states::COMPLETED),
];

/// What a state is called.
pub fn state_name(word: &str) -> &'static Text {
    match word {
        "rejected" => &states::REJECTED,
        "withdrawn" => &states::WITHDRAWN,
        _ => STEPS.iter().find(|(known, _)| *known == word).map_or(&states::DRAFT, |(_, name)| name),
    }
}

/// Why something was not done.
pub struct Problem<'a> {
    /// In our words.
    pub text: &'static Text,
    /// What the API says of it, in English.
    pub detail: &'a str,
}

/// How far an order is.
pub struct Progress<'a> {
    /// Its state's word.
    pub status: &'a str,
    /// Since when.
    pub since: &'a str,
    /// Why it was rejected.
    pub reason: Option<&'a str>,
    /// What it says.
    pub facts: &'a [Fact],
    /// Its version, which forms send along.
    pub version: u64,
}

/// A tenant's order.
pub struct Order<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The page's own address.
    pub href: &'a str,
    /// The order, if there is one.
    pub progress: Option<Progress<'a>>,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Whether it can be written, or another begun.
    pub can_edit: bool,
    /// Whether it can be submitted.
    pub submit: Option<Submit<'a>>,
    /// Whether it can be taken back.
    pub can_withdraw: bool,
    /// The domain's page, once it is completed.
    pub domain_href: Option<&'a str>,
    /// Where the settings of MitID are.
    pub eids_href: &'a str,
    /// Where a system of the tenant's own is named, to be told of the order.
    pub webhook_href: &'a str,
    /// Why something was not done.
    pub problem: Option<Problem<'a>>,
}

/// What is needed to submit an order.
pub struct Submit<'a> {
    /// The version of the terms, where they have to be accepted.
    pub terms: Option<&'a str>,
    /// Whether the reader is signed in as an employee of the company.
    pub proves: bool,
}

/// Renders the tenant's page.
pub fn order(view: &Order<'_>) -> Markup {
    let lang = view.frame.lang;
    let is_production = view.frame.place.is_some_and(|place| place.is_production);
    frame::page(&Page {
        frame: view.frame,
        title: common::ORDER.say(lang),
        section: "order",
        notice: view.notice,
        content: html! {
            (problem(lang, view.problem.as_ref()))
            @if let Some(progress) = &view.progress {
                (status(lang, progress))
                @if view.can_edit {
                    @if progress.status == "rejected" { p { (texts::REJECTED_HELP.say(lang)) } }
                    (begin_or_edit(view, progress.status == "withdrawn"))
                }
                @if let (Some(submit), true) = (&view.submit, view.may_change) {
                    (submission(view, progress.version, submit))
                }
                @if matches!(progress.status, "submitted" | "verifying" | "at_operator" | "domain_ready") {
                    (completion(view, progress))
                }
                @if let Some(href) = view.domain_href {
                    p { (texts::COMPLETED.say(lang)) }
                    p.actions {
                        a.button href=(href) { (texts::OPEN_DOMAIN.say(lang)) }
                        a.quiet href=(view.eids_href) { (texts::OPEN_EIDS.say(lang)) }
                    }
                }
                @if view.can_withdraw && view.may_change {
                    h2 { (texts::WITHDRAW.say(lang)) }
                    p.help { (texts::WITHDRAW_HELP.say(lang)) }
                    (act(view.frame, view.href, progress.version, "withdraw", "button danger", &texts::WITHDRAW))
                }
            } @else {
                p { (texts::INTRO.say(lang)) }
                p {
                    @if is_production { (texts::NEEDS_PRODUCTION.say(lang)) } @else { (texts::NEEDS_TEST.say(lang)) }
                }
                (begin_or_edit(view, true))
            }
            p { a href=(view.webhook_href) { (texts::WEBHOOK_TITLE.say(lang)) } }
        },
    })
}

fn begin_or_edit(view: &Order<'_>, begins: bool) -> Markup {
    let lang = view.frame.lang;
    let label = if begins { &texts::BEGIN } else { &texts::EDIT };
    html! {
        @if view.may_change {
            p.actions { a.button href={ (view.href) "/edit" } { (label.say(lang)) } }
        } @else {
            p.help { (frame::only_seen(view.frame).say(lang)) }
        }
    }
}

fn problem(lang: Lang, problem: Option<&Problem<'_>>) -> Markup {
    html! {
        @if let Some(problem) = problem {
            div.summary tabindex="-1" autofocus { div role="alert" {
                h2 { (texts::NOT_SAVED.say(lang)) }
                p { (problem.text.say(lang)) }
                @if !problem.detail.is_empty() { p lang="en" { (problem.detail) } }
            } }
        }
    }
}

/// The state, the way to go, and what the order says.
fn status(lang: Lang, progress: &Progress<'_>) -> Markup {
    let at = STEPS.iter().position(|(word, _)| *word == progress.status);
    html! {
        section.panel {
            h2 { (texts::STATUS.say(lang)) ": " (state_name(progress.status).say(lang)) }
            @if let Some(at) = at {
                ol.steps aria-label=(texts::STEPS.say(lang)) {
                    @for (number, (_, name)) in STEPS.iter().enumerate() {
                        li.past[number < at] aria-current=[(number == at).then_some("step")] { (name.say(lang)) }
                    }
                }
            }
            @if let Some(reason) = progress.reason {
                p { strong { (texts::REASON.say(lang)) ":" } " " span dir="auto" { (reason) } }
            }
            dl.facts {
                dt { (texts::SINCE.say(lang)) }
                dd { (frame::moment(progress.since)) }
                @for fact in progress.facts.iter().filter(|fact| !fact.value.is_empty()) {
                    dt { (fact.label.say(lang)) }
                    dd dir="auto" { (fact.value) }
                }
            }
        }
    }
}

/// A form of one button.
fn act(frame: &Frame<'_>, href: &str, version: u64, name: &str, class: &str, label: &Text) -> Markup {
    html! {
        form method="post" action=(href) {
            (hidden(frame, version, name))
            p.actions { button class=(class) type="submit" { (label.say(frame.lang)) } }
        }
    }
}

fn hidden(frame: &Frame<'_>, version: u64, act: &str) -> Markup {
    html! {
        input type="hidden" name="form_token" value=(frame.form_token);
        input type="hidden" name="version" value=(version);
        input type="hidden" name="act" value=(act);
    }
}

fn submission(view: &Order<'_>, version: u64, submit: &Submit<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        h2 { (texts::SUBMIT_TITLE.say(lang)) }
        p { (texts::SUBMIT_HELP.say(lang)) }
        p { (if submit.proves { &texts::WILL_PROVE } else { &texts::WILL_NOT_PROVE }.say(lang)) }
        @if !submit.proves {
            p { a href={ "/sign-in?as=employee&back=" (view.frame.back) } { (texts::PROVE.say(lang)) } }
        }
        form method="post" action=(view.href) {
            (hidden(view.frame, version, "submit"))
            @if let Some(terms_version) = submit.terms {
                input type="hidden" name="terms_version" value=(terms_version);
                (terms(lang, terms_version))
                @for (name, label) in
                    [("terms_general", &texts::ACCEPT_GENERAL), ("terms_mitid", &texts::ACCEPT_MITID)]
                {
                    div.choice {
                        input type="checkbox" id=(name) name=(name) value="on";
                        label for=(name) { (label.say(lang)) }
                    }
                }
            }
            p.actions { button.button type="submit" { (texts::SUBMIT.say(lang)) } }
        }
    }
}

fn terms(lang: Lang, version: &str) -> Markup {
    html! {
        section.panel {
            h3 { (texts::TERMS_GENERAL_TITLE.say(lang)) }
            ul { @for term in &texts::TERMS_GENERAL { li { (term.say(lang)) } } }
            h3 { (texts::TERMS_MITID_TITLE.say(lang)) }
            ul { @for term in &texts::TERMS_MITID { li { (term.say(lang)) } } }
            p.help { (texts::TERMS_NOTE.say(lang)) " " (version) }
        }
    }
}

/// The button that is active only when the domain is ready.
fn completion(view: &Order<'_>, progress: &Progress<'_>) -> Markup {
    let lang = view.frame.lang;
    let is_ready = progress.status == "domain_ready";
    let help = if is_ready { &texts::COMPLETE_HELP } else { &texts::COMPLETE_NOT_YET };
    html! {
        h2 { (texts::COMPLETE_TITLE.say(lang)) }
        p #complete-help { (help.say(lang)) }
        @if view.may_change {
            form method="post" action=(view.href) {
                (hidden(view.frame, progress.version, "complete"))
                p.actions {
                    button.button type="submit" aria-describedby="complete-help" disabled[!is_ready] {
                        (texts::COMPLETE.say(lang))
                    }
                }
            }
        }
    }
}

/// The page with the form.
pub struct Edit<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The form.
    pub form: Markup,
}

/// Renders it.
pub fn edit(view: Edit<'_>) -> Markup {
    let lang = view.frame.lang;
    let is_production = view.frame.place.is_some_and(|place| place.is_production);
    frame::page(&Page {
        frame: view.frame,
        title: texts::EDIT_TITLE.say(lang),
        section: "order",
        notice: None,
        content: html! {
            p {
                @if is_production { (texts::NEEDS_PRODUCTION.say(lang)) } @else { (texts::NEEDS_TEST.say(lang)) }
            }
            (view.form)
        },
    })
}

/// A row of the operator's queue.
pub struct Row<'a> {
    /// Where its order is.
    pub href: String,
    /// Whose.
    pub tenant: &'a str,
    /// TEST or PRODUCTION.
    pub environment: &'a str,
    /// The company.
    pub company: &'a str,
    /// Its state's word.
    pub status: &'a str,
    /// When it was submitted first.
    pub ordered_at: String,
    /// When its state last changed.
    pub since: String,
}

/// The operator's queue.
pub struct Queue<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// A page of it.
    pub rows: &'a [Row<'a>],
    /// The next page.
    pub next: Option<String>,
}

/// Renders it.
pub fn queue(view: &Queue<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: common::DESK.say(lang),
        section: "",
        notice: view.notice,
        content: html! {
            @if view.rows.is_empty() { p { (texts::DESK_EMPTY.say(lang)) } } @else {
                div.scroll tabindex="0" role="region" aria-label=(texts::DESK_TABLE.say(lang)) {
                    table.table {
                        caption { (texts::DESK_TABLE.say(lang)) }
                        thead { tr {
                            @for label in [
                                label("company"), &texts::TENANT, &texts::ENVIRONMENT, &texts::STATUS,
                                &texts::ORDERED_AT, &texts::SINCE,
                            ] { th scope="col" { (label.say(lang)) } }
                        } }
                        tbody { @for row in view.rows { tr {
                            th scope="row" dir="auto" { a href=(row.href) { (row.company) } }
                            td { (row.tenant) }
                            td { (row.environment) }
                            td { span.badge { (state_name(row.status).say(lang)) } }
                            td { (frame::moment(&row.ordered_at)) }
                            td { (frame::moment(&row.since)) }
                        } } }
                    }
                }
            }
            @if let Some(next) = &view.next { p { a href=(next) { (common::NEXT_PAGE.say(lang)) } } }
        },
    })
}

/// An order at the operator's desk.
pub struct AtDesk<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// The page's own address.
    pub href: &'a str,
    /// Whose.
    pub tenant: &'a str,
    /// TEST or PRODUCTION.
    pub environment: &'a str,
    /// Whether it is PRODUCTION.
    pub is_production: bool,
    /// The order, if there is one.
    pub progress: Option<Progress<'a>>,
    /// Whether VIES can be asked.
    pub can_ask_vies: bool,
    /// The reason that was typed.
    pub reason: &'a str,
    /// Why something was not done.
    pub problem: Option<Problem<'a>>,
}

/// Renders it.
pub fn at_desk(view: &AtDesk<'_>) -> Markup {
    let lang = view.frame.lang;
    let title = format!("{}: {}, {}", texts::ORDER_OF.say(lang), view.tenant, view.environment);
    frame::page(&Page {
        frame: view.frame,
        title: &title,
        section: "",
        notice: view.notice,
        content: html! {
            p { a href="/orders" { (common::DESK.say(lang)) } }
            (problem(lang, view.problem.as_ref()))
            @match &view.progress {
                None => { p { (texts::NO_ORDER.say(lang)) } }
                Some(progress) => {
                    (status(lang, progress))
                    @if view.can_ask_vies {
                        (act(view.frame, view.href, progress.version, "vies", "quiet", &texts::VIES_ASK))
                    }
                    (decisions(view, progress))
                }
            }
        },
    })
}

fn decisions(view: &AtDesk<'_>, progress: &Progress<'_>) -> Markup {
    let lang = view.frame.lang;
    let approve_help =
        if view.is_production { &texts::APPROVE_PRODUCTION_HELP } else { &texts::APPROVE_TEST_HELP };
    let offered: &[(&str, &Text, &Text)] = match progress.status {
        "submitted" => {
            &[("verify", &texts::VERIFY, &texts::VERIFY_HELP), ("approve", &texts::APPROVE, approve_help)]
        }
        "verifying" => &[("approve", &texts::APPROVE, approve_help)],
        "at_operator" => &[("ready", &texts::READY, &texts::READY_HELP)],
        _ => &[],
    };
    html! {
        @if progress.status == "domain_ready" { p { (texts::WAITS_FOR_TENANT.say(lang)) } }
        @for (name, label, help) in offered {
            h2 { (label.say(lang)) }
            p.help { (help.say(lang)) }
            (act(view.frame, view.href, progress.version, name, "button", label))
        }
        @if !offered.is_empty() {
            h2 { (texts::REJECT.say(lang)) }
            form method="post" action=(view.href) {
                (hidden(view.frame, progress.version, "reject"))
                div.field {
                    label for="reason" { (texts::REJECT_REASON.say(lang)) }
                    textarea #reason name="reason" rows="3" dir="auto" aria-describedby="reason-help" { "\n" (view.reason) }
                    p.help #reason-help { (texts::REJECT_HELP.say(lang)) }
                }
                p.actions { button.button.danger type="submit" { (texts::REJECT.say(lang)) } }
            }
        }
    }
}
