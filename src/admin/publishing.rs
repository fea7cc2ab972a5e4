//! Publishing: how what is due gets from the tenant's object to KV, `Host` and `Directory`.
//!
//! The object publishes one item at a time and is the only writer of its hosts' values, so values
//! arrive in the order of their versions. A value is derived from the records at the moment it is
//! sent; if it is touched again meanwhile, its line stays due with the newer version.

// Only `edge` and tests implement `Outlet`; no future here needs `Send`.
#![allow(async_fn_in_trait)]

use super::command::{DirectoryAnswer, DirectoryCommand, DirectoryEntry, Due, DueItem};
use super::command::{HostAnswer, HostCommand, PublishedName, WrappedBy};
use super::configuration::{Configuration, delete_due, put_due};
use super::publication::{application_key, domain_key, published_key, published_text, style_key};
use super::record::DomainRecord;
use crate::eid::Eid;
use crate::model::domain::{DomainKind, NEMID_CLOSED_AT, Peer};
use crate::model::key_ring::published_keys;
use crate::model::{Application, ClientId, DomainSnapshot, Environment, Host, TenantId, UnixTime};
use crate::rows::{Rows, StoreFault};
use crate::table::Table;

/// Wait after the first failed attempt, seconds; it doubles with each further one.
pub const BACK_OFF_SECONDS: u64 = 2;
/// Longest wait between two attempts, seconds.
pub const BACK_OFF_MAX_SECONDS: u64 = 300;
/// A write that was given up may still arrive within this long, seconds.
pub const LATE_WRITE_SECONDS: u64 = 120;

/// Where published values go.
pub trait Outlet {
    /// Writes a value to KV.
    async fn put(&self, key: &str, text: &str) -> Result<(), Undelivered>;
    /// Hands a command to the object of a host.
    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Undelivered>;
    /// Hands a command to the directory.
    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Undelivered>;
}

/// A value did not arrive. The cause is for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered(pub String);

/// How far [`publish_due`] came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the next attempt is due; `None` when everything is published.
    pub next_at: Option<UnixTime>,
    /// Why the item could not be delivered, if it could not.
    pub failure: Option<Undelivered>,
}

/// Publishes the oldest item that is due, if there is one. Where it can't be delivered it is put off.
///
/// # Errors
/// When the object's own store fails.
pub async fn publish_due(
    rows: &mut impl Rows,
    outlet: &impl Outlet,
    now: UnixTime,
) -> Result<Progress, StoreFault> {
    let mut failure = None;
    if let Some(due) = Configuration(&*rows).due()?.into_iter().find(|due| due.next_at <= now) {
        let delivered = deliver(&Configuration(&*rows), outlet, &due).await?;
        settle(rows, &due, delivered.is_ok(), now)?;
        failure = delivered.err();
    }
    let next_at = Configuration(&*rows).due()?.first().map(|due| due.next_at);
    Ok(Progress { next_at, failure })
}

/// Takes an item off the list, or puts it off. One that was touched again meanwhile stays due; if the
/// older write was given up it may still arrive after the newer, which is then written once more.
fn settle(rows: &mut impl Rows, sent: &Due, delivered: bool, now: UnixTime) -> Result<(), StoreFault> {
    let current = Configuration(&*rows).due()?.into_iter().find(|due| due.item == sent.item);
    let Some(current) = current else { return Ok(()) };
    let write = match (current.version == sent.version, delivered) {
        (false, true) => return Ok(()),
        (false, false) => put_due(&Due { again: true, ..current }),
        (true, true) if current.again => {
            let next_at = now.plus(LATE_WRITE_SECONDS);
            put_due(&Due { attempts: 0, next_at, again: false, ..current })
        }
        (true, true) => delete_due(&sent.item),
        (true, false) => {
            let attempts = sent.attempts.saturating_add(1);
            put_due(&Due { attempts, next_at: now.plus(back_off(attempts)), ..current })
        }
    };
    rows.commit(vec![write])
}

/// 2, 4, 8 … 300 seconds.
fn back_off(attempts: u32) -> u64 {
    let doublings = attempts.saturating_sub(1).min(16);
    BACK_OFF_MAX_SECONDS.min(BACK_OFF_SECONDS << doublings)
}

async fn deliver<R: Rows>(
    stored: &Configuration<'_, R>,
    outlet: &impl Outlet,
    due: &Due,
) -> Result<Result<(), Undelivered>, StoreFault> {
    let Some(tenant) = stored.tenant()? else { return Ok(Ok(())) };
    match &due.item {
        DueItem::Directory => {
            // Whoever reads there that nothing is wrapped by a master key any more will withdraw it.
            if stored.due()?.iter().any(|due| matches!(due.item, DueItem::Domain { .. })) {
                return Ok(Err(Undelivered("directory: domains go first".to_owned())));
            }
            let mut wrapped_by = Vec::new();
            for environment in Environment::ALL {
                let keys = stored.environment(environment)?;
                wrapped_by.extend(keys.map(|keys| WrappedBy::of(&keys.data_key)));
            }
            let entry = DirectoryEntry { tenant, wrapped_by };
            let command = DirectoryCommand::Enter { entry, version: due.version };
            Ok(outlet.directory(&command).await.map(|_| ()))
        }
        DueItem::Domain { host } => {
            let snapshot = domain_snapshot(stored, &tenant.id, host, due.version)?;
            let environment = snapshot.as_ref().map(|snapshot| snapshot.environment);
            let text = published_text(&domain_key(host), due.version, &snapshot);
            let keep = HostCommand::Keep {
                tenant: tenant.id,
                environment,
                value: PublishedName::Domain,
                version: due.version,
                text,
            };
            Ok(deliver_value(outlet, host, keep).await)
        }
        DueItem::Style { host, digest } => {
            let record = stored.style(host)?;
            let style = record.as_ref().and_then(|record| record.find(digest)).map(|it| it.style.clone());
            let text = published_text(&style_key(host, digest), due.version, &style);
            let keep = HostCommand::Keep {
                tenant: tenant.id,
                environment: stored.domain(host)?.map(|domain| domain.environment),
                value: PublishedName::Style { digest: digest.clone() },
                version: due.version,
                text,
            };
            Ok(deliver_value(outlet, host, keep).await)
        }
        DueItem::Application { host, client_id } => {
            let application = application(stored, &tenant.id, host, client_id, due.version)?;
            let environment = application.as_ref().map(|application| application.environment);
            let text = published_text(&application_key(host, client_id), due.version, &application);
            let keep = HostCommand::Keep {
                tenant: tenant.id,
                environment,
                value: PublishedName::Application { client_id: client_id.clone() },
                version: due.version,
                text,
            };
            Ok(deliver_value(outlet, host, keep).await)
        }
    }
}

/// `Host` first: it refuses what is not this tenant's, before anything reaches KV.
async fn deliver_value(outlet: &impl Outlet, host: &Host, keep: HostCommand) -> Result<(), Undelivered> {
    let answer = outlet.host(host, &keep).await?;
    match (answer, &keep) {
        (HostAnswer::Kept, HostCommand::Keep { value, text, .. }) => {
            outlet.put(&published_key(host, value), text).await
        }
        // A newer value was published by whoever took over from us.
        (HostAnswer::Older, _) => Ok(()),
        _ => Err(Undelivered("the host is not this tenant's".to_owned())),
    }
}

/// A domain as the login path reads it; `None` once it is removed.
///
/// # Errors
/// When the store fails.
pub fn domain_snapshot<R: Rows>(
    stored: &Configuration<'_, R>,
    tenant: &TenantId,
    host: &Host,
    version: u64,
) -> Result<Option<DomainSnapshot>, StoreFault> {
    let Some(domain) = stored.domain(host)? else { return Ok(None) };
    let environment = stored
        .environment(domain.environment)?
        .ok_or_else(|| StoreFault("a domain of an environment without keys".to_owned()))?;
    let mut upstreams = Table::new();
    for eid in Eid::ALL {
        if let Some(upstream) = stored.upstream(host, eid)? {
            upstreams.insert(eid, upstream.settings);
        }
    }
    Ok(Some(DomainSnapshot {
        version,
        tenant: tenant.clone(),
        environment: domain.environment,
        host: domain.host.clone(),
        issuer: domain.host.issuer(),
        kind: domain.kind,
        enabled: domain.enabled,
        peer: peer_of(stored, &domain)?,
        display_name: domain.display_name,
        show_alongside_nemid_logins: domain.show_alongside_nemid_logins,
        show_start_block: domain.show_start_block,
        sessions: domain.sessions,
        cpr: environment.cpr,
        nemid_closed_at: domain.nemid_closed_at.unwrap_or(NEMID_CLOSED_AT),
        upstreams,
        keys: published_keys(&environment.keys),
        data_key: environment.data_key,
        sub_key: environment.sub_key,
        restored_at: environment.restored_at,
        style: stored.style(host)?.and_then(|style| style.published).map(|published| published.digest),
        written: Default::default(),
    }))
}

fn peer_of<R: Rows>(
    stored: &Configuration<'_, R>,
    domain: &DomainRecord,
) -> Result<Option<Peer>, StoreFault> {
    let Some(host) = &domain.peer else { return Ok(None) };
    let Some(peer) = stored.domain(host)? else { return Ok(None) };
    // The MitID domain of the pair decides; a domain is ready when its own eID has an upstream.
    let (mitid, eid) = match domain.kind {
        DomainKind::Ordinary => (&peer, Eid::Mitid),
        DomainKind::Mitid => (domain, Eid::Nemid),
    };
    Ok(Some(Peer {
        host: peer.host.clone(),
        enabled: peer.enabled,
        ready: stored.upstream(host, eid)?.is_some(),
        show_alongside_nemid_logins: mitid.show_alongside_nemid_logins,
    }))
}

/// An application as the login path reads it; `None` once it is removed.
///
/// # Errors
/// When the store fails.
pub fn application<R: Rows>(
    stored: &Configuration<'_, R>,
    tenant: &TenantId,
    host: &Host,
    client_id: &ClientId,
    version: u64,
) -> Result<Option<Application>, StoreFault> {
    let Some(application) = stored.application(host, client_id)? else { return Ok(None) };
    let environment: Option<Environment> = stored.domain(host)?.map(|domain| domain.environment);
    let Some(environment) = environment else { return Ok(None) };
    let secrets = stored.secrets(host, client_id)?.into_iter().map(|record| record.secret).collect();
    Ok(Some(Application {
        version,
        tenant: tenant.clone(),
        environment,
        client_id: application.client_id,
        name: application.name,
        enabled: application.enabled,
        redirect_uris: application.redirect_uris,
        token_endpoint_auth_methods: application.token_endpoint_auth_methods,
        secrets,
        initiate_login_uri: application.initiate_login_uri,
        protocol: *application.protocol,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    fn due(version: u64) -> Due {
        Due { item: DueItem::Directory, version, attempts: 0, next_at: UnixTime(10), again: false }
    }

    fn left(rows: &MemoryRows) -> Vec<Due> {
        Configuration(rows).due().unwrap()
    }

    #[test]
    fn what_changes_while_it_is_sent_stays_due() {
        let mut rows = MemoryRows::default();
        rows.commit(vec![put_due(&due(2))]).unwrap();
        settle(&mut rows, &due(1), true, UnixTime(20)).unwrap();
        assert_eq!(left(&rows), [due(2)]);
        settle(&mut rows, &due(1), false, UnixTime(20)).unwrap();
        assert_eq!(left(&rows), [Due { again: true, ..due(2) }], "the older write may still arrive");
        settle(&mut rows, &due(2), true, UnixTime(20)).unwrap();
        let once_more = Due { next_at: UnixTime(20 + LATE_WRITE_SECONDS), ..due(2) };
        assert_eq!(left(&rows), [once_more]);
        settle(&mut rows, &due(2), true, UnixTime(200)).unwrap();
        assert!(left(&rows).is_empty());
        settle(&mut rows, &due(2), false, UnixTime(20)).unwrap();
        assert!(left(&rows).is_empty(), "what is settled does not come back");
    }
}
