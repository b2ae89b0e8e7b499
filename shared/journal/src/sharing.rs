//! Sharing and withdrawing as data: what `client` has to seal and to withdraw, in order.
//!
//! The invariant: words are never lost and never uncovered. Sharing seals anew before the private records go; withdrawing
//! what is shared seals a copy back first; and a withdrawal names every record of the patient that belongs to the entry,
//! repeats and earlier marks included, so that nothing of it comes to light again.

use std::collections::BTreeSet;

use reverie_protocol::ids::{AccountId, AttachmentId, DocumentId, JournalId, RecordId};
use serde::Serialize;

use crate::document::{Body, Document, Link, Theme, Typed as _};
use crate::names::{Names, listed};
use crate::timestamp::Timestamp;
use crate::view::{
    Duplicate, EntryTheme, EntryView, LinkView, OpenedBy, PatientView, PrivateView, ShareState, SharedView, ThemeView,
};

/// Records of one journal to withdraw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawal {
    /// The journal.
    pub journal: JournalId,
    /// Its records, in the order of the log. A withdraw record takes at most `limits::WITHDRAWS_PER_RECORD` of them.
    pub records: Vec<RecordId>,
}

/// An attachment that a plan seals again: fetched from here, sealed under a new id there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reseal {
    /// The journal that holds it now.
    pub from: JournalId,
    /// Its id there.
    pub attachment: AttachmentId,
}

/// How an entry is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharePlan {
    /// The shared journal.
    pub into: JournalId,
    /// First: the entry, its layers, its mark, the people in it, the themes that it is in, and its links to what is there
    /// already. Of what an earlier share sealed before it was cut short, nothing.
    pub seal: Vec<Document>,
    /// Their attachments, with [`Document::with_attachment_ids`] for the new ids.
    pub attachments: Vec<Reseal>,
    /// Then: the private records.
    pub withdraw: Vec<Withdrawal>,
}

/// Why an entry cannot be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SharePlanError {
    /// There is no such entry.
    #[error("there is no such entry; the list shows what there is")]
    NoSuchEntry,
    /// There is no such shared journal.
    #[error("there is no such care circle; pair with a clinician first")]
    NoSuchCircle,
    /// Nothing is left to do.
    #[error("this entry is already shared here")]
    AlreadyShared,
}

/// Returns how to share an entry or a measure into the shared journal `into`.
///
/// An entry that is shared with another circle already is sealed from there. Private layers and marks that the patient
/// set beside a shared entry stay private.
pub fn share_plan(view: &PatientView, id: DocumentId, into: JournalId) -> Result<SharePlan, SharePlanError> {
    let circle = view.shared.iter().find(|shared| shared.journal == into).ok_or(SharePlanError::NoSuchCircle)?;
    let pieces = pieces(view, id);
    let piece = pieces.first().ok_or(SharePlanError::NoSuchEntry)?;
    let there = pieces.iter().any(|piece| piece.journal == circle.journal);
    let mut seal = if there { Vec::new() } else { piece.documents.clone() };
    // A theme that the circle knows is not named again.
    seal.retain(|document| {
        let known = |theme: &ThemeView| theme.theme.id() == document.id();
        !(matches!(document.body(), Body::Theme(_)) && circle.themes.iter().any(known))
    });
    let mut withdraw = duplicates(view, id);
    if !piece.state.is_shared() {
        withdraw.push(Withdrawal { journal: piece.journal, records: piece.records.to_vec() });
    }
    for (from, link) in links_that_travel(view, id, circle) {
        if !seal.iter().any(|document| document.id() == link.link.id()) {
            seal.push(link.link.clone().into());
        }
        // What is shared with another circle stays there.
        if let Some(journal) = from {
            withdraw.push(Withdrawal { journal, records: link.records.clone() });
        }
    }
    if seal.is_empty() && withdraw.is_empty() {
        return Err(SharePlanError::AlreadyShared);
    }
    Ok(SharePlan { into, attachments: reseals(piece.journal, &seal), seal, withdraw })
}

/// Returns the patient's links of an entry whose other end the circle has already; with the private journal, for those that
/// lie there. A link of which an end is private stays where it is, and nothing tells of it.
fn links_that_travel<'a>(
    view: &'a PatientView,
    id: DocumentId,
    circle: &'a SharedView,
) -> Vec<(Option<JournalId>, &'a LinkView)> {
    let private =
        view.private.iter().flat_map(|private| private.links.iter().map(|link| (Some(private.journal), link)));
    let others = view.shared.iter().filter(|other| other.journal != circle.journal);
    let others = others.flat_map(|other| other.links.iter().map(|link| (None, link)));
    let known = |link: &Link| {
        circle.links.iter().any(|there| {
            let there = (there.by, there.link.body());
            there == (view.patient, link)
        })
    };
    let travels = |(_, view_of): &(Option<JournalId>, &LinkView)| {
        let link = view_of.link.body();
        let other = if link.from == id { link.to } else { link.from };
        let touches = link.from == id || link.to == id;
        let there = circle.entries.iter().any(|entry| entry.entry.id() == other);
        view_of.by == view.patient && touches && there && !known(link)
    };
    private.chain(others).filter(travels).collect()
}

/// How an entry is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawPlan {
    /// What to tell the patient before the tap.
    pub case: WithdrawCase,
    /// The private journal that a shared entry is first copied back to.
    pub back_to: Option<JournalId>,
    /// First: the copies. Empty for a private entry, and for copies that are there already.
    pub seal: Vec<Document>,
    /// Their attachments.
    pub attachments: Vec<Reseal>,
    /// Then: the patient's own records.
    pub withdraw: Vec<Withdrawal>,
}

/// What withdrawing an entry means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawCase {
    /// It is private: withdrawing erases it.
    Private,
    /// It is shared, and nobody opened it.
    Unopened,
    /// It is shared, and was opened.
    Opened {
        /// When first.
        first_at: Timestamp,
        /// By whom, in the order of the log, each once.
        by: Vec<AccountId>,
    },
    /// It is shared, and was copied into the chart.
    Filed {
        /// When first.
        first_at: Timestamp,
        /// By whom, in the order of the log, each once.
        by: Vec<AccountId>,
    },
}

impl WithdrawCase {
    /// Returns what the dialog says before the tap.
    pub fn sentence(&self, names: &Names) -> String {
        match self {
            Self::Private => {
                "This is private. Erasing takes its words and attachments away for good; you cannot bring \
                them back."
                    .to_owned()
            }
            Self::Unopened => {
                "Nobody has opened this entry. It goes back to your private journal, and your care circle \
                sees only that something was withdrawn."
                    .to_owned()
            }
            Self::Opened { first_at, by } => {
                format!(
                    "First opened on {} by {}. What was read cannot be unread, and copies made outside of Reverie stay. \
                     From now on it is in your private journal alone, and your care circle sees only that something was \
                     withdrawn.",
                    first_at.day_text(),
                    named(by, names)
                )
            }
            Self::Filed { first_at, by } => format!(
                "Copied into your chart on {} by {}. That copy stays with the clinic; you can ask them to amend it. What \
                 was read cannot be unread. From now on the entry is in your private journal alone, and your care circle \
                 sees only that something was withdrawn.",
                first_at.day_text(),
                named(by, names)
            ),
        }
    }
}

fn named(by: &[AccountId], names: &Names) -> String {
    listed(&by.iter().map(|account| names.of(*account)).collect::<Vec<_>>())
}

/// Returns when the first of these was, and by whom they are, each once.
fn first_and_by<'a>(all: impl Iterator<Item = &'a OpenedBy>) -> Option<(Timestamp, Vec<AccountId>)> {
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|one| one.at);
    let first_at = all.first()?.at;
    let mut by = Vec::new();
    for one in all {
        if !by.contains(&one.by) {
            by.push(one.by);
        }
    }
    Some((first_at, by))
}

/// Why an entry cannot be withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WithdrawPlanError {
    /// There is no such entry.
    #[error("there is no such entry; the list shows what there is")]
    NoSuchEntry,
    /// A shared entry needs a private journal to go back to.
    #[error("your private journal is not here, so the entry has nowhere to go back to; sync and try again")]
    NoPrivateJournal,
}

/// Returns how to withdraw an entry or a measure from everywhere it is shared, or, if it is private, for good.
pub fn withdraw_plan(view: &PatientView, id: DocumentId) -> Result<WithdrawPlan, WithdrawPlanError> {
    let shared = pieces(view, id);
    let first = shared.first().ok_or(WithdrawPlanError::NoSuchEntry)?;
    if !first.state.is_shared() {
        let mut records = first.records.to_vec();
        records.extend(view.private.iter().flat_map(|private| private.link_records(id, view.patient)));
        let withdraw = vec![Withdrawal { journal: first.journal, records }];
        let (seal, attachments) = (Vec::new(), Vec::new());
        return Ok(WithdrawPlan { case: WithdrawCase::Private, back_to: None, seal, attachments, withdraw });
    }
    let private = view.private.as_ref().ok_or(WithdrawPlanError::NoPrivateJournal)?;

    // What is there already need not be copied. A private mark is the patient's last word to herself; a copy would come
    // after it in the log and take its place.
    let duplicates = of_entry(&private.duplicates, id);
    let mut there: BTreeSet<_> = duplicates.map(|duplicate| (duplicate.document_type, duplicate.document)).collect();
    let named = private.themes.iter().chain(&private.dormant.themes);
    there.extend(named.map(|theme| (theme.theme.body().type_name(), theme.theme.id())));
    let own_mark = private.additions.iter().any(|addition| addition.entry == id && addition.mark.is_some());
    let mut seal = Vec::new();
    let mut attachments = Vec::new();
    for shared in &shared {
        let mut copies = shared.documents.clone();
        let circle = view.shared.iter().find(|circle| circle.journal == shared.journal);
        let links = circle.iter().flat_map(|circle| &circle.links).filter(|link| link.by == view.patient);
        copies.extend(links.filter(|link| link.touches(id)).map(|link| Document::from(link.link.clone())));
        copies.retain(|document| {
            let mark = matches!(document.body(), Body::Mark(_));
            !(mark && own_mark) && there.insert((document.body().type_name(), document.id()))
        });
        attachments.extend(reseals(shared.journal, &copies));
        seal.extend(copies);
    }
    let opened = first_and_by(shared.iter().flat_map(|shared| shared.opened));
    let case = match first_and_by(shared.iter().flat_map(|shared| shared.filed)) {
        Some((first_at, by)) => WithdrawCase::Filed { first_at, by },
        None => opened.map_or(WithdrawCase::Unopened, |(first_at, by)| WithdrawCase::Opened { first_at, by }),
    };
    let withdraw = shared.iter().map(|piece| {
        let circle = view.shared.iter().find(|circle| circle.journal == piece.journal);
        let mut records = piece.records.to_vec();
        records.extend(circle.iter().flat_map(|circle| circle.themes_without(id)));
        records.extend(circle.iter().flat_map(|circle| circle.link_records(id, view.patient)));
        Withdrawal { journal: piece.journal, records }
    });
    let withdraw = withdraw.collect();
    Ok(WithdrawPlan { case, back_to: Some(private.journal), seal, attachments, withdraw })
}

/// What is shared and withdrawn as one, in one journal: an entry with its layers and its mark, a measure, or a check-in.
struct Piece<'a> {
    journal: JournalId,
    state: ShareState,
    records: &'a [RecordId],
    opened: &'a [OpenedBy],
    filed: &'a [OpenedBy],
    documents: Vec<Document>,
}

/// Returns what goes by this id: the private one, or those of all circles that hold it.
fn pieces(view: &PatientView, id: DocumentId) -> Vec<Piece<'_>> {
    let entries = view.entries().filter(|view| view.entry.id() == id).map(|view| Piece {
        journal: view.journal,
        state: view.state,
        records: &view.records,
        opened: &view.opened,
        filed: &view.filed,
        documents: documents(view),
    });
    let measures = view.measures().filter(|view| view.response.id() == id).map(|view| Piece {
        journal: view.journal,
        state: view.state,
        records: &view.records,
        opened: &view.opened,
        filed: &[],
        documents: vec![Document::from(view.response.clone())],
    });
    let check_ins = view.check_ins().filter(|view| view.check_in.id() == id).map(|view| Piece {
        journal: view.journal,
        state: view.state,
        records: &view.records,
        opened: &view.opened,
        filed: &[],
        documents: vec![Document::from(view.check_in.clone())],
    });
    entries.chain(measures).chain(check_ins).collect()
}

fn documents(view: &EntryView) -> Vec<Document> {
    let mut documents = vec![Document::from(view.entry.clone())];
    documents.extend(view.layers.iter().map(|layer| Document::from(layer.layer.clone())));
    documents.extend(view.mark.iter().map(|mark| Document::from(mark.mark.clone())));
    documents.extend(view.people.iter().map(|person| Document::from(person.clone())));
    for EntryTheme { theme, placement } in &view.themes {
        // As if it had been named for this entry: when it was named tells of entries that may not be here.
        let name = Theme::new(theme.body().name.clone());
        documents.extend(Document::new(theme.id(), placement.at(), name));
        documents.push(placement.clone().into());
    }
    documents
}

fn reseals(from: JournalId, documents: &[Document]) -> Vec<Reseal> {
    let attachments = documents.iter().flat_map(|document| document.body().attachments());
    attachments.map(|attachment| Reseal { from, attachment: attachment.id }).collect()
}

fn of_entry(duplicates: &[Duplicate], entry: DocumentId) -> impl Iterator<Item = &Duplicate> {
    duplicates.iter().filter(move |duplicate| duplicate.entry == entry)
}

/// Returns what a share that was cut short left in the private journal.
fn duplicates(view: &PatientView, entry: DocumentId) -> Vec<Withdrawal> {
    let private = view.private.iter();
    let left = private.map(|private| Withdrawal {
        journal: private.journal,
        records: of_entry(&private.duplicates, entry).map(|duplicate| duplicate.record).collect(),
    });
    left.filter(|withdrawal| !withdrawal.records.is_empty()).collect()
}

impl LinkView {
    /// Tells whether the entry is one of its ends.
    pub fn touches(&self, entry: DocumentId) -> bool {
        let link = self.link.body();
        link.from == entry || link.to == entry
    }
}

impl PrivateView {
    /// Returns all records of links of which this entry is an end.
    pub fn link_records(&self, entry: DocumentId, patient: AccountId) -> Vec<RecordId> {
        link_records(self.links.iter().chain(&self.dormant.links), entry, patient)
    }
}

impl SharedView {
    fn link_records(&self, entry: DocumentId, patient: AccountId) -> Vec<RecordId> {
        link_records(self.links.iter().chain(&self.dormant.links), entry, patient)
    }

    /// Returns the records of themes that would have no entry left: their names go with the last one.
    fn themes_without(&self, entry: DocumentId) -> Vec<RecordId> {
        let empty = |theme: &&ThemeView| theme.entries.iter().all(|left| *left == entry);
        self.themes.iter().chain(&self.dormant.themes).filter(empty).flat_map(|theme| theme.records.clone()).collect()
    }
}

fn link_records<'a>(links: impl Iterator<Item = &'a LinkView>, entry: DocumentId, patient: AccountId) -> Vec<RecordId> {
    links.filter(|link| link.by == patient && link.touches(entry)).flat_map(|link| link.records.clone()).collect()
}

#[cfg(test)]
mod tests;
