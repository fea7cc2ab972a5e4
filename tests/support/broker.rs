//! The broker under test, its clock, and a watch over its log.
//!
//! Every secret that passes in a request or an answer (codes, tokens, tickets, cookies, `state`,
//! `nonce`, verifiers, client secrets) is remembered as a canary, beside a person's CPR number and
//! name. After each request the whole log is searched for every canary of the test.

use super::block_on;
use super::ports::{MemoryPorts, TRACE_ID};
use super::upstream::{CLIENT_SECRET, CPR, NAME};
use edge_eid::admin::command::{HostCommand, PublishedName};
use edge_eid::admin::publication::{application_key, published_text};
use edge_eid::model::{Application, ClientId, DomainSnapshot, Host, UnixTime};
use edge_eid::routes;
use edge_eid::vault::EnvironmentKeys;
use edge_eid::web::{Method, Parameters, Request, Response};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub struct Broker {
    pub ports: MemoryPorts,
    /// The keys of each host's environment, for tests that forge envelopes and handles.
    pub keys: BTreeMap<String, EnvironmentKeys>,
    now: Cell<UnixTime>,
    canaries: RefCell<BTreeSet<String>>,
}

/// The CPR numbers of the tests' people, and some that they mistype.
const NUMBERS: [&str; 6] = [CPR, "210127-0087", "210127 0087", "0707490071", "2712589100", "1107744882"];

/// Parameters whose values nobody but the two ends may learn.
const SECRET_PARAMETERS: [&str; 15] = [
    "state",
    "nonce",
    "code",
    "code_challenge",
    "code_verifier",
    "client_secret",
    "h",
    "t",
    "o",
    "access_token",
    "id_token",
    "login_hint",
    "client_assertion",
    "id_token_hint",
    "confirm",
];

impl Broker {
    pub fn new(ports: MemoryPorts, keys: BTreeMap<String, EnvironmentKeys>, now: UnixTime) -> Self {
        let fixed = [NAME, CLIENT_SECRET, "9208-2002-2-294247448400"];
        let canaries = fixed.into_iter().chain(NUMBERS).map(str::to_owned).collect();
        let canaries = RefCell::new(canaries);
        ports.upstreams.now.set(now);
        Self { ports, keys, now: Cell::new(now), canaries }
    }

    pub fn now(&self) -> UnixTime {
        self.now.get()
    }

    pub fn set_now(&self, now: UnixTime) {
        self.now.set(now);
        self.ports.upstreams.now.set(now);
    }

    /// Lets time pass.
    pub fn wait(&self, seconds: u64) {
        self.set_now(self.now().plus(seconds));
    }

    /// Answers a request.
    pub fn send(&self, request: &Request) -> Response {
        self.remember_secrets_of_request(request);
        let response = block_on(routes::handle(&self.ports, request, self.now()));
        self.ports.keep_recording(response.route, response.status, self.now());
        self.remember_secrets_of_response(&response);
        self.check_log();
        self.check_stores();
        check_response(request, &response);
        response
    }

    /// A GET without cookies, as an application's server sends it.
    pub fn get(&self, url: &str) -> Response {
        self.send(&request(Method::Get, url, &[], ""))
    }

    /// A POST of a form without cookies.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], form: &str) -> Response {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send(&request(Method::Post, url, &headers, form))
    }

    /// Changes a published domain.
    pub fn change_domain(&self, host: &str, change: impl FnOnce(&mut DomainSnapshot)) {
        let host = Host::parse(host).unwrap();
        let mut domains = self.ports.domains.borrow_mut();
        let domain = Rc::make_mut(domains.get_mut(&host).expect("a domain of the world"));
        change(domain);
        // Another snapshot: what was written from the one before is not its own.
        domain.written = Default::default();
    }

    /// Changes a published application.
    pub fn change_application(&self, host: &str, client_id: &str, change: impl FnOnce(&mut Application)) {
        let key = (Host::parse(host).unwrap(), ClientId::parse(client_id).unwrap());
        let mut applications = self.ports.applications.borrow_mut();
        change(Rc::make_mut(applications.get_mut(&key).expect("an application of the world")));
    }

    /// Takes an application away.
    pub fn remove_application(&self, host: &str, client_id: &str) {
        let key = (Host::parse(host).unwrap(), ClientId::parse(client_id).unwrap());
        self.ports.applications.borrow_mut().remove(&key).expect("an application of the world");
    }

    /// Gives the applications of a host to its object, as publishing does: there it is known where a
    /// logout may lead.
    pub fn publish_to_host(&self, host: &str) {
        let host = Host::parse(host).unwrap();
        let domain = self.ports.domains.borrow()[&host].clone();
        let (tenant, environment) = (domain.tenant.clone(), domain.environment);
        let send = |command: &HostCommand| self.ports.management.host(&host, command).ok().unwrap();
        send(&HostCommand::Claim { tenant: tenant.clone(), environment });
        for ((of, client_id), application) in self.ports.applications.borrow().iter() {
            if *of != host {
                continue;
            }
            send(&HostCommand::Keep {
                tenant: tenant.clone(),
                environment: Some(environment),
                value: PublishedName::Application { client_id: client_id.clone() },
                version: application.version,
                text: published_text(
                    &application_key(&host, client_id),
                    application.version,
                    &**application,
                    &self.ports.master_key,
                ),
            });
        }
    }

    /// Facts of log events of this name, as `key=value` texts.
    pub fn logged(&self, event: &str) -> Vec<String> {
        let log = self.ports.log.borrow();
        let of = log.iter().filter(|line| line.event == event);
        of.map(|line| {
            let facts: Vec<String> = line.facts.iter().map(|(key, value)| format!("{key}={value}")).collect();
            facts.join(" ")
        })
        .collect()
    }

    /// Whether some log line of this event holds this text.
    pub fn has_logged(&self, event: &str, text: &str) -> bool {
        self.logged(event).iter().any(|facts| facts.contains(text))
    }

    /// Adds a text that must never be logged.
    pub fn never_log(&self, canary: &str) {
        self.canaries.borrow_mut().insert(canary.to_owned());
    }

    /// Searches the log for every canary.
    pub fn check_log(&self) {
        for line in self.ports.log.borrow().iter() {
            for (key, value) in &line.facts {
                for canary in self.canaries.borrow().iter() {
                    assert!(!value.contains(canary.as_str()), "{} {key}={value} shows {canary}", line.event);
                }
            }
        }
    }

    /// Searches everything at rest for what may be there sealed only.
    pub fn check_stores(&self) {
        let stores = [&self.ports.logins, &self.ports.sessions];
        for text in stores.iter().flat_map(|store| store.borrow().values().cloned().collect::<Vec<_>>()) {
            assert!(!NUMBERS.iter().any(|number| text.contains(number)), "a CPR number lies open: {text}");
            assert!(!text.contains(NAME), "a name lies open: {text}");
        }
        let consents = format!("{:?}", self.ports.consents.borrow());
        assert!(
            !NUMBERS.iter().any(|number| consents.contains(number)),
            "a CPR number lies open: {consents}"
        );
    }

    fn remember(&self, secret: &str) {
        // Short words such as "s" or "code" would be found everywhere.
        if secret.len() >= 12 && secret != TRACE_ID {
            self.canaries.borrow_mut().insert(secret.to_owned());
        }
    }

    fn remember_parameters(&self, raw: &[u8]) {
        let Ok((parameters, _)) = Parameters::parse_lenient(raw) else { return };
        for (_, value) in parameters.iter().filter(|(name, _)| SECRET_PARAMETERS.contains(name)) {
            self.remember(value);
        }
    }

    fn remember_secrets_of_request(&self, request: &Request) {
        self.remember_parameters(request.query.as_bytes());
        self.remember_parameters(&request.body);
        request.cookies().for_each(|(_, value)| self.remember(value));
        if let Some((_, credentials)) =
            request.header("authorization").and_then(|value| value.split_once(' '))
        {
            self.remember(credentials);
        }
    }

    fn remember_secrets_of_response(&self, response: &Response) {
        if let Some((_, query)) = response.header("location").and_then(|url| url.split_once(['?', '#'])) {
            self.remember_parameters(query.as_bytes());
        }
        let Ok(Value::Object(body)) = serde_json::from_str(&response.body) else { return };
        for secret in ["access_token", "id_token", "sub"].iter().filter_map(|name| body.get(*name)?.as_str())
        {
            self.remember(secret);
        }
    }
}

/// What holds of every answer.
fn check_response(request: &Request, response: &Response) {
    assert!((200..600).contains(&response.status));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
    let public = request.path.contains("/.well-known/");
    if !(public && matches!(response.status, 200 | 304)) {
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
    for (name, value) in &response.headers {
        assert!(!value.contains(['\r', '\n', '\0']), "a header was split: {name}");
        assert!(!NUMBERS.iter().any(|number| value.contains(number)), "a CPR number in {name}");
        assert!(!value.contains("Ditlev"), "personal data in {name}");
    }
    if response.header("content-type").is_some_and(|value| value.starts_with("text/html")) {
        let policy = response.header("content-security-policy").expect("every page has a policy");
        // Only what a silent request is told may stand in a frame, and then of one origin.
        let silent = response.body.contains("data-origin") && policy.contains("frame-ancestors https://app.");
        assert!(policy.contains("frame-ancestors 'none'") || silent);
        assert!(!policy.contains("unsafe-inline"));
        // Whatever was typed or hinted, no page repeats it.
        assert!(!NUMBERS.iter().any(|number| response.body.contains(number)), "a page shows a CPR number");
    }
}

/// A request to the broker, from an absolute URL.
pub fn request(method: Method, url: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let (_, rest) = url.split_once("://").expect("an absolute URL");
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (path, query) = rest[at..].split_once('?').unwrap_or((&rest[at..], ""));
    Request {
        method,
        host: rest[..at].to_owned(),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        query: query.split('#').next().unwrap_or_default().to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
    }
}
