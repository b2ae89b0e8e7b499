//! What somebody did, in plain words: an act of the audit log as a person reads it.

use chrono::NaiveDate;
use reverie_journal::render::clean;
use reverie_journal::{Names, short_id};
use reverie_protocol::audit::{AuditAct, AuditEntry, AuditSubjectKind};
use reverie_protocol::ids::AccountId;

/// Returns what somebody did with a journal, as what follows a name: `read it`.
pub(crate) fn with_it(act: AuditAct) -> &'static str {
    match act {
        AuditAct::FetchRecords => "read it",
        AuditAct::FetchAttachment => "opened a file of it",
        AuditAct::AppendRecords => "wrote to it",
        AuditAct::UploadAttachment => "sent a file to it",
        AuditAct::DeleteAttachment => "took back a file that no entry used",
        AuditAct::ResendRecords => "sent what the server had lost of it again",
        _ => "did something else with it",
    }
}

/// Returns what was done by one's own account, or to it, as what follows `you` or a name.
pub(crate) fn of_account(act: AuditAct, by_oneself: bool) -> &'static str {
    match (act, by_oneself) {
        (AuditAct::Join, _) => "joined",
        (AuditAct::LogIn, _) => "logged in",
        (AuditAct::Recover, _) => "logged in with the recovery kit",
        (AuditAct::EndSession, _) => "logged a device out",
        (AuditAct::AddSecondFactor, _) => "added a second factor",
        (AuditAct::RemoveSecondFactor, _) => "removed a second factor",
        (AuditAct::ReplaceBackupCodes, _) => "made new backup codes",
        (AuditAct::UseBackupCode, _) => "used a backup code",
        (AuditAct::FailSecondFactor, _) => "knew the password, and failed at the second factor",
        (AuditAct::ResetSecondFactor, true) => "took somebody's second factor away",
        (AuditAct::ResetSecondFactor, false) => "took your second factor away",
        (AuditAct::FetchBundle, _) => "fetched your sealed keys",
        (AuditAct::StoreBundle, _) => "stored your sealed keys",
        (AuditAct::FetchCard, true) => "looked up a key card",
        (AuditAct::FetchCard, false) => "looked up your key card",
        (AuditAct::Invite, _) => "made an invitation",
        (AuditAct::RevokeInvitation, _) => "took back an invitation",
        (AuditAct::AcceptInvitation, _) => "accepted an invitation",
        (AuditAct::ListAccounts, _) => "listed the practice's accounts",
        (AuditAct::EraseAccount, _) => "erased the account",
        (AuditAct::ReadAudit, _) => "read the audit log",
        (AuditAct::SuspendAccount, true) => "suspended an account",
        (AuditAct::SuspendAccount, false) => "suspended your account",
        (AuditAct::ReinstateAccount, true) => "let an account log in again",
        (AuditAct::ReinstateAccount, false) => "let your account log in again",
        (AuditAct::DiscloseAccount, true) => "took a copy of all that the server holds about an account",
        (AuditAct::DiscloseAccount, false) => "took a copy of all that the server holds about you",
        _ => "did something else",
    }
}

/// Returns what somebody did, as what follows a name: `read journal 81dd6b77`.
pub(crate) fn in_the_practice(entry: &AuditEntry, names: &Names) -> String {
    let about = entry.subject.map(|subject| match subject.kind {
        AuditSubjectKind::Account => names.of(AccountId::from(subject.id.uuid())),
        _ => short_id(subject.id.uuid()),
    });
    let about = about.unwrap_or_default();
    match entry.act {
        AuditAct::Join => format!("joined with invitation {about}"),
        AuditAct::LogIn => "logged in".into(),
        AuditAct::Recover => "logged in with the recovery kit".into(),
        AuditAct::EndSession => "logged a device out".into(),
        AuditAct::AddSecondFactor => "added a second factor".into(),
        AuditAct::RemoveSecondFactor => "removed a second factor".into(),
        AuditAct::ReplaceBackupCodes => "made new backup codes".into(),
        AuditAct::UseBackupCode => "used a backup code".into(),
        AuditAct::FailSecondFactor => "knew the password, and failed at the second factor".into(),
        AuditAct::ResetSecondFactor => format!("took the second factor of {about} away"),
        AuditAct::FetchBundle => "fetched their own sealed keys".into(),
        AuditAct::StoreBundle => "stored their own sealed keys".into(),
        AuditAct::ChangeKeys => "changed their own keys".into(),
        AuditAct::FetchCard => format!("looked up the key card of {about}"),
        AuditAct::Invite => format!("made invitation {about}"),
        AuditAct::RevokeInvitation => format!("took back invitation {about}"),
        AuditAct::AcceptInvitation => format!("accepted invitation {about}"),
        AuditAct::FetchRecords => format!("read journal {about}"),
        AuditAct::FetchAttachment => format!("opened a file of journal {about}"),
        AuditAct::AppendRecords => format!("wrote to journal {about}"),
        AuditAct::UploadAttachment => format!("sent a file to journal {about}"),
        AuditAct::DeleteAttachment => format!("took back a file of journal {about} that no entry used"),
        AuditAct::ListAccounts => "listed the accounts".into(),
        AuditAct::SuspendAccount => format!("suspended {about}"),
        AuditAct::ReinstateAccount => format!("let {about} log in again"),
        AuditAct::OffBoardAccount => format!("ended the account of {about} for good"),
        AuditAct::EraseAccount => "erased their own account and their journals".into(),
        AuditAct::ReadAudit => "read this log".into(),
        AuditAct::DiscloseAccount => format!("took a copy of all that the server holds about {about}"),
        AuditAct::ResendRecords => format!("sent records of journal {about} again that the server had lost"),
        AuditAct::Restore => "made the server anew from a backup".into(),
    }
}

/// Returns who did it: a name, or whoever runs the server.
pub(crate) fn who(actor: Option<AccountId>, names: &Names) -> String {
    actor.map_or_else(|| "the host".to_owned(), |actor| names.of(actor))
}

/// Returns a day of the server's as people write it: `3 May 2031`.
pub(crate) fn day(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(day) => day.format("%-d %b %Y").to_string(),
        Err(_) => clean(text),
    }
}
