//! edge-eid: an eID broker at the edge. To applications it is an OpenID Connect provider; to the
//! Danish eIDs it is a client.
//!
//! The map of the house, in the direction of its dependencies:
//!
//! | Module | What it is |
//! |---|---|
//! | `edge` | the shells of the three Workers: bindings, KV, Durable Objects, WebCrypto, fetch (wasm32 only) |
//! | [`routes`] | the broker's routes: one `match` over method and path |
//! | [`login`] | one login as a state machine, and the steps around it |
//! | [`dashboard`] | the management pages: they call the admin API |
//! | [`admin`] | the admin API and the objects that hold configuration |
//! | [`catalog`] | what an isolate remembers of published configuration |
//! | `simulator` | stand-in upstreams and the demo (cargo feature, never in production) |
//! | [`pages`] | the hosted pages: values in, markup out |
//! | [`eid`] | the eIDs: acr, levels, claims, and the connector to upstreams |
//! | [`vault`] | the keys of an environment and what is sealed under them |
//! | [`ports`] | every outside thing, as small traits |
//! | [`oauth`] | the protocol's words and rules |
//! | [`model`] | what a tenant owns |
//! | [`web`], [`json`], [`table`], [`rows`], [`error`] | our small request and response; our types as JSON; a small map; what objects keep; our own faults |
//!
//! Only `edge` names the `worker` crate: it is a dependency for wasm32 alone, so the host build
//! fails where the core would reach for it.

#[macro_use]
pub mod json;

pub mod admin;
pub mod catalog;
pub mod dashboard;
pub mod documents;
pub mod eid;
pub mod error;
pub mod login;
pub mod model;
pub mod oauth;
pub mod pages;
pub mod ports;
pub mod routes;
pub mod rows;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod table;
pub mod vault;
pub mod web;

#[cfg(target_arch = "wasm32")]
pub mod edge;
