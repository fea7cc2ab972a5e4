//! `…/domains/{host}/style`: how the pages of a domain look. What is saved is a draft; it is published
//! by an order of its own, and an earlier style can be taken back.
//!
//! A style sheet is fetched, checked and copied here, when it is saved or fetched again by order: the
//! login path serves the copy and asks nobody. For the same reason the variants that
//! `login_hint=css_path:` may choose are named beforehand.

use super::call::{Answer, Call, item_json, path, refusal, written_json};
use super::command::{Action, TenantAnswer, TenantCommand};
use super::input::{self, Fields, parsed};
use super::problem::{Failure, Problem};
use super::record::{Record, Target};
use super::rules::field;
use super::style_record::{StyleChange, StyleRecord, StyleVersion};
use super::style_sheet::{self, Finding, SHEET_MAX_BYTES};
use super::{style_colours, style_logo, style_markup};
use crate::json::Json;
use crate::login::preview;
use crate::model::names::InvalidName;
use crate::model::style::{CSS_PATH_MAX_BYTES, Style};
use crate::model::url::{Origin, WebUrl};
use crate::model::{Host, TenantId};
use crate::ports::Management;
use crate::web::Response;
use serde_json::{Map, Value, json};

/// Most variants of a style sheet.
pub const CSS_PATHS_MAX: usize = 5;
/// Most origins that a style refers to.
pub const ORIGINS_MAX: usize = 10;
/// Longest style altogether, as it is published, bytes.
pub const STYLE_MAX_BYTES: usize = 160 * 1024;

/// `GET …/style`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    let item = call.get(&tenant, Target::Style { host }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/style`: the pages look as they did before there was one.
pub async fn delete<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    call.remove(&tenant, Target::Style { host }).await
}

/// `PUT …/style`: replaces the draft.
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    let precondition = input::precondition(call.request)?;
    let mut fields = Fields::of(call.request)?;
    fields.ignore(&["published"]);
    let draft = read(call, fields).await?;
    let change = StyleChange::Draft(Box::new(draft));
    let done =
        call.write(&tenant, call.change(precondition, Action::Style { host: host.clone(), change })).await?;
    let at = path(&["tenants", tenant.as_str(), "domains", host.as_str(), "style"]);
    Ok(written_json(&done, &at, show))
}

/// `POST …/style/publish`, `…/roll-back` and `…/fetch`.
pub async fn order<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str, order: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    Fields::of_optional_body(call.request)?.finish()?;
    let change = match order {
        "publish" => StyleChange::Publish,
        "roll-back" => StyleChange::RollBack,
        "fetch" => {
            let record = record_of(call, &tenant, &host).await?;
            let latest = record.draft.or(record.published).ok_or_else(Problem::not_found)?;
            let fields = Fields::from(latest.shown());
            StyleChange::Draft(Box::new(read(call, fields).await?))
        }
        _ => return Err(Problem::not_found().into()),
    };
    let precondition = input::precondition(call.request)?;
    let precondition = if precondition == super::command::Precondition::None {
        super::command::Precondition::Present
    } else {
        precondition
    };
    let done = call.write(&tenant, call.change(precondition, Action::Style { host, change })).await?;
    Ok(written_json(&done, "", show))
}

/// `POST …/style/preview`: where the draft, or what is published where there is none, can be looked at.
pub async fn preview<P: Management>(call: &Call<'_, P>, tenant: &str, host: &str) -> Answer {
    let (tenant, host) = (call.tenant_id(tenant)?, call.host(host)?);
    Fields::of_optional_body(call.request)?.finish()?;
    let keys = call.keys_of(&tenant, &host).await?;
    let target = Target::Style { host: host.clone() };
    let latest = match call.ports.tenant(&tenant, &TenantCommand::Get(target)).await? {
        TenantAnswer::Item(item) => match item.record {
            Record::Style(record) => record.draft.or(record.published),
            _ => None,
        },
        TenantAnswer::Absent => None,
        other => return Err(refusal(other)),
    };
    let until = call.now.plus(preview::PREVIEW_SECONDS);
    let digest = latest.map(|version| version.digest);
    let token = preview::token(&keys, &host, digest.as_deref(), until);
    let url = format!("{}{}{token}", host.issuer(), preview::PATH);
    Ok(Response::json(200, &json!({"url": url, "expires_at": until.iso8601()})))
}

async fn record_of<P: Management>(
    call: &Call<'_, P>,
    tenant: &TenantId,
    host: &Host,
) -> Result<StyleRecord, Failure> {
    match call.get(tenant, Target::Style { host: host.clone() }).await?.record {
        Record::Style(record) => Ok(*record),
        _ => Err(Problem::not_found().into()),
    }
}

/// A logo stands in our header.
const LOGO_BESIDE_HTML: &str = "is not shown: html stands in for the header it is in; put it there as an img";

/// Reads the settings of a draft, fetches what they point to, and compiles it.
async fn read<P: Management>(call: &Call<'_, P>, mut fields: Fields) -> Result<StyleVersion, Failure> {
    let local = call.ports.installation().simulators;
    fields.ignore(&["digest", "saved_at", "report"]);
    let mut source = Map::new();
    let origins =
        fields.list("allowed_origins", ORIGINS_MAX, parsed(|raw| origin_of(raw, local))).unwrap_or_default();
    let url = fields.optional("stylesheet_url", parsed(|raw| sheet_url(raw, local)));
    let text = fields.optional("stylesheet", parsed(|raw| limited(raw, SHEET_MAX_BYTES)));
    let css_paths = fields.list("css_paths", CSS_PATHS_MAX, parsed(css_path)).unwrap_or_default();
    fields.demand("stylesheet", url.is_none() || text.is_none(), "either this or stylesheet_url");
    fields.demand(
        "css_paths",
        css_paths.is_empty() || url.is_some(),
        "paths beside stylesheet_url, and only there",
    );
    let colours = style_colours::read(&mut fields, &mut source);
    let (logo, logo_url) = style_logo::read(&mut fields, &origins, &mut source);
    let around = style_markup::read(&mut fields, &origins, &mut source);
    fields.finish()?;
    source.insert("allowed_origins".to_owned(), origins.write());
    source.insert("stylesheet_url".to_owned(), url.write());
    source.insert("css_paths".to_owned(), css_paths.write());
    let (mut sheets, mut report) = (Vec::new(), Vec::new());
    if let Some(url) = &url {
        sheets.push((String::new(), fetched(call, url, "stylesheet_url", &origins, &mut report).await?));
        for (index, css_path) in css_paths.into_iter().enumerate() {
            let at = WebUrl::parse(&format!("{}{css_path}", url.origin()));
            let at = at.map_err(|rule| invalid(&format!("css_paths[{index}]"), rule.0))?;
            let sheet = fetched(call, &at, &format!("css_paths[{index}]"), &origins, &mut report).await?;
            sheets.push((css_path, sheet));
        }
    } else if let Some(text) = &text {
        sheets.push((String::new(), checked("stylesheet", text, None, &origins, &mut report)?));
    }
    if !colours.is_empty() {
        match sheets.as_mut_slice() {
            [] => sheets.push((String::new(), colours)),
            some => some.iter_mut().for_each(|(_, sheet)| sheet.insert_str(0, &colours)),
        }
    }
    source.insert("stylesheet".to_owned(), text.map_or(Value::Null, Value::from));
    if around.is_some() && (logo.is_some() || logo_url.is_some()) {
        let (about, detail) = ("logo".to_owned(), LOGO_BESIDE_HTML.to_owned());
        report.push(Finding { line: 1, column: 1, about, detail });
    }
    let style = Style { sheets, origins, logo, logo_url, around };
    if crate::json::write(&style).len() > STYLE_MAX_BYTES {
        return Err(invalid("stylesheet", "all sheets together have at most 160 kB").into());
    }
    Ok(StyleVersion {
        digest: style.digest(),
        saved_at: call.now,
        source: Value::Object(source),
        report,
        style,
    })
}

/// Fetches a sheet and checks it.
async fn fetched<P: Management>(
    call: &Call<'_, P>,
    url: &WebUrl,
    name: &str,
    origins: &[Origin],
    report: &mut Vec<Finding>,
) -> Result<String, Problem> {
    let text = call.ports.fetch_sheet(url.as_str(), SHEET_MAX_BYTES).await;
    let text = text.map_err(|why| invalid(name, why))?;
    checked(name, &text, Some(url), origins, report)
}

fn checked(
    name: &str,
    text: &str,
    base: Option<&WebUrl>,
    origins: &[Origin],
    report: &mut Vec<Finding>,
) -> Result<String, Problem> {
    match style_sheet::check(text, base, origins) {
        Ok(checked) => {
            report.extend(checked.report);
            Ok(checked.text)
        }
        Err(refused) => {
            let told = refused.iter().map(|it| {
                let place = format!("{name} line {} column {}", it.line, it.column);
                field(&place, &format!("{}: {}", it.about, it.detail))
            });
            Err(Problem::invalid(told.collect()))
        }
    }
}

fn invalid(name: &str, rule: &str) -> Problem {
    Problem::invalid(vec![field(name, rule)])
}

/// Texts of limited length, bytes.
fn limited(raw: &str, max: usize) -> Result<String, InvalidName> {
    if raw.len() <= max { Ok(raw.to_owned()) } else { Err(InvalidName("at most 64 kB")) }
}

const PUBLIC: InvalidName = InvalidName("an https address on port 443 with a public host name");

/// Where browsers fetch from while somebody logs in; on loopback where the simulators are.
fn origin_of(raw: &str, local: bool) -> Result<Origin, InvalidName> {
    let origin = Origin::parse(raw)?;
    if origin.is_public() || (local && raw.starts_with("http://")) { Ok(origin) } else { Err(PUBLIC) }
}

/// Where this Worker fetches from: never a name inside (SSRF).
fn sheet_url(raw: &str, local: bool) -> Result<WebUrl, InvalidName> {
    let url = WebUrl::parse(raw)?;
    if url.is_public() || (local && raw.starts_with("http://")) { Ok(url) } else { Err(PUBLIC) }
}

/// Path and query, as `login_hint=css_path:` names them.
fn css_path(raw: &str) -> Result<String, InvalidName> {
    let fits = raw.starts_with('/')
        && !raw.starts_with("//")
        && raw.len() <= CSS_PATH_MAX_BYTES
        && raw.bytes().all(|b| b.is_ascii_graphic() && !b"\"'\\<>#".contains(&b));
    if fits {
        Ok(raw.to_owned())
    } else {
        Err(InvalidName("a path such as /b.css?x=1, at most 200 characters"))
    }
}

/// A style as the API shows it.
pub fn show(record: &Record) -> Value {
    let Record::Style(record) = record else { return Value::Null };
    let shown = |version: &Option<StyleVersion>| version.as_ref().map_or(Value::Null, StyleVersion::shown);
    json!({
        "draft": shown(&record.draft),
        "live": shown(&record.published),
        "earlier": record.earlier.iter().map(StyleVersion::shown).collect::<Vec<_>>(),
    })
}
