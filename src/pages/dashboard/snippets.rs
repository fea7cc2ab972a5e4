//! Ready pieces of code for common clients. What is code is the same in every language.

use super::frame::Frame;
use crate::pages::texts::dashboard::applications as texts;
use maud::{Markup, html};
use serde_json::{Value, json};

/// How an application proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a secret.
    Secret,
    /// By its own key.
    OwnKey,
    /// Not at all.
    None,
}

/// What the pieces are filled with.
pub struct Values<'a> {
    /// The domain.
    pub issuer: &'a str,
    /// The domain with the eID in the path, for clients that cannot send `acr_values`.
    pub by_path: &'a str,
    /// `client_id`
    pub client_id: &'a str,
    /// The first callback.
    pub callback: &'a str,
    /// The first eID.
    pub acr: &'a str,
    /// How it proves who it is.
    pub proof: Proof,
    /// What it is called.
    pub name: &'a str,
}

/// A piece: its name, and the code.
pub struct Snippet {
    /// The client.
    pub client: &'static str,
    /// What it registers as its callback, where that is its own.
    pub callback: Option<&'static str>,
    /// The code.
    pub code: String,
}

const SECRET: &str = "INSERT_SECRET";

/// Renders them.
pub fn page(frame: &Frame<'_>, values: &Values<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        p { (texts::CODE_ABOUT.say(lang)) }
        @match values.proof {
            Proof::Secret => {}
            Proof::OwnKey => p.panel { (texts::CODE_OWN_KEY.say(lang)) },
            Proof::None => p.panel { (texts::CODE_PUBLIC.say(lang)) },
        }
        h2 { (texts::CODE_VALUES.say(lang)) }
        dl.facts {
            dt { "issuer" } dd { code { (values.issuer) } }
            dt { (texts::CODE_METADATA.say(lang)) }
            dd { code { (values.issuer) "/.well-known/openid-configuration" } }
            dt { "client_id" } dd { code { (values.client_id) } }
            dt { (texts::CODE_CALLBACK.say(lang)) } dd { code { (values.callback) } }
            dt { "acr_values" } dd { code { (values.acr) } }
        }
        p { (texts::CODE_BROKERS.say(lang)) }
        @for (index, snippet) in all(values).iter().enumerate() {
            @let id = format!("snippet-{index}");
            div {
                h2 id=(id) { (snippet.client) }
                @if let Some(callback) = snippet.callback {
                    p { (texts::CODE_CALLBACK.say(lang)) ": " code { (callback) } }
                }
                pre tabindex="0" aria-labelledby=(id) role="region" { code { (snippet.code) } }
            }
        }
    }
}

/// All pieces.
pub fn all(values: &Values<'_>) -> Vec<Snippet> {
    let own = |client: &'static str, code: String| Snippet { client, callback: None, code };
    let broker =
        |client, callback: &'static str, code: String| Snippet { client, callback: Some(callback), code };
    vec![
        own("openid-client (Node.js)", openid_client(values)),
        own("ASP.NET Core", asp_net_core(values)),
        own("Spring Security", spring(values)),
        broker(
            "Keycloak",
            "https://KEYCLOAK_HOST/realms/REALM/broker/edge-eid/endpoint",
            format!("// POST /admin/realms/REALM/identity-provider/instances\n{}", pretty(&keycloak(values))),
        ),
        broker(
            "Auth0",
            "https://AUTH0_DOMAIN/login/callback",
            format!("// POST https://AUTH0_DOMAIN/api/v2/connections\n{}", pretty(&auth0(values))),
        ),
        broker(
            "Okta",
            "https://OKTA_DOMAIN/oauth2/v1/authorize/callback",
            format!("// POST https://OKTA_DOMAIN/api/v1/idps\n{}", pretty(&okta(values))),
        ),
        broker(
            "Microsoft Entra External ID",
            "https://TENANT_NAME.ciamlogin.com/TENANT_ID/federation/oauth2",
            format!(
                "// POST https://graph.microsoft.com/beta/identity/identityProviders\n{}",
                pretty(&entra(values))
            ),
        ),
    ]
}

/// A text as JavaScript, C# and YAML write it between quotation marks.
fn quoted(text: &str) -> String {
    crate::json::text(&Value::from(text))
}

fn pretty(value: &Value) -> String {
    crate::json::pretty(value)
}

fn openid_client(values: &Values<'_>) -> String {
    let (issuer, client_id) = (quoted(values.issuer), quoted(values.client_id));
    let (callback, acr) = (quoted(values.callback), quoted(values.acr));
    let proof = match values.proof {
        Proof::Secret => "client.ClientSecretPost(process.env.CLIENT_SECRET)",
        Proof::OwnKey => "client.PrivateKeyJwt(privateKey)",
        Proof::None => "client.None()",
    };
    format!(
        r#"// openid-client 6
import * as client from "openid-client";

const config = await client.discovery(
  new URL({issuer}),
  {client_id},
  undefined,
  {proof},
);

// Send the browser to MitID or NemID.
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {{
  redirect_uri: {callback},
  scope: "openid",
  acr_values: {acr},
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
}});

// At the callback.
const tokens = await client.authorizationCodeGrant(config, new URL(request.url), {{
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
}});
const claims = tokens.claims();"#
    )
}

fn asp_net_core(values: &Values<'_>) -> String {
    let (issuer, client_id, acr) = (quoted(values.issuer), quoted(values.client_id), quoted(values.acr));
    let path = quoted(path_of(values.callback));
    let secret = match values.proof {
        Proof::None => String::new(),
        _ => "        options.ClientSecret = builder.Configuration[\"EdgeEid:ClientSecret\"];\n".to_owned(),
    };
    format!(
        r#"builder.Services
    .AddAuthentication(options =>
    {{
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    }})
    .AddCookie()
    .AddOpenIdConnect(options =>
    {{
        options.Authority = {issuer};
        options.ClientId = {client_id};
{secret}        options.ResponseType = "code";
        options.UsePkce = true;
        options.CallbackPath = {path};
        options.MapInboundClaims = false;
        options.Scope.Clear();
        options.Scope.Add("openid");
        options.Events.OnRedirectToIdentityProvider = context =>
        {{
            context.ProtocolMessage.AcrValues = {acr};
            return Task.CompletedTask;
        }};
    }});"#
    )
}

/// The path of a callback; ASP.NET Core wants no more of it.
fn path_of(callback: &str) -> &str {
    let rest = callback.split_once("://").map_or(callback, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn spring(values: &Values<'_>) -> String {
    let (issuer, client_id) = (quoted(values.issuer), quoted(values.client_id));
    let (callback, acr) = (quoted(values.callback), quoted(values.acr));
    let method = match values.proof {
        Proof::Secret => "            client-secret: ${CLIENT_SECRET}\n",
        Proof::OwnKey => "            client-authentication-method: private_key_jwt\n",
        Proof::None => "            client-authentication-method: none\n",
    };
    format!(
        r#"# application.yml
spring:
  security:
    oauth2:
      client:
        registration:
          edge-eid:
            client-id: {client_id}
{method}            authorization-grant-type: authorization_code
            redirect-uri: {callback}
            scope: openid
        provider:
          edge-eid:
            issuer-uri: {issuer}

// SecurityConfiguration.java
@Bean
OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {{
    var resolver = new DefaultOAuth2AuthorizationRequestResolver(
        registrations, "/oauth2/authorization");
    resolver.setAuthorizationRequestCustomizer(
        OAuth2AuthorizationRequestCustomizers.withPkce().andThen(request ->
            request.additionalParameters(more -> more.put("acr_values", {acr}))));
    return resolver;
}}"#
    )
}

fn keycloak(values: &Values<'_>) -> Value {
    let issuer = values.issuer;
    json!({
        "alias": "edge-eid",
        "displayName": values.name,
        "providerId": "oidc",
        "enabled": true,
        "config": {
            "issuer": issuer,
            // Keycloak adds its own parameters to this address.
            "authorizationUrl": format!("{}/oauth2/authorize", values.by_path),
            "tokenUrl": format!("{issuer}/oauth2/token"),
            "userInfoUrl": format!("{issuer}/oauth2/userinfo"),
            "jwksUrl": format!("{issuer}/.well-known/jwks"),
            "useJwksUrl": "true",
            "validateSignature": "true",
            "clientId": values.client_id,
            "clientSecret": SECRET,
            "clientAuthMethod": "client_secret_post",
            "pkceEnabled": "true",
            "pkceMethod": "S256",
            "defaultScope": "openid",
        },
    })
}

fn auth0(values: &Values<'_>) -> Value {
    json!({
        "name": "edge-eid",
        "display_name": values.name,
        "strategy": "oidc",
        "options": {
            "type": "back_channel",
            "discovery_url": format!("{}/.well-known/openid-configuration", values.issuer),
            "client_id": values.client_id,
            "client_secret": SECRET,
            "scope": "openid",
            "upstream_params": { "acr_values": { "value": values.acr } },
        },
    })
}

fn okta(values: &Values<'_>) -> Value {
    let issuer = values.issuer;
    let endpoint = |url: String, binding: &str| json!({ "url": url, "binding": binding });
    json!({
        "type": "OIDC",
        "name": values.name,
        "protocol": {
            "type": "OIDC",
            "issuer": { "url": issuer },
            "scopes": ["openid"],
            "credentials": { "client": { "client_id": values.client_id, "client_secret": SECRET } },
            "endpoints": {
                "authorization": endpoint(format!("{}/oauth2/authorize", values.by_path), "HTTP-REDIRECT"),
                "token": endpoint(format!("{issuer}/oauth2/token"), "HTTP-POST"),
                "userInfo": endpoint(format!("{issuer}/oauth2/userinfo"), "HTTP-REDIRECT"),
                "jwks": endpoint(format!("{issuer}/.well-known/jwks"), "HTTP-REDIRECT"),
            },
        },
        "policy": {
            "accountLink": { "action": "AUTO", "filter": null },
            "provisioning": { "action": "AUTO", "groups": { "action": "NONE" } },
            "subject": { "userNameTemplate": { "template": "idpuser.subject" }, "matchType": "USERNAME" },
            "maxClockSkew": 120_000,
        },
    })
}

fn entra(values: &Values<'_>) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.oidcIdentityProvider",
        "displayName": values.name,
        "clientId": values.client_id,
        "issuer": values.issuer,
        "wellKnownEndpoint": format!("{}/.well-known/openid-configuration", values.by_path),
        "responseType": "code",
        "scope": "openid",
        "clientAuthentication": {
            "@odata.type": "#microsoft.graph.oidcClientSecretAuthentication",
            "clientSecret": SECRET,
        },
        "inboundClaimMapping": { "sub": "sub", "name": "name" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(proof: Proof, client_id: &str) -> Vec<Snippet> {
        all(&Values {
            issuer: "https://acme.example",
            by_path: "https://acme.example/dXJu",
            client_id,
            callback: "https://app.example/a/callback",
            acr: "urn:grn:authn:dk:mitid:low",
            proof,
            name: "Acme",
        })
    }

    #[test]
    fn each_piece_has_the_applications_own_values() {
        for snippet in values(Proof::Secret, "urn:acme:web") {
            for value in ["https://acme.example", "urn:acme:web"] {
                assert!(snippet.code.contains(value), "{}: {value}", snippet.client);
            }
            let asks = ["urn:grn:authn:dk:mitid:low", "https://acme.example/dXJu/"];
            assert!(asks.iter().any(|value| snippet.code.contains(value)), "{}", snippet.client);
        }
    }

    #[test]
    fn a_client_id_cannot_end_the_text_that_it_stands_in() {
        for snippet in values(Proof::Secret, r#"a"b\c"#) {
            assert!(snippet.code.contains(r#""a\"b\\c""#), "{}", snippet.client);
        }
    }

    #[test]
    fn a_public_application_is_asked_for_no_secret() {
        for snippet in values(Proof::None, "urn:acme:app").iter().take(3) {
            assert!(!snippet.code.to_lowercase().contains("secret"), "{}", snippet.client);
        }
    }
}
