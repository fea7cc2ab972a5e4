//! What the page of NemID's closing for one application says.

use super::super::Text;

pub static TITLE: Text = Text::fixed("Luk NemID for applikationen", "Close NemID for the application");
pub static WHAT_HAPPENS: Text = Text::fixed("Det sker fra den dag", "What happens from that day on");
pub static EFFECT_MITID: Text = Text::fixed(
    "Den, som applikationen sender til NemID, kommer direkte til MitID uden faner. Applikationen behøver ikke at ændre noget.",
    "Whoever the application sends to NemID goes straight to MitID, without tabs. The application need not change anything.",
);
pub static EFFECT_NOT_READY: Text = Text::fixed(
    "Den, som applikationen sender til NemID, får en side, der siger, at MitID endnu ikke er klar: skyggeapplikationen mangler eller er slået fra. Ingen kan logge ind.",
    "Whoever the application sends to NemID gets a page saying that MitID is not ready yet: the shadow application is missing or disabled. Nobody can log in.",
);
pub static EFFECT_ERROR: Text = Text::fixed(
    "Applikationen får fejlen invalid_request, når den beder om NemID, for MitID kan ikke nås eller vises ikke ved siden af på dette domæne. Ingen kan logge ind, før den beder om MitID.",
    "The application gets the error invalid_request when it asks for NemID, since MitID can't be reached or is not shown alongside on this domain. Nobody can log in until it asks for MitID.",
);
pub static EMPLOYEES: Text = Text::fixed(
    "Medarbejdere, der sendes til NemID, får altid en fejl, som henviser til MitID Erhverv.",
    "Employees who are sent to NemID always get an error that points to MitID Erhverv.",
);
pub static RUNNING: Text = Text::fixed(
    "Det træder i kraft på sekundet, også for den, der allerede har siden åben. Den, der er begyndt på login hos NemID, kan gøre det færdigt. Andre applikationer mærker intet.",
    "It takes effect at the very second, also for whoever has the page open already. Whoever has begun the login at NemID may finish it. Other applications notice nothing.",
);
pub static OF_DOMAIN: Text = Text::fixed("Domænets egen dag er", "The domain's own day is");
pub static EARLIER: Text = Text::fixed("Den tidligste gælder.", "The earlier one counts.");
pub static NO_DAY_OF_DOMAIN: Text = Text::fixed(
    "Domænet har ingen egen dag: NemID lukkede for alle den 31. oktober 2023, men på TEST holder simulatorerne den åben. Den tidligste dag gælder.",
    "The domain has no day of its own: NemID closed for all on 31 October 2023, but on TEST the simulators keep it open. The earlier day counts.",
);
pub static SHADOW_TOO: Text = Text::fixed(
    "Gør derefter skyggeapplikationen ens igen, så dagen også gælder på MitID-domænet.",
    "Then make the shadow application alike again, so that the day counts on the MitID domain too.",
);
pub static CLOSES: Text = Text::fixed("NemID lukker her", "NemID closes here");
pub static SET: Text = Text::fixed("Luk NemID på en dato", "Close NemID by a date");
