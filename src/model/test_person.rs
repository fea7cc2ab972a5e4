//! A tenant's own test people, whom the simulators know beside those that everybody has.

use crate::eid::{Cpr, Level};

/// Most of one tenant: they travel in the snapshot of each of its TEST domains.
pub const TEST_PEOPLE_MAX: usize = 30;

/// One of them. Nothing of it is of a real person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestPerson {
    /// What is typed on the simulator's page: 1 to 32 of `a-z`, `0-9`, `.`, `_`, `-`.
    pub user: String,
    /// Name as the eID states it.
    pub name: String,
    /// `YYYY-MM-DD`
    pub birthdate: String,
    /// CPR number, if there is one.
    pub cpr: Option<Cpr>,
    /// The level that this person's MitID reaches at most.
    pub reaches: Level,
    /// CVR of an employee's company, eight digits.
    pub cvr: Option<String>,
    /// Its name.
    pub organisation: Option<String>,
}

json_struct!(TestPerson { user, name, birthdate, cpr, reaches, cvr, organisation });
