//! The object of one person: which generation of sessions counts, and which tenants he belongs to. Pure;
//! the shell is `edge::dashboard`.
//!
//! The tenants are for finding them again: whether he belongs to one, and as what, its team says.

use crate::json;
use crate::model::{TenantId, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};

const PERSON: &str = "person";
const ONLY: &str = "1";
/// Most tenants that a person finds; operators find all by the directory.
pub const TENANTS_MAX: usize = 200;

/// What a person's object is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonCommand {
    /// To look, which writes nothing.
    Look,
    /// All sessions of before count no more.
    SignOutEverywhere,
    /// He belongs to one more tenant.
    Join(TenantId),
    /// He belongs to one less.
    Leave(TenantId),
}

json_enum!(PersonCommand {
    Look = "look", SignOutEverywhere = "sign_out_everywhere", Join(tenant) = "join", Leave(tenant) = "leave",
});

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonAnswer {
    /// Which generation of sessions counts.
    pub generation: u64,
    /// His tenants, in their order.
    pub tenants: Vec<TenantId>,
}

json_struct!(PersonAnswer { generation, tenants });

/// Does as it is told.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(
    rows: &mut impl Rows,
    command: &PersonCommand,
    _now: UnixTime,
) -> Result<PersonAnswer, StoreFault> {
    let known = rows.get(PERSON, ONLY)?;
    let mut person: PersonAnswer = match &known {
        Some(row) => json::read(&row.value).map_err(|_| StoreFault("unreadable person".to_owned()))?,
        None => PersonAnswer::default(),
    };
    let before = person.clone();
    match command {
        PersonCommand::Look => {}
        PersonCommand::SignOutEverywhere => person.generation += 1,
        PersonCommand::Join(tenant) => {
            if !person.tenants.contains(tenant) && person.tenants.len() < TENANTS_MAX {
                person.tenants.push(tenant.clone());
                person.tenants.sort();
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
        assert_eq!(after, PersonAnswer { generation: 1, tenants: vec![acme.clone()] });
        let left = apply(&mut rows, &PersonCommand::Leave(acme), UnixTime(3)).unwrap();
        assert_eq!(left.tenants, []);
    }
}
