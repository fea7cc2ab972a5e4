//! What is counted of logins: how many by which eID, and about how many people.
//!
//! Nothing here says whose a login was. People are told apart by a sketch (HyperLogLog, Flajolet and
//! others, 2007): a keyed pseudonym picks one of its registers and proposes a rank, and the register keeps
//! the highest. Many people share each pair, so none of them can be told from it.

use super::names::{ClientId, Host};
use super::time::UnixTime;
use crate::eid::Eid;
use crate::table::Table;

/// Registers of a sketch: its estimate is mostly within 1.6 % (1.04 by the square root of this).
pub const REGISTERS: usize = 4096;
/// Highest rank of a register.
const RANK_MAX: u32 = 52;
/// What a rank of 0 is written as; the others follow.
const RANK_ZERO: u8 = b'0';
/// Seconds of a day. Days are counted in UTC, since the epoch.
pub const DAY_SECONDS: u64 = 24 * 60 * 60;
/// How many objects share the logins of an environment.
pub const SHARDS: u8 = 4;

/// The object that counts logins of one shard of an environment (`tenant/ENVIRONMENT`).
pub fn object_name(label: &str, shard: u8) -> String {
    format!("{label}/logins/{}", shard % SHARDS)
}

/// What a person is in a sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Register, below [`REGISTERS`].
    pub register: usize,
    /// The rank that he proposes, 1 to 52.
    pub rank: u32,
}

json_struct!(Trace { register: "r", rank: "k" });

impl Trace {
    /// Of a pseudonym: bytes that nobody can foresee.
    pub fn of(pseudonym: &[u8; 32]) -> Self {
        let register = (usize::from(pseudonym[0]) << 8 | usize::from(pseudonym[1])) % REGISTERS;
        let rest = pseudonym[2..10].iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        Self { register, rank: (rest.leading_zeros() + 1).min(RANK_MAX) }
    }
}

/// A login that is to be counted once it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginCount {
    /// The object that counts it.
    pub object: String,
    /// The domain that the application called.
    pub host: Host,
    /// The application.
    pub client_id: ClientId,
    /// By which eID.
    pub eid: Eid,
    /// The person, where the eID is MitID.
    pub person: Option<Trace>,
    /// Whether NemID was closed for it as a rehearsal.
    pub rehearsed: bool,
    /// When somebody was identified.
    pub at: UnixTime,
}

json_struct!(LoginCount { object, host, client_id, eid, person, rehearsed unless false, at });

/// The logins of one application on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Days since the epoch.
    pub day: u64,
    /// By NemID.
    pub nemid: u64,
    /// By MitID.
    pub mitid: u64,
    /// Requests for which NemID was closed as a rehearsal.
    pub rehearsed: u64,
    /// Of these, logins that were finished by MitID.
    pub finished: u64,
}

json_struct!(Day { day, nemid or 0, mitid or 0, rehearsed or 0, finished or 0 });

impl Day {
    /// One without logins.
    pub fn empty(day: u64) -> Self {
        Self { day, nemid: 0, mitid: 0, rehearsed: 0, finished: 0 }
    }

    /// Adds what another object has counted on the same day.
    pub fn add(&mut self, other: &Self) {
        self.nemid += other.nemid;
        self.mitid += other.mitid;
        self.rehearsed += other.rehearsed;
        self.finished += other.finished;
    }
}

/// The logins of one application, day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logins {
    /// The domain that it calls.
    pub host: Host,
    /// Its id.
    pub client_id: ClientId,
    /// Days with logins, ascending.
    pub days: Vec<Day>,
}

json_struct!(Logins { host, client_id, days });

/// The entry of a day among ascending ones, made where it is missing.
pub fn day_of(days: &mut Vec<Day>, day: u64) -> &mut Day {
    let at = days.iter().position(|known| known.day >= day).unwrap_or(days.len());
    if days.get(at).is_none_or(|known| known.day != day) {
        days.insert(at, Day::empty(day));
    }
    &mut days[at]
}

/// People seen at least once, as ranks: see the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Vec<u8>);

json_text!(Sketch, text, Self::parse);

impl Default for Sketch {
    fn default() -> Self {
        Self(vec![RANK_ZERO; REGISTERS])
    }
}

impl Sketch {
    fn parse(raw: &str) -> Option<Self> {
        (raw.len() == REGISTERS && raw.bytes().all(|rank| rank >= RANK_ZERO)).then(|| Self(raw.into()))
    }

    fn text(&self) -> String {
        self.0.iter().map(|rank| char::from(*rank)).collect()
    }

    /// Takes in a person; whether that changed anything.
    pub fn add(&mut self, person: Trace) -> bool {
        let proposed = RANK_ZERO + person.rank.min(RANK_MAX) as u8;
        let Some(rank) = self.0.get_mut(person.register).filter(|rank| **rank < proposed) else {
            return false;
        };
        *rank = proposed;
        true
    }

    /// Takes in everybody that another sketch has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// About how many people it has seen.
    pub fn estimate(&self) -> u64 {
        let registers = REGISTERS as f64;
        let sum: f64 =
            self.0.iter().map(|rank| f64::from(rank - RANK_ZERO)).map(|rank| 0.5_f64.powf(rank)).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let empty = self.0.iter().filter(|rank| **rank == RANK_ZERO).count();
        // Few people: how many registers nobody has picked says it better.
        let few = if empty > 0 { registers * (registers / empty as f64).ln() } else { f64::INFINITY };
        if few < 2.5 * registers { few.round() as u64 } else { estimate.round() as u64 }
    }
}

/// An isolate tells of the rehearsed requests of one application at most so often, seconds: whoever may open
/// the authorize page may do so as often as he likes, and is not to make a write each time.
pub const TELL_REHEARSED_SECONDS: u64 = 60;
/// Most applications of which an isolate gathers rehearsed requests; of further ones it tells nothing.
const GATHERED_MAX: usize = 200;

/// Rehearsed requests that an isolate has not told of yet, by application. What is gathered when no further
/// request comes, or the isolate ends, is lost.
pub struct Gathered(Table<String, (u64, UnixTime)>);

impl Gathered {
    /// Nothing.
    pub const EMPTY: Self = Self(Table::new());

    /// One more request of this application; how many are to be told of now, if any.
    pub fn one_more(&mut self, application: &str, now: UnixTime) -> Option<u64> {
        if let Some((waiting, told_at)) = self.0.get_mut(application) {
            *waiting += 1;
            if !told_at.plus(TELL_REHEARSED_SECONDS).is_over(now) {
                return None;
            }
            *told_at = now;
            return Some(std::mem::take(waiting));
        }
        if self.0.len() >= GATHERED_MAX {
            self.0.retain(|(_, told_at)| !told_at.plus(TELL_REHEARSED_SECONDS).is_over(now));
        }
        if self.0.len() >= GATHERED_MAX {
            return None;
        }
        self.0.insert(application.to_owned(), (0, now));
        Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::sha256;

    fn person(n: u32) -> Trace {
        Trace::of(&sha256(&n.to_be_bytes()))
    }

    #[test]
    fn a_sketch_counts_people_and_not_their_logins() {
        for people in [0_u32, 1, 2, 10, 1_000, 9_000, 12_000, 100_000] {
            let mut sketch = Sketch::default();
            for n in 0..people {
                sketch.add(person(n));
                sketch.add(person(n / 2));
            }
            let off = sketch.estimate().abs_diff(people.into());
            assert!(off <= u64::from(people) * 4 / 100, "{people}: off by {off}");
        }
    }

    #[test]
    fn who_was_seen_by_two_objects_is_one_person() {
        let (mut one, mut other) = (Sketch::default(), Sketch::default());
        for n in 0..2_000 {
            one.add(person(n));
            other.add(person(n + 1_000));
        }
        one.merge(&other);
        assert!(one.estimate().abs_diff(3_000) < 120, "{}", one.estimate());
    }

    #[test]
    fn a_person_who_was_seen_changes_nothing() {
        let mut sketch = Sketch::default();
        assert!(sketch.add(person(1)));
        assert!(!sketch.add(person(1)));
        assert!(!sketch.add(Trace { register: REGISTERS, rank: 1 }), "there is no such register");
    }

    #[test]
    fn a_sketch_is_read_as_it_was_written_and_no_other_text_is_one() {
        use crate::json;
        let mut sketch = Sketch::default();
        sketch.add(Trace { register: 7, rank: 99 });
        assert_eq!(json::read(&json::write(&sketch)), Ok(sketch));
        assert!(json::read::<Sketch>("\"000\"").is_err());
        assert!(json::read::<Sketch>(&format!("\"{}\"", " ".repeat(REGISTERS))).is_err());
    }

    #[test]
    fn rehearsed_requests_are_told_of_once_a_minute_and_together() {
        let mut gathered = Gathered::EMPTY;
        let at = |seconds| UnixTime(1_000).plus(seconds);
        assert_eq!(gathered.one_more("a", at(0)), Some(1));
        assert_eq!(gathered.one_more("a", at(1)), None);
        assert_eq!(gathered.one_more("a", at(59)), None);
        assert_eq!(gathered.one_more("b", at(59)), Some(1));
        assert_eq!(gathered.one_more("a", at(60)), Some(3));
        assert_eq!(gathered.one_more("a", at(61)), None);
    }
}
