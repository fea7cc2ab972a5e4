//! The installation's list of tenants. Pure; the shell is `edge::directory_object`. It is never on
//! a login's path, and a copy: the truth about a tenant is the tenant's object.
//!
//! It also counts which master key has wrapped how many environments: a row for each key, changed
//! together with the entry, so that no answer takes all tenants to be read.

use super::command::{DirectoryAnswer, DirectoryCommand, DirectoryEntry, WrappedBy, WrappedCount};
use crate::json::{self, Json};
use crate::rows::{Row, Rows, StoreFault, Write};

const TENANT: &str = "tenant";
/// Rows named by the fingerprint of a master key.
const WRAPPED: &str = "wrapped";
/// Name of the row of keys that don't say what has wrapped them; no fingerprint is so short.
const UNNAMED: &str = "-";

/// Applies a command.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &DirectoryCommand) -> Result<DirectoryAnswer, StoreFault> {
    match command {
        DirectoryCommand::Enter { entry, version } => {
            let id = entry.tenant.id.as_str();
            let known = rows.get(TENANT, id)?;
            if known.as_ref().is_none_or(|known| known.version < *version) {
                let known: Option<DirectoryEntry> = known.as_ref().map(read).transpose()?;
                let before = known.map(|known| known.wrapped_by).unwrap_or_default();
                let mut writes = recount(rows, before, entry.wrapped_by.clone())?;
                writes.push(put(TENANT, id, *version, entry));
                rows.commit(writes)?;
            }
            Ok(DirectoryAnswer::Entered)
        }
        DirectoryCommand::Wrapped => {
            let counts = rows.list(WRAPPED, "", None, usize::MAX)?;
            Ok(DirectoryAnswer::Wrapped { counts: counts.iter().map(read).collect::<Result<_, _>>()? })
        }
        DirectoryCommand::List { after, limit } => {
            let after = after.as_ref().map(|id| id.as_str());
            let mut found = rows.list(TENANT, "", after, limit.saturating_add(1))?;
            let more = found.len() > *limit;
            found.truncate(*limit);
            let entries: Vec<DirectoryEntry> = found.iter().map(read).collect::<Result<_, _>>()?;
            let next = entries.last().filter(|_| more).map(|entry| entry.tenant.id.clone());
            Ok(DirectoryAnswer::List { entries, next })
        }
    }
}

/// Counts an entry's environments where they belong now instead of where they belonged.
fn recount(
    rows: &impl Rows,
    before: Vec<WrappedBy>,
    after: Vec<WrappedBy>,
) -> Result<Vec<Write>, StoreFault> {
    let mut changed: Vec<WrappedCount> = Vec::new();
    let before = before.into_iter().map(|by| (by, false));
    for (by, is_more) in before.chain(after.into_iter().map(|by| (by, true))) {
        let at = match changed.iter().position(|count| count.by == by) {
            Some(at) => at,
            None => {
                let stored = rows.get(WRAPPED, count_id(&by))?.as_ref().map(read).transpose()?;
                changed.push(stored.unwrap_or(WrappedCount { by, environments: 0 }));
                changed.len() - 1
            }
        };
        if let Some(WrappedCount { environments, .. }) = changed.get_mut(at) {
            *environments =
                if is_more { environments.saturating_add(1) } else { environments.saturating_sub(1) };
        }
    }
    let write = |count: &WrappedCount| match count.environments {
        0 => Write::Delete { kind: WRAPPED, id: count_id(&count.by).to_owned() },
        _ => put(WRAPPED, count_id(&count.by), 0, count),
    };
    Ok(changed.iter().map(write).collect())
}

fn count_id(by: &WrappedBy) -> &str {
    by.0.as_deref().unwrap_or(UNNAMED)
}

fn put(kind: &'static str, id: &str, version: u64, value: &dyn Json) -> Write {
    Write::Put { kind, row: Row { id: id.to_owned(), version, value: json::write(value) } }
}

fn read<T: Json>(row: &Row) -> Result<T, StoreFault> {
    json::read(&row.value).map_err(|_| StoreFault(format!("unreadable row {}", row.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::record::TenantRecord;
    use crate::model::{TenantId, UnixTime};
    use crate::rows::MemoryRows;

    fn tenant(id: &str, name: &str) -> TenantRecord {
        TenantRecord {
            id: TenantId::parse(id).unwrap(),
            name: name.to_owned(),
            created_at: UnixTime(1),
            key_rotation_days: 90,
        }
    }

    fn enter(rows: &mut MemoryRows, id: &str, name: &str, version: u64, wrapped_by: &[&str]) {
        let by = |name: &&str| WrappedBy((*name != UNNAMED).then(|| (*name).to_owned()));
        let entry =
            DirectoryEntry { tenant: tenant(id, name), wrapped_by: wrapped_by.iter().map(by).collect() };
        apply(rows, &DirectoryCommand::Enter { entry, version }).unwrap();
    }

    fn names(rows: &mut MemoryRows, after: Option<&str>, limit: usize) -> (Vec<String>, Option<String>) {
        let after = after.map(|id| TenantId::parse(id).unwrap());
        match apply(rows, &DirectoryCommand::List { after, limit }).unwrap() {
            DirectoryAnswer::List { entries, next } => {
                let names = entries.into_iter().map(|entry| entry.tenant.name).collect();
                (names, next.map(|id| id.to_string()))
            }
            other => panic!("{other:?}"),
        }
    }

    fn counts(rows: &mut MemoryRows) -> Vec<(String, u64)> {
        match apply(rows, &DirectoryCommand::Wrapped).unwrap() {
            DirectoryAnswer::Wrapped { counts } => {
                counts.iter().map(|count| (count_id(&count.by).to_owned(), count.environments)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tenants_are_listed_by_page_with_their_newest_name() {
        let mut rows = MemoryRows::default();
        enter(&mut rows, "globex", "Globex", 1, &[]);
        enter(&mut rows, "acme", "Acme Bank", 5, &[]);
        enter(&mut rows, "acme", "Acme", 4, &[]);
        assert_eq!(names(&mut rows, None, 1), (vec!["Acme Bank".to_owned()], Some("acme".to_owned())));
        assert_eq!(names(&mut rows, Some("acme"), 1), (vec!["Globex".to_owned()], None));
    }

    #[test]
    fn each_environment_is_counted_where_its_newest_entry_says() {
        let mut rows = MemoryRows::default();
        enter(&mut rows, "acme", "Acme", 1, &["one", "one"]);
        enter(&mut rows, "globex", "Globex", 1, &["one", UNNAMED]);
        assert_eq!(counts(&mut rows), [("-".to_owned(), 1), ("one".to_owned(), 3)]);
        enter(&mut rows, "acme", "Acme", 2, &["two", "one"]);
        enter(&mut rows, "acme", "Acme", 1, &["late", "late"]);
        enter(&mut rows, "globex", "Globex", 2, &["two", "two"]);
        assert_eq!(counts(&mut rows), [("one".to_owned(), 1), ("two".to_owned(), 3)]);
        enter(&mut rows, "acme", "Acme", 3, &["two", "two"]);
        assert_eq!(counts(&mut rows), [("two".to_owned(), 4)]);
    }

    #[test]
    fn an_entry_that_does_not_say_by_which_key_is_not_passed_over() {
        let mut rows = MemoryRows::default();
        rows.commit(vec![put(TENANT, "acme", 7, &tenant("acme", "Acme"))]).unwrap();
        let entry = DirectoryEntry { tenant: tenant("acme", "Acme"), wrapped_by: Vec::new() };
        assert!(apply(&mut rows, &DirectoryCommand::Enter { entry, version: 8 }).is_err());
        assert!(apply(&mut rows, &DirectoryCommand::List { after: None, limit: 9 }).is_err());
    }
}
