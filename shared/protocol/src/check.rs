//! The one validity function of a journal: `check(state after seq-1, record) -> state`.
//!
//! The server runs it on every append and every client on every record it reads, so both judge alike. It decides from
//! signed headers alone; whether bodies open is no concern of the chain.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::card::CardError;
use crate::hash::Hash;
use crate::header::{Action, Header, HeaderError, Member, MemberRole, SignedRecord};
use crate::ids::{AccountId, AttachmentId, JournalId, RecordId};
use crate::limits;
use crate::signed::VerifyingKey;

/// What later records may refer to: one record of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastRecord {
    /// Who made it.
    pub author: AccountId,
    /// What it did.
    pub action: Action,
    /// Whether it was withdrawn since.
    pub withdrawn: bool,
}

/// The state of a journal after a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalState {
    /// Which journal.
    pub journal: JournalId,
    /// The last record's position.
    pub seq: u64,
    /// The last record's chain hash.
    pub head: Hash,
    /// The current epoch.
    pub epoch: u32,
    /// The commitment of each epoch, from epoch 0.
    pub commitments: Vec<Hash>,
    /// The members now.
    pub members: Vec<Member>,
    /// The verifying key of each member, from its verified card.
    pub keys: BTreeMap<AccountId, VerifyingKey>,
    /// Whether the owner closed the journal.
    pub closed: bool,
    /// The past records by id. A server may hold only those that the next header mentions; a client holds all.
    #[serde(skip)]
    pub records: BTreeMap<RecordId, PastRecord>,
    /// Attachments already named by a record; held like `records`.
    #[serde(skip)]
    pub attachments: BTreeSet<AttachmentId>,
}

/// Why a record cannot stand where it is put.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The header itself is not acceptable.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A card in the member list is not acceptable.
    #[error("a member's key card is not valid: {0}")]
    Card(#[from] CardError),
    /// The record belongs to another journal.
    #[error("the record belongs to another journal")]
    WrongJournal,
    /// `seq` or `prev` does not extend the head.
    #[error("the record does not follow the journal's last record")]
    NotNext,
    /// The author is no member, or may not do this.
    #[error("the author may not do this in this journal")]
    NotAllowed,
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
    /// The record id is taken.
    #[error("a record with this id is already in the journal")]
    RecordReused,
    /// The header breaks a rule of its action.
    #[error("the record breaks a rule of its kind: {0}")]
    Rule(&'static str),
}

/// Verifies a record's signature and its place after `state`, moves `state` to what holds after it, and returns the
/// header. On an error `state` is as it was.
///
/// The key is the author's before the record, or the author's own card if the record opens the journal: that this card
/// is the right one is for pairing and pins to tell.
///
/// # Errors
/// [`CheckError`], naming the rule that the record breaks.
pub fn check(state: &mut Option<JournalState>, record: &SignedRecord) -> Result<Header, CheckError> {
    let author = record.claim()?.author;
    let key = match state {
        Some(state) => state.keys.get(&author).copied().ok_or(CheckError::NotAllowed)?,
        None => opening_key(record, author)?,
    };
    let header = record.verify(&key)?;
    let head = record.chain_hash();
    shape(&header)?;
    match state {
        Some(state) => extend(state, &header, head)?,
        None => *state = Some(open(&header, head)?),
    }
    Ok(header)
}

fn opening_key(record: &SignedRecord, author: AccountId) -> Result<VerifyingKey, CheckError> {
    let members = record.parse()?.members.ok_or(CheckError::Rule("a journal starts with open"))?;
    let member = find(&members, author).ok_or(CheckError::NotAllowed)?;
    Ok(member.card.verify()?.verifying_key)
}

/// What a header must look like whatever the journal's state.
fn shape(header: &Header) -> Result<(), CheckError> {
    let action = header.action;
    rule(header.attachments.len() <= limits::ATTACHMENTS_PER_RECORD, "too many attachments")?;
    rule(header.withdraws.len() <= limits::WITHDRAWS_PER_RECORD, "too many records withdrawn at once")?;
    rule(header.members.as_ref().is_none_or(|members| members.len() <= limits::MEMBERS), "too many members")?;
    rule(header.members.is_some() == action.changes_members(), "a membership action lists all members")?;
    let has_body = action.changes_members() || action == Action::Write;
    rule(header.body.is_some() == has_body, "a body belongs to writes and membership actions alone")?;
    rule(header.attachments.is_empty() || action == Action::Write, "attachments belong to writes alone")?;
    rule(header.withdraws.is_empty() == (action != Action::Withdraw), "withdraw names what it withdraws")
}

/// Judges everything first and changes `state` last, so that a refused header changes nothing.
fn extend(state: &mut JournalState, header: &Header, head: Hash) -> Result<(), CheckError> {
    if header.journal != state.journal {
        return Err(CheckError::WrongJournal);
    }
    if Some(header.seq) != state.seq.checked_add(1) || header.prev != Some(state.head) {
        return Err(CheckError::NotNext);
    }
    if state.records.contains_key(&header.record) {
        return Err(CheckError::RecordReused);
    }
    // Withdrawing stays possible for ever: erasing one's words must never wait for somebody else.
    if state.closed && header.action != Action::Withdraw {
        return Err(CheckError::Closed);
    }
    let author = find(&state.members, header.author).ok_or(CheckError::NotAllowed)?;
    let owner_only = header.action.changes_members() || header.action == Action::Close;
    let needs_more = match author.role {
        MemberRole::Owner => false,
        MemberRole::Writer => owner_only,
        MemberRole::Reader => owner_only || header.action == Action::Write,
    };
    if needs_more {
        return Err(CheckError::NotAllowed);
    }
    let new_epoch = starts_epoch(state, header)?;
    match header.action {
        Action::Open => return Err(CheckError::Rule("open stands only at the start")),
        Action::Write => may_name_attachments(state, header)?,
        Action::Withdraw => may_withdraw(state, header)?,
        Action::Close => {}
        Action::Admit | Action::Remove | Action::Rotate | Action::Rekey => {
            let (members, keys) = changed_members(state, header, new_epoch.is_some())?;
            state.members = members;
            state.keys = keys;
        }
    }

    if let Some(commitment) = new_epoch {
        state.epoch = header.epoch;
        state.commitments.push(commitment);
    }
    for id in &header.withdraws {
        if let Some(past) = state.records.get_mut(id) {
            past.withdrawn = true;
        }
    }
    state.attachments.extend(header.attachments.iter().map(|attachment| attachment.id));
    state.closed |= header.action == Action::Close;
    state.seq = header.seq;
    state.head = head;
    state.records.insert(header.record, past(header));
    Ok(())
}

fn open(header: &Header, head: Hash) -> Result<JournalState, CheckError> {
    rule(header.action == Action::Open, "a journal starts with open")?;
    if header.seq != 0 || header.prev.is_some() {
        return Err(CheckError::NotNext);
    }
    rule(header.epoch == 0 && header.epoch_commitment.is_some(), "open starts epoch 0")?;
    let members = header.members.clone().unwrap_or_default();
    let keys = verified_keys(&members)?;
    rule(members.iter().all(|member| member.since_epoch == 0), "the first members read from epoch 0")?;
    let owned = members.iter().any(|member| member.account == header.author && member.role == MemberRole::Owner);
    rule(owned, "whoever opens a journal owns it")?;
    Ok(JournalState {
        journal: header.journal,
        seq: 0,
        head,
        epoch: 0,
        commitments: header.epoch_commitment.into_iter().collect(),
        members,
        keys,
        closed: false,
        records: BTreeMap::from([(header.record, past(header))]),
        attachments: BTreeSet::new(),
    })
}

/// Returns the commitment of the epoch that the header starts, if it starts one.
fn starts_epoch(state: &JournalState, header: &Header) -> Result<Option<Hash>, CheckError> {
    if header.epoch == state.epoch {
        rule(header.epoch_commitment.is_none(), "only a new epoch has a commitment")?;
        let must = matches!(header.action, Action::Remove | Action::Rotate | Action::Rekey);
        rule(!must, "remove, rotate and rekey start an epoch")?;
        return Ok(None);
    }
    let may = matches!(header.action, Action::Admit | Action::Remove | Action::Rotate | Action::Rekey);
    rule(may, "a record belongs to the current epoch")?;
    rule(Some(header.epoch) == state.epoch.checked_add(1), "epochs follow one another")?;
    header.epoch_commitment.map(Some).ok_or(CheckError::Rule("a new epoch has a commitment"))
}

fn may_name_attachments(state: &JournalState, header: &Header) -> Result<(), CheckError> {
    let named: BTreeSet<_> = header.attachments.iter().map(|attachment| attachment.id).collect();
    let once = named.len() == header.attachments.len() && named.is_disjoint(&state.attachments);
    rule(once, "an attachment is named by one record, once")
}

fn may_withdraw(state: &JournalState, header: &Header) -> Result<(), CheckError> {
    let named: BTreeSet<_> = header.withdraws.iter().collect();
    let own = |id| {
        let past: Option<&PastRecord> = state.records.get(id);
        past.is_some_and(|past| past.author == header.author && past.action == Action::Write && !past.withdrawn)
    };
    let each = named.len() == header.withdraws.len() && named.into_iter().all(own);
    rule(each, "withdraw names only its author's own writes, each once")
}

type Keys = BTreeMap<AccountId, VerifyingKey>;

/// Returns the new member list if it differs from the last by exactly the change that the action names.
fn changed_members(state: &JournalState, header: &Header, new_epoch: bool) -> Result<(Vec<Member>, Keys), CheckError> {
    let old = &state.members;
    let new = header.members.clone().unwrap_or_default();
    let keys = verified_keys(&new)?;
    let added: Vec<_> = new.iter().filter(|member| find(old, member.account).is_none()).collect();
    let removed: Vec<_> = old.iter().filter(|member| find(&new, member.account).is_none()).collect();
    let changed: Vec<_> = new
        .iter()
        .filter_map(|member| {
            find(old, member.account).filter(|before| *before != member).map(|before| (before, member))
        })
        .collect();
    match (header.action, added.as_slice(), removed.as_slice(), changed.as_slice()) {
        (Action::Admit, [guest], [], []) => {
            rule(guest.role != MemberRole::Owner, "a journal has one owner")?;
            // All of the past, or from now on: nothing between.
            let since = if new_epoch { header.epoch } else { 0 };
            rule(guest.since_epoch == since, "a new member reads all epochs or from a new one on")?;
        }
        // Never the owner: the new list has one, and nobody in it has changed.
        (Action::Remove, [], [_], []) | (Action::Rotate, [], [], []) => {}
        (Action::Rekey, [], [], [(before, after)]) => {
            after.card.verify_successor_of(&before.card)?;
            let same = before.role == after.role && before.since_epoch == after.since_epoch;
            rule(same, "rekey changes a card and nothing else")?;
        }
        _ => return Err(CheckError::Rule("the member list differs by exactly the change that the action names")),
    }
    Ok((new, keys))
}

/// Returns each member's verifying key, after its card was verified.
fn verified_keys(members: &[Member]) -> Result<Keys, CheckError> {
    let accounts: BTreeSet<_> = members.iter().map(|member| member.account).collect();
    rule(accounts.len() == members.len(), "an account is a member once")?;
    let owners = members.iter().filter(|member| member.role == MemberRole::Owner).count();
    rule(owners == 1, "a journal has one owner")?;
    let mut keys = Keys::new();
    for member in members {
        let card = member.card.verify()?;
        rule(card.account == member.account, "a member's card is the member's own")?;
        keys.insert(member.account, card.verifying_key);
    }
    Ok(keys)
}

fn find(members: &[Member], account: AccountId) -> Option<&Member> {
    members.iter().find(|member| member.account == account)
}

const fn past(header: &Header) -> PastRecord {
    PastRecord { author: header.author, action: header.action, withdrawn: false }
}

const fn rule(holds: bool, otherwise: &'static str) -> Result<(), CheckError> {
    if holds { Ok(()) } else { Err(CheckError::Rule(otherwise)) }
}
