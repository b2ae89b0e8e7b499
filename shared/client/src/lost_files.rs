//! Files that the disk damaged while they waited to be sent: sealed again from another copy, or else given up and told of.
//!
//! The invariant: no words wait for a file that nobody has, and no file is given up that can be had from another record of
//! the same document, here or on the server. What is left of a lost file stays as evidence as long as its entry does.

use std::collections::{BTreeMap, BTreeSet};

use reverie_journal::{Attachment, Body, Document, FileName};
use reverie_protocol::ids::{AttachmentId, DocumentId, JournalId, RecordId};
use serde::{Deserialize, Serialize};

use crate::captured::is_written;
use crate::error::ClientError;
use crate::files::{is_whole, own_file, own_files};
use crate::outbox::{DAMAGED, Intent, Item, Outgoing, outgoing};
use crate::sync::Notice;
use crate::unlocked::Unlocked;

/// A file that was damaged on this device before it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFile {
    /// Which.
    pub file: AttachmentId,
    /// What it was called.
    pub name: FileName,
    /// The entry that it belonged to; none if it belonged to something that is nothing without it, and was not sent.
    pub entry: Option<DocumentId>,
    /// Whether the person was told.
    pub told: bool,
}

impl Unlocked {
    /// Returns the files that were damaged on this device before they were sent, as long as their entries are there.
    pub fn lost_files(&self) -> &[LostFile] {
        &self.state.lost_files
    }

    /// Notes that the person was told of them.
    pub(crate) async fn told_of_lost_files(&mut self) -> Result<(), ClientError> {
        if self.state.lost_files.iter().all(|lost| lost.told) {
            return Ok(());
        }
        self.state.lost_files.retain(|lost| lost.entry.is_some());
        self.state.lost_files.iter_mut().for_each(|lost| lost.told = true);
        self.save_state().await
    }

    /// Forgets what is left of lost files whose entries were erased.
    pub(crate) async fn forget_lost_files(&mut self) -> Result<(), ClientError> {
        if self.state.lost_files.is_empty() {
            return Ok(());
        }
        let view = self.view(self.account());
        let erased = |lost: &LostFile| lost.entry.is_some_and(|entry| !is_written(&view, entry));
        let (gone, left): (Vec<_>, Vec<_>) = self.state.lost_files.iter().cloned().partition(erased);
        if gone.is_empty() {
            return Ok(());
        }
        for lost in gone {
            for name in self.env.store.list(&format!("{DAMAGED}{}", own_files(lost.file))).await? {
                self.env.store.delete(&name).await?;
            }
        }
        self.state.lost_files = left;
        self.save_state().await
    }

    /// Sees to the files of the first intents of an item that are not whole any more. Tells whether the item is another now.
    ///
    /// # Errors
    /// The server's, if it may have what is missing here and cannot be asked now.
    pub(crate) async fn mend_files(&mut self, item: &mut Item, together: usize) -> Result<bool, ClientError> {
        let mut damaged: BTreeMap<RecordId, BTreeSet<AttachmentId>> = BTreeMap::new();
        for intent in &item.intents[..together] {
            for waiting in outgoing(intent) {
                let id = waiting.named.id;
                if !is_whole(&*self.env.store, &own_file(id, waiting.epoch), &waiting.named).await? {
                    damaged.entry(intent.record()).or_default().insert(id);
                }
            }
        }
        let Some(journal) = item.intents.first().map(Intent::journal).filter(|_| !damaged.is_empty()) else {
            return Ok(false);
        };
        // An earlier try may have sent it whole, and only the answer was lost.
        self.pull(journal).await?;
        let log = self.logs.get(&journal);
        damaged.retain(|record, _| log.is_none_or(|log| log.find(*record).is_none()));
        if damaged.is_empty() {
            return Ok(false);
        }
        let mut mended = Vec::new();
        for intent in item.intents.drain(..) {
            match (damaged.get(&intent.record()), intent) {
                (Some(files), Intent::Write { journal, record, document, attachments }) => {
                    mended.extend(self.mend(journal, record, document, attachments, files).await?);
                }
                (_, intent) => mended.push(intent),
            }
        }
        item.intents = mended;
        Ok(true)
    }

    /// Returns what is to be written instead: with its files sealed again, or without them; nothing if nothing is left of it.
    async fn mend(
        &mut self,
        journal: JournalId,
        record: RecordId,
        document: String,
        attachments: Vec<Outgoing>,
        damaged: &BTreeSet<AttachmentId>,
    ) -> Result<Option<Intent>, ClientError> {
        let parsed = Document::parse(document.as_bytes()).ok();
        let (mut whole, mut lost) = (Vec::new(), BTreeSet::new());
        for waiting in attachments {
            let id = waiting.named.id;
            if !damaged.contains(&id) {
                whole.push(waiting);
            } else if let Some(again) = self.sealed_again(journal, parsed.as_ref(), id).await? {
                whole.push(again);
            } else {
                self.set_file_aside(parsed.as_ref(), &waiting).await?;
                lost.insert(id);
            }
        }
        let document = match parsed {
            Some(parsed) if !lost.is_empty() => parsed.without_files(&lost).map(|document| document.to_json()),
            _ => Some(document),
        };
        Ok(document.map(|document| Intent::Write { journal, record, document, attachments: whole }))
    }

    /// Seals a damaged file again, from the same file in another record of its document, if there is one.
    async fn sealed_again(
        &self,
        journal: JournalId,
        document: Option<&Document>,
        id: AttachmentId,
    ) -> Result<Option<Outgoing>, ClientError> {
        for (from, file) in document.map(|document| self.elsewhere(document, id)).unwrap_or_default() {
            match self.reseal_as(from, &file, journal, id).await {
                Ok(sealed) => return Ok(Some(sealed)),
                // It may be had another time, so it is not given up.
                Err(error @ ClientError::Store(_)) => return Err(error),
                Err(error) if error.is_offline() || error.is_logged_out() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(None)
    }

    /// Returns where the same document names the same file, as it does before and after it is shared or taken back.
    fn elsewhere(&self, document: &Document, id: AttachmentId) -> Vec<(JournalId, Attachment)> {
        let Some(place) = document.body().attachments().iter().position(|file| file.id == id) else {
            return Vec::new();
        };
        let lost = &document.body().attachments()[place];
        let mut found = Vec::new();
        for (journal, other) in self.documents().filter(|(_, other)| other.id() == document.id()) {
            let file = other.body().attachments().get(place);
            let same = |file: &&Attachment| {
                file.id != id && (&file.name, &file.media_type, file.size) == (&lost.name, &lost.media_type, lost.size)
            };
            found.extend(file.filter(same).map(|file| (journal, file.clone())));
        }
        found
    }

    /// Gives a file up: what is left of it is evidence, and the person is told.
    async fn set_file_aside(&mut self, document: Option<&Document>, waiting: &Outgoing) -> Result<(), ClientError> {
        let id = waiting.named.id;
        let file = document.and_then(|document| document.body().attachments().iter().find(|file| file.id == id));
        let entry = document.and_then(|document| match document.body() {
            Body::Entry(_) => Some(document.id()),
            Body::Layer(layer) => Some(layer.entry),
            _ => None,
        });
        let name = file.map_or_else(|| FileName::new(id.to_string()), |file| Ok(file.name.clone()))?;
        // Noted first: cut off after it, the file is found missing once more, and noted once.
        if self.state.lost_files.iter().all(|lost| lost.file != id) {
            self.state.lost_files.push(LostFile { file: id, name: name.clone(), entry, told: false });
            self.save_state().await?;
            self.done.push(Notice::FileLost { name, entry });
        }
        let here = own_file(id, waiting.epoch);
        Ok(self.env.store.rename(&here, &format!("{DAMAGED}{here}")).await?)
    }
}
