//! `POST /oauth2/par` (RFC 9126): a client pushes its request and gets a name for it.

use super::client::{self, NoClient};
use super::pushed::{self, PUSHED_SECONDS};
use super::refusal::Refusal;
use super::{Context, dpop};
use crate::oauth::{Error, ErrorCode};
use crate::ports::Ports;
use crate::web::Response;
use serde_json::json;

/// Answers 201 with a `request_uri`, or an OAuth error.
pub async fn par<P: Ports>(ctx: &Context<'_, P>) -> Response {
    match push(ctx).await {
        Ok(request_uri) => {
            Response::json(201, &json!({ "request_uri": request_uri, "expires_in": PUSHED_SECONDS }))
        }
        Err(no) => client::refuse(ctx, no, "push_refused"),
    }
}

async fn push<P: Ports>(ctx: &Context<'_, P>) -> Result<String, NoClient> {
    let form = client::form(ctx)?;
    let application = client::authenticate(ctx, &form).await?;
    // RFC 9126 §2.1: the form of a client that uses Basic need not repeat its id.
    let form = match form.get("client_id") {
        Some(_) => form,
        None => form.and("client_id", application.client_id.as_str()),
    };
    let mut checked = pushed::check(ctx, &form).await.map_err(told)?;
    if checked.application.client_id != application.client_id {
        return Err(NoClient::Told(Error::invalid_request(
            "client_id differs from the authenticated client",
        )));
    }
    // RFC 9449 §10.1: a proof beside the request binds the code as `dpop_jkt` does. Nothing is kept of
    // it, for nobody has been identified yet.
    if let Some(proof) = dpop::proof(ctx, None).await? {
        let bound = checked.pending.dpop_jkt.get_or_insert(proof.jkt.clone());
        if *bound != proof.jkt {
            return Err(NoClient::Told(Error::new(
                ErrorCode::InvalidDpopProof,
                "the proof is of another key than dpop_jkt",
            )));
        }
    }
    pushed::seal(ctx, &checked).await.map_err(told)
}

/// What a client is told instead of a page or a redirect (RFC 9126 §2.3).
fn told(refusal: Refusal) -> NoClient {
    match refusal {
        Refusal::Return { error, .. } => NoClient::Told(error),
        Refusal::Show { why, code, .. } => NoClient::Told(Error::new(code, why)),
        Refusal::Fault(fault) => NoClient::Fault(fault),
    }
}
