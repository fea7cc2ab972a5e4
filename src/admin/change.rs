//! Decides a change against what is stored: whether it may be made, what it writes, and which
//! published values it touches. Pure; nothing is written here.

use super::caller::token_name;
use super::command::{Action, Change, Conflict, DueItem, Material, Outcome, Precondition, Refusal};
use super::command::{FieldError, UpstreamInput};
use super::configuration::{Configuration, target_of};
use super::key_change::{self, KeyEvent};
use super::record::{ApplicationRecord, DomainRecord, EnvironmentRecord, Record, Scope, SecretRecord};
use super::record::{Target, TenantRecord, TokenRecord, UpstreamRecord, Versioned};
use super::rules::{application_faults, check_fixed, check_peer, check_peer_lets_go, check_precondition};
use super::rules::{check_upstream, default_response_types, field, refuse_if_any};
use super::{shadow, style_record, test_people};
use crate::model::application::{ClientAuthMethod, SECRETS_MAX};
use crate::model::domain::{ClientKey, CprSettings, Rehearsal, Upstream};
use crate::model::key_ring::{Algorithm, SigningKey};
use crate::model::{Environment, Host, Sealed, Serving, UnixTime};
use crate::rows::{Rows, StoreFault};

/// Most domains of one tenant.
pub const DOMAINS_MAX: usize = 200;
/// Most applications of one domain.
pub const APPLICATIONS_MAX: usize = 1_000;

/// Most tokens of one tenant for the admin API.
pub const TOKENS_MAX: usize = 50;

/// What a change writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it does to the thing.
    pub outcome: Outcome,
    /// The thing.
    pub target: Target,
    /// The thing as it was.
    pub before: Option<Record>,
    /// The thing as it will be.
    pub after: Option<Record>,
    /// Keys of an environment that gets its first domain, or more of them.
    pub keys: Option<KeyChange>,
    /// What is written with a thing that is put.
    pub also_put: Vec<Record>,
    /// What goes with it: with a thing that is removed, or that is put without it.
    pub also_removed: Vec<Target>,
    /// Published values that change.
    pub touched: Vec<DueItem>,
    /// What happened to keys: then the log of changes says this instead of the thing before and after.
    pub events: Vec<KeyEvent>,
}

/// An environment whose keys change with a thing that needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// As they were, if there were any.
    pub before: Option<EnvironmentRecord>,
    /// As they will be.
    pub after: EnvironmentRecord,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The thing, or what it belongs to, does not exist.
    Absent,
    /// It already is as it should be.
    Unchanged(Box<Versioned>),
    /// It may not be made.
    Refused(Refusal),
    /// The store failed.
    Fault(StoreFault),
}

impl From<StoreFault> for Stop {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Conflict> for Stop {
    fn from(conflict: Conflict) -> Self {
        Self::Refused(Refusal::Conflict(conflict))
    }
}

/// Decides a change.
///
/// # Errors
/// See [`Stop`].
pub fn decide<R: Rows>(
    stored: &Configuration<'_, R>,
    change: &Change,
    times: &Serving,
) -> Result<Plan, Stop> {
    match &change.action {
        Action::PutTenant(tenant) => put_tenant(stored, &change.precondition, tenant),
        Action::PutEnvironment { environment, cpr } => {
            put_environment(stored, &change.precondition, *environment, *cpr)
        }
        Action::Rehearse { environment, rehearsal } => rehearse(stored, *environment, *rehearsal),
        Action::PutDomain { domain, material } => {
            put_domain(stored, &change.precondition, domain, material.as_ref())
        }
        Action::PutUpstream(input) => put_upstream(stored, &change.precondition, input),
        Action::PutApplication(application) => {
            put_application(stored, &change.precondition, application, &change.keys)
        }
        Action::AddSecret(secret) => add_secret(stored, secret),
        Action::MakeShadow { host, client_id } => shadow::decide(stored, host, client_id, change.at),
        Action::AddToken(token) => add_token(stored, token, change.at),
        Action::PutTestPerson(person) => test_people::decide(stored, &change.precondition, person),
        Action::PutApplied(mark) => {
            stored.tenant()?.ok_or(Stop::Absent)?;
            put(stored.get(&Target::Applied)?, Record::Applied(mark.clone()), Vec::new())
        }
        Action::Remove(target) => remove(stored, &change.precondition, target),
        Action::Style { host, change: wanted } => {
            style_record::decide(stored, &change.precondition, host, wanted)
        }
        Action::Keys { environment, order } => key_change::decide(stored, change, *environment, order, times),
        Action::Rewrap { environment, data_key, sub_key } => rewrap(stored, *environment, data_key, sub_key),
    }
}

fn put_tenant<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    wanted: &TenantRecord,
) -> Result<Plan, Stop> {
    let old = stored.get(&Target::Tenant)?;
    check_precondition(precondition, old.as_ref())?;
    let mut tenant = wanted.clone();
    if let Some(Versioned { record: Record::Tenant(old), .. }) = &old {
        tenant.created_at = old.created_at;
    }
    put(old, Record::Tenant(tenant), vec![DueItem::Directory])
}

/// The settings of an environment; its keys are made with its first domain, and so is it.
fn put_environment<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    environment: Environment,
    cpr: CprSettings,
) -> Result<Plan, Stop> {
    let before = stored.environment(environment)?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Environment { environment })?;
    check_precondition(precondition, old.as_ref())?;
    let touched = touched_by_keys(stored, environment)?;
    put(old, Record::Environment(EnvironmentRecord { cpr, ..before }), touched)
}

/// Begins, changes or ends the rehearsal of an environment.
fn rehearse<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
    rehearsal: Option<Rehearsal>,
) -> Result<Plan, Stop> {
    let before = stored.environment(environment)?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Environment { environment })?;
    let touched = touched_by_keys(stored, environment)?;
    put(old, Record::Environment(EnvironmentRecord { rehearsal, ..before }), touched)
}

fn put_domain<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    wanted: &DomainRecord,
    material: Option<&Material>,
) -> Result<Plan, Stop> {
    stored.tenant()?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Domain { host: wanted.host.clone() })?;
    check_precondition(precondition, old.as_ref())?;
    let mut domain = wanted.clone();
    let mut errors = Vec::new();
    if let Some(Versioned { record: Record::Domain(old), .. }) = &old {
        domain.created_at = old.created_at;
        check_fixed(old, wanted, &mut errors);
        check_peer_lets_go(stored, old, wanted, &mut errors)?;
    } else if stored.count(&Scope::Domains, DOMAINS_MAX)? >= DOMAINS_MAX {
        return Err(Conflict::LimitReached.into());
    }
    check_peer(stored, wanted, &mut errors)?;
    refuse_if_any(errors)?;
    let keys = first_keys(stored, wanted.environment, material)?;
    let mut touched = touched_by_domain(stored, &domain.host)?;
    if keys.is_some() {
        touched.push(DueItem::Directory);
    }
    Ok(Plan { keys, ..put(old, Record::Domain(domain), touched)? })
}

fn put_upstream<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    input: &UpstreamInput,
) -> Result<Plan, Stop> {
    let domain = stored.domain(&input.host)?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Upstream { host: input.host.clone(), eid: input.eid })?;
    check_precondition(precondition, old.as_ref())?;
    let mut errors = Vec::new();
    check_upstream(&domain, input, &mut errors);
    // Whoever may change the issuer but does not know the secret must not get it sent there.
    let kept = match &old {
        Some(Versioned { record: Record::Upstream(old), .. }) => Some(&*old.settings),
        _ => None,
    };
    let kept = kept.filter(|kept| kept.issuer == input.settings.issuer);
    let settings = Box::new(proved(input, kept, &mut errors));
    refuse_if_any(errors)?;
    let UpstreamInput { host, eid, preset, .. } = input.clone();
    let upstream = UpstreamRecord { host, eid, preset, settings };
    let touched = touched_by_domain(stored, &input.host)?;
    put(old, Record::Upstream(upstream), touched)
}

/// The settings with what proves us: the new secret or key, or the one of before.
fn proved(input: &UpstreamInput, kept: Option<&Upstream>, errors: &mut Vec<FieldError>) -> Upstream {
    let mut settings = input.settings.clone();
    match input.key_audience {
        Some(audience) => {
            let kept = kept.and_then(|kept| kept.client_key.clone());
            let key = settings.client_key.or(kept).map(|key| ClientKey { audience, ..key });
            if key.is_none() {
                errors.push(field("client_auth", "the upstream was changed at the same time; try again"));
            }
            settings = Upstream { client_key: key, client_secret: None, ..settings };
        }
        None => {
            let kept = kept.and_then(|kept| kept.client_secret.clone());
            let secret = settings.client_secret.or(kept);
            if secret.is_none() {
                errors.push(field("client_secret", "needed for a new upstream and for another issuer"));
            }
            settings = Upstream { client_secret: secret, client_key: None, ..settings };
        }
    }
    settings
}

fn put_application<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    wanted: &ApplicationRecord,
    keys: &[SigningKey],
) -> Result<Plan, Stop> {
    let domain = stored.domain(&wanted.host)?.ok_or(Stop::Absent)?;
    let old = stored.get(&target_of(&Record::Application(wanted.clone())))?;
    check_precondition(precondition, old.as_ref())?;
    let mut application = wanted.clone();
    if let Some(Versioned { record: Record::Application(old), .. }) = &old {
        application.created_at = old.created_at;
    } else {
        let scope = Scope::Applications { host: wanted.host.clone() };
        if stored.count(&scope, APPLICATIONS_MAX)? >= APPLICATIONS_MAX {
            return Err(Conflict::LimitReached.into());
        }
    }
    if application.protocol.response_types.is_empty() {
        application.protocol.response_types = default_response_types(domain.environment);
    }
    refuse_if_any(application_faults(&domain, wanted))?;
    let alg = application.protocol.id_token_signed_response_alg;
    let keys = keys_of(stored, domain.environment, alg, keys)?;
    let mut touched = vec![touched_by_application(&application.host, &application)];
    if keys.is_some() {
        // Every domain of the environment announces them, and they are due before the application.
        touched.extend(touched_by_keys(stored, domain.environment)?);
    }
    Ok(Plan { keys, ..put(old, Record::Application(application), touched)? })
}

fn add_secret<R: Rows>(stored: &Configuration<'_, R>, wanted: &SecretRecord) -> Result<Plan, Stop> {
    let application = stored.application(&wanted.host, &wanted.client_id)?.ok_or(Stop::Absent)?;
    if application.token_endpoint_auth_methods.contains(&ClientAuthMethod::None) {
        return Err(Conflict::PublicApplication.into());
    }
    let secrets = stored.secrets(&wanted.host, &wanted.client_id)?;
    let is_known =
        |known: &SecretRecord| known.secret.hash == wanted.secret.hash || known.secret.id == wanted.secret.id;
    if secrets.iter().any(is_known) {
        return Err(Conflict::SecretExists.into());
    }
    if secrets.len() >= SECRETS_MAX {
        return Err(Conflict::LimitReached.into());
    }
    let touched = vec![touched_by_application(&wanted.host, &application)];
    put(None, Record::Secret(wanted.clone()), touched)
}

/// Adds a token; those that are over make room.
fn add_token<R: Rows>(
    stored: &Configuration<'_, R>,
    wanted: &TokenRecord,
    at: UnixTime,
) -> Result<Plan, Stop> {
    stored.tenant()?.ok_or(Stop::Absent)?;
    let (over, counting): (Vec<_>, Vec<_>) =
        stored.tokens()?.into_iter().partition(|token| token.expires_at.is_over(at));
    if counting.len() >= TOKENS_MAX {
        return Err(Conflict::LimitReached.into());
    }
    let also_removed = over.into_iter().map(|token| Target::Token { id: token.id }).collect();
    Ok(Plan { also_removed, ..put(None, Record::Token(wanted.clone()), Vec::new())? })
}

/// The tokens that a token has made, and those that they have made: whoever held a stolen one is shut out
/// with all of them.
fn made_by<R: Rows>(stored: &Configuration<'_, R>, id: &str) -> Result<Vec<Target>, StoreFault> {
    let all = stored.tokens()?;
    let mut found = vec![id.to_owned()];
    let mut next = 0;
    while let Some(maker) = found.get(next).map(|id| token_name(id)) {
        let made = all.iter().filter(|token| token.created_by == maker).map(|token| token.id.clone());
        let new: Vec<String> = made.filter(|id| !found.contains(id)).collect();
        found.extend(new);
        next += 1;
    }
    Ok(found.into_iter().skip(1).map(|id| Target::Token { id }).collect())
}

fn remove<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    target: &Target,
) -> Result<Plan, Stop> {
    let old = stored.get(target)?.ok_or(Stop::Absent)?;
    check_precondition(precondition, Some(&old))?;
    let (also_removed, touched) = match target {
        // A tenant's id is for ever: its hosts are claimed under it.
        Target::Tenant | Target::Environment { .. } | Target::Applied => return Err(Conflict::InUse.into()),
        Target::Domain { host } => {
            let applications = Scope::Applications { host: host.clone() };
            if stored.count(&applications, 1)? > 0 || !stored.domains_paired_with(host)?.is_empty() {
                return Err(Conflict::InUse.into());
            }
            let upstreams = stored.all(&Scope::Upstreams { host: host.clone() })?;
            let mut also_removed: Vec<Target> = upstreams.iter().map(target_of).collect();
            let mut touched = vec![DueItem::Domain { host: host.clone() }];
            if let Some(style) = stored.style(host)? {
                touched.extend(style_record::all_of(&style));
                also_removed.push(Target::Style { host: host.clone() });
            }
            (also_removed, touched)
        }
        Target::Upstream { host, .. } => (Vec::new(), touched_by_domain(stored, host)?),
        // Nothing of it is published.
        Target::Token { id } => (made_by(stored, id)?, Vec::new()),
        Target::TestPerson { .. } => (Vec::new(), touched_by_keys(stored, Environment::Test)?),
        Target::Style { host } => {
            let mut touched =
                stored.style(host)?.map(|style| style_record::all_of(&style)).unwrap_or_default();
            touched.push(DueItem::Domain { host: host.clone() });
            (Vec::new(), touched)
        }
        Target::Application { host, client_id } => {
            let secrets = stored.secrets(host, client_id)?.into_iter().map(Record::Secret);
            let item = DueItem::Application { host: host.clone(), client_id: client_id.clone() };
            (secrets.map(|secret| target_of(&secret)).collect(), vec![item])
        }
        Target::Secret { host, client_id, .. } => {
            let item = DueItem::Application { host: host.clone(), client_id: client_id.clone() };
            (Vec::new(), vec![item])
        }
    };
    Ok(Plan {
        outcome: Outcome::Removed,
        target: target.clone(),
        before: Some(old.record),
        after: None,
        keys: None,
        also_put: Vec::new(),
        also_removed,
        touched,
        events: Vec::new(),
    })
}

/// The same keys, wrapped by another master key: every domain's snapshot carries them, and whatever is
/// published is vouched for by it.
fn rewrap<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
    data_key: &Sealed,
    sub_key: &Sealed,
) -> Result<Plan, Stop> {
    let old = stored.get(&Target::Environment { environment })?.ok_or(Stop::Absent)?;
    let Record::Environment(keys) = &old.record else { return Err(Stop::Absent) };
    let wrapped = (data_key.clone(), sub_key.clone());
    let after = EnvironmentRecord { data_key: wrapped.0, sub_key: wrapped.1, ..keys.clone() };
    let mut touched = touched_by_keys(stored, environment)?;
    for domain in stored.domains()?.into_iter().filter(|domain| domain.environment == environment) {
        touched.extend(stored.style(&domain.host)?.iter().flat_map(|style| style_record::all_of(style)));
        touched.push(DueItem::Applications { host: domain.host, after: None });
    }
    touched.push(DueItem::Directory);
    put(Some(old), Record::Environment(after), touched)
}

/// The plan of making or replacing a thing.
///
/// # Errors
/// [`Stop::Unchanged`].
pub fn put(old: Option<Versioned>, after: Record, touched: Vec<DueItem>) -> Result<Plan, Stop> {
    if let Some(old) = old.as_ref().filter(|old| old.record == after) {
        return Err(Stop::Unchanged(Box::new(old.clone())));
    }
    Ok(Plan {
        outcome: if old.is_some() { Outcome::Replaced } else { Outcome::Created },
        target: target_of(&after),
        before: old.map(|old| old.record),
        after: Some(after),
        keys: None,
        also_put: Vec::new(),
        also_removed: Vec::new(),
        touched,
        events: Vec::new(),
    })
}

fn first_keys<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
    material: Option<&Material>,
) -> Result<Option<KeyChange>, Stop> {
    if stored.environment(environment)?.is_some() {
        return Ok(None);
    }
    let material = material.ok_or(Refusal::NeedsMaterial)?;
    let after = EnvironmentRecord {
        environment,
        data_key: material.data_key.clone(),
        sub_key: material.sub_key.clone(),
        keys: material.keys.clone(),
        restored_at: None,
        cpr: CprSettings::default(),
        rehearsal: None,
        postponed: Vec::new(),
    };
    Ok(Some(KeyChange { before: None, after }))
}

/// The keys of an algorithm, made when the first application asks for it.
fn keys_of<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
    alg: Algorithm,
    keys: &[SigningKey],
) -> Result<Option<KeyChange>, Stop> {
    // A domain has its environment.
    let before = stored.environment(environment)?.ok_or(Stop::Absent)?;
    if before.keys.iter().any(|key| key.alg == alg && key.state.is_announced()) {
        return Ok(None);
    }
    if keys.is_empty() {
        return Err(Refusal::NeedsMaterial.into());
    }
    let mut after = before.clone();
    after.keys.extend_from_slice(keys);
    Ok(Some(KeyChange { before: Some(before), after }))
}

/// The domain's own snapshot and those that copy its facts.
fn touched_by_domain<R: Rows>(
    stored: &Configuration<'_, R>,
    host: &Host,
) -> Result<Vec<DueItem>, StoreFault> {
    let mut touched = vec![DueItem::Domain { host: host.clone() }];
    let paired = stored.domains_paired_with(host)?;
    touched.extend(paired.into_iter().map(|domain| DueItem::Domain { host: domain.host }));
    Ok(touched)
}

/// The snapshots that carry an environment's keys and settings.
///
/// # Errors
/// When the store fails.
pub fn touched_by_keys<R: Rows>(
    stored: &Configuration<'_, R>,
    environment: Environment,
) -> Result<Vec<DueItem>, StoreFault> {
    let domains = stored.domains()?.into_iter().filter(|domain| domain.environment == environment);
    Ok(domains.map(|domain| DueItem::Domain { host: domain.host }).collect())
}

fn touched_by_application(host: &Host, application: &ApplicationRecord) -> DueItem {
    DueItem::Application { host: host.clone(), client_id: application.client_id.clone() }
}
