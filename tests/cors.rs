//! Which scripts may read what a client is answered.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::eid::Eid;
use edge_eid::model::url::Origin;
use edge_eid::web::{Method, Response};
use support::broker::request;
use support::*;

const POCES: &str = "urn:grn:authn:dk:nemid:poces";
const FORM: &str = "application/x-www-form-urlencoded";

fn post(broker: &Broker, path: &str, origin: &str, form: &str) -> Response {
    let url = format!("https://acme.example/oauth2/{path}");
    broker.send(&request(Method::Post, &url, &[("origin", origin), ("content-type", FORM)], form))
}

fn readable_by(response: &Response) -> Option<&str> {
    assert_eq!(response.header("vary"), Some("Origin"), "caches must not mix answers");
    response.header("access-control-allow-origin")
}

#[test]
fn a_preflight_lets_any_origin_ask_since_it_names_no_client() {
    let broker = World::demo();
    for path in ["token", "userinfo", "par"] {
        let url = format!("https://acme.example/oauth2/{path}");
        let response = broker.send(&request(Method::Options, &url, &[("origin", "https://any.example")], ""));
        assert_eq!(readable_by(&response), Some("https://any.example"));
        let headers = response.header("access-control-allow-headers").unwrap();
        for needed in ["prefer", "traceparent", "content-type", "dpop", "authorization"] {
            assert!(headers.contains(needed), "{needed}");
        }
    }
}

#[test]
fn the_answer_is_readable_for_the_origins_of_the_client_only() {
    let broker = World::demo();
    let own = "https://app.example";
    for path in ["token", "par"] {
        let form = "client_id=urn%3Aacme%3Aspa";
        assert_eq!(readable_by(&post(&broker, path, own, form)), Some(own), "errors too");
        for foreign in
            ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example", ""]
        {
            assert_eq!(readable_by(&post(&broker, path, foreign, form)), None, "{foreign}");
        }
        assert_eq!(readable_by(&post(&broker, path, own, "client_id=urn%3Anobody")), None);
    }
    broker.change_application(ACME, "urn:acme:spa", |app| {
        app.protocol.allowed_origins = vec![Origin::parse("https://other.example").unwrap()];
    });
    let response = post(&broker, "par", "https://other.example", "client_id=urn%3Aacme%3Aspa");
    assert_eq!(readable_by(&response), Some("https://other.example"));
    assert!(response.header("access-control-expose-headers").unwrap().contains("Trace-Id"));
}

#[test]
fn userinfo_is_readable_for_the_client_of_the_token() {
    let broker = World::demo();
    let app = RelyingParty::spa();
    let asked = app.ask(POCES);
    let answer = Browser::new(&broker).log_in(&asked.url, Eid::Nemid, &Person::terne());
    let token = format!("Bearer {}", app.redeem(&broker, &asked, &answer).access_token);
    let ask = |origin| {
        let headers = [("origin", origin), ("authorization", token.as_str())];
        broker.send(&request(Method::Get, "https://acme.example/oauth2/userinfo", &headers, ""))
    };
    assert_eq!(readable_by(&ask("https://app.example")), Some("https://app.example"));
    assert_eq!(readable_by(&ask("https://evil.example")), None);
}
