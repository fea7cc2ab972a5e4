//! The wire between the Worker and the objects of the management side: commands and answers.
//!
//! A command that changes something carries everything the object needs to decide in one step:
//! the caller's precondition, time, and what the Worker made by asynchronous cryptography.

use super::permission::Permission;
use super::presets::Preset;
use super::record::{
    ApplicationRecord, AppliedRecord, DomainRecord, Record, Scope, SecretRecord, Target, TenantRecord,
    TokenRecord, Versioned,
};
use super::shadow::{Drift, Original};
use super::style_record::StyleChange;
use crate::eid::Eid;
use crate::model::domain::{Audience, CprSettings, Rehearsal, Upstream};
use crate::model::key_ring::SigningKey;
use crate::model::test_person::TestPerson;
use crate::model::{ClientId, Environment, Host, Sealed, UnixTime};
use serde_json::Value;

pub use super::command_backup::{ExportPage, ImportPart, Place};
pub use super::command_host::{
    DirectoryAnswer, DirectoryCommand, DirectoryEntry, HostAnswer, HostCommand, PublishedName, WrappedBy,
    WrappedCount,
};
pub use super::command_keys::{KeyOrder, KeyReport};
pub use super::due::{Due, DueItem};

/// What the Worker asks the object of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantCommand {
    /// One thing: [`TenantAnswer::Item`] or [`TenantAnswer::Absent`].
    Get(Target),
    /// Things of one list in the order of their ids: [`TenantAnswer::List`].
    List {
        /// Which list.
        scope: Scope,
        /// The last id of the page before.
        after: Option<String>,
        /// Most items.
        limit: usize,
    },
    /// The log of changes, newest first: [`TenantAnswer::Audit`].
    Audit {
        /// The last sequence number of the page before.
        before: Option<u64>,
        /// Most entries.
        limit: usize,
    },
    /// What has not reached KV, `Host` or `Directory` yet: [`TenantAnswer::Publication`].
    Publication,
    /// An ordinary domain's applications beside their shadows: [`TenantAnswer::Drift`].
    ShadowDrift {
        /// The domain.
        host: Host,
        /// When it is asked.
        at: UnixTime,
    },
    /// Applications of an environment's ordinary domains beside their shadows:
    /// [`TenantAnswer::Originals`].
    Originals {
        /// Where.
        environment: Environment,
        /// `next` of the page before.
        after: Option<String>,
        /// Most applications.
        limit: usize,
        /// When it is asked.
        at: UnixTime,
    },
    /// Whether a token is the tenant's and counts: [`TenantAnswer::Admitted`] or
    /// [`TenantAnswer::Absent`]. Notes its use.
    Admit {
        /// The token's id.
        id: String,
        /// [`super::caller::digest`] of its secret.
        digest: String,
        /// When it is used.
        at: UnixTime,
    },
    /// An environment's keys and who announces them: [`TenantAnswer::Keys`].
    Keys(Environment),
    /// Decides a change and stores nothing: the refusal, or [`TenantAnswer::Acceptable`].
    Check(Box<Change>),
    /// Decides a change and stores it, its log entry and what is now due, in one step.
    Change(Box<Change>),
    /// The next part of a backup: [`TenantAnswer::Exported`].
    Export(ExportPage),
    /// The environments and domains of an import that is under way, of the export with this salt:
    /// [`TenantAnswer::Exported`].
    Restoring(String),
    /// A part of a backup to be stored, where there is no tenant: [`TenantAnswer::Done`], with the
    /// outcome [`Outcome::Created`] for the last.
    Import(Box<ImportPart>),
}

json_enum!(TenantCommand {
    Get(it) = "get",
    List { scope, after, limit } = "list",
    Audit { before, limit } = "audit",
    Publication = "publication",
    ShadowDrift { host, at } = "shadow_drift",
    Originals { environment, after, limit, at } = "originals",
    Admit { id, digest, at } = "admit",
    Keys(it) = "keys",
    Check(it) = "check",
    Change(it) = "change",
    Export(it) = "export",
    Restoring(it) = "restoring",
    Import(it) = "import",
});

/// A change that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who, for the audit log.
    pub actor: String,
    /// When.
    pub at: UnixTime,
    /// What must hold of the thing it changes.
    pub precondition: Precondition,
    /// The change itself.
    pub action: Action,
    /// Fresh keys. For an application: an active and a standby key for each eID, of the algorithm that
    /// it asks for, needed where the environment has none. For an order: the next standby of each
    /// ring. Ignored otherwise.
    pub keys: Vec<SigningKey>,
}

json_struct!(Change { actor, at, precondition, action, keys or Vec::new() });

/// RFC 9110 §13.1 as the object needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// No header: good for making a thing, refused with 428 for changing one (RFC 6585 §3).
    None,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "<version>"`
    Version(u64),
}

json_enum!(Precondition { None = "none", Absent = "absent", Present = "present", Version(it) = "version" });

/// The changes there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes the tenant or replaces its settings (`created_at` counts when it is made).
    PutTenant(TenantRecord),
    /// Replaces the settings of an environment.
    PutEnvironment {
        /// Which.
        environment: Environment,
        /// Its switches about CPR numbers.
        cpr: CprSettings,
    },
    /// Begins, changes or ends an environment's rehearsal of NemID's closing.
    Rehearse {
        /// Which environment.
        environment: Environment,
        /// None ends it.
        rehearsal: Option<Rehearsal>,
    },
    /// Makes or replaces a domain.
    PutDomain {
        /// Its record (`created_at` counts when it is made).
        domain: DomainRecord,
        /// Keys for the environment, needed with its first domain and ignored afterwards.
        material: Option<Material>,
    },
    /// Makes or replaces an upstream.
    PutUpstream(UpstreamInput),
    /// Makes or replaces an application (`created_at` counts when it is made). Without
    /// `response_types` it gets those of the domain's environment.
    PutApplication(ApplicationRecord),
    /// Adds a secret.
    AddSecret(SecretRecord),
    /// Makes an application's shadow on its domain's MitID domain, or makes it alike again.
    MakeShadow {
        /// The ordinary domain.
        host: Host,
        /// The application.
        client_id: ClientId,
    },
    /// Adds an API token.
    AddToken(TokenRecord),
    /// Makes or replaces a test person.
    PutTestPerson(TestPerson),
    /// Marks that a configuration file was applied.
    PutApplied(AppliedRecord),
    /// Removes a domain, upstream, style, application, secret, API token or test person.
    Remove(Target),
    /// The same two keys of an environment, wrapped by another master key.
    Rewrap {
        /// Which environment.
        environment: Environment,
        /// See [`super::record::EnvironmentRecord::data_key`].
        data_key: Sealed,
        /// See [`super::record::EnvironmentRecord::sub_key`].
        sub_key: Sealed,
    },
    /// A change of a domain's style.
    Style {
        /// The domain.
        host: Host,
        /// What is done.
        change: StyleChange,
    },
    /// A step of an environment's signing keys.
    Keys {
        /// Which environment.
        environment: Environment,
        /// What is to be done.
        order: KeyOrder,
    },
}

json_enum!(Action {
    PutTenant(it) = "put_tenant",
    PutEnvironment { environment, cpr } = "put_environment",
    Rehearse { environment, rehearsal } = "rehearse",
    PutDomain { domain, material } = "put_domain",
    PutUpstream(it) = "put_upstream",
    PutApplication(it) = "put_application",
    AddSecret(it) = "add_secret",
    MakeShadow { host, client_id } = "make_shadow",
    AddToken(it) = "add_token",
    PutTestPerson(it) = "put_test_person",
    PutApplied(it) = "put_applied",
    Remove(it) = "remove",
    Rewrap { environment, data_key, sub_key } = "rewrap",
    Style { host, change } = "style",
    Keys { environment, order } = "keys",
});

/// First keys of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// See [`super::record::EnvironmentRecord::data_key`].
    pub data_key: Sealed,
    /// See [`super::record::EnvironmentRecord::sub_key`].
    pub sub_key: Sealed,
    /// An active and a standby key for each eID.
    pub keys: Vec<SigningKey>,
}

json_struct!(Material { data_key, sub_key, keys });

/// An upstream as asked for; without a secret or key the stored one stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamInput {
    /// The domain.
    pub host: Host,
    /// The eID.
    pub eid: Eid,
    /// What filled in the rest; shown again, and nothing hangs on it.
    pub preset: Preset,
    /// The settings; a new secret or key of ours in them.
    pub settings: Upstream,
    /// Where a key proves us: whom its assertions name.
    pub key_audience: Option<Audience>,
}

json_struct!(UpstreamInput { host, eid, preset, settings, key_audience });

/// What the object of a tenant says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantAnswer {
    /// There is no such thing: for a tenant that was never made, nothing is.
    Absent,
    /// One thing.
    Item(Versioned),
    /// A page of things.
    List {
        /// In the order of their ids.
        items: Vec<Versioned>,
        /// Id to go on after, when there is more.
        next: Option<String>,
    },
    /// A page of the log of changes.
    Audit {
        /// Newest first.
        entries: Vec<AuditEntry>,
        /// Sequence number to go on before, when there is more.
        next: Option<u64>,
    },
    /// What is still due.
    Publication {
        /// Version of the tenant's configuration.
        version: u64,
        /// Oldest first.
        due: Vec<Due>,
    },
    /// A part of a backup.
    Exported {
        /// Version of the tenant's configuration.
        version: u64,
        /// What is kept, as it is kept.
        records: Vec<Record>,
        /// Where to go on, when there is more.
        next: Option<Place>,
    },
    /// How shadows differ.
    Drift(Box<Drift>),
    /// A page of applications beside their shadows.
    Originals {
        /// By host and id.
        items: Vec<Original>,
        /// Where to go on, when there are more.
        next: Option<String>,
    },
    /// What the holder of a token may do, and until when.
    Admitted {
        /// What.
        permissions: Vec<Permission>,
        /// Until when.
        expires_at: UnixTime,
    },
    /// An environment's keys.
    Keys(Box<KeyReport>),
    /// A change that was only checked would be stored.
    Acceptable,
    /// The change is stored, for good.
    Done(Done),
    /// The change is refused; nothing was written.
    Refused(Refusal),
}

json_enum!(TenantAnswer {
    Absent = "absent",
    Item(it) = "item",
    List { items, next } = "list",
    Audit { entries, next } = "audit",
    Publication { version, due } = "publication",
    Exported { version, records, next } = "exported",
    Drift(it) = "drift",
    Originals { items, next } = "originals",
    Admitted { permissions, expires_at } = "admitted",
    Keys(it) = "keys",
    Acceptable = "acceptable",
    Done(it) = "done",
    Refused(it) = "refused",
});

/// A stored change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What happened to the thing.
    pub outcome: Outcome,
    /// The thing as it now is; `None` once it is removed.
    pub item: Option<Versioned>,
    /// Whether all that was due had been published when this answer was made.
    pub published: bool,
}

json_struct!(Done { outcome, item, published });

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Created,
    /// It was replaced.
    Replaced,
    /// It already was so: nothing was written.
    Unchanged,
    /// It is gone.
    Removed,
}

json_enum!(Outcome {
    Created = "created", Replaced = "replaced", Unchanged = "unchanged", Removed = "removed",
});

/// Why a change was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The thing exists, so changing it needs `If-Match`.
    PreconditionRequired,
    /// The precondition does not hold.
    PreconditionFailed,
    /// The environment has no keys, or none of this algorithm, and none were given.
    NeedsMaterial,
    /// Fields that contradict what is stored.
    Invalid(Vec<FieldError>),
    /// Something else stands in the way.
    Conflict(Conflict),
    /// A standby has not been announced for its guard time.
    TooEarly {
        /// From when on it will have been; `None` while not every domain has published it.
        from: Option<UnixTime>,
    },
}

json_enum!(Refusal {
    PreconditionRequired = "precondition_required",
    PreconditionFailed = "precondition_failed",
    NeedsMaterial = "needs_material",
    Invalid(it) = "invalid",
    Conflict(it) = "conflict",
    TooEarly { from } = "too_early",
});

/// What stands in the way of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// A limit is reached.
    LimitReached,
    /// Other things of the tenant refer to it.
    InUse,
    /// The application has this secret already.
    SecretExists,
    /// A public application has no secrets.
    PublicApplication,
    /// What is to be imported exists already.
    TenantExists,
    /// The tenant is being imported, and parts are missing.
    BeingRestored,
    /// A part of another backup, one that does not come next, or one without what it belongs to.
    OutOfOrder,
    /// What was imported so far has to be published first.
    StillPublishing,
    /// The configuration changed while it was being exported.
    ChangedMeanwhile,
    /// Keys are rehearsed in TEST only.
    Production,
    /// The key that was to be replaced does not sign any more.
    AnotherSigns,
    /// The domain leads to no MitID domain.
    NoMitidDomain,
}

json_enum!(Conflict {
    LimitReached = "limit_reached", InUse = "in_use", SecretExists = "secret_exists",
    PublicApplication = "public_application", TenantExists = "tenant_exists",
    BeingRestored = "being_restored", OutOfOrder = "out_of_order", StillPublishing = "still_publishing",
    ChangedMeanwhile = "changed_meanwhile", Production = "production",
    AnotherSigns = "another_signs", NoMitidDomain = "no_mitid_domain",
});

/// One field that cannot be as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Its name in the API: `redirect_uris[1]`.
    pub field: String,
    /// What is allowed; never what was sent.
    pub detail: String,
}

json_struct!(FieldError { field, detail });

/// One change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Counts up from 1 within the tenant.
    pub sequence: u64,
    /// When.
    pub at: UnixTime,
    /// Who.
    pub actor: String,
    /// `domain.created`, `application.replaced`, `secret.removed` …
    pub action: String,
    /// `domain acme.example`
    pub target: String,
    /// The thing before, secrets left out; `null` when it was made.
    pub before: Value,
    /// The thing after, secrets left out; `null` when it was removed.
    pub after: Value,
    /// Why, where somebody had to say so.
    pub reason: Option<String>,
}

json_struct!(AuditEntry { sequence, at, actor, action, target, before, after, reason });

impl Done {
    /// The record of the answer, for those who know which one it is.
    pub fn record(&self) -> Option<&Record> {
        self.item.as_ref().map(|item| &item.record)
    }
}
