//! What the tools say.

use super::super::Text;

pub static LINK: Text = Text::fixed("Link til login", "Link to log in by");
pub static LINK_ABOUT: Text = Text::fixed(
    "Byg en adresse, som en applikation ville sende brugeren til. En offentlig klients link har code_challenge fra eksemplet i RFC 7636, tillæg B.",
    "Build an address that an application would send its user to. A public client's link has the code_challenge of the example in RFC 7636, appendix B.",
);
pub static LOGIN: Text = Text::fixed("Prøv et login", "Try a login");
pub static LOGIN_ABOUT: Text = Text::fixed(
    "Kører et rigtigt login og viser alt, hvad applikationen får at vide.",
    "Runs a real login and shows everything that the application is told.",
);
pub static METADATA: Text = Text::fixed("Metadata", "Metadata");
pub static METADATA_ABOUT: Text = Text::fixed(
    "Hvad et domæne fortæller om sig selv, og hvilke nøgler det offentliggør.",
    "What a domain tells of itself, and which keys it announces.",
);
pub static EXPLAIN: Text = Text::fixed("Forklar et login", "Explain a login");
pub static EXPLAIN_ABOUT: Text = Text::fixed(
    "Trin for trin: hvilken eID, hvilken applikation, hvad hvert hint gjorde, hvilken nøgle der signerede, og hvor det gik galt. Optagelse skal være slået til på applikationen, på begge domæner, før loginet sker. Optagelser gemmes i syv dage og indeholder ingen personoplysninger.",
    "Step by step: which eID, which application, what each hint did, which key signed, and where it failed. Recording must be on at the application, on both domains, before the login. Recordings are kept for seven days and hold no personal data.",
);
pub static TRACE_ID: Text = Text::fixed("Reference (trace id)", "Reference (trace id)");
pub static TRACE_HELP: Text = Text::fixed(
    "32 tegn. Den står på fejlsider og i loggen.",
    "32 characters. It stands on error pages and in the log.",
);
pub static SHOW: Text = Text::fixed("Vis", "Show");
pub static BUILD: Text = Text::fixed("Byg linket", "Build the link");
pub static APPLICATION: Text = Text::fixed("Applikation", "Application");
pub static CALLBACK: Text = Text::fixed("Callback-URL", "Callback URL");
pub static ACR: Text = Text::fixed("eID (acr_values)", "eID (acr_values)");
pub static ACR_HELP: Text = Text::fixed(
    "Flere adskilles med mellemrum. Tomt viser valget for brugeren.",
    "Separate several by spaces. Empty lets the user choose.",
);
pub static MODE: Text = Text::fixed("Svarets form (response_mode)", "Response mode");
pub static SCOPE: Text = Text::fixed("Scope", "Scope");
pub static HINT: Text = Text::fixed("login_hint", "login_hint");
pub static LOCALES: Text = Text::fixed("Sprog (ui_locales)", "Language (ui_locales)");
pub static NO_RECORDING: Text = Text::fixed(
    "Der er ingen optagelse med den reference. Var optagelse slået til, da loginet skete?",
    "There is no recording by that reference. Was recording on when the login happened?",
);
pub static STEP: Text = Text::fixed("Trin", "Step");
pub static STATUS: Text = Text::fixed("Status", "Status");
pub static FACTS: Text = Text::fixed("Hvad der skete", "What happened");
pub static AT: Text = Text::fixed("Tidspunkt", "Time");
pub static NO_APPLICATION: Text =
    Text::fixed("Her er ingen applikationer endnu.", "There are no applications here yet.");
pub static UNREACHABLE: Text = Text::fixed(
    "Domænet svarede ikke. Er dets adresse sat op?",
    "The domain did not answer. Is its address set up?",
);
pub static REGISTER: Text = Text::fixed(
    "Registrér først denne callback på applikationen:",
    "First register this callback at the application:",
);
pub static SECRET: Text = Text::fixed("Hemmelighed", "Secret");
pub static SECRET_HELP: Text = Text::fixed(
    "Kun for applikationer med hemmelighed. Den gemmes forseglet i din browser, til loginet er slut, og ikke andre steder.",
    "Only for applications with a secret. It is kept sealed in your browser until the login is over, and nowhere else.",
);
pub static BEGIN: Text = Text::fixed("Begynd login", "Begin the login");
pub static GO_ON: Text = Text::fixed("Fortsæt til login", "Go on to the login");
pub static RESULT: Text = Text::fixed("Resultat", "Result");
pub static ANSWER: Text = Text::fixed("Svar fra login", "Answer of the login");
pub static TOKENS: Text = Text::fixed("Svar fra token endpoint", "Answer of the token endpoint");
pub static HEADER: Text = Text::fixed("ID-tokenets hoved", "Header of the ID token");
pub static CLAIMS: Text = Text::fixed("Claims", "Claims");
pub static KEY_FOUND: Text = Text::fixed(
    "Findes i domænets nøgler, og signaturen holder.",
    "Is among the keys of the domain, and the signature holds.",
);
pub static KEY_NOT: Text =
    Text::fixed("Signaturen kunne ikke bekræftes:", "The signature could not be confirmed:");
