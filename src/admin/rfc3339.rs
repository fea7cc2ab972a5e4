//! Times as people write them in JSON (RFC 3339 §5.6), read into seconds.

use crate::model::UnixTime;

/// Reads `2023-10-31T22:59:59Z`, with a fraction, which is dropped, or an offset. `None` for anything
/// else, for days that no calendar has, and for moments before 1970. A leap second (`:60`) is none
/// of Unix time's and is refused.
pub fn parse(raw: &str) -> Option<UnixTime> {
    let (date, rest) = raw.split_once(['T', 't'])?;
    let (year, month, day) = numbers(date, '-', [4, 2, 2])?;
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let (hour, minute, second) = numbers(clock, ':', [2, 2, 2])?;
    let fraction_ok = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    let date_ok = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !fraction_ok || !date_ok || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    u64::try_from(local - offset_seconds(zone)?).ok().map(UnixTime)
}

/// `Z`, `+02:00`, `-05:30`
fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = zone.split_at_checked(1)?;
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute) = (number(hour, 2)?, number(minute, 2)?);
    let seconds = (hour <= 23 && minute <= 59).then_some(hour * 3_600 + minute * 60)?;
    Some(if sign == "-" { -seconds } else { seconds })
}

fn numbers(text: &str, divider: char, digits: [usize; 3]) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(divider);
    let mut next = |digits| parts.next().and_then(|part| number(part, digits));
    let found = (next(digits[0])?, next(digits[1])?, next(digits[2])?);
    parts.next().is_none().then_some(found)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970, in years that begin on 1 March: the leap day is the last day of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::domain::NEMID_CLOSED_AT;

    #[test]
    fn what_is_written_as_iso_8601_reads_back() {
        for seconds in [0, 951_782_399, 951_782_400, NEMID_CLOSED_AT.0, 4_107_542_400, 253_402_300_799] {
            assert_eq!(parse(&UnixTime(seconds).iso8601()), Some(UnixTime(seconds)));
        }
    }

    #[test]
    fn an_offset_moves_the_moment() {
        assert_eq!(parse("2023-10-31T23:59:59+01:00"), Some(NEMID_CLOSED_AT));
        assert_eq!(parse("2023-10-31T17:59:59.5-05:00"), Some(NEMID_CLOSED_AT));
        assert_eq!(parse("1970-01-01T00:00:00+00:01"), None);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for raw in [
            "",
            "2023-10-31",
            "2023-10-31T22:59:59",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-10-31T24:00:00Z",
            "2023-10-31T22:59:60Z",
            "2023-10-31T22:59:59.Z",
            "2023-10-31T22:59:59Zx",
            "23-10-31T22:59:59Z",
            "2023-10-31T22:59:59+0100",
            "2023-10-31T22:59:59+æ",
            "1969-12-31T23:59:59Z",
            "2023-+1-31T22:59:59Z",
        ] {
            assert_eq!(parse(raw), None, "{raw:?}");
        }
    }
}
