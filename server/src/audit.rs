//! The audit log: who fetched or changed what, on which day. Never content, never a time of day.
//!
//! An entry is on disk before the answer that it is about. What happens often is entered once a day for each account and
//! subject, and what was entered today is remembered, so that appending and reading stay as quick as they were.

mod chain;
mod today;

use reverie_protocol::audit::{AuditAct, AuditEntry, AuditLink, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::{AccountId, SubjectId};
use sea_orm::DbErr;

pub(crate) use self::chain::Chain;
pub(crate) use self::today::Today;
use crate::app::App;
use crate::clock::day_text;
use crate::entity::{audit, count, hash, named};
use crate::refusal::ApiError;

/// Something that somebody did, before it has its place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Act {
    pub(crate) day: i32,
    /// Absent for whoever runs the server.
    pub(crate) actor: Option<AccountId>,
    pub(crate) act: AuditAct,
    pub(crate) subject: Option<AuditSubject>,
}

impl App {
    /// Returns what an account does now, to be entered.
    pub(crate) fn act(&self, actor: AccountId, act: AuditAct, subject: impl Into<Option<AuditSubject>>) -> Act {
        Act { day: self.clock.today(), actor: Some(actor), act, subject: subject.into() }
    }

    /// Enters what is done once a day for each account and subject, and returns when it is on disk.
    pub(crate) async fn enter_today(&self, act: Act) -> Result<(), ApiError> {
        if !self.entered.holds(&act) {
            self.writer.enter(act).await?;
            self.entered.note(act);
        }
        Ok(())
    }
}

impl audit::Model {
    /// Returns the entry as it is told and hashed.
    pub(crate) fn entry(&self) -> Result<AuditEntry, DbErr> {
        let subject = match (&self.subject_kind, self.subject) {
            (Some(kind), Some(id)) => Some(AuditSubject { kind: named(kind)?, id: SubjectId::from(id) }),
            _ => None,
        };
        let (day, salt) = (day_text(self.day), B64(self.salt.clone()));
        Ok(AuditEntry { day, actor: self.actor.map(Into::into), act: named(&self.act)?, subject, salt })
    }

    /// Returns the entry with its place in the chain.
    pub(crate) fn link(&self) -> Result<AuditLink, DbErr> {
        let entry = self.entry()?;
        let (digest, hash) = (entry.digest(), hash(&self.hash)?);
        Ok(AuditLink { seq: count(self.seq)?, digest, hash, entry: Some(entry) })
    }
}
