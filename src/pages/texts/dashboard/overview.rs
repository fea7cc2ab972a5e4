//! What the first page of a tenant says.

use super::super::Text;

pub static WELL: Text = Text::fixed("Alt er, som det skal være.", "All is well.");
pub static NEEDS: Text = Text::fixed("Kræver opmærksomhed", "Needs attention");
pub static NOTHING_YET: Text = Text::fixed(
    "Her er intet domæne endnu. Begynd med at tilføje et.",
    "There is no domain here yet. Begin by adding one.",
);
pub static PUBLISHING: Text =
    Text::fixed("Ændringer er gemt, men ikke udrullet endnu", "Changes are saved, but not published yet");

pub fn warning(host: &str) -> Text {
    Text::filled(format!("{host} bør ses efter"), format!("{host} should be looked at"))
}

pub fn shadows(host: &str, missing: usize, differing: usize) -> Text {
    Text::filled(
        format!("{host}: {missing} applikationer mangler en skygge, og {differing} afviger fra deres"),
        format!("{host}: {missing} applications have no shadow, and {differing} differ from theirs"),
    )
}
