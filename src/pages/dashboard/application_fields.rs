//! The settings of an application, each once, on the tab where one would look for it.

use super::field::{Choice, Field, Kind};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::application_fields as texts;

const fn field(name: &'static str, label: Text, help: Text, kind: Kind) -> Field {
    Field { name, label, help, kind }
}

static ACR_VALUES: &[Choice] = &[
    ("urn:grn:authn:dk:nemid:poces", texts::NEMID_POCES),
    ("urn:grn:authn:dk:nemid:moces", texts::NEMID_MOCES),
    ("urn:grn:authn:dk:nemid:moces:codefile", texts::NEMID_CODEFILE),
    ("urn:grn:authn:dk:mitid:low", texts::MITID_LOW),
    ("urn:grn:authn:dk:mitid:substantial", texts::MITID_SUBSTANTIAL),
    ("urn:grn:authn:dk:mitid:high", texts::MITID_HIGH),
    ("urn:grn:authn:dk:mitid:business", texts::MITID_BUSINESS),
];
static METHODS: &[Choice] = &[
    ("client_secret_basic", texts::AUTH_BASIC),
    ("client_secret_post", texts::AUTH_POST),
    ("private_key_jwt", texts::AUTH_JWT),
    ("none", texts::AUTH_NONE),
];
static RESPONSE_TYPES: &[Choice] = &[("code", texts::CODE), ("id_token", texts::ID_TOKEN)];
static SCOPE_STRATEGIES: &[Choice] = &[("static", texts::STATIC), ("dynamic", texts::DYNAMIC)];
static USERINFO: &[Choice] = &[
    ("plain_json", texts::PLAIN_JSON),
    ("signed_jwt", texts::SIGNED_JWT),
    ("from_token_endpoint", texts::FROM_TOKEN),
];
static ALGORITHMS: &[Choice] = &[("RS256", texts::RS256), ("ES256", texts::ES256)];

/// What is asked for where one is made; the rest has its defaults.
pub static NEW: &[Field] = &[
    field("client_id", texts::CLIENT_ID, texts::CLIENT_ID_HELP, Kind::Line),
    field("name", texts::NAME, texts::NAME_HELP, Kind::Line),
    field("redirect_uris", texts::REDIRECT_URIS, texts::REDIRECT_URIS_HELP, Kind::Lines),
    field("acr_values", texts::ACR_VALUES, texts::ACR_VALUES_HELP, Kind::Many(ACR_VALUES)),
];

/// What it is, and where its logins lead.
pub static GENERAL: &[Field] = &[
    field("name", texts::NAME, texts::NAME_HELP, Kind::Line),
    field("enabled", texts::ENABLED, texts::ENABLED_HELP, Kind::Switch),
    field("redirect_uris", texts::REDIRECT_URIS, texts::REDIRECT_URIS_HELP, Kind::Lines),
];

/// Whom it may ask for.
pub static EIDS: &[Field] = &[
    field("acr_values", texts::ACR_VALUES, texts::ACR_VALUES_HELP, Kind::Many(ACR_VALUES)),
    field("nemid_closed_at", texts::NEMID_CLOSED_AT, texts::NEMID_CLOSED_AT_SHOWN, Kind::Shown),
];

/// When NemID closes for it, set on the migration board.
pub static SUNSET: &[Field] =
    &[field("nemid_closed_at", texts::NEMID_CLOSED_AT, texts::NEMID_CLOSED_AT_HELP, Kind::Time)];

/// The protocol.
pub static OPENID: &[Field] = &[
    field("token_endpoint_auth_methods", texts::AUTH_METHODS, texts::AUTH_METHODS_HELP, Kind::Many(METHODS)),
    field("jwks", texts::JWKS, texts::JWKS_HELP, Kind::Json),
    field("jwks_uri", texts::JWKS_URI, texts::JWKS_URI_HELP, Kind::Line),
    field("response_types", texts::RESPONSE_TYPES, texts::RESPONSE_TYPES_HELP, Kind::Many(RESPONSE_TYPES)),
    field("scope_strategy", texts::SCOPE_STRATEGY, texts::SCOPE_STRATEGY_HELP, Kind::One(SCOPE_STRATEGIES)),
    field("userinfo_response", texts::USERINFO, texts::USERINFO_HELP, Kind::One(USERINFO)),
    field("id_token_signed_response_alg", texts::ALGORITHM, texts::ALGORITHM_HELP, Kind::One(ALGORITHMS)),
    field("require_pushed_authorization_requests", texts::PUSHED, texts::PUSHED_HELP, Kind::Switch),
    field("dpop_bound_access_tokens", texts::DPOP, texts::DPOP_HELP, Kind::Switch),
    field("endpoint_audience", texts::AUDIENCE, texts::AUDIENCE_HELP, Kind::Switch),
    field("fapi2", texts::FAPI2, texts::FAPI2_HELP, Kind::Switch),
];

/// Where its users come from and go to besides a login.
pub static PAGES: &[Field] = &[
    field("initiate_login_uri", texts::INITIATE, texts::INITIATE_HELP, Kind::Line),
    field("post_logout_redirect_uris", texts::POST_LOGOUT, texts::POST_LOGOUT_HELP, Kind::Lines),
    field("frontchannel_logout_uri", texts::FRONTCHANNEL, texts::FRONTCHANNEL_HELP, Kind::Line),
    field("backchannel_logout_uri", texts::BACKCHANNEL, texts::BACKCHANNEL_HELP, Kind::Line),
    field("resume_urls", texts::RESUME_URLS, texts::RESUME_URLS_HELP, Kind::Lines),
];

/// What few need.
pub static ADVANCED: &[Field] = &[
    field("allowed_origins", texts::ORIGINS, texts::ORIGINS_HELP, Kind::Lines),
    field("silent_check", texts::SILENT, texts::SILENT_HELP, Kind::Switch),
    field("recording_until", texts::RECORDING, texts::RECORDING_HELP, Kind::Time),
];

/// A secret that is made or brought along.
pub static SECRET: &[Field] = &[
    field("secret", texts::SECRET, texts::SECRET_HELP, Kind::Secret),
    field("expires_at", texts::ENDS, texts::SECRET_ENDS_HELP, Kind::Time),
];

/// The settings by the segment of their tab.
pub static TABS: &[(&str, &[Field])] =
    &[("", GENERAL), ("eids", EIDS), ("openid", OPENID), ("pages", PAGES), ("advanced", ADVANCED)];

/// The fields of a tab.
pub fn of_tab(tab: &str) -> Option<&'static [Field]> {
    TABS.iter().find(|(segment, _)| *segment == tab).map(|(_, fields)| *fields)
}

/// The setting of this name.
pub fn setting(name: &str) -> Option<&'static Field> {
    TABS.iter().flat_map(|(_, fields)| fields.iter()).find(|field| field.name == name)
}
