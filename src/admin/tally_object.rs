//! Who was seen with which signing keys of one tenant and environment. Pure; the shell is
//! `edge::broker::tally_object`.
//!
//! A row for each kind of program and each application, bounded in number, in keys and in time, and
//! written only when something is new: strangers choose the names of programs.

use super::login_tally::LoginCommand;
use crate::json;
use crate::model::UnixTime;
use crate::model::sighting::{Sight, Sighting, TELL_AGAIN_SECONDS, Who};
use crate::rows::{Row, Rows, StoreFault, Write};

/// Most kinds of programs that are kept; further ones count as `other`.
pub const FAMILIES_MAX: usize = 100;
/// Most applications that are kept; of further ones nothing is.
pub const APPLICATIONS_MAX: usize = 1_000;
/// Most keys that are kept of each; the oldest go.
pub const KIDS_MAX: usize = 24;
/// Who was not seen for this long is forgotten, seconds: 180 days, two rollovers of the usual length.
pub const FORGET_SECONDS: u64 = 180 * 24 * 60 * 60;

/// Rows named by [`Who::text`]; the version is the moment of the last sight.
const SIGHTING: &str = "sighting";

/// What is asked of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TallyCommand {
    /// Somebody was seen.
    Saw(Sight),
    /// Who was.
    List,
}

json_enum!(TallyCommand { Saw(it) = "saw", List = "list" });

/// What is asked of an object of this class: one that keeps sightings, or one that counts logins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Of keys: `tenant/ENVIRONMENT`.
    Keys(TallyCommand),
    /// Of logins: [`crate::model::login_count::object_name`].
    Logins(LoginCommand),
}

json_enum!(Tally { Keys(it) = "keys", Logins(it) = "logins" });

/// Applies a command. Answers with everybody who was seen if that was asked, else with nobody.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(
    rows: &mut impl Rows,
    command: TallyCommand,
    now: UnixTime,
) -> Result<Vec<Sighting>, StoreFault> {
    match command {
        TallyCommand::Saw(sight) => saw(rows, sight, now).map(|()| Vec::new()),
        TallyCommand::List => {
            let known = known(rows, "")?.into_iter().filter(|row| !is_forgotten(row, now));
            known.map(|row| read(&row)).collect()
        }
    }
}

/// Removes who is forgotten, and tells when the next one will be; `None` when nobody is left.
///
/// # Errors
/// When the store fails.
pub fn forget(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let (gone, left): (Vec<Row>, Vec<Row>) =
        known(rows, "")?.into_iter().partition(|row| is_forgotten(row, now));
    if !gone.is_empty() {
        rows.commit(gone.into_iter().map(|row| Write::Delete { kind: SIGHTING, id: row.id }).collect())?;
    }
    Ok(left.iter().map(|row| UnixTime(row.version).plus(FORGET_SECONDS)).min())
}

fn saw(rows: &mut impl Rows, sight: Sight, now: UnixTime) -> Result<(), StoreFault> {
    let Some(row) = rows.get(SIGHTING, &sight.who.text())? else { return first(rows, sight, now) };
    let mut sighting = read(&row)?;
    let before = sighting.kids.len();
    add(&mut sighting.kids, &sight.kids, now);
    // What is not newer than this is not worth a write.
    if sighting.kids.len() == before && !sighting.last.plus(TELL_AGAIN_SECONDS / 2).is_over(now) {
        return Ok(());
    }
    sighting.last = now;
    put(rows, &mut sighting)
}

fn first(rows: &mut impl Rows, sight: Sight, now: UnixTime) -> Result<(), StoreFault> {
    let (kind, max) = match &sight.who {
        Who::Family(_) => ("family ", FAMILIES_MAX),
        Who::Application(_) => ("client_id ", APPLICATIONS_MAX),
    };
    let others = known(rows, kind)?;
    if others.len() >= max && !others.iter().any(|row| is_forgotten(row, now)) {
        return match sight.who {
            Who::Family(_) if sight.who != Who::other() => {
                saw(rows, Sight { who: Who::other(), ..sight }, now)
            }
            // The last place is kept for it.
            Who::Family(_) => enter(rows, sight, now),
            Who::Application(_) => Ok(()),
        };
    }
    forget(rows, now)?;
    enter(rows, sight, now)
}

fn enter(rows: &mut impl Rows, sight: Sight, now: UnixTime) -> Result<(), StoreFault> {
    let mut sighting = Sighting { who: sight.who, kids: Vec::new(), last: now };
    add(&mut sighting.kids, &sight.kids, now);
    put(rows, &mut sighting)
}

fn add(known: &mut Vec<(String, UnixTime)>, kids: &[String], now: UnixTime) {
    for kid in kids.iter().take(KIDS_MAX) {
        if known.iter().all(|(of, _)| of != kid) {
            known.push((kid.clone(), now));
        }
    }
}

fn put(rows: &mut impl Rows, sighting: &mut Sighting) -> Result<(), StoreFault> {
    let surplus = sighting.kids.len().saturating_sub(KIDS_MAX);
    sighting.kids.drain(..surplus);
    let row = Row { id: sighting.who.text(), version: sighting.last.0, value: json::write(sighting) };
    rows.commit(vec![Write::Put { kind: SIGHTING, row }])
}

fn known(rows: &impl Rows, prefix: &str) -> Result<Vec<Row>, StoreFault> {
    rows.list(SIGHTING, prefix, None, FAMILIES_MAX + APPLICATIONS_MAX + 1)
}

fn is_forgotten(row: &Row, now: UnixTime) -> bool {
    UnixTime(row.version).plus(FORGET_SECONDS).is_over(now)
}

fn read(row: &Row) -> Result<Sighting, StoreFault> {
    json::read(&row.value).map_err(|_| StoreFault(format!("unreadable row {}", row.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClientId;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_000_000);

    fn family(word: &str) -> Who {
        Who::Family(word.to_owned())
    }

    fn see(rows: &mut MemoryRows, who: Who, kids: &[&str], now: UnixTime) {
        let kids = kids.iter().map(|kid| (*kid).to_owned()).collect();
        assert_eq!(apply(rows, TallyCommand::Saw(Sight { who, kids }), now), Ok(Vec::new()));
    }

    fn list(rows: &mut MemoryRows, now: UnixTime) -> Vec<Sighting> {
        apply(rows, TallyCommand::List, now).unwrap()
    }

    fn words(n: usize) -> String {
        ["abcdefghijklmnopqrstuvwxyz"[n % 26..][..1].repeat(2), "x".repeat(n / 26)].concat()
    }

    #[test]
    fn a_program_is_seen_first_with_each_key_and_last_at_all() {
        let mut rows = MemoryRows::default();
        assert_eq!(list(&mut rows, NOW), []);
        see(&mut rows, family("jose"), &["a", "b"], NOW);
        see(&mut rows, family("jose"), &["b", "c"], NOW.plus(10));
        let application = Who::Application(ClientId::parse("urn:acme:web").unwrap());
        see(&mut rows, application.clone(), &["c"], NOW.plus(20));
        let kid = |kid: &str, after| (kid.to_owned(), NOW.plus(after));
        let jose = Sighting {
            who: family("jose"),
            kids: vec![kid("a", 0), kid("b", 0), kid("c", 10)],
            last: NOW.plus(10),
        };
        let web = Sighting { who: application, kids: vec![kid("c", 20)], last: NOW.plus(20) };
        assert_eq!(list(&mut rows, NOW.plus(30)), [web, jose]);
    }

    #[test]
    fn what_is_not_new_is_not_written() {
        let mut rows = MemoryRows::default();
        see(&mut rows, family("jose"), &["a"], NOW);
        let before = rows.clone();
        rows.broken = true;
        let sight = Sight { who: family("jose"), kids: vec!["a".to_owned()] };
        assert_eq!(apply(&mut rows, TallyCommand::Saw(sight), NOW.plus(60)), Ok(Vec::new()));
        rows.broken = false;
        assert_eq!(rows, before);
        see(&mut rows, family("jose"), &["a"], NOW.plus(TELL_AGAIN_SECONDS));
        assert_eq!(list(&mut rows, NOW)[0].last, NOW.plus(TELL_AGAIN_SECONDS));
    }

    #[test]
    fn a_flood_of_made_up_programs_counts_as_other_and_drives_nobody_out() {
        let mut rows = MemoryRows::default();
        see(&mut rows, family("jose"), &["a"], NOW);
        for n in 0..FAMILIES_MAX * 3 {
            see(&mut rows, family(&words(n)), &["a"], NOW);
        }
        assert!(rows.count(SIGHTING) <= FAMILIES_MAX + 1);
        let seen = list(&mut rows, NOW);
        assert!(seen.iter().any(|one| one.who == family("jose")));
        assert!(seen.iter().any(|one| one.who == Who::other()));
        for n in 0..APPLICATIONS_MAX + 5 {
            let client_id = ClientId::parse(&format!("urn:acme:{n}")).unwrap();
            see(&mut rows, Who::Application(client_id), &["a"], NOW);
        }
        assert_eq!(rows.count(SIGHTING), FAMILIES_MAX + 1 + APPLICATIONS_MAX);
        assert_eq!(list(&mut rows, NOW).len(), rows.count(SIGHTING));
    }

    #[test]
    fn who_is_not_seen_for_long_is_forgotten_and_makes_room() {
        let mut rows = MemoryRows::default();
        for n in 0..FAMILIES_MAX {
            see(&mut rows, family(&words(n)), &["a"], NOW);
        }
        let later = NOW.plus(FORGET_SECONDS);
        assert_eq!(list(&mut rows, later), []);
        see(&mut rows, family("late"), &["a"], later);
        assert_eq!(rows.count(SIGHTING), 1);
        assert_eq!(forget(&mut rows, later), Ok(Some(later.plus(FORGET_SECONDS))));
        assert_eq!(forget(&mut rows, later.plus(FORGET_SECONDS)), Ok(None));
        assert_eq!(rows.count(SIGHTING), 0);
    }

    #[test]
    fn of_each_the_newest_keys_are_kept() {
        let mut rows = MemoryRows::default();
        let kids: Vec<String> = (0..KIDS_MAX * 2).map(|n| format!("kid {n}")).collect();
        for kid in &kids {
            see(&mut rows, family("jose"), &[kid], NOW);
        }
        let seen: Vec<String> = list(&mut rows, NOW).remove(0).kids.into_iter().map(|(kid, _)| kid).collect();
        assert_eq!(seen, kids[KIDS_MAX..]);
    }
}
