//! One call of the admin API: its request, and what every resource does alike.

use super::caller::Caller;
use super::command::{Action, Change, Done, Outcome, Precondition, TenantAnswer, TenantCommand};
use super::input;
use super::problem::{Failure, Problem};
use super::record::{Record, Scope, Target, Versioned};
use crate::eid::Eid;
use crate::error::Fault;
use crate::model::names::InvalidName;
use crate::model::{ClientId, Environment, Host, Sealed, TenantId, UnixTime};
use crate::ports::Management;
use crate::vault::EnvironmentKeys;
use crate::web::{Method, Request, Response, percent_encode};
use serde_json::{Value, json};

/// A request of the admin API, its caller known.
pub struct Call<'a, P> {
    /// Everything outside.
    pub ports: &'a P,
    /// The request.
    pub request: &'a Request,
    /// Who sent it.
    pub caller: Caller,
    /// When it came.
    pub now: UnixTime,
}

/// An answer, or why there is none.
pub type Answer = Result<Response, Failure>;

impl<P: Management> Call<'_, P> {
    /// The tenant a path names.
    ///
    /// # Errors
    /// See [`Call::name`].
    pub fn tenant_id(&self, raw: &str) -> Result<TenantId, Failure> {
        self.name("tenant", TenantId::parse(raw))
    }

    /// The host a path names.
    ///
    /// # Errors
    /// See [`Call::name`].
    pub fn host(&self, raw: &str) -> Result<Host, Failure> {
        self.name("host", Host::parse(raw))
    }

    /// The application a path names.
    ///
    /// # Errors
    /// See [`Call::name`].
    pub fn client_id(&self, raw: &str) -> Result<ClientId, Failure> {
        self.name("client_id", ClientId::parse(raw))
    }

    /// The eID a path names.
    ///
    /// # Errors
    /// 404: there are no others.
    pub fn eid(&self, raw: &str) -> Result<Eid, Failure> {
        Eid::parse(raw).ok_or_else(|| Problem::not_found().into())
    }

    /// A name of a path: where one is to be made, its rule is told; elsewhere there is no such thing.
    fn name<T>(&self, field: &str, parsed: Result<T, InvalidName>) -> Result<T, Failure> {
        parsed.map_err(|rule| match self.request.method {
            Method::Put => Problem::invalid(vec![super::rules::field(field, rule.0)]).into(),
            _ => Problem::not_found().into(),
        })
    }

    /// Reads one thing.
    ///
    /// # Errors
    /// 404, or the object did not answer.
    pub async fn get(&self, tenant: &TenantId, target: Target) -> Result<Versioned, Failure> {
        match self.ports.tenant(tenant, &TenantCommand::Get(target)).await? {
            TenantAnswer::Item(item) => Ok(item),
            other => Err(refusal(other)),
        }
    }

    /// Answers with a page of a list.
    ///
    /// # Errors
    /// 404 when the list's owner does not exist.
    pub async fn list(&self, tenant: &TenantId, scope: Scope, show: impl Fn(&Record) -> Value) -> Answer {
        let page = input::page(self.request)?;
        let command = TenantCommand::List { scope, after: page.after, limit: page.limit };
        match self.ports.tenant(tenant, &command).await? {
            TenantAnswer::List { items, next } => {
                let items: Vec<Value> = items.iter().map(|item| show(&item.record)).collect();
                Ok(list_json(items, next))
            }
            other => Err(refusal(other)),
        }
    }

    /// A change of this call's caller and moment.
    pub fn change(&self, precondition: Precondition, action: Action) -> Box<Change> {
        Box::new(Change { actor: self.caller.name(), at: self.now, precondition, action, keys: Vec::new() })
    }

    /// Makes a change.
    ///
    /// # Errors
    /// What the object refuses.
    pub async fn write(&self, tenant: &TenantId, change: Box<Change>) -> Result<Done, Failure> {
        match self.ports.tenant(tenant, &TenantCommand::Change(change)).await? {
            TenantAnswer::Done(done) => Ok(done),
            other => Err(refusal(other)),
        }
    }

    /// Removes a thing under the request's precondition.
    ///
    /// # Errors
    /// What the object refuses.
    pub async fn remove(&self, tenant: &TenantId, target: Target) -> Answer {
        let precondition = input::precondition(self.request)?;
        let done = self.write(tenant, self.change(precondition, Action::Remove(target))).await?;
        Ok(Response::json(200, &json!({"published": done.published})))
    }

    /// The environment of a domain and its opened keys, to seal something under them.
    ///
    /// # Errors
    /// 404 for an unknown domain.
    pub async fn keys_of(&self, tenant: &TenantId, host: &Host) -> Result<EnvironmentKeys, Failure> {
        let domain = self.get(tenant, Target::Domain { host: host.clone() }).await?;
        let Record::Domain(domain) = domain.record else { return Err(Problem::not_found().into()) };
        let (data_key, sub_key) = self.wrapped_keys(tenant, domain.environment).await?;
        Ok(EnvironmentKeys::unwrap(self.ports, tenant, domain.environment, &data_key, &sub_key).await?)
    }

    async fn wrapped_keys(
        &self,
        tenant: &TenantId,
        environment: Environment,
    ) -> Result<(Sealed, Sealed), Failure> {
        match self.get(tenant, Target::Environment { environment }).await?.record {
            Record::Environment(keys) => Ok((keys.data_key, keys.sub_key)),
            _ => Err(Problem::not_found().into()),
        }
    }
}

/// What it means for the caller that the object did not do as asked.
pub fn refusal(answer: TenantAnswer) -> Failure {
    match answer {
        TenantAnswer::Absent => Problem::not_found().into(),
        TenantAnswer::Refused(refusal) => refusal.into(),
        _ => Fault::lasting("tenant", "an answer to another question").into(),
    }
}

/// A thing as read: 200 with its ETag.
pub fn item_json(version: u64, body: &Value) -> Response {
    Response::json(200, body).with("etag", etag(version))
}

/// A thing as written: 201 or 200, its ETag, and whether it has been published.
pub fn written_json(done: &Done, path: &str, show: impl Fn(&Record) -> Value) -> Response {
    let mut body = done.record().map_or_else(|| json!({}), show);
    if let Value::Object(fields) = &mut body {
        fields.insert("published".to_owned(), json!(done.published));
    }
    let status = if done.outcome == Outcome::Created { 201 } else { 200 };
    let mut response = Response::json(status, &body);
    if let Some(item) = &done.item {
        response.set("etag", etag(item.version));
    }
    if status == 201 {
        response.set("location", path.to_owned());
    }
    response
}

/// A page of a list.
pub fn list_json(items: Vec<Value>, next: Option<String>) -> Response {
    Response::json(200, &json!({"items": items, "next": next}))
}

/// The URL path of a thing, its names percent-encoded.
pub fn path(segments: &[&str]) -> String {
    let mut path = "/api/v1".to_owned();
    for segment in segments {
        path.push('/');
        path.push_str(&percent_encode(segment));
    }
    path
}

fn etag(version: u64) -> String {
    format!("\"{version}\"")
}
