//! The simulators' test people. Their CPR numbers are published test personas, or no real person's.

use crate::eid::{Acr, Eid, Level};

/// A test person.
pub struct Person {
    /// What is typed on the simulator's page.
    pub user: &'static str,
    /// What the page says of it.
    pub description: &'static str,
    /// Name as the eID states it.
    pub name: &'static str,
    /// `YYYY-MM-DD`
    pub birthdate: &'static str,
    /// CPR number, ten digits, if there is one.
    pub cpr: Option<&'static str>,
    /// NemID PID; the RID login of an employee.
    pub pid: &'static str,
    /// MitID UUID.
    pub uuid: &'static str,
    /// The level that this person's MitID reaches at most.
    pub reaches: Level,
    /// CVR, RID and organisation of an employee.
    pub company: Option<(&'static str, &'static str, &'static str)>,
    /// Whether the upstream answers an error instead.
    pub fails: bool,
}

const PERSON: Person = Person {
    user: "",
    description: "",
    name: "",
    birthdate: "",
    cpr: None,
    pid: "",
    uuid: "",
    reaches: Level::High,
    company: None,
    fails: false,
};

/// Everybody.
pub const PEOPLE: [Person; 7] = [
    Person {
        user: "ditlev",
        description: "CPR 210127-0087",
        name: "Ditlev Testperson",
        birthdate: "1927-01-21",
        cpr: Some("2101270087"),
        pid: "9208-2002-2-000000000001",
        uuid: "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
        ..PERSON
    },
    Person {
        user: "terne",
        description: "CPR 070749-0071",
        name: "Terne Testperson",
        birthdate: "1949-07-07",
        cpr: Some("0707490071"),
        pid: "9208-2002-2-294247448400",
        uuid: "0f5c3a1e-6f0b-4f57-9d5c-3a3f5f0f7a01",
        ..PERSON
    },
    Person {
        user: "nocpr",
        description: "has no CPR number",
        name: "Nocpr Testperson",
        birthdate: "1990-03-04",
        pid: "9208-2002-2-000000000003",
        uuid: "1b0c7f52-2f4d-4c3c-8a11-5d3e0c1e9b02",
        ..PERSON
    },
    Person {
        user: "protected",
        description: "name and address are protected",
        name: "NAVNE & ADRESSEBESKYTTET",
        birthdate: "1985-05-06",
        cpr: Some("6605850008"),
        pid: "9208-2002-2-000000000004",
        uuid: "2c1d8063-305e-4d4d-9b22-6e4f1d2fac03",
        ..PERSON
    },
    Person {
        user: "low",
        description: "reaches level low only",
        name: "Low Testperson",
        birthdate: "2000-02-29",
        cpr: Some("2902004000"),
        pid: "9208-2002-2-000000000005",
        uuid: "3d2e9174-416f-4e5e-ac33-7f502e30bd04",
        reaches: Level::Low,
        ..PERSON
    },
    Person { user: "fails", description: "the eID answers an error", fails: true, ..PERSON },
    Person {
        user: "employee",
        description: "employee of CVR 13585628",
        name: "Employee Testperson",
        birthdate: "1977-07-08",
        pid: "9208-2002-2-000000000007",
        uuid: "4e3fa285-5270-4f6f-bd44-806f3f41ce05",
        company: Some(("13585628", "1203670452", "Testvirksomhed ApS")),
        ..PERSON
    },
];

/// The person of this user name.
pub fn find(user: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.user.eq_ignore_ascii_case(user.trim()))
}

impl Person {
    /// The eID's own id of this person for an acr; `None` where this person has no such identity.
    pub fn id_for(&self, acr: Acr) -> Option<String> {
        match (acr.eid(), acr.is_employee(), self.company) {
            (Eid::Mitid, ..) => Some(self.uuid.to_owned()),
            (Eid::Nemid, false, _) => Some(self.pid.to_owned()),
            (Eid::Nemid, true, Some((cvr, rid, _))) => Some(format!("CVR:{cvr}-RID:{rid}")),
            (Eid::Nemid, true, None) => None,
        }
    }

    /// The level this person reaches when `asked` is asked for.
    pub fn level_for(&self, asked: Level) -> Level {
        asked.min(self.reaches)
    }
}
