//! Tools: a link to log in by, a login that tells all, metadata, a recorded login, test people.
