//! The list of previews, for whoever styles the pages.

use super::Text;

pub static TITLE: Text = Text::fixed("Forhåndsvisning", "Preview");
pub static ABOUT: Text = Text::fixed(
    "Siderne, som brugerne vil se dem. Intet link fører nogen steder hen. Det, som browseren ikke måtte hente, står nederst på siden.",
    "The pages as users will see them. No link leads anywhere. What the browser was not allowed to load is named at the bottom of the page.",
);
