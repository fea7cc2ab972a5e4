//! Which language a page speaks.
//!
//! The application's wish comes first (`ui_locales`, OpenID Connect Core §3.1.2.1), then the
//! browser's (`Accept-Language`, RFC 9110 §12.5.4), then Danish.

/// How many entries of a list are looked at: people list a handful of languages, and the list
/// comes from outside.
const LANGUAGES_MAX: usize = 16;

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Danish, the fallback: an eID of Denmark is asked for.
    #[default]
    Da,
    /// English.
    En,
}

impl Lang {
    /// The language to answer in, given the two wishes as they were received.
    pub fn choose(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let wished = ui_locales.and_then(first_spoken);
        wished.or_else(|| accept_language.and_then(best_accepted)).unwrap_or_default()
    }

    /// The BCP 47 tag, for `lang` and `hreflang`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Da => "da",
            Self::En => "en",
        }
    }

    /// The language that the switch on the page leads to.
    pub const fn other(self) -> Self {
        match self {
            Self::Da => Self::En,
            Self::En => Self::Da,
        }
    }

    /// Greenlandic and Faroese fall back to Danish, the one of our two that their speakers are
    /// taught at school; there are no official MitID terms in Faroese.
    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        let is = |code: &str| primary.eq_ignore_ascii_case(code);
        match () {
            () if is("da") || is("kl") || is("fo") => Some(Self::Da),
            () if is("en") => Some(Self::En),
            () => None,
        }
    }
}

/// `ui_locales` is a list in order of preference, separated by spaces.
fn first_spoken(ui_locales: &str) -> Option<Lang> {
    ui_locales.split_ascii_whitespace().take(LANGUAGES_MAX).find_map(Lang::from_tag)
}

/// The entry of the greatest weight wins, and of equals the first; `q=0` means "not this one".
fn best_accepted(header: &str) -> Option<Lang> {
    let mut best: Option<(u16, Lang)> = None;
    for entry in header.split(',').take(LANGUAGES_MAX) {
        let mut parts = entry.split(';');
        let Some(lang) = parts.next().and_then(Lang::from_tag) else {
            continue;
        };
        let weight = parts.find_map(weight).unwrap_or(1000);
        if weight > best.map_or(0, |(heaviest, _)| heaviest) {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// `q=0.8` in thousandths (RFC 9110 §12.4.2: at most three digits). A weight that is none counts
/// as "not this one", so that a broken header cannot outrank a sound entry.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let value = value.trim();
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    Some(match whole {
        "0" if digits => format!("{part:0<3}").parse().unwrap_or(0),
        "1" if digits => 1000,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::Lang::{self, Da, En};

    #[test]
    fn the_applications_wish_comes_before_the_browsers() {
        assert_eq!(Lang::choose(Some("en"), Some("da")), En);
        assert_eq!(Lang::choose(Some("da-DK en-US"), Some("en")), Da);
        assert_eq!(Lang::choose(Some("de en-US da"), None), En);
        assert_eq!(Lang::choose(Some("de fr"), Some("en-GB,en;q=0.9")), En);
    }

    #[test]
    fn the_browsers_list_is_weighed() {
        assert_eq!(Lang::choose(None, Some("en;q=0.3, da;q=0.8")), Da);
        assert_eq!(Lang::choose(None, Some("de, EN-us;Q=0.2")), En);
        assert_eq!(Lang::choose(None, Some("en, da")), En);
        assert_eq!(Lang::choose(None, Some("en;q=0, *;q=0.1")), Da);
        assert_eq!(Lang::choose(None, Some("en;q=nonsense, da;q=0.1")), Da);
    }

    #[test]
    fn greenlandic_and_faroese_are_answered_in_danish() {
        assert_eq!(Lang::choose(Some("kl-GL en"), None), Da);
        assert_eq!(Lang::choose(None, Some("fo, en;q=0.5")), Da);
    }

    #[test]
    fn danish_is_the_fallback() {
        for (ui_locales, accept) in
            [(None, None), (Some(""), Some("")), (Some("ελ"), Some(",;q=,=;")), (None, Some("*"))]
        {
            assert_eq!(Lang::choose(ui_locales, accept), Da);
        }
    }
}
