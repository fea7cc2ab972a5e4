//! What the pages of shadow applications say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "En skyggeapplikation er en applikations tvilling på MitID-domænet: samme Client ID, callback-adresser, nøgler og hemmeligheder. Uden den kan brugerne ikke vælge MitID, og den dag applikationen flytter, skifter den kun adresse.",
    "A shadow application is an application's twin on the MitID domain: the same client ID, callback URLs, keys and secrets. Without it users cannot choose MitID; and on the day the application moves, it changes an address only.",
);
pub static NO_DOMAINS: Text = Text::fixed(
    "Ingen af domænerne på denne side fører til et MitID-domæne. Vælg MitID-domænet under det enkelte domæne.",
    "None of the domains on this page leads to a MitID domain. Choose the MitID domain at the domain itself.",
);
pub static DOMAIN: Text = Text::fixed("Domæne", "Domain");
pub static MITID_DOMAIN: Text = Text::fixed("MitID-domæne", "MitID domain");
pub static ALIKE: Text = Text::fixed("Ens", "Alike");
pub static MISSING: Text = Text::fixed("Mangler", "Missing");
pub static DIFFERING: Text = Text::fixed("Afviger", "Differing");
pub static EXTRA: Text = Text::fixed("Ekstra", "Extra");
pub static NOT_READ: Text = Text::fixed("åbn for at se", "open to see");
pub static ALL_ALIKE: Text = Text::fixed(
    "Alle applikationer har en skygge, der er ens.",
    "Every application has a shadow that is alike.",
);
pub static MISSING_TITLE: Text = Text::fixed("Uden skygge", "Without a shadow");
pub static DIFFERING_TITLE: Text = Text::fixed("Skyggen afviger", "The shadow differs");
pub static EXTRA_TITLE: Text = Text::fixed("Kun på MitID-domænet", "On the MitID domain only");
pub static EXTRA_ABOUT: Text = Text::fixed(
    "De er ingens skygge. Det er i orden: sådan ser applikationer ud, der kun bruger MitID.",
    "They are nobody's shadow. That is fine: applications that use MitID only look like this.",
);
pub static APPLICATION: Text = Text::fixed("Applikation", "Application");
pub static DIFFERS_IN: Text = Text::fixed("Forskelle", "Differs in");
pub static ACT: Text = Text::fixed("Handling", "Action");
pub static MAKE: Text = Text::fixed("Opret skygge", "Make the shadow");
pub static MAKE_ALIKE: Text = Text::fixed("Gør ens", "Make alike");
pub static MAKE_ALL: Text = Text::fixed("Opret og ret alle skygger", "Make all shadows, and make them alike");
pub static MAKE_ALL_ABOUT: Text = Text::fixed(
    "Skyggerne får originalernes indstillinger og hemmeligheder. Det, en skygge har og originalen ikke har, bliver fjernet. Originalerne ændres ikke.",
    "The shadows take the settings and secrets of their originals. What a shadow has and its original does not is taken away. The originals do not change.",
);
pub static PIPELINE: Text = Text::fixed("Hold øje fra jeres release", "Watch from your release pipeline");
pub static PIPELINE_ABOUT: Text = Text::fixed(
    "Kaldet fejler, så længe en skygge mangler eller afviger. Det bruger en API-nøgle, der må læse.",
    "The call fails as long as a shadow is missing or differs. It uses an API token that may read.",
);
pub static DESCRIPTION: Text = Text::fixed("Beskrivelse af API’et", "Description of the API");

/// More than the page shows.
pub fn more(count: usize) -> Text {
    Text::filled(format!("… og {count} mere."), format!("… and {count} more."))
}

/// What was not done for all.
pub fn remain(count: usize) -> Text {
    Text::filled(
        format!("Der gøres højst 20 ad gangen. {count} er tilbage: tryk igen."),
        format!("At most 20 are done at a time. {count} remain: press again."),
    )
}

/// Why one was refused.
pub fn refused(client_id: &str) -> Text {
    Text::filled(
        format!("{client_id}: skyggen kunne ikke laves."),
        format!("{client_id}: the shadow could not be made."),
    )
}
