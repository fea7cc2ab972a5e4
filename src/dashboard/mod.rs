//! The dashboard: pages by which tenants' people and the installation's operators do what the admin API
//! does. It has a Worker of its own at the management host; the API answers below `/api/`.
//!
//! Handlers call the admin API and never its stores: what a page may do is what its reader may do there.
//! Who may is kept here, in two kinds of objects of its own.
//!
//! | Files | What they are |
//! |---|---|
//! | `seal` `session` `sign_in` | cookies that only this Worker reads, who is signed in, and the OpenID Connect client that finds out |
//! | `person_object` `team_object` `team` | a person's sessions and tenants; who belongs to a tenant; the calls |
//! | `api` `visit` `stop` | calls to the admin API, a request whose sender is known, and why there is no page |
//! | `form` `settings` | what was typed, and a page that changes one resource of the API |
//! | the others | a section of the pages each |

pub mod api;
pub mod application;
pub mod application_code;
pub mod application_copy;
pub mod application_secrets;
pub mod applications;
pub mod applied;
pub mod audit;
pub mod docs;
pub mod domain_check;
pub mod domains;
pub mod eids;
pub mod form;
pub mod invitations;
pub mod keys;
pub mod login_test;
pub mod migration;
pub mod order;
pub mod order_calls;
pub mod order_end;
pub mod order_form;
pub mod order_object;
pub mod order_state;
pub mod orders;
pub mod overview;
pub mod people;
pub mod person_object;
pub mod ports;
pub mod probe;
pub mod seal;
pub mod search;
pub mod session;
pub mod set_up;
pub mod settings;
pub mod shadows;
pub mod sign_in;
pub mod stop;
pub mod styles;
pub mod sunset;
pub mod team_object;
pub mod tenants;
pub mod test_people;
pub mod tokens;
pub mod tools;
pub mod upstream_check;
pub mod upstreams;
pub mod vat;
pub mod vies;
pub mod visit;
pub mod webhook;
pub mod webhooks;

use crate::model::UnixTime;
use crate::pages::Lang;
use crate::web::{Method, Request, Response, percent_decode};
use ports::Dashboard;
use std::future::ready;
use stop::{Opening, Page, Stop};
use visit::{Visit, Within};

/// Longest body of a request, bytes: a style sheet, percent-encoded.
pub const BODY_MAX_BYTES: usize = 512 * 1024;

/// Answers a request to the management host outside `/api/`. Forwarded headers are never read.
pub async fn handle<P: Dashboard>(ports: &P, request: &Request, now: UnixTime) -> Response {
    let lang = visit::language(request);
    if request.host != ports.desk().management_host.as_str() {
        let mut response = Response::text(404, "Not found");
        response.route = "unknown_host";
        return response;
    }
    let decoded: Option<Vec<String>> =
        request.segments().into_iter().map(|segment| percent_decode(segment.as_bytes())).collect();
    let decoded = decoded.unwrap_or_default();
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let (route, page) = open(ports, request, &path, lang, now).await;
    let mut response = page.unwrap_or_else(|stop| stop.respond(ports, request, lang));
    response.route = route;
    response
}

/// What anybody may open, and then what asks for a session.
async fn open<P: Dashboard>(
    ports: &P,
    request: &Request,
    path: &[&str],
    lang: Lang,
    now: UnixTime,
) -> (&'static str, Page) {
    use Method::{Get, Post};
    match (request.method, path) {
        (Post, ["set-up"]) => ("dashboard_set_up", set_up::post(ports, request, now).await),
        (Get, ["language", tag]) => ("dashboard_language", visit::set_language(request, tag)),
        (Get, ["sign-in"]) => ("dashboard_sign_in", sign_in::start(ports, request, lang, now).await),
        (Get, ["sign-in", "callback"]) => {
            ("dashboard_callback", sign_in::callback(ports, request, lang, now).await)
        }
        (Get, ["signed-out"]) => ("dashboard_signed_out", sign_in::signed_out(lang)),
        _ => match Visit::of(ports, request, lang, now).await {
            Ok(visit) => {
                let (route, page) = signed_in(&visit, path).await;
                (route, page.map(|page| visit.keep(page)))
            }
            Err(stop) => ("dashboard_nobody", Err(stop)),
        },
    }
}

/// What asks for a session and no tenant.
async fn signed_in<P: Dashboard>(visit: &Visit<'_, P>, path: &[&str]) -> (&'static str, Page) {
    use Method::{Get, Post};
    let (route, page): (_, Opening<'_>) = match (visit.request.method, path) {
        (Get, [""]) => ("dashboard_start", Box::pin(tenants::start(visit))),
        (Get, ["tenants"]) => ("dashboard_tenants", Box::pin(tenants::list(visit))),
        (Get | Post, ["tenants", "new"]) => ("dashboard_tenants", Box::pin(tenants::make(visit))),
        (Get | Post, ["invitations", team, secret]) => {
            ("dashboard_invitation", Box::pin(invitations::accept(visit, team, secret)))
        }
        (Get | Post, ["orders", rest @ ..]) => ("dashboard_orders", Box::pin(orders::route(visit, rest))),
        (Get | Post, ["operators"]) => ("dashboard_people", Box::pin(people::operators(visit))),
        (Get, ["login-test"]) => ("dashboard_login_test", Box::pin(login_test::answer(visit))),
        (Post, ["sign-out"]) => ("dashboard_sign_out", Box::pin(sign_in::sign_out(visit))),
        (_, ["t", tenant, environment, rest @ ..]) => {
            return match Within::of(visit, tenant, environment).await {
                Ok(within) => in_tenant(&within, rest).await,
                Err(stop) => ("dashboard_nobody", Err(stop)),
            };
        }
        _ => ("dashboard_unknown", Box::pin(ready(Err(Stop::NotFound)))),
    };
    (route, page.await)
}

/// The sections of a tenant.
async fn in_tenant<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> (&'static str, Page) {
    use Method::{Get, Post};
    let (route, page): (_, Opening<'_>) = match (within.visit.request.method, path) {
        (Get, []) => ("dashboard_overview", Box::pin(overview::page(within))),
        (Get | Post, ["people"]) => ("dashboard_people", Box::pin(people::page(within))),
        (Get | Post, [section, rest @ ..]) => match *section {
            "applications" => ("dashboard_applications", Box::pin(applications::route(within, rest))),
            "audit" => ("dashboard_audit", Box::pin(audit::route(within, rest))),
            "docs" => ("dashboard_docs", Box::pin(docs::route(within, rest))),
            "domains" => ("dashboard_domains", Box::pin(domains::route(within, rest))),
            "eids" => ("dashboard_eids", Box::pin(eids::route(within, rest))),
            "keys" => ("dashboard_keys", Box::pin(keys::route(within, rest))),
            "migration" => ("dashboard_migration", Box::pin(migration::route(within, rest))),
            "order" => ("dashboard_order", Box::pin(order::route(within, rest))),
            "search" => ("dashboard_search", Box::pin(search::route(within, rest))),
            "shadows" => ("dashboard_shadows", Box::pin(shadows::route(within, rest))),
            "styles" => ("dashboard_styles", Box::pin(styles::route(within, rest))),
            "tokens" => ("dashboard_tokens", Box::pin(tokens::route(within, rest))),
            "tools" => ("dashboard_tools", Box::pin(tools::route(within, rest))),
            _ => ("dashboard_unknown", Box::pin(ready(Err(Stop::NotFound)))),
        },
        _ => ("dashboard_unknown", Box::pin(ready(Err(Stop::NotFound)))),
    };
    (route, page.await)
}
