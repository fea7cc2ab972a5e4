//! What an isolate remembers of documents that others publish: the metadata and keys of upstreams, the keys
//! of applications. And where none was to be had, for a moment, so that whoever is down neither holds each
//! login up for the whole time limit nor is asked by each.

use crate::model::UnixTime;
use crate::table::Table;
use std::rc::Rc;

/// Most documents that are remembered; all are forgotten before one more is taken.
const DOCUMENTS_MAX: usize = 500;
/// An address that did not answer is not asked again for so long, seconds.
pub const FAILED_SECONDS: u64 = 3;

/// Documents by their URL.
#[derive(Default)]
pub struct Documents(Table<String, Remembered>);

#[derive(Default)]
struct Remembered {
    text: Option<(Rc<str>, UnixTime)>,
    failed: Option<UnixTime>,
}

impl Documents {
    /// None.
    pub const NONE: Self = Self(Table::new());

    /// A document that was read no longer ago than `max_age` seconds. `Some(None)` where it failed a moment
    /// ago; `None` where it is to be fetched.
    pub fn known(&self, url: &str, max_age: u64, now: UnixTime) -> Option<Option<Rc<str>>> {
        let known = self.0.get(url)?;
        match &known.text {
            Some((text, read_at)) if !read_at.plus(max_age).is_over(now) => Some(Some(text.clone())),
            _ => known.failed.filter(|at| !at.plus(FAILED_SECONDS).is_over(now)).map(|_| None),
        }
    }

    /// Remembers what came of fetching one; what was read before stays, for whoever may still use it.
    pub fn fetched(&mut self, url: &str, text: Option<Rc<str>>, now: UnixTime) {
        if self.0.len() >= DOCUMENTS_MAX {
            self.0.clear();
        }
        let before = self.0.get_mut(url).and_then(|known| known.text.take());
        let remembered = match text {
            Some(text) => Remembered { text: Some((text, now)), failed: None },
            None => Remembered { text: before, failed: Some(now) },
        };
        self.0.insert(url.to_owned(), remembered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_795_000_000);
    const URL: &str = "https://eid.example/keys";

    fn text(documents: &Documents, max_age: u64, now: UnixTime) -> Option<Option<String>> {
        documents.known(URL, max_age, now).map(|text| text.map(|text| text.to_string()))
    }

    #[test]
    fn a_document_is_known_while_it_is_young_enough_for_whoever_asks() {
        let mut documents = Documents::NONE;
        assert_eq!(text(&documents, 600, NOW), None);
        documents.fetched(URL, Some("a".into()), NOW);
        assert_eq!(text(&documents, 600, NOW.plus(599)), Some(Some("a".to_owned())));
        assert_eq!(text(&documents, 600, NOW.plus(600)), None);
        assert_eq!(text(&documents, 10, NOW.plus(10)), None);
    }

    #[test]
    fn a_failure_is_remembered_for_a_moment_and_takes_no_document_away() {
        let mut documents = Documents::NONE;
        documents.fetched(URL, None, NOW);
        assert_eq!(text(&documents, 600, NOW.plus(FAILED_SECONDS - 1)), Some(None));
        assert_eq!(text(&documents, 600, NOW.plus(FAILED_SECONDS)), None);
        documents.fetched(URL, Some("a".into()), NOW);
        documents.fetched(URL, None, NOW.plus(20));
        assert_eq!(text(&documents, 600, NOW.plus(21)), Some(Some("a".to_owned())), "young enough");
        assert_eq!(text(&documents, 10, NOW.plus(21)), Some(None), "too old, and nobody answers");
        documents.fetched(URL, Some("b".into()), NOW.plus(24));
        assert_eq!(text(&documents, 10, NOW.plus(25)), Some(Some("b".to_owned())));
    }

    #[test]
    fn no_more_are_remembered_than_fit() {
        let mut documents = Documents::NONE;
        for number in 0..=DOCUMENTS_MAX {
            documents.fetched(&format!("{URL}/{number}"), None, NOW);
        }
        assert_eq!(documents.0.len(), 1);
    }
}
