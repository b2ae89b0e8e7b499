//! Whether a measure is offered: one that asks about suicide only where the clinic has said who looks at the answer.
//!
//! An app that nobody watches must not ask a question whose answer somebody should see (domain.md 3.4).

use serde::Serialize;

use crate::document::{Away, Coverage};
use crate::measure::{Instrument, InstrumentId};
use crate::timestamp::Timestamp;

/// Whether a measure is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It is.
    Offered,
    /// It is not; another is, if there is one that fits.
    Instead {
        /// What to offer instead.
        instrument: Option<InstrumentId>,
        /// Why.
        because: NotOffered,
    },
}

/// Why a measure that asks about suicide is not offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotOffered {
    /// The clinic has not said who looks at flagged answers, and when.
    NoStatement,
    /// The clinician is away.
    Away(Away),
}

/// Returns whether a measure is offered at this time, with what the clinic has said of itself.
pub fn offer(instrument: &Instrument, coverage: Option<&Coverage>, now: Timestamp) -> Offer {
    if !instrument.asks_about_suicide() {
        return Offer::Offered;
    }
    let because = match coverage {
        None => NotOffered::NoStatement,
        Some(coverage) => match coverage.away_at(now) {
            None => return Offer::Offered,
            Some(away) => NotOffered::Away(away.clone()),
        },
    };
    Offer::Instead { instrument: instrument.instead.clone(), because }
}

impl NotOffered {
    /// Returns the reason for people, with whom to call.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoStatement => {
                "Your clinic has not said yet who looks at an answer that worries, and when.".to_owned()
            }
            Self::Away(away) => away.sentence(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Instruments;
    use crate::sample::{at, coverage, coverage_away};

    fn offered(name: &str, coverage: Option<&Coverage>, now: Timestamp) -> Offer {
        offer(Instruments::default().find(name).unwrap().instrument(), coverage, now)
    }

    #[test]
    fn phq_9_waits_for_a_coverage_statement_and_phq_8_takes_its_place() {
        let instead = |because| Offer::Instead { instrument: Some(InstrumentId::new("PHQ-8").unwrap()), because };
        assert_eq!(offered("PHQ-9", None, at(1, 9, 0)), instead(NotOffered::NoStatement));
        assert_eq!(offered("PHQ-9", Some(&coverage()), at(1, 9, 0)), Offer::Offered);
        for other in ["PHQ-8", "PHQ-2", "GAD-7", "GAD-2", "PCL-5"] {
            assert_eq!(offered(other, None, at(1, 9, 0)), Offer::Offered, "{other}");
        }
    }

    #[test]
    fn while_the_clinician_is_away_phq_8_is_offered_with_the_number_of_who_covers() {
        let away = coverage_away(at(5, 0, 0), Some(at(12, 0, 0)));
        assert_eq!(offered("PHQ-9", Some(&away), at(4, 23, 0)), Offer::Offered);
        assert_eq!(offered("PHQ-9", Some(&away), at(12, 0, 0)), Offer::Offered);
        let Offer::Instead { instrument, because } = offered("PHQ-9", Some(&away), at(5, 0, 0)) else {
            panic!("the clinician is away")
        };
        assert_eq!(instrument.unwrap().as_str(), "PHQ-8");
        assert_eq!(
            because.sentence(),
            "Your clinician is away until 12 Apr 2031. Noor Haddon, LICSW covers: 617-555-0142."
        );
        let for_good = coverage_away(at(5, 0, 0), None);
        assert_ne!(offered("PHQ-9", Some(&for_good), at(90, 0, 0)), Offer::Offered);
    }
}
