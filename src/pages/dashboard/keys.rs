//! Signing keys: the timetable, and orders about it.
