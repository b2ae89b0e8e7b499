//! Verify: whether a server's journals, or an exported folder with the server gone, are what their authors signed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use reverie_crypto::words::head_words;
use reverie_journal::{Content, Names};
use reverie_protocol::api::Head;
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;
use reverie_protocol::signed::{Kind, Signature};
use sha2::{Digest as _, Sha256};

use crate::error::ClientError;
use crate::export::{ExportSource, MANIFEST, Manifest, SEALED, SIGNATURE, body_extension};
use crate::log::{JournalLog, Logged};
use crate::opening::compartment_name;
use crate::unlocked::Unlocked;

/// Something that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Where: a journal and record, or a file.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// A journal whose chain was verified.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VerifiedJournal {
    /// Which.
    pub journal: JournalId,
    /// Of which kind, if this account can tell.
    pub compartment: Option<&'static str>,
    /// Who owns it.
    pub owner: Option<AccountId>,
    /// Who reads it now.
    pub members: Vec<AccountId>,
    /// How many records its chain has.
    pub records: usize,
    /// Position and chain hash of the last one.
    pub head: Option<Head>,
    /// Four words made from the head: two people who see the same words have seen the same history.
    pub words: Option<[&'static str; 4]>,
}

/// What verifying came to.
#[derive(Debug, Default, serde::Serialize)]
pub struct Verified {
    /// The journals.
    pub journals: Vec<VerifiedJournal>,
    /// Files that were compared with the manifest, or attachments fetched.
    pub files: usize,
    /// Who signed the manifest, for an export.
    pub signed_by: Option<String>,
    /// The fingerprint of the signer's card, for an export.
    pub fingerprint: Option<Hash>,
    /// What is wrong; nothing, if all is as it was signed.
    pub findings: Vec<Finding>,
}

impl Verified {
    fn finding(&mut self, place: impl ToString, what: impl ToString) {
        self.findings.push(Finding { place: place.to_string(), what: what.to_string() });
    }
}

impl Unlocked {
    /// Fetches every journal of this account anew from its first record, and compares it with its signatures and with
    /// everything that this device has seen. Attachments are fetched and hashed too.
    ///
    /// # Errors
    /// The server's, if it cannot be asked. What is wrong with its answers is a finding, not an error.
    pub async fn verify(&mut self, progress: &mut (dyn FnMut(usize, usize) + Send)) -> Result<Verified, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_journals(&token).await.map_err(ClientError::from);
        let listed = self.logged_out_on_refusal(listed)?.journals;
        let mut verified = Verified::default();
        let mut shown = BTreeSet::new();
        let total = listed.len();
        for (done, entry) in listed.into_iter().enumerate() {
            progress(done, total);
            shown.insert(entry.journal);
            let (log, broken) = self.fetch_anew(&token, entry.journal).await?;
            if let Some(what) = broken {
                verified.finding(format!("journal {}", entry.journal), what);
            }
            self.compare_with_seen(entry.journal, &log, &mut verified);
            self.verify_contents(entry.journal, &log, &mut verified).await?;
        }
        progress(total, total);
        for (journal, floor) in &self.state.floors {
            if !shown.contains(journal) {
                let what =
                    format!("this device has seen {} records of it, and the server does not show it", floor.seq + 1);
                verified.finding(format!("journal {journal}"), what);
            }
        }
        Ok(verified)
    }

    async fn fetch_anew(&self, token: &str, journal: JournalId) -> Result<(JournalLog, Option<String>), ClientError> {
        let mut log = JournalLog::default();
        loop {
            let after = log.head().map(|head| head.seq);
            let page = self.env.api.list_records(token, journal, after, limits::RECORDS_PER_PAGE).await?;
            let more = page.more && !page.records.is_empty();
            for signed in page.records {
                if let Err(refusal) = log.append(journal, signed) {
                    return Ok((log, Some(refusal.to_string())));
                }
            }
            if !more {
                return Ok((log, None));
            }
        }
    }

    fn compare_with_seen(&self, journal: JournalId, log: &JournalLog, verified: &mut Verified) {
        let Some(floor) = self.state.floors.get(&journal) else { return };
        let shown = log.hash_at(floor.seq);
        if shown != Some(floor.hash) {
            let shown = shown.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string());
            let what = format!(
                "the history contradicts what this device has seen at record {}: seen {}, now {shown}",
                floor.seq, floor.hash
            );
            verified.finding(format!("journal {journal}"), what);
        }
    }

    async fn verify_contents(
        &self,
        journal: JournalId,
        log: &JournalLog,
        verified: &mut Verified,
    ) -> Result<(), ClientError> {
        let place = |seq: u64| format!("journal {journal}, record {seq}");
        for logged in &log.records {
            if log.is_withdrawn(logged.header.record) {
                continue;
            }
            if let (true, Err(reason)) = (logged.header.body.is_some(), logged.body()) {
                verified.finding(place(logged.header.seq), format!("its body cannot be trusted: {reason}"));
            }
            for named in &logged.header.attachments {
                match self.sealed_file(journal, named.id).await {
                    Ok(_) => verified.files += 1,
                    Err(error) if error.is_offline() => return Err(error),
                    Err(error) => verified.finding(place(logged.header.seq), error),
                }
                self.forget_fetched(named.id).await?;
            }
        }
        // Opening goes by what this device holds, which is the same chain if the findings say nothing else.
        if let Some(opened) = self.open_journal(journal) {
            for record in &opened.records {
                if let Content::Unreadable(reason) = &record.content {
                    verified.finding(place(record.seq), format!("it cannot be read: {reason}"));
                }
            }
        }
        let compartment = self.keys(journal).map(|keys| compartment_name(keys.compartment));
        verified.journals.push(VerifiedJournal { compartment, ..summary(journal, log) });
        Ok(())
    }
}

fn summary(journal: JournalId, log: &JournalLog) -> VerifiedJournal {
    let members = log.state.iter().flat_map(|state| &state.members).map(|member| member.account).collect();
    let head = log.head();
    VerifiedJournal {
        journal,
        compartment: None,
        owner: log.records.first().map(|logged| logged.header.author),
        members,
        records: log.records.len(),
        head,
        words: head.map(|head| head_words(head.seq, &head.hash)),
    }
}

/// Verifies an exported folder: its manifest's signature, every file's hash, and the chains of what it holds sealed.
///
/// Whose signature it should be, only the reader knows: compare [`Verified::fingerprint`]. `known` gives names to
/// fingerprints that this device trusts.
///
/// # Errors
/// [`ClientError::File`] if the folder cannot be read, or is no export.
pub fn verify_export(
    source: &dyn ExportSource,
    known: &BTreeMap<Hash, String>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Verified, ClientError> {
    let mut verified = Verified::default();
    let json = read(source, MANIFEST)?.ok_or_else(|| ClientError::File {
        name: MANIFEST.into(),
        reason: "it is not there; this is not an exported folder".into(),
    })?;
    let manifest: Manifest = serde_json::from_slice(&json)
        .map_err(|error| ClientError::File { name: MANIFEST.into(), reason: format!("it cannot be read ({error})") })?;
    verify_signature(source, &json, &manifest, known, &mut verified)?;

    let total = manifest.files.len();
    let mut listed = BTreeSet::from([MANIFEST.to_owned(), SIGNATURE.to_owned()]);
    for (done, file) in manifest.files.iter().enumerate() {
        progress(done, total);
        listed.insert(file.path.clone());
        match hash(source, &file.path)? {
            None => verified.finding(&file.path, "the file is missing"),
            Some(found) if found != (file.sha256, file.size) => verified.finding(&file.path, "the file was changed"),
            Some(_) => verified.files += 1,
        }
    }
    progress(total, total);
    let paths = source.list().map_err(|error| unreadable("the folder", &error))?;
    for path in paths.iter().filter(|path| !listed.contains(*path)) {
        verified.finding(path, "the file is not in the manifest; it was added later");
    }
    let journals: BTreeSet<&str> =
        paths.iter().filter_map(|path| path.strip_prefix(SEALED)?.split('/').nth(1)).collect();
    for journal in journals {
        verify_sealed(source, journal, &mut verified)?;
    }
    Ok(verified)
}

fn verify_signature(
    source: &dyn ExportSource,
    json: &[u8],
    manifest: &Manifest,
    known: &BTreeMap<Hash, String>,
    verified: &mut Verified,
) -> Result<(), ClientError> {
    let fingerprint = manifest.exporter.card.fingerprint();
    verified.fingerprint = Some(fingerprint);
    let signer = known.get(&fingerprint).cloned();
    verified.signed_by =
        Some(signer.unwrap_or_else(|| format!("{} (not known on this device)", manifest.exporter.handle)));
    let signature = read(source, SIGNATURE)?.and_then(|text| {
        let bytes = B64::decode(std::str::from_utf8(&text).ok()?.trim()).ok()?;
        Some(Signature(bytes.0.try_into().ok()?))
    });
    let card = manifest.exporter.card.verify().ok().filter(|card| card.account == manifest.exporter.account);
    match (signature, card) {
        (Some(signature), Some(card)) if card.verifying_key.verify(Kind::Manifest, json, &signature).is_ok() => {}
        _ => verified.finding(SIGNATURE, "the manifest is not signed by the account that it names"),
    }
    Ok(())
}

fn verify_sealed(source: &dyn ExportSource, folder: &str, verified: &mut Verified) -> Result<(), ClientError> {
    let base = format!("{SEALED}/{folder}");
    let Ok(journal) = folder.parse::<JournalId>() else {
        verified.finding(base, "the folder's name is no journal");
        return Ok(());
    };
    let mut log = JournalLog::default();
    for seq in 0_u64.. {
        let stem = format!("{base}/{seq:06}");
        let Some(header) = read(source, &format!("{stem}.header.json"))? else { break };
        let signature = read(source, &format!("{stem}.sig"))?.unwrap_or_default();
        let signature = B64::decode(String::from_utf8_lossy(&signature).trim()).unwrap_or_default();
        let signed = SignedRecord { header: B64(header), signature, body: None };
        match log.append(journal, signed) {
            Err(refusal) => {
                verified.finding(stem, refusal);
                break;
            }
            Ok(logged) => {
                let mut logged: Logged = logged.clone();
                logged.signed.body = read(source, &format!("{stem}.{}", body_extension(&logged)))?.map(B64);
                // A withdrawn record has no body; one that is there must be the one that was signed.
                if logged.signed.body.is_some() && logged.body().is_err() {
                    verified.finding(stem, "the body is not the one that was signed");
                }
                for named in logged.header.attachments {
                    let path = format!("{base}/attachments/{}.age", named.id);
                    if hash(source, &path)?.is_some_and(|found| found != (named.sha256, named.size)) {
                        verified.finding(path, "the attachment is not the one that was signed");
                    }
                }
            }
        }
    }
    verified.journals.push(summary(journal, &log));
    Ok(())
}

impl Unlocked {
    /// Returns the fingerprints that this account trusts, with names: its own, and those of confirmed people.
    pub fn known_fingerprints(&self) -> BTreeMap<Hash, String> {
        let names: Names = self.names();
        let confirmed = self.contacts().into_iter().filter(|contact| contact.confirmed);
        let own = (self.copy.bundle.card.fingerprint(), self.handle().to_owned());
        confirmed.map(|contact| (contact.card.fingerprint(), names.of(contact.account))).chain([own]).collect()
    }
}

fn read(source: &dyn ExportSource, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
    let mut bytes = Vec::new();
    match source.open(path).map_err(|error| unreadable(path, &error))? {
        None => Ok(None),
        Some(mut file) => {
            file.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
            Ok(Some(bytes))
        }
    }
}

fn hash(source: &dyn ExportSource, path: &str) -> Result<Option<(Hash, u64)>, ClientError> {
    let Some(mut file) = source.open(path).map_err(|error| unreadable(path, &error))? else { return Ok(None) };
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut chunk).map_err(|error| unreadable(path, &error))?;
        if read == 0 {
            return Ok(Some((Hash(hash.finalize().into()), size)));
        }
        hash.update(&chunk[..read]);
        size += read as u64;
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> ClientError {
    ClientError::File { name: path.into(), reason: error.to_string() }
}
