//! What caches and clients are served of a domain's metadata: versions, how long they may be kept,
//! and what they get who have one already.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::key_ring::{KeyState, signing_key_label};
use edge_eid::model::sighting::Who;
use edge_eid::model::{ClientId, Host, Serving};
use edge_eid::ports::Sightings;
use edge_eid::routes;
use edge_eid::web::{Method, Response};
use support::block_on::block_on_all;
use support::broker::request;
use support::{ACME, ACME_MITID, Broker, Browser, GLOBEX, Person, RelyingParty, World, block_on};

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
/// Every public document of a domain, and one below a segment that names an eID.
const DOCUMENTS: [&str; 6] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks",
    "/.well-known/openid-configuration?client_id=urn:acme:web",
    "/.well-known/criipto-configuration?client_id=urn:acme:web",
    "/dXJuOmdybjphdXRobjpkazptaXRpZDpsb3c=/.well-known/openid-configuration",
];

fn get(broker: &Broker, path: &str, headers: &[(&str, &str)]) -> Response {
    broker.send(&request(Method::Get, &format!("https://{ACME}{path}"), headers, ""))
}

fn etag(response: &Response) -> String {
    response.header("etag").unwrap().to_owned()
}

#[test]
fn every_public_document_says_its_version_and_how_long_it_may_be_kept() {
    let broker = World::demo();
    let Serving { max_age, stale_while_revalidate, stale_if_error, .. } = Serving::DEFAULT;
    for path in DOCUMENTS {
        let response = get(&broker, path, &[]);
        assert_eq!(response.status, 200, "{path}");
        let etag = etag(&response);
        assert!(etag.len() > 20 && etag.starts_with('"') && etag.ends_with('"'), "{path}: {etag} is strong");
        assert_eq!(
            response.header("cache-control").unwrap(),
            format!(
                "public, max-age={max_age}, stale-while-revalidate={stale_while_revalidate}, \
                 stale-if-error={stale_if_error}"
            )
        );
        assert_eq!(self::etag(&get(&broker, path, &[])), etag, "{path} is the same document again");
    }
}

#[test]
fn who_has_a_document_already_is_told_so_without_it() {
    let broker = World::demo();
    for path in DOCUMENTS {
        let whole = get(&broker, path, &[]);
        let etag = etag(&whole);
        for condition in [etag.clone(), format!("W/{etag}"), format!("\"older\", {etag}"), "*".to_owned()] {
            let response = get(&broker, path, &[("if-none-match", &condition)]);
            assert_eq!((response.status, response.body.as_str()), (304, ""), "{path} {condition}");
            // RFC 9110 §15.4.5: what a cache needs to go on with its copy; nothing about a body.
            for name in ["etag", "cache-control", "access-control-allow-origin"] {
                assert_eq!(response.header(name), whole.header(name), "{path} {name}");
            }
            assert_eq!(response.header("content-type"), None, "{path}");
        }
        for condition in ["\"older\"", "W/\"older\"", "", "older", &etag.replace('"', "")] {
            let response = get(&broker, path, &[("if-none-match", condition)]);
            assert_eq!((response.status, &response.body), (200, &whole.body), "{path} {condition}");
        }
    }
}

#[test]
fn what_is_not_there_is_never_unchanged() {
    let broker = World::demo();
    for path in ["/.well-known/criipto-configuration?client_id=urn:acme:nobody", "/.well-known/nothing"] {
        assert_eq!(get(&broker, path, &[("if-none-match", "*")]).status, 404, "{path}");
    }
    let put = request(Method::Put, &format!("https://{ACME}{}", DOCUMENTS[2]), &[("if-none-match", "*")], "");
    assert_eq!(broker.send(&put).status, 405);
}

#[test]
fn another_key_set_is_another_version_and_the_pair_shares_its_own() {
    let broker = World::demo();
    let jwks = DOCUMENTS[2];
    let before = get(&broker, jwks, &[]);
    let at_the_other = broker.get(&format!("https://{ACME_MITID}{jwks}"));
    assert_eq!(etag(&before), etag(&at_the_other), "both domains announce the same keys");
    broker.change_domain(ACME, |domain| {
        let standby = domain.keys.iter().position(|key| key.state == KeyState::Standby).unwrap();
        domain.keys.remove(standby);
        domain.written = Default::default();
    });
    let after = get(&broker, jwks, &[("if-none-match", &etag(&before))]);
    assert_eq!(after.status, 200);
    assert_ne!(etag(&after), etag(&before));
    assert_eq!(etag(&get(&broker, DOCUMENTS[0], &[])), etag(&get(&broker, DOCUMENTS[1], &[])));
}

#[test]
fn what_does_not_answer_tells_browsers_by_a_page_and_programs_in_their_words() {
    let broker = World::demo();
    let code = RelyingParty::web().ask(POCES).url;
    broker.ports.catalog_fails.set(true);
    for (method, path, has_link) in [
        (Method::Get, code.split_once(ACME).unwrap().1, true),
        (Method::Post, "/oauth2/authorize", false),
        (Method::Get, "/continue?t=ticket-canary", true),
        (Method::Get, "/callback?code=x", true),
        (Method::Get, "/oauth2/logout", true),
        (Method::Get, "/login/attempt/mitid", true),
    ] {
        let asked = request(method, &format!("https://{ACME}{path}"), &[("accept-language", "en")], "");
        let page = broker.send(&asked);
        assert_eq!((page.status, page.header("retry-after")), (503, Some("5")), "{path}");
        assert_eq!(page.route, "unavailable", "for the log: {path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.body.contains("Login is not available right now"), "{path}");
        assert!(page.body.contains(support::ports::TRACE_ID), "{path}");
        assert!(page.body.contains(" \u{2013} Edge eID</title>"), "no domain's name is known: {path}");
        assert!(page.body.contains("host-acme-example"), "a style may know its domain: {path}");
        assert_eq!(
            page.body.contains("href=\"\">Try again<"),
            has_link,
            "{path}: what was posted has no link"
        );
        assert!(!page.body.contains("canary") && !page.body.contains("urn:acme"), "nothing is repeated");
    }
    for (method, path) in [
        (Method::Post, "/oauth2/token"),
        (Method::Get, "/oauth2/userinfo"),
        (Method::Post, "/oauth2/par"),
        (Method::Post, "/oauth2/revoke"),
        (Method::Post, "/oauth2/introspect"),
        (Method::Get, "/.well-known/jwks"),
        (Method::Get, "/.well-known/openid-configuration"),
        (Method::Get, "/.well-known/criipto-configuration?client_id=urn:acme:web"),
        (Method::Get, DOCUMENTS[5]),
    ] {
        let answer = broker.send(&request(method, &format!("https://{ACME}{path}"), &[], ""));
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")), "{path}");
        assert_eq!(answer.route, "unavailable", "for the log: {path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert!(answer.body.contains("\"error\":\"temporarily_unavailable\""), "{path}");
    }
    assert!(broker.has_logged("fault", "failing on demand"));
}

#[test]
fn an_application_that_cannot_be_read_is_told_like_a_domain() {
    let broker = World::demo();
    broker.ports.applications_fail.set(true);
    let page = broker.get(&RelyingParty::web().ask(POCES).url);
    assert_eq!((page.status, page.header("retry-after")), (503, Some("5")));
    assert!(page.body.contains("href=\"\"") && page.body.contains(support::ports::TRACE_ID));
    assert_eq!(get(&broker, DOCUMENTS[2], &[]).status, 200, "keys need no application");
}

/// Who was seen at acme's TEST domains, and with how many keys.
fn seen(broker: &Broker) -> Vec<(Who, usize)> {
    let sightings = block_on(broker.ports.sightings("acme/TEST")).unwrap();
    sightings.into_iter().map(|one| (one.who, one.kids.len())).collect()
}

#[test]
fn who_fetches_the_key_set_is_seen_with_its_keys_and_nobody_else_is() {
    let broker = World::demo();
    let jwks = DOCUMENTS[2];
    let jose = [("user-agent", "jose/v6.1.0 (somebody@example.com)")];
    for path in DOCUMENTS.into_iter().filter(|path| *path != jwks) {
        get(&broker, path, &jose);
    }
    assert_eq!(seen(&broker), [], "discovery holds no keys");
    let whole = get(&broker, jwks, &jose);
    let family = |word: &str| Who::Family(word.to_owned());
    assert_eq!(seen(&broker), [(family("jose"), 4)]);
    // Who is told that nothing has changed has that very set.
    get(&broker, jwks, &[("user-agent", "Mozilla/5.0"), ("if-none-match", &etag(&whole))]);
    get(&broker, &format!("{jwks}?client_id=urn:acme:web"), &jose);
    get(&broker, &format!("{jwks}?client_id=urn:acme:nobody"), &[]);
    let web = Who::Application(ClientId::parse("urn:acme:web").unwrap());
    let all = [(web, 4), (family("browser"), 4), (family("jose"), 4), (Who::other(), 4)];
    assert_eq!(seen(&broker), all);
    assert_eq!(block_on(broker.ports.sightings("acme/PRODUCTION")), Ok(Vec::new()));
}

#[test]
fn a_key_is_unwrapped_once_in_an_isolate_however_many_log_in_at_once() {
    const LOGINS: usize = 12;
    let broker = World::demo();
    let app = RelyingParty::web();
    let url = format!("https://{ACME}/oauth2/token");
    let basic = app.basic();
    let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let codes = (0..LOGINS).map(|n| {
        let asked = app.ask(POCES);
        let (eid, person) =
            if n % 2 == 0 { (Eid::Nemid, Person::terne()) } else { (Eid::Mitid, Person::ditlev()) };
        let answer = Browser::new(&broker).log_in(&asked.url, eid, &person);
        request(Method::Post, &url, &headers, &app.form(answer.code(), &asked.verifier))
    });
    let redemptions: Vec<_> = codes.collect();
    broker.ports.crypto.forget();
    broker.ports.crypto.opened.take();
    let now = broker.now();
    let answers = block_on_all(redemptions.iter().map(|request| routes::handle(&broker.ports, request, now)));
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let opened = broker.ports.crypto.opened.take();
    let times = |what: &str| opened.iter().filter(|aad| aad.contains(what)).count();
    assert_eq!(times("|identity"), LOGINS, "each login's own identity");
    assert_eq!(times("|signing key"), 2, "one key of each eID: {opened:?}");
    assert_eq!(times("wrap|"), 2, "the environment's data key and its sub key");
    assert_eq!(broker.ports.crypto.imports.borrow().len(), 2);
    // And all the others of this isolate find them unwrapped.
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Mitid, &Person::ditlev());
    app.redeem(&broker, &asked, &answer);
    let opened = broker.ports.crypto.opened.take();
    assert!(opened.iter().all(|aad| !aad.contains("|signing key") && !aad.contains("wrap|")));
}

/// A tenant's environment brings the name of another's key with it, as a backup that somebody wrote might.
#[test]
fn an_isolate_signs_with_the_key_of_the_tenant_and_not_with_another_of_the_same_name() {
    let broker = World::demo();
    let kid_of = |host: &str| {
        let snapshot = broker.ports.domains.borrow()[&Host::parse(host).unwrap()].clone();
        let mut keys = snapshot.keys.iter().filter(|key| key.eid == Eid::Nemid);
        keys.find(|key| key.state == KeyState::Active).cloned().unwrap()
    };
    let (wanted, own) = (kid_of(ACME).kid, kid_of(GLOBEX));
    let keys = &broker.keys[GLOBEX];
    let pkcs8 =
        block_on(keys.open(&broker.ports, &signing_key_label(&own.kid), own.private.as_ref().unwrap()));
    let sealed = block_on(keys.seal(&broker.ports, &signing_key_label(&wanted), &pkcs8.unwrap())).unwrap();
    broker.change_domain(GLOBEX, |domain| {
        let key = domain.keys.iter_mut().find(|key| key.kid == own.kid).unwrap();
        (key.kid, key.private) = (wanted.clone(), Some(sealed));
    });
    let acme = RelyingParty::web();
    let globex = RelyingParty::new(GLOBEX, "urn:globex:web", Some("globex-web-secret-canary"));
    for order in [[&acme, &globex], [&globex, &acme]] {
        broker.ports.crypto.forget();
        for app in order {
            let asked = app.ask(POCES);
            let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
            // What comes back is verified by the key that the domain announces under this name.
            assert_eq!(app.redeem(&broker, &asked, &answer).kid, wanted);
        }
    }
}
