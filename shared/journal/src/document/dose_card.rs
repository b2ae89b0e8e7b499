//! The dose card: what a clinician notes of a dosing session, so that the journal has its context. It is not the medication
//! record, which belongs into the chart. A later card with the same id supersedes the one before, by `seq`.
//!
//! The invariant: everything on it was possible (times on the day or the next, amounts and readings inside the range of
//! what bodies and syringes do), and nothing on it is a judgement. Doses of different routes are never compared.

mod setting;
mod vitals;

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

pub use self::setting::{SettingItem, SettingNote};
pub use self::vitals::{VitalPhase, Vitals};
use crate::calendar::Day;
use crate::decimal::{Kilograms, MgPerKg, Milligrams, SleepHours, TotalMg};
use crate::text::{FewWords, FieldError, Term};
use crate::timestamp::Timestamp;

/// Doses, readings, events and lines on one card, each at most.
const MOST: usize = 100;

/// What a clinician notes of a dosing session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoseCard {
    /// The dosing session.
    pub session: DocumentId,
    /// Its day.
    pub on: Day,
    /// How it was given.
    pub route: Route,
    /// Whether the lozenge was swallowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swallowed: Option<bool>,
    /// What was given; absent means that nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substance: Option<Substance>,
    /// How much, in the order in which it was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doses: Vec<Dose>,
    /// The weight that the dose went by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<Kilograms>,
    /// Readings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vitals: Vec<Vitals>,
    /// How sedated, in the clinician's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sedation: Option<FewWords>,
    /// How far away, in the clinician's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissociation: Option<FewWords>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adverse: Vec<Adverse>,
    /// The room and what was done in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setting: Vec<SettingNote>,
    /// What the patient brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Mindset>,
    /// Words that the patient said aloud.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoken_lines: Vec<SpokenLine>,
    /// How the patient left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discharge: Option<Discharge>,
    /// The patient is not shown how much it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hide_dose: bool,
}

/// How a dose is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Route {
    /// Intravenous.
    Iv,
    /// Intramuscular.
    Im,
    /// Sublingual.
    Sl,
    /// Intranasal.
    In,
    /// Intranasal esketamine.
    InEsk,
    /// By mouth.
    Po,
    /// Subcutaneous.
    Sc,
    /// Rectal.
    Pr,
}

impl Route {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::Iv, Self::Im, Self::Sl, Self::In, Self::InEsk, Self::Po, Self::Sc, Self::Pr];

    /// Returns the abbreviation that clinicians write: `IM`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Iv => "IV",
            Self::Im => "IM",
            Self::Sl => "SL",
            Self::In => "IN",
            Self::InEsk => "IN_ESK",
            Self::Po => "PO",
            Self::Sc => "SC",
            Self::Pr => "PR",
        }
    }
}

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Substance {
    /// Racemic ketamine.
    KetamineRacemic,
    /// Esketamine.
    Esketamine,
    /// Something else.
    Other,
}

/// One dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dose {
    /// When it was given, or began to be.
    pub at: Timestamp,
    /// How much.
    pub mg: Milligrams,
    /// Which.
    pub kind: DoseKind,
    /// How long it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_min: Option<u16>,
}

/// Which dose of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoseKind {
    /// The first.
    Initial,
    /// One more, in the same session.
    Booster,
    /// One that runs for a while.
    Infusion,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adverse {
    /// What: `nausea`.
    pub term: Term,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset_at: Option<Timestamp>,
    /// How long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_min: Option<u16>,
    /// How bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<FewWords>,
    /// Whether it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
}

/// How bad something is, as the clinician sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Hardly troubling.
    Mild,
    /// Troubling.
    Moderate,
    /// Very troubling.
    Severe,
}

/// What the patient brought into the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mindset {
    /// Her intentions: shared entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intentions: Vec<DocumentId>,
    /// Mood before, 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_before: Option<u8>,
    /// Sleep of the night before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleep_hours: Option<SleepHours>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<FewWords>,
}

/// Words that the patient said aloud, as the clinician wrote them down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenLine {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The words.
    pub words: FewWords,
}

/// How the patient left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discharge {
    /// When.
    pub at: Timestamp,
    /// With somebody.
    pub escorted: bool,
    /// With instructions.
    pub instructions_given: bool,
}

impl Substance {
    /// Returns the name for people: `racemic ketamine`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::KetamineRacemic => "racemic ketamine",
            Self::Esketamine => "esketamine",
            Self::Other => "something else",
        }
    }
}

impl DoseKind {
    /// Returns the name for people: `booster`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Booster => "booster",
            Self::Infusion => "infusion",
        }
    }
}

impl Severity {
    /// Returns the name for people: `mild`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }
}

impl DoseCard {
    /// Returns a card with what every card has.
    pub const fn new(session: DocumentId, on: Day, route: Route) -> Self {
        Self {
            session,
            on,
            route,
            swallowed: None,
            substance: None,
            doses: Vec::new(),
            weight_kg: None,
            vitals: Vec::new(),
            sedation: None,
            dissociation: None,
            adverse: Vec::new(),
            setting: Vec::new(),
            set: None,
            spoken_lines: Vec::new(),
            discharge: None,
            hide_dose: false,
        }
    }

    /// Returns when the first dose was given.
    pub fn first_dose_at(&self) -> Option<Timestamp> {
        self.doses.iter().map(|dose| dose.at).min()
    }

    /// Returns all doses together.
    pub fn total(&self) -> Option<TotalMg> {
        TotalMg::of(self.doses.iter().map(|dose| dose.mg))
    }

    /// Returns the dose by weight, if both are known.
    pub fn mg_per_kg(&self) -> Option<MgPerKg> {
        Some(self.total()?.per(self.weight_kg?))
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        let rule = |field, rule| Err(FieldError::Rule { field, rule });
        if self.swallowed.is_some() && self.route != Route::Sl {
            return rule("swallowed", "only a lozenge (SL) is swallowed or not");
        }
        if self.route == Route::InEsk && self.substance.is_some_and(|substance| substance != Substance::Esketamine) {
            return rule("substance", "what is given by IN_ESK is esketamine");
        }
        self.check_doses()?;
        self.vitals.iter().try_for_each(Vitals::check)?;
        let counts = [self.doses.len(), self.vitals.len(), self.adverse.len(), self.spoken_lines.len()];
        if counts.iter().any(|count| *count > MOST) {
            return rule("dose_card", "at most 100 doses, readings, events and lines each");
        }
        let items: BTreeSet<_> = self.setting.iter().map(|note| note.item).collect();
        if items.len() < self.setting.len() {
            return rule("setting", "each part of the setting is noted once");
        }
        if self.set.as_ref().and_then(|set| set.mood_before).is_some_and(|mood| mood > 10) {
            return rule("mood_before", "mood is 0 to 10");
        }
        if self.set.as_ref().is_some_and(|set| set.intentions.len() > MOST) {
            return rule("intentions", "at most 100 intentions");
        }
        if self.times().any(|at| !(0..=1).contains(&self.on.days_until(Day::of(at)))) {
            return rule("at", "every time on a dose card is on its day or the day after");
        }
        Ok(())
    }

    fn check_doses(&self) -> Result<(), FieldError> {
        let rule = |field, rule| Err(FieldError::Rule { field, rule });
        for (n, dose) in self.doses.iter().enumerate() {
            match dose.kind {
                DoseKind::Infusion if dose.duration_min.is_none() => {
                    return rule("duration_min", "an infusion runs for some minutes; say how many");
                }
                DoseKind::Booster if n == 0 => {
                    return rule("doses", "a booster comes after a first dose");
                }
                DoseKind::Initial if n > 0 => {
                    return rule("doses", "there is one initial dose, and it is the first; later ones are boosters");
                }
                _ => {}
            }
            if dose.duration_min.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
                return rule("duration_min", "a dose runs for 1 to 1440 minutes");
            }
        }
        if self.doses.windows(2).any(|pair| pair[1].at.unix() < pair[0].at.unix()) {
            return rule("doses", "doses stand in the order in which they were given");
        }
        Ok(())
    }

    fn times(&self) -> impl Iterator<Item = Timestamp> {
        let doses = self.doses.iter().map(|dose| dose.at);
        let vitals = self.vitals.iter().map(|vitals| vitals.at);
        let events = self.adverse.iter().filter_map(|event| event.onset_at);
        let lines = self.spoken_lines.iter().filter_map(|line| line.at);
        let left = self.discharge.iter().map(|discharge| discharge.at);
        doses.chain(vitals).chain(events).chain(lines).chain(left)
    }
}

#[cfg(test)]
mod tests;
