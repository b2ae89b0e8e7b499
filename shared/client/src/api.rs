//! The server's API (`/v1`), one method for each operation, in the protocol's types.
//!
//! The invariant: whatever happens is the answer, a refusal with its code, no answer, or something that no Reverie
//! server says; and nothing larger than the protocol's limits allow is ever held in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use futures_util::{StreamExt as _, TryStreamExt as _, future};
use reverie_protocol::api::*;
use reverie_protocol::audit::{AccessLog, AuditPage};
use reverie_protocol::disclosure::{DisclosurePage, DisclosurePlace};
use reverie_protocol::erasure::SignedErasure;
use reverie_protocol::ids::{AccountId, AttachmentId, FactorId, InvitationId, JournalId, SessionId};
use reverie_protocol::limits;
use reverie_protocol::passkey::{ConfirmPasskey, PasskeyOptions};
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_protocol::second_factor::{
    ConfirmAuthenticator, NewAuthenticator, NewBackupCodes, SecondFactors, ShownSecondFactor,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::ChangeStream;
use crate::error::ClientError;
use crate::http::Method::{Delete, Get, Post, Put};
use crate::http::{Body, ByteStream, Http, HttpError, Method, Request, Response};

#[cfg(test)]
#[cfg(feature = "native")]
mod tests;

/// Bytes of an answer that is not a page of records. The largest holds a bundle; it fits as the request did.
const ANSWER_BYTES: u64 = limits::REQUEST_BYTES as u64;
/// Bytes of a refusal.
const PROBLEM_BYTES: u64 = 64 * 1024;

const BROKE_OFF: &str = "went away in the middle of its answer";

/// Why an operation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The server could not be asked, or its answer did not arrive whole. It may have done what it was asked.
    #[error("{0}")]
    Offline(HttpError),
    /// The server said no; the code says why.
    #[error("{}", refused_text(.0))]
    Refused(Box<Problem>),
    /// Something answered that does not speak this protocol.
    #[error("this does not look like a Reverie server, or it is newer than this program: {what} (status {status})")]
    Strange {
        /// The HTTP status.
        status: u16,
        /// What is strange about it; never any of the answer's own words.
        what: String,
    },
}

/// Returns what the server said, for a person. Where its own words say all that the title does, they stand alone: of an invitation that was
/// taken back, the title says that it was used.
fn refused_text(problem: &Problem) -> String {
    match problem.code {
        ProblemCode::InvitationUsed | ProblemCode::InvitationExpired => problem.detail.clone(),
        // The server speaks to programs here.
        ProblemCode::VersionConflict => ClientError::Behind.to_string(),
        _ => format!("{}: {}", problem.title, problem.detail),
    }
}

/// One server's API. Every method fails with [`ApiError`]; those that take a `token` need a session.
#[derive(Clone)]
pub struct Api {
    http: Arc<dyn Http>,
    /// The second at which the server answered last, by its own clock; 0 before it said so.
    answered_at: Arc<AtomicI64>,
}

impl Api {
    /// Returns the API of the server that `http` reaches.
    pub fn new(http: Arc<dyn Http>) -> Self {
        Self { http, answered_at: Arc::default() }
    }

    /// Returns the server's address, for messages.
    pub fn server(&self) -> String {
        self.http.server()
    }

    /// Returns the time of the last answer by the server's clock, if it tells. It is good for messages, and for nothing that
    /// is decided.
    pub fn answered_at(&self) -> Option<i64> {
        Some(self.answered_at.load(Ordering::Relaxed)).filter(|second| *second > 0)
    }

    /// Makes an invitation.
    pub async fn create_invitation(&self, token: &str, new: &NewInvitation) -> Result<Invitation, ApiError> {
        self.ask(Post, "/v1/invitations", Some(token), json(new)).await
    }

    /// Returns an invitation of the caller's own, with its guest once there is one.
    pub async fn get_invitation(&self, token: &str, invitation: InvitationId) -> Result<Invitation, ApiError> {
        self.ask(Get, &format!("/v1/invitations/{invitation}"), Some(token), Body::Empty).await
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(&self, token: &str, invitation: InvitationId) -> Result<(), ApiError> {
        self.tell(Delete, &format!("/v1/invitations/{invitation}"), token, Body::Empty).await
    }

    /// Returns what an invitation offers, to whoever has its code.
    pub async fn read_invitation(&self, key: &InvitationKey) -> Result<InvitationOffer, ApiError> {
        self.ask(Post, "/v1/invitations/read", None, json(key)).await
    }

    /// Accepts an invitation as an account that exists.
    pub async fn redeem_invitation(&self, token: &str, redeem: &RedeemInvitation) -> Result<(), ApiError> {
        self.tell(Post, "/v1/invitations/redeem", token, json(redeem)).await
    }

    /// Begins to join.
    pub async fn start_registration(&self, start: &RegistrationStart) -> Result<RegistrationStarted, ApiError> {
        self.ask(Post, "/v1/registration/start", None, json(start)).await
    }

    /// Joins: makes the account and its first session.
    pub async fn finish_registration(&self, finish: &RegistrationFinish) -> Result<OpenedSession, ApiError> {
        self.ask(Post, "/v1/registration/finish", None, json(finish)).await
    }

    /// Begins to log in.
    pub async fn start_session(&self, start: &SessionStart) -> Result<SessionStarted, ApiError> {
        self.ask(Post, "/v1/sessions/start", None, json(start)).await
    }

    /// Logs in.
    pub async fn finish_session(&self, finish: &SessionFinish) -> Result<OpenedSession, ApiError> {
        self.ask(Post, "/v1/sessions/finish", None, json(finish)).await
    }

    /// Logs in with the recovery code.
    pub async fn recover_session(&self, recover: &SessionRecover) -> Result<OpenedSession, ApiError> {
        self.ask(Post, "/v1/sessions/recover", None, json(recover)).await
    }

    /// Lists the account's sessions.
    pub async fn list_sessions(&self, token: &str) -> Result<Sessions, ApiError> {
        self.ask(Get, "/v1/sessions", Some(token), Body::Empty).await
    }

    /// Ends a session of the account: its token is worth nothing afterwards.
    pub async fn end_session(&self, token: &str, session: SessionId) -> Result<(), ApiError> {
        self.tell(Delete, &format!("/v1/sessions/{session}"), token, Body::Empty).await
    }

    /// Ends every session of the account but the caller's.
    pub async fn end_other_sessions(&self, token: &str) -> Result<(), ApiError> {
        self.tell(Delete, "/v1/sessions", token, Body::Empty).await
    }

    /// Leaves something sealed for a new device.
    pub async fn leave_handover(&self, token: &str, new: &NewHandover) -> Result<(), ApiError> {
        self.tell(Post, "/v1/handovers", token, json(new)).await
    }

    /// Takes what an old device left; it is gone afterwards.
    pub async fn take_handover(&self, key: &HandoverKey) -> Result<Handover, ApiError> {
        self.ask(Post, "/v1/handovers/take", None, json(key)).await
    }

    /// Lists the account's second factors, and tells what the session lacks.
    pub async fn list_second_factors(&self, token: &str) -> Result<SecondFactors, ApiError> {
        self.ask(Get, "/v1/second-factor", Some(token), Body::Empty).await
    }

    /// Shows the account's second factor.
    pub async fn show_second_factor(&self, token: &str, shown: &ShownSecondFactor) -> Result<(), ApiError> {
        self.tell(Post, "/v1/second-factor/show", token, json(shown)).await
    }

    /// Begins to enrol an authenticator.
    pub async fn begin_authenticator(&self, token: &str) -> Result<NewAuthenticator, ApiError> {
        self.ask(Post, "/v1/second-factor/authenticator", Some(token), Body::Empty).await
    }

    /// Confirms the authenticator that was begun, by its first code.
    pub async fn confirm_authenticator(&self, token: &str, confirm: &ConfirmAuthenticator) -> Result<(), ApiError> {
        self.tell(Post, "/v1/second-factor/authenticator/confirm", token, json(confirm)).await
    }

    /// Begins to enrol a passkey.
    pub async fn begin_passkey(&self, token: &str) -> Result<PasskeyOptions, ApiError> {
        self.ask(Post, "/v1/second-factor/passkey", Some(token), Body::Empty).await
    }

    /// Confirms the passkey that a browser made.
    pub async fn confirm_passkey(&self, token: &str, confirm: &ConfirmPasskey) -> Result<(), ApiError> {
        self.tell(Post, "/v1/second-factor/passkey/confirm", token, json(confirm)).await
    }

    /// Asks for a passkey of the account.
    pub async fn ask_passkey(&self, token: &str) -> Result<PasskeyOptions, ApiError> {
        self.ask(Post, "/v1/second-factor/passkey/ask", Some(token), Body::Empty).await
    }

    /// Stores the hashes of new backup codes.
    pub async fn replace_backup_codes(&self, token: &str, new: &NewBackupCodes) -> Result<(), ApiError> {
        self.tell(Put, "/v1/second-factor/backup-codes", token, json(new)).await
    }

    /// Removes a second factor.
    pub async fn remove_second_factor(&self, token: &str, factor: FactorId) -> Result<(), ApiError> {
        self.tell(Delete, &format!("/v1/second-factor/{factor}"), token, Body::Empty).await
    }

    /// Takes an account's second factors away, as the practice's administrator.
    pub async fn reset_second_factor(&self, token: &str, account: AccountId) -> Result<(), ApiError> {
        self.tell(Post, &format!("/v1/admin/accounts/{account}/reset-second-factor"), token, Body::Empty).await
    }

    /// Begins to change the password.
    pub async fn start_password(&self, token: &str, start: &PasswordStart) -> Result<RegistrationStarted, ApiError> {
        self.ask(Post, "/v1/accounts/me/credentials/start", Some(token), json(start)).await
    }

    /// Returns the caller's account.
    pub async fn get_account(&self, token: &str) -> Result<Account, ApiError> {
        self.ask(Get, "/v1/accounts/me", Some(token), Body::Empty).await
    }

    /// Returns the account's key bundle.
    pub async fn get_bundle(&self, token: &str) -> Result<Bundle, ApiError> {
        self.ask(Get, "/v1/accounts/me/credentials", Some(token), Body::Empty).await
    }

    /// Replaces the key bundle of the version before this one, and what changes with it.
    pub async fn put_bundle(&self, token: &str, bundle: &PutBundle) -> Result<(), ApiError> {
        self.tell(Put, "/v1/accounts/me/credentials", token, json(bundle)).await
    }

    /// Stores the card of new keys, and the bundle that holds them.
    pub async fn put_card(&self, token: &str, put: &PutCard) -> Result<(), ApiError> {
        self.tell(Put, "/v1/accounts/me/card", token, json(put)).await
    }

    /// Erases the account, with every journal that it owns.
    pub async fn erase_account(&self, token: &str, wanted: &EraseAccount) -> Result<AccountErased, ApiError> {
        self.ask(Post, "/v1/accounts/me/erase", Some(token), json(wanted)).await
    }

    /// Returns what the owner of an erased journal signed.
    pub async fn get_erasure(&self, token: &str, journal: JournalId) -> Result<SignedErasure, ApiError> {
        self.ask(Get, &format!("/v1/journals/{journal}/erasure"), Some(token), Body::Empty).await
    }

    /// Returns the cards of an account that is paired or shares a journal with the caller.
    pub async fn get_card(&self, token: &str, account: AccountId) -> Result<AccountCard, ApiError> {
        self.ask(Get, &format!("/v1/accounts/{account}/card"), Some(token), Body::Empty).await
    }

    /// Lists the journals that the caller is a member of.
    pub async fn list_journals(&self, token: &str) -> Result<Journals, ApiError> {
        self.ask(Get, "/v1/journals", Some(token), Body::Empty).await
    }

    /// Appends records to a journal, all or none. After [`ApiError::Offline`] they may be there all the same.
    pub async fn append(&self, token: &str, journal: JournalId, append: &Append) -> Result<Appended, ApiError> {
        self.ask(Post, &format!("/v1/journals/{journal}/records"), Some(token), json(append)).await
    }

    /// Sends records again that the server lost, whoever wrote them, all or none. Sending the same once more is harmless.
    pub async fn resend(&self, token: &str, journal: JournalId, append: &Append) -> Result<Resent, ApiError> {
        self.ask(Post, &format!("/v1/journals/{journal}/resend"), Some(token), json(append)).await
    }

    /// Lists up to `limit` records after position `after`, or from the first on.
    pub async fn list_records(
        &self,
        token: &str,
        journal: JournalId,
        after: Option<u64>,
        limit: u64,
    ) -> Result<RecordPage, ApiError> {
        let path = format!("/v1/journals/{journal}/records?{}limit={limit}", after_query(after));
        let response = self.send(Get, &path, Some(token), Body::Empty).await?;
        self.read(response, page_bytes(limit)).await
    }

    /// Uploads a sealed attachment of `size` bytes.
    pub async fn put_attachment(
        &self,
        token: &str,
        journal: JournalId,
        attachment: AttachmentId,
        stream: ByteStream,
        size: u64,
    ) -> Result<StoredAttachment, ApiError> {
        self.ask(Put, &attachment_path(journal, attachment), Some(token), Body::Stream(stream, size)).await
    }

    /// Returns a sealed attachment as it arrives. Whoever reads it compares size and hash with the record's.
    pub async fn get_attachment(
        &self,
        token: &str,
        journal: JournalId,
        attachment: AttachmentId,
    ) -> Result<ByteStream, ApiError> {
        self.download(token, &attachment_path(journal, attachment)).await
    }

    async fn download(&self, token: &str, path: &str) -> Result<ByteStream, ApiError> {
        let response = self.send(Get, path, Some(token), Body::Empty).await?;
        let server = self.server();
        let within = response.body.scan(0, move |total: &mut u64, chunk| {
            *total += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
            future::ready(Some(match chunk {
                Ok(_) if *total > limits::ATTACHMENT_BYTES => {
                    Err(HttpError(format!("the server at {server} sent more than an attachment may hold")))
                }
                Ok(bytes) => Ok(bytes),
                Err(error) => Err(named(&server, BROKE_OFF, &error)),
            }))
        });
        Ok(within.boxed())
    }

    /// Follows what happens to the caller's journals, from the event `last` on.
    pub async fn changes(&self, token: &str, last: Option<&str>) -> Result<ChangeStream, ApiError> {
        let (method, path, token) = (Get, "/v1/changes".into(), Some(token.into()));
        let request = Request { method, path, token, last_event: last.map(Into::into), body: Body::Empty };
        let response = self.exchange(request).await?;
        if response.content_type != "text/event-stream" {
            let what = "it does not tell of changes as they happen".into();
            return Err(ApiError::Strange { status: response.status, what });
        }
        let server = self.server();
        Ok(ChangeStream::new(response.body.map_err(move |error| named(&server, "went away", &error)).boxed()))
    }

    /// Deletes an attachment that no record names.
    pub async fn delete_attachment(
        &self,
        token: &str,
        journal: JournalId,
        attachment: AttachmentId,
    ) -> Result<(), ApiError> {
        self.tell(Delete, &attachment_path(journal, attachment), token, Body::Empty).await
    }

    /// Lists the practice's accounts, for its administrator.
    pub async fn list_accounts(&self, token: &str) -> Result<Accounts, ApiError> {
        self.ask(Get, "/v1/admin/accounts", Some(token), Body::Empty).await
    }

    /// Suspends an account, as the practice's administrator: its sessions end at once.
    pub async fn suspend_account(&self, token: &str, account: AccountId) -> Result<(), ApiError> {
        self.tell(Post, &format!("/v1/admin/accounts/{account}/suspend"), token, Body::Empty).await
    }

    /// Lets a suspended account log in again, as the practice's administrator.
    pub async fn reinstate_account(&self, token: &str, account: AccountId) -> Result<(), ApiError> {
        self.tell(Post, &format!("/v1/admin/accounts/{account}/reinstate"), token, Body::Empty).await
    }

    /// Returns who fetched or changed a journal, without the first `skip` entries.
    pub async fn get_access_log(&self, token: &str, journal: JournalId, skip: usize) -> Result<AccessLog, ApiError> {
        let path = format!("/v1/journals/{journal}/access-log?skip={skip}");
        self.ask(Get, &path, Some(token), Body::Empty).await
    }

    /// Returns what was done by the caller's account and to it, without the first `skip` entries.
    pub async fn get_own_access_log(&self, token: &str, skip: usize) -> Result<AccessLog, ApiError> {
        self.ask(Get, &format!("/v1/accounts/me/access-log?skip={skip}"), Some(token), Body::Empty).await
    }

    /// Returns up to `limit` entries of the audit log after `after`, for the practice's administrator.
    pub async fn get_audit_log(&self, token: &str, after: Option<u64>, limit: u64) -> Result<AuditPage, ApiError> {
        let path = format!("/v1/admin/audit?{}limit={limit}", after_query(after));
        self.ask(Get, &path, Some(token), Body::Empty).await
    }

    /// Returns a page of what the server holds about an account, for the practice's administrator.
    pub async fn disclose_account(
        &self,
        token: &str,
        account: AccountId,
        place: Option<&DisclosurePlace>,
    ) -> Result<DisclosurePage, ApiError> {
        let place = place.filter(|place| place.table.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        let place = place.map(|place| format!("?table={}&skip={}", place.table, place.skip)).unwrap_or_default();
        let path = format!("/v1/admin/accounts/{account}/disclosure{place}");
        let response = self.send(Get, &path, Some(token), Body::Empty).await?;
        self.read(response, page_bytes(1)).await
    }

    /// Returns a sealed file of an account, for the practice's administrator.
    pub async fn disclose_attachment(
        &self,
        token: &str,
        account: AccountId,
        journal: JournalId,
        attachment: AttachmentId,
    ) -> Result<ByteStream, ApiError> {
        let path = format!("/v1/admin/accounts/{account}/disclosure/{journal}/{attachment}");
        self.download(token, &path).await
    }

    /// Ends an account for good, as the practice's administrator.
    pub async fn off_board_account(&self, token: &str, account: AccountId) -> Result<(), ApiError> {
        self.tell(Post, &format!("/v1/admin/accounts/{account}/off-board"), token, Body::Empty).await
    }

    /// Sends a request whose answer matters.
    async fn ask<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Body,
    ) -> Result<A, ApiError> {
        let response = self.send(method, path, token, body).await?;
        self.read(response, ANSWER_BYTES).await
    }

    /// Sends a request of which only the success matters.
    async fn tell(&self, method: Method, path: &str, token: &str, body: Body) -> Result<(), ApiError> {
        self.send(method, path, Some(token), body).await.map(drop)
    }

    async fn send(&self, method: Method, path: &str, token: Option<&str>, body: Body) -> Result<Response, ApiError> {
        self.exchange(Request { method, path: path.into(), token: token.map(Into::into), last_event: None, body }).await
    }

    async fn exchange(&self, request: Request) -> Result<Response, ApiError> {
        let response = self.http.send(request).await.map_err(|error| self.offline("cannot be reached", &error))?;
        let date = response.date.as_deref().and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        self.answered_at.store(date.map_or(0, |date| date.timestamp()), Ordering::Relaxed);
        match response.status {
            200..=299 => Ok(response),
            _ if response.content_type == "application/problem+json" => {
                let mut problem: Problem = self.read(response, PROBLEM_BYTES).await?;
                // These words end up in a terminal, and whoever runs the server chose them.
                problem.title.retain(|letter| !letter.is_control());
                problem.detail.retain(|letter| !letter.is_control());
                Err(ApiError::Refused(Box::new(problem)))
            }
            status => Err(ApiError::Strange { status, what: "it gave no reason for its refusal".into() }),
        }
    }

    async fn read<A: DeserializeOwned>(&self, mut response: Response, most: u64) -> Result<A, ApiError> {
        let strange = |what| ApiError::Strange { status: response.status, what };
        let mut bytes = Vec::new();
        while let Some(chunk) = response.body.next().await {
            let chunk = chunk.map_err(|error| self.offline(BROKE_OFF, &error))?;
            if (bytes.len() + chunk.len()) as u64 > most {
                return Err(strange("its answer is too long".into()));
            }
            bytes.extend_from_slice(&chunk);
        }
        // The parser's own message could quote the answer, so only the place is told.
        serde_json::from_slice(&bytes).map_err(|error| {
            strange(format!("its answer cannot be read from line {}, column {} on", error.line(), error.column()))
        })
    }

    fn offline(&self, what: &str, error: &HttpError) -> ApiError {
        ApiError::Offline(named(&self.server(), what, error))
    }
}

/// Returns the error with the server's address in front.
fn named(server: &str, what: &str, error: &HttpError) -> HttpError {
    HttpError(format!("the server at {server} {what}: {error}"))
}

fn attachment_path(journal: JournalId, attachment: AttachmentId) -> String {
    format!("/v1/journals/{journal}/attachments/{attachment}")
}

/// Returns how large a page of `limit` records may be: a page ends early by its bodies, not by its headers.
fn page_bytes(limit: u64) -> u64 {
    let headers = limit.min(limits::RECORDS_PER_PAGE) * limits::HEADER_BYTES as u64;
    let bytes = headers + (limits::PAGE_BYTES + limits::BODY_BYTES) as u64;
    bytes.div_ceil(3) * 4 + ANSWER_BYTES
}

fn after_query(after: Option<u64>) -> String {
    after.map(|seq| format!("after={seq}&")).unwrap_or_default()
}

fn json(value: &impl Serialize) -> Body {
    Body::Json(serde_json::to_vec(value).expect("wire types are plain structures with text keys"))
}
