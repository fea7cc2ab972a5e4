//! Tools: a link to log in by, metadata, a recorded login; a login that is tried is [`super::login_test`].

use super::login_test;
use super::ports::Dashboard;
use super::probe;
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use crate::model::Environment;
use crate::model::url::WebUrl;
use crate::pages::dashboard::tools as view;
use crate::pages::texts::dashboard::tools as texts;
use crate::web::{Method, Parameters, Response, encode_pairs};
use serde_json::{Value, json};

/// Most domains whose applications are offered.
const DOMAINS_MAX: usize = 8;

/// Of the verifier in RFC 7636, appendix B: what is built here is to be looked at, and its code redeemed by
/// nobody who wants it kept.
const EXAMPLE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Method::Get, []) => {
            let (base, is_test) = (within.href(&["tools"]), within.environment == Environment::Test);
            return Ok(Response::page(200, view::list(&within.frame(), &base, is_test)));
        }
        (_, ["link"]) => Box::pin(link(within)),
        (Method::Get, ["metadata"]) => Box::pin(metadata(within)),
        (Method::Get, ["explain"]) => Box::pin(explain(within)),
        (_, ["login"]) => Box::pin(login_test::start(within)),
        (_, ["people", rest @ ..]) => Box::pin(super::test_people::route(within, rest)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// The hosts of the environment.
async fn hosts<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<String>, Stop> {
    let (domains, _) = within.api().list(&within.resource(&["domains"])).await?;
    let here = domains.iter().filter(|domain| domain["environment"] == within.environment.as_str());
    Ok(here.filter_map(|domain| domain["host"].as_str()).map(str::to_owned).collect())
}

/// The applications of the environment's first domains: host and application.
///
/// # Errors
/// [`Stop`].
pub async fn applications<P: Dashboard>(within: &Within<'_, P>) -> Result<Vec<(String, Value)>, Stop> {
    let mut all = Vec::new();
    for host in hosts(within).await?.into_iter().take(DOMAINS_MAX) {
        let resource = within.resource(&["domains", &host, "applications"]);
        let (found, _) = within.api().page(&resource, None).await?;
        all.extend(found.into_iter().map(|application| (host.clone(), application)));
    }
    Ok(all)
}

/// Those as choices.
pub fn choices(applications: &[(String, Value)]) -> Vec<view::Choice<'_>> {
    let choice = |(host, application): &'_ (String, Value)| -> String {
        format!("{host} {}", application["client_id"].as_str().unwrap_or_default())
    };
    applications
        .iter()
        .map(|pair| view::Choice {
            value: choice(pair),
            name: pair.1["name"].as_str().unwrap_or_default(),
            callback: pair.1["redirect_uris"][0].as_str().unwrap_or_default(),
        })
        .collect()
}

/// `https://host`, or `http://` where it is this machine.
pub fn origin_of(host: &str) -> String {
    crate::model::Host::parse(host).map(|host| host.issuer()).unwrap_or_default()
}

/// By a form that is sent, for a hint may hold a CPR number, which belongs into no address.
async fn link<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = match within.visit.request.method {
        Method::Post => within.visit.form()?,
        _ => Parameters::default(),
    };
    let applications = applications(within).await?;
    let choices = choices(&applications);
    let chosen = query.get("application").unwrap_or_default();
    let known = choices.iter().find(|choice| choice.value == chosen);
    let of = |name: &str| query.get(name).unwrap_or_default();
    let callback = match of("redirect_uri") {
        "" => known.map_or("", |choice| choice.callback),
        typed => typed,
    };
    let is_public = applications.iter().zip(&choices).any(|((_, application), choice)| {
        choice.value == chosen && application["token_endpoint_auth_methods"] == json!(["none"])
    });
    let challenge = if is_public { EXAMPLE_CHALLENGE } else { "" };
    let built = known.and_then(|_| chosen.split_once(' ')).map(|(host, client_id)| {
        let pairs = [
            ("code_challenge", challenge),
            ("code_challenge_method", if is_public { "S256" } else { "" }),
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", callback),
            ("scope", of("scope")),
            ("acr_values", of("acr_values")),
            ("response_mode", of("response_mode")),
            ("login_hint", of("login_hint")),
            ("ui_locales", of("ui_locales")),
            ("state", "test"),
        ];
        let query = encode_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        format!("{}/oauth2/authorize?{query}", origin_of(host))
    });
    let scope = if known.is_some() { of("scope") } else { "openid" };
    let page = view::Start {
        frame: &within.frame(),
        title: &texts::LINK,
        about: &texts::LINK_ABOUT,
        action: &within.href(&["tools", "link"]),
        is_post: true,
        choices: &choices,
        chosen,
        fields: &[
            ("redirect_uri", &texts::CALLBACK, callback, None),
            ("acr_values", &texts::ACR, of("acr_values"), Some(&texts::ACR_HELP)),
            ("scope", &texts::SCOPE, scope, None),
            ("response_mode", &texts::MODE, of("response_mode"), None),
            ("login_hint", &texts::HINT, of("login_hint"), None),
            ("ui_locales", &texts::LOCALES, of("ui_locales"), None),
        ],
        submit: &texts::BUILD,
        callback: None,
        built: built.as_deref(),
    };
    Ok(Response::page(200, view::start(&page)))
}

async fn metadata<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let hosts = hosts(within).await?;
    let chosen = query.get("host").filter(|host| hosts.iter().any(|known| known == host)).unwrap_or_default();
    let mut documents = Vec::new();
    if !chosen.is_empty() {
        for name in ["openid-configuration", "jwks"] {
            let url = format!("{}/.well-known/{name}", origin_of(chosen));
            let simulators = within.visit.ports.desk().simulators;
            let may = WebUrl::parse(&url).is_ok_and(|url| probe::may_look(&url, simulators));
            let found = if may { probe::look(within.visit.ports, &url).await.ok() } else { None };
            documents.push((url, found.map(|document| laid_out(&document))));
        }
    }
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let page = view::Metadata {
        frame: &within.frame(),
        action: &within.href(&["tools", "metadata"]),
        hosts: &names,
        chosen,
        documents: &documents,
    };
    Ok(Response::page(200, view::metadata(&page)))
}

/// JSON with line feeds.
fn laid_out(document: &Value) -> String {
    crate::json::pretty(document)
}

async fn explain<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let trace_id = query.get("trace_id").unwrap_or_default().trim();
    let mut body = Value::Null;
    if !trace_id.is_empty() {
        let path = within.resource(&["environments", within.environment.as_str(), "traces", trace_id]);
        body = within.api().find(&path).await?.map_or(Value::Null, |found| found.body);
    }
    let steps = body["steps"].as_array().into_iter().flatten().map(|step| view::Step {
        at: step["at"].as_str().unwrap_or_default(),
        route: step["route"].as_str().unwrap_or_default(),
        status: crate::json::text(&step["status"]),
        facts: step["facts"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|fact| (fact[0].as_str().unwrap_or_default(), fact[1].as_str().unwrap_or_default()))
            .collect(),
    });
    let page = view::Explain {
        frame: &within.frame(),
        action: &within.href(&["tools", "explain"]),
        trace_id,
        steps: (!trace_id.is_empty()).then(|| steps.collect()),
    };
    Ok(Response::page(200, view::explain(&page)))
}
