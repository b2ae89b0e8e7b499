//! `reverie earlier`: what clinicians gave back from an account that is lost.

use std::path::PathBuf;

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::render::{entry_text, journal_text};
use reverie_journal::{Attachment, Earlier, Names};
use serde_json::json;
use tempfile::NamedTempFile;

use super::show;
use crate::error::{CommandError, user_error};
use crate::key_talk::giving_back::{
    COPIES_GENUINE, COPIES_NOT_VERIFIED, COPIES_NOT_VERIFIED_NEXT, COPY_NOT_VERIFIED, FROM_EARLIER, NOT_AMONG_EARLIER,
    NOT_AMONG_EARLIER_NEXT, NOTHING_GIVEN_BACK,
};
use crate::key_talk::{counted, with};
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Read what was given back from an account that you lost
///
/// What you had shared with a clinician, as it stood there. It is a copy: it stays in your new account, and nothing of it
/// counts as written now. `--verify` looks at every original that came with it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie earlier
  reverie earlier 3f2a91c0 --save-attachments ~/memos
  reverie earlier --verify")]
pub(crate) struct EarlierArgs {
    /// One entry of it: the first digits of its id
    entry: Option<String>,
    /// Write the files of that entry into this folder, unsealed
    #[arg(long, value_name = "DIR", requires = "entry")]
    save_attachments: Option<PathBuf>,
    /// Verify that every copy is what was signed then
    #[arg(long, conflicts_with = "entry")]
    verify: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: EarlierArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let earlier = account.view(account.account()).earlier();
    let names = named(&account, &earlier);
    if earlier.is_empty() {
        ui.say(NOTHING_GIVEN_BACK);
        return ui.answer(&json!([]), String::new);
    }
    if args.verify {
        return verify(ui, &account, &names).await;
    }
    let Some(typed) = args.entry else {
        return ui.answer(&earlier, || earlier.iter().map(|earlier| whole(earlier, &names, ui)).collect());
    };
    let found = earlier.iter().find_map(|earlier| Some((earlier, earlier.view.find_entry(&typed).ok()?)));
    let unknown = || user_error(with(NOT_AMONG_EARLIER, &[("TYPED", &typed)])).hint(NOT_AMONG_EARLIER_NEXT);
    let (earlier, id) = found.ok_or_else(unknown)?;
    let entry = earlier.view.entry(id).ok_or_else(unknown)?;
    let mut saved = Vec::new();
    if let Some(folder) = args.save_attachments {
        let open =
            async |attachment: &Attachment, file: &mut NamedTempFile| account.save_earlier_file(attachment, file).await;
        saved = show::save(&earlier.view, entry, &folder, open).await?;
    }
    ui.answer(&json!({ "entry": entry, "saved": saved }), || {
        entry_text(&earlier.view, id, &names, ui.page()).unwrap_or_default()
    })
}

/// Returns what to call people, the earlier accounts among them: their handles are not known here.
fn named(account: &Unlocked, earlier: &[Earlier]) -> Names {
    let then = earlier.iter().map(|earlier| (earlier.view.patient, "your earlier account".to_owned()));
    account.names().with(then)
}

fn whole(Earlier { by, view }: &Earlier, names: &Names, ui: &Ui) -> String {
    let by: Vec<_> = by.iter().map(|by| names.of(*by)).collect();
    let from = with(FROM_EARLIER, &[("WHOM", &by.join(" and "))]);
    format!("{from}\n\n{}", journal_text(view, names, ui.page()))
}

async fn verify(ui: &Ui, account: &Unlocked, names: &Names) -> Result<(), CommandError> {
    let verified = account.verify_copies().await?;
    ui.answer(&verified, || {
        let genuine = counted(verified.genuine, "1 copy is", "COUNT copies are");
        let mut lines = vec![with(COPIES_GENUINE, &[("COUNT", &genuine)])];
        lines.extend(
            verified.signers.iter().map(|(account, card)| format!("  signed by {}: card {card}", names.of(*account))),
        );
        lines.join("\n") + "\n"
    })?;
    for (seq, what) in &verified.findings {
        ui.warn(&with(COPY_NOT_VERIFIED, &[("SEQ", &seq.to_string()), ("WHY", what)]));
    }
    match verified.findings.len() {
        0 => Ok(()),
        count => {
            let count = counted(count, "1 copy", "COUNT copies");
            Err(user_error(with(COPIES_NOT_VERIFIED, &[("COUNT", &count)])).hint(COPIES_NOT_VERIFIED_NEXT))
        }
    }
}
