//! Measures and safety: taking one, offering a pack, saying who looks when, answering a flag, keeping a plan.

use reverie_journal::measure::{Instruments, Pack, Taken};
use reverie_journal::safety::{CrisisPack, Help, Offer, Sharing, offer};
use reverie_journal::{
    Answer, Coverage, Deed, Disposition, Guard, InstrumentPack, MeasureResponse, Outcome, PatientView, Person,
    SafetyPlan, Timestamp, Words,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{AccountId, DocumentId, JournalId};

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

/// Where a measure that is taken now would go, and what it would be taken with.
pub struct MeasureSetting {
    /// The instruments that can be taken there.
    pub instruments: Instruments,
    /// What the clinic says of who looks at flagged answers.
    pub coverage: Option<Coverage>,
    /// Everything of the patient's, for what she answered before.
    pub view: PatientView,
    journal: JournalId,
    people: Vec<Person>,
    sharing: Sharing,
    crisis: &'static CrisisPack,
    guard: Option<Guard>,
    now: Timestamp,
}

impl MeasureSetting {
    /// Tells whether this instrument is offered now.
    pub fn offer(&self, pack: &Pack) -> Offer {
        offer(pack.instrument(), self.coverage.as_ref(), self.now)
    }

    /// Returns the guard window that is under way: scored measures wait for its end, since mood soon after a dose is not
    /// that of the last weeks.
    pub const fn guard(&self) -> Option<Guard> {
        self.guard
    }

    /// Returns what the safety flow shows here.
    pub fn help(&self) -> Help<'_> {
        Help {
            crisis: self.crisis,
            coverage: self.coverage.as_ref(),
            people: &self.people,
            sharing: self.sharing.clone(),
            now: self.now,
        }
    }

    /// Returns who would read the answers.
    pub const fn sharing(&self) -> &Sharing {
        &self.sharing
    }

    /// Returns what time it was when this was looked up.
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl Unlocked {
    /// Returns where a measure would go: the journal shared with `with` (the only clinician, if absent), or the private one.
    ///
    /// # Errors
    /// As [`Self::share_target`], unless it is to be private.
    pub fn measure_setting(&self, with: Option<&str>, private: bool) -> Result<MeasureSetting, ClientError> {
        if self.role() != AccountRole::Patient {
            return Err(ClientError::NotPossible("only patients take measures".into()));
        }
        let view = self.view(self.account());
        let shared = match self.share_target(with) {
            Ok(circle) => Some(circle.journal),
            Err(_) if private => None,
            Err(error) => return Err(error),
        };
        let circle = view.shared.iter().find(|circle| Some(circle.journal) == shared);
        let (journal, sharing) = match shared {
            Some(journal) if !private => {
                let readers =
                    circle.into_iter().flat_map(|circle| circle.readers()).map(|reader| self.names().of(reader));
                (journal, Sharing::With(readers.collect()))
            }
            _ => (self.private_journal()?, Sharing::Private),
        };
        let plan = view.private.as_ref().and_then(|private| private.safety_plan.as_ref());
        Ok(MeasureSetting {
            instruments: circle.map(|circle| circle.instruments()).unwrap_or_default(),
            coverage: circle.and_then(|circle| circle.coverage.as_ref()).map(|coverage| coverage.body().clone()),
            people: plan.map(|plan| plan.body().people.clone()).unwrap_or_default(),
            journal,
            sharing,
            crisis: circle
                .and_then(|circle| circle.course())
                .map_or_else(CrisisPack::shipped, |course| CrisisPack::of(&course.body().crisis_pack)),
            guard: self.guard(),
            now: self.env.now(),
            view,
        })
    }

    /// Tells whether a measure can be taken in this setting now, before anything is asked.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] in the guard window; for one that would be shared, [`ClientError::ConsentNeeded`] or
    /// [`ClientError::SharingPaused`].
    pub fn may_take(&self, setting: &MeasureSetting) -> Result<(), ClientError> {
        self.may(Deed::Measure)?;
        match setting.sharing {
            Sharing::With(_) => self.may_share_into(setting.journal),
            Sharing::Private | Sharing::NotKept => Ok(()),
        }
    }

    /// Keeps a measure that was taken in this setting.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] in the guard window, or [`ClientError::NotPossible`] if the instrument is not offered now.
    pub async fn keep_measure(
        &mut self,
        setting: &MeasureSetting,
        pack: &Pack,
        taken: &Taken,
    ) -> Result<Kept, ClientError> {
        self.may_take(setting)?;
        if let Offer::Instead { because, .. } = setting.offer(pack) {
            return Err(ClientError::NotPossible(because.sentence()));
        }
        let instrument = pack.instrument();
        let given = taken.answers.given(instrument);
        let response = MeasureResponse {
            instrument: instrument.id.clone(),
            version: instrument.version,
            answers: given.map(|(item, value)| Answer { item: item.clone(), value }).collect(),
            safety: taken.safety.clone(),
        };
        self.keep_document(setting.journal, response, Vec::new()).await
    }

    /// Offers a patient an instrument beside those that ship, as her clinician.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for a name that ships, or [`ClientError::NotConfirmed`].
    pub async fn offer_pack(&mut self, patient: AccountId, pack: Pack) -> Result<Kept, ClientError> {
        if Instruments::ships(&pack.instrument().id) {
            let message = format!("{} ships with Reverie; give your pack another id", pack.instrument().id);
            return Err(ClientError::NotPossible(message));
        }
        let journal = self.shared_by(patient)?;
        self.confirmed_owner(journal)?;
        self.keep_document(journal, InstrumentPack { pack }, Vec::new()).await
    }

    /// Tells a patient who looks at flagged answers and when, as her clinician.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`], or [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn state_coverage(&mut self, patient: AccountId, coverage: Coverage) -> Result<Kept, ClientError> {
        let journal = self.shared_by(patient)?;
        self.confirmed_owner(journal)?;
        self.keep_document(journal, coverage, Vec::new()).await
    }

    /// Returns what a patient is told while clinicians of hers are away, a sentence for each that covers or not, once.
    pub fn absences(&self) -> Vec<String> {
        let now = self.env.now();
        let shared = self.view(self.account()).shared;
        let told = shared.iter().filter_map(|shared| shared.coverage.as_ref()?.body().absence(now));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told.dedup();
        told
    }

    /// Says what was done about the flagged answers of a response, as a clinician.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] if nothing of this id is flagged.
    pub async fn dispose(
        &mut self,
        response: DocumentId,
        outcome: Outcome,
        note: Option<String>,
    ) -> Result<Kept, ClientError> {
        let patients = self.patients();
        let shared = patients.iter().flat_map(|(_, view)| &view.shared);
        let flagged = shared.filter(|shared| shared.flags().iter().any(|flag| flag.response == response));
        let journal = flagged.map(|shared| shared.journal).next();
        let journal = journal.ok_or_else(|| ClientError::UnknownEntry("no flagged answer has this id".into()))?;
        self.confirmed_owner(journal)?;
        let note = note.map(Words::new).transpose()?;
        self.keep_document(journal, Disposition { response, outcome, note }, Vec::new()).await
    }

    /// Keeps whom the patient can call, for her own eyes. It takes the place of the plan before.
    ///
    /// # Errors
    /// The field that breaks its rule.
    pub async fn keep_safety_plan(&mut self, people: Vec<Person>) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        self.keep_document(journal, SafetyPlan { people }, Vec::new()).await
    }

    /// Returns the measure that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub fn find_measure(&self, typed: &str) -> Result<(AccountId, DocumentId), ClientError> {
        self.find_among(|view| view.find_measure(typed))
    }

    /// Returns the entry or measure that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub fn find_shareable(&self, typed: &str) -> Result<(AccountId, DocumentId), ClientError> {
        self.find_among(|view| view.find_shareable(typed))
    }
}
