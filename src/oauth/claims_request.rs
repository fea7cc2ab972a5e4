//! The `claims` parameter (OIDC Core §5.5): claims asked for one by one.
//!
//! Of what it can say we act on names, since they may bring what a scope brings; on the values of
//! `acr`, which name eIDs as `acr_values` does; and on the value of `sub`, which says who must log in.
//! Everything else is a wish that the claims we send fulfil or not.

use super::Error;
use crate::eid::Acr;
use crate::json;
use serde_json::{Map, Value};

/// Longest parameter, bytes.
pub const CLAIMS_MAX_BYTES: usize = 4_000;

const MALFORMED: Error = Error::invalid_request("claims is not a JSON object of objects");

/// A read `claims` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// Names asked for, of the ID token and of userinfo: both bring the same here.
    pub names: Vec<String>,
    /// `acr`: its values, joined as `acr_values` would have them.
    pub acr_values: Option<String>,
    /// Whether one of them must be met.
    pub acr_is_essential: bool,
    /// `sub` of the one person who may log in.
    pub subject: Option<String>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for what is no JSON object, or too long.
    pub fn parse(raw: Option<&str>) -> Result<Self, Error> {
        let mut request = Self::default();
        let Some(raw) = raw else { return Ok(request) };
        if raw.len() > CLAIMS_MAX_BYTES {
            return Err(Error::invalid_request("claims is longer than 4000 bytes"));
        }
        let members = json::read_object(raw.as_bytes()).map_err(|_| MALFORMED)?;
        for place in ["userinfo", "id_token"] {
            match members.get(place) {
                Some(Value::Object(asked)) => request.take(asked)?,
                Some(Value::Null) | None => {}
                Some(_) => return Err(MALFORMED),
            }
        }
        Ok(request)
    }

    fn take(&mut self, asked: &Map<String, Value>) -> Result<(), Error> {
        for (name, wish) in asked {
            if !wish.is_object() && !wish.is_null() {
                return Err(MALFORMED);
            }
            match name.as_str() {
                "acr" => {
                    self.acr_values = acr_values(wish);
                    self.acr_is_essential = is_essential(wish);
                }
                "sub" => {
                    self.subject = values(wish).and_then(|values| values.first().map(|sub| (*sub).to_owned()))
                }
                _ => self.names.push(name.clone()),
            }
        }
        Ok(())
    }
}

fn is_essential(wish: &Value) -> bool {
    wish.get("essential") == Some(&Value::Bool(true))
}

/// What is only wished for may name what nobody here knows (OIDC Core §5.5.1.1).
fn acr_values(wish: &Value) -> Option<String> {
    let named = values(wish)?.into_iter().filter(|urn| is_essential(wish) || Acr::parse(urn).is_some());
    Some(named.collect::<Vec<_>>().join(" ")).filter(|list| !list.is_empty())
}

/// `value` or `values` of a wish, where they are texts.
fn values(wish: &Value) -> Option<Vec<&str>> {
    match (wish.get("value"), wish.get("values")) {
        (Some(Value::String(one)), _) => Some(vec![one]),
        (None, Some(Value::Array(list))) => Some(list.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_eids_and_the_person_are_read() {
        let raw = r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]},"sub":{"value":"{x}"},"name":null},
            "userinfo":{"address":{"essential":true}}}"#;
        let request = ClaimsRequest::parse(Some(raw)).unwrap();
        assert_eq!(request.names, ["address", "name"]);
        assert_eq!((request.acr_values.as_deref(), request.acr_is_essential), (Some("a b"), true));
        assert_eq!(request.subject.as_deref(), Some("{x}"));
        assert_eq!(ClaimsRequest::parse(None).unwrap(), ClaimsRequest::default());
        assert_eq!(ClaimsRequest::parse(Some("{}")).unwrap(), ClaimsRequest::default());
    }

    #[test]
    fn an_acr_that_is_only_wished_for_may_be_unknown() {
        let wished = |essential| {
            let raw = format!(
                r#"{{"id_token":{{"acr":{{"essential":{essential},"values":["urn:x","urn:grn:authn:dk:mitid:low"]}}}}}}"#
            );
            ClaimsRequest::parse(Some(&raw)).unwrap().acr_values
        };
        assert_eq!(wished(false).as_deref(), Some("urn:grn:authn:dk:mitid:low"));
        assert_eq!(wished(true).as_deref(), Some("urn:x urn:grn:authn:dk:mitid:low"));
    }

    #[test]
    fn another_form_is_refused() {
        for raw in
            ["", "[]", "{", r#"{"id_token":[]}"#, r#"{"id_token":{"name":true}}"#, r#"{"userinfo":"name"}"#]
        {
            assert!(ClaimsRequest::parse(Some(raw)).is_err(), "{raw}");
        }
    }

    #[test]
    fn four_thousand_bytes_are_read_and_no_more() {
        let of = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
        assert!(ClaimsRequest::parse(Some(&of(CLAIMS_MAX_BYTES))).is_ok());
        assert!(ClaimsRequest::parse(Some(&of(CLAIMS_MAX_BYTES + 1))).is_err());
    }
}
