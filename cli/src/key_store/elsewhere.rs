//! Where Reverie does not know the system's key store, nothing is given to it.

use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::holder::KeyStoreAway;
use crate::key_talk::unlocking::{NOT_IN_KEY_STORE, UNLOCK_IN_MEMORY};
use crate::key_talk::with;
use crate::profile::Profile;

#[expect(clippy::unnecessary_wraps, reason = "as where there is one")]
pub(crate) fn key(_: &Profile) -> Result<Option<Zeroizing<String>>, KeyStoreAway> {
    Ok(None)
}

pub(crate) fn keep(_: &Profile, _: &str) -> Result<(), CommandError> {
    let why = "Reverie does not know the one of this system yet";
    Err(user_error(with(NOT_IN_KEY_STORE, &[("WHY", why)])).hint(UNLOCK_IN_MEMORY))
}

#[expect(clippy::unnecessary_wraps, reason = "as where there is one")]
pub(crate) fn forget(_: &Profile) -> Result<bool, CommandError> {
    Ok(false)
}
