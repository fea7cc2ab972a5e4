//! A tenant's own test people, as the snapshot of the simulator's domain has them, and all of them together
//! with those that everybody has. Of their names the tenant's own come first.

use super::people::{PEOPLE, PERSON, Person};
use crate::json;
use crate::model::DomainSnapshot;
use crate::model::test_person::TestPerson;
use crate::vault::sha256;

/// One of the tenant's, with what an eID knows of a person and nobody types.
struct Made {
    person: TestPerson,
    description: [String; 2],
    pid: String,
    rid: String,
    uuid: String,
    employee_uuid: String,
}

/// Everybody whom the simulators of a domain know.
pub struct Known(Vec<Made>);

impl Known {
    /// Those of a domain.
    pub fn at(domain: &DomainSnapshot) -> Self {
        let text = domain.test_people.as_deref().unwrap_or("[]");
        let people: Vec<TestPerson> = json::read(text).unwrap_or_default();
        Self(people.into_iter().map(|person| Made::of(person, &domain.label())).collect())
    }

    /// All of them.
    pub fn all(&self) -> Vec<Person<'_>> {
        let mut all: Vec<Person<'_>> = self.0.iter().map(Made::person).collect();
        for person in PEOPLE {
            if all.iter().all(|made| made.user != person.user) {
                all.push(person);
            }
        }
        all
    }

    /// The person of this user name.
    pub fn find(&self, user: &str) -> Option<Person<'_>> {
        self.all().into_iter().find(|person| person.user.eq_ignore_ascii_case(user.trim()))
    }

    /// The person whose MitID has this UUID, as a person or as an employee.
    pub fn find_uuid(&self, uuid: &str) -> Option<Person<'_>> {
        let has = |person: &Person<'_>| [person.uuid, person.employee_uuid].contains(&uuid);
        self.all().into_iter().find(|person| !uuid.is_empty() && has(person))
    }
}

impl Made {
    fn of(person: TestPerson, label: &str) -> Self {
        let digest = |what: &str| sha256(format!("{what} {label} {}", person.user).as_bytes());
        let number = |what: &str, most: u64| {
            digest(what).iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte)) % most
        };
        let uuid = |what: &str| {
            let hex: String = digest(what).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
            // RFC 9562: version 8, of the variant that it describes.
            format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
        };
        let mut words = vec![person.name.clone()];
        words.extend(person.cpr.as_ref().map(|cpr| {
            let (date, serial) = cpr.digits().split_at_checked(6).unwrap_or_default();
            format!("CPR {date}-{serial}")
        }));
        words.extend(person.cvr.as_ref().map(|cvr| format!("CVR {cvr}")));
        let words = words.join(", ");
        Self {
            description: [words.clone(), words],
            pid: format!("9208-2002-2-{:012}", number("pid", 1_000_000_000_000)),
            rid: format!("{:010}", number("rid", 10_000_000_000)),
            uuid: uuid("uuid"),
            employee_uuid: uuid("employee uuid"),
            person,
        }
    }

    fn person(&self) -> Person<'_> {
        let TestPerson { user, name, birthdate, cpr, reaches, cvr, organisation } = &self.person;
        let company = cvr.as_deref().zip(organisation.as_deref());
        let [da, en] = &self.description;
        Person {
            user,
            description: [da, en],
            name,
            birthdate,
            cpr: cpr.as_ref().map(|cpr| cpr.digits()),
            pid: &self.pid,
            uuid: &self.uuid,
            reaches: *reaches,
            company: company.map(|(cvr, name)| (cvr, self.rid.as_str(), name)),
            employee_uuid: if company.is_some() { &self.employee_uuid } else { "" },
            ..PERSON
        }
    }
}
