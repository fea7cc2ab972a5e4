//! What the page of a rehearsal says.

use super::Text;

pub static CLOSED_TITLE: Text =
    Text::fixed("NemID er lukket i denne browser", "NemID is closed in this browser");
pub static CLOSED_HELP: Text = Text::fixed(
    "Her prøves det, hvordan det bliver, når NemID lukker. Det gælder kun denne browser, og kun så længe prøven varer.",
    "This browser shows how it will be when NemID closes. No other browser does, and only while the rehearsal lasts.",
);
pub static OPEN_TITLE: Text = Text::fixed("NemID er åben i denne browser", "NemID is open in this browser");
pub static OPEN_HELP: Text = Text::fixed("Alt er, som det plejer.", "Everything is as usual.");
pub static OPEN: Text = Text::fixed("Åbn NemID igen her", "Open NemID here again");
pub static CLOSE: Text = Text::fixed("Luk NemID her", "Close NemID here");
