//! The account's devices: which there are, removing them, and leaving the account secret for a new one.

use reverie_crypto::HandoverCode;
use reverie_journal::Deed;
use reverie_protocol::api::NewHandover;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::SessionId;
use zeroize::Zeroizing;

use crate::error::ClientError;
use crate::unlocked::Unlocked;

/// Letters of a device's name.
const NAME_CHARS: usize = 60;

/// A device that is logged in to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its session.
    pub session: SessionId,
    /// What it is called; unknown for one that was added elsewhere since this one logged in.
    pub name: Option<String>,
    /// Whether it is this one.
    pub current: bool,
    /// The day on which it logged in (UTC).
    pub first_day: String,
    /// The day on which it asked the server last (UTC).
    pub last_day: String,
}

impl Unlocked {
    /// Lists the devices that are logged in to the account, the oldest first.
    ///
    /// # Errors
    /// The server's.
    pub async fn devices(&mut self) -> Result<Vec<Device>, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_sessions(&token).await.map_err(ClientError::from);
        let sessions = self.logged_out_on_refusal(listed)?.sessions;
        self.state.devices.retain(|named| sessions.iter().any(|session| session.session == named.session));
        let name = |session| self.state.devices.iter().find(|named| named.session == session).map(|it| it.name.clone());
        let device = |session: reverie_protocol::api::Session| Device {
            session: session.session,
            name: name(session.session),
            current: session.current,
            first_day: session.first_day,
            last_day: session.last_day,
        };
        Ok(sessions.into_iter().map(device).collect())
    }

    /// Calls this device something else.
    ///
    /// # Errors
    /// A name that is empty or too long, or the server's.
    pub async fn rename_device(&mut self, name: &str) -> Result<(), ClientError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
            return Err(ClientError::NotPossible(format!("a device's name has 1 to {NAME_CHARS} letters")));
        }
        let session = self.state.session.ok_or(ClientError::LoggedOut)?;
        self.state.devices.retain(|named| named.session != session);
        self.state.devices.push(reverie_crypto::NamedDevice { session, name: name.to_owned() });
        self.save_state().await?;
        self.save_bundle().await
    }

    /// Removes a device: its session ends at once, and it is told why at its next start.
    ///
    /// # Errors
    /// The server's: `not_found` if it is gone already.
    pub async fn remove_device(&mut self, session: SessionId) -> Result<(), ClientError> {
        let token = self.token()?;
        let ended = self.env.api.end_session(&token, session).await.map_err(ClientError::from);
        self.logged_out_on_refusal(ended)
    }

    /// Removes every device but this one.
    ///
    /// # Errors
    /// The server's.
    pub async fn remove_other_devices(&mut self) -> Result<(), ClientError> {
        let token = self.token()?;
        let ended = self.env.api.end_other_sessions(&token).await.map_err(ClientError::from);
        self.logged_out_on_refusal(ended)
    }

    /// Leaves the account secret for a new device, and returns the code that opens it: for ten minutes, once. The code
    /// goes from this screen to the other, and never through the server.
    ///
    /// # Errors
    /// The server's.
    pub async fn hand_over(&mut self) -> Result<Zeroizing<String>, ClientError> {
        self.may(Deed::AddDevice)?;
        let token = self.token()?;
        let code = self.env.random(HandoverCode::make);
        let new = NewHandover {
            handover: code.id(),
            token_sha256: Hash::of(*code.take_token()),
            sealed: code.seal(self.handle(), &self.copy.bundle.account_secret).into(),
        };
        let left = self.env.api.leave_handover(&token, &new).await.map_err(ClientError::from);
        self.logged_out_on_refusal(left)?;
        Ok(code.to_text())
    }
}
