//! `POST /oauth2/token`: a code becomes an ID token and an access token.

use super::client::{self, NoClient};
use super::handles::{Handle, Kind};
use super::id_token;
use super::state::{Answer, Event, Refusal};
use super::{Context, dpop};
use crate::error::Fault;
use crate::model::Application;
use crate::oauth::dpop::Proof;
use crate::oauth::token::TokenRequest;
use crate::oauth::{Error, ErrorCode};
use crate::ports::{LogEvent, Ports};
use crate::web::Response;
use serde_json::json;

const INVALID_GRANT: Error = Error::new(ErrorCode::InvalidGrant, "the code is not valid");

/// Answers a token request. Nothing here is shown to a person.
pub async fn token<P: Ports>(ctx: &Context<'_, P>) -> Response {
    match redeem(ctx).await {
        Ok(response) => response,
        Err(no) => client::refuse(ctx, no, "token_refused"),
    }
}

async fn redeem<P: Ports>(ctx: &Context<'_, P>) -> Result<Response, NoClient> {
    let form = client::form(ctx)?;
    let application = client::authenticate(ctx, &form).await?;
    let asked = TokenRequest::read(&form).map_err(NoClient::Told)?;
    let code =
        Handle::parse(&ctx.keys, Kind::Code, ctx.host(), &asked.code).ok_or(NoClient::Told(INVALID_GRANT))?;
    ctx.adopt(code.attempt);
    let proof = proof_of(ctx, &application).await?;
    let jkt = proof.map(|proof| proof.jkt);
    let token_type = if jkt.is_some() { "DPoP" } else { "Bearer" };
    let access = Handle::draw(ctx.ports, code.attempt);
    let event = Event::Redeem {
        host: ctx.host().clone(),
        client_id: application.client_id.clone(),
        redirect_uri: asked.redirect_uri,
        code_verifier: asked.code_verifier,
        code_hash: code.hash(),
        access_hash: access.hash(),
        jkt,
        token_seconds: ctx.ports.settings().serving.token,
    };
    let grant = match ctx.ports.advance(&ctx.login_name(code.attempt), &event, ctx.now).await? {
        Answer::Redeemed { grant } => grant,
        Answer::Refused { why } => {
            log_refusal(ctx, why);
            return Err(NoClient::Told(INVALID_GRANT));
        }
        _ => return Err(Fault::lasting("login object", "an answer that does not fit a redemption").into()),
    };
    let access_token = access.text(&ctx.keys, Kind::AccessToken, ctx.host());
    let id_token = id_token::issue(ctx, &application, &grant, code.attempt, Some(&access_token)).await?;
    Ok(Response::json(
        200,
        &json!({
            "access_token": access_token,
            "token_type": token_type,
            "expires_in": ctx.ports.settings().serving.token,
            "id_token": id_token,
            "scope": grant.request.scope.as_str(),
        }),
    )
    .with("pragma", "no-cache"))
}

/// The proof of the key that the access token will be bound to (RFC 9449 §5). It is asked for after
/// the code's MAC, so that nobody fills the store with proofs who has not seen a login of ours.
async fn proof_of<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
) -> Result<Option<Proof>, NoClient> {
    let proof = dpop::proof(ctx, None).await?;
    match &proof {
        Some(proof) => dpop::spend(ctx, application, proof).await?,
        None if application.protocol.dpop_bound_access_tokens || application.protocol.fapi2 => {
            return Err(NoClient::Told(Error::invalid_request("this client must prove a key by DPoP")));
        }
        None => {}
    }
    Ok(proof)
}

fn log_refusal<P: Ports>(ctx: &Context<'_, P>, why: Refusal) {
    ctx.ports.record(LogEvent {
        event: if why == Refusal::Replayed { "code_replayed" } else { "code_refused" },
        facts: vec![("why", why.as_str().to_owned())],
    });
}
