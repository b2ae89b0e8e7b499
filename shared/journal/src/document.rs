//! Documents: what is inside an opened body.
//!
//! A document is a JSON object `{"type", "v", "id", "at", …}`. Its id is made once and stays when the document is shared
//! or copied; an edit is a new document. The invariant: a [`Document`] that exists keeps every limit and rule of its
//! type, whether it was made here or parsed, and serialises to the same bytes every time.

mod check_in;
mod consent;
mod course;
mod details;
mod dose_card;
mod entry;
mod filed;
mod given_back;
mod hold;
mod link;
mod mark;
mod measure;
mod pause;
mod person_label;
mod process_note;
mod prompt;
mod receipt;
mod reply;
mod safety;
mod session;
mod spoken;
mod theme;
mod trash;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::{AttachmentId, DocumentId};
use serde::Serialize;

pub use self::check_in::CheckIn;
pub use self::consent::{Consent, ConsentItem, ConsentText, ShownText};
pub(crate) use self::course::GUARD_HOURS;
pub use self::course::{Course, CourseStatus, Cycle, CycleEnd, Ended, ShareDefault};
pub use self::details::{Detail, Details, FIELDS, Field, FieldType, Rated, find_field};
pub use self::dose_card::{
    Adverse, Discharge, Dose, DoseCard, DoseKind, Mindset, Route, SettingItem, SettingNote, Severity, SpokenLine,
    Substance, VitalPhase, Vitals,
};
pub use self::entry::{Attachment, Entry, Kind, Layer, ParseKindError};
pub use self::filed::Filed;
pub use self::given_back::GivenBack;
pub use self::hold::{Hold, SharedDuringGuard};
pub use self::link::{Link, Relation};
pub use self::mark::{Mark, Talk};
pub use self::measure::{Answer, InstrumentPack, MeasureResponse};
pub use self::pause::Pause;
pub use self::person_label::PersonLabel;
pub use self::process_note::ProcessNote;
pub use self::prompt::{Answered, Prompt, PromptAnswer, PromptSet, PromptTime};
pub use self::receipt::{Receipt, ReceiptKind};
pub use self::reply::Reply;
pub use self::safety::{Away, Coverage, Disposition, Outcome, Person, Phone, SafetyPlan};
pub use self::session::{Mode, Session, SessionState, SessionType};
pub use self::spoken::{SpokenAnswer, SpokenAs};
pub use self::theme::{Placement, Theme, ThemeAnswer, ThemeProposal};
pub use self::trash::Trash;
use self::wire::Fields;
pub use self::wire::{ParseError, RawDocument};
use crate::text::FieldError;
use crate::timestamp::Timestamp;

/// A document of any type, or (`Document<Entry>`) of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<B = Body> {
    id: DocumentId,
    at: Timestamp,
    body: B,
}

/// What a document says, by its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// Something that came up, in the patient's first words.
    Entry(Entry),
    /// Something the patient added later, beside the first words.
    Layer(Layer),
    /// What the patient wants done with an entry.
    Mark(Mark),
    /// A theme, named by the patient.
    Theme(Theme),
    /// Whether an entry is in a theme.
    Placement(Placement),
    /// A theme that a clinician proposes.
    ThemeProposal(ThemeProposal),
    /// What the patient said to a proposal.
    ThemeAnswer(ThemeAnswer),
    /// What one entry has to do with another.
    Link(Link),
    /// Whether somebody is in an entry, in the patient's own words.
    PersonLabel(PersonLabel),
    /// What the patient said of words that were noted as hers.
    SpokenAnswer(SpokenAnswer),
    /// How a patient is, in a few numbers.
    CheckIn(CheckIn),
    /// A course of treatment and its settings.
    Course(Course),
    /// One round of preparing, dosing and integrating.
    Cycle(Cycle),
    /// A clinic's own text of what consent is asked to.
    ConsentText(ConsentText),
    /// What a patient said to it.
    Consent(Consent),
    /// Whether sharing is paused.
    Pause(Pause),
    /// What a clinician thinks about a session, apart from the record.
    ProcessNote(ProcessNote),
    /// Prompts that a clinic offers.
    PromptSet(PromptSet),
    /// What a patient answered to a prompt.
    PromptAnswer(PromptAnswer),
    /// Whether an entry is in the trash.
    Trash(Trash),
    /// That entries were copied into the chart.
    Filed(Filed),
    /// A record of an earlier account, given back.
    GivenBack(Box<GivenBack>),
    /// Whether an entry is held for a later answer.
    Hold(Hold),
    /// That an entry was shared while decisions wait.
    SharedDuringGuard(SharedDuringGuard),
    /// An appointment, planned or past.
    Session(Session),
    /// What a clinician notes of a dosing session.
    DoseCard(Box<DoseCard>),
    /// A clinician's answer to an entry.
    Reply(Reply),
    /// A clinician's statement of having opened entries.
    Receipt(Receipt),
    /// What somebody answered to a measure.
    MeasureResponse(MeasureResponse),
    /// An instrument that a practice offers.
    InstrumentPack(InstrumentPack),
    /// A clinic's statement of who looks at flagged answers.
    Coverage(Coverage),
    /// What a clinician did about a flagged answer.
    Disposition(Disposition),
    /// Whom a patient can call.
    SafetyPlan(SafetyPlan),
}

impl Document {
    /// Makes a document.
    ///
    /// # Errors
    /// The [`FieldError`] names the first field that breaks a rule of the document's type.
    pub fn new(id: DocumentId, at: Timestamp, body: impl Into<Body>) -> Result<Self, FieldError> {
        let body = body.into();
        body.check()?;
        Ok(Self { id, at, body })
    }

    /// Returns the document as an entry, if it is one.
    pub fn into_entry(self) -> Option<Document<Entry>> {
        let Body::Entry(entry) = self.body else { return None };
        Some(Document { id: self.id, at: self.at, body: entry })
    }

    /// Returns the same document with its attachments renamed as the map says; others keep their id.
    ///
    /// Sealing an attachment again, into another journal, makes another file with an id of its own.
    #[must_use]
    pub fn with_attachment_ids(mut self, renamed: &BTreeMap<AttachmentId, AttachmentId>) -> Self {
        let attachments = match &mut self.body {
            Body::Entry(entry) => &mut entry.attachments,
            Body::Layer(layer) => &mut layer.attachments,
            _ => return self,
        };
        for attachment in attachments {
            attachment.id = renamed.get(&attachment.id).copied().unwrap_or(attachment.id);
        }
        self
    }

    /// Returns the same document without these attachments; nothing if it says nothing without them.
    ///
    /// A copy that was given back is nothing without its original.
    #[must_use]
    pub fn without_files(mut self, gone: &BTreeSet<AttachmentId>) -> Option<Self> {
        match &mut self.body {
            Body::Entry(entry) => entry.attachments.retain(|file| !gone.contains(&file.id)),
            Body::Layer(layer) => layer.attachments.retain(|file| !gone.contains(&file.id)),
            body if body.attachments().iter().any(|file| gone.contains(&file.id)) => return None,
            _ => {}
        }
        self.body.check().is_ok().then_some(self)
    }
}

impl<B> Document<B> {
    /// Returns the document's id: made once, kept wherever the document goes.
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// Returns when its author made it, by the author's clock.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns what it says.
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// Returns the document with its body seen as another type; the rules were checked before.
    pub(crate) fn map<C>(self, into: impl FnOnce(B) -> C) -> Document<C> {
        Document { id: self.id, at: self.at, body: into(self.body) }
    }
}

impl Body {
    /// Returns the attachments that the document names.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::Entry(entry) => &entry.attachments,
            Self::Layer(layer) => &layer.attachments,
            Self::GivenBack(copy) => &copy.attachments,
            _ => &[],
        }
    }

    /// Tells whether a later document with the same id takes the place of the one before.
    pub(crate) const fn supersedes(&self) -> bool {
        matches!(self, Self::Course(_) | Self::Cycle(_) | Self::Session(_) | Self::DoseCard(_) | Self::Theme(_))
    }
}

/// A document's body that knows the `type` it carries in its JSON.
pub trait Typed: Serialize {
    /// Returns the `type`.
    fn type_name(&self) -> &'static str;
}

macro_rules! document_types {
    ($($body:ident: $name:literal),*) => {
        $(
            impl Typed for $body {
                fn type_name(&self) -> &'static str {
                    $name
                }
            }

            impl From<$body> for Body {
                fn from(body: $body) -> Self {
                    // A large body is in a box.
                    Self::$body(body.into())
                }
            }

            impl From<Document<$body>> for Document {
                fn from(document: Document<$body>) -> Self {
                    document.map(|body| Body::$body(body.into()))
                }
            }
        )*

        impl Typed for Body {
            fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$body(_) => $name,)*
                }
            }
        }

        impl Body {
            fn check(&self) -> Result<(), FieldError> {
                match self {
                    $(Self::$body(body) => body.check(),)*
                }
            }
        }

        impl Fields {
            /// Returns what reads the fields of a type; nothing for a type that this program does not know.
            fn reader(type_name: &str) -> Option<fn(&Self) -> Result<Body, ParseError>> {
                Some(match type_name {
                    $($name => Self::rest::<$body>,)*
                    _ => return None,
                })
            }
        }
    };
}

document_types!(
    Entry: "entry",
    Layer: "layer",
    Mark: "mark",
    Theme: "theme",
    Placement: "placement",
    ThemeProposal: "theme_proposal",
    ThemeAnswer: "theme_answer",
    Link: "link",
    PersonLabel: "person_label",
    SpokenAnswer: "spoken_answer",
    CheckIn: "check_in",
    ConsentText: "consent_text",
    Consent: "consent",
    Pause: "pause",
    ProcessNote: "process_note",
    PromptSet: "prompt_set",
    PromptAnswer: "prompt_answer",
    Trash: "trash",
    Filed: "filed",
    GivenBack: "given_back",
    Hold: "hold",
    SharedDuringGuard: "shared_during_guard",
    Course: "course",
    Cycle: "cycle",
    Session: "session",
    DoseCard: "dose_card",
    Reply: "reply",
    Receipt: "receipt",
    MeasureResponse: "measure_response",
    InstrumentPack: "instrument_pack",
    Coverage: "coverage",
    Disposition: "disposition",
    SafetyPlan: "safety_plan"
);

#[cfg(test)]
mod tests;
