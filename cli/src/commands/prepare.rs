//! `reverie prepare`: the five minutes before a session, one thing after the other, with single keys.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::render::{entry_text, response_text};
use reverie_journal::{Outcome, ReceiptKind, Step, StepWhy, short_id};
use reverie_protocol::ids::{AccountId, DocumentId};
use serde_json::json;

use super::discuss::say_stated;
use super::measure::say_disposed;
use super::reply::say_sent;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::still_waiting;
use crate::ui::{Answers, Ui};

/// Go through what matters before a session, one thing after the other (clinicians)
///
/// Flagged answers come first, each with what was done about it; then what she wants to talk about, by her ranks; what was
/// carried over; what is new. One key each, without Enter. Receipts say that you opened what you saw, and that you read for
/// the session what you went on from. She is not told, unless your practice tells its patients
/// (`reverie course set HANDLE --tell-when-read yes`).
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie prepare heron-41
  reverie prepare heron-41 --lines < answers")]
pub(crate) struct PrepareArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// Read each answer as a line, from a pipe or with Enter
    #[arg(long, conflicts_with = "json")]
    lines: bool,
}

/// What somebody goes through, with whom, and how keys are given.
struct Walk<'a> {
    ui: &'a Ui,
    account: Unlocked,
    patient: AccountId,
    answers: Answers,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: PrepareArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let PrepareArgs { handle, lines } = args;
    let patient = account.contact_of(&handle)?.account;
    let steps = account.brief(patient, None, None)?.steps();
    let open = steps.iter().filter(|step| step.why == StepWhy::Flagged).count();
    if steps.is_empty() {
        ui.say("Nothing flagged, nothing wished for, nothing carried over, nothing new.");
    }
    if !lines && !ui.can_ask() {
        let entries: Vec<_> = steps.iter().map(|step| step.document).collect();
        return ui.answer(&json!({ "entries": entries, "steps": steps, "open_flags": open }), || {
            entries.iter().map(|entry| short_id(entry.uuid())).collect::<Vec<_>>().join("\n")
        });
    }
    let answers = if lines { Answers::Lines } else { Answers::Keys };
    let mut walk = Walk { ui, account, patient, answers };
    let (mut reviewed, mut stopped) = (Vec::new(), Ok(()));
    for (at, step) in steps.iter().enumerate() {
        ui.say(&format!("\n{} of {}: {}", at + 1, steps.len(), why(step.why)));
        match walk.look_at(*step).await {
            Ok(true) => reviewed.push(step.document),
            Ok(false) => break,
            Err(error) => {
                stopped = Err(error);
                break;
            }
        }
    }
    // Whatever ended it, what was read before has been read.
    for flushed in walk.account.reviewed(&reviewed).await? {
        still_waiting(ui, &flushed);
    }
    if !reviewed.is_empty() {
        let (read, of) = (reviewed.len(), steps.len());
        ui.say(&format!("{read} of {of} read for the session. A receipt says so."));
    }
    stopped
}

fn why(why: StepWhy) -> String {
    match why {
        StepWhy::Flagged => "a flagged answer, which needs a disposition".to_owned(),
        StepWhy::WantsToTalk(Some(rank)) => format!("wants to talk about it, place {rank} on the list"),
        StepWhy::WantsToTalk(None) => "wants to talk about it".to_owned(),
        StepWhy::CarriedOver => "carried over".to_owned(),
        StepWhy::New => "new".to_owned(),
        StepWhy::NewMeasure => "a new measure".to_owned(),
    }
}

impl Walk<'_> {
    /// Shows a step and does what the keys say. Tells whether to go on.
    async fn look_at(&mut self, step: Step) -> Result<bool, CommandError> {
        let shown = match step.why {
            StepWhy::Flagged | StepWhy::NewMeasure => self.measure_text(step.document),
            StepWhy::WantsToTalk(_) | StepWhy::CarriedOver | StepWhy::New => {
                let view = self.account.view(self.patient);
                entry_text(&view, step.document, &self.account.names_here(), self.ui.page()).unwrap_or_default()
            }
        };
        self.ui.line(&shown)?;
        if let Some(flushed) = self.account.opened(step.document).await? {
            still_waiting(self.ui, &flushed);
        }
        match step.why {
            StepWhy::Flagged => self.flagged(step.document).await,
            StepWhy::NewMeasure => Ok(self.key("[n]ext  [x] stop", &['n', 'x'])? == 'n'),
            StepWhy::WantsToTalk(_) | StepWhy::CarriedOver | StepWhy::New => self.entry(step.document).await,
        }
    }

    fn measure_text(&self, response: DocumentId) -> String {
        let view = self.account.view(self.patient);
        let Some(measure) = view.measure(response) else { return String::new() };
        let body = measure.response.body();
        let mut packs = view.shared.iter().map(|shared| shared.instruments());
        let instruments = packs.find(|packs| packs.definition(&body.instrument, body.version).is_some());
        response_text(measure, &instruments.unwrap_or_default(), self.ui.page())
    }

    async fn flagged(&mut self, response: DocumentId) -> Result<bool, CommandError> {
        let question = "[l]ater  [c]alled  [s]een  [d]iscussed in session  not [r]eached  [x] stop";
        let outcome = match self.key(question, &['l', 'c', 's', 'd', 'r', 'x'])? {
            'c' => Outcome::Called,
            's' => Outcome::Seen,
            'd' => Outcome::DiscussedInSession,
            'r' => Outcome::NotReached,
            'l' => {
                self.ui.say("The flag stays first in the queue until somebody has reached the patient.");
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let note = self.ui.ask_line("A note, which the patient can read, or Enter for none:")?.trim().to_owned();
        let kept = self.account.dispose(response, outcome, Some(note).filter(|note| !note.is_empty())).await?;
        still_waiting(self.ui, &kept.flushed);
        say_disposed(self.ui, outcome);
        Ok(true)
    }

    async fn entry(&mut self, entry: DocumentId) -> Result<bool, CommandError> {
        let question = "[n]ext  [r]eply  ask a [q]uestion  [c]arry over  mark as [d]iscussed  [x] stop";
        loop {
            match self.key(question, &['n', 'r', 'q', 'c', 'd', 'x'])? {
                'n' => return Ok(true),
                key @ ('c' | 'd') => {
                    let receipt = if key == 'c' { ReceiptKind::CarriedOver } else { ReceiptKind::Discussed };
                    let flushed = self.account.state(receipt, entry).await?;
                    say_stated(self.ui, receipt, entry, &flushed);
                }
                key @ ('r' | 'q') => {
                    let words = self.ui.ask_line("Your words, or Enter for none:")?.trim().to_owned();
                    if !words.is_empty() {
                        let kept = self.account.reply(entry, words, key == 'q').await?;
                        say_sent(self.ui, &self.account, self.patient, &kept);
                    }
                }
                _ => return Ok(false),
            }
        }
    }

    /// Returns the key that was pressed; `x` where nobody is left to press one.
    fn key(&self, question: &str, keys: &[char]) -> Result<char, CommandError> {
        Ok(self.ui.ask_key(question, keys, self.answers)?.unwrap_or('x'))
    }
}
