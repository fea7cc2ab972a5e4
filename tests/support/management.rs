//! The objects of the management side and KV, in memory: the same pure logic as in the real objects,
//! with JSON on the wire. KV and hosts can fail on demand; time passes by [`Management::alarm`].

use super::block_on;
use edge_eid::admin::command::{
    DirectoryAnswer, DirectoryCommand, Due, HostAnswer, HostCommand, TenantAnswer, TenantCommand,
};
use edge_eid::admin::configuration::Configuration;
use edge_eid::admin::key_material::fresh_keys;
use edge_eid::admin::publication::{Publishable, Published, check_genuine, parse_published};
use edge_eid::admin::publishing::{self, Outlet, Undelivered, publish_due};
use edge_eid::admin::{directory_object, host_object, key_schedule, tenant_object};
use edge_eid::json::{self, Json};
use edge_eid::model::{Host, Serving, TenantId, UnixTime};
use edge_eid::ports::{Crypto, Random};
use edge_eid::rows::{MemoryRows, Row, Rows, StoreFault, Write};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What objects are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Requests to an object.
    pub requests: usize,
    /// Rows that their stores have read.
    pub rows: usize,
}

/// A store that counts what is read of it.
pub struct CountedRows<'a> {
    rows: &'a mut MemoryRows,
    asked: &'a Cell<Asked>,
}

impl<'a> CountedRows<'a> {
    /// Of an object that is asked something.
    pub fn of(rows: &'a mut MemoryRows, asked: &'a Cell<Asked>) -> Self {
        asked.set(Asked { requests: asked.get().requests + 1, ..asked.get() });
        Self { rows, asked }
    }

    fn read(&self, rows: usize) {
        self.asked.set(Asked { rows: self.asked.get().rows + rows, ..self.asked.get() });
    }
}

impl Rows for CountedRows<'_> {
    fn get(&self, kind: &str, id: &str) -> Result<Option<Row>, StoreFault> {
        self.read(1);
        self.rows.get(kind, id)
    }

    fn between(&self, kind: &str, above: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let found = self.rows.between(kind, above, below, limit)?;
        self.read(found.len());
        Ok(found)
    }

    fn last_below(&self, kind: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let found = self.rows.last_below(kind, below, limit)?;
        self.read(found.len());
        Ok(found)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFault> {
        self.rows.commit(writes)
    }
}

/// Everything the management side stores.
#[derive(Default)]
pub struct Management {
    pub tenants: RefCell<BTreeMap<TenantId, MemoryRows>>,
    pub hosts: RefCell<BTreeMap<Host, MemoryRows>>,
    pub directory: RefCell<MemoryRows>,
    /// KV as it is.
    pub kv: RefCell<BTreeMap<String, String>>,
    /// Every write to KV, in order.
    pub kv_writes: RefCell<Vec<(String, String)>>,
    /// No object answers the Worker.
    pub objects_fail: Cell<bool>,
    /// KV refuses writes.
    pub kv_fails: Cell<bool>,
    /// Keys that KV refuses to write.
    pub refuses: RefCell<Vec<String>>,
    /// The object of a tenant dies with its next write to KV: nothing is answered, and the write may still
    /// arrive.
    pub dies: Cell<bool>,
    /// Writes that were under way when an object died, or were given up.
    pub under_way: RefCell<Vec<(String, String)>>,
    /// The master keys that have vouched for what is published; the last one does.
    master_keys: RefCell<Vec<[u8; 32]>>,
    /// `Host` objects don't answer the tenant's object.
    pub hosts_fail: Cell<bool>,
    /// What all objects were asked.
    pub asked: Cell<Asked>,
}

/// Why an object did not answer.
pub struct Silent;

impl Management {
    /// What the object of a tenant does with a command: stores, publishes, answers.
    pub fn tenant(&self, tenant: &TenantId, command: &TenantCommand) -> Result<TenantAnswer, Silent> {
        self.check_answering()?;
        let command: TenantCommand = round_trip(command);
        let mut rows = self.rows_of(tenant);
        let counted = &mut CountedRows::of(&mut rows, &self.asked);
        let mut answer = tenant_object::apply(counted, &command, &Serving::DEFAULT).map_err(|_| Silent)?;
        let at = match &command {
            TenantCommand::Change(change) => Some(change.at),
            TenantCommand::Import(part) => Some(part.at),
            _ => None,
        };
        let died = matches!(answer, TenantAnswer::Done(_)) && self.dies.take();
        if let (true, Some(at)) = (died, at) {
            self.die(&mut rows, at);
        } else if let (TenantAnswer::Done(done), Some(at)) = (&mut answer, at) {
            self.publish(&mut rows, at);
            done.published = Configuration(&rows).due().unwrap().iter().all(Due::is_published);
        }
        // An object that was only asked has no rows, and is not there.
        if rows != MemoryRows::default() {
            self.tenants.borrow_mut().insert(tenant.clone(), rows);
        }
        if died { Err(Silent) } else { Ok(round_trip(&answer)) }
    }

    /// The object dies in the middle of its next write to KV, and lives again: the change is stored, and
    /// what it did after that is lost with its memory.
    fn die(&self, rows: &mut MemoryRows, at: UnixTime) {
        self.kv_fails.set(true);
        self.publish(&mut rows.clone(), at);
        self.kv_fails.set(false);
        publishing::awake(rows, at, &Serving::DEFAULT).unwrap();
    }

    /// From now on this master key vouches for what is published.
    pub fn use_master_key(&self, key: [u8; 32]) {
        let mut keys = self.master_keys.borrow_mut();
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }

    /// What was given up arrives at last.
    pub fn late_writes_arrive(&self) {
        self.kv.borrow_mut().extend(self.under_way.take());
    }

    /// What the object of a host does.
    pub fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Silent> {
        self.check_answering()?;
        let mut rows = self.hosts.borrow().get(host).cloned().unwrap_or_default();
        let counted = &mut CountedRows::of(&mut rows, &self.asked);
        let answer = host_object::apply(counted, &round_trip(command)).map_err(|_| Silent)?;
        if rows != MemoryRows::default() {
            self.hosts.borrow_mut().insert(host.clone(), rows);
        }
        Ok(round_trip(&answer))
    }

    /// What the directory does.
    pub fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Silent> {
        self.check_answering()?;
        let mut rows = self.directory.borrow_mut();
        let counted = &mut CountedRows::of(&mut rows, &self.asked);
        let answer = directory_object::apply(counted, &round_trip(command));
        answer.map(|answer| round_trip(&answer)).map_err(|_| Silent)
    }

    /// The alarm of a tenant's object at `now`; says when it wants the next one.
    pub fn alarm(&self, tenant: &str, now: UnixTime) -> Option<UnixTime> {
        let tenant = TenantId::parse(tenant).unwrap();
        let mut rows = self.rows_of(&tenant);
        let next_at = self.publish(&mut rows, now);
        self.tenants.borrow_mut().insert(tenant, rows);
        next_at
    }

    /// Does the steps of a tenant's keys whose time has come, as its object does by its alarm and before
    /// most commands; says when the next one comes.
    pub fn do_steps(
        &self,
        ports: &(impl Crypto + Random),
        tenant: &TenantId,
        now: UnixTime,
    ) -> Option<UnixTime> {
        let times = Serving::DEFAULT;
        for overdue in key_schedule::overdue(&Configuration(&self.rows_of(tenant)), now, &times).unwrap() {
            let made = fresh_keys(ports, tenant, &overdue.record, &overdue.rotations, now);
            let keys = block_on(made).unwrap_or_default();
            let change = key_schedule::due_change(overdue.record.environment, keys, now);
            let _ = self.tenant(tenant, &TenantCommand::Change(change));
        }
        key_schedule::next_step(&Configuration(&self.rows_of(tenant)), &times).unwrap()
    }

    /// A published value as the login path reads it.
    pub fn published<T: Publishable>(&self, key: &str) -> Option<Published<T>> {
        self.kv.borrow().get(key).map(|text| {
            check_genuine(text, self.master_keys.borrow().iter()).unwrap();
            parse_published(key, text).unwrap()
        })
    }

    /// The text that a host's object keeps of an application.
    pub fn host_text(&self, host: &str, client_id: &str) -> String {
        let rows = &self.hosts.borrow()[&Host::parse(host).unwrap()];
        rows.get("published", &format!("application {client_id}")).unwrap().unwrap().value
    }

    fn rows_of(&self, tenant: &TenantId) -> MemoryRows {
        self.tenants.borrow().get(tenant).cloned().unwrap_or_default()
    }

    fn publish(&self, rows: &mut MemoryRows, now: UnixTime) -> Option<UnixTime> {
        loop {
            let progress = block_on(publish_due(rows, &self, now, &Serving::DEFAULT)).unwrap();
            if progress.failure.is_some() || progress.next_at.is_none_or(|next_at| next_at > now) {
                key_schedule::note_published(rows, now).unwrap();
                return progress.next_at;
            }
        }
    }

    fn check_answering(&self) -> Result<(), Silent> {
        if self.objects_fail.get() { Err(Silent) } else { Ok(()) }
    }
}

impl Outlet for &Management {
    async fn put(&self, key: &str, text: &str) -> Result<(), Undelivered> {
        if self.kv_fails.get() || self.refuses.borrow().iter().any(|refused| refused == key) {
            self.under_way.borrow_mut().push((key.to_owned(), text.to_owned()));
            return Err(Undelivered("KV fails on demand".to_owned()));
        }
        self.kv.borrow_mut().insert(key.to_owned(), text.to_owned());
        self.kv_writes.borrow_mut().push((key.to_owned(), text.to_owned()));
        Ok(())
    }

    fn master_key(&self) -> Result<[u8; 32], Undelivered> {
        Ok(self.master_keys.borrow().last().copied().unwrap_or_default())
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Undelivered> {
        if self.hosts_fail.get() {
            return Err(Undelivered("hosts fail on demand".to_owned()));
        }
        Management::host(self, host, command).map_err(|_| Undelivered("silent".to_owned()))
    }

    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Undelivered> {
        Management::directory(self, command).map_err(|_| Undelivered("silent".to_owned()))
    }
}

fn round_trip<T: Json>(value: &T) -> T {
    json::read(&json::write(value)).unwrap()
}
