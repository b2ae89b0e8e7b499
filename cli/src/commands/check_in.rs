//! `reverie check-in`: a card of ten seconds.

use clap::Args;
use reverie_client::{ClientError, Unlocked};
use reverie_journal::{CheckIn, FewWords, NOT_MONITORED, SleepHours, short_id};
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::then;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Note how you are, in ten seconds
///
/// Mood and tension from 0 to 10, how long you slept, and anything physical to tell the clinic. All of it can be left
/// out. It is private unless you share it, and nobody reads it today: for something that needs an answer today, call.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie check-in
  reverie check-in --mood 6 --tension 3 --sleep 7.5
  reverie check-in --physical \"Still a little dizzy on the stairs.\" --share")]
pub(crate) struct CheckInArgs {
    /// Mood, from 0 (lowest) to 10
    #[arg(long, value_name = "0-10", value_parser = clap::value_parser!(u8).range(0..=10))]
    mood: Option<u8>,
    /// Tension, from 0 (none) to 10
    #[arg(long, value_name = "0-10", value_parser = clap::value_parser!(u8).range(0..=10))]
    tension: Option<u8>,
    /// Hours that you slept
    #[arg(long, value_name = "HOURS", value_parser = |text: &str| text.parse::<SleepHours>())]
    sleep: Option<SleepHours>,
    /// Anything physical to tell the clinic; not read today
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| FewWords::new(text))]
    physical: Option<FewWords>,
    /// Share it with your clinician
    #[arg(long)]
    share: bool,
    /// With whom, if you share several journals: a reader's handle, or the first digits of the journal's id
    #[arg(long, alias = "circle", value_name = "CIRCLE", requires = "share")]
    with: Option<String>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: CheckInArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let CheckInArgs { mood, tension, sleep, physical, share, with } = args;
    let mut card = CheckIn { mood, tension, sleep_hours: sleep, physical };
    if card == CheckIn::default() {
        card = asked(ui, &account)?;
    }
    // Asked first: what cannot be shared is said before anything is kept.
    let circle = if share { Some(account.share_target(with.as_deref())?) } else { None };
    let noted = card.physical.is_some();
    let kept = account.check_in(card).await?;
    still_waiting(ui, &kept.flushed);
    let (id, mut shared) = (short_id(kept.document.uuid()), false);
    if circle.is_none() {
        ui.say("Kept, for you alone.");
    }
    if let Some(circle) = circle {
        match account.share(kept.document, &circle).await {
            Ok(flushed) => {
                still_waiting(ui, &flushed);
                shared = true;
                ui.say(&format!("Kept, and shared with {}.", account.readers_text(&circle)));
            }
            Err(error @ (ClientError::Guarded(_) | ClientError::ConsentNeeded { .. })) => {
                let next = format!("It is kept, for you alone. To share it later: `reverie share {id}`.");
                ui.warn(&then(&error, &next));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut answer = kept_json(&kept);
    answer["shared"] = json!(shared);
    ui.answer(&answer, || id)?;
    if noted {
        ui.say(&format!("The physical note is not read today. {}", call(&account)));
    }
    ui.say(NOT_MONITORED);
    Ok(())
}

/// Asks for the four fields; what is left empty is left out.
fn asked(ui: &Ui, account: &Unlocked) -> Result<CheckIn, CommandError> {
    if !ui.can_ask() {
        let hint = "Say at least one of `--mood`, `--tension`, `--sleep` and `--physical`.";
        return Err(user_error("there is nothing on this card").hint(hint).coded("empty"));
    }
    ui.say("Leave empty what you like.");
    let mood = number(ui, "Mood, 0 (lowest) to 10:")?;
    let tension = number(ui, "Tension, 0 (none) to 10:")?;
    let sleep_hours = loop {
        let typed = ui.ask_line("Hours that you slept:")?;
        match typed.trim() {
            "" => break None,
            typed => match typed.parse() {
                Ok(hours) => break Some(hours),
                Err(_) => ui.say("Hours are 0 to 24, like 7.5."),
            },
        }
    };
    ui.say(&format!("The next line is not read today. {}", call(account)));
    let physical = loop {
        let typed = ui.ask_line("Anything physical to tell the clinic:")?;
        match typed.trim() {
            "" => break None,
            typed => match FewWords::new(typed) {
                Ok(words) => break Some(words),
                Err(error) => ui.say(&error.to_string()),
            },
        }
    };
    let card = CheckIn { mood, tension, sleep_hours, physical };
    if card == CheckIn::default() {
        return Err(user_error("there is nothing on this card, so nothing was kept").coded("empty"));
    }
    Ok(card)
}

fn number(ui: &Ui, question: &str) -> Result<Option<u8>, CommandError> {
    loop {
        let typed = ui.ask_line(question)?;
        match typed.trim() {
            "" => return Ok(None),
            typed => match typed.parse::<u8>().ok().filter(|number| *number <= 10) {
                Some(number) => return Ok(Some(number)),
                None => ui.say("A whole number from 0 to 10, or nothing."),
            },
        }
    }
}

/// Says whom to call for something that needs an answer today.
fn call(account: &Unlocked) -> String {
    let view = account.view(account.account());
    let courses = view.shared.iter().filter_map(|shared| shared.course());
    let phone = courses.filter_map(|course| course.body().clinic_phone.clone()).next_back();
    let coverage = || view.shared.iter().filter_map(|shared| shared.coverage.as_ref()).next_back();
    let phone = phone.or_else(|| coverage().map(|coverage| coverage.body().phone.clone()));
    match phone {
        Some(phone) => format!("If it needs an answer today, call your clinic: {}.", phone.as_str()),
        None => "If it needs an answer today, call your clinic.".to_owned(),
    }
}
