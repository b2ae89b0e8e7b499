//! What is stored of a journal that an append needs to know. Only a member gets this far.

use std::collections::{BTreeSet, HashMap};

use reverie_protocol::api::Head;
use reverie_protocol::check::{JournalState, PastRecord};
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId, RecordId};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::app::App;
use crate::entity::{attachment, count, from_json, hash, journal, member, named, record};
use crate::refusal::{ApiError, not_found};

/// Values of one IN list.
const VALUES: usize = 5000;

/// Returns the journal's state for a member, nothing if there is no such journal, and 404 for everybody else.
pub(super) async fn load_state(app: &App, author: AccountId, id: JournalId) -> Result<Option<JournalState>, ApiError> {
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
pub(super) async fn already_there(
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
pub(super) type Uploads = HashMap<AttachmentId, attachment::Model>;

/// Loads into `state` the records that the new headers withdraw and the attachments that they name, and returns the uploads.
pub(super) async fn load_past(app: &App, state: &mut JournalState, headers: &[Header]) -> Result<Uploads, ApiError> {
    let db = app.db.read();
    let journal = state.journal.uuid();
    // That a record's own id is new is seen when it is written: the database has each once.
    let mentioned: BTreeSet<Uuid> = headers.iter().flat_map(|header| &header.withdraws).map(RecordId::uuid).collect();
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
