//! The Durable Object of one shard of remembered CPR numbers: see [`crate::login::consent`].
//!
//! Its alarm deletes what is over.

use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects::{self, log};
use crate::edge::one_row::alarm_after;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::login::consent::{self, CONSENT_SECONDS, Event};
use crate::model::UnixTime;

/// Wait after a failed clearing, seconds.
const RETRY_SECONDS: u64 = 3_600;

/// `Consent`, named `tenant/ENVIRONMENT/shard`.
pub struct ConsentObject {
    storage: Storage,
    rows: SqlRows,
}

durable_object!(ConsentObject, |storage, _| { ConsentObject { rows: SqlRows::new(&storage), storage } });

impl Durable for ConsentObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a consent event"));
        };
        let answer = consent::apply(&mut self.rows.clone(), &event, now);
        if let (Event::Remember { .. }, Ok(_)) = (&event, &answer) {
            let storage = &self.storage;
            if !storage.has_alarm().await? {
                storage.ring_at(alarm_after(now.plus(CONSENT_SECONDS))).await?;
            }
        }
        Ok(objects::answer(Some(answer)))
    }

    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        match consent::clear(&mut self.rows.clone(), now()) {
            Ok(Some(next)) => storage.ring_at(alarm_after(next)).await?,
            Ok(None) => {}
            Err(fault) => {
                log("alarm_failed", &fault.0);
                storage.ring_at(alarm_after(now().plus(RETRY_SECONDS))).await?;
            }
        }
        Ok(())
    }
}
