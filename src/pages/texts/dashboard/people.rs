//! What the pages of people, roles and invitations say.

use super::super::Text;

pub static ABOUT: Text = Text::fixed(
    "Læsere ser alt og ændrer intet. Administratorer ændrer opsætningen. Ejere bestemmer desuden, hvem der har adgang, og udsteder API-nøgler.",
    "Viewers see everything and change nothing. Administrators change the configuration. Owners also say who has access, and give out API tokens.",
);
pub static VIEWER: Text = Text::fixed("Læser", "Viewer");
pub static ADMINISTRATOR: Text = Text::fixed("Administrator", "Administrator");
pub static OWNER: Text = Text::fixed("Ejer", "Owner");
pub static OPERATOR: Text = Text::fixed("Operatør", "Operator");
pub static NAME: Text = Text::fixed("Navn", "Name");
pub static ROLE: Text = Text::fixed("Rolle", "Role");
pub static SINCE: Text = Text::fixed("Siden", "Since");
pub static YOU: Text = Text::fixed("dig", "you");
pub static CHANGE: Text = Text::fixed("Skift", "Change");
pub static REMOVE: Text = Text::fixed("Fjern", "Remove");
pub static INVITED: Text = Text::fixed("Inviteret", "Invited");
pub static UNTIL: Text = Text::fixed("indtil", "until");
pub static WITHDRAW: Text = Text::fixed("Træk tilbage", "Withdraw");
pub static INVITE: Text = Text::fixed("Invitér", "Invite");
pub static LABEL: Text = Text::fixed("Hvem er linket til?", "Whom is the link for?");
pub static LABEL_HELP: Text = Text::fixed(
    "Kun til jer selv: et navn eller en e-mailadresse. Der sendes ikke noget.",
    "For yourselves only: a name or an e-mail address. Nothing is sent.",
);
pub static LABEL_MISSING: Text = Text::fixed("Skriv, hvem linket er til.", "Write whom the link is for.");
pub static ROLE_UNKNOWN: Text = Text::fixed("Vælg en af rollerne.", "Choose one of the roles.");
pub static ROLE_HELP: Text =
    Text::fixed("Hvad vedkommende må, når linket er brugt.", "What they may do once the link was used.");
pub static LINK: Text = Text::fixed(
    "Giv dette link videre. Det vises kun nu, virker én gang og udløber om syv dage.",
    "Pass this link on. It is shown only now, works once and ends in seven days.",
);
pub static LAST_OWNER: Text =
    Text::fixed("Der skal være mindst én ejer.", "There must be at least one owner.");
pub static FULL: Text =
    Text::fixed("Der er for mange åbne invitationer.", "There are too many open invitations.");
pub static UNKNOWN: Text = Text::fixed(
    "Personen eller invitationen findes ikke længere.",
    "The person or invitation is there no more.",
);
pub static LEAVES: Text = Text::fixed("Fjernes", "To be removed");
pub static LEAVES_TOKENS: Text = Text::fixed(
    "Personen har udstedt disse API-nøgler, har set dem og kan have dem endnu. Hvis de bliver, virker de videre for enhver, der har dem. Hvis de lukkes, holder de programmer op med at virke, som bruger dem, indtil de får nye.",
    "This person has made these API tokens, has seen them and may still have them. If they stay, they go on working for whoever has them. If they end, the programs that use them stop working until they get new ones.",
);
pub static TOKENS_END: Text =
    Text::fixed("Fjern personen, og luk nøglerne", "Remove the person, and end the tokens");
pub static TOKENS_KEEP: Text =
    Text::fixed("Fjern personen, behold nøglerne", "Remove the person, keep the tokens");
pub static TOKENS_LEFT: Text = Text::fixed(
    "Personen er fjernet, men ikke alle nøglerne blev lukket. Luk dem under API-nøgler.",
    "The person was removed, but not all of the tokens were ended. End them under API tokens.",
);
pub static OFFER_TITLE: Text = Text::fixed("Du er inviteret", "You are invited");
pub static OFFER: Text = Text::fixed("Hvis du tager imod, bliver du", "If you accept, you become");
pub static TAKE: Text = Text::fixed("Tag imod", "Accept");
