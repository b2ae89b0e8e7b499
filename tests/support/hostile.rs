//! A hostile server as a tool: it has everything that the real one has, stands on a device's wire, and lies.
//!
//! Each method is one attack of the threat model, put into words that a test can use. What is not signed anew here, the
//! real server gave: the lies are made of true records, as a real host's would be.

use reverie_client::native::system::randomness;
use reverie_crypto::AccountKeys;
use reverie_protocol::account::AccountState;
use reverie_protocol::api::{AccountCard, Append, Head, Journals, MemberAccount, RecordPage};
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::problem::{Problem, ProblemCode};

use crate::wire::{Answer, Fate, Wire};

/// The server at the other end of a device's wire, as its host might change it.
pub struct Hostile<'a>(pub &'a Wire);

impl Hostile<'_> {
    /// Changes every page of records that the device is given: forging, flipping, dropping, reordering, replaying.
    pub fn changes_records(&self, mut change: impl FnMut(&mut RecordPage) + Send + 'static) {
        self.0.lies(move |asked, answer| {
            if !asked.is_reading() || answer.status != 200 {
                return None;
            }
            let mut page: RecordPage = answer.parse();
            change(&mut page);
            Some(Answer::json(200, &page))
        });
    }

    /// Shows a journal as it was at `head`, and nothing after it: newer records are withheld, older ones rolled back.
    pub fn shows_only_until(&self, journal: JournalId, head: Head) {
        self.0.lies(move |asked, answer| {
            if asked.is("GET", "/v1/journals") {
                let mut journals: Journals = answer.parse();
                journals
                    .journals
                    .iter_mut()
                    .filter(|entry| entry.journal == journal)
                    .for_each(|entry| entry.head = head);
                return Some(Answer::json(200, &journals));
            }
            let of_journal = asked.is_reading() && asked.path.contains(&journal.to_string()) && answer.status == 200;
            let mut page: RecordPage = of_journal.then(|| answer.parse())?;
            page.records.retain(|record| header(record).seq <= head.seq);
            (page.head, page.more) = (Some(head), false);
            Some(Answer::json(200, &page))
        });
    }

    /// Puts the bodies of two records in each other's place: entries, keyrings.
    pub fn swaps_bodies(&self, one: SignedRecord, other: SignedRecord) {
        self.changes_records(move |page| {
            for record in &mut page.records {
                if record.chain_hash() == one.chain_hash() {
                    record.body = other.body.clone();
                } else if record.chain_hash() == other.chain_hash() {
                    record.body = one.body.clone();
                }
            }
        });
    }

    /// Shows a record in place of the one at its seq, always: a fork that is kept up.
    pub fn forks(&self, fork: SignedRecord) {
        let (journal, seq) = (header(&fork).journal, header(&fork).seq);
        self.changes_records(move |page| {
            let here = |record: &&mut SignedRecord| header(record).journal == journal && header(record).seq == seq;
            page.records.iter_mut().filter(here).for_each(|record| *record = fork.clone());
        });
    }

    /// Shows a card of its own making as somebody's.
    pub fn swaps_card(&self, account: AccountId) {
        self.shows_card(account, |account, card| card.card = AccountKeys::make(&mut randomness()).card(account));
    }

    /// Shows somebody's first card again, whatever came after it.
    pub fn rolls_card_back(&self, account: AccountId) {
        self.shows_card(account, |_, card| {
            card.card = card.earlier.first().cloned().unwrap_or_else(|| card.card.clone());
            card.earlier.clear();
        });
    }

    fn shows_card(&self, account: AccountId, change: impl Fn(AccountId, &mut AccountCard) + Send + 'static) {
        let mut shown = None;
        self.0.lies(move |asked, answer| {
            if asked.is("GET", "/v1/journals") {
                // Whatever it is, it is not the known one: the device will ask.
                let mut journals: Journals = answer.parse();
                let members = journals.journals.iter_mut().flat_map(|journal| &mut journal.members);
                let other = reverie_protocol::hash::Hash::of("another card");
                let shown: &Option<AccountCard> = &shown;
                let said = shown.as_ref().map_or(other, |card| card.card.fingerprint());
                members.filter(|member| member.account == account).for_each(|member| member.card = said);
                return Some(Answer::json(200, &journals));
            }
            let asked_for = asked.is("GET", &format!("{account}/card")) && answer.status == 200;
            let mut card: AccountCard = asked_for.then(|| answer.parse())?;
            change(account, &mut card);
            let card = shown.get_or_insert(card);
            Some(Answer::json(200, card))
        });
    }

    /// Says of somebody's account what is not so.
    pub fn says_state(&self, account: AccountId, state: AccountState) {
        self.0.lies(move |asked, answer| {
            let mut journals: Journals = asked.is("GET", "/v1/journals").then(|| answer.parse())?;
            let members = journals.journals.iter_mut().flat_map(|journal| &mut journal.members);
            let theirs = members.filter(|member: &&mut MemberAccount| member.account == account);
            theirs.for_each(|member| member.state = state);
            Some(Answer::json(200, &journals))
        });
    }

    /// Says to every append that the journal has moved on.
    pub fn says_stale_for_ever(&self) {
        self.0.requests(|asked| if asked.is_append() { Fate::Answer(stale()) } else { Fate::Pass });
    }

    /// Says so to the first append to a journal alone: so it gets two signed records for one place.
    pub fn says_stale_once(&self, journal: JournalId) {
        let mut said = false;
        self.0.requests(move |asked| {
            let appends = asked.is_append() && asked.path.contains(&journal.to_string());
            if appends && !std::mem::replace(&mut said, true) { Fate::Answer(stale()) } else { Fate::Pass }
        });
    }

    /// Returns the records that the device sent to a journal, accepted or not, in order.
    pub fn got(&self, journal: JournalId) -> Vec<SignedRecord> {
        self.0.passed(|passed| {
            let appends = passed.iter().filter(|passed| passed.asked.is_append());
            let appends = appends.map(|passed| {
                serde_json::from_slice::<Append>(&passed.asked.body).expect("the device speaks the protocol")
            });
            appends.flat_map(|append| append.records).filter(|record| header(record).journal == journal).collect()
        })
    }
}

/// Returns the refusal of an append that came too late.
pub fn stale() -> Answer {
    Answer::json(409, &Problem::new(ProblemCode::StaleHead, "Another record came first."))
}

/// Returns the header of a record.
pub fn header(record: &SignedRecord) -> Header {
    record.parse().expect("the record is a real one")
}
