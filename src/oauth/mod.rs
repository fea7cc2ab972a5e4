//! The protocol's words and rules: OAuth 2.0 and OpenID Connect, one parameter or document a file.
//!
//! Pure and synchronous. Nothing here knows a tenant, a store, a page or a clock, and nothing can
//! fail except with [`Error`].

pub mod acr_values;
pub mod authorize;
pub mod claims_request;
pub mod client_assertion;
pub mod client_auth;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod jwks;
pub mod jwt;
pub mod login_hint;
pub mod pkce;
pub mod prompt;
pub mod request_object;
pub mod response_mode;
pub mod scope;
pub mod token;

pub use error::{Error, ErrorCode};
