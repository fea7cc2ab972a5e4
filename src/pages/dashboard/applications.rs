//! Applications: the relying parties of an environment.
