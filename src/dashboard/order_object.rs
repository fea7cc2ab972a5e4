//! Orders of MitID in the objects of teams. Pure.
//!
//! A tenant's team has an order per environment, and every change of its state in its log. The operators'
//! team has a row for each open order, so that the queue is one object's list, and who reserved a prefix.
//!
//! The two are written one after the other. [`Order::told`] is the version that the operators' team was last
//! told of: where it is behind, the next step and the next look at the order tell it again. The operators'
//! team keeps the newest version that it has heard of, also of orders that are over: whatever comes late
//! changes nothing.

use super::order_form::{Details, Form, Prefix};
use super::order_state::{State, Step};
use super::team_object::{TeamEvent, find, log, put, read};
use super::vies::Vies;
use super::webhook;
use crate::model::{Environment, TenantId, UnixTime};
use crate::rows::{Row, Rows, StoreFault, Write};

/// Rows of a page of the queue.
pub const QUEUE_PAGE: usize = 50;
/// Most orders of the queue that are counted.
pub const WAITING_MAX: usize = 100;

pub(super) const ORDER: &str = "order";
const OPEN: &str = "open_order";
const PREFIX: &str = "prefix";
const RESERVATION: &str = "reservation";
/// The version of each tenant's order that the operators' team was told of last.
const MIRRORED: &str = "mirrored";

/// The terms that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Their version.
    pub version: String,
    /// Who: a pseudonym.
    pub by: String,
    /// What he was called.
    pub name: String,
    /// When.
    pub at: UnixTime,
}

json_struct!(Terms { version, by, name, at });

/// What shows that the applicant belongs to the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// He was signed in as an employee of it.
    EmployeeLogin {
        /// Its CVR number, as the login said it.
        cvr: String,
        /// When he was asked who he is.
        asked_at: UnixTime,
    },
    /// Nothing: the operator looks into it himself.
    Manual,
}

json_enum!(Proof { EmployeeLogin { cvr, asked_at } = "employee_login", Manual = "manual" });

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Grows with every change.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// What was typed last.
    pub form: Form,
    /// What was submitted last.
    pub details: Option<Details>,
    /// The terms that were accepted then; in PRODUCTION.
    pub terms: Option<Terms>,
    /// Who submitted it: a pseudonym.
    pub ordered_by: Option<String>,
    /// What shows that he may.
    pub proof: Option<Proof>,
    /// What VIES said, where it was asked.
    pub vies: Option<Vies>,
    /// When it was submitted first: its place in the queue.
    pub queued_at: Option<UnixTime>,
    /// When the last step was taken; a saved draft is one.
    pub at: UnixTime,
    /// The version that the operators' team was last told of.
    pub told: u64,
}

json_struct!(Order { version, state, form, details, terms, ordered_by, proof, vies, queued_at, at, told });

/// An open order in the operators' queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Whose.
    pub tenant: TenantId,
    /// TEST or PRODUCTION.
    pub environment: Environment,
    /// Its state's word.
    pub status: String,
    /// Legal name of the company.
    pub company: String,
    /// When it was submitted first.
    pub queued_at: UnixTime,
    /// When its state last changed.
    pub at: UnixTime,
    /// The order's version.
    pub version: u64,
}

json_struct!(OpenOrder { tenant, environment, status, company, queued_at, at, version });

impl OpenOrder {
    /// Its place: the oldest first, and one place an order.
    fn id(&self) -> String {
        format!("{:012}.{}.{}", self.queued_at.0, self.tenant, self.environment.as_str())
    }
}

/// A prefix that a tenant has reserved in an environment: one each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reservation {
    tenant: TenantId,
    prefix: Prefix,
    version: u64,
}

json_struct!(Reservation { tenant, prefix, version });

/// What a submission adds to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// What was read.
    pub details: Details,
    /// The terms, in PRODUCTION.
    pub terms: Option<Terms>,
    /// What shows that the applicant may.
    pub proof: Proof,
    /// What VIES said.
    pub vies: Option<Vies>,
}

json_struct!(Submission { details, terms, proof, vies });

/// What a team is asked about orders. `version` is the one that whoever asks has seen, 0 for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderCommand {
    /// The order of an environment.
    Look {
        /// Which.
        environment: Environment,
    },
    /// Saves what was typed.
    Save {
        /// Where.
        environment: Environment,
        /// What.
        form: Form,
        /// The version seen.
        version: u64,
        /// Who.
        by: String,
    },
    /// Submits it.
    Submit {
        /// Where.
        environment: Environment,
        /// What.
        submission: Submission,
        /// The version seen.
        version: u64,
        /// Who.
        by: String,
    },
    /// Any other step.
    Step {
        /// Where.
        environment: Environment,
        /// Which.
        step: Step,
        /// The version seen.
        version: u64,
        /// Who.
        by: String,
    },
    /// Notes what VIES said.
    Note {
        /// Where.
        environment: Environment,
        /// What.
        vies: Vies,
        /// The version seen.
        version: u64,
    },
    /// The operators' team knows this version.
    Told {
        /// Where.
        environment: Environment,
        /// Which.
        version: u64,
    },
    /// Of the operators' team: reserves a prefix, in place of the one that the tenant had.
    Reserve {
        /// For whom.
        tenant: TenantId,
        /// Where.
        environment: Environment,
        /// Which.
        prefix: Prefix,
        /// The order's version.
        version: u64,
    },
    /// Of the operators' team: how an order stands.
    Mirror {
        /// It.
        row: OpenOrder,
        /// Whether it is in the queue.
        is_open: bool,
        /// Whether its prefix stays reserved.
        keeps_prefix: bool,
    },
    /// Of the operators' team: a page of the queue.
    Queue {
        /// What comes after this row.
        after: Option<String>,
    },
    /// Of the operators' team: how many orders wait for them.
    Waiting,
}

json_enum!(OrderCommand {
    Look { environment } = "look",
    Save { environment, form, version, by } = "save",
    Submit { environment, submission, version, by } = "submit",
    Step { environment, step, version, by } = "step",
    Note { environment, vies, version } = "note",
    Told { environment, version } = "told",
    Reserve { tenant, environment, prefix, version } = "reserve",
    Mirror { row, is_open, keeps_prefix } = "mirror",
    Queue { after } = "queue",
    Waiting = "waiting",
});

/// What a team answers about orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderAnswer {
    /// The order as it is now, if there is one.
    Order {
        /// It.
        order: Option<Order>,
    },
    /// It is not as whoever asked has seen it, or the step does not start from its state.
    Changed {
        /// It.
        order: Option<Order>,
    },
    /// It is done.
    Done,
    /// Another tenant has the prefix, or the order has gone on meanwhile.
    Taken,
    /// A page of the queue.
    Queue {
        /// Its rows, oldest first.
        rows: Vec<OpenOrder>,
        /// Where the next page begins.
        next: Option<String>,
    },
    /// How many orders wait.
    Waiting {
        /// Those among the oldest [`WAITING_MAX`] of the queue.
        count: usize,
        /// Whether the queue is longer.
        more: bool,
    },
}

json_enum!(OrderAnswer {
    Order { order } = "order",
    Changed { order } = "changed",
    Done = "done",
    Taken = "taken",
    Queue { rows, next } = "queue",
    Waiting { count, more } = "waiting",
});

/// Does as it is told.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &OrderCommand, now: UnixTime) -> Result<OrderAnswer, StoreFault> {
    match command {
        OrderCommand::Look { environment } => {
            Ok(OrderAnswer::Order { order: find(rows, ORDER, environment.as_str())? })
        }
        OrderCommand::Save { environment, form, version, by } => {
            let filled = |order: &mut Order| order.form = form.clone();
            step(rows, *environment, &Step::Save, *version, by, now, &filled)
        }
        OrderCommand::Submit { environment, submission, version, by } => {
            let filled = |order: &mut Order| {
                order.details = Some(submission.details.clone());
                order.terms = submission.terms.clone();
                order.proof = Some(submission.proof.clone());
                order.vies = submission.vies.clone();
                order.ordered_by = Some(by.clone());
                order.queued_at = order.queued_at.or(Some(now));
            };
            step(rows, *environment, &Step::Submit, *version, by, now, &filled)
        }
        OrderCommand::Step { environment, step: taken, version, by } => {
            step(rows, *environment, taken, *version, by, now, &|_| {})
        }
        OrderCommand::Note { environment, vies, version } => note(rows, *environment, *version, &|order| {
            order.version += 1;
            order.vies = Some(vies.clone());
        }),
        OrderCommand::Told { environment, version } => {
            note(rows, *environment, *version, &|order| order.told = order.version)
        }
        OrderCommand::Reserve { tenant, environment, prefix, version } => {
            reserve(rows, tenant, *environment, prefix, *version)
        }
        OrderCommand::Mirror { row, is_open, keeps_prefix } => mirror(rows, row, *is_open, *keeps_prefix),
        OrderCommand::Queue { after } => queue(rows, after.as_deref()),
        OrderCommand::Waiting => waiting(rows),
    }
}

/// Takes a step, and writes it into the log where it changed the state.
fn step(
    rows: &mut impl Rows,
    environment: Environment,
    taken: &Step,
    version: u64,
    by: &str,
    now: UnixTime,
    fill: &dyn Fn(&mut Order),
) -> Result<OrderAnswer, StoreFault> {
    let known: Option<Order> = find(rows, ORDER, environment.as_str())?;
    if known.as_ref().map_or(0, |order| order.version) != version {
        return Ok(OrderAnswer::Changed { order: known });
    }
    let before = known.as_ref().map_or("", |order| order.state.word());
    let mut order = match (&known, taken) {
        (Some(order), _) if order.state != State::Withdrawn => order.clone(),
        // After one that was withdrawn another begins, with nothing but the count of versions.
        (_, Step::Save) => begun(version, known.as_ref().map_or(0, |order| order.told), now),
        _ => return Ok(OrderAnswer::Changed { order: known }),
    };
    let Ok(state) = order.state.clone().after(taken.clone()) else {
        return Ok(OrderAnswer::Changed { order: known });
    };
    order.version += 1;
    order.at = now;
    let mut writes = Vec::new();
    if state.word() != before {
        let event = TeamEvent {
            at: now,
            by: by.to_owned(),
            what: "order".to_owned(),
            about: environment.as_str().to_owned(),
            from: before.to_owned(),
            to: state.word().to_owned(),
        };
        writes = log(rows, &event)?;
        writes.extend(webhook::note(rows, order.version, &event)?);
    }
    order.state = state;
    fill(&mut order);
    writes.push(put(ORDER, environment.as_str(), &order));
    rows.commit(writes)?;
    Ok(OrderAnswer::Order { order: Some(order) })
}

pub(super) fn begun(version: u64, told: u64, now: UnixTime) -> Order {
    Order {
        version,
        state: State::Draft,
        form: Form::default(),
        details: None,
        terms: None,
        ordered_by: None,
        proof: None,
        vies: None,
        queued_at: None,
        at: now,
        told,
    }
}

/// Changes what is no step, if the order is as it was seen.
fn note(
    rows: &mut impl Rows,
    environment: Environment,
    version: u64,
    change: &dyn Fn(&mut Order),
) -> Result<OrderAnswer, StoreFault> {
    match find::<Order>(rows, ORDER, environment.as_str())? {
        Some(mut order) if order.version == version => {
            change(&mut order);
            rows.commit(vec![put(ORDER, environment.as_str(), &order)])?;
            Ok(OrderAnswer::Order { order: Some(order) })
        }
        order => Ok(OrderAnswer::Changed { order }),
    }
}

fn prefix_id(environment: Environment, prefix: &Prefix) -> String {
    format!("{}.{}", environment.as_str(), prefix.as_str())
}

fn reservation_id(environment: Environment, tenant: &TenantId) -> String {
    format!("{}.{tenant}", environment.as_str())
}

fn reserve(
    rows: &mut impl Rows,
    tenant: &TenantId,
    environment: Environment,
    prefix: &Prefix,
    version: u64,
) -> Result<OrderAnswer, StoreFault> {
    let own = reservation_id(environment, tenant);
    let before: Option<Reservation> = find(rows, RESERVATION, &own)?;
    let heard: u64 = find(rows, MIRRORED, &own)?.unwrap_or(0);
    let newest = heard.max(before.as_ref().map_or(0, |before| before.version));
    let id = prefix_id(environment, prefix);
    let owner: Option<TenantId> = find(rows, PREFIX, &id)?;
    // One that comes late is of an order that has gone on, and takes nothing from what that has now.
    if version < newest || owner.is_some_and(|owner| owner != *tenant) {
        return Ok(OrderAnswer::Taken);
    }
    let mut writes = vec![put(PREFIX, &id, tenant)];
    if let Some(before) = before.filter(|before| before.prefix != *prefix) {
        writes.push(Write::Delete { kind: PREFIX, id: prefix_id(environment, &before.prefix) });
    }
    let reservation = Reservation { tenant: tenant.clone(), prefix: prefix.clone(), version };
    writes.push(put(RESERVATION, &own, &reservation));
    rows.commit(writes)?;
    Ok(OrderAnswer::Done)
}

fn mirror(
    rows: &mut impl Rows,
    row: &OpenOrder,
    is_open: bool,
    keeps_prefix: bool,
) -> Result<OrderAnswer, StoreFault> {
    let id = row.id();
    let own = reservation_id(row.environment, &row.tenant);
    let heard: u64 = find(rows, MIRRORED, &own)?.unwrap_or(0);
    if heard > row.version {
        return Ok(OrderAnswer::Done);
    }
    let known: Option<OpenOrder> = find(rows, OPEN, &id)?;
    let mut writes = Vec::new();
    if heard < row.version {
        writes.push(put(MIRRORED, &own, &row.version));
    }
    match known {
        Some(known) if is_open && known == *row => {}
        None if !is_open => {}
        _ if is_open => writes.push(put(OPEN, &id, row)),
        _ => writes.push(Write::Delete { kind: OPEN, id }),
    }
    if !keeps_prefix {
        let reserved: Option<Reservation> = find(rows, RESERVATION, &own)?;
        // One that was made for a later order stays.
        if let Some(reserved) = reserved.filter(|reserved| reserved.version < row.version) {
            writes.push(Write::Delete { kind: PREFIX, id: prefix_id(row.environment, &reserved.prefix) });
            writes.push(Write::Delete { kind: RESERVATION, id: own });
        }
    }
    if !writes.is_empty() {
        rows.commit(writes)?;
    }
    Ok(OrderAnswer::Done)
}

fn queue(rows: &impl Rows, after: Option<&str>) -> Result<OrderAnswer, StoreFault> {
    let mut found = rows.list(OPEN, "", after, QUEUE_PAGE + 1)?;
    let more = found.len() > QUEUE_PAGE;
    found.truncate(QUEUE_PAGE);
    let next = found.last().filter(|_| more).map(|row: &Row| row.id.clone());
    let rows = found.iter().map(read).collect::<Result<_, _>>()?;
    Ok(OrderAnswer::Queue { rows, next })
}

fn waiting(rows: &impl Rows) -> Result<OrderAnswer, StoreFault> {
    let oldest = rows.list(OPEN, "", None, WAITING_MAX + 1)?;
    let more = oldest.len() > WAITING_MAX;
    let mut count = 0;
    for row in oldest.iter().take(WAITING_MAX) {
        // A domain that is ready waits for its tenant.
        count += usize::from(read::<OpenOrder>(row)?.status != "domain_ready");
    }
    Ok(OrderAnswer::Waiting { count, more })
}

#[cfg(test)]
mod tests;
