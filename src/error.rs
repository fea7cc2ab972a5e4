//! Our own faults: logged once, with a reference that the page shows; the cause stays in the log.

use crate::ports::{CryptoError, Log, LogEvent, Unavailable};

/// Something of ours or of an upstream failed. Nobody outside learns more than a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which part failed: a constant.
    pub what: &'static str,
    /// What it said, without personal data.
    pub cause: String,
    /// Whether trying again later may help: a store that did not answer.
    pub passing: bool,
}

impl Fault {
    /// A fault that will not go away by itself.
    pub fn lasting(what: &'static str, cause: impl Into<String>) -> Self {
        Self { what, cause: cause.into(), passing: false }
    }

    /// 503 for a store that did not answer, 500 otherwise.
    pub fn status(&self) -> u16 {
        if self.passing { 503 } else { 500 }
    }

    /// Writes the one log line of this fault.
    pub fn log(&self, log: &impl Log) {
        log.record(LogEvent {
            event: "fault",
            facts: vec![("what", self.what.to_owned()), ("cause", self.cause.clone())],
        });
    }
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        Self { what: unavailable.what, cause: unavailable.cause, passing: true }
    }
}

impl From<CryptoError> for Fault {
    fn from(CryptoError: CryptoError) -> Self {
        Self::lasting("cryptography", "a key or ciphertext does not fit")
    }
}
