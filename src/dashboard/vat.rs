//! EU VAT numbers, as somebody types them. Pure, and offline: the rules of each state are those of the crate
//! `eu-vat`, held by the tests below against a table of our own.

use eu_vat::{Error, Vat};

/// Longest text that is looked at, characters: the longest number has 14, the rest is separators.
const TYPED_MAX_CHARS: usize = 40;

/// The prefixes: the 27 member states, and Northern Ireland. Greece is EL.
pub const COUNTRIES: [&str; 28] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
];

/// A VAT number that can be one: prefix and number, without separators, in upper case: `DK13585628`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatId(String);

json_text!(VatId, as_str, |raw| Self::parse(raw, None).ok());

/// Why a text is no VAT number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVat {
    /// It begins with no country, and none was chosen.
    NoCountry,
    /// The country is not in the EU: the United Kingdom, Norway …
    NotEu,
    /// It begins with another country than was chosen.
    OtherCountry,
    /// Too long or short, or with what no number of this country has.
    Shape,
    /// Its check digits do not fit: something was typed wrongly.
    CheckDigits,
}

impl VatId {
    /// Reads what somebody typed. `country` is what he chose besides, if there is such a field; then the
    /// number may come without its prefix. `GR` is `EL`.
    ///
    /// # Errors
    /// [`NotVat`].
    pub fn parse(raw: &str, country: Option<&str>) -> Result<Self, NotVat> {
        if raw.chars().count() > TYPED_MAX_CHARS {
            return Err(NotVat::Shape);
        }
        let cleaned: String = raw
            .chars()
            .filter(|c| !matches!(c, ' ' | '\u{a0}' | '.' | '-' | '/'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        // Old Irish numbers have + or * in their second place.
        if !cleaned.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'*')) {
            return Err(NotVat::Shape);
        }
        let Some(country) = country.map(prefix_of) else { return whole(&cleaned) };
        if !COUNTRIES.contains(&country) {
            return Err(NotVat::NotEu);
        }
        // A French number may itself begin with two letters, so it is read without a prefix first.
        let bare = whole(&[country, &cleaned].concat());
        if bare.is_ok() {
            return bare;
        }
        let Some((first, rest)) = cleaned.split_at_checked(2) else { return bare };
        match prefix_of(first) {
            same if same == country => whole(&[country, rest].concat()),
            other if COUNTRIES.contains(&other) && whole(&cleaned).is_ok() => Err(NotVat::OtherCountry),
            _ => bare,
        }
    }

    /// Prefix and number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The prefix.
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// What follows the prefix.
    pub fn number(&self) -> &str {
        self.0.get(2..).unwrap_or_default()
    }
}

fn prefix_of(code: &str) -> &str {
    if code == "GR" { "EL" } else { code }
}

/// Reads a number with its prefix.
fn whole(text: &str) -> Result<VatId, NotVat> {
    let Some((first, rest)) = text.split_at_checked(2) else { return Err(NotVat::NoCountry) };
    if !first.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(NotVat::NoCountry);
    }
    let country = prefix_of(first);
    if !COUNTRIES.contains(&country) {
        return Err(NotVat::NotEu);
    }
    match Vat::parse(&[country, rest].concat()) {
        // Persons of Slovakia have numbers of another shape, by their dates of birth; no company has.
        Ok(vat) if country == "SK" && !is_slovak_company(vat.number()) => Err(NotVat::Shape),
        Ok(vat) => Ok(VatId([country, vat.number()].concat())),
        Err(Error::BadChecksum) => Err(NotVat::CheckDigits),
        Err(_) => Err(NotVat::Shape),
    }
}

fn is_slovak_company(number: &str) -> bool {
    let has_third = number.as_bytes().get(2).is_some_and(|third| b"234789".contains(third));
    has_third && number.parse::<u64>().is_ok_and(|number| number % 11 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each state: numbers that are ones, and one of which a digit was typed wrongly.
    const TABLE: [(&str, &[&str], &[&str]); 28] = [
        ("AT", &["U13585627"], &["U13585628"]),
        ("BE", &["0776091951", "0428759497"], &["0776091952"]),
        ("BG", &["175074752", "7523169263"], &["175074753"]),
        ("CY", &["10259033P"], &["10259034P"]),
        ("CZ", &["25123891", "640903926"], &["25123892"]),
        ("DE", &["136695976"], &["136695977"]),
        ("DK", &["13585628", "88146328", "12345674"], &["13585629", "12345678"]),
        ("EE", &["100931558"], &["100931559"]),
        ("EL", &["023456780", "094259216"], &["023456781"]),
        ("ES", &["54362315K", "X5253868R", "M1234567L", "J99216582"], &["54362316K"]),
        ("FI", &["20774740"], &["20774741"]),
        ("FR", &["40303265045", "K7399859412"], &["40303265046"]),
        ("HR", &["33392005961"], &["33392005962"]),
        ("HU", &["12892312"], &["12892313"]),
        ("IE", &["6433435F", "6433435OA", "8D79739I"], &["6433436F"]),
        ("IT", &["00743110157"], &["00743110158"]),
        ("LT", &["119511515", "100001919017"], &["119511516"]),
        ("LU", &["15027442"], &["15027443"]),
        ("LV", &["40003521600", "16117519997"], &["40003521601"]),
        ("MT", &["11679112"], &["11679113"]),
        ("NL", &["004495445B01", "002455799B11"], &["004495446B01"]),
        ("PL", &["8567346215"], &["8567346216"]),
        ("PT", &["501964843"], &["501964844"]),
        ("RO", &["18547290"], &["18547291"]),
        ("SE", &["123456789701"], &["123456789801"]),
        ("SI", &["50223054"], &["50223055"]),
        ("SK", &["2022749619"], &["2022749610"]),
        ("XI", &["980780684", "GD001"], &["980780685"]),
    ];

    #[test]
    fn every_state_has_its_numbers() {
        let states: Vec<&str> = TABLE.iter().map(|(country, _, _)| *country).collect();
        assert_eq!(states, COUNTRIES);
        for (country, valid, invalid) in TABLE {
            for number in valid {
                let with_prefix = VatId::parse(&[country, number].concat(), None);
                let id = with_prefix.unwrap_or_else(|why| panic!("{country}{number}: {why:?}"));
                assert_eq!((id.country(), id.number()), (country, *number));
                assert_eq!(VatId::parse(number, Some(country)), Ok(id.clone()), "{country} {number}");
                assert_eq!(VatId::parse(id.as_str(), Some(country)), Ok(id), "{country} {number}");
            }
            for number in invalid {
                let read = VatId::parse(&[country, number].concat(), None);
                assert_eq!(read, Err(NotVat::CheckDigits), "{country}{number}");
                assert!(VatId::parse(number, Some(country)).is_err(), "{country} {number}");
            }
        }
    }

    #[test]
    fn a_number_is_read_as_it_stands_on_an_invoice() {
        let id = |raw: &str| VatId::parse(raw, None).map(|id| id.as_str().to_owned());
        assert_eq!(id("dk 13.58-56/28"), Ok("DK13585628".to_owned()));
        assert_eq!(id("GR 023456780"), Ok("EL023456780".to_owned()));
        assert_eq!(VatId::parse("023456780", Some("GR")).unwrap().as_str(), "EL023456780");
        assert_eq!(VatId::parse("13585628", Some("DK")).unwrap().as_str(), "DK13585628");
    }

    #[test]
    fn a_number_of_nine_digits_of_belgium_gets_its_zero() {
        assert_eq!(VatId::parse("BE428759497", None).unwrap().as_str(), "BE0428759497");
    }

    #[test]
    fn a_person_of_slovakia_is_no_company() {
        for person in ["7111047372", "7131047100"] {
            assert!(Vat::parse(&["SK", person].concat()).is_ok(), "{person} is one for the crate");
            assert_eq!(VatId::parse(person, Some("SK")), Err(NotVat::Shape), "{person}");
        }
    }

    #[test]
    fn what_is_no_number_of_the_eu_is_refused_with_its_reason() {
        let why = |raw: &str, country: Option<&str>| VatId::parse(raw, country).unwrap_err();
        assert_eq!(why("13585628", None), NotVat::NoCountry);
        assert_eq!(why("", None), NotVat::NoCountry);
        assert_eq!(why("GB980780684", None), NotVat::NotEu);
        assert_eq!(why("NO123456785", None), NotVat::NotEu);
        assert_eq!(why("980780684", Some("GB")), NotVat::NotEu);
        assert_eq!(why("DE136695976", Some("DK")), NotVat::OtherCountry);
        assert_eq!(why("DK1358562", None), NotVat::Shape);
        assert_eq!(why("DK13585629", None), NotVat::CheckDigits);
        for odd in ["DK１３５８５６２８", "DK13585628\u{202e}", "DK<b>13585628</b>", "DK13585628\n", "øæ"]
        {
            assert!(VatId::parse(odd, None).is_err(), "{odd:?}");
        }
        assert_eq!(why(&"1".repeat(10_000), Some("DK")), NotVat::Shape);
    }
}
