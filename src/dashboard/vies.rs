//! VIES, the EU's register of VAT numbers: asked where the installation wants it, and remembered for a day in
//! the object of the operators' team, whoever asks.

use super::ports::Dashboard;
use super::team_object::{OPERATORS, TeamAnswer, TeamCommand, find, put};
use super::vat::VatId;
use super::visit::Visit;
use crate::error::Fault;
use crate::json;
use crate::model::UnixTime;
use crate::ports::FetchRequest;
use crate::rows::{Rows, StoreFault, Write};
use serde_json::{Value, json};

/// How long an answer counts, seconds.
pub const KEPT_SECONDS: u64 = 24 * 60 * 60;
/// Most answers that are remembered; with more, VIES is asked again.
pub const ANSWERS_MAX: usize = 200;
/// Longest name that is kept of an answer, characters.
const NAME_MAX_CHARS: usize = 200;

const ANSWER: &str = "vies";

/// What VIES said of a VAT number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vies {
    /// It.
    pub outcome: ViesOutcome,
    /// The company's name there, where the state tells it.
    pub name: Option<String>,
    /// When it was asked.
    pub at: UnixTime,
}

json_struct!(Vies { outcome, name, at });

/// Whether VIES knows a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViesOutcome {
    /// It is in use.
    Valid,
    /// It is not.
    Invalid,
    /// No answer: that says nothing of the number.
    Unknown,
}

json_enum!(ViesOutcome { Valid = "valid", Invalid = "invalid", Unknown = "unknown" });

/// What the operators' team is asked about answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViesCommand {
    /// What was said of a number within the day.
    Look {
        /// It.
        vat: VatId,
    },
    /// Remembers an answer.
    Keep {
        /// The number.
        vat: VatId,
        /// What was said of it.
        vies: Vies,
    },
}

json_enum!(ViesCommand { Look { vat } = "look", Keep { vat, vies } = "keep" });

/// Does as it is told: what is remembered of the number.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(rows: &mut impl Rows, command: &ViesCommand, now: UnixTime) -> Result<Option<Vies>, StoreFault> {
    match command {
        ViesCommand::Look { vat } => {
            let known: Option<Vies> = find(rows, ANSWER, vat.as_str())?;
            Ok(known.filter(|known| !over_at(known).is_over(now)))
        }
        ViesCommand::Keep { vat, vies } => {
            forget(rows, now)?;
            // That nobody answered is no answer.
            let is_definite = vies.outcome != ViesOutcome::Unknown;
            if is_definite && rows.list(ANSWER, "", None, ANSWERS_MAX)?.len() < ANSWERS_MAX {
                rows.commit(vec![put(ANSWER, vat.as_str(), vies)])?;
            }
            Ok(None)
        }
    }
}

/// Removes answers that count no more; when the next one does not.
///
/// # Errors
/// When the store fails.
pub fn forget(rows: &mut impl Rows, now: UnixTime) -> Result<Option<UnixTime>, StoreFault> {
    let (mut gone, mut next) = (Vec::new(), None);
    for row in rows.list(ANSWER, "", None, ANSWERS_MAX)? {
        // One that can't be read is over.
        let over = json::read::<Vies>(&row.value).map_or(UnixTime(0), |known| over_at(&known));
        if over.is_over(now) {
            gone.push(Write::Delete { kind: ANSWER, id: row.id });
        } else {
            next = Some(next.map_or(over, |next: UnixTime| next.min(over)));
        }
    }
    if !gone.is_empty() {
        rows.commit(gone)?;
    }
    Ok(next)
}

fn over_at(known: &Vies) -> UnixTime {
    known.at.plus(KEPT_SECONDS)
}

/// Asks for a number, where the installation does. An outage is an answer too: unknown.
pub async fn ask<P: Dashboard>(visit: &Visit<'_, P>, vat: Option<&VatId>) -> Option<Vies> {
    let (url, vat) = (visit.ports.desk().orders.vies.as_ref()?, vat?);
    if let Some(known) = remembered(visit, ViesCommand::Look { vat: vat.clone() }).await {
        return Some(known);
    }
    let asked = json!({ "countryCode": vat.country(), "vatNumber": vat.number() });
    let request = FetchRequest {
        url: url.to_string(),
        form: None,
        json: Some(json::text(&asked)),
        authorization: None,
    };
    let answer = visit.ports.send(request).await.ok().filter(|answer| answer.status == 200);
    let body: Value = answer.and_then(|answer| json::read(&answer.body).ok()).unwrap_or(Value::Null);
    let vies = read(&body, visit.now);
    if vies.outcome != ViesOutcome::Unknown {
        remembered(visit, ViesCommand::Keep { vat: vat.clone(), vies: vies.clone() }).await;
    }
    Some(vies)
}

fn read(body: &Value, now: UnixTime) -> Vies {
    // A failure is told with `valid: false` beside it, so only an answer about the number counts.
    let failed = body["actionSucceed"] == Value::Bool(false) || body["errorWrappers"].is_array();
    let outcome = match body["valid"].as_bool() {
        Some(true) => ViesOutcome::Valid,
        Some(false) if !failed => ViesOutcome::Invalid,
        _ => ViesOutcome::Unknown,
    };
    // Some states tell no name.
    let name = body["name"].as_str().map(str::trim).filter(|name| !name.is_empty() && *name != "---");
    let shown = |name: &str| name.chars().filter(|c| !c.is_control()).take(NAME_MAX_CHARS).collect();
    Vies { outcome, name: name.map(shown), at: now }
}

/// An order does not wait for what is only remembered: a team that does not answer is logged.
async fn remembered<P: Dashboard>(visit: &Visit<'_, P>, command: ViesCommand) -> Option<Vies> {
    match visit.ports.team(OPERATORS, &TeamCommand::Vies(command), visit.now).await {
        Ok(TeamAnswer::Vies { vies }) => vies,
        Ok(_) => None,
        Err(unavailable) => {
            Fault::from(unavailable).log(visit.ports);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_795_000_000);

    fn vat(number: usize) -> VatId {
        let raw = ["DK13585628", "DK88146328", "DK12345674"][number];
        VatId::parse(raw, None).unwrap()
    }

    fn keep(rows: &mut MemoryRows, vat: VatId, outcome: ViesOutcome, at: UnixTime) {
        let vies = Vies { outcome, name: None, at };
        assert_eq!(apply(rows, &ViesCommand::Keep { vat, vies }, at), Ok(None));
    }

    fn look(rows: &mut MemoryRows, vat: VatId, now: UnixTime) -> Option<ViesOutcome> {
        apply(rows, &ViesCommand::Look { vat }, now).unwrap().map(|known| known.outcome)
    }

    #[test]
    fn a_definite_answer_counts_for_a_day_and_for_its_number_only() {
        let mut rows = MemoryRows::default();
        keep(&mut rows, vat(0), ViesOutcome::Valid, NOW);
        keep(&mut rows, vat(1), ViesOutcome::Invalid, NOW.plus(60));
        keep(&mut rows, vat(2), ViesOutcome::Unknown, NOW);
        let later = NOW.plus(KEPT_SECONDS - 1);
        assert_eq!(look(&mut rows, vat(0), later), Some(ViesOutcome::Valid));
        assert_eq!(look(&mut rows, vat(1), later), Some(ViesOutcome::Invalid));
        assert_eq!(look(&mut rows, vat(2), later), None);
        let over = NOW.plus(KEPT_SECONDS);
        assert_eq!(look(&mut rows, vat(0), over), None);
        assert_eq!(forget(&mut rows, over), Ok(Some(over.plus(60))));
        assert_eq!(rows.count(ANSWER), 1);
        assert_eq!(forget(&mut rows, over.plus(60)), Ok(None));
        assert_eq!(rows.count(ANSWER), 0);
    }

    #[test]
    fn so_many_answers_are_remembered_and_no_more() {
        let mut rows = MemoryRows::default();
        let vies = Vies { outcome: ViesOutcome::Valid, name: None, at: NOW };
        let writes = (0..ANSWERS_MAX).map(|number| put(ANSWER, &number.to_string(), &vies)).collect();
        rows.commit(writes).unwrap();
        keep(&mut rows, vat(0), ViesOutcome::Valid, NOW.plus(1));
        assert_eq!(rows.count(ANSWER), ANSWERS_MAX);
        keep(&mut rows, vat(0), ViesOutcome::Valid, NOW.plus(KEPT_SECONDS));
        assert_eq!(rows.count(ANSWER), 1, "what is over makes room");
    }
}
