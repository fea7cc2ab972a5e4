//! Search within a tenant and environment.
