//! `reverie-server restore`: a data folder out of a backup, whole or not at all.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use reverie_archive::ReadError;
use reverie_server::Clock;
use reverie_server::restore::{Key, RestoreError, Restored, restore as restore_into};

use super::counted;
use super::progress::open_backup;

/// Make a data folder from a backup
///
/// Compares every byte with the backup's manifest before the folder gets its name; nothing half-restored is left under
/// it. Restores to a new or empty folder only, never over anything and never onto a running server.
///
/// A restored server knows nothing of what came after the backup. It ends all sessions, so people log in again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie-server restore /backups/reverie-20310501T020000Z.tar --data practice --key opaque-setup --verify
  age -d -i identity.txt backup.tar.age | reverie-server restore - --data practice --key opaque-setup")]
pub(crate) struct RestoreArgs {
    /// The backup, or - for standard input
    from: PathBuf,
    /// Folder to make
    #[arg(long, env = "REVERIE_DATA", value_name = "DIR")]
    data: PathBuf,
    /// The copy of the OPAQUE set-up key that was kept apart
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Restore although the key is lost: passwords no longer work, and sessions are kept
    #[arg(long, conflicts_with = "key")]
    without_key: bool,
    /// Check every signature, chain, body and file as well (`reverie-server check`) before the folder gets its name
    #[arg(long)]
    verify: bool,
}

pub(crate) async fn restore(args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let RestoreArgs { from, data, key, without_key, verify } = args;
    let lost = without_key;
    let key = match key {
        Some(file) => Key::File(file),
        None if without_key => Key::Lost,
        None => Key::InBackup,
    };
    let (backup, bar) = open_backup(&from, "Restoring")?;
    let restored = restore_into(backup, &data, &key, verify, &Clock::system(), &mut UnwrapErr(SysRng)).await;
    bar.finish_and_clear();
    let Restored { manifest, report } = restored.map_err(|error| explained(error, &from))?;
    let at = manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    eprintln!("Restored to {}, as the server was on {at}. Every hash is right.", data.display());
    if let Some(report) = report {
        let (journals, records) = (counted(report.journals, "journal"), counted(report.records, "record"));
        let attachments = counted(report.attachments, "attachment");
        eprintln!("Checked {journals}, {records} and {attachments}: everything is whole.");
    }
    if lost {
        eprintln!("Without its OPAQUE set-up key nobody can log in with a password. Whoever is logged in stays so.");
        eprintln!("There is a new key now, for accounts that are yet to come.");
    } else {
        eprintln!("All sessions were ended: people log in again (`reverie login`).");
    }
    eprintln!(
        "What came after the backup is not on the server. Devices that have seen it say so and keep it; \
         `reverie login --after-restore`, then `reverie resend`, sends it again from there."
    );
    eprintln!("Suspensions since then are gone too: `reverie admin accounts` shows who is what.");
    eprintln!("Next: `reverie-server serve --data {}`", data.display());
    Ok(ExitCode::SUCCESS)
}

/// Prints what was found wrong with the data, and says what to do where the error itself cannot know it.
pub(super) fn explained(error: RestoreError, from: &Path) -> anyhow::Error {
    if let RestoreError::NotWhole(findings) = &error {
        for finding in findings {
            println!("{finding}");
        }
    }
    let (from, sealed) = (from.display(), matches!(error, RestoreError::Backup(ReadError::Sealed)));
    anyhow::Error::new(error).context(if sealed {
        format!("{from} is sealed; open it on the way: `age -d -i IDENTITY {from} | reverie-server … -`")
    } else {
        format!("{from} was not restored")
    })
}
