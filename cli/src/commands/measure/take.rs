//! `reverie measure take`: item by item, help before the score, kept where the patient wants it.

use clap::Args;
use reverie_client::MeasureSetting;
use reverie_journal::measure::{Answered, Answers, Item, NOT_A_DIAGNOSIS, Pack, Taking, overlaps_after};
use reverie_journal::render::score_text;
use reverie_journal::safety::{NotOffered, Offer, Screen, Sharing};
use reverie_journal::{NOT_MONITORED_IN_FULL, short_id};
use serde_json::json;

use super::answers;
use super::help::{lead_through, printed};
use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::key_talk::then;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Take a measure, item by item
///
/// Your answers are shared with your clinician, unless you keep them private. Every item can be left out; then there is
/// no total. If an answer asks for care, help is shown first. In the day after a dose measures wait.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure take PHQ-9
  reverie measure take GAD-7 --private
  reverie measure take PHQ-9 --answers 1,0,2,1,1,0,0,1,0")]
pub(super) struct TakeArgs {
    /// The measure
    #[arg(value_name = "NAME")]
    name: String,
    /// Give all answers at once: 1,0,2,…
    #[arg(long, value_name = "ANSWERS")]
    answers: Option<String>,
    /// For your own eyes: your clinician will not see it
    #[arg(long)]
    private: bool,
    /// With whom it is shared, if you are paired with several
    #[arg(long, value_name = "HANDLE", value_parser = handle, conflicts_with = "private")]
    with: Option<String>,
}

pub(super) async fn run(ui: &Ui, logged_in: LoggedIn, args: TakeArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let TakeArgs { name, answers: given, private, with } = args;
    let setting = account.measure_setting(with.as_deref(), private)?;
    let pack = setting.instruments.find(&name).map_err(|error| user_error(error.to_string()))?.clone();
    ready(&setting, &pack)?;
    account.may_take(&setting)?;
    let taking = Taking::new(pack.clone()).ok_or_else(|| {
        user_error(format!("the definition of {} has no wording, so it cannot be taken", pack.instrument().id))
            .hint("`reverie measure score` scores answers given on paper.")
    })?;
    introduce(ui, &setting, &pack);

    let (taking, screens) = match given {
        Some(given) => all_at_once(ui, taking, &answers(&given)?, &setting)?,
        None if ui.can_ask() => (one_by_one(ui, taking, &setting)?, Vec::new()),
        None => {
            let message = "a measure asks item by item, and there is nobody at a terminal to answer";
            return Err(user_error(message).hint("Give the answers at once: `--answers 1,0,2,…`."));
        }
    };
    let taken = taking.finish().map_err(|error| user_error(format!("{error}, so nothing was kept")))?;
    let kept = account.keep_measure(&setting, &pack, &taken).await?;
    let mut answer = kept_json(&kept);
    answer["help"] = json!(screens);
    answer["score"] = json!(taken.score);
    answer["private"] = json!(*setting.sharing() == Sharing::Private);
    answer["note"] = json!(NOT_A_DIAGNOSIS);
    ui.answer(&answer, || score_text(pack.instrument(), &taken.score, ui.page()))?;
    still_waiting(ui, &kept.flushed);
    let where_it_is = match setting.sharing() {
        Sharing::With(readers) if readers.is_empty() => "Shared, though nobody reads this journal yet.".to_owned(),
        Sharing::With(readers) => format!("Shared with {}.", readers.join(" and ")),
        Sharing::Private | Sharing::NotKept => "Private. Your clinician will not see it.".to_owned(),
    };
    ui.say(&format!("Kept as {}. {where_it_is}", short_id(kept.document.uuid())));
    Ok(())
}

/// Refuses what waits or is not offered, before anything is asked.
fn ready(setting: &MeasureSetting, pack: &Pack) -> Result<(), CommandError> {
    if let Some(guard) = setting.guard() {
        let hint = "In the day after a dose an answer would not speak for the last weeks. Writing is always possible: \
                    `reverie write`.";
        return Err(user_error(guard.sentence()).hint(hint).coded("guard_active"));
    }
    if let Offer::Instead { instrument, because } = setting.offer(pack) {
        let error = user_error(format!("{} is not offered now. {}", pack.instrument().id, because.sentence()));
        let code = match because {
            NotOffered::NoStatement => "no_coverage",
            NotOffered::Away(_) => "away",
        };
        let hint = instrument.map(|instead| format!("In its place: `reverie measure take {instead}`."));
        return Err(error.hint(hint.unwrap_or_else(|| "Ask your clinician.".to_owned())).coded(code));
    }
    Ok(())
}

fn introduce(ui: &Ui, setting: &MeasureSetting, pack: &Pack) {
    let instrument = pack.instrument();
    ui.say(NOT_MONITORED_IN_FULL);
    if let Some(coverage) = &setting.coverage {
        ui.say(&coverage.promise());
        coverage.absence(setting.now()).iter().for_each(|absence| ui.say(absence));
    }
    if let Some(days) = overlaps_after(&setting.view, instrument, setting.now()) {
        let last = if days == 0 { "today".to_owned() } else { format!("{days} days ago") };
        let looks_back = instrument.lookback_days;
        ui.warn(&format!(
            "You answered this {last}, and it looks back {looks_back} days: both answers will speak of some of the same days"
        ));
    }
    ui.say_as_is("");
    ui.say(&format!("{}: {}", instrument.id, instrument.title));
    instrument.before.iter().chain(&instrument.stem).for_each(|words| ui.say(words));
}

fn one_by_one(ui: &Ui, mut taking: Taking, setting: &MeasureSetting) -> Result<Taking, CommandError> {
    let items = taking.instrument().items.len();
    while let Some((number, item)) = taking.item() {
        ui.say_as_is("");
        ui.say(&format!("{number} of {items}. {}", item.text.as_deref().unwrap_or_default()));
        for anchor in &item.anchors {
            ui.say(&format!("    {} {}", anchor.value, anchor.text.as_deref().unwrap_or_default()));
        }
        let value = ask(ui, item)?;
        taking = match taking.answer(value) {
            Ok(Answered::Next(next)) => next,
            Ok(Answered::Help(helping)) => lead_through(ui, helping, &setting.help())?,
            Err((same, error)) => {
                ui.say(&then(&error, ""));
                same
            }
        };
    }
    Ok(taking)
}

/// Asks for a value until it is a number; nothing leaves the item out.
fn ask(ui: &Ui, item: &Item) -> Result<Option<u16>, CommandError> {
    let (min, max) = item.range();
    loop {
        let line = ui.ask_line(&format!("  [{min} to {max}, or Enter to leave it out]"))?;
        match line.trim() {
            "" => return Ok(None),
            number => match number.parse() {
                Ok(value) => return Ok(Some(value)),
                Err(_) => ui.say("That is no number."),
            },
        }
    }
}

/// Gives all answers. Help is printed, since nobody is asked.
fn all_at_once(
    ui: &Ui,
    mut taking: Taking,
    given: &[Option<u16>],
    setting: &MeasureSetting,
) -> Result<(Taking, Vec<Screen>), CommandError> {
    // All are looked at before the first is given, so that a mistake leaves nothing half done.
    Answers::in_order(taking.instrument(), given).map_err(|error| user_error(error.to_string()))?;
    let mut screens = Vec::new();
    for value in given {
        taking = match taking.answer(*value) {
            Ok(Answered::Next(next)) => next,
            Ok(Answered::Help(helping)) => {
                screens = printed(ui, &setting.help());
                helping.leave()
            }
            Err((_, error)) => return Err(user_error(error.to_string())),
        };
    }
    Ok((taking, screens))
}
