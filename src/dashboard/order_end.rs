//! What is left of an order that is over: five years after its end what it says of people and of the company
//! goes, with the terms that were accepted. That it was, how it ended and when stays, so that versions grow.

use super::order_form::Form;
use super::order_object::{ORDER, Order, begun};
use super::order_state::State;
use super::team_object::{TeamEvent, find, log, put};
use crate::model::{Environment, UnixTime};
use crate::rows::{Rows, StoreFault};

/// How long an order is kept after its last step, seconds: five years, with two leap days at most.
pub const KEPT_SECONDS: u64 = (5 * 365 + 2) * 24 * 60 * 60;

/// Who has done it, in the log.
const ALARM: &str = "schedule";
/// What the log says has become of the order.
const ERASED: &str = "erased";

/// Erases what is over; when the next order is.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn forget(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let mut next: Option<UnixTime> = None;
    for environment in Environment::ALL {
        let Some(order) = find::<Order>(rows, ORDER, environment.as_str())? else { continue };
        match over_at(&order) {
            Some(over) if over.is_over(now) => {
                let event = TeamEvent {
                    at: now,
                    by: ALARM.to_owned(),
                    what: ORDER.to_owned(),
                    about: environment.as_str().to_owned(),
                    from: order.state.word().to_owned(),
                    to: ERASED.to_owned(),
                };
                let mut writes = log(rows, &event)?;
                writes.push(put(ORDER, environment.as_str(), &erased(order)));
                rows.commit(writes)?;
            }
            Some(over) => next = Some(next.map_or(over, |next| next.min(over))),
            None => {}
        }
    }
    Ok(next)
}

/// When nobody goes on with an order any more; `None` for one that waits for somebody, and where nothing is
/// left to erase.
fn over_at(order: &Order) -> Option<UnixTime> {
    let has_something =
        order.details.is_some() || order.ordered_by.is_some() || order.form != Form::default();
    (has_something && !order.state.is_open()).then(|| order.at.plus(KEPT_SECONDS))
}

fn erased(order: Order) -> Order {
    // Of what was never approved nothing is left to go on with.
    let (state, told) = match order.state {
        State::Completed { host } => (State::Completed { host }, order.version + 1),
        _ => (State::Withdrawn, order.told),
    };
    Order { state, ..begun(order.version + 1, told, order.at) }
}
