//! The clinical domain: documents, the fold, sharing as data, the brief, the queue, and how they read.
//!
//! Everything here is a pure function of opened journals: no I/O, no clock, no randomness, and the same bytes for the same
//! input on a phone, in a browser and in a terminal. Whoever shows or exports something gets it from here, so that nobody
//! shows what somebody else would not.

#![warn(missing_docs)]

mod alike;
mod brief;
mod calendar;
mod consent;
mod content;
mod cycle;
mod decimal;
mod document;
mod earlier;
pub mod export;
mod filter;
mod find;
mod fold;
mod guard;
mod joined;
mod leaving;
pub mod measure;
mod names;
mod news;
mod notes;
mod paths;
mod people;
mod phase;
mod prepare;
mod prompts;
mod queue;
mod release;
pub mod render;
mod rules;
pub mod safety;
#[cfg(test)]
mod sample;
mod search;
mod sharing;
mod spoken;
mod text;
mod themes;
mod timestamp;
mod trash;
mod view;

pub use self::brief::{
    Brief, BriefCheckIn, BriefEntry, BriefHeader, BriefTheme, CycleCount, Emerged, Intention, Intentions, KindGroup,
    ListItem, MeasureGroup, MeasureRow, Novelty, PatientsList, Proposal, ProposalAnswer, Question, Safety, ThemeState,
    Themes, Withdrawn, brief, default_since,
};
pub use self::calendar::{Day, TimeOfDay};
pub use self::consent::{ConsentError, ConsentReceipt, ConsentState, ShareStop, SignedAs};
pub use self::content::{Compartment, Content, Members, Opened, OpenedJournal, Reason};
pub use self::cycle::{CycleAt, CycleError, CycleState, CycleView, CycleWarning, EndedCycle};
pub use self::decimal::{Celsius, Kilograms, MgPerKg, Milligrams, SleepHours, TotalMg};
pub use self::document::{
    Adverse, Answer, Answered, Attachment, Away, Body, CheckIn, Consent, ConsentItem, ConsentText, Course,
    CourseStatus, Coverage, Cycle, CycleEnd, Detail, Details, Discharge, Disposition, Document, Dose, DoseCard,
    DoseKind, Ended, Entry, FIELDS, Field, FieldType, Filed, GivenBack, Hold, InstrumentPack, Kind, Layer, Link, Mark,
    MeasureResponse, Mindset, Mode, Outcome, ParseError, ParseKindError, Pause, Person, PersonLabel, Phone, Placement,
    ProcessNote, Prompt, PromptAnswer, PromptSet, PromptTime, Rated, RawDocument, Receipt, ReceiptKind, Relation,
    Reply, Route, SafetyPlan, Session, SessionState, SessionType, SettingItem, SettingNote, Severity, ShareDefault,
    SharedDuringGuard, ShownText, SpokenAnswer, SpokenAs, SpokenLine, Substance, Talk, Theme, ThemeAnswer,
    ThemeProposal, Trash, Typed, VitalPhase, Vitals, find_field,
};
pub use self::earlier::{Copied, Earlier, GivenBackView};
pub use self::filter::EntryFilter;
pub use self::find::{FindError, find_id, short_id};
pub use self::fold::fold;
pub use self::guard::{Deed, ExceptionError, Guard, guard};
pub use self::leaving::{Held, Leaving, leaving};
pub use self::names::Names;
pub use self::news::{News, NewsKind, Seen};
pub use self::notes::{NoteLint, lint_note, process_notes};
pub use self::people::LabelledPerson;
pub use self::phase::Phase;
pub use self::prepare::{Step, StepWhy};
pub use self::prompts::Prompted;
pub use self::queue::{Flagged, NextSession, QueueRow, Why, queue};
pub use self::release::ToRelease;
pub use self::rules::{Misplaced, Side, allows};
pub use self::safety::{NOT_MONITORED, NOT_MONITORED_IN_FULL};
pub use self::search::{Found, Part, Place, Query, search};
pub use self::sharing::{
    Reseal, SharePlan, SharePlanError, WithdrawCase, WithdrawPlan, WithdrawPlanError, Withdrawal, share_plan,
    withdraw_plan,
};
pub use self::spoken::SpokenView;
pub use self::text::{
    FewWords, FieldError, FileName, Hours, MediaType, PersonName, Region, Term, ThemeName, Title, Words,
};
pub use self::themes::{PatientTheme, ThemeError};
pub use self::timestamp::{Timestamp, TimestampError};
pub use self::trash::{DiscardError, TRASH_DAYS};
pub use self::view::{
    Addition, CheckInView, ConsentView, DispositionView, Dormant, Duplicate, EntryTheme, EntryView, LayerView,
    LinkView, MarkView, MeasureView, NotesView, OpenedBy, PatientView, PrivateView, ProposalView, ReplyView, Reported,
    ReportedWhat, Scoring, ShareState, SharedView, ThemeView, Tombstone, Trashed, Unsent, Unshown, UnshownWhy,
};
