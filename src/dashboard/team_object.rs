//! The object of those who belong to a tenant: their roles, invitations, and the log of both. Pure; the
//! shell is `edge::dashboard`. Named by the tenant's id, or [`OPERATORS`].
//!
//! An invitation is a secret of 32 random bytes, of which only the digest is kept; it counts once.

use super::order_end;
use super::order_object::{self, OrderAnswer, OrderCommand};
use super::vies::{self, Vies, ViesCommand};
use super::webhook::{self, WebhookAnswer, WebhookCommand};
use crate::json::{self, Json};
use crate::model::{Role, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};

/// The team of those who run the installation: no tenant's id is so short.
pub const OPERATORS: &str = "-";
/// How long an invitation counts, seconds.
pub const INVITATION_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Most people of a team.
pub const MEMBERS_MAX: usize = 200;
/// Most invitations that are open at once; over ones are forgotten first.
pub const INVITATIONS_MAX: usize = 50;
/// Entries of the log that are kept; the oldest go.
pub const EVENTS_MAX: usize = 1_000;
/// Entries of a page of the log.
pub const EVENTS_PAGE: usize = 200;

const MEMBER: &str = "member";
const INVITATION: &str = "invitation";
const EVENT: &str = "event";

/// Somebody who belongs to the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// His pseudonym.
    pub person: String,
    /// What he was called when he came.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Since when.
    pub since: UnixTime,
}

json_struct!(Member { person, name, role, since });

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Digest of its secret; names it.
    pub digest: String,
    /// Whom it is for, as its maker wrote.
    pub label: String,
    /// What he will be.
    pub role: Role,
    /// When it ends.
    pub ends: UnixTime,
    /// Who made it: it ends with his own role.
    pub by: String,
}

json_struct!(Invitation { digest, label, role, ends, by });

/// An entry of the team's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamEvent {
    /// When.
    pub at: UnixTime,
    /// Who did it: a pseudonym.
    pub by: String,
    /// What: `invited`, `joined`, `role`, `removed`, `withdrawn`, `order`, `webhook`.
    pub what: String,
    /// Whom or what it was about: a pseudonym, an invitation's label, or an order's environment.
    pub about: String,
    /// What it was before, in a word; empty where there was nothing.
    pub from: String,
    /// What it is now.
    pub to: String,
}

json_struct!(TeamEvent { at, by, what, about, from, to });

/// What a team is asked.
#[allow(clippy::large_enum_variant, reason = "each is made once and sent")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamCommand {
    /// Somebody's role.
    Role {
        /// His pseudonym.
        person: String,
    },
    /// Everybody, and the invitations that are open.
    List,
    /// A page of the log, newest first.
    Events {
        /// What is older than this entry.
        after: Option<u64>,
    },
    /// Invites somebody.
    Invite {
        /// The invitation.
        invitation: Invitation,
        /// Who invites.
        by: String,
    },
    /// What an invitation is for.
    Invited {
        /// Digest of its secret.
        digest: String,
    },
    /// Takes an invitation.
    Accept {
        /// Digest of its secret.
        digest: String,
        /// Who takes it.
        person: String,
        /// What he is called.
        name: String,
    },
    /// Takes an invitation back.
    Withdraw {
        /// Its digest.
        digest: String,
        /// Who takes it back.
        by: String,
    },
    /// Gives somebody another role, or none.
    Set {
        /// His pseudonym.
        person: String,
        /// The role; none removes him.
        role: Option<Role>,
        /// Who does it.
        by: String,
    },
    /// Something about orders of MitID.
    Order(OrderCommand),
    /// Something about who is told of them.
    Webhook(WebhookCommand),
    /// Of the operators' team: something about what VIES said.
    Vies(ViesCommand),
}

json_enum!(TeamCommand {
    Role { person } = "role",
    List = "list",
    Events { after } = "events",
    Invite { invitation, by } = "invite",
    Invited { digest } = "invited",
    Accept { digest, person, name } = "accept",
    Withdraw { digest, by } = "withdraw",
    Set { person, role, by } = "set",
    Order(it) = "order",
    Webhook(it) = "webhook",
    Vies(it) = "vies",
});

/// What a team answers.
#[allow(clippy::large_enum_variant, reason = "each is made once and sent")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamAnswer {
    /// A role, if he has one.
    Role {
        /// It.
        role: Option<Role>,
    },
    /// Everybody.
    Team {
        /// Those who belong to it.
        members: Vec<Member>,
        /// Those who are invited.
        invitations: Vec<Invitation>,
    },
    /// Entries of the log, newest first.
    Events {
        /// They.
        events: Vec<TeamEvent>,
        /// After which entry the next page begins.
        next: Option<u64>,
    },
    /// It is done.
    Done,
    /// There is no such person or invitation, or it is over.
    Unknown,
    /// A team has an owner, or nobody could invite one.
    LastOwner,
    /// There are too many already.
    Full,
    /// Something about orders of MitID.
    Order(Box<OrderAnswer>),
    /// Something about who is told of them.
    Webhook(WebhookAnswer),
    /// What is remembered of a VAT number.
    Vies {
        /// It.
        vies: Option<Vies>,
    },
}

json_enum!(TeamAnswer {
    Role { role } = "role",
    Team { members, invitations } = "team",
    Events { events, next } = "events",
    Done = "done",
    Unknown = "unknown",
    LastOwner = "last_owner",
    Full = "full",
    Order(it) = "order",
    Webhook(it) = "webhook",
    Vies { vies } = "vies",
});

/// Does as it is told.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &TeamCommand, now: UnixTime) -> Result<TeamAnswer, StoreFault> {
    match command {
        TeamCommand::Role { person } => {
            let member: Option<Member> = find(rows, MEMBER, person)?;
            Ok(TeamAnswer::Role { role: member.map(|member| member.role) })
        }
        TeamCommand::List => Ok(TeamAnswer::Team { members: members(rows)?, invitations: open(rows, now)? }),
        TeamCommand::Events { after } => events(rows, *after),
        TeamCommand::Invite { invitation, by } => invite(rows, invitation, by, now),
        TeamCommand::Invited { digest } => {
            let invitations = invitation(rows, digest, now)?.into_iter().collect();
            Ok(TeamAnswer::Team { members: Vec::new(), invitations })
        }
        TeamCommand::Accept { digest, person, name } => accept(rows, digest, person, name, now),
        TeamCommand::Withdraw { digest, by } => match invitation(rows, digest, now)? {
            Some(open) => {
                let event = TeamEvent {
                    at: now,
                    by: by.clone(),
                    what: "withdrawn".to_owned(),
                    about: open.label,
                    from: open.role.as_str().to_owned(),
                    to: String::new(),
                };
                let gone = Write::Delete { kind: INVITATION, id: digest.clone() };
                commit(rows, vec![gone], &event)
            }
            None => Ok(TeamAnswer::Unknown),
        },
        TeamCommand::Set { person, role, by } => set(rows, person, *role, by, now),
        TeamCommand::Webhook(command) => Ok(TeamAnswer::Webhook(webhook::apply(rows, command, now)?)),
        TeamCommand::Vies(command) => Ok(TeamAnswer::Vies { vies: vies::apply(rows, command, now)? }),
        TeamCommand::Order(command) => {
            let answer = order_object::apply(rows, command, now)?;
            Ok(TeamAnswer::Order(Box::new(answer)))
        }
    }
}

/// A page of the log.
fn events(rows: &impl Rows, after: Option<u64>) -> Result<TeamAnswer, StoreFault> {
    let below = after.map_or("~".to_owned(), event_id);
    let mut found = rows.last_below(EVENT, &below, EVENTS_PAGE + 1)?;
    let more = found.len() > EVENTS_PAGE;
    found.truncate(EVENTS_PAGE);
    let next = found.last().filter(|_| more).and_then(|row| row.id.parse().ok());
    Ok(TeamAnswer::Events { events: found.iter().map(read).collect::<Result<_, _>>()?, next })
}

fn event_id(number: u64) -> String {
    format!("{number:012}")
}

/// Forgets what is over: what VIES said, and orders; when something is next.
///
/// # Errors
/// When the store fails.
pub fn forget(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let next = [order_end::forget(rows, now)?, vies::forget(rows, now)?];
    Ok(next.into_iter().flatten().min())
}

fn invite(
    rows: &mut impl Rows,
    invitation: &Invitation,
    by: &str,
    now: UnixTime,
) -> Result<TeamAnswer, StoreFault> {
    let all: Vec<Invitation> = all(rows, INVITATION)?;
    let (over, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|known| known.ends.is_over(now));
    if open.len() >= INVITATIONS_MAX {
        return Ok(TeamAnswer::Full);
    }
    let mut writes: Vec<Write> =
        over.into_iter().map(|known| Write::Delete { kind: INVITATION, id: known.digest }).collect();
    writes.push(put(INVITATION, &invitation.digest, invitation));
    let event = TeamEvent {
        at: now,
        by: by.to_owned(),
        what: "invited".to_owned(),
        about: invitation.label.clone(),
        from: String::new(),
        to: invitation.role.as_str().to_owned(),
    };
    commit(rows, writes, &event)
}

fn accept(
    rows: &mut impl Rows,
    digest: &str,
    person: &str,
    name: &str,
    now: UnixTime,
) -> Result<TeamAnswer, StoreFault> {
    let Some(invitation) = invitation(rows, digest, now)? else { return Ok(TeamAnswer::Unknown) };
    let known: Option<Member> = find(rows, MEMBER, person)?;
    if known.is_none() && members(rows)?.len() >= MEMBERS_MAX {
        return Ok(TeamAnswer::Full);
    }
    // Whoever has more already keeps it: a link can't be used to make an owner less.
    let role = known.as_ref().map_or(invitation.role, |known| known.role.max(invitation.role));
    let since = known.as_ref().map_or(now, |known| known.since);
    let member = Member { person: person.to_owned(), name: name.to_owned(), role, since };
    let writes =
        vec![Write::Delete { kind: INVITATION, id: digest.to_owned() }, put(MEMBER, person, &member)];
    let event = TeamEvent {
        at: now,
        by: person.to_owned(),
        what: "joined".to_owned(),
        about: person.to_owned(),
        from: known.map(|known| known.role.as_str().to_owned()).unwrap_or_default(),
        to: role.as_str().to_owned(),
    };
    commit(rows, writes, &event)
}

fn set(
    rows: &mut impl Rows,
    person: &str,
    role: Option<Role>,
    by: &str,
    now: UnixTime,
) -> Result<TeamAnswer, StoreFault> {
    let Some(member) = find::<Member>(rows, MEMBER, person)? else { return Ok(TeamAnswer::Unknown) };
    let most = |role: Role| role >= Role::Owner;
    let others = members(rows)?.iter().any(|other| most(other.role) && other.person != person);
    if most(member.role) && !role.is_some_and(most) && !others {
        return Ok(TeamAnswer::LastOwner);
    }
    let event = TeamEvent {
        at: now,
        by: by.to_owned(),
        what: if role.is_some() { "role" } else { "removed" }.to_owned(),
        about: person.to_owned(),
        from: member.role.as_str().to_owned(),
        to: role.map(|role| role.as_str().to_owned()).unwrap_or_default(),
    };
    let write = match role {
        Some(role) => put(MEMBER, person, &Member { role, ..member.clone() }),
        None => Write::Delete { kind: MEMBER, id: person.to_owned() },
    };
    let mut writes = vec![write];
    if role.is_none_or(|role| role < member.role) {
        // Or he would let himself in again.
        let made: Vec<Invitation> = all(rows, INVITATION)?;
        let his = made.into_iter().filter(|invitation| invitation.by == person);
        writes.extend(his.map(|invitation| Write::Delete { kind: INVITATION, id: invitation.digest }));
    }
    commit(rows, writes, &event)
}

fn members(rows: &impl Rows) -> Result<Vec<Member>, StoreFault> {
    all(rows, MEMBER)
}

fn open(rows: &impl Rows, now: UnixTime) -> Result<Vec<Invitation>, StoreFault> {
    let mut all: Vec<Invitation> = all(rows, INVITATION)?;
    all.retain(|invitation| !invitation.ends.is_over(now));
    Ok(all)
}

fn invitation(rows: &impl Rows, digest: &str, now: UnixTime) -> Result<Option<Invitation>, StoreFault> {
    Ok(find::<Invitation>(rows, INVITATION, digest)?.filter(|known| !known.ends.is_over(now)))
}

/// Writes, and the entry of the log with it.
fn commit(rows: &mut impl Rows, mut writes: Vec<Write>, event: &TeamEvent) -> Result<TeamAnswer, StoreFault> {
    writes.extend(log(rows, event)?);
    rows.commit(writes)?;
    Ok(TeamAnswer::Done)
}

/// The writes that put an entry into the log, in the order of time.
///
/// # Errors
/// When the store fails.
pub fn log(rows: &impl Rows, event: &TeamEvent) -> Result<Vec<Write>, StoreFault> {
    let last = rows.last_below(EVENT, "~", 1)?.pop();
    let number: u64 = last.and_then(|row| row.id.parse().ok()).unwrap_or(0) + 1;
    let mut writes = vec![put(EVENT, &event_id(number), event)];
    if let Some(old) = number.checked_sub(EVENTS_MAX as u64) {
        writes.push(Write::Delete { kind: EVENT, id: event_id(old) });
    }
    Ok(writes)
}

pub(super) fn put(kind: &'static str, id: &str, value: &dyn Json) -> Write {
    Write::Put { kind, row: Row { id: id.to_owned(), version: 1, value: json::write(value) } }
}

fn all<T: Json>(rows: &impl Rows, kind: &str) -> Result<Vec<T>, StoreFault> {
    rows.list(kind, "", None, usize::MAX)?.iter().map(read).collect()
}

pub(super) fn find<T: Json>(rows: &impl Rows, kind: &str, id: &str) -> Result<Option<T>, StoreFault> {
    rows.get(kind, id)?.as_ref().map(read).transpose()
}

pub(super) fn read<T: Json>(row: &Row) -> Result<T, StoreFault> {
    json::read(&row.value).map_err(|_| StoreFault(format!("unreadable row {}", row.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_795_000_000);

    fn told(rows: &mut MemoryRows, command: TeamCommand, now: UnixTime) -> TeamAnswer {
        apply(rows, &command, now).unwrap()
    }

    fn invited(rows: &mut MemoryRows, digest: &str, role: Role) {
        let invitation = Invitation {
            digest: digest.to_owned(),
            label: "for her".to_owned(),
            role,
            ends: NOW.plus(60),
            by: "me".to_owned(),
        };
        let answer = told(rows, TeamCommand::Invite { invitation, by: "me".to_owned() }, NOW);
        assert_eq!(answer, TeamAnswer::Done);
    }

    fn accepts(rows: &mut MemoryRows, digest: &str, person: &str, now: UnixTime) -> TeamAnswer {
        let (digest, person) = (digest.to_owned(), person.to_owned());
        told(rows, TeamCommand::Accept { digest, person, name: "Name".to_owned() }, now)
    }

    fn role(rows: &mut MemoryRows, person: &str) -> Option<Role> {
        match told(rows, TeamCommand::Role { person: person.to_owned() }, NOW) {
            TeamAnswer::Role { role } => role,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_invitation_counts_once_and_until_its_end() {
        let mut rows = MemoryRows::default();
        invited(&mut rows, "one", Role::Owner);
        invited(&mut rows, "two", Role::Viewer);
        assert_eq!(accepts(&mut rows, "one", "a", NOW), TeamAnswer::Done);
        assert_eq!(accepts(&mut rows, "one", "b", NOW), TeamAnswer::Unknown);
        assert_eq!(accepts(&mut rows, "two", "b", NOW.plus(60)), TeamAnswer::Unknown);
        assert_eq!(role(&mut rows, "a"), Some(Role::Owner));
        assert_eq!(role(&mut rows, "b"), None);
    }

    #[test]
    fn an_invitation_makes_nobody_less() {
        let mut rows = MemoryRows::default();
        invited(&mut rows, "one", Role::Owner);
        accepts(&mut rows, "one", "a", NOW);
        invited(&mut rows, "two", Role::Viewer);
        assert_eq!(accepts(&mut rows, "two", "a", NOW), TeamAnswer::Done);
        assert_eq!(role(&mut rows, "a"), Some(Role::Owner));
    }

    #[test]
    fn the_last_owner_stays_one() {
        let mut rows = MemoryRows::default();
        for (digest, person) in [("one", "a"), ("two", "b")] {
            invited(&mut rows, digest, Role::Owner);
            accepts(&mut rows, digest, person, NOW);
        }
        let mut set = |person: &str, role| {
            told(&mut rows, TeamCommand::Set { person: person.to_owned(), role, by: "a".to_owned() }, NOW)
        };
        assert_eq!(set("a", Some(Role::Viewer)), TeamAnswer::Done);
        assert_eq!(set("b", Some(Role::Administrator)), TeamAnswer::LastOwner);
        assert_eq!(set("b", None), TeamAnswer::LastOwner);
        assert_eq!(set("a", None), TeamAnswer::Done);
        assert_eq!(set("a", None), TeamAnswer::Unknown);
    }

    #[test]
    fn whoever_is_removed_or_made_less_lets_himself_in_by_no_link_of_his() {
        for role in [None, Some(Role::Viewer)] {
            let mut rows = MemoryRows::default();
            for (digest, person) in [("one", "a"), ("two", "me")] {
                invited(&mut rows, digest, Role::Owner);
                accepts(&mut rows, digest, person, NOW);
            }
            invited(&mut rows, "kept", Role::Owner);
            let command = TeamCommand::Set { person: "me".to_owned(), role, by: "a".to_owned() };
            assert_eq!(told(&mut rows, command, NOW), TeamAnswer::Done);
            assert_eq!(accepts(&mut rows, "kept", "me", NOW), TeamAnswer::Unknown);
        }
    }

    #[test]
    fn what_happens_to_a_team_stands_in_its_log_newest_first() {
        let mut rows = MemoryRows::default();
        invited(&mut rows, "one", Role::Owner);
        accepts(&mut rows, "one", "a", NOW);
        let events = TeamCommand::Events { after: None };
        let TeamAnswer::Events { events, next: None } = told(&mut rows, events, NOW) else { panic!() };
        let words: Vec<_> = events.iter().map(|event| (event.what.as_str(), event.by.as_str())).collect();
        assert_eq!(words, [("joined", "a"), ("invited", "me")]);
    }

    #[test]
    fn the_log_is_read_page_by_page_until_its_oldest_entry() {
        let mut rows = MemoryRows::default();
        invited(&mut rows, "first", Role::Owner);
        accepts(&mut rows, "first", "a", NOW);
        // Two entries each; more than are kept.
        for _ in 0..EVENTS_MAX / 2 {
            invited(&mut rows, "x", Role::Viewer);
            accepts(&mut rows, "x", "b", NOW);
        }
        let (mut sizes, mut after) = (Vec::new(), None);
        loop {
            let answer = told(&mut rows, TeamCommand::Events { after }, NOW);
            let TeamAnswer::Events { events, next } = answer else { panic!() };
            sizes.push(events.len());
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(sizes, [EVENTS_PAGE; 5]);
    }

    #[test]
    fn asking_writes_nothing() {
        let mut rows = MemoryRows::default();
        role(&mut rows, "a");
        told(&mut rows, TeamCommand::List, NOW);
        told(&mut rows, TeamCommand::Events { after: None }, NOW);
        assert_eq!(accepts(&mut rows, "one", "a", NOW), TeamAnswer::Unknown);
        assert_eq!(rows, MemoryRows::default());
    }
}
