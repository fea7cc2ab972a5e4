//! The settings of a style: what each is called, and what follows from it.

use super::super::Text;
use crate::pages::dashboard::field::{Field, Kind};

/// A colour of the light pages, and of the dark ones.
const fn colour(name: &'static str, da: &'static str, en: &'static str) -> Field {
    Field {
        name,
        label: Text::fixed(da, en),
        help: Text::fixed(
            "#rrggbb; tom: som ellers. Tekst skal kunne læses: en kontrast på mindst 4,5 til 1.",
            "#rrggbb; empty: as otherwise. Text must be readable: a contrast of at least 4.5 to 1.",
        ),
        kind: Kind::Line,
    }
}

/// All of them.
pub static STYLE: &[Field] = &[
    Field {
        name: "stylesheet_url",
        label: Text::fixed("Style sheets adresse", "Address of the style sheet"),
        help: Text::fixed(
            "https, højst 64 kB. Arket hentes og kontrolleres, når der gemmes, og vi viser vores kopi: en senere ændring på adressen ses først, når det hentes igen og udgives.",
            "https, at most 64 kB. The sheet is fetched and checked when this is saved, and we serve our copy: a later change at the address is seen only once it was fetched again and published.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "css_paths",
        label: Text::fixed("Varianter (css_path)", "Variants (css_path)"),
        help: Text::fixed(
            "En sti pr. linje på samme server, højst fem. En applikation vælger en med login_hint=css_path:. En sti, der ikke står her, ignoreres.",
            "A path a line at the same server, at most five. An application chooses one by login_hint=css_path:. A path that does not stand here is ignored.",
        ),
        kind: Kind::Lines,
    },
    Field {
        name: "stylesheet",
        label: Text::fixed("Style sheets tekst", "Text of the style sheet"),
        help: Text::fixed(
            "I stedet for en adresse. MitID-boksen kan hverken skjules, dækkes eller flyttes.",
            "Instead of an address. The MitID box can be neither hidden, covered nor moved.",
        ),
        kind: Kind::Text,
    },
    Field {
        name: "allowed_origins",
        label: Text::fixed("Tilladte servere", "Allowed origins"),
        help: Text::fixed(
            "Servere, som billeder og skrifter må hentes fra, en pr. linje: https://cdn.virksomhed.dk. De ser brugernes IP-adresser. Alt andet bliver ikke hentet.",
            "Servers that images and fonts may come from, one a line: https://cdn.company.example. They see the users' IP addresses. Nothing else is fetched.",
        ),
        kind: Kind::Lines,
    },
    Field {
        name: "logo",
        label: Text::fixed("Logo (SVG)", "Logo (SVG)"),
        help: Text::fixed(
            "Teksten af en SVG på højst 16 kB uden scripts. Vi viser den selv, så ingen anden server spørges.",
            "The text of an SVG of at most 16 kB without scripts. We serve it, so no other server is asked.",
        ),
        kind: Kind::Text,
    },
    Field {
        name: "logo_url",
        label: Text::fixed("Logoets adresse", "Address of the logo"),
        help: Text::fixed(
            "I stedet for en SVG: et billede hos en af de tilladte servere.",
            "Instead of an SVG: an image at one of the allowed origins.",
        ),
        kind: Kind::Line,
    },
    colour("colours.ground", "Lys: baggrund", "Light: ground"),
    colour("colours.panel", "Lys: felt", "Light: panel"),
    colour("colours.text", "Lys: tekst", "Light: text"),
    colour("colours.link", "Lys: link", "Light: link"),
    colour("colours.button", "Lys: knap", "Light: button"),
    colour("colours.button_text", "Lys: tekst på knap", "Light: text on a button"),
    colour("colours_dark.ground", "Mørk: baggrund", "Dark: ground"),
    colour("colours_dark.panel", "Mørk: felt", "Dark: panel"),
    colour("colours_dark.text", "Mørk: tekst", "Dark: text"),
    colour("colours_dark.link", "Mørk: link", "Dark: link"),
    colour("colours_dark.button", "Mørk: knap", "Dark: button"),
    colour("colours_dark.button_text", "Mørk: tekst på knap", "Dark: text on a button"),
    Field {
        name: "html",
        label: Text::fixed("HTML rundt om login", "HTML around the login"),
        help: Text::fixed(
            "Én <verify/> står, hvor login skal være; <i18n da=\"\" en=\"\"/> er en tekst på begge sprog. Det træder i stedet for vores top og bund. Scripts, rammer og formularer afvises.",
            "One <verify/> stands where the login is to be; <i18n da=\"\" en=\"\"/> is a text in both languages. It takes the place of our header and footer. Scripts, frames and forms are refused.",
        ),
        kind: Kind::Text,
    },
];
