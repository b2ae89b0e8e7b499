//! When a journal has two histories after a restore: taking the server's, and writing one's own again after it.
//!
//! The invariant: a person has said so, and the evidence of both is kept first. Nothing of one's own is lost: it waits in
//! the outbox before the old log goes. Nothing is sealed to anybody who was taken out in what is given up.

use reverie_crypto::{Binding, open_body};
use reverie_protocol::header::Action;
use reverie_protocol::ids::JournalId;

use crate::error::ClientError;
use crate::log::{JournalLog, Logged};
use crate::outbox::{Intent, Outgoing};
use crate::unlocked::Unlocked;

/// What taking the server's history means for a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenTheirs {
    /// Writes and withdrawals of one's own that are made again.
    pub again: usize,
    /// Records of others that are not on the server: each of them makes their own again.
    pub of_others: usize,
}

impl Unlocked {
    /// Takes the server's history of a journal in place of the one that this device has seen, and puts into the outbox what
    /// this account had written or withdrawn where the two part.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if who reads the journal was changed in what would be given up;
    /// [`ClientError::Untrustworthy`] if the server's history does not pass, or is another journal; the server's.
    pub async fn take_theirs(&mut self, journal: JournalId) -> Result<TakenTheirs, ClientError> {
        let token = self.token()?;
        let (theirs, broken) = self.fetch_anew(&token, journal).await?;
        if let Some(what) = broken {
            return Err(ClientError::Untrustworthy(format!("the server's history is not one to take: {what}")));
        }
        let ours = self.logs.get(&journal).ok_or_else(|| ClientError::NotPossible(NOT_HERE.into()))?;
        let common = ours.records.iter().zip(&theirs.records).take_while(|(ours, theirs)| same(ours, theirs)).count();
        if common == 0 {
            return Err(ClientError::Untrustworthy("the server shows another journal under this name".into()));
        }
        let given_up = &ours.records[common..];
        if given_up.iter().any(|logged| !matches!(logged.header.action, Action::Write | Action::Withdraw)) {
            return Err(ClientError::NotPossible(CIRCLE_CHANGED.into()));
        }
        let own = |logged: &&Logged| logged.header.author == self.account();
        let of_others = given_up.iter().filter(|logged| !own(logged)).count();
        let mut intents = Vec::new();
        for logged in given_up.iter().filter(own) {
            intents.extend(self.intent_again(journal, logged).await?);
        }
        let again = intents.len();
        if again > 0 {
            self.put(intents).await?;
        }
        self.replace_log(journal, theirs).await?;
        Ok(TakenTheirs { again, of_others })
    }

    /// Returns the intent that makes a record again, under its own id: made twice, it is there once.
    async fn intent_again(&self, journal: JournalId, logged: &Logged) -> Result<Option<Intent>, ClientError> {
        let record = logged.header.record;
        if logged.header.action == Action::Withdraw {
            let withdraws = logged.header.withdraws.clone();
            return Ok(Some(Intent::Withdraw { journal, record, withdraws, replaced_by: None }));
        }
        // What was withdrawn since has no body, and is not to come back.
        let Ok(body) = logged.body() else { return Ok(None) };
        let keys = self.keys(journal).map(|keys| keys.epochs).unwrap_or_default();
        let binding = Binding { journal, record, author: logged.header.author };
        let opened = keys.get(&logged.header.epoch).and_then(|key| open_body(key, &binding, body).ok());
        let Some(document) = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()) else { return Ok(None) };
        let mut attachments = Vec::new();
        for named in &logged.header.attachments {
            if self.kept_file(named, logged.header.epoch).await?.is_some() {
                attachments.push(Outgoing { named: *named, epoch: logged.header.epoch });
            }
        }
        Ok(Some(Intent::Write { journal, record, document, attachments }))
    }

    async fn replace_log(&mut self, journal: JournalId, mut theirs: JournalLog) -> Result<(), ClientError> {
        self.logs.remove(&journal);
        self.state.floors.remove(&journal);
        self.state.diverged.remove(&journal);
        self.state.resending.remove(&journal);
        // The whole log is kept anew, and the old one goes with it.
        let kept = self.keep(journal, &mut theirs).await;
        self.logs.insert(journal, theirs);
        kept
    }
}

fn same(ours: &Logged, theirs: &Logged) -> bool {
    ours.signed.chain_hash() == theirs.signed.chain_hash()
}

const NOT_HERE: &str = "this device has nothing of that journal";

const CIRCLE_CHANGED: &str = "who reads this journal was changed in what the server lost, and taking its history would undo \
                              that, so nothing was done. What you have stays readable here. Tell your practice";
