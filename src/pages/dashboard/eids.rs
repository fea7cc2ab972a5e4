//! Identity services: the switches of an environment, and how each eID is reached.
