//! Domains: the hosts that are issuers of a tenant.
