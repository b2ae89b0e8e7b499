//! `reverie search`: finds words in what this device holds.

use clap::Args;
use reverie_journal::Query;
use reverie_journal::render::found_text;

use crate::arguments::FilterArgs;
use crate::error::{CommandError, user_error};
use crate::key_talk::giving_back::STANDS_APART;
use crate::logged_in::Start;
use crate::ui::Ui;

/// Find words in what this device holds
///
/// Looks into titles, first words, what was added, replies, themes, people and names of files, of your own journal or of
/// what your patients share. An entry is found if every word stands in it; capitals and accents make no difference. It
/// works without the network, and what you look for leaves no trace: the server is not asked. What came since you last
/// ran another command is not found yet.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie search greenhouse
  reverie search mama lago --kind dream
  reverie search --person Mum --since 2031-05-01")]
pub(crate) struct SearchArgs {
    /// The words
    words: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(crate) async fn run(ui: &Ui, start: Start, SearchArgs { words, filter }: SearchArgs) -> Result<(), CommandError> {
    let query = Query::new(&words, filter.into());
    if query.is_empty() {
        let hint = "Give words, or one of `--kind`, `--theme`, `--person` and `--since`.";
        return Err(user_error("nothing to look for").hint(hint));
    }
    // Unlocked, and not caught up: the server is not to know that somebody is searching.
    let (account, _) = start.unlock().await?;
    let found = account.search(&query);
    ui.answer(&found, || found_text(&found, &account.names(), ui.page()))?;
    match found.len() {
        0 => {
            ui.say("Nothing was found.");
            if !account.view(account.account()).earlier().is_empty() {
                ui.say(STANDS_APART);
            }
        }
        1 => ui.say("1 entry was found."),
        several => ui.say(&format!("{several} entries were found.")),
    }
    Ok(())
}
