//! What a tenant's object keeps: one row a thing, each with the version it last changed at.
//!
//! Records are written by people through the API. What the login path reads is derived from them
//! (`admin::publication`) and never edited.

use super::permission::Permission;
use super::presets::Preset;
use super::style_record::StyleRecord;
use crate::eid::Eid;
use crate::model::application::{ClientAuthMethod, Protocol, StoredSecret};
use crate::model::domain::{CprSettings, DomainKind, Rehearsal, SessionSettings, Upstream};
use crate::model::key_ring::{Algorithm, SigningKey};
use crate::model::test_person::TestPerson;
use crate::model::url::{RedirectUri, WebUrl};
use crate::model::{ClientId, Environment, Host, Sealed, TenantId, UnixTime};
use std::fmt;

/// How long a signing key signs where the tenant has not said otherwise, days.
pub const KEY_ROTATION_DAYS: u64 = 90;

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRecord {
    /// Its id, for ever.
    pub id: TenantId,
    /// Shown to administrators.
    pub name: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// How long each of its signing keys signs before the next one does, days.
    pub key_rotation_days: u64,
}

json_struct!(TenantRecord { id, name, created_at, key_rotation_days unless KEY_ROTATION_DAYS });

/// The keys and settings of one environment: made with its first domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentRecord {
    /// Which one.
    pub environment: Environment,
    /// The data key, wrapped by `KEY_ENCRYPTION_KEY`.
    pub data_key: Sealed,
    /// The key of `sub` values, wrapped likewise. It never rotates.
    pub sub_key: Sealed,
    /// The signing keys of every ring, in any state.
    pub keys: Vec<SigningKey>,
    /// When it was restored from a backup.
    pub restored_at: Option<UnixTime>,
    /// Rotations that somebody has put to another day; at most one a ring.
    pub postponed: Vec<Postponement>,
    /// The switches about CPR numbers.
    pub cpr: CprSettings,
    /// NemID's closing, rehearsed.
    pub rehearsal: Option<Rehearsal>,
}

json_struct!(EnvironmentRecord {
    environment, data_key, sub_key, keys, restored_at or None, postponed or Vec::new(),
    cpr unless CprSettings::default(), rehearsal unless None,
});

/// The next rotation of a ring, put to another day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postponement {
    /// The ring's eID.
    pub eid: Eid,
    /// The ring's algorithm.
    pub alg: Algorithm,
    /// When it will be, at the earliest.
    pub until: UnixTime,
    /// Why.
    pub reason: String,
}

json_struct!(Postponement { eid, alg, until, reason });

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRecord {
    /// Its host, for ever.
    pub host: Host,
    /// TEST or PRODUCTION, for ever.
    pub environment: Environment,
    /// Ordinary or MitID domain, for ever.
    pub kind: DomainKind,
    /// The service provider's alias, shown to end users.
    pub display_name: String,
    /// A disabled domain answers like an unknown one.
    pub enabled: bool,
    /// The other half of the pair: an ordinary domain's `mitid_domain`, a MitID domain's
    /// `nemid_domain`.
    pub peer: Option<Host>,
    /// `Show alongside NemID logins`, of MitID domains.
    pub show_alongside_nemid_logins: bool,
    /// Whether a MitID login first shows our block with its start button.
    pub show_start_block: bool,
    /// Single sign-on, and what logging out asks.
    pub sessions: SessionSettings,
    /// Moves the day from which NemID starts no login; `None` is the day it closed.
    pub nemid_closed_at: Option<UnixTime>,
    /// When it was made.
    pub created_at: UnixTime,
}

json_struct!(DomainRecord {
    host, environment, kind, display_name, enabled, peer, show_alongside_nemid_logins, show_start_block,
    sessions or SessionSettings::default(), nemid_closed_at, created_at,
});

/// How one eID is reached from one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamRecord {
    /// The domain.
    pub host: Host,
    /// The eID.
    pub eid: Eid,
    /// What filled in the settings that were not given.
    pub preset: Preset,
    /// Its settings, the secret sealed.
    pub settings: Box<Upstream>,
}

json_struct!(UpstreamRecord { host, eid, preset or Preset::Generic, settings });

/// A relying party on one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRecord {
    /// The domain.
    pub host: Host,
    /// Its id there.
    pub client_id: ClientId,
    /// Shown to administrators.
    pub name: String,
    /// A disabled application is refused everywhere.
    pub enabled: bool,
    /// Callback URLs, in the order given.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it may prove itself at the token endpoint.
    pub token_endpoint_auth_methods: Vec<ClientAuthMethod>,
    /// Where "start again" may lead.
    pub initiate_login_uri: Option<WebUrl>,
    /// What it asks for and how it is answered.
    pub protocol: Box<Protocol>,
    /// When it was made.
    pub created_at: UnixTime,
}

json_struct!(ApplicationRecord {
    host, client_id, name, enabled, redirect_uris, token_endpoint_auth_methods, initiate_login_uri,
    protocol or Box::default(), created_at,
});

/// One secret of an application, as an HMAC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRecord {
    /// The domain.
    pub host: Host,
    /// The application.
    pub client_id: ClientId,
    /// The secret's id, hash and times.
    pub secret: StoredSecret,
}

json_struct!(SecretRecord { host, client_id, secret });

/// A token of the tenant for the admin API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Names it in its own text and in the log of changes.
    pub id: String,
    /// What it is for, in somebody's words.
    pub name: String,
    /// See [`super::caller::digest`].
    pub digest: String,
    /// What its holder may do.
    pub permissions: Vec<Permission>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when on it counts no more.
    pub expires_at: UnixTime,
    /// When it was last seen, to the hour.
    pub last_used_at: Option<UnixTime>,
}

json_struct!(TokenRecord { id, name, digest, permissions, created_by, created_at, expires_at, last_used_at });

/// The mark of a configuration file that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedRecord {
    /// SHA-256 of the configuration that came of it, in hexadecimal.
    pub fingerprint: String,
    /// When.
    pub applied_at: UnixTime,
    /// By whom.
    pub applied_by: String,
}

json_struct!(AppliedRecord { fingerprint, applied_at, applied_by });

/// Anything a tenant's object keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A tenant.
    Tenant(TenantRecord),
    /// Keys of an environment.
    Environment(EnvironmentRecord),
    /// A domain.
    Domain(DomainRecord),
    /// An upstream of a domain.
    Upstream(UpstreamRecord),
    /// An application of a domain.
    Application(ApplicationRecord),
    /// A secret of an application.
    Secret(SecretRecord),
    /// The styles of a domain.
    Style(Box<StyleRecord>),
    /// A token for the admin API.
    Token(TokenRecord),
    /// A test person of the simulators.
    TestPerson(TestPerson),
    /// The mark of a configuration file.
    Applied(AppliedRecord),
}

json_enum!(Record {
    Tenant(it) = "tenant",
    Environment(it) = "environment",
    Domain(it) = "domain",
    Upstream(it) = "upstream",
    Application(it) = "application",
    Secret(it) = "secret",
    Style(it) = "style",
    Token(it) = "token",
    TestPerson(it) = "test_person",
    Applied(it) = "applied",
});

/// A record and the version of the tenant's configuration at which it last changed: its ETag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// Unique within the tenant: never given twice, not even to a thing removed and made anew.
    pub version: u64,
    /// The thing.
    pub record: Record,
}

json_struct!(Versioned { version, record });

/// The name of one thing within its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The tenant itself.
    Tenant,
    /// An environment's keys.
    Environment {
        /// Which.
        environment: Environment,
    },
    /// A domain.
    Domain {
        /// Its host.
        host: Host,
    },
    /// An upstream.
    Upstream {
        /// The domain.
        host: Host,
        /// The eID.
        eid: Eid,
    },
    /// An application.
    Application {
        /// The domain.
        host: Host,
        /// Its id.
        client_id: ClientId,
    },
    /// A secret.
    Secret {
        /// The domain.
        host: Host,
        /// The application.
        client_id: ClientId,
        /// The secret's id.
        id: String,
    },
    /// The styles of a domain.
    Style {
        /// The domain.
        host: Host,
    },
    /// A token for the admin API.
    Token {
        /// Its id.
        id: String,
    },
    /// A test person of the simulators.
    TestPerson {
        /// What is typed there.
        user: String,
    },
    /// The mark of the last configuration file that was applied.
    Applied,
}

json_enum!(Target {
    Tenant = "tenant",
    Environment { environment } = "environment",
    Domain { host } = "domain",
    Upstream { host, eid } = "upstream",
    Application { host, client_id } = "application",
    Secret { host, client_id, id } = "secret",
    Style { host } = "style",
    Token { id } = "token",
    TestPerson { user } = "test_person",
    Applied = "applied",
});

/// The things that stand in one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every domain of the tenant.
    Domains,
    /// The tenant's tokens for the admin API.
    Tokens,
    /// The tenant's test people.
    TestPeople,
    /// Upstreams of a domain.
    Upstreams {
        /// The domain.
        host: Host,
    },
    /// Applications of a domain.
    Applications {
        /// The domain.
        host: Host,
    },
    /// Secrets of an application.
    Secrets {
        /// The domain.
        host: Host,
        /// The application.
        client_id: ClientId,
    },
}

json_enum!(Scope {
    Domains = "domains",
    Tokens = "tokens",
    TestPeople = "test_people",
    Upstreams { host } = "upstreams",
    Applications { host } = "applications",
    Secrets { host, client_id } = "secrets",
});

/// First column of the table of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// See [`Record::Tenant`].
    Tenant,
    /// See [`Record::Environment`].
    Environment,
    /// See [`Record::Domain`].
    Domain,
    /// See [`Record::Upstream`].
    Upstream,
    /// See [`Record::Application`].
    Application,
    /// See [`Record::Secret`].
    Secret,
    /// See [`Record::Style`].
    Style,
    /// See [`Record::Token`].
    Token,
    /// See [`Record::TestPerson`].
    TestPerson,
    /// See [`Record::Applied`].
    Applied,
}

impl Kind {
    /// Those of a backup, in its order; a token is in none, since it would let somebody in again who was
    /// shut out since, nor is the mark of a file. What something belongs to comes before it, and an application
    /// after its secrets, since it is published with them.
    pub const OF_BACKUPS: [Self; 8] = [
        Self::Tenant,
        Self::Environment,
        Self::Domain,
        Self::Upstream,
        Self::Style,
        Self::TestPerson,
        Self::Secret,
        Self::Application,
    ];

    /// As it is stored and as the audit log names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Environment => "environment",
            Self::Domain => "domain",
            Self::Upstream => "upstream",
            Self::Application => "application",
            Self::Secret => "secret",
            Self::Style => "style",
            Self::Token => "token",
            Self::TestPerson => "test_person",
            Self::Applied => "applied",
        }
    }
}

impl Target {
    /// Where the thing stands in the table: its kind, and an id whose parts are divided by a space,
    /// which no host, client id or secret id contains.
    pub fn row(&self) -> (Kind, String) {
        match self {
            Self::Tenant => (Kind::Tenant, "tenant".to_owned()),
            Self::Environment { environment } => (Kind::Environment, environment.as_str().to_owned()),
            Self::Domain { host } => (Kind::Domain, host.to_string()),
            Self::Upstream { host, eid } => (Kind::Upstream, format!("{host} {}", eid.as_str())),
            Self::Application { host, client_id } => (Kind::Application, format!("{host} {client_id}")),
            Self::Secret { host, client_id, id } => (Kind::Secret, format!("{host} {client_id} {id}")),
            Self::Style { host } => (Kind::Style, host.to_string()),
            Self::Token { id } => (Kind::Token, id.clone()),
            Self::TestPerson { user } => (Kind::TestPerson, user.clone()),
            Self::Applied => (Kind::Applied, "applied".to_owned()),
        }
    }
}

impl fmt::Display for Target {
    /// As the audit log names it: `domain acme.example`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::Applied => f.write_str("configuration file"),
            _ => {
                let (kind, id) = self.row();
                write!(f, "{} {id}", kind.as_str())
            }
        }
    }
}

impl Scope {
    /// The kind of its rows and what all their ids begin with.
    pub fn rows(&self) -> (Kind, String) {
        match self {
            Self::Domains => (Kind::Domain, String::new()),
            Self::Tokens => (Kind::Token, String::new()),
            Self::TestPeople => (Kind::TestPerson, String::new()),
            Self::Upstreams { host } => (Kind::Upstream, format!("{host} ")),
            Self::Applications { host } => (Kind::Application, format!("{host} ")),
            Self::Secrets { host, client_id } => (Kind::Secret, format!("{host} {client_id} ")),
        }
    }
    /// The thing that the list belongs to, where it is not the tenant itself.
    pub fn owner(&self) -> Option<Target> {
        match self {
            Self::Domains | Self::Tokens | Self::TestPeople => None,
            Self::Upstreams { host } | Self::Applications { host } => {
                Some(Target::Domain { host: host.clone() })
            }
            Self::Secrets { host, client_id } => {
                Some(Target::Application { host: host.clone(), client_id: client_id.clone() })
            }
        }
    }
}
