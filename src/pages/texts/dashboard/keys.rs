//! What the pages of signing keys say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "To nøgler er altid kendt af klienterne: en, der signerer, og en, der står klar. Skiftet sker af sig selv, når alle kan nå at kende den næste.",
    "Clients always know two keys: one that signs, and one that stands by. The change happens by itself, once everybody can know the next one.",
);
pub static NONE: Text = Text::fixed(
    "Her er ingen nøgler endnu. De laves sammen med det første domæne.",
    "There are no keys here yet. They are made together with the first domain.",
);
pub static TIMELINE: Text = Text::fixed("Tidslinje", "Timeline");
pub static KEY: Text = Text::fixed("Nøgle", "Key");
pub static STATE: Text = Text::fixed("Tilstand", "State");
pub static SINCE: Text = Text::fixed("Siden", "Since");
pub static NEXT: Text = Text::fixed("Næste skridt", "Next step");
pub static SEEN: Text = Text::fixed("Set hos", "Seen by");
pub static STANDBY: Text = Text::fixed("Står klar", "Stands by");
pub static ACTIVE: Text = Text::fixed("Signerer", "Signs");
pub static RETIRING: Text = Text::fixed("Udfases", "Retires");
pub static REMOVED: Text = Text::fixed("Fjernet", "Removed");
pub static COMPROMISED: Text = Text::fixed("Kompromitteret", "Compromised");
pub static SIGNS: Text = Text::fixed("signerer", "signs");
pub static RETIRES: Text = Text::fixed("udfases", "retires");
pub static GOES: Text = Text::fixed("forsvinder", "goes");
pub static UNKNOWN_TIME: Text =
    Text::fixed("når alle domæner har offentliggjort den", "when every domain has published it");
pub static NOW: Text = Text::fixed("nu", "now");
pub static ROTATES: Text = Text::fixed("Skifter af sig selv", "Changes by itself");
pub static MAY: Text = Text::fixed("Kan skifte fra", "May change from");
pub static POSTPONED: Text = Text::fixed("Udsat til", "Put off until");
pub static NOT_SEEN: Text = Text::fixed("Ikke set med den næste nøgle", "Not seen with the next key");
pub static NOT_SEEN_HELP: Text = Text::fixed(
    "Set af os: en cache imellem kan have svaret for os.",
    "Seen by us: a cache in between may have answered for us.",
);
pub static NOT_PUBLISHED: Text = Text::fixed(
    "Disse domæner har endnu ikke fået nøglerne, som de er nu:",
    "These domains do not have the keys as they are now yet:",
);
pub static ROTATE: Text = Text::fixed("Skift nu", "Change now");
pub static POSTPONE: Text = Text::fixed("Flyt skiftet", "Move the change");
pub static REHEARSE: Text = Text::fixed("Øv skiftet", "Rehearse the change");
pub static COMPROMISE: Text = Text::fixed("Nøglen er stjålet", "The key is stolen");
pub static ROTATE_WILL: Text = Text::fixed(
    "Nøglen, der står klar, begynder at signere. Den gamle er kendt, indtil ingen token fra den lever længere. Ingen klient mærker noget, når ventetiden er gået.",
    "The key that stands by begins to sign. The old one stays known until no token of it lives any more. No client notices anything once the waiting time is over.",
);
pub static ROTATE_FORCE: Text = Text::fixed(
    "Vent ikke på, at alle kender den nye nøgle",
    "Do not wait until everybody knows the new key",
);
pub static ROTATE_FORCE_HELP: Text = Text::fixed(
    "Klienter, der ikke har hentet den nye nøgle, afviser nye login, indtil de henter nøglerne igen. Kræver en begrundelse.",
    "Clients that have not fetched the new key refuse new logins until they fetch the keys again. Takes a reason.",
);
pub static POSTPONE_WILL: Text = Text::fixed(
    "Det næste skift sker på den dag, du skriver. Intet offentliggøres. Tomt felt fører skiftet tilbage til sin egen dag.",
    "The next change happens on the day that you write. Nothing is published. Left empty, the change goes back to its own day.",
);
pub static UNTIL: Text = Text::fixed("Skift tidligst", "Not before");
pub static UNTIL_HELP: Text =
    Text::fixed("Et tidspunkt i UTC, højst 365 dage frem.", "A time in UTC, at most 365 days ahead.");
pub static REHEARSE_WILL: Text = Text::fixed(
    "Alle nøgleringe i TEST skifter nu, som planen vil gøre det. Brug det til at se, om jeres klienter følger med.",
    "All key rings of TEST change now, as the schedule will do it. Use it to see whether your clients keep up.",
);
pub static COMPROMISE_WILL: Text = Text::fixed(
    "Nøglen fjernes med det samme. Signerede den, tager den næste over. Login, der er signeret med den stjålne nøgle, gælder ikke mere hos os. Klienter stoler på den, indtil de henter nøglerne igen. Kan ikke fortrydes.",
    "The key goes at once. If it signed, the next one takes over. Logins signed by the stolen key count no more with us. Clients believe it until they fetch the keys again. Cannot be undone.",
);
pub static COMPROMISE_FORCE: Text = Text::fixed(
    "Også selv om klienterne endnu ikke kan kende den næste nøgle",
    "Even though clients may not know the next key yet",
);
pub static COMPROMISE_FORCE_HELP: Text = Text::fixed(
    "Klienter med gamle nøgler afviser nye login, indtil de henter nøglerne igen.",
    "Clients with old keys refuse new logins until they fetch the keys again.",
);
pub static REASON: Text = Text::fixed("Begrundelse", "Reason");
pub static REASON_HELP: Text = Text::fixed("Står i ændringsloggen.", "Stands in the audit log.");
pub static DO_IT: Text = Text::fixed("Udfør", "Do it");
pub static BACK: Text = Text::fixed("Tilbage til nøglerne", "Back to the keys");
pub static TOO_EARLY: Text = Text::fixed("Det kan først gøres fra", "It can be done from");
pub static DONE: Text = Text::fixed("Udført.", "Done.");
pub static EVERYWHERE: Text = Text::fixed("Overalt hos os senest", "Everywhere with us by");
pub static FORGOTTEN: Text =
    Text::fixed("Glemt af alle klienters caches senest", "Forgotten by every cache by");

/// What a ring is called.
pub fn ring(eid: &str, alg: &str) -> Text {
    let name = if eid == "nemid" { "NemID" } else { "MitID" };
    Text::filled(format!("{name}, {alg}"), format!("{name}, {alg}"))
}
