//! What several pages say: the ways out, the frame, the required footer.

use super::Text;

pub static CANCEL: Text = Text::fixed("Afbryd", "Cancel");
pub static RETRY: Text = Text::fixed("Prøv igen", "Try again");
pub static SKIP_LINK: Text = Text::fixed("Spring til indhold", "Skip to content");
pub static MITID_SUPPORT: Text = Text::fixed("MitID Support", "MitID Support");
pub static PRIVACY: Text = Text::fixed("Privatlivspolitik", "Privacy Policy");
pub static SWITCHING: Text = Text::fixed("Vi sender dig videre til MitID …", "Taking you to MitID …");
pub static SWITCH_BY_LINK: Text =
    Text::fixed("Sker der ikke noget? Så fortsæt her.", "Is nothing happening? Then continue here.");
pub static CONTINUE: Text = Text::fixed("Fortsæt", "Continue");

/// The language switch names the other language, in that language.
pub static LANGUAGE_SWITCH: Text = Text::fixed("English", "Dansk");

/// Stands in for the alias where the service is not known.
pub static THE_SERVICE: Text = Text::fixed("tjenesten", "the service");

pub fn back(sp: &str) -> Text {
    Text::filled(format!("Tilbage til {sp}"), format!("Back to {sp}"))
}

pub fn powered_by(broker: &str) -> Text {
    Text::filled(format!("Leveret af {broker}"), format!("Powered by {broker}"))
}

pub fn cancelled(sp: &str) -> Text {
    Text::filled(
        format!("Du har afbrudt. Der er ikke sendt oplysninger til {sp}."),
        format!("You cancelled. No information was sent to {sp}."),
    )
}

/// The sentence of [`SWITCHING`] for any other place.
pub fn switching_to(place: &str) -> Text {
    Text::filled(format!("Vi sender dig videre til {place} …"), format!("Taking you to {place} …"))
}
