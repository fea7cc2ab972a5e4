//! Callbacks, and the matcher that a request's `redirect_uri` meets. The first line is what somebody
//! registers, the second what a request names.

#![no_main]

use edge_eid::login::return_to::ReturnTo;
use edge_eid::model::application::Protocol;
use edge_eid::model::url::{Origin, RedirectUri, WebUrl};
use edge_eid::model::{Application, ClientId, Environment, TenantId};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let (registered, asked) = text.split_once('\n').unwrap_or((text, text));
    check_origin(registered);
    if let Ok(url) = WebUrl::parse(registered) {
        check_web_url(&url, registered);
    }
    let Ok(uri) = RedirectUri::parse(registered) else { return };
    assert_eq!(uri.as_str(), registered);
    check_scheme(&uri);
    let application = application(uri);
    for asked in [asked, registered] {
        let found = application.redirect_uri(asked);
        assert_eq!(found.is_some(), asked == registered);
        let returned = ReturnTo::checked(&application, asked, None, "https://acme.example");
        assert_eq!(returned.is_some(), asked == registered);
        assert!(returned.is_none_or(|returned| returned.redirect_uri() == registered));
    }
    let disabled = Application { enabled: false, ..application };
    assert!(ReturnTo::checked(&disabled, registered, None, "https://acme.example").is_none());
});

fn application(callback: RedirectUri) -> Application {
    Application {
        version: 1,
        tenant: TenantId::parse("acme").expect("a tenant"),
        environment: Environment::Test,
        client_id: ClientId::parse("urn:acme:web").expect("a client"),
        name: String::new(),
        enabled: true,
        redirect_uris: vec![callback],
        token_endpoint_auth_methods: Vec::new(),
        secrets: Vec::new(),
        initiate_login_uri: None,
        protocol: Protocol::default(),
    }
}

/// A browser understands the URL as we do: it goes to the same host, and nobody's name is in it.
fn check_web_url(ours: &WebUrl, raw: &str) {
    assert_eq!(ours.as_str(), raw);
    assert!(raw.starts_with(ours.origin()));
    let (name, port) = ours.host().split_once(':').unwrap_or((ours.host(), ""));
    assert!(!ours.is_public() || !is_number(name));
    if is_number(name) || is_of_another_script(name) {
        return;
    }
    let theirs = Url::parse(raw).expect("a URL");
    assert_eq!(theirs.host_str(), Some(name));
    assert!(theirs.username().is_empty() && theirs.password().is_none() && theirs.fragment().is_none());
    let scheme_port = if theirs.scheme() == "https" { 443 } else { 80 };
    assert_eq!(theirs.port_or_known_default(), Some(port.parse().unwrap_or(scheme_port)));
    assert!(theirs.scheme() == "https" || name == "localhost" || name.ends_with(".localhost"));
    if ours.is_public() {
        assert!(theirs.scheme() == "https" && theirs.port().is_none() && name.contains('.'));
    }
}

/// A browser sends the very bytes of an origin that we take.
fn check_origin(raw: &str) {
    let Ok(origin) = Origin::parse(raw) else { return };
    assert_eq!(origin.as_str(), raw);
    let (_, host) = raw.split_once("://").expect("a scheme");
    let (name, _) = host.split_once(':').unwrap_or((host, ""));
    if !is_number(name) && !is_of_another_script(name) {
        assert_eq!(Url::parse(raw).expect("a URL").origin().ascii_serialization(), raw);
    }
}

/// An address to a browser, written otherwise, or no URL at all; `is_public` refuses all of them.
fn is_number(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
}

/// Browsers look such names up in tables, and take only some.
fn is_of_another_script(name: &str) -> bool {
    name.split('.').any(|label| label.starts_with("xn--"))
}

/// No scheme that runs code or opens a file, and what a content security policy would name.
fn check_scheme(uri: &RedirectUri) {
    let raw = uri.as_str();
    let (scheme, _) = raw.split_once(':').expect("a scheme");
    assert!(scheme == "https" || scheme == "http" || scheme.contains('.'));
    assert!(raw.starts_with(uri.origin()));
    assert!(!raw.contains(['#', '@', '"', '<', '>', '\\', ' ', '\r', '\n']));
    if let Ok(url) = Url::parse(raw) {
        assert_eq!(url.scheme(), scheme);
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    }
}
