//! Telling applications of a logout (OIDC Back-Channel Logout 1.0). The session's object does it by
//! its alarm, after the user has long gone on; nothing here belongs to a request.

use super::Context;
use super::id_token::{open_sealed, signed};
use super::session::{Client, Session};
use crate::eid::claims::sub;
use crate::error::Fault;
use crate::model::url::WebUrl;
use crate::model::{Application, Identity, UnixTime};
use crate::ports::{FetchRequest, LogEvent, Ports};
use crate::vault::{base64url, random};
use crate::web::{Method, Request, encode_pairs};
use serde_json::{Map, Value, json};

/// A logout token lives this long, seconds (§4 recommends at most two minutes). Each attempt makes a
/// new one.
pub const LOGOUT_TOKEN_SECONDS: u64 = 120;
/// `typ` of its header (§2.4).
const TYP: &str = "logout+jwt";
/// What it says (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Tells one application that the session has ended; whether it need not be told again.
pub async fn tell<P: Ports>(ports: &P, session: &Session, client: &Client, now: UnixTime) -> bool {
    let why = match attempt(ports, session, client, now).await {
        Ok(None) => return true,
        Ok(Some(why)) => why,
        Err(fault) => format!("{}: {}", fault.what, fault.cause),
    };
    ports.record(LogEvent {
        event: "backchannel_logout_failed",
        facts: vec![
            ("client_id", client.client_id.to_string()),
            ("domain", session.host.to_string()),
            ("why", why),
        ],
    });
    false
}

/// Why the application was not told, if it should have been.
async fn attempt<P: Ports>(
    ports: &P,
    session: &Session,
    client: &Client,
    now: UnixTime,
) -> Result<Option<String>, Fault> {
    let Some(domain) = ports.domain(&session.host).await? else { return Ok(None) };
    // The steps of a login take a request; here is none.
    let request = Request {
        method: Method::Other,
        host: session.host.to_string(),
        path: String::new(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let ctx = Context::new(ports, &request, now, domain).await?;
    // Whoever has gone out of service, or registers no address, need not be told.
    let Some(application) = ctx.application(&client.client_id).await? else { return Ok(None) };
    let Some(url) = &application.protocol.backchannel_logout_uri else { return Ok(None) };
    let identity = open_sealed(&ctx, &session.identity, session.attempt).await?;
    let token = logout_token(&ctx, &application, &identity, client).await?;
    Ok(post(ports, url, &token).await)
}

/// §2.4: no `nonce`, so that it never passes for an ID token.
async fn logout_token<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    identity: &Identity,
    client: &Client,
) -> Result<String, Fault> {
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", ctx.domain.issuer.clone().into());
    set("aud", application.client_id.as_str().into());
    set("sub", sub(identity, &ctx.keys).into());
    set("sid", client.sid.as_str().into());
    set("iat", ctx.now.0.into());
    set("exp", ctx.now.plus(LOGOUT_TOKEN_SECONDS).0.into());
    set("jti", base64url(&random::<16>(ctx.ports)).into());
    set("events", json!({ EVENT: {} }));
    signed(ctx, application, identity, TYP, &claims).await
}

/// §2.5 and §2.8: a form, and 200 for an answer; some frameworks make it 204.
async fn post<P: Ports>(ports: &P, url: &WebUrl, token: &str) -> Option<String> {
    let form = encode_pairs([("logout_token", token)]);
    let request = FetchRequest { url: url.to_string(), form: Some(form), json: None, authorization: None };
    match ports.send(request).await {
        Ok(response) if matches!(response.status, 200 | 204) => None,
        Ok(response) => Some(format!("status {}", response.status)),
        Err(unavailable) => Some(unavailable.cause),
    }
}
