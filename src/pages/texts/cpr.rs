//! The CPR number and the consent to pass it on.

use super::Text;
use crate::pages::Lang;

pub static TITLE: Text = Text::fixed("Indtast dit CPR-nummer", "Enter your CPR number");
pub static LABEL: Text = Text::fixed("CPR-nummer (10 cifre)", "CPR number (10 digits)");
pub static HINT: Text = Text::fixed(
    "Skriv DDMMÅÅ-XXXX, med eller uden bindestreg",
    "Write DDMMYY-XXXX, with or without the hyphen",
);
pub static REMEMBER: Text = Text::fixed("Husk mit CPR-nummer i et år", "Remember my CPR number for one year");
pub static HINTED: Text = Text::fixed("CPR-nummer", "CPR number");
pub static NOT_YOU: Text = Text::fixed("Ikke dig? Skriv et andet nummer", "Not you? Enter another number");
pub static ERR_TITLE: Text = Text::fixed("Intet CPR-nummer", "No CPR number");
pub static ERR_UNCONFIRMED: Text =
    Text::fixed("CPR-nummeret blev ikke bekræftet", "The CPR number was not confirmed");
pub static ERR_UNAVAILABLE: Text = Text::fixed(
    "Nummeret kunne ikke kontrolleres lige nu. Prøv igen.",
    "The number could not be checked just now. Please try again.",
);
pub static SUBMIT: Text = Text::fixed("Fortsæt", "Continue");
pub static SKIP: Text = Text::fixed("Fortsæt uden CPR-nummer", "Continue without a CPR number");
pub static ERR_FORMAT: Text =
    Text::fixed("CPR-nummeret skal have 10 cifre.", "The CPR number must have 10 digits.");
pub static ERR_DATE: Text = Text::fixed(
    "De første seks cifre er ikke en gyldig fødselsdato.",
    "The first six digits are not a valid date of birth.",
);
pub static ERR_LOCKED: Text = Text::fixed(
    "Du har brugt alle forsøg. Log ind igen for at prøve på ny.",
    "You have used all attempts. Log on again to retry.",
);
pub static ERR_TIMEOUT: Text =
    Text::fixed("Der er gået for lang tid. Log ind igen.", "Too much time has passed. Please log on again.");
pub static CONSENT_TITLE: Text = Text::fixed("Samtykke", "Consent");
pub static CONSENT_YES: Text = Text::fixed("Ja, giv samtykke", "Yes, I consent");
pub static CONSENT_NO: Text = Text::fixed("Nej tak", "No thanks");
pub static CONSENT_REVOKED: Text = Text::fixed(
    "Dit samtykke er trukket tilbage, og dit CPR-nummer er slettet her.",
    "Your consent has been withdrawn and your CPR number deleted here.",
);

/// `eid` is MitID or NemID: neither passes the number on.
pub fn why(sp: &str, eid: &str) -> Text {
    Text::filled(
        format!(
            "{sp} skal kende dit CPR-nummer. {eid} videregiver det ikke selv, så vi beder dig om \
             at indtaste det. Vi kontrollerer, at nummeret hører til dit {eid}."
        ),
        format!(
            "{sp} needs your CPR number. {eid} does not pass it on, so we ask you to enter it. \
             We check that the number belongs to your {eid}."
        ),
    )
}

pub fn remember_help(sp: &str) -> Text {
    Text::filled(
        format!(
            "Nummeret gemmes krypteret og bruges kun hos {sp}. Uden kryds huskes det ikke. Du kan \
             altid trække dit samtykke tilbage."
        ),
        format!(
            "The number is stored encrypted and used only at {sp}. Left unticked, it is not \
             remembered. You can withdraw your consent at any time."
        ),
    )
}

/// `left` is the number of tries left. English has one form more than the Danish word needs.
pub fn err_match(eid: &str, left: u32) -> Text {
    let attempts = if left == 1 { "attempt" } else { "attempts" };
    Text::filled(
        format!("Nummeret passer ikke til dit {eid}. Du har {left} forsøg tilbage."),
        format!("The number does not match your {eid}. You have {left} {attempts} left."),
    )
}

/// Numbers without the check digit are valid too, so it is no more than advice.
pub fn err_mistyped(eid: &str, left: u32) -> Text {
    let told = err_match(eid, left);
    Text::filled(
        format!("{} Kontrollér, at alle cifre er tastet rigtigt.", told.say(Lang::Da)),
        format!("{} Please check that every digit was typed correctly.", told.say(Lang::En)),
    )
}

pub fn none(sp: &str) -> Text {
    Text::filled(
        format!("Der er ikke knyttet et CPR-nummer til dit MitID, og {sp} kræver et."),
        format!("Your MitID has no CPR number, and {sp} requires one."),
    )
}

pub fn consent(sp: &str) -> Text {
    Text::filled(
        format!("Jeg giver samtykke til, at {sp} modtager mit CPR-nummer."),
        format!("I consent to {sp} receiving my CPR number."),
    )
}
