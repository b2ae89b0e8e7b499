//! What whoever runs the server could hand over about an account, fetched by an administrator: rows as stored, files sealed.

use std::io::Write;

use futures_util::StreamExt as _;
use reverie_protocol::disclosure::{DisclosedRow, DisclosurePlace};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use sha2::{Digest as _, Sha256};

use crate::api::ApiError;
use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns some rows of what the server holds about an account, and where it goes on.
    ///
    /// # Errors
    /// The server's refusal: only administrators may ask.
    pub async fn disclose(
        &mut self,
        account: AccountId,
        place: Option<&DisclosurePlace>,
    ) -> Result<(Vec<DisclosedRow>, Option<DisclosurePlace>), ClientError> {
        let token = self.token()?;
        let asked = self.env.api.disclose_account(&token, account, place).await.map_err(ClientError::from);
        let page = self.logged_out_on_refusal(asked)?;
        // A server that repeats itself is not asked for ever.
        Ok((page.rows, page.next.filter(|next| Some(next) != place)))
    }

    /// Writes a sealed file of an account as the server holds it, and returns its SHA-256; nothing if it was erased.
    ///
    /// # Errors
    /// The server's refusal, a file that does not arrive whole, or one that cannot be written.
    pub async fn disclosed_file(
        &mut self,
        account: AccountId,
        journal: JournalId,
        attachment: AttachmentId,
        into: &mut (dyn Write + Send),
    ) -> Result<Option<Hash>, ClientError> {
        let token = self.token()?;
        let mut stream = match self.env.api.disclose_attachment(&token, account, journal, attachment).await {
            Ok(stream) => stream,
            Err(ApiError::Refused(problem)) if problem.status == 404 => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut hash = Sha256::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(ApiError::Offline)?;
            hash.update(&chunk);
            into.write_all(&chunk).map_err(|error| ClientError::of_file(&format!("{journal}/{attachment}"), &error))?;
        }
        Ok(Some(Hash(hash.finalize().into())))
    }
}
