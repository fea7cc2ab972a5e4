//! What the dashboard needs of the outside.

#![allow(async_fn_in_trait, reason = "our own adapters implement them; nothing is sent between threads")]

use super::person_object::{PersonAnswer, PersonCommand};
use super::team_object::{TeamAnswer, TeamCommand};
use crate::model::url::WebUrl;
use crate::model::{Environment, Host, UnixTime};
use crate::ports::{Crypto, Log, Random, Unavailable, Upstreams};
use crate::web::Method;
use serde_json::Value;

/// A call to the admin API.
pub struct ApiRequest<'a> {
    /// GET, PUT, POST or DELETE.
    pub method: Method,
    /// What follows the host, with its query.
    pub path: &'a str,
    /// The bearer token: an assertion, or a deployer's own.
    pub bearer: &'a str,
    /// `If-Match`.
    pub if_match: Option<&'a str>,
    /// `If-None-Match: *`: only where there is none yet.
    pub only_new: bool,
    /// JSON.
    pub body: Option<String>,
}

/// What the admin API answered.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// HTTP status.
    pub status: u16,
    /// `ETag`
    pub etag: Option<String>,
    /// JSON; null where there is none.
    pub body: Value,
}

/// The admin API.
pub trait Api {
    /// Sends one request.
    async fn api(&self, request: ApiRequest<'_>) -> Result<ApiAnswer, Unavailable>;
}

/// The objects of people. Each command is checked and stored in one step.
pub trait People {
    /// The object of one person, by his pseudonym.
    async fn person(
        &self,
        person: &str,
        command: &PersonCommand,
        now: UnixTime,
    ) -> Result<PersonAnswer, Unavailable>;
    /// The object of those who belong to a tenant; [`crate::dashboard::team_object::OPERATORS`] for those who
    /// run the installation.
    async fn team(&self, team: &str, command: &TeamCommand, now: UnixTime)
    -> Result<TeamAnswer, Unavailable>;
}

/// The static files that are deployed with the dashboard.
pub trait Files {
    /// The page of a guide, one of [`crate::dashboard::docs::GUIDES`] by its segment: HTML.
    async fn guide(&self, name: &str) -> Result<String, Unavailable>;
}

/// Settings of the dashboard, from its variables and secrets.
#[derive(Clone)]
pub struct Desk {
    /// Host of the dashboard and the admin API.
    pub management_host: Host,
    /// The dashboard's own key: of its cookies, and of what it tells the API.
    pub key: [u8; 32],
    /// Whom it asks who somebody is.
    pub issuer: WebUrl,
    /// `client_id` there.
    pub client_id: String,
    /// `client_secret` there.
    pub client_secret: String,
    /// `acr_values` to ask for; none where it may choose.
    pub acr_values: Option<String>,
    /// The installation's name.
    pub broker_name: String,
    /// Whether this build has the simulators.
    pub simulators: bool,
    /// Of orders of MitID.
    pub orders: OrderSettings,
}

/// Settings of orders of MitID.
#[derive(Clone, Debug)]
pub struct OrderSettings {
    /// What follows the prefix in a TEST domain, with its dot.
    pub suffix_test: String,
    /// What follows the prefix in a PRODUCTION domain, with its dot.
    pub suffix_production: String,
    /// Where VIES is asked for VAT numbers; `None` leaves it.
    pub vies: Option<WebUrl>,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self { suffix_test: ".pp.mitid.dk".to_owned(), suffix_production: ".mitid.dk".to_owned(), vies: None }
    }
}

impl OrderSettings {
    /// What follows the prefix in an environment.
    pub fn suffix(&self, environment: Environment) -> &str {
        match environment {
            Environment::Test => &self.suffix_test,
            Environment::Production => &self.suffix_production,
        }
    }
}

/// All ports of the dashboard.
pub trait Dashboard: Api + People + Files + Upstreams + Crypto + Random + Log {
    /// Its settings.
    fn desk(&self) -> &Desk;
}
