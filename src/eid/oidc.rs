//! The connector: reaches an eID through an OpenID provider, as its client.
//!
//! One connector for every certified broker and for the simulators. Requests and the judging of
//! answers are apart; whatever an upstream says is read with limits and believed only after its
//! signature, issuer, audience, nonce and level were checked.

use super::dialect::told;
use super::identity::{identity_from, used_by};
use super::provider::{self, Metadata, metadata};
use super::{Acr, Cpr, TooLow, client_auth};
use crate::login::pending::Leg;
use crate::model::domain::{CprWay, Upstream};
use crate::model::identity::UpstreamSession;
use crate::model::url::WebUrl;
use crate::model::{Environment, Host, Identity, UnixTime};
use crate::oauth::jwt::Expected;
use crate::oauth::login_hint::Wishes;
use crate::oauth::pkce::CodeChallenge;
use crate::ports::{FetchRequest, Ports};
use crate::vault::EnvironmentKeys;
use crate::web::{Parameters, encode_pairs, with_query};
use serde_json::{Map, Value};

/// Longest ID token that a logout shows to an upstream, bytes: it goes into an address.
const ID_TOKEN_HINT_MAX_BYTES: usize = 4 * 1024;
/// Longest code or access token of an upstream, bytes.
const UPSTREAM_VALUE_MAX_BYTES: usize = 8 * 1024;

/// A start at an upstream.
pub struct Start<'a> {
    /// `state`
    pub state: &'a str,
    /// `nonce`
    pub nonce: &'a str,
    /// PKCE verifier; only its challenge is sent.
    pub verifier: &'a str,
    /// Our callback.
    pub redirect_uri: &'a str,
    /// What is asked for.
    pub acr: Acr,
    /// The language of its pages.
    pub lang: &'a str,
    /// What the eID is to tell the user.
    pub wishes: &'a Wishes,
    /// `prompt=login`: whatever session the upstream has does not count.
    pub fresh: bool,
    /// Whether the login that this one follows was too low: it may go on from there.
    pub step_up: bool,
    /// `max_age`, seconds.
    pub max_age: Option<u64>,
    /// Whether the CPR number is to come.
    pub cpr: bool,
}

/// A call to an upstream on behalf of one login.
pub struct Call<'a> {
    /// Opens the client secret.
    pub keys: &'a EnvironmentKeys,
    /// The domain whose upstream it is.
    pub host: &'a Host,
    /// Its settings.
    pub upstream: &'a Upstream,
    /// What was drawn at the start.
    pub leg: &'a Leg,
    /// Our callback.
    pub redirect_uri: &'a str,
    /// Where CPR numbers are from, if one is to come.
    pub cpr: Option<Environment>,
    /// Whether somebody who was asked as a person may answer as an employee.
    pub may_be_employee: bool,
}

/// Why there is no identity.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user said no.
    Cancelled,
    /// The eID's own client failed; another try may do.
    TryAgain,
    /// The level reached is below the level asked for.
    LevelTooLow(TooLow),
    /// The upstream, or its setting, is broken; the text is for the log and holds no claim.
    Broken(String),
}

impl Failure {
    fn broken(why: &str) -> Self {
        Self::Broken(why.to_owned())
    }
}

/// The address that starts a login at the upstream.
///
/// # Errors
/// A text for the log.
pub async fn authorize_url(
    ports: &impl Ports,
    upstream: &Upstream,
    start: &Start<'_>,
    now: UnixTime,
) -> Result<String, String> {
    let metadata = metadata(ports, &upstream.issuer, now).await?;
    let challenge = CodeChallenge::of(start.verifier);
    let mut scope = upstream.scopes.join(" ");
    if start.acr.is_employee() || start.wishes.may_be_employee {
        scope = upstream.employee_scopes.iter().fold(scope, |scope, more| [&scope, " ", more].concat());
    }
    // An upstream that asks its user itself is asked to; who may not have the number asks for nothing.
    if let (CprWay::Scope(asks), true) = (&upstream.cpr, start.cpr && !start.acr.is_employee()) {
        scope = [&scope, " ", asks].concat();
    }
    let max_age = start.max_age.map(|seconds| seconds.to_string()).unwrap_or_default();
    let mut told = told(upstream.dialect, start.acr, start.lang, start.wishes, start.step_up);
    told.retain(|(name, _)| upstream.parameters.get(*name).is_none());
    let told = told.iter().map(|(name, value)| (*name, value.as_str()));
    let set = upstream.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let query = encode_pairs(
        [
            ("response_type", "code"),
            ("client_id", upstream.client_id.as_str()),
            ("redirect_uri", start.redirect_uri),
            ("scope", &scope),
            ("state", start.state),
            ("nonce", start.nonce),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("prompt", if start.fresh { "login" } else { "" }),
            ("max_age", &max_age),
        ]
        .into_iter()
        .chain(told)
        .chain(set)
        .filter(|(_, value)| !value.is_empty()),
    );
    Ok(with_query(metadata.authorization_endpoint.as_str(), &query))
}

/// Somebody identified, and the key to ask more about him.
pub struct Completed {
    /// Who.
    pub identity: Identity,
    /// The upstream's access token.
    pub access_token: String,
}

/// Turns an upstream's answer into an identity.
///
/// # Errors
/// [`Failure`].
pub async fn complete(
    ports: &impl Ports,
    call: &Call<'_>,
    answer: &Parameters,
    now: UnixTime,
) -> Result<Completed, Failure> {
    let metadata = metadata(ports, &call.upstream.issuer, now).await.map_err(Failure::Broken)?;
    check_issuer(answer, &metadata)?;
    let code = read_code(answer)?;
    let tokens = redeem(ports, call, &metadata, code, now).await?;
    let expected =
        Expected { issuer: &metadata.issuer, audience: &call.upstream.client_id, nonce: &call.leg.nonce };
    let verified = provider::verify(ports, &metadata, &expected, &tokens.id_token, now).await;
    let mut claims = verified.map_err(Failure::Broken)?;
    let states_cpr = may_hold_cpr(&claims, call.upstream, now);
    if let Some(endpoint) = &metadata.userinfo_endpoint {
        let more = userinfo(ports, endpoint.as_str(), &tokens.access_token).await?;
        merge_userinfo(&mut claims, more)?;
    }
    let asked = call.cpr.filter(|_| matches!(call.upstream.cpr, CprWay::Scope(_)));
    let (names, levels) = (&call.upstream.claim_map, &call.upstream.level_map);
    let acr = used_by(&claims, call.leg.acr, call.may_be_employee);
    let mut identity = identity_from(&claims, names, levels, acr, asked, now).map_err(Failure::broken)?;
    identity.issuer = call.upstream.issuer.to_string();
    // It has asked, and came back without.
    identity.lacks_cpr |= asked.is_some() && identity.cpr.is_none();
    if identity.level < call.leg.acr.level() {
        return Err(Failure::LevelTooLow(TooLow { asked: call.leg.acr, reached: identity.level }));
    }
    // A token that may hold a CPR number goes into no address (invariant 9): that login has no such logout.
    if asked.is_none() && !states_cpr {
        identity.upstream_session = session_at(call.upstream, metadata, tokens.id_token).map(Box::new);
    }
    Ok(Completed { identity, access_token: tokens.access_token })
}

/// Whether one of its claims is meant for a CPR number, or reads as one.
fn may_hold_cpr(claims: &Map<String, Value>, upstream: &Upstream, now: UnixTime) -> bool {
    let names = upstream.claim_map.get("cpr").map_or("cpr", String::as_str);
    let reads_as_one = |value: &Value| Cpr::parse(value.as_str()?, Environment::Test, now).ok();
    names.split(' ').any(|name| claims.contains_key(name))
        || claims.values().any(|value| reads_as_one(value).is_some())
}

/// What its logout will be told, where the setting wants that and it has one. A token that no address
/// has room for is not kept.
fn session_at(upstream: &Upstream, metadata: Metadata, id_token: String) -> Option<UpstreamSession> {
    let end = metadata.end_session_endpoint?;
    let client_id = upstream.client_id.clone();
    let fits = upstream.logout && id_token.len() <= ID_TOKEN_HINT_MAX_BYTES;
    fits.then_some(UpstreamSession { end, client_id, id_token })
}

/// RFC 9207 §2.4: an answer of another issuer is refused (mix-up); required where announced.
fn check_issuer(answer: &Parameters, metadata: &Metadata) -> Result<(), Failure> {
    match answer.get("iss") {
        Some(iss) if iss == metadata.issuer => Ok(()),
        None if !metadata.authorization_response_iss_parameter_supported => Ok(()),
        _ => Err(Failure::broken("iss of the answer is missing or of another issuer")),
    }
}

/// How brokers say that the user gave up, as `error_description` or as `error`.
const ABORTED: [&str; 2] = ["mitid_user_aborted", "user_aborted"];
/// How they say that MitID's own client failed.
const CLIENT_ERROR: &str = "mitid_core_client_error";

fn read_code(answer: &Parameters) -> Result<&str, Failure> {
    let said = [answer.get("error_description"), answer.get("error")];
    let is_said = |word: &str| said.contains(&Some(word));
    match (answer.get("error"), answer.get("code")) {
        (None, Some(code)) if code.len() <= UPSTREAM_VALUE_MAX_BYTES => Ok(code),
        (Some(_), _) if is_said(CLIENT_ERROR) => Err(Failure::TryAgain),
        (Some(_), _) if ABORTED.into_iter().any(is_said) => Err(Failure::Cancelled),
        (Some("access_denied"), _) => Err(Failure::Cancelled),
        (Some(error), _) => Err(Failure::Broken(format!("the upstream answered {}", word(error)))),
        _ => Err(Failure::broken("an answer with neither code nor error")),
    }
}

/// An upstream's error word for the log: letters and underscores, or a stand-in.
fn word(raw: &str) -> &str {
    let fits = raw.len() <= 60 && raw.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if fits { raw } else { "an unusual error" }
}

struct Tokens {
    id_token: String,
    access_token: String,
}

json_struct!(Tokens { id_token, access_token });

async fn redeem(
    ports: &impl Ports,
    call: &Call<'_>,
    metadata: &Metadata,
    code: &str,
    now: UnixTime,
) -> Result<Tokens, Failure> {
    let endpoint = metadata.token_endpoint.as_str();
    let whose = (call.host, call.leg.acr.eid());
    let proof = client_auth::prove(ports, call.keys, whose, call.upstream, endpoint, now)
        .await
        .map_err(|_| Failure::broken("our client secret or key can't be opened"))?;
    let form = encode_pairs(
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", call.redirect_uri),
            ("code_verifier", call.leg.verifier.as_str()),
        ]
        .into_iter()
        .chain(proof.form.iter().map(|(name, value)| (*name, value.as_str()))),
    );
    let response = ports
        .send(FetchRequest {
            url: endpoint.to_owned(),
            form: Some(form),
            json: None,
            authorization: proof.authorization,
        })
        .await
        .map_err(|failed| Failure::Broken(format!("token endpoint: {}", failed.cause)))?;
    if response.status != 200 {
        return Err(Failure::Broken(format!("token endpoint answered {}", response.status)));
    }
    crate::json::read(&response.body).map_err(|_| Failure::broken("token answer is malformed"))
}

async fn userinfo(
    ports: &impl Ports,
    endpoint: &str,
    access_token: &str,
) -> Result<Map<String, Value>, Failure> {
    if access_token.len() > UPSTREAM_VALUE_MAX_BYTES || !access_token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Failure::broken("access token is malformed"));
    }
    let response = ports
        .send(FetchRequest {
            url: endpoint.to_owned(),
            form: None,
            json: None,
            authorization: Some(format!("Bearer {access_token}")),
        })
        .await
        .map_err(|failed| Failure::Broken(format!("userinfo: {}", failed.cause)))?;
    if response.status != 200 {
        return Err(Failure::Broken(format!("userinfo answered {}", response.status)));
    }
    crate::json::read_object(response.body.as_bytes()).map_err(|_| Failure::broken("userinfo is malformed"))
}

/// Asks an upstream whether a CPR number is that of the person of an access token.
///
/// # Errors
/// A text for the log, which holds neither.
pub async fn is_number_of(
    ports: &impl Ports,
    url: &WebUrl,
    access_token: &str,
    cpr: &Cpr,
) -> Result<bool, String> {
    let request = FetchRequest {
        url: url.to_string(),
        form: None,
        json: Some(crate::json::text(&serde_json::json!({ "cpr": cpr.digits() }))),
        authorization: Some(format!("Bearer {access_token}")),
    };
    let response = ports.send(request).await.map_err(|failed| failed.cause)?;
    if response.status != 200 {
        return Err(format!("status {}", response.status));
    }
    says_match(&response.body).ok_or_else(|| "an answer without match".to_owned())
}

/// Reads `match`, or `cprNumberMatch` as Signaturgruppen's MitID CPR Match API calls it.
fn says_match(body: &str) -> Option<bool> {
    let answer = crate::json::read_object(body.as_bytes()).ok()?;
    answer.get("match").or(answer.get("cprNumberMatch"))?.as_bool()
}

/// OIDC Core §5.3.2: userinfo counts only for the same `sub`. What the signed ID token says
/// stands; userinfo adds.
fn merge_userinfo(claims: &mut Map<String, Value>, more: Map<String, Value>) -> Result<(), Failure> {
    match (claims.get("sub").and_then(Value::as_str), more.get("sub").and_then(Value::as_str)) {
        (Some(a), Some(b)) if a == b => {}
        _ => return Err(Failure::broken("sub of userinfo differs")),
    }
    for (name, value) in more {
        claims.entry(name).or_insert(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    #[test]
    fn a_token_may_hold_a_cpr_number_where_the_setting_says_or_where_a_claim_reads_as_one() {
        let holds = |names: Option<&str>, claims: Value| {
            let mut upstream = Upstream::read(&serde_json::json!({
                "issuer": "https://eid.example", "client_id": "x", "scopes": ["openid"], "claim_map": {},
            }))
            .unwrap();
            if let Some(names) = names {
                upstream.claim_map.insert("cpr".to_owned(), names.to_owned());
            }
            may_hold_cpr(claims.as_object().unwrap(), &upstream, UnixTime(1_795_000_000))
        };
        let (neb, both) = (Some("dk.cpr"), Some("dk.cpr nemlogin.cpr"));
        for (names, claims, expected) in [
            (None, serde_json::json!({"cpr": 7}), true),
            (neb, serde_json::json!({"dk.cpr": null}), true),
            (both, serde_json::json!({"nemlogin.cpr": 2_101_270_087u64}), true),
            (neb, serde_json::json!({"elsewhere": "210127-0087"}), true),
            (neb, serde_json::json!({"elsewhere": "7508702005"}), true),
            (
                neb,
                serde_json::json!({"sub": "6ff56a5d-7da0-4b9e-a1e4-5e7e2a3c9d01", "iat": 1_795_000_000}),
                false,
            ),
        ] {
            assert_eq!(holds(names, claims.clone()), expected, "{claims}");
        }
    }

    #[test]
    fn whether_a_number_matches_is_said_by_either_name_and_by_nothing_else() {
        assert_eq!(says_match("{\"match\":true}"), Some(true));
        assert_eq!(says_match("{\"match\":false,\"cprNumberMatch\":true}"), Some(false));
        assert_eq!(says_match("{\"cprNumberMatch\":true}"), Some(true));
        for unclear in ["", "true", "{}", "{\"match\":\"true\"}", "{\"cprNumberMatch\":1}"] {
            assert_eq!(says_match(unclear), None, "{unclear}");
        }
    }
}
