//! Every sentence that the pages say, in both languages.
//!
//! A [`Text`] cannot be built from one language, so a forgotten translation does not compile. A
//! text with a gap in it is a function of what fills the gap: a sentence can't be shown with the
//! gap open, and `format!` checks the names. What fills a gap is plain text: the templates escape.
//!
//! The official terms (MitID, NemID, nøglekort, code app, the five button texts) are spelt as
//! their owners spell them.
#![allow(missing_docs, reason = "a sentence says what it says")]

pub mod choose;
pub mod common;
pub mod cpr;
pub mod dashboard;
pub mod demo;
pub mod errors;
pub mod level;
pub mod logout;
pub mod order;
pub mod preview;
pub mod rehearsal;
pub mod simulator;

use std::borrow::Cow;

use super::Lang;

/// One sentence in Danish and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    da: Cow<'static, str>,
    en: Cow<'static, str>,
}

impl Text {
    /// A sentence without gaps.
    pub const fn fixed(da: &'static str, en: &'static str) -> Self {
        Self { da: Cow::Borrowed(da), en: Cow::Borrowed(en) }
    }

    /// A sentence whose gaps have been filled.
    pub fn filled(da: String, en: String) -> Self {
        Self { da: Cow::Owned(da), en: Cow::Owned(en) }
    }

    /// The sentence in one language.
    pub fn say(&self, lang: Lang) -> &str {
        match lang {
            Lang::Da => &self.da,
            Lang::En => &self.en,
        }
    }
}
