//! Where a tenant's own system is told of its orders.

use super::frame::{self, Frame, Notice, Page};
use crate::pages::texts::dashboard::{common, order as texts};
use maud::{Markup, html};

/// The page.
pub struct Webhook<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// What was done before.
    pub notice: Option<Notice>,
    /// Where the form is sent.
    pub href: &'a str,
    /// What stands in it.
    pub url: &'a str,
    /// Whether that can't be used.
    pub is_wrong: bool,
    /// The secret, for whoever may change it.
    pub secret: Option<&'a str>,
    /// How many messages wait.
    pub waiting: usize,
    /// Whether the reader may change it.
    pub may_change: bool,
}

/// Renders it.
pub fn webhook(view: &Webhook<'_>) -> Markup {
    let lang = view.frame.lang;
    let described = if view.is_wrong { "url-error url-help" } else { "url-help" };
    frame::page(&Page {
        frame: view.frame,
        title: texts::WEBHOOK_TITLE.say(lang),
        section: "order",
        notice: view.notice,
        content: html! {
            p { (texts::WEBHOOK_INTRO.say(lang)) }
            form.settings method="post" action=(view.href) novalidate {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                div.field .wrong[view.is_wrong] {
                    label for="url" { (texts::WEBHOOK_URL.say(lang)) }
                    @if view.is_wrong {
                        div.error #url-error role="alert" { p { (texts::WEBHOOK_URL_RULE.say(lang)) } }
                    }
                    input #url name="url" value=(view.url) dir="auto" autocomplete="off" spellcheck="false"
                        inputmode="url" aria-describedby=(described)
                        aria-invalid=[view.is_wrong.then_some("true")] readonly[!view.may_change];
                    p.help #url-help { (texts::WEBHOOK_URL_HELP.say(lang)) }
                }
                @if view.may_change {
                    p.actions { button.button type="submit" { (common::SAVE.say(lang)) } }
                } @else {
                    p.help { (common::ONLY_SEEN.say(lang)) }
                }
            }
            @if let Some(secret) = view.secret {
                h2 { (texts::WEBHOOK_SECRET.say(lang)) }
                p { code { (secret) } }
                p.help { (texts::WEBHOOK_SECRET_HELP.say(lang)) }
                p { (texts::WEBHOOK_WAITING.say(lang)) ": " (view.waiting) }
            }
        },
    })
}
