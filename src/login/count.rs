//! How a login will be counted, said at its birth: by then everything is known, and its object does the
//! rest when it is over.

use super::Context;
use super::pending::Pending;
use crate::eid::Eid;
use crate::model::Identity;
use crate::model::login_count::{LoginCount, Trace, object_name};
use crate::ports::Ports;
use crate::vault::{Purpose, hmac_sha256};

/// If the count does not arrive, it is told again after this long, seconds.
pub const AGAIN_SECONDS: u64 = 30 * 60;
/// A login that was not counted so long after it is not counted at all, seconds.
pub const GIVE_UP_SECONDS: u64 = 24 * 60 * 60;

/// The count of somebody's login. Of him it holds what [`Trace`] says, under a key of the environment.
pub fn of<P: Ports>(ctx: &Context<'_, P>, pending: &Pending, identity: &Identity) -> LoginCount {
    let eid = identity.acr.eid();
    let mac = hmac_sha256(&ctx.keys.derive(Purpose::People, b""), &[identity.eid_id.as_bytes()]);
    LoginCount {
        object: object_name(&ctx.domain.label(), mac[31]),
        host: pending.origin.clone(),
        client_id: pending.client_id.clone(),
        eid,
        person: (eid == Eid::Mitid).then(|| Trace::of(&mac)),
        rehearsed: pending.rehearsed,
        at: ctx.now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_does_not_arrive_is_tried_every_half_hour_for_a_day() {
        assert_eq!((AGAIN_SECONDS, GIVE_UP_SECONDS), (1_800, 86_400));
    }
}
