//! The object of one host: whose it is, and the last values published for it. Pure; the shell is
//! `edge::broker::host_object`.
//!
//! It also knows every URI that a logout may lead to, by whichever application has it registered: old
//! clients send nothing but the URI. An index of its own, written together with the application's
//! value, answers that with one look, however many applications there are. (Published to KV, each
//! URI would be a value of its own to publish and to take back with each change of an application; in
//! the domain's snapshot, every login would read them all.)
//!
//! A host is claimed once and for ever, since KV keys, issuers and people's habits are named after
//! it. What it keeps is the login path's fallback when KV fails.

use super::command::{HostAnswer, HostCommand, PublishedName};
use super::publication::{is_removed, parse_kept};
use crate::model::{Application, ClientId, Environment, TenantId};
use crate::rows::{Row, Rows, StoreFault, Write};
use crate::vault::{base64url, sha256};

const OWNER: &str = "owner";
const PUBLISHED: &str = "published";
/// What the ids of applications' values begin with.
const APPLICATION: &str = "application ";
/// Rows named by hash of a URI and client id.
const LOGOUT_URI: &str = "logout_uri";

/// Applies a command.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &HostCommand) -> Result<HostAnswer, StoreFault> {
    match command {
        HostCommand::Claim { tenant, environment } => claim(rows, tenant, *environment),
        HostCommand::Claimable { tenant, environment } => Ok(match owner_of(rows)? {
            Some(owner) if owner.is(tenant, Some(*environment)) => HostAnswer::Claimed,
            Some(_) => HostAnswer::Taken,
            None => HostAnswer::Free,
        }),
        HostCommand::Keep { tenant, environment, value, version, text } => {
            if !owner_of(rows)?.is_some_and(|owner| owner.is(tenant, *environment)) {
                return Ok(HostAnswer::Taken);
            }
            let id = published_id(value);
            let kept = rows.get(PUBLISHED, &id)?;
            if let Some(newer) = kept.as_ref().map(|kept| kept.version).filter(|kept| kept > version) {
                return Ok(HostAnswer::Older { version: newer });
            }
            let mut writes = Vec::new();
            if let PublishedName::Application { client_id } = value {
                let before = kept.map(|kept| logout_uris(client_id, &kept.value)).unwrap_or_default();
                let after = logout_uris(client_id, text);
                writes.extend(before.iter().filter(|id| !after.contains(id)).map(|id| delete(id)));
                writes.extend(after.iter().filter(|id| !before.contains(id)).map(|id| enter(id, *version)));
            }
            let row = Row { id, version: *version, value: text.clone() };
            writes.push(Write::Put { kind: PUBLISHED, row });
            rows.commit(writes)?;
            Ok(HostAnswer::Kept)
        }
        HostCommand::Registers { uri } => {
            let hash = base64url(&sha256(uri.as_bytes()));
            let found = rows.list(LOGOUT_URI, &format!("{hash} "), None, 1)?;
            Ok(HostAnswer::Registered { known: !found.is_empty() })
        }
        HostCommand::Applications { after, limit } => applications(rows, after.as_ref(), *limit),
        HostCommand::Read(value) => {
            let text = rows.get(PUBLISHED, &published_id(value))?.map(|row| row.value);
            Ok(HostAnswer::Published { text })
        }
    }
}

fn applications(rows: &impl Rows, after: Option<&ClientId>, limit: usize) -> Result<HostAnswer, StoreFault> {
    let found = rows.list(PUBLISHED, APPLICATION, after.map(ClientId::as_str), limit)?;
    let id = |row: &Row| ClientId::parse(row.id.strip_prefix(APPLICATION)?).ok();
    let next = found.last().filter(|_| found.len() == limit).and_then(id);
    let is_there = |row: &&Row| !is_removed(&row.value);
    Ok(HostAnswer::Applications { client_ids: found.iter().filter(is_there).filter_map(id).collect(), next })
}

/// Rows of the index for a published application; none for one that was removed or is disabled.
fn logout_uris(client_id: &ClientId, text: &str) -> Vec<String> {
    let published = parse_kept::<Application>(text).ok().and_then(|(_, published)| published.value);
    let Some(application) = published.filter(|application| application.enabled) else {
        return Vec::new();
    };
    let uris = application.redirect_uris.iter().chain(&application.protocol.post_logout_redirect_uris);
    uris.map(|uri| format!("{} {client_id}", base64url(&sha256(uri.as_str().as_bytes())))).collect()
}

fn enter(id: &str, version: u64) -> Write {
    Write::Put { kind: LOGOUT_URI, row: Row { id: id.to_owned(), version, value: String::new() } }
}

fn delete(id: &str) -> Write {
    Write::Delete { kind: LOGOUT_URI, id: id.to_owned() }
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
        PublishedName::Application { client_id } => format!("{APPLICATION}{client_id}"),
        PublishedName::Style { digest } => format!("style {digest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::publication::published_text;
    use crate::model::application::Protocol;
    use crate::model::url::RedirectUri;
    use crate::rows::MemoryRows;

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
    fn asking_whether_a_host_may_be_claimed_claims_nothing() {
        let ask = |rows: &mut MemoryRows, id: &str, environment| {
            apply(rows, &HostCommand::Claimable { tenant: tenant(id), environment }).unwrap()
        };
        let mut rows = MemoryRows::default();
        assert_eq!(ask(&mut rows, "acme", Environment::Test), HostAnswer::Free);
        assert_eq!(rows, MemoryRows::default());
        claim_by(&mut rows, "acme", Environment::Test);
        assert_eq!(ask(&mut rows, "acme", Environment::Test), HostAnswer::Claimed);
        assert_eq!(ask(&mut rows, "acme", Environment::Production), HostAnswer::Taken);
        assert_eq!(ask(&mut rows, "globex", Environment::Test), HostAnswer::Taken);
    }

    #[test]
    fn only_the_owner_publishes_and_an_older_value_changes_nothing() {
        let mut rows = MemoryRows::default();
        assert_eq!(keep(&mut rows, "acme", 1, "unclaimed"), HostAnswer::Taken);
        claim_by(&mut rows, "acme", Environment::Test);
        assert_eq!(keep(&mut rows, "acme", 2, "second"), HostAnswer::Kept);
        assert_eq!(keep(&mut rows, "acme", 1, "first"), HostAnswer::Older { version: 2 });
        assert_eq!(keep(&mut rows, "acme", 2, "second"), HostAnswer::Kept);
        assert_eq!(keep(&mut rows, "globex", 9, "theirs"), HostAnswer::Taken);
        assert_eq!(read(&mut rows, PublishedName::Domain).as_deref(), Some("second"));
    }

    fn application(version: u64, enabled: bool, uris: [&[&str]; 2]) -> Application {
        let parse = |uris: &[&str]| uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
        Application {
            version,
            tenant: tenant("acme"),
            environment: Environment::Test,
            client_id: ClientId::parse("urn:acme:web").unwrap(),
            name: "Web".to_owned(),
            enabled,
            redirect_uris: parse(uris[0]),
            token_endpoint_auth_methods: Vec::new(),
            secrets: Vec::new(),
            initiate_login_uri: None,
            protocol: Protocol { post_logout_redirect_uris: parse(uris[1]), ..Protocol::default() },
        }
    }

    fn keep_application(rows: &mut MemoryRows, client_id: &str, version: u64, value: Option<&Application>) {
        let command = HostCommand::Keep {
            tenant: tenant("acme"),
            environment: value.map(|value| value.environment),
            value: PublishedName::Application { client_id: ClientId::parse(client_id).unwrap() },
            version,
            text: published_text("app", version, &value.cloned(), &[0; 32]),
        };
        apply(rows, &command).unwrap();
    }

    #[test]
    fn a_logout_may_lead_where_an_enabled_application_says_so_and_as_long_as_one_does() {
        const CALLBACK: &str = "https://a.example/cb";
        const AFTER: &str = "https://a.example/after";
        let mut rows = MemoryRows::default();
        claim_by(&mut rows, "acme", Environment::Test);
        let known = |rows: &mut MemoryRows| {
            [CALLBACK, AFTER, "https://a.example/", "https://a.example/cb?x=1"].map(|uri| {
                let registers = HostCommand::Registers { uri: uri.to_owned() };
                apply(rows, &registers).unwrap() == HostAnswer::Registered { known: true }
            })
        };
        assert_eq!(known(&mut rows), [false; 4]);
        let mut version = 0;
        let mut keep = |rows: &mut MemoryRows, client_id: &str, enabled: Option<bool>, after: &[&str]| {
            version += 1;
            let value = enabled.map(|enabled| application(version, enabled, [&[CALLBACK], after]));
            keep_application(rows, client_id, version, value.as_ref());
        };
        keep(&mut rows, "urn:acme:web", Some(true), &[AFTER, AFTER]);
        assert_eq!(known(&mut rows), [true, true, false, false]);
        keep(&mut rows, "urn:acme:web", Some(true), &[]);
        assert_eq!(known(&mut rows), [true, false, false, false]);
        keep(&mut rows, "urn:acme:web", Some(false), &[]);
        assert_eq!(known(&mut rows), [false; 4]);
        keep(&mut rows, "urn:acme:web", Some(true), &[]);
        keep(&mut rows, "urn:acme:spa", Some(true), &[]);
        keep(&mut rows, "urn:acme:web", None, &[]);
        assert_eq!(known(&mut rows), [true, false, false, false], "the other one still has it");
        keep(&mut rows, "urn:acme:spa", None, &[]);
        assert_eq!(known(&mut rows), [false; 4]);
        assert!(rows.between(LOGOUT_URI, "", "~", 10).unwrap().is_empty());
    }

    #[test]
    fn applications_that_are_published_and_not_removed_are_told_some_at_a_time() {
        let mut rows = MemoryRows::default();
        claim_by(&mut rows, "acme", Environment::Test);
        keep(&mut rows, "acme", 1, "the domain");
        let value = application(1, false, [&[], &[]]);
        for client_id in ["a", "b", "c", "d", "e"] {
            keep_application(&mut rows, client_id, 1, Some(&value));
        }
        for client_id in ["c", "d"] {
            keep_application(&mut rows, client_id, 2, None);
        }
        let mut told = Vec::new();
        let mut after = None;
        loop {
            let command = HostCommand::Applications { after, limit: 2 };
            let HostAnswer::Applications { client_ids, next } = apply(&mut rows, &command).unwrap() else {
                panic!("a page")
            };
            told.push(client_ids.iter().map(ClientId::to_string).collect::<Vec<_>>().join(" "));
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(told, ["a b", "", "e"]);
    }

    #[test]
    fn looking_up_an_unknown_host_writes_nothing() {
        let mut rows = MemoryRows::default();
        let registers = HostCommand::Registers { uri: "https://a.example/cb".to_owned() };
        assert_eq!(apply(&mut rows, &registers), Ok(HostAnswer::Registered { known: false }));
        let client_id = ClientId::parse("urn:acme:web").unwrap();
        assert_eq!(read(&mut rows, PublishedName::Domain), None);
        assert_eq!(read(&mut rows, PublishedName::Application { client_id }), None);
        assert_eq!(rows, MemoryRows::default());
    }
}
