//! Judging records with `check`, as every client does, and with what only the server can tell: bodies
//! and attachments are what their headers name, and members' cards are those that the accounts have here.

use std::collections::BTreeMap;

use reverie_protocol::api::Head;
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::check::{JournalState, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::ProblemCode;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::again::{lost as lost_file, may_lack_body};
use super::stored::Uploads;
use super::{Sender, Sent, invalid};
use crate::app::App;
use crate::entity::{account, json_of, member, name_of, past_card, record, stored_count};
use crate::refusal::{ApiError, malformed, refuse};
use crate::writer::{Append, Refused};

/// An append that may be written, and the journal's state after it.
pub(super) struct Judged {
    pub(super) append: Append,
    pub(super) state: JournalState,
}

/// Runs `check` over the records in sequence and prepares what the writer writes.
pub(super) async fn judge(
    app: &App,
    sender: Sender,
    mut state: Option<JournalState>,
    extends: Option<Head>,
    records: &[SignedRecord],
    headers: &[Header],
    uploads: &Uploads,
) -> Result<Judged, ApiError> {
    let again = sender.sent == Sent::Again;
    let day = app.clock.today();
    let mut rows = Vec::with_capacity(records.len());
    let (mut attachments, mut lost) = (Vec::new(), Vec::new());
    let mut withdrawn = Vec::new();
    let mut state_changed = false;
    let mut members_changed = false;
    for record in records {
        let before: Vec<_> = state.iter().flat_map(|state| state.members.clone()).collect();
        let header = check(&mut state, record).map_err(|error| invalid(&error))?;
        if record.body.is_some() || !again || !may_lack_body(&header, sender.account, headers) {
            body_matches(record, &header)?;
        }
        // Of what is sent again the cards may be older, or newer, than those that this server knows.
        if let Some(members) = header.members.as_ref().filter(|_| !again) {
            let new = members.iter().filter(|member| !before.contains(member));
            known_cards(app, new, header.action).await?;
        }
        for named in &header.attachments {
            let fits = uploads.get(&named.id).is_some_and(|row| {
                (again || row.author == sender.account.uuid())
                    && row.sha256 == named.sha256.0
                    && row.size == stored_count(named.size)
            });
            match (fits, again) {
                (true, _) => attachments.push((named.id, header.record)),
                (false, true) => lost.push(lost_file(&header, named, day)),
                (false, false) => return Err(Refused::AttachmentMissing.into()),
            }
        }
        members_changed |= header.members.is_some();
        state_changed |= header.members.is_some() || header.action == Action::Close;
        withdrawn.extend(&header.withdraws);
        rows.push(row(record, &header, day));
    }
    let state = state.ok_or_else(|| malformed("There are no records to append."))?;
    let journal = state.journal;
    let members = members_changed.then(|| state.members.iter().map(|member| member_row(journal, member)).collect());
    let owner = |member: &Member| member.account == sender.account && member.role == MemberRole::Owner;
    let subject = AuditSubject::journal(journal, state.members.iter().any(owner));
    let act = if again { AuditAct::ResendRecords } else { AuditAct::AppendRecords };
    let append = Append {
        journal,
        extends,
        head: Head { seq: state.seq, hash: state.head },
        records: rows,
        state: state_changed.then(|| json_of(&state)),
        members,
        attachments,
        lost,
        withdrawn,
        act: Some(app.act(sender.account, act, subject)),
    };
    Ok(Judged { append, state })
}

fn member_row(journal: JournalId, member: &Member) -> member::Model {
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

/// Accepts members whose cards are those of their accounts here: the server can vouch for no other. A `rekey` may also
/// place a card that was followed by another since: who changed keys twice is led from each card to the next.
async fn known_cards(app: &App, members: impl Iterator<Item = &Member>, action: Action) -> Result<(), ApiError> {
    let members: BTreeMap<Uuid, _> = members.map(|member| (member.account.uuid(), &member.card)).collect();
    let mut cards: Vec<(Uuid, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::Card])
        .filter(account::Column::Id.is_in(members.keys().copied()))
        .into_tuple()
        .all(app.db.read())
        .await?;
    if action == Action::Rekey {
        let past = past_card::Entity::find()
            .select_only()
            .columns([past_card::Column::Account, past_card::Column::Card])
            .filter(past_card::Column::Account.is_in(members.keys().copied()))
            .into_tuple::<(Uuid, String)>()
            .all(app.db.read())
            .await?;
        cards.extend(past);
    }
    let known = cards.iter().filter(|(id, card)| members.get(id).is_some_and(|named| json_of(named) == *card)).count();
    let detail = "A member's key card is not the one that the member's account has here. Fetch it again and retry.";
    if known == members.len() { Ok(()) } else { Err(refuse(ProblemCode::InvalidRecord, detail)) }
}
