//! What the first page of a tenant says.

use super::super::Text;
use crate::pages::Lang;
use crate::pages::letters::lower;

pub static WELL: Text = Text::fixed("Alt er, som det skal være.", "All is well.");
pub static NEEDS: Text = Text::fixed("Kræver opmærksomhed", "Needs attention");
pub static NOTHING_YET: Text = Text::fixed(
    "Her er intet domæne endnu. Operatøren tilføjer det første almindelige domæne; MitID-domænet bestilles bagefter.",
    "There is no domain here yet. The operator adds the first ordinary domain; the MitID domain is ordered after that.",
);
pub static PUBLISHING: Text =
    Text::fixed("Ændringer er gemt, men ikke udrullet endnu", "Changes are saved, but not published yet");

pub fn warning(host: &str) -> Text {
    Text::filled(format!("{host} bør ses efter"), format!("{host} should be looked at"))
}

pub fn no_upstream(host: &str, eid: &str) -> Text {
    Text::filled(
        format!("{host}: ingen kan logge ind, før {eid} er sat op under Identitetstjenester"),
        format!("{host}: nobody can log in until {eid} is set up under Identity services"),
    )
}

pub fn rehearsed(ends: &str) -> Text {
    Text::filled(
        format!("NemIDs lukning øves til {ends}"),
        format!("NemID's closing is being rehearsed until {ends}"),
    )
}

pub fn key_changes(ring: &str, at: &str) -> Text {
    Text::filled(
        format!("Signeringsnøglen for {ring} skifter {at}"),
        format!("The signing key of {ring} changes on {at}"),
    )
}

pub fn not_seen(ring: &str, who: &str) -> Text {
    Text::filled(
        format!("Har ikke hentet den næste nøgle for {ring}: {who}"),
        format!("Have not fetched the next key of {ring}: {who}"),
    )
}

pub fn order(state: &Text) -> Text {
    Text::filled(
        format!("Bestilling af MitID: {}", lower(state.say(Lang::Da))),
        format!("Order of MitID: {}", lower(state.say(Lang::En))),
    )
}

pub fn shadows(host: &str, missing: usize, differing: usize) -> Text {
    Text::filled(
        format!("{host}: applikationer uden skygge: {missing}, afvigende skygger: {differing}"),
        format!("{host}: applications without a shadow: {missing}, shadows that differ: {differing}"),
    )
}
