//! `…/domains/{host}/upstreams`: how each eID is reached from a domain, one an eID.

use super::call::{Answer, Call, item_json, path, written_json};
use super::command::{Action, TenantAnswer, TenantCommand, UpstreamInput};
use super::input::{self, Fields, parsed, word};
use super::presets::{PRESETS, Values};
use super::problem::{Failure, Problem};
use super::record::{Record, Scope, Target, Versioned};
use crate::eid::{Eid, Level, client_auth};
use crate::json::Json;
use crate::model::domain::{
    Audience, ClientKey, CprWay, Dialect, Upstream, upstream_key_label, upstream_secret_label,
};
use crate::model::names::InvalidName;
use crate::model::url::WebUrl;
use crate::model::{Host, TenantId};
use crate::oauth::jwks::{self, thumbprint};
use crate::ports::Management;
use crate::table::Table;
use serde_json::{Value, json};

/// Most scopes asked of an upstream.
pub const SCOPES_MAX: usize = 20;
/// Longest client id, secret, scope or claim name of an upstream, bytes.
pub const UPSTREAM_TEXT_MAX_BYTES: usize = 300;
/// The fields of an identity that `claim_map` may rename (`eid::identity`).
pub const CLAIM_FIELDS: [&str; 24] = [
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
    "youth",
    "certificate_serial",
    "certificate_issuer",
    "transaction_id",
];
/// Most further authorization parameters of an upstream.
pub const PARAMETERS_MAX: usize = 20;
/// Most words for levels of an upstream.
pub const LEVELS_MAX: usize = 20;
/// What a login itself says at an upstream: no setting may say it otherwise.
const OUR_PARAMETERS: [&str; 15] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "request",
    "request_uri",
    "id_token_hint",
];
const DIALECTS: &[(&str, Dialect)] =
    &[("tokens", Dialect::Tokens), ("neb", Dialect::Neb), ("signicat", Dialect::Signicat)];
/// Whether a key proves us.
const CLIENT_AUTH: &[(&str, bool)] = &[("client_secret_basic", false), ("private_key_jwt", true)];
const AUDIENCES: &[(&str, Audience)] =
    &[("issuer", Audience::Issuer), ("token_endpoint", Audience::TokenEndpoint)];
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
    fields.ignore(&["eid", "published", "client_key"]);
    let preset = fields.optional("preset", word(PRESETS, "generic, neb, signicat or idura"));
    let preset = preset.unwrap_or_default();
    let values = preset.values();
    let issuer = match values.issuers {
        Some(_) => fields.optional("issuer", parsed(issuer_of)),
        None => fields.required("issuer", parsed(issuer_of)),
    };
    let client_id = fields.required("client_id", parsed(visible));
    let proof = read_proof(&mut fields);
    let scopes = fields.list("scopes", SCOPES_MAX, parsed(scope_of));
    let scopes = scopes.unwrap_or_else(|| owned(values.scopes));
    if scopes.first().is_none_or(|first| first != "openid") {
        fields.refuse("scopes", "openid comes first");
    }
    let employee_scopes = fields.list("employee_scopes", SCOPES_MAX, parsed(scope_of));
    let employee_scopes = employee_scopes.unwrap_or_else(|| owned(values.employee_scopes));
    let dialect = fields.optional("dialect", word(DIALECTS, "tokens, neb or signicat"));
    let parameters = read_parameters(&mut fields);
    let claim_map = read_claim_map(&mut fields, values);
    let level_map = read_level_map(&mut fields, values);
    let cpr = read_cpr(&mut fields, values);
    let logout = fields.switch("upstream_logout", false);
    let Some(client_id) = client_id else { return Err(fields.refusal().into()) };
    fields.finish()?;
    let issuer = match issuer {
        Some(issuer) => issuer,
        None => shared_issuer(call, tenant, host, values).await?,
    };
    let mut settings = Upstream {
        issuer,
        client_id,
        client_secret: None,
        client_key: None,
        scopes,
        employee_scopes,
        parameters,
        dialect: dialect.unwrap_or(values.dialect),
        claim_map,
        level_map,
        cpr,
        logout,
    };
    let key_audience = proof.key_audience;
    match (proof.secret, key_audience) {
        (Some(secret), _) => {
            let keys = call.keys_of(tenant, host).await?;
            let sealed = keys.seal(call.ports, &upstream_secret_label(host, eid), secret.as_bytes()).await?;
            settings.client_secret = Some(sealed);
        }
        (None, Some(audience)) => {
            if proof.renew || !has_key(call, tenant, host, eid, &settings.issuer).await? {
                settings.client_key = Some(fresh_key(call, tenant, host, eid, audience).await?);
            }
        }
        (None, None) => {}
    }
    Ok(UpstreamInput { host: host.clone(), eid, preset, settings, key_audience })
}

/// The issuer that a preset's customers share, of the domain's environment.
async fn shared_issuer<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
    values: &Values,
) -> Result<WebUrl, Failure> {
    let Record::Domain(domain) = call.get(tenant, Target::Domain { host: host.clone() }).await?.record else {
        return Err(Problem::not_found().into());
    };
    values.issuer(domain.environment).ok_or_else(|| Problem::not_found().into())
}

/// Whether there is a key already that the upstream of this issuer may know.
async fn has_key<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
    eid: Eid,
    issuer: &WebUrl,
) -> Result<bool, Failure> {
    let target = TenantCommand::Get(Target::Upstream { host: host.clone(), eid });
    Ok(match call.ports.tenant(tenant, &target).await? {
        TenantAnswer::Item(Versioned { record: Record::Upstream(known), .. }) => {
            known.settings.client_key.is_some() && known.settings.issuer == *issuer
        }
        _ => false,
    })
}

/// A key pair of ours for an upstream, its private half sealed.
async fn fresh_key<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
    eid: Eid,
    audience: Audience,
) -> Result<ClientKey, Failure> {
    let keys = call.keys_of(tenant, host).await?;
    let pair = call.ports.generate(client_auth::ALGORITHM).await?;
    let private = keys.seal(call.ports, &upstream_key_label(host, eid), &pair.pkcs8).await?;
    Ok(ClientKey { kid: thumbprint(&pair.public), public: pair.public, private, audience })
}

/// How we prove ourselves there, as asked for.
struct AskedProof {
    /// A new secret, in the clear.
    secret: Option<String>,
    /// Where a key proves us: whom its assertions name.
    key_audience: Option<Audience>,
    /// Whether a new key is to take the place of the one there is.
    renew: bool,
}

fn read_proof(fields: &mut Fields) -> AskedProof {
    let rule = "client_secret_basic or private_key_jwt";
    let by_key = fields.optional("client_auth", word(CLIENT_AUTH, rule)).unwrap_or(false);
    let secret = fields.optional("client_secret", parsed(visible));
    let audience = fields.optional("assertion_audience", word(AUDIENCES, "issuer or token_endpoint"));
    let renew = fields.switch("renew_client_key", false);
    let only = "only where client_auth is private_key_jwt";
    fields.demand(
        "client_secret",
        secret.is_none() || !by_key,
        "only where client_auth is client_secret_basic",
    );
    fields.demand("assertion_audience", audience.is_none() || by_key, only);
    fields.demand("renew_client_key", !renew || by_key, only);
    AskedProof { secret, key_audience: by_key.then(|| audience.unwrap_or_default()), renew }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// `cpr` and the one setting that its way needs; left out, as the preset has it.
fn read_cpr(fields: &mut Fields, values: &Values) -> CprWay {
    let way = fields.optional(
        "cpr",
        parsed(|raw| match raw {
            "none" | "scope" | "match" => Ok(raw.to_owned()),
            _ => Err(InvalidName("none, scope or match")),
        }),
    );
    let scope = fields.optional("cpr_scope", parsed(scope_of));
    let url = fields.optional("cpr_match_url", parsed(WebUrl::parse));
    let preset = if values.cpr_scope.is_some() { "scope" } else { "none" };
    let way = way.unwrap_or_else(|| preset.to_owned());
    fields.demand("cpr_scope", scope.is_none() || way == "scope", "only where cpr is scope");
    fields.demand("cpr_match_url", url.is_some() == (way == "match"), "where cpr is match, and only there");
    match (way.as_str(), url) {
        ("scope", _) => {
            CprWay::Scope(scope.unwrap_or_else(|| values.cpr_scope.unwrap_or(CPR_SCOPE).to_owned()))
        }
        ("match", Some(url)) => CprWay::Match(url),
        _ => CprWay::None,
    }
}

/// An object of texts that `parse` takes; each member that is wrong is told of.
fn read_texts<T>(
    fields: &mut Fields,
    name: &str,
    most: usize,
    parse: impl Fn(&str, &str) -> Result<T, InvalidName>,
) -> Table<String, T> {
    let mut table = Table::new();
    let object = |value: &Value| match value.as_object() {
        Some(object) if object.len() <= most => Ok(object.clone()),
        _ => Err(InvalidName("an object of texts, not too many")),
    };
    for (member, value) in fields.optional(name, object).unwrap_or_default() {
        match input::text(&value).and_then(|value| parse(&member, value)) {
            Ok(value) => table.insert(member, value),
            Err(rule) => fields.refuse(name, rule.0),
        }
    }
    table
}

fn read_claim_map(fields: &mut Fields, values: &Values) -> Table<String, String> {
    let given = read_texts(fields, "claim_map", CLAIM_FIELDS.len(), |field, claims| {
        if !CLAIM_FIELDS.contains(&field) {
            return Err(InvalidName("an unknown field of an identity"));
        }
        claims_of(claims)
    });
    let mut claim_map = Table::new();
    for (field, claims) in values.claim_map {
        claim_map.insert((*field).to_owned(), (*claims).to_owned());
    }
    for (field, claims) in given.iter() {
        claim_map.insert(field.clone(), claims.clone());
    }
    claim_map
}

fn read_level_map(fields: &mut Fields, values: &Values) -> Table<String, Level> {
    let given = read_texts(fields, "level_map", LEVELS_MAX, |word, level| {
        visible(word)?;
        let level = Level::read(&Value::from(level));
        level.ok_or(InvalidName("an upstream's word for each of low, substantial and high"))
    });
    let mut level_map = Table::new();
    for (word, level) in values.level_map {
        level_map.insert((*word).to_owned(), *level);
    }
    for (word, level) in given.iter() {
        level_map.insert(word.clone(), *level);
    }
    level_map
}

fn read_parameters(fields: &mut Fields) -> Table<String, String> {
    read_texts(fields, "parameters", PARAMETERS_MAX, |name, value| {
        visible(name)?;
        if OUR_PARAMETERS.contains(&name) {
            return Err(InvalidName("a parameter that the broker sets itself"));
        }
        let fits = value.len() <= UPSTREAM_TEXT_MAX_BYTES && value.bytes().all(|b| matches!(b, b' '..=b'~'));
        if fits { Ok(value.to_owned()) } else { Err(InvalidName("at most 300 visible ASCII characters")) }
    })
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
///
/// # Errors
/// Another form.
pub fn claims_of(raw: &str) -> Result<String, InvalidName> {
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
    let key = settings.client_key.as_ref();
    let (cpr, scope, url) = match &settings.cpr {
        CprWay::None => ("none", None, None),
        CprWay::Scope(scope) => ("scope", Some(scope.as_str()), None),
        CprWay::Match(url) => ("match", None, Some(url.as_str())),
    };
    json!({
        "eid": upstream.eid.write(),
        "issuer": settings.issuer.as_str(),
        "client_id": settings.client_id,
        "preset": upstream.preset.write(),
        "client_auth": if key.is_some() { "private_key_jwt" } else { "client_secret_basic" },
        "assertion_audience": key.map(|key| key.audience.write()),
        "client_key": key.map(|key| jwks::signing_jwk(&key.kid, client_auth::ALGORITHM, &key.public)),
        "scopes": settings.scopes.write(),
        "employee_scopes": settings.employee_scopes.write(),
        "dialect": settings.dialect.write(),
        "parameters": settings.parameters.write(),
        "claim_map": settings.claim_map.write(),
        "level_map": settings.level_map.write(),
        "cpr": cpr,
        "cpr_scope": scope,
        "cpr_match_url": url,
        "upstream_logout": settings.logout,
    })
}
