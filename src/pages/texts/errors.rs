//! What the error page says. It tells the user what to do next; what happened is in the log.

use super::Text;

pub static TITLE: Text = Text::fixed("Noget gik galt", "Something went wrong");
pub static GENERIC: Text = Text::fixed(
    "Vi kunne ikke gennemføre login. Prøv igen.",
    "We could not complete the login. Please try again.",
);
pub static NEMID_CLOSED: Text = Text::fixed("NemID er lukket. Brug MitID.", "NemID has closed. Use MitID.");
pub static CLIENT: Text = Text::fixed(
    "Denne side blev åbnet fra en ukendt tjeneste. Kontakt tjenesten.",
    "This page was opened from an unknown service. Contact the service.",
);
pub static COOKIE: Text = Text::fixed(
    "Dette login er ikke åbent i denne browser: det er allerede afsluttet, blev startet et andet sted, \
     eller browseren blokerer cookies, som er nødvendige for login. Gå tilbage til tjenesten, og start forfra.",
    "This login is not open in this browser: it is finished already, was started elsewhere, or the browser \
     blocks cookies needed to log on. Go back to the service and start again.",
);
pub static EXPIRED: Text = Text::fixed(
    "Login er udløbet. Gå tilbage til tjenesten, og start forfra.",
    "The login has expired. Go back to the service and start again.",
);
pub static LEVEL: Text = Text::fixed(
    "Tjenesten kræver et højere sikringsniveau, end du brugte.",
    "The service requires a higher assurance level than you used.",
);
pub static ALREADY_DONE_TITLE: Text = Text::fixed("Dette login er afsluttet", "This login is finished");
pub static ALREADY_DONE: Text = Text::fixed(
    "Et login kan kun bruges én gang. Gå tilbage til tjenesten, og log ind igen.",
    "A login can be used only once. Go back to the service and log on again.",
);
pub static NOT_FOUND_TITLE: Text = Text::fixed("Siden findes ikke", "Page not found");
pub static NOT_FOUND: Text = Text::fixed(
    "Kontrollér adressen, eller gå tilbage til den tjeneste, du kom fra.",
    "Check the address, or go back to the service you came from.",
);
pub static TOO_LARGE_TITLE: Text = Text::fixed("Forespørgslen er for stor", "The request is too large");
pub static TOO_LARGE: Text = Text::fixed(
    "Gå tilbage til tjenesten, og prøv igen. Kontakt tjenesten, hvis det sker igen.",
    "Go back to the service and try again. Contact the service if it happens again.",
);
pub static TOO_MANY_TITLE: Text = Text::fixed("Vent lidt", "Wait a little");
pub static TOO_MANY: Text = Text::fixed(
    "Du er blevet logget ind mange gange på kort tid. Vent lidt, og prøv igen. Du er stadig logget ind.",
    "You have been logged on many times in a short while. Wait a little, then try again. You are still logged on.",
);
pub static UNAVAILABLE_TITLE: Text =
    Text::fixed("Login er ikke tilgængeligt lige nu", "Login is not available right now");
pub static UNAVAILABLE: Text = Text::fixed(
    "Vent et øjeblik, og prøv igen. Du har ikke gjort noget forkert.",
    "Wait a moment, then try again. You have done nothing wrong.",
);
pub static TRY_AGAIN: Text = Text::fixed("Prøv igen", "Try again");
pub static START_AGAIN: Text = Text::fixed("Start forfra", "Start again");
pub static REFERENCE_LABEL: Text = Text::fixed("Reference:", "Reference:");
pub static REFERENCE_HELP: Text = Text::fixed(
    "Oplys referencen, hvis du kontakter tjenesten.",
    "Quote the reference if you contact the service.",
);

pub fn no_shadow(sp: &str) -> Text {
    Text::filled(
        format!("MitID er endnu ikke klar hos {sp}. Brug NemID, eller kontakt {sp}."),
        format!("MitID is not ready at {sp} yet. Use NemID, or contact {sp}."),
    )
}

/// The same where nothing else is on offer.
pub fn no_shadow_alone(sp: &str) -> Text {
    Text::filled(
        format!("MitID er endnu ikke klar hos {sp}. Kontakt {sp}."),
        format!("MitID is not ready at {sp} yet. Contact {sp}."),
    )
}

/// The reference in one sentence, for an answer that is no page.
pub fn reference(id: &str) -> Text {
    Text::filled(format!("Reference: {id}"), format!("Reference: {id}"))
}
