//! `prompt` and `max_age` (OIDC Core §3.1.2.1): whether somebody must, may or must not be asked.

use super::Error;

/// The words of `prompt`, in any sensible combination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// `none`: answer without any page.
    pub none: bool,
    /// `login`: log in anew, whatever session there is.
    pub login: bool,
    /// `consent`: ask for what is remembered once more.
    pub consent: bool,
    /// `consent_revoke`, of existing clients: forget what is remembered.
    pub consent_revoke: bool,
}

impl Prompt {
    /// Words that discovery announces.
    pub const ALL: [&'static str; 4] = ["none", "login", "consent", "consent_revoke"];

    /// Reads the parameter. `select_account` asks for the choice of an eID, which happens anyway.
    ///
    /// # Errors
    /// `invalid_request` for an unknown word, and for `none` in company.
    pub fn parse(raw: Option<&str>) -> Result<Self, Error> {
        let mut prompt = Self::default();
        let mut others = false;
        for word in raw.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                "consent_revoke" => prompt.consent_revoke = true,
                _ => return Err(Error::invalid_request("prompt has an unknown value")),
            }
            others |= word != "none";
        }
        if prompt.none && others {
            Err(Error::invalid_request("prompt=none stands alone"))
        } else {
            Ok(prompt)
        }
    }

    /// Whether a session may stand for a login.
    pub fn allows_session(self) -> bool {
        !(self.login || self.consent || self.consent_revoke)
    }
}

/// Reads `max_age`, seconds.
///
/// # Errors
/// `invalid_request` for anything but a whole number from 0.
pub fn max_age(raw: Option<&str>) -> Result<Option<u64>, Error> {
    const FAULT: Error = Error::invalid_request("max_age is not a number of seconds");
    let Some(raw) = raw else { return Ok(None) };
    if !raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FAULT);
    }
    // What overflows is longer than any session.
    Ok(Some(raw.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone_and_every_other_word_forces_a_login() {
        assert!(Prompt::parse(None).unwrap().allows_session());
        assert!(Prompt::parse(Some("none")).unwrap().none);
        for word in ["login", "consent", "consent_revoke", "select_account", "login consent"] {
            assert!(!Prompt::parse(Some(word)).unwrap().allows_session(), "{word}");
            assert!(Prompt::parse(Some(&format!("none {word}"))).is_err(), "{word}");
        }
        assert!(Prompt::parse(Some("dance")).is_err());
    }

    #[test]
    fn an_age_is_a_whole_number() {
        assert_eq!(max_age(Some("0")), Ok(Some(0)));
        assert_eq!(max_age(None), Ok(None));
        assert_eq!(max_age(Some("99999999999999999999999")), Ok(Some(u64::MAX)));
        for raw in ["-1", "1.5", "+1", "ten", " 1"] {
            assert!(max_age(Some(raw)).is_err(), "{raw}");
        }
    }
}
