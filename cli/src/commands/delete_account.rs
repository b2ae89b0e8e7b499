//! `reverie delete-account`: the end, with a receipt.

use clap::Args;
use reverie_journal::Leaving;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::deleting::{
    BACKUPS_STAY, BEFORE_DELETING, DELETION_UNANSWERED, DEVICES_STAY, ERASED_ACCOUNT, ERASED_HERE, ERASED_JOURNALS,
    ERASED_KEYS, ERASED_ON_SERVER, EXPORTS_STAY, LOG_STAYS, NOT_DELETED, NOT_DELETED_NEXT, NOT_DELETED_UNASKED,
    NOT_DELETED_UNASKED_NEXT, NOT_ERASED, RECEIPT, STAYS_ELSEWHERE, TYPE_ITS_NAME,
};
use crate::key_talk::unlocking::KEY_LEFT_OVER;
use crate::key_talk::{counted, with};
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
  reverie export my-journal
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
    ui.say(&with(BEFORE_DELETING, &[("HANDLE", &handle), ("WHAT", &lines.join(" "))]));
    ui.say(STAYS_ELSEWHERE);
    if confirm.is_none() && !ui.can_ask() {
        return Err(user_error(NOT_DELETED_UNASKED)
            .hint(with(NOT_DELETED_UNASKED_NEXT, &[("HANDLE", &handle)]))
            .coded("needs_yes"));
    }
    let typed = match confirm {
        Some(confirm) => confirm,
        None => ui.ask_line(&with(TYPE_ITS_NAME, &[("HANDLE", &handle)]))?,
    };
    if typed.trim() != handle {
        return Err(user_error(NOT_DELETED).hint(with(NOT_DELETED_NEXT, &[("HANDLE", &handle)])));
    }
    let erased = account.erase_account().await.map_err(|error| {
        let unanswered = error.is_offline();
        let error = CommandError::from(error);
        if unanswered { error.hint(DELETION_UNANSWERED) } else { error }
    })?;
    if holder::forget(&profile).is_err() {
        ui.warn(KEY_LEFT_OVER);
    }
    let answer = json!({ "handle": handle, "erased": erased, "held": leaving.held });
    ui.answer(&answer, || {
        let mut receipt = vec![
            with(RECEIPT, &[("HANDLE", &handle), ("DAY", &acts::day(&erased.day))]),
            String::new(),
            ERASED_ON_SERVER.into(),
            with(
                ERASED_JOURNALS,
                &[
                    ("JOURNALS", &counted(erased.journals, "1 journal", "COUNT journals")),
                    ("RECORDS", &counted(erased.records, "1 record", "COUNT records")),
                    ("FILES", &counted(erased.files, "1 file", "COUNT files")),
                ],
            ),
            ERASED_ACCOUNT.into(),
            ERASED_HERE.into(),
            ERASED_KEYS.into(),
            String::new(),
            NOT_ERASED.into(),
        ];
        receipt.extend(held(&leaving, &names));
        receipt.extend([LOG_STAYS.into(), BACKUPS_STAY.into(), DEVICES_STAY.into(), EXPORTS_STAY.into()]);
        receipt.join("\n") + "\n"
    })
}

fn held(leaving: &Leaving, names: &reverie_journal::Names) -> Vec<String> {
    leaving.lines(names).into_iter().skip(1).map(|line| format!("  {line}")).collect()
}
