//! An end user's browser: a cookie jar per host, redirects, links of a page.

use super::broker::{Broker, request};
use super::upstream::Person;
use edge_eid::eid::Eid;
use edge_eid::model::{Host, UnixTime};
use edge_eid::web::{Method, Parameters};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most redirects in a row that a browser follows.
const REDIRECTS_MAX: usize = 20;
/// What browsers keep of a cookie's name and value, bytes (RFC 6265bis §5.6).
const COOKIE_MAX_BYTES: usize = 4096;

pub struct Browser<'a> {
    broker: &'a Broker,
    jar: RefCell<BTreeMap<(String, String), (String, UnixTime)>>,
    /// Headers that every request of this browser carries.
    pub headers: RefCell<Vec<(String, String)>>,
    /// Every URL that was visited.
    pub history: RefCell<Vec<String>>,
    /// `SameSite` of each cookie as it was set last.
    pub same_site: RefCell<BTreeMap<String, &'static str>>,
}

/// Where a browser came to rest.
#[derive(Clone, Debug)]
pub enum Stop {
    /// A page of ours.
    Page(Page),
    /// The authorization endpoint of an upstream.
    Upstream(String),
    /// The application's callback.
    Application(Answer),
}

/// A page that is shown.
#[derive(Clone)]
pub struct Page {
    pub url: String,
    pub status: u16,
    pub body: String,
}

/// What the application's callback was called with.
#[derive(Clone, Debug)]
pub struct Answer {
    pub url: String,
    pub parameters: Parameters,
}

impl std::fmt::Debug for Page {
    /// The text of the page, without its tags.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: Vec<&str> = self.body.split('<').filter_map(|tag| tag.split('>').nth(1)).collect();
        write!(f, "Page({} at {}: {})", self.status, self.url, text.join(" "))
    }
}

impl Stop {
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            other => panic!("not a page: {other:?}"),
        }
    }

    pub fn upstream(self) -> String {
        match self {
            Self::Upstream(url) => url,
            other => panic!("not at an upstream: {other:?}"),
        }
    }

    pub fn application(self) -> Answer {
        match self {
            Self::Application(answer) => answer,
            other => panic!("not at the application: {other:?}"),
        }
    }
}

impl Answer {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    pub fn code(&self) -> &str {
        self.get("code").unwrap_or_else(|| panic!("no code: {}", self.url))
    }

    pub fn error(&self) -> &str {
        self.get("error").unwrap_or_else(|| panic!("no error: {}", self.url))
    }
}

impl Page {
    /// The `href` of the first element that has this attribute, absolute.
    pub fn href(&self, attribute: &str) -> String {
        self.find_href(attribute).unwrap_or_else(|| panic!("no link with {attribute} in {}", self.body))
    }

    /// As [`Page::href`], if there is one.
    pub fn find_href(&self, attribute: &str) -> Option<String> {
        let tag = self
            .body
            .split('<')
            .find(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(attribute)))?;
        let href = tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&");
        if href.contains("://") {
            return Some(href);
        }
        if href.starts_with('?') {
            let path = self.url.split('?').next().unwrap_or_default();
            return Some(format!("{path}{href}"));
        }
        let origin_end = self.url.match_indices('/').nth(2).map_or(self.url.len(), |(at, _)| at);
        Some(format!("{}{href}", &self.url[..origin_end]))
    }

    /// Whether a tab of this eID is there.
    pub fn has_tab(&self, eid: Eid) -> bool {
        let eid = format!("data-eid=\"{}\"", eid.as_str());
        self.body.split('<').any(|tag| tag.contains("class=\"tab\"") && tag.contains(&eid))
    }

    /// Whether the tab of this eID is the active one.
    pub fn is_active(&self, eid: Eid) -> bool {
        let tab = format!("data-eid=\"{}\"", eid.as_str());
        self.body.split('<').any(|tag| tag.contains(&tab) && tag.contains("aria-current=\"true\""))
    }
}

impl<'a> Browser<'a> {
    pub fn new(broker: &'a Broker) -> Self {
        let headers = [("sec-fetch-dest", "document"), ("accept-language", "en")];
        Self {
            broker,
            jar: RefCell::default(),
            headers: RefCell::new(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()),
            history: RefCell::default(),
            same_site: RefCell::default(),
        }
    }

    /// Opens a URL and follows redirects until there is something to see.
    pub fn visit(&self, url: &str) -> Stop {
        self.follow(Method::Get, url, "")
    }

    /// Sends a form and follows.
    pub fn submit(&self, url: &str, form: &str) -> Stop {
        self.follow(Method::Post, url, form)
    }

    fn follow(&self, method: Method, url: &str, form: &str) -> Stop {
        let (mut method, mut form, mut url) = (method, form.to_owned(), url.to_owned());
        for _ in 0..REDIRECTS_MAX {
            if self.broker.ports.upstreams.has(&url) {
                return Stop::Upstream(url);
            }
            if !self.is_ours(&url) {
                let query = url.split_once('?').map_or("", |(_, query)| query);
                return Stop::Application(Answer {
                    parameters: Parameters::parse(query.as_bytes()).unwrap(),
                    url: url.clone(),
                });
            }
            let (page, location) = self.load(method, &url, &form);
            match location {
                Some(next) => url = next,
                None => return Stop::Page(page),
            }
            (method, form) = (Method::Get, String::new());
        }
        panic!("too many redirects, last {url}");
    }

    /// One request, without following.
    pub fn load(&self, method: Method, url: &str, form: &str) -> (Page, Option<String>) {
        self.history.borrow_mut().push(url.to_owned());
        let host = host_of(url);
        let cookies = self.cookie_header(&host);
        let mut headers = self.headers.borrow().clone();
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies));
        }
        if method == Method::Post {
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let response = self.broker.send(&request(method, url, &headers, form));
        for (_, value) in response.headers.iter().filter(|(name, _)| *name == "set-cookie") {
            self.set_cookie(&host, value);
        }
        let location = response.header("location").filter(|_| (300..400).contains(&response.status));
        if location.is_some() {
            assert_eq!(response.status, 303, "RFC 9700 §4.12: a form must not be sent on");
        }
        let location = location.map(str::to_owned);
        (Page { url: url.to_owned(), status: response.status, body: response.body }, location)
    }

    fn is_ours(&self, url: &str) -> bool {
        Host::parse(&host_of(url)).is_ok_and(|host| self.broker.ports.domains.borrow().contains_key(&host))
    }

    fn cookie_header(&self, host: &str) -> String {
        self.cookies(host)
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// The living cookies of a host.
    pub fn cookies(&self, host: &str) -> Vec<(String, String)> {
        let jar = self.jar.borrow();
        let alive = jar.iter().filter(|((of, _), (_, ends))| of == host && !ends.is_over(self.broker.now()));
        alive.map(|((_, name), (value, _))| (name.clone(), value.clone())).collect()
    }

    /// The living pending cookies of a host.
    pub fn attempts(&self, host: &str) -> Vec<(String, String)> {
        self.cookies(host).into_iter().filter(|(name, _)| name.starts_with("__Host-login.")).collect()
    }

    /// Puts a cookie into the jar.
    pub fn plant(&self, host: &str, name: &str, value: &str) {
        let ends = self.broker.now().plus(3_600);
        self.jar.borrow_mut().insert((host.to_owned(), name.to_owned()), (value.to_owned(), ends));
    }

    /// Loses every cookie of a host.
    pub fn lose_cookies(&self, host: &str) {
        self.jar.borrow_mut().retain(|(of, _), _| of != host);
    }

    /// The rules of RFC 6265bis for `__Host-` cookies; ours keep all of them, and are small enough.
    fn set_cookie(&self, host: &str, raw: &str) {
        let mut parts = raw.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<&str> = parts.collect();
        assert!(name.starts_with("__Host-"), "{name}");
        for wanted in ["Path=/", "Secure", "HttpOnly"] {
            assert!(attributes.contains(&wanted), "{name} without {wanted}");
        }
        // Sessions may be looked for from a frame; the test that lets them says so itself.
        let cross_site = name.starts_with("__Host-sso.") && attributes.contains(&"SameSite=None");
        assert!(cross_site || attributes.contains(&"SameSite=Lax"), "{name} without SameSite=Lax");
        self.same_site.borrow_mut().insert(name.to_owned(), if cross_site { "None" } else { "Lax" });
        assert!(!attributes.iter().any(|one| one.starts_with("Domain")), "{name} for a whole domain");
        assert!(
            name.len() + value.len() <= COOKIE_MAX_BYTES,
            "{name} has {} bytes",
            name.len() + value.len()
        );
        let max_age = attributes.iter().find_map(|one| one.strip_prefix("Max-Age="));
        let seconds: u64 = max_age.expect("every cookie says how long it lives").parse().unwrap();
        let key = (host.to_owned(), name.to_owned());
        if seconds == 0 {
            self.jar.borrow_mut().remove(&key);
        } else {
            self.jar.borrow_mut().insert(key, (value.to_owned(), self.broker.now().plus(seconds)));
        }
    }

    /// Follows a link of a page.
    pub fn click(&self, page: &Page, attribute: &str) -> Stop {
        self.visit(&page.href(attribute))
    }

    /// Chooses an eID on a page: its tab, or its start button.
    pub fn choose(&self, page: &Page, eid: Eid) -> Stop {
        let (tab, start) =
            (format!("data-eid=\"{}\"", eid.as_str()), format!("data-start=\"{}\"", eid.as_str()));
        let href = page.find_href(&tab).unwrap_or_else(|| page.href(&start));
        self.visit(&href)
    }

    /// Approves at an upstream and goes on.
    pub fn approve(&self, upstream: &str, person: &Person) -> Stop {
        self.visit(&self.broker.ports.upstreams.approve(upstream, person))
    }

    /// Cancels at an upstream and goes on.
    pub fn cancel(&self, upstream: &str) -> Stop {
        self.visit(&self.broker.ports.upstreams.cancel(upstream))
    }

    /// As far as the upstream: opens an authorize URL and picks an eID if there is a choice.
    pub fn start(&self, authorize: &str, eid: Eid) -> String {
        match self.visit(authorize) {
            Stop::Page(page) => self.choose(&page, eid).upstream(),
            other => other.upstream(),
        }
    }

    /// A whole login.
    pub fn log_in(&self, authorize: &str, eid: Eid, person: &Person) -> Answer {
        let upstream = self.start(authorize, eid);
        self.approve(&upstream, person).application()
    }
}

/// The host of an absolute URL.
pub fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}
