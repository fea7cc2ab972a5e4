//! The test people that everybody has at the simulators. Their CPR numbers are published test personas, or no real person's.

use crate::eid::{Acr, Eid, Level};

/// A test person.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// What is typed on the simulator's page.
    pub user: &'a str,
    /// What the page says of it, in Danish and in English.
    pub description: [&'a str; 2],
    /// Name as the eID states it.
    pub name: &'a str,
    /// `YYYY-MM-DD`
    pub birthdate: &'a str,
    /// CPR number, ten digits, if there is one.
    pub cpr: Option<&'a str>,
    /// NemID PID; the RID login of an employee.
    pub pid: &'a str,
    /// MitID UUID.
    pub uuid: &'a str,
    /// The level that this person's MitID reaches at most.
    pub reaches: Level,
    /// CVR, RID and organisation of an employee.
    pub company: Option<(&'a str, &'a str, &'a str)>,
    /// UUID of the same employee in MitID Erhverv, which is not that of the person.
    pub employee_uuid: &'a str,
    /// CVR and organisation that this person may sign for.
    pub signs_for: Option<(&'a str, &'a str)>,
    /// Whether the NemID is a young person's.
    pub youth: bool,
    /// Whether the upstream answers an error instead.
    pub fails: bool,
}

/// Nobody: what is left out of the others.
pub const PERSON: Person<'static> = Person {
    user: "",
    description: ["", ""],
    name: "",
    birthdate: "",
    cpr: None,
    pid: "",
    uuid: "",
    reaches: Level::High,
    company: None,
    employee_uuid: "",
    signs_for: None,
    youth: false,
    fails: false,
};

/// Everybody.
pub const PEOPLE: [Person<'static>; 9] = [
    Person {
        user: "ditlev",
        description: ["CPR 210127-0087", "CPR 210127-0087"],
        name: "Ditlev Testperson",
        birthdate: "1927-01-21",
        cpr: Some("2101270087"),
        pid: "9208-2002-2-000000000001",
        uuid: "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
        ..PERSON
    },
    Person {
        user: "terne",
        description: ["CPR 070749-0071", "CPR 070749-0071"],
        name: "Terne Testperson",
        birthdate: "1949-07-07",
        cpr: Some("0707490071"),
        pid: "9208-2002-2-294247448400",
        uuid: "0f5c3a1e-6f0b-4f57-9d5c-3a3f5f0f7a01",
        ..PERSON
    },
    Person {
        user: "nocpr",
        description: ["har intet CPR-nummer", "has no CPR number"],
        name: "Nocpr Testperson",
        birthdate: "1990-03-04",
        pid: "9208-2002-2-000000000003",
        uuid: "1b0c7f52-2f4d-4c3c-8a11-5d3e0c1e9b02",
        ..PERSON
    },
    Person {
        user: "protected",
        description: ["navn og adresse er beskyttet", "name and address are protected"],
        name: "NAVNE & ADRESSEBESKYTTET",
        birthdate: "1985-05-06",
        cpr: Some("6605850008"),
        pid: "9208-2002-2-000000000004",
        uuid: "2c1d8063-305e-4d4d-9b22-6e4f1d2fac03",
        ..PERSON
    },
    Person {
        user: "low",
        description: ["når kun niveau lav", "reaches level low only"],
        name: "Low Testperson",
        birthdate: "2000-02-29",
        cpr: Some("2902004000"),
        pid: "9208-2002-2-000000000005",
        uuid: "3d2e9174-416f-4e5e-ac33-7f502e30bd04",
        reaches: Level::Low,
        ..PERSON
    },
    Person {
        user: "fails",
        description: ["eID'et svarer med en fejl", "the eID answers an error"],
        fails: true,
        ..PERSON
    },
    Person {
        user: "employee",
        description: [
            "medarbejder hos CVR 13585628 med NemID og MitID Erhverv",
            "employee of CVR 13585628 by NemID and MitID Erhverv",
        ],
        name: "Employee Testperson",
        birthdate: "1977-07-08",
        pid: "9208-2002-2-000000000007",
        uuid: "4e3fa285-5270-4f6f-bd44-806f3f41ce05",
        company: Some(("13585628", "1203670452", "Testvirksomhed ApS")),
        employee_uuid: "5f40b396-6381-4a70-8e55-917a4a52df06",
        ..PERSON
    },
    Person {
        user: "signatory",
        description: ["CPR 110774-4882, tegner CVR 88146328", "CPR 110774-4882, signs for CVR 88146328"],
        name: "Signatory Testperson",
        birthdate: "1974-07-11",
        cpr: Some("1107744882"),
        pid: "9208-2002-2-000000000008",
        uuid: "6051c4a7-7492-4b81-9f66-a28b5b63e007",
        signs_for: Some(("88146328", "Prøvefirma A/S")),
        ..PERSON
    },
    Person {
        user: "youth",
        description: ["NemID til unge", "young person's NemID"],
        name: "Youth Testperson",
        birthdate: "2011-08-15",
        cpr: Some("7508115000"),
        pid: "9208-2002-2-000000000009",
        uuid: "7162d5b8-85a3-4c92-a077-b39c6c74f108",
        youth: true,
        ..PERSON
    },
];

impl Person<'_> {
    /// The eID's own id of this person for an acr; `None` where this person has no such identity.
    pub fn id_for(&self, acr: Acr) -> Option<String> {
        match (acr.eid(), acr.is_employee(), self.company) {
            (Eid::Mitid, false, _) => Some(self.uuid.to_owned()),
            (Eid::Mitid, true, company) => company.map(|_| self.employee_uuid.to_owned()),
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
