//! `/api/v1/tenants/{tenant}/domains`: hosts that are OIDC issuers.
//!
//! Making one takes three steps, so that a refusal claims nothing: the tenant's object says whether
//! it would accept the domain, the host is claimed, the domain is made.

use super::call::{Answer, Call, item_json, path, refusal, written_json};
use super::command::{Action, HostAnswer, HostCommand, Precondition, Refusal, TenantAnswer, TenantCommand};
use super::input::{self, Fields, display_name, number, parsed, time};
use super::key_material;
use super::problem::{Failure, Problem};
use super::record::{DomainRecord, Record, Scope, Target};
use crate::json::Json;
use crate::model::domain::{DomainKind, NEMID_CLOSED_AT, SessionSettings};
use crate::model::names::InvalidName;
use crate::model::{Environment, Host, TenantId, UnixTime};
use crate::ports::Management;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// How long a session may stay unused: a minute to a day.
const IDLE_SECONDS: RangeInclusive<u64> = 60..=86_400;
/// How long a session may live: a minute to a week.
const ABSOLUTE_SECONDS: RangeInclusive<u64> = 60..=604_800;

/// `GET …/domains`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    call.list(&call.tenant_id(tenant)?, Scope::Domains, |record| warned(record, call)).await
}

/// `GET …/domains/{host}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    let item = call.get(&tenant, Target::Domain { host }).await?;
    Ok(item_json(item.version, &warned(&item.record, call)))
}

/// Before NemID closes its administrators are warned for so long, seconds: ninety days.
pub const WARNED_BEFORE_SECONDS: u64 = 90 * 24 * 60 * 60;

/// A domain with what its administrators should know: of an ordinary one, that NemID closes soon or has
/// closed, and what becomes of applications that still ask for it.
fn warned<P: Management>(record: &Record, call: &Call<'_, P>) -> Value {
    let now = call.now;
    let mut shown = show(record);
    let (Record::Domain(domain), Value::Object(fields)) = (record, &mut shown) else { return shown };
    let closed_at = domain.nemid_closed_at.unwrap_or(NEMID_CLOSED_AT);
    let warning = match domain.kind {
        DomainKind::Mitid => None,
        // The simulators' NemID stays open until a day is set (`login::offer`).
        DomainKind::Ordinary if is_kept_open(domain, call) => None,
        DomainKind::Ordinary if closed_at.is_over(now) => Some((
            "nemid_closed",
            "NemID has closed: who is sent to it gets MitID where that is offered alongside and the application has its twin, else an error",
        )),
        DomainKind::Ordinary => closed_at
            .is_over(now.plus(WARNED_BEFORE_SECONDS))
            .then_some(("nemid_closes", "NemID closes soon: applications should ask for MitID")),
    };
    let warnings: Vec<Value> =
        warning.into_iter().map(|(code, detail)| json!({"code": code, "detail": detail})).collect();
    fields.insert("warnings".to_owned(), warnings.into());
    shown
}

/// Whether the simulators keep NemID open on this domain; so decides `login::offer` as well.
fn is_kept_open<P: Management>(domain: &DomainRecord, call: &Call<'_, P>) -> bool {
    domain.environment == Environment::Test
        && domain.nemid_closed_at.is_none_or(|day| day == NEMID_CLOSED_AT)
        && call.ports.installation().simulators
}

/// `DELETE …/domains/{host}`: only without applications. The host stays claimed.
pub async fn delete<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    call.remove(&tenant, Target::Domain { host }).await
}

/// `PUT …/domains/{host}`
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    let precondition = input::precondition(call.request)?;
    let simulators = call.ports.installation().simulators;
    let domain = read(Fields::of(call.request)?, &host, simulators, call.now)?;
    let environment = domain.environment;
    let mut material = None;
    if !call.caller.is_operator() {
        // A host is somebody's for ever, and here nobody shows that it is his.
        let known = TenantCommand::Get(Target::Domain { host: host.clone() });
        if call.ports.tenant(&tenant, &known).await? == TenantAnswer::Absent {
            return Err(Problem::forbidden("A new host is claimed with the operator's token.").into());
        }
    } else if matches!(precondition, Precondition::None | Precondition::Absent) {
        let action = Action::PutDomain { domain: domain.clone(), material: None };
        let check = TenantCommand::Check(call.change(precondition.clone(), action));
        match call.ports.tenant(&tenant, &check).await? {
            TenantAnswer::Acceptable => claim(call, &tenant, environment, &host).await?,
            TenantAnswer::Refused(Refusal::NeedsMaterial) => {
                claim(call, &tenant, environment, &host).await?;
                material = Some(key_material::make(call, &tenant, environment).await?);
            }
            other => return Err(refusal(other)),
        }
    }
    let action = Action::PutDomain { domain, material };
    let done = call.write(&tenant, call.change(precondition, action)).await?;
    let path = path(&["tenants", tenant.as_str(), "domains", host.as_str()]);
    Ok(written_json(&done, &path, |record| warned(record, call)))
}

async fn claim<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    host: &Host,
) -> Result<(), Failure> {
    if *host == call.ports.installation().management_host {
        return Err(Problem::taken().into());
    }
    let claim = HostCommand::Claim { tenant: tenant.clone(), environment };
    match call.ports.host(host, &claim).await? {
        HostAnswer::Claimed => Ok(()),
        _ => Err(Problem::taken().into()),
    }
}

/// PRODUCTION is for names that the world can reach over TLS. A build with the simulators is no place
/// for real people; there PRODUCTION may be tried on loopback.
pub(super) fn may_be_production(host: &Host, simulators: bool) -> bool {
    host.is_public() || (simulators && host.is_loopback())
}

fn read(mut fields: Fields, host: &Host, simulators: bool, now: UnixTime) -> Result<DomainRecord, Problem> {
    fields.ignore(&["host", "issuer", "created_at", "published", "warnings"]);
    let environment = fields.required("environment", parsed(environment_of));
    let kind = fields.required("kind", parsed(kind_of));
    let display_name = fields.required("display_name", parsed(display_name));
    let enabled = fields.switch("enabled", true);
    let mitid_domain = fields.optional("mitid_domain", parsed(Host::parse));
    let nemid_domain = fields.optional("nemid_domain", parsed(Host::parse));
    let show_alongside = fields.switch("show_alongside_nemid_logins", true);
    let show_start_block = fields.switch("show_start_block", false);
    let nemid_closed_at = fields.optional("nemid_closed_at", parsed(time));
    let sessions = read_sessions(&mut fields);
    let peer = match kind {
        Some(DomainKind::Ordinary) => {
            refuse_if_set(&mut fields, "nemid_domain", nemid_domain.is_some(), "for MitID domains only");
            mitid_domain
        }
        Some(DomainKind::Mitid) => {
            refuse_if_set(&mut fields, "mitid_domain", mitid_domain.is_some(), "for ordinary domains only");
            nemid_domain
        }
        None => None,
    };
    if environment == Some(Environment::Production) && !may_be_production(host, simulators) {
        fields.refuse("environment", "a PRODUCTION domain has a public name and no port");
    }
    let (Some(environment), Some(kind), Some(display_name)) = (environment, kind, display_name) else {
        return Err(fields.refusal());
    };
    fields.finish()?;
    Ok(DomainRecord {
        host: host.clone(),
        environment,
        kind,
        display_name,
        enabled,
        peer,
        show_alongside_nemid_logins: show_alongside,
        show_start_block,
        sessions,
        nemid_closed_at,
        created_at: now,
    })
}

fn read_sessions(fields: &mut Fields) -> SessionSettings {
    let default = SessionSettings::default();
    let idle = fields.optional("sso_idle_seconds", number(IDLE_SECONDS, "60 to 86400, at most a day"));
    let absolute =
        fields.optional("sso_absolute_seconds", number(ABSOLUTE_SECONDS, "60 to 604800, at most a week"));
    let sessions = SessionSettings {
        sso: fields.switch("sso", default.sso),
        idle_seconds: idle.unwrap_or(default.idle_seconds),
        absolute_seconds: absolute.unwrap_or(default.absolute_seconds),
        confirm_logout: fields.switch("confirm_logout", default.confirm_logout),
    };
    let holds = sessions.idle_seconds <= sessions.absolute_seconds || fields.has_error("sso_idle_seconds");
    fields.demand("sso_absolute_seconds", holds, "no less than sso_idle_seconds");
    sessions
}

fn refuse_if_set(fields: &mut Fields, name: &str, is_set: bool, detail: &str) {
    if is_set {
        fields.refuse(name, detail);
    }
}

/// `TEST` or `PRODUCTION`.
///
/// # Errors
/// Anything else.
pub fn environment_of(raw: &str) -> Result<Environment, InvalidName> {
    let all = [Environment::Test, Environment::Production];
    all.into_iter().find(|it| it.as_str() == raw).ok_or(InvalidName("TEST or PRODUCTION"))
}

fn kind_of(raw: &str) -> Result<DomainKind, InvalidName> {
    match raw {
        "ordinary" => Ok(DomainKind::Ordinary),
        "mitid" => Ok(DomainKind::Mitid),
        _ => Err(InvalidName("ordinary or mitid")),
    }
}

/// A domain as the API shows it.
pub fn show(record: &Record) -> Value {
    let Record::Domain(domain) = record else { return Value::Null };
    let (mitid_domain, nemid_domain) = match domain.kind {
        DomainKind::Ordinary => (domain.peer.as_ref(), None),
        DomainKind::Mitid => (None, domain.peer.as_ref()),
    };
    json!({
        "host": domain.host.as_str(),
        "issuer": domain.host.issuer(),
        "environment": domain.environment.write(),
        "kind": domain.kind.write(),
        "display_name": domain.display_name,
        "enabled": domain.enabled,
        "mitid_domain": mitid_domain.map(Host::as_str),
        "nemid_domain": nemid_domain.map(Host::as_str),
        "show_alongside_nemid_logins": domain.show_alongside_nemid_logins,
        "show_start_block": domain.show_start_block,
        "sso": domain.sessions.sso,
        "sso_idle_seconds": domain.sessions.idle_seconds,
        "sso_absolute_seconds": domain.sessions.absolute_seconds,
        "confirm_logout": domain.sessions.confirm_logout,
        "nemid_closed_at": domain.nemid_closed_at.map(UnixTime::iso8601),
        "created_at": domain.created_at.iso8601(),
    })
}
