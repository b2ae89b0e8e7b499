//! Readings: blood pressure, pulse, oxygen, breaths, temperature. Ranges tell a slip of the pen from a body; what a reading
//! means is the clinician's to say.

use serde::{Deserialize, Serialize};

use crate::decimal::Celsius;
use crate::text::FieldError;
use crate::timestamp::Timestamp;

/// One set of readings; at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vitals {
    /// When.
    pub at: Timestamp,
    /// In which part of the session.
    pub phase: VitalPhase,
    /// Systolic pressure, mmHg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sbp: Option<u16>,
    /// Diastolic pressure, mmHg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dbp: Option<u16>,
    /// Heart beats in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hr: Option<u16>,
    /// Oxygen saturation, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spo2: Option<u8>,
    /// Breaths in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rr: Option<u16>,
    /// Temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temp_c: Option<Celsius>,
}

/// The part of a session in which readings were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VitalPhase {
    /// Before the dose.
    Pre,
    /// At its height.
    Peak,
    /// After it.
    Post,
    /// On leaving.
    Discharge,
}

impl VitalPhase {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pre, Self::Peak, Self::Post, Self::Discharge];

    /// Returns the name for people: `pre`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Peak => "peak",
            Self::Post => "post",
            Self::Discharge => "discharge",
        }
    }
}

impl Vitals {
    /// Returns readings with nothing read yet.
    pub const fn new(at: Timestamp, phase: VitalPhase) -> Self {
        Self { at, phase, sbp: None, dbp: None, hr: None, spo2: None, rr: None, temp_c: None }
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        let ranges: [(&'static str, Option<u16>, std::ops::RangeInclusive<u16>, &'static str); 5] = [
            ("sbp", self.sbp, 40..=300, "systolic pressure is 40 to 300 mmHg"),
            ("dbp", self.dbp, 20..=200, "diastolic pressure is 20 to 200 mmHg"),
            ("hr", self.hr, 20..=300, "the pulse is 20 to 300 in a minute"),
            ("spo2", self.spo2.map(u16::from), 40..=100, "oxygen saturation is 40 to 100 per cent"),
            ("rr", self.rr, 2..=80, "breaths are 2 to 80 in a minute"),
        ];
        if ranges.iter().all(|(_, reading, ..)| reading.is_none()) && self.temp_c.is_none() {
            return Err(FieldError::Empty { field: "vitals" });
        }
        for (field, reading, range, rule) in ranges {
            if reading.is_some_and(|reading| !range.contains(&reading)) {
                return Err(FieldError::Rule { field, rule });
            }
        }
        match (self.sbp, self.dbp) {
            (Some(sbp), Some(dbp)) if dbp >= sbp => {
                Err(FieldError::Rule { field: "dbp", rule: "diastolic pressure is below systolic" })
            }
            _ => Ok(()),
        }
    }
}
