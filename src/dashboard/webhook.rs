//! Telling a tenant's own system what becomes of its orders: each change of a state is sent to an address of
//! its choice, signed, and sent again for a day where it is not taken. Pure but for [`tell`].
//!
//! Nothing secret is stored: what signs is derived from the dashboard's key, the tenant and a number that
//! grows when another is wanted.

use super::ports::Dashboard;
use super::team_object::{TeamEvent, find, log, put, read};
use crate::model::url::WebUrl;
use crate::model::{TenantId, UnixTime};
use crate::ports::FetchRequest;
use crate::rows::{Rows, StoreFault, Write};
use crate::vault::{base64url, hkdf_sha256, hmac_sha256};
use serde_json::json;

/// What the signature's header begins with.
pub const SCHEME: &str = "EEID-HMAC-SHA256";
/// How long after a failure the next attempt comes, seconds; after the last one the event is given up.
pub const AGAIN_SECONDS: [u64; 6] = [60, 300, 1_800, 7_200, 21_600, 43_200];
/// Most events that wait for one tenant; of further ones nothing is sent.
pub const WAITING_MAX: usize = 100;

const WEBHOOK: &str = "webhook";
/// Beside the webhook: how many secrets there were.
const GENERATION: &str = "generation";
/// How long it takes until the next look where a look failed, or an object died in the midst of it, seconds.
pub const LOOK_AGAIN_SECONDS: u64 = 30;
const DELIVERY: &str = "delivery";

/// Where a tenant is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The address.
    pub url: WebUrl,
    /// The tenant.
    pub tenant: TenantId,
    /// Which of its secrets signs.
    pub generation: u64,
}

json_struct!(Webhook { url, tenant, generation });

impl Webhook {
    /// The secret that signs: 43 characters of base64url, used as they are.
    pub fn secret(&self, key: &[u8; 32]) -> String {
        let key = hkdf_sha256(key, b"", b"edge-eid webhook v1");
        let generation = self.generation.to_string();
        base64url(&hmac_sha256(&key, &[self.tenant.as_str().as_bytes(), b"/", generation.as_bytes()]))
    }
}

/// An event that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it; the same with each attempt.
    pub id: String,
    /// JSON.
    pub body: String,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is tried next.
    pub next_at: UnixTime,
}

json_struct!(Delivery { id, body, attempts, next_at });

/// What a team is asked about its webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookCommand {
    /// Where it leads.
    Look,
    /// Leads it somewhere, or nowhere. A new address gets a new secret.
    Set {
        /// The address.
        url: Option<WebUrl>,
        /// The tenant.
        tenant: TenantId,
        /// Who does it: a pseudonym.
        by: String,
    },
}

json_enum!(WebhookCommand { Look = "look", Set { url, tenant, by } = "set" });

/// What a team answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// Where it leads.
    pub webhook: Option<Webhook>,
    /// How many events wait.
    pub waiting: usize,
}

json_struct!(WebhookAnswer { webhook, waiting });

/// Does as it is told.
///
/// # Errors
/// When the store fails; then nothing was written.
pub fn apply(
    rows: &mut impl Rows,
    command: &WebhookCommand,
    now: UnixTime,
) -> Result<WebhookAnswer, StoreFault> {
    if let WebhookCommand::Set { url, tenant, by } = command {
        let known: Option<Webhook> = find(rows, WEBHOOK, WEBHOOK)?;
        let address = |webhook: &Option<Webhook>| {
            webhook.as_ref().map(|webhook| webhook.url.to_string()).unwrap_or_default()
        };
        // It goes on over a time without an address. Seconds grow too, should the count ever be lost.
        let generation = (find::<u64>(rows, WEBHOOK, GENERATION)?.unwrap_or(0) + 1).max(now.0);
        let next = url.clone().map(|url| Webhook { url, tenant: tenant.clone(), generation });
        let event = TeamEvent {
            at: now,
            by: by.clone(),
            what: WEBHOOK.to_owned(),
            about: String::new(),
            from: address(&known),
            to: address(&next),
        };
        let mut writes = log(rows, &event)?;
        writes.push(put(WEBHOOK, GENERATION, &generation));
        writes.push(match &next {
            Some(webhook) => put(WEBHOOK, WEBHOOK, webhook),
            None => Write::Delete { kind: WEBHOOK, id: WEBHOOK.to_owned() },
        });
        // What waits was meant for the address before.
        for row in rows.list(DELIVERY, "", None, usize::MAX)? {
            writes.push(Write::Delete { kind: DELIVERY, id: row.id });
        }
        rows.commit(writes)?;
    }
    let waiting = rows.list(DELIVERY, "", None, WAITING_MAX)?.len();
    Ok(WebhookAnswer { webhook: find(rows, WEBHOOK, WEBHOOK)?, waiting })
}

/// The writes that have a change of an order's state sent; `id` grows with each.
///
/// # Errors
/// When the store fails.
pub fn note(rows: &impl Rows, id: u64, event: &TeamEvent) -> Result<Vec<Write>, StoreFault> {
    let Some(webhook) = find::<Webhook>(rows, WEBHOOK, WEBHOOK)? else { return Ok(Vec::new()) };
    if rows.list(DELIVERY, "", None, WAITING_MAX)?.len() >= WAITING_MAX {
        return Ok(Vec::new());
    }
    let id = format!("{}.{id:012}", event.about);
    let body = json!({
        "id": id,
        "type": "order",
        "tenant": webhook.tenant.as_str(),
        "environment": event.about,
        "from": event.from,
        "to": event.to,
        "at": event.at.iso8601(),
    });
    let body = crate::json::text(&body);
    Ok(vec![put(DELIVERY, &id.clone(), &Delivery { id, body, attempts: 0, next_at: event.at })])
}

/// What is to be sent next, and where.
///
/// # Errors
/// When the store fails.
pub fn next(rows: &impl Rows) -> Result<Option<(Webhook, Delivery)>, StoreFault> {
    let Some(webhook) = find::<Webhook>(rows, WEBHOOK, WEBHOOK)? else { return Ok(None) };
    let waiting: Vec<Delivery> =
        rows.list(DELIVERY, "", None, WAITING_MAX)?.iter().map(read).collect::<Result<_, _>>()?;
    Ok(waiting.into_iter().min_by_key(|delivery| delivery.next_at).map(|delivery| (webhook, delivery)))
}

/// When the team's object has to wake for what waits; `None` for never. A store that fails is asked again.
pub fn wakes_at(next: &Result<Option<(Webhook, Delivery)>, StoreFault>, now: UnixTime) -> Option<UnixTime> {
    match next {
        Ok(next) => next.as_ref().map(|(_, delivery)| delivery.next_at.max(now)),
        Err(_) => Some(now.plus(LOOK_AGAIN_SECONDS)),
    }
}

/// Notes how an attempt went; whether the event was given up.
///
/// # Errors
/// When the store fails.
pub fn settle(rows: &mut impl Rows, id: &str, taken: bool, now: UnixTime) -> Result<bool, StoreFault> {
    let Some(mut delivery) = find::<Delivery>(rows, DELIVERY, id)? else { return Ok(false) };
    let again = usize::try_from(delivery.attempts).ok().and_then(|tried| AGAIN_SECONDS.get(tried));
    let write = match again {
        Some(seconds) if !taken => {
            delivery.attempts += 1;
            delivery.next_at = now.plus(*seconds);
            put(DELIVERY, id, &delivery)
        }
        _ => Write::Delete { kind: DELIVERY, id: id.to_owned() },
    };
    rows.commit(vec![write])?;
    Ok(!taken && again.is_none())
}

/// The value of `Authorization`: when it was signed, and the signature of that moment, a dot and the body, in
/// hexadecimal. Whoever checks it refuses what was signed some minutes ago.
pub fn signature(secret: &str, now: UnixTime, body: &str) -> String {
    let at = now.0.to_string();
    let mac = hmac_sha256(secret.as_bytes(), &[at.as_bytes(), b".", body.as_bytes()]);
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{SCHEME} t={at},v1={hex}")
}

/// Sends an event; whether it was taken, that is, answered by 2xx.
pub async fn tell<P: Dashboard>(ports: &P, webhook: &Webhook, delivery: &Delivery, now: UnixTime) -> bool {
    let secret = webhook.secret(&ports.desk().key);
    let request = FetchRequest {
        url: webhook.url.to_string(),
        form: None,
        json: Some(delivery.body.clone()),
        authorization: Some(signature(&secret, now, &delivery.body)),
    };
    ports.send(request).await.is_ok_and(|answer| (200..300).contains(&answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const NOW: UnixTime = UnixTime(1_795_000_000);

    fn leads(rows: &mut MemoryRows, url: Option<&str>) -> WebhookAnswer {
        let url = url.map(|url| WebUrl::parse(url).unwrap());
        let tenant = TenantId::parse("acme").unwrap();
        apply(rows, &WebhookCommand::Set { url, tenant, by: "me".to_owned() }, NOW).unwrap()
    }

    fn happens(rows: &mut MemoryRows, id: u64) {
        let text = str::to_owned;
        let (what, about, from, to) = (text("order"), text("TEST"), text("draft"), text("submitted"));
        let event = TeamEvent { at: NOW, by: text("me"), what, about, from, to };
        let writes = note(rows, id, &event).unwrap();
        rows.commit(writes).unwrap();
    }

    #[test]
    fn nothing_waits_where_nobody_wants_to_be_told() {
        let mut rows = MemoryRows::default();
        happens(&mut rows, 1);
        assert_eq!(next(&rows), Ok(None));
    }

    #[test]
    fn an_event_is_tried_for_a_day_and_then_given_up() {
        let mut rows = MemoryRows::default();
        leads(&mut rows, Some("https://hook.example/a"));
        happens(&mut rows, 1);
        let mut now = NOW;
        for wait in AGAIN_SECONDS {
            let (_, delivery) = next(&rows).unwrap().unwrap();
            assert_eq!(delivery.next_at, now);
            assert_eq!(settle(&mut rows, &delivery.id, false, now), Ok(false));
            now = now.plus(wait);
        }
        let (_, delivery) = next(&rows).unwrap().unwrap();
        assert_eq!(settle(&mut rows, &delivery.id, false, now), Ok(true));
        assert_eq!(next(&rows), Ok(None));
    }

    #[test]
    fn what_was_taken_is_not_sent_again() {
        let mut rows = MemoryRows::default();
        leads(&mut rows, Some("https://hook.example/a"));
        happens(&mut rows, 1);
        let (_, delivery) = next(&rows).unwrap().unwrap();
        assert_eq!(settle(&mut rows, &delivery.id, true, NOW), Ok(false));
        assert_eq!(next(&rows), Ok(None));
    }

    #[test]
    fn what_waits_is_bounded_and_never_goes_to_another_address() {
        let mut rows = MemoryRows::default();
        leads(&mut rows, Some("https://hook.example/a"));
        for id in 0..=WAITING_MAX as u64 {
            happens(&mut rows, id);
        }
        assert_eq!(rows.count(DELIVERY), WAITING_MAX);
        assert_eq!(leads(&mut rows, Some("https://hook.example/b")).waiting, 0);
        assert_eq!(leads(&mut rows, None).webhook, None);
    }

    #[test]
    fn each_address_has_a_secret_of_its_own() {
        let mut rows = MemoryRows::default();
        let first = leads(&mut rows, Some("https://hook.example/a")).webhook.unwrap();
        let second = leads(&mut rows, Some("https://hook.example/a")).webhook.unwrap();
        assert_ne!(first.secret(&[7; 32]), second.secret(&[7; 32]));
        assert_ne!(first.secret(&[7; 32]), first.secret(&[8; 32]));
        assert_eq!(first.secret(&[7; 32]).len(), 43);
    }

    #[test]
    fn a_secret_does_not_come_back_within_the_second_in_which_it_was_given_up() {
        let mut rows = MemoryRows::default();
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(leads(&mut rows, Some("https://hook.example/a")).webhook.unwrap().generation);
            leads(&mut rows, None);
        }
        seen.dedup();
        assert_eq!(seen.len(), 3);
    }

    #[test]
    fn a_store_that_fails_is_looked_into_again() {
        let mut rows = MemoryRows::default();
        assert_eq!(wakes_at(&next(&rows), NOW), None);
        assert_eq!(wakes_at(&Err(StoreFault("no".to_owned())), NOW), Some(NOW.plus(LOOK_AGAIN_SECONDS)));
        leads(&mut rows, Some("https://hook.example/a"));
        happens(&mut rows, 1);
        assert_eq!(wakes_at(&next(&rows), NOW.plus(5)), Some(NOW.plus(5)));
    }

    #[test]
    fn a_signature_is_of_the_moment_and_the_body() {
        // Computed by: printf '1795000000.{}' | openssl dgst -sha256 -hmac secret
        let expected = "EEID-HMAC-SHA256 t=1795000000,v1=6b4c7e66d3b69c810f27c4aa67ee370757d4dfdabf1fbb338ea7cf6aba9e0494";
        assert_eq!(signature("secret", NOW, "{}"), expected);
    }
}
