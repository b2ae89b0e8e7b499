//! `reverie link`: what one entry has to do with another.

use clap::Args;
use reverie_journal::{Relation, short_id};

use crate::arguments::named;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Link an entry to another
///
/// Whoever reads both entries reads the link, and who made it; a link to something private stays with its patient. Two
/// people may link the same entries, and nobody takes back what somebody else linked.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie link 77b0c4d1 echoes 3f2a91c0
  reverie link 77b0c4d1 came-from-intention 1d20aa9f
  reverie link 77b0c4d1 echoes 3f2a91c0 --undo")]
pub(crate) struct LinkArgs {
    /// The entry that the link comes from: the first digits of its id
    from: String,
    /// What it has to do with the other
    #[arg(value_parser = named(&Relation::ALL, Relation::label))]
    relation: Relation,
    /// The entry that it goes to
    to: String,
    /// For yourself alone, also where both are shared
    #[arg(long, conflicts_with = "undo")]
    private: bool,
    /// Take the link back
    #[arg(long)]
    undo: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: LinkArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let LinkArgs { from, relation, to, private, undo } = args;
    let ((_, from), (_, to)) = (account.find_entry(&from)?, account.find_entry(&to)?);
    let kept = if undo {
        account.unlink(from, relation, to).await?
    } else {
        account.link(from, relation, to, private).await?
    };
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    let (from, to) = (short_id(from.uuid()), short_id(to.uuid()));
    let said = if undo { "The link is taken back" } else { "Linked" };
    ui.say(&format!("{said}: {from} {} {to}.", relation.forward()));
    Ok(())
}
