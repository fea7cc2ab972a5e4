//! A login that is tried: the dashboard plays the application, by a callback that is registered with it, and
//! shows everything it is told.

use super::ports::Dashboard;
use super::seal::{self, Purpose};
use super::stop::{Page, Stop};
use super::tools::{applications, choices, origin_of};
use super::visit::{Visit, Within};
use crate::eid::provider;
use crate::model::url::WebUrl;
use crate::oauth::jwt::Expected;
use crate::oauth::pkce::CodeChallenge;
use crate::pages::dashboard::tools as view;
use crate::pages::texts::dashboard::tools as texts;
use crate::ports::FetchRequest;
use crate::vault::{self, base64, base64url, from_base64url};
use crate::web::{Method, Parameters, Response, encode_pairs, percent_encode, with_query};
use serde_json::{Map, Value};

/// The cookie of a login that is under way.
const COOKIE: &str = "__Host-manage-login-test";
/// How long one may take, seconds.
const SECONDS: u64 = 15 * 60;
/// Longest secret that is taken along, bytes: all of it goes into a cookie.
const SECRET_MAX_BYTES: usize = 512;

/// A login that is under way.
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    issuer: String,
    client_id: String,
    secret: String,
    back: String,
}

json_struct!(Begun { state, nonce, verifier, issuer, client_id, secret, back });

fn callback<P: Dashboard>(ports: &P) -> String {
    format!("{}/login-test", ports.desk().management_host.issuer())
}

/// The page that begins one.
///
/// # Errors
/// [`Stop`].
pub async fn start<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let visit = within.visit;
    let applications = applications(within).await?;
    let choices = choices(&applications);
    let callback = callback(visit.ports);
    let action = within.href(&["tools", "login"]);
    let form = match visit.request.method {
        Method::Post => visit.form()?,
        _ => Parameters::default(),
    };
    let chosen = form.get("application").unwrap_or_default();
    let mut link = None;
    let mut cookie = None;
    if choices.iter().any(|choice| choice.value == chosen)
        && let Some((host, client_id)) = chosen.split_once(' ')
    {
        let (url, sealed) = begin(visit, host, client_id, &form, &action).await?;
        link = Some(url);
        cookie =
            Some(format!("{COOKIE}={sealed}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={SECONDS}"));
    }
    let acr = form.get("acr_values").unwrap_or_default();
    let page = view::Start {
        frame: &within.frame(),
        title: &texts::LOGIN,
        about: &texts::LOGIN_ABOUT,
        action: &action,
        is_post: true,
        choices: &choices,
        chosen,
        fields: &[
            ("acr_values", &texts::ACR, acr, Some(&texts::ACR_HELP)),
            ("secret", &texts::SECRET, "", Some(&texts::SECRET_HELP)),
        ],
        submit: &texts::BEGIN,
        callback: Some(&callback),
        built: link.as_deref(),
    };
    let response = Response::page(200, view::start(&page));
    Ok(match cookie {
        Some(cookie) => response.with_cookie(cookie),
        None => response,
    })
}

/// The address to log in at, and what is to be kept meanwhile. A link leads there, for a form's answer may
/// not leave our origin.
async fn begin<P: Dashboard>(
    visit: &Visit<'_, P>,
    host: &str,
    client_id: &str,
    form: &Parameters,
    back: &str,
) -> Result<(String, String), Stop> {
    let ports = visit.ports;
    let drawn = || base64url(&vault::random::<32>(ports));
    let secret = form.get("secret").filter(|secret| secret.len() <= SECRET_MAX_BYTES).unwrap_or_default();
    let begun = Begun {
        state: drawn(),
        nonce: drawn(),
        verifier: drawn(),
        issuer: origin_of(host),
        client_id: client_id.to_owned(),
        secret: secret.to_owned(),
        back: back.to_owned(),
    };
    let challenge = CodeChallenge::of(&begun.verifier);
    let callback = callback(ports);
    let pairs = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", callback.as_str()),
        ("scope", "openid"),
        ("acr_values", form.get("acr_values").unwrap_or_default()),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("ui_locales", visit.lang.tag()),
    ];
    let query = encode_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    let url = with_query(&format!("{}/oauth2/authorize", begun.issuer), &query);
    Ok((url, seal::seal(ports, Purpose::LoginTest, visit.now.plus(SECONDS), &begun).await?))
}

/// What a login told: the page of its callback.
///
/// # Errors
/// [`Stop::NotFound`] where this browser began none.
pub async fn answer<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    let answer = visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let text = visit.request.cookie(COOKIE).ok_or(Stop::NotFound)?;
    let begun: Option<Begun> = seal::open(visit.ports, Purpose::LoginTest, text, visit.now).await;
    let begun = begun.filter(|begun| answer.get("state") == Some(&begun.state)).ok_or(Stop::NotFound)?;
    let said = answer.iter().filter(|(name, _)| !matches!(*name, "state" | "code"));
    let mut parts =
        vec![(&texts::ANSWER, said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())];
    let broken = match answer.get("code") {
        Some(code) => told(visit, &begun, code, &mut parts).await.err(),
        None => Some("there is no code".to_owned()),
    };
    let frame = visit.frame(false);
    let page = view::Tried { frame: &frame, back: &begun.back, parts: &parts, broken: broken.as_deref() };
    let gone = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(Response::page(200, view::tried(&page)).with_cookie(gone))
}

type Part = (&'static crate::pages::texts::Text, Vec<(String, String)>);

/// Redeems the code and verifies the ID token.
async fn told<P: Dashboard>(
    visit: &Visit<'_, P>,
    begun: &Begun,
    code: &str,
    parts: &mut Vec<Part>,
) -> Result<(), String> {
    let ports = visit.ports;
    let issuer = WebUrl::parse(&begun.issuer).map_err(|_| "the issuer is no URL".to_owned())?;
    let metadata = provider::metadata(ports, &issuer, visit.now).await?;
    let callback = callback(ports);
    let form = encode_pairs(
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", callback.as_str()),
            ("code_verifier", begun.verifier.as_str()),
            // A public application names itself; one with a secret proves itself.
            ("client_id", if begun.secret.is_empty() { begun.client_id.as_str() } else { "" }),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty()),
    );
    let proof = [percent_encode(&begun.client_id), percent_encode(&begun.secret)].join(":");
    let authorization = (!begun.secret.is_empty()).then(|| format!("Basic {}", base64(proof.as_bytes())));
    let url = metadata.token_endpoint.to_string();
    let sent = ports.send(FetchRequest { url, form: Some(form), json: None, authorization }).await;
    let response = sent.map_err(|failed| failed.cause)?;
    let tokens: Value = crate::json::read(&response.body).unwrap_or(Value::Null);
    let is_secret = |name: &str| matches!(name, "access_token" | "id_token");
    parts.push((&texts::TOKENS, rows(tokens.as_object(), &is_secret)));
    let id_token =
        tokens["id_token"].as_str().ok_or(format!("the token endpoint answered {}", response.status))?;
    let header = id_token.split('.').next().and_then(from_base64url);
    let header = header.and_then(|bytes| crate::json::read_object(&bytes).ok());
    parts.push((&texts::HEADER, rows(header.as_ref(), &|_| false)));
    let expected = Expected { issuer: &metadata.issuer, audience: &begun.client_id, nonce: &begun.nonce };
    let claims = provider::verify(ports, &metadata, &expected, id_token, visit.now).await?;
    parts.push((&texts::CLAIMS, rows(Some(&claims), &|_| false)));
    Ok(())
}

fn rows(members: Option<&Map<String, Value>>, is_secret: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let members = members.into_iter().flatten().filter(|(name, _)| !is_secret(name));
    let said = |value: &Value| value.as_str().map_or_else(|| crate::json::text(value), str::to_owned);
    members.map(|(name, value)| (name.clone(), said(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_told_is_shown_as_text_and_secrets_are_not() {
        let told = json!({"access_token": "at", "expires_in": 60, "token_type": "Bearer"});
        let shown = rows(told.as_object(), &|name| name == "access_token");
        let said: Vec<_> = shown.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(said, [("expires_in", "60"), ("token_type", "Bearer")]);
    }
}
