//! Who holds this device's key while it is unlocked: the agent, for a while, or the system's key store.

use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::profile::Profile;
use crate::{agent, key_store};

/// What can be had without the password.
pub(crate) enum Held {
    Key(Zeroizing<String>),
    Nothing,
    /// The key store was given the key, and cannot be asked; says why.
    Away(KeyStoreAway),
}

/// Why the key store did not do what it was asked for, to follow on a colon.
pub(crate) struct KeyStoreAway(pub(crate) String);

/// Looks for the profile's key at the agent, then at the key store.
pub(crate) fn find(profile: &Profile) -> Held {
    match agent::key(profile).map_or_else(|| key_store::key(profile), |key| Ok(Some(key))) {
        Ok(Some(key)) => Held::Key(key),
        Ok(None) => Held::Nothing,
        Err(away) => Held::Away(away),
    }
}

/// Has both forget the key, and tells whether one held it.
///
/// # Errors
/// One of them does not answer; the other has forgotten it.
pub(crate) fn forget(profile: &Profile) -> Result<bool, CommandError> {
    let (agent, key_store) = (agent::lock(profile), key_store::forget(profile));
    Ok(agent? | key_store?)
}
