//! `reverie resend`: gives a restored server back what its backup lacked.

use std::process::ExitCode;

use clap::Args;
use reverie_client::{Comparison, SentAgain, Standing, Unlocked};
use reverie_journal::short_id;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::key_talk::then;
use crate::logged_in::{Start, fetch};
use crate::ui::Ui;

/// Send again what a restored server lost
///
/// After a server was restored from a backup, it lacks what came later. This compares every journal with what this device
/// has seen, says what is missing, and sends it again if you say yes. Everything is sent as it was signed, so nothing can be
/// altered or added on the way. Ends with 1 if something could not be sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie login --after-restore
  reverie resend
  reverie resend --take-theirs
  reverie resend --yes --json")]
pub(crate) struct ResendArgs {
    /// Where the server goes on with another history: take that, and write your own again after it
    #[arg(long)]
    take_theirs: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: ResendArgs) -> Result<ExitCode, CommandError> {
    // Not caught up first: that would warn of what is about to be looked at.
    let (mut account, _profile) = start.unlock().await?;
    let compared = account.compare_with_server().await?;
    for comparison in &compared {
        ui.say(&said(comparison));
    }
    if args.take_theirs {
        return take_theirs(ui, account, &compared, args.yes).await;
    }
    let lacking = compared.iter().filter(|comparison| comparison.standing != Standing::Diverged).count();
    if compared.is_empty() {
        ui.say("The server has everything that this device has seen. There is nothing to send.");
    }
    if lacking == 0 {
        return answer(ui, &compared, &[], !compared.is_empty());
    }
    let to_send = compared.iter().any(|comparison| comparison.standing == Standing::Lacks);
    if to_send && !ui.confirm(args.yes, "Was the server restored from a backup, and shall it have this again?")? {
        ui.say("Nothing was sent. What this device has stays here.");
        return answer(ui, &compared, &[], false);
    }
    let (mut sent, mut failed) = (Vec::new(), lacking < compared.len());
    for comparison in compared.iter().filter(|comparison| comparison.standing != Standing::Diverged) {
        let bar = ui.progress("Sending");
        let done = account
            .resend(comparison.journal, &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            })
            .await;
        bar.finish_and_clear();
        match done {
            Ok(done) => {
                ui.say(&sent_text(comparison, &done));
                sent.push((comparison.journal, done));
            }
            Err(error) if error.is_offline() || error.is_logged_out() => return Err(error.into()),
            Err(error) => {
                let next = error.next_step().unwrap_or("What this device has stays here. Try again later.");
                ui.warn(&format!("{}: {}", named(comparison), then(&error, next)));
                failed = true;
            }
        }
    }
    fetch(ui, &mut account).await?;
    let sent: Vec<_> = sent.iter().map(|(journal, sent)| sent_json(journal, sent)).collect();
    answer(ui, &compared, &sent, failed)
}

async fn take_theirs(
    ui: &Ui,
    mut account: Unlocked,
    compared: &[Comparison],
    yes: bool,
) -> Result<ExitCode, CommandError> {
    let forked: Vec<_> = compared.iter().filter(|compared| compared.standing == Standing::Diverged).collect();
    if forked.is_empty() {
        ui.say("No journal has two histories, so there is none to take.");
        return answer(ui, compared, &[], false);
    }
    ui.say(
        "The server's history takes the place of the one on this device. What you wrote or withdrew since they part is done \
         again after it. What others wrote there they do again themselves. The evidence of both is kept.",
    );
    if !ui.confirm(yes, "Was the server restored from a backup, and shall its history be taken?")? {
        ui.say("Nothing was changed.");
        return answer(ui, compared, &[], false);
    }
    let (mut sent, mut failed) = (Vec::new(), false);
    for comparison in forked {
        match account.take_theirs(comparison.journal).await {
            Ok(taken) => {
                let others = match taken.of_others {
                    0 => String::new(),
                    others => format!(" {} of others are theirs to do again.", records(others as u64)),
                };
                ui.say(&format!("{}: {} of yours done again.{others}", named(comparison), records(taken.again as u64)));
                sent.push(json!({ "journal": comparison.journal, "again": taken.again, "of_others": taken.of_others }));
            }
            Err(error) if error.is_offline() || error.is_logged_out() => return Err(error.into()),
            Err(error) => {
                ui.warn(&format!("{}: {}", named(comparison), then(&error, "")));
                failed = true;
            }
        }
    }
    fetch(ui, &mut account).await?;
    answer(ui, compared, &sent, failed)
}

fn answer(ui: &Ui, compared: &[Comparison], sent: &[Value], failed: bool) -> Result<ExitCode, CommandError> {
    let compared: Vec<_> = compared.iter().map(compared_json).collect();
    ui.answer(&json!({ "journals": compared, "sent": sent }), String::new)?;
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn named(comparison: &Comparison) -> String {
    let id = short_id(comparison.journal.uuid());
    match comparison.compartment {
        Some(kind) => format!("Journal {id} ({})", kind.replace('_', " ")),
        None => format!("Journal {id}"),
    }
}

fn said(comparison: &Comparison) -> String {
    let Comparison { there, here, elsewhere, standing, .. } = *comparison;
    let what = match standing {
        Standing::Lacks if there == 0 => format!("the server does not have it; this device has {}.", records(here)),
        Standing::Lacks => format!("the server has {there} of {}.", records(here)),
        Standing::WholeAgain => "the server has all of it again.".into(),
        Standing::Diverged => {
            "the server goes on with another history than this device has seen, so what is missing has \
                               no place there. What you have is safe. If the server was restored, `reverie resend \
                               --take-theirs` writes yours again after its own. If not, tell your practice; `reverie \
                               verify --save-evidence DIR` writes what proves it."
                .into()
        }
    };
    let elsewhere = match elsewhere {
        0 => String::new(),
        _ => format!(" Another device of yours has seen {} more: run this there too.", records(elsewhere)),
    };
    format!("{}: {what}{elsewhere}", named(comparison))
}

fn sent_text(comparison: &Comparison, sent: &SentAgain) -> String {
    let files = match sent.files {
        0 => String::new(),
        1 => " and 1 file".into(),
        files => format!(" and {files} files"),
    };
    let lost = match sent.lost.len() {
        0 => String::new(),
        1 => " 1 file is neither on the server nor here; who sent it may have it.".into(),
        lost => format!(" {lost} files are neither on the server nor here; who sent them may have them."),
    };
    let done = match sent.records {
        0 if sent.files == 0 => "you can write to it again.".to_owned(),
        sent => format!("{}{files} sent again.", records(sent)),
    };
    format!("{}: {done}{lost}", named(comparison))
}

fn records(count: u64) -> String {
    if count == 1 { "1 record".into() } else { format!("{count} records") }
}

fn compared_json(comparison: &Comparison) -> Value {
    let standing = match comparison.standing {
        Standing::Lacks => "lacks",
        Standing::Diverged => "diverged",
        Standing::WholeAgain => "whole_again",
    };
    json!({
        "journal": comparison.journal,
        "compartment": comparison.compartment,
        "standing": standing,
        "on_server": comparison.there,
        "on_this_device": comparison.here,
        "on_another_device": comparison.elsewhere,
    })
}

fn sent_json(journal: &impl serde::Serialize, sent: &SentAgain) -> Value {
    json!({ "journal": journal, "records": sent.records, "files": sent.files, "lost_files": sent.lost })
}
