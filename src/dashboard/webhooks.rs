//! The page on which a tenant names a system of its own, to be told of its orders.

use super::ports::Dashboard;
use super::settings;
use super::stop::{Page, Stop};
use super::team_object::{TeamAnswer, TeamCommand};
use super::visit::Within;
use super::webhook::{WebhookAnswer, WebhookCommand};
use crate::model::Role;
use crate::model::url::WebUrl;
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::webhook as view;
use crate::ports::Unavailable;
use crate::web::{Method, Response};

/// Shows where it leads, and leads it elsewhere.
///
/// # Errors
/// [`Stop`].
pub async fn page<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let notice = Notice::of(query.get("saved"));
    let form = match within.visit.request.method {
        Method::Get => None,
        _ => Some(within.visit.form()?),
    };
    // The page has a secret, for who may change it.
    if within.role >= Role::Administrator {
        within.visit.check_fresh()?;
    }
    let Some(form) = form else { return shown(within, notice, None).await };
    within.check_role(Role::Administrator)?;
    let typed = form.get("url").unwrap_or_default().trim();
    let url = match typed {
        "" => None,
        typed => match WebUrl::parse(typed).ok().filter(|url| may_be_told(within, url)) {
            Some(url) => Some(url),
            None => return shown(within, None, Some(typed)).await,
        },
    };
    let (tenant, by) = (within.tenant.clone(), within.person().to_owned());
    ask(within, WebhookCommand::Set { url, tenant, by }).await?;
    Ok(settings::kept(&within.href(&["order", "webhook"])))
}

/// Only what the world can reach over TLS. A build with the simulators may also tell its own machine, by the
/// names that browsers know it by.
fn may_be_told<P: Dashboard>(within: &Within<'_, P>, url: &WebUrl) -> bool {
    url.is_public() || (within.visit.ports.desk().simulators && url.as_str().starts_with("http://"))
}

async fn ask<P: Dashboard>(
    within: &Within<'_, P>,
    command: WebhookCommand,
) -> Result<WebhookAnswer, Unavailable> {
    let command = TeamCommand::Webhook(command);
    match within.visit.ports.team(within.tenant.as_str(), &command, within.visit.now).await? {
        TeamAnswer::Webhook(answer) => Ok(answer),
        _ => Err(Unavailable { what: "team object", cause: "an answer to another question".to_owned() }),
    }
}

/// The page; `wrong` is what was typed and can't be used.
async fn shown<P: Dashboard>(within: &Within<'_, P>, notice: Option<Notice>, wrong: Option<&str>) -> Page {
    let WebhookAnswer { webhook, waiting } = ask(within, WebhookCommand::Look).await?;
    let known = webhook.as_ref().map(|webhook| webhook.url.to_string()).unwrap_or_default();
    let secret =
        webhook.filter(|_| within.may_change()).map(|webhook| webhook.secret(&within.visit.ports.desk().key));
    let page = view::webhook(&view::Webhook {
        frame: &within.frame(),
        notice,
        href: &within.href(&["order", "webhook"]),
        url: wrong.unwrap_or(&known),
        is_wrong: wrong.is_some(),
        secret: secret.as_deref(),
        waiting,
        may_change: within.may_change(),
    });
    Ok(Response::page(if wrong.is_some() { 422 } else { 200 }, page))
}
