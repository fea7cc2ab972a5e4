//! How long what we serve lives on elsewhere, and how long a signing key therefore has to wait.
//!
//! The header of a key set, the life of a token and the steps of a key are parts of one sum. They
//! are read from one value, so that none can be changed without the others.

/// Times of serving, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serving {
    /// `max-age`: how long a cache may answer from metadata and key sets without asking.
    pub max_age: u64,
    /// `stale-while-revalidate`: how much longer it may answer while it asks (RFC 5861 §3).
    pub stale_while_revalidate: u64,
    /// `stale-if-error`: how much longer it may answer while we don't (RFC 5861 §4).
    pub stale_if_error: u64,
    /// How long KV may answer with an older value.
    pub kv: u64,
    /// How long an isolate keeps a snapshot.
    pub isolate: u64,
    /// For requests and publications that are under way.
    pub reserve: u64,
    /// How long an ID token or an access token lives.
    pub token: u64,
    /// How far the clock of a client may be behind.
    pub skew: u64,
    /// A day, in which the rotation of keys is planned.
    pub day: u64,
    /// Whether keys wait at all. Only a test that shows what happens otherwise says no.
    pub guarded: bool,
}

impl Serving {
    /// The times of every deployment. Only builds with simulators can shorten them, for tests.
    pub const DEFAULT: Self = Self {
        max_age: 300,
        stale_while_revalidate: 300,
        stale_if_error: 3_600,
        kv: 60,
        isolate: 20,
        reserve: 10,
        token: 1_200,
        skew: 60,
        day: 86_400,
        guarded: true,
    };

    /// Reads eight numbers with commas between them, in the order of the fields, and perhaps a ninth
    /// for the day; `None` for anything else, and where a token would not live or a day not pass.
    pub fn parse(raw: &str) -> Option<Self> {
        let numbers = raw.split(',').map(|part| part.trim().parse::<u32>().ok().map(u64::from));
        let mut numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        let day = if numbers.len() > 8 { numbers.pop()? } else { Self::DEFAULT.day };
        let [max_age, stale_while_revalidate, stale_if_error, kv, isolate, reserve, token, skew] =
            *numbers.as_slice()
        else {
            return None;
        };
        let serving = Self {
            max_age,
            stale_while_revalidate,
            stale_if_error,
            kv,
            isolate,
            reserve,
            token,
            skew,
            day,
            guarded: true,
        };
        (token > 0 && day > 0).then_some(serving)
    }

    /// How long after a publication was confirmed somebody may still be served the value before it.
    pub const fn everywhere(&self) -> u64 {
        self.kv + self.isolate + self.reserve
    }

    /// How long after a publication was confirmed a cache may still answer with the key set before it.
    pub const fn forgotten(&self) -> u64 {
        self.everywhere() + self.max_age + self.stale_while_revalidate + self.stale_if_error
    }

    /// How long after it was given up a write to KV may still arrive.
    pub const fn late_write(&self) -> u64 {
        2 * self.kv
    }

    /// How long a key is announced before it signs: then every valid cache holds it.
    pub const fn guard(&self) -> u64 {
        if self.guarded { self.forgotten() + self.skew } else { 0 }
    }

    /// How long a key stays announced after another one signs: then the last token that somebody
    /// signed with it is over, by the slowest clock.
    pub const fn retirement(&self) -> u64 {
        if self.guarded { self.everywhere() + self.token + self.skew } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_waits_for_everything_that_may_lie_between_us_and_a_client() {
        let times = Serving::DEFAULT;
        assert_eq!(times.everywhere(), 90);
        assert_eq!(times.forgotten(), 90 + 300 + 300 + 3_600);
        assert_eq!(times.guard(), times.forgotten() + 60);
        assert_eq!(times.retirement(), 90 + 1_200 + 60);
    }

    #[test]
    fn without_its_guard_a_key_waits_for_nothing() {
        let times = Serving { guarded: false, ..Serving::DEFAULT };
        assert_eq!((times.guard(), times.retirement()), (0, 0));
        assert_eq!(times.everywhere(), 90, "what we serve lives on all the same");
    }

    #[test]
    fn shortened_times_are_eight_numbers_or_nine() {
        let short = Serving::parse("1, 2,3,4,5,6,7,8").unwrap();
        let expected = Serving {
            max_age: 1,
            stale_while_revalidate: 2,
            stale_if_error: 3,
            kv: 4,
            isolate: 5,
            reserve: 6,
            token: 7,
            skew: 8,
            ..Serving::DEFAULT
        };
        assert_eq!(short, expected);
        assert_eq!(Serving::parse("1,2,3,4,5,6,7,8,9"), Some(Serving { day: 9, ..expected }));
        for bad in ["", "1,2,3,4,5,6,7", "1,2,3,4,5,6,7,8,9,10", "1,2,3,4,5,6,x,8", "1,2,3,4,5,6,-7,8"] {
            assert_eq!(Serving::parse(bad), None, "{bad}");
        }
        assert_eq!(Serving::parse("1,2,3,4,5,6,0,8"), None, "a token must live");
        assert_eq!(Serving::parse("1,2,3,4,5,6,7,8,0"), None, "a day must pass");
        assert_eq!(Serving::parse("99999999999,2,3,4,5,6,7,8"), None, "sums must not overflow");
    }
}
