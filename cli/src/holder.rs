//! Who holds this device's key while it is unlocked: the agent, for a while, or the system's key store.

use std::task::{Context, Poll};

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

/// Where a watch has the key from, each time that it needs it.
pub(crate) enum Lender {
    /// The agent of `reverie unlock`, or one of the watch's own.
    Agent(agent::Lender),
    /// The system's key store, which tells nobody when it is locked.
    KeyStore,
}

impl Lender {
    /// Returns who unlocked the device without the password.
    pub(crate) fn of(profile: &Profile) -> Self {
        agent::Lender::of(profile).map_or(Self::KeyStore, Self::Agent)
    }

    /// Has the key held for this process alone.
    pub(crate) fn alone(profile: &Profile, key: &str) -> Result<Self, CommandError> {
        agent::Lender::alone(profile, key).map(Self::Agent)
    }

    /// Returns the key, unless the device was locked.
    pub(crate) fn key(&self, profile: &Profile) -> Option<Zeroizing<String>> {
        match self {
            Self::Agent(agent) => agent.key(),
            Self::KeyStore => key_store::key(profile).ok().flatten(),
        }
    }

    /// Is ready once the device was locked, as far as that is told.
    pub(crate) fn poll_locked(&self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Agent(agent) => agent.poll_locked(context),
            Self::KeyStore => Poll::Pending,
        }
    }
}

/// Has them forget the key, and the watches that were given the password, and tells whether one held it.
///
/// # Errors
/// One of them does not answer; the others have forgotten it.
pub(crate) fn forget(profile: &Profile) -> Result<bool, CommandError> {
    let forgotten = [agent::lock(profile), agent::lock_watches(profile), key_store::forget(profile)];
    forgotten.into_iter().try_fold(false, |one_did, did| Ok(one_did | did?))
}
