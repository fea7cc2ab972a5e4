//! The `DPoP` header of a request (RFC 9449): verified, and spent with its application.

use super::Context;
use super::client::NoClient;
use super::once::{self, Use};
use crate::model::Application;
use crate::model::public_key::SignatureAlgorithm;
use crate::oauth::dpop::{For, Proof, Unproved};
use crate::oauth::{Error, ErrorCode};
use crate::ports::Ports;
use crate::web::Method;

fn invalid(why: &'static str) -> NoClient {
    NoClient::Told(Error::new(ErrorCode::InvalidDpopProof, why))
}

/// The proof that a request carries, if any; `access_token` is what comes along with it.
///
/// # Errors
/// `invalid_dpop_proof`
pub async fn proof<P: Ports>(
    ctx: &Context<'_, P>,
    access_token: Option<&str>,
) -> Result<Option<Proof>, NoClient> {
    // A platform that joins several headers into one makes something malformed of them.
    let mut headers = ctx.request.headers.iter().filter(|(name, _)| name == "dpop");
    let Some((_, raw)) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(invalid("there is more than one DPoP header"));
    }
    let proof = Unproved::parse(raw).map_err(invalid)?;
    let token = proof.token();
    let holds = ctx.ports.verify(token.alg(), proof.key(), token.input(), token.signature()).await;
    let method = if ctx.request.method == Method::Get { "GET" } else { "POST" };
    let url = format!("{}{}", ctx.domain.issuer, ctx.request.path);
    let proof = proof.proved(holds, &For { method, url: &url, access_token }, ctx.now).map_err(invalid)?;
    if ctx.domain.restored_at.is_some_and(|restored_at| !proof.is_made_after(restored_at)) {
        return Err(invalid("iat is not after the issuer was restored"));
    }
    Ok(Some(proof))
}

/// Uses up a proof that an application has sent.
///
/// # Errors
/// `invalid_dpop_proof`: used before, or signed as the application's profile forbids.
pub async fn spend<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    proof: &Proof,
) -> Result<(), NoClient> {
    if application.protocol.fapi2 && !SignatureAlgorithm::FAPI2.contains(&proof.alg) {
        return Err(invalid("RS256 is not allowed by the FAPI 2.0 profile"));
    }
    let name = once::name(&ctx.domain.label(), ctx.host(), &application.client_id);
    let used = Use::of_proof(&proof.id(), proof.used.ends);
    if ctx.ports.is_first(&name, &used, ctx.now).await? {
        Ok(())
    } else {
        Err(invalid("this proof was used before"))
    }
}
