//! What the dashboard says.

pub mod common;
pub mod overview;
pub mod people;
pub mod tenants;
