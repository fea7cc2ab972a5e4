//! All ports in memory. Stores can be told to fail; what they are asked is counted.

use super::block_on;
use super::block_on::pause;
use super::crypto::{RingCrypto, holds_under};
use super::management::{CountedRows, Management};
use super::upstream::{Bend, FakeUpstreams};
use edge_eid::admin::command::{
    DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand, TenantAnswer, TenantCommand,
};
use edge_eid::admin::key_schedule;
use edge_eid::admin::login_tally::{self, Counted, LoginCommand};
use edge_eid::admin::publication::style_key;
use edge_eid::admin::tally_object::{self, TallyCommand};
use edge_eid::json;
use edge_eid::login::backchannel;
use edge_eid::login::consent;
use edge_eid::login::once::{self, Use};
use edge_eid::login::session::{self, Session};
use edge_eid::login::state::{Answer, Event, Login, advance};
use edge_eid::login::trace;
use edge_eid::model::key_ring::Algorithm;
use edge_eid::model::login_count::{LoginCount, object_name};
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::sighting::{Sight, Sighting, Who};
use edge_eid::model::{
    Application, ClientId, DomainSnapshot, Host, PublicKey, Serving, Style, TenantId, UnixTime,
};
use edge_eid::ports::{
    self, Catalog, Consents, Crypto, CryptoError, FetchRequest, FetchResponse, Installation, Log, LogEvent,
    LoginTallies, Logins, NewKey, Once, Ports, Random, Recordings, Sessions, Settings, Sheets, Sightings,
    Tenants, Traces, Unavailable, Upstreams, Witness,
};
use edge_eid::rows::MemoryRows;
use edge_eid::vault::sha256;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The trace id of every request of a test.
pub const TRACE_ID: &str = "0123456789abcdef0123456789abcdef";

/// How often something was asked, since the last [`Counts::take`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reads of domains and applications.
    pub catalog_reads: u32,
    /// Requests to `Login` objects.
    pub login_requests: u32,
    /// States that those objects wrote.
    pub login_writes: u32,
    /// Requests to `Session` objects.
    pub session_requests: u32,
    /// States that those objects wrote.
    pub session_writes: u32,
    /// Requests to `Consent` objects.
    pub consent_requests: u32,
    /// Requests to `Once` objects.
    pub once_requests: u32,
}

/// The outside of the broker, in memory.
pub struct MemoryPorts {
    pub domains: RefCell<BTreeMap<Host, Rc<DomainSnapshot>>>,
    pub applications: RefCell<BTreeMap<(Host, ClientId), Rc<Application>>>,
    /// States as JSON texts, as the real object keeps them.
    pub logins: RefCell<BTreeMap<String, String>>,
    /// Likewise.
    pub sessions: RefCell<BTreeMap<String, String>>,
    /// Rows of consents by the names of their objects.
    pub consents: RefCell<BTreeMap<String, MemoryRows>>,
    /// Ends of used ids, by object and key.
    pub used: RefCell<BTreeMap<(String, String), UnixTime>>,
    pub catalog_fails: Cell<bool>,
    /// Of the catalog, only the applications.
    pub applications_fail: Cell<bool>,
    pub logins_fail: Cell<bool>,
    pub sessions_fail: Cell<bool>,
    pub styles_fail: Cell<bool>,
    /// Style sheets that tenants have somewhere, by their addresses.
    pub sheets: RefCell<BTreeMap<String, String>>,
    pub counts: Cell<Counts>,
    /// The objects of the management side.
    pub management: Management,
    pub crypto: RingCrypto,
    pub master_key: [u8; 32],
    pub previous_master_key: Option<[u8; 32]>,
    pub upstreams: FakeUpstreams,
    pub log: RefCell<Vec<LogEvent>>,
    /// The logins that requests were found to belong to.
    pub adopted: RefCell<Vec<String>>,
    /// What was noted of the request that is being answered.
    pub noted: RefCell<Vec<(&'static str, String)>>,
    pub recorded_for: RefCell<Option<String>>,
    /// Recordings by the names of their objects.
    pub traces: RefCell<BTreeMap<String, serde_json::Value>>,
    /// Who was seen, by environment.
    pub tallies: RefCell<BTreeMap<String, MemoryRows>>,
    /// How each login will be counted, by the name of its object.
    pub login_counts: RefCell<BTreeMap<String, LoginCount>>,
    settings: Settings,
    installation: Installation,
    drawn: Cell<u64>,
    /// The dashboard's `Person` and `Team` objects, by name.
    pub people: RefCell<BTreeMap<String, edge_eid::rows::MemoryRows>>,
    /// See [`MemoryPorts::people`].
    pub teams: RefCell<BTreeMap<String, edge_eid::rows::MemoryRows>>,
    /// The dashboard's settings.
    pub desk: edge_eid::dashboard::ports::Desk,
    /// What somebody else tells a team between a change at the API and what follows it.
    pub meanwhile: RefCell<Option<(String, edge_eid::dashboard::team_object::TeamCommand)>>,
    /// The moment of calls from the dashboard to the API.
    pub clock: Cell<UnixTime>,
}

impl MemoryPorts {
    /// Empty stores. `simulators` keeps NemID open on TEST domains.
    pub fn new(simulators: bool) -> Self {
        Self {
            domains: RefCell::default(),
            applications: RefCell::default(),
            logins: RefCell::default(),
            sessions: RefCell::default(),
            consents: RefCell::default(),
            used: RefCell::default(),
            catalog_fails: Cell::new(false),
            applications_fail: Cell::new(false),
            logins_fail: Cell::new(false),
            sessions_fail: Cell::new(false),
            styles_fail: Cell::new(false),
            sheets: RefCell::default(),
            counts: Cell::default(),
            management: Management::default(),
            crypto: RingCrypto::default(),
            master_key: *b"a master key for the tests only!",
            previous_master_key: None,
            upstreams: FakeUpstreams::new(),
            log: RefCell::default(),
            adopted: RefCell::default(),
            noted: RefCell::default(),
            recorded_for: RefCell::default(),
            traces: RefCell::default(),
            tallies: RefCell::default(),
            login_counts: RefCell::default(),
            settings: Settings { broker_name: "Edge eID".to_owned(), simulators, serving: Serving::DEFAULT },
            installation: Installation {
                management_host: Host::parse("manage.example").unwrap(),
                admin_token_sha256: sha256(b"test-admin-token"),
                dashboard_key: Some([9; 32]),
                simulators,
                serving: Serving::DEFAULT,
            },
            drawn: Cell::new(0),
            people: RefCell::default(),
            teams: RefCell::default(),
            desk: super::dashboard::desk(simulators),
            meanwhile: RefCell::default(),
            clock: Cell::new(UnixTime(1_800_000_000)),
        }
    }

    /// The counts so far; they start again at zero.
    pub fn take_counts(&self) -> Counts {
        self.counts.take()
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        add(&mut counts);
        self.counts.set(counts);
    }

    fn read_catalog(&self) -> Result<(), Unavailable> {
        self.count(|counts| counts.catalog_reads += 1);
        if self.catalog_fails.get() { Err(failing("catalog")) } else { Ok(()) }
    }
}

fn failing(what: &'static str) -> Unavailable {
    Unavailable { what, cause: "failing on demand".to_owned() }
}

impl Catalog for MemoryPorts {
    async fn domain(&self, host: &Host) -> Result<Option<Rc<DomainSnapshot>>, Unavailable> {
        self.read_catalog()?;
        Ok(self.domains.borrow().get(host).cloned())
    }

    async fn application(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Unavailable> {
        self.read_catalog()?;
        if self.applications_fail.get() {
            return Err(failing("catalog"));
        }
        Ok(self.applications.borrow().get(&(host.clone(), client_id.clone())).cloned())
    }

    async fn style(&self, host: &Host, digest: &str) -> Result<Option<Rc<Style>>, Unavailable> {
        if self.styles_fail.get() {
            return Err(failing("catalog"));
        }
        let published = self.management.published::<Style>(&style_key(host, digest));
        Ok(published.and_then(|published| published.value).map(Rc::new))
    }

    async fn registers(&self, host: &Host, uri: &str) -> Result<bool, Unavailable> {
        match self.host(host, &HostCommand::Registers { uri: uri.to_owned() }).await? {
            HostAnswer::Registered { known } => Ok(known),
            _ => Err(failing("host object")),
        }
    }
}

impl Logins for MemoryPorts {
    /// What the object does, JSON on the wire and in the store included.
    async fn advance(&self, name: &str, event: &Event, now: UnixTime) -> Result<Answer, Unavailable> {
        self.count(|counts| counts.login_requests += 1);
        if self.logins_fail.get() {
            return Err(failing("login object"));
        }
        let event: Event = round_trip(event);
        if let Event::Identified { count: Some(count), .. } = &event {
            self.login_counts.borrow_mut().entry(name.to_owned()).or_insert_with(|| count.clone());
        }
        let stored = self.logins.borrow().get(name).map(|text| json::read::<Login>(text).unwrap());
        // The object has deleted itself by then.
        let alive = stored.filter(|login| !login.forgotten_at().is_over(now));
        let step = advance(alive, event, now);
        if let Some(next) = &step.next {
            self.count(|counts| counts.login_writes += 1);
            self.logins.borrow_mut().insert(name.to_owned(), json::write(next));
        }
        Ok(round_trip(&step.answer))
    }
}

impl MemoryPorts {
    /// The session of a name, unless it has deleted itself by then.
    pub fn stored_session(&self, name: &str, now: UnixTime) -> Option<Session> {
        let stored = self.sessions.borrow().get(name).map(|text| json::read::<Session>(text).unwrap());
        stored.filter(|session| !session.forgotten_at().is_over(now))
    }
}

impl MemoryPorts {
    /// The alarms of every `Session` object that ring at `now`: each tells its applications, one after
    /// the other, as the real object does.
    pub fn ring_alarms(&self, now: UnixTime) {
        let names: Vec<String> = self.sessions.borrow().keys().cloned().collect();
        for name in names {
            while let Some(session) = self.stored_session(&name, now) {
                let Some(client) = session.due(now).cloned() else { break };
                let taken = block_on(backchannel::tell(self, &session, &client, now));
                let event = session::Event::Told { client_id: client.client_id, taken };
                block_on(self.session(&name, &event, now)).unwrap();
            }
        }
    }
}

impl Sessions for MemoryPorts {
    /// What the object does, JSON on the wire and in the store included.
    async fn session(
        &self,
        name: &str,
        event: &session::Event,
        now: UnixTime,
    ) -> Result<session::Answer, Unavailable> {
        self.count(|counts| counts.session_requests += 1);
        if self.sessions_fail.get() {
            return Err(failing("session object"));
        }
        let step = session::advance(self.stored_session(name, now), round_trip(event), now);
        if let Some(next) = &step.next {
            self.count(|counts| counts.session_writes += 1);
            self.sessions.borrow_mut().insert(name.to_owned(), json::write(next));
        }
        Ok(round_trip(&step.answer))
    }
}

impl Traces for MemoryPorts {
    fn note(&self, name: &'static str, value: &str) {
        self.noted.borrow_mut().push((name, value.to_owned()));
    }
    fn record_trace(&self, label: String) {
        *self.recorded_for.borrow_mut() = Some(label);
    }
}

impl Witness for MemoryPorts {
    fn saw(&self, domain: &Rc<DomainSnapshot>, who: Who) {
        let announced = domain.keys.iter().filter(|key| key.state.is_announced());
        let kids = announced.map(|key| key.kid.clone()).collect();
        let saw = TallyCommand::Saw(Sight { who, kids });
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(domain.label()).or_default();
        tally_object::apply(rows, saw, self.upstreams.now.get()).unwrap();
    }

    fn rehearsed(&self, domain: &DomainSnapshot, client_id: &ClientId) {
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(object_name(&domain.label(), 0)).or_default();
        let command =
            LoginCommand::Rehearsed { host: domain.host.clone(), client_id: client_id.clone(), times: 1 };
        login_tally::apply(rows, command, self.upstreams.now.get()).unwrap();
    }
}

impl Sightings for MemoryPorts {
    async fn sightings(&self, label: &str) -> Result<Vec<Sighting>, Unavailable> {
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(label.to_owned()).or_default();
        let rows = &mut CountedRows::of(rows, &self.management.asked);
        Ok(tally_object::apply(rows, TallyCommand::List, self.upstreams.now.get()).unwrap())
    }
}

impl LoginTallies for MemoryPorts {
    async fn counted(&self, object: &str, of: &[(Host, ClientId)]) -> Result<Counted, Unavailable> {
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(object.to_owned()).or_default();
        let rows = &mut CountedRows::of(rows, &self.management.asked);
        Ok(login_tally::apply(rows, LoginCommand::Look { of: of.to_vec() }, self.upstreams.now.get())
            .unwrap())
    }
}

impl MemoryPorts {
    /// Every login is over: those that are done are counted, as their objects do it.
    pub fn end_logins(&self) {
        for (name, count) in self.login_counts.take() {
            let login = self.logins.borrow().get(&name).map(|text| json::read::<Login>(text).unwrap());
            if login.is_some_and(|login| login.is_done()) {
                self.count_login(count);
            }
        }
    }

    /// Somebody is seen with these keys.
    pub fn sighted(&self, label: &str, who: Who, kids: Vec<String>) {
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(label.to_owned()).or_default();
        let saw = TallyCommand::Saw(Sight { who, kids });
        tally_object::apply(rows, saw, self.upstreams.now.get()).unwrap();
    }

    /// Counts a login, as its object does when it is over.
    pub fn count_login(&self, count: LoginCount) {
        let mut tallies = self.tallies.borrow_mut();
        let rows = tallies.entry(count.object.clone()).or_default();
        login_tally::apply(rows, LoginCommand::Count(count), self.upstreams.now.get()).unwrap();
    }
}

impl Sheets for MemoryPorts {
    async fn fetch_sheet(&self, url: &str, max_bytes: usize) -> Result<String, &'static str> {
        let sheets = self.sheets.borrow();
        let text = sheets.get(url).ok_or("it can't be reached")?;
        if text.len() > max_bytes { Err("it is longer than 64 kB") } else { Ok(text.clone()) }
    }
}

impl Recordings for MemoryPorts {
    async fn recorded(&self, name: &str) -> Result<serde_json::Value, Unavailable> {
        Ok(self.traces.borrow().get(name).cloned().unwrap_or_else(|| serde_json::json!([])))
    }
}

impl MemoryPorts {
    /// What the shell does after each answer: a request that was found to belong to no login is a
    /// recording of its own.
    pub fn keep_recording(&self, route: &str, status: u16, now: UnixTime) {
        let (noted, label) = (self.noted.take(), self.recorded_for.take());
        let adopted = self.adopted.take().into_iter().next();
        let Some(label) = label else { return };
        let mut traces = self.traces.borrow_mut();
        let trace_id = adopted.unwrap_or_else(|| format!("{:032x}", traces.len()));
        let name = trace::name(&label, &trace_id);
        let step = trace::step(now, route, status, &noted);
        let recorded = traces.get(&name).cloned();
        if let Some(all) = trace::with(recorded, step) {
            traces.insert(name, all);
        }
    }
}

impl Consents for MemoryPorts {
    /// What the object does, JSON on the wire included.
    async fn consent(
        &self,
        name: &str,
        event: &consent::Event,
        now: UnixTime,
    ) -> Result<consent::Answer, Unavailable> {
        self.count(|counts| counts.consent_requests += 1);
        if self.management.objects_fail.get() {
            return Err(failing("consent object"));
        }
        let mut consents = self.consents.borrow_mut();
        let mut rows = consents.get(name).cloned().unwrap_or_default();
        let answer = consent::apply(&mut rows, &round_trip(event), now).unwrap();
        // An object that was only asked has no rows, and is not there.
        if rows != MemoryRows::default() {
            consents.insert(name.to_owned(), rows);
        }
        Ok(round_trip(&answer))
    }
}

impl Once for MemoryPorts {
    async fn is_first(&self, name: &str, used: &Use, now: UnixTime) -> Result<bool, Unavailable> {
        self.count(|counts| counts.once_requests += 1);
        if self.logins_fail.get() {
            return Err(failing("once object"));
        }
        let used: Use = round_trip(used);
        let place = (name.to_owned(), used.key.clone());
        let mut all = self.used.borrow_mut();
        let first = once::is_first(&used, all.get(&place).copied(), now);
        if first {
            all.insert(place, used.ends);
        }
        Ok(first)
    }
}

fn round_trip<T: json::Json>(value: &T) -> T {
    json::read(&json::write(value)).unwrap()
}

impl Tenants for MemoryPorts {
    async fn tenant(&self, tenant: &TenantId, command: &TenantCommand) -> Result<TenantAnswer, Unavailable> {
        self.management.use_master_key(self.master_key);
        if let TenantCommand::Change(change) = command
            && key_schedule::comes_after_steps(command)
        {
            self.management.do_steps(self, tenant, change.at);
        }
        self.management.tenant(tenant, command).map_err(|_| failing("tenant object"))
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Unavailable> {
        self.management.host(host, command).map_err(|_| failing("host object"))
    }

    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Unavailable> {
        self.management.directory(command).map_err(|_| failing("directory object"))
    }
}

impl Crypto for MemoryPorts {
    async fn seal(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        Ok(self.crypto.seal(key, iv, aad, plain))
    }

    async fn open(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        cipher: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        pause().await;
        self.crypto.open(key, iv, aad, cipher)
    }

    async fn generate(&self, alg: Algorithm) -> Result<NewKey, CryptoError> {
        self.crypto.generate(alg)
    }

    fn holds(&self, kid: &str) -> bool {
        self.crypto.holds(kid)
    }

    async fn import(&self, kid: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError> {
        pause().await;
        self.crypto.import(kid, alg, pkcs8)
    }

    async fn sign(&self, kid: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.crypto.sign(kid, input)
    }

    async fn verify(
        &self,
        alg: SignatureAlgorithm,
        public: &PublicKey,
        input: &[u8],
        signature: &[u8],
    ) -> bool {
        holds_under(alg, public, input, signature)
    }

    fn master_key(&self) -> &[u8; 32] {
        &self.master_key
    }

    fn previous_master_key(&self) -> Option<&[u8; 32]> {
        self.previous_master_key.as_ref()
    }

    fn remembered(&self, wrapped: &str) -> Option<[u8; 32]> {
        self.crypto.remembered(wrapped)
    }

    fn remember(&self, wrapped: &str, key: [u8; 32]) {
        self.crypto.remember(wrapped, key);
    }

    async fn turn(&self, name: &str) {
        // No time passes in a test.
        while !self.crypto.turns.borrow_mut().take(name, 0) {
            pause().await;
        }
    }

    fn pass(&self, name: &str) {
        self.crypto.turns.borrow_mut().pass(name);
    }
}

impl Upstreams for MemoryPorts {
    async fn send(&self, request: FetchRequest) -> Result<FetchResponse, Unavailable> {
        if self.upstreams.bend.get() == Bend::MatchMeanwhileDone && request.url.ends_with("/cpr-match") {
            let done = format!("{{\"closed\":{{\"ends\":{}}}}}", u64::MAX / 2);
            self.logins.borrow_mut().values_mut().for_each(|login| login.clone_from(&done));
        }
        self.upstreams.send(&request)
    }

    async fn document(&self, url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
        self.upstreams.document(url, max_age_seconds, now)
    }
}

impl Random for MemoryPorts {
    /// The SHA-256 of a counter: the same in every run, and never the same twice.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.drawn.set(self.drawn.get() + 1);
            let block = sha256(format!("test randomness {}", self.drawn.get()).as_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

impl Log for MemoryPorts {
    fn record(&self, event: LogEvent) {
        for (name, value) in &event.facts {
            self.note(name, value);
        }
        self.note("event", event.event);
        self.log.borrow_mut().push(event);
    }

    fn adopt(&self, trace_id: String) {
        self.adopted.borrow_mut().push(trace_id);
    }
    fn trace_id(&self) -> &str {
        TRACE_ID
    }
}

impl Ports for MemoryPorts {
    fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl ports::Management for MemoryPorts {
    fn installation(&self) -> &Installation {
        &self.installation
    }
}
