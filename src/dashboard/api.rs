//! Calls to the admin API, in the name of whoever asked for a page.

use super::ports::{ApiAnswer, ApiRequest, Dashboard};
use super::stop::Stop;
use crate::admin::assertion::Assertion;
use crate::error::Fault;
use crate::model::UnixTime;
use crate::web::{Method, percent_encode};
use serde_json::Value;
use std::pin::Pin;

/// Most pages of a list that one page of ours reads: a thousand entries.
const LIST_PAGES_MAX: usize = 10;

/// The admin API as somebody.
pub struct Client<'a, P> {
    /// Everything outside.
    pub ports: &'a P,
    /// The moment of the request.
    pub now: UnixTime,
    /// Who asks.
    pub speaks_for: &'a Assertion,
}

/// A call under way, on the heap: whoever waits holds no more of it than where it is.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Stop>> + 'a>>;

/// A path of the API. Each segment is encoded. Dots that would lead up or nowhere are encoded twice, since
/// whoever reads an address takes `%2e` for a dot: nothing has such a name.
pub fn path(segments: &[&str]) -> String {
    let encode = |segment: &&str| match *segment {
        "." | ".." => segment.replace('.', "%252E"),
        other => percent_encode(other),
    };
    let encoded: Vec<String> = segments.iter().map(encode).collect();
    format!("/api/v1/{}", encoded.join("/"))
}

/// A resource, and the version to change it by.
#[derive(Clone, Debug)]
pub struct Found {
    /// JSON.
    pub body: Value,
    /// Its `ETag`.
    pub etag: String,
}

/// A refusal of the API that its caller can mend.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// HTTP status: 400, 409, 412, 422 …
    pub status: u16,
    /// The problem's name, what follows `urn:edge-eid:problem:`.
    pub name: String,
    /// What it says of itself.
    pub text: String,
    /// By field: its name, and what is allowed.
    pub errors: Vec<(String, String)>,
    /// From when on it would be done (RFC 3339).
    pub allowed_from: Option<String>,
}

/// A change that was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// JSON.
    pub body: Value,
    /// Whether everything has reached the login path.
    pub published: bool,
}

impl<P: Dashboard> Client<'_, P> {
    /// Sends one request.
    ///
    /// # Errors
    /// [`Stop`] for what is no answer to show beside a form: nothing there, not allowed, our fault.
    async fn send(
        &self,
        method: Method,
        path: &str,
        condition: Condition<'_>,
        body: Option<&Value>,
    ) -> Result<ApiAnswer, Stop> {
        let bearer = self.speaks_for.say(&self.ports.desk().key, self.now);
        let if_match = match condition {
            Condition::Unchanged(etag) => Some(etag),
            _ => None,
        };
        let only_new = matches!(condition, Condition::New);
        let body = body.map(crate::json::text);
        let request = ApiRequest { method, path, bearer: &bearer, if_match, only_new, body };
        let answer = self.ports.api(request).await?;
        match answer.status {
            401 => Err(Fault::lasting("admin API", "it does not know us: is DASHBOARD_KEY the same?").into()),
            403 => Err(Stop::Forbidden),
            404 => Err(Stop::NotFound),
            503 => Err(Fault { what: "admin API", cause: "status 503".to_owned(), passing: true }.into()),
            500.. => Err(Fault::lasting("admin API", format!("status {}", answer.status)).into()),
            _ => Ok(answer),
        }
    }

    /// Reads one resource.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn get<'c>(&'c self, path: &'c str) -> Asked<'c, Found> {
        Box::pin(async move {
            let answer = self.send(Method::Get, path, Condition::None, None).await?;
            match answer.status {
                200 => Ok(Found { body: answer.body, etag: answer.etag.unwrap_or_default() }),
                status => Err(Fault::lasting("admin API", format!("status {status} of a GET")).into()),
            }
        })
    }

    /// As [`Client::get`], where it may be that there is none.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn find<'c>(&'c self, path: &'c str) -> Asked<'c, Option<Found>> {
        Box::pin(async move {
            match self.get(path).await {
                Err(Stop::NotFound) => Ok(None),
                found => found.map(Some),
            }
        })
    }

    /// One page of a list: its items, and where the next begins.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn page<'c>(
        &'c self,
        path: &'c str,
        after: Option<&'c str>,
    ) -> Asked<'c, (Vec<Value>, Option<String>)> {
        Box::pin(async move {
            let path = match after {
                Some(after) => format!("{path}?after={}", percent_encode(after)),
                None => path.to_owned(),
            };
            let mut body = self.get(&path).await?.body;
            let next = body["next"].as_str().map(str::to_owned);
            match body["items"].take() {
                Value::Array(items) => Ok((items, next)),
                _ => Err(Fault::lasting("admin API", "a list without items").into()),
            }
        })
    }

    /// A whole list, of a thousand entries at most; whether there are more.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn list<'c>(&'c self, path: &'c str) -> Asked<'c, (Vec<Value>, bool)> {
        Box::pin(async move {
            let mut all = Vec::new();
            let mut after: Option<String> = None;
            for _ in 0..LIST_PAGES_MAX {
                let (items, next) = self.page(path, after.as_deref()).await?;
                all.extend(items);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            Ok((all, after.is_some()))
        })
    }

    /// Changes something.
    ///
    /// # Errors
    /// [`Stop`]; inside, a refusal that the reader can mend.
    pub fn change<'c>(
        &'c self,
        method: Method,
        path: &'c str,
        condition: Condition<'c>,
        body: Option<&'c Value>,
    ) -> Asked<'c, Result<Done, Refused>> {
        Box::pin(async move {
            // It came by a form. What no header can hold is no version of anything.
            if let Condition::Unchanged(etag) = condition
                && !etag.bytes().all(|byte| byte.is_ascii_graphic())
            {
                return Ok(Err(Refused { status: 412, ..Refused::default() }));
            }
            let ApiAnswer { status, body, .. } = self.send(method, path, condition, body).await?;
            Ok(if status < 300 {
                let published = body["published"].as_bool().unwrap_or(true);
                Ok(Done { body, published })
            } else {
                Err(refused(status, &body))
            })
        })
    }
}

/// When a change counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Always.
    None,
    /// Only where there is nothing yet.
    New,
    /// Only where it is as it was read.
    Unchanged(&'a str),
}

fn refused(status: u16, body: &Value) -> Refused {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let name = text("type").rsplit(':').next().unwrap_or_default().to_owned();
    let said = [text("title"), text("detail")].into_iter().filter(|text| !text.is_empty());
    let errors = body["errors"].as_array().into_iter().flatten().map(|error| {
        let of = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (of("field"), of("detail"))
    });
    Refused {
        status,
        name,
        text: said.collect::<Vec<_>>().join(". "),
        errors: errors.collect(),
        allowed_from: body["allowed_from"].as_str().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn no_segment_leads_to_another_resource() {
        assert_eq!(
            path(&["tenants", "acme", "..", "a/b", "."]),
            "/api/v1/tenants/acme/%252E%252E/a%2Fb/%252E"
        );
        assert_eq!(path(&["a.b", "..."]), "/api/v1/a.b/...");
    }
}
