//! Whatever strangers send: parsers neither panic nor accept more than their rule, and what is
//! sealed or signed holds against every changed bit.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::login::attempt::AttemptId;
use edge_eid::login::envelope::{self, ENVELOPE_MAX_BYTES, Label, Purpose, Unopened};
use edge_eid::login::handles::{Handle, Kind};
use edge_eid::login::return_to::ReturnTo;
use edge_eid::model::public_key::SignatureAlgorithm;
use edge_eid::model::url::{RedirectUri, WebUrl};
use edge_eid::model::{ClientId, Host, TenantId, UnixTime};
use edge_eid::oauth::acr_values::Outside;
use edge_eid::oauth::authorize::{AuthorizationRequest, Rules};
use edge_eid::oauth::client_auth::Credentials;
use edge_eid::oauth::dpop::Unproved;
use edge_eid::oauth::jwks;
use edge_eid::oauth::jwt::Unverified;
use edge_eid::oauth::pkce::CodeChallenge;
use edge_eid::oauth::token::TokenRequest;
use edge_eid::vault::{base64url, from_base64url};
use edge_eid::web::{Parameters, encode_pairs, percent_decode, percent_encode};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::cell::OnceCell;
use support::*;

const PURPOSES: [Purpose; 5] =
    [Purpose::Pending, Purpose::HandOver, Purpose::Outcome, Purpose::Ticket, Purpose::State];

thread_local! {
    static WORLD: OnceCell<Broker> = const { OnceCell::new() };
}

/// A world for all cases of a property: building one takes milliseconds.
fn with_world<T>(run: impl FnOnce(&Broker) -> T) -> T {
    WORLD.with(|world| run(world.get_or_init(World::demo)))
}

fn host(raw: &str) -> Host {
    Host::parse(raw).unwrap()
}

fn label(attempt: [u8; 16], ends: u64) -> Label {
    Label { attempt: AttemptId(attempt), ends: UnixTime(ends), from: host(ACME) }
}

fn seal(broker: &Broker, purpose: Purpose, label: &Label, value: &Value) -> String {
    block_on(envelope::seal(&broker.ports, &broker.keys[ACME], purpose, label, &host(ACME_MITID), value))
        .unwrap()
}

fn open(
    broker: &Broker,
    keys_of: &str,
    purpose: Purpose,
    to: &str,
    text: &str,
    now: u64,
) -> Result<Value, Unopened> {
    let keys = &broker.keys[keys_of];
    block_on(envelope::open::<Value>(&broker.ports, keys, purpose, &host(to), text, UnixTime(now)))
        .map(|opened| opened.value)
}

#[test]
fn every_changed_bit_of_an_envelope_is_refused() {
    with_world(|broker| {
        let text = seal(broker, Purpose::Ticket, &label([7; 16], 1_000), &json!({ "secret": "s" }));
        assert!(open(broker, ACME, Purpose::Ticket, ACME_MITID, &text, 999).is_ok());
        let bytes = from_base64url(&text).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let opened = open(broker, ACME, Purpose::Ticket, ACME_MITID, &base64url(&altered), 999);
            assert_eq!(opened, Err(Unopened::Invalid), "bit {bit}");
        }
        for end in 0..text.len() {
            assert!(
                open(broker, ACME, Purpose::Ticket, ACME_MITID, &text[..end], 999).is_err(),
                "cut at {end}"
            );
        }
    });
}

#[test]
fn an_envelope_is_looked_at_up_to_8_kilobytes() {
    with_world(|broker| {
        let of = |padding: usize| {
            seal(broker, Purpose::Ticket, &label([7; 16], 1_000), &json!({ "p": "x".repeat(padding) }))
        };
        let (size, most) = (from_base64url(&of(0)).unwrap().len(), ENVELOPE_MAX_BYTES / 4 * 3);
        for (bytes, opens) in [(most - 1, true), (most, true), (most + 1, false), (most + 3, false)] {
            let text = of(bytes - size);
            assert_eq!(text.len() <= ENVELOPE_MAX_BYTES, opens);
            let opened = open(broker, ACME, Purpose::Ticket, ACME_MITID, &text, 999);
            assert_eq!(opened.is_ok(), opens, "{} characters", text.len());
            assert_eq!(envelope::peek(&text).is_some(), opens);
        }
    });
}

#[test]
fn an_end_that_was_moved_does_not_make_an_envelope_young_again() {
    with_world(|broker| {
        let text = seal(broker, Purpose::Pending, &label([7; 16], 1_000), &json!({}));
        assert_eq!(open(broker, ACME, Purpose::Pending, ACME_MITID, &text, 1_000), Err(Unopened::Expired));
        let mut bytes = from_base64url(&text).unwrap();
        bytes[17..25].copy_from_slice(&u64::MAX.to_be_bytes());
        let opened = open(broker, ACME, Purpose::Pending, ACME_MITID, &base64url(&bytes), 1_000);
        assert_eq!(opened, Err(Unopened::Invalid));
    });
}

#[test]
fn two_envelopes_of_the_same_content_share_nothing_but_their_label() {
    with_world(|broker| {
        let seal =
            || from_base64url(&seal(broker, Purpose::State, &label([7; 16], 9), &json!("same"))).unwrap();
        let (one, two) = (seal(), seal());
        let head = 1 + 16 + 8 + 2 + ACME.len();
        assert_eq!(one[..head], two[..head]);
        assert_ne!(one[head..head + 12], two[head..head + 12], "an IV never repeats");
        assert_ne!(one[head + 12..], two[head + 12..]);
    });
}

proptest! {
    #[test]
    fn an_envelope_opens_only_for_its_purpose_place_tenant_and_time(
        attempt: [u8; 16], ends in 1_u64..u64::MAX, content in ".{0,200}", now: u64,
        sealed_for in 0_usize..5, opened_for in 0_usize..5, place in 0_usize..4,
    ) {
        let hosts = [ACME_MITID, ACME, ACME_PRODUCTION, GLOBEX];
        with_world(|broker| {
            let value = json!(content);
            let text = seal(broker, PURPOSES[sealed_for], &label(attempt, ends), &value);
            let opened = open(broker, hosts[place], PURPOSES[opened_for], hosts[place], &text, now);
            let expected = match () {
                () if sealed_for != opened_for || place != 0 => Err(Unopened::Invalid),
                () if ends <= now => Err(Unopened::Expired),
                () => Ok(value),
            };
            prop_assert_eq!(opened, expected);
            let peeked = envelope::peek(&text).unwrap();
            prop_assert_eq!(peeked, label(attempt, ends));
            Ok(())
        })?;
    }

    #[test]
    fn no_made_up_text_opens_or_parses(text in "[A-Za-z0-9_-]{0,300}", noise in ".{0,100}") {
        with_world(|broker| {
            for text in [&text, &noise] {
                prop_assert!(open(broker, ACME, Purpose::Ticket, ACME, text, 0).is_err());
                for kind in [Kind::Code, Kind::AccessToken] {
                    prop_assert!(Handle::parse(&broker.keys[ACME], kind, &host(ACME), text).is_none());
                }
                let _ = envelope::peek(text);
                let _ = AttemptId::parse(text);
                let _ = Unverified::parse(text, &SignatureAlgorithm::ALL);
                let _ = Unproved::parse(text);
                for alg in SignatureAlgorithm::ALL {
                    prop_assert!(jwks::find(text, None, alg).is_none());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_handle_reads_back_as_its_kind_at_its_host_and_nowhere_else(attempt: [u8; 16], bit in 0_usize..384) {
        with_world(|broker| {
            let keys = &broker.keys[ACME];
            let handle = Handle::draw(&broker.ports, AttemptId(attempt));
            let text = handle.text(keys, Kind::Code, &host(ACME));
            prop_assert_eq!(text.len(), 64);
            let read = Handle::parse(keys, Kind::Code, &host(ACME), &text).unwrap();
            prop_assert_eq!((read.attempt.0, read.hash()), (attempt, handle.hash()));
            prop_assert!(Handle::parse(keys, Kind::AccessToken, &host(ACME), &text).is_none());
            prop_assert!(Handle::parse(keys, Kind::Code, &host(ACME_MITID), &text).is_none());
            prop_assert!(Handle::parse(&broker.keys[ACME_PRODUCTION], Kind::Code, &host(ACME), &text).is_none());
            prop_assert!(Handle::parse(&broker.keys[GLOBEX], Kind::Code, &host(ACME), &text).is_none());
            let mut bytes = from_base64url(&text).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Handle::parse(keys, Kind::Code, &host(ACME), &base64url(&bytes)).is_none());
            Ok(())
        })?;
    }

    #[test]
    fn base64url_has_one_spelling(text in "[A-Za-z0-9_-]{0,40}", padding in "={0,2}") {
        if let Some(bytes) = from_base64url(&text) {
            prop_assert_eq!(base64url(&bytes), text.clone());
        }
        if !padding.is_empty() {
            let padded = text.clone() + &padding;
            prop_assert!(from_base64url(&padded).is_none());
        }
    }

    #[test]
    fn what_is_encoded_reads_back_and_stays_in_its_place(name in "[a-z]{1,8}", value in any::<String>()) {
        let encoded = percent_encode(&value);
        prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        prop_assert_eq!(percent_decode(encoded.as_bytes()), Some(value.clone()));
        let query = encode_pairs([(name.as_str(), value.as_str()), ("END", "end")]);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        prop_assert_eq!(parameters.get(&name), Some(value.as_str()).filter(|value| !value.is_empty()));
        prop_assert_eq!(parameters.get("END"), Some("end"));
    }

    #[test]
    fn parameters_are_read_without_panic_and_each_name_once(raw in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok((parameters, repeated)) = Parameters::parse_lenient(&raw) {
            let mut names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(names.len(), count);
            prop_assert!(parameters.iter().all(|(_, value)| !value.is_empty()));
            prop_assert_eq!(Parameters::parse(&raw).is_ok(), repeated.is_empty());
            let _ = AuthorizationRequest::read(&parameters, &repeated, Rules { pkce: true, id_token: true, token_in_query: true }, Outside::default());
            let _ = TokenRequest::read(&parameters);
            let _ = Credentials::read(parameters.get("a"), &parameters);
        }
    }

    #[test]
    fn an_authorization_header_is_read_without_panic(header in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        use base64ct::{Base64, Encoding};
        let form = Parameters::default();
        let _ = Credentials::read(Some(&header), &form);
        let _ = Credentials::read(Some(&format!("Basic {header}")), &form);
        let read = Credentials::read(Some(&format!("Basic {}", Base64::encode_string(&bytes))), &form);
        if let Ok(Credentials::Secret { readings, .. }) = read {
            prop_assert!(!readings.is_empty() && readings.len() <= 2);
        }
    }

    #[test]
    fn names_and_urls_are_what_they_were_parsed_from(raw in any::<String>(), host_like in "[a-zA-Z0-9.:@/-]{0,40}") {
        for raw in [&raw, &host_like] {
            if let Ok(host) = Host::parse(raw) {
                prop_assert_eq!(host.as_str(), raw.to_ascii_lowercase());
                prop_assert!(!raw.contains(['/', '@', ' ', '?', '#', '\\']));
                prop_assert_eq!(Host::parse(host.as_str()).unwrap(), host);
            }
            if let Ok(tenant) = TenantId::parse(raw) {
                prop_assert!(!tenant.as_str().contains(['/', '|', ':']));
            }
            if let Ok(client_id) = ClientId::parse(raw) {
                prop_assert_eq!(client_id.as_str(), raw.as_str());
            }
            for url in [format!("https://{raw}"), format!("https://{raw}/callback"), raw.clone()] {
                if let Ok(parsed) = WebUrl::parse(&url) {
                    prop_assert_eq!(parsed.as_str(), &url);
                    prop_assert!(Host::parse(parsed.host()).is_ok());
                    prop_assert!(url.starts_with(parsed.origin()));
                    prop_assert!(!url.contains(['@', '#', '\\', '<', '"', ' ', '\n', '\r']));
                }
            }
        }
    }

    #[test]
    fn the_redirect_matcher_accepts_registered_callbacks_byte_for_byte_and_nothing_else(
        at in 0_usize..29, inserted in any::<char>(), cut in 0_usize..29,
    ) {
        with_world(|broker| {
            let key = (host(ACME), ClientId::parse("urn:acme:web").unwrap());
            let app = broker.ports.applications.borrow()[&key].clone();
            let accepts = |raw: &str| ReturnTo::checked(&app, raw, None, "https://acme.example").is_some();
            prop_assert!(accepts(CALLBACK));
            let mut longer = CALLBACK.to_owned();
            longer.insert(at.min(CALLBACK.len()), inserted);
            prop_assert!(!accepts(&longer), "{}", longer);
            let mut shorter = CALLBACK.to_owned();
            shorter.remove(cut.min(CALLBACK.len() - 1));
            prop_assert!(!accepts(&shorter));
            let mut changed: Vec<char> = CALLBACK.chars().collect();
            let place = at.min(changed.len() - 1);
            if changed[place] != inserted {
                changed[place] = inserted;
                prop_assert!(!accepts(&changed.into_iter().collect::<String>()));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_registered_callback_never_runs_code_or_leaves_tls(raw in "[a-zA-Z.:/?#@\\\\%-]{0,40}") {
        if let Ok(uri) = RedirectUri::parse(&raw) {
            let scheme = uri.as_str().split(':').next().unwrap();
            prop_assert!(matches!(scheme, "https" | "http") || scheme.contains('.'));
            if scheme == "http" {
                prop_assert!(uri.as_str().contains("localhost") || uri.as_str().contains("127.0.0.1"));
            }
        }
    }

    #[test]
    fn a_challenge_is_met_by_its_verifier_alone(verifier in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
        let challenge = CodeChallenge::of(&verifier);
        prop_assert!(challenge.is_met_by(&verifier));
        prop_assert_eq!(challenge.is_met_by(&other), verifier == other);
        prop_assert!(!challenge.is_met_by(&verifier[..42]));
        let parsed = CodeChallenge::parse(Some(challenge.as_str()), Some("S256"));
        prop_assert_eq!(parsed.unwrap(), Some(challenge));
    }

    /// Whatever a stranger asks of a domain, the answer is no fault of ours.
    #[test]
    fn no_request_makes_the_broker_fail(
        path in "/(oauth2/(authorize|token|userinfo)|continue|callback|login/[A-Za-z0-9_-]{20,24}/(nemid|mitid|cancel|x)|[a-z/.%]{0,20})",
        query in "([a-z_]{1,14}=[ -~]{0,40}&?){0,6}", cookie in "[ -~]{0,80}", body in "([a-z_]{1,14}=[ -~]{0,40}&?){0,6}", post: bool,
    ) {
        use edge_eid::web::Method;
        with_world(|broker| {
            let method = if post { Method::Post } else { Method::Get };
            let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
            let mut request = support::broker::request(method, &format!("https://{ACME}{path}"), &headers, &body);
            request.query = query;
            let response = block_on(edge_eid::routes::handle(&broker.ports, &request, broker.now()));
            prop_assert!(response.status < 500, "{} {}", response.status, path);
            if let Some(location) = response.headers.iter().find(|(name, _)| *name == "location") {
                prop_assert!(location.1.starts_with("https://"), "{}", location.1);
            }
            Ok(())
        })?;
    }
}
