//! Shadow applications: the twins on MitID domains, and how they differ.
