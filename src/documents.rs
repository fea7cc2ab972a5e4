//! What an isolate remembers of documents that others publish: the metadata and keys of upstreams, the keys
//! of applications. And where none was to be had, for a moment, so that whoever is down neither holds each
//! login up for the whole time limit nor is asked by each.

use crate::model::UnixTime;
use crate::table::Table;
use std::rc::Rc;

/// Most bytes of documents that are remembered, with their URLs; all are forgotten before more are taken. An
/// isolate has 128 MB for everything, and its tenants share them.
const DOCUMENTS_MAX_BYTES: usize = 16 * 1024 * 1024;
/// What one takes beside its texts, bytes.
const ENTRY_BYTES: usize = 256;
/// Most addresses of which it is remembered that they did not answer; all are forgotten before one more is.
const FAILURES_MAX: usize = 200;
/// An address that did not answer is not asked again for so long, seconds.
pub const FAILED_SECONDS: u64 = 3;

/// Documents by their URL, and when addresses failed: beside each other, so that no failure takes the place of
/// a document.
#[derive(Default)]
pub struct Documents {
    texts: Table<String, (Rc<str>, UnixTime)>,
    bytes: usize,
    failures: Table<String, UnixTime>,
}

impl Documents {
    /// None.
    pub const NONE: Self = Self { texts: Table::new(), bytes: 0, failures: Table::new() };

    /// A document that was read no longer ago than `max_age` seconds. `Some(None)` where it failed a moment
    /// ago; `None` where it is to be fetched.
    pub fn known(&self, url: &str, max_age: u64, now: UnixTime) -> Option<Option<Rc<str>>> {
        match self.texts.get(url) {
            Some((text, read_at)) if !read_at.plus(max_age).is_over(now) => Some(Some(text.clone())),
            _ => self.failures.get(url).filter(|at| !at.plus(FAILED_SECONDS).is_over(now)).map(|_| None),
        }
    }

    /// Remembers what came of fetching one; what was read before stays, for whoever may still use it.
    pub fn fetched(&mut self, url: &str, text: Option<Rc<str>>, now: UnixTime) {
        let Some(text) = text else {
            if self.failures.len() >= FAILURES_MAX && self.failures.get(url).is_none() {
                self.failures.clear();
            }
            return self.failures.insert(url.to_owned(), now);
        };
        let size = |text: &str| url.len() + text.len() + ENTRY_BYTES;
        self.bytes -= self.texts.get(url).map_or(0, |(before, _)| size(before));
        if self.bytes + size(&text) > DOCUMENTS_MAX_BYTES {
            self.texts.clear();
            self.bytes = 0;
        }
        self.bytes += size(&text);
        self.texts.insert(url.to_owned(), (text, now));
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
    fn no_more_bytes_are_remembered_than_fit_whoever_publishes_them() {
        let mut documents = Documents::NONE;
        let long: Rc<str> = "x".repeat(256 * 1024).into();
        let mut most = 0;
        for number in 0..200 {
            documents.fetched(&format!("{URL}/{number}"), Some(long.clone()), NOW);
            let kept: usize = documents.texts.iter().map(|(url, (text, _))| url.len() + text.len()).sum();
            assert!(kept <= documents.bytes && documents.bytes <= DOCUMENTS_MAX_BYTES);
            most = most.max(documents.texts.len());
        }
        assert_eq!(most, 63, "as many as fit");
    }

    #[test]
    fn a_document_that_is_fetched_again_takes_the_place_of_itself_only() {
        let mut documents = Documents::NONE;
        let long: Rc<str> = "x".repeat(256 * 1024).into();
        documents.fetched(URL, Some("a".into()), NOW);
        for number in 0..200 {
            documents.fetched(&format!("{URL}/{}", number % 60), Some(long.clone()), NOW);
        }
        assert_eq!(text(&documents, 600, NOW), Some(Some("a".to_owned())));
    }

    #[test]
    fn addresses_that_fail_are_bounded_too_and_take_no_document_away() {
        let mut documents = Documents::NONE;
        documents.fetched(URL, Some("a".into()), NOW);
        for number in 0..FAILURES_MAX {
            documents.fetched(&format!("{URL}/{number}"), None, NOW);
        }
        documents.fetched(&format!("{URL}/0"), None, NOW);
        assert_eq!(documents.failures.len(), FAILURES_MAX, "one of them once more");
        documents.fetched(&format!("{URL}/more"), None, NOW);
        assert_eq!(documents.failures.len(), 1);
        assert_eq!(text(&documents, 600, NOW), Some(Some("a".to_owned())));
    }
}
