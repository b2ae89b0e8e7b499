//! `reverie admin audit`: who did what in the practice, on which day, and whether the log of it is still what it was.

use clap::{Args, Subcommand};
use reverie_client::Unlocked;
use reverie_journal::Names;
use reverie_protocol::audit::{AuditLink, AuditSubject};

use crate::acts::{day, in_the_practice, who};
use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::table::table;
use crate::ui::Ui;

/// Look at the audit log, or verify it: who read or changed what, on which day
///
/// The server keeps it, without content. What somebody does in a journal of their own, or with their own keys, is told
/// to them alone: you see that there is such an entry, and nothing more of it.
#[derive(Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    Show(ShowArgs),
    Verify(VerifyArgs),
}

/// Show the last entries of the audit log
///
/// What happens often, like reading a journal, is entered once a day for each person and journal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin audit show
  reverie admin audit show --last 500 --of quill
  reverie admin audit show --all --json")]
struct ShowArgs {
    /// How many entries
    #[arg(long, value_name = "N", default_value_t = 50)]
    last: u64,
    /// All of them
    #[arg(long, conflicts_with = "last")]
    all: bool,
    /// Only what this account did, and what was done to it
    #[arg(long, value_name = "HANDLE", value_parser = handle)]
    of: Option<String>,
}

/// Check that nothing in the audit log was changed, left out or cut off
///
/// Follows every entry from the first, and compares the log with the end that this device saw last. The first time there is
/// nothing to compare with, so do it soon, and again now and then. Two administrators who see the same words for the same
/// entry have seen the same log. Ends with 1 if anything is wrong.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin audit verify
  reverie admin audit verify --at 412
  reverie admin audit verify --begin-anew")]
struct VerifyArgs {
    /// Show the words of this entry, to compare them with another administrator
    #[arg(long, value_name = "ENTRY")]
    at: Option<u64>,
    /// Forget where the log ended last, after a restore that you know of, and compare from here on
    #[arg(long)]
    begin_anew: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, AuditArgs { command }: AuditArgs) -> Result<(), CommandError> {
    match command {
        AuditCommand::Show(args) => show(ui, logged_in.account, args).await,
        AuditCommand::Verify(args) => verify(ui, logged_in.account, args).await,
    }
}

async fn show(ui: &Ui, mut account: Unlocked, ShowArgs { last, all, of }: ShowArgs) -> Result<(), CommandError> {
    let accounts = account.accounts().await?;
    let names: Names = accounts.iter().map(|entry| (entry.account, entry.handle.clone())).collect();
    let mut links = account.audit_log(if all { u64::MAX } else { last }).await?;
    if let Some(of) = of {
        let found = accounts.iter().find(|entry| entry.handle == of).map(|entry| entry.account);
        let id = found.ok_or_else(|| {
            user_error(format!("no account is called `{of}`")).hint("`reverie admin accounts` lists them.")
        })?;
        let about = Some(AuditSubject::account(id));
        let entry =
            |link: &AuditLink| link.entry.as_ref().is_some_and(|it| it.actor == Some(id) || it.subject == about);
        links.retain(entry);
    }
    ui.answer(&links, || links_text(&links, &names))
}

fn links_text(links: &[AuditLink], names: &Names) -> String {
    let mut rows = vec![["ENTRY", "DAY", "WHO", "WHAT"].map(str::to_owned)];
    rows.extend(links.iter().map(|link| match &link.entry {
        Some(entry) => {
            let (on, who) = (day(&entry.day), who(entry.actor, names));
            [link.seq.to_string(), on, who, in_the_practice(entry, names)]
        }
        None => {
            let told = "somebody, in a journal of their own or with their own keys: told to them alone";
            [link.seq.to_string(), "-".into(), "-".into(), told.into()]
        }
    }));
    table(&rows)
}

async fn verify(ui: &Ui, mut account: Unlocked, args: VerifyArgs) -> Result<(), CommandError> {
    let VerifyArgs { at, begin_anew } = args;
    if begin_anew && let Some(forgotten) = account.forget_audit_end().await? {
        ui.say(&format!("Forgotten: that the log ended with entry {}, hash {}.", forgotten.seq, forgotten.hash));
    }
    let bar = ui.progress("Verifying");
    let verified = account
        .verify_audit(at, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await;
    bar.finish_and_clear();
    let verified = verified?;
    ui.answer(&verified, String::new)?;
    if let Some(broken) = &verified.broken {
        let message = format!("the audit log is not what it was: {broken}");
        let hint = "Note what you see here, and ask whoever runs the server. Nothing that patients wrote depends on this \
                    log. If the server was restored from a backup and that explains it, compare from here on: `reverie \
                    admin audit verify --begin-anew`.";
        return Err(user_error(message).hint(hint).coded("audit_broken"));
    }
    ui.say(&format!("{} entries, each following from the one before.", verified.entries));
    ui.say(&match verified.seen_before {
        Some(seen) => format!("Nothing was changed or cut off up to entry {seen}, where the log ended last time."),
        None => "This device has not verified it before, so there was nothing to compare it with yet.".to_owned(),
    });
    match (verified.words, verified.words_at) {
        (Some(words), Some(at)) => {
            let words = words.join(" ");
            ui.say(&format!(
                "Words of entry {at}: {words}. Another administrator sees the same with `reverie admin audit verify --at {at}`."
            ));
        }
        _ => ui.say("The log has no such entry yet."),
    }
    Ok(())
}
