//! Which scripts may read an answer (Fetch standard, CORS): those of the origins that an application
//! has registered, be it by its callbacks or by name.
//!
//! None of these endpoints looks at a cookie: what a caller may do hangs on the code, token or secret
//! that it sends. The rule keeps scripts that nobody registered from using what they came by.

use super::Context;
use crate::model::{Application, ClientId};
use crate::ports::Ports;
use crate::web::Response;

/// What scripts may read besides the body.
const EXPOSED: &str = "Trace-Id, DPoP-Nonce, WWW-Authenticate";
/// What scripts may send.
const ALLOWED_HEADERS: &str = "authorization, content-type, dpop, prefer, traceparent";
/// How long browsers may remember the answer to a preflight, seconds.
const PREFLIGHT_SECONDS: u32 = 600;

/// The answer to a form, readable by the script that sent it if its origin is of the application that
/// the form names. Also an error: nothing in it is worth more than the form was.
pub async fn for_form<P: Ports>(ctx: &Context<'_, P>, response: Response) -> Response {
    let Some(_) = ctx.request.header("origin") else { return response.with("vary", "Origin") };
    let form = ctx.request.form_parameters().unwrap_or_default();
    let application = match form.get("client_id").map(ClientId::parse) {
        Some(Ok(client_id)) => ctx.application(&client_id).await.unwrap_or_default(),
        _ => None,
    };
    for_application(ctx, response, application.as_deref())
}

/// The answer, readable by the script that asked if its origin is the application's.
pub fn for_application<P: Ports>(
    ctx: &Context<'_, P>,
    response: Response,
    application: Option<&Application>,
) -> Response {
    let response = response.with("vary", "Origin");
    let Some(origin) = ctx.request.header("origin") else { return response };
    if !application.is_some_and(|application| is_registered(application, origin)) {
        return response;
    }
    response.with("access-control-allow-origin", origin).with("access-control-expose-headers", EXPOSED)
}

fn is_registered(application: &Application, origin: &str) -> bool {
    // A page without an origin of its own says `null`, which is nobody's.
    let web = origin.starts_with("https://") || origin.starts_with("http://");
    web && (application.redirect_uris.iter().any(|uri| uri.origin() == origin)
        || application.protocol.allowed_origins.iter().any(|known| known.as_str() == origin))
}

/// The answer to a preflight. It names no client yet, so any origin may go on and ask; whether it may
/// read the answer is decided there.
pub fn preflight<P: Ports>(ctx: &Context<'_, P>) -> Response {
    Response::text(204, "")
        .with("access-control-allow-origin", ctx.request.header("origin").unwrap_or("*"))
        .with("vary", "Origin")
        .with("access-control-allow-methods", "GET, POST")
        .with("access-control-allow-headers", ALLOWED_HEADERS)
        .with("access-control-max-age", PREFLIGHT_SECONDS.to_string())
}
