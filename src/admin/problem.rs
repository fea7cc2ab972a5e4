//! What a caller of the admin API is told when something is wrong: problem+json (RFC 9457).
//!
//! `type` is `urn:edge-eid:problem:<name>`; programs compare it, people read `title`, `detail` and
//! the errors by field. Nothing here repeats what was sent, and nothing tells of other tenants.

use super::command::{Conflict, FieldError, Refusal};
use crate::error::Fault;
use crate::json::Json;
use crate::model::UnixTime;
use crate::ports::{CryptoError, Log, Unavailable};
use crate::web::Response;
use serde_json::{Map, Value, json};

/// Why a request was not done.
#[derive(Debug)]
pub enum Failure {
    /// The caller can mend it.
    Problem(Problem),
    /// It is our fault.
    Fault(Fault),
}

/// A refusal the caller can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    name: &'static str,
    title: &'static str,
    detail: Option<&'static str>,
    errors: Vec<FieldError>,
    /// From when on the same request would be done; boxed, so that answers stay small.
    allowed_from: Option<Box<UnixTime>>,
    header: Option<(&'static str, &'static str)>,
}

const TOO_EARLY: &str = "Clients may not know the standby yet.";

const fn problem(status: u16, name: &'static str, title: &'static str) -> Problem {
    Problem { status, name, title, detail: None, errors: Vec::new(), allowed_from: None, header: None }
}

impl Problem {
    /// 400: the request itself can't be read.
    pub fn malformed(detail: &'static str) -> Self {
        Self { detail: Some(detail), ..problem(400, "malformed", "The request cannot be read") }
    }

    /// 400: a backup that is not taken in, and why.
    pub fn backup(name: &'static str, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..problem(400, name, "The backup cannot be imported") }
    }

    /// The same problem with the fields that it is about.
    #[must_use]
    pub fn with_errors(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    /// 401: no bearer token (RFC 6750 §3), or a wrong one (§3.1).
    pub fn unauthorized(challenge: &'static str) -> Self {
        let header = Some(("www-authenticate", challenge));
        Self { header, ..problem(401, "unauthorized", "A valid bearer token is required") }
    }

    /// 403: the caller's own tenant, and more than he may do there.
    pub fn forbidden(detail: &'static str) -> Self {
        Self { detail: Some(detail), ..problem(403, "forbidden", "This token may not do that") }
    }

    /// 404: no such thing, or not for this caller.
    pub fn not_found() -> Self {
        let detail = "Nothing of this name is there for this caller: a name in the address, or what the body refers to. What has no earlier or saved version can't go back to it or publish it.";
        Self { detail: Some(detail), ..problem(404, "not-found", "There is no such thing") }
    }

    /// 405: the thing can't do that.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let header = Some(("allow", allow));
        Self { header, ..problem(405, "method-not-allowed", "This method is not available here") }
    }

    /// 409: the host belongs to somebody else, or to another environment.
    pub fn taken() -> Self {
        let detail = "A host belongs to one tenant and environment for ever, and this one is not available.";
        Self { detail: Some(detail), ..problem(409, "host-taken", "The host is taken") }
    }

    /// 413: the body is too large.
    pub fn too_large() -> Self {
        problem(413, "too-large", "The body is too large")
    }

    /// 415: the body is not JSON.
    pub fn unsupported_media_type() -> Self {
        problem(415, "unsupported-media-type", "The body must be application/json")
    }

    /// 422: fields that can't be as they are.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..problem(422, "invalid", "Some fields are not valid") }
    }

    /// 409: clients may not know the key yet that would sign. What to do about it hangs on the order.
    pub fn too_early(detail: &'static str, allowed_from: Option<UnixTime>) -> Self {
        let title = "The standby's guard time is not over";
        let allowed_from = allowed_from.map(Box::new);
        Self { detail: Some(detail), allowed_from, ..problem(409, "too-early", title) }
    }

    fn to_response(&self) -> Response {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("urn:edge-eid:problem:{}", self.name)));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status));
        if let Some(detail) = self.detail {
            body.insert("detail".to_owned(), json!(detail));
        }
        if !self.errors.is_empty() {
            body.insert("errors".to_owned(), self.errors.write());
        }
        if let Some(from) = &self.allowed_from {
            body.insert("allowed_from".to_owned(), json!(from.iso8601()));
        }
        let response = problem_json(self.status, body);
        match self.header {
            Some((name, value)) => response.with(name, value),
            None => response,
        }
    }
}

fn problem_json(status: u16, body: Map<String, Value>) -> Response {
    Response::json(status, &Value::Object(body)).with("content-type", "application/problem+json")
}

impl Failure {
    /// The one exit: our own faults are logged here, once, under the reference they are shown with.
    pub fn respond(&self, ports: &impl Log) -> Response {
        match self {
            Self::Problem(problem) => problem.to_response(),
            Self::Fault(fault) => {
                fault.log(ports);
                let (name, title) = if fault.passing {
                    ("unavailable", "A store did not answer; try again later")
                } else {
                    ("fault", "Something went wrong on our side")
                };
                let mut body = Map::new();
                body.insert("type".to_owned(), json!(format!("urn:edge-eid:problem:{name}")));
                body.insert("title".to_owned(), json!(title));
                body.insert("status".to_owned(), json!(fault.status()));
                body.insert("reference".to_owned(), json!(ports.trace_id()));
                let response = problem_json(fault.status(), body);
                if fault.passing { response.with("retry-after", "5") } else { response }
            }
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Unavailable> for Failure {
    fn from(unavailable: Unavailable) -> Self {
        Self::Fault(unavailable.into())
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Failure {
    /// What the object of a tenant refused, in the words of HTTP.
    fn from(refusal: Refusal) -> Self {
        let problem = match refusal {
            Refusal::PreconditionRequired => Problem {
                detail: Some("It exists: send If-Match with the ETag it was read with."),
                ..problem(428, "precondition-required", "Changing it needs a precondition")
            },
            Refusal::PreconditionFailed => Problem {
                detail: Some("Read it again, and decide again."),
                ..problem(412, "precondition-failed", "It is not as the precondition says")
            },
            Refusal::Invalid(errors) => Problem::invalid(errors),
            Refusal::Conflict(conflict) => conflict_problem(conflict),
            Refusal::TooEarly { from } => Problem::too_early(TOO_EARLY, from),
            Refusal::NeedsMaterial => {
                return Self::Fault(Fault::lasting("tenant", "keys were made and not taken"));
            }
        };
        Self::Problem(problem)
    }
}

fn conflict_problem(conflict: Conflict) -> Problem {
    match conflict {
        Conflict::LimitReached => problem(409, "limit-reached", "There are as many as there may be"),
        Conflict::InUse => Problem {
            detail: Some("Remove its applications, and what refers to it, first."),
            ..problem(409, "in-use", "It is in use")
        },
        Conflict::SecretExists => problem(409, "secret-exists", "The application has this secret already"),
        Conflict::Production => Problem {
            detail: Some("Rotate a ring instead: it waits for the same guard times."),
            ..problem(409, "production", "Keys are rehearsed in TEST only")
        },
        Conflict::AnotherSigns => Problem {
            detail: Some("Read the timetable: the ring has rotated since."),
            ..problem(409, "another-signs", "Another key signs already")
        },
        Conflict::NoMitidDomain => Problem {
            detail: Some("Only an ordinary domain with a mitid_domain has shadow applications."),
            ..problem(409, "no-mitid-domain", "The domain leads to no MitID domain")
        },
        Conflict::PublicApplication => {
            problem(409, "public-application", "A public application has no secrets")
        }
        Conflict::TenantExists => Problem {
            detail: Some("A backup is imported where there is no such tenant."),
            ..problem(409, "tenant-exists", "The tenant exists")
        },
        Conflict::BeingRestored => Problem {
            detail: Some("It can be changed once the last part of its backup has been imported."),
            ..problem(409, "being-restored", "The tenant is being restored")
        },
        Conflict::OutOfOrder => Problem {
            detail: Some("Send the parts of one backup in their order, beginning with the first."),
            ..problem(409, "out-of-order", "This part does not come next")
        },
        Conflict::StillPublishing => Problem {
            header: Some(("retry-after", "2")),
            ..problem(503, "publishing", "What was imported so far is still being published")
        },
        Conflict::ChangedMeanwhile => Problem {
            detail: Some("Begin the export again."),
            ..problem(409, "changed-meanwhile", "The configuration changed during the export")
        },
    }
}
