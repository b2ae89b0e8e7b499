//! `reverie delete-account`: the end, with a receipt.

use clap::Args;
use reverie_journal::Leaving;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::KEY_LEFT_OVER;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::ui::Ui;
use crate::{acts, holder};

/// Delete your account, and everything in it, for good
///
/// Erases your account, your keys, your devices' sessions and every journal of yours, on the server and on this device, and
/// shows a receipt. Nobody can bring it back: neither you, nor your practice, nor whoever runs the server. What your
/// clinicians have read, or copied into your chart, stays with them. To keep a copy first: `reverie export`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie export --to my-journal
  reverie delete-account > receipt.txt
  reverie delete-account --confirm heron-41 --json")]
pub(crate) struct DeleteAccountArgs {
    /// Do not ask: your handle, as the proof that you mean this account
    #[arg(long, value_name = "HANDLE")]
    confirm: Option<String>,
}

pub(crate) async fn run(
    ui: &Ui,
    start: Start,
    DeleteAccountArgs { confirm }: DeleteAccountArgs,
) -> Result<(), CommandError> {
    let (mut account, profile, _) = start.unlock_by_password().await?;
    catch_up(ui, &mut account, Purpose::Writing).await?;
    let (handle, names, leaving) = (account.handle().to_owned(), account.names(), account.if_erased()?);
    let lines = leaving.lines(&names);
    ui.say(&format!(
        "This deletes {handle}, everything in its journals, and its keys, for good. Nobody can bring any of it back. {}",
        lines.join(" ")
    ));
    ui.say(
        "What somebody has read cannot be unread, and a copy in your chart stays with your practice. Backups of the server \
         go when they are replaced by newer ones; ask your practice when. To keep a copy of your own, stop here and run \
         `reverie export`.",
    );
    let typed = match confirm {
        Some(confirm) => confirm,
        None => ui.ask_line(&format!("To delete it, type its name ({handle}); anything else keeps it: "))?,
    };
    if typed.trim() != handle {
        return Err(user_error("nothing was deleted").hint(format!("To delete it, its name is {handle}.")));
    }
    let erased = account.erase_account().await?;
    if holder::forget(&profile).is_err() {
        ui.warn(KEY_LEFT_OVER);
    }
    let answer = json!({ "handle": handle, "erased": erased, "held": leaving.held });
    ui.answer(&answer, || {
        let mut receipt = vec![
            format!("Receipt: {handle} was deleted on {}.", acts::day(&erased.day)),
            String::new(),
            "Erased on the server".into(),
            format!("  {} journals with {} records and {} files", erased.journals, erased.records, erased.files),
            "  the account, its public keys, its sealed key bundle, its sessions and invitations".into(),
            "Erased on this device".into(),
            "  the keys, and everything that was sealed with them".into(),
            String::new(),
            "Not erased".into(),
        ];
        receipt.extend(held(&leaving, &names));
        receipt.extend([
            "  The server's log of who did what on which day, without content. It names the account by a number."
                .into(),
            "  The server's backups, until newer ones replace them.".into(),
            "  Your other devices, if you have some: what they hold stays sealed. `reverie logout --erase` there."
                .into(),
            "  Exports, and the paper of your recovery kit, which opens nothing any more.".into(),
        ]);
        receipt.join("\n") + "\n"
    })
}

fn held(leaving: &Leaving, names: &reverie_journal::Names) -> Vec<String> {
    leaving.lines(names).into_iter().skip(1).map(|line| format!("  {line}")).collect()
}
