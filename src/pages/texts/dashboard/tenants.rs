//! What the list of tenants says.

use super::super::Text;

pub static MAKE: Text = Text::fixed("Opret virksomhed", "Make a tenant");
pub static SEARCH: Text = Text::fixed("Id begynder med", "Id begins with");
pub static NONE: Text = Text::fixed("Ingen virksomheder.", "No tenants.");
pub static TAKEN: Text =
    Text::fixed("Der er allerede en virksomhed med dette id.", "There is a tenant of this id already.");
pub static MADE: Text = Text::fixed(
    "Virksomheden er oprettet. Giv dette link til dens første ejer. Det vises kun nu, virker én gang og udløber om syv dage.",
    "The tenant is made. Give this link to its first owner. It is shown only now, works once and ends in seven days.",
);
pub fn waiting(count: usize, more: bool) -> Text {
    let more = if more { "+" } else { "" };
    Text::filled(
        format!("Ordrer, der venter på operatøren: {count}{more}"),
        format!("Orders that wait for the operator: {count}{more}"),
    )
}
pub static OPEN: Text = Text::fixed("Åbn virksomheden", "Open the tenant");
pub static ID: Text = Text::fixed("Id", "Id");
pub static ID_HELP: Text = Text::fixed(
    "Små bogstaver, tal og bindestreger. Kan ikke ændres siden.",
    "Small letters, digits and hyphens. Cannot be changed later.",
);
pub static NAME: Text = Text::fixed("Navn", "Name");
