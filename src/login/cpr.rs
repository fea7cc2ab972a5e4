//! The CPR step: whether a login is to bring a CPR number, and what happens where it does not.
//!
//! Asking decides where an application's scopes are dynamic (`ssn`), the environment's switch where
//! they are static. An employee's login never brings one.

use super::Context;
use crate::model::application::ScopeStrategy;
use crate::model::domain::CprSettings;
use crate::model::{Application, Identity};
use crate::oauth::prompt::Prompt;
use crate::oauth::scope::Scope;
use crate::ports::Ports;

/// What a request wants with somebody's CPR number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// To be told it.
    Number,
    /// To be told it, and that it is asked for though it may be known: `prompt=consent`.
    Anew,
    /// That it is forgotten: `prompt=consent_revoke`.
    Revoke,
}

json_enum!(Wish { Nothing = "nothing", Number = "number", Anew = "anew", Revoke = "revoke" });

impl Wish {
    /// What a request of this application, for these scopes, wants.
    pub fn of(application: &Application, scope: &Scope, settings: CprSettings, prompt: Prompt) -> Self {
        match (is_released(application, scope, settings), prompt) {
            (_, Prompt { consent_revoke: true, .. }) => Self::Revoke,
            (false, _) => Self::Nothing,
            (true, Prompt { consent: true, .. }) => Self::Anew,
            (true, _) => Self::Number,
        }
    }

    /// Whether a number is to come of this login.
    pub fn is_for_number(self) -> bool {
        matches!(self, Self::Number | Self::Anew)
    }
}

/// Whether the application may be told the CPR number of a person who logs in for these scopes.
pub fn is_released(application: &Application, scope: &Scope, settings: CprSettings) -> bool {
    match application.protocol.scope_strategy {
        ScopeStrategy::Dynamic => scope.has("ssn"),
        ScopeStrategy::Static => settings.add_for_personal_logins,
    }
}

/// Whether a login ends here since it has no number that the application can't do without.
pub fn is_missed<P: Ports>(ctx: &Context<'_, P>, wish: Wish, identity: &Identity) -> bool {
    wants_of(wish, identity) && !ctx.domain.cpr.optional
}

/// Whether a session's login can't answer a request, since it has no number and nobody has said that
/// its person has none.
pub fn must_be_asked<P: Ports>(ctx: &Context<'_, P>, wish: Wish, identity: &Identity) -> bool {
    wants_of(wish, identity) && !(identity.lacks_cpr && ctx.domain.cpr.optional)
}

fn wants_of(wish: Wish, identity: &Identity) -> bool {
    wish.is_for_number() && identity.cpr.is_none() && !identity.acr.is_employee()
}
