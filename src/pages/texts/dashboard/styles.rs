//! What the pages about styling say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Hvert domæne har sit eget udseende. Det, der gemmes, er en kladde; brugerne ser den først, når den udgives.",
    "Each domain looks its own way. What is saved is a draft; users see it only once it is published.",
);
pub static NO_DOMAIN: Text = Text::fixed(
    "Her er intet domæne endnu, så der er intet at udforme.",
    "There is no domain here yet, so there is nothing to style.",
);
pub static LIVE: Text = Text::fixed("Udgivet", "Published");
pub static DRAFT: Text = Text::fixed("Kladde", "Draft");
pub static EARLIER: Text = Text::fixed("Tidligere", "Earlier");
pub static NONE: Text =
    Text::fixed("Ingen: siderne har vores eget udseende", "None: the pages look as ours do");
pub static NO_DRAFT: Text = Text::fixed("Ingen", "None");
pub static PREVIEW: Text = Text::fixed("Se alle sider", "Preview all pages");
pub static PREVIEW_ABOUT: Text = Text::fixed(
    "Viser hver side, som brugerne vil se den: kladden, eller det udgivne, hvis der ingen kladde er. Adressen kan gives videre; den virker et døgn.",
    "Shows every page as users would see it: the draft, or what is published where there is no draft. The address can be passed on; it works for a day.",
);
pub static PREVIEW_TITLE: Text = Text::fixed("Forhåndsvisning", "Preview");
pub static PREVIEW_OPEN: Text = Text::fixed("Åbn forhåndsvisningen", "Open the preview");
pub static PREVIEW_UNTIL: Text = Text::fixed("Virker indtil (UTC)", "Works until (UTC)");
pub static PUBLISH: Text = Text::fixed("Udgiv kladden", "Publish the draft");
pub static PUBLISH_ABOUT: Text = Text::fixed(
    "Alle, der logger ind på domænet, ser kladden med det samme. Det, der er udgivet nu, kan hentes tilbage.",
    "Everybody who logs in on the domain sees the draft at once. What is published now can be taken back.",
);
pub static ROLL_BACK: Text = Text::fixed("Gå tilbage til det forrige", "Roll back to the one before");
pub static ROLL_BACK_ABOUT: Text = Text::fixed(
    "Det forrige udseende vises igen med det samme. Det, der er udgivet nu, bliver til kladden, hvis der ingen kladde er.",
    "The look before is shown again at once. What is published now becomes the draft, where there is none.",
);
pub static FETCH: Text = Text::fixed("Hent style sheet igen", "Fetch the style sheet again");
pub static FETCH_ABOUT: Text = Text::fixed(
    "Henter arket fra dets adresse, kontrollerer det og gemmer det som kladde. Brugerne ser intet nyt, før der udgives.",
    "Fetches the sheet from its address, checks it and saves it as the draft. Users see nothing new until it is published.",
);
pub static REPORT: Text = Text::fixed("Kontrollens rapport", "The checker's report");
pub static REPORT_ABOUT: Text = Text::fixed(
    "Dette så kontrollen og afviste det ikke. Regler, der ville skjule eller flytte MitID-boksen, virker ikke på den.",
    "This the checker saw and did not refuse. Rules that would hide or move the MitID box have no effect on it.",
);
pub static REPORT_EMPTY: Text =
    Text::fixed("Kontrollen har intet at bemærke.", "The checker has nothing to note.");
pub static LINE: Text = Text::fixed("Linje", "Line");
pub static RULE: Text = Text::fixed("Regel", "Rule");
pub static DETAIL: Text = Text::fixed("Bemærkning", "Note");
pub static SETTINGS: Text = Text::fixed("Kladdens indhold", "What the draft is made of");
pub static SAVE_DRAFT: Text = Text::fixed("Gem som kladde", "Save as draft");
pub static REMOVE: Text = Text::fixed("Fjern udseendet", "Remove the style");
pub static REMOVE_TEXT: Text = Text::fixed(
    "Kladden, det udgivne og det tidligere slettes, og siderne har med det samme vores eget udseende.",
    "The draft, what is published and the earlier ones are deleted, and the pages look as ours do at once.",
);
pub static BACK: Text = Text::fixed("Tilbage", "Back");
