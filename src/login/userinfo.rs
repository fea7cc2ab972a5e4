//! `GET|POST /oauth2/userinfo`: what an access token is worth (OIDC Core §5.3, RFC 9449 §7).

use super::client::NoClient;
use super::id_token::{open_identity, released, signed};
use super::refusal::TRY_AGAIN_LATER;
use super::{Context, access, cors, dpop};
use crate::model::Application;
use crate::model::application::UserinfoResponse;
use crate::oauth::token::{Scheme, error_response, resource_error};
use crate::oauth::{Error, ErrorCode};
use crate::ports::Ports;
use crate::web::Response;
use serde_json::Value;
use std::rc::Rc;

const INVALID_TOKEN: NoClient =
    NoClient::Told(Error::new(ErrorCode::InvalidToken, "the access token is not valid"));
const NO_PROOF: NoClient =
    NoClient::Told(Error::new(ErrorCode::InvalidDpopProof, "the DPoP header is missing"));

/// In the words that existing clients know.
const UNKNOWN_ACCESS_CODE: Error =
    Error::new(ErrorCode::InvalidToken, "Unknown Access Code: this client reads the ID token only");

/// Answers with the claims of the ID token. The token is read from the `Authorization` header only
/// (RFC 6750 §2.1): in a query it would end up in logs.
pub async fn userinfo<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let header = ctx.request.header("authorization").and_then(|value| value.split_once(' '));
    let presented = header.and_then(|(scheme, text)| Some((Scheme::parse(scheme)?, text.trim())));
    let Some((scheme, text)) = presented else { return resource_error(Scheme::Bearer, None) };
    match claims(ctx, scheme, text).await {
        Ok((answer, application)) => cors::for_application(ctx, answer, Some(&application)),
        Err(NoClient::Told(error)) => resource_error(scheme, Some(error)),
        Err(NoClient::Fault(fault)) => {
            fault.log(ctx.ports);
            if fault.passing { error_response(TRY_AGAIN_LATER, false) } else { Response::text(500, "") }
        }
    }
}

/// A token that is bound to a key counts with a proof of it only, and one that is not counts as
/// bearer token only (RFC 9449 §7.1, §7.2).
async fn claims<P: Ports>(
    ctx: &Context<'_, P>,
    scheme: Scheme,
    text: &str,
) -> Result<(Response, Rc<Application>), NoClient> {
    let proof = match scheme {
        Scheme::Bearer => None,
        Scheme::Dpop => Some(dpop::proof(ctx, Some(text)).await?.ok_or(NO_PROOF)?),
    };
    let access = access::look(ctx, text).await?.ok_or(INVALID_TOKEN)?;
    if access.jkt.as_deref() != proof.as_ref().map(|proof| proof.jkt.as_str()) {
        return Err(INVALID_TOKEN);
    }
    // A disabled application's tokens end with it.
    let application = ctx.application(&access.grant.request.client_id).await?.ok_or(INVALID_TOKEN)?;
    if let Some(proof) = &proof {
        dpop::spend(ctx, &application, proof).await?;
    }
    let identity = open_identity(ctx, &access.grant, access.attempt).await?;
    let mut claims = released(ctx, &application, &access.grant, &identity, access.attempt);
    let answer = match application.protocol.userinfo_response {
        UserinfoResponse::PlainJson => Response::json(200, &Value::Object(claims)),
        // OIDC Core §5.3.2: `iss` and `aud` say whose answer it is and for whom.
        UserinfoResponse::SignedJwt => {
            claims.insert("iss".to_owned(), ctx.domain.issuer.as_str().into());
            claims.insert("aud".to_owned(), application.client_id.as_str().into());
            Response::jwt(signed(ctx, &application, &identity, "JWT", &claims).await?)
        }
        UserinfoResponse::FromTokenEndpoint => resource_error(scheme, Some(UNKNOWN_ACCESS_CODE)),
    };
    Ok((answer, application))
}
