//! A demo application on every TEST domain: log in by any acr, see the tokens.
//!
//! It is an ordinary relying party: it sends the browser to authorize, keeps PKCE, state and nonce
//! in a cookie, and redeems the code over HTTP like anybody else.

use crate::eid::Acr;
use crate::login::Context;
use crate::login::refusal::frame;
use crate::model::ClientId;
use crate::model::domain::DomainKind;
use crate::oauth::pkce::CodeChallenge;
use crate::pages::demo::{DemoEnded, DemoHome, DemoMethod, DemoPick, DemoResult};
use crate::pages::{self, Lang};
use crate::ports::{FetchRequest, Ports};
use crate::vault::{base64url, equal, from_base64url, random};
use crate::web::{Response, encode_pairs};
use serde_json::{Map, Value};

const COOKIE: &str = "__Host-demo";
const COOKIE_SECONDS: u64 = 30 * 60;
/// The one whose scopes decide what it is told: it asks for the CPR number.
const CPR_CLIENT: &str = "urn:acme:cpr";
/// The demo tenant's applications; a secret of theirs is known to everybody who can read.
const CLIENTS: [(&str, Option<&str>); 4] = [
    ("urn:acme:spa", None),
    ("urn:acme:web", Some("acme-web-secret")),
    (CPR_CLIENT, Some("acme-cpr-secret")),
    ("urn:acme:noshadow", Some("acme-noshadow-secret")),
];

/// What the demo can say by `prompt`, the first of them nothing.
const PROMPTS: [&str; 5] = ["", "login", "none", "consent", "consent_revoke"];

/// `GET /`: choose an application and a way to log in.
pub async fn home<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let parameters = ctx.request.query_parameters().unwrap_or_default();
    let lang = language(parameters.get("lang"));
    let known = demo_clients(ctx).await;
    let wanted = parameters.get("client_id").filter(|id| known.contains(id));
    let Some(current) = wanted.or(known.first().copied()) else { return elsewhere(ctx) };
    let asked = parameters.get("prompt").filter(|prompt| PROMPTS.contains(prompt)).unwrap_or_default();
    let href = |path: &str, client_id: &str, prompt: &str, lang: Option<&str>, acr: Option<&str>| {
        let prompt = Some(("prompt", prompt)).filter(|(_, prompt)| !prompt.is_empty());
        let (lang, acr) = (lang.map(|lang| ("lang", lang)), acr.map(|acr| ("acr_values", acr)));
        let pairs = [Some(("client_id", client_id)), prompt, lang, acr];
        format!("{path}?{}", encode_pairs(pairs.into_iter().flatten()))
    };
    let client_hrefs: Vec<String> = known.iter().map(|id| href("/", id, asked, lang, None)).collect();
    let clients = picks(&known, &client_hrefs, current);
    let prompt_hrefs: Vec<String> =
        PROMPTS.iter().map(|prompt| href("/", current, prompt, lang, None)).collect();
    let prompts = picks(&PROMPTS, &prompt_hrefs, asked);
    let acrs: Vec<Option<&str>> =
        std::iter::once(None).chain(Acr::ALL.into_iter().map(|acr| Some(acr.urn()))).collect();
    let method_hrefs: Vec<String> =
        acrs.iter().map(|acr| href("/demo/login", current, asked, lang, *acr)).collect();
    let methods: Vec<DemoMethod<'_>> =
        acrs.iter().zip(&method_hrefs).map(|(acr, href)| DemoMethod { acr: *acr, href }).collect();
    let language_href = href("/", current, asked, Some(ctx.lang(lang).other().tag()), None);
    let frame = frame(ctx, lang, Some(&language_href));
    let view = DemoHome { frame, clients: &clients, prompts: &prompts, methods: &methods };
    Response::page(200, pages::demo::home(&view))
}

fn picks<'a>(names: &[&'a str], hrefs: &'a [String], current: &str) -> Vec<DemoPick<'a>> {
    let pick = |(name, href): (&&'a str, &'a String)| DemoPick { name, href, current: *name == current };
    names.iter().zip(hrefs).map(pick).collect()
}

/// The demo's applications that this domain has, and that may be answered at the demo's callback.
async fn demo_clients<P: Ports>(ctx: &Context<'_, P>) -> Vec<&'static str> {
    let callback = redirect_uri(ctx);
    let mut known = Vec::new();
    for (client_id, _) in CLIENTS {
        let Ok(id) = ClientId::parse(client_id) else { continue };
        let found = ctx.application(&id).await.ok().flatten();
        if found.is_some_and(|application| application.redirect_uri(&callback).is_some()) {
            known.push(client_id);
        }
    }
    known
}

/// A domain without the demo's applications: the demo is on the other domain of the pair, if any.
fn elsewhere<P: Ports>(ctx: &Context<'_, P>) -> Response {
    match &ctx.domain.peer {
        Some(peer) if ctx.domain.kind == DomainKind::Mitid => {
            Response::see_other(&format!("{}/", peer.host.issuer()))
        }
        _ => Response::text(404, "Not found"),
    }
}

fn language(wanted: Option<&str>) -> Option<&'static str> {
    [Lang::Da, Lang::En].into_iter().map(Lang::tag).find(|tag| Some(*tag) == wanted)
}

/// `GET /demo/login`: off to authorize.
pub fn login<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let parameters = ctx.request.query_parameters().unwrap_or_default();
    let Some(at) = CLIENTS.iter().position(|(id, _)| Some(*id) == parameters.get("client_id")) else {
        return Response::text(400, "Demo: unknown client");
    };
    let [state, nonce] = [0, 1].map(|_| base64url(&random::<16>(ctx.ports)));
    let verifier = base64url(&random::<32>(ctx.ports));
    let challenge = CodeChallenge::of(&verifier);
    let redirect_uri = redirect_uri(ctx);
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", CLIENTS[at].0),
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", if CLIENTS[at].0 == CPR_CLIENT { "openid ssn" } else { "openid" }),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    if let Some(acr) = parameters.get("acr_values") {
        pairs.push(("acr_values", acr));
    }
    if let Some(lang) = language(parameters.get("lang")) {
        pairs.push(("ui_locales", lang));
    }
    if let Some(prompt) = parameters.get("prompt") {
        pairs.push(("prompt", prompt));
    }
    let cookie = format!(
        "{COOKIE}={at}.{state}.{nonce}.{verifier}; Path=/; Max-Age={COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax"
    );
    Response::see_other(&format!("/oauth2/authorize?{}", encode_pairs(pairs))).with_cookie(cookie)
}

fn redirect_uri<P: Ports>(ctx: &Context<'_, P>) -> String {
    format!("{}/demo/callback", ctx.domain.issuer)
}

struct Kept<'a> {
    client: (&'static str, Option<&'static str>),
    state: &'a str,
    nonce: &'a str,
    verifier: &'a str,
}

fn kept<'a, P: Ports>(ctx: &'a Context<'_, P>) -> Option<Kept<'a>> {
    let mut parts = ctx.request.cookie(COOKIE)?.split('.');
    let at: usize = parts.next()?.parse().ok()?;
    Some(Kept {
        client: *CLIENTS.get(at)?,
        state: parts.next()?,
        nonce: parts.next()?,
        verifier: parts.next()?,
    })
}

/// `GET /demo/callback`: redeems the code and shows what came.
pub async fn callback<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let parameters = ctx.request.query_parameters().unwrap_or_default();
    let Some(kept) = kept(ctx) else { return Response::text(400, "Demo: the cookie of this login is gone") };
    let state = parameters.get("state").unwrap_or_default();
    if !equal(state.as_bytes(), kept.state.as_bytes()) || parameters.get("iss") != Some(&ctx.domain.issuer) {
        return Response::text(400, "Demo: state or iss differs");
    }
    let again_href = format!("/?{}", encode_pairs([("client_id", kept.client.0)]));
    let Some(code) = parameters.get("code") else {
        let answer: Vec<(&str, &str)> = parameters.iter().filter(|(name, _)| *name != "state").collect();
        let view = DemoEnded { frame: frame(ctx, None, None), answer: &answer, again_href: &again_href };
        return Response::page(200, pages::demo::ended(&view));
    };
    match redeem(ctx, &kept, code).await {
        Ok(shown) => result(ctx, &kept, &shown),
        Err(why) => Response::text(502, &format!("Demo: {why}")),
    }
}

struct Shown {
    id_token: String,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    userinfo: Map<String, Value>,
}

async fn redeem<P: Ports>(ctx: &Context<'_, P>, kept: &Kept<'_>, code: &str) -> Result<Shown, &'static str> {
    let redirect_uri = redirect_uri(ctx);
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", kept.verifier),
        ("client_id", kept.client.0),
    ];
    if let Some(secret) = kept.client.1 {
        pairs.push(("client_secret", secret));
    }
    let url = format!("{}/oauth2/token", ctx.domain.issuer);
    let tokens = fetch(ctx, url, Some(encode_pairs(pairs)), None).await.ok_or("the code was refused")?;
    let text = |name: &str| tokens.get(name).and_then(Value::as_str).map(str::to_owned);
    let (id_token, access_token) =
        text("id_token").zip(text("access_token")).ok_or("the token answer lacks a token")?;
    let mut parts = id_token.split('.').map(part);
    let (header, claims) =
        parts.next().flatten().zip(parts.next().flatten()).ok_or("the ID token can't be read")?;
    if claims.get("nonce").and_then(Value::as_str) != Some(kept.nonce) {
        return Err("nonce differs");
    }
    let url = format!("{}/oauth2/userinfo", ctx.domain.issuer);
    let userinfo =
        fetch(ctx, url, None, Some(format!("Bearer {access_token}"))).await.ok_or("userinfo was refused")?;
    Ok(Shown { id_token, header, claims, userinfo })
}

fn part(text: &str) -> Option<Map<String, Value>> {
    crate::json::read_object(&from_base64url(text)?).ok()
}

async fn fetch<P: Ports>(
    ctx: &Context<'_, P>,
    url: String,
    form: Option<String>,
    authorization: Option<String>,
) -> Option<Map<String, Value>> {
    let answer = ctx.ports.send(FetchRequest { url, form, json: None, authorization }).await.ok()?;
    crate::json::read_object(answer.body.as_bytes()).ok().filter(|_| answer.status == 200)
}

fn result<P: Ports>(ctx: &Context<'_, P>, kept: &Kept<'_>, shown: &Shown) -> Response {
    let rows = |map: &Map<String, Value>| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        map.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let [header, claims, userinfo] = [&shown.header, &shown.claims, &shown.userinfo].map(rows);
    fn borrowed(rows: &[(String, String)]) -> Vec<(&str, &str)> {
        rows.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
    let text = |map: &Map<String, Value>, name: &str| {
        map.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let again_href = format!("/?{}", encode_pairs([("client_id", kept.client.0)]));
    let view = DemoResult {
        frame: frame(ctx, None, None),
        eid_used: &text(&shown.claims, "authenticationtype"),
        kid: &text(&shown.header, "kid"),
        header: &borrowed(&header),
        claims: &borrowed(&claims),
        userinfo: &borrowed(&userinfo),
        raw_token: &shown.id_token,
        again_href: &again_href,
        logout_href: ctx.domain.sessions.sso.then_some(crate::login::logout::LOGOUT_PATH),
    };
    Response::page(200, pages::demo::result(&view))
}
