//! What pages say around a login at the eID: of a level that was too low, and of coming back from an app. The levels have the names of the Danish standard
//! NSIS; the ways to reach them are spelt as mitid.dk spells them.

use super::Text;

pub static TITLE: Text =
    Text::fixed("Log ind på et højere sikringsniveau", "Log on at a higher assurance level");
pub static USED: Text = Text::fixed("Du brugte", "You used");
pub static LOW: Text = Text::fixed("Lav", "Low");
pub static SUBSTANTIAL: Text = Text::fixed("Betydelig", "Substantial");
pub static HIGH: Text = Text::fixed("Høj", "High");
pub static USE_SUBSTANTIAL: Text = Text::fixed(
    "Log ind igen, og brug MitID app eller MitID kodeviser.",
    "Log on again, and use the MitID app or the MitID code display.",
);
pub static USE_HIGH: Text = Text::fixed(
    "Log ind igen, og brug en MitID app, der er godkendt til niveau høj, eller MitID chip.",
    "Log on again, and use a MitID app that is approved for level high, or a MitID chip.",
);

pub static RESUME_TITLE: Text = Text::fixed("Fortsæt, hvor du begyndte", "Go on where you began");
pub static RESUME: Text = Text::fixed(
    "Gå tilbage til det vindue eller den app, hvor du er ved at logge ind. Der fortsætter login af sig selv.",
    "Return to the window or app in which you are logging on. The login goes on there by itself.",
);

pub fn asked(sp: &str) -> Text {
    Text::filled(format!("{sp} kræver"), format!("{sp} requires"))
}
