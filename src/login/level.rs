//! A login that ended below the level asked for: the user is told before the application is, since a
//! stronger login may be one link away. The page can be loaded again; it asks no object.

use super::choose::chosen_language;
use super::pending::{Pending, kept};
use super::refusal::{Refusal, frame};
use super::{Context, Next, Reason};
use crate::eid::{Acr, Eid, Level, TooLow};
use crate::error::Fault;
use crate::pages;
use crate::pages::error::ErrorKind;
use crate::pages::level::{Assurance, LevelPage};
use crate::ports::Ports;
use crate::web::Response;

/// Sends the browser to the page. Whoever logs in again from there does so anew at the eID: a session
/// of its own would only repeat the level.
///
/// # Errors
/// When cryptography fails.
pub async fn show<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    reason: Reason,
) -> Result<Response, Fault> {
    ctx.ports.note("ended", "below the level asked for");
    let pending = Pending { ended: Some(reason), leg: None, fresh: true, ..pending };
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    let url = format!("{}{}", ctx.domain.issuer, path(&pending, "level"));
    Ok(kept(Response::see_other(&url), ctx.request, pending.attempt, cookie))
}

fn path(pending: &Pending, page: &str) -> String {
    format!("/login/{}/{page}", pending.attempt.text())
}

/// `GET /login/{attempt}/level`
///
/// # Errors
/// The login has not ended like this.
pub async fn page<P: Ports>(ctx: &Context<'_, P>, mut pending: Pending) -> Result<Next, Refusal> {
    let Some(Reason::LevelTooLow(TooLow { asked, reached })) = pending.ended else {
        return Err(Refusal::show(ErrorKind::NotFound, "no level was too low in this login"));
    };
    if let Some(lang) = chosen_language(ctx.request) {
        pending.ui_locales = Some(lang.tag().to_owned());
    }
    let lang = ctx.lang(pending.ui_locales.as_deref());
    let language_href = format!("{}?lang={}", path(&pending, "level"), lang.other().tag());
    let view = LevelPage {
        frame: frame(ctx, pending.ui_locales.as_deref(), Some(&language_href)),
        eid: shown(asked),
        asked: assurance(asked.level()),
        used: assurance(reached),
        reference: ctx.ports.trace_id(),
        again_href: &path(&pending, asked.eid().as_str()),
        back_href: &path(&pending, "back"),
    };
    let response = Response::page(403, pages::level::page(&view));
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    Ok(Next::Answer(kept(response, ctx.request, pending.attempt, cookie)))
}

/// The eID as pages know it.
pub fn shown(acr: Acr) -> pages::Eid {
    match acr.eid() {
        Eid::Nemid => pages::Eid::NemId,
        Eid::Mitid => pages::Eid::MitId,
    }
}

fn assurance(level: Level) -> Assurance {
    match level {
        Level::Low => Assurance::Low,
        Level::Substantial => Assurance::Substantial,
        Level::High => Assurance::High,
    }
}
