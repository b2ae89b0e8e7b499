//! The server's audit log: who fetched or changed what, on which day, without content; a hash chain of entries.
//!
//! It is the server's word: nothing here is signed. What the chain adds is that whoever has seen a head notices when an
//! entry before it is changed, left out or put in. Each entry has a digest of its own, and the chain runs over the digests,
//! so that it can be followed by somebody who is not told every entry: what somebody does in a journal of her own, or with
//! her own keys, is told to her alone, since the days on which she writes for herself are nobody's business.

mod chain;

use serde::{Deserialize, Serialize};

pub use self::chain::{AuditCheck, AuditLink, AuditPage, BrokenAudit, next_head};
use crate::bytes::B64;
use crate::hash::Hash;
use crate::ids::{AccountId, InvitationId, JournalId, SessionId, SubjectId};
use crate::signed::{Kind, digest};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $often:ident;)*) => {
        /// What somebody did. Names are never renamed or reused: they are part of what was hashed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
        #[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
        #[serde(rename_all = "snake_case")]
        pub enum AuditAct {
            $($(#[$doc])* $name,)*
        }

        impl AuditAct {
            /// Every act, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name on the wire and in the hashed line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Tells whether the act is entered once a day for each account and subject, and not each time.
            pub const fn is_daily(self) -> bool {
                match self { $(Self::$name => acts!(@$often),)* }
            }
        }
    };
    (@daily) => { true };
    (@each) => { false };
}

acts! {
    /// Joined with an invitation (the subject).
    Join = "join", each;
    /// Logged in with the password; the subject is the session.
    LogIn = "log_in", each;
    /// Logged in with the recovery code; the subject is the session.
    Recover = "recover", each;
    /// Ended a session of its own (the subject).
    EndSession = "end_session", each;
    /// Enrolled a second factor of its own, an authenticator or a passkey.
    AddSecondFactor = "add_second_factor", each;
    /// Removed a second factor of its own.
    RemoveSecondFactor = "remove_second_factor", each;
    /// Replaced its own backup codes.
    ReplaceBackupCodes = "replace_backup_codes", each;
    /// Used one of its own backup codes up.
    UseBackupCode = "use_backup_code", each;
    /// Was past the password or the kit, and then failed at the second factor.
    FailSecondFactor = "fail_second_factor", daily;
    /// Took the second factors away from an account (the subject), which enrols anew.
    ResetSecondFactor = "reset_second_factor", each;
    /// Fetched its own key bundle.
    FetchBundle = "fetch_bundle", daily;
    /// Stored a new version of its own key bundle.
    StoreBundle = "store_bundle", daily;
    /// Gave itself new keys: stored the next card, and the key bundle that holds them.
    ChangeKeys = "change_keys", each;
    /// Fetched the key card of another account (the subject).
    FetchCard = "fetch_card", daily;
    /// Made an invitation (the subject).
    Invite = "invite", each;
    /// Took an invitation back (the subject).
    RevokeInvitation = "revoke_invitation", each;
    /// Accepted an invitation (the subject) with an account that existed.
    AcceptInvitation = "accept_invitation", each;
    /// Was handed records of a journal (the subject).
    FetchRecords = "fetch_records", daily;
    /// Was handed a sealed file of a journal (the subject).
    FetchAttachment = "fetch_attachment", daily;
    /// Appended records to a journal (the subject): wrote, withdrew, changed its members.
    AppendRecords = "append_records", daily;
    /// Uploaded a sealed file to a journal (the subject).
    UploadAttachment = "upload_attachment", daily;
    /// Deleted a sealed file of a journal (the subject) that no record named.
    DeleteAttachment = "delete_attachment", daily;
    /// Listed the practice's accounts.
    ListAccounts = "list_accounts", daily;
    /// Suspended an account (the subject).
    SuspendAccount = "suspend_account", each;
    /// Let a suspended account (the subject) log in again.
    ReinstateAccount = "reinstate_account", each;
    /// Ended an account (the subject) for good.
    OffBoardAccount = "off_board_account", each;
    /// Erased its own account (the subject) and every journal that it owned.
    EraseAccount = "erase_account", each;
    /// Was handed entries of the audit log.
    ReadAudit = "read_audit", daily;
    /// Was handed all that the server holds about an account (the subject).
    DiscloseAccount = "disclose_account", daily;
    /// Sent records of a journal (the subject) again that the server had lost.
    ResendRecords = "resend_records", daily;
    /// Made the server anew from a backup: nothing that came after the backup is there.
    Restore = "restore", each;
}

/// What kind of thing an act was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum AuditSubjectKind {
    /// An account.
    Account,
    /// A session.
    Session,
    /// An invitation.
    Invitation,
    /// A journal whose owner is somebody else than the actor.
    Journal,
    /// A journal whose owner is the actor. Such an entry is told to that owner alone.
    OwnJournal,
    /// The actor's own keys. Such an entry is told to the actor alone: keys are stored whenever something was written.
    OwnKeys,
}

impl AuditSubjectKind {
    /// Returns the name on the wire and in the hashed line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Session => "session",
            Self::Invitation => "invitation",
            Self::Journal => "journal",
            Self::OwnJournal => "own_journal",
            Self::OwnKeys => "own_keys",
        }
    }

    /// Tells whether an entry about it is told to the actor alone.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::OwnJournal | Self::OwnKeys)
    }
}

/// What an act was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AuditSubject {
    /// What kind of thing it is.
    pub kind: AuditSubjectKind,
    /// Its id.
    pub id: SubjectId,
}

impl AuditSubject {
    /// Returns an account as a subject.
    pub const fn account(id: AccountId) -> Self {
        Self { kind: AuditSubjectKind::Account, id: SubjectId::from_bytes(*id.as_bytes()) }
    }

    /// Returns an account's keys as what that account's act is about.
    pub const fn own_keys(id: AccountId) -> Self {
        Self { kind: AuditSubjectKind::OwnKeys, ..Self::account(id) }
    }

    /// Returns a session as a subject.
    pub const fn session(id: SessionId) -> Self {
        Self { kind: AuditSubjectKind::Session, id: SubjectId::from_bytes(*id.as_bytes()) }
    }

    /// Returns an invitation as a subject.
    pub const fn invitation(id: InvitationId) -> Self {
        Self { kind: AuditSubjectKind::Invitation, id: SubjectId::from_bytes(*id.as_bytes()) }
    }

    /// Returns a journal as a subject; `own` says whether the actor owns it.
    pub const fn journal(id: JournalId, own: bool) -> Self {
        let kind = if own { AuditSubjectKind::OwnJournal } else { AuditSubjectKind::Journal };
        Self { kind, id: SubjectId::from_bytes(*id.as_bytes()) }
    }
}

/// Somebody did something on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AuditEntry {
    /// The server's day (UTC, YYYY-MM-DD).
    pub day: String,
    /// Who; absent for whoever runs the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// What.
    pub act: AuditAct,
    /// About what; absent if the act is about the practice as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<AuditSubject>,
    /// 16 random bytes: without them a digest could be compared with guesses.
    pub salt: B64,
}

impl AuditEntry {
    /// Returns the line that is hashed: `day actor act kind subject salt`, with `-` for what is absent and the salt in
    /// hexadecimal.
    pub fn line(&self) -> String {
        let actor = self.actor.map_or_else(|| "-".to_owned(), |actor| actor.to_string());
        let subject =
            self.subject.map_or_else(|| "- -".to_owned(), |about| format!("{} {}", about.kind.name(), about.id));
        format!("{} {actor} {} {subject} {}", self.day, self.act.name(), hex::encode(&self.salt.0))
    }

    /// Returns `SHA-256(encode(audit-entry, line))`.
    pub fn digest(&self) -> Hash {
        digest(Kind::AuditEntry, self.line().as_bytes())
    }
}

/// What somebody did with a journal or an account on a day. Its place in the audit log is not told: the gaps would tell how much others
/// do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AccessEntry {
    /// The server's day (UTC, YYYY-MM-DD).
    pub day: String,
    /// Who; absent for whoever runs the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// What the practice calls that account, if it is there still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// What.
    pub act: AuditAct,
}

/// A page of the access log of a journal, or of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AccessLog {
    /// In the order in which they were entered, without as many as were to be skipped.
    pub entries: Vec<AccessEntry>,
    /// Whether there are entries after this page.
    pub more: bool,
}
