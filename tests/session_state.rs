//! The state machine of a session for single sign-on: every event in every state, its lifetimes, its
//! guards, and the telling of applications until all have been told or given up.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::login::attempt::AttemptId;
use edge_eid::login::session::{
    Answer, BACK_OFF_SECONDS, CLIENTS_MAX, Client, DELIVERIES_MAX, Event, GUARDS, Refusal, Session, Step,
    advance,
};
use edge_eid::model::domain::SessionSettings;
use edge_eid::model::{ClientId, Host, Sealed, UnixTime};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime(1_000_000);
const IDLE: u64 = 1_200;
const ABSOLUTE: u64 = 28_800;

fn settings() -> SessionSettings {
    SessionSettings { sso: true, idle_seconds: IDLE, absolute_seconds: ABSOLUTE, confirm_logout: false }
}

fn host(name: &str) -> Host {
    Host::parse(name).unwrap()
}

fn client(name: &str) -> Client {
    Client::new(ClientId::parse(name).unwrap(), format!("sid of {name}"))
}

fn begin_by(secret: &str, attempt: u8, of: &str) -> Event {
    Event::Begin {
        host: host("acme.example"),
        secret_hash: secret.to_owned(),
        attempt: AttemptId([attempt; 16]),
        identity: Sealed(format!("identity of {attempt}")),
        client: client(of),
        settings: settings(),
    }
}

fn begin() -> Event {
    begin_by("secret", 1, "web")
}

fn use_at(at: &str, secret: &str, of: &str) -> Event {
    Event::Use { host: host(at), secret_hash: secret.to_owned(), client: client(of), settings: settings() }
}

fn use_by(of: &str) -> Event {
    use_at("acme.example", "secret", of)
}

fn logout_at(at: &str, secret: &str) -> Event {
    Event::Logout { host: host(at), secret_hash: secret.to_owned() }
}

fn logout() -> Event {
    logout_at("acme.example", "secret")
}

fn told(of: &str, taken: bool) -> Event {
    Event::Told { client_id: ClientId::parse(of).unwrap(), taken }
}

/// Events, each so many seconds after the one before.
fn after(events: &[(u64, Event)]) -> (Session, UnixTime) {
    let (mut session, mut now) = (None, NOW);
    for (wait, event) in events {
        now = now.plus(*wait);
        session = advance(session.clone(), event.clone(), now).next.or(session);
    }
    (session.unwrap(), now)
}

fn outcome(session: Option<Session>, event: Event) -> &'static str {
    let Step { next, answer } = advance(session, event, NOW);
    match (answer, next) {
        (Answer::Living { .. }, Some(next)) if !next.ended => "living",
        (Answer::Ended { .. }, Some(next)) if next.ended => "ended",
        (Answer::Noted { given_up: false }, Some(_)) => "noted",
        (Answer::Refused { why: Refusal::Unknown }, None) => "unknown",
        (Answer::Refused { why: Refusal::Mismatch }, None) => "mismatch",
        (Answer::Refused { why: Refusal::TooMany }, None) => "too many",
        (answer, next) => panic!("{answer:?} with {next:?}"),
    }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let living = after(&[(0, begin())]).0;
    let ended = after(&[(0, begin()), (0, logout())]).0;
    let events = [
        // event                                             nothing     living      ended
        (begin(), ["living", "living", "unknown"]),
        (begin_by("guess", 2, "web"), ["living", "mismatch", "mismatch"]),
        (use_by("web"), ["unknown", "living", "unknown"]),
        (use_by("other"), ["unknown", "living", "unknown"]),
        (use_at("acme.example", "guess", "web"), ["unknown", "mismatch", "mismatch"]),
        (use_at("acme.mitid.example", "secret", "web"), ["unknown", "mismatch", "mismatch"]),
        (logout(), ["unknown", "ended", "unknown"]),
        (logout_at("acme.example", "guess"), ["unknown", "mismatch", "mismatch"]),
        (logout_at("acme.mitid.example", "secret"), ["unknown", "mismatch", "mismatch"]),
        (told("web", true), ["unknown", "unknown", "noted"]),
        (told("web", false), ["unknown", "unknown", "noted"]),
        (told("other", true), ["unknown", "unknown", "unknown"]),
    ];
    for (at, (event, expected)) in events.into_iter().enumerate() {
        let states = [None, Some(living.clone()), Some(ended.clone())];
        for (state, expected) in states.into_iter().zip(expected) {
            assert_eq!(outcome(state, event.clone()), expected, "event {at}: {event:?}");
        }
    }
}

#[test]
fn a_session_gives_the_login_that_it_stands_for() {
    let session = after(&[(0, begin())]).0;
    let answer = advance(Some(session), use_by("other"), NOW.plus(60)).answer;
    let expected = Answer::Living {
        ends: NOW.plus(60 + IDLE),
        attempt: AttemptId([1; 16]),
        identity: Sealed("identity of 1".to_owned()),
    };
    assert_eq!(answer, expected);
}

#[test]
fn a_session_ends_when_it_was_idle_for_too_long() {
    let session = after(&[(0, begin()), (600, use_by("web"))]).0;
    let used = |wait: u64| advance(Some(session.clone()), use_by("web"), NOW.plus(600 + wait)).answer;
    assert!(matches!(used(IDLE - 1), Answer::Living { .. }));
    assert_eq!(used(IDLE), Answer::Refused { why: Refusal::Unknown });
    assert_eq!(session.forgotten_at(), NOW.plus(600 + IDLE));
    assert_eq!(session.alarm_at(), session.forgotten_at());
}

#[test]
fn a_session_ends_some_hours_after_its_login_however_much_it_is_used() {
    let uses = ABSOLUTE / 900 - 1;
    let mut events = vec![(0, begin())];
    events.extend((0..uses).map(|_| (900, use_by("web"))));
    let (session, now) = after(&events);
    assert_eq!(now, NOW.plus(uses * 900), "used all the while");
    assert_eq!(session.ends(), NOW.plus(ABSOLUTE));
    let used = |at: u64| advance(Some(session.clone()), use_by("web"), NOW.plus(at)).answer;
    assert!(matches!(used(ABSOLUTE - 1), Answer::Living { .. }));
    assert_eq!(used(ABSOLUTE), Answer::Refused { why: Refusal::Unknown });
}

#[test]
fn a_shorter_lifetime_of_the_domain_counts_at_once_and_a_longer_one_revives_nobody() {
    let session = after(&[(0, begin())]).0;
    let used = |settings: SessionSettings, wait: u64| {
        let event = Event::Use {
            host: host("acme.example"),
            secret_hash: "secret".to_owned(),
            client: client("web"),
            settings,
        };
        advance(Some(session.clone()), event, NOW.plus(wait)).answer
    };
    let shorter = SessionSettings { idle_seconds: 60, ..settings() };
    let longer = SessionSettings { idle_seconds: 10_000, ..settings() };
    assert!(matches!(used(shorter, 59), Answer::Living { ends, .. } if ends == NOW.plus(59 + 60)));
    assert_eq!(used(shorter, 60), Answer::Refused { why: Refusal::Unknown });
    assert!(matches!(used(longer, 60), Answer::Living { ends, .. } if ends == NOW.plus(60 + 10_000)));
    assert_eq!(used(longer, IDLE), Answer::Refused { why: Refusal::Unknown });
}

#[test]
fn the_guards_refuse_a_third_use_within_five_seconds_and_a_seventh_within_twenty_minutes() {
    assert_eq!(GUARDS, [(5, 2), (1_200, 6)]);
    let twice = after(&[(0, begin()), (0, use_by("web")), (1, use_by("web"))]).0;
    let used = |session: &Session, at: u64| advance(Some(session.clone()), use_by("web"), NOW.plus(at));
    let refused = used(&twice, 4);
    assert_eq!(refused.answer, Answer::Refused { why: Refusal::TooMany });
    assert!(refused.next.is_none(), "the session is kept as it is, and not prolonged");
    assert!(matches!(used(&twice, 5).answer, Answer::Living { .. }), "the first use is five seconds ago");

    let six =
        after(&[(0, begin())].into_iter().chain((0..6).map(|_| (100, use_by("web")))).collect::<Vec<_>>());
    assert_eq!(six.1, NOW.plus(600));
    assert_eq!(used(&six.0, 1_299).answer, Answer::Refused { why: Refusal::TooMany });
    assert!(matches!(used(&six.0, 1_300).answer, Answer::Living { .. }), "the first use is 20 minutes ago");
    assert!(six.0.uses.len() <= 6);
}

#[test]
fn the_login_that_opens_a_session_is_not_a_use_of_it() {
    let session = after(&[(0, begin()), (0, use_by("web")), (0, begin_by("secret", 2, "web"))]).0;
    assert!(matches!(advance(Some(session), use_by("web"), NOW).answer, Answer::Living { .. }));
}

#[test]
fn a_login_anew_of_the_same_person_keeps_the_applications_and_starts_the_lifetimes_again() {
    let events = [(0, begin()), (60, use_by("other")), (600, begin_by("secret", 2, "third"))];
    let (session, now) = after(&events);
    let clients: Vec<&str> = session.clients.iter().map(|client| client.client_id.as_str()).collect();
    assert_eq!(clients, ["web", "other", "third"]);
    assert_eq!(session.attempt, AttemptId([2; 16]));
    assert_eq!(session.identity, Sealed("identity of 2".to_owned()));
    assert_eq!((session.made, session.last_use), (now, now));
}

#[test]
fn each_application_stands_once_and_the_first_goes_when_there_are_too_many() {
    let session = after(&[(0, begin()), (60, use_by("web"))]).0;
    assert_eq!(session.clients, [client("web")]);
    let mut session = session;
    for at in 0..CLIENTS_MAX {
        let event = begin_by("secret", 1, &format!("app-{at}"));
        session = advance(Some(session), event, NOW).next.unwrap();
    }
    assert_eq!(session.clients.len(), CLIENTS_MAX);
    assert_eq!(session.clients[0].client_id.as_str(), "app-0");
}

#[test]
fn a_logout_makes_every_application_due_at_once() {
    let (session, now) = after(&[(0, begin()), (60, use_by("other"))]);
    let step = advance(Some(session.clone()), logout(), now);
    let Answer::Ended { clients, .. } = step.answer else { panic!("not ended") };
    assert_eq!(
        clients.iter().map(|client| client.sid.as_str()).collect::<Vec<_>>(),
        ["sid of web", "sid of other"]
    );
    let ended = step.next.unwrap();
    assert_eq!(ended.alarm_at(), now);
    assert_eq!(ended.due(now).unwrap().client_id.as_str(), "web");
    assert!(session.due(now).is_none(), "nobody is told of anything while it lives");
}

#[test]
fn an_application_is_told_again_with_doubling_waits_and_given_up_after_some_hours() {
    let (mut session, mut now) = after(&[(0, begin()), (0, logout())]);
    let began = now;
    for attempt in 1..=DELIVERIES_MAX {
        assert_eq!(session.due(now).unwrap().attempts, attempt - 1);
        let step = advance(Some(session), told("web", false), now);
        assert_eq!(step.answer, Answer::Noted { given_up: attempt == DELIVERIES_MAX });
        session = step.next.unwrap();
        if attempt < DELIVERIES_MAX {
            let next = session.alarm_at();
            assert_eq!(next, now.plus(BACK_OFF_SECONDS << (attempt - 1)));
            assert!(session.due(UnixTime(next.0 - 1)).is_none());
            assert!(session.forgotten_at() >= next);
            now = next;
        }
    }
    assert!(session.due(UnixTime(u64::MAX)).is_none());
    assert_eq!(now.seconds_after(began) / 3_600, 5);
}

#[test]
fn who_has_been_told_is_not_told_again_and_the_others_wait_their_turn() {
    let (session, now) = after(&[(0, begin()), (0, use_by("other")), (0, logout()), (0, told("web", false))]);
    assert_eq!(session.due(now).unwrap().client_id.as_str(), "other");
    let session = advance(Some(session), told("other", true), now).next.unwrap();
    assert!(session.due(now).is_none());
    assert_eq!(session.alarm_at(), now.plus(BACK_OFF_SECONDS));
    assert_eq!(session.identity, Sealed("identity of 1".to_owned()), "its name must still be told");
    let session = advance(Some(session), told("web", true), now.plus(5)).next.unwrap();
    assert_eq!(session.identity, Sealed(String::new()), "nobody is kept of whom nobody has to be told");
}

#[test]
fn an_ended_session_is_remembered_until_its_absolute_end_so_that_no_old_cookie_opens_it_again() {
    let (session, now) = after(&[(0, begin()), (60, logout()), (0, told("web", true))]);
    assert_eq!(session.forgotten_at(), NOW.plus(ABSOLUTE));
    assert_eq!(session.alarm_at(), session.forgotten_at());
    assert_eq!(outcome(Some(session.clone()), begin()), "unknown");
    assert_eq!(advance(Some(session), logout(), now).answer, Answer::Refused { why: Refusal::Unknown });
}

#[test]
fn what_is_stored_reads_back() {
    for events in [vec![(0, begin())], vec![(0, begin()), (9, use_by("other")), (0, logout())]] {
        let session = after(&events).0;
        let text = edge_eid::json::write(&session);
        assert_eq!(edge_eid::json::read::<Session>(&text), Ok(session));
    }
}

proptest! {
    /// Whatever happens in whatever order: no use after the end, never more uses than the guards
    /// allow, nobody is told before a logout, and nobody who was told is told again.
    #[test]
    fn a_session_keeps_its_promises(picks in prop::collection::vec((0_usize..8, 0_u64..2_000), 1..80)) {
        let events = [
            begin(), use_by("web"), use_by("other"), use_at("acme.example", "guess", "web"),
            use_by("web"), told("web", true), told("other", false), logout(),
        ];
        let (mut session, mut now) = (None::<Session>, NOW);
        let (mut uses, mut last_sign, mut opened) = (Vec::<UnixTime>::new(), NOW, NOW);
        let mut out = false;
        for (pick, wait) in picks {
            now = now.plus(wait / 4);
            session = session.filter(|session| !session.forgotten_at().is_over(now));
            if session.is_none() {
                uses.clear();
                out = false;
            }
            let step = advance(session.clone(), events[pick].clone(), now);
            match &step.answer {
                Answer::Living { ends, .. } => {
                    prop_assert!(!out && !ends.is_over(now));
                    if pick == 0 {
                        opened = now;
                    } else {
                        prop_assert!(pick != 3 && session.is_some());
                        prop_assert!(!last_sign.plus(IDLE).is_over(now) && !opened.plus(ABSOLUTE).is_over(now));
                        uses.push(now);
                        for (seconds, most) in GUARDS {
                            let recent = uses.iter().filter(|at| !at.plus(seconds).is_over(now)).count();
                            prop_assert!(recent <= most);
                        }
                    }
                    last_sign = now;
                }
                Answer::Ended { clients, .. } => {
                    prop_assert!(!out && !clients.is_empty());
                    out = true;
                }
                Answer::Noted { .. } => prop_assert!(out),
                Answer::Refused { .. } => prop_assert!(step.next.is_none()),
            }
            if let Some(next) = step.next {
                prop_assert_eq!(next.due(now).is_some() && !next.ended, false);
                prop_assert!(next.alarm_at() <= next.forgotten_at());
                session = Some(next);
            }
        }
    }
}
