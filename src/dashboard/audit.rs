//! The log of changes: of the configuration, as the API tells it, and of people and orders, as the team's
//! object does. Filtered, exported; and what is known of one person, by his pseudonym.

use super::people;
use super::person_object::PersonCommand;
use super::ports::Dashboard;
use super::stop::{Opening, Page, Stop};
use super::team_object::{EVENTS_MAX, Member, TeamAnswer, TeamCommand, TeamEvent};
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::audit as view;
use crate::pages::letters::lower;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::audit as texts;
use crate::web::{Method, Response};
use serde_json::{Value, json};

/// Most characters of a filter that are looked at.
const FILTER_MAX_CHARS: usize = 64;
/// Longest value that is shown of a change, characters; the export has all of it.
const SHOWN_MAX_CHARS: usize = 200;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Method::Get, []) => Box::pin(configuration(within)),
        (Method::Get, ["file"]) => Box::pin(super::applied::page(within)),
        (Method::Get, ["csv"]) => Box::pin(async { export(within, &configuration_rows(within).await?) }),
        (Method::Get, ["team"]) => Box::pin(team(within, None)),
        (Method::Get, ["team", "csv"]) => Box::pin(async { export(within, &team_rows(within).await?) }),
        (Method::Post, ["person"]) => Box::pin(person(within)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// A row, before it is laid out.
struct LogRow {
    at: String,
    actor: String,
    action: String,
    target: String,
    changes: Vec<(String, String, String)>,
    reason: String,
}

impl LogRow {
    fn has(&self, wanted: &str) -> bool {
        [&self.actor, &self.action, &self.target].iter().any(|text| lower(text).contains(wanted))
    }
}

async fn configuration<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (items, next) = within.api().page(&within.resource(&["audit"]), query.get("after")).await?;
    let rows: Vec<LogRow> = items.iter().map(row_of).collect();
    shown(within, false, &rows, next.as_deref(), None).await
}

async fn team<P: Dashboard>(within: &Within<'_, P>, told: Option<&'static Text>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let after = query.get("after").and_then(|after| after.parse().ok());
    let (events, next) = some_events(within, after).await?;
    let rows: Vec<LogRow> = events.into_iter().map(row_of_event).collect();
    shown(within, true, &rows, next.map(|next| next.to_string()).as_deref(), told).await
}

async fn configuration_rows<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<LogRow>, Stop> {
    let (items, _) = within.api().list(&within.resource(&["audit"])).await?;
    Ok(items.iter().map(row_of).collect())
}

async fn team_rows<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<LogRow>, Stop> {
    Ok(events(within).await?.into_iter().map(row_of_event).collect())
}

/// A page of the team's log, and where the next begins.
async fn some_events<P: Dashboard>(
    within: &Within<'_, P>,
    after: Option<u64>,
) -> Result<(Vec<TeamEvent>, Option<u64>), Stop> {
    let visit = within.visit;
    match visit.ports.team(within.tenant.as_str(), &TeamCommand::Events { after }, visit.now).await? {
        TeamAnswer::Events { events, next } => Ok((events, next)),
        _ => Ok((Vec::new(), None)),
    }
}

/// All of the team's log that is kept.
async fn events<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<TeamEvent>, Stop> {
    let (mut all, mut next) = some_events(within, None).await?;
    while next.is_some() && all.len() < EVENTS_MAX {
        let (more, following) = some_events(within, next).await?;
        all.extend(more);
        next = following;
    }
    Ok(all)
}

async fn members<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<Member>, Stop> {
    let visit = within.visit;
    match visit.ports.team(within.tenant.as_str(), &TeamCommand::List, visit.now).await? {
        TeamAnswer::Team { members, .. } => Ok(members),
        _ => Ok(Vec::new()),
    }
}

async fn shown<P: Dashboard>(
    within: &Within<'_, P>,
    is_team: bool,
    rows: &[LogRow],
    next: Option<&str>,
    told: Option<&'static Text>,
) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let filter: String = query.get("filter").unwrap_or_default().chars().take(FILTER_MAX_CHARS).collect();
    let wanted = lower(filter.trim());
    let members = members(within).await?;
    let entries: Vec<view::Entry<'_>> = rows
        .iter()
        .filter(|row| row.has(&wanted))
        .map(|row| {
            let pseudonym = row.actor.rsplit(' ').next().unwrap_or_default();
            let known = members.iter().find(|member| member.person == pseudonym);
            let cut = |text: &str| text.chars().take(SHOWN_MAX_CHARS).collect::<String>();
            let changes =
                row.changes.iter().map(|(name, before, after)| (name.clone(), cut(before), cut(after)));
            view::Entry {
                at: row.at.clone(),
                actor: &row.actor,
                name: known.map(|member| member.name.as_str()),
                action: &row.action,
                target: &row.target,
                changes: changes.collect(),
                reason: &row.reason,
            }
        })
        .collect();
    let page = view::Audit {
        frame: &within.frame(),
        base: &within.href(&["audit"]),
        is_team,
        entries: &entries,
        next,
        filter: &filter,
        is_owner: within.role >= Role::Owner,
        told,
    };
    Ok(Response::page(200, view::page(&page)))
}

fn row_of(entry: &Value) -> LogRow {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    LogRow {
        at: text("at"),
        actor: text("actor"),
        action: text("action"),
        target: text("target"),
        changes: changes(&entry["before"], &entry["after"]),
        reason: text("reason"),
    }
}

fn row_of_event(event: TeamEvent) -> LogRow {
    let changed = !(event.from.is_empty() && event.to.is_empty());
    LogRow {
        at: event.at.iso8601(),
        actor: event.by,
        action: event.what,
        target: event.about,
        changes: changed.then(|| (String::new(), event.from, event.to)).into_iter().collect(),
        reason: String::new(),
    }
}

/// Members that differ.
fn changes(before: &Value, after: &Value) -> Vec<(String, String, String)> {
    // The names of each stand in order.
    let names = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
    let mut all = names(before).unwrap_or_default();
    for name in names(after).unwrap_or_default() {
        if let Err(place) = all.binary_search(&name) {
            all.insert(place, name);
        }
    }
    let said = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => crate::json::text(other),
    };
    let pairs = all.into_iter().map(|name| {
        let (was, is) = (said(&before[&name]), said(&after[&name]));
        (name, was, is)
    });
    // Of something that was made, what is empty says nothing.
    let says = |is: &str| !before.is_null() || !matches!(is, "[]" | "{}" | "false");
    pairs.filter(|(_, was, is)| was != is && says(is)).collect()
}

/// As a file of comma-separated values (RFC 4180).
fn export<P: Dashboard>(within: &Within<'_, P>, rows: &[LogRow]) -> Page {
    let mut csv = "at,actor,action,target,changes,reason\r\n".to_owned();
    for row in rows {
        let said = |(name, before, after): &(String, String, String)| format!("{name}: {before} -> {after}");
        let changes = row.changes.iter().map(said).collect::<Vec<_>>().join("; ");
        let cells = [&row.at, &row.actor, &row.action, &row.target, &changes, &row.reason];
        csv.push_str(&cells.map(|cell| cell_of(cell)).join(","));
        csv.push_str("\r\n");
    }
    Ok(file("text/csv; charset=utf-8", &format!("audit-{}.csv", within.tenant), csv))
}

/// A cell: quoted, and no formula for a spreadsheet (CWE-1236).
fn cell_of(text: &str) -> String {
    let mut cell = "\"".to_owned();
    // A spreadsheet of another country begins a cell at another sign.
    let mut is_first = true;
    for c in text.chars() {
        if is_first && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r') {
            cell.push('\'');
        }
        is_first = matches!(c, ';' | ',' | '\t' | '\n' | '\r') || (is_first && c == ' ');
        if c == '"' {
            cell.push(c);
        }
        cell.push(c);
    }
    cell.push('"');
    cell
}

fn file(content_type: &str, name: &str, text: String) -> Response {
    Response::text(200, &text)
        .with("content-type", content_type)
        .with("content-disposition", format!("attachment; filename=\"{name}\""))
}

/// What is known of one person, or its end. For owners.
async fn person<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let visit = within.visit;
    let form = visit.form()?;
    within.check_role(Role::Owner)?;
    visit.check_fresh()?;
    let person = form.get("person").unwrap_or_default().trim().to_owned();
    let members = members(within).await?;
    let member = members.iter().find(|member| member.person == person);
    let about: Vec<Value> = events(within)
        .await?
        .iter()
        .filter(|event| event.by == person || event.about == person)
        .map(|event| json!({ "at": event.at.iso8601(), "by": event.by, "what": event.what, "about": event.about, "from": event.from, "to": event.to }))
        .collect();
    if person.is_empty() || (member.is_none() && about.is_empty()) {
        return team(within, Some(&texts::NO_SUCH)).await;
    }
    if form.get("act") != Some("delete") {
        let known = member.map(|member| json!({ "name": member.name, "role": member.role.as_str(), "since": member.since.iso8601() }));
        let data =
            json!({ "person": person, "tenant": within.tenant.as_str(), "member": known, "events": about });
        return Ok(file("application/json", "person.json", crate::json::text(&data)));
    }
    // Asked for before he is gone, so that a failure leaves everything as it was.
    let made = people::tokens_of(within, &person).await?;
    let command = TeamCommand::Set { person: person.clone(), role: None, by: within.person().to_owned() };
    if visit.ports.team(within.tenant.as_str(), &command, visit.now).await? == TeamAnswer::LastOwner {
        return team(within, Some(&texts::LAST_OWNER)).await;
    }
    people::end(within, &made).await?;
    if member.is_some() {
        let leave = PersonCommand::Leave(within.tenant.clone());
        let left = visit.ports.person(&person, &leave, visit.now).await?;
        // His sessions hold his name. Where other tenants know him, they are not ours to end.
        if left.tenants.is_empty() {
            visit.ports.person(&person, &PersonCommand::SignOutEverywhere, visit.now).await?;
        }
    }
    team(within, Some(&texts::DELETED)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        assert_eq!(cell_of("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell_of("x; =1"), "\"x; '=1\"");
        assert_eq!(cell_of("a -> b"), "\"a -> b\"");
        for formula in ["=1+1", "+1", "-1", "@x", "\tx"] {
            assert_eq!(cell_of(formula), format!("\"'{formula}\""));
        }
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let told = changes(&json!({"a": 1, "b": "x", "c": [1]}), &json!({"a": 1, "b": "y", "d": true}));
        let told: Vec<String> = told.iter().map(|(name, was, is)| format!("{name} {was}>{is}")).collect();
        assert_eq!(told, ["b x>y", "c [1]>", "d >true"]);
    }
}
