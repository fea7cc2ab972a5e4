//! The provider metadata (OIDC Discovery §3, RFC 8414 §2). It advertises what works, nothing else.

use super::prompt::Prompt;
use super::response_mode::ResponseMode;
use crate::eid::Acr;
use crate::model::application::{ClientAuthMethod, Protocol, ResponseType};
use crate::model::key_ring::Algorithm;
use crate::model::public_key::SignatureAlgorithm;

/// The document with gaps: what is the same on every domain stands in it as it is served.
const TEMPLATE: &str = include_str!("discovery.json");

/// What differs between domains, and between the clients of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The eIDs that can be asked for.
    pub acrs: Vec<Acr>,
    /// `response_types_supported`
    pub response_types: Vec<ResponseType>,
    /// `id_token_signing_alg_values_supported`
    pub algorithms: Vec<Algorithm>,
    /// `token_endpoint_auth_methods_supported`
    pub auth_methods: Vec<ClientAuthMethod>,
    /// How clients may sign: assertions, request objects and proofs of a key.
    pub signing: &'static [SignatureAlgorithm],
    /// `require_pushed_authorization_requests`
    pub only_pushed: bool,
    /// Whether there are sessions, so that applications are told when one ends.
    pub sessions: bool,
}

impl Offered {
    /// What a domain offers to its clients taken together.
    pub fn to_all(acrs: Vec<Acr>, algorithms: Vec<Algorithm>) -> Self {
        Self {
            acrs,
            response_types: vec![ResponseType::Code, ResponseType::IdToken],
            algorithms,
            auth_methods: ClientAuthMethod::ALL.to_vec(),
            signing: &SignatureAlgorithm::ALL,
            only_pushed: false,
            sessions: false,
        }
    }

    /// What of it is offered to one client.
    pub fn to_client(self, protocol: &Protocol, auth_methods: &[ClientAuthMethod]) -> Self {
        let allowed = |acr: &Acr| protocol.acr_values.is_empty() || protocol.acr_values.contains(acr);
        Self {
            acrs: self.acrs.into_iter().filter(allowed).collect(),
            response_types: protocol.response_types.clone(),
            algorithms: vec![protocol.id_token_signed_response_alg],
            auth_methods: auth_methods.to_vec(),
            signing: if protocol.fapi2 { &SignatureAlgorithm::FAPI2 } else { self.signing },
            only_pushed: protocol.require_pushed_authorization_requests || protocol.fapi2,
            sessions: self.sessions,
        }
    }
}

/// The document as JSON. `segment` is the path segment it was fetched under, as sent. No value can
/// hold a character that JSON escapes: an issuer is made of a parsed host, a segment is base64,
/// perhaps percent-encoded.
pub fn document(issuer: &str, segment: Option<&str>, offered: &Offered) -> String {
    let methods = || offered.auth_methods.iter();
    let is_proof = |method: &&ClientAuthMethod| **method != ClientAuthMethod::None;
    let below = segment.map(|segment| ["/", segment].concat()).unwrap_or_default();
    TEMPLATE
        .replace("{below}", &below)
        .replace("{modes}", &quoted(ResponseMode::ALL.map(ResponseMode::as_str)))
        .replace("{prompts}", &quoted(Prompt::ALL))
        .replace("{scopes}", &quoted(super::scope::SUPPORTED))
        .replace("{acrs}", &quoted(offered.acrs.iter().map(|acr| acr.urn())))
        .replace("{types}", &quoted(offered.response_types.iter().map(|of| of.as_str())))
        .replace("{grants}", &quoted(offered.response_types.iter().map(|of| grant_type(*of))))
        .replace("{algs}", &quoted(offered.algorithms.iter().map(|alg| alg.as_str())))
        .replace("{methods}", &quoted(methods().map(|method| method.as_str())))
        .replace("{proving}", &quoted(methods().filter(is_proof).map(|method| method.as_str())))
        .replace("{signing}", &quoted(offered.signing.iter().map(|alg| alg.as_str())))
        .replace("{only_pushed}", word(offered.only_pushed))
        .replace("{sessions}", word(offered.sessions))
        .replace("{issuer}", issuer)
}

/// What the grant of a response type is called (OIDC Dynamic Client Registration §2).
fn grant_type(of: ResponseType) -> &'static str {
    match of {
        ResponseType::Code => "authorization_code",
        ResponseType::IdToken => "implicit",
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    if words.is_empty() { String::new() } else { ["\"", &words.join("\",\""), "\""].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(offered: &Offered) -> Value {
        let text = document("https://acme.example", Some("dXJu%3D"), offered);
        assert!(!text[1..text.len() - 2].contains(['{', '}']), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_document_is_json_without_a_gap_left() {
        for acrs in [&[][..], &[Acr::MitidLow], &Acr::ALL] {
            let document = read(&Offered::to_all(acrs.to_vec(), vec![Algorithm::Rs256]));
            assert_eq!(document["issuer"], "https://acme.example");
            assert_eq!(document["authorization_endpoint"], "https://acme.example/dXJu%3D/oauth2/authorize");
            assert_eq!(document["acr_values_supported"].as_array().unwrap().len(), acrs.len());
            assert_eq!(document["response_modes_supported"][2], "form_post");
            assert_eq!(document["grant_types_supported"], json!(["authorization_code", "implicit"]));
            assert_eq!(document["require_pushed_authorization_requests"], false);
            assert_eq!(document["revocation_endpoint"], "https://acme.example/oauth2/revoke");
            assert_eq!(document["introspection_endpoint"], "https://acme.example/oauth2/introspect");
            let four = json!(["RS256", "PS256", "ES256", "EdDSA"]);
            for what in ["token_endpoint_auth", "introspection_endpoint_auth", "dpop", "request_object"] {
                assert_eq!(document[format!("{what}_signing_alg_values_supported")], four);
            }
            let proving = document["introspection_endpoint_auth_methods_supported"].as_array().unwrap();
            assert!(proving.len() == 3 && proving.iter().all(|method| method != "none"));
        }
    }

    #[test]
    fn a_client_sees_what_is_offered_to_it() {
        let protocol = Protocol {
            acr_values: vec![Acr::MitidHigh],
            id_token_signed_response_alg: Algorithm::Es256,
            fapi2: true,
            ..Protocol::default()
        };
        let all = Offered::to_all(vec![Acr::MitidLow, Acr::MitidHigh], vec![Algorithm::Rs256]);
        let document = read(&all.to_client(&protocol, &[ClientAuthMethod::PrivateKeyJwt]));
        assert_eq!(document["acr_values_supported"], json!([Acr::MitidHigh.urn()]));
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["grant_types_supported"], json!(["authorization_code"]));
        assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256"]));
        assert_eq!(document["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
        assert_eq!(document["require_pushed_authorization_requests"], true);
        assert_eq!(document["dpop_signing_alg_values_supported"], json!(["PS256", "ES256", "EdDSA"]));
    }
}
