//! Ordering MitID: a tenant's side of it.

use super::api::Condition;
use super::form::{self, Complaint, Typed};
use super::order_calls::{self, Taken};
use super::order_form::{self, Details, Form, TERMS_VERSION};
use super::order_object::{Order, OrderCommand, Proof, Submission, Terms};
use super::order_state::{State, Step};
use super::ports::Dashboard;
use super::settings::{self, Shown};
use super::stop::{Opening, Page, Stop};
use super::vies;
use super::visit::Within;
use super::webhooks;
use crate::error::Fault;
use crate::json::Json;
use crate::model::{Environment, Host};
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::order::{self as view, FIELDS};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::{common, order as texts};
use crate::web::{Method, Parameters, Response};
use serde_json::Value;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let page: Opening<'_> = match (within.visit.request.method, path) {
        (Method::Get, []) => Box::pin(async {
            let query = within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
            let order = look(within).await?;
            page(within, order.as_ref(), Notice::of(query.get("saved")), None)
        }),
        (Method::Post, []) => Box::pin(act(within)),
        (Method::Get, ["edit"]) => Box::pin(async {
            let order = look(within).await?;
            if !order.as_ref().is_none_or(can_edit) {
                return Ok(Response::see_other(&within.href(&["order"])));
            }
            form_page(within, &opened(order.as_ref()))
        }),
        (Method::Post, ["edit"]) => Box::pin(save(within)),
        (Method::Get | Method::Post, ["webhook"]) => Box::pin(webhooks::page(within)),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

/// The order as it is. A look tells the operators what they may have missed.
async fn look<P: Dashboard>(within: &Within<'_, P>) -> Result<Option<Order>, Stop> {
    let order = order_calls::look(within.visit, &within.tenant, within.environment).await?;
    if let Some(order) = &order {
        let told = order_calls::tell_if_needed(within.visit, &within.tenant, within.environment, order);
        if let Err(unavailable) = told.await {
            Fault::from(unavailable).log(within.visit.ports);
        }
    }
    Ok(order)
}

fn can_edit(order: &Order) -> bool {
    order.state.allows(&Step::Save)
}

/// What keeps something from being done.
pub struct Kept {
    /// The status of the page that says so.
    pub status: u16,
    /// In our words.
    pub text: &'static Text,
    /// What the API says of it, in English.
    pub detail: String,
}

impl Kept {
    /// In our words alone.
    pub fn by(status: u16, text: &'static Text) -> Self {
        Self { status, text, detail: String::new() }
    }
}

fn page<P: Dashboard>(
    within: &Within<'_, P>,
    order: Option<&Order>,
    notice: Option<Notice>,
    kept: Option<&Kept>,
) -> Page {
    let visit = within.visit;
    let since = order.map(|order| order.at.iso8601()).unwrap_or_default();
    let facts = order.map(|order| order_calls::facts(visit, within.environment, order)).unwrap_or_default();
    let progress = order.map(|order| progress(order, &since, &facts));
    let is_production = within.environment == Environment::Production;
    let can_submit = |order: &&Order| order.state.allows(&Step::Submit);
    let submit = order.filter(can_submit).map(|order| {
        let read = order_form::read(&order.form, within.environment).ok();
        let vat = read.as_ref().and_then(|details| details.vat.as_ref());
        let proves = order_calls::proof(visit, vat) != Proof::Manual;
        view::Submit { terms: is_production.then_some(TERMS_VERSION), proves }
    });
    let domain_href = order.and_then(|order| match &order.state {
        State::Completed { host } => Some(within.href(&["domains", host.as_str()])),
        _ => None,
    });
    let page = view::Order {
        frame: &within.frame(),
        notice,
        href: &within.href(&["order"]),
        progress,
        may_change: within.may_change(),
        can_edit: order.is_none_or(can_edit),
        submit,
        can_withdraw: order.is_some_and(|order| order.state.allows(&Step::Withdraw)),
        domain_href: domain_href.as_deref(),
        eids_href: &within.href(&["eids"]),
        webhook_href: &within.href(&["order", "webhook"]),
        problem: kept.map(|kept| view::Problem { text: kept.text, detail: &kept.detail }),
    };
    Ok(Response::page(kept.map_or(200, |kept| kept.status), view::order(&page)))
}

/// How far an order is, for a page.
pub(super) fn progress<'a>(order: &'a Order, since: &'a str, facts: &'a [view::Fact]) -> view::Progress<'a> {
    view::Progress {
        status: order.state.word(),
        since,
        reason: match &order.state {
            State::Rejected { reason } => Some(reason),
            _ => None,
        },
        facts,
        version: order.version,
    }
}

fn form_page<P: Dashboard>(within: &Within<'_, P>, shown: &Shown) -> Page {
    let form = settings::markup(within, FIELDS, shown, &within.href(&["order", "edit"]), &texts::SAVE_DRAFT);
    let page = view::edit(view::Edit { frame: &within.frame(), form });
    Ok(Response::page(settings::status(shown), page))
}

/// The form of an order; a new one where there is none, or it was withdrawn.
fn opened(order: Option<&Order>) -> Shown {
    let body = match order {
        Some(order) if order.state != State::Withdrawn => order.form.write(),
        _ => Value::Null,
    };
    Shown {
        typed: form::typed_of(FIELDS, &body),
        version: order.map(|order| order.version).unwrap_or_default().to_string(),
        base: settings::base_of(FIELDS, &body),
        ..Shown::default()
    }
}

fn form_of(typed: &Typed) -> Form {
    let of = |name: &str| form::typed(typed, name).to_owned();
    Form {
        company: of("company"),
        alias: of("alias"),
        prefix: of("prefix"),
        country: of("country"),
        vat: of("vat"),
        entity: of("entity"),
        contact_name: of("contact_name"),
        contact_email: of("contact_email"),
        contact_phone: of("contact_phone"),
    }
}

fn complaints(wrong: order_form::Wrong) -> form::Wrong {
    wrong.into_iter().map(|(name, why)| (name.to_owned(), Complaint::Ours(why))).collect()
}

fn version(form: &Parameters) -> u64 {
    form.get("version").and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Saves the draft.
async fn save<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let typed = form::typed_in(FIELDS, &form);
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let mut shown =
        Shown { typed, version: text("version"), base: text("base"), wrong: Vec::new(), changed: Vec::new() };
    let written = form_of(&shown.typed);
    shown.wrong = complaints(order_form::complaints_of_draft(&written, within.environment));
    if !shown.wrong.is_empty() {
        return form_page(within, &shown);
    }
    // What the operators still have of an order that was withdrawn goes before another begins: after that
    // nobody would know where it stood in their queue.
    let before = order_calls::look(within.visit, &within.tenant, within.environment).await?;
    if let Some(gone) = before.filter(|order| order.state == State::Withdrawn) {
        order_calls::tell_if_needed(within.visit, &within.tenant, within.environment, &gone).await?;
    }
    let command = OrderCommand::Save {
        environment: within.environment,
        form: written,
        version: version(&form),
        by: within.person().to_owned(),
    };
    match order_calls::change(within.visit, &within.tenant, within.environment, command).await? {
        Taken::Done(_) => Ok(settings::kept(&within.href(&["order"]))),
        Taken::Changed(Some(order)) if can_edit(&order) => {
            let now = order.form.write();
            shown.changed = settings::changes(FIELDS, &shown.base, &now);
            shown.version = order.version.to_string();
            shown.base = settings::base_of(FIELDS, &now);
            shown.wrong = vec![(String::new(), Complaint::Ours(&common::CHANGED_MEANWHILE))];
            form_page(within, &shown)
        }
        Taken::Changed(order) => page(within, order.as_deref(), None, Some(&Kept::by(409, &texts::CHANGED))),
    }
}

/// Submits, withdraws or completes.
async fn act<P: Dashboard>(within: &Within<'_, P>) -> Page {
    let form = within.visit.form()?;
    within.check_change()?;
    let order = look(within).await?;
    let seen = version(&form);
    let Some(order) = order.filter(|order| order.version == seen) else {
        let order = look(within).await?;
        return page(within, order.as_ref(), None, Some(&Kept::by(409, &texts::CHANGED)));
    };
    let done = match form.get("act") {
        Some("submit") => return submit(within, &form, &order).await,
        Some("withdraw") => Ok((Step::Withdraw, None)),
        Some("complete") => enable(within, &order).await?.map(|published| (Step::Complete, Some(published))),
        _ => return Err(Stop::Malformed),
    };
    let (step, published) = match done {
        Ok(step) => step,
        Err(kept) => return page(within, Some(&order), None, Some(&kept)),
    };
    let taken =
        order_calls::take(within.visit, &within.tenant, within.environment, step, order.version).await?;
    finished(within, taken, published)
}

/// `published` is whether a change of the configuration that came with it is; `None` where none came.
fn finished<P: Dashboard>(within: &Within<'_, P>, taken: Taken, published: Option<bool>) -> Page {
    let href = within.href(&["order"]);
    match taken {
        Taken::Done(_) => {
            Ok(published.map_or_else(|| settings::kept(&href), |done| settings::saved(&href, done)))
        }
        Taken::Changed(order) => page(within, order.as_deref(), None, Some(&Kept::by(409, &texts::CHANGED))),
    }
}

/// Puts the domain of an order into service; whether that has reached the login path. It comes before the
/// step, so an order is not completed whose domain is off.
async fn enable<P: Dashboard>(within: &Within<'_, P>, order: &Order) -> Result<Result<bool, Kept>, Stop> {
    let State::DomainReady { host } = &order.state else {
        return Ok(Err(Kept::by(409, &texts::COMPLETE_NOT_YET)));
    };
    let resource = within.resource(&["domains", host.as_str()]);
    let Some(mut found) = within.api().find(&resource).await? else {
        return Ok(Err(Kept::by(409, &texts::DOMAIN_GONE)));
    };
    found.body["enabled"] = Value::Bool(true);
    let condition = Condition::Unchanged(&found.etag);
    let changed = within.api().change(Method::Put, &resource, condition, Some(&found.body)).await?;
    Ok(changed.map(|done| done.published).map_err(|refused| Kept {
        status: 409,
        text: &texts::CHANGED,
        detail: refused.text,
    }))
}

/// Submits an order: reads it, has the terms accepted, reserves the prefix, and stores it.
async fn submit<P: Dashboard>(within: &Within<'_, P>, form: &Parameters, order: &Order) -> Page {
    let visit = within.visit;
    let again = |wrong: form::Wrong| {
        let mut shown = opened(Some(order));
        shown.wrong = wrong;
        form_page(within, &shown)
    };
    if !order.state.allows(&Step::Submit) {
        return page(within, Some(order), None, Some(&Kept::by(409, &texts::CHANGED)));
    }
    let details = match order_form::read(&order.form, within.environment) {
        Ok(details) => details,
        Err(wrong) => return again(complaints(wrong)),
    };
    let terms = match accepted(within, form) {
        Ok(terms) => terms,
        Err(kept) => return page(within, Some(order), None, Some(&kept)),
    };
    if within.environment == Environment::Production && !has_domain(within).await? {
        let kept = Kept::by(409, &texts::NO_PRODUCTION_DOMAIN);
        return page(within, Some(order), None, Some(&kept));
    }
    if !is_free(within, &details, order.version).await? {
        return again(vec![("prefix".to_owned(), Complaint::Ours(&texts::PREFIX_TAKEN))]);
    }
    let submission = Submission {
        proof: order_calls::proof(visit, details.vat.as_ref()),
        vies: vies::ask(visit, details.vat.as_ref()).await,
        details,
        terms,
    };
    let (environment, version) = (within.environment, order.version);
    let by = within.person().to_owned();
    let command = OrderCommand::Submit { environment, submission, version, by };
    let taken = order_calls::change(visit, &within.tenant, environment, command).await?;
    finished(within, taken, None)
}

/// The acceptance of the terms; `None` in TEST, where there are none.
fn accepted<P: Dashboard>(within: &Within<'_, P>, form: &Parameters) -> Result<Option<Terms>, Kept> {
    if within.environment == Environment::Test {
        return Ok(None);
    }
    if form.get("terms_version") != Some(TERMS_VERSION) {
        return Err(Kept::by(409, &texts::TERMS_CHANGED));
    }
    if !["terms_general", "terms_mitid"].iter().all(|name| form.get(name).is_some()) {
        return Err(Kept::by(422, &texts::TERMS_MISSING));
    }
    Ok(Some(Terms {
        version: TERMS_VERSION.to_owned(),
        by: within.person().to_owned(),
        name: within.visit.session.name.clone(),
        at: within.visit.now,
    }))
}

/// Whether the tenant has an ordinary domain in service in PRODUCTION.
async fn has_domain<P: Dashboard>(within: &Within<'_, P>) -> Result<bool, Stop> {
    let (domains, _) = within.api().list(&within.resource(&["domains"])).await?;
    Ok(domains.iter().any(|domain| {
        domain["environment"] == "PRODUCTION" && domain["kind"] == "ordinary" && domain["enabled"] == true
    }))
}

/// Reserves the prefix; whether nobody else has it.
async fn is_free<P: Dashboard>(
    within: &Within<'_, P>,
    details: &Details,
    version: u64,
) -> Result<bool, Stop> {
    let host: Option<Host> = details.prefix.host(within.visit.ports.desk().orders.suffix(within.environment));
    if host.is_none() {
        return Ok(false);
    }
    order_calls::reserve(within.visit, &within.tenant, within.environment, details, version).await
}
