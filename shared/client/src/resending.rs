//! Sending again what a restored server lost.
//!
//! The invariant: only what was signed before is sent, each record in its one place, whoever wrote it. Nothing is signed
//! anew, nothing that the server has is replaced, and a journal counts as whole again only once the server says that it
//! has all that this device has seen.

use std::collections::BTreeMap;

use reverie_protocol::api::{Append, Head, Resent};
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AttachmentId, JournalId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;

use crate::appending::TRIES;
use crate::error::ClientError;
use crate::log::{JournalLog, Logged};
use crate::opening::compartment_name;
use crate::unlocked::Unlocked;

/// Sealed bytes in one request: in base64 they keep below [`limits::REQUEST_BYTES`].
const BATCH_BYTES: usize = limits::REQUEST_BYTES / 2;

/// How what the server has of a journal compares with what this device has seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The server has the first records, and lacks the rest.
    Lacks,
    /// The server has another history: what this device has seen has no place there.
    Diverged,
    /// The server has all of it again, and did not for a while.
    WholeAgain,
}

/// A journal of which the server and this device do not have the same, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// Which.
    pub journal: JournalId,
    /// Of which kind, if this account can tell.
    pub compartment: Option<&'static str>,
    /// How many records the server has.
    pub there: u64,
    /// How many records this device has verified.
    pub here: u64,
    /// How many more another device of this account has seen.
    pub elsewhere: u64,
    /// How the two compare.
    pub standing: Standing,
}

/// What sending a journal again came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SentAgain {
    /// Records that the server has again.
    pub records: u64,
    /// Files that it has again.
    pub files: usize,
    /// Files that neither the server nor this device has; another device may.
    pub lost: Vec<AttachmentId>,
}

impl Unlocked {
    /// Compares what the server has of each journal with what this device has seen of it, and returns where they differ.
    ///
    /// # Errors
    /// [`ClientError::LoggedOut`], or the server's.
    pub async fn compare_with_server(&mut self) -> Result<Vec<Comparison>, ClientError> {
        let token = self.token()?;
        let listed = self.listed().await?.journals;
        let there: BTreeMap<_, _> = listed.iter().map(|entry| (entry.journal, entry.head)).collect();
        let mut compared = Vec::new();
        for (journal, log) in &self.logs {
            let Some(ours) = log.head().filter(|_| self.is_member_in(log)) else { continue };
            let in_doubt = self.state.diverged.contains_key(journal) || self.state.resending.contains_key(journal);
            let head = there.get(journal).copied();
            let standing = match self.standing(&token, *journal, log, ours, head).await? {
                None if in_doubt => Standing::WholeAgain,
                None => continue,
                Some(standing) => standing,
            };
            let there = head.map_or(0, |head| head.seq + 1);
            let floor = self.state.floors.get(journal).map_or(0, |floor| floor.seq + 1);
            let elsewhere = floor.saturating_sub(there.max(ours.seq + 1));
            let compartment = self.keys(*journal).map(|keys| compartment_name(keys.compartment));
            compared.push(Comparison {
                journal: *journal,
                compartment,
                there,
                here: ours.seq + 1,
                elsewhere,
                standing,
            });
        }
        Ok(compared)
    }

    /// Returns how the server's head compares with ours; nothing if the server has all that we have.
    async fn standing(
        &self,
        token: &str,
        journal: JournalId,
        log: &JournalLog,
        ours: Head,
        there: Option<Head>,
    ) -> Result<Option<Standing>, ClientError> {
        let Some(there) = there else { return Ok(Some(Standing::Lacks)) };
        if there.seq > ours.seq {
            let page = self.env.api.list_records(token, journal, Some(ours.seq), 1).await?;
            let next = page.records.first().and_then(|record| record.parse().ok());
            let follows = next.is_some_and(|header| header.prev == Some(ours.hash));
            return Ok((!follows).then_some(Standing::Diverged));
        }
        Ok(if log.hash_at(there.seq) != Some(there.hash) {
            Some(Standing::Diverged)
        } else if there.seq < ours.seq {
            Some(Standing::Lacks)
        } else {
            None
        })
    }

    fn is_member_in(&self, log: &JournalLog) -> bool {
        log.state.as_ref().is_some_and(|state| state.members.iter().any(|member| member.account == self.account()))
    }

    /// Sends again what the server lacks of a journal, and the files that this device has of it. Cut off at any point, it
    /// goes on where it was when it is called again.
    ///
    /// # Errors
    /// [`ClientError::HistoryDiverged`] if the server goes on with another history; [`ClientError::NotPossible`] if
    /// somebody else has to send first; [`ClientError::KeepsMoving`] if it says so again and again; the server's.
    pub async fn resend(
        &mut self,
        journal: JournalId,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<SentAgain, ClientError> {
        let mut sent = SentAgain::default();
        for _ in 0..TRIES {
            let compared = self.compare_with_server().await?;
            let Some(compared) = compared.into_iter().find(|compared| compared.journal == journal) else {
                return self.resent(journal, sent).await;
            };
            if compared.standing == Standing::Diverged {
                // Looking closer keeps the evidence, and names the record.
                self.state.diverged.remove(&journal);
                self.pull(journal).await?;
                return Err(ClientError::MovedOn);
            }
            match self.send_from(&compared, &mut sent, progress).await {
                // Another member sends it too.
                Err(error) if error.is(ProblemCode::StaleHead) => {}
                done => {
                    self.logged_out_on_refusal(done.map_err(explained))?;
                    return self.resent(journal, sent).await;
                }
            }
        }
        Err(ClientError::KeepsMoving(TRIES))
    }

    /// Notes that the server has all of a journal that this device has seen.
    async fn resent(&mut self, journal: JournalId, sent: SentAgain) -> Result<SentAgain, ClientError> {
        self.state.resending.remove(&journal);
        if self.logs.get(&journal).and_then(JournalLog::head) == self.state.floors.get(&journal).copied() {
            self.state.diverged.remove(&journal);
        }
        self.save_state().await?;
        Ok(sent)
    }

    async fn send_from(
        &mut self,
        compared: &Comparison,
        sent: &mut SentAgain,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), ClientError> {
        let Comparison { journal, there, here, .. } = *compared;
        // A first try may have been cut off after its records and before their files: they are asked for again.
        let from = *self.state.resending.entry(journal).or_insert(there);
        self.save_state().await?;
        let token = self.token()?;
        let there = there.min(here);
        for (first, last, new) in [(from.min(there), there, false), (there, here, true)] {
            let mut next = first;
            while next < last {
                let records = self.logs.get(&journal).map(|log| batch(&log.records, next, last)).unwrap_or_default();
                let Some(end) = records.last().map(SignedRecord::chain_hash) else { return Ok(()) };
                let count = records.len() as u64;
                let Resent { head, missing } = self.env.api.resend(&token, journal, &Append { records }).await?;
                if head.hash != end {
                    let what = "the server says it stored something else than was sent";
                    return Err(ClientError::Untrustworthy(what.into()));
                }
                for id in missing {
                    if self.upload_again(&token, journal, id).await? {
                        sent.files += 1;
                    } else {
                        sent.lost.push(id);
                    }
                }
                next += count;
                sent.records += if new { count } else { 0 };
                progress(next, here);
            }
        }
        Ok(())
    }

    /// Uploads a file that this device has kept. Tells whether it has.
    pub(crate) async fn upload_again(
        &self,
        token: &str,
        journal: JournalId,
        id: AttachmentId,
    ) -> Result<bool, ClientError> {
        let Some((named, epoch)) = self.find_attachment(journal, id) else { return Ok(false) };
        let Some(name) = self.kept_file(&named, epoch).await? else { return Ok(false) };
        self.put_own_file(token, journal, id, &name).await?;
        Ok(true)
    }
}

/// Returns the records from `next` on that go together in one request.
fn batch(records: &[Logged], next: u64, last: u64) -> Vec<SignedRecord> {
    let range = usize::try_from(next).unwrap_or(usize::MAX)..usize::try_from(last).unwrap_or(usize::MAX);
    let mut bytes = 0;
    let fits = |record: &&Logged| {
        let first = bytes == 0;
        bytes += record.signed.header.0.len() + record.signed.body.as_ref().map_or(0, |body| body.0.len());
        first || bytes <= BATCH_BYTES
    };
    let records = records.get(range).unwrap_or_default().iter();
    records.take(limits::RECORDS_PER_APPEND).take_while(fits).map(|logged| logged.signed.clone()).collect()
}

/// Says what a refusal means here.
fn explained(error: ClientError) -> ClientError {
    let detail = if error.is(ProblemCode::NotFound) {
        "the server does not know yet that this journal is yours to read. Its owner has to send it again first"
    } else if error.is(ProblemCode::BodyMismatch) {
        "some of what is missing was withdrawn since, so this device does not have its words. Whoever wrote it has to send \
         it again first"
    } else {
        return error;
    };
    ClientError::NotPossible(detail.into())
}
