//! Who belongs to a tenant, and the page that takes an invitation.

use super::frame::{self, Frame, Page};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, people as texts};
use maud::{Markup, html};

/// Somebody who belongs to it.
pub struct Member<'a> {
    /// His pseudonym.
    pub person: &'a str,
    /// What he is called.
    pub name: &'a str,
    /// His role's word.
    pub role: &'a str,
    /// Since which date.
    pub since: &'a str,
    /// Whether it is the reader.
    pub is_self: bool,
}

/// Somebody who is invited.
pub struct Invitation<'a> {
    /// Names it.
    pub digest: &'a str,
    /// Whom it is for.
    pub label: &'a str,
    /// What he will be.
    pub role: &'a str,
    /// Until which date it counts.
    pub ends: &'a str,
}

/// Somebody who is to be removed and has made tokens.
pub struct Leaving<'a> {
    /// His pseudonym.
    pub person: &'a str,
    /// The names of the tokens that count.
    pub tokens: &'a [String],
}

/// The page.
pub struct People<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// Where its forms are sent.
    pub action: &'a str,
    /// Those who belong to it.
    pub members: &'a [Member<'a>],
    /// Those who are invited.
    pub invitations: &'a [Invitation<'a>],
    /// The roles to choose from.
    pub roles: &'a [&'a str],
    /// A link that was just made.
    pub link: Option<&'a str>,
    /// Why something was not done.
    pub problem: Option<&'a Text>,
    /// What stands in the form of an invitation that was not made.
    pub label: &'a str,
    /// Somebody who is to be removed, and of whom something would stay.
    pub leaving: Option<Leaving<'a>>,
    /// Whether these run the installation.
    pub is_operators: bool,
}

/// What a role is called.
pub fn role_name(word: &str) -> &'static Text {
    match word {
        "viewer" => &texts::VIEWER,
        "administrator" => &texts::ADMINISTRATOR,
        "owner" => &texts::OWNER,
        _ => &texts::OPERATOR,
    }
}

/// Renders it.
pub fn people(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    let title = if view.is_operators { &common::OPERATORS } else { &common::PEOPLE };
    frame::page(&Page {
        frame: view.frame,
        title: title.say(lang),
        section: "people",
        notice: None,
        content: html! {
            @if let Some(problem) = view.problem {
                div.summary tabindex="-1" autofocus { div role="alert" { p { (problem.say(lang)) } } }
            }
            @if let Some(link) = view.link {
                div.notice role="status" { p { (texts::LINK.say(lang)) } p { code #link { (link) } } }
            }
            @if let Some(leaving) = &view.leaving { (leaves(view, leaving)) }
            p { (texts::ABOUT.say(lang)) }
            (members(view))
            (invitations(view))
            (invite(view))
        },
    })
}

/// Asks what becomes of the tokens of somebody who is to be removed.
fn leaves(view: &People<'_>, leaving: &Leaving<'_>) -> Markup {
    let lang = view.frame.lang;
    let known = view.members.iter().find(|member| member.person == leaving.person);
    html! {
        div.summary tabindex="-1" autofocus {
            div role="alert" {
                h2 { (texts::LEAVES.say(lang)) ": " bdi { (known.map_or(leaving.person, |member| member.name)) } }
                p { (texts::LEAVES_TOKENS.say(lang)) }
                ul { @for name in leaving.tokens { li dir="auto" { (name) } } }
            }
            form method="post" action=(view.action) {
                (hidden(view, "remove", leaving.person))
                p.actions {
                    button.button.danger type="submit" name="tokens" value="end" { (texts::TOKENS_END.say(lang)) }
                    button.quiet type="submit" name="tokens" value="keep" { (texts::TOKENS_KEEP.say(lang)) }
                }
            }
        }
    }
}

fn members(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(common::PEOPLE.say(lang)) {
            table.table {
                caption { (common::PEOPLE.say(lang)) }
                thead { tr {
                    th scope="col" { (texts::NAME.say(lang)) }
                    th scope="col" { (texts::ROLE.say(lang)) }
                    th scope="col" { (texts::SINCE.say(lang)) }
                    th scope="col" { (texts::REMOVE.say(lang)) }
                } }
                tbody {
                    @for member in view.members {
                        tr {
                            th scope="row" dir="auto" {
                                (member.name) @if member.is_self { " (" (texts::YOU.say(lang)) ")" }
                                br; code { (member.person) }
                            }
                            td {
                                form.inline method="post" action=(view.action) {
                                    (hidden(view, "role", member.person))
                                    select name="role" aria-label={ (texts::ROLE.say(lang)) ": " (member.name) } {
                                        @for role in view.roles {
                                            option value=(role) selected[*role == member.role] {
                                                (role_name(role).say(lang))
                                            }
                                        }
                                    }
                                    button.quiet type="submit" { (texts::CHANGE.say(lang)) }
                                }
                            }
                            td { (member.since) }
                            td {
                                form.inline method="post" action=(view.action) {
                                    (hidden(view, "remove", member.person))
                                    button.quiet type="submit" aria-label={ (texts::REMOVE.say(lang)) ": " (member.name) } {
                                        (texts::REMOVE.say(lang))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn hidden(view: &People<'_>, act: &str, person: &str) -> Markup {
    html! {
        input type="hidden" name="form_token" value=(view.frame.form_token);
        input type="hidden" name="act" value=(act);
        input type="hidden" name="person" value=(person);
    }
}

fn invitations(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        @if !view.invitations.is_empty() {
            h2 { (texts::INVITED.say(lang)) }
            ul.list role="list" {
                @for open in view.invitations {
                    li {
                        span dir="auto" { (open.label) } ": " (role_name(open.role).say(lang))
                        ", " (texts::UNTIL.say(lang)) " " (open.ends)
                        form.inline method="post" action=(view.action) {
                            input type="hidden" name="form_token" value=(view.frame.form_token);
                            input type="hidden" name="act" value="withdraw";
                            input type="hidden" name="digest" value=(open.digest);
                            button.quiet type="submit" aria-label={ (texts::WITHDRAW.say(lang)) ": " (open.label) } {
                                (texts::WITHDRAW.say(lang))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn invite(view: &People<'_>) -> Markup {
    let lang = view.frame.lang;
    html! {
        h2 { (texts::INVITE.say(lang)) }
        form.settings method="post" action=(view.action) {
            input type="hidden" name="form_token" value=(view.frame.form_token);
            input type="hidden" name="act" value="invite";
            div.field {
                label for="label" { (texts::LABEL.say(lang)) }
                input #label name="label" value=(view.label) maxlength="64" dir="auto" autocomplete="off" aria-describedby="label-help";
                p.help #label-help { (texts::LABEL_HELP.say(lang)) }
            }
            div.field {
                label for="role" { (texts::ROLE.say(lang)) }
                select #role name="role" aria-describedby="role-help" {
                    @for role in view.roles { option value=(role) { (role_name(role).say(lang)) } }
                }
                p.help #role-help { (texts::ROLE_HELP.say(lang)) }
            }
            p.actions { button.button type="submit" { (texts::INVITE.say(lang)) } }
        }
    }
}

/// The page that takes an invitation.
pub struct Offer<'a> {
    /// Where it is shown.
    pub frame: &'a Frame<'a>,
    /// The tenant; `None` for the installation.
    pub tenant: Option<&'a str>,
    /// What the reader will be.
    pub role: &'a str,
}

/// Renders it.
pub fn offer(view: &Offer<'_>) -> Markup {
    let lang = view.frame.lang;
    frame::page(&Page {
        frame: view.frame,
        title: texts::OFFER_TITLE.say(lang),
        section: "",
        notice: None,
        content: html! {
            p {
                (texts::OFFER.say(lang)) " "
                strong { (role_name(view.role).say(lang)) }
                @if let Some(tenant) = view.tenant { " (" (tenant) ")" }
            }
            form method="post" action=(view.frame.path) {
                input type="hidden" name="form_token" value=(view.frame.form_token);
                p.actions { button.button type="submit" { (texts::TAKE.say(lang)) } }
            }
        },
    })
}
