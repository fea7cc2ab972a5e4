//! What the migration board says.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Login tælles, når de er gennemført, omkring en halv time efter. Hvis optællingen fejler i et døgn, mangler de login. Intet om personer gemmes.",
    "Logins are counted once they are over, some half an hour later. If the counting fails for a day, those logins are missing. Nothing about people is kept.",
);
pub static CHART: Text = Text::fixed("Login pr. dag", "Logins per day");
pub static DAY: Text = Text::fixed("Dag", "Day");
pub static NEMID: Text = Text::fixed("NemID", "NemID");
pub static MITID: Text = Text::fixed("MitID", "MitID");
pub static SHARE: Text = Text::fixed("Andel MitID", "Share of MitID");
pub static PEOPLE: Text = Text::fixed(
    "Personer set med MitID mindst én gang, anslået",
    "People seen with MitID at least once, estimated",
);
pub static NONE: Text =
    Text::fixed("Der er ikke talt nogen login endnu.", "No logins have been counted yet.");
pub static APPLICATIONS: Text = Text::fixed("Hvem er klar til at skifte?", "Who is ready to cut over?");
pub static APPLICATION: Text = Text::fixed("Applikation", "Application");
pub static LAST_NEMID: Text = Text::fixed("Sidste NemID-login", "Last login by NemID");
pub static LAST_MITID: Text = Text::fixed("Sidste MitID-login", "Last login by MitID");
pub static STATE: Text = Text::fixed("Status", "State");
pub static READY: Text = Text::fixed("Klar", "Ready");
pub static NO_MITID_DOMAIN: Text =
    Text::fixed("Domænet fører ikke til noget MitID-domæne.", "Its domain leads to no MitID domain.");
pub static SHADOW_MISSING: Text =
    Text::fixed("Skyggeapplikationen mangler.", "The shadow application is missing.");
pub static SHADOW_DIFFERS: Text =
    Text::fixed("Skyggeapplikationen afviger.", "The shadow application differs.");
pub static KEYS_NOT_SEEN: Text =
    Text::fixed("Er ikke set med MitID-nøglen.", "Was not seen with the key for MitID.");
pub static NEMID_IN_USE: Text = Text::fixed("NemID har været brugt for nylig.", "NemID was used lately.");
pub static CHANGE: Text = Text::fixed("Ændringen, til udvikleren", "The change, for the developer");
pub static CHANGE_ABOUT: Text = Text::fixed(
    "Send dette til den, der vedligeholder applikationen. Alt andet forbliver, som det er.",
    "Send this to whoever maintains the application. Everything else stays as it is.",
);
pub static REHEARSAL: Text = Text::fixed("Øv, at NemID lukker", "Rehearse NemID's closing");
pub static REHEARSAL_ABOUT: Text = Text::fixed(
    "Så længe øvelsen varer, er alt, som når NemID er lukket: i browsere, der har åbnet linket, og for en procentdel af alle login. Den slutter af sig selv.",
    "While the rehearsal lasts, everything is as once NemID has closed: in browsers that opened the link, and for a percentage of all logins. It ends by itself.",
);
pub static RUNNING: Text = Text::fixed("Øvelsen er i gang indtil", "The rehearsal lasts until");
pub static PERCENT: Text = Text::fixed("Procentdel af alle login", "Percentage of all logins");
pub static PERCENT_HELP: Text = Text::fixed(
    "0 til 100. Ved 0 rammes kun browsere, der har åbnet linket. Over 0 mister virkelige brugere NemID, så længe øvelsen varer.",
    "0 to 100. With 0 only browsers that opened the link are met. Above 0 real users lose NemID while the rehearsal lasts.",
);
pub static ENDS: Text = Text::fixed("Slutter", "Ends");
pub static ENDS_HELP: Text = Text::fixed(
    "Et tidspunkt i UTC inden for 31 dage. Tomt slutter øvelsen nu.",
    "A time in UTC within 31 days. Left empty, the rehearsal ends now.",
);
pub static LINK: Text = Text::fixed("Link, der melder en browser til", "Link that makes a browser rehearse");
pub static REPORT: Text = Text::fixed(
    "Login, hvor NemID var lukket som øvelse",
    "Logins for which NemID was closed as a rehearsal",
);
pub static FINISHED: Text = Text::fixed("Heraf gennemført med MitID", "Finished by MitID of these");
pub static SUNSET: Text = Text::fixed(
    "NemID kan lukkes på en dato for hver applikation, i tabellen ovenfor, eller for et helt domæne, på domænets side. Loggen siger, hvem der gjorde det.",
    "NemID can be closed by a date for each application, in the table above, or for a whole domain, on the domain's page. The log of changes says who did it.",
);

/// What stands against cutting an application over.
pub fn reason(word: &str) -> &'static Text {
    match word {
        "no-mitid-domain" => &NO_MITID_DOMAIN,
        "shadow-missing" => &SHADOW_MISSING,
        "shadow-differs" => &SHADOW_DIFFERS,
        "keys-not-seen" => &KEYS_NOT_SEEN,
        _ => &NEMID_IN_USE,
    }
}
