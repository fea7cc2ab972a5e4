//! The installation's list of tenants. Pure; the shell is `edge::directory_object`. It is never on
//! a login's path, and a copy: the truth about a tenant is the tenant's object.

use super::command::{DirectoryAnswer, DirectoryCommand};
use super::record::TenantRecord;
use super::rows::{Row, Rows, StoreFault, Write};
use crate::json;

const TENANT: &str = "tenant";

/// Applies a command.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &DirectoryCommand) -> Result<DirectoryAnswer, StoreFault> {
    match command {
        DirectoryCommand::Enter { tenant, version } => {
            let id = tenant.id.as_str();
            if rows.get(TENANT, id)?.is_none_or(|known| known.version < *version) {
                let value = json::write(tenant);
                let row = Row { id: id.to_owned(), version: *version, value };
                rows.commit(vec![Write::Put { kind: TENANT, row }])?;
            }
            Ok(DirectoryAnswer::Entered)
        }
        DirectoryCommand::List { after, limit } => {
            let after = after.as_ref().map(|id| id.as_str());
            let mut found = rows.list(TENANT, "", after, limit.saturating_add(1))?;
            let more = found.len() > *limit;
            found.truncate(*limit);
            let tenants: Vec<TenantRecord> = found.iter().map(read).collect::<Result<_, _>>()?;
            let next = tenants.last().filter(|_| more).map(|tenant| tenant.id.clone());
            Ok(DirectoryAnswer::List { tenants, next })
        }
    }
}

fn read(row: &Row) -> Result<TenantRecord, StoreFault> {
    crate::json::read(&row.value).map_err(|_| StoreFault(format!("unreadable row {}", row.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::rows::MemoryRows;
    use crate::model::{TenantId, UnixTime};

    fn enter(rows: &mut MemoryRows, id: &str, name: &str, version: u64) {
        let tenant =
            TenantRecord { id: TenantId::parse(id).unwrap(), name: name.to_owned(), created_at: UnixTime(1) };
        apply(rows, &DirectoryCommand::Enter { tenant, version }).unwrap();
    }

    fn names(rows: &mut MemoryRows, after: Option<&str>, limit: usize) -> (Vec<String>, Option<String>) {
        let after = after.map(|id| TenantId::parse(id).unwrap());
        match apply(rows, &DirectoryCommand::List { after, limit }).unwrap() {
            DirectoryAnswer::List { tenants, next } => {
                (tenants.into_iter().map(|tenant| tenant.name).collect(), next.map(|id| id.to_string()))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tenants_are_listed_by_page_with_their_newest_name() {
        let mut rows = MemoryRows::default();
        enter(&mut rows, "globex", "Globex", 1);
        enter(&mut rows, "acme", "Acme Bank", 5);
        enter(&mut rows, "acme", "Acme", 4);
        assert_eq!(names(&mut rows, None, 1), (vec!["Acme Bank".to_owned()], Some("acme".to_owned())));
        assert_eq!(names(&mut rows, Some("acme"), 1), (vec!["Globex".to_owned()], None));
    }
}
