//! What clinicians plan, record and answer, and what the patient answers to measures.

use std::collections::BTreeMap;

use reverie_journal::safety::Told;
use reverie_journal::{
    Ended, Kilograms, Milligrams, Outcome, Route, SessionType, SettingItem, Severity, SleepHours, VitalPhase,
};
use serde::Deserialize;

use super::Moment;

/// The settings of a course.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// What it is about.
    pub focus: String,
    /// The measures that are to be taken.
    pub measures: Vec<String>,
}

/// A cycle.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleTold {
    /// When it is opened.
    pub opened: Moment,
    /// When it ends; still open, if it does not say.
    #[serde(default)]
    pub ended: Option<Moment>,
    /// How it ends.
    #[serde(default = "closed")]
    pub how: Ended,
}

const fn closed() -> Ended {
    Ended::Closed
}

/// A session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTold {
    /// When it starts.
    pub when: Moment,
    /// What for.
    #[serde(rename = "type")]
    pub session_type: SessionType,
    /// How long it lasts.
    #[serde(default)]
    pub minutes: Option<i64>,
    /// When it was planned; one that was not is written down when it is over.
    #[serde(default)]
    pub planned: Option<Moment>,
    /// When it was called off.
    #[serde(default)]
    pub cancelled: Option<Moment>,
    /// By video or telephone.
    #[serde(default)]
    pub telehealth: bool,
}

/// A dose card.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoseTold {
    /// When its session starts.
    pub session: Moment,
    /// How it is given.
    pub route: Route,
    /// How much; nothing was given, if it does not say.
    #[serde(default)]
    pub mg: Option<Milligrams>,
    /// The weight.
    #[serde(default)]
    pub kg: Option<Kilograms>,
    /// For how long it runs.
    #[serde(default)]
    pub minutes: Option<u16>,
    /// Whether the lozenge was swallowed.
    #[serde(default)]
    pub swallowed: Option<bool>,
    /// Readings.
    #[serde(default)]
    pub vitals: Vec<VitalsTold>,
    /// What went wrong.
    #[serde(default)]
    pub adverse: Vec<AdverseTold>,
    /// The room.
    #[serde(default)]
    pub setting: BTreeMap<SettingItem, String>,
    /// Words said aloud.
    #[serde(default)]
    pub spoken: Vec<SpokenTold>,
    /// Mood before, 0 to 10.
    #[serde(default)]
    pub mood_before: Option<u8>,
    /// Sleep of the night before.
    #[serde(default)]
    pub sleep_hours: Option<SleepHours>,
    /// When the patient left, in minutes after the start.
    #[serde(default)]
    pub discharge_after: Option<i64>,
}

/// Readings, some minutes after the start of the session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of reverie_journal::Vitals")]
pub struct VitalsTold {
    pub after: i64,
    pub phase: VitalPhase,
    pub sbp: u16,
    pub dbp: u16,
    pub hr: u16,
    pub spo2: u8,
}

/// Something that went wrong, some minutes after the start of the session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of reverie_journal::Adverse")]
pub struct AdverseTold {
    pub term: String,
    pub after: i64,
    pub minutes: u16,
    pub severity: Severity,
    #[serde(default)]
    pub action: Option<String>,
    pub resolved: bool,
}

/// Words that the patient said aloud, some minutes after the start of the session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of reverie_journal::SpokenLine")]
pub struct SpokenTold {
    pub after: i64,
    pub words: String,
}

/// A measure that the patient takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureTold {
    /// When.
    pub when: Moment,
    /// Which.
    pub name: String,
    /// What is answered.
    pub answers: Vec<u16>,
    /// Where help is shown: whether somebody was told.
    #[serde(default)]
    pub told: Option<Told>,
}

/// What was done about a flagged answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispositionTold {
    /// When.
    pub when: Moment,
    /// The measure, by when it was taken.
    pub measure: Moment,
    /// What came of it.
    pub outcome: Outcome,
    /// What the clinician notes.
    pub note: String,
}

/// Whom a patient can call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyPlanTold {
    /// When it is written.
    pub when: Moment,
    /// Who.
    pub people: Vec<PersonTold>,
}

/// Somebody who can be called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonTold {
    /// Who.
    pub name: String,
    /// The number.
    pub phone: String,
}

/// The clinician reads what is new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// When.
    pub when: Moment,
}

/// The clinician answers an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replied {
    /// When.
    pub when: Moment,
    /// The entry.
    pub to: String,
    /// It is a question.
    #[serde(default)]
    pub question: bool,
    /// The words.
    pub words: String,
}

/// The clinician states something of entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// When.
    pub when: Moment,
    /// The entries.
    pub entries: Vec<String>,
}

/// A process note.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// When.
    pub when: Moment,
    /// Whose; the clinician of then, if it does not say.
    #[serde(default)]
    pub by: Option<String>,
    /// The words.
    pub words: String,
}

/// An absence of the clinician.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// When it is stated.
    pub when: Moment,
    /// From when.
    pub away_from: Moment,
    /// Until when.
    pub away_until: Moment,
    /// Who covers.
    pub covering: String,
    /// At which number.
    pub covering_phone: String,
}

/// Another clinician takes over: admitted by the patient, who then ends the first one's reading.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// When the new one is admitted.
    pub when: Moment,
    /// When the first one leaves.
    pub leaving: Moment,
}

/// A phone is lost, and another takes its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostPhone {
    /// When.
    pub when: Moment,
    /// By how much the clock of the new one is behind.
    pub behind_hours: i64,
    /// When the clock is set right.
    pub set_right: Moment,
}

impl Noted {
    /// Returns the string that stands nowhere else, to be looked for.
    pub fn canary(&self) -> Option<&str> {
        self.words.split_once("Canary ").map(|(_, canary)| canary.trim_end_matches('.'))
    }
}
