//! The states of a MitID order, as the dashboard names them.

use super::Text;

pub static DRAFT: Text = Text::fixed("Kladde", "Draft");
pub static SUBMITTED: Text = Text::fixed("Indsendt", "Submitted");
pub static VERIFYING: Text = Text::fixed("Kontrolleres", "Verifying");
pub static WITH_OPERATOR: Text = Text::fixed("Hos operatøren", "With the operator");
pub static DOMAIN_READY: Text = Text::fixed("Domæne klar", "Domain ready");
pub static COMPLETED: Text = Text::fixed("Gennemført", "Completed");
pub static REJECTED: Text = Text::fixed("Afvist", "Rejected");
pub static WITHDRAWN: Text = Text::fixed("Trukket tilbage", "Withdrawn");
