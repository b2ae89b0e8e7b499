//! `reverie captured`: what was captured while the device was locked, one by one: keep it, drop it, or later.

use clap::Args;
use reverie_client::{Captured, ClientError, Unlocked};
use reverie_journal::render::capture_text;
use reverie_journal::{Deed, Document, Entry, NOT_MONITORED, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::key_talk::captures::{
    CAPTURE_DROPPED, CAPTURE_KEPT, CAPTURE_LATER, CAPTURE_NOT_SHOWN, CAPTURE_STAYS, CLOCK_WRONG, DROP_CAPTURE,
    DROP_LATER, DROPPED_AFTERWARDS, KEEP_DROP_LATER, KEEP_OR_LATER, MISLED, NOTHING_CAPTURED, OF_CAPTURES,
    WHICH_CAPTURES,
};
use crate::key_talk::with;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::report::still_waiting;
use crate::table::table;
use crate::time::now;
use crate::ui::Ui;

/// Look at what was captured while this device was locked: keep it, drop it, or later
///
/// Nothing proves who captured it: whoever held the device could. So only what you keep becomes an entry, private like any
/// other, with the time of its capture. What you do not answer stays here, sealed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie captured
  reverie captured --keep 3f2a91c0
  reverie captured --drop 3f2a91c0")]
pub(crate) struct CapturedArgs {
    /// Keep this one, without being asked; may be given several times
    #[arg(long, value_name = "ID")]
    keep: Vec<String>,
    /// Drop this one for good; may be given several times
    #[arg(long, value_name = "ID")]
    drop: Vec<String>,
    /// Do not ask before something is dropped
    #[arg(long)]
    yes: bool,
}

/// What is answered about a capture.
#[derive(Clone, Copy)]
enum Answer {
    Later,
    Keep,
    Drop,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: CapturedArgs) -> Result<(), CommandError> {
    let CapturedArgs { keep, drop, yes } = args;
    let (mut account, _profile) = start.unlock().await?;
    catch_up(ui, &mut account, Purpose::Writing).await?;
    if !keep.is_empty() || !drop.is_empty() {
        return by_name(ui, &mut account, &keep, &drop, yes).await;
    }
    if account.captures_were_misled() {
        ui.warn(MISLED);
    }
    let captured = account.captured().await?;
    ui.say(if captured.is_empty() { NOTHING_CAPTURED } else { OF_CAPTURES });
    if captured.is_empty() || !ui.can_ask() {
        ui.answer(&captured.iter().map(capture_json).collect::<Vec<_>>(), || {
            table(&captured.iter().map(row).collect::<Vec<_>>())
        })?;
        return Ok(account.told_of_misled_captures().await?);
    }
    for (at, capture) in captured.iter().enumerate() {
        ui.say(&format!("\n{} of {}", at + 1, captured.len()));
        ask(ui, &mut account, capture).await?;
    }
    ui.say(NOT_MONITORED);
    Ok(account.told_of_misled_captures().await?)
}

/// Does what was said on the command line, the keeping first.
async fn by_name(
    ui: &Ui,
    account: &mut Unlocked,
    keep: &[String],
    drop: &[String],
    yes: bool,
) -> Result<(), CommandError> {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for typed in keep {
        let id = account.find_capture(typed).await.map_err(unknown)?;
        keep_one(ui, account, id).await?;
        kept.push(id);
    }
    for typed in drop {
        let id = account.find_capture(typed).await.map_err(unknown)?;
        if drop_one(ui, account, id, yes).await? {
            dropped.push(id);
        }
    }
    ui.answer(&json!({ "kept": kept, "dropped": dropped, "left": account.captured_count().await? }), String::new)
}

fn unknown(error: ClientError) -> CommandError {
    CommandError::from(error).hint(WHICH_CAPTURES)
}

async fn ask(ui: &Ui, account: &mut Unlocked, capture: &Captured) -> Result<(), CommandError> {
    let (later, drop) = (("later", Answer::Later), ("drop", Answer::Drop));
    let answer = match &capture.opened {
        Ok(document) => {
            ui.say_as_is(&capture_text(document, &capture.damaged, ui.said_page()));
            if let Some(said) = strange_time(document) {
                ui.say(&said);
            }
            let keep = ("keep", Answer::Keep);
            match account.guard() {
                None => ui.ask_which(KEEP_DROP_LATER, later, &[keep, drop])?,
                Some(guard) => {
                    ui.say(&with(DROPPED_AFTERWARDS, &[("TIME", &guard.until.minute_text())]));
                    ui.ask_which(KEEP_OR_LATER, later, &[keep])?
                }
            }
        }
        Err(why) => {
            let (id, why) = (short_id(capture.id.uuid()), why.to_string());
            ui.say(&with(CAPTURE_NOT_SHOWN, &[("ID", &id), ("WHY", &why)]));
            ui.ask_which(DROP_LATER, later, &[drop])?
        }
    };
    match answer {
        Answer::Keep => keep_one(ui, account, capture.id).await,
        Answer::Drop => match drop_one(ui, account, capture.id, false).await {
            Ok(_) => Ok(()),
            Err(error) if error.code == Some("guard_active") => {
                ui.error(&error);
                Ok(())
            }
            Err(error) => Err(error),
        },
        Answer::Later => {
            ui.say(CAPTURE_LATER);
            Ok(())
        }
    }
}

/// Says so if the device's clock was surely wrong, then or now.
fn strange_time(document: &Document<Entry>) -> Option<String> {
    let ahead = document.at() > now();
    ahead.then(|| with(CLOCK_WRONG, &[("NOW", &now().minute_text())]))
}

async fn keep_one(ui: &Ui, account: &mut Unlocked, id: DocumentId) -> Result<(), CommandError> {
    let kept = account.keep_captured(id).await?;
    still_waiting(ui, &kept.flushed);
    ui.say(&with(CAPTURE_KEPT, &[("ID", &short_id(id.uuid()))]));
    Ok(())
}

/// Tells whether it was dropped.
async fn drop_one(ui: &Ui, account: &mut Unlocked, id: DocumentId, yes: bool) -> Result<bool, CommandError> {
    account.may(Deed::Erase)?;
    if !ui.confirm(yes, DROP_CAPTURE)? {
        ui.say(CAPTURE_STAYS);
        return Ok(false);
    }
    account.drop_captured(id).await?;
    ui.say(&with(CAPTURE_DROPPED, &[("ID", &short_id(id.uuid()))]));
    Ok(true)
}

fn row(capture: &Captured) -> [String; 3] {
    let short = short_id(capture.id.uuid());
    match &capture.opened {
        Ok(document) => {
            let entry = document.body();
            let first = entry.words.as_str().lines().next().unwrap_or_default();
            let files = match entry.attachments.len() {
                0 if first.trim().is_empty() => "(nothing came)".to_owned(),
                0 => String::new(),
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            };
            let said = [first, &files].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            [short, document.at().minute_text(), reverie_journal::render::clean(&said)]
        }
        Err(why) => [short, String::new(), format!("cannot be shown: {why}")],
    }
}

fn capture_json(capture: &Captured) -> Value {
    json!({
        "captured": capture.id,
        "short_id": short_id(capture.id.uuid()),
        "document": capture.opened.as_ref().ok(),
        "damaged_files": capture.damaged,
        "cannot_be_shown": capture.opened.as_ref().err().map(ToString::to_string),
    })
}
