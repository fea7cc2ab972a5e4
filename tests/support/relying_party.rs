//! An application: builds authorize URLs, redeems codes, verifies what it gets.

use super::broker::Broker;
use super::browser::Answer;
use super::crypto::holds_under;
use super::world::{ACME, ACME_MITID, CALLBACK};
use base64ct::{Base64, Encoding};
use edge_eid::model::PublicKey;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::oauth::pkce::CodeChallenge;
use edge_eid::vault::{base64url, from_base64url, sha256};
use edge_eid::web::{Response, encode_pairs, percent_encode};
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicU32, Ordering};

static ASKED: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Debug)]
pub struct RelyingParty {
    pub issuer: String,
    pub client_id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
}

/// An authorization request and what must come back.
#[derive(Clone, Debug)]
pub struct Asked {
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// What a redemption gave, verified.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub id_token: String,
    pub access_token: String,
    pub kid: String,
    pub claims: Map<String, Value>,
}

impl RelyingParty {
    pub fn new(host: &str, client_id: &str, secret: Option<&str>) -> Self {
        Self {
            issuer: format!("https://{host}"),
            client_id: client_id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uri: CALLBACK.to_owned(),
        }
    }

    /// `urn:acme:web` on the ordinary domain.
    pub fn web() -> Self {
        Self::new(ACME, "urn:acme:web", Some("acme-web-secret"))
    }

    /// Its shadow, as if it called the MitID domain itself.
    pub fn shadow() -> Self {
        Self::new(ACME_MITID, "urn:acme:web", Some("acme-web-secret"))
    }

    /// `urn:acme:spa` on the ordinary domain.
    pub fn spa() -> Self {
        Self::new(ACME, "urn:acme:spa", None)
    }

    /// `urn:acme:noshadow` on the ordinary domain.
    pub fn no_shadow() -> Self {
        Self::new(ACME, "urn:acme:noshadow", Some("acme-noshadow-secret"))
    }

    /// An authorization request for an acr; empty leaves it out.
    pub fn ask(&self, acr_values: &str) -> Asked {
        self.ask_with(&[("acr_values", acr_values)])
    }

    /// With further parameters, or others instead of the usual; an empty value leaves one out.
    pub fn ask_with(&self, changes: &[(&str, &str)]) -> Asked {
        let serial = ASKED.fetch_add(1, Ordering::Relaxed);
        let draw =
            |what: &str| format!("{what}-{}", base64url(&sha256(format!("{what} {serial}").as_bytes())));
        let asked = Asked {
            url: String::new(),
            state: draw("state"),
            nonce: draw("nonce"),
            verifier: draw("verifier"),
        };
        let challenge = CodeChallenge::of(&asked.verifier);
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid"),
            ("state", &asked.state),
            ("nonce", &asked.nonce),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let changed = changes.iter().copied().filter(|(_, value)| !value.is_empty());
        let query = encode_pairs(kept.chain(changed));
        Asked { url: format!("{}/oauth2/authorize?{query}", self.issuer), ..asked }
    }

    /// The usual form of a token request, without client authentication.
    pub fn form(&self, code: &str, verifier: &str) -> String {
        encode_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ])
    }

    /// `Authorization: Basic` as RFC 6749 §2.3.1 wants it.
    pub fn basic(&self) -> String {
        let secret = percent_encode(self.secret.as_deref().unwrap_or_default());
        format!(
            "Basic {}",
            Base64::encode_string(format!("{}:{secret}", percent_encode(&self.client_id)).as_bytes())
        )
    }

    /// A token request with whatever form.
    pub fn token_request(&self, broker: &Broker, form: &str) -> Response {
        let url = format!("{}/oauth2/token", self.issuer);
        match self.secret {
            Some(_) => broker.post(&url, &[("authorization", &self.basic())], form),
            None => {
                let form = format!("{form}&{}", encode_pairs([("client_id", self.client_id.as_str())]));
                broker.post(&url, &[], &form)
            }
        }
    }

    /// Presents a code.
    pub fn present(&self, broker: &Broker, code: &str, verifier: &str) -> Response {
        self.token_request(broker, &self.form(code, verifier))
    }

    /// Redeems the code of an answer as a careful client does: `state` and `iss` first, then the
    /// ID token's signature, issuer, audience, nonce and times.
    pub fn redeem(&self, broker: &Broker, asked: &Asked, answer: &Answer) -> Tokens {
        assert_eq!(answer.get("state"), Some(asked.state.as_str()), "RFC 6749 §10.12");
        assert_eq!(answer.get("iss"), Some(self.issuer.as_str()), "RFC 9207");
        let response = self.present(broker, answer.code(), &asked.verifier);
        assert_eq!(response.status, 200, "{}", response.body);
        assert_eq!(response.header("pragma"), Some("no-cache"));
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 1200);
        assert!(body["scope"].as_str().unwrap().starts_with("openid"));
        let id_token = body["id_token"].as_str().unwrap().to_owned();
        let (kid, claims) = self.verify(broker, &id_token, Some(&asked.nonce));
        Tokens { id_token, access_token: body["access_token"].as_str().unwrap().to_owned(), kid, claims }
    }

    /// OIDC Core §3.1.3.7, by the keys of our own domain.
    pub fn verify(
        &self,
        broker: &Broker,
        id_token: &str,
        nonce: Option<&str>,
    ) -> (String, Map<String, Value>) {
        let (header, claims) = decode(id_token);
        assert_eq!(header["alg"], "RS256");
        let kid = header["kid"].as_str().unwrap().to_owned();
        assert!(signature_holds(id_token, &key_of(broker, &self.issuer, &kid).expect("a published kid")));
        let now = broker.now().0;
        assert_eq!(claims["iss"], self.issuer.as_str());
        assert_eq!(claims["aud"], self.client_id.as_str());
        assert_eq!(claims.get("nonce").and_then(Value::as_str), nonce);
        assert_eq!(claims["iat"], now);
        assert_eq!(claims["exp"], now + 1200);
        (kid, claims)
    }

    /// Calls userinfo.
    pub fn userinfo(&self, broker: &Broker, access_token: &str) -> Response {
        userinfo_at(broker, &self.issuer, access_token)
    }
}

/// Calls userinfo of an issuer.
pub fn userinfo_at(broker: &Broker, issuer: &str, access_token: &str) -> Response {
    use super::broker::request;
    use edge_eid::web::Method;
    let header = format!("Bearer {access_token}");
    broker.send(&request(
        Method::Get,
        &format!("{issuer}/oauth2/userinfo"),
        &[("authorization", &header)],
        "",
    ))
}

/// Header and claims of a token, unverified.
pub fn decode(token: &str) -> (Map<String, Value>, Map<String, Value>) {
    let part = |at: usize| {
        let bytes = from_base64url(token.split('.').nth(at).unwrap()).unwrap();
        serde_json::from_slice::<Map<String, Value>>(&bytes).unwrap()
    };
    (part(0), part(1))
}

/// The published key of this `kid` at an issuer.
pub fn key_of(broker: &Broker, issuer: &str, kid: &str) -> Option<PublicKey> {
    let set: Value = serde_json::from_str(&broker.get(&format!("{issuer}/.well-known/jwks")).body).unwrap();
    let key = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid)?;
    PublicKey::of_jwk(key.as_object()?)
}

/// Whether a token is signed by this key.
pub fn signature_holds(token: &str, key: &PublicKey) -> bool {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = decode(token);
    let alg = header["alg"].as_str().and_then(SignatureAlgorithm::parse).unwrap();
    holds_under(alg, key, input.as_bytes(), &from_base64url(signature).unwrap())
}

/// The word of an OAuth error answer.
pub fn error_of(response: &Response) -> String {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    body["error"].as_str().unwrap_or_default().to_owned()
}
