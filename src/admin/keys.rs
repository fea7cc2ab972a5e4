//! `…/environments/{environment}/keys`: the signing keys of a tenant's environment, to be read; and
//! the first ones of an algorithm, made with its first domain or application that needs them.

use super::call::{Answer, Call, list_json};
use super::command::Material;
use super::domains::environment_of;
use super::problem::{Failure, Problem};
use super::record::{Record, Target};
use crate::eid::Eid;
use crate::error::Fault;
use crate::json::Json;
use crate::model::key_ring::{Algorithm, KeyState, Ring, SigningKey, signing_key_label};
use crate::model::{Environment, Host, TenantId, UnixTime};
use crate::oauth::jwks::thumbprint;
use crate::ports::{Crypto, CryptoError, Management, Random};
use crate::vault::EnvironmentKeys;
use serde_json::{Value, json};

/// `GET …/keys`: every key of every ring, in any state. Private halves never leave the object.
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
    let item = call.get(&tenant, Target::Environment { environment }).await?;
    let Record::Environment(record) = item.record else { return Err(Problem::not_found().into()) };
    Ok(list_json(record.keys.iter().map(show).collect(), None))
}

/// A key as the API shows it: never its private half.
pub fn show(key: &SigningKey) -> Value {
    json!({
        "kid": key.kid,
        "eid": key.eid.write(),
        "alg": key.alg.write(),
        "state": key.state.write(),
        "since": key.since.iso8601(),
    })
}

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

/// A fresh key, its private half sealed: what a ring takes for its next standby.
///
/// # Errors
/// When the platform's cryptography fails.
pub async fn fresh(
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
