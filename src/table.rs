//! A small map: pairs in a list, in the order of their keys.
//!
//! It does what we need of one and costs some hundred bytes of the Worker for each type of values;
//! the standard library's take 5 to 12 kB each, for speed with sizes that we don't have.

use std::borrow::Borrow;

/// Values by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<K, V>(Vec<(K, V)>);

impl<K, V> Table<K, V> {
    /// Without values.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every key and value, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Keeps only the values that `belongs` says.
    pub fn retain(&mut self, mut belongs: impl FnMut(&V) -> bool) {
        self.0.retain(|(_, value)| belongs(value));
    }

    /// Forgets every value.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K: Ord, V> Table<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Table<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        let mut table = Self::new();
        for (key, value) in pairs {
            table.insert(key, value);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_table_is_a_map(pairs in prop::collection::vec((0_u8..9, 0_u8..9), 0..40), asked in 0_u8..9) {
            let mut table = Table::new();
            let mut map = BTreeMap::new();
            for (key, value) in pairs {
                table.insert(key, value);
                map.insert(key, value);
            }
            prop_assert!(table.iter().eq(&map));
            prop_assert_eq!(table.get(&asked), map.get(&asked));
            prop_assert_eq!(table.get_mut(&asked), map.get_mut(&asked));
            table.retain(|value| *value < 5);
            map.retain(|_, value| *value < 5);
            prop_assert!(table.iter().eq(&map));
            prop_assert_eq!((table.len(), table.is_empty()), (map.len(), map.is_empty()));
        }
    }
}
