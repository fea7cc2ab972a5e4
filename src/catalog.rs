//! What an isolate knows of published configuration, and when it asks again.
//!
//! ```text
//! age     0 ──────── 3/4 of its time ─────────── its time ──────────▶
//!         answer     answer, ask afterwards      ask first
//! ```
//! A value that is asked for all the time is thus read again by somebody whom nobody waits for, and
//! while somebody asks at the end of its time, the others do not wait beside him: a few seconds more,
//! which the staleness bound has in reserve. When nothing answers, what is known serves on, however
//! old; the first who finds out has waited, and from then on it is asked for afterwards only, every
//! few seconds. What is not known is asked for each time. Pure: `edge::broker::catalog` asks.

use crate::admin::publication::Published;
use crate::model::UnixTime;
use crate::table::Table;
use std::rc::Rc;

/// After it was asked in vain, nobody asks again for this long, seconds.
pub const RETRY_SECONDS: u64 = 5;
/// A failure that is older than this says nothing of now, seconds.
pub const FAILURE_COUNTS_SECONDS: u64 = 60;
/// Most values one isolate remembers. A flood of made-up names must not fill its memory.
pub const REMEMBERED_MAX: usize = 2_000;

/// What to do about a value.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// It is known (to be absent, if it is `None`).
    Answer(Option<Rc<T>>),
    /// Likewise; and after the answer it is to be asked for.
    AnswerThenAsk(Option<Rc<T>>),
    /// It must be asked for first.
    Ask,
}

/// What is known of one kind of values, by their keys.
pub struct Memory<T>(Table<String, Known<T>>);

struct Known<T> {
    value: Option<Rc<T>>,
    version: u64,
    /// When somebody who must know said so.
    read_at: UnixTime,
    /// When it was last answered with.
    used_at: UnixTime,
    /// Until then nobody else asks: somebody does, or has in vain.
    asked_until: UnixTime,
    /// When it was last asked for in vain.
    failed_at: Option<UnixTime>,
}

impl<T> Memory<T> {
    /// Nothing.
    pub const EMPTY: Self = Self(Table::new());

    /// Looks a value up, which counts for `seconds` without being asked for.
    pub fn look(&mut self, key: &str, seconds: u64, now: UnixTime) -> Next<T> {
        let Some(known) = self.0.get_mut(key) else { return Next::Ask };
        known.used_at = now;
        let age = now.seconds_after(known.read_at);
        if age < (seconds * 3 / 4).max(1).min(seconds) {
            return Next::Answer(known.value.clone());
        }
        let fails = known.failed_at.is_some_and(|at| !at.plus(FAILURE_COUNTS_SECONDS).is_over(now));
        let may_wait = fails || age < seconds + RETRY_SECONDS;
        if may_wait && !known.asked_until.is_over(now) {
            return Next::Answer(known.value.clone());
        }
        known.asked_until = now.plus(RETRY_SECONDS);
        if age >= seconds && !fails { Next::Ask } else { Next::AnswerThenAsk(known.value.clone()) }
    }

    /// Takes in what was read, unless a newer version is known: KV may answer with an older copy, and
    /// with nothing (version 0) for what it once had.
    pub fn learn(&mut self, key: &str, read: Published<T>, now: UnixTime) -> Option<Rc<T>> {
        let value = read.value.map(Rc::new);
        if let Some(known) = self.0.get_mut(key) {
            if known.version <= read.version {
                (known.value, known.version) = (value, read.version);
            }
            (known.read_at, known.asked_until, known.failed_at) = (now, now, None);
            return known.value.clone();
        }
        if self.has_room(now) {
            let known = Known {
                value: value.clone(),
                version: read.version,
                read_at: now,
                used_at: now,
                asked_until: now,
                failed_at: None,
            };
            self.0.insert(key.to_owned(), known);
        }
        value
    }

    /// Nobody answered: what is known serves on, if it is.
    pub fn fail(&mut self, key: &str, now: UnixTime) -> Option<Option<Rc<T>>> {
        let known = self.0.get_mut(key)?;
        (known.failed_at, known.asked_until) = (Some(now), now.plus(RETRY_SECONDS));
        Some(known.value.clone())
    }

    /// Makes room where it can: names that nobody has go first, then what nobody has asked for lately.
    /// What is in use stays, and whatever is new is then not remembered.
    fn has_room(&mut self, now: UnixTime) -> bool {
        if self.0.len() >= REMEMBERED_MAX {
            self.0.retain(|known| known.value.is_some());
        }
        if self.0.len() >= REMEMBERED_MAX {
            self.0.retain(|known| !known.used_at.plus(FAILURE_COUNTS_SECONDS).is_over(now));
        }
        self.0.len() < REMEMBERED_MAX
    }
}

/// Whether KV answers, as far as this isolate knows.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// When it last failed, if it has not answered since.
    failed_at: Option<UnixTime>,
    /// Until then nobody else asks.
    asked_until: UnixTime,
}

impl Health {
    /// Nothing bad is known.
    pub const GOOD: Self = Self { failed_at: None, asked_until: UnixTime(0) };

    /// Whether it failed lately: then nobody waits for it who can get his answer elsewhere.
    pub fn is_suspect(&self, now: UnixTime) -> bool {
        self.failed_at.is_some_and(|at| !at.plus(FAILURE_COUNTS_SECONDS).is_over(now))
    }

    /// Whether to ask it now. While it fails, one request tries every few seconds.
    pub fn may_ask(&mut self, now: UnixTime) -> bool {
        if self.failed_at.is_some() && !self.asked_until.is_over(now) {
            return false;
        }
        self.asked_until = now.plus(RETRY_SECONDS);
        true
    }

    /// It did not answer.
    pub fn fails(&mut self, now: UnixTime) {
        *self = Self { failed_at: Some(now), asked_until: now.plus(RETRY_SECONDS) };
    }

    /// It did.
    pub fn answers(&mut self) {
        self.failed_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Next::{Answer, AnswerThenAsk, Ask};
    use super::*;
    use crate::model::Serving;

    const SECONDS: u64 = 20;

    fn published(version: u64, value: Option<u64>) -> Published<u64> {
        Published { version, value }
    }

    fn at(seconds: u64) -> UnixTime {
        UnixTime(1_000 + seconds)
    }

    fn one() -> Option<Rc<u64>> {
        Some(Rc::new(1))
    }

    /// Knows the value 1 of version 3, read at 0.
    fn memory() -> Memory<u64> {
        let mut memory = Memory::EMPTY;
        assert_eq!(memory.look("key", SECONDS, at(0)), Ask);
        assert_eq!(memory.learn("key", published(3, Some(1)), at(0)), one());
        memory
    }

    #[test]
    fn a_value_is_read_again_after_an_answer_and_at_the_end_of_its_time_before_one() {
        let mut memory = memory();
        assert_eq!(memory.look("key", SECONDS, at(14)), Answer(one()));
        assert_eq!(memory.look("key", SECONDS, at(15)), AnswerThenAsk(one()));
        assert_eq!(memory.look("key", SECONDS, at(15)), Answer(one()), "somebody asks already");
        assert_eq!(memory.look("key", SECONDS, at(19)), Answer(one()));
        assert_eq!(memory.look("key", SECONDS, at(20)), Ask, "disabled means disabled");
        memory.learn("key", published(3, Some(1)), at(20));
        assert_eq!(memory.look("key", SECONDS, at(34)), Answer(one()));
        assert_eq!(memory.look("key", SECONDS, at(35)), AnswerThenAsk(one()), "each time anew");
    }

    #[test]
    fn who_comes_while_somebody_asks_does_not_wait_beside_him_unless_the_value_is_old() {
        let mut memory = memory();
        assert_eq!(memory.look("key", SECONDS, at(21)), Ask);
        assert_eq!(memory.look("key", SECONDS, at(21)), Answer(one()));
        assert_eq!(memory.look("key", SECONDS, at(24)), Answer(one()));
        assert_eq!(memory.look("key", SECONDS, at(25)), Ask, "its time and the reserve are over");
        assert_eq!(memory.look("key", SECONDS, at(25)), Ask, "for everybody");
        const { assert!(RETRY_SECONDS < Serving::DEFAULT.reserve) };
    }

    #[test]
    fn whoever_asks_afterwards_and_is_never_heard_of_again_is_replaced() {
        let mut memory = memory();
        assert_eq!(memory.look("key", 100, at(75)), AnswerThenAsk(one()));
        assert_eq!(memory.look("key", 100, at(75 + RETRY_SECONDS - 1)), Answer(one()));
        assert_eq!(memory.look("key", 100, at(75 + RETRY_SECONDS)), AnswerThenAsk(one()));
    }

    #[test]
    fn short_times_are_kept_to() {
        assert_eq!(memory().look("key", 0, at(0)), Ask, "nothing is kept");
        assert_eq!(memory().look("key", 1, at(0)), Answer(one()));
        assert_eq!(memory().look("key", 1, at(1)), Ask);
        assert_eq!(memory().look("key", 2, at(1)), AnswerThenAsk(one()));
        assert_eq!(memory().look("key", 2, at(2)), Ask);
    }

    #[test]
    fn when_nothing_answers_what_is_known_serves_on_and_nobody_waits_twice() {
        let mut memory = memory();
        assert_eq!(memory.look("key", SECONDS, at(3_600)), Ask);
        assert_eq!(memory.fail("key", at(3_602)), Some(one()));
        for second in 3_602..3_602 + RETRY_SECONDS {
            assert_eq!(memory.look("key", SECONDS, at(second)), Answer(one()));
        }
        let again = 3_602 + RETRY_SECONDS;
        assert_eq!(memory.look("key", SECONDS, at(again)), AnswerThenAsk(one()));
        assert_eq!(memory.look("key", SECONDS, at(again)), Answer(one()));
        memory.fail("key", at(again + 2));
        assert_eq!(memory.look("key", SECONDS, at(again + 3)), Answer(one()));
        // It has not been asked for in a while: perhaps there is an answer now.
        assert_eq!(memory.look("key", SECONDS, at(again + 2 + FAILURE_COUNTS_SECONDS)), Ask);
        memory.learn("key", published(4, None), at(again + 70));
        assert_eq!(memory.look("key", SECONDS, at(again + 70)), Answer(None));
        assert_eq!(memory.look("key", SECONDS, at(again + 70 + SECONDS)), Ask, "the failure is forgotten");
    }

    #[test]
    fn what_is_not_known_fails() {
        let mut memory = memory();
        assert_eq!(memory.fail("other", at(0)), None);
        assert_eq!(memory.look("other", SECONDS, at(0)), Ask);
    }

    #[test]
    fn an_older_copy_and_a_lost_one_change_nothing_and_count_as_read() {
        let mut memory = memory();
        for older in [published(2, Some(2)), published(2, None), published(0, None)] {
            assert_eq!(memory.learn("key", older, at(20)), one());
        }
        assert_eq!(memory.look("key", SECONDS, at(30)), Answer(one()));
        assert_eq!(memory.learn("key", published(3, Some(3)), at(30)), Some(Rc::new(3)));
        assert_eq!(memory.learn("key", published(4, None), at(30)), None, "it was removed");
        assert_eq!(memory.learn("key", published(3, Some(1)), at(30)), None, "and stays so");
    }

    #[test]
    fn a_flood_of_names_fills_nothing_and_drives_nothing_out() {
        let mut memory = memory();
        for name in 0..REMEMBERED_MAX * 2 {
            memory.learn(&format!("made up {name}"), published(0, None), at(1));
            assert!(memory.0.len() <= REMEMBERED_MAX);
        }
        assert_eq!(memory.look("key", SECONDS, at(2)), Answer(one()));
        for name in 0..REMEMBERED_MAX * 2 {
            let name = format!("real {name}");
            assert_eq!(memory.learn(&name, published(1, Some(1)), at(3)), one(), "answered all the same");
        }
        assert_eq!(memory.0.len(), REMEMBERED_MAX);
        assert_eq!(memory.look("key", SECONDS, at(4)), Answer(one()));
        // Room for the new is made of what nobody uses any more.
        memory.look("key", SECONDS, at(70));
        memory.learn("late", published(1, Some(1)), at(80));
        assert_eq!(memory.0.len(), 2);
    }

    #[test]
    fn while_kv_fails_one_request_tries_every_few_seconds() {
        let mut health = Health::GOOD;
        assert!(health.may_ask(at(0)) && health.may_ask(at(0)) && !health.is_suspect(at(0)));
        health.fails(at(1));
        assert!(
            health.is_suspect(at(FAILURE_COUNTS_SECONDS))
                && !health.is_suspect(at(1 + FAILURE_COUNTS_SECONDS))
        );
        assert!(!health.may_ask(at(1)) && !health.may_ask(at(RETRY_SECONDS)));
        assert!(health.may_ask(at(1 + RETRY_SECONDS)));
        assert!(!health.may_ask(at(1 + RETRY_SECONDS)), "somebody tries already");
        health.answers();
        assert!(health.may_ask(at(1 + RETRY_SECONDS)) && !health.is_suspect(at(2)));
    }
}
