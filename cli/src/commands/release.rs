//! `reverie release`: after the day of a dose, one question for each capture that was held. No answer shares nothing.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::render::entry_text;
use reverie_journal::{EntryView, PatientView, ShareState, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use super::share::{along, say_shared};
use super::withdraw::{say_of_replies, say_withdrawn};
use crate::error::{CommandError, user_error};
use crate::key_talk::sharing::{
    ASKED_AFTERWARDS, ASKED_FROM, IF_SHARED, KEEP_LATER, KEEP_SHARE_LATER, MANY_CAPTURES_HELD, NOTHING_TO_ASK,
    ONE_CAPTURE_HELD, ONLY_HERS, SEVERAL_READ, SHARED_THAT_DAY, STAYS_FOR_NOW, STAYS_HELD, STAYS_PRIVATE, STAYS_SHARED,
    WITHDRAW_LEAVE_LATER,
};
use crate::key_talk::{counted, then, with};
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

/// What is answered to a card.
#[derive(Clone, Copy)]
enum Decision {
    Later,
    Keep,
    Share,
    Withdraw,
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
        ui.say(&with(ASKED_AFTERWARDS, &[("TIME", &guard.until.minute_text())]));
    } else if cards.is_empty() {
        let held = view.private.iter().flat_map(|private| &private.entries).any(|one| one.state == ShareState::Held);
        match view.release_from(None, now()).filter(|from| held && from.unix() > now().unix()) {
            Some(from) => ui.say(&with(ASKED_FROM, &[("TIME", &from.minute_text())])),
            None => ui.say(NOTHING_TO_ASK),
        }
    } else {
        ui.say(&introduction(due.held.len()));
    }
    if cards.is_empty() || !ui.can_ask() {
        return ui.answer(&answer, || table(&cards.iter().map(|(card, view)| row(*card, view)).collect::<Vec<_>>()));
    }
    if let Ok(circle) = account.share_target(None)
        && let Err(stopped) = account.may_share_with(&circle)
    {
        ui.warn(&then(&stopped, stopped.next_step().unwrap_or_default()));
    }
    for (card, entry) in cards {
        ask(ui, &mut account, &view, card, entry).await?;
    }
    Ok(())
}

fn introduction(held: usize) -> String {
    match held {
        0 => SHARED_THAT_DAY.to_owned(),
        held => counted(held, ONE_CAPTURE_HELD, MANY_CAPTURES_HELD),
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
        say_of_replies(ui, account, id);
        let others = [("withdraw", Decision::Withdraw), ("shared", Decision::Keep)];
        match ui.ask_which(WITHDRAW_LEAVE_LATER, ("later", Decision::Later), &others)? {
            Decision::Withdraw => say_withdrawn(ui, id, &account.withdraw(id).await?),
            Decision::Keep => keep_one(ui, account, id).await?,
            Decision::Later | Decision::Share => ui.say(STAYS_FOR_NOW),
        }
        return Ok(());
    }
    let with_whom = account.share_target(None);
    if account.read_circles().len() > 1 {
        ui.say(&with(SEVERAL_READ, &[("ID", &short_id(id.uuid()))]));
    }
    let with_whom = with_whom.ok().filter(|circle| account.may_share_with(circle).is_ok());
    let readers = with_whom.as_ref().map(|circle| account.readers_text(circle)).unwrap_or_default();
    let keep = ("keep", Decision::Keep);
    let decision = if with_whom.is_some() {
        ui.say(&with(IF_SHARED, &[("READERS", &readers)]));
        if let Some(along) = along(&[entry]) {
            ui.say(&along);
        }
        let question = with(KEEP_SHARE_LATER, &[("READERS", &readers)]);
        ui.ask_which(&question, ("later", Decision::Later), &[keep, ("share", Decision::Share)])?
    } else {
        ui.ask_which(KEEP_LATER, ("later", Decision::Later), &[keep])?
    };
    match (decision, with_whom) {
        (Decision::Keep, _) => keep_one(ui, account, id).await?,
        (Decision::Share, Some(circle)) => say_shared(ui, id, &readers, &account.share(id, &circle).await?),
        _ => ui.say(STAYS_HELD),
    }
    Ok(())
}

async fn keep_all(ui: &Ui, account: &mut Unlocked, keep: &[String]) -> Result<(), CommandError> {
    let mut kept = Vec::new();
    for typed in keep {
        let (patient, entry) = account.find_entry(typed)?;
        if patient != account.account() {
            return Err(user_error(ONLY_HERS));
        }
        keep_one(ui, account, entry).await?;
        kept.push(entry);
    }
    ui.answer(&json!({ "kept": kept }), String::new)
}

async fn keep_one(ui: &Ui, account: &mut Unlocked, entry: DocumentId) -> Result<(), CommandError> {
    let shared = account.view(account.account()).entry(entry).is_some_and(|view| view.state.is_shared());
    let kept = account.keep_as_it_is(entry).await?;
    still_waiting(ui, &kept.flushed);
    ui.say(&with(if shared { STAYS_SHARED } else { STAYS_PRIVATE }, &[("ID", &short_id(entry.uuid()))]));
    Ok(())
}
