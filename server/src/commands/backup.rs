//! `reverie-server backup`: one archive of everything that the server holds, made while it runs.

use std::io::{self, BufWriter, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::ProgressBar;
use reverie_archive::Part;
use reverie_server::backup::{Backup, Seal, Shelf, back_up};
use reverie_server::{Clock, DataFolder};

use super::counted;
use super::progress::{bytes_bar, human};
use crate::Place;

/// Bytes that are written at once.
const BUFFER: usize = 512 * 1024;

/// Back up the database and the attachments, while the server runs or not
///
/// Writes one archive, an ordinary tar with the SHA-256 of every file, and reads it back before it counts. The server
/// need not stop: the archive shows it as it was at one moment. What is in it is as sealed as on the server, and names
/// handles, days and sizes like the server itself.
///
/// The OPAQUE set-up key (keys/opaque-setup in the data folder) is not in the archive. It never changes: keep a copy of
/// it once, apart from the backups. Without it nobody can log in with a password after a restore.
#[derive(Args)]
#[command(after_help = "\
Examples:
  Every night, keeping two weeks
    reverie-server backup --data practice --to /backups --keep 14
  Sealed, so that only who has the age identity can open it
    reverie-server backup --data practice --to /backups --keep 14 --seal-to age1…
  To another machine, through any program
    reverie-server backup --data practice --to - | ssh backup-host 'cat > reverie.tar'

Try what you have: reverie-server drill BACKUP")]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// Folder for backups, or - for standard output
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Seal the backup to this age recipient, with the program `age`
    #[arg(long, value_name = "RECIPIENT")]
    seal_to: Option<String>,
    /// Once the new backup is read back, remove all older ones but so many in all
    #[arg(long, value_name = "N")]
    keep: Option<NonZeroUsize>,
    /// Put the OPAQUE set-up key into the archive too; seal it then
    #[arg(long)]
    with_key: bool,
}

pub(crate) async fn backup(args: BackupArgs) -> anyhow::Result<ExitCode> {
    let data = DataFolder(args.place.data.clone());
    if args.place.database.is_some() {
        bail!(
            "the database is on PostgreSQL, which backs itself up: first `pg_dump --format=custom --file reverie.dump \
             DATABASE`, then a copy of {}/attachments. In this order every file that the dump names is in the copy, \
             unless it was withdrawn meanwhile. docs/operations.md tells how to restore them",
            data.0.display()
        );
    }
    let (backup, done) =
        if args.to == Path::new("-") { to_stdout(&data, &args).await? } else { to_shelf(&data, &args).await? };
    let files = backup.manifest.files.iter();
    let attachments = files.filter(|file| matches!(file.path, Part::Attachment(..))).count() as u64;
    let attachments = counted(attachments, "attachment");
    let bytes = human(backup.manifest.files.iter().map(|file| file.size).sum());
    let at = backup.manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    eprintln!("Backed up as of {at}: the database and {attachments}, {bytes}. {done}");
    if !backup.manifest.holds_key() {
        let key = data.opaque_setup();
        eprintln!("Not in it: the OPAQUE set-up key, {}.", key.display());
        eprintln!("It never changes. Keep one copy of it, apart from the backups: no restore is whole without it.");
    }
    if backup.findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &backup.findings {
        eprintln!("Warning: {finding}");
    }
    eprintln!("The backup holds what the server holds, and the server has lost something. Nothing older was removed.");
    eprintln!("Look for it in an older backup, and run `reverie-server check --data {}`.", data.0.display());
    Ok(ExitCode::FAILURE)
}

async fn to_stdout(data: &DataFolder, args: &BackupArgs) -> anyhow::Result<(Backup, String)> {
    if args.keep.is_some() || args.seal_to.is_some() {
        bail!("--keep and --seal-to need a folder: --to DIR. To seal what goes through a pipe: `| age -r RECIPIENT`");
    }
    let scratch =
        tempfile::tempdir().context("there is no room for a copy of the database; TMPDIR names another folder")?;
    let (backup, _) = run(data, scratch.path(), args, io::stdout().lock()).await?;
    Ok((backup, "What was written was not read back: `reverie-server drill -` does.".into()))
}

async fn to_shelf(data: &DataFolder, args: &BackupArgs) -> anyhow::Result<(Backup, String)> {
    let shelf = Shelf::open(&args.to)?;
    let (backup, sealed) = match &args.seal_to {
        None => (run(data, shelf.scratch(), args, shelf.begin()?).await?.0, None),
        Some(recipient) => {
            let (seal, into) = Seal::start(recipient, shelf.begin()?)?;
            let made = run(data, shelf.scratch(), args, into).await.map(|(backup, into)| {
                drop(into);
                backup
            });
            // If sealing failed, that is the reason why writing to it did.
            let sealed = seal.finish()?;
            (made?, Some(sealed))
        }
    };
    let bar = bytes_bar("Reading back", None);
    let path = shelf.keep(&backup.manifest, sealed)?;
    bar.finish_and_clear();
    println!("{}", path.display());
    let mut done = if sealed.is_some() {
        "It is on disk as `age` sealed it; `reverie-server drill` proves that it opens.".to_owned()
    } else {
        "Read back, every hash is right.".to_owned()
    };
    if let Some(keep) = args.keep.filter(|_| backup.findings.is_empty()) {
        let removed = shelf.prune(keep)?;
        if removed > 0 {
            done.push_str(&format!(" Removed {}.", counted(removed as u64, "older backup")));
        }
    }
    Ok((backup, done))
}

/// Backs up into anything that takes bytes.
async fn run<W: io::Write>(data: &DataFolder, scratch: &Path, args: &BackupArgs, to: W) -> anyhow::Result<(Backup, W)> {
    let bar = bytes_bar("Backing up", Some(0));
    let mut progress = |written: u64, total: u64| show(&bar, written, total);
    let to = BufWriter::with_capacity(BUFFER, to);
    let made = back_up(data, scratch, args.with_key, &Clock::system(), to, &mut progress).await;
    bar.finish_and_clear();
    let (mut to, backup) = made?;
    to.flush().context("the backup could not be written; is there room?")?;
    let to = to.into_inner().map_err(|error| error.into_error()).context("the backup could not be written")?;
    Ok((backup, to))
}

fn show(bar: &ProgressBar, written: u64, total: u64) {
    bar.set_length(total.max(written));
    bar.set_position(written);
}
