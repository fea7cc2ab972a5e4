//! The admin API and the objects behind it: who may change a tenant's configuration, what of it is
//! the truth, and how the login path gets to read it.

pub mod audit_log;
pub mod change;
pub mod command;
pub mod configuration;
pub mod directory_object;
pub mod host_object;
pub mod publication;
pub mod publishing;
pub mod record;
pub mod rows;
pub mod rules;
pub mod tenant_object;
