//! Unlocking once for a while: what may be held in memory so that the password need not be typed for every command.
//!
//! It is the device key alone, a few bytes that can be erased with certainty. The bundle stays on the device, sealed to it.

use zeroize::Zeroizing;

use crate::device;
use crate::environment::Environment;
use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the text that unlocks this device in place of the password. Whoever has it has the account: it is for the
    /// memory of a program that its owner can lock, and for nothing else.
    ///
    /// # Errors
    /// This device's storage fails.
    pub async fn key_to_hold(&self) -> Result<Zeroizing<String>, ClientError> {
        device::save_bundle(&*self.env.store, &self.copy).await?;
        Ok(self.copy.device_key.to_text())
    }

    /// Unlocks the account with what [`Self::key_to_hold`] gave; needs no network.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] if it is not this device's key: the password opens it.
    pub async fn unlock_held(env: Environment, key: &str) -> Result<Self, ClientError> {
        let copy = device::load_held(&*env.store, key).await?;
        Self::load(env, copy).await
    }
}
