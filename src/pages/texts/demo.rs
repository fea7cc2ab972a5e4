//! The demo application of a TEST domain.

use super::Text;

pub static BANNER: Text = Text::fixed("DEMO: en prøveapplikation", "DEMO: a trial application");
pub static ABOUT: Text = Text::fixed(
    "Log ind, som en kunde ville gøre det, og se det ID-token, som applikationen modtager.",
    "Log on as a customer would, and see the ID token that the application receives.",
);
pub static METHODS: Text = Text::fixed("Log ind", "Log on");
pub static CLIENTS: Text = Text::fixed("Applikation", "Application");
pub static PROMPT: Text = Text::fixed("Prompt", "Prompt");
pub static PROMPT_NONE_SENT: Text = Text::fixed("uden prompt", "without prompt");
pub static ACR_NONE: Text = Text::fixed("Lad brugeren vælge", "Let the user choose");
pub static ACR_NONE_DETAIL: Text = Text::fixed("uden acr_values", "without acr_values");
pub static NEMID_POCES: Text = Text::fixed("NemID", "NemID");
pub static NEMID_CODEFILE: Text = Text::fixed("NemID nøglefil", "NemID key file");
pub static MITID_LOW: Text = Text::fixed("MitID, lav", "MitID, low");
pub static MITID_SUBSTANTIAL: Text = Text::fixed("MitID, betydelig", "MitID, substantial");
pub static MITID_HIGH: Text = Text::fixed("MitID, høj", "MitID, high");

pub static RESULT_TITLE: Text = Text::fixed("Du er logget ind", "You are logged on");
pub static RESULT_ABOUT: Text = Text::fixed(
    "Det er alt, hvad applikationen har fået at vide.",
    "This is all that the application has been told.",
);
pub static ENDED_TITLE: Text = Text::fixed("Login blev ikke gennemført", "The login was not completed");
pub static ENDED_ABOUT: Text = Text::fixed(
    "Det er den fejl, som applikationen har fået.",
    "This is the error that the application has been told.",
);
pub static SUMMARY: Text = Text::fixed("Kort fortalt", "In short");
pub static EID_USED: Text = Text::fixed("Brugt eID", "eID used");
pub static KEY_ID: Text = Text::fixed("Nøgle (kid)", "Key (kid)");
pub static HEADER: Text = Text::fixed("ID-tokenets header", "Header of the ID token");
pub static CLAIMS: Text = Text::fixed("ID-tokenets claims", "Claims of the ID token");
pub static USERINFO: Text = Text::fixed("Svar fra userinfo", "Answer from userinfo");
pub static RAW_TOKEN: Text = Text::fixed("Det rå ID-token", "The raw ID token");
pub static NAME: Text = Text::fixed("Navn", "Name");
pub static VALUE: Text = Text::fixed("Værdi", "Value");
pub static AGAIN: Text = Text::fixed("Log ind igen", "Log on again");
pub static LOG_OUT: Text = Text::fixed("Log ud", "Log out");

pub fn welcome(sp: &str) -> Text {
    Text::filled(format!("Velkommen til {sp}"), format!("Welcome to {sp}"))
}
