//! `response_mode`: how an authorization answer travels (OAuth 2.0 Multiple Response Types §2.1,
//! OAuth 2.0 Form Post Response Mode).

use super::Error;

/// The modes we answer by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the callback; the default of `response_type=code`.
    #[default]
    Query,
    /// Behind the `#` of the callback: seen by scripts, not by servers and their logs.
    Fragment,
    /// In a form that the browser posts to the callback.
    FormPost,
    /// By a script of ours to the window that opened ours, or that frames it.
    PostMessage,
    /// Not by a redirect: a script asked, and is answered with one link to open.
    Json,
}

json_enum!(ResponseMode {
    Query = "query", Fragment = "fragment", FormPost = "form_post", PostMessage = "post_message",
    Json = "json",
});

impl ResponseMode {
    /// Every mode, as discovery announces them.
    pub const ALL: [Self; 5] = [Self::Query, Self::Fragment, Self::FormPost, Self::PostMessage, Self::Json];

    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for another mode; the answer then goes by query.
    pub fn parse(raw: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(raw) = raw else { return Ok(None) };
        let found = Self::ALL.into_iter().find(|mode| mode.as_str() == raw);
        found.map(Some).ok_or(Error::invalid_request("response_mode is not one of those in the metadata"))
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::PostMessage => "post_message",
            Self::Json => "json",
        }
    }
}
