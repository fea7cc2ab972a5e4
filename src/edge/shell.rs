//! All ports of one request, on the platform.

use super::bindings::{Bindings, Missing};
use super::call::{self, OBJECT_TIMEOUT_MILLISECONDS};
use super::{catalog, crypto, log, outbound};
use crate::admin::command::{
    DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand, PublishedName, TenantAnswer, TenantCommand,
};
use crate::login::once::Use;
use crate::login::session;
use crate::login::state::{Answer, Event};
use crate::login::trace;
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;
use crate::model::{Application, ClientId, DomainSnapshot, Host, PublicKey, TenantId, UnixTime};
use crate::ports::{
    Catalog, Crypto, CryptoError, FetchRequest, FetchResponse, Log, LogEvent, Logins, NewKey, Once, Ports,
    Random, Sessions, Settings, Tenants, Traces, Unavailable, Upstreams,
};
use crate::web::Response;
use serde_json::Value;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use worker::Env;

/// What one request used.
#[derive(Default)]
pub struct Counts {
    kv: Cell<u32>,
    objects: Cell<u32>,
    rows: Cell<u32>,
}

impl Counts {
    /// One more KV read.
    pub fn add_kv(&self) {
        self.kv.set(self.kv.get() + 1);
    }
    /// One more request to a Durable Object.
    pub fn add_object(&self) {
        self.objects.set(self.objects.get() + 1);
    }
    /// Rows that an object wrote.
    pub fn add_rows(&self, rows: u32) {
        self.rows.set(self.rows.get() + rows);
    }
    /// KV reads.
    pub fn kv(&self) -> u32 {
        self.kv.get()
    }
    /// Object requests.
    pub fn objects(&self) -> u32 {
        self.objects.get()
    }
    /// The header `Server-Timing` of builds with the simulators.
    pub fn server_timing(&self) -> String {
        format!(
            "kv;desc=\"{}\", do;desc=\"{}\", rows;desc=\"{}\"",
            self.kv.get(),
            self.objects.get(),
            self.rows.get()
        )
    }
}

/// The ports of one request.
pub struct Shell {
    bindings: Rc<Bindings>,
    /// What the request used so far.
    pub counts: Counts,
    trace_id: String,
    adopted: OnceCell<String>,
    noted: RefCell<Vec<(&'static str, String)>>,
    recorded_for: OnceCell<String>,
    now: UnixTime,
}

impl Shell {
    /// Reads the bindings and draws the request's trace id.
    pub fn new(env: &Env) -> Result<Self, Missing> {
        let bindings = Bindings::of(env)?;
        let trace_id = hex(&crypto::trace_bytes());
        Ok(Self {
            bindings,
            counts: Counts::default(),
            trace_id,
            adopted: OnceCell::new(),
            noted: RefCell::default(),
            recorded_for: OnceCell::new(),
            now: now(),
        })
    }

    /// Keeps what was noted of this request, if its application is recorded. A recording that fails
    /// must not make a login fail.
    pub async fn keep_recording(&self, answer: &Response) {
        let Some(label) = self.recorded_for.get() else { return };
        self.counts.add_object();
        let name = trace::name(label, self.trace_id());
        let step = trace::step(self.now, answer.route, answer.status, &self.noted.borrow());
        let namespace = &self.bindings.trace;
        let kept = call::object("trace object", namespace, &name, &step, OBJECT_TIMEOUT_MILLISECONDS).await;
        if let Err(unavailable) = kept {
            crate::error::Fault::from(unavailable).log(self);
        }
    }

    /// The moment of the request. The platform's clock stands still while a request computes.
    pub fn now(&self) -> UnixTime {
        self.now
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// The platform's clock.
pub fn now() -> UnixTime {
    UnixTime((js_sys::Date::now() / 1_000.0) as u64)
}

impl Catalog for Shell {
    async fn domain(&self, host: &Host) -> Result<Option<Rc<DomainSnapshot>>, Unavailable> {
        let name = PublishedName::Domain;
        catalog::read(&catalog::DOMAINS, &self.bindings, &self.counts, host, name, self.now).await
    }

    async fn application(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Unavailable> {
        let name = PublishedName::Application { client_id: client_id.clone() };
        catalog::read(&catalog::APPLICATIONS, &self.bindings, &self.counts, host, name, self.now).await
    }

    async fn registers(&self, host: &Host, uri: &str) -> Result<bool, Unavailable> {
        match self.host(host, &HostCommand::Registers { uri: uri.to_owned() }).await? {
            HostAnswer::Registered { known } => Ok(known),
            _ => Err(Unavailable { what: "host object", cause: "an answer that does not fit".to_owned() }),
        }
    }
}

impl Logins for Shell {
    async fn advance(&self, name: &str, event: &Event, now: UnixTime) -> Result<Answer, Unavailable> {
        self.counts.add_object();
        // An upstream may have taken its time since the request began: lifetimes count from here.
        let now = now.max(self::now());
        let namespace = &self.bindings.login;
        let called =
            call::object("login object", namespace, name, &(event.clone(), now), OBJECT_TIMEOUT_MILLISECONDS)
                .await?;
        self.counts.add_rows(called.rows_written);
        called.answer()
    }
}

impl Sessions for Shell {
    async fn session(
        &self,
        name: &str,
        event: &session::Event,
        now: UnixTime,
    ) -> Result<session::Answer, Unavailable> {
        self.counts.add_object();
        let now = now.max(self::now());
        let namespace = &self.bindings.session;
        let sent = (event.clone(), now);
        let called =
            call::object("session object", namespace, name, &sent, OBJECT_TIMEOUT_MILLISECONDS).await?;
        self.counts.add_rows(called.rows_written);
        called.answer()
    }
}

impl Once for Shell {
    async fn is_first(&self, name: &str, used: &Use, now: UnixTime) -> Result<bool, Unavailable> {
        self.counts.add_object();
        // What was fetched on the way took its time.
        let now = now.max(self::now());
        let namespace = &self.bindings.once;
        let called =
            call::object("once object", namespace, name, &(used.clone(), now), OBJECT_TIMEOUT_MILLISECONDS)
                .await?;
        self.counts.add_rows(called.rows_written);
        called.answer()
    }
}

impl Tenants for Shell {
    async fn tenant(&self, tenant: &TenantId, command: &TenantCommand) -> Result<TenantAnswer, Unavailable> {
        self.counts.add_object();
        let namespace = &self.bindings.tenant;
        call::object("tenant object", namespace, tenant.as_str(), command, OBJECT_TIMEOUT_MILLISECONDS)
            .await
            .and_then(|called| called.answer())
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Unavailable> {
        self.counts.add_object();
        let namespace = &self.bindings.host;
        call::object("host object", namespace, host.as_str(), command, OBJECT_TIMEOUT_MILLISECONDS)
            .await
            .and_then(|called| called.answer())
    }

    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Unavailable> {
        self.counts.add_object();
        let namespace = &self.bindings.directory;
        call::object("directory object", namespace, "directory", command, OBJECT_TIMEOUT_MILLISECONDS)
            .await
            .and_then(|called| called.answer())
    }
}

impl Crypto for Shell {
    async fn seal(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        crypto::seal(key, iv, aad, plain).await
    }
    async fn open(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        cipher: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        crypto::open(key, iv, aad, cipher).await
    }
    async fn generate(&self, alg: Algorithm) -> Result<NewKey, CryptoError> {
        crypto::generate(alg).await
    }
    fn holds(&self, kid: &str) -> bool {
        crypto::holds(kid)
    }
    async fn import(&self, kid: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError> {
        crypto::import(kid, alg, pkcs8).await
    }
    async fn sign(&self, kid: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        crypto::sign(kid, input).await
    }
    async fn verify(
        &self,
        alg: SignatureAlgorithm,
        public: &PublicKey,
        input: &[u8],
        signature: &[u8],
    ) -> bool {
        crypto::verify(alg, public, input, signature).await.unwrap_or(false)
    }
    fn master_key(&self) -> &[u8; 32] {
        &self.bindings.master_key
    }
    fn remembered(&self, wrapped: &str) -> Option<[u8; 32]> {
        crypto::remembered(wrapped)
    }
    fn remember(&self, wrapped: &str, key: [u8; 32]) {
        crypto::remember(wrapped, key);
    }
}

impl Upstreams for Shell {
    async fn send(&self, request: FetchRequest) -> Result<FetchResponse, Unavailable> {
        outbound::send(request).await
    }
    async fn document(&self, url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
        outbound::document(url, max_age_seconds, now).await
    }
}

impl Random for Shell {
    fn fill(&self, bytes: &mut [u8]) {
        crypto::fill(bytes);
    }
}

impl Log for Shell {
    fn record(&self, event: LogEvent) {
        for (name, value) in &event.facts {
            self.note(name, value);
        }
        self.note("event", event.event);
        log::event(self.trace_id(), event);
    }
    fn trace_id(&self) -> &str {
        self.adopted.get().unwrap_or(&self.trace_id)
    }
    fn adopt(&self, trace_id: String) {
        let _ = self.adopted.set(trace_id);
    }
}

impl Traces for Shell {
    fn note(&self, name: &'static str, value: &str) {
        self.noted.borrow_mut().push((name, value.to_owned()));
    }
    fn record_trace(&self, label: String) {
        let _ = self.recorded_for.set(label);
    }
    async fn recorded(&self, name: &str) -> Result<Value, Unavailable> {
        self.counts.add_object();
        let namespace = &self.bindings.trace;
        call::object("trace object", namespace, name, &Value::Null, OBJECT_TIMEOUT_MILLISECONDS)
            .await
            .and_then(|called| called.answer())
    }
}

impl Ports for Shell {
    fn settings(&self) -> &Settings {
        &self.bindings.settings
    }
}
