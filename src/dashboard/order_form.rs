//! What an order of MitID says, and the rules of it. Pure.
//!
//! A draft keeps what was typed ([`Form`]); a submitted order has what was read from it ([`Details`]).

use super::vat::{NotVat, VatId};
use crate::model::{Environment, Host};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::order as texts;

/// Longest legal name of a company, characters.
pub const COMPANY_MAX_CHARS: usize = 200;
/// Longest name that the MitID box shows, characters.
pub const ALIAS_MAX_CHARS: usize = 64;
/// Longest name, address or telephone number of a person to ask, characters.
pub const CONTACT_MAX_CHARS: usize = 200;
/// Longest label of a host name, characters (RFC 1035 §2.3.4).
const LABEL_MAX_CHARS: usize = 63;
/// Prefixes that nobody gets: what users would take for MitID, or for the operator himself.
const RESERVED: [&str; 10] =
    ["pp", "www", "api", "admin", "mitid", "nemid", "test", "login", "support", "mail"];

/// The version of the terms that are shown: their date. A change of a sentence is another version.
pub const TERMS_VERSION: &str = "2026-11-23";

/// What was typed, a text a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Legal name of the company.
    pub company: String,
    /// What the MitID box calls it.
    pub alias: String,
    /// First label of the domain.
    pub prefix: String,
    /// Country of the VAT number; empty where the number says it.
    pub country: String,
    /// VAT number.
    pub vat: String,
    /// `public` or `private`.
    pub entity: String,
    /// Whom to ask.
    pub contact_name: String,
    /// His address.
    pub contact_email: String,
    /// His telephone number, if he likes.
    pub contact_phone: String,
}

json_struct!(Form {
    company,
    alias,
    prefix,
    country,
    vat,
    entity,
    contact_name,
    contact_email,
    contact_phone
});

/// First label of a MitID domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

json_text!(Prefix, as_str, |raw| Self::parse(raw).ok());

impl Prefix {
    /// Reads one; upper case is folded.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn parse(raw: &str) -> Result<Self, &'static Text> {
        let prefix = raw.to_ascii_lowercase();
        let is_end = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = prefix.as_bytes();
        let inside = bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        // `xn--` and its like stand for other alphabets (RFC 5890 §2.3.1).
        let is_coded = prefix.get(2..4) == Some("--");
        if bytes.len() > LABEL_MAX_CHARS
            || !inside
            || is_coded
            || !is_end(bytes.first())
            || !is_end(bytes.last())
        {
            return Err(&texts::PREFIX_RULE);
        }
        if RESERVED.contains(&prefix.as_str()) { Err(&texts::PREFIX_RESERVED) } else { Ok(Self(prefix)) }
    }

    /// It, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain: the prefix and what the installation has after it; `None` where that makes no host name.
    pub fn host(&self, suffix: &str) -> Option<Host> {
        Host::parse(&[self.as_str(), suffix].concat()).ok()
    }
}

/// Which rules on CPR numbers hold for the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// An authority.
    Public,
    /// Anybody else.
    Private,
}

json_enum!(Entity { Public = "public", Private = "private" });

/// What an order says, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Legal name of the company, 1 to 200 characters.
    pub company: String,
    /// What the MitID box calls it, 1 to 64 characters.
    pub alias: String,
    /// First label of the domain.
    pub prefix: Prefix,
    /// VAT number; in TEST it may be left out.
    pub vat: Option<VatId>,
    /// Public or private.
    pub entity: Entity,
    /// Whom to ask.
    pub contact_name: String,
    /// His address.
    pub contact_email: String,
    /// His telephone number.
    pub contact_phone: Option<String>,
}

json_struct!(Details { company, alias, prefix, vat, entity, contact_name, contact_email, contact_phone });

/// What is wrong, by the name of a field.
pub type Wrong = Vec<(&'static str, &'static Text)>;

/// Reads what was typed.
///
/// # Errors
/// Everything that is wrong with it; what is missing as [`texts::MISSING`].
pub fn read(form: &Form, environment: Environment) -> Result<Details, Wrong> {
    let mut wrong = Wrong::new();
    let mut line = |name: &'static str, raw: &str, longest: usize| match plain(raw, longest) {
        Ok(text) => text,
        Err(why) => {
            wrong.push((name, why));
            String::new()
        }
    };
    let company = line("company", &form.company, COMPANY_MAX_CHARS);
    let alias = line("alias", &form.alias, ALIAS_MAX_CHARS);
    let contact_name = line("contact_name", &form.contact_name, CONTACT_MAX_CHARS);
    let contact_email = line("contact_email", &form.contact_email, CONTACT_MAX_CHARS);
    let contact_phone = match form.contact_phone.trim() {
        "" => None,
        phone => Some(line("contact_phone", phone, CONTACT_MAX_CHARS)),
    };
    if !contact_email.is_empty() && !is_email(&contact_email) {
        wrong.push(("contact_email", &texts::EMAIL_RULE));
    }
    if contact_phone.as_deref().is_some_and(|phone| !phone.is_empty() && !is_phone(phone)) {
        wrong.push(("contact_phone", &texts::PHONE_RULE));
    }
    let mut parsed = |name: &'static str, why: &'static Text| wrong.push((name, why));
    let prefix = match form.prefix.trim() {
        "" => Err(&texts::MISSING),
        prefix => Prefix::parse(prefix),
    };
    let prefix = prefix.map_err(|why| parsed("prefix", why)).ok();
    let vat = read_vat(form, environment).map_err(|why| parsed("vat", why)).ok().flatten();
    let entity = match form.entity.trim() {
        "public" => Some(Entity::Public),
        "private" => Some(Entity::Private),
        _ => {
            parsed("entity", &texts::MISSING);
            None
        }
    };
    match (prefix, entity) {
        (Some(prefix), Some(entity)) if wrong.is_empty() => {
            Ok(Details { company, alias, prefix, vat, entity, contact_name, contact_email, contact_phone })
        }
        _ => Err(wrong),
    }
}

/// As [`read`], of a draft: what is missing may be added later.
pub fn complaints_of_draft(form: &Form, environment: Environment) -> Wrong {
    let mut wrong = read(form, environment).err().unwrap_or_default();
    wrong.retain(|(_, why)| *why != &texts::MISSING);
    wrong
}

/// One line that people read: trimmed, without control characters or marks that turn its direction.
fn plain(raw: &str, longest: usize) -> Result<String, &'static Text> {
    let text = raw.trim();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if text.is_empty() {
        Err(&texts::MISSING)
    } else if text.chars().count() > longest {
        Err(&texts::TOO_LONG)
    } else if text.chars().any(hidden) {
        Err(&texts::HIDDEN_CHARACTERS)
    } else {
        Ok(text.to_owned())
    }
}

/// Whether mail may be sent there: one `@` with something before it and a host name after it.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, host)| {
        let sensible = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '@');
        !local.is_empty()
            && local.chars().all(sensible)
            && Host::parse(host).is_ok_and(|host| host.is_public())
    })
}

fn is_phone(text: &str) -> bool {
    let known = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')');
    text.chars().all(known) && text.chars().filter(char::is_ascii_digit).count() >= 4
}

fn read_vat(form: &Form, environment: Environment) -> Result<Option<VatId>, &'static Text> {
    let country = Some(form.country.trim()).filter(|country| !country.is_empty());
    match form.vat.trim() {
        "" if environment == Environment::Test => Ok(None),
        "" => Err(&texts::MISSING),
        typed => VatId::parse(typed, country).map(Some).map_err(|why| match why {
            NotVat::NoCountry => &texts::VAT_NO_COUNTRY,
            NotVat::NotEu => &texts::VAT_NOT_EU,
            NotVat::OtherCountry => &texts::VAT_OTHER_COUNTRY,
            NotVat::Shape => &texts::VAT_SHAPE,
            NotVat::CheckDigits => &texts::VAT_CHECK_DIGITS,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            company: " Acme A/S ".to_owned(),
            alias: "Acme".to_owned(),
            prefix: "Acme-1".to_owned(),
            country: "DK".to_owned(),
            vat: "13 58 56 28".to_owned(),
            entity: "private".to_owned(),
            contact_name: "Åse Ø".to_owned(),
            contact_email: "aase@acme.example".to_owned(),
            contact_phone: "+45 12 34 56 78".to_owned(),
        }
    }

    fn wrong(change: impl Fn(&mut Form), environment: Environment) -> Wrong {
        let mut form = form();
        change(&mut form);
        read(&form, environment).err().unwrap_or_default()
    }

    #[test]
    fn what_was_typed_is_read() {
        let details = read(&form(), Environment::Production).unwrap();
        assert_eq!(details.company, "Acme A/S");
        assert_eq!(details.prefix.as_str(), "acme-1");
        assert_eq!(details.vat.as_ref().unwrap().as_str(), "DK13585628");
        assert_eq!(details.entity, Entity::Private);
        let again: Details = crate::json::read(&crate::json::write(&details)).unwrap();
        assert_eq!(again, details);
    }

    #[test]
    fn a_vat_number_may_be_left_out_in_test_only_and_is_never_wrong() {
        let none = |form: &mut Form| form.vat.clear();
        assert_eq!(wrong(none, Environment::Test), Wrong::new());
        assert_eq!(wrong(none, Environment::Production), [("vat", &texts::MISSING)]);
        for environment in Environment::ALL {
            let typo = |form: &mut Form| form.vat = "13585629".to_owned();
            assert_eq!(wrong(typo, environment), [("vat", &texts::VAT_CHECK_DIGITS)]);
            let british = |form: &mut Form| {
                form.country.clear();
                form.vat = "GB980780684".to_owned();
            };
            assert_eq!(wrong(british, environment), [("vat", &texts::VAT_NOT_EU)]);
        }
    }

    #[test]
    fn a_prefix_is_a_label_of_a_host_name_that_nobody_takes_for_another() {
        for good in ["a", "acme", "9lives", "a-b", &"a".repeat(63), "a--b", "ppp"] {
            assert!(Prefix::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a.b", "a_b", "å", "xn--a", "ab--c", "a b", &"a".repeat(64), "a/b"] {
            assert_eq!(Prefix::parse(bad), Err(&texts::PREFIX_RULE), "{bad}");
        }
        for reserved in RESERVED {
            assert_eq!(Prefix::parse(&reserved.to_uppercase()), Err(&texts::PREFIX_RESERVED), "{reserved}");
        }
    }

    #[test]
    fn a_domain_is_the_prefix_and_the_installations_suffix() {
        let prefix = Prefix::parse("acme").unwrap();
        let host = |suffix: &str| prefix.host(suffix).map(|host| host.to_string());
        assert_eq!(host(".pp.mitid.dk").as_deref(), Some("acme.pp.mitid.dk"));
        assert_eq!(host(".localhost:8787").as_deref(), Some("acme.localhost:8787"));
        assert_eq!(host("/evil"), None);
    }

    #[test]
    fn every_field_is_complained_of_at_once() {
        let nothing = read(&Form::default(), Environment::Production).unwrap_err();
        let names: Vec<&str> = nothing.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["company", "alias", "contact_name", "contact_email", "prefix", "vat", "entity"]);
        assert!(nothing.iter().all(|(_, why)| *why == &texts::MISSING));
        assert_eq!(complaints_of_draft(&Form::default(), Environment::Production), Wrong::new());
    }

    #[test]
    fn texts_are_bounded_and_hide_nothing() {
        let long = "x".repeat(10_000);
        for (name, longest) in [("company", 200), ("alias", 64), ("contact_name", 200)] {
            let set = |form: &mut Form, text: &str| match name {
                "company" => form.company = text.to_owned(),
                "alias" => form.alias = text.to_owned(),
                _ => form.contact_name = text.to_owned(),
            };
            let why = |text: &str| wrong(|form| set(form, text), Environment::Test);
            assert_eq!(why(&"å".repeat(longest)), Wrong::new(), "{name}");
            assert_eq!(why(&"å".repeat(longest + 1)), [(name, &texts::TOO_LONG)]);
            assert_eq!(why(&long), [(name, &texts::TOO_LONG)]);
            for hidden in ["a\u{0}b", "a\nb", "a\u{202e}b", "a\u{200b}b"] {
                assert_eq!(why(hidden), [(name, &texts::HIDDEN_CHARACTERS)], "{hidden:?}");
            }
        }
    }

    #[test]
    fn an_address_is_one_that_mail_can_go_to() {
        for bad in [
            "aase",
            "@acme.example",
            "aase@",
            "aase@acme",
            "a b@acme.example",
            "<a@acme.example>",
            "a@b@acme.example",
            "a@localhost",
        ] {
            let change = |form: &mut Form| form.contact_email = bad.to_owned();
            assert_eq!(wrong(change, Environment::Test), [("contact_email", &texts::EMAIL_RULE)], "{bad}");
        }
        let change = |form: &mut Form| form.contact_phone = "call me".to_owned();
        assert_eq!(wrong(change, Environment::Test), [("contact_phone", &texts::PHONE_RULE)]);
        let change = |form: &mut Form| form.contact_phone.clear();
        assert_eq!(wrong(change, Environment::Test), Wrong::new());
    }
}
