//! Tools.

use super::frame::{self, Frame, Page, moment};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, test_people, tools as texts};
use maud::{Markup, html};

fn document(frame: &Frame<'_>, title: &Text, content: Markup) -> Markup {
    frame::page(&Page { frame, title: title.say(frame.lang), section: "tools", notice: None, content })
}

/// The list of tools.
/// The last of them is for TEST.
pub fn list(frame: &Frame<'_>, base: &str, is_test: bool) -> Markup {
    let lang = frame.lang;
    let tools = [
        ("link", &texts::LINK, &texts::LINK_ABOUT),
        ("login", &texts::LOGIN, &texts::LOGIN_ABOUT),
        ("metadata", &texts::METADATA, &texts::METADATA_ABOUT),
        ("explain", &texts::EXPLAIN, &texts::EXPLAIN_ABOUT),
        ("people", &test_people::TITLE, &test_people::ABOUT),
    ];
    document(
        frame,
        &common::TOOLS,
        html! {
            ul.list role="list" {
                @for (name, title, about) in tools.into_iter().filter(|(name, ..)| is_test || *name != "people") {
                    li { a href={ (base) "/" (name) } { (title.say(lang)) } p.help { (about.say(lang)) } }
                }
            }
        },
    )
}

/// An application to choose.
pub struct Choice<'a> {
    /// `host client_id`
    pub value: String,
    /// What it is called.
    pub name: &'a str,
    /// Its first callback.
    pub callback: &'a str,
}

/// A field of a tool: name, label, value, help.
pub type Field<'a> = (&'static str, &'static Text, &'a str, Option<&'static Text>);

/// The page of a tool that begins with an application.
pub struct Start<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What it is called.
    pub title: &'static Text,
    /// What it does.
    pub about: &'static Text,
    /// Where its form is sent.
    pub action: &'a str,
    /// Whether the form is sent with its token, as a POST.
    pub is_post: bool,
    /// The applications, the chosen one first or by its value.
    pub choices: &'a [Choice<'a>],
    /// The value of the chosen one.
    pub chosen: &'a str,
    /// Further fields.
    pub fields: &'a [Field<'a>],
    /// What its button says.
    pub submit: &'static Text,
    /// A callback that is to be registered first.
    pub callback: Option<&'a str>,
    /// What came of it.
    pub built: Option<&'a str>,
}

/// Renders it.
pub fn start(view: &Start<'_>) -> Markup {
    let lang = view.frame.lang;
    let content = html! {
        p { (view.about.say(lang)) }
        @if let Some(callback) = view.callback { p { (texts::REGISTER.say(lang)) } pre { code { (callback) } } }
        @if let Some(built) = view.built {
            div.notice role="status" { pre #built { code { (built) } } p { a.button href=(built) rel="noreferrer" { (texts::GO_ON.say(lang)) } } }
        }
        @if view.choices.is_empty() {
            p { (texts::NO_APPLICATION.say(lang)) }
        } @else {
            form.settings method=(if view.is_post { "post" } else { "get" }) action=(view.action) {
                @if view.is_post { input type="hidden" name="form_token" value=(view.frame.form_token); }
                div.field {
                    label for="application" { (texts::APPLICATION.say(lang)) }
                    select #application name="application" {
                        @for choice in view.choices {
                            option value=(choice.value) selected[choice.value == view.chosen] { (choice.name) " – " (choice.value) }
                        }
                    }
                }
                @for (name, label, value, help) in view.fields {
                    @let help_id = format!("{name}-help");
                    div.field {
                        label for=(name) { (label.say(lang)) }
                        input id=(name) name=(name) value=(value) dir="auto" autocomplete="off" spellcheck="false"
                            type=(if *name == "secret" { "password" } else { "text" })
                            aria-describedby=[help.map(|_| help_id.as_str())];
                        @if let Some(help) = help { p.help id=(help_id) { (help.say(lang)) } }
                    }
                }
                p.actions { button.button type="submit" { (view.submit.say(lang)) } }
            }
        }
    };
    document(view.frame, view.title, content)
}

/// The page of a domain's metadata.
pub struct Metadata<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where its form is sent.
    pub action: &'a str,
    /// The domains.
    pub hosts: &'a [&'a str],
    /// The chosen one.
    pub chosen: &'a str,
    /// Its documents: address and text, or none where it did not answer.
    pub documents: &'a [(String, Option<String>)],
}

/// Renders it.
pub fn metadata(view: &Metadata<'_>) -> Markup {
    let lang = view.frame.lang;
    let content = html! {
        p { (texts::METADATA_ABOUT.say(lang)) }
        form.settings method="get" action=(view.action) {
            div.field {
                label for="host" { (common::DOMAINS.say(lang)) }
                select #host name="host" {
                    @for host in view.hosts { option value=(host) selected[*host == view.chosen] { (host) } }
                }
            }
            p.actions { button.button type="submit" { (texts::SHOW.say(lang)) } }
        }
        @for (url, text) in view.documents {
            h2 { a href=(url) rel="noreferrer" { (url) } }
            @match text {
                Some(text) => { pre tabindex="0" { code { (text) } } }
                None => { p.bad { (texts::UNREACHABLE.say(lang)) } }
            }
        }
    };
    document(view.frame, &texts::METADATA, content)
}

/// A step of a recorded login.
pub struct Step<'a> {
    /// When.
    pub at: &'a str,
    /// What was asked for.
    pub route: &'a str,
    /// HTTP status.
    pub status: String,
    /// Names and values.
    pub facts: Vec<(&'a str, &'a str)>,
}

/// The page of a recorded login.
pub struct Explain<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where its form is sent.
    pub action: &'a str,
    /// The reference, as typed.
    pub trace_id: &'a str,
    /// Its steps; `None` where nothing was asked for yet.
    pub steps: Option<Vec<Step<'a>>>,
}

/// Renders it.
pub fn explain(view: &Explain<'_>) -> Markup {
    let lang = view.frame.lang;
    let content = html! {
        p { (texts::EXPLAIN_ABOUT.say(lang)) }
        form.settings method="get" action=(view.action) {
            div.field {
                label for="trace_id" { (texts::TRACE_ID.say(lang)) }
                input #trace_id name="trace_id" value=(view.trace_id) dir="auto" autocomplete="off" spellcheck="false" aria-describedby="trace-help";
                p.help #trace-help { (texts::TRACE_HELP.say(lang)) }
            }
            p.actions { button.button type="submit" { (texts::SHOW.say(lang)) } }
        }
        @match &view.steps {
            None => {}
            Some(steps) if steps.is_empty() => { p role="status" { (texts::NO_RECORDING.say(lang)) } }
            Some(steps) => {
                div.scroll tabindex="0" role="region" aria-label=(texts::EXPLAIN.say(lang)) {
                    table.table {
                        caption { (texts::EXPLAIN.say(lang)) }
                        thead { tr {
                            @for head in [&texts::AT, &texts::STEP, &texts::STATUS, &texts::FACTS] {
                                th scope="col" { (head.say(lang)) }
                            }
                        } }
                        tbody {
                            @for step in steps {
                                tr {
                                    td { (moment(step.at)) }
                                    th scope="row" { (step.route) }
                                    td { (step.status) }
                                    td { @for (name, value) in &step.facts { code { (name) } ": " (value) br; } }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    document(view.frame, &texts::EXPLAIN, content)
}

/// What a login that was tried told.
pub struct Tried<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Back.
    pub back: &'a str,
    /// Its parts: what each is, and names and values.
    pub parts: &'a [(&'static Text, Vec<(String, String)>)],
    /// Why the signature is not confirmed, in English.
    pub broken: Option<&'a str>,
}

/// Renders it.
pub fn tried(view: &Tried<'_>) -> Markup {
    let lang = view.frame.lang;
    let content = html! {
        @match view.broken {
            None => { p.well { (texts::KEY_FOUND.say(lang)) } }
            Some(why) => { p.bad { (texts::KEY_NOT.say(lang)) " " span lang="en" { (why) } } }
        }
        @for (title, rows) in view.parts {
            @if !rows.is_empty() {
                div.scroll tabindex="0" role="region" aria-label=(title.say(lang)) {
                    table.table {
                        caption { (title.say(lang)) }
                        tbody {
                            @for (name, value) in rows { tr { th scope="row" { (name) } td dir="auto" { (value) } } }
                        }
                    }
                }
            }
        }
        p.actions { a.button href=(view.back) { (common::TRY_AGAIN.say(lang)) } }
    };
    document(view.frame, &texts::RESULT, content)
}
