//! The object of one host: whose it is, and the last values published for it. Pure; the shell is
//! `edge::host_object`.
//!
//! A host is claimed once and for ever, since KV keys, issuers and people's habits are named after
//! it. What it keeps is the login path's fallback when KV fails.

use super::command::{HostAnswer, HostCommand, PublishedName};
use super::rows::{Row, Rows, StoreFault, Write};
use crate::model::{Environment, TenantId};

const OWNER: &str = "owner";
const PUBLISHED: &str = "published";

/// Applies a command.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &HostCommand) -> Result<HostAnswer, StoreFault> {
    match command {
        HostCommand::Claim { tenant, environment } => claim(rows, tenant, *environment),
        HostCommand::Keep { tenant, environment, value, version, text } => {
            if !owner_of(rows)?.is_some_and(|owner| owner.is(tenant, *environment)) {
                return Ok(HostAnswer::Taken);
            }
            let id = published_id(value);
            if rows.get(PUBLISHED, &id)?.is_some_and(|kept| kept.version > *version) {
                return Ok(HostAnswer::Older);
            }
            let row = Row { id, version: *version, value: text.clone() };
            rows.commit(vec![Write::Put { kind: PUBLISHED, row }])?;
            Ok(HostAnswer::Kept)
        }
        HostCommand::Read(value) => {
            let text = rows.get(PUBLISHED, &published_id(value))?.map(|row| row.value);
            Ok(HostAnswer::Published { text })
        }
    }
}

fn claim(
    rows: &mut impl Rows,
    tenant: &TenantId,
    environment: Environment,
) -> Result<HostAnswer, StoreFault> {
    match owner_of(rows)? {
        Some(owner) if owner.is(tenant, Some(environment)) => Ok(HostAnswer::Claimed),
        Some(_) => Ok(HostAnswer::Taken),
        None => {
            let value = format!("{tenant} {}", environment.as_str());
            let row = Row { id: OWNER.to_owned(), version: 0, value };
            rows.commit(vec![Write::Put { kind: OWNER, row }])?;
            Ok(HostAnswer::Claimed)
        }
    }
}

/// `<tenant> <ENVIRONMENT>`
struct Owner(String);

impl Owner {
    fn is(&self, tenant: &TenantId, environment: Option<Environment>) -> bool {
        self.0.split_once(' ').is_some_and(|(owner, of)| {
            owner == tenant.as_str() && environment.is_none_or(|environment| of == environment.as_str())
        })
    }
}

fn owner_of(rows: &impl Rows) -> Result<Option<Owner>, StoreFault> {
    Ok(rows.get(OWNER, OWNER)?.map(|row| Owner(row.value)))
}

fn published_id(name: &PublishedName) -> String {
    match name {
        PublishedName::Domain => "domain".to_owned(),
        PublishedName::Application { client_id } => format!("application {client_id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::rows::MemoryRows;
    use crate::model::ClientId;

    fn tenant(id: &str) -> TenantId {
        TenantId::parse(id).unwrap()
    }

    fn claim_by(rows: &mut MemoryRows, id: &str, environment: Environment) -> HostAnswer {
        apply(rows, &HostCommand::Claim { tenant: tenant(id), environment }).unwrap()
    }

    fn keep(rows: &mut MemoryRows, id: &str, version: u64, text: &str) -> HostAnswer {
        let command = HostCommand::Keep {
            tenant: tenant(id),
            environment: Some(Environment::Test),
            value: PublishedName::Domain,
            version,
            text: text.to_owned(),
        };
        apply(rows, &command).unwrap()
    }

    fn read(rows: &mut MemoryRows, name: PublishedName) -> Option<String> {
        match apply(rows, &HostCommand::Read(name)).unwrap() {
            HostAnswer::Published { text } => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_host_belongs_to_one_tenant_and_environment_for_ever() {
        let mut rows = MemoryRows::default();
        assert_eq!(claim_by(&mut rows, "acme", Environment::Test), HostAnswer::Claimed);
        assert_eq!(claim_by(&mut rows, "acme", Environment::Test), HostAnswer::Claimed);
        assert_eq!(claim_by(&mut rows, "acme", Environment::Production), HostAnswer::Taken);
        assert_eq!(claim_by(&mut rows, "globex", Environment::Test), HostAnswer::Taken);
    }

    #[test]
    fn only_the_owner_publishes_and_an_older_value_changes_nothing() {
        let mut rows = MemoryRows::default();
        assert_eq!(keep(&mut rows, "acme", 1, "unclaimed"), HostAnswer::Taken);
        claim_by(&mut rows, "acme", Environment::Test);
        assert_eq!(keep(&mut rows, "acme", 2, "second"), HostAnswer::Kept);
        assert_eq!(keep(&mut rows, "acme", 1, "first"), HostAnswer::Older);
        assert_eq!(keep(&mut rows, "acme", 2, "second"), HostAnswer::Kept);
        assert_eq!(keep(&mut rows, "globex", 9, "theirs"), HostAnswer::Taken);
        assert_eq!(read(&mut rows, PublishedName::Domain).as_deref(), Some("second"));
    }

    #[test]
    fn looking_up_an_unknown_host_writes_nothing() {
        let mut rows = MemoryRows::default();
        let client_id = ClientId::parse("urn:acme:web").unwrap();
        assert_eq!(read(&mut rows, PublishedName::Domain), None);
        assert_eq!(read(&mut rows, PublishedName::Application { client_id }), None);
        assert_eq!(rows, MemoryRows::default());
    }
}
