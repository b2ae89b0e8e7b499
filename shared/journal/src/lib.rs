//! The clinical domain: documents, the fold, sharing as data, the brief, the queue, and how they read.
//!
//! Everything here is a pure function of opened journals: no I/O, no clock, no randomness, and the same bytes for the same
//! input on a phone, in a browser and in a terminal. Whoever shows or exports something gets it from here, so that nobody
//! shows what somebody else would not.

#![warn(missing_docs)]

mod brief;
mod content;
mod cycle;
mod document;
pub mod export;
mod find;
mod fold;
mod names;
mod paths;
mod queue;
pub mod render;
mod rules;
#[cfg(test)]
mod sample;
mod sharing;
mod text;
mod timestamp;
mod view;

pub use self::brief::{
    Brief, BriefEntry, BriefHeader, Intention, Intentions, KindGroup, ListItem, NotYet, Novelty, PatientsList,
    Question, Withdrawn, brief, default_since,
};
pub use self::content::{Compartment, Content, Members, Opened, OpenedJournal, Reason};
pub use self::cycle::Cycle;
pub use self::document::{
    Attachment, Body, Document, Entry, Kind, Layer, Mark, ParseError, ParseKindError, RawDocument, Receipt,
    ReceiptKind, Reply, Session, SessionState, SessionType, Talk, Typed,
};
pub use self::find::{FindError, short_id};
pub use self::fold::fold;
pub use self::names::Names;
pub use self::queue::{NextSession, QueueRow, queue};
pub use self::rules::{Misplaced, Side, allows};
pub use self::sharing::{
    Reseal, SharePlan, SharePlanError, WithdrawCase, WithdrawPlan, WithdrawPlanError, Withdrawal, share_plan,
    withdraw_plan,
};
pub use self::text::{FieldError, FileName, MediaType, Title, Words};
pub use self::timestamp::{Timestamp, TimestampError};
pub use self::view::{
    Addition, Duplicate, EntryView, LayerView, MarkView, NotesView, OpenedBy, PatientView, PrivateView, ReplyView,
    Reported, ReportedWhat, ShareState, SharedView, Tombstone, Unshown, UnshownWhy,
};

/// The sentence that stands wherever someone could think that somebody is watching.
pub const NOT_MONITORED: &str = "This journal is not monitored. Nobody is alerted when you write.";
