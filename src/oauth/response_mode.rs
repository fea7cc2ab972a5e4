//! `response_mode`: how an authorization answer travels (OAuth 2.0 Multiple Response Types §2.1,
//! OAuth 2.0 Form Post Response Mode).

use super::Error;
use serde::{Deserialize, Serialize};

/// The modes we answer by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the callback; the default of `response_type=code`.
    #[default]
    Query,
    /// Behind the `#` of the callback: seen by scripts, not by servers and their logs.
    Fragment,
    /// In a form that the browser posts to the callback.
    FormPost,
}

impl ResponseMode {
    /// Every mode, as discovery announces them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for another mode; the answer then goes by query.
    pub fn parse(raw: Option<&str>) -> Result<Self, Error> {
        let Some(raw) = raw else { return Ok(Self::default()) };
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == raw)
            .ok_or(Error::invalid_request("response_mode must be query, fragment or form_post"))
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Whether this is the default, which a sealed request leaves out.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
