//! What the dashboard says.

pub mod application_fields;
pub mod applications;
pub mod applied;
pub mod audit;
pub mod common;
pub mod docs;
pub mod domain_fields;
pub mod domains;
pub mod eids;
pub mod findings;
pub mod keys;
pub mod migration;
pub mod order;
pub mod overview;
pub mod people;
pub mod search;
pub mod shadows;
pub mod style_fields;
pub mod styles;
pub mod sunset;
pub mod tenants;
pub mod test_people;
pub mod tokens;
pub mod tools;
pub mod upstream_fields;
pub mod upstreams;
