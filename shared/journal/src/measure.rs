//! Measures: instruments as data, answers checked against them, and scores that anybody can compute again.
//!
//! The invariant: an instrument is a text file and no code. What it may say (sums, means, maxima, reversed items, bands,
//! conditions, risk items) is small enough to be checked whole when it is loaded, so scoring cannot fail: [`Answers`] that
//! exist fit their [`Instrument`].

mod answers;
mod expr;
mod ids;
mod instrument;
mod instruments;
mod loinc;
mod pack;
mod points;
mod score;
mod taking;
mod timing;
mod trend;

pub use self::answers::{AnswerError, Answers};
pub use self::ids::{InstrumentId, ItemId};
pub use self::instrument::{Anchor, Band, FindingRule, Instrument, Item, Rights, RiskClass, RiskRule, ScoreRule};
pub use self::instruments::{Instruments, UnknownInstrument};
pub use self::loinc::LOINC_NOTICE;
pub use self::pack::{PACK_BYTES, Pack, PackError, PackProblem};
pub use self::points::Points;
pub use self::score::{Finding, NOT_A_DIAGNOSIS, Risk, Score, Scored, score};
pub use self::taking::{Answered, Helping, Taken, Taking};
pub use self::timing::overlaps_after;
pub use self::trend::{DoseGiven, RouteDoses, Trend, TrendPoint};

#[cfg(test)]
mod tests;
