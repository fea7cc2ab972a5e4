//! A stranger's authorization request becomes a checked, pending one: the same for the authorize
//! endpoint and for pushed requests, so that one list of rules decides.

use super::attempt::AttemptId;
use super::cpr::Wish;
use super::envelope::Purpose;
use super::offer::{Facts, Offer, offer_to};
use super::pending::{LEG_RESERVE_BYTES, PENDING_SECONDS, Pending, SEALED_MAX_BYTES};
use super::refusal::Refusal;
use super::return_to::ReturnTo;
use super::{Context, client_keys, hint, rehearsal, resume, trace};
use crate::eid::{Acr, Cpr, Eid};
use crate::model::application::ResponseType;
use crate::model::public_key::SignatureAlgorithm;
use crate::model::style::CSS_PATH_MAX_BYTES;
use crate::model::{Application, ClientId, Environment, UnixTime};
use crate::oauth::acr_values::Outside;
use crate::oauth::authorize::{Addressee, AuthorizationRequest, Rules, mode_of_errors};
use crate::oauth::jwt::Unverified;
use crate::oauth::prompt::Prompt;
use crate::oauth::{Error, ErrorCode, request_object};
use crate::pages::error::ErrorKind;
use crate::ports::Ports;
use crate::web::Parameters;
use std::rc::Rc;

/// A request that may go on.
#[derive(Debug)]
pub struct Checked {
    /// Who asks.
    pub application: Rc<Application>,
    /// Where errors go.
    pub return_to: ReturnTo,
    /// What is asked.
    pub pending: Pending,
    /// What the user is offered.
    pub offered: Offer,
    /// Whether somebody must, may or must not be asked.
    pub prompt: Prompt,
}

/// Which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// By the browser.
    Front,
    /// Pushed by its client (RFC 9126).
    Pushed,
}

/// Checks an authorization request in the order of the RFC: first who asks and where an answer would
/// go, both without any redirect, then everything else, answered at the callback.
///
/// # Errors
/// Shown until the callback is proved, returned to it from then on.
pub async fn check<P: Ports>(
    ctx: &Context<'_, P>,
    parameters: &Parameters,
    repeated: &[String],
    segment: Option<&str>,
    door: Door,
) -> Result<Checked, Refusal> {
    let application = application_of(ctx, parameters, repeated).await?;
    let signed = match parameters.get("request") {
        Some(object) => open_object(ctx, &application, parameters, repeated, object).await?,
        None => None,
    };
    // What stands beside a request object counts for nothing.
    let (parameters, repeated) = match &signed {
        Some(signed) => (signed, &[][..]),
        None => (parameters, repeated),
    };
    let addressee = Addressee::read(parameters, repeated)
        .ok_or(Refusal::show(ErrorKind::Client, "client_id or redirect_uri is missing or repeated"))?;
    let return_to =
        ReturnTo::checked(&application, addressee.redirect_uri, parameters.get("state"), &ctx.domain.issuer)
            .ok_or(Refusal::show(ErrorKind::Client, "redirect_uri is not registered"))?;
    // Errors travel by the mode that was asked for, if it is one.
    let return_to = return_to.by(mode_of_errors(parameters));
    let outside = Outside { header: ctx.request.header("acr_values"), segment };
    let asked = AuthorizationRequest::read(parameters, repeated, rules(&application), outside)
        .and_then(|asked| check_way(&application, door, asked));
    let asked = match asked {
        Ok(asked) => name_person(ctx, &application, asked).await,
        Err(error) => Err(error),
    };
    let judged = asked.and_then(|asked| judge(ctx, &application, &return_to, parameters, asked, door));
    let (pending, offered, prompt) = match judged {
        Ok(judged) => judged,
        Err(error) => return Err(Refusal::back(return_to, error)),
    };
    let return_to = return_to.by(pending.response_mode);
    let sealed = pending.seal(ctx.ports, &ctx.keys, Purpose::Pending, ctx.host(), ctx.host()).await?;
    if sealed.len() + LEG_RESERVE_BYTES > SEALED_MAX_BYTES {
        let error =
            Error::invalid_request("the request is too long for a browser's cookie; send a shorter state");
        return Err(Refusal::back(return_to, error));
    }
    Ok(Checked { application, return_to, pending, offered, prompt })
}

/// The application that a request names, exactly once.
///
/// # Errors
/// Shown: there is nobody to answer to.
pub async fn application_of<P: Ports>(
    ctx: &Context<'_, P>,
    parameters: &Parameters,
    repeated: &[String],
) -> Result<Rc<Application>, Refusal> {
    let unknown = || Refusal::show(ErrorKind::Client, "client_id is not registered on this domain");
    if repeated.iter().any(|name| name == "client_id") {
        return Err(Refusal::show(ErrorKind::Client, "client_id or redirect_uri is missing or repeated"));
    }
    let client_id =
        parameters.get("client_id").and_then(|raw| ClientId::parse(raw).ok()).ok_or_else(unknown)?;
    ctx.application(&client_id).await?.ok_or_else(unknown)
}

/// The parameters of a signed request object, by a client that has keys; `None` for one that has not,
/// which is then told that it can't send any.
async fn open_object<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    beside: &Parameters,
    repeated: &[String],
    object: &str,
) -> Result<Option<Parameters>, Refusal> {
    let protocol = &application.protocol;
    if protocol.jwks.is_none() && protocol.jwks_uri.is_none() {
        return Ok(None);
    }
    let client_id = application.client_id.as_str();
    let read = match Unverified::parse(object, &SignatureAlgorithm::ALL) {
        _ if !repeated.is_empty() => Err("a parameter is repeated"),
        Err(_) => Err("request object: malformed or not signed"),
        Ok(token) if !client_keys::signed(ctx, application, &token).await? => {
            Err("request object: not signed by a key of the client")
        }
        Ok(token) if protocol.fapi2 && token.alg() == SignatureAlgorithm::Rs256 => {
            Err("request object: RS256 is not allowed by the FAPI 2.0 profile")
        }
        Ok(token) => request_object::parameters(&token, client_id, &ctx.domain.issuer, ctx.now),
    };
    read.map(Some).map_err(|why| {
        let error = Error::new(ErrorCode::InvalidRequestObject, why);
        // Only a callback that stands beside the object can be told, if it is registered.
        let redirect_uri = beside.get("redirect_uri").unwrap_or_default();
        match ReturnTo::checked(application, redirect_uri, beside.get("state"), &ctx.domain.issuer) {
            Some(to) => Refusal::back(to.by(mode_of_errors(beside)), error),
            None => Refusal::Show { kind: ErrorKind::Client, why, code: error.code, application: None },
        }
    })
}

/// What the settings of an application allow and demand.
fn rules(application: &Application) -> Rules {
    let protocol = &application.protocol;
    Rules {
        pkce: application.is_public() || protocol.fapi2,
        id_token: protocol.response_types.contains(&ResponseType::IdToken) && !protocol.fapi2,
        token_in_query: application.environment == Environment::Test,
    }
}

/// RFC 9126 §6, and FAPI 2.0 Security Profile §5.3.2.2: only pushed requests.
fn check_way(
    application: &Application,
    door: Door,
    asked: AuthorizationRequest,
) -> Result<AuthorizationRequest, Error> {
    let must_push = application.protocol.require_pushed_authorization_requests || application.protocol.fapi2;
    if must_push && door == Door::Front {
        return Err(Error::invalid_request("this client must push its requests (RFC 9126)"));
    }
    Ok(asked)
}

/// OIDC Core §3.1.2.1: the hint names the one person who may log in, as `claims` may (§5.5.1).
async fn name_person<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    mut asked: AuthorizationRequest,
) -> Result<AuthorizationRequest, Error> {
    let Some(raw) = &asked.id_token_hint else { return Ok(asked) };
    let hint = hint::read(ctx, raw).await.filter(|hint| hint.client_id == application.client_id);
    let hint = hint.ok_or(Error::invalid_request("id_token_hint is no ID token of this client"))?;
    if asked.subject.as_ref().is_some_and(|sub| *sub != hint.sub) {
        return Err(Error::invalid_request("id_token_hint and claims name different persons"));
    }
    asked.subject = Some(hint.sub);
    Ok(asked)
}

fn judge<P: Ports>(
    ctx: &Context<'_, P>,
    application: &Application,
    return_to: &ReturnTo,
    parameters: &Parameters,
    asked: AuthorizationRequest,
    door: Door,
) -> Result<(Pending, Offer, Prompt), Error> {
    let allowed = &application.protocol.acr_values;
    let asked = as_employee(asked);
    let attempt = AttemptId::draw(ctx.ports);
    let offered_by = |facts| offer_to(&asked.acr_values, allowed, facts);
    let nemid_closed_at = application.protocol.nemid_closed_at;
    let closed_for_it = is_over(ctx, nemid_closed_at);
    if closed_for_it && facts(ctx).nemid_is_open {
        ctx.ports.note("nemid_closed_by", "nemid_closed_at of the application");
    }
    let open = facts(ctx).closed(closed_for_it);
    let closed = open.closed(true);
    // Where it makes no difference, nothing is rehearsed.
    let rehearsed = rehearsal::is_chosen(ctx, attempt) && offered_by(open) != offered_by(closed);
    let facts = open.closed(rehearsed);
    let (mut offered, mut only) = offered_by(facts)?;
    if asked.acr_is_essential {
        (offered, only) = offer_to(&asked.acr_values, &asked.acr_values, facts)?;
    }
    if !return_to.can_answer_by(asked.response_mode) {
        return Err(Error::new(
            ErrorCode::InvalidRequest,
            "response_mode does not fit a private-scheme callback",
        ));
    }
    if rehearsed {
        ctx.ports.rehearsed(&ctx.domain, &application.client_id);
    }
    ctx.adopt(attempt);
    explain(ctx, &asked, door);
    let hinted_resume = asked.login_hint.resume_url.is_some();
    let cpr = Wish::of(application, &asked.scope, ctx.domain.cpr, asked.prompt);
    let hinted = asked.login_hint.cpr.as_ref().filter(|_| cpr.is_for_number());
    let cpr_hint = hinted.and_then(|hint| Cpr::parse(hint.text(), ctx.domain.environment, ctx.now).ok());
    let mut acr_values = if asked.acr_values.is_empty() { allowed.clone() } else { asked.acr_values };
    let mut wishes = asked.login_hint.wishes;
    // A MitID UUID names somebody whom NemID knows nothing of.
    if let (Offer::Both { mitid, .. }, Some(_)) = (offered, &wishes.uuid) {
        (offered, only) = (Offer::One { acr: mitid, at_once: true }, Some(Eid::Mitid));
        acr_values = vec![mitid];
    }
    wishes.may_be_employee &= allowed.is_empty() || allowed.contains(&Acr::MitidBusiness);
    wishes.resume_url =
        asked.login_hint.resume_url.filter(|url| application.may_resume_at(url) || resume::is_ours(ctx, url));
    note_resuming(ctx, hinted_resume, wishes.resume_url.is_some());
    let pending = Pending {
        attempt,
        ends: ctx.now.plus(PENDING_SECONDS),
        origin: ctx.host().clone(),
        client_id: application.client_id.clone(),
        redirect_uri: return_to.redirect_uri().to_owned(),
        scope: asked.scope,
        state: parameters.get("state").map(str::to_owned),
        nonce: asked.nonce,
        code_challenge: asked.code_challenge,
        response_mode: asked.response_mode,
        response_type: asked.response_type,
        only,
        rehearsed,
        nemid_closed_at,
        acr_values,
        ui_locales: asked.ui_locales,
        wishes,
        fresh: asked.prompt.login,
        max_age: asked.max_age,
        subject: asked.subject,
        dpop_jkt: asked.dpop_jkt,
        cpr,
        css_path: css_path(ctx, asked.login_hint.css_path),
        cpr_hint,
        asking: None,
        ended: None,
        leg: None,
    };
    Ok((pending, offered, asked.prompt))
}

/// `login_hint=business` asks for an employee, whatever level of MitID it stands beside.
fn as_employee(mut asked: AuthorizationRequest) -> AuthorizationRequest {
    if asked.login_hint.business {
        let mut acrs = Vec::new();
        for acr in std::mem::take(&mut asked.acr_values) {
            let acr = if acr.eid() == Eid::Mitid { Acr::MitidBusiness } else { acr };
            if !acrs.contains(&acr) {
                acrs.push(acr);
            }
        }
        asked.acr_values = if acrs.is_empty() { vec![Acr::MitidBusiness] } else { acrs };
    }
    asked
}

/// A resume URL that is not registered is no reason to refuse: the login goes on in its own tab, to which
/// the user returns by himself. It is told to nobody, or a stranger's link could lead MitID's app anywhere.
fn note_resuming<P: Ports>(ctx: &Context<'_, P>, is_hinted: bool, is_registered: bool) {
    let what = match (is_hinted, is_registered) {
        (false, _) => return,
        (true, true) => "told to the eID",
        (true, false) => "ignored: it is not one of resume_urls",
    };
    ctx.ports.note("hint_appswitch_resume_url", what);
}

/// What was asked for and what each hint did, for whoever wants this login explained.
fn explain<P: Ports>(ctx: &Context<'_, P>, asked: &AuthorizationRequest, door: Door) {
    let note = |name, value: &str| ctx.ports.note(name, value);
    note("way", if door == Door::Pushed { "pushed" } else { "by the browser" });
    note("eid_named_by", asked.acr_source.as_str());
    for acr in &asked.acr_values {
        note("eid_asked_for", acr.urn());
    }
    note("response_mode", asked.response_mode.as_str());
    let hint = &asked.login_hint;
    for (given, name, what) in [
        (hint.wishes.action.is_some(), "hint_action", "told to the eID"),
        (hint.wishes.message.is_some(), "hint_message", "told to the eID"),
        (hint.wishes.uuid.is_some(), "hint_uuid", "told to the eID, and checked"),
        (hint.wishes.app_switch.is_some(), "hint_appswitch", "told to the eID"),
        (hint.business, "hint_business", "asks for an employee"),
        (hint.wishes.may_be_employee, "hint_business_optional", "told to the eID"),
        (hint.wishes.cvr.is_some(), "hint_vatid", "told to the eID, and checked"),
        (hint.cpr.is_some(), "hint_sub", "filled in where the CPR number is asked for"),
        (hint.css_path.is_some(), "hint_css_path", chosen_sheet(ctx, hint.css_path.as_deref())),
        (hint.scope.is_some(), "hint_scope", "added to the scopes"),
        (hint.ignored > 0, "hint_unknown", "ignored"),
    ] {
        if given {
            note(name, what);
        }
    }
    if let Some(parent) = ctx.request.header("traceparent").and_then(trace::parent) {
        note("traceparent", parent);
    }
}

/// What a request's `css_path` did: only a sheet that was checked when it was saved is served.
fn chosen_sheet<P: Ports>(ctx: &Context<'_, P>, css_path: Option<&str>) -> &'static str {
    let sheets = ctx.dress.worn().map(|style| style.sheets.as_slice()).unwrap_or_default();
    match css_path {
        Some(wanted) if sheets.iter().any(|(path, _)| path == wanted) => "chooses a style sheet",
        _ => "ignored: no style sheet was saved under this path",
    }
}

/// Kept where this domain or the other one of the pair may have a sheet for it.
fn css_path<P: Ports>(ctx: &Context<'_, P>, hint: Option<String>) -> Option<String> {
    let may_have_one = ctx.domain.style.is_some() || ctx.domain.peer.is_some();
    hint.filter(|path| may_have_one && path.len() <= CSS_PATH_MAX_BYTES)
}

/// The facts that decide the offer to a request that was checked before.
pub fn facts_for<P: Ports>(ctx: &Context<'_, P>, pending: &Pending) -> Facts {
    let is_closed = pending.rehearsed || is_over(ctx, pending.nemid_closed_at);
    facts(ctx).restricted(pending.only).closed(is_closed)
}

fn is_over<P: Ports>(ctx: &Context<'_, P>, closes: Option<UnixTime>) -> bool {
    closes.is_some_and(|closes| closes.is_over(ctx.now))
}

/// The facts that decide the offer at this domain.
pub fn facts<P: Ports>(ctx: &Context<'_, P>) -> Facts {
    Facts::of(&ctx.domain, ctx.ports.settings().simulators, ctx.now)
}
