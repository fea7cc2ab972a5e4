//! Time as a value: whole seconds since 1970, read once a request and passed down.

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub u64);

json_newtype!(UnixTime);

impl UnixTime {
    /// The moment `seconds` later.
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Whether this end has been reached at `now`. An end belongs to the past: at its very second
    /// a thing no longer counts.
    pub fn is_over(self, now: Self) -> bool {
        self <= now
    }

    /// Seconds from `now` until this moment; zero when it has passed.
    pub fn seconds_after(self, now: Self) -> u64 {
        self.0.saturating_sub(now.0)
    }

    /// ISO 8601 in UTC with milliseconds, the shape of the claim `authenticationinstant`.
    pub fn iso8601(self) -> String {
        let (year, month, day) = civil_from_days(self.0 / 86_400);
        let second = self.0 % 86_400;
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )
    }

    /// The calendar date in UTC as (year, month, day).
    pub fn date(self) -> (u64, u64, u64) {
        civil_from_days(self.0 / 86_400)
    }
}

/// Days since 1970 as a date of the Gregorian calendar, counted in 400-year eras that begin on
/// 1 March, so that the leap day is the last day of its year.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    const DAYS_OF_ERA: u64 = 146_097;
    let shifted = days + 719_468;
    let era = shifted / DAYS_OF_ERA;
    let day_of_era = shifted % DAYS_OF_ERA;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / (DAYS_OF_ERA - 1)) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_iso_8601_with_milliseconds() {
        assert_eq!(UnixTime(0).iso8601(), "1970-01-01T00:00:00.000Z");
        assert_eq!(UnixTime(951_782_399).iso8601(), "2000-02-28T23:59:59.000Z");
        assert_eq!(UnixTime(951_782_400).iso8601(), "2000-02-29T00:00:00.000Z");
        assert_eq!(UnixTime(1_698_793_199).iso8601(), "2023-10-31T22:59:59.000Z");
    }

    #[test]
    fn an_end_counts_as_over_at_its_own_second() {
        assert!(!UnixTime(10).is_over(UnixTime(9)));
        assert!(UnixTime(10).is_over(UnixTime(10)));
    }
}
