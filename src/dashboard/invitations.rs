//! Taking an invitation.

use super::person_object::PersonCommand;
use super::ports::Dashboard;
use super::set_up;
use super::stop::{Page, Stop};
use super::team_object::{Invitation, OPERATORS, TeamAnswer, TeamCommand};
use super::visit::Visit;
use crate::admin::caller::digest;
use crate::model::TenantId;
use crate::pages::dashboard::people as view;
use crate::web::{Method, Response};

/// Longest secret that is looked at, bytes.
const SECRET_MAX_BYTES: usize = 64;

/// Whether its maker may still give this role: an operator's invitations lie with each tenant, and end with his
/// own role all the same. Those of the set-up link are of whoever holds the operator's token.
async fn is_still_offered<P: Dashboard>(
    visit: &Visit<'_, P>,
    team: &str,
    invitation: &Invitation,
) -> Result<bool, Stop> {
    if invitation.by == set_up::BY {
        return Ok(true);
    }
    for of in [team, OPERATORS] {
        let asked = TeamCommand::Role { person: invitation.by.clone() };
        if let TeamAnswer::Role { role: Some(role) } = visit.ports.team(of, &asked, visit.now).await?
            && role >= invitation.role
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Shows what an invitation is for, and takes it. `team` is a tenant's id or [`OPERATORS`].
///
/// # Errors
/// [`Stop::NotFound`] for one that there is not, was used, or is over.
pub async fn accept<P: Dashboard>(visit: &Visit<'_, P>, team: &str, secret: &str) -> Page {
    let tenant = TenantId::parse(team).ok();
    if secret.len() > SECRET_MAX_BYTES || (tenant.is_none() && team != OPERATORS) {
        return Err(Stop::NotFound);
    }
    let digest = digest(secret);
    let asked = TeamCommand::Invited { digest: digest.clone() };
    let TeamAnswer::Team { invitations, .. } = visit.ports.team(team, &asked, visit.now).await? else {
        return Err(Stop::NotFound);
    };
    let invitation = invitations.first().ok_or(Stop::NotFound)?;
    if !is_still_offered(visit, team, invitation).await? {
        return Err(Stop::NotFound);
    }
    if visit.request.method == Method::Get {
        let shown = view::Offer {
            frame: &visit.frame(false),
            tenant: tenant.as_ref().map(TenantId::as_str),
            role: invitation.role.as_str(),
        };
        return Ok(Response::page(200, view::offer(&shown)));
    }
    visit.form()?;
    let (person, name) = (visit.session.person.clone(), visit.session.name.clone());
    // First what is only a hint: the link is spent by the second step, and must not be spent for nothing.
    if let Some(tenant) = &tenant {
        visit.ports.person(&visit.session.person, &PersonCommand::Join(tenant.clone()), visit.now).await?;
    }
    let accepted = visit.ports.team(team, &TeamCommand::Accept { digest, person, name }, visit.now).await?;
    if accepted != TeamAnswer::Done {
        return Err(Stop::NotFound);
    }
    let Some(tenant) = tenant else { return Ok(Response::see_other("/tenants")) };
    let href = format!("/t/{tenant}/test");
    Ok(Response::see_other(&href))
}
