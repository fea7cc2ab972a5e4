//! The settings of a domain: what each is called, and what follows from it.

use super::super::Text;
use crate::pages::dashboard::field::{Choice, Field, Kind};

static KINDS: &[Choice] = &[
    ("ordinary", Text::fixed("Almindeligt domæne: her kører NemID", "Ordinary domain: NemID runs here")),
    ("mitid", Text::fixed("MitID-domæne: her kører MitID", "MitID domain: MitID runs here")),
];

/// What a new domain is made of.
pub static NEW: &[Field] = &[
    Field {
        name: "host",
        label: Text::fixed("Værtsnavn", "Host name"),
        help: Text::fixed(
            "For eksempel login.virksomhed.dk. Det tilhører derefter denne virksomhed og dette miljø for altid og kan ikke ændres.",
            "Such as login.company.example. It then belongs to this company and this environment for ever and cannot be changed.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "kind",
        label: Text::fixed("Slags", "Kind"),
        help: Text::fixed(
            "Kan ikke ændres siden. Et almindeligt domæne kan føre over til et MitID-domæne.",
            "Cannot be changed later. An ordinary domain can lead over to a MitID domain.",
        ),
        kind: Kind::One(KINDS),
    },
    DISPLAY_NAME,
];

const DISPLAY_NAME: Field = Field {
    name: "display_name",
    label: Text::fixed("Navn over for brugerne", "Name shown to users"),
    help: Text::fixed(
        "Står på login-siderne: 1 til 64 tegn. Ændringen ses af alle, der logger ind.",
        "Stands on the login pages: 1 to 64 characters. Everybody who logs in sees the change.",
    ),
    kind: Kind::Line,
};
const ENABLED: Field = Field {
    name: "enabled",
    label: Text::fixed("I drift", "In service"),
    help: Text::fixed(
        "Slået fra svarer domænet som et ukendt: ingen kan logge ind gennem det, og applikationer kan ikke hente dets nøgler.",
        "When off, the domain answers like an unknown one: nobody can log in through it, and applications cannot fetch its keys.",
    ),
    kind: Kind::Switch,
};
const START_BLOCK: Field = Field {
    name: "show_start_block",
    label: Text::fixed("Vis en startknap før MitID", "Show a start button before MitID"),
    help: Text::fixed(
        "Slået til ser brugeren først en boks med en knap, og MitID begynder, når der trykkes. Slået fra begynder MitID med det samme.",
        "When on, users first see a box with a button, and MitID begins when it is pressed. When off, MitID begins at once.",
    ),
    kind: Kind::Switch,
};
const MITID_DOMAIN: Field = Field {
    name: "mitid_domain",
    label: Text::fixed("MitID-domæne", "MitID domain"),
    help: Text::fixed(
        "Værtsnavnet på det MitID-domæne i samme miljø, som domænet fører over til. Tomt: MitID tilbydes ikke ved siden af NemID gennem et MitID-domæne. Applikationerne skal have skygger der.",
        "The host of the MitID domain of the same environment that this domain leads over to. Empty: MitID is not offered beside NemID by way of a MitID domain. The applications need shadows there.",
    ),
    kind: Kind::Line,
};
/// The label is the seed's, in both languages.
pub const NEMID_DOMAIN: Field = Field {
    name: "nemid_domain",
    label: Text::fixed("NemID domain for side-by-side", "NemID domain for side-by-side"),
    help: Text::fixed(
        "Værtsnavnet på det almindelige domæne, som fanen NemID fører til, når en applikation beder MitID-domænet direkte. Det domæne skal selv føre over til dette. Tomt: ingen fane NemID der.",
        "The host of the ordinary domain that the NemID tab leads to when an application asks the MitID domain directly. That domain must itself lead over to this one. Empty: no NemID tab there.",
    ),
    kind: Kind::Line,
};
/// The label is the seed's, in both languages.
pub const SHOW_ALONGSIDE: Field = Field {
    name: "show_alongside_nemid_logins",
    label: Text::fixed("Show alongside NemID logins", "Show alongside NemID logins"),
    help: Text::fixed(
        "Slået til (som fra begyndelsen) får den, der logger ind med NemID, også fanen MitID. Slået fra ser brugerne kun den eID, som applikationen beder om. Skygger skal være på plads, før fanen virker.",
        "When on (as from the start), whoever logs in with NemID gets the MitID tab too. When off, users see only the eID that the application asks for. Shadows must be in place before the tab works.",
    ),
    kind: Kind::Switch,
};
const SSO: Field = Field {
    name: "sso",
    label: Text::fixed("Single sign-on", "Single sign-on"),
    help: Text::fixed(
        "Slået til husker domænet, at brugeren er logget ind, og den næste applikation spørger ikke igen. Slået fra logges der ind hver gang.",
        "When on, the domain remembers that the user is logged in, and the next application does not ask again. When off, every application asks.",
    ),
    kind: Kind::Switch,
};
const IDLE: Field = Field {
    name: "sso_idle_seconds",
    label: Text::fixed(
        "Sessionen slutter efter så mange sekunder uden brug",
        "Seconds unused until the session ends",
    ),
    help: Text::fixed(
        "60 til 86.400 (et døgn). Tomt: som fra begyndelsen. Gælder også sessioner, der er i gang.",
        "60 to 86,400 (a day). Empty: as from the start. It counts for sessions that are under way, too.",
    ),
    kind: Kind::Number,
};
const ABSOLUTE: Field = Field {
    name: "sso_absolute_seconds",
    label: Text::fixed(
        "Sessionen slutter senest efter så mange sekunder",
        "Seconds until the session ends at the latest",
    ),
    help: Text::fixed(
        "60 til 604.800 (en uge), og mindst så længe som uden brug. Tomt: som fra begyndelsen.",
        "60 to 604,800 (a week), and at least as long as unused. Empty: as from the start.",
    ),
    kind: Kind::Number,
};
const CONFIRM_LOGOUT: Field = Field {
    name: "confirm_logout",
    label: Text::fixed("Spørg, før der logges ud", "Ask before logging out"),
    help: Text::fixed(
        "Slået til spørger siden, om brugeren vil logges ud alle steder. Slået fra logges der ud med det samme.",
        "When on, a page asks whether the user wants to be logged out everywhere. When off, that happens at once.",
    ),
    kind: Kind::Switch,
};
const NEMID_CLOSED_AT: Field = Field {
    name: "nemid_closed_at",
    label: Text::fixed("NemID lukker", "NemID closes"),
    help: Text::fixed(
        "Fra dette tidspunkt (UTC) begynder ingen login med NemID: den, der sendes dertil, får MitID, hvor applikationen har sin skygge, ellers en fejl. Tomt: den dag, NemID lukkede for alle, 2023-10-31T22:59:59Z.",
        "From this time (UTC) no login starts with NemID: whoever is sent there gets MitID where the application has its shadow, else an error. Empty: the day NemID closed for all, 2023-10-31T22:59:59Z.",
    ),
    kind: Kind::Time,
};

/// The settings of an ordinary domain.
pub static ORDINARY: &[Field] =
    &[DISPLAY_NAME, ENABLED, MITID_DOMAIN, START_BLOCK, SSO, IDLE, ABSOLUTE, CONFIRM_LOGOUT];

/// The day NemID closes on an ordinary domain, which is changed on a page of its own.
pub static CLOSING: &[Field] = &[NEMID_CLOSED_AT];

/// The settings of a MitID domain.
pub static MITID: &[Field] =
    &[DISPLAY_NAME, ENABLED, SHOW_ALONGSIDE, NEMID_DOMAIN, START_BLOCK, SSO, IDLE, ABSOLUTE, CONFIRM_LOGOUT];

/// How a MitID domain stands beside NemID.
pub static SIDE_BY_SIDE: &[Field] = &[SHOW_ALONGSIDE, NEMID_DOMAIN];
