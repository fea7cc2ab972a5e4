//! Remembered CPR numbers: what their owners agreed to, and the ledger of it.
//!
//! An object holds the people of one shard of a tenant's environment. Whose a row is, only an HMAC
//! says; the number is sealed by the caller. A row outlives its number: the ledger tells who agreed
//! when, and when that ended. The Durable Object and the in-memory store of the tests run this same
//! [`apply`].

use crate::eid::claims::sub;
use crate::json::{self, Json};
use crate::model::{Identity, Sealed, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};
use crate::vault::{EnvironmentKeys, Purpose, base64url, hmac_sha256};

/// A number is remembered this long, seconds: a year.
pub const CONSENT_SECONDS: u64 = 365 * 24 * 60 * 60;
/// A row without its number stays in the ledger this long, seconds: a year.
pub const LEDGER_SECONDS: u64 = 365 * 24 * 60 * 60;
/// How many objects share the people of an environment.
pub const SHARDS: u8 = 16;
/// Kind of the rows.
const KIND: &str = "consent";
/// Most rows of one object that are looked through at once; the next clearing goes on.
const ROWS_MAX: usize = 1_000_000;
/// Most rows that are looked through for one person: one a time he agreed within two years.
const OF_ONE_PERSON_MAX: usize = 1_000;

/// Where somebody's consent is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The object's name: tenant and environment first.
    pub object: String,
    /// The person within it, at whichever upstream: what is forgotten where he withdraws.
    pub person: String,
    /// The person at his upstream: begins with [`Place::person`].
    pub key: String,
    /// The claim `sub` of the person, by which the ledger names him.
    pub pseudonym: String,
}

impl Place {
    /// The place of an identified person. He has one for each eID and upstream, since an id of one upstream
    /// may be somebody else's at another: a number is told by the upstream alone at which it was given. But
    /// all places of an eID and id are found without the upstream, so that withdrawing reaches what was
    /// remembered before the domain went to another one. A stranger with the same id at another upstream of
    /// the environment is forgotten with him, and asked once more: a nuisance to one, where a number that is
    /// kept against its owner's word would be a wrong to the other.
    pub fn of(identity: &Identity, keys: &EnvironmentKeys) -> Self {
        let key = keys.derive(Purpose::Consent, b"");
        let eid = identity.acr.eid().as_str().as_bytes();
        let mac = hmac_sha256(&key, &[eid, b"|", identity.eid_id.as_bytes()]);
        let person = base64url(&mac);
        let issuer = base64url(&hmac_sha256(&key, &[identity.issuer.as_bytes()]));
        let object = object_name(keys.label(), mac[0] % SHARDS);
        Self { object, key: format!("{person} {issuer}"), person, pseudonym: sub(identity, keys) }
    }

    /// What a number is sealed for.
    pub fn label(&self) -> String {
        format!("consent {}", self.key)
    }
}

/// The object of a shard of an environment.
pub fn object_name(label: &str, shard: u8) -> String {
    format!("{label}/{shard}")
}

/// What an object is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The number of a person, while it is remembered.
    Recall {
        /// See [`Place::key`].
        key: String,
    },
    /// A person agrees; what was remembered of him before ends with it.
    Remember {
        /// See [`Place::key`].
        key: String,
        /// See [`Place::pseudonym`].
        pseudonym: String,
        /// The number.
        cpr: Sealed,
    },
    /// A person withdraws, or the number is no longer his.
    Forget {
        /// See [`Place::person`] where he withdraws, and [`Place::key`] where the upstream says no.
        key: String,
    },
    /// A page of the ledger.
    List {
        /// The last id of the page before.
        after: Option<String>,
        /// Most entries.
        limit: usize,
    },
}

json_enum!(Event {
    Recall { key } = "recall",
    Remember { key, pseudonym, cpr } = "remember",
    Forget { key } = "forget",
    List { after, limit } = "list",
});

/// What an object answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is remembered, now.
    Nothing,
    /// The number, sealed.
    Remembered {
        /// It.
        cpr: Sealed,
    },
    /// It is stored.
    Done,
    /// A page of the ledger.
    Ledger {
        /// In the order of their ids, which says nothing.
        entries: Vec<Entry>,
        /// Id to go on after, when there is more.
        next: Option<String>,
    },
}

json_enum!(Answer {
    Nothing = "nothing",
    Remembered { cpr } = "remembered",
    Done = "done",
    Ledger { entries, next } = "ledger",
});

/// What the ledger says of one consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose: the claim `sub`.
    pub pseudonym: String,
    /// When it was given.
    pub since: UnixTime,
    /// When it ends by itself.
    pub until: UnixTime,
    /// When the number was deleted.
    pub deleted_at: Option<UnixTime>,
}

json_struct!(Entry { pseudonym, since, until, deleted_at });

/// A row.
struct Consent {
    entry: Entry,
    cpr: Option<Sealed>,
}

json_struct!(Consent { entry, cpr });

impl Consent {
    fn is_alive(&self, now: UnixTime) -> bool {
        self.cpr.is_some() && !self.entry.until.is_over(now)
    }

    /// When something is to be done about it: its number deleted, or then the row itself.
    fn due(&self) -> UnixTime {
        self.entry.deleted_at.map_or(self.entry.until, |at| at.plus(LEDGER_SECONDS))
    }

    fn end(&mut self, at: UnixTime) {
        self.cpr = None;
        self.entry.deleted_at = Some(at);
    }
}

fn read(row: &Row) -> Result<Consent, StoreFault> {
    json::read(&row.value).map_err(|_| StoreFault("a consent of another shape".to_owned()))
}

fn put(id: String, consent: &Consent) -> Write {
    Write::Put { kind: KIND, row: Row { id, version: 0, value: json::write(consent as &dyn Json) } }
}

/// Applies an event.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, event: &Event, now: UnixTime) -> Result<Answer, StoreFault> {
    match event {
        Event::Recall { key } => {
            let living = living(rows, key, now)?.into_iter().find_map(|(_, consent)| consent.cpr);
            Ok(living.map_or(Answer::Nothing, |cpr| Answer::Remembered { cpr }))
        }
        Event::Remember { key, pseudonym, cpr } => {
            let mut writes = ended(rows, key, now)?;
            let entry = Entry {
                pseudonym: pseudonym.clone(),
                since: now,
                until: now.plus(CONSENT_SECONDS),
                deleted_at: None,
            };
            let id = format!("{key} {:012}", now.0);
            writes.push(put(id, &Consent { entry, cpr: Some(cpr.clone()) }));
            rows.commit(writes)?;
            Ok(Answer::Done)
        }
        Event::Forget { key } => {
            let writes = ended(rows, key, now)?;
            if writes.is_empty() {
                return Ok(Answer::Nothing);
            }
            rows.commit(writes)?;
            Ok(Answer::Done)
        }
        Event::List { after, limit } => {
            let mut found = rows.list(KIND, "", after.as_deref(), limit.saturating_add(1))?;
            let more = found.len() > *limit;
            found.truncate(*limit);
            let next = found.last().filter(|_| more).map(|row| row.id.clone());
            let entries = found.iter().map(|row| Ok(shown(read(row)?, now))).collect::<Result<_, _>>()?;
            Ok(Answer::Ledger { entries, next })
        }
    }
}

/// What is over but not yet cleared away counts as deleted.
fn shown(mut consent: Consent, now: UnixTime) -> Entry {
    if consent.entry.deleted_at.is_none() && consent.entry.until.is_over(now) {
        consent.end(consent.entry.until);
    }
    consent.entry
}

fn living(rows: &impl Rows, key: &str, now: UnixTime) -> Result<Vec<(String, Consent)>, StoreFault> {
    let mut living = Vec::new();
    for row in rows.list(KIND, &format!("{key} "), None, OF_ONE_PERSON_MAX)? {
        let consent = read(&row)?;
        if consent.is_alive(now) {
            living.push((row.id, consent));
        }
    }
    Ok(living)
}

/// Ends what is remembered of a person.
fn ended(rows: &impl Rows, key: &str, now: UnixTime) -> Result<Vec<Write>, StoreFault> {
    let mut writes = Vec::new();
    for (id, mut consent) in living(rows, key, now)? {
        consent.end(now);
        writes.push(put(id, &consent));
    }
    Ok(writes)
}

/// Deletes the numbers and rows whose time is over, and says when there is more to do; `None` when
/// nothing is left.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn clear(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let (mut writes, mut next) = (Vec::new(), None);
    for row in rows.list(KIND, "", None, ROWS_MAX)? {
        let mut consent = read(&row)?;
        if consent.due().is_over(now) && consent.entry.deleted_at.is_none() {
            consent.end(consent.entry.until);
            if !consent.due().is_over(now) {
                writes.push(put(row.id.clone(), &consent));
            }
        }
        if consent.due().is_over(now) {
            writes.push(Write::Delete { kind: KIND, id: row.id });
        } else {
            next = Some(next.map_or(consent.due(), |at: UnixTime| at.min(consent.due())));
        }
    }
    if !writes.is_empty() {
        rows.commit(writes)?;
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_795_000_000);
    /// 365 days, seconds.
    const YEAR: u64 = 31_536_000;

    fn remember(rows: &mut MemoryRows, key: &str, now: UnixTime) {
        let event = Event::Remember {
            key: key.to_owned(),
            pseudonym: format!("{{{key}}}"),
            cpr: Sealed(key.to_owned()),
        };
        assert_eq!(apply(rows, &event, now), Ok(Answer::Done));
    }

    fn recalled(rows: &mut MemoryRows, key: &str, now: UnixTime) -> bool {
        apply(rows, &Event::Recall { key: key.to_owned() }, now) != Ok(Answer::Nothing)
    }

    fn ledger(rows: &mut MemoryRows, now: UnixTime) -> Vec<Entry> {
        match apply(rows, &Event::List { after: None, limit: 100 }, now) {
            Ok(Answer::Ledger { entries, next: None }) => entries,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_is_remembered_for_a_year_and_for_its_owner_only() {
        let mut rows = MemoryRows::default();
        remember(&mut rows, "a", NOW);
        assert!(recalled(&mut rows, "a", NOW.plus(YEAR - 1)));
        assert!(!recalled(&mut rows, "a", NOW.plus(YEAR)));
        assert!(!recalled(&mut rows, "aa", NOW) && !recalled(&mut rows, "", NOW));
    }

    #[test]
    fn what_is_withdrawn_is_gone_and_stays_in_the_ledger() {
        let mut rows = MemoryRows::default();
        remember(&mut rows, "a", NOW);
        let forget = Event::Forget { key: "a".to_owned() };
        assert_eq!(apply(&mut rows, &forget, NOW.plus(10)), Ok(Answer::Done));
        assert_eq!(apply(&mut rows, &forget, NOW.plus(20)), Ok(Answer::Nothing));
        assert!(!recalled(&mut rows, "a", NOW.plus(10)));
        assert_eq!(ledger(&mut rows, NOW.plus(30))[0].deleted_at, Some(NOW.plus(10)));
        // Agreed once more: both stand there, and one is remembered.
        remember(&mut rows, "a", NOW.plus(40));
        assert!(recalled(&mut rows, "a", NOW.plus(50)));
        assert_eq!(ledger(&mut rows, NOW.plus(50)).len(), 2);
        remember(&mut rows, "a", NOW.plus(60));
        let deleted: Vec<_> = ledger(&mut rows, NOW.plus(60)).iter().map(|entry| entry.deleted_at).collect();
        assert_eq!(deleted, [Some(NOW.plus(10)), Some(NOW.plus(60)), None]);
    }

    #[test]
    fn numbers_are_deleted_when_their_year_is_over_and_rows_a_year_later() {
        let mut rows = MemoryRows::default();
        remember(&mut rows, "a", NOW);
        remember(&mut rows, "b", NOW.plus(100));
        let end = NOW.plus(YEAR);
        assert_eq!(clear(&mut rows, NOW), Ok(Some(end)));
        assert_eq!(clear(&mut rows, end), Ok(Some(end.plus(100))));
        let text = rows.list(KIND, "a ", None, 1).unwrap()[0].value.clone();
        assert!(!text.contains("cpr"), "{text}");
        assert_eq!(ledger(&mut rows, end)[0].deleted_at, Some(end));
        assert_eq!(clear(&mut rows, end.plus(YEAR)), Ok(Some(end.plus(100 + YEAR))));
        assert_eq!(rows.count(KIND), 1);
        assert_eq!(clear(&mut rows, end.plus(100 + YEAR)), Ok(None));
        assert_eq!(rows.count(KIND), 0);
    }

    #[test]
    fn the_ledger_comes_in_pages() {
        let mut rows = MemoryRows::default();
        for key in ["a", "b", "c"] {
            remember(&mut rows, key, NOW);
        }
        let page = |after, limit, rows: &mut MemoryRows| match apply(rows, &Event::List { after, limit }, NOW)
        {
            Ok(Answer::Ledger { entries, next }) => (entries.len(), next),
            other => panic!("{other:?}"),
        };
        let (count, next) = page(None, 2, &mut rows);
        assert!(count == 2 && next.is_some());
        assert_eq!(page(next, 2, &mut rows), (1, None));
        assert_eq!(page(None, 3, &mut rows), (3, None), "nothing comes after the last");
    }
}
