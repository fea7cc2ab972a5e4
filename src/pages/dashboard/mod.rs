//! The pages of the dashboard: values in, markup out, as the hosted pages; under the same policy, and without
//! script too.

pub mod applications;
pub mod audit;
pub mod confirm;
pub mod docs;
pub mod domains;
pub mod eids;
pub mod field;
pub mod findings;
pub mod frame;
pub mod keys;
pub mod message;
pub mod migration;
pub mod order;
pub mod overview;
pub mod people;
pub mod search;
pub mod settings;
pub mod shadows;
pub mod styles;
pub mod tenants;
pub mod tokens;
pub mod tools;
