//! A domain as it is published for the login path: everything one request needs, in one KV value.

use super::key_ring::{Algorithm, AnnouncedKey, KeyState};
use super::names::{ClientId, Environment, Host, TenantId};
use super::public_key::PublicKey;
use super::sealed::Sealed;
use super::time::UnixTime;
use super::url::WebUrl;
use crate::eid::{Acr, Eid, Level};
use crate::table::Table;
use std::cell::OnceCell;

/// NemID closed on 31 October 2023 at the end of the day, Danish time (Agency for Digital
/// Government); a domain's setting may move it.
pub const NEMID_CLOSED_AT: UnixTime = UnixTime(1_698_793_199);

/// What a domain is in a side-by-side pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainKind {
    /// Where applications are today: runs the old eID itself and crosses over for the successor.
    Ordinary,
    /// Runs MitID.
    Mitid,
}

json_enum!(DomainKind { Ordinary = "ordinary", Mitid = "mitid" });

/// The other half of a pair, copied into the snapshot so that a login page needs one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its host.
    pub host: Host,
    /// Whether it is in service.
    pub enabled: bool,
    /// Whether it has an upstream for its eID, that is, whether its order is completed.
    pub ready: bool,
    /// `Show alongside NemID logins` of the MitID domain of the pair.
    pub show_alongside_nemid_logins: bool,
}

json_struct!(Peer { host, enabled, ready, show_alongside_nemid_logins });

/// How an eID's upstream is reached: an OIDC provider and us as its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its issuer; discovery is read below it and `iss` must equal it.
    pub issuer: WebUrl,
    /// Our client id there.
    pub client_id: String,
    /// Our client secret there, sealed for this tenant and environment; none where a key proves us.
    pub client_secret: Option<Sealed>,
    /// The key that proves us there: `private_key_jwt`.
    pub client_key: Option<ClientKey>,
    /// Scopes we ask for, `openid` first.
    pub scopes: Vec<String>,
    /// Scopes that employees are asked for besides.
    pub employee_scopes: Vec<String>,
    /// Further authorization parameters. They take the place of what the dialect says by that name.
    pub parameters: Table<String, String>,
    /// How wishes are told to it.
    pub dialect: Dialect,
    /// Our name of an identity field → the upstream's claim, where it differs from the default of
    /// the connector (`eid::identity`). Several claims, divided by a space: the first that is there.
    pub claim_map: Table<String, String>,
    /// What it calls a level, where that is none of the common words → the level.
    pub level_map: Table<String, Level>,
    /// How a CPR number is had of it.
    pub cpr: CprWay,
    /// Whether logging out here leads through its own logout.
    pub logout: bool,
}

json_struct!(Upstream {
    issuer, client_id, client_secret, client_key, scopes, employee_scopes unless Vec::<String>::new(),
    parameters unless Table::new(), dialect unless Dialect::Tokens, claim_map or Table::new(),
    level_map unless Table::new(), cpr unless CprWay::None, logout unless false,
});

/// The words in which an upstream is told what a login wishes (`eid::dialect`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Ours: `acr_values` of our URNs, tokens in `login_hint`, `ui_locales`.
    #[default]
    Tokens,
    /// Signaturgruppen Broker: `idp_values`, `idp_params` and `language`.
    Neb,
    /// Signicat: items in `acr_values`.
    Signicat,
}

json_enum!(Dialect { Tokens = "tokens", Neb = "neb", Signicat = "signicat" });

/// Our key at an upstream (RFC 7523 §2.2), which knows the public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// The public half, to be registered there.
    pub public: PublicKey,
    /// PKCS #8 of the private half, sealed.
    pub private: Sealed,
    /// Whom an assertion names as its audience.
    pub audience: Audience,
}

json_struct!(ClientKey { kid, public, private, audience unless Audience::Issuer });

/// `aud` of a client assertion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// The upstream's issuer: an assertion can't be carried to another server.
    #[default]
    Issuer,
    /// Its token endpoint, as older servers want it (OIDC Core §9).
    TokenEndpoint,
}

json_enum!(Audience { Issuer = "issuer", TokenEndpoint = "token_endpoint" });

/// How somebody's CPR number is had of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CprWay {
    /// Not at all.
    None,
    /// It states the number itself when this scope is asked for.
    Scope(String),
    /// Somebody types the number on our page, and this URL of the upstream says whether it is his.
    Match(WebUrl),
}

json_enum!(CprWay { None = "none", Scope(it) = "scope", Match(it) = "match" });

/// NemID is closed for some, who then see what everybody will see once it has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// When it ends by itself.
    pub ends: UnixTime,
    /// Of how many logins in a hundred; browsers that were told to rehearse are always among them.
    pub percent: u64,
}

json_struct!(Rehearsal { ends, percent or 0 });

/// CPR numbers in one environment of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CprSettings {
    /// `Add CPR for personal logins`, for applications whose scopes are static.
    pub add_for_personal_logins: bool,
    /// `CPR Optional`: people without a number may pass, without the claim.
    pub optional: bool,
}

json_struct!(CprSettings { add_for_personal_logins: "add", optional });

impl Default for CprSettings {
    fn default() -> Self {
        Self { add_for_personal_logins: false, optional: true }
    }
}

/// Single sign-on of a domain: off unless its owner wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Whether a login opens a session that later logins of the same eID method may use.
    pub sso: bool,
    /// A session ends this long after its last use, seconds.
    pub idle_seconds: u64,
    /// A session ends this long after the login that opened it, seconds.
    pub absolute_seconds: u64,
    /// Whether logging out asks the user first, unless an ID token says who asks.
    pub confirm_logout: bool,
}

json_struct!(SessionSettings { sso, idle_seconds, absolute_seconds, confirm_logout });

impl Default for SessionSettings {
    /// 20 minutes idle, as the services that clients come from have it, and a working day at most.
    fn default() -> Self {
        Self { sso: false, idle_seconds: 20 * 60, absolute_seconds: 8 * 60 * 60, confirm_logout: false }
    }
}

/// A published domain: KV `domain:<host>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSnapshot {
    /// Version of the tenant's configuration; an isolate ignores one older than it has seen.
    pub version: u64,
    /// The owner, for ever.
    pub tenant: TenantId,
    /// TEST or PRODUCTION, for ever.
    pub environment: Environment,
    /// The host this snapshot answers for.
    pub host: Host,
    /// `iss` of every token and answer.
    pub issuer: String,
    /// Ordinary or MitID domain.
    pub kind: DomainKind,
    /// A disabled domain answers like an unknown one.
    pub enabled: bool,
    /// The service provider's alias: shown to end users, 1 to 64 characters.
    pub display_name: String,
    /// The other half of the pair, if one is set.
    pub peer: Option<Peer>,
    /// `Show alongside NemID logins` (a MitID domain's own; see [`Peer`] for the other side's).
    pub show_alongside_nemid_logins: bool,
    /// Whether a MitID login first shows our block with its start button.
    pub show_start_block: bool,
    /// From then on NemID starts no login, unless it is a simulator's on TEST.
    pub nemid_closed_at: UnixTime,
    /// NemID's closing, rehearsed.
    pub rehearsal: Option<Rehearsal>,
    /// Single sign-on, and what logging out asks.
    pub sessions: SessionSettings,
    /// CPR numbers, as the environment has it.
    pub cpr: CprSettings,
    /// Upstreams by eID.
    pub upstreams: Table<Eid, Upstream>,
    /// Every announced public key of the tenant and environment, and the sealed private half of
    /// those that sign.
    pub keys: Vec<AnnouncedKey>,
    /// The environment's data key, wrapped by `KEY_ENCRYPTION_KEY`.
    pub data_key: Sealed,
    /// The environment's key of `sub` values, wrapped likewise. It never rotates.
    pub sub_key: Sealed,
    /// When the environment was restored from a backup: nothing of before that counts once, or for a
    /// while, counts any more.
    pub restored_at: Option<UnixTime>,
    /// On TEST domains the tenant's own test people ([`super::test_person::TestPerson`]), a list as JSON
    /// text: only simulators read it.
    pub test_people: Option<String>,
    /// The digest of the style that its pages have ([`super::Style`]).
    pub style: Option<String>,
    /// Documents written from this snapshot, kept with it.
    pub written: Written,
}

json_struct!(DomainSnapshot {
    version, tenant, environment, host, issuer, kind, enabled, display_name, peer,
    show_alongside_nemid_logins, show_start_block, nemid_closed_at, rehearsal unless None,
    sessions or SessionSettings::default(), cpr unless CprSettings::default(), upstreams or Table::new(), keys, data_key, sub_key,
    restored_at or None, style unless None, test_people unless None, written unwritten Written::default(),
});

/// The documents that clients fetch most, written once for each snapshot: a snapshot never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// JWKS.
    pub key_set: OnceCell<Document>,
    /// Discovery, and the acrs it announced: these may change with the clock.
    pub discovery: OnceCell<(Vec<Acr>, Document)>,
}

/// A public document as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// JSON.
    pub text: String,
    /// Its strong validator (RFC 9110 §8.8.3), in quotes: another text has another one.
    pub etag: String,
    /// How long it may be kept: its `Cache-Control`.
    pub kept: String,
}

/// Who reads this snapshot's secrets: the associated data of everything sealed for an environment.
pub fn environment_label(tenant: &TenantId, environment: Environment) -> String {
    format!("{tenant}/{}", environment.as_str())
}

impl DomainSnapshot {
    /// `tenant/ENVIRONMENT`: first part of every object name and of all associated data.
    pub fn label(&self) -> String {
        environment_label(&self.tenant, self.environment)
    }

    /// The other domain of the pair, where a login may go on.
    pub fn working_peer(&self) -> Option<&Peer> {
        self.peer.as_ref().filter(|peer| peer.enabled && peer.ready)
    }

    /// Whether each eID has a key that signs, of every algorithm that its ring announces and of RS256
    /// in any case. One without must not be believed: somebody would be served a key set without the
    /// keys of living tokens, or a login that ends without a token.
    pub fn can_sign(&self) -> bool {
        let signs = |eid, alg| {
            let of_ring = self.keys.iter().filter(|key| key.eid == eid && key.alg == alg);
            of_ring.filter(|key| key.state == KeyState::Active && key.private.is_some()).count() == 1
        };
        Eid::ALL.into_iter().all(|eid| signs(eid, Algorithm::Rs256))
            && self.keys.iter().filter(|key| key.state.is_announced()).all(|key| signs(key.eid, key.alg))
    }

    /// Whether NemID may start a login at `now`.
    pub fn nemid_is_open(&self, now: UnixTime) -> bool {
        !self.nemid_closed_at.is_over(now)
    }
}

/// A reference to one application on one domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationKey {
    /// The domain.
    pub host: Host,
    /// The application's id there.
    pub client_id: ClientId,
}

/// What our key at an upstream is sealed for.
pub fn upstream_key_label(host: &Host, eid: Eid) -> String {
    format!("upstream key {host} {}", eid.as_str())
}

/// What an isolate holds our key at an upstream under, apart from every key that signs tokens: see
/// [`crate::ports::Crypto::import`].
pub fn upstream_key_name(host: &Host, eid: Eid, kid: &str) -> String {
    format!("upstream {host} {} {kid}", eid.as_str())
}

/// What an upstream's client secret is sealed for: see [`crate::vault::EnvironmentKeys::seal`].
pub fn upstream_secret_label(host: &Host, eid: Eid) -> String {
    format!("upstream secret {host} {}", eid.as_str())
}
