//! `GET|POST /oauth2/userinfo`: what an access token is worth (OIDC Core §5.3).

use super::handles::{Handle, Kind};
use super::id_token::{open_identity, released, signed};
use super::state::{Answer, Event};
use super::{Context, cors};
use crate::error::Fault;
use crate::model::Application;
use crate::model::application::UserinfoResponse;
use crate::oauth::token::bearer_error;
use crate::oauth::{Error, ErrorCode};
use crate::ports::Ports;
use crate::web::Response;
use serde_json::Value;
use std::rc::Rc;

const INVALID_TOKEN: Error = Error::new(ErrorCode::InvalidToken, "the access token is not valid");

/// In the words that existing clients know.
const UNKNOWN_ACCESS_CODE: Error =
    Error::new(ErrorCode::InvalidToken, "Unknown Access Code: this client reads the ID token only");

/// Answers with the claims of the ID token. The token is read from the `Authorization` header only
/// (RFC 6750 §2.1): in a query it would end up in logs.
pub async fn userinfo<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let header = ctx.request.header("authorization").and_then(|value| value.split_once(' '));
    let Some((_, text)) = header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return bearer_error(None);
    };
    match claims(ctx, text.trim()).await {
        Ok(Some((answer, application))) => cors::for_application(ctx, answer, Some(&application)),
        Ok(None) => bearer_error(Some(INVALID_TOKEN)),
        Err(fault) => {
            fault.log(ctx.ports);
            Response::text(fault.status(), "")
        }
    }
}

async fn claims<P: Ports>(
    ctx: &Context<'_, P>,
    text: &str,
) -> Result<Option<(Response, Rc<Application>)>, Fault> {
    let Some(handle) = Handle::parse(&ctx.keys, Kind::AccessToken, ctx.host(), text) else { return Ok(None) };
    let event = Event::Userinfo { host: ctx.host().clone(), access_hash: handle.hash() };
    let grant = match ctx.ports.advance(&ctx.login_name(handle.attempt), &event, ctx.now).await? {
        Answer::Userinfo { grant } => grant,
        Answer::Refused { .. } => return Ok(None),
        _ => return Err(Fault::lasting("login object", "an answer that does not fit userinfo")),
    };
    // A disabled application's tokens end with it.
    let Some(application) = ctx.application(&grant.request.client_id).await? else { return Ok(None) };
    let identity = open_identity(ctx, &grant, handle.attempt).await?;
    let mut claims = released(ctx, &application, &grant, &identity, handle.attempt);
    let answer = match application.protocol.userinfo_response {
        UserinfoResponse::PlainJson => Response::json(200, &Value::Object(claims)),
        // OIDC Core §5.3.2: `iss` and `aud` say whose answer it is and for whom.
        UserinfoResponse::SignedJwt => {
            claims.insert("iss".to_owned(), ctx.domain.issuer.as_str().into());
            claims.insert("aud".to_owned(), application.client_id.as_str().into());
            Response::jwt(signed(ctx, &application, &identity, &claims).await?)
        }
        UserinfoResponse::FromTokenEndpoint => bearer_error(Some(UNKNOWN_ACCESS_CODE)),
    };
    Ok(Some((answer, application)))
}
