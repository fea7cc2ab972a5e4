//! Who has fetched which signing keys, as far as we saw it.
//!
//! Seen is what reached us. A cache between may answer for us, and a program that keeps the keys in a
//! file never asks: who is not seen may have a key all the same, and nobody must take it that he has
//! not. Nothing here is about a person: programs are told apart by the first word of their
//! `User-Agent`, which is read narrowly, and applications by their id where they say it.

use super::names::ClientId;
use super::time::UnixTime;
use crate::table::Table;

/// Longest name of a program, characters.
pub const FAMILY_MAX_CHARS: usize = 32;
/// Shortest name of a program, characters.
pub const FAMILY_MIN_CHARS: usize = 2;
/// Most digits in the name of a program: too few for a number that stands for a person.
pub const FAMILY_DIGITS_MAX: usize = 3;

/// What browsers are called.
const BROWSER: &str = "browser";
/// What a program is called that says nothing, or nothing that is read.
const OTHER: &str = "other";

/// Who fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A registered application that named itself.
    Application(ClientId),
    /// A kind of program: a word in lower case, `browser` or `other`.
    Family(String),
}

json_enum!(Who { Application(it) = "client_id", Family(it) = "family" });

impl Who {
    /// The kind of program that calls itself so in `User-Agent` (RFC 9110 §10.1.5): the name of its
    /// first product, without a version.
    pub fn of_user_agent(user_agent: Option<&str>) -> Self {
        let product =
            user_agent.unwrap_or_default().split(['/', ' ', '(', ';', ',']).next().unwrap_or_default();
        if product == "Mozilla" {
            return Self::Family(BROWSER.to_owned());
        }
        let word = product
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
            .trim_end_matches(['-', '_'])
            .to_ascii_lowercase();
        if is_family(&word) { Self::Family(word) } else { Self::other() }
    }

    /// A program that is not told apart from others.
    pub fn other() -> Self {
        Self::Family(OTHER.to_owned())
    }

    /// `client_id urn:acme:web`, `family openid-client`: unique, visible ASCII and one space.
    pub fn text(&self) -> String {
        match self {
            Self::Application(client_id) => format!("client_id {client_id}"),
            Self::Family(word) => format!("family {word}"),
        }
    }
}

/// Lower-case letters, and within them few digits, `-`, `_` and `.`.
fn is_family(word: &str) -> bool {
    word.len() >= FAMILY_MIN_CHARS
        && word.len() <= FAMILY_MAX_CHARS
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
        && word.bytes().filter(u8::is_ascii_digit).count() <= FAMILY_DIGITS_MAX
}

/// That somebody was seen with a key set: sent to the environment's `Tally`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who.
    pub who: Who,
    /// The keys in the set.
    pub kids: Vec<String>,
}

json_struct!(Sight { who, kids });

/// What is known of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Who.
    pub who: Who,
    /// Keys, and when each was first seen with it.
    pub kids: Vec<(String, UnixTime)>,
    /// When it was last seen; not more exact than [`TELL_AGAIN_SECONDS`].
    pub last: UnixTime,
}

json_struct!(Sighting { who, kids, last });

/// An isolate tells of the same program and key set again after this long, seconds.
pub const TELL_AGAIN_SECONDS: u64 = 60 * 60;
/// Most kinds of programs that one isolate tells of for one key set; further ones count as `other`.
pub const FAMILIES_TOLD_MAX: usize = 50;
/// Most applications that one isolate tells of for one key set; of further ones it does not tell.
pub const APPLICATIONS_TOLD_MAX: usize = 200;
/// Most key sets that one isolate tells of at a time; of further ones it does not tell.
pub const SETS_TOLD_MAX: usize = 200;

/// What one isolate has told of lately. Made-up names neither fill it nor make many calls.
pub struct Told(Table<String, Table<Who, UnixTime>>);

impl Told {
    /// Nothing.
    pub const EMPTY: Self = Self(Table::new());

    /// Who is to be told of now as seen with a key set, which its validator names, if anybody; that
    /// counts as told.
    pub fn news(&mut self, set: &str, who: Who, now: UnixTime) -> Option<Who> {
        if self.0.get(set).is_none() {
            if self.0.len() >= SETS_TOLD_MAX {
                self.0.retain(|told| told.iter().any(|(_, at)| is_recent(*at, now)));
            }
            if self.0.len() >= SETS_TOLD_MAX {
                return None;
            }
            self.0.insert(set.to_owned(), Table::new());
        }
        let told = self.0.get_mut(set)?;
        let before = told.get(&who).copied();
        if before.is_some_and(|at| is_recent(at, now)) {
            return None;
        }
        if before.is_none() && !has_room(told, &who) {
            told.retain(|at| is_recent(*at, now));
            if !has_room(told, &who) {
                return match who {
                    Who::Family(word) if word != OTHER => self.news(set, Who::other(), now),
                    _ => None,
                };
            }
        }
        told.insert(who.clone(), now);
        Some(who)
    }
}

fn is_recent(at: UnixTime, now: UnixTime) -> bool {
    !at.plus(TELL_AGAIN_SECONDS).is_over(now)
}

/// There is always room for what everything else counts as.
fn has_room(told: &Table<Who, UnixTime>, who: &Who) -> bool {
    let is_family = |who: &Who| matches!(who, Who::Family(_));
    let max = if is_family(who) { FAMILIES_TOLD_MAX } else { APPLICATIONS_TOLD_MAX };
    let alike = told.iter().filter(|(known, _)| is_family(known) == is_family(who)).count();
    alike < max || *who == Who::other()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(user_agent: &str) -> String {
        match Who::of_user_agent(Some(user_agent)) {
            Who::Family(word) => word,
            Who::Application(_) => panic!("a program is no application"),
        }
    }

    #[test]
    fn a_program_is_called_by_the_first_word_of_its_user_agent() {
        for (user_agent, word) in [
            ("openid-client/6.8.9 (https://github.com/panva/openid-client)", "openid-client"),
            ("jose/v6.1.0", "jose"),
            ("python-requests/2.32.3", "python-requests"),
            ("Authlib/1.9.9 (+https://authlib.org/)", "authlib"),
            ("Apache-HttpClient/4.5.13 (Java/17.0.2)", "apache-httpclient"),
            ("Go-http-client/1.1", "go-http-client"),
            ("mod_auth_openidc-2.4.12", "mod_auth_openidc"),
            ("node", "node"),
            ("okhttp3", "okhttp"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "browser"),
        ] {
            assert_eq!(family(user_agent), word);
        }
        assert_eq!(Who::of_user_agent(None), Who::other());
    }

    #[test]
    fn what_may_stand_for_a_person_or_a_program_of_its_own_making_is_other() {
        for user_agent in [
            "",
            " ",
            "x",
            "0707490071",
            "x0707490071y",
            "id-0707490071-x/1",
            "ditlev@example.com",
            "Ægir/1",
            "<script>",
            "a=b",
            "/1.0",
            "(no product)",
            &"a".repeat(FAMILY_MAX_CHARS + 1),
        ] {
            assert_eq!(family(user_agent), "other", "{user_agent}");
        }
        assert_eq!(family(&"a".repeat(FAMILY_MAX_CHARS)).len(), FAMILY_MAX_CHARS);
    }

    #[test]
    fn the_first_sight_of_a_program_with_a_key_set_is_told_and_once_an_hour_again() {
        let mut told = Told::EMPTY;
        let who = || Who::Family("jose".to_owned());
        let now = UnixTime(1_000);
        assert_eq!(told.news("acme/TEST 1", who(), now), Some(who()));
        assert_eq!(told.news("acme/TEST 1", who(), now.plus(TELL_AGAIN_SECONDS - 1)), None);
        assert_eq!(told.news("acme/TEST 2", who(), now), Some(who()), "another key set");
        assert_eq!(told.news("acme/TEST 1", Who::other(), now), Some(Who::other()));
        assert_eq!(told.news("acme/TEST 1", who(), now.plus(TELL_AGAIN_SECONDS)), Some(who()));
        assert_eq!(told.news("acme/TEST 1", who(), now.plus(TELL_AGAIN_SECONDS)), None);
    }

    #[test]
    fn made_up_programs_make_few_calls_and_hide_no_application() {
        let mut told = Told::EMPTY;
        let now = UnixTime(1_000);
        let letters = |n: usize| {
            ["made-up-".to_owned(), "abcdefghijklmnopqrstuvwxyz"[n % 26..][..1].repeat(1 + n / 26)]
        };
        let flood = |told: &mut Told, now| {
            let words = (0..400).map(|n| Who::Family(letters(n).concat()));
            words.filter_map(|who| told.news("acme/TEST 1", who, now)).count()
        };
        assert_eq!(flood(&mut told, now), FAMILIES_TOLD_MAX + 1, "and other");
        assert_eq!(flood(&mut told, now), 0);
        let application = |n: usize| Who::Application(ClientId::parse(&format!("urn:acme:{n}")).unwrap());
        for n in 0..APPLICATIONS_TOLD_MAX {
            assert_eq!(told.news("acme/TEST 1", application(n), now), Some(application(n)));
        }
        assert_eq!(told.news("acme/TEST 1", application(APPLICATIONS_TOLD_MAX), now), None);
        let later = now.plus(TELL_AGAIN_SECONDS);
        let late = Who::Family("late".to_owned());
        assert_eq!(told.news("acme/TEST 1", late.clone(), later), Some(late), "what is over makes room");
    }

    #[test]
    fn an_isolate_tells_of_so_many_key_sets_and_forgets_the_old_ones() {
        let mut told = Told::EMPTY;
        let now = UnixTime(1_000);
        for n in 0..SETS_TOLD_MAX {
            assert!(told.news(&format!("acme/TEST {n}"), Who::other(), now).is_some());
        }
        assert_eq!(told.news("acme/TEST more", Who::other(), now), None);
        let later = now.plus(TELL_AGAIN_SECONDS);
        assert!(told.news("acme/TEST more", Who::other(), later).is_some());
        assert_eq!(told.0.len(), 1);
    }
}
