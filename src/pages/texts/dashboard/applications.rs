//! What the pages of applications say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "En applikation er det, brugerne logger ind til. Den hører til ét domæne, som er dens issuer.",
    "An application is what users log in to. It belongs to one domain, which is its issuer.",
);
pub static NO_DOMAINS: Text = Text::fixed(
    "Miljøet har intet domæne på denne side. En applikation hører til et domæne.",
    "The environment has no domain on this page. An application belongs to a domain.",
);
pub static NONE: Text = Text::fixed("Ingen applikationer.", "No applications.");
pub static ALL_OF_DOMAIN: Text = Text::fixed("Alle på domænet", "All of this domain");
pub static ADD: Text = Text::fixed("Opret applikation", "Add an application");
pub static NAME: Text = Text::fixed("Navn", "Name");
pub static CLIENT_ID: Text = Text::fixed("Client ID", "Client ID");
pub static STATE: Text = Text::fixed("Tilstand", "State");
pub static ENABLED: Text = Text::fixed("Slået til", "Enabled");
pub static DISABLED: Text = Text::fixed("Slået fra", "Disabled");
pub static DOMAIN: Text = Text::fixed("Domæne", "Domain");
pub static TABS: Text = Text::fixed("Om applikationen", "About the application");
pub static GENERAL: Text = Text::fixed("Generelt", "General");
pub static EIDS: Text = Text::fixed("eID’er", "eIDs");
pub static OPENID: Text = Text::fixed("OpenID Connect", "OpenID Connect");
pub static PAGES: Text = Text::fixed("Sider", "Pages");
pub static ADVANCED: Text = Text::fixed("Avanceret", "Advanced");
pub static SECRETS: Text = Text::fixed("Hemmeligheder", "Secrets");
pub static CODE: Text = Text::fixed("Kode", "Code");
pub static SHADOW_MISSING: Text = Text::fixed(
    "Applikationen har ingen skyggeapplikation på MitID-domænet. Uden den kan brugerne ikke vælge MitID, og applikationen kan ikke flytte.",
    "The application has no shadow application on the MitID domain. Without it users cannot choose MitID, and the application cannot move.",
);
pub static SHADOW_DIFFERS: Text =
    Text::fixed("Skyggeapplikationen afviger. Forskelle:", "The shadow application differs in:");
pub static MAKE_SHADOW: Text = Text::fixed("Opret skygge", "Make the shadow");
pub static MAKE_ALIKE: Text = Text::fixed("Ret skyggen på samme måde", "Make the same change to the shadow");
pub static SHADOW_ALIKE: Text =
    Text::fixed("Skyggeapplikationen er ens.", "The shadow application is alike.");
pub static REMOVE: Text = Text::fixed("Slet applikationen", "Remove the application");
pub static REMOVE_ABOUT: Text = Text::fixed(
    "Alle logins gennem den holder op med det samme, og dens hemmeligheder slettes. Det kan ikke fortrydes. Skal den kun hvile, så slå den fra i stedet.",
    "All logins through it stop at once, and its secrets are removed. This cannot be undone. If it is only to rest, disable it instead.",
);
pub static REMOVE_SHADOW_STAYS: Text = Text::fixed(
    "En skyggeapplikation på MitID-domænet bliver og skal slettes for sig.",
    "A shadow application on the MitID domain stays. Remove it there if it is not to be used any more.",
);
pub static CHANGED_MEANWHILE: Text = Text::fixed(
    "Den er blevet ændret, siden du åbnede siden. Se efter, om den stadig skal fjernes.",
    "It was changed since you opened this page. See whether it is still to be removed.",
);
pub static CANCEL: Text = Text::fixed("Fortryd", "Cancel");
pub static COPY: Text = Text::fixed("Kopiér til PRODUCTION", "Copy to PRODUCTION");
pub static COPY_ABOUT: Text = Text::fixed(
    "Applikationens indstillinger kopieres under samme Client ID. Hemmeligheder og optagelse følger ikke med: lav en ny hemmelighed i PRODUCTION.",
    "The application's settings are copied under the same client ID. Secrets and recording do not come along: make a new secret in PRODUCTION.",
);
pub static COPY_TO: Text = Text::fixed("Domæne i PRODUCTION", "Domain in PRODUCTION");
pub static COPY_NO_DOMAIN: Text = Text::fixed(
    "Virksomheden har intet domæne i PRODUCTION endnu.",
    "The tenant has no domain in PRODUCTION yet.",
);
pub static COPY_SHOW: Text = Text::fixed("Vis ændringen", "Show the change");
pub static COPY_MADE: Text = Text::fixed(
    "Applikationen findes ikke der endnu. Den bliver oprettet sådan:",
    "The application is not there yet. It will be made like this:",
);
pub static COPY_DIFFERS: Text = Text::fixed(
    "Applikationen findes der allerede. Dette bliver ændret:",
    "The application is there already. This will be changed:",
);
pub static COPY_ALIKE: Text = Text::fixed(
    "Applikationen i PRODUCTION er allerede sådan. Der er intet at ændre.",
    "The application in PRODUCTION is like this already. There is nothing to change.",
);
pub static COPY_REFUSED: Text = Text::fixed(
    "Dette kan ikke bruges i PRODUCTION og bliver ikke kopieret:",
    "This cannot be used in PRODUCTION and is not copied:",
);
pub static COPY_NO_CALLBACK: Text = Text::fixed(
    "Der er ingen callback-adresse, som kan bruges i PRODUCTION. Tilføj en https-adresse først.",
    "There is no callback URL that can be used in PRODUCTION. Add an https address first.",
);
pub static COPY_CHANGED: Text = Text::fixed(
    "En af de to applikationer er ændret, siden du så listen. Her er den igen.",
    "One of the two applications was changed since you saw the list. Here it is again.",
);
pub static COPY_NOW: Text = Text::fixed("I PRODUCTION nu", "In PRODUCTION now");
pub static COPY_THEN: Text = Text::fixed("Bliver til", "Will be");
pub static SECRETS_ABOUT: Text = Text::fixed(
    "Applikationen beviser med en hemmelighed, hvem den er. Skift uden afbrydelse: lav en ny, tag den i brug i applikationen, og fjern så den gamle. Begge virker imens.",
    "With a secret the application proves who it is. Replace it without an interruption: make a new one, take it into use in the application, then remove the old one. Both work meanwhile.",
);
pub static SECRETS_UNUSED: Text = Text::fixed(
    "Applikationens indstillinger bruger ingen hemmelighed (se OpenID Connect).",
    "The application's settings use no secret (see OpenID Connect).",
);
pub static SECRETS_NONE: Text = Text::fixed("Ingen hemmeligheder.", "No secrets.");
pub static SECRET_ONE: Text = Text::fixed("Hemmelighed", "Secret");
pub static SECRET_NEW: Text = Text::fixed("Lav en ny hemmelighed", "Make a new secret");
pub static SECRET_MADE: Text = Text::fixed(
    "Gem hemmeligheden nu. Den vises kun denne ene gang; vi har den ikke selv.",
    "Keep the secret now. It is shown only this once; we do not have it ourselves.",
);
pub static SECRET_ID: Text = Text::fixed("Id", "Id");
pub static SECRET_SINCE: Text = Text::fixed("Lavet", "Made");
pub static SECRET_AGE: Text = Text::fixed("Alder", "Age");
pub static SECRET_ENDS: Text = Text::fixed("Gælder indtil", "Counts until");
pub static SECRET_FOREVER: Text = Text::fixed("udløber ikke", "does not end");
pub static SECRET_OVER: Text = Text::fixed("udløbet", "is over");
pub static SECRET_REMOVE: Text = Text::fixed("Fjern", "Remove");
pub static SECRET_REMOVE_TITLE: Text = Text::fixed("Fjern hemmeligheden", "Remove the secret");
pub static SECRET_REMOVE_ABOUT: Text = Text::fixed(
    "En applikation, der endnu bruger den, bliver afvist med det samme. Tjek først, at den bruger en anden.",
    "An application that still uses it is refused at once. Check first that it uses another one.",
);
pub static SECRET_LAST: Text =
    Text::fixed("Det er applikationens eneste hemmelighed.", "It is the only secret of the application.");
pub static SECRET_CHECK: Text = Text::fixed("Passer denne hemmelighed?", "Does this secret match?");
pub static SECRET_CHECK_HELP: Text = Text::fixed(
    "Indsæt den, applikationen bruger. Den sammenlignes og gemmes ikke.",
    "Paste the one that the application uses. It is compared and not stored.",
);
pub static SECRET_CHECK_DO: Text = Text::fixed("Sammenlign", "Compare");
pub static SECRET_MATCHES: Text = Text::fixed("Den passer med", "It matches");
pub static SECRET_MATCHES_NOT: Text = Text::fixed(
    "Den passer ikke med nogen af applikationens hemmeligheder.",
    "It matches none of the application's secrets.",
);
pub static DONE: Text = Text::fixed("Tilbage til applikationen", "Back to the application");
pub static CODE_ABOUT: Text = Text::fixed(
    "Færdige stykker med denne applikations værdier. Sæt hemmeligheden ind, hvor der står INSERT_SECRET; den vises ikke her.",
    "Ready pieces with this application's values. Put the secret in where it says INSERT_SECRET; it is not shown here.",
);
pub static CODE_VALUES: Text = Text::fixed("Værdier", "Values");
pub static CODE_CALLBACK: Text = Text::fixed("Callback-adresse", "Callback URL");
pub static CODE_METADATA: Text = Text::fixed("Metadata", "Metadata");
pub static CODE_BROKERS: Text = Text::fixed(
    "Keycloak, Auth0, Okta og Entra har deres egen callback-adresse. Føj den til under Generelt; den står ved hvert stykke.",
    "Keycloak, Auth0, Okta and Entra have a callback URL of their own. Add it under General; it stands with each piece.",
);
pub static CODE_PUBLIC: Text = Text::fixed(
    "Applikationen er offentlig: den har ingen hemmelighed og bruger PKCE. De andre stykker kræver en hemmelighed.",
    "The application is public: it has no secret and uses PKCE. The other pieces need a secret.",
);
pub static CODE_OWN_KEY: Text = Text::fixed(
    "Applikationen beviser med sin egen nøgle, hvem den er (private_key_jwt). De andre stykker kræver en hemmelighed.",
    "The application proves who it is with its own key (private_key_jwt). The other pieces need a secret.",
);

/// How old something is.
pub fn days(days: u64) -> Text {
    if days == 1 {
        return Text::fixed("1 dag", "1 day");
    }
    Text::filled(format!("{days} dage"), format!("{days} days"))
}
