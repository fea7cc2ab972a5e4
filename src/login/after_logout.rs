//! Where a logout may lead: what `ReturnTo` is to a login, this is to its end. Nothing else may
//! redirect after a logout.

use super::Context;
use crate::error::Fault;
use crate::model::Application;
use crate::model::identity::UpstreamSession;
use crate::ports::Ports;
use crate::web::{Response, encode_pairs, with_query};

/// A checked address with the `state` to echo. Only its constructors compare addresses, byte for
/// byte; sealed, it survives the question whether to log out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterLogout(String);

json_newtype!(AfterLogout);

impl AfterLogout {
    /// An address that this application has registered: for logouts, or as a callback, which is all
    /// that older ones have.
    pub fn of_application(application: &Application, uri: &str, state: Option<&str>) -> Option<Self> {
        let more = &application.protocol.post_logout_redirect_uris;
        let known = application.redirect_uris.iter().chain(more).any(|known| known.as_str() == uri);
        known.then(|| Self::with_state(uri, state))
    }

    /// An address that some application of the domain has registered.
    ///
    /// # Errors
    /// When the host's object does not answer.
    pub async fn of_domain<P: Ports>(
        ctx: &Context<'_, P>,
        uri: &str,
        state: Option<&str>,
    ) -> Result<Option<Self>, Fault> {
        let known = ctx.ports.registers(ctx.host(), uri).await?;
        Ok(known.then(|| Self::with_state(uri, state)))
    }

    /// The logout of an upstream (RP-Initiated Logout 1.0 §2), which the upstream's metadata names; it
    /// leads back to an address of ours with this state.
    pub fn at_upstream(session: &UpstreamSession, back: &str, state: &str) -> Self {
        let query = encode_pairs([
            ("id_token_hint", session.id_token.as_str()),
            ("client_id", &session.client_id),
            ("post_logout_redirect_uri", back),
            ("state", state),
        ]);
        Self(with_query(session.end.as_str(), &query))
    }

    fn with_state(uri: &str, state: Option<&str>) -> Self {
        let Some(state) = state else { return Self(uri.to_owned()) };
        Self(with_query(uri, &encode_pairs([("state", state)])))
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.0
    }

    /// The redirect there.
    pub fn redirect(&self) -> Response {
        Response::see_other(&self.0)
    }
}
