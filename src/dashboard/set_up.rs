//! The way in after a deploy: whoever holds the installation's token is given a link that makes the first
//! operator, or the owner of a tenant. It counts once.

use super::ports::{ApiRequest, Dashboard};
use super::stop::{Page, Stop};
use super::team_object::{INVITATION_SECONDS, Invitation, OPERATORS, TeamAnswer, TeamCommand};
use crate::admin::caller::digest;
use crate::model::{Role, TenantId, UnixTime};
use crate::vault::{self, base64url};
use crate::web::{Method, Request, Response};
use serde_json::{Value, json};

/// Whom such an invitation is for, in the team's log.
const LABEL: &str = "set-up link";
/// Who made it, there.
pub(super) const BY: &str = "operator";

/// `POST /set-up` with the operator's bearer token; with `{"tenant": …}`, for the owner of that tenant.
///
/// # Errors
/// 401 in JSON for another token; [`Stop`].
pub async fn post<P: Dashboard>(ports: &P, request: &Request, now: UnixTime) -> Page {
    let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let bearer = bearer.unwrap_or_default();
    // The list of tenants is the operator's alone, so whoever may read it is one.
    if asked(ports, "/api/v1/tenants", bearer).await? != 200 {
        let problem = json!({ "title": "The operator's token is needed", "status": 401 });
        return Ok(Response::json(401, &problem).with("www-authenticate", "Bearer realm=\"edge-eid\""));
    }
    let body: Value = match request.body.as_slice() {
        [] => Value::Null,
        body => crate::json::read_bytes(body).map_err(|_| Stop::Malformed)?,
    };
    let (team, role) = match body["tenant"].as_str() {
        Some(tenant) => {
            let tenant = TenantId::parse(tenant).map_err(|_| Stop::Malformed)?;
            // Nobody owns what is made later by somebody else.
            let path = super::api::path(&["tenants", tenant.as_str()]);
            if asked(ports, &path, bearer).await? != 200 {
                let problem = json!({ "title": "There is no such tenant", "status": 404 });
                return Ok(Response::json(404, &problem));
            }
            (tenant.as_str().to_owned(), Role::Owner)
        }
        None => (OPERATORS.to_owned(), Role::Operator),
    };
    let link = invite(ports, &team, LABEL, role, BY, now).await?.ok_or(Stop::Malformed)?;
    Ok(Response::json(201, &json!({ "link": link })))
}

/// The status of a GET with that token.
async fn asked<P: Dashboard>(ports: &P, path: &str, bearer: &str) -> Result<u16, Stop> {
    let request =
        ApiRequest { method: Method::Get, path, bearer, if_match: None, only_new: false, body: None };
    Ok(ports.api(request).await?.status)
}

/// Invites somebody into a team; the link to give to him. `None` where there are too many already.
///
/// # Errors
/// When the team does not answer.
pub async fn invite<P: Dashboard>(
    ports: &P,
    team: &str,
    label: &str,
    role: Role,
    by: &str,
    now: UnixTime,
) -> Result<Option<String>, Stop> {
    let secret = base64url(&vault::random::<32>(ports));
    let ends = now.plus(INVITATION_SECONDS);
    let invitation =
        Invitation { digest: digest(&secret), label: label.to_owned(), role, ends, by: by.to_owned() };
    let command = TeamCommand::Invite { invitation, by: by.to_owned() };
    let done = ports.team(team, &command, now).await? == TeamAnswer::Done;
    Ok(done.then(|| format!("{}/invitations/{team}/{secret}", ports.desk().management_host.issuer())))
}
