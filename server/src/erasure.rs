//! Erasing an account with every journal that it owns.
//!
//! The invariant: all of it or nothing, and only what its owner signed. Afterwards no table names the account but the audit
//! log and, so that her other devices can be told why, the sessions that ended; and no member of an erased journal can send
//! it again.

use std::collections::BTreeSet;
use std::sync::Arc;

use reverie_protocol::api::{AccountErased, EraseAccount};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::card::SignedCard;
use reverie_protocol::erasure::{Erasure, SignedErasure};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::signed::VerifyingKey;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::app::App;
use crate::audit::Chain;
use crate::caller::Session;
use crate::changes::{Change, Changes};
use crate::clock::day_text;
use crate::entity::{
    account, attachment, erased_journal, from_json, handover, invitation, journal, login_attempt, member, name_of,
    past_card, record,
};
use crate::refusal::{ApiError, malformed, not_found, refuse};
use crate::sessions::{self, Reason};
use crate::{random, second_factor};

/// Erases the caller's account.
pub(crate) async fn erase(app: &App, caller: &Session, wanted: &EraseAccount) -> Result<AccountErased, ApiError> {
    if wanted.journals.len() > limits::JOURNALS_PER_ERASURE {
        return Err(refuse(
            ProblemCode::TooLarge,
            "An account erases up to 1000 journals with itself. Ask the practice.",
        ));
    }
    let id = caller.account;
    // No upload may come between a row and its file.
    let publishing = app.publishing.lock().await;
    let tx = app.db.begin().await?;
    let mut chain = Chain::hold(&tx).await?;
    caller.still_active(&tx).await?;
    let stored = account::Entity::find_by_id(id.uuid()).one(&tx).await?.ok_or_else(|| not_found("account"))?;
    let key = from_json::<SignedCard>(&stored.card)?.verify().map_err(|error| unacceptable(&error))?.verifying_key;
    let journals = verified(&key, id, wanted)?;
    if journals.iter().map(|(journal, _)| *journal).collect::<BTreeSet<_>>() != owned(&tx, id).await? {
        let detail = "These are not the journals that the account owns now. Fetch what is new, then try again.";
        return Err(refuse(ProblemCode::StaleHead, detail));
    }
    let day = app.clock.today();
    let mut erased = AccountErased { day: day_text(day), journals: journals.len() as u64, records: 0, files: 0 };
    let (mut files, mut changes) = (Vec::new(), Vec::new());
    for (journal, signed) in &journals {
        let Some(row) = journal::Entity::find_by_id(journal.uuid()).one(&tx).await? else { continue };
        changes.push(Change { journal: *journal, head: row.head()?, members: Some(Arc::from([])) });
        files.extend(erase_journal(&tx, *journal, signed, day, &mut erased).await?);
    }
    erased.files = files.len() as u64;
    erase_rows(&tx, id, &stored.handle).await?;
    sessions::end(&tx, sessions::of(id.uuid()), Reason::Erased, day).await?;
    let act = app.act(id, AuditAct::EraseAccount, AuditSubject::account(id));
    chain.enter(&mut random::system(), &[act]).await?;
    Changes::tell_with(&tx, &changes).await?;
    tx.commit().await?;

    // What a crash leaves of the files from here on is removed at the next start: no row names them.
    for (journal, file) in files {
        app.files.remove(journal, file).await;
    }
    drop(publishing);
    journals.iter().for_each(|(journal, _)| app.lately.forget(*journal));
    app.changes.tell(&app.db, changes);
    Ok(erased)
}

/// Tells whether a journal was erased by its owner.
pub(crate) async fn is_erased(app: &App, journal: JournalId) -> Result<bool, DbErr> {
    Ok(find(app, journal).await?.is_some())
}

/// Returns what the owner of an erased journal signed.
pub(crate) async fn find(app: &App, journal: JournalId) -> Result<Option<SignedErasure>, DbErr> {
    let row = erased_journal::Entity::find_by_id(journal.uuid()).one(app.db.read()).await?;
    Ok(row.map(|row| SignedErasure { erasure: row.erasure.into(), signature: row.signature.into() }))
}

/// Verifies every statement, and returns the journals that they name.
fn verified<'a>(
    key: &VerifyingKey,
    account: AccountId,
    wanted: &'a EraseAccount,
) -> Result<Vec<(JournalId, &'a SignedErasure)>, ApiError> {
    let verify = |signed: &SignedErasure| signed.verify(key).map_err(|error| unacceptable(&error));
    if verify(&wanted.account)? != Erasure::of_account(account) {
        return Err(malformed("`account` is not the erasure of your account."));
    }
    let mut journals = Vec::with_capacity(wanted.journals.len());
    for signed in &wanted.journals {
        match verify(signed)? {
            Erasure { account: of, journal: Some(journal), .. } if of == account => journals.push((journal, signed)),
            _ => return Err(malformed("One of `journals` is not the erasure of a journal of yours.")),
        }
    }
    let once: BTreeSet<_> = journals.iter().map(|(journal, _)| *journal).collect();
    if once.len() == journals.len() { Ok(journals) } else { Err(malformed("`journals` names each journal once.")) }
}

fn unacceptable(error: &impl std::fmt::Display) -> ApiError {
    refuse(ProblemCode::InvalidCredentials, format!("Nothing was erased: {error}."))
}

async fn owned(tx: &impl ConnectionTrait, account: AccountId) -> Result<BTreeSet<JournalId>, DbErr> {
    let ids: Vec<Uuid> = member::Entity::find()
        .select_only()
        .column(member::Column::Journal)
        .filter(member::Column::Account.eq(account.uuid()))
        .filter(member::Column::Role.eq(name_of(&MemberRole::Owner)))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().map(JournalId::from).collect())
}

/// Erases a journal's rows, and returns its files.
async fn erase_journal(
    tx: &impl ConnectionTrait,
    journal: JournalId,
    signed: &SignedErasure,
    day: i32,
    erased: &mut AccountErased,
) -> Result<Vec<(JournalId, AttachmentId)>, DbErr> {
    let id = journal.uuid();
    let files: Vec<Uuid> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Id)
        .filter(attachment::Column::Journal.eq(id))
        .into_tuple()
        .all(tx)
        .await?;
    attachment::Entity::delete_many().filter(attachment::Column::Journal.eq(id)).exec(tx).await?;
    let records = record::Entity::delete_many().filter(record::Column::Journal.eq(id)).exec(tx).await?;
    erased.records += records.rows_affected;
    member::Entity::delete_many().filter(member::Column::Journal.eq(id)).exec(tx).await?;
    journal::Entity::delete_by_id(id).exec(tx).await?;
    let left = erased_journal::Model {
        journal: id,
        erasure: signed.erasure.0.clone(),
        signature: signed.signature.0.clone(),
        erased_day: day,
    };
    erased_journal::Entity::insert(left.into_active_model()).exec_without_returning(tx).await?;
    Ok(files.into_iter().map(|file| (journal, file.into())).collect())
}

/// Erases the account's own rows. Its sessions are ended apart, so that their devices can be told.
async fn erase_rows(tx: &impl ConnectionTrait, account: AccountId, handle: &str) -> Result<(), DbErr> {
    let id = account.uuid();
    second_factor::forget(tx, account).await?;
    // What it wrote in journals of others stays there, signed; it reads them no more.
    member::Entity::delete_many().filter(member::Column::Account.eq(id)).exec(tx).await?;
    past_card::Entity::delete_many().filter(past_card::Column::Account.eq(id)).exec(tx).await?;
    handover::Entity::delete_many().filter(handover::Column::Account.eq(id)).exec(tx).await?;
    let tries = login_attempt::Column::Account.eq(id).or(login_attempt::Column::Handle.eq(handle));
    login_attempt::Entity::delete_many().filter(tries).exec(tx).await?;
    let invitations = invitation::Column::Inviter.eq(id).or(invitation::Column::Guest.eq(id));
    invitation::Entity::delete_many().filter(invitations).exec(tx).await?;
    account::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
