//! An access token that is presented to us: which login it is of, and what it is worth.

use super::Context;
use super::attempt::AttemptId;
use super::handles::{Handle, Kind};
use super::state::{Answer, Event, Grant};
use crate::error::Fault;
use crate::model::UnixTime;
use crate::ports::Ports;

/// A living access token.
pub struct Access {
    /// Of which login.
    pub attempt: AttemptId,
    /// What it is worth.
    pub grant: Grant,
    /// When it ends.
    pub ends: UnixTime,
    /// Thumbprint of the key that it is bound to.
    pub jkt: Option<String>,
}

/// Looks an access token of this domain up; `None` for one that is unknown, over or revoked.
///
/// # Errors
/// When the store does not answer.
pub async fn look<P: Ports>(ctx: &Context<'_, P>, token: &str) -> Result<Option<Access>, Fault> {
    let Some(handle) = Handle::parse(&ctx.keys, Kind::AccessToken, ctx.host(), token) else {
        return Ok(None);
    };
    ctx.adopt(handle.attempt);
    let event = Event::Userinfo { host: ctx.host().clone(), access_hash: handle.hash() };
    match ctx.ports.advance(&ctx.login_name(handle.attempt), &event, ctx.now).await? {
        Answer::Userinfo { grant, ends, jkt } => {
            Ok(Some(Access { attempt: handle.attempt, grant, ends, jkt }))
        }
        Answer::Refused { .. } => Ok(None),
        _ => Err(Fault::lasting("login object", "an answer that does not fit an access token")),
    }
}
