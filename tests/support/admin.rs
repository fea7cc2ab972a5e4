//! An operator at the admin API. Every answer is held against the OpenAPI document.

use super::block_on;
use super::openapi::Description;
use super::ports::MemoryPorts;
use edge_eid::admin;
use edge_eid::model::UnixTime;
use edge_eid::web::{Method, Request, Response, percent_encode};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// The API's description: a static file, which is served before the Worker is asked.
const OPENAPI: &str = include_str!("../../static/api/openapi.json");
/// The bearer token of the tests' installation.
pub const TOKEN: &str = "test-admin-token";
/// The host of the admin API.
pub const MANAGEMENT_HOST: &str = "manage.example";

pub struct Operator {
    pub ports: MemoryPorts,
    pub now: Cell<UnixTime>,
    description: Description,
    /// Every (path template, method, status) that was answered.
    pub seen: RefCell<BTreeSet<(String, String, u16)>>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub etag: String,
    pub body: Value,
    pub response: Response,
}

impl Reply {
    /// The last part of the problem's type.
    pub fn problem(&self) -> &str {
        let full = self.body["type"].as_str().unwrap_or_default();
        full.strip_prefix("urn:edge-eid:problem:").unwrap_or(full)
    }

    /// The fields that were found wrong.
    pub fn wrong_fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
    }

    /// The same answer, which must have this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

/// A path below `/api/v1`, its names percent-encoded.
pub fn path(segments: &[&str]) -> String {
    segments.iter().fold("/api/v1".to_owned(), |path, segment| format!("{path}/{}", percent_encode(segment)))
}

pub fn domain_path(tenant: &str, host: &str) -> String {
    path(&["tenants", tenant, "domains", host])
}

pub fn application_path(tenant: &str, host: &str, client_id: &str) -> String {
    path(&["tenants", tenant, "domains", host, "applications", client_id])
}

impl Operator {
    pub fn new() -> Self {
        Self {
            ports: MemoryPorts::new(true),
            now: Cell::new(UnixTime(1_800_000_000)),
            description: Description(serde_json::from_str(OPENAPI).unwrap()),
            seen: RefCell::default(),
        }
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Sends exactly this.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: match method {
                "get" => Method::Get,
                "put" => Method::Put,
                "post" => Method::Post,
                "delete" => Method::Delete,
                "patch" => Method::Patch,
                _ => Method::Other,
            },
            host: MANAGEMENT_HOST.to_owned(),
            path: bare.to_owned(),
            query: query.to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_vec(),
        };
        let response = block_on(admin::handle(&self.ports, &request, self.now.get()));
        let sent = serde_json::from_slice(body).ok();
        if let Some((path, method)) = self.description.check(method, bare, sent.as_ref(), &response) {
            self.seen.borrow_mut().insert((path, method, response.status));
        }
        Reply {
            status: response.status,
            etag: response.header("etag").unwrap_or_default().to_owned(),
            body: serde_json::from_str(&response.body).unwrap_or(Value::Null),
            response,
        }
    }

    fn with_token(&self, method: &str, path: &str, more: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {TOKEN}");
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(more);
        match body {
            Some(body) => {
                headers.push(("content-type", "application/json"));
                self.send(method, path, &headers, body.to_string().as_bytes())
            }
            None => self.send(method, path, &headers, b""),
        }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.with_token("get", path, &[], None)
    }

    /// Makes a thing.
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.with_token("put", path, &[], Some(body))
    }

    /// Replaces a thing that was read with this ETag.
    pub fn replace(&self, path: &str, etag: &str, body: &Value) -> Reply {
        self.with_token("put", path, &[("if-match", etag)], Some(body))
    }

    pub fn put_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.with_token("put", path, headers, Some(body))
    }

    pub fn post_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.with_token("post", path, headers, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.with_token("post", path, &[], Some(body))
    }

    pub fn delete(&self, path: &str, etag: &str) -> Reply {
        self.with_token("delete", path, &[("if-match", etag)], None)
    }

    pub fn method(&self, method: &str, path: &str) -> Reply {
        self.with_token(method, path, &[], None)
    }

    /// A tenant that must be accepted.
    pub fn tenant(&self, id: &str) {
        self.put(&path(&["tenants", id]), &json!({"name": id})).expect(201);
    }

    /// A domain that must be accepted.
    pub fn domain(&self, tenant: &str, host: &str, settings: &Value) -> Reply {
        let mut body = json!({"environment": "TEST", "kind": "ordinary", "display_name": "Acme Bank"});
        for (name, value) in settings.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.put(&domain_path(tenant, host), &body).expect(201)
    }

    /// A confidential application that must be accepted.
    pub fn application(&self, tenant: &str, host: &str, client_id: &str) -> Reply {
        let body = json!({"name": "Web", "redirect_uris": ["https://app.example/callback"]});
        self.put(&application_path(tenant, host, client_id), &body).expect(201)
    }

    /// An upstream that must be accepted.
    pub fn upstream(&self, tenant: &str, host: &str, eid: &str) -> Reply {
        let body = json!({
            "issuer": "https://pp.broker.example/op",
            "client_id": "edge-eid",
            "client_secret": "upstream-secret",
        });
        self.put(&format!("{}/upstreams/{eid}", domain_path(tenant, host)), &body).expect(201)
    }
}
