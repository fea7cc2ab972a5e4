//! Ordering MitID: a tenant's side of it.
