//! Whose turn it is to unwrap a key: in one isolate, one request unwraps it and the others wait.

/// Whoever unwraps a key for longer than this is waited for no more, milliseconds: a request that was
/// given up by its client is never heard of again.
pub const TURN_MAX_MILLISECONDS: u64 = 1_000;

/// Keys that are being unwrapped, by name, and since when.
#[derive(Default)]
pub struct Turns(Vec<(String, u64)>);

impl Turns {
    /// None.
    pub const NONE: Self = Self(Vec::new());

    /// Takes the turn for a key, unless somebody has it, at this moment in milliseconds.
    pub fn take(&mut self, name: &str, now: u64) -> bool {
        self.0.retain(|(_, since)| now.saturating_sub(*since) < TURN_MAX_MILLISECONDS);
        let is_free = self.0.iter().all(|(taken, _)| taken != name);
        if is_free {
            self.0.push((name.to_owned(), now));
        }
        is_free
    }

    /// Gives it to whoever waits.
    pub fn pass(&mut self, name: &str) {
        self.0.retain(|(taken, _)| taken != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_the_turn_for_a_key_until_it_is_passed_or_takes_too_long() {
        let mut turns = Turns::NONE;
        assert!(turns.take("key", 0) && turns.take("other", 0));
        assert!(!turns.take("key", 0) && !turns.take("key", TURN_MAX_MILLISECONDS - 1));
        turns.pass("key");
        assert!(turns.take("key", TURN_MAX_MILLISECONDS - 1));
        assert!(!turns.take("key", TURN_MAX_MILLISECONDS));
        assert!(turns.take("other", TURN_MAX_MILLISECONDS), "it was never passed");
    }
}
