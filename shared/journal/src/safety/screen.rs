//! What each step of the flow shows: sentences, rows to call, choices. Clients lay it out and add nothing.

use serde::Serialize;

use super::crisis::{CrisisLine, CrisisPack};
use super::flow::{SafetyEvent, SafetyFlow, SafetyStep};
use super::words;
use crate::document::{Coverage, Person};
use crate::names::listed;
use crate::timestamp::Timestamp;

/// Whom a person can be led to.
#[derive(Debug, Clone)]
pub struct Help<'a> {
    /// The lines of the region.
    pub crisis: &'a CrisisPack,
    /// What the clinic said of itself.
    pub coverage: Option<&'a Coverage>,
    /// The people of the patient's own plan.
    pub people: &'a [Person],
    /// What becomes of the answer.
    pub sharing: Sharing,
    /// When.
    pub now: Timestamp,
}

/// What becomes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sharing {
    /// These people will read it.
    With(Vec<String>),
    /// Nobody will.
    Private,
    /// It is scored and kept nowhere.
    NotKept,
}

/// What a step shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screen {
    /// The step.
    pub step: SafetyStep,
    /// To be shown over everything else.
    pub full_screen: bool,
    /// What is said.
    pub sentences: Vec<String>,
    /// Whom to call, one tap each.
    pub contacts: Vec<ContactRow>,
    /// What can be chosen, with its label.
    pub choices: Vec<(SafetyEvent, &'static str)>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactRow {
    /// Who.
    pub name: String,
    /// The number, as it is dialled.
    pub number: String,
    /// How and when; may be empty.
    pub note: String,
}

impl SafetyFlow {
    /// Returns what the step shows.
    pub fn screen(&self, help: &Help<'_>) -> Screen {
        let say = |sentence: &str| vec![sentence.to_owned()];
        let (sentences, contacts) = match self.at() {
            SafetyStep::Acknowledgement => (say(words::ACKNOWLEDGEMENT), Vec::new()),
            SafetyStep::Danger => (say(words::DANGER), Vec::new()),
            SafetyStep::Safe => (say(words::SAFE), Vec::new()),
            SafetyStep::Emergency => (say(words::EMERGENCY), rows(&help.crisis.emergency)),
            SafetyStep::Contacts => help.contacts(),
            SafetyStep::Told => (say(words::TOLD), Vec::new()),
            SafetyStep::Sharing => (help.sharing(), Vec::new()),
            SafetyStep::Done => (Vec::new(), Vec::new()),
        };
        let choices = self.choices().iter().map(|event| (*event, label(*event))).collect();
        Screen { step: self.at(), full_screen: self.at() == SafetyStep::Emergency, sentences, contacts, choices }
    }
}

impl Help<'_> {
    /// Returns whom to call, for whoever asks for it: at any time, and without having answered anything.
    pub fn card(&self) -> Screen {
        let (mut sentences, contacts) = self.contacts();
        sentences.insert(0, words::NOT_MONITORED.to_owned());
        Screen { step: SafetyStep::Contacts, full_screen: false, sentences, contacts, choices: Vec::new() }
    }

    fn contacts(&self) -> (Vec<String>, Vec<ContactRow>) {
        let mut all = rows(&self.crisis.emergency);
        all.extend(rows(&self.crisis.lines));
        if let Some(coverage) = self.coverage {
            let covering = coverage.away_at(self.now).and_then(|away| away.covering.as_ref());
            all.extend(covering.map(|covering| ContactRow {
                name: format!("{}, who covers for your clinician", covering.name.as_str()),
                number: covering.phone.as_str().to_owned(),
                note: String::new(),
            }));
            all.push(ContactRow {
                name: "Your clinic".to_owned(),
                number: coverage.phone.as_str().to_owned(),
                note: coverage.hours.as_ref().map(|hours| hours.as_str().to_owned()).unwrap_or_default(),
            });
        }
        all.extend(self.people.iter().map(|person| ContactRow {
            name: person.name.as_str().to_owned(),
            number: person.phone.as_str().to_owned(),
            note: "from your own plan".to_owned(),
        }));
        let checked = format!(
            "The public lines of {} were last checked on {}.",
            self.crisis.name,
            self.crisis.checked_on.format("%-d %b %Y")
        );
        (vec![words::CONTACTS.to_owned(), checked], all)
    }

    fn sharing(&self) -> Vec<String> {
        let mut sentences = match &self.sharing {
            Sharing::Private => vec![words::PRIVATE.to_owned()],
            Sharing::NotKept => vec!["This answer is not kept, and nobody will see it.".to_owned()],
            Sharing::With(readers) => {
                let who = if readers.is_empty() { "your clinician".to_owned() } else { listed(readers) };
                vec![format!("Your answers will be shared with {who} once you are done.")]
            }
        };
        if let (Sharing::With(_), Some(coverage)) = (&self.sharing, self.coverage) {
            sentences.push(coverage.promise());
        }
        sentences
    }
}

fn rows(lines: &[CrisisLine]) -> Vec<ContactRow> {
    let row = |line: &CrisisLine| ContactRow {
        name: line.name.clone(),
        number: line.number.clone(),
        note: format!("{}, {}", line.how, line.hours),
    };
    lines.iter().map(row).collect()
}

const fn label(event: SafetyEvent) -> &'static str {
    match event {
        SafetyEvent::Continue => "Go on",
        SafetyEvent::Yes => "Yes",
        SafetyEvent::No => "No",
        SafetyEvent::IWill => "I will",
        SafetyEvent::NotNow => "Not now",
        SafetyEvent::Skip => "I'd rather not say",
        SafetyEvent::Leave => "Close this",
    }
}

#[cfg(test)]
mod tests;
