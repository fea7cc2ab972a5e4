//! `POST /oauth2/introspect` (RFC 7662): an application asks what an access token of its own is worth.

use super::client::{self, NoClient};
use super::id_token::open_identity;
use super::{Context, access};
use crate::eid::claims::claims_of;
use crate::oauth::{Error, ErrorCode};
use crate::ports::Ports;
use crate::web::Response;
use serde_json::{Value, json};

/// Answers with the token's facts, or that it is not active: unknown, over, revoked and another
/// application's are told alike (§2.2).
pub async fn introspect<P: Ports>(ctx: &Context<'_, P>) -> Response {
    match facts(ctx).await {
        Ok(facts) => Response::json(200, &facts.unwrap_or_else(|| json!({ "active": false }))),
        Err(no) => client::refuse(ctx, no, "introspection_refused"),
    }
}

async fn facts<P: Ports>(ctx: &Context<'_, P>) -> Result<Option<Value>, NoClient> {
    let form = client::form(ctx)?;
    let application = client::authenticate(ctx, &form).await?;
    if application.is_public() {
        // §2.1: an id alone would let anybody try tokens.
        return Err(NoClient::Told(Error::new(
            ErrorCode::InvalidClient,
            "a public client may not introspect tokens",
        )));
    }
    let token = form.get("token").ok_or(NoClient::Told(Error::invalid_request("token is missing")))?;
    let found = access::look(ctx, token).await?;
    let Some(access) = found.filter(|access| access.grant.request.client_id == application.client_id) else {
        return Ok(None);
    };
    let identity = open_identity(ctx, &access.grant, access.attempt).await?;
    let claims = claims_of(&identity, &ctx.keys, &access.attempt.0, ctx.now);
    let bound = access.jkt.is_some();
    let mut facts = json!({
        "active": true,
        "client_id": application.client_id.as_str(),
        "sub": claims.get("sub"),
        "iss": ctx.domain.issuer,
        "aud": ctx.domain.issuer,
        "scope": access.grant.request.scope.as_str(),
        "exp": access.ends.0,
        "iat": access.ends.0.saturating_sub(ctx.ports.settings().serving.token),
        "token_type": if bound { "DPoP" } else { "Bearer" },
    });
    if let (Some(jkt), Some(facts)) = (access.jkt, facts.as_object_mut()) {
        facts.insert("cnf".to_owned(), json!({ "jkt": jkt }));
    }
    Ok(Some(facts))
}
