//! The certified brokers behind us: OIDC providers whose answers can be bent, one way at a time.

use super::crypto::{Pair, UPSTREAM_KEYS};
use base64ct::{Base64, Encoding};
use edge_eid::documents::Documents;
use edge_eid::model::key_ring::Algorithm;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::{PublicKey, UnixTime};
use edge_eid::oauth::jwks;
use edge_eid::oauth::pkce::CodeChallenge;
use edge_eid::ports::{FETCH_MAX_BYTES, FetchRequest, FetchResponse, Unavailable};
use edge_eid::vault::{base64url, hmac_sha256};
use edge_eid::web::{Parameters, encode_pairs};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

pub const MITID: &str = "https://mitid.upstream.example";
pub const NEMID: &str = "https://nemid.upstream.example";
pub const GLOBEX_UPSTREAM: &str = "https://op.globex-upstream.example/op";

/// One way in which an upstream misbehaves. Each has one test that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bend {
    /// It behaves.
    Straight,
    /// `iss` of the ID token is another's.
    WrongIss,
    /// `aud` is another client.
    WrongAud,
    /// `aud` lists us and another, and `azp` is the other.
    WrongAzp,
    /// `nonce` is of another login.
    WrongNonce,
    /// `nonce` is left out.
    NoNonce,
    /// `alg: none`, no signature.
    AlgNone,
    /// HS256 with the public modulus as the secret.
    AlgHs256,
    /// Signed by a key that is published nowhere, under the `kid` of one that is.
    ForgedSignature,
    /// One bit of the claims was changed after signing.
    AlteredClaims,
    /// A critical extension in the header.
    Crit,
    /// `exp` is past.
    Expired,
    /// No `exp`.
    NoExp,
    /// `iat` is tomorrow.
    IssuedTomorrow,
    /// `kid` names no published key.
    UnknownKid,
    /// Userinfo is about somebody else.
    OtherSub,
    /// Userinfo has no `sub`.
    NoSub,
    /// The token endpoint answers an OAuth error.
    TokenError,
    /// The token endpoint answers 500 with a stack trace.
    TokenInternal,
    /// The token endpoint answers a web page.
    TokenNotJson,
    /// The token endpoint leaves the ID token out.
    TokenWithoutIdToken,
    /// The token endpoint does not answer.
    TokenTimeout,
    /// Userinfo does not answer.
    UserinfoTimeout,
    /// Userinfo answers 500.
    UserinfoInternal,
    /// Userinfo answers a JSON array.
    UserinfoNotAnObject,
    /// A claim of a megabyte in the ID token.
    HugeIdToken,
    /// An ID token of 20 kB.
    LongIdToken,
    /// Userinfo of a megabyte.
    HugeUserinfo,
    /// The level is low.
    LevelLow,
    /// No level is stated.
    NoLevel,
    /// A level nobody has heard of.
    StrangeLevel,
    /// Discovery is of another issuer.
    DiscoveryOfAnother,
    /// Discovery does not answer.
    DiscoveryTimeout,
    /// Discovery is a web page.
    DiscoveryNotJson,
    /// Discovery names an authorization endpoint that runs code.
    DiscoveryRunsCode,
    /// Discovery names an authorization endpoint with a line break in it.
    DiscoverySplitsHeaders,
    /// Discovery names a token endpoint without TLS.
    DiscoveryWithoutTls,
    /// The key set is empty.
    NoKeys,
    /// The keys do not answer.
    KeysTimeout,
    /// The answer at the front channel leaves `iss` out although discovery announced it.
    AnswerWithoutIss,
    /// The answer's `iss` is another's (mix-up).
    AnswerOfAnother,
    /// The answer has neither code nor error.
    AnswerEmpty,
    /// The answer is an OAuth error.
    AnswerError,
    /// The answer is an error with a text that holds a CPR number.
    AnswerErrorWithCpr,
    /// Whoever confirms CPR numbers does not answer.
    MatchTimeout,
    /// It answers 500, with the number.
    MatchInternal,
    /// It answers something else.
    MatchStrange,
    /// Another tab of the same login ends it meanwhile.
    MatchMeanwhileDone,
}

/// Somebody who can be identified.
#[derive(Clone, Debug)]
pub struct Person {
    pub sub: &'static str,
    pub claims: Value,
}

/// What must never be seen outside the token.
pub const CPR: &str = "2101270087";
pub const NAME: &str = "Ditlev Testesen";

impl Person {
    /// A person with MitID at level substantial.
    pub fn ditlev() -> Self {
        Self {
            sub: "mitid-sub-of-ditlev",
            claims: json!({
                "mitid.uuid": "3e6c6b1a-0c1b-4f0e-9d2a-6f3f6f7c0a01", "name": NAME, "birthdate": "1927-01-21",
                "loa": "https://data.gov.dk/concept/core/nsis/Substantial", "transaction_id": "tx-ditlev",
                "dk.cpr": CPR,
            }),
        }
    }

    /// A person with NemID.
    pub fn terne() -> Self {
        Self {
            sub: "nemid-sub-of-terne",
            claims: json!({ "nemid.pid": "9208-2002-2-294247448400", "name": NAME, "dk.cpr": "0707490071" }),
        }
    }

    /// An employee with NemID.
    pub fn employee() -> Self {
        Self {
            sub: "nemid-sub-of-employee",
            claims: json!({
                "nemid.pid": "CVR:13585628-RID:42", "name": NAME, "cvr": "13585628", "rid": "42",
                "org_name": "Acme A/S",
            }),
        }
    }
}

struct Grant {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    nonce: String,
    challenge: String,
    person: Person,
}

/// All upstreams there are, with one way of misbehaving.
pub struct FakeUpstreams {
    pub bend: Cell<Bend>,
    /// Documents of applications by their URL.
    pub documents: RefCell<BTreeMap<String, String>>,
    /// Every URL that was fetched, without its query.
    pub fetched: RefCell<Vec<String>>,
    pub now: Cell<UnixTime>,
    /// Where applications are told of a logout: what they answer, and the forms they got.
    pub applications: RefCell<BTreeMap<String, u16>>,
    pub told: RefCell<Vec<(String, Parameters)>>,
    keys: BTreeMap<&'static str, RefCell<(String, Rc<Pair>)>>,
    spare: Rc<Pair>,
    codes: RefCell<BTreeMap<String, Grant>>,
    bearers: RefCell<BTreeMap<String, Person>>,
    remembered: RefCell<Documents>,
    drawn: Cell<u32>,
}

/// What our client secret at every upstream is.
pub const CLIENT_SECRET: &str = "canary-upstream-client-secret";

fn pair(at: usize) -> Rc<Pair> {
    Rc::new(Pair::rsa(UPSTREAM_KEYS[at]))
}

fn timeout() -> Unavailable {
    Unavailable { what: "upstream", cause: "no answer within 10 s".to_owned() }
}

fn ok(body: impl ToString) -> Result<FetchResponse, Unavailable> {
    Ok(FetchResponse { status: 200, body: body.to_string() })
}

impl FakeUpstreams {
    pub fn new() -> Self {
        let first = pair(0);
        let key = |kid: &str, pair: Rc<Pair>| RefCell::new((kid.to_owned(), pair));
        Self {
            bend: Cell::new(Bend::Straight),
            documents: RefCell::default(),
            fetched: RefCell::default(),
            now: Cell::new(UnixTime(0)),
            applications: RefCell::default(),
            told: RefCell::default(),
            keys: BTreeMap::from([
                (MITID, key("mitid-1", first.clone())),
                (NEMID, key("nemid-1", pair(1))),
                (GLOBEX_UPSTREAM, key("globex-1", first)),
            ]),
            spare: pair(2),
            codes: RefCell::default(),
            bearers: RefCell::default(),
            remembered: RefCell::default(),
            drawn: Cell::new(0),
        }
    }

    /// Whether a URL is below one of the upstreams.
    pub fn has(&self, url: &str) -> bool {
        self.issuer_of(url).is_some()
    }

    /// Replaces the signing key of an upstream: the old one is gone at once.
    pub fn roll_over(&self, issuer: &str) {
        *self.keys[issuer].borrow_mut() = ("rolled-over".to_owned(), self.spare.clone());
    }

    fn issuer_of(&self, url: &str) -> Option<&'static str> {
        self.keys.keys().copied().find(|issuer| url.starts_with(&format!("{issuer}/")))
    }

    fn bent(&self, bend: Bend) -> bool {
        self.bend.get() == bend
    }

    fn draw(&self, what: &str) -> String {
        self.drawn.set(self.drawn.get() + 1);
        format!("canary-{what}-{:06}", self.drawn.get())
    }

    /// The authorization endpoint: somebody approves. Returns where the browser is sent.
    ///
    /// # Panics
    /// When the request is not what a certified broker would accept.
    pub fn approve(&self, url: &str, person: &Person) -> String {
        let (issuer, asked) = self.asked(url);
        assert_eq!(asked.get("response_type"), Some("code"));
        assert_eq!(asked.get("code_challenge_method"), Some("S256"));
        assert!(asked.get("scope").unwrap().split(' ').any(|scope| scope == "openid"));
        assert!(!asked.get("nonce").unwrap().is_empty());
        let code = self.draw("upstream-code");
        let grant = Grant {
            issuer: issuer.to_owned(),
            client_id: asked.get("client_id").unwrap().to_owned(),
            redirect_uri: asked.get("redirect_uri").unwrap().to_owned(),
            nonce: asked.get("nonce").unwrap().to_owned(),
            challenge: asked.get("code_challenge").unwrap().to_owned(),
            person: person.clone(),
        };
        self.codes.borrow_mut().insert(code.clone(), grant);
        match self.bend.get() {
            Bend::AnswerEmpty => self.answer(issuer, &asked, &[]),
            Bend::AnswerError => self.answer(issuer, &asked, &[("error", "server_error")]),
            Bend::AnswerErrorWithCpr => {
                self.answer(issuer, &asked, &[("error", &format!("cpr {CPR} unknown"))])
            }
            _ => self.answer(issuer, &asked, &[("code", &code)]),
        }
    }

    /// The authorization endpoint: somebody cancels.
    pub fn cancel(&self, url: &str) -> String {
        self.fail(url, "access_denied", "user_cancel")
    }

    /// The authorization endpoint: it answers an error.
    pub fn fail(&self, url: &str, error: &str, description: &str) -> String {
        let (issuer, asked) = self.asked(url);
        self.answer(issuer, &asked, &[("error", error), ("error_description", description)])
    }

    fn asked(&self, url: &str) -> (&'static str, Parameters) {
        let issuer = self.issuer_of(url).expect("an upstream's URL");
        let (path, query) = url.split_once('?').expect("an authorization request has parameters");
        assert_eq!(path, format!("{issuer}/authorize"));
        (issuer, Parameters::parse(query.as_bytes()).unwrap())
    }

    fn answer(&self, issuer: &str, asked: &Parameters, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        pairs.push(("state", asked.get("state").unwrap()));
        match self.bend.get() {
            Bend::AnswerWithoutIss => {}
            Bend::AnswerOfAnother => pairs.push(("iss", "https://evil.example")),
            _ => pairs.push(("iss", issuer)),
        }
        format!("{}?{}", asked.get("redirect_uri").unwrap(), encode_pairs(pairs))
    }

    /// The port's `document`: discovery and keys, remembered as an isolate does.
    pub fn document(&self, url: &str, max_age_seconds: u64, now: UnixTime) -> Result<Rc<str>, Unavailable> {
        let failed = |cause: String| Unavailable { what: "upstream", cause };
        if let Some(known) = self.remembered.borrow().known(url, max_age_seconds, now) {
            return known.ok_or_else(|| failed("it failed a moment ago".to_owned()));
        }
        let request = FetchRequest { url: url.to_owned(), form: None, json: None, authorization: None };
        let text = self.send(&request).and_then(|response| match response.status {
            200 => Ok(Rc::from(response.body)),
            status => Err(failed(format!("status {status}"))),
        });
        self.remembered.borrow_mut().fetched(url, text.as_ref().ok().cloned(), now);
        text
    }

    /// Forgets documents, as a fresh isolate.
    pub fn forget(&self) {
        self.remembered.take();
    }

    /// The port's `send`.
    pub fn send(&self, request: &FetchRequest) -> Result<FetchResponse, Unavailable> {
        let path = request.url.split('?').next().unwrap().to_owned();
        self.fetched.borrow_mut().push(path.clone());
        if let (Some(status), Some(form)) = (self.applications.borrow().get(&request.url), &request.form) {
            let form = Parameters::parse(form.as_bytes()).unwrap();
            self.told.borrow_mut().push((request.url.clone(), form));
            return Ok(FetchResponse { status: *status, body: String::new() });
        }
        if let Some(document) = self.documents.borrow().get(&path) {
            return ok(document);
        }
        let Some(issuer) = self.issuer_of(&path) else { return Err(timeout()) };
        let response = match &path[issuer.len()..] {
            "/.well-known/openid-configuration" => self.discovery(issuer),
            "/keys" => self.key_set(issuer),
            "/token" => self.token(issuer, request),
            "/userinfo" => self.userinfo(request),
            "/cpr-match" => self.cpr_match(request),
            _ => Ok(FetchResponse { status: 404, body: String::new() }),
        }?;
        // The adapter's limit.
        if response.body.len() > FETCH_MAX_BYTES {
            return Err(Unavailable { what: "upstream", cause: "more than 256 kB".to_owned() });
        }
        Ok(response)
    }

    fn discovery(&self, issuer: &str) -> Result<FetchResponse, Unavailable> {
        let stated = if self.bent(Bend::DiscoveryOfAnother) { "https://evil.example" } else { issuer };
        let authorize = match self.bend.get() {
            Bend::DiscoveryTimeout => return Err(timeout()),
            Bend::DiscoveryNotJson => return ok("<html>maintenance</html>"),
            Bend::DiscoveryRunsCode => "javascript:alert(1)//".to_owned(),
            Bend::DiscoverySplitsHeaders => format!("{issuer}/authorize\r\nset-cookie: a=b"),
            _ => format!("{issuer}/authorize"),
        };
        ok(json!({
            "issuer": stated,
            "authorization_endpoint": authorize,
            "token_endpoint": if self.bent(Bend::DiscoveryWithoutTls) {
                format!("{}/token", issuer.replace("https:", "http:"))
            } else {
                format!("{issuer}/token")
            },
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/keys"),
            "authorization_response_iss_parameter_supported": true,
        }))
    }

    fn key_set(&self, issuer: &str) -> Result<FetchResponse, Unavailable> {
        match self.bend.get() {
            Bend::KeysTimeout => return Err(timeout()),
            Bend::NoKeys => return ok(json!({ "keys": [] })),
            _ => {}
        }
        let (kid, pair) = self.keys[issuer].borrow().clone();
        ok(json!({ "keys": [
            jwks::signing_jwk(&kid, Algorithm::Rs256, &pair.public()),
            { "kty": "EC", "kid": "another-kind", "crv": "P-256", "x": "AA", "y": "AA" },
        ]}))
    }

    fn token(&self, issuer: &'static str, request: &FetchRequest) -> Result<FetchResponse, Unavailable> {
        match self.bend.get() {
            Bend::TokenTimeout => return Err(timeout()),
            Bend::TokenError => {
                return Ok(FetchResponse { status: 400, body: r#"{"error":"invalid_grant"}"#.into() });
            }
            Bend::TokenInternal => {
                return Ok(FetchResponse { status: 500, body: format!("panic near {CPR}") });
            }
            Bend::TokenNotJson => return ok("<html>"),
            Bend::TokenWithoutIdToken => return ok(json!({ "access_token": "x", "token_type": "Bearer" })),
            _ => {}
        }
        let form = Parameters::parse(request.form.as_deref().unwrap_or_default().as_bytes()).unwrap();
        let grant = self.codes.borrow_mut().remove(form.get("code").unwrap_or_default());
        let Some(grant) = grant else {
            return Ok(FetchResponse { status: 400, body: r#"{"error":"invalid_grant"}"#.into() });
        };
        // What a certified broker checks; a failure here is a fault of the code under test.
        let basic = format!("{}:{CLIENT_SECRET}", grant.client_id);
        let expected = format!("Basic {}", Base64::encode_string(basic.as_bytes()));
        assert_eq!(request.authorization.as_deref(), Some(expected.as_str()));
        assert_eq!(grant.issuer, issuer, "a code was brought to another upstream");
        assert_eq!(form.get("redirect_uri"), Some(grant.redirect_uri.as_str()));
        if CodeChallenge::of(form.get("code_verifier").unwrap()).as_str() != grant.challenge {
            return Ok(FetchResponse { status: 400, body: r#"{"error":"invalid_grant"}"#.into() });
        }
        let bearer = self.draw("upstream-bearer");
        self.bearers.borrow_mut().insert(bearer.clone(), grant.person.clone());
        ok(json!({ "access_token": bearer, "token_type": "Bearer", "id_token": self.id_token(&grant) }))
    }

    fn userinfo(&self, request: &FetchRequest) -> Result<FetchResponse, Unavailable> {
        match self.bend.get() {
            Bend::UserinfoTimeout => return Err(timeout()),
            Bend::UserinfoInternal => return Ok(FetchResponse { status: 500, body: String::new() }),
            Bend::UserinfoNotAnObject => return ok("[]"),
            _ => {}
        }
        let bearer = request.authorization.as_deref().unwrap().strip_prefix("Bearer ").unwrap();
        let person = self.bearers.borrow()[bearer].clone();
        let mut claims = self.person_claims(&person);
        match self.bend.get() {
            Bend::OtherSub => drop(claims.insert("sub".to_owned(), json!("somebody-else"))),
            Bend::NoSub => {}
            _ => drop(claims.insert("sub".to_owned(), json!(person.sub))),
        }
        ok(Value::Object(claims))
    }

    fn cpr_match(&self, request: &FetchRequest) -> Result<FetchResponse, Unavailable> {
        match self.bend.get() {
            Bend::MatchTimeout => return Err(timeout()),
            Bend::MatchInternal => {
                return Ok(FetchResponse { status: 500, body: request.json.clone().unwrap() });
            }
            Bend::MatchStrange => return ok(json!({ "match": "yes" })),
            _ => {}
        }
        let bearer = request.authorization.as_deref().unwrap().strip_prefix("Bearer ").unwrap();
        let person = self.bearers.borrow()[bearer].clone();
        let asked: Value = serde_json::from_str(request.json.as_deref().unwrap()).unwrap();
        ok(json!({ "match": person.claims.get("dk.cpr").is_some_and(|theirs| *theirs == asked["cpr"]) }))
    }

    fn person_claims(&self, person: &Person) -> Map<String, Value> {
        let mut claims = person.claims.as_object().unwrap().clone();
        match self.bend.get() {
            Bend::LevelLow => drop(claims.insert("loa".to_owned(), json!("low"))),
            Bend::HugeUserinfo => drop(claims.insert("padding".to_owned(), json!("x".repeat(1024 * 1024)))),
            Bend::NoLevel => drop(claims.remove("loa")),
            Bend::StrangeLevel => drop(claims.insert("loa".to_owned(), json!("gold"))),
            _ => {}
        }
        claims
    }

    fn id_token(&self, grant: &Grant) -> String {
        let now = self.now.get().0;
        let (kid, pair) = self.keys[grant.issuer.as_str()].borrow().clone();
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        let mut claims = json!({
            "iss": grant.issuer, "aud": grant.client_id, "sub": grant.person.sub, "nonce": grant.nonce,
            "iat": now, "exp": now + 300,
            // Now, unless somebody says otherwise: an upstream may have a session of its own.
            "auth_time": grant.person.claims.get("auth_time").cloned().unwrap_or(json!(now)),
        });
        match self.bend.get() {
            Bend::WrongIss => claims["iss"] = json!("https://evil.example"),
            Bend::WrongAud => claims["aud"] = json!("another-client"),
            Bend::WrongAzp => {
                claims["aud"] = json!([grant.client_id, "another-client"]);
                claims["azp"] = json!("another-client");
            }
            Bend::WrongNonce => claims["nonce"] = json!("of-another-login"),
            Bend::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
            Bend::Expired => claims["exp"] = json!(now - 61),
            Bend::NoExp => drop(claims.as_object_mut().unwrap().remove("exp")),
            Bend::IssuedTomorrow => claims["iat"] = json!(now + 86_400),
            Bend::UnknownKid => header["kid"] = json!("nobody-knows"),
            Bend::Crit => header["crit"] = json!(["exp"]),
            Bend::AlgNone => header["alg"] = json!("none"),
            Bend::AlgHs256 => header["alg"] = json!("HS256"),
            Bend::LongIdToken => claims["padding"] = json!("x".repeat(20_000)),
            Bend::HugeIdToken => claims["padding"] = json!("x".repeat(1024 * 1024)),
            _ => {}
        }
        let mut input = encode(&header, &claims);
        let signature = match self.bend.get() {
            Bend::AlgNone => Vec::new(),
            Bend::AlgHs256 => {
                let PublicKey::Rsa { n, .. } = pair.public() else { unreachable!() };
                hmac_sha256(n.as_bytes(), &[input.as_bytes()]).to_vec()
            }
            Bend::ForgedSignature => self.spare.sign(SignatureAlgorithm::Rs256, input.as_bytes()),
            _ => pair.sign(SignatureAlgorithm::Rs256, input.as_bytes()),
        };
        if self.bent(Bend::AlteredClaims) {
            claims["sub"] = json!("somebody-else");
            input = encode(&header, &claims);
        }
        format!("{input}.{}", base64url(&signature))
    }
}

fn encode(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()))
}
