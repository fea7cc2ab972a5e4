//! What the list of guides says.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Vejledningerne er på engelsk. Hvor det kan lade sig gøre, står jeres egne værdier i eksemplerne.",
    "Where possible, the examples hold your own values.",
);
pub static ALL: Text = Text::fixed("Alle vejledninger", "All guides");
