//! The states of an order of MitID, and the steps between them. Pure.
//!
//! ```text
//! draft → submitted → verifying → at_operator → domain_ready → completed
//!   ↑         └───────────┴────────────┴──→ rejected ──→ draft, submitted
//!   └── withdrawn ←── from all before domain_ready, and from rejected
//! ```
//! A step takes the state it starts from: nothing can go on from a state that was left.

use crate::model::Host;

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The tenant is still writing it.
    Draft,
    /// It waits for the operator.
    Submitted,
    /// The operator looks into who orders.
    Verifying,
    /// It is approved; the operator has the domain set up.
    AtOperator,
    /// The domain is the tenant's, and off.
    DomainReady {
        /// It.
        host: Host,
    },
    /// The tenant has put the domain into service. The end.
    Completed {
        /// It.
        host: Host,
    },
    /// The operator said no; it may be changed and submitted again.
    Rejected {
        /// Why.
        reason: String,
    },
    /// The tenant took it back; another may be begun.
    Withdrawn,
}

json_enum!(State {
    Draft = "draft", Submitted = "submitted", Verifying = "verifying", AtOperator = "at_operator",
    DomainReady { host } = "domain_ready", Completed { host } = "completed",
    Rejected { reason } = "rejected", Withdrawn = "withdrawn",
});

/// What is done to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The tenant saves what he wrote.
    Save,
    /// The tenant submits it.
    Submit,
    /// The operator begins to look into it.
    Verify,
    /// The operator approves it.
    Approve,
    /// The operator says no.
    Reject {
        /// Why.
        reason: String,
    },
    /// The operator has the domain ready.
    Ready {
        /// It.
        host: Host,
    },
    /// The tenant puts it into service.
    Complete,
    /// The tenant takes the order back.
    Withdraw,
}

json_enum!(Step {
    Save = "save", Submit = "submit", Verify = "verify", Approve = "approve", Reject { reason } = "reject",
    Ready { host } = "ready", Complete = "complete", Withdraw = "withdraw",
});

impl State {
    /// The state after a step.
    ///
    /// # Errors
    /// The state as it was, where the step does not start from it.
    pub fn after(self, step: Step) -> Result<Self, Self> {
        Ok(match (self, step) {
            (Self::Draft | Self::Rejected { .. } | Self::Withdrawn, Step::Save) => Self::Draft,
            (Self::Draft | Self::Rejected { .. }, Step::Submit) => Self::Submitted,
            (Self::Submitted, Step::Verify) => Self::Verifying,
            (Self::Verifying, Step::Approve) => Self::AtOperator,
            (Self::Submitted | Self::Verifying | Self::AtOperator, Step::Reject { reason }) => {
                Self::Rejected { reason }
            }
            (Self::AtOperator, Step::Ready { host }) => Self::DomainReady { host },
            (Self::DomainReady { host }, Step::Complete) => Self::Completed { host },
            (
                Self::Draft | Self::Submitted | Self::Verifying | Self::AtOperator | Self::Rejected { .. },
                Step::Withdraw,
            ) => Self::Withdrawn,
            (state, _) => return Err(state),
        })
    }

    /// Whether a step of this kind starts from here.
    pub fn allows(&self, step: &Step) -> bool {
        self.clone().after(step.clone()).is_ok()
    }

    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Verifying => "verifying",
            Self::AtOperator => "at_operator",
            Self::DomainReady { .. } => "domain_ready",
            Self::Completed { .. } => "completed",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether the operator's queue has it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Submitted | Self::Verifying | Self::AtOperator | Self::DomainReady { .. })
    }

    /// The domain, once there is one.
    pub fn host(&self) -> Option<&Host> {
        match self {
            Self::DomainReady { host } | Self::Completed { host } => Some(host),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        Host::parse("acme.mitid.example").unwrap()
    }

    fn states() -> Vec<State> {
        vec![
            State::Draft,
            State::Submitted,
            State::Verifying,
            State::AtOperator,
            State::DomainReady { host: host() },
            State::Completed { host: host() },
            State::Rejected { reason: "why".to_owned() },
            State::Withdrawn,
        ]
    }

    fn steps() -> Vec<(&'static str, Step)> {
        vec![
            ("save", Step::Save),
            ("submit", Step::Submit),
            ("verify", Step::Verify),
            ("approve", Step::Approve),
            ("reject", Step::Reject { reason: "no".to_owned() }),
            ("ready", Step::Ready { host: host() }),
            ("complete", Step::Complete),
            ("withdraw", Step::Withdraw),
        ]
    }

    #[test]
    fn every_step_from_every_state_leads_where_the_table_says_or_nowhere() {
        // A dot where the step does not start; columns are the steps in their order.
        let table = [
            ("draft", "draft submitted . . . . . withdrawn"),
            ("submitted", ". . verifying . rejected . . withdrawn"),
            ("verifying", ". . . at_operator rejected . . withdrawn"),
            ("at_operator", ". . . . rejected domain_ready . withdrawn"),
            ("domain_ready", ". . . . . . completed ."),
            ("completed", ". . . . . . . ."),
            ("rejected", "draft submitted . . . . . withdrawn"),
            ("withdrawn", "draft . . . . . . ."),
        ];
        assert_eq!(states().len(), table.len());
        for (state, (word, row)) in states().into_iter().zip(table) {
            assert_eq!(state.word(), word);
            for ((name, step), expected) in steps().into_iter().zip(row.split(' ')) {
                assert_eq!(state.allows(&step), expected != ".", "{word}, {name}");
                match state.clone().after(step) {
                    Ok(next) => assert_eq!(next.word(), expected, "{word}, {name}"),
                    Err(same) => assert_eq!(same, state, "{word}, {name}"),
                }
            }
        }
    }

    #[test]
    fn what_a_step_brings_stays_with_the_state() {
        let ready = State::AtOperator.after(Step::Ready { host: host() }).unwrap();
        assert_eq!(ready.host(), Some(&host()));
        assert_eq!(ready.after(Step::Complete).unwrap().host(), Some(&host()));
        let rejected = State::Submitted.after(Step::Reject { reason: "no".to_owned() }).unwrap();
        assert_eq!(rejected, State::Rejected { reason: "no".to_owned() });
    }

    #[test]
    fn the_queue_has_what_waits_for_somebody() {
        let open: Vec<&str> = states().iter().filter(|state| state.is_open()).map(State::word).collect();
        assert_eq!(open, ["submitted", "verifying", "at_operator", "domain_ready"]);
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        for state in states() {
            assert_eq!(crate::json::read::<State>(&crate::json::write(&state)).as_ref(), Ok(&state));
        }
        for (_, step) in steps() {
            assert_eq!(crate::json::read::<Step>(&crate::json::write(&step)).as_ref(), Ok(&step));
        }
    }
}
