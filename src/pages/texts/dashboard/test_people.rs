//! What the pages of test people say.

use super::super::Text;

pub static TITLE: Text = Text::fixed("Testpersoner", "Test people");
pub static ABOUT: Text = Text::fixed(
    "Jeres egne testpersoner til simulatorerne på TEST, ved siden af dem, alle har. Vælg dem på simulatorens side. Skriv aldrig noget om virkelige personer her: alle, der kan åbne simulatorens side, ser dem.",
    "Your own test people of the simulators in TEST, beside those that everybody has. Choose them on the simulator's page. Never write anything of real people here: whoever can open the simulator's page sees them.",
);
pub static NO_SIMULATORS: Text = Text::fixed(
    "Denne installation har ingen simulatorer. Testpersoner gemmes, men ingen kan logge ind som dem her.",
    "This deployment has no simulators. Test people are kept, but nobody can log in as them here.",
);
pub static NONE: Text =
    Text::fixed("I har ingen egne testpersoner endnu.", "You have no test people of your own yet.");
pub static MAKE: Text = Text::fixed("Opret testperson", "Make a test person");
pub static REMOVE: Text = Text::fixed("Slet testperson", "Delete the test person");
pub static MAY_BE_REAL: Text = Text::fixed("kan være en virkelig persons", "may be a real person's");
pub static WARNING: Text = Text::fixed(
    "CPR-nummeret kan være en virkelig persons. Læg 60 til dagen, så er det et erstatningsnummer, som ingen har.",
    "The CPR number may be a real person's. Add 60 to its day: such a replacement number is nobody's.",
);
pub const USER: Text = Text::fixed("Bruger", "User");
pub const USER_HELP: Text = Text::fixed(
    "Skrives på simulatorens side: a-z, 0-9, punktum, understreg og bindestreg. En, der hedder som en af de indbyggede, træder i dens sted.",
    "Typed on the simulator's page: a to z, 0 to 9, full stop, underscore and hyphen. One named as one of the built-in people takes that one's place.",
);
pub const NAME: Text = Text::fixed("Navn", "Name");
pub const NAME_HELP: Text =
    Text::fixed("Som eID'et oplyser det. Find på et.", "As the eID states it. Make one up.");
pub const BIRTHDATE: Text = Text::fixed("Fødselsdato", "Date of birth");
pub const BIRTHDATE_HELP: Text = Text::fixed("Som 1985-05-06.", "Such as 1985-05-06.");
pub const CPR: Text = Text::fixed("CPR-nummer", "CPR number");
pub const CPR_HELP: Text = Text::fixed(
    "Brug et erstatningsnummer: læg 60 til dagen, som 660585-0008. Tomt: personen har intet.",
    "Use a replacement number: add 60 to the day, such as 660585-0008. Empty: the person has none.",
);
pub const REACHES: Text = Text::fixed("MitID når højst", "MitID reaches at most");
pub const REACHES_HELP: Text = Text::fixed(
    "Et login, der kræver mere, ender på siden om sikringsniveau.",
    "A login that demands more ends on the page about the level.",
);
pub const LOW: Text = Text::fixed("Lav", "Low");
pub const SUBSTANTIAL: Text = Text::fixed("Betydelig", "Substantial");
pub const HIGH: Text = Text::fixed("Høj", "High");
pub const CVR: Text = Text::fixed("CVR-nummer", "CVR number");
pub const CVR_HELP: Text = Text::fixed(
    "Otte cifre. Så er personen også medarbejder. Tomt: kun privatperson.",
    "Eight digits. Then the person is an employee too. Empty: a private person only.",
);
pub const ORGANISATION: Text = Text::fixed("Virksomhed", "Company");
pub const ORGANISATION_HELP: Text =
    Text::fixed("Navnet, sammen med CVR-nummeret.", "Its name, together with the CVR number.");
