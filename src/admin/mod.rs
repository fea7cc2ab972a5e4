//! The admin API and the objects behind it: who may change a tenant's configuration, what of it is
//! the truth, and how the login path gets to read it.
//!
//! | Files | What they are |
//! |---|---|
//! | `caller` `permission` `assertion` | who calls, and what he may do |
//! | `tenants` `api_tokens` `domains` `environments` `upstreams` `applications` `secrets` `keys` `audit` `publication_status` `traces` `consents` `test_people` `applied` `master_key` | the resources of `/api/v1`, one a file |
//! | `migration` | how far applications are on their way, and which are ready to be cut over |
//! | `shadows` `shadow` | the twins of applications on MitID domains: the calls, what is wanted and what differs |
//! | `application_protocol` `client_keys` `timetable` | the protocol settings of an application, its public keys, and how our own are shown |
//! | `styles` `style_sheet` `style_risk` `style_colours` `style_logo` `style_markup` `style_record` | how pages look: the calls, what is checked and copied when a style is saved, the versions of it |
//! | `call` `input` `rfc3339` `problem` | what they share: reading requests, answering |
//! | `backup_export` `backup_import` `backup_file` `backup_object` | a tenant's backup: the two calls, what a part looks like, what the object does |
//! | `command` `command_host` `command_backup` `command_keys` `record` | the wire between Worker and objects, and what is kept |
//! | `tenant_object` `change` `rules` `configuration` `audit_log` | the object of a tenant: the truth |
//! | `key_change` `key_schedule` `key_material` | its signing keys: steps that are ordered, steps whose time has come, fresh ones |
//! | `host_object` `directory_object` `tally_object` `login_tally` | the other objects; the store of all is `crate::rows` |
//! | `due` `publishing` `publication` | how what is due gets to KV, and what a published value looks like |
//!
//! The API's description is a file, `static/api/openapi.json`, served at `/api/openapi.json` before
//! the Worker is asked. The dashboard calls it by a service binding. Nothing here reads KV: a change is decided where the
//! truth is. It is a Worker of its own, beside the broker.

pub mod api_tokens;
pub mod application_protocol;
pub mod applications;
pub mod applied;
pub mod assertion;
pub mod audit;
pub mod audit_log;
pub mod backup_export;
pub mod backup_file;
pub mod backup_import;
pub mod backup_object;
pub mod call;
pub mod caller;
pub mod change;
pub mod client_keys;
pub mod command;
pub mod command_backup;
pub mod command_host;
pub mod command_keys;
pub mod configuration;
pub mod consents;
pub mod directory_object;
pub mod domains;
pub mod due;
pub mod environments;
pub mod host_object;
pub mod input;
pub mod key_change;
pub mod key_material;
pub mod key_schedule;
pub mod keys;
pub mod login_tally;
pub mod master_key;
pub mod migration;
pub mod permission;
pub mod presets;
pub mod problem;
pub mod publication;
pub mod publication_status;
pub mod publishing;
pub mod record;
pub mod rfc3339;
pub mod rules;
pub mod secrets;
pub mod shadow;
pub mod shadows;
pub mod style_colours;
pub mod style_logo;
pub mod style_markup;
pub mod style_record;
pub mod style_risk;
pub mod style_sheet;
pub mod styles;
pub mod tally_object;
pub mod tenant_object;
pub mod tenants;
pub mod test_people;
pub mod timetable;
pub mod traces;
pub mod upstreams;

use crate::model::UnixTime;
use crate::ports::Management;
use crate::web::{BODY_MAX_BYTES, Method, Request, Response, percent_decode};
use call::{Answer, Call};
use caller::{Bearer, Caller};
use problem::{Failure, Problem};

/// Answers a request to the management host. Forwarded headers are never read.
pub async fn handle<P: Management>(ports: &P, request: &Request, now: UnixTime) -> Response {
    if request.host != ports.installation().management_host.as_str() {
        let mut response = Response::text(404, "Not found");
        response.route = "unknown_host";
        return response;
    }
    let (route, answer) = dispatch(ports, request, now).await;
    let mut response = answer.unwrap_or_else(|failure| failure.respond(ports));
    response.route = route;
    if request.wants_trace_id() { response.with("trace-id", ports.trace_id()) } else { response }
}

/// How long the body of a request may be whose head this is, by its path: only a part of a backup is
/// long, and the operator's. `None` where none is read: nobody makes us read what he may not send.
pub fn body_max_bytes<P: Management>(ports: &P, head: &Request, now: UnixTime) -> Option<usize> {
    let is_import = head.path.starts_with("/api/v1/tenants/") && head.path.ends_with("/import");
    match caller::bearer(ports, head, now).ok()? {
        Bearer::Operator if is_import => Some(backup_file::PART_MAX_BYTES),
        _ => Some(BODY_MAX_BYTES),
    }
}

async fn dispatch<P: Management>(ports: &P, request: &Request, now: UnixTime) -> (&'static str, Answer) {
    let decoded: Option<Vec<String>> =
        request.segments().into_iter().map(|segment| percent_decode(segment.as_bytes())).collect();
    let decoded = decoded.unwrap_or_default();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["api", "v1", path @ ..] => match admitted(ports, request, path, now).await {
            Ok(caller) => resource(&Call { ports, request, caller, now }, path).await,
            Err(failure) => ("admin_unauthorized", Err(failure)),
        },
        _ => ("unknown", Err(Problem::not_found().into())),
    }
}

/// Who calls, and that he may.
async fn admitted<P: Management>(
    ports: &P,
    request: &Request,
    path: &[&str],
    now: UnixTime,
) -> Result<Caller, Failure> {
    let caller = caller::identify(ports, caller::bearer(ports, request, now)?, now).await?;
    caller.check(request.method, path)?;
    Ok(caller)
}

/// Every resource and what it can do, once.
async fn resource<P: Management>(call: &Call<'_, P>, path: &[&str]) -> (&'static str, Answer) {
    use Method::{Delete, Get, Post, Put};
    match (call.request.method, path) {
        (Get, ["master-key"]) => ("admin_master_key", master_key::get(call).await),
        (Post, ["master-key", "rewrap"]) => ("admin_rewrap", master_key::rewrap(call).await),
        (Get, ["tenants"]) => ("admin_tenants", tenants::list(call).await),
        (Get, ["tenants", t]) => ("admin_tenant", tenants::get(call, t).await),
        (Put, ["tenants", t]) => ("admin_tenant", tenants::put(call, t).await),
        (Post, ["tenants", t, "export"]) => ("admin_export", backup_export::post(call, t).await),
        (Put, ["tenants", t, "import"]) => ("admin_import", backup_import::put(call, t).await),
        (method, ["tenants", t, "tokens", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => api_tokens::list(call, t).await,
                (Post, []) => api_tokens::post(call, t).await,
                (Get, [id]) => api_tokens::get(call, t, id).await,
                (Delete, [id]) => api_tokens::delete(call, t, id).await,
                _ => Err(no_route(path).into()),
            };
            ("admin_tokens", answer)
        }
        (Get, ["tenants", t, "audit"]) => ("admin_audit", audit::list(call, t).await),
        (Get, ["tenants", t, "publication"]) => ("admin_publication", publication_status::get(call, t).await),
        (Get, ["tenants", t, "environments", e]) => {
            ("admin_environment", environments::get(call, t, e).await)
        }
        (Put, ["tenants", t, "environments", e]) => {
            ("admin_environment", environments::put(call, t, e).await)
        }
        (Put, ["tenants", t, "environments", e, "rehearsal"]) => {
            ("admin_rehearsal", environments::rehearse(call, t, e).await)
        }
        (method, ["tenants", t, "environments", e, "keys", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => keys::list(call, t, e).await,
                (Post, ["rotate"]) => keys::rotate(call, t, e).await,
                (Post, ["rehearse"]) => keys::rehearse(call, t, e).await,
                (Post, ["postpone"]) => keys::postpone(call, t, e).await,
                (Post, [kid, "compromise"]) => keys::compromise(call, t, e, kid).await,
                _ => Err(no_route(path).into()),
            };
            ("admin_keys", answer)
        }
        (Get, ["tenants", t, "environments", e, "migration"]) => {
            ("admin_migration", migration::get(call, t, e).await)
        }
        (method, ["tenants", t, "environments", e, "test-people", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => test_people::list(call, t, e).await,
                (Get, [user]) => test_people::get(call, t, e, user).await,
                (Put, [user]) => test_people::put(call, t, e, user).await,
                (Delete, [user]) => test_people::delete(call, t, e, user).await,
                _ => Err(no_route(path).into()),
            };
            ("admin_test_people", answer)
        }
        (Get, ["tenants", t, "applied-file"]) => ("admin_applied", applied::get(call, t).await),
        (Put, ["tenants", t, "applied-file"]) => ("admin_applied", applied::put(call, t).await),
        (Get, ["tenants", t, "environments", e, "consents"]) => {
            ("admin_consents", consents::list(call, t, e).await)
        }
        (Get, ["tenants", t, "environments", e, "traces", id]) => {
            ("admin_trace", traces::get(call, t, e, id).await)
        }
        (Get, ["tenants", t, "domains"]) => ("admin_domains", domains::list(call, t).await),
        (Get, ["tenants", t, "domains", h]) => ("admin_domain", domains::get(call, t, h).await),
        (Put, ["tenants", t, "domains", h]) => ("admin_domain", domains::put(call, t, h).await),
        (Delete, ["tenants", t, "domains", h]) => ("admin_domain", domains::delete(call, t, h).await),
        (method, ["tenants", t, "domains", h, "upstreams", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => upstreams::list(call, t, h).await,
                (Get, [eid]) => upstreams::get(call, t, h, eid).await,
                (Put, [eid]) => upstreams::put(call, t, h, eid).await,
                (Delete, [eid]) => upstreams::delete(call, t, h, eid).await,
                _ => Err(no_route(path).into()),
            };
            ("admin_upstreams", answer)
        }
        (method, ["tenants", t, "domains", h, "style", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => styles::get(call, t, h).await,
                (Put, []) => styles::put(call, t, h).await,
                (Delete, []) => styles::delete(call, t, h).await,
                (Post, ["preview"]) => styles::preview(call, t, h).await,
                (Post, [order @ ("publish" | "roll-back" | "fetch")]) => {
                    styles::order(call, t, h, order).await
                }
                _ => Err(no_route(path).into()),
            };
            ("admin_style", answer)
        }
        (Get, ["tenants", t, "domains", h, "shadow-drift"]) => {
            ("admin_shadow_drift", shadows::drift(call, t, h).await)
        }
        (method, ["tenants", t, "domains", h, "applications", rest @ ..]) => {
            let answer = match (method, rest) {
                (Get, []) => applications::list(call, t, h).await,
                (Get, [c]) => applications::get(call, t, h, c).await,
                (Put, [c]) => applications::put(call, t, h, c).await,
                (Delete, [c]) => applications::delete(call, t, h, c).await,
                (Post, [c, "shadow"]) => shadows::post(call, t, h, c).await,
                (Post, [c, "check-secret"]) => secrets::check(call, t, h, c).await,
                (Get, [c, "secrets"]) => secrets::list(call, t, h, c).await,
                (Post, [c, "secrets"]) => secrets::post(call, t, h, c).await,
                (Get, [c, "secrets", id]) => secrets::get(call, t, h, c, id).await,
                (Delete, [c, "secrets", id]) => secrets::delete(call, t, h, c, id).await,
                _ => Err(no_route(path).into()),
            };
            ("admin_applications", answer)
        }
        _ => ("unknown", Err(no_route(path).into())),
    }
}

/// A known path with another method, or no path of ours.
fn no_route(path: &[&str]) -> Problem {
    let allow = match path {
        ["tenants"]
        | ["master-key"]
        | ["tenants", _, "audit" | "publication" | "domains"]
        | ["tenants", _, "environments", _, "keys" | "consents" | "migration" | "test-people"]
        | ["tenants", _, "environments", _, "traces", _]
        | ["tenants", _, "domains", _, "upstreams" | "applications" | "shadow-drift"] => "GET",
        ["master-key", "rewrap"]
        | ["tenants", _, "export"]
        | ["tenants", _, "environments", _, "keys", "rotate" | "rehearse" | "postpone"]
        | ["tenants", _, "domains", _, "applications", _, "shadow" | "check-secret"]
        | ["tenants", _, "environments", _, "keys", _, "compromise"] => "POST",
        ["tenants", _, "import"] | ["tenants", _, "environments", _, "rehearsal"] => "PUT",
        ["tenants", _] | ["tenants", _, "environments", _] | ["tenants", _, "applied-file"] => "GET, PUT",
        ["tenants", _, "domains", _]
        | ["tenants", _, "environments", _, "test-people", _]
        | ["tenants", _, "domains", _, "style"]
        | ["tenants", _, "domains", _, "upstreams" | "applications", _] => "GET, PUT, DELETE",
        ["tenants", _, "domains", _, "style", "publish" | "roll-back" | "fetch" | "preview"] => "POST",
        ["tenants", _, "tokens"] | ["tenants", _, "domains", _, "applications", _, "secrets"] => "GET, POST",
        ["tenants", _, "tokens", _] | ["tenants", _, "domains", _, "applications", _, "secrets", _] => {
            "GET, DELETE"
        }
        _ => return Problem::not_found(),
    };
    Problem::method_not_allowed(allow)
}
