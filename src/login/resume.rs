//! `GET /resume`: where MitID's app may lead back to after an app switch, for services without an app of
//! their own. It knows no login and starts none: the tab in which MitID waits goes on by itself.

use super::Context;
use super::choose::chosen_language;
use super::refusal::frame;
use crate::pages;
use crate::ports::Ports;
use crate::web::Response;

/// The page's path, on every domain.
const RESUME_PATH: &str = "/resume";

/// The page.
pub fn page<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let wanted = chosen_language(ctx.request).map(|lang| lang.tag());
    let language_href = format!("{RESUME_PATH}?lang={}", ctx.lang(wanted).other().tag());
    Response::page(200, pages::resume::page(frame(ctx, wanted, Some(&language_href))))
}

/// Whether a URL is this page of the domain that was called.
pub fn is_ours<P: Ports>(ctx: &Context<'_, P>, url: &str) -> bool {
    url.strip_prefix(&ctx.domain.issuer) == Some(RESUME_PATH)
}
