//! What checks say of their outcome.

use super::super::Text;

pub static GOOD: Text = Text::fixed("I orden", "In order");
pub static DOUBT: Text = Text::fixed("Bemærk", "Note");
pub static BAD: Text = Text::fixed("Forkert", "Wrong");
pub static HOLDS: Text = Text::fixed("Der blev ikke fundet fejl.", "No fault was found.");
pub static FAILS: Text = Text::fixed("Der er noget, der skal rettes.", "There is something to put right.");
pub static NOT_RESOLVED: Text = Text::fixed(
    "Navnet kan ikke slås op: der er ingen DNS-post endnu, eller ændringen er ikke nået rundt. Det kan tage op til en time, og længere hvis posten fandtes før.",
    "The name does not resolve: there is no DNS record yet, or the change has not spread. That can take an hour, and longer where there was a record before.",
);
pub static TLS: Text = Text::fixed(
    "Der er ingen sikker forbindelse (TLS): certifikatet mangler, er udløbet eller lyder på et andet navn. Et nyt certifikat kan tage et kvarter.",
    "There is no secure connection (TLS): the certificate is missing, has expired or is for another name. A new certificate can take a quarter of an hour.",
);
pub static REDIRECT: Text = Text::fixed(
    "Svaret viser videre til en anden adresse. Sådan et svar følges ikke.",
    "The answer leads to another address. Such an answer is not followed.",
);
pub static TOO_LONG: Text = Text::fixed("Svaret er større end 256 kB.", "The answer is larger than 256 kB.");
pub static SILENT: Text = Text::fixed(
    "Ingen svarer: navnet findes ikke i DNS, eller der er ingen forbindelse til serveren inden for ti sekunder.",
    "Nobody answers: the name is not in DNS, or there is no connection to the server within ten seconds.",
);
pub static NOT_JSON: Text = Text::fixed(
    "Svaret er ikke et JSON-objekt: der svarer en anden end en OpenID-udsteder.",
    "The answer is no JSON object: somebody else than an OpenID issuer answers there.",
);

pub fn status(status: u16) -> Text {
    Text::filled(
        format!("Svaret har status {status} i stedet for 200."),
        format!("The answer has status {status} instead of 200."),
    )
}

pub fn at(url: &str, what: &Text) -> Text {
    use crate::pages::Lang;
    Text::filled(format!("{url}: {}", what.say(Lang::Da)), format!("{url}: {}", what.say(Lang::En)))
}
