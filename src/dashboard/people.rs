//! Who belongs to a tenant, or runs the installation: roles and invitations. For owners.

use super::api::Condition;
use super::person_object::PersonCommand;
use super::ports::Dashboard;
use super::set_up;
use super::stop::{Page, Stop};
use super::team_object::{OPERATORS, TeamAnswer, TeamCommand};
use super::visit::{Visit, Within};
use crate::admin::rfc3339;
use crate::model::Role;
use crate::pages::dashboard::people as view;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::people as texts;
use crate::web::{Method, Parameters, Response};
use serde_json::Value;

/// Longest label of an invitation, characters.
const LABEL_MAX_CHARS: usize = 64;

/// The people of a tenant.
///
/// # Errors
/// [`Stop::Forbidden`] for who is no owner.
pub async fn page<P: Dashboard>(within: &Within<'_, P>) -> Page {
    within.check_role(Role::Owner)?;
    let team = Team { name: within.tenant.as_str(), within: Some(within), roles: &Role::IN_TENANT };
    shown(within.visit, &team, &within.frame(), &within.href(&["people"])).await
}

/// Those who run the installation.
///
/// # Errors
/// [`Stop::NotFound`] for everybody else.
pub async fn operators<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    visit.check_operator().await?;
    let team = Team { name: OPERATORS, within: None, roles: &[Role::Operator] };
    shown(visit, &team, &visit.frame(true), "/operators").await
}

struct Team<'a, P> {
    name: &'a str,
    /// The tenant whose team it is; none of the installation's.
    within: Option<&'a Within<'a, P>>,
    roles: &'a [Role],
}

async fn shown<P: Dashboard>(
    visit: &Visit<'_, P>,
    team: &Team<'_, P>,
    frame: &crate::pages::dashboard::frame::Frame<'_>,
    href: &str,
) -> Page {
    let mut link = None;
    let mut problem: Option<&'static Text> = None;
    let mut leaving = None;
    let mut label = String::new();
    if visit.request.method == Method::Post {
        // Who may do this can give everything away.
        visit.check_fresh()?;
        let form = visit.form()?;
        match act(visit, team, &form).await? {
            Done::Invited(made) => link = Some(made),
            Done::Changed => return Ok(Response::see_other(&format!("{href}?saved=yes"))),
            Done::Refused(why) => {
                problem = Some(why);
                label = form.get("label").unwrap_or_default().to_owned();
            }
            Done::Asks(person, tokens) => leaving = Some((person, tokens)),
        }
    } else {
        visit.check_fresh()?;
    }
    let TeamAnswer::Team { members, invitations } =
        visit.ports.team(team.name, &TeamCommand::List, visit.now).await?
    else {
        return Err(Stop::NotFound);
    };
    let since: Vec<String> = members.iter().map(|member| member.since.iso8601()).collect();
    let ends: Vec<String> = invitations.iter().map(|open| open.ends.iso8601()).collect();
    let members: Vec<view::Member<'_>> = members
        .iter()
        .zip(&since)
        .map(|(member, since)| view::Member {
            person: &member.person,
            name: &member.name,
            role: member.role.as_str(),
            since: &since[..10],
            is_self: member.person == visit.session.person,
        })
        .collect();
    let invitations: Vec<view::Invitation<'_>> = invitations
        .iter()
        .zip(&ends)
        .map(|(open, ends)| view::Invitation {
            digest: &open.digest,
            label: &open.label,
            role: open.role.as_str(),
            ends: &ends[..10],
        })
        .collect();
    let roles: Vec<&str> = team.roles.iter().map(|role| role.as_str()).collect();
    let page = view::People {
        frame,
        action: href,
        members: &members,
        invitations: &invitations,
        roles: &roles,
        link: link.as_deref(),
        problem,
        label: &label,
        leaving: leaving.as_ref().map(|(person, tokens)| view::Leaving { person, tokens }),
        is_operators: team.within.is_none(),
    };
    let status = if problem.is_some() || leaving.is_some() { 409 } else { 200 };
    Ok(Response::page(status, view::people(&page)))
}

enum Done {
    Invited(String),
    Changed,
    Refused(&'static Text),
    /// Whoever is to be removed has made tokens that count: their names.
    Asks(String, Vec<String>),
}

async fn act<P: Dashboard>(
    visit: &Visit<'_, P>,
    team: &Team<'_, P>,
    form: &Parameters,
) -> Result<Done, Stop> {
    let by = visit.session.person.clone();
    let role = form.get("role").and_then(Role::parse).filter(|role| team.roles.contains(role));
    let person = form.get("person").unwrap_or_default().to_owned();
    let command = match (form.get("act"), role) {
        (Some("invite"), Some(role)) => {
            let label: String =
                form.get("label").unwrap_or_default().trim().chars().take(LABEL_MAX_CHARS).collect();
            if label.is_empty() {
                return Ok(Done::Refused(&texts::LABEL_MISSING));
            }
            let link = set_up::invite(visit.ports, team.name, &label, role, &by, visit.now).await?;
            return Ok(link.map_or(Done::Refused(&texts::FULL), Done::Invited));
        }
        (Some("withdraw"), _) => {
            TeamCommand::Withdraw { digest: form.get("digest").unwrap_or_default().to_owned(), by }
        }
        (Some("role"), Some(role)) => TeamCommand::Set { person: person.clone(), role: Some(role), by },
        (Some("remove"), _) => TeamCommand::Set { person: person.clone(), role: None, by },
        (Some("invite" | "role"), None) => return Ok(Done::Refused(&texts::ROLE_UNKNOWN)),
        _ => return Err(Stop::Malformed),
    };
    let leaves = team.within.filter(|_| matches!(command, TeamCommand::Set { role: None, .. }));
    let made = match leaves {
        Some(within) => tokens_of(within, &person).await?,
        None => Vec::new(),
    };
    if !made.is_empty() && !matches!(form.get("tokens"), Some("end" | "keep")) {
        return Ok(Done::Asks(person, made.into_iter().map(|token| token.name).collect()));
    }
    Ok(match visit.ports.team(team.name, &command, visit.now).await? {
        TeamAnswer::LastOwner => Done::Refused(&texts::LAST_OWNER),
        TeamAnswer::Done => {
            if let Some(within) = leaves {
                visit.ports.person(&person, &PersonCommand::Leave(within.tenant.clone()), visit.now).await?;
                if form.get("tokens") == Some("end") && end(within, &made).await.is_err() {
                    return Ok(Done::Refused(&texts::TOKENS_LEFT));
                }
            }
            Done::Changed
        }
        _ => Done::Refused(&texts::UNKNOWN),
    })
}

/// A token for the API that counts.
pub(super) struct Made {
    id: String,
    name: String,
}

/// The tokens that count and were made by somebody. Who knows them stays in by them when he is removed.
///
/// # Errors
/// [`Stop`].
pub(super) async fn tokens_of<P: Dashboard>(within: &Within<'_, P>, person: &str) -> Result<Vec<Made>, Stop> {
    let (items, _) = within.api().list(&within.resource(&["tokens"])).await?;
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let is_his = |item: &&Value| {
        let ends = rfc3339::parse(&text(item, "expires_at"));
        let counts = ends.is_none_or(|ends| !ends.is_over(within.visit.now));
        // `person <pseudonym>`, or `operator <pseudonym>`.
        counts && text(item, "created_by").split(' ').nth(1) == Some(person)
    };
    Ok(items.iter().filter(is_his).map(|it| Made { id: text(it, "id"), name: text(it, "name") }).collect())
}

/// Ends tokens, and with each what it has made.
///
/// # Errors
/// [`Stop`]; those that are left can be ended one by one.
pub(super) async fn end<P: Dashboard>(within: &Within<'_, P>, tokens: &[Made]) -> Result<(), Stop> {
    for token in tokens {
        let path = within.resource(&["tokens", &token.id]);
        match within.api().change(Method::Delete, &path, Condition::Unchanged("*"), None).await {
            Ok(_) | Err(Stop::NotFound) => {}
            Err(stop) => return Err(stop),
        }
    }
    Ok(())
}
