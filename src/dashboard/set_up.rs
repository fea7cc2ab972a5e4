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
const BY: &str = "operator";

/// `POST /set-up` with the operator's bearer token; with `{"tenant": …}`, for the owner of that tenant.
///
/// # Errors
/// 401 in JSON for another token; [`Stop`].
pub async fn post<P: Dashboard>(ports: &P, request: &Request, now: UnixTime) -> Page {
    let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    // The list of tenants is the operator's alone, so whoever may read it is one.
    let asked = ApiRequest {
        method: Method::Get,
        path: "/api/v1/tenants",
        bearer: bearer.unwrap_or_default(),
        if_match: None,
        only_new: false,
        body: None,
    };
    if ports.api(asked).await?.status != 200 {
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
            (tenant.as_str().to_owned(), Role::Owner)
        }
        None => (OPERATORS.to_owned(), Role::Operator),
    };
    let link = invite(ports, &team, LABEL, role, BY, now).await?.ok_or(Stop::Malformed)?;
    Ok(Response::json(201, &json!({ "link": link })))
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
    let invitation = Invitation { digest: digest(&secret), label: label.to_owned(), role, ends };
    let command = TeamCommand::Invite { invitation, by: by.to_owned() };
    let done = ports.team(team, &command, now).await? == TeamAnswer::Done;
    Ok(done.then(|| format!("{}/invitations/{team}/{secret}", ports.desk().management_host.issuer())))
}
