//! How many logins there were by which eID, and about how many people have used MitID: what one object
//! has counted. Pure; the shell is `edge::broker::tally_object`.
//!
//! A row for each application with its last days, and one for the sketch. A login is told of once it is
//! over, by its own object. One whose telling fails is told again for a day and lost then; one whose
//! answer is lost counts twice.

use crate::eid::Eid;
use crate::json;
use crate::model::login_count::{DAY_SECONDS, Day, LoginCount, Logins, Sketch, day_of};
use crate::model::{ClientId, Host, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};

/// Most applications that one object counts; of further ones nothing is.
pub const APPLICATIONS_MAX: usize = 1_000;
/// Days that are kept of each application.
pub const DAYS_MAX: u64 = 100;
/// Longest that an application without a login is kept, seconds.
const FORGET_SECONDS: u64 = DAYS_MAX * DAY_SECONDS;

/// Rows named by host and `client_id`; the version is the moment of the last count.
const LOGINS: &str = "logins";
/// The sketch; the version counts its changes.
const PEOPLE: &str = "people";
/// Its id.
const MITID: &str = "mitid";

/// What is asked of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginCommand {
    /// A login is over, and its application has its token.
    Count(LoginCount),
    /// NemID is closed for a request as a rehearsal.
    Rehearsed {
        /// The domain that the application called.
        host: Host,
        /// The application.
        client_id: ClientId,
        /// How many requests.
        times: u64,
    },
    /// What was counted?
    Look {
        /// The applications that are asked for one by one.
        of: Vec<(Host, ClientId)>,
    },
}

json_enum!(LoginCommand {
    Count(it) = "count",
    Rehearsed { host, client_id, times } = "rehearsed",
    Look { of } = "look",
});

/// What one object has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Of those that were asked for, the ones with logins of the last days.
    pub applications: Vec<Logins>,
    /// The days of all applications together, ascending.
    pub days: Vec<Day>,
    /// People seen with MitID, where there is one.
    pub people: Option<Sketch>,
}

json_struct!(Counted { applications, days, people });

/// Applies a command. Answers with what was counted if that was asked, else with nothing.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: LoginCommand, now: UnixTime) -> Result<Counted, StoreFault> {
    match command {
        LoginCommand::Count(count) => counted(rows, &count, now)?,
        LoginCommand::Rehearsed { host, client_id, times } => {
            if let Some(mut logins) = logins(rows, &host, &client_id, now)? {
                day_of(&mut logins.days, today(now)).rehearsed += times;
                rows.commit(vec![put(&logins, now)])?;
            }
        }
        LoginCommand::Look { of } => return look(rows, &of),
    }
    Ok(Counted::default())
}

fn look(rows: &impl Rows, of: &[(Host, ClientId)]) -> Result<Counted, StoreFault> {
    let mut found = Counted { people: people(rows)?.map(|(sketch, _)| sketch), ..Counted::default() };
    for row in known(rows)? {
        let logins = read(&row)?;
        logins.days.iter().for_each(|day| day_of(&mut found.days, day.day).add(day));
        if of.iter().any(|(host, client_id)| *host == logins.host && *client_id == logins.client_id) {
            found.applications.push(logins);
        }
    }
    Ok(found)
}

/// Removes applications without logins of the last days, and the sketch with the last of them; tells when
/// to look again, `None` when nothing is left.
///
/// # Errors
/// When the store fails.
pub fn forget(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let (gone, left): (Vec<Row>, Vec<Row>) =
        known(rows)?.into_iter().partition(|row| forgotten_at(row).is_over(now));
    let mut writes: Vec<Write> =
        gone.into_iter().map(|row| Write::Delete { kind: LOGINS, id: row.id }).collect();
    if left.is_empty() && people(rows)?.is_some() {
        writes.push(Write::Delete { kind: PEOPLE, id: MITID.to_owned() });
    }
    if !writes.is_empty() {
        rows.commit(writes)?;
    }
    Ok(left.iter().map(forgotten_at).min())
}

fn counted(rows: &mut impl Rows, count: &LoginCount, now: UnixTime) -> Result<(), StoreFault> {
    let mut writes = Vec::new();
    if let Some(mut logins) = logins(rows, &count.host, &count.client_id, now)? {
        // A clock that stood ahead must not keep other days out.
        let day = day_of(&mut logins.days, today(count.at.min(now)));
        match count.eid {
            Eid::Nemid => day.nemid += 1,
            Eid::Mitid => day.mitid += 1,
        }
        day.finished += u64::from(count.rehearsed && count.eid == Eid::Mitid);
        writes.push(put(&logins, now));
    }
    if let Some(person) = count.person {
        let (mut sketch, version) = people(rows)?.unwrap_or_default();
        if sketch.add(person) {
            let row = Row { id: MITID.to_owned(), version: version + 1, value: json::write(&sketch) };
            writes.push(Write::Put { kind: PEOPLE, row });
        }
    }
    if writes.is_empty() { Ok(()) } else { rows.commit(writes) }
}

/// What is known of an application, without the days that are over; `None` where it has no place.
fn logins(
    rows: &mut impl Rows,
    host: &Host,
    client_id: &ClientId,
    now: UnixTime,
) -> Result<Option<Logins>, StoreFault> {
    let Some(row) = rows.get(LOGINS, &id(host, client_id))? else {
        if known(rows)?.len() >= APPLICATIONS_MAX {
            forget(rows, now)?;
            if known(rows)?.len() >= APPLICATIONS_MAX {
                return Ok(None);
            }
        }
        return Ok(Some(Logins { host: host.clone(), client_id: client_id.clone(), days: Vec::new() }));
    };
    let mut logins = read(&row)?;
    logins.days.retain(|day| day.day + DAYS_MAX > today(now));
    Ok(Some(logins))
}

fn today(now: UnixTime) -> u64 {
    now.0 / DAY_SECONDS
}

fn id(host: &Host, client_id: &ClientId) -> String {
    format!("{host} {client_id}")
}

fn put(logins: &Logins, now: UnixTime) -> Write {
    let id = id(&logins.host, &logins.client_id);
    Write::Put { kind: LOGINS, row: Row { id, version: now.0, value: json::write(logins) } }
}

fn known(rows: &impl Rows) -> Result<Vec<Row>, StoreFault> {
    rows.list(LOGINS, "", None, APPLICATIONS_MAX + 1)
}

fn forgotten_at(row: &Row) -> UnixTime {
    UnixTime(row.version).plus(FORGET_SECONDS)
}

fn people(rows: &impl Rows) -> Result<Option<(Sketch, u64)>, StoreFault> {
    let read = |row: Row| Ok((json::read(&row.value).map_err(|_| unreadable(&row))?, row.version));
    rows.get(PEOPLE, MITID)?.map(read).transpose()
}

fn read(row: &Row) -> Result<Logins, StoreFault> {
    json::read(&row.value).map_err(|_| unreadable(row))
}

fn unreadable(row: &Row) -> StoreFault {
    StoreFault(format!("unreadable row {}", row.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::login_count::Trace;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_000 * DAY_SECONDS);

    fn login(client_id: &str, eid: Eid, at: UnixTime) -> LoginCount {
        LoginCount {
            object: "acme/TEST/logins/0".to_owned(),
            host: Host::parse("acme.example").unwrap(),
            client_id: ClientId::parse(client_id).unwrap(),
            eid,
            person: (eid == Eid::Mitid).then_some(Trace { register: 1, rank: 3 }),
            rehearsed: false,
            at,
        }
    }

    fn count(rows: &mut MemoryRows, login: LoginCount, now: UnixTime) {
        assert_eq!(apply(rows, LoginCommand::Count(login), now), Ok(Counted::default()));
    }

    fn look(rows: &mut MemoryRows) -> Counted {
        let of = ["urn:acme:web", "urn:acme:app"].map(|id| {
            let LoginCount { host, client_id, .. } = login(id, Eid::Nemid, NOW);
            (host, client_id)
        });
        apply(rows, LoginCommand::Look { of: of.into() }, NOW).unwrap()
    }

    #[test]
    fn logins_are_counted_by_eid_for_each_application_and_day() {
        let mut rows = MemoryRows::default();
        assert_eq!(look(&mut rows), Counted::default());
        for (eid, days) in
            [(Eid::Nemid, 0), (Eid::Mitid, 1), (Eid::Mitid, 1), (Eid::Nemid, 0), (Eid::Mitid, 0)]
        {
            count(
                &mut rows,
                login("urn:acme:web", eid, NOW.plus(days * DAY_SECONDS)),
                NOW.plus(2 * DAY_SECONDS),
            );
        }
        count(&mut rows, login("urn:acme:app", Eid::Nemid, NOW), NOW);
        let counted = look(&mut rows);
        let of = |id: &str| counted.applications.iter().find(|one| one.client_id.as_str() == id).unwrap();
        let empty = Day::empty;
        assert_eq!(
            of("urn:acme:web").days,
            [Day { nemid: 2, mitid: 1, ..empty(1_000) }, Day { mitid: 2, ..empty(1_001) }]
        );
        assert_eq!(of("urn:acme:app").days, [Day { nemid: 1, ..empty(1_000) }]);
        count(&mut rows, login("urn:acme:other", Eid::Nemid, NOW), NOW);
        let counted = look(&mut rows);
        assert_eq!(counted.applications.len(), 2, "of others, only the sum");
        assert_eq!(
            counted.days,
            [Day { nemid: 4, mitid: 1, ..empty(1_000) }, Day { mitid: 2, ..empty(1_001) }]
        );
        assert_eq!(counted.people.unwrap().estimate(), 1, "one person, three logins");
    }

    #[test]
    fn a_rehearsal_counts_who_began_and_who_finished_by_mitid() {
        let mut rows = MemoryRows::default();
        let LoginCount { host, client_id, .. } = login("urn:acme:web", Eid::Mitid, NOW);
        for _ in 0..3 {
            let began =
                LoginCommand::Rehearsed { host: host.clone(), client_id: client_id.clone(), times: 1 };
            apply(&mut rows, began, NOW).unwrap();
        }
        count(&mut rows, LoginCount { rehearsed: true, ..login("urn:acme:web", Eid::Mitid, NOW) }, NOW);
        count(&mut rows, login("urn:acme:web", Eid::Mitid, NOW), NOW);
        let days = look(&mut rows).applications.remove(0).days;
        assert_eq!(days, [Day { mitid: 2, rehearsed: 3, finished: 1, ..Day::empty(1_000) }]);
    }

    #[test]
    fn a_login_of_somebody_seen_writes_one_row() {
        let mut rows = MemoryRows::default();
        count(&mut rows, login("urn:acme:web", Eid::Mitid, NOW), NOW);
        let before = rows.get(PEOPLE, MITID).unwrap();
        count(&mut rows, login("urn:acme:web", Eid::Mitid, NOW), NOW);
        assert_eq!(rows.get(PEOPLE, MITID).unwrap(), before);
    }

    #[test]
    fn days_and_applications_that_are_over_are_forgotten_and_the_sketch_with_the_last() {
        let mut rows = MemoryRows::default();
        count(&mut rows, login("urn:acme:web", Eid::Mitid, NOW), NOW);
        let later = NOW.plus(FORGET_SECONDS - 1);
        count(&mut rows, login("urn:acme:app", Eid::Nemid, later), later);
        count(&mut rows, login("urn:acme:web", Eid::Nemid, later), later.plus(1));
        let web = &look(&mut rows).applications[1];
        assert_eq!(web.days, [Day { nemid: 1, ..Day::empty(1_099) }], "the first day is over");
        assert_eq!(forget(&mut rows, later.plus(1)), Ok(Some(later.plus(FORGET_SECONDS))));
        assert_eq!(forget(&mut rows, later.plus(FORGET_SECONDS)), Ok(Some(later.plus(FORGET_SECONDS + 1))));
        assert!(look(&mut rows).people.is_some());
        assert_eq!(forget(&mut rows, later.plus(FORGET_SECONDS + 1)), Ok(None));
        assert_eq!(look(&mut rows), Counted::default());
    }

    #[test]
    fn an_object_keeps_so_many_applications_and_no_more() {
        let mut rows = MemoryRows::default();
        for n in 0..APPLICATIONS_MAX + 3 {
            count(&mut rows, login(&format!("urn:acme:{n}"), Eid::Nemid, NOW), NOW);
        }
        assert_eq!(rows.count(LOGINS), APPLICATIONS_MAX);
        let late = NOW.plus(FORGET_SECONDS);
        count(&mut rows, login("urn:acme:late", Eid::Nemid, late), late);
        assert_eq!(rows.count(LOGINS), 1, "what is over makes room");
    }
}
