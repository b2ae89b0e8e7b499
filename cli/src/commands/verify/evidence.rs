//! Evidence of two histories: saving what this device keeps, and checking a file with nothing but the file.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use reverie_client::Unlocked;
use reverie_journal::Names;
use reverie_protocol::evidence::{Contradiction, Evidence, Signer};
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::then;
use crate::key_talk::verifying::{EVIDENCE_PROVES, EVIDENCE_SAVED, NO_EVIDENCE};
use crate::ui::Ui;

/// The largest file that is read: a long history without bodies.
const MOST: u64 = 256 * 1024 * 1024;

/// Writes the evidence that this device keeps into a folder.
pub(super) async fn save(ui: &Ui, account: &Unlocked, folder: &Path) -> Result<ExitCode, CommandError> {
    let kept = account.evidence().await?;
    let mut saved = Vec::new();
    for (name, evidence) in kept {
        let path = folder.join(name);
        let unwritable = |error| user_error(format!("{} cannot be written: {error}", path.display()));
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        std::fs::write(&path, evidence.to_bytes()).map_err(unwritable)?;
        saved.push(path.display().to_string());
    }
    if saved.is_empty() {
        ui.say(NO_EVIDENCE);
    } else {
        ui.say(EVIDENCE_SAVED);
    }
    ui.answer(&json!({ "saved": saved }), || saved.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Checks a file, and says what it proves and what not. Ends with 1 if it proves nothing.
pub(super) fn check(ui: &Ui, file: &Path, names: &Names) -> Result<ExitCode, CommandError> {
    let unreadable = |error| user_error(format!("{} cannot be read: {error}", file.display()));
    let mut bytes = Vec::new();
    std::fs::File::open(file).map_err(unreadable)?.take(MOST).read_to_end(&mut bytes).map_err(unreadable)?;
    let proved = Evidence::parse(&bytes).and_then(|evidence| evidence.check());
    match proved {
        Ok(contradiction) => {
            ui.answer(&json!({ "proves": contradiction }), || text(&contradiction, names))?;
            ui.say(EVIDENCE_PROVES);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            ui.answer(&json!({ "proves": null, "why": error.to_string() }), || then(&error, ""))?;
            Ok(ExitCode::from(1))
        }
    }
}

fn text(found: &Contradiction, names: &Names) -> String {
    let signer = |signer: &Signer| format!("{}, card {}", names.of(signer.account), signer.card);
    format!(
        "Two signed histories of journal {} contradict each other at record {}.\n\n\
         Owner      {}\n\n\
         Seen       {}\n           signed by {}\n\
         Shown      {}\n           signed by {}",
        found.journal,
        found.seq,
        signer(&found.owner),
        found.seen,
        signer(&found.seen_by),
        found.shown,
        signer(&found.shown_by),
    )
}
