//! `reverie-server drill`: proves that a backup can be restored, and leaves nothing behind.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use reverie_server::Clock;
use reverie_server::restore::{Key, restore};

use super::counted;
use super::progress::open_backup;
use super::restore::explained;

/// Prove that a backup can be restored, without restoring it for good
///
/// Restores into a temporary folder, compares every hash, checks every signature and chain, says in one line what that
/// proved, and removes the folder. A backup that was never drilled is a hope.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie-server drill /backups/reverie-20310501T020000Z.tar --key opaque-setup
  age -d -i identity.txt backup.tar.age | reverie-server drill -")]
pub(crate) struct DrillArgs {
    /// The backup, or - for standard input
    from: PathBuf,
    /// The copy of the OPAQUE set-up key that was kept apart: proves that it is the right one
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Folder with room for all of it; without it, the system's folder for temporary files
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

pub(crate) async fn drill(args: DrillArgs) -> anyhow::Result<ExitCode> {
    let DrillArgs { from, key, scratch } = args;
    let folder = scratch.map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = folder.context("no temporary folder can be made; name one with --scratch")?;
    let (backup, bar) = open_backup(&from, "Drilling")?;
    let tried = key.map_or(Key::Lost, Key::File);
    let kept_apart = matches!(tried, Key::File(_));
    let into = folder.path().join("restored");
    let restored = restore(backup, &into, &tried, true, &Clock::system(), &mut UnwrapErr(SysRng)).await;
    bar.finish_and_clear();
    let restored = restored.map_err(|error| explained(error, &from))?;
    folder.close().context("the temporary folder could not be removed")?;
    let key = match (kept_apart, restored.manifest.holds_key()) {
        (true, _) => "and the OPAQUE set-up key is the right one",
        (false, true) => "and the OPAQUE set-up key is in it",
        (false, false) => "but the OPAQUE set-up key was not tried (--key FILE)",
    };
    let report = restored.report.unwrap_or_default();
    let at = restored.manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    println!(
        "Proved: the backup of {at} restores to {}, {} and {}; every hash, signature and \
         chain is right, {key}.",
        counted(report.journals, "journal"),
        counted(report.records, "record"),
        counted(report.attachments, "attachment"),
    );
    Ok(ExitCode::SUCCESS)
}
