//! Who fetched or changed what, on which day, as the server tells it: to members about a journal, to administrators about
//! the practice.
//!
//! It is the server's word. What this device adds is its memory: the audit log's end that it saw last, which a log that was
//! cut or written anew contradicts.

use reverie_crypto::words::head_words;
use reverie_protocol::api::Head;
use reverie_protocol::audit::{AccessEntry, AuditCheck, AuditLink};
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits::ENTRIES_PER_PAGE;

use crate::error::ClientError;
use crate::opening::compartment_name;
use crate::unlocked::Unlocked;

/// Who fetched or changed a journal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct JournalAccess {
    /// Which.
    pub journal: JournalId,
    /// Of which kind, if this account can tell.
    pub compartment: Option<&'static str>,
    /// Who owns it, as far as this device has seen.
    pub owner: Option<AccountId>,
    /// Who reads it now, as far as this device has seen.
    pub members: Vec<AccountId>,
    /// In the order in which the server entered them.
    pub entries: Vec<AccessEntry>,
}

/// What verifying the audit log came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VerifiedAudit {
    /// How many entries were followed.
    pub entries: u64,
    /// How many of them are told to a journal's owner alone.
    pub told_to_owners: u64,
    /// Where the log ends, if all of it follows.
    pub head: Option<Head>,
    /// Four words made from the entry that was asked about, or from the end: who sees the same has seen the same log.
    pub words: Option<[&'static str; 4]>,
    /// The entry that the words are made from.
    pub words_at: Option<u64>,
    /// Where the log ended when this device verified it last.
    pub seen_before: Option<u64>,
    /// What is wrong, if anything.
    pub broken: Option<String>,
}

impl Unlocked {
    /// Returns who fetched or changed each journal of this account.
    ///
    /// # Errors
    /// The server's, if it cannot be asked.
    pub async fn access_logs(&mut self) -> Result<Vec<JournalAccess>, ClientError> {
        let mut logs = Vec::new();
        for listed in self.listed().await?.journals {
            let entries = self.access_log(Some(listed.journal)).await?;
            let log = self.logs.get(&listed.journal);
            let members =
                log.and_then(|log| log.state.as_ref()).map(|state| state.members.as_slice()).unwrap_or_default();
            logs.push(JournalAccess {
                journal: listed.journal,
                compartment: self.keys(listed.journal).map(|keys| compartment_name(keys.compartment)),
                owner: log.and_then(|log| log.records.first()).map(|first| first.header.author),
                members: members.iter().map(|member| member.account).collect(),
                entries,
            });
        }
        Ok(logs)
    }

    /// Returns what was done by this account and to it, but for what it did with journals.
    ///
    /// # Errors
    /// The server's, if it cannot be asked.
    pub async fn own_access_log(&mut self) -> Result<Vec<AccessEntry>, ClientError> {
        let entries = self.access_log(None).await;
        self.logged_out_on_refusal(entries)
    }

    async fn access_log(&self, journal: Option<JournalId>) -> Result<Vec<AccessEntry>, ClientError> {
        let token = self.token()?;
        let mut entries: Vec<AccessEntry> = Vec::new();
        loop {
            let page = match journal {
                Some(journal) => self.env.api.get_access_log(&token, journal, entries.len()).await?,
                None => self.env.api.get_own_access_log(&token, entries.len()).await?,
            };
            let more = page.more && !page.entries.is_empty();
            entries.extend(page.entries);
            if !more {
                return Ok(entries);
            }
        }
    }

    /// Returns the last entries of the audit log, for an administrator.
    ///
    /// # Errors
    /// The server's refusal: only administrators may ask.
    pub async fn audit_log(&mut self, last: u64) -> Result<Vec<AuditLink>, ClientError> {
        let token = self.token()?;
        let asked = self.env.api.get_audit_log(&token, None, 1).await.map_err(ClientError::from);
        let head = self.logged_out_on_refusal(asked)?.head;
        let (mut after, mut links) = (head.and_then(|head| head.seq.checked_sub(last)), Vec::new());
        loop {
            let page = self.env.api.get_audit_log(&token, after, ENTRIES_PER_PAGE).await?;
            let end = page.links.last().map(|link| link.seq);
            let goes_on = end > after;
            links.extend(page.links);
            if !page.more || !goes_on {
                return Ok(links);
            }
            after = end;
        }
    }

    /// Forgets where the audit log ended, and returns it: for a log that was cut by a restore that one knows of.
    ///
    /// # Errors
    /// This device's storage fails.
    pub async fn forget_audit_end(&mut self) -> Result<Option<Head>, ClientError> {
        let forgotten = self.state.audit_head.take();
        self.save_state().await?;
        Ok(forgotten)
    }

    /// Follows the audit log from its first entry, and compares it with the end that this device saw last. `at` asks for
    /// the words of that entry, to be compared with another administrator's.
    ///
    /// # Errors
    /// The server's, if it cannot be asked. What is wrong with its log is told in the answer.
    pub async fn verify_audit(
        &mut self,
        at: Option<u64>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<VerifiedAudit, ClientError> {
        let token = self.token()?;
        let seen = self.state.audit_head;
        let mut check = AuditCheck::new(seen);
        let mut verified = VerifiedAudit {
            entries: 0,
            told_to_owners: 0,
            head: None,
            words: None,
            words_at: None,
            seen_before: seen.map(|seen| seen.seq),
            broken: None,
        };
        let mut named = None;
        let told = loop {
            let after = check.head().map(|head| head.seq);
            let asked = self.env.api.get_audit_log(&token, after, ENTRIES_PER_PAGE).await.map_err(ClientError::from);
            let page = self.logged_out_on_refusal(asked)?;
            progress(verified.entries, page.head.map_or(0, |head| head.seq + 1));
            for link in &page.links {
                if let Err(broken) = check.follow(link) {
                    return Ok(VerifiedAudit { broken: Some(broken.to_string()), ..verified });
                }
                verified.entries += 1;
                verified.told_to_owners += u64::from(link.entry.is_none());
                named = check.head().filter(|head| Some(head.seq) == at).or(named);
            }
            if !page.more || page.links.is_empty() {
                break page.head;
            }
        };
        match check.finish(told) {
            Ok(head) => {
                verified.head = head;
                named = if at.is_some() { named } else { head };
                verified.words = named.map(|head| head_words(head.seq, &head.hash));
                verified.words_at = named.map(|head| head.seq);
                self.state.audit_head = head;
                self.save_state().await?;
            }
            Err(broken) => verified.broken = Some(broken.to_string()),
        }
        Ok(verified)
    }
}
