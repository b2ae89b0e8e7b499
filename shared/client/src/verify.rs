//! Verify: whether a server's journals are what their authors signed; `verify_export.rs` asks the same of a folder.

use std::collections::{BTreeMap, BTreeSet};

use reverie_crypto::words::head_words;
use reverie_journal::{Content, Names};
use reverie_protocol::api::Head;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;

use crate::error::ClientError;
use crate::log::JournalLog;
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
    pub(crate) fn finding(&mut self, place: impl ToString, what: impl ToString) {
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
        let listed = self.listed().await?.journals;
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

    pub(crate) async fn fetch_anew(
        &self,
        token: &str,
        journal: JournalId,
    ) -> Result<(JournalLog, Option<String>), ClientError> {
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
            let given = logged.header.epoch >= self.reads_from(journal);
            for named in logged.header.attachments.iter().filter(|_| given) {
                match self.fetch_file(journal, named.id).await {
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

pub(crate) fn summary(journal: JournalId, log: &JournalLog) -> VerifiedJournal {
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

impl Unlocked {
    /// Returns the fingerprint of this account's card.
    pub fn fingerprint(&self) -> Hash {
        self.copy.bundle.card.fingerprint()
    }

    /// Returns the fingerprints that this account trusts, with names: its own, and those of confirmed people.
    pub fn known_fingerprints(&self) -> BTreeMap<Hash, String> {
        let names: Names = self.names();
        let confirmed = self.state.contacts.iter().filter(|contact| contact.confirmed);
        let own = (self.copy.bundle.card.fingerprint(), self.handle().to_owned());
        confirmed.map(|contact| (contact.card.fingerprint(), names.of(contact.account))).chain([own]).collect()
    }
}
