//! The table: which compartment holds a document, and who may author it.
//!
//! The invariant: a document that the table does not allow is never folded, so a clinician cannot write a patient's entry
//! and a patient cannot write a receipt in a clinician's name.

use reverie_protocol::ids::AccountId;
use serde::Serialize;

use crate::content::Compartment;
use crate::document::{Body, SessionType};

/// On which side of the room an author sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The patient herself.
    Patient,
    /// Any other member.
    Clinician,
}

impl Side {
    /// Returns the side of an author in the journals of this patient.
    pub fn of(author: AccountId, patient: AccountId) -> Self {
        if author == patient { Self::Patient } else { Self::Clinician }
    }
}

/// Why a document is not folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Misplaced {
    /// This type does not belong into this kind of journal.
    Compartment,
    /// This author may not write this type.
    Author,
}

/// Tells whether a document of this type may stand in this compartment and be written from this side.
pub fn allows(body: &Body, compartment: Compartment, side: Side) -> Result<(), Misplaced> {
    use Compartment::{Private, ProcessNotes, Shared};
    use Side::{Clinician, Patient};

    let (compartments, author): (&[Compartment], Side) = match body {
        Body::Entry(_) | Body::Layer(_) | Body::Mark(_) => (&[Private, Shared], Patient),
        // Themes are named by the patient; others propose. What is about an entry goes where the entry goes.
        Body::Theme(_) | Body::Placement(_) | Body::PersonLabel(_) => (&[Private, Shared], Patient),
        Body::ThemeProposal(_) => (&[Shared], Clinician),
        Body::ThemeAnswer(_) => (&[Shared], Patient),
        // Both link entries, each in their own name; only the patient does so for herself.
        Body::Link(_) if compartment == Shared => (&[Shared], side),
        Body::Link(_) => (&[Private], Patient),
        Body::MeasureResponse(_) | Body::CheckIn(_) => (&[Private, Shared], Patient),
        Body::SafetyPlan(_)
        | Body::Hold(_)
        | Body::SharedDuringGuard(_)
        | Body::Trash(_)
        | Body::PromptAnswer(_)
        | Body::SpokenAnswer(_) => (&[Private], Patient),
        // What the patient notes for herself: that she has a dosing session. It starts her guard window and says nothing to anybody.
        Body::Consent(_) | Body::Pause(_) => (&[Shared], Patient),
        Body::ProcessNote(_) => (&[ProcessNotes], Clinician),
        Body::Session(session) if compartment == Private && session.session_type == SessionType::Dosing => {
            (&[Private], Patient)
        }
        Body::Course(_) | Body::Cycle(_) | Body::Session(_) | Body::DoseCard(_) => (&[Shared], Clinician),
        Body::GivenBack(_) => (&[Shared], Clinician),
        Body::Filed(_) | Body::PromptSet(_) | Body::ConsentText(_) | Body::Reply(_) | Body::Receipt(_) => {
            (&[Shared], Clinician)
        }
        Body::InstrumentPack(_) | Body::Coverage(_) | Body::Disposition(_) => (&[Shared], Clinician),
    };
    if !compartments.contains(&compartment) {
        return Err(Misplaced::Compartment);
    }
    if author == side { Ok(()) } else { Err(Misplaced::Author) }
}
