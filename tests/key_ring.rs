//! A ring of signing keys: every step in every state, when it may be done and what it leaves behind.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

use edge_eid::eid::Eid;
use edge_eid::json;
use edge_eid::model::key_ring::{Algorithm, Broken, Cannot, GONE_MAX, Haste, KeyState, Ring, SigningKey};
use edge_eid::model::{PublicKey, Sealed, Serving, UnixTime};

const TIMES: Serving = Serving::DEFAULT;
const START: UnixTime = UnixTime(1_800_000_000);
const STATES: [KeyState; 5] =
    [KeyState::Standby, KeyState::Active, KeyState::Retiring, KeyState::Removed, KeyState::Compromised];

fn key_of(kid: &str, eid: Eid, alg: Algorithm) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        eid,
        alg,
        state: KeyState::Standby,
        since: START,
        published: None,
        public: PublicKey::Rsa { n: kid.to_owned(), e: "AQAB".to_owned() },
        private: Some(Sealed(format!("sealed {kid}"))),
    }
}

fn key(kid: &str) -> SigningKey {
    key_of(kid, Eid::Mitid, Algorithm::Rs256)
}

fn in_state(kid: &str, state: KeyState) -> SigningKey {
    let can_sign = matches!(state, KeyState::Standby | KeyState::Active);
    let key = key(kid);
    SigningKey { state, private: key.private.clone().filter(|_| can_sign), published: Some(START), ..key }
}

/// A ring with one key in each state, named by it; its standby was published at `published`.
fn full(published: Option<UnixTime>) -> Ring {
    let keys: Vec<SigningKey> = STATES
        .into_iter()
        .map(|state| {
            let key = in_state(name(state), state);
            let is_standby = state == KeyState::Standby;
            SigningKey { published: if is_standby { published } else { key.published }, ..key }
        })
        .collect();
    Ring::of(&keys, Eid::Mitid, Algorithm::Rs256).unwrap().unwrap()
}

fn name(state: KeyState) -> &'static str {
    match state {
        KeyState::Standby => "standby",
        KeyState::Active => "active",
        KeyState::Retiring => "retiring",
        KeyState::Removed => "removed",
        KeyState::Compromised => "compromised",
    }
}

/// Every key with its state, in the order of their names.
fn states(ring: &Ring) -> Vec<(String, KeyState)> {
    let mut states: Vec<_> = ring.keys().map(|key| (key.kid.clone(), key.state)).collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

/// [`states`] of a full ring after the keys of these names went to these states.
fn moved(moves: &[(&str, KeyState)]) -> Vec<(String, KeyState)> {
    let mut states: Vec<_> = STATES.into_iter().map(|state| (name(state).to_owned(), state)).collect();
    for (kid, state) in moves {
        states.retain(|(known, _)| known != kid);
        states.push(((*kid).to_owned(), *state));
    }
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

/// What must hold of any ring: it is one when read back, both who can sign have private halves and
/// nobody else, and no key is there twice.
fn check(ring: &Ring) {
    let keys = ring.clone().into_keys();
    assert_eq!(Ring::of(&keys, ring.eid(), ring.alg()), Ok(Some(ring.clone())), "as it is stored");
    let count = |state| keys.iter().filter(|key| key.state == state).count();
    assert_eq!((count(KeyState::Active), count(KeyState::Standby)), (1, 1));
    for key in &keys {
        let can_sign = matches!(key.state, KeyState::Standby | KeyState::Active);
        assert_eq!(key.private.is_some(), can_sign, "{}", key.kid);
        assert_eq!(keys.iter().filter(|other| other.kid == key.kid).count(), 1, "{}", key.kid);
    }
}

#[test]
fn the_first_key_of_a_ring_signs_at_once_and_the_second_stands_by() {
    let ring = Ring::first(key("a"), key("b"), START).unwrap();
    check(&ring);
    assert_eq!((ring.active().kid.as_str(), ring.standby().kid.as_str()), ("a", "b"));
    assert_eq!((ring.active().since, ring.active().published), (START, None));

    let bare = SigningKey { private: None, ..key("b") };
    let strangers = [
        key("a"),
        key_of("b", Eid::Nemid, Algorithm::Rs256),
        key_of("b", Eid::Mitid, Algorithm::Es256),
        bare,
    ];
    for stranger in strangers {
        assert_eq!(Ring::first(key("a"), stranger.clone(), START), Err(Cannot::Misfit));
        assert_eq!(Ring::first(stranger, key("a"), START), Err(Cannot::Misfit));
    }
}

#[test]
fn a_key_stands_by_signs_retires_and_goes() {
    let published = START.plus(5);
    let ring = Ring::first(key("a"), key("b"), START).unwrap().published(published);

    let rotated = published.plus(TIMES.guard());
    let ring = ring.rotate(key("c"), rotated, Haste::Guarded, &TIMES).unwrap();
    check(&ring);
    let expected = [("a", KeyState::Retiring), ("b", KeyState::Active), ("c", KeyState::Standby)];
    assert_eq!(states(&ring), expected.map(|(kid, state)| (kid.to_owned(), state)));
    assert!(
        ring.keys().all(|key| (key.since, key.published) == (rotated, None)),
        "nobody has read of it yet"
    );
    assert_eq!(ring.clone().remove_retired(UnixTime(u64::MAX), &TIMES), ring, "nor was it published");

    let published = rotated.plus(7);
    let ring = ring.published(published);
    assert!(ring.keys().all(|key| key.published == Some(published)));
    assert_eq!(ring.may_rotate_from(&TIMES), Some(published.plus(TIMES.guard())));
    let last = published.plus(TIMES.retirement() - 1);
    assert_eq!(ring.clone().remove_retired(last, &TIMES), ring, "a token may live for a second yet");
    let ring = ring.remove_retired(last.plus(1), &TIMES);
    check(&ring);
    let expected = [("a", KeyState::Removed), ("b", KeyState::Active), ("c", KeyState::Standby)];
    assert_eq!(states(&ring), expected.map(|(kid, state)| (kid.to_owned(), state)));
    assert_eq!(ring.clone().published(UnixTime(u64::MAX)).active().published, Some(published), "once");
}

#[test]
fn the_standby_that_was_born_with_the_first_key_may_sign_at_once_and_no_later_one() {
    let born = Ring::first(key("a"), key("b"), START).unwrap();
    for ring in [born.clone(), born.clone().published(START.plus(5))] {
        assert_eq!(ring.may_rotate_from(&TIMES), Some(START), "whether or not it is published");
        let after = ring.clone().compromise("a", Some(key("c")), START, Haste::Guarded, &TIMES).unwrap();
        assert_eq!((after.active().kid.as_str(), after.may_rotate_from(&TIMES)), ("b", None));
        let after = ring.clone().rotate(key("c"), START, Haste::Guarded, &TIMES).unwrap();
        assert_eq!((after.active().kid.as_str(), after.may_rotate_from(&TIMES)), ("b", None));
        // All in one second: who fetched before knows the first key, and not the new standby.
        let after = ring.compromise("b", Some(key("c")), START, Haste::Guarded, &TIMES).unwrap();
        assert_eq!((after.active().kid.as_str(), after.may_rotate_from(&TIMES)), ("a", None));
        let again = after.compromise("a", Some(key("d")), START, Haste::Guarded, &TIMES);
        assert_eq!(again, Err(Cannot::TooEarly(None)));
    }
    // A backup does not know what became of the ring after it.
    let restored = born.into_keys().into_iter().map(|key| key.restored(START.plus(60)));
    let restored = Ring::of(&restored.collect::<Vec<_>>(), Eid::Mitid, Algorithm::Rs256).unwrap().unwrap();
    assert_eq!((restored.active().since, restored.standby().since), (START, START.plus(60)));
    assert_eq!(restored.may_rotate_from(&TIMES), None);
}

/// Each key that a fresh one must not be.
fn misfits() -> [SigningKey; 4] {
    [
        key_of("fresh", Eid::Nemid, Algorithm::Rs256),
        key_of("fresh", Eid::Mitid, Algorithm::Es256),
        SigningKey { private: None, ..key("fresh") },
        key("removed"),
    ]
}

/// When a full ring's standby was published, and whether it may sign at `START`.
fn readiness() -> [(Option<UnixTime>, bool); 4] {
    let ready = UnixTime(START.0 - TIMES.guard());
    [(None, false), (Some(START), false), (Some(ready.plus(1)), false), (Some(ready), true)]
}

#[test]
fn a_ring_rotates_when_its_standby_is_known_everywhere_or_by_force() {
    for (published, ready) in readiness() {
        for haste in [Haste::Guarded, Haste::Forced] {
            let ring = full(published);
            let early = Cannot::TooEarly(published.map(|published| published.plus(TIMES.guard())));
            let may = ready || haste == Haste::Forced;
            let done = ring.clone().rotate(key("fresh"), START, haste, &TIMES);
            match done {
                Ok(after) => {
                    assert!(may);
                    check(&after);
                    let moves = [
                        ("standby", KeyState::Active),
                        ("active", KeyState::Retiring),
                        ("fresh", KeyState::Standby),
                    ];
                    assert_eq!(states(&after), moved(&moves));
                }
                Err(cannot) => assert_eq!((cannot, may), (early, false)),
            }
            for misfit in misfits() {
                let expected = if may { Cannot::Misfit } else { early };
                assert_eq!(ring.clone().rotate(misfit, START, haste, &TIMES), Err(expected));
            }
        }
    }
}

/// What becomes of a full ring when the key of this name is compromised.
fn after_compromise(kid: &str) -> Result<Vec<(&'static str, KeyState)>, Cannot> {
    let bad = KeyState::Compromised;
    match kid {
        "active" => Ok(vec![("active", bad), ("standby", KeyState::Active), ("fresh", KeyState::Standby)]),
        "standby" => Ok(vec![("standby", bad), ("fresh", KeyState::Standby)]),
        "retiring" => Ok(vec![("retiring", bad)]),
        "removed" => Ok(vec![("removed", bad)]),
        "compromised" => Err(Cannot::Already),
        _ => Err(Cannot::Unknown),
    }
}

#[test]
fn a_compromised_key_goes_at_once_from_any_state() {
    for kid in ["active", "standby", "retiring", "removed", "compromised", "nobody"] {
        for (published, ready) in readiness() {
            for haste in [Haste::Guarded, Haste::Forced] {
                let ring = full(published);
                let waits = kid == "active" && !ready && haste == Haste::Guarded;
                let early = Cannot::TooEarly(published.map(|published| published.plus(TIMES.guard())));
                let expected = if waits { Err(early) } else { after_compromise(kid) };
                let done = ring.clone().compromise(kid, Some(key("fresh")), START, haste, &TIMES);
                if let Ok(after) = &done {
                    check(after);
                    let bad = after.keys().find(|key| key.kid == kid).unwrap();
                    assert!(bad.announced().is_none() && bad.since == START && bad.published.is_none());
                }
                assert_eq!(done.map(|after| states(&after)), expected.clone().map(|moves| moved(&moves)));

                let needs_fresh = expected.as_ref().is_ok_and(|moves| moves.len() > 1);
                let fresh = misfits().map(Some).into_iter().chain([None]);
                for fresh in fresh {
                    let done = ring.clone().compromise(kid, fresh, START, haste, &TIMES);
                    if needs_fresh {
                        assert_eq!(done, Err(Cannot::Misfit), "{kid}");
                    } else {
                        assert_eq!(done.map(|_| ()), expected.clone().map(|_| ()), "{kid} needs none");
                    }
                }
            }
        }
    }
}

#[test]
fn a_second_emergency_waits_for_the_new_standby() {
    let ring = full(Some(UnixTime(0)));
    let ring = ring.compromise("active", Some(key("c")), START, Haste::Guarded, &TIMES).unwrap();
    let again = |ring: Ring, now, haste| ring.compromise("standby", Some(key("d")), now, haste, &TIMES);
    assert_eq!(again(ring.clone(), START, Haste::Guarded), Err(Cannot::TooEarly(None)), "not published yet");
    let ring = ring.published(START.plus(1));
    let from = START.plus(1 + TIMES.guard());
    assert_eq!(again(ring.clone(), START.plus(2), Haste::Guarded), Err(Cannot::TooEarly(Some(from))));
    assert_eq!(again(ring.clone(), START.plus(2), Haste::Forced).unwrap().active().kid, "c");
    assert_eq!(again(ring, from, Haste::Guarded).unwrap().active().kid, "c");
}

#[test]
fn keys_are_a_ring_only_with_one_that_signs_and_one_that_stands_by() {
    // Every choice of up to four keys.
    let mut choices: Vec<Vec<KeyState>> = vec![Vec::new()];
    for length in 0..4 {
        let longer = choices.iter().filter(|choice| choice.len() == length).flat_map(|choice| {
            STATES.map(|state| choice.iter().copied().chain([state]).collect::<Vec<KeyState>>())
        });
        choices.extend(longer.collect::<Vec<_>>());
    }
    assert_eq!(choices.len(), 1 + 5 + 25 + 125 + 625);
    for choice in choices {
        let keys: Vec<_> =
            choice.iter().enumerate().map(|(at, state)| in_state(&format!("k{at}"), *state)).collect();
        let count = |state| choice.iter().filter(|known| **known == state).count();
        let ring = Ring::of(&keys, Eid::Mitid, Algorithm::Rs256);
        match (choice.len(), count(KeyState::Active), count(KeyState::Standby)) {
            (0, ..) => assert_eq!(ring, Ok(None)),
            (_, 1, 1) => assert_eq!(ring.unwrap().unwrap().into_keys().len(), keys.len()),
            _ => assert_eq!(ring, Err(Broken), "{choice:?}"),
        }
        assert_eq!(Ring::of(&keys, Eid::Nemid, Algorithm::Rs256), Ok(None), "each eID has its own");
        assert_eq!(Ring::of(&keys, Eid::Mitid, Algorithm::Es256), Ok(None), "and each algorithm");
    }
    for state in [KeyState::Active, KeyState::Standby] {
        let mut keys = vec![in_state("a", KeyState::Active), in_state("b", KeyState::Standby)];
        keys.iter_mut().filter(|key| key.state == state).for_each(|key| key.private = None);
        assert_eq!(Ring::of(&keys, Eid::Mitid, Algorithm::Rs256), Err(Broken), "it could not sign");
    }
}

#[test]
fn the_next_step_is_the_earlier_of_a_removal_and_the_rotation() {
    let planned = START.plus(90 * 86_400);
    let ring = Ring::first(key("a"), key("b"), START).unwrap();
    assert_eq!(ring.due_at(planned, &TIMES), Some(planned), "the first standby waits for nothing");
    let ring = Ring::first(key("a"), key("x"), START).unwrap();
    let ring = ring.compromise("x", Some(key("b")), START, Haste::Guarded, &TIMES).unwrap();
    assert_eq!(ring.due_at(planned, &TIMES), None, "no step before everybody has published it");
    let ring = ring.published(START);
    assert_eq!(ring.due_at(planned, &TIMES), Some(planned));
    assert_eq!(ring.due_at(START, &TIMES), Some(START.plus(TIMES.guard())), "not before the guard time");
    let ring = ring.rotate(key("c"), planned, Haste::Guarded, &TIMES).unwrap().published(planned.plus(3));
    let removal = planned.plus(3 + TIMES.retirement());
    assert_eq!(ring.due_at(planned.plus(90 * 86_400), &TIMES), Some(removal));
    let gone = ring.remove_retired(removal, &TIMES);
    assert_eq!(gone.due_at(planned.plus(90 * 86_400), &TIMES), Some(planned.plus(90 * 86_400)));
}

#[test]
fn a_ring_remembers_a_limited_number_of_keys_that_are_gone() {
    let mut ring = Ring::first(key("a"), key("b"), START).unwrap();
    for round in 0..GONE_MAX + 5 {
        let fresh = key(&format!("k{round}"));
        let kid = ring.active().kid.clone();
        ring = ring.compromise(&kid, Some(fresh), START, Haste::Forced, &TIMES).unwrap();
        check(&ring);
    }
    assert_eq!(ring.keys().count(), 2 + GONE_MAX);
    assert!(ring.keys().all(|key| key.kid != "a"), "the oldest is forgotten first");
    assert!(ring.keys().any(|key| key.kid == format!("k{}", GONE_MAX + 2)));
}

#[test]
fn keys_that_were_stored_before_their_publication_was_noted_still_read() {
    let old = r#"{"kid":"a","eid":"mitid","alg":"RS256","state":"active","since":7,
        "public":{"n":"AQAB","e":"AQAB"},"private":"AAAA"}"#;
    let read: SigningKey = json::read(old).unwrap();
    assert_eq!((read.since, read.published), (UnixTime(7), None));
    assert_eq!(read.private, Some(Sealed("AAAA".to_owned())));
    let gone = SigningKey { private: None, published: Some(START), ..read };
    assert_eq!(json::read(&json::write(&gone)), Ok(gone));
}
