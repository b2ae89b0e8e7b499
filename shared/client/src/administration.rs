//! What an administrator does over the API: who has an account, and who may log in.

use reverie_protocol::api::AccountEntry;

use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the practice's accounts, by handle.
    ///
    /// # Errors
    /// The server's refusal: only administrators may ask.
    pub async fn accounts(&mut self) -> Result<Vec<AccountEntry>, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_accounts(&token).await.map_err(ClientError::from);
        Ok(self.logged_out_on_refusal(listed)?.accounts)
    }

    /// Returns the account of this handle.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if there is none, or the server's refusal.
    pub async fn account_called(&mut self, handle: &str) -> Result<AccountEntry, ClientError> {
        let found = self.accounts().await?.into_iter().find(|entry| entry.handle == handle);
        found.ok_or_else(|| {
            ClientError::NotPossible(format!("no account is called `{handle}`; `reverie admin accounts` lists them"))
        })
    }

    /// Suspends an account, or lets it log in again. Its sessions end at once; its data stays.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if no account has this handle, or the server's refusal.
    pub async fn set_suspended(&mut self, handle: &str, suspended: bool) -> Result<(), ClientError> {
        let account = self.account_called(handle).await?.account;
        let token = self.token()?;
        let api = &self.env.api;
        let asked = if suspended {
            api.suspend_account(&token, account).await
        } else {
            api.reinstate_account(&token, account).await
        };
        self.logged_out_on_refusal(asked.map_err(ClientError::from))
    }

    /// Ends an account for good. Its sessions end at once; its data stays; the owners of journals that it reads remove it
    /// before they write again.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if no account has this handle, or the server's refusal.
    pub async fn off_board(&mut self, handle: &str) -> Result<(), ClientError> {
        let account = self.account_called(handle).await?.account;
        let token = self.token()?;
        let asked = self.env.api.off_board_account(&token, account).await;
        self.logged_out_on_refusal(asked.map_err(ClientError::from))
    }
}
