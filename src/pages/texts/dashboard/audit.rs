//! What the log of changes says.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Hver ændring: hvem, hvornår, fra hvad til hvad. Hemmeligheder står her aldrig. Personer står ved pseudonym.",
    "Every change: who, when, from what to what. Secrets never stand here. People stand by pseudonym.",
);
pub static CONFIGURATION: Text = Text::fixed("Opsætning", "Configuration");
pub static TEAM: Text = Text::fixed("Personer og ordrer", "People and orders");
pub static AT: Text = Text::fixed("Tidspunkt", "Time");
pub static ACTOR: Text = Text::fixed("Hvem", "Who");
pub static ACTION: Text = Text::fixed("Handling", "Action");
pub static TARGET: Text = Text::fixed("Om", "About");
pub static CHANGE: Text = Text::fixed("Fra og til", "From and to");
pub static REASON: Text = Text::fixed("Begrundelse", "Reason");
pub static NONE: Text = Text::fixed("Ingen ændringer.", "No changes.");
pub static FILTER: Text = Text::fixed("Vis kun dem, der indeholder", "Show only those that contain");
pub static FILTER_HELP: Text = Text::fixed(
    "Søger i denne side: hvem, handling og hvad det var om.",
    "Searches this page: who, action, and what it was about.",
);
pub static APPLY: Text = Text::fixed("Vis", "Show");
pub static EXPORT: Text = Text::fixed("Hent som CSV", "Download as CSV");
pub static PERSON: Text = Text::fixed("Én persons data", "Data of one person");
pub static PERSON_HELP: Text = Text::fixed(
    "Skriv et pseudonym. Filen indeholder rolle og poster i loggen om personen. Sletning fjerner rolle, navn, sessioner og de API-nøgler, personen har udstedt; loggen beholder pseudonymet.",
    "Write a pseudonym. The file holds the role and the log entries about that person. Deleting removes the role, the name, the sessions and the API tokens that the person made; the log keeps the pseudonym.",
);
pub static PSEUDONYM: Text = Text::fixed("Pseudonym", "Pseudonym");
pub static DOWNLOAD: Text = Text::fixed("Hent data", "Download data");
pub static DELETE: Text = Text::fixed("Slet personens data", "Delete the data of the person");
pub static DELETED: Text = Text::fixed("Personens data er slettet.", "The data of the person is deleted.");
pub static LAST_OWNER: Text =
    Text::fixed("Den sidste ejer kan ikke slettes.", "The last owner cannot be deleted.");
pub static NO_SUCH: Text =
    Text::fixed("Der er ingen med det pseudonym her.", "There is nobody of that pseudonym here.");
pub static NOTHING: Text = Text::fixed("intet", "nothing");
