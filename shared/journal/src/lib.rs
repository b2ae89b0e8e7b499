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
pub mod measure;
mod names;
mod news;
mod paths;
mod queue;
pub mod render;
mod rules;
pub mod safety;
#[cfg(test)]
mod sample;
mod sharing;
mod text;
mod timestamp;
mod view;

pub use self::brief::{
    Brief, BriefEntry, BriefHeader, Intention, Intentions, KindGroup, ListItem, MeasureGroup, MeasureRow, NotYet,
    Novelty, PatientsList, Question, Safety, Withdrawn, brief, default_since,
};
pub use self::content::{Compartment, Content, Members, Opened, OpenedJournal, Reason};
pub use self::cycle::Cycle;
pub use self::document::{
    Answer, Attachment, Away, Body, Coverage, Disposition, Document, Entry, InstrumentPack, Kind, Layer, Mark,
    MeasureResponse, Outcome, ParseError, ParseKindError, Person, Phone, RawDocument, Receipt, ReceiptKind, Reply,
    SafetyPlan, Session, SessionState, SessionType, Talk, Typed,
};
pub use self::find::{FindError, short_id};
pub use self::fold::fold;
pub use self::names::Names;
pub use self::news::{News, NewsKind, Seen};
pub use self::queue::{Flagged, NextSession, QueueRow, queue};
pub use self::rules::{Misplaced, Side, allows};
pub use self::safety::{NOT_MONITORED, NOT_MONITORED_IN_FULL};
pub use self::sharing::{
    Reseal, SharePlan, SharePlanError, WithdrawCase, WithdrawPlan, WithdrawPlanError, Withdrawal, share_plan,
    withdraw_plan,
};
pub use self::text::{FieldError, FileName, Hours, MediaType, PersonName, Title, Words};
pub use self::timestamp::{Timestamp, TimestampError};
pub use self::view::{
    Addition, DispositionView, Duplicate, EntryView, LayerView, MarkView, MeasureView, NotesView, OpenedBy,
    PatientView, PrivateView, ReplyView, Reported, ReportedWhat, Scoring, ShareState, SharedView, Tombstone, Unshown,
    UnshownWhy,
};
