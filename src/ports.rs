//! Every outside thing, as small traits: what the core needs and what it may rely on.
//!
//! They are split by consistency, not by product. `Catalog` may be a minute stale and decides
//! nothing that must happen once. `Tenants`, `Logins`, `Sessions` and `Once` are objects whose
//! every event is checked and stored in one step. Time is no port: `now` is a value.

// The core runs on one thread, in a Worker and in tests; no future here needs `Send`.
#![allow(async_fn_in_trait)]

use crate::admin::command::{
    DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand, TenantAnswer, TenantCommand,
};
use crate::admin::login_tally::Counted;
use crate::login::consent;
use crate::login::once::Use;
use crate::login::session;
use crate::login::state::{Answer, Event};
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;
use crate::model::sighting::{Sighting, Who};
use crate::model::{
    Application, ClientId, DomainSnapshot, Host, PublicKey, Serving, Style, TenantId, UnixTime,
};
use std::rc::Rc;

/// An outside thing did not answer. The cause is for the log, never for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// Which thing.
    pub what: &'static str,
    /// What it said, without personal data.
    pub cause: String,
}

/// Published configuration, eventually consistent: at most [`Serving::everywhere`] seconds old.
pub trait Catalog {
    /// The snapshot published for a host; `None` for a host nobody has.
    async fn domain(&self, host: &Host) -> Result<Option<Rc<DomainSnapshot>>, Unavailable>;
    /// An application of a host; `None` for an unknown client.
    async fn application(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Unavailable>;
    /// A style of a host, by its digest; `None` for one that nobody has.
    async fn style(&self, host: &Host, digest: &str) -> Result<Option<Rc<Style>>, Unavailable>;
    /// Whether some enabled application of a host has this URI registered, so that a logout may lead
    /// there. No snapshot says it; the host's object is asked.
    async fn registers(&self, host: &Host, uri: &str) -> Result<bool, Unavailable>;
}

/// One object per login attempt, named by tenant, environment and attempt id. Applies
/// [`crate::login::state::advance`] atomically: of two events at once, one sees the other's result.
pub trait Logins {
    /// Sends an event to the object of this name and returns its answer.
    async fn advance(&self, name: &str, event: &Event, now: UnixTime) -> Result<Answer, Unavailable>;
}

/// One object per session, named by tenant, environment and session id. Applies
/// [`crate::login::session::advance`] atomically, and tells applications of a logout by itself.
pub trait Sessions {
    /// Sends an event to the object of this name and returns its answer.
    async fn session(
        &self,
        name: &str,
        event: &session::Event,
        now: UnixTime,
    ) -> Result<session::Answer, Unavailable>;
}

/// Sixteen objects per tenant and environment, named by [`consent::object_name`]: remembered CPR numbers
/// and the ledger of them. Applies [`consent::apply`] in one step.
pub trait Consents {
    /// Sends an event to the object of this name and returns its answer.
    async fn consent(
        &self,
        name: &str,
        event: &consent::Event,
        now: UnixTime,
    ) -> Result<consent::Answer, Unavailable>;
}

/// One object per application, named by [`crate::login::once::name`]: remembers what counts once.
pub trait Once {
    /// Remembers a use and says whether it is the first, in one step.
    async fn is_first(&self, name: &str, used: &Use, now: UnixTime) -> Result<bool, Unavailable>;
}

/// The objects of configuration: its truth, and who owns a host. Each command is checked and stored
/// in one step; an answer that says "done" is never lost.
pub trait Tenants {
    /// The object that holds one tenant's configuration.
    async fn tenant(&self, tenant: &TenantId, command: &TenantCommand) -> Result<TenantAnswer, Unavailable>;
    /// The object that says whose a host is.
    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Unavailable>;
    /// The installation's list of tenants.
    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Unavailable>;
}

/// A cryptographic operation failed: a wrong key, altered ciphertext, or malformed key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CryptoError;

/// A freshly made signing key.
pub struct NewKey {
    /// Public half.
    pub public: PublicKey,
    /// PKCS #8 of the private half, to be sealed at once.
    pub pkcs8: Vec<u8>,
}

/// The platform's cryptography (WebCrypto). AES is AES-256-GCM with a 12-byte IV and 16-byte tag.
pub trait Crypto {
    /// Encrypts; `iv` must never repeat under one key.
    async fn seal(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError>;
    /// Decrypts and checks key, `aad` and tag.
    async fn open(
        &self,
        key: &[u8; 32],
        iv: &[u8; 12],
        aad: &[u8],
        cipher: &[u8],
    ) -> Result<Vec<u8>, CryptoError>;
    /// Makes a key pair that can be exported once, here.
    async fn generate(&self, alg: Algorithm) -> Result<NewKey, CryptoError>;
    /// Whether this isolate holds the imported signing key of this name.
    fn holds(&self, name: &str) -> bool;
    /// Imports a private key, non-extractable, under a name: its environment's label and its `kid`, since
    /// a backup may bring the `kid` of somebody else's key.
    async fn import(&self, name: &str, alg: Algorithm, pkcs8: &[u8]) -> Result<(), CryptoError>;
    /// Signs with an imported key, in the form of JWS (RFC 7518 §3.4: r and s for ES256).
    async fn sign(&self, name: &str, input: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// Whether `signature` over `input` verifies under `public`; not if the algorithm is for another
    /// kind of key.
    async fn verify(
        &self,
        alg: SignatureAlgorithm,
        public: &PublicKey,
        input: &[u8],
        signature: &[u8],
    ) -> bool;
    /// The installation's master key, `KEY_ENCRYPTION_KEY`.
    fn master_key(&self) -> &[u8; 32];
    /// The one before, while it is being rotated: `KEY_ENCRYPTION_KEY_PREVIOUS`.
    fn previous_master_key(&self) -> Option<&[u8; 32]>;
    /// An unwrapped key this isolate remembers by the name it was given, and the way to remember one.
    fn remembered(&self, name: &str) -> Option<[u8; 32]>;
    /// See [`Crypto::remembered`].
    fn remember(&self, name: &str, key: [u8; 32]);
    /// Waits until no other request of this isolate is unwrapping the key of this name; from then on
    /// this one is, until it says [`Crypto::pass`]. One that is never heard of again is not waited for.
    async fn turn(&self, name: &str);
    /// See [`Crypto::turn`].
    fn pass(&self, name: &str);
}

/// A request to an upstream.
pub struct FetchRequest {
    /// Absolute URL; the adapter refuses redirects.
    pub url: String,
    /// A form to POST; with neither, it is a GET.
    pub form: Option<String>,
    /// JSON to POST.
    pub json: Option<String>,
    /// Value of `Authorization`.
    pub authorization: Option<String>,
}

/// What an upstream answered, at most [`FETCH_MAX_BYTES`].
#[derive(Debug, Clone)]
pub struct FetchResponse {
    /// HTTP status.
    pub status: u16,
    /// Body as text.
    pub body: String,
}

/// Largest answer of an upstream that is read, bytes.
pub const FETCH_MAX_BYTES: usize = 256 * 1024;
/// Longest wait for an upstream, seconds.
pub const FETCH_TIMEOUT_SECONDS: u32 = 10;

/// HTTP to upstreams, with limits on time and size, redirects refused.
pub trait Upstreams {
    /// Sends one request.
    async fn send(&self, request: FetchRequest) -> Result<FetchResponse, Unavailable>;
    /// GETs a metadata document, from this isolate's memory while it is younger than
    /// `max_age_seconds`. Only answers with status 200 are remembered.
    async fn document(&self, url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable>;
}

/// Cryptographically secure randomness.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Settings of the broker, from its variables.
#[derive(Clone)]
pub struct Settings {
    /// Name in "Powered by …".
    pub broker_name: String,
    /// Whether this build has the simulators, and with them an open NemID on TEST.
    pub simulators: bool,
    /// How long what we serve lives on elsewhere, and so a token here.
    pub serving: Serving,
}

/// Settings of the management Worker, from its variables and secrets.
#[derive(Clone)]
pub struct Installation {
    /// Host of the admin API.
    pub management_host: Host,
    /// HMAC-free digest of the operator's bearer token: SHA-256.
    pub admin_token_sha256: [u8; 32],
    /// What the dashboard proves itself with; where there is none, nobody comes by it.
    pub dashboard_key: Option<[u8; 32]>,
    /// See [`Settings::simulators`].
    pub simulators: bool,
    /// See [`Settings::serving`]: the broker's times, or keys would wait too short.
    pub serving: Serving,
}

/// A structured log line. Nothing here can hold a token, code, secret, CPR number or name: the
/// texts are constants of ours or names of configuration, and in `identified` the evidence of a login.
#[derive(Debug, Clone)]
pub struct LogEvent {
    /// What happened: `upstream_failed`, `shadow_missing`, `fault` …
    pub event: &'static str,
    /// Further facts.
    pub facts: Vec<(&'static str, String)>,
}

/// The log of one request.
pub trait Log {
    /// Writes one line, with the request's trace id.
    fn record(&self, event: LogEvent);
    /// The random id of this request, 32 hex digits: in every log line, and shown on error pages
    /// as the reference. Once a request is known to belong to a login, the login's.
    fn trace_id(&self) -> &str;
    /// From here on the request belongs to the login of this trace id. The first one stays.
    fn adopt(&self, trace_id: String);
}

/// "Explain this login": facts that are noted while an application's recording is on.
pub trait Traces {
    /// Notes a fact of this request: a constant or a name of configuration.
    fn note(&self, name: &'static str, value: &str);
    /// From here on it is certain that this request is recorded, in the environment of this label.
    fn record_trace(&self, label: String);
}

/// Who is seen with which keys: noted when the answer is on its way, and nobody waits for it.
pub trait Witness {
    /// Somebody gets the key set of this domain.
    fn saw(&self, domain: &Rc<DomainSnapshot>, who: Who);
    /// NemID is closed for a request of this application as a rehearsal.
    fn rehearsed(&self, domain: &DomainSnapshot, client_id: &ClientId);
}

/// Who was seen with which keys, to be read.
pub trait Sightings {
    /// Everybody who was seen in the environment of this label (`tenant/ENVIRONMENT`). Seen means by
    /// us: caches between answer for us, so that who was not seen may have fetched all the same.
    async fn sightings(&self, label: &str) -> Result<Vec<Sighting>, Unavailable>;
}

/// How many logins there were, to be read.
pub trait LoginTallies {
    /// What one of the objects of [`crate::model::login_count::object_name`] has counted: in all, and of
    /// these applications.
    async fn counted(&self, object: &str, of: &[(Host, ClientId)]) -> Result<Counted, Unavailable>;
}

/// What was recorded, to be read.
pub trait Recordings {
    /// The steps recorded under a name of [`crate::login::trace::name`]; an empty list for none.
    async fn recorded(&self, name: &str) -> Result<serde_json::Value, Unavailable>;
}

/// All ports of the broker.
pub trait Ports:
    Catalog + Logins + Sessions + Consents + Once + Crypto + Upstreams + Random + Log + Traces + Witness
{
    /// Settings of the broker.
    fn settings(&self) -> &Settings;
}

/// Style sheets of tenants, fetched when they are saved.
pub trait Sheets {
    /// GETs a style sheet of at most `max_bytes`: redirects refused, within [`FETCH_TIMEOUT_SECONDS`],
    /// from public hosts only.
    ///
    /// # Errors
    /// Why there is none, for whoever saves it.
    async fn fetch_sheet(&self, url: &str, max_bytes: usize) -> Result<String, &'static str>;
}

/// All ports of the management Worker.
pub trait Management:
    Tenants + Recordings + Sightings + LoginTallies + Consents + Sheets + Crypto + Random + Log
{
    /// Settings of the installation.
    fn installation(&self) -> &Installation;
}
