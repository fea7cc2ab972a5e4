//! What the page of the configuration's file says.

use super::super::Text;

pub static TITLE: Text = Text::fixed("Konfigurationen som fil", "The configuration as a file");
pub static ABOUT: Text = Text::fixed(
    "Konfigurationen kan skrives til en fil og anvendes fra den. Filen indeholder ingen hemmeligheder.",
    "The configuration can be written to a file and applied from it. The file holds no secrets.",
);
pub static NEVER: Text = Text::fixed("Der er ikke anvendt nogen fil endnu.", "No file has been applied yet.");
pub static AT: Text = Text::fixed("Filen blev anvendt", "The file was applied");
pub static BY: Text = Text::fixed("Af", "By");
pub static FINGERPRINT: Text =
    Text::fixed("Konfigurationens fingeraftryk", "Fingerprint of the configuration");
pub static ALIKE: Text = Text::fixed(
    "Intet er ændret, siden filen blev anvendt.",
    "Nothing was changed since the file was applied.",
);
pub static CHANGED: Text = Text::fixed("Ændret siden", "Changed since");
pub static MORE: Text = Text::fixed(
    "Der kan være flere ændringer længere tilbage. Sammenligningen nedenfor viser dem alle.",
    "There may be more changes further back. The comparison below shows all of them.",
);
pub static COMMANDS: Text = Text::fixed("Kommandoer", "Commands");
pub static EXPORT: Text =
    Text::fixed("Skriv filen, som konfigurationen er nu:", "Write the file as the configuration is now:");
pub static COMPARE: Text = Text::fixed(
    "Vis, hvor den afviger fra en fil, uden at ændre noget:",
    "Show where it differs from a file, and change nothing:",
);

pub fn changed_since(at: &str, things: usize, more: bool) -> Text {
    let or_more = if more { "+" } else { "" };
    Text::filled(
        format!("Ændret, siden filen blev anvendt {at}: {things}{or_more}"),
        format!("Changed since the file was applied on {at}: {things}{or_more}"),
    )
}
