//! Signed request objects (RFC 9101, OIDC Core §6.1): the parameters of a request as claims of a
//! token that the client signed, so that nobody on the way can change them.

use super::client_assertion::{Expected, SKEW_SECONDS, is_for};
use super::jwt::{Broken, Unverified, seconds};
use crate::json;
use crate::model::UnixTime;
use crate::web::Parameters;
use serde_json::{Map, Value};

/// `typ` of request objects (RFC 9101 §10.8); many libraries write the general one or none.
const TYPES: [&str; 2] = ["JWT", "oauth-authz-req+jwt"];
/// Claims that speak of the token, not of the request.
const OF_THE_TOKEN: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// The parameters of a request object whose signature holds. Only these count: what stands beside
/// the object may have been changed (RFC 9101 §5).
///
/// # Errors
/// The first broken rule, for the application's developer.
pub fn parameters(
    token: &Unverified<'_>,
    client_id: &str,
    issuer: &str,
    now: UnixTime,
) -> Result<Parameters, Broken> {
    if token.header("typ").is_some_and(|typ| !TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ))) {
        return Err("request object: typ differs");
    }
    let claims = token.claims();
    if token.claim("iss") != Some(client_id) || token.claim("client_id") != Some(client_id) {
        return Err("request object: iss and client_id must be the client_id");
    }
    // A client assertion must never pass for a request (RFC 9101 §10.8).
    if token.claim("sub") == Some(client_id) {
        return Err("request object: sub must not be the client_id");
    }
    if !is_for(claims, &Expected { audiences: &[issuer], text_only: false }) {
        return Err("request object: aud must be the issuer and nothing else");
    }
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err("request object: request and request_uri must not be in it");
    }
    check_times(claims, now)?;
    let of_request = claims.iter().filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str()));
    Ok(Parameters::of(of_request.filter_map(|(name, value)| Some((name.clone(), text(value)?)))))
}

/// Numbers and objects, such as `max_age` and `claims`, as a query would carry them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(json::text(other)),
    }
}

fn check_times(claims: &Map<String, Value>, now: UnixTime) -> Result<(), Broken> {
    let time =
        |name| seconds(claims, name).map(|time| time.map(|time| UnixTime(time.try_into().unwrap_or(0))));
    if time("exp")?.is_some_and(|ends| ends.plus(SKEW_SECONDS).is_over(now)) {
        return Err("request object: exp is past");
    }
    let latest = now.plus(SKEW_SECONDS);
    for name in ["iat", "nbf"] {
        if time(name)?.is_some_and(|time| time > latest) {
            return Err("request object: iat or nbf is in the future");
        }
    }
    Ok(())
}
