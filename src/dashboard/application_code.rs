//! Ready pieces of code for common clients, filled with an application's own values.

use super::application::Application;
use super::ports::Dashboard;
use super::stop::Page;
use crate::pages::dashboard::snippets::{self as view, Proof, Values};
use crate::vault::base64url;

/// What an application of a domain asks for that names no eIDs.
fn usual_acr(kind: &str) -> &'static str {
    if kind == "mitid" { "urn:grn:authn:dk:mitid:substantial" } else { "urn:grn:authn:dk:nemid:poces" }
}

/// The page.
///
/// # Errors
/// None of its own.
pub(super) fn page<P: Dashboard>(it: &Application<'_, P>) -> Page {
    let methods = it.list("token_endpoint_auth_methods");
    let proof = match methods.as_slice() {
        ["none"] => Proof::None,
        _ if methods.iter().any(|method| method.starts_with("client_secret")) => Proof::Secret,
        _ => Proof::OwnKey,
    };
    let kind = it.domain["kind"].as_str().unwrap_or_default();
    let acr = it.list("acr_values").first().copied().unwrap_or(usual_acr(kind));
    let issuer = it.domain["issuer"].as_str().unwrap_or_default();
    let by_path = format!("{issuer}/{}", base64url(acr.as_bytes()));
    let values = Values {
        issuer,
        by_path: &by_path,
        client_id: it.client_id,
        callback: it.list("redirect_uris").first().copied().unwrap_or_default(),
        acr,
        proof,
        name: it.text("name"),
    };
    let content = view::page(&it.within.frame(), &values);
    Ok(it.page(200, "code", None, None, &content))
}
