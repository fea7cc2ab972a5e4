//! The protocol settings of an application: flat among its other fields, under the names of
//! [`Protocol`] (mostly those of RFC 7591 and the OpenID registries).

use super::client_keys;
use super::input::{Fields, parsed, time, word};
use crate::eid::Acr;
use crate::json::{self, Json};
use crate::model::UnixTime;
use crate::model::application::RESUME_URLS_MAX;
use crate::model::application::{ALLOWED_ORIGINS_MAX, POST_LOGOUT_REDIRECT_URIS_MAX, RECORDING_MAX_SECONDS};
use crate::model::application::{ClientAuthMethod, Protocol, ResponseType, ScopeStrategy, UserinfoResponse};
use crate::model::key_ring::Algorithm;
use crate::model::names::InvalidName;
use crate::model::url::{Origin, RedirectUri, WebUrl};
use serde_json::{Map, Value};

const RESPONSE_TYPES: [(&str, ResponseType); 2] =
    [("code", ResponseType::Code), ("id_token", ResponseType::IdToken)];
const SCOPE_STRATEGIES: [(&str, ScopeStrategy); 2] =
    [("static", ScopeStrategy::Static), ("dynamic", ScopeStrategy::Dynamic)];
const USERINFO_RESPONSES: [(&str, UserinfoResponse); 3] = [
    ("plain_json", UserinfoResponse::PlainJson),
    ("signed_jwt", UserinfoResponse::SignedJwt),
    ("from_token_endpoint", UserinfoResponse::FromTokenEndpoint),
];
const ALGORITHMS: [(&str, Algorithm); 2] = [("RS256", Algorithm::Rs256), ("ES256", Algorithm::Es256)];

/// Takes the settings; what is left out has its default, and where `fapi2` is on, the value that
/// FAPI 2.0 demands. Empty `response_types` mean that nothing was said: the default hangs on the
/// domain's environment, which the tenant's object knows.
pub fn read(fields: &mut Fields, now: UnixTime) -> Protocol {
    let fapi2 = fields.switch("fapi2", false);
    Protocol {
        response_types: read_response_types(fields, fapi2),
        acr_values: fields.list("acr_values", Acr::ALL.len(), parsed(acr)).unwrap_or_default(),
        jwks: client_keys::read(fields),
        jwks_uri: fields.optional("jwks_uri", parsed(WebUrl::parse)),
        endpoint_audience: fields.switch("endpoint_audience", false),
        require_pushed_authorization_requests: fields.switch("require_pushed_authorization_requests", fapi2),
        post_logout_redirect_uris: fields
            .list("post_logout_redirect_uris", POST_LOGOUT_REDIRECT_URIS_MAX, parsed(RedirectUri::parse))
            .unwrap_or_default(),
        backchannel_logout_uri: fields.optional("backchannel_logout_uri", parsed(WebUrl::parse)),
        frontchannel_logout_uri: fields.optional("frontchannel_logout_uri", parsed(WebUrl::parse)),
        allowed_origins: fields
            .list("allowed_origins", ALLOWED_ORIGINS_MAX, parsed(Origin::parse))
            .unwrap_or_default(),
        resume_urls: fields.list("resume_urls", RESUME_URLS_MAX, parsed(WebUrl::parse)).unwrap_or_default(),
        silent_check: fields.switch("silent_check", false),
        scope_strategy: fields
            .optional("scope_strategy", word(&SCOPE_STRATEGIES, "static or dynamic"))
            .unwrap_or_default(),
        userinfo_response: fields
            .optional(
                "userinfo_response",
                word(&USERINFO_RESPONSES, "plain_json, signed_jwt or from_token_endpoint"),
            )
            .unwrap_or_default(),
        id_token_signed_response_alg: fields
            .optional("id_token_signed_response_alg", word(&ALGORITHMS, "RS256 or ES256"))
            .unwrap_or(if fapi2 { Algorithm::Es256 } else { Algorithm::Rs256 }),
        dpop_bound_access_tokens: fields.switch("dpop_bound_access_tokens", fapi2),
        fapi2,
        recording_until: read_recording(fields, now),
        nemid_closed_at: fields.optional("nemid_closed_at", parsed(time)),
    }
}

fn read_response_types(fields: &mut Fields, fapi2: bool) -> Vec<ResponseType> {
    let given =
        fields.list("response_types", RESPONSE_TYPES.len(), word(&RESPONSE_TYPES, "code or id_token"));
    match given {
        Some(types) => {
            fields.demand("response_types", !types.is_empty(), "code, id_token or both");
            types
        }
        None if fapi2 => vec![ResponseType::Code],
        None => Vec::new(),
    }
}

fn acr(raw: &str) -> Result<Acr, InvalidName> {
    Acr::parse(raw).ok_or(InvalidName("an acr that discovery announces"))
}

/// A recording that is over is as good as none, so that what was read can always be sent back.
fn read_recording(fields: &mut Fields, now: UnixTime) -> Option<UnixTime> {
    let until = fields.optional("recording_until", parsed(time)).filter(|until| !until.is_over(now))?;
    let holds = until.seconds_after(now) <= RECORDING_MAX_SECONDS;
    fields.demand("recording_until", holds, "at most 24 hours from now");
    Some(until)
}

/// The rules between the settings, and between them and the rest of the application.
pub fn check(
    fields: &mut Fields,
    methods: &[ClientAuthMethod],
    redirect_uris: &[RedirectUri],
    protocol: &Protocol,
) {
    let (has_set, has_uri) = (protocol.jwks.is_some(), protocol.jwks_uri.is_some());
    fields.demand("jwks_uri", !(has_set && has_uri), "jwks or jwks_uri, not both");
    let has_keys = has_set || has_uri || fields.has_error("jwks_uri");
    let needs_keys = methods.contains(&ClientAuthMethod::PrivateKeyJwt);
    fields.demand("jwks", has_keys || !needs_keys, "private_key_jwt needs the public keys: jwks or jwks_uri");
    // OIDC Front-Channel Logout §2: a page of somebody else must not be loaded in its name.
    let is_of_a_callback =
        |uri: &WebUrl| redirect_uris.iter().any(|callback| callback.origin() == uri.origin());
    let is_own = protocol.frontchannel_logout_uri.as_ref().is_none_or(is_of_a_callback);
    fields.demand("frontchannel_logout_uri", is_own, "scheme, host and port of one of the redirect_uris");
    if protocol.fapi2 {
        check_fapi2(fields, methods, redirect_uris, protocol);
    }
}

/// FAPI 2.0 Security Profile §5.3.2. A setting that contradicts it is refused, so that what stands
/// in the settings is what holds.
fn check_fapi2(
    fields: &mut Fields,
    methods: &[ClientAuthMethod],
    redirect_uris: &[RedirectUri],
    protocol: &Protocol,
) {
    fields.demand(
        "token_endpoint_auth_methods",
        methods == [ClientAuthMethod::PrivateKeyJwt],
        "fapi2 takes private_key_jwt only",
    );
    fields.demand("response_types", protocol.response_types == [ResponseType::Code], "fapi2 takes code only");
    let are_https = redirect_uris.iter().all(|uri| uri.as_str().starts_with("https:"));
    fields.demand("redirect_uris", are_https, "fapi2 takes https callbacks only");
    let is_es256 = protocol.id_token_signed_response_alg == Algorithm::Es256;
    fields.demand("id_token_signed_response_alg", is_es256, "fapi2 takes ES256 only");
    let pushed = protocol.require_pushed_authorization_requests;
    fields.demand("require_pushed_authorization_requests", pushed, "fapi2 demands it");
    fields.demand("dpop_bound_access_tokens", protocol.dpop_bound_access_tokens, "fapi2 demands it");
    fields.demand("endpoint_audience", !protocol.endpoint_audience, "fapi2 takes the issuer only");
}

/// Adds the settings to an application as the API shows it.
pub fn show(protocol: &Protocol, shown: &mut Map<String, Value>) {
    if let Value::Object(fields) = protocol.write() {
        for (name, value) in fields {
            shown.insert(name, value);
        }
    }
    let keys: Option<Value> = protocol.jwks.as_ref().and_then(|text| json::read(text).ok());
    shown.insert("jwks".to_owned(), keys.write());
    for (name, moment) in
        [("recording_until", protocol.recording_until), ("nemid_closed_at", protocol.nemid_closed_at)]
    {
        shown.insert(name.to_owned(), moment.map(UnixTime::iso8601).write());
    }
    shown.entry("resume_urls").or_insert_with(|| Value::Array(Vec::new()));
    for name in ["jwks_uri", "backchannel_logout_uri", "frontchannel_logout_uri"] {
        shown.entry(name).or_insert(Value::Null);
    }
}
