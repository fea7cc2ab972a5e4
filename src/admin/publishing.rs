//! Publishing: how what is due gets from the tenant's object to KV, `Host` and `Directory`.
//!
//! The object publishes one item at a time and is the only writer of its hosts' values, so values
//! arrive in the order of their versions, but for writes that were given up (`admin::due`). A value is
//! derived from the records at the moment it is sent; if it is touched again meanwhile, its line stays
//! due with the newer version.

// Only `edge` and tests implement `Outlet`; no future here needs `Send`.
#![allow(async_fn_in_trait)]

use super::command::{DirectoryAnswer, DirectoryCommand, DirectoryEntry, Due, DueItem};
use super::command::{HostAnswer, HostCommand, PublishedName, WrappedBy};
use super::configuration::{Configuration, delete_due, put_due, put_version};
use super::due::{self, Sent};
use super::publication::{published_key, published_text};
use super::record::{DomainRecord, Record, Scope, TenantRecord, Versioned};
use crate::eid::Eid;
use crate::json;
use crate::model::domain::{DomainKind, NEMID_CLOSED_AT, Peer};
use crate::model::key_ring::published_keys;
use crate::model::test_person::TestPerson;
use crate::model::{Application, ClientId, DomainSnapshot, Environment, Host, Serving, TenantId, UnixTime};
use crate::rows::{Rows, StoreFault, Write};
use crate::table::Table;

/// Applications that are looked at in one step where all of a domain are.
pub const SWEEP_PAGE: usize = 50;

/// Where published values go.
pub trait Outlet {
    /// Writes a value to KV.
    async fn put(&self, key: &str, text: &str) -> Result<(), Undelivered>;
    /// Hands a command to the object of a host.
    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Undelivered>;
    /// The master key, which vouches for what is written.
    fn master_key(&self) -> Result<[u8; 32], Undelivered>;
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

/// Publishes what comes first of what is due, if anything is. Where it can't be delivered it is put off.
///
/// # Errors
/// When the object's own store fails.
pub async fn publish_due(
    rows: &mut impl Rows,
    outlet: &impl Outlet,
    now: UnixTime,
    times: &Serving,
) -> Result<Progress, StoreFault> {
    let mut failure = None;
    if let Some(due) = due::next(&Configuration(&*rows).due()?, now).cloned() {
        let sent = match &due.item {
            // Only remembered, and it need not be any more.
            _ if due.is_published() => Sent::Written,
            DueItem::Applications { .. } | DueItem::Leftovers { .. } => {
                match sweep(rows, outlet, &due, now).await? {
                    Ok(()) => return progress(rows, None),
                    Err(undelivered) => refused(undelivered, &mut failure),
                }
            }
            _ => match deliver(&Configuration(&*rows), outlet, &due).await? {
                Ok(sent) => sent,
                Err(Failed::Refused(undelivered)) => refused(undelivered, &mut failure),
                Err(Failed::Lost(undelivered)) => {
                    failure = Some(undelivered);
                    Sent::Lost
                }
            },
        };
        settle(rows, &due, &sent, now, times)?;
    }
    progress(rows, failure)
}

fn refused(undelivered: Undelivered, failure: &mut Option<Undelivered>) -> Sent {
    *failure = Some(undelivered);
    Sent::Refused
}

fn progress(rows: &impl Rows, failure: Option<Undelivered>) -> Result<Progress, StoreFault> {
    Ok(Progress { next_at: next_at(rows)?, failure })
}

/// When the next publication is due, or the doubt of one is over.
///
/// # Errors
/// When the store fails.
pub fn next_at(rows: &impl Rows) -> Result<Option<UnixTime>, StoreFault> {
    Ok(Configuration(rows).due()?.first().map(|due| due.next_at))
}

/// To be called when an object begins to live: see [`due::doubts`].
///
/// # Errors
/// When the store fails.
pub fn awake(rows: &mut impl Rows, now: UnixTime, times: &Serving) -> Result<(), StoreFault> {
    let doubts = due::doubts(Configuration(&*rows).due()?, now, times);
    if doubts.is_empty() { Ok(()) } else { rows.commit(doubts) }
}

/// Writes what became of an item. One that was touched while it was sent stays due. Where the host's
/// object knows a newer version than ours, ours is what counts all the same: a tenant's object is the
/// truth, so its version is raised above.
fn settle(
    rows: &mut impl Rows,
    sent: &Due,
    outcome: &Sent,
    now: UnixTime,
    times: &Serving,
) -> Result<(), StoreFault> {
    let stored = Configuration(&*rows);
    let current = stored.due()?.into_iter().find(|due| due.item == sent.item);
    let Some(mut current) = current else { return Ok(()) };
    let mut writes = Vec::new();
    if let Sent::Newer(newer) = outcome {
        let version = stored.version()?.max(*newer) + 1;
        writes.push(put_version(version));
        current.version = version;
        writes.push(current.after(outcome, now, times));
    } else if current.version == sent.version {
        writes.push(current.after(outcome, now, times));
    } else {
        writes.extend(current.after_older(outcome, now, times));
    }
    if writes.is_empty() { Ok(()) } else { rows.commit(writes) }
}

/// Looks at some of a domain's applications, marks them as due, and goes on after them when they have
/// been published: the list of what is due stays short.
async fn sweep(
    rows: &mut impl Rows,
    outlet: &impl Outlet,
    sent: &Due,
    now: UnixTime,
) -> Result<Result<(), Undelivered>, StoreFault> {
    let stored = Configuration(&*rows);
    let is_waiting = |due: &Due| matches!(due.item, DueItem::Application { .. }) && !due.is_published();
    if stored.due()?.iter().any(is_waiting) {
        return Ok(Err(Undelivered("applications: those before go first".to_owned())));
    }
    let (host, page) = match &sent.item {
        DueItem::Applications { host, after } => (host, stored_page(&stored, host, after.as_ref())?),
        DueItem::Leftovers { host, after } => {
            match leftovers_page(&stored, outlet, host, after.clone()).await? {
                Ok(page) => (host, page),
                Err(undelivered) => return Ok(Err(undelivered)),
            }
        }
        _ => return Ok(Ok(())),
    };
    // Somebody may have written meanwhile.
    let stored = Configuration(&*rows);
    let (version, all) = (stored.version()?, stored.due()?);
    let touched = |client_id| {
        let item = DueItem::Application { host: host.clone(), client_id };
        put_due(&Due::touched(&all, item, version, now, false))
    };
    let mut writes: Vec<Write> = page.client_ids.into_iter().map(touched).collect();
    if all.contains(sent) {
        let host = host.clone();
        let goes_on = |item| put_due(&Due { item, attempts: 0, ..sent.clone() });
        writes.push(match (&sent.item, page.next) {
            (_, None) => delete_due(&sent.item),
            (DueItem::Leftovers { .. }, after) => goes_on(DueItem::Leftovers { host, after }),
            (_, after) => goes_on(DueItem::Applications { host, after }),
        });
    }
    rows.commit(writes)?;
    Ok(Ok(()))
}

/// Some applications of a domain.
struct Page {
    client_ids: Vec<ClientId>,
    /// The last one that was looked at, when there are more.
    next: Option<ClientId>,
}

fn stored_page<R: Rows>(
    stored: &Configuration<'_, R>,
    host: &Host,
    after: Option<&ClientId>,
) -> Result<Page, StoreFault> {
    let scope = Scope::Applications { host: host.clone() };
    let (items, next) = stored.list(&scope, after.map(ClientId::as_str), SWEEP_PAGE)?;
    let client_id = |item: Versioned| match item.record {
        Record::Application(application) => Some(application.client_id),
        _ => None,
    };
    let client_ids: Vec<ClientId> = items.into_iter().filter_map(client_id).collect();
    let next = next.and_then(|_| client_ids.last().cloned());
    Ok(Page { client_ids, next })
}

/// Of what the host's object holds, that which is not here.
async fn leftovers_page<R: Rows>(
    stored: &Configuration<'_, R>,
    outlet: &impl Outlet,
    host: &Host,
    after: Option<ClientId>,
) -> Result<Result<Page, Undelivered>, StoreFault> {
    let command = HostCommand::Applications { after, limit: SWEEP_PAGE };
    let (mut client_ids, next) = match outlet.host(host, &command).await {
        Ok(HostAnswer::Applications { client_ids, next }) => (client_ids, next),
        Ok(_) => return Ok(Err(Undelivered("host object: an answer to another question".to_owned()))),
        Err(undelivered) => return Ok(Err(undelivered)),
    };
    let mut known = Vec::new();
    for client_id in &client_ids {
        known.push(stored.application(host, client_id)?.is_some());
    }
    let mut known = known.into_iter();
    client_ids.retain(|_| known.next() == Some(false));
    Ok(Ok(Page { client_ids, next }))
}

/// Why a value was not delivered.
enum Failed {
    /// It was never written.
    Refused(Undelivered),
    /// Nobody knows whether it will be.
    Lost(Undelivered),
}

async fn deliver<R: Rows>(
    stored: &Configuration<'_, R>,
    outlet: &impl Outlet,
    due: &Due,
) -> Result<Result<Sent, Failed>, StoreFault> {
    let Some(tenant) = stored.tenant()? else { return Ok(Ok(Sent::Written)) };
    let (host, value) = match &due.item {
        DueItem::Domain { host } => (host, PublishedName::Domain),
        DueItem::Application { host, client_id } => {
            (host, PublishedName::Application { client_id: client_id.clone() })
        }
        DueItem::Style { host, digest } => (host, PublishedName::Style { digest: digest.clone() }),
        _ => return deliver_entry(stored, outlet, tenant, due.version).await,
    };
    let master_key = match outlet.master_key() {
        Ok(key) => key,
        Err(undelivered) => return Ok(Err(Failed::Refused(undelivered))),
    };
    let key = published_key(host, &value);
    let (environment, text) = match &value {
        PublishedName::Domain => {
            let snapshot = domain_snapshot(stored, &tenant.id, host, due.version)?;
            let environment = snapshot.as_ref().map(|snapshot| snapshot.environment);
            (environment, published_text(&key, due.version, &snapshot, &master_key))
        }
        PublishedName::Style { digest } => {
            let record = stored.style(host)?;
            let style = record.as_ref().and_then(|record| record.find(digest)).map(|it| it.style.clone());
            let environment = stored.domain(host)?.map(|domain| domain.environment);
            (environment, published_text(&key, due.version, &style, &master_key))
        }
        PublishedName::Application { client_id } => {
            let application = application(stored, &tenant.id, host, client_id, due.version)?;
            let environment = application.as_ref().map(|application| application.environment);
            (environment, published_text(&key, due.version, &application, &master_key))
        }
    };
    let keep = HostCommand::Keep { tenant: tenant.id, environment, value, version: due.version, text };
    Ok(deliver_value(outlet, host, &key, &keep).await)
}

/// `Host` first: it refuses what is not this tenant's, before anything reaches KV.
async fn deliver_value(
    outlet: &impl Outlet,
    host: &Host,
    key: &str,
    keep: &HostCommand,
) -> Result<Sent, Failed> {
    let answer = outlet.host(host, keep).await.map_err(Failed::Refused)?;
    match (answer, keep) {
        (HostAnswer::Kept, HostCommand::Keep { text, .. }) => {
            outlet.put(key, text).await.map(|()| Sent::Written).map_err(Failed::Lost)
        }
        (HostAnswer::Older { version }, _) => Ok(Sent::Newer(version)),
        _ => Err(Failed::Refused(Undelivered("the host is not this tenant's".to_owned()))),
    }
}

/// The tenant's line in the directory. Whoever reads there that nothing is wrapped by a master key any
/// more will withdraw it, so everything else goes first.
async fn deliver_entry<R: Rows>(
    stored: &Configuration<'_, R>,
    outlet: &impl Outlet,
    tenant: TenantRecord,
    version: u64,
) -> Result<Result<Sent, Failed>, StoreFault> {
    if stored.due()?.iter().any(|due| due.item != DueItem::Directory && !due.is_published()) {
        let why = Undelivered("directory: everything else goes first".to_owned());
        return Ok(Err(Failed::Refused(why)));
    }
    let mut wrapped_by = Vec::new();
    for environment in Environment::ALL {
        let keys = stored.environment(environment)?;
        wrapped_by.extend(keys.map(|keys| WrappedBy::of(&keys.data_key)));
    }
    let command = DirectoryCommand::Enter { entry: DirectoryEntry { tenant, wrapped_by }, version };
    Ok(outlet.directory(&command).await.map(|_| Sent::Written).map_err(Failed::Refused))
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
            upstreams.insert(eid, *upstream.settings);
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
        rehearsal: environment.rehearsal,
        nemid_closed_at: domain.nemid_closed_at.unwrap_or(NEMID_CLOSED_AT),
        upstreams,
        keys: published_keys(&environment.keys),
        data_key: environment.data_key,
        sub_key: environment.sub_key,
        restored_at: environment.restored_at,
        style: stored.style(host)?.and_then(|style| style.published).map(|published| published.digest),
        test_people: test_people(stored, domain.environment)?,
        written: Default::default(),
    }))
}

/// The tenant's own test people, where simulators may be.
fn test_people<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
) -> Result<Option<String>, StoreFault> {
    if environment != Environment::Test {
        return Ok(None);
    }
    let person = |record| if let Record::TestPerson(it) = record { Some(it) } else { None };
    let people: Vec<TestPerson> = stored.all(&Scope::TestPeople)?.into_iter().filter_map(person).collect();
    Ok((!people.is_empty()).then(|| json::write(&people)))
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
