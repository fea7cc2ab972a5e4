//! How a domain's pages look.
