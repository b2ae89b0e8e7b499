//! A new password: OPAQUE registration once more, stored in one step with the bundle that it opens.

use reverie_crypto::bundle::{Way, WayIn, way_from_export_key};
use reverie_crypto::password::{Registration, refuse_worst};
use reverie_journal::Deed;
use reverie_protocol::api::{NewPassword, PasswordStart};

use crate::credentials::{Change, NewCredentials, with_way};
use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Changes the password of the account and of this device. The other devices log in once more with it.
    ///
    /// An interruption leaves the old one or the new one valid; [`Self::settle`] tells which, and until then both open
    /// this device.
    ///
    /// # Errors
    /// [`ClientError::WeakPassword`], [`ClientError::WrongPassword`] if `old` is not the account's, or the server's.
    pub async fn change_password(&mut self, old: &str, new: &str) -> Result<(), ClientError> {
        self.may(Deed::ChangeKeys)?;
        refuse_worst(new, self.handle()).map_err(|error| ClientError::WeakPassword(error.to_string()))?;
        // Proves the old one to the server, and takes over what other devices have changed.
        self.login(old).await?;
        self.register_password(new, Change::Password).await
    }

    /// Registers a password and stores it with the bundle.
    pub(crate) async fn register_password(&mut self, password: &str, change: Change) -> Result<(), ClientError> {
        let token = self.token()?;
        let secret = &self.copy.bundle.account_secret;
        let (registration, request) = self.env.random(|rng| Registration::start(password, secret, rng));
        let started = self.env.api.start_password(&token, &PasswordStart { request: request.into() }).await?;
        let finished = self.env.random(|rng| registration.finish(&started.response.0, started.ksf, rng));
        let (upload, export_key) = finished.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
        let recipient = way_from_export_key(&export_key).to_recipient();
        let ways = with_way(&self.state.ways, WayIn { way: Way::Password, recipient });
        let device_password = (change == Change::Password).then_some(password);
        let password = Some(NewPassword { upload: upload.into(), ksf: started.ksf });
        let new = NewCredentials { change, ways, password, device_password, recovery_sha256: None };
        self.send_credentials(new).await
    }
}
