//! Requests and answers of the HTTP API (`/v1`), one type for both sides.
//!
//! The field documentation is what `openapi.json` says. Requests refuse unknown fields, so that a typing error is
//! named; answers do not, so that a server may say more to newer clients.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{AccountRole, AccountState};
use crate::bytes::B64;
use crate::card::SignedCard;
use crate::erasure::SignedErasure;
use crate::hash::Hash;
use crate::header::{MemberRole, SignedRecord};
use crate::ids::{AccountId, AttachmentId, HandoverId, InvitationId, JournalId, SessionId};
use crate::opaque::KsfParams;
use crate::second_factor::SecondFactorDue;

/// A new invitation. The server learns the hash of the redeem token, never the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct NewInvitation {
    /// The id, derived from the code.
    pub invitation: InvitationId,
    /// What the guest is, or will be.
    pub role: AccountRole,
    /// The handle of the account to be made; absent if the guest has an account already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// SHA-256 of the redeem token.
    pub token_sha256: Hash,
    /// HMAC of the inviter's pairing statement, 32 bytes.
    pub mac: B64,
    /// For how long the invitation can be used, up to 72 hours.
    pub seconds: u32,
}

/// The right to look at an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct InvitationKey {
    /// The id, derived from the code.
    pub invitation: InvitationId,
    /// The redeem token, 32 bytes, derived from the code.
    pub token: B64,
}

/// Who invites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Inviter {
    /// The inviter's account.
    pub account: AccountId,
    /// The inviter's handle.
    pub handle: String,
    /// The inviter's role.
    pub role: AccountRole,
    /// The inviter's card when the invitation was made.
    pub card: SignedCard,
    /// HMAC of the inviter's pairing statement: check it before trusting the card.
    pub mac: B64,
}

/// An invitation, as its guest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct InvitationOffer {
    /// The id.
    pub invitation: InvitationId,
    /// What the guest is invited as.
    pub role: AccountRole,
    /// The handle of the account to be made; absent if the guest needs an account already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Who invites; absent for the first administrator, whom the server's own set-up invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Inviter>,
}

/// An account that exists accepts an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct RedeemInvitation {
    /// The id, derived from the code.
    pub invitation: InvitationId,
    /// The redeem token.
    pub token: B64,
    /// HMAC of the guest's pairing statement, 32 bytes.
    pub mac: B64,
}

/// Who accepted an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Guest {
    /// The guest's account.
    pub account: AccountId,
    /// The guest's handle.
    pub handle: String,
    /// The guest's role.
    pub role: AccountRole,
    /// The guest's card when the invitation was accepted.
    pub card: SignedCard,
    /// HMAC of the guest's pairing statement: check it before trusting the card.
    pub mac: B64,
}

/// An invitation, as its inviter sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Invitation {
    /// The id.
    pub invitation: InvitationId,
    /// What the guest is invited as.
    pub role: AccountRole,
    /// The handle of the account to be made, if one is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Whether it can still be used.
    pub state: InvitationState,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<Guest>,
}

/// First half of joining: the OPAQUE registration request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct RegistrationStart {
    /// The invitation that allows it.
    pub invitation: InvitationId,
    /// Its redeem token.
    pub token: B64,
    /// OPAQUE RegistrationRequest (RFC 9807), 32 bytes.
    pub request: B64,
}

/// The server's part of the OPAQUE registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct RegistrationStarted {
    /// OPAQUE RegistrationResponse, 64 bytes.
    pub response: B64,
    /// The slow-hash parameters to use.
    pub ksf: KsfParams,
}

/// Second half of joining: everything that makes the account, stored in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct RegistrationFinish {
    /// The invitation that allows it; used up by this.
    pub invitation: InvitationId,
    /// Its redeem token.
    pub token: B64,
    /// The new account's id, made by the client.
    pub account: AccountId,
    /// The account's first card.
    pub card: SignedCard,
    /// HMAC of the guest's pairing statement; absent if nobody but the server's set-up invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<B64>,
    /// OPAQUE RegistrationUpload, 192 bytes.
    pub upload: B64,
    /// The slow-hash parameters that were used.
    pub ksf: KsfParams,
    /// SHA-256 of the recovery login token.
    pub recovery_sha256: Hash,
    /// The key bundle, version 1: an age file.
    pub bundle: B64,
}

/// First half of logging in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct SessionStart {
    /// The account's handle.
    pub handle: String,
    /// OPAQUE CredentialRequest, 96 bytes.
    pub request: B64,
}

/// The server's part of the login. An unknown handle gets one too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct SessionStarted {
    /// Names this try; good for one finish within two minutes.
    pub attempt: SessionId,
    /// OPAQUE CredentialResponse, 320 bytes.
    pub response: B64,
    /// The slow-hash parameters to use.
    pub ksf: KsfParams,
}

/// Second half of logging in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct SessionFinish {
    /// The try.
    pub attempt: SessionId,
    /// OPAQUE CredentialFinalization, 64 bytes.
    pub finalization: B64,
}

/// Log in with the recovery code in place of the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct SessionRecover {
    /// The account's handle.
    pub handle: String,
    /// HKDF(recovery code, "reverie/v1/recovery/login"), 32 bytes.
    pub token: B64,
}

/// A session: one device, logged in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct OpenedSession {
    /// Bearer token. Shown once; keep it sealed.
    pub token: String,
    /// The session's id, to revoke it by.
    pub session: SessionId,
    /// The account.
    pub account: Account,
    /// The account's key bundle; absent as long as a second factor is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Bundle>,
    /// What the session has to do before it may do anything else; absent if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactorDue>,
    /// The slow-hash parameters that the server wants by now, if the account's are weaker: register the same password
    /// again with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_ksf: Option<KsfParams>,
}

impl fmt::Debug for OpenedSession {
    /// Says whose session it is, and never the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedSession({} of {})", self.session, self.account.account)
    }
}

/// One login of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Session {
    /// The session's id.
    pub session: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Day of the login (UTC, YYYY-MM-DD).
    pub first_day: String,
    /// Day of the last request (UTC, YYYY-MM-DD).
    pub last_day: String,
}

/// A list of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Sessions {
    /// The account's sessions, oldest first.
    pub sessions: Vec<Session>,
}

/// The key bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Bundle {
    /// Counts up by one with every change.
    pub version: u64,
    /// An age file with one hybrid recipient for each way in.
    pub bundle: B64,
}

/// An account to erase, with every journal that it owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields))]
pub struct EraseAccount {
    /// The account itself.
    pub account: SignedErasure,
    /// Every journal that it owns, each once, in any order.
    pub journals: Vec<SignedErasure>,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct AccountErased {
    /// The day (UTC).
    pub day: String,
    /// Journals.
    pub journals: u64,
    /// Records of these journals, headers and bodies.
    pub records: u64,
    /// Sealed files of these journals.
    pub files: u64,
}

/// A new version of the key bundle, compare-and-set, and what changes with it: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct PutBundle {
    /// The new version: one more than the version that this replaces, unless `replaces` says otherwise.
    pub version: u64,
    /// The key bundle.
    pub bundle: B64,
    /// A new password, in place of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<NewPassword>,
    /// SHA-256 of the login token of a new recovery code, in place of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_sha256: Option<Hash>,
    /// Whether every session but the caller's ends, as after a recovery.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", oai(default))]
    pub end_other_sessions: bool,
    /// The version that this replaces, if it is less than `version - 1`: the server was restored from a backup, and
    /// devices have seen newer versions than it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u64>,
}

impl PutBundle {
    /// Returns a new version of the bundle with which nothing else changes.
    pub const fn new(version: u64, bundle: B64) -> Self {
        Self { version, bundle, password: None, recovery_sha256: None, end_other_sessions: false, replaces: None }
    }
}

/// First half of changing the password: the OPAQUE registration request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct PasswordStart {
    /// OPAQUE RegistrationRequest (RFC 9807), 32 bytes.
    pub request: B64,
}

/// Second half of changing the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct NewPassword {
    /// OPAQUE RegistrationUpload, 192 bytes.
    pub upload: B64,
    /// The slow-hash parameters that were used.
    pub ksf: KsfParams,
}

/// What an old device leaves for a new one. The server learns neither the code nor what is sealed under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct NewHandover {
    /// The id, derived from the code.
    pub handover: HandoverId,
    /// SHA-256 of the token that takes it.
    pub token_sha256: Hash,
    /// What the new device needs beside the password: an age file.
    pub sealed: B64,
}

/// The right to take a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct HandoverKey {
    /// The id, derived from the code.
    pub handover: HandoverId,
    /// The token, 32 bytes, derived from the code.
    pub token: B64,
}

/// A handover that was taken. It is gone from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Handover {
    /// What the old device left: an age file.
    pub sealed: B64,
}

/// New keys: the next card, and the key bundle that holds them, stored together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct PutCard {
    /// The card that follows the account's current one, signed by both keys.
    pub card: SignedCard,
    /// The bundle's new version: one more than the version that this replaces.
    pub version: u64,
    /// The key bundle.
    pub bundle: B64,
}

/// An account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Account {
    /// The id.
    pub account: AccountId,
    /// The handle.
    pub handle: String,
    /// The role.
    pub role: AccountRole,
    /// The current card.
    pub card: SignedCard,
}

/// The public side of an account, for those who are paired or share a journal with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AccountCard {
    /// The id.
    pub account: AccountId,
    /// The handle.
    pub handle: String,
    /// The role.
    pub role: AccountRole,
    /// The current card.
    pub card: SignedCard,
    /// The cards before it, the first one first: each is followed by the next.
    pub earlier: Vec<SignedCard>,
}

/// An account, as the practice's administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AccountEntry {
    /// The id.
    pub account: AccountId,
    /// The handle.
    pub handle: String,
    /// The role.
    pub role: AccountRole,
    /// Whether it may log in.
    pub state: AccountState,
    /// The day it joined (UTC, YYYY-MM-DD).
    pub since_day: String,
}

/// The practice's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Accounts {
    /// All accounts, by handle.
    pub accounts: Vec<AccountEntry>,
}

/// Where a journal's chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Head {
    /// Position of the last record.
    pub seq: u64,
    /// Its chain hash.
    pub hash: Hash,
}

/// What the server says of a member's account. Its word alone: cards prove themselves, states do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct MemberAccount {
    /// The account.
    pub account: AccountId,
    /// Whether it may log in.
    pub state: AccountState,
    /// Fingerprint of the account's current card.
    pub card: Hash,
}

/// A journal that the caller is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct JournalEntry {
    /// The id.
    pub journal: JournalId,
    /// The caller's role in it.
    pub role: MemberRole,
    /// Where its chain is.
    pub head: Head,
    /// The accounts of its members now, the caller's included, by id.
    pub members: Vec<MemberAccount>,
    /// Files that its records name and that the server lost: it was restored from a backup without them. Whoever has one
    /// uploads it.
    pub missing: Vec<AttachmentId>,
}

/// The caller's journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Journals {
    /// By id.
    pub journals: Vec<JournalEntry>,
    /// Invitations of the caller's that nobody has used yet and that still can be used, by id. One that is not among them
    /// is worth asking about.
    #[serde(default)]
    pub open_invitations: Vec<InvitationId>,
}

/// Records to append: all of them or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct Append {
    /// One to 100 records, each following the one before.
    pub records: Vec<SignedRecord>,
}

/// What an append came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Appended {
    /// The last of the appended records.
    pub head: Head,
}

/// What sending records again came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Resent {
    /// The last of the records.
    pub head: Head,
    /// Files that the records name and that the server does not have: whoever has one uploads it.
    pub missing: Vec<AttachmentId>,
}

/// A page of a journal's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct RecordPage {
    /// In order of seq, beginning after the one asked for.
    pub records: Vec<SignedRecord>,
    /// Where the journal is; absent if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Whether there are records after this page.
    pub more: bool,
}

/// What was stored of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct StoredAttachment {
    /// The id.
    pub attachment: AttachmentId,
    /// SHA-256 of the sealed file as received.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
}
/// Whether an invitation can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Nobody used it yet.
    Open,
    /// It was accepted.
    Accepted,
    /// Its time is over.
    Expired,
    /// The inviter took it back.
    Revoked,
}
