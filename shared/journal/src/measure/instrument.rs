//! An instrument as it stands after loading: items, scores, bands, conditions, risk items, rights.
//!
//! The invariant: every reference in it leads somewhere, its scores need each other in no circle, and its values stay
//! within [`super::expr::BOUND`]. Only `pack.rs` makes one.

use std::fmt::Write as _;

use reverie_protocol::hash::Hash;
use serde::Serialize;

use super::expr::{Condition, Expr};
use super::ids::{InstrumentId, ItemId};
use super::points::Points;

/// A questionnaire and how it is scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its name.
    pub id: InstrumentId,
    /// The version of this definition, from 1.
    pub version: u32,
    /// What it is called in full.
    pub title: String,
    /// The language of its wording (BCP 47).
    pub lang: String,
    /// Where wording and scoring come from.
    pub source: String,
    /// Who holds the rights, and what allows its use.
    pub rights: Rights,
    /// How far back the answers look, in days.
    pub lookback_days: u32,
    /// How many days should lie between two of them, if that is not the look-back.
    pub min_interval_days: u32,
    /// What to offer in its place where its risk items must not be asked.
    pub instead: Option<InstrumentId>,
    /// What is said before the first item. Ours, not the instrument's.
    pub before: Option<String>,
    /// The words that stand over all items. Absent in a definition without wording.
    pub stem: Option<String>,
    /// Its items, in order; at least one is scored.
    pub items: Vec<Item>,
    /// Its scores, each after those that it needs. One is the total.
    pub scores: Vec<ScoreRule>,
    /// Conditions over items and scores.
    pub findings: Vec<FindingRule>,
    /// Answers that ask for care.
    pub risks: Vec<RiskRule>,
    /// What is printed under a table of its scores.
    pub notes: Vec<String>,
    /// The LOINC code of the whole.
    pub loinc_panel: Option<String>,
    pub(super) total: usize,
}

/// Who holds the rights to an instrument, and what allows its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rights {
    /// Who holds them.
    pub holder: String,
    /// What allows the use: a licence, a permission, the public domain.
    pub licence: String,
    /// The credit that is shown with the items.
    pub credit: Option<String>,
    /// Who at the practice made sure of it.
    pub cleared_by: Option<String>,
    /// When, as a date.
    pub cleared_on: Option<String>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub id: ItemId,
    /// Its wording.
    pub text: Option<String>,
    /// The answers, by value.
    pub anchors: Vec<Anchor>,
    /// Any value between the first anchor and the last may be given.
    pub slider: bool,
    /// Counts among what is answered. An item that is asked and not scored does not.
    pub scored: bool,
    /// Its LOINC code.
    pub loinc: Option<String>,
}

/// One answer of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anchor {
    /// What is stored.
    pub value: u16,
    /// What is shown.
    pub text: Option<String>,
    /// The LOINC code of the answer.
    pub loinc: Option<String>,
}

/// How a score is computed and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRule {
    /// Its name.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    /// How many unanswered items it can do without.
    pub missing_allowed: usize,
    /// The lowest value there can be.
    pub min: Points,
    /// The highest value there can be.
    pub max: Points,
    /// Its bands as published, from the lowest.
    pub bands: Vec<Band>,
    /// Its LOINC code.
    pub loinc: Option<String>,
    pub(super) expr: Expr,
}

/// A range of a score, up to where the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Band {
    /// The first value in it.
    pub from: Points,
    /// What it is called where it was published.
    pub label: String,
}

/// Something that is met when all its conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRule {
    /// Its name.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    pub(super) all: Vec<Condition>,
}

/// What an answer that asks for care is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskClass {
    /// Thoughts of dying or of hurting oneself: help is shown before the score, and the clinician's flag needs a
    /// disposition.
    Suicide,
    /// Taking risks or doing things that could cause harm: shown to the clinician, and not as suicidality.
    RiskTaking,
}

impl RiskClass {
    /// Returns the name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Suicide => "thoughts of dying or self-harm",
            Self::RiskTaking => "risk-taking or harm, not suicidality",
        }
    }
}

/// An item whose answer asks for care from some value on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRule {
    /// The item, by its place.
    pub(super) item: usize,
    /// From this value on.
    pub at_least: u16,
    /// What it is about.
    pub class: RiskClass,
}

impl Instrument {
    /// Returns the rule of the total.
    pub fn total(&self) -> &ScoreRule {
        &self.scores[self.total]
    }

    /// Returns how many items are scored.
    pub fn scored_items(&self) -> usize {
        self.items.iter().filter(|item| item.scored).count()
    }

    /// Returns the place of an item.
    pub fn place(&self, item: &ItemId) -> Option<usize> {
        self.items.iter().position(|known| known.id == *item)
    }

    /// Tells whether it has the wording to be taken with. A definition without can still score.
    pub fn has_wording(&self) -> bool {
        self.items.iter().all(|item| item.text.is_some())
    }

    /// Tells whether it asks about thoughts of dying or self-harm.
    pub fn asks_about_suicide(&self) -> bool {
        self.risks.iter().any(|risk| risk.class == RiskClass::Suicide)
    }

    /// Returns what an answer to the item at this place asks for, if it asks for care.
    pub fn risk_of(&self, place: usize, value: u16) -> Option<RiskClass> {
        let meant = self.risks.iter().find(|risk| risk.item == place && value >= risk.at_least);
        meant.map(|risk| risk.class)
    }

    /// Returns the hash of the wording: stem, items and answers, a line each. It pins what was cleared.
    pub fn text_sha256(&self) -> Hash {
        let mut text = format!("{}\n", self.stem.as_deref().unwrap_or_default());
        for item in &self.items {
            writeln!(text, "{}", item.text.as_deref().unwrap_or_default()).expect(TO_STRING);
            for anchor in &item.anchors {
                let words = anchor.text.as_deref().unwrap_or_default();
                writeln!(text, "{} {words}", anchor.value).expect(TO_STRING);
            }
        }
        Hash::of(text)
    }
}

const TO_STRING: &str = "writing to a String cannot fail";

impl Item {
    /// Returns the lowest and the highest value.
    pub fn range(&self) -> (u16, u16) {
        let values = || self.anchors.iter().map(|anchor| anchor.value);
        (values().min().unwrap_or_default(), values().max().unwrap_or_default())
    }

    /// Tells whether this is one of its answers.
    pub fn takes(&self, value: u16) -> bool {
        let (min, max) = self.range();
        if self.slider { (min..=max).contains(&value) } else { self.anchor(value).is_some() }
    }

    /// Returns the anchor of a value.
    pub fn anchor(&self, value: u16) -> Option<&Anchor> {
        self.anchors.iter().find(|anchor| anchor.value == value)
    }
}

impl ScoreRule {
    /// Returns the band of a value.
    pub fn band(&self, value: Points) -> Option<&Band> {
        self.bands.iter().rev().find(|band| band.from <= value)
    }
}
