//! What the tenant's pages and the operator's desk both do with an order.

use super::order_form::{Details, Entity, Form};
use super::order_object::{OpenOrder, Order, OrderAnswer, OrderCommand, Proof};
use super::order_state::{State, Step};
use super::ports::Dashboard;
use super::stop::Stop;
use super::team_object::{OPERATORS, TeamAnswer, TeamCommand};
use super::vat::VatId;
use super::visit::Visit;
use crate::error::Fault;
use crate::model::{Environment, TenantId};
use crate::pages::Lang;
use crate::pages::dashboard::frame::moment;
use crate::pages::dashboard::order::{Fact, entity, label};
use crate::pages::texts::dashboard::order as texts;
use crate::ports::Unavailable;

/// What became of a step.
pub enum Taken {
    /// It is stored: the order after it.
    Done(Box<Order>),
    /// It is not; somebody else has changed the order, which is now so.
    Changed(Option<Box<Order>>),
}

async fn ask<P: Dashboard>(
    visit: &Visit<'_, P>,
    team: &str,
    command: OrderCommand,
) -> Result<OrderAnswer, Unavailable> {
    match visit.ports.team(team, &TeamCommand::Order(command), visit.now).await? {
        TeamAnswer::Order(answer) => Ok(*answer),
        _ => Err(Unavailable { what: "team object", cause: "an answer to another question".to_owned() }),
    }
}

/// The order of a tenant's environment, whatever the operators were told of it.
///
/// # Errors
/// When the team does not answer.
pub async fn look<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
) -> Result<Option<Order>, Stop> {
    match ask(visit, tenant.as_str(), OrderCommand::Look { environment }).await? {
        OrderAnswer::Order { order } | OrderAnswer::Changed { order } => Ok(order),
        _ => Ok(None),
    }
}

/// Sends a change, and tells the operators.
///
/// # Errors
/// When the tenant's team does not answer. Where it has, and the operators' team does not, the change counts:
/// they are told with the next step or look.
pub async fn change<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    command: OrderCommand,
) -> Result<Taken, Stop> {
    match ask(visit, tenant.as_str(), command).await? {
        OrderAnswer::Order { order: Some(order) } => {
            if let Err(unavailable) = tell(visit, tenant, environment, &order).await {
                Fault::from(unavailable).log(visit.ports);
            }
            Ok(Taken::Done(Box::new(order)))
        }
        OrderAnswer::Changed { order } => Ok(Taken::Changed(order.map(Box::new))),
        _ => Ok(Taken::Changed(None)),
    }
}

/// Takes a step that adds nothing to the order.
///
/// # Errors
/// As [`change`].
pub async fn take<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    step: Step,
    version: u64,
) -> Result<Taken, Stop> {
    let by = visit.session.person.clone();
    change(visit, tenant, environment, OrderCommand::Step { environment, step, version, by }).await
}

/// Reserves the prefix of an order; whether the tenant has it now.
///
/// # Errors
/// When the operators' team does not answer.
pub async fn reserve<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    details: &Details,
    version: u64,
) -> Result<bool, Stop> {
    let (tenant, prefix) = (tenant.clone(), details.prefix.clone());
    let command = OrderCommand::Reserve { tenant, environment, prefix, version };
    Ok(ask(visit, OPERATORS, command).await? == OrderAnswer::Done)
}

/// Tells the operators how an order stands, unless they know.
///
/// # Errors
/// When a team does not answer.
pub async fn tell_if_needed<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    order: &Order,
) -> Result<(), Unavailable> {
    if order.told == order.version { Ok(()) } else { tell(visit, tenant, environment, order).await }
}

/// Tells the operators how an order stands. One that was never submitted is none of their business, unless
/// it was taken back: it may have reserved a prefix.
///
/// # Errors
/// When a team does not answer.
pub async fn tell<P: Dashboard>(
    visit: &Visit<'_, P>,
    tenant: &TenantId,
    environment: Environment,
    order: &Order,
) -> Result<(), Unavailable> {
    let is_withdrawn = order.state == State::Withdrawn;
    if order.queued_at.is_none() && !is_withdrawn {
        return Ok(());
    }
    let row = OpenOrder {
        tenant: tenant.clone(),
        environment,
        status: order.state.word().to_owned(),
        company: order.details.as_ref().map(|details| details.company.clone()).unwrap_or_default(),
        queued_at: order.queued_at.unwrap_or(order.at),
        at: order.at,
        version: order.version,
    };
    // Submitted again, an order that was rejected reserves its prefix anew.
    let keeps_prefix = !is_withdrawn && !matches!(order.state, State::Rejected { .. });
    let mirror = OrderCommand::Mirror { row, is_open: order.state.is_open(), keeps_prefix };
    ask(visit, OPERATORS, mirror).await?;
    if order.told != order.version {
        let version = order.version;
        ask(visit, tenant.as_str(), OrderCommand::Told { environment, version }).await?;
    }
    Ok(())
}

/// A page of the operators' queue.
///
/// # Errors
/// When their team does not answer.
pub async fn queue<P: Dashboard>(
    visit: &Visit<'_, P>,
    after: Option<&str>,
) -> Result<(Vec<OpenOrder>, Option<String>), Stop> {
    let after = after.map(str::to_owned);
    match ask(visit, OPERATORS, OrderCommand::Queue { after }).await? {
        OrderAnswer::Queue { rows, next } => Ok((rows, next)),
        _ => Ok((Vec::new(), None)),
    }
}

/// How many orders wait for the operators, and whether there may be more.
///
/// # Errors
/// When their team does not answer.
pub async fn waiting<P: Dashboard>(visit: &Visit<'_, P>) -> Result<(usize, bool), Stop> {
    match ask(visit, OPERATORS, OrderCommand::Waiting).await? {
        OrderAnswer::Waiting { count, more } => Ok((count, more)),
        _ => Ok((0, false)),
    }
}

/// What shows that somebody may order for a company: that he signed in as its employee.
pub fn proof<P: Dashboard>(visit: &Visit<'_, P>, vat: Option<&VatId>) -> Proof {
    match (visit.session.employed_by(visit.now), vat) {
        (Some(employer), Some(vat)) if vat.country() == "DK" && vat.number() == employer.cvr => {
            Proof::EmployeeLogin { cvr: employer.cvr.clone(), asked_at: employer.asked_at }
        }
        _ => Proof::Manual,
    }
}

/// What an order says, to be shown: what was submitted, or of a draft what was typed.
pub fn facts<P: Dashboard>(visit: &Visit<'_, P>, environment: Environment, order: &Order) -> Vec<Fact> {
    let lang = visit.lang;
    let suffix = visit.ports.desk().orders.suffix(environment);
    let typed = matches!(order.state, State::Draft | State::Withdrawn | State::Rejected { .. });
    let mut facts = match &order.details {
        Some(details) if !typed => submitted(lang, details, suffix),
        _ => drafted(lang, &order.form, suffix),
    };
    if typed {
        return facts;
    }
    if order.details.is_none() {
        return vec![Fact { label: &texts::ERASED, value: texts::ERASED_WHY.say(lang).to_owned() }];
    }
    facts.push(Fact {
        label: &texts::PROOF,
        value: match &order.proof {
            Some(Proof::EmployeeLogin { cvr, asked_at }) => {
                format!("{} (CVR {cvr}, {})", texts::PROOF_EMPLOYEE.say(lang), moment(&asked_at.iso8601()))
            }
            _ => texts::PROOF_MANUAL.say(lang).to_owned(),
        },
    });
    if let Some(terms) = &order.terms {
        let by = texts::TERMS_BY.say(lang);
        let value = format!("{}, {by} {}, {}", terms.version, terms.name, moment(&terms.at.iso8601()));
        facts.push(Fact { label: &texts::TERMS, value });
    }
    facts
}

fn submitted(lang: Lang, details: &Details, suffix: &str) -> Vec<Fact> {
    let kind = match details.entity {
        Entity::Public => "public",
        Entity::Private => "private",
    };
    let vat = details.vat.as_ref().map(VatId::as_str).unwrap_or_default();
    vec![
        Fact { label: label("company"), value: details.company.clone() },
        Fact { label: label("alias"), value: details.alias.clone() },
        Fact { label: &texts::DOMAIN, value: [details.prefix.as_str(), suffix].concat() },
        Fact { label: label("vat"), value: vat.to_owned() },
        Fact { label: label("entity"), value: entity_name(lang, kind) },
        Fact { label: label("contact_name"), value: details.contact_name.clone() },
        Fact { label: label("contact_email"), value: details.contact_email.clone() },
        Fact { label: label("contact_phone"), value: details.contact_phone.clone().unwrap_or_default() },
    ]
}

fn drafted(lang: Lang, form: &Form, suffix: &str) -> Vec<Fact> {
    let kind = form.entity.as_str();
    // Whoever types the country's letters as well has said it twice.
    let vat = if form.vat.starts_with(form.country.as_str()) {
        form.vat.clone()
    } else {
        [&form.country, " ", &form.vat].concat().trim().to_owned()
    };
    let domain = if form.prefix.is_empty() { String::new() } else { [&form.prefix, suffix].concat() };
    vec![
        Fact { label: label("company"), value: form.company.clone() },
        Fact { label: label("alias"), value: form.alias.clone() },
        Fact { label: &texts::DOMAIN, value: domain },
        Fact { label: label("vat"), value: vat },
        Fact { label: label("entity"), value: entity_name(lang, kind) },
        Fact { label: label("contact_name"), value: form.contact_name.clone() },
        Fact { label: label("contact_email"), value: form.contact_email.clone() },
        Fact { label: label("contact_phone"), value: form.contact_phone.clone() },
    ]
}

fn entity_name(lang: Lang, kind: &str) -> String {
    entity(kind).map(|name| name.say(lang).to_owned()).unwrap_or_default()
}
