//! What the pages of API tokens say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "En API-nøgle lader et program gøre det samme som disse sider, fx en release. Den gælder hele virksomheden, både TEST og PRODUCTION. Giv den ikke flere rettigheder, end programmet bruger.",
    "An API token lets a program do what these pages do, such as a release pipeline. It counts for the whole tenant, TEST and PRODUCTION alike. Give it no more scopes than the program uses.",
);
pub static NONE: Text = Text::fixed("Ingen API-nøgler.", "No API tokens.");
pub static NAME: Text = Text::fixed("Navn", "Name");
pub static SCOPES: Text = Text::fixed("Rettigheder", "Scopes");
pub static ENDS: Text = Text::fixed("Gælder indtil", "Counts until");
pub static OVER: Text = Text::fixed("udløbet", "is over");
pub static USED: Text = Text::fixed("Sidst brugt", "Last used");
pub static NEVER: Text = Text::fixed("aldrig", "never");
pub static MADE_BY: Text = Text::fixed("Lavet af", "Made by");
pub static NEW: Text = Text::fixed("Lav en API-nøgle", "Make an API token");
pub static REMOVE: Text = Text::fixed("Fjern", "Remove");
pub static REMOVE_TITLE: Text = Text::fixed("Fjern API-nøglen", "Remove the API token");
pub static REMOVE_ABOUT: Text = Text::fixed(
    "Den og de nøgler, der er lavet med den, holder op med at virke med det samme. Programmer, der bruger dem, bliver afvist.",
    "It and the tokens that were made with it stop counting at once. Programs that use them are refused.",
);
pub static MADE: Text = Text::fixed(
    "Gem nøglen nu. Den vises kun denne ene gang; vi har den ikke selv.",
    "Keep the token now. It is shown only this once; we do not have it ourselves.",
);
pub static BACK: Text = Text::fixed("Tilbage til API-nøglerne", "Back to the API tokens");

pub const FIELD_NAME: Text = Text::fixed("Hvad er nøglen til?", "What is the token for?");
pub const FIELD_NAME_HELP: Text =
    Text::fixed("Fx release i GitHub. Højst 64 tegn.", "Such as releases in GitHub. At most 64 characters.");
pub const FIELD_SCOPES: Text = Text::fixed("Hvad må den?", "What may it do?");
pub const FIELD_SCOPES_HELP: Text = Text::fixed(
    "Læse opsætningen kan enhver nøgle. Personers samtykker og optagede logins kræver opsætning.",
    "Every token can read the configuration. People's consents and recorded logins take configuration.",
);
pub const FIELD_ENDS: Text = Text::fixed("Gælder indtil", "Counts until");
pub const FIELD_ENDS_HELP: Text = Text::fixed(
    "Tid i UTC, fx 2027-01-31T12:00:00Z, højst 366 dage frem. Tomt: 90 dage.",
    "A time in UTC, such as 2027-01-31T12:00:00Z, within 366 days. Empty: 90 days.",
);
pub const READ: Text = Text::fixed("Læse (read)", "Read (read)");
pub const APPLICATIONS: Text = Text::fixed(
    "Ændre applikationer og deres hemmeligheder (applications)",
    "Change applications and their secrets (applications)",
);
pub const CONFIGURATION: Text = Text::fixed(
    "Ændre domæner, miljøer, eID’er og udseende (configuration)",
    "Change domains, environments, eIDs and styling (configuration)",
);
pub const KEYS: Text = Text::fixed("Skifte nøgler (keys)", "Rotate keys (keys)");
pub const ACCESS: Text =
    Text::fixed("Lave og fjerne API-nøgler (access)", "Make and remove API tokens (access)");
