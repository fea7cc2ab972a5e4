//! `…/environments/{environment}/keys`: the signing keys of a tenant's environment as a timetable, and
//! what can be ordered of them: a rotation, its rehearsal, another day for it, and the emergency.
//!
//! Every order answers what happened to which key, and when the last isolate and the last cache will
//! have forgotten how it was before.

use super::call::{Answer, Call, refusal};
use super::command::{Action, KeyOrder, KeyReport, Precondition, Refusal, TenantAnswer, TenantCommand};
use super::domains::environment_of;
use super::input::{Fields, is_visible, parsed, time, word};
use super::key_material::fresh_keys;
use super::key_schedule::rings_of;
use super::problem::{Failure, Problem};
use super::timetable;
use crate::eid::Eid;
use crate::error::Fault;
use crate::model::domain::environment_label;
use crate::model::key_ring::Algorithm;
use crate::model::names::InvalidName;
use crate::model::{Environment, TenantId};
use crate::ports::{LogEvent, Management, Unavailable};
use crate::web::Response;
use serde_json::Value;

/// Longest reason, characters.
pub const REASON_MAX_CHARACTERS: usize = 200;

/// Longest name of a key that is looked at, characters; ours have 43.
const KID_MAX_CHARACTERS: usize = 64;

/// What it means to force an order that came too early, and what it does not.
const EARLY_ROTATION: &str = "Nothing was done. Some clients may not know the standby yet: wait until allowed_from, or send force with kid and reason. By force, clients with an older key set cannot verify new tokens until they fetch it again, by allowed_from at the latest. Without allowed_from, a domain has yet to publish the standby.";
const EARLY_REHEARSAL: &str = "Nothing was done. Some clients may not know every standby yet, and a rehearsal waits for that as the schedule does: until allowed_from. Without allowed_from, a domain has yet to publish a standby.";
const EARLY_EMERGENCY: &str = "Nothing was done, and the key still signs. Send it again with force, and it goes at once: clients with a key set older than the standby then cannot verify new tokens until they fetch it again, by allowed_from at the latest. Forced or not, clients verify what a stolen key signs until they fetch the key set again, by forgotten_at of the answer at the latest: to wait makes that later. Without allowed_from, a domain has yet to publish the standby.";

/// A ring of an environment.
type RingName = (Eid, Algorithm);

/// `GET …/keys`: every key of every ring, in any state, and who was seen with it. Private halves never
/// leave the object.
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let orders = Orders::of(call, tenant, environment).await?;
    let label = environment_label(&orders.tenant, orders.environment);
    let seen = match call.ports.sightings(&label).await {
        Ok(seen) => Some(seen),
        // Who was seen is good to know; the keys are to be shown whatever happens.
        Err(Unavailable { what, cause }) => {
            let facts = vec![("what", what.to_owned()), ("cause", cause)];
            call.ports.record(LogEvent { event: "sightings_unavailable", facts });
            None
        }
    };
    let body = timetable::of(&orders.before, &call.ports.installation().serving, seen.as_deref())?;
    Ok(Response::json(200, &body))
}

/// `POST …/keys/rotate`: a ring rotates now, after its guard time or by force. By force it names the key
/// that signs, so that an order which is sent twice rotates once; the guard time does that otherwise.
pub async fn rotate<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let orders = Orders::of(call, tenant, environment).await?;
    let mut fields = Fields::of(call.request)?;
    let ring = ring(&mut fields);
    let kid = fields.optional("kid", parsed(key_name));
    let force = fields.switch("force", false);
    let reason = fields.optional("reason", parsed(reason));
    fields.demand("kid", kid.is_some() || !force, "the key that signs now, where it is forced");
    fields.demand("reason", reason.is_some() || !force, "why it is forced");
    fields.finish()?;
    let (eid, alg) = orders.known(ring)?;
    let order = KeyOrder::Rotate { eid, alg, kid, force, reason: reason.unwrap_or_default() };
    orders.give(order, vec![(eid, alg)], None).await
}

/// `POST …/keys/rehearse`: every ring of TEST rotates now, as it will by plan.
pub async fn rehearse<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let orders = Orders::of(call, tenant, environment).await?;
    Fields::of_optional_body(call.request)?.finish()?;
    let rings = match orders.environment {
        Environment::Test => orders.rings()?,
        Environment::Production => Vec::new(),
    };
    orders.give(KeyOrder::Rehearse, rings, None).await
}

/// `POST …/keys/postpone`: the next rotation of a ring is put to another day, or back to its own.
pub async fn postpone<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    let orders = Orders::of(call, tenant, environment).await?;
    let mut fields = Fields::of(call.request)?;
    let ring = ring(&mut fields);
    let day = |value: &Value| if value.is_null() { Ok(None) } else { parsed(time)(value).map(Some) };
    let (until, reason) = (fields.required("until", day), fields.required("reason", parsed(reason)));
    let (Some(until), Some(reason)) = (until, reason) else { return Err(fields.refusal().into()) };
    fields.finish()?;
    let (eid, alg) = orders.known(ring)?;
    orders.give(KeyOrder::Postpone { eid, alg, until, reason }, Vec::new(), None).await
}

/// `POST …/keys/{kid}/compromise`: the key goes at once. Said again of the same key, it changes nothing
/// and answers what is.
pub async fn compromise<P: Management>(
    call: &Call<'_, P>,
    tenant: &str,
    environment: &str,
    kid: &str,
) -> Answer {
    let orders = Orders::of(call, tenant, environment).await?;
    let mut fields = Fields::of(call.request)?;
    let force = fields.switch("force", false);
    let Some(reason) = fields.required("reason", parsed(reason)) else {
        return Err(fields.refusal().into());
    };
    fields.finish()?;
    let key = orders.before.record.keys.iter().find(|key| key.kid == kid).ok_or(Problem::not_found())?;
    let rings = vec![(key.eid, key.alg)];
    orders.give(KeyOrder::Compromise { kid: kid.to_owned(), force, reason }, rings, Some(kid)).await
}

/// The eID and algorithm of a ring; `None` when an error was noted.
fn ring(fields: &mut Fields) -> Option<RingName> {
    const EIDS: &[(&str, Eid)] = &[("nemid", Eid::Nemid), ("mitid", Eid::Mitid)];
    const ALGORITHMS: &[(&str, Algorithm)] = &[("RS256", Algorithm::Rs256), ("ES256", Algorithm::Es256)];
    let alg = fields.optional("alg", word(ALGORITHMS, "RS256 or ES256")).unwrap_or(Algorithm::Rs256);
    fields.required("eid", word(EIDS, "nemid or mitid")).map(|eid| (eid, alg))
}

/// The name of a key: whether there is such a key is another question.
fn key_name(raw: &str) -> Result<String, InvalidName> {
    if is_visible(raw, KID_MAX_CHARACTERS) {
        Ok(raw.to_owned())
    } else {
        Err(InvalidName("1 to 64 visible characters"))
    }
}

/// Why something was ordered: for the log of changes, so one line without anything hidden.
fn reason(raw: &str) -> Result<String, InvalidName> {
    if is_visible(raw, REASON_MAX_CHARACTERS) {
        Ok(raw.to_owned())
    } else {
        Err(InvalidName("1 to 200 visible characters, without spaces around them"))
    }
}

/// The keys of one environment, to be shown or ordered about.
struct Orders<'a, P> {
    call: &'a Call<'a, P>,
    tenant: TenantId,
    environment: Environment,
    before: KeyReport,
}

impl<'a, P: Management> Orders<'a, P> {
    async fn of(call: &'a Call<'a, P>, tenant: &str, environment: &str) -> Result<Self, Failure> {
        let tenant = call.tenant_id(tenant)?;
        let environment = environment_of(environment).map_err(|_| Problem::not_found())?;
        let before = report(call, &tenant, environment).await?;
        Ok(Self { call, tenant, environment, before })
    }

    fn rings(&self) -> Result<Vec<RingName>, Failure> {
        let rings =
            rings_of(&self.before.record).map_err(|_| Fault::lasting("keys", "keys that are no ring"))?;
        Ok(rings.iter().map(|ring| (ring.eid(), ring.alg())).collect())
    }

    fn known(&self, ring: Option<RingName>) -> Result<RingName, Failure> {
        let rings = self.rings()?;
        ring.filter(|ring| rings.contains(ring)).ok_or(Problem::not_found().into())
    }

    /// Gives an order, with a fresh key for each of these rings where it takes them, and answers what
    /// came of it; of a key that it is about also where nothing changed.
    async fn give(&self, order: KeyOrder, rings: Vec<RingName>, about: Option<&str>) -> Answer {
        let (call, environment) = (self.call, self.environment);
        let early = match order {
            KeyOrder::Compromise { .. } => EARLY_EMERGENCY,
            KeyOrder::Rehearse => EARLY_REHEARSAL,
            _ => EARLY_ROTATION,
        };
        let change = call.change(Precondition::None, Action::Keys { environment, order });
        let mut command = TenantCommand::Change(change);
        let mut answer = call.ports.tenant(&self.tenant, &command).await?;
        if matches!(answer, TenantAnswer::Refused(Refusal::NeedsMaterial)) {
            let keys = fresh_keys(call.ports, &self.tenant, &self.before.record, &rings, call.now).await?;
            if let TenantCommand::Change(change) = &mut command {
                change.keys = keys;
            }
            answer = call.ports.tenant(&self.tenant, &command).await?;
        }
        let done = match answer {
            TenantAnswer::Done(done) => done,
            TenantAnswer::Refused(Refusal::TooEarly { from }) => {
                return Err(Problem::too_early(early, from).into());
            }
            other => return Err(refusal(other)),
        };
        let after = report(call, &self.tenant, environment).await?;
        let times = &call.ports.installation().serving;
        let body = timetable::outcome(&self.before.record, &after, done.published, about, times)?;
        Ok(Response::json(200, &body))
    }
}

async fn report<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    environment: Environment,
) -> Result<KeyReport, Failure> {
    match call.ports.tenant(tenant, &TenantCommand::Keys(environment)).await? {
        TenantAnswer::Keys(report) => Ok(*report),
        other => Err(refusal(other)),
    }
}
