//! Every route of the broker, once: one `match` over method and path segments, grouped by who calls.

use crate::eid::{Acr, Eid};
use crate::error::Fault;
use crate::login::attempt::AttemptId;
use crate::login::choose::Link;
use crate::login::metadata::Asked;
use crate::login::offer::Facts;
use crate::login::refusal::{respond, unavailable};
use crate::login::{
    self, Context, callback, choose, cors, cpr, cross, introspect, logout, metadata, par, preview, redeem,
    rehearsal, resume, revoke, start, style, userinfo,
};
use crate::model::DomainSnapshot;
use crate::model::sighting::Who;
use crate::model::{Host, UnixTime};
use crate::oauth::acr_values;
use crate::ports::Ports;
use crate::web::{Method, Request, Response};
use std::rc::Rc;

/// Answers a request. A client that prefers so is told the trace id, to quote it to whoever runs
/// the broker.
pub async fn handle<P: Ports>(ports: &P, request: &Request, now: UnixTime) -> Response {
    let answer = answer(ports, request, now).await;
    if request.wants_trace_id() { answer.with("trace-id", ports.trace_id()) } else { answer }
}

/// The host decides who is addressed; forwarded headers are never read.
async fn answer<P: Ports>(ports: &P, request: &Request, now: UnixTime) -> Response {
    let Ok(host) = Host::parse(&request.host) else { return nothing_here() };
    match ports.domain(&host).await {
        Ok(Some(domain)) if domain.enabled && domain.host == host => {
            at_domain(ports, request, now, domain).await
        }
        Ok(_) => nothing_here(),
        Err(cause) => unavailable(ports, request, cause.into()),
    }
}

/// An unknown host gets no name, no hint, no page.
fn nothing_here() -> Response {
    let mut response = Response::text(404, "Not found");
    response.route = "unknown_host";
    response
}

async fn at_domain<P: Ports>(
    ports: &P,
    request: &Request,
    now: UnixTime,
    domain: Rc<DomainSnapshot>,
) -> Response {
    let segments = request.segments();
    let facts = Facts::of(&domain, ports.settings().simulators, now);
    if let Some((route, mut answer)) = public_document(Asked::of(ports, request), &segments, &domain, facts) {
        answer.route = route;
        if route == "jwks" {
            ports.saw(&domain, Who::of_user_agent(request.header("user-agent")));
        }
        return answer;
    }
    let context = match Context::new(ports, request, now, domain).await {
        Ok(context) => context,
        Err(fault) => {
            fault.log(ports);
            return Response::text(500, &format!("Something went wrong. Reference: {}", ports.trace_id()));
        }
    };
    dispatch(&context).await
}

/// What applications fetch about a domain, unless they name themselves: that needs their record.
fn public_document(
    asked: Asked<'_>,
    segments: &[&str],
    domain: &DomainSnapshot,
    facts: Facts,
) -> Option<(&'static str, Response)> {
    if asked.request.query.contains("client_id=") {
        return None;
    }
    Some(match (asked.request.method, segments) {
        (Method::Get, [".well-known", "openid-configuration" | "oauth-authorization-server"]) => {
            ("discovery", metadata::discovery_document(asked, domain, facts, None))
        }
        (Method::Get, [segment, ".well-known", "openid-configuration"]) if names_eid(segment) => {
            ("discovery", metadata::discovery_document(asked, domain, facts, Some(segment)))
        }
        (Method::Get, [".well-known", "jwks"]) => ("jwks", metadata::key_set(asked, domain)),
        _ => return None,
    })
}

async fn dispatch<P: Ports>(ctx: &Context<'_, P>) -> Response {
    use Method::{Get, Options, Post};
    let segments = ctx.request.segments();
    if shows_pages(&segments) {
        style::dress(ctx).await;
    }
    let (route, answer) = match (ctx.request.method, segments.as_slice()) {
        // What applications call.
        (Post, ["oauth2", "token"]) => ("token", cors::for_form(ctx, redeem::token(ctx).await).await),
        (Post, ["oauth2", "par"]) => ("par", cors::for_form(ctx, par::par(ctx).await).await),
        (Get | Post, ["oauth2", "userinfo"]) => ("userinfo", userinfo::userinfo(ctx).await),
        (Post, ["oauth2", "revoke"]) => ("revoke", cors::for_form(ctx, revoke::revoke(ctx).await).await),
        (Post, ["oauth2", "introspect"]) => ("introspect", introspect::introspect(ctx).await),
        (Options, ["oauth2", "token" | "userinfo" | "par" | "revoke"]) => ("preflight", cors::preflight(ctx)),
        (Get, [".well-known", "openid-configuration" | "oauth-authorization-server"]) => {
            ("discovery", document(ctx, metadata::discovery_of_client(ctx, None).await))
        }
        (Get, [segment, ".well-known", "openid-configuration"]) if names_eid(segment) => {
            ("discovery", document(ctx, metadata::discovery_of_client(ctx, Some(segment)).await))
        }
        (Get, [".well-known", "criipto-configuration"]) => {
            ("client_configuration", document(ctx, metadata::client_configuration(ctx).await))
        }
        (Get, [".well-known", "jwks"]) => ("jwks", document(ctx, metadata::key_set_of_client(ctx).await)),
        (Get, ["preview", token]) => ("preview", preview::preview(ctx, token, None).await),
        (Get | Post, ["preview", token, page]) => ("preview", preview::preview(ctx, token, Some(page)).await),
        (Get, ["style", digest, file]) => ("style", style::file(ctx, digest, file).await),
        // Where browsers are sent by applications, links of our pages, the other domain, upstreams.
        (Get | Post, ["oauth2", "authorize"]) => {
            ("authorize", step(ctx, start::start(ctx, None).await).await)
        }
        (Get | Post, [segment, "oauth2", "authorize"]) if names_eid(segment) => {
            ("authorize", step(ctx, start::start(ctx, Some(segment)).await).await)
        }
        (Get, ["login", attempt]) => ("login", follow(ctx, attempt, Link::Page).await),
        (Get, ["login", attempt, "cancel"]) => ("cancel", follow(ctx, attempt, Link::Cancel).await),
        (Get, ["login", attempt, "level"]) => ("level", follow(ctx, attempt, Link::Level).await),
        (Get, ["login", attempt, "back"]) => ("back", follow(ctx, attempt, Link::Back).await),
        (Get | Post, ["login", attempt, "cpr"]) => ("cpr", cpr_page(ctx, attempt).await),
        (Get, ["login", attempt, eid]) => match Eid::parse(eid) {
            Some(eid) => ("start", follow(ctx, attempt, Link::Start(eid)).await),
            None => match Acr::parse(eid) {
                Some(acr) => ("start", follow(ctx, attempt, Link::Further(acr)).await),
                None => ("unknown", not_found()),
            },
        },
        (Get, ["resume"]) => ("resume", resume::page(ctx)),
        (Get, ["rehearse"]) => ("rehearse", rehearsal::page(ctx)),
        (Get | Post, ["oauth2", "logout"]) => ("logout", logout::logout(ctx).await),
        (Get, ["oauth2", "logout", "done"]) => ("logged_out", logout::returned(ctx).await),
        (Get, ["continue"]) => ("continue", step(ctx, cross::arrive(ctx).await).await),
        (Get, ["callback"]) => ("callback", step(ctx, callback::callback(ctx).await).await),
        _ => others(ctx, &segments).await,
    };
    let mut answer = ctx.dress.allow(answer);
    answer.route = route;
    answer
}

/// Whether the answer may be a page: then the domain's style is needed.
fn shows_pages(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["oauth2", "authorize" | "logout"]
            | [_, "oauth2", "authorize"]
            | ["login", ..]
            | ["continue" | "callback"]
    )
}

/// The simulators and the demo, in builds that have them; else a known path with another method,
/// or nothing.
async fn others<P: Ports>(ctx: &Context<'_, P>, segments: &[&str]) -> (&'static str, Response) {
    if let Some(answer) = simulated(ctx, segments).await {
        return answer;
    }
    let allow = match segments {
        [
            ".well-known",
            "openid-configuration" | "oauth-authorization-server" | "criipto-configuration" | "jwks",
        ]
        | ["continue" | "callback" | "resume" | "rehearse"]
        | ["oauth2", "logout", "done"] => "GET",
        ["style", _, _] | ["login", _] | ["login", _, "cancel" | "level" | "back" | "nemid" | "mitid"] => {
            "GET"
        }
        ["login", _, "cpr"] => "GET, POST",
        ["oauth2", "token" | "par" | "revoke"] => "POST, OPTIONS",
        ["oauth2", "introspect"] => "POST",
        ["oauth2", "authorize" | "logout"] => "GET, POST",
        ["oauth2", "userinfo"] => "GET, POST, OPTIONS",
        _ => return ("unknown", not_found()),
    };
    ("wrong_method", Response::text(405, "Method not allowed").with("allow", allow))
}

#[cfg(feature = "simulator")]
async fn simulated<P: Ports>(ctx: &Context<'_, P>, segments: &[&str]) -> Option<(&'static str, Response)> {
    crate::simulator::handle(ctx, segments).await
}

#[cfg(not(feature = "simulator"))]
async fn simulated<P: Ports>(_: &Context<'_, P>, _: &[&str]) -> Option<(&'static str, Response)> {
    None
}

/// Whether a path segment is a base64 list of acrs, as older clients put it into the path.
fn names_eid(segment: &str) -> bool {
    acr_values::decode_segment(segment).is_some()
}

/// A document that needed a look into the catalog.
fn document<P: Ports>(ctx: &Context<'_, P>, read: Result<Response, Fault>) -> Response {
    read.unwrap_or_else(|fault| unavailable(ctx.ports, ctx.request, fault))
}

fn not_found() -> Response {
    Response::text(404, "Not found")
}

async fn follow<P: Ports>(ctx: &Context<'_, P>, attempt: &str, link: Link) -> Response {
    match AttemptId::parse(attempt) {
        Some(attempt) => step(ctx, choose::follow(ctx, attempt, link).await).await,
        None => not_found(),
    }
}

/// The page that asks for the CPR number, and what is typed there: browsers apply `form-action` to the
/// redirects after a submit, so its answer is a page in any case.
async fn cpr_page<P: Ports>(ctx: &Context<'_, P>, attempt: &str) -> Response {
    match (AttemptId::parse(attempt), ctx.request.method) {
        (None, _) => not_found(),
        (Some(attempt), Method::Post) => {
            let answer = step(ctx, cpr::submitted(ctx, attempt).await).await;
            cpr::moving_on(ctx, answer)
        }
        (Some(attempt), _) => step(ctx, cpr::page(ctx, attempt).await).await,
    }
}

/// Runs a step's result to its end: an answer, or the one exit of refusals.
async fn step<P: Ports>(
    ctx: &Context<'_, P>,
    next: Result<login::Next, login::refusal::Refusal>,
) -> Response {
    let done = match next {
        Ok(next) => login::run(ctx, next).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => response,
        Err(refusal) => respond(ctx, refusal).await,
    }
}
