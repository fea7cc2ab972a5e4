//! `PUT /api/v1/tenants/{tenant}/import`: a backup, part after part, into a deployment that does not
//! have the tenant.
//!
//! With the first part every host of the backup is claimed, before anything is stored. All of them are
//! looked at first, so that one which belongs to somebody else refuses the import and claims nothing;
//! only if somebody claims one at the very same time some of the others stay claimed for this tenant,
//! where a later import finds them. The last part makes the tenant, and what counted once before counts
//! no more.

use super::backup_export::recovery_key;
use super::backup_file::{self, PART_MAX_BYTES, Part};
use super::call::{Answer, Call, refusal};
use super::command::{Conflict, FieldError, HostAnswer, HostCommand, ImportPart, Outcome, Refusal};
use super::command::{TenantAnswer, TenantCommand};
use super::domains::may_be_production;
use super::input;
use super::problem::{Failure, Problem};
use super::record::{DomainRecord, Record, Target};
use crate::json::Json;
use crate::model::{Environment, TenantId};
use crate::ports::Management;
use crate::web::Response;
use serde_json::json;

/// `PUT …/import`
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str) -> Answer {
    let tenant = call.tenant_id(tenant)?;
    let recovery_key = recovery_key(call.request)?;
    let members = input::object(call.request, PART_MAX_BYTES)?;
    let part = backup_file::read(members, &recovery_key)?;
    if part.tenant != tenant {
        return Err(Problem::backup("another-tenant", "The backup is of another tenant.").into());
    }
    check_place(&part)?;
    let before = first_part(call, &tenant, &part).await?;
    let records = part.rewrapped(call.ports, &recovery_key, &before).await?;
    if part.number == 0 {
        claim_hosts(call, &tenant, &part).await?;
    }
    let last = part.next.is_none();
    let import = ImportPart {
        actor: call.caller.name(),
        at: call.now,
        export: part.salt,
        exported_at: part.exported_at,
        version: part.version,
        number: part.number,
        last,
        records,
    };
    match call.ports.tenant(&tenant, &TenantCommand::Import(Box::new(import))).await? {
        TenantAnswer::Done(done) => {
            let restored_at = (done.outcome == Outcome::Created).then(|| call.now.iso8601());
            let body =
                json!({"part": part.number, "restored_at": restored_at.write(), "published": done.published});
            Ok(Response::json(200, &body))
        }
        other => Err(refusal(other)),
    }
}

/// What the parts before have brought, as it is stored here, by which the keys of this one are looked at.
///
/// # Errors
/// The part does not come next.
async fn first_part<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    part: &Part,
) -> Result<Vec<Record>, Failure> {
    if part.number == 0 || !part.records.iter().any(|record| matches!(record, Record::Upstream(_))) {
        return Ok(Vec::new());
    }
    match call.ports.tenant(tenant, &TenantCommand::Restoring(part.salt.clone())).await? {
        TenantAnswer::Exported { records, .. } => Ok(records),
        other => Err(refusal(other)),
    }
}

/// The hosts of every domain are claimed with the first part, so no other may bring any.
fn check_place(part: &Part) -> Result<(), Problem> {
    let is_of_the_first =
        |record: &Record| matches!(record, Record::Tenant(_) | Record::Environment(_) | Record::Domain(_));
    let of_another = |record: &Record| matches!(record, Record::Tenant(it) if it.id != part.tenant);
    if (part.number > 0 && part.records.iter().any(is_of_the_first)) || part.records.iter().any(of_another) {
        return Err(Problem::backup(
            "unknown-format",
            "The parts of the backup do not hold what they should.",
        ));
    }
    Ok(())
}

async fn claim_hosts<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    part: &Part,
) -> Result<(), Failure> {
    // An import that was begun does not count: for everybody else there is no tenant yet.
    if let TenantAnswer::Item(_) = call.ports.tenant(tenant, &TenantCommand::Get(Target::Tenant)).await? {
        return Err(Refusal::Conflict(Conflict::TenantExists).into());
    }
    let domains: Vec<&DomainRecord> = part
        .records
        .iter()
        .filter_map(|record| if let Record::Domain(domain) = record { Some(domain) } else { None })
        .collect();
    let installation = call.ports.installation();
    let mut taken = Vec::new();
    for domain in &domains {
        let ask = HostCommand::Claimable { tenant: tenant.clone(), environment: domain.environment };
        let is_unfit = domain.environment == Environment::Production
            && !may_be_production(&domain.host, installation.simulators);
        if is_unfit
            || domain.host == installation.management_host
            || call.ports.host(&domain.host, &ask).await? == HostAnswer::Taken
        {
            taken.push(field_of(domain));
        }
    }
    if !taken.is_empty() {
        return Err(Problem::taken().with_errors(taken).into());
    }
    for domain in domains {
        let claim = HostCommand::Claim { tenant: tenant.clone(), environment: domain.environment };
        if call.ports.host(&domain.host, &claim).await? != HostAnswer::Claimed {
            return Err(Problem::taken().with_errors(vec![field_of(domain)]).into());
        }
    }
    Ok(())
}

/// A host of the backup, so that the operator learns which one is in the way.
fn field_of(domain: &DomainRecord) -> FieldError {
    FieldError { field: format!("domain {}", domain.host), detail: "not available here".to_owned() }
}
