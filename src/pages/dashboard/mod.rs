//! The pages of the dashboard: values in, markup out, as the hosted pages; under the same policy, and without
//! script too.

pub mod field;
pub mod frame;
pub mod message;
pub mod overview;
pub mod people;
pub mod settings;
pub mod tenants;
