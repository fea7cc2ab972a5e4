//! The login page, its tabs and its links: `GET /login/{attempt}` and below.

use super::attempt::AttemptId;
use super::offer::{self, Offer, offer};
use super::pending::{Pending, kept};
use super::refusal::{Refusal, frame};
use super::request::facts_for;
use super::{Context, Next, Reason, level};
use crate::eid::{Acr, Eid};
use crate::model::Host;
use crate::oauth::login_hint::Action;
use crate::pages::choose::{Call, Choose, NoShadow, OtherEid, Pair, Panel};
use crate::pages::error::{ErrorKind, ErrorPage};
use crate::pages::{self, Lang};
use crate::ports::Ports;
use crate::web::{Request, Response};

/// Which tab was used last: functional, no personal data, one year.
const TAB_COOKIE: &str = "__Host-tab";
const TAB_COOKIE_SECONDS: u64 = 365 * 24 * 60 * 60;
/// MitID's own help and privacy pages (mitid.dk).
pub const SUPPORT: &str = "https://www.mitid.dk/en-gb/help/";
const PRIVACY_DA: &str = "https://www.mitid.dk/juridisk/privatlivspolitik/";
const PRIVACY_EN: &str = "https://www.mitid.dk/en-gb/legal/privacy-notice/";

/// Why the other domain can't be used: there is no shadow application there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The domain that lacks it.
    pub host: Host,
    /// The client it lacks.
    pub client_id: String,
    /// The callback that must be registered there.
    pub redirect_uri: String,
}

/// What a link below `/login/{attempt}` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The page itself.
    Page,
    /// The page that tells of a level that was too low.
    Level,
    /// A tab or start button.
    Start(Eid),
    /// An eID that is offered besides.
    Further(Acr),
    /// "Cancel".
    Cancel,
    /// "Back to the service", of a page that told why the login has ended.
    Back,
}

/// Follows a link of the login page. The URL alone drives nothing: without this browser's cookie
/// of the attempt there is nothing to follow.
///
/// # Errors
/// No cookie, or one that is altered or too old.
pub async fn follow<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId, link: Link) -> Result<Next, Refusal> {
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(
            ErrorKind::Cookie,
            "a link of a login was followed inside a frame or by a script",
        ));
    }
    let mut pending =
        Pending::load(ctx.ports, &ctx.keys, ctx.host(), ctx.request, attempt, ctx.now)
            .await?
            .ok_or(Refusal::show(ErrorKind::Cookie, "the browser does not have this attempt's cookie"))?;
    ctx.adopt(attempt);
    ctx.dress.of(&pending);
    match link {
        Link::Page => {
            if let Some(lang) = chosen_language(ctx.request) {
                pending.ui_locales = Some(lang.tag().to_owned());
            }
            let active = last_used(ctx.request).unwrap_or_else(|| first_tab(ctx, &pending));
            Ok(Next::Choose { pending, active, obstacle: None })
        }
        Link::Level => level::page(ctx, pending).await,
        Link::Start(eid) => match acr_of(ctx, &pending, eid) {
            Some(acr) => Ok(Next::Begin { pending, acr }),
            None if eid == Eid::Nemid && !facts_for(ctx, &pending).nemid_is_open => {
                Err(Refusal::show(ErrorKind::NemIdClosed, "NemID has closed since its tab was shown"))
            }
            None => Err(Refusal::show(ErrorKind::NotFound, "this eID is not offered to this request")),
        },
        Link::Further(acr) if further(ctx, &pending).contains(&acr) => Ok(Next::Begin { pending, acr }),
        Link::Further(_) => {
            Err(Refusal::show(ErrorKind::NotFound, "this eID is not offered to this request"))
        }
        Link::Cancel => Ok(Next::Failed { pending, reason: Reason::Cancelled }),
        Link::Back => {
            let reason = pending.ended.unwrap_or(Reason::Cancelled);
            super::issue::returned(ctx, &pending, reason).await
        }
    }
}

/// What is offered to a pending request at this moment.
fn offered<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Result<Offer, crate::oauth::Error> {
    offer(&pending.acr_values, facts_for(ctx, pending))
}

/// What else is offered at this moment, by the domain that the request came to.
fn further<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Vec<Acr> {
    if pending.origin != *ctx.host() {
        return Vec::new();
    }
    offer::further(&pending.acr_values, facts_for(ctx, pending))
}

/// What this request may ask of an eID, decided anew from what is offered now. On the domain that
/// only runs the login there is one answer: what the originating domain sent the user for.
fn acr_of<P: Ports>(ctx: &Context<'_, P>, pending: &Pending, eid: Eid) -> Option<Acr> {
    if pending.origin != *ctx.host() {
        return pending.acr_values.iter().copied().find(|acr| acr.eid() == eid);
    }
    match offered(ctx, pending).ok()? {
        Offer::Both { nemid, mitid, .. } => Some(if eid == Eid::Nemid { nemid } else { mitid }),
        Offer::One { acr, .. } => (acr.eid() == eid).then_some(acr),
    }
}

/// The tab that is active in a browser that has used none.
fn first_tab<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Eid {
    match offered(ctx, pending) {
        Ok(Offer::Both { first, .. }) => first,
        Ok(Offer::One { acr, .. }) => acr.eid(),
        Err(_) => Eid::Nemid,
    }
}

/// Shows the choice, and puts the request into this browser's cookie.
///
/// # Errors
/// When the offer has changed since, or cryptography fails.
pub async fn show<P: Ports>(
    ctx: &Context<'_, P>,
    pending: Pending,
    active: Eid,
    obstacle: Option<Obstacle>,
) -> Result<Next, Refusal> {
    if !ctx.request.is_top_level() {
        return Err(Refusal::show(
            ErrorKind::Cookie,
            "a login page was asked for inside a frame or by a script",
        ));
    }
    ctx.dress.of(&pending);
    let cookie = pending.cookie(ctx.ports, &ctx.keys, ctx.host(), ctx.now).await?;
    let response = page(ctx, &pending, active, obstacle);
    Ok(Next::Answer(kept(response, ctx.request, pending.attempt, cookie)))
}

fn page<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    active: Eid,
    obstacle: Option<Obstacle>,
) -> Response {
    let base = format!("/login/{}", pending.attempt.text());
    let lang = ctx.lang(pending.ui_locales.as_deref());
    let language_href = format!("{base}?lang={}", lang.other().tag());
    let frame = frame(ctx, pending.ui_locales.as_deref(), Some(&language_href));
    let cancel_href = format!("{base}/cancel");
    let hrefs = (format!("{base}/nemid"), format!("{base}/mitid"));
    let to_register = obstacle.as_ref().map(|missing| [missing.redirect_uri.as_str()]);
    let no_shadow = match (&obstacle, &to_register) {
        (Some(missing), Some(to_register)) => {
            Some(NoShadow { client_id: &missing.client_id, mitid_domain: missing.host.as_str(), to_register })
        }
        _ => None,
    };
    let Some(pair) = pair(ctx, pending, active, &hrefs, no_shadow) else {
        let view = ErrorPage {
            frame,
            kind: if no_shadow.is_some() { ErrorKind::NoShadow } else { ErrorKind::Generic },
            reference: ctx.ports.trace_id(),
            start_again_href: None,
            back_href: Some(&cancel_href),
        };
        return Response::page(200, pages::error::page(&view));
    };
    let further: Vec<(Acr, String)> =
        further(ctx, pending).into_iter().map(|acr| (acr, format!("{base}/{}", acr.urn()))).collect();
    let others: Vec<OtherEid<'_>> = further
        .iter()
        .map(|(acr, href)| OtherEid {
            eid: level::shown(*acr),
            for_employees: acr.is_employee(),
            key: acr.urn(),
            href,
        })
        .collect();
    let view = Choose {
        frame,
        pair: Some(pair),
        others: &others,
        call: call(pending.wishes.action),
        support_href: SUPPORT,
        privacy_href: privacy(lang),
        cancel_href: &cancel_href,
    };
    Response::page(200, pages::choose::page(&view))
}

/// MitID's privacy policy.
pub fn privacy(lang: Lang) -> &'static str {
    if lang == Lang::Da { PRIVACY_DA } else { PRIVACY_EN }
}

/// What MitID's button says.
fn call(action: Option<Action>) -> Call {
    match action {
        None | Some(Action::Login) => Call::LogOn,
        Some(Action::Confirm) => Call::Confirm,
        Some(Action::Accept) => Call::Accept,
        Some(Action::Approve) => Call::Approve,
        Some(Action::Sign) => Call::Sign,
    }
}

/// What of the pair the page shows; `None` where the only eID on offer is the one that can't be
/// reached.
fn pair<'a, P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    active: Eid,
    (nemid_href, mitid_href): &'a (String, String),
    no_shadow: Option<NoShadow<'a>>,
) -> Option<Pair<'a>> {
    if pending.origin != *ctx.host() {
        return Some(match pending.acr_values.first()?.eid() {
            Eid::Nemid => Pair::NemIdOnly { href: nemid_href },
            Eid::Mitid => Pair::MitIdOnly { href: mitid_href },
        });
    }
    match (offered(ctx, pending).ok()?, no_shadow) {
        (Offer::Both { .. }, Some(missing)) => {
            Some(Pair::SideBySide { nemid_href, mitid_href, panel: Panel::NoShadow(missing) })
        }
        (Offer::Both { .. }, None) => {
            let panel = if active == Eid::Nemid { Panel::NemId } else { Panel::MitId };
            Some(Pair::SideBySide { nemid_href, mitid_href, panel })
        }
        (Offer::One { .. }, Some(_)) => None,
        (Offer::One { acr, .. }, None) => Some(match acr.eid() {
            Eid::Nemid => Pair::NemIdOnly { href: nemid_href },
            Eid::Mitid => Pair::MitIdOnly { href: mitid_href },
        }),
    }
}

/// The language that a link of a page chose.
pub fn chosen_language(request: &Request) -> Option<Lang> {
    let parameters = request.query_parameters().ok()?;
    let wanted = parameters.get("lang")?;
    [Lang::Da, Lang::En].into_iter().find(|lang| lang.tag() == wanted)
}

/// The tab this browser used last.
pub fn last_used(request: &Request) -> Option<Eid> {
    request.cookie(TAB_COOKIE).and_then(Eid::parse)
}

/// The answer that starts an eID, remembering its tab where there were two to choose from.
pub fn remembering_tab<P: Ports>(
    ctx: &Context<'_, P>,
    pending: &Pending,
    eid: Eid,
    response: Response,
) -> Response {
    let had_a_choice =
        pending.origin == *ctx.host() && matches!(offered(ctx, pending), Ok(Offer::Both { .. }));
    if !had_a_choice {
        return response;
    }
    response.with_cookie(format!(
        "{TAB_COOKIE}={}; Path=/; Max-Age={TAB_COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax",
        eid.as_str()
    ))
}
