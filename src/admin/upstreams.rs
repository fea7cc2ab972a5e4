//! `…/domains/{host}/upstreams`: how each eID is reached from a domain, one an eID.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::{Action, UpstreamInput};
use super::input::{self, Fields, parsed};
use super::problem::Failure;
use super::record::{Record, Scope, Target};
use crate::eid::Eid;
use crate::json::Json;
use crate::model::domain::{CprWay, upstream_secret_label};
use crate::model::names::InvalidName;
use crate::model::url::WebUrl;
use crate::model::{Host, TenantId};
use crate::ports::Management;
use crate::table::Table;
use serde_json::{Value, json};

/// Most scopes asked of an upstream.
pub const SCOPES_MAX: usize = 20;
/// Longest client id, secret, scope or claim name of an upstream, bytes.
pub const UPSTREAM_TEXT_MAX_BYTES: usize = 300;
/// The fields of an identity that `claim_map` may rename (`eid::identity`).
const CLAIM_FIELDS: [&str; 21] = [
    "eid_id",
    "loa",
    "ial",
    "aal",
    "amr",
    "name",
    "given_name",
    "family_name",
    "name_protected",
    "birthdate",
    "age",
    "cpr",
    "has_cpr",
    "cvr",
    "rid",
    "org_name",
    "se_number",
    "p_number",
    "signatory",
    "employee",
    "transaction_id",
];
/// The scope that asks for a CPR number where nothing else was said.
const CPR_SCOPE: &str = "ssn";

/// `GET …/upstreams`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    call.list(&tenant, Scope::Upstreams { host }, show).await
}

/// `GET …/upstreams/{eid}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, eid: &str) -> Answer {
    let (tenant, host, eid) = (call.tenant_id(tenant)?, call.host(host)?, call.eid(eid)?);
    let item = call.get(&tenant, Target::Upstream { host, eid }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/upstreams/{eid}`
pub async fn delete<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, eid: &str) -> Answer {
    let (tenant, host, eid) = (call.tenant_id(tenant)?, call.host(host)?, call.eid(eid)?);
    call.remove(&tenant, Target::Upstream { host, eid }).await
}

/// `PUT …/upstreams/{eid}`: the secret is sealed here and never shown again.
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, eid: &str) -> Answer {
    let (tenant, host, eid) = (call.tenant_id(tenant)?, call.host(host)?, call.eid(eid)?);
    let precondition = input::precondition(call.request)?;
    let input = read(call, &tenant, &host, eid).await?;
    let done = call.write(&tenant, call.change(precondition, Action::PutUpstream(input))).await?;
    let at = path(&["tenants", tenant.as_str(), "domains", host.as_str(), "upstreams", eid.as_str()]);
    Ok(written_json(&done, &at, show))
}

async fn read<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
    eid: Eid,
) -> Result<UpstreamInput, Failure> {
    let mut fields = Fields::of(call.request)?;
    fields.ignore(&["eid", "published"]);
    let issuer = fields.required("issuer", parsed(issuer_of));
    let client_id = fields.required("client_id", parsed(visible));
    let client_secret = fields.optional("client_secret", parsed(visible));
    let scopes = fields.list("scopes", SCOPES_MAX, parsed(scope_of));
    let scopes = scopes.unwrap_or_else(|| vec!["openid".to_owned()]);
    if scopes.first().is_none_or(|first| first != "openid") {
        fields.refuse("scopes", "openid comes first");
    }
    let claim_map = read_claim_map(&mut fields);
    let cpr = read_cpr(&mut fields);
    let (Some(issuer), Some(client_id)) = (issuer, client_id) else { return Err(fields.refusal().into()) };
    fields.finish()?;
    let client_secret = match client_secret {
        Some(secret) => {
            let keys = call.keys_of(tenant, host).await?;
            Some(keys.seal(call.ports, &upstream_secret_label(host, eid), secret.as_bytes()).await?)
        }
        None => None,
    };
    Ok(UpstreamInput { host: host.clone(), eid, issuer, client_id, client_secret, scopes, claim_map, cpr })
}

/// `cpr` and the one setting that its way needs.
fn read_cpr(fields: &mut Fields) -> CprWay {
    let way = fields.optional(
        "cpr",
        parsed(|raw| match raw {
            "none" | "scope" | "match" => Ok(raw.to_owned()),
            _ => Err(InvalidName("none, scope or match")),
        }),
    );
    let scope = fields.optional("cpr_scope", parsed(scope_of));
    let url = fields.optional("cpr_match_url", parsed(WebUrl::parse));
    let way = way.unwrap_or_else(|| "none".to_owned());
    fields.demand("cpr_scope", scope.is_none() || way == "scope", "only where cpr is scope");
    fields.demand("cpr_match_url", url.is_some() == (way == "match"), "where cpr is match, and only there");
    match (way.as_str(), url) {
        ("scope", _) => CprWay::Scope(scope.unwrap_or_else(|| CPR_SCOPE.to_owned())),
        ("match", Some(url)) => CprWay::Match(url),
        _ => CprWay::None,
    }
}

fn read_claim_map(fields: &mut Fields) -> Table<String, String> {
    let Some(given) = fields.optional("claim_map", |value| {
        value.as_object().cloned().ok_or(InvalidName("an object of field names and claim names"))
    }) else {
        return Table::new();
    };
    let mut claim_map = Table::new();
    for (name, claim) in given {
        let known = CLAIM_FIELDS.contains(&name.as_str());
        match input::text(&claim).and_then(claims_of) {
            Ok(claim) if known => {
                claim_map.insert(name, claim);
            }
            Ok(_) => fields.refuse("claim_map", "an unknown field of an identity"),
            Err(rule) => fields.refuse("claim_map", rule.0),
        }
    }
    claim_map
}

/// OIDC Discovery §3: an issuer has neither query nor fragment; we append paths to it.
fn issuer_of(raw: &str) -> Result<WebUrl, InvalidName> {
    if raw.contains('?') || raw.ends_with('/') {
        return Err(InvalidName("an issuer without query and without a slash at its end"));
    }
    WebUrl::parse(raw)
}

fn visible(raw: &str) -> Result<String, InvalidName> {
    let fits =
        (1..=UPSTREAM_TEXT_MAX_BYTES).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(raw.to_owned()) } else { Err(InvalidName("1 to 300 visible ASCII characters")) }
}

/// The name of a claim, or several of which the first that is there counts.
fn claims_of(raw: &str) -> Result<String, InvalidName> {
    let fits = raw.len() <= UPSTREAM_TEXT_MAX_BYTES && raw.split(' ').all(|name| visible(name).is_ok());
    if fits {
        Ok(raw.to_owned())
    } else {
        Err(InvalidName("names of claims, visible ASCII, one space between"))
    }
}

/// RFC 6749 §3.3: visible ASCII without `"` and `\`.
fn scope_of(raw: &str) -> Result<String, InvalidName> {
    if raw.contains(['"', '\\']) {
        return Err(InvalidName("a scope: visible ASCII without quotes and backslashes"));
    }
    visible(raw)
}

/// An upstream as the API shows it: never its secret.
pub fn show(record: &Record) -> Value {
    let Record::Upstream(upstream) = record else { return Value::Null };
    let settings = &upstream.settings;
    let (cpr, scope, url) = match &settings.cpr {
        CprWay::None => ("none", None, None),
        CprWay::Scope(scope) => ("scope", Some(scope.as_str()), None),
        CprWay::Match(url) => ("match", None, Some(url.as_str())),
    };
    json!({
        "eid": upstream.eid.write(),
        "issuer": settings.issuer.as_str(),
        "client_id": settings.client_id,
        "scopes": settings.scopes.write(),
        "claim_map": settings.claim_map.write(),
        "cpr": cpr,
        "cpr_scope": scope,
        "cpr_match_url": url,
    })
}
