//! Guides for customers, with the reader's own values.
