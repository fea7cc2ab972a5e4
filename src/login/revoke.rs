//! `POST /oauth2/revoke` (RFC 7009): an application gives an access token back.

use super::Context;
use super::client::{self, NoClient};
use super::handles::{Handle, Kind};
use super::state::{Answer, Event};
use crate::error::Fault;
use crate::oauth::Error;
use crate::ports::Ports;
use crate::web::Response;

/// Answers 200 whatever the token is worth (§2.2): the application is rid of it either way. Another
/// application's token is not touched.
pub async fn revoke<P: Ports>(ctx: &Context<'_, P>) -> Response {
    match revoked(ctx).await {
        Ok(()) => Response::text(200, ""),
        Err(no) => client::refuse(ctx, no, "revocation_refused"),
    }
}

async fn revoked<P: Ports>(ctx: &Context<'_, P>) -> Result<(), NoClient> {
    let form = client::form(ctx)?;
    let application = client::authenticate(ctx, &form).await?;
    let token = form.get("token").ok_or(NoClient::Told(Error::invalid_request("token is missing")))?;
    let Some(handle) = Handle::parse(&ctx.keys, Kind::AccessToken, ctx.host(), token) else { return Ok(()) };
    ctx.adopt(handle.attempt);
    let event = Event::Revoke {
        host: ctx.host().clone(),
        client_id: application.client_id.clone(),
        access_hash: handle.hash(),
    };
    match ctx.ports.advance(&ctx.login_name(handle.attempt), &event, ctx.now).await? {
        Answer::Revoked | Answer::Refused { .. } => Ok(()),
        _ => Err(Fault::lasting("login object", "an answer that does not fit a revocation").into()),
    }
}
