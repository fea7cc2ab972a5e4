//! The dashboard over the real admin API, both in memory, and people who read its pages.

use super::admin::{MANAGEMENT_HOST, Operator, domain_path, path};
use super::block_on;
use super::management::CountedRows;
use super::ports::MemoryPorts;
use edge_eid::admin;
use edge_eid::dashboard;
use edge_eid::dashboard::person_object::{self, PersonAnswer, PersonCommand};
use edge_eid::dashboard::ports::{Api, ApiAnswer, ApiRequest, Dashboard, Desk, Files, OrderSettings, People};
use edge_eid::dashboard::session::{SESSION_COOKIE, Session};
use edge_eid::dashboard::team_object::{self, Invitation, OPERATORS, TeamAnswer, TeamCommand};
use edge_eid::model::url::WebUrl;
use edge_eid::model::{Host, Role, TenantId, UnixTime};
use edge_eid::ports::Unavailable;
use edge_eid::web::{Method, Request, Response, encode_pairs};
use serde_json::{Value, json};

/// The dashboard's settings in tests.
pub fn desk(simulators: bool) -> Desk {
    Desk {
        management_host: Host::parse(MANAGEMENT_HOST).unwrap(),
        key: [9; 32],
        issuer: WebUrl::parse("https://id.example").unwrap(),
        client_id: "urn:edge-eid:dashboard".to_owned(),
        client_secret: "dashboard-secret".to_owned(),
        acr_values: None,
        broker_name: "Edge eID".to_owned(),
        simulators,
        orders: OrderSettings::default(),
    }
}

impl Api for MemoryPorts {
    async fn api(&self, asked: ApiRequest<'_>) -> Result<ApiAnswer, Unavailable> {
        // As the platform: what no header can hold is never sent.
        if asked.if_match.is_some_and(|etag| etag.chars().any(char::is_control)) {
            return Err(Unavailable { what: "admin API", cause: "not a header".to_owned() });
        }
        let (bare, query) = asked.path.split_once('?').unwrap_or((asked.path, ""));
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {}", asked.bearer))];
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.extend(asked.if_match.map(|etag| ("if-match".to_owned(), etag.to_owned())));
        headers.extend(asked.only_new.then(|| ("if-none-match".to_owned(), "*".to_owned())));
        let request = Request {
            method: asked.method,
            host: MANAGEMENT_HOST.to_owned(),
            path: bare.to_owned(),
            query: query.to_owned(),
            headers,
            body: asked.body.unwrap_or_default().into_bytes(),
        };
        let response = admin::handle(self, &request, self.clock.get()).await;
        let meanwhile = if asked.method == Method::Put { self.meanwhile.take() } else { None };
        if let Some((team, command)) = meanwhile {
            self.team(&team, &command, self.clock.get()).await?;
        }
        Ok(ApiAnswer {
            status: response.status,
            etag: response.header("etag").map(str::to_owned),
            body: serde_json::from_str(&response.body).unwrap_or(Value::Null),
        })
    }
}

impl People for MemoryPorts {
    async fn person(
        &self,
        person: &str,
        command: &PersonCommand,
        now: UnixTime,
    ) -> Result<PersonAnswer, Unavailable> {
        let mut people = self.people.borrow_mut();
        let rows = people.entry(person.to_owned()).or_default();
        let rows = &mut CountedRows::of(rows, &self.management.asked);
        Ok(person_object::apply(rows, command, now).unwrap())
    }

    async fn team(
        &self,
        team: &str,
        command: &TeamCommand,
        now: UnixTime,
    ) -> Result<TeamAnswer, Unavailable> {
        let mut teams = self.teams.borrow_mut();
        let rows = teams.entry(team.to_owned()).or_default();
        let done = team_object::apply(&mut CountedRows::of(rows, &self.management.asked), command, now);
        done.map_err(|fault| Unavailable { what: "team object", cause: fault.0 })
    }
}

impl Files for MemoryPorts {
    async fn guide(&self, name: &str) -> Result<String, Unavailable> {
        let path = format!("{}/static/guides/{name}.html", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path)
            .map_err(|error| Unavailable { what: "static files", cause: error.to_string() })
    }
}

impl Dashboard for MemoryPorts {
    fn desk(&self) -> &Desk {
        &self.desk
    }
}

/// An installation with tenants, and its dashboard.
pub struct World {
    pub operator: Operator,
}

impl World {
    /// The tenant `acme` with a pair of TEST domains, `acme.example` and `mitid.example`, and the
    /// application `urn:acme:web` on the ordinary one; and `globex`, with nothing.
    pub fn new() -> Self {
        let operator = Operator::new();
        for tenant in ["acme", "globex"] {
            operator.put(&path(&["tenants", tenant]), &json!({ "name": tenant })).expect(201);
        }
        let domain = |host: &str, body: Value| operator.put(&domain_path("acme", host), &body).expect(201);
        domain("mitid.example", json!({"environment": "TEST", "kind": "mitid", "display_name": "Acme"}));
        domain(
            "acme.example",
            json!({
                "environment": "TEST", "kind": "ordinary", "display_name": "Acme",
                "mitid_domain": "mitid.example",
            }),
        );
        let application = json!({ "name": "Acme web", "redirect_uris": ["https://app.example/callback"] });
        let resource = super::admin::application_path("acme", "acme.example", "urn:acme:web");
        operator.put(&resource, &application).expect(201);
        Self { operator }
    }

    fn ports(&self) -> &MemoryPorts {
        &self.operator.ports
    }

    pub fn now(&self) -> UnixTime {
        self.operator.now.get()
    }

    /// Moves all clocks ahead.
    pub fn later(&self, seconds: u64) {
        let now = self.now().plus(seconds);
        self.operator.now.set(now);
        self.ports().clock.set(now);
    }

    /// Tells a team's object something.
    pub fn team(&self, team: &str, command: TeamCommand) -> TeamAnswer {
        block_on(self.ports().team(team, &command, self.now())).unwrap()
    }

    /// Whether a team's object can write nothing from now on.
    pub fn breaks(&self, team: &str, broken: bool) {
        self.ports().teams.borrow_mut().entry(team.to_owned()).or_default().broken = broken;
    }

    /// Somebody who has this role in a tenant.
    pub fn reader(&self, tenant: &str, role: Role) -> Reader<'_> {
        let team = if role == Role::Operator { OPERATORS } else { tenant };
        self.member(team, role, &format!("{}-of-{team}", role.as_str()))
    }

    /// Somebody of this name who has this role in a team.
    pub fn member(&self, team: &str, role: Role, person: &str) -> Reader<'_> {
        let person = person.to_owned();
        let (digest, by) = (format!("for {person}"), "somebody".to_owned());
        let ends = self.now().plus(60);
        let invitation =
            Invitation { digest: digest.clone(), label: person.clone(), role, ends, by: by.clone() };
        assert_eq!(self.team(team, TeamCommand::Invite { invitation, by }), TeamAnswer::Done);
        let accept = TeamCommand::Accept { digest, person: person.clone(), name: person.clone() };
        assert_eq!(self.team(team, accept), TeamAnswer::Done);
        if let Ok(tenant) = TenantId::parse(team) {
            block_on(self.ports().person(&person, &PersonCommand::Join(tenant), self.now())).unwrap();
        }
        self.stranger(&person)
    }

    /// Somebody who is signed in and belongs nowhere.
    pub fn stranger(&self, person: &str) -> Reader<'_> {
        let session = Session {
            person: person.to_owned(),
            name: person.to_owned(),
            employer: None,
            generation: 0,
            began: self.now(),
            asked_at: self.now(),
            written_at: self.now(),
            id: format!("session of {person}"),
        };
        Reader { world: self, session: Some(session) }
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Reader<'_> {
        Reader { world: self, session: None }
    }
}

/// Somebody who reads pages.
pub struct Reader<'a> {
    world: &'a World,
    pub session: Option<Session>,
}

/// What he gets.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub body: String,
    pub location: String,
    pub response: Response,
}

impl Got {
    /// The same, which must have this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Whether its text has these words, however they are marked up.
    pub fn says(&self, words: &str) -> bool {
        let mut text = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.contains(words)
    }

    /// The value of the input of this name.
    pub fn input(&self, name: &str) -> Option<&str> {
        let at = self.body.find(&format!("name=\"{name}\""))?;
        let start = self.body[..at].rfind('<')?;
        let tag = &self.body[start..at + self.body[at..].find('>')?];
        let value = tag.split("value=\"").nth(1)?;
        value.split('"').next()
    }
}

impl Reader<'_> {
    fn request(&self, method: Method, url: &str, more: &[(&str, &str)], body: String) -> Request {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut headers = vec![("accept-language".to_owned(), "en".to_owned())];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if let Some(session) = &self.session {
            let cookie = block_on(session.cookie(self.world.ports(), session.written_at)).unwrap();
            let pair = cookie.split(';').next().unwrap().to_owned();
            assert!(pair.starts_with(SESSION_COOKIE));
            headers.push(("cookie".to_owned(), pair));
        }
        let (path, query) = (path.to_owned(), query.to_owned());
        Request { method, host: MANAGEMENT_HOST.to_owned(), path, query, headers, body: body.into_bytes() }
    }

    fn sent(&self, request: &Request) -> Got {
        let response = block_on(dashboard::handle(self.world.ports(), request, self.world.now()));
        Got {
            status: response.status,
            body: response.body.clone(),
            location: response.header("location").unwrap_or_default().to_owned(),
            response,
        }
    }

    /// Opens a page.
    pub fn get(&self, url: &str) -> Got {
        self.sent(&self.request(Method::Get, url, &[], String::new()))
    }

    /// Sends a request without content by any method.
    pub fn by(&self, method: Method, url: &str) -> Got {
        self.sent(&self.request(method, url, &[], String::new()))
    }

    /// Sends a form with the session's token.
    pub fn post(&self, url: &str, pairs: &[(&str, &str)]) -> Got {
        let token = self.session.as_ref().map(|session| session.form_token(self.world.ports()));
        let token = token.unwrap_or_default();
        let mut pairs = pairs.to_vec();
        pairs.push(("form_token", &token));
        self.post_exactly(url, &[], &pairs)
    }

    /// Sends exactly this form.
    pub fn post_exactly(&self, url: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Got {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.sent(&self.request(Method::Post, url, &headers, encode_pairs(pairs.iter().copied())))
    }
}
