//! The state machine of one login: every event in every state, the ends of time, and whatever
//! order the world may come up with.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Acr;
use edge_eid::json::{self, Json};
use edge_eid::login::state::{
    Answer, Ask, Bound, CODE_SECONDS, CPR_SECONDS, CPR_TRIES, Event, GrantRequest, Login, Refusal,
    TICKET_SECONDS, Way, advance,
};
use edge_eid::model::{ClientId, Host, Sealed, Serving, UnixTime};
use edge_eid::oauth::pkce::CodeChallenge;
use edge_eid::oauth::scope::Scope;
use edge_eid::ports::Logins;
use proptest::prelude::*;
use serde_json::Value;
use support::ports::MemoryPorts;
use support::{block_on, store_contract};

const TOKEN_SECONDS: u64 = Serving::DEFAULT.token;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const NOW: UnixTime = UnixTime(1_000_000);
const ENDS: UnixTime = UnixTime(1_001_800);

fn host() -> Host {
    Host::parse("acme.example").unwrap()
}

fn asked() -> GrantRequest {
    GrantRequest {
        host: host(),
        client_id: ClientId::parse("urn:acme:web").unwrap(),
        redirect_uri: "https://app.example/callback".to_owned(),
        scope: Scope::parse(Some("openid"), None, &[]).unwrap(),
        nonce: Some("n".to_owned()),
        code_challenge: Some(CodeChallenge::of(VERIFIER)),
        dpop_jkt: None,
        sid: None,
    }
}

fn here() -> Event {
    identified(Way::Here { code_hash: Some("code".to_owned()), request: asked() })
}

fn home() -> Event {
    identified(Way::Home { ticket_hash: "ticket".to_owned(), origin: host(), ask: None })
}

fn ask() -> Ask {
    Ask { matching: Sealed("matching".to_owned()), ends: NOW.plus(CPR_SECONDS) }
}

fn asked_here() -> Event {
    identified(Way::Asked { host: host(), ask: ask() })
}

fn home_to_be_asked() -> Event {
    identified(Way::Home { ticket_hash: "ticket".to_owned(), origin: host(), ask: Some(ask()) })
}

fn tried(at: &str) -> Event {
    Event::CprTried { host: Host::parse(at).unwrap() }
}

fn settled(at: &str) -> Event {
    let bound = Bound { code_hash: Some("code".to_owned()), request: asked() };
    Event::CprSettled { host: Host::parse(at).unwrap(), identity: Sealed("with".to_owned()), bound }
}

fn identified(way: Way) -> Event {
    let identity = Sealed("sealed".to_owned());
    Event::Identified { acr: Acr::MitidSubstantial, identity, ends: ENDS, way, count: None }
}

fn ticket(hash: &str, at: &str, with_cookie: bool) -> Event {
    let bound = with_cookie.then(|| Bound { code_hash: Some("code".to_owned()), request: asked() });
    Event::TicketPresented { ticket_hash: hash.to_owned(), host: Host::parse(at).unwrap(), bound }
}

fn ticket_for_a_token() -> Event {
    let bound = Some(Bound { code_hash: None, request: asked() });
    Event::TicketPresented { ticket_hash: "ticket".to_owned(), host: host(), bound }
}

fn redeem(code: &str, change: impl FnOnce(&mut GrantRequest, &mut Option<String>)) -> Event {
    let (mut asked, mut verifier) = (asked(), Some(VERIFIER.to_owned()));
    change(&mut asked, &mut verifier);
    Event::Redeem {
        host: asked.host,
        client_id: asked.client_id,
        redirect_uri: asked.redirect_uri,
        code_verifier: verifier,
        code_hash: code.to_owned(),
        access_hash: "access".to_owned(),
        jkt: None,
        token_seconds: TOKEN_SECONDS,
    }
}

fn revoke(access: &str, client: &str, at: &str) -> Event {
    Event::Revoke {
        host: Host::parse(at).unwrap(),
        client_id: ClientId::parse(client).unwrap(),
        access_hash: access.to_owned(),
    }
}

fn userinfo(access: &str, at: &str) -> Event {
    Event::Userinfo { host: Host::parse(at).unwrap(), access_hash: access.to_owned() }
}

/// Every event, right and wrong in each part.
fn events() -> Vec<(&'static str, Event)> {
    vec![
        ("identified here", here()),
        ("identified elsewhere", home()),
        ("identified for a token", identified(Way::Here { code_hash: None, request: asked() })),
        ("ticket for a token", ticket_for_a_token()),
        ("look", Event::Look),
        ("ticket", ticket("ticket", "acme.example", true)),
        ("ticket without cookie", ticket("ticket", "acme.example", false)),
        ("guessed ticket", ticket("guess", "acme.example", true)),
        ("guessed ticket without cookie", ticket("guess", "acme.example", false)),
        ("ticket at another host", ticket("ticket", "acme.mitid.example", true)),
        ("redeem", redeem("code", |_, _| {})),
        ("redeem a guess", redeem("guess", |_, _| {})),
        ("redeem elsewhere", redeem("code", |a, _| a.host = Host::parse("acme.mitid.example").unwrap())),
        ("redeem as another", redeem("code", |a, _| a.client_id = ClientId::parse("urn:acme:spa").unwrap())),
        ("redeem for another callback", redeem("code", |a, _| a.redirect_uri.push('/'))),
        ("redeem without verifier", redeem("code", |_, v| *v = None)),
        ("redeem with another verifier", redeem("code", |_, v| *v = Some("x".repeat(43)))),
        ("userinfo", userinfo("access", "acme.example")),
        ("userinfo by a guess", userinfo("guess", "acme.example")),
        ("userinfo elsewhere", userinfo("access", "acme.mitid.example")),
        ("revoke", revoke("access", "urn:acme:web", "acme.example")),
        ("revoke a guess", revoke("guess", "urn:acme:web", "acme.example")),
        ("revoke as another", revoke("access", "urn:acme:spa", "acme.example")),
        ("revoke elsewhere", revoke("access", "urn:acme:web", "acme.mitid.example")),
        ("identified and asked", asked_here()),
        ("tried", tried("acme.example")),
        ("tried elsewhere", tried("acme.mitid.example")),
        ("settled", settled("acme.example")),
        ("settled elsewhere", settled("acme.mitid.example")),
    ]
}

fn after(events: &[Event]) -> Option<Login> {
    events.iter().fold(None, |login, event| {
        let step = advance(login.clone(), event.clone(), NOW);
        step.next.or(login)
    })
}

fn states() -> [(&'static str, Option<Login>); 7] {
    let [redeemed_by, replayed_by] = [redeem("code", |_, _| {}), redeem("code", |_, _| {})];
    [
        ("nothing", None),
        ("returning", after(&[home()])),
        ("code issued", after(&[here()])),
        ("redeemed", after(&[here(), redeemed_by.clone()])),
        ("closed", after(&[here(), redeemed_by, replayed_by])),
        ("asked", after(&[asked_here()])),
        (
            "asked",
            after(&[home_to_be_asked(), ticket("ticket", "acme.example", true), tried("acme.example")]),
        ),
    ]
}

fn name_of(login: Option<&Login>) -> &'static str {
    match login {
        None => "nothing",
        Some(Login::Returning { .. }) => "returning",
        Some(Login::CodeIssued { .. }) => "code issued",
        Some(Login::Redeemed { .. }) => "redeemed",
        Some(Login::Closed { .. }) => "closed",
        Some(Login::AwaitingCpr { .. }) => "asked",
    }
}

/// What a step leads to: the state written, or the refusal that wrote nothing.
fn outcome(login: Option<Login>, event: Event) -> String {
    let step = advance(login, event, NOW);
    let answer = match step.answer {
        Answer::CodeIssued { .. } => "code".to_owned(),
        Answer::Direct { .. } => "token".to_owned(),
        Answer::TicketIssued => "ticket".to_owned(),
        Answer::CprAwaited { .. } => "await".to_owned(),
        Answer::CprTry { .. } => "try".to_owned(),
        Answer::Redeemed { .. } => "grant".to_owned(),
        Answer::Userinfo { .. } => "claims".to_owned(),
        Answer::Revoked => "revoked".to_owned(),
        Answer::Refused { why } => format!("{why:?}"),
    };
    match step.next {
        Some(next) => format!("{answer}, {}", name_of(Some(&next))),
        None => answer,
    }
}

/// Rows are [`events`], columns are [`states`].
const TABLE: [[&str; 7]; 29] = [
    // nothing                returning              code issued          redeemed              closed    asked     tried
    [
        "code, code issued",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "ticket, returning",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "token, closed",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "token, closed",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "code, code issued",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "NotBound, closed",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    ["Unknown", "Mismatch", "grant, redeemed", "Replayed, closed", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Replayed, closed", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Replayed, closed", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Replayed, closed", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "claims", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "revoked, closed", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    ["Unknown", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch", "Mismatch"],
    [
        "await, asked",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "try, asked",
        "try, asked",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "Mismatch",
        "Mismatch",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "Mismatch",
        "code, code issued",
    ],
    [
        "Unknown",
        "Mismatch",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "AlreadyCompleted",
        "Mismatch",
        "Mismatch",
    ],
];

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    for ((event_name, event), row) in events().into_iter().zip(TABLE) {
        for ((state_name, login), expected) in states().into_iter().zip(row) {
            assert_eq!(name_of(login.as_ref()), state_name);
            assert_eq!(outcome(login, event.clone()), expected, "{event_name} while {state_name}");
        }
    }
}

#[test]
fn every_end_counts_as_over_at_its_own_second() {
    let at = |login: &Login, event: Event, seconds: u64| {
        advance(Some(login.clone()), event, NOW.plus(seconds)).answer
    };
    let returning = after(&[home()]).unwrap();
    assert!(matches!(
        at(&returning, ticket("ticket", "acme.example", true), TICKET_SECONDS - 1),
        Answer::CodeIssued { .. }
    ));
    let late = at(&returning, ticket("ticket", "acme.example", true), TICKET_SECONDS);
    assert_eq!(late, Answer::Refused { why: Refusal::Expired });
    let issued = after(&[here()]).unwrap();
    assert!(matches!(at(&issued, redeem("code", |_, _| {}), CODE_SECONDS - 1), Answer::Redeemed { .. }));
    assert_eq!(
        at(&issued, redeem("code", |_, _| {}), CODE_SECONDS),
        Answer::Refused { why: Refusal::Expired }
    );
    let redeemed = after(&[here(), redeem("code", |_, _| {})]).unwrap();
    let info = || userinfo("access", "acme.example");
    assert!(matches!(at(&redeemed, info(), TOKEN_SECONDS - 1), Answer::Userinfo { .. }));
    assert_eq!(at(&redeemed, info(), TOKEN_SECONDS), Answer::Refused { why: Refusal::Expired });
    assert_eq!(advance(None, here(), ENDS).answer, Answer::Refused { why: Refusal::Expired });
}

#[test]
fn a_cpr_number_may_be_tried_three_times_within_fifteen_minutes_of_the_login() {
    let at =
        |login: &Login, seconds: u64| advance(Some(login.clone()), tried("acme.example"), NOW.plus(seconds));
    let mut login = after(&[asked_here()]).unwrap();
    for left in (0..CPR_TRIES).rev() {
        let step = at(&login, 60);
        assert!(matches!(step.answer, Answer::CprTry { tries_left, .. } if tries_left == left));
        login = step.next.unwrap();
    }
    assert_eq!(outcome(Some(login.clone()), tried("acme.example")), "NoTries");
    assert_eq!(outcome(Some(login), settled("acme.example")), "code, code issued", "the last try was right");
    let login = after(&[asked_here()]).unwrap();
    assert!(matches!(at(&login, CPR_SECONDS - 1).answer, Answer::CprTry { .. }));
    let late = at(&login, CPR_SECONDS);
    assert_eq!(late.answer, Answer::Refused { why: Refusal::Expired });
    assert!(matches!(late.next, Some(Login::Closed { .. })), "and no other way is left");
}

#[test]
fn a_ticket_of_a_login_that_wants_a_number_becomes_no_code_by_itself() {
    let presented =
        |with_cookie| outcome(after(&[home_to_be_asked()]), ticket("ticket", "acme.example", with_cookie));
    assert_eq!(presented(true), "await, asked");
    assert_eq!(presented(false), "NotBound, closed");
}

#[test]
fn a_login_is_remembered_until_everything_of_it_is_over() {
    for (name, login) in states() {
        let Some(login) = login else { continue };
        assert!(login.forgotten_at() >= ENDS, "{name}: the tombstone outlives the attempt");
    }
    // Redeemed in the attempt's last second, the access token lives on.
    let late = UnixTime(ENDS.0 - 1);
    let issued = advance(None, here(), late).next;
    let redeemed = advance(issued, redeem("code", |_, _| {}), late).next.unwrap();
    assert_eq!(redeemed.forgotten_at(), late.plus(TOKEN_SECONDS));
}

#[test]
fn the_store_in_memory_keeps_the_contract() {
    let ports = MemoryPorts::new(true);
    assert!(store_contract::cases().len() > 15);
    store_contract::run(|name, event: &Value, now| {
        let event: Event = Event::read(event).unwrap();
        block_on(ports.advance(name, &event, UnixTime(now))).unwrap().write()
    });
}

#[test]
fn secrets_of_a_login_do_not_show_in_its_debug_output() {
    let secret = Sealed("canary-ciphertext".to_owned());
    assert!(!format!("{secret:?}").contains("canary"));
}

proptest! {
    /// Whatever happens in whatever order: one code, one redemption, one access token that works
    /// from its redemption until it is revoked or over.
    #[test]
    fn at_most_one_code_is_ever_issued_and_redeemed(
        picks in prop::collection::vec((0_usize..29, 0_u64..400), 1..60)
    ) {
        let events = events();
        let (mut login, mut now) = (None::<Login>, NOW);
        let (mut born, mut codes, mut redeemed, mut revoked) = (0, 0, None::<UnixTime>, false);
        let mut tries = 0;
        let mut code_until = NOW;
        for (pick, wait) in picks {
            now = now.plus(wait / 4);
            let (name, event) = &events[pick];
            // As the object does: gone after its end, JSON in between.
            login = login.filter(|login| !login.forgotten_at().is_over(now));
            if login.is_none() && born > 0 {
                prop_assert!(ENDS.is_over(now), "forgotten before the attempt's end");
            }
            let step = advance(login.clone(), event.clone(), now);
            match &step.answer {
                Answer::TicketIssued => born += 1,
                Answer::CprAwaited { .. } => {
                    prop_assert_eq!(*name, "identified and asked");
                    born += 1;
                }
                Answer::CprTry { .. } => {
                    tries += 1;
                    prop_assert!(codes == 0 && tries <= CPR_TRIES);
                }
                Answer::CodeIssued { .. } => {
                    codes += 1;
                    code_until = now.plus(CODE_SECONDS);
                    match *name {
                        "identified here" => born += 1,
                        "settled" => prop_assert!(tries > 0),
                        name => prop_assert_eq!(name, "ticket"),
                    }
                }
                Answer::Direct { .. } => {
                    codes += 1;
                    if *name == "identified for a token" { born += 1; }
                }
                Answer::Redeemed { .. } => {
                    prop_assert_eq!(*name, "redeem");
                    prop_assert!(redeemed.is_none() && codes == 1 && !code_until.is_over(now));
                    redeemed = Some(now);
                }
                Answer::Userinfo { .. } => {
                    prop_assert_eq!(*name, "userinfo");
                    let since = redeemed.expect("an access token comes from a redemption");
                    prop_assert!(!revoked && !since.plus(TOKEN_SECONDS).is_over(now));
                }
                Answer::Revoked => {
                    prop_assert_eq!(*name, "revoke");
                    prop_assert!(redeemed.is_some() && !revoked);
                    revoked = true;
                }
                Answer::Refused { why: Refusal::Replayed } => {
                    prop_assert!(redeemed.is_some() && name.starts_with("redeem"));
                    revoked = true;
                }
                Answer::Refused { .. } if *name == "userinfo" => {
                    let alive = redeemed.is_some_and(|since| !since.plus(TOKEN_SECONDS).is_over(now)) && !revoked;
                    prop_assert!(!alive, "a living access token was refused");
                }
                Answer::Refused { .. } => {}
            }
            prop_assert!(born <= 1 && codes <= 1);
            if let Some(next) = step.next {
                prop_assert!(next.forgotten_at() > now || ENDS.is_over(now));
                let text = json::write(&next);
                prop_assert_eq!(json::read::<Login>(&text), Ok(next.clone()));
                login = Some(next);
            }
        }
    }
}
