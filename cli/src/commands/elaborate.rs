//! `reverie elaborate`: adds words beside an entry's first words, which stay as they were.

use clap::Args;

use crate::commands::attach::add;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
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
  reverie elaborate 3f2a91c0 --private
  echo \"Later that day it came back\" | reverie elaborate 3f2a91c0")]
pub(crate) struct ElaborateArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// The words
    words: Vec<String>,
    /// For yourself alone, though the entry is shared
    #[arg(long)]
    private: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ElaborateArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    let ElaborateArgs { entry, words, private } = args;
    let (_, entry) = account.find_entry(&entry)?;
    let typed = typed(&words, &profile, true)?.or_empty("nothing was added: there are no words")?;
    let words = typed.words.clone();
    let added = add(ui, &mut account, entry, words, Vec::new(), private).await;
    typed.kept(added)
}
