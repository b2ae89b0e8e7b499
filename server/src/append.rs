//! Appending to a journal: judge records against the journal's state, then hand them to the writer.
//!
//! The server judges with the same `check` as every client. A stale `seq` or `prev` is told first, since the client's
//! remedy is to build anew; the same records sent again get the same answer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use reverie_protocol::api::Head;
use reverie_protocol::check::{CheckError, JournalState, PastRecord, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId, RecordId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::app::App;
use crate::entity::stored_count;
use crate::entity::{account, attachment, count, from_json, hash, journal, json_of, member, name_of, named, record};
use crate::refusal::{ApiError, malformed, not_found, refuse, stale_head};
use crate::writer::{Append, Refused};

/// Values of one IN list.
const VALUES: usize = 5000;

/// Appends records to a journal, all or none, and returns where the last of them stands.
pub(crate) async fn append(
    app: &App,
    author: AccountId,
    journal: JournalId,
    records: &[SignedRecord],
) -> Result<Head, ApiError> {
    within_limits(records)?;
    let headers = parse(records, author, journal)?;
    let Some(mut state) = load_state(app, author, journal).await? else {
        return open(app, author, journal, records, &headers).await;
    };
    if let Some(head) = already_there(app, journal, records, &headers).await? {
        return Ok(head);
    }
    let head = Head { seq: state.seq, hash: state.head };
    let first = &headers[0];
    if Some(first.seq) != head.seq.checked_add(1) || first.prev != Some(head.hash) {
        return Err(stale_head(Some(head)));
    }
    let uploads = load_past(app, &mut state, &headers).await?;
    let append = judge(app, author, Some(state), Some(head), records, &uploads).await?;
    submit(app, journal, append, records, &headers).await
}

/// Opens a journal that does not exist yet.
async fn open(
    app: &App,
    author: AccountId,
    journal: JournalId,
    records: &[SignedRecord],
    headers: &[Header],
) -> Result<Head, ApiError> {
    if headers[0].action != Action::Open {
        return Err(not_found("journal"));
    }
    let append = judge(app, author, None, None, records, &HashMap::new()).await?;
    submit(app, journal, append, records, headers).await
}

async fn submit(
    app: &App,
    journal: JournalId,
    append: Append,
    records: &[SignedRecord],
    headers: &[Header],
) -> Result<Head, ApiError> {
    let head = append.head;
    match app.writer.append(append).await {
        Ok(()) => Ok(head),
        // The same records may have been written a moment ago, by a try whose answer was lost.
        Err(Refused::StaleHead(now)) => {
            already_there(app, journal, records, headers).await?.ok_or_else(|| stale_head(now))
        }
        Err(refused) => Err(refused.into()),
    }
}

fn within_limits(records: &[SignedRecord]) -> Result<(), ApiError> {
    let too_large = |detail: &str| Err(refuse(ProblemCode::TooLarge, detail));
    if records.is_empty() {
        return Err(malformed("There are no records to append."));
    }
    if records.len() > limits::RECORDS_PER_APPEND {
        return too_large("One append takes up to 100 records. Send them in several appends.");
    }
    if records.iter().any(|record| record.header.0.len() > limits::HEADER_BYTES) {
        return too_large("A record's header is over 256 KiB.");
    }
    if records.iter().any(|record| record.body.as_ref().is_some_and(|body| body.0.len() > limits::BODY_BYTES)) {
        return too_large("A record's sealed body is over 1 MiB. Put large things into attachments.");
    }
    Ok(())
}

/// Parses the headers, which are not believed before `check` has verified them.
fn parse(records: &[SignedRecord], author: AccountId, journal: JournalId) -> Result<Vec<Header>, ApiError> {
    let mut headers = Vec::with_capacity(records.len());
    for record in records {
        // The claim is read first, so that a header of a newer version is told as such.
        record.claim().map_err(|error| invalid(&error.into()))?;
        let header = record.parse().map_err(|error| invalid(&error.into()))?;
        if header.journal != journal {
            return Err(invalid(&CheckError::WrongJournal));
        }
        if header.author != author {
            let detail = "The record names another author than the account that sends it.";
            return Err(refuse(ProblemCode::InvalidRecord, detail));
        }
        headers.push(header);
    }
    Ok(headers)
}

fn invalid(error: &CheckError) -> ApiError {
    let code = match error {
        CheckError::RecordReused => ProblemCode::RecordReused,
        _ => ProblemCode::InvalidRecord,
    };
    let mut detail = error.to_string();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    refuse(code, format!("{detail}. Nothing was stored."))
}

/// Returns the journal's state for a member, nothing if there is no such journal, and 404 for everybody else.
async fn load_state(app: &App, author: AccountId, id: JournalId) -> Result<Option<JournalState>, ApiError> {
    let Some(row) = journal::Entity::find_by_id(id.uuid()).one(app.db.read()).await? else {
        return Ok(None);
    };
    if member::Entity::find_by_id((id.uuid(), author.uuid())).one(app.db.read()).await?.is_none() {
        return Err(not_found("journal"));
    }
    Ok(Some(row.state()?))
}

impl journal::Model {
    /// Returns the journal's state, without its past records and attachments.
    pub(crate) fn state(&self) -> Result<JournalState, DbErr> {
        let mut state: JournalState = from_json(&self.state)?;
        state.seq = count(self.head_seq)?;
        state.head = hash(&self.head_hash)?;
        Ok(state)
    }
}

/// Returns the head that the records were answered with, if they are all in the log already, byte for byte.
async fn already_there(
    app: &App,
    journal: JournalId,
    records: &[SignedRecord],
    headers: &[Header],
) -> Result<Option<Head>, ApiError> {
    let ids = headers.iter().map(|header| header.record.uuid());
    let stored: Vec<(Uuid, Vec<u8>, Vec<u8>)> = record::Entity::find()
        .select_only()
        .columns([record::Column::Id, record::Column::Header, record::Column::Signature])
        .filter(record::Column::Journal.eq(journal.uuid()))
        .filter(record::Column::Id.is_in(ids))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let stored: HashMap<_, _> = stored.into_iter().map(|(id, header, signature)| (id, (header, signature))).collect();
    let same = |(record, header): (&SignedRecord, &Header)| {
        stored
            .get(&header.record.uuid())
            .is_some_and(|(bytes, signature)| *bytes == record.header.0 && *signature == record.signature.0)
    };
    let all = records.iter().zip(headers).all(same);
    let last = records.last().zip(headers.last()).filter(|_| all);
    Ok(last.map(|(record, header)| Head { seq: header.seq, hash: record.chain_hash() }))
}

/// What was uploaded, by id.
type Uploads = HashMap<AttachmentId, attachment::Model>;

/// Loads into `state` the past records and attachments that the new headers mention, and returns the uploads.
async fn load_past(app: &App, state: &mut JournalState, headers: &[Header]) -> Result<Uploads, ApiError> {
    let db = app.db.read();
    let journal = state.journal.uuid();
    let mentioned: BTreeSet<Uuid> =
        headers.iter().flat_map(|header| header.withdraws.iter().chain([&header.record])).map(RecordId::uuid).collect();
    for ids in mentioned.into_iter().collect::<Vec<_>>().chunks(VALUES) {
        let past: Vec<(Uuid, Uuid, String, bool)> = record::Entity::find()
            .select_only()
            .columns([record::Column::Id, record::Column::Author, record::Column::Action, record::Column::Withdrawn])
            .filter(record::Column::Journal.eq(journal))
            .filter(record::Column::Id.is_in(ids.to_vec()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, author, action, withdrawn) in past {
            let past = PastRecord { author: author.into(), action: named(&action)?, withdrawn };
            state.records.insert(id.into(), past);
        }
    }
    let ids: Vec<Uuid> = headers.iter().flat_map(|header| &header.attachments).map(|named| named.id.uuid()).collect();
    let mut uploads = Uploads::new();
    for ids in ids.chunks(VALUES) {
        let rows = attachment::Entity::find()
            .filter(attachment::Column::Journal.eq(journal))
            .filter(attachment::Column::Id.is_in(ids.to_vec()))
            .all(db)
            .await?;
        uploads.extend(rows.into_iter().map(|row| (AttachmentId::from(row.id), row)));
    }
    state.attachments = uploads.iter().filter(|(_, row)| row.record.is_some()).map(|(id, _)| *id).collect();
    Ok(uploads)
}

/// Runs `check` over the records in sequence and prepares what the writer writes.
async fn judge(
    app: &App,
    author: AccountId,
    mut state: Option<JournalState>,
    extends: Option<Head>,
    records: &[SignedRecord],
    uploads: &Uploads,
) -> Result<Append, ApiError> {
    let day = app.clock.today();
    let mut rows = Vec::with_capacity(records.len());
    let mut attachments = Vec::new();
    let mut withdrawn = Vec::new();
    let mut state_changed = false;
    let mut members_changed = false;
    for record in records {
        let before: Vec<_> = state.iter().flat_map(|state| state.members.clone()).collect();
        let header = check(&mut state, record).map_err(|error| invalid(&error))?;
        body_matches(record, &header)?;
        if let Some(members) = &header.members {
            let new = members.iter().filter(|member| !before.contains(member));
            known_cards(app, new).await?;
        }
        for named in &header.attachments {
            let fits = uploads.get(&named.id).is_some_and(|row| {
                row.author == author.uuid() && row.sha256 == named.sha256.0 && row.size == stored_count(named.size)
            });
            if !fits {
                return Err(Refused::AttachmentMissing.into());
            }
            attachments.push((named.id, header.record));
        }
        members_changed |= header.members.is_some();
        state_changed |= header.members.is_some() || header.action == Action::Close;
        withdrawn.extend(&header.withdraws);
        rows.push(row(record, &header, day));
    }
    let state = state.ok_or_else(|| malformed("There are no records to append."))?;
    let journal = state.journal;
    let members = members_changed.then(|| state.members.iter().map(|member| member_row(journal, member)).collect());
    Ok(Append {
        journal,
        extends,
        head: Head { seq: state.seq, hash: state.head },
        records: rows,
        state: state_changed.then(|| json_of(&state)),
        members,
        attachments,
        withdrawn,
    })
}

fn member_row(journal: JournalId, member: &reverie_protocol::header::Member) -> member::Model {
    member::Model { journal: journal.uuid(), account: member.account.uuid(), role: name_of(&member.role) }
}

fn row(record: &SignedRecord, header: &Header, received_day: i32) -> record::Model {
    record::Model {
        journal: header.journal.uuid(),
        seq: stored_count(header.seq),
        id: header.record.uuid(),
        author: header.author.uuid(),
        action: name_of(&header.action),
        header: record.header.0.clone(),
        signature: record.signature.0.clone(),
        body: record.body.as_ref().map(|body| body.0.clone()),
        withdrawn: false,
        chain_hash: record.chain_hash().0.to_vec(),
        received_day,
    }
}

fn body_matches(record: &SignedRecord, header: &Header) -> Result<(), ApiError> {
    let matches = match (&header.body, &record.body) {
        (Some(named), Some(body)) => named.size == body.0.len() as u64 && named.sha256 == Hash::of(&body.0),
        (None, None) => true,
        _ => false,
    };
    let detail =
        "A body does not have the size or SHA-256 that its header names. It may have been cut off; send it again.";
    if matches { Ok(()) } else { Err(refuse(ProblemCode::BodyMismatch, detail)) }
}

/// Accepts members whose cards are those of their accounts here: the server can vouch for no other.
async fn known_cards(
    app: &App,
    members: impl Iterator<Item = &reverie_protocol::header::Member>,
) -> Result<(), ApiError> {
    let members: BTreeMap<Uuid, _> = members.map(|member| (member.account.uuid(), &member.card)).collect();
    let cards: Vec<(Uuid, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::Card])
        .filter(account::Column::Id.is_in(members.keys().copied()))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let known = cards.iter().filter(|(id, card)| members.get(id).is_some_and(|named| json_of(named) == *card)).count();
    let detail = "A member's key card is not the one that the member's account has here. Fetch it again and retry.";
    if known == members.len() { Ok(()) } else { Err(refuse(ProblemCode::InvalidRecord, detail)) }
}
