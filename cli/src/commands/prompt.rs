//! `reverie prompt`: one prompt at a time, with "I'd rather not" and "nothing came" as answers like any other.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use reverie_journal::{Answered, PromptSet};
use serde_json::json;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::not_monitored::say_not_monitored;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Be asked one thing, and answer it or not
///
/// What you write is an entry like any other, private until you share it. "I'd rather not" and "nothing came" are answers
/// too, and nobody sees which of them you gave. Nothing is counted.
#[derive(Args)]
#[command(
    group = ArgGroup::new("how").args(["words", "rather_not", "nothing_came", "offer"]),
    after_help = "\
Examples:
  reverie prompt
  reverie prompt The stairs, again.
  reverie prompt --nothing-came
  reverie prompt --offer heron-41 --set prompts.toml     for clinicians: a set of your own"
)]
pub(crate) struct PromptArgs {
    /// What you answer
    words: Vec<String>,
    /// I'd rather not
    #[arg(long)]
    rather_not: bool,
    /// Nothing came
    #[arg(long)]
    nothing_came: bool,
    /// Offer a patient a set of prompts of your own (clinicians)
    #[arg(long, value_name = "HANDLE", value_parser = handle, requires = "set")]
    offer: Option<String>,
    /// The set to offer: a TOML file
    #[arg(long, value_name = "FILE", requires = "offer")]
    set: Option<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: PromptArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    if let Some((handle, path)) = args.offer.as_ref().zip(args.set.as_ref()) {
        let failed = |why: String| user_error(format!("{} cannot be used: {why}", path.display()));
        let source = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let set = PromptSet::load(&source).map_err(failed)?;
        let patient = account.contact_of(handle)?.account;
        let kept = account.offer_prompts(patient, set).await?;
        ui.answer(&kept_json(&kept), String::new)?;
        still_waiting(ui, &kept.flushed);
        ui.say(&format!("{handle} is asked from this set from now on."));
        return Ok(());
    }
    let Some(prompted) = account.next_prompt()? else {
        ui.say("There is nothing to ask now. Writing is always possible: `reverie capture`.");
        return ui.answer(&json!({ "prompt": null }), String::new);
    };
    let (answer, words) = match () {
        () if args.rather_not => (Answered::RatherNot, String::new()),
        () if args.nothing_came => (Answered::NothingCame, String::new()),
        () if !args.words.is_empty() => (Answered::Wrote, args.words.join(" ")),
        () if ui.can_ask() => {
            ui.say(&prompted.text);
            match ui
                .ask_line("Your words, [-] for \"I'd rather not\", [0] for \"nothing came\", or Enter for later:")?
                .trim()
            {
                "" => return Ok(()),
                "-" => (Answered::RatherNot, String::new()),
                "0" => (Answered::NothingCame, String::new()),
                words => (Answered::Wrote, words.to_owned()),
            }
        }
        () => {
            ui.answer(&json!({ "prompt": prompted.prompt.id, "text": prompted.text }), || prompted.text.clone())?;
            ui.say("Answer with words, `--rather-not` or `--nothing-came`, or leave it.");
            return Ok(());
        }
    };
    let kept = account.answer_prompt(&prompted, answer, words).await?;
    let mut told = kept_json(&kept);
    told["prompt"] = json!(prompted.prompt.id);
    told["answer"] = json!(answer);
    ui.answer(&told, String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(match answer {
        Answered::Wrote => "Kept. Private; nobody but you can read it.",
        Answered::NothingCame => "Kept: that nothing came.",
        Answered::RatherNot => "All right. You are not asked this again for now.",
    });
    say_not_monitored(ui, &account);
    Ok(())
}
