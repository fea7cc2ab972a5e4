//! What the pages of domains say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Et domæne er et værtsnavn, som applikationer logger ind gennem: det er udsteder af deres tokens. NemID kører på et almindeligt domæne, MitID på et MitID-domæne.",
    "A domain is a host name that applications log in through: it is the issuer of their tokens. NemID runs on an ordinary domain, MitID on a MitID domain.",
);
pub static NONE: Text = Text::fixed("Her er intet domæne endnu.", "There is no domain here yet.");
pub static ADD: Text = Text::fixed("Tilføj domæne", "Add a domain");
pub static HOST: Text = Text::fixed("Vært", "Host");
pub static KIND: Text = Text::fixed("Slags", "Kind");
pub static NAME: Text = Text::fixed("Navn", "Name");
pub static STATE: Text = Text::fixed("Tilstand", "State");
pub static ORDINARY: Text = Text::fixed("Almindeligt", "Ordinary");
pub static MITID: Text = Text::fixed("MitID", "MitID");
pub static PEER: Text = Text::fixed("Side om side med", "Side by side with");
pub static ON: Text = Text::fixed("I drift", "In service");
pub static OFF: Text = Text::fixed("Slået fra", "Off");
pub static SEE: Text = Text::fixed("Bør ses efter", "Needs attention");
pub static ONLY_OPERATOR_TITLE: Text =
    Text::fixed("Domæner tilføjes af operatøren", "Domains are added by the operator");
pub static ONLY_OPERATOR: Text = Text::fixed(
    "Et værtsnavn tilhører én virksomhed og ét miljø for altid. Derfor tilføjer kun operatøren af denne installation nye domæner, når det er afklaret, hvem navnet tilhører. Derefter kan I selv ændre alt på domænet.",
    "A host name belongs to one company and one environment for ever. So only the operator of this installation adds new domains, once it is clear whose the name is. After that you can change everything about the domain yourselves.",
);
pub static ORDER_INSTEAD: Text = Text::fixed(
    "Skal I bruge MitID? Bestil det: når bestillingen er fuldført, står MitID-domænet her. Et almindeligt domæne under jeres eget navn beder I operatøren om.",
    "Do you need MitID? Order it: once the order is completed, the MitID domain appears here. For an ordinary domain under your own name, ask the operator.",
);
pub static ORDER: Text = Text::fixed("Bestil MitID", "Order MitID");
pub static TAKEN: Text = Text::fixed(
    "Værtsnavnet er optaget: det tilhører en anden virksomhed eller et andet miljø.",
    "The host is taken: it belongs to another company or environment.",
);
pub static EXISTS: Text =
    Text::fixed("Virksomheden har dette domæne allerede.", "This company has that domain already.");
pub static NOT_A_HOST: Text = Text::fixed(
    "Skriv et værtsnavn, for eksempel login.virksomhed.dk, uden https:// og uden skråstreg. Navne med æ, ø og å skrives som punycode.",
    "Write a host name, such as login.company.example, without https:// and without a slash. Names with letters outside a to z are written as punycode.",
);
pub static ISSUER: Text = Text::fixed("Udsteder", "Issuer");
pub static METADATA: Text = Text::fixed("Metadata", "Metadata");
pub static KEY_SET: Text = Text::fixed("Nøglesæt", "Key set");
pub static CREATED: Text = Text::fixed("Oprettet", "Created");
pub static CALLBACK: Text =
    Text::fixed("Callback, som registreres hos MitID-brokeren", "Callback to register at the upstream");
pub static WARNINGS: Text = Text::fixed("Bør ses efter", "Needs attention");
pub static NEMID_CLOSES: Text = Text::fixed(
    "NemID lukker snart: applikationer bør bede om MitID.",
    "NemID closes soon: applications should ask for MitID.",
);
pub static NEMID_CLOSED: Text = Text::fixed(
    "NemID er lukket. Den, der sendes til NemID, får MitID, hvor det tilbydes ved siden af, og applikationen har sin skygge; ellers en fejl.",
    "NemID has closed. Whoever is sent to it gets MitID where that is offered alongside and the application has its shadow; else an error.",
);
pub static REACH: Text = Text::fixed("DNS og rute", "DNS and route");
pub static LOCAL: Text = Text::fixed(
    "Navnet peger på denne maskine og kan bruges med det samme.",
    "The name points to this machine and can be used at once.",
);
pub static DNS_OWN: Text = Text::fixed(
    "Operatøren: ligger navnets zone i installationens Cloudflare-konto, sæt ruten ind i wrangler.toml under det miljø, der udrulles, og udrul. Cloudflare laver selv DNS-posten og certifikatet.",
    "The operator: where the name's zone is in the installation's Cloudflare account, put the route into wrangler.toml below the environment that is deployed, and deploy. Cloudflare makes the DNS record and the certificate itself.",
);
pub static DNS_CUSTOMER: Text = Text::fixed(
    "Ligger zonen et andet sted: virksomheden laver denne DNS-post hos sin egen udbyder. Operatøren tilføjer værtsnavnet som custom hostname (Cloudflare for SaaS) og oplyser målet.",
    "Where the zone is elsewhere: the company makes this DNS record at its own provider. The operator adds the host as a custom hostname (Cloudflare for SaaS) and tells the target.",
);
pub static DNS_ROUTE: Text = Text::fixed(
    "Ruten er da skrevet med operatørens zone:",
    "The route is then written with the operator's zone:",
);
pub static THEN_CHECK: Text = Text::fixed(
    "Kontrollér derefter, at domænet svarer. Kontrollen henter domænets metadata og nøgler over https, som applikationer gør.",
    "Then check that the domain answers. The check fetches the domain's metadata and keys over https, as applications do.",
);
pub static TARGET: Text = Text::fixed("operatørens-mål", "the-operators-target");
pub static ZONE: Text = Text::fixed("operatørens-zone", "the-operators-zone");
pub static CHECK: Text = Text::fixed("Kontrollér domænet", "Check the domain");
pub static CHECKED: Text = Text::fixed("Kontrol af domænet", "Check of the domain");
pub static NOT_PUBLIC: Text = Text::fixed(
    "Navnet er ikke et offentligt navn på port 443, så det kan ikke kontrolleres herfra. Åbn dets metadata i din egen browser.",
    "The name is no public name on port 443, so it cannot be checked from here. Open its metadata in your own browser.",
);
pub static KEYS_ELSEWHERE: Text = Text::fixed(
    "Metadata peger på nøgler uden for domænet.",
    "The metadata points to keys outside the domain.",
);
pub static NO_KEYS: Text = Text::fixed(
    "Nøglesættet er tomt: ingen tokens kan kontrolleres.",
    "The key set is empty: no token can be verified.",
);
pub static LOOK_AT_DNS: Text = Text::fixed(
    "Se efter DNS-posten og ruten her på siden, og prøv igen om lidt.",
    "Look at the DNS record and the route on this page, and try again in a while.",
);
pub static LOOK_AT_ROUTE: Text = Text::fixed(
    "Navnet findes, men noget andet svarer: ruten til Worker'en mangler, domænet er slået fra, eller ændringen er ikke udrullet endnu.",
    "The name is there, but something else answers: the route to the Worker is missing, the domain is off, or the change is not published yet.",
);
pub static SETTINGS: Text = Text::fixed("Indstillinger", "Settings");
pub static MORE: Text = Text::fixed("Mere om domænet", "More about the domain");
pub static REMOVE: Text = Text::fixed("Fjern domænet", "Remove the domain");
pub static REMOVE_TEXT: Text = Text::fixed(
    "Domænet holder op med at svare, og dets upstreams og udseende slettes. Det kan kun fjernes, når det ingen applikationer har. Værtsnavnet bliver ved med at tilhøre virksomheden.",
    "The domain stops answering, and its upstreams and styling are deleted. It can be removed only when it has no applications. The host stays the company's.",
);
pub static CLOSES: Text = Text::fixed("NemID lukker", "NemID closes");
pub static CLOSING: Text = Text::fixed("Flyt NemIDs lukning", "Move NemID's closing");
pub static CLOSING_ABOUT: Text = Text::fixed(
    "Dagen gælder alle, der logger ind på dette domæne. En dag, der er gået, lukker NemID med det samme, og en dag, der kommer, holder det åbent så længe. Loggen viser, hvem der flyttede den, fra hvad og til hvad.",
    "The day counts for everybody who logs in at this domain. A day that has passed closes NemID at once, and a day to come keeps it open until then. The log of changes shows who moved it, from what and to what.",
);
pub static BACK: Text = Text::fixed("Tilbage", "Back");

pub fn other_issuer(issuer: &str, stated: &str) -> Text {
    Text::filled(
        format!(
            "Metadata er fra udstederen \u{201d}{stated}\u{201d} og ikke fra {issuer}: en anden svarer på navnet."
        ),
        format!(
            "The metadata is of the issuer \u{201c}{stated}\u{201d}, not of {issuer}: somebody else answers to the name."
        ),
    )
}

pub fn answers(issuer: &str) -> Text {
    Text::filled(
        format!("{issuer} svarer med sine egne metadata."),
        format!("{issuer} answers with its own metadata."),
    )
}

pub fn keys(count: usize) -> Text {
    Text::filled(
        format!("Nøglesættet kan læses; det har {count} nøgle(r)."),
        format!("The key set can be read; it has {count} key(s)."),
    )
}
