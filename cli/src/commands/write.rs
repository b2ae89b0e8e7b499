//! `reverie write`: keeps what came up.

use std::path::PathBuf;

use clap::Args;
use reverie_client::NewEntry;
use reverie_journal::{Detail, Field, Kind, Mark, Talk, short_id};

use crate::arguments::{detail, details, kind};
use crate::error::CommandError;
use crate::files::open_files;
use crate::key_talk::sharing::PRIVATE;
use crate::logged_in::LoggedIn;
use crate::not_monitored::say_not_monitored;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Write what came up; it is private until you share it
///
/// The words come from the arguments, else from a pipe, else from your editor ($VISUAL or $EDITOR). The kind can wait:
/// `fragment` is where every capture starts. `blank` needs no words: that nothing came is an entry like any other.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie write A grey heron, very still, at the edge of the water
  reverie write --kind dream --title \"The locked greenhouse\" --talk
  reverie write --kind image --set modality=visual --set vividness=3 A green hum
  reverie write --kind image --attach drawing.png < words.txt")]
pub(crate) struct WriteArgs {
    /// The words
    words: Vec<String>,
    /// What kind of thing it is
    #[arg(long, short, value_parser = kind(), default_value = "fragment", hide_possible_values = false)]
    kind: Kind,
    /// What else it is; may be given several times
    #[arg(long, value_name = "KIND", value_parser = kind(), hide_possible_values = true)]
    also: Vec<Kind>,
    /// A field of its kind, FIELD=VALUE; `reverie kinds` lists them. May be given several times
    #[arg(long, value_name = "FIELD=VALUE", value_parser = detail)]
    set: Vec<(&'static Field, Detail)>,
    /// A title
    #[arg(long, short)]
    title: Option<String>,
    /// A voice memo, drawing or photo; may be given several times
    #[arg(long, short, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Mark it as something to talk about
    #[arg(long)]
    talk: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: WriteArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    let WriteArgs { words, kind, also, set, title, attach, talk } = args;
    let details = details(set);
    let files = open_files(&attach)?;
    let needed = files.is_empty() && kind != Kind::Blank;
    let mut typed = typed(&words, &profile, needed)?;
    if needed {
        typed = typed.or_empty("nothing was written: there are no words. `--kind blank` needs none")?;
    }
    let new = NewEntry { kind, also, title, words: typed.words.clone(), details, files };
    let mut kept = typed.kept(account.write(new).await)?;
    if talk {
        let mark = Mark { entry: kept.document, talk: Talk::WantToTalk, rank: None, tender: false };
        kept.flushed = account.mark(mark).await?.flushed;
    }
    ui.answer(&kept_json(&kept), || short_id(kept.document.uuid()))?;
    still_waiting(ui, &kept.flushed);
    ui.say(PRIVATE);
    say_not_monitored(ui, &account);
    Ok(())
}
