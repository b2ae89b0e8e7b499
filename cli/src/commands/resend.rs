//! `reverie resend`: gives a restored server back what its backup lacked.

use std::process::ExitCode;

use clap::Args;
use reverie_client::{ClientError, Comparison, SentAgain, Standing, Unlocked};
use reverie_journal::short_id;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::key_talk::restored::{
    BEFORE_TAKING, DONE_AGAIN, HAS_EVERYTHING, LACKS_ALL, LACKS_SOME, MANY_FILES_GONE, MORE_ELSEWHERE, NONE_TO_TAKE,
    NOT_SENT, NOT_SENT_NEXT, NOTHING_SENT, ONE_FILE_GONE, OTHERS_DO, SEND_AGAIN, SENT_AGAIN, TAKE_THEIRS,
    TWO_HISTORIES, WHOLE_AGAIN, WRITABLE_AGAIN,
};
use crate::key_talk::{answers::NOTHING_CHANGED, counted, with};
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
        ui.say(HAS_EVERYTHING);
    }
    if lacking == 0 {
        return answer(ui, &compared, &[], !compared.is_empty());
    }
    let to_send = compared.iter().any(|comparison| comparison.standing == Standing::Lacks);
    if to_send && !ui.confirm(args.yes, SEND_AGAIN)? {
        ui.say(NOTHING_SENT);
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
                ui.warn(&not_sent(comparison, &error));
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
        ui.say(NONE_TO_TAKE);
        return answer(ui, compared, &[], false);
    }
    ui.say(BEFORE_TAKING);
    if !ui.confirm(yes, TAKE_THEIRS)? {
        ui.say(NOTHING_CHANGED);
        return answer(ui, compared, &[], false);
    }
    let (mut sent, mut failed) = (Vec::new(), false);
    for comparison in forked {
        match account.take_theirs(comparison.journal).await {
            Ok(taken) => {
                let done =
                    with(DONE_AGAIN, &[("JOURNAL", &named(comparison)), ("RECORDS", &records(taken.again as u64))]);
                let others = match taken.of_others {
                    0 => String::new(),
                    others => with(OTHERS_DO, &[("RECORDS", &records(others as u64))]),
                };
                ui.say(format!("{done} {others}").trim_end());
                sent.push(json!({ "journal": comparison.journal, "again": taken.again, "of_others": taken.of_others }));
            }
            Err(error) if error.is_offline() || error.is_logged_out() => return Err(error.into()),
            Err(error) => {
                ui.warn(&not_sent(comparison, &error));
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

fn not_sent(comparison: &Comparison, error: &ClientError) -> String {
    let next = error.next_step().unwrap_or(NOT_SENT_NEXT);
    with(NOT_SENT, &[("JOURNAL", &named(comparison)), ("WHY", &error.to_string()), ("NEXT", next)])
}

fn said(comparison: &Comparison) -> String {
    let Comparison { there, here, elsewhere, standing, .. } = *comparison;
    let what = match standing {
        Standing::Lacks if there == 0 => LACKS_ALL,
        Standing::Lacks => LACKS_SOME,
        Standing::WholeAgain => WHOLE_AGAIN,
        Standing::Diverged => TWO_HISTORIES,
    };
    let what =
        with(what, &[("JOURNAL", &named(comparison)), ("COUNT", &there.to_string()), ("RECORDS", &records(here))]);
    let elsewhere = match elsewhere {
        0 => String::new(),
        _ => with(MORE_ELSEWHERE, &[("RECORDS", &records(elsewhere))]),
    };
    format!("{what} {elsewhere}").trim_end().to_owned()
}

fn sent_text(comparison: &Comparison, sent: &SentAgain) -> String {
    let mut what = Vec::new();
    if sent.records > 0 {
        what.push(records(sent.records));
    }
    if sent.files > 0 {
        what.push(counted(sent.files, "1 file", "COUNT files"));
    }
    let done = if what.is_empty() { WRITABLE_AGAIN } else { SENT_AGAIN };
    let done = with(done, &[("JOURNAL", &named(comparison)), ("WHAT", &what.join(" and "))]);
    let gone = match sent.lost.len() {
        0 => String::new(),
        gone => counted(gone, ONE_FILE_GONE, MANY_FILES_GONE),
    };
    format!("{done} {gone}").trim_end().to_owned()
}

fn records(count: u64) -> String {
    counted(count, "1 record", "COUNT records")
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
