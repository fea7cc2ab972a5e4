//! Where a request names the eID it wants. Existing clients use four places; the first that says
//! something counts: `acr_values`, the `login_hint` token `acr_values:`, the HTTP header
//! `acr_values`, and a path segment before `/oauth2/authorize`.

use super::Error;
use crate::eid::Acr;
use crate::vault::from_any_base64;
use crate::web::{Parameters, percent_decode};

/// Longest list, bytes.
pub const ACR_VALUES_MAX_BYTES: usize = 2_000;

const UNKNOWN: Error = Error::invalid_request("acr_values names an eID that is not offered here");

/// The places outside the parameter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outside<'a> {
    /// The header `acr_values`.
    pub header: Option<&'a str>,
    /// The path segment, as sent.
    pub segment: Option<&'a str>,
}

/// Where the eIDs of a request came from: shown by "explain this login".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `acr_values`
    Parameter,
    /// `claims`, of the same rank: OIDC Core §5.5.1.1 has both say the same.
    Claims,
    /// `login_hint`
    LoginHint,
    /// The HTTP header.
    Header,
    /// The path segment.
    Segment,
    /// Nowhere: the user chooses.
    Nowhere,
}

impl Source {
    /// For a recording.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parameter => "acr_values",
            Self::Claims => "claims",
            Self::LoginHint => "login_hint",
            Self::Header => "header acr_values",
            Self::Segment => "path segment",
            Self::Nowhere => "nothing",
        }
    }
}

/// The eIDs a request asks for, in its order, and which place named them; empty means that the user
/// chooses. `claimed` and `hinted` are what `claims` and `login_hint` say.
///
/// # Errors
/// `invalid_request` for a URN we do not know: it names the identity the application relies on, so
/// it is no wish to skip.
pub fn read(
    parameters: &Parameters,
    claimed: Option<&str>,
    hinted: Option<&str>,
    outside: Outside<'_>,
) -> Result<(Vec<Acr>, Source), Error> {
    let decoded = outside.segment.map(|segment| decode_segment(segment).ok_or(UNKNOWN)).transpose();
    let places = [
        (parameters.get("acr_values"), Source::Parameter),
        (claimed, Source::Claims),
        (hinted, Source::LoginHint),
        (outside.header, Source::Header),
    ];
    for (place, source) in places {
        if let Some(raw) = place {
            return Ok((parse(raw)?, source));
        }
    }
    match decoded? {
        Some(raw) => Ok((parse(&raw)?, Source::Segment)),
        None => Ok((Vec::new(), Source::Nowhere)),
    }
}

fn parse(raw: &str) -> Result<Vec<Acr>, Error> {
    if raw.len() > ACR_VALUES_MAX_BYTES {
        return Err(Error::invalid_request("acr_values is too long"));
    }
    let mut list = Vec::new();
    for urn in raw.split(' ').filter(|urn| !urn.is_empty()) {
        let acr = Acr::parse(urn).ok_or(UNKNOWN)?;
        if !list.contains(&acr) {
            list.push(acr);
        }
    }
    Ok(list)
}

/// Reads a path segment: base64 of either alphabet, padded or not, `=` perhaps as `%3D`. Whether a
/// segment is one at all is told by this: `None` is another path.
pub fn decode_segment(segment: &str) -> Option<String> {
    if segment.len() > ACR_VALUES_MAX_BYTES {
        return None;
    }
    let text = percent_decode(segment.as_bytes())?;
    let bytes = from_any_base64(&text)?;
    String::from_utf8(bytes).ok().filter(|urns| parse(urns).is_ok_and(|list| !list.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::login_hint::LoginHint;

    const SUBSTANTIAL: &str = "dXJuOmdybjphdXRobjpkazptaXRpZDpzdWJzdGFudGlhbA==";

    fn read_from(query: &str, header: Option<&str>, segment: Option<&str>) -> Result<Vec<Acr>, Error> {
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let hint = LoginHint::parse(parameters.get("login_hint"))?;
        let outside = Outside { header, segment };
        read(&parameters, None, hint.acr_values.as_deref(), outside).map(|(list, _)| list)
    }

    #[test]
    fn each_place_counts_only_where_the_ones_before_are_silent() {
        let (low, high) = ("acr_values=urn:grn:authn:dk:mitid:low", Some("urn:grn:authn:dk:mitid:high"));
        let hint = "login_hint=sub:1%20acr_values:urn:grn:authn:dk:nemid:poces";
        let all = format!("{low}&{hint}");
        assert_eq!(read_from(&all, high, Some(SUBSTANTIAL)), Ok(vec![Acr::MitidLow]));
        assert_eq!(read_from(hint, high, Some(SUBSTANTIAL)), Ok(vec![Acr::NemidPoces]));
        assert_eq!(read_from("", high, Some(SUBSTANTIAL)), Ok(vec![Acr::MitidHigh]));
        assert_eq!(read_from("", None, Some(SUBSTANTIAL)), Ok(vec![Acr::MitidSubstantial]));
        assert_eq!(read_from("", None, None), Ok(vec![]));
    }

    #[test]
    fn a_segment_is_read_padded_unpadded_and_percent_encoded() {
        let unpadded = SUBSTANTIAL.trim_end_matches('=');
        for segment in
            [SUBSTANTIAL, unpadded, &SUBSTANTIAL.replace('=', "%3D"), &SUBSTANTIAL.replace('=', "%3d")]
        {
            assert_eq!(
                decode_segment(segment).as_deref(),
                Some("urn:grn:authn:dk:mitid:substantial"),
                "{segment}"
            );
        }
        for segment in ["", "login", "dXJu", "%FF", "dXJuOmdybjphdXRobjpzZTpiYW5raWQ=", &"A".repeat(3_000)] {
            assert_eq!(decode_segment(segment), None, "{segment}");
        }
    }

    #[test]
    fn a_list_and_a_segment_of_two_thousand_bytes_fit_and_longer_ones_do_not() {
        let padded = |bytes: usize| format!("{:<bytes$}", "urn:grn:authn:dk:mitid:low");
        assert!(read_from("", Some(&padded(2_000)), None).is_ok());
        assert!(read_from("", Some(&padded(2_001)), None).is_err());
        let segment = |bytes| crate::vault::base64url(padded(bytes).as_bytes());
        assert!(decode_segment(&segment(1_500)).is_some(), "2,000 characters");
        assert!(decode_segment(&segment(1_501)).is_none(), "2,002 characters");
    }

    #[test]
    fn an_unknown_urn_is_an_error_wherever_it_stands() {
        assert!(read_from("acr_values=urn:x", None, None).is_err());
        assert!(read_from("login_hint=acr_values:urn:x", None, None).is_err());
        assert!(read_from("", Some("urn:x"), None).is_err());
        assert!(read_from("", None, Some("!!")).is_err());
    }
}
