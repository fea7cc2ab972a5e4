//! Ordering MitID: what the tenant's pages and the operator's desk say.

use super::super::Text;

// The order and its fields.

pub const COMPANY: Text = Text::fixed("Virksomhedens navn", "Company name");
pub const COMPANY_HELP: Text =
    Text::fixed("Det juridiske navn, højst 200 tegn.", "The legal name, at most 200 characters.");
pub const ALIAS: Text = Text::fixed("Navn i MitID", "Company alias");
pub const ALIAS_HELP: Text = Text::fixed(
    "Det navn, brugerne ser i MitID-boksen og i appen: »Log på hos …«. Højst 64 tegn.",
    "The name that users see in the MitID box and in the app: “Log on at …”. At most 64 characters.",
);
pub const PREFIX: Text = Text::fixed("Domænepræfiks", "Domain prefix");
pub const PREFIX_HELP: Text = Text::fixed(
    "Den første del af jeres MitID-domæne. Små bogstaver a-z, tal og bindestreger. Kan ikke ændres, når domænet er klar.",
    "The first part of your MitID domain. Small letters a-z, digits and hyphens. It cannot be changed once the domain is ready.",
);
pub const COUNTRY: Text = Text::fixed("Land", "Country");
pub const COUNTRY_HELP: Text = Text::fixed(
    "Det land, momsnummeret hører til. Kan udelades, hvis nummeret begynder med landets bogstaver.",
    "The country of the VAT number. May be left out if the number begins with the country's letters.",
);
pub const VAT: Text = Text::fixed("Momsnummer", "VAT number");
pub const VAT_HELP: Text = Text::fixed(
    "I Danmark CVR-nummeret. Skal bruges i PRODUCTION, kan udelades i TEST. Landet skal være i EU, eller Nordirland.",
    "In Denmark the CVR number. Required in PRODUCTION, optional in TEST. The country must be in the EU, or Northern Ireland.",
);
pub const ENTITY: Text = Text::fixed("Offentlig eller privat", "Public or private entity");
pub const ENTITY_HELP: Text = Text::fixed(
    "Afgør, hvilke regler om CPR-numre der gælder: myndigheder får nummeret direkte, private skal have brugerens samtykke.",
    "Decides which rules on CPR numbers hold: authorities are given the number, private companies need the user's consent.",
);
pub const ENTITY_NONE: Text = Text::fixed("Vælg", "Choose");
pub const ENTITY_PUBLIC: Text = Text::fixed("Offentlig myndighed", "Public authority");
pub const ENTITY_PRIVATE: Text = Text::fixed("Privat virksomhed", "Private company");
pub const CONTACT_NAME: Text = Text::fixed("Kontaktperson", "Contact name");
pub const CONTACT_NAME_HELP: Text =
    Text::fixed("Den, operatøren kan spørge om ordren.", "Whom the operator may ask about the order.");
pub const CONTACT_EMAIL: Text = Text::fixed("E-mail", "E-mail");
pub const CONTACT_EMAIL_HELP: Text =
    Text::fixed("Bruges kun til spørgsmål om ordren.", "Used only for questions about the order.");
pub const CONTACT_PHONE: Text = Text::fixed("Telefon", "Phone");
pub const CONTACT_PHONE_HELP: Text = Text::fixed("Kan udelades.", "May be left out.");

// What is wrong with them.

pub static MISSING: Text = Text::fixed("Feltet skal udfyldes.", "This must be filled in.");
pub static TOO_LONG: Text = Text::fixed("Teksten er for lang.", "The text is too long.");
pub static HIDDEN_CHARACTERS: Text = Text::fixed(
    "Teksten har tegn, der ikke kan ses. Skriv den igen i stedet for at kopiere den.",
    "The text has characters that cannot be seen. Type it instead of copying it.",
);
pub static PREFIX_RULE: Text = Text::fixed(
    "Brug bogstaver a-z, tal og bindestreger, højst 63 tegn. Begynd og slut med et bogstav eller tal, og hav ikke to bindestreger på tredje og fjerde plads.",
    "Use letters a-z, digits and hyphens, at most 63. Begin and end with a letter or digit, and have no two hyphens in the third and fourth place.",
);
pub static PREFIX_RESERVED: Text =
    Text::fixed("Dette ord er reserveret. Vælg et andet.", "This word is reserved. Choose another.");
pub static PREFIX_TAKEN: Text =
    Text::fixed("En anden har allerede dette præfiks.", "Somebody else has this prefix already.");
pub static EMAIL_RULE: Text =
    Text::fixed("Skriv en e-mailadresse: navn@firma.dk.", "Write an e-mail address: name@company.com.");
pub static PHONE_RULE: Text = Text::fixed("Skriv et telefonnummer.", "Write a phone number.");
pub static VAT_NO_COUNTRY: Text = Text::fixed(
    "Vælg landet, eller begynd nummeret med landets to bogstaver, f.eks. DK.",
    "Choose the country, or begin the number with the country's two letters, such as DK.",
);
pub static VAT_NOT_EU: Text = Text::fixed(
    "Landet er ikke i EU. Kun virksomheder i EU og Nordirland (XI) kan bestille.",
    "The country is not in the EU. Only companies in the EU and Northern Ireland (XI) can order.",
);
pub static VAT_OTHER_COUNTRY: Text =
    Text::fixed("Nummeret hører til et andet land.", "The number belongs to another country.");
pub static VAT_SHAPE: Text = Text::fixed(
    "Sådan ser et momsnummer fra dette land ikke ud. Se efter, om der mangler tegn.",
    "A VAT number of this country does not look like that. See whether characters are missing.",
);
pub static VAT_CHECK_DIGITS: Text = Text::fixed(
    "Et ciffer er forkert: nummerets kontrolcifre passer ikke.",
    "A digit is wrong: the number's check digits do not fit.",
);

// The tenant's pages.

pub static INTRO: Text = Text::fixed(
    "MitID kører på et domæne for sig selv. Bestil det her: udfyld ordren, indsend den, og tryk på Gennemfør, når operatøren har gjort domænet klart.",
    "MitID runs on a domain of its own. Order it here: fill in the order, submit it, and press Complete when the operator has the domain ready.",
);
pub static NEEDS_TEST: Text = Text::fixed(
    "I TEST skal du bruge et domænepræfiks, virksomhedens navn, om den er offentlig eller privat, og en kontaktperson. Momsnummeret kan udelades. Domænet er klar, så snart operatøren har godkendt ordren.",
    "In TEST you need a domain prefix, the company's name, whether it is public or private, and a person to ask. The VAT number may be left out. The domain is ready as soon as the operator has approved the order.",
);
pub static NEEDS_PRODUCTION: Text = Text::fixed(
    "I PRODUCTION skal I have et almindeligt domæne i drift, et momsnummer fra EU eller Nordirland, og en, der kan acceptere vilkårene for virksomheden. Bedst er det at vise med MitID Erhverv, at I er medarbejder i virksomheden; ordrens side fører dertil. Ellers kontrollerer operatøren, hvem I er.",
    "In PRODUCTION you need an ordinary domain in service, a VAT number of the EU or Northern Ireland, and somebody who can accept the terms for the company. It is best to show by MitID Erhverv that you are an employee of the company; the page of the order leads there. Otherwise the operator checks who you are.",
);
pub static BEGIN: Text = Text::fixed("Begynd en ordre", "Begin an order");
pub static EDIT: Text = Text::fixed("Ret ordren", "Edit the order");
pub static EDIT_TITLE: Text = Text::fixed("Ordren", "The order");
pub static SAVE_DRAFT: Text = Text::fixed("Gem kladden", "Save the draft");
pub static STATUS: Text = Text::fixed("Status", "Status");
pub static STEPS: Text = Text::fixed("Ordrens gang", "Steps of the order");
pub static SINCE: Text = Text::fixed("Siden", "Since");
pub static REASON: Text = Text::fixed("Begrundelse", "Reason");
pub static DOMAIN: Text = Text::fixed("MitID-domæne", "MitID domain");
pub static PROOF: Text = Text::fixed("Ansøgerens dokumentation", "Applicant's proof");
pub static PROOF_EMPLOYEE: Text = Text::fixed(
    "Login som medarbejder: CVR-nummeret i login er virksomhedens.",
    "Employee login: the CVR number of the login is the company's.",
);
pub static PROOF_MANUAL: Text = Text::fixed(
    "Intet login som medarbejder: operatøren kontrollerer, hvem der bestiller.",
    "No employee login: the operator checks who orders.",
);
pub static TERMS: Text = Text::fixed("Vilkår", "Terms");
pub static TERMS_BY: Text = Text::fixed("accepteret af", "accepted by");
pub static SUBMIT_TITLE: Text = Text::fixed("Indsend ordren", "Submit the order");
pub static SUBMIT: Text = Text::fixed("Indsend", "Submit");
pub static SUBMIT_HELP: Text = Text::fixed(
    "Operatøren ser ordren, når den er indsendt. Præfikset er reserveret til jer, fra den er indsendt, til I trækker den tilbage.",
    "The operator sees the order once it is submitted. The prefix is reserved for you from then until you withdraw.",
);
pub static WILL_PROVE: Text = Text::fixed(
    "Du er logget ind som medarbejder i virksomheden. Det følger med ordren som dokumentation.",
    "You are signed in as an employee of the company. That goes with the order as proof.",
);
pub static WILL_NOT_PROVE: Text = Text::fixed(
    "Du er ikke logget ind som medarbejder i den danske virksomhed, som ordren nævner. Operatøren kontrollerer derfor, hvem I er. Det kan tage længere tid.",
    "You are not signed in as an employee of the Danish company that the order names. The operator therefore checks who you are, which may take longer.",
);
pub static PROVE: Text = Text::fixed("Vis det med MitID Erhverv", "Show it by MitID Erhverv");
pub static WITHDRAW: Text = Text::fixed("Træk ordren tilbage", "Withdraw the order");
pub static WITHDRAW_HELP: Text = Text::fixed(
    "Operatøren holder op med at arbejde på den, og andre kan få præfikset. En ny ordre kan begyndes siden.",
    "The operator stops working on it, and others may have the prefix. Another order can be begun later.",
);
pub static COMPLETE_TITLE: Text = Text::fixed("Gennemfør", "Complete");
pub static COMPLETE: Text = Text::fixed("Gennemfør", "Complete");
pub static COMPLETE_HELP: Text = Text::fixed(
    "Domænet er klar. Når du gennemfører, sættes det i drift. Sæt derefter MitID op for domænet under Identitetstjenester (adgangen får I af jeres MitID-broker), vælg indstillingerne dér, og opret skyggeapplikationer.",
    "The domain is ready. Completing puts it into service. Then set up MitID for the domain under Identity services (your MitID broker gives you the access), choose the settings there, and make shadow applications.",
);
pub static COMPLETE_NOT_YET: Text = Text::fixed(
    "Bliver aktiv, når operatøren har gjort domænet klart.",
    "Becomes active when the operator has the domain ready.",
);
pub static COMPLETED: Text = Text::fixed(
    "Ordren er gennemført. Domænet står under Domæner.",
    "The order is completed. The domain is under Domains.",
);
pub static OPEN_DOMAIN: Text = Text::fixed("Åbn domænet", "Open the domain");
pub static OPEN_EIDS: Text = Text::fixed("Vælg indstillinger for MitID", "Choose the settings of MitID");
pub static REJECTED_HELP: Text = Text::fixed(
    "Operatøren har afvist ordren. Ret den, og indsend den igen.",
    "The operator has rejected the order. Edit it, and submit it again.",
);

// What keeps a step from being taken.

pub static CHANGED: Text = Text::fixed(
    "Ordren er ændret, siden siden blev åbnet. Se, hvordan den står nu.",
    "The order was changed since this page was opened. See how it is now.",
);
pub static TERMS_MISSING: Text = Text::fixed(
    "Begge vilkår skal accepteres, før ordren kan indsendes.",
    "Both terms must be accepted before the order can be submitted.",
);
pub static TERMS_CHANGED: Text = Text::fixed(
    "Vilkårene er ændret, siden siden blev åbnet. Læs dem igen.",
    "The terms were changed since this page was opened. Read them again.",
);
pub static NO_PRODUCTION_DOMAIN: Text = Text::fixed(
    "I skal først have et almindeligt domæne i drift i PRODUCTION. Bed operatøren om det under Domæner.",
    "You first need an ordinary domain in service in PRODUCTION. Ask the operator for one, under Domains.",
);
pub static DOMAIN_GONE: Text = Text::fixed(
    "Domænet findes ikke længere. Kontakt operatøren.",
    "The domain is there no longer. Contact the operator.",
);
pub static NOT_SAVED: Text = Text::fixed("Det kunne ikke gøres", "This could not be done");

// The terms: the installation's standard terms, short and plain. They say what the software relies on.

pub static TERMS_NOTE: Text =
    Text::fixed("Installationens standardvilkår, version", "The installation's standard terms, version");
pub static TERMS_GENERAL_TITLE: Text = Text::fixed("Generelle vilkår", "General terms");
pub static TERMS_GENERAL: [Text; 4] = [
    Text::fixed(
        "Operatøren leverer login for virksomheden og sender resultatet af et login til de applikationer, virksomheden selv har registreret.",
        "The operator provides logins for the company and sends the result of a login to the applications that the company itself has registered.",
    ),
    Text::fixed(
        "Virksomheden er dataansvarlig for de oplysninger, den modtager, og beder kun om dem, den har brug for og ret til.",
        "The company is the controller of the data that it receives, and asks only for what it needs and may have.",
    ),
    Text::fixed(
        "Virksomheden opbevarer sine hemmeligheder og nøgler sikkert og siger straks til operatøren, hvis de kan være kommet i andres hænder.",
        "The company keeps its secrets and keys safe and tells the operator at once if others may have got them.",
    ),
    Text::fixed(
        "Virksomheden giver rigtige oplysninger om sig selv og retter dem, når de ændrer sig. Aftalen gælder, til en af parterne opsiger den.",
        "The company gives true particulars of itself and corrects them when they change. The agreement holds until a party ends it.",
    ),
];
pub static TERMS_MITID_TITLE: Text = Text::fixed("Vilkår for MitID", "MitID terms");
pub static TERMS_MITID: [Text; 5] = [
    Text::fixed(
        "MitID vises på en hel side, aldrig i en ramme, så brugeren kan se adressen. MitID-boksen ændres ikke.",
        "MitID is shown on a full page, never in a frame, so that users can see the address. The MitID box is not altered.",
    ),
    Text::fixed(
        "Knapper og tekster, der fører til MitID, følger MitID's regler for navn, farver og ordlyd.",
        "Buttons and texts that lead to MitID follow MitID's rules on name, colours and wording.",
    ),
    Text::fixed(
        "Virksomheden kontrollerer de tokens, den modtager, og lader intet login tælle for mere end det sikringsniveau, der står i det.",
        "The company validates the tokens that it receives, and lets no login count for more than the level it states.",
    ),
    Text::fixed(
        "CPR-numre må kun behandles, hvor loven tillader det eller brugeren har givet samtykke, og de offentliggøres aldrig.",
        "CPR numbers are processed only where the law allows it or the user has consented, and are never published.",
    ),
    Text::fixed(
        "Virksomheden gennemgår hvert år, at den overholder disse regler, og hjælper brugere til den ægte MitID-app.",
        "The company reviews every year that it keeps these rules, and guides users to the genuine MitID app.",
    ),
];
pub static ACCEPT_GENERAL: Text = Text::fixed(
    "Jeg accepterer de generelle vilkår på virksomhedens vegne.",
    "I accept the general terms on behalf of the company.",
);
pub static ACCEPT_MITID: Text = Text::fixed(
    "Jeg accepterer vilkårene for MitID på virksomhedens vegne.",
    "I accept the MitID terms on behalf of the company.",
);

// The operator's desk.

pub static DESK_EMPTY: Text = Text::fixed("Ingen ordrer venter.", "No orders are waiting.");
pub static DESK_TABLE: Text = Text::fixed("Åbne ordrer, de ældste først", "Open orders, oldest first");
pub static TENANT: Text = Text::fixed("Virksomhed", "Tenant");
pub static ENVIRONMENT: Text = Text::fixed("Miljø", "Environment");
pub static ORDERED_AT: Text = Text::fixed("Indsendt", "Submitted");
pub static ORDER_OF: Text = Text::fixed("Ordre", "Order");
pub static NO_ORDER: Text = Text::fixed("Der er ingen ordre.", "There is no order.");
pub static VERIFY: Text = Text::fixed("Begynd kontrollen", "Begin verification");
pub static VERIFY_HELP: Text = Text::fixed(
    "Virksomheden kan se, at ordren er i gang.",
    "The tenant can see that the order is being worked on.",
);
pub static APPROVE: Text = Text::fixed("Godkend", "Approve");
pub static APPROVE_TEST_HELP: Text = Text::fixed(
    "Domænet bliver virksomhedens for altid og er straks klar til at gennemføre.",
    "The domain becomes the tenant's for ever, and is ready to complete at once.",
);
pub static APPROVE_PRODUCTION_HELP: Text = Text::fixed(
    "Du har kontrolleret virksomheden og den, der bestiller. Lad derefter navnet delegere og føre til installationen.",
    "You have checked the company and who orders. Then have the name delegated and led to this installation.",
);
pub static REJECT: Text = Text::fixed("Afvis", "Reject");
pub static REJECT_REASON: Text = Text::fixed("Begrundelse til virksomheden", "Reason, for the tenant");
pub static REJECT_HELP: Text = Text::fixed(
    "Virksomheden kan læse den, rette ordren og indsende den igen. Højst 500 tegn.",
    "The tenant can read it, edit the order and submit it again. At most 500 characters.",
);
pub static READY: Text = Text::fixed("Domænet er klart", "Mark the domain ready");
pub static READY_HELP: Text = Text::fixed(
    "Domænet bliver virksomhedens for altid, slået fra, til virksomheden gennemfører ordren.",
    "The domain becomes the tenant's for ever, off until the tenant completes the order.",
);
pub static WAITS_FOR_TENANT: Text = Text::fixed(
    "Venter på, at virksomheden gennemfører ordren.",
    "Waiting for the tenant to complete the order.",
);
pub static HOST_TAKEN: Text = Text::fixed(
    "Domænet er en andens eller bruges til andet. Afvis ordren, og bed om et andet præfiks.",
    "The domain is somebody else's, or is used for something else. Reject the order and ask for another prefix.",
);
pub static HOST_IMPOSSIBLE: Text = Text::fixed(
    "Præfikset og installationens endelse giver intet værtsnavn.",
    "The prefix and the installation's suffix make no host name.",
);
pub static REASON_MISSING: Text =
    Text::fixed("Skriv en begrundelse på højst 500 tegn.", "Write a reason of at most 500 characters.");
pub static VIES: Text = Text::fixed("VIES", "VIES");
pub static VIES_VALID: Text = Text::fixed("Nummeret er i brug.", "The number is in use.");
pub static VIES_INVALID: Text = Text::fixed("Nummeret er ikke i brug.", "The number is not in use.");
pub static VIES_UNKNOWN: Text = Text::fixed(
    "Intet svar; skal kontrolleres. Det siger intet om nummeret.",
    "No answer; to be checked. That says nothing of the number.",
);
pub static VIES_ASK: Text = Text::fixed("Spørg VIES igen", "Ask VIES again");
pub static PERSON: Text = Text::fixed("Bestilt af", "Ordered by");

// Telling the tenant's own system.

pub static WEBHOOK_TITLE: Text = Text::fixed("Besked til jeres eget system", "Tell a system of your own");
pub static WEBHOOK_INTRO: Text = Text::fixed(
    "Når en ordre får en ny status, i TEST eller PRODUCTION, sender vi en POST med JSON til denne adresse. Svarer den ikke med 2xx, prøver vi igen i omtrent et døgn.",
    "When an order gets another status, in TEST or PRODUCTION, we POST JSON to this address. Where it does not answer with 2xx, we try again for about a day.",
);
pub static WEBHOOK_URL: Text = Text::fixed("Adresse", "Address");
pub static WEBHOOK_URL_HELP: Text = Text::fixed(
    "En https-adresse. Tom sender ingenting. Hver gang adressen gemmes, bliver hemmeligheden en ny.",
    "An https address. Empty sends nothing. Each time the address is saved, the secret is a new one.",
);
pub static WEBHOOK_URL_RULE: Text = Text::fixed(
    "Skriv en https-adresse, der kan nås fra internettet.",
    "Write an https address that can be reached from the internet.",
);
pub static WEBHOOK_SECRET: Text = Text::fixed("Hemmelighed", "Secret");
pub static WEBHOOK_SECRET_HELP: Text = Text::fixed(
    "Hver besked er underskrevet: Authorization er EEID-HMAC-SHA256 t=<sekunder>,v1=<HMAC-SHA256 i hex af sekunderne, et punktum og indholdet>. Afvis det, der er ældre end fem minutter.",
    "Each message is signed: Authorization is EEID-HMAC-SHA256 t=<seconds>,v1=<HMAC-SHA256 in hex of the seconds, a dot and the body>. Refuse what is older than five minutes.",
);
pub static ERASED: Text = Text::fixed("Oplysninger", "Details");
pub static ERASED_WHY: Text =
    Text::fixed("Slettet fem år efter ordrens afslutning.", "Erased five years after the end of the order.");
pub static WEBHOOK_WAITING: Text = Text::fixed("Beskeder, der venter", "Messages that wait");

/// Countries by their prefixes.
pub static COUNTRIES: [(&str, Text); 29] = [
    ("", Text::fixed("Står i nummeret", "As the number says")),
    ("BE", Text::fixed("Belgien", "Belgium")),
    ("BG", Text::fixed("Bulgarien", "Bulgaria")),
    ("CY", Text::fixed("Cypern", "Cyprus")),
    ("DK", Text::fixed("Danmark", "Denmark")),
    ("EE", Text::fixed("Estland", "Estonia")),
    ("FI", Text::fixed("Finland", "Finland")),
    ("FR", Text::fixed("Frankrig", "France")),
    ("EL", Text::fixed("Grækenland", "Greece")),
    ("IE", Text::fixed("Irland", "Ireland")),
    ("IT", Text::fixed("Italien", "Italy")),
    ("HR", Text::fixed("Kroatien", "Croatia")),
    ("LV", Text::fixed("Letland", "Latvia")),
    ("LT", Text::fixed("Litauen", "Lithuania")),
    ("LU", Text::fixed("Luxembourg", "Luxembourg")),
    ("MT", Text::fixed("Malta", "Malta")),
    ("NL", Text::fixed("Nederlandene", "Netherlands")),
    ("XI", Text::fixed("Nordirland", "Northern Ireland")),
    ("PL", Text::fixed("Polen", "Poland")),
    ("PT", Text::fixed("Portugal", "Portugal")),
    ("RO", Text::fixed("Rumænien", "Romania")),
    ("SK", Text::fixed("Slovakiet", "Slovakia")),
    ("SI", Text::fixed("Slovenien", "Slovenia")),
    ("ES", Text::fixed("Spanien", "Spain")),
    ("SE", Text::fixed("Sverige", "Sweden")),
    ("CZ", Text::fixed("Tjekkiet", "Czechia")),
    ("DE", Text::fixed("Tyskland", "Germany")),
    ("HU", Text::fixed("Ungarn", "Hungary")),
    ("AT", Text::fixed("Østrig", "Austria")),
];
