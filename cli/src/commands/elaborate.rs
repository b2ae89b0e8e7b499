//! `reverie elaborate`: adds words beside an entry's first words, which stay as they were.

use clap::Args;
use reverie_journal::{Detail, Field, Kind};

use crate::arguments::{detail, details, kind};
use crate::commands::attach::add;
use crate::error::CommandError;
use crate::key_talk::sharing::ADDED_BESIDE;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Add words to an entry, beside its first words
///
/// An addition to a shared entry is shared with the same people, unless it is `--private`. This is also how you answer a
/// question of your clinician.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie elaborate 3f2a91c0 It was the colour of the kitchen at home
  reverie elaborate 3f2a91c0 --kind image --set vividness=3
  reverie elaborate 3f2a91c0 --private
  echo \"Later that day it came back\" | reverie elaborate 3f2a91c0")]
pub(crate) struct ElaborateArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// The words
    words: Vec<String>,
    /// What kind of thing it turned out to be
    #[arg(long, short, value_parser = kind(), hide_possible_values = true)]
    kind: Option<Kind>,
    /// A field of its kind, FIELD=VALUE; `reverie kinds` lists them. May be given several times
    #[arg(long, value_name = "FIELD=VALUE", value_parser = detail)]
    set: Vec<(&'static Field, Detail)>,
    /// For yourself alone, though the entry is shared
    #[arg(long)]
    private: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ElaborateArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    let ElaborateArgs { entry, words, kind, set, private } = args;
    let (_, entry) = account.find_entry(&entry)?;
    if kind.is_some() || !set.is_empty() {
        let typed = typed(&words, &profile, false)?;
        let words = typed.words.clone();
        let kept = typed.kept(account.sort_out(entry, words, kind, details(set), private).await)?;
        ui.answer(&kept_json(&kept), String::new)?;
        still_waiting(ui, &kept.flushed);
        ui.say(ADDED_BESIDE);
        return Ok(());
    }
    let typed = typed(&words, &profile, true)?.or_empty("nothing was added: there are no words")?;
    let words = typed.words.clone();
    let added = add(ui, &mut account, entry, words, Vec::new(), private).await;
    typed.kept(added)
}
