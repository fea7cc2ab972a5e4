//! The object of one person: which of his sessions count, and which tenants he belongs to. Pure; the shell is
//! `edge::dashboard`.
//!
//! The tenants are for finding them again: whether he belongs to one, and as what, its team says.

use super::session::ABSOLUTE_SECONDS;
use crate::json;
use crate::model::{TenantId, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};

const PERSON: &str = "person";
/// Most sessions that are kept as ended; with one more, all of the person's end.
const ENDED_MAX: usize = 50;
const ONLY: &str = "1";
/// Most tenants that a person finds; operators find all by the directory.
pub const TENANTS_MAX: usize = 200;

/// What a person's object is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonCommand {
    /// To look, which writes nothing.
    Look,
    /// This session counts no more, whoever has a copy of its cookie.
    SignOut(String),
    /// All sessions of before count no more.
    SignOutEverywhere,
    /// He belongs to one more tenant.
    Join(TenantId),
    /// He belongs to one less.
    Leave(TenantId),
}

json_enum!(PersonCommand {
    Look = "look", SignOut(session) = "sign_out", SignOutEverywhere = "sign_out_everywhere",
    Join(tenant) = "join", Leave(tenant) = "leave",
});

/// A session that he signed out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its id.
    pub session: String,
    /// When it would be over anyway.
    pub over_at: UnixTime,
}

json_struct!(Ended { session, over_at });

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonAnswer {
    /// Which generation of sessions counts.
    pub generation: u64,
    /// His tenants, in their order.
    pub tenants: Vec<TenantId>,
    /// The sessions of this generation that he signed out of.
    pub ended: Vec<Ended>,
}

json_struct!(PersonAnswer { generation, tenants, ended });

impl PersonAnswer {
    /// Whether a session of his counts.
    pub fn counts(&self, generation: u64, session: &str) -> bool {
        generation == self.generation && self.ended.iter().all(|ended| ended.session != session)
    }
}

/// Does as it is told.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(
    rows: &mut impl Rows,
    command: &PersonCommand,
    now: UnixTime,
) -> Result<PersonAnswer, StoreFault> {
    let known = rows.get(PERSON, ONLY)?;
    let mut person: PersonAnswer = match &known {
        Some(row) => json::read(&row.value).map_err(|_| StoreFault("unreadable person".to_owned()))?,
        None => PersonAnswer::default(),
    };
    let before = person.clone();
    match command {
        PersonCommand::Look => {}
        PersonCommand::SignOut(session) => {
            person.ended.retain(|ended| !ended.over_at.is_over(now) && ended.session != *session);
            person.ended.push(Ended { session: session.clone(), over_at: now.plus(ABSOLUTE_SECONDS) });
            if person.ended.len() > ENDED_MAX {
                next_generation(&mut person);
            }
        }
        PersonCommand::SignOutEverywhere => next_generation(&mut person),
        PersonCommand::Join(tenant) => {
            // They stand in order.
            if let Err(place) = person.tenants.binary_search(tenant)
                && person.tenants.len() < TENANTS_MAX
            {
                person.tenants.insert(place, tenant.clone());
            }
        }
        PersonCommand::Leave(tenant) => person.tenants.retain(|known| known != tenant),
    }
    if person != before {
        let row = Row { id: ONLY.to_owned(), version: 1, value: json::write(&person) };
        rows.commit(vec![Write::Put { kind: PERSON, row }])?;
    }
    Ok(person)
}

fn next_generation(person: &mut PersonAnswer) {
    person.generation += 1;
    person.ended.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    #[test]
    fn looking_at_a_person_writes_nothing() {
        let mut rows = MemoryRows::default();
        assert_eq!(apply(&mut rows, &PersonCommand::Look, UnixTime(1)).unwrap(), PersonAnswer::default());
        assert_eq!(rows, MemoryRows::default());
    }

    #[test]
    fn signing_out_everywhere_begins_a_generation_and_keeps_the_tenants() {
        let mut rows = MemoryRows::default();
        let acme = TenantId::parse("acme").unwrap();
        apply(&mut rows, &PersonCommand::Join(acme.clone()), UnixTime(1)).unwrap();
        apply(&mut rows, &PersonCommand::Join(acme.clone()), UnixTime(1)).unwrap();
        let after = apply(&mut rows, &PersonCommand::SignOutEverywhere, UnixTime(2)).unwrap();
        assert_eq!(after, PersonAnswer { generation: 1, tenants: vec![acme.clone()], ended: Vec::new() });
        let left = apply(&mut rows, &PersonCommand::Leave(acme), UnixTime(3)).unwrap();
        assert_eq!(left.tenants, []);
    }

    #[test]
    fn a_session_that_was_signed_out_of_counts_no_more_and_is_forgotten_when_it_would_be_over() {
        let mut rows = MemoryRows::default();
        let out = |rows: &mut MemoryRows, session: &str, now: u64| {
            apply(rows, &PersonCommand::SignOut(session.to_owned()), UnixTime(now)).unwrap()
        };
        let person = out(&mut rows, "one", 1);
        assert!(!person.counts(0, "one"));
        assert!(person.counts(0, "two"));
        assert!(!person.counts(1, "two"));
        assert_eq!(out(&mut rows, "one", 2).ended.len(), 1);
        assert_eq!(out(&mut rows, "two", 3 + ABSOLUTE_SECONDS).ended.len(), 1);
    }

    #[test]
    fn whoever_signs_out_more_often_than_is_remembered_signs_out_everywhere() {
        let mut rows = MemoryRows::default();
        for n in 0..=ENDED_MAX {
            apply(&mut rows, &PersonCommand::SignOut(n.to_string()), UnixTime(1)).unwrap();
        }
        let person = apply(&mut rows, &PersonCommand::Look, UnixTime(1)).unwrap();
        assert_eq!((person.generation, person.ended.len()), (1, 0));
    }
}
