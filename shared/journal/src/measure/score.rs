//! Scoring: an instrument and answers in, numbers out. A pure function; the same answers give the same score everywhere.
//!
//! The invariant: an incomplete answer has no total. Only a score whose definition allows it does without an answer.

use serde::Serialize;

use super::answers::Answers;
use super::expr::Known;
use super::ids::{InstrumentId, ItemId};
use super::instrument::{Instrument, RiskClass, ScoreRule};
use super::points::Points;

/// What stands wherever a band is shown.
pub const NOT_A_DIAGNOSIS: &str = "Bands are those published with the instrument. A score is not a diagnosis.";

/// What answers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Score {
    /// The instrument.
    pub instrument: InstrumentId,
    /// The version of its definition.
    pub version: u32,
    /// How many scored items were answered.
    pub answered: usize,
    /// How many there are.
    pub items: usize,
    /// The total; absent if it cannot do without what was left out.
    pub total: Option<Scored>,
    /// The other scores that could be computed.
    pub scores: Vec<Scored>,
    /// Conditions, met or not; none while answers are missing.
    pub findings: Vec<Finding>,
    /// Answers that ask for care.
    pub risks: Vec<Risk>,
}

/// One computed score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Its name.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    /// Its value.
    pub value: Points,
    /// The lowest value there can be.
    pub min: Points,
    /// The highest value there can be.
    pub max: Points,
    /// Its band as published.
    pub band: Option<String>,
    /// How many answers it did without, as its definition allows.
    pub prorated_for: usize,
    /// Its LOINC code.
    pub loinc: Option<String>,
}

/// Whether a condition is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    /// Whether it is met.
    pub met: bool,
}

/// An answer that asks for care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The item.
    pub item: ItemId,
    /// Its number within the instrument, from 1.
    pub number: usize,
    /// What was answered.
    pub value: u16,
    /// What that is called.
    pub answer: Option<String>,
    /// What it is about.
    pub class: RiskClass,
}

/// Scores answers.
pub fn score(instrument: &Instrument, answers: &Answers) -> Score {
    let values = answers.values();
    let items = instrument.scored_items();
    let scored = instrument.items.iter().zip(values).filter(|(item, _)| item.scored);
    let answered = scored.filter(|(_, value)| value.is_some()).count();
    let missing = items - answered;
    let ranges: Vec<_> = instrument.items.iter().map(super::instrument::Item::range).collect();

    // Each score stands behind those that it needs, so they are there when it is computed.
    let mut points: Vec<Option<Points>> = Vec::new();
    for rule in &instrument.scores {
        let known = Known { answers: values, scores: &points, ranges: &ranges };
        let value = rule.expr.value(&known).filter(|_| missing <= rule.missing_allowed);
        points.push(value.map(Points::rounded));
    }
    let mut total = None;
    let mut scores = Vec::new();
    for (rule, value) in instrument.scores.iter().zip(&points) {
        let Some(value) = *value else { continue };
        let computed = computed(rule, value, missing);
        if rule.id == instrument.total().id { total = Some(computed) } else { scores.push(computed) }
    }
    let known = Known { answers: values, scores: &points, ranges: &ranges };
    let findings = instrument.findings.iter().filter(|_| missing == 0).filter_map(|rule| {
        let met = rule.all.iter().map(|condition| condition.holds(&known)).collect::<Option<Vec<_>>>()?;
        Some(Finding { id: rule.id.clone(), title: rule.title.clone(), met: met.into_iter().all(|met| met) })
    });
    Score {
        instrument: instrument.id.clone(),
        version: instrument.version,
        answered,
        items,
        total,
        scores,
        findings: findings.collect(),
        risks: risks(instrument, values),
    }
}

fn computed(rule: &ScoreRule, value: Points, missing: usize) -> Scored {
    Scored {
        id: rule.id.clone(),
        title: rule.title.clone(),
        value,
        min: rule.min,
        max: rule.max,
        band: rule.band(value).map(|band| band.label.clone()),
        prorated_for: missing,
        loinc: rule.loinc.clone(),
    }
}

fn risks(instrument: &Instrument, values: &[Option<u16>]) -> Vec<Risk> {
    let answered = values.iter().enumerate().filter_map(|(place, value)| Some((place, (*value)?)));
    let risks = answered.filter_map(|(place, value)| {
        let class = instrument.risk_of(place, value)?;
        let item = &instrument.items[place];
        let answer = item.anchor(value).and_then(|anchor| anchor.text.clone());
        Some(Risk { item: item.id.clone(), number: place + 1, value, answer, class })
    });
    risks.collect()
}

impl Score {
    /// Tells whether every scored item was answered.
    pub const fn is_complete(&self) -> bool {
        self.answered == self.items
    }

    /// Returns `7 of 9 answered`.
    pub fn completeness(&self) -> String {
        format!("{} of {} answered", self.answered, self.items)
    }

    /// Tells whether an answer is about thoughts of dying or self-harm.
    pub fn asks_for_help(&self) -> bool {
        self.risks.iter().any(|risk| risk.class == RiskClass::Suicide)
    }
}
