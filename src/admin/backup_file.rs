//! What a backup looks like outside: JSON, in parts of a few hundred kilobytes.
//!
//! ```text
//! {"format":1,"tenant":"acme","exported_at":1800000000,"version":17,"number":0,"next":null,
//!  "recovery_key":"<fingerprint>","salt":"<base64url>","records":[{"tenant":{…}},{"environment":{…}},…],
//!  "mac":"<base64url>"}
//! ```
//! Records are as they are stored, in the order of [`Kind::OF_BACKUPS`](super::record::Kind::OF_BACKUPS): signing keys
//! and secrets sealed under their environment's data key, and that key and the `sub` key sealed under
//! the recovery key. The MAC, also under the recovery key, is of everything else, written without white
//! space and with sorted members, so that a file may be formatted but not altered.

use super::command::Place;
use super::problem::{Failure, Problem};
use super::record::{EnvironmentRecord, Record, UpstreamRecord};
use crate::eid::client_auth;
use crate::json::{self, Json};
use crate::model::domain::{upstream_key_label, upstream_key_name};
use crate::model::key_ring::{Algorithm, KeyState, SigningKey, signing_key_label, signing_key_name};
use crate::model::{Environment, Host, PublicKey, Sealed, TenantId, UnixTime};
use crate::oauth::jwks::thumbprint;
use crate::ports::{Crypto, CryptoError, Random};
use crate::vault::EnvironmentKeys;
use crate::vault::backup::{BackupKeys, SALT_BYTES, fingerprint};
use crate::vault::{base64url, from_base64url, random};
use serde_json::{Map, Value};

/// The only format there is; others are refused.
const FORMAT: u64 = 1;
/// Longest part that is taken in, bytes.
pub const PART_MAX_BYTES: usize = 2 * 1024 * 1024;
const MAC: &str = "mac";

/// A part of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    format: u64,
    /// Whose.
    pub tenant: TenantId,
    /// When the first part was exported.
    pub exported_at: UnixTime,
    /// Version of the tenant's configuration.
    pub version: u64,
    /// Counts from 0.
    pub number: u64,
    /// `after` of the next part; `None` in the last.
    pub next: Option<String>,
    /// Fingerprint of the recovery key.
    pub recovery_key: String,
    /// Drawn for each export, base64url: tells exports apart.
    pub salt: String,
    /// What it holds.
    pub records: Vec<Record>,
}

json_struct!(Part { format, tenant, exported_at, version, number, next, recovery_key, salt, records });

/// Where an export goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// See [`Part::salt`].
    pub salt: String,
    /// See [`Part::exported_at`].
    pub exported_at: UnixTime,
    /// Number of the next part.
    pub number: u64,
    /// Where the part before ended; `None` before the first.
    pub after: Option<Place>,
}

json_struct!(Cursor { salt, exported_at, number, after });

impl Cursor {
    /// Begins an export.
    pub fn begin(ports: &impl Random, now: UnixTime) -> Self {
        Self { salt: base64url(&random::<SALT_BYTES>(ports)), exported_at: now, number: 0, after: None }
    }

    /// Reads `after`.
    pub fn parse(raw: &str) -> Option<Self> {
        from_base64url(raw).and_then(|bytes| json::read_bytes(&bytes).ok())
    }

    fn text(&self) -> String {
        base64url(json::write(self).as_bytes())
    }

    /// The keys of this export.
    pub fn keys(&self, recovery_key: &[u8; 32]) -> BackupKeys {
        BackupKeys::derive(recovery_key, self.salt.as_bytes())
    }

    /// The part that was asked for with this cursor, signed. `records` are as stored.
    ///
    /// # Errors
    /// When neither master key opens an environment's keys.
    pub async fn part(
        self,
        ports: &(impl Crypto + Random),
        tenant: &TenantId,
        recovery_key: &[u8; 32],
        version: u64,
        records: Vec<Record>,
        next: Option<Place>,
    ) -> Result<Value, CryptoError> {
        let keys = self.keys(recovery_key);
        let mut sealed = Vec::with_capacity(records.len());
        for record in records {
            sealed.push(match record {
                Record::Environment(it) => Record::Environment(to_backup(ports, tenant, &keys, it).await?),
                other => other,
            });
        }
        let part = Part {
            format: FORMAT,
            tenant: tenant.clone(),
            exported_at: self.exported_at,
            version,
            number: self.number,
            next: next
                .map(|after| Self { number: self.number + 1, after: Some(after), ..self.clone() }.text()),
            recovery_key: fingerprint(recovery_key),
            salt: self.salt,
            records: sealed,
        };
        let mut value = part.write();
        // The last part says that it is the last.
        set(&mut value, "next", part.next.as_deref().into());
        let mac = keys.mac(&json::text(&value));
        set(&mut value, MAC, mac.into());
        Ok(value)
    }
}

fn set(value: &mut Value, name: &str, member: Value) {
    if let Value::Object(members) = value {
        members.insert(name.to_owned(), member);
    }
}

async fn to_backup(
    ports: &(impl Crypto + Random),
    tenant: &TenantId,
    keys: &BackupKeys,
    record: EnvironmentRecord,
) -> Result<EnvironmentRecord, CryptoError> {
    let (data_key, sub_key) = (&record.data_key, &record.sub_key);
    let opened = EnvironmentKeys::unwrap(ports, tenant, record.environment, data_key, sub_key).await?;
    let (data_key, sub_key) = opened.to_backup(ports, keys).await?;
    Ok(EnvironmentRecord { data_key, sub_key, ..record })
}

/// Reads a part, and believes it if it was exported under this recovery key.
///
/// # Errors
/// Not a part, of another format, under another recovery key, or altered.
pub fn read(members: Map<String, Value>, recovery_key: &[u8; 32]) -> Result<Part, Problem> {
    let mut members = members;
    let mac = members.remove(MAC);
    let value = Value::Object(members);
    if value.get("format").and_then(Value::as_u64) != Some(FORMAT) {
        return Err(Problem::backup(
            "unknown-format",
            "This is no backup, or of a format that is not known here.",
        ));
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("recovery_key") != fingerprint(recovery_key) {
        return Err(Problem::backup("wrong-recovery-key", "The backup was made with another recovery key."));
    }
    let keys = BackupKeys::derive(recovery_key, text("salt").as_bytes());
    let mac = mac.as_ref().and_then(Value::as_str).unwrap_or_default();
    if !keys.verifies(&json::text(&value), mac) {
        return Err(Problem::backup("altered-backup", "The backup is not as it was exported."));
    }
    Part::read(&value).ok_or_else(|| {
        Problem::backup("unknown-format", "The backup holds something that is not known here.")
    })
}

impl Part {
    /// What it holds, with the keys of environments wrapped by the master key here. `before` are environments
    /// and domains that stood in a part before it, and are stored here.
    ///
    /// # Errors
    /// When they are not of this tenant, or a key is not what its name says.
    pub async fn rewrapped(
        &self,
        ports: &(impl Crypto + Random),
        recovery_key: &[u8; 32],
        before: &[Record],
    ) -> Result<Vec<Record>, Failure> {
        let keys = BackupKeys::derive(recovery_key, self.salt.as_bytes());
        let mut records = Vec::with_capacity(self.records.len());
        let mut all_opened = Vec::new();
        for record in before {
            if let Record::Environment(EnvironmentRecord { environment, data_key, sub_key, .. }) = record {
                let opened =
                    EnvironmentKeys::unwrap(ports, &self.tenant, *environment, data_key, sub_key).await?;
                all_opened.push((*environment, opened));
            }
        }
        for record in &self.records {
            records.push(match record {
                Record::Environment(it) => {
                    let (environment, tenant) = (it.environment, &self.tenant);
                    let (data_key, sub_key) = (&it.data_key, &it.sub_key);
                    let opened =
                        EnvironmentKeys::of_backup(ports, &keys, tenant, environment, data_key, sub_key)
                            .await?;
                    check_keys(ports, &opened, &it.keys).await?;
                    let (data_key, sub_key) = opened.wrap(ports).await?;
                    all_opened.push((environment, opened));
                    Record::Environment(EnvironmentRecord { data_key, sub_key, ..it.clone() })
                }
                Record::Upstream(it) => {
                    let environment = environment_of(self.records.iter().chain(before), &it.host);
                    let opened = all_opened.iter().find(|(of, _)| Some(*of) == environment);
                    check_client_key(ports, opened.map(|(_, keys)| keys), it).await?;
                    record.clone()
                }
                other => other.clone(),
            });
        }
        Ok(records)
    }
}

fn environment_of<'a>(records: impl IntoIterator<Item = &'a Record>, host: &Host) -> Option<Environment> {
    records.into_iter().find_map(|record| match record {
        Record::Domain(domain) if domain.host == *host => Some(domain.environment),
        _ => None,
    })
}

/// What a key signs to show that its halves fit.
const PROBE: &[u8] = b"edge-eid backup";

/// Whoever has the recovery key can write a backup himself. A signing key of it must not pass for another
/// by its name, nor sign what its public half does not verify.
async fn check_keys(
    ports: &impl Crypto,
    environment: &EnvironmentKeys,
    keys: &[SigningKey],
) -> Result<(), Problem> {
    for key in keys {
        let is_named = key.kid == thumbprint(&key.public) && key.alg.verified_by().fits(&key.public);
        let fits = match &key.private {
            Some(sealed) => {
                let name = signing_key_name(environment.label(), &key.kid);
                let label = signing_key_label(&key.kid);
                let halves = Halves { label, name, alg: key.alg, public: &key.public, sealed };
                halves.fit(ports, environment).await == Ok(true)
            }
            None => !matches!(key.state, KeyState::Active | KeyState::Standby),
        };
        if !is_named || !fits {
            return Err(unfit_key());
        }
    }
    Ok(())
}

/// Our key at an upstream, likewise.
async fn check_client_key(
    ports: &impl Crypto,
    environment: Option<&EnvironmentKeys>,
    UpstreamRecord { host, eid, settings, .. }: &UpstreamRecord,
) -> Result<(), Problem> {
    let Some(key) = &settings.client_key else { return Ok(()) };
    let halves = Halves {
        label: upstream_key_label(host, *eid),
        name: upstream_key_name(host, *eid, &key.kid),
        alg: client_auth::ALGORITHM,
        public: &key.public,
        sealed: &key.private,
    };
    let fit = match environment {
        Some(environment) => halves.fit(ports, environment).await == Ok(true),
        None => false,
    };
    if fit && key.kid == thumbprint(&key.public) { Ok(()) } else { Err(unfit_key()) }
}

fn unfit_key() -> Problem {
    Problem::backup(
        "unfit-key",
        "A key of the backup is not the one that its name says, or its halves do not fit.",
    )
}

/// A key as a backup has it.
struct Halves<'a> {
    label: String,
    name: String,
    alg: Algorithm,
    public: &'a PublicKey,
    sealed: &'a Sealed,
}

impl Halves<'_> {
    async fn fit(&self, ports: &impl Crypto, environment: &EnvironmentKeys) -> Result<bool, CryptoError> {
        let pkcs8 = environment.open(ports, &self.label, self.sealed).await?;
        ports.import(&self.name, self.alg, &pkcs8).await?;
        let signature = ports.sign(&self.name, PROBE).await?;
        Ok(ports.verify(self.alg.verified_by(), self.public, PROBE, &signature).await)
    }
}
