//! The admin API and the objects behind it: who may change a tenant's configuration, what of it is
//! the truth, and how the login path gets to read it.

pub mod command;
pub mod record;
