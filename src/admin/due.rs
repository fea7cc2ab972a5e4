//! What a tenant's object has to publish, line by line: what comes first, when it is tried again, and
//! what is remembered of writes that may still arrive. Pure.
//!
//! A write to KV that was given up, or under way when the object died, may still arrive, after a newer one
//! was confirmed: it would bring back what is gone, and nobody would write again. So a line remembers for
//! a while that there may be such a write ([`Due::doubt_until`]), also once its value has been written:
//!
//! ```text
//!            written, no doubt
//!   to be ─────────────────────▶ off the list
//!  written ── written, in doubt ─▶ remembered ── the doubt is over ─▶ off the list
//!     ▲                               │        (an older version in doubt: written once more)
//!     └────────── touched ────────────┘
//! ```

use super::configuration::{delete_due, put_due};
use crate::model::{ClientId, Host, Serving, UnixTime};
use crate::rows::Write;

/// Wait after the first failed attempt, seconds; it doubles with each further one.
pub const BACK_OFF_SECONDS: u64 = 2;
/// Longest wait between two attempts, seconds.
pub const BACK_OFF_MAX_SECONDS: u64 = 300;
/// Longest wait between two attempts of a domain, seconds: its old snapshot may announce a key that is in
/// the wrong hands, so it is replaced soon after KV can be written again.
pub const BACK_OFF_DOMAIN_MAX_SECONDS: u64 = 30;

/// Something that the tenant's object has to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub item: DueItem,
    /// Version of the tenant's configuration that last touched it.
    pub version: u64,
    /// Attempts that failed.
    pub attempts: u32,
    /// Not before this moment.
    pub next_at: UnixTime,
    /// Whether it goes before everything else: the domains of an emergency.
    pub urgent: bool,
    /// Until when a write that nobody knows the end of may still arrive.
    pub doubt_until: Option<UnixTime>,
    /// Whether such a write may be of an older version: then this one is written a second time.
    pub again: bool,
    /// Whether this version has been written.
    pub written: bool,
}

json_struct!(Due {
    item, version, attempts, next_at, urgent unless false, doubt_until unless None, again unless false, written unless false,
});

/// What may be due; of what became due together, what stands first here is published first. Domains
/// carry keys and what is closed, so they go before applications, however old those are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueItem {
    /// A style, before the domain's snapshot names it.
    Style {
        /// The domain.
        host: Host,
        /// Its digest.
        digest: String,
    },
    /// A domain's snapshot.
    Domain {
        /// Its host.
        host: Host,
    },
    /// An application.
    Application {
        /// The domain.
        host: Host,
        /// Its id.
        client_id: ClientId,
    },
    /// Every application of a domain, some at a time: another master key vouches for them.
    Applications {
        /// The domain.
        host: Host,
        /// The last one that was looked at.
        after: Option<ClientId>,
    },
    /// What the host's object holds that is not here, some at a time: made after a backup, and withdrawn.
    Leftovers {
        /// The domain.
        host: Host,
        /// The last one that was looked at.
        after: Option<ClientId>,
    },
    /// The tenant's line in the directory: it tells what has been published.
    Directory,
}

json_enum!(DueItem {
    Style { host, digest } = "style",
    Domain { host } = "domain",
    Application { host, client_id } = "application",
    Applications { host, after } = "applications",
    Leftovers { host, after } = "leftovers",
    Directory = "directory",
});

impl DueItem {
    /// What stands first is published first, whatever was due before.
    fn rank(&self) -> u8 {
        match self {
            Self::Style { .. } => 0,
            Self::Domain { .. } => 1,
            Self::Application { .. } => 2,
            Self::Applications { .. } | Self::Leftovers { .. } => 3,
            Self::Directory => 4,
        }
    }

    /// Whether it is a value in KV.
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Domain { .. } | Self::Application { .. } | Self::Style { .. })
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was written.
    Written,
    /// The host's object has this newer version.
    Newer(u64),
    /// It was not written, and will not be.
    Refused,
    /// It was not written as far as anybody knows, and may still be.
    Lost,
}

impl Due {
    /// The line of an item that changed with this version; `all` is what was due before.
    pub fn touched(all: &[Self], item: DueItem, version: u64, at: UnixTime, urgent: bool) -> Self {
        let old = all.iter().find(|old| old.item == item);
        let doubt_until = old.and_then(|old| old.doubt_until).filter(|until| !until.is_over(at));
        // Whatever was not confirmed may be under way at this moment.
        let again = doubt_until.is_some() || old.is_some_and(|old| !old.written);
        Self { item, version, attempts: 0, next_at: at, urgent, doubt_until, again, written: false }
    }

    /// The same line after the object has died: a write may have been under way.
    fn doubted(self, now: UnixTime, times: &Serving) -> Self {
        Self { doubt_until: Some(now.plus(times.late_write())), ..self }
    }

    /// Whether it is confirmed that nobody gets an older version of it, but as KV and isolates do for a
    /// while.
    pub fn is_published(&self) -> bool {
        self.written && !self.again
    }

    /// In lists: what is due first stands first.
    pub fn order(&self) -> (UnixTime, u64, &DueItem) {
        (self.next_at, self.version, &self.item)
    }

    /// Of what is due, this comes first.
    fn precedence(&self) -> (bool, u8, (UnixTime, u64, &DueItem)) {
        (!self.urgent, self.item.rank(), self.order())
    }

    /// What becomes of the line once an attempt of its version has ended.
    pub fn after(self, sent: &Sent, now: UnixTime, times: &Serving) -> Write {
        match sent {
            Sent::Written => match self.doubt_until.filter(|until| !until.is_over(now)) {
                Some(until) => put_due(&Self { written: true, attempts: 0, next_at: until, ..self }),
                None => delete_due(&self.item),
            },
            // Raised above it by whoever asks.
            Sent::Newer(_) => put_due(&Self { next_at: now, ..self }),
            Sent::Refused => put_due(&self.put_off(now)),
            Sent::Lost => put_due(&self.doubted(now, times).put_off(now)),
        }
    }

    /// What becomes of it if it was touched while the attempt was made.
    pub fn after_older(self, sent: &Sent, now: UnixTime, times: &Serving) -> Option<Write> {
        matches!(sent, Sent::Lost).then(|| put_due(&Self { again: true, ..self.doubted(now, times) }))
    }

    /// 2, 4, 8 … seconds.
    fn put_off(self, now: UnixTime) -> Self {
        let attempts = self.attempts.saturating_add(1);
        let most = match self.item {
            DueItem::Domain { .. } => BACK_OFF_DOMAIN_MAX_SECONDS,
            _ => BACK_OFF_MAX_SECONDS,
        };
        let wait = most.min(BACK_OFF_SECONDS << attempts.saturating_sub(1).min(16));
        Self { attempts, next_at: now.plus(wait), ..self }
    }
}

/// What is published next, of what is due at this moment.
pub fn next(all: &[Due], now: UnixTime) -> Option<&Due> {
    let due = all.iter().filter(|due| due.next_at <= now);
    due.min_by(|one, other| one.precedence().cmp(&other.precedence()))
}

/// What an object notes when it begins to live with lines that another life has left.
pub fn doubts(all: Vec<Due>, now: UnixTime, times: &Serving) -> Vec<Write> {
    let under_way = all.into_iter().filter(|due| due.item.is_value() && !due.written);
    under_way.map(|due| put_due(&due.doubted(now, times))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::configuration::Configuration;
    use crate::rows::{MemoryRows, Rows};

    const TIMES: Serving = Serving::DEFAULT;
    const LATE: u64 = TIMES.late_write();

    fn domain(host: &str) -> DueItem {
        DueItem::Domain { host: Host::parse(host).unwrap() }
    }

    fn application(client_id: &str) -> DueItem {
        let client_id = ClientId::parse(client_id).unwrap();
        DueItem::Application { host: Host::parse("acme.example").unwrap(), client_id }
    }

    fn fresh(item: DueItem, version: u64, at: u64) -> Due {
        Due::touched(&[], item, version, UnixTime(at), false)
    }

    /// The line after it was written back and read.
    fn stored(write: Write) -> Option<Due> {
        let mut rows = MemoryRows::default();
        rows.commit(vec![write]).unwrap();
        Configuration(&rows).due().unwrap().pop()
    }

    fn after(due: &Due, sent: &Sent, now: u64) -> Option<Due> {
        stored(due.clone().after(sent, UnixTime(now), &TIMES))
    }

    fn touched(due: &Due, version: u64, at: u64) -> Due {
        Due::touched(std::slice::from_ref(due), due.item.clone(), version, UnixTime(at), false)
    }

    #[test]
    fn what_is_written_at_the_first_attempt_is_done() {
        let due = fresh(domain("acme.example"), 1, 10);
        assert_eq!(after(&due, &Sent::Written, 10), None);
        // Also if it was touched while it was under way: nothing of it was lost.
        assert_eq!(due.clone().after_older(&Sent::Written, UnixTime(10), &TIMES), None);
        assert_eq!(after(&touched(&due, 2, 10), &Sent::Written, 11), None);
    }

    #[test]
    fn a_write_that_was_given_up_is_remembered_after_its_value_was_written() {
        let lost = after(&fresh(application("urn:acme:web"), 1, 10), &Sent::Lost, 10).unwrap();
        assert_eq!((lost.attempts, lost.next_at, lost.is_published()), (1, UnixTime(12), false));
        let kept = after(&lost, &Sent::Written, 12).unwrap();
        assert!(kept.is_published(), "whatever arrives is the same");
        assert_eq!(kept.next_at, UnixTime(10 + LATE));
        assert_eq!(after(&kept, &Sent::Written, 10 + LATE), None);
        // Unless it is touched in time: then the late write is an older one.
        let next = touched(&kept, 2, 60);
        let next = after(&next, &Sent::Written, 60).unwrap();
        assert_eq!((next.is_published(), next.next_at), (false, UnixTime(10 + LATE)));
        let third = touched(&next, 3, 70);
        let third = after(&third, &Sent::Written, 70).unwrap();
        assert_eq!((third.is_published(), third.next_at), (false, UnixTime(10 + LATE)));
        assert_eq!(after(&third, &Sent::Written, 10 + LATE), None, "written twice");
        assert_eq!(after(&touched(&kept, 2, 10 + LATE), &Sent::Written, 10 + LATE), None, "too late");
    }

    #[test]
    fn a_write_that_is_given_up_after_its_item_was_touched_is_an_older_one() {
        let due = touched(&fresh(domain("acme.example"), 1, 10), 2, 10);
        let due = stored(due.after_older(&Sent::Lost, UnixTime(13), &TIMES).unwrap()).unwrap();
        assert_eq!((due.version, due.attempts, due.next_at), (2, 0, UnixTime(10)), "and goes at once");
        let due = after(&due, &Sent::Written, 13).unwrap();
        assert_eq!((due.is_published(), due.next_at), (false, UnixTime(13 + LATE)));
    }

    #[test]
    fn what_was_under_way_when_the_object_died_is_a_write_that_was_given_up() {
        let due = fresh(domain("acme.example"), 1, 10);
        let doubted = |due: &Due| doubts(vec![due.clone()], UnixTime(20), &TIMES).pop().and_then(stored);
        let same = doubted(&due).unwrap();
        assert_eq!((same.next_at, same.doubt_until), (UnixTime(10), Some(UnixTime(20 + LATE))));
        assert!(after(&same, &Sent::Written, 20).unwrap().is_published());
        // Touched in the life before: which version was under way is not known.
        let older = doubted(&touched(&due, 2, 10)).unwrap();
        assert!(!after(&older, &Sent::Written, 20).unwrap().is_published());
        // What was written already, and what is no value in KV, is not doubted.
        let written = Due { written: true, ..due.clone() };
        assert_eq!((doubted(&written), doubted(&Due { item: DueItem::Directory, ..due })), (None, None));
    }

    #[test]
    fn what_was_refused_is_put_off_and_not_doubted_and_a_domain_never_for_long() {
        let waits = |item: DueItem| {
            let mut due = fresh(item, 1, 0);
            let mut waits = Vec::new();
            for _ in 0..10 {
                let now = due.next_at.0;
                due = after(&due, &Sent::Refused, now).unwrap();
                assert_eq!(due.doubt_until, None);
                waits.push(due.next_at.0 - now);
            }
            waits
        };
        assert_eq!(waits(application("urn:acme:web")), [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(waits(domain("acme.example")), [2, 4, 8, 16, 30, 30, 30, 30, 30, 30]);
    }

    #[test]
    fn domains_go_before_older_applications_and_those_of_an_emergency_before_all() {
        let (one, other) = (domain("a.example"), domain("b.example"));
        let urgent = Due { urgent: true, ..fresh(domain("c.example"), 9, 90) };
        let all = [
            fresh(DueItem::Directory, 1, 1),
            fresh(application("urn:acme:web"), 2, 2),
            fresh(one.clone(), 8, 80),
            fresh(other.clone(), 7, 70),
            urgent.clone(),
        ];
        let first = |all: &[Due], now: u64| next(all, UnixTime(now)).map(|due| due.item.clone());
        assert_eq!(first(&all, 0), None);
        assert_eq!(first(&all, 5), Some(all[1].item.clone()), "of what is due by then");
        assert_eq!(first(&all, 75), Some(other.clone()));
        assert_eq!(first(&all, 85), Some(other), "the older one");
        assert_eq!(first(&all, 90), Some(urgent.item));
        assert_eq!(first(&all[..1], 90), Some(DueItem::Directory));
    }
}
