//! How a tenant wants the pages of a domain to look, as the login path reads it.
//!
//! Everything here was checked, copied and compiled when it was saved (`admin::styles`): the broker
//! only serves it and puts it around its pages. A style is named by its digest and never changes, so
//! that whatever is fetched below its name may be kept for ever.

use super::url::Origin;
use crate::vault::{base64url, sha256};

/// Longest `css_path` of a request that is looked for among the sheets, bytes.
pub const CSS_PATH_MAX_BYTES: usize = 200;
/// Characters of a digest: 132 bits, which nobody guesses or finds twice.
pub const DIGEST_CHARACTERS: usize = 22;

/// A style: KV `style:<host>:<digest>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Style sheets by path and query, which `login_hint=css_path:` chooses by. The first has the
    /// empty path and is the one of every request that chooses none; without it there are no others.
    pub sheets: Vec<(String, String)>,
    /// Where images and fonts may come from.
    pub origins: Vec<Origin>,
    /// The logo, where it is ours to serve: an SVG.
    pub logo: Option<String>,
    /// The logo, where it stays where it is.
    pub logo_url: Option<String>,
    /// HTML before and after the login, in Danish and English.
    pub around: Option<(Around, Around)>,
}

json_struct!(Style { sheets or Vec::new(), origins or Vec::new(), logo, logo_url, around });

/// HTML that stands before and after the login.
pub type Around = (String, String);

impl Style {
    /// The sheet of a request: that of its `css_path`, if there is one, or the first.
    pub fn sheet_of(&self, css_path: Option<&str>) -> Option<usize> {
        let chosen = css_path.and_then(|wanted| self.sheets.iter().position(|(path, _)| path == wanted));
        chosen.or((!self.sheets.is_empty()).then_some(0))
    }

    /// The name of this very style.
    pub fn digest(&self) -> String {
        let mut digest = base64url(&sha256(crate::json::write(self).as_bytes()));
        digest.truncate(DIGEST_CHARACTERS);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_registered_gets_the_first_sheet() {
        let style = Style {
            sheets: vec![(String::new(), "a".to_owned()), ("/b.css?x=1".to_owned(), "b".to_owned())],
            ..Style::default()
        };
        assert_eq!(style.sheet_of(None), Some(0));
        assert_eq!(style.sheet_of(Some("/b.css?x=1")), Some(1));
        assert_eq!(style.sheet_of(Some("/b.css")), Some(0));
        assert_eq!(Style::default().sheet_of(Some("/b.css")), None);
        assert_ne!(style.digest(), Style::default().digest());
        assert_eq!(style.digest().len(), DIGEST_CHARACTERS);
    }
}
