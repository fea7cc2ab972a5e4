//! API tokens of a tenant.
