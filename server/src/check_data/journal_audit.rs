//! One journal, judged again from its first record, as a client would.

use std::io::{self, Read as _};
use std::path::Path;

use reverie_protocol::bytes::B64;
use reverie_protocol::check::{JournalState, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, SignedRecord};
use reverie_protocol::ids::{AttachmentId, JournalId};
use sea_orm::QuerySelect as _;
use sea_orm::{ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use sha2::{Digest as _, Sha256};

use super::{CheckDataError, Finding, Report};
use crate::attachment_files::{CHUNK, path};
use crate::entity::{attachment, journal, member, name_of, record};

/// Records read at once.
const PAGE: u64 = 100;

struct Audit<'a> {
    place: String,
    report: &'a mut Report,
}

impl Audit<'_> {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.report.findings.push(Finding { place: self.place.clone(), what: what() });
        }
    }

    fn remark(&mut self, what: String) {
        self.report.remarks.push(Finding { place: self.place.clone(), what });
    }
}

/// Judges a journal and returns the attachments whose files have to be there.
pub(super) async fn audit(
    db: &DatabaseConnection,
    files: &Path,
    row: journal::Model,
    report: &mut Report,
) -> Result<Vec<AttachmentId>, CheckDataError> {
    let id = JournalId::from(row.id);
    let mut audit = Audit { place: format!("journal {id}"), report };
    let state = replay(db, &row, &mut audit).await?;
    match &state {
        Some(state) => compare(db, &row, state, &mut audit).await?,
        None => audit.expect(false, || "it has no valid first record".into()),
    }
    attachments(db, files, id, state.as_ref(), &mut audit).await
}

async fn replay(
    db: &DatabaseConnection,
    journal: &journal::Model,
    audit: &mut Audit<'_>,
) -> Result<Option<JournalState>, DbErr> {
    let mut state = None;
    let mut after = -1;
    loop {
        let page = record::Entity::find()
            .filter(record::Column::Journal.eq(journal.id))
            .filter(record::Column::Seq.gt(after))
            .order_by_asc(record::Column::Seq)
            .limit(PAGE)
            .all(db)
            .await?;
        let Some(last) = page.last() else { return Ok(state) };
        after = last.seq;
        for row in page {
            audit.report.records += 1;
            let record =
                SignedRecord { header: B64(row.header), signature: B64(row.signature), body: row.body.map(B64) };
            let seq = row.seq;
            match check(&mut state, &record) {
                Ok(header) => {
                    let stored = row.id == header.record.uuid() && row.author == header.author.uuid();
                    let stored =
                        stored && row.action == name_of(&header.action) && row.chain_hash == record.chain_hash().0;
                    audit.expect(stored, || format!("record {seq} is stored with other columns than its header says"));
                    if header.action == Action::Write && record.body.is_none() && !row.withdrawn {
                        audit.remark(format!("record {seq} was sent again after a restore, without its body"));
                        continue;
                    }
                    audit.expect(body_is_right(&record, &header, row.withdrawn), || {
                        format!("record {seq} has not the body that its header names")
                    });
                }
                Err(error) => {
                    audit.expect(false, || format!("record {seq} is not valid: {error}"));
                    return Ok(state);
                }
            }
        }
    }
}

fn body_is_right(record: &SignedRecord, header: &Header, withdrawn: bool) -> bool {
    match (&header.body, &record.body) {
        (Some(_), None) => withdrawn,
        (Some(named), Some(body)) => {
            !withdrawn && named.sha256 == Hash::of(&body.0) && named.size == body.0.len() as u64
        }
        (None, body) => body.is_none() && !withdrawn,
    }
}

/// Compares what the records say with what is stored beside them.
async fn compare(
    db: &DatabaseConnection,
    row: &journal::Model,
    state: &JournalState,
    audit: &mut Audit<'_>,
) -> Result<(), DbErr> {
    let head = row.head()?;
    audit.expect(head.seq == state.seq && head.hash == state.head, || "its head is not its last record".into());
    let mut stored = row.state()?;
    stored.records.clone_from(&state.records);
    stored.attachments.clone_from(&state.attachments);
    audit.expect(stored == *state, || "its stored state is not what its records say".into());
    let rows = member::Entity::find().filter(member::Column::Journal.eq(row.id)).all(db).await?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.account, row.role)).collect();
    let mut members: Vec<_> =
        state.members.iter().map(|member| (member.account.uuid(), name_of(&member.role))).collect();
    rows.sort();
    members.sort();
    audit.expect(rows == members, || "its stored members are not those of its records".into());
    let withdrawn = state.records.iter().filter(|(_, past)| past.withdrawn).map(|(id, _)| id.uuid());
    let marked: Vec<uuid::Uuid> = record::Entity::find()
        .select_only()
        .column(record::Column::Id)
        .filter(record::Column::Journal.eq(row.id))
        .filter(record::Column::Withdrawn.eq(true))
        .order_by_asc(record::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    audit.expect(withdrawn.eq(marked), || "other records are marked as withdrawn than its records say".into());
    Ok(())
}

async fn attachments(
    db: &DatabaseConnection,
    files: &Path,
    journal: JournalId,
    state: Option<&JournalState>,
    audit: &mut Audit<'_>,
) -> Result<Vec<AttachmentId>, CheckDataError> {
    let rows = attachment::Entity::find()
        .filter(attachment::Column::Journal.eq(journal.uuid()))
        .order_by_asc(attachment::Column::Id)
        .all(db)
        .await?;
    let mut kept = Vec::new();
    for row in rows {
        audit.report.attachments += 1;
        let id = AttachmentId::from(row.id);
        let past = row.record.map(|record| state.and_then(|state| state.records.get(&record.into())));
        audit.expect(past != Some(None), || format!("attachment {id} is named by a record that is not there"));
        if past.flatten().is_some_and(|past| past.withdrawn) {
            continue;
        }
        match digest(&path(files, journal, id)) {
            Ok((sha256, size)) => {
                let right = sha256.0.as_slice() == row.sha256 && i64::try_from(size) == Ok(row.size);
                audit.expect(right, || format!("the file of attachment {id} is damaged"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && row.lost => {
                audit.remark(format!("attachment {id} was not in the backup that this server was restored from"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                audit.expect(false, || format!("the file of attachment {id} is missing"));
            }
            Err(error) => return Err(error.into()),
        }
        kept.push(id);
    }
    for id in state.iter().flat_map(|state| &state.attachments) {
        let known = attachment::Entity::find_by_id((journal.uuid(), id.uuid())).one(db).await?;
        let named = known.is_some_and(|row| row.record.is_some());
        audit.expect(named, || format!("attachment {id} is named by a record and was never stored"));
    }
    Ok(kept)
}

fn digest(path: &Path) -> io::Result<(Hash, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut sha256, mut size, mut buffer) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((Hash(sha256.finalize().into()), size));
        }
        sha256.update(&buffer[..read]);
        size += read as u64;
    }
}
