//! What the pages of logging out say.

use super::Text;

pub static ASK_TITLE: Text = Text::fixed("Vil du logge ud?", "Do you want to log out?");
pub static ASK_HELP: Text = Text::fixed(
    "Du bliver logget ud af alle tjenester, der bruger dette login. Luk siden, hvis du vil forblive logget ind.",
    "You will be logged out of every service that uses this login. Close this page to stay logged on.",
);
pub static LOG_OUT: Text = Text::fixed("Log ud", "Log out");
pub static DONE_TITLE: Text = Text::fixed("Du er logget ud", "You have been logged out");
pub static DONE_HELP: Text = Text::fixed(
    "Luk browseren, hvis andre bruger denne computer.",
    "Close the browser if other people use this computer.",
);
pub static UNKNOWN_REQUEST: Text = Text::fixed(
    "Vi kan ikke se, hvilken tjeneste der bad om at logge dig ud.",
    "We can't tell which service asked to log you out.",
);
pub static UNKNOWN_ADDRESS: Text = Text::fixed(
    "Tjenesten bad os om at sende dig videre til en adresse, som ikke er registreret. Kontakt tjenesten.",
    "The service asked us to send you to an address that is not registered. Contact the service.",
);

pub fn ask(sp: &str) -> Text {
    Text::filled(format!("Du er logget ind hos {sp}."), format!("You are logged on at {sp}."))
}
