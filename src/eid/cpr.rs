//! CPR numbers: what a Danish resident is registered by. `DDMMYYSSSS`, with or without a hyphen.
//!
//! A number is refused for its form and for a date that can't be, never for its check digit: since
//! 1 October 2007 numbers without modulus 11 are issued and fully valid. No text of ours holds one:
//! `Debug` hides it, there is no `Display`, and a page shows [`Cpr::masked`] at most.

use crate::model::{Environment, UnixTime};
use std::fmt;

/// Digits of a CPR number.
pub const CPR_DIGITS: usize = 10;
/// Added to the day of a replacement number: the CPR office's advice for numbers of no real person.
const REPLACEMENT_DAYS: u64 = 60;
/// Weights of modulus 11.
const WEIGHTS: [u32; CPR_DIGITS] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// A CPR number whose form and date are right. Whose it is, only an eID can say.
#[derive(Clone, PartialEq, Eq)]
pub struct Cpr(String);

json_text!(Cpr, digits, Self::known);

/// Why a text is no CPR number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misread {
    /// Not ten digits.
    Form,
    /// The first six are no date, or one to come.
    Date,
}

impl Cpr {
    /// Reads what somebody typed or an upstream stated. Replacement numbers count in TEST only.
    ///
    /// # Errors
    /// See [`Misread`].
    pub fn parse(raw: &str, environment: Environment, now: UnixTime) -> Result<Self, Misread> {
        let cpr = Self::known(&ten_digits(raw).ok_or(Misread::Form)?).ok_or(Misread::Form)?;
        let born = cpr.birth_date(environment).ok_or(Misread::Date)?;
        if born > now.date() { Err(Misread::Date) } else { Ok(cpr) }
    }

    /// Ten digits that were a CPR number when they were written.
    fn known(digits: &str) -> Option<Self> {
        let fits = digits.len() == CPR_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(digits.to_owned()))
    }

    /// The ten digits: for the token, for the eID that is asked, and to be sealed.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// `210127-****`: as much as a page may show.
    pub fn masked(&self) -> String {
        format!("{}-****", self.0.get(..6).unwrap_or_default())
    }

    /// Whether the check digit of the years before 2007 fits. Good for a hint at a typing error, and
    /// for nothing else.
    pub fn meets_modulus_11(&self) -> bool {
        let sum: u32 = self.0.bytes().zip(WEIGHTS).map(|(byte, weight)| digit(byte) * weight).sum();
        sum.is_multiple_of(11)
    }

    /// Whether it is surely no living person's: a replacement number, one of somebody born before 1900, or
    /// one without modulus 11 of another day than 1 January.
    pub fn is_nobodys(&self) -> bool {
        let is_replaced = self.0.bytes().next().is_some_and(|first| first >= b'6');
        let Some((year, month, day)) = self.birth_date(Environment::Test) else { return true };
        is_replaced || year < 1900 || (!self.meets_modulus_11() && (month, day) != (1, 1))
    }

    /// Year, month and day of birth.
    fn birth_date(&self, environment: Environment) -> Option<(u64, u64, u64)> {
        let two = |at: usize| self.0.get(at..at + 2)?.parse::<u64>().ok();
        let (day, month, year) = (two(0)?, two(2)?, two(4)?);
        let replaced = environment == Environment::Test && day > REPLACEMENT_DAYS;
        let day = if replaced { day - REPLACEMENT_DAYS } else { day };
        let year = year + century(digit(*self.0.as_bytes().get(6)?), year);
        let exists = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        exists.then_some((year, month, day))
    }
}

/// The filter of the domain: spaces around, and at most one hyphen or space in the middle.
fn ten_digits(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let (date, serial) = raw.split_at_checked(6)?;
    let serial = serial.strip_prefix(['-', ' ']).unwrap_or(serial);
    (serial.len() == 4).then(|| [date, serial].concat())
}

fn digit(byte: u8) -> u32 {
    u32::from(byte.saturating_sub(b'0'))
}

/// The seventh digit and the year tell the century; every pair of them does.
fn century(seventh: u32, year: u64) -> u64 {
    match (seventh, year) {
        (0..=3, _) | (4 | 9, 37..) => 1900,
        (4 | 9, _) | (_, ..=57) => 2000,
        _ => 1800,
    }
}

fn days_of(year: u64, month: u64) -> u64 {
    let leaps = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leaps => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Debug for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpr(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22.
    const TODAY: UnixTime = UnixTime(1_795_305_600);

    fn test(raw: &str) -> Result<Cpr, Misread> {
        Cpr::parse(raw, Environment::Test, TODAY)
    }

    /// The published examples: input, date of birth, whether modulus 11 holds.
    const VALID: [(&str, (u64, u64, u64), bool); 10] = [
        ("2101270087", (1927, 1, 21), true),
        ("2712589100", (1958, 12, 27), true),
        ("0707490071", (1949, 7, 7), true),
        ("110774-4882", (1974, 7, 11), true),
        ("310358-7009", (1858, 3, 31), true),
        ("0101658001", (1865, 1, 1), false),
        ("2902004000", (2000, 2, 29), false),
        ("1508005000", (2000, 8, 15), false),
        ("1508379000", (1937, 8, 15), false),
        ("7508702005", (1970, 8, 15), true),
    ];

    #[test]
    fn every_published_number_is_read_whatever_its_check_digit() {
        for (raw, born, modulus) in VALID {
            let cpr = test(raw).unwrap();
            assert_eq!(cpr.birth_date(Environment::Test), Some(born), "{raw}");
            assert_eq!(cpr.meets_modulus_11(), modulus, "{raw}");
            assert_eq!(cpr.digits(), raw.replace('-', ""));
        }
    }

    #[test]
    fn what_is_no_number_or_no_date_is_told_apart() {
        for raw in
            ["", "123456789", "12345678901", "01017O1234", "010170--1234", "210127 - 0087", "210127ø087"]
        {
            assert_eq!(test(raw), Err(Misread::Form), "{raw}");
        }
        for raw in ["0000000000", "3102701234", "2902010001", "1313701234", "6001701234", "0101364002"] {
            assert_eq!(test(raw), Err(Misread::Date), "{raw}");
        }
    }

    #[test]
    fn a_hyphen_a_space_and_spaces_around_make_no_difference() {
        for raw in ["210127-0087", "210127 0087", "  2101270087\t"] {
            assert_eq!(test(raw), test("2101270087"), "{raw}");
        }
    }

    #[test]
    fn a_replacement_number_counts_in_test_only() {
        assert!(test("7508702005").is_ok());
        assert_eq!(Cpr::parse("7508702005", Environment::Production, TODAY), Err(Misread::Date));
        assert!(Cpr::parse("2101270087", Environment::Production, TODAY).is_ok());
    }

    #[test]
    fn somebody_born_today_has_a_number_and_somebody_born_tomorrow_has_none() {
        assert!(test("2211264000").is_ok());
        assert_eq!(test("2311264000"), Err(Misread::Date));
    }

    #[test]
    fn every_seventh_digit_and_year_give_a_century() {
        let rows = [
            (0, [1900, 1900, 1900]),
            (3, [1900, 1900, 1900]),
            (4, [2000, 1900, 1900]),
            (5, [2000, 2000, 1800]),
            (8, [2000, 2000, 1800]),
            (9, [2000, 1900, 1900]),
        ];
        for (seventh, centuries) in rows {
            for ((first, last), expected) in [(0, 36), (37, 57), (58, 99)].into_iter().zip(centuries) {
                assert_eq!([century(seventh, first), century(seventh, last)], [expected; 2], "{seventh}");
            }
        }
    }

    #[test]
    fn a_number_shows_in_no_debug_text_and_is_masked_on_pages() {
        let cpr = test("2101270087").unwrap();
        assert_eq!(format!("{cpr:?}"), "Cpr(…)");
        assert_eq!(cpr.masked(), "210127-****");
    }
}
