//! Every interleaving of what happens to a key ring and to those who read it: steps of the ring,
//! publications that come late, caches, signatures, verifications and time. A search over all of
//! them shows that no client whose key set is valid, by what we served with it, ever meets a live
//! token that it cannot verify; and that a compromised key, a new ring's first key (or the one born with
//! it) and a forced step are the only exceptions.
//!
//! The steps are the real ones of [`Ring`]; only times are small. Two simplifications lose nothing:
//!
//! - An outage takes one client that fetches and one token that is signed, at one domain, and whether
//!   the two fit is decided when the second of them happens. So a state holds at most the first. A
//!   second domain matters because a key counts as published only when both have published it.
//! - Any isolate may answer with any version that KV may still give or that one of them may still
//!   remember, so isolates are the list of the versions that may be served.
//!
//! States that differ only in the names of keys or in ages that no longer matter are one state, so
//! the search ends though the world does not.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

use edge_eid::eid::Eid;
use edge_eid::model::key_ring::{Algorithm, Haste, KeyState, Ring, SigningKey};
use edge_eid::model::{PublicKey, Sealed, Serving, UnixTime};
use std::collections::{BTreeSet, HashMap};

/// Any moment; ages are counted back from it.
const NOW: UnixTime = UnixTime(1_000);
/// Domains of the environment. The client and the token are of the first.
const DOMAINS: usize = 2;
/// A search that finds more states than this has lost its way.
const STATES_MAX: usize = 300_000;

/// A key: they are numbered as they are made.
type Kid = u8;
/// Ticks since something happened.
type Age = u8;

/// A key of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    kid: Kid,
    state: u8,
    published: Option<Age>,
}

const ACTIVE: u8 = 0;
const STANDBY: u8 = 1;
const RETIRING: u8 = 2;

/// A key set as it is served. A kid above `newest` was not made yet; one below that is not in the set
/// was gone already.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Set {
    kids: Vec<Kid>,
    newest: Option<Kid>,
}

/// What the first domain serves, or may still serve.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Version {
    set: Set,
    signs: Option<Kid>,
    /// Since a later version was published.
    superseded: Option<Age>,
}

/// A client that waits for a token, or a token that waits for a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Half {
    Client(Set),
    Token(Kid),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    /// Empty before the ring is made.
    ring: Vec<Key>,
    /// Whether keys of the ring are gone.
    gone: bool,
    /// Which domains have yet to publish the ring as it is.
    due: [bool; DOMAINS],
    versions: Vec<Version>,
    /// What happened, and when, of the two that an outage takes.
    half: Option<(Half, Age)>,
    compromised: Vec<Kid>,
    /// Keys that signed before their time, by force.
    forced: Vec<Kid>,
    /// The ring's first key, and the one that was born with it, once it signs before its guard time is over.
    first: Vec<Kid>,
    /// How many more orders out of turn there may be.
    orders: u8,
}

/// What the world does, and what the ring takes it for.
#[derive(Clone, Copy)]
struct World {
    real: Serving,
    believed: Serving,
    /// When the ring is told that it has been published: after the last domain, as it should be, or
    /// too early.
    told: Told,
}

#[derive(Clone, Copy, PartialEq)]
enum Told {
    AfterTheLast,
    AfterTheFirst,
    AtOnce,
}

/// Why a client with a valid key set could not verify a live token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    Compromised,
    First,
    Forced,
    Outage,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Birth,
    Rotate { forced: bool },
    Compromise { kid: Kid, forced: bool },
    Remove,
}

fn times() -> Serving {
    Serving {
        max_age: 1,
        stale_while_revalidate: 1,
        stale_if_error: 1,
        kv: 1,
        isolate: 1,
        reserve: 1,
        token: 1,
        skew: 0,
        ..Serving::DEFAULT
    }
}

/// The real ring of these keys, and of one that is gone.
fn real(keys: &[Key], gone: bool) -> Ring {
    let key = |key: &Key| {
        let mut real = fresh(key.kid);
        real.published = key.published.map(|age| UnixTime(NOW.0 - u64::from(age)));
        real.state = [KeyState::Active, KeyState::Standby, KeyState::Retiring][usize::from(key.state)];
        real.private = real.private.filter(|_| key.state != RETIRING);
        real
    };
    let mut keys: Vec<SigningKey> = keys.iter().map(key).collect();
    if gone {
        keys.push(SigningKey { state: KeyState::Removed, private: None, ..fresh(Kid::MAX) });
    }
    Ring::of(&keys, Eid::Mitid, Algorithm::Rs256).unwrap().unwrap()
}

fn fresh(kid: Kid) -> SigningKey {
    SigningKey {
        kid: kid.to_string(),
        eid: Eid::Mitid,
        alg: Algorithm::Rs256,
        state: KeyState::Standby,
        since: NOW,
        published: None,
        public: PublicKey::Rsa { n: String::new(), e: String::new() },
        private: Some(Sealed(String::new())),
    }
}

/// What of a real ring is announced.
fn announced(ring: Ring) -> Announced {
    let key = |key: SigningKey| {
        let state = match key.state {
            KeyState::Active => ACTIVE,
            KeyState::Standby => STANDBY,
            KeyState::Retiring => RETIRING,
            KeyState::Removed | KeyState::Compromised => return None,
        };
        let published = key.published.map(|at| Age::try_from(NOW.0 - at.0).unwrap());
        Some(Key { kid: key.kid.parse().unwrap(), state, published })
    };
    let all = ring.into_keys();
    let count = all.len();
    let mut keys: Vec<Key> = all.into_iter().filter_map(key).collect();
    keys.sort_by_key(|key| (key.state, key.kid));
    let gone = keys.len() < count;
    (keys, gone)
}

/// The keys of a ring that are announced, and whether others are gone.
type Announced = (Vec<Key>, bool);

/// The search: every state that was reached, and how.
struct Search {
    world: World,
    reached: HashMap<State, usize>,
    queue: Vec<(State, usize, String)>,
    failures: BTreeSet<Failure>,
    /// How the first outage came about.
    outage: Option<Vec<String>>,
    /// Steps of the real ring that were done before.
    steps: HashMap<(Vec<Key>, bool, Step), Option<Announced>>,
}

impl Search {
    fn run(world: World, start: State) -> Self {
        let mut search = Self {
            world,
            reached: HashMap::new(),
            queue: Vec::new(),
            failures: BTreeSet::new(),
            outage: None,
            steps: HashMap::new(),
        };
        search.reach(start, 0, String::new());
        let mut at = 0;
        while at < search.queue.len() && search.outage.is_none() {
            let state = search.queue[at].0.clone();
            search.expand(&state, at);
            at += 1;
        }
        search
    }

    fn reach(&mut self, state: State, from: usize, how: String) {
        let state = canonical(state, &self.world);
        let at = self.queue.len();
        if self.reached.contains_key(&state) {
            return;
        }
        assert!(at < STATES_MAX, "the search does not end");
        self.reached.insert(state.clone(), at);
        self.queue.push((state, from, how));
    }

    fn expand(&mut self, state: &State, at: usize) {
        self.reach(tick(state.clone()), at, "tick".to_owned());
        for domain in (0..DOMAINS).filter(|domain| state.due[*domain]) {
            self.reach(self.publish(state.clone(), domain), at, format!("domain {domain} publishes"));
        }
        for version in &state.versions {
            self.happens(state, at, Half::Client(version.set.clone()));
            if let Some(kid) = version.signs {
                self.happens(state, at, Half::Token(kid));
            }
        }
        for (step, is_order) in steps(state) {
            if !is_order || state.orders > 0 {
                self.step(state, at, step, is_order);
            }
        }
    }

    /// A client fetches, or a token is signed: the first of the two waits for the second.
    fn happens(&mut self, state: &State, at: usize, half: Half) {
        match (&state.half, &half) {
            (None, _) => {
                let how = format!("{half:?}");
                self.reach(State { half: Some((half, 0)), ..state.clone() }, at, how);
            }
            (Some((Half::Client(set), _)), Half::Token(kid))
            | (Some((Half::Token(kid), _)), Half::Client(set)) => {
                if let Some(failure) = failure(state, set, *kid) {
                    self.fail(failure, at, format!("{half:?}"));
                }
            }
            _ => {}
        }
    }

    fn fail(&mut self, failure: Failure, mut at: usize, how: String) {
        self.failures.insert(failure);
        if failure == Failure::Outage && self.outage.is_none() {
            let mut way = vec![how];
            while at > 0 {
                way.push(self.queue[at].2.clone());
                at = self.queue[at].1;
            }
            way.reverse();
            self.outage = Some(way);
        }
    }

    fn step(&mut self, state: &State, at: usize, step: Step, is_order: bool) {
        let world = self.world;
        let known = self.steps.entry((state.ring.clone(), state.gone, step.clone()));
        let after = known.or_insert_with(|| done(&state.ring, state.gone, &step, &world.believed)).clone();
        let Some((ring, gone)) = after else {
            return;
        };
        let mut next = State { gone, ..state.clone() };
        match step {
            Step::Birth => next.first.extend(kid_of(&ring, ACTIVE)),
            Step::Rotate { forced: false } | Step::Compromise { forced: false, .. }
                if is_young(&state.ring, &world.believed) =>
            {
                next.first
                    .extend(kid_of(&ring, ACTIVE).filter(|kid| Some(*kid) != kid_of(&state.ring, ACTIVE)));
            }
            // Only where it would not have been allowed otherwise is it out of turn.
            Step::Rotate { forced: true } | Step::Compromise { forced: true, .. } => {
                next.forced
                    .extend(kid_of(&ring, ACTIVE).filter(|kid| Some(*kid) != kid_of(&state.ring, ACTIVE)));
            }
            _ => {}
        }
        if let Step::Compromise { kid, .. } = step {
            next.compromised.push(kid);
        }
        next.orders -= u8::from(is_order);
        let newest = ring.iter().map(|key| key.kid).max();
        let set = Set { kids: ring.iter().map(|key| key.kid).collect(), newest };
        next.versions.push(Version { set, signs: kid_of(&ring, ACTIVE), superseded: None });
        next.ring = ring;
        next.due = [true; DOMAINS];
        if world.told == Told::AtOnce {
            told(&mut next);
        }
        self.reach(next, at, format!("{step:?}"));
    }

    fn publish(&self, mut state: State, domain: usize) -> State {
        state.due[domain] = false;
        if domain == 0 {
            // The latest is published; what it replaces may be served for a while yet.
            if let Some((_, before)) = state.versions.split_last_mut() {
                before.iter_mut().for_each(|version| version.superseded = version.superseded.or(Some(0)));
            }
        }
        let is_told = match self.world.told {
            Told::AfterTheLast => state.due == [false; DOMAINS],
            Told::AfterTheFirst | Told::AtOnce => true,
        };
        if is_told {
            told(&mut state);
        }
        state
    }
}

fn told(state: &mut State) {
    if !state.ring.is_empty() {
        state.ring = announced(real(&state.ring, state.gone).published(NOW)).0;
    }
}

/// Whether the standby's guard time is not over.
fn is_young(ring: &[Key], believed: &Serving) -> bool {
    let mut standby = ring.iter().filter(|key| key.state == STANDBY);
    standby.all(|key| key.published.is_none_or(|age| u64::from(age) < believed.guard()))
}

fn kid_of(ring: &[Key], state: u8) -> Option<Kid> {
    ring.iter().find(|key| key.state == state).map(|key| key.kid)
}

/// Every step that may be tried, and whether it is an order out of turn.
fn steps(state: &State) -> Vec<(Step, bool)> {
    if state.ring.is_empty() {
        return vec![(Step::Birth, false)];
    }
    let mut steps = vec![
        (Step::Rotate { forced: false }, false),
        (Step::Remove, false),
        (Step::Rotate { forced: true }, true),
    ];
    for key in &state.ring {
        for forced in [false, true] {
            steps.push((Step::Compromise { kid: key.kid, forced }, true));
        }
    }
    steps
}

/// What the real ring makes of a step; `None` where it refuses, or where force was not needed.
fn done(keys: &[Key], gone: bool, step: &Step, believed: &Serving) -> Option<Announced> {
    let next = keys.iter().map(|key| key.kid + 1).max().unwrap_or(0);
    if keys.is_empty() {
        return Ring::first(fresh(next), fresh(next + 1), NOW).ok().map(announced);
    }
    // Each step also lets those keys go whose time has come, as the tenant's object does; one that is
    // late must not make the search endless.
    let ring = || real(keys, gone).remove_retired(NOW, believed);
    let in_haste = |haste| match step {
        Step::Rotate { .. } => ring().rotate(fresh(next), NOW, haste, believed).ok(),
        Step::Compromise { kid, .. } => {
            ring().compromise(&kid.to_string(), Some(fresh(next)), NOW, haste, believed).ok()
        }
        Step::Remove | Step::Birth => None,
    };
    let after = match step {
        Step::Remove => Some(ring()),
        Step::Rotate { forced: true } | Step::Compromise { forced: true, .. } => {
            in_haste(Haste::Forced).filter(|_| in_haste(Haste::Guarded).is_none())
        }
        _ => in_haste(Haste::Guarded),
    };
    after.map(announced).filter(|(after, _)| after != keys)
}

fn tick(mut state: State) -> State {
    state.ring.iter_mut().for_each(|key| key.published = key.published.map(|age| age + 1));
    state.versions.iter_mut().for_each(|version| version.superseded = version.superseded.map(|age| age + 1));
    state.half.iter_mut().for_each(|(_, age)| *age += 1);
    state
}

/// Forgets what no longer matters and gives the keys the smallest names, in their order.
fn canonical(mut state: State, world: &World) -> State {
    let real = &world.real;
    let age = |seconds: u64| Age::try_from(seconds).unwrap();
    let served = age(real.kv + real.isolate);
    let cached = age(real.max_age + real.stale_while_revalidate + real.stale_if_error);
    let waited = age(world.believed.guard().max(world.believed.retirement()));
    state.versions.retain(|version| version.superseded.is_none_or(|age| age <= served));
    let lives = age(real.token + real.skew);
    state.half =
        state.half.filter(|(half, age)| *age <= if let Half::Client(_) = half { cached } else { lives });
    // Of two versions that say the same, the one that is served longer.
    let served_longer =
        |a: &Version, b: &Version| a.superseded.is_none_or(|a| b.superseded.is_some_and(|b| a < b));
    let versions = state.versions.clone();
    let mut at = 0;
    state.versions.retain(|version| {
        at += 1;
        let same = |other: &&Version| (&other.set, other.signs) == (&version.set, version.signs);
        let (before, after) = (&versions[..at - 1], &versions[at..]);
        !before.iter().filter(same).any(|other| !served_longer(version, other))
            && !after.iter().filter(same).any(|other| served_longer(other, version))
    });
    state.ring.iter_mut().for_each(|key| key.published = key.published.map(|age| age.min(waited)));

    let mut kids: Vec<Kid> = state.ring.iter().map(|key| key.kid).collect();
    kids.extend(state.versions.iter().filter_map(|version| version.signs));
    kids.extend(
        state.half.iter().filter_map(|(half, _)| if let Half::Token(kid) = half { Some(*kid) } else { None }),
    );
    kids.sort_unstable();
    kids.dedup();
    let name = |kid: Kid| kids.binary_search(&kid).ok().map(|at| at as Kid);
    let below = |kid: Kid| kids.iter().rposition(|known| *known <= kid).map(|at| at as Kid);
    let rename = |list: &mut Vec<Kid>| {
        *list = list.iter().filter_map(|kid| name(*kid)).collect();
        list.sort_unstable();
        list.dedup();
    };
    let rename_set = |set: &mut Set| {
        rename(&mut set.kids);
        set.newest = set.newest.and_then(below);
    };
    state.ring.iter_mut().for_each(|key| key.kid = name(key.kid).unwrap());
    for version in &mut state.versions {
        rename_set(&mut version.set);
        version.signs = version.signs.and_then(name);
    }
    match &mut state.half {
        Some((Half::Client(set), _)) => rename_set(set),
        Some((Half::Token(kid), _)) => *kid = name(*kid).unwrap(),
        None => {}
    }
    rename(&mut state.first);
    rename(&mut state.compromised);
    rename(&mut state.forced);
    state
}

/// Whether a client with this set, which is valid, cannot verify a live token of this key, and whose
/// fault that is.
fn failure(state: &State, set: &Set, kid: Kid) -> Option<Failure> {
    if set.kids.contains(&kid) {
        return None;
    }
    let not_yet = set.newest.is_none_or(|newest| newest < kid);
    Some(match not_yet {
        true if state.forced.contains(&kid) => Failure::Forced,
        true if state.first.contains(&kid) && set.newest.is_none() => Failure::First,
        false if state.compromised.contains(&kid) => Failure::Compromised,
        _ => Failure::Outage,
    })
}

/// Before the ring is made: the domains serve other keys.
fn before_the_ring(orders: u8) -> State {
    let set = Set { kids: Vec::new(), newest: None };
    State {
        ring: Vec::new(),
        gone: false,
        due: [false; DOMAINS],
        versions: vec![Version { set, signs: None, superseded: None }],
        half: None,
        compromised: Vec::new(),
        forced: Vec::new(),
        first: Vec::new(),
        orders,
    }
}

/// A ring that everybody knows, and that has gone round before.
fn settled() -> State {
    let key = |kid, state| Key { kid, state, published: Some(0) };
    let set = Set { kids: vec![0, 1], newest: Some(1) };
    State {
        ring: vec![key(0, ACTIVE), key(1, STANDBY)],
        versions: vec![Version { set, signs: Some(0), superseded: None }],
        gone: true,
        ..before_the_ring(0)
    }
}

fn world() -> World {
    World { real: times(), believed: times(), told: Told::AfterTheLast }
}

fn assert_no_outage(search: &Search) {
    assert_eq!(search.outage, None, "after {} states", search.reached.len());
}

/// Many small worlds: with and without each cache, with tokens that live shorter and longer than a key
/// waits.
fn worlds() -> Vec<Serving> {
    let mut worlds = vec![times()];
    let mut vary = |part: fn(&mut Serving) -> &mut u64, values: &[u64]| {
        let varied = worlds.iter().flat_map(|world| {
            values.iter().map(|value| {
                let mut world = *world;
                *part(&mut world) = *value;
                world
            })
        });
        worlds = varied.collect();
    };
    vary(|world| &mut world.isolate, &[0, 1]);
    vary(|world| &mut world.max_age, &[0, 2]);
    vary(|world| &mut world.token, &[1, 4, 9]);
    vary(|world| &mut world.skew, &[0, 1]);
    worlds
}

#[test]
fn no_client_with_a_valid_key_set_meets_a_token_that_it_cannot_verify() {
    for real in worlds() {
        let search = Search::run(World { real, believed: real, ..world() }, settled());
        assert_no_outage(&search);
        assert_eq!(search.failures, BTreeSet::new());
        let rotated = search.steps.iter().any(|((.., step), ring)| *step != Step::Remove && ring.is_some());
        let removed = search.steps.iter().any(|((.., step), ring)| *step == Step::Remove && ring.is_some());
        assert!(rotated && removed, "the ring goes round");
    }
}

#[test]
fn a_compromised_key_a_first_key_and_a_forced_step_are_the_only_exceptions() {
    let short = Serving { isolate: 0, stale_while_revalidate: 0, stale_if_error: 0, ..times() };
    // One order out of turn at any time, and two of them in a smaller world.
    for (real, orders) in [(times(), 1), (short, 2)] {
        let search = Search::run(World { real, believed: real, ..world() }, before_the_ring(orders));
        assert_no_outage(&search);
        let all = BTreeSet::from([Failure::Compromised, Failure::First, Failure::Forced]);
        assert_eq!(search.failures, all, "each of them is one");
        let at_once = search.steps.iter().any(|((ring, gone, step), after)| {
            let emergency = kid_of(ring, ACTIVE).map(|kid| Step::Compromise { kid, forced: false });
            !gone && after.is_some() && is_young(ring, &real) && Some(step) == emergency.as_ref()
        });
        assert!(at_once, "a ring as it was made needs no force");
    }
}

/// Each part of the waiting times, left out of what the ring takes the world for.
#[test]
fn every_part_of_the_waiting_times_is_needed() {
    type Part = (&'static str, fn(&mut Serving) -> &mut u64);
    let parts: [Part; 8] = [
        ("max_age", |times| &mut times.max_age),
        ("stale_while_revalidate", |times| &mut times.stale_while_revalidate),
        ("stale_if_error", |times| &mut times.stale_if_error),
        ("kv", |times| &mut times.kv),
        ("isolate", |times| &mut times.isolate),
        ("reserve", |times| &mut times.reserve),
        ("token", |times| &mut times.token),
        ("skew", |times| &mut times.skew),
    ];
    for (name, part) in parts {
        // With a clock that is behind, a key waits a little longer than it must before it signs, which
        // would hide the other parts.
        let real = Serving { skew: u64::from(name == "skew"), ..times() };
        let mut believed = real;
        *part(&mut believed) = 0;
        let search = Search::run(World { real, believed, ..world() }, settled());
        assert!(search.outage.is_some(), "nobody misses {name}");
    }
    let believed = Serving { guarded: false, ..times() };
    let search = Search::run(World { believed, ..world() }, settled());
    assert!(search.outage.is_some(), "nobody misses the guard times");
}

#[test]
fn a_key_is_published_only_when_the_last_domain_has_published_it() {
    for told in [Told::AfterTheFirst, Told::AtOnce] {
        let search = Search::run(World { told, ..world() }, settled());
        assert!(search.outage.is_some());
    }
}
