//! Harbor Lane Practice (fictional) as data: who its people are, what they write and do, and when.
//!
//! The invariant: everything about the story stands in `tests/fiction/`, nothing of it in code. A field that this module
//! does not know is an error, and so is a reference to an entry that is not there.

mod act;
mod care;
mod entry;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

pub use self::act::{Act, Timed};
pub use self::care::{
    AdverseTold, Away, Brief, Course, CycleTold, DispositionTold, DoseTold, Handover, LostPhone, MeasureTold, Noted,
    PersonTold, Received, Replied, SafetyPlanTold, SessionTold, SpokenTold, VitalsTold,
};
pub use self::entry::{DrawingTold, EntryTold, LayerTold, PhotoTold, Release, TalkTold, TooSoon, VoiceTold, Withdrawn};

/// The practice and the clinicians.
const PRACTICE: &str = include_str!("../fiction/practice.toml");
/// The patients, each in a file.
const PATIENTS: [&str; 3] = [
    include_str!("../fiction/heron-41.toml"),
    include_str!("../fiction/cedar-07.toml"),
    include_str!("../fiction/lantern-19.toml"),
];

/// The whole of it.
pub struct Fiction {
    /// The practice.
    pub practice: Practice,
    /// The patients, in the order in which they are told of.
    pub patients: Vec<Tale>,
}

/// The practice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// What it is called.
    pub name: String,
    /// Its number.
    pub phone: String,
    /// When the number is answered.
    pub hours: String,
    /// Who sets it up.
    pub administrator: Role,
    /// Its clinicians.
    pub clinician: Vec<Role>,
    /// Every person whom the texts name.
    pub people: Vec<String>,
    /// Every place that the texts name.
    pub places: Vec<String>,
    /// Every telephone number.
    pub phones: Vec<String>,
    /// Words that stand with a capital letter in the middle of a sentence and name nobody.
    pub capitals: Vec<String>,
}

/// Somebody with an account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What the practice calls the account.
    pub handle: String,
    /// Who that is, in the story.
    pub person: String,
    /// What unlocks the account.
    pub passphrase: String,
}

/// A patient, and what she and her clinicians write and do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tale {
    /// What the practice calls the account.
    pub handle: String,
    /// Who that is, in the story; stands nowhere in the practice's system.
    pub person: String,
    /// What unlocks the account.
    pub passphrase: String,
    /// The clinician who begins with her.
    pub clinician: String,
    /// The clinician who goes on with her.
    #[serde(default)]
    pub successor: Option<String>,
    /// The day of the course with which the story ends.
    pub last_day: i64,
    /// The settings of the course.
    pub course: Course,
    /// The cycles.
    #[serde(rename = "cycle")]
    pub cycles: Vec<CycleTold>,
    /// The sessions.
    #[serde(rename = "session")]
    pub sessions: Vec<SessionTold>,
    /// The dose cards.
    #[serde(rename = "dose")]
    pub doses: Vec<DoseTold>,
    /// The measures.
    #[serde(rename = "measure")]
    pub measures: Vec<MeasureTold>,
    /// The entries.
    #[serde(rename = "entry")]
    pub entries: Vec<EntryTold>,
    /// What is added to entries later.
    #[serde(default, rename = "layer")]
    pub layers: Vec<LayerTold>,
    /// Attempts to share while decisions wait.
    #[serde(default)]
    pub too_soon: Vec<TooSoon>,
    /// Mornings on which she is asked about what she captured while decisions waited.
    #[serde(default, rename = "release")]
    pub releases: Vec<Release>,
    /// Entries that are taken back.
    #[serde(default, rename = "withdraw")]
    pub withdrawals: Vec<Withdrawn>,
    /// Whom she can call.
    #[serde(default)]
    pub safety_plan: Vec<SafetyPlanTold>,
    /// When her clinician reads.
    #[serde(default, rename = "brief")]
    pub briefs: Vec<Brief>,
    /// What is answered to entries.
    #[serde(default, rename = "reply")]
    pub replies: Vec<Replied>,
    /// What was talked about.
    #[serde(default)]
    pub discuss: Vec<Received>,
    /// What was left for the next session.
    #[serde(default)]
    pub carry_over: Vec<Received>,
    /// What was copied into the chart.
    #[serde(default)]
    pub file: Vec<Received>,
    /// What was done about a flagged answer.
    #[serde(default, rename = "disposition")]
    pub dispositions: Vec<DispositionTold>,
    /// Absences of the clinician.
    #[serde(default, rename = "coverage")]
    pub absences: Vec<Away>,
    /// Process notes.
    #[serde(default, rename = "note")]
    pub notes: Vec<Noted>,
    /// Another clinician takes over.
    #[serde(default)]
    pub handover: Option<Handover>,
    /// A phone is lost.
    #[serde(default)]
    pub lost_phone: Option<LostPhone>,
    /// What the demo stops to show.
    #[serde(default, rename = "scene")]
    pub scenes: Vec<Scene>,
}

/// A screen that the demo stops to show.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// When. A withdrawal of the same minute is done on the screen.
    pub when: Moment,
    /// Whose screen.
    pub by: String,
    /// What it is called.
    pub title: String,
    /// What to know before looking.
    pub says: String,
    /// The command, word by word. `{entry}` stands for the id of an entry of the story, `{handle}` for the patient.
    pub command: Vec<String>,
    /// What to show of the screen, in lines; all of it, if it does not say.
    #[serde(default)]
    pub lines: Option<usize>,
    /// What is said beside the answer is shown too.
    #[serde(default)]
    pub talk: bool,
}

/// A moment of a course: its day, from 1, and a time of day. Written `10 12:50`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The day of the course, from 1.
    pub day: i64,
    /// Minutes since midnight.
    pub minutes: i64,
}

impl Moment {
    /// Returns the moment some minutes later (or earlier).
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        let all = self.day * MINUTES_PER_DAY + self.minutes + minutes;
        Self { day: all.div_euclid(MINUTES_PER_DAY), minutes: all.rem_euclid(MINUTES_PER_DAY) }
    }

    /// Returns the minutes from midnight of the course's day 0.
    pub const fn all_minutes(self) -> i64 {
        self.day * MINUTES_PER_DAY + self.minutes
    }
}

const MINUTES_PER_DAY: i64 = 24 * 60;

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (day, time) = text.split_once(' ')?;
            let (hour, minute) = time.split_once(':')?;
            let (day, hour, minute): (i64, i64, i64) = (day.parse().ok()?, hour.parse().ok()?, minute.parse().ok()?);
            let possible = day >= 1 && (0..24).contains(&hour) && (0..60).contains(&minute);
            possible.then_some(Self { day, minutes: hour * 60 + minute })
        };
        read().ok_or_else(|| format!("`{text}` is no moment; write the day of the course and the time: `10 12:50`"))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}", self.day, self.minutes / 60, self.minutes % 60)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Fiction {
    /// Loads everything.
    ///
    /// # Panics
    /// If a file is not what this module knows; the message names the line.
    pub fn load() -> Self {
        let practice = toml::from_str(PRACTICE).unwrap_or_else(|error| panic!("practice.toml: {error}"));
        let patients = PATIENTS.map(|source| toml::from_str(source).unwrap_or_else(|error| panic!("{error}")));
        Self { practice, patients: patients.into() }
    }

    /// Returns the files as they are written, for tests that read every word.
    pub fn sources() -> impl Iterator<Item = &'static str> {
        [PRACTICE].into_iter().chain(PATIENTS)
    }
}

impl Tale {
    /// Returns the entry of this name.
    ///
    /// # Panics
    /// If the story has none.
    pub fn entry(&self, id: &str) -> &EntryTold {
        let found = self.entries.iter().find(|entry| entry.id == id);
        found.unwrap_or_else(|| panic!("{} has no entry `{id}`", self.handle))
    }

    /// Returns who is her clinician at this moment.
    pub fn clinician_at(&self, when: Moment) -> &str {
        match (&self.handover, &self.successor) {
            (Some(handover), Some(successor)) if when >= handover.when => successor,
            _ => &self.clinician,
        }
    }
}
