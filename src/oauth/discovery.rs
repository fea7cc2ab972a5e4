//! The provider metadata (OIDC Discovery §3, RFC 8414 §2). It advertises what works, nothing else.

use super::response_mode::ResponseMode;
use crate::eid::Acr;

/// The document with gaps: what is the same on every domain stands in it as it is served.
const TEMPLATE: &str = include_str!("discovery.json");

/// The document of a domain as JSON. `acrs` are the eIDs that can be asked for there; `segment` is
/// the path segment it was fetched under, as sent. None of these can hold a character that JSON
/// escapes: an issuer is made of a parsed host, a segment is base64, perhaps percent-encoded.
pub fn document(issuer: &str, segment: Option<&str>, acrs: &[Acr]) -> String {
    let below = segment.map(|segment| ["/", segment].concat()).unwrap_or_default();
    let acrs: Vec<&str> = acrs.iter().map(|acr| acr.urn()).collect();
    TEMPLATE
        .replace("{below}", &below)
        .replace("{modes}", &quoted(&ResponseMode::ALL.map(ResponseMode::as_str)))
        .replace("{scopes}", &quoted(&super::scope::SUPPORTED))
        .replace("{acrs}", &quoted(&acrs))
        .replace("{issuer}", issuer)
}

fn quoted(words: &[&str]) -> String {
    if words.is_empty() { String::new() } else { ["\"", &words.join("\",\""), "\""].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_document_is_json_without_a_gap_left() {
        for acrs in [&[][..], &[Acr::MitidLow], &Acr::ALL] {
            let text = document("https://acme.example", Some("dXJu%3D"), acrs);
            let document: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(document["issuer"], "https://acme.example");
            assert_eq!(document["authorization_endpoint"], "https://acme.example/dXJu%3D/oauth2/authorize");
            assert_eq!(document["acr_values_supported"].as_array().unwrap().len(), acrs.len());
            assert_eq!(document["response_modes_supported"][2], "form_post");
            assert!(!text[1..text.len() - 2].contains(['{', '}']), "{text}");
        }
    }
}
