//! `reverie release`: after the day of a dose, one question for each capture that was held. No answer shares nothing.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::render::entry_text;
use reverie_journal::{EntryView, PatientView, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use super::share::along;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::still_waiting;
use crate::table::table;
use crate::time::now;
use crate::ui::Ui;

/// Decide about what you captured in the day after a dose: keep it private, share it, or later
///
/// One card for each entry. No answer means that it stays held, and nobody but you can read it. What you shared in that
/// day after all is offered for withdrawal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie release
  reverie release --keep 3f2a91c0
  reverie share 3f2a91c0                    to share one of them")]
pub(crate) struct ReleaseArgs {
    /// Keep this one as it is, without being asked; may be given several times
    #[arg(long, value_name = "ENTRY")]
    keep: Vec<String>,
}

/// What is asked about an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Card {
    Held,
    SharedDuringGuard,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, ReleaseArgs { keep }: ReleaseArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    if !keep.is_empty() {
        return keep_all(ui, &mut account, &keep).await;
    }
    let view = account.view(account.account());
    let guard = account.guard();
    let due = view.to_release(guard, now());
    let cards: Vec<_> = due.held.iter().map(|view| (Card::Held, *view)).collect();
    let cards: Vec<_> =
        cards.into_iter().chain(due.shared_during_guard.iter().map(|view| (Card::SharedDuringGuard, *view))).collect();
    let ids =
        |of: Card| cards.iter().filter(|(card, _)| *card == of).map(|(_, view)| view.entry.id()).collect::<Vec<_>>();
    let answer = json!({ "held": ids(Card::Held), "shared_during_guard": ids(Card::SharedDuringGuard),
        "guard": guard });
    if let Some(guard) = guard {
        ui.say(&format!(
            "Nothing is asked of you before {}. What you capture is held until then.",
            guard.until.minute_text()
        ));
    } else if cards.is_empty() {
        ui.say("Nothing waits for your answer.");
    } else {
        ui.say(&introduction(due.held.len()));
    }
    if cards.is_empty() || !ui.can_ask() {
        return ui.answer(&answer, || table(&cards.iter().map(|(card, view)| row(*card, view)).collect::<Vec<_>>()));
    }
    if let Ok(circle) = account.share_target(None)
        && let Err(stopped) = account.may_share_with(&circle)
    {
        ui.warn(&format!("{stopped}. {}", stopped.next_step().unwrap_or_default()));
    }
    for (card, entry) in cards {
        ask(ui, &mut account, &view, card, entry).await?;
    }
    Ok(())
}

fn introduction(held: usize) -> String {
    match held {
        0 => "You shared an entry in the day after the dose.".to_owned(),
        1 => "You made 1 capture. Nobody but you can read it until you say so.".to_owned(),
        held => format!("You made {held} captures. Nobody but you can read them until you say so."),
    }
}

fn row(card: Card, view: &EntryView) -> [String; 4] {
    let what = if card == Card::Held { "held" } else { "shared in the day after the dose" };
    [short_id(view.entry.id().uuid()), view.entry.at().minute_text(), view.headline(), what.to_owned()]
}

async fn ask(
    ui: &Ui,
    account: &mut Unlocked,
    view: &PatientView,
    card: Card,
    entry: &EntryView,
) -> Result<(), CommandError> {
    let id = entry.entry.id();
    ui.say_as_is("");
    ui.say_as_is(&entry_text(view, id, &account.names_here(), ui.said_page()).unwrap_or_default());
    if card == Card::SharedDuringGuard {
        ui.say(&account.withdraw_case(id)?.sentence(&account.names()));
        let answer = ui.ask_line("[w]ithdraw it, leave it [s]hared, or decide [l]ater?")?;
        match answer.trim() {
            "w" => {
                still_waiting(ui, &account.withdraw(id).await?);
                ui.say("It is withdrawn.");
            }
            "s" => keep_one(ui, account, id).await?,
            _ => ui.say("Later, then."),
        }
        return Ok(());
    }
    let Ok(circle) = account.share_target(None) else {
        let answer = ui.ask_line("[k]eep it private, or decide [l]ater? `reverie share` shares it.")?;
        if answer.trim() == "k" {
            keep_one(ui, account, id).await?;
        }
        return Ok(());
    };
    let readers = account.readers_text(&circle);
    if account.may_share_with(&circle).is_err() {
        let answer = ui.ask_line("[k]eep it private, or decide [l]ater?")?;
        match answer.trim() {
            "k" => keep_one(ui, account, id).await?,
            _ => ui.say("Later, then. It stays held."),
        }
        return Ok(());
    }
    ui.say(&format!("If you share it, {readers} will be able to read all of it, with its files."));
    if let Some(along) = along(&[entry]) {
        ui.say(&along);
    }
    let answer = ui.ask_line(&format!("[k]eep it private, [s]hare it with {readers}, or decide [l]ater?"))?;
    match answer.trim() {
        "k" => keep_one(ui, account, id).await?,
        "s" => {
            still_waiting(ui, &account.share(id, &circle).await?);
            ui.say(&format!("It is shared with {readers}."));
        }
        _ => ui.say("Later, then. It stays held."),
    }
    Ok(())
}

async fn keep_all(ui: &Ui, account: &mut Unlocked, keep: &[String]) -> Result<(), CommandError> {
    let mut kept = Vec::new();
    for typed in keep {
        let (patient, entry) = account.find_entry(typed)?;
        if patient != account.account() {
            return Err(user_error("only the patient decides about an entry"));
        }
        keep_one(ui, account, entry).await?;
        kept.push(entry);
    }
    ui.answer(&json!({ "kept": kept }), String::new)
}

async fn keep_one(ui: &Ui, account: &mut Unlocked, entry: DocumentId) -> Result<(), CommandError> {
    let kept = account.keep_as_it_is(entry).await?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("{} stays as it is.", short_id(entry.uuid())));
    Ok(())
}
