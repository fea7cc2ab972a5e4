//! The store of an object: rows by kind and id, changed in one step.
//!
//! One shape serves the objects of the management side and those that remember consents, in SQLite
//! (`edge::records`) and in memory (the tests). Looking up writes nothing, not even tables; everything is
//! checked before [`Rows::commit`], and `commit` is the only write.

use std::collections::BTreeMap;
use std::fmt;

/// The store failed. The cause is for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFault(pub String);

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unique within its kind: visible ASCII and spaces.
    pub id: String,
    /// What the kind says it is.
    pub version: u64,
    /// JSON, or a published text.
    pub value: String,
}

/// One write of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Adds or replaces a row.
    Put {
        /// Its kind.
        kind: &'static str,
        /// The row.
        row: Row,
    },
    /// Removes a row, if it is there.
    Delete {
        /// Its kind.
        kind: &'static str,
        /// Its id.
        id: String,
    },
}

/// Greater than every character of an id.
const ABOVE: char = '\u{7f}';

/// Rows by kind and id, ids ordered by their bytes.
pub trait Rows {
    /// One row.
    ///
    /// # Errors
    /// When the store fails.
    fn get(&self, kind: &str, id: &str) -> Result<Option<Row>, StoreFault>;

    /// Rows with `above < id < below`, ascending.
    ///
    /// # Errors
    /// When the store fails.
    fn between(&self, kind: &str, above: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault>;

    /// The greatest ids below `below`, descending.
    ///
    /// # Errors
    /// When the store fails.
    fn last_below(&self, kind: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault>;

    /// Writes everything or nothing.
    ///
    /// # Errors
    /// When the store fails; then nothing is written.
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFault>;

    /// Rows whose id begins with `prefix` and, when given, comes after `prefix` + `after`.
    ///
    /// # Errors
    /// When the store fails.
    fn list(
        &self,
        kind: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreFault> {
        let above = format!("{prefix}{}", after.unwrap_or_default());
        self.between(kind, &above, &format!("{prefix}{ABOVE}"), limit)
    }
}

/// Rows in memory, for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryRows {
    rows: BTreeMap<(String, String), Row>,
    /// While set, [`Rows::commit`] fails.
    pub broken: bool,
}

impl MemoryRows {
    /// How many rows there are of a kind.
    pub fn count(&self, kind: &str) -> usize {
        self.of_kind(kind).count()
    }

    fn of_kind<'a>(&'a self, kind: &'a str) -> impl DoubleEndedIterator<Item = &'a Row> {
        self.rows.iter().filter(move |((known, _), _)| known == kind).map(|(_, row)| row)
    }
}

impl Rows for MemoryRows {
    fn get(&self, kind: &str, id: &str) -> Result<Option<Row>, StoreFault> {
        Ok(self.rows.get(&(kind.to_owned(), id.to_owned())).cloned())
    }

    fn between(&self, kind: &str, above: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let inside = |row: &&Row| row.id.as_str() > above && row.id.as_str() < below;
        Ok(self.of_kind(kind).filter(inside).take(limit).cloned().collect())
    }

    fn last_below(&self, kind: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let inside = |row: &&Row| row.id.as_str() < below;
        Ok(self.of_kind(kind).rev().filter(inside).take(limit).cloned().collect())
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFault> {
        if self.broken {
            return Err(StoreFault("the store is broken".to_owned()));
        }
        for write in writes {
            match write {
                Write::Put { kind, row } => {
                    self.rows.insert((kind.to_owned(), row.id.clone()), row);
                }
                Write::Delete { kind, id } => {
                    self.rows.remove(&(kind.to_owned(), id));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_only_its_prefix_in_order_and_goes_on_after_a_page() {
        let mut rows = MemoryRows::default();
        let put = |id: &str| Write::Put {
            kind: "k",
            row: Row { id: id.to_owned(), version: 1, value: String::new() },
        };
        rows.commit(["a.example b", "a.example a", "a.example:1 a", "a.example c"].map(put).into()).unwrap();
        let ids = |after| -> Vec<String> {
            rows.list("k", "a.example ", after, 2).unwrap().into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ids(None), ["a.example a", "a.example b"]);
        assert_eq!(ids(Some("b")), ["a.example c"]);
        assert!(rows.list("other", "", None, 9).unwrap().is_empty());
    }
}
