//! A simulated eID as an OpenID provider: discovery, keys, authorize, token, userinfo.

use super::made::Known;
use super::people::Person;
use crate::eid::{Acr, Eid, Level};
use crate::json::{self, Json};
use crate::login::Context;
use crate::model::PublicKey;
use crate::model::key_ring::Algorithm;
use crate::model::{Environment, Host, Sealed, UnixTime};
use crate::oauth::client_auth::Credentials;
use crate::oauth::login_hint::{LoginHint, Wishes};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::token::{Scheme, error_response, resource_error};
use crate::oauth::{Error, ErrorCode, jwks, jwt};
use crate::pages::moving_on::{Destination, MovingOn};
use crate::pages::simulator::{Problem, Simulator};
use crate::pages::{self, Lang};
use crate::ports::Ports;
use crate::vault::{base64url, equal, random};
use crate::web::{Parameters, Response, encode_pairs};
use serde_json::{Map, Value, json};

/// The broker's client id at the simulators.
const CLIENT_ID: &str = "edge-eid";
/// Its secret there. Everybody may know it: it opens test people.
const CLIENT_SECRET: &str = "simulator-secret";
/// How long a request may wait for its test person, seconds.
const REQUEST_SECONDS: u64 = 30 * 60;
/// How long a code lives, seconds.
const CODE_SECONDS: u64 = 60;
/// How long tokens live, seconds.
const TOKEN_SECONDS: u64 = 300;
/// How long an access token lives, seconds: as long as a CPR number may be asked for, and longer.
const ACCESS_SECONDS: u64 = 3 * 60 * 60;
/// Who would have issued a NemID certificate of the test system.
const CERTIFICATE_ISSUER: &str = "CN=TRUST2408 Systemtest XXII CA,O=TRUST2408,C=DK";
/// Signs for test people only; its private half stands in the repository and is worth nothing.
const WORTHLESS_KEY: &[u8] = include_bytes!("worthless_key.pk8");
const WORTHLESS_KEY_MODULUS: &str = include_str!("worthless_key.n.txt");

#[derive(Clone)]
struct AuthorizeRequest {
    eid: Eid,
    redirect_uri: String,
    state: String,
    nonce: String,
    challenge: CodeChallenge,
    acr: Acr,
    lang: String,
    /// Whether the CPR number was asked for.
    ssn: bool,
    /// What is to be told to the user.
    wishes: Wishes,
    ends: UnixTime,
}

json_struct!(AuthorizeRequest { eid, redirect_uri, state, nonce, challenge, acr, lang, ssn, wishes, ends });

struct Code {
    request: AuthorizeRequest,
    user: String,
    ends: UnixTime,
}

json_struct!(Code { request, user, ends });

struct AccessToken {
    eid: Eid,
    acr: Acr,
    user: String,
    ssn: bool,
    ends: UnixTime,
}

json_struct!(AccessToken { eid, acr, user, ssn, ends });

fn issuer<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> String {
    format!("{}/simulator/{}", ctx.domain.issuer, eid.as_str())
}

fn public_key() -> PublicKey {
    PublicKey::Rsa { n: WORTHLESS_KEY_MODULUS.trim().to_owned(), e: "AQAB".to_owned() }
}

/// `GET /simulator/{eid}/.well-known/openid-configuration`
pub fn discovery<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    let issuer = issuer(ctx, eid);
    Response::json(
        200,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        }),
    )
}

/// `GET /simulator/{eid}/jwks`
pub fn jwks() -> Response {
    let public = public_key();
    let jwk = jwks::signing_jwk(&jwks::thumbprint(&public), Algorithm::Rs256, &public);
    Response::json(200, &json!({ "keys": [jwk] }))
}

/// `GET /simulator/{eid}/authorize`: the page on which a test person is typed.
pub async fn authorize<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    let Ok(parameters) = ctx.request.query_parameters() else { return bad("the parameters can't be read") };
    let redirect_uri = match check_client(ctx, &parameters).await {
        Ok(redirect_uri) => redirect_uri,
        Err(why) => return bad(why),
    };
    // Nobody has a session here, so whoever may see no page is told at once, whatever else he asks for.
    if parameters.get("prompt") == Some("none") {
        let (issuer, state) = (issuer(ctx, eid), parameters.get("state").unwrap_or_default());
        let answer = encode_pairs([("error", "login_required"), ("state", state), ("iss", issuer.as_str())]);
        return Response::see_other(&format!("{redirect_uri}?{answer}"));
    }
    match read_request(eid, redirect_uri, &parameters, ctx.now) {
        Ok(request) => {
            let people = Known::at(&ctx.domain);
            let named = request.wishes.uuid.as_deref().and_then(|uuid| people.find_uuid(uuid));
            page(ctx, &request, named.map_or("", |person| person.user), None).await
        }
        Err(why) => bad(why),
    }
}

fn bad(why: &str) -> Response {
    Response::text(400, &format!("Simulator: {why}"))
}

/// The callback of a client that we know: only then is anybody sent back with an error.
async fn check_client<P: Ports>(
    ctx: &Context<'_, P>,
    parameters: &Parameters,
) -> Result<String, &'static str> {
    if parameters.get("client_id") != Some(CLIENT_ID) {
        return Err("unknown client_id");
    }
    let redirect_uri = parameters.get("redirect_uri").ok_or("redirect_uri is missing")?;
    if !is_callback_of_a_test_domain(ctx, redirect_uri).await {
        return Err("redirect_uri is not the callback of a TEST domain");
    }
    Ok(redirect_uri.to_owned())
}

fn read_request(
    eid: Eid,
    redirect_uri: String,
    parameters: &Parameters,
    now: UnixTime,
) -> Result<AuthorizeRequest, &'static str> {
    let text = |name: &str, why| parameters.get(name).map(str::to_owned).ok_or(why);
    if parameters.get("response_type") != Some("code") {
        return Err("response_type must be code");
    }
    let challenge =
        CodeChallenge::parse(parameters.get("code_challenge"), parameters.get("code_challenge_method"))
            .ok()
            .flatten()
            .ok_or("code_challenge is missing")?;
    let acr = parameters
        .get("acr_values")
        .and_then(Acr::parse)
        .filter(|acr| acr.eid() == eid)
        .ok_or("acr_values is not of this eID")?;
    Ok(AuthorizeRequest {
        eid,
        redirect_uri,
        state: text("state", "state is missing")?,
        nonce: text("nonce", "nonce is missing")?,
        challenge,
        acr,
        lang: parameters.get("ui_locales").unwrap_or("da").to_owned(),
        ssn: parameters.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "ssn")),
        wishes: wishes(parameters)?,
        ends: now.plus(REQUEST_SECONDS),
    })
}

/// What the broker tells the eID by `login_hint`: it has checked every token.
fn wishes(parameters: &Parameters) -> Result<Wishes, &'static str> {
    let hint = LoginHint::parse(parameters.get("login_hint")).map_err(|_| "login_hint can't be read")?;
    Ok(Wishes { resume_url: hint.resume_url, ..hint.wishes })
}

/// The simulators' clients are the TEST domains of this installation, no others.
async fn is_callback_of_a_test_domain<P: Ports>(ctx: &Context<'_, P>, redirect_uri: &str) -> bool {
    let Some(host) = redirect_uri.strip_suffix("/callback").and_then(|rest| rest.split_once("://")) else {
        return false;
    };
    let Ok(host) = Host::parse(host.1) else { return false };
    let found = ctx.ports.domain(&host).await.ok().flatten();
    found.is_some_and(|domain| {
        domain.environment == Environment::Test && redirect_uri == format!("{}/callback", domain.issuer)
    })
}

async fn page<P: Ports>(
    ctx: &Context<'_, P>,
    request: &AuthorizeRequest,
    user: &str,
    problem: Option<Problem>,
) -> Response {
    let Some(sealed) = seal(ctx, "simulated request", request).await else {
        return bad("the request can't be sealed");
    };
    let frame = crate::login::refusal::frame(ctx, Some(&request.lang), None);
    let known = Known::at(&ctx.domain);
    let words = |person: Person<'_>| {
        let [da, en] = person.description;
        (person.user.to_owned(), if frame.lang == Lang::Da { da } else { en }.to_owned())
    };
    let people: Vec<(String, String)> = known.all().into_iter().map(words).collect();
    let people: Vec<(&str, &str)> =
        people.iter().map(|(user, what)| (user.as_str(), what.as_str())).collect();
    let action = format!("/simulator/{}/authorize", request.eid.as_str());
    let view = Simulator {
        frame,
        eid: match request.eid {
            Eid::Nemid => pages::Eid::NemId,
            Eid::Mitid => pages::Eid::MitId,
        },
        action: &action,
        request: &sealed,
        people: &people,
        message: request.wishes.message.as_deref(),
        user,
        problem,
    };
    Response::page(if problem.is_some() { 422 } else { 200 }, pages::simulator::page(&view))
}

/// `POST /simulator/{eid}/authorize`: approve or cancel.
pub async fn answer<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    let Ok(form) = ctx.request.form_parameters() else { return bad("the form can't be read") };
    let request: Option<AuthorizeRequest> = unseal(ctx, "simulated request", form.get("request")).await;
    let Some(request) = request.filter(|request| request.eid == eid && !request.ends.is_over(ctx.now)) else {
        return bad("the request is too old or altered");
    };
    if form.get("answer") != Some("approve") {
        return go_back(ctx, &request, &[("error", "access_denied"), ("error_description", "user_aborted")]);
    }
    let user = form.get("user").unwrap_or_default();
    let people = Known::at(&ctx.domain);
    match people.find(user) {
        None => page(ctx, &request, user, Some(Problem::Unknown)).await,
        Some(person) if person.fails => go_back(ctx, &request, &[("error", "server_error")]),
        Some(person) if person.id_for(request.acr).is_none() => {
            page(ctx, &request, user, Some(Problem::LacksIdentity)).await
        }
        Some(person) => {
            // Whoever may choose and is an employee logs in as one.
            let acts = request.wishes.may_be_employee && person.company.is_some();
            let acr = if acts { Acr::MitidBusiness } else { request.acr };
            let code = Code {
                request: AuthorizeRequest { acr, ..request.clone() },
                user: person.user.to_owned(),
                ends: ctx.now.plus(CODE_SECONDS),
            };
            match seal(ctx, "simulated code", &code).await {
                Some(code) => go_back(ctx, &request, &[("code", &code)]),
                None => bad("the code can't be sealed"),
            }
        }
    }
}

/// A page that moves on by itself: browsers apply `form-action` to redirects after a submit, so a
/// redirect from here to the application could be blocked.
fn go_back<P: Ports>(ctx: &Context<'_, P>, request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Response {
    let issuer = issuer(ctx, request.eid);
    let pairs = answer.iter().copied().chain([("state", request.state.as_str()), ("iss", issuer.as_str())]);
    let url = format!("{}?{}", request.redirect_uri, encode_pairs(pairs));
    let view = MovingOn {
        frame: crate::login::refusal::frame(ctx, Some(&request.lang), None),
        url: &url,
        to: Destination::Service,
    };
    Response::page(200, pages::moving_on::page(&view))
}

/// `POST /simulator/{eid}/token`
pub async fn token<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    match redeem(ctx, eid).await {
        Ok(response) => response,
        Err(error) => error_response(error, true),
    }
}

async fn redeem<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Result<Response, Error> {
    let form = ctx.request.form_parameters().map_err(|_| Error::invalid_request("the form can't be read"))?;
    let fits = |(id, secret): &(String, String)| {
        id == CLIENT_ID && equal(secret.as_bytes(), CLIENT_SECRET.as_bytes())
    };
    match Credentials::read(ctx.request.header("authorization"), &form)? {
        Credentials::Secret { readings, .. } if readings.iter().any(fits) => {}
        _ => return Err(Error::new(ErrorCode::InvalidClient, "unknown client or wrong secret")),
    }
    let invalid = Error::new(ErrorCode::InvalidGrant, "the code is not valid");
    let code: Code = unseal(ctx, "simulated code", form.get("code")).await.ok_or(invalid)?;
    let verified =
        form.get("code_verifier").is_some_and(|verifier| code.request.challenge.is_met_by(verifier));
    if code.request.eid != eid
        || code.ends.is_over(ctx.now)
        || form.get("redirect_uri") != Some(&code.request.redirect_uri)
        || !verified
    {
        return Err(invalid);
    }
    let people = Known::at(&ctx.domain);
    let person = people.find(&code.user).ok_or(invalid)?;
    let failed = Error::new(ErrorCode::ServerError, "the token can't be made");
    let access = AccessToken {
        eid,
        acr: code.request.acr,
        user: code.user.clone(),
        ssn: code.request.ssn,
        ends: ctx.now.plus(ACCESS_SECONDS),
    };
    let access_token = seal(ctx, "simulated access token", &access).await.ok_or(failed)?;
    let id_token = id_token(ctx, &code.request, &person).await.ok_or(failed)?;
    Ok(Response::json(
        200,
        &json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": id_token,
        }),
    ))
}

async fn id_token<P: Ports>(
    ctx: &Context<'_, P>,
    request: &AuthorizeRequest,
    person: &Person<'_>,
) -> Option<String> {
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", issuer(ctx, request.eid).into());
    set("aud", CLIENT_ID.into());
    set("sub", person.id_for(request.acr)?.into());
    set("nonce", request.nonce.as_str().into());
    set("iat", ctx.now.0.into());
    set("exp", ctx.now.plus(TOKEN_SECONDS).0.into());
    set("auth_time", ctx.now.0.into());
    set("transaction_id", base64url(&random::<16>(ctx.ports)).into());
    if request.eid == Eid::Mitid {
        set("loa", level_word(person.level_for(request.acr.level())).into());
        let kind = if request.acr.is_employee() { "professional" } else { "private" };
        set("identity_type", kind.into());
    }
    let kid = jwks::thumbprint(&public_key());
    let input = jwt::signing_input(Algorithm::Rs256, "JWT", &kid, &claims);
    if !ctx.ports.holds(&kid) {
        ctx.ports.import(&kid, Algorithm::Rs256, WORTHLESS_KEY).await.ok()?;
    }
    let signature = ctx.ports.sign(&kid, input.as_bytes()).await.ok()?;
    Some(format!("{input}.{}", base64url(&signature)))
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Low => "https://data.gov.dk/concept/core/nsis/Low",
        Level::Substantial => "https://data.gov.dk/concept/core/nsis/Substantial",
        Level::High => "https://data.gov.dk/concept/core/nsis/High",
    }
}

/// `GET /simulator/{eid}/userinfo`
pub async fn userinfo<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    let people = Known::at(&ctx.domain);
    let claims = bearer(ctx, eid).await.and_then(|token| person_claims(&people.find(&token.user)?, &token));
    match claims {
        Some(claims) => Response::json(200, &claims),
        None => invalid_token(),
    }
}

/// `POST /simulator/{eid}/cpr-match`: whether a number is that of the access token's person.
pub async fn cpr_match<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Response {
    let Some(token) = bearer(ctx, eid).await else { return invalid_token() };
    let asked = json::read_object(&ctx.request.body).ok();
    let Some(typed) = asked.as_ref().and_then(|asked| asked.get("cpr")).and_then(Value::as_str) else {
        return bad("cpr is missing");
    };
    let people = Known::at(&ctx.domain);
    let theirs = people.find(&token.user).and_then(|person| person.cpr);
    Response::json(200, &json!({ "match": theirs == Some(typed) }))
}

/// The living access token that a request brings.
async fn bearer<P: Ports>(ctx: &Context<'_, P>, eid: Eid) -> Option<AccessToken> {
    let header = ctx.request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token: Option<AccessToken> = unseal(ctx, "simulated access token", header).await;
    token.filter(|token| token.eid == eid && !token.ends.is_over(ctx.now))
}

fn invalid_token() -> Response {
    resource_error(Scheme::Bearer, Some(Error::new(ErrorCode::InvalidToken, "the access token is not valid")))
}

fn person_claims(person: &Person<'_>, token: &AccessToken) -> Option<Value> {
    let acr = token.acr;
    let mut claims = json!({
        "sub": person.id_for(acr)?,
        "name": person.name,
        "birthdate": person.birthdate,
        "has_cpr": person.cpr.is_some(),
    });
    if let (Some(cpr), true) = (person.cpr, token.ssn) {
        claims["cpr"] = cpr.into();
    }
    if let (Some((cvr, rid, name)), true) = (person.company, acr.is_employee()) {
        claims["cvr"] = cvr.into();
        claims["rid"] = rid.into();
        claims["org_name"] = name.into();
        claims["se_number"] = "25313763".into();
        claims["p_number"] = "1003388394".into();
        claims["employee"] = true.into();
    }
    if let (Some((cvr, name)), false) = (person.signs_for, acr.is_employee()) {
        claims["cvr"] = cvr.into();
        claims["org_name"] = name.into();
        claims["signatory"] = true.into();
    }
    if acr.eid() == Eid::Nemid {
        claims["youth"] = person.youth.into();
        claims["certificate_serial"] = "5ba8d1e3".into();
        claims["certificate_issuer"] = CERTIFICATE_ISSUER.into();
    }
    Some(claims)
}

async fn seal<P: Ports>(ctx: &Context<'_, P>, what: &str, value: &dyn Json) -> Option<String> {
    let plain = json::write(value).into_bytes();
    ctx.keys.seal(ctx.ports, what, &plain).await.ok().map(|sealed| sealed.0)
}

async fn unseal<P: Ports, T: Json>(ctx: &Context<'_, P>, what: &str, text: Option<&str>) -> Option<T> {
    let plain = ctx.keys.open(ctx.ports, what, &Sealed(text?.to_owned())).await.ok()?;
    json::read_bytes(&plain).ok()
}
