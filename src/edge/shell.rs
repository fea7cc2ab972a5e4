//! What every request of either Worker has: its trace id, its moment, what it used, and the ports
//! that both Workers have.

use super::Bindings;
use super::call::{self, Called, OBJECT_TIMEOUT_MILLISECONDS};
use super::environment::Missing;
use super::platform::{Env, ObjectNamespace};
use super::{crypto, log};
use crate::json::Json;
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;
#[cfg(not(any(feature = "management", feature = "dashboard")))]
use crate::model::{DomainSnapshot, sighting::Who};
use crate::model::{PublicKey, UnixTime};
use crate::ports::{Crypto, CryptoError, Log, LogEvent, NewKey, Random, Unavailable};
use std::cell::{Cell, OnceCell, RefCell};
#[cfg(not(any(feature = "management", feature = "dashboard")))]
use std::pin::Pin;
use std::rc::Rc;

/// What one request used.
#[derive(Default)]
pub struct Counts {
    kv: Cell<u32>,
    objects: Cell<u32>,
    rows: Cell<u32>,
    /// Milliseconds spent in [`Shell::within`].
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    waited: Cell<u64>,
}

impl Counts {
    /// One more KV read.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
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

thread_local! {
    /// Read once an isolate: bindings do not change while it lives, and each look-up is a call out
    /// of wasm.
    static READ: RefCell<Option<Rc<Bindings>>> = const { RefCell::new(None) };
}

impl Bindings {
    /// The bindings of this isolate.
    ///
    /// # Errors
    /// What is missing or malformed.
    pub fn of(env: &Env) -> Result<Rc<Self>, Missing> {
        if let Some(known) = READ.with_borrow(Clone::clone) {
            return Ok(known);
        }
        let read = Rc::new(Self::read(env)?);
        READ.set(Some(read.clone()));
        Ok(read)
    }
}

/// The ports of one request.
pub struct Shell {
    /// Everything bound to this Worker.
    pub bindings: Rc<Bindings>,
    /// What the request used so far.
    pub counts: Counts,
    trace_id: String,
    adopted: OnceCell<String>,
    /// What was noted of the request, for a recording.
    pub noted: RefCell<Vec<(&'static str, String)>>,
    /// The environment whose recording this request belongs to; only logins are recorded.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    pub recorded_for: OnceCell<String>,
    /// Who gets which domain's key set by this request.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    pub seen: Cell<Option<(Rc<DomainSnapshot>, Who)>>,
    /// What is to be done when the answer is on its way.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    pub undone: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
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
            #[cfg(not(any(feature = "management", feature = "dashboard")))]
            recorded_for: OnceCell::new(),
            #[cfg(not(any(feature = "management", feature = "dashboard")))]
            seen: Cell::default(),
            #[cfg(not(any(feature = "management", feature = "dashboard")))]
            undone: RefCell::default(),
            now: now(),
        })
    }

    /// The moment of the request. The platform's clock stands still while a request computes.
    pub fn now(&self) -> UnixTime {
        self.now
    }

    /// Sends a command to the object of this name, and counts it. `what` names the kind of object for
    /// the log.
    pub async fn object(
        &self,
        what: &'static str,
        namespace: &ObjectNamespace,
        name: &str,
        command: &dyn Json,
    ) -> Result<Called, Unavailable> {
        self.counts.add_object();
        let called = call::object(what, namespace, name, command, OBJECT_TIMEOUT_MILLISECONDS).await?;
        self.counts.add_rows(called.rows_written);
        Ok(called)
    }
}

#[cfg(not(any(feature = "management", feature = "dashboard")))]
impl Shell {
    /// The shell of what goes on behind the answer: of the same request, with counts of its own.
    pub fn behind(&self) -> Self {
        Self {
            bindings: self.bindings.clone(),
            counts: Counts::default(),
            trace_id: self.trace_id().to_owned(),
            adopted: OnceCell::new(),
            noted: RefCell::default(),
            recorded_for: OnceCell::new(),
            seen: Cell::default(),
            undone: RefCell::default(),
            now: self.now,
        }
    }

    /// Does something when the answer is on its way: nobody waits for it.
    pub fn afterwards(&self, work: impl Future<Output = ()> + 'static) {
        self.undone.borrow_mut().push(Box::pin(work));
    }

    /// Waits for `future`, but not longer than that, and not longer than `altogether` with all that
    /// this request has waited for in this way, milliseconds.
    pub async fn within<F: Future>(
        &self,
        milliseconds: u64,
        altogether: u64,
        future: F,
    ) -> Option<F::Output> {
        let began = js_sys::Date::now();
        let left = altogether.saturating_sub(self.counts.waited.get());
        let output = call::within(milliseconds.min(left), future).await;
        let waited = (js_sys::Date::now() - began).max(0.0) as u64;
        self.counts.waited.set(self.counts.waited.get() + waited);
        output
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
    fn holds(&self, name: &str) -> bool {
        crypto::holds(name)
    }
    async fn import(&self, name: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError> {
        crypto::import(name, alg, pkcs8).await
    }
    async fn sign(&self, name: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        crypto::sign(name, input).await
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
        &self.bindings.master_keys.current
    }
    fn previous_master_key(&self) -> Option<&[u8; 32]> {
        self.bindings.master_keys.previous.as_ref()
    }
    fn remembered(&self, wrapped: &str) -> Option<[u8; 32]> {
        crypto::remembered(wrapped)
    }
    fn remember(&self, wrapped: &str, key: [u8; 32]) {
        crypto::remember(wrapped, key);
    }
    async fn turn(&self, name: &str) {
        crypto::turn(name).await;
    }
    fn pass(&self, name: &str) {
        crypto::pass(name);
    }
}

impl Random for Shell {
    fn fill(&self, bytes: &mut [u8]) {
        crypto::fill(bytes);
    }
}

impl Log for Shell {
    fn record(&self, event: LogEvent) {
        let mut noted = self.noted.borrow_mut();
        noted.extend(event.facts.iter().cloned());
        noted.push(("event", event.event.to_owned()));
        log::event(self.trace_id(), event);
    }
    fn trace_id(&self) -> &str {
        self.adopted.get().unwrap_or(&self.trace_id)
    }
    fn adopt(&self, trace_id: String) {
        let _ = self.adopted.set(trace_id);
    }
}
