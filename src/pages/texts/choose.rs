//! The log-on page.

use super::Text;
use crate::pages::choose::Call;

pub static TITLE_BOTH: Text = Text::fixed("Vælg, hvordan du vil logge ind", "Choose how to log on");
pub static TABS_LABEL: Text = Text::fixed("Loginmetode", "Login method");
pub static TAB_NEMID: Text = Text::fixed("NemID", "NemID");
pub static TAB_MITID: Text = Text::fixed("MitID", "MitID");
pub static TABS_HELP: Text =
    Text::fixed("Har du fået MitID? Så vælg fanen MitID.", "Do you have MitID? Then choose the MitID tab.");
pub static TABS_HELP_NEMID: Text = Text::fixed(
    "Har du ikke fået MitID endnu? Så vælg fanen NemID.",
    "No MitID yet? Then choose the NemID tab.",
);

/// The five texts that MitID allows on a button; none may be reworded.
pub static CTA_LOGIN: Text = Text::fixed("Log ind med MitID", "Log on with MitID");
pub static CTA_APPROVE: Text = Text::fixed("Godkend med MitID", "Approve with MitID");
pub static CTA_CONFIRM: Text = Text::fixed("Bekræft med MitID", "Confirm with MitID");
pub static CTA_ACCEPT: Text = Text::fixed("Acceptér med MitID", "Accept with MitID");
pub static CTA_SIGN: Text = Text::fixed("Underskriv med MitID", "Sign with MitID");

pub static NEMID_CARD: Text = Text::fixed("Nøglekort", "Code card");
pub static NEMID_APP: Text = Text::fixed("Nøgleapp", "Code app");
pub static NEMID_FILE: Text = Text::fixed("Nøglefil", "Key file");
pub static NEMID_START: Text = Text::fixed("Log ind med NemID", "Log on with NemID");
pub static NEMID_ABOUT: Text = Text::fixed(
    "Du fortsætter hos NemID og bruger dit nøglekort, din nøgleapp eller din nøglefil.",
    "You continue at NemID and use your code card, code app or key file.",
);
pub static NEMID_EMPLOYEE: Text = Text::fixed("NemID medarbejdersignatur", "NemID for employees");
pub static MITID_EMPLOYEE: Text = Text::fixed("MitID Erhverv", "MitID Erhverv");
pub static OTHER_EIDS: Text = Text::fixed("Andre muligheder", "Other ways to log on");

pub static DETAILS: Text =
    Text::fixed("Tekniske detaljer til tjenesten", "Technical details for the service");
pub static DETAILS_ABOUT: Text = Text::fixed(
    "Der mangler en tilsvarende applikation på MitID-domænet.",
    "A matching application is missing on the MitID domain.",
);
pub static DETAILS_CLIENT: Text = Text::fixed("Klient-id", "Client ID");
pub static DETAILS_DOMAIN: Text = Text::fixed("MitID-domæne", "MitID domain");
pub static DETAILS_REGISTER: Text = Text::fixed("Skal registreres", "To be registered");

pub fn title_mitid(sp: &str) -> Text {
    Text::filled(format!("Log ind med MitID hos {sp}"), format!("Log on with MitID at {sp}"))
}

pub fn title_nemid(sp: &str) -> Text {
    Text::filled(format!("Log ind med NemID hos {sp}"), format!("Log on with NemID at {sp}"))
}

pub fn title_other(sp: &str) -> Text {
    Text::filled(format!("Log ind hos {sp}"), format!("Log on at {sp}"))
}

/// What the MitID box is headed by: the action, and where.
pub fn mitid_at(call: Call, sp: &str) -> Text {
    let (da, en) = match call {
        Call::LogOn => ("Log ind", "Log on"),
        Call::Approve => ("Godkend", "Approve"),
        Call::Confirm => ("Bekræft", "Confirm"),
        Call::Accept => ("Acceptér", "Accept"),
        Call::Sign => ("Underskriv", "Sign"),
    };
    Text::filled(format!("{da} hos {sp}"), format!("{en} at {sp}"))
}

pub fn mitid_about(sp: &str) -> Text {
    Text::filled(
        format!("Du fortsætter hos MitID og kommer tilbage til {sp}, når du har godkendt."),
        format!("You continue at MitID and return to {sp} when you have approved."),
    )
}

/// A lure works by having somebody approve a login that another person started.
pub fn mitid_caution(sp: &str) -> Text {
    Text::filled(
        format!("Godkend kun, hvis det er dig, der er ved at logge ind hos {sp}."),
        format!("Only approve if you are the one logging on to {sp}."),
    )
}
