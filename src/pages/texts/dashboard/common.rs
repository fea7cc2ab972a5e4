//! What every page of the dashboard says, and its sections.

use super::super::Text;

pub static SKIP: Text = Text::fixed("Gå til indholdet", "Skip to content");
pub static ACCOUNT: Text = Text::fixed("Konto", "Account");
pub static ENVIRONMENT: Text = Text::fixed("Miljø", "Environment");
pub static SECTIONS: Text = Text::fixed("Afsnit", "Sections");
pub static SEARCH: Text = Text::fixed("Søg", "Search");
pub static LANGUAGE_SWITCH: Text = Text::fixed("English", "Dansk");
pub static TENANTS: Text = Text::fixed("Virksomheder", "Tenants");
pub static DESK: Text = Text::fixed("Ordrer", "Orders");
pub static OPERATORS: Text = Text::fixed("Operatører", "Operators");
pub static SIGN_OUT: Text = Text::fixed("Log ud", "Sign out");
pub static SIGN_OUT_EVERYWHERE: Text = Text::fixed("Log ud alle steder", "Sign out everywhere");
pub static OVERVIEW: Text = Text::fixed("Overblik", "Overview");
pub static DOMAINS: Text = Text::fixed("Domæner", "Domains");
pub static APPLICATIONS: Text = Text::fixed("Applikationer", "Applications");
pub static SHADOWS: Text = Text::fixed("Skyggeapplikationer", "Shadow applications");
pub static EIDS: Text = Text::fixed("Identitetstjenester", "Identity services");
pub static ORDER: Text = Text::fixed("Bestil MitID", "Order MitID");
pub static STYLES: Text = Text::fixed("Udseende", "Styling");
pub static KEYS: Text = Text::fixed("Nøgler", "Keys");
pub static MIGRATION: Text = Text::fixed("Flytning til MitID", "Migration");
pub static TOOLS: Text = Text::fixed("Værktøjer", "Tools");
pub static AUDIT: Text = Text::fixed("Ændringslog", "Audit log");
pub static PEOPLE: Text = Text::fixed("Personer", "People");
pub static TOKENS: Text = Text::fixed("API-nøgler", "API tokens");
pub static DOCS: Text = Text::fixed("Vejledninger", "Guides");
pub static SAVED: Text = Text::fixed("Gemt og udrullet.", "Saved and published.");
pub static KEPT: Text = Text::fixed("Gemt.", "Saved.");
pub static SAVED_PUBLISHING: Text =
    Text::fixed("Gemt. Ændringen er ved at blive udrullet.", "Saved. The change is being published.");
pub static SAVE: Text = Text::fixed("Gem", "Save");
pub static NEXT_PAGE: Text = Text::fixed("Næste side", "Next page");
pub static NOT_SAVED: Text = Text::fixed("Ændringen blev ikke gemt", "The change was not saved");
pub static API_SAYS: Text = Text::fixed("Værdien kan ikke bruges:", "This value cannot be used:");
pub static NOT_A_NUMBER: Text = Text::fixed("Skriv et helt tal.", "Write a whole number.");
pub static NOT_JSON: Text = Text::fixed("Teksten er ikke gyldig JSON.", "The text is not valid JSON.");
pub static CHANGED_MEANWHILE: Text = Text::fixed(
    "En anden har ændret det samme, mens du skrev. Det, du har skrevet, står her endnu. Se, hvad der er ændret, og gem igen, hvis dit skal gælde.",
    "Somebody else has changed this while you were typing. What you typed is still here. Look at what was changed, and save again if yours is to count.",
);
pub static EXISTS_ALREADY: Text = Text::fixed("Det findes allerede.", "It exists already.");
pub static CHANGED_TABLE: Text = Text::fixed("Ændret af en anden", "Changed by somebody else");
pub static SETTING: Text = Text::fixed("Indstilling", "Setting");
pub static BEFORE: Text = Text::fixed("Før", "Before");
pub static NOW: Text = Text::fixed("Nu", "Now");
pub static ONLY_SEEN: Text =
    Text::fixed("Din rolle kan se dette, men ikke ændre det.", "Your role can see this, but not change it.");
pub static ASKED_FIRST: Text = Text::fixed(
    "I PRODUCTION kan du kun ændre noget, når du har logget ind inden for de sidste ti minutter. Indtil da kan du se det hele.",
    "In PRODUCTION you can change things only if you have signed in within the last ten minutes. Until then you can see everything.",
);
pub static SIGN_IN_AGAIN: Text = Text::fixed("Log ind igen", "Sign in again");
pub static ONLY_SEEN_UNTIL: Text =
    Text::fixed("Log ind igen for at ændre dette.", "Sign in again to change this.");
pub static REFERENCE: Text = Text::fixed("Reference:", "Reference:");
pub static TO_START: Text = Text::fixed("Til forsiden", "To the start");
pub static TRY_AGAIN: Text = Text::fixed("Prøv igen", "Try again");
pub static SIGN_IN: Text = Text::fixed("Log ind", "Sign in");
pub static WELCOME_TITLE: Text = Text::fixed("Log ind", "Sign in");
pub static WELCOME: Text = Text::fixed(
    "Her styrer virksomheder deres domæner, applikationer og nøgler, og flytter fra NemID til MitID.",
    "Here companies manage their domains, applications and keys, and move from NemID to MitID.",
);
pub static ASK_AGAIN_TITLE: Text = Text::fixed("Bekræft, at det er dig", "Confirm that it is you");
pub static ASK_AGAIN: Text = Text::fixed(
    "Det, du er ved at gøre, kan få stor betydning. Log ind igen for at fortsætte.",
    "What you are about to do can have large consequences. Sign in again to go on.",
);
pub static ASK_AGAIN_LATE: Text = Text::fixed(
    "Det er for længe siden, du loggede ind. Intet er ændret. Log ind igen, så kommer du tilbage til siden. Vil du gemme, hvad du skrev, så gå først tilbage i browseren og kopiér det.",
    "It is too long ago that you signed in. Nothing was changed. Sign in again to come back to the page. To keep what you typed, go back in the browser first and copy it.",
);
pub static SESSION_OVER_TITLE: Text = Text::fixed("Du er logget ud", "You are signed out");
pub static SESSION_OVER: Text = Text::fixed(
    "Din session er udløbet. Intet er ændret. Gå tilbage i browseren for at se, hvad du skrev.",
    "Your session is over. Nothing was changed. Go back in the browser to see what you typed.",
);
pub static NO_EMPLOYEE_TITLE: Text = Text::fixed("Ikke som medarbejder", "Not as an employee");
pub static NO_EMPLOYEE: Text = Text::fixed(
    "Login lykkedes, men det var ikke med en medarbejders MitID Erhverv. Intet er ændret, og du er stadig logget ind.",
    "The login succeeded, but not by an employee's MitID Erhverv. Nothing was changed, and you are still signed in.",
);
pub static GO_BACK: Text = Text::fixed("Tilbage", "Back");
pub static SIGN_IN_FAILED_TITLE: Text = Text::fixed("Login mislykkedes", "Signing in failed");
pub static SIGN_IN_FAILED: Text = Text::fixed(
    "Tjenesten, der skal sige, hvem du er, svarede ikke som ventet. Prøv igen om lidt.",
    "The service that tells who you are did not answer as expected. Try again in a while.",
);
pub static NOT_SIGNED_IN_TITLE: Text = Text::fixed("Du blev ikke logget ind", "You were not signed in");
pub static NOT_SIGNED_IN: Text = Text::fixed("Login blev afbrudt.", "Signing in was broken off.");
pub static SIGNED_OUT_TITLE: Text = Text::fixed("Du er logget ud", "You are signed out");
pub static SIGNED_OUT: Text = Text::fixed(
    "Luk browseren, hvis andre bruger denne enhed.",
    "Close the browser if others use this device.",
);
pub static NOT_FOUND_TITLE: Text = Text::fixed("Siden findes ikke", "There is no such page");
pub static NOT_FOUND: Text = Text::fixed(
    "Der er ikke noget her, eller du har ikke adgang til det.",
    "There is nothing here, or you have no access to it.",
);
pub static FORBIDDEN_TITLE: Text = Text::fixed("Det må din rolle ikke", "Your role may not do that");
pub static FORBIDDEN: Text = Text::fixed(
    "Bed en ejer om at gøre det eller om at give dig en anden rolle.",
    "Ask an owner to do it, or to give you another role.",
);
pub static FORGED_TITLE: Text = Text::fixed("Formularen kan ikke bruges", "The form cannot be used");
pub static FORGED: Text = Text::fixed(
    "Den hører til en session, der er slut, eller kom fra et andet sted. Intet er ændret. Åbn siden igen.",
    "It belongs to a session that is over, or came from elsewhere. Nothing was changed. Open the page again.",
);
pub static MALFORMED_TITLE: Text = Text::fixed("Forespørgslen kan ikke læses", "The request cannot be read");
pub static MALFORMED: Text = Text::fixed("Intet er ændret.", "Nothing was changed.");
pub static UNAVAILABLE_TITLE: Text = Text::fixed("Prøv igen om lidt", "Try again in a while");
pub static UNAVAILABLE: Text = Text::fixed(
    "En del af systemet svarede ikke. Om en ændring blev gemt, kan du se ved at åbne siden igen.",
    "A part of the system did not answer. Open the page again to see whether a change was saved.",
);
pub static FAULT_TITLE: Text = Text::fixed("Noget gik galt", "Something went wrong");
pub static FAULT: Text = Text::fixed(
    "Fejlen er vores. Giv os referencen, hvis den kommer igen.",
    "The fault is ours. Tell us the reference if it comes again.",
);
