//! The simulator. Its sentences leave no doubt that it isn't the eID.

use super::Text;

pub static BANNER_MITID: Text =
    Text::fixed("TEST: simuleret login, ikke et rigtigt MitID", "TEST: simulated login, not a real MitID");
pub static BANNER_NEMID: Text =
    Text::fixed("TEST: simuleret login, ikke et rigtigt NemID", "TEST: simulated login, not a real NemID");
pub static TITLE: Text = Text::fixed("Vælg en testperson", "Choose a test person");
pub static ABOUT: Text = Text::fixed(
    "Siden erstatter eID'et på testdomæner. Her bruges ingen adgangskode, og ingen rigtige \
     personer findes.",
    "This page stands in for the eID on test domains. It asks for no password and knows no real \
     people.",
);
pub static MESSAGE: Text = Text::fixed("Tekst fra tjenesten", "Text of the service");
pub static USER_LABEL: Text = Text::fixed("Testperson", "Test person");
pub static USER_HINT: Text = Text::fixed("Skriv et navn fra tabellen.", "Write a name from the table.");
pub static PEOPLE: Text = Text::fixed("Testpersoner", "Test people");
pub static PEOPLE_NAME: Text = Text::fixed("Navn", "Name");
pub static PEOPLE_WHAT: Text = Text::fixed("Beskrivelse", "Description");
pub static APPROVE: Text = Text::fixed("Godkend testlogin", "Approve test login");
pub static UNKNOWN_USER: Text = Text::fixed(
    "Testpersonen findes ikke. Skriv et navn fra tabellen.",
    "There is no such test person. Write a name from the table.",
);
pub static LACKS_IDENTITY: Text = Text::fixed(
    "Testpersonen har ikke den identitet, der bedes om. Skriv et andet navn fra tabellen.",
    "This test person lacks the identity that is asked for. Write another name from the table.",
);
pub static SUMMARY_TITLE: Text = Text::fixed("Der er et problem", "There is a problem");
pub static TITLE_ERROR_PREFIX: Text = Text::fixed("Fejl: ", "Error: ");
