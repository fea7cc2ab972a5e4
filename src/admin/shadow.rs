//! Shadow applications: the twins of an ordinary domain's applications on its MitID domain.
//!
//! A shadow is alike in all that applications rely on, its credentials too, so that a company that
//! moves to MitID changes an address and no secret. Of what may differ there is little: a shadow names
//! MitID's levels only, where the original names any; its callbacks are also those of the same client, if
//! enabled, on other ordinary domains that lead to the same MitID domain, since one shadow stands for all
//! of them; each has its own recording. It is held to the rules of an application that somebody sends.
//! Pure: what is stored in, what is wanted or differs out.

use super::application_protocol;
use super::applications;
use super::change::{APPLICATIONS_MAX, Plan, Stop, put};
use super::command::{Conflict, DueItem, FieldError, Outcome};
use super::configuration::{Configuration, target_of};
use super::input::Fields;
use super::record::{ApplicationRecord, DomainRecord, Record, Scope, SecretRecord};
use super::rules::{application_faults, refuse_if_any};
use crate::eid::{Acr, Eid};
use crate::model::application::{Protocol, REDIRECT_URIS_MAX, StoredSecret};
use crate::model::domain::DomainKind;
use crate::model::{ClientId, Environment, Host, UnixTime};
use crate::rows::{Rows, StoreFault};
use serde_json::Value;

/// Where an application's shadow differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The application.
    pub client_id: ClientId,
    /// Names of the settings in the API; `secrets` for its credentials.
    pub fields: Vec<String>,
}

json_struct!(Difference { client_id, fields });

/// The applications of an ordinary domain beside those of its MitID domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The MitID domain.
    pub mitid_domain: Host,
    /// How many have a shadow that is alike.
    pub alike: u64,
    /// Those without a shadow.
    pub missing: Vec<ClientId>,
    /// Those whose shadow differs.
    pub differing: Vec<Difference>,
    /// Applications of the MitID domain that are nobody's shadow.
    pub extra: Vec<ClientId>,
}

json_struct!(Drift { mitid_domain, alike, missing, differing, extra });

/// How an application of an ordinary domain stands beside its shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Its domain leads to no MitID domain.
    Nothing,
    /// It has no shadow there.
    Missing,
    /// Its shadow is not alike.
    Differing,
    /// Its shadow is alike.
    Alike,
}

json_enum!(Beside {
    Nothing = "nothing",
    Missing = "missing",
    Differing = "differing",
    Alike = "alike",
});

/// An application of an ordinary domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its domain.
    pub host: Host,
    /// Its id.
    pub client_id: ClientId,
    /// How it stands.
    pub beside: Beside,
    /// When NemID closes for it, if it has a day of its own.
    pub nemid_closed_at: Option<UnixTime>,
}

json_struct!(Original { host, client_id, beside, nemid_closed_at });

/// An application and its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Twin {
    application: ApplicationRecord,
    secrets: Vec<StoredSecret>,
}

/// Makes the shadow of an application, or makes it alike again: one change, secrets included.
///
/// # Errors
/// [`Stop::Absent`] without the application, a conflict without a MitID domain, and
/// [`Stop::Unchanged`] where it is alike already.
pub fn decide<R: Rows>(
    stored: &Configuration<'_, R>,
    host: &Host,
    client_id: &ClientId,
    at: UnixTime,
) -> Result<Plan, Stop> {
    let domain = stored.domain(host)?.ok_or(Stop::Absent)?;
    let original = twin(stored, host, client_id)?.ok_or(Stop::Absent)?;
    let place = mitid_domain(&domain).ok_or(Conflict::NoMitidDomain)?;
    let now = twin(stored, place, client_id)?;
    let scope = Scope::Applications { host: place.clone() };
    if now.is_none() && stored.count(&scope, APPLICATIONS_MAX)? >= APPLICATIONS_MAX {
        return Err(Conflict::LimitReached.into());
    }
    let others = leading_to(stored.domains()?, &domain, place);
    let others = namesakes(stored, &others, client_id)?;
    let wanted = shadow(&original, &others, place, now.as_ref(), at);
    refuse_if_any(faults(stored, &wanted.application)?)?;
    let secret = |secret: &StoredSecret| {
        let (host, client_id) = (place.clone(), client_id.clone());
        Record::Secret(SecretRecord { host, client_id, secret: secret.clone() })
    };
    let there = now.map(|now| now.secrets).unwrap_or_default();
    let added: Vec<Record> = wanted.secrets.iter().filter(|it| !there.contains(it)).map(secret).collect();
    let gone = there.iter().filter(|it| wanted.secrets.iter().all(|wanted| wanted.id != it.id));
    let gone = gone.map(|it| target_of(&secret(it))).collect::<Vec<_>>();
    let item = DueItem::Application { host: place.clone(), client_id: client_id.clone() };
    let record = Record::Application(wanted.application);
    let old = stored.get(&target_of(&record))?;
    // Where only credentials differ, the application is written again as it is.
    let only_secrets =
        old.as_ref().is_some_and(|old| old.record == record) && !(added.is_empty() && gone.is_empty());
    let plan = if only_secrets {
        let before = Some(record.clone());
        Plan { outcome: Outcome::Replaced, before, ..put(None, record, vec![item])? }
    } else {
        put(old, record, vec![item])?
    };
    Ok(Plan { also_put: added, also_removed: gone, ..plan })
}

/// Compares all applications of an ordinary domain with their shadows; `None` for a domain that leads to
/// no MitID domain.
///
/// # Errors
/// When the store fails.
pub fn drift<R: Rows>(
    stored: &Configuration<'_, R>,
    domain: &DomainRecord,
    at: UnixTime,
) -> Result<Option<Drift>, StoreFault> {
    let Some(place) = mitid_domain(domain) else { return Ok(None) };
    let mut found = Drift {
        mitid_domain: place.clone(),
        alike: 0,
        missing: Vec::new(),
        differing: Vec::new(),
        extra: Vec::new(),
    };
    let others = leading_to(stored.domains()?, domain, place);
    let applications = stored.applications(&domain.host)?;
    let known: Vec<ClientId> = applications.iter().map(|it| it.client_id.clone()).collect();
    for application in applications {
        let client_id = application.client_id;
        let Some(original) = twin(stored, &domain.host, &client_id)? else { continue };
        let Some(now) = twin(stored, place, &client_id)? else {
            found.missing.push(client_id);
            continue;
        };
        let namesakes = namesakes(stored, &others, &client_id)?;
        let fields = differing_fields(&shadow(&original, &namesakes, place, Some(&now), at), &now);
        if fields.is_empty() {
            found.alike += 1;
        } else {
            found.differing.push(Difference { client_id, fields });
        }
    }
    for it in stored.applications(place)? {
        if !known.contains(&it.client_id) && namesakes(stored, &others, &it.client_id)?.is_empty() {
            found.extra.push(it.client_id);
        }
    }
    Ok(Some(found))
}

/// Applications of an environment's ordinary domains, by host and id, and where to go on when there are
/// more: what is read grows with `limit` and the number of domains, not with that of applications.
///
/// # Errors
/// When the store fails.
pub fn originals<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
    after: Option<&str>,
    limit: usize,
    at: UnixTime,
) -> Result<(Vec<Original>, Option<String>), StoreFault> {
    // As the rows are named: host, space, id.
    let after = after.unwrap_or_default();
    let (from, id) = after.split_once(' ').unwrap_or((after, ""));
    let domains = stored.domains()?;
    let mut found: Vec<Original> = Vec::new();
    let is_wanted = |it: &&DomainRecord| it.environment == environment && it.kind == DomainKind::Ordinary;
    for domain in domains.iter().filter(is_wanted).filter(|domain| domain.host.as_str() >= from) {
        let place = mitid_domain(domain);
        let others = place.map(|place| leading_to(domains.clone(), domain, place)).unwrap_or_default();
        let id = Some(id).filter(|id| domain.host.as_str() == from && !id.is_empty());
        let scope = Scope::Applications { host: domain.host.clone() };
        for item in stored.list(&scope, id, limit.saturating_add(1).saturating_sub(found.len()))?.0 {
            let Record::Application(application) = item.record else { continue };
            if found.len() == limit {
                let next = found.last().map(|last| format!("{} {}", last.host, last.client_id));
                return Ok((found, next));
            }
            let nemid_closed_at = application.protocol.nemid_closed_at;
            let (host, client_id) = (domain.host.clone(), application.client_id);
            let beside = match place {
                Some(place) => beside(stored, &host, &client_id, place, &others, at)?,
                None => Beside::Nothing,
            };
            found.push(Original { host, client_id, beside, nemid_closed_at });
        }
    }
    Ok((found, None))
}

fn beside<R: Rows>(
    stored: &Configuration<'_, R>,
    host: &Host,
    client_id: &ClientId,
    place: &Host,
    others: &[DomainRecord],
    at: UnixTime,
) -> Result<Beside, StoreFault> {
    let (original, now) = (twin(stored, host, client_id)?, twin(stored, place, client_id)?);
    let (Some(original), Some(now)) = (original, now) else { return Ok(Beside::Missing) };
    let wanted = shadow(&original, &namesakes(stored, others, client_id)?, place, Some(&now), at);
    Ok(if differing_fields(&wanted, &now).is_empty() { Beside::Alike } else { Beside::Differing })
}

/// Where the shadows of a domain belong, if it leads to a MitID domain.
pub fn mitid_domain(domain: &DomainRecord) -> Option<&Host> {
    domain.peer.as_ref().filter(|_| domain.kind == DomainKind::Ordinary)
}

fn twin<R: Rows>(
    stored: &Configuration<'_, R>,
    host: &Host,
    client_id: &ClientId,
) -> Result<Option<Twin>, StoreFault> {
    let Some(application) = stored.application(host, client_id)? else { return Ok(None) };
    let secrets = stored.secrets(host, client_id)?.into_iter().map(|it| it.secret).collect();
    Ok(Some(Twin { application, secrets }))
}

/// The other ordinary domains that lead to the same MitID domain.
fn leading_to(mut domains: Vec<DomainRecord>, domain: &DomainRecord, place: &Host) -> Vec<DomainRecord> {
    domains.retain(|it| mitid_domain(it) == Some(place) && it.host != domain.host);
    domains
}

/// The applications of this id on other domains.
fn namesakes<R: Rows>(
    stored: &Configuration<'_, R>,
    others: &[DomainRecord],
    client_id: &ClientId,
) -> Result<Vec<ApplicationRecord>, StoreFault> {
    let mut found = Vec::new();
    for other in others {
        if let Some(mut application) = stored.application(&other.host, client_id)? {
            // Disabled means disabled: none of its callbacks comes alive elsewhere.
            application.enabled &= other.enabled;
            found.push(application);
        }
    }
    Ok(found)
}

/// What the rules for applications say against a shadow: callbacks of other applications may not fit it.
fn faults<R: Rows>(
    stored: &Configuration<'_, R>,
    wanted: &ApplicationRecord,
) -> Result<Vec<FieldError>, StoreFault> {
    let mut fields = Fields::from(Value::Null);
    let fits = wanted.redirect_uris.len() <= REDIRECT_URIS_MAX;
    fields.demand("redirect_uris", fits, "those of all its originals are more than an application may have");
    let methods = &wanted.token_endpoint_auth_methods;
    application_protocol::check(&mut fields, methods, &wanted.redirect_uris, &wanted.protocol);
    let mut errors = fields.into_errors();
    if let Some(domain) = stored.domain(&wanted.host)? {
        errors.extend(application_faults(&domain, wanted));
    }
    Ok(errors)
}

/// What the shadow should be.
fn shadow(
    original: &Twin,
    namesakes: &[ApplicationRecord],
    place: &Host,
    now: Option<&Twin>,
    at: UnixTime,
) -> Twin {
    let mut redirect_uris = original.application.redirect_uris.clone();
    for uri in namesakes.iter().filter(|it| it.enabled).flat_map(|other| &other.redirect_uris) {
        if !redirect_uris.contains(uri) {
            redirect_uris.push(uri.clone());
        }
    }
    let now = now.map(|now| &now.application);
    let protocol = &*original.application.protocol;
    let acr_values = of_mitid(&protocol.acr_values);
    let recording_until = now.and_then(|now| now.protocol.recording_until);
    let application = ApplicationRecord {
        host: place.clone(),
        redirect_uris,
        protocol: Box::new(Protocol { acr_values, recording_until, ..protocol.clone() }),
        created_at: now.map_or(at, |now| now.created_at),
        ..original.application.clone()
    };
    Twin { application, secrets: original.secrets.clone() }
}

/// The eIDs of MitID among these; where there are none, those that take NemID's place. Never an empty list
/// of a list that is not: an empty one allows everything.
fn of_mitid(acr_values: &[Acr]) -> Vec<Acr> {
    let mut kept: Vec<Acr> = acr_values.iter().copied().filter(|acr| acr.eid() == Eid::Mitid).collect();
    if kept.is_empty() {
        for acr in acr_values {
            let successor = if acr.is_employee() { Acr::MitidBusiness } else { Acr::MitidSubstantial };
            if !kept.contains(&successor) {
                kept.push(successor);
            }
        }
    }
    kept
}

/// Names of what differs, as the API calls it.
fn differing_fields(wanted: &Twin, now: &Twin) -> Vec<String> {
    let shown = |twin: &Twin| applications::show(&Record::Application(twin.application.clone()));
    let (wanted_shown, now_shown) = (shown(wanted), shown(now));
    let mut fields = Vec::new();
    if let (Value::Object(wanted), Value::Object(now)) = (&wanted_shown, &now_shown) {
        let differs = |name: &&String| wanted.get(*name) != now.get(*name);
        fields.extend(wanted.keys().filter(differs).cloned());
    }
    let is_in = |secrets: &[StoredSecret], it: &StoredSecret| secrets.contains(it);
    let is_same =
        wanted.secrets.len() == now.secrets.len() && wanted.secrets.iter().all(|it| is_in(&now.secrets, it));
    if !is_same {
        fields.push("secrets".to_owned());
    }
    fields
}
