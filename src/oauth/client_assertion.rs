//! Client assertions: an application says who it is by a token that it signed itself (RFC 7523 §3,
//! OIDC Core §9 `private_key_jwt`, FAPI 2.0 Security Profile §5.3.2.1).

use super::jwt::{Broken, Unverified, seconds};
use crate::model::UnixTime;
use serde_json::{Map, Value};

/// `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far another's clock may be ahead of ours, or behind it at the end, seconds. FAPI 2.0 wants ten
/// accepted and sixty refused.
pub const SKEW_SECONDS: u64 = 10;
/// Latest end of an assertion from now, seconds: so long its `jti` is remembered.
pub const LIFETIME_MAX_SECONDS: u64 = 60 * 60;
/// Longest `jti`, bytes.
pub const JTI_MAX_BYTES: usize = 200;
/// `typ` of tokens that are client assertions; many libraries write none or the general one.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// Who may be meant by an assertion.
pub struct Expected<'a> {
    /// What `aud` may hold; the issuer first.
    pub audiences: &'a [&'a str],
    /// Whether `aud` must be a text, not a list.
    pub text_only: bool,
}

/// What makes an assertion one of its kind: remembered until its end, it counts once.
#[derive(Debug, PartialEq, Eq)]
pub struct Used {
    /// `jti`
    pub jti: String,
    /// When the assertion counts no more.
    pub ends: UnixTime,
}

/// The client that an assertion speaks for, not believed yet: `iss` and `sub` are the same (RFC 7523
/// §3).
///
/// # Errors
/// When they differ or are missing, or the token is of another type.
pub fn client_id<'a>(token: &'a Unverified<'_>) -> Result<&'a str, Broken> {
    if token.header("typ").is_some_and(|typ| !TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ))) {
        return Err("client assertion: typ differs");
    }
    match (token.claim("iss"), token.claim("sub")) {
        (Some(issuer), Some(subject)) if issuer == subject => Ok(subject),
        _ => Err("client assertion: iss and sub must be the client_id"),
    }
}

/// Judges the claims of an assertion whose signature holds.
///
/// # Errors
/// The first broken rule, for the application's developer.
pub fn judge(claims: &Map<String, Value>, expected: &Expected<'_>, now: UnixTime) -> Result<Used, Broken> {
    if !is_for(claims, expected) {
        return Err("client assertion: aud must be the issuer and nothing else");
    }
    let ends = lives_until(claims, now)?;
    match claims.get("jti").and_then(Value::as_str) {
        Some(jti) if (1..=JTI_MAX_BYTES).contains(&jti.len()) => Ok(Used { jti: jti.to_owned(), ends }),
        _ => Err("client assertion: jti is missing or too long"),
    }
}

/// Judges an assertion whose claims hold once more, where the issuer was restored from a backup: which
/// ones were used before, nobody knows any more. Clocks may have been ahead as far as we forgive; an
/// assertion that does not say when it was made tells it by its end.
///
/// # Errors
/// It may have been used before the restore.
pub fn judge_restored(claims: &Map<String, Value>, used: &Used, restored_at: UnixTime) -> Result<(), Broken> {
    let is_new = match seconds(claims, "iat")? {
        Some(issued) => UnixTime(issued.try_into().unwrap_or(0)) >= restored_at.plus(SKEW_SECONDS),
        None => used.ends > restored_at.plus(LIFETIME_MAX_SECONDS + SKEW_SECONDS),
    };
    if is_new { Ok(()) } else { Err("client assertion: not made after the issuer was restored") }
}

/// Whether `aud` names us and nobody else: a token that also counts elsewhere could be replayed from
/// there.
pub fn is_for(claims: &Map<String, Value>, expected: &Expected<'_>) -> bool {
    let known = |audience: &Value| audience.as_str().is_some_and(|text| expected.audiences.contains(&text));
    match claims.get("aud") {
        Some(Value::Array(list)) => {
            let several = expected.audiences.len() > 1;
            !expected.text_only && list.iter().all(known) && (list.len() == 1 || several && !list.is_empty())
        }
        Some(audience) => known(audience),
        None => false,
    }
}

/// When a token of a client counts no more, if it counts now.
///
/// # Errors
/// `exp` is missing, past or too far; `iat` or `nbf` lies ahead.
pub fn lives_until(claims: &Map<String, Value>, now: UnixTime) -> Result<UnixTime, Broken> {
    let time =
        |name| seconds(claims, name).map(|time| time.map(|time| UnixTime(time.try_into().unwrap_or(0))));
    let ends = time("exp")?.ok_or("exp is missing")?.plus(SKEW_SECONDS);
    if ends.is_over(now) {
        return Err("exp is past");
    }
    if ends > now.plus(LIFETIME_MAX_SECONDS + SKEW_SECONDS) {
        return Err("exp is too far away");
    }
    let latest = now.plus(SKEW_SECONDS);
    if time("iat")?.is_some_and(|issued| issued > latest) {
        return Err("iat is in the future");
    }
    if time("nbf")?.is_some_and(|begins| begins > latest) {
        return Err("nbf is in the future");
    }
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: UnixTime = UnixTime(1_700_000_000);
    const ISSUER: &str = "https://acme.example";
    const ENDPOINT: &str = "https://acme.example/oauth2/token";

    fn judged(name: &str, value: Value, audiences: &[&str], text_only: bool) -> Result<Used, Broken> {
        let mut claims = json!({"aud": ISSUER, "exp": NOW.0 + 300, "jti": "one"});
        claims[name] = value;
        if claims[name] == "absent" {
            claims.as_object_mut().unwrap().remove(name);
        }
        judge(claims.as_object().unwrap(), &Expected { audiences, text_only }, NOW)
    }

    fn of(name: &str, value: Value) -> Result<Used, Broken> {
        judged(name, value, &[ISSUER], false)
    }

    #[test]
    fn clocks_may_differ_by_ten_seconds() {
        let now = NOW.0;
        assert_eq!(of("exp", json!(now + 300)).unwrap().ends, NOW.plus(310));
        for (name, value, broken) in [
            ("exp", json!(now - 9), None),
            ("exp", json!(now - 10), Some("exp is past")),
            ("exp", json!(now + 3600), None),
            ("exp", json!(now + 3601), Some("exp is too far away")),
            ("exp", json!(i64::MAX), Some("exp is too far away")),
            ("exp", json!(-1), Some("exp is past")),
            ("exp", json!("absent"), Some("exp is missing")),
            ("exp", json!("1700000300"), Some("a time is malformed")),
            ("exp", json!(null), Some("a time is malformed")),
            ("iat", json!(now + 10), None),
            ("iat", json!(now + 11), Some("iat is in the future")),
            ("iat", json!(now - 86_400), None),
            ("iat", json!([now]), Some("a time is malformed")),
            ("nbf", json!(now + 10), None),
            ("nbf", json!(now + 11), Some("nbf is in the future")),
        ] {
            assert_eq!(of(name, value.clone()).err(), broken, "{name} {value}");
        }
    }

    #[test]
    fn the_audience_is_the_issuer_alone() {
        let told = Some("client assertion: aud must be the issuer and nothing else");
        for good in [json!(ISSUER), json!([ISSUER])] {
            assert_eq!(of("aud", good).err(), None);
        }
        for bad in [
            json!("absent"),
            json!(ENDPOINT),
            json!([ENDPOINT]),
            json!([ISSUER, ENDPOINT]),
            json!([ISSUER, ISSUER]),
            json!([]),
            json!(null),
            json!({"0": ISSUER}),
            json!("https://acme.example/"),
            json!([[ISSUER]]),
        ] {
            assert_eq!(of("aud", bad.clone()).err(), told, "{bad}");
        }
    }

    #[test]
    fn an_application_of_older_libraries_may_name_an_endpoint_beside_the_issuer() {
        let both = [ISSUER, ENDPOINT];
        for good in [json!(ISSUER), json!(ENDPOINT), json!([ENDPOINT]), json!([ISSUER, ENDPOINT])] {
            assert_eq!(judged("aud", good, &both, false).err(), None);
        }
        for bad in [json!([]), json!([ENDPOINT, "https://other.example"]), json!("https://other.example")] {
            assert!(judged("aud", bad.clone(), &both, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn where_a_text_is_wanted_a_list_is_refused() {
        assert!(judged("aud", json!(ISSUER), &[ISSUER], true).is_ok());
        assert!(judged("aud", json!([ISSUER]), &[ISSUER], true).is_err());
    }

    #[test]
    fn each_assertion_has_a_jti_of_at_most_200_bytes() {
        assert_eq!(of("jti", json!("x".repeat(200))).unwrap().jti.len(), 200);
        for bad in [json!("x".repeat(201)), json!(""), json!("absent"), json!(7)] {
            assert!(of("jti", bad).is_err());
        }
    }

    #[test]
    fn after_a_restore_an_assertion_was_surely_made_later_or_is_refused() {
        let counts = |claims: Value, ends: UnixTime| {
            let used = Used { jti: "one".to_owned(), ends };
            judge_restored(claims.as_object().unwrap(), &used, NOW).is_ok()
        };
        for (issued, is_new) in [(NOW.0 + 9, false), (NOW.0 + 10, true)] {
            assert_eq!(counts(json!({"iat": issued}), NOW.plus(300)), is_new, "{issued}");
        }
        // The latest end that one may have had that was used at the last moment before.
        for (ends, is_new) in [(NOW.plus(3_610), false), (NOW.plus(3_611), true)] {
            assert_eq!(counts(json!({}), ends), is_new, "{ends:?}");
        }
    }
}
