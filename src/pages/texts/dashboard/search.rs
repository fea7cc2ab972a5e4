//! What the search says.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Søger i miljøets domæner og applikationer og i siderne her.",
    "Looks through the environment's domains and applications, and through the pages here.",
);
pub static WHAT: Text = Text::fixed("Værtsnavn, navn eller Client ID", "Host, name or client ID");
pub static PAGES: Text = Text::fixed("Sider", "Pages");
pub static NOTHING: Text = Text::fixed("Ikke fundet:", "Not found:");
pub static NOT_ALL: Text = Text::fixed(
    "Der er flere applikationer, end der blev set igennem. Åbn domænets liste for at se resten.",
    "There are more applications than were looked at. Open the domain's list to see the rest.",
);
