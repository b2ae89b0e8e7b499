//! Giving back: after somebody has lost password and kit, her clinician copies what he can read of her old account into a
//! journal that her new account shares with him alone, each record with the original, so that it can be verified.
//!
//! The invariant: only what was given to this account to read is copied, into no journal that anybody else reads, and only
//! once. What the copies say is the clinician's word; what is signed in the originals is the old account's.

use std::collections::BTreeSet;
use std::io::Read;

use reverie_crypto::{Binding, EpochKey, OpenedAttachment, open_attachment, open_body};
use reverie_journal::{Attachment, Compartment, Copied, Document, GivenBack};
use reverie_protocol::account::AccountRole;
use reverie_protocol::card::SignedCard;
use reverie_protocol::header::{Action, Header, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use reverie_protocol::limits;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::ClientError;
use crate::files::NewFile;
use crate::log::{JournalLog, Logged};
use crate::outbox::Flushed;
use crate::trust::cards_of;
use crate::unlocked::Unlocked;

const ORIGINAL: &str = "original.json";
const UNREADABLE: &str = "the original that came with it cannot be read";
/// The longest original: its body is sealed, in base64, beside a header.
const ORIGINAL_BYTES: u64 = 4 * limits::BODY_BYTES as u64;

/// The original of a copy, as a file: what was signed and sealed, and what opens it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    v: u32,
    signed: SignedRecord,
    /// The author's card by which the record verifies.
    card: SignedCard,
    /// The age identity of the record's epoch, as stock `age -d -i` takes it.
    epoch_key: Zeroizing<String>,
}

/// What was given back.
#[derive(Debug)]
pub struct GaveBack {
    /// Records copied now.
    pub copied: usize,
    /// Records that had been given back before.
    pub before: usize,
    /// Records whose files could not be had, and why not: they were not copied.
    pub failed: Vec<(u64, ClientError)>,
    /// What became of it.
    pub flushed: Flushed,
}

/// What became of verifying what was given back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct VerifiedCopies {
    /// Copies that are what the earlier account, or whoever is named, had signed.
    pub genuine: usize,
    /// The fingerprints of the cards that signed them, by account: whether they are the right ones, people know.
    pub signers: BTreeSet<(AccountId, String)>,
    /// Copies that are not, or could not be looked at: their place in the log, and what is wrong.
    pub findings: Vec<(u64, String)>,
}

impl Unlocked {
    /// Copies what this account can read of a patient's lost account for her new one.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says which step is missing: another role, nothing of the old account here, no journal of
    /// the new one that she shares with this account alone; [`ClientError::NotConfirmed`].
    pub async fn give_back(
        &mut self,
        from: AccountId,
        to: AccountId,
        progress: &mut (dyn FnMut(usize, usize) + Send),
    ) -> Result<GaveBack, ClientError> {
        let (into, sources) = self.giving_back(from, to)?;
        let given = |view: &reverie_journal::GivenBackView| (view.copy.body().journal, view.copy.body().record);
        let shared = self.view(to).shared.into_iter().find(|shared| shared.journal == into);
        let given: BTreeSet<_> = shared.iter().flat_map(|shared| &shared.given_back).map(given).collect();
        let readable: Vec<_> = sources.into_iter().flat_map(|journal| self.readable(journal)).collect();
        let (total, mut copied, mut before, mut failed) = (readable.len(), 0, 0, Vec::new());
        for (number, read) in readable.into_iter().enumerate() {
            progress(number, total);
            let Header { journal, record, seq, .. } = read.header;
            if given.contains(&(journal, record)) {
                before += 1;
                continue;
            }
            match self.copy(from, into, read).await {
                Ok(()) => copied += 1,
                Err(ClientError::Store(error)) => return Err(ClientError::Store(error)),
                Err(error) => failed.push((seq, error)),
            }
        }
        progress(total, total);
        Ok(GaveBack { copied, before, failed, flushed: self.flush().await? })
    }

    /// Returns where to, and which journals from.
    fn giving_back(&self, from: AccountId, to: AccountId) -> Result<(JournalId, Vec<JournalId>), ClientError> {
        let not = |message: String| Err(ClientError::NotPossible(message));
        if self.role() != AccountRole::Clinician {
            return not("clinicians give back what was shared with them".into());
        }
        if from == to {
            return not("that is one account; name the lost one, and the new one".into());
        }
        let names = self.names();
        let sources: Vec<_> = self
            .logs
            .keys()
            .copied()
            .filter(|journal| self.owner(*journal) == Some(from))
            .filter(|journal| self.keys(*journal).is_some_and(|keys| keys.compartment == Compartment::Shared))
            .collect();
        if sources.is_empty() {
            return not(format!("this device has nothing that {} shared with you", names.of(from)));
        }
        let of_two = |log: &JournalLog| {
            let Some(state) = log.state.as_ref().filter(|state| !state.closed) else { return false };
            let writes = |member: &reverie_protocol::header::Member| {
                member.account == self.account() && member.role == MemberRole::Writer
            };
            state.members.len() == 2 && state.members.iter().any(writes)
        };
        let into = self.logs.iter().find(|(journal, log)| self.owner(**journal) == Some(to) && of_two(log));
        let Some((into, _)) = into else {
            return not(format!("{} shares no journal with you alone yet; pair first", names.of(to)));
        };
        self.confirmed_owner(*into)?;
        Ok((*into, sources))
    }

    /// Returns what there is to copy of a journal: its writings, but for what was withdrawn or cannot be read.
    fn readable(&self, journal: JournalId) -> Vec<Readable> {
        let Some((log, keys)) = self.logs.get(&journal).zip(self.keys(journal)) else { return Vec::new() };
        let read = |logged: &Logged| {
            let header = logged.header.clone();
            if header.action != Action::Write || log.is_withdrawn(header.record) {
                return None;
            }
            let key = keys.epochs.get(&header.epoch)?;
            let binding = Binding { journal, record: header.record, author: header.author };
            let document = open_body(key, &binding, logged.body().ok()?).ok()?;
            let document = String::from_utf8(document.to_vec()).ok()?;
            let card = signer(log, logged)?;
            let (signed, epoch_key) = (logged.signed.clone(), key.to_identity_file().expose_secret().to_owned().into());
            Some(Readable { original: Original { v: 1, signed, card, epoch_key }, header, document })
        };
        log.records.iter().filter_map(read).collect()
    }

    async fn copy(&mut self, patient: AccountId, into: JournalId, read: Readable) -> Result<(), ClientError> {
        let Readable { original, header, document } = read;
        let json = Zeroizing::new(serde_json::to_vec(&original).map_err(|_| ClientError::Damaged(ORIGINAL.into()))?);
        let Header { journal, seq, record, author, ref attachments, .. } = header;
        // The original takes one place of each record, so a record with more files than are left becomes two.
        let mut parts: Vec<_> = attachments.chunks(limits::ATTACHMENTS_PER_RECORD - 1).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        let mut intents = Vec::new();
        for part in parts {
            let (size, reader) = (json.len() as u64, Box::new(std::io::Cursor::new(json.clone())));
            let mut files = vec![as_it_is(ORIGINAL.into(), "application/json", size, reader)];
            for named in part {
                let sealed = self.sealed_file(journal, named.id).await?;
                files.push(as_it_is(
                    format!("{}.age", named.id),
                    "application/octet-stream",
                    named.size,
                    sealed.reader,
                ));
            }
            let (attachments, outgoing) = self.seal_files(into, files).await?;
            for named in part {
                self.forget_fetched(named.id).await?;
            }
            let copy = GivenBack { patient, journal, seq, record, author, document: document.clone(), attachments };
            let copy = Document::new(self.env.document_id(), self.env.now(), copy)?;
            intents.push(self.write_intent(into, &copy, outgoing));
        }
        self.put(intents).await
    }

    /// Verifies everything that was given back to this account: each original's signature, hash, seal and place, and that
    /// the copy says the same.
    ///
    /// # Errors
    /// This device's storage; what is wrong with a copy, or keeps it from being looked at, is a finding.
    pub async fn verify_copies(&self) -> Result<VerifiedCopies, ClientError> {
        let mut verified = VerifiedCopies::default();
        let copies = self.view(self.account()).copies();
        for copied in &copies {
            let judged = match self.original(&copies, copied).await {
                Ok(original) => verify_copy(&original, copied.given.copy.body()),
                Err(error) => Err(error.to_string()),
            };
            match judged {
                Ok((account, fingerprint)) => {
                    verified.genuine += 1;
                    verified.signers.insert((account, fingerprint));
                }
                Err(what) => verified.findings.push((copied.given.seq, what)),
            }
        }
        Ok(verified)
    }

    async fn original(&self, copies: &[Copied], copied: &Copied) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let broken = || ClientError::Untrustworthy(UNREADABLE.into());
        let attachments = &copied.given.copy.body().attachments;
        let attachment = attachments.first().filter(|first| first.size <= ORIGINAL_BYTES).ok_or_else(broken)?;
        let (outermost, opened) = self.open_brought(copies, copied, attachment).await?;
        let mut json = Zeroizing::new(Vec::new());
        let read = opened.take(ORIGINAL_BYTES).read_to_end(&mut json);
        self.forget_fetched(outermost).await?;
        read.map(|_| json).map_err(|_| broken())
    }

    async fn original_key(&self, copies: &[Copied], copied: &Copied) -> Result<EpochKey, ClientError> {
        let original = self.original(copies, copied).await?;
        let key = Original::parse(&original).and_then(|original| original.key());
        key.map(|(key, _)| key).map_err(ClientError::Untrustworthy)
    }

    /// Opens a file of a copy. Where another copy brought that one along, its file is sealed inside the other's, with the key
    /// that came with the other. Returns the outermost file as well, which was fetched.
    async fn open_brought(
        &self,
        copies: &[Copied],
        copied: &Copied,
        attachment: &Attachment,
    ) -> Result<(AttachmentId, Opened), ClientError> {
        let missing = || ClientError::UnknownEntry("this file was not given back with its entry".into());
        let mut way = vec![(copied, attachment)];
        while let Some((Some(outer), inner)) = way.last().map(|(copied, inner)| (copied.within, *inner)) {
            way.push(carrying(copies, copies.get(outer).ok_or_else(missing)?, inner.id).ok_or_else(missing)?);
        }
        let (mut around, outermost) = way.pop().ok_or_else(missing)?;
        let mut opened = self.opened_file(around.journal, outermost).await?;
        for (copied, _) in way.into_iter().rev() {
            // One level less to go in each: the list of copies is bounded.
            let key = Box::pin(self.original_key(copies, around)).await?;
            opened = open_sealed(&key, opened)?;
            around = copied;
        }
        Ok((outermost.id, opened))
    }

    /// Writes a file of an earlier account out, opened. What was written is whole only if this succeeds.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] if no copy brought it along; as [`Self::save_file`].
    pub async fn save_earlier_file(
        &self,
        attachment: &Attachment,
        into: &mut (dyn std::io::Write + Send),
    ) -> Result<(), ClientError> {
        let copies = self.view(self.account()).copies();
        let missing = || ClientError::UnknownEntry("this file was not given back with its entry".into());
        let carried = copies.iter().find_map(|copied| carrying(&copies, copied, attachment.id));
        let (copied, file) = carried.ok_or_else(missing)?;
        let key = self.original_key(&copies, copied).await?;
        let (outermost, sealed) = self.open_brought(&copies, copied, file).await?;
        let name = attachment.name.as_str();
        let mut opened = open_sealed(&key, sealed)?;
        std::io::copy(&mut opened, into)
            .and_then(|_| into.flush())
            .map_err(|error| ClientError::of_file(name, &error))?;
        self.forget_fetched(outermost).await
    }
}

/// A file, opened for reading.
type Opened = OpenedAttachment<Box<dyn Read + Send>>;

fn open_sealed(key: &EpochKey, sealed: Opened) -> Result<Opened, ClientError> {
    let sealed: Box<dyn Read + Send> = Box::new(sealed);
    open_attachment(key, sealed)
        .map_err(|_| ClientError::Untrustworthy("this file does not open with the key that came with it".into()))
}

/// Finds the sealed file of this id among those that the copies of a record brought along: one of many files became several.
fn carrying<'a>(copies: &'a [Copied], copied: &Copied, id: AttachmentId) -> Option<(&'a Copied, &'a Attachment)> {
    let (name, wanted) = (format!("{id}.age"), copied.given.copy.body());
    let same = |other: &&Copied| {
        let body = other.given.copy.body();
        (body.journal, body.record) == (wanted.journal, wanted.record) && other.depth == copied.depth
    };
    copies.iter().filter(same).find_map(|copied| {
        let mut files = copied.given.copy.body().attachments.iter().skip(1);
        Some((copied, files.find(|file| file.name.as_str() == name)?))
    })
}

/// A record that can be given back.
struct Readable {
    original: Original,
    header: Header,
    document: String,
}

/// Verifies a copy by the original that came with it, and returns who had signed it, by which card (its fingerprint).
/// Whether the card is that person's, only people know.
///
/// # Errors
/// What is wrong, as the end of a sentence.
pub fn verify_copy(original: &[u8], copy: &GivenBack) -> Result<(AccountId, String), String> {
    Original::parse(original)?.judge(copy)
}

impl Original {
    fn parse(json: &[u8]) -> Result<Self, String> {
        let original: Self = serde_json::from_slice(json).map_err(|_| UNREADABLE.to_owned())?;
        if original.v == 1 { Ok(original) } else { Err("it was made by a newer version of Reverie; update".into()) }
    }

    /// Returns the key of the record's epoch, and its header, verified.
    fn key(&self) -> Result<(EpochKey, Header), String> {
        let card = self.card.verify().map_err(|error| error.to_string())?;
        let header = self.signed.verify(&card.verifying_key).map_err(|error| error.to_string())?;
        if header.author != card.account {
            return Err("it is signed by somebody else than it names".into());
        }
        let key = EpochKey::parse(header.journal, header.epoch, &self.epoch_key).map_err(|error| error.to_string())?;
        Ok((key, header))
    }

    /// Tells whether a copy is what was signed, and by which card.
    fn judge(&self, copy: &GivenBack) -> Result<(AccountId, String), String> {
        let (key, header) = self.key()?;
        if (header.journal, header.seq, header.record, header.author)
            != (copy.journal, copy.seq, copy.record, copy.author)
        {
            return Err("the original stood at another place than the copy says".into());
        }
        let body = self.signed.body.as_ref().ok_or("the original came without its words")?;
        let sha256 = reverie_protocol::hash::Hash::of(&body.0);
        if header.body.is_none_or(|named| named.sha256 != sha256 || named.size != body.0.len() as u64) {
            return Err("the original's words are not those that were signed".into());
        }
        let binding = Binding { journal: header.journal, record: header.record, author: header.author };
        let opened = open_body(&key, &binding, &body.0).map_err(|error| error.to_string())?;
        if *opened != copy.document.as_bytes() {
            return Err("the copy does not say what the original says".into());
        }
        Ok((header.author, self.card.fingerprint().to_string()))
    }
}

/// Returns the card by which a record of a log verifies.
fn signer(log: &JournalLog, logged: &Logged) -> Option<SignedCard> {
    let cards = cards_of(log, logged.header.author);
    cards
        .into_iter()
        .rev()
        .find(|card| card.verify().is_ok_and(|card| logged.signed.verify(&card.verifying_key).is_ok()))
}

fn as_it_is(name: String, media_type: &str, size: u64, reader: Box<dyn Read + Send>) -> NewFile {
    NewFile { name, media_type: media_type.into(), size, seconds: None, reader }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use reverie_crypto::{AccountKeys, seal_body};
    use reverie_protocol::hash::Hash;
    use reverie_protocol::header::BodyRef;
    use reverie_protocol::ids::RecordId;

    use super::*;
    use crate::native::system::randomness;

    const HERON: AccountId = AccountId::from_bytes([1; 16]);
    const QUILL: AccountId = AccountId::from_bytes([2; 16]);
    const JOURNAL: JournalId = JournalId::from_bytes([3; 16]);
    const RECORD: RecordId = RecordId::from_bytes([4; 16]);
    const WORDS: &str = r#"{"type":"reply","v":1,"words":"I am here."}"#;

    /// A record of heron's, signed by `keys` with heron's name on it, and the copy that says what it says.
    fn genuine(keys: &AccountKeys) -> (Original, GivenBack) {
        let key = EpochKey::make(JOURNAL, 0, &mut randomness());
        let body = seal_body(&key, &Binding { journal: JOURNAL, record: RECORD, author: HERON }, WORDS.as_bytes());
        let body = body.expect("this fits");
        let header = Header {
            v: 1,
            journal: JOURNAL,
            seq: 7,
            prev: Some(Hash::of("before")),
            author: HERON,
            record: RECORD,
            action: Action::Write,
            epoch: 0,
            epoch_commitment: None,
            body: Some(BodyRef { sha256: Hash::of(&body), size: body.len() as u64 }),
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: None,
        };
        let signed = keys.sign_header(&header, Some(body));
        let epoch_key = key.to_identity_file().expose_secret().to_owned().into();
        let original = Original { v: 1, signed, card: keys.card(HERON), epoch_key };
        let attachment: Attachment = serde_json::from_value(serde_json::json!({
            "id": AttachmentId::from_bytes([5; 16]), "name": ORIGINAL, "media_type": "application/json", "size": 1,
        }))
        .expect("this is an attachment");
        let copy = GivenBack {
            patient: HERON,
            journal: JOURNAL,
            seq: 7,
            record: RECORD,
            author: HERON,
            document: WORDS.into(),
            attachments: vec![attachment],
        };
        (original, copy)
    }

    #[test]
    fn a_copy_is_genuine_only_if_it_says_what_was_signed_there_by_whom_it_names() {
        let keys = AccountKeys::make(&mut randomness());
        let (original, copy) = genuine(&keys);
        assert_eq!(original.judge(&copy), Ok((HERON, keys.card(HERON).fingerprint().to_string())));

        let other_words = GivenBack { document: WORDS.replace("here", "gone"), ..copy.clone() };
        assert_eq!(original.judge(&other_words).unwrap_err(), "the copy does not say what the original says");
        for elsewhere in [
            GivenBack { seq: 8, ..copy.clone() },
            GivenBack { author: QUILL, ..copy.clone() },
            GivenBack { journal: JournalId::from_bytes([9; 16]), ..copy.clone() },
        ] {
            assert_eq!(
                original.judge(&elsewhere).unwrap_err(),
                "the original stood at another place than the copy says"
            );
        }
        let (other, _) = genuine(&keys);
        let swapped =
            Original { signed: SignedRecord { body: other.signed.body, ..original.signed.clone() }, ..original };
        assert_eq!(swapped.judge(&copy).unwrap_err(), "the original's words are not those that were signed");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_an_original_panic_and_none_is_genuine(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), at in 0..4000_usize) {
            let (original, copy) = genuine(&AccountKeys::make(&mut randomness()));
            proptest::prop_assert!(verify_copy(&bytes, &copy).is_err());
            let mut json = serde_json::to_vec(&original).expect("it is JSON");
            let at = at % json.len();
            json.splice(at..(at + bytes.len()).min(json.len()), bytes.iter().copied());
            let _ = verify_copy(&json, &copy);
        }
    }

    #[test]
    fn a_copy_that_its_giver_signed_in_her_name_is_none() {
        let (hers, forger) = (AccountKeys::make(&mut randomness()), AccountKeys::make(&mut randomness()));
        let (forged, copy) = genuine(&forger);
        let with_her_card = Original { card: hers.card(HERON), ..forged };
        assert!(with_her_card.judge(&copy).is_err(), "her card did not sign it");
        let (forged, copy) = genuine(&forger);
        let as_himself = Original { card: forger.card(QUILL), ..forged };
        assert_eq!(as_himself.judge(&copy).unwrap_err(), "it is signed by somebody else than it names");
    }
}
