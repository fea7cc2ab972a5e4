//! What the pages of identity services say.

use super::super::Text;
use crate::pages::dashboard::field::{Field, Kind};

/// CPR numbers in an environment. The labels are the seed's, in both languages.
pub static CPR: &[Field] = &[
    Field {
        name: "add_cpr_for_personal_logins",
        label: Text::fixed("Add CPR for personal logins", "Add CPR for personal logins"),
        help: Text::fixed(
            "Slået til spørges alle, der logger ind privat, om deres CPR-nummer, og applikationerne får det. I skal have ret til at behandle det. Slået fra spørges der kun, når en applikation selv beder om scopet ssn. Gælder alle applikationer i dette miljø fra næste login.",
            "When on, everybody who logs in privately is asked for his CPR number, and the applications get it. You must be entitled to process it. When off, people are asked only where an application asks for the scope ssn itself. It counts for all applications of this environment from the next login on.",
        ),
        kind: Kind::Switch,
    },
    Field {
        name: "cpr_optional",
        label: Text::fixed("CPR Optional", "CPR Optional"),
        help: Text::fixed(
            "Slået til (som fra begyndelsen) slipper den, der ikke har et CPR-nummer, igennem, og claimet mangler. Slået fra fejler login for den, der intet nummer har: ikke alle med MitID har et.",
            "When on (as from the start), whoever has no CPR number may pass, and the claim is missing. When off, the login of who has no number fails: not everybody with MitID has one.",
        ),
        kind: Kind::Switch,
    },
];

pub static NEMID: Text = Text::fixed("DK NemID", "DK NemID");
pub static MITID: Text = Text::fixed("DK MitID", "DK MitID");
pub static TABS: Text = Text::fixed("Identitetstjenester", "Identity services");
pub static ABOUT_MITID: Text = Text::fixed(
    "MitID kører på MitID-domæner. Her vælges, om brugerne spørges om CPR-nummer, og om MitID vises ved siden af NemID. Knappernes navne står på engelsk, som de hedder i vejledningerne.",
    "MitID runs on MitID domains. Here you choose whether users are asked for a CPR number, and whether MitID is shown beside NemID.",
);
pub static ABOUT_NEMID: Text = Text::fixed(
    "NemID kører på almindelige domæner og lukkede den 31. oktober 2023. Hvornår det lukker på et domæne, står under domænets indstillinger. CPR-knapperne er fælles for miljøet og står under DK MitID.",
    "NemID runs on ordinary domains and closed on 31 October 2023. When it closes on a domain is among the domain's settings. The CPR switches are shared by the environment and are found under DK MitID.",
);
pub static NO_ENVIRONMENT: Text = Text::fixed(
    "Miljøet har intet domæne endnu, så der er intet at indstille. Bestil MitID først.",
    "The environment has no domain yet, so there is nothing to set. Order MitID first.",
);
pub static CPR_TITLE: Text = Text::fixed("CPR-nummer", "CPR number");
pub static PAIR_TITLE: Text = Text::fixed("Side om side med NemID", "Side by side with NemID");
pub static NO_MITID_DOMAIN: Text = Text::fixed(
    "Her er intet MitID-domæne endnu. Når bestillingen af MitID er fuldført, kan MitID stilles ved siden af NemID.",
    "There is no MitID domain here yet. Once the order of MitID is completed, MitID can be put beside NemID.",
);
pub static PAIR_OF: Text = Text::fixed("MitID-domæne:", "MitID domain:");
pub static MAY_BE: Text = Text::fixed(
    "Disse domæner fører over til det og kan vælges som NemID-domæne:",
    "These domains lead over to it and can be chosen as the NemID domain:",
);
pub static NONE_MAY_BE: Text = Text::fixed(
    "Intet almindeligt domæne fører over til dette endnu. Vælg det først som MitID-domæne på det almindelige domæne:",
    "No ordinary domain leads over to this one yet. First choose it as the MitID domain on the ordinary domain:",
);
pub static UPSTREAMS: Text = Text::fixed("Upstreams", "Upstreams");
pub static UPSTREAMS_ABOUT: Text = Text::fixed(
    "Hvordan eID'en nås fra hvert domæne: gennem en certificeret broker, som denne installation er klient hos.",
    "How the eID is reached from each domain: by way of a certified broker whose client this installation is.",
);
pub static DOMAIN: Text = Text::fixed("Domæne", "Domain");
pub static ISSUER: Text = Text::fixed("Brokerens udsteder", "The broker's issuer");
pub static NOT_SET: Text = Text::fixed("Ikke sat op", "Not set up");
