//! edge-eid: an eID broker at the edge.

pub mod admin;
pub mod eid;
pub mod model;

#[cfg(target_arch = "wasm32")]
mod edge;
