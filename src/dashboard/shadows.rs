//! Shadow applications: how the twins of an environment's applications stand on its MitID domains.

use super::api::Condition;
use super::application::{name_of, refusal_text};
use super::applications::{domain_here, is_here, next_href};
use super::ports::Dashboard;
use super::settings;
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use crate::model::Role;
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::shadows as view;
use crate::web::{Method, Response};
use serde_json::Value;

/// Most ordinary domains that a page asks about.
const DOMAINS_MAX: usize = 20;
/// Most shadows that one request makes.
const MADE_MAX: usize = 20;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Method::Get, []) => Box::pin(overview(within)),
        (Method::Get, [host]) => Box::pin(of_domain(within, host, &[], 0)),
        (Method::Post, [host]) => Box::pin(make(within, host)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

async fn overview<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let api = within.api();
    let (items, next) = api.page(&within.resource(&["domains"]), query.get("after")).await?;
    let mut domains = Vec::new();
    for domain in items.iter().filter(|domain| is_here(within, domain)) {
        let (Some(host), Some(mitid_domain)) = (domain["host"].as_str(), domain["mitid_domain"].as_str())
        else {
            continue;
        };
        let mut counts = None;
        if domains.len() < DOMAINS_MAX {
            let drift = api.get(&within.resource(&["domains", host, "shadow-drift"])).await?.body;
            let count = |name: &str| drift[name].as_array().map_or(0, Vec::len);
            counts = Some(view::Counts {
                alike: drift["alike"].as_u64().unwrap_or_default(),
                missing: count("missing"),
                differing: count("differing"),
                extra: count("extra"),
            });
        }
        domains.push(view::Domain {
            host: host.to_owned(),
            href: within.href(&["shadows", host]),
            mitid_domain: mitid_domain.to_owned(),
            counts,
        });
    }
    let next = next_href(&within.href(&["shadows"]), next.as_deref());
    let page = view::Overview {
        frame: &within.frame(),
        domains: &domains,
        next: next.as_deref(),
        domains_href: &within.href(&["domains"]),
    };
    Ok(Response::page(200, view::overview(&page)))
}

/// The texts of a list.
fn texts_of(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

async fn of_domain<P: Dashboard>(
    within: &Within<'_, P>,
    host: &str,
    refusals: &[view::Refusal],
    remain: usize,
) -> Page {
    let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let domain = domain_here(within, host).await?.body;
    let mitid_domain = domain["mitid_domain"].as_str().ok_or(Stop::NotFound)?;
    let resource = within.resource(&["domains", host, "shadow-drift"]);
    let drift = within.api().get(&resource).await?.body;
    let differing: Vec<view::Differing<'_>> = drift["differing"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| view::Differing {
            client_id: it["client_id"].as_str().unwrap_or_default(),
            fields: texts_of(&it["fields"]).into_iter().filter_map(name_of).collect(),
        })
        .collect();
    let origin = within.visit.ports.desk().management_host.issuer();
    let call =
        format!("curl -sf -H \"Authorization: Bearer $TOKEN\" \\\n  '{origin}{resource}' | jq -e .is_alike");
    let action = within.may_change().then(|| within.href(&["shadows", host]));
    let tokens = (within.role >= Role::Owner).then(|| within.href(&["tokens"]));
    let page = view::OfDomain {
        frame: &within.frame(),
        host,
        mitid_domain,
        alike: drift["alike"].as_u64().unwrap_or_default(),
        missing: &texts_of(&drift["missing"]),
        differing: &differing,
        extra: &texts_of(&drift["extra"]),
        original: &|client_id| within.href(&["applications", host, client_id]),
        twin: &|client_id| within.href(&["applications", mitid_domain, client_id]),
        action: action.as_deref(),
        call: &call,
        tokens_href: tokens.as_deref(),
        notice: Notice::of(query.get("saved")),
        refusals,
        remain,
    };
    let status = if refusals.is_empty() { 200 } else { 409 };
    Ok(Response::page(status, view::of_domain(&page)))
}

/// Makes one shadow, or those of a whole domain, some at a time.
async fn make<P: Dashboard>(within: &Within<'_, P>, host: &str) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    domain_here(within, host).await?;
    let api = within.api();
    let wanted: Vec<String> = match form.get("act") {
        Some("one") => vec![form.get("client_id").unwrap_or_default().to_owned()],
        Some("all") => {
            let drift = api.get(&within.resource(&["domains", host, "shadow-drift"])).await?.body;
            let differing = drift["differing"].as_array().into_iter().flatten();
            let differing = differing.filter_map(|it| it["client_id"].as_str());
            texts_of(&drift["missing"]).into_iter().chain(differing).map(str::to_owned).collect()
        }
        _ => return Err(Stop::Malformed),
    };
    let mut published = true;
    let mut refusals = Vec::new();
    for client_id in wanted.iter().take(MADE_MAX) {
        let path = within.resource(&["domains", host, "applications", client_id, "shadow"]);
        match api.change(Method::Post, &path, Condition::None, None).await {
            Ok(Ok(done)) => published &= done.published,
            Ok(Err(refused)) => {
                refusals.push(view::Refusal { client_id: client_id.clone(), why: refusal_text(&refused) });
            }
            // Removed meanwhile: it needs none.
            Err(Stop::NotFound) => {}
            Err(stop) => return Err(stop),
        }
    }
    let remain = wanted.len().saturating_sub(MADE_MAX);
    if refusals.is_empty() && remain == 0 {
        return Ok(settings::saved(&within.href(&["shadows", host]), published));
    }
    of_domain(within, host, &refusals, remain).await
}
