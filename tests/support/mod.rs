//! The broker under test and everybody around it, all in memory.
//!
//! | Part | Who it plays |
//! |---|---|
//! | [`broker`] | the broker itself, its clock, and what must never be seen in its log |
//! | [`ports`] | stores, randomness and log, in memory; stores can fail on demand |
//! | [`management`] | the objects that hold configuration, and KV |
//! | [`admin`], [`openapi`] | an operator at the admin API, and its description |
//! | [`crypto`] | the platform's cryptography, by `ring` |
//! | [`world`] | the configured tenants, domains and applications |
//! | [`upstream`] | the certified brokers behind us, whose answers can be bent |
//! | [`browser`] | an end user's browser: cookies, redirects, links |
//! | [`relying_party`] | an application: authorize URLs, codes, token checks |
//! | [`client_key`] | the key of an application: client assertions and whatever else it signs |
//! | [`store_contract`] | one list of steps that every store of logins must answer alike |

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unused_imports, clippy::unwrap_used)]

pub mod admin;
pub mod block_on;
pub mod broker;
pub mod browser;
pub mod client_key;
pub mod crypto;
pub mod dashboard;
pub mod management;
pub mod openapi;
pub mod ports;
pub mod relying_party;
pub mod store_contract;
pub mod upstream;
pub mod world;

pub use block_on::block_on;
pub use broker::Broker;
pub use browser::{Answer, Browser, Page, Stop};
pub use client_key::ClientKey;
pub use relying_party::{Asked, RelyingParty, Tokens};
pub use upstream::{Bend, Person};
pub use world::{ACME, ACME_MITID, ACME_PRODUCTION, CALLBACK, GLOBEX, GLOBEX_MITID, World};
