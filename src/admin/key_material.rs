//! Making signing keys: the first ones of an environment and of an algorithm, and the fresh ones that
//! rings take for their next standby. A private half is sealed as soon as it exists.

use super::call::Call;
use super::command::Material;
use super::problem::Failure;
use super::record::EnvironmentRecord;
use crate::eid::Eid;
use crate::error::Fault;
use crate::model::key_ring::{Algorithm, KeyState, Ring, SigningKey, signing_key_label};
use crate::model::{Environment, Host, TenantId, UnixTime};
use crate::oauth::jwks::thumbprint;
use crate::ports::{Crypto, CryptoError, Management, Random};
use crate::vault::EnvironmentKeys;

/// The first keys of an environment: for each eID one that signs at once, since a new ring has no
/// reader yet, and a standby that readers will have fetched long before it is needed.
///
/// # Errors
/// When the platform's cryptography fails.
pub async fn make<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    environment: Environment,
) -> Result<Material, Failure> {
    let made = EnvironmentKeys::create(call.ports, tenant, environment).await?;
    let keys = make_rings(call.ports, &made.keys, Algorithm::Rs256, call.now).await?;
    Ok(Material { data_key: made.data_key, sub_key: made.sub_key, keys })
}

/// The first keys of another algorithm, likewise: no client waits for them, since none was told of
/// tokens that they sign.
///
/// # Errors
/// 404 for an unknown domain, or when the platform's cryptography fails.
pub async fn make_more<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
    alg: Algorithm,
) -> Result<Vec<SigningKey>, Failure> {
    let keys = call.keys_of(tenant, host).await?;
    make_rings(call.ports, &keys, alg, call.now).await
}

async fn make_rings<P: Management>(
    ports: &P,
    keys: &EnvironmentKeys,
    alg: Algorithm,
    now: UnixTime,
) -> Result<Vec<SigningKey>, Failure> {
    let mut rings = Vec::new();
    for eid in Eid::ALL {
        let active = fresh(ports, keys, eid, alg, now).await?;
        let standby = fresh(ports, keys, eid, alg, now).await?;
        let misfit = |_| Fault::lasting("key ring", "a fresh key does not fit");
        rings.extend(Ring::first(active, standby, now).map_err(misfit)?.into_keys());
    }
    Ok(rings)
}

/// A fresh key for each of these rings of an environment.
///
/// # Errors
/// When the environment's keys do not open, or the platform's cryptography fails.
pub async fn fresh_keys(
    ports: &(impl Crypto + Random),
    tenant: &TenantId,
    record: &EnvironmentRecord,
    rings: &[(Eid, Algorithm)],
    now: UnixTime,
) -> Result<Vec<SigningKey>, CryptoError> {
    if rings.is_empty() {
        return Ok(Vec::new());
    }
    let (data_key, sub_key) = (&record.data_key, &record.sub_key);
    let keys = EnvironmentKeys::unwrap(ports, tenant, record.environment, data_key, sub_key).await?;
    let mut made = Vec::new();
    for (eid, alg) in rings {
        made.push(fresh(ports, &keys, *eid, *alg, now).await?);
    }
    Ok(made)
}

/// A fresh key, its private half sealed: what a ring takes for its next standby.
async fn fresh(
    ports: &(impl Crypto + Random),
    keys: &EnvironmentKeys,
    eid: Eid,
    alg: Algorithm,
    now: UnixTime,
) -> Result<SigningKey, CryptoError> {
    let pair = ports.generate(alg).await?;
    let kid = thumbprint(&pair.public);
    let private = keys.seal(ports, &signing_key_label(&kid), &pair.pkcs8).await?;
    Ok(SigningKey {
        kid,
        eid,
        alg,
        state: KeyState::Standby,
        since: now,
        published: None,
        public: pair.public,
        private: Some(private),
    })
}
