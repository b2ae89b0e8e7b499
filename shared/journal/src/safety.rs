//! Safety: help on the patient's own device before the score, and a flag that its clinician must answer.
//!
//! The invariant: nothing here asks a network, a clock or a text that somebody wrote. An answer to an item that its
//! instrument names begins a [`SafetyFlow`], on every client the same; the words that it shows are in `words.rs`, the
//! numbers in a crisis pack with a day on which it must be checked again. The server learns nothing of any of it.

mod crisis;
mod flag;
mod flow;
mod offer;
mod screen;
mod words;

pub use self::crisis::{CrisisLine, CrisisPack};
pub use self::flag::{Disposed, Flag};
pub use self::flow::{SafetyAnswers, SafetyEvent, SafetyFlow, SafetyStep, Told, Unexpected};
pub use self::offer::{NotOffered, Offer, offer};
pub use self::screen::{ContactRow, Help, Screen, Sharing};
pub use self::words::{NOT_MONITORED, NOT_MONITORED_IN_FULL};
